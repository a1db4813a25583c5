"""What should exist now (pure): R8 says from when, R9 until when."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import Enum

from bot.domain.models import Limits, Session, State
from bot.store.channels import Kind


class Want(Enum):
    """What is wanted of one channel of a session at one instant."""

    NOTHING = "not yet"
    LIVE = "must exist"
    KEEP = "stays if it exists"
    AWAY = "goes: the text channel to the archive, the voice channel for good"


def want(session: Session, kind: Kind, now: datetime, limits: Limits, people: int) -> Want:
    """Return what R8 and R9 want of a session's voice or text channel; `people` are those in its voice."""
    if session.state is State.BOOKED:
        return Want.LIVE if session.start - _minutes(limits.lead_minutes) <= now else Want.NOTHING
    if session.state is State.OPEN:
        return Want.LIVE
    if now < grace_over(session, limits):
        return Want.KEEP
    if kind is Kind.VOICE and people and now < overrun_over(session, limits):
        return Want.KEEP
    return Want.AWAY


def last_word_due(session: Session, now: datetime, limits: Limits, people: int) -> bool:
    """Whether people who still talk must hear now that the voice channel is about to go (R9)."""
    if session.closed is None or not people:
        return False
    return _word_at(session, limits) <= now < overrun_over(session, limits)


def grace_over(session: Session, limits: Limits) -> datetime:
    """Return when the text channel is put away and an empty voice channel goes."""
    return _closed(session) + _minutes(limits.grace_minutes)


def overrun_over(session: Session, limits: Limits) -> datetime:
    """Return when the voice channel goes even with people in it."""
    return _closed(session) + _minutes(max(limits.grace_minutes, limits.max_overrun_minutes))


def next_due(sessions: Iterable[Session], now: datetime, limits: Limits) -> datetime | None:
    """Return the next instant at which time alone changes what should exist."""
    return min((at for session in sessions for at in _instants(session, limits) if at > now), default=None)


def _instants(session: Session, limits: Limits) -> tuple[datetime, ...]:
    if session.state is State.BOOKED:
        return session.start - _minutes(limits.lead_minutes), session.start
    if session.state is State.OPEN:
        return (session.end,)
    return grace_over(session, limits), _word_at(session, limits), overrun_over(session, limits)


def _word_at(session: Session, limits: Limits) -> datetime:
    return max(_closed(session), overrun_over(session, limits) - _minutes(limits.warn_minutes))


def _closed(session: Session) -> datetime:
    return session.closed or session.end


def _minutes(minutes: int) -> timedelta:
    return timedelta(minutes=minutes)
