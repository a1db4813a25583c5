"""`/openspace-admin cleanup`: after the event, remove what the bot made, and only that (R13)."""

from __future__ import annotations

import asyncio

import discord
import structlog
from discord import app_commands
from discord.ext import commands

from bot.app import OpenSpaceBot
from bot.desks.verdicts import TROUBLE
from bot.domain.refusal import Refusal
from bot.service.cleanup import Made, has_words
from bot.ui import cleanup
from bot.ui.answer import Ack, Reply
from bot.ui.names import text
from bot.ui.parts import QUIET
from bot.ui.words import Words
from cogs.admin.base import OrganizerCommand
from cogs.base import guild_id, in_place, person, submitted

log = structlog.get_logger("cleanup")

EVERY = 5.0
"""Seconds from one change of the message that shows how far removing is to the next."""
FOLLOWED = 13 * 60.0
"""Seconds for which it follows: Discord lets an answer be changed for 15 minutes."""


class CleanupCommand(OrganizerCommand):
    """Removing, asked about twice. The keeper does it, and goes on after a restart."""

    def __init__(self, bot: OpenSpaceBot) -> None:
        super().__init__(bot)
        self.following: set[asyncio.Task[None]] = set()

    async def cog_unload(self) -> None:
        """Stop following; the keeper goes on."""
        for task in list(self.following):
            task.cancel()
        await asyncio.gather(*self.following, return_exceptions=True)

    @app_commands.command(name=text("command-cleanup"), description=text("command-cleanup-about"))
    async def cleanup(self, interaction: discord.Interaction) -> None:
        """Show what there is to remove, or how far that is."""
        await self.cleanup_page(interaction, "0")

    async def cleanup_page(self, interaction: discord.Interaction, number: str) -> None:
        """The click on another page."""

        async def work(words: Words) -> Reply:
            guild, made = await self._looked(interaction)
            if made.rules.closing:
                return self._followed(interaction, words, guild, made)
            return Reply(view=cleanup.layout(words, guild, made, int(number)))

        ack = Ack.UPDATE if interaction.type is discord.InteractionType.component else Ack.THINK
        await self.answer_organizer(interaction, work, ack)

    async def ask_cleanup(self, interaction: discord.Interaction, how: str) -> None:
        """The click that opens the form in which a name is typed."""

        async def work(words: Words) -> discord.ui.Modal:
            guild, made = await self._looked(interaction)
            if made.active:
                raise Refusal("cleanup-active", count=made.active)
            if not (cleanup.there(guild, made) or cleanup.cases_there(guild, made)):
                raise Refusal("cleanup-nothing")
            return cleanup.cleanup_form(words, int(how))

        await self.answer_organizer(interaction, work, Ack.FORM)

    @commands.Cog.listener("on_interaction")
    async def _typed(self, interaction: discord.Interaction) -> None:
        """A name has been typed."""
        about = submitted(interaction, cleanup.CLEANUP_FORM)
        if about is None:
            return

        async def work(words: Words) -> Reply:
            guild, made = await self._looked(interaction)
            names = [guild.name, made.rules.programme.name]
            cleanup.check_typed(words, interaction.data, about[0], names)
            service = self.bot.service.cleanup
            await service.begin(guild.id, person(interaction), words=about[0] == cleanup.ALL)
            guild, made = await self._looked(interaction)
            return self._followed(interaction, words, guild, made)

        await self.answer_organizer(interaction, work)

    async def _looked(self, interaction: discord.Interaction) -> tuple[discord.Guild, Made]:
        here = guild_id(interaction)
        guild = self.bot.get_guild(here)
        if guild is None:
            raise Refusal("no-server")
        return guild, await self.bot.service.cleanup.look(here, person(interaction))

    def _followed(
        self, interaction: discord.Interaction, words: Words, guild: discord.Guild, made: Made
    ) -> Reply:
        """Return how far it is, changed while it goes on."""

        def follow() -> None:
            task = asyncio.create_task(self._follow(interaction, words), name="cleanup")
            self.following.add(task)
            task.add_done_callback(self.following.discard)

        return Reply(cleanup.progress(words, guild, made), then=follow)

    async def _follow(self, interaction: discord.Interaction, words: Words) -> None:
        until, shown = asyncio.get_running_loop().time() + FOLLOWED, ""
        try:
            while True:
                await asyncio.sleep(EVERY)
                guild, made = await self._looked(interaction)
                said = cleanup.progress(words, guild, made)
                late = asyncio.get_running_loop().time() >= until
                if said != shown or late:
                    shown = said
                    content = cleanup.later(words, said) if late and made.rules.closing else said
                    await interaction.edit_original_response(content=content, allowed_mentions=QUIET)
                if late or not made.rules.closing:
                    return
        except (*TROUBLE, Refusal) as error:
            log.info("a message follows no more how far removing is", error=str(error))

    async def keepsake(self, interaction: discord.Interaction) -> None:
        """The click that asks for people's words: read now, and kept nowhere."""

        async def work(words: Words) -> Reply:
            guild, made = await self._looked(interaction)
            channels = [
                channel
                for record in made.things
                if has_words(record)
                and isinstance(channel := guild.get_channel(record.discord_id or 0), discord.TextChannel)
            ]
            if not channels:
                return Reply(words("keepsake-none"))
            flags = self.bot.application_flags
            if not (flags.gateway_message_content or flags.gateway_message_content_limited):
                return Reply(words("keepsake-blind"))
            texts = {f"{channel.name}-{channel.id}.txt": await _said(channel) for channel in channels}
            files, left = await asyncio.to_thread(cleanup.zipped, texts)
            told = words.count("keepsake", len(channels) - len(left))
            if left:
                told += "\n" + words("keepsake-more", names=", ".join(left[:10]))
            return Reply(told, files=files)

        await self.answer_organizer(interaction, work, in_place(interaction))


async def _said(channel: discord.TextChannel) -> str:
    """Return all that others than the bot wrote in a channel, oldest first, as lines of text."""
    lines = []
    async for message in channel.history(limit=None, oldest_first=True):
        files = [attachment.url for attachment in message.attachments]
        words = " ".join(filter(None, [message.content, *files]))
        if words and message.author.id != channel.guild.me.id:
            lines.append(f"[{message.created_at:%Y-%m-%d %H:%M} UTC] {message.author.display_name}: {words}")
    return "\n".join(lines) + "\n"
