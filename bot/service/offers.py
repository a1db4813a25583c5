"""Asking somebody to host a session, or to share it: nothing changes before they say yes (R18)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from bot.domain.booking import check_host
from bot.domain.life import refused_as
from bot.domain.models import Session
from bot.domain.notices import NoticeKind
from bot.domain.refusal import Refusal
from bot.service.blocking import check_blocked
from bot.service.changes import current_session, session_to_change, speaking_of
from bot.service.people import Offered, Person
from bot.service.seats import give_up_seat
from bot.service.usecases import Needs, agenda_for
from bot.service.wording import person_name
from bot.store import cohosts, ledger, notices, sessions
from bot.store.database import Tx
from bot.store.people import Named

COHOSTS = 5
"""The most co-hosts of one session: enough for a panel, few enough to be named on a card."""
HOUR = timedelta(hours=1)
ACTIONS = {NoticeKind.OFFER: "offer", NoticeKind.COHOST: "offer-cohost"}
"""What the audit trail calls an offer."""


class Offers:
    """Offers of sessions, and the answers to them.

    All raise `Refusal` where a rule says no, and `StoreError` where the database fails.
    """

    def __init__(self, needs: Needs) -> None:
        self._needs = needs

    async def host(self, guild_id: int, session_id: int, who: Person, member: Person) -> Offered:
        """Ask a member to host a session in its host's place, by somebody who may change it."""
        async with self._needs.database.transaction() as tx:
            now = self._needs.now()
            session = await session_to_change(tx, guild_id, session_id, who, now)
            new = await ask_host(tx, self._needs, session, who, member, now=now)
        if new:
            self._needs.changed(guild_id)
        return Offered(session, member, new)

    async def take_over(self, guild_id: int, session_id: int, person: Person) -> Session:
        """Make a person the host of a session that was offered to them; twice is once.

        Its old host, if still in the server, becomes a co-host, so that nobody loses a session by giving it
        to the wrong person; where others have asked, they hear of it.
        """
        async with self._needs.database.transaction() as tx:
            now = self._needs.now()
            before = await _active(tx, guild_id, session_id, now)
            if before.host_id == person.id:
                return before
            await _check_asked(tx, before, NoticeKind.OFFER, person)
            await check_can_host(tx, self._needs, before, person, now)
            name = person_name(person.name, person.id)
            session = replace(before, host_id=person.id, host_name=name, host_gone=None)
            asker = await notices.asker(tx, session_id, NoticeKind.OFFER, person.id)
            await notices.answer(tx, session_id, NoticeKind.OFFER, person.id, said="yes", at=now)
            await sessions.set_details(tx, session)
            await sessions.set_host(tx, session_id, now, None)
            await give_up_seat(tx, session, person.id, now)
            await cohosts.remove(tx, session_id, person.id)
            if not before.host_gone and len(await cohosts.of_session(tx, session_id)) < COHOSTS:
                await cohosts.add(tx, session_id, before.host_id, before.host_name, now)
            if not before.host_gone and asker != before.host_id:
                old = before.host_id
                await notices.add_once(tx, guild_id, session_id, NoticeKind.HANDED, now, user_id=old)
            hosts = (before.host_id, person.id)
            await ledger.record(
                tx, guild_id, "take-over", now, session_id=session_id, actor_id=person.id, host_id=hosts
            )
        self._needs.changed(guild_id)
        return session

    async def share(self, guild_id: int, session_id: int, person: Person) -> Session:
        """Make a person a co-host of a session, as they were asked; twice is once."""
        async with self._needs.database.transaction() as tx:
            now = self._needs.now()
            session = await _active(tx, guild_id, session_id, now)
            before = await cohosts.of_session(tx, session_id)
            ids = [user_id for user_id, _ in before]
            if person.id in {session.host_id, *ids}:
                return session
            await _check_asked(tx, session, NoticeKind.COHOST, person)
            name = person_name(person.name, person.id)
            check_room([*before, (person.id, name)])
            await notices.answer(tx, session_id, NoticeKind.COHOST, person.id, said="yes", at=now)
            await cohosts.add(tx, session_id, person.id, name, now)
            about: dict[str, Any] = {"before": ids, "after": [*ids, person.id]}
            await ledger.record(
                tx, guild_id, "cohosts", now, session_id=session_id, actor_id=person.id, **about
            )
        self._needs.changed(guild_id)
        return session

    async def decline(self, guild_id: int, session_id: int, person: Person, kind: NoticeKind) -> Session:
        """Write down that a person does not want what they were asked for, and is not to be asked again."""
        async with self._needs.database.transaction() as tx:
            now = self._needs.now()
            session = await _active(tx, guild_id, session_id, now)
            if await notices.answered(tx, session_id, kind, person.id, session.host_id) == "no":
                return session
            await _check_asked(tx, session, kind, person)
            await notices.answer(tx, session_id, kind, person.id, said="no", at=now)
            action = f"{ACTIONS[kind]}-declined"
            await ledger.record(tx, guild_id, action, now, session_id=session_id, actor_id=person.id)
        self._needs.changed(guild_id)
        return session


