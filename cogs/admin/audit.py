"""`/openspace-admin audit`: who did what and when, by page; nothing here changes it."""

from __future__ import annotations

from dataclasses import replace

import discord
from discord import app_commands

from bot.domain.trail import About
from bot.service.trail import Lines
from bot.ui import trail
from bot.ui.answer import Ack, Reply
from bot.ui.choices import session_choices, sought
from bot.ui.names import text
from bot.ui.words import Words, words_for
from cogs.admin.base import OrganizerCommand
from cogs.base import guild_id, person


class AuditCommand(OrganizerCommand):
    """Looking at the trail."""

    @app_commands.command(name=text("command-audit"), description=text("command-audit-about"))
    @app_commands.rename(
        session=text("option-session"), member=text("option-member"), kind=text("option-kind")
    )
    @app_commands.describe(
        session=text("option-any-session-about"),
        member=text("option-any-member-about"),
        kind=text("option-kind-about"),
    )
    @app_commands.choices(
        kind=[app_commands.Choice(name=text(f"trail-about-{about}"), value=about.value) for about in About]
    )
    async def audit(
        self,
        interaction: discord.Interaction,
        session: str | None = None,
        member: discord.User | None = None,
        kind: str | None = None,
    ) -> None:
        """Show the newest lines, of a session, a member or a kind where one is given."""

        async def work(words: Words) -> Reply:
            here = guild_id(interaction)
            lines = Lines(None, member.id if member else None, trail.read_kind(kind))
            if session:
                meant = await self.bot.service.finding.find_any(here, session, self.named(here))
                lines = replace(lines, session=meant.id)
            return await self._page(interaction, words, lines)

        await self.answer_organizer(interaction, work, pick="trailof")

    @audit.autocomplete("session")
    async def _any(self, interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
        if interaction.guild_id is None:
            return []
        here, service = interaction.guild_id, self.bot.service
        programme = service.programme(here)
        found = await service.finding.of_all(here, sought(typed, programme))
        return session_choices(words_for(interaction.locale), found, programme, service.now())

    async def audit_of(self, interaction: discord.Interaction, session: str) -> None:
        """The click on one of several sessions that words may mean."""
        await self._turn(interaction, f"{session}__")

    async def audit_page(self, interaction: discord.Interaction, way: str, number: str, lines: str) -> None:
        """The click on another page."""
        await self._turn(interaction, lines, **{way: number})

    async def audit_about(self, interaction: discord.Interaction, chosen: str) -> None:
        """Another kind was chosen."""
        await self._turn(interaction, chosen)

    async def _turn(self, interaction: discord.Interaction, lines: str, **where: str) -> None:
        async def work(words: Words) -> Reply:
            bounds = {way: int(number) for way, number in where.items()}
            return await self._page(interaction, words, trail.asked(lines), **bounds)

        await self.answer_organizer(interaction, work, Ack.UPDATE)

    async def _page(
        self, interaction: discord.Interaction, words: Words, lines: Lines, **where: int
    ) -> Reply:
        look = self.bot.service.trail.look
        page = await look(guild_id(interaction), person(interaction), lines, trail.PAGE, **where)
        return Reply(view=trail.layout(words, page, lines))
