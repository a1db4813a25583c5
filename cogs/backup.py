"""Makes backups of the database by itself; one that fails is told, and tried again."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import timedelta

import structlog
from discord.ext import commands

from bot.app import OpenSpaceBot
from bot.troubles import explained

log = structlog.get_logger("backup")

FIRST = timedelta(minutes=1)
"""How long after a start it is first looked whether one is due: starting comes before."""

AGAIN = timedelta(minutes=15)
"""How long after a failure it is tried again."""

LONGEST = timedelta(hours=1)
"""How long it waits before it looks again what is due: machines sleep, and clocks are set."""


class Backup(commands.Cog):
    """One task that sleeps until the next backup is due."""

    def __init__(self, bot: OpenSpaceBot) -> None:
        self.bot = bot
        self._keeping: asyncio.Task[None] | None = None

    async def cog_load(self) -> None:
        """Begin, where backups are wanted."""
        if self.bot.config.backup.every_hours:
            self._keeping = asyncio.create_task(self._keep())

    async def cog_unload(self) -> None:
        """Stop; what is half made goes."""
        if self._keeping:
            self._keeping.cancel()
            with suppress(asyncio.CancelledError):
                await self._keeping

    async def _keep(self) -> None:
        wait = FIRST
        while True:
            await asyncio.sleep(wait.total_seconds())
            try:
                wait = await self._look()
            except Exception as error:
                _, reason = explained(error) or (0, "")
                # A fault of ours comes with its traceback, a full disk in one line.
                log.error("no backup; it is tried again", reason=reason or str(error), exc_info=not reason)
                wait = AGAIN

    async def _look(self) -> timedelta:
        """Make a backup where one is due; return how long there is nothing to do."""
        backups, now = self.bot.backups, self.bot.service.now()
        due = await backups.due()
        if due is not None and due <= now:
            log.info("backed up", path=str(await backups.make()))
            due = await backups.due()
        return LONGEST if due is None else max(FIRST, min(due - now, LONGEST))


async def setup(bot: OpenSpaceBot) -> None:
    """Called by discord.py when the extension is loaded."""
    await bot.add_cog(Backup(bot))
