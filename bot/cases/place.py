"""Where confidential things may be shown: never in a channel that everyone can see."""

from __future__ import annotations

import discord


def private_channel(guild: discord.Guild, chosen: int) -> discord.TextChannel | None:
    """Return the first that is private of the set channel, the moderators' and the system's.

    Costs no request. None where there is none: then only commands show what is confidential.
    """
    for channel in (guild.get_channel(chosen), guild.public_updates_channel, guild.system_channel):
        if isinstance(channel, discord.TextChannel) and is_private(channel) and can_write(channel):
            return channel
    return None


def is_private(channel: discord.TextChannel) -> bool:
    """Whether somebody without any role cannot see a channel."""
    return not channel.permissions_for(channel.guild.default_role).view_channel


def can_write(channel: discord.TextChannel) -> bool:
    """Whether the bot can write in a channel."""
    can = channel.permissions_for(channel.guild.me)
    return can.view_channel and can.send_messages
