"""Carries out the steps on things: write the intent, ask Discord, write the answer (R14)."""

from __future__ import annotations

import asyncio

import discord

from bot.desks import things
from bot.desks.converge import resolve
from bot.desks.scene import Learnt
from bot.desks.steps import Change, Find, Handler, Make, Remove, Step
from bot.desks.things import UnseenError, talk
from bot.desks.verdicts import Verdict, is_single, surely_not, verdict
from bot.domain.records import MESSAGES, Aspect, Record
from bot.service.deskbook import DeskBook, Fact, Note
from bot.ui.words import Words


class Work:
    """The one way in which things are made, found, changed and removed. Raises what discord.py raises."""

    def __init__(self, book: DeskBook, words: Words) -> None:
        self._book = book
        self._reason = words("audit-reason")
        self.handlers: dict[type[Step], Handler] = {
            Make: self.make,
            Change: self.change,
            Remove: self.remove,
            Find: self.find,
        }

    async def make(self, step: Make, guild: discord.Guild, learnt: Learnt) -> None:
        """Write down the wish, ask for it, write down the answer."""
        wish, since = step.wish, step.since_id
        if wish.kind in MESSAGES:
            since = talk(guild, step.parent_id).last_message_id or step.parent_id
        told = {aspect: value for aspect, value in wish.aspects.items() if aspect != Aspect.PINNED}
        about = {"mark": wish.mark, "parent_id": step.parent_id, "since_id": since, "told": told}
        record = await self._book.intend(guild.id, wish.kind, wish.key[1], **about)
        asked = asyncio.get_running_loop().time()
        try:
            made, shown = await things.ask(guild, step, f"os-{record.id}", self._reason)
        except (discord.DiscordException, UnseenError) as error:
            if isinstance(error, UnseenError) or surely_not(error, asked):
                await self._book.refused(record)
            raise
        # A message's nonce lets Discord itself see a repeat.
        await self._book.made(record, made, shown, clear=is_single(asked) or wish.kind in MESSAGES)

    async def change(self, step: Change, guild: discord.Guild, learnt: Learnt) -> None:
        """Write down that what Discord shows is in doubt, tell it, write down what it was told."""
        await self._book.changing(step.record, step.aspects)
        try:
            shown = await things.change(guild, step, self._reason)
        except discord.HTTPException as error:
            await self._missing(step.record, error)
        else:
            told = {str(aspect): step.wish.aspects[aspect] for aspect in step.aspects}
            await self._book.changed(step.record, told, shown)

    async def remove(self, step: Remove, guild: discord.Guild, learnt: Learnt) -> None:
        """Take a thing away; what people have written stays (R9, R13)."""
        record, fact = step.record, Fact.ENDED if step.begun else Fact.DELETED
        channel_id = record.discord_id or 0
        written = step.look and await _written(talk(guild, channel_id), guild.me.id)
        if written or (step.look and channel_id in learnt.wrote):
            fact = Fact.WROTE
        else:
            try:
                await things.remove(guild, record, self._reason, begun=step.begun)
            except discord.HTTPException as error:
                await self._missing(record, error)
                return
        await self._book.note(guild.id, [Note(fact, record)])

    async def find(self, step: Find, guild: discord.Guild, learnt: Learnt) -> None:
        """Read Discord's own list. What it has and the cache does not show yet raises `UnseenError`."""
        since = min(record.since_id for record in step.records)
        listed = await things.listed(guild, step.records[0], since)
        known = [record.discord_id for record in (await self._book.read(guild.id)).rows.records]
        await self._book.note(guild.id, resolve(step.records, listed, known))
        there = {seen.id for seen in listed if not seen.over}
        if any(record.discord_id in there and not record.doubt for record in step.records):
            raise UnseenError  # it is there, and the cache does not show it yet: look again later

    async def _missing(self, record: Record, error: discord.HTTPException) -> None:
        """Write down that a thing exists no more, where Discord says so; else raise what it said."""
        if verdict(error) is not Verdict.GONE:
            raise error
        await self._book.note(record.guild_id, [Note(Fact.MISSING, record)])


async def _written(channel: discord.abc.Messageable, me: int) -> bool:
    """Whether anybody but the bot has ever written in a channel."""
    async for message in channel.history(limit=None):
        if message.author.id != me:
            return True
    return False
