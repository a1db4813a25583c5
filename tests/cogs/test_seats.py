"""C8: who gets a seat or loses one, and whose wish finds its host, is told: once, in one place."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.service import Person
from bot.store.drafts import Draft
from tests.cogs.conftest import slash
from tests.cogs.test_ideas import host_from, opened, pressed, put_up
from tests.conftest import NEWS, MakeWorld, World
from tests.desks.acts import pings


async def test_c8_r17_who_gets_a_seat_is_pinged_once_and_many_at_once_in_one_message(world: World) -> None:
    await world.host("ana", "Git", "10:30")
    await slash(world, "ana", "edit", session="Git", seats=1)
    for name in ("bo", "cy", "dee"):
        await world.join(name, "Git")
    await slash(world, "ana", "edit", session="Git", seats=3)
    await world.env.advance_time(10)
    start = int(datetime(2026, 1, 1, 2, 30, tzinfo=UTC).timestamp())
    cy, dee = (f"<@{world.person(name).id}>" for name in ("cy", "dee"))
    assert world.said(NEWS) == [
        f"🪑 A seat is free: you're in **Git**, <t:{start}:f> (<t:{start}:R>).\n{cy} {dee}"
    ]
    assert [pings(world, NEWS, name) for name in ("ana", "bo", "cy", "dee")] == [0, 0, 1, 1]
    await world.restart()
    await world.env.advance_time(600)
    assert len(world.said(NEWS)) == 1


async def test_c8_who_is_pushed_to_waiting_hears_it_and_a_slip_is_no_news(world: World) -> None:
    await world.host("ana", "Git", "10:30")
    await slash(world, "ana", "edit", session="Git", seats=2)
    for name in ("bo", "cy"):
        await world.join(name, "Git")
    for seats in (1, 2, 1):
        await slash(world, "ana", "edit", session="Git", seats=seats)
        await world.env.advance_time(10)
    await world.env.advance_time(600)
    first, *others = world.said(NEWS)
    assert first.startswith("⏳ There are fewer seats at **Git**")
    assert "waiting list" in first
    assert first.endswith(f"<@{world.person('cy').id}>")
    assert [text[0] for text in others] == ["🪑", "⏳"]  # each once, as it is in the end
    assert pings(world, NEWS, "bo") == 0


async def test_c8_r8_whom_the_opening_calls_is_not_called_before_it_for_the_same(world: World) -> None:
    await world.host("ana", "Git", "10:30")
    await slash(world, "ana", "edit", session="Git", seats=1)
    for name in ("bo", "cy"):
        await world.join(name, "Git")
    await world.until("10:29")
    await world.bot.keeper.close()  # from now on nothing is told
    await slash(world, "bo", "leave", session="Git")
    await world.until("10:31")
    await world.restart()
    await world.env.advance_time(10)
    assert world.said(NEWS) == []
    assert pings(world, "git", "cy") == 1


async def test_c8_at_an_open_desk_a_free_seat_is_told_there(world: World) -> None:
    await world.host("ana", "Git")
    await slash(world, "ana", "edit", session="Git", seats=1)
    for name in ("bo", "cy"):
        await world.join(name, "Git")
        await world.env.advance_time(10)
    await slash(world, "bo", "leave", session="Git")
    await world.env.advance_time(10)
    assert world.said("git")[-1].startswith("🪑 A seat is free: you're in **Git**")
    assert world.said(NEWS) == []


async def test_c8_those_who_wished_for_it_hear_that_it_has_a_host(world: World) -> None:
    await put_up(world, "bo", "Rust")
    await pressed(world, "cy", await opened(world, "cy"), "metoo:1")
    await host_from(world, "ana", 1, other="10:30")
    await world.env.advance_time(10)
    [said] = world.said(NEWS)
    assert said.startswith("💡 Your wish has a host: **Rust** with ana")
    assert [pings(world, NEWS, name) for name in ("ana", "bo", "cy")] == [0, 1, 1]
    await world.until("10:31")
    assert pings(world, "rust", "bo") == 1  # the opening calls everyone who joined, once (R8)


TOLD = {
    "en": (
        "🪑 A seat is free: you're in **Git**, <t:1767234600:f> (<t:1767234600:R>).",
        "⏳ There are fewer seats at **Git**, <t:1767234600:f>: you're on the waiting list now."
        " I'll ping you if a seat frees up.",
        "💡 Your wish has a host: **Rust** with bea, <t:1767236400:f> (<t:1767236400:R>). You're in.",
        "❌ The organizers have cancelled **Git** by {ana}, <t:1767234600:f>.",
    ),
    "zh-TW": (
        "🪑 有空位了！你可以參加 <t:1767234600:f>（<t:1767234600:R>）的 **Git**。",
        "⏳ <t:1767234600:f> 的 **Git** 座位變少，你現在是候補，有空位會通知你。",
        "💡 你想參加的主題有人主持了：bea 的 **Rust**，<t:1767236400:f>（<t:1767236400:R>）。已經幫你參加。",
        "❌ 工作人員取消了 {ana} 在 <t:1767234600:f> 的 **Git**。",
    ),
}


@pytest.mark.parametrize("language", TOLD)
async def test_c8_it_is_said_in_the_servers_language(make_world: MakeWorld, language: str) -> None:
    world = await make_world()
    await world.set(conference__language=language)
    await world.host("ana", "Git", "10:30")
    for name in ("bo", "cy"):
        await world.join(name, "Git")
    for seats in (1, 2):
        await world.person("ana").slash(world.lobby, "openspace edit", session="1", seats=seats)
        await world.env.advance_time(10)
    who, bea = (Person(world.person(name).id, name) for name in ("bo", "bea"))
    boss = Person(world.organizer().id, "boss", organizer=True)
    with world.env._bot_scope():
        service, here = world.bot.service, world.guild.id
        idea = await service.ideas.put_up(here, who, "Rust")
        draft = Draft(bea.id, "Rust", "", "11:00", 30, idea_id=idea.idea_id)
        await service.hosting.host(here, bea, draft)
        await service.changes.cancel(here, 1, boss, "")
    await world.env.advance_time(10)
    seat, waiting, found, cancelled = TOLD[language]
    ana, bo, cy = (f"<@{world.person(name).id}>" for name in ("ana", "bo", "cy"))
    said = [f"{waiting}\n{cy}", f"{seat}\n{cy}", f"{found}\n{bo}", f"{cancelled}\n{bo} {cy}"]
    assert world.said(NEWS) == [text.format(ana=ana) for text in said]
