"""C8, R18: in any order of things each is told what they were promised: nothing twice, nothing left out.

Played on a real database, by the plan that the keeper follows and the words that people read; Discord is a
list of messages. Sending may break off before a message is posted, or after it.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.desks.notices import plan_words
from bot.desks.scene import Scene, View
from bot.desks.steps import Say
from bot.domain.models import Session, Settings, State
from bot.domain.notices import NEWS_PAUSE, NoticeKind
from bot.domain.records import Kind, Seen
from bot.domain.refusal import Refusal
from bot.service import Person
from bot.store import records
from bot.ui import desk_messages
from bot.ui.words import ENGLISH, words_for
from tests.service.support import ANA, GUILD, MINUTE, ORGANIZER, Place, at, examples, open_place, person

NEWS = 500
SHM = Path("/dev/shm")  # noqa: S108 - where it is, files cost no disk
MEMORY = SHM if SHM.is_dir() else None
WORDS = words_for(ENGLISH)
PEOPLE = st.integers(10, 13)
QUESTIONS = st.sampled_from([NoticeKind.OFFER, NoticeKind.COHOST])
STEPS = st.one_of(
    st.tuples(st.just("join"), PEOPLE),
    st.tuples(st.just("leave"), PEOPLE),
    st.tuples(st.just("remind"), PEOPLE),
    st.tuples(st.just("seats"), st.integers(0, 3)),
    st.tuples(st.just("move"), st.integers(0, 3)),
    *(st.tuples(st.just("ask"), PEOPLE, QUESTIONS, st.sampled_from(by)) for by in ([0, 1], [1], [2])),
    st.tuples(st.just("answer"), st.integers(0, 5), st.sampled_from([True, True, False])),
    st.tuples(st.just("unshare"), PEOPLE),
    st.tuples(st.just("close"), st.booleans()),
    st.tuples(st.just("slip"), st.sampled_from(["", "all", "lost", "posted"])),
    st.tuples(st.just("wait"), st.integers(1, 8)),
    st.tuples(st.just("tell"), st.sampled_from(["all", "lost", "posted"])),
)


@dataclass
class Known:
    """What a guest knows of the session by what they have read."""

    seat: bool
    times: tuple[datetime, datetime]
    over: bool = False


@dataclass
class Play:
    """One session and all who have to do with it; `organizers` have closed it."""

    place: Place
    number: int
    known: dict[int, Known] = field(default_factory=dict)
    owed: set[int] = field(default_factory=set)
    """Whose session others gave away, and who has not heard of it."""
    greeted: set[int] = field(default_factory=set)
    """Guests who came to the open desk."""
    messages: Counter[tuple[NoticeKind, int, int | None, int | None]] = field(default_factory=Counter)
    posted: set[tuple[int, int]] = field(default_factory=set)
    changed: list[datetime] = field(default_factory=list)
    broken: bool = False
    organizers: bool = False

    async def session(self) -> Session:
        return await self.place.session(self.number)

    async def step(self, what: str, *about: Any) -> None:
        with suppress(Refusal):
            await getattr(self, what)(*about)

    # ------------------------------------------------------------------ what people do

    async def join(self, who: int) -> None:
        joined = await self.place.service.guests.join(GUILD, self.number, person(who))
        self._learns(who, joined.session, seat=joined.waiting == 0)
        if joined.changed and joined.session.state is State.OPEN:
            self.greeted.add(who)

    async def remind(self, who: int) -> None:
        done = await self.place.service.guests.remind(GUILD, self.number, person(who))
        if done.joined:
            details = await self.place.service.details.look(GUILD, self.number, person(who))
            self._learns(who, done.session, seat=details.waiting == 0)

    def _learns(self, who: int, session: Session, *, seat: bool) -> None:
        new = Known(seat, (session.start, session.end))
        self.known[who] = replace(new, seat=self.known[who].seat) if who in self.known else new

    async def leave(self, who: int) -> None:
        await self.place.service.guests.leave(GUILD, self.number, person(who))
        self.known.pop(who, None)
        self.greeted.discard(who)

    async def seats(self, number: int) -> None:
        await self.place.service.edits.edit(GUILD, self.number, ANA, seats=number)

    async def move(self, quarters: int) -> None:
        session = await self.session()
        if session.state is State.BOOKED:
            start = max(at("14:30"), self.place.clock()) + 15 * quarters * MINUTE
            await self.place.service.edits.edit(GUILD, self.number, ORGANIZER, start=start)
        else:
            await self.place.service.changes.extend(GUILD, self.number, ANA, 5)

    async def ask(self, who: int, kind: NoticeKind, by: int) -> None:
        session, service = await self.session(), self.place.service
        asker = (ORGANIZER, Person(session.host_id, "Host"), person(10))[by]
        ask = service.offers.host if kind is NoticeKind.OFFER else service.cohosts.cohost
        await ask(GUILD, self.number, asker, person(who))

    async def answer(self, which: int, yes: bool) -> None:
        before, offers = await self.session(), self.place.service.offers
        asked = [key for key in self.messages if key[1] == self.number and key[3] is not None]
        if not asked:
            return
        kind, _, who, _ = asked[which % len(asked)]
        assert who
        if not yes:
            await offers.decline(GUILD, self.number, person(who), kind)
        elif kind is NoticeKind.COHOST:
            await offers.share(GUILD, self.number, person(who))
        else:
            taken = await offers.take_over(GUILD, self.number, person(who))
            if taken.host_id != before.host_id:
                sql = "SELECT asker_id FROM notice WHERE kind = 'offer' AND user_id = ? AND answer = 'yes'"
                *_, (asker,) = self.place.ask(f"{sql} ORDER BY id", who)
                self.known.pop(who, None)
                self.owed |= {before.host_id} if asker != before.host_id else set()
            self.owed.discard(who)

    async def unshare(self, who: int) -> None:
        await self.place.service.cohosts.cohost(GUILD, self.number, ORGANIZER, person(who), remove=True)

    async def close(self, organizers: bool) -> None:
        session = await self.session()
        who = ORGANIZER if organizers else Person(session.host_id, "Host")
        changes = self.place.service.changes
        await (changes.end if session.state is State.OPEN else changes.cancel)(GUILD, self.number, who, "")
        self.organizers = organizers

    async def slip(self, told: str) -> None:
        await self.close(organizers=True)
        if told:
            await self.tell(told)
        self.number = (await self.place.service.restoring.rebook(GUILD, self.number, ORGANIZER)).id

    # -------------------------------------------------------------- what the bot does

    async def wait(self, minutes: int) -> None:
        for _ in range(minutes):
            self.place.clock.on(1)
            await self.tell("all")

    async def tell(self, how: str) -> None:
        """Say what is due; but for 'all' it breaks off at the first, before it is posted or after."""
        await self.place.service.clockwork.advance(GUILD)
        for _ in range(3):  # what was late is dropped first
            book = await self.place.book.read(GUILD)
            ids = {NEWS: Seen(NEWS, "text")}
            for session in (s for s in book.sessions if s.state is not State.BOOKED):
                for kind, channel in ((Kind.TEXT, 1000 + session.id), (Kind.VOICE, 2000 + session.id)):
                    ids[channel] = Seen(channel, "voice" if kind is Kind.VOICE else "text")
                    if not [r for r in book.rows.records if r.session_id == session.id and r.kind is kind]:
                        await self.place.made(session, kind, channel)
            book = await self.place.book.read(GUILD)
            rules = self.place.service.programme(GUILD)
            notes, steps = plan_words(Scene(book, View(seen=ids), rules, Settings("", "", archive=True)))
            await self.place.book.note(GUILD, notes)
            for say in (step for step in steps if isinstance(step, Say)):
                if not await self._say(say, how):
                    self.broken = True
                    return

    async def _say(self, say: Say, how: str) -> bool:
        book = await self.place.book.read(GUILD)
        showing = book.showings.get(say.session.id)
        greetings = {n.user_id for n in book.rows.notices if n.kind is NoticeKind.GREETING and n.user_id}
        limits, first = self.place.service.programme(GUILD).limits, say.batch[0]
        parts = showing and desk_messages.parts_of(
            WORDS, say.batch, showing, limits, greeted=greetings, ping=True
        )
        if not parts:
            return True
        for number, part in enumerate(parts, start=1):
            if (first.batch or first.id, number) not in self.posted:
                if not await self.place.book.sending(say.batch):
                    return True
                if how == "lost":
                    return False
                self.posted.add((first.id, number))
                self._read(say, part.mentions)
                if how == "posted":
                    return False
            await self.place.book.sent(say.batch, number, last=number == len(parts))
        return True

    def _read(self, say: Say, mentions: tuple[int, ...]) -> None:
        """Everyone reads a message that names them, and it tells them something."""
        kind, session = say.batch[0].kind, say.session
        self.messages[kind, session.id, None, None] += 1
        for who in mentions:
            about = say.batch[0].about if kind in {NoticeKind.OFFER, NoticeKind.COHOST} else None
            self.messages[kind, session.id, who, about] += 1
            known = self.known.get(who)
            match kind:
                case NoticeKind.SEAT | NoticeKind.WAITING:
                    assert known
                    # What may have arrived is put right all the same.
                    assert self.broken or known.seat is (kind is NoticeKind.WAITING), "they know"
                    known.seat = kind is NoticeKind.SEAT
                case NoticeKind.CHANGED | NoticeKind.OPENING | NoticeKind.RESTORED if known:
                    known.times, known.over = (session.start, session.end), False
                case NoticeKind.CANCELLED | NoticeKind.ENDED if known:
                    known.over = True
                case NoticeKind.HANDED:
                    self.owed.remove(who)
        if kind is NoticeKind.CHANGED:
            now = self.place.clock()
            assert self.broken or not self.changed or now - self.changed[-1] >= NEWS_PAUSE
            self.changed.append(now)

    # ------------------------------------------------------------------ what must hold

    def nothing_twice(self) -> None:
        once = set(NoticeKind) - {
            NoticeKind.SEAT,
            NoticeKind.WAITING,
            NoticeKind.CHANGED,
            NoticeKind.WARNING,
            NoticeKind.QUIET,
            NoticeKind.GREETING,  # it names the host each time
            NoticeKind.REMINDER,  # as often as they ask
            NoticeKind.HANDED,  # once a change, see `owed`
        }
        said = [key for key, n in self.messages.items() if key[0] in once and key[2] is not None and n > 1]
        assert said == []

    async def nothing_left_out(self) -> None:
        session = await self.session()
        details = await self.place.service.details.look(GUILD, self.number, ANA)
        guests = [each.id for each in details.showing.guests]
        assert set(self.known) == set(guests)
        if session.state is State.CANCELLED or (session.state is State.ENDED and self.organizers):
            assert all(known.over for known in self.known.values())
        if not session.active:
            return
        opening = {w for k, n, w, _ in self.messages if k is NoticeKind.OPENING and n == self.number and w}
        for place, who in enumerate(guests):
            known, seat = self.known[who], session.seats is None or place < session.seats
            assert known.times == (session.start, session.end)
            assert not known.over
            assert known.seat is seat or (seat and who in opening)  # the opening has called them
        told = {who for kind, _, who, _ in self.messages if kind is NoticeKind.GREETING}
        assert self.greeted - told == set()
        assert self.owed - {session.host_id} == set()
        for kind, who, said in details.offers:
            assert said or self.messages[kind, self.number, who, session.host_id] == 1


@settings(max_examples=examples(60))
@given(st.integers(0, 3), st.lists(STEPS, min_size=5, max_size=40))
def test_c8_r18_each_hears_what_they_were_promised_and_nothing_twice(
    seats: int, steps: list[tuple[Any, ...]]
) -> None:
    async def play() -> None:
        with tempfile.TemporaryDirectory(dir=MEMORY) as folder:
            async with open_place(Path(folder), "14:20") as place:
                async with place.db.transaction() as tx:
                    news = await records.intend(tx, GUILD, Kind.NEWS, place.clock())
                    await records.write(tx, news.id, discord_id=NEWS, doubt=False)
                played = Play(place, (await place.host(ANA, "Async", "14:30")).session.id)
                start = [("seats", seats), *(("join", who) for who in (10, 11, 12)), ("tell", "all")]
                for what, *about in [*start, *steps]:
                    await played.step(what, *about)
                    played.nothing_twice()
                await played.wait(6)
                played.nothing_twice()
                await played.nothing_left_out()

    asyncio.run(play())
