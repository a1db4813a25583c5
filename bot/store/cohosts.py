"""Who shares the host's powers over a session."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from bot.store.database import Reader, Tx, listed
from bot.store.instants import stamp
from bot.store.people import Named, named


async def of_session(db: Reader, session_id: int) -> list[Named]:
    """Return the ids and names of a session's co-hosts, first added first."""
    sql = "SELECT user_id, user_name FROM cohost WHERE session_id = ? ORDER BY added_at, user_id"
    return named(await db.all(sql, session_id))


async def cohosted_by(db: Reader, user_id: int, session_ids: Collection[int]) -> set[int]:
    """Return the ids of those of these sessions that this person co-hosts."""
    sql = "SELECT session_id FROM cohost WHERE session_id IN (SELECT value FROM json_each(?)) AND user_id = ?"
    return {row["session_id"] for row in await db.all(sql, listed(session_ids), user_id)}


async def add(tx: Tx, session_id: int, user_id: int, name: str, at: datetime) -> bool:
    """Let a person share the host's powers; False where they already do."""
    sql = "INSERT INTO cohost VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING"
    return await tx.execute(sql, session_id, user_id, name, stamp(at)) == 1


async def remove(tx: Tx, session_id: int, user_id: int) -> bool:
    """Take the host's powers back; False where the person has none."""
    sql = "DELETE FROM cohost WHERE session_id = ? AND user_id = ?"
    return await tx.execute(sql, session_id, user_id) == 1
