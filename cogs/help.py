"""`/openspace help`: how it works here, in eight lines at most."""

from __future__ import annotations

import discord
from discord import app_commands

from bot.ui.answer import Reply, answer
from bot.ui.help import help_text
from bot.ui.names import text
from bot.ui.presses import Press, host_press, ideas_press, row
from bot.ui.words import Words
from cogs.base import Command, guild_id


class HelpCommand(Command):
    """Explaining."""

    @app_commands.command(name=text("command-help"), description=text("command-help-about"))
    async def help(self, interaction: discord.Interaction) -> None:
        """Windows, limit, board and how to begin."""

        async def work(words: Words) -> Reply:
            here = guild_id(interaction)
            service, rules = self.bot.service, self.bot.service.rules(here)
            link = await service.landmarks.board_channel(here)
            board = f"<#{link}>" if link else f"#{rules.server.channels.board}"
            look = Press("list", "board", "", 0, label=words("button-list"))
            presses = row(host_press(words), look, ideas_press(words))
            shown = help_text(words, rules.programme, service.now(), board, rules.pause)
            return Reply(shown, presses)

        await answer(interaction, work)
