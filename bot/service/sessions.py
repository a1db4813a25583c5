"""What people do with sessions: host and look; and what time does to them."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from bot.domain.booking import Agenda, Booking, Wish, decide
from bot.domain.capacity import FreeStarts
from bot.domain.life import due_state
from bot.domain.models import Session, State
from bot.domain.names import clean_line, fold, searchable
from bot.domain.notices import NoticeKind
from bot.domain.records import Kind
from bot.domain.refusal import Refusal
from bot.domain.when import read_when
from bot.service.changes import may_change
from bot.service.cohosts import Cohosting
from bot.service.edits import Edits
from bot.service.guests import Guests, Joined, waiting_number
from bot.service.ideas import Ideas, bring_along
from bot.service.people import Person, Showing
from bot.service.presence import Presence
from bot.service.starts import count_come
from bot.service.states import catch_up, open_session
from bot.service.wording import DESCRIPTION_LENGTH, TOPIC_LENGTH, person_name, topic_and_description
from bot.store import cohosts, guests, ledger, notices, places, sessions
from bot.store.database import Tx
from bot.store.drafts import Draft
from bot.store.ideas import Idea

__all__ = [
    "DESCRIPTION_LENGTH",
    "TOPIC_LENGTH",
    "Card",
    "Details",
    "Draft",
    "Hosted",
    "Joined",
    "Person",
    "Service",
]


@dataclass(frozen=True, slots=True)
class Hosted:
    """What came of hosting: `cut` names why the end is earlier (R4), `again` that it was there already.

    `brought` is how many joined with it, because they had asked for it as an idea.
    """

    session: Session
    cut: str | None = None
    again: bool = False
    shortened: bool = False
    brought: int = 0


@dataclass(frozen=True, slots=True)
class Card:
    """A session as one reader sees it: how many joined, where it is, and the reader's part in it."""

    session: Session
    people: int
    channels: dict[Kind, int]
    mine: bool
    joined: bool
    cohost: bool = False

    @property
    def manages(self) -> bool:
        """Whether the reader hosts or co-hosts it."""
        return self.mine or self.cohost


@dataclass(frozen=True, slots=True)
class Details:
    """All of one session for one reader, and their part in it; `changes`: they may change it."""

    showing: Showing
    host: bool
    changes: bool
    joined: bool
    waiting: int
    reminded: bool


