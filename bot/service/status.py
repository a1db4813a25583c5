"""How a server's day stands, for its organizers: all facts of the database in one snapshot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.misfits import Misfit, misfits
from bot.domain.models import Session
from bot.domain.records import Kind
from bot.service.people import Person
from bot.service.rulebook import Rules
from bot.service.settings import check_organizer
from bot.service.usecases import Needs
from bot.store import ledger, places, reports, revisions, sessions
from bot.store.book import DAY
from bot.store.database import Reader
from bot.store.ledger import Problem


@dataclass(frozen=True, slots=True)
class Status:
    """What the database says of a server at an instant, under its rules.

    `on` are the sessions that run, `coming` those that come, `channels` where the former are. `left` no
    longer fit and nothing was decided about them, `kept` counts those that were left so. `areas` are the ids
    of our categories, `made` is how many channels were asked for within a day.
    `open_cases` counts those of what people reported.
    """

    now: datetime
    rules: Rules
    on: Sequence[Session]
    coming: Sequence[Session]
    channels: Mapping[int, Mapping[Kind, int]]
    left: Sequence[Misfit]
    kept: int
    problems: Sequence[Problem]
    areas: Sequence[int]
    made: int
    open_cases: int = 0


class Statuses:
    """One look at how a server stands; `organizers-only` to those who may not."""

    def __init__(self, needs: Needs) -> None:
        self._needs = needs

    async def look(self, guild_id: int, who: Person) -> Status:
        """Return how it stands; raises `StoreError` where the database fails."""
        check_organizer(who)
        now, rules = self._needs.now(), self._needs.rulebook.of(guild_id)

        async def reading(db: Reader) -> Status:
            present = await sessions.present(db, guild_id, now)
            found = misfits(rules.programme, present)
            kept = await revisions.kept(db, [each.session.id for each in found])
            on = [session for session in present if session.start <= now]
            return Status(
                now,
                rules,
                on,
                [session for session in present if session.start > now],
                await places.of_sessions(db, [session.id for session in on]),
                [each for each in found if each.session.id not in kept],
                len(kept),
                await ledger.problems(db, guild_id),
                await places.categories(db, guild_id),
                await places.channels_made(db, guild_id, now - DAY),
                await reports.count_open(db, guild_id),
            )

        return await self._needs.database.read.together(reading)
