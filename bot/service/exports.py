"""What organizers take along of their Open Spaces: all of it, or its figures."""

from __future__ import annotations

from collections.abc import Iterable

from bot.domain.report import Attendance, Report, report_of
from bot.service.people import Person
from bot.service.settings import check_organizer
from bot.service.usecases import Needs
from bot.store import exports, ledger
from bot.store.exports import Dated, Presence, Records

__all__ = ["Dated", "Exports", "Presence", "Records"]


class Exports:
    """Read in one snapshot each; raise `Refusal` for those who are no organizers, `StoreError`."""

    def __init__(self, needs: Needs) -> None:
        self._needs = needs

    async def take(self, guild_id: int, who: Person, what: str) -> Records:
        """Return all of a server's sessions; that it was taken, and `what`, stands in the audit trail."""
        check_organizer(who)
        found = await self._needs.database.read.together(lambda db: exports.read(db, guild_id))
        async with self._needs.database.transaction() as tx:
            await ledger.record(tx, guild_id, "export", self._needs.now(), actor_id=who.id, what=what)
        return found

    async def report(self, guild_id: int, who: Person) -> Report:
        """Return what came of the Open Spaces until now."""
        check_organizer(who)
        found = await self._needs.database.read.together(lambda db: exports.read(db, guild_id))
        now = self._needs.now()
        programme = self._needs.programme(guild_id)
        return report_of(programme, now, found.sessions, _people(found.joins), _people(found.visits))

    async def posted(self, guild_id: int, who: Person, channel_id: int, what: str = "report") -> None:
        """Write down that an organizer posted the report, or a picture of the board, and where."""
        check_organizer(who)
        async with self._needs.database.transaction() as tx:
            now = self._needs.now()
            await ledger.record(tx, guild_id, f"{what}-posted", now, actor_id=who.id, channel=channel_id)


def _people(found: Iterable[Presence]) -> list[Attendance]:
    return [Attendance(each.session_id, each.user_id) for each in found]
