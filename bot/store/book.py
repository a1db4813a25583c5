"""What the database says about one guild's desks, read at once: it does not grow with what is over."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar, cast

from bot.domain.models import Session, State
from bot.domain.notices import Notice, NoticeKind, Said
from bot.domain.records import Kind, Record
from bot.store import announcements, ideas
from bot.store.announcements import Announcement
from bot.store.database import listed
from bot.store.instants import instant, stamp
from bot.store.ledger import Problem
from bot.store.notices import notice_of
from bot.store.people import Named, by_session
from bot.store.records import record_of
from bot.store.sessions import session_of

DAY = timedelta(days=1)
"""What channels made are counted over, and things lost (R17)."""
DOUBT = timedelta(minutes=15)
"""How long a request whose answer was lost may still have an effect."""
FRESH = timedelta(minutes=1)
"""How long rows are not read again where nobody has written anything."""
T = TypeVar("T")


@dataclass(slots=True)
class Memo:
    """What was read of a guild before: most has not changed. `version` is SQLite's of the last write."""

    version: int = -1
    at: datetime | None = None
    rows: Rows | None = None
    objects: dict[tuple[str, int], tuple[tuple[object, ...], object]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked for: a guild's rows at an instant.

    Ideas that nobody has supported since `faded` are down. Where `many` channels were made within a day, the
    sessions that began within `lead` minutes of their booking are named. `whole`: what is in the archive too.
    """

    guild_id: int
    now: datetime
    faded: datetime
    many: int
    lead: int
    whole: bool = False


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
    announcement: Announcement | None = None


def read(db: sqlite3.Connection, ask: Question, memo: Memo) -> Rows:
    """Return the rows; `memo` is from the last reading, and is brought up to date."""
    [version] = db.execute("PRAGMA data_version").fetchone()
    if memo.rows and memo.at and memo.version == version and timedelta(0) <= ask.now - memo.at < FRESH:
        return memo.rows
    before, memo.objects = memo.objects, {}
    guild, day = ask.guild_id, stamp(ask.now - DAY)

    def kept(what: Callable[[sqlite3.Row], T], sql: str, *params: object) -> list[T]:
        """Return rows as objects; one that has not changed since it was read last is the same object."""
        found = []
        for row in db.execute(sql, params):
            key, values = (what.__name__, row["id"]), tuple(row)
            known = before.get(key)
            memo.objects[key] = known if known and known[0] == values else (values, what(row))
            found.append(memo.objects[key][1])
        return cast("list[T]", found)

    records = kept(record_of, _WHOLE if ask.whole else _RECORDS, guild, stamp(ask.now - DOUBT))
    notices = kept(notice_of, _NOTICES, guild)
    sessions = kept(session_of, _ACTIVE, guild)
    ids = {n.session_id for n in notices} | {r.session_id for r in records if r.session_id and not r.over}
    sessions += kept(session_of, _BY_ID, listed(ids - {s.id for s in sessions}), guild)
    sessions.sort(key=lambda s: (s.start, s.id))
    known, waiting = listed(s.id for s in sessions), {n.session_id for n in notices}
    spoken = listed(s.id for s in sessions if s.state is not State.BOOKED or s.id in waiting)
    said = list(db.execute(_SAID, (spoken,)))
    visits = by_session(db.execute(_VISITS, (listed(s.id for s in sessions if s.state is State.OPEN),)))
    made = db.execute(_MADE, (guild, day)).fetchone()[0]
    hasty = db.execute(_HASTY, (guild, ask.lead * 60)) if made >= ask.many else ()
    problems = db.execute(_PROBLEMS, (guild,))
    memo.version, memo.at = version, ask.now
    memo.rows = Rows(
        sessions=sessions,
        records=records,
        notices=notices,
        problems=[Problem(code, detail, told is not None) for code, detail, told in problems],
        guests=by_session(db.execute(_GUESTS, (known,))),
        cohosts=by_session(db.execute(_COHOSTS, (known,))),
        visitors={id_: frozenset(user_id for user_id, _ in people) for id_, people in visits.items()},
        said={(id_, NoticeKind(kind)): None if at is None else instant(at) for id_, kind, at, _ in said},
        pinged={id_: instant(at) for id_, _, _, at in said if at is not None},
        lost={(Kind(kind), of): (n, instant(at)) for kind, of, n, at in db.execute(_LOST, (guild, day))},
        made=made,
        hasty=frozenset(session_id for (session_id,) in hasty),
        refused=frozenset(words for (words,) in db.execute(_REFUSED, (guild,))),
        announcement=announcements.newest_in(db, guild, ask.now),
        ideas=db.execute(ideas.COUNT_UP, (guild, stamp(ask.faded))).fetchone()[0],
    )
    return memo.rows


_AMONG = "IN (SELECT value FROM json_each(?))"
_RECORDS = (
    "SELECT * FROM record WHERE guild_id = ?1 AND gone_at IS NULL AND archived_at IS NULL UNION ALL"
    " SELECT * FROM record WHERE guild_id = ?1 AND doubt = 1 AND gone_at IS NOT NULL AND asked_at > ?2"
    " ORDER BY id"
)
_WHOLE = _RECORDS.replace(" AND archived_at IS NULL", "")
_NOTICES = "SELECT * FROM notice WHERE guild_id = ? AND done_at IS NULL ORDER BY id"
_ACTIVE = "SELECT * FROM session WHERE guild_id = ? AND state IN ('booked', 'open')"
_BY_ID = "SELECT * FROM session WHERE id " + _AMONG + " AND +guild_id = ?"
_SAID = (
    "SELECT session_id, kind, max(CASE WHEN dropped THEN NULL ELSE done_at END),"
    " max(CASE WHEN pinged THEN done_at END) FROM notice WHERE session_id "
    + _AMONG
    + " GROUP BY 1, 2 ORDER BY 4"
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
_HASTY = (
    "SELECT id FROM session WHERE guild_id = ? AND state IN ('booked', 'open')"
    " AND starts_at - created_at <= ?"
)
_REFUSED = "SELECT words FROM refused WHERE guild_id = ?"
