"""R3 and R6: how many sessions overlap, what still fits, and which free times are near a wish."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from heapq import heappop, heappush
from itertools import groupby, islice
from operator import itemgetter
from typing import TypeVar

from bot.domain.models import Highlight, Period, Span
from bot.domain.programme import Programme

S = TypeVar("S", bound=Span)

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
    spans: list[Period] = []
    since = None
    for instant, count in _counts(taken):
        if since is None and count >= limit:
            since = instant
        elif since is not None and count < limit:
            spans.append(Period(since, instant))
            since = None
    return spans


def _counts(taken: Iterable[Span]) -> list[tuple[datetime, int]]:
    """Return how many of the spans overlap from each instant on at which that changes, in order of time."""
    edges = sorted(edge for t in taken for edge in ((t.start, 1), (t.end, -1)))
    counts: list[tuple[datetime, int]] = []
    count = 0
    for instant, changes in groupby(edges, key=itemgetter(0)):
        count += sum(change for _, change in changes)
        counts.append((instant, count))
    return counts


def free_spans(
    programme: Programme, taken: Iterable[Span], after: datetime, own: Iterable[Span] = ()
) -> Iterator[Period]:
    """Yield, in order of time, the spans of each window from `after` on with a desk free throughout.

    A session fits (R2, R3) exactly where it lies within one of them; with the host's own, R5 as well.
    """
    blocked = [*full_spans(taken, programme.limits.parallel_limit), *own]
    blocked.sort(key=lambda span: span.start)
    for window in programme.windows:
        start = max(window.start, after)
        for span in blocked:
            if span.end > start and span.start < window.end:
                if span.start > start:
                    yield Period(start, span.start)
                start = span.end
        if start < window.end:
            yield Period(start, window.end)


def crowded(taken: Sequence[S], limit: int) -> list[S]:
    """Return the spans that start when more than `limit` overlap (R12): what a lower limit left over.

    Of those that start at once, the later in the list: it is they who came when all was taken.
    """
    ends: list[datetime] = []
    found = set()
    for number in sorted(range(len(taken)), key=lambda number: taken[number].start):
        span = taken[number]
        while ends and ends[0] <= span.start:
            heappop(ends)
        heappush(ends, span.end)
        if len(ends) > limit:
            found.add(number)
    return [span for number, span in enumerate(taken) if number in found]


class FreeStarts:
    """The starts, from `now` on, at which a session of one length fits a host (R2, R3, R5), in whole minutes.

    They are worked out one by one as they are asked for: a window may be long, and a menu shows 25. Slots
    have the clock of the conference, for places where no timestamp is drawn (R1).
    `taken` are all booked and open sessions, `own` those of the person who asks; `may_start` says of a start
    whether this person may have it (R17).
    """

    def __init__(
        self,
        programme: Programme,
        taken: Sequence[Span],
        own: Sequence[Span],
        length: timedelta,
        now: datetime,
        *,
        may_start: Callable[[datetime], bool] = lambda _: True,
    ) -> None:
        self.length = length
        self._may_start = may_start
        self._programme = programme
        self._counts = _counts(taken)
        spans, shortest = list(free_spans(programme, taken, now, own)), programme.limits.shortest
        self._spans = [s for s in spans if s.end - s.start >= length]
        self._at_once = any(s.start <= now and s.end - now >= shortest for s in spans[:1])
        self._now = now
        highlights = (h.start for w in programme.windows for h in w.highlights)
        marks = (*(w.start for w in programme.windows), *highlights, *(t.end for t in taken))
        self._marks = sorted({_whole_minute(mark) for mark in marks})

    @property
    def now(self) -> bool:
        """Whether a session can start this very moment, perhaps for less than the length."""
        return self._at_once and self._may_start(self._now)

    def __iter__(self) -> Iterator[Slot]:
        """Yield all of them in order of time."""
        return map(self._slot, self._all())

    def near(self, wish: datetime, count: int = 3) -> tuple[Slot, ...]:
        """Return the `count` nearest to the wish, nearest first; of two as near, the later one (R6)."""
        later = (s for span in self._spans if span.end > wish for s in self._upwards(span, wish))
        sooner = (
            s for span in reversed(self._spans) if span.start < wish for s in self._downwards(span, wish)
        )
        both = [
            start for starts in (later, sooner) for start in islice(filter(self._may_start, starts), count)
        ]
        both.sort(key=lambda start: (abs(start - wish), start < wish))
        return tuple(self._slot(start) for start in both[:count])

    def by_interest(self, count: int) -> list[Slot]:
        """Return up to `count` of them, those in a highlight first, each in order of time."""
        best = [
            start
            for window in self._programme.windows
            for highlight in window.highlights
            for span in self._spans
            for start in self._upwards(span, max(span.start, highlight.start), highlight.end)
            if self._may_start(start) and _mostly(Period(start, start + self.length), highlight)
        ][:count]
        known = set(best)
        others = islice((start for start in self._all() if start not in known), count - len(best))
        return [self._slot(start) for start in (*best, *others)]

    def _all(self) -> Iterator[datetime]:
        starts = (start for span in self._spans for start in self._upwards(span, span.start))
        return filter(self._may_start, starts)

    def _slot(self, start: datetime) -> Slot:
        end = start + self.length
        first = max(bisect_right(self._counts, start, key=itemgetter(0)) - 1, 0)
        last = bisect_left(self._counts, end, key=itemgetter(0))
        busiest = max((count for instant, count in self._counts[first:last] if instant < end), default=0)
        free = self._programme.limits.parallel_limit - busiest
        local = self._programme.local
        return Slot(local(start), local(end), free, highlight_of(self._programme, Period(start, end)))

    def _upwards(self, span: Period, first: datetime, before: datetime | None = None) -> Iterator[datetime]:
        """Yield the starts in a free span, from `first` on and before `before`."""
        since = max(first, span.start)
        last = span.end - self.length
        end = last + timedelta.resolution if before is None else min(before, last + timedelta.resolution)
        for mark in self._marks[bisect_left(self._marks, since) : bisect_left(self._marks, end)]:
            yield from self._grid(span, since, mark)
            yield mark
            since = mark + timedelta.resolution
        yield from self._grid(span, since, end)

    def _downwards(self, span: Period, before: datetime) -> Iterator[datetime]:
        """Yield the starts in a free span that are before `before`, the latest first."""
        end = min(before, span.end - self.length + timedelta.resolution)
        for mark in reversed(
            self._marks[bisect_left(self._marks, span.start) : bisect_left(self._marks, end)]
        ):
            yield from self._grid(span, mark + timedelta.resolution, end, back=True)
            yield mark
            end = mark
        yield from self._grid(span, span.start, end, back=True)

    def _grid(
        self, span: Period, since: datetime, end: datetime, *, back: bool = False
    ) -> Iterator[datetime]:
        """Yield the quarter hours of the conference from `since` on and before `end`."""
        opens = next(w.start for w in self._programme.windows if w.start <= span.start < w.end)
        midnight = self._programme.local(opens).replace(hour=0, minute=0, second=0, microsecond=0)
        origin = midnight.astimezone(UTC)
        steps = range(-((origin - since) // STEP), -((origin - end) // STEP))
        return (origin + STEP * step for step in (reversed(steps) if back else steps))


def _whole_minute(instant: datetime) -> datetime:
    """Return the first whole minute that is not before an instant: no menu shows seconds."""
    return (
        instant
        if not (instant.second or instant.microsecond)
        else (instant.replace(second=0, microsecond=0) + timedelta(minutes=1))
    )


def highlight_of(programme: Programme, span: Span) -> Highlight | None:
    """Return the highlight in which at least half of a span lies."""
    highlight = programme.highlight_at(span.start)
    return highlight if highlight and _mostly(span, highlight) else None


def _mostly(span: Span, highlight: Highlight) -> bool:
    inside = min(span.end, highlight.end) - max(span.start, highlight.start)
    return 2 * inside >= span.end - span.start
