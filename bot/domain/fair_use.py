"""R17: what others delete again and again is made again ever more slowly."""

from __future__ import annotations

from datetime import timedelta

REPAIRS = (0, 10, 30, 60, 300, 600, 1800)
"""Seconds until a thing is made again, by how often others deleted it within a day."""
OFTEN = 3
"""Losses of one thing in a day from which on organizers hear of it."""

MANY_CHANNELS = 400
"""Channels made in a day from which on booked sessions come first (R17); Discord gives `DAY_CHANNELS`."""
DAY_CHANNELS = 500
"""Channels that Discord lets a bot make in a server in a day: undocumented, seen since August 2022."""


def repair_pause(times: int) -> timedelta:
    """Return how long a thing is left alone that others have deleted so many times within a day."""
    return timedelta(seconds=REPAIRS[min(times, len(REPAIRS)) - 1] if times else 0)
