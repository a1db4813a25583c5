"""Changes of settings that wait for an answer or can be taken back; sessions that are left as they are."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.store.database import Reader, Tx, listed
from bot.store.instants import stamp

LIFE = timedelta(days=2)
"""How long a question waits, and how long a change can be taken back by its button."""

Decisions = Mapping[int, tuple[str, int, str]]
"""What becomes of sessions, by id: what, a start as a stamp, a reason."""


@dataclass(frozen=True, slots=True)
class Stored:
    """What organizers asked for: by key what the server had of its own, and what it is to have."""

    id: int
    before: Mapping[str, object]
    after: Mapping[str, object]
    decisions: Decisions = field(default_factory=dict)
    done: bool = False


async def add(
    tx: Tx,
    guild_id: int,
    before: Mapping[str, object],
    after: Mapping[str, object],
    at: datetime,
    *,
    by: int,
    done: bool,
) -> int:
    """Write what was asked for, and return its id."""
    return await tx.insert(
        "INSERT INTO revision (guild_id, made_by, made_at, before, after, done_at) VALUES (?, ?, ?, ?, ?, ?)",
        guild_id,
        by,
        stamp(at),
        json.dumps(dict(before), ensure_ascii=False),
        json.dumps(dict(after), ensure_ascii=False),
        stamp(at) if done else None,
    )


async def get(db: Reader, guild_id: int, revision_id: int, at: datetime) -> Stored | None:
    """Return what was asked for in this guild; None where it has grown old."""
    sql = "SELECT * FROM revision WHERE guild_id = ? AND id = ? AND made_at >= ?"
    row = await db.one(sql, guild_id, revision_id, stamp(at - LIFE))
    if row is None:
        return None
    decisions = {int(id_): tuple(each) for id_, each in json.loads(row["decisions"]).items()}
    before, after = json.loads(row["before"]), json.loads(row["after"])
    return Stored(row["id"], before, after, decisions, row["done_at"] is not None)


async def decide(tx: Tx, revision_id: int, decisions: Decisions) -> None:
    """Write what becomes of sessions."""
    told = json.dumps({str(id_): list(each) for id_, each in decisions.items()}, ensure_ascii=False)
    await tx.execute("UPDATE revision SET decisions = ? WHERE id = ?", told, revision_id)


async def done(tx: Tx, revision_id: int, at: datetime) -> None:
    """Write that it is in force; what people were to read has been said."""
    await tx.execute("UPDATE revision SET done_at = ?, decisions = '{}' WHERE id = ?", stamp(at), revision_id)


async def forget(tx: Tx, now: datetime) -> None:
    """Drop what has grown old."""
    await tx.execute("DELETE FROM revision WHERE made_at < ?", stamp(now - LIFE))


async def kept(db: Reader, session_ids: Collection[int]) -> set[int]:
    """Return those of these sessions that are left as they are."""
    sql = "SELECT session_id FROM kept WHERE session_id IN (SELECT value FROM json_each(?))"
    return {row["session_id"] for row in await db.all(sql, listed(session_ids))}


async def keep(tx: Tx, session_id: int, at: datetime, *, by: int) -> bool:
    """Leave a session as it is; False where it is left so already."""
    sql = "INSERT INTO kept VALUES (?, ?, ?) ON CONFLICT DO NOTHING"
    return await tx.execute(sql, session_id, by, stamp(at)) == 1
