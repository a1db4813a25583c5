"""From what should exist and what does to the steps between (pure): R8, R9, R13, R14."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count

from bot.desks.desired import Want, last_word_due, next_due, want
from bot.desks.plan_events import EVENTS, PERMISSION, event_steps
from bot.desks.plan_notices import notice_steps
from bot.desks.plan_presence import presence_steps
from bot.desks.plan_shown import shown_steps
from bot.desks.scene import CLOCK_SKEW, PATIENCE, Place, Scene, Seen
from bot.desks.shown import Wanted
from bot.desks.steps import (
    Adopt,
    Archive,
    Check,
    Delete,
    Find,
    LastWord,
    Make,
    Move,
    Refit,
    Rename,
    Step,
    Surplus,
    Tell,
)
from bot.domain.models import Session
from bot.domain.names import channel_name, text_channel_name
from bot.domain.renames import rename_allowed_at
from bot.store.channels import Kind, Record
from bot.store.messages import MessageKind

GUILD_CHANNELS = 500
"""Channels in a server, categories included: Discord's error 30013."""
CATEGORY_CHANNELS = 50
"""Channels in a category: https://docs.discord.com/developers/resources/channel."""
RETRIES_LAST = timedelta(seconds=10)
"""How much later than the channel that we know a repeated request may still make another."""

VIEW_CHANNELS = "read_messages"
"""What discord.py calls the permission when it lists them."""

CATEGORIES = (Kind.AREA, Kind.ARCHIVE)
PLACES = (Kind.BOARD, Kind.NEWS)
TEXTS = (*PLACES, Kind.TEXT)
DESK_KINDS = (Kind.VOICE, Kind.TEXT)
LEFT_OUT = {"pins", EVENTS}
"""Problems that keep no desk from opening."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The steps in the order in which they matter, the problems to be told, and when to look again."""

    steps: list[Step]
    problems: dict[str, str]
    next_due: datetime | None


def matches(record: Record, seen: Seen) -> bool:
    """Whether an unrecorded channel is the one that was asked for (R14).

    It must carry the bot's own overwrite, be of the right kind, be no older than the asking, and bear the
    record's mark: the name, or for a text channel the end of its topic. A name alone is never enough (R13).
    """
    kind = "category" if record.kind in CATEGORIES else "text" if record.kind in TEXTS else record.kind
    mark = seen.topic.endswith(record.mark) if record.kind in TEXTS else seen.name == record.mark
    return seen.marked and seen.kind == kind and mark and seen.created >= record.asked_at - CLOCK_SKEW


def make_plan(scene: Scene, place: Place, wanted: Wanted | None = None) -> Plan:
    """Return what to do next in one guild; a plan without steps means that nothing is left to do."""
    wanted, book, view = wanted or Wanted(), scene.book, scene.view
    planner = _Planner(scene, place)
    steps = list(planner.steps(wanted))
    problems = dict(view.trouble or {})
    if planner.guild_full:
        problems["guild-full"] = str(GUILD_CHANNELS)
    if view.missing:
        problems["permissions"] = ", ".join(view.missing)
        problems.pop("refused", None)  # it follows from that
    cards = any(m.kind is MessageKind.CARD and not m.over for m in wanted.messages)
    # Once told it stays a problem until it is mended: with every next card it would be told anew.
    if "pin_messages" in view.wanting and (cards or any(p.code == "pins" for p in book.problems)):
        problems["pins"] = ""
    if PERMISSION in view.wanting and place.event:
        problems[EVENTS] = ""
    steps += [Tell(p.code, p.detail) for p in book.problems if p.code in problems and not p.told]
    due = [*scene.due, next_due(book.sessions, scene.now, scene.limits), wanted.next_change]
    return Plan(steps, problems, min((at for at in due if at and at > scene.now), default=None))


def fit(session: Session, hosts: Collection[int]) -> str:
    """Return what a voice channel is set up for besides its name: seats, and who has a host's powers."""
    return f"{session.seats or 0} {' '.join(map(str, sorted(hosts)))}"


def unsure(session: Session, hosts: Collection[int]) -> str:
    """Return the same for one whose change is not answered: all who may have a host's powers."""
    return "?" + fit(session, hosts)


