"""R1: how people write clock times and zones. The rules of the grammar for them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, timedelta, timezone, tzinfo
from enum import Enum

from bot.domain import when_words as words
from bot.domain.refusal import Refusal
from bot.domain.when_dates import OnDate, dates
from bot.domain.when_tokens import Tokens

_FARTHEST_OFFSET = timedelta(hours=14)
_MINUTES_IN_QUARTER = 15


class Sure(Enum):
    """How sure the hour of a clock time is, without a part of the day."""

    FIXED = "14:30, 08:30: this hour"
    LITERAL = "2:30: this hour, or the afternoon's where only that can be"
    EITHER = "2點, at 2: either"


@dataclass(frozen=True, slots=True)
class Clock:
    """A clock time as it was said."""

    hour: int
    minute: int = 0
    second: int = 0
    sure: Sure = Sure.FIXED
    bare: bool = False
    """Whether only the hour's number was said, which the end of a range may do."""


def clocks(t: Tokens, at: int) -> Iterator[tuple[Clock, int]]:
    """Yield the clock times that may stand here, each with the token after it."""
    yield from _words_for_clock(t, at)
    marked = at > 0 and (t.among(at - 1, words.AT | words.ABOUT) or day_part(t, at - 1))
    number = t.number(at)
    if number is None or number > 2359:
        return
    yield from _written(t, at)
    yield from _chinese_clock(t, at)
    if number > 23:
        return
    clock = Clock(number, sure=Sure.FIXED if number == 0 or number > 12 else Sure.EITHER, bare=True)
    if t.says(at + 1, "o'clock"):
        yield replace(clock, bare=False), at + 2
    elif marked or (t.among(at + 1, words.PARTS) and t.word(at + 1).isascii()):
        yield clock, at + 1
    minute = t.number(at + 1)
    if t[at].spelled and number < 20 and minute and 10 <= minute <= 59 and t[at + 1].spelled:
        yield replace(clock, minute=minute, bare=False), at + 2


def possible(clock: Clock, parts: tuple[words.Part, ...]) -> list[tuple[int, int]]:
    """Return the hours that a clock time can mean, with their ranks; raises `Refusal` for none.

    From 24 on they are the next date's.
    """
    hour, other = clock.hour, (clock.hour + 12) % 24
    if not parts:
        rank = {Sure.FIXED: None, Sure.LITERAL: 1, Sure.EITHER: 0}[clock.sure]
        return [(0, hour)] if rank is None else [(0, hour), (rank, other)]
    around = [hour] if hour > 12 else [hour, other]
    around += [hour + 24] if hour < 5 else []
    fit = [(0, h) for h in around if all(part.holds(h) for part in parts)]
    if not fit or (any(part.half for part in parts) and not 1 <= hour <= 12):
        raise Refusal("when-unclear")
    return fit[:1]


def before(clock: Clock, end: Clock, parts: tuple[words.Part, ...]) -> int:
    """Return the hour of a start that was said without a part of the day: 2-3pm, 11-1pm.

    Of two possible ones it is the one that is sooner followed by the end, whose `parts` were said.
    """
    last = possible(end, parts)[0][1] * 60 + end.minute
    return min(
        (hour for _, hour in possible(clock, ())), key=lambda h: (last - h * 60 - clock.minute - 1) % 1440
    )


def day_part(t: Tokens, at: int) -> bool:
    """Whether a part of the day stands here that makes a bare number an hour: not am or pm."""
    text = t.word(at)
    return text in words.DAY_PARTS or (text in words.PARTS and not words.PARTS[text].half)


