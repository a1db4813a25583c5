"""What organizers do about a session whose host has left: give it to somebody, cancel it, leave it."""

from __future__ import annotations

import discord
from discord.ext import commands

from bot.domain.names import escape
from bot.domain.refusal import Refusal
from bot.service import Person
from bot.ui import managing, moderating
from bot.ui.answer import Ack, Reply
from bot.ui.edit_form import read_people
from bot.ui.words import Words
from cogs.admin.base import OrganizerCommand
from cogs.base import guild_id, person, submitted


class HostButtons(OrganizerCommand):
    """The buttons under that problem; Cancel and End are those of the commands."""

    async def offer_to_cohost(self, interaction: discord.Interaction, session: str, user: str) -> None:
        """The click on Give to a co-host."""

        async def work(words: Words) -> Reply:
            here, who = guild_id(interaction), person(interaction)
            cohosts = (await self.bot.service.details.look(here, int(session), who)).showing.cohosts
            member = next((each for each in cohosts if str(each.id) == user), None)
            if member is None:
                raise Refusal("offer-cohost")
            return await self._offer_session(interaction, words, int(session), member)

        await self.answer_organizer(interaction, work)

    async def choose_new_host(self, interaction: discord.Interaction, session: str) -> None:
        """The click on Give to…"""

        async def work(words: Words) -> discord.ui.Modal:
            here, who = guild_id(interaction), person(interaction)
            found = await self.bot.service.details.to_change(here, int(session), who)
            return moderating.give_form(words, found.showing.session)

        await self.answer_organizer(interaction, work, Ack.FORM)

    @commands.Cog.listener("on_interaction")
    async def _new_host_sent(self, interaction: discord.Interaction) -> None:
        """Somebody has been chosen."""
        about = submitted(interaction, moderating.GIVE_FORM)
        if about is None:
            return

        async def work(words: Words) -> Reply:
            [member] = read_people(interaction.data, "handover")
            return await self._offer_session(interaction, words, about[0], member)

        await self.answer_organizer(interaction, work)

    async def leave_hostless(self, interaction: discord.Interaction, session: str) -> None:
        """The click on Leave it."""

        async def work(words: Words) -> Reply:
            here, who = guild_id(interaction), person(interaction)
            left = await self.bot.service.hosts.leave(here, int(session), who)
            return Reply(words("hostless", topic=escape(left.topic)))

        await self.answer_organizer(interaction, work)

    async def _offer_session(
        self, interaction: discord.Interaction, words: Words, session_id: int, member: Person
    ) -> Reply:
        here, who = guild_id(interaction), person(interaction)
        result = await self.bot.service.offers.host(here, session_id, who, member)
        return Reply(managing.offered(words, result))
