"""R19: who may see the bot's channels and write in them, as Discord's overwrites in plain numbers.

Desks have no overwrites of their own: a channel that is made without them is synced with its category. What
is sent is cut to what the bot holds, since Discord answers 50013 to any other bit
(https://docs.discord.com/developers/resources/guild, Create Guild Channel). Manage Roles inside an overwrite
would need Administrator and is never sent.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

Bits = tuple[tuple[int, bool, int, int], ...]
"""Overwrites: whose (id, whether a role's), what they allow, what they deny."""
OVERWRITES_PER_REQUEST = 100
"""Entries in one request: https://docs.discord.com/developers/resources/channel."""

# https://docs.discord.com/developers/topics/permissions
REACT, SEE, SEND, READ_HISTORY, CONNECT = 1 << 6, 1 << 10, 1 << 11, 1 << 16, 1 << 20
MANAGE_ROLES, MAKE_THREADS, SEND_IN_THREADS = 1 << 28, 1 << 35, 1 << 38
OWN = SEE | SEND | READ_HISTORY | CONNECT
"""The bot's way in."""
WRITE = SEND | SEND_IN_THREADS | MAKE_THREADS | REACT
"""What is the bot's alone where others only read."""

_Table = dict[tuple[int, bool], tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Place:
    """A server: the bot's id in it, the id of everyone's role, and the permissions that the bot holds."""

    me: int
    everyone: int
    held: int


def area(place: Place, like: Bits) -> Bits:
    """Return an area's overwrites: the bot's way in, and for a further area what the first one has."""
    return _sent(place, _table(like))


def audience(everyone: int, roles: Collection[int]) -> Bits:
    """Return what a new area is like: seen by these roles alone; where there are none, as the server has it.

    Organizers change it in Discord later; from then on the area itself says who sees what (R19).
    """
    if not roles:
        return ()
    return ((everyone, True, 0, SEE), *((role, True, SEE, 0) for role in sorted(set(roles))))


def reading(place: Place, like: Bits) -> Bits:
    """Return those of the board, the news and the archive: who sees the area reads, the bot writes."""
    table = {(place.everyone, True): (0, WRITE)}
    for whose, (allow, deny) in _table(like).items():
        if whose != (place.me, False):
            table[whose] = allow & ~WRITE, deny | WRITE
    return _sent(place, table)


def following(place: Place, like: Bits, own: Bits) -> Bits:
    """Return a channel's own overwrites with the area's word on who sees it; nothing else is touched."""
    before, first = _table(own), _table(like)
    table = {}
    for whose in {*before, *first}:
        had, said = before.get(whose, (0, 0)), first.get(whose, (0, 0))
        table[whose] = had[0] & ~SEE | said[0] & SEE, had[1] & ~SEE | said[1] & SEE
    return _sent(place, table, before)


def _table(bits: Bits) -> _Table:
    return {(target, is_role): (allow, deny) for target, is_role, allow, deny in bits}


def _sent(place: Place, table: _Table, before: _Table | None = None) -> Bits:
    """Let the bot in, cut what is new to bits that it holds, and the whole to what one request may carry."""
    held, me, known = place.held & ~MANAGE_ROLES, (place.me, False), before or {}
    allow, deny = table.get(me, (0, 0))
    table = {**table, me: (allow | OWN, deny & ~OWN)}
    # Where there are too many, those that hide the channel from someone go before the others.
    vital = {place.me, place.everyone}
    ordered = sorted(table, key=lambda whose: (whose[0] not in vital, not table[whose][1] & SEE))
    sent = []
    for whose in ordered[:OVERWRITES_PER_REQUEST]:
        pairs = zip(table[whose], known.get(whose, (0, 0)), strict=True)
        allowed, denied = (new & held | new & old for new, old in pairs)
        sent.append((*whose, allowed, denied))
    return tuple(sent)
