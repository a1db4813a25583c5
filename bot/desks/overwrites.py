"""Permission overwrites between discord.py and the rules on them (R19), which stand in `domain/access.py`."""

from __future__ import annotations

from collections.abc import Callable

import discord

from bot.domain.access import Bits, Place

Overwrites = dict[discord.Role | discord.Member | discord.Object, discord.PermissionOverwrite]


def bits_of(channel: discord.abc.GuildChannel) -> Bits:
    """Return a channel's overwrites as values that can be compared."""
    found = []
    for target, overwrite in channel.overwrites.items():
        allow, deny = overwrite.pair()
        is_role = discord.Role in {type(target), getattr(target, "type", None)}
        found.append((target.id, is_role, allow.value, deny.value))
    return tuple(sorted(found))


def overwrites(guild: discord.Guild, rule: Callable[..., Bits], *like: Bits) -> Overwrites:
    """Return what one of the rules makes of these, as discord.py takes it."""
    sent = Overwrites()
    place = Place(guild.me.id, guild.default_role.id, guild.me.guild_permissions.value)
    for whose, is_role, *bits in rule(place, *like):
        # A member may be in no cache of ours: an Object with the type is all that Discord needs.
        target = guild.get_role(whose) if is_role else discord.Object(whose, type=discord.Member)
        if target:
            sent[target] = discord.PermissionOverwrite.from_pair(*map(discord.Permissions, bits))
    return sent
