"""A database that cannot be used, told in one line that a person can act on."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

APPLICATION_ID = 0x4F534254
"""Marks a file as ours ('OSBT'), so that another program's database is never touched."""

_TROUBLES = {
    sqlite3.SQLITE_BUSY: "another program keeps it locked; close that program and try again",
    sqlite3.SQLITE_FULL: "the disk is full; free some space and try again",
    sqlite3.SQLITE_IOERR: "the disk cannot be read or written; check that it is neither full nor failing",
    sqlite3.SQLITE_READONLY: "it cannot be written; let the bot write to the file and its folder",
    sqlite3.SQLITE_CANTOPEN: "it cannot be opened; check the path, and let the bot write there",
    sqlite3.SQLITE_CORRUPT: "the database is damaged; restore a backup or choose another file",
    sqlite3.SQLITE_NOTADB: "this is not a database; restore a backup or choose another file",
}


class StoreError(Exception):
    """A database that cannot be used, in one line: its path, what is wrong, what to do. Nothing changed."""

    def __init__(self, path: Path, trouble: str) -> None:
        super().__init__(f"{path}: {trouble}")


class NotDoneError(StoreError):
    """What was right to ask for could not be done: a full disk, a database in use. Nothing changed."""


_PASSING = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR}
"""What may be over by itself, so that it is worth another try."""


def code_of(error: sqlite3.Error) -> int:
    """Return SQLite's primary result code; 0 for errors that sqlite3 itself raises."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


@contextmanager
def clearly(path: Path, kind: type[StoreError] = StoreError) -> Iterator[None]:
    """Turn SQLite errors that a person can mend into StoreError, or into a `kind` of it; others pass."""
    try:
        yield
    except sqlite3.Error as error:
        if code_of(error) not in _TROUBLES:
            raise
        known = code_of(error)
        kind = NotDoneError if known in _PASSING and kind is StoreError else kind
        raise kind(path, f"{_TROUBLES[known]} ({error})") from error


_DISK = {
    errno.ENOSPC: sqlite3.SQLITE_FULL,
    errno.EDQUOT: sqlite3.SQLITE_FULL,
    errno.EFBIG: sqlite3.SQLITE_FULL,
    errno.EACCES: sqlite3.SQLITE_READONLY,
    errno.EPERM: sqlite3.SQLITE_READONLY,
    errno.EROFS: sqlite3.SQLITE_READONLY,
}


@contextmanager
def on_disk(path: Path) -> Iterator[None]:
    """Turn what the system refuses to do with files into NotDoneError."""
    try:
        yield
    except OSError as error:
        known = _DISK.get(error.errno or 0, sqlite3.SQLITE_IOERR)
        raise NotDoneError(path, f"{_TROUBLES[known]} ({error.strerror or error})") from error


def damaged(path: Path, finding: str) -> StoreError:
    """Return what to raise for a file in which damage was found."""
    return StoreError(path, f"{_TROUBLES[sqlite3.SQLITE_CORRUPT]} ({finding})")


def check_ours(path: Path, mark: int, version: int, filled: int, newest: int) -> None:
    """Raise `StoreError` for another program's file, and for one of a newer version than `newest`."""
    if mark != APPLICATION_ID and (mark or version or filled):
        raise StoreError(path, "this is another program's database; choose another file")
    if version > newest:
        trouble = f"made by a newer openspace-bot (its version {version}, here at most {newest})"
        raise StoreError(path, f"{trouble}; install that version or choose another file")
