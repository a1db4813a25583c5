"""The audit trail as organizers read it: by page. Nothing here changes it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.service.people import Person
from bot.service.settings import check_organizer
from bot.service.usecases import Needs
from bot.store import ledger, settings
from bot.store.database import Reader
from bot.store.ledger import Entry, Lines

__all__ = ["Entry", "Lines", "Trail", "TrailPage", "Unlogged"]


@dataclass(frozen=True, slots=True)
class TrailPage:
    """Some lines, newest first, and whether there are `newer` and `older` ones."""

    lines: Sequence[Entry] = ()
    newer: bool = False
    older: bool = False


@dataclass(frozen=True, slots=True)
class Unlogged:
    """The `number` of lines after `since` that the log channel does not show yet, and the first of them.

    `until` is the last one of what is on its way, where a bot has died then, else the `newest` of all.
    `tried`: those may have arrived. `since` is 0 where the channel shows nothing yet.
    """

    since: int
    until: int
    tried: bool
    number: int = 0
    lines: Sequence[Entry] = ()


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

    async def unlogged(self, guild_id: int, size: int) -> Unlogged:
        """Return what the log channel does not show yet: `size` lines at most, oldest first."""

        async def reading(db: Reader) -> Unlogged:
            since, trying = await settings.logged(db, guild_id)
            until = trying or await ledger.newest(db, guild_id)
            if not since or until <= since:
                return Unlogged(since, until, trying > 0)
            lines = reversed(await ledger.page(db, guild_id, Lines(), size, after=since))
            number = await ledger.between(db, guild_id, since, until)
            return Unlogged(since, until, trying > 0, number, [e for e in lines if e.id <= until])

        return await self._needs.database.read.together(reading)

    async def logging(self, guild_id: int, until: int) -> None:
        """Write down that lines up to this one are on their way to the log channel."""
        await self._note(guild_id, logging_id=until)

    async def logged(self, guild_id: int, until: int) -> None:
        """Write down that the log channel shows lines up to this one; 0: that it shows nothing any more."""
        await self._note(guild_id, logged_id=until, logging_id=0)

    async def _note(self, guild_id: int, **columns: int) -> None:
        async with self._needs.database.transaction() as tx:
            await settings.set_standing(tx, guild_id, **columns)
