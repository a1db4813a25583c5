"""The stand-in and a bot beside it, for each test of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.wire.people import Server
from tests.wire.process import BotProcess, write_config
from tests.wire.standin import StandIn


@pytest.fixture
async def standin() -> AsyncIterator[StandIn]:
    made = StandIn()
    await made.start()
    yield made
    await made.stop()
    assert made.gaps == []


@pytest.fixture
def server(standin: StandIn) -> Server:
    return Server(standin)


@pytest.fixture
async def bot(standin: StandIn, server: Server, tmp_path: Path) -> AsyncIterator[BotProcess]:
    """The bot, online in the server."""
    write_config(tmp_path, more="\n[sessions]\nlead_minutes = 5\n[events]\nenabled = false\n")
    process = BotProcess(standin, tmp_path)
    await process.online()
    yield process
    await process.kill()
