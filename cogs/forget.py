"""`/openspace forget-me`: what is stored on a person, and deleting it; Discord then shows them no more."""

from __future__ import annotations

import asyncio
from typing import Any

import discord
import structlog
from discord import app_commands
from discord.ext import commands

from bot.desks.verdicts import TROUBLE
from bot.domain.records import Kind
from bot.service.privacy import Undrawn
from bot.ui import card, privacy
from bot.ui.answer import Reply, answer
from bot.ui.desk_channels import TOPIC_LENGTH
from bot.ui.desk_messages import channel_topic
from bot.ui.names import text
from bot.ui.parts import QUIET
from bot.ui.words import Words
from cogs.base import Command, guild_id, in_place, person

log = structlog.get_logger("privacy")

PACE = 1.0
"""Seconds from one message or channel that is drawn anew to the next."""


class ForgetCommand(Command):
    """Being forgotten. It is open to everyone, also to who may not take part."""

    redrawing: asyncio.Task[None] | None = None

    @app_commands.command(name=text("command-forget-me"), description=text("command-forget-me-about"))
    async def forget_me(self, interaction: discord.Interaction) -> None:
        """Show what is stored on the person, with a way to delete it."""

        async def work(words: Words) -> Reply:
            found = await self.bot.service.privacy.look(guild_id(interaction), person(interaction))
            return Reply(*privacy.stored(words, found))

        await answer(interaction, work, gated=False)

    async def ask_erase(self, interaction: discord.Interaction) -> None:
        """The click that asks once more."""

        async def work(words: Words) -> Reply:
            found = await self.bot.service.privacy.look(guild_id(interaction), person(interaction))
            return Reply(*privacy.ask(words, found))

        await answer(interaction, work, in_place(interaction), gated=False)

    async def erase_now(self, interaction: discord.Interaction, own: str) -> None:
        """The click that deletes it."""

        async def work(words: Words) -> Reply:
            called_off = await self.bot.service.privacy.forget(
                guild_id(interaction), person(interaction), int(own)
            )
            self.bot.cases.wake(guild_id(interaction))
            return Reply(privacy.done(words, called_off), then=self._redraw)

        await answer(interaction, work, in_place(interaction), gated=False)

    @commands.Cog.listener("on_ready")
    async def _go_on(self) -> None:
        """Go on with what was not drawn anew before a restart."""
        self._redraw()

    def _redraw(self) -> None:
        if self.redrawing is None or self.redrawing.done():
            self.redrawing = asyncio.create_task(self._redraw_all(), name="redraw")

    async def cog_unload(self) -> None:
        """Stop; what is not drawn anew is at the next start."""
        if self.redrawing:
            self.redrawing.cancel()
            await asyncio.gather(self.redrawing, return_exceptions=True)

    async def _redraw_all(self) -> None:
        """Draw anew, without those who are forgotten, what the keeper looks after no more."""
        service = self.bot.service.privacy
        for here in await service.undrawn_in():
            guild = self.bot.get_guild(here)
            for undrawn in await service.undrawn(here) if guild and not guild.unavailable else ():
                try:
                    await self._draw(guild, undrawn)
                except TROUBLE as error:
                    log.warning("a forgotten name may still show", guild=here, error=str(error))
                await asyncio.sleep(PACE)

    async def _draw(self, guild: Any, undrawn: Undrawn) -> None:
        channel, session = guild.get_channel(undrawn.channel_id), undrawn.showing.session
        words, service = self.bot.words_in(guild.id), self.bot.service
        if isinstance(channel, discord.TextChannel):
            try:
                if undrawn.kind is Kind.CARD:
                    view = card.layout(words, undrawn.showing, service.programme(guild.id), service.now())
                    view.stop()
                    await channel.get_partial_message(undrawn.message_id).edit(
                        view=view, allowed_mentions=QUIET
                    )
                else:
                    topic = channel_topic(words, session, f"#{session.id}", TOPIC_LENGTH)
                    await channel.edit(topic=topic, reason=words("audit-reason"))
            except discord.NotFound:
                log.info("what showed a forgotten name is gone", guild=guild.id, session=session.id)
        await service.privacy.drawn(undrawn.record_id)
