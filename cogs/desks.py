"""Wakes the desks' keeper when something in a server may concern it; decides nothing itself."""

from __future__ import annotations

import discord
import structlog
from discord.ext import commands

from bot.app import OpenSpaceBot

log = structlog.get_logger("desks")


class Desks(commands.Cog):
    """Listeners only; each is one call."""

    def __init__(self, bot: OpenSpaceBot) -> None:
        self.bot = bot
        self.keeper = bot.keeper

    @commands.Cog.listener()
    async def on_ready(self) -> None:
        """READY comes again after a lost connection: a wake too many does no harm."""
        log.info("serving", guilds=len(self.bot.guilds))
        for guild in self.bot.guilds:
            self.keeper.listen(guild.id)
        await self.bot.service.servers.seen({guild.id for guild in self.bot.guilds})

    @commands.Cog.listener()
    async def on_guild_join(self, guild: discord.Guild) -> None:
        """A new server gets its area at once, so that missing permissions show before the day."""
        self.keeper.listen(guild.id)
        await self.bot.service.servers.came(guild.id)

    @commands.Cog.listener()
    async def on_guild_available(self, guild: discord.Guild) -> None:
        """The server is back from an outage of Discord's."""
        self.keeper.listen(guild.id)

    @commands.Cog.listener()
    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """The bot was removed; what is booked stays in the database for a while."""
        self.keeper.forget(guild.id)
        await self.bot.service.servers.left(guild.id)

    @commands.Cog.listener()
    async def on_guild_channel_create(self, channel: discord.abc.GuildChannel) -> None:
        """It may be one of ours whose answer was lost (R14)."""
        self.keeper.wake(channel.guild.id)

    @commands.Cog.listener()
    async def on_guild_channel_delete(self, channel: discord.abc.GuildChannel) -> None:
        """It may be one of ours, or make room under a limit."""
        self.keeper.heard_gone(channel.guild.id, [channel.id])

    @commands.Cog.listener()
    async def on_guild_channel_update(
        self, before: discord.abc.GuildChannel, after: discord.abc.GuildChannel
    ) -> None:
        """It may have lost its category, or its permissions may have changed."""
        changed = before.overwrites != after.overwrites
        if changed or before.category_id != after.category_id:
            self.keeper.wake(after.guild.id, fresh=changed, room=True)

    @commands.Cog.listener()
    async def on_guild_role_update(self, before: discord.Role, after: discord.Role) -> None:
        """The bot may have been given what it lacked."""
        if before.permissions != after.permissions:
            self.keeper.wake(after.guild.id, fresh=True)

    @commands.Cog.listener()
    async def on_member_update(self, _before: discord.Member, after: discord.Member) -> None:
        """The bot's own roles may have changed; without the members intent only it is heard of."""
        if after == after.guild.me:
            self.keeper.wake(after.guild.id, fresh=True)

    @commands.Cog.listener()
    async def on_voice_state_update(
        self, member: discord.Member, before: discord.VoiceState, after: discord.VoiceState
    ) -> None:
        """A desk's voice channel may have emptied, by leaving or by moving on, or have filled (R9, R11)."""
        here = member.guild.id
        desks = [c.id for c in (before.channel, after.channel) if c and self.keeper.is_voice(here, c.id)]
        if before.channel == after.channel or not desks:
            return
        # At once: by the time the keeper looks, a short visit may be over. Where it is over already,
        # discord.py has emptied `after`, and the next event's `before` tells of it.
        for channel_id in desks if not member.bot else ():
            came = after.channel is not None and channel_id == after.channel.id
            if not (came and await self.bot.door.came(here, channel_id, member.id)):
                await self.bot.service.presence.entered(here, channel_id, member.id)
        self.keeper.wake(here)

    @commands.Cog.listener()
    async def on_message(self, message: discord.Message) -> None:
        """Somebody has written, perhaps at a desk; what it says is never heard."""
        if message.guild and message.author.id != message.guild.me.id:
            people = not message.author.bot and message.webhook_id is None
            self.keeper.heard_words(
                message.guild.id, message.channel.id, message.author.id if people else None
            )

    @commands.Cog.listener()
    async def on_raw_message_delete(self, payload: discord.RawMessageDeleteEvent) -> None:
        """It may be the board or a card."""
        if payload.guild_id:
            self.keeper.heard_gone(payload.guild_id, [payload.message_id], payload.channel_id)

    @commands.Cog.listener()
    async def on_raw_bulk_message_delete(self, payload: discord.RawBulkMessageDeleteEvent) -> None:
        """The board or a card may be among them."""
        if payload.guild_id:
            self.keeper.heard_gone(payload.guild_id, payload.message_ids, payload.channel_id)

    @commands.Cog.listener()
    async def on_scheduled_event_create(self, event: discord.ScheduledEvent) -> None:
        """It may be one of ours whose answer was lost (R14)."""
        self.keeper.wake(event.guild_id)

    @commands.Cog.listener()
    async def on_scheduled_event_update(
        self, before: discord.ScheduledEvent, after: discord.ScheduledEvent
    ) -> None:
        """It may be one of ours, or make room under Discord's limit when it is over."""
        self.keeper.wake(after.guild_id, room=before.status != after.status)

    @commands.Cog.listener()
    async def on_scheduled_event_delete(self, event: discord.ScheduledEvent) -> None:
        """It may be one of ours, or make room under Discord's limit."""
        self.keeper.heard_gone(event.guild_id, [event.id])


async def setup(bot: OpenSpaceBot) -> None:
    """Called by discord.py when the extension is loaded."""
    await bot.add_cog(Desks(bot))
