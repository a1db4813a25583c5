"""`/openspace end` and `/openspace cancel`, and their buttons, which ask first."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.ext import commands

from bot.domain.life import check_transition
from bot.domain.models import State
from bot.service import Showing
from bot.ui import managing
from bot.ui.answer import Ack, Reply, answer
from bot.ui.edit_form import CANCEL_FORM, cancel_form, read_reason
from bot.ui.names import text
from bot.ui.words import Words
from cogs.base import Command, guild_id, in_place, person, submitted


class EndCommands(Command):
    """Stopping."""

    @app_commands.command(name=text("command-end"), description=text("command-end-about"))
    @app_commands.rename(session=text("option-session"), reason=text("option-reason"))
    @app_commands.describe(session=text("option-own-about"), reason=text("option-reason-about"))
    async def end(
        self, interaction: discord.Interaction, session: str | None = None, reason: str | None = None
    ) -> None:
        """End an open session now."""

        async def work(words: Words) -> Reply:
            meant = await self.own_session(interaction, session)
            return await self._close(interaction, words, meant.id, State.ENDED, reason)

        await answer(interaction, work, pick="end")

    @app_commands.command(name=text("command-cancel"), description=text("command-cancel-about"))
    @app_commands.rename(session=text("option-session"), reason=text("option-reason"))
    @app_commands.describe(session=text("option-own-about"), reason=text("option-reason-about"))
    async def cancel(
        self, interaction: discord.Interaction, session: str | None = None, reason: str | None = None
    ) -> None:
        """Call off a session that has not opened yet."""

        async def work(words: Words) -> Reply:
            meant = await self.own_session(interaction, session)
            return await self._close(interaction, words, meant.id, State.CANCELLED, reason)

        await answer(interaction, work, pick="cancel")

    @end.autocomplete("session")
    async def _to_end(self, interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
        return await self.own_sessions(interaction, typed, State.OPEN)

    @cancel.autocomplete("session")
    async def _to_cancel(
        self, interaction: discord.Interaction, typed: str
    ) -> list[app_commands.Choice[str]]:
        return await self.own_sessions(interaction, typed, State.BOOKED)

    async def ask_end(self, interaction: discord.Interaction, session: str) -> None:
        """The click on End."""

        async def work(words: Words) -> Reply:
            found = await self._closable(interaction, session, State.ENDED)
            return Reply(*managing.ask_end(words, found.session))

        await answer(interaction, work)

    async def ask_cancel(self, interaction: discord.Interaction, session: str) -> None:
        """The click on Cancel: it says how many people would miss it."""

        async def work(words: Words) -> Reply:
            found = await self._closable(interaction, session, State.CANCELLED)
            return Reply(*managing.ask_cancel(words, found.session, len(found.guests)))

        await answer(interaction, work)

    async def end_now(self, interaction: discord.Interaction, session: str) -> None:
        """The click on End it."""

        async def work(words: Words) -> Reply:
            return await self._close(interaction, words, int(session), State.ENDED, None)

        await answer(interaction, work, in_place(interaction))

    async def cancel_now(self, interaction: discord.Interaction, session: str) -> None:
        """The click on Cancel it."""

        async def work(words: Words) -> Reply:
            return await self._close(interaction, words, int(session), State.CANCELLED, None)

        await answer(interaction, work, in_place(interaction))

    async def cancel_why(self, interaction: discord.Interaction, session: str) -> None:
        """The click that opens the form for a reason."""

        async def work(words: Words) -> discord.ui.Modal:
            found = await self._closable(interaction, session, State.CANCELLED)
            return cancel_form(words, found.session)

        await answer(interaction, work, Ack.FORM)

    @commands.Cog.listener("on_interaction")
    async def _reason_sent(self, interaction: discord.Interaction) -> None:
        """A reason has been given."""
        about = submitted(interaction, CANCEL_FORM)
        if about is None:
            return

        async def work(words: Words) -> Reply:
            reason = read_reason(interaction.data)
            return await self._close(interaction, words, about[0], State.CANCELLED, reason)

        await answer(interaction, work, in_place(interaction))

    async def _closable(self, interaction: discord.Interaction, session: str, state: State) -> Showing:
        here, who = guild_id(interaction), person(interaction)
        found = (await self.bot.service.details.to_change(here, int(session), who)).showing
        check_transition(found.session, state)
        return found

    async def _close(
        self,
        interaction: discord.Interaction,
        words: Words,
        session_id: int,
        state: State,
        reason: str | None,
    ) -> Reply:
        here, who, service = guild_id(interaction), person(interaction), self.bot.service
        close = service.changes.cancel if state is State.CANCELLED else service.changes.end
        closed = await close(here, session_id, who, reason or "")
        return Reply(managing.closed(words, closed))
