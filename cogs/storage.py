"""Looks after the database beside the work: what has had its time goes, damage after a crash is told."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import structlog
from discord.ext import commands, tasks

from bot.app import OpenSpaceBot

log = structlog.get_logger("storage")


HOURS = 6
"""From one time of tidying to the next."""


class Storage(commands.Cog):
    """One timer and, after an unclean stop, one look through the whole file."""

    def __init__(self, bot: OpenSpaceBot) -> None:
        self.bot = bot
        self.checking: asyncio.Task[None] | None = None

    async def cog_load(self) -> None:
        """Tidy now and again and again; look through a file that was not closed in good order."""
        self.tidy.start()
        if self.bot.database.unclean:
            self.checking = asyncio.create_task(self._check())

    async def cog_unload(self) -> None:
        """Stop both; what is half done is done at the next start."""
        self.tidy.cancel()
        if self.checking:
            self.checking.cancel()
            with suppress(asyncio.CancelledError):
                await self.checking

    @tasks.loop(hours=HOURS)
    async def tidy(self) -> None:
        """Forget what has had its time."""
        try:
            await self.bot.service.tidying.tidy()
            if self.bot.is_ready():  # else it is not known yet which servers the bot is in
                present = {guild.id for guild in self.bot.guilds}
                days = self.bot.config.storage.keep_left_days
                await self.bot.service.tidying.drop_left(present, days)
                for guild_id in present:
                    self.bot.cases.wake(guild_id)
        except Exception as error:
            log.exception("tidying failed; it is tried again later", reason=str(error))

    async def _check(self) -> None:
        database = self.bot.database
        log.info("the database was not closed in good order; it is looked through beside the work")
        try:
            finding = await database.check()
        except Exception as error:
            log.exception("looking through the database failed; run: openspace doctor", reason=str(error))
            return
        if finding is None:
            log.info("the database is well")
        else:
            log.error(
                "the database is damaged: stop the bot, keep a copy of the file, restore a backup",
                path=str(database.path),
                finding=finding,
            )


async def setup(bot: OpenSpaceBot) -> None:
    """Called by discord.py when the extension is loaded."""
    await bot.add_cog(Storage(bot))
