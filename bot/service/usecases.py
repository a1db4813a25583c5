"""What every use case is given when it is made, and nothing else reaches it from outside."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from bot.domain.booking import Agenda
from bot.domain.models import Session
from bot.domain.programme import Programme
from bot.service.people import Person
from bot.service.rulebook import Rulebook
from bot.service.starts import may_start_from
from bot.store import sessions
from bot.store.database import Database, Reader


class Changed(Protocol):
    """Told of a change in a guild; `soon`: a session has begun, and somebody waits for its channels."""

    def __call__(self, guild_id: int, *, soon: bool = False) -> None: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Needs:
    """What every use case needs: the database, the programme, the clock, and whom a change wakes.

    `rulebook` knows what holds in a guild, by its id; `now` returns the instant; `changed` is called after
    each change in a guild, once it is written.
    """

    database: Database
    rulebook: Rulebook
    now: Callable[[], datetime]
    changed: Changed

    def programme(self, guild_id: int) -> Programme:
        """Return the programme and limits that hold in a guild."""
        return self.rulebook.of(guild_id).programme

    def fade(self, guild_id: int) -> timedelta:
        """Return how long an idea stays up in a guild after the last 'me too'."""
        return self.rulebook.of(guild_id).fade


async def agenda_for(
    needs: Needs,
    db: Reader,
    guild_id: int,
    host_id: int,
    moved: Session | None = None,
    *,
    now: datetime,
    who: Person | None = None,
) -> Agenda:
    """Return what a wish for this host is held against at `now`, without the session that is to be moved.

    `who` asks, where what they ask for may be a start (R17). Raises `StoreError` where the database cannot be
    read.
    """
    taken = [s for s in await sessions.active(db, guild_id) if moved is None or s.id != moved.id]
    own = [s for s in taken if s.host_id == host_id]
    programme = needs.programme(guild_id)
    then = await may_start_from(db, guild_id, who, programme.limits, now) if who else None
    agenda = Agenda(programme, now, taken, own, next_start=then)
    if moved is None:
        return agenda
    return replace(agenda, adds=False, held=moved.start, kept=moved.end - moved.start)
