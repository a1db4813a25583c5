"""What is counted over all servers, for who watches the bot."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from bot.domain.models import State
from bot.store.database import Reader
from bot.store.errors import StoreError
from bot.store.instants import stamp

_MADE = (
    "SELECT ifnull(max(made), 0) AS made FROM (SELECT count(*) AS made FROM record WHERE asked_at > ?"
    " AND kind IN ('area', 'archive', 'board', 'news', 'voice', 'text') GROUP BY guild_id)"
)


@dataclass(frozen=True, slots=True)
class Counts:
    """`made` are the channels asked for, in the server with the most of them."""

    states: Mapping[State, int]
    made: int
    problems: int


async def counts(db: Reader, since: datetime) -> Counts:
    """Return how many sessions are in each state, channels were made since then, and problems are open.

    Raises `StoreError` where that cannot be read.
    """
    with _told(db):
        found = await db.all("SELECT state, count(*) AS many FROM session GROUP BY state")
        states = {row["state"]: row["many"] for row in found}
        [made] = await db.all(_MADE, stamp(since))
        [problems] = await db.all("SELECT count(*) AS many FROM problem")
    return Counts({state: states.get(state, 0) for state in State}, made["made"], problems["many"])


async def answers(db: Reader) -> None:
    """Ask for next to nothing; raises `StoreError` where even that cannot be read."""
    with _told(db):
        await db.one("SELECT 1 FROM session LIMIT 1")


@contextmanager
def _told(db: Reader) -> Iterator[None]:
    """Let what only a bug or another's hand can cause be told too: who watches wants to know."""
    try:
        yield
    except sqlite3.Error as error:
        raise StoreError(db.path, str(error)) from error
