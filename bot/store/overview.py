"""What is in a database, for the person who runs the bot; older versions of it can be looked at as well."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from bot.domain.models import State
from bot.paths import data_folder
from bot.store.errors import NotDoneError, check_ours, clearly
from bot.store.files import beside
from bot.store.inspection import opened
from bot.store.instants import instant, maybe_instant, stamp
from bot.store.migrations import scripts_in


@dataclass(frozen=True, slots=True)
class OneServer:
    """One server: how many of its sessions are booked and open, and when the next one starts."""

    id: int
    booked: int
    open: int
    next: datetime | None


@dataclass(frozen=True, slots=True)
class Trouble:
    """A problem that organizers have not solved yet, as it is written down."""

    server: int
    code: str
    detail: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Overview:
    """All that one look at a database tells. `last` is the audit trail's last line: when, where, what."""

    version: int
    size: int
    log_size: int
    states: Mapping[str, int] = field(hash=False)
    joined: int
    servers: Sequence[OneServer]
    troubles: Sequence[Trouble]
    last: tuple[datetime, int, str] | None


def overview(path: Path, now: datetime) -> Overview:
    """Look at a database, changing nothing; raises `StoreError` where it cannot be read or is not ours."""
    if not path.is_file():
        raise NotDoneError(path, "there is no database yet; the bot makes it when it first runs")
    with clearly(path), opened(path) as connection:
        connection.execute("BEGIN")
        [(mark,)] = connection.execute("PRAGMA application_id")
        [(version,)] = connection.execute("PRAGMA user_version")
        [(filled,)] = connection.execute("SELECT count(*) FROM sqlite_master")
        check_ours(path, mark, version, filled, len(scripts_in(data_folder() / "migrations")))
        if not filled:
            raise NotDoneError(path, "there is nothing in it yet; the bot fills it when it first runs")
        states = dict(connection.execute("SELECT state, count(*) FROM session GROUP BY state"))
        [(joined,)] = connection.execute("SELECT count(*) FROM joined")
        return Overview(
            version,
            _size(path),
            _size(beside(path, "-wal")),
            {state: states.get(state, 0) for state in State},
            joined,
            _servers(connection, now),
            _troubles(connection),
            _last(connection),
        )


def _size(path: Path) -> int:
    with suppress(FileNotFoundError):  # most files have no log beside them
        return path.stat().st_size
    return 0


def _servers(connection: sqlite3.Connection, now: datetime) -> list[OneServer]:
    sql = (
        "SELECT guild_id, sum(state = 'booked'), sum(state = 'open'),"
        " min(CASE WHEN state = 'booked' AND starts_at > ? THEN starts_at END) FROM session GROUP BY guild_id"
    )
    found = {
        row[0]: OneServer(row[0], row[1], row[2], maybe_instant(row[3]))
        for row in connection.execute(sql, (stamp(now),))
    }
    others = connection.execute("SELECT guild_id FROM audit UNION SELECT guild_id FROM problem")
    found = {number: OneServer(number, 0, 0, None) for (number,) in others if number} | found
    return sorted(found.values(), key=lambda server: (-server.open, -server.booked, server.id))


def _troubles(connection: sqlite3.Connection) -> list[Trouble]:
    sql = "SELECT guild_id, code, detail, found_at FROM problem ORDER BY found_at DESC, guild_id, code"
    return [
        Trouble(server, code, detail, instant(at)) for server, code, detail, at in connection.execute(sql)
    ]


def _last(connection: sqlite3.Connection) -> tuple[datetime, int, str] | None:
    row = connection.execute("SELECT at, guild_id, action FROM audit ORDER BY id DESC LIMIT 1").fetchone()
    return (instant(row[0]), row[1], row[2]) if row else None
