"""Copies of a database that are whole: made while a bot works on it, checked, put in place in one step.

A backup is one file that needs no log beside it, as SQLite's header tells. A database that a bot has ever
opened keeps such a log: so none of those is taken for a backup, and written over.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from bot.paths import data_folder
from bot.store.copying import Stopped, copy_pages, part_of, put
from bot.store.errors import (
    APPLICATION_ID,
    NotDoneError,
    StoreError,
    check_ours,
    clearly,
    code_of,
    damaged,
    on_disk,
)
from bot.store.files import BESIDE, beside
from bot.store.inspection import connected, opened
from bot.store.migrations import scripts_in

_UNREACHED = {sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY}


@dataclass(frozen=True, slots=True)
class Content:
    """What was seen to be in a database: its version, and how many rows each table has."""

    version: int
    rows: dict[str, int] = field(hash=False)


def is_backup(path: Path) -> bool:
    """Return whether a file is a backup of ours, by its header alone; one that cannot be read is none."""
    try:
        if not path.is_file():  # opening a pipe would wait for ever
            return False
        with path.open("rb") as file:
            header = file.read(100)
    except OSError:
        return False
    alone = header[18:20] == b"\1\1"  # written and read without a log
    ours = header[68:72] == APPLICATION_ID.to_bytes(4, "big")
    return header.startswith(b"SQLite format 3\0") and alone and ours


def check_place(database: Path, to: Path) -> None:
    """Raise `StoreError` where a backup would go over something else, or into no folder."""
    if to in {database, *(beside(database, ending) for ending in BESIDE)} or same_file(to, database):
        raise StoreError(to, "this is the database itself; choose another path")
    if not to.parent.is_dir():
        raise StoreError(to, f"there is no folder {to.parent}; make it, or choose another path")
    if os.path.lexists(to) and not is_backup(to):
        raise StoreError(to, "something else is there, no backup of ours; choose another path")


def back_up(database: Path, to: Path, stop: Callable[[], bool] = lambda: False) -> Content:
    """Copy a database as it is at one instant, check the copy, then put it at `to`, all at once.

    Whoever works on the database goes on meanwhile. Raises `StoreError` where the database is not ours, too
    new or damaged, and where `to` is not for us; `NotDoneError` where the disk does not let us; `Stopped`.
    """
    check_place(database, to)
    if not database.is_file():
        raise NotDoneError(database, "there is no database yet; the bot makes it when it first runs")
    with _stoppable(), part_of(to) as part:
        with clearly(database), _reading(database) as source:
            source.set_progress_handler(stop, 100_000)
            content = content_of(database, source)
            with clearly(to, NotDoneError):
                copy_pages(source, part, stop)
        with clearly(part, NotDoneError), closing(sqlite3.connect(part, isolation_level=None)) as made:
            made.set_progress_handler(stop, 100_000)
            check_whole(database, made)
            if content_of(part, made) != content:
                raise NotDoneError(to, "the copy is not what the database was; try again")
        with on_disk(to):
            put(part, to)
    return content


def same_file(one: Path, other: Path) -> bool:
    """Return whether two paths lead to one file; False where there is none."""
    with suppress(OSError):
        return one.samefile(other)
    return False


def content_of(path: Path, connection: sqlite3.Connection) -> Content:
    """Return what is in a database; raises `StoreError` where it is not ours, too new, or empty."""
    [(mark,)] = connection.execute("PRAGMA application_id")
    [(version,)] = connection.execute("PRAGMA user_version")
    sql = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY name"
    tables = [name for (name,) in connection.execute(sql)]
    check_ours(path, mark, version, len(tables), len(scripts_in(data_folder() / "migrations")))
    if not tables:
        raise StoreError(path, "there is nothing in it; choose another file")
    counts = {name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in tables}
    return Content(version, counts)


def check_whole(path: Path, connection: sqlite3.Connection) -> None:
    """Look through a whole database; raises `StoreError` where it is damaged."""
    [(health,), *_] = connection.execute("PRAGMA integrity_check(1)")
    if health != "ok":
        raise damaged(path, " ".join(str(health).split()))


@contextmanager
def _reading(database: Path) -> Iterator[sqlite3.Connection]:
    """Read a database as it is at one instant, whatever others write; what a dead bot left stays as it is."""
    looking, folding = "mode=ro&readonly_shm=1", "mode=rw"
    left = all(beside(database, ending).exists() for ending in ("-wal", "-shm"))
    with ExitStack() as stack:
        # A bot may stop between two looks; on a disk that can only be read nobody writes.
        ways = [partial(connected, database, how) for how in ([looking] if left else []) + [folding]]
        for way in (*ways, partial(opened, database)):
            source = stack.enter_context(way())
            try:
                source.execute("BEGIN")
                source.execute("SELECT count(*) FROM sqlite_master").fetchone()
                break
            except sqlite3.OperationalError as error:
                if way.func is opened or code_of(error) not in _UNREACHED:
                    raise
                stack.close()
        yield source


@contextmanager
def _stoppable() -> Iterator[None]:
    try:
        yield
    except sqlite3.OperationalError as error:
        if code_of(error) != sqlite3.SQLITE_INTERRUPT:
            raise
        raise Stopped from error
