"""R3 and R6: how many sessions overlap, what still fits, and which free times are near a wish."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from operator import itemgetter

from bot.domain.models import Highlight, Period, Span
from bot.domain.programme import Programme

STEP = timedelta(minutes=15)
"""The grid on which free starts are offered, beside the ends of sessions and the opening of windows."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A span that fits, how many desks are free for it, and the highlight that it starts in."""

    start: datetime
    end: datetime
    free: int
    highlight: Highlight | None = None


def overlaps(a: Span, b: Span) -> bool:
    """Whether two half-open spans share an instant (R3)."""
    return a.start < b.end and b.start < a.end


def peak(taken: Iterable[Span], span: Span) -> int:
    """Return the largest number of taken spans that overlap at one instant within `span`."""
    edges: list[tuple[datetime, int]] = []
    for other in taken:
        if overlaps(other, span):
            edges += [(max(other.start, span.start), 1), (other.end, -1)]
    count = most = 0
    for _, change in sorted(edges):  # an end sorts before a start at the same instant: they do not overlap
        count += change
        most = max(most, count)
    return most


def free_desks(taken: Iterable[Span], span: Span, limit: int) -> int:
    """Return how many more sessions of this span the limit allows (R3); never below 0."""
    return max(0, limit - peak(taken, span))


def _at(instant: datetime) -> Period:
    return Period(instant, instant + timedelta.resolution)  # 'now' has microseconds: a second is too coarse


def full_from(taken: Sequence[Span], start: datetime, end: datetime, limit: int) -> datetime:
    """Return the first instant in `start`..`end` at which all desks are booked, or `end` (R4)."""
    instants = [start, *sorted(t.start for t in taken if start < t.start < end)]
    return next((i for i in instants if free_desks(taken, _at(i), limit) == 0), end)


def full_spans(taken: Iterable[Span], limit: int) -> list[Period]:
    """Return the spans, in order of time, all through which `limit` or more of those taken overlap (R3)."""
    edges = sorted(edge for t in taken for edge in ((t.start, 1), (t.end, -1)))
    spans: list[Period] = []
    count, since = 0, None
    for instant, changes in groupby(edges, key=itemgetter(0)):
        count += sum(change for _, change in changes)
        if since is None and count >= limit:
            since = instant
        elif since is not None and count < limit:
            spans.append(Period(since, instant))
            since = None
    return spans


def free_spans(programme: Programme, taken: Iterable[Span], after: datetime) -> Iterator[Period]:
    """Yield, in order of time, the spans of each window from `after` on with a desk free throughout.

    A session fits (R2, R3) exactly where it lies within one of them.
    """
    full = full_spans(taken, programme.limits.parallel_limit)
    for window in programme.windows:
        start = max(window.start, after)
        for span in full:
            if span.end > start and span.start < window.end:
                if span.start > start:
                    yield Period(start, span.start)
                start = span.end
        if start < window.end:
            yield Period(start, window.end)


def crowded(taken: Sequence[Span], limit: int) -> list[Span]:
    """Return the spans that start when more than `limit` overlap (R12): what a lower limit left over."""
    return [t for t in taken if peak(taken, _at(t.start)) > limit]


def _candidates(programme: Programme, taken: Sequence[Span], after: datetime) -> Iterator[datetime]:
    for window in programme.windows:
        instants = {window.start, *(h.start for h in window.highlights)}
        instants |= {t.end for t in taken if window.start <= t.end < window.end}
        midnight = programme.local(window.start).replace(hour=0, minute=0, second=0, microsecond=0)
        steps = (window.start - midnight) // STEP
        instant = midnight.astimezone(window.start.tzinfo) + STEP * steps
        while instant < window.end:
            instants.add(instant)
            instant += STEP
        yield from (i for i in instants if max(window.start, after) <= i < window.end)


def free_starts(
    programme: Programme,
    taken: Sequence[Span],
    own: Sequence[Span],
    length: timedelta,
    after: datetime,
) -> list[Slot]:
    """Return every start from `after` on at which a session of `length` fits R2, R3 and R5, in order of time.

    `taken` are all booked and open sessions, `own` those of the person who asks.
    """
    slots = []
    for start in sorted(set(_candidates(programme, taken, after))):
        span = Period(start, start + length)
        if programme.window_of(span) is None or any(overlaps(span, mine) for mine in own):
            continue
        free = free_desks(taken, span, programme.limits.parallel_limit)
        if free:
            slots.append(Slot(start, span.end, free, programme.highlight_at(start)))
    return slots


def nearest(slots: Iterable[Slot], wish: datetime, count: int = 3) -> tuple[Slot, ...]:
    """Return the `count` slots nearest to the wish, nearest first; of two as near, the later one (R6)."""
    return tuple(sorted(slots, key=lambda s: (abs(s.start - wish), s.start < wish))[:count])
