"""Measures, prints, and ends with 1 where a figure is missed."""

from __future__ import annotations

import asyncio
import os
import platform
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Iterable
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from functools import partial
from importlib.util import cache_from_source
from math import inf
from pathlib import Path
from statistics import median

import discord

from bench.contestants import BARE, Contestant, contestant, fsyncs
from bench.figures import Figure, milliseconds, ratio
from bench.past import write_past
from tests.wire.people import TEXT, VOICE, Reply
from tests.wire.process import until

MOST_TIME = 170.0
"""Seconds after which the whole measuring has failed."""
ROUNDS, WARM_UP = 100, 10
CROWD, CROWDS = 500, 3
WISHES = 5
STARTS = 3


async def answered(reply: Awaitable[Reply]) -> float:
    """Return the seconds until a person had their answer."""
    seconds = (await reply).answered
    if seconds is None:
        raise RuntimeError("a command was never answered")
    return seconds


async def starts(*all_of_them: Contestant) -> list[float]:
    """Start each a few times, in turn, the last time to stay; return the least seconds that each took.

    The least, since whatever else the machine does can only add to it.
    """
    taken: list[list[float]] = [[] for _ in all_of_them]
    for number in range(STARTS):
        for one, seconds in zip(all_of_them, taken, strict=True):
            seconds.append(await one.start())
            if number < STARTS - 1:
                await one.process.stop()
    return list(map(min, taken))


def host(one: Contestant, person: int, topic: str, when: str) -> Awaitable[Reply]:
    """Let a person book a session of ten minutes."""
    return one.server.slash(person, "openspace host", topic=topic, when=when, minutes=10)


def slots() -> list[str]:
    """Return starts that are to come, in the window, ten minutes apart."""
    first = datetime.now(UTC).replace(second=0, microsecond=0) + timedelta(minutes=60)
    return [f"{first + timedelta(minutes=10 * n):%Y-%m-%d %H:%M}" for n in range(50)]


async def commands(bare: Contestant, ours: Contestant, past: Contestant) -> list[Figure]:
    """Let each bot answer one command after the other, in turn, so that all meet the same machine."""
    times: dict[str, list[float]] = {}

    async def take(what: str, reply: Awaitable[Reply]) -> None:
        times.setdefault(what, []).append(await answered(reply))

    free = slots()
    for number in range(WARM_UP + ROUNDS):
        if number == WARM_UP:
            times.clear()
        await take("bare", bare.server.slash(bare.person(f"p{number}"), "ping"))
        both = ((ours, ""), (past, " past"))
        for one, name in both if number % 2 else reversed(both):
            person, topic = one.person(f"p{number}"), f"Topic number {number}"
            await take("host" + name, host(one, person, topic, free[number % len(free)]))
            if one is ours or number % 5 == 0:  # enough for a median
                await take("list" + name, one.server.slash(person, "openspace list"))
        await take("form", ours.server.slash(ours.person(f"f{number}"), "openspace host"))
    return [
        milliseconds("bare command", times["bare"]),
        milliseconds("host, booked and stored", times["host"]),
        milliseconds("list", times["list"]),
        milliseconds("host's form is open", times["form"], 50),
        ratio("host beside the bare command", times["host"], times["bare"], 3),
        ratio("list beside the bare command", times["list"], times["bare"], 2.5),
        ratio("host with a million rows beside none", times["host past"], times["host"], 1.2),
        ratio("list with a million rows beside none", times["list past"], times["list"], 1.2),
    ]


