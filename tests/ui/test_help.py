"""The help: how it works here."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.domain.models import Highlight, Window
from bot.ui.help import help_text
from bot.ui.words import Words
from tests.ui.samples import BOTH, CHINESE, ENGLISH, NAME, NOON, at, both, programme

BOARD = "<#7>"


def test_it_says_windows_highlight_limit_board_and_how_to_begin_in_eight_lines() -> None:
    assert help_text(ENGLISH, programme("*PyCon*"), NOON, BOARD).splitlines() == [
        r"## Open Spaces at \*PyCon\*",
        "🕘 **Day 1**: <t:1767225600:f> to <t:1767255300:t>",
        "🕘 **Day 2**: <t:1767321000:f> to <t:1767343200:t>",
        "✨ No talks now: <t:1767335400:t> to <t:1767338400:t>",
        "🪑 Up to 10 side by side, 10 to 120 minutes each. Any topic is welcome.",
        "📋 **Look:** <#7> shows what is on and next, with a button for everything."
        " `/openspace list` shows it to you alone.",
        "🎤 **Host:** *Host one* or `/openspace host`, for now or a later time."
        " Times that you type are Taipei time.",
        "🙋 **Take part:** just walk into its voice channel."
        " Press *Join* or use `/openspace join` to be pinged when it opens.",
    ]


def test_what_is_over_is_left_out() -> None:
    second = help_text(ENGLISH, programme(), at(15.5, 2), BOARD)
    assert "Day 1" not in second
    assert "No talks now" not in second
    assert "Day 2" in second
    assert "🕘 Open Space 已經結束，下次見！" in help_text(CHINESE, programme(), at(17, 2), BOARD)


@pytest.mark.parametrize("words", BOTH, ids=both)
def test_its_buttons_are_called_what_they_say(words: Words) -> None:
    text = help_text(words, programme(), NOON, BOARD)
    assert words("button-host") in text
    assert words("button-join") in text


@pytest.mark.parametrize("named", [0, 1])
def test_of_many_days_the_next_are_named_with_the_next_highlight(named: int) -> None:
    highlights = (Highlight("Quiet", at(9), at(10)), Highlight("Lunch", at(13), at(14)))
    windows = tuple(
        Window(f"Day {day}", at(8, day), at(18, day), highlights[: 2 * named] if day == 1 else ())
        for day in range(1, 6)
    )
    lines = help_text(ENGLISH, replace(programme(), windows=windows), NOON, BOARD).splitlines()
    assert len(lines) == 8
    spans = [line.split(":")[0] for line in lines[1:4]]
    assert spans == (
        ["🕘 **Day 1**", "✨ Lunch", "🕘 **Day 2**"] if named else [f"🕘 **Day {n}**" for n in (1, 2, 3)]
    )


@pytest.mark.parametrize("words", BOTH, ids=both)
def test_r16_the_longest_help_fits(words: Words) -> None:
    highlights = tuple(Highlight(NAME, at(13 + n / 100), at(13 + (n + 1) / 100)) for n in range(100))
    windows = tuple(
        Window(NAME, at(8, day), at(18, day), highlights if day == 1 else ()) for day in range(1, 101)
    )
    text = help_text(words, replace(programme(NAME), windows=windows), NOON, "#" + 90 * "b")
    assert len(text) <= 2000
    assert len(text.splitlines()) == 8
