"""What people typed, kept for two days so that one click can ask again with it (R6)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.store.database import Reader, Tx
from bot.store.instants import stamp

DRAFT_LIFE = timedelta(days=2)
"""How long the buttons under a refusal still know what the person typed."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What a person typed into the form or the command."""

    user_id: int
    topic: str
    description: str
    when: str
    minutes: int | None
    idea_id: int | None = None
    """The idea that it makes into a session, if it does."""
    seats: int | None = None


async def forget(tx: Tx, now: datetime) -> None:
    """Drop what has grown old."""
    await tx.execute("DELETE FROM draft WHERE created_at < ?", stamp(now - DRAFT_LIFE))


async def save(tx: Tx, guild_id: int, draft: Draft, at: datetime) -> int:
    """Keep what a person typed and return the draft's id."""
    return await tx.insert(
        "INSERT INTO draft (guild_id, user_id, topic, description, typed_when, minutes, idea_id, seats,"
        " created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        guild_id,
        draft.user_id,
        draft.topic,
        draft.description,
        draft.when,
        draft.minutes,
        draft.idea_id,
        draft.seats,
        stamp(at),
    )


async def remove(tx: Tx, guild_id: int, draft_id: int) -> bool:
    """Drop what is done with; False where it is gone."""
    return await tx.execute("DELETE FROM draft WHERE guild_id = ? AND id = ?", guild_id, draft_id) == 1


async def get(db: Reader, guild_id: int, draft_id: int, at: datetime) -> Draft | None:
    """Return what a person typed, or None where it has grown old."""
    sql = "SELECT * FROM draft WHERE guild_id = ? AND id = ? AND created_at >= ?"
    row = await db.one(sql, guild_id, draft_id, stamp(at - DRAFT_LIFE))
    if row is None:
        return None
    return Draft(
        row["user_id"],
        row["topic"],
        row["description"],
        row["typed_when"],
        row["minutes"],
        row["idea_id"],
        row["seats"],
    )
