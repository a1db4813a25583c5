"""The bare bot beside which ours is measured: discord.py with one slash command that answers at once."""

import os

import discord
from discord import app_commands


class Bare(discord.Client):
    """Registers its command, and is there."""

    def __init__(self) -> None:
        super().__init__(intents=discord.Intents(guilds=True, voice_states=True, guild_scheduled_events=True))
        self.tree = app_commands.CommandTree(self)

    async def setup_hook(self) -> None:
        """Tell Discord of the command."""
        await self.tree.sync()


bot = Bare()


@bot.tree.command()
async def ping(interaction: discord.Interaction) -> None:
    """Answer at once."""
    await interaction.response.send_message("pong", ephemeral=True)


if __name__ == "__main__":
    bot.run(os.environ["DISCORD_TOKEN"])
