"""Who may not host, or not report: until when, why, and by whom."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from bot.store.database import Reader, Tx
from bot.store.instants import instant, maybe_instant, stamp

HOST, REPORT = "host", "report"


@dataclass(frozen=True, slots=True)
class Block:
    """What is taken from one person; `until` is None for good."""

    user_id: int
    user_name: str
    what: str
    reason: str
    until: datetime | None
    by: int
    at: datetime


def block_of(row: sqlite3.Row) -> Block:
    """Return a row of the table as an object."""
    return Block(
        row["user_id"],
        row["user_name"],
        row["what"],
        row["reason"],
        maybe_instant(row["until_at"]),
        row["blocked_by"],
        instant(row["blocked_at"]),
    )


async def add(tx: Tx, guild_id: int, block: Block) -> None:
    """Take something from a person; what was taken before is replaced."""
    await tx.execute(
        "INSERT INTO block (guild_id, user_id, what, user_name, reason, until_at, blocked_by, blocked_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET user_name = excluded.user_name,"
        " reason = excluded.reason, until_at = excluded.until_at, blocked_by = excluded.blocked_by,"
        " blocked_at = excluded.blocked_at",
        guild_id,
        block.user_id,
        block.what,
        block.user_name,
        block.reason,
        None if block.until is None else stamp(block.until),
        block.by,
        stamp(block.at),
    )


async def remove(tx: Tx, guild_id: int, user_id: int, what: str) -> bool:
    """Give it back; False where nothing was taken."""
    sql = "DELETE FROM block WHERE guild_id = ? AND user_id = ? AND what = ?"
    return await tx.execute(sql, guild_id, user_id, what) == 1


async def active(db: Reader, guild_id: int, user_id: int, what: str, now: datetime) -> Block | None:
    """Return what is taken from a person now."""
    sql = (
        "SELECT * FROM block WHERE guild_id = ? AND user_id = ? AND what = ?"
        " AND (until_at IS NULL OR until_at > ?)"
    )
    row = await db.one(sql, guild_id, user_id, what, stamp(now))
    return block_of(row) if row else None


async def every(db: Reader, guild_id: int, what: str, now: datetime) -> list[Block]:
    """Return those from whom this is taken now, the last first."""
    sql = (
        "SELECT * FROM block WHERE guild_id = ? AND what = ? AND (until_at IS NULL OR until_at > ?)"
        " ORDER BY blocked_at DESC, user_id"
    )
    return [block_of(row) for row in await db.all(sql, guild_id, what, stamp(now))]
