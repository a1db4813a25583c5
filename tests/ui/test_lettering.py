"""Words in a picture: no line is longer than its room, and nothing is lost without '…'."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.names import clean_line
from bot.ui.lettering import cut, width, wrap

TOPICS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=80).map(
    lambda text: clean_line(text, 100)
)


@pytest.mark.parametrize(
    ("text", "real"),
    [  # by the font's own table of widths
        ("Sessions held", 6.33),
        ("How to contribute to open source", 15.67),
        ("WWW MMM @@@", 8.36),
        ("iiiiii lllll", 3.29),
        ("PyCon 台灣 2021", 7.68),
        ("資料科學與視覺化", 8.0),
        ("naïve café Ünïcödé", 8.82),
        ("Привет мир", 5.79),
        ("ALL CAPS TITLE HERE", 10.01),
        ("“quoted” — dash… ok", 11.37),
        ("Tiếng Việt", 4.61),
    ],
)
def test_widths_are_near_enough_and_never_too_small(text: str, real: float) -> None:
    assert real <= width(text, 1) <= 1.3 * real


@given(TOPICS, st.integers(200, 900), st.integers(1, 4))
def test_r16_every_line_fits_and_only_the_end_is_lost(text: str, room: int, most: int) -> None:
    lines = wrap(text, room, 40, most)
    assert 1 <= len(lines) <= most
    assert all(width(line, 40) <= room + 20 for line in lines)  # a stop may hang by half a sign
    whole, shown = "".join(text.split()), "".join("".join(lines).split())
    assert shown == whole or whole.startswith(shown.removesuffix("…"))
    assert shown == whole or shown.endswith("…")


def test_lines_break_between_words_and_between_chinese_characters() -> None:
    assert wrap("one two three", 40 * 4.5, 40, 3) == ["one two", "three"]
    assert wrap("資料科學與視覺化", 40 * 5, 40, 3) == ["資料科學與", "視覺化"]
    assert wrap("資料科學。與", 40 * 4, 40, 3) == ["資料科", "學。與"] or wrap(
        "資料科學。與", 40 * 4.6, 40, 3
    ) == [
        "資料科學。",
        "與",
    ]


def test_a_word_longer_than_a_line_is_broken() -> None:
    lines = wrap("x" * 40, 400, 40, 2)
    assert len(lines) == 2
    assert lines[1].endswith("…")


def test_an_emoji_is_never_cut_in_two() -> None:
    family = "👩‍👩‍👧"
    assert cut(family * 20, 300, 40).removesuffix("…").replace(family, "") == ""


def test_what_fits_is_as_it_was() -> None:
    assert cut("Git", 300, 40) == "Git"
    assert wrap("", 300, 40, 2) == [""]
