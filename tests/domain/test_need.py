"""R8, R9 as a table: what is wanted of a desk's channels, minute by minute."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.life import Need, grace_over, instants, last_word_due, need, overrun_over
from bot.domain.models import Limits, Session, State

NOON = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)
LIMITS = Limits()
"""5 minutes lead, 5 warning, 10 grace, 30 overrun."""


def at(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


def session(state: State, start: int = 0, minutes: int = 60, closed: int | None = None) -> Session:
    ends = start + minutes
    over = None if closed is None else at(closed)
    return Session(1, 2, 3, "ana", "Topic", "", at(start), at(ends), state, closed=over)


BOOKED, OPEN = session(State.BOOKED), session(State.OPEN)
ENDED, EARLY = session(State.ENDED, closed=60), session(State.ENDED, closed=20)
RELEASED, CANCELLED = session(State.RELEASED, closed=15), session(State.CANCELLED, closed=-3)

LIVE, KEEP, AWAY = Need.LIVE, Need.KEEP, Need.AWAY
TABLE = [
    # session, minute, people; what is wanted of the voice channel and of the text channel
    (BOOKED, -500, 0, KEEP, KEEP),  # what is there stays, whenever it begins: a move takes none away (K5)
    (BOOKED, -5.1, 0, KEEP, KEEP),
    (BOOKED, -5, 0, LIVE, LIVE),
    (BOOKED, 0, 0, LIVE, LIVE),
    (OPEN, 0, 0, LIVE, LIVE),
    (OPEN, 70, 0, LIVE, LIVE),  # the bot has not noticed the end yet
    (ENDED, 60, 0, KEEP, KEEP),
    (ENDED, 69.9, 0, KEEP, KEEP),
    (ENDED, 70, 0, AWAY, AWAY),
    (ENDED, 70, 2, KEEP, AWAY),
    (ENDED, 89.9, 2, KEEP, AWAY),
    (ENDED, 90, 2, AWAY, AWAY),
    (EARLY, 29, 0, KEEP, KEEP),
    (EARLY, 30, 0, AWAY, AWAY),
    (EARLY, 49, 1, KEEP, AWAY),
    (EARLY, 50, 1, AWAY, AWAY),
    (RELEASED, 24, 0, KEEP, KEEP),
    (RELEASED, 25, 0, AWAY, AWAY),
    (CANCELLED, 6, 0, KEEP, KEEP),
    (CANCELLED, 7, 0, AWAY, AWAY),
]


@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row[0].state}@{row[1]}+{row[2]}")
def test_r8_r9_what_is_wanted(row: tuple[Session, float, int, Need, Need]) -> None:
    which, minute, people, voice, text = row
    assert need(which, at(minute), LIMITS, people=people) is voice
    assert need(which, at(minute), LIMITS) is text  # people in the voice channel keep that one alone


@pytest.mark.parametrize(
    ("minute", "people", "due"),
    [(60, 1, False), (84.9, 1, False), (85, 1, True), (85, 0, False), (89.9, 1, True), (90, 1, False)],
)
def test_r9_the_last_word(minute: float, people: int, *, due: bool) -> None:
    assert last_word_due(ENDED, at(minute), LIMITS, people) is due
    assert not last_word_due(OPEN, at(minute), LIMITS, people)


def next_due(which: Session, now: datetime, limits: Limits = LIMITS) -> datetime | None:
    return min((instant for instant in instants(which, limits) if instant > now), default=None)


@pytest.mark.parametrize(
    ("which", "minute", "expected"),
    [
        (BOOKED, -60, -5),
        (BOOKED, -5, 0),
        (BOOKED, 0, None),
        (OPEN, 0, 60),
        (OPEN, 60, None),
        (ENDED, 60, 70),
        (ENDED, 70, 85),
        (ENDED, 85, 90),
        (ENDED, 90, None),
    ],
)
def test_when_to_look_again(which: Session, minute: int, expected: int | None) -> None:
    assert next_due(which, at(minute)) == (None if expected is None else at(expected))


MINUTES = st.integers(0, 40)


@given(
    state=st.sampled_from(State),
    closed=st.integers(-10, 60),
    minutes=st.lists(st.integers(-100, 200), min_size=2, max_size=2).map(sorted),
    people=st.integers(0, 2),
    limits=st.builds(
        Limits,
        lead_minutes=MINUTES,
        warn_minutes=MINUTES,
        grace_minutes=MINUTES,
        max_overrun_minutes=MINUTES,
    ),
)
def test_nothing_changes_between_two_dues(
    state: State, closed: int, minutes: list[int], people: int, limits: Limits
) -> None:
    """The one timer of a guild misses nothing: what is wanted only changes at what `instants` says."""
    which = session(state, closed=closed if state not in {State.BOOKED, State.OPEN} else None)
    now, later = at(minutes[0]), at(minutes[1])
    due = next_due(which, now, limits)
    if due is None or due > later:
        for inside in {0, people}:
            assert need(which, now, limits, people=inside) is need(which, later, limits, people=inside)
        assert last_word_due(which, now, limits, people) is last_word_due(which, later, limits, people)
    assert grace_over(which, limits) <= overrun_over(which, limits)
