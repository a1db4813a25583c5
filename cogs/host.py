"""`/openspace host`: book or start a session, by options or by a form, and the clicks under a refusal."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial

import discord
from discord import app_commands
from discord.ext import commands

from bot.service import Draft, Hosted
from bot.ui import hosting
from bot.ui.answer import Ack, Reply, answer
from bot.ui.forms import HOST_FORM, host_form, read_form
from bot.ui.names import text
from bot.ui.presses import host_presses, row
from bot.ui.words import Words
from cogs.base import Command, guild_id, person, submitted


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
        when = self.time_named(interaction, when)
        draft = Draft(interaction.user.id, topic or "", description or "", when, minutes)
        if topic is None:
            await self.form(interaction, draft)
        else:
            await self.submit(interaction, draft)

    @host.autocomplete("when")
    async def _when(self, interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
        """Real free starts, the highlight first."""
        return await self.free_times(interaction, typed)

    async def form(self, interaction: discord.Interaction, draft: Draft | None = None) -> None:
        """Open the form, empty or with what was typed; it is itself the acknowledgement."""

        async def work(words: Words) -> discord.ui.Modal:
            return await self.make_form(interaction, words, draft or _nothing(interaction))

        await answer(interaction, work, Ack.FORM)

    async def reopen(self, interaction: discord.Interaction, draft: str) -> None:
        """The click that opens the form again with what was typed."""

        async def work(words: Words) -> discord.ui.Modal:
            return await self.make_form(interaction, words, _nothing(interaction), int(draft))

        await answer(interaction, work, Ack.FORM)

    async def make_form(
        self, interaction: discord.Interaction, words: Words, typed: Draft, draft: int | None = None
    ) -> discord.ui.Modal:
        """Return the form with what is typed or picked, or was before; for work that answers by a form."""
        here, service = guild_id(interaction), self.bot.service
        slots, known = await service.hosting.to_host(here, person(interaction), typed, draft)
        return host_form(words, slots, service.programme(here), known, service.now())

    @commands.Cog.listener("on_interaction")
    async def _sent(self, interaction: discord.Interaction) -> None:
        """The form has been filled in and sent."""
        idea = submitted(interaction, HOST_FORM)
        if idea is None:
            return

        async def work(words: Words) -> Reply:
            draft = read_form(interaction.user.id, interaction.data, *idea)
            return await self._host(interaction, words, draft)

        await answer(interaction, work)

    async def submit(self, interaction: discord.Interaction, draft: Draft) -> None:
        """Book or start what was asked for."""

        async def work(words: Words) -> Reply:
            return await self._host(interaction, words, draft)

        await answer(interaction, work)

    async def take(self, interaction: discord.Interaction, draft: str, start: str, minutes: str) -> None:
        """The click on a time that fits (R6)."""

        async def work(words: Words) -> Reply:
            here, who = guild_id(interaction), person(interaction)
            picked = datetime.fromtimestamp(int(start), UTC)
            result = await self.bot.service.hosting.host_draft(here, who, int(draft), picked, int(minutes))
            return await self._hosted(words, result, interaction)

        await answer(interaction, work, Ack.UPDATE)

    async def _host(self, interaction: discord.Interaction, words: Words, draft: Draft) -> Reply:
        result = await self.bot.service.hosting.host(guild_id(interaction), person(interaction), draft)
        return await self._hosted(words, result, interaction)

    async def _hosted(self, words: Words, result: Hosted, interaction: discord.Interaction) -> Reply:
        service, session = self.bot.service, result.session
        lead = service.programme(session.guild_id).limits.lead_minutes
        say = partial(hosting.hosted, words, result, lead_minutes=lead, now=service.now())

        async def draw(said: str) -> Reply:
            return Reply(said, row(*host_presses(words, session)))

        return await self.with_links(interaction, words, result, say, draw)


def _nothing(interaction: discord.Interaction) -> Draft:
    return Draft(interaction.user.id, "", "", "", None)
