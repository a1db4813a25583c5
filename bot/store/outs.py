"""Whom hosts have sent out of their desks."""

from __future__ import annotations

import sqlite3
from datetime import datetime

from bot.domain.reports import SentOut
from bot.store.database import Reader, Tx, listed
from bot.store.instants import instant, maybe_instant, stamp
from bot.store.sessions import session_of

_ALL = (
    "SELECT session.*, o.id AS out_id, o.user_id, o.user_name, o.sent_by, o.reason, o.sent_at, o.told,"
    " o.undone_at, o.undone_by FROM sent_out o JOIN session ON session.id = o.session_id WHERE guild_id = ?"
)


def _out(row: sqlite3.Row) -> SentOut:
    return SentOut(
        row["out_id"],
        session_of(row),
        row["user_id"],
        row["user_name"],
        row["sent_by"],
        row["reason"],
        instant(row["sent_at"]),
        bool(row["told"]),
        maybe_instant(row["undone_at"]),
        row["undone_by"],
    )


async def add(
    tx: Tx, session_id: int, user: tuple[int, str], *, by: int, reason: str, at: datetime
) -> int | None:
    """Note that somebody was sent out, to be shown to organizers; None where they are already."""
    row = await tx.one(
        "INSERT INTO sent_out (session_id, user_id, user_name, sent_by, reason, sent_at)"
        " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING RETURNING id",
        session_id,
        *user,
        by,
        reason,
        stamp(at),
    )
    return row["id"] if row else None


async def get(db: Reader, guild_id: int, out_id: int) -> SentOut | None:
    """Return one of this guild."""
    row = await db.one(_ALL + " AND o.id = ?", guild_id, out_id)
    return _out(row) if row else None


async def undo(tx: Tx, out_id: int, *, by: int, at: datetime) -> None:
    """Let somebody in again."""
    sql = "UPDATE sent_out SET undone_at = ?, undone_by = ? WHERE id = ? AND undone_at IS NULL"
    await tx.execute(sql, stamp(at), by, out_id)


async def told(tx: Tx, out_id: int) -> bool:
    """Note that somebody is being told why they were sent out; False where they were before."""
    return await tx.execute("UPDATE sent_out SET told = 1 WHERE id = ? AND told = 0", out_id) == 1


async def of_person(db: Reader, guild_id: int, session_id: int, user_id: int) -> SentOut | None:
    """Return why somebody is kept out of a session now; None for who may come, as host and co-hosts may."""
    row = await db.one(
        _ALL + " AND o.session_id = ? AND o.user_id = ? AND undone_at IS NULL AND host_id <> o.user_id"
        " AND NOT EXISTS (SELECT 1 FROM cohost WHERE session_id = o.session_id AND user_id = o.user_id)",
        guild_id,
        session_id,
        user_id,
    )
    return _out(row) if row else None


async def current(db: Reader, guild_id: int) -> list[SentOut]:
    """Return those who are kept out of sessions that are not over, the last first."""
    sql = _ALL + " AND state IN ('booked', 'open') AND undone_at IS NULL ORDER BY o.id DESC"
    return [_out(row) for row in await db.all(sql, guild_id)]


async def these(db: Reader, guild_id: int, ids: list[int]) -> list[SentOut]:
    """Return these of a guild."""
    sql = _ALL + " AND o.id IN (SELECT value FROM json_each(?)) ORDER BY o.id"
    return [_out(row) for row in await db.all(sql, guild_id, listed(ids))]
