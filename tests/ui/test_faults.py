"""Whatever is wrong with settings is said in both languages: which one, what is wrong, what is allowed."""

from __future__ import annotations

import re

import pytest

from bot.config import Fault
from bot.config_kinds import What, kind_of
from bot.service.settings import every_setting
from bot.ui.faults import allowed_text, fault_line, fault_lines, setting_about, setting_name
from bot.ui.settings import number_of
from bot.ui.words import Words
from tests.test_config import BAD, faults
from tests.ui.samples import BOTH, CHINESE, ENGLISH, both


@pytest.mark.parametrize("words", BOTH, ids=both)
def test_everything_that_a_file_can_have_wrong_is_said(words: Words) -> None:
    for path, value, _ in BAD:
        for fault in faults(**{path: value}):
            line = fault_line(words, fault)
            assert 5 < len(line) < 400
            assert not re.search(r"\{(?!id|topic|day|host)", line), (fault, line)  # as notes' links have


def test_r16_what_was_typed_breaks_nothing() -> None:
    [fault] = faults(**{"conference.language": "**@everyone** `x`"})
    assert "\\*\\*@\u200beveryone\\*\\* \\`x\\`" in fault_line(ENGLISH, fault)


def test_a_window_is_named_not_its_number() -> None:
    [fault] = faults(**{"conference.windows.0.closes": "2021-10-03T10:31"})
    assert fault_line(ENGLISH, fault) == (
        "**Day 2** would overlap **Day 1**, <t:1633136100:f> – <t:1633228260:f>. "
        "One may begin when the other ends."
    )
    [fault] = faults(**{"conference.windows.0.closes": "2021-10-02T08:00"})
    expected = "**Day 1** 的結束時間 10月2日 週六 08:00 沒有晚於開始時間 10月2日 週六 08:55。"
    assert fault_line(CHINESE, fault) == expected


def test_only_so_many_are_said() -> None:
    many = [Fault("sessions.min_minutes", "", code="too-small", fields={"value": n}) for n in range(9)]
    lines = fault_lines(ENGLISH, many).splitlines()
    assert len(lines) == 6
    assert lines[-1] == "… and 4 more"


@pytest.mark.parametrize("words", BOTH, ids=both)
def test_every_setting_can_be_shown_and_asked_for(words: Words) -> None:
    names = [setting_name(words, key) for key in every_setting()]
    assert len(set(names)) == len(names)
    assert len({number_of(key) for key in every_setting()}) == len(names)
    for key, field in every_setting().items():
        assert 1 <= len(setting_name(words, key)) <= 45
        assert 5 <= len(setting_about(words, key)) <= 200
        assert allowed_text(words, kind_of(field))
        assert kind_of(field).what in What
