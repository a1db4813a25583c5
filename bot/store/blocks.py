"""Who may not host, or not report, as organizers decided."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.store.database import Reader, Tx
from bot.store.instants import instant, maybe_instant, stamp


class Barred(StrEnum):
    """What somebody may not do."""

    HOST = "host"
    REPORT = "report"


@dataclass(frozen=True, slots=True)
class Block:
    """Who may not do it, why, and until when (None: for good)."""

    user_id: int
    name: str
    reason: str
    until: datetime | None
    since: datetime


def _block_of(row: sqlite3.Row) -> Block:
    until, since = maybe_instant(row["until_at"]), instant(row["blocked_at"])
    name = row["user_name"] or str(row["user_id"])  # forgotten, as they wished
    return Block(row["user_id"], name, row["reason"], until, since)


async def of_person(db: Reader, guild_id: int, user_id: int, what: Barred, now: datetime) -> Block | None:
    """Return what keeps a person from doing it now."""
    sql = (
        "SELECT * FROM block WHERE guild_id = ? AND user_id = ? AND what = ?"
        " AND (until_at IS NULL OR until_at > ?)"
    )
    row = await db.one(sql, guild_id, user_id, what, stamp(now))
    return _block_of(row) if row else None


async def of_guild(db: Reader, guild_id: int, what: Barred, now: datetime) -> list[Block]:
    """Return all who may not do it now, the last one first."""
    sql = (
        "SELECT * FROM block WHERE guild_id = ? AND what = ? AND (until_at IS NULL OR until_at > ?)"
        " ORDER BY blocked_at DESC, user_id"
    )
    return [_block_of(row) for row in await db.all(sql, guild_id, what, stamp(now))]


async def put(tx: Tx, guild_id: int, what: Barred, block: Block, *, by: int) -> None:
    """Write who may not do it, in place of what was said of them before."""
    await tx.execute(
        "INSERT INTO block (guild_id, user_id, what, user_name, reason, until_at, blocked_by, blocked_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET user_name = excluded.user_name,"
        " reason = excluded.reason, until_at = excluded.until_at, blocked_by = excluded.blocked_by,"
        " blocked_at = excluded.blocked_at",
        guild_id,
        block.user_id,
        what,
        block.name,
        block.reason,
        None if block.until is None else stamp(block.until),
        by,
        stamp(block.since),
    )


async def remove(tx: Tx, guild_id: int, user_id: int, what: Barred) -> bool:
    """Let a person do it again; False where nothing kept them."""
    sql = "DELETE FROM block WHERE guild_id = ? AND user_id = ? AND what = ?"
    return await tx.execute(sql, guild_id, user_id, what) == 1
