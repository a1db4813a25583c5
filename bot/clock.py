"""The one clock. Tests and the demo move it; nothing else in the program asks what time it is."""

from datetime import datetime

import discord.utils


def now() -> datetime:
    """Return this instant in UTC, cut to whole seconds (what the database and Discord's timestamps hold)."""
    return discord.utils.utcnow().replace(microsecond=0)
