"""Who had channels made lately, by starting sessions (R17)."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.store.database import Reader, Tx
from bot.store.instants import instant, stamp


async def add(tx: Tx, guild_id: int, user_id: int, session_id: int, *, at: datetime, keep: timedelta) -> None:
    """Note that a person's act had a session's channels made, and drop what is older than `keep`."""
    await forget(tx, at - keep)
    await tx.execute("INSERT INTO start VALUES (?, ?, ?, ?)", guild_id, user_id, session_id, stamp(at))


async def forget(tx: Tx, before: datetime) -> None:
    """Drop what counts no more."""
    await tx.execute("DELETE FROM start WHERE at <= ?", stamp(before))


async def latest(
    db: Reader, guild_id: int, user_id: int, *, after: datetime, until: datetime, most: int
) -> list[datetime]:
    """Return when this person last had channels made, newest first, `most` at most."""
    sql = (
        "SELECT at FROM start WHERE guild_id = ? AND user_id = ? AND at > ? AND at <= ?"
        " ORDER BY at DESC LIMIT ?"
    )
    rows = await db.all(sql, guild_id, user_id, stamp(after), stamp(until), most)
    return [instant(row["at"]) for row in rows]


async def noted(db: Reader, session_id: int, since: datetime) -> bool:
    """Whether somebody's act had this session's channels made since then."""
    sql = "SELECT 1 FROM start WHERE session_id = ? AND at >= ? LIMIT 1"
    return await db.one(sql, session_id, stamp(since)) is not None
