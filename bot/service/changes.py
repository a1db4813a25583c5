"""What a host may change about a session (R10)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime

from bot.domain.booking import Agenda, extended, prolonged
from bot.domain.life import refused_as
from bot.domain.models import Session, State
from bot.domain.names import clean_line
from bot.domain.notices import NoticeKind
from bot.domain.refusal import Refusal
from bot.service.people import Offered, Person
from bot.service.starts import count_closed
from bot.service.states import catch_up, close_session
from bot.service.usecases import Needs, agenda_for
from bot.service.wording import REASON_LENGTH
from bot.store import cohosts, guests, ledger, notices, sessions
from bot.store.database import Reader, Tx

OF_THE_HOST = {
    "own": "host-own",
    "less-own": "host-less-own",
    "more-own": "host-more-own",
    "no-more-own": "host-no-more-own",
    "too-many": "host-too-many",
}
"""The codes of refusals that say 'you' to the host, each with the one that says the same to anyone else."""


@dataclass(frozen=True, slots=True)
class Changed:
    """What came of a change: the session before and after, and whether any words had to be cut.

    `renamed` is when the channels get the new topic as their name: None where they keep theirs or are not
    there yet. `told`: those who joined will hear of it; `host_told`: its host will, of what organizers did.
    `offered`: who was asked with it to host the session.
    """

    before: Session
    session: Session
    shortened: bool = False
    renamed: datetime | None = None
    told: bool = False
    host_told: bool = False
    offered: Offered | None = None

    @property
    def changed(self) -> bool:
        """Whether anything is different now."""
        return self.session != self.before


@dataclass(frozen=True, slots=True)
class Closed:
    """What came of ending or cancelling: the session, and how many had joined it.

    `host_told`: its host will hear of it, since organizers did it.
    """

    session: Session
    guests: int
    host_told: bool = False


class Changes:
    """Cancel, end, extend.

    All raise `Refusal` where a rule says no, 'not-yours' to those who may not; `StoreError` where the
    database fails.
    """

    def __init__(self, needs: Needs) -> None:
        self._needs = needs

    async def cancel(self, guild_id: int, session_id: int, who: Person, reason: str) -> Closed:
        """Call off a session that has not opened yet (R7); who joined hears of it."""
        return await self._close(guild_id, session_id, State.CANCELLED, who, reason)

    async def end(self, guild_id: int, session_id: int, who: Person, reason: str) -> Closed:
        """End an open session now; its desk is free at once (R10)."""
        return await self._close(guild_id, session_id, State.ENDED, who, reason)

    async def _close(self, guild_id: int, session_id: int, state: State, who: Person, reason: str) -> Closed:
        why = clean_line(reason, REASON_LENGTH)
        async with self._needs.database.transaction() as tx:
            now = self._needs.now()
            session = await session_to_change(tx, guild_id, session_id, who, now)
            await count_closed(tx, session, who=who, limits=self._needs.programme(guild_id).limits, now=now)
            session = await close_session(tx, session, state, now, actor_id=who.id, reason=why)
            joined = len(await guests.ids(tx, session_id))
            over_them = await is_over_hosts(tx, session, who)
            if over_them or (state is State.CANCELLED and joined):
                kind = NoticeKind.CANCELLED if state is State.CANCELLED else NoticeKind.ENDED
                host = session.host_id if over_them else None
                await notices.add(tx, guild_id, session_id, kind, now, user_id=host)
        self._needs.changed(guild_id)
        return Closed(session, joined, over_them)

    async def extend(self, guild_id: int, session_id: int, who: Person, minutes: int) -> Changed:
        """Let a session end this much later (R10). Not all of it fits: the refusal offers what does.

        An offer is the whole session as long as it may be; its end is what to ask `until` for.
        """
        return await self._longer(
            guild_id, session_id, who, lambda session, agenda: extended(session, minutes, agenda)
        )

    async def until(self, guild_id: int, session_id: int, who: Person, end: datetime) -> Changed:
        """Let a session go on until `end` (R10); however often that is asked, it happens once."""
        return await self._longer(
            guild_id, session_id, who, lambda session, agenda: prolonged(session, end, agenda)
        )

    async def _longer(
        self, guild_id: int, session_id: int, who: Person, wanted: Callable[[Session, Agenda], datetime]
    ) -> Changed:
        async with self._needs.database.transaction() as tx:
            now = self._needs.now()
            before = await session_to_change(tx, guild_id, session_id, who, now)
            agenda = await agenda_for(self._needs, tx, guild_id, before.host_id, before, now=now)
            with speaking_of(before, who):
                session = replace(before, end=wanted(before, agenda))
            change = Changed(before, session)
            if change.changed:
                change = await write(tx, "extend", change, who, now)
        if change.changed:
            self._needs.changed(guild_id)
        return change


async def may_change(db: Reader, session: Session, who: Person) -> bool:
    """Whether this person is the session's host, one of its co-hosts, or an organizer."""
    if who.organizer or who.id == session.host_id:
        return True
    return any(user_id == who.id for user_id, _ in await cohosts.of_session(db, session.id))


