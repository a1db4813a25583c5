"""What every command needs: the bot, who is asking where, and links that come when the channels do."""

from __future__ import annotations

from collections.abc import Callable

import discord
from discord.ext import commands

from bot.app import OpenSpaceBot
from bot.domain.models import Session
from bot.domain.refusal import Refusal
from bot.service import Person
from bot.ui.answer import QUIET, Reply
from bot.ui.hosting import Channels, channels_due
from bot.ui.words import Words


class Command(commands.Cog):
    """A part of a cog: it has the bot."""

    def __init__(self, bot: OpenSpaceBot) -> None:
        self.bot = bot

    async def with_links(
        self,
        interaction: discord.Interaction,
        words: Words,
        session: Session,
        say: Callable[[Channels], str],
    ) -> Reply:
        """Return a reply with the links to a session's channels, now or as soon as they exist (R15)."""
        service = self.bot.service
        channels = await service.channels(session.id)
        lead = service.programme(session.guild_id).limits.lead_minutes
        if len(channels) == 2 or not channels_due(session, lead, service.now()):
            return Reply(say(channels))

        async def tell(made: Channels) -> None:
            later = say(made) if made else say({}) + "\n" + words("links-stuck")
            await interaction.edit_original_response(content=later, allowed_mentions=QUIET)

        return Reply(
            say(channels), then=lambda: self.bot.keeper.when_ready(session.guild_id, session.id, tell)
        )


def guild_id(interaction: discord.Interaction) -> int:
    """Return the server's id; raises `Refusal` outside a server."""
    if interaction.guild_id is None:
        raise Refusal("no-server")
    return interaction.guild_id


def person(interaction: discord.Interaction) -> Person:
    """Return who is asking, by the name that the server shows."""
    return Person(interaction.user.id, interaction.user.display_name)
