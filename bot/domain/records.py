"""What the bot makes on Discord, and what is recorded of one such thing: R13, R14."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


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
