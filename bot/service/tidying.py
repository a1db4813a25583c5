"""Forgets what has had its time, so that the database holds no more of people than a rule needs."""

from __future__ import annotations

from datetime import timedelta

from bot.service.usecases import Needs
from bot.store import blocks, drafts, ideas, ledger, revisions

FADED_KEPT = timedelta(days=7)
"""How long an idea that has faded is kept, so that a slip in `fade_hours` loses none."""


class Tidying:
    """Drafts and questions about settings go after two days, ideas a week after they faded.

    Blocks go when they have ended.
    """

    def __init__(self, needs: Needs) -> None:
        self._needs = needs

    async def tidy(self) -> None:
        """Forget what has had its time; raises `StoreError` where the database cannot be written."""
        async with self._needs.database.transaction() as tx:
            now = self._needs.now()
            await drafts.forget(tx, now)
            await blocks.forget(tx, now)
            await revisions.forget(tx, now)
            for idea in await ideas.faded(tx, now - FADED_KEPT):
                if idea.since > now - FADED_KEPT - self._needs.fade(idea.guild_id):
                    continue
                await ideas.take_down(tx, idea.id, now)
                await ledger.record(tx, idea.guild_id, "idea-faded", now, idea=idea.id, topic=idea.topic)
