"""What `status` says of the bot itself: its version, the size of its database, its last backup."""

from __future__ import annotations

import asyncio
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

from bot.config import Config
from bot.store.errors import StoreError
from bot.store.files import beside
from bot.store.shelf import Shelf
from bot.ui.status import Upkeep


async def upkeep_of(config: Config) -> Upkeep:
    """Return it; what cannot be read is left out. Looking at files waits in a thread."""
    return await asyncio.to_thread(_look, config.database, Shelf(config.backups, config.database))


def _look(database: Path, shelf: Shelf) -> Upkeep:
    size = sum(_size(beside(database, ending)) for ending in ("", "-wal"))
    return Upkeep(version("openspace-bot"), size, _newest(shelf))


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _newest(shelf: Shelf) -> datetime | None:
    """Return when the newest backup was made, None where there is none, or none that can be seen."""
    try:
        there = shelf.backups()
    except StoreError:
        return None
    return there[0].at if there else None
