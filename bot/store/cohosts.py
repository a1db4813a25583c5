"""Who shares the host's powers over a session."""

from __future__ import annotations

from datetime import datetime

from bot.store.database import Reader, Tx
from bot.store.instants import stamp
from bot.store.people import Named, by_session, named


async def of_session(db: Reader, session_id: int) -> list[Named]:
    """Return the ids and names of a session's co-hosts, first added first."""
    sql = "SELECT user_id, user_name FROM cohost WHERE session_id = ? ORDER BY added_at, user_id"
    return named(await db.all(sql, session_id))


async def of_guild(db: Reader, guild_id: int) -> dict[int, list[Named]]:
    """Return the co-hosts of each active or unfinished session of the guild, first added first."""
    sql = (
        "SELECT session_id, user_id, user_name FROM cohost WHERE session_id IN"
        " (SELECT id FROM session WHERE guild_id = ?1 AND (state IN ('booked', 'open') OR id IN"
        " (SELECT session_id FROM channel WHERE gone_at IS NULL AND archived_at IS NULL)))"
        " ORDER BY added_at, user_id"
    )
    return by_session(await db.all(sql, guild_id))


async def cohosted_by(db: Reader, guild_id: int, user_id: int) -> set[int]:
    """Return the ids of the sessions that this person co-hosts."""
    sql = (
        "SELECT session_id FROM cohost WHERE user_id = ? AND session_id IN"
        " (SELECT id FROM session WHERE guild_id = ?)"
    )
    return {row["session_id"] for row in await db.all(sql, user_id, guild_id)}


async def add(tx: Tx, session_id: int, user_id: int, name: str, at: datetime) -> bool:
    """Let a person share the host's powers; False where they already do."""
    sql = "INSERT INTO cohost VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING"
    return await tx.execute(sql, session_id, user_id, name, stamp(at)) == 1


async def remove(tx: Tx, session_id: int, user_id: int) -> bool:
    """Take the host's powers back; False where the person has none."""
    sql = "DELETE FROM cohost WHERE session_id = ? AND user_id = ?"
    return await tx.execute(sql, session_id, user_id) == 1
