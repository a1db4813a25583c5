"""Sessions, who joined them, and what people typed: rows in, domain objects out."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.domain.models import Session, State
from bot.store.database import Reader, Tx

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


def stamp(instant: datetime) -> int:
    """Return whole seconds since 1970 UTC, the form in which instants are stored (R1)."""
    return int(instant.timestamp())


def instant(seconds: int) -> datetime:
    """Return the UTC instant of a stored stamp."""
    return datetime.fromtimestamp(seconds, UTC)


def maybe_instant(seconds: int | None) -> datetime | None:
    """Return the UTC instant of a stored stamp, None for none."""
    return None if seconds is None else instant(seconds)


def _session(row: sqlite3.Row) -> Session:
    return Session(
        id=row["id"],
        guild_id=row["guild_id"],
        host_id=row["host_id"],
        host_name=row["host_name"],
        topic=row["topic"],
        description=row["description"],
        start=instant(row["starts_at"]),
        end=instant(row["ends_at"]),
        state=State(row["state"]),
        desk=row["desk"],
        closed=maybe_instant(row["closed_at"]),
        seats=row["seats"],
        came=maybe_instant(row["came_at"]),
        quiet=maybe_instant(row["quiet_at"]),
        why=row["close_reason"],
    )


async def get(db: Reader, guild_id: int, session_id: int) -> Session | None:
    """Return one session of this guild."""
    row = await db.one("SELECT * FROM session WHERE guild_id = ? AND id = ?", guild_id, session_id)
    return _session(row) if row else None


async def active(db: Reader, guild_id: int) -> list[Session]:
    """Return all booked and open sessions, in order of their start."""
    sql = "SELECT * FROM session WHERE guild_id = ? AND state IN ('booked', 'open') ORDER BY starts_at, id"
    return [_session(row) for row in await db.all(sql, guild_id)]


async def between(db: Reader, guild_id: int, start: datetime, end: datetime) -> list[Session]:
    """Return every session, closed ones too, that overlaps start..end, in order of its start."""
    sql = "SELECT * FROM session WHERE guild_id = ? AND starts_at < ? AND ends_at > ? ORDER BY starts_at, id"
    return [_session(row) for row in await db.all(sql, guild_id, stamp(end), stamp(start))]


async def of_person(db: Reader, guild_id: int, user_id: int) -> list[Session]:
    """Return every session that this person hosts, co-hosts or has joined, in order of its start."""
    sql = (
        "SELECT * FROM session WHERE guild_id = ?1 AND (host_id = ?2 OR id IN"
        " (SELECT session_id FROM joined WHERE user_id = ?2 UNION SELECT session_id FROM cohost WHERE"
        " user_id = ?2)) ORDER BY starts_at, id"
    )
    return [_session(row) for row in await db.all(sql, guild_id, user_id)]


async def with_desks(db: Reader, guild_id: int) -> list[Session]:
    """Return the active sessions and the closed ones that still have channels or words of ours."""
    sql = (
        "SELECT * FROM session WHERE guild_id = ? AND (state IN ('booked', 'open') OR id IN"
        " (SELECT session_id FROM channel WHERE gone_at IS NULL AND archived_at IS NULL) OR id IN"
        " (SELECT session_id FROM notice WHERE done_at IS NULL)) ORDER BY starts_at, id"
    )
    return [_session(row) for row in await db.all(sql, guild_id)]


async def add(tx: Tx, session: Session, at: datetime) -> int:
    """Write a new session (its id is ignored) and return its id."""
    return await tx.insert(
        "INSERT INTO session (guild_id, host_id, host_name, topic, description, starts_at, ends_at, state,"
        " created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        session.guild_id,
        session.host_id,
        session.host_name,
        session.topic,
        session.description,
        stamp(session.start),
        stamp(session.end),
        session.state,
        stamp(at),
    )


async def set_open(tx: Tx, session_id: int, desk: int, at: datetime) -> None:
    """booked -> open (R7), with the desk's number; until somebody comes it is quiet there (R11)."""
    sql = "UPDATE session SET state = 'open', desk = ?, quiet_at = ? WHERE id = ?"
    await tx.execute(sql, desk, stamp(at), session_id)


