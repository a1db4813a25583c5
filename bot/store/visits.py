"""Who was at which desk: in its voice channel, or writing in its text channel."""

from __future__ import annotations

from datetime import datetime

from bot.store.database import Tx
from bot.store.instants import stamp


async def add(tx: Tx, session_id: int, user_id: int, at: datetime) -> bool:
    """Note that a person was at the desk; False where that is known."""
    sql = "INSERT INTO visit VALUES (?, ?, ?) ON CONFLICT DO NOTHING"
    return await tx.execute(sql, session_id, user_id, stamp(at)) == 1
