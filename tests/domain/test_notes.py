"""Links to notes: what a template may be, and that a session's link never changes."""

from __future__ import annotations

import re
from dataclasses import replace
from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.models import Session, State
from bot.domain.notes import SLUG_LENGTH, SLUG_OCTETS, fault_of, notes_link, own_words, slug
from tests.domain.times import TAIPEI, utc

HACKMD = "https://hackmd.io/@pycon/{id}-{topic}"
WITH = replace(TAIPEI, notes_link=HACKMD)
SESSION = Session(
    12,
    1,
    7,
    "ana",
    "Git & you",
    "",
    utc("2021-10-02T10:00"),
    utc("2021-10-02T11:00"),
    State.BOOKED,
    notes_topic="Git & you",
    notes_day="2021-10-02",
)


@pytest.mark.parametrize(
    ("template", "fault"),
    [
        (HACKMD, ""),
        ("https://md.example.org/{day}-{id}", ""),
        ("https://pad.example.org:8443/p/{id}?lang=zh-TW#top", ""),
        ("https://example.org/%E7%AD%86%E8%A8%98", ""),
        ("http://hackmd.io/{id}", "address"),
        ("javascript:alert(1)", "sign"),
        ("javascript:{id}", "address"),
        ("https:///{id}", "address"),
        ("https://{topic}.example.org/", "address"),
        ("https://example.org{topic}/", "address"),
        ("https://localhost/{id}", "address"),
        ("hackmd.io/{id}", "address"),
        ("https://hackmd.io/{host}", "field"),
        ("https://hackmd.io/{id.__class__}", "field"),
        ("https://hackmd.io/{}", "field"),
        ("https://hackmd.io/{id", "field"),
        ("https://hackmd.io/{{id}}", "field"),
        ("https://hackmd.io/a b", "sign"),
        ("https://hackmd.io/a)b", "sign"),
        ("https://hackmd.io/<x>", "sign"),
        ("https://hackmd.io/\n{id}", "sign"),
        ("https://hackmd.io/筆記-{id}", "sign"),
        ("https://" + "a" * 200 + ".org", "long"),
    ],
)
def test_what_a_template_may_be(template: str, fault: str) -> None:
    assert fault_of(template) == fault


@pytest.mark.parametrize(
    ("topic", "shown"),
    [
        ("Git & you", "git-you"),
        ("  C++ / Rust?! ", "c-rust"),
        ("資料科學 101", "資料科學-101"),
        ("Ｐｙｔｈｏｎ　入門", "python-入門"),
        ("हिन्दी", "हिन्दी"),
        ("🎉🎉", "open-space"),
        ("../../etc", "etc"),
        ("a" * 100, "a" * SLUG_LENGTH),
        ("桌" * 100, "桌" * 10),
    ],
)
def test_a_topic_in_a_link(topic: str, shown: str) -> None:
    assert unquote(slug(topic)) == shown


@given(st.text(max_size=100))
def test_r16_whatever_the_topic_the_link_is_one_plain_address(topic: str) -> None:
    link = notes_link(WITH, replace(SESSION, notes_topic=topic or "x"))
    assert re.fullmatch(r"https://hackmd\.io/@pycon/12-[\w.%-]+", link, re.ASCII)
    assert urlsplit(link).netloc == "hackmd.io"
    assert len(unquote(slug(topic))) <= SLUG_LENGTH
    assert len(slug(topic)) <= SLUG_OCTETS


def test_a_link_stays_whatever_becomes_of_the_session() -> None:
    link = notes_link(WITH, SESSION)
    assert link == "https://hackmd.io/@pycon/12-git-you"
    moved = replace(SESSION, topic="Rust", start=utc("2021-10-03T11:00"), state=State.ENDED)
    assert notes_link(WITH, moved) == link
    daily = replace(TAIPEI, notes_link="https://md.example.org/{day}/{id}")
    assert notes_link(daily, moved) == "https://md.example.org/2021-10-02/12"


def test_a_session_of_an_older_version_has_the_day_that_it_is_on() -> None:
    daily = replace(TAIPEI, notes_link="https://md.example.org/{day}/{id}")
    assert notes_link(daily, replace(SESSION, notes_day="")) == "https://md.example.org/2021-10-02/12"


def test_without_a_template_there_is_no_link() -> None:
    assert not notes_link(TAIPEI, SESSION)


def test_r16_hidden_words_hide_the_link_that_shows_them_and_no_other() -> None:
    hidden = replace(SESSION, notes_topic="")
    assert not notes_link(WITH, hidden)
    assert notes_link(replace(WITH, notes_link="https://md.example.org/{id}"), hidden)


def test_r16_what_only_the_link_shows_is_named() -> None:
    assert own_words(SESSION) == ()
    assert own_words(replace(SESSION, topic="Rust")) == ("git-you",)
