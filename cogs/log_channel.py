"""The log channel: organizers read there what the audit trail says as it happens, in batches.

What is on its way is written down before: a bot that died then looks whether it arrived, and tells nothing
twice. A channel that cannot be written in costs nothing and, once it can, starts from then; that something is
to be mended the keeper tells organizers.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import discord
import structlog
from discord.ext import commands

from bot.app import OpenSpaceBot
from bot.desks.verdicts import TROUBLE, Verdict, verdict, wait_of
from bot.permissions import writable
from bot.service.trail import Unlogged
from bot.ui import trail
from bot.ui.parts import Part, arrived, send

log = structlog.get_logger("log channel")

GATHERED = 2.0
"""Seconds from a line to its message: what happens together is told together."""
APART = 6.0
"""Seconds from one message to the next at least."""
REST = 60.0
"""Seconds until what failed is tried again, where Discord does not say."""
MANY = 300
"""Lines that wait, from which on their number is told in place of them."""


@dataclass(slots=True)
class _Log:
    """One server's log: when it is told next, and what is telling it now."""

    told: float = float("-inf")
    timer: asyncio.TimerHandle | None = None
    task: asyncio.Task[None] | None = None
    again: bool = False


class LogChannel(commands.Cog):
    """Listens for changes, and tells of them."""

    def __init__(self, bot: OpenSpaceBot) -> None:
        self.bot = bot
        self._logs: dict[int, _Log] = {}

    async def cog_load(self) -> None:
        """Hear of every change."""
        self.bot.heard.append(self.hear)

    async def cog_unload(self) -> None:
        """Stop; what is on its way is looked for at the next start."""
        self.bot.heard.remove(self.hear)
        for each in self._logs.values():
            if each.timer:
                each.timer.cancel()
        tasks = [each.task for each in self._logs.values() if each.task]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def hear(self, guild_id: int) -> None:
        """Something may have been written to a server's trail; without a log channel this costs nothing."""
        if self._channel_of(guild_id) or guild_id in self._logs:
            mine, now = self._logs.setdefault(guild_id, _Log()), asyncio.get_running_loop().time()
            if mine.task:
                mine.again = True
            elif not mine.timer:
                self._tell_at(guild_id, max(now + GATHERED, mine.told + APART))

    def _channel_of(self, guild_id: int) -> int:
        return self.bot.service.rules(guild_id).server.channels.log_channel

    def _tell_at(self, guild_id: int, at: float) -> None:
        self._logs[guild_id].timer = asyncio.get_running_loop().call_at(at, self._begin, guild_id)

    def _begin(self, guild_id: int) -> None:
        mine = self._logs[guild_id]
        mine.timer = None
        mine.task = asyncio.create_task(self._run(guild_id, mine), name=f"log of {guild_id}")

    async def _run(self, guild_id: int, mine: _Log) -> None:
        """Tell what waits, within its own boundary: nothing else fails by it."""
        loop, wait = asyncio.get_running_loop(), 0.0
        mine.again = False
        try:
            mine.again |= await self._tell(guild_id)
        except TROUBLE as error:
            log.warning("a batch was not told", guild=guild_id, error=str(error))
            mine.again, wait = True, wait_of(error) or REST
        except Exception:
            log.exception("telling the log channel failed", guild=guild_id)
            mine.again, wait = True, REST
        mine.told, mine.task = loop.time(), None
        if not self._channel_of(guild_id):
            del self._logs[guild_id]
        elif mine.again:
            self._tell_at(guild_id, mine.told + max(APART, wait))

    async def _tell(self, guild_id: int) -> bool:
        """Send one message; return whether more waits."""
        guild, service = self.bot.get_guild(guild_id), self.bot.service.trail
        if guild is None or guild.unavailable:
            return False  # an outage: it goes on from where it is
        unlogged = await service.unlogged(guild_id, trail.LOGGED)
        channel = writable(guild, self._channel_of(guild_id))
        if channel is None:
            if unlogged.since:
                await service.logged(guild_id, 0)
            return False
        if unlogged.since >= unlogged.until:
            return False
        text, until = self._batch(guild_id, unlogged)
        if unlogged.since:
            await service.logging(guild_id, until)
        try:
            await self._send(channel, text, until, unlogged)
        except discord.HTTPException as error:
            match verdict(error):
                case (
                    Verdict.PLAINER
                ):  # Discord refuses somebody's words: how many lines there are can be said
                    words = self.bot.words_in(guild_id)
                    await send(channel, Part(trail.many(words, unlogged.number)), f"log-{until}-plain")
                case (
                    Verdict.GONE | Verdict.DENIED
                ):  # though the cache shows it: it starts anew with what comes
                    log.warning("the log channel is refused", guild=guild_id, error=str(error))
                    await service.logged(guild_id, 0)
                    return False
                case _:
                    raise
        await service.logged(guild_id, until)
        return unlogged.tried or until < unlogged.until

    def _batch(self, guild_id: int, unlogged: Unlogged) -> tuple[str, int]:
        words = self.bot.words_in(guild_id)
        if not unlogged.since:
            return trail.log_begins(words), unlogged.until
        if unlogged.number > MANY:
            return trail.many(words, unlogged.number), unlogged.until
        return trail.batch(words, unlogged.lines)

    async def _send(self, channel: discord.TextChannel, text: str, until: int, unlogged: Unlogged) -> None:
        part, me = Part(text), channel.guild.me
        looks = unlogged.tried and channel.permissions_for(me).read_message_history
        if not (looks and await arrived(channel, part, me.id)):
            await send(channel, part, f"log-{until}")


async def setup(bot: OpenSpaceBot) -> None:
    """Called by discord.py when the extension is loaded."""
    await bot.add_cog(LogChannel(bot))
