"""`/openspace calendar`: one's own sessions in one's own calendar, by a private link or as a file."""

from __future__ import annotations

import asyncio

import discord
from discord import app_commands

from bot.ui import calendars
from bot.ui.answer import Reply, answer
from bot.ui.names import text
from bot.ui.words import Words
from cogs.base import Command, guild_id, in_place, person


class CalendarCommand(Command):
    """The calendar."""

    @app_commands.command(name=text("command-calendar"), description=text("command-calendar-about"))
    async def calendar(self, interaction: discord.Interaction) -> None:
        """Give a private link to a calendar that stays up to date; where there are no pages, a file."""

        async def work(words: Words) -> Reply:
            here, who, service = guild_id(interaction), person(interaction), self.bot.service
            site = await self._site(interaction)
            if site:
                return Reply(*calendars.link(words, site, here, await service.calendars.link(here, who)))
            dated, programme = await service.calendars.own(here, who.id), service.programme(here)
            file = await asyncio.to_thread(calendars.file, words, dated, programme)
            return Reply(words("calendar-file"), files=[file])

        await answer(interaction, work)

    async def new_calendar_link(self, interaction: discord.Interaction) -> None:
        """The click that gives another link; the old one stops at once."""

        async def work(words: Words) -> Reply:
            here, who, site = guild_id(interaction), person(interaction), await self._site(interaction)
            if not site:
                return Reply(words("calendar-file"))
            return Reply(
                *calendars.link(words, site, here, await self.bot.service.calendars.renew(here, who))
            )

        await answer(interaction, work, in_place(interaction))

    async def _site(self, interaction: discord.Interaction) -> str:
        """Return where pages are, '' where this server's board is on none that everyone may see (R19)."""
        web, guild, landmarks = self.bot.web, interaction.guild, self.bot.service.landmarks
        if web is None or guild is None:
            return ""
        board, area = await landmarks.board_channel(guild.id), await landmarks.area_channel(guild.id)
        return web.url if web.public(guild, board, area) else ""
