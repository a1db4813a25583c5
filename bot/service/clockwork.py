"""What time does to sessions (R8, R9)."""

from __future__ import annotations

from bot.domain.life import due_state
from bot.domain.models import State
from bot.service.states import catch_up
from bot.service.usecases import Needs
from bot.store import sessions


class Clockwork:
    """Opens and ends sessions when their time comes."""

    def __init__(self, needs: Needs) -> None:
        self._needs = needs

    async def advance(self, guild_id: int) -> None:
        """Open and end what is due, a transaction each: the ended first, so that their desks are free.

        Raises `StoreError` where the database fails; what was due before that is done.
        """
        now = self._needs.now()
        active = await sessions.active(self._needs.database.read, guild_id)
        due = [session for session in active if due_state(session, now)]
        for session in sorted(due, key=lambda s: s.state is State.BOOKED):
            await self._advance_one(guild_id, session.id)

    async def _advance_one(self, guild_id: int, session_id: int) -> None:
        async with self._needs.database.transaction() as tx:
            session = await sessions.get(tx, guild_id, session_id)
            if session:
                await catch_up(tx, session, self._needs.now())
