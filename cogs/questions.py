"""What a desk is asked in public, before its end and while nobody is there; a press shows what is so."""

from __future__ import annotations

from datetime import timedelta

import discord

from bot.domain.life import as_of
from bot.domain.models import Session, State
from bot.domain.names import escape
from bot.domain.refusal import Refusal
from bot.service import Person
from bot.ui import desk_messages
from bot.ui.answer import Reply
from bot.ui.place import buttons
from bot.ui.presses import Press
from bot.ui.words import Words
from cogs.base import Command, guild_id


class DeskQuestions(Command):
    """The warning before the end (R9), and the word that nobody is there (R11)."""

    async def warning_now(self, interaction: discord.Interaction, session: str, end: str) -> Reply | None:
        """Return what a warning says by now: until when, with the ends that are free, or that it is over."""
        found, words = await self._asked(interaction, session)
        if found is None or found.state is not State.OPEN:
            return _over(words, found)
        host = Person(found.host_id, found.host_name)  # whoever presses: what is said is for all
        try:
            _, ends = await self.bot.service.details.later_ends(found.guild_id, found.id, host)
        except Refusal:
            ends = []
        part = desk_messages.warning(words, found, ends)
        message, presses = interaction.message, part.view.children if part.view else []
        wanted = [press.custom_id for press in presses if isinstance(press, Press)]
        stands = [button.custom_id for button in buttons(message)]
        same = message is not None and message.content == part.text and stands == wanted
        return None if same else Reply(part.text, part.view)

    async def quiet_now(self, interaction: discord.Interaction, session: str) -> Reply | None:
        """Return that somebody is at the desk, or that it is over; None while nobody is."""
        found, words = await self._asked(interaction, session)
        if found is None or found.state is not State.OPEN:
            return _over(words, found)
        asked = interaction.message.created_at if interaction.message else self.bot.service.now()
        if found.quiet is not None and found.quiet < asked - timedelta(seconds=1):
            return None
        return Reply(words("quiet-over", topic=escape(found.topic)))

    async def _asked(self, interaction: discord.Interaction, session: str) -> tuple[Session | None, Words]:
        here, service = guild_id(interaction), self.bot.service
        found = await service.details.get(here, int(session))
        return found and as_of(found, service.now()), self.bot.words_in(here)


def _over(words: Words, session: Session | None) -> Reply:
    return Reply(words("question-over", topic=escape(session.topic) if session else ""))
