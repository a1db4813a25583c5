"""The one clock. Tests and the demo move it; nothing else in the program asks what time it is."""

from datetime import datetime, timedelta

import discord.utils


def now() -> datetime:
    """Return this instant in UTC, cut to whole seconds (what the database and Discord's timestamps hold)."""
    return discord.utils.utcnow().replace(microsecond=0)


def age(instant: datetime) -> timedelta:
    """Return how long ago an instant of Discord's was, to the millisecond; as right as the two clocks are."""
    return discord.utils.utcnow() - instant
