"""Whether the bot can do its work: it hears Discord, its database answers, its keeper keeps up."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Protocol

import discord

from bot.desks.keeper import Keeper
from bot.service.vitals import Vitals

BEHIND = 120.0
"""Seconds by which the keeper may be late: a step takes 30 at most, a start with many servers some more."""
ANSWER = 5.0
"""Seconds in which the database has to answer."""

Listener = Callable[..., Coroutine[Any, Any, None]]


class Watched(Protocol):
    """What is watched of a bot."""

    keeper: Keeper
    vitals: Vitals

    def is_ready(self) -> bool:
        """Whether it has heard of all its servers."""

    def add_listener(self, func: Listener, /, name: str = ...) -> None:
        """Let a function hear of an event."""


@dataclass(frozen=True, slots=True)
class Sign:
    """One part of the bot: what is wrong with it, in plain words; empty: nothing."""

    part: str
    wrong: str


class Signs:
    """Watches one bot from now on; `lost` is called whenever a connection to the gateway is lost."""

    def __init__(self, bot: Watched, lost: Callable[[], None] = lambda: None) -> None:
        self._bot = bot
        self._tell = lost
        self._lost: dict[int, float] = {}
        bot.add_listener(self._gone, "on_shard_disconnect")
        bot.add_listener(self._back, "on_shard_resumed")
        bot.add_listener(self._back, "on_shard_ready")

    async def _gone(self, shard: int) -> None:
        if shard not in self._lost:  # each try that fails is told too
            self._lost[shard] = asyncio.get_running_loop().time()
            self._tell()

    async def _back(self, shard: int) -> None:
        self._lost.pop(shard, None)

    async def look(self) -> list[Sign]:
        """Return each part with what is wrong with it."""
        return [Sign("gateway", self.gateway()), Sign("database", await self.database()), self._keeper()]

    def gateway(self) -> str:
        """Return why nothing is heard of Discord."""
        if not self._bot.is_ready():
            return "Discord has not yet told of all servers"
        if self._lost:
            seconds = asyncio.get_running_loop().time() - min(self._lost.values())
            many = len(self._lost)
            what = "the connection to Discord is" if many == 1 else f"{many} connections to Discord are"
            return f"{what} gone for {seconds:.0f} s"
        return ""

    async def database(self) -> str:
        """Return why the database does not answer."""
        try:
            async with asyncio.timeout(ANSWER):
                return await self._bot.vitals.trouble() or ""
        except TimeoutError:
            return f"it has not answered for {ANSWER:.0f} s"

    def _keeper(self) -> Sign:
        late = self._bot.keeper.behind()
        return Sign("keeper", f"a look that was due is {late:.0f} s late" if late > BEHIND else "")

    def alive(self) -> bool:
        """Whether the keeper keeps up: without it nothing happens in any server."""
        return not self._keeper().wrong


def latency_of(client: discord.Client) -> float:
    """Return the seconds that the slowest connection takes to answer; not a number where none has yet."""
    shards = client.latencies if isinstance(client, discord.AutoShardedClient) else [(0, client.latency)]
    known = [seconds for _, seconds in shards if seconds == seconds and seconds != float("inf")]  # noqa: PLR0124
    return max(known, default=float("nan"))
