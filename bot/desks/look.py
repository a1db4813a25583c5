"""A guild as discord.py's cache shows it: costs no request."""

from __future__ import annotations

import discord

from bot.desks import permissions
from bot.desks.scene import Seen, View


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


def look(guild: discord.Guild) -> View:
    """Return the guild as the cache shows it; costs no request."""
    channels = {channel.id: see(channel) for channel in guild.channels}
    return View(channels, permissions.missing(guild), wanting=permissions.wanting(guild))
