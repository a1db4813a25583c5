"""The desk's card: pinned in its text channel, current to the last, with buttons that always work."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import MakeWorld, World, all_text
from tests.desks.acts import act, burst, card, card_text, delete_message, edits, ids_of, person
from tests.desks.conftest import (
    INVITED,
    Wire,
    change,
    die,
    first,
    give,
    hears,
    lost,
    rows,
    told,
    wait,
    without,
    write,
)
from tests.desks.strict import Call, http_error

TEXT = "async-testing"


def posts_card(call: Call) -> bool:
    return call.route == ("POST", "/channels/#/messages") and call.shows


def pins(wire: Wire) -> int:
    return sum(call.route == ("PUT", "/channels/#/messages/pins/#") for call in wire.done)


async def opened(world: World) -> None:
    await world.host("ana", "Async testing", description="bring a laptop")


async def click(world: World, name: str, label: str) -> str:
    message = card(world, TEXT)
    result = await world.person(name).click(message, custom_id=ids_of(world, message)[label])
    assert result.ephemeral
    assert result.response is not None
    return all_text(result.response)


async def test_it_comes_with_the_opening_and_is_pinned(world: World, wire: Wire) -> None:
    await world.host("ana", "Async testing", "10:00", description="bring a laptop")
    await world.until("09:57")
    assert world.layouts(TEXT) == []
    await world.until("10:00")
    [pinned] = world.channel(TEXT).pinned_messages()
    assert pinned.id == card(world, TEXT).id
    shown = card_text(world, TEXT)
    for words in ("Async testing", "bring a laptop", f"<@{world.person('ana').id}>"):
        assert words in shown
    assert f"<#{world.channel('Async testing').id}>" in shown
    assert {"Join", "Leave", "Extend", "Edit"} <= {
        label.split(" ")[0] for label in ids_of(world, card(world, TEXT))
    }
    assert pins(wire) == 1


CHANGES: list[tuple[str, str, tuple[Any, ...], dict[str, Any], str]] = [
    ("eve", "guests.join", (), {}, "eve"),
    ("ana", "changes.extend", (30,), {}, ""),
    ("ana", "edits.edit", (), {"topic": "Trio"}, "Trio"),
    ("ana", "edits.edit", (), {"description": "no laptops"}, "no laptops"),
    ("ana", "edits.edit", (), {"seats": 7}, "7"),
    ("bob", "offers.share", (), {}, "bob"),
]


@pytest.mark.parametrize("case", CHANGES, ids=[f"{what} {options}" for _, what, _, options, _ in CHANGES])
async def test_it_shows_each_change(world: World, wire: Wire, case: Any) -> None:
    name, what, args, options, words = case
    await opened(world)
    await act(world, "ana", "cohosts.cohost", person(world, "bob"))
    await wait(world, 0.1)
    channel = world.channel(TEXT).id
    await act(world, name, what, *(person(world, a) if isinstance(a, str) else a for a in args), **options)
    await wait(world, 0.1)
    [message] = [m for m in world.env.backend.messages[channel].values() if not m.content]
    found = "".join(str(c) for c in message.components)
    assert words in found
    assert sum(call.message == message.id and call.method == "PATCH" for call in wire.calls) == 1


async def test_who_leaves_is_gone_from_it(world: World) -> None:
    await opened(world)
    await world.join("eve", "Async testing")
    await wait(world, 0.1)
    assert "eve" in card_text(world, TEXT)
    await act(world, "eve", "guests.leave")
    await wait(world, 0.1)
    assert "eve" not in card_text(world, TEXT)


async def test_many_joins_in_a_moment_cost_it_two_edits_at_most(world: World, wire: Wire) -> None:
    await opened(world)
    await wait(world, 1)
    wire.calm()
    await burst(world, [f"guest {n}" for n in range(20)])
    await world.env.advance_time(6)
    assert edits(wire.calls, card(world, TEXT)) <= 2


@pytest.mark.parametrize("early", [False, True])
async def test_one_last_edit_when_it_is_over(world: World, wire: Wire, *, early: bool) -> None:
    await opened(world)
    await write(world, TEXT)
    await wait(world, 30)
    wire.calm()
    if early:
        await act(world, "ana", "changes.end", "")
    await wait(world, 31)
    assert edits(wire.calls, card(world, TEXT)) == 1
    labels = " ".join(ids_of(world, card(world, TEXT)))
    assert "Extend" not in labels
    assert "Join" not in labels
    assert "bring a laptop" in card_text(world, TEXT)
    await wait(world, 60)
    assert edits(wire.calls, card(world, TEXT)) == 1
    assert len(world.channel(TEXT).pinned_messages()) == 1


async def test_k22_r17_a_card_deleted_by_hand_comes_back_pinned_at_once(world: World, wire: Wire) -> None:
    await opened(world)
    await wait(world, 1)
    old = card(world, TEXT)
    await delete_message(world, old)
    assert card(world, TEXT).id != old.id
    await world.join("eve", "Async testing")
    await wait(world, 0.1)
    assert "eve" in card_text(world, TEXT)
    assert [m.id for m in world.channel(TEXT).pinned_messages()] == [card(world, TEXT).id]
    await wait(world, 20)
    assert sum(map(posts_card, wire.done)) == 3  # the board, and it twice


async def test_a_card_deleted_by_hand_and_over_stays_away(world: World, wire: Wire) -> None:
    await opened(world)
    await wait(world, 61)
    wire.calm()
    await delete_message(world, card(world, TEXT))
    await wait(world, 5)
    assert world.layouts(TEXT) == []
    assert wire.count("PATCH", "/channels/#/messages/#") == 0
    assert wire.count("POST", "/channels/#/messages") == 0


async def test_who_unpins_it_has_their_way(world: World, wire: Wire) -> None:
    await opened(world)
    world.env.backend.set_pinned(world.channel(TEXT).id, card(world, TEXT).id, False)
    await world.join("eve", "Async testing")
    await wait(world, 10)
    await world.restart()
    assert world.channel(TEXT).pinned_messages() == []
    assert pins(wire) == 1


# --------------------------------------------------------------------- permission


async def test_without_pin_permission_organizers_hear_of_it_once_and_all_else_works(
    world: World, wire: Wire
) -> None:
    hears(world)
    await give(world, without("pin_messages"))
    await opened(world)
    assert "bring a laptop" in card_text(world, TEXT)
    assert pins(wire) == 0
    [word] = told(world)
    assert "Pin" in word
    await world.join("eve", "Async testing")
    await wait(world, 75)
    await world.restart()
    await world.host("bob", "Second")
    await wait(world, 1)
    assert card_text(world, "second")
    assert told(world) == [word]


async def test_given_the_permission_the_card_is_pinned(world: World, wire: Wire) -> None:
    await give(world, without("pin_messages"))
    await opened(world)
    await give(world, INVITED)
    assert len(world.channel(TEXT).pinned_messages()) == 1
    assert rows(world, "SELECT count(*) FROM problem") == [(0,)]


# ----------------------------------------------------------------------- failures


@pytest.mark.parametrize("done", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("what", ["POST", "PATCH", "PUT"])
async def test_r14_a_crash_makes_no_second_card_and_none_too_few(
    world: World, wire: Wire, what: str, *, done: bool
) -> None:
    async def crash(call: Call, go: Any) -> Any:
        if done:
            await go()
        await die(world.bot)

    if what == "PATCH":
        await opened(world)
        await wait(world, 1)
    its = {
        "POST": lambda c: posts_card(c) and "openspace:extend" in str(c.json),
        "PATCH": lambda c: c.method == "PATCH" and "openspace:extend" in str(c.json),
        "PUT": lambda c: c.method == "PUT",
    }
    wire.on(first(its[what]), crash)
    await (world.join("eve", "Async testing") if what == "PATCH" else opened(world))
    wire.calm()
    await wait(world, 0.1)
    await world.restart()
    await wait(world, 1)
    assert len(world.channel(TEXT).pinned_messages()) == 1
    assert card_text(world, TEXT)
    assert ("eve" in card_text(world, TEXT)) is (what == "PATCH")


async def test_r14_an_answer_that_is_lost_long_after_makes_no_second_card(world: World, wire: Wire) -> None:
    wire.on(first(lambda c: posts_card(c) and "openspace:extend" in str(c.json)), lost(TimeoutError()))
    await opened(world)
    for n in range(5):
        await world.person("eve").send(world.channel(TEXT), f"hello {n}")
    await wait(world, 1)
    assert len(world.channel(TEXT).pinned_messages()) == 1
    assert card_text(world, TEXT)


async def test_a_card_that_cannot_be_edited_holds_up_nothing(world: World, wire: Wire) -> None:
    await opened(world)
    await wait(world, 1)

    async def no(_call: Call, _go: Any) -> Any:
        raise http_error(500)

    wire.on(lambda c: c.method == "PATCH" and c.message != 0, no)
    await world.join("eve", "Async testing")
    await wait(world, 1)
    assert any("just joined" in text for text in world.said(TEXT))
    assert "eve" not in card_text(world, TEXT)
    wire.calm()
    await wait(world, 11)
    assert "eve" in card_text(world, TEXT)


# ------------------------------------------------------------------------ buttons


@pytest.mark.parametrize("restart", [False, True])
async def test_join_and_leave_work_on_it(world: World, *, restart: bool) -> None:
    await opened(world)
    if restart:
        await world.restart()
    assert "You're in" in await click(world, "eve", "Join")
    assert "already in" in await click(world, "eve", "Join")
    assert rows(world, "SELECT user_id FROM joined") == [(world.person("eve").id,)]
    await wait(world, 0.1)
    await click(world, "eve", "Leave")
    await click(world, "eve", "Leave")
    assert rows(world, "SELECT user_id FROM joined") == []


async def test_a_day_later_a_card_left_as_it_was_says_no_kindly(world: World) -> None:
    await opened(world)
    message = card(world, TEXT)
    join = ids_of(world, message)["Join"]
    await world.bot.keeper.close()
    world.env.settle_timeout = 60
    await wait(world, 24 * 60)
    result = await world.person("eve").click(message, custom_id=join)
    assert result.response is not None
    assert "Async testing" in all_text(result.response)
    assert "over" in all_text(result.response) or "ended" in all_text(result.response)
    assert rows(world, "SELECT user_id FROM joined") == []


async def test_one_in_the_archive_changes_no_more(make_world: MakeWorld, wire: Wire) -> None:
    world = await make_world()
    await opened(world)
    await write(world, TEXT)
    await wait(world, 71)
    wire.calm()
    await act(world, "eve", "guests.leave")
    await change(world, TEXT, name="renamed-by-hand")
    await wait(world, 30)
    assert edits(wire.calls, card(world, "renamed-by-hand")) == 0
