"""Who may run the day, and holding it on: attempts of others leave a trace."""

from __future__ import annotations

from datetime import timedelta

from bot.domain.names import clean_line
from bot.domain.refusal import Refusal
from bot.service.people import Person
from bot.service.rulebook import Rules
from bot.service.settings import check_organizer
from bot.service.usecases import Needs
from bot.service.wording import REASON_LENGTH
from bot.store import ledger, settings
from bot.store.instants import stamp

PAUSE = timedelta(minutes=1)
"""How long further attempts of one person leave no trace of their own."""


class Organizing:
    """What concerns the whole server. All raise `StoreError` where the database fails."""

    def __init__(self, needs: Needs) -> None:
        self._needs = needs

    async def turned_away(self, guild_id: int, who: Person, what: str) -> None:
        """Write down that somebody who is no organizer tried an organizers' command or button."""
        now = self._needs.now()
        since = now - PAUSE
        if await ledger.did_since(self._needs.database.read, guild_id, who.id, "turned-away", since):
            return
        async with self._needs.database.transaction() as tx:
            await ledger.record(tx, guild_id, "turned-away", now, actor_id=who.id, tried=what, name=who.name)
        self._needs.changed(guild_id)

    async def pause(self, guild_id: int, who: Person, reason: str) -> Rules:
        """Take no new sessions until `resume`; who would host reads the newest reason."""
        check_organizer(who)
        why = clean_line(reason, REASON_LENGTH)
        async with self._needs.database.transaction() as tx:
            now = self._needs.now()
            await settings.set_standing(tx, guild_id, paused_at=stamp(now), pause_reason=why)
            await ledger.record(tx, guild_id, "pause", now, actor_id=who.id, reason=why)
            await self._needs.rulebook.reread(tx, guild_id)
        self._needs.changed(guild_id)
        return self._needs.rulebook.of(guild_id)

    async def resume(self, guild_id: int, who: Person) -> bool:
        """Take new sessions again; False where there was no pause."""
        check_organizer(who)
        if self._needs.rulebook.of(guild_id).paused is None:
            return False
        async with self._needs.database.transaction() as tx:
            await settings.set_standing(tx, guild_id, paused_at=None, pause_reason="")
            await ledger.record(tx, guild_id, "resume", self._needs.now(), actor_id=who.id)
            await self._needs.rulebook.reread(tx, guild_id)
        self._needs.changed(guild_id)
        return True


def check_running(rules: Rules) -> None:
    """Raise `Refusal` where no new sessions are taken, for anyone."""
    if rules.paused is not None:
        raise Refusal("paused-why" if rules.pause_reason else "paused", reason=rules.pause_reason)
