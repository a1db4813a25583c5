"""The steps that ask Discord for something. Each is safe to repeat."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum

from bot.desks.permissions import Bits
from bot.desks.wishes import Wish
from bot.domain.models import Session
from bot.store.notices import Notice, NoticeKind
from bot.store.records import Aspect, Kind, Record


class Lane(IntEnum):
    """What goes side by side: nothing in one lane waits for another."""

    CHANNELS = 0
    WORDS = 1
    CURRENT = 2


class Step:
    """One request or a few that belong together. `about`: refused for good, it is not asked again for the same."""

    __slots__ = ()

    @property
    def key(self) -> str:
        """What names it in backoff and logs: the same while it is about the same thing."""
        raise NotImplementedError

    @property
    def lane(self) -> Lane:
        """What it goes side by side with."""
        return Lane.WORDS

    @property
    def about(self) -> object:
        """What it asks for."""
        return None


@dataclass(frozen=True, slots=True)
class Make(Step):
    """Ask for a thing, in a category or a message's channel."""

    wish: Wish
    parent_id: int = 0
    since_id: int = 0
    area: Bits = field(default=(), compare=False)

    @property
    def key(self) -> str:  # noqa: D102
        return f"make {self.wish.kind} {self.wish.session.id if self.wish.session else self.wish.mark}"

    @property
    def lane(self) -> Lane:  # noqa: D102
        return lane_of(self.wish.kind)

    @property
    def about(self) -> object:  # noqa: D102
        return tuple(self.wish.aspects.items())


class _OfRecord(Step):
    """A step about a thing that is recorded."""

    __slots__ = ()
    record: Record

    @property
    def key(self) -> str:
        return f"{type(self).__name__.lower()} {self.record.id}"

    @property
    def lane(self) -> Lane:
        return lane_of(self.record.kind)


@dataclass(frozen=True, slots=True)
class Change(_OfRecord):
    """Tell Discord how some aspects of a thing should be."""

    record: Record
    wish: Wish
    aspects: tuple[Aspect, ...]
    parent_id: int = 0
    area: Bits = field(default=(), compare=False)

    @property
    def key(self) -> str:  # noqa: D102
        return f"change {self.record.id} {' '.join(self.aspects)}"

    @property
    def about(self) -> object:  # noqa: D102
        return tuple(self.wish.aspects.get(aspect) for aspect in self.aspects)


@dataclass(frozen=True, slots=True)
class Remove(_OfRecord):
    """Put away a thing of ours (R13). `look`: unless a person has written there; `begun`: an event is on."""

    record: Record
    look: bool = False
    begun: bool = False


@dataclass(frozen=True, slots=True)
class Check(_OfRecord):
    """Ask whether a thing that is no longer seen is really gone."""

    record: Record


@dataclass(frozen=True, slots=True)
class Find(Step):
    """Read Discord's own list, to learn what became of what was asked for (R14)."""

    records: tuple[Record, ...]

    @property
    def key(self) -> str:  # noqa: D102
        return f"find {family(self.records[0])}"

    @property
    def lane(self) -> Lane:  # noqa: D102
        return lane_of(self.records[0].kind)


@dataclass(frozen=True, slots=True)
class Say(Step):
    """Send notices in one message, into a channel or, where there is none, as a direct message."""

    batch: tuple[Notice, ...]
    session: Session
    channel_id: int | None
    words: frozenset[str] = frozenset()

    @property
    def key(self) -> str:  # noqa: D102
        # Where direct messages are closed, the channel is another way, and its turn comes at once.
        return f"say {self.batch[0].id} {self.channel_id or 'direct'}"

    @property
    def opens(self) -> bool:
        """Whether it is an opening: those go before all other words."""
        return self.batch[0].kind is NoticeKind.OPENING


@dataclass(frozen=True, slots=True)
class Absent(Step):
    """Warn the host of a desk where nobody is, or `release` it (R11); `look`: unless somebody wrote there."""

    session: Session
    channel_id: int | None
    release: bool
    look: bool

    @property
    def key(self) -> str:  # noqa: D102
        return f"{'release' if self.release else 'warn'} {self.session.id}"


@dataclass(frozen=True, slots=True)
class Tell(Step):
    """Tell organizers what only they can mend."""

    code: str
    detail: str

    @property
    def key(self) -> str:  # noqa: D102
        return f"tell {self.code}"


def lane_of(kind: Kind) -> Lane:
    """Return where things of a kind are made and kept."""
    current = {Kind.BOARD_MESSAGE, Kind.TOMORROW, Kind.CARD, Kind.EVENT}
    return Lane.CURRENT if kind in current else Lane.CHANNELS


def family(record: Record) -> str:
    """Return which list of Discord's shows a thing: the guild's channels, its events, a channel's messages."""
    if record.kind is Kind.EVENT:
        return "events"
    return f"messages {record.parent_id}" if lane_of(record.kind) is Lane.CURRENT else "channels"
