"""The permission bits that the bot asks for, and the overwrites that its channels get.

Discord answers 50013 to any overwrite that names a bit which the bot does not hold
(https://docs.discord.com/developers/resources/guild, Create Guild Channel), so everything here is cut to
what the bot holds. Manage Roles inside an overwrite would need Administrator and is never asked for.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import discord

Overwrites = dict[discord.Role | discord.Member | discord.Object, discord.PermissionOverwrite]

NEEDED = discord.Permissions(
    view_channel=True,
    manage_channels=True,  # desks and the area
    manage_roles=True,  # change a channel's overwrites when it is archived
    send_messages=True,
    read_message_history=True,  # was this notice sent before the crash?
    connect=True,  # without it Discord lets nobody manage a voice channel
    mute_members=True,  # handed to the host in their own voice channel
    move_members=True,  # the same
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
"""What organizers may allow or deny on the area category, so that the desks' channels can take it over."""

INVITE = discord.Permissions(NEEDED.value | WANTED.value | CARRIED.value)
"""What the invite link asks for; nothing else is ever asked of Discord."""

OVERWRITES_PER_REQUEST = 100
"""Entries in one request: https://docs.discord.com/developers/resources/channel."""

_OWN = {"view_channel": True, "send_messages": True, "read_message_history": True, "connect": True}
_HOST = {"view_channel": True, "connect": True, "mute_members": True, "move_members": True}
_READ_ONLY = {
    "send_messages": False,
    "send_messages_in_threads": False,
    "create_public_threads": False,
    "add_reactions": False,
}


def missing(guild: discord.Guild) -> tuple[str, ...]:
    """Return discord.py's names of the permissions that the bot needs in this guild and does not hold."""
    held = guild.me.guild_permissions
    return tuple(name for name, needed in NEEDED if needed and not getattr(held, name))


def wanting(guild: discord.Guild) -> tuple[str, ...]:
    """Return discord.py's names of the permissions without which something is left out in this guild."""
    held = guild.me.guild_permissions
    return tuple(name for name, wanted in WANTED if wanted and not getattr(held, name))


def area(guild: discord.Guild) -> Overwrites:
    """Return the overwrites of the area: the server's own rules, and the bot's way in."""
    return _held(guild, {guild.me: _merged(None, _OWN)})


def archive(guild: discord.Guild) -> Overwrites:
    """Return the overwrites of the archive: readable as the server is, writable by the bot alone."""
    return _read_only(guild, {})


def place(guild: discord.Guild, parent: discord.CategoryChannel | None) -> Overwrites:
    """Return the overwrites of the board's and the news' channel: all read, only the bot writes."""
    return _read_only(guild, parent.overwrites if parent else {})


def desk(
    guild: discord.Guild, parent: discord.CategoryChannel | None, hosts: Sequence[int] = ()
) -> Overwrites:
    """Return a desk's overwrites: those of its category, the bot's, and the hosts' voice powers."""
    overwrites = dict(parent.overwrites) if parent else {}
    overwrites[guild.me] = _merged(overwrites.get(guild.me), _OWN)
    return _held(guild, _empowered(overwrites, hosts), hosts)


def refitted(
    guild: discord.Guild, channel: discord.VoiceChannel, former: Collection[int], hosts: Sequence[int]
) -> Overwrites:
    """Return a voice channel's overwrites with a host's powers for these, no longer for the former.

    What else organizers have set on any of them stays.
    """
    overwrites = dict(channel.overwrites)
    for user_id in set(former) - set(hosts):
        left = _merged(_pop(overwrites, user_id), dict.fromkeys(_HOST))
        if not left.is_empty():
            overwrites[discord.Object(user_id, type=discord.Member)] = left
    return _held(guild, _empowered(overwrites, hosts), hosts)


def _empowered(overwrites: Overwrites, hosts: Sequence[int]) -> Overwrites:
    for user_id in hosts:
        # The member may be in no cache of ours: an Object with the type is all that Discord needs.
        host = discord.Object(user_id, type=discord.Member)
        overwrites[host] = _merged(_pop(overwrites, user_id), _HOST)
    return overwrites


def archived(
    guild: discord.Guild, channel: discord.TextChannel, parent: discord.CategoryChannel | None
) -> Overwrites:
    """Return an archived channel's overwrites: its new category's, without a way to write.

    What not everyone could read stays so: where the archive is open to all, the channel keeps its own.
    """
    like = channel if parent is None or (_hidden(channel) and not _hidden(parent)) else parent
    return _read_only(guild, like.overwrites)


def _hidden(channel: discord.abc.GuildChannel) -> bool:
    return channel.overwrites_for(channel.guild.default_role).view_channel is False


def _read_only(guild: discord.Guild, like: Overwrites) -> Overwrites:
    overwrites = {target: _merged(old, _READ_ONLY) for target, old in like.items()}
    overwrites[guild.default_role] = _merged(overwrites.get(guild.default_role), _READ_ONLY)
    overwrites[guild.me] = _merged(overwrites.get(guild.me), _OWN)
    return _held(guild, overwrites)


def _pop(overwrites: Overwrites, target_id: int) -> discord.PermissionOverwrite | None:
    known = next((target for target in overwrites if target.id == target_id), None)
    return overwrites.pop(known) if known else None


def _merged(
    old: discord.PermissionOverwrite | None, bits: Mapping[str, bool | None]
) -> discord.PermissionOverwrite:
    merged = discord.PermissionOverwrite.from_pair(*(old or discord.PermissionOverwrite()).pair())
    merged.update(**bits)
    return merged


def _held(guild: discord.Guild, overwrites: Overwrites, hosts: Sequence[int] = ()) -> Overwrites:
    """Cut every overwrite to bits that the bot holds, and the whole to what one request may carry."""
    bits = guild.me.guild_permissions.value & INVITE.value & ~discord.Permissions(manage_roles=True).value
    vital = {guild.me.id, guild.default_role.id, *hosts}
    # Where there are too many, those that hide the channel from someone go before the others.
    ordered = sorted(overwrites, key=lambda t: (t.id not in vital, overwrites[t].view_channel is not False))
    kept: Overwrites = {}
    for target in ordered[:OVERWRITES_PER_REQUEST]:
        allow, deny = overwrites[target].pair()
        pair = discord.Permissions(allow.value & bits), discord.Permissions(deny.value & bits)
        kept[target] = discord.PermissionOverwrite.from_pair(*pair)
    return kept
