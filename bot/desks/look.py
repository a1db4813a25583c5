"""A guild as discord.py's cache shows it: costs no request."""

from __future__ import annotations

import discord

from bot.desks import permissions
from bot.desks.scene import Seen, SeenEvent, View
from bot.store.events import Face

ALIVE = {discord.EventStatus.scheduled, discord.EventStatus.active}
"""An event that is to come or on; any other is over for good."""


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
        here=_here(channel) if isinstance(channel, discord.VoiceChannel) else (),
    )


def _here(channel: discord.VoiceChannel) -> tuple[int, ...]:
    members = ((user_id, channel.guild.get_member(user_id)) for user_id in channel.voice_states)
    return tuple(user_id for user_id, member in members if member is None or not member.bot)


def see_event(event: discord.ScheduledEvent, me: int) -> SeenEvent:
    """Return what the plan needs to know of an event; `me` is the bot's id."""
    created, ours = discord.utils.snowflake_time(event.id), event.creator_id == me
    return SeenEvent(event.id, face_of(event), created, ours, event.status not in ALIVE)


def face_of(event: discord.ScheduledEvent) -> Face:
    """Return what an event shows."""
    return Face(
        name=event.name,
        description=event.description or "",
        location=event.location or "",
        start=event.start_time,
        end=event.end_time or event.start_time,
        on=event.status is discord.EventStatus.active,
    )


def look(guild: discord.Guild) -> View:
    """Return the guild as the cache shows it; costs no request."""
    channels = {channel.id: see(channel) for channel in guild.channels}
    events = {event.id: see_event(event, guild.me.id) for event in guild.scheduled_events}
    return View(channels, permissions.missing(guild), wanting=permissions.wanting(guild), events=events)
