"""Wakes what shows organizers their cases when something may concern it; decides nothing itself."""

from __future__ import annotations

import discord
from discord.ext import commands

from bot.app import OpenSpaceBot


class CaseListeners(commands.Cog):
    """Listeners only; each is one call."""

    def __init__(self, bot: OpenSpaceBot) -> None:
        self.bot = bot

    async def _away(self, guild: discord.Guild) -> None:
        """The bot may have missed something."""
        self.bot.cases.wake(guild.id)
        await self.bot.door.look(guild.id)

    @commands.Cog.listener()
    async def on_ready(self) -> None:
        """READY comes again after a lost connection."""
        for guild in self.bot.guilds:
            await self._away(guild)

    @commands.Cog.listener()
    async def on_guild_available(self, guild: discord.Guild) -> None:
        """The server is back from an outage of Discord's."""
        await self._away(guild)

    @commands.Cog.listener()
    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """The bot was removed."""
        self.bot.cases.forget(guild.id)

    @commands.Cog.listener()
    async def on_guild_channel_create(self, channel: discord.abc.GuildChannel) -> None:
        """It may become the organizers'."""
        self.bot.cases.wake(channel.guild.id)

    @commands.Cog.listener()
    async def on_guild_channel_delete(self, channel: discord.abc.GuildChannel) -> None:
        """It may have been the organizers'."""
        self.bot.cases.wake(channel.guild.id)

    @commands.Cog.listener()
    async def on_guild_channel_update(
        self, before: discord.abc.GuildChannel, after: discord.abc.GuildChannel
    ) -> None:
        """Everyone may see it by now, or no longer."""
        if before.overwrites != after.overwrites:
            self.bot.cases.wake(after.guild.id)

    @commands.Cog.listener()
    async def on_guild_update(self, _before: discord.Guild, after: discord.Guild) -> None:
        """The channel for moderators may be another."""
        self.bot.cases.wake(after.id)

    @commands.Cog.listener()
    async def on_guild_role_update(self, before: discord.Role, after: discord.Role) -> None:
        """Everyone may see more by now."""
        if before.permissions != after.permissions:
            self.bot.cases.wake(after.guild.id)


async def setup(bot: OpenSpaceBot) -> None:
    """Called by discord.py when the extension is loaded."""
    await bot.add_cog(CaseListeners(bot))
