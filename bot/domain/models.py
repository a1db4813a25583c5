"""The words of design.md as types. Instants are UTC (R1), spans are half-open (R3)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from bot.domain.records import Face


class State(StrEnum):
    """The states of a session (R7)."""

    BOOKED = "booked"
    OPEN = "open"
    ENDED = "ended"
    CANCELLED = "cancelled"
    RELEASED = "released"


ACTIVE = (State.BOOKED, State.OPEN)

TRANSITIONS: Mapping[State, frozenset[State]] = {
    State.BOOKED: frozenset({State.OPEN, State.CANCELLED}),
    State.OPEN: frozenset({State.ENDED, State.RELEASED}),
    State.ENDED: frozenset(),
    State.CANCELLED: frozenset(),
    State.RELEASED: frozenset(),
}
"""R7: the only ways a session's state may change."""


class Span(Protocol):
    """Anything with a start and an end; the end itself is outside (R3)."""

    @property
    def start(self) -> datetime: ...  # noqa: D102
    @property
    def end(self) -> datetime: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Period:
    """A bare span of time."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Highlight:
    """A span inside a window worth promoting, such as 'no talks now'; `name_zh` is for readers of Chinese."""

    name: str
    start: datetime
    end: datetime
    name_zh: str = ""


@dataclass(frozen=True, slots=True)
class Window:
    """A span of conference time in which sessions may run (R2); `name_zh` is for readers of Chinese."""

    name: str
    start: datetime
    end: datetime
    highlights: tuple[Highlight, ...] = ()
    name_zh: str = ""


def name_in(language: str, span: Window | Highlight) -> str:
    """Return a window's or highlight's name for readers of a language; its only one where it has one."""
    if language == "both" and span.name_zh not in {"", span.name}:
        return f"{span.name} · {span.name_zh}"
    return span.name_zh if span.name_zh and language.startswith("zh") else span.name


@dataclass(frozen=True, slots=True)
class Session:
    """One Open Space. `desk` is its number once it has opened, `closed` when it stopped being active.

    `seats` is how many guests have a place, where the host set that; `came` when somebody was first at the
    desk (R11), `quiet` since when nobody is there while it is open; `why` is the reason given for closing it.
    `notes_topic` and `notes_day` are its topic and day at booking, for a link to its notes that never
    changes; `takeaway` is the one line that stays of it. `host_gone`: its host was seen then to have left the
    server.
    """

    id: int
    guild_id: int
    host_id: int
    host_name: str
    topic: str
    description: str
    start: datetime
    end: datetime
    state: State
    desk: int | None = None
    closed: datetime | None = None
    seats: int | None = None
    came: datetime | None = None
    quiet: datetime | None = None
    why: str = ""
    notes_topic: str = ""
    notes_day: str = ""
    takeaway: str = ""
    host_gone: datetime | None = None

    @property
    def active(self) -> bool:
        """Whether it still counts against the limit (R3)."""
        return self.state in ACTIVE

    @property
    def over(self) -> datetime:
        """When it is over: where it took place, the end that it had, which may have been early."""
        took_place = self.state in {State.ENDED, State.RELEASED}
        return min(self.closed, self.end) if took_place and self.closed else self.end


@dataclass(frozen=True, slots=True)
class Limits:
    """The numbers of `[sessions]` and `parallel_limit`; minutes, except where the name says otherwise."""

    parallel_limit: int = 10
    min_minutes: int = 10
    default_minutes: int = 60
    max_minutes: int = 120
    max_upcoming_per_host: int = 3
    lead_minutes: int = 5
    warn_minutes: int = 5
    grace_minutes: int = 10
    max_overrun_minutes: int = 30
    no_show_minutes: int = 15
    idle_minutes: int = 20
    remind_minutes: int = 10
    starts_per_hour: int = 4
    offers_per_hour: int = 6
    ask_takeaway: bool = True

    @property
    def shortest(self) -> timedelta:
        """The shortest session (R4)."""
        return timedelta(minutes=self.min_minutes)

    @property
    def longest(self) -> timedelta:
        """The longest session (R4)."""
        return timedelta(minutes=self.max_minutes)

    @property
    def lead(self) -> timedelta:
        """How long before its start a session has its channels (R8)."""
        return timedelta(minutes=self.lead_minutes)


@dataclass(frozen=True, slots=True)
class Settings:
    """Names and habits from the settings; `event` draws a session's event, None: there are to be none.

    `pause` is why no new sessions are taken, perhaps '', None: they are.
    """

    area: str
    archive_area: str
    archive: bool
    board: str = "open-space-board"
    news: str = "open-space-news"
    event: Callable[[Session], Face] | None = None
    tomorrow: bool = False
    audience: tuple[int, ...] = ()
    """The roles for which the area is made; none: whoever sees the server's channels sees it (R19)."""
    pause: str | None = None
