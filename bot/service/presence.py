"""Who is at the desks (R9, R11): people come and go, and a desk where nobody is is given away."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from bot.domain.models import Session, State
from bot.service.states import close_session
from bot.service.usecases import UseCases
from bot.store import channels, ledger, notices, sessions, visits
from bot.store.database import Tx
from bot.store.notices import NoticeKind

NO_SHOW = "no-show"
IDLE = "idle"
"""Why a desk is given away: nobody ever came, or everybody has left."""


class Presence(UseCases):
    """What the keeper and the listeners see at the open desks."""

    async def entered(self, guild_id: int, channel_id: int, user_id: int) -> None:
        """Somebody has walked into a voice channel, which may be a desk's."""
        session_id = await channels.voice_of(self._db.read, guild_id, channel_id)
        if session_id is not None:
            await self.came(guild_id, session_id, [user_id])

    async def came(self, guild_id: int, session_id: int, user_ids: Collection[int]) -> None:
        """Note who is in the desk's voice channel now (R11)."""
        async with self._db.transaction() as tx:
            session = await _open(tx, guild_id, session_id)
            if session is None:
                return
            now = self.now()
            new = await _visit(tx, session, user_ids, now)
            if not new and session.quiet is None:
                return
            await sessions.set_quiet(tx, session_id, None)
            await ledger.record(tx, guild_id, "came", now, session_id=session_id, people=new)
        self.on_change(guild_id)

    async def left(self, guild_id: int, session_id: int) -> None:
        """Note that nobody is in the desk's voice channel any more."""
        async with self._db.transaction() as tx:
            session = await _open(tx, guild_id, session_id)
            if session is None or session.quiet is not None:
                return
            now = self.now()
            await sessions.set_quiet(tx, session_id, now)
            await ledger.record(tx, guild_id, "quiet", now, session_id=session_id)
        self.on_change(guild_id)

    async def wrote(self, guild_id: int, session_id: int, user_ids: Collection[int], at: datetime) -> None:
        """Note who has written in the desk's text channel, at last at `at`: they were there then (R11)."""
        at = at.replace(microsecond=0)  # as it is stored: else the same words would be news for ever
        async with self._db.transaction() as tx:
            session = await _open(tx, guild_id, session_id)
            if session is None or session.quiet is None or session.quiet >= at:
                return
            new = await _visit(tx, session, user_ids, at)
            await sessions.set_quiet(tx, session_id, at)
            await ledger.record(tx, guild_id, "wrote", at, session_id=session_id, people=new)
        self.on_change(guild_id)

    async def warn_absent(self, guild_id: int, session_id: int) -> None:
        """Tell the host that the desk will be given away (R11)."""
        async with self._db.transaction() as tx:
            session = await _open(tx, guild_id, session_id)
            if session is None or session.quiet is None:
                return
            now = self.now()
            await notices.add(tx, guild_id, session_id, NoticeKind.QUIET, now)
            await ledger.record(tx, guild_id, "warn-absent", now, session_id=session_id)
        self.on_change(guild_id)

    async def release(self, guild_id: int, session_id: int) -> None:
        """Give away a desk where nobody is (R11): released where nobody ever came, else ended early."""
        async with self._db.transaction() as tx:
            session = await _open(tx, guild_id, session_id)
            if session is None or session.quiet is None:
                return
            state, why = (State.ENDED, IDLE) if session.came else (State.RELEASED, NO_SHOW)
            await close_session(tx, session, state, self.now(), reason=why)
        self.on_change(guild_id)


async def _open(tx: Tx, guild_id: int, session_id: int) -> Session | None:
    session = await sessions.get(tx, guild_id, session_id)
    return session if session and session.state is State.OPEN else None


async def _visit(tx: Tx, session: Session, user_ids: Collection[int], at: datetime) -> list[int]:
    """Write down who was at the desk; return those of whom that was not known."""
    await sessions.set_came(tx, session.id, at)
    return [user_id for user_id in user_ids if await visits.add(tx, session.id, user_id, at)]
