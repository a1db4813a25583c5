"""A backup put into the place of a database: all at once, nothing lost, never under a bot at work."""

from __future__ import annotations

import errno
import os
import sqlite3
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot.store.backup import Content, check_whole, content_of, same_file
from bot.store.copying import PAGES, copy_pages, keep, note_folder, own_as_folder, part_of, put
from bot.store.errors import NotDoneError, StoreError, check_ours, clearly, code_of, on_disk
from bot.store.files import beside, left_in_use, make_private
from bot.store.inspection import opened
from bot.store.users import InUseError, held, in_use

WAIT = 5.0
"""Seconds to wait for those who only read a database that is to be restored, such as `openspace backup`."""

_BROKEN = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


@dataclass(frozen=True, slots=True)
class Restored:
    """What the database holds now, and where the one before is kept; None where there was none."""

    content: Content
    kept: Path | None


def restore(backup: Path, database: Path, at: datetime) -> Restored:
    """Put what a backup holds into the place of a database, all at once; the one before is kept beside it.

    Raises `StoreError` where the backup is not ours, too new or damaged, or the database another program's;
    `NotDoneError` where a bot is at work on it, or the disk does not let us. Then all is as it was.
    Never for a process that has the database open itself (bot.store.users).
    """
    if not backup.is_file():
        raise StoreError(backup, "there is no such file; name a backup")
    if same_file(backup, database):
        raise StoreError(backup, "this is the database itself; name a backup")
    with clearly(backup), opened(backup) as source:
        source.execute("BEGIN")  # from here on it is as it was seen
        content = content_of(backup, source)
        check_whole(backup, source)
        with on_disk(database), clearly(database, NotDoneError):
            database.parent.mkdir(parents=True, exist_ok=True)
            if not os.access(database.parent, os.W_OK):  # where SQLite only says that something is wrong
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
            if in_use(database):
                raise InUseError(database)
            kept = _put_into(source, content, database, at)
    # Ready for a bot, and without what one that died has left beside it. A bot that starts now does the same.
    with suppress(sqlite3.OperationalError), closing(sqlite3.connect(database)) as now:
        now.execute("PRAGMA journal_mode = WAL")
    return Restored(content, kept)


def _put_into(source: sqlite3.Connection, content: Content, database: Path, at: datetime) -> Path | None:
    """Return where the database before is kept, None where there was none."""
    if not database.is_file() or database.stat().st_size == 0:
        if left_in_use(database):  # a log whose database somebody took away
            return _exchange(source, database, at)
        make_private(database)
        with database.open("rb") as file:
            own_as_folder(file.fileno(), database.parent)
    elif not _readable(database):
        return _exchange(source, database, at)
    try:
        return _write_over(source, content, database, at)
    except sqlite3.DatabaseError as error:  # what is wrong may show only when it is written to
        if code_of(error) not in _BROKEN:
            raise
    return _exchange(source, database, at)


def _readable(database: Path) -> bool:
    """Return whether SQLite can read a database; the look changes neither one that it cannot, nor its log."""
    try:
        with opened(database) as connection:
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.DatabaseError as error:
        if code_of(error) not in _BROKEN:
            raise
        return False
    return True


def _write_over(source: sqlite3.Connection, content: Content, database: Path, at: datetime) -> Path | None:
    """Write a backup into the database's own file, in one transaction, while nobody else is let in.

    So a bot that starts meanwhile has either the old or the new, never a file that is no longer there.
    """
    with closing(sqlite3.connect(database, isolation_level=None, timeout=WAIT)) as live:
        _let_nobody_in(live, database)
        kept = None
        [(mark,)] = live.execute("PRAGMA application_id")
        [(filled,)] = live.execute("SELECT count(*) FROM sqlite_master")
        if filled:
            check_ours(database, mark, 0, filled, 0)  # one of a newer program may be gone back from
            kept = _aside(database, at)
            with part_of(kept) as part:
                copy_pages(live, part)
                put(part, kept)
        try:
            same = list(live.execute("PRAGMA page_size")) == list(source.execute("PRAGMA page_size"))
            # SQLite writes no other size of pages by way of its log, but from a journal as well.
            live.execute(f"PRAGMA journal_mode = {'WAL' if same else 'DELETE'}")
            source.backup(live, pages=PAGES, progress=_breathe)
        except sqlite3.Error as error:
            if kept and code_of(error) == sqlite3.SQLITE_FULL:
                kept.unlink(missing_ok=True)  # the database is as it was, and the room is needed
            raise
        if content_of(database, live) != content:
            raise NotDoneError(database, f"it is not what the backup holds; the one before is {kept}")
    return kept


def _breathe(*_: int) -> None:
    """Let a signal be heard between two steps of copying."""


def _let_nobody_in(live: sqlite3.Connection, database: Path) -> None:
    """Lock a database for as long as the connection lives; whoever has it open, even idle, is in the way."""
    live.execute("PRAGMA locking_mode = EXCLUSIVE")
    try:
        live.execute("BEGIN EXCLUSIVE")
        live.execute("COMMIT")
    except sqlite3.OperationalError as error:
        if code_of(error) == sqlite3.SQLITE_BUSY:
            raise InUseError(database) from error
        raise


def _aside(database: Path, at: datetime) -> Path:
    """Return a free name for the database before; it is no backup's, so it is never tidied away."""
    name, number = f"{database.stem}-replaced-{at:%Y%m%d-%H%M%S}Z", 1
    kept = database.with_name(f"{name}.sqlite3")
    while os.path.lexists(kept):
        number += 1
        kept = database.with_name(f"{name}-{number}.sqlite3")
    return kept


def _exchange(source: sqlite3.Connection, database: Path, at: datetime) -> Path:
    """Put a copy of a backup in the place of a file that SQLite cannot read, and so no bot begins to use.

    What there is of it is kept byte by byte; its log goes first, since SQLite would write it into the other.
    """
    kept = _aside(database, at)
    with held(database) as old, part_of(database) as part:
        copy_pages(source, part)
        if old:
            keep(old, kept)
        if left_in_use(database):
            with beside(database, "-wal").open("rb") as log:
                keep(log, beside(kept, "-wal"))
        note_folder(database.parent)
        for ending in ("-wal", "-shm"):
            beside(database, ending).unlink(missing_ok=True)
        put(part, database)
    return kept
