"""Editing a session (R10): its words, times and seats, and who is asked to host it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.domain.booking import MINUTE, Agenda, Wish, decide, resized
from bot.domain.life import refused_as
from bot.domain.models import Session, State
from bot.domain.names import clean_line
from bot.domain.refusal import Refusal
from bot.domain.renames import rename_allowed_at
from bot.domain.when import read_when
from bot.service.changes import Changed, session_to_change, speaking_of, write
from bot.service.details import to_change
from bot.service.drafts import Drafts
from bot.service.offers import ask_host
from bot.service.people import Offered, Person, Showing
from bot.service.seats import seats_changed
from bot.service.starts import count_come
from bot.service.states import open_session
from bot.service.usecases import Needs, agenda_for
from bot.service.wording import REASON_LENGTH, topic_and_description
from bot.store import guests, places
from bot.store.database import Reader, Tx
from bot.store.drafts import Draft

SEATS = 98
"""The most seats: Discord counts up to 99 people in a voice channel, and the host is one of them."""


class Edits:
    """Edit and move.

    All raise `Refusal` where a rule says no, 'not-yours' to those who may not; `StoreError` where the
    database fails.
    """

    def __init__(self, needs: Needs) -> None:
        self._needs = needs
        self._drafts = Drafts(needs)

    async def edit(
        self,
        guild_id: int,
        session_id: int,
        who: Person,
        *,
        topic: str | None = None,
        description: str | None = None,
        start: datetime | None = None,
        when: str = "",
        minutes: int | None = None,
        seats: int | None = None,
        host: Person | None = None,
        reason: str = "",
    ) -> Changed:
        """Change what is given, all of it or nothing (R10); None leaves a thing as it is, 0 seats: no limit.

        `when` is a start as a person typed it, perhaps with an end or a length. `reason` is an organizer's,
        for those who are told.

        A booked session moves to a new start with its length, and opens at once where that is now; an open
        one only gets other words or another length. The refusal of a move offers other starts, that of a
        greater length the session as long as it may be; both are what to ask for instead.

        `host` is somebody to be asked whether they will host it: nothing else of it waits for that (R18).
        """
        async with self._needs.database.transaction() as tx:
            now = self._needs.now()
            before = await session_to_change(tx, guild_id, session_id, who, now)
            session, shortened = _reworded(before, topic, description)
            session = _seated(session, seats)
            agenda = await agenda_for(self._needs, tx, guild_id, session.host_id, before, now=now, who=who)
            if when.strip():  # read here: what waiting for the database takes is not taken off it
                wish = _read(when, minutes, before, agenda)
                start, minutes = wish.start, wish.minutes
            with speaking_of(session, who):
                session = _moved(session, start, minutes, agenda)
            change = Changed(before, session, shortened)
            if session != before:
                change = await write(tx, "edit", change, who, now, reason=clean_line(reason, REASON_LENGTH))
                await count_come(tx, before, session, who=who, limits=agenda.programme.limits, now=now)
            if session.seats != before.seats:
                await seats_changed(tx, before, session, await guests.ids(tx, session.id), now)
            asked = bool(host and await ask_host(tx, self._needs, session, who, host, now=now))
            renamed = await _renamed(tx, session, now) if session.topic != before.topic else None
            if session.state is State.BOOKED and session.start <= now:
                session = await open_session(tx, session, now, actor_id=who.id, reason="edit")
        offered = Offered(session, host, asked) if host else None
        change = replace(change, session=session, renamed=renamed, offered=offered)
        if change.changed or asked:
            self._needs.changed(guild_id)
        return change

    async def moved(
        self, guild_id: int, session_id: int, who: Person, when: str, minutes: int | None
    ) -> tuple[Showing, Session]:
        """Return a session as it is and as a move would make it, which `edit` refuses as this does."""
        now = self._needs.now()

        async def reading(db: Reader) -> tuple[Showing, Session]:
            showing = (await to_change(db, guild_id, session_id, who, now)).showing
            before = showing.session
            agenda = await agenda_for(self._needs, db, guild_id, before.host_id, before, now=now, who=who)
            with speaking_of(before, who):
                wish = _read(when, minutes, before, agenda)
                return showing, _moved(before, wish.start, wish.minutes, agenda)

        return await self._needs.database.read.together(reading)

    async def edit_typed(
        self, guild_id: int, session_id: int, who: Person, typed: Draft, host: Person | None = None
    ) -> Changed:
        """Edit as typed: topic and description are whole, what else is empty stays. Refused, it is kept."""
        try:
            return await self.edit(
                guild_id,
                session_id,
                who,
                topic=typed.topic,
                description=typed.description,
                when=typed.when,
                minutes=typed.minutes,
                seats=typed.seats,
                host=host,
            )
        except Refusal as refusal:
            known = refusal.code not in {"not-yours", "no-session"}
            draft_id = await self._drafts.keep(guild_id, typed) if known else None
            raise refusal.completed(session=session_id, draft=draft_id) from refusal

    async def move(
        self, guild_id: int, session_id: int, who: Person, wish: Wish, draft_id: int | None = None
    ) -> Changed:
        """Move a session to a time that was offered instead (R6), with what else was typed then."""
        typed = await self._drafts.find(guild_id, who, draft_id) if draft_id else None
        try:
            return await self.edit(
                guild_id,
                session_id,
                who,
                topic=typed.topic if typed else None,
                description=typed.description if typed else None,
                start=wish.start,
                minutes=wish.minutes,
                seats=typed.seats if typed else None,
            )
        except Refusal as refusal:
            raise refusal.completed(draft=draft_id) from refusal


def _read(when: str, minutes: int | None, session: Session, agenda: Agenda) -> Wish:
    """Return what was typed as a wish; a time that cannot be is answered with those near it that can (R6)."""
    try:
        return read_when(when, agenda.now, agenda.programme).lasting(minutes)
    except Refusal as refusal:
        if session.state is not State.BOOKED:
            raise
        offers = agenda.offers_instead(refusal, session.end - session.start)
        raise refusal.completed(offers=offers) from refusal


def _reworded(session: Session, topic: str | None, description: str | None) -> tuple[Session, bool]:
    if topic is None and description is None:
        return session, False
    line, text, shortened = topic_and_description(
        session.topic if topic is None else topic,
        session.description if description is None else description,
    )
    return replace(session, topic=line, description=text), shortened


def _seated(session: Session, seats: int | None) -> Session:
    if seats is None:
        return session
    if not 0 <= seats <= SEATS:
        raise Refusal("seats", most=SEATS)
    return replace(session, seats=seats or None)


def _moved(session: Session, start: datetime | None, minutes: int | None, agenda: Agenda) -> Session:
    if start is None or start == session.start:
        end = session.end if minutes is None else resized(session, minutes, agenda)
        return replace(session, end=end)
    if session.state is State.OPEN:
        raise refused_as(State.OPEN, session)
    length = (session.end - session.start) // MINUTE
    booking = decide(Wish(start, length if minutes is None else minutes), agenda)
    return replace(session, start=booking.start, end=booking.end)


async def _renamed(tx: Tx, session: Session, now: datetime) -> datetime | None:
    """Return when a session's channels get its new topic as their name; None where there are none."""
    renames = await places.renames(tx, session.id)
    return max((rename_allowed_at(each, now) for each in renames), default=None)
