"""R17: what all share: the channels that Discord gives a server, and the patience with what others delete."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Generic, TypeVar

from bot.domain.models import Session

T = TypeVar("T")

REPAIRS = (0, 10, 30, 60, 300, 600, 1800)
"""Seconds until a thing is made again, by how often others deleted it within a day."""
OFTEN = 3
"""Losses of one thing in a day from which on organizers hear of it."""
MANY_CHANNELS = 400
"""Channels made in a day from which on booked sessions come first."""
DAY_CHANNELS = 500
"""Channels that Discord lets a bot make in a server in a day: undocumented, seen since August 2022."""
GUILD_CHANNELS = 500
"""Channels in a server, categories included: Discord's error 30013."""
GUILD_EVENTS = 100
"""Events in a server that are to come or on, other people's too: Discord's error 30038."""
NEARLY_FULL = 450
"""Channels in a server from which on organizers hear of it."""


def repair_pause(times: int) -> timedelta:
    """Return how long a thing is left alone that others have deleted so many times within a day."""
    return timedelta(seconds=REPAIRS[min(times, len(REPAIRS)) - 1] if times else 0)


@dataclass(frozen=True, slots=True)
class Group(Generic[T]):
    """Channels that are made together or not at all, for a session or for all; `hasty`: it began at once."""

    channels: Sequence[T]
    session: Session | None
    hasty: bool = False

    @property
    def turn(self) -> tuple[bool, bool, float]:
        """What is for all goes first, then booked sessions, then those that began at once."""
        start = self.session.start.timestamp() if self.session else 0.0
        return self.session is not None, self.hasty, start


def share(
    groups: Iterable[Group[T]], *, made: int, total: int, coming: int
) -> tuple[list[T], dict[str, str]]:
    """Return which channels may be made now, and by code what organizers have to know.

    `made` were within a day, `total` are in the server; what is hasty leaves those that are `coming`, for the
    sessions that were booked ahead.
    """
    left, room = DAY_CHANNELS - made, GUILD_CHANNELS - total
    granted: list[T] = []
    problems = {"many-channels": str(DAY_CHANNELS)} if made >= MANY_CHANNELS else {}
    fits = True
    for group in sorted(groups, key=lambda group: group.turn):
        number = len(group.channels)
        if number > room:
            fits = False
        elif number <= left - (coming if group.hasty else 0):
            room, left = room - number, left - number
            granted += group.channels
    if not fits or total >= NEARLY_FULL:
        problems["guild-nearly-full" if fits else "guild-full"] = str(GUILD_CHANNELS)
    return granted, problems
