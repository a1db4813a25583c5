"""R14: whatever fails or dies in between, every desk has one voice and one text channel after all."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
import discord
import pytest

from tests.conftest import MakeWorld, World
from tests.desks.conftest import (
    POST,
    Act,
    Wire,
    another_guild,
    archived,
    desk,
    die,
    failing,
    first,
    guild_of,
    layouts,
    lost,
    makes_category,
    makes_text,
    makes_voice,
    mentions,
    nth,
    posts,
    rows,
    says,
    shows,
    up_to_date,
    wait,
    waiting,
    write,
)
from tests.desks.strict import Call, http_error

ONE, TWO = desk("Async testing", "async-testing"), desk("Board games", "board-games")
OPENING_TWO = 10
"""Requests that two desks cost: two channels, opening, card and pin each, and two edits of the board."""
PARTS = 3
"""So many times fewer servers open at once: simcord gives all of them five seconds."""
NEW_SERVER = 5
"""Requests that a new server costs: two categories, the board's channel and the news', and the board."""

LOST: dict[str, Exception] = {
    "disconnected": aiohttp.ServerDisconnectedError(),
    "timeout": TimeoutError(),
    "502": http_error(502),
}


async def two_desks(world: World) -> None:
    await world.host("ana", "Async testing", "10:00")
    await world.host("bob", "Board games", "10:00")
    await world.join("eve", "Async testing")
    await world.join("eve", "Board games")


def all_is_there(world: World) -> bool:
    for host, text in (("ana", "async-testing"), ("bob", "board-games")):
        named = mentions(world, text)
        assert sorted(named) == sorted({str(world.person(host).id), str(world.person("eve").id)})
        assert len(world.said(text)) == 1
    assert waiting(world) == ["warning"] * 2
    assert rows(world, "SELECT count(*) FROM notice WHERE dropped") == [(0,)]
    assert len(layouts(world)) == 3
    return shows(world, *ONE, *TWO)


@pytest.mark.parametrize("number", range(OPENING_TWO))
@pytest.mark.parametrize("done", [False, True], ids=["before", "after"])
async def test_r14_a_crash_at_any_request_of_opening(
    world: World, wire: Wire, number: int, *, done: bool
) -> None:
    await two_desks(world)
    died = []

    async def crash(_call: Call, go: Any) -> Any:
        if done:
            await go()
        died.append(number)
        await die(world.bot)

    wire.on(nth(number), crash)
    await world.until("10:01")
    assert died == [number]
    wire.calm()
    await world.restart()
    await wait(world, 1)  # so long it takes to be sure that a card whose answer was lost is there
    assert all_is_there(world)
    assert await up_to_date(world)
    wire.calm()
    await world.restart()
    await wait(world, 20)
    assert wire.calls == []


@pytest.mark.parametrize("number", range(NEW_SERVER))
@pytest.mark.parametrize("done", [False, True], ids=["before", "after"])
async def test_r14_a_crash_at_any_request_in_a_new_server(
    world: World, wire: Wire, number: int, *, done: bool
) -> None:
    died = []

    async def crash(_call: Call, go: Any) -> Any:
        if done:
            await go()
        died.append(number)
        await die(world.bot)

    wire.on(nth(number), crash)
    second = another_guild(world, "Another")
    await world.env.settle()
    assert died == [number]
    wire.calm()
    await world.restart()
    await wait(world, 1)
    assert shows(second)
    assert len(layouts(second)) == 1
    assert await up_to_date(second)


async def test_r14_crash_after_crash(world: World, wire: Wire) -> None:
    await two_desks(world)
    await world.bot.keeper.close()
    await world.until("10:00")
    for _ in range(OPENING_TWO):

        async def crash(_call: Call, go: Any) -> Any:
            await go()
            await die(world.bot)

        wire.on(first(lambda call: call.method != "GET"), crash)
        await world.env.advance_time(5)  # an edit that was made and not written down is made again
        await world.restart()
    wire.calm()
    await world.env.advance_time(5)
    await world.restart()
    await wait(world, 1)
    assert all_is_there(world)
    assert await up_to_date(world)


async def test_r14_shut_down_in_the_middle_and_started_again(world: World, wire: Wire) -> None:
    """The bot is stopped as SIGTERM does it, while Discord takes its time."""

    async def slow(_call: Call, go: Any) -> Any:
        await asyncio.sleep(120)
        return await go()

    await two_desks(world)
    wire.on(makes_text, slow)
    await world.until("09:56")
    assert (world.names("voice"), world.names("text")) == (["Async testing", "Board games"], [])
    wire.calm()
    await world.restart()
    await world.until("10:00")
    assert all_is_there(world)


@pytest.mark.parametrize("error", LOST.values(), ids=LOST)
@pytest.mark.parametrize("part", range(PARTS))
async def test_r14_no_answer_to_any_request_of_opening(
    world: World, wire: Wire, error: Exception, part: int
) -> None:
    """Each server has its own request without an answer; every channel is made or adopted, none twice."""
    numbers, lost_ones = range(part, OPENING_TWO, PARTS), list[int]()
    worlds = [another_guild(world, f"Server {n}") for n in numbers]
    await world.env.settle()
    strike: dict[int, Any] = {w.guild.id: nth(n) for w, n in zip(worlds, numbers, strict=True)}
    for each in worlds:
        await two_desks(each)

    async def struck(call: Call, go: Any) -> Any:
        guild = guild_of(world, call)
        bad = call.method != "GET" and guild in strike and strike[guild](call)
        lost_ones.extend([guild] * bad)
        return await (lost(error) if bad else plain)(call, go)

    wire.act = struck
    await worlds[0].until("10:02")
    assert sorted(lost_ones) == sorted(strike)
    for each in worlds:
        assert all_is_there(each)
        assert await up_to_date(each)


async def plain(_call: Call, go: Any) -> Any:
    return await go()


async def test_r14_no_answer_and_no_list_for_a_while(world: World, wire: Wire) -> None:
    """What became of the channel cannot be learnt at first: nothing is made until it can."""
    await world.host("ana", "Async testing", "10:00")
    await world.until("09:50")

    async def bad(call: Call, go: Any) -> Any:
        if call.method == "GET":
            raise http_error(503)
        await go()
        raise aiohttp.ServerDisconnectedError

    wire.on(lambda call: call.method == "GET" or makes_voice(call) or makes_text(call), bad)
    await world.until("09:58")
    assert shows_unrecorded(world) == ["Async testing", "async-testing"]
    wire.calm()
    await world.until("10:05")
    assert shows(world, *ONE)


def shows_unrecorded(world: World) -> list[str]:
    return sorted(world.names("voice") + world.names("text"))


async def test_r14_no_second_area_while_the_first_is_not_known(world: World, wire: Wire) -> None:
    async def bad(call: Call, go: Any) -> Any:
        if makes_category(call):
            await go()
        raise aiohttp.ServerDisconnectedError

    wire.on(lambda call: call.method == "GET" or makes_category(call), bad)
    second = another_guild(world, "Another")
    await world.env.settle()
    await second.host("ana", "Async testing")
    await wait(world, 5)
    wire.calm()
    await wait(world, 11)
    assert shows(second, *ONE)


@pytest.mark.parametrize(
    "which", [makes_voice, makes_text, makes_category], ids=["voice", "text", "category"]
)
@pytest.mark.parametrize("answer", ["arrives", "is lost"])
async def test_r14_a_request_that_discordpy_repeated(
    world: World, wire: Wire, which: Any, answer: str
) -> None:
    """One wish, three channels: discord.py repeats a POST by itself on 500, 502, 504 and 524."""

    async def repeated(_call: Call, go: Any) -> Any:
        await go()
        await asyncio.sleep(1)
        await go()
        await asyncio.sleep(3)
        made = await go()
        if answer == "arrives":
            return made
        raise http_error(502)

    wire.on(nth(0, which), repeated)
    second = another_guild(world, "Another")
    await wait(world, 1)
    await second.host("ana", "Async testing", "10:00")
    await second.until("10:00")
    wire.calm()
    await wait(world, 1)
    assert shows(second, *ONE)
    await second.restart()
    await wait(world, 70)
    assert shows(second)


async def test_r14_the_surplus_is_kept_while_people_are_in_it(world: World, wire: Wire) -> None:
    async def twice(_call: Call, go: Any) -> Any:
        first_made = await go()
        backend = world.env.backend
        backend.set_voice_state(world.guild.id, world.person("ana").id, int(first_made["id"]))
        return await go()

    world.person("ana")
    wire.on(first(makes_voice), twice)
    await world.host("ana", "Async testing")
    assert world.names("voice") == ["Async testing"] * 2
    await world.person("ana").leave_voice()
    wire.calm()
    await wait(world, 1)
    assert shows(world, *ONE)


async def test_r14_a_clear_no_after_a_repeated_request_is_not_trusted(world: World, wire: Wire) -> None:
    """discord.py: 502 though the channel was made, a second later the repetition is refused with 400."""

    async def made_then_refused(_call: Call, go: Any) -> Any:
        await go()
        await asyncio.sleep(1)
        raise http_error(400, 50035, name="no")

    wire.on(first(makes_voice), made_then_refused)
    await world.host("ana", "Async testing", "10:00")
    await world.until("10:00")
    assert shows(world, *ONE)


async def test_r14_a_clear_no_costs_no_look(world: World, wire: Wire) -> None:
    wire.on(first(makes_voice), failing(discord.RateLimited(40)))
    await world.host("ana", "Async testing")
    await wait(world, 1)
    assert shows(world, *ONE)
    assert wire.count("GET", "/guilds/#/channels") == 0


NOISY = 25


@pytest.mark.parametrize("noise", [0, NOISY])
async def test_r14_a_message_whose_answer_was_lost_is_not_sent_again(
    world: World, wire: Wire, noise: int
) -> None:
    """By what is written in the channel, or else by Discord's own memory of the nonce."""
    await world.host("ana", "Async testing", "10:00")
    await world.until("09:59")
    wire.on(first(says), lost(http_error(502)))
    await world.until("10:00")
    for number in range(noise):
        await world.person("ana").send(world.channel("async-testing"), f"hello {number}")
    if not noise:
        wire.strict.nonces.clear()
    await world.until("10:01")
    assert sum("Desk 1 is open" in text for text in world.said("async-testing")) == 1
    assert waiting(world) == ["warning"]


