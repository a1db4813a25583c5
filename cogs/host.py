"""`/openspace host`: book or start a session, by options or by a form, and the clicks under a refusal."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

import discord
from discord import app_commands

from bot.domain.refusal import Refusal
from bot.domain.when import read_when
from bot.service import Hosted
from bot.store.channels import Kind
from bot.store.sessions import Draft
from bot.ui import hosting
from bot.ui.answer import Ack, Reply, answer
from bot.ui.forms import HostForm, when_choices
from bot.ui.names import text
from bot.ui.words import Words, words_for
from cogs.base import Command, guild_id, person


class HostCommand(Command):
    """Hosting."""

    @app_commands.command(name=text("command-host"), description=text("command-host-about"))
    @app_commands.rename(
        topic=text("option-topic"),
        when=text("option-when"),
        minutes=text("option-minutes"),
        description=text("option-description"),
    )
    @app_commands.describe(
        topic=text("option-topic-about"),
        when=text("option-when-about"),
        minutes=text("option-minutes-about"),
        description=text("option-description-about"),
    )
    async def host(
        self,
        interaction: discord.Interaction,
        topic: str | None = None,
        when: str | None = None,
        minutes: int | None = None,
        description: str | None = None,
    ) -> None:
        """With a topic: book or start. Without: open the form with the same fields."""
        draft = Draft(interaction.user.id, topic or "", description or "", when or "", minutes)
        if topic is None:
            await self.form(interaction, draft)
        else:
            await self.submit(interaction, draft)

    @host.autocomplete("when")
    async def _when(self, interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
        """Real free starts, the highlight first; what was typed leads the list where it is understood."""
        if interaction.guild_id is None:
            return []
        words, service = words_for(interaction.locale), self.bot.service
        minutes = getattr(interaction.namespace, "minutes", None)
        try:
            slots = await service.free_starts(interaction.guild_id, interaction.user.id, minutes)
            wish = read_when(typed, service.now(), service.programme(interaction.guild_id))
        except Refusal:
            wish, slots = None, await service.free_starts(interaction.guild_id, interaction.user.id, None)
        return when_choices(words, slots, typed, wish, service.now())

    async def form(self, interaction: discord.Interaction, draft: Draft | None = None) -> None:
        """Open the form, empty or with what was typed; it is itself the acknowledgement."""
        typed = draft or Draft(interaction.user.id, "", "", "", None)

        async def work(words: Words) -> None:
            here = guild_id(interaction)
            limits = self.bot.service.programme(here).limits
            slots = await self.bot.service.free_starts(here, interaction.user.id, None)
            await interaction.response.send_modal(HostForm(words, slots, limits, typed, self.submit))

        await answer(interaction, work, Ack.SELF)

    async def submit(self, interaction: discord.Interaction, draft: Draft) -> None:
        """Book or start what was asked for."""

        async def work(words: Words) -> Reply:
            result = await self.bot.service.host(guild_id(interaction), person(interaction), draft)
            return await self._hosted(words, result, interaction)

        await answer(interaction, work)

    async def take(self, interaction: discord.Interaction, draft: str, start: str, minutes: str) -> None:
        """The click on a time that fits (R6)."""

        async def work(words: Words) -> Reply:
            result = await self.bot.service.host_draft(
                guild_id(interaction),
                person(interaction),
                int(draft),
                datetime.fromtimestamp(int(start), UTC),
                int(minutes),
            )
            return await self._hosted(words, result, interaction)

        await answer(interaction, work, Ack.UPDATE)

    async def reopen(self, interaction: discord.Interaction, draft: str) -> None:
        """The click that opens the form again with what was typed."""
        typed: Draft | None = None

        async def work(words: Words) -> None:
            nonlocal typed
            typed = await self.bot.service.draft(guild_id(interaction), person(interaction), int(draft))

        await answer(interaction, work, Ack.SELF)
        if typed:
            await self.form(interaction, typed)

    async def _hosted(self, words: Words, result: Hosted, interaction: discord.Interaction) -> Reply:
        session = result.session
        lead = self.bot.service.programme(session.guild_id).limits.lead_minutes

        def text_with(channels: Mapping[Kind, int]) -> str:
            return hosting.hosted(words, result, channels, lead)

        return await self.with_links(interaction, words, session, text_with)
