"""R20: a person's name as the server shows it is taken from each act of theirs, everywhere it stands."""

from __future__ import annotations

from collections.abc import Callable

from bot.service.people import Person
from bot.service.usecases import Needs
from bot.service.wording import person_name
from bot.store import ledger, people


class Names:
    """Names of now. Raises `StoreError` where the database fails."""

    def __init__(self, needs: Needs) -> None:
        self._needs = needs

    async def take_name(self, guild_id: int, who: Person, is_newest: Callable[[], bool]) -> None:
        """Write a person's name wherever another stands for them; where none does nothing is written.

        `is_newest` is asked within the transaction: whether no later act of theirs has been seen.
        """
        name = person_name(who.name, who.id)
        if not await self._needs.database.read.together(
            lambda db: people.is_known_otherwise(db, guild_id, who.id, name)
        ):
            return
        async with self._needs.database.transaction() as tx:
            changed = is_newest() and await people.rename(tx, guild_id, who.id, name)
            if changed:
                await ledger.record(tx, guild_id, "renamed", self._needs.now(), actor_id=who.id, rows=changed)
        if changed:
            self._needs.changed(guild_id)
