"""How the database is, for who watches the bot."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from bot.store import vitals
from bot.store.database import Database
from bot.store.errors import StoreError
from bot.store.files import beside
from bot.store.inspection import look
from bot.store.vitals import Counts

DAY = timedelta(days=1)


class Vitals:
    """Looks at the database without holding up anybody: what takes long is read beside, in a thread."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now

    async def trouble(self) -> str | None:
        """Return why the database does not answer, None where it does."""
        try:
            await vitals.answers(self._database.read)
        except StoreError as error:
            return str(error)
        except RuntimeError:
            return "it is not open"
        return None

    async def counts(self) -> Counts | None:
        """Return what is counted over all servers; None where it cannot be read."""
        reading = partial(vitals.counts, since=self._now() - DAY)
        with suppress(StoreError):
            return await asyncio.to_thread(look, self._database.path, reading)
        return None

    async def size(self) -> int:
        """Return how many bytes the database takes, with its log."""
        return await asyncio.to_thread(size_of, self._database.path)


def size_of(path: Path) -> int:
    """Return how many bytes a database takes, with its log; what cannot be read is left out."""
    found = 0
    for ending in ("", "-wal"):
        with suppress(OSError):
            found += beside(path, ending).stat().st_size
    return found
