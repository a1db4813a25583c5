"""R2: which dates and which hours a line of a timetable means. Two meanings are refused with both named."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from dateutil.tz import datetime_ambiguous, datetime_exists

from bot.domain.hours_grammar import Days, Hours, Line, Order
from bot.domain.programme import LONGEST_WINDOW
from bot.domain.refusal import Refusal
from bot.domain.when_clocks import Clock, Sure, before, possible
from bot.domain.when_dates import Ahead, OnDate, Weekday
from bot.domain.when_grammar import Said

_RECENT = timedelta(days=14)
"""A date without a year that passed no longer ago is that one, and over: not next year's."""
_EARLY = 7
"""Hours before which nobody opens who does not say so: 2-5 may as well be the afternoon's."""
_YEARS = 9
"""29 February comes at least once in so many years."""
_ONE_DAY = timedelta(days=1)
_DAYS_IN_A_ROW = 31


@dataclass(frozen=True, slots=True)
class Here:
    """By what a text is read: local time, zone, and the order of month and day where that is known."""

    now: datetime
    zone: ZoneInfo
    order: Order | None = None


def order_of(line: Line, at: Here) -> Order | None:
    """Return in which order a line has month and day, where the day or the weekday decides it."""
    found = _readings(line, at)[0] if line.days else {}
    return next(iter(found)) if len(found) == 1 and None not in found else None


def dates_of(line: Line, at: Here) -> list[date]:
    """Return the dates that a line names; raises `Refusal` where there are none, or two readings."""
    today = at.now.date()
    if line.days:
        found, refusals = _readings(line, at)
        if not found:
            raise refusals[0]
        readings = {tuple(days): days for days in found.values()}
        if len(readings) == 1:
            return next(iter(found.values()))
        order = Order.MONTH_FIRST if line.chinese else at.order
        if order not in found:
            one, two = sorted(days[0] for days in found.values())
            raise Refusal("hours-either-date", first=one, second=two)
        return found[order]
    if line.of_month:
        raise Refusal("hours-no-month")
    if line.ahead is not None:
        days = [today + timedelta(days=line.ahead)]
        _check_weekdays(days, line.weekdays)
        return days
    if not line.weekdays:
        raise Refusal("hours-no-day")
    days = []
    for weekday in line.weekdays:
        since = days[-1] + _ONE_DAY if days else today
        days.append(since + timedelta(days=(weekday - since.weekday()) % 7))
    return days


def _readings(line: Line, at: Here) -> tuple[dict[Order | None, list[date]], list[Refusal]]:
    """Return the dates by the order in which their numbers are read, and why others cannot be."""
    orders = {way.order for ways in line.days for way in ways} - {None} or {None}
    found: dict[Order | None, list[date]] = {}
    refusals = []
    for order in sorted(orders, key=lambda order: order is Order.DAY_FIRST):
        try:
            found[order] = _dates(line, order, at.now.date())
        except Refusal as refusal:
            refusals.append(refusal)
        except (ValueError, OverflowError):  # 30 February, the year 10000
            refusals.append(Refusal("hours-no-date"))
    refusals.sort(key=lambda refusal: refusal.code == "hours-no-date")
    return found, refusals


def _dates(line: Line, order: Order | None, today: date) -> list[date]:
    days: list[date] = []
    beside = list(line.weekdays)
    for ways in line.days:
        way = next((way for way in ways if way.order in {None, order}), None)
        if way is None:
            raise Refusal("hours-no-date")
        days += _expanded(way, line.year, today)
        beside += way.weekdays
    _check_weekdays(days, beside)
    return days


def _expanded(way: Days, year: int | None, today: date) -> list[date]:
    """Return one date, two, or all from the first to the last."""
    one, two = way.first, way.last
    known = one.year or year
    if known is None and two and two.year:
        known = two.year - ((two.month, two.day) < (one.month, one.day))
    first = date(known, one.month, one.day) if known else _coming(one, today)
    if two is None:
        return [first]
    last = date(two.year or year or first.year, two.month, two.day)
    if last < first and not (two.year or year):
        last = date(first.year + 1, two.month, two.day)
    between = (last - first).days
    if not 0 < between < _DAYS_IN_A_ROW:
        raise Refusal("hours-unclear")
    return [first + timedelta(days=n) for n in range(between + 1)] if way.through else [first, last]


def _coming(day: OnDate, today: date) -> date:
    """Return the next such date from today; one that has just passed is that one."""
    for year in range(today.year - 1, today.year + _YEARS):
        try:
            found = date(year, day.month, day.day)
        except ValueError:
            continue
        if found >= today - _RECENT:
            return found
    raise Refusal("hours-no-date")


