"""The answers of those who are asked to host a session, or to share it (R18)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import discord

from bot.domain.models import Session
from bot.domain.notices import NoticeKind
from bot.domain.refusal import Refusal
from bot.service import Person
from bot.ui.answer import Ack, Reply, answer
from bot.ui.desk_messages import offer_answered
from bot.ui.words import Words
from cogs.base import Command, guild_id, person

Act = Callable[[int, int, Person], Awaitable[Session]]
OVER = {"offer-past", "session-ended", "session-cancelled", "session-released"}
"""The refusals of an offer that nobody can take any more: its buttons go."""


class OfferButtons(Command):
    """The buttons under an offer. What came of it stands in its place, for whoever asked to see."""

    async def take_over(self, interaction: discord.Interaction, session: str, user: str) -> None:
        """The click on Take it over."""
        await self._answered(interaction, session, user, "taken", self.bot.service.offers.take_over)

    async def share(self, interaction: discord.Interaction, session: str, user: str) -> None:
        """The click on Help host it."""
        await self._answered(interaction, session, user, "shared", self.bot.service.offers.share)

    async def decline(self, interaction: discord.Interaction, session: str, user: str, kind: str) -> None:
        """The click on No, thanks."""

        async def act(here: int, session_id: int, who: Person) -> Session:
            return await self.bot.service.offers.decline(here, session_id, who, NoticeKind(kind))

        await self._answered(interaction, session, user, "declined", act)

    async def _answered(
        self, interaction: discord.Interaction, session: str, user: str, said: str, act: Act
    ) -> None:
        async def work(_: Words) -> Reply:
            here, who = guild_id(interaction), person(interaction)
            if str(who.id) != user:
                raise Refusal("offer-other")
            try:
                result, became = await act(here, int(session), who), said
            except Refusal as refusal:
                found = await self.bot.service.details.get(here, int(session))
                if refusal.code not in OVER or found is None:
                    raise
                result, became = found, "late"
            return Reply(*offer_answered(self.bot.words_in(here), result, who.id, became))

        await answer(interaction, work, Ack.UPDATE)
