"""The desk's card: what it says at each time of a session's life, and that it always fits."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from itertools import product
from typing import Any

import pytest

from bot.domain.models import State
from bot.domain.records import Kind
from bot.service import Person, Showing
from bot.ui import board, card
from bot.ui.words import Words, clock, moment, relative
from tests.ui.samples import (
    CHANNELS,
    DESCRIPTION,
    ENGLISH,
    HOST,
    NOON,
    PUBLIC,
    TOPIC,
    at,
    both,
    ids,
    parts,
    programme,
    texts,
)
from tests.ui.samples import session as held

OPEN = held(5, NOON, state=State.OPEN, desk=1, topic="Git", description="Come *in*", host_id=7, seats=2)
BO, CY, DEE = Person(1, "bo"), Person(2, "cy"), Person(3, "_dee_")


LINKED = replace(programme(), notes_link="https://" + "x" * 170 + ".org/{id}-{topic}")


def read(showing: Showing, words: Words = ENGLISH, now: datetime = NOON) -> str:
    return "\n".join(texts(card.layout(words, showing, programme(), now)))


def test_an_open_desk_says_all_that_people_need() -> None:
    showing = Showing(OPEN, (BO, CY, DEE), (Person(4, "eve"),), dict(CHANNELS))
    assert read(showing).splitlines()[:-1] == [
        "## Git",
        r"Come \*in\*",
        f"🟢 Desk 1 is open until **{clock(at(13))}** ({relative(at(13))})",
        "🎤 Host: <@7> · with eve",
        r"🙋 2 of 2 seats · 1 waiting · bo, cy",
        f"🔊 Walk in: <#{CHANNELS[Kind.VOICE]}>. No need to join first, just say hi.",
    ]
    view = card.layout(ENGLISH, showing, programme(), NOON)
    actions = ["join", "leave", "report", "extend", "edit", "end", "sendout", "session"]
    assert ids(view) == [f"openspace:{action}:5" for action in actions]


def test_before_the_start_the_host_may_edit_and_cancel() -> None:
    view = card.layout(ENGLISH, Showing(replace(OPEN, state=State.BOOKED)), programme(), at(11.95))
    actions = ("join", "leave", "report", "edit", "cancel", "session")
    assert ids(view) == [f"openspace:{action}:5" for action in actions]
    assert f"🕘 {moment(NOON)}–{clock(at(13))}" in "\n".join(texts(view))


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (State.OPEN, "This session is over"),  # the keeper has not been there yet
        (State.ENDED, "This session is over"),
        (State.CANCELLED, "was cancelled"),
        (State.RELEASED, "given away"),
    ],
)
def test_a_closed_session_says_what_it_was_and_can_be_reported(state: State, said: str) -> None:
    closed = None if state is State.OPEN else at(12.5)
    showing = Showing(replace(OPEN, state=state, closed=closed, why="*Off* topic"), (BO,), (), dict(CHANNELS))
    text = read(showing, now=at(13))
    assert said in text
    assert "## Git" in text
    assert r"-# \*Off\* topic" in text
    assert f"{moment(NOON)}–{clock(at(13) if state is State.CANCELLED else closed or at(13))}" in text
    assert "<#" not in text
    takeaway = ["openspace:takeaway:5"] if state is State.ENDED else []
    report = "openspace:report:5"
    assert ids(card.layout(ENGLISH, showing, programme(), at(13))) == ["openspace:host", *takeaway, report]
    last = replace(showing.session, start=at(16, 2), end=at(16 + 2 / 3, 2), closed=None)
    view = card.layout(ENGLISH, Showing(last), programme(), at(17, 2))
    assert ids(view) == [*takeaway, report]  # nothing was left to host


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("words", PUBLIC)
def test_every_card_names_the_conduct_contact_and_the_button_to_report(words: Words, state: State) -> None:
    written = "*Mia* <@7>, <@&8>, https://coc.example/a_b_c, @everyone"
    rules = replace(programme(), conduct=written)
    shown = Showing(
        replace(OPEN, state=state, closed=None if state in {State.OPEN, State.BOOKED} else at(12.5))
    )
    view = card.layout(words, shown, rules, NOON)
    said = "\n".join(texts(view))
    assert r"\*Mia\* <@7>, <@&8>, https://coc.example/a_b_c, @" + "\u200beveryone" in said
    assert "openspace:report:5" in ids(view)
    assert "🛟" not in "\n".join(texts(card.layout(words, shown, programme(), NOON)))


def test_only_start_and_end_change_a_card_as_time_passes() -> None:
    showing = Showing(OPEN, (BO,), (), dict(CHANNELS))
    seen = [read(showing, now=at(hour)) for hour in (12, 12.5, 12.99, 13, 14, 24, 40)]
    assert len(set(seen[:3])) == 1
    assert len(set(seen[3:])) == 1


@pytest.mark.parametrize("words", PUBLIC, ids=both)
@pytest.mark.parametrize("state", State)
def test_r16_in_the_longest_words_a_card_fits(words: Words, state: State) -> None:
    longest: dict[str, Any] = {"why": "~" * 300, "takeaway": "|" * 300, "notes_topic": "桌" * 100}
    rules = replace(LINKED, conduct="~" * 200)
    for topic, about, people, seats, hour in product(
        [TOPIC, "👩‍🚀" * 33],
        ["", DESCRIPTION, "👩‍🚀\n" * 250],
        [0, 500],
        [None, 1],
        [11, 12, 14],
    ):
        fields = longest | {"topic": topic, "description": about, "state": state, "seats": seats}
        session = replace(OPEN, id=2**63 - 1, host_id=2**63 - 1, **fields)
        crowd = tuple(Person(n, HOST) for n in range(people))
        view = card.layout(words, Showing(session, crowd, crowd, dict(CHANNELS)), rules, at(hour))
        assert sum(map(len, texts(view))) <= 4000
        assert all(texts(view))
        assert len(parts(view)) <= 40
        assert all(len(i) <= 100 for i in ids(view))


def test_the_notes_are_one_click_away_before_while_and_after() -> None:
    linked = replace(programme(), notes_link="https://pad.example.org/p/{id}-{topic}")
    held = replace(OPEN, notes_topic="First topic")
    for session, now in ((held, NOON), (held, at(11)), (replace(held, state=State.ENDED), at(14))):
        said = texts(card.layout(ENGLISH, Showing(session), linked, now))
        assert "📝 [Notes](<https://pad.example.org/p/5-first-topic>)" in "\n".join(said)
    assert "Notes" not in read(Showing(held))


def test_r16_the_takeaway_stands_on_the_card_of_what_is_over() -> None:
    over = replace(OPEN, state=State.ENDED, closed=at(12.5), takeaway="Use *uv* @everyone")
    assert "💡 Use \\*uv\\* @\u200beveryone" in read(Showing(over))
    assert texts(card.layout(ENGLISH, Showing(over), programme(), NOON))[0] == "## Git\nCome \\*in\\*"
    assert ids(card.layout(ENGLISH, Showing(over), programme(), NOON))[1] == "openspace:takeaway:5"


async def test_u3_who_waits_for_a_seat_is_not_named_as_if_seated() -> None:
    showing = Showing(replace(OPEN, seats=1), (Person(1, "Kai"), Person(2, "Noor")))
    boards = board.layout(ENGLISH, [showing], programme(), NOON, 0)
    for view in (card.layout(ENGLISH, showing, programme(), NOON), boards):
        said = "\n".join(texts(view))
        assert "Kai" in said
        assert "Noor" not in said


def call(guests: int, *greeted: int, words: Words = ENGLISH, **more: Any) -> tuple[list[str], Any, str]:
    """What the card that opens a desk shows, whom it calls, and how many guests."""
    people = tuple(Person(100 + n, f"guest {n}") for n in range(guests))
    showing = Showing(replace(OPEN, seats=None, **more), people, (Person(4, "eve"),), dict(CHANNELS))
    view, calls, called = card.calling(words, showing, programme(), NOON, greeted)
    return texts(view), calls, called


def test_u10_r8_the_card_that_opens_a_desk_names_all_whom_it_calls() -> None:
    for guests in (0, 1, card.NAMES, card.NAMES + 1, 90):
        shown, calls, called = call(guests)
        assert calls == (7, 4, *range(100, 100 + guests))
        assert called == str(guests)
        assert all("\n".join(shown).count(f"<@{user_id}>") == 1 for user_id in calls)


def test_u10_r8_whom_a_greeting_calls_it_does_not() -> None:
    _, calls, called = call(3, 101)
    assert (calls, called) == ((7, 4, 100, 102), "2")


@pytest.mark.parametrize("words", PUBLIC, ids=lambda words: words.language)
def test_u10_r8_it_calls_as_many_as_fit_and_says_that_there_are_more(words: Words) -> None:
    """A mention list has 100 at most, all texts 4000 code points."""
    for description in ("", DESCRIPTION):
        shown, calls, called = call(300, words=words, topic=TOPIC, description=description)
        assert sum(map(len, shown)) <= 4000
        assert len(calls) <= 100
        assert called == f"{len(calls) - 2}+"
        assert set(calls) <= {int(n) for n in re.findall(r"<@(\d+)>", "\n".join(shown))}
