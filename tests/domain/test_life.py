"""R7 to R9: which change of state there is, which one is due, and which desk is free."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.life import check_transition, due_state, lowest_free_desk
from bot.domain.models import ACTIVE, TRANSITIONS, Session, State
from bot.domain.refusal import Refusal

START = datetime(2021, 10, 2, 2, 0, tzinfo=UTC)
END = START + timedelta(hours=1)
SECOND = timedelta(seconds=1)

ALLOWED = {
    (State.BOOKED, State.OPEN),
    (State.BOOKED, State.CANCELLED),
    (State.OPEN, State.ENDED),
    (State.OPEN, State.RELEASED),
}


def session(state: State, desk: int | None = None, start: datetime = START, end: datetime = END) -> Session:
    return Session(1, 0, 1, "Ana", "Async", "", start, end, state, desk)


@pytest.mark.parametrize(("before", "after"), list(product(State, State)))
def test_r7_every_pair_of_states(before: State, after: State) -> None:
    if (before, after) in ALLOWED:
        check_transition(session(before), after)
        return
    with pytest.raises(Refusal) as caught:
        check_transition(session(before), after)
    assert caught.value.code == f"session-{before}"
    assert caught.value.fields == {"topic": "Async"}


def test_r7_closed_is_closed_for_good() -> None:
    assert {s for s in State if not TRANSITIONS[s]} == set(State) - set(ACTIVE)
    assert [s for s in State if session(s).active] == list(ACTIVE)


@pytest.mark.parametrize(
    ("state", "now", "due"),
    [
        (State.BOOKED, START - SECOND, None),
        (State.BOOKED, START, State.OPEN),
        (State.BOOKED, END, State.OPEN),  # then ended: never straight from booked (R7)
        (State.OPEN, START, None),
        (State.OPEN, END - SECOND, None),
        (State.OPEN, END, State.ENDED),
        (State.OPEN, END + timedelta(days=9), State.ENDED),
        *((state, END, None) for state in (State.ENDED, State.CANCELLED, State.RELEASED)),
    ],
)
def test_r8_r9_what_time_alone_makes_due(state: State, now: datetime, due: State | None) -> None:
    assert due_state(session(state), now) is due


def test_r7_what_is_due_is_always_allowed() -> None:
    for state, now in product(State, (START - SECOND, START, END)):
        due = due_state(session(state), now)
        assert due is None or (state, due) in ALLOWED


def test_r3_the_lowest_desk_that_nobody_holds() -> None:
    def free(*desks: int) -> int:
        return lowest_free_desk([session(State.OPEN, desk) for desk in desks], START)

    assert (free(), free(1), free(2), free(1, 2), free(3, 1), free(2, 3, 1)) == (1, 2, 1, 3, 2, 4)


def test_r3_a_desk_is_free_in_the_second_in_which_its_session_ends() -> None:
    held = [session(State.OPEN, 1)]
    assert lowest_free_desk(held, END - SECOND) == 2
    assert lowest_free_desk(held, END) == 1


def test_r3_only_open_sessions_hold_a_desk() -> None:
    others = [session(state, 1) for state in State if state is not State.OPEN]
    assert lowest_free_desk(others, START) == 1


@given(st.sets(st.integers(1, 12)), st.sets(st.integers(1, 12)))
def test_r3_the_lowest_free_desk_is_free_and_none_below_it_is(on: set[int], over: set[int]) -> None:
    sessions = [session(State.OPEN, desk) for desk in on]
    sessions += [session(State.OPEN, desk, end=START) for desk in over - on]
    desk = lowest_free_desk(sessions, START)
    assert desk not in on
    assert set(range(1, desk)) <= on
