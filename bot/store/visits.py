"""Who was at which desk: in its voice channel, or writing in its text channel."""

from __future__ import annotations

from datetime import datetime

from bot.store.database import Reader, Tx
from bot.store.instants import stamp


async def add(tx: Tx, session_id: int, user_id: int, at: datetime) -> bool:
    """Note that a person was at the desk; False where that is known."""
    sql = "INSERT INTO visit VALUES (?, ?, ?) ON CONFLICT DO NOTHING"
    return await tx.execute(sql, session_id, user_id, stamp(at)) == 1


async def of_session(db: Reader, session_id: int) -> list[int]:
    """Return the ids of those who were at the desk."""
    sql = "SELECT user_id FROM visit WHERE session_id = ? ORDER BY came_at, user_id"
    return [row["user_id"] for row in await db.all(sql, session_id)]
