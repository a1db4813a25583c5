"""R1: reads the time a person types. What was not said is never filled in, but refused with an example.

The grammar returns every way to read the words; where there are several, the one that lies in a window is
meant. Where two do, nobody can tell: they are refused, and offered.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from itertools import chain

from dateutil.parser import isoparse
from dateutil.tz import datetime_ambiguous, datetime_exists

from bot.domain.booking import MINUTE, Wish
from bot.domain.days import agreed
from bot.domain.models import Window
from bot.domain.programme import Programme
from bot.domain.refusal import Refusal
from bot.domain.when_clocks import Clock, before, possible
from bot.domain.when_dates import Numbered, OfMonth, OnDate
from bot.domain.when_grammar import Said, parse
from bot.domain.when_tokens import plain

_LONGEST = 100
"""Code points in a text that can still be a time; a longer one is not read at all."""
_SHOWN = 60
"""Code points of the person's text that a refusal repeats."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_QUARTER = timedelta(minutes=15)
_ONE_DAY = timedelta(days=1)
_FARTHEST = timedelta(days=3660)
"""What is further ahead is a slip of the pen, and near the year 9999 no end could be reckoned from it."""

_STAMP = re.compile(r"<t:(-?\d{1,12})(?::[a-z])?>", re.ASCII)
_ISO = re.compile(
    r"\d{4}-\d\d-\d\d(?:t(?!24)\d\d:\d\d| \d\d:\d\d(?=:))(?::\d\d(?:\.\d+)?)?"
    r"(?:z|[+-](?:0\d|1[0-4])(?::?\d\d)?)",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class _Meaning:
    """One thing that the words can mean; of those that can be, the lowest rank is meant."""

    rank: int
    start: datetime
    minutes: int | None = None


def read_when(text: str | None, now: datetime, programme: Programme) -> Wish:
    """Return the start that a person means, in UTC and whole seconds, and the length, if they said one (R1).

    Nothing typed means `now`. A time without a zone is in the conference's; a clock time without a date is
    the next one inside a window. A date and time outside the windows is returned as it is: that is for R2 to
    refuse. Raises `Refusal` and nothing else, always with `text`, what was typed, and `example`, a text that
    would be understood now; and with `near`, the time to offer others near, where one was understood.
    """
    now = now.astimezone(UTC).replace(microsecond=0)
    typed = " ".join((text or "").split())
    if not typed:
        return Wish(now)
    try:
        if len(typed) > _LONGEST:
            raise Refusal("when-unclear")
        return _read(plain(typed), now, programme)
    except Refusal as answer:
        refusal = answer
    except (ValueError, OverflowError):  # 30 February, 25:00, the year 10000
        refusal = Refusal("when-unclear")
    near = refusal.near and max(refusal.near.astimezone(UTC), now)
    raise refusal.completed(near=near, text=typed[:_SHOWN], example=_example(near or now, now, programme))


def _read(text: str, now: datetime, programme: Programme) -> Wish:
    if stamp := _STAMP.fullmatch(text):
        return _chosen([_Meaning(0, _EPOCH + timedelta(seconds=int(stamp[1])))], now, programme)
    if _ISO.fullmatch(text):
        instant = isoparse(text.upper()).astimezone(UTC).replace(microsecond=0)
        return _chosen([_Meaning(0, instant)], now, programme)
    found: list[_Meaning] = []
    refusals: list[Refusal] = []
    for said in parse(text):
        try:
            found += _meanings(said, now, programme)
        except Refusal as refusal:
            refusals.append(refusal)
        except (ValueError, OverflowError):
            continue
    if found:
        return _chosen(found, now, programme)
    raise min(refusals, key=lambda r: r.code == "when-no-time", default=Refusal("when-unclear"))


def _chosen(found: list[_Meaning], now: datetime, programme: Programme) -> Wish:
    """Return what is meant: what lies in a window and is to come, before what does not."""
    minute = now.replace(second=0)
    inside = [m for m in found if m.start >= minute and programme.window_at(max(m.start, now))]
    first, *others = dict.fromkeys(_likeliest(inside or found))  # in the order in which they are said
    if first.start < minute:
        raise Refusal("when-past", near=first.start, start=first.start)
    if inside and others:
        one, two = sorted((first.start, others[0].start))
        raise Refusal("when-either", near=one, first=one, second=two)
    if first.start - now > _FARTHEST:
        raise Refusal("when-unclear")
    return Wish(first.start if first.minutes else max(first.start, now), first.minutes)


def _likeliest(found: list[_Meaning]) -> list[_Meaning]:
    least = min(meaning.rank for meaning in found)
    return [meaning for meaning in found if meaning.rank == least]


def _meanings(said: Said, now: datetime, programme: Programme) -> list[_Meaning]:
    """Return what one way to read the words can mean; raises `Refusal` where that is nothing to go by."""
    zone = said.zone or programme.zone
    if said.clock is None:
        return _without_clock(said, zone, now, programme)
    hours = _hours(said)
    if not said.dates:
        return _next_in_window(said, hours, zone, now, programme)
    days = agreed(said.dates, now, now.astimezone(zone).date(), programme)
    return [
        meaning
        for day_rank, day in days
        for hour_rank, hour in hours
        for local in _on_day(said, _local(day, hour, said.clock, zone), day, programme)
        if (
            meaning := _lasting(
                said, 2 * day_rank + hour_rank, _instant(local), zone=zone, now=now, programme=programme
            )
        )
    ]


def _without_clock(said: Said, zone: tzinfo, now: datetime, programme: Programme) -> list[_Meaning]:
    """Return the meaning of a wait and of 'now'; raises `Refusal` for a date alone."""
    if said.now or said.wait is not None:
        alone = not (said.dates or said.parts or said.zone)
        start = now + (said.wait or timedelta())
        meaning = _lasting(said, 0, start, zone=zone, now=now, programme=programme) if alone else None
        return [meaning] if meaning else []
    days = agreed(said.dates, now, now.astimezone(zone).date(), programme)
    if not days or said.length:
        return []
    windows = programme.windows_of(days[0][1])
    first = max((part.first for part in said.parts), default=0 if windows else 12)
    begins = datetime.combine(days[0][1], time(first), zone)
    raise Refusal("when-no-time", near=max(begins, windows[0].start) if windows else begins)


def _hours(said: Said) -> list[tuple[int, int]]:
    """Return the hours that a start can mean, each with its rank; from 24 on they are the next date's."""
    clock, hours = said.clock, possible(said.clock, said.parts) if said.clock else []
    if clock and said.end and said.end.clock and said.end.parts and not said.parts:
        return [(0, before(clock, said.end.clock, said.end.parts))]
    return hours


def _on_day(said: Said, local: datetime, day: date, programme: Programme) -> list[datetime]:
    """Return the times on a day that a local time means: after midnight a window's day goes on (R2).

    A date of the calendar is only that; `day 2` is only the window's.
    """
    tied = local.tzinfo is not programme.zone or local.date() != day
    if tied or any(isinstance(each, OnDate | OfMonth) for each in said.dates):
        return [local]
    both = [local, local + _ONE_DAY]
    if not any(isinstance(each, Numbered) for each in said.dates):
        return [each for each in both if each is local or _belongs(each, day, programme)]
    return [each for each in both if _belongs(each, day, programme)] or [local]


def _belongs(local: datetime, day: date, programme: Programme) -> bool:
    instant = local.astimezone(UTC)
    return programme.window_at(instant) is not None and programme.day_of(instant) == day


def _local(day: date, hour: int, clock: Clock, zone: tzinfo) -> datetime:
    return datetime.combine(
        day + timedelta(days=hour // 24), time(hour % 24, clock.minute, clock.second), zone
    )


def _lasting(
    said: Said, rank: int, start: datetime, *, zone: tzinfo, now: datetime, programme: Programme
) -> _Meaning | None:
    """Return a start with the end or the length that was said; None where the end cannot be."""
    if said.length is not None:
        return _Meaning(rank, start, said.length // MINUTE) if said.length >= MINUTE else None
    if said.end is None or said.end.clock is None:
        return _Meaning(rank, start)
    start = start.replace(second=0) if said.now else start
    first = start.astimezone(zone).date()
    days = [day for _, day in agreed(said.end.dates, now, now.astimezone(zone).date(), programme)]
    ends = [
        _instant(_local(day, hour, said.end.clock, zone))
        for day in (days if said.end.dates else (first, first + _ONE_DAY))
        for _, hour in possible(said.end.clock, said.end.parts)
    ]
    end = min((end for end in ends if end > start), default=start)
    minutes = (end - start) // MINUTE
    return _Meaning(rank, start, minutes) if minutes and (said.end.dates or end - start < _ONE_DAY) else None


def _instant(local: datetime) -> datetime:
    if not datetime_exists(local):
        raise Refusal("when-skipped", near=local)
    if datetime_ambiguous(local):
        raise Refusal("when-twice", near=local)
    return local.astimezone(UTC)


def _next_in_window(
    said: Said, hours: list[tuple[int, int]], zone: tzinfo, now: datetime, programme: Programme
) -> list[_Meaning]:
    """Return the next such times inside a window, of the likelier hours where there are any.

    Where there are none, a time that is sure and still to come today is meant all the same.
    """
    clock = said.clock or Clock(0)
    for rank in sorted({rank for rank, _ in hours}):
        starts = [_next(clock, hour, zone, now, programme) for each, hour in hours if each == rank]
        found = [
            _lasting(said, rank, start, zone=zone, now=now, programme=programme) for start in starts if start
        ]
        if found:
            return [meaning for meaning in found if meaning]
    today = _local(now.astimezone(zone).date(), hours[0][1], clock, zone)
    coming = today >= now.replace(second=0)
    if coming and len(hours) == 1:  # 晚上7點 can only be today's; that it is outside the windows R2 will say
        meaning = _lasting(said, 0, _instant(today), zone=zone, now=now, programme=programme)
        return [meaning] if meaning else []
    near = today if coming else today + _ONE_DAY
    raise _outside(near, programme)


def _outside(near: datetime, programme: Programme) -> Refusal:
    """Return that a time is in no window, with the hours of the one that is nearest to it."""
    coming = [window for window in programme.windows if window.end > near]
    nearest = min(programme.windows, key=lambda each: abs(each.start - near)) if not coming else coming[0]
    start, opens, closes = near.astimezone(UTC), nearest.start, nearest.end
    return Refusal("when-no-window", near=near, start=start, opens=opens, closes=closes)


def _next(clock: Clock, hour: int, zone: tzinfo, now: datetime, programme: Programme) -> datetime | None:
    minute = now.replace(second=0)
    for window in programme.windows:
        for day in _dates(window, zone):
            local = _local(day, hour, clock, zone)
            both = [local.replace(fold=fold).astimezone(UTC) for fold in (0, 1)]
            if any(minute <= i and window.start <= max(i, now) < window.end for i in both):
                return _instant(local)
    return None


def _dates(window: Window, zone: tzinfo) -> Iterator[date]:
    first, last = (instant.astimezone(zone).date() for instant in (window.start, window.end))
    return (first + timedelta(days=ahead) for ahead in range(-1, (last - first).days + 1))


def _example(near: datetime, now: datetime, programme: Programme) -> str:
    """Return the next start in a window: `14:30` today, `2021-10-03 10:30` later. None left: tomorrow."""
    starts = chain(
        _starts(near, programme),
        _starts(now, programme),
        (_ceil(now, _QUARTER) + _ONE_DAY * n for n in (1, 2)),
    )
    local = next(i for i in map(programme.local, starts) if not datetime_ambiguous(i))
    today = local.date() == programme.local(now).date()
    return f"{local:%H:%M}" if today else f"{local:%Y-%m-%d %H:%M}"


def _starts(since: datetime, programme: Programme) -> Iterator[datetime]:
    for window in programme.windows:
        start = _ceil(since, _QUARTER) if window.start <= since else _ceil(window.start, MINUTE)
        while start < window.end:
            yield start
            start += _QUARTER


def _ceil(instant: datetime, step: timedelta) -> datetime:
    return instant + (_EPOCH - instant) % step
