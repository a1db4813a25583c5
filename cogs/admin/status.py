"""`/openspace-admin status`: how the day stands, on one screen."""

from __future__ import annotations

import discord
from discord import app_commands

from bot.ui.answer import Ack, Reply
from bot.ui.names import text
from bot.ui.status import status_page
from bot.ui.words import Words
from bot.upkeep import upkeep_of
from cogs.admin.base import OrganizerCommand
from cogs.admin.fitting import guild_of
from cogs.admin.pages import page_said
from cogs.base import in_page, person


class StatusCommand(OrganizerCommand):
    """Looking at everything."""

    @app_commands.command(name=text("command-status"), description=text("command-status-about"))
    async def status(self, interaction: discord.Interaction) -> None:
        """What is on, what is near its limits, what is to be done."""
        await self._status(interaction, Ack.THINK)

    async def refresh(self, interaction: discord.Interaction) -> None:
        """The click on Refresh."""
        await self._status(interaction, in_page(interaction))

    async def _status(self, interaction: discord.Interaction, ack: Ack) -> None:
        async def work(words: Words) -> Reply:
            guild = guild_of(interaction)
            found = await self.bot.service.statuses.look(guild.id, person(interaction))
            upkeep = await upkeep_of(self.bot.config.database, self.bot.backups)
            hidden = bool(self.bot.cases.homeless(guild.id))
            page = await page_said(self.bot, words, guild)
            return Reply(view=status_page(words, found, guild, upkeep, hidden=hidden, page=page))

        await self.answer_organizer(interaction, work, ack)
