"""Messages to send: written with the change that causes them, ticked off when Discord has them."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import datetime

from bot.domain.notices import Notice, NoticeKind
from bot.store.database import Reader, Tx
from bot.store.instants import instant, stamp


async def add(
    tx: Tx, guild_id: int, session_id: int, kind: NoticeKind, at: datetime, *, user_id: int | None = None
) -> None:
    """Write a notice in the transaction of the change that causes it."""
    await tx.insert(
        "INSERT INTO notice (guild_id, session_id, kind, user_id, created_at) VALUES (?, ?, ?, ?, ?)",
        guild_id,
        session_id,
        kind,
        user_id,
        stamp(at),
    )


async def add_once(
    tx: Tx,
    guild_id: int,
    session_id: int,
    kind: NoticeKind,
    at: datetime,
    *,
    user_id: int | None = None,
    fresh: bool = False,
) -> bool:
    """Write a notice where none of its kind waits for this session and person; False where one does.

    `fresh`: one that is on its way does not count, since its words were chosen before this change.
    """
    waiting = await tx.one(
        "SELECT 1 FROM notice WHERE session_id = ? AND kind = ? AND user_id IS ? AND done_at IS NULL"
        " AND NOT (? AND (tried_at IS NOT NULL OR parts_sent > 0))",
        session_id,
        kind,
        user_id,
        fresh,
    )
    if waiting:
        return False
    await add(tx, guild_id, session_id, kind, at, user_id=user_id)
    return True


async def remove_waiting(tx: Tx, session_id: int, kind: NoticeKind, user_id: int) -> bool:
    """Take back what this person has asked for and not got yet; False where nothing waits."""
    sql = "DELETE FROM notice WHERE session_id = ? AND kind = ? AND user_id = ? AND done_at IS NULL"
    return await tx.execute(sql, session_id, kind, user_id) > 0


async def overtake(tx: Tx, session_id: int, kind: NoticeKind) -> None:
    """Forget what is on its way, with words that were chosen before this change."""
    sql = "DELETE FROM notice WHERE session_id = ? AND kind = ? AND tried_at IS NOT NULL AND done_at IS NULL"
    await tx.execute(sql, session_id, kind)


async def waits(db: Reader, session_id: int, kind: NoticeKind, user_id: int) -> bool:
    """Whether a notice of this kind waits for this session and person."""
    sql = "SELECT 1 FROM notice WHERE session_id = ? AND kind = ? AND user_id = ? AND done_at IS NULL"
    return await db.one(sql, session_id, kind, user_id) is not None


async def had(db: Reader, session_id: int, kind: NoticeKind, user_id: int) -> bool:
    """Whether a notice of this kind waits for this session and person or has reached them."""
    sql = "SELECT 1 FROM notice WHERE session_id = ? AND kind = ? AND user_id = ? AND NOT dropped"
    return await db.one(sql, session_id, kind, user_id) is not None


def notice_of(row: sqlite3.Row) -> Notice:
    """Return a row of the table as an object."""
    return Notice(
        id=row["id"],
        guild_id=row["guild_id"],
        session_id=row["session_id"],
        kind=NoticeKind(row["kind"]),
        user_id=row["user_id"],
        created=instant(row["created_at"]),
        tried=row["tried_at"] is not None,
        parts_sent=row["parts_sent"],
        closed=bool(row["closed"]),
        batch=row["batch"],
    )


async def is_waiting(db: Reader, notice_id: int) -> bool:
    """Whether a notice is still to be sent."""
    return await db.one("SELECT 1 FROM notice WHERE id = ? AND done_at IS NULL", notice_id) is not None


async def sending(tx: Tx, notice_ids: Sequence[int], at: datetime) -> None:
    """Record that the next part of these is about to go out in one message, named by the first of them."""
    sql = "UPDATE notice SET tried_at = ?, batch = ? WHERE id = ?"
    for notice_id in notice_ids:
        await tx.execute(sql, stamp(at), notice_ids[0], notice_id)


async def part_sent(tx: Tx, notice_id: int, parts: int, done_at: datetime | None, *, pinged: bool) -> None:
    """Record that one more part has arrived, whether it was the last, and whether it pinged the host."""
    await tx.execute(
        "UPDATE notice SET parts_sent = ?, tried_at = NULL, done_at = ?, pinged = pinged OR ? WHERE id = ?",
        parts,
        stamp(done_at) if done_at else None,
        pinged,
        notice_id,
    )


async def closed(tx: Tx, notice_id: int) -> None:
    """Record that the person takes no direct messages."""
    await tx.execute("UPDATE notice SET closed = 1, tried_at = NULL WHERE id = ?", notice_id)


async def drop(tx: Tx, notice_id: int, at: datetime) -> bool:
    """Give up a notice that has grown stale: it is never sent late; False where it waits no more."""
    sql = "UPDATE notice SET dropped = 1, done_at = ? WHERE id = ? AND done_at IS NULL"
    return await tx.execute(sql, stamp(at), notice_id) == 1


async def ever(db: Reader, session_id: int, kind: NoticeKind) -> bool:
    """Whether a notice of this kind was ever written for a session."""
    sql = "SELECT 1 FROM notice WHERE session_id = ? AND kind = ?"
    return await db.one(sql, session_id, kind) is not None
