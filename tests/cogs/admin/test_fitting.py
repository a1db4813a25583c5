"""R12: what no longer fits: asked about before, decided one by one, or settled later from the status."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from simcord.results import InteractionResult

from bot.domain.models import Session, State
from bot.service import Asked, Show
from tests.cogs.admin.asking import (
    admin,
    another_server,
    choose,
    chosen,
    forged,
    menus,
    options,
    pressed,
    said,
)
from tests.cogs.admin.conftest import ONLY, Askers
from tests.cogs.conftest import Speak, read, told
from tests.conftest import NEWS, World, buttons

LIMIT = "conference.parallel_limit"


async def sessions(world: World) -> dict[str, Session]:
    page = await world.bot.service.lists.look(world.guild.id, 0, Asked(Show.ALL), 1000)
    return {card.session.topic: card.session for card in page.cards}


async def three(world: World) -> None:
    """Three at once, of which each that follows is too many where one may run."""
    for name, topic in (("ana", "Git"), ("bo", "Rust"), ("cy", "Go")):
        assert topic in await world.host(name, topic, "14:00")
    await world.join("zoe", "Rust")


async def lowered(world: World, askers: Askers, who: str = "boss") -> InteractionResult:
    return await admin(world, askers[who], "settings set", key=LIMIT, value="1")


def limit(world: World) -> int:
    return world.bot.service.programme(world.guild.id).limits.parallel_limit


@pytest.mark.parametrize("who", ["boss", "crew"])
async def test_r12_nothing_changes_before_it_is_confirmed_and_nothing_is_cancelled_by_it(
    world: World, askers: Askers, who: str
) -> None:
    await three(world)
    question = await lowered(world, askers, who)
    assert "2 sessions would no longer fit" in read(question)
    assert "more than 1 side by side" in read(question)
    assert limit(world) == 10
    done = await pressed(askers[who], question, "Change it, keep all sessions")
    assert "2 sessions stay as they are" in read(done)
    assert limit(world) == 1
    assert {each.state for each in (await sessions(world)).values()} == {State.BOOKED}
    await pressed(askers[who], done, "Undo")
    assert limit(world) == 10


async def test_r12_each_is_moved_or_called_off_with_a_word_that_people_read(
    world: World, askers: Askers, speak: Speak
) -> None:
    await three(world)
    boss, question = askers["boss"], await lowered(world, askers)
    assert options(menus(question)[0]) == [
        "Keep it as it is",
        "Move it to Thu, Jan 1 15:00–16:00",
        "Move it to Thu, Jan 1 13:00–14:00",
        "Move it to Thu, Jan 1 15:15–16:15",
        "Call it off with a word to people…",
    ]
    form = await choose(boss, question, 0, "Call it off")
    question = await boss.submit_modal(form, {"reason": "*No* room, sorry"})
    assert "People read: \\*No\\* room, sorry" in read(question)
    question = await choose(boss, question, 1, "Move it to Thu, Jan 1 15:00")
    assert chosen(menus(question)[1]) == ["Move it to Thu, Jan 1 15:00–16:00"]
    found = await sessions(world)
    assert found["Rust"].state is State.BOOKED  # still only decided
    done = await pressed(boss, question, "Change it: move 1, call off 1, keep 0")
    assert "**Rust** is called off" in read(done)
    assert "**Go** now starts" in read(done)
    found = await sessions(world)
    assert set(found) == {"Git", "Go"}
    assert world.bot.service.programme(world.guild.id).local(found["Go"].start).hour == 15
    await world.env.advance_time(5)
    assert any("\\*No\\* room, sorry" in text and "Rust" in text for text in world.said(NEWS))


async def test_r12_a_window_that_closes_earlier_asks_about_what_runs_and_what_comes(
    world: World, askers: Askers
) -> None:
    await three(world)
    await world.host("dee", "Now")
    boss = askers["boss"]
    question = await admin(world, boss, "window edit", window="Day 1", closes="08:30")
    assert "4 sessions would no longer fit" in read(question)
    assert options(menus(question)[0]) == ["Keep it as it is", "End it now with a word to people…"]
    form = await choose(boss, question, 0, "End it now")
    question = await boss.submit_modal(form, {"reason": "Typhoon"})
    form = await pressed(boss, question, "Call off the rest")
    question = await boss.submit_modal(form, {"reason": "Typhoon"})
    done = await pressed(boss, question, "Change it: move 0, call off 4, keep 0")
    assert "**Now** has been ended" in read(done)
    assert [each.state for each in (await sessions(world)).values()] == [State.ENDED]


async def test_r12_changes_that_leave_nothing_over_ask_nothing(world: World, askers: Askers) -> None:
    await three(world)
    assert "✅" in await said(world, askers["boss"], "settings set", key=LIMIT, value="3")
    assert "✅" in await said(world, askers["boss"], "window edit", window="Day 1", closes="15:00")


async def test_r12_a_stale_question_changes_nothing_and_shows_how_it_is(world: World, askers: Askers) -> None:
    await three(world)
    boss = askers["boss"]
    shorter = await admin(world, boss, "window edit", window="Day 1", closes="12:00")
    fewer = await lowered(world, askers)
    await said(world, askers["crew"], "window edit", window="Day 1", name="Thursday")
    await said(world, askers["crew"], "settings set", key=LIMIT, value="7")
    reply = read(await pressed(boss, shorter, "Change it, keep"))
    assert "Somebody has changed this meanwhile" in reply
    assert "Thursday · Thu, Jan 1 08:00–16:15" in reply
    reply = read(await pressed(boss, fewer, "Change it, keep"))
    assert "Sessions side by side: **7**" in reply
    assert limit(world) == 7


async def test_r12_a_question_survives_a_restart_and_counts_once(world: World, askers: Askers) -> None:
    await three(world)
    question = await lowered(world, askers)
    await world.restart()
    [keep] = [each for each in buttons(told(question)).values() if "revisionkeep" in each]
    await pressed(askers["boss"], question, "Change it, keep")
    assert limit(world) == 1
    again = await admin(world, askers["boss"], "settings show")
    assert "has been done already" in await forged(world, "boss", again, keep)


async def test_r12_fifty_sessions_are_decided_by_page(world: World, askers: Askers) -> None:
    await world.set(conference__parallel_limit=25)
    for number in range(25):
        await world.host(f"host{number}", f"Topic {number}", "14:00")
        await world.host(f"more{number}", f"More {number}", "day 2 11:00")
    boss, question = askers["boss"], await lowered(world, askers)
    assert "48 sessions would no longer fit" in read(question)
    assert len(menus(question)) == 6
    question = await pressed(boss, question, "More")
    assert "Topic 7" in read(question)
    assert "Topic 6**" not in read(question)
    question = await choose(boss, question, 0, "Move it to")
    assert "Topic 7" in read(question)  # the same page
    done = await pressed(boss, question, "Change it: move 1")
    assert "47 sessions stay as they are" in read(done)


async def test_r12_what_was_left_over_is_settled_from_the_status(world: World, askers: Askers) -> None:
    await three(world)
    await world.set(conference__parallel_limit=1)
    boss = askers["boss"]
    status = await admin(world, boss, "status")
    assert "No longer fits (2)" in read(status)
    page = await pressed(boss, status, "2 no longer fit")
    page = await choose(boss, page, 0, "Keep it")
    assert "**Rust** stays as it is" in read(page)
    assert "No longer fits (1)" in read(await pressed(boss, page, "Status"))
    page = await pressed(boss, await admin(world, boss, "status"), "2 no longer fit")
    form = await choose(boss, page, 0, "Call it off")
    page = await boss.submit_modal(form, {"reason": "full"})
    assert "**Go** is called off" in read(page)
    page = await choose(boss, page, 0, "Move it to Thu, Jan 1 15:00")
    assert "**Rust** now starts" in read(page)
    assert "Everything fits" in read(page)
    assert "No longer fits" not in await said(world, boss, "status")


async def test_others_and_other_servers_decide_nothing(
    world: World, askers: Askers, attempts: Callable[[], list[str]]
) -> None:
    await three(world)
    question = await lowered(world, askers)
    rust = (await sessions(world))["Rust"].id
    [number] = [each.split(":")[2] for each in buttons(told(question)).values() if "keep" in each]
    ids = [
        f"openspace:{action}:{number}"
        for action in ("revisionapply", "revisionkeep", "revisionundo", "revisionclose", "revision")
    ]
    ids[-1] += ":0"
    ids += ["openspace:misfits:0", "openspace:revisiondrop"]
    page = await admin(world, askers["boss"], "settings show")
    for custom_id in ids:
        assert ONLY in await forged(world, "eve", page, custom_id)
    other = await another_server(world)
    boss = other.organizer("their boss")
    theirs = await admin(other, boss, "settings show")
    for custom_id in (f"openspace:revisionkeep:{number}", f"openspace:revisionapply:{number}"):
        assert "does nothing any more" in await forged(other, "their boss", theirs, custom_id)
    misfits = await other_misfits(other, rust)
    assert "does not exist any more" in misfits
    assert limit(world) == 10
    assert {each.state for each in (await sessions(world)).values()} == {State.BOOKED}


async def other_misfits(other: World, session: int) -> str:
    """What their boss is answered who chooses something for a session of another server."""
    boss = other.people["their boss"]
    await other.set(conference__parallel_limit=1)
    for name in ("one", "two"):
        await other.host(name, f"Their {name}", "14:00")
        await other.set(conference__parallel_limit=2)
    await other.set(conference__parallel_limit=1)
    page = await pressed(boss, await admin(other, boss, "status"), "1 no longer fits")
    menu = menus(page)[0]
    stored = other.env.backend.get_message(told(page).channel_id, told(page).id)
    swap(stored.components, menu["options"][0]["value"], f"0:{session}:0:keep:0")
    return read(await boss.select(told(page), [f"0:{session}:0:keep:0"], custom_id=menu["custom_id"]))


def swap(node: object, old: str, new: str) -> None:
    """Change a value wherever it stands."""
    if isinstance(node, list):
        for each in node:
            swap(each, old, new)
    if isinstance(node, dict):
        for key, value in node.items():
            if value == old:
                node[key] = new
            else:
                swap(value, old, new)


async def test_in_chinese(world: World, askers: Askers, speak: Speak) -> None:
    await three(world)
    speak("zh-TW")
    boss, question = askers["boss"], await lowered(world, askers)
    assert "這樣會有 2 場不符規定" in read(question)
    question = await choose(boss, question, 0, "改到 1月1日")
    done = await pressed(boss, question, "修改：改期 1 場、取消 0 場、保留 1 場")
    assert "**Rust** 改到" in read(done)
    assert "1 場雖不符規定" in read(done)
