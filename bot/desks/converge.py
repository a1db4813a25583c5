"""Compares what should be with what is recorded and seen, and gives the changes (pure): R13, R14, R17.

Channels, messages and events go through the same rules: make, adopt, find, change, remove.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import count

from bot.desks.scene import PATIENCE, Scene
from bot.desks.steps import Change, Find, Make, Remove, Step, family
from bot.desks.wishes import Wish, access
from bot.domain.access import audience
from bot.domain.fair_use import GUILD_CHANNELS, GUILD_EVENTS, Group, repair_pause, share
from bot.domain.life import Need, overrun_over
from bot.domain.models import State
from bot.domain.records import CATEGORIES, CHANNELS, DESK, MESSAGES, Aspect, Kind, Record, Seen, recognises
from bot.domain.renames import rename_allowed_at
from bot.service.deskbook import Fact, Note
from bot.store.book import DAY
from bot.ui.event_face import face_digest

CATEGORY_CHANNELS = 50
"""Channels in a category: https://docs.discord.com/developers/resources/channel."""
EDIT_PAUSE = timedelta(seconds=5)
"""The least time between two edits of a message, however many changes come."""


def resolve(records: Iterable[Record], listed: list[Seen], known: Iterable[int | None]) -> Iterator[Note]:
    """Yield what a list of Discord's says of these records: found, one too many, never made, gone."""
    recorded, there = set(known), {seen.id for seen in listed if not seen.over}
    for record in records:
        unsure = record.doubt or record.discord_id is None  # else what looks like it is somebody's (R13)
        new = [seen for seen in listed if seen.id not in recorded] if unsure else []
        hits = sorted(seen.id for seen in new if recognises(record, seen))
        recorded.update(hits)
        if record.discord_id is not None and record.discord_id not in there:
            yield Note(Fact.MISSING, record)
            continue
        if hits and record.discord_id is None:
            yield Note(Fact.ADOPTED, record, adopted := hits.pop())
            record = replace(record, discord_id=adopted)  # noqa: PLW2901
        yield from (Note(Fact.SURPLUS, record, hit) for hit in hits)
        if record.doubt:
            yield Note(Fact.CLEARED, record)


def converge(scene: Scene, wishes: list[Wish]) -> tuple[list[Note], list[Step]]:
    """Return what to write down and what to ask, so that Discord comes to be as wished."""
    plan = _Plan(scene)
    by_key = {wish.key: wish for wish in wishes if wish.kind not in CATEGORIES}
    for record in scene.records:
        if record.id not in plan.busy:  # what becomes of it is being written down
            plan.truth(record, by_key.get((record.kind, record.session_id)))
    plan.ghosts()
    for wish in wishes:
        mine = scene.mine.get(wish.key)
        if wish.kind in CHANNELS and not plan.can_manage:
            continue
        if wish.kind in CATEGORIES:
            plan.category(wish)
        elif mine is None and wish.need is Need.LIVE:
            plan.make(wish)
        elif mine and wish.need is not Need.AWAY:
            plan.current(mine, wish)
    for record in scene.records:
        plan.put_away(record, by_key.get((record.kind, record.session_id)))
    return plan.notes, [*plan.steps, *plan.finding(), *plan.making()]


def clear(scene: Scene, *, words: bool) -> tuple[list[Note], list[Step], bool]:
    """Return what to write down and to ask, so that nothing is left that the bot made; True where that is so.

    Only what is recorded goes (R13). Unless `words`, text channels stay where people wrote, and what they are
    in; a category stays in which there is something of others. Messages go with their channels.
    """
    plan = _Plan(scene)
    for record in scene.records:
        if record.id not in plan.busy:
            plan.truth(record, None)
    plan.ghosts()
    for record in scene.records:
        plan.clear(record, words=words)
    return plan.notes, [*plan.finding(), *plan.steps], not (plan.left or plan.busy or plan.notes)


