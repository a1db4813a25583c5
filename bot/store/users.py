"""Who else has a database open, by the locks that SQLite takes. Not for a process that has it open itself.

Closing a file gives up whatever its process has locked of it, so a bot that looked would undo its own locks.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from bot.store.errors import NotDoneError
from bot.store.files import beside

if sys.platform != "win32":  # where nobody can replace a file that is open
    import fcntl

_PLACES = {"": (0x4000_0000, 512), "-shm": (120, 9)}
"""Where users of a database, and of its log's index, hold their locks: the first byte, and how many."""


class InUseError(NotDoneError):
    """Somebody has the database open."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, "it is in use; stop the bot (and wait for any backup), then try again")


@contextmanager
def held(database: Path, ending: str = "") -> Iterator[BinaryIO | None]:
    """Hold a database, or with '-shm' its log's index, as SQLite would; raises `InUseError`, `OSError`."""
    path = beside(database, ending)
    if not path.exists():
        yield None
        return
    with path.open("r+b") as file:
        if sys.platform != "win32":
            first, count = _PLACES[ending]
            try:
                fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, count, first)
            except (BlockingIOError, PermissionError) as error:  # POSIX lets systems choose
                raise InUseError(database) from error
        yield file


def in_use(database: Path) -> bool:
    """Return whether a bot is at work on a database, also where somebody took the file away under it."""
    try:
        with held(database, "-shm"):
            return False
    except InUseError:
        return True