async def is_over_hosts(db: Reader, session: Session, who: Person) -> bool:
    """Whether this person acts as an organizer on a session of others, who are to hear of it."""
    if not who.organizer or who.id == session.host_id:
        return False
    return all(user_id != who.id for user_id, _ in await cohosts.of_session(db, session.id))


async def session_to_change(tx: Tx, guild_id: int, session_id: int, who: Person, now: datetime) -> Session:
    """Return a session that can still change, with what time has made of it, for one who may change it."""
    session = await current_session(tx, guild_id, session_id, now)
    check_may_change(session, await may_change(tx, session, who))
    return session


async def current_session(tx: Tx, guild_id: int, session_id: int, now: datetime) -> Session:
    """Return a session with what time has made of it; raises `Refusal` where there is none."""
    session = await sessions.get(tx, guild_id, session_id)
    if session is None:
        raise Refusal("no-session")
    return await catch_up(tx, session, now)


def check_may_change(session: Session, allowed: bool) -> None:
    """Raise `Refusal` where a session is over, or is not this person's to change."""
    if not session.active:
        raise refused_as(session.state, session)
    if not allowed:
        raise Refusal("not-yours", topic=session.topic, host=session.host_name)


@contextmanager
def speaking_of(session: Session, who: Person) -> Iterator[None]:
    """Say in a refusal which session was to be changed, and whose time it is about."""
    try:
        yield
    except Refusal as refusal:
        if who.id == session.host_id or refusal.code not in OF_THE_HOST:
            raise refusal.completed(session=session.id) from refusal
        code = OF_THE_HOST[refusal.code]
        raise refusal.completed(code, session=session.id, host=session.host_name) from refusal


async def write(
    tx: Tx, action: str, change: Changed, who: Person, now: datetime, *, reason: str = ""
) -> Changed:
    """Write the session's details, and what they were and are; return the change with who will hear of it."""
    before, after = change.before, change.session
    await sessions.set_details(tx, after)
    fields = ("topic", "description", "start", "end", "seats", "host_id")
    detail = {name: (getattr(before, name), getattr(after, name)) for name in fields}
    different = {name: pair for name, pair in detail.items() if pair[0] != pair[1]}
    await ledger.record(
        tx, after.guild_id, action, now, session_id=after.id, actor_id=who.id, reason=reason, **different
    )
    told, host = False, None
    if different.keys() & {"start", "end"}:
        host = before.host_id if await is_over_hosts(tx, before, who) else None
        told = await _tell_of_new_times(tx, before, after, now, host=host, reason=reason)
    if told or "topic" in different:
        await notices.call_as_before(tx, after.id)
    if not told:
        return change
    joined = bool(await guests.ids(tx, after.id))
    return replace(change, told=joined, host_told=host is not None)


async def _tell_of_new_times(
    tx: Tx, before: Session, session: Session, now: datetime, *, host: int | None, reason: str
) -> bool:
    """Let those who joined hear of it once, and the `host` of what organizers did, with their reason.

    Where it opens right now, the opening tells them.
    """
    opens_now = session.state is State.BOOKED and session.start <= now
    tell = not opens_now and (host is not None or bool(await guests.ids(tx, session.id)))
    if tell:
        about = (session.guild_id, session.id, NoticeKind.CHANGED, now)
        was = int((before.start if session.state is State.BOOKED else before.end).timestamp())
        await notices.add_or_join(tx, *about, user_id=host, words=reason if host else "", was=was)
    if session.state is State.OPEN:  # its end is a new one to warn of (R9), though the old is being warned of
        await notices.overtake(tx, session.id, NoticeKind.WARNING)
        await notices.add_once(tx, session.guild_id, session.id, NoticeKind.WARNING, now)
    return tell
