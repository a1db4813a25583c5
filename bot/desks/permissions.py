"""The permission bits that the bot asks for, and the overwrites that its channels get (R19).

Desks have none of their own: a channel that is made without overwrites is synced with its category. Where
overwrites are sent they are cut to what the bot holds, since Discord answers 50013 to any other bit
(https://docs.discord.com/developers/resources/guild, Create Guild Channel). Manage Roles inside an overwrite
would need Administrator and is never sent.
"""

from __future__ import annotations

from functools import lru_cache

import discord

Overwrites = dict[discord.Role | discord.Member | discord.Object, discord.PermissionOverwrite]
Bits = tuple[tuple[int, bool, int, int], ...]
"""Overwrites as values: whose (id, whether a role's), what they allow, what they deny."""

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

OVERWRITES_PER_REQUEST = 100
"""Entries in one request: https://docs.discord.com/developers/resources/channel."""

_OWN = discord.Permissions(view_channel=True, send_messages=True, read_message_history=True, connect=True)
_WRITING = discord.Permissions(
    send_messages=True, send_messages_in_threads=True, create_public_threads=True, add_reactions=True
)
_SEEING = discord.Permissions(view_channel=True)
_NEVER = discord.Permissions(manage_roles=True)


@lru_cache
def missing(held: int) -> tuple[str, ...]:
    """Return discord.py's names of the permissions that the bot needs and does not hold."""
    return tuple(name for name, on in discord.Permissions(NEEDED.value & ~held) if on)


@lru_cache
def wanting(held: int) -> tuple[str, ...]:
    """Return discord.py's names of the permissions without which something is left out."""
    return tuple(name for name, on in discord.Permissions(WANTED.value & ~held) if on)


def bits_of(channel: discord.abc.GuildChannel) -> Bits:
    """Return a channel's overwrites as values that can be compared."""
    return tuple(
        (target.id, _is_role(target), *_values(overwrite))
        for target, overwrite in sorted(channel.overwrites.items(), key=lambda item: item[0].id)
    )


def _is_role(target: discord.Role | discord.Member | discord.Object) -> bool:
    return isinstance(target, discord.Role) or (isinstance(target, discord.Object) and target.type is discord.Role)


def _values(overwrite: discord.PermissionOverwrite) -> tuple[int, int]:
    allow, deny = overwrite.pair()
    return allow.value, deny.value


def area(guild: discord.Guild, like: Bits) -> Overwrites:
    """Return an area's overwrites: the bot's way in, and for a further area what the first one has."""
    return _sent(guild, {**_table(like), (guild.me.id, False): _own(like, guild.me.id)})


def archive(guild: discord.Guild, like: Bits) -> Overwrites:
    """Return the overwrites of the archive: those who see the area read it, the bot alone writes."""
    return _read_only(guild, _table(like))


def place(guild: discord.Guild, like: Bits) -> Overwrites:
    """Return the overwrites of the board's and the news' channel: who sees the area reads, the bot writes."""
    return _read_only(guild, _table(like))


def following(guild: discord.Guild, channel: discord.abc.GuildChannel, like: Bits) -> Overwrites:
    """Return a channel's own overwrites with the area's word on who sees it; nothing else is touched."""
    table, see = _table(bits_of(channel)), _SEEING.value
    for whose, (allow, deny) in _table(like).items():
        own = table.get(whose, (0, 0))
        table[whose] = own[0] & ~see | allow & see, own[1] & ~see | deny & see
    for whose, own in table.items():
        if whose not in _table(like):
            table[whose] = own[0] & ~see, own[1] & ~see
    table[guild.me.id, False] = _own(bits_of(channel), guild.me.id)
    return _sent(guild, table, known=bits_of(channel))


def synced(guild: discord.Guild, parent: discord.CategoryChannel) -> Overwrites:
    """Return a category's overwrites, for a channel that is moved there to be synced with it."""
    return _sent(guild, _table(bits_of(parent)))


def read_only(guild: discord.Guild, channel: discord.abc.GuildChannel) -> Overwrites:
    """Return a channel's own overwrites, without a way to write for anyone but the bot."""
    return _read_only(guild, _table(bits_of(channel)))


_Table = dict[tuple[int, bool], tuple[int, int]]


def _table(bits: Bits) -> _Table:
    return {(target, role): (allow, deny) for target, role, allow, deny in bits}


def _own(bits: Bits, me: int) -> tuple[int, int]:
    allow, deny = _table(bits).get((me, False), (0, 0))
    return allow | _OWN.value, deny & ~_OWN.value


def _read_only(guild: discord.Guild, table: _Table) -> Overwrites:
    everyone, writing = (guild.default_role.id, True), _WRITING.value
    table = {whose: (allow & ~writing, deny | writing) for whose, (allow, deny) in table.items()}
    table.setdefault(everyone, (0, writing))
    allow, deny = table.get((guild.me.id, False), (0, 0))
    table[guild.me.id, False] = allow | _OWN.value, deny & ~_OWN.value
    return _sent(guild, table)


def _sent(guild: discord.Guild, table: _Table, known: Bits = ()) -> Overwrites:
    """Cut what is new to bits that the bot holds, and the whole to what one request may carry."""
    held = guild.me.guild_permissions.value & ~_NEVER.value
    vital = {guild.me.id, guild.default_role.id}
    # Where there are too many, those that hide the channel from someone go before the others.
    hides = {whose for whose, (_, deny) in table.items() if deny & _SEEING.value}
    ordered = sorted(table, key=lambda whose: (whose[0] not in vital, whose not in hides))
    before, sent = _table(known), Overwrites()
    for whose in ordered[:OVERWRITES_PER_REQUEST]:
        had = before.get(whose, (0, 0))
        allow, deny = (new & held | new & old for new, old in zip(table[whose], had, strict=True))
        # A member may be in no cache of ours: an Object with the type is all that Discord needs.
        target = guild.get_role(whose[0]) if whose[1] else discord.Object(whose[0], type=discord.Member)
        if target:
            pair = discord.Permissions(allow), discord.Permissions(deny)
            sent[target] = discord.PermissionOverwrite.from_pair(*pair)
    return sent
