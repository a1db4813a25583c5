"""When a channel may be renamed: Discord allows two new names or topics in ten minutes.

Discord documents no number; this one is what its API does:
https://github.com/discord/discord-api-docs/issues/1900
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

RENAMES = 2
PERIOD = timedelta(minutes=10)


def rename_allowed_at(renames: Sequence[datetime], now: datetime) -> datetime:
    """Return when a channel that was renamed at these instants may be again: `now` at the earliest.

    An instant to come says that the clock was set back, and nothing more.
    """
    recent = sorted(at for at in renames if at <= now < at + PERIOD)
    return recent[-RENAMES] + PERIOD if len(recent) >= RENAMES else now
