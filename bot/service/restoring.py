"""An organizer's slip undone: a session that was cancelled a moment ago is booked again, people and all."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from bot.domain.booking import MINUTE, Wish, decide
from bot.domain.models import Session, State
from bot.domain.notices import NoticeKind
from bot.domain.refusal import Refusal
from bot.service.changes import speaking_of
from bot.service.people import Person
from bot.service.settings import check_organizer
from bot.service.states import open_session
from bot.service.usecases import Needs, agenda_for
from bot.store import cohosts, guests, ledger, notices, sessions
from bot.store.database import Tx

UNTOLD = (NoticeKind.SEAT, NoticeKind.WAITING, NoticeKind.FOUND, NoticeKind.HANDED)
"""What people are told of the session that is booked again, where they had not heard of it before."""
SLIP = timedelta(minutes=10)
"""How long a cancellation can be undone: then people have made other plans."""


class Restoring:
    """Books again what organizers have cancelled (R7: a cancelled session itself never comes back).

    Nobody becomes a host by it who had not asked for it (R18): it is theirs again as it was, or not at all.
    """

    def __init__(self, needs: Needs) -> None:
        self._needs = needs

    async def rebook(self, guild_id: int, session_id: int, who: Person) -> Session:
        """Book the same session for the same people; asked again, return the one that was booked.

        Raises `Refusal` where organizers have not cancelled it within `SLIP`, or it fits no more (R2 to R5).
        """
        check_organizer(who)
        async with self._needs.database.transaction() as tx:
            now = self._needs.now()
            before = await sessions.get(tx, guild_id, session_id)
            if before is None:
                raise Refusal("no-session")
            if again := await _rebooked(tx, guild_id, session_id):
                return again
            await _check_slip(tx, before, now)
            with speaking_of(before, who):
                start, end = await self._span(tx, before, now)
            session = await _again(tx, before, who, now, start=start, end=end)
        self._needs.changed(guild_id, soon=session.state is State.OPEN)
        return session

    async def _span(self, tx: Tx, before: Session, now: datetime) -> tuple[datetime, datetime]:
        """Return when it takes place: as it was, its length too (R4), or raise why that fits no more."""
        agenda = await agenda_for(self._needs, tx, before.guild_id, before.host_id, now=now)
        length = before.end - before.start
        try:
            booking = decide(Wish(before.start, length // MINUTE), replace(agenda, kept=length))
        except Refusal as refusal:
            raise refusal.completed(offers=()) from refusal
        return booking.start, booking.end


async def _again(
    tx: Tx, before: Session, who: Person, now: datetime, *, start: datetime, end: datetime
) -> Session:
    """Write the session anew with all its people, and who of them is to hear of it."""
    fresh = replace(before, start=start, end=end, state=State.BOOKED, closed=None, why="")
    session = replace(fresh, id=await sessions.add(tx, fresh, now))
    await sessions.set_details(tx, session)  # its seats too
    await sessions.set_host(tx, session.id, now, before.host_gone)
    for user_id, name in await guests.of_session(tx, before.id):
        await guests.add(tx, session.id, user_id, name, now)
    for user_id, name in await cohosts.of_session(tx, before.id):
        await cohosts.add(tx, session.id, user_id, name, now)
    here, by = before.guild_id, who.id
    await ledger.record(tx, here, "rebook", now, session_id=before.id, actor_id=by, again=session.id)
    about: dict[str, Any] = {"topic": session.topic, "start": start, "end": end, "again_of": before.id}
    await ledger.record(tx, here, "host", now, session_id=session.id, actor_id=by, **about)
    unread = await notices.take_back(tx, before.id, NoticeKind.CANCELLED)
    unread &= not await notices.untold(tx, before.id, NoticeKind.RESTORED)  # they know of a slip before
    await notices.carry(tx, before.id, session.id, UNTOLD)
    if start <= now:  # its opening tells everyone
        return await open_session(tx, session, now, actor_id=who.id, reason="rebook")
    for user_id in await notices.reminded(tx, before.id):
        await notices.add(tx, session.guild_id, session.id, NoticeKind.REMINDER, now, user_id=user_id)
    if unread:
        await notices.carry(tx, before.id, session.id, [NoticeKind.CHANGED])
    else:
        host = session.host_id
        await notices.add(tx, session.guild_id, session.id, NoticeKind.RESTORED, now, user_id=host)
    return session


async def _check_slip(tx: Tx, session: Session, now: datetime) -> None:
    """Raise `Refusal` where it is not an organizer's cancellation of a moment ago."""
    done = await ledger.last(tx, session.id, str(State.CANCELLED))
    mine = {session.host_id, *(user_id for user_id, _ in await cohosts.of_session(tx, session.id))}
    by_them = done is None or done.actor_id in {None, *mine}
    if session.state is not State.CANCELLED or by_them or not session.host_id:
        raise Refusal("rebook-not", topic=session.topic)
    if done and now - done.at > SLIP:
        raise Refusal("rebook-late", topic=session.topic, minutes=SLIP // MINUTE)


async def _rebooked(tx: Tx, guild_id: int, session_id: int) -> Session | None:
    """Return the session that this one was booked again as."""
    done = await ledger.last(tx, session_id, "rebook")
    number = done.detail.get("again") if done else None
    return await sessions.get(tx, guild_id, number) if isinstance(number, int) else None
