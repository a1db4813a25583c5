"""Forgets what has had its time, so that the database holds no more of people than a rule needs."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from bot.domain.forgetting import forgotten_before
from bot.domain.starts import HOUR
from bot.service.usecases import Needs
from bot.store import aging, drafts, ideas, ledger, privacy, revisions, servers, settings, starts

FADED_KEPT = timedelta(days=7)
"""How long an idea that has faded is kept, so that a slip in `fade_hours` loses none."""


class Tidying:
    """Drafts and questions about settings go after two days, ideas a week after they faded, people later.

    Both raise `StoreError` where the database cannot be written; what was done before that is done.
    """

    def __init__(self, needs: Needs) -> None:
        self._needs = needs

    async def tidy(self) -> None:
        """Forget what has had its time, in transactions that hold up nobody."""
        async with self._needs.database.transaction() as tx:
            now = self._needs.now()
            await drafts.forget(tx, now)
            await starts.forget(tx, now - HOUR)
            await privacy.let_go(tx, now)
            await revisions.forget(tx, now)
            for idea in await ideas.faded(tx, now - FADED_KEPT):
                if idea.since > now - FADED_KEPT - self._needs.fade(idea.guild_id):
                    continue
                await ideas.take_down(tx, idea.id, now)
                await ledger.record(tx, idea.guild_id, "idea-faded", now, idea=idea.id, topic=idea.topic)
        for guild_id in await servers.known(self._needs.database.read):
            rules = self._needs.rulebook.of(guild_id)
            days = rules.server.privacy.delete_after_days
            before = forgotten_before(rules.programme.windows, days, self._needs.now())
            if before is not None:
                await self._age(guild_id, before)

    async def _age(self, guild_id: int, before: datetime) -> None:
        """Take the people out of what was before an instant."""
        database = self._needs.database
        if not await database.read.together(lambda db: aging.is_due(db, guild_id, before)):
            return
        more, line = True, aging.FIRST
        while more:
            async with database.transaction() as tx:
                now = self._needs.now()
                more = await tx.at_once(lambda tx: aging.age_sessions(tx, guild_id, before, now))  # noqa: B023
        last: aging.Line | None = line
        while last is not None:
            async with database.transaction() as tx:
                last = await tx.at_once(lambda tx: aging.age_lines(tx, guild_id, before, last or line))  # noqa: B023
        async with database.transaction() as tx:
            await tx.at_once(lambda tx: aging.age_rest(tx, guild_id, before))

    async def drop_left(self, present: Collection[int], days: int) -> None:
        """Delete all that is stored of servers that the bot left so many days ago; never of one `present`."""
        database = self._needs.database
        standings = await settings.standings(database.read)
        gone = self._needs.now() - timedelta(days=days)
        for guild_id, standing in standings.items():
            if guild_id in present or standing.left is None or standing.left > gone:
                continue
            more = True
            while more:
                async with database.transaction() as tx:
                    more = await tx.at_once(lambda tx: servers.drop_some(tx, guild_id))  # noqa: B023
                    await self._needs.rulebook.reread(tx, guild_id)
