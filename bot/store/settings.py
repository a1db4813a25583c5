"""What organizers set in their servers, and how each server stands: rows in, values out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bot.store.database import Reader, Tx
from bot.store.instants import instant, maybe_instant, stamp


@dataclass(slots=True)
class Standing:
    """One server: what organizers set there, by key; since when it is public, and paused, with the reason.

    `left`: since when the bot is no longer in it. `closed`: since when organizers have closed it, and what is
    being removed there: 'all' that the bot made, or what is 'wordless'.
    """

    own: dict[str, object] = field(default_factory=dict)
    live: datetime | None = None
    asked: datetime | None = None
    paused: datetime | None = None
    pause_reason: str = ""
    left: datetime | None = None
    closed: datetime | None = None
    closing: str = ""


async def standings(db: Reader, guild_id: int | None = None) -> dict[int, Standing]:
    """Return how servers stand, by id: all that the database knows, or one."""
    where, params = ("", ()) if guild_id is None else (" WHERE guild_id = ?", (guild_id,))
    found: dict[int, Standing] = {}
    for row in await db.all(f"SELECT * FROM server{where}", *params):
        found[row["guild_id"]] = Standing(
            live=maybe_instant(row["live_at"]),
            asked=maybe_instant(row["asked_at"]),
            paused=maybe_instant(row["paused_at"]),
            pause_reason=row["pause_reason"],
            left=maybe_instant(row["left_at"]),
            closed=maybe_instant(row["closed_at"]),
            closing=row["closing"],
        )
    for row in await db.all(f"SELECT * FROM setting{where}", *params):
        found.setdefault(row["guild_id"], Standing()).own[row["key"]] = json.loads(row["value"])
    return found


async def setters(db: Reader, guild_id: int) -> dict[str, tuple[int, datetime]]:
    """Return who set each of a server's own settings, and when."""
    rows = await db.all("SELECT key, set_by, set_at FROM setting WHERE guild_id = ?", guild_id)
    return {row["key"]: (row["set_by"], instant(row["set_at"])) for row in rows}


async def set_own(tx: Tx, guild_id: int, values: Mapping[str, object], at: datetime, *, by: int) -> None:
    """Write what an organizer set, by key; None takes the server's own value away."""
    for key, value in values.items():
        if value is None:
            await tx.execute("DELETE FROM setting WHERE guild_id = ? AND key = ?", guild_id, key)
        else:
            await tx.execute(
                "INSERT INTO setting VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET"
                " value = excluded.value, set_by = excluded.set_by, set_at = excluded.set_at",
                guild_id,
                key,
                json.dumps(value, ensure_ascii=False),
                by,
                stamp(at),
            )


async def taken(db: Reader, key: str, value: object, guild_id: int) -> bool:
    """Whether another server than this one has this value."""
    sql = "SELECT 1 FROM setting WHERE key = ? AND value = ? AND guild_id <> ?"
    return await db.one(sql, key, json.dumps(value, ensure_ascii=False), guild_id) is not None


async def set_standing(tx: Tx, guild_id: int, **columns: object) -> None:
    """Write columns of a server's row, made where it is missing."""
    names = ", ".join(columns)
    changes = ", ".join(f"{name} = excluded.{name}" for name in columns)
    sql = f"INSERT INTO server (guild_id, {names}) VALUES (?{', ?' * len(columns)})"
    await tx.execute(f"{sql} ON CONFLICT DO UPDATE SET {changes}", guild_id, *columns.values())


async def logged(db: Reader, guild_id: int) -> tuple[int, int]:
    """Return the last line of the audit trail that the log channel shows, and that of what is on its way."""
    row = await db.one("SELECT logged_id, logging_id FROM server WHERE guild_id = ?", guild_id)
    return (row["logged_id"], row["logging_id"]) if row else (0, 0)
