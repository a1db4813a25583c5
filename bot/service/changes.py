"""What a host may change about a session (R10).

Who may change it is asked before: by the caller, who knows hosts, co-hosts and organizers.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from bot.domain.booking import MINUTE, Agenda, Wish, decide, extended, resized
from bot.domain.models import Session, State
from bot.domain.names import clean_line
from bot.domain.refusal import Refusal
from bot.service.states import catch_up, close_session, open_session
from bot.service.usecases import UseCases
from bot.service.wording import REASON_LENGTH, topic_and_description
from bot.store import ledger, sessions
from bot.store.database import Tx


@dataclass(frozen=True, slots=True)
class Changed:
    """What came of a change: the session before and after, and whether any words had to be cut."""

    before: Session
    session: Session
    shortened: bool = False

    @property
    def changed(self) -> bool:
        """Whether anything is different now."""
        return self.session != self.before


class Changes(UseCases):
    """Cancel, end, extend, edit. All raise `Refusal` where a rule says no."""

    async def cancel(self, guild_id: int, session_id: int, actor_id: int, reason: str) -> Session:
        """Call off a session that has not opened yet (R7)."""
        return await self._close(guild_id, session_id, State.CANCELLED, actor_id, reason)

    async def end(self, guild_id: int, session_id: int, actor_id: int, reason: str) -> Session:
        """End an open session now; its desk is free at once (R10)."""
        return await self._close(guild_id, session_id, State.ENDED, actor_id, reason)

    async def _close(
        self, guild_id: int, session_id: int, state: State, actor_id: int, reason: str
    ) -> Session:
        why = clean_line(reason, REASON_LENGTH)
        async with self._db.transaction() as tx:
            now = self.now()
            session = await _active(tx, guild_id, session_id, now)
            session = await close_session(tx, session, state, now, actor_id=actor_id, reason=why)
        self.on_change(guild_id)
        return session

    async def extend(self, guild_id: int, session_id: int, actor_id: int, minutes: int) -> Changed:
        """Let a session end this much later (R10). Not all of it fits: the refusal offers what does.

        An offer is the whole session as long as it may be: `offer.end - session.end` is what to ask for.
        """
        async with self._db.transaction() as tx:
            now = self.now()
            before = await _active(tx, guild_id, session_id, now)
            agenda = await self._agenda(tx, guild_id, before.host_id, before)
            session = replace(before, end=extended(before, minutes, agenda))
            await _write(tx, "extend", Changed(before, session), actor_id, now)
        self.on_change(guild_id)
        return Changed(before, session)

    async def edit(
        self,
        guild_id: int,
        session_id: int,
        actor_id: int,
        *,
        topic: str | None = None,
        description: str | None = None,
        start: datetime | None = None,
        minutes: int | None = None,
    ) -> Changed:
        """Change what is given, all of it or nothing (R10); None leaves a thing as it is.

        A booked session moves to a new start with its length, and opens at once where that is now; an open
        one only gets other words or another length. The refusal of a move offers other starts, that of a
        greater length the session as long as it may be; both are what to ask for instead.
        """
        async with self._db.transaction() as tx:
            now = self.now()
            before = await _active(tx, guild_id, session_id, now)
            session, shortened = _reworded(before, topic, description)
            agenda = await self._agenda(tx, guild_id, before.host_id, before)
            session = _moved(session, start, minutes, agenda)
            if session != before:
                await _write(tx, "edit", Changed(before, session), actor_id, now)
            if session.state is State.BOOKED and session.start <= now:
                session = await open_session(tx, session, now, actor_id=actor_id, reason="edit")
        change = Changed(before, session, shortened)
        if change.changed:
            self.on_change(guild_id)
        return change


async def _active(tx: Tx, guild_id: int, session_id: int, now: datetime) -> Session:
    """Return a session that can still change, with what time has already made of it."""
    session = await sessions.get(tx, guild_id, session_id)
    if session is None:
        raise Refusal("no-session")
    session = await catch_up(tx, session, now)
    if not session.active:
        raise Refusal(f"session-{session.state}", topic=session.topic)
    return session


def _reworded(session: Session, topic: str | None, description: str | None) -> tuple[Session, bool]:
    if topic is None and description is None:
        return session, False
    line, text, shortened = topic_and_description(
        session.topic if topic is None else topic,
        session.description if description is None else description,
    )
    return replace(session, topic=line, description=text), shortened


def _moved(session: Session, start: datetime | None, minutes: int | None, agenda: Agenda) -> Session:
    if start is None or start == session.start:
        end = session.end if minutes is None else resized(session, minutes, agenda)
        return replace(session, end=end)
    if session.state is State.OPEN:
        raise Refusal("session-open", topic=session.topic)
    length = (session.end - session.start) // MINUTE
    booking = decide(Wish(start, length if minutes is None else minutes), agenda)
    return replace(session, start=booking.start, end=booking.end)


async def _write(tx: Tx, action: str, change: Changed, actor_id: int, now: datetime) -> None:
    """Write the session's details and, in the audit trail, what they were and are."""
    before, after = change.before, change.session
    await sessions.set_details(tx, after)
    fields = ("topic", "description", "start", "end")
    detail = {name: (getattr(before, name), getattr(after, name)) for name in fields}
    different = {name: pair for name, pair in detail.items() if pair[0] != pair[1]}
    await ledger.record(
        tx, after.guild_id, action, now, session_id=after.id, actor_id=actor_id, reason="", **different
    )
