"""`/openspace list`: the board for one reader, with pages and a button for each session."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import date

import discord
from discord import app_commands

from bot.domain.days import read_day
from bot.domain.refusal import Refusal
from bot.service import Asked, Show
from bot.ui.answer import Ack, Reply, answer, refused
from bot.ui.choices import SHOWN, day_choices, read_show
from bot.ui.listing import PAGE, layout, roomy
from bot.ui.names import text
from bot.ui.words import Words, words_for
from cogs.base import Command, guild_id

Act = Callable[[], Awaitable[Reply]]
"""What is done to a session of a page."""


class ListCommand(Command):
    """Looking."""

    @app_commands.command(name=text("command-list"), description=text("command-list-about"))
    @app_commands.rename(show=text("option-show"), day=text("option-day"))
    @app_commands.describe(show=text("option-show-about"), day=text("option-day-about"))
    @app_commands.choices(
        show=[app_commands.Choice(name=text(f"show-{show}"), value=show.value) for show in SHOWN]
    )
    async def list_sessions(
        self, interaction: discord.Interaction, show: str | None = None, day: str | None = None
    ) -> None:
        """What is on and what comes; a day alone shows that day."""

        async def work(words: Words) -> Reply:
            service = self.bot.service
            chosen = read_day(day, service.now(), service.programme(guild_id(interaction))) if day else None
            what = Show.DAY if chosen else read_show(show or Show.BOARD)
            return await self._page(interaction, words, Asked(what, chosen))

        await answer(interaction, work)

    @list_sessions.autocomplete("day")
    async def _day(self, interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
        if interaction.guild_id is None:
            return []
        service = self.bot.service
        programme = service.programme(interaction.guild_id)
        return day_choices(words_for(interaction.locale), typed, programme, service.now())

    async def page(self, interaction: discord.Interaction, show: str, day: str, page: str) -> None:
        """The click on another page."""

        async def work(words: Words) -> Reply:
            asked = Asked(Show(show), date.fromisoformat(day) if day else None, int(page))
            return await self._page(interaction, words, asked)

        await answer(interaction, work, Ack.UPDATE)

    async def show(self, interaction: discord.Interaction, show: str, day: str, page: str) -> None:
        """The click that opens a list of one's own, such as the board's My sessions."""

        async def work(words: Words) -> Reply:
            asked = Asked(Show(show), date.fromisoformat(day) if day else None, int(page))
            return await self._page(interaction, words, asked)

        await answer(interaction, work)

    async def _page(
        self, interaction: discord.Interaction, words: Words, asked: Asked, said: str = ""
    ) -> Reply:
        here, service = guild_id(interaction), self.bot.service
        page = await service.lists.look(here, interaction.user.id, asked, PAGE)
        rules, now = service.rules(here), service.now()
        view = layout(words, page, asked, rules.programme, now, pause=rules.pause, said=said)
        return Reply(view=view) if roomy(view) else Reply(said)

    async def on_page(
        self, interaction: discord.Interaction, words: Words, page: Sequence[str], act: Act
    ) -> Reply:
        """Do what a button on a page of a list is for; why not stands on that page too, as it is now."""
        try:
            return await act()
        except Refusal as refusal:
            if not page:
                raise
            return await self.page_with(interaction, words, page, refused(words, refusal).text or "")

    async def page_with(
        self, interaction: discord.Interaction, words: Words, page: Sequence[str], said: str
    ) -> Reply:
        """Return a page of a list as it is now, with what came of a press on it on top."""
        show, day, number = page
        asked = Asked(Show(show), date.fromisoformat(day) if day else None, int(number))
        return await self._page(interaction, words, asked, said)
