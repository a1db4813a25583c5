"""R11 as tables: who is at a desk, and which desk is warned or given away."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from bot.desks.plan_presence import presence_steps

from bot.desks.scene import Scene, View
from bot.desks.steps import Absent, Came, Left, Step
from bot.domain.models import Limits, Session, State
from bot.domain.notices import Notice, NoticeKind
from bot.service.deskbook import Book
from bot.store.records import Kind
from tests.desks.model import LIMITS, NOW, at, channel, record, session

OPEN = session(7, State.OPEN, start=0)
"""Open since 12:00; nobody has come yet."""
THERE = replace(OPEN, quiet=None, came=at(1))
VOICE, TEXT = 1003, 1004
ANA, BOB = 107, 9


def scene_of(
    of: Session,
    *here: int,
    bots: int = 0,
    known: tuple[int, ...] = (),
    warned: float | None = None,
    telling: bool = False,
    now: datetime = NOW,
    limits: Limits = LIMITS,
    without: int = 0,
) -> Scene:
    voice = replace(channel(VOICE, "voice", OPEN), here=here, people=len(here) + bots)
    channels = {VOICE: voice, TEXT: channel(TEXT, "text", OPEN)}
    channels.pop(without, None)
    book = Book(
        [of],
        [record(3, Kind.VOICE, OPEN), record(4, Kind.TEXT, OPEN)],
        [Notice(1, 5, 7, NoticeKind.QUIET, None, now, tried=False, parts_sent=0)] if telling else [],
        [],
        visitors={7: frozenset(known)} if known else {},
        absent={} if warned is None else {7: at(warned)},
    )
    return Scene(book, View(channels), limits, now)


def steps_of(of: Session, *here: int, **options: Any) -> list[Step]:
    return list(presence_steps(scene_of(of, *here, **options)))


@pytest.mark.parametrize(
    ("of", "here", "known", "steps"),
    [
        (OPEN, (ANA,), (), [Came(OPEN, (ANA,))]),
        (OPEN, (ANA,), (ANA,), [Came(OPEN, (ANA,))]),  # she has come back
        (THERE, (ANA,), (ANA,), []),
        (THERE, (ANA, BOB), (ANA,), [Came(THERE, (ANA, BOB))]),
        (THERE, (BOB,), (ANA, BOB), []),
        (THERE, (), (ANA,), [Left(THERE)]),
        (OPEN, (), (), []),
        (OPEN, (), (ANA,), []),
    ],
)
def test_r11_people_come_and_go(
    of: Session, here: tuple[int, ...], known: tuple[int, ...], steps: list[Step]
) -> None:
    assert steps_of(of, *here, known=known) == steps


def test_r11_a_bot_is_nobody() -> None:
    assert steps_of(OPEN, bots=2) == []
    assert steps_of(THERE, bots=1, known=(ANA,)) == [Left(THERE)]
    assert steps_of(OPEN, bots=1, now=at(8)) == [Absent(OPEN, TEXT, release=False)]


@pytest.mark.parametrize("without", [VOICE, TEXT])
@pytest.mark.parametrize("here", [(), (ANA,)])
def test_r11_nobody_can_come_to_a_desk_whose_channels_are_not_both_there(
    without: int, here: tuple[int, ...]
) -> None:
    for of in (OPEN, THERE):
        scene = scene_of(of, *here, without=without, now=at(30), warned=10)
        assert list(presence_steps(scene)) == []
        assert scene.due == []


@pytest.mark.parametrize("state", [state for state in State if state is not State.OPEN])
def test_r11_only_open_desks_are_watched(state: State) -> None:
    of = replace(OPEN, state=state)
    assert steps_of(of, now=at(30)) == []
    assert steps_of(of, ANA) == []


@pytest.mark.parametrize(
    ("minute", "warned", "release", "due"),
    [
        (7.4, None, None, 7.5),
        (7.5, None, False, None),
        (100, None, False, None),  # never without a word
        (7.6, 7.5, None, 15),
        (14.9, 7.5, None, 15),
        (15, 7.5, True, None),
        (100, 99, None, 106.5),  # half the time at least, however late the word came
        (106.5, 99, True, None),
        (7.4, -3, None, 7.5),  # that word was about another absence
        (7.5, -3, False, None),
    ],
)
def test_r11_the_host_is_warned_half_way_and_the_desk_given_away_after_that(
    minute: float, warned: float | None, release: bool | None, due: float | None
) -> None:
    scene = scene_of(OPEN, warned=warned, now=at(minute))
    expected = [] if release is None else [Absent(OPEN, TEXT, release=release)]
    assert list(presence_steps(scene)) == expected
    assert scene.due == ([] if due is None else [at(due)])


def test_r11_a_word_that_is_not_said_yet_is_waited_for() -> None:
    for minute in (8, 15, 100):
        scene = scene_of(OPEN, telling=True, now=at(minute))
        assert list(presence_steps(scene)) == []
    assert steps_of(OPEN, ANA, telling=True) == [Came(OPEN, (ANA,))]


def test_r11_nothing_is_given_away_where_it_is_turned_off() -> None:
    scene = scene_of(OPEN, now=at(100), warned=1, limits=Limits(no_show_minutes=0))
    assert list(presence_steps(scene)) == []
    assert scene.due == []
    left = replace(OPEN, came=at(1), quiet=at(2))
    assert steps_of(left, now=at(100), limits=Limits(idle_minutes=0)) == []
    assert steps_of(left, now=at(12), limits=Limits(no_show_minutes=0)) == [Absent(left, TEXT, release=False)]
