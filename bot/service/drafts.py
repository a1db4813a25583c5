"""What a person typed and a rule refused: kept, so that one click goes on from it (R6)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.domain.names import clean_line, clean_text
from bot.domain.refusal import Refusal
from bot.service.people import Person
from bot.service.usecases import Needs
from bot.service.wording import DESCRIPTION_LENGTH, TOPIC_LENGTH
from bot.store import drafts
from bot.store.database import Reader
from bot.store.drafts import Draft


class Drafts:
    """Keeps drafts and finds them again. Both methods raise `StoreError` where the database fails."""

    def __init__(self, needs: Needs) -> None:
        self._needs = needs

    async def find(self, guild_id: int, person: Person, draft_id: int) -> Draft:
        """Return what this person typed before; raises `Refusal` where that has grown old."""
        needs = self._needs
        return await typed_before(needs.database.read, guild_id, person, draft_id, needs.now())

    async def keep(self, guild_id: int, draft: Draft) -> int:
        """Keep what a person typed, cleaned, and return the number under which it is found."""
        kept = replace(
            draft,
            topic=clean_line(draft.topic, DESCRIPTION_LENGTH),
            description=clean_text(draft.description, DESCRIPTION_LENGTH),
            when=clean_line(draft.when, TOPIC_LENGTH),
        )
        async with self._needs.database.transaction() as tx:
            return await drafts.save(tx, guild_id, kept, self._needs.now())


async def typed_before(db: Reader, guild_id: int, person: Person, draft_id: int, now: datetime) -> Draft:
    """Return what this person typed before, as a part of a reading.

    Raises `Refusal` where that has grown old, `StoreError` where the database cannot be read.
    """
    draft = await drafts.get(db, guild_id, draft_id, now)
    if draft is None or draft.user_id != person.id:
        raise Refusal("draft-gone")
    return draft
