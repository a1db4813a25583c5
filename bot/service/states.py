"""R7: the changes of a session's state, each with its line in the audit trail, inside one transaction."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.domain.life import check_closing, check_transition, due_state, lowest_free_desk
from bot.domain.models import Session, State
from bot.domain.notices import NoticeKind
from bot.store import ledger, notices, sessions
from bot.store.database import Tx

TIME = "time"
"""Why a session opens or ends where nobody asked for it."""


async def open_session(
    tx: Tx, session: Session, now: datetime, *, actor_id: int | None = None, reason: str = TIME
) -> Session:
    """booked -> open, on the lowest free desk (R8)."""
    check_transition(session, State.OPEN)
    desk = lowest_free_desk(await sessions.active(tx, session.guild_id), now)
    stale = await _free_desk(tx, session.guild_id, desk, now)
    await sessions.set_open(tx, session.id, desk, now)
    await ledger.record(
        tx,
        session.guild_id,
        "open",
        now,
        session_id=session.id,
        actor_id=actor_id,
        reason=reason,
        desk=desk,
        replaces=stale,
    )
    if session.end > now:
        await notices.add(tx, session.guild_id, session.id, NoticeKind.OPENING, now)
        await notices.add(tx, session.guild_id, session.id, NoticeKind.WARNING, now)
    return replace(session, state=State.OPEN, desk=desk, quiet=now)


async def _free_desk(tx: Tx, guild_id: int, desk: int, now: datetime) -> int | None:
    """End the session that still holds a desk though its time is over; return its id."""
    for other in await sessions.active(tx, guild_id):
        if other.state is State.OPEN and other.desk == desk:
            await close_session(tx, other, State.ENDED, now)
            return other.id
    return None


async def close_session(
    tx: Tx, session: Session, state: State, now: datetime, *, actor_id: int | None = None, reason: str = TIME
) -> Session:
    """booked -> cancelled, open -> ended or released."""
    check_closing(session, state)
    # Closing counts from the session's own end, however late the bot notices it.
    at = min(now, session.end)
    why = "" if actor_id is None else reason  # the bot's own reasons are no words for people
    await sessions.set_closed(tx, session.id, state, at, why)
    await ledger.record(
        tx, session.guild_id, str(state), now, session_id=session.id, actor_id=actor_id, reason=reason
    )
    # Somebody was there, who may have a line to say; ended for a reason, it is no time to ask.
    if state is State.ENDED and session.came and not why:
        await notices.add(tx, session.guild_id, session.id, NoticeKind.TAKEAWAY, now)
    return replace(session, state=state, closed=at, why=why)


async def catch_up(tx: Tx, session: Session, now: datetime) -> Session:
    """Return the session with what time alone has made due, however long ago (R8, R9)."""
    if due_state(session, now) is State.OPEN:
        session = await open_session(tx, session, now)
    if due_state(session, now) is State.ENDED:
        session = await close_session(tx, session, State.ENDED, now)
    return session
