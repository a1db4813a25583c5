"""`/openspace ideas`: topics to start from, what people wish someone would host, and their buttons."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import discord
from discord import app_commands
from discord.ext import commands

from bot.domain.names import escape
from bot.domain.refusal import Refusal
from bot.service import Draft, Person, Voiced
from bot.ui.answer import Ack, Reply, answer
from bot.ui.ideas import IDEA_FORM, PAGE, Starter, idea_form, ideas_layout, read_idea, starters
from bot.ui.names import text
from bot.ui.words import Words
from cogs.base import guild_id, in_page, person, submitted
from cogs.host import HostCommand


class IdeasCommand(HostCommand):
    """Finding something to host; hosting it is hosting."""

    @app_commands.command(name=text("command-ideas"), description=text("command-ideas-about"))
    async def ideas(self, interaction: discord.Interaction) -> None:
        """Topics to start from, and those that people would come to."""
        await self.show_ideas(interaction)

    async def show_ideas(self, interaction: discord.Interaction) -> None:
        """The same for the Ideas button: a page of their own for whoever asks."""

        async def work(words: Words) -> Reply:
            return await self._ideas(interaction, words)

        await answer(interaction, work)

    async def ideas_page(self, interaction: discord.Interaction, page: str) -> None:
        """The click on another page."""

        async def work(words: Words) -> Reply:
            return await self._ideas(interaction, words, int(page))

        await answer(interaction, work, in_page(interaction))

    async def host_idea(self, interaction: discord.Interaction, key: str) -> None:
        """The click that opens the form for a session with a topic filled in."""

        async def work(words: Words) -> discord.ui.Modal:
            idea = int(key) if key.isdecimal() else None
            topic = "" if idea else self._starter(interaction, words, key)
            draft = Draft(interaction.user.id, topic, "", "", None, idea_id=idea)
            return await self.make_form(interaction, words, draft)

        await answer(interaction, work, Ack.FORM)

    async def new_idea(self, interaction: discord.Interaction) -> None:
        """The click that opens the form for an idea."""

        async def work(words: Words) -> discord.ui.Modal:
            guild_id(interaction)  # not in direct messages
            return idea_form(words)

        await answer(interaction, work, Ack.FORM)

    @commands.Cog.listener("on_interaction")
    async def _idea_sent(self, interaction: discord.Interaction) -> None:
        """The form for an idea has been filled in and sent."""
        if submitted(interaction, IDEA_FORM) is None:
            return

        async def work(words: Words) -> Reply:
            here, who = guild_id(interaction), person(interaction)
            result = await self.bot.service.ideas.put_up(here, who, read_idea(interaction.data))
            what = "up" if result.changed else "up-already"
            return await self._ideas_after(interaction, words, result, what)

        await answer(interaction, work, in_page(interaction))

    async def me_too(self, interaction: discord.Interaction, idea: str) -> None:
        """The click of those who would come."""
        await self._voice(interaction, idea, self.bot.service.ideas.me_too, "metoo")

    async def not_me(self, interaction: discord.Interaction, idea: str) -> None:
        """The click of those who would not come after all."""
        await self._voice(interaction, idea, self.bot.service.ideas.not_me, "notme")

    async def drop_idea(self, interaction: discord.Interaction, idea: str) -> None:
        """The click that takes an idea back."""
        await self._voice(interaction, idea, self.bot.service.ideas.drop, "dropped")

    async def _voice(
        self,
        interaction: discord.Interaction,
        idea: str,
        voice: Callable[[int, int, Person], Awaitable[Voiced]],
        what: str,
    ) -> None:
        async def work(words: Words) -> Reply:
            result = await voice(guild_id(interaction), int(idea), person(interaction))
            return await self._ideas_after(interaction, words, result, what)

        await answer(interaction, work, in_page(interaction))

    def _starter(self, interaction: discord.Interaction, words: Words, key: str) -> str:
        topics = {starter.key: starter.topic for starter in self._starters(words, guild_id(interaction))}
        if key not in topics:
            raise Refusal("idea-gone")
        return topics[key]

    async def _ideas_after(
        self, interaction: discord.Interaction, words: Words, result: Voiced, what: str
    ) -> Reply:
        """Return the page where the idea is by now, with what has been done to it."""
        said = words(f"idea-{what}", topic=escape(result.topic))
        return await self._ideas(interaction, words, said=said, idea_id=result.idea_id)

    async def _ideas(
        self,
        interaction: discord.Interaction,
        words: Words,
        page: int = 0,
        *,
        said: str = "",
        idea_id: int | None = None,
    ) -> Reply:
        here = guild_id(interaction)
        ideas = await self.bot.service.ideas.look(here, interaction.user.id)
        page = next((n // PAGE for n, idea in enumerate(ideas) if idea.id == idea_id), page)
        organizer = person(interaction).organizer
        return Reply(
            view=ideas_layout(words, ideas, self._starters(words, here), page, organizer=organizer, said=said)
        )

    def _starters(self, words: Words, here: int) -> list[Starter]:
        return starters(words, self.bot.service.rules(here).server.ideas.topics)
