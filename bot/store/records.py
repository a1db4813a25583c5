"""What the bot made on Discord and recorded (R13), and what it has asked for and not yet seen (R14)."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from bot.store.database import Reader, Tx
from bot.store.instants import instant, stamp


class Kind(StrEnum):
    """What a thing on Discord is for."""

    AREA = "area"
    ARCHIVE = "archive"
    BOARD = "board"
    NEWS = "news"
    VOICE = "voice"
    TEXT = "text"
    BOARD_MESSAGE = "board-message"
    TOMORROW = "tomorrow"
    CARD = "card"
    EVENT = "event"


class Aspect(StrEnum):
    """What of a thing can be changed by itself, and so is compared by itself."""

    NAME = "name"
    SEATS = "seats"
    PLACE = "place"
    ACCESS = "access"
    PICTURE = "picture"
    PINNED = "pinned"
    FACE = "face"


IN_DOUBT = ""
"""What an aspect is recorded as while a change of it is not answered: unlike anything that is wanted."""


@dataclass(frozen=True, slots=True)
class Record:
    """One thing of ours. `discord_id` is None until Discord's answer is known.

    `told` is what Discord was last told, by aspect, at `told_at`, and `shown` what it made of that. `since_id`
    is the newest of Discord's ids when it was asked for. `doubt`: an answer to just this wish was in doubt, so
    that there may be a second one; `surplus`: it is that second one. `over`: it is gone, or was never found.
    """

    id: int
    guild_id: int
    session_id: int | None
    kind: Kind
    mark: str
    discord_id: int | None
    parent_id: int
    since_id: int
    told: Mapping[str, str] = field(hash=False)
    shown: str
    doubt: bool
    surplus: bool
    wrote: bool
    asked_at: datetime
    told_at: datetime
    renames: tuple[datetime, ...] = ()
    """When it was renamed lately, at most twice: Discord allows two in ten minutes."""
    over: bool = False


@dataclass(frozen=True, slots=True)
class NewRecord:
    """A thing as it is about to be asked for."""

    guild_id: int
    kind: Kind
    session_id: int | None = None
    mark: str = ""
    parent_id: int = 0
    since_id: int = 0
    told: Mapping[str, str] = field(default_factory=dict)


def record_of(row: sqlite3.Row) -> Record:
    """Return a row of the table as an object."""
    return Record(
        id=row["id"],
        guild_id=row["guild_id"],
        session_id=row["session_id"],
        kind=Kind(row["kind"]),
        mark=row["mark"],
        discord_id=row["discord_id"],
        parent_id=row["parent_id"],
        since_id=row["since_id"],
        told=json.loads(row["told"]),
        shown=row["shown"],
        doubt=bool(row["doubt"]),
        surplus=bool(row["surplus"]),
        wrote=bool(row["wrote"]),
        asked_at=instant(row["asked_at"]),
        told_at=instant(row["told_at"]),
        renames=tuple(instant(at) for at in (row["renamed_before"], row["renamed_at"]) if at is not None),
        over=row["gone_at"] is not None,
    )


_THERE = "gone_at IS NULL AND surplus = 0 AND discord_id IS NOT NULL"


async def of_session(db: Reader, session_id: int) -> dict[Kind, int]:
    """Return the ids of a session's voice and text channel that exist as far as we know."""
    sql = (
        f"SELECT kind, discord_id FROM record WHERE session_id = ? AND kind IN ('voice', 'text') AND {_THERE}"
    )
    return {Kind(row["kind"]): row["discord_id"] for row in await db.all(sql, session_id)}


async def of_guild(db: Reader, guild_id: int) -> dict[int, dict[Kind, int]]:
    """Return the channels of every desk of the guild that is not put away, by session."""
    sql = (
        "SELECT session_id, kind, discord_id FROM record WHERE guild_id = ? AND archived_at IS NULL"
        f" AND kind IN ('voice', 'text') AND {_THERE}"
    )
    found: dict[int, dict[Kind, int]] = {}
    for row in await db.all(sql, guild_id):
        found.setdefault(row["session_id"], {})[Kind(row["kind"])] = row["discord_id"]
    return found


async def session_of(db: Reader, kind: Kind, discord_id: int) -> int | None:
    """Return the id of the session whose thing of this kind this is."""
    row = await db.one("SELECT session_id FROM record WHERE discord_id = ? AND kind = ?", discord_id, kind)
    return row["session_id"] if row else None


async def place(db: Reader, guild_id: int, kind: Kind) -> int | None:
    """Return the id of the guild's one channel of a kind such as the board's, as far as we know."""
    sql = (
        f"SELECT discord_id FROM record WHERE guild_id = ? AND kind = ? AND archived_at IS NULL AND {_THERE}"
    )
    row = await db.one(sql, guild_id, kind)
    return row["discord_id"] if row else None


