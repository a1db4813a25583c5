"""R1: how people write how long. The rules of the grammar for it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from bot.domain import when_words as words
from bot.domain.when_tokens import Tokens

_MINUTES_IN_QUARTER = 15


def durations(t: Tokens, at: int) -> Iterator[tuple[timedelta, int, bool]]:
    """Yield the durations that may stand here, and whether they are one also without 後: 10分鐘, not 10分."""
    for hours, then in _hours(t, at):
        yield timedelta(minutes=round(hours * 60)), then, True
        more = then + t.says(then, "and")
        minutes = t.number(more)
        if minutes is not None and hours == int(hours):
            whole = timedelta(hours=int(hours), minutes=minutes)
            if t.among(more + 1, words.MINUTES) or t.says(more + 1, "分"):
                yield whole, more + 2, True
            elif t.says(more - 1, "h") and minutes < 60 and not t.apart(more):
                yield whole, more + 1, True
    minutes = t.number(at)
    if minutes is not None:
        if t.among(at + 1, words.MINUTES):
            yield timedelta(minutes=minutes), at + 2, True
        elif t.says(at + 1, "分"):
            yield timedelta(minutes=minutes), at + 2, False
        elif t.says(at + 1, "刻") and t.says(at + 2, "鐘") and minutes < 4:
            yield timedelta(minutes=minutes * _MINUTES_IN_QUARTER), at + 3, True
    yield from ((length, then, True) for length, then in _quarters(t, at))


def _quarters(t: Tokens, at: int) -> Iterator[tuple[timedelta, int]]:
    """Yield the duration of 'a quarter of an hour', 'three quarters of an hour', 'quarter hour'."""
    number = t.number(at)
    many = number in {1, 3} and t.says(at + 1, "quarters")
    start = at + 1 if many or t.says(at, "a") else at
    if not t.says(start, "quarter", "quarters"):
        return
    then = start + 1
    if t.says(then, "of") and t.says(then + 1, "an"):
        then += 2
    if t.says(then, "hour"):
        yield timedelta(minutes=_MINUTES_IN_QUARTER * (number if many and number else 1)), then + 1


def _hours(t: Tokens, at: int) -> Iterator[tuple[float, int]]:
    """Yield the hours of '2 hours', '1.5小時', '1 1/2 hours', 'an hour and a half', '一個半小時'."""
    if t.says(at, "half-hour"):
        yield 0.5, at + 1
    start = at + t.says(at, "a")
    if t.says(start, "half") and t.among(then := start + 1 + t.says(start + 1, "a", "an"), words.HOURS):
        yield 0.5, then + 1
    if t.says(at, "半") and t.among(then := at + 1 + t.says(at + 1, "個"), words.HOURS):
        yield 0.5, then + 1
    for number, after in _amounts(t, at):
        unit = after + t.says(after, "個")
        if t.says(after, "個") and t.says(unit, "半") and t.among(unit + 1, words.HOURS):
            yield number + 0.5, unit + 2
        if t.among(unit, words.HOURS):
            then = unit + 1
            yield number, then
            if t.says(then, "半"):
                yield number + 0.5, then + 1
            if t.says(then, "and") and t.says(then + 1, "a") and t.says(then + 2, "half"):
                yield number + 0.5, then + 3


def _amounts(t: Tokens, at: int) -> Iterator[tuple[float, int]]:
    number = t.number(at)
    if t.says(at, "a", "an"):
        yield 1, at + 1
    if number is None:
        return
    yield number, at + 1
    if t.says(at + 1, "."):
        parts = t.word(at + 2)
        if parts.isdecimal() and not t.apart(at + 2) and len(parts) <= 3:
            yield float(f"{number}.{parts}"), at + 3
    if t.says(at + 1, "and") and t.says(at + 2, "a") and t.says(at + 3, "half"):
        yield number + 0.5, at + 4
    for whole, then in ((0, at), (number, at + 1)):
        top, bottom = t.number(then), t.number(then + 2)
        if t.says(then + 1, "/", "⁄") and top and bottom in {2, 4} and top < bottom:
            yield whole + top / bottom, then + 3
