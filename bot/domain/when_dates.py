"""R1: how people write dates. The rules of the grammar for them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bot.domain import when_words as words
from bot.domain.when_tokens import Tokens


@dataclass(frozen=True, slots=True)
class Ahead:
    """So many days from today."""

    days: int


@dataclass(frozen=True, slots=True)
class Numbered:
    """A day of the conference; -1 is its last."""

    number: int


@dataclass(frozen=True, slots=True)
class Weekday:
    """A day of the week: 0 is Monday."""

    number: int


@dataclass(frozen=True, slots=True)
class OnDate:
    """A date; without a year the conference's or the next. `rank` 1: less likely than as month and day."""

    month: int
    day: int
    year: int | None = None
    rank: int = 0


@dataclass(frozen=True, slots=True)
class OfMonth:
    """A day of the conference's months, or of this month or the next."""

    day: int


Day = Ahead | Numbered | Weekday | OnDate | OfMonth


def dates(t: Tokens, at: int) -> Iterator[tuple[Day, int]]:
    """Yield the dates that may stand here, each with the token after it."""
    if t.says(at, "the"):
        at += 1
    text, number, then = t.word(at), t.number(at), at + 1
    if text in words.AHEAD:
        yield Ahead(words.AHEAD[text]), then
    yield from _weekday(t, at)
    yield from _numbered(t, at)
    if text in words.MONTHS:
        yield from _after_month(t, words.MONTHS[text], then)
    if number is None:
        return
    yield from _calendar(t, at, number)
    if t.says(then, "號") or (t.says(then, "st", "nd", "rd", "th", "日") and not t.apart(then)):
        if 1 <= number <= 31:
            yield OfMonth(number), then + 1
        then += 1
    then += t.says(then, "of")
    if t.among(then, words.MONTHS):
        month, then = words.MONTHS[t.word(then)], then + 1
        then += t.says(then, ".")
        yield from _with_year(t, month, number, then)


def _weekday(t: Tokens, at: int) -> Iterator[tuple[Day, int]]:
    if t.says(at, "(") and t.among(at + 1, words.CHINESE_WEEKDAYS) and t.says(at + 2, ")"):
        yield Weekday(words.CHINESE_WEEKDAYS[t.word(at + 1)]), at + 3
    at += t.among(at, words.THIS)
    if t.among(at, words.WEEKDAYS):
        yield Weekday(words.WEEKDAYS[t.word(at)]), at + 1


def _numbered(t: Tokens, at: int) -> Iterator[tuple[Day, int]]:
    """Yield the day of 'day 2', 'D2', 'second day', '2nd day', '第二天', 'last day'."""
    number = t.number(at + 1)
    if t.says(at, "day", "d"):
        then = at + 1 + t.says(at + 1, "#")
        if (number := t.number(then)) is not None:
            yield Numbered(number), then + 1
    elif t.says(at, "第") and number is not None and t.says(at + 2, "天", "日"):
        yield Numbered(number), at + 3
    elif t.among(at, words.ORDINALS) and t.says(at + 1, "day"):
        yield Numbered(words.ORDINALS[t.word(at)]), at + 2
    elif (number := t.number(at)) is not None and t.says(at + 1, "st", "nd", "rd", "th"):
        if t.says(at + 2, "day"):
            yield Numbered(number), at + 3
    elif t.says(at, "last") and t.says(at + 1, "day"):
        yield Numbered(-1), at + 2
    elif t.says(at, "最後") and t.number(at + 1) == 1 and t.says(at + 2, "天"):
        yield Numbered(-1), at + 3


def _after_month(t: Tokens, month: int, at: int) -> Iterator[tuple[Day, int]]:
    at += t.says(at, ".")
    day = t.number(at)
    if day is None or not 1 <= day <= 31:
        return
    at += 1
    at += t.says(at, "st", "nd", "rd", "th")
    yield from _with_year(t, month, day, at)


def _with_year(t: Tokens, month: int, day: int, at: int) -> Iterator[tuple[Day, int]]:
    yield OnDate(month, day), at
    at += t.says(at, ",")
    year = t.digits(at, 4)
    if year is not None:
        yield OnDate(month, day, year), at + 1


def _calendar(t: Tokens, at: int, first: int) -> Iterator[tuple[Day, int]]:
    """Yield the date of '2021-10-03', '10/3', '3.10.', '10/3/2021', '20211003', '10月3日'."""
    if (whole := t.digits(at, 8)) is not None:
        yield OnDate(whole // 100 % 100, whole % 100, whole // 10000), at + 1
    month, day = t.number(at + 2), t.number(at + 4)
    if t.says(at + 1, "年") and t.says(at + 3, "月") and month and day:
        yield OnDate(month, day, first), at + 5 + t.says(at + 5, "日", "號")
    if t.says(at + 1, "月") and month is not None:
        yield OnDate(first, month), at + 3 + t.says(at + 3, "日", "號")
    mark, second, third = t.word(at + 1), t.digits(at + 2, 1, 2), t.number(at + 4)
    if mark not in {"-", "/", "."} or second is None:
        return
    if t.says(at + 3, mark) and third is not None:
        if t.digits(at, 4) is not None and t.digits(at + 4, 1, 2) is not None:
            yield OnDate(second, third, first), at + 5
        if t.digits(at, 1, 2) is not None and t.digits(at + 4, 4) is not None:
            yield OnDate(first, second, third), at + 5
            yield OnDate(second, first, third), at + 5
    if t.digits(at, 1, 2) is not None and not (t.says(at + 3, "/", "-") and third is not None):
        then = at + 3 + (t.says(at + 3, "日") or (mark == "." and t.says(at + 3, ".")))
        yield OnDate(first, second), then
        yield OnDate(second, first, rank=1), then
