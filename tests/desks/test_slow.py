"""R15: however slow Discord is with channels, people have their answer and sessions their times."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.conftest import MakeWorld, World, all_text
from tests.desks.conftest import Wire, delete, desk, failing, give, makes_voice, shows, states, wait, without
from tests.desks.strict import Call, http_error


async def ten_seconds(_call: Call, go: Any) -> Any:
    await asyncio.sleep(10)
    return await go()


def makes(call: Call) -> bool:
    return call.makes


async def test_r15_the_host_has_an_answer_at_once_and_the_links_later(world: World, wire: Wire) -> None:
    wire.on(makes, ten_seconds)
    before = world.env.now()
    result = await world.person("ana").slash(world.lobby, "openspace host", topic="Async testing")
    assert result.response is not None
    assert "Desk 1 is yours" in all_text(result.response)
    assert "the links appear here" in all_text(result.response)
    assert (world.env.now() - before).total_seconds() < 3
    assert world.names("voice") == []
    await world.env.advance_time(21)
    voice, text = world.channel("Async testing"), world.channel("async-testing")
    assert f"<#{voice.id}>" in all_text(result.response)
    assert f"<#{text.id}>" in all_text(result.response)
    assert shows(world, *desk("Async testing", "async-testing"))


async def test_r15_who_joins_meanwhile_has_the_links_too(world: World, wire: Wire) -> None:
    wire.on(makes, ten_seconds)
    await world.host("ana", "Async testing")
    result = await world.person("bob").slash(world.lobby, "openspace join", session="Async testing")
    assert "<#" not in all_text(result.response)
    await world.env.advance_time(21)
    assert f"<#{world.channel('Async testing').id}>" in all_text(result.response)


@pytest.mark.parametrize("lead", [0, 5])
async def test_r15_sessions_open_and_end_on_time_meanwhile(
    make_world: MakeWorld, wire: Wire, lead: int
) -> None:
    world = await make_world(sessions={"lead_minutes": lead, "min_minutes": 1})
    await world.host("early", "Early", "09:59", minutes=2)
    await world.host("late", "Late", "10:02", minutes=30)
    for n in range(8):
        await world.host(f"host{n}", f"Topic {n}", "10:00", minutes=3)
    wire.on(makes, ten_seconds)
    expected = {
        "09:58": ["booked", "booked", "booked"],
        "09:59": ["open", "booked", "booked"],
        "10:00": ["open", "booked", "open"],
        "10:01": ["ended", "booked", "open"],
        "10:02": ["ended", "open", "open"],
        "10:03": ["ended", "open", "ended"],
    }
    for at, what in expected.items():
        await world.until(at)
        assert states(world)[:3] == what, at
        assert len(set(states(world)[2:])) == 1
    await world.until("10:20")
    assert ("voice", "Late", "Open Space") in desk("Late", "late")
    assert world.names("voice") == ["Late"]


async def test_r15_what_is_booked_while_desks_are_being_made_opens_on_time(world: World, wire: Wire) -> None:
    for n in range(9):
        await world.host(f"host{n}", f"Topic {n}", "10:00")
    wire.on(makes, ten_seconds)
    await world.until("09:56")
    await world.host("ana", "Async testing", "09:57")
    await world.until("09:57")
    assert states(world)[-1] == "open"


async def test_r15_on_time_while_one_request_never_ends(world: World, wire: Wire) -> None:
    async def stuck(_call: Call, go: Any) -> Any:
        await asyncio.sleep(7200)
        return await go()

    await world.host("ana", "Async testing", "10:00")
    wire.on(makes_voice, stuck)
    await world.until("09:56")
    await world.host("bob", "Board games", "09:57", minutes=10)
    for at, what in {
        "09:57": ["booked", "open"],
        "10:00": ["open", "open"],
        "10:07": ["open", "ended"],
    }.items():
        await world.until(at)
        assert states(world) == what


async def test_r15_a_slow_first_pass_after_a_start_holds_up_no_session(world: World, wire: Wire) -> None:
    await world.host("ana", "Async testing", "10:00")
    await world.until("09:57")
    await delete(world, "Async testing")
    await world.bot.keeper.close()
    await delete(world, "Open Space", "Async testing", "async-testing")
    wire.on(makes, stuck_for(600))
    await world.restart()
    await world.until("10:00")
    assert states(world) == ["open"]


def stuck_for(seconds: float) -> Any:
    async def act(_call: Call, go: Any) -> Any:
        await asyncio.sleep(seconds)
        return await go()

    return act


async def test_r15_the_host_hears_that_it_does_not_work_and_later_that_it_does(
    world: World, wire: Wire
) -> None:
    wire.on(makes, failing(http_error(403, 50013)))
    result = await world.person("ana").slash(world.lobby, "openspace host", topic="Async testing")
    assert "The channels can't be made just now" in all_text(result.response)
    wire.calm()
    await wait(world, 1)
    assert f"<#{world.channel('Async testing').id}>" in all_text(result.response)
    assert "can't be made" not in all_text(result.response)


async def test_r15_a_permission_that_desks_can_do_without_frightens_no_host(world: World) -> None:
    await give(world, without("pin_messages"))
    seen: list[str] = []
    result = await world.person("ana").slash(world.lobby, "openspace host", topic="Async testing")
    seen = world.answers()
    assert seen
    assert not any("can't be made" in text for text in seen)
    assert f"<#{world.channel('Async testing').id}>" in all_text(result.response)


async def test_r15_the_answer_may_be_gone_when_the_links_come(world: World, wire: Wire) -> None:
    wire.on(makes, stuck_for(1000))
    await world.host("ana", "Async testing", minutes=120)
    await wait(world, 20)
    wire.calm()
    await wait(world, 11)
    assert shows(world, *desk("Async testing", "async-testing"))
    assert any("links could not be added" in entry["event"] for entry in wire.log)


async def test_r15_who_waits_for_a_session_that_ends_hears_no_more(world: World, wire: Wire) -> None:
    wire.on(makes, failing(TimeoutError()))
    result = await world.person("ana").slash(world.lobby, "openspace host", topic="Async testing", minutes=10)
    await wait(world, 30)
    assert "the links appear here" in all_text(result.response)
    assert states(world) == ["ended"]
