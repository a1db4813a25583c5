"""A look at the database file that changes nothing: not the file, not what lies beside it."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Coroutine, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from bot.paths import data_folder
from bot.store.database import Reader, read_at_once
from bot.store.errors import StoreError, check_ours, clearly, damaged
from bot.store.files import beside, left_in_use
from bot.store.instants import maybe_instant
from bot.store.migrations import scripts_in

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Inspection:
    """What was seen: the file's version, this program's, and when something first and last happened in it."""

    version: int
    newest: int
    last: datetime | None
    first: datetime | None


def inspect(path: Path) -> Inspection:
    """Look at a database, all of it; raises `StoreError` where it is damaged, not ours or too new.

    It takes seconds where there are many rows.
    """
    newest = len(scripts_in(data_folder() / "migrations"))
    with clearly(path), opened(path) as connection:
        [(mark,)] = connection.execute("PRAGMA application_id")
        [(version,)] = connection.execute("PRAGMA user_version")
        [(filled,)] = connection.execute("SELECT count(*) FROM sqlite_master")
        check_ours(path, mark, version, filled, newest)
        if not filled:
            return Inspection(0, newest, None, None)
        [(health,)] = connection.execute("PRAGMA quick_check(1)")
        if health != "ok":
            raise damaged(path, " ".join(str(health).split()))
        sql = "SELECT max(at), (SELECT at FROM audit ORDER BY id LIMIT 1) FROM audit"
        [(last, first)] = connection.execute(f"{sql} WHERE id > (SELECT max(id) - 100 FROM audit)")
        return Inspection(version, newest, maybe_instant(last), maybe_instant(first))


def look(path: Path, reading: Callable[[Reader], Coroutine[Any, Any, T]]) -> T:
    """Run a reading on a database file in one snapshot, whether or not a bot has it open.

    Raises `StoreError` where it is not ours, or of another version than this program's.
    """
    newest = len(scripts_in(data_folder() / "migrations"))
    with clearly(path), opened(path) as connection:
        [(mark,)] = connection.execute("PRAGMA application_id")
        [(version,)] = connection.execute("PRAGMA user_version")
        [(filled,)] = connection.execute("SELECT count(*) FROM sqlite_master")
        check_ours(path, mark, version, filled, newest)
        if version < newest:
            trouble = f"it is of version {version}; start the bot once, which brings it to version {newest}"
            raise StoreError(path, trouble)
        return read_at_once(connection, path, reading)


@contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    """Open a database so that SQLite makes, fills and takes away no file, whatever state it is in."""
    if beside(path, "-shm").exists():  # the bot runs, or has died
        with connected(path, "mode=ro&readonly_shm=1") as connection:
            yield connection
    elif not left_in_use(path):  # nobody has it open
        with connected(path, "mode=ro&immutable=1") as connection:
            yield connection
    else:  # a copy that somebody made: only writing puts it together, so that is done to a copy of ours
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder) / path.name
            for ending in ("", "-wal"):
                shutil.copyfile(beside(path, ending), beside(copy, ending))
            with connected(copy, "mode=rw") as connection:
                yield connection


@contextmanager
def connected(path: Path, how: str) -> Iterator[sqlite3.Connection]:
    """Connect to a database, with the parameters of SQLite's addresses."""
    address = f"{path.absolute().as_uri()}?{how}"
    with closing(sqlite3.connect(address, uri=True, isolation_level=None)) as connection:
        yield connection