@pytest.mark.parametrize("noise", [0, NOISY])
async def test_r14_a_card_whose_answer_was_lost_is_found_whatever_is_written_below(
    world: World, wire: Wire, noise: int
) -> None:
    wire.on(first(posts), lost(http_error(502)))
    await world.host("ana", "Async testing")
    for number in range(noise):
        await world.person("ana").send(world.channel("async-testing"), f"hello {number}")
    wire.calm()
    await wait(world, 1)
    assert wire.count(*POST) == 0
    assert len(world.layouts("async-testing")) == 1
    assert shows(world, *ONE)
    assert await up_to_date(world)


@pytest.mark.parametrize("act", [lost, failing])
async def test_r14_a_message_in_parts_goes_on_where_it_stopped(world: World, wire: Wire, act: Any) -> None:
    await world.host("ana", "Async testing", "10:00")
    guests = [f"guest{n}" for n in range(100)]
    for name in guests:
        await world.join(name, "Async testing")
    wire.on(nth(1, says), act(http_error(503)))
    await world.until("10:00")
    wire.calm()
    for number in range(NOISY if act is failing else 1):
        await world.person("ana").send(world.channel("async-testing"), f"hello {number}")
    wire.strict.nonces.clear()
    await wait(world, 1)
    said = " ".join(str(call.json) for call in wire.done if says(call))
    assert all(said.count(f"<@{world.person(name).id}>") == 1 for name in guests)
    assert said.count("Desk 1 is open") == 1


