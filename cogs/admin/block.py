"""`/openspace-admin block` and `unblock`: who may not host here, why, and until when."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.ext import commands

from bot.domain.booking import MINUTE
from bot.domain.refusal import Refusal
from bot.service import Person
from bot.service.restoring import SLIP
from bot.ui import blocking, moderating
from bot.ui.answer import Ack, Reply
from bot.ui.edit_form import read_reason
from bot.ui.gate import gate_of
from bot.ui.names import text
from bot.ui.words import Words, words_for
from cogs.admin.base import OrganizerCommand
from cogs.base import guild_id, in_place, person, submitted


class BlockCommands(OrganizerCommand):
    """Keeping somebody from hosting, and letting them again."""

    @app_commands.command(name=text("command-block"), description=text("command-block-about"))
    @app_commands.rename(user=text("option-member"), reason=text("option-reason"), until=text("option-until"))
    @app_commands.describe(
        user=text("option-block-member-about"),
        reason=text("option-block-reason-about"),
        until=text("option-until-about"),
    )
    async def block(
        self,
        interaction: discord.Interaction,
        user: discord.User | None = None,
        reason: app_commands.Range[str, 1, 300] | None = None,
        until: app_commands.Range[str, 1, 100] | None = None,
    ) -> None:
        """Block a member; without one: show who is blocked."""

        async def work(words: Words) -> Reply:
            here, who, service = guild_id(interaction), person(interaction), self.bot.service
            if user is None:
                return Reply(*blocking.everyone(words, await service.blocking.blocked(here)))
            member = _member(interaction, user)
            result = await service.blocking.block(here, who, member, reason or "", until or "")
            return Reply(*blocking.blocked(words, result))

        await self.answer_organizer(interaction, work)

    @app_commands.command(name=text("command-unblock"), description=text("command-unblock-about"))
    @app_commands.rename(member=text("option-member"))
    @app_commands.describe(member=text("option-unblock-about"))
    async def unblock(self, interaction: discord.Interaction, member: str) -> None:
        """Let somebody host again."""

        async def work(words: Words) -> Reply:
            here, service = guild_id(interaction), self.bot.service
            known = await service.blocking.blocked(here)
            block = blocking.meant(member, known, service.programme(here))
            return await self._unblock(interaction, words, block.user_id, block.name)

        await self.answer_organizer(interaction, work)

    @unblock.autocomplete("member")
    async def _blocked(self, interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
        if interaction.guild_id is None:
            return []
        here, service = interaction.guild_id, self.bot.service
        known = await service.blocking.blocked(here)
        return blocking.choices(words_for(interaction.locale), known, typed, service.programme(here))

    async def unblock_now(self, interaction: discord.Interaction, user: str) -> None:
        """The click on Unblock."""

        async def work(words: Words) -> Reply:
            known = await self.bot.service.blocking.blocked(guild_id(interaction))
            name = next((block.name for block in known if str(block.user_id) == user), f"<@{user}>")
            return await self._unblock(interaction, words, int(user), name)

        await self.answer_organizer(interaction, work)

    async def _unblock(
        self, interaction: discord.Interaction, words: Words, user_id: int, name: str
    ) -> Reply:
        here, who = guild_id(interaction), person(interaction)
        was = await self.bot.service.blocking.unblock(here, who, user_id)
        return Reply(blocking.unblocked(words, name, was=was))

    async def ask_cancel_all(self, interaction: discord.Interaction, user: str) -> None:
        """The click on Cancel all."""

        async def work(words: Words) -> Reply:
            coming = await self.bot.service.blocking.coming(guild_id(interaction), int(user))
            if not coming:
                return Reply(words("cancelled-none"))
            return Reply(*blocking.ask_cancel_all(words, coming, int(user)))

        await self.answer_organizer(interaction, work)

    async def cancel_all_now(self, interaction: discord.Interaction, user: str) -> None:
        """The click on Yes, cancel them."""

        async def work(words: Words) -> Reply:
            return await self._cancel_all_of(interaction, words, int(user), "")

        await self.answer_organizer(interaction, work, in_place(interaction))

    async def cancel_all_why(self, interaction: discord.Interaction, user: str) -> None:
        """The click that opens the form for a reason."""

        async def work(words: Words) -> discord.ui.Modal:
            return moderating.why_form(words, moderating.CANCEL_ALL_FORM, user)

        await self.answer_organizer(interaction, work, Ack.FORM)

    @commands.Cog.listener("on_interaction")
    async def _why_sent(self, interaction: discord.Interaction) -> None:
        """A reason has been given for all of somebody's."""
        about = submitted(interaction, moderating.CANCEL_ALL_FORM)
        if about is None:
            return

        async def work(words: Words) -> Reply:
            return await self._cancel_all_of(interaction, words, about[0], read_reason(interaction.data))

        await self.answer_organizer(interaction, work, in_place(interaction))

    async def _cancel_all_of(
        self, interaction: discord.Interaction, words: Words, user_id: int, reason: str
    ) -> Reply:
        here, who = guild_id(interaction), person(interaction)
        done = await self.bot.service.blocking.cancel_all(here, who, user_id, reason)
        return Reply(*blocking.cancelled_all(words, done, SLIP // MINUTE))


def _member(interaction: discord.Interaction, user: discord.User | discord.Member) -> Person:
    """Return whom to block, who may have left the server; raises `Refusal` for bots."""
    if user.bot:
        raise Refusal("bot", host=user.display_name)
    organizer = isinstance(user, discord.Member) and gate_of(interaction).organizes(user)
    return Person(user.id, user.display_name, organizer)
