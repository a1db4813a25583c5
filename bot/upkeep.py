"""What `status` says of the bot itself: its version, the size of its database, its last backup."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path

from bot.service.backups import Backups
from bot.store.errors import StoreError
from bot.store.files import beside
from bot.ui.status import Upkeep


async def upkeep_of(database: Path, backups: Backups) -> Upkeep:
    """Return it; what cannot be read is left out. Looking at files waits in threads."""
    size = await asyncio.to_thread(_size, database)
    newest = None
    with suppress(StoreError):  # a folder that is closed to us: there is no backup that we know of
        newest = await backups.newest()
    return Upkeep(version("openspace-bot"), size, newest.at if newest else None)


def _size(database: Path) -> int:
    found = 0
    for ending in ("", "-wal"):
        with suppress(OSError):
            found += beside(database, ending).stat().st_size
    return found
