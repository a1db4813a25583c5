"""`/openspace join` and `/openspace leave`, and their buttons."""

from __future__ import annotations

from functools import partial

import discord
from discord import app_commands

from bot.service import Joined
from bot.ui import hosting
from bot.ui.answer import Reply, answer
from bot.ui.choices import session_choices, sought
from bot.ui.hosting import Channels
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

        async def join() -> Joined:
            meant = await self.session(interaction, session)
            return await self.bot.service.guests.join(guild_id(interaction), meant.id, person(interaction))

        async def work(words: Words) -> Reply:
            def say(result: Joined, channels: Channels) -> str:
                return hosting.joined(words, result, channels, reader=interaction.user.id)

            if page:

                async def told() -> str:
                    result = await join()
                    return say(result, result.channels)

                return await self.on_page(interaction, words, page, told)
            result = await join()
            presses = leave_presses(words, result.session)
            return self.with_links(interaction, words, result, partial(say, result), presses)

        await answer(interaction, work)

    async def leave_session(self, interaction: discord.Interaction, session: str, *page: str) -> None:
        """Leave what is meant by an id or by words; the Leave buttons come here too, with their page."""

        async def leave() -> Joined:
            meant = await self.session(interaction, session)
            return await self.bot.service.guests.leave(guild_id(interaction), meant.id, person(interaction))

        async def work(words: Words) -> Reply:
            if page:

                async def told() -> str:
                    return hosting.left(words, await leave())

                return await self.on_page(interaction, words, page, told)
            result = await leave()
            again = [join_press(words, result.session, again=True)] if result.session.active else []
            return Reply(hosting.left(words, result), row(*again) if again else None)

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
