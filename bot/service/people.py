"""Who acts, and what everyone sees of a session."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.domain.models import Session
from bot.domain.records import DESK, Kind
from bot.store.book import Rows


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

    @property
    def host_ids(self) -> tuple[int, ...]:
        """The ids of its host and co-hosts."""
        return tuple(filter(None, (self.session.host_id, *(person.id for person in self.cohosts))))

    @property
    def seated(self) -> tuple[Person, ...]:
        """Those of the guests who have a seat."""
        return self.guests[: self.session.seats]


def showings_of(rows: Rows, before: tuple[Rows, Mapping[int, Showing]] | None) -> Mapping[int, Showing]:
    """Return sessions as everyone sees them; one that is as it was in `before` is the same object."""
    if before and before[0] is rows:
        return before[1]
    where: dict[int | None, dict[Kind, int]] = {}
    for record in rows.records:
        if record.discord_id and record.kind in DESK and not (record.surplus or record.over):
            where.setdefault(record.session_id, {})[record.kind] = record.discord_id
    showings: dict[int, Showing] = {}
    old, known = before or (rows, showings)
    for session in rows.sessions:
        id_, channels = session.id, where.get(session.id, {})
        people, cohosts, was = rows.guests.get(id_), rows.cohosts.get(id_), known.get(id_)
        same = was is not None and was.session is session and was.channels == channels
        if was and same and people == old.guests.get(id_) and cohosts == old.cohosts.get(id_):
            showings[id_] = was
        else:
            guests_, cohosts_ = (tuple(Person(*each) for each in some or ()) for some in (people, cohosts))
            showings[id_] = Showing(session, guests_, cohosts_, channels)
    return showings


@dataclass(frozen=True, slots=True)
class Offered:
    """What came of asking somebody to host a session; not `new` where they were asked before."""

    session: Session
    member: Person
    new: bool
