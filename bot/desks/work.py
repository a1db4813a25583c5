"""Makes, changes, removes and finds things: writes the intent, asks Discord, writes the answer (R14).

What differs by kind is how Discord is asked, and how a thing is listed, changed and taken away: the functions
below. All of it raises what discord.py raises, and `UnseenError`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import discord

from bot.desks.converge import resolve
from bot.desks.scene import Learnt, see
from bot.desks.steps import Change, Find, Make, Remove, Step
from bot.desks.verdicts import Verdict, is_single, surely_not, verdict
from bot.domain import access
from bot.domain.records import MESSAGES, Aspect, Face, Kind, Record, Seen
from bot.permissions import bits_of, overwrites
from bot.service.deskbook import CalledError, DeskBook, Fact, Note
from bot.ui import board
from bot.ui.desk_channels import Channel
from bot.ui.event_face import face_digest, face_of, options_of
from bot.ui.parts import QUIET, only
from bot.ui.words import WordsIn

HISTORY = 100
"""Messages in one answer."""
Talk = discord.TextChannel | discord.VoiceChannel
Handler = Callable[[Any, discord.Guild, Learnt], Awaitable[bool | None]]
"""Carries out a step; False where Discord was told nothing of what the step would show."""
"""What carries out the steps of one kind."""


class UnseenError(Exception):
    """The cache shows no more what a step is about: nothing was asked, and the next look knows better."""


class Work:
    """The one way in which things are made, found, changed and removed. Raises what discord.py raises."""

    def __init__(self, book: DeskBook, words: WordsIn) -> None:
        self._book = book
        self._words_in = words
        self.handlers: dict[type[Step], Handler] = {Make: self.make, Change: self.change}
        self.handlers |= {Remove: self.remove, Find: self.find}

    def _reason(self, guild: discord.Guild) -> str:
        words = self._words_in(guild.id)
        return words("audit-reason")

    async def make(self, step: Make, guild: discord.Guild, learnt: Learnt) -> None:
        """Write down the wish, ask for it, write down the answer."""
        wish, since = step.wish, step.since_id
        if wish.kind in MESSAGES:
            since = talk(guild, step.parent_id).last_message_id or step.parent_id
        told = {aspect: value for aspect, value in wish.aspects.items() if aspect != Aspect.PINNED}
        about = {"mark": wish.mark, "parent_id": step.parent_id, "since_id": since, "told": told}
        try:
            record = await self._book.intend(guild.id, wish.kind, wish.key[1], **about)
        except CalledError as error:
            raise UnseenError from error
        asked = asyncio.get_running_loop().time()
        try:
            made, shown = await _ask(guild, step, f"os-{record.id}", self._reason(guild))
        except (discord.DiscordException, UnseenError) as error:
            if isinstance(error, UnseenError) or surely_not(error, asked):
                await self._book.refused(record)
            raise
        # A message's nonce lets Discord itself see a repeat.
        await self._book.made(record, made, shown, clear=is_single(asked) or wish.kind in MESSAGES)

    async def change(self, step: Change, guild: discord.Guild, learnt: Learnt) -> bool:
        """Write down that what Discord shows is in doubt, tell it, write down what it was told."""
        await self._book.changing(step.record, step.aspects)
        try:
            shown = await _change(guild, step, self._reason(guild))
        except discord.HTTPException as error:
            await self._missing(step.record, error)
            return False
        told = {str(aspect): step.wish.aspects[aspect] for aspect in step.aspects}
        await self._book.changed(step.record, told, shown)
        return True

    async def remove(self, step: Remove, guild: discord.Guild, learnt: Learnt) -> None:
        """Take a thing away; what people have written stays (R9, R13)."""
        record, fact = step.record, Fact.ENDED if step.begun else Fact.DELETED
        channel_id = record.discord_id or 0
        written = step.look and await _written(talk(guild, channel_id), guild.me.id)
        if written or (step.look and channel_id in learnt.wrote):
            fact = Fact.WROTE
        else:
            try:
                await _remove(guild, record, self._reason(guild), begun=step.begun)
            except discord.HTTPException as error:
                await self._missing(record, error)
                return
        await self._book.note(guild.id, [Note(fact, record)])

    async def find(self, step: Find, guild: discord.Guild, learnt: Learnt) -> None:
        """Read Discord's own list. What it has and the cache does not show yet raises `UnseenError`."""
        for record in step.records:
            if record.kind in MESSAGES and record.discord_id in learnt.gone:  # a restart must not forget it
                await self._book.changing(record, (Aspect.PICTURE,))
        since = min(record.since_id for record in step.records)
        listed = await _listed(guild, step.records[0], since)
        if step.records[0].kind not in MESSAGES:
            learnt.newest = max((learnt.newest, *(seen.id for seen in listed)))
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


async def _ask(guild: discord.Guild, make: Make, name: str, reason: str) -> tuple[int, str]:
    """Ask for a thing; return its id and what it shows, where that is compared. `name` tells a repeat."""
    wish = make.wish
    match wish.how:
        case Face() as face:
            event = await guild.create_scheduled_event(
                privacy_level=discord.PrivacyLevel.guild_only,  # has to be said: discord.py has no default
                start_time=face.start,
                reason=reason,
                **options_of(face),
            )
            return event.id, face_digest(face_of(event))
        case Channel() as how:
            return await _ask_channel(guild, make, how, reason), ""
        case None:
            rule = access.area if wish.kind is Kind.AREA else access.reading
            own = overwrites(guild, rule, make.area)
            return (await guild.create_category(wish.mark, overwrites=own, reason=reason)).id, ""
        case layout:
            view: Any = layout
            sent = await talk(guild, make.parent_id).send(
                view=view, allowed_mentions=only(wish.calls or ()), nonce=name
            )
            return sent.id, ""


