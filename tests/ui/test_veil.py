"""R16: words that Discord refuses are hidden, and no others."""

from __future__ import annotations

import hashlib
from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.service.people import Person, Showing
from bot.ui.veil import Veil, digest, words_of
from bot.ui.words import Words
from tests.ui.samples import BOTH, both, session

HELD = Showing(
    session(
        1, topic="Topic", host_name="Ana", description="About", why="Rain", takeaway="Line", notes_topic="Old"
    ),
    guests=(Person(8, "Bob"), Person(9, "Cyd")),
    cohosts=(Person(10, "Dan"),),
)
TEXTS = ("Topic", "Ana", "About", "Rain", "Line", "old", "Bob", "Cyd", "Dan")


def test_every_word_of_strangers_is_known() -> None:
    assert tuple(words_of(HELD)) == TEXTS
    assert list(words_of(Showing(session(1, topic="T", host_name="A")))) == ["T", "A"]
    texts = {field.name for field in fields(HELD.session) if field.type == "str"}
    own = {"host_name", "topic", "description", "why", "takeaway"}
    assert texts == own | {"notes_topic", "notes_day"}  # a new one needs its place here


def test_a_digest_is_short_the_same_for_ever_and_another_for_a_name() -> None:
    assert digest("Topic") == "words:" + hashlib.sha256(b"Topic").hexdigest()[:16]  # as it is stored
    assert digest("Topic") != digest("topic")
    assert digest("Topic") != digest("Topic", "channel")
    assert len(digest("x" * 10_000)) == 22


@pytest.mark.parametrize("words", BOTH, ids=both)
@given(hidden=st.frozensets(st.sampled_from(TEXTS)))
def test_r16_just_the_hidden_words_are_left_out(words: Words, hidden: frozenset[str]) -> None:
    veil = Veil.of(words, frozenset(map(digest, hidden)))
    shown = veil.showing(HELD)
    kept = set(words_of(shown)) - {words("hidden-topic"), words("hidden-name")}
    assert kept == set(TEXTS) - hidden
    assert [person.id for person in (*shown.guests, *shown.cohosts)] == [8, 9, 10]
    same = replace(shown.session, **{name: getattr(HELD.session, name) for name in ("topic", "host_name")})
    assert replace(same, description="About", why="Rain", takeaway="Line", notes_topic="Old") == HELD.session
    assert veil.session(HELD.session) == shown.session
    if "Topic" in hidden:
        assert shown.session.topic == words("hidden-topic")
    if "Bob" in hidden:
        assert shown.guests[0].name == words("hidden-name")


def test_r16_a_link_to_notes_is_hidden_with_the_topic_that_it_shows() -> None:
    shown = Veil(frozenset({digest("Topic")}), "-", "-").session(replace(HELD.session, notes_topic="Topic"))
    assert (shown.topic, shown.notes_topic) == ("-", "")
    assert Veil(frozenset({digest("Topic")}), "-", "-").session(HELD.session).notes_topic == "Old"


def test_where_nothing_is_hidden_all_is_as_it_was() -> None:
    assert Veil(frozenset(), "-", "-").showing(HELD) is HELD


def test_an_empty_text_stays_empty() -> None:
    veil = Veil(frozenset({digest("")}), "topic", "name")
    assert veil.session(session(1, description="")).description == ""
