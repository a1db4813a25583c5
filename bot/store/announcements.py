"""What organizers told everybody."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from bot.store.database import Reader, Tx
from bot.store.instants import instant, stamp


@dataclass(frozen=True, slots=True)
class Announcement:
    """What is told, and until when the board shows it."""

    id: int
    words: str
    until: datetime


_NEWEST = (
    "SELECT id, words, until_at FROM announcement WHERE guild_id = ? AND until_at > ?"
    " ORDER BY id DESC LIMIT 1"
)


def newest_in(db: sqlite3.Connection, guild_id: int, now: datetime) -> Announcement | None:
    """Return the announcement that the board shows, as a part of a reading of the keeper's."""
    row = db.execute(_NEWEST, (guild_id, stamp(now))).fetchone()
    return Announcement(row["id"], row["words"], instant(row["until_at"])) if row else None


async def newest(db: Reader, guild_id: int, now: datetime) -> Announcement | None:
    """Return the announcement that the board shows."""
    row = await db.one(_NEWEST, guild_id, stamp(now))
    return Announcement(row["id"], row["words"], instant(row["until_at"])) if row else None


async def add(tx: Tx, guild_id: int, words: str, until: datetime, at: datetime, *, by: int) -> int:
    """Write an announcement and return its id."""
    return await tx.insert(
        "INSERT INTO announcement (guild_id, words, made_by, made_at, until_at) VALUES (?, ?, ?, ?, ?)",
        guild_id,
        words,
        by,
        stamp(at),
        stamp(until),
    )


async def take_down(tx: Tx, guild_id: int, announcement_id: int, at: datetime) -> bool:
    """Let the board show it no more; False where it does not."""
    sql = "UPDATE announcement SET until_at = ?1 WHERE guild_id = ?2 AND id = ?3 AND until_at > ?1"
    return await tx.execute(sql, stamp(at), guild_id, announcement_id) == 1
