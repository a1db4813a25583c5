"""What the keeper writes down of Discord's own events, and of the people who are interested in them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from bot.domain.models import Session
from bot.service.people import Person
from bot.service.wording import person_name
from bot.store import events, guests, ledger
from bot.store.database import Database, Tx
from bot.store.events import EventRecord


class EventBook:
    """The bookkeeping of events; each method that writes is one transaction."""

    def __init__(self, db: Database, now: Callable[[], datetime]) -> None:
        self._db = db
        self.now = now

    async def known(self, guild_id: int) -> set[int | None]:
        """Return the ids of the events that are recorded as ours."""
        return {record.event_id for record in await events.present(self._db.read, guild_id)}

    async def of_session(self, session_id: int) -> int | None:
        """Return the id of a session's event, if it has one."""
        return await events.of_session(self._db.read, session_id)

    async def intend(self, session: Session, wanted: str) -> EventRecord:
        """Write down that an event is about to be asked for (R14)."""
        async with self._db.transaction() as tx:
            return await events.intend(tx, session.guild_id, session.id, wanted, self.now())

    async def refused(self, record_id: int) -> None:
        """Write down that Discord made nothing."""
        async with self._db.transaction() as tx:
            await events.forget(tx, record_id)

    async def found(self, record: EventRecord, event_id: int, shown: str, how: str) -> None:
        """Write down which event Discord made; `how` is 'made' or 'adopted'."""
        async with self._db.transaction() as tx:
            await events.found(tx, record.id, event_id, shown, self.now())
            await _note(tx, record, f"event-{how}", event_id, self.now())

    async def told(self, record: EventRecord, wanted: str, shown: str) -> None:
        """Write down what Discord was told of an event, and what it made of that."""
        async with self._db.transaction() as tx:
            await events.told(tx, record.id, wanted, shown, self.now())
            await _note(tx, record, "event-edited", record.event_id, self.now())

    async def surplus(self, like: EventRecord, event_id: int) -> None:
        """Write down a second event that Discord made for one wish (R14); the next pass deletes it."""
        async with self._db.transaction() as tx:
            await events.add_surplus(tx, like, event_id, self.now())
            await _note(tx, like, "event-surplus", event_id, self.now())

    async def gone(self, record: EventRecord, why: str) -> None:
        """Write down that an event is no more; `why` is 'ended' or 'deleted' by us, or 'missing'."""
        async with self._db.transaction() as tx:
            await events.gone(tx, record.id, self.now())
            await _note(tx, record, f"event-{why}", record.event_id, self.now())

    async def interested(self, session: Session, people: Iterable[Person]) -> None:
        """Count those who are interested in a session's event as joined, but not the host nor who left."""
        async with self._db.transaction() as tx:
            now = self.now()
            others = {session.host_id, *await guests.left(tx, session.id)}
            for person in people:
                name = person_name(person.name, person.id)
                if person.id not in others and await guests.add(tx, session.id, person.id, name, now):
                    await ledger.record(
                        tx,
                        session.guild_id,
                        "interested",
                        now,
                        session_id=session.id,
                        actor_id=person.id,
                    )


async def _note(tx: Tx, record: EventRecord, action: str, event_id: int | None, at: datetime) -> None:
    await ledger.record(tx, record.guild_id, action, at, session_id=record.session_id, event=event_id)
