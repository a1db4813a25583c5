"""Compares what should be with what is recorded and what is seen, and gives the changes (pure): R13, R14, R17.

All kinds of things go through here: channels, messages and events are made, adopted, found, checked, changed
and removed by the same rules.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import count

from bot.desks.scene import CATEGORIES, CHANNELS, DESK, MESSAGES, PATIENCE, PLACES, Scene, Seen
from bot.desks.steps import Change, Check, Find, Make, Remove, Step, family
from bot.desks.wishes import Need, Wish, access, face_digest
from bot.domain.models import State
from bot.domain.renames import rename_allowed_at
from bot.service.deskbook import Adopt, Cleared, Gone, Note, Surplus
from bot.store.records import Aspect, Kind, Record

GUILD_CHANNELS = 500
"""Channels in a server, categories included: Discord's error 30013."""
NEARLY_FULL = 450
"""Channels in a server from which on organizers hear of it."""
CATEGORY_CHANNELS = 50
"""Channels in a category: https://docs.discord.com/developers/resources/channel."""
GUILD_EVENTS = 100
"""Events in a server that are to come or on, other people's too: Discord's error 30038."""
DAY_CHANNELS = 500
"""Channels that Discord lets a bot make in a server in a day; undocumented, seen since August 2022."""
EDIT_PAUSE = timedelta(seconds=5)
"""The least time between two edits of a message, however many changes come."""
REPAIRS = (0, 10, 30, 60, 300, 600, 1800)
"""Seconds until a thing is made again, by how often it was lost within a day."""
OFTEN = 3
"""Losses of one thing in a day from which on organizers hear of it."""
_SAME_KIND = {Kind.AREA: "category", Kind.ARCHIVE: "category", Kind.VOICE: "voice", Kind.EVENT: "event"}


def recognises(record: Record, seen: Seen) -> bool:
    """Whether a thing that is not recorded is what was asked for with this record (R13, R14).

    It is newer than all that was there when it was asked for, by Discord's own ids: clocks do not matter. It
    is of the kind, and bears the mark: the end of a text channel's topic or of an event's description; a
    voice channel or category, whose only words are its name, the name's letters and digits (Discord changes
    spaces, and signs at times), in the category that it was asked for.
    """
    if record.kind in MESSAGES:
        return seen.kind == record.kind and seen.id > record.since_id
    if seen.id <= record.since_id or seen.kind != _SAME_KIND.get(record.kind, "text"):
        return False
    if record.kind is Kind.EVENT:
        return bool(seen.face) and seen.ours and not seen.over and _ends(seen.face.description, record)  # type: ignore[union-attr]
    if seen.kind == "text":
        return _ends(seen.topic, record)
    same_place = not record.parent_id or seen.parent_id == record.parent_id
    return same_place and _letters(seen.name) == _letters(record.mark)


def _ends(text: str, record: Record) -> bool:
    return bool(record.mark) and text.endswith(record.mark)


def _letters(name: str) -> str:
    folded = unicodedata.normalize("NFKC", name).casefold()
    return re.sub(r"[\W_]+", "", folded)


def resolve(
    records: Iterable[Record], unknown: Iterable[Seen], known: Iterable[int | None]
) -> Iterator[Note]:
    """Yield what a list of Discord's own says of records that are in doubt: found, one too many, or never made."""
    recorded = set(known)
    for record in records:
        hits = sorted(seen.id for seen in unknown if seen.id not in recorded and recognises(record, seen))
        recorded.update(hits)
        if hits and record.discord_id is None:
            adopted = hits.pop()  # the youngest; either is as good
            yield Adopt(record, adopted)
            record = replace(record, discord_id=adopted)  # noqa: PLW2901
        yield from (Surplus(record, hit) for hit in hits)
        yield Cleared(record)


