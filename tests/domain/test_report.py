"""The report's figures: each is what a person would count on paper."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.life import as_of
from bot.domain.models import Limits, Session, State, Window
from bot.domain.programme import Programme
from bot.domain.report import HELD, Attendance, Report, open_time, report_of
from tests.domain.times import TAIPEI, utc

MINUTE = timedelta(minutes=1)
DAY1, DAY2 = date(2021, 10, 2), date(2021, 10, 3)
AFTER = utc("2021-10-04T12:00")


def held(number: int, start: str, minutes: int = 60, state: State = State.ENDED, **fields: Any) -> Session:
    """A session that began at this time in Taipei; one that is over closed at its end."""
    begins = utc(start)
    ends = begins + minutes * MINUTE
    known: dict[str, Any] = {
        "closed": None if state in {State.BOOKED, State.OPEN} else ends,
        "desk": 1,
        "host_id": number,
    }
    session = Session(number, 1, 0, "ana", f"Topic {number}", "", begins, ends, state)
    return replace(session, **(known | fields))


def came(*pairs: tuple[int, int]) -> list[Attendance]:
    return [Attendance(*pair) for pair in pairs]


def test_a_conference_in_figures() -> None:
    sessions = [
        held(1, "2021-10-02T10:00", host_id=7, takeaway="Use uv"),
        held(2, "2021-10-02T10:30", host_id=8),
        held(3, "2021-10-02T11:00", 30, host_id=7),  # begins as the first ends
        held(4, "2021-10-02T13:00", state=State.CANCELLED),
        held(5, "2021-10-03T11:00", state=State.RELEASED, host_id=9),
        held(6, "2021-10-03T14:30", 50, closed=utc("2021-10-03T15:00"), host_id=9),
    ]
    joins = came((1, 20), (1, 21), (2, 20), (6, 22), (4, 23))
    visits = came((1, 7), (1, 20), (2, 8), (6, 20))
    report = report_of(TAIPEI, AFTER, sessions, joins, visits)
    total = report.total
    assert (total.held, total.cancelled, total.released, total.running, total.to_come) == (4, 1, 1, 0, 0)
    assert (total.hosts, total.joiners, total.joins, total.visitors) == (3, 4, 5, 3)
    assert total.time == timedelta(hours=3)  # 60 + 60 + 30 + 30: the last ended early
    assert (total.peak, report.limit) == (2, 10)
    assert [session.id for session in report.takeaways] == [1]
    assert [session.id for session in report.without] == [2, 3, 6]
    assert [(p.session.id, p.joined, p.visited) for p in report.popular] == [(1, 2, 2), (2, 1, 1), (6, 1, 1)]
    (day1, first), (day2, second) = report.days
    assert (day1, day2) == (DAY1, DAY2)
    assert (first.held, first.peak, first.hosts, first.cancelled) == (3, 2, 2, 1)
    assert (second.held, second.peak, second.released, second.time) == (1, 1, 1, timedelta(minutes=30))


def test_the_busiest_hours_are_those_in_which_desks_were_used_most() -> None:
    sessions = [
        held(1, "2021-10-02T10:00", 120),
        held(2, "2021-10-02T10:30", 90),
        held(3, "2021-10-03T14:30", 30),
    ]
    busiest = report_of(TAIPEI, AFTER, sessions, (), ()).busiest
    assert [(h.start, h.used, h.most) for h in busiest] == [
        (utc("2021-10-02T11:00"), timedelta(hours=2), 2),
        (utc("2021-10-02T10:00"), timedelta(minutes=90), 2),
        (utc("2021-10-03T14:00"), timedelta(minutes=30), 1),
    ]


def test_the_hours_of_a_day_are_those_of_its_window_even_where_nothing_was() -> None:
    (_, first), (_, second) = report_of(TAIPEI, AFTER, [held(1, "2021-10-03T11:00")], (), ()).days
    assert [h.start for h in first.hours] == [utc(f"2021-10-02T{hour:02}:00") for hour in range(8, 17)]
    assert [h.most for h in first.hours] == [0] * 9
    assert [(TAIPEI.local(h.start).hour, h.most) for h in second.hours][:3] == [(10, 0), (11, 1), (12, 0)]


def test_r2_a_night_belongs_to_the_day_on_which_its_window_opens() -> None:
    night = Window("night", utc("2021-10-02T22:00"), utc("2021-10-03T04:00"))
    nights = replace(TAIPEI, windows=(night,))
    ((day, figures),) = report_of(nights, AFTER, [held(1, "2021-10-03T01:00")], (), ()).days
    assert (day, figures.held) == (DAY1, 1)
    assert [nights.local(h.start).hour for h in figures.hours] == [22, 23, 0, 1, 2, 3]


def test_during_the_event_what_is_on_counts_until_now() -> None:
    sessions = [
        held(1, "2021-10-02T10:00", state=State.OPEN),
        held(2, "2021-10-02T12:00", state=State.BOOKED),
    ]
    total = report_of(TAIPEI, utc("2021-10-02T10:20"), sessions, (), ()).total
    assert (total.held, total.running, total.to_come, total.time) == (1, 1, 1, 20 * MINUTE)


def test_what_time_has_done_counts_though_nobody_has_written_it() -> None:
    sessions = [
        held(1, "2021-10-02T10:00", state=State.BOOKED),
        held(2, "2021-10-02T10:00", state=State.OPEN),
    ]
    report = report_of(TAIPEI, AFTER, sessions, (), ())
    assert (report.total.held, report.total.running, report.total.time) == (2, 0, timedelta(hours=2))
    assert [session.id for session in report.without] == [1, 2]


def test_nothing_at_all_is_a_report_too() -> None:
    report = report_of(TAIPEI, AFTER, (), (), ())
    assert (report.total.held, report.total.peak, report.busiest, report.popular) == (0, 0, (), ())
    assert [day for day, _ in report.days] == [DAY1, DAY2]
    bare = report_of(replace(TAIPEI, windows=()), AFTER, (), (), ())
    assert (bare.days, bare.total.hours) == ((), ())


def test_a_session_outside_today_s_windows_has_its_day_and_its_hours() -> None:
    report = report_of(TAIPEI, AFTER, [held(1, "2021-10-09T20:00")], (), ())
    assert [(day, f.held) for day, f in report.days] == [(DAY1, 0), (DAY2, 0), (date(2021, 10, 9), 1)]
    assert report.days[-1][1].hours[0].start == utc("2021-10-09T20:00")


def test_the_hours_of_a_clock_that_is_set_back_are_all_there() -> None:
    dublin = ZoneInfo("Europe/Dublin")
    opens, closes = (datetime(2022, 10, 30, hour, tzinfo=dublin).astimezone(UTC) for hour in (0, 4))
    there = Programme("x", dublin, (Window("w", opens, closes),), Limits())
    (hours,) = (figures.hours for _, figures in report_of(there, AFTER, (), (), ()).days)
    assert [there.local(hour.start).hour for hour in hours] == [0, 1, 1, 2, 3]
    assert all(b.start - a.start == timedelta(hours=1) for a, b in pairwise(hours))


@st.composite
def conferences(draw: st.DrawFn) -> tuple[datetime, list[Session], list[Attendance], list[Attendance]]:
    now = utc("2021-10-02T08:00") + draw(st.integers(0, 3000)) * MINUTE
    sessions = []
    for number in range(1, draw(st.integers(0, 9)) + 1):
        start = utc("2021-10-02T08:55") + draw(st.integers(0, 1500)) * MINUTE
        state = draw(st.sampled_from(State))
        fields: dict[str, Any] = {
            "host_id": draw(st.integers(0, 4)),
            "takeaway": draw(st.sampled_from(["", "x"])),
        }
        end = start + draw(st.integers(10, 120)) * MINUTE
        if state not in {State.BOOKED, State.OPEN}:
            fields["closed"] = min(end, start + draw(st.integers(-60, 120)) * MINUTE)
        sessions.append(
            replace(held(number, "2021-10-02T10:00"), start=start, end=end, state=state, closed=None)
        )
        sessions[-1] = replace(sessions[-1], **fields)
    people = st.lists(
        st.builds(Attendance, st.integers(1, max(1, len(sessions))), st.integers(1, 9)),
        unique=True,
        max_size=20,
    )
    return now, sessions, draw(people), draw(people)


def told(conference: tuple[datetime, list[Session], list[Attendance], list[Attendance]]) -> Report:
    return report_of(TAIPEI, *conference)


@given(conferences())
def test_every_session_is_counted_once_in_all_and_once_in_its_day(
    conference: tuple[datetime, list[Session], list[Attendance], list[Attendance]],
) -> None:
    _, sessions, _, _ = conference
    report = told(conference)
    each = ("held", "cancelled", "released", "to_come", "joins", "time")
    total = [getattr(report.total, name) for name in each]
    assert [
        sum((getattr(f, n) for _, f in report.days), type(t)()) for n, t in zip(each, total, strict=True)
    ] == total
    assert sum(total[:4]) == len(sessions)
    over = report.total.held - report.total.running
    assert len(report.takeaways) + len(report.without) == over


@settings(max_examples=50)
@given(conferences())
def test_peak_and_time_are_what_a_person_counts_minute_by_minute(
    conference: tuple[datetime, list[Session], list[Attendance], list[Attendance]],
) -> None:
    now, sessions, _, _ = conference
    report = told(conference)
    open_at: Counter[datetime] = Counter()
    for session in (as_of(session, now) for session in sessions):
        period = open_time(session, now)
        if session.state in HELD:
            open_at.update(period.start + n * MINUTE for n in range((period.end - period.start) // MINUTE))
    assert report.total.peak == max(open_at.values(), default=0)
    assert report.total.time == open_at.total() * MINUTE
    assert sum((hour.used for hour in report.total.hours), timedelta()) == report.total.time
    for hour in report.total.hours:
        assert hour.most == max((open_at[hour.start + n * MINUTE] for n in range(60)), default=0)


@given(conferences())
def test_people_are_counted_once_however_often_they_come(
    conference: tuple[datetime, list[Session], list[Attendance], list[Attendance]],
) -> None:
    _, sessions, joins, visits = conference
    total = told(conference).total
    ids = {session.id for session in sessions}
    assert total.joiners == len({j.user_id for j in joins if j.session_id in ids}) <= total.joins
    assert total.visitors == len({v.user_id for v in visits if v.session_id in ids})
    popular = told(conference).popular
    assert [p.joined for p in popular] == sorted((p.joined for p in popular), reverse=True)
    assert all(p.joined for p in popular)
