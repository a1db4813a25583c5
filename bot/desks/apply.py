"""One step at a time against Discord: each is safe to repeat, and what it did is written down at once."""

from __future__ import annotations

import asyncio
import zlib
from functools import singledispatchmethod

import discord

from bot.desks import permissions
from bot.desks.plan import Seen, View, matches
from bot.desks.steps import (
    Adopt,
    Archive,
    Check,
    Delete,
    Drop,
    Find,
    LastWord,
    Make,
    Move,
    Say,
    Step,
    Surplus,
    Tell,
)
from bot.domain.models import Session
from bot.service.deskbook import Book, DeskBook
from bot.store.channels import Kind
from bot.store.notices import Notice, NoticeKind
from bot.ui import desk_messages
from bot.ui.desk_messages import Part
from bot.ui.words import Words

TOPIC_LENGTH = 1024
"""Code points in a text channel's topic."""
HISTORY = 20
"""How many messages are searched for a notice that may have arrived before a crash."""
REPEATED_AFTER = 1.0
"""Seconds that discord.py waits at least before it repeats a request by itself."""
QUIET = discord.AllowedMentions.none()


class StillThere(Exception):  # noqa: N818 - not an error: the world is not yet as it should be
    """The step did its work and the world has not changed by it; look again later."""


def see(channel: discord.abc.GuildChannel) -> Seen:
    """Return what the plan needs to know of a channel."""
    topic = channel.topic if isinstance(channel, discord.TextChannel) else None
    return Seen(
        id=channel.id,
        kind=channel.type.name,
        parent_id=channel.category_id,
        name=channel.name,
        topic=topic or "",
        created=channel.created_at,
        marked=not channel.overwrites_for(channel.guild.me).is_empty(),
        people=len(channel.voice_states) if isinstance(channel, discord.VoiceChannel) else 0,
    )


def look(guild: discord.Guild) -> View:
    """Return the guild as the cache shows it; costs no request."""
    return View({c.id: see(c) for c in guild.channels}, permissions.missing(guild))


