"""The audit trail (R7), organizers' problems, and the bot's own small state."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bot.domain.trail import About, about_of, people_of
from bot.store.database import Reader, Tx, listed
from bot.store.instants import instant, stamp

NEWEST = 2**62
"""More than any line's number."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the audit trail. `actor_id` is None where the bot acted by itself, 0 where it is forgotten.

    `topic` is its session's, where that was read as well.
    """

    at: datetime
    session_id: int | None
    actor_id: int | None
    action: str
    reason: str
    detail: dict[str, object]
    id: int = field(default=0, compare=False)
    topic: str = ""


@dataclass(frozen=True, slots=True)
class Lines:
    """Which lines are asked for; where `about` is None, all but the technical ones."""

    session: int | None = None
    member: int | None = None
    about: About | None = None


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
    line = await tx.insert(
        "INSERT INTO audit (guild_id, session_id, at, actor_id, action, reason, detail, about)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        guild_id,
        session_id,
        stamp(at),
        actor_id,
        action,
        reason,
        json.dumps(detail, ensure_ascii=False, default=str),
        about_of(action),
    )
    people = people_of(action, actor_id, detail)
    if people:
        sql = "INSERT INTO audit_person SELECT ?, value, ? FROM json_each(?)"
        await tx.execute(sql, guild_id, line, listed(people))


async def entries(db: Reader, guild_id: int) -> list[Entry]:
    """Return the guild's audit trail, oldest first."""
    rows = await db.all("SELECT *, '' AS topic FROM audit WHERE guild_id = ? ORDER BY id", guild_id)
    return [_entry(row) for row in rows]


def _entry(row: sqlite3.Row) -> Entry:
    return Entry(
        instant(row["at"]),
        row["session_id"],
        row["actor_id"],
        row["action"],
        row["reason"],
        json.loads(row["detail"]),
        row["id"],
        row["topic"],
    )


async def page(
    db: Reader, guild_id: int, lines: Lines, most: int, *, before: int | None = None, after: int | None = None
) -> list[Entry]:
    """Return lines of the trail, newest first: the newest of all, of those `before`, or the next `after`.

    They are read in the order of one index, however many there are: a session's, a person's, or a kind's.
    """
    upwards = after is not None
    bound, beyond, order = (after, ">", "ASC") if upwards else (before or NEWEST, "<", "DESC")
    where, params, source = _wanted(guild_id, lines)
    number = "audit_id" if source == _OF_PERSON else "line.id"
    sql = (
        f"SELECT line.*, ifnull(topic, '') AS topic FROM {source}"
        f" LEFT JOIN session ON session.id = line.session_id WHERE {where}"
        f" AND {number} {beyond} ? ORDER BY {number} {order} LIMIT ?"
    )
    found = [_entry(row) for row in await db.all(sql, *params, bound, most)]
    return found[::-1] if upwards else found


_OF_PERSON = "audit_person AS who CROSS JOIN audit AS line ON line.id = audit_id"


def _wanted(guild_id: int, lines: Lines) -> tuple[str, list[object], str]:
    """Return a condition, its parameters, and where to look; '+': no part of the index."""
    about = "line.about <> 'technical'" if lines.about is None else f"line.about = '{About(lines.about)}'"
    if lines.session is not None:
        where, params = f"line.session_id = ? AND +line.guild_id = ? AND +{about}", [lines.session, guild_id]
        if lines.member is not None:
            where += " AND EXISTS (SELECT 1 FROM audit_person WHERE audit_id = line.id AND user_id = ?)"
            params.append(lines.member)
        return where, [*params], "audit AS line"
    if lines.member is not None:
        return f"who.guild_id = ? AND user_id = ? AND +{about}", [guild_id, lines.member], _OF_PERSON
    return f"line.guild_id = ? AND {about}", [guild_id], "audit AS line"


async def newest(db: Reader, guild_id: int) -> int:
    """Return the number of the newest line that is not technical; 0 where there is none."""
    sql = "SELECT max(id) FROM audit WHERE guild_id = ? AND about <> 'technical'"
    [(number,)] = await db.all(sql, guild_id)
    return number or 0


async def between(db: Reader, guild_id: int, after: int, until: int) -> int:
    """Return how many lines that are not technical there are after one and up to another."""
    sql = "SELECT count(*) FROM audit WHERE guild_id = ? AND about <> 'technical' AND id > ? AND id <= ?"
    [(number,)] = await db.all(sql, guild_id, after, until)
    return int(number)


async def last(db: Reader, session_id: int, action: str) -> Entry | None:
    """Return when this was done to a session last, by whom and how."""
    sql = "SELECT *, '' AS topic FROM audit WHERE session_id = ? AND action = ? ORDER BY id DESC LIMIT 1"
    row = await db.one(sql, session_id, action)
    return _entry(row) if row else None


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
