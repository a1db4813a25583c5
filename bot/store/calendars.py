"""Private links to one person's calendar: whose one is, by the digest of its secret."""

from __future__ import annotations

from datetime import datetime

from bot.store.database import Reader, Tx
from bot.store.instants import instant, stamp


async def made_at(db: Reader, guild_id: int, user_id: int) -> datetime | None:
    """Return since when a person has a link in a server; None where they have none."""
    sql = "SELECT made_at FROM calendar_link WHERE guild_id = ? AND user_id = ?"
    row = await db.one(sql, guild_id, user_id)
    return instant(row["made_at"]) if row else None


async def owner(db: Reader, guild_id: int, digest: str) -> int | None:
    """Return whose link in a server has this digest."""
    row = await db.one("SELECT guild_id, user_id FROM calendar_link WHERE digest = ?", digest)
    return row["user_id"] if row and row["guild_id"] == guild_id else None


async def write(tx: Tx, guild_id: int, user_id: int, digest: str, now: datetime) -> None:
    """Give a person a link; the one that they had is no more."""
    sql = (
        "INSERT INTO calendar_link (guild_id, user_id, digest, made_at) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (guild_id, user_id) DO UPDATE SET digest = excluded.digest, made_at = excluded.made_at"
    )
    await tx.execute(sql, guild_id, user_id, digest, stamp(now))
