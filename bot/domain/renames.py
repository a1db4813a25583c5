"""When a channel may be renamed again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

RENAMES = 2
"""Changes of a channel's name or topic that Discord takes in a row."""
RENAMES_IN = timedelta(minutes=10)
"""The time for which they count: https://github.com/discord/discord-api-docs/issues/1900, in no header."""


def rename_allowed_at(renames: Sequence[datetime], now: datetime) -> datetime:
    """Return the first instant from now on at which Discord takes one more rename of a channel.

    `renames` are those so far, oldest first; the newest two are enough.
    """
    if len(renames) < RENAMES:
        return now
    return max(now, renames[-RENAMES] + RENAMES_IN)
