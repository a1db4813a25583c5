"""Who joined which session, and who took it back."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from bot.store.database import Reader, Tx, listed
from bot.store.instants import stamp
from bot.store.people import Named, named


async def ids(db: Reader, session_id: int) -> list[int]:
    """Return the ids of those who joined a session, first come first."""
    return [user_id for user_id, _ in await of_session(db, session_id)]


async def of_session(db: Reader, session_id: int) -> list[Named]:
    """Return the ids and names of those who joined, first come first: the first `seats` have a place."""
    sql = "SELECT user_id, user_name FROM joined WHERE session_id = ? ORDER BY joined_at, turn, user_id"
    return named(await db.all(sql, session_id))


async def counts(db: Reader, session_ids: Collection[int]) -> dict[int, int]:
    """Return how many joined each of these sessions; sessions that nobody joined are left out."""
    sql = (
        "SELECT session_id, count(*) AS people FROM joined"
        " WHERE session_id IN (SELECT value FROM json_each(?)) GROUP BY session_id"
    )
    return {row["session_id"]: row["people"] for row in await db.all(sql, listed(session_ids))}


async def joined_by(db: Reader, user_id: int, session_ids: Collection[int]) -> set[int]:
    """Return the ids of those of these sessions that this person has joined."""
    sql = "SELECT session_id FROM joined WHERE session_id IN (SELECT value FROM json_each(?)) AND user_id = ?"
    return {row["session_id"] for row in await db.all(sql, listed(session_ids), user_id)}


async def left(db: Reader, session_id: int) -> set[int]:
    """Return the ids of those who joined once and took it back; they may have joined again."""
    sql = "SELECT actor_id FROM audit WHERE session_id = ? AND action = 'leave'"
    return {row["actor_id"] for row in await db.all(sql, session_id)}


async def add(tx: Tx, session_id: int, user_id: int, name: str, at: datetime) -> bool:
    """Note that a person takes part; False where they already did."""
    sql = (
        "INSERT INTO joined (session_id, user_id, user_name, joined_at, turn) SELECT ?1, ?2, ?3, ?4,"
        " (SELECT ifnull(max(turn), 0) + 1 FROM joined WHERE session_id = ?1) WHERE true"
        " ON CONFLICT DO NOTHING"
    )
    return await tx.execute(sql, session_id, user_id, name, stamp(at)) == 1


async def remove(tx: Tx, session_id: int, user_id: int) -> bool:
    """Note that a person no longer takes part; False where they did not."""
    sql = "DELETE FROM joined WHERE session_id = ? AND user_id = ?"
    return await tx.execute(sql, session_id, user_id) == 1
