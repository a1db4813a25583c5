"""What `status` says of the bot itself: its version, the size of its database, its last backup."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path

from bot.service.backups import Backups
from bot.service.vitals import size_of
from bot.store.errors import StoreError
from bot.ui.status import Upkeep


async def upkeep_of(database: Path, backups: Backups) -> Upkeep:
    """Return it; what cannot be read is left out. Looking at files waits in threads."""
    size = await asyncio.to_thread(size_of, database)
    newest = None
    with suppress(StoreError):  # a folder that is closed to us: there is no backup that we know of
        newest = await backups.newest()
    return Upkeep(version("openspace-bot"), size, newest.at if newest else None)
