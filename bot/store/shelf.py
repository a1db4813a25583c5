"""The folder of backups: what stands in it by the names that we give, and what may go."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.store.backup import is_backup
from bot.store.copying import make_folder
from bot.store.errors import on_disk

_TIME = "%Y%m%d-%H%M%SZ"
_PATTERN = r"\d{8}-\d{6}Z"
_FORGOTTEN = timedelta(hours=1)
"""How long nobody has written to what is left of a backup that was cut off."""


@dataclass(frozen=True, slots=True)
class Backup:
    """One backup with a name of ours: when it was made, and how large it is."""

    path: Path
    at: datetime
    size: int


class Shelf:
    """The backups of one database in one folder: files that are backups, with the names that we give."""

    def __init__(self, folder: Path, database: Path) -> None:
        self.folder = folder
        self._stem = database.stem

    def place(self, at: datetime) -> Path:
        """Return where a backup of this instant belongs."""
        return self.folder / f"{self._stem}-{at.astimezone(UTC):{_TIME}}.sqlite3"

    def make(self) -> None:
        """Make the folder, for its owner's eyes alone; raises `NotDoneError` where that is not allowed."""
        with on_disk(self.folder):
            make_folder(self.folder)

    def backups(self) -> list[Backup]:
        """Return all that are there, the newest first; raises `NotDoneError` where the folder is closed."""
        found = []
        with on_disk(self.folder):
            for path in self.folder.iterdir() if self.folder.is_dir() else ():
                at = self._instant(path)
                if at and is_backup(path):
                    found.append(Backup(path, at, path.stat().st_size))
        return sorted(found, key=lambda backup: backup.at, reverse=True)

    def tidy(self, keep: int, now: datetime) -> list[Path]:
        """Take away all but the newest, and what is left of backups that were cut off; return what went."""
        old = [backup.path for backup in self.backups()[keep:]]
        parts = [path for path in self.folder.iterdir() if self._is_forgotten(path, now)]
        with on_disk(self.folder):
            for path in (*old, *parts):
                path.unlink(missing_ok=True)
        return old

    def _instant(self, path: Path) -> datetime | None:
        """Return the instant that a name of ours tells, None for other names."""
        found = re.fullmatch(rf"{re.escape(self._stem)}-({_PATTERN})\.sqlite3", path.name)
        if found:
            with suppress(ValueError):  # such as the 31st of February: not one of ours
                return datetime.strptime(found[1], _TIME).replace(tzinfo=UTC)
        return None

    def _is_forgotten(self, path: Path, now: datetime) -> bool:
        name = rf"\.{re.escape(self._stem)}-{_PATTERN}\.sqlite3\..+\.part(-\w+)?"
        if not re.fullmatch(name, path.name):
            return False
        with suppress(OSError):  # gone meanwhile: somebody finished it
            return datetime.fromtimestamp(path.stat().st_mtime, UTC) < now - _FORGOTTEN
        return False
