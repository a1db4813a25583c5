"""R1: the grammar of `when`. Tokens become parts: dates, a clock time, a zone, a wait, an end or a length.

`parse` returns every way to read all of the tokens: a token left over means that none of the ways holds.
Which of several ways is meant is for `when.py`, which knows the windows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta, timezone, tzinfo
from enum import Enum
from typing import Any

from bot.domain import when_words as words
from bot.domain.when_words import Part, Token

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


@dataclass(frozen=True, slots=True)
class Said:
    """What was said, by its parts. All dates must agree, and all parts of the day."""

    dates: tuple[Day, ...] = ()
    parts: tuple[Part, ...] = ()
    clock: Clock | None = None
    zone: tzinfo | None = None
    now: bool = False
    wait: timedelta | None = None
    end: Said | None = None
    length: timedelta | None = None

    @property
    def starts(self) -> bool:
        """Whether a start was said, which an end or a length may follow."""
        return bool(self.clock or self.now or self.wait is not None)

    @property
    def open(self) -> bool:
        """Whether an end or a length may still be said."""
        return self.end is None and self.length is None


Step = tuple[dict[str, Any], int]
"""What a rule adds to what was said, and the token after it."""


def parse(text: str) -> list[Said]:
    """Return every way to read a plain text as a time (R1), none where a word is left over."""
    return _Parser(words.tokens(text)).read()


@dataclass
class _Parser:
    tokens: Sequence[Token]
    found: dict[Said, None] = field(default_factory=dict)

    def read(self) -> list[Said]:
        seen: set[tuple[int, Said]] = set()
        waiting = [(0, Said())]
        while waiting:
            at, said = waiting.pop()
            if (at, said) in seen:
                continue
            seen.add((at, said))
            if at == len(self.tokens):
                self.found[said] = None
            else:
                waiting += self._next(at, said)
        return list(self.found)

    # ------------------------------------------------------------ one token

    def _text(self, at: int) -> str:
        return self.tokens[at].text if 0 <= at < len(self.tokens) else ""

    def _number(self, at: int) -> int | None:
        return self.tokens[at].number if 0 <= at < len(self.tokens) else None

    def _is(self, at: int, *texts: str) -> bool:
        return self._text(at) in texts

    def _in(self, at: int, known: Any) -> bool:
        return self._text(at) in known

    def _apart(self, at: int) -> bool:
        return at >= len(self.tokens) or self.tokens[at].apart

    def _digits(self, at: int, *lengths: int) -> int | None:
        """Return a number in digits of one of these lengths."""
        text = self._text(at)
        return int(text) if text.isdecimal() and text.isascii() and len(text) in lengths else None

    # ---------------------------------------------------------------- parts

    def _next(self, at: int, said: Said) -> Iterator[tuple[int, Said]]:
        """Yield every way to go on from a token."""
        if self._in(at, words.FILLERS) or self._stop(at):
            yield at + 1, said
        if self._in(at, words.NOW) and not said.starts and not said.dates:
            yield at + 1, replace(said, now=True)
        for day, then in self._dates(at):
            yield then, replace(said, dates=(*said.dates, day))
        if self._in(at, words.DAY_PARTS):
            days, part = words.DAY_PARTS[self._text(at)]
            yield at + 1, replace(said, dates=(*said.dates, Ahead(days)), parts=(*said.parts, part))
        if self._in(at, words.PARTS):
            yield at + 1, replace(said, parts=(*said.parts, words.PARTS[self._text(at)]))
        for zone, then in self._zones(at, said):
            if said.zone in {None, zone}:
                yield then, replace(said, zone=zone)
        if self._in(at, words.HERE) and self._is(at + 1, "time", "時間"):
            yield at + 2, said
        if not said.starts:
            for clock, then in self._clocks(at):
                yield then, replace(said, clock=clock)
            for wait, then in self._waits(at):
                yield then, replace(said, wait=wait)
        if said.open:
            for length, then in self._lengths(at, said):
                yield then, replace(said, length=length)
            yield from self._ends(at, said)

    def _stop(self, at: int) -> bool:
        """Whether this is a full stop at the end or after a word, or the T of an ISO date."""
        if self._is(at, "."):
            return at + 1 == len(self.tokens) or (at > 0 and self._number(at - 1) is None)
        between = 0 < at < len(self.tokens) - 1 and not self._apart(at) and not self._apart(at + 1)
        return self._is(at, "t") and between and self._digits(at - 1, 1, 2, 8) is not None

    # ---------------------------------------------------------------- dates

    def _dates(self, at: int) -> Iterator[tuple[Day, int]]:
        if self._is(at, "the"):
            at += 1
        text, number, then = self._text(at), self._number(at), at + 1
        if text in words.AHEAD:
            yield Ahead(words.AHEAD[text]), then
        yield from self._weekday(at)
        yield from self._numbered(at)
        if text in words.MONTHS:
            yield from self._after_month(words.MONTHS[text], then)
        if number is None:
            return
        yield from self._calendar(at, number)
        if self._is(then, "st", "nd", "rd", "th", "號", "日") and not self._apart(then):
            if 1 <= number <= 31:
                yield OfMonth(number), then + 1
            then += 1
        then += self._is(then, "of")
        if self._in(then, words.MONTHS):
            month, then = words.MONTHS[self._text(then)], then + 1
            then += self._is(then, ".")
            yield from self._with_year(month, number, then)

    def _weekday(self, at: int) -> Iterator[tuple[Day, int]]:
        if self._is(at, "(") and self._in(at + 1, words.CHINESE_WEEKDAYS) and self._is(at + 2, ")"):
            yield Weekday(words.CHINESE_WEEKDAYS[self._text(at + 1)]), at + 3
        at += self._in(at, words.THIS)
        if self._in(at, words.WEEKDAYS):
            yield Weekday(words.WEEKDAYS[self._text(at)]), at + 1

    def _numbered(self, at: int) -> Iterator[tuple[Day, int]]:
        """Yield the day of 'day 2', 'D2', 'second day', '2nd day', '第二天', 'last day'."""
        number = self._number(at + 1)
        if self._is(at, "day", "d"):
            then = at + 1 + self._is(at + 1, "#")
            if (number := self._number(then)) is not None:
                yield Numbered(number), then + 1
        elif self._is(at, "第") and number is not None and self._is(at + 2, "天", "日"):
            yield Numbered(number), at + 3
        elif self._in(at, words.ORDINALS) and self._is(at + 1, "day"):
            yield Numbered(words.ORDINALS[self._text(at)]), at + 2
        elif (number := self._number(at)) is not None and self._is(at + 1, "st", "nd", "rd", "th"):
            if self._is(at + 2, "day"):
                yield Numbered(number), at + 3
        elif (self._is(at, "last") and self._is(at + 1, "day")) or (self._is(at, "最後") and self._number(at + 1) == 1):
            if self._is(at, "last") or self._is(at + 2, "天"):
                yield Numbered(-1), at + (2 if self._is(at, "last") else 3)

    def _after_month(self, month: int, at: int) -> Iterator[tuple[Day, int]]:
        at += self._is(at, ".")
        day = self._number(at)
        if day is None or not 1 <= day <= 31:
            return
        at += 1
        at += self._is(at, "st", "nd", "rd", "th")
        yield from self._with_year(month, day, at)

    def _with_year(self, month: int, day: int, at: int) -> Iterator[tuple[Day, int]]:
        yield OnDate(month, day), at
        at += self._is(at, ",")
        year = self._digits(at, 4)
        if year is not None:
            yield OnDate(month, day, year), at + 1

    def _calendar(self, at: int, first: int) -> Iterator[tuple[Day, int]]:
        """Yield the date of '2021-10-03', '10/3', '3.10.', '10/3/2021', '20211003', '10月3日'."""
        if (whole := self._digits(at, 8)) is not None:
            yield OnDate(whole // 100 % 100, whole % 100, whole // 10000), at + 1
        if self._is(at + 1, "年") and (month := self._number(at + 2)) and self._is(at + 3, "月"):
            if (day := self._number(at + 4)) is not None:
                yield OnDate(month, day, first), at + 5 + self._is(at + 5, "日", "號")
        if self._is(at + 1, "月") and (day := self._number(at + 2)) is not None:
            yield OnDate(first, day), at + 3 + self._is(at + 3, "日", "號")
        mark, second, third = self._text(at + 1), self._digits(at + 2, 1, 2), self._number(at + 4)
        if mark not in {"-", "/", "."} or second is None:
            return
        if self._is(at + 3, mark) and third is not None:
            if self._digits(at, 4) is not None and self._digits(at + 4, 1, 2) is not None:
                yield OnDate(second, third, first), at + 5
            if self._digits(at, 1, 2) is not None and self._digits(at + 4, 4) is not None:
                yield OnDate(first, second, third), at + 5
                yield OnDate(second, first, third), at + 5
        if self._digits(at, 1, 2) is not None and not (self._is(at + 3, "/", "-") and third is not None):
            then = at + 3 + (self._is(at + 3, "日") or (mark == "." and self._is(at + 3, ".")))
            yield OnDate(first, second), then
            yield OnDate(second, first, rank=1), then

    # --------------------------------------------------------------- clocks

    def _clocks(self, at: int) -> Iterator[tuple[Clock, int]]:
        yield from self._words_for_clock(at)
        marked = at > 0 and (self._in(at - 1, words.AT | words.ABOUT) or self._day_part(at - 1))
        number = self._number(at)
        if number is None or number > 2359:
            return
        yield from self._written(at)
        yield from self._chinese_clock(at)
        if number > 23:
            return
        clock = Clock(number, sure=Sure.FIXED if number == 0 or number > 12 else Sure.EITHER, bare=True)
        if self._is(at + 1, "o'clock"):
            yield replace(clock, bare=False), at + 2
        elif marked or (self._in(at + 1, words.PARTS) and self._text(at + 1).isascii()):
            yield clock, at + 1
        if self.tokens[at].spelled and (minute := self._number(at + 1)) and self.tokens[at + 1].spelled:
            if 10 <= minute <= 59 and not 20 <= number:
                yield replace(clock, minute=minute, bare=False), at + 2

    def _day_part(self, at: int) -> bool:
        """Whether a part of the day stands here that makes a bare number an hour: not am or pm."""
        text = self._text(at)
        return text in words.DAY_PARTS or (text in words.PARTS and not words.PARTS[text].half)

    def _written(self, at: int) -> Iterator[tuple[Clock, int]]:
        """Yield the clock time of '14:30', '14.30', '14h30', '1430', '230pm'."""
        hour, minute = self._digits(at, 1, 2), self._digits(at + 2, 2)
        sure = Sure.FIXED if self._text(at).startswith("0") or (hour or 0) > 12 else Sure.LITERAL
        second = self._digits(at + 4, 2) if self._is(at + 3, ":") else None
        if hour is not None and minute is not None and hour < 24 and minute < 60:
            if self._is(at + 1, ":") and not (self._is(at + 3, ":") and (second is None or second > 59)):
                then = at + 3 if second is None else at + 5
                yield Clock(hour, minute, second or 0, sure), then + self._is(then, "h", "hr", "hrs", "hours")
            if self._is(at + 1, ".") and not self._apart(at + 2):
                yield Clock(hour, minute, 0, sure), at + 3
        if hour is not None and hour < 24 and self._is(at + 1, "h") and not self._apart(at + 1):
            # 2h30 may be a wait as well, so that neither hour is likelier than that.
            french = Clock(hour, sure=Sure.FIXED if sure is Sure.FIXED else Sure.EITHER)
            if self._number(at + 2) is None:
                yield french, at + 2
            elif minute is not None and minute < 60 and not self._apart(at + 2):
                yield replace(french, minute=minute), at + 3
        four = self._digits(at, 4)
        if four is not None and four % 100 < 60 and not (four // 100 == 20 and self._after_date(at)):
            then = at + 1
            yield Clock(four // 100, four % 100), then + self._is(then, "h", "hr", "hrs", "hours")
        three = self._digits(at, 3)
        half = words.PARTS.get(self._text(at + 1))
        if three is not None and three % 100 < 60 and half and half.half:
            yield Clock(three // 100, three % 100), at + 1

    def _after_date(self, at: int) -> bool:
        """Whether a month and a day stand around a number 20xx, which is a year then."""
        return any(
            isinstance(day, OnDate) and day.year is None and then in {at, at - 1}
            for start in range(max(0, at - 4), at)
            for day, then in self._dates(start)
        ) or any(isinstance(day, OnDate) and day.year is None for day, _ in self._dates(at + 1))

    def _chinese_clock(self, at: int) -> Iterator[tuple[Clock, int]]:
        """Yield the clock time of '兩點', '兩點半', '14時30分', '三點一刻', '三點差十分', '差十分三點'."""
        hour = self._number(at)
        if hour is None:
            return
        if hour > 23 or not self._in(at + 1, words.OCLOCK):
            return
        sure = Sure.FIXED if hour > 12 or hour == 0 or self._text(at).startswith("0") else Sure.EITHER
        clock, at = Clock(hour, sure=sure), at + 2
        minute = self._number(at)
        if minute is None:
            if self._is(at, "差"):
                for less, then in self._less(at):
                    yield _earlier(clock, less), then
            elif self._is(at, "半"):
                yield replace(clock, minute=30), at + 1
            else:
                yield clock, at + self._is(at, "鐘", "整")
            return
        if self._is(at + 1, "刻") and minute in {1, 2, 3}:
            yield replace(clock, minute=minute * _MINUTES_IN_QUARTER), at + 2
        elif minute < 60 and self._is(at + 1, "分"):
            yield replace(clock, minute=minute), at + 2
        elif minute < 60 and self._two_digits(at):
            yield replace(clock, minute=minute), at + 1
        yield clock, at  # what follows may be a length: 兩點 30分鐘

    def _two_digits(self, at: int) -> bool:
        text = self._text(at)
        return len(text) == 2 or "十" in text or text[0] in "廿"

    def _less(self, at: int) -> Iterator[tuple[int, int]]:
        number = self._number(at + 1)
        if self._is(at, "差") and number:
            if self._is(at + 2, "分") and number < 60:
                yield number, at + 3
            elif self._is(at + 2, "刻") and number < 4:
                yield number * _MINUTES_IN_QUARTER, at + 3

    def _words_for_clock(self, at: int) -> Iterator[tuple[Clock, int]]:
        """Yield the clock time of 'noon', '12 noon', 'half past 2', 'ten to three', '差十分三點'."""
        if self._in(at, words.NOON):
            yield Clock(words.NOON[self._text(at)]), at + 1
        if self._number(at) == 12 and self._in(at + 1, words.NOON):
            yield Clock(words.NOON[self._text(at + 1)]), at + 2
        for less, then in self._less(at):
            for clock, end in self._chinese_clock(then):
                yield _earlier(clock, less), end
        minutes, then = self._number(at), at + 1
        if self._is(at, "half"):
            minutes = 30
        elif self._is(at, "quarter"):
            minutes = _MINUTES_IN_QUARTER
        elif self._is(at, "a") and self._is(at + 1, "quarter"):
            minutes, then = _MINUTES_IN_QUARTER, at + 2
        elif minutes is None or not (self.tokens[at].spelled or self._in(then, words.MINUTES)):
            return
        then += self._in(then, words.MINUTES)
        hour = self._number(then + 1)
        if minutes and minutes < 60 and hour is not None and 1 <= hour <= 12:
            clock = Clock(hour, minutes, sure=Sure.EITHER)
            end = then + 2 + self._is(then + 2, "o'clock")
            if self._is(then, "past"):
                yield clock, end
            elif self._is(then, "to") and not self._is(at, "half"):
                yield _earlier(replace(clock, minute=0), minutes), end

    # ---------------------------------------------------------------- zones

    def _zones(self, at: int, said: Said) -> Iterator[tuple[tzinfo, int]]:
        text = self._text(at)
        then = at + 1
        if text in {"utc", "gmt", "z"}:
            offset = self._offset(then)
            if offset and text != "z":
                yield offset
            elif not (self._is(then, "+") and self._number(then + 1) is not None):
                yield timezone.utc, then
        elif text == "+" and said.clock and len(self._text(at + 1)) in {2, 4}:
            if (offset := self._offset(at)) is not None:
                yield offset
        elif (zone := words.zone(text)) is not None:
            timely = self._is(then, "time", "時間")
            if timely or not words.is_place(text):
                yield zone, then + timely

    def _offset(self, at: int) -> tuple[tzinfo, int] | None:
        """Return the zone of '+8', '-05:00', '+0800', whose sign stands right before its number."""
        sign, digits = self._text(at), self._text(at + 1)
        if sign not in {"+", "-"} or self._apart(at + 1) or not digits.isdecimal() or len(digits) == 3:
            return None
        then = at + 2
        hours, minutes = (int(digits[:2]), int(digits[2:])) if len(digits) == 4 else (int(digits), 0)
        if len(digits) < 3 and self._is(then, ":") and (said := self._digits(then + 1, 2)) is not None:
            minutes, then = said, then + 2
        offset = timedelta(hours=hours, minutes=minutes)
        if len(digits) > 4 or minutes > 59 or offset > _FARTHEST_OFFSET:
            return None
        return timezone(-offset if sign == "-" else offset), then

    # ---------------------------------------------------- waits and lengths

    def _waits(self, at: int) -> Iterator[tuple[timedelta, int]]:
        """Yield the wait of 'in 20 minutes', '+20m', '半小時後', '20 min'."""
        begun = self._in(at, words.IN)
        start = at + begun
        if begun and self._in(start, words.ABOUT):
            start += 1
        for wait, then, alone in self._durations(start):
            if self._in(then, words.LATER):
                yield wait, then + 1
            elif alone or (begun and self._text(then - 1) != "分"):
                if begun and not self._digits_only(then):
                    yield wait, then
                elif not begun:
                    yield wait, then

    def _digits_only(self, at: int) -> bool:
        return self._number(at) is not None and not self._apart(at)

    def _lengths(self, at: int, said: Said) -> Iterator[tuple[timedelta, int]]:
        """Yield the length of 'for 45 minutes' anywhere, and of '30分鐘' after a start and a break."""
        if self._in(at, words.FOR):
            then = at + 1
            if self._in(then, words.ABOUT):
                then += 1
            yield from ((length, end) for length, end, _ in self._durations(then))
        elif said.starts and said.wait is None and self._broken(at):
            yield from ((length, end) for length, end, alone in self._durations(at) if alone)

    def _broken(self, at: int) -> bool:
        return self._apart(at) or self._in(at - 1, {",", "、", "(", "·", "開始", "起"})

    def _durations(self, at: int) -> Iterator[tuple[timedelta, int, bool]]:
        """Yield the durations that begin here; the third value: that is none but with a word before it."""
        for hours, then in self._hours(at):
            yield timedelta(minutes=round(hours * 60)), then, True
            then += self._is(then, "and")
            minutes = self._number(then)
            if minutes is not None and hours == int(hours):
                whole = timedelta(hours=int(hours), minutes=minutes)
                if self._in(then + 1, words.MINUTES) or self._is(then + 1, "分"):
                    yield whole, then + 2, True
                elif self._is(then - 1, "h") and minutes < 60 and not self._apart(then):
                    yield whole, then + 1, True
        minutes = self._number(at)
        if minutes is not None:
            if self._in(at + 1, words.MINUTES):
                yield timedelta(minutes=minutes), at + 2, True
            elif self._is(at + 1, "分"):
                yield timedelta(minutes=minutes), at + 2, False
            elif self._is(at + 1, "刻") and self._is(at + 2, "鐘") and minutes < 4:
                yield timedelta(minutes=minutes * _MINUTES_IN_QUARTER), at + 3, True
        yield from ((length, then, True) for length, then in self._quarters(at))

    def _quarters(self, at: int) -> Iterator[tuple[timedelta, int]]:
        """Yield the duration of 'a quarter of an hour', 'three quarters of an hour', 'quarter hour'."""
        number = self._number(at)
        many = number in {1, 3} and self._is(at + 1, "quarters")
        start = at + 1 if many or self._is(at, "a") else at
        if not self._is(start, "quarter", "quarters"):
            return
        then = start + 1
        if self._is(then, "of") and self._is(then + 1, "an"):
            then += 2
        if self._is(then, "hour"):
            yield timedelta(minutes=_MINUTES_IN_QUARTER * (number if many and number else 1)), then + 1

    def _hours(self, at: int) -> Iterator[tuple[float, int]]:
        """Yield the hours of '2 hours', '1.5小時', '1 1/2 hours', 'an hour and a half', '半小時', '一個半小時'."""
        if self._is(at, "half-hour"):
            yield 0.5, at + 1
        start = at + self._is(at, "a")
        if self._is(start, "half") and self._in(then := start + 1 + self._is(start + 1, "a", "an"), words.HOURS):
            yield 0.5, then + 1
        if self._is(at, "半") and self._in(then := at + 1 + self._is(at + 1, "個"), words.HOURS):
            yield 0.5, then + 1
        for number, then in self._amounts(at):
            then += self._is(then, "個")
            if self._is(then, "半") and self._is(then - 1, "個") and self._in(then + 1, words.HOURS):
                yield number + 0.5, then + 2
            if not self._in(then, words.HOURS):
                continue
            then += 1
            yield number, then
            if self._is(then, "半"):
                yield number + 0.5, then + 1
            if self._is(then, "and") and self._is(then + 1, "a") and self._is(then + 2, "half"):
                yield number + 0.5, then + 3

    def _amounts(self, at: int) -> Iterator[tuple[float, int]]:
        number = self._number(at)
        if self._is(at, "a", "an"):
            yield 1, at + 1
        if number is None:
            return
        yield number, at + 1
        if self._is(at + 1, "."):
            parts = self._text(at + 2)
            if parts.isdecimal() and not self._apart(at + 2) and len(parts) <= 3:
                yield float(f"{number}.{parts}"), at + 3
        if self._is(at + 1, "and") and self._is(at + 2, "a") and self._is(at + 3, "half"):
            yield number + 0.5, at + 4
        for whole, then in ((0, at), (number, at + 1)):
            top, bottom = self._number(then), self._number(then + 2)
            if self._is(then + 1, "/", "⁄") and top and bottom in {2, 4} and top < bottom:
                yield whole + top / bottom, then + 3

    # ----------------------------------------------------------------- ends

    def _ends(self, at: int, said: Said) -> Iterator[tuple[int, Said]]:
        """Yield the end of '- 15:30', 'to 3pm', '到三點', and the start of '2-3pm', of which 2 is bare."""
        if said.starts and said.wait is None and self._in(at, words.UNTIL):
            for end, then in self._end(at + 1):
                if not self._like_offset(at, said):
                    yield then, replace(said, end=end)
        elif not said.starts and self._in(at + 1, words.UNTIL) and (hour := self._number(at)) and hour < 24:
            marked = self._in(at - 1, words.AT) or self._day_part(at - 1)
            start = Clock(hour, sure=Sure.EITHER if hour <= 12 else Sure.FIXED)
            for end, then in self._end(at + 2):
                clear = end.clock and (not end.clock.bare or end.parts)
                if clear or marked:
                    yield then, replace(said, clock=start, end=end)

    def _like_offset(self, at: int, said: Said) -> bool:
        """Whether what follows 14:30 could as well be a zone: 14:30-8, 14:30-0800."""
        text = self._text(at + 1)
        glued = self._is(at, "-") and not self._apart(at + 1)
        written = said.clock is not None and said.clock.sure is not Sure.EITHER and not said.parts
        bare = self._number(at + 2) is None and not self._in(at + 2, words.OCLOCK | words.PARTS.keys() | {":", "."})
        return glued and written and bare and text.isdecimal() and (len(text) < 3 or text[0] == "0") and (
            int(text) <= 14 or text[0] == "0"
        )

    def _end(self, at: int) -> Iterator[tuple[Said, int]]:
        """Yield the ends of a range: dates before the clock time are its own, what follows is for both."""
        waiting = [(at, Said())]
        while waiting:
            at, said = waiting.pop()
            for day, then in self._dates(at):
                waiting.append((then, replace(said, dates=(*said.dates, day))))
            if self._in(at, words.PARTS):
                waiting.append((at + 1, replace(said, parts=(*said.parts, words.PARTS[self._text(at)]))))
            if self._in(at, words.DAY_PARTS):
                days, part = words.DAY_PARTS[self._text(at)]
                with_day = replace(said, dates=(*said.dates, Ahead(days)), parts=(*said.parts, part))
                waiting.append((at + 1, with_day))
            if said.dates and self._in(at, {",", "at"}):
                waiting.append((at + 1, said))
            number = self._number(at)
            clocks = dict(self._clocks(at))
            if not clocks and number is not None and 1 <= number < 24:
                sure = Sure.EITHER if number <= 12 else Sure.FIXED
                clocks = {Clock(number, sure=sure, bare=True): at + 1}
            for clock, then in clocks.items():
                ended = replace(said, clock=clock)
                while self._in(then, words.PARTS):
                    ended = replace(ended, parts=(*ended.parts, words.PARTS[self._text(then)]))
                    then += 1
                yield ended, then


def _earlier(clock: Clock, minutes: int) -> Clock:
    before = (clock.hour * 60 - minutes) % 720
    hour = before // 60 + (12 if clock.hour > 12 else 0)
    return replace(clock, hour=hour or 12, minute=before % 60)
