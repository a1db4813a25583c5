"""`/openspace-admin export`: sessions, joins, visits, takeaways and the calendar as files."""

from __future__ import annotations

import asyncio

import discord
from discord import app_commands

from bot.domain.days import read_day
from bot.domain.refusal import Refusal
from bot.ui.answer import Reply
from bot.ui.choices import day_choices
from bot.ui.exchange import FILE_LIMIT, FILES_LIMIT
from bot.ui.exports import Export, Form, What, files, fitting, read_form, read_what
from bot.ui.names import text
from bot.ui.words import Words, words_for
from cogs.admin.base import OrganizerCommand
from cogs.base import guild_id, person


class ExportCommand(OrganizerCommand):
    """Taking along."""

    @app_commands.command(name=text("command-export"), description=text("command-export-about"))
    @app_commands.rename(what=text("option-what"), form=text("option-format"), day=text("option-day"))
    @app_commands.describe(
        what=text("option-what-about"), form=text("option-format-about"), day=text("option-export-day-about")
    )
    @app_commands.choices(
        what=[app_commands.Choice(name=text(f"export-{what}"), value=what.value) for what in What],
        form=[app_commands.Choice(name=text(f"format-{form}"), value=form.value) for form in Form],
    )
    async def export(
        self,
        interaction: discord.Interaction,
        what: str | None = None,
        form: str | None = None,
        day: str | None = None,
    ) -> None:
        """Answer with the files, which only the organizer sees."""

        async def work(words: Words) -> Reply:
            here, service = guild_id(interaction), self.bot.service
            programme, now = service.programme(here), service.now()
            wanted, kind = read_what(what or What.ALL), read_form(form) if form else None
            chosen = read_day(day, now, programme) if day else None
            records = await service.exports.take(here, person(interaction), wanted)
            export = Export(records, programme, now, chosen)
            if not export.sessions:
                raise Refusal("export-empty")
            made = await asyncio.to_thread(files, words, export, wanted, kind)
            packed = await asyncio.to_thread(fitting, made, FILE_LIMIT, FILES_LIMIT)
            names = ", ".join(f"`{file.name}`" for file in packed)
            said = words.count("exported", len(export.sessions), files=names)
            return Reply(said + "\n" + words("exported-people"), files=packed)

        await self.answer_organizer(interaction, work)

    @export.autocomplete("day")
    async def _export_day(
        self, interaction: discord.Interaction, typed: str
    ) -> list[app_commands.Choice[str]]:
        if interaction.guild_id is None or not person(interaction).organizer:
            return []
        service = self.bot.service
        programme = service.programme(interaction.guild_id)
        return day_choices(words_for(interaction.locale), typed, programme, service.now())
