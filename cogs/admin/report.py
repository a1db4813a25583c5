"""`/openspace-admin report`: what came of the Open Spaces until now; public only after a second click."""

from __future__ import annotations

import discord
from discord import app_commands

from bot.domain.programme import Programme
from bot.domain.refusal import Refusal
from bot.domain.report import Report
from bot.ui import report
from bot.ui.answer import Reply
from bot.ui.exchange import QUIET, Attachment
from bot.ui.names import text
from bot.ui.words import Words
from cogs.admin.base import OrganizerCommand
from cogs.admin.posting import place_to_post
from cogs.base import guild_id, in_place, person


class ReportCommand(OrganizerCommand):
    """The figures, and a picture of them."""

    @app_commands.command(name=text("command-report"), description=text("command-report-about"))
    async def report(self, interaction: discord.Interaction) -> None:
        """Show the report to who asks, in their language."""

        async def work(words: Words) -> Reply:
            here, service = guild_id(interaction), self.bot.service
            found = await service.exports.report(here, person(interaction))
            programme = service.programme(here)
            said = report.for_organizers(words, found, programme)
            drawn = Attachment(
                "openspace-report.png",
                await _picture(words, found, programme),
                report.aloud(words, said, programme),
            )
            return Reply(said, report.ask_to_post(words), [drawn])

        await self.answer_organizer(interaction, work)

    async def ask_to_post(self, interaction: discord.Interaction) -> None:
        """The click on Post it here: who reads here will read it."""

        async def work(words: Words) -> Reply:
            return Reply(*report.asked_to_post(words, place_to_post(interaction, interaction.channel_id).id))

        await self.answer_organizer(interaction, work)

    async def post_now(self, interaction: discord.Interaction, channel: str) -> None:
        """The click that makes it public, as it is now and in the server's language."""

        async def work(words: Words) -> Reply:
            here, who, service = guild_id(interaction), person(interaction), self.bot.service
            where = place_to_post(interaction, int(channel))
            found, programme = await service.exports.report(here, who), service.programme(here)
            public = self.bot.words_in(here)
            said = report.for_everyone(public, found, programme)
            drawn = Attachment(
                "openspace-report.png",
                await _picture(public, found, programme),
                report.aloud(public, said, programme),
            )
            message = interaction.message.id if interaction.message else interaction.id
            try:
                # By the nonce Discord itself sees that a second click is the same wish.
                await where.send(said, file=drawn.opened(), allowed_mentions=QUIET, nonce=f"os-r-{message}")
            except discord.Forbidden as error:
                raise Refusal("report-not-posted", channel=where.name) from error
            await service.exports.posted(here, who, where.id)
            return Reply(words("report-posted", channel=where.mention))

        await self.answer_organizer(interaction, work, in_place(interaction))


async def _picture(words: Words, report: Report, programme: Programme) -> bytes:
    from bot.ui.report_picture import picture  # noqa: PLC0415 - with XML, half a megabyte that few runs need

    return await picture(words, report, programme)
