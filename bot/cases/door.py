"""Who was sent out of a desk by its host leaves the voice channel, and does not come in again (R19).

No permission of anybody's is changed: whoever comes in again is moved out again.
"""

from __future__ import annotations

import asyncio
from enum import Enum

import discord
import structlog

from bot.cases.show import nonce
from bot.desks.verdicts import TROUBLE
from bot.domain.reports import SentOut
from bot.service import Service
from bot.ui.reports import why_out
from bot.ui.words import WordsIn

log = structlog.get_logger("door")

AT_ONCE = 3
"""How often within a MINUTE somebody is moved out at once; then after PAUSE, which costs Discord little."""
MINUTE = 60.0
PAUSE = 5.0
REMEMBERED = 1000
"""People whose last attempts are known."""
LIMIT = 30.0
"""Seconds that one request may take (R21)."""
NOT_CONNECTED = 40032
"""Discord's word for somebody who is in no voice channel."""


class Went(Enum):
    """What became of moving somebody out."""

    OUT = "they are out"
    ABSENT = "they were not there"
    DENIED = "the bot may not move members"
    FAILED = "Discord did not do it"


class Door:
    """Moves out those who are kept out. What it remembers may be lost at any time."""

    def __init__(self, client: discord.Client, service: Service, words: WordsIn) -> None:
        self._client = client
        self._service = service
        self._words_in = words
        self._tries: dict[tuple[int, int], list[float]] = {}
        self._later: dict[tuple[int, int], asyncio.Task[None]] = {}

    async def close(self) -> None:
        """Stop at once; whoever is inside is found at the next start."""
        tasks = list(self._later.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def came(self, guild_id: int, channel_id: int, user_id: int) -> bool:
        """Somebody has come into a desk's voice channel; return whether they are kept out of it."""
        out = await self._service.outs.kept_out(guild_id, channel_id, user_id)
        if out is None:
            return False
        key, now = (guild_id, user_id), asyncio.get_running_loop().time()
        tries = [at for at in self._tries.get(key, []) if at > now - MINUTE]
        if key in self._later:
            return True
        self._tries[key] = [*tries, now]
        if len(self._tries) > REMEMBERED:
            self._tries.pop(next(iter(self._tries)))
        wait = PAUSE if len(tries) >= AT_ONCE else 0.0
        self._later[key] = asyncio.create_task(self._move_later(key, channel_id, wait), name="out of a desk")
        return True

    async def _move_later(self, key: tuple[int, int], channel_id: int, wait: float) -> None:
        guild_id, user_id = key
        try:
            await asyncio.sleep(wait)
            self._later.pop(key, None)  # whoever comes in from here on is a new matter
            if await self._service.outs.kept_out(guild_id, channel_id, user_id):
                went = await self._move(guild_id, channel_id, user_id)
                if went is Went.FAILED:
                    await self.came(guild_id, channel_id, user_id)
        except Exception:  # its own boundary (R21): the next time that they come in is another try
            log.exception("somebody was not moved out", guild=guild_id)
        finally:
            if self._later.get(key) is asyncio.current_task():
                self._later.pop(key)

    async def put_out(self, out: SentOut, channel_id: int | None) -> Went:
        """Move somebody out who was just sent out, and tell them why, once."""
        guild_id = out.session.guild_id
        went = await self._move(guild_id, channel_id or 0, out.user_id)
        if went is Went.FAILED:
            await self.came(guild_id, channel_id or 0, out.user_id)
        await self._tell(out)
        return went

    async def look(self, guild_id: int) -> None:
        """Move out whoever is inside and kept out: the bot was away, or died before it had done so."""
        guild = self._client.get_guild(guild_id)
        if guild is None:
            return
        for out, channel_id in await self._service.outs.current(guild_id):
            channel = guild.get_channel(channel_id)
            if isinstance(channel, discord.VoiceChannel) and out.user_id in channel.voice_states:
                await self.came(guild_id, channel_id, out.user_id)

    async def _move(self, guild_id: int, channel_id: int, user_id: int) -> Went:
        guild = self._client.get_guild(guild_id)
        channel = guild.get_channel(channel_id) if guild else None
        if not isinstance(channel, discord.VoiceChannel) or user_id not in channel.voice_states:
            return Went.ABSENT
        if not channel.permissions_for(channel.guild.me).move_members:
            log.warning("no Move Members in a desk", guild=guild_id, channel=channel_id)
            return Went.DENIED
        try:
            async with asyncio.timeout(LIMIT):
                return await self._ask(channel, user_id)
        except TROUBLE as error:
            log.warning("somebody was not moved out", guild=guild_id, error=str(error))
            return _what_went(error)

    async def _ask(self, channel: discord.VoiceChannel, user_id: int) -> Went:
        words, guild = self._words_in(channel.guild.id), channel.guild
        member = guild.get_member(user_id) or await guild.fetch_member(user_id)
        if user_id not in channel.voice_states:
            return Went.ABSENT  # they are elsewhere by now, where they may be
        await member.move_to(None, reason=words("out-audit"))
        return Went.OUT

    async def _tell(self, out: SentOut) -> None:
        """Tell somebody why they were sent out, once; where that cannot be, Join tells them."""
        if out.told or not await self._service.outs.telling(out.id):
            return
        guild_id = out.session.guild_id
        guild, conduct = self._client.get_guild(guild_id), self._service.programme(guild_id).conduct
        text = why_out(self._words_in(guild_id), out, guild.name if guild else "", conduct)
        try:
            async with asyncio.timeout(LIMIT):
                channel = await self._client.create_dm(discord.Object(out.user_id))
                quiet = discord.AllowedMentions.none()
                await channel.send(text, allowed_mentions=quiet, nonce=nonce("out", out.id))
        except TROUBLE as error:
            log.info("somebody who was sent out could not be told", guild=guild_id, error=str(error))


def _what_went(error: BaseException) -> Went:
    if getattr(error, "code", 0) == NOT_CONNECTED or isinstance(error, discord.NotFound):
        return Went.ABSENT
    return Went.DENIED if isinstance(error, discord.Forbidden) else Went.FAILED
