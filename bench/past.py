"""A database file with a long past: a million rows of sessions that are over."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from bot.paths import data_folder
from bot.store.database import Database

VERSION = 2
"""The version whose files are taken over."""
SESSIONS = 100_000
GUESTS, NOTES = 3, 4
"""Of each session: who joined, and lines in the audit trail. With two channels each, a million rows."""
_HOUR, _DAY = 3600, 86400


async def write_past(path: Path, guild_id: int) -> int:
    """Make a file of version 2, fill it with sessions of one server, and return the number of rows.

    The bot's first start takes it over, so that what is measured is what an old conference has.
    """
    with tempfile.TemporaryDirectory() as old:
        for script in sorted((data_folder() / "migrations").glob("*.sql"))[:VERSION]:
            shutil.copy(script, old)
        async with Database(path, Path(old)):
            pass
    now = int(time.time())
    with closing(sqlite3.connect(path)) as file, file:
        file.execute("PRAGMA synchronous = OFF")
        file.executemany(
            "INSERT INTO session (id, guild_id, host_id, host_name, topic, starts_at, ends_at, state,"
            " closed_at, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, 'ended', ?, ?)",
            (
                (
                    n,
                    guild_id,
                    n % 2000 + 1,
                    f"Person {n % 2000}",
                    f"Topic {n}",
                    at,
                    at + _HOUR,
                    at + _HOUR,
                    at,
                )
                for n, at in _sessions(now)
            ),
        )
        file.executemany(
            "INSERT INTO joined (session_id, user_id, user_name, joined_at) VALUES (?, ?, ?, ?)",
            (
                (n, (n + each) % 2000 + 1, f"Person {(n + each) % 2000}", at)
                for n, at in _sessions(now)
                for each in range(GUESTS)
            ),
        )
        file.executemany(
            "INSERT INTO audit (guild_id, session_id, at, action) VALUES (?, ?, ?, ?)",
            (
                (guild_id, n, at, action)
                for n, at in _sessions(now)
                for action in ("booked", "opened", "joined", "ended")[:NOTES]
            ),
        )
        file.executemany(
            "INSERT INTO channel (guild_id, session_id, kind, channel_id, mark, asked_at, gone_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                (guild_id, n, kind, 2 * n + place, f"mark {n}", at, at + _HOUR)
                for n, at in _sessions(now)
                for place, kind in enumerate(("voice", "text"))
            ),
        )
    return SESSIONS * (1 + GUESTS + NOTES + 2)


def _sessions(now: int) -> Iterator[tuple[int, int]]:
    """Yield the number and the start of each session, the newest a week ago."""
    for number in range(1, SESSIONS + 1):
        yield number, now - 7 * _DAY - (SESSIONS - number) * 600
