"""What is left of people once they are forgotten: of their words nothing, of the conference its topics."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from bot.domain.models import Window

NOBODY = 0
"""Stands in place of a person's id."""
OWN_WORDS = frozenset({"description", "name", "words", "text", "link"})
"""What of a line's detail is somebody's own words; topics stay."""
_LONG = 15
"""Digits of the shortest id of Discord's: one that stands within a text is found by them."""


def scrubbed(value: object, user_id: int, names: Collection[str], *, own: bool) -> object:
    """Return a line's detail without a person: their id, their names and, where it is theirs, their words."""
    if isinstance(value, dict):
        kept = {key: inner for key, inner in value.items() if not (own and key in OWN_WORDS)}
        return {key: scrubbed(inner, user_id, names, own=own) for key, inner in kept.items()}
    if isinstance(value, list):
        return [scrubbed(inner, user_id, names, own=own) for inner in value]
    if isinstance(value, str):
        number = str(user_id)
        if value in names or value == number:
            return ""
        return value.replace(number, str(NOBODY)) if len(number) >= _LONG else value
    return NOBODY if value == user_id and not isinstance(value, bool) else value


def forgotten_before(windows: Sequence[Window], days: int, now: datetime) -> datetime | None:
    """Return before when nobody is named any more; None: people are remembered for good.

    It is so many days after the last window. What is older than so many days, and of before the first one, is
    of an earlier conference in the same server.
    """
    if not days:
        return None
    old = now - timedelta(days=days)
    over = not windows or windows[-1].end <= old
    return old if over else min(old, windows[0].start)
