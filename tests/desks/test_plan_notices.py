"""R8, R9, R11 as tables: when each notice is said, where, and when it is given up."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from bot.desks.plan_notices import STALE, due, late, notice_steps
from hypothesis import given
from hypothesis import strategies as st

from bot.desks.scene import Scene, View
from bot.desks.steps import Drop, Say, Step
from bot.domain.models import Limits, Session, State
from bot.domain.notices import Notice, NoticeKind
from bot.service.deskbook import Book
from bot.store.records import Kind
from tests.desks.model import LIMITS, NOW, at, channel, record, session

BOOKED, OPEN = session(7, State.BOOKED, start=4), session(7, State.OPEN)
"""From 12:04, and since 11:56: an hour each. It is 12:00."""
ENDED = session(7, State.ENDED, start=-40, closed=-1)
RELEASED, CANCELLED = session(7, State.RELEASED, closed=-1), session(7, State.CANCELLED, start=4, closed=-1)
VOICE, TEXT, NEWS, PRIVATE = 1003, 1004, 1006, None
RECORDS = [record(3, Kind.VOICE, OPEN), record(4, Kind.TEXT, OPEN), record(6, Kind.NEWS)]
CHANNELS = [channel(1003, "voice", OPEN), channel(1004, "text", OPEN), channel(1006, "text", place=Kind.NEWS)]
GUEST = 9


def notice(kind: NoticeKind, created: float = 0, number: int = 1, **fields: Any) -> Notice:
    """A notice of this minute."""
    return replace(Notice(number, 5, 7, kind, GUEST, at(created), tried=False, parts_sent=0), **fields)


def scene_of(
    sessions: list[Session],
    *notices: Notice,
    now: datetime = NOW,
    limits: Limits = LIMITS,
    without: frozenset[int] = frozenset(),
) -> Scene:
    book = Book(sessions, RECORDS, list(notices), [])
    seen = {each.id: each for each in CHANNELS if each.id not in without}
    return Scene(book, View(seen), limits, now)


def steps_of(of: Session, *notices: Notice, **options: Any) -> list[Step]:
    return list(notice_steps(scene_of([of], *notices, **options)))


# What becomes of a notice of this very minute: it is said there, 'drop'ped, or 'wait's.
TABLE = {
    NoticeKind.OPENING: (("drop", TEXT, "drop", "drop", "drop")),
    NoticeKind.GREETING: (("drop", TEXT, "drop", "drop", "drop")),
    NoticeKind.WARNING: (("drop", "wait", "drop", "drop", "drop")),
    NoticeKind.QUIET: (("drop", TEXT, "drop", "drop", "drop")),
    NoticeKind.OVERRUN: (("drop", "drop", VOICE, VOICE, VOICE)),
    NoticeKind.CHANGED: ((NEWS, TEXT, "drop", "drop", "drop")),
    NoticeKind.CANCELLED: ((NEWS, NEWS, NEWS, NEWS, NEWS)),
    NoticeKind.REMINDER: ((PRIVATE, "drop", "drop", "drop", "drop")),
}
ROWS = [
    (kind, of, what)
    for kind, row in TABLE.items()
    for of, what in zip((BOOKED, OPEN, ENDED, RELEASED, CANCELLED), row, strict=True)
]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row[0]}-{row[1].state}")
def test_r8_r9_r11_what_becomes_of_a_notice(row: tuple[NoticeKind, Session, int | str | None]) -> None:
    kind, of, what = row
    said = notice(kind)
    steps = {"drop": [Drop(said)], "wait": list[Step]()}.get(str(what), [Say(said, of, what)])  # type: ignore[arg-type]
    assert steps_of(of, said) == steps
    assert list(notice_steps(scene_of([], said))) == [Drop(said)]
    if isinstance(what, int):
        assert steps_of(of, said, without=frozenset({what})) == []  # it waits for its channel


def test_the_table_has_every_kind_and_every_state() -> None:
    assert {(kind, of.state) for kind, of, _ in ROWS} == {(k, s) for k in NoticeKind for s in State}


@pytest.mark.parametrize(
    ("kind", "of", "created", "minute"),
    [
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
    said, second = notice(kind, created), timedelta(seconds=1)
    assert isinstance(steps_of(of, said, now=at(minute) - second)[0], Say)
    assert steps_of(of, said, now=at(minute)) == [Drop(said)]


@given(st.sampled_from(NoticeKind), st.sampled_from(State), st.integers(-600, 0), st.integers(0, 600))
def test_r14_every_notice_is_over_some_day(kind: NoticeKind, state: State, start: int, later: int) -> None:
    """Nothing waits for ever: where it cannot be said it is given up, once and for all."""
    of = session(7, state, start, closed=None if state in {State.BOOKED, State.OPEN} else 0)
    end = max(of.end, NOW) + max(STALE, timedelta(minutes=LIMITS.max_overrun_minutes))
    over = replace(of, state=State.ENDED, closed=of.end) if of.active else of
    said = notice(kind, start)
    assert late(said, over, LIMITS, end + timedelta(minutes=later))
    if late(said, of, LIMITS, NOW):
        assert late(said, of, LIMITS, at(later))


@pytest.mark.parametrize(
    ("kind", "limits", "expected"),
    [
        (NoticeKind.WARNING, {}, 51),
        (NoticeKind.WARNING, {"warn_minutes": 30}, 26),
        (NoticeKind.WARNING, {"warn_minutes": 31}, 26),  # half of the hour is the earliest
        (NoticeKind.WARNING, {"warn_minutes": 90}, 26),
        (NoticeKind.REMINDER, {}, -14),
        (NoticeKind.REMINDER, {"remind_minutes": 0}, -4),
        *((kind, {}, -2) for kind in NoticeKind if kind not in {NoticeKind.WARNING, NoticeKind.REMINDER}),
    ],
)
def test_r9_when_a_notice_is_due(kind: NoticeKind, limits: dict[str, int], expected: int) -> None:
    assert due(notice(kind, -2), OPEN, Limits(**limits)) == at(expected)


def test_r9_the_warning_is_said_in_its_minute_and_asked_for_until_then() -> None:
    said, second = notice(NoticeKind.WARNING, -4), timedelta(seconds=1)
    early = scene_of([OPEN], said, now=at(51) - second)
    assert list(notice_steps(early)) == []
    assert early.due == [at(51)]
    assert steps_of(OPEN, said, now=at(51)) == [Say(said, OPEN, TEXT)]
    longer = replace(OPEN, end=at(80))
    assert steps_of(longer, said, now=at(51)) == []  # the host has extended it meanwhile


def test_r9_no_warning_where_it_is_turned_off() -> None:
    said, off = notice(NoticeKind.WARNING, -4), Limits(warn_minutes=0)
    assert steps_of(OPEN, said, now=at(55), limits=off) == []
    assert steps_of(OPEN, said, now=at(56), limits=off) == [Drop(said)]


def test_a_reminder_goes_to_the_person_and_to_the_news_where_they_are_closed_to_it() -> None:
    far = replace(BOOKED, start=at(30), end=at(60))
    said = notice(NoticeKind.REMINDER)
    early = scene_of([far], said)
    assert list(notice_steps(early)) == []
    assert early.due == [at(20)]
    assert steps_of(far, said, now=at(20)) == [Say(said, far, None)]
    closed = replace(said, closed=True)
    assert steps_of(far, closed, now=at(20)) == [Say(closed, far, NEWS)]


@pytest.mark.parametrize("kind", list(NoticeKind))
def test_r8_at_the_desk_the_opening_comes_first(kind: NoticeKind) -> None:
    opening, other = notice(NoticeKind.OPENING, number=1), notice(kind, number=2)
    now = at(52) if kind is NoticeKind.WARNING else NOW
    alone = steps_of(OPEN, other, now=now)
    waits = kind in {NoticeKind.GREETING, NoticeKind.WARNING, NoticeKind.QUIET}
    for both in ((opening, other), (other, opening)):
        steps = steps_of(OPEN, *both, now=now)
        assert Say(opening, OPEN, TEXT) in steps
        assert [step for step in steps if step != Say(opening, OPEN, TEXT)] == ([] if waits else alone)


def test_r8_the_opening_of_one_desk_holds_up_no_other() -> None:
    other = replace(OPEN, id=8)
    greeting = notice(NoticeKind.GREETING)
    opening = replace(notice(NoticeKind.OPENING, number=2), session_id=8)
    steps = list(notice_steps(scene_of([OPEN, other], greeting, opening)))
    assert steps == [Say(greeting, OPEN, TEXT)]


@pytest.mark.parametrize(
    ("quiet", "said"),
    [(-4, True), (-1, True), (0, True), (1, False), (None, False)],
)
def test_r11_a_word_about_nobody_being_there_is_not_said_once_somebody_was(
    quiet: int | None, *, said: bool
) -> None:
    """Who came and left again since it was written has a new absence, with its own word half way."""
    of, word = replace(OPEN, quiet=None if quiet is None else at(quiet)), notice(NoticeKind.QUIET, 0)
    assert steps_of(of, word, now=at(2)) == [Say(word, of, TEXT) if said else Drop(word)]
