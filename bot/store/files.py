"""The database file on the disk, and what SQLite keeps beside it: who may read it, and who left it open."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path

import structlog

log = structlog.get_logger("store")

PRIVATE = 0o600
"""The mode of a database file: read and written by the bot's own user, by nobody else."""

BESIDE = ("-journal", "-wal", "-shm")
"""The endings of what SQLite keeps beside a database."""


def beside(path: Path, ending: str) -> Path:
    """Return a file that SQLite keeps beside a database: '-wal', '-shm'."""
    return path.with_name(path.name + ending)


def open_to_others(path: Path) -> bool:
    """Return whether every user of the machine may read or write a file; a folder is none."""
    seen = _seen(path)
    return seen is not None and stat.S_ISREG(seen.st_mode) and bool(seen.st_mode & 0o007)


def left_in_use(path: Path) -> bool:
    """Return whether a database was not closed in good order, or is in use: its WAL holds something."""
    wal = _seen(beside(path, "-wal"))  # whoever closes the file last takes it away
    return wal is not None and wal.st_size > 0


def make_private(path: Path) -> None:
    """Let only the bot's own user read what people say and do: the file, and what SQLite keeps beside it.

    A file that only a group may read stays so: that somebody chose.
    """
    if _seen(path) is None and str(path) != ":memory:":
        with suppress(OSError):  # SQLite says what is the matter, in its turn
            os.close(os.open(path, os.O_CREAT | os.O_WRONLY, PRIVATE))
    for each in (path, beside(path, "-wal"), beside(path, "-shm")):
        if open_to_others(each):
            try:
                each.chmod(each.stat().st_mode & PRIVATE)  # it never gets a right that it had not
            except OSError as error:
                log.warning("others can read the database", path=str(each), reason=error.strerror)


def _seen(path: Path) -> os.stat_result | None:
    """Return what is known of a file; None where there is none, or none that may be seen."""
    try:
        return path.stat()
    except OSError:
        return None