class _Plan:
    left = 0
    """How many things are to go and are still there."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.view = scene.view
        self.notes: list[Note] = []
        self.steps: list[Step] = []
        self.wanted: list[Make] = []
        self.lookups: dict[str, list[Record]] = defaultdict(list)
        self.can_manage = not {"read_messages", "manage_channels"} & set(scene.view.missing)
        full = scene.book.guild_id in scene.learnt.full
        self.can_make_events = not full and "create_events" not in scene.view.wanting
        self.recorded = {r.discord_id for r in scene.book.rows.records}
        self.busy = {r.id for r in scene.records if f"record {r.id}" in scene.learnt.busy}
        unseen = [r for r in scene.records if scene.seen(r) is None and r.id not in self.busy]
        self.total = scene.view.total + sum(r.kind in CHANNELS for r in unseen)
        self.events = scene.view.events + sum(r.kind is Kind.EVENT for r in unseen)
        self.inside: dict[int | None, int] = defaultdict(int, scene.view.inside)
        for record in unseen:
            self.inside[record.parent_id] += record.kind in CHANNELS

    def truth(self, record: Record, wish: Wish | None) -> None:
        """Learn what became of a thing that is not seen, or not clearly answered."""
        scene, seen = self.scene, self.scene.seen(record)
        if record.discord_id is None or record.doubt:
            hits = sorted(seen.id for seen in self._unknown() if recognises(record, seen))
            if hits and record.discord_id is None:
                self._note(Fact.ADOPTED, record, hits.pop())
            elif scene.rested(record.asked_at, PATIENCE):
                self.lookups[family(record)].append(record)
            for hit in hits:
                self._note(Fact.SURPLUS, record, hit)
        elif seen is not None:
            self.notes += [Note(Fact.ENDED, record)] if seen.over else []
        elif record.discord_id in scene.learnt.gone or (
            # A message that is not seen is in a channel that is not, and that is looked for itself.
            record.kind not in MESSAGES and scene.rested(max(record.told_at, record.asked_at), PATIENCE)
        ):
            # An event that has begun cannot be made again, so only what is to come is worth a request.
            if record.kind is not Kind.EVENT or (wish and wish.need is Need.LIVE and not record.surplus):
                self.lookups[family(record)].append(record)
            else:
                self.notes.append(Note(Fact.MISSING, record))

    def ghosts(self) -> None:
        """What was not found may still come: an answer that took longer than we waited (R14)."""
        for ghost in self.scene.ghosts:
            for seen in list(self._unknown()):
                if recognises(ghost, seen):
                    self._note(Fact.SURPLUS, ghost, seen.id)

    def finding(self) -> Iterator[Find]:
        """Yield each of Discord's lists to be read, once; messages only while their channel is seen."""
        for records in self.lookups.values():
            parent = records[0].parent_id
            if records[0].kind not in MESSAGES or parent in self.view.seen:
                yield Find(tuple(records))
            elif parent not in self.recorded:
                self.notes += [Note(Fact.DELETED, record) for record in records]

    def _unknown(self) -> Iterator[Seen]:
        return (seen for seen in self.view.unknown if seen.id not in self.recorded)

    def _note(self, fact: Fact, record: Record, discord_id: int) -> None:
        self.recorded.add(discord_id)
        self.notes.append(Note(fact, record, discord_id))

    def current(self, record: Record, wish: Wish) -> None:
        """Bring a thing up to how it should be, each aspect in its time."""
        seen = self.scene.seen(record)
        if seen is None or seen.over or (record.kind is Kind.EVENT and not self.can_make_events):
            return
        due = [aspect for aspect in wish.aspects if self._due(record, wish, aspect, seen)]
        parent = 0
        if Aspect.PLACE in due:
            kind = Kind.ARCHIVE if wish.aspects[Aspect.PLACE] == Kind.ARCHIVE else Kind.AREA
            parent = self._room(kind) or 0
            # Where the archive cannot grow any more, not even by the desk's own voice channel that goes, what
            # should go there stays in place, read-only.
            goes = self.scene.channel(Kind.VOICE, record.session_id)
            if not parent and (self._grow(kind) or kind is Kind.AREA or goes):
                due.remove(Aspect.PLACE)
        if record.kind in MESSAGES:
            self.steps += [Change(record, wish, (aspect,)) for aspect in due]
        elif due:
            self.steps.append(Change(record, wish, tuple(due), parent, self.view.area))

    def _due(self, record: Record, wish: Wish, aspect: Aspect, seen: Seen) -> bool:  # noqa: PLR0911
        told, wanted, scene = record.told.get(aspect), wish.aspects[aspect], self.scene
        if told == wanted and aspect not in {Aspect.PLACE, Aspect.FACE}:
            return False
        match aspect:
            case Aspect.NAME:
                return told is not None and not scene.later(rename_allowed_at(record.renames, scene.now))
            case Aspect.SEATS:
                return told is not None
            case Aspect.PLACE:
                # One whose category was deleted by hand comes back; one that was moved stays.
                stray = wanted == Kind.AREA and seen.parent_id not in self.view.categories
                return stray or (told or Kind.AREA) != wanted
            case Aspect.PICTURE:
                return scene.rested(record.told_at, EDIT_PAUSE)
            case Aspect.FACE if wish.session and seen.face:
                session = wish.session
                if scene.now >= (session.start if session.state is State.BOOKED else session.end):
                    return False  # about to open or to end
                by_hand = face_digest(seen.face) != record.shown
                return told != wanted or (by_hand and scene.rested(record.told_at, PATIENCE))
        return told != wanted

    def category(self, wish: Wish) -> None:
        """Make the first of its kind; all but the first area follow that one's permissions (R19)."""
        records = self.scene.categories[wish.kind]
        if not records and (self.view.area or wish.kind is Kind.AREA):
            # Everyone's role has the server's own id.
            like = self.view.area or audience(self.scene.book.guild_id, self.scene.settings.audience)
            self.wanted.append(Make(wish, 0, self.scene.newest, like))
        for record in records[1:] if wish.kind is Kind.AREA else records:
            self.current(record, replace(wish, aspects=access(self.view)))

    def make(self, wish: Wish) -> None:
        """Ask for a thing, where its place is there and nothing speaks against it."""
        times, at = self.scene.book.rows.lost.get(wish.key, (0, self.scene.now))
        if times and not self.scene.rested(at, repair_pause(times)):
            return  # others delete it again and again (R17)
        if wish.kind is Kind.EVENT:
            if self.can_make_events and self.events < GUILD_EVENTS:
                self.events += 1
                self.steps.append(Make(wish, 0, self.scene.newest))
        elif wish.kind in MESSAGES:
            place = self.scene.channel(Kind.TEXT if wish.session else Kind.BOARD, wish.key[1])
            self.steps += [Make(wish, place.id)] if place else []
        elif parent := self._room(Kind.AREA):
            self.wanted.append(Make(wish, parent, self.scene.newest, self.view.area))
            self.inside[parent] += 1
        else:
            self._grow(Kind.AREA)

    def _room(self, kind: Kind) -> int | None:
        """Return the first of our categories of this kind that has room for one more channel."""
        for seen in map(self.scene.seen, self.scene.categories[kind]):
            if seen and seen.id not in self.scene.learnt.full and self.inside[seen.id] < CATEGORY_CHANNELS:
                return seen.id
        return None

    def _grow(self, kind: Kind) -> bool:
        """Ask for one more category, where all that we have are seen, and so are full; False for no room."""
        records, settings = self.scene.categories[kind], self.scene.settings
        if not all(self.scene.seen(record) for record in records):
            return True
        if records:
            first = settings.area if kind is Kind.AREA else settings.archive_area
            taken = {record.mark for record in records}
            name = next(name for n in count(2) if (name := f"{first} {n}") not in taken)
            wish = Wish(kind, Need.LIVE, None, access(self.view), mark=name)
            if not any(make.wish == wish for make in self.wanted):
                self.wanted.append(Make(wish, 0, self.scene.newest, self.view.area))
        return self.total < GUILD_CHANNELS

    def making(self) -> list[Make]:
        """Return the channels to be made now, within what Discord allows: desks whole or not at all (R17)."""
        scene, rows, halted = self.scene, self.scene.book.rows, self.scene.learnt.halted
        groups: dict[object, list[Make]] = {}
        for make in self.wanted:
            groups.setdefault(make.wish.key[1] or (make.wish.kind, make.wish.mark), []).append(make)
        sought = [
            Group(each, each[0].wish.session, each[0].wish.key[1] in rows.hasty) for each in groups.values()
        ]
        coming = self._coming() if rows.hasty else 0
        granted, problems = share(sought, made=rows.made, total=self.total, coming=coming)
        scene.problems |= problems
        if halted and scene.later(halted):
            scene.problems["no-channels"] = str(int(halted.timestamp()))
            return []
        return granted

    def _coming(self) -> int:
        """Return how many channels the sessions will need that were booked ahead for the next day."""
        until, hasty = self.scene.now + DAY, self.scene.book.rows.hasty
        booked = [s.id for s in self.scene.book.sessions if s.state is State.BOOKED and s.start <= until]
        return sum((kind, i) not in self.scene.mine for i in booked if i not in hasty for kind in DESK)

    def clear(self, record: Record, *, words: bool) -> None:
        """Remove a thing, a category once it is empty, a voice channel once nobody is in it."""
        scene, seen = self.scene, self.scene.seen(record)
        stays = record.wrote or record.told.get(Aspect.PLACE) == Kind.ARCHIVE
        if record.kind in MESSAGES or (record.kind is Kind.TEXT and stays and not words):
            return
        if seen is None:
            self.left += record.kind is not Kind.EVENT  # it is looked for
        elif not (seen.over or (record.kind in CATEGORIES and self.view.inside.get(seen.id))):
            self.left += 1
            session = scene.sessions.get(record.session_id)
            talking = seen.people and session and scene.later(overrun_over(session, scene.limits))
            if not talking and (record.kind is Kind.EVENT or self.can_manage):
                look = record.kind is Kind.TEXT and not words
                self.steps.append(Remove(record, look=look, begun=bool(seen.face and seen.face.on)))

    def put_away(self, record: Record, wish: Wish | None) -> None:
        """Remove what is wanted no more, and second ones of what is, where nobody is or has written (R13)."""
        seen = self.scene.seen(record)
        if seen is None or seen.over or (record.kind in CHANNELS and not self.can_manage):
            return
        if record.surplus:
            if not (seen.people or self.view.inside.get(seen.id) or record.wrote):
                self.steps.append(Remove(record, look=seen.kind == "text"))
        elif record.kind in {Kind.EVENT, Kind.TOMORROW}:
            if wish is None:
                self.steps.append(Remove(record, begun=bool(seen.face and seen.face.on)))
        elif wish is not None and wish.need is Need.AWAY:
            self.steps.append(Remove(record, look=record.kind is Kind.TEXT and self.scene.settings.archive))
