"""A little model of a server on Discord and of the book, on which plans are carried out, well or badly.

Discord does what it is asked at once, later, twice or not at all, and its answer may be lost; its events come
late; people delete, clone, move and write; clocks are wrong. Each request is checked: it touches nothing of
anybody else's (R13).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count

from bot.desks.converge import converge, resolve
from bot.desks.scene import Learnt, Scene, View
from bot.desks.steps import Change, Find, Make, Remove, Step, key_of, subject_of
from bot.desks.wishes import Wish, Wishes
from bot.domain.fair_use import REPAIRS
from bot.domain.models import Session
from bot.domain.records import CHANNELS, IN_DOUBT, MESSAGES, Aspect, Face, Kind, Record, Seen
from bot.service.deskbook import Book, Fact, Note
from bot.service.people import Showing
from bot.store.book import DAY, DOUBT
from bot.ui.desk_channels import Channel
from bot.ui.event_face import face_digest
from tests.desks.scenes import GUILD, NOW, TYPES, face, rows, settings
from tests.ui.samples import programme

SETTINGS = settings(event=face)
LONGEST = timedelta(seconds=REPAIRS[-1])
"""The longest that anything waits."""
RULES = programme()
BITS = ((GUILD, True, 0, 0),)


@dataclass(frozen=True)
class Thing:
    """What Discord has: a channel, an event, or a message, of which `kind` says which one.

    `ours`: the bot made it; `wrote`: a person has written there.
    """

    id: int
    kind: str
    ours: bool
    parent_id: int | None = None
    name: str = ""
    topic: str = ""
    face: Face | None = None
    people: tuple[int, ...] = ()
    wrote: bool = False
    over: bool = False

    @property
    def seen(self) -> Seen:
        return Seen(
            self.id,
            self.kind,
            self.parent_id,
            self.name,
            self.topic,
            self.people,
            self.face,
            self.ours,
            self.over,
        )


@dataclass
class Model:
    """The server, the book and the keeper's memory."""

    sessions: dict[int, Session] = field(default_factory=dict)
    records: dict[int, Record] = field(default_factory=dict)
    gone_at: dict[int, tuple[datetime, bool]] = field(default_factory=dict)
    archived: set[int] = field(default_factory=set)
    things: dict[int, Thing] = field(default_factory=dict)
    cached: dict[int, Thing] = field(default_factory=dict)
    heard_gone: set[int] = field(default_factory=set)
    unheard: set[int] = field(default_factory=set)
    newest: int = 0
    lagging: bool = False
    late: list[Callable[[], object]] = field(default_factory=list)
    under_way: dict[str, Step] = field(default_factory=dict)
    now: datetime = NOW
    skew: timedelta = timedelta()
    requests: int = 0
    due: list[datetime] = field(default_factory=list)
    wishes: Wishes = field(default_factory=Wishes)
    ids: Iterator[int] = field(default_factory=lambda: count(1000))
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    # ------------------------------------------------------------------- what is

    @property
    def clock(self) -> datetime:
        """The time as the bot's machine has it."""
        return self.now + self.skew

    def book(self) -> Book:
        now = self.clock
        there = [r for r in self.records.values() if not r.over and r.id not in self.archived]
        ghosts = [r for r in self.records.values() if r.over and r.doubt and r.asked_at > now - DOUBT]
        busy = {r.session_id for r in there}
        sessions = [s for s in self.sessions.values() if s.active or s.id in busy]
        lost: dict[tuple[Kind, int | None], tuple[int, datetime]] = {}
        for number, (at, is_lost) in self.gone_at.items():
            if is_lost and at > now - DAY:
                key = (self.records[number].kind, self.records[number].session_id)
                times, last = lost.get(key, (0, at))
                lost[key] = times + 1, max(at, last)
        made = sum(r.kind in CHANNELS and r.asked_at > now - DAY for r in self.records.values())
        desks: dict[int | None, dict[Kind, int]] = {}
        for record in there:
            if record.kind in {Kind.VOICE, Kind.TEXT} and record.discord_id and not record.surplus:
                desks.setdefault(record.session_id, {})[record.kind] = record.discord_id
        sessions.sort(key=lambda s: (s.start, s.id))
        showings = {s.id: Showing(s, channels=desks.get(s.id, {})) for s in sessions}
        found = rows(
            sessions=sessions, records=sorted([*there, *ghosts], key=lambda r: r.id), lost=lost, made=made
        )
        return Book(GUILD, now, found, showings)

    def scene(self) -> Scene:
        book, cached = self.book(), [thing for thing in self.cached.values() if thing.kind not in MESSAGES]
        ids = {r.discord_id for r in book.rows.records}
        wondering = [r.since_id for r in book.rows.records if r.doubt or r.discord_id is None]
        channels = [thing for thing in cached if thing.kind != "event"]
        inside: dict[int | None, int] = {}
        for each in channels:
            inside[each.parent_id] = inside.get(each.parent_id, 0) + 1
        area = next((r for r in book.rows.records if r.kind is Kind.AREA and not (r.surplus or r.over)), None)
        unknown = (t.seen for t in cached if wondering and t.id > min(wondering) and t.id not in ids)
        view = View(
            seen={thing.id: thing.seen for thing in cached if thing.id in ids},
            unknown=tuple(unknown),
            categories=frozenset(thing.id for thing in channels if thing.kind == "category"),
            inside=inside,
            total=len(channels),
            newest=max((thing.id for thing in channels), default=0),
            area=BITS if area and area.discord_id in self.cached else (),
            events=sum(thing.kind == "event" and not thing.over for thing in cached),
        )
        return Scene(book, view, RULES, SETTINGS, Learnt(gone=frozenset(self.heard_gone), newest=self.newest))

    # --------------------------------------------------------------- what is done

    def look(self) -> int:
        """Write down what is learnt, and begin what is to be done; return how much of both."""
        scene = self.scene()
        notes, steps = converge(scene, self.wishes.of(scene))
        for note in notes:
            self.note(note)
        begun = 0
        for step in steps:
            taken = {subject_of(other) for other in self.under_way.values()}
            if subject_of(step) not in taken:
                self.under_way[key_of(step)] = step
                begun += 1
        self.due = scene.due
        if not self.under_way:
            self.heard_gone &= {r.discord_id or 0 for r in scene.records}
        return len(notes) + begun

    def answer(self, key: str, how: str = "well") -> None:
        """Let Discord answer: 'well', 'refused', 'lost' (but done), done 'twice', 'never' or 'late'."""
        step = self.under_way.pop(key)
        self.requests += 1
        match step:
            case Make():
                self._make(step, how)
            case Find(asked):
                if how == "well":
                    self._find(asked)
            case Change(record):
                self._tell(record, dict.fromkeys(step.aspects, IN_DOUBT))
                if how != "refused":
                    self._change(step, answered=how in {"well", "twice"}, done=how not in {"never", "late"})
            case Remove(record):
                if how != "refused":
                    self._remove(step, answered=how in {"well", "twice"}, done=how not in {"never", "late"})
            case _:
                raise AssertionError(step)

    def _make(self, step: Make, how: str) -> None:
        wish, since = step.wish, step.since_id
        if wish.kind in MESSAGES:
            since = max(
                (t.id for t in self.things.values() if t.parent_id == step.parent_id), default=step.parent_id
            )
        told: dict[str, str] = {name: value for name, value in wish.aspects.items() if name != Aspect.PINNED}
        record = Record(
            next(self.numbers), GUILD, wish.key[1], wish.kind, wish.mark, None, step.parent_id, since, told,
            "", doubt=True, surplus=False, wrote=False, asked_at=self.clock, told_at=self.clock,
        )  # fmt: skip
        wished = [r for r in self.records.values() if not (r.over or r.surplus or r.id in self.archived)]
        alone = wish.kind in {Kind.AREA, Kind.ARCHIVE} or wish.key not in {
            (r.kind, r.session_id) for r in wished
        }
        assert alone, "the database allows one of a kind"
        if step.parent_id and step.parent_id not in self.things:  # Discord makes nothing in what is gone
            how = "refused" if how in {"well", "twice"} else "never"
        if how == "refused":
            return
        self.records[record.id] = record
        if how == "never":
            return
        # A message that comes after it was looked for is not known as ours: only its nonce tells a repeat.
        if how == "late" and wish.kind not in MESSAGES:
            self.late.append(lambda: self._come(self._thing(step)))
            return
        made = self._come(self._thing(step))
        if how == "twice" and wish.kind not in MESSAGES:
            made = self._come(self._thing(step))
        if how in {"well", "twice"}:
            clear = how == "well" or wish.kind in MESSAGES
            shown = face_digest(made.face) if made.face else ""
            self.records[record.id] = replace(
                record, discord_id=made.id, shown=shown, doubt=not clear, told_at=self.clock
            )

    def _thing(self, step: Make) -> Thing:
        wish, how = step.wish, step.wish.how
        kind = str(wish.kind) if wish.kind in MESSAGES else TYPES.get(wish.kind, "text")
        name, topic, shown = wish.mark, "", None
        if isinstance(how, Channel):
            name, topic = how.name, how.topic
        elif isinstance(how, Face):
            name, topic, shown = how.name, how.description, how
        parent = step.parent_id or None
        return Thing(next(self.ids), kind, ours=True, parent_id=parent, name=name, topic=topic, face=shown)

    def _come(self, thing: Thing) -> Thing:
        """Something is made on Discord; the cache hears of it, now or later."""
        if thing.parent_id and thing.parent_id not in self.things:
            return thing  # where it should be is gone
        self.things[thing.id] = thing
        # One too many among the events is forgotten, not looked for, where it does not show within PATIENCE.
        if not self.lagging or thing.kind == "event":
            self.cached[thing.id] = thing
        return thing

    def _find(self, asked: tuple[Record, ...]) -> None:
        kind, parent, since = asked[0].kind, asked[0].parent_id, min(r.since_id for r in asked)
        if kind in MESSAGES:
            if parent not in self.things:
                return  # its channel's own record learns of that
            inside = [
                t for t in self.things.values() if t.kind in MESSAGES and t.parent_id == parent and t.ours
            ]
            listed = [t.seen for t in inside if t.id > since]
        elif kind is Kind.EVENT:
            listed = [t.seen for t in self.things.values() if t.kind == "event"]
        else:
            listed = [t.seen for t in self.things.values() if t.kind != "event" and t.kind not in MESSAGES]
        if kind not in MESSAGES:
            self.newest = max((self.newest, *(seen.id for seen in listed)))
        known = [record.discord_id for record in self.book().rows.records]
        for note in list(resolve(asked, listed, known)):
            self.note(note)
        self.heard_gone -= {record.discord_id or 0 for record in asked}

    def _ours(self, record: Record) -> Thing | None:
        """The thing of a record that is about to be changed or deleted: it must be ours (R13)."""
        thing = self.things.get(record.discord_id or 0)
        assert thing is None or thing.ours, f"somebody's: {thing}"
        return thing

    def _change(self, step: Change, *, answered: bool, done: bool) -> None:
        thing, wish = self._ours(step.record), step.wish
        if thing is None or thing.over:
            self.note(Note(Fact.MISSING, step.record))
            return
        if step.parent_id and step.parent_id not in self.things:
            return  # Discord moves nothing into what is gone
        changes: dict[str, object] = {}
        if Aspect.NAME in step.aspects and isinstance(wish.how, Channel):
            changes |= {"name": wish.how.name, "topic": wish.how.topic}
        if Aspect.PLACE in step.aspects:
            changes["parent_id"] = step.parent_id or thing.parent_id
        if isinstance(wish.how, Face):
            changes |= {"face": wish.how, "name": wish.how.name, "topic": wish.how.description}
        if done:
            self._set(replace(thing, **changes))  # type: ignore[arg-type]
        if answered and done:
            shown = face_digest(wish.how) if isinstance(wish.how, Face) else None
            self._tell(step.record, {aspect: wish.aspects[aspect] for aspect in step.aspects}, shown)
            if wish.aspects.get(Aspect.PLACE) == Kind.ARCHIVE and Aspect.PLACE in step.aspects:
                self.archived |= {step.record.id}
                self.archived |= {r.id for r in self.records.values() if r.parent_id == thing.id}

    def _set(self, thing: Thing) -> None:
        self.things[thing.id] = thing
        if thing.id in self.cached and not self.lagging:
            self.cached[thing.id] = thing

    def _remove(self, step: Remove, *, answered: bool, done: bool) -> None:
        record = step.record
        thing = self._ours(record)
        if thing is None or thing.over:
            self.note(Note(Fact.MISSING, record))
            return
        if step.look and thing.wrote:
            self.note(Note(Fact.WROTE, record))
            return
        assert not thing.wrote or record.kind not in {Kind.TEXT, Kind.BOARD, Kind.NEWS}, (
            "people's words stay (R9)"
        )
        if record.surplus:
            assert not thing.people, "somebody is inside"
        if done:
            if step.begun:
                self._set(replace(thing, over=True))
            else:
                self.vanish(thing.id)
            if answered:
                self.note(Note(Fact.ENDED if step.begun else Fact.DELETED, record))

    def vanish(self, number: int) -> None:
        """Something is deleted; the cache hears of it, now or later."""
        thing = self.things.pop(number)
        if not self.lagging or thing.kind == "event":
            self.cached.pop(number, None)
            self.heard_gone.add(number)
        else:
            self.unheard.add(number)
        for other in list(self.things.values()):
            if other.parent_id == number:
                if other.kind in MESSAGES:
                    self.things.pop(other.id)
                else:
                    self._set(replace(other, parent_id=None))
        assert thing.id == number

    def catch_up(self) -> None:
        """What Discord told meanwhile arrives."""
        self.lagging = False
        self.heard_gone |= self.unheard
        self.unheard.clear()
        self.cached = dict(self.things)

    def come_late(self) -> None:
        """What was asked for long ago happens now."""
        waiting, self.late = self.late, []
        for happens in waiting:
            happens()

    # ----------------------------------------------------------------------- book

    def note(self, note: Note) -> None:
        record = note.record and self.records.get(note.record.id)
        known = (
            record and not record.over and record.id not in self.archived and record.discord_id == _id(note)
        )
        if record is None or not (known or note.fact is Fact.SURPLUS):
            return  # more is known of it by now
        match note.fact:
            case Fact.ADOPTED:
                assert note.discord_id not in {r.discord_id for r in self.records.values()}, "recorded once"
                self.records[record.id] = replace(record, discord_id=note.discord_id, told_at=self.clock)
            case Fact.SURPLUS:
                if note.discord_id not in {r.discord_id for r in self.records.values()}:
                    self._surplus(record, note.discord_id)
            case Fact.CLEARED if record.discord_id is not None:
                self.records[record.id] = replace(record, doubt=False)
            case Fact.WROTE:
                self.records[record.id] = replace(record, wrote=True)
            case _:
                self._over(record, lost=note.fact is Fact.MISSING)

    def _surplus(self, like: Record, discord_id: int) -> None:
        number = next(self.numbers)
        self.records[number] = replace(
            like, id=number, discord_id=discord_id, surplus=True, doubt=False, over=False, told={}, shown="",
            wrote=False, renames=(), since_id=0, asked_at=self.clock, told_at=self.clock,
        )  # fmt: skip

    def _over(self, record: Record, *, lost: bool) -> None:
        family = [record.id]
        if record.kind in {Kind.BOARD, Kind.TEXT} and record.discord_id:
            family += [r.id for r in self.records.values() if r.parent_id == record.discord_id and not r.over]
        for number in family:
            self.records[number] = replace(self.records[number], over=True)
            self.gone_at[number] = self.clock, lost and number == record.id

    def _tell(self, record: Record, told: dict[Aspect, str], shown: str | None = None) -> None:
        known = self.records[record.id]
        renames = (*known.renames[-1:], self.clock) if told.get(Aspect.NAME) == IN_DOUBT else known.renames
        after: dict[str, str] = {**known.told, **{str(aspect): value for aspect, value in told.items()}}
        shown = known.shown if shown is None else shown
        self.records[record.id] = replace(known, told=after, shown=shown, renames=renames, told_at=self.clock)

    # ----------------------------------------------------------------------- calm

    def settle(self, most: int = 600) -> None:
        """From now on all is well; go on until nothing was to be done for as long as anything ever waits."""
        self.catch_up()
        busy = begun = self.now
        for _ in range(most):
            if self.now > begun + timedelta(minutes=1):  # and what comes late may find another in its place
                self.come_late()
            for key in list(self.under_way):
                self.answer(key)
            if self.look() or self.under_way or self.late:
                busy = self.now
                self.now += timedelta(seconds=1)
                continue
            later = (at - self.skew for at in self.due)
            self.now = min((at for at in later if at > self.now), default=busy + 2 * LONGEST)
            if self.now > busy + LONGEST:
                self.now = busy
                return
        raise AssertionError(f"no end: {list(self.under_way)}")

    def wished(self) -> list[Wish]:
        return self.wishes.of(self.scene())


def _id(note: Note) -> int | None:
    return note.record.discord_id if note.record else None
