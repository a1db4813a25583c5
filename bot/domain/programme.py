"""R1 and R2: the conference's time zone, its windows and its highlights."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import TypeVar
from zoneinfo import ZoneInfo

from bot.domain.models import Highlight, Limits, Span, Window

S = TypeVar("S", bound=Span)

ONE_DAY = timedelta(hours=24)
"""A window of up to this length belongs to the date on which it opens, also after midnight (R2)."""
LONGEST_WINDOW = timedelta(days=7)
"""What a window lasts at most (R2)."""


@dataclass(frozen=True, slots=True)
class Programme:
    """A conference's name, zone, windows in order of time, limits, and the template of its notes' links.

    `conduct` says whom to ask for help.
    """

    name: str
    zone: ZoneInfo
    windows: tuple[Window, ...]
    limits: Limits
    notes_link: str = ""
    conduct: str = ""

    def local(self, instant: datetime) -> datetime:
        """Return the instant as the clocks at the conference show it."""
        return instant.astimezone(self.zone)

    def days(self) -> tuple[date, ...]:
        """Return the conference's days in its own zone, in order: `day 1` is the first (R2)."""
        return tuple(sorted({day for window in self.windows for day in self._days_of(window)}))

    def day_of(self, instant: datetime) -> date:
        """Return the day to which an instant belongs (R2): in a window of up to 24 hours its first."""
        window = self.window_at(instant)
        return (self.local(window.start) if window and _in_one_day(window) else self.local(instant)).date()

    def windows_of(self, day: date) -> list[Window]:
        """Return the windows in which there are sessions on this day (R2), in order of time."""
        return [window for window in self.windows if day in self._days_of(window)]

    def _days_of(self, window: Window) -> list[date]:
        first = self.local(window.start).date()
        last = first if _in_one_day(window) else self.local(window.end - timedelta.resolution).date()
        return [first + timedelta(days=ahead) for ahead in range((last - first).days + 1)]

    def window_at(self, instant: datetime) -> Window | None:
        """Return the window in which a session could start at this instant."""
        return next((w for w in self.windows if w.start <= instant < w.end), None)

    def window_of(self, span: Span) -> Window | None:
        """Return the one window that holds the whole span, both ends included (R2)."""
        return next((w for w in self.windows if w.start <= span.start and span.end <= w.end), None)

    def highlight_at(self, instant: datetime) -> Highlight | None:
        """Return the highlight that is on at this instant."""
        return next((h for w in self.windows for h in w.highlights if h.start <= instant < h.end), None)

    def next_window(self, instant: datetime) -> Window | None:
        """Return the next window that opens after this instant."""
        return next((w for w in self.windows if w.start > instant), None)


def _in_one_day(window: Window) -> bool:
    return window.end - window.start <= ONE_DAY


def first_overlap(spans: Iterable[Window | Highlight]) -> tuple[str, str] | None:
    """Return the names of the first two spans that overlap (R2), or None. Touching ends are fine."""
    ordered = sorted(spans, key=lambda span: (span.start, span.end))
    for earlier, later in pairwise(ordered):
        if later.start < earlier.end:
            return earlier.name, later.name
    return None


def outside_windows(programme: Programme, sessions: Iterable[S]) -> list[S]:
    """Return the sessions that today's windows would refuse (R12); the limit is `capacity.crowded`."""
    return [session for session in sessions if programme.window_of(session) is None]
