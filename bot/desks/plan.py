"""From what should exist and what does to the steps between (pure): R8, R9, R13, R14."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count

from bot.desks.desired import Want, last_word_due, next_due, want
from bot.desks.steps import (
    Adopt,
    Archive,
    Check,
    Delete,
    Drop,
    Find,
    LastWord,
    Make,
    Move,
    Say,
    Step,
    Surplus,
    Tell,
)
from bot.domain.models import Limits, Session, State
from bot.domain.names import channel_name, text_channel_name
from bot.service.deskbook import Book
from bot.store.channels import Kind, Record
from bot.store.notices import Notice, NoticeKind

GUILD_CHANNELS = 500
"""Channels in a server, categories included: Discord's error 30013."""
CATEGORY_CHANNELS = 50
"""Channels in a category: https://docs.discord.com/developers/resources/channel."""
CLOCK_SKEW = timedelta(minutes=1)
"""How far Discord's clock, which dates channels, may be behind ours."""
PATIENCE = timedelta(seconds=10)
"""How long a request without an answer may still be under way at Discord."""
RETRIES_LAST = timedelta(seconds=10)
"""How much later than the channel that we know a repeated request may still make another."""

VIEW_CHANNELS = "read_messages"
"""What discord.py calls the permission when it lists them."""

CATEGORIES = (Kind.AREA, Kind.ARCHIVE)
DESK_KINDS = (Kind.VOICE, Kind.TEXT)


@dataclass(frozen=True, slots=True)
class Seen:
    """A channel as Discord shows it. `marked`: it carries a permission overwrite for the bot itself."""

    id: int
    kind: str
    parent_id: int | None
    name: str
    topic: str
    created: datetime
    marked: bool
    people: int


@dataclass(frozen=True, slots=True)
class View:
    """A guild as the bot sees it: its channels, the permissions it lacks, and what Discord just refused."""

    channels: Mapping[int, Seen]
    missing: tuple[str, ...] = ()
    trouble: Mapping[str, str] | None = None
    full: frozenset[int] = frozenset()
    plain: frozenset[tuple[int, Kind]] = frozenset()


@dataclass(frozen=True, slots=True)
class Place:
    """Names and habits from the settings: the categories' names, and whether text channels are kept."""

    area: str
    archive_area: str
    archive: bool


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
    kind = "category" if record.kind in CATEGORIES else record.kind
    mark = seen.topic.endswith(record.mark) if record.kind is Kind.TEXT else seen.name == record.mark
    return seen.marked and seen.kind == kind and mark and seen.created >= record.asked_at - CLOCK_SKEW


def make_plan(book: Book, view: View, place: Place, limits: Limits, now: datetime) -> Plan:
    """Return what to do next in one guild; a plan without steps means that nothing is left to do."""
    planner = _Planner(book, view, place, limits, now)
    steps = list(planner.steps())
    problems = dict(view.trouble or {})
    if planner.guild_full:
        problems["guild-full"] = str(GUILD_CHANNELS)
    if view.missing:
        problems["permissions"] = ", ".join(view.missing)
        problems.pop("refused", None)  # it follows from that
    steps += [Tell(p.code, p.detail) for p in book.problems if p.code in problems and not p.told]
    due = [*planner.due, next_due(book.sessions, now, limits)]
    return Plan(steps, problems, min((at for at in due if at), default=None))


