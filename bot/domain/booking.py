"""R2 to R6, R10 and R17 together: what becomes of a wish to host, and of one to go on. One door for all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from bot.domain.capacity import FreeStarts, Slot, free_desks, full_from, highlight_of, overlaps
from bot.domain.models import Period, Session, State, Window
from bot.domain.programme import Programme
from bot.domain.refusal import Refusal
from bot.domain.starts import channels_due

MINUTE = timedelta(minutes=1)

_NONE_LEFT = {"window": "window", "full": "full"}
_LESS_LEFT = {"window": "less-window", "own": "less-own", "full": "less-full"}
_MORE = {"window": "more-window", "own": "more-own", "full": "more-full", "most": "more-most"}
_NO_MORE = {"window": "no-more-window", "own": "no-more-own", "full": "no-more-full", "most": "no-more-most"}
"""The codes of refusals by what is in the way: where nothing fits, where less does; so too of going on."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a host asks for. `minutes` is None where they named no length.

    A start that has passed means now; the span that was asked for keeps its end, as a button does that
    somebody reads before they press it.
    """

    start: datetime
    minutes: int | None = None

    def lasting(self, minutes: int | None) -> Wish:
        """Return the wish with a length that was named elsewhere; raises `Refusal` where they contradict."""
        if None not in {minutes, self.minutes} and minutes != self.minutes:
            raise Refusal("two-lengths", near=self.start, minutes=minutes, other=self.minutes)
        return replace(self, minutes=self.minutes if minutes is None else minutes)


@dataclass(frozen=True, slots=True)
class Booking:
    """What they get: the span, whether it starts at once, and why its end was cut (R4), if it was."""

    start: datetime
    end: datetime
    now: bool
    cut: str | None = None


@dataclass(frozen=True, slots=True)
class Agenda:
    """What a wish is held against: the programme, the time, all active sessions and those of this host.

    Where a session is moved or made longer, it is in neither list, `adds` says that it is no new one, `held`
    is the start that it has and `kept` its length, which it keeps also where the limits have changed since
    (R4). `next_start` is when the one who asks may start a session now again (R17), None: at any time.
    """

    programme: Programme
    now: datetime
    taken: Sequence[Session]
    own: Sequence[Session]
    adds: bool = True
    held: datetime | None = None
    kept: timedelta | None = None
    next_start: datetime | None = None

    def length(self, minutes: int | None) -> timedelta:
        """Return the length that a session gets (R4); raises `Refusal` where it is out of bounds."""
        limits = self.programme.limits
        wanted = limits.default_minutes if minutes is None else minutes
        keeps = self.kept is not None and self.kept // MINUTE == wanted
        if not keeps and not limits.min_minutes <= wanted <= limits.max_minutes:
            raise Refusal("length", minutes=wanted, least=limits.min_minutes, most=limits.max_minutes)
        return timedelta(minutes=wanted)

    def may_book_ahead(self) -> bool:
        """Whether the host may have this session among those booked and to come (R5)."""
        coming = sum(s.state is State.BOOKED and s.start > self.now for s in self.own)
        return not self.adds or coming < self.programme.limits.max_upcoming_per_host

    def may_start(self, start: datetime) -> bool:
        """Whether a session may begin then, or be moved there, though its asker has started many (R17).

        Each of them had channels made. What is put off, or has its channels, needs no others.
        """
        if self.next_start is None or self.next_start <= self.now:
            return True
        limits = self.programme.limits
        if self.held and (self.held <= start or channels_due(self.held, limits, self.now)):
            return True
        return self.next_start <= start and not channels_due(start, limits, self.now)

    def free_starts(self, length: timedelta) -> FreeStarts:
        """Return the starts from now on that fit R2, R3, R5 and R17, in the conference's zone."""
        programme = self.programme if self.may_book_ahead() else replace(self.programme, windows=())
        return FreeStarts(programme, self.taken, self.own, length, self.now, may_start=self.may_start)

    def local(self, slot: Slot) -> Slot:
        """Return the slot with the clock of the conference, for places where no timestamp is drawn (R1)."""
        return replace(slot, start=self.programme.local(slot.start), end=self.programme.local(slot.end))

    def offers(self, wish: datetime, length: timedelta) -> tuple[Slot, ...]:
        """Return the three nearest times that fit (R6), nearest first; else now, if that fits."""
        return self.free_starts(length).near(wish) or self.fitting(self.now, length)

    def offers_instead(self, refusal: Refusal, length: timedelta) -> tuple[Slot, ...]:
        """Return what to offer where a typed time was refused: near what was understood of it, or now."""
        offers = self.offers(refusal.near or self.now, length)
        second = refusal.fields.get("second")
        if not isinstance(second, datetime):
            return offers
        # 1h is either of two times: one click for each. A button twice would be refused by Discord.
        return tuple(dict.fromkeys((*offers[:1], *self.offers(second, length), *offers)))[:3]

    def slot(self, span: Period) -> Slot:
        """Return a span that fits as a time to offer."""
        free = free_desks(self.taken, span, self.programme.limits.parallel_limit)
        return self.local(Slot(span.start, span.end, free, highlight_of(self.programme, span)))

    def fitting(self, start: datetime, length: timedelta) -> tuple[Slot, ...]:
        """Return just this start where it fits, whether or not it is one that is offered otherwise."""
        span = Period(start, start + length)
        if self.programme.window_of(span) is None or any(overlaps(span, mine) for mine in self.own):
            return ()
        if not self.may_start(start) or (start > self.now and not self.may_book_ahead()):
            return ()
        slot = self.slot(span)
        return (slot,) if slot.free else ()


