"""Carries out the steps on things: write the intent, ask Discord, write the answer (R14)."""

from __future__ import annotations

import asyncio

import discord

from bot.desks.converge import resolve
from bot.desks.scene import MESSAGES
from bot.desks.steps import Change, Check, Find, Make, Remove
from bot.desks.things import Channels, Events, Messages, Things, UnseenError, talk
from bot.desks.verdicts import Verdict, is_single, surely_not, verdict
from bot.service.deskbook import DeskBook, Gone, Wrote
from bot.store.records import Aspect, Kind, NewRecord, Record
from bot.ui.words import Words


class StillThereError(Exception):
    """The step did its work and the world is not yet as it should be; look again later."""


class Work:
    """The one way in which things are made, found, checked, changed and removed. Raises what discord.py raises."""

    def __init__(self, book: DeskBook, words: Words) -> None:
        self._book = book
        channels, messages = Channels(words), Messages(words)
        self._things: dict[Kind, Things] = dict.fromkeys(Kind, channels)
        self._things |= {**dict.fromkeys(MESSAGES, messages), Kind.EVENT: Events(words)}

    async def make(self, step: Make, guild: discord.Guild) -> None:
        """Write down the wish, ask for it, write down the answer."""
        wish, since = step.wish, step.since_id
        if wish.kind in MESSAGES:
            since = talk(guild, step.parent_id).last_message_id or step.parent_id
        told = {aspect: value for aspect, value in wish.aspects.items() if aspect is not Aspect.PINNED}
        session_id = wish.session.id if wish.session else None
        new = NewRecord(guild.id, wish.kind, session_id, wish.mark, step.parent_id, since, told)
        record = await self._book.intend(new)
        asked = asyncio.get_running_loop().time()
        try:
            made, shown = await self._things[wish.kind].ask(guild, step, f"os-{record.id}")
        except (discord.DiscordException, UnseenError) as error:
            if isinstance(error, UnseenError) or surely_not(error, asked):
                await self._book.refused(record)
            raise
        # A message's nonce lets Discord itself see a repeat.
        await self._book.made(record, made, shown, clear=is_single(asked) or wish.kind in MESSAGES)

    async def change(self, step: Change, guild: discord.Guild) -> None:
        """Write down that what Discord shows is in doubt, tell it, write down what it was told."""
        await self._book.changing(step.record, step.aspects)
        try:
            shown = await self._things[step.record.kind].change(guild, step)
        except discord.HTTPException as error:
            await self._gone(step.record, error, "missing")
            return
        told: dict[str, str] = {aspect: step.wish.aspects[aspect] for aspect in step.aspects}
        await self._book.changed(step.record, told, shown)

    async def remove(self, step: Remove, guild: discord.Guild) -> None:
        """Take a thing away; a text channel only where nobody but the bot has written."""
        record = step.record
        if step.look and await _written(talk(guild, record.discord_id), guild.me.id):
            await self._book.note(guild.id, [Wrote(record)])
            return
        try:
            await self._things[record.kind].remove(guild, record, begun=step.begun)
        except discord.HTTPException as error:
            await self._gone(record, error, "missing")
        else:
            await self._book.note(guild.id, [Gone(record, "ended" if step.begun else "deleted")])

    async def find(self, step: Find, guild: discord.Guild) -> None:
        """Read Discord's own list: it may know what the cache has not heard of yet."""
        first = step.records[0]
        listed = await self._things[first.kind].listed(guild, first)
        known = (r.discord_id for r in (await self._book.read(guild.id)).rows.records)
        await self._book.note(guild.id, list(resolve(step.records, listed, known)))

    async def check(self, step: Check, guild: discord.Guild) -> None:
        """Ask Discord whether it has the thing."""
        try:
            there = await self._things[step.record.kind].exists(guild, step.record)
        except discord.HTTPException as error:
            await self._gone(step.record, error, "missing")
        else:
            if there:
                raise StillThereError
            await self._book.note(guild.id, [Gone(step.record, "ended")])

    async def _gone(self, record: Record, error: discord.HTTPException, why: str) -> None:
        """Write down that a thing exists no more, where Discord says so; else raise what it said."""
        if verdict(error) is not Verdict.GONE:
            raise error
        await self._book.note(record.guild_id, [Gone(record, why)])


async def _written(channel: discord.TextChannel | discord.VoiceChannel, me: int) -> bool:
    """Whether anybody but the bot has ever written in a channel."""
    async for message in channel.history(limit=None):
        if message.author.id != me:
            return True
    return False