async def renames(db: Reader, session_id: int) -> list[tuple[datetime, ...]]:
    """Return when each channel that a session has was renamed lately."""
    sql = (
        "SELECT * FROM record WHERE session_id = ? AND kind IN ('voice', 'text') AND gone_at IS NULL"
        " AND surplus = 0 AND archived_at IS NULL"
    )
    return [record_of(row).renames for row in await db.all(sql, session_id)]


async def intend(tx: Tx, new: NewRecord, at: datetime) -> Record:
    """Record that a thing is about to be asked for; in doubt until a clear answer comes."""
    row = await tx.one(
        "INSERT INTO record (guild_id, kind, session_id, mark, parent_id, since_id, told, doubt, asked_at,"
        " told_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 1, ?8, ?8) RETURNING *",
        new.guild_id,
        new.kind,
        new.session_id,
        new.mark,
        new.parent_id,
        new.since_id,
        json.dumps(dict(new.told)),
        stamp(at),
    )
    assert row  # noqa: S101 - an insert that returns nothing has raised
    return record_of(row)


async def refused(tx: Tx, record_id: int) -> None:
    """Drop an intent to which Discord clearly said no: nothing was made."""
    await tx.execute("DELETE FROM record WHERE id = ? AND discord_id IS NULL", record_id)


async def found(tx: Tx, record_id: int, discord_id: int, shown: str, at: datetime, *, clear: bool) -> None:
    """Record which thing Discord made for an intent; `clear`: it surely made no second one."""
    sql = "UPDATE record SET discord_id = ?, shown = ?, told_at = ?, doubt = doubt AND NOT ? WHERE id = ?"
    await tx.execute(sql, discord_id, shown, stamp(at), clear, record_id)


async def cleared(tx: Tx, record_id: int) -> None:
    """Record that Discord's own list showed no second one."""
    await tx.execute("UPDATE record SET doubt = 0 WHERE id = ?", record_id)


async def add_surplus(tx: Tx, like: Record, discord_id: int, at: datetime) -> None:
    """Record a second thing made for one wish, so that it may be put away (R13, R14)."""
    await tx.execute(
        "INSERT INTO record (guild_id, session_id, kind, mark, discord_id, parent_id, surplus, asked_at, told_at)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, 1, ?7, ?7) ON CONFLICT DO NOTHING",
        like.guild_id,
        like.session_id,
        like.kind,
        like.mark,
        discord_id,
        like.parent_id,
        stamp(at),
    )


async def tell(
    tx: Tx, record: Record, told: Mapping[str, str], at: datetime, shown: str | None = None
) -> None:
    """Record what Discord was told of some aspects (IN_DOUBT where that is on its way), and what it shows."""
    sql = "UPDATE record SET told = json_patch(told, ?), shown = ifnull(?, shown), told_at = ? WHERE id = ?"
    await tx.execute(sql, json.dumps(dict(told)), shown, stamp(at), record.id)


async def renaming(tx: Tx, record: Record, at: datetime) -> None:
    """Record that a rename is on its way: it counts, whatever comes of it."""
    sql = "UPDATE record SET renamed_before = renamed_at, renamed_at = ? WHERE id = ?"
    await tx.execute(sql, stamp(at), record.id)


async def wrote(tx: Tx, record_id: int) -> None:
    """Record that a person has written there."""
    await tx.execute("UPDATE record SET wrote = 1 WHERE id = ?", record_id)


async def archived(tx: Tx, record: Record, at: datetime) -> None:
    """Record that a text channel is in the archive, and its messages with it."""
    sql = "UPDATE record SET archived_at = ?1 WHERE (id = ?2 OR parent_id = ?3) AND gone_at IS NULL"
    await tx.execute(sql, stamp(at), record.id, record.discord_id)


async def gone(tx: Tx, record: Record, at: datetime, *, lost: bool) -> None:
    """Record that a thing exists no more, and a channel's messages with it; `lost`: not by our hand."""
    sql = "UPDATE record SET gone_at = ?, lost = ? WHERE id = ? AND gone_at IS NULL"
    await tx.execute(sql, stamp(at), lost, record.id)
    if record.kind in {Kind.BOARD, Kind.TEXT} and record.discord_id:
        sql = "UPDATE record SET gone_at = ? WHERE parent_id = ? AND gone_at IS NULL"
        await tx.execute(sql, stamp(at), record.discord_id)


async def refuse_words(tx: Tx, guild_id: int, words: str, at: datetime) -> None:
    """Record that Discord refuses these words (a digest of them)."""
    sql = "INSERT INTO refused VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET refused_at = excluded.refused_at"
    await tx.execute(sql, guild_id, words, stamp(at))
