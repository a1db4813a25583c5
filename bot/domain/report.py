"""What came of a conference's Open Spaces, in figures (pure)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from bot.domain.capacity import peak
from bot.domain.life import as_of
from bot.domain.models import Period, Session, Span, State
from bot.domain.programme import Programme

HOUR = timedelta(hours=1)
BUSIEST = 3
"""How many of the busiest hours are named."""
MOST_JOINED = 5
"""How many of the most joined sessions are named."""
HELD = frozenset({State.OPEN, State.ENDED})


@dataclass(frozen=True, slots=True)
class Attendance:
    """One person at one session: they joined it, or were seen at its desk."""

    session_id: int
    user_id: int


@dataclass(frozen=True, slots=True)
class Hour:
    """One hour of the conference's clock: for how long desks were in use in it, and the most at once."""

    start: datetime
    used: timedelta
    most: int


@dataclass(frozen=True, slots=True)
class Figures:
    """Numbers of some sessions. Those that are on are among the `held`; `to_come` are booked.

    `hosts`, `joiners` and `visitors` are different people, hosts of what was held or is to come; all those
    who had themselves forgotten count as one. `time` is how long desks were open, summed, `peak` how many
    were at once. `hours` are those of the conference's clock in which there could be sessions or were.
    """

    held: int
    running: int
    cancelled: int
    released: int
    to_come: int
    hosts: int
    joiners: int
    joins: int
    visitors: int
    time: timedelta
    peak: int
    hours: tuple[Hour, ...]


@dataclass(frozen=True, slots=True)
class Popular:
    """A session, how many joined it, and how many were seen at its desk."""

    session: Session
    joined: int
    visited: int


@dataclass(frozen=True, slots=True)
class Report:
    """The whole conference and each of its days until `now`; `limit` is the one that holds then (R3).

    `days` are those of the conference, and others on which there was a session. `over` are the sessions that
    have ended, with or `without` a takeaway, in order of their start.
    """

    name: str
    now: datetime
    limit: int
    total: Figures
    days: tuple[tuple[date, Figures], ...]
    busiest: tuple[Hour, ...]
    popular: tuple[Popular, ...]
    takeaways: tuple[Session, ...]
    without: tuple[Session, ...]


def report_of(
    programme: Programme,
    now: datetime,
    sessions: Iterable[Session],
    joins: Collection[Attendance],
    visits: Collection[Attendance],
) -> Report:
    """Work out the report of one conference at an instant, with each session as time has made it by then."""
    known = sorted((as_of(session, now) for session in sessions), key=lambda s: (s.start, s.id))
    by_day: dict[date, list[Session]] = {day: [] for day in programme.days()}
    for session in known:
        by_day.setdefault(programme.day_of(session.start), []).append(session)
    days = tuple(
        (day, _figures(programme, [day], some, now, joins=joins, visits=visits))
        for day, some in sorted(by_day.items())
    )
    total = _figures(programme, sorted(by_day), known, now, joins=joins, visits=visits)
    over = [session for session in known if session.state is State.ENDED]
    return Report(
        name=programme.name,
        now=now,
        limit=programme.limits.parallel_limit,
        total=total,
        days=days,
        busiest=_busiest(total.hours),
        popular=_popular(known, joins, visits),
        takeaways=tuple(session for session in over if session.takeaway),
        without=tuple(session for session in over if not session.takeaway),
    )


def open_time(session: Session, now: datetime) -> Period:
    """Return for how long a session that was held was open: until its end, or until now."""
    end = session.closed or min(session.end, now)
    return Period(session.start, max(session.start, end))


def _figures(
    programme: Programme,
    days: Sequence[date],
    sessions: Sequence[Session],
    now: datetime,
    *,
    joins: Collection[Attendance],
    visits: Collection[Attendance],
) -> Figures:
    states = Counter(session.state for session in sessions)
    ids = {session.id for session in sessions}
    joined = [each.user_id for each in joins if each.session_id in ids]
    times = [open_time(session, now) for session in sessions if session.state in HELD]
    return Figures(
        held=states[State.OPEN] + states[State.ENDED],
        running=states[State.OPEN],
        cancelled=states[State.CANCELLED],
        released=states[State.RELEASED],
        to_come=states[State.BOOKED],
        hosts=len({s.host_id for s in sessions if s.state in HELD or s.state is State.BOOKED}),
        joiners=len(set(joined)),
        joins=len(joined),
        visitors=len({each.user_id for each in visits if each.session_id in ids}),
        time=sum((each.end - each.start for each in times), timedelta()),
        peak=_most(times),
        hours=_hours(programme, days, times),
    )


def _most(times: Sequence[Span]) -> int:
    if not times:
        return 0
    return peak(times, Period(min(t.start for t in times), max(t.end for t in times)))


def _hours(programme: Programme, days: Sequence[date], times: Sequence[Span]) -> tuple[Hour, ...]:
    """Return the hours in which a window of these days is open or a desk was, with the use of the desks."""
    used: dict[datetime, list[Span]] = {}
    for window in {window for day in days for window in programme.windows_of(day)}:
        for start in _clock_hours(programme, window):
            if programme.day_of(max(start, window.start)) in days:
                used.setdefault(start, [])
    for each in times:
        for start in _clock_hours(programme, each):
            used.setdefault(start, []).append(each)
    return tuple(_hour(start, spans) for start, spans in sorted(used.items()))


def _clock_hours(programme: Programme, span: Span) -> Iterator[datetime]:
    """Yield the hours of the conference's clock that a span touches."""
    since = programme.local(span.start).replace(minute=0, second=0, microsecond=0).astimezone(UTC)
    while since < span.end:
        yield since
        since += HOUR


def _hour(start: datetime, spans: Sequence[Span]) -> Hour:
    hour = Period(start, start + HOUR)
    used = sum((min(s.end, hour.end) - max(s.start, hour.start) for s in spans), timedelta())
    return Hour(start, used, peak(spans, hour))


def _busiest(hours: Iterable[Hour]) -> tuple[Hour, ...]:
    busy = [hour for hour in hours if hour.used]
    return tuple(sorted(busy, key=lambda hour: (-hour.used, -hour.most, hour.start))[:BUSIEST])


def _popular(
    sessions: Iterable[Session], joins: Iterable[Attendance], visits: Iterable[Attendance]
) -> tuple[Popular, ...]:
    joined = Counter(each.session_id for each in joins)
    visited = Counter(each.session_id for each in visits)
    among = [
        Popular(session, joined[session.id], visited[session.id])
        for session in sessions
        if joined[session.id] and session.state not in {State.CANCELLED, State.RELEASED}
    ]
    among.sort(key=lambda each: (-each.joined, -each.visited, each.session.start, each.session.id))
    return tuple(among[:MOST_JOINED])
