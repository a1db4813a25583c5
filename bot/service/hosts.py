"""Sessions whose host has left the server: found out sparingly, given to somebody who wants them (R18)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from bot.domain.booking import check_host
from bot.domain.life import refused_as
from bot.domain.models import Session
from bot.domain.notices import NoticeKind
from bot.domain.refusal import Refusal
from bot.service.blocking import check_blocked
from bot.service.changes import session_to_change, speaking_of
from bot.service.cohosts import COHOSTS
from bot.service.people import Person
from bot.service.settings import check_organizer
from bot.service.states import catch_up
from bot.service.usecases import Needs, agenda_for
from bot.service.wording import person_name
from bot.store import cohosts, guests, ledger, notices, sessions
from bot.store.database import Tx

CHECKS = (timedelta(minutes=60), timedelta(minutes=10), timedelta())
"""How long before a session's start its host is looked for, once each: nobody tells the bot who leaves."""


LOOK_AGAIN = timedelta(minutes=15)
"""How late a check may be of what was booked or moved meanwhile: then somebody has just been there."""


@dataclass(frozen=True, slots=True)
class Offered:
    """What came of asking somebody to host a session; not `new` where they were asked before."""

    session: Session
    member: Person
    new: bool


@dataclass(frozen=True, slots=True)
class HostCheck:
    """A host to look for, since when that is due."""

    session: Session
    due: datetime


class Hosts:
    """Looks for hosts who left, and offers their sessions to others; raises as everywhere."""

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

    async def offer(self, guild_id: int, session_id: int, who: Person, member: Person) -> Offered:
        """Ask a member to host a session in its host's place (R18); nothing changes until they do."""
        check_organizer(who)
        async with self._needs.database.transaction() as tx:
            now = self._needs.now()
            session = await session_to_change(tx, guild_id, session_id, who, now)
            if session.host_id == member.id:
                raise Refusal("offer-host", host=session.host_name, topic=session.topic)
            await self._check_can_host(tx, session, member, now, asker=who)
            new = not await notices.offered(tx, session_id, member.id, session.host_id)
            if new:
                kind, host = NoticeKind.OFFER, session.host_id
                await notices.add(tx, guild_id, session_id, kind, now, user_id=member.id, about=host)
                about: dict[str, Any] = {"member": member.id, "name": member.name}
                await ledger.record(
                    tx, guild_id, "offer", now, session_id=session_id, actor_id=who.id, **about
                )
        if new:
            self._needs.changed(guild_id)
        return Offered(session, member, new)

    async def take_over(self, guild_id: int, session_id: int, person: Person) -> Session:
        """Make a person the host of a session that was offered to them; twice is once.

        Its old host, if still in the server, becomes a co-host.
        """
        async with self._needs.database.transaction() as tx:
            now = self._needs.now()
            before = await sessions.get(tx, guild_id, session_id)
            if before is None:
                raise Refusal("no-session")
            before = await catch_up(tx, before, now)
            if not before.active:
                raise refused_as(before.state, before)
            if before.host_id == person.id:
                return before
            if not await notices.offered(tx, session_id, person.id, before.host_id):
                raise Refusal("no-offer", topic=before.topic)
            await self._check_can_host(tx, before, person, now)
            name = person_name(person.name, person.id)
            session = replace(before, host_id=person.id, host_name=name, host_gone=None)
            await sessions.set_details(tx, session)
            await sessions.set_host(tx, session_id, now, None)
            await guests.remove(tx, session_id, person.id)
            await cohosts.remove(tx, session_id, person.id)
            if not before.host_gone and len(await cohosts.of_session(tx, session_id)) < COHOSTS:
                await cohosts.add(tx, session_id, before.host_id, before.host_name, now)
            hosts = (before.host_id, person.id)
            await ledger.record(
                tx, guild_id, "take-over", now, session_id=session_id, actor_id=person.id, host_id=hosts
            )
        self._needs.changed(guild_id)
        return session

    async def _check_can_host(
        self, tx: Tx, session: Session, person: Person, now: datetime, *, asker: Person | None = None
    ) -> None:
        """Raise `Refusal` where a person may not have this session as one more (R5), or not host at all."""
        guild_id, asker = session.guild_id, asker or person
        await check_blocked(tx, guild_id, person, now, asker=asker)
        agenda = await agenda_for(self._needs, tx, guild_id, person.id, session, now=now)
        with speaking_of(replace(session, host_id=person.id, host_name=person.name), asker):
            check_host(session, replace(agenda, adds=True))