def hosts_of(record: Record) -> set[int]:
    """Return who has a host's powers, or may have them, in a voice channel."""
    return set(map(int, (record.fit or "").split()[1:]))


class _Planner:
    def __init__(self, scene: Scene, place: Place) -> None:
        self.scene = scene
        self.book = scene.book
        self.view = scene.view
        self.now = scene.now
        self.place = place
        self.can = not {VIEW_CHANNELS, "manage_channels"} & set(self.view.missing)
        self.room = len(self.view.channels) < GUILD_CHANNELS
        self.guild_full = False
        self.recorded = {r.channel_id for r in self.book.records if r.channel_id is not None}
        self.hosts = {
            s.session.id: (s.session.host_id, *(p.id for p in s.cohosts)) for s in self.book.showings
        }

    def steps(self, wanted: Wanted) -> Iterator[Step]:
        """Yield the steps: first learn the truth, then make, speak, show, and put away."""
        if self.can:
            yield from self._truth()
            yield from self._categories()
            yield from self._open()
        yield from presence_steps(self.scene)
        yield from notice_steps(self.scene)
        if self.can:
            yield from self._places()
        yield from shown_steps(self.scene, wanted)
        if self.can:
            yield from self._put_away()
        yield from event_steps(self.scene, self.place.event)

    # ------------------------------------------------------------------- truth

    def _truth(self) -> Iterator[Step]:
        for record in self.book.records:
            if record.channel_id is None:
                yield from self._pending(record)
            elif record.channel_id not in self.view.channels:
                yield Check(record)
        for seen in self.view.channels.values():
            if seen.marked and seen.id not in self.recorded and self._unused(seen):
                yield from self._surplus(seen)

    def _pending(self, record: Record) -> Iterator[Step]:
        """Whatever was asked for and not answered: it shows by itself, or else Discord must be asked."""
        unknown = (seen for seen in self.view.channels.values() if seen.id not in self.recorded)
        hits = [seen.id for seen in unknown if matches(record, seen)]
        if hits:
            yield Adopt(record, max(hits))  # the youngest: older ones are surplus
        elif record.asked_at + PATIENCE <= self.now:
            yield Find(record)
        else:
            self.scene.due.append(record.asked_at + PATIENCE)

    def _surplus(self, seen: Seen) -> Iterator[Step]:
        """A second channel for one wish is older than ours, or hardly younger: what people clone is not."""
        twins = [(r, self.scene.seen(r)) for r in self.book.records if matches(r, seen)]
        for record, ours in twins:
            if ours and seen.created <= ours.created + RETRIES_LAST and all(r.channel_id for r, _ in twins):
                yield Surplus(record, seen.id)
                return

    def _unused(self, seen: Seen) -> bool:
        inside = any(other.parent_id == seen.id for other in self.view.channels.values())
        return not (seen.people or inside)

    # -------------------------------------------------------------------- make

    def _categories(self) -> Iterator[Step]:
        for kind in CATEGORIES if self.place.archive else (Kind.AREA,):
            if not self.scene.ours(kind):
                yield from self._make(self._make_category(kind))

    def _open(self) -> Iterator[Step]:
        for session in sorted(self.book.sessions, key=lambda s: s.start):
            for kind in DESK_KINDS:
                record = self.scene.desks.get((session.id, kind))
                if self._want(session, kind) is Want.LIVE:
                    yield from self._stray(record) if record else self._make_desk(session, kind)
                    if record:
                        yield from self._current(session, record)
            people = self.scene.people(session)
            if session.id not in self.book.warned and last_word_due(
                session, self.now, self.scene.limits, people
            ):
                yield LastWord(session)

    def _stray(self, record: Record) -> Iterator[Step]:
        """A channel whose category was deleted by hand comes back under an area; one that was moved stays."""
        seen, parent = self.scene.seen(record), self._category(Kind.AREA)
        if seen is None or seen.parent_id in self.view.channels:
            return
        if parent:
            yield Move(record, parent)
        else:
            yield from self._another(Kind.AREA)

    def _make_desk(self, session: Session, kind: Kind) -> Iterator[Step]:
        parent = self._category(Kind.AREA)
        if parent:
            name, label, plain = self._named(session, kind)
            mark = name if kind is Kind.VOICE else f"#{session.id}"
            hosts = self._hosts(session)
            yield from self._make(Make(kind, mark, name, session, parent, plain, label, hosts))
        else:
            yield from self._another(Kind.AREA)

    def _named(self, session: Session, kind: Kind) -> tuple[str, str, bool]:
        """Return a channel's name, the words for which it stands, and whether it is without them.

        What Discord refused is not asked for again: the channel is recorded as standing for those words.
        """
        neutral = f"open-space-{session.id}"
        if kind is Kind.VOICE:
            name = label = channel_name(session.topic, neutral)
        else:
            name = text_channel_name(session.topic, neutral)
            label = "\n".join((name, session.host_name, session.description))
        plain = (session.id, kind, label) in self.view.plain
        return neutral if plain else name, label, plain

    def _hosts(self, session: Session) -> tuple[int, ...]:
        return self.hosts.get(session.id, (session.host_id,))

    def _current(self, session: Session, record: Record) -> Iterator[Step]:
        """Bring a desk's channel up to what its host has changed (R10), within Discord's limit of renames."""
        if self.scene.seen(record) is None:
            return
        name, label, plain = self._named(session, record.kind)
        changed = record.label not in {None, label}
        if changed and not self.scene.later(rename_allowed_at(record.renames, self.now)):
            yield Rename(record, session, name, label, plain)
        hosts = self._hosts(session)
        if record.kind is Kind.VOICE and record.fit not in {None, fit(session, hosts)}:
            yield Refit(record, session, hosts)

    def _places(self) -> Iterator[Step]:
        """The board's channel and that of the news."""
        for kind, name in ((Kind.BOARD, self.place.board), (Kind.NEWS, self.place.news)):
            if self.scene.ours(kind):
                yield from self._stray(self.scene.ours(kind)[0])
            elif parent := self._category(Kind.AREA):
                yield from self._make(Make(kind, f"#{kind}", name, None, parent))
            else:
                yield from self._another(Kind.AREA)

    def _another(self, kind: Kind) -> Iterator[Step]:
        """Make one more category, but only where all that we have are seen, and so are full."""
        if all(self.scene.seen(record) for record in self.scene.ours(kind)):
            yield from self._make(self._make_category(kind))

    def _make_category(self, kind: Kind) -> Make:
        first = self.place.area if kind is Kind.AREA else self.place.archive_area
        taken = {record.mark for record in self.scene.ours(kind)}
        names = (first if number == 1 else f"{first} {number}" for number in count(1))
        name = next(name for name in names if name not in taken)
        return Make(kind, name, name)

    def _make(self, make: Make) -> Iterator[Step]:
        if self.room:
            yield make
        else:
            self.guild_full = True

    # ---------------------------------------------------------------- put away

    def _put_away(self) -> Iterator[Step]:
        for record in self.book.records:
            seen, session = self.scene.seen(record), self.scene.sessions.get(record.session_id or 0)
            if seen is None or record.archived:
                continue
            wanted = self._want(session, record.kind) if session else Want.KEEP
            if record.surplus or wanted is Want.NOTHING:
                if self._unused(seen):
                    yield Delete(record)
            elif wanted is Want.AWAY:
                yield from self._away(record)

    def _away(self, record: Record) -> Iterator[Step]:
        if record.kind is Kind.VOICE or not self.place.archive:
            yield Delete(record)
            return
        parent = self._category(Kind.ARCHIVE)
        if parent or not self.room:
            yield Archive(record, parent)
        else:
            yield from self._another(Kind.ARCHIVE)

    # -------------------------------------------------------------------- look

    def _category(self, kind: Kind) -> int | None:
        """Return the first of our categories of this kind that has room for one more channel."""
        for seen in map(self.scene.seen, self.scene.ours(kind)):
            if seen and seen.id not in self.view.full:
                inside = sum(other.parent_id == seen.id for other in self.view.channels.values())
                if inside < CATEGORY_CHANNELS:
                    return seen.id
        return None

    def _want(self, session: Session, kind: Kind) -> Want:
        return want(session, kind, self.now, self.scene.limits, self.scene.people(session))
