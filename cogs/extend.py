"""`/openspace extend`, and the buttons that let a session go on."""

from __future__ import annotations

from datetime import UTC, datetime

import discord
from discord import app_commands

from bot.domain.models import State
from bot.ui import managing
from bot.ui.answer import Reply, answer
from bot.ui.names import text
from bot.ui.words import Words
from cogs.base import Command, guild_id, person


class ExtendCommand(Command):
    """Going on longer."""

    @app_commands.command(name=text("command-extend"), description=text("command-extend-about"))
    @app_commands.rename(session=text("option-session"), minutes=text("option-minutes"))
    @app_commands.describe(session=text("option-own-about"), minutes=text("option-longer-about"))
    async def extend(
        self, interaction: discord.Interaction, session: str | None = None, minutes: int | None = None
    ) -> None:
        """With minutes: go on so much longer. Without: choose from what fits."""

        async def work(words: Words) -> Reply:
            here, who = guild_id(interaction), person(interaction)
            meant = await self.own_session(interaction, session)
            if minutes is None:
                return await self._ask(interaction, words, meant.id)
            change = await self.bot.service.changes.extend(here, meant.id, who, minutes)
            return Reply(managing.prolonged(words, change), about=meant.id)

        await answer(interaction, work, pick="extend")

    @extend.autocomplete("session")
    async def _to_extend(
        self, interaction: discord.Interaction, typed: str
    ) -> list[app_commands.Choice[str]]:
        return await self.own_sessions(interaction, typed, State.OPEN, State.BOOKED)

    async def ask_extend(self, interaction: discord.Interaction, session: str) -> None:
        """The click on Extend: which lengths fit."""

        async def work(words: Words) -> Reply:
            return await self._ask(interaction, words, int(session))

        await answer(interaction, work)

    async def _ask(self, interaction: discord.Interaction, words: Words, session_id: int) -> Reply:
        here, service = guild_id(interaction), self.bot.service
        session, ends = await service.details.later_ends(here, session_id, person(interaction))
        return Reply(*managing.ask_extend(words, session, ends, service.programme(here)))

    async def until(self, interaction: discord.Interaction, session: str, end: str) -> None:
        """The click on a later end; twice is once."""

        async def work(words: Words) -> Reply:
            wanted = datetime.fromtimestamp(int(end), UTC)
            here, who = guild_id(interaction), person(interaction)
            change = await self.bot.service.changes.until(here, int(session), who, wanted)
            return Reply(managing.prolonged(words, change), about=int(session))

        await answer(interaction, work)
