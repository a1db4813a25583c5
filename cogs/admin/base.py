"""What every organizers' command needs: it asks who is asking, whatever Discord lets through."""

from __future__ import annotations

from collections.abc import Mapping

import discord

from bot.domain.refusal import Refusal
from bot.ui.answer import Ack, Reply, Work, answer
from bot.ui.words import Words
from cogs.base import Command, guild_id, person

LONGEST = 1600
"""Code points of an answer to which there may be added something."""


class OrganizerCommand(Command):
    """A part of the organizers' cog."""

    async def answer_organizer(
        self, interaction: discord.Interaction, work: Work, ack: Ack = Ack.THINK, pick: str = "join"
    ) -> None:
        """Do the work and show its reply or form; others are told kindly, and the attempt is written down."""

        async def checked(words: Words) -> Reply | discord.ui.Modal:
            here, who = guild_id(interaction), person(interaction)
            if not who.organizer:
                await self.bot.service.organizing.turned_away(here, who, tried(interaction))
                raise Refusal("organizers-only")
            return self._with_waiting(words, here, await work(words))

        await answer(interaction, checked, ack, pick, gated=False)

    def _with_waiting(
        self, words: Words, here: int, reply: Reply | discord.ui.Modal
    ) -> Reply | discord.ui.Modal:
        """Add to what an organizer reads that cases wait for which there is no private channel."""
        waiting = self.bot.cases.homeless(here)
        if isinstance(reply, Reply) and reply.text and waiting and len(reply.text) < LONGEST:
            reply.text += "\n\n" + words.count("cases-homeless", waiting)
        return reply


def tried(interaction: discord.Interaction) -> str:
    """Return what somebody tried: the command by its English name, or the custom_id of a button or form."""
    if interaction.command:
        return interaction.command.qualified_name
    data: Mapping[str, object] = interaction.data or {}
    return str(data.get("custom_id", ""))
