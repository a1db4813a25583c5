"""R17: which acts count as starting a session now, and when a person may do so again."""

from __future__ import annotations

from datetime import datetime

from bot.domain.models import Limits, Session
from bot.domain.starts import HOUR, channels_due, next_start
from bot.service.people import Person
from bot.store import starts
from bot.store.database import Reader, Tx


async def may_start_from(
    db: Reader, guild_id: int, who: Person, limits: Limits, now: datetime
) -> datetime | None:
    """Return when this person may start a session now again; None: at any time, as organizers may."""
    most = limits.starts_per_hour
    if who.organizer or not most:
        return None
    newest = await starts.latest(db, guild_id, who.id, after=now - HOUR, until=now, most=most)
    return next_start(newest, most)


async def count_come(
    tx: Tx, before: Session | None, after: Session, *, who: Person, limits: Limits, now: datetime
) -> None:
    """Count an act that has a session's channels made at once: started, booked for soon, or moved there."""
    had = before is not None and channels_due(before.start, limits, now)
    if not had and channels_due(after.start, limits, now):
        await starts.add(tx, after.guild_id, who.id, after.id, at=now, keep=HOUR)


async def count_closed(tx: Tx, session: Session, *, who: Person, limits: Limits, now: datetime) -> None:
    """Count an act that closes a session whose channels time alone had made, within the hour.

    Else booking for in a few minutes, waiting, calling it off and booking again would have no limit.
    """
    due = session.start - limits.lead
    if now - HOUR < due <= now and not await starts.noted(tx, session.id, due):
        await starts.add(tx, session.guild_id, who.id, session.id, at=now, keep=HOUR)
