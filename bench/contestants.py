"""The bots that are measured, each a process on a stand-in of its own."""

from __future__ import annotations

import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.wire.people import Server
from tests.wire.process import BotProcess, write_config
from tests.wire.standin import StandIn

BARE = Path(__file__).with_name("bare.py")
DESKS = 25
"""As many as the settings allow, so that it is the bot that is measured and not its refusals."""


class Contestant:
    """One bot with a server."""

    def __init__(self, standin: StandIn, server: Server, process: BotProcess) -> None:
        self.standin, self.server, self.process = standin, server, process

    async def start(self) -> float:
        """Start it, and return the seconds until it was online."""
        began = time.perf_counter()
        await self.process.online()
        return time.perf_counter() - began

    def person(self, name: str) -> int:
        """Return a new member of the server."""
        return self.server.person(name)


def prepared(folder: Path, more: str = "") -> Path:
    """Return the folder, made and with settings in it."""
    folder.mkdir()
    write_config(folder, DESKS, more)
    return folder


@asynccontextmanager
async def contestant(folder: Path, *command: Path, more: str = "") -> AsyncIterator[Contestant]:
    """Prepare a bot in a folder of its own, ours where no other command is given; end it afterwards.

    `more` are further tables of its settings.
    """
    standin = StandIn()
    await standin.start()
    process = BotProcess(standin, prepared(folder, more), *command)
    try:
        yield Contestant(standin, Server(standin), process)
    finally:
        if process.running:
            await process.kill()
        await standin.stop()


def fsyncs(folder: Path, count: int) -> list[float]:
    """Return the seconds that the disk takes to keep a page for good: each booking waits for one such."""
    taken = []
    with (folder / "fsync").open("wb", buffering=0) as file:
        for _ in range(count):
            file.write(bytes(4096))
            began = time.perf_counter()
            os.fsync(file.fileno())
            taken.append(time.perf_counter() - began)
    return taken
