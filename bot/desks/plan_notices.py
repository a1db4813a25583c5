"""Which notices are to be sent, and where (pure): R8, R9, R11."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from bot.desks.desired import overrun_over
from bot.desks.scene import Scene, Seen
from bot.desks.steps import Drop, Say, Step
from bot.domain.life import half_patience
from bot.domain.models import Limits, Session, State
from bot.store.channels import Kind
from bot.store.notices import Notice, NoticeKind

STALE = timedelta(minutes=15)
"""How late a word may come that is only of use at its time."""

_AT_THE_DESK = {NoticeKind.OPENING, NoticeKind.GREETING, NoticeKind.WARNING, NoticeKind.QUIET}


def notice_steps(scene: Scene) -> Iterator[Step]:
    """Yield what to send and what to give up; what is not due yet is looked at in time."""
    opening = {n.session_id for n in scene.book.notices if n.kind is NoticeKind.OPENING}
    for notice in scene.book.notices:
        session = scene.sessions.get(notice.session_id)
        if session is None or late(notice, session, scene.limits, scene.now):
            yield Drop(notice)
        elif scene.later(due(notice, session, scene.limits)):
            continue
        elif notice.kind in _AT_THE_DESK - {NoticeKind.OPENING} and session.id in opening:
            continue  # the opening comes first
        elif notice.kind is NoticeKind.REMINDER and not notice.closed:
            yield Say(notice, session, None)
        else:
            channel = _channel(scene, notice, session)
            if channel:
                yield Say(notice, session, channel.id)


def due(notice: Notice, session: Session, limits: Limits) -> datetime:
    """Return when a notice is to be sent."""
    if notice.kind is NoticeKind.WARNING:
        half = session.start + (session.end - session.start) / 2
        return max(session.end - timedelta(minutes=limits.warn_minutes), half)
    if notice.kind is NoticeKind.REMINDER:
        return session.start - timedelta(minutes=limits.remind_minutes)
    return notice.created


def late(notice: Notice, session: Session, limits: Limits, now: datetime) -> bool:
    """Whether a notice has grown stale: after a long outage nothing old is poured out."""
    match notice.kind:
        case NoticeKind.OVERRUN:
            over = session.closed is None or overrun_over(session, limits) <= now
        case NoticeKind.CHANGED:
            over = not session.active or (session.state is State.BOOKED and session.start <= now)
        case NoticeKind.CANCELLED:
            over = max(session.start, notice.created) + STALE <= now
        case NoticeKind.REMINDER:
            over = session.state is not State.BOOKED or session.start <= now
        case NoticeKind.GREETING:
            over = session.state is not State.OPEN or notice.created + STALE <= now
        case NoticeKind.QUIET:
            told = notice.created + half_patience(session, limits)  # past it, the host is warned anew
            here = session.quiet is None or notice.created < session.quiet
            over = session.state is not State.OPEN or here or told <= now
        case NoticeKind.WARNING:
            over = session.state is not State.OPEN or session.end <= now
        case NoticeKind.OPENING:
            over = session.state is not State.OPEN
    return over


def _channel(scene: Scene, notice: Notice, session: Session) -> Seen | None:
    """Return where everyone concerned reads: at the desk once it is open, among the news before."""
    if notice.kind is NoticeKind.OVERRUN:
        return scene.desk(session, Kind.VOICE)
    if notice.kind in _AT_THE_DESK or (notice.kind is NoticeKind.CHANGED and session.state is State.OPEN):
        return scene.desk(session, Kind.TEXT)
    return scene.place(Kind.NEWS)
