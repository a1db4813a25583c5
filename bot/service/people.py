"""Who acts, and what everyone sees of a session."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.domain.models import Session
from bot.store.records import Kind


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in the server, by Discord's id and the name that the server shows.

    `organizer` says that they may change everyone's sessions.
    """

    id: int
    name: str
    organizer: bool = False


@dataclass(frozen=True, slots=True)
class Showing:
    """A session as the board and its card show it to everyone; guests in the order in which they joined."""

    session: Session
    guests: tuple[Person, ...] = ()
    cohosts: tuple[Person, ...] = ()
    channels: Mapping[Kind, int] = field(default_factory=dict)
