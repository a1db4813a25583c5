"""Instants as they are stored (R1): whole seconds since 1970-01-01 UTC."""

from __future__ import annotations

from datetime import UTC, datetime


def stamp(instant: datetime) -> int:
    """Return whole seconds since 1970 UTC, the form in which instants are stored (R1)."""
    return int(instant.timestamp())


def instant(seconds: int) -> datetime:
    """Return the UTC instant of a stored stamp."""
    return datetime.fromtimestamp(seconds, UTC)


def maybe_instant(seconds: int | None) -> datetime | None:
    """Return the UTC instant of a stored stamp, None for none."""
    return None if seconds is None else instant(seconds)
