"""Who is at the desks (R9, R11): people come and go, and a desk where nobody is is given away."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from bot.domain.life import refused_as
from bot.domain.models import Session, State
from bot.domain.notices import NoticeKind
from bot.domain.records import Kind
from bot.domain.refusal import Refusal
from bot.service.outs import check_let_in
from bot.service.people import Person
from bot.service.states import close_session
from bot.service.usecases import Needs
from bot.store import cohosts, guests, ledger, notices, places, sessions, visits
from bot.store.database import Tx

NO_SHOW = "no-show"
IDLE = "idle"
"""Why a desk is given away: nobody ever came, or everybody has left."""


class Presence:
    """What the keeper and the listeners see at the open desks.

    All raise `StoreError` where the database fails.
    """

    def __init__(self, needs: Needs) -> None:
        self._needs = needs

    async def entered(self, guild_id: int, channel_id: int, user_id: int) -> None:
        """Somebody has walked into a voice channel, which may be a desk's."""
        session_id = await places.session_of(self._needs.database.read, Kind.VOICE, channel_id)
        if session_id is not None:
            async with self._needs.database.transaction() as tx:
                changed = await came(tx, guild_id, session_id, [user_id], self._needs.now())
            if changed:
                self._needs.changed(guild_id)

    async def answered(self, guild_id: int, session_id: int, who: Person) -> Session:
        """Count a click on I'm here as a word at the desk, and return its session; raises `Refusal`."""
        async with self._needs.database.transaction() as tx:
            session = await sessions.get(tx, guild_id, session_id)
            if session is None:
                raise Refusal("no-session")
            if session.state is not State.OPEN:
                raise refused_as(session.state, session)
            await check_let_in(tx, session, who.id)
            await wrote(tx, guild_id, session_id, [who.id], self._needs.now())
        self._needs.changed(guild_id)
        return session

    async def warn_host(self, guild_id: int, session_id: int) -> None:
        """Let the host be told that nobody is at the desk, so that it will be given away (R11)."""
        async with self._needs.database.transaction() as tx:
            session = await _open(tx, guild_id, session_id)
            if session is None or session.quiet is None:
                return
            now = self._needs.now()
            await notices.add(tx, guild_id, session_id, NoticeKind.QUIET, now)
            await ledger.record(tx, guild_id, "warn-absent", now, session_id=session_id)
        self._needs.changed(guild_id)

    async def release(self, guild_id: int, session_id: int) -> None:
        """Give away a desk where nobody is (R11): released where nobody ever came, else ended early."""
        async with self._needs.database.transaction() as tx:
            session = await _open(tx, guild_id, session_id)
            if session is None or session.quiet is None:
                return
            state, why = (State.ENDED, IDLE) if session.came else (State.RELEASED, NO_SHOW)
            await close_session(tx, session, state, self._needs.now(), reason=why)
        self._needs.changed(guild_id)


async def came(tx: Tx, guild_id: int, session_id: int, user_ids: Collection[int], now: datetime) -> bool:
    """Note who is in a desk's voice channel now (R11); False where that changes nothing."""
    session = await _open(tx, guild_id, session_id)
    if session is None:
        return False
    new = await _visit(tx, session, user_ids, now)
    if not new and session.quiet is None:
        return False
    await sessions.set_quiet(tx, session_id, None)
    await _name_arrivals(tx, session, new, now)
    await ledger.record(tx, guild_id, "came", now, session_id=session_id, people=new)
    return True


async def _name_arrivals(tx: Tx, session: Session, new: Collection[int], now: datetime) -> None:
    """Have those named who walk in and were not yet: who hosts or has joined was as it opened, or since."""
    hosts = {session.host_id, *(user_id for user_id, _ in await cohosts.of_session(tx, session.id))}
    for user_id in set(new) - hosts - set(await guests.ids(tx, session.id)) if new else ():
        if not await notices.had(tx, session.id, NoticeKind.GREETING, user_id):
            await notices.add(tx, session.guild_id, session.id, NoticeKind.CAME, now, user_id=user_id)


async def left(tx: Tx, guild_id: int, session_id: int, now: datetime) -> None:
    """Note that nobody is in a desk's voice channel any more (R11)."""
    session = await _open(tx, guild_id, session_id)
    if session is not None and session.quiet is None:
        await sessions.set_quiet(tx, session_id, now)
        await ledger.record(tx, guild_id, "quiet", now, session_id=session_id)


async def wrote(tx: Tx, guild_id: int, session_id: int, user_ids: Collection[int], at: datetime) -> None:
    """Note who has written in a desk's text channel, at last at `at`: they were there then (R11)."""
    at = at.replace(microsecond=0)  # as it is stored: else the same words would be news for ever
    session = await _open(tx, guild_id, session_id)
    if session is None:
        return
    new = await _visit(tx, session, user_ids, at)
    later = session.quiet is not None and session.quiet < at
    if later:
        await sessions.set_quiet(tx, session_id, at)
    if new or later:
        await ledger.record(tx, guild_id, "wrote", at, session_id=session_id, people=new)


async def _open(tx: Tx, guild_id: int, session_id: int) -> Session | None:
    session = await sessions.get(tx, guild_id, session_id)
    return session if session and session.state is State.OPEN else None


async def _visit(tx: Tx, session: Session, user_ids: Collection[int], at: datetime) -> list[int]:
    """Write down who was at the desk; return those of whom that was not known."""
    await sessions.set_came(tx, session.id, at)
    return [user_id for user_id in user_ids if await visits.add(tx, session.id, user_id, at)]
