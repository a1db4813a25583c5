"""The one line that stays of a session: asked for at its end, changed whenever those who held it want."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.domain.life import as_of, refused_as
from bot.domain.models import Session, State
from bot.domain.names import clean_line
from bot.domain.refusal import Refusal
from bot.service.changes import may_change
from bot.service.people import Person
from bot.service.states import catch_up
from bot.service.usecases import Needs
from bot.service.wording import TAKEAWAY_LENGTH
from bot.store import ledger, sessions
from bot.store.database import Reader


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of it: the session, its takeaway before, and whether any words were cut."""

    session: Session
    before: str
    shortened: bool


class Takeaways:
    """Written by the host, co-hosts and organizers of a session that is over.

    Both raise `Refusal` where it is not over, did not take place or is somebody else's, and `StoreError`
    where the database fails.
    """

    def __init__(self, needs: Needs) -> None:
        self._needs = needs

    async def to_write(self, guild_id: int, session_id: int, who: Person) -> Session:
        """Return the session for whose takeaway this person may open the form."""
        now = self._needs.now()

        async def reading(db: Reader) -> Session:
            session = await _theirs(db, guild_id, session_id, who)
            return _over(as_of(session, now))

        return await self._needs.database.read.together(reading)

    async def write(self, guild_id: int, session_id: int, who: Person, text: str) -> Taken:
        """Write the line, in place of the one before; an empty one takes it back."""
        whole = clean_line(text, 3 * len(text) + 1)
        line = clean_line(text, TAKEAWAY_LENGTH)
        async with self._needs.database.transaction() as tx:
            now = self._needs.now()
            session = _over(await catch_up(tx, await _theirs(tx, guild_id, session_id, who), now))
            if line != session.takeaway:
                await sessions.set_takeaway(tx, session_id, line)
                detail = {"takeaway": (session.takeaway, line)}
                await ledger.record(
                    tx, guild_id, "takeaway", now, session_id=session_id, actor_id=who.id, reason="", **detail
                )
        self._needs.changed(guild_id)
        return Taken(replace(session, takeaway=line), session.takeaway, shortened=line != whole)


async def _theirs(db: Reader, guild_id: int, session_id: int, who: Person) -> Session:
    session = await sessions.get(db, guild_id, session_id)
    if session is None:
        raise Refusal("no-session")
    if not await may_change(db, session, who):
        raise Refusal("not-yours", topic=session.topic, host=session.host_name)
    return session


def _over(session: Session) -> Session:
    if session.active:
        raise Refusal("takeaway-early", topic=session.topic, until=session.end)
    if session.state is not State.ENDED:
        raise refused_as(session.state, session)
    return session
