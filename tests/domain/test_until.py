"""R1: until when something holds, as organizers type it."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.refusal import Refusal
from bot.domain.until import read_until
from tests.service.support import at, programme

NOW = at("12:00")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("2 hours", at("14:00")),
        ("in 2 hours", at("14:00")),
        ("30 min", at("12:30")),
        ("兩小時", at("14:00")),
        ("兩小時後", at("14:00")),
        ("18:00", at("18:00")),
        ("tomorrow 10:00", at("10:00", 3)),
        ("明天 10:00", at("10:00", 3)),
        ("day 2", at("10:30", 3)),  # when its Open Spaces begin
        ("第二天", at("10:30", 3)),
        ("tomorrow", at("10:30", 3)),
        ("10/9 12:00", at("12:00", 9)),
        ("1 day", at("12:00", 3)),
        ("for 3 days", at("12:00", 5)),
        ("三天後", at("12:00", 5)),
        ("a week", at("12:00", 9)),
        ("1 週", at("12:00", 9)),
    ],
)
def test_r1_until_when(typed: str, meant: datetime) -> None:
    assert read_until(typed, NOW, programme()) == meant


@pytest.mark.parametrize(
    "typed", ["now", "yesterday", "11:59 today", "0 days", "999 days", "soon", "-1 day", "forever", "x" * 200]
)
def test_r1_what_is_no_time_to_come_is_refused_with_an_example(typed: str) -> None:
    with pytest.raises(Refusal) as caught:
        read_until(typed, NOW, programme())
    refusal = caught.value
    assert refusal.code.startswith("when-")
    assert refusal.fields["text"]
    assert read_until(str(refusal.fields["example"]), NOW, programme()) >= NOW


@given(st.text(max_size=30))
def test_r1_nothing_else_is_raised(typed: str) -> None:
    with suppress(Refusal):
        assert read_until(typed, NOW, programme()) > NOW
