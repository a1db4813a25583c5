"""R2: which day of the conference a person means. `when` and `list day:` read dates by the same rules."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from dateutil.relativedelta import relativedelta

from bot.domain.names import clean_line
from bot.domain.programme import Programme
from bot.domain.refusal import Refusal
from bot.domain.when_dates import Ahead, Day, Numbered, OfMonth, OnDate, Weekday
from bot.domain.when_grammar import Said, parse
from bot.domain.when_tokens import plain

_SHOWN = 60
"""Code points of the person's text that a refusal repeats."""
_LONGEST = 100
"""Code points in a text that can still be a day."""
_YEARS = 9
"""29 February comes at least once in so many years."""

Ranked = list[tuple[int, date]]
"""Dates with how likely each is: 0 before 1."""


def read_day(text: str, now: datetime, programme: Programme) -> date:
    """Return the day of the conference that `2`, `day 2`, `第二天`, `tomorrow`, `週日` or a date means.

    Raises `Refusal` for anything else, and for a day that is none of the conference's.
    """
    days = programme.days()
    typed = clean_line(text, _LONGEST + 1)
    meant: set[date] = set()
    for said in _days_alone(typed) if len(typed) <= _LONGEST else ():
        meant |= {day for _, day in _tried(said.dates, now, programme) if day in days}
    if len(meant) != 1:
        raise Refusal("no-day", text=clean_line(typed, _SHOWN), days=len(days))
    return meant.pop()


def _days_alone(typed: str) -> list[Said]:
    if typed.isdecimal():
        return [Said(dates=(Numbered(int(typed)),))]
    return [said for said in parse(plain(typed)) if said == Said(dates=said.dates)]


def _tried(days: Sequence[Day], now: datetime, programme: Programme) -> Ranked:
    try:
        return agreed(days, now, programme.local(now).date(), programme, past=True)
    except (Refusal, ValueError, OverflowError):  # day 9, 30 February, the year 10000
        return []


def agreed(
    said: Sequence[Day], now: datetime, today: date, programme: Programme, *, past: bool = False
) -> Ranked:
    """Return the dates that all of these mean together, none where they contradict each other.

    `today` is the date at the person's clock. Where it is past midnight in a window that opened yesterday,
    yesterday is today as well (R2). With `past`, a weekday that has passed is better than one after the
    conference. Raises `Refusal` for a day of the conference that there is not, ValueError for a date that
    there is not.
    """
    weekdays = [day for day in said if isinstance(day, Weekday)]
    others = [day for day in said if not isinstance(day, Weekday)] or weekdays[:1]
    if not others:
        return []
    first, *rest = (_dates(day, now, today, programme, past=past) for day in others)
    return [
        (rank, day)
        for rank, day in first
        if all(day.weekday() == weekday.number for weekday in weekdays)
        and all(any(day == other for _, other in dates) for dates in rest)
    ]


def _dates(said: Day, now: datetime, today: date, programme: Programme, *, past: bool) -> Ranked:
    still = min(programme.day_of(now), today)
    match said:
        case Ahead(days):
            dates = {still + timedelta(days=days): 0}
            # Past midnight 'today' is rather the day that still goes on; 'tomorrow' may be either.
            dates.setdefault(today + timedelta(days=days), 1 if days == 0 else 0)
            return [(rank, day) for day, rank in dates.items()]
        case Numbered(number):
            return [(0, _numbered(number, now, programme))]
        case Weekday(number):
            return [
                (
                    0,
                    _next([d for d in programme.days() if d.weekday() == number], still, past=past)
                    or today + relativedelta(weekday=number),
                )
            ]
        case OfMonth(number):
            coming = (today + timedelta(days=ahead) for ahead in range(62))
            return [
                (
                    0,
                    _next([d for d in programme.days() if d.day == number], still, past=past)
                    or next(day for day in coming if day.day == number),
                )
            ]
        case OnDate():
            return [(said.rank, day) for day in _calendar(said, today, programme)]


def _numbered(number: int, now: datetime, programme: Programme) -> date:
    days = programme.days()
    if number == -1 and days:
        return days[-1]
    if not 1 <= number <= len(days):
        near = programme.windows[-1 if number > 0 else 0].start if days else None
        raise Refusal("when-no-day", near=near, day=number, days=len(days))
    return days[number - 1]


def _next(days: Sequence[date], since: date, *, past: bool) -> date | None:
    coming = [day for day in days if day >= since]
    return coming[0] if coming else days[-1] if days and past else None


def _calendar(said: OnDate, today: date, programme: Programme) -> list[date]:
    if said.year is not None:
        return [date(said.year, said.month, said.day)]
    anchor = date(
        2000, said.month, said.day
    )  # a leap year, so that 29 February passes and 30 February does not
    days = [day for day in programme.days() if (day.month, day.day) == (said.month, said.day)]
    years = (anchor + relativedelta(year=today.year + ahead) for ahead in range(_YEARS))
    return days or [next(that for that in years if that >= today and that.day == said.day)]
