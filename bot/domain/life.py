"""R7 to R9 and R11 as pure questions: which change of state is due, what a desk needs, who is given away."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum

from bot.domain.models import TRANSITIONS, Limits, Session, State
from bot.domain.refusal import Refusal

_AS_IT_IS = {
    State.BOOKED: "session-booked",
    State.OPEN: "session-open",
    State.ENDED: "session-ended",
    State.CANCELLED: "session-cancelled",
    State.RELEASED: "session-released",
}

_OTHER_WAY = {State.OPEN: "open-not-cancel", State.BOOKED: "booked-not-end"}
_ORGANIZERS_WAY = {State.OPEN: "admin-open-not-cancel", State.BOOKED: "admin-booked-not-end"}


def refused_as(state: State, session: Session) -> Refusal:
    """Return the refusal of what cannot be done with a session because it is in this state (R7)."""
    return Refusal(_AS_IT_IS[state], topic=session.topic)


def check_transition(session: Session, to: State) -> None:
    """Raise `Refusal` where R7 knows no way from the session's state to `to`."""
    if to not in TRANSITIONS[session.state]:
        raise refused_as(session.state, session)


def check_closing(session: Session, to: State, *, organizer: bool = False) -> None:
    """As `check_transition`, for who asks to end or cancel: mixed up, the refusal names the right command."""
    if not session.active or to in TRANSITIONS[session.state]:
        check_transition(session, to)
    elif organizer:
        raise Refusal(_ORGANIZERS_WAY[session.state], topic=session.topic)
    else:
        raise Refusal(_OTHER_WAY[session.state], topic=session.topic)


def due_state(session: Session, now: datetime) -> State | None:
    """Return the state that time alone makes due: open at the start, ended at the end (R8, R9)."""
    if session.state is State.BOOKED and session.start <= now:
        return State.OPEN
    if session.state is State.OPEN and session.end <= now:
        return State.ENDED
    return None


def as_of(session: Session, now: datetime) -> Session:
    """Return the session as time alone has made it, as a transaction would write it first.

    One that opens so has no desk yet.
    """
    if due_state(session, now) is State.OPEN:
        session = replace(session, state=State.OPEN)
    if due_state(session, now) is State.ENDED:
        session = replace(session, state=State.ENDED, closed=session.end)
    return session


def lowest_free_desk(sessions: Iterable[Session], now: datetime) -> int:
    """Return the lowest desk number that no open session holds (R3).

    A session whose end has come holds none. The limit is not asked again here: R3 has counted already,
    and after a lowered limit (R12) the number may lie above it.
    """
    used = {s.desk for s in sessions if s.state is State.OPEN and s.end > now}
    return next(number for number in range(1, len(used) + 2) if number not in used)


@dataclass(frozen=True, slots=True)
class Absence:
    """Nobody is at an open desk: when its host is warned, whether they were, and when it is given away."""

    warn_at: datetime
    warned: bool
    release_at: datetime


def half_patience(session: Session, limits: Limits) -> timedelta:
    """Return how long nobody is at a desk until its host is warned, and then until it is given away (R11)."""
    minutes = limits.no_show_minutes if session.came is None else limits.idle_minutes
    return timedelta(minutes=minutes) / 2


def absence(session: Session, warned_at: datetime | None, limits: Limits) -> Absence | None:
    """Return what becomes of a desk where nobody is (R11), or None where nothing does.

    `warned_at` is when the host was last told. Who has not been told half the time before keeps the desk,
    whatever kept the bot from telling. A desk where nobody ever came has `no_show_minutes`, one that
    everybody has left `idle_minutes`; 0 means never.
    """
    half = half_patience(session, limits)
    if session.state is not State.OPEN or session.quiet is None or not half:
        return None
    warned = warned_at is not None and warned_at >= session.quiet
    warn_at = session.quiet + half
    told = warned_at if warned and warned_at else warn_at
    return Absence(warn_at, warned, max(session.quiet, told - half) + 2 * half)


class Need(Enum):
    """What is wanted of one thing at one instant."""

    LIVE = "must exist"
    KEEP = "stays if it exists"
    AWAY = "goes"


def need(session: Session, now: datetime, limits: Limits, *, people: int = 0) -> Need:
    """Return what R8 and R9 want of a desk's channel; `people` are those in it, who keep a voice channel.

    What exists stays while the session is active, whenever it begins: a move takes no channel away.
    """
    if session.state is State.BOOKED:
        return Need.LIVE if session.start - _minutes(limits.lead_minutes) <= now else Need.KEEP
    if session.state is State.OPEN:
        return Need.LIVE
    if now < grace_over(session, limits) or (people and now < overrun_over(session, limits)):
        return Need.KEEP
    return Need.AWAY


def last_word_due(session: Session, now: datetime, limits: Limits, people: int) -> bool:
    """Whether people who still talk must hear now that the voice channel is about to go (R9)."""
    if session.closed is None or not people:
        return False
    return last_word_at(session, limits) <= now < overrun_over(session, limits)


def grace_over(session: Session, limits: Limits) -> datetime:
    """Return when the text channel is put away and an empty voice channel goes (R9)."""
    return (session.closed or session.end) + _minutes(limits.grace_minutes)


def overrun_over(session: Session, limits: Limits) -> datetime:
    """Return when the voice channel goes even with people in it (R9)."""
    return (session.closed or session.end) + _minutes(max(limits.grace_minutes, limits.max_overrun_minutes))


def last_word_at(session: Session, limits: Limits) -> datetime:
    """Return from when people who still talk are told that the voice channel goes (R9)."""
    word = overrun_over(session, limits) - _minutes(limits.warn_minutes)
    return max(session.closed or session.end, word)


def instants(session: Session, limits: Limits) -> tuple[datetime, ...]:
    """Return when time alone changes what R8 and R9 want of a desk."""
    if session.state is State.BOOKED:
        return session.start - _minutes(limits.lead_minutes), session.start
    if session.state is State.OPEN:
        return (session.end,)
    return grace_over(session, limits), last_word_at(session, limits), overrun_over(session, limits)


def _minutes(minutes: int) -> timedelta:
    return timedelta(minutes=minutes)