async def set_closed(tx: Tx, session_id: int, state: State, at: datetime, why: str = "") -> None:
    """Leave the active states (R7)."""
    sql = "UPDATE session SET state = ?, closed_at = ?, close_reason = ? WHERE id = ?"
    await tx.execute(sql, state, stamp(at), why, session_id)


async def set_details(tx: Tx, session: Session) -> None:
    """Write all that a host may change: topic, description, start, end, seats and who the host is."""
    await tx.execute(
        "UPDATE session SET topic = ?, description = ?, starts_at = ?, ends_at = ?, seats = ?, host_id = ?,"
        " host_name = ? WHERE id = ?",
        session.topic,
        session.description,
        stamp(session.start),
        stamp(session.end),
        session.seats,
        session.host_id,
        session.host_name,
        session.id,
    )


async def add_joined(tx: Tx, session_id: int, user_id: int, name: str, at: datetime) -> bool:
    """Note that a person takes part; False where they already did."""
    sql = (
        "INSERT INTO joined (session_id, user_id, user_name, joined_at, turn) SELECT ?1, ?2, ?3, ?4,"
        " (SELECT ifnull(max(turn), 0) + 1 FROM joined WHERE session_id = ?1) WHERE true"
        " ON CONFLICT DO NOTHING"
    )
    return await tx.execute(sql, session_id, user_id, name, stamp(at)) == 1


async def remove_joined(tx: Tx, session_id: int, user_id: int) -> bool:
    """Note that a person no longer takes part; False where they did not."""
    return (
        await tx.execute("DELETE FROM joined WHERE session_id = ? AND user_id = ?", session_id, user_id) == 1
    )


async def joined(db: Reader, session_id: int) -> list[int]:
    """Return the ids of those who joined, first come first."""
    return [user_id for user_id, _ in await guests(db, session_id)]


async def guests(db: Reader, session_id: int) -> list[tuple[int, str]]:
    """Return the ids and names of those who joined, first come first: the first `seats` have a place."""
    sql = "SELECT user_id, user_name FROM joined WHERE session_id = ? ORDER BY joined_at, turn, user_id"
    return [(row["user_id"], row["user_name"]) for row in await db.all(sql, session_id)]


async def left(db: Reader, session_id: int) -> set[int]:
    """Return the ids of those who joined once and took it back; they may have joined again."""
    sql = "SELECT actor_id FROM audit WHERE session_id = ? AND action = 'leave'"
    return {row["actor_id"] for row in await db.all(sql, session_id)}


async def joined_counts(db: Reader, guild_id: int) -> dict[int, int]:
    """Return how many joined each session of the guild; sessions that nobody joined are left out."""
    sql = (
        "SELECT session_id, count(*) AS people FROM joined WHERE session_id IN"
        " (SELECT id FROM session WHERE guild_id = ?) GROUP BY session_id"
    )
    return {row["session_id"]: row["people"] for row in await db.all(sql, guild_id)}


async def joined_by(db: Reader, guild_id: int, user_id: int) -> set[int]:
    """Return the ids of the sessions that this person has joined."""
    sql = (
        "SELECT session_id FROM joined WHERE user_id = ? AND session_id IN"
        " (SELECT id FROM session WHERE guild_id = ?)"
    )
    return {row["session_id"] for row in await db.all(sql, user_id, guild_id)}


async def save_draft(tx: Tx, guild_id: int, draft: Draft, at: datetime) -> int:
    """Keep what a person typed, drop what has grown old, and return the draft's id."""
    await tx.execute("DELETE FROM draft WHERE created_at < ?", stamp(at - DRAFT_LIFE))
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


async def get_draft(db: Reader, guild_id: int, draft_id: int, at: datetime) -> Draft | None:
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


