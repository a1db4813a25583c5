"""What the bot itself remembers over a restart, such as which commands Discord has been told of."""

from __future__ import annotations

from bot.service.usecases import Needs
from bot.store import ledger


class Memory:
    """Values by key, of no guild. Both methods raise `StoreError` where the database fails."""

    def __init__(self, needs: Needs) -> None:
        self._database = needs.database

    async def recall(self, key: str) -> str | None:
        """Return the value that was kept under a key."""
        return await ledger.get_state(self._database.read, key)

    async def keep(self, key: str, value: str) -> None:
        """Keep a value under a key, in place of the one before."""
        async with self._database.transaction() as tx:
            await ledger.set_state(tx, key, value)
