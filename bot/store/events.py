"""Discord's own events that the bot made and recorded (R13), or has asked for and not yet seen (R14)."""

from __future__ import annotations

import hashlib
import sqlite3
from dataclasses import astuple, dataclass
from datetime import datetime

from bot.store.database import Reader, Tx
from bot.store.instants import instant, stamp


@dataclass(frozen=True, slots=True)
class Face:
    """What an event shows; `on`: it has begun."""

    name: str
    description: str
    location: str
    start: datetime
    end: datetime
    on: bool = False

    @property
    def digest(self) -> str:
        """A short name of all of it, so that a change shows."""
        return hashlib.sha256(repr(astuple(self)).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class EventRecord:
    """One event of ours. `event_id` is None until Discord's answer is known; `surplus`: one too many.

    `wanted` is the digest of what Discord was last told, at `told_at`; `shown` that of what it made of it.
    """

    id: int
    guild_id: int
    session_id: int
    event_id: int | None
    wanted: str
    shown: str
    surplus: bool
    asked_at: datetime
    told_at: datetime

    @property
    def mark(self) -> str:
        """The end of the description, by which an event is recognised (R14)."""
        return mark(self.session_id)


def mark(session_id: int) -> str:
    """Return the end of the description of a session's event."""
    return f"#{session_id}"


def _record(row: sqlite3.Row) -> EventRecord:
    return EventRecord(
        id=row["id"],
        guild_id=row["guild_id"],
        session_id=row["session_id"],
        event_id=row["event_id"],
        wanted=row["wanted"],
        shown=row["shown"],
        surplus=bool(row["surplus"]),
        asked_at=instant(row["asked_at"]),
        told_at=instant(row["told_at"]),
    )


async def present(db: Reader, guild_id: int) -> list[EventRecord]:
    """Return all records that are not gone, oldest first."""
    sql = "SELECT * FROM event WHERE guild_id = ? AND gone_at IS NULL ORDER BY id"
    return [_record(row) for row in await db.all(sql, guild_id)]


async def of_session(db: Reader, session_id: int) -> int | None:
    """Return the id of a session's event, if it has one."""
    sql = "SELECT event_id FROM event WHERE session_id = ? AND surplus = 0 AND gone_at IS NULL"
    row = await db.one(sql, session_id)
    return row["event_id"] if row else None


async def intend(tx: Tx, guild_id: int, session_id: int, wanted: str, at: datetime) -> EventRecord:
    """Record that an event is about to be asked for."""
    sql = "INSERT INTO event (guild_id, session_id, wanted, asked_at, told_at) VALUES (?, ?, ?, ?, ?)"
    record_id = await tx.insert(sql, guild_id, session_id, wanted, stamp(at), stamp(at))
    return EventRecord(record_id, guild_id, session_id, None, wanted, "", False, at, at)


async def forget(tx: Tx, record_id: int) -> None:
    """Drop an intent that Discord refused: nothing was made."""
    await tx.execute("DELETE FROM event WHERE id = ? AND event_id IS NULL", record_id)


async def found(tx: Tx, record_id: int, event_id: int, shown: str, at: datetime) -> None:
    """Record which event Discord made for an intent, and what it shows."""
    sql = "UPDATE event SET event_id = ?, shown = ?, told_at = ? WHERE id = ?"
    await tx.execute(sql, event_id, shown, stamp(at), record_id)


async def told(tx: Tx, record_id: int, wanted: str, shown: str, at: datetime) -> None:
    """Record what Discord was told, and what it made of that."""
    sql = "UPDATE event SET wanted = ?, shown = ?, told_at = ? WHERE id = ?"
    await tx.execute(sql, wanted, shown, stamp(at), record_id)


async def add_surplus(tx: Tx, like: EventRecord, event_id: int, at: datetime) -> int:
    """Record a second event made for one intent, so that it may be deleted (R13, R14)."""
    return await tx.insert(
        "INSERT INTO event (guild_id, session_id, event_id, surplus, asked_at, told_at)"
        " VALUES (?, ?, ?, 1, ?, ?)",
        like.guild_id,
        like.session_id,
        event_id,
        stamp(at),
        stamp(at),
    )


async def gone(tx: Tx, record_id: int, at: datetime) -> None:
    """Record that an event is over or no longer exists."""
    await tx.execute("UPDATE event SET gone_at = ? WHERE id = ?", stamp(at), record_id)
