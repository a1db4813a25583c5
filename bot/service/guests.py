"""Taking part: join, leave, and being reminded before the start."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bot.domain.life import refused_as
from bot.domain.models import Session, State
from bot.domain.notices import NoticeKind
from bot.domain.records import Kind
from bot.domain.refusal import Refusal
from bot.service.outs import check_let_in
from bot.service.people import Person
from bot.service.seats import give_up_seat
from bot.service.usecases import Needs
from bot.service.wording import person_name
from bot.store import guests, ledger, notices, places, sessions
from bot.store.database import Reader, Tx


@dataclass(frozen=True, slots=True)
class Joined:
    """What came of joining or leaving: the session, and whether anything changed.

    `waiting` is the guest's number on the waiting list, 0 with a seat: the first `seats` guests have one.
    """

    session: Session
    changed: bool
    waiting: int = 0
    overlaps: tuple[Session, ...] = ()
    """What else the person hosts or has joined at the same time (R5)."""
    channels: Mapping[Kind, int] = field(default_factory=dict)
    """The ids of its channels that exist, where they matter."""


@dataclass(frozen=True, slots=True)
class Reminded:
    """What came of asking for a reminder: the session, whether that is new, whether they joined by it."""

    session: Session
    changed: bool
    joined: bool = False
    overlaps: tuple[Session, ...] = ()
    """What else they host or have joined at the same time, where they joined by it (R5)."""


_NAMED = (NoticeKind.GREETING, NoticeKind.CAME)
"""What names a guest at an open desk."""


class Guests:
    """The use cases of attendees.

    All raise `Refusal` where a rule says no, and `StoreError` where the database fails.
    """

    def __init__(self, needs: Needs) -> None:
        self._needs = needs

    async def join(self, guild_id: int, session_id: int, person: Person) -> Joined:
        """Note that a person takes part. On an open desk the host is greeted with their name.

        Nobody is turned away: where the seats are taken they wait for one, and where they are elsewhere at
        that time they are told (R5).
        """
        async with self._needs.database.transaction() as tx:
            now = self._needs.now()
            joined = await tx.at_once(lambda tx: _join(tx, guild_id, session_id, person, now))
        if joined.changed:
            self._needs.changed(guild_id)
        return joined

    async def leave(self, guild_id: int, session_id: int, person: Person) -> Joined:
        """Note that a person no longer takes part; they hear no more of it, reminders included."""
        async with self._needs.database.transaction() as tx:
            session = await sessions.get(tx, guild_id, session_id)
            if session is None:
                raise Refusal("no-session")
            now = self._needs.now()
            was = await give_up_seat(tx, session, person.id, now)
            if was:
                await notices.remove_waiting(tx, session_id, NoticeKind.REMINDER, person.id)
                await ledger.record(tx, guild_id, "leave", now, session_id=session_id, actor_id=person.id)
        if was:
            self._needs.changed(guild_id)
        return Joined(session, was)

    async def remind(self, guild_id: int, session_id: int, person: Person) -> Reminded:
        """Let a person be reminded before a booked session starts; who is not its host joins by it."""
        async with self._needs.database.transaction() as tx:
            now = self._needs.now()
            session = await _present(tx, guild_id, session_id, now)
            if session.state is State.OPEN or session.start <= now:
                raise refused_as(State.OPEN, session)
            await check_let_in(tx, session, person.id)
            joined = session.host_id != person.id and await _add_guest(tx, session, person, now)
            overlaps = await sessions.overlapping(tx, session, person.id) if joined else []
            new = await notices.add_once(
                tx, guild_id, session_id, NoticeKind.REMINDER, now, user_id=person.id
            )
            if new:
                await ledger.record(tx, guild_id, "remind", now, session_id=session_id, actor_id=person.id)
        if new or joined:
            self._needs.changed(guild_id)
        return Reminded(session, new, joined, tuple(overlaps))

    async def forget_reminder(self, guild_id: int, session_id: int, person: Person) -> Reminded:
        """Take a reminder back; the person still takes part."""
        async with self._needs.database.transaction() as tx:
            session = await sessions.get(tx, guild_id, session_id)
            if session is None:
                raise Refusal("no-session")
            was = await notices.remove_waiting(tx, session_id, NoticeKind.REMINDER, person.id)
            if was:
                await ledger.record(
                    tx, guild_id, "forget", self._needs.now(), session_id=session_id, actor_id=person.id
                )
        if was:
            self._needs.changed(guild_id)
        return Reminded(session, was)

    async def joined(self, session_id: int) -> list[int]:
        """Return the ids of those who joined, first come first."""
        return await guests.ids(self._needs.database.read, session_id)

    async def interested(self, guild_id: int, session_id: int, people: Iterable[Person]) -> None:
        """Count those who are interested in an open session's event as joined, but not who hosts or left."""
        async with self._needs.database.transaction() as tx:
            session, now = await sessions.get(tx, guild_id, session_id), self._needs.now()
            if session is None or session.state is not State.OPEN:
                return
            others = {session.host_id, *await guests.left(tx, session_id)}
            for person in people:
                name = person_name(person.name, person.id)
                if person.id not in others and await guests.add(tx, session_id, person.id, name, now):
                    who = person.id
                    await ledger.record(tx, guild_id, "interested", now, session_id=session_id, actor_id=who)


async def _join(tx: Tx, guild_id: int, session_id: int, person: Person, now: datetime) -> Joined:
    session = await _present(tx, guild_id, session_id, now)
    if session.host_id == person.id:
        raise Refusal("own-session", topic=session.topic)
    await check_let_in(tx, session, person.id)
    first = await _add_guest(tx, session, person, now)
    waiting = waiting_number(session, await guests.ids(tx, session_id), person.id)
    overlaps = await sessions.overlapping(tx, session, person.id)
    return Joined(session, first, waiting, tuple(overlaps), await places.of_session(tx, session_id))


async def _add_guest(tx: Tx, session: Session, person: Person, now: datetime) -> bool:
    name = person_name(person.name, person.id)
    first = await guests.add(tx, session.id, person.id, name, now)
    if first:
        await ledger.record(tx, session.guild_id, "join", now, session_id=session.id, actor_id=person.id)
        # Once a guest: who leaves and joins again and again, or has walked in, calls nobody again and again.
        greeted = [await notices.had(tx, session.id, kind, person.id) for kind in _NAMED]
        if session.state is State.OPEN and not any(greeted):
            kind = NoticeKind.GREETING
            await notices.add(tx, session.guild_id, session.id, kind, now, user_id=person.id)
    return first


async def _present(db: Reader, guild_id: int, session_id: int, now: datetime) -> Session:
    session = await sessions.get(db, guild_id, session_id)
    if session is None:
        raise Refusal("no-session")
    if not session.active or session.end <= now:
        raise refused_as(State.ENDED if session.active else session.state, session)
    return session


def waiting_number(session: Session, joined: list[int], user_id: int) -> int:
    """Return a guest's number on the waiting list; 0 for one with a seat, and for one who has not joined."""
    if session.seats is None or user_id not in joined:
        return 0
    return max(0, joined.index(user_id) + 1 - session.seats)
