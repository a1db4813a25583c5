"""Channels that the bot made and recorded (R13), and those it has asked for and not yet seen (R14)."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.store.database import Reader, Tx
from bot.store.instants import instant, stamp


class Kind(StrEnum):
    """What a channel is for."""

    AREA = "area"
    ARCHIVE = "archive"
    BOARD = "board"
    NEWS = "news"
    VOICE = "voice"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Record:
    """One channel of ours. `channel_id` is None until Discord's answer is known; `surplus`: one too many."""

    id: int
    guild_id: int
    session_id: int | None
    kind: Kind
    channel_id: int | None
    mark: str
    asked_at: datetime
    archived: bool
    surplus: bool
    label: str | None = None
    """What name and topic were last made of; None where that is not known."""
    fit: str | None = None
    """The same for what else may change: seats, and who has a host's powers."""
    renames: tuple[datetime, ...] = ()
    """When it was renamed lately, at most twice: Discord allows two in ten minutes."""


@dataclass(frozen=True, slots=True)
class NewChannel:
    """A channel as it is asked for."""

    kind: Kind
    mark: str
    session_id: int | None = None
    label: str | None = None
    fit: str | None = None


def _record(row: sqlite3.Row) -> Record:
    return Record(
        id=row["id"],
        guild_id=row["guild_id"],
        session_id=row["session_id"],
        kind=Kind(row["kind"]),
        channel_id=row["channel_id"],
        mark=row["mark"],
        asked_at=instant(row["asked_at"]),
        archived=row["archived_at"] is not None,
        surplus=bool(row["surplus"]),
        label=row["label"],
        fit=row["fit"],
        renames=tuple(instant(at) for at in (row["renamed_before"], row["renamed_at"]) if at is not None),
    )


async def present(db: Reader, guild_id: int) -> list[Record]:
    """Return all records that are not gone, archived ones too, oldest first."""
    sql = "SELECT * FROM channel WHERE guild_id = ? AND gone_at IS NULL ORDER BY id"
    return [_record(row) for row in await db.all(sql, guild_id)]


async def of_session(db: Reader, session_id: int) -> dict[Kind, int]:
    """Return the ids of a session's channels that exist as far as we know."""
    sql = (
        "SELECT kind, channel_id FROM channel WHERE session_id = ? AND gone_at IS NULL AND surplus = 0"
        " AND channel_id IS NOT NULL"
    )
    return {Kind(row["kind"]): row["channel_id"] for row in await db.all(sql, session_id)}


async def voice_of(db: Reader, guild_id: int, channel_id: int) -> int | None:
    """Return the id of the session whose voice channel this is."""
    sql = "SELECT session_id FROM channel WHERE guild_id = ? AND channel_id = ? AND kind = 'voice'"
    row = await db.one(sql, guild_id, channel_id)
    return row["session_id"] if row else None


async def board(db: Reader, guild_id: int) -> int | None:
    """Return the id of the board's channel, as far as we know."""
    sql = (
        "SELECT channel_id FROM channel WHERE guild_id = ? AND kind = 'board' AND surplus = 0"
        " AND channel_id IS NOT NULL AND gone_at IS NULL"
    )
    row = await db.one(sql, guild_id)
    return row["channel_id"] if row else None


async def renames(db: Reader, session_id: int) -> list[tuple[datetime, ...]]:
    """Return when each channel that a session has was renamed lately."""
    sql = (
        "SELECT * FROM channel WHERE session_id = ? AND gone_at IS NULL AND surplus = 0"
        " AND archived_at IS NULL"
    )
    return [_record(row).renames for row in await db.all(sql, session_id)]


async def of_guild(db: Reader, guild_id: int) -> dict[int, dict[Kind, int]]:
    """Return the known channels of every session of the guild, by session."""
    found: dict[int, dict[Kind, int]] = {}
    for record in await present(db, guild_id):
        if record.session_id is not None and record.channel_id is not None and not record.surplus:
            found.setdefault(record.session_id, {})[record.kind] = record.channel_id
    return found


async def intend(tx: Tx, guild_id: int, new: NewChannel, at: datetime) -> Record:
    """Record that a channel is about to be asked for."""
    sql = (
        "INSERT INTO channel (guild_id, session_id, kind, mark, label, fit, asked_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING *"
    )
    row = await tx.one(sql, guild_id, new.session_id, new.kind, new.mark, new.label, new.fit, stamp(at))
    assert row  # noqa: S101 - an insert that returns nothing has raised
    return _record(row)


async def forget(tx: Tx, record_id: int) -> None:
    """Drop an intent that Discord refused: nothing was made."""
    await tx.execute("DELETE FROM channel WHERE id = ? AND channel_id IS NULL", record_id)


async def found(tx: Tx, record_id: int, channel_id: int) -> None:
    """Record which channel Discord made for an intent."""
    await tx.execute("UPDATE channel SET channel_id = ? WHERE id = ?", channel_id, record_id)


async def add_surplus(tx: Tx, like: Record, channel_id: int, at: datetime) -> int:
    """Record a second channel made for one intent, so that it may be deleted (R13, R14)."""
    return await tx.insert(
        "INSERT INTO channel (guild_id, session_id, kind, channel_id, mark, surplus, asked_at)"
        " VALUES (?, ?, ?, ?, ?, 1, ?)",
        like.guild_id,
        like.session_id,
        like.kind,
        channel_id,
        like.mark,
        stamp(at),
    )


async def gone(tx: Tx, record_id: int, at: datetime) -> None:
    """Record that a channel no longer exists."""
    await tx.execute("UPDATE channel SET gone_at = ? WHERE id = ?", stamp(at), record_id)


async def archived(tx: Tx, record_id: int, at: datetime) -> None:
    """Record that a text channel has moved to the archive."""
    await tx.execute("UPDATE channel SET archived_at = ? WHERE id = ?", stamp(at), record_id)


async def renaming(tx: Tx, record: Record, at: datetime) -> None:
    """Record that a rename is on its way: it counts, and until it is answered the name is not known."""
    sql = "UPDATE channel SET label = '', renamed_before = renamed_at, renamed_at = ? WHERE id = ?"
    await tx.execute(sql, stamp(at), record.id)


async def renamed(tx: Tx, record: Record, label: str) -> None:
    """Record what name and topic are made of now."""
    await tx.execute("UPDATE channel SET label = ? WHERE id = ?", label, record.id)


async def refitted(tx: Tx, record: Record, fit: str) -> None:
    """Record for which seats and powers the channel is set up now."""
    await tx.execute("UPDATE channel SET fit = ? WHERE id = ?", fit, record.id)
