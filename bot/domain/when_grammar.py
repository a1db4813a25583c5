"""R1: the grammar of `when`. Tokens become parts: dates, a clock time, a zone, a wait, an end or a length.

`parse` returns every way to read all of the tokens: where one is left over, none of the ways holds. Which of
several ways is meant is for `when.py`, which knows the windows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta, tzinfo

from bot.domain import when_words as words
from bot.domain.when_clocks import Clock, Sure, clocks, day_part, zones
from bot.domain.when_dates import Ahead, Day, dates
from bot.domain.when_lengths import durations
from bot.domain.when_tokens import Tokens, tokens
from bot.domain.when_words import Part

_LONGEST = 32
"""Tokens of the longest text that anybody writes of a time: a range, each end with weekday, date and year."""
_MOST = 3
"""Dates, and parts of the day, that anybody writes of one time; each may be read in two ways, and so on."""


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


Ways = Iterator[tuple[int, Said]]
"""The ways to go on: the next token, and what was said up to there."""


def parse(text: str) -> list[Said]:
    """Return every way to read a plain text as a time (R1), none where a word is left over."""
    t = tokens(text)
    if len(t) > _LONGEST:
        return []
    found: dict[Said, None] = {}
    seen: set[tuple[int, Said]] = set()
    waiting = [(0, Said())]
    while waiting:
        at, said = way = waiting.pop()
        if way in seen:
            continue
        seen.add(way)
        if at == len(t):
            found[said] = None
        else:
            waiting += [*_details(t, at, said), *_starts(t, at, said), *_ends(t, at, said)]
    return list(found)


def _details(t: Tokens, at: int, said: Said) -> Ways:
    """Yield the ways to go on with what says which day, which part of it, and by which clock."""
    if t.among(at, words.FILLERS) or _stop(t, at):
        yield at + 1, said
    for day, then in dates(t, at) if len(said.dates) < _MOST else ():
        yield then, replace(said, dates=(*said.dates, day))
    yield from _parts(t, at, said)
    for zone, then in zones(t, at, after_clock=said.clock is not None):
        if said.zone in {None, zone}:
            yield then, replace(said, zone=zone)
    if t.among(at, words.HERE) and t.says(at + 1, "time", "時間"):
        yield at + 2, said


def _parts(t: Tokens, at: int, said: Said) -> Ways:
    if len(said.parts) == _MOST or len(said.dates) == _MOST:
        return
    if t.among(at, words.DAY_PARTS):
        days, part = words.DAY_PARTS[t.word(at)]
        yield at + 1, replace(said, dates=(*said.dates, Ahead(days)), parts=(*said.parts, part))
    if t.among(at, words.PARTS):
        yield at + 1, replace(said, parts=(*said.parts, words.PARTS[t.word(at)]))


def _stop(t: Tokens, at: int) -> bool:
    """Whether this is a full stop at the end or after a word, or the T of an ISO date."""
    if t.says(at, "."):
        return at + 1 == len(t) or (at > 0 and t.number(at - 1) is None)
    between = 0 < at < len(t) - 1 and not t.apart(at) and not t.apart(at + 1)
    return t.says(at, "t") and between and t.digits(at - 1, 1, 2, 8) is not None


def _starts(t: Tokens, at: int, said: Said) -> Ways:
    """Yield the ways to go on with a start, where none was said yet."""
    if said.starts:
        return
    if t.among(at, words.NOW) and not said.dates:
        yield at + 1, replace(said, now=True)
    for clock, then in clocks(t, at):
        yield then, replace(said, clock=clock)
    for wait, then in _waits(t, at):
        yield then, replace(said, wait=wait)
    hour = t.number(at)
    if hour and hour < 24 and t.among(at + 1, words.UNTIL):
        # 2-3pm, 兩到三點, from 2 to 3: only where the end or a word before it says that 2 is an hour.
        marked = t.among(at - 1, words.AT) or day_part(t, at - 1)
        start = Clock(hour, sure=Sure.EITHER if hour <= 12 else Sure.FIXED)
        for end, then in moments(t, at + 2):
            if marked or (end.clock and (not end.clock.bare or end.parts)):
                yield then, replace(said, clock=start, end=end)


def _waits(t: Tokens, at: int) -> Iterator[tuple[timedelta, int]]:
    """Yield the wait of 'in 20 minutes', '+20m', '半小時後', '20 min'."""
    begun = t.among(at, words.IN)
    start = at + begun
    start += begun and t.among(start, words.ABOUT)
    for wait, then, alone in durations(t, start):
        cut = begun and t.number(then) is not None and not t.apart(then)
        if t.among(then, words.LATER):
            yield wait, then + 1
        elif alone and not cut:
            yield wait, then


def _ends(t: Tokens, at: int, said: Said) -> Ways:
    """Yield the ways to go on with an end or a length, where a session may still get one."""
    if not said.open:
        return
    for length, then in _lengths(t, at, said):
        yield then, replace(said, length=length)
    if said.starts and said.wait is None and t.among(at, words.UNTIL) and not _like_offset(t, at, said):
        for end, then in moments(t, at + 1):
            yield then, replace(said, end=end)


def _lengths(t: Tokens, at: int, said: Said) -> Iterator[tuple[timedelta, int]]:
    """Yield the length of 'for 45 minutes' anywhere, and of '30分鐘' after a start and a break."""
    if t.among(at, words.FOR):
        yield from ((length, then) for length, then, _ in durations(t, at + 1 + t.among(at + 1, words.ABOUT)))
    elif (
        said.starts
        and said.wait is None
        and (t.apart(at) or t.says(at - 1, ",", "、", "(", "·", "開始", "起"))
    ):
        yield from ((length, then) for length, then, alone in durations(t, at) if alone)


def _like_offset(t: Tokens, at: int, said: Said) -> bool:
    """Whether what follows 14:30 could as well be its zone: 14:30-8, 14:30-0800."""
    digits = t.word(at + 1)
    if not t.says(at, "-") or t.apart(at + 1) or not digits.isdecimal():
        return False
    written = said.clock is not None and said.clock.sure is not Sure.EITHER and not said.parts
    known = t.word(at + 2) in {":", ".", *words.OCLOCK, *words.PARTS}
    return written and not known and (digits[0] == "0" or int(digits) <= 14)


def moments(t: Tokens, at: int) -> Iterator[tuple[Said, int]]:
    """Yield what an end of a range may be; a date before its clock time is its own."""
    waiting = [(at, Said())]
    while waiting:
        at, said = waiting.pop()
        if len(said.dates) < _MOST:
            waiting += [(then, replace(said, dates=(*said.dates, day))) for day, then in dates(t, at)]
        waiting += _parts(t, at, said)
        if said.dates and t.says(at, ",", "at"):
            waiting.append((at + 1, said))
        known = list(clocks(t, at))
        hour = t.number(at)
        if not known and hour and hour < 24:
            known = [(Clock(hour, sure=Sure.EITHER if hour <= 12 else Sure.FIXED, bare=True), at + 1)]
        for clock, after in known:
            then, parts = after, said.parts
            while t.among(then, words.PARTS):
                parts = (*parts, words.PARTS[t.word(then)])
                then += 1
            yield replace(said, clock=clock, parts=parts), then
