"""After the event: Open Space is closed in a server, and the keeper removes what the bot made there (R13)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.programme import Programme
from bot.domain.records import Aspect, Kind, Record
from bot.domain.refusal import Refusal
from bot.service.people import Person
from bot.service.rulebook import Rules
from bot.service.settings import check_organizer
from bot.service.usecases import Needs
from bot.store import ledger, posted, records, sessions, settings
from bot.store.database import Reader
from bot.store.instants import stamp
from bot.store.ledger import Problem


@dataclass(frozen=True, slots=True)
class Made:
    """What the bot made in a server and is there as far as is known, and how it stands.

    `active` sessions keep it from being removed; `to_come`: windows are to come. `gone` of it went since it
    was closed, and `problems` are what organizers have to mend first. `cases`: the channels of
    the messages that only organizers see.
    """

    things: Sequence[Record]
    active: int
    to_come: bool
    rules: Rules
    gone: int = 0
    problems: Sequence[Problem] = ()
    cases: Sequence[int] = ()


def has_words(record: Record) -> bool:
    """Whether a thing is a text channel in which people wrote, as far as is known."""
    return record.kind is Kind.TEXT and (record.wrote or record.told.get(Aspect.PLACE) == Kind.ARCHIVE)


class Cleanup:
    """Looks at what was made, has it removed. All raise `StoreError` where the database fails."""

    def __init__(self, needs: Needs) -> None:
        self._needs = needs

    async def look(self, guild_id: int, who: Person) -> Made:
        """Return what the bot made; raises `Refusal` for those who are no organizers."""
        check_organizer(who)
        rules, now = self._needs.rulebook.of(guild_id), self._needs.now()

        async def reading(db: Reader) -> Made:
            return Made(
                things=await records.there(db, guild_id),
                active=len(await sessions.present(db, guild_id, now)),
                to_come=_to_come(rules.programme, now),
                rules=rules,
                gone=await records.gone_since(db, guild_id, rules.closed) if rules.closed else 0,
                problems=await ledger.problems(db, guild_id),
                cases=await posted.places(db, guild_id),
            )

        return await self._needs.database.read.together(reading)

    async def begin(self, guild_id: int, who: Person, *, words: bool) -> None:
        """Close Open Space in a server and have all removed that the bot made; with `words` people's too.

        Nobody can take that back. Raises `Refusal` while sessions are on or to come.
        """
        check_organizer(who)
        async with self._needs.database.transaction() as tx:
            now = self._needs.now()
            if active := len(await sessions.present(tx, guild_id, now)):
                raise Refusal("cleanup-active", count=active)
            closing = "all" if words else "wordless"
            await settings.set_standing(tx, guild_id, live_at=None, closed_at=stamp(now), closing=closing)
            await ledger.record(tx, guild_id, "cleanup", now, actor_id=who.id, all=words)
            await self._needs.rulebook.reread(tx, guild_id)
        self._needs.changed(guild_id)

    async def finish(self, guild_id: int) -> None:
        """Write down that all is removed that was to go; Open Space stays closed."""
        rules = self._needs.rulebook.of(guild_id)
        async with self._needs.database.transaction() as tx:
            now = self._needs.now()
            number = await records.gone_since(tx, guild_id, rules.closed or now)
            await settings.set_standing(tx, guild_id, closing="")
            await ledger.record(tx, guild_id, "cleaned", now, number=number)
            await self._needs.rulebook.reread(tx, guild_id)
        self._needs.changed(guild_id)


def _to_come(programme: Programme, now: datetime) -> bool:
    return any(window.end > now for window in programme.windows)
