"""`/openspace join` and `/openspace leave`, and their buttons."""

from __future__ import annotations

from functools import partial

import discord
from discord import app_commands

from bot.ui import hosting
from bot.ui.answer import Reply, answer
from bot.ui.choices import session_choices, sought
from bot.ui.names import text
from bot.ui.presses import join_press, leave_presses, row
from bot.ui.words import Words, words_for
from cogs.base import guild_id, person
from cogs.list import ListCommand


class JoinCommands(ListCommand):
    """Taking part."""

    @app_commands.command(name=text("command-join"), description=text("command-join-about"))
    @app_commands.rename(session=text("option-session"))
    @app_commands.describe(session=text("option-session-about"))
    async def join(self, interaction: discord.Interaction, session: str) -> None:
        """Join; on an open desk with its links, and a greeting to the host there."""
        await self.join_session(interaction, session)

    @app_commands.command(name=text("command-leave"), description=text("command-leave-about"))
    @app_commands.rename(session=text("option-session"))
    @app_commands.describe(session=text("option-session-about"))
    async def leave(self, interaction: discord.Interaction, session: str) -> None:
        """Stop the notices."""
        await self.leave_session(interaction, session)

    async def join_session(self, interaction: discord.Interaction, session: str, *page: str) -> None:
        """Join what is meant by an id or by words; the Join buttons come here too, with their page."""

        async def work(words: Words) -> Reply:
            async def join() -> Reply:
                meant = await self.session(interaction, session)
                here, who = guild_id(interaction), person(interaction)
                result = await self.bot.service.guests.join(here, meant.id, who)

                async def draw(said: str) -> Reply:
                    if page:
                        return await self.page_with(interaction, words, page, said)
                    says = {"joined", "where"} if len(result.channels) == 2 else {"joined"}
                    presses = row(*leave_presses(words, result.session))
                    return Reply(said, presses, about=result.session.id, says=says)

                say = partial(hosting.joined, words, result, reader=interaction.user.id)
                return await self.with_links(interaction, words, result, say, draw)

            return await self.on_page(interaction, words, page, join)

        await answer(interaction, work)

    async def leave_session(self, interaction: discord.Interaction, session: str, *page: str) -> None:
        """Leave what is meant by an id or by words; the Leave buttons come here too, with their page."""

        async def work(words: Words) -> Reply:
            async def leave() -> Reply:
                meant = await self.session(interaction, session)
                here, who = guild_id(interaction), person(interaction)
                result = await self.bot.service.guests.leave(here, meant.id, who)
                said = hosting.left(words, result)
                if page:
                    return await self.page_with(interaction, words, page, said)
                again = (
                    [join_press(words, result.session, again=result.changed)] if result.session.active else []
                )
                return Reply(said, row(*again) if again else None, about=result.session.id)

            return await self.on_page(interaction, words, page, leave)

        await answer(interaction, work, pick="leave")

    @join.autocomplete("session")
    async def _to_join(self, interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
        return await self._sessions(interaction, typed, joined=False)

    @leave.autocomplete("session")
    async def _to_leave(self, interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
        return await self._sessions(interaction, typed, joined=True)

    async def _sessions(
        self, interaction: discord.Interaction, typed: str, *, joined: bool
    ) -> list[app_commands.Choice[str]]:
        """Sessions by topic and host; the value is the id as text."""
        if interaction.guild_id is None:
            return []
        here, service = interaction.guild_id, self.bot.service
        programme = service.programme(here)
        found = await service.finding.to_join(
            here, interaction.user.id, sought(typed, programme), joined=joined
        )
        return session_choices(words_for(interaction.locale), found, programme, service.now())
