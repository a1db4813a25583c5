"""What people do with sessions: host, join, leave, look; and what time does to them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from bot.domain.booking import Agenda, Booking, Wish, decide
from bot.domain.capacity import Slot
from bot.domain.life import check_transition, due_state, lowest_free_desk
from bot.domain.models import Session, State
from bot.domain.names import clean_line, clean_text, fold
from bot.domain.programme import Programme
from bot.domain.refusal import Refusal
from bot.domain.when import read_when
from bot.store import channels, ledger, notices, sessions
from bot.store.channels import Kind
from bot.store.database import Database, Reader, Tx
from bot.store.notices import NoticeKind
from bot.store.sessions import Draft

TOPIC_LENGTH = 100
"""Code points in a topic: Discord's limit for a channel's and an event's name."""
DESCRIPTION_LENGTH = 1000
"""Code points in a description: Discord's limit for an event's description."""
LONGER = 3
"""How many times longer Unicode's normalisation may make a text at most."""
NAME_LENGTH = 32
"""Code points in a person's display name, Discord's limit."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in the server, by Discord's id and the name that the server shows."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class Hosted:
    """What came of hosting: `cut` names why the end is earlier (R4), `again` that it was there already."""

    session: Session
    cut: str | None = None
    again: bool = False
    shortened: bool = False


@dataclass(frozen=True, slots=True)
class Joined:
    """What came of joining or leaving: the session, and whether anything changed."""

    session: Session
    changed: bool


@dataclass(frozen=True, slots=True)
class Card:
    """A session as one reader sees it: how many joined, where it is, and the reader's part in it."""

    session: Session
    people: int
    channels: dict[Kind, int]
    mine: bool
    joined: bool


