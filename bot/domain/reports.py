"""What people report to the organizers, and what those do about it. Confidential: no host reads any of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.models import Session


class Deed(StrEnum):
    """What organizers do about a case; each but the last closes it."""

    ENDED = "ended"
    CANCELLED = "cancelled"
    BLOCKED = "blocked"
    DISMISSED = "dismissed"
    ANSWERED = "answered"
    REOPENED = "reopened"


@dataclass(frozen=True, slots=True)
class Act:
    """One thing that an organizer did about a case; `words`: the reason, or what reporters are answered."""

    what: Deed
    by: int
    words: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Report:
    """What one person reported. `link` leads to a message, which `author_id` wrote."""

    id: int
    reporter_id: int
    reporter_name: str
    words: str
    at: datetime
    link: str = ""
    author_id: int | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """All reports on one session, or on one member: `about_id`, who was at the session if there is one.

    `reports` are some of the `count` that there are, the newest first; `acts` are all, in their order.
    `present` are those who were at the desk when something was reported, with whether in its voice channel.
    `cohosts` share the host's powers; `blocked`: whom it is about may not host now.
    """

    id: int
    guild_id: int
    session: Session | None
    about_id: int | None
    about_name: str
    opened: datetime
    closed: datetime | None
    count: int = 0
    reports: tuple[Report, ...] = ()
    acts: tuple[Act, ...] = ()
    present: tuple[tuple[int, bool], ...] = ()
    cohosts: tuple[int, ...] = ()
    blocked: bool = False

    @property
    def subject(self) -> tuple[int, str] | None:
        """Whom it is about: the member, else the session's host; None where it names neither."""
        found = (self.about_id, self.about_name) if self.about_id is not None else None
        if found is None and self.session:
            found = (self.session.host_id, self.session.host_name)
        return found if found and found[0] else None  # else they are forgotten

    @property
    def involved(self) -> frozenset[int]:
        """Those from whom the names of the reporters are kept, organizers or not."""
        hosts = () if self.session is None else (self.session.host_id, *self.cohosts)
        return frozenset({*hosts, *(() if self.about_id is None else (self.about_id,))})

    @property
    def outcome(self) -> Act | None:
        """The last thing that was done about it, where it is closed."""
        return self.acts[-1] if self.acts and self.closed else None


@dataclass(frozen=True, slots=True)
class SentOut:
    """Somebody whom a host has sent out of a desk: not let in again for this session until `undone`."""

    id: int
    session: Session
    user_id: int
    user_name: str
    by: int
    reason: str
    at: datetime
    told: bool = False
    undone: datetime | None = None
    undone_by: int | None = None


@dataclass(frozen=True, slots=True)
class Posted:
    """A message that only organizers see, as it was last sent: see the table `posted`."""

    kind: str
    about: int
    channel_id: int | None = None
    message_id: int | None = None
    picture: str = ""
    asked: datetime | None = None
    edited: datetime | None = None
    news: int = 0
    news_at: datetime | None = None
    plain: bool = False
    turn: int = 0


@dataclass(frozen=True, slots=True)
class Untold:
    """A reporter who has not heard of what was done last about their case; `direct`: a message may tell."""

    case_id: int
    reporter_id: int
    language: str
    direct: bool


def newest_answer(acts: Sequence[Act]) -> str:
    """Return what organizers last answered those who reported; empty where they did not."""
    return next((act.words for act in reversed(acts) if act.what is Deed.ANSWERED), "")
