"""What `status` says of the bot itself: its version, the size of its database, its last backup."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from bot.config import Config
from bot.store.files import beside
from bot.ui.status import Upkeep

_ENDING = ".sqlite3"


async def upkeep_of(config: Config) -> Upkeep:
    """Return it; what cannot be read is left out. Looking at files waits in a thread."""
    folder = getattr(config, "backups", None)
    return await asyncio.to_thread(_look, config.database, folder)


def _look(database: Path, backups: Path | None) -> Upkeep:
    size = sum(_size(beside(database, ending)) for ending in ("", "-wal"))
    return Upkeep(version("openspace-bot"), size, _newest(backups) if backups else None)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _newest(folder: Path) -> datetime | None:
    """Return when the newest backup in a folder was made, None where there is none."""
    try:
        times = [path.stat().st_mtime for path in folder.iterdir() if path.suffix == _ENDING]
    except OSError:
        return None
    return datetime.fromtimestamp(max(times), UTC) if times else None