class Applier:
    """Carries out steps. Raises what discord.py raises; the keeper decides what follows."""

    def __init__(self, book: DeskBook, words: Words, organizers_channel: int = 0) -> None:
        self._book = book
        self._words = words
        self._organizers_channel = organizers_channel

    @singledispatchmethod
    async def apply(self, step: Step, guild: discord.Guild) -> None:
        """Carry out one step in the guild, which is the cache's newest."""
        raise TypeError(step)

    # --------------------------------------------------------------- channels

    @apply.register
    async def _make(self, make: Make, guild: discord.Guild) -> None:
        session_id = make.session.id if make.session else None
        record = await self._book.intend(guild.id, make.kind, make.mark, session_id=session_id)
        clock = asyncio.get_running_loop().time
        asked = clock()
        try:
            channel = await self._request(guild, make)
        except (discord.RateLimited, discord.HTTPException) as error:
            no = isinstance(error, discord.RateLimited) or 400 <= error.status < 500
            if no and clock() - asked < REPEATED_AFTER:
                # Asked once, and a clear no: nothing was made, and nothing needs to be looked for.
                await self._book.refused(record.id)
            raise
        await self._book.found(record, channel.id, "made")

    async def _request(self, guild: discord.Guild, make: Make) -> discord.abc.GuildChannel:
        session, reason = make.session, self._words("audit-reason")
        if session is None:
            own = permissions.area if make.kind is Kind.AREA else permissions.archive
            return await guild.create_category(make.name, overwrites=own(guild), reason=reason)
        parent = _category(guild, make.parent_id)
        if make.kind is Kind.VOICE:
            overwrites = permissions.desk(guild, parent, session.host_id)
            return await guild.create_voice_channel(
                make.name, category=parent, overwrites=overwrites, reason=reason
            )
        topic = desk_messages.channel_topic(self._words, session, make.mark, TOPIC_LENGTH)
        return await guild.create_text_channel(
            make.name,
            category=parent,
            topic=make.mark if make.plain else topic,
            overwrites=permissions.desk(guild, parent),
            reason=reason,
        )

    @apply.register
    async def _adopt(self, step: Adopt, _guild: discord.Guild) -> None:
        await self._book.found(step.record, step.channel_id, "adopted")

    @apply.register
    async def _find(self, step: Find, guild: discord.Guild) -> None:
        known = {r.channel_id for r in (await self._book.read(guild.id)).records}
        # The cache may not have heard of it yet: only Discord's own list is the truth here.
        listed = [see(channel) for channel in await guild.fetch_channels()]
        hits = [seen.id for seen in listed if seen.id not in known and matches(step.record, seen)]
        if hits:
            await self._book.found(step.record, max(hits), "adopted")
        else:
            await self._book.refused(step.record.id)

    @apply.register
    async def _check(self, step: Check, guild: discord.Guild) -> None:
        try:
            await guild.fetch_channel(step.record.channel_id or 0)
        except discord.NotFound:
            await self._book.gone(step.record, "missing")
        else:
            raise StillThere

    @apply.register
    async def _move(self, step: Move, guild: discord.Guild) -> None:
        channel = guild.get_channel(step.record.channel_id or 0)
        if isinstance(channel, discord.TextChannel | discord.VoiceChannel):
            await channel.edit(category=_category(guild, step.parent_id), reason=self._words("audit-reason"))

    @apply.register
    async def _archive(self, step: Archive, guild: discord.Guild) -> None:
        channel = guild.get_channel(step.record.channel_id or 0)
        if isinstance(channel, discord.TextChannel):
            parent = _category(guild, step.parent_id)
            await channel.edit(
                category=parent or channel.category,
                overwrites=permissions.archived(guild, channel, parent),
                reason=self._words("audit-reason"),
            )
            await self._book.archived(step.record)

    @apply.register
    async def _delete(self, step: Delete, guild: discord.Guild) -> None:
        channel = guild.get_channel(step.record.channel_id or 0)
        if channel is None:
            return  # the next look sees it missing and checks
        try:
            await channel.delete(reason=self._words("audit-reason"))
        except discord.NotFound:
            await self._book.gone(step.record, "missing")
        else:
            await self._book.gone(step.record, "deleted")

    @apply.register
    async def _surplus(self, step: Surplus, _guild: discord.Guild) -> None:
        await self._book.surplus(step.like, step.channel_id)

    # --------------------------------------------------------------- messages

    @apply.register
    async def _last_word(self, step: LastWord, _guild: discord.Guild) -> None:
        await self._book.overrun(step.session)

    @apply.register
    async def _drop(self, step: Drop, _guild: discord.Guild) -> None:
        await self._book.dropped(step.notice)

    @apply.register
    async def _say(self, step: Say, guild: discord.Guild) -> None:
        notice = step.notice
        channel = guild.get_channel(step.channel_id)
        if not isinstance(channel, discord.TextChannel | discord.VoiceChannel):
            return  # the next look sees it missing and checks
        parts = await self._parts(notice, step.session)
        if not parts:
            await self._book.dropped(notice)
        for number, part in enumerate(parts[notice.parts_sent :], start=notice.parts_sent + 1):
            if not (notice.tried and await _arrived(channel, part)):
                await self._book.sending(notice)
                mentions = discord.AllowedMentions(users=[discord.Object(i) for i in part.mentions])
                await channel.send(
                    part.text, allowed_mentions=mentions, nonce=f"openspace-{notice.id}-{number}"
                )
            await self._book.sent(notice, number, last=number == len(parts))

    async def _parts(self, notice: Notice, session: Session) -> list[Part]:
        """Return the messages that a notice is made of; none where nobody needs them any more."""
        if notice.kind is NoticeKind.OVERRUN:
            return [desk_messages.last_word(self._words)]
        joined = await self._book.joined(session.id)
        if notice.kind is NoticeKind.GREETING:
            guest = notice.user_id or 0
            return [desk_messages.greeting(self._words, session, guest)] if guest in joined else []
        book = await self._book.read(session.guild_id)
        greeted = {n.user_id for n in book.notices if n.session_id == session.id}
        mentioned = [user_id for user_id in joined if user_id not in greeted]
        return desk_messages.opening(self._words, session, mentioned, _voice(book, session))

    @apply.register
    async def _tell(self, step: Tell, guild: discord.Guild) -> None:
        channel = self._organizers(guild)
        if channel is None:
            raise StillThere
        text = desk_messages.problem(self._words, guild, step.code, step.detail)
        # Where the answer is lost, Discord itself sees by the nonce that it has this message.
        await channel.send(text, allowed_mentions=QUIET, nonce=f"openspace-{zlib.crc32(text.encode()):08x}")
        await self._book.problem_told(guild.id, step.code)

    def _organizers(self, guild: discord.Guild) -> discord.TextChannel | None:
        """Return where organizers read: the set channel, the server's own for moderators, or any."""
        places = [
            guild.get_channel(self._organizers_channel),
            guild.public_updates_channel,
            guild.system_channel,
            *guild.text_channels,
        ]
        for channel in places:
            if isinstance(channel, discord.TextChannel):
                can = channel.permissions_for(guild.me)
                if can.view_channel and can.send_messages:
                    return channel
        return None


def _category(guild: discord.Guild, category_id: int | None) -> discord.CategoryChannel | None:
    channel = guild.get_channel(category_id or 0)
    return channel if isinstance(channel, discord.CategoryChannel) else None


def _voice(book: Book, session: Session) -> int | None:
    desk = (session.id, Kind.VOICE)
    return next(
        (r.channel_id for r in book.records if (r.session_id, r.kind) == desk and not r.surplus), None
    )


async def _arrived(channel: discord.TextChannel | discord.VoiceChannel, part: Part) -> bool:
    """Whether a part that was on its way when the bot died is already there: nobody is pinged twice."""
    async for message in channel.history(limit=HISTORY):
        if message.author.id == channel.guild.me.id and message.content == part.text:
            return True
    return False