async def crowd(bare: Contestant, ours: Contestant) -> list[Figure]:
    """Let hundreds of people do something in the same instant: list, join and host."""
    free = slots()

    def act(number: int) -> Awaitable[Reply]:
        person, server = people[number], ours.server
        if number % 5 == 0:
            return host(ours, person, f"Crowd {number}", free[number // 5 % len(free)])
        if number % 5 < 3:
            return server.slash(person, "openspace list")
        return server.slash(person, "openspace join", session=f"Topic number {number % ROUNDS}")

    pinged, acknowledged, done = [], [], []
    for _ in range(CROWDS):  # the first one opens the connections
        people = [bare.person("visitor") for _ in range(CROWD)]
        pings = await asyncio.gather(*(bare.server.slash(each, "ping") for each in people))
        people = [ours.person("visitor") for _ in range(CROWD)]
        replies = await asyncio.gather(*(act(number) for number in range(CROWD)))
        pinged.append(latest(each.answered for each in pings))
        acknowledged.append(latest(each.acknowledged for each in replies))
        done.append(latest(each.answered for each in replies))
    return [
        Figure(f"bare command, {CROWD} at once: last answer", median(pinged), "s"),
        Figure(f"{CROWD} at once: last acknowledged", median(acknowledged), "s", 0.5),
        Figure(f"{CROWD} at once: last answer", median(done), "s", 2.5),
    ]


def latest(times: Iterable[float | None]) -> float:
    """Return the longest time; without end where one never came."""
    return max(inf if each is None else each for each in times)


async def wishes(one: Contestant) -> list[Figure]:
    """Measure from a wish to both channels, where each request takes 100 ms on its way."""
    await one.start()
    one.standin.limits.on = False
    taken = []
    for number in range(WISHES + 1):
        one.standin.latency = 0.1 if number else 0.0  # the first makes the area, the board and the rest
        topic, person = f"wish{number}", one.person(f"w{number}")
        began = time.perf_counter()
        hosted = asyncio.create_task(one.server.slash(person, "openspace host", topic=topic))
        await until(partial(has_desk, one, topic), "both channels")
        taken.append(time.perf_counter() - began)
        await hosted
        await until(partial(has_cards, one, number + 1), "the card")
    return [Figure("wish to both channels at 100 ms a request", median(taken[1:]) * 1000, "ms", 260)]


def has_desk(one: Contestant, topic: str) -> bool:
    """Whether a session has both its channels."""
    return {each.type for each in one.server.channels() if each.name == topic} == {TEXT, VOICE}


def has_cards(one: Contestant, count: int) -> bool:
    """Whether so many cards are pinned: a desk is complete then."""
    return len(one.standin.made("PUT", r".*/pins/\d+")) >= count


async def measure(folder: Path) -> AsyncIterator[Figure]:
    """Yield one figure after the other."""
    async with AsyncExitStack() as stack:
        enter = stack.enter_async_context
        bare = await enter(contestant(folder / "bare", BARE))
        ours, past, wish = [await enter(contestant(folder / name)) for name in ("ours", "past", "wish")]
        rows = await write_past(past.process.folder / "openspace.sqlite3", past.server.guild.id)
        bare_start, start, past_start = await starts(bare, ours, past)
        yield milliseconds("fsync of this disk", fsyncs(folder, ROUNDS))
        yield Figure("start of the bare bot", bare_start, "s")
        yield Figure("start without a past", start, "s")
        yield Figure(f"start of a file with {rows:,} rows", past_start, "s", 1)
        for figure in await commands(bare, ours, past):
            yield figure
        memory = ours.process.memory(), bare.process.memory()
        yield Figure("memory of the bare bot", memory[1], "MB")
        yield Figure("memory over the bare bot's, after these commands", memory[0] - memory[1], "MB", 22)
        for figure in [*await crowd(bare, ours), *await wishes(wish)]:
            yield figure


def machine() -> str:
    """Return what the figures depend on besides the code."""
    compiled = "" if Path(cache_from_source(discord.__file__)).exists() else "not "
    load = os.getloadavg()[0]
    python = platform.python_version()
    return f"Python {python}, {os.cpu_count()} cores, load {load:.1f}, libraries {compiled}compiled"


async def report() -> list[str]:
    """Print each figure when it is known; return what was missed."""
    print(machine(), flush=True)
    missed = []
    try:
        with tempfile.TemporaryDirectory() as folder:
            async with asyncio.timeout(MOST_TIME):
                async for figure in measure(Path(folder)):
                    print(figure, flush=True)
                    missed += [figure.name] * figure.missed
    except TimeoutError as error:
        missed.append(f"the rest: {error or f'it took longer than {MOST_TIME:g} s'}")
    return missed


if __name__ == "__main__":
    missed = asyncio.run(report())
    for name in missed:
        print(f"missed: {name}", file=sys.stderr)
    sys.exit(bool(missed))
