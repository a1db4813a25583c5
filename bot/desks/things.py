"""What differs by kind: how Discord is asked for a thing, how it is listed, changed and taken away."""

from __future__ import annotations

from typing import Any, Protocol

import discord

from bot.desks import permissions
from bot.desks.scene import CATEGORIES, MESSAGES, PLACES, Seen, face_of, see, see_event
from bot.desks.steps import Change, Make
from bot.desks.wishes import Channel, Drawing, face_digest
from bot.store.records import Aspect, Kind, Record
from bot.ui.event_face import Face
from bot.ui.words import Words

QUIET = discord.AllowedMentions.none()
HISTORY = 100
"""Messages in one answer."""
Made = tuple[int, str]
"""The id of a thing that Discord made, and what it shows where that is compared."""


class UnseenError(Exception):
    """The cache shows no more what a step is about: nothing was asked, and the next look knows better."""


class Things(Protocol):
    """How things of some kinds are handled. All methods raise what discord.py raises."""

    async def ask(self, guild: discord.Guild, make: Make, name: str) -> Made:
        """Ask for a thing; `name` tells a repeat of this request from others."""

    async def listed(self, guild: discord.Guild, record: Record) -> list[Seen]:
        """Return all that Discord's own list holds."""

    async def exists(self, guild: discord.Guild, record: Record) -> bool:
        """Ask whether a thing is there; raises NotFound where it is not."""

    async def change(self, guild: discord.Guild, change: Change) -> str | None:
        """Tell Discord how some aspects should be; return what it shows then, where that is compared."""

    async def remove(self, guild: discord.Guild, record: Record, *, begun: bool) -> None:
        """Take a thing away; raises NotFound where it is gone already."""


class Channels:
    """Voice and text channels, and categories."""

    def __init__(self, words: Words) -> None:
        self._words = words

    async def ask(self, guild: discord.Guild, make: Make, name: str) -> Made:
        """Ask for a channel. A desk's has no overwrites of its own: it is synced with the area (R19)."""
        wish, reason = make.wish, self._words("audit-reason")
        if wish.kind in CATEGORIES:
            own = permissions.area if wish.kind is Kind.AREA else permissions.archive
            made = await guild.create_category(wish.mark, overwrites=own(guild, make.area), reason=reason)
            return made.id, ""
        assert isinstance(wish.how, Channel)  # noqa: S101 - a wish for a channel says how
        parent = _category(guild, make.parent_id)
        if wish.kind is Kind.VOICE:
            seats = wish.how.seats
            voice = await guild.create_voice_channel(
                wish.how.name, category=parent, user_limit=seats, reason=reason
            )
            return voice.id, ""
        options: dict[str, Any] = {"topic": wish.how.topic, "reason": reason}
        if wish.kind in PLACES:
            options["overwrites"] = permissions.place(guild, make.area)
        return (await guild.create_text_channel(wish.how.name, category=parent, **options)).id, ""

    async def listed(self, guild: discord.Guild, record: Record) -> list[Seen]:
        """Return all channels of the guild; the cache may not have heard of one yet."""
        return [see(channel) for channel in await guild.fetch_channels()]

    async def exists(self, guild: discord.Guild, record: Record) -> bool:
        """Ask for the channel."""
        await guild.fetch_channel(record.discord_id or 0)
        return True

    async def change(self, guild: discord.Guild, change: Change) -> str | None:
        """One request for all: name and topic both count against Discord's two in ten minutes."""
        channel, how, options = _channel(guild, change.record.discord_id), change.wish.how, dict[str, Any]()
        if Aspect.NAME in change.aspects and isinstance(how, Channel):
            options["name"] = how.name
            if isinstance(channel, discord.TextChannel):
                options["topic"] = how.topic
        if Aspect.SEATS in change.aspects and isinstance(how, Channel):
            options["user_limit"] = how.seats
        if Aspect.PLACE in change.aspects:
            options |= self._place(guild, channel, change)
        if Aspect.ACCESS in change.aspects:
            options["overwrites"] = (
                permissions.area(guild, change.area)
                if change.record.kind is Kind.AREA
                else permissions.following(guild, channel, change.area)
            )
        await channel.edit(**options, reason=self._words("audit-reason"))
        return None

    @staticmethod
    def _place(guild: discord.Guild, channel: GuildChannel, change: Change) -> dict[str, Any]:
        """A channel takes over the permissions of where it goes; where the archive is full, it stays, read-only."""
        parent = _category(guild, change.parent_id)
        if change.wish.aspects[Aspect.PLACE] != Kind.ARCHIVE:
            return {"category": parent}
        if parent is None:
            return {"overwrites": permissions.read_only(guild, channel)}
        return {"category": parent, "overwrites": permissions.synced(guild, parent)}

    async def remove(self, guild: discord.Guild, record: Record, *, begun: bool) -> None:
        """Delete it for good."""
        await _channel(guild, record.discord_id).delete(reason=self._words("audit-reason"))


