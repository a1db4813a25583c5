"""R2 to R6 together: what becomes of a wish to host. Ahead and now go through the same door."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.domain.capacity import Slot, free_desks, free_starts, full_from, nearest, overlaps
from bot.domain.models import Period, Session, State
from bot.domain.programme import Programme
from bot.domain.refusal import Refusal


@dataclass(frozen=True, slots=True)
class Wish:
    """What a host asks for. `minutes` is None where they named no length."""

    start: datetime
    minutes: int | None = None


@dataclass(frozen=True, slots=True)
class Booking:
    """What they get: the span, whether it starts at once, and why its end was cut (R4), if it was."""

    start: datetime
    end: datetime
    now: bool
    cut: str | None = None


@dataclass(frozen=True, slots=True)
class Agenda:
    """What a wish is held against: the programme, the time, all active sessions and those of this host."""

    programme: Programme
    now: datetime
    taken: Sequence[Session]
    own: Sequence[Session]

    def length(self, minutes: int | None) -> timedelta:
        """Return the length that a session gets (R4); raises `Refusal` where it is out of bounds."""
        limits = self.programme.limits
        wanted = limits.default_minutes if minutes is None else minutes
        if not limits.min_minutes <= wanted <= limits.max_minutes:
            raise Refusal("length", minutes=wanted, least=limits.min_minutes, most=limits.max_minutes)
        return timedelta(minutes=wanted)

    def free_starts(self, length: timedelta) -> list[Slot]:
        """Return every start from now on that fits R2, R3 and R5 for this host, in the conference's zone."""
        slots = free_starts(self.programme, self.taken, self.own, length, self.now)
        return [self.local(slot) for slot in slots]

    def local(self, slot: Slot) -> Slot:
        """Return the slot with the clock of the conference, for places where no timestamp is drawn (R1)."""
        return replace(slot, start=self.programme.local(slot.start), end=self.programme.local(slot.end))

    def offers(self, wish: datetime, length: timedelta) -> tuple[Slot, ...]:
        """Return the three nearest times that fit (R6), nearest first; none where nothing is left."""
        return nearest(self.free_starts(length), wish)


def decide(wish: Wish, agenda: Agenda) -> Booking:
    """Return what fits R2 to R5, or raise a `Refusal` that names why and offers what does fit (R6)."""
    length = agenda.length(wish.minutes)
    starts_now = wish.start <= agenda.now
    start = max(wish.start, agenda.now)
    if not starts_now:
        _check_upcoming(agenda)
    _check_window(start, length, agenda)
    end, cut = _what_fits(start, length, agenda)
    if cut is None:
        return Booking(start, end, starts_now)
    if starts_now and wish.minutes is None and end - start >= agenda.programme.limits.shortest:
        return Booking(start, end, now=True, cut=cut)
    raise _does_not_fit(Period(start, end), cut, length, agenda)


def _check_upcoming(agenda: Agenda) -> None:
    most = agenda.programme.limits.max_upcoming_per_host
    if sum(s.state is State.BOOKED and s.start > agenda.now for s in agenda.own) >= most:
        raise Refusal("too-many", most=most)


def _check_window(start: datetime, length: timedelta, agenda: Agenda) -> None:
    if agenda.programme.window_at(start):
        return
    offers = agenda.offers(start, length)
    coming = agenda.programme.next_window(start)
    if coming:
        raise Refusal("closed", offers=offers, opens=coming.start, window=coming.name)
    raise Refusal("over", offers=offers)


def _what_fits(start: datetime, length: timedelta, agenda: Agenda) -> tuple[datetime, str | None]:
    """Return the end that fits and what cut it: 'window', 'own', 'full' or, where nothing did, None."""
    wanted = start + length
    closes = next(w.end for w in agenda.programme.windows if w.start <= start < w.end)
    mine = min((max(start, s.start) for s in agenda.own if s.end > start), default=wanted)
    full = full_from(agenda.taken, start, wanted, agenda.programme.limits.parallel_limit)
    ends = ((wanted, None), (mine, "own"), (closes, "window"), (full, "full"))
    return min(ends, key=lambda end: end[0])


def _does_not_fit(fits: Period, cut: str, length: timedelta, agenda: Agenda) -> Refusal:
    """Return the refusal: what is in the way, what is left of the wish, and the nearest times (R6)."""
    offers = agenda.offers(fits.start, length)
    limit = agenda.programme.limits.parallel_limit
    left = fits.end - fits.start
    if left >= agenda.programme.limits.shortest:
        free = free_desks(agenda.taken, fits, limit)
        shorter = agenda.local(Slot(fits.start, fits.end, free, agenda.programme.highlight_at(fits.start)))
        offers = (shorter, *offers[:2])
        return Refusal(f"less-{cut}", offers=offers, minutes=left // timedelta(minutes=1), until=fits.end)
    if cut == "own":
        other = next(s for s in agenda.own if overlaps(s, Period(fits.start, fits.start + length)))
        return Refusal("own", offers=offers, topic=other.topic, start=other.start, end=other.end)
    return Refusal(cut, offers=offers, limit=limit, until=fits.end)
