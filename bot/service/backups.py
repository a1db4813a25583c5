"""The backups that the running bot makes by itself, beside its work."""

from __future__ import annotations

import asyncio
import shutil
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from bot.store.backup import back_up
from bot.store.copying import Stopped
from bot.store.errors import NotDoneError, on_disk
from bot.store.shelf import Backup, Shelf

ROOM = 64 * 2**20
"""Bytes that stay free on the disk beside what the next backup takes: the bot needs them more."""


class Backups:
    """Makes backups of one database every so often, keeps so many, and knows the newest.

    All of it happens in threads, by a connection of its own, so that nobody waits for it. All raise
    `StoreError` where the disk or the database does not let it.
    """

    def __init__(
        self, database: Path, folder: Path, every: timedelta, keep: int, now: Callable[[], datetime]
    ) -> None:
        self._database = database
        self._shelf = Shelf(folder, database)
        self.every = every
        self._keep = keep
        self._now = now

    async def newest(self) -> Backup | None:
        """Return the newest backup; one that is dated in the future is passed over."""
        there = await asyncio.to_thread(self._shelf.backups)
        return next((backup for backup in there if backup.at <= self._now()), None)

    async def due(self) -> datetime | None:
        """Return when to make the next one, at once where there is none; None: never."""
        if not self.every:
            return None
        newest = await self.newest()
        return newest.at + self.every if newest else self._now()

    async def make(self) -> Path:
        """Make one, then let old ones go; a cancelled one leaves nothing behind."""
        stop = threading.Event()
        work = asyncio.ensure_future(asyncio.to_thread(self._make, self._now(), stop))
        try:
            return await asyncio.shield(work)
        except asyncio.CancelledError:
            stop.set()
            with suppress(Stopped):
                await work
            raise

    def _make(self, at: datetime, stop: threading.Event) -> Path:
        self._shelf.make()
        with on_disk(self._shelf.folder):
            free, needed = shutil.disk_usage(self._shelf.folder).free, self._database.stat().st_size
        if free < needed + ROOM:
            what = f"only {free // 2**20} MB are free; free some space, keep fewer or choose another folder"
            raise NotDoneError(self._shelf.folder, what)
        place = self._shelf.place(at)
        back_up(self._database, place, stop.is_set)
        self._shelf.tidy(self._keep, at)
        return place