async def cohosts(db: Reader, session_id: int) -> list[tuple[int, str]]:
    """Return the ids and names of a session's co-hosts, first added first."""
    sql = "SELECT user_id, user_name FROM cohost WHERE session_id = ? ORDER BY added_at, user_id"
    return [(row["user_id"], row["user_name"]) for row in await db.all(sql, session_id)]


async def add_cohost(tx: Tx, session_id: int, user_id: int, name: str, at: datetime) -> bool:
    """Let a person share the host's powers; False where they already do."""
    sql = "INSERT INTO cohost VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING"
    return await tx.execute(sql, session_id, user_id, name, stamp(at)) == 1


async def remove_cohost(tx: Tx, session_id: int, user_id: int) -> bool:
    """Take the host's powers back; False where the person has none."""
    return (
        await tx.execute("DELETE FROM cohost WHERE session_id = ? AND user_id = ?", session_id, user_id) == 1
    )


async def all_guests(db: Reader, guild_id: int) -> dict[int, list[tuple[int, str]]]:
    """Return who joined each active or unfinished session of the guild, first come first."""
    return await _people(db, "joined", "joined_at, turn", guild_id)


async def all_cohosts(db: Reader, guild_id: int) -> dict[int, list[tuple[int, str]]]:
    """Return the co-hosts of each active or unfinished session of the guild, first added first."""
    return await _people(db, "cohost", "added_at", guild_id)


async def _people(db: Reader, table: str, since: str, guild_id: int) -> dict[int, list[tuple[int, str]]]:
    sql = (
        f"SELECT session_id, user_id, user_name FROM {table} WHERE session_id IN"  # noqa: S608 - our own names
        " (SELECT id FROM session WHERE guild_id = ?1 AND (state IN ('booked', 'open') OR id IN"
        " (SELECT session_id FROM channel WHERE gone_at IS NULL AND archived_at IS NULL)))"
        f" ORDER BY {since}, user_id"
    )
    found: dict[int, list[tuple[int, str]]] = {}
    for row in await db.all(sql, guild_id):
        found.setdefault(row["session_id"], []).append((row["user_id"], row["user_name"]))
    return found


async def visitors(db: Reader, guild_id: int) -> dict[int, frozenset[int]]:
    """Return who has been at each open desk of the guild."""
    sql = (
        "SELECT session_id, user_id FROM visit WHERE session_id IN"
        " (SELECT id FROM session WHERE guild_id = ? AND state = 'open')"
    )
    found: dict[int, frozenset[int]] = {}
    for row in await db.all(sql, guild_id):
        found[row["session_id"]] = found.get(row["session_id"], frozenset()) | {row["user_id"]}
    return found


async def add_visit(tx: Tx, session_id: int, user_id: int, at: datetime) -> bool:
    """Note that a person was at the desk; False where that is known."""
    sql = "INSERT INTO visit VALUES (?, ?, ?) ON CONFLICT DO NOTHING"
    return await tx.execute(sql, session_id, user_id, stamp(at)) == 1


async def set_quiet(tx: Tx, session_id: int, quiet: datetime | None) -> None:
    """Note since when nobody is at the desk; None while somebody is."""
    await tx.execute(
        "UPDATE session SET quiet_at = ? WHERE id = ?", None if quiet is None else stamp(quiet), session_id
    )


async def set_came(tx: Tx, session_id: int, at: datetime) -> None:
    """Note when somebody was first at the desk (R11)."""
    await tx.execute("UPDATE session SET came_at = ifnull(came_at, ?) WHERE id = ?", stamp(at), session_id)


async def cohosted_by(db: Reader, guild_id: int, user_id: int) -> set[int]:
    """Return the ids of the sessions that this person co-hosts."""
    sql = (
        "SELECT session_id FROM cohost WHERE user_id = ? AND session_id IN"
        " (SELECT id FROM session WHERE guild_id = ?)"
    )
    return {row["session_id"] for row in await db.all(sql, user_id, guild_id)}