def converge(scene: Scene, wishes: list[Wish]) -> tuple[list[Note], list[Step]]:
    """Return what to write down and what to ask, so that Discord comes to be as wished."""
    plan = _Plan(scene)
    by_key = {wish.key: wish for wish in wishes if wish.kind not in CATEGORIES}
    for record in scene.records:
        plan.truth(record, by_key.get((record.kind, record.session_id)))
    plan.ghosts()
    plan.find()
    if plan.can_manage:
        plan.category_wishes(wishes)
    for wish in wishes:
        mine = scene.mine.get(wish.key)
        if wish.kind in CATEGORIES or (wish.kind in CHANNELS and not plan.can_manage):
            continue
        if mine is None and wish.need is Need.LIVE:
            plan.make(wish)
        elif mine and wish.need is not Need.AWAY:
            plan.current(mine, wish)
    for record in scene.records:
        plan.put_away(record, by_key.get((record.kind, record.session_id)))
    return plan.notes, [*plan.steps, *plan.making()]


class _Plan:
    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.view = scene.view
        self.notes: list[Note] = []
        self.steps: list[Step] = []
        self.wanted: list[Make] = []
        self.doubtful: dict[str, list[Record]] = {}
        self.inside = dict(scene.view.inside)
        self.can_manage = not {"read_messages", "view_channel", "manage_channels"} & set(scene.view.missing)
        self.recorded = {r.discord_id for r in scene.book.rows.records}
        pending = [r for r in scene.records if r.kind in CHANNELS and scene.seen(r) is None]
        self.total = scene.view.total + len(pending)
        for record in pending:
            if record.parent_id:
                self.inside[record.parent_id] = self.inside.get(record.parent_id, 0) + 1
        self.events = scene.view.events + sum(
            r.kind is Kind.EVENT and not scene.seen(r) for r in scene.records
        )

    # ------------------------------------------------------------------- truth

    def truth(self, record: Record, wish: Wish | None) -> None:
        """Learn what became of a thing."""
        seen = self.scene.seen(record)
        if record.discord_id is None or record.doubt:
            self._doubt(record)
        if record.discord_id is None:
            return
        if seen is not None:
            if seen.over:
                self.notes.append(Gone(record, "ended"))
        elif record.discord_id in self.scene.learnt.gone:
            self.steps.append(Check(record))
        elif record.kind not in MESSAGES and self.scene.rested(
            max(record.told_at, record.asked_at), PATIENCE
        ):
            again = wish is not None and wish.need is Need.LIVE and not record.surplus
            # An event that has begun cannot be made again, so only what is to come is worth a request.
            self.steps.append(Check(record)) if again or record.kind is not Kind.EVENT else self.notes.append(
                Gone(record)
            )

    def _doubt(self, record: Record) -> None:
        """What was asked for and not clearly answered: it shows by itself, or else Discord's list is read."""
        hits = sorted(seen.id for seen in self._unknown() if recognises(record, seen))
        if hits and record.discord_id is None:
            self._note(Adopt(record, hits.pop()))
        elif self.scene.rested(record.asked_at, PATIENCE):
            self.doubtful.setdefault(family(record), []).append(record)
        for hit in hits:
            self._note(Surplus(record, hit))

    def ghosts(self) -> None:
        """What was not found may still come: an answer that took longer than we waited (R14)."""
        for ghost in self.scene.ghosts:
            for seen in self._unknown():
                if recognises(ghost, seen):
                    self._note(Surplus(ghost, seen.id))

    def find(self) -> None:
        """Read each of Discord's lists that is needed once; a channel's messages only while it is seen."""
        for name, records in self.doubtful.items():
            if records[0].kind not in MESSAGES or records[0].parent_id in self.view.seen:
                self.steps.append(Find(tuple(records)))
            elif name and records[0].parent_id not in self.recorded:
                self.notes += [Gone(record, "deleted") for record in records]

    def _unknown(self) -> Iterator[Seen]:
        return (seen for seen in self.view.unknown if seen.id not in self.recorded)

    def _note(self, note: Adopt | Surplus) -> None:
        self.recorded.add(note.discord_id)
        self.notes.append(note)

    # ------------------------------------------------------------------ change

    def current(self, record: Record, wish: Wish) -> None:
        """Bring a thing up to how it should be, each aspect in its time."""
        seen = self.scene.seen(record)
        if seen is None or seen.over:
            return
        due = tuple(aspect for aspect in map(Aspect, wish.aspects) if self._due(record, wish, aspect, seen))
        parent = 0
        if Aspect.PLACE in due:
            archive = wish.aspects[Aspect.PLACE] == Kind.ARCHIVE
            parent = self._room(Kind.ARCHIVE if archive else Kind.AREA) or 0
            if not parent and (self._grow(Kind.ARCHIVE if archive else Kind.AREA) or not archive):
                due = tuple(aspect for aspect in due if aspect is not Aspect.PLACE)
        if record.kind in MESSAGES:
            self.steps += [Change(record, wish, (aspect,)) for aspect in due]
        elif due:
            self.steps.append(Change(record, wish, due, parent, self.view.area))

    def _due(self, record: Record, wish: Wish, aspect: Aspect, seen: Seen) -> bool:
        told, wanted = record.told.get(aspect), wish.aspects[aspect]
        match aspect:
            case Aspect.NAME:
                stale = told is not None and told != wanted
                return stale and not self.scene.later(rename_allowed_at(record.renames, self.scene.now))
            case Aspect.SEATS:
                return told is not None and told != wanted
            case Aspect.PLACE:
                # One whose category was deleted by hand comes back; one that was moved stays.
                stray = wanted == Kind.AREA and seen.parent_id not in self.view.categories
                return stray or (told or Kind.AREA) != wanted
            case Aspect.PICTURE:
                return told != wanted and self.scene.rested(record.told_at, EDIT_PAUSE)
            case Aspect.FACE:
                return self._face_due(record, wish, seen)
        return told != wanted

    def _face_due(self, record: Record, wish: Wish, seen: Seen) -> bool:
        session = wish.session
        if session is None or seen.face is None:
            return False
        if self.scene.now >= (session.start if session.state is State.BOOKED else session.end):
            return False  # about to open or to end
        if record.told.get(Aspect.FACE) != wish.aspects[Aspect.FACE]:
            return True
        by_hand = face_digest(seen.face) != record.shown
        return by_hand and self.scene.rested(record.told_at, PATIENCE)

    # -------------------------------------------------------------------- make

    def category_wishes(self, wishes: list[Wish]) -> None:
        """Make the first of each category; further areas and the archive follow the first area (R19)."""
        for wish in wishes:
            if wish.kind not in CATEGORIES:
                continue
            records = self.scene.categories[wish.kind]
            if not records and (self.view.area or wish.kind is Kind.AREA):
                self.wanted.append(Make(wish, 0, self.view.newest, self.view.area))
            first = wish.kind is Kind.AREA
            for record in records[1:] if first else records:
                following = replace(wish, aspects=access(self.view))
                if record.discord_id and following.aspects:
                    self.current(record, following)

    def make(self, wish: Wish) -> None:
        """Ask for a thing, where its place is there and nothing speaks against it."""
        if not self._repaired(wish):
            return
        if wish.kind is Kind.EVENT:
            self._make_event(wish)
        elif wish.kind in MESSAGES:
            session_id = wish.session.id if wish.session else None
            place = self.scene.channel(Kind.TEXT if wish.kind is Kind.CARD else Kind.BOARD, session_id)
            if place:
                self.steps.append(Make(wish, place.id))
        else:
            parent = self._room(Kind.AREA)
            if parent:
                self.wanted.append(Make(wish, parent, self.view.newest, self.view.area))
                self.inside[parent] = self.inside.get(parent, 0) + 1
            else:
                self._grow(Kind.AREA)

    def _repaired(self, wish: Wish) -> bool:
        """Whether a thing may be made again that others deleted: ever more slowly (R17)."""
        times, at = self.scene.book.rows.lost.get(wish.key, (0, self.scene.now))
        if times >= OFTEN:
            self.scene.problems[f"deleted:{wish.kind}:{wish.key[1] or ''}"] = str(times)
        pause = timedelta(seconds=REPAIRS[min(times, len(REPAIRS)) - 1] if times else 0)
        return not times or self.scene.rested(at, pause) or not pause

    def _make_event(self, wish: Wish) -> None:
        guild_id = self.scene.book.guild_id
        if {"create_events"} & set(self.view.wanting) or guild_id in self.scene.learnt.full:
            return
        if self.events < GUILD_EVENTS:
            self.events += 1
            self.steps.append(Make(wish, since_id=0))

    def _room(self, kind: Kind) -> int | None:
        """Return the first of our categories of this kind that has room for one more channel."""
        for record in self.scene.categories[kind]:
            seen = self.scene.seen(record)
            if (
                seen
                and seen.id not in self.scene.learnt.full
                and self.inside.get(seen.id, 0) < CATEGORY_CHANNELS
            ):
                return seen.id
        return None

    def _grow(self, kind: Kind) -> bool:
        """Ask for one more category, but only where all that we have are seen, and so are full."""
        records = self.scene.categories[kind]
        if not records or not all(self.scene.seen(record) for record in records):
            return True
        first = self.scene.settings.area if kind is Kind.AREA else self.scene.settings.archive_area
        taken = {record.mark for record in records}
        name = next(name for n in count(2) if (name := f"{first} {n}") not in taken)
        wish = Wish(kind, Need.LIVE, aspects=access(self.view), mark=name)
        if not any(make.key == Make(wish).key for make in self.wanted):
            self.wanted.append(Make(wish, 0, self.view.newest, self.view.area))
        return self.total < GUILD_CHANNELS

    def making(self) -> Iterator[Make]:
        """Yield the channels to be made, within what Discord allows: desks whole or not at all (R17)."""
        scene, rows = self.scene, self.scene.book.rows
        left, room = DAY_CHANNELS - rows.made, GUILD_CHANNELS - self.total
        if room <= GUILD_CHANNELS - NEARLY_FULL:
            scene.problems["guild-nearly-full"] = str(GUILD_CHANNELS)
        if rows.made >= scene.settings.many_channels:
            scene.problems["many-channels"] = str(DAY_CHANNELS)
        if scene.learnt.halted and scene.later(scene.learnt.halted):
            scene.problems["no-channels"] = str(int(scene.learnt.halted.timestamp()))
            return
        ordered = sorted(
            self.wanted, key=lambda make: (make.wish.kind in DESK, self._is_hasty(make), _start(make))
        )
        desks: dict[int, list[Make]] = {}
        for make in ordered:
            if make.wish.session:
                desks.setdefault(make.wish.session.id, []).append(make)
        coming = self._coming() if rows.hasty else 0
        for group in [*([make] for make in ordered if make.wish.session is None), *desks.values()]:
            kept = coming if self._is_hasty(group[0]) else 0
            if len(group) > room:
                scene.problems["guild-full"] = str(GUILD_CHANNELS)
                scene.problems.pop("guild-nearly-full", None)
            elif len(group) <= left - kept:
                room, left = room - len(group), left - len(group)
                yield from group

    def _is_hasty(self, make: Make) -> bool:
        return bool(make.wish.session and make.wish.session.id in self.scene.book.rows.hasty)

    def _coming(self) -> int:
        """Return how many channels the sessions will need that were booked ahead for the next day."""
        until = self.scene.now + timedelta(days=1)
        booked = [s for s in self.scene.book.sessions if s.state is State.BOOKED and s.start <= until]
        return sum(
            (kind, session.id) not in self.scene.mine
            for session in booked
            if session.id not in self.scene.book.rows.hasty
            for kind in DESK
        )

    # ---------------------------------------------------------------- put away

    def put_away(self, record: Record, wish: Wish | None) -> None:
        """Remove what is wanted no more, and second ones of what is, where nobody is or has written (R13)."""
        seen = self.scene.seen(record)
        if (
            seen is None
            or seen.over
            or record.kind in CATEGORIES - ({record.kind} if record.surplus else set())
        ):
            return
        if record.kind in CHANNELS and not self.can_manage:
            return
        if record.surplus:
            used = seen.people or self.view.inside.get(seen.id) or record.wrote
            if not used:
                self.steps.append(Remove(record, look=seen.kind == "text", begun=False))
        elif record.kind is Kind.EVENT:
            if wish is None:
                self.steps.append(Remove(record, begun=bool(seen.face and seen.face.on)))
        elif record.kind is Kind.TOMORROW:
            if wish is None:
                self.steps.append(Remove(record))
        elif wish is not None and wish.need is Need.AWAY and record.kind not in PLACES:
            self.steps.append(Remove(record, look=record.kind is Kind.TEXT and self.scene.settings.archive))


def _start(make: Make) -> float:
    return make.wish.session.start.timestamp() if make.wish.session else 0.0
