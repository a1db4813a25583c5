"""When somebody could start a session, as every board says it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from bot.domain.capacity import free_spans
from bot.domain.models import Period, Span, Window
from bot.domain.programme import Programme


class Chance(Enum):
    """How one stands with starting a session."""

    NOW = "a desk is free"
    LATER = "one comes free later"
    FULL = "all is booked until the end"
    OPENS = "no window is open, but one comes"
    OVER = "no window comes any more"


@dataclass(frozen=True, slots=True)
class Opening:
    """Where there is a chance: the window, the span in which a desk is free, and how many are free now.

    A desk that is free for less than the shortest session is no chance.
    """

    chance: Chance
    window: Window | None = None
    span: Period | None = None
    free: int = 0

    @property
    def all_day(self) -> bool:
        """Whether a desk stays free until the window closes."""
        return bool(self.window and self.span and self.span.end == self.window.end)


def opening(programme: Programme, taken: Sequence[Span], now: datetime) -> Opening:
    """Return when somebody could start a session; `taken` are those that are on or to come (R2, R3)."""
    window = programme.window_at(now)
    if window is None:
        coming = programme.next_window(now)
        return Opening(Chance.OPENS, coming) if coming else Opening(Chance.OVER)
    spans = free_spans(programme, taken, now)
    span = next((span for span in spans if _can_start(programme, span, now)), None)
    free = programme.limits.parallel_limit - sum(session.start <= now for session in taken)
    if span is None:
        return Opening(Chance.FULL, window, free=free)
    return Opening(Chance.LATER if span.start > now else Chance.NOW, window, span, free)


def _can_start(programme: Programme, span: Period, now: datetime) -> bool:
    """Whether the shortest session fits (R4); now, at its very last instant, nobody could start it."""
    left, shortest = span.end - span.start, programme.limits.shortest
    return left > shortest or (left == shortest and span.start > now)