async def ask_host(
    tx: Tx, needs: Needs, session: Session, who: Person, member: Person, *, now: datetime
) -> bool:
    """Ask a member to host a session, as a part of a transaction; False where they have been asked."""
    if session.host_id == member.id:
        raise Refusal("offer-host", host=session.host_name, topic=session.topic)
    await check_can_host(tx, needs, session, member, now, asker=who)
    if not session.host_gone:  # who hosted it stays as a co-host
        others = [each for each in await cohosts.of_session(tx, session.id) if each[0] != member.id]
        check_room([*others, (session.host_id, session.host_name)])
    return await _ask(tx, needs, session, who, member, kind=NoticeKind.OFFER, now=now)


async def ask_cohost(
    tx: Tx, needs: Needs, session: Session, who: Person, member: Person, *, now: datetime
) -> bool:
    """Ask a member to share a session, as a part of a transaction; False where they have been asked."""
    return await _ask(tx, needs, session, who, member, kind=NoticeKind.COHOST, now=now)


async def _ask(
    tx: Tx, needs: Needs, session: Session, who: Person, member: Person, *, kind: NoticeKind, now: datetime
) -> bool:
    said = await notices.answered(tx, session.id, kind, member.id, session.host_id)
    if said == "no":
        raise Refusal("offer-declined", host=member.name, topic=session.topic)
    if said == "":
        return False
    guild_id = session.guild_id
    most = needs.programme(guild_id).limits.offers_per_hour
    if most and not who.organizer:  # R17
        made = await notices.asked_since(tx, guild_id, who.id, now - HOUR)
        if len(made) >= most:
            raise Refusal("offers-many", most=most, start=made[-most] + HOUR)
    host, about_them = session.host_id, (session.id, kind)
    # Who takes an offer back and makes it again pings nobody anew.
    if not await notices.renew(tx, *about_them, member.id, host_id=host, asker_id=who.id):
        await notices.add(tx, guild_id, *about_them, now, user_id=member.id, about=host, asker_id=who.id)
    about: dict[str, Any] = {"member": member.id, "name": member.name}
    await ledger.record(tx, guild_id, ACTIONS[kind], now, session_id=session.id, actor_id=who.id, **about)
    return True


async def check_can_host(
    tx: Tx, needs: Needs, session: Session, person: Person, now: datetime, *, asker: Person | None = None
) -> None:
    """Raise `Refusal` where a person may not have this session as one more (R5), or not host at all."""
    guild_id, asker = session.guild_id, asker or person
    await check_blocked(tx, guild_id, person, now, asker=asker)
    agenda = await agenda_for(needs, tx, guild_id, person.id, session, now=now)
    with speaking_of(replace(session, host_id=person.id, host_name=person.name), asker):
        check_host(session, replace(agenda, adds=True))


def check_room(people: list[Named]) -> None:
    """Raise `Refusal` where co-hosts are too many."""
    if len(people) > COHOSTS:
        raise Refusal("cohosts-full", most=COHOSTS)


async def _active(tx: Tx, guild_id: int, session_id: int, now: datetime) -> Session:
    session = await current_session(tx, guild_id, session_id, now)
    if not session.active:
        raise refused_as(session.state, session)
    return session


async def _check_asked(tx: Tx, session: Session, kind: NoticeKind, person: Person) -> None:
    """Raise `Refusal` for who was not asked while its host was who it is, or has answered already."""
    said = await notices.answered(tx, session.id, kind, person.id, session.host_id)
    if said is None and await notices.asker(tx, session.id, kind, person.id):
        raise Refusal("offer-past", topic=session.topic)  # by who no longer hosts it
    if said != "":
        raise Refusal("no-offer" if kind is NoticeKind.OFFER else "no-cohost-offer", topic=session.topic)
