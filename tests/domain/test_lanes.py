"""A grid of desks by time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.capacity import overlaps, peak
from bot.domain.lanes import lanes_of, rows_of
from bot.domain.models import Period
from tests.service.support import at

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Talk:
    id: int
    start: datetime
    end: datetime
    desk: int | None = None


def talk(number: int, start: str, end: str, desk: int | None = None) -> Talk:
    return Talk(number, at(start), at(end), desk)


def ids(lanes: list[list[Talk]]) -> list[list[int]]:
    return [[talk.id for talk in lane] for lane in lanes]


def test_sessions_that_overlap_stand_side_by_side_and_others_below_each_other() -> None:
    talks = [talk(1, "10:00", "11:00"), talk(2, "10:30", "11:30"), talk(3, "11:00", "12:00")]
    assert ids(lanes_of(talks)) == [[1, 3], [2]]


def test_an_open_session_stands_at_its_desk_and_those_booked_find_a_place_beside_it() -> None:
    talks = [talk(1, "10:00", "11:00", desk=2), talk(2, "10:30", "11:30"), talk(3, "11:00", "12:00")]
    assert ids(lanes_of(talks)) == [[2], [1, 3]]


def test_lanes_where_nothing_stands_are_left_out() -> None:
    assert ids(lanes_of([talk(1, "10:00", "11:00", desk=7)])) == [[1]]
    assert lanes_of([]) == []


@st.composite
def days(draw: st.DrawFn) -> tuple[list[Talk], int]:
    """Sessions that overlap up to a limit; those that have begun by noon have desks, each a free one."""
    limit = draw(st.integers(1, 5))
    talks: list[Talk] = []
    for number in range(draw(st.integers(1, 25))):
        start = at("09:00") + draw(st.integers(0, 480)) * MINUTE
        span = Period(start, start + draw(st.integers(1, 120)) * MINUTE)
        if peak(talks, span) < limit:
            talks.append(Talk(number, span.start, span.end))
    seated: list[Talk] = []
    for each in sorted(talks, key=lambda t: t.start):
        taken = {t.desk for t in seated if overlaps(t, each)}
        desk = next(n for n in range(1, limit + 1) if n not in taken) if each.start <= at("12:00") else None
        seated.append(Talk(each.id, each.start, each.end, desk))
    return seated, limit


@given(days())
def test_r3_whatever_fits_the_count_of_desks_fits_into_as_many_lanes(day: tuple[list[Talk], int]) -> None:
    talks, limit = day
    lanes = lanes_of(talks)
    assert len(lanes) <= limit
    assert sorted(t.id for lane in lanes for t in lane) == sorted(t.id for t in talks)
    for lane in lanes:
        assert all(first.end <= second.start for first, second in pairwise(lane))


def test_rows_go_from_each_start_and_end_and_full_hour_to_the_next() -> None:
    whole = Period(at("10:10"), at("12:05"))
    rows = rows_of([talk(1, "10:30", "11:20")], whole, at("00:00"))
    edges = [at(clock) for clock in ("10:10", "10:30", "11:00", "11:20", "12:00", "12:05")]
    assert [row.start for row in rows] == edges[:-1]
    assert [row.end for row in rows] == edges[1:]
