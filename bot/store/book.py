"""What the database says about one guild's desks, read at once: it does not grow with what is over."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.models import Session, State
from bot.store.instants import instant, stamp
from bot.store.ledger import Problem
from bot.store.notices import Notice, NoticeKind, notice_of
from bot.store.people import Named, by_session
from bot.store.records import Kind, Record, record_of
from bot.store.sessions import session_of

DAY = timedelta(days=1)
"""What the limit of channels made is counted over, and losses (R17)."""
DOUBT = timedelta(minutes=15)
"""How long a request whose answer was lost may still have an effect, and our clock be trusted to say so."""

Memo = dict[int, tuple[tuple[object, ...], Session]]
"""Sessions as they were read before, by their id and row: most have not changed."""


@dataclass(frozen=True, slots=True)
class Rows:
    """One guild's rows that concern its desks now: active sessions, and those with something left to do.

    `said` is when a notice of a kind was last sent for a session (None: written and not sent), `pinged` when
    a session's host was last pinged. `lost` is how often a thing went by others' hands within a day, and when
    last. `made` is how many channels were asked for within a day, and `hasty` (only where those are many) are
    the sessions that were begun sooner than their channels are made ahead.
    """

    sessions: Sequence[Session]
    records: Sequence[Record]
    notices: Sequence[Notice]
    problems: Sequence[Problem]
    guests: Mapping[int, Sequence[Named]]
    cohosts: Mapping[int, Sequence[Named]]
    visitors: Mapping[int, frozenset[int]]
    said: Mapping[tuple[int, NoticeKind], datetime | None]
    pinged: Mapping[int, datetime]
    lost: Mapping[tuple[Kind, int | None], tuple[int, datetime]]
    made: int
    hasty: frozenset[int]
    refused: frozenset[str]
    ideas: int


def read(
    db: sqlite3.Connection, guild_id: int, now: datetime, faded: datetime, memo: Memo, many: int, lead: int
) -> Rows:
    """Return the rows. `faded`: ideas not supported since are down; `lead` in minutes; see `Rows.hasty`."""
    records = [record_of(row) for row in db.execute(_RECORDS, (guild_id, stamp(now - DOUBT)))]
    notices = [notice_of(row) for row in db.execute(_NOTICES, (guild_id,))]
    waiting = {n.session_id for n in notices}
    ids = waiting | {r.session_id for r in records if r.session_id is not None and not r.over}
    sessions = _sessions(db, guild_id, ids, memo)
    known = _list(s.id for s in sessions)
    spoken = _list(s.id for s in sessions if s.state is not State.BOOKED or s.id in waiting)
    said: dict[tuple[int, NoticeKind], datetime | None] = {}
    pinged: dict[int, datetime] = {}
    for session_id, kind, at, ping in db.execute(_SAID, (spoken,)):
        said[session_id, NoticeKind(kind)] = None if at is None else instant(at)
        if ping is not None:
            pinged[session_id] = max(instant(ping), pinged.get(session_id, instant(ping)))
    visitors: dict[int, set[int]] = {}
    for session_id, user_id in db.execute(
        _VISITORS, (_list(s.id for s in sessions if s.state is State.OPEN),)
    ):
        visitors.setdefault(session_id, set()).add(user_id)
    day = stamp(now - DAY)
    [(made,)] = db.execute(_MADE, (guild_id, day))
    return Rows(
        sessions=sessions,
        records=records,
        notices=notices,
        problems=[
            Problem(r["code"], r["detail"], r["told_at"] is not None)
            for r in db.execute(_PROBLEMS, (guild_id,))
        ],
        guests=by_session(db.execute(_GUESTS, (known,))),
        cohosts=by_session(db.execute(_COHOSTS, (known,))),
        visitors={session_id: frozenset(people) for session_id, people in visitors.items()},
        said=said,
        pinged=pinged,
        lost={
            (Kind(kind), session_id): (times, instant(at))
            for kind, session_id, times, at in db.execute(_LOST, (guild_id, day))
        },
        made=made,
        hasty=frozenset(i for (i,) in db.execute(_HASTY, (guild_id, lead * 60)))
        if made >= many
        else frozenset(),
        refused=frozenset(words for (words,) in db.execute(_REFUSED, (guild_id,))),
        ideas=db.execute(_IDEAS, (guild_id, stamp(faded))).fetchone()[0],
    )


def _sessions(db: sqlite3.Connection, guild_id: int, ids: Iterable[int], memo: Memo) -> list[Session]:
    """Return the sessions; one that has not changed since it was read last is the same object."""
    rows = {row["id"]: row for row in db.execute(_ACTIVE, (guild_id,))}
    rows |= {row["id"]: row for row in db.execute(_BY_ID, (_list(ids - rows.keys()), guild_id))}
    fresh: Memo = {}
    for session_id, row in rows.items():
        known, values = memo.get(session_id), tuple(row)
        fresh[session_id] = known if known and known[0] == values else (values, session_of(row))
    memo.clear()
    memo.update(fresh)
    return sorted((session for _, session in fresh.values()), key=lambda s: (s.start, s.id))


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
_BY_ID = f"SELECT * FROM session WHERE id {_AMONG} AND guild_id = ?"
_SAID = (
    "SELECT session_id, kind, max(CASE WHEN dropped THEN NULL ELSE done_at END),"
    f" max(CASE WHEN pinged THEN done_at END) FROM notice WHERE session_id {_AMONG} GROUP BY session_id, kind"
)
_VISITORS = f"SELECT session_id, user_id FROM visit WHERE session_id {_AMONG}"
_GUESTS = (
    f"SELECT session_id, user_id, user_name FROM joined WHERE session_id {_AMONG}"
    " ORDER BY joined_at, turn, user_id"
)
_COHOSTS = (
    f"SELECT session_id, user_id, user_name FROM cohost WHERE session_id {_AMONG} ORDER BY added_at, user_id"
)
_PROBLEMS = "SELECT * FROM problem WHERE guild_id = ? ORDER BY code"
_LOST = (
    "SELECT kind, session_id, count(*), max(gone_at) FROM record WHERE guild_id = ? AND lost = 1 AND gone_at > ?"
    " GROUP BY kind, session_id"
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
