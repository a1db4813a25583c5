"""The audit trail (R7), organizers' problems, and the bot's own small state."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.store.database import Reader, Tx
from bot.store.instants import instant, stamp


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the audit trail. `actor_id` is None where the bot acted by itself."""

    at: datetime
    session_id: int | None
    actor_id: int | None
    action: str
    reason: str
    detail: dict[str, object]


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that only an organizer can mend. `told` once they have read it in the server."""

    code: str
    detail: str
    told: bool


async def record(
    tx: Tx,
    guild_id: int,
    action: str,
    at: datetime,
    *,
    session_id: int | None = None,
    actor_id: int | None = None,
    reason: str = "",
    **detail: object,
) -> None:
    """Write one line of the audit trail, in the transaction of the change."""
    await tx.insert(
        "INSERT INTO audit (guild_id, session_id, at, actor_id, action, reason, detail)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        guild_id,
        session_id,
        stamp(at),
        actor_id,
        action,
        reason,
        json.dumps(detail, ensure_ascii=False, default=str),
    )


async def entries(db: Reader, guild_id: int) -> list[Entry]:
    """Return the guild's audit trail, oldest first."""
    rows = await db.all("SELECT * FROM audit WHERE guild_id = ? ORDER BY id", guild_id)
    return [_entry_of(row) for row in rows]


def _entry_of(row: sqlite3.Row) -> Entry:
    about = (row["session_id"], row["actor_id"], row["action"], row["reason"])
    return Entry(instant(row["at"]), *about, json.loads(row["detail"]))


async def last(db: Reader, session_id: int, action: str) -> Entry | None:
    """Return when this was done to a session last, by whom and how."""
    sql = "SELECT * FROM audit WHERE session_id = ? AND action = ? ORDER BY id DESC LIMIT 1"
    row = await db.one(sql, session_id, action)
    return _entry_of(row) if row else None


async def did_since(db: Reader, guild_id: int, actor_id: int, action: str, since: datetime) -> bool:
    """Whether a person has done this after an instant."""
    sql = "SELECT 1 FROM audit WHERE guild_id = ? AND at > ? AND actor_id = ? AND action = ? LIMIT 1"
    return await db.one(sql, guild_id, stamp(since), actor_id, action) is not None


async def problems(db: Reader, guild_id: int) -> list[Problem]:
    """Return what organizers still have to mend."""
    rows = await db.all("SELECT * FROM problem WHERE guild_id = ? ORDER BY code", guild_id)
    return [Problem(row["code"], row["detail"], row["told_at"] is not None) for row in rows]


async def add_problem(tx: Tx, guild_id: int, code: str, detail: str, at: datetime) -> None:
    """Note a problem; one whose detail has changed counts as new."""
    await tx.execute(
        "INSERT INTO problem (guild_id, code, detail, found_at) VALUES (?, ?, ?, ?)"
        " ON CONFLICT DO UPDATE SET detail = excluded.detail, found_at = excluded.found_at, told_at = NULL"
        " WHERE detail <> excluded.detail",
        guild_id,
        code,
        detail,
        stamp(at),
    )


async def set_problems(
    tx: Tx, guild_id: int, known: Mapping[str, str], found: Mapping[str, str], at: datetime
) -> None:
    """Note the problems that are `found`, by code, and forget those that were `known` and are mended."""
    for code in known.keys() - found.keys():
        await problem_solved(tx, guild_id, code)
        await record(tx, guild_id, "problem-solved", at, code=code)
    for code, detail in found.items():
        if known.get(code) != detail:
            await add_problem(tx, guild_id, code, detail, at)
            await record(tx, guild_id, "problem", at, code=code, problem=detail)


async def problem_told(tx: Tx, guild_id: int, code: str, at: datetime) -> None:
    """Note that organizers have been told."""
    await tx.execute(
        "UPDATE problem SET told_at = ? WHERE guild_id = ? AND code = ?", stamp(at), guild_id, code
    )


async def problem_solved(tx: Tx, guild_id: int, code: str) -> None:
    """Forget a problem that is mended."""
    await tx.execute("DELETE FROM problem WHERE guild_id = ? AND code = ?", guild_id, code)


async def get_state(db: Reader, key: str) -> str | None:
    """Return one value of the bot's own state."""
    row = await db.one("SELECT value FROM bot_state WHERE key = ?", key)
    return row["value"] if row else None


async def set_state(tx: Tx, key: str, value: str) -> None:
    """Write one value of the bot's own state."""
    await tx.execute(
        "INSERT INTO bot_state VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value", key, value
    )
