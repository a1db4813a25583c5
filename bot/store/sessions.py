"""Sessions: rows in, domain objects out."""

from __future__ import annotations

import sqlite3
from datetime import datetime
from functools import lru_cache

from bot.domain.models import Session, State
from bot.store.database import Reader, Tx
from bot.store.instants import instant, maybe_instant, stamp


@lru_cache(maxsize=256)
def session_of(row: sqlite3.Row) -> Session:
    """Return a row of the table as an object; the same one for the same row, since most are read often."""
    return Session(
        id=row["id"],
        guild_id=row["guild_id"],
        host_id=row["host_id"],
        host_name=row["host_name"],
        topic=row["topic"],
        description=row["description"],
        start=instant(row["starts_at"]),
        end=instant(row["ends_at"]),
        state=State(row["state"]),
        desk=row["desk"],
        closed=maybe_instant(row["closed_at"]),
        seats=row["seats"],
        came=maybe_instant(row["came_at"]),
        quiet=maybe_instant(row["quiet_at"]),
        why=row["close_reason"],
        host_gone=maybe_instant(row["host_gone_at"]),
        notes_topic=row["notes_topic"],
        notes_day=row["notes_day"],
        takeaway=row["takeaway"],
    )


async def get(db: Reader, guild_id: int, session_id: int) -> Session | None:
    """Return one session of this guild."""
    row = await db.one("SELECT * FROM session WHERE guild_id = ? AND id = ?", guild_id, session_id)
    return session_of(row) if row else None


async def active(db: Reader, guild_id: int) -> list[Session]:
    """Return all booked and open sessions, in order of their start."""
    sql = "SELECT * FROM session WHERE guild_id = ? AND state IN ('booked', 'open') ORDER BY starts_at, id"
    return [session_of(row) for row in await db.all(sql, guild_id)]


async def present(db: Reader, guild_id: int, now: datetime) -> list[Session]:
    """Return the sessions that are on or to come, in order of their start."""
    sql = (
        "SELECT * FROM session WHERE guild_id = ? AND state IN ('booked', 'open') AND ends_at > ?"
        " ORDER BY starts_at, id"
    )
    return [session_of(row) for row in await db.all(sql, guild_id, stamp(now))]


async def overlapping(db: Reader, session: Session, user_id: int) -> list[Session]:
    """Return the other sessions that this person hosts or has joined and that overlap this one (R5)."""
    sql = (
        "SELECT * FROM session WHERE guild_id = ?1 AND state IN ('booked', 'open') AND starts_at < ?2"
        " AND ends_at > ?3 AND id <> ?4 AND (host_id = ?5"
        " OR EXISTS (SELECT 1 FROM joined WHERE session_id = id AND user_id = ?5)) ORDER BY starts_at, id"
    )
    span = stamp(session.end), stamp(session.start)
    return [session_of(row) for row in await db.all(sql, session.guild_id, *span, session.id, user_id)]


async def add(tx: Tx, session: Session, at: datetime) -> int:
    """Write a new session (its id is ignored) and return its id."""
    return await tx.insert(
        "INSERT INTO session (guild_id, host_id, host_name, topic, description, starts_at, ends_at, state,"
        " created_at, notes_topic, notes_day) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        session.guild_id,
        session.host_id,
        session.host_name,
        session.topic,
        session.description,
        stamp(session.start),
        stamp(session.end),
        session.state,
        stamp(at),
        session.notes_topic,
        session.notes_day,
    )


async def set_open(tx: Tx, session_id: int, desk: int, at: datetime) -> None:
    """booked -> open (R7), with the desk's number; until somebody comes it is quiet there (R11)."""
    sql = "UPDATE session SET state = 'open', desk = ?, quiet_at = ? WHERE id = ?"
    await tx.execute(sql, desk, stamp(at), session_id)


async def set_closed(tx: Tx, session_id: int, state: State, at: datetime, why: str = "") -> None:
    """Leave the active states (R7)."""
    sql = "UPDATE session SET state = ?, closed_at = ?, close_reason = ? WHERE id = ?"
    await tx.execute(sql, state, stamp(at), why, session_id)


async def set_details(tx: Tx, session: Session) -> None:
    """Write all that a host may change: topic, description, start, end, seats and who the host is.

    Of a new host it is not known that they have left the server.
    """
    await tx.execute(
        "UPDATE session SET topic = ?1, description = ?2, starts_at = ?3, ends_at = ?4, seats = ?5,"
        " host_id = ?6, host_name = ?7, host_gone_at = CASE host_id WHEN ?6 THEN host_gone_at END"
        " WHERE id = ?8",
        session.topic,
        session.description,
        stamp(session.start),
        stamp(session.end),
        session.seats,
        session.host_id,
        session.host_name,
        session.id,
    )


async def set_quiet(tx: Tx, session_id: int, quiet: datetime | None) -> None:
    """Note since when nobody is at the desk; None while somebody is."""
    await tx.execute(
        "UPDATE session SET quiet_at = ? WHERE id = ?", None if quiet is None else stamp(quiet), session_id
    )


async def set_came(tx: Tx, session_id: int, at: datetime) -> None:
    """Note when somebody was first at the desk (R11)."""
    await tx.execute("UPDATE session SET came_at = ifnull(came_at, ?) WHERE id = ?", stamp(at), session_id)


async def set_takeaway(tx: Tx, session_id: int, takeaway: str) -> None:
    """Write the one line that stays of a session."""
    await tx.execute("UPDATE session SET takeaway = ? WHERE id = ?", takeaway, session_id)


async def set_host(tx: Tx, session_id: int, seen: datetime, gone: datetime | None) -> None:
    """Note when it was last looked whether the host is in the server, and since when they are not."""
    sql = "UPDATE session SET host_seen_at = ?, host_gone_at = ? WHERE id = ?"
    await tx.execute(sql, stamp(seen), None if gone is None else stamp(gone), session_id)


async def with_hosts_seen(db: Reader, now: datetime, until: datetime) -> list[tuple[Session, datetime]]:
    """Return all guilds' sessions that are on or start until then, the first first.

    Each with the instant when its host was last known to be in the server: they have asked for it themselves.
    """
    sql = (
        "SELECT *, ifnull(host_seen_at, created_at) AS seen_at FROM session"
        " WHERE state IN ('booked', 'open') AND starts_at <= ? AND ends_at > ? ORDER BY starts_at, id"
    )
    rows = await db.all(sql, stamp(until), stamp(now))
    return [(session_of(row), instant(row["seen_at"])) for row in rows]


async def with_host_gone(db: Reader, guild_id: int, now: datetime) -> list[Session]:
    """Return the sessions that are on or to come and whose host has left, in order of their start."""
    return [session for session in await present(db, guild_id, now) if session.host_gone]


async def hosted_by(db: Reader, guild_id: int, user_id: int, now: datetime) -> list[Session]:
    """Return the sessions that are on or to come and that this person hosts, in order of their start."""
    return [session for session in await present(db, guild_id, now) if session.host_id == user_id]
