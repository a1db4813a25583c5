from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.capacity import (
    STEP,
    FreeStarts,
    Slot,
    crowded,
    free_desks,
    free_spans,
    full_from,
    full_spans,
    overlaps,
    peak,
)
from bot.domain.models import Highlight, Limits, Period, Span, Window
from bot.domain.programme import Programme

MINUTE = timedelta(minutes=1)
TICK = timedelta.resolution
TAIPEI = ZoneInfo("Asia/Taipei")
OPENS = datetime(2021, 10, 3, 2, 30, tzinfo=UTC)  # day 2, 10:30 in Taipei


def at(minutes: float) -> datetime:
    return OPENS + minutes * MINUTE


def span(start: float, end: float) -> Period:
    return Period(at(start), at(end))


def spans(last: int = 200, longest: int = 60) -> st.SearchStrategy[list[Period]]:
    one = st.builds(
        lambda start, length: span(start, start + length), st.integers(-30, last), st.integers(1, longest)
    )
    return st.lists(one, max_size=14)


def count(taken: Sequence[Span], instant: datetime) -> int:
    return sum(t.start <= instant < t.end for t in taken)


def minutes(period: Span) -> list[datetime]:
    """Every minute of a span on whole minutes: what a person would tick off on paper."""
    return [period.start + n * MINUTE for n in range((period.end - period.start) // MINUTE)]


def programme(*windows: Window, limit: int = 2, zone: ZoneInfo = TAIPEI) -> Programme:
    return Programme("PyCon", zone, windows, Limits(parallel_limit=limit))


@given(spans(), st.integers(0, 150), st.integers(1, 90))
@settings(deadline=None)
def test_r3_peak_is_the_busiest_minute(taken: list[Period], start: int, length: int) -> None:
    wish = span(start, start + length)
    assert peak(taken, wish) == max(count(taken, m) for m in minutes(wish))


@given(spans(), st.integers(0, 150), st.integers(1, 90), st.integers(0, 5))
@settings(deadline=None)
def test_r3_free_desks_are_what_the_busiest_minute_leaves(
    taken: list[Period], start: int, length: int, limit: int
) -> None:
    wish = span(start, start + length)
    busiest = max(count(taken, m) for m in minutes(wish))
    assert free_desks(taken, wish, limit) == max(0, limit - busiest)


@given(spans(), st.integers(1, 4))
@settings(deadline=None)
def test_r3_asked_one_by_one_the_limit_is_never_passed(wishes: list[Period], limit: int) -> None:
    taken: list[Period] = []
    for wish in wishes:
        if free_desks(taken, wish, limit):
            taken.append(wish)
    assert max((count(taken, m) for t in taken for m in minutes(t)), default=0) <= limit


def test_r3_half_open_ends_do_not_overlap() -> None:
    first, second = span(0, 30), span(30, 60)
    assert not overlaps(first, second)
    assert not overlaps(second, first)
    assert peak([first], second) == 0
    assert peak([second], first) == 0
    assert peak([first, second], span(0, 60)) == 1
    assert free_desks([first], second, 1) == 1


def test_r3_one_shared_instant_overlaps() -> None:
    first = span(0, 30)
    late = Period(first.end - TICK, at(60))
    assert overlaps(first, late)
    assert peak([first], late) == 1
    assert free_desks([first], late, 1) == 0


def test_r3_two_that_only_touch_inside_a_wish_need_one_desk() -> None:
    assert peak([span(0, 20), span(20, 40), span(10, 30)], span(5, 35)) == 2


@given(spans(), st.integers(0, 150), st.integers(1, 90), st.integers(1, 4))
@settings(deadline=None)
def test_r4_start_now_is_cut_at_the_first_full_minute(
    taken: list[Period], start: int, length: int, limit: int
) -> None:
    wish = span(start, start + length)
    end = full_from(taken, wish.start, wish.end, limit)
    assert end == next((m for m in minutes(wish) if count(taken, m) >= limit), wish.end)
    if wish.start < end:
        assert free_desks(taken, Period(wish.start, end), limit)


def test_r4_full_now_leaves_nothing_and_a_desk_that_frees_at_once_leaves_all() -> None:
    assert full_from([span(-10, 10)], at(0), at(60), 1) == at(0)
    assert full_from([span(-10, 0)], at(0), at(60), 1) == at(60)
    assert full_from([span(60, 90)], at(0), at(60), 1) == at(60)
    assert full_from([], at(0), at(60), 0) == at(0)


def test_r4_the_cut_is_exact_below_a_second() -> None:
    half = timedelta(milliseconds=500)
    now, soon = at(0) + half, at(1) + half
    taken = [Period(now, at(30)), Period(soon + half / 5, at(30)), Period(soon, soon + half / 10)]
    assert full_from(taken, at(0), at(60), 1) == now
    assert full_from(taken, now, at(60), 2) == soon
    assert full_from(taken[:2], at(0), at(60), 2) == soon + half / 5


@given(spans(), st.integers(0, 4))
@settings(deadline=None)
def test_r12_crowded_are_those_that_start_above_the_limit(taken: list[Period], limit: int) -> None:
    def sooner(n: int) -> list[Period]:
        return [t for m, t in enumerate(taken) if (t.start, m) <= (taken[n].start, n)]

    above = [t for n, t in enumerate(taken) if count(sooner(n), t.start) > limit]
    assert crowded(taken, limit) == above


@given(spans(), st.integers(0, 4))
@settings(deadline=None)
def test_r12_crowded_is_empty_exactly_where_the_limit_holds(taken: list[Period], limit: int) -> None:
    busiest = max((count(taken, m) for t in taken for m in minutes(t)), default=0)
    assert bool(crowded(taken, limit)) == (busiest > limit)


def test_r12_sessions_within_one_second_do_not_crowd_each_other() -> None:
    tenth = timedelta(milliseconds=100)
    short, later = Period(at(0), at(0) + tenth), Period(at(0) + 2 * tenth, at(10))
    assert crowded([short, later], 1) == []
    assert crowded([Period(at(0), at(10)), later], 1) == [later]


def test_r12_of_sessions_that_start_at_once_only_those_above_the_limit_are_crowded() -> None:
    taken = [span(0, 10 + n) for n in range(5)]
    assert crowded(taken, 3) == taken[3:]


MORNING = Window("morning", at(-5), at(100), (Highlight("no talks", at(47), at(70)),))
NOON = Window("noon", at(100), at(130))
EVENING = Window("evening", at(150), at(203), (Highlight("lightning", at(150), at(155)),))
DAY = (MORNING, NOON, EVENING)


def fits(wish: Period, taken: Sequence[Span], own: Sequence[Span], limit: int) -> bool:
    """R2, R3 and R5 by counting minutes."""
    return any(w.start <= wish.start and wish.end <= w.end for w in DAY) and all(
        count(taken, m) < limit and count(own, m) == 0 for m in minutes(wish)
    )


@given(
    taken=spans(),
    mine=st.integers(0, 3),
    length=st.sampled_from([1, 10, 15, 30, 60, 105, 120]),
    limit=st.integers(1, 3),
    after=st.integers(-60, 210),
    zone=st.sampled_from(["Asia/Taipei", "Asia/Kathmandu", "UTC"]),
)
@settings(max_examples=200, deadline=None)
def test_r6_every_free_start_fits_and_none_is_missed(
    *, taken: list[Period], mine: int, length: int, limit: int, after: int, zone: str
) -> None:
    own = taken[:mine]
    rules = programme(*DAY, limit=limit, zone=ZoneInfo(zone))
    slots = list(FreeStarts(rules, taken, own, length * MINUTE, at(after)))

    marks = {w.start for w in DAY} | {h.start for w in DAY for h in w.highlights} | {t.end for t in taken}
    marks |= {at(m) for m in range(-10, 210) if rules.local(at(m)).minute % 15 == 0}
    starts = [m for m in sorted(marks) if m >= at(after)]
    wishes = [Period(m, m + length * MINUTE) for m in starts]
    expected = [w for w in wishes if fits(w, taken, own, limit)]

    assert [(s.start, s.end) for s in slots] == [(w.start, w.end) for w in expected]
    for slot in slots:
        assert slot.free == limit - max(count(taken, m) for m in minutes(slot))
        highlights = [h for w in DAY for h in w.highlights if h.start <= slot.start < h.end]
        # At least half of it lies there: else it is no time of the highlight's (U7).
        highlights = [h for h in highlights if 2 * (h.end - slot.start) >= slot.end - slot.start]
        assert slot.highlight == next(iter(highlights), None)


def test_r6_a_session_may_fill_its_window_but_not_reach_into_the_next() -> None:
    assert [s.start for s in FreeStarts(programme(NOON), [], [], 30 * MINUTE, at(0))] == [at(100)]
    starts = [s.start for s in FreeStarts(programme(*DAY), [], [], 30 * MINUTE, at(60))]
    assert starts == [at(60), at(100), at(150), at(165)]


@pytest.mark.parametrize(
    ("zone", "opens"),
    [
        # half an hour is skipped at 02:00; 02:00 to 03:00 comes twice; midnight itself is skipped
        ("Australia/Lord_Howe", datetime(2021, 10, 2, 15, 20, tzinfo=UTC)),
        ("Europe/Berlin", datetime(2021, 10, 31, 0, 5, tzinfo=UTC)),
        ("Africa/Cairo", datetime(2024, 4, 25, 22, 5, tzinfo=UTC)),
    ],
)
def test_r6_free_starts_keep_to_the_quarter_hour_when_clocks_change(zone: str, opens: datetime) -> None:
    rules = programme(Window("night", opens, opens + 120 * MINUTE), zone=ZoneInfo(zone))
    first, *starts = [s.start.astimezone(UTC) for s in FreeStarts(rules, [], [], 10 * MINUTE, opens)]
    assert first == opens
    assert len(starts) == 7
    assert {rules.local(s).minute % 15 for s in starts} == {0}
    assert {later - earlier for earlier, later in pairwise(starts)} == {STEP}


@given(
    spans(), st.integers(-60, 210), st.integers(-60, 260), st.integers(1, 30), st.sampled_from([1, 15, 60])
)
@settings(deadline=None)
def test_r6_nearest_come_by_distance_and_of_two_as_near_the_later_first(
    taken: list[Period], after: int, wish: int, most: int, length: int
) -> None:
    free = FreeStarts(programme(*DAY, limit=2), taken, taken[:1], length * MINUTE, at(after))
    order = sorted(free, key=lambda s: (abs(s.start - at(wish)), s.start < at(wish)))
    assert free.near(at(wish), most) == tuple(order[:most])


def test_r6_three_are_offered_unless_asked_otherwise() -> None:
    free = FreeStarts(programme(NOON), [], [], 10 * MINUTE, at(100))
    assert [s.start for s in free.near(at(115))] == [at(120), at(105), at(100)]
    assert FreeStarts(programme(), [], [], 10 * MINUTE, at(0)).near(at(0)) == ()


@given(spans(), st.integers(-60, 210), st.integers(1, 30), st.sampled_from([1, 15, 60]))
@settings(deadline=None)
def test_r6_those_in_a_highlight_come_first(taken: list[Period], after: int, most: int, length: int) -> None:
    free = FreeStarts(programme(*DAY, limit=2), taken, [], length * MINUTE, at(after))
    order = sorted(free, key=lambda s: (s.highlight is None, s.start))
    assert free.by_interest(most) == order[:most]


@given(spans(), st.integers(-60, 260), st.integers(-60, 260), st.integers(1, 30))
@settings(deadline=None)
def test_r17_what_one_may_not_have_is_offered_nowhere(
    taken: list[Period], since: int, wish: int, most: int
) -> None:
    def may_start(start: datetime) -> bool:
        return start >= at(since)

    rules = programme(*DAY, limit=2)
    free = FreeStarts(rules, taken, [], 15 * MINUTE, at(-60), may_start=may_start)
    allowed = [s for s in FreeStarts(rules, taken, [], 15 * MINUTE, at(-60)) if may_start(s.start)]
    nearest = sorted(allowed, key=lambda s: (abs(s.start - at(wish)), s.start < at(wish)))
    assert list(free) == allowed
    assert free.near(at(wish), most) == tuple(nearest[:most])
    assert free.by_interest(most) == sorted(allowed, key=lambda s: (s.highlight is None, s.start))[:most]


@given(st.lists(st.tuples(st.integers(0, 7200), st.integers(1, 3600)), max_size=4), st.integers(0, 7200))
@settings(deadline=None)
def test_c20_times_offered_are_whole_minutes_and_no_two_alike(taken: list[tuple[int, int]], now: int) -> None:
    second = timedelta(seconds=1)
    busy = [Period(at(0) + start * second, at(0) + (start + length) * second) for start, length in taken]
    free = list(FreeStarts(programme(*DAY, limit=1), busy, [], 10 * MINUTE, at(0) + now * second))
    assert all(slot.start.second == slot.start.microsecond == 0 for slot in free)
    assert len({slot.start for slot in free}) == len(free)
    assert all(slot.start >= at(0) + now * second for slot in free)


def test_c12_a_window_of_ten_years_costs_no_more_than_what_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    made = 0

    def counted(*fields: Any) -> Slot:
        nonlocal made
        made += 1
        return Slot(*fields)

    asked: list[datetime] = []

    def may_start(start: datetime) -> bool:
        asked.append(start)
        return True

    monkeypatch.setattr("bot.domain.capacity.Slot", counted)
    years = Window("years", at(0), at(0) + timedelta(days=3650))
    free = FreeStarts(programme(years), [], [], 60 * MINUTE, at(0), may_start=may_start)
    assert len(free.near(at(0) + timedelta(days=1000), 25)) == 25
    assert len(free.by_interest(24)) == 24
    assert next(iter(free)).start == at(0)
    assert made == 50
    assert len(asked) == 75  # 25 later and 25 sooner than the wish, of which the nearest are shown


@given(spans(), st.integers(1, 4))
def test_r3_full_spans_are_just_the_minutes_at_which_all_desks_are_booked(
    taken: list[Period], limit: int
) -> None:
    full = full_spans(taken, limit)
    assert [m for s in full for m in minutes(s)] == [
        m for m in minutes(span(-40, 270)) if count(taken, m) >= limit
    ]
    assert all(a.end < b.start for a, b in pairwise(full))  # each as long as it can be


@given(spans(), st.integers(0, 150), st.integers(1, 60), st.integers(1, 4))
def test_r2_r3_a_session_fits_just_where_it_lies_in_a_free_span(
    taken: list[Period], after: int, length: int, limit: int
) -> None:
    when = programme(Window("a", at(0), at(90)), Window("b", at(90), at(200)), limit=limit)
    free = list(free_spans(when, taken, at(after)))
    for start in minutes(span(0, 200)):
        wish = Period(start, start + length * MINUTE)
        fits = start >= at(after) and when.window_of(wish) is not None and free_desks(taken, wish, limit) > 0
        assert any(s.start <= wish.start and wish.end <= s.end for s in free) is fits
    assert all(a.end <= b.start and a.start < a.end for a, b in pairwise([*free, span(200, 201)]))
