"""R3, R8, R9, R14: a failure of any request in a session's whole life changes nothing in the end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import discord
import pytest

from tests.conftest import MakeWorld, World
from tests.desks.conftest import (
    ARCHIVING,
    DELETE,
    EDIT,
    MAKE,
    PIN,
    POST,
    Act,
    Wire,
    another_guild,
    archived,
    change_session,
    delete,
    desk,
    die,
    enter,
    failing,
    guild_of,
    layouts,
    lost,
    rows,
    says,
    shows,
    told,
    up_to_date,
    wait,
    write,
)
from tests.desks.strict import Call, http_error

DESK = desk("Async testing", "async-testing")
LIFE = [
    *[MAKE] * 4,  # area, archive, the board's channel and the news'
    POST,  # the board
    *[EDIT] * 2,  # the board: hosted, joined
    *[POST, EDIT],  # it is to be longer: news, board
    *[MAKE, MAKE, EDIT],  # its channels, and the board that links to them
    *[POST, EDIT, PIN],  # the card, by which it opens, and the board
    *[POST, EDIT, EDIT],  # greeting, board, card
    POST,  # warning
    *[EDIT, EDIT, POST],  # it is over: board, card, and what stays of it
    *[ARCHIVING, POST, DELETE],  # the text channel, the last word, the voice channel
]
"""Requests in a server's and a session's life; those that wait for nothing go side by side, in any order."""
PARTS = 3

FAILURES: dict[str, Act] = {
    "429 and how long": failing(discord.RateLimited(45)),
    "429": failing(http_error(429)),
    "500": failing(http_error(500)),
    "503": failing(http_error(503)),
    "403": failing(http_error(403, 50013)),
    "no connection": failing(OSError(101, "Network is unreachable")),
    "500 but done": lost(http_error(500)),
    "503 but done": lost(http_error(503)),
    "done, then disconnected": lost(aiohttp.ServerDisconnectedError()),
    "done, then nothing": lost(TimeoutError()),
    "a fault of ours": lost(ValueError("a bug")),
}


@pytest.mark.parametrize("failure", FAILURES.values(), ids=FAILURES)
@pytest.mark.parametrize("part", range(PARTS))
async def test_r14_any_request_of_a_whole_life_may_fail(
    world: World, wire: Wire, failure: Act, part: int
) -> None:
    """One server for each request, in which just that one fails; so many servers at a time as bear it."""
    numbers = range(part, len(LIFE), PARTS)
    failed: dict[int, Call] = {}
    made: dict[int, int] = {}

    async def act(call: Call, go: Any) -> Any:
        if call.method == "GET":
            return await go()
        guild = guild_of(world, call)
        number = made.get(guild, 0)
        made[guild] = number + 1
        if guild in striking and number == striking[guild]:
            failed[guild] = call
            return await failure(call, go)
        return await go()

    striking: dict[int, int] = {}
    wire.act = act
    worlds = [another_guild(world, f"Server {number}") for number in numbers]
    striking |= {each.guild.id: number for each, number in zip(worlds, numbers, strict=True)}
    await wait(world, 5)
    await live(worlds)
    assert failed.keys() == striking.keys()
    for each in worlds:
        assert shows(each, archived("async-testing")), failed[each.guild.id]
        assert await up_to_date(each), failed[each.guild.id]
        all_was_said_once(each, wire)


async def test_a_whole_life(world: World, wire: Wire) -> None:
    """Where nothing fails; what the other tests let fail one by one."""
    await wait(world, 5)
    await live([world])
    assert Counter(call.route for call in wire.calls if call.method != "GET") == Counter(LIFE)
    assert shows(world, archived("async-testing"))
    assert await up_to_date(world)
    all_was_said_once(world, wire)


async def live(worlds: list[World]) -> None:
    """A session from 08:30 to 09:00, in which people talk longer than they may."""
    for each in worlds:
        await each.host("ana", "Async testing", "08:30", minutes=20)
        await each.join("bob", "Async testing")
    await worlds[0].until("08:10")
    for each in worlds:
        await change_session(each, "changes.extend", minutes=10)
    await worlds[0].until("08:40")
    for each in worlds:
        await each.join("eve", "Async testing")
        assert rows(each, "SELECT count(*) FROM session WHERE state = 'open'") == [(len(worlds),)]
    await worlds[0].until("08:50")
    for each in worlds:
        await enter(each, "ana", each.names("voice")[0])
        await write(each, "async-testing", "eve")
    await worlds[0].until("09:45")


def all_was_said_once(world: World, wire: Wire) -> None:
    ours = set(world.guild._guild.channel_ids)
    ours.discard(world.lobby.id)
    said = [str(call.json) for call in wire.done if says(call) and call.target in ours]
    changed, opening, greeting, warning, takeaway = said
    assert changed.count(f"<@{world.person('bob').id}>") == 1
    assert opening.count(f"<@{world.person('bob').id}>") == 1
    assert greeting.count(f"<@{world.person('eve').id}>") == 1
    assert warning.count(f"<@{world.person('ana').id}>") == 1
    assert "What should others take away from it?" in takeaway
    assert len(layouts(world)) == 2
    sql = (
        "SELECT n.kind, n.dropped, n.done_at IS NULL FROM notice n JOIN session s ON s.id = n.session_id"
        " WHERE s.guild_id = ? ORDER BY n.id"
    )
    kinds = ["changed", "opening", "warning", "greeting", "takeaway", "overrun"]
    assert rows(world, sql, world.guild.id) == [(kind, 0, 0) for kind in kinds]


async def test_r9_r14_the_last_word_is_said_once_whatever_fails(world: World, wire: Wire) -> None:
    await world.host("ana", "Async testing", minutes=30)
    await enter(world, "ana", "Async testing")
    await wait(world, 54)
    wire.on(says, lost(http_error(503)))
    await wait(world, 2)
    wire.calm()
    await wait(world, 2)
    assert len(world.said("Async testing")) == 1


@pytest.mark.parametrize("number", range(len(LIFE) - 5))
@pytest.mark.parametrize("done", [False, True], ids=["before", "after"])
async def test_r14_a_crash_at_any_request_of_a_whole_life(
    world: World, wire: Wire, number: int, *, done: bool
) -> None:
    died: list[Call] = []

    async def act(call: Call, go: Any) -> Any:
        if call.method == "GET" or died or next(numbers) != number:
            return await go()
        died.append(call)
        if done:
            await go()
        return await die(world.bot)

    await wait(world, 5)
    numbers = iter(range(1000))
    wire.act = act
    steps: list[Callable[[], Awaitable[object]]] = [
        lambda: world.host("ana", "Async testing", "08:30", minutes=20),
        lambda: world.join("bob", "Async testing"),
        lambda: world.until("08:10"),
        lambda: change_session(world, "changes.extend", minutes=10),
        lambda: world.until("08:40"),
        lambda: world.join("eve", "Async testing"),
        lambda: world.until("08:50"),
        lambda: enter(world, "ana", "Async testing"),
        lambda: write(world, "async-testing", "eve"),
        lambda: world.until("08:56"),
        lambda: world.until("09:01"),
        lambda: world.until("09:12"),
        lambda: world.until("09:27"),
        lambda: world.until("09:45"),
    ]
    restarted = False
    for step in steps:
        await step()
        if died and not restarted:
            restarted = True
            await world.env.advance_time(5)  # an edit that was made and not written down is made again
            await world.restart()
            await wait(world, 1)
    assert restarted
    assert shows(world, archived("async-testing"))
    assert await up_to_date(world)
    all_was_said_once(world, wire)


async def test_r14_failures_all_day_long(make_world: MakeWorld, wire: Wire) -> None:
    """Every fifth request fails, each time in another way, while people host, join, talk and delete."""
    world = await make_world(limit=3)
    ways = list(FAILURES.values())
    numbers = iter(range(100_000))

    async def act(call: Call, go: Any) -> Any:
        number = next(numbers)
        return await (ways[number // 5 % len(ways)](call, go) if number % 5 == 0 else go())

    wire.act = act
    for hour in range(4):
        for n in range(3):
            await world.host(f"host{n}", f"Topic {hour}{n}", minutes=40)
            await world.join("bob", f"Topic {hour}{n}")
        await wait(world, 20)
        if world.names("voice"):
            await enter(world, "bob", world.names("voice")[0])
        for text in world.names("text"):
            if text.startswith("topic"):
                await write(world, text)
        await delete(world, *world.names("text")[-1:])
        await wait(world, 10)
        for text in world.names("text"):
            if text.startswith(f"topic-{hour}"):
                await write(world, text)
        await wait(world, 10)
        assert rows(world, "SELECT count(*) FROM session WHERE state = 'open'")[0][0] <= 3
        await wait(world, 60)
    wire.calm()
    await wait(world, 60)
    kept = rows(world, "SELECT count(*) FROM record WHERE kind = 'text' AND gone_at IS NULL")[0][0]
    assert 8 <= kept <= 12
    topics = [f"topic-{hour}{n}" for hour in range(4) for n in range(3)]
    there = [name for name in world.names("text") if name.startswith("topic")]
    assert shows(world, *(archived(name) for name in there))
    assert await up_to_date(world)
    assert len(set(there)) == len(there) == kept
    assert set(there) <= set(topics)
    assert rows(world, "SELECT count(*) FROM notice WHERE done_at IS NULL") == [(0,)]
    assert all(text.count("⚠") == 1 for text in told(world))
