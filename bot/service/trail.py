"""The audit trail as organizers read it: by page. Nothing here changes it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.service.people import Person
from bot.service.settings import check_organizer
from bot.service.usecases import Needs
from bot.store import ledger
from bot.store.database import Reader
from bot.store.ledger import Entry, Lines

__all__ = ["Entry", "Lines", "Trail", "TrailPage"]


@dataclass(frozen=True, slots=True)
class TrailPage:
    """Some lines, newest first, and whether there are `newer` and `older` ones."""

    lines: Sequence[Entry] = ()
    newer: bool = False
    older: bool = False


class Trail:
    """Looks at the trail; raises `StoreError` where the database fails."""

    def __init__(self, needs: Needs) -> None:
        self._needs = needs

    async def look(
        self,
        guild_id: int,
        who: Person,
        lines: Lines,
        size: int,
        *,
        before: int | None = None,
        after: int | None = None,
    ) -> TrailPage:
        """Return a page of lines: the newest, those `before` a line's number, or the next `after` it.

        Raises `Refusal` for those who are no organizers.
        """
        check_organizer(who)

        async def reading(db: Reader) -> TrailPage:
            found = await ledger.page(db, guild_id, lines, size, before=before, after=after)
            if after is not None and len(found) < size:  # the newest page is a full one
                found = await ledger.page(db, guild_id, lines, size)
            if not found:
                return TrailPage()
            newer = await ledger.page(db, guild_id, lines, 1, after=found[0].id)
            older = await ledger.page(db, guild_id, lines, 1, before=found[-1].id)
            return TrailPage(tuple(found), bool(newer), bool(older))

        return await self._needs.database.read.together(reading)
