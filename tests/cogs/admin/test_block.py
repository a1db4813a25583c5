"""`/openspace-admin block` and `unblock`: who may not host, what they read, and what they have booked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.cogs.admin.conftest import ONLY, Askers, asked, elsewhere, forge
from tests.cogs.conftest import Speak, click, read, slash, told
from tests.conftest import NEWS, World, all_text, buttons
from tests.desks.acts import pings
from tests.desks.conftest import rows, states

NO = "The organizers have decided that you can't host here"


@pytest.mark.parametrize("who", ["boss", "crew"])
async def test_who_is_blocked_cannot_host_in_any_way_and_reads_why(
    world: World, askers: Askers, who: str
) -> None:
    ana = world.person("ana")
    said = await asked(world, askers[who], "block", member=ana, reason="*Selling* things")
    assert "**ana** can't host here any more" in said
    assert "They read then: \\*Selling\\* things" in said
    for when in ("10:00", "now", "gibberish"):
        assert f"{NO}: \\*Selling\\* things" in await world.host("ana", "Git", when)
    for shown in (
        await ana.slash(world.lobby, "openspace host"),
        await click(ana, told(await ana.slash(world.lobby, "openspace help")), "Host one"),
    ):
        assert shown.modal is None
        assert NO in read(shown)
    idea = told(await ana.slash(world.lobby, "openspace ideas"))
    host = next(custom_id for custom_id in _custom_ids(idea) if ":hostidea:" in custom_id)
    assert NO in read(await ana.click(idea, custom_id=host))
    await world.host("bo", "Rust", "10:00")
    given = await slash(world, "bo", "edit", session="rust", host=ana)
    assert "ana can't host here at present" in given
    assert "Selling" not in given
    assert "You're in" in await world.join("ana", "Rust")
    assert "asked to co-host" in await slash(world, "bo", "cohost", session="rust", member=ana)
    assert states(world) == ["booked"]


def _custom_ids(message: Any) -> list[str]:
    return list(buttons(message).values())


async def test_a_form_that_was_open_before_is_refused_too(world: World, askers: Askers) -> None:
    ana = world.person("ana")
    form = await ana.slash(world.lobby, "openspace host")
    await asked(world, askers["boss"], "block", member=ana)
    sent = await ana.submit_modal(form, {"topic": "Git", "when": ["now"], "minutes": ["default"]})
    assert NO in read(sent)


async def test_a_block_ends_by_itself(world: World, askers: Askers) -> None:
    ana = world.person("ana")
    said = await asked(world, askers["boss"], "block", member=ana, until="2 hours")
    assert f"until <t:{int(world.env.now().timestamp()) + 7200}:f>" in said
    assert f"{NO} until <t:" in await world.host("ana", "Git", "11:00")
    await world.env.advance_time(7201)
    assert "Git" in await world.host("ana", "Git", "11:00")
    assert "Nobody is blocked" in await asked(world, askers["boss"], "block")


@pytest.mark.parametrize("until", ["yesterday", "soon", "now"])
async def test_an_end_that_cannot_be_is_refused_with_an_example(
    world: World, askers: Askers, until: str
) -> None:
    said = await asked(world, askers["boss"], "block", member=world.person("ana"), until=until)
    assert "Try `" in said
    assert rows(world, "SELECT count(*) FROM block") == [(0,)]


async def test_said_again_it_holds_as_said_last(world: World, askers: Askers) -> None:
    ana = world.person("ana")
    await asked(world, askers["boss"], "block", member=ana, until="2 hours", reason="one")
    await asked(world, askers["boss"], "block", member=ana, reason="two")
    assert f"{NO}: two" in await world.host("ana", "Git")
    shown = await asked(world, askers["boss"], "block")
    assert shown.count("ana") == 2  # a line and a button


async def test_organizers_and_bots_cannot_be_blocked(world: World, askers: Askers) -> None:
    for name in ("boss", "crew"):
        said = await asked(world, askers["boss"], "block", member=askers[name])
        assert "is an organizer, and organizers can't be blocked" in said
    robot = world.guild.add_member(world.env.create_user("robot", bot=True))
    assert "is a bot" in await asked(world, askers["boss"], "block", member=robot)
    assert rows(world, "SELECT count(*) FROM block") == [(0,)]


async def test_who_becomes_an_organizer_is_blocked_no_more(world: World, askers: Askers) -> None:
    role = world.guild.create_role("Helpers")
    await asked(world, askers["boss"], "block", member=world.with_role(role, "ana"))
    assert NO in await world.host("ana", "Git")
    await world.set(organizers__roles=[role.id])
    assert "Git" in await world.host("ana", "Git")


# ------------------------------------------------------------- what they have booked


async def three(world: World) -> None:
    await world.host("ana", "Git")
    await world.host("ana", "Rust", "11:00")
    await world.host("ana", "Go", "13:00")
    for topic in ("Rust", "Go"):
        await world.join("eve", topic)


async def test_what_they_host_stays_and_is_offered_for_cancellation_one_by_one(
    world: World, askers: Askers
) -> None:
    await three(world)
    shown = told(await askers["boss"].slash(world.lobby, "openspace-admin block", member=world.person("ana")))
    assert list(buttons(shown)) == ["Unblock", "End: Git", "Cancel: Rust", "Cancel: Go", "Cancel all 2"]
    assert states(world) == ["open", "booked", "booked"]
    ask = told(await click(askers["boss"], shown, "Cancel: Rust"))
    assert "Cancel **Rust** by ana" in all_text(ask)
    await click(askers["boss"], ask, "Yes, cancel it")
    ask = told(await click(askers["boss"], shown, "End: Git"))
    await click(askers["boss"], ask, "End it now")
    assert states(world) == ["ended", "cancelled", "booked"]


async def test_all_at_once_asks_first_tells_everybody_and_can_be_undone(world: World, askers: Askers) -> None:
    await three(world)
    boss = askers["boss"]
    shown = told(
        await boss.slash(
            world.lobby, "openspace-admin block", member=world.person("ana"), reason="harassment"
        )
    )
    ask = told(await click(boss, shown, "Cancel all 2"))
    assert "Cancel all 2 sessions that ana has booked?" in all_text(ask)
    assert states(world) == ["open", "booked", "booked"]
    form = await click(boss, ask, "With a reason…")
    done = told(await boss.submit_modal(form, {"reason": "The host cannot come"}))
    assert "2 sessions are cancelled" in all_text(done)
    assert states(world) == ["open", "cancelled", "cancelled"]
    assert len(world.said(NEWS)) == 2
    assert all("The host cannot come" in text for text in world.said(NEWS))
    assert not any("harassment" in text for text in world.said(NEWS))  # that is between them and the host
    assert pings(world, NEWS, "eve") == 2
    assert "is booked again" in read(await click(boss, done, "Again: Go"))
    assert states(world) == ["open", "cancelled", "cancelled", "booked"]


async def test_all_at_once_without_a_reason_and_twice_is_once(world: World, askers: Askers) -> None:
    await three(world)
    boss = askers["boss"]
    shown = told(await boss.slash(world.lobby, "openspace-admin block", member=world.person("ana")))
    ask = told(await click(boss, shown, "Cancel all 2"))
    await click(boss, ask, "Yes, cancel them")
    assert states(world) == ["open", "cancelled", "cancelled"]
    assert "Nothing is booked any more" in read(await click(boss, shown, "Cancel all 2"))
    assert len(world.said(NEWS)) == 2


# ------------------------------------------------------------------------- unblock


async def test_unblock_by_button_list_or_name(world: World, askers: Askers) -> None:
    boss = askers["boss"]
    people = [world.person(name) for name in ("ana", "bo", "cy")]
    for each in people:
        shown = told(await boss.slash(world.lobby, "openspace-admin block", member=each))
    assert "**cy** can host again" in read(await click(boss, shown, "Unblock"))
    assert "was not blocked" in read(await click(boss, shown, "Unblock"))
    listed = told(await boss.slash(world.lobby, "openspace-admin block"))
    assert "can host again" in read(await click(boss, listed, "Unblock bo"))
    choices = await boss.autocomplete(world.lobby, "openspace-admin unblock", "member", "an")
    assert [(c["name"], c["value"]) for c in choices] == [("ana", str(people[0].id))]
    assert "can host again" in await asked(world, boss, "unblock", member=f"<@{people[0].id}>")
    assert "Nobody who is blocked matches" in await asked(world, boss, "unblock", member="ana")
    for name in ("ana", "bo", "cy"):
        assert "Git" in await world.host(name, f"Git {name}", "10:00")


async def test_who_has_left_the_server_can_be_unblocked(world: World, askers: Askers) -> None:
    ana = world.person("ana")
    await asked(world, askers["boss"], "block", member=ana, reason="spam")
    world.guild.remove_member(ana)
    await world.env.settle()
    assert "ana" in await asked(world, askers["boss"], "block")
    assert "can host again" in await asked(world, askers["boss"], "unblock", member="ana")


# ------------------------------------------------------------------------ who may not


async def test_others_are_told_kindly_and_leave_a_trace(
    world: World, askers: Askers, attempts: Callable[[], list[str]]
) -> None:
    ana = world.person("ana")
    assert ONLY in await asked(world, askers["eve"], "block", member=ana)
    assert attempts() == ["openspace-admin block"]
    assert ONLY in await asked(world, askers["eve"], "unblock", member="ana")
    shown = told(await askers["boss"].slash(world.lobby, "openspace-admin block", member=ana))
    world.people["eve"] = askers["eve"]
    for custom_id in (f"unblock:{ana.id}", f"blockcancel:{ana.id}", f"blockcancelnow:{ana.id}"):
        assert ONLY in await forge(world, "eve", shown, f"openspace:{custom_id}")
    assert NO in await world.host("ana", "Git")
    assert await askers["eve"].autocomplete(world.lobby, "openspace-admin unblock", "member", "") == []


async def test_a_block_holds_in_its_own_server(world: World, askers: Askers) -> None:
    ana = world.person("ana")
    await world.host("ana", "Git", "10:00")
    await world.host("ana", "Rust", "12:00")
    await asked(world, askers["boss"], "block", member=ana)
    other = await elsewhere(world)
    theirs = other.guild.add_member(ana.user)
    boss = other.organizer("their boss")
    assert await other.bot.service.blocking.blocked(other.guild.id) == []
    said = await theirs.slash(other.lobby, "openspace host", topic="Git", when="10:00")
    assert "Git" in read(said)
    shown = told(await boss.slash(other.lobby, "openspace-admin pause"))
    assert "was not blocked" in await forge(other, "their boss", shown, f"openspace:unblock:{ana.id}")
    await forge(other, "their boss", shown, f"openspace:blockcancelnow:{ana.id}")
    assert [s for (s,) in rows(world, "SELECT state FROM session WHERE guild_id = ?", world.guild.id)] == [
        "booked",
        "booked",
    ]
    assert NO in await world.host("ana", "Go", "14:00")


async def test_in_chinese(world: World, askers: Askers, speak: Speak) -> None:
    speak("zh-TW")
    said = await asked(
        world, askers["boss"], "block", member=world.person("ana"), until="兩小時", reason="推銷"
    )
    assert "之前不能在這裡主持" in said
    assert "之前不讓你在這裡主持：推銷" in await world.host("ana", "Git")
    choices = await askers["boss"].autocomplete(world.lobby, "openspace-admin unblock", "member", "")
    assert "可以再主持了" in await asked(world, askers["boss"], "unblock", member=choices[0]["name"])
