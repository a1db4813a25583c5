"""From what should exist and what does to the steps between (pure): R8, R9, R13, R14."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.desks.desired import Want, last_word_due, next_due, want
from bot.desks.steps import Archive, Check, Delete, Drop, Find, LastWord, Make, Move, Say, Step, Surplus, Tell
from bot.domain.models import Limits, Session, State
from bot.domain.names import channel_name
from bot.service.deskbook import Book
from bot.store.channels import Kind, Record
from bot.store.notices import Notice, NoticeKind

GUILD_CHANNELS = 500
"""Channels in a server, categories included: Discord's error 30013."""
CATEGORY_CHANNELS = 50
"""Channels in a category: https://docs.discord.com/developers/resources/channel."""
CLOCK_SKEW = timedelta(seconds=10)
"""How far Discord's clock, which dates channels, may be behind ours."""
RETRIES_LAST = timedelta(minutes=10)
"""How long after the asking a repeated request may still make a second channel."""
STALE = timedelta(minutes=15)
"""A notice older than this is not sent any more."""

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
    kind = "category" if record.kind in {Kind.AREA, Kind.ARCHIVE} else record.kind
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
    steps += [Tell(p.code, p.detail) for p in book.problems if not p.told]
    return Plan(steps, problems, next_due(book.sessions, now, limits))


class _Planner:
    def __init__(self, book: Book, view: View, place: Place, limits: Limits, now: datetime) -> None:
        self.book = book
        self.view = view
        self.place = place
        self.limits = limits
        self.now = now
        self.can = not {"view_channel", "manage_channels"} & set(view.missing)
        self.room = len(view.channels) < GUILD_CHANNELS
        self.guild_full = False
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

    def _truth(self) -> Iterator[Step]:
        for record in self.book.records:
            if record.channel_id is None:
                yield Find(record, self._make_for(record))
            elif record.channel_id not in self.view.channels:
                yield Check(record)
        for seen in self.view.channels.values():
            if seen.marked and seen.id not in self.recorded:
                yield from self._surplus(seen)

    def _surplus(self, seen: Seen) -> Iterator[Step]:
        twins = [r for r in self.book.records if matches(r, seen)]
        if twins and all(r.channel_id is not None for r in twins):
            twin = next((r for r in twins if seen.created <= r.asked_at + RETRIES_LAST), None)
            if twin:
                yield Surplus(twin, seen.id)

    def _categories(self) -> Iterator[Step]:
        kinds = (Kind.AREA, Kind.ARCHIVE) if self.place.archive else (Kind.AREA,)
        for kind in kinds:
            if not any(r.kind is kind for r in self.book.records):
                yield from self._make(Make(kind, self._category_name(kind)))

    def _open(self) -> Iterator[Step]:
        for session in sorted(self.book.sessions, key=lambda s: s.start):
            for kind in DESK_KINDS:
                record = self.desks.get((session.id, kind))
                wanted = self._want(session, kind)
                if wanted is Want.LIVE and record is None:
                    yield from self._make_desk(session, kind)
                elif wanted is Want.LIVE and record:
                    yield from self._stray(record)
            if session.id not in self.book.warned:
                people = self._people(self.desks.get((session.id, Kind.VOICE)))
                if last_word_due(session, self.now, self.limits, people):
                    yield LastWord(session)

    def _stray(self, record: Record) -> Iterator[Step]:
        """A channel whose category was deleted by hand comes back under an area; one that was moved stays."""
        seen = self.view.channels.get(record.channel_id or 0)
        if seen and seen.parent_id not in self.view.channels:
            parent = self._category(Kind.AREA)
            if parent:
                yield Move(record, parent)

    def _put_away(self) -> Iterator[Step]:
        sessions = {s.id: s for s in self.book.sessions}
        for record in self.book.records:
            seen = self.view.channels.get(record.channel_id or 0)
            session = sessions.get(record.session_id or 0)
            if seen is None or record.archived:
                continue
            if record.surplus:
                if not seen.people:
                    yield Delete(record)
            elif session and self._want(session, record.kind) in {Want.AWAY, Want.NOTHING}:
                yield from self._away(record)

    def _away(self, record: Record) -> Iterator[Step]:
        if record.kind is Kind.VOICE or not self.place.archive:
            yield Delete(record)
            return
        parent = self._category(Kind.ARCHIVE)
        if parent is None and self.room:
            yield from self._make(Make(Kind.ARCHIVE, self._category_name(Kind.ARCHIVE)))
        else:
            yield Archive(record, parent)

    def _notices(self) -> Iterator[Step]:
        sessions = {s.id: s for s in self.book.sessions}
        for notice in self.book.notices:
            session = sessions.get(notice.session_id)
            kind = Kind.VOICE if notice.kind is NoticeKind.OVERRUN else Kind.TEXT
            record = self.desks.get((notice.session_id, kind))
            if session is None or self._stale(notice, session):
                yield Drop(notice)
            elif record and record.channel_id and record.channel_id in self.view.channels:
                yield Say(notice, session, record.channel_id)

    def _stale(self, notice: Notice, session: Session) -> bool:
        if notice.kind is not NoticeKind.OVERRUN and session.state is not State.OPEN:
            return True
        return self.now - notice.created > STALE

    def _make_for(self, record: Record) -> Make | None:
        """Return the step that would make what an old intent asked for, if that is still wanted."""
        if record.kind in {Kind.AREA, Kind.ARCHIVE}:
            return Make(record.kind, record.mark)
        session = next((s for s in self.book.sessions if s.id == record.session_id), None)
        if session is None or self._want(session, record.kind) is not Want.LIVE:
            return None
        return Make(record.kind, record.mark, session, self._category(Kind.AREA))

    def _make_desk(self, session: Session, kind: Kind) -> Iterator[Step]:
        parent = self._category(Kind.AREA)
        if parent is None:
            if any(r.kind is Kind.AREA for r in self.book.records):
                yield from self._make(Make(Kind.AREA, self._category_name(Kind.AREA)))
            return
        plain = (session.id, kind) in self.view.plain
        name = (
            f"open-space-{session.id}" if plain else channel_name(session.topic, f"open-space-{session.id}")
        )
        mark = name if kind is Kind.VOICE else f"#{session.id}"
        yield from self._make(Make(kind, mark, session, parent, plain))

    def _make(self, make: Make) -> Iterator[Step]:
        if self.room:
            yield make
        else:
            self.guild_full = True

    def _category(self, kind: Kind) -> int | None:
        """Return the first of our categories of this kind that has room for one more channel."""
        for record in self.book.records:
            known = record.channel_id
            if record.kind is kind and known in self.view.channels and known not in self.view.full:
                inside = sum(seen.parent_id == known for seen in self.view.channels.values())
                if inside < CATEGORY_CHANNELS:
                    return known
        return None

    def _category_name(self, kind: Kind) -> str:
        name = self.place.area if kind is Kind.AREA else self.place.archive_area
        number = sum(r.kind is kind for r in self.book.records) + 1
        return name if number == 1 else f"{name} {number}"

    def _want(self, session: Session, kind: Kind) -> Want:
        record = self.desks.get((session.id, Kind.VOICE))
        return want(session, kind, self.now, self.limits, self._people(record))

    def _people(self, record: Record | None) -> int:
        seen = self.view.channels.get(record.channel_id or 0) if record else None
        return seen.people if seen else 0
