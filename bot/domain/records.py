"""What the bot makes on Discord, what is recorded and seen of it, and how it is recognised: R13, R14."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from bot.domain.names import letters


class Kind(StrEnum):
    """What a thing on Discord is for."""

    AREA = "area"
    ARCHIVE = "archive"
    BOARD = "board"
    NEWS = "news"
    VOICE = "voice"
    TEXT = "text"
    BOARD_MESSAGE = "board-message"
    TOMORROW = "tomorrow"
    CARD = "card"
    EVENT = "event"


CATEGORIES = frozenset({Kind.AREA, Kind.ARCHIVE})
DESK = frozenset({Kind.VOICE, Kind.TEXT})
CHANNELS = CATEGORIES | DESK | {Kind.BOARD, Kind.NEWS}
MESSAGES = frozenset({Kind.BOARD_MESSAGE, Kind.TOMORROW, Kind.CARD})


class Aspect(StrEnum):
    """What of a thing can be changed by itself, and so is compared by itself."""

    NAME = "name"
    SEATS = "seats"
    PLACE = "place"
    ACCESS = "access"
    PICTURE = "picture"
    PINNED = "pinned"
    FACE = "face"
    CALLED = "called"
    """How many guests a card called as its desk opened (R8), with '+' where more are to be called."""


IN_DOUBT = ""
"""What an aspect is recorded as while a change of it is not answered: unlike anything that is wanted."""


@dataclass(frozen=True, slots=True)
class Record:
    """One thing of ours. `discord_id` is None until Discord's answer is known.

    `told` is what Discord was last told, by aspect, at `told_at`, `shown` what it made of that. `since_id` is
    the newest of Discord's ids when it was asked for. `doubt`: an answer to just this wish was in doubt, so
    there may be a second thing; `surplus`: this is one. `wrote`: a person has written there. `renames` are
    the last two. `over`: it is gone, or was never found.
    """

    id: int
    guild_id: int
    session_id: int | None
    kind: Kind
    mark: str
    discord_id: int | None
    parent_id: int
    since_id: int
    told: Mapping[str, str] = field(hash=False)
    shown: str
    doubt: bool
    surplus: bool
    wrote: bool
    asked_at: datetime
    told_at: datetime
    renames: tuple[datetime, ...] = ()
    over: bool = False


@dataclass(frozen=True, slots=True)
class Face:
    """What an event shows; `on`: it has begun."""

    name: str
    description: str
    location: str
    start: datetime
    end: datetime
    on: bool = False


@dataclass(frozen=True, slots=True)
class Seen:
    """A channel, an event or a message as Discord shows it.

    `topic` is an event's description; `people` are those in a voice channel who are no bots. `ours`: it may
    be the bot's; `over`: an event has ended.
    """

    id: int
    kind: str
    parent_id: int | None = None
    name: str = ""
    topic: str = ""
    people: tuple[int, ...] = ()
    face: Face | None = None
    ours: bool = True
    over: bool = False


_TYPES = (
    dict.fromkeys(Kind, "text") | dict.fromkeys(CATEGORIES, "category") | {kind: kind for kind in MESSAGES}
)
_TYPES |= {Kind.VOICE: "voice", Kind.EVENT: "event"}


def recognises(record: Record, seen: Seen) -> bool:
    """Whether a thing that is not recorded is what was asked for with this record (R13, R14).

    It is newer than all that was there when it was asked for, by Discord's own ids: clocks do not matter. It
    is of the kind, and bears the mark: the end of a text channel's topic or of an event's description; of a
    voice channel or category, which have only a name, its letters and digits (Discord changes spaces, and
    signs at times), in the category that it was asked for.
    """
    if seen.id <= record.since_id or seen.kind != _TYPES[record.kind]:
        return False
    if record.kind in MESSAGES:
        return True
    if record.kind in {Kind.VOICE, *CATEGORIES}:
        same_place = not record.parent_id or seen.parent_id == record.parent_id
        return same_place and letters(seen.name) == letters(record.mark)
    return seen.ours and not seen.over and bool(record.mark) and seen.topic.endswith(record.mark)
