"""One step at a time against Discord: each is safe to repeat, and what it did is written down at once."""

from __future__ import annotations

import discord

from bot.desks import permissions
from bot.desks.plan import Seen, View, matches
from bot.desks.steps import (
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
from bot.domain.names import channel_name, text_channel_name
from bot.service.deskbook import DeskBook
from bot.store.channels import Kind, Record
from bot.store.notices import NoticeKind
from bot.ui import desk_messages
from bot.ui.words import Words

TOPIC_LENGTH = 1024
"""Code points in a text channel's topic."""
HISTORY = 20
"""How many messages are searched for a notice that may have arrived before a crash."""
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
        marked=any(target.id == channel.guild.me.id for target in channel.overwrites),
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

    async def apply(self, guild: discord.Guild, step: Step) -> None:
        """Carry out one step in the guild, which is the cache's newest."""
        match step:
            case Make():
                await self._make(guild, step)
            case Find():
                await self._find(guild, step)
            case Check():
                await self._check(guild, step.record)
            case Move():
                await self._move(guild, step)
            case Archive():
                await self._archive(guild, step)
            case Delete():
                await self._delete(guild, step.record)
            case Surplus():
                await self._book.surplus(step.like, step.channel_id)
            case LastWord():
                await self._book.overrun(step.session)
            case Say():
                await self._say(guild, step)
            case Drop():
                await self._book.dropped(step.notice)
            case Tell():
                await self._tell(guild, step)

    # --------------------------------------------------------------- channels

    async def _make(self, guild: discord.Guild, make: Make) -> None:
        session_id = make.session.id if make.session else None
        record = await self._book.intend(guild.id, make.kind, make.mark, session_id=session_id)
        await self._create(guild, record, make)

    async def _create(self, guild: discord.Guild, record: Record, make: Make) -> None:
        try:
            channel = await self._request(guild, make)
        except discord.RateLimited:
            await self._book.refused(record.id)
            raise
        except discord.HTTPException as error:
            if 400 <= error.status < 500:  # a clear no: nothing was made, and nothing needs to be looked for
                await self._book.refused(record.id)
            raise
        await self._book.found(record, channel.id, "made")

    async def _request(self, guild: discord.Guild, make: Make) -> discord.abc.GuildChannel:
        session, reason = make.session, self._words("audit-reason")
        if session is None:
            overwrites = permissions.own_only(guild)
            if make.kind is Kind.ARCHIVE:
                overwrites = permissions.read_only(guild, None)
            return await guild.create_category(make.mark, overwrites=overwrites, reason=reason)
        parent = guild.get_channel(make.parent_id or 0)
        category = parent if isinstance(parent, discord.CategoryChannel) else None
        plain = f"open-space-{session.id}"
        if make.kind is Kind.VOICE:
            overwrites = permissions.desk(guild, category, session.host_id)
            name = plain if make.plain else channel_name(session.topic, plain)
            return await guild.create_voice_channel(
                name, category=category, overwrites=overwrites, reason=reason
            )
        overwrites = permissions.desk(guild, category, None)
        name = plain if make.plain else text_channel_name(session.topic, plain)
        topic = desk_messages.channel_topic(self._words, session, make.mark, TOPIC_LENGTH)
        return await guild.create_text_channel(
            name, category=category, topic=topic, overwrites=overwrites, reason=reason
        )

    async def _find(self, guild: discord.Guild, step: Find) -> None:
        record = step.record
        known = {r.channel_id for r in (await self._book.read(guild.id)).records}
        # The cache may not have heard of it yet: only Discord's own list is the truth here.
        listed = [see(c) for c in await guild.fetch_channels()]
        hits = sorted(s.id for s in listed if s.id not in known and matches(record, s))
        if hits:
            await self._book.found(record, hits[0], "adopted")
        elif step.make is None:
            await self._book.refused(record.id)
        elif step.make.session is None or step.make.parent_id is not None:
            await self._create(guild, record, step.make)
        else:
            await self._book.refused(record.id)

    async def _check(self, guild: discord.Guild, record: Record) -> None:
        assert record.channel_id is not None  # noqa: S101 - the plan checks only known channels
        try:
            await guild.fetch_channel(record.channel_id)
        except discord.NotFound:
            await self._book.gone(record, "missing")
        else:
            raise StillThere

    async def _move(self, guild: discord.Guild, step: Move) -> None:
        channel = guild.get_channel(step.record.channel_id or 0)
        category = guild.get_channel(step.parent_id)
        if isinstance(channel, discord.TextChannel | discord.VoiceChannel) and isinstance(
            category, discord.CategoryChannel
        ):
            await channel.edit(category=category, reason=self._words("audit-reason"))

    async def _archive(self, guild: discord.Guild, step: Archive) -> None:
        channel = guild.get_channel(step.record.channel_id or 0)
        parent = guild.get_channel(step.parent_id or 0)
        if isinstance(channel, discord.TextChannel):
            category = parent if isinstance(parent, discord.CategoryChannel) else channel.category
            await channel.edit(
                category=category,
                overwrites=permissions.read_only(guild, category),
                reason=self._words("audit-reason"),
            )
            await self._book.archived(step.record)

    async def _delete(self, guild: discord.Guild, record: Record) -> None:
        channel = guild.get_channel(record.channel_id or 0)
        if channel is None:
            return  # the next look sees it missing and checks
        try:
            await channel.delete(reason=self._words("audit-reason"))
        except discord.NotFound:
            await self._book.gone(record, "missing")
        else:
            await self._book.gone(record, "deleted")

    # --------------------------------------------------------------- messages

    async def _say(self, guild: discord.Guild, step: Say) -> None:
        notice, session = step.notice, step.session
        channel = guild.get_channel(step.channel_id)
        if not isinstance(channel, discord.TextChannel | discord.VoiceChannel):
            return
        match notice.kind:
            case NoticeKind.OPENING:
                channels = (await self._book.read(guild.id)).records
                voice = next(
                    (r.channel_id for r in channels if r.session_id == session.id and r.kind is Kind.VOICE),
                    None,
                )
                parts = desk_messages.opening(
                    self._words, session, await self._book.joined(session.id), voice
                )
            case NoticeKind.GREETING:
                parts = [desk_messages.greeting(self._words, session, notice.user_id or 0)]
            case NoticeKind.OVERRUN:
                parts = [desk_messages.last_word(self._words)]
        for number, part in enumerate(parts[notice.parts_sent :], start=notice.parts_sent + 1):
            if not (notice.tried and await self._arrived(channel, part)):
                await self._book.sending(notice)
                mentions = discord.AllowedMentions(users=[discord.Object(i) for i in part.mentions])
                await channel.send(
                    part.text, allowed_mentions=mentions, nonce=f"openspace-{notice.id}-{number}"
                )
            await self._book.sent(notice, number, last=number == len(parts))

    async def _arrived(
        self, channel: discord.TextChannel | discord.VoiceChannel, part: desk_messages.Part
    ) -> bool:
        """Whether a part that was on its way when the bot died is already there: nobody is pinged twice."""
        async for message in channel.history(limit=HISTORY):
            if message.author.id == channel.guild.me.id and message.content == part.text:
                return True
        return False

    async def _tell(self, guild: discord.Guild, step: Tell) -> None:
        channel = self._organizers(guild)
        if channel is None:
            raise StillThere
        text = desk_messages.problem(self._words, guild, step.code, step.detail)
        await channel.send(text, allowed_mentions=QUIET)
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
