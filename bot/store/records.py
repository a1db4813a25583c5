"""What the bot made on Discord and recorded (R13), and what it has asked for and not yet seen (R14)."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from datetime import datetime

from bot.domain.records import Aspect, Kind, Record
from bot.store.database import Reader, Tx
from bot.store.instants import instant, stamp


def record_of(row: sqlite3.Row) -> Record:
    """Return a row of the table as an object."""
    same = ("id", "guild_id", "session_id", "mark", "discord_id", "parent_id", "since_id", "shown")
    return Record(
        **{name: row[name] for name in same},
        kind=Kind(row["kind"]),
        told=json.loads(row["told"]),
        doubt=bool(row["doubt"]),
        surplus=bool(row["surplus"]),
        wrote=bool(row["wrote"]),
        asked_at=instant(row["asked_at"]),
        told_at=instant(row["told_at"]),
        renames=tuple(instant(at) for at in (row["renamed_before"], row["renamed_at"]) if at is not None),
        over=row["gone_at"] is not None,
    )


async def intend(
    tx: Tx,
    guild_id: int,
    kind: Kind,
    at: datetime,
    *,
    session_id: int | None = None,
    mark: str = "",
    parent_id: int = 0,
    since_id: int = 0,
    told: Mapping[str, str] | None = None,
) -> Record:
    """Record that a thing is about to be asked for; it is in doubt until a clear answer comes."""
    sql = (
        "INSERT INTO record (guild_id, kind, session_id, mark, parent_id, since_id, told, doubt, asked_at,"
        " told_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 1, ?8, ?8) RETURNING *"
    )
    about = (json.dumps(dict(told or {})), stamp(at))
    row = await tx.one(sql, guild_id, kind, session_id, mark, parent_id, since_id, *about)
    assert row  # noqa: S101 - an insert that returns nothing has raised
    return record_of(row)


async def is_as(db: Reader, record: Record) -> bool:
    """Whether a record is still of the same thing, and that is not known to be gone."""
    sql = "SELECT 1 FROM record WHERE id = ? AND discord_id IS ? AND gone_at IS NULL"
    return await db.one(sql, record.id, record.discord_id) is not None


async def calling(db: Reader, session_id: int) -> bool:
    """Whether a card that was asked for calls who joined a session, or has called them (R8)."""
    sql = "SELECT told FROM record WHERE session_id = ? AND kind = ? AND gone_at IS NULL"
    return any(Aspect.CALLED in json.loads(row["told"]) for row in await db.all(sql, session_id, Kind.CARD))


async def forget(tx: Tx, record_id: int) -> None:
    """Drop an intent to which Discord clearly said no: nothing was made."""
    await tx.execute("DELETE FROM record WHERE id = ? AND discord_id IS NULL", record_id)


async def write(tx: Tx, record_id: int, **columns: object) -> None:
    """Write these columns of a record."""
    names = ", ".join(f"{name} = ?" for name in columns)
    await tx.execute(f"UPDATE record SET {names} WHERE id = ?", *columns.values(), record_id)


async def add_surplus(tx: Tx, like: Record, discord_id: int, at: datetime) -> None:
    """Record a second thing made for one wish, so that it may be put away (R13, R14)."""
    sql = (
        "INSERT INTO record (guild_id, session_id, kind, mark, discord_id, parent_id, surplus, asked_at,"
        " told_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, 1, ?7, ?7) ON CONFLICT DO NOTHING"
    )
    about = (like.guild_id, like.session_id, like.kind, like.mark)
    await tx.execute(sql, *about, discord_id, like.parent_id, stamp(at))


async def there(db: Reader, guild_id: int) -> list[Record]:
    """Return all that exists as far as is known, in the archive too."""
    sql = "SELECT * FROM record WHERE guild_id = ? AND gone_at IS NULL AND discord_id IS NOT NULL ORDER BY id"
    return [record_of(row) for row in await db.all(sql, guild_id)]


async def gone_since(db: Reader, guild_id: int, since: datetime) -> int:
    """Return how many things went at or after an instant."""
    sql = "SELECT count(*) FROM record WHERE guild_id = ? AND gone_at >= ?"
    [(number,)] = await db.all(sql, guild_id, stamp(since))
    return int(number)


async def undrawn_in(db: Reader) -> list[int]:
    """Return the servers in which something still shows people who are forgotten."""
    rows = await db.all("SELECT DISTINCT guild_id FROM record WHERE undrawn = 1")
    return [guild_id for (guild_id,) in rows]


async def undrawn(db: Reader, guild_id: int) -> list[Record]:
    """Return what still shows people who are forgotten."""
    rows = await db.all("SELECT * FROM record WHERE guild_id = ? AND undrawn = 1 ORDER BY id", guild_id)
    return [record_of(row) for row in rows]


async def tell(
    tx: Tx, record_id: int, told: Mapping[str, str], at: datetime, shown: str | None = None
) -> None:
    """Record what Discord was told of some aspects (IN_DOUBT: it is on its way), and what it shows."""
    sql = "UPDATE record SET told = json_patch(told, ?), shown = ifnull(?, shown), told_at = ? WHERE id = ?"
    await tx.execute(sql, json.dumps(dict(told)), shown, stamp(at), record_id)


async def renaming(tx: Tx, record_id: int, at: datetime) -> None:
    """Record that a rename is on its way: it counts, whatever comes of it."""
    sql = "UPDATE record SET renamed_before = renamed_at, renamed_at = ? WHERE id = ?"
    await tx.execute(sql, stamp(at), record_id)


async def put_away(tx: Tx, record: Record, how: str, at: datetime, *, lost: bool = False) -> None:
    """Record that a thing is 'archived' or 'gone', and its messages with it; `lost`: not by our hand."""
    sql = f"UPDATE record SET {how}_at = ?1, lost = ?2 WHERE id = ?3 AND gone_at IS NULL"
    await tx.execute(sql, stamp(at), lost, record.id)
    if record.kind in {Kind.BOARD, Kind.TEXT} and record.discord_id:
        sql = f"UPDATE record SET {how}_at = ? WHERE parent_id = ? AND gone_at IS NULL"
        await tx.execute(sql, stamp(at), record.discord_id)
