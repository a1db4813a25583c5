"""R16: whose words a drawing shows is read off it: what it does not show was neither accepted nor refused."""

from __future__ import annotations

from dataclasses import replace

import discord
import pytest

from bot.domain.models import State
from bot.service import Person, Showing
from bot.ui import board, card
from bot.ui.drawn import drawn
from bot.ui.veil import digest
from tests.ui.samples import DESCRIPTION, ENGLISH, HOST, NAME, NOON, TOPIC, programme, session

GUESTS = tuple(Person(10 + n, f"guest {n}") for n in range(30))
OPEN = session(1, topic="Tea", description="Cups\nand pots", why="no", state=State.OPEN, desk=1)
SHOWING = Showing(OPEN, GUESTS, (Person(9, "Cor"),))


def words(view: discord.ui.LayoutView | None, *about: Showing) -> set[str]:
    """Which of the words of these sessions a drawing is said to show."""
    assert view
    every = {"Tea", "ana", "Cups\nand pots", "no", "Cor", *(guest.name for guest in GUESTS)}
    every |= {TOPIC, HOST, DESCRIPTION, NAME}
    names = {digest(word): word for word in every}
    return {names.get(found, found) for found in drawn(view, about, ()).words}


def test_s13_a_board_shows_the_topic_the_host_and_the_first_guests() -> None:
    found = words(board.layout(ENGLISH, [SHOWING], programme(), NOON, 0), SHOWING)
    assert found >= {"Tea", "ana", "guest 0", "guest 1"}
    assert not found & {"Cups\nand pots", "Cor", "guest 3", "guest 29"}


def test_a_card_shows_what_it_is_about_too() -> None:
    found = words(card.layout(ENGLISH, SHOWING, programme(), NOON), SHOWING)
    assert found >= {"Tea", "Cups\nand pots", "Cor", "guest 0"}
    assert "guest 29" not in found


@pytest.mark.parametrize("number", [1, 100])
def test_words_that_are_cut_or_escaped_are_shown(number: int) -> None:
    of = session(1, topic=TOPIC, description=DESCRIPTION, host_name=HOST, state=State.OPEN, desk=1)
    many = [Showing(replace(of, id=n + 1), (Person(3, NAME),)) for n in range(number)]
    found = words(board.layout(ENGLISH, many, programme(), NOON, 0), *many)
    assert found >= {TOPIC, HOST}
    assert words(card.layout(ENGLISH, many[0], programme(), NOON), many[0]) >= {TOPIC, DESCRIPTION, NAME}


def test_what_is_hidden_is_not_shown_though_its_session_is() -> None:
    view = card.layout(ENGLISH, replace(SHOWING, session=replace(OPEN, topic="?")), programme(), NOON)
    found = drawn(view, [SHOWING], {digest("Tea"), digest("Cor")}).words
    assert not found & {digest("Tea"), digest("Cor")}
    assert found >= {digest("Cups\nand pots"), digest("guest 0")}


def test_what_tells_two_drawings_apart_is_all_that_is_in_them() -> None:
    def picture(showing: Showing, minutes: int = 0) -> str:
        view = card.layout(ENGLISH, showing, programme(), NOON)
        return drawn(view, [showing], ()).picture

    assert picture(SHOWING) == picture(SHOWING)
    assert picture(SHOWING) != picture(replace(SHOWING, session=replace(OPEN, topic="Coffee")))