def decide(wish: Wish, agenda: Agenda) -> Booking:
    """Return what fits R2 to R5 and R17, or raise a `Refusal`: why not, and what does fit (R6)."""
    length = agenda.length(wish.minutes)
    starts_now = wish.start <= agenda.now
    span = _span(wish, length, agenda)
    if not starts_now and not agenda.may_book_ahead():
        most = agenda.programme.limits.max_upcoming_per_host
        raise Refusal("too-many", offers=agenda.offers(span.start, length), most=most)
    window = _window(span.start, length, agenda)
    if not agenda.may_start(span.start):
        raise _too_often(length, agenda)
    end, cut = _what_fits(span, window, agenda)
    if cut is None:
        return Booking(span.start, end, starts_now)
    if starts_now and wish.minutes is None and end - span.start >= agenda.programme.limits.shortest:
        return Booking(span.start, end, now=True, cut=cut)
    raise _does_not_fit(Period(span.start, end), cut, length, agenda)


def _span(wish: Wish, length: timedelta, agenda: Agenda) -> Period:
    start = max(wish.start, agenda.now).astimezone(UTC)
    if wish.minutes is None:
        return Period(start, start + length)
    end = wish.start.astimezone(UTC) + length
    if end <= start:
        raise Refusal("past", offers=agenda.offers(start, length), start=wish.start, end=end)
    return Period(start, max(end, start + min(length, agenda.programme.limits.shortest)))


def _window(start: datetime, length: timedelta, agenda: Agenda) -> Window:
    window = agenda.programme.window_at(start)
    if window:
        return window
    offers = agenda.offers(start, length)
    coming = agenda.programme.next_window(start)
    if coming:
        raise Refusal("closed", offers=offers, opens=coming.start, window=coming)
    raise Refusal("over", offers=offers)


def _too_often(length: timedelta, agenda: Agenda) -> Refusal:
    """Return the refusal of one more start within the hour (R17): when the next may be, and that time."""
    then = agenda.next_start or agenda.now
    then += -(then - datetime.min.replace(tzinfo=UTC)) % MINUTE
    exact = agenda.fitting(then, length)
    others = [slot for slot in agenda.offers(then, length) if slot.start != then]
    return Refusal(
        "starts", offers=(*exact, *others)[:3], most=agenda.programme.limits.starts_per_hour, start=then
    )


def _what_fits(wanted: Period, window: Window, agenda: Agenda) -> tuple[datetime, str | None]:
    """Return the end that fits and what cut it: 'window', 'own', 'full' or, where nothing did, None."""
    mine = _own_after(agenda, wanted.start)
    full = full_from(agenda.taken, wanted.start, wanted.end, agenda.programme.limits.parallel_limit)
    own = max(mine.start, wanted.start) if mine else wanted.end
    ends = ((wanted.end, None), (own, "own"), (window.end, "window"), (full, "full"))
    return min(ends, key=lambda end: end[0])


def _own_after(agenda: Agenda, instant: datetime) -> Session | None:
    """Return the host's session that is on at this instant, or their next one (R5)."""
    return min((s for s in agenda.own if s.end > instant), key=lambda s: s.start, default=None)


