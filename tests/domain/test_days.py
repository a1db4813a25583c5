"""Which day a person means, in both languages, and that anything else is refused."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.days import read_day
from bot.domain.models import Limits, Window
from bot.domain.programme import Programme
from bot.domain.refusal import Refusal
from tests.service.support import TAIPEI

FIRST = datetime(2021, 10, 2, 10, tzinfo=TAIPEI)
HOUR = timedelta(hours=1)


def programme(days: int) -> Programme:
    openings = [FIRST + timedelta(days=n) for n in range(days)]
    return Programme("P", TAIPEI, tuple(Window(str(o), o, o + HOUR) for o in openings), Limits())


TWELVE = programme(12)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1", 1),
        ("2", 2),
        (" 2\n", 2),
        ("02", 2),
        ("12", 12),
        ("day 2", 2),
        ("Day2", 2),
        ("DAY  12", 12),
        ("２", 2),
        ("ｄａｙ　２", 2),
        ("第1天", 1),
        ("第 2 天", 2),
        ("第１２天", 12),
        ("第一天", 1),
        ("第二天", 2),
        ("第十天", 10),
        ("٢", 2),
        ("2021-10-02", 1),
        (" 2021-10-13 ", 12),
        ("２０２１-１０-０３", 2),
        ("day two", 2),
        ("second day", 2),
        ("today", 1),
        ("tomorrow", 2),
        ("明天", 2),
        ("後天", 3),
        ("10/2", 1),
        ("Oct 3", 2),
        ("3 October", 2),
        ("10月3日", 2),
        ("10月3號（日）", 2),
        ("Sunday", 2),
        ("週日", 2),
        ("the 9th", 8),
        ("last day", 12),
        ("Day 2 · Sun, Oct 3", 2),
        ("第 2 天 · 10月3日 週日", 2),
    ],
)
def test_c10_r1_a_day_by_number_words_or_date(text: str, number: int) -> None:
    assert read_day(text, FIRST, TWELVE) == FIRST.date() + timedelta(days=number - 1)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "0",
        "-1",
        "13",
        "99",
        "100",
        "1.5",
        "day",
        "第零天",
        "第天",
        "第十三天",
        "二",
        "第2",
        "2天",
        "2021-10-01",
        "2021-10-14",
        "2021-02-30",
        "day 2 10:30",
        "2\n3",
        "Day 2 · Sat, Oct 2",
        "yesterday",
        "tonight",
        "tomorrow 10:30",
        "day 2 or 3",
    ],
)
def test_r1_anything_else_is_refused_with_the_number_of_days(text: str) -> None:
    with pytest.raises(Refusal) as caught:
        read_day(text, FIRST, TWELVE)
    assert caught.value.code == "no-day"
    assert caught.value.fields == {"text": " ".join(text.split()), "days": 12}


def test_r1_the_last_day_is_the_last() -> None:
    assert read_day("2", FIRST, programme(2)) == date(2021, 10, 3)
    for text in ("3", "第三天", "2021-10-04"):
        with pytest.raises(Refusal):
            read_day(text, FIRST, programme(2))


def test_r16_what_the_refusal_repeats_is_short_and_clean() -> None:
    with pytest.raises(Refusal) as caught:
        read_day("\u202e\0" + "x" * 4000, FIRST, TWELVE)
    assert caught.value.fields["text"] == "x" * 59 + "…"


@given(st.text() | st.from_regex(r"\s*(day|第)?\s*\w{1,3}\s*天?"))
def test_r1_no_text_raises_anything_but_a_refusal(text: str) -> None:
    try:
        day = read_day(text, FIRST, TWELVE)
    except Refusal:
        return
    assert day in TWELVE.days()


def test_c10_a_weekday_that_has_passed_is_better_than_none() -> None:
    sunday_night = FIRST + timedelta(days=1, hours=9)
    assert read_day("Saturday", sunday_night, programme(2)) == date(2021, 10, 2)
    assert read_day("Saturday", sunday_night, TWELVE) == date(2021, 10, 9)
    assert read_day("yesterday", sunday_night, TWELVE) == date(2021, 10, 2)
