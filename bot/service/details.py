"""One session for one reader, read in one trip: what its panel shows, what its forms begin with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.domain.booking import later_ends
from bot.domain.life import as_of
from bot.domain.models import Session
from bot.domain.notices import NoticeKind
from bot.domain.refusal import Refusal
from bot.service.changes import check_may_change, speaking_of
from bot.service.drafts import typed_before
from bot.service.guests import waiting_number
from bot.service.people import Person, Showing
from bot.service.usecases import Needs, agenda_for
from bot.store import cohosts, guests, notices, places, sessions
from bot.store.database import Reader
from bot.store.drafts import Draft


@dataclass(frozen=True, slots=True)
class Details:
    """All of one session for one reader, and their part in it.

    They host it (`mine`), may change it (`manages`), have `joined` it, wait for a seat in this place
    (`waiting`, 0 with a seat), will be `reminded` of it.
    """

    showing: Showing
    mine: bool
    manages: bool
    joined: bool
    waiting: int
    reminded: bool
    offers: Sequence[tuple[NoticeKind, int, str]] = ()
    """Who is asked to host or share it, by id, and what they said: '' or 'no'."""
    draft: Draft | None = None
    """What the reader typed before, where they go on with that."""


class OneSession:
    """Looks at one session, none of which waits for the writer; `StoreError` where the database fails."""

    def __init__(self, needs: Needs) -> None:
        self._needs = needs

    async def get(self, guild_id: int, session_id: int) -> Session | None:
        """Return one session of this guild."""
        return await sessions.get(self._needs.database.read, guild_id, session_id)

    async def look(self, guild_id: int, session_id: int, who: Person) -> Details:
        """Return all of one session, closed ones too, for one reader; raises `Refusal` for none."""
        return await self._needs.database.read.together(lambda db: _details(db, guild_id, session_id, who))

    async def to_change(
        self, guild_id: int, session_id: int, who: Person, draft_id: int | None = None
    ) -> Details:
        """Return a session as time has made it, and what was typed before, for one who may change it.

        Raises `Refusal` for anyone else, where it is over, and where the draft has grown old.
        """
        now = self._needs.now()

        async def reading(db: Reader) -> Details:
            found = await to_change(db, guild_id, session_id, who, now)
            if draft_id is None:
                return found
            return replace(found, draft=await typed_before(db, guild_id, who, draft_id, now))

        return await self._needs.database.read.together(reading)

    async def later_ends(self, guild_id: int, session_id: int, who: Person) -> tuple[Session, list[datetime]]:
        """Return a session and the later ends that fit, soonest first; raises `Refusal` where none does."""
        now = self._needs.now()

        async def reading(db: Reader) -> tuple[Session, list[datetime]]:
            session = (await to_change(db, guild_id, session_id, who, now)).showing.session
            agenda = await agenda_for(self._needs, db, guild_id, session.host_id, session, now=now)
            with speaking_of(session, who):
                return session, later_ends(session, agenda)

        return await self._needs.database.read.together(reading)


async def to_change(db: Reader, guild_id: int, session_id: int, who: Person, now: datetime) -> Details:
    """Return a session as time has made it, for one who may change it, as a part of a reading."""
    found = await _details(db, guild_id, session_id, who)
    session = as_of(found.showing.session, now)
    check_may_change(session, found.manages)
    return replace(found, showing=replace(found.showing, session=session))


async def _details(db: Reader, guild_id: int, session_id: int, who: Person) -> Details:
    session = await sessions.get(db, guild_id, session_id)
    if session is None:
        raise Refusal("no-session")
    joined = await guests.of_session(db, session_id)
    ids = [user_id for user_id, _ in joined]
    showing = Showing(
        session,
        guests=tuple(Person(*each) for each in joined),
        cohosts=tuple(Person(*each) for each in await cohosts.of_session(db, session_id)),
        channels=await places.of_session(db, session_id),
    )
    mine = session.host_id == who.id
    return Details(
        showing,
        mine=mine,
        manages=mine or who.organizer or any(each.id == who.id for each in showing.cohosts),
        joined=who.id in ids,
        waiting=waiting_number(session, ids, who.id),
        reminded=await notices.waits(db, session_id, NoticeKind.REMINDER, who.id),
        offers=await notices.offers(db, session_id, session.host_id) if session.active else [],
    )