class Messages:
    """The board, tomorrow's board, and the desks' cards."""

    def __init__(self, words: Words) -> None:
        self._words = words

    async def ask(self, guild: discord.Guild, make: Make, name: str) -> Made:
        """Send it; by its nonce Discord itself sees a repeat."""
        assert isinstance(make.wish.how, Drawing)  # noqa: S101 - a wish for a message says how
        channel = talk(guild, make.parent_id)
        sent = await channel.send(view=make.wish.how.view, allowed_mentions=QUIET, nonce=name)
        return sent.id, ""

    async def listed(self, guild: discord.Guild, record: Record) -> list[Seen]:
        """Return our own layouts in its channel since it was asked for, however much was written after it."""
        since = discord.Object(record.since_id)
        history = talk(guild, record.parent_id).history(limit=HISTORY, after=since, oldest_first=True)
        ours = [message async for message in history if message.author.id == guild.me.id]
        return [Seen(m.id, kind) for m in ours for kind in MESSAGES if _shows(m, kind)]

    async def exists(self, guild: discord.Guild, record: Record) -> bool:
        """Ask for the message."""
        await _message(guild, record).fetch()
        return True

    async def change(self, guild: discord.Guild, change: Change) -> str | None:
        """Show what is true now, or pin it, so that it is found however much is written below."""
        message, how = _message(guild, change.record), change.wish.how
        if Aspect.PINNED in change.aspects:
            await message.pin(reason=self._words("audit-reason"))
        elif isinstance(how, Drawing):
            await message.edit(view=how.view, allowed_mentions=QUIET)
        return None

    async def remove(self, guild: discord.Guild, record: Record, *, begun: bool) -> None:
        """Delete it."""
        await _message(guild, record).delete()


class Events:
    """Discord's own events."""

    def __init__(self, words: Words) -> None:
        self._words = words

    async def ask(self, guild: discord.Guild, make: Make, name: str) -> Made:
        """Ask for an event."""
        face = make.wish.how
        assert isinstance(face, Face)  # noqa: S101 - a wish for an event says how
        event = await guild.create_scheduled_event(
            privacy_level=discord.PrivacyLevel.guild_only,  # has to be said: discord.py has no default
            reason=self._words("audit-reason"),
            start_time=face.start,
            **_told(face),
        )
        return event.id, face_digest(face_of(event))

    async def listed(self, guild: discord.Guild, record: Record) -> list[Seen]:
        """Return all events of the guild."""
        events = await guild.fetch_scheduled_events(with_counts=False)
        return [see_event(event, guild.me.id) for event in events]

    async def exists(self, guild: discord.Guild, record: Record) -> bool:
        """Ask for the event; one that is over is as good as gone."""
        event = await guild.fetch_scheduled_event(record.discord_id or 0, with_counts=False)
        return not see_event(event, guild.me.id).over

    async def change(self, guild: discord.Guild, change: Change) -> str | None:
        """Tell Discord all that it should show, and begin it, in one request; in none where it shows that."""
        event, face = _event(guild, change.record), change.wish.how
        assert isinstance(face, Face)  # noqa: S101 - a wish for an event says how
        shown = face_of(event)
        if shown != face:
            changes = _told(face)
            if shown.start != face.start:
                changes["start_time"] = face.start
            if face.on and not shown.on:
                changes["status"] = discord.EventStatus.active
            shown = face_of(await event.edit(reason=self._words("audit-reason"), **changes))
        return face_digest(shown)

    async def remove(self, guild: discord.Guild, record: Record, *, begun: bool) -> None:
        """End what has begun, delete what has not."""
        event, reason = _event(guild, record), self._words("audit-reason")
        await (event.end(reason=reason) if begun else event.delete(reason=reason))


def _told(face: Face) -> dict[str, Any]:
    """Return what Discord is told of an event whether it is new or changed."""
    return {
        "name": face.name,
        "description": face.description,
        "entity_type": discord.EntityType.external,
        "location": face.location,
        "end_time": face.end,
    }


GuildChannel = discord.TextChannel | discord.VoiceChannel | discord.CategoryChannel
Talk = discord.TextChannel | discord.VoiceChannel


def talk(guild: discord.Guild, channel_id: int | None) -> Talk:
    """Return a channel of ours in which is written; raises `UnseenError`."""
    channel = guild.get_channel(channel_id or 0)
    if not isinstance(channel, discord.TextChannel | discord.VoiceChannel):
        raise UnseenError
    return channel


def _channel(guild: discord.Guild, channel_id: int | None) -> GuildChannel:
    channel = guild.get_channel(channel_id or 0)
    if not isinstance(channel, GuildChannel):
        raise UnseenError
    return channel


def _category(guild: discord.Guild, category_id: int) -> discord.CategoryChannel | None:
    channel = guild.get_channel(category_id)
    return channel if isinstance(channel, discord.CategoryChannel) else None


def _message(guild: discord.Guild, record: Record) -> discord.PartialMessage:
    return talk(guild, record.parent_id).get_partial_message(record.discord_id or 0)


def _event(guild: discord.Guild, record: Record) -> discord.ScheduledEvent:
    event = guild.get_scheduled_event(record.discord_id or 0)
    if event is None:
        raise UnseenError
    return event


def _shows(message: discord.Message, kind: Kind) -> bool:
    """Whether a message of ours is of this kind: of all that the bot writes only these are layouts."""
    if not message.flags.components_v2 or kind is Kind.CARD:
        return message.flags.components_v2
    custom_ids = _custom_ids([component.to_dict() for component in message.components])
    actions = {each.split(":")[1] for each in custom_ids if each.startswith("openspace:")}
    is_tomorrow = "host" in actions and "ideas" not in actions
    return is_tomorrow is (kind is Kind.TOMORROW)


def _custom_ids(node: Any) -> list[str]:
    if isinstance(node, list):
        return [found for each in node for found in _custom_ids(each)]
    if not isinstance(node, dict):
        return []
    own = [node["custom_id"]] if node.get("custom_id") else []
    return own + [found for value in node.values() for found in _custom_ids(value)]
