"""Where a guild's Open Spaces are to be found."""

from __future__ import annotations

from bot.domain.records import Kind
from bot.service.usecases import Needs
from bot.store import places


class Landmarks:
    """The board's channel and the area's category. Both raise `StoreError` where the database fails."""

    def __init__(self, needs: Needs) -> None:
        self._database = needs.database

    async def board_channel(self, guild_id: int) -> int | None:
        """Return the id of the board's channel, where it is made."""
        return await places.place(self._database.read, guild_id, Kind.BOARD)

    async def area_channel(self, guild_id: int) -> int | None:
        """Return the id of the area's category, the first that is there."""
        return await places.place(self._database.read, guild_id, Kind.AREA)
