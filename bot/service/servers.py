"""Servers that the bot leaves and comes to: what is stored of one outlives its leaving for a while."""

from __future__ import annotations

from collections.abc import Collection

from bot.service.usecases import Needs
from bot.store import ledger, servers, settings
from bot.store.instants import stamp


class Servers:
    """Which servers the bot is in. All raise `StoreError` where the database fails."""

    def __init__(self, needs: Needs) -> None:
        self._needs = needs

    async def left(self, guild_id: int) -> None:
        """Write down that the bot is in a server no more; its data stay for `keep_left_days`."""
        await self._compare([guild_id], present=())

    async def came(self, guild_id: int) -> None:
        """Write down that the bot is in a server again that it had left; of a new one nothing is written."""
        await self._compare([guild_id], present=[guild_id])

    async def seen(self, present: Collection[int]) -> None:
        """Write down what has changed while the bot was away: in which servers it is, and is no more."""
        await self._compare(await servers.known(self._needs.database.read), present)

    async def _compare(self, known: Collection[int], present: Collection[int]) -> None:
        only = next(iter(known)) if len(known) == 1 else None
        standings = await settings.standings(self._needs.database.read, only)
        for guild_id in known:
            left = guild_id in standings and standings[guild_id].left is not None
            if left is (guild_id in present):
                async with self._needs.database.transaction() as tx:
                    now = self._needs.now()
                    await settings.set_standing(tx, guild_id, left_at=None if left else stamp(now))
                    await ledger.record(tx, guild_id, "bot-back" if left else "bot-left", now)