def _written(t: Tokens, at: int) -> Iterator[tuple[Clock, int]]:
    """Yield the clock time of '14:30', '14.30', '14h30', '1430', '230pm'."""
    hour, minute = t.digits(at, 1, 2), t.digits(at + 2, 2)
    sure = Sure.FIXED if t.word(at).startswith("0") or (hour or 0) > 12 else Sure.LITERAL
    second = t.digits(at + 4, 2) if t.says(at + 3, ":") else None
    if hour is not None and minute is not None and hour < 24 and minute < 60:
        if t.says(at + 1, ":") and not (t.says(at + 3, ":") and (second is None or second > 59)):
            then = at + 3 if second is None else at + 5
            yield Clock(hour, minute, second or 0, sure), then + t.says(then, "h", "hr", "hrs", "hours")
        if t.says(at + 1, ".") and not t.apart(at + 2):
            yield Clock(hour, minute, 0, sure), at + 3
    if hour is not None and hour < 24 and t.says(at + 1, "h") and not t.apart(at + 1):
        # 2h30 may be a wait as well, so that neither hour is likelier than that.
        french = Clock(hour, sure=Sure.FIXED if sure is Sure.FIXED else Sure.EITHER)
        if t.number(at + 2) is None:
            yield french, at + 2
        elif minute is not None and minute < 60 and not t.apart(at + 2):
            yield replace(french, minute=minute), at + 3
    four = t.digits(at, 4)
    if four is not None and four % 100 < 60 and not (four // 100 == 20 and _after_date(t, at)):
        then = at + 1
        yield Clock(four // 100, four % 100), then + t.says(then, "h", "hr", "hrs", "hours")
    three = t.digits(at, 3)
    half = words.PARTS.get(t.word(at + 1))
    if three is not None and three % 100 < 60 and half and half.half:
        yield Clock(three // 100, three % 100), at + 1


def _after_date(t: Tokens, at: int) -> bool:
    """Whether a month and a day stand around a number 20xx, which is a year then."""
    return any(
        isinstance(day, OnDate) and day.year is None and then in {at, at - 1}
        for start in range(max(0, at - 4), at)
        for day, then in dates(t, start)
    ) or any(isinstance(day, OnDate) and day.year is None for day, _ in dates(t, at + 1))


def _chinese_clock(t: Tokens, at: int) -> Iterator[tuple[Clock, int]]:
    """Yield the clock time of '兩點', '兩點半', '14時30分', '三點一刻', '三點差十分', '差十分三點'."""
    hour = t.number(at)
    if hour is None:
        return
    if hour > 23 or not t.among(at + 1, words.OCLOCK):
        return
    sure = Sure.FIXED if hour > 12 or hour == 0 or t.word(at).startswith("0") else Sure.EITHER
    clock, at = Clock(hour, sure=sure), at + 2
    minute = t.number(at)
    if minute is None:
        if t.says(at, "差"):
            for less, then in _less(t, at):
                yield _earlier(clock, less), then
        elif t.says(at, "半"):
            yield replace(clock, minute=30), at + 1
        else:
            yield clock, at + t.says(at, "鐘", "整")
        return
    if t.says(at + 1, "刻") and minute in {1, 2, 3}:
        yield replace(clock, minute=minute * _MINUTES_IN_QUARTER), at + 2
    elif minute < 60 and t.says(at + 1, "分"):
        yield replace(clock, minute=minute), at + 2
    elif minute < 60 and _two_digits(t, at):
        yield replace(clock, minute=minute), at + 1
    yield clock, at  # what follows may be a length: 兩點 30分鐘


def _two_digits(t: Tokens, at: int) -> bool:
    text = t.word(at)
    return len(text) == 2 or "十" in text or text[0] == "廿"


def _less(t: Tokens, at: int) -> Iterator[tuple[int, int]]:
    number = t.number(at + 1)
    if t.says(at, "差") and number:
        if t.says(at + 2, "分") and number < 60:
            yield number, at + 3
        elif t.says(at + 2, "刻") and number < 4:
            yield number * _MINUTES_IN_QUARTER, at + 3


def _words_for_clock(t: Tokens, at: int) -> Iterator[tuple[Clock, int]]:
    """Yield the clock time of 'noon', '12 noon', 'half past 2', 'ten to three', '差十分三點'."""
    if t.among(at, words.NOON):
        yield Clock(words.NOON[t.word(at)]), at + 1
    if t.number(at) == 12 and t.among(at + 1, words.NOON):
        yield Clock(words.NOON[t.word(at + 1)]), at + 2
    for less, then in _less(t, at):
        for clock, end in _chinese_clock(t, then):
            yield _earlier(clock, less), end
    yield from _past_and_to(t, at)


def _past_and_to(t: Tokens, at: int) -> Iterator[tuple[Clock, int]]:
    """Yield the clock time of 'half past 2', 'a quarter to 3', 'ten to three', '10 minutes past 2'."""
    then = at + t.says(at, "a")
    minutes = {"half": 30, "quarter": _MINUTES_IN_QUARTER}.get(t.word(then))
    if minutes is None:
        minutes = t.number(at)
        if minutes is None or not 0 < minutes < 60 or not (t[at].spelled or t.among(at + 1, words.MINUTES)):
            return
        then = at + t.among(at + 1, words.MINUTES)
    hour = t.number(then + 2)
    if hour is None or not 1 <= hour <= 12:
        return
    end = then + 3 + t.says(then + 3, "o'clock")
    if t.says(then + 1, "past"):
        yield Clock(hour, minutes, sure=Sure.EITHER), end
    elif t.says(then + 1, "to") and not t.says(then, "half"):
        yield _earlier(Clock(hour, sure=Sure.EITHER), minutes), end


def zones(t: Tokens, at: int, *, after_clock: bool) -> Iterator[tuple[tzinfo, int]]:
    """Yield the zones that may stand here; a bare +08:00 only after a clock time, and never a bare +8."""
    text = t.word(at)
    then = at + 1
    if text in {"utc", "gmt", "z"}:
        offset = _offset(t, then)
        if offset and text != "z":
            yield offset
        elif not (t.says(then, "+") and t.number(then + 1) is not None):
            yield UTC, then
    elif text == "+" and after_clock and len(t.word(at + 1)) in {2, 4}:
        if (offset := _offset(t, at)) is not None:
            yield offset
    elif (zone := words.zone(text)) is not None:
        timely = t.says(then, "time", "時間")
        if timely or not words.is_place(text):
            yield zone, then + timely


def _offset(t: Tokens, at: int) -> tuple[tzinfo, int] | None:
    """Return the zone of '+8', '-05:00', '+0800', whose sign stands right before its number."""
    sign, digits = t.word(at), t.word(at + 1)
    if sign not in {"+", "-"} or t.apart(at + 1) or not digits.isdecimal() or len(digits) == 3:
        return None
    then = at + 2
    hours, minutes = (int(digits[:2]), int(digits[2:])) if len(digits) == 4 else (int(digits), 0)
    if len(digits) < 3 and t.says(then, ":") and (said := t.digits(then + 1, 2)) is not None:
        minutes, then = said, then + 2
    offset = timedelta(hours=hours, minutes=minutes)
    if len(digits) > 4 or minutes > 59 or offset > _FARTHEST_OFFSET:
        return None
    return timezone(-offset if sign == "-" else offset), then


def _earlier(clock: Clock, minutes: int) -> Clock:
    before = (clock.hour * 60 - minutes) % 720
    hour = before // 60 + (12 if clock.hour > 12 else 0)
    return replace(clock, hour=hour or 12, minute=before % 60)
