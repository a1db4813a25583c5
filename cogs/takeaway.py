"""The line that stays of a session: the button under the question at its end, and on its card."""

from __future__ import annotations

import discord
from discord.ext import commands

from bot.ui import managing
from bot.ui.answer import Ack, Reply, answer
from bot.ui.edit_form import TAKEAWAY_FORM, read_takeaway, takeaway_form
from bot.ui.words import Words
from cogs.base import Command, guild_id, person, submitted


class TakeawayButton(Command):
    """What stays."""

    async def write_takeaway(self, interaction: discord.Interaction, session: str) -> None:
        """The click that opens the form."""

        async def work(words: Words) -> discord.ui.Modal:
            here, who = guild_id(interaction), person(interaction)
            return takeaway_form(words, await self.bot.service.takeaways.to_write(here, int(session), who))

        await answer(interaction, work, Ack.FORM)

    @commands.Cog.listener("on_interaction")
    async def _takeaway_sent(self, interaction: discord.Interaction) -> None:
        """The line has been written."""
        about = submitted(interaction, TAKEAWAY_FORM)
        if about is None:
            return

        async def work(words: Words) -> Reply:
            here, who, text = guild_id(interaction), person(interaction), read_takeaway(interaction.data)
            taken = await self.bot.service.takeaways.write(here, about[0], who, text)
            return Reply(managing.takeaway(words, taken))

        await answer(interaction, work)
