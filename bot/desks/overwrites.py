"""The permission overwrites that the bot's channels get (R19).

Desks have none of their own: a channel that is made without overwrites is synced with its category. Where
overwrites are sent they are cut to what the bot holds, since Discord answers 50013 to any other bit
(https://docs.discord.com/developers/resources/guild, Create Guild Channel). Manage Roles inside an overwrite
would need Administrator and is never sent.
"""

from __future__ import annotations

import discord

Overwrites = dict[discord.Role | discord.Member | discord.Object, discord.PermissionOverwrite]
Bits = tuple[tuple[int, bool, int, int], ...]
"""Overwrites as values: whose (id, whether a role's), what they allow, what they deny."""

OVERWRITES_PER_REQUEST = 100
"""Entries in one request: https://docs.discord.com/developers/resources/channel."""

_OWN = discord.Permissions(
    view_channel=True, send_messages=True, read_message_history=True, connect=True
).value
_SEE = discord.Permissions(view_channel=True).value
_NEVER = discord.Permissions(manage_roles=True).value
_WRITE = discord.Permissions(
    send_messages=True, send_messages_in_threads=True, create_public_threads=True, add_reactions=True
).value


def bits_of(channel: discord.abc.GuildChannel) -> Bits:
    """Return a channel's overwrites as values that can be compared."""
    found = []
    for target, overwrite in channel.overwrites.items():
        allow, deny = overwrite.pair()
        is_role = discord.Role in {type(target), getattr(target, "type", None)}
        found.append((target.id, is_role, allow.value, deny.value))
    return tuple(sorted(found))


_Table = dict[tuple[int, bool], tuple[int, int]]


def _table(bits: Bits) -> _Table:
    return {(target, is_role): (allow, deny) for target, is_role, allow, deny in bits}


def area(guild: discord.Guild, like: Bits, _channel: object = None) -> Overwrites:
    """Return an area's overwrites: the bot's way in, and for a further area what the first one has."""
    return _sent(guild, _table(like))


def reading(guild: discord.Guild, like: Bits) -> Overwrites:
    """Return those of the board, the news and the archive: who sees the area reads, the bot writes."""
    return _sent(guild, _read_only(guild, _table(like)))


def archived(guild: discord.Guild, like: discord.abc.GuildChannel) -> Overwrites:
    """Return the overwrites of a channel that is synced with the archive, or read-only where it was."""
    table = _table(bits_of(like))
    return _sent(guild, table if isinstance(like, discord.CategoryChannel) else _read_only(guild, table))


def following(guild: discord.Guild, like: Bits, channel: discord.abc.GuildChannel) -> Overwrites:
    """Return a channel's own overwrites with the area's word on who sees it; nothing else is touched."""
    before, area_ = _table(bits_of(channel)), _table(like)
    table = {}
    for whose in {*before, *area_}:
        own, said = before.get(whose, (0, 0)), area_.get(whose, (0, 0))
        table[whose] = own[0] & ~_SEE | said[0] & _SEE, own[1] & ~_SEE | said[1] & _SEE
    return _sent(guild, table, before)


def _read_only(guild: discord.Guild, table: _Table) -> _Table:
    everyone, me = (guild.default_role.id, True), (guild.me.id, False)
    closed = {
        whose: (allow & ~_WRITE, deny | _WRITE) for whose, (allow, deny) in table.items() if whose != me
    }
    return {everyone: (0, _WRITE), **closed}


def _sent(guild: discord.Guild, table: _Table, before: _Table | None = None) -> Overwrites:
    """Let the bot in, cut what is new to bits that it holds, and the whole to what one request may carry."""
    held, me, known = guild.me.guild_permissions.value & ~_NEVER, (guild.me.id, False), before or {}
    allow, deny = table.get(me, (0, 0))
    table = {**table, me: (allow | _OWN, deny & ~_OWN)}
    # Where there are too many, those that hide the channel from someone go before the others.
    vital = {guild.me.id, guild.default_role.id}
    ordered = sorted(table, key=lambda whose: (whose[0] not in vital, not table[whose][1] & _SEE))
    sent = Overwrites()
    for whose in ordered[:OVERWRITES_PER_REQUEST]:
        pairs = zip(table[whose], known.get(whose, (0, 0)), strict=True)
        bits = [discord.Permissions(new & held | new & old) for new, old in pairs]
        # A member may be in no cache of ours: an Object with the type is all that Discord needs.
        target = guild.get_role(whose[0]) if whose[1] else discord.Object(whose[0], type=discord.Member)
        if target:
            sent[target] = discord.PermissionOverwrite.from_pair(*bits)
    return sent
