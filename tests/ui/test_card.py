"""The desk's card: what it says at each time of a session's life, and that it always fits."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.models import State
from bot.domain.records import Kind
from bot.service import Person, Showing
from bot.ui import card
from bot.ui.words import Words, clock, moment
from tests.ui.samples import (
    CHANNELS,
    DESCRIPTION,
    ENGLISH,
    HOST,
    NOON,
    PUBLIC,
    TOPIC,
    at,
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
        "🎤 Host: <@7> · with eve",
        f"🕘 {clock(NOON)} to **{clock(at(13))}**",
        r"🙋 2 of 2 seats · 1 waiting · bo, cy, \_dee\_",
        f"🔊 Walk in: <#{CHANNELS[Kind.VOICE]}>. No need to join first, just say hi.",
    ]
    view = card.layout(ENGLISH, showing, programme(), NOON)
    actions = ["join", "leave", "extend", "edit", "end", "session"]
    assert ids(view) == [f"openspace:{action}:5" for action in actions]


def test_before_the_start_the_host_may_edit_and_cancel() -> None:
    view = card.layout(ENGLISH, Showing(replace(OPEN, state=State.BOOKED)), programme(), at(11.95))
    assert ids(view) == [f"openspace:{action}:5" for action in ("join", "leave", "edit", "cancel", "session")]
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
def test_a_closed_session_says_what_it_was_and_has_no_other_buttons(state: State, said: str) -> None:
    closed = None if state is State.OPEN else at(12.5)
    showing = Showing(replace(OPEN, state=state, closed=closed, why="*Off* topic"), (BO,), (), dict(CHANNELS))
    text = read(showing, now=at(13))
    assert said in text
    assert "## Git" in text
    assert r"-# \*Off\* topic" in text
    assert f"{moment(NOON)}–{clock(closed or at(13))}" in text
    assert "<#" not in text
    takeaway = ["openspace:takeaway:5"] if state is State.ENDED else []
    assert ids(card.layout(ENGLISH, showing, programme(), at(13))) == ["openspace:host", *takeaway]
    last = replace(showing.session, start=at(16, 2), end=at(16 + 2 / 3, 2), closed=None)
    assert (
        ids(card.layout(ENGLISH, Showing(last), programme(), at(17, 2))) == takeaway
    )  # nothing was left to host


def test_only_start_and_end_change_a_card_as_time_passes() -> None:
    showing = Showing(OPEN, (BO,), (), dict(CHANNELS))
    seen = [read(showing, now=at(hour)) for hour in (12, 12.5, 12.99, 13, 14, 24, 40)]
    assert len(set(seen[:3])) == 1
    assert len(set(seen[3:])) == 1


@given(
    topic=st.sampled_from([TOPIC, "👩‍🚀" * 33]),
    description=st.sampled_from(["", DESCRIPTION, "👩‍🚀\n" * 250]),
    state=st.sampled_from(State),
    people=st.sampled_from([0, 1, 500]),
    seats=st.sampled_from([None, 1, 10**6]),
    words=st.sampled_from(PUBLIC),
    now=st.sampled_from([at(11), NOON, at(14)]),
)
def test_r16_in_the_longest_words_a_card_fits(
    people: int, words: Words, now: datetime, **fields: Any
) -> None:
    longest: dict[str, Any] = {"why": "~" * 300, "takeaway": "|" * 300, "notes_topic": "桌" * 100}
    session = replace(OPEN, id=2**63 - 1, host_id=2**63 - 1, **longest, **fields)
    crowd = tuple(Person(n, HOST) for n in range(people))
    view = card.layout(words, Showing(session, crowd, crowd, dict(CHANNELS)), LINKED, now)
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
