"""Pages of sessions: which, in which order, each found by an index however long the past is."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.models import Session
from bot.store.database import Reader, listed
from bot.store.instants import instant, stamp
from bot.store.sessions import session_of

OF_PERSON = 100
"""How many of a person's sessions are shown at most: of those that they host, co-host or have joined."""
_ACTIVE = "guild_id = ?1 AND state IN ('booked', 'open')"


@dataclass(frozen=True, slots=True)
class Those:
    """Some sessions in an order: what SQL says after WHERE and ORDER BY, and the parameters of each."""

    where: str
    params: tuple[object, ...]
    order: str = "starts_at, id"
    order_params: tuple[object, ...] = ()


def running(guild_id: int, now: datetime) -> Those:
    """What is on."""
    return Those(f"{_ACTIVE} AND starts_at <= ?2 AND ends_at > ?2", (guild_id, stamp(now)))


def coming(guild_id: int, now: datetime) -> Those:
    """What comes."""
    return Those(f"{_ACTIVE} AND starts_at > ?2", (guild_id, stamp(now)))


def running_and_coming(guild_id: int, now: datetime) -> Those:
    """What is on, and then what comes."""
    return Those(f"{_ACTIVE} AND ends_at > ?2", (guild_id, stamp(now)))


def of_conference(guild_id: int, first: datetime, last: datetime) -> Those:
    """What was not called off from `first` to `last`, or as far as something is still on or to come (R12)."""
    where = "guild_id = ?1 AND state <> 'cancelled'"
    where += f" AND starts_at >= min(?2, (SELECT ifnull(min(starts_at), ?2) FROM session WHERE {_ACTIVE}))"
    where += f" AND starts_at <= max(?3, (SELECT ifnull(max(starts_at), ?3) FROM session WHERE {_ACTIVE}))"
    return Those(where, (guild_id, stamp(first), stamp(last)))


def of_person(guild_id: int, user_id: int, now: datetime) -> Those:
    """What this person hosts, co-hosts or has joined: what is on or to come, then what was, newest first.

    Of each kind the newest `OF_PERSON`: however much somebody has done before, their list is there at once.
    """
    where = (
        "id IN"
        " (SELECT * FROM (SELECT id FROM session WHERE guild_id = ?1 AND host_id = ?2"
        " ORDER BY starts_at DESC LIMIT ?3)"
        " UNION SELECT * FROM (SELECT session_id FROM joined JOIN session ON session.id = session_id"
        " WHERE user_id = ?2 AND +guild_id = ?1 ORDER BY session_id DESC LIMIT ?3)"
        " UNION SELECT * FROM (SELECT session_id FROM cohost JOIN session ON session.id = session_id"
        " WHERE user_id = ?2 AND +guild_id = ?1 ORDER BY session_id DESC LIMIT ?3))"
    )
    over = "NOT (state IN ('booked', 'open') AND ends_at > ?4)"
    order = f"{over}, CASE WHEN {over} THEN -starts_at ELSE starts_at END, id"
    return Those(where, (guild_id, user_id, OF_PERSON), order, (stamp(now),))


async def of_day(db: Reader, guild_id: int, since: datetime, is_of: Callable[[datetime], bool]) -> Those:
    """What was not called off and starts on a day that begins then; `is_of` tells what is still of it."""
    sql = (
        "SELECT id, starts_at FROM session WHERE guild_id = ? AND state <> 'cancelled'"
        " AND starts_at >= ? AND starts_at < ? ORDER BY starts_at, id"
    )
    rows = await db.all(sql, guild_id, stamp(since), stamp(since + timedelta(days=2)))
    return among(row["id"] for row in rows if is_of(instant(row["starts_at"])))


def among(ids: Iterable[int]) -> Those:
    """The sessions with these ids."""
    return Those("id IN (SELECT value FROM json_each(?1))", (listed(ids),))


async def page(db: Reader, those: Those, size: int, number: int) -> tuple[list[Session], int, int]:
    """Return one page of these sessions, its number from 0 (the last for one beyond), and their count."""
    counted = f"SELECT count(*) FROM session WHERE {those.where}"
    [(total,)] = await db.all(counted, *those.params)
    number = max(0, min(number, (total - 1) // size))
    sql = (
        f"SELECT * FROM session WHERE id IN (SELECT id FROM session WHERE {those.where}"
        f" ORDER BY {those.order} LIMIT {size} OFFSET {size * number}) ORDER BY {those.order}"
    )
    rows = await db.all(sql, *those.params, *those.order_params)
    return [session_of(row) for row in rows], number, total
