"""R2: reads when a window or a highlight opens and closes, as a person types it in the conference's zone.

What was not said is never filled in: a clock time without a day means the day that is known already, else
it is refused. Whether such a window may be (R2) is for the settings to say.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from bot.domain.days import agreed
from bot.domain.names import clean_line
from bot.domain.programme import Programme
from bot.domain.refusal import Refusal
from bot.domain.when_clocks import Sure, possible
from bot.domain.when_grammar import Said, parse
from bot.domain.when_tokens import plain

_LONGEST = 100
_SHOWN = 60
_DAY = timedelta(days=1)
_NEAR = timedelta(days=31)
"""How far from the conference's days a date may be that can be read as two."""
_EARLY = 7
"""Hours before which nobody opens who does not say so: 2:30 may as well be the afternoon's."""

Edges = tuple[datetime, datetime]
"""Both ends as the clocks at the conference show them: without a zone."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is known beside the text: the time, the programme, the ends so far, the days that may be meant."""

    now: datetime
    programme: Programme
    was: Edges | None = None
    days: tuple[date, ...] = ()

    @property
    def clock(self) -> datetime:
        """What the clocks at the conference show now."""
        return self.programme.local(self.now).replace(tzinfo=None, second=0, microsecond=0)


def read_edges(opens: str, closes: str, known: Known) -> Edges:
    """Return both ends; what is empty stays as it was, a range in `opens` (`9:00-17:30`) says both.

    Another day of the start alone moves the end along. Raises `Refusal`, with what was typed and an example.
    """
    typed = opens
    try:
        start, end = _start_of(opens, known)
        if closes.strip():
            typed = closes
            end = _end(_said(closes, known), start, known)
        if end is None:
            raise Refusal("edge-no-end")
    except Refusal as refusal:
        raise refusal.completed(text=clean_line(typed, _SHOWN), example=_example(known)) from refusal
    return start, end


def _start_of(opens: str, known: Known) -> tuple[datetime, datetime | None]:
    """Return the start, and the end as far as it is known by it."""
    if not opens.strip():
        if known.was is None:
            raise Refusal("edge-unclear")
        return known.was
    said = _said(opens, known)
    start = _start(said, known)
    if said.length:
        return start, start + said.length
    if said.end:
        return start, _end(said.end, start, known)
    if known.was is None:
        return start, None
    return start, known.was[1] + (start.date() - known.was[0].date())


def _said(text: str, known: Known) -> Said:
    """Return what was said: with a clock time, or now, or a while from now."""
    typed = " ".join(text.split())
    ways = parse(plain(typed)) if len(typed) <= _LONGEST else []
    found = [said for said in ways if said.starts]
    if not found:
        raise Refusal("edge-no-clock" if any(said.dates for said in ways) else "edge-unclear")
    return found[0] if len(found) == 1 else _likeliest(found, known)


def _likeliest(found: list[Said], known: Known) -> Said:
    """Return the one way whose day can be; of 5 September and 9 May the one near the conference."""
    ways = {(day, said.clock): said for said in found for _, day in _days(said, known)}
    if len(ways) > 1:
        around = known.programme.days() or (known.clock.date(),)
        ways = {key: said for key, said in ways.items() if any(abs(key[0] - day) <= _NEAR for day in around)}
    if len(ways) != 1:
        raise Refusal("edge-unclear")
    return next(iter(ways.values()))


def _days(said: Said, known: Known) -> list[tuple[int, date]]:
    zone = said.zone or known.programme.zone
    try:
        return agreed(said.dates, known.now, known.now.astimezone(zone).date(), known.programme)
    except (Refusal, ValueError, OverflowError):  # day 9, 30 February, the year 10000
        return []


def _start(said: Said, known: Known) -> datetime:
    if said.clock is None:
        return known.clock + (said.wait or timedelta())
    hours = _hours(said)
    if said.end and said.end.clock and said.end.parts and not said.parts and len(hours) > 1:
        last = possible(said.end.clock, said.end.parts)[0][1]
        hours = [hour for hour in hours if hour < last][-1:] or hours[:1]  # 2-5pm
    if len(hours) > 1:
        if said.clock.sure is Sure.EITHER or hours[0] < _EARLY:
            raise Refusal("edge-half")
        hours = hours[:1]
    days = _known_days(said, known)
    if len(days) != 1:
        raise Refusal("edge-no-day")
    return _local(days[0], hours[0], said, known)


def _end(said: Said, start: datetime, known: Known) -> datetime:
    """Return the first such time after the start, up to a day later where no day was said."""
    if said.clock is None:
        return known.clock + (said.wait or timedelta())
    hours = _hours(said)
    days = _known_days(said, known) if said.dates else [start.date(), start.date() + _DAY]
    if not days:
        raise Refusal("edge-unclear")
    ends = [_local(day, hour, said, known) for day in days for hour in hours]
    return next((end for end in ends if end > start), ends[0])


def _hours(said: Said) -> list[int]:
    """Return the hours that may be meant, the literal one first."""
    try:
        return [hour for _, hour in possible(said.clock, said.parts)] if said.clock else []
    except Refusal:
        raise Refusal("edge-unclear") from None


def _known_days(said: Said, known: Known) -> list[date]:
    if said.dates:
        days = _days(said, known)
        least = min((rank for rank, _ in days), default=0)
        found = [day for rank, day in days if rank == least]
        if not found:
            raise Refusal("edge-unclear")
        return found[:1]
    return [known.was[0].date()] if known.was else list(_days_with(said, known))


def _days_with(said: Said, known: Known) -> Iterator[date]:
    """Yield the days that may be meant, those on which the time lies in a window still to come."""
    clock = said.clock
    for day in known.days if clock else ():
        local = datetime.combine(day, time(clock.hour % 24, clock.minute), known.programme.zone)  # type: ignore[union-attr]
        if local > known.now and known.programme.window_at(local):
            yield day


def _local(day: date, hour: int, said: Said, known: Known) -> datetime:
    clock = said.clock
    minute, second = (clock.minute, clock.second) if clock else (0, 0)
    local = datetime.combine(day + timedelta(days=hour // 24), time(hour % 24, minute, second))
    if said.zone is None or said.zone == known.programme.zone:
        return local
    return local.replace(tzinfo=said.zone).astimezone(known.programme.zone).replace(tzinfo=None)


def _example(known: Known) -> str:
    day = known.was[0].date() if known.was else known.clock.date() + _DAY
    return f"{day} 09:00"