class Service(Edits, Cohosting, Guests, Presence, Ideas):
    """All use cases of hosts and attendees. All methods raise `Refusal` where a rule says no."""

    # ------------------------------------------------------------------ host

    async def host(self, guild_id: int, person: Person, draft: Draft) -> Hosted:
        """Book a session or start it now (R2 to R5, R17); the same wish twice makes one session."""
        try:
            return await self._host(guild_id, person, draft)
        except Refusal as refusal:
            refusal.draft = await self.keep_draft(guild_id, draft)
            raise

    async def host_draft(
        self, guild_id: int, person: Person, draft_id: int, start: datetime, minutes: int
    ) -> Hosted:
        """Book what a person typed before at the time that they picked instead (R6)."""
        draft = await self.draft(guild_id, person, draft_id)
        try:
            return await self._host(guild_id, person, draft, Wish(start, minutes))
        except Refusal as refusal:
            refusal.draft = draft_id
            raise

    async def _host(self, guild_id: int, person: Person, draft: Draft, picked: Wish | None = None) -> Hosted:
        topic, description, shortened = topic_and_description(draft.topic, draft.description)
        async with self._db.transaction() as tx:
            agenda = await self._agenda(tx, guild_id, person.id, who=person)
            # Read here, so that the time spent waiting for the database is not taken off the session.
            wish = picked or _read(draft, agenda)
            twin = next((s for s in agenda.own if _same_wish(s, topic, wish, agenda.now)), None)
            if twin:
                return Hosted(twin, again=True)
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
            )
            idea = await self._find_idea(tx, guild_id, draft.idea_id, agenda.now)
            session, brought = await _add(tx, session, booking, agenda, idea)
            await count_come(tx, None, session, who=person, limits=agenda.programme.limits, now=agenda.now)
        self.on_change(guild_id)
        return Hosted(session, cut=booking.cut, shortened=shortened, brought=len(brought))

    async def free_starts(
        self, guild_id: int, who: Person, minutes: int | None, moved: Session | None = None
    ) -> FreeStarts:
        """Return the starts that fit a new session of this person's (R2, R3, R5, R17).

        Or a booked one that is `moved`, as long as it is where no `minutes` are given.
        """
        host_id = moved.host_id if moved else who.id
        agenda = await self._agenda(self._db.read, guild_id, host_id, moved, who=who)
        if moved and minutes is None:
            return agenda.free_starts(moved.end - moved.start)
        return agenda.free_starts(agenda.length(minutes))

    # ------------------------------------------------------------------- look

    async def get(self, guild_id: int, session_id: int) -> Session | None:
        """Return one session of this guild."""
        return await sessions.get(self._db.read, guild_id, session_id)

    async def channels(self, session_id: int) -> dict[Kind, int]:
        """Return the ids of a session's channels that exist."""
        return await places.of_session(self._db.read, session_id)

    async def board_channel(self, guild_id: int) -> int | None:
        """Return the id of the board's channel, where it is made."""
        return await places.place(self._db.read, guild_id, Kind.BOARD)

    async def area_channel(self, guild_id: int) -> int | None:
        """Return the id of the area's category, the first that is there."""
        return await places.place(self._db.read, guild_id, Kind.AREA)

    async def active(self, guild_id: int) -> list[Session]:
        """Return the sessions that are on or to come, in order of their start."""
        now = self.now()
        return [s for s in await sessions.active(self._db.read, guild_id) if s.end > now]

    async def cards(self, guild_id: int, user_id: int) -> list[Card]:
        """Return the conference's sessions and this reader's own, in order; others' cancelled ones not."""
        db = self._db.read
        windows = self.programme(guild_id).windows
        held = await sessions.between(db, guild_id, windows[0].start, windows[-1].end)
        seen = {s.id: s for s in (*held, *await sessions.active(db, guild_id))}
        seen |= {s.id: s for s in await sessions.of_person(db, guild_id, user_id)}
        people = await guests.counts(db, seen)
        joined = await guests.joined_by(db, user_id, seen)
        cohosted = await cohosts.cohosted_by(db, user_id, seen)
        where = await places.of_guild(db, guild_id)
        found = [
            Card(
                s,
                people.get(s.id, 0),
                where.get(s.id, {}),
                mine=s.host_id == user_id,
                joined=s.id in joined,
                cohost=s.id in cohosted,
            )
            for s in sorted(seen.values(), key=lambda s: (s.start, s.id))
        ]
        return [c for c in found if c.session.state is not State.CANCELLED or c.manages or c.joined]

    async def details(self, guild_id: int, session_id: int, who: Person) -> Details:
        """Return all of one session, closed ones too, for one reader; raises `Refusal` for none."""
        db = self._db.read
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
        return Details(
            showing,
            host=session.host_id == who.id,
            changes=await may_change(db, session, who),
            joined=who.id in ids,
            waiting=waiting_number(session, ids, who.id),
            reminded=await notices.waits(db, session_id, NoticeKind.REMINDER, who.id),
        )

    async def of_others(self, guild_id: int, user_id: int, *, joined: bool) -> list[Session]:
        """Return others' sessions, on or to come, that this person has `joined`, or has not."""
        others = [s for s in await self.active(guild_id) if s.host_id != user_id]
        theirs = await guests.joined_by(self._db.read, user_id, [s.id for s in others])
        return [s for s in others if (s.id in theirs) is joined]

    async def changeable(self, guild_id: int, who: Person) -> list[Session]:
        """Return the sessions, on or to come, that this person may change: all, for an organizer."""
        everyone = await self.active(guild_id)
        return everyone if who.organizer else await self._own(everyone, who)

    async def _own(self, everyone: list[Session], who: Person) -> list[Session]:
        cohosted = await cohosts.cohosted_by(self._db.read, who.id, [s.id for s in everyone])
        return [s for s in everyone if s.host_id == who.id or s.id in cohosted]

    async def find(self, guild_id: int, text: str) -> Session:
        """Return the session that a person means: by id as text, or by words of its topic or host."""
        return await self._find(guild_id, text, await self.active(guild_id))

    async def find_own(self, guild_id: int, who: Person, text: str | None) -> Session:
        """Return the session that a person means to change: by id, by words, or the only one they host.

        Words mean theirs before those of others, which still say whose they are.
        """
        everyone = await self.active(guild_id)
        own = await self._own(everyone, who)
        if text is not None:
            try:
                return await self._find(guild_id, text, own)
            except Refusal as refusal:
                if refusal.choices:
                    raise
                return await self._find(guild_id, text, everyone)
        if not own:
            raise Refusal("none-yours")
        if len(own) > 1:
            raise Refusal("which-yours", choices=tuple(own[:5]))
        return own[0]

    async def _find(self, guild_id: int, text: str, among: list[Session]) -> Session:
        typed = clean_line(text, TOPIC_LENGTH)
        by_id = await self.get(guild_id, int(typed)) if re.fullmatch(r"[0-9]{1,18}", typed) else None
        if by_id in among:
            return by_id
        words = fold(typed)
        hits = [s for s in among if words == fold(s.topic)]
        if by_id and not hits:
            return by_id  # over by now: to be said, rather than to take another for it
        sought = searchable(typed)
        hits = hits or [s for s in among if sought and sought in searchable(f"{s.topic} {s.host_name}")]
        if len(hits) == 1:
            return hits[0]
        if hits:
            raise Refusal("which-session", text=typed, choices=tuple(hits[:5]))
        raise Refusal("no-such-session", text=typed)

    # ------------------------------------------------------------------- time

    async def advance(self, guild_id: int) -> None:
        """Open and end what is due (R8, R9): the ended first, so that their desks are free for the opened."""
        now = self.now()
        due = [s for s in await sessions.active(self._db.read, guild_id) if due_state(s, now)]
        for session in sorted(due, key=lambda s: s.state is State.BOOKED):
            await self._advance_one(guild_id, session.id)

    async def _advance_one(self, guild_id: int, session_id: int) -> None:
        async with self._db.transaction() as tx:
            session = await sessions.get(tx, guild_id, session_id)
            if session:
                await catch_up(tx, session, self.now())


def _read(draft: Draft, agenda: Agenda) -> Wish:
    """Return what was typed as a wish; a time that cannot be is answered with those near it that can (R6)."""
    try:
        return read_when(draft.when, agenda.now, agenda.programme).lasting(draft.minutes)
    except Refusal as refusal:
        limits = agenda.programme.limits
        fits = limits.min_minutes <= (draft.minutes or 0) <= limits.max_minutes
        length = agenda.length(draft.minutes if fits else None)
        refusal.offers = agenda.offers_instead(refusal, length)
        raise


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
    if booking.now:
        session = await open_session(tx, session, now, actor_id=host, reason="host")
    return session, brought


def _same_wish(session: Session, topic: str, wish: Wish, now: datetime) -> bool:
    """Whether this session is what the wish asks for again (R5): the same topic at the same time."""
    is_on = wish.start <= now and session.start <= now < session.end
    return session.topic == topic and (is_on or session.start == wish.start)
