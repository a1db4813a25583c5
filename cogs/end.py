"""`/openspace end` and `/openspace cancel`, and their buttons, which ask first."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.ext import commands

from bot.domain.life import check_closing
from bot.domain.models import State
from bot.domain.names import clean_line
from bot.domain.refusal import Refusal
from bot.service import Showing
from bot.service.wording import REASON_LENGTH
from bot.ui import managing
from bot.ui.answer import Ack, Reply, answer
from bot.ui.edit_form import CANCEL_FORM, cancel_form, read_reason
from bot.ui.names import text
from bot.ui.words import Words
from cogs.base import Command, guild_id, person, submitted


class EndCommands(Command):
    """Stopping."""

    @app_commands.command(name=text("command-end"), description=text("command-end-about"))
    @app_commands.rename(session=text("option-session"), reason=text("option-reason"))
    @app_commands.describe(session=text("option-own-about"), reason=text("option-reason-about"))
    async def end(
        self, interaction: discord.Interaction, session: str | None = None, reason: str | None = None
    ) -> None:
        """Ask before an open session is ended."""
        await self._ask_close(interaction, session, State.ENDED, reason)

    @app_commands.command(name=text("command-cancel"), description=text("command-cancel-about"))
    @app_commands.rename(session=text("option-session"), reason=text("option-reason"))
    @app_commands.describe(session=text("option-own-about"), reason=text("option-reason-about"))
    async def cancel(
        self, interaction: discord.Interaction, session: str | None = None, reason: str | None = None
    ) -> None:
        """Ask before a session that has not opened yet is called off."""
        await self._ask_close(interaction, session, State.CANCELLED, reason)

    @end.autocomplete("session")
    async def _to_end(self, interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
        return await self.own_sessions(interaction, typed, State.OPEN)

    @cancel.autocomplete("session")
    async def _to_cancel(
        self, interaction: discord.Interaction, typed: str
    ) -> list[app_commands.Choice[str]]:
        return await self.own_sessions(interaction, typed, State.BOOKED)

    async def ask_end(self, interaction: discord.Interaction, session: str, draft: str = "") -> None:
        """The click on End."""
        await self._ask_close(interaction, session, State.ENDED, draft=draft)

    async def ask_cancel(self, interaction: discord.Interaction, session: str, draft: str = "") -> None:
        """The click on Cancel: it says how many people would miss it."""
        await self._ask_close(interaction, session, State.CANCELLED, draft=draft)

    async def end_now(self, interaction: discord.Interaction, session: str, draft: str = "") -> None:
        """The click on End it."""
        await self._close_agreed(interaction, session, State.ENDED, draft)

    async def cancel_now(self, interaction: discord.Interaction, session: str, draft: str = "") -> None:
        """The click on Cancel it."""
        await self._close_agreed(interaction, session, State.CANCELLED, draft)

    async def keep_it(self, interaction: discord.Interaction, session: str | None = None) -> None:
        """The click on Keep it, beside a question."""

        async def work(words: Words) -> Reply:
            return Reply(words("kept-it"), about=int(session) if session else None)

        await answer(interaction, work, gated=session is not None)

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

        await answer(interaction, work)

    async def _ask_close(
        self,
        interaction: discord.Interaction,
        session: str | None,
        state: State,
        reason: str | None = None,
        draft: str = "",
    ) -> None:
        """Ask about the session that is meant, of those that can be ended or cancelled; a reason is kept."""
        ends = state is State.ENDED

        async def work(words: Words) -> Reply:
            why, kept = await self.kept_reason(interaction, draft), int(draft) if draft else None
            if reason and (why := clean_line(reason, REASON_LENGTH)):
                kept = await self.keep_reason(interaction, why)
            try:
                meant = await self.own_session(interaction, session, State.OPEN if ends else State.BOOKED)
            except Refusal as refusal:
                if not refusal.choices:
                    raise
                raise refusal.completed(draft=kept) from refusal
            found = await self._closable(interaction, str(meant.id), state)
            if ends:
                return Reply(*managing.ask_end(words, found.session, why, kept))
            return Reply(*managing.ask_cancel(words, found.session, len(found.guests), why, kept))

        await answer(interaction, work, pick="end" if ends else "cancel")

    async def _close_agreed(
        self, interaction: discord.Interaction, session: str, state: State, draft: str
    ) -> None:
        async def work(words: Words) -> Reply:
            reason = await self.kept_reason(interaction, draft)
            return await self._close(interaction, words, int(session), state, reason)

        await answer(interaction, work)

    async def _closable(self, interaction: discord.Interaction, session: str, state: State) -> Showing:
        here, who = guild_id(interaction), person(interaction)
        found = (await self.bot.service.details.to_change(here, int(session), who)).showing
        check_closing(found.session, state)
        return found

    async def _close(
        self,
        interaction: discord.Interaction,
        words: Words,
        session_id: int,
        state: State,
        reason: str,
    ) -> Reply:
        here, who, service = guild_id(interaction), person(interaction), self.bot.service
        close = service.changes.cancel if state is State.CANCELLED else service.changes.end
        closed = await close(here, session_id, who, reason)
        return Reply(managing.closed(words, closed), about=session_id)
