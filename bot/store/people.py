"""People as the rows that name them: a list of one session, or lists by session."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

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
