"""`/openspace-admin settings show|set|reset`, with a form and an undo for each."""

from __future__ import annotations

import asyncio

import discord
from discord import app_commands
from discord.ext import commands

from bot.domain.refusal import Refusal
from bot.service.settings import Setting, Source
from bot.ui import settings
from bot.ui.answer import Ack, Reply
from bot.ui.misfits import done, pending
from bot.ui.names import text
from bot.ui.pages import SECTION
from bot.ui.setting_typed import read_value
from bot.ui.setting_values import key_choices, read_key, value_choices
from bot.ui.words import Words, words_for
from cogs.admin.fitting import FittingCommands, guild_of
from cogs.admin.pages import page_said
from cogs.base import guild_id, in_page, person, submitted


class SettingsCommands(FittingCommands):
    """What holds here, and changing it."""

    settings_group = app_commands.Group(
        name=text("command-settings"), description=text("command-settings-about")
    )

    @settings_group.command(name=text("command-show"), description=text("command-show-about"))
    @app_commands.rename(key=text("option-key"))
    @app_commands.describe(key=text("option-key-about"))
    async def settings_show(self, interaction: discord.Interaction, key: str | None = None) -> None:
        """All settings by page, or one with what it is for."""

        async def work(words: Words) -> Reply:
            guild, found = guild_of(interaction), await self._settings(interaction)
            if not key:
                return Reply(view=settings.settings_page(words, list(found.values()), guild, 0))
            meant = read_key(key)
            usual = self.bot.service.settings.falls_back_to(meant)
            more = await self._page_said(words, meant, guild)
            return Reply(view=settings.one_setting(words, found[meant], usual, guild, more))

        await self.answer_organizer(interaction, work)

    @settings_group.command(name=text("command-set"), description=text("command-set-about"))
    @app_commands.rename(key=text("option-key"), value=text("option-value"))
    @app_commands.describe(key=text("option-key-about"), value=text("option-value-about"))
    async def settings_set(
        self,
        interaction: discord.Interaction,
        key: str,
        value: app_commands.Range[str, 1, 1000] | None = None,
    ) -> None:
        """With a value: set it. Without: open the form."""

        async def ask(words: Words) -> discord.ui.Modal:
            return await self._setting_form(interaction, words, read_key(key))

        async def work(words: Words) -> Reply:
            return await self._set(interaction, words, read_key(key), value or "")

        if value is None:
            await self.answer_organizer(interaction, ask, Ack.FORM)
        else:
            await self.answer_organizer(interaction, work)

    @settings_group.command(name=text("command-reset"), description=text("command-reset-about"))
    @app_commands.rename(key=text("option-key"))
    @app_commands.describe(key=text("option-reset-about"))
    async def settings_reset(self, interaction: discord.Interaction, key: str | None = None) -> None:
        """Take one own setting away, or after a question all of them."""

        async def work(words: Words) -> Reply:
            if not key:
                return await self._reset_all(interaction, words)
            return await self._reset(interaction, words, read_key(key))

        await self.answer_organizer(interaction, work)

    @settings_show.autocomplete("key")
    @settings_set.autocomplete("key")
    @settings_reset.autocomplete("key")
    async def _key(self, interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
        return key_choices(words_for(interaction.locale), typed)

    @settings_set.autocomplete("value")
    async def _value(self, interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
        """What fits the setting that is meant so far."""
        try:
            key = read_key(str(getattr(interaction.namespace, "key", None) or ""))
        except Refusal:
            return []
        service, guild = self.bot.service.settings, guild_of(interaction)
        now = next(each.value for each in service.shown(guild.id) if each.key == key)
        usual, _ = service.falls_back_to(key)
        words = words_for(interaction.locale)
        # In a thread: the first search for a place reads the names of all, which takes a moment.
        return await asyncio.to_thread(value_choices, words, key, typed, guild, now=now, usual=usual)

    async def settings_page(self, interaction: discord.Interaction, page: str) -> None:
        """The click on another page, or on All settings."""

        async def work(words: Words) -> Reply:
            found = await self._settings(interaction)
            shown = settings.settings_page(words, list(found.values()), guild_of(interaction), int(page))
            return Reply(view=shown)

        await self.answer_organizer(interaction, work, in_page(interaction))

    async def setting_form(self, interaction: discord.Interaction, number: str) -> None:
        """The click that opens the form."""

        async def work(words: Words) -> discord.ui.Modal:
            return await self._setting_form(interaction, words, _key_of(int(number)))

        await self.answer_organizer(interaction, work, Ack.FORM)

    async def setting_reset(self, interaction: discord.Interaction, number: str) -> None:
        """The click that takes one own setting away."""

        async def work(words: Words) -> Reply:
            return await self._reset(interaction, words, _key_of(int(number)))

        await self.answer_organizer(interaction, work, in_page(interaction))

    @commands.Cog.listener("on_interaction")
    async def _setting_sent(self, interaction: discord.Interaction) -> None:
        """The form has been filled in and sent."""
        about = submitted(interaction, settings.FORM)
        if about is None:
            return

        async def work(words: Words) -> Reply:
            typed = settings.read_setting_form(interaction.data)
            return await self._set(interaction, words, _key_of(about[0]), typed)

        await self.answer_organizer(interaction, work, in_page(interaction))

    async def _settings(self, interaction: discord.Interaction) -> dict[str, Setting]:
        found = await self.bot.service.settings.look(guild_id(interaction))
        return {each.key: each for each in found}

    async def _setting_form(
        self, interaction: discord.Interaction, words: Words, key: str
    ) -> discord.ui.Modal:
        found = self.bot.service.settings.shown(guild_id(interaction))
        setting = next(each for each in found if each.key == key)
        return settings.setting_form(words, setting, guild_of(interaction))

    async def _set(self, interaction: discord.Interaction, words: Words, key: str, typed: str) -> Reply:
        guild = guild_of(interaction)
        value = read_value(key, typed, guild)
        made = await self.bot.service.revisions.wish(guild.id, person(interaction), {key: value})
        return self.outcome(words, made, guild, await self._page_said(words, key, guild))

    async def _page_said(self, words: Words, key: str, guild: discord.Guild) -> list[str]:
        return await page_said(self.bot, words, guild) if key.startswith(SECTION) else []

    async def _reset(self, interaction: discord.Interaction, words: Words, key: str) -> Reply:
        guild, service = guild_of(interaction), self.bot.service
        made = await service.revisions.wish(guild.id, person(interaction), {key: None})
        line = settings.reset_to(words, key, service.settings.falls_back_to(key), guild)
        return Reply(view=done(words, made, guild, [line])) if made.done else self.outcome(words, made, guild)

    async def _reset_all(self, interaction: discord.Interaction, words: Words) -> Reply:
        """Ask first; what a conference must have stays where no file says it."""
        guild, service = guild_of(interaction), self.bot.service
        own = [key for key in service.rules(guild.id).own if self._may_go(key)]
        own += service.rules(guild.id).dropped
        if not own:
            return Reply(words("reset-nothing"))
        made = await service.revisions.wish(guild.id, person(interaction), dict.fromkeys(own), ask=True)
        return Reply(view=pending(words, made, guild))

    def _may_go(self, key: str) -> bool:
        source = self.bot.service.settings.falls_back_to(key)[1]
        return key not in settings.NEEDED or source is Source.FILE


def _key_of(number: int) -> str:
    key = settings.key_of(number)
    if key is None:  # of another version
        raise Refusal("no-setting", text=str(number))
    return key
