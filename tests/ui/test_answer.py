"""Refusals in words: why, and one click for each way on (R6, R16)."""

from __future__ import annotations

import string
from typing import Any

import pytest

from bot.domain.refusal import Refusal
from bot.ui.answer import refused, shown
from bot.ui.presses import FINAL
from bot.ui.words import Words
from tests.ui.catalogue import messages
from tests.ui.samples import BOTH, ENGLISH, HOST, NOON, TOPIC, at, both, ids, labels, session, slot

CODES = sorted(key.removeprefix("refusal-") for key in messages("en") if key.startswith("refusal-"))
LONGEST: dict[str, Any] = {
    "topic": TOPIC,
    "text": TOPIC,
    "window": TOPIC,
    "host": HOST,
    "example": "2026-01-01 10:00",
}
INSTANTS = {"start", "end", "until", "opens"}


def longest(key: str) -> dict[str, Any]:
    """The longest fields that the text of this key may be filled with."""
    names = [name for _, name, _, _ in string.Formatter().parse(messages("en")[key]) if name]
    return {n: NOON if n in INSTANTS else LONGEST.get(n, 2**63) for n in names}


@pytest.mark.parametrize("words", BOTH, ids=both)
@pytest.mark.parametrize("code", CODES)
async def test_r16_every_refusal_fits_with_the_longest_words(words: Words, code: str) -> None:
    offers = (slot(at(14.5, 2), 25, minutes=1440),) * 3
    choices = tuple(session(n, topic=TOPIC, host_name=HOST) for n in range(5))
    most, fields = 2**63 - 1, longest(f"refusal-{code}")
    refusal = Refusal(code, offers=offers, choices=choices, draft=most, session=most, **fields)
    reply = refused(words, refusal)
    assert reply.text
    assert len(reply.text) <= 2000
    assert "{" not in reply.text
    assert len(labels(reply.view)) == 9 - (code in FINAL)  # Discord takes 25
    assert max(map(len, labels(reply.view))) <= 80


async def test_a_refusal_names_why_and_offers_what_fits() -> None:
    refusal = Refusal("full", offers=(slot(at(13)),), limit=10, until=NOON, draft=9)
    reply = refused(ENGLISH, refusal)
    assert reply.text == "All desks are taken at that time.\nThese fit (Taipei time):"
    assert labels(reply.view) == ["Thu, Jan 1 13:00–14:00", "Change…"]


async def test_a_refusal_that_cannot_be_taken_up_offers_nothing() -> None:
    reply = refused(ENGLISH, Refusal("over", offers=(slot(at(13)),)))
    assert reply.text == "That is after the last Open Space of the conference."
    assert reply.view is None


async def test_which_session_lists_them_by_number() -> None:
    choices = (session(3, topic="*Git*", host_name="_ana_"), session(4, at(9, 2), topic="Git"))
    reply = refused(ENGLISH, Refusal("which-session", text="git", choices=choices), "leave")
    assert reply.text
    assert reply.text.splitlines() == [
        "“git” matches more than one session.",
        "Which one?",
        r"`1` **\*Git\*** · \_ana\_ · <t:1767240000:f>",
        "`2` **Git** · ana · <t:1767315600:f>",
    ]
    assert ids(reply.view) == ["openspace:leave:3", "openspace:leave:4"]


def test_r1_r16_fields_are_made_fit_for_a_message() -> None:
    assert shown({"until": NOON, "topic": "*x* @everyone", "limit": 10}, ENGLISH) == {
        "until": "<t:1767240000:f>",
        "untilahead": "<t:1767240000:R>",
        "untilclock": "<t:1767240000:t>",
        "topic": "\\*x\\* @\u200beveryone",
        "limit": 10,
    }


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("text", "<t:1767240000>", "<t:1767240000>"),  # what the menus of times send
        ("text", "<t:1767240000> @here", "\\<t:1767240000> @\u200bhere"),
        ("text", "<@7>", "\\<@\u200b7>"),
        ("topic", "<t:1767240000>", "\\<t:1767240000>"),
    ],
)
def test_only_a_bare_instant_where_a_time_was_typed_is_drawn(name: str, value: str, expected: str) -> None:
    assert shown({name: value}, ENGLISH) == {name: expected}


def test_a_host_who_is_forgotten_has_a_word_in_a_refusal() -> None:
    refusal = Refusal("not-yours", topic="Git", host="")
    for words in BOTH:
        assert words("person-forgotten") in (refused(words, refusal).text or "")
