"""What the database says about one guild's desks, read at once: it does not grow with what is over."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from bot.domain.models import Session, State
from bot.domain.notices import Notice, NoticeKind, Said
from bot.store.instants import instant, stamp
from bot.store.ledger import Problem
from bot.store.notices import notice_of
from bot.store.people import Named, by_session
from bot.store.records import Kind, Record, record_of
from bot.store.sessions import session_of

T = TypeVar("T")

DAY = timedelta(days=1)
"""What channels made are counted over, and things lost (R17)."""
DOUBT = timedelta(minutes=15)
"""How long a request whose answer was lost may still have an effect."""

Memo = dict[object, dict[int, tuple[tuple[object, ...], Any]]]
"""What was read before, by what made it of its row and by its id, with the row: most have not changed."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked for: a guild's rows at an instant.

    Ideas that nobody has supported since `faded` are down. Where `many` channels were made within a day, the
    sessions that began within `lead` minutes of their booking are named.
    """

    guild_id: int
    now: datetime
    faded: datetime
    many: int
    lead: int


@dataclass(frozen=True, slots=True)
class Rows:
    """One guild's rows that concern its desks now: active sessions, and those with something left to do.

    `said` is when a notice of a kind was last sent for a session (None: written and not sent), `pinged` when
    a session's host was last pinged. `lost` is how often a thing went by others' hands within a day, and when
    last. `made` is how many channels were asked for within a day; `hasty`: see `Question`.
    """

    sessions: Sequence[Session]
    records: Sequence[Record]
    notices: Sequence[Notice]
    problems: Sequence[Problem]
    guests: Mapping[int, Sequence[Named]]
    cohosts: Mapping[int, Sequence[Named]]
    visitors: Mapping[int, frozenset[int]]
    said: Said
    pinged: Mapping[int, datetime]
    lost: Mapping[tuple[Kind, int | None], tuple[int, datetime]]
    made: int
    hasty: frozenset[int]
    refused: frozenset[str]
    ideas: int


def read(db: sqlite3.Connection, ask: Question, memo: Memo) -> Rows:
    """Return the rows; `memo` is from the last reading, and is brought up to date."""
    guild, day = ask.guild_id, stamp(ask.now - DAY)
    records = _made_of(db.execute(_RECORDS, (guild, stamp(ask.now - DOUBT))), record_of, memo)
    notices = [notice_of(row) for row in db.execute(_NOTICES, (guild,))]
    waiting = {n.session_id for n in notices}
    ids = waiting | {r.session_id for r in records if r.session_id is not None and not r.over}
    sessions = _sessions(db, guild, ids, memo)
    known, opened = _list(s.id for s in sessions), [s.id for s in sessions if s.state is State.OPEN]
    spoken = _list(s.id for s in sessions if s.state is not State.BOOKED or s.id in waiting)
    said = list(db.execute(_SAID, (spoken,)))
    visits = by_session(db.execute(_VISITS, (_list(opened),)))
    lost = db.execute(_LOST, (guild, day))
    made = db.execute(_MADE, (guild, day)).fetchone()[0]
    hasty = db.execute(_HASTY, (guild, ask.lead * 60)) if made >= ask.many else ()
    return Rows(
        sessions=sessions,
        records=records,
        notices=notices,
        problems=[
            Problem(code, detail, told is not None) for code, detail, told in db.execute(_PROBLEMS, (guild,))
        ],
        guests=by_session(db.execute(_GUESTS, (known,))),
        cohosts=by_session(db.execute(_COHOSTS, (known,))),
        visitors={
            session_id: frozenset(user_id for user_id, _ in people) for session_id, people in visits.items()
        },
        said={(id_, NoticeKind(kind)): None if at is None else instant(at) for id_, kind, at, _ in said},
        pinged={
            id_: instant(at) for id_, _, _, at in sorted(said, key=lambda r: r[3] or 0) if at is not None
        },
        lost={(Kind(kind), session_id): (times, instant(at)) for kind, session_id, times, at in lost},
        made=made,
        hasty=frozenset(session_id for (session_id,) in hasty),
        refused=frozenset(words for (words,) in db.execute(_REFUSED, (guild,))),
        ideas=db.execute(_IDEAS, (guild, stamp(ask.faded))).fetchone()[0],
    )


def _sessions(db: sqlite3.Connection, guild_id: int, ids: set[int], memo: Memo) -> list[Session]:
    """Return the active sessions, and those with these ids."""
    rows = db.execute(_ACTIVE, (guild_id,)).fetchall()
    more = ids - {row[0] for row in rows}
    rows += db.execute(_BY_ID, (_list(more), guild_id)) if more else []
    return sorted(_made_of(rows, session_of, memo), key=lambda s: (s.start, s.id))


def _made_of(rows: Iterable[sqlite3.Row], make: Callable[[sqlite3.Row], T], memo: Memo) -> list[T]:
    """Return rows, whose first column is their id, as objects: of an unchanged row the same one as before."""
    before, memo[make] = memo.get(make, {}), {}
    fresh = memo[make]
    for row in rows:
        values = tuple(row)
        known = before.get(row[0])
        fresh[row[0]] = known if known and known[0] == values else (values, make(row))
    return [made for _, made in fresh.values()]


def _list(ids: Iterable[int]) -> str:
    return json.dumps(list(ids))


_AMONG = "IN (SELECT value FROM json_each(?))"
_RECORDS = (
    "SELECT * FROM record WHERE guild_id = ?1 AND gone_at IS NULL AND archived_at IS NULL UNION ALL"
    " SELECT * FROM record WHERE guild_id = ?1 AND doubt = 1 AND gone_at IS NOT NULL AND asked_at > ?2"
    " ORDER BY id"
)
_NOTICES = "SELECT * FROM notice WHERE guild_id = ? AND done_at IS NULL ORDER BY id"
_ACTIVE = "SELECT * FROM session WHERE guild_id = ? AND state IN ('booked', 'open')"
_BY_ID = f"SELECT * FROM session WHERE id {_AMONG} AND +guild_id = ?"  # noqa: S608 - '+': never by its guild
_SAID = (
    "SELECT session_id, kind, max(CASE WHEN dropped THEN NULL ELSE done_at END),"
    " max(CASE WHEN pinged THEN done_at END) FROM notice WHERE session_id " + _AMONG + " GROUP BY 1, 2"
)
_PEOPLE = "SELECT session_id, user_id, user_name FROM "
_VISITS = "SELECT session_id, user_id, '' AS user_name FROM visit WHERE session_id " + _AMONG
_GUESTS = _PEOPLE + "joined WHERE session_id " + _AMONG + " ORDER BY joined_at, turn, user_id"
_COHOSTS = _PEOPLE + "cohost WHERE session_id " + _AMONG + " ORDER BY added_at, user_id"
_PROBLEMS = "SELECT code, detail, told_at FROM problem WHERE guild_id = ? ORDER BY code"
_LOST = (
    "SELECT kind, session_id, count(*), max(gone_at) FROM record WHERE guild_id = ? AND lost = 1"
    " AND gone_at > ? GROUP BY 1, 2"
)
_MADE = (
    "SELECT count(*) FROM record WHERE guild_id = ? AND asked_at > ?"
    " AND kind IN ('area', 'archive', 'board', 'news', 'voice', 'text')"
)
_HASTY = "SELECT id FROM session WHERE guild_id = ? AND state IN ('booked', 'open') AND starts_at - created_at <= ?"
_REFUSED = "SELECT words FROM refused WHERE guild_id = ?"
_IDEAS = (
    "SELECT count(*) FROM idea WHERE guild_id = ? AND gone_at IS NULL"
    " AND (SELECT max(added_at) FROM idea_supporter WHERE idea_id = idea.id) > ?"
)
