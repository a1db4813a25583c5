"""The beginnings that all use cases share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from bot.domain.booking import Agenda
from bot.domain.models import Session
from bot.domain.names import clean_line, clean_text
from bot.domain.programme import Programme
from bot.domain.refusal import Refusal
from bot.service.people import Person
from bot.service.starts import may_start_from
from bot.service.wording import DESCRIPTION_LENGTH, TOPIC_LENGTH
from bot.store import drafts, ledger, sessions
from bot.store.database import Database, Reader
from bot.store.drafts import Draft


class UseCases:
    """What every use case works with: the database, the programme, the clock, and whom a change wakes."""

    def __init__(self, db: Database, programme: Programme, now: Callable[[], datetime]) -> None:
        self._db = db
        self._programme = programme
        self.now = now
        self.on_change: Callable[[int], None] = lambda guild_id: None

    def programme(self, guild_id: int) -> Programme:
        """Return the programme and limits that hold in this guild."""
        return self._programme

    async def _agenda(
        self,
        db: Reader,
        guild_id: int,
        host_id: int,
        moved: Session | None = None,
        now: datetime | None = None,
        *,
        who: Person | None = None,
    ) -> Agenda:
        """Return what a wish for this host is held against, without the session that is to be moved.

        `now` is the instant of a use case that has asked the clock already: it asks once. `who` asks, where
        what they ask for may be a start (R17).
        """
        taken = [s for s in await sessions.active(db, guild_id) if moved is None or s.id != moved.id]
        own = [s for s in taken if s.host_id == host_id]
        programme, now = self.programme(guild_id), now or self.now()
        then = await may_start_from(db, guild_id, who, programme.limits, now) if who else None
        agenda = Agenda(programme, now, taken, own, next_start=then)
        if moved is None:
            return agenda
        return replace(agenda, adds=False, held=moved.start, kept=moved.end - moved.start)

    async def draft(self, guild_id: int, person: Person, draft_id: int) -> Draft:
        """Return what this person typed before; raises `Refusal` where that has grown old."""
        return await typed_before(self._db.read, guild_id, person, draft_id, self.now())

    async def keep_draft(self, guild_id: int, draft: Draft) -> int:
        """Keep what a person typed, cleaned, and return the number under which it is found."""
        kept = replace(
            draft,
            topic=clean_line(draft.topic, DESCRIPTION_LENGTH),
            description=clean_text(draft.description, DESCRIPTION_LENGTH),
            when=clean_line(draft.when, TOPIC_LENGTH),
        )
        async with self._db.transaction() as tx:
            return await drafts.save(tx, guild_id, kept, self.now())

    async def state(self, key: str) -> str | None:
        """Return one value of the bot's own state."""
        return await ledger.get_state(self._db.read, key)

    async def set_state(self, key: str, value: str) -> None:
        """Write one value of the bot's own state."""
        async with self._db.transaction() as tx:
            await ledger.set_state(tx, key, value)


async def typed_before(db: Reader, guild_id: int, person: Person, draft_id: int, now: datetime) -> Draft:
    """Return what this person typed before; raises `Refusal` where that has grown old."""
    draft = await drafts.get(db, guild_id, draft_id, now)
    if draft is None or draft.user_id != person.id:
        raise Refusal("draft-gone")
    return draft
