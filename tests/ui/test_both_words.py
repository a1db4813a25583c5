"""English and Chinese at once, for what everyone in a server sees: short beside, long below each other."""

from __future__ import annotations

import string
from datetime import date
from zoneinfo import ZoneInfo

import pytest
from babel.messages.pofile import read_po

from bot.config import Server
from bot.paths import data_folder
from bot.ui.words import words_for
from tests.ui.catalogue import catalogue, forms, key, messages
from tests.ui.samples import ENGLISH, NOON, slot

WORDS = words_for("both")
with (data_folder() / "locale" / "both" / "LC_MESSAGES" / "openspace.po").open("rb") as _source:
    OWN = [message for message in read_po(_source) if message.id]


PLURAL = {key(message) for message in catalogue("en") if message.id and not isinstance(message.id, str)}


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_what_is_one_text_for_both_replaces_a_text_with_the_same_fields() -> None:
    for message in OWN:
        assert key(message) in messages("en"), key(message)
        for form in forms(message):
            assert fields(form) == fields(messages("en")[key(message)]), key(message)
            assert form.strip() == form or key(message) == "changed-was"
            assert form != messages("en")[key(message)] or form != messages("zh-TW")[key(message)]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("button-join", "Join · 參加"),
        ("board-on", "### 🟢 On now · 正在進行"),
        ("board-desk", "`{desk}` **{topic}**"),
        ("permission-connect", "Connect · 連線"),
        ("board-full", "🪑 **Every desk is booked until the end**\n**到結束前桌位都已訂滿**"),
    ],
)
def test_short_words_stand_side_by_side_and_sentences_below_each_other(name: str, text: str) -> None:
    assert WORDS(name) == text


def test_a_text_of_two_lines_is_put_together_line_by_line() -> None:
    heading, english, chinese = WORDS("board-on-none").splitlines()
    assert heading.startswith("### ")
    assert " · " in heading
    assert english in messages("en")["board-on-none"]
    assert chinese in messages("zh-TW")["board-on-none"]


def test_small_print_is_small_in_both_languages() -> None:
    assert [line[:3] for line in WORDS("card-host").splitlines()] == ["-# ", "-# "]


def test_numbers_take_the_form_of_each_language() -> None:
    assert WORDS.count("button-longer", 1) == "+1 minute · +1 分鐘"
    assert WORDS.count("button-longer", 15) == "+15 minutes · +15 分鐘"
    assert WORDS.count("entry-people", 3) == "🙋 3"


def test_times_are_read_by_both() -> None:
    assert WORDS.day(date(2026, 1, 2)) == "Fri(五) Jan 2"
    assert WORDS.span(slot(NOON)) == "Thu(四) Jan 1 12:00–13:00"
    assert WORDS.city(ZoneInfo("Asia/Taipei")) == "Taipei 台北"
    assert WORDS.clock_of(ZoneInfo("Asia/Taipei")) == "Taipei 台北 time/時間"
    assert WORDS.city(ZoneInfo("UTC")) == ENGLISH.city(ZoneInfo("UTC"))


def test_a_missing_key_is_an_error_here_too() -> None:
    for ask in (WORDS, lambda name: WORDS.count(name, 2)):
        with pytest.raises(KeyError):
            ask("no-such-key")


def test_the_file_takes_it_and_an_answer_never_is_in_both() -> None:
    window = {"name": "a", "opens": "2026-01-01T08:00:00", "closes": "2026-01-01T16:15:00"}
    conference = {"name": "b", "timezone": "UTC", "language": "both", "windows": [window]}
    assert words_for(Server.model_validate({"conference": conference}).language) is WORDS
    assert words_for("fr").language == "en"


BOARD_AND_CARD = [
    "host",
    "ideas",
    "ideas-count",
    "mine",
    "full",
    "join",
    "leave",
    "extend",
    "edit",
    "end",
    "session",
    "cancel",
    "longer",
]


@pytest.mark.parametrize("name", [f"button-{each}" for each in BOARD_AND_CARD])
def test_a_button_in_both_languages_fits(name: str) -> None:
    assert len(WORDS.count(name, 9) if name in PLURAL else WORDS(name)) <= 80


def test_peoples_own_words_are_said_once() -> None:
    """What somebody reported, or why organizers did something, is in no language of ours."""
    public = ("case-report", "case-said", "board-paused-why", "board-announcement", "announcement")
    for name in public:
        given = {field: f"({field})" for field in fields(messages("en")[name])}
        said = next(field for field in ("said", "reason", "words") if field in given)
        assert WORDS(name, **given).count(f"({said})") == 1, name
    for name in ("out-why", "case-present", "case-visited", "report-help", "card-conduct"):
        assert WORDS(name).count(":") == 1  # what follows stands behind one colon
        assert "：" not in WORDS(name)
    for deed in ("ended", "cancelled", "blocked", "dismissed", "answered", "reopened"):
        assert "\n" not in WORDS(f"case-act-{deed}", who="x", when="y")  # why stands behind it