async def _ask_channel(guild: discord.Guild, make: Make, how: Channel, reason: str) -> int:
    """Ask for a channel. A desk's has no overwrites of its own: it is synced with the area (R19)."""
    options: dict[str, Any] = {"category": _category(guild, make.parent_id), "reason": reason}
    if make.wish.kind is Kind.VOICE:
        return (await guild.create_voice_channel(how.name, user_limit=how.seats, **options)).id
    if make.wish.kind is not Kind.TEXT:
        options["overwrites"] = overwrites(guild, access.reading, make.area)
    return (await guild.create_text_channel(how.name, topic=how.topic, **options)).id


async def _listed(guild: discord.Guild, record: Record, since_id: int) -> list[Seen]:
    """Return Discord's own list with things of a kind; of messages our layouts in their channel since then.

    The cache may not have heard yet of what is in it; of messages it knows nothing.
    """
    if record.kind is Kind.EVENT:
        events = await guild.fetch_scheduled_events(with_counts=False)
        return [see(event, guild.me.id) for event in events]
    if record.kind not in MESSAGES:
        return [see(channel, guild.me.id) for channel in await guild.fetch_channels()]
    since = discord.Object(since_id)
    history = talk(guild, record.parent_id).history(limit=HISTORY, after=since, oldest_first=True)
    ours = [message async for message in history if message.author.id == guild.me.id]
    layouts = [message for message in ours if message.flags.components_v2]
    return [Seen(message.id, kind) for message in layouts for kind in _kinds(message)]


def _kinds(message: discord.Message) -> tuple[Kind, Kind]:
    """Return what a layout of ours may be: of all that the bot writes only boards and cards are layouts."""
    is_tomorrow = board.is_tomorrows(component.to_dict() for component in message.components)
    return Kind.CARD, Kind.TOMORROW if is_tomorrow else Kind.BOARD_MESSAGE


async def _change(guild: discord.Guild, change: Change, reason: str) -> str | None:
    """Tell Discord how some aspects should be; return what it shows then, where that is compared."""
    thing, how = _thing_of(guild, change.record), change.wish.how
    if isinstance(how, Face):
        shown, options = face_of(thing), options_of(how) | {"reason": reason}
        if shown.start != how.start:
            options["start_time"] = how.start
        if how.on and not shown.on:
            options["status"] = discord.EventStatus.active
        return face_digest(shown if shown == how else face_of(await thing.edit(**options)))
    if change.record.kind not in MESSAGES:
        await thing.edit(**_changes(guild, change, thing), reason=reason)
    elif Aspect.PINNED in change.aspects:  # so that it is found however much is written below
        await thing.pin(reason=reason)
    else:
        await thing.edit(view=how, allowed_mentions=QUIET)
    return None


def _changes(guild: discord.Guild, change: Change, channel: discord.abc.GuildChannel) -> dict[str, Any]:
    """Return all in one request: name and topic both count against Discord's two in ten minutes."""
    how, options = change.wish.how, dict[str, Any]()
    if Aspect.NAME in change.aspects and isinstance(how, Channel):
        options |= {"name": how.name}
        options |= {"topic": how.topic} if isinstance(channel, discord.TextChannel) else {}
    if Aspect.SEATS in change.aspects and isinstance(how, Channel):
        options["user_limit"] = how.seats
    if Aspect.PLACE in change.aspects:
        # It takes over the permissions of where it goes; where the archive is full, it stays, read-only.
        parent = _category(guild, change.parent_id)
        options |= {"category": parent} if parent else {}
        if change.wish.aspects[Aspect.PLACE] == Kind.ARCHIVE:
            rule = access.area if parent else access.reading
            options["overwrites"] = overwrites(guild, rule, bits_of(parent or channel))
        elif parent:  # its area was deleted: who sees it is what the new one says (R19)
            options["overwrites"] = overwrites(guild, access.following, bits_of(parent), bits_of(channel))
    if Aspect.ACCESS in change.aspects and change.record.kind is Kind.AREA:
        options["overwrites"] = overwrites(guild, access.area, change.area)
    elif Aspect.ACCESS in change.aspects:
        options["overwrites"] = overwrites(guild, access.following, change.area, bits_of(channel))
    return options


async def _remove(guild: discord.Guild, record: Record, reason: str, *, begun: bool) -> None:
    """Delete a thing for good; `begun`: an event has, and is ended."""
    thing = _thing_of(guild, record)
    if record.kind in MESSAGES:
        await thing.delete()
    else:
        await (thing.end(reason=reason) if begun else thing.delete(reason=reason))


def _thing_of(guild: discord.Guild, record: Record) -> Any:
    """Return discord.py's object for what is recorded; raises `UnseenError`."""
    number = record.discord_id or 0
    if record.kind in MESSAGES:
        return talk(guild, record.parent_id).get_partial_message(number)
    found = guild.get_scheduled_event(number) if record.kind is Kind.EVENT else guild.get_channel(number)
    if found is None:
        raise UnseenError
    return found


def talk(guild: discord.Guild, channel_id: int | None) -> Talk:
    """Return a channel of ours in which is written; raises `UnseenError`."""
    channel = guild.get_channel(channel_id or 0)
    if not isinstance(channel, Talk):
        raise UnseenError
    return channel


def _category(guild: discord.Guild, category_id: int) -> discord.CategoryChannel | None:
    channel = guild.get_channel(category_id)
    return channel if isinstance(channel, discord.CategoryChannel) else None
