"""R2: how people write days with hours. A line becomes days, hours and a zone; what is left is its name.

It is built from the rules for `when`: dates, clock times, zones and the ends of a range are the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import tzinfo
from enum import Enum

from bot.domain import when_words as words
from bot.domain.when_clocks import clocks, zones
from bot.domain.when_dates import Ahead, Numbered, OfMonth, OnDate, Weekday, dates
from bot.domain.when_grammar import Said, moments
from bot.domain.when_tokens import Tokens, flat, tokens

_MOST_TOKENS = 80
"""Tokens of the longest line that is read: more are no line of a programme."""
_BOTH = frozenset(["&", "and", "和", "及", "與", "跟", "、"])
"""Between two dates: just these, and none between."""
_MARKS = frozenset(":|-~·•,;、/()[]<>=\"'—–*_#")
"""What stands between the parts of a line and belongs to no name at its edges."""
_IDLE = (
    words.FILLERS
    | _BOTH
    | frozenset(
        ["uhr", "h", "hrs", "hours", "open", "time", "each", "every", "daily", "day", "開放", "每天", "每日"]
    )
)
"""Words beside the hours that name nothing."""
_LEADING = frozenset(["at", "from", "on", "of", "the"])
_TWELVE = re.compile(r"\b([ap])\. ?m\b\.?", re.ASCII | re.IGNORECASE)
_MIDNIGHT = re.compile(r"((?:[-~–—〜～到至]|\bto|\buntil|\btill) ?)24(?=[:：]00|[點点時时])", re.IGNORECASE)
_CHINESE = re.compile("[\u4e00-\u9fff]")
_YEARS = range(1970, 3000)


class Order(Enum):
    """Which of two numbers of a date is the month."""

    MONTH_FIRST = "9/5 is 5 September"
    DAY_FIRST = "5/9 is 5 September"


@dataclass(frozen=True, slots=True)
class Days:
    """A date, or two: with all between them where they are a range. `order`: how its numbers were read."""

    first: OnDate
    last: OnDate | None = None
    through: bool = False
    order: Order | None = None
    weekdays: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Hours:
    """From one clock time to another, whose date may be said as well."""

    start: Said
    end: Said


@dataclass(slots=True)
class Line:
    """What was understood of a line.

    `days` has each date with the ways to read it. `loose`: something that looks like a part of a date or of
    a time is left over, so that nothing of the line may be taken. `alone`: a clock time without an end.
    """

    days: list[tuple[Days, ...]]
    weekdays: list[int]
    hours: list[Hours]
    ahead: int | None = None
    of_month: int | None = None
    year: int | None = None
    zone: tzinfo | None = None
    name: str = ""
    chinese: bool = False
    loose: bool = False
    alone: bool = False

    @property
    def dated(self) -> bool:
        """Whether the line says which day."""
        return bool(self.days or self.weekdays or self.ahead is not None or self.of_month)


Piece = Days | Hours | Weekday | Ahead | OfMonth | tzinfo


def read_line(text: str) -> Line:
    """Return what a line says; `text` is clean and on one line.

    '9-5' is hours where the line has another date, and a date where it has other hours.
    """
    text = _MIDNIGHT.sub(r"\g<1>00", _TWELVE.sub(r"\1m", text))
    t = tokens(flat(text))
    if len(t) > _MOST_TOKENS:
        return Line([], [], [], loose=True)
    by_hours, by_days = (_scan(text, t, first) for first in (Hours, Days))
    if not (by_hours.days and by_hours.hours) and (by_days.days and by_days.hours):
        return by_days
    return by_hours if by_hours.hours else by_days


def _scan(text: str, t: Tokens, first: type[Hours] | type[Days]) -> Line:
    line = Line([], [], [], chinese=bool(_CHINESE.search(text)))
    at, left, broken = 0, list[list[int]](), True
    while at < len(t):
        found = _longest(t, at, first, after_hours=bool(line.hours))
        if found:
            _take(line, [piece for piece, _ in found])
            at, broken = found[0][1], True
            continue
        if broken:
            left.append([])
        left[-1].append(at)
        at, broken = at + 1, False
    names = [name for stretch in left if (name := _name(text, t, stretch, line))]
    line.name = " · ".join(names)
    return line


def _longest(
    t: Tokens, at: int, first: type[Hours] | type[Days], *, after_hours: bool
) -> list[tuple[Piece, int]]:
    """Return the longest piece that may stand here, in all the ways to read it; of two kinds the `first`."""
    found: list[tuple[Piece, int]] = [*_days(t, at)]
    if not (found and t.digits(at, 4, 8)):  # 2026-09-05 09:00 goes not from 20:26 to 09:00
        found += [*_hours(t, at), *_loose_days(t, at), *_zone(t, at, after_hours=after_hours)]
    farthest = max((then for _, then in found), default=0)
    longest = [(piece, then) for piece, then in found if then == farthest]
    longest.sort(key=lambda each: not isinstance(each[0], first))
    kind = type(longest[0][0]) if longest else None
    return list(dict.fromkeys(each for each in longest if type(each[0]) is kind))


def _take(line: Line, ways: list[Piece]) -> None:
    match ways[0]:
        case Days():
            line.loose |= bool(line.days and line.hours)  # a date on either side: whose are the hours?
            line.days.append(tuple(way for way in ways if isinstance(way, Days)))
        case Hours() as hours:
            line.hours.append(hours)
        case Weekday():
            line.weekdays += [way.number for way in ways if isinstance(way, Weekday)]
        case Ahead(days):
            line.ahead = days
        case OfMonth(day):
            line.of_month = day
            line.loose |= bool(line.days)
        case tzinfo() as zone:
            line.zone = zone


def _name(text: str, t: Tokens, stretch: list[int], line: Line) -> str:
    """Return what a stretch of the line names; notes a year, and what looks like a time or a date."""
    while stretch and _is_mark(t, stretch[0]):
        stretch = stretch[1:]
    while stretch and (_is_mark(t, stretch[-1]) or t.among(stretch[-1], words.AT)):
        stretch = stretch[:-1]
    if all(t.word(at) in _IDLE or _is_mark(t, at) for at in stretch):
        return ""
    year = t.digits(stretch[0], 4)
    if len(stretch) == 1 and year in _YEARS:
        line.year = year
        return ""
    if stretch in ([0], [0, 1]) and t.digits(0, 1, 2) and t.says(1, ".", ")", "|"):
        return ""  # the number of an item in a list
    _look_for_loose(t, stretch, line)
    if len(stretch) > 1 and t.among(stretch[0], _LEADING):
        stretch = stretch[1:]
    start, end = t[stretch[0]].start, t[stretch[-1]].end
    opened = text[start:end].count("(") - text[start:end].count(")")
    end += opened == 1 and text[end : end + 1] == ")"
    name = text[start:end].strip(" *_#")
    return "" if name.casefold() in _IDLE else name


def _is_mark(t: Tokens, at: int) -> bool:
    return t.word(at) in _MARKS or (t.says(at, ".") and t.number(at - 1) is None)


def _look_for_loose(t: Tokens, stretch: list[int], line: Line) -> None:
    """A number belongs to a name only after a word of it: 'Day 1', 'Hall 3'."""
    named = False
    for at in stretch:
        number = t.number(at)
        if number is None or t[at].spelled or not (t.word(at).isdecimal() or _counts(t, at + 1)):
            named |= t.word(at)[0].isalpha() and t.word(at) not in _BOTH
        elif not named or (t.digits(at + 1, 2) is None and t.says(at + 1, ":") and t.digits(at + 2, 2)):
            line.loose = True
        if number is not None and any(not clock.bare for clock, _ in clocks(t, at)) and number not in _YEARS:
            line.alone = True


def _counts(t: Tokens, at: int) -> bool:
    """Whether a Chinese numeral before belongs to a date or a time."""
    return t.among(at, words.OCLOCK) or t.says(at, "月", "日", "號", "分")


def _days(t: Tokens, at: int) -> Iterator[tuple[Days, int]]:
    for day, then in [*dates(t, at), *_german(t, at)]:
        if isinstance(day, OnDate) and (day.year is None or day.year in _YEARS):
            order = _order(t, at, day)
            plain = replace(day, rank=0)
            yield Days(plain, order=order), then
            yield from _going_on(t, then, Days(plain, order=order))
    yield from _before_month(t, at)
    yield from _slashed(t, at)


def _order(t: Tokens, at: int, day: OnDate) -> Order | None:
    """Return how a date of two numbers was read; None where it can be read in one way only."""
    month, number = t.number(at), t.number(at + 2)
    if t.word(at + 1) not in {"/", "-", "."} or {month, number} != {day.month, day.day} or month == number:
        return None
    return Order.MONTH_FIRST if month == day.month else Order.DAY_FIRST


def _german(t: Tokens, at: int) -> Iterator[tuple[OnDate, int]]:
    """Yield the date of '5. September 2026'."""
    day = t.digits(at, 1, 2)
    if day and t.says(at + 1, ".") and t.among(at + 2, words.MONTHS):
        month = words.MONTHS[t.word(at + 2)]
        yield OnDate(month, day), at + 3
        if (year := t.digits(at + 3, 4)) is not None:
            yield OnDate(month, day, year), at + 4


def _weekday(t: Tokens, at: int) -> tuple[tuple[int, ...], int]:
    """Return the weekday that may stand beside a date, in brackets or not, and the token after it."""
    inside = at + t.says(at, "(", ",")
    for known in (words.WEEKDAYS, words.CHINESE_WEEKDAYS if inside > at else {}):
        if t.word(inside) in known:
            then = inside + 1
            return (known[t.word(inside)],), then + t.says(then, ")", ",")
    return (), at


def _going_on(t: Tokens, at: int, first: Days) -> Iterator[tuple[Days, int]]:
    """Yield a date with a second one after it: '5 Sep - 6 Sep', 'Sep 5-6, 2026', '9月5日(六)、6日(日)'."""
    before, at = _weekday(t, at)
    if not (t.among(at, words.UNTIL) or t.word(at) in _BOTH):
        return
    both = replace(first, through=t.among(at, words.UNTIL))
    beside, at = _weekday(t, at + 1)
    for last, end in dates(t, at):
        if isinstance(last, OnDate) and (order := _order(t, at, last)) == first.order:
            after, then = _weekday(t, end) if not beside else ((), end)
            yield (
                replace(both, last=replace(last, rank=0), order=order, weekdays=before + beside + after),
                then,
            )
    day, then = t.number(at), at + 1
    if day is None or not 1 <= day <= 31:
        return
    then += t.says(then, "st", "nd", "rd", "th", "日", "號")
    if _like_clock(t, then):
        return
    after, then = _weekday(t, then) if not beside else ((), then)
    both = replace(both, last=OnDate(first.first.month, day), weekdays=before + beside + after)
    yield both, then
    year = t.digits(then + t.says(then, ","), 4)
    if year in _YEARS and first.first.year is None:
        yield replace(both, last=OnDate(first.first.month, day, year)), then + t.says(then, ",") + 1
    elif first.first.year is not None:
        yield replace(both, last=OnDate(first.first.month, day, first.first.year)), then


def _like_clock(t: Tokens, at: int) -> bool:
    """Whether the number before is an hour rather than a day."""
    return (
        (t.says(at, ":", ".") and t.digits(at + 1, 2) is not None and not t.apart(at + 1))
        or t.says(at, "h", "o'clock", "/")
        or t.among(at, words.PARTS)
        or t.among(at, words.OCLOCK)
        or t.among(at, words.UNTIL)
    )


def _before_month(t: Tokens, at: int) -> Iterator[tuple[Days, int]]:
    """Yield the dates of '5-6 Sep', '5th and 6th of September 2026'."""
    day, then = t.number(at), at + 1
    if day is None or not 1 <= day <= 31:
        return
    then += t.says(then, "st", "nd", "rd", "th", ".")
    if not (t.among(then, words.UNTIL) or t.word(then) in _BOTH):
        return
    through, after = t.among(then, words.UNTIL), then + 1
    for last, end in [*dates(t, after), *_german(t, after)]:
        if isinstance(last, OnDate) and any(t.among(each, words.MONTHS) for each in range(after, end)):
            first = OnDate(last.month, day, last.year)
            if day < last.day:
                yield Days(first, replace(last, rank=0), through), end


def _slashed(t: Tokens, at: int) -> Iterator[tuple[Days, int]]:
    """Yield the dates of '9/5-9/6' and '9/5-6'."""
    one, two = t.digits(at, 1, 2), t.digits(at + 2, 1, 2)
    if not (one and two and t.says(at + 1, "/") and t.among(at + 3, words.UNTIL)):
        return
    three, four = t.digits(at + 4, 1, 2), t.digits(at + 6, 1, 2)
    if three and four and t.says(at + 5, "/") and not t.says(at + 7, "/"):
        yield Days(OnDate(one, two), OnDate(three, four), through=True, order=Order.MONTH_FIRST), at + 7
        yield Days(OnDate(two, one), OnDate(four, three), through=True, order=Order.DAY_FIRST), at + 7
    elif three and two < three <= 31 and not _like_clock(t, at + 5):
        yield Days(OnDate(one, two), OnDate(one, three), through=True, order=Order.MONTH_FIRST), at + 5


def _hours(t: Tokens, at: int) -> Iterator[tuple[Hours, int]]:
    for start, middle in moments(t, at):
        if not start.dates and t.among(middle, words.UNTIL):
            for end, then in moments(t, middle + 1):
                hour = bool(start.parts or (start.clock and not start.clock.bare))  # 5-6 Sep 09:00: no hour
                if not any(isinstance(day, Numbered) for day in end.dates) and (hour or not end.dates):
                    yield Hours(start, end), then


def _loose_days(t: Tokens, at: int) -> Iterator[tuple[Weekday | Ahead | OfMonth, int]]:
    """Yield a weekday, several of them, 'tomorrow', and a day of no month."""
    for day, then in dates(t, at):
        if isinstance(day, Ahead | OfMonth):
            yield day, then
        elif isinstance(day, Weekday):
            yield day, then
            if t.among(then, words.UNTIL) and t.among(then + 1, words.WEEKDAYS):
                last = words.WEEKDAYS[t.word(then + 1)]
                for ahead in range((last - day.number) % 7 + 1):
                    yield Weekday((day.number + ahead) % 7), then + 2


def _zone(t: Tokens, at: int, *, after_hours: bool) -> Iterator[tuple[tzinfo, int]]:
    """Yield a zone after the hours, or one that says that it is one: 'CEST', 'Taipei time', '當地時間'."""
    for zone, then in zones(t, at, after_clock=after_hours):
        if after_hours or t.says(then - 1, "time", "時間"):
            yield zone, then
