"""What readers of the board's page cost the bot, and its commands: `python -m bench.pages`."""

from __future__ import annotations

import asyncio
import socket
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from bench.__main__ import answered, host, machine, slots
from bench.contestants import BARE, Contestant, contestant
from bench.figures import Figure, milliseconds, ratio
from bot.web.server import room
from tests.wire.people import Reply
from tests.wire.process import until

READERS = 2000
RATE = 50
"""Requests for the page in a second, while commands are measured."""
ROUNDS, WARM_UP = 60, 10
QUIET = 20.0
"""Seconds over which streams without a change are watched."""
CHANGES = 5
SLUG = "bench"
WEB = """
[page]
on = true
slug = "{slug}"

[web]
public_url = "http://127.0.0.1:{port}"
port = {port}
"""
HEAD = "GET /{path} HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip\r\nX-Forwarded-For: 10.{}.{}.1\r\n{}\r\n"


class Reader(asyncio.Protocol):
    """A browser that is open: it hears events, and remembers when the last one came."""

    def __init__(self, number: int) -> None:
        self._head = HEAD.format(number // 250, number % 250, "", path=f"{SLUG}/events").encode()
        self._tail = b""
        self.transport: asyncio.Transport | None = None
        self.events = self.bytes = 0
        self.at = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the stream."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101
        self.transport = transport
        transport.write(self._head)

    def data_received(self, data: bytes) -> None:
        """Count events."""
        self.bytes += len(data)
        seen = self._tail + data
        if found := seen.count(b"event: board"):
            self.events += found
            self.at = time.perf_counter()
            seen = seen[seen.rindex(b"event: board") + 12 :]
        self._tail = seen[-11:]


async def open_readers(port: int) -> list[Reader]:
    """Open all streams, some at a time, and wait until each has heard all that there is."""
    loop, readers = asyncio.get_running_loop(), [Reader(number) for number in range(READERS)]
    for first in range(0, READERS, 100):
        some = readers[first : first + 100]
        await asyncio.gather(
            *(loop.create_connection(lambda one=one: one, "127.0.0.1", port) for one in some)  # type: ignore[misc]
        )
        await until(lambda some=some: all(one.events for one in some), "the streams are open")  # type: ignore[misc]
    return readers


@asynccontextmanager
async def visitors(port: int) -> AsyncIterator[list[float]]:
    """Let people open the page, RATE of them in a second; gives the seconds that each waited."""
    taken: list[float] = []

    async def visit(number: int) -> None:
        began = time.perf_counter()
        there, back = await asyncio.open_connection("127.0.0.1", port)
        back.write(
            HEAD.format(100 + number // 250 % 100, number % 250, "Connection: close\r\n", path=SLUG).encode()
        )
        answer = await there.read()
        back.close()
        if answer[9:12] != b"200":
            raise RuntimeError(f"a page was not there: {answer[:80]!r}")
        taken.append(time.perf_counter() - began)

    async def go_on() -> None:
        number, began = 0, time.perf_counter()
        async with asyncio.TaskGroup() as group:
            while True:
                group.create_task(visit(number))
                number += 1
                await asyncio.sleep(max(0.0, began + number / RATE - time.perf_counter()))

    task = asyncio.create_task(go_on())
    try:
        yield taken
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def commands(bare: Contestant, off: Contestant, ours: Contestant) -> list[Figure]:
    """Let all answer in turn, so that all meet the same machine: the bare bot, ours without pages, with."""
    times: dict[str, list[float]] = {}

    async def take(what: str, reply: Awaitable[Reply]) -> None:
        times.setdefault(what, []).append(await answered(reply))

    free = slots()
    for number in range(WARM_UP + ROUNDS):
        if number == WARM_UP:
            times.clear()
        await take("bare", bare.server.slash(bare.person(f"c{number}"), "ping"))
        both = (off, "off"), (ours, "on")
        for one, name in both if number % 2 else reversed(both):
            person = one.person(f"c{number}")
            await take(f"host {name}", host(one, person, f"Topic {number}", free[number % len(free)]))
            await take(f"list {name}", one.server.slash(person, "openspace list"))
    return [
        milliseconds("bare command", times["bare"]),
        milliseconds("host without pages", times["host off"]),
        milliseconds("host under this load", times["host on"]),
        ratio("host under this load beside none", times["host on"], times["host off"], 1.5),
        ratio("list under this load beside none", times["list on"], times["list off"], 1.5),
        ratio("host under this load beside the bare command", times["host on"], times["bare"], 3),
        ratio("list under this load beside the bare command", times["list on"], times["bare"], 2.5),
    ]


async def changes(ours: Contestant, readers: list[Reader]) -> tuple[list[float], list[float]]:
    """Change the board; return the seconds from each answer to the last reader, and those of CPU time."""
    late, cost = [], []
    for number in range(CHANGES):
        await asyncio.sleep(3)  # what the last one led to is over
        known = [reader.events for reader in readers]
        cpu = ours.process.seconds()
        person = ours.person(f"r{number}")
        await answered(ours.server.slash(person, "openspace host", topic=f"Now {number}", minutes=30))
        began = time.perf_counter()
        await until(
            lambda known=known: all(r.events > n for r, n in zip(readers, known, strict=True)),  # type: ignore[misc]
            "all readers have heard",
        )
        late.append(max(max(reader.at for reader in readers) - began, 0.0))
        await asyncio.sleep(3)
        cost.append(ours.process.seconds() - cpu)
    return late, cost


async def measure(folder: Path) -> AsyncIterator[Figure]:
    """Yield one figure after the other."""
    room()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    async with AsyncExitStack() as stack:
        enter = stack.enter_async_context
        bare = await enter(contestant(folder / "bare", BARE))
        off = await enter(contestant(folder / "off"))
        ours = await enter(contestant(folder / "ours", more=WEB.format(slug=SLUG, port=port)))
        for one in (bare, off, ours):
            await one.start()
        await asyncio.sleep(3)
        yield Figure("memory of the bot without pages", off.process.memory(), "MB")
        yield Figure(
            "memory that pages add, nobody reads", ours.process.memory() - off.process.memory(), "MB"
        )
        before = ours.process.memory()
        readers = await open_readers(port)
        await asyncio.sleep(3)
        grown = ours.process.memory() - before
        yield Figure(f"memory of {READERS} streams", grown, "MB")
        yield Figure("memory of one stream", grown * 1024 / READERS, "kB")
        cpu, idle = ours.process.seconds(), off.process.seconds()
        await asyncio.sleep(QUIET)
        yield Figure(
            f"CPU of {READERS} streams, nothing changes",
            (ours.process.seconds() - cpu) / QUIET * 100,
            "%",
            10,
        )
        yield Figure("CPU without pages, nothing changes", (off.process.seconds() - idle) / QUIET * 100, "%")
        late, cost = await changes(ours, readers)
        yield Figure(f"a change is at the last of {READERS} readers after", max(late), "s", 2)
        yield milliseconds(f"CPU of a new session and its desk, {READERS} readers", cost)
        readers_bytes = sum(reader.bytes for reader in readers) / READERS / 1024
        yield Figure("sent to one reader so far", readers_bytes, "kB")
        async with visitors(port) as taken:
            for figure in await commands(bare, off, ours):
                yield figure
        yield milliseconds(f"page, {RATE} a second, {READERS} streams", taken)
        for reader in readers:
            if reader.transport:
                reader.transport.abort()


async def report() -> list[str]:
    """Print each figure when it is known; return what was missed."""
    print(machine(), flush=True)
    missed = []
    with tempfile.TemporaryDirectory() as folder:
        async for figure in measure(Path(folder)):
            print(figure, flush=True)
            missed += [figure.name] * figure.missed
    return missed


if __name__ == "__main__":
    missed = asyncio.run(report())
    for name in missed:
        print(f"missed: {name}", file=sys.stderr)
    sys.exit(bool(missed))
