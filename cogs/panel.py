"""The panel of one session, and reminders."""

from __future__ import annotations

from collections.abc import Collection

import discord

from bot.domain.names import escape
from bot.ui import hosting
from bot.ui.answer import Reply, answer
from bot.ui.panel import panel
from bot.ui.presses import Press, row
from bot.ui.words import Words, clock
from cogs.base import Command, guild_id, person


class Panel(Command):
    """All about one session for one reader."""

    async def session_panel(self, interaction: discord.Interaction, session: str) -> None:
        """The click on Manage or Details."""

        async def work(words: Words) -> Reply:
            return Reply(view=await self.draw_panel(interaction, words, int(session)))

        await answer(interaction, work)

    async def draw_panel(
        self, interaction: discord.Interaction, words: Words, session_id: int, said: Collection[str] = ()
    ) -> discord.ui.LayoutView:
        """Return the panel as it is now, also for below what was done with its session."""
        service = self.bot.service
        details = await service.details.look(guild_id(interaction), session_id, person(interaction))
        return panel(words, details, service.now(), said)

    async def remind(self, interaction: discord.Interaction, session: str) -> None:
        """The click on Remind me; twice is once."""

        async def work(words: Words) -> Reply:
            here, service = guild_id(interaction), self.bot.service
            result = await service.guests.remind(here, int(session), person(interaction))
            minutes = service.programme(here).limits.remind_minutes
            forget = Press("forget", result.session.id, label=words("button-forget"))
            return Reply(
                hosting.reminded(words, result, minutes, service.now(), interaction.user.id),
                row(forget),
                about=result.session.id,
                says={"reminded", "joined"} if result.joined else {"reminded"},
            )

        await answer(interaction, work)

    async def am_here(self, interaction: discord.Interaction, session: str) -> None:
        """The click on I'm here, under the word that nobody is (R11)."""

        async def work(words: Words) -> Reply:
            here, who = guild_id(interaction), person(interaction)
            found = await self.bot.service.presence.answered(here, int(session), who)
            return Reply(words("here", topic=escape(found.topic), until=clock(found.end)))

        await answer(interaction, work)

    async def forget(self, interaction: discord.Interaction, session: str) -> None:
        """The click that takes a reminder back."""

        async def work(words: Words) -> Reply:
            here, service = guild_id(interaction), self.bot.service
            result = await service.guests.forget_reminder(here, int(session), person(interaction))
            return Reply(hosting.forgotten(words, result), about=result.session.id)

        await answer(interaction, work)
