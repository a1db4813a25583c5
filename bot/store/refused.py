"""The words that Discord refuses, as digests (R16)."""

from __future__ import annotations

from datetime import datetime

from bot.store.database import Reader, Tx
from bot.store.instants import stamp


async def add(tx: Tx, guild_id: int, words: str, at: datetime) -> None:
    """Record that Discord refuses these words (a digest of them)."""
    sql = "INSERT INTO refused VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET refused_at = excluded.refused_at"
    await tx.execute(sql, guild_id, words, stamp(at))


async def words(db: Reader, guild_id: int) -> frozenset[str]:
    """Return the digests of the words that Discord refuses in a guild."""
    return frozenset(
        row["words"] for row in await db.all("SELECT words FROM refused WHERE guild_id = ?", guild_id)
    )