def _check_weekdays(days: list[date], said: list[int]) -> None:
    """Raise `Refusal` with the right weekday where one does not fit; where one was said it is the first's."""
    if not said:
        return
    checked = days[:1] if len(said) == 1 else days
    wrong = next((day for day in checked if day.weekday() not in said), None)
    if wrong is None and len(said) > 1:
        there = {day.weekday() for day in days}
        wrong = days[0] if any(weekday not in there for weekday in said) else None
    if wrong:
        raise Refusal("hours-weekday", day=wrong)


def on_day(hours: Hours, day: date, at: Here) -> tuple[datetime, datetime]:
    """Return the local times from which and up to which hours on a day last.

    An end that is not after the start is the next day's. Raises `Refusal` where they can mean two things.
    """
    start, end = hours.start, hours.end
    if start.clock is None or end.clock is None:
        raise Refusal("hours-unclear")
    opens = _at(day, _opening(start, end, start.clock), start.clock)
    if end.dates:
        closes = _at(_end_date(end, at, opens.date()), _own(end, end.clock), end.clock)
        if closes <= opens:
            raise Refusal("hours-backwards")
        return opens, closes
    return opens, _closing(start, end, end.clock, opens)


def _own(said: Said, clock: Clock) -> int:
    """Return the hour of a clock time by itself."""
    return possible(clock, said.parts)[0][1]


def _opening(start: Said, end: Said, clock: Clock) -> int:
    if start.parts or clock.sure is Sure.FIXED or end.dates or end.clock is None:
        return _own(start, clock)
    if end.parts:
        return before(clock, end.clock, end.parts)
    if clock.hour < _EARLY and end.clock.sure is not Sure.FIXED:
        raise Refusal("hours-either-start", first=_shown(clock), second=_shown(clock, 12))
    return clock.hour


def _closing(start: Said, end: Said, clock: Clock, opens: datetime) -> datetime:
    """Return the end: by its part of the day, soon after a start with one, else as it was written."""
    hours = {hour for _, hour in possible(clock, end.parts)}
    ends = sorted(
        closes
        for hour in hours
        for ahead in (0, 1)
        if (closes := _at(opens.date() + timedelta(days=ahead), hour, clock)) > opens
    )
    if (start.parts or len(hours) == 1) and ends[0] - opens < _ONE_DAY:
        return ends[0]
    written = _at(opens.date(), clock.hour, clock)
    if written == opens:
        raise Refusal("hours-backwards")
    if written > opens:
        return written
    if ends[0] != written + _ONE_DAY:
        raise Refusal("hours-either-end", first=f"{ends[0]:%H:%M}", second=f"{written:%H:%M}")
    return ends[0]


def _end_date(end: Said, at: Here, first: date) -> date:
    """Return the date of an end that has one: the next such after the first."""
    named = [day for day in end.dates if isinstance(day, OnDate)]
    weekdays = [day.number for day in end.dates if isinstance(day, Weekday)]
    ahead = [day.days for day in end.dates if isinstance(day, Ahead)]
    ways = tuple(Days(day) for day in named)
    if not named and not weekdays and ahead:
        return at.now.date() + timedelta(days=ahead[0])
    line = Line(days=[ways] if ways else [], weekdays=weekdays, hours=[])
    since = Here(datetime.combine(first, time()), at.zone)
    return dates_of(line, since)[0]


def _at(day: date, hour: int, clock: Clock) -> datetime:
    return datetime.combine(day + timedelta(days=hour // 24), time(hour % 24, clock.minute, clock.second))


def _shown(clock: Clock, later: int = 0) -> str:
    return f"{(clock.hour + later) % 24:02}:{clock.minute:02}"


def check(opens: datetime, closes: datetime, at: Here, *, over: bool = False) -> None:
    """Raise `Refusal` for hours that cannot be: skipped or shown twice by the clocks, past, too long (R2).

    With `over` they may be past.
    """
    for moment in (opens, closes):
        if not datetime_exists(moment, at.zone):
            raise Refusal("hours-skipped", clock=f"{moment:%H:%M}", day=moment.date())
        if datetime_ambiguous(moment, at.zone):
            raise Refusal("hours-twice", clock=f"{moment:%H:%M}", day=moment.date())
    if closes - opens > LONGEST_WINDOW:
        raise Refusal(
            "hours-long", days=LONGEST_WINDOW.days, latest=f"{opens + LONGEST_WINDOW:%Y-%m-%d %H:%M}"
        )
    if closes <= at.now and not over:
        raise Refusal("hours-past", day=opens.date(), example=example(at))


def example(at: Here) -> str:
    """Return a line that would be read now; the spaces keep it from looking like an emoji's name."""
    return f"{at.now.date() + timedelta(days=7):%Y-%m-%d} 09:00 - 17:30"
