"""What differs by kind: how Discord is asked for a thing, how it is listed, changed and taken away."""

from __future__ import annotations

from typing import Any

import discord

from bot.desks.overwrites import bits_of, overwrites
from bot.desks.scene import Seen, see, see_event
from bot.desks.steps import Change, Make
from bot.domain import access
from bot.domain.records import Aspect, Kind, Record
from bot.ui import board
from bot.ui.desk_channels import Channel
from bot.ui.event_face import Face, face_digest, face_of, options_of
from bot.ui.words import Words

QUIET = discord.AllowedMentions.none()
HISTORY = 100
"""Messages in one answer."""
Talk = discord.TextChannel | discord.VoiceChannel


class UnseenError(Exception):
    """The cache shows no more what a step is about: nothing was asked, and the next look knows better."""


class _Things:
    def __init__(self, words: Words) -> None:
        self._reason = words("audit-reason")


class Channels(_Things):
    """Voice and text channels, and categories."""

    async def ask(self, guild: discord.Guild, make: Make, name: str) -> tuple[int, str]:
        """Ask for a channel. A desk's has no overwrites of its own: it is synced with the area (R19)."""
        wish, how = make.wish, make.wish.how
        options: dict[str, Any] = {"reason": self._reason}
        made: discord.abc.GuildChannel
        if not isinstance(how, Channel):
            rule = access.area if wish.kind is Kind.AREA else access.reading
            options["overwrites"] = overwrites(guild, rule, make.area)
            made = await guild.create_category(wish.mark, **options)
            return made.id, ""
        parent = _category(guild, make.parent_id)
        if wish.kind is Kind.VOICE:
            made = await guild.create_voice_channel(
                how.name, category=parent, user_limit=how.seats, **options
            )
        else:
            if wish.kind is not Kind.TEXT:
                options["overwrites"] = overwrites(guild, access.reading, make.area)
            made = await guild.create_text_channel(how.name, category=parent, topic=how.topic, **options)
        return made.id, ""

    async def listed(self, guild: discord.Guild, parent_id: int, since_id: int) -> list[Seen]:
        """Return all channels of the guild; the cache may not have heard of one yet."""
        return [see(channel) for channel in await guild.fetch_channels()]

    async def change(self, guild: discord.Guild, change: Change) -> str | None:
        """One request for all: name and topic both count against Discord's two in ten minutes."""
        channel, how, options = _channel(guild, change.record.discord_id), change.wish.how, dict[str, Any]()
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
        if Aspect.ACCESS in change.aspects:
            options["overwrites"] = (
                overwrites(guild, access.area, change.area)
                if change.record.kind is Kind.AREA
                else overwrites(guild, access.following, change.area, bits_of(channel))
            )
        await channel.edit(**options, reason=self._reason)
        return None

    async def remove(self, guild: discord.Guild, record: Record, *, begun: bool) -> None:
        """Delete it for good."""
        await _channel(guild, record.discord_id).delete(reason=self._reason)


class Messages(_Things):
    """The board, tomorrow's board, and the desks' cards."""

    async def ask(self, guild: discord.Guild, make: Make, name: str) -> tuple[int, str]:
        """Send it; by its nonce Discord itself sees a repeat."""
        view: Any = make.wish.how
        return (await talk(guild, make.parent_id).send(view=view, allowed_mentions=QUIET, nonce=name)).id, ""

    async def listed(self, guild: discord.Guild, parent_id: int, since_id: int) -> list[Seen]:
        """Return our own layouts in a channel since one was asked for, however much was written after it."""
        since = discord.Object(since_id)
        history = talk(guild, parent_id).history(limit=HISTORY, after=since, oldest_first=True)
        ours = [message async for message in history if message.author.id == guild.me.id]
        layouts = [message for message in ours if message.flags.components_v2]
        return [Seen(message.id, kind) for message in layouts for kind in _kinds(message)]

    async def change(self, guild: discord.Guild, change: Change) -> str | None:
        """Show what is true now, or pin it, so that it is found however much is written below."""
        message, view = _message(guild, change.record), change.wish.how
        if Aspect.PINNED in change.aspects:
            await message.pin(reason=self._reason)
        elif isinstance(view, discord.ui.LayoutView):
            await message.edit(view=view, allowed_mentions=QUIET)
        return None

    async def remove(self, guild: discord.Guild, record: Record, *, begun: bool) -> None:
        """Delete it."""
        await _message(guild, record).delete()


class Events(_Things):
    """Discord's own events."""

    async def ask(self, guild: discord.Guild, make: Make, name: str) -> tuple[int, str]:
        """Ask for an event."""
        face: Any = make.wish.how
        event = await guild.create_scheduled_event(
            privacy_level=discord.PrivacyLevel.guild_only,  # has to be said: discord.py has no default
            reason=self._reason,
            start_time=face.start,
            **options_of(face),
        )
        return event.id, face_digest(face_of(event))

    async def listed(self, guild: discord.Guild, parent_id: int, since_id: int) -> list[Seen]:
        """Return all events of the guild."""
        events = await guild.fetch_scheduled_events(with_counts=False)
        return [see_event(event, guild.me.id) for event in events]

    async def change(self, guild: discord.Guild, change: Change) -> str | None:
        """Tell Discord all that it should show, and begin it, in one request; in none where it shows that."""
        event, face = _event(guild, change.record), change.wish.how
        shown = face_of(event)
        if isinstance(face, Face) and shown != face:
            changes = options_of(face)
            if shown.start != face.start:
                changes["start_time"] = face.start
            if face.on and not shown.on:
                changes["status"] = discord.EventStatus.active
            shown = face_of(await event.edit(reason=self._reason, **changes))
        return face_digest(shown)

    async def remove(self, guild: discord.Guild, record: Record, *, begun: bool) -> None:
        """End what has begun, delete what has not."""
        event, reason = _event(guild, record), self._reason
        await (event.end(reason=reason) if begun else event.delete(reason=reason))


Things = Channels | Messages | Events
"""How things of some kinds are handled. All methods raise what discord.py raises, and `UnseenError`.

`ask` returns a thing's id and what it shows, where that is compared, as `change` does; by the `name` a repeat
is known. `listed` gives Discord's own list: of the guild, or of what was written in a channel since an id.
"""


def talk(guild: discord.Guild, channel_id: int | None) -> Talk:
    """Return a channel of ours in which is written; raises `UnseenError`."""
    channel = guild.get_channel(channel_id or 0)
    if not isinstance(channel, Talk):
        raise UnseenError
    return channel


def _channel(guild: discord.Guild, channel_id: int | None) -> Talk | discord.CategoryChannel:
    return _category(guild, channel_id) or talk(guild, channel_id)


def _category(guild: discord.Guild, category_id: int | None) -> discord.CategoryChannel | None:
    channel = guild.get_channel(category_id or 0)
    return channel if isinstance(channel, discord.CategoryChannel) else None


def _message(guild: discord.Guild, record: Record) -> discord.PartialMessage:
    return talk(guild, record.parent_id).get_partial_message(record.discord_id or 0)


def _event(guild: discord.Guild, record: Record) -> discord.ScheduledEvent:
    event = guild.get_scheduled_event(record.discord_id or 0)
    if event is None:
        raise UnseenError
    return event


def _kinds(message: discord.Message) -> tuple[Kind, Kind]:
    """Return what a layout of ours may be: of all that the bot writes only boards and cards are layouts."""
    is_tomorrow = board.is_tomorrows(component.to_dict() for component in message.components)
    return Kind.CARD, Kind.TOMORROW if is_tomorrow else Kind.BOARD_MESSAGE