async def test_r14_two_sessions_of_one_name_each_keep_their_own(world: World, wire: Wire) -> None:
    wire.on(lambda call: makes_voice(call) or makes_text(call), lost(http_error(503)))
    await world.host("ana", "Python", "10:00")
    await world.host("bob", "Python", "10:00")
    await world.until("10:00")
    await wait(world, 5)
    wire.calm()
    await wait(world, 10)
    assert shows(world, *desk("Python", "python"), *desk("Python", "python"))


@pytest.mark.parametrize("limit", [1, 3])
async def test_r3_r14_whatever_fails_there_are_never_more_open_sessions_than_desks(
    make_world: MakeWorld, wire: Wire, limit: int
) -> None:
    world = await make_world(limit=limit)
    errors: list[Act] = [lost(error) for error in LOST.values()] + [failing(error) for error in LOST.values()]
    turn = iter(range(1000))

    async def every_third(call: Call, go: Any) -> Any:
        number = next(turn)
        return await (plain if number % 3 else errors[number // 3 % len(errors)])(call, go)

    wire.act = every_third
    for hour in range(3):
        for n in range(limit + 1):
            text = await world.host(f"host{hour}{n}", f"Topic {hour}{n}", minutes=60)
            assert ("is yours" in text) == (n < limit)
        for minute in range(6):
            await wait(world, 10)
            for text in world.names("text"):
                if minute == 4 and text.startswith(f"topic-{hour}"):
                    await write(world, text)
            assert rows(world, "SELECT count(*) FROM session WHERE state = 'open'")[0][0] <= limit
    wire.calm()
    await wait(world, 30)
    kept = [archived(f"topic-{hour}{n}") for hour in range(3) for n in range(limit)]
    assert shows(world, *kept)
    assert len(layouts(world)) == 1 + len(kept)
    assert await up_to_date(world)
    assert rows(world, "SELECT count(*) FROM notice WHERE done_at IS NULL") == [(0,)]
