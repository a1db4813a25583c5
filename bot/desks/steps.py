"""The steps that ask Discord for something, one request each or a few. All are safe to repeat."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from bot.desks.wishes import Wish
from bot.domain.access import Bits
from bot.domain.models import Session
from bot.domain.notices import Notice
from bot.domain.records import CHANNELS, MESSAGES, Aspect, Kind, Record


class Lane(StrEnum):
    """What goes side by side: nothing in one lane waits for another."""

    CHANNELS = "channels"
    WORDS = "words"
    CURRENT = "what is kept current"


@dataclass(frozen=True, slots=True)
class Make:
    """Ask for a thing, in a category or a message's channel; `area`: the first area's overwrites."""

    wish: Wish
    parent_id: int = 0
    since_id: int = 0
    area: Bits = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class Change:
    """Tell Discord how some aspects of a thing should be; `parent_id`: the category where it goes."""

    record: Record
    wish: Wish
    aspects: tuple[Aspect, ...]
    parent_id: int = 0
    area: Bits = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class Remove:
    """Put away a thing of ours (R13). `look`: unless a person has written there; `begun`: an event is on."""

    record: Record
    look: bool = False
    begun: bool = False


@dataclass(frozen=True, slots=True)
class Find:
    """Read a list of Discord's: what became of these, which are not seen or may be there twice (R14)."""

    records: tuple[Record, ...]


@dataclass(frozen=True, slots=True)
class Say:
    """Send notices in one message; without a channel as a direct message. `words`: see `Wish`."""

    batch: tuple[Notice, ...]
    session: Session
    channel_id: int | None
    words: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Count:
    """Ask who is interested in a session's event: they are called with those who joined."""

    session: Session


@dataclass(frozen=True, slots=True)
class Absent:
    """Warn the host of a desk where nobody is, or `release` it (R11); `look`: unless somebody wrote there."""

    session: Session
    channel_id: int
    release: bool
    look: bool


@dataclass(frozen=True, slots=True)
class Tell:
    """Tell organizers what only they can mend."""

    code: str
    detail: str


Step = Make | Change | Remove | Find | Say | Count | Absent | Tell


def key_of(step: Step) -> str:  # noqa: PLR0911 - one for each kind of step
    """Return what names a step in backoff and logs: the same while it is about the same thing."""
    match step:
        case Make(wish):
            return f"make {wish.kind} {wish.session.id if wish.session else wish.mark}"
        case Change(record, _, aspects):
            return f"change {record.kind} {record.id} {' '.join(aspects)}"
        case Remove(record):
            return f"remove {record.kind} {record.id}"
        case Find(records):
            return f"find {family(records[0])}"
        case Say(batch, _, channel_id):
            # Where direct messages are closed, the channel is another way, and its turn comes at once.
            return f"say {batch[0].kind} {batch[0].id} {channel_id or 'direct'}"
        case Count(session):
            return f"count {session.id}"
        case Absent(session, _, release):
            return f"{'release' if release else 'warn'} {session.id}"
        case Tell(code):
            return f"tell {code}"


def subject_of(step: Step) -> str:
    """Return what only one step at a time is about: a thing, or the channel in which is written."""
    if isinstance(step, Change | Remove):
        return f"record {step.record.id}"
    return f"words {step.channel_id}" if isinstance(step, Say) and step.channel_id else key_of(step)


def place_of(step: Step) -> tuple[int, str]:
    """Return where and how a step acts: what is denied to one there is denied to all."""
    where: int | None
    match step:
        case Make(wish, parent_id):
            kind, where = wish.kind, parent_id
        case Find([record, *_]):
            kind, where = record.kind, record.parent_id
        case Change(record) | Remove(record):
            kind, where = record.kind, record.discord_id if record.kind in CHANNELS else record.parent_id
        case _:
            return getattr(step, "channel_id", 0) or 0, Lane.WORDS
    if kind is Kind.EVENT:
        return 0, "events"
    pins = isinstance(step, Change) and Aspect.PINNED in step.aspects
    return where or 0, "pins" if pins else lane_of(step)


def lane_of(step: Step) -> Lane:
    """Return what a step goes side by side with."""
    match step:
        case Make(wish) if wish.calls is not None:  # an opening waits for nothing that is kept current
            return Lane.WORDS
        case Make(about) | Change(about) | Remove(about) | Find([about, *_]):
            return Lane.CHANNELS if about.kind in CHANNELS else Lane.CURRENT
    return Lane.WORDS


def family(record: Record) -> str:
    """Return which list of Discord's shows a thing: the channels, the events, a channel's messages."""
    if record.kind in MESSAGES:
        return f"messages {record.parent_id}"
    return "events" if record.kind is Kind.EVENT else "channels"
