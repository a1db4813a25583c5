"""Sessions as rows, in whatever state they are."""

from __future__ import annotations

from dataclasses import replace

from bot.domain.models import Session, State
from bot.store import sessions
from bot.store.database import Database
from tests.service.support import GUILD, at

NOW = at("10:00")
ASYNC = Session(0, GUILD, 1, "Ana", "Async", "Words", at("11:00"), at("12:00"), State.BOOKED)


async def add(db: Database, *new: Session) -> list[int]:
    """Write sessions in whatever state they are."""
    made = []
    async with db.transaction() as tx:
        for session in new:
            number = await sessions.add(tx, replace(session, state=State.BOOKED), NOW)
            if session.desk:
                await sessions.set_open(tx, number, session.desk, session.quiet or NOW)
            if session.closed:
                await sessions.set_closed(tx, number, session.state, session.closed)
            made.append(number)
    return made


def ended(session: Session) -> Session:
    return replace(session, state=State.ENDED, desk=1, closed=session.end, quiet=NOW)
