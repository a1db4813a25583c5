"""Messages to send: written with the change that causes them, ticked off when Discord has them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.store.database import Reader, Tx
from bot.store.instants import instant, maybe_instant, stamp


class NoticeKind(StrEnum):
    """What a notice says."""

    OPENING = "opening"
    GREETING = "greeting"
    OVERRUN = "overrun"
    WARNING = "warning"
    """The end is near."""
    CHANGED = "changed"
    """It starts or ends at another time."""
    CANCELLED = "cancelled"
    REMINDER = "reminder"
    """Somebody asked to be reminded before the start."""
    QUIET = "quiet"
    """Nobody is there (R11)."""


@dataclass(frozen=True, slots=True)
class Notice:
    """One message to send, in parts where it mentions more people than one message holds."""

    id: int
    guild_id: int
    session_id: int
    kind: NoticeKind
    user_id: int | None
    created: datetime
    tried: bool
    parts_sent: int
    closed: bool = False
    """Whether the person takes no direct messages, so that it goes to a channel."""


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


async def waiting(db: Reader, guild_id: int) -> list[Notice]:
    """Return the notices still to be sent, oldest first."""
    rows = await db.all("SELECT * FROM notice WHERE guild_id = ? AND done_at IS NULL ORDER BY id", guild_id)
    return [
        Notice(
            id=row["id"],
            guild_id=row["guild_id"],
            session_id=row["session_id"],
            kind=NoticeKind(row["kind"]),
            user_id=row["user_id"],
            created=instant(row["created_at"]),
            tried=row["tried_at"] is not None,
            parts_sent=row["parts_sent"],
            closed=bool(row["closed"]),
        )
        for row in rows
    ]


async def sessions_with(db: Reader, guild_id: int, kind: NoticeKind) -> frozenset[int]:
    """Return the ids of the sessions for which a notice of this kind was ever written."""
    sql = "SELECT session_id FROM notice WHERE guild_id = ? AND kind = ?"
    return frozenset(row["session_id"] for row in await db.all(sql, guild_id, kind))


async def trying(tx: Tx, notice_id: int, at: datetime) -> None:
    """Record that the next part is about to be sent."""
    await tx.execute("UPDATE notice SET tried_at = ? WHERE id = ?", stamp(at), notice_id)


async def part_sent(tx: Tx, notice_id: int, parts: int, done_at: datetime | None, *, pinged: bool) -> None:
    """Record that one more part has arrived, whether it was the last, and whether it pinged the host."""
    await tx.execute(
        "UPDATE notice SET parts_sent = ?, tried_at = NULL, done_at = ?, pinged = pinged OR ? WHERE id = ?",
        parts,
        stamp(done_at) if done_at else None,
        pinged,
        notice_id,
    )


async def host_pinged(db: Reader, session_id: int) -> datetime | None:
    """Return when a session's host was last pinged."""
    sql = "SELECT max(done_at) AS at FROM notice WHERE session_id = ? AND pinged"
    row = await db.one(sql, session_id)
    return maybe_instant(row["at"]) if row else None


async def last_sent(db: Reader, guild_id: int, kind: NoticeKind) -> dict[int, datetime]:
    """Return when the last notice of this kind was sent for each session that ever had one."""
    sql = (
        "SELECT session_id, max(done_at) AS at FROM notice WHERE guild_id = ? AND kind = ? AND NOT dropped"
        " AND done_at IS NOT NULL GROUP BY session_id"
    )
    return {row["session_id"]: instant(row["at"]) for row in await db.all(sql, guild_id, kind)}


async def closed(tx: Tx, notice_id: int) -> None:
    """Record that the person takes no direct messages."""
    await tx.execute("UPDATE notice SET closed = 1, tried_at = NULL WHERE id = ?", notice_id)


async def drop(tx: Tx, notice_id: int, at: datetime) -> None:
    """Give up a notice that has grown stale: it is never sent late."""
    await tx.execute("UPDATE notice SET dropped = 1, done_at = ? WHERE id = ?", stamp(at), notice_id)
