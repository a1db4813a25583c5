"""The permissions that the bot asks for, each with its reason, and the overwrites of its channels (R19).

`openspace invite` prints the link.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from functools import lru_cache
from typing import Any

import discord

from bot.domain.access import Bits, Place

NEEDED = discord.Permissions(
    view_channel=True,
    manage_channels=True,  # desks and the area
    manage_roles=True,  # a desk's channel takes over the archive's permissions, the board the area's
    send_messages=True,
    read_message_history=True,  # was this notice sent before the crash? has anybody written here?
    connect=True,  # without it Discord lets nobody manage a voice channel
)
"""What the bot cannot do its work without."""

WANTED = discord.Permissions(
    move_members=True,  # who was sent out of a desk by its host leaves the voice channel
    create_events=True,  # booked sessions among the server's events; enough to edit and end our own
    pin_messages=True,  # the desks' cards; since 2026-02-23 Manage Messages is not enough
)
"""What the bot can do without, leaving something out."""

CARRIED = discord.Permissions(
    add_reactions=True,
    attach_files=True,
    create_public_threads=True,
    embed_links=True,
    send_messages_in_threads=True,
    speak=True,
    stream=True,
    use_voice_activation=True,
)
"""What organizers may allow or deny on the area, so that a second area and the archive can take it over."""

INVITE = discord.Permissions(NEEDED.value | WANTED.value | CARRIED.value)
"""What the invite link asks for; nothing else is ever asked of Discord."""


@lru_cache
def missing(held: int) -> tuple[str, ...]:
    """Return discord.py's names of the permissions that the bot needs and does not hold."""
    return tuple(name for name, on in discord.Permissions(NEEDED.value & ~held) if on)


@lru_cache
def wanting(held: int) -> tuple[str, ...]:
    """Return discord.py's names of the permissions without which something is left out."""
    return tuple(name for name, on in discord.Permissions(WANTED.value & ~held) if on)


def missing_in(channel: discord.abc.GuildChannel) -> list[str]:
    """Return discord.py's names of what the bot needs in a channel and does not hold there."""
    held, is_voice = channel.permissions_for(channel.guild.me), isinstance(channel, discord.VoiceChannel)
    needed = (name for name, on in NEEDED if on and (name != "connect" or is_voice))
    return [name for name in needed if not getattr(held, name)]


def writable(guild: discord.Guild, channel_id: int) -> discord.TextChannel | None:
    """Return a text channel by its id, where the bot may write in it as far as the cache shows."""
    channel = guild.get_channel(channel_id)
    if not isinstance(channel, discord.TextChannel):
        return None
    can = channel.permissions_for(guild.me)
    return channel if can.view_channel and can.send_messages else None


def organizers_channels(guild: discord.Guild, chosen: int) -> Iterator[discord.TextChannel]:
    """Yield where organizers can be told something, best first; costs no request.

    The set channel, where Discord tells moderators, and the system's; never one by chance.
    """
    for channel in (guild.get_channel(chosen), guild.public_updates_channel, guild.system_channel):
        if channel and (found := writable(guild, channel.id)):
            yield found


def is_private(channel: discord.TextChannel) -> bool:
    """Whether somebody without any role cannot see a channel."""
    return not channel.permissions_for(channel.guild.default_role).view_channel


def audience(
    guild: discord.Guild | None, organizers: Collection[int], chosen: Collection[int]
) -> tuple[int, ...]:
    """Return the roles for which an area is made: the chosen ones and organizers'; none: everyone sees it."""
    if not chosen or guild is None:
        return ()
    staff = (role.id for role in guild.roles if role.permissions.manage_guild and not role.managed)
    return tuple(sorted({*chosen, *organizers, *staff} - {guild.id}))


def bits_of(channel: discord.abc.GuildChannel) -> Bits:
    """Return a channel's overwrites as values that can be compared."""
    found = []
    for target, overwrite in channel.overwrites.items():
        allow, deny = overwrite.pair()
        is_role = discord.Role in {type(target), getattr(target, "type", None)}
        found.append((target.id, is_role, allow.value, deny.value))
    return tuple(sorted(found))


def overwrites(guild: discord.Guild, rule: Callable[..., Bits], *like: Bits) -> Any:
    """Return what one of the rules makes of these, as discord.py takes it."""
    sent = {}
    place = Place(guild.me.id, guild.default_role.id, guild.me.guild_permissions.value)
    for whose, is_role, *bits in rule(place, *like):
        # A member may be in no cache of ours: an Object with the type is all that Discord needs.
        target = guild.get_role(whose) if is_role else discord.Object(whose, type=discord.Member)
        if target:
            sent[target] = discord.PermissionOverwrite.from_pair(*map(discord.Permissions, bits))
    return sent