class _Planner:
    def __init__(self, book: Book, view: View, place: Place, limits: Limits, now: datetime) -> None:
        self.book = book
        self.view = view
        self.place = place
        self.limits = limits
        self.now = now
        self.can = not {VIEW_CHANNELS, "manage_channels"} & set(view.missing)
        self.room = len(view.channels) < GUILD_CHANNELS
        self.guild_full = False
        self.due: list[datetime] = []
        self.sessions = {s.id: s for s in book.sessions}
        self.recorded = {r.channel_id for r in book.records if r.channel_id is not None}
        self.desks = {(r.session_id, r.kind): r for r in book.records if not r.surplus}

    def steps(self) -> Iterator[Step]:
        """Yield the steps: first learn the truth, then make, speak, and put away."""
        if self.can:
            yield from self._truth()
            yield from self._categories()
            yield from self._open()
        yield from self._notices()
        if self.can:
            yield from self._put_away()

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
            self.due.append(record.asked_at + PATIENCE)

    def _surplus(self, seen: Seen) -> Iterator[Step]:
        """A second channel for one wish is older than ours, or hardly younger: what people clone is not."""
        twins = [(r, self._seen(r)) for r in self.book.records if matches(r, seen)]
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
            if not self._ours(kind):
                yield from self._make(self._make_category(kind))

    def _open(self) -> Iterator[Step]:
        for session in sorted(self.book.sessions, key=lambda s: s.start):
            for kind in DESK_KINDS:
                record = self.desks.get((session.id, kind))
                if self._want(session, kind) is Want.LIVE:
                    yield from self._stray(record) if record else self._make_desk(session, kind)
            people = self._people(session)
            if session.id not in self.book.warned and last_word_due(session, self.now, self.limits, people):
                yield LastWord(session)

    def _stray(self, record: Record) -> Iterator[Step]:
        """A channel whose category was deleted by hand comes back under an area; one that was moved stays."""
        seen, parent = self._seen(record), self._category(Kind.AREA)
        if seen is None or seen.parent_id in self.view.channels:
            return
        if parent:
            yield Move(record, parent)
        else:
            yield from self._another(Kind.AREA)

    def _make_desk(self, session: Session, kind: Kind) -> Iterator[Step]:
        parent = self._category(Kind.AREA)
        if parent:
            plain = (session.id, kind) in self.view.plain
            neutral = f"open-space-{session.id}"
            named = channel_name if kind is Kind.VOICE else text_channel_name
            name = neutral if plain else named(session.topic, neutral)
            mark = name if kind is Kind.VOICE else f"#{session.id}"
            yield from self._make(Make(kind, mark, name, session, parent, plain))
        else:
            yield from self._another(Kind.AREA)

    def _another(self, kind: Kind) -> Iterator[Step]:
        """Make one more category, but only where all that we have are seen, and so are full."""
        if all(self._seen(record) for record in self._ours(kind)):
            yield from self._make(self._make_category(kind))

    def _make_category(self, kind: Kind) -> Make:
        first = self.place.area if kind is Kind.AREA else self.place.archive_area
        taken = {record.mark for record in self._ours(kind)}
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
            seen, session = self._seen(record), self.sessions.get(record.session_id or 0)
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

    # ----------------------------------------------------------------- notices

    def _notices(self) -> Iterator[Step]:
        opening = {n.session_id for n in self.book.notices if n.kind is NoticeKind.OPENING}
        for notice in self.book.notices:
            session = self.sessions.get(notice.session_id)
            kind = Kind.VOICE if notice.kind is NoticeKind.OVERRUN else Kind.TEXT
            record = self.desks.get((notice.session_id, kind))
            if session is None or self._late(notice, session):
                yield Drop(notice)
            elif notice.kind is NoticeKind.GREETING and session.id in opening:
                continue  # the opening comes first
            elif record and record.channel_id and self._seen(record):
                yield Say(notice, session, record.channel_id)

    @staticmethod
    def _late(notice: Notice, session: Session) -> bool:
        if notice.kind is NoticeKind.OVERRUN:
            return session.closed is None
        return session.state is not State.OPEN

    # -------------------------------------------------------------------- look

    def _ours(self, kind: Kind) -> list[Record]:
        return [r for r in self.book.records if r.kind is kind and not r.surplus]

    def _seen(self, record: Record | None) -> Seen | None:
        return self.view.channels.get(record.channel_id or 0) if record else None

    def _category(self, kind: Kind) -> int | None:
        """Return the first of our categories of this kind that has room for one more channel."""
        for seen in map(self._seen, self._ours(kind)):
            if seen and seen.id not in self.view.full:
                inside = sum(other.parent_id == seen.id for other in self.view.channels.values())
                if inside < CATEGORY_CHANNELS:
                    return seen.id
        return None

    def _want(self, session: Session, kind: Kind) -> Want:
        return want(session, kind, self.now, self.limits, self._people(session))

    def _people(self, session: Session) -> int:
        seen = self._seen(self.desks.get((session.id, Kind.VOICE)))
        return seen.people if seen else 0
