"""What should be shown: which messages, told apart by what they show, and not drawn again without need."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from bot.desks.shown import Display, Shown, Wanted
from bot.store.messages import MessageKind
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.models import State
from bot.domain.records import Kind
from bot.service import Person, Showing
from bot.service.deskbook import Book
from bot.ui import board, card
from tests.ui.samples import CHANNELS, CHINESE, ENGLISH, NOON, at, programme, session

PROGRAMME = programme()
ON = Showing(session(1, at(11.5), state=State.OPEN, desk=1), channels=dict(CHANNELS))
"""From 11:30 to 12:30; it is noon."""
LATER = Showing(session(2, at(14)))
OVER = replace(ON, session=replace(ON.session, state=State.ENDED, closed=NOON))
MINUTE = timedelta(minutes=1)


def display(*, tomorrow: bool = True) -> Display:
    return Display(ENGLISH, tomorrow=tomorrow)


def book(*showings: Showing, guild_id: int = 5, ideas: int = 0) -> Book:
    sessions = [each.session for each in showings]
    return Book(sessions, [], [], [], showings=showings, guild_id=guild_id, ideas=ideas)


def wanted(*showings: Showing, now: datetime = NOON, tomorrow: bool = False) -> Wanted:
    """What a display that knows of nothing yet wants."""
    return display(tomorrow=tomorrow).wanted(book(*showings), PROGRAMME, now)


def kinds(found: Wanted) -> list[tuple[MessageKind, int | None]]:
    return [(shown.kind, shown.session_id) for shown in found.messages]


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often each of the drawings was made."""
    counted: Counter[str] = Counter()

    def counting(name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def draw(*args: Any) -> Any:
            counted[name] += 1
            return real(*args)

        return draw

    for module, name in ((board, "layout"), (board, "tomorrow"), (card, "layout")):
        short = f"{module.__name__.rpartition('.')[2]}.{name}"
        monkeypatch.setattr(module, name, counting(short, getattr(module, name)))
    return counted


# ------------------------------------------------------------------------------ which


def test_the_board_is_always_wanted() -> None:
    assert kinds(wanted()) == [(MessageKind.BOARD, None)]
    assert kinds(wanted(LATER, now=at(10, 9))) == [(MessageKind.BOARD, None)]


def test_tomorrows_board_is_wanted_on_the_eve_of_a_day_where_it_is_set_so() -> None:
    eve = (MessageKind.TOMORROW, None)
    assert eve in kinds(wanted(tomorrow=True))
    assert eve not in kinds(wanted(tomorrow=False))
    assert eve not in kinds(wanted(now=at(12, 2), tomorrow=True))


@pytest.mark.parametrize(
    ("state", "desk", "channels", "expected"),
    [
        (State.BOOKED, None, CHANNELS, None),  # its desk opens with the session
        (State.OPEN, 1, CHANNELS, "on"),
        (State.OPEN, 1, {}, "on"),
        (State.ENDED, 1, CHANNELS, "over"),
        (State.RELEASED, 1, CHANNELS, "over"),
        (State.ENDED, 1, {Kind.VOICE: 8}, None),  # its text channel is gone
        (State.CANCELLED, None, CHANNELS, None),  # it never had a card
    ],
)
def test_cards_are_for_sessions_that_are_open_or_just_over(
    state: State, desk: int | None, channels: dict[Kind, int], expected: str | None
) -> None:
    closed = None if state in {State.BOOKED, State.OPEN} else NOON
    showing = Showing(session(3, at(11), 120, state=state, desk=desk, closed=closed), channels=channels)
    cards = [shown for shown in wanted(showing).messages if shown.kind is MessageKind.CARD]
    assert [("over" if c.over else "on", c.session_id) for c in cards] == (
        [(expected, 3)] if expected else []
    )


@pytest.mark.parametrize(
    ("now", "watch"), [(at(7.9), False), (at(8), True), (at(16), True), (at(16.25), False), (at(9, 2), False)]
)
def test_it_is_watched_over_while_a_window_is_open(now: datetime, *, watch: bool) -> None:
    assert wanted(now=now).watch is watch


def test_when_time_alone_changes_it_is_said() -> None:
    assert wanted(ON, LATER).next_change == board.next_change([ON, LATER], PROGRAMME, NOON)
    assert wanted(OVER, LATER).next_change == board.next_change([LATER], PROGRAMME, NOON)


# ---------------------------------------------------------------------------- digests


def rendered(shown: Shown) -> Any:
    assert shown.view
    return shown.view.to_components()  # type: ignore[no-untyped-call]


PEOPLE = st.lists(st.sampled_from([Person(8, "bob"), Person(9, "cyd")]), unique=True, max_size=2)
SHOWINGS = st.builds(
    lambda topic, start, seats, quiet, guests: replace(
        ON,
        session=replace(ON.session, topic=topic, start=start, seats=seats, quiet=quiet, came=quiet),
        guests=tuple(guests),
    ),
    st.sampled_from(["Tea", "Cake"]),
    st.sampled_from([at(11.5), at(12.25)]),
    st.sampled_from([None, 4]),
    st.sampled_from([None, at(11.6)]),
    PEOPLE,
)


@given(SHOWINGS, SHOWINGS, st.integers(0, 60), st.integers(0, 60))
def test_digests_are_equal_where_what_is_shown_is_and_only_there(
    one: Showing, other: Showing, early: int, late: int
) -> None:
    first = wanted(one, LATER, now=NOON + early * MINUTE, tomorrow=True).messages
    second = wanted(other, LATER, now=NOON + late * MINUTE, tomorrow=True).messages
    assert [s.kind for s in first] == [s.kind for s in second]
    for mine, yours in zip(first, second, strict=True):
        assert (mine.digest == yours.digest) is (rendered(mine) == rendered(yours))


def test_another_language_is_another_message() -> None:
    chinese = Display(CHINESE, tomorrow=False).wanted(book(ON), PROGRAMME, NOON)
    for mine, theirs in zip(wanted(ON).messages, chinese.messages, strict=True):
        assert mine.digest != theirs.digest


@given(st.lists(st.tuples(st.integers(0, 90), SHOWINGS), min_size=2, max_size=6))
def test_what_is_remembered_is_what_would_be_drawn(steps: list[tuple[int, Showing]]) -> None:
    """However much was drawn before, and whatever time has passed since."""
    old, now = display(), NOON
    for minutes, showing in steps:
        now += minutes * MINUTE
        same = display().wanted(book(showing, LATER), PROGRAMME, now)
        assert old.wanted(book(showing, LATER), PROGRAMME, now) == same


# ----------------------------------------------------------------- not drawn without need


def test_nothing_is_drawn_again_where_nothing_changed(drawn: Counter[str]) -> None:
    known, full = display(), book(ON, LATER)
    first = known.wanted(full, PROGRAMME, NOON)
    assert drawn == {"board.layout": 1, "board.tomorrow": 1, "card.layout": 1}
    for second in range(1, 50):
        again = known.wanted(book(ON, LATER), PROGRAMME, NOON + timedelta(seconds=second))
        assert [a.view for a in again.messages] == [f.view for f in first.messages]
    assert drawn.total() == 3


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"ideas": 1}, {"board.layout": 1, "board.tomorrow": 1}),
        ({"guild_id": 6}, {"board.layout": 1, "board.tomorrow": 1}),  # its own board
    ],
)
def test_only_what_a_change_may_touch_is_drawn_again(
    drawn: Counter[str], change: dict[str, int], expected: dict[str, int]
) -> None:
    known = display()
    known.wanted(book(ON, LATER), PROGRAMME, NOON)
    drawn.clear()
    known.wanted(book(ON, LATER, **change), PROGRAMME, NOON)
    assert drawn == expected


def test_all_is_drawn_again_when_the_time_comes(drawn: Counter[str]) -> None:
    known, full = display(), book(ON, LATER)
    change = known.wanted(full, PROGRAMME, NOON).next_change
    assert change
    drawn.clear()
    known.wanted(full, PROGRAMME, change - timedelta(seconds=1))
    assert drawn.total() == 0
    known.wanted(full, PROGRAMME, change)
    assert drawn["board.layout"] == 1


def test_two_servers_do_not_draw_over_each_other(drawn: Counter[str]) -> None:
    known = display(tomorrow=False)
    boards = [known.wanted(book(ON, guild_id=g), PROGRAMME, NOON) for g in (5, 6, 5, 6)]
    assert drawn["board.layout"] == 2
    assert all(one == other for one, other in pairwise(boards))
