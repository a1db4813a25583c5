"""C8: who gets a seat or loses one, and whose wish finds its host, is told: once, in one place."""

from __future__ import annotations

from datetime import UTC, datetime

from tests.cogs.conftest import slash
from tests.cogs.test_ideas import host_from, opened, pressed, put_up
from tests.conftest import NEWS, World
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
    assert world.said(NEWS) == [f"🪑 A seat is free: you're in **Git**, <t:{start}:f>.\n{cy} {dee}"]
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
    assert first.startswith("⏳ **Git**")
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
    assert said.startswith("💡 Somebody hosts what you wished for: **Rust** with ana")
    assert [pings(world, NEWS, name) for name in ("ana", "bo", "cy")] == [0, 1, 1]
    await world.until("10:31")
    assert pings(world, "rust", "bo") == 1  # the opening calls everyone who joined, once (R8)
