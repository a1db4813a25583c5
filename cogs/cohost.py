"""`/openspace cohost`, and the buttons that ask others to share a session or to take it over."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.ext import commands

from bot.domain.models import State
from bot.ui import managing
from bot.ui.answer import Ack, Reply, answer
from bot.ui.edit_form import COHOSTS_FORM, HANDOVER_FORM, cohosts_form, handover_form, read_people
from bot.ui.names import text
from bot.ui.words import Words
from cogs.base import Command, guild_id, member, person, submitted


class CohostCommand(Command):
    """Sharing the host's powers."""

    @app_commands.command(name=text("command-cohost"), description=text("command-cohost-about"))
    @app_commands.rename(
        user=text("option-member"), session=text("option-session"), remove=text("option-remove")
    )
    @app_commands.describe(
        user=text("option-member-about"),
        session=text("option-own-about"),
        remove=text("option-remove-about"),
    )
    async def cohost(
        self,
        interaction: discord.Interaction,
        user: discord.User,
        session: str | None = None,
        remove: bool = False,
    ) -> None:
        """Ask somebody to share edit, extend, end and cancel, or let them no longer."""

        async def work(words: Words) -> Reply:
            here, who, service = guild_id(interaction), person(interaction), self.bot.service
            meant = await self.own_session(interaction, session)
            result = await service.cohosts.cohost(here, meant.id, who, member(user), remove=remove)
            return Reply(managing.cohosts(words, result), about=result.session.id)

        await answer(interaction, work, pick="cohosts")

    @cohost.autocomplete("session")
    async def _to_share(self, interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
        return await self.own_sessions(interaction, typed, State.OPEN, State.BOOKED)

    async def choose_cohosts(self, interaction: discord.Interaction, session: str) -> None:
        """The click that shows who the co-hosts are, to be changed."""

        async def work(words: Words) -> discord.ui.Modal:
            here, who, service = guild_id(interaction), person(interaction), self.bot.service
            showing = (await service.details.to_change(here, int(session), who)).showing
            return cohosts_form(words, showing.session, showing.cohosts)

        await answer(interaction, work, Ack.FORM)

    async def choose_host(self, interaction: discord.Interaction, session: str) -> None:
        """The click that asks for a new host."""

        async def work(words: Words) -> discord.ui.Modal:
            here, who = guild_id(interaction), person(interaction)
            found = await self.bot.service.details.to_change(here, int(session), who)
            return handover_form(words, found.showing.session)

        await answer(interaction, work, Ack.FORM)

    @commands.Cog.listener("on_interaction")
    async def _people_sent(self, interaction: discord.Interaction) -> None:
        """Those to be asked have been chosen."""
        shared, handed = submitted(interaction, COHOSTS_FORM), submitted(interaction, HANDOVER_FORM)
        service = self.bot.service

        async def share(words: Words) -> Reply:
            chosen = read_people(interaction.data, "cohosts")
            here, who = guild_id(interaction), person(interaction)
            result = await service.cohosts.choose(here, (shared or [0])[0], who, chosen)
            return Reply(managing.cohosts(words, result), about=result.session.id)

        async def hand_over(words: Words) -> Reply:
            [host] = read_people(interaction.data, "handover")
            here, who = guild_id(interaction), person(interaction)
            result = await service.offers.host(here, (handed or [0])[0], who, host)
            return Reply(managing.offered(words, result), about=result.session.id)

        if shared:
            await answer(interaction, share)
        elif handed:
            await answer(interaction, hand_over)
