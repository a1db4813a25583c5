"""R8, R9, R11, R17 as tables: when each notice is due, and when it is of no use any more."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.models import Limits, Session, State
from bot.domain.notices import (
    GREET_PAUSE,
    NEWS_PAUSE,
    STALE,
    Notice,
    NoticeKind,
    Said,
    due,
    late,
)

NOW = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)
LIMITS = Limits()
SECOND = timedelta(seconds=1)


def at(minutes: float) -> datetime:
    return NOW + timedelta(minutes=minutes)


def session(state: State, start: float = -4, closed: float | None = None) -> Session:
    over = None if closed is None else at(closed)
    quiet = at(start) if state is State.OPEN else None
    return Session(7, 5, 1, "ana", "Tea", "", at(start), at(start + 60), state, 1, over, quiet=quiet)


BOOKED, OPEN = session(State.BOOKED, 4), session(State.OPEN)
"""From 12:04, and since 11:56: an hour each. It is 12:00."""
ENDED = session(State.ENDED, -40, closed=-1)
RELEASED, CANCELLED = session(State.RELEASED, closed=-1), session(State.CANCELLED, 4, closed=-1)


def notice(kind: NoticeKind, created: float = 0, **more: Any) -> Notice:
    made = Notice(1, 5, 7, kind, 9, at(created), tried=False, parts_sent=0, about=BOOKED.host_id)
    return replace(made, **more)


# In which states a notice of this very minute is still of use.
USEFUL = {
    NoticeKind.OPENING: {State.OPEN},
    NoticeKind.GREETING: {State.OPEN},
    NoticeKind.CAME: {State.OPEN},
    NoticeKind.WARNING: {State.OPEN},
    NoticeKind.QUIET: {State.OPEN},
    NoticeKind.OVERRUN: {State.ENDED, State.RELEASED, State.CANCELLED},
    NoticeKind.CHANGED: {State.BOOKED, State.OPEN},
    NoticeKind.CANCELLED: set(State),
    NoticeKind.ENDED: {State.ENDED, State.RELEASED, State.CANCELLED},
    NoticeKind.RESTORED: {State.BOOKED},
    NoticeKind.ANNOUNCEMENT: {State.OPEN},
    NoticeKind.OFFER: {State.BOOKED, State.OPEN},
    NoticeKind.COHOST: {State.BOOKED, State.OPEN},
    NoticeKind.HANDED: {State.BOOKED, State.OPEN},
    NoticeKind.SEAT: {State.BOOKED, State.OPEN},
    NoticeKind.WAITING: {State.BOOKED, State.OPEN},
    NoticeKind.FOUND: {State.BOOKED, State.OPEN},
    NoticeKind.REMINDER: {State.BOOKED},
    NoticeKind.TAKEAWAY: {State.ENDED},
}


@pytest.mark.parametrize("kind", NoticeKind)
@pytest.mark.parametrize("of", [BOOKED, OPEN, ENDED, RELEASED, CANCELLED], ids=lambda of: of.state)
def test_r8_r9_r11_in_which_state_a_notice_is_of_use(kind: NoticeKind, of: Session) -> None:
    assert late(notice(kind), of, LIMITS, NOW) is (of.state not in USEFUL[kind])
    assert late(notice(kind), None, LIMITS, NOW)


@pytest.mark.parametrize(
    ("kind", "of", "created", "minute"),
    [
        (NoticeKind.RESTORED, BOOKED, 0, 4),
        (NoticeKind.OFFER, OPEN, 0, 56),
        (NoticeKind.SEAT, OPEN, 0, 56),
        (NoticeKind.SEAT, BOOKED, 0, 4),  # the opening tells
        (NoticeKind.WAITING, OPEN, -10, 56),  # it does not
        (NoticeKind.HANDED, OPEN, 0, 56),
        (NoticeKind.ENDED, ENDED, -1, 14),
        (NoticeKind.ANNOUNCEMENT, OPEN, -2, 13),
        (NoticeKind.CHANGED, BOOKED, 0, 4),  # it has begun elsewhere: the opening tells
        (NoticeKind.REMINDER, BOOKED, -60, 4),
        (NoticeKind.WARNING, OPEN, -4, 56),
        (NoticeKind.GREETING, OPEN, -2, 13),
        (NoticeKind.CANCELLED, CANCELLED, -1, 19),
        (NoticeKind.CANCELLED, replace(CANCELLED, start=at(-60)), -1, 14),
        (NoticeKind.OVERRUN, ENDED, 24, 29),
    ],
)
def test_what_is_only_of_use_at_its_time_is_not_said_after_it(
    kind: NoticeKind, of: Session, created: float, minute: float
) -> None:
    said = notice(kind, created)
    assert not late(said, of, LIMITS, at(minute) - SECOND)
    assert late(said, of, LIMITS, at(minute))


@pytest.mark.parametrize(("quiet", "said"), [(-4, True), (-1, True), (0, True), (1, False), (None, False)])
def test_r11_a_word_about_nobody_being_there_is_not_said_once_somebody_was(
    quiet: int | None, *, said: bool
) -> None:
    """Who came and left again since it was written has a new absence, with its own word half way."""
    of = replace(OPEN, quiet=None if quiet is None else at(quiet))
    assert late(notice(NoticeKind.QUIET), of, LIMITS, at(2)) is not said


def test_r11_a_word_that_could_not_be_said_for_half_the_time_is_written_anew() -> None:
    for came, minutes in ((None, 7.5), (at(-3), 10)):
        of = replace(OPEN, came=came)
        assert not late(notice(NoticeKind.QUIET), of, LIMITS, at(minutes) - SECOND)
        assert late(notice(NoticeKind.QUIET), of, LIMITS, at(minutes))


@pytest.mark.parametrize("kind", [NoticeKind.OFFER, NoticeKind.COHOST])
def test_r18_an_offer_ends_with_the_host_in_whose_place_it_was_made(kind: NoticeKind) -> None:
    said = notice(kind)
    assert not late(said, BOOKED, LIMITS, NOW)
    assert late(said, replace(BOOKED, host_id=9), LIMITS, NOW)


@given(st.sampled_from(NoticeKind), st.sampled_from(State), st.integers(-600, 0), st.integers(0, 600))
def test_r14_every_notice_is_over_some_day(kind: NoticeKind, state: State, start: int, later: int) -> None:
    """Nothing waits for ever: where it cannot be said it is given up, once and for all."""
    of = session(state, start, closed=None if state in {State.BOOKED, State.OPEN} else 0)
    end = max(of.end, NOW) + max(STALE, timedelta(minutes=LIMITS.max_overrun_minutes))
    over = replace(of, state=State.ENDED, closed=of.end) if of.active else of
    said = notice(kind, start)
    assert late(said, over, LIMITS, end + timedelta(minutes=later))
    if late(said, of, LIMITS, NOW):
        assert late(said, of, LIMITS, at(later))


LATER = {NoticeKind.WARNING, NoticeKind.REMINDER, NoticeKind.CAME}
"""What waits for a time of its own."""


@pytest.mark.parametrize(
    ("kind", "limits", "expected"),
    [
        (NoticeKind.WARNING, {}, 51),
        (NoticeKind.WARNING, {"warn_minutes": 30}, 26),
        (NoticeKind.WARNING, {"warn_minutes": 31}, 26),  # half of the hour is the earliest
        (NoticeKind.WARNING, {"warn_minutes": 90}, 26),
        (NoticeKind.WARNING, {"warn_minutes": 0}, 56),  # by then it is late
        (NoticeKind.REMINDER, {}, -14),
        (NoticeKind.REMINDER, {"remind_minutes": 0}, -4),
        *((kind, {}, -2) for kind in NoticeKind if kind not in LATER),
    ],
)
def test_r9_when_a_notice_is_due(kind: NoticeKind, limits: dict[str, Any], expected: int) -> None:
    assert due(notice(kind, -2), OPEN, Limits(**limits), {}, NOW) == at(expected)


def test_r9_the_warning_moves_with_the_end() -> None:
    assert due(notice(NoticeKind.WARNING), replace(OPEN, end=at(80)), LIMITS, {}, NOW) == at(75)


PAUSES = {NoticeKind.GREETING: GREET_PAUSE, NoticeKind.CHANGED: NEWS_PAUSE}


def last_said(kind: NoticeKind, when: datetime | None) -> Said:
    return {(7, kind): when, (8, kind): NOW}  # another session's is none of its business


@pytest.mark.parametrize("kind", PAUSES)
def test_r17_changes_once_in_five_minutes_and_greetings_once_in_five_seconds(kind: NoticeKind) -> None:
    pause, said = PAUSES[kind], notice(kind)
    assert (timedelta(seconds=5), timedelta(minutes=5)) == (GREET_PAUSE, NEWS_PAUSE)
    assert due(said, OPEN, LIMITS, last_said(kind, NOW - SECOND), NOW) == NOW - SECOND + pause
    assert due(said, OPEN, LIMITS, last_said(kind, NOW - pause), NOW) == NOW
    assert due(said, OPEN, LIMITS, last_said(kind, None), NOW) <= NOW  # written, not sent
    assert due(said, OPEN, LIMITS, {}, NOW) <= NOW


def test_r17_what_may_be_on_its_way_already_is_not_held_back() -> None:
    said = last_said(NoticeKind.CHANGED, NOW - SECOND)
    assert due(notice(NoticeKind.CHANGED, tried=True), OPEN, LIMITS, said, NOW) <= NOW


def test_u4_r17_who_walks_in_is_named_with_all_others_of_that_minute() -> None:
    said = notice(NoticeKind.CAME)
    assert due(said, OPEN, LIMITS, {}, NOW) == NOW + GREET_PAUSE
    assert due(said, OPEN, LIMITS, last_said(NoticeKind.CAME, at(-0.5)), NOW) == at(0.5)


@pytest.mark.parametrize("kind", [k for k in NoticeKind if k not in LATER])
def test_k19_an_instant_in_the_future_holds_nothing_back(kind: NoticeKind) -> None:
    """It was written by a clock that was wrong."""
    assert due(notice(kind, 60), OPEN, LIMITS, {}, NOW) <= NOW
    assert due(notice(kind), OPEN, LIMITS, last_said(kind, at(60)), NOW) <= NOW


@given(
    kind=st.sampled_from(NoticeKind),
    created=st.integers(-100, 100),
    last=st.none() | st.integers(-100, 100),
    tried=st.booleans(),
)
def test_no_notice_waits_longer_than_its_session_or_its_pause(
    *, kind: NoticeKind, created: int, last: int | None, tried: bool
) -> None:
    when = due(
        notice(kind, created, tried=tried),
        OPEN,
        LIMITS,
        last_said(kind, None if last is None else at(last)),
        NOW,
    )
    least = max(NOW, OPEN.end) if kind is NoticeKind.WARNING else max(NOW, at(created)) + NEWS_PAUSE
    assert when <= least


def test_the_architecture_tells_of_each_kind_when_where_to_whom_and_how_often() -> None:
    text = (Path(__file__).parents[2] / "docs" / "architecture.md").read_text(encoding="utf-8")
    rows = [line.strip("|").split("|") for line in text.splitlines() if line.startswith("| `")]
    told = {row[0].strip(" `"): row for row in rows if len(row) == 5}
    assert set(NoticeKind) <= set(told)
    assert all(all(cell.strip() for cell in told[kind]) for kind in NoticeKind)