class Service:
    """The use cases of hosts and attendees. All methods raise `Refusal` where a rule says no."""

    def __init__(self, db: Database, programme: Programme, now: Callable[[], datetime]) -> None:
        self._db = db
        self._programme = programme
        self.now = now
        self.on_change: Callable[[int], None] = lambda guild_id: None

    def programme(self, guild_id: int) -> Programme:
        """Return the programme and limits that hold in this guild."""
        return self._programme

    # ------------------------------------------------------------------ host

    async def host(self, guild_id: int, person: Person, draft: Draft) -> Hosted:
        """Book a session or start it now (R2 to R5); the same wish twice makes one session."""
        try:
            start = read_when(draft.when, self.now(), self.programme(guild_id))
            return await self._host(guild_id, person, draft, Wish(start, draft.minutes))
        except Refusal as refusal:
            refusal.draft = await self._keep(guild_id, draft)
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

    async def draft(self, guild_id: int, person: Person, draft_id: int) -> Draft:
        """Return what this person typed before."""
        draft = await sessions.get_draft(self._db.read, guild_id, draft_id)
        if draft is None or draft.user_id != person.id:
            raise Refusal("draft-gone")
        return draft

    async def _keep(self, guild_id: int, draft: Draft) -> int:
        kept = replace(
            draft,
            topic=clean_line(draft.topic, DESCRIPTION_LENGTH),
            description=clean_text(draft.description, DESCRIPTION_LENGTH),
            when=clean_line(draft.when, TOPIC_LENGTH),
        )
        async with self._db.transaction() as tx:
            return await sessions.save_draft(tx, guild_id, kept, self.now())

    async def _host(self, guild_id: int, person: Person, draft: Draft, wish: Wish) -> Hosted:
        session, shortened = self._from_draft(guild_id, person, draft)
        async with self._db.transaction() as tx:
            now = self.now()
            agenda = await self._agenda(tx, guild_id, person.id)
            twin = next((s for s in agenda.own if _same_wish(s, session.topic, wish, now)), None)
            if twin:
                return Hosted(twin, again=True)
            booking = decide(wish, agenda)
            session = replace(session, start=booking.start, end=booking.end)
            session = await self._add(tx, session, booking, person, agenda)
        self.on_change(guild_id)
        return Hosted(session, cut=booking.cut, shortened=shortened)

    async def _add(
        self, tx: Tx, session: Session, booking: Booking, person: Person, agenda: Agenda
    ) -> Session:
        now = agenda.now
        session = replace(session, id=await sessions.add(tx, session, now))
        await ledger.record(
            tx,
            session.guild_id,
            "host",
            now,
            session_id=session.id,
            actor_id=person.id,
            topic=session.topic,
            start=session.start,
            end=session.end,
        )
        return await self._open(tx, session, now) if booking.now else session

    def _from_draft(self, guild_id: int, person: Person, draft: Draft) -> tuple[Session, bool]:
        """Return the session that the words make (R16), and whether any of them had to be cut."""
        now = self.now()
        typed = clean_line(draft.topic, LONGER * len(draft.topic) + 1)
        topic = clean_line(typed, TOPIC_LENGTH)
        if not topic:
            raise Refusal("no-topic")
        words = clean_text(draft.description, LONGER * len(draft.description) + 1)
        if topic != typed and not words:
            words = typed
        description = clean_text(words, DESCRIPTION_LENGTH)
        session = Session(
            id=0,
            guild_id=guild_id,
            host_id=person.id,
            host_name=clean_line(person.name, NAME_LENGTH) or str(person.id),
            topic=topic,
            description=description,
            start=now,
            end=now,
            state=State.BOOKED,
        )
        return session, topic != typed or description != words

    async def _agenda(self, db: Reader, guild_id: int, user_id: int) -> Agenda:
        taken = await sessions.active(db, guild_id)
        own = [s for s in taken if s.host_id == user_id]
        return Agenda(self.programme(guild_id), self.now(), taken, own)

    async def free_starts(self, guild_id: int, user_id: int, minutes: int | None) -> list[Slot]:
        """Return the starts that fit a session of this person's (R2, R3, R5), in order of time."""
        agenda = await self._agenda(self._db.read, guild_id, user_id)
        return agenda.free_starts(agenda.length(minutes))

    # ------------------------------------------------------------- join, leave

    async def join(self, guild_id: int, session_id: int, person: Person) -> Joined:
        """Note that a person takes part. On an open desk the host is greeted with their name."""
        async with self._db.transaction() as tx:
            session = await self._active(tx, guild_id, session_id)
            if session.host_id == person.id:
                raise Refusal("own-session", topic=session.topic)
            now = self.now()
            name = clean_line(person.name, NAME_LENGTH) or str(person.id)
            first = await sessions.add_joined(tx, session_id, person.id, name, now)
            if first:
                await ledger.record(tx, guild_id, "join", now, session_id=session_id, actor_id=person.id)
                if session.state is State.OPEN:
                    await notices.add(tx, guild_id, session_id, NoticeKind.GREETING, now, user_id=person.id)
        if first:
            self.on_change(guild_id)
        return Joined(session, first)

    async def leave(self, guild_id: int, session_id: int, person: Person) -> Joined:
        """Note that a person no longer takes part; they hear no more of it."""
        async with self._db.transaction() as tx:
            session = await sessions.get(tx, guild_id, session_id)
            if session is None:
                raise Refusal("no-session")
            was = await sessions.remove_joined(tx, session_id, person.id)
            if was:
                now = self.now()
                await ledger.record(tx, guild_id, "leave", now, session_id=session_id, actor_id=person.id)
        if was:
            self.on_change(guild_id)
        return Joined(session, was)

    async def _active(self, db: Reader, guild_id: int, session_id: int) -> Session:
        session = await sessions.get(db, guild_id, session_id)
        if session is None:
            raise Refusal("no-session")
        if not session.active or session.end <= self.now():
            state = State.ENDED if session.active else session.state
            raise Refusal(f"session-{state}", topic=session.topic)
        return session

    # ------------------------------------------------------------------- look

    async def get(self, guild_id: int, session_id: int) -> Session | None:
        """Return one session of this guild."""
        return await sessions.get(self._db.read, guild_id, session_id)

    async def channels(self, session_id: int) -> dict[Kind, int]:
        """Return the ids of a session's channels that exist."""
        return await channels.of_session(self._db.read, session_id)

    async def active(self, guild_id: int) -> list[Session]:
        """Return the sessions that are on or to come, in order of their start."""
        now = self.now()
        return [s for s in await sessions.active(self._db.read, guild_id) if s.end > now]

    async def cards(self, guild_id: int, user_id: int) -> list[Card]:
        """Return every session of the guild but the cancelled ones, as this reader sees it, in order."""
        db = self._db.read
        windows = self.programme(guild_id).windows
        held = await sessions.between(db, guild_id, windows[0].start, windows[-1].end)
        seen = {s.id: s for s in (*held, *await sessions.active(db, guild_id))}
        seen |= {s.id: s for s in await sessions.of_person(db, guild_id, user_id)}
        people = await sessions.joined_counts(db, guild_id)
        joined = await sessions.joined_by(db, guild_id, user_id)
        where = await channels.of_guild(db, guild_id)
        return [
            Card(s, people.get(s.id, 0), where.get(s.id, {}), s.host_id == user_id, s.id in joined)
            for s in sorted(seen.values(), key=lambda s: (s.start, s.id))
            if s.state is not State.CANCELLED
        ]

    async def find(self, guild_id: int, text: str) -> Session:
        """Return the session that a person means: by id as text, or by words of its topic or host."""
        everyone = await self.active(guild_id)
        known = next((s for s in everyone if str(s.id) == text.strip()), None)
        if known:
            return known
        if text.strip().isdecimal() and (by_id := await self.get(guild_id, int(text.strip()[:18]))):
            return by_id
        words = fold(text)
        exact = [s for s in everyone if words == fold(s.topic)]
        hits = exact or [s for s in everyone if words and words in fold(f"{s.topic} {s.host_name}")]
        if len(hits) == 1:
            return hits[0]
        if hits:
            raise Refusal("which-session", text=clean_line(text, TOPIC_LENGTH), choices=tuple(hits[:5]))
        raise Refusal("no-such-session", text=clean_line(text, TOPIC_LENGTH))

    # ------------------------------------------------------------------- time

    async def advance(self, guild_id: int) -> None:
        """Open and end what is due (R8, R9): the ended first, so that their desks are free for the opened."""
        now = self.now()
        due = [s for s in await sessions.active(self._db.read, guild_id) if due_state(s, now)]
        for session in sorted(due, key=lambda s: s.state is State.BOOKED):
            await self._advance_one(guild_id, session.id)

    async def _advance_one(self, guild_id: int, session_id: int) -> None:
        async with self._db.transaction() as tx:
            now = self.now()
            session = await sessions.get(tx, guild_id, session_id)
            if session and due_state(session, now) is State.OPEN:
                session = await self._open(tx, session, now)
            if session and due_state(session, now) is State.ENDED:
                await self._close(tx, session, State.ENDED, now, actor_id=None, reason="time")

    async def _open(self, tx: Tx, session: Session, now: datetime) -> Session:
        check_transition(session, State.OPEN)
        desk = lowest_free_desk(await sessions.active(tx, session.guild_id), now)
        stale = await self._free_desk(tx, session.guild_id, desk, now)
        await sessions.set_open(tx, session.id, desk)
        await ledger.record(
            tx, session.guild_id, "open", now, session_id=session.id, desk=desk, replaces=stale
        )
        if session.end > now:
            await notices.add(tx, session.guild_id, session.id, NoticeKind.OPENING, now)
        return replace(session, state=State.OPEN, desk=desk)

    async def _free_desk(self, tx: Tx, guild_id: int, desk: int, now: datetime) -> int | None:
        """End the session that still holds a desk though its time is over; return its id."""
        for other in await sessions.active(tx, guild_id):
            if other.state is State.OPEN and other.desk == desk:
                await self._close(tx, other, State.ENDED, now, actor_id=None, reason="time")
                return other.id
        return None

    async def _close(
        self, tx: Tx, session: Session, state: State, now: datetime, *, actor_id: int | None, reason: str
    ) -> None:
        check_transition(session, state)
        # Closing counts from the session's own end, however late the bot notices it.
        at = min(now, session.end)
        await sessions.set_closed(tx, session.id, state, at)
        await ledger.record(
            tx,
            session.guild_id,
            str(state),
            now,
            session_id=session.id,
            actor_id=actor_id,
            reason=reason,
        )


def _same_wish(session: Session, topic: str, wish: Wish, now: datetime) -> bool:
    """Whether this session is what the wish asks for again (R5): the same topic at the same time."""
    at_once = wish.start <= now and session.state is State.OPEN and session.end > now
    return session.topic == topic and (at_once or session.start == wish.start)
