from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.models import Highlight, Limits, Period, Window
from bot.domain.programme import Programme, first_overlap, outside_windows

TICK = timedelta.resolution
MINUTE = timedelta(minutes=1)
TAIPEI = ZoneInfo("Asia/Taipei")


def taipei(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2021, 10, day, hour, minute, tzinfo=TAIPEI).astimezone(UTC)


QUIET = Highlight("no talks", taipei(3, 14, 30), taipei(3, 15, 20))
DAY_1 = Window("day 1", taipei(2, 8, 55), taipei(2, 16, 15))
DAY_2 = Window("day 2", taipei(3, 10, 30), taipei(3, 16, 40), (QUIET,))
PYCON = Programme("PyCon Taiwan 2021", TAIPEI, (DAY_1, DAY_2), Limits())


def test_r1_local_shows_the_conferences_clock() -> None:
    assert PYCON.local(datetime(2021, 10, 2, 0, 55, tzinfo=UTC)).isoformat() == "2021-10-02T08:55:00+08:00"


def test_r1_days_are_counted_in_the_conferences_zone() -> None:
    assert PYCON.days() == (date(2021, 10, 2), date(2021, 10, 3))


def test_r1_a_day_is_named_by_its_openings_each_once_and_in_order() -> None:
    early = Window("early", taipei(3, 7), taipei(3, 8))  # still the 2nd in UTC
    late = Window("late", taipei(3, 22), taipei(4, 1))  # the 4th never opens
    assert Programme("P", TAIPEI, (late, DAY_2, early), Limits()).days() == (date(2021, 10, 3),)
    assert Programme("P", TAIPEI, (DAY_2, DAY_1), Limits()).days() == PYCON.days()
    assert Programme("P", TAIPEI, (), Limits()).days() == ()


@pytest.mark.parametrize(
    ("instant", "window"),
    [
        (DAY_1.start - TICK, None),
        (DAY_1.start, DAY_1),
        (DAY_1.end - TICK, DAY_1),
        (DAY_1.end, None),
        (DAY_2.start, DAY_2),
        (DAY_2.end, None),
    ],
)
def test_r2_the_closing_instant_is_too_late_to_start(instant: datetime, window: Window | None) -> None:
    assert PYCON.window_at(instant) == window


@pytest.mark.parametrize(
    ("start", "end", "window"),
    [
        (DAY_1.start, DAY_1.end, DAY_1),
        (DAY_1.end - MINUTE, DAY_1.end, DAY_1),
        (DAY_1.end - MINUTE, DAY_1.end + TICK, None),
        (DAY_1.start - TICK, DAY_1.end, None),
        (DAY_2.start, DAY_2.start + MINUTE, DAY_2),
        (DAY_1.end - MINUTE, DAY_2.start + MINUTE, None),
    ],
)
def test_r2_the_closing_instant_is_in_time_to_end(
    start: datetime, end: datetime, window: Window | None
) -> None:
    assert PYCON.window_of(Period(start, end)) == window


def test_r2_a_session_lies_within_one_window_even_where_two_touch() -> None:
    lunch = Window("lunch", DAY_1.end, DAY_1.end + 60 * MINUTE)
    rules = Programme("P", TAIPEI, (DAY_1, lunch), Limits())
    assert rules.window_at(DAY_1.end) == lunch
    assert rules.window_of(Period(DAY_1.end - MINUTE, DAY_1.end)) == DAY_1
    assert rules.window_of(Period(DAY_1.end, lunch.end)) == lunch
    assert rules.window_of(Period(DAY_1.end - MINUTE, DAY_1.end + MINUTE)) is None


@pytest.mark.parametrize(
    ("instant", "window"),
    [(DAY_1.start - TICK, DAY_1), (DAY_1.start, DAY_2), (DAY_1.end, DAY_2), (DAY_2.start, None)],
)
def test_r2_the_next_window_is_one_that_has_yet_to_open(instant: datetime, window: Window | None) -> None:
    assert PYCON.next_window(instant) == window


@pytest.mark.parametrize(
    ("instant", "highlight"),
    [
        (QUIET.start - TICK, None),
        (QUIET.start, QUIET),
        (QUIET.end - TICK, QUIET),
        (QUIET.end, None),
        (DAY_1.start, None),
    ],
)
def test_r2_a_highlight_is_half_open(instant: datetime, highlight: Highlight | None) -> None:
    assert PYCON.highlight_at(instant) == highlight


def test_r2_windows_may_touch_but_not_overlap() -> None:
    touching = Window("touching", DAY_1.end, DAY_2.start)
    assert first_overlap([DAY_2, touching, DAY_1]) is None
    over = Window("over", DAY_1.end - TICK, DAY_2.start)
    assert first_overlap([DAY_2, over, DAY_1]) == ("day 1", "over")
    assert first_overlap([]) is None


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(1, 15)), max_size=8))
@settings(deadline=None)
def test_r2_an_overlap_is_found_wherever_two_share_a_minute(spans: list[tuple[int, int]]) -> None:
    start = DAY_1.start
    windows = [Window(str(i), start + s * MINUTE, start + (s + n) * MINUTE) for i, (s, n) in enumerate(spans)]
    covered = [m for s, n in spans for m in range(s, s + n)]
    found = first_overlap(windows)
    assert (found is not None) == (len(covered) > len(set(covered)))
    if found:
        (s, n), (other, length) = (spans[int(name)] for name in found)
        assert set(range(s, s + n)) & set(range(other, other + length))


def test_r12_outside_are_those_that_shorter_windows_would_refuse() -> None:
    first = Period(DAY_1.start, DAY_1.start + 60 * MINUTE)
    last = Period(DAY_1.end - 60 * MINUTE, DAY_1.end)
    assert outside_windows(PYCON, [first, last]) == []
    shorter = Window("day 1", DAY_1.start, DAY_1.end - MINUTE)
    assert outside_windows(Programme("P", TAIPEI, (shorter,), Limits()), [first, last]) == [last]
    assert outside_windows(Programme("P", TAIPEI, (), Limits()), [last, first]) == [last, first]


def night(opens: int, hours: float) -> Window:
    """A window by the hours from midnight of 2 October in Taipei."""
    start = datetime(2021, 10, 1, 16, tzinfo=UTC) + timedelta(hours=opens)
    return Window(f"{opens}", start, start + timedelta(hours=hours))


@pytest.mark.parametrize(
    ("window", "days"),
    [
        (night(9, 7), [2]),
        (night(21, 7), [2]),
        (night(21, 24), [2]),
        (night(0, 24), [2]),
        (night(21, 24.1), [2, 3]),
        (night(0, 48), [2, 3]),
        (night(18, 48), [2, 3, 4]),
        (night(12, 7 * 24), [2, 3, 4, 5, 6, 7, 8, 9]),
    ],
)
def test_c4_r2_a_window_of_up_to_a_day_has_one_day_and_a_longer_one_each_of_its_dates(
    window: Window, days: list[int]
) -> None:
    where = Programme("P", TAIPEI, (window,), Limits())
    assert [day.day for day in where.days()] == days
    assert all(where.windows_of(day) == [window] for day in where.days())
    last = window.end - timedelta(minutes=1)
    assert (where.day_of(window.start).day, where.day_of(last).day) == (days[0], days[-1])


def test_c4_r2_outside_the_windows_a_day_is_the_date() -> None:
    where = Programme("P", TAIPEI, (night(21, 7),), Limits())
    assert where.day_of(night(28, 0).start) == date(2021, 10, 3)
    assert where.day_of(night(27, 0).start) == date(2021, 10, 2)
    assert where.windows_of(date(2021, 10, 3)) == []