def _does_not_fit(fits: Period, cut: str, length: timedelta, agenda: Agenda) -> Refusal:
    """Return the refusal: what is in the way, what is left of the wish, and the nearest times (R6)."""
    offers = agenda.offers(fits.start, length)
    minutes = min((fits.end - fits.start) // MINUTE, agenda.programme.limits.max_minutes)
    if minutes >= agenda.programme.limits.min_minutes:
        shorter = agenda.slot(Period(fits.start, fits.start + minutes * MINUTE))
        return Refusal(_LESS_LEFT[cut], offers=(shorter, *offers[:2]), minutes=minutes, until=fits.end)
    mine = _own_after(agenda, fits.start)
    if cut == "own" and mine:
        return Refusal("own", offers=offers, topic=mine.topic, start=mine.start, end=mine.end)
    code = "full-now" if cut == "full" and fits.start <= agenda.now else _NONE_LEFT[cut]
    return Refusal(code, offers=offers, limit=agenda.programme.limits.parallel_limit, until=fits.end)


def resized(session: Session, minutes: int, agenda: Agenda) -> datetime:
    """Return the end of a session that keeps its start and gets this length (R10).

    Shorter always fits, unless it were over by now; longer is a wish like any other.
    """
    end = session.start + agenda.length(minutes)
    if end > session.end:
        return _longer(session, end, agenda, session.start)
    if end <= agenda.now:
        gone = (agenda.now - session.start) // MINUTE
        most = agenda.programme.limits.max_minutes
        raise Refusal("length", minutes=minutes, least=gone + 1, most=most)
    return end


def extended(session: Session, minutes: int, agenda: Agenda) -> datetime:
    """Return the end of a session that goes on for so many minutes (R2 to R5), or raise a `Refusal`."""
    most = agenda.programme.limits.max_minutes
    if minutes < 1:
        raise Refusal("length", minutes=minutes, least=1, most=most)
    return _longer(session, session.end + min(minutes, most) * MINUTE, agenda, session.end)


def _longer(session: Session, end: datetime, agenda: Agenda, since: datetime) -> datetime:
    """Return `end` where it fits; what the session has already is not asked about again (R12).

    Else the refusal offers the session as long as it may be, in whole minutes `since` then.
    """
    limits = agenda.programme.limits
    until, cut = _furthest(session, end, agenda)
    if cut is None:
        return end
    fits = since + (until - since) // MINUTE * MINUTE
    minutes = max(0, (fits - session.end) // MINUTE)  # below 0 where a window has been made shorter (R12)
    offers = (agenda.slot(Period(session.start, fits)),) if minutes else ()
    refusal = Refusal(
        _MORE[cut] if offers else _NO_MORE[cut],
        offers=offers,
        until=until,
        minutes=minutes,
        most=limits.max_minutes,
        limit=limits.parallel_limit,
    )
    mine = _own_after(agenda, session.end)
    if cut == "own" and mine:
        raise refusal.completed(topic=mine.topic, start=mine.start, end=mine.end)
    raise refusal


def _furthest(session: Session, end: datetime, agenda: Agenda) -> tuple[datetime, str | None]:
    """Return how far up to `end` a session may go on, and what is in the way of more."""
    limits = agenda.programme.limits
    window = agenda.programme.window_at(session.start)
    mine = _own_after(agenda, session.end)
    ends = (
        (end, None),
        (session.start + limits.longest, "most"),
        (mine.start if mine else end, "own"),
        (window.end if window else session.end, "window"),
        (full_from(agenda.taken, session.end, end, limits.parallel_limit), "full"),
    )
    return min(ends, key=lambda end: end[0])


def prolonged(session: Session, end: datetime, agenda: Agenda) -> datetime:
    """Return the later end of a session that is to go on until `end` (R2 to R5); never an earlier one."""
    return session.end if end <= session.end else _longer(session, end, agenda, session.end)


def later_ends(session: Session, agenda: Agenda) -> list[datetime]:
    """Return the ends to offer that fit, and the latest of all; where none does the `Refusal` says why."""
    limits = agenda.programme.limits
    ends = [session.end + minutes * MINUTE for minutes in (15, 30, 45, 60)]
    until, _ = _furthest(session, session.end + limits.longest, agenda)
    latest = session.end + (until - session.end) // MINUTE * MINUTE
    if latest <= session.end:
        _longer(session, session.end + MINUTE, agenda, session.end)
    return sorted({end for end in ends if end < latest} | {latest})


def check_host(session: Session, agenda: Agenda) -> None:
    """Raise a `Refusal` where the host of this agenda may not have the session as one more (R5)."""
    mine = next((own for own in agenda.own if overlaps(own, session)), None)
    if mine:
        raise Refusal("own", topic=mine.topic, start=mine.start, end=mine.end)
    if session.start > agenda.now and not agenda.may_book_ahead():
        raise Refusal("too-many", most=agenda.programme.limits.max_upcoming_per_host)
