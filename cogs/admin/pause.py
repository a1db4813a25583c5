"""`/openspace-admin pause` and `resume`: nobody books or starts meanwhile; what runs goes on."""

from __future__ import annotations

import discord
from discord import app_commands

from bot.ui import organizing
from bot.ui.answer import Reply
from bot.ui.names import text
from bot.ui.words import Words
from cogs.admin.base import OrganizerCommand
from cogs.base import guild_id, in_place, person


class PauseCommands(OrganizerCommand):
    """Holding on, and going on."""

    @app_commands.command(name=text("command-pause"), description=text("command-pause-about"))
    @app_commands.rename(reason=text("option-reason"))
    @app_commands.describe(reason=text("option-pause-reason-about"))
    async def pause(
        self, interaction: discord.Interaction, reason: app_commands.Range[str, 1, 300] | None = None
    ) -> None:
        """Take no new sessions; who would host reads the reason."""

        async def work(words: Words) -> Reply:
            rules = await self.bot.service.organizing.pause(
                guild_id(interaction), person(interaction), reason or ""
            )
            return Reply(*organizing.paused(words, rules))

        await self.answer_organizer(interaction, work)

    @app_commands.command(name=text("command-resume"), description=text("command-resume-about"))
    async def resume(self, interaction: discord.Interaction) -> None:
        """Take new sessions again."""
        await self.resume_now(interaction)

    async def resume_now(self, interaction: discord.Interaction) -> None:
        """The command, and the button under what `pause` answered."""

        async def work(words: Words) -> Reply:
            changed = await self.bot.service.organizing.resume(guild_id(interaction), person(interaction))
            return Reply(words("resumed" if changed else "not-paused"))

        await self.answer_organizer(interaction, work, in_place(interaction))
