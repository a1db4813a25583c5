"""A small conference whose bot is watched: its real port on loopback, simcord's world beneath."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest
from prometheus_client.parser import text_string_to_metric_families

from bot.health.monitor import Monitor
from tests.conftest import MakeWorld, World
from tests.wire import conftest as wire

HEALTH = {"address": "127.0.0.1", "port": 0}
standin, server = wire.standin, wire.server


@dataclass
class Watcher:
    """Somebody who watches the bot."""

    world: World
    http: aiohttp.ClientSession

    @property
    def monitor(self) -> Monitor:
        assert self.world.bot.monitor
        return self.world.bot.monitor

    async def ask(self, path: str, **headers: str) -> tuple[int, str]:
        """The status and the words of an answer."""
        address = f"http://127.0.0.1:{self.monitor.server.port}{path}"
        async with self.http.get(address, headers=headers) as response:
            assert response.headers["Cache-Control"] == "no-store"
            assert "Server" not in response.headers
            return response.status, await response.text()

    def hear(self, event: str) -> None:
        """The first connection to Discord is lost, or comes back."""
        with self.world.env._bot_scope():
            self.world.bot.dispatch(event, 0)

    async def metrics(self) -> Samples:
        """All that is measured now, counted anew."""
        self.monitor._counted = float("-inf")
        status, text = await self.ask("/metrics")
        assert status == 200
        families = text_string_to_metric_families(text)
        return Samples({(s.name, *sorted(s.labels.items())): s.value for f in families for s in f.samples})


@dataclass
class Samples:
    """What was measured."""

    values: dict[tuple[Any, ...], float]

    def of(self, name: str, **labels: str) -> float:
        """One value; nothing counted yet is 0."""
        return self.values.get((f"openspace_{name}", *sorted(labels.items())), 0.0)

    def labels(self, name: str, label: str) -> set[str]:
        """The values of a label."""
        found = [dict(key[1:]) for key in self.values if key[0] == f"openspace_{name}"]
        return {labels[label] for labels in found}


MakeWatcher = Callable[..., Awaitable[Watcher]]


@pytest.fixture
async def make_watcher(make_world: MakeWorld) -> AsyncIterator[MakeWatcher]:
    async with aiohttp.ClientSession() as http:

        async def make(**sections: Any) -> Watcher:
            return Watcher(await make_world(**{"health": HEALTH} | sections), http)

        yield make


@pytest.fixture
async def watcher(make_watcher: MakeWatcher) -> Watcher:
    return await make_watcher()
