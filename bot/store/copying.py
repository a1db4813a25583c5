"""Copies of files that are whole or not there: written beside their place, then put into it in one step."""

from __future__ import annotations

import os
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from bot.store.errors import on_disk
from bot.store.files import BESIDE, PRIVATE, beside

PAGES = 1000
"""How much is copied between two looks at whether to stop: 4 MB."""


class Stopped(Exception):  # noqa: N818 - no error: somebody asked for it
    """Copying was stopped; nothing is left of it."""


@contextmanager
def part_of(to: Path) -> Iterator[Path]:
    """Give a file beside `to` to write into, private from the start; what is left of it at the end goes."""
    with on_disk(to):
        handle, name = tempfile.mkstemp(prefix=f".{to.name}.", suffix=".part", dir=to.parent)
        with open(handle, "wb"):  # noqa: PTH123 - a handle
            own_as_folder(handle, to.parent)
    part = Path(name)
    try:
        yield part
    finally:
        for ending in ("", *BESIDE):
            with suppress(OSError):
                beside(part, ending).unlink(missing_ok=True)


def copy_pages(source: sqlite3.Connection, part: Path, stop: Callable[[], bool] = lambda: False) -> None:
    """Copy page by page into an empty file, then let that do without a log."""

    def look(*_: int) -> None:
        if stop():
            raise Stopped

    with closing(sqlite3.connect(part, isolation_level=None)) as copy:
        copy.execute("PRAGMA journal_mode = MEMORY")
        copy.execute("PRAGMA synchronous = OFF")  # all of it is, in `put`
        source.backup(copy, pages=PAGES, progress=look)
    with closing(sqlite3.connect(part, isolation_level=None)) as copy:
        copy.execute("PRAGMA locking_mode = EXCLUSIVE")
        copy.execute("PRAGMA journal_mode = DELETE")


def put(part: Path, to: Path) -> None:
    """Put a finished file in its place, so that a power cut leaves either the old one or this."""
    with part.open("r+b") as file:
        os.fsync(file.fileno())
    part.replace(to)
    note_folder(to.parent)


def make_folder(folder: Path) -> None:
    """Make a folder for its owner's eyes alone, where there is none."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        if not folder.is_dir():
            raise
        return
    if sys.platform != "win32":
        with _folder(folder) as handle:
            own_as_folder(handle, folder.parent)


def own_as_folder(handle: int, folder: Path) -> None:
    """Let what root makes belong to whom its folder does: the bot, which may not be root, has to read it."""
    if sys.platform != "win32" and os.geteuid() == 0:
        seen = folder.stat()
        os.fchown(handle, seen.st_uid, seen.st_gid)


def note_folder(folder: Path) -> None:
    """Let the names in a folder outlive a power cut too."""
    if sys.platform != "win32":  # which cannot open folders, and notes such things itself
        with _folder(folder) as handle:
            os.fsync(handle)


@contextmanager
def _folder(folder: Path) -> Iterator[int]:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield handle
    finally:
        os.close(handle)


def keep(old: BinaryIO, kept: Path) -> None:
    """Copy a file byte by byte, and let it be on the disk; half a copy goes."""
    handle = os.open(kept, os.O_CREAT | os.O_EXCL | os.O_WRONLY, PRIVATE)
    try:
        with open(handle, "wb") as copy:  # noqa: PTH123 - a handle
            own_as_folder(handle, kept.parent)
            shutil.copyfileobj(old, copy)
            copy.flush()
            os.fsync(copy.fileno())
    except BaseException:
        kept.unlink(missing_ok=True)
        raise
