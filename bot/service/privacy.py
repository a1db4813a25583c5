"""What is stored on a person in one server, and forgetting them: sessions that are over keep their topics."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.domain.models import Session, State
from bot.domain.notices import NoticeKind
from bot.domain.records import Kind
from bot.domain.refusal import Refusal
from bot.service.people import Person, Showing
from bot.service.starts import count_closed
from bot.service.states import catch_up, close_session
from bot.service.usecases import Needs
from bot.service.wording import person_name
from bot.store import cohosts, guests, ledger, notices, privacy, records, sessions
from bot.store.database import Reader, Tx
from bot.store.privacy import KINDS

__all__ = ["KINDS", "Privacy", "Stored", "Undrawn"]


@dataclass(frozen=True, slots=True)
class Stored:
    """How much of each kind is stored on somebody, and which sessions of theirs are on or to come."""

    counts: Mapping[str, int]
    sessions: Sequence[Session]


@dataclass(frozen=True, slots=True)
class Undrawn:
    """A message or a channel of ours that still shows somebody who is forgotten, and its session as it is."""

    record_id: int
    kind: Kind
    channel_id: int
    message_id: int
    showing: Showing


class Privacy:
    """Looks and forgets, for anyone. All raise `StoreError` where the database fails."""

    def __init__(self, needs: Needs) -> None:
        self._needs = needs

    async def look(self, guild_id: int, who: Person) -> Stored:
        """Return what is stored on a person in a server."""

        async def reading(db: Reader) -> Stored:
            own = await _own(db, guild_id, who)
            return Stored(await privacy.counts(db, guild_id, who.id), own)

        return await self._needs.database.read.together(reading)

    async def forget(self, guild_id: int, who: Person, own: int) -> int:
        """Forget a person for good; return how many sessions of theirs were called off with that.

        `own` is of how many they have read that these are; raises `Refusal` where it is another number.
        """
        async with self._needs.database.transaction() as tx:
            now = self._needs.now()
            coming = await _own(tx, guild_id, who)
            if len(coming) != own:
                raise Refusal("forget-changed", count=len(coming))
            for session in coming:
                await self._call_off(tx, session, who)
            name = person_name(who.name, who.id)
            await tx.at_once(lambda tx: privacy.forget(tx, guild_id, who.id, name, now))
            await ledger.record(tx, guild_id, "forgotten", now, actor_id=0)
        self._needs.changed(guild_id)
        return len(coming)

    async def _call_off(self, tx: Tx, session: Session, who: Person) -> None:
        now, limits = self._needs.now(), self._needs.programme(session.guild_id).limits
        session = await catch_up(tx, session, now)
        if not session.active:
            return
        await count_closed(tx, session, who=who, limits=limits, now=now)
        state = State.CANCELLED if session.state is State.BOOKED else State.ENDED
        await close_session(tx, session, state, now, actor_id=who.id, reason="")
        if state is State.CANCELLED and await guests.ids(tx, session.id):
            await notices.add(tx, session.guild_id, session.id, NoticeKind.CANCELLED, now)

    async def undrawn_in(self) -> list[int]:
        """Return in which servers something still shows people who are forgotten."""
        return await records.undrawn_in(self._needs.database.read)

    async def undrawn(self, guild_id: int) -> list[Undrawn]:
        """Return what of ours on Discord still shows people who are forgotten, and no look mends."""

        async def reading(db: Reader) -> list[Undrawn]:
            found = []
            for record in await records.undrawn(db, guild_id):
                session = await sessions.get(db, guild_id, record.session_id or 0)
                if session:
                    joined = await guests.of_session(db, session.id)
                    others = await cohosts.of_session(db, session.id)
                    people, cohosting = ([Person(*each) for each in some] for some in (joined, others))
                    showing = Showing(session, tuple(people), tuple(cohosting))
                    is_card, number = record.kind is Kind.CARD, record.discord_id or 0
                    place = record.parent_id if is_card else number
                    found.append(Undrawn(record.id, record.kind, place, number if is_card else 0, showing))
            return found

        return await self._needs.database.read.together(reading)

    async def drawn(self, record_id: int) -> None:
        """Write down that a thing shows nobody any more who is forgotten."""
        async with self._needs.database.transaction() as tx:
            await records.write(tx, record_id, undrawn=0)


async def _own(db: Reader, guild_id: int, who: Person) -> list[Session]:
    return [s for s in await sessions.active(db, guild_id) if s.host_id == who.id]
