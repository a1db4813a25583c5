"""Sessions whose host has left the server: found out sparingly, left as they are where organizers say so."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.domain.models import Session
from bot.service.changes import session_to_change
from bot.service.people import Person
from bot.service.settings import check_organizer
from bot.service.usecases import Needs
from bot.store import ledger, sessions

CHECKS = (timedelta(minutes=60), timedelta(minutes=10), timedelta())
"""How long before a session's start its host is looked for, once each: nobody tells the bot who leaves."""


LOOK_AGAIN = timedelta(minutes=15)
"""How late a check may be of what was booked or moved meanwhile: then somebody has just been there."""


@dataclass(frozen=True, slots=True)
class HostCheck:
    """A host to look for, since when that is due."""

    session: Session
    due: datetime


class Hosts:
    """Looks for hosts who left; raises as everywhere."""

    def __init__(self, needs: Needs) -> None:
        self._needs = needs

    async def to_see(self) -> tuple[list[HostCheck], datetime]:
        """Return the hosts that are to be looked for now in all servers, the next session's first.

        And when to ask again.
        """
        now = self._needs.now()
        again = now + LOOK_AGAIN
        found = await sessions.with_hosts_seen(self._needs.database.read, now, again + CHECKS[0])
        checks = [(each, seen, [each.start - ahead for ahead in CHECKS]) for each, seen in found]
        due = (
            (each, seen, max((at for at in all_ if at <= now), default=seen)) for each, seen, all_ in checks
        )
        coming = (at for _, _, all_ in checks for at in all_ if at > now)
        return [HostCheck(each, at) for each, seen, at in due if seen < at], min([again, *coming])

    async def seen(self, session: Session, *, there: bool) -> None:
        """Write down whether a session's host is in the server; organizers hear of one who is not."""
        async with self._needs.database.transaction() as tx:
            now, known = self._needs.now(), await sessions.get(tx, session.guild_id, session.id)
            if known is None or not known.active or known.host_id != session.host_id:
                return
            gone = None if there else known.host_gone or now
            await sessions.set_host(tx, known.id, now, gone)
            changed = (gone is None) != (known.host_gone is None)
            if changed:
                action = "host-back" if there else "host-gone"
                about: dict[str, Any] = {"host": known.host_id, "name": known.host_name}
                await ledger.record(tx, known.guild_id, action, now, session_id=known.id, **about)
        if changed:
            self._needs.changed(session.guild_id)

    async def gone(self, guild_id: int) -> list[Session]:
        """Return the sessions that are on or to come and whose host was seen to have left."""
        return await sessions.with_host_gone(self._needs.database.read, guild_id, self._needs.now())

    async def leave(self, guild_id: int, session_id: int, who: Person) -> Session:
        """Write down that an organizer lets a session be without its host."""
        check_organizer(who)
        async with self._needs.database.transaction() as tx:
            now = self._needs.now()
            session = await session_to_change(tx, guild_id, session_id, who, now)
            await ledger.record(tx, guild_id, "host-left-so", now, session_id=session_id, actor_id=who.id)
        return session
