"""What a plan is made from: the book, the guild as it is seen, the settings and the time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.domain.models import Limits, Session
from bot.service.deskbook import Book
from bot.store.channels import Kind, Record
from bot.store.events import Face

Words = tuple[int, Kind, str]
"""The words that a session's channel of a kind was to be called by."""


CLOCK_SKEW = timedelta(minutes=1)
"""How far Discord's clock, which dates what it makes, may be behind ours."""
PATIENCE = timedelta(seconds=10)
"""How long a request without an answer may be under way at Discord, and our cache behind an answer."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A channel as Discord shows it. `marked`: it carries a permission overwrite for the bot itself.

    `people` counts all in a voice channel, `here` are the ids of those who are no bots.
    """

    id: int
    kind: str
    parent_id: int | None
    name: str
    topic: str
    created: datetime
    marked: bool
    people: int
    here: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class SeenEvent:
    """An event as Discord shows it. `ours`: the bot made it; `over`: it has ended or was cancelled."""

    id: int
    face: Face
    created: datetime
    ours: bool
    over: bool = False


@dataclass(frozen=True, slots=True)
class View:
    """A guild as the bot sees it: its channels, the permissions it lacks, and what Discord just refused.

    `missing` are permissions without which the bot cannot work, `wanting` those without which something is
    left out; `plain` are words that Discord refused as a channel's.
    """

    channels: Mapping[int, Seen]
    missing: tuple[str, ...] = ()
    trouble: Mapping[str, str] | None = None
    full: frozenset[int] = frozenset()
    plain: frozenset[Words] = frozenset()
    wanting: tuple[str, ...] = ()
    events: Mapping[int, SeenEvent] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Place:
    """Names and habits from the settings: channels' names, and whether text channels are kept.

    `event` is what a session's event on Discord shows; None where there are to be no events.
    """

    area: str
    archive_area: str
    archive: bool
    board: str = "open-space-board"
    news: str = "open-space-news"
    event: Callable[[Session], Face] | None = None


@dataclass
class Scene:
    """All of it, with the questions that every part of the plan asks; `due` is when to look again."""

    book: Book
    view: View
    limits: Limits
    now: datetime
    due: list[datetime] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.sessions = {s.id: s for s in self.book.sessions}
        self.desks = {(r.session_id, r.kind): r for r in self.book.records if not r.surplus}

    def ours(self, kind: Kind) -> list[Record]:
        """Return the records of this kind, oldest first."""
        return [r for r in self.book.records if r.kind is kind and not r.surplus]

    def seen(self, record: Record | None) -> Seen | None:
        """Return the channel of a record where it is seen."""
        return self.view.channels.get(record.channel_id or 0) if record else None

    def desk(self, session: Session, kind: Kind) -> Seen | None:
        """Return a session's channel of this kind where it is seen."""
        return self.seen(self.desks.get((session.id, kind)))

    def place(self, kind: Kind) -> Seen | None:
        """Return the one channel of a kind such as the board's where it is seen."""
        return next(filter(None, map(self.seen, self.ours(kind))), None)

    def people(self, session: Session) -> int:
        """Return how many are in a session's voice channel."""
        seen = self.desk(session, Kind.VOICE)
        return seen.people if seen else 0

    def later(self, at: datetime) -> bool:
        """Whether an instant is still to come; if so it is looked at then."""
        if at > self.now:
            self.due.append(at)
        return at > self.now
