"""`/openspace-admin announce`: a word to every open desk and to the board, previewed first."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.ext import commands

from bot.service.announcing import ANNOUNCEMENT_LENGTH, HOURS, MOST_HOURS
from bot.ui import announcing
from bot.ui.answer import Ack, Reply
from bot.ui.names import text
from bot.ui.words import Words
from cogs.admin.base import OrganizerCommand
from cogs.admin.fitting import guild_of
from cogs.admin.pages import page_said
from cogs.base import guild_id, in_place, person, submitted


class AnnounceCommand(OrganizerCommand):
    """Telling everybody."""

    @app_commands.command(name=text("command-announce"), description=text("command-announce-about"))
    @app_commands.rename(words=text("option-text"), hours=text("option-hours"))
    @app_commands.describe(words=text("option-text-about"), hours=text("option-hours-about"))
    async def announce(
        self,
        interaction: discord.Interaction,
        words: app_commands.Range[str, 1, ANNOUNCEMENT_LENGTH] | None = None,
        hours: app_commands.Range[int, 1, MOST_HOURS] = HOURS,
    ) -> None:
        """With words: show what would be said where. Without: open the form."""
        said, ack = words, Ack.THINK if words else Ack.FORM

        async def work(words: Words) -> Reply | discord.ui.Modal:
            if said is None:
                return announcing.announce_form(words, hours=hours)
            return await self._preview_announcement(interaction, words, said, hours)

        await self.answer_organizer(interaction, work, ack)

    async def change_announcement(self, interaction: discord.Interaction, draft: str) -> None:
        """The click that opens the form with what was previewed."""

        async def work(words: Words) -> discord.ui.Modal:
            here, who = guild_id(interaction), person(interaction)
            said, hours = await self.bot.service.announcing.draft(here, who, int(draft))
            return announcing.announce_form(words, said, hours)

        await self.answer_organizer(interaction, work, Ack.FORM)

    @commands.Cog.listener("on_interaction")
    async def _announcement_sent(self, interaction: discord.Interaction) -> None:
        """The form has been filled in and sent."""
        if submitted(interaction, announcing.ANNOUNCE_FORM) is None:
            return

        async def work(words: Words) -> Reply:
            said, hours = announcing.read_announcement(interaction.data)
            return await self._preview_announcement(interaction, words, said, hours)

        await self.answer_organizer(interaction, work, in_place(interaction))

    async def send_announcement(self, interaction: discord.Interaction, draft: str) -> None:
        """The click on Send."""

        async def work(words: Words) -> Reply:
            here, who = guild_id(interaction), person(interaction)
            told = await self.bot.service.announcing.send(here, who, int(draft))
            return Reply(*announcing.sent(words, told))

        await self.answer_organizer(interaction, work, in_place(interaction))

    async def announcement_off(self, interaction: discord.Interaction, number: str) -> None:
        """The click on Take down."""

        async def work(words: Words) -> Reply:
            here, who = guild_id(interaction), person(interaction)
            was = await self.bot.service.announcing.take_down(here, who, int(number))
            return Reply(words("taken-down" if was else "taken-down-already"))

        await self.answer_organizer(interaction, work)

    async def _preview_announcement(
        self, interaction: discord.Interaction, words: Words, said: str, hours: int
    ) -> Reply:
        here, service = guild_id(interaction), self.bot.service
        told = await service.announcing.preview(here, person(interaction), said, hours)
        place = await service.landmarks.board_channel(here)
        board = f"<#{place}>" if place else f"#{service.rules(here).server.channels.board}"
        shown = self.bot.words_in(here)("announcement", words=told.words)
        page = await page_said(self.bot, words, guild_of(interaction), shown_only=True)
        return Reply(*announcing.preview(words, told, board, shown, page))
