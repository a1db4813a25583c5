"""Measures one bot, and tells who asks whether it is well and what it has cost."""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Callable
from datetime import datetime
from typing import Protocol

import discord
import structlog
from aiohttp import web

from bot.config_web import Health
from bot.health.meters import Meters
from bot.health.names import name_of
from bot.health.server import Server
from bot.health.signs import Signs, Watched, latency_of
from bot.service import Backups
from bot.store.database import Database
from bot.store.errors import StoreError
from bot.ui.presses import Handler

EVERY = 1.0
"""Seconds between two looks at how late the loop comes."""
FRESH = 15.0
"""Seconds for which what is counted in the database is not counted again."""
WAIT = 4.0
"""Seconds for which an answer waits for that; what takes longer is told with the next one."""
LINES = "text/plain"

log = structlog.get_logger("health")


class Measured(Watched, Protocol):
    """What is measured of a bot."""

    database: Database
    backups: Backups
    presses: dict[str, Handler]
    answered: Callable[[discord.Interaction, str, float], None] | None


class Monitor:
    """The meters, the signs of life and the port of one bot. `watch` it before it works."""

    def __init__(self, settings: Health) -> None:
        self.meters = Meters()
        self.server = Server(
            settings, {"/healthz": self._healthz, "/readyz": self._readyz, "/metrics": self._metrics}
        )
        self._timer: asyncio.TimerHandle | None = None
        self._counted = float("-inf")
        self._counting: asyncio.Task[None] | None = None

    def watch(self, bot: Measured, client: discord.Client, now: Callable[[], datetime]) -> None:
        """Measure this bot from now on. `client` is the same, as discord.py knows it."""
        self._bot, self._client, self._now = bot, client, now
        self._signs = Signs(bot, self.meters.losses.inc)
        bot.answered = self._answered
        bot.keeper.measured = self.meters.looked
        bot.keeper.stepped = self.meters.stepped
        bot.database.committed = self.meters.commits.observe
        # Of the loop's own: a timer that belongs to no command and to no server.
        contextvars.Context().run(self._tick, None)

    async def start(self) -> None:
        """Open the port."""
        await self.server.start()

    async def close(self) -> None:
        """Stop; closing twice is fine."""
        if self._timer:
            self._timer.cancel()
        if self._counting:
            self._counting.cancel()
        await self.server.close()

    def _answered(self, interaction: discord.Interaction, outcome: str, seconds: float) -> None:
        self.meters.answered(name_of(interaction, self._bot.presses), outcome, seconds)

    def _tick(self, due: float | None) -> None:
        loop = asyncio.get_running_loop()
        if due is not None:
            self.meters.loop_delay.observe(max(0.0, loop.time() - due))
        following = loop.time() + EVERY
        self._timer = loop.call_at(following, self._tick, following)

    # ------------------------------------------------------------------ what is told

    async def _healthz(self, _: web.Request) -> web.Response:
        return web.Response(text="ok\n", content_type=LINES)

    async def _readyz(self, _: web.Request) -> web.Response:
        signs = await self._signs.look()
        wrong = [sign for sign in signs if sign.wrong]
        lines = ["not ready" if wrong else "ready", *(f"{s.part}: {s.wrong or 'fine'}" for s in signs)]
        return web.Response(text="\n".join([*lines, ""]), status=503 if wrong else 200, content_type=LINES)

    async def _metrics(self, request: web.Request) -> web.Response:
        await self._refresh()
        text, kind = self.meters.exposition(request.headers.get("Accept", ""))
        return web.Response(body=text, headers={"Content-Type": kind})

    async def _refresh(self) -> None:
        """Look at what is not counted as it happens."""
        meters, keeper = self.meters, self._bot.keeper
        signs = await self._signs.look()
        for sign in signs:
            meters.ready.labels(sign.part).set(not sign.wrong)
        meters.latency.set(latency_of(self._client))
        meters.servers.set(len(self._client.guilds))
        meters.behind.set(keeper.behind())
        meters.last_look.set(keeper.last_look_age())
        loop = asyncio.get_running_loop()
        if self._counting:
            return  # the disk has not answered yet: one thread that waits for it is enough
        if loop.time() - self._counted >= FRESH and not any(s.wrong for s in signs if s.part == "database"):
            self._counted = loop.time()
            self._counting = counting = asyncio.create_task(self._count(), name="counting")
            counting.add_done_callback(self._has_counted)
            await asyncio.wait([counting], timeout=WAIT)  # whoever asks waits 10 s for all of it

    def _has_counted(self, counting: asyncio.Task[None]) -> None:
        self._counting = None
        if not counting.cancelled() and (error := counting.exception()):
            log.error("what is in the database could not be counted", exc_info=error)

    async def _count(self) -> None:
        meters, bot = self.meters, self._bot
        meters.size.set(await bot.vitals.size())
        if found := await bot.vitals.counts():
            for state, many in found.states.items():
                meters.sessions.labels(state).set(many)
            meters.made.set(found.made)
            meters.problems.set(found.problems)
        meters.backup_every.set(bot.backups.every.total_seconds())
        try:
            newest = await bot.backups.newest()
        except StoreError:
            newest = None  # in a folder that is closed to us there is none that we know of
        age = (self._now() - newest.at).total_seconds() if newest else float("inf")
        meters.backup_age.set(age)
