"""`/openspace-admin window add|edit|remove|list`, for highlights too, and its menus and form."""

from __future__ import annotations

from collections.abc import Awaitable
from functools import partial

import discord
from discord import app_commands
from discord.ext import commands

from bot.domain.refusal import Refusal
from bot.service.revisions import Revision
from bot.service.windows import Typed, Which
from bot.ui import windows
from bot.ui.answer import Ack, Reply
from bot.ui.names import text
from bot.ui.window_texts import spans
from bot.ui.words import Words, words_for
from cogs.admin.fitting import FittingCommands, guild_of
from cogs.base import guild_id, in_page, person, submitted

Short = app_commands.Range[str, 1, 100]


class WindowCommands(FittingCommands):
    """When Open Spaces may run, and what is worth promoting in it."""

    window_group = app_commands.Group(name=text("command-window"), description=text("command-window-about"))

    @window_group.command(name=text("command-add"), description=text("command-add-about"))
    @app_commands.rename(
        opens=text("option-opens"),
        closes=text("option-closes"),
        name=text("option-name"),
        chinese=text("option-chinese"),
        highlight=text("option-highlight"),
    )
    @app_commands.describe(
        opens=text("option-opens-about"),
        closes=text("option-closes-about"),
        name=text("option-name-about"),
        chinese=text("option-chinese-about"),
        highlight=text("option-highlight-about"),
    )
    async def window_add(  # noqa: PLR0917 - the options of the command
        self,
        interaction: discord.Interaction,
        opens: Short,
        closes: Short | None = None,
        name: Short | None = None,
        chinese: Short | None = None,
        highlight: bool = False,
    ) -> None:
        """A window, or a highlight inside one."""
        typed = Typed(opens, closes or "", name, chinese)

        async def work(words: Words) -> Reply:
            return await self._made(interaction, words, self._add(interaction, typed, highlight=highlight))

        await self.answer_organizer(interaction, work)

    @window_group.command(name=text("command-edit"), description=text("command-change-about"))
    @app_commands.rename(
        window=text("option-window"),
        opens=text("option-opens"),
        closes=text("option-closes"),
        name=text("option-name"),
        chinese=text("option-chinese"),
    )
    @app_commands.describe(
        window=text("option-window-about"),
        opens=text("option-opens-about"),
        closes=text("option-closes-about"),
        name=text("option-name-about"),
        chinese=text("option-chinese-about"),
    )
    async def window_edit(  # noqa: PLR0917 - the options of the command
        self,
        interaction: discord.Interaction,
        window: str,
        opens: Short | None = None,
        closes: Short | None = None,
        name: Short | None = None,
        chinese: Short | None = None,
    ) -> None:
        """With anything to change: change it. Without: open the form."""
        typed = Typed(opens or "", closes or "", name, chinese)

        async def ask(words: Words) -> discord.ui.Modal:
            return self._window_form(interaction, words, self._which(interaction, window))

        async def work(words: Words) -> Reply:
            which = self._which(interaction, window)
            change = self.bot.service.windows.edit(guild_id(interaction), person(interaction), which, typed)
            return await self._made(interaction, words, change)

        if typed == Typed():
            await self.answer_organizer(interaction, ask, Ack.FORM)
        else:
            await self.answer_organizer(interaction, work)

    @window_group.command(name=text("command-remove"), description=text("command-remove-about"))
    @app_commands.rename(window=text("option-window"))
    @app_commands.describe(window=text("option-window-about"))
    async def window_remove(self, interaction: discord.Interaction, window: str) -> None:
        """A window with its highlights, or a highlight."""
        await self._remove(interaction, window, Ack.THINK)

    @window_group.command(name=text("command-list"), description=text("command-windows-about"))
    async def window_list(self, interaction: discord.Interaction) -> None:
        """All of them, with menus to edit and to remove one."""
        await self._list(interaction, 0, Ack.THINK)

    @window_edit.autocomplete("window")
    @window_remove.autocomplete("window")
    async def _window(self, interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
        service = self.bot.service
        programme = service.programme(guild_of(interaction).id)
        return windows.span_choices(words_for(interaction.locale), typed, programme, service.now())

    async def windows_page(self, interaction: discord.Interaction, page: str) -> None:
        """The click on another page, or on All windows."""
        await self._list(interaction, int(page), in_page(interaction))

    async def window_new(self, interaction: discord.Interaction, highlight: str) -> None:
        """The click that opens the empty form."""

        async def work(words: Words) -> discord.ui.Modal:
            return self._window_form(interaction, words, None, highlight=highlight == "1")

        await self.answer_organizer(interaction, work, Ack.FORM)

    async def window_chosen(self, interaction: discord.Interaction, value: str) -> None:
        """The choice that opens the form with what is there."""

        async def work(words: Words) -> discord.ui.Modal:
            return self._window_form(interaction, words, self._which(interaction, value))

        await self.answer_organizer(interaction, work, Ack.FORM)

    async def window_gone(self, interaction: discord.Interaction, value: str) -> None:
        """The choice that removes one."""
        await self._remove(interaction, value, in_page(interaction))

    @commands.Cog.listener("on_interaction")
    async def _window_sent(self, interaction: discord.Interaction) -> None:
        """The form has been filled in and sent."""
        about = submitted(interaction, windows.FORM)
        if about is None:
            return
        kind, stamp = about

        async def work(words: Words) -> Reply:
            here, service = guild_id(interaction), self.bot.service
            programme, is_new = service.programme(here), kind >= windows.NEW
            typed = windows.read_window_form(interaction.data, programme, None if is_new else stamp)
            if is_new:
                highlight = kind > windows.NEW
                return await self._made(
                    interaction, words, self._add(interaction, typed, highlight=highlight)
                )
            which = self._which(interaction, f"{'wh'[kind]}{stamp}")
            change = service.windows.edit(here, person(interaction), which, typed)
            return await self._made(interaction, words, change)

        await self.answer_organizer(interaction, work, in_page(interaction))

    def _which(self, interaction: discord.Interaction, typed: str) -> Which:
        return windows.read_which(typed, self.bot.service.programme(guild_id(interaction)))

    def _window_form(
        self, interaction: discord.Interaction, words: Words, which: Which | None, *, highlight: bool = False
    ) -> discord.ui.Modal:
        programme = self.bot.service.programme(guild_id(interaction))
        named = partial(windows.which_of, programme=programme)
        span = next((each for each in spans(programme) if which and named(each) == which), None)
        is_highlight = which.highlight if which else highlight
        return windows.window_form(words, programme, span, highlight=is_highlight)

    def _add(self, interaction: discord.Interaction, typed: Typed, *, highlight: bool) -> Awaitable[Revision]:
        here, who, service = guild_id(interaction), person(interaction), self.bot.service
        named = partial(windows.usual_names, programme=service.programme(here), highlight=highlight)
        return service.windows.add(here, who, typed, named, highlight=highlight)

    async def _remove(self, interaction: discord.Interaction, typed: str, ack: Ack) -> None:
        async def work(words: Words) -> Reply:
            which = self._which(interaction, typed)
            change = self.bot.service.windows.remove(guild_id(interaction), person(interaction), which)
            return await self._made(interaction, words, change)

        await self.answer_organizer(interaction, work, ack)

    async def _made(
        self, interaction: discord.Interaction, words: Words, change: Awaitable[Revision]
    ) -> Reply:
        try:
            return self.outcome(words, await change, guild_of(interaction))
        except Refusal as refusal:
            return await self.as_it_is(interaction, words, refusal)

    async def _list(self, interaction: discord.Interaction, page: int, ack: Ack) -> None:
        async def work(words: Words) -> Reply:
            here, service = guild_id(interaction), self.bot.service
            programme = service.programme(here)
            if not programme.windows:
                raise Refusal("not-set-up")
            counts = await service.windows.counts(here)
            return Reply(view=windows.windows_page(words, programme, counts, service.now(), page))

        await self.answer_organizer(interaction, work, ack)
