"""At the end a desk is asked once for the line that stays of its session; that holds up nothing."""

from __future__ import annotations

from typing import Any

import discord
import pytest
from simcord.results import InteractionResult, ResponseMessage

from tests.cogs.conftest import read
from tests.conftest import MakeWorld, World
from tests.desks.conftest import (
    Go,
    Wire,
    delete,
    die,
    failing,
    first,
    hears,
    lost,
    rows,
    says,
    told,
    wait,
    write,
)
from tests.desks.strict import Call, http_error
from tests.desks.test_notices import SILENT, posted, waiting

TEXT = "async-testing"
ASKS = "What should others take away from it?"


async def over(world: World, minutes: float = 60) -> None:
    """Ana's session, where somebody wrote; it has just ended."""
    await world.host("ana", "Async testing")
    await write(world, TEXT)
    await wait(world, minutes)


def asked(world: World) -> list[str]:
    return [text for text in world.said(TEXT) if ASKS in text]


def asks(call: Call) -> bool:
    return says(call) and ASKS in (call.json.get("content") or "")


async def written(world: World, name: str, line: str, label: str = "Takeaway") -> InteractionResult:
    """The click on the button under the question, and what is sent by its form."""
    question = next(m for m in world.channel(TEXT).history() if ASKS in m.content)
    form = await world.person(name).click(question, label=label)
    return await world.person(name).submit_modal(form, {"takeaway": line})


async def test_the_desk_is_asked_at_the_end_and_nobodys_phone_hears_it(world: World, wire: Wire) -> None:
    await over(world, 59.9)
    assert asked(world) == []
    await wait(world, 0.1)
    [call] = posted(wire, ASKS)
    assert call.json["flags"] & SILENT
    assert call.json["allowed_mentions"] == {"parse": []}
    [row] = call.json["components"]
    assert [(b["label"], b["custom_id"]) for b in row["components"]] == [("Takeaway", "openspace:takeaway:1")]


async def test_what_is_written_stands_on_the_card_and_can_be_changed(world: World) -> None:
    await over(world)
    said = read(await written(world, "ana", "Use *uv*"))
    assert r"The takeaway of **Async testing**: Use \*uv\*" in said
    await wait(world, 1)
    [card] = world.layouts(TEXT)
    assert "💡 Use" in str(card.components)
    again = await world.person("ana").click(card, label="Change takeaway")
    [field] = [part["component"] for part in again.modal["components"]] if again.modal else []
    assert field["value"] == "Use *uv*"
    assert "has no takeaway now" in read(await world.person("ana").submit_modal(again, {"takeaway": ""}))


async def test_others_are_told_whose_it_is_and_no_form_opens(world: World) -> None:
    await over(world)
    question = next(m for m in world.channel(TEXT).history() if ASKS in m.content)
    result = await world.person("eve").click(question, label="Takeaway")
    assert result.modal is None
    assert read(result) == "Only ana, the co-hosts and the organizers can change **Async testing**."


async def test_organizers_write_it_after_the_archive_too(world: World) -> None:
    await over(world)
    await wait(world, 60)
    world.organizer()
    assert "The takeaway of" in read(await written(world, "boss", "Ask the host"))
    assert rows(world, "SELECT takeaway FROM session") == [("Ask the host",)]


async def test_r14_it_is_asked_once_whatever_dies_in_between(world: World, wire: Wire) -> None:
    await over(world, 59)
    wire.on(first(asks), lost(ConnectionResetError(104, "reset")))
    await wait(world, 2)
    await world.restart()
    await wait(world, 5)
    assert len(asked(world)) == 1
    assert waiting(world) == 0


async def test_r14_a_bot_that_died_while_asking_does_not_ask_twice(world: World, wire: Wire) -> None:
    await over(world, 59)

    async def act(_call: Call, go: Go) -> Any:
        await go()
        return await die(world.bot)

    wire.on(first(asks), act)
    await wait(world, 2)
    wire.calm()
    await world.restart()
    await wait(world, 2)
    assert len(asked(world)) == 1


@pytest.mark.parametrize("error", [http_error(403, 50013), http_error(400, 200000), http_error(503, 0)])
async def test_what_discord_refuses_holds_up_nothing_and_ends_with_the_grace(
    world: World, wire: Wire, error: discord.HTTPException
) -> None:
    await over(world, 59)
    wire.on(asks, failing(error))
    await wait(world, 2)
    assert "Desk 1 is yours" in await world.host("bob", "Next")
    await wait(world, 10)
    assert asked(world) == []
    assert waiting(world) == 1  # the warning of Next
    assert {state for (state,) in rows(world, "SELECT state FROM session")} == {"ended", "open"}


async def test_where_the_text_channel_is_gone_nobody_is_asked(world: World) -> None:
    await over(world, 59)
    await delete(world, TEXT)
    text = world.names("text")
    await wait(world, 12)
    assert waiting(world) == 0
    assert all(ASKS not in said for name in text if name in world.names() for said in world.said(name))


async def test_an_outage_over_the_grace_pours_nothing_out(world: World) -> None:
    await over(world, 30)
    old = world.bot
    await old.keeper.close()
    await world.env.advance_time(45 * 60)
    await world.restart()
    await wait(world, 1)
    assert asked(world) == []
    assert waiting(world) == 0


async def test_a_setting_turns_it_off(make_world: MakeWorld) -> None:
    world = await make_world(notes={"ask_takeaway": False})
    await over(world)
    assert asked(world) == []
    await world.set(notes__ask_takeaway=True)
    await wait(world, 1)
    assert asked(world) == []  # that question has been given up


async def test_a_desk_where_nobody_was_is_not_asked(world: World) -> None:
    await world.host("ana", "Async testing")
    await wait(world, 60)
    assert asked(world) == []


async def test_r16_a_line_that_discord_refuses_is_left_out_and_organizers_hear(
    world: World, wire: Wire
) -> None:
    hears(world)
    await over(world)

    async def refuse(call: Call, go: Go) -> Any:
        if "evil" in str(call.json):
            raise http_error(400, 200000)
        return await go()

    wire.act = refuse
    await written(world, "ana", "evil words")
    await wait(world, 5)
    [card] = world.layouts(TEXT)
    assert "evil" not in str(card.components)
    assert "This session is over" in str(card.components)
    assert any("refuses" in said for said in told(world))
    assert rows(world, "SELECT takeaway FROM session") == [("evil words",)]


async def test_the_opening_and_the_card_link_to_the_notes(make_world: MakeWorld) -> None:
    world = await make_world(notes={"link": "https://pad.example.org/p/{id}-{topic}"})
    await world.host("ana", "Async testing")
    link = "https://pad.example.org/p/1-async-testing"
    assert any(f"(<{link}>)" in said for said in world.said(TEXT))
    message: ResponseMessage
    [message] = world.layouts(TEXT)
    assert link in str(message.components)
    await world.person("ana").slash(world.lobby, "openspace edit", topic="Trio")
    await wait(world, 1)
    [message] = world.layouts(world.names("text")[0])
    assert "Trio" in str(message.components)
    assert link in str(message.components)
