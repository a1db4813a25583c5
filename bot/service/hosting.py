"""Hosting: book a session or start it now, and the starts that are offered for one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from bot.domain.booking import MINUTE, Agenda, Booking, Wish, decide
from bot.domain.capacity import FreeStarts
from bot.domain.models import Session, State
from bot.domain.notices import NoticeKind
from bot.domain.records import Kind
from bot.domain.refusal import Refusal
from bot.domain.when import read_when
from bot.service.blocking import check_blocked
from bot.service.drafts import Drafts, typed_before
from bot.service.finding import Named, find_own
from bot.service.ideas import bring_along, find_idea, idea_up
from bot.service.organizing import check_running
from bot.service.people import Person
from bot.service.starts import count_come
from bot.service.states import open_session
from bot.service.usecases import Needs, agenda_for
from bot.service.wording import person_name, topic_and_description
from bot.store import ledger, notices, places, sessions
from bot.store.database import Reader, Tx
from bot.store.drafts import Draft
from bot.store.ideas import Idea


@dataclass(frozen=True, slots=True)
class Hosted:
    """What came of hosting: `cut` names why the end is earlier (R4), `again` that it was there already.

    `brought` is how many joined with it, because they had asked for it as an idea; `channels` are the ids of
    its channels that exist.
    """

    session: Session
    cut: str | None = None
    again: bool = False
    shortened: bool = False
    brought: int = 0
    channels: Mapping[Kind, int] = field(default_factory=dict)


class Hosting:
    """The use cases of who wants to host.

    All raise `Refusal` where a rule says no, and `StoreError` where the database fails.
    """

    def __init__(self, needs: Needs) -> None:
        self._needs = needs
        self._drafts = Drafts(needs)

    async def host(self, guild_id: int, person: Person, draft: Draft) -> Hosted:
        """Book a session or start it now (R2 to R5, R17); the same wish twice makes one session."""
        try:
            return await self._host(guild_id, person, draft)
        except Refusal as refusal:
            draft_id = await self._drafts.keep(guild_id, draft)
            raise refusal.completed(draft=draft_id) from refusal

    async def host_draft(
        self, guild_id: int, person: Person, draft_id: int, start: datetime, minutes: int
    ) -> Hosted:
        """Book what a person typed before at the time that they picked instead (R6)."""
        draft = await self._drafts.find(guild_id, person, draft_id)
        try:
            return await self._host(guild_id, person, draft, Wish(start, minutes))
        except Refusal as refusal:
            raise refusal.completed(draft=draft_id) from refusal

    async def _host(self, guild_id: int, person: Person, draft: Draft, picked: Wish | None = None) -> Hosted:
        async with self._needs.database.transaction() as tx:
            # Read here, so that the time spent waiting for the database is not taken off the session.
            now = self._needs.now()
            hosted = await tx.at_once(lambda tx: self._booked(tx, guild_id, person, draft, picked, now=now))
        if not hosted.again:
            self._needs.changed(guild_id, soon=hosted.session.state is State.OPEN)
        return hosted

    async def _booked(
        self, tx: Tx, guild_id: int, person: Person, draft: Draft, picked: Wish | None, *, now: datetime
    ) -> Hosted:
        topic, description, shortened = topic_and_description(draft.topic, draft.description)
        agenda = await agenda_for(self._needs, tx, guild_id, person.id, now=now, who=person)
        try:
            wish = picked or _read(draft, agenda)
        except Refusal:
            await self._check_may_host(tx, guild_id, person, now)  # before other times are offered
            raise
        twin = next((s for s in agenda.own if _same_wish(s, topic, wish, now)), None)
        if twin:
            return Hosted(twin, again=True, channels=await places.of_session(tx, twin.id))
        await self._check_may_host(tx, guild_id, person, now)
        booking = decide(wish, agenda)
        session = Session(
            id=0,
            guild_id=guild_id,
            host_id=person.id,
            host_name=person_name(person.name, person.id),
            topic=topic,
            description=description,
            start=booking.start,
            end=booking.end,
            state=State.BOOKED,
            notes_topic=topic,
            notes_day=str(agenda.programme.day_of(booking.start)),
        )
        idea = await find_idea(self._needs, tx, guild_id, draft.idea_id, now)
        session, brought = await _add(tx, session, booking, agenda, idea)
        await count_come(tx, None, session, who=person, limits=agenda.programme.limits, now=now)
        return Hosted(session, cut=booking.cut, shortened=shortened, brought=len(brought))

    async def _check_may_host(self, db: Reader, guild_id: int, who: Person, now: datetime) -> None:
        """Raise `Refusal` while new sessions are paused, and for those whom organizers have blocked."""
        await check_blocked(db, guild_id, who, now)
        check_running(self._needs.rulebook.of(guild_id))

    async def free_starts(self, guild_id: int, who: Person, minutes: int | None) -> FreeStarts:
        """Return the starts that fit a new session of this person's (R2, R3, R5, R17); none while paused.

        Where no session can be so long, those for the usual length: the answer will say so.
        """
        now = self._needs.now()
        return await self._needs.database.read.together(
            lambda db: self._free_starts(db, guild_id, who, minutes, now=now)
        )

    async def other_starts(
        self, guild_id: int, who: Person, minutes: int | None, text: str | None, named: Named
    ) -> FreeStarts:
        """Return the starts to which a session that a person means, as `find_own` reads it, can move.

        Where no `minutes` are given it stays as long as it is.
        """
        now = self._needs.now()

        async def reading(db: Reader) -> FreeStarts:
            moved = await find_own(db, guild_id, who, text, named, now=now)
            return await self._free_starts(db, guild_id, who, minutes, moved, now=now)

        return await self._needs.database.read.together(reading)

    async def _free_starts(
        self,
        db: Reader,
        guild_id: int,
        who: Person,
        minutes: int | None = None,
        moved: Session | None = None,
        *,
        now: datetime,
    ) -> FreeStarts:
        host_id = moved.host_id if moved else who.id
        agenda = await agenda_for(self._needs, db, guild_id, host_id, moved, now=now, who=who)
        if moved is None and self._needs.rulebook.of(guild_id).paused:
            agenda = replace(agenda, programme=replace(agenda.programme, windows=()))
        limits = agenda.programme.limits
        if minutes is not None and limits.min_minutes <= minutes <= limits.max_minutes:
            return agenda.free_starts(minutes * MINUTE)
        return agenda.free_starts(moved.end - moved.start if moved else agenda.length(None))

    async def to_host(
        self, guild_id: int, who: Person, typed: Draft, draft_id: int | None = None
    ) -> tuple[FreeStarts, Draft]:
        """Return what a form to host begins with: the starts that fit, and what was typed.

        What was typed before, under `draft_id`, goes before `typed`, whose idea gives the topic. Raises
        `Refusal` where that is gone, and for whoever may not host: before they fill it in.
        """
        now = self._needs.now()

        async def reading(db: Reader) -> tuple[FreeStarts, Draft]:
            await self._check_may_host(db, guild_id, who, now)
            known = typed if draft_id is None else await typed_before(db, guild_id, who, draft_id, now)
            if draft_id is None and typed.idea_id is not None:
                known = replace(
                    typed, topic=(await idea_up(self._needs, db, guild_id, typed.idea_id, now)).topic
                )
            return await self._free_starts(db, guild_id, who, now=now), known

        return await self._needs.database.read.together(reading)


def _read(draft: Draft, agenda: Agenda) -> Wish:
    """Return what was typed as a wish; a time that cannot be is answered with those near it that can (R6)."""
    try:
        return read_when(draft.when, agenda.now, agenda.programme).lasting(draft.minutes)
    except Refusal as refusal:
        limits = agenda.programme.limits
        fits = limits.min_minutes <= (draft.minutes or 0) <= limits.max_minutes
        length = agenda.length(draft.minutes if fits else None)
        raise refusal.completed(offers=agenda.offers_instead(refusal, length)) from refusal


async def _add(
    tx: Tx, session: Session, booking: Booking, agenda: Agenda, idea: Idea | None
) -> tuple[Session, list[int]]:
    """Write a new session, and those whose idea it was as joined; return it with their ids."""
    now, host = agenda.now, session.host_id
    session = replace(session, id=await sessions.add(tx, session, now))
    brought = await bring_along(tx, idea, session, now) if idea else []
    along: dict[str, Any] = {"idea": idea.id, "brought": brought} if idea else {}
    await ledger.record(
        tx,
        session.guild_id,
        "host",
        now,
        session_id=session.id,
        actor_id=host,
        topic=session.topic,
        start=session.start,
        end=session.end,
        **along,
    )
    for user_id in [] if booking.now else brought:  # else the opening calls them
        await notices.add(tx, session.guild_id, session.id, NoticeKind.FOUND, now, user_id=user_id)
    if booking.now:
        session = await open_session(tx, session, now, actor_id=host, reason="host")
    return session, brought


def _same_wish(session: Session, topic: str, wish: Wish, now: datetime) -> bool:
    """Whether this session is what the wish asks for again (R5): the same topic at the same time."""
    is_on = wish.start <= now and session.start <= now < session.end
    return session.topic == topic and (is_on or session.start == wish.start)
