"""All of a server's sessions and who was there, as exports and reports take it: read in one snapshot."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.domain.models import Session
from bot.store.database import Reader, listed
from bot.store.instants import instant
from bot.store.lists import Those
from bot.store.people import Named, by_session
from bot.store.sessions import session_of


@dataclass(frozen=True, slots=True)
class Presence:
    """One person at one session: that they joined it, or were seen at its desk first.

    The name is empty where it is not known, as of those who only dropped in.
    """

    session_id: int
    user_id: int
    name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Dated:
    """Sessions of a server in order of their start, as calendars need them.

    `created` is when each was booked, `changes` how often it was changed since, and when last.
    """

    guild_id: int
    sessions: tuple[Session, ...]
    created: Mapping[int, datetime]
    changes: Mapping[int, tuple[int, datetime]]


@dataclass(frozen=True, slots=True)
class Records(Dated):
    """All sessions of a server, and who had to do with them.

    What people reported, who is blocked and what was typed and not booked is not among it.
    """

    cohosts: Mapping[int, list[Named]]
    joins: tuple[Presence, ...]
    visits: tuple[Presence, ...]


async def read(db: Reader, guild_id: int) -> Records:
    """Return all of it; the reader is that of one snapshot."""
    rows = await db.all(_SESSIONS, guild_id)
    sessions = tuple(map(session_of, rows))
    joins = await db.all(_JOINED, guild_id)
    cohosts = by_session(await db.all(_COHOSTS, guild_id))
    names = {user_id: name for people in cohosts.values() for user_id, name in people}
    names |= {s.host_id: s.host_name for s in sessions} | {row["user_id"]: row["user_name"] for row in joins}
    changes = await db.all(_CHANGES.format("IS NOT NULL"), guild_id)
    return Records(
        guild_id=guild_id,
        sessions=sessions,
        created=_created(rows),
        changes=_changed(changes),
        cohosts=cohosts,
        joins=tuple(Presence(id_, who, name, instant(at)) for id_, who, name, at in joins),
        visits=tuple(
            Presence(id_, who, names.get(who, ""), instant(at))
            for id_, who, at in await db.all(_VISITS, guild_id)
        ),
    )


async def dated(db: Reader, guild_id: int, those: Those) -> Dated:
    """Return some sessions as calendars need them; the reader is that of one snapshot."""
    rows = await db.all(f"SELECT * FROM session WHERE {those.where} ORDER BY starts_at, id", *those.params)
    changes = await db.all(_CHANGES.format(_AMONG), guild_id, listed(row["id"] for row in rows))
    return Dated(guild_id, tuple(map(session_of, rows)), _created(rows), _changed(changes))


async def servers(db: Reader) -> list[int]:
    """Return the ids of the servers that have sessions."""
    return [guild_id for (guild_id,) in await db.all("SELECT DISTINCT guild_id FROM session ORDER BY 1")]


def _created(rows: Iterable[sqlite3.Row]) -> dict[int, datetime]:
    return {row["id"]: instant(row["created_at"]) for row in rows}


def _changed(rows: Iterable[sqlite3.Row]) -> dict[int, tuple[int, datetime]]:
    return {id_: (times - 1, instant(at)) for id_, times, at in rows}


_OF_GUILD = "JOIN session ON session.id = session_id WHERE guild_id = ?"
_SESSIONS = "SELECT * FROM session WHERE guild_id = ? ORDER BY starts_at, id"
_JOINED = f"SELECT session_id, user_id, user_name, joined_at FROM joined {_OF_GUILD} ORDER BY 1, 4, turn, 2"
_COHOSTS = f"SELECT session_id, user_id, user_name FROM cohost {_OF_GUILD} ORDER BY 1, added_at, 2"
_AMONG = "IN (SELECT value FROM json_each(?))"
_VISITS = f"SELECT session_id, user_id, visit.came_at FROM visit {_OF_GUILD} ORDER BY 1, 3, 2"
_CHANGES = (
    "SELECT session_id, count(*), max(at) FROM audit WHERE guild_id = ? AND session_id {}"
    " AND action NOT IN ('came', 'quiet', 'wrote', 'warn-absent', 'join', 'leave', 'remind', 'forget',"
    " 'interested', 'start') AND action NOT GLOB 'notice-*' AND action NOT GLOB 'channel-*'"
    " AND action NOT GLOB 'message-*' AND action NOT GLOB 'event-*' GROUP BY 1"
)
"""Who comes and goes, and what the bot does, is no change of a session. The first is its booking."""
