"""R17: how many sessions one member may start now, so that nobody uses up the channels that all share."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.domain.models import Limits

HOUR = timedelta(hours=1)


def next_start(starts: Sequence[datetime], most: int) -> datetime | None:
    """Return from when on one more start leaves at most `most` within any hour; None: whenever one likes.

    `starts` are those of the last hour, the newest first; 0 for `most` means that there is no limit.
    """
    return starts[most - 1] + HOUR if 0 < most <= len(starts) else None


def channels_due(start: datetime, limits: Limits, now: datetime) -> bool:
    """Whether a session with this start has its channels by now, or gets them at once (R8)."""
    return start - limits.lead <= now
