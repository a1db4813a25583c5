"""R12: what no longer fits is found, and nothing that fits."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.booking import MINUTE, Agenda, Wish, decide
from bot.domain.misfits import Misfit, Why, misfits, new_misfits
from bot.domain.models import Session, State, Window
from bot.domain.programme import Programme
from bot.domain.refusal import Refusal
from tests.service.support import at, programme

PYCON = programme(parallel_limit=3, max_minutes=90)


def session(number: int, start: datetime, minutes: int = 60) -> Session:
    end = start + timedelta(minutes=minutes)
    return Session(number, 11, number, f"Person {number}", f"Topic {number}", "", start, end, State.BOOKED)


def whys(found: list[Misfit]) -> dict[int, Why]:
    return {each.session.id: each.why for each in found}


def test_r12_each_rule_is_named() -> None:
    held = [
        session(1, at("08:00")),
        session(2, at("10:00"), 120),
        session(3, at("10:00"), 5),
        session(4, at("10:00")),
        session(5, at("10:01")),
        session(6, at("15:30")),
    ]
    assert whys(misfits(PYCON, held)) == {
        1: Why.OUTSIDE,
        2: Why.LONG,
        3: Why.SHORT,
        5: Why.CROWDED,
        6: Why.OUTSIDE,
    }


def test_r12_of_those_that_start_at_once_the_first_booked_stay() -> None:
    held = [session(n, at("10:00")) for n in range(1, 6)]
    assert list(whys(misfits(PYCON, held))) == [4, 5]


def test_r12_only_what_a_change_leaves_over_is_new() -> None:
    held = [session(1, at("08:00")), session(2, at("15:00")), session(3, at("10:00"), 80)]
    shorter = (replace(PYCON.windows[0], end=at("15:30")), *PYCON.windows[1:])
    after = replace(PYCON, windows=shorter, limits=replace(PYCON.limits, max_minutes=60))
    assert whys(new_misfits(PYCON, after, held)) == {2: Why.OUTSIDE, 3: Why.LONG}
    assert new_misfits(PYCON, PYCON, held) == []


WISHES = st.lists(
    st.tuples(st.integers(1, 5), st.integers(-30, 500), st.none() | st.integers(5, 150)), max_size=25
)
"""Who, minutes after nine, and for how long."""


def booked(where: Programme, wishes: list[tuple[int, int, int | None]]) -> list[Session]:
    """What becomes of wishes under these rules."""
    held: list[Session] = []
    for number, (host, start, minutes) in enumerate(wishes, start=1):
        own = [each for each in held if each.host_id == host]
        try:
            booking = decide(
                Wish(at("09:00") + start * MINUTE, minutes), Agenda(where, at("09:00"), held, own)
            )
        except Refusal:
            continue
        held.append(replace(session(number, booking.start), host_id=host, end=booking.end))
    return sorted(held, key=lambda each: (each.start, each.id))


@st.composite
def programmes(draw: st.DrawFn) -> Programme:
    least = draw(st.integers(1, 40))
    usual = draw(st.integers(least, 80))
    most = draw(st.integers(usual, 150))
    limits = {
        "min_minutes": least,
        "default_minutes": usual,
        "max_minutes": most,
        "max_upcoming_per_host": 25,
    }
    made = programme(parallel_limit=draw(st.integers(1, 4)), **limits)
    opens = draw(st.integers(-60, 100))
    length = draw(st.integers(10, 500))
    window = Window("w", at("09:00") + opens * MINUTE, at("09:00") + (opens + length) * MINUTE)
    return replace(made, windows=(window,))


@given(programmes(), WISHES)
def test_r12_what_the_rules_took_fits_them(
    where: Programme, wishes: list[tuple[int, int, int | None]]
) -> None:
    assert misfits(where, booked(where, wishes)) == []


@given(programmes(), programmes(), WISHES)
def test_r12_without_what_no_longer_fits_the_rules_hold(
    before: Programme, after: Programme, wishes: list[tuple[int, int, int | None]]
) -> None:
    held = booked(before, wishes)
    found = new_misfits(before, after, held)
    assert found == misfits(after, held)  # all of it fitted before
    gone = {each.session.id for each in found}
    rest = [each for each in held if each.id not in gone]
    assert misfits(after, rest) == []
    for each in rest:  # each of them, alone with the others, is what the rules would take today
        others = [other for other in rest if other.id != each.id]
        agenda = Agenda(after, at("08:00", 1), others, [])
        booking = decide(Wish(each.start, (each.end - each.start) // MINUTE), agenda)
        assert (booking.start, booking.end) == (each.start, each.end)
