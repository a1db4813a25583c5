"""Pages of sessions: which, in which order, each found by an index however long the past is."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice

from bot.domain.models import Session, State
from bot.store.database import Reader, listed
from bot.store.instants import instant, stamp
from bot.store.sessions import session_of

OF_PERSON = 100
"""How many of a person's sessions are shown at most: of those that they host, co-host or have joined."""
OF_ALL = 2000
"""How many of a server's sessions are searched at most where those that are over are meant as well."""
_ACTIVE = "guild_id = ?1 AND state IN ('booked', 'open')"


@dataclass(frozen=True, slots=True)
class Those:
    """Some sessions in an order: what SQL says after WHERE and ORDER BY, and the parameters of each."""

    where: str
    params: tuple[object, ...]
    order: str = "starts_at, id"
    order_params: tuple[object, ...] = ()

    def only(self, states: Iterable[State]) -> Those:
        """Those of them that are in one of these states."""
        among = ", ".join(f"'{state}'" for state in states)
        return replace(self, where=f"{self.where} AND state IN ({among})")


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


def of_all(guild_id: int) -> Those:
    """What was, is and comes, also what was called off: the last `OF_ALL` of it, the last first."""
    where = (
        "id IN (SELECT id FROM session WHERE guild_id = ?1 AND ends_at > 0 ORDER BY ends_at DESC LIMIT ?2)"
    )
    return Those(where, (guild_id, OF_ALL), "ends_at DESC, id DESC")


def of_latest(guild_id: int, since: datetime, most: int) -> Those:
    """What ends after an instant, also what was called off: the latest of it, in order of time."""
    where = (
        "id IN (SELECT id FROM session WHERE guild_id = ?1 AND ends_at > ?2 ORDER BY ends_at DESC LIMIT ?3)"
    )
    return Those(where, (guild_id, stamp(since), most))


def of_others(guild_id: int, user_id: int, now: datetime, *, joined: bool) -> Those:
    """What is on or comes, hosted by others, that this person has joined, or has not."""
    has = "EXISTS" if joined else "NOT EXISTS"
    where = f"{_ACTIVE} AND ends_at > ?2 AND host_id <> ?3"
    where += f" AND {has} (SELECT 1 FROM joined WHERE session_id = session.id AND user_id = ?3)"
    return Those(where, (guild_id, stamp(now), user_id))


def of_hosts(guild_id: int, user_id: int, now: datetime) -> Those:
    """What is on or comes that this person hosts or co-hosts."""
    cohosts = "EXISTS (SELECT 1 FROM cohost WHERE session_id = session.id AND user_id = ?3)"
    where = f"{_ACTIVE} AND ends_at > ?2 AND (host_id = ?3 OR {cohosts})"
    return Those(where, (guild_id, stamp(now), user_id))


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


async def searched(db: Reader, those: Those, fits: Callable[[str], bool] | None, most: int) -> list[Session]:
    """Return the first of these sessions, those whose topic and host fit, where that is asked for."""
    sql = f"SELECT id, topic, host_name FROM session WHERE {those.where} ORDER BY {those.order}"
    rows = await db.all(sql if fits else f"{sql} LIMIT {most}", *those.params, *those.order_params)
    chosen = (row["id"] for row in rows if fits is None or fits(f"{row['topic']} {row['host_name']}"))
    return (await page(db, among(islice(chosen, most)), most, 0))[0]


async def every(db: Reader, those: Those) -> list[Session]:
    """Return all of these sessions."""
    sql = f"SELECT * FROM session WHERE {those.where} ORDER BY {those.order}"
    return [session_of(row) for row in await db.all(sql, *those.params, *those.order_params)]


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
