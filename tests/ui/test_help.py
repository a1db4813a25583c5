"""The help: how it works here."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.domain.models import Highlight, Window
from bot.ui.help import help_text
from bot.ui.words import Words
from tests.ui.samples import BOTH, CHINESE, ENGLISH, NAME, NOON, at, both, programme


def test_it_says_windows_highlight_limit_and_the_commands_in_eight_lines() -> None:
    assert help_text(ENGLISH, programme("*PyCon*"), NOON).splitlines() == [
        r"## Open Spaces at \*PyCon\*",
        "🕘 **Day 1**: <t:1767225600:f> to <t:1767255300:t>",
        "🕘 **Day 2**: <t:1767321000:f> to <t:1767343200:t>",
        "✨ No talks now: <t:1767335400:t> to <t:1767338400:t>",
        "🪑 Up to 10 side by side, 10 to 120 minutes each. Any topic is welcome.",
        "🎤 `/openspace host` – start one now or book a time",
        "📋 `/openspace list` – what is on, what comes",
        "🙋 `/openspace join` – be told when it opens. Or just show up in its voice channel.",
    ]


def test_what_is_over_is_left_out() -> None:
    second = help_text(ENGLISH, programme(), at(15.5, 2))
    assert "Day 1" not in second
    assert "No talks now" not in second
    assert "Day 2" in second
    assert "🕘 Open Space 已經結束，下次見！" in help_text(CHINESE, programme(), at(17, 2))


@pytest.mark.parametrize("words", BOTH, ids=both)
def test_r16_the_longest_help_fits(words: Words) -> None:
    highlights = tuple(Highlight(NAME, at(13 + n / 100), at(13 + (n + 1) / 100)) for n in range(100))
    windows = tuple(
        Window(NAME, at(8, day), at(18, day), highlights if day == 1 else ()) for day in range(1, 101)
    )
    text = help_text(words, replace(programme(NAME), windows=windows), NOON)
    assert len(text) <= 2000
    assert text.count("\n") < 12
