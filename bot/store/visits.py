"""Who was at which desk: in its voice channel, or writing in its text channel."""

from __future__ import annotations

from datetime import datetime

from bot.store.database import Reader, Tx
from bot.store.instants import stamp


async def of_guild(db: Reader, guild_id: int) -> dict[int, frozenset[int]]:
    """Return the ids of those who have been at each open desk of the guild, by session."""
    sql = (
        "SELECT session_id, user_id FROM visit WHERE session_id IN"
        " (SELECT id FROM session WHERE guild_id = ? AND state = 'open')"
    )
    found: dict[int, frozenset[int]] = {}
    for row in await db.all(sql, guild_id):
        found[row["session_id"]] = found.get(row["session_id"], frozenset()) | {row["user_id"]}
    return found


async def add(tx: Tx, session_id: int, user_id: int, at: datetime) -> bool:
    """Note that a person was at the desk; False where that is known."""
    sql = "INSERT INTO visit VALUES (?, ?, ?) ON CONFLICT DO NOTHING"
    return await tx.execute(sql, session_id, user_id, stamp(at)) == 1
