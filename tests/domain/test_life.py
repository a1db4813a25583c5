"""R7 to R9: which change of state there is, which one is due, and which desk is free."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.life import Absence, absence, check_transition, due_state, lowest_free_desk
from bot.domain.models import ACTIVE, TRANSITIONS, Limits, Session, State
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


# ------------------------------------------------------------------------- nobody is there (R11)

LIMITS = Limits(no_show_minutes=15, idle_minutes=20)


def minute(number: float) -> datetime:
    return START + timedelta(minutes=number)


def deserted(came: bool = False, quiet: float | None = 0) -> Session:
    """An open session where nobody is since `quiet` minutes after its start."""
    since = None if quiet is None else minute(quiet)
    return replace(session(State.OPEN, 1), came=minute(0) if came else None, quiet=since)


@pytest.mark.parametrize(
    ("came", "quiet", "warned", "expected"),
    [
        # nobody ever came: 15 minutes
        (False, 0, None, (7.5, False, 15)),
        (False, 0, 7.5, (7.5, True, 15)),
        (False, 0, 8, (7.5, True, 15.5)),
        (False, 0, 100, (7.5, True, 107.5)),  # told late: half the time all the same
        (False, 0, 0, (7.5, True, 15)),  # told early: the whole time all the same
        # everybody has left: 20
        (True, 10, None, (20, False, 30)),
        (True, 10, 20, (20, True, 30)),
        (True, 10, 26, (20, True, 36)),
        # what was told before somebody came is about another absence
        (True, 10, 9.9, (20, False, 30)),
        (True, 10, -50, (20, False, 30)),
    ],
)
def test_r11_when_a_host_is_warned_and_a_desk_given_away(
    *, came: bool, quiet: float, warned: float | None, expected: tuple[float, bool, float]
) -> None:
    told = None if warned is None else minute(warned)
    warn, known, release = expected
    found = absence(deserted(came, quiet), told, LIMITS)
    assert found == Absence(minute(warn), known, minute(release))


@pytest.mark.parametrize(
    ("came", "limits", "kept"),
    [
        (False, Limits(no_show_minutes=0, idle_minutes=20), True),
        (True, Limits(no_show_minutes=0, idle_minutes=20), False),
        (False, Limits(no_show_minutes=15, idle_minutes=0), False),
        (True, Limits(no_show_minutes=15, idle_minutes=0), True),
    ],
)
def test_r11_nought_turns_it_off(*, came: bool, limits: Limits, kept: bool) -> None:
    for warned in (None, minute(1)):
        assert (absence(deserted(came), warned, limits) is None) is kept


@pytest.mark.parametrize("state", list(State))
def test_r11_only_an_open_desk_where_nobody_is_can_be_given_away(state: State) -> None:
    closed = replace(deserted(), state=state)
    assert (absence(closed, None, LIMITS) is None) is (state is not State.OPEN)
    assert absence(deserted(quiet=None), minute(8), LIMITS) is None


MOMENTS = st.floats(-100, 500, allow_nan=False)


@given(
    came=st.booleans(),
    quiet=st.integers(0, 100),
    warned=st.none() | MOMENTS,
    no_show=st.integers(1, 60),
    idle=st.integers(1, 60),
)
def test_r11_no_desk_is_given_away_before_its_time_or_without_a_word(
    *, came: bool, quiet: int, warned: float | None, no_show: int, idle: int
) -> None:
    told = None if warned is None else minute(warned)
    whole = timedelta(minutes=idle if came else no_show)
    since = minute(quiet)
    limits = Limits(no_show_minutes=no_show, idle_minutes=idle)
    found = absence(deserted(came, quiet), told, limits)
    assert found
    assert found.warn_at == since + whole / 2
    assert found.release_at >= since + whole
    assert found.warned == (told is not None and told >= since)
    if told is not None and found.warned:
        assert found.release_at == max(since + whole, told + whole / 2)


@given(st.integers(0, 30), st.lists(st.tuples(st.integers(0, 30), st.booleans()), max_size=30))
def test_r11_whatever_outage_half_the_time_lies_between_word_and_end(
    quiet: int, looks: list[tuple[int, bool]]
) -> None:
    """The bot looks again after so many minutes, and may be unable to say anything when it does."""
    now, told = minute(quiet), None
    for minutes, works in looks:
        now += timedelta(minutes=minutes)
        found = absence(deserted(quiet=quiet), told, LIMITS)
        assert found
        if found.warned and found.release_at <= now:
            assert told is not None
            assert now - told >= timedelta(minutes=7.5)
            assert now - minute(quiet) >= timedelta(minutes=15)
            return
        if not found.warned and found.warn_at <= now and works:
            told = now


def test_r11_who_comes_back_starts_anew() -> None:
    first = absence(deserted(came=True, quiet=0), minute(10), LIMITS)
    assert absence(deserted(came=True, quiet=None), minute(10), LIMITS) is None
    again = absence(deserted(came=True, quiet=19), minute(10), LIMITS)
    assert first == Absence(minute(10), True, minute(20))
    assert again == Absence(minute(29), False, minute(39))
