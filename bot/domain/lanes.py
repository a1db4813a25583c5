"""A grid of desks by time: who stands beside whom, and where the lines are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Protocol, TypeVar

from bot.domain.capacity import overlaps
from bot.domain.models import Period, Span

HOUR = timedelta(hours=1)


class Placed(Span, Protocol):
    """A session as a grid sees it."""

    @property
    def id(self) -> int: ...  # noqa: D102
    @property
    def desk(self) -> int | None: ...  # noqa: D102


P = TypeVar("P", bound=Placed)


def lanes_of(sessions: Iterable[P]) -> list[list[P]]:
    """Return the sessions side by side, each lane in order of time; lanes that stay empty are left out.

    A desk's number is given only when a session opens (R3): one that has a number stands in that lane, and
    those that are booked take the first lane that is free. They begin after all that have begun, so that each
    finds one within the limit.
    """
    return [sorted(lane, key=lambda s: (s.start, s.id)) for lane in _placed(sessions) if lane]


def numbers_of(sessions: Iterable[P]) -> dict[int, int]:
    """Return the number of each session's lane from 1 on, by its id: its desk's, or the first free one."""
    return {s.id: number for number, lane in enumerate(_placed(sessions), start=1) for s in lane}


def _placed(sessions: Iterable[P]) -> list[list[P]]:
    lanes: list[list[P]] = []
    for session in sorted(sessions, key=lambda s: (s.desk is None, s.start, s.id)):
        wished = (session.desk or 1) - 1
        free = (n for n in range(wished, len(lanes)) if not _taken(lanes[n], session))
        number = next(free, max(wished, len(lanes)))
        lanes += [[] for _ in range(number + 1 - len(lanes))]
        lanes[number].append(session)
    return lanes


def _taken(lane: Sequence[Span], session: Span) -> bool:
    return any(overlaps(session, other) for other in lane)


def rows_of(spans: Iterable[Span], whole: Span, midnight: datetime) -> list[Period]:
    """Return the rows of a grid: from each start or end, and each full hour, to the next of them.

    `whole` is what it reaches over at least, `midnight` from when the hours are counted.
    """
    ends = [end for span in (whole, *spans) for end in (span.start, span.end)]
    first, last = min(ends), max(ends)
    hour = midnight + HOUR * ((first - midnight) // HOUR + 1)
    edges = set(ends)
    while hour < last:
        edges.add(hour)
        hour += HOUR
    return [Period(start, end) for start, end in pairwise(sorted(edges))]
