"""People as the rows that name them, and their names as the server shows them now (R20)."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from bot.store.database import Reader, Tx

Named = tuple[int, str]
"""A person's id and name."""


def named(rows: Iterable[sqlite3.Row]) -> list[Named]:
    """Return the people of rows with `user_id` and `user_name`, in the rows' order."""
    return [(row["user_id"], row["user_name"]) for row in rows]


def by_session(rows: Iterable[sqlite3.Row]) -> dict[int, list[Named]]:
    """Return the people of rows of session, id and name, by session and in the rows' order."""
    found: dict[int, list[Named]] = {}
    for session_id, user_id, name in rows:
        found.setdefault(session_id, []).append((user_id, name))
    return found


_OF_GUILD = "EXISTS (SELECT 1 FROM session WHERE id = session_id AND guild_id = ?1)"
_OF_CASE = "EXISTS (SELECT 1 FROM report_case WHERE id = case_id AND guild_id = ?1)"
_PLACES = (
    ("session", "host_name", "guild_id = ?1 AND host_id = ?2"),
    ("joined", "user_name", f"user_id = ?2 AND {_OF_GUILD}"),
    ("cohost", "user_name", f"user_id = ?2 AND {_OF_GUILD}"),
    ("idea", "author_name", "guild_id = ?1 AND gone_at IS NULL AND author_id = ?2"),
    (
        "idea_supporter",
        "user_name",
        "user_id = ?2 AND idea_id IN (SELECT id FROM idea WHERE guild_id = ?1 AND gone_at IS NULL)",
    ),
    ("block", "user_name", "guild_id = ?1 AND user_id = ?2"),
    ("sent_out", "user_name", f"user_id = ?2 AND {_OF_GUILD}"),
    ("report", "reporter_name", f"reporter_id = ?2 AND {_OF_CASE}"),
    ("report_case", "about_name", "guild_id = ?1 AND about_id = ?2"),
)
"""Where a person's name stands: table, column, and which rows are theirs in a guild."""


async def is_known_otherwise(db: Reader, guild_id: int, user_id: int, name: str) -> bool:
    """Whether another name than this stands somewhere for this person."""
    otherwise = (
        f"SELECT 1 FROM {table} WHERE {theirs} AND {column} <> ?3" for table, column, theirs in _PLACES
    )
    sql = "SELECT " + " OR ".join(f"EXISTS ({each})" for each in otherwise)
    [(found,)] = await db.all(sql, guild_id, user_id, name)
    return bool(found)


async def rename(tx: Tx, guild_id: int, user_id: int, name: str) -> int:
    """Write a person's name wherever another stands for them; return in how many rows."""
    changed = 0
    for table, column, theirs in _PLACES:
        sql = f"UPDATE {table} SET {column} = ?3 WHERE {theirs} AND {column} <> ?3"
        changed += await tx.execute(sql, guild_id, user_id, name)
    return changed
