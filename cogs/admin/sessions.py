"""`/openspace-admin move`, `cancel` and `end` a session of anybody's, with a reason that people read."""

from __future__ import annotations

from datetime import UTC, datetime

import discord
from discord import app_commands
from discord.ext import commands

from bot.domain.booking import Wish
from bot.domain.life import check_closing
from bot.domain.models import State
from bot.domain.refusal import Refusal
from bot.service import Showing
from bot.ui import moderating
from bot.ui.answer import Ack, Reply, refused
from bot.ui.edit_form import read_reason
from bot.ui.names import text
from bot.ui.presses import row
from bot.ui.words import Words
from cogs.admin.base import OrganizerCommand
from cogs.base import guild_id, in_place, person, submitted

Reason = app_commands.Range[str, 1, 300]


class SessionCommands(OrganizerCommand):
    """Sessions, as organizers change them: host and guests hear of it."""

    @app_commands.command(name=text("command-move"), description=text("command-move-about"))
    @app_commands.rename(
        session=text("option-session"),
        when=text("option-when"),
        minutes=text("option-minutes"),
        reason=text("option-reason"),
    )
    @app_commands.describe(
        session=text("option-session-about"),
        when=text("option-admin-when-about"),
        minutes=text("option-minutes-about"),
        reason=text("option-admin-reason-about"),
    )
    async def move(
        self,
        interaction: discord.Interaction,
        session: str,
        when: str,
        minutes: int | None = None,
        reason: Reason | None = None,
    ) -> None:
        """With a reason: move it. Without: show what it would do, and ask for one."""
        typed = self.time_named(interaction, when)

        async def work(words: Words) -> Reply:
            here, who, service = guild_id(interaction), person(interaction), self.bot.service
            meant = await self.session(interaction, session)
            try:
                showing, moved = await service.edits.moved(here, meant.id, who, typed, minutes)
            except Refusal as refusal:
                return await self._other_times(interaction, words, refusal, meant.id, reason)
            if reason is None:
                return Reply(*moderating.ask_move(words, showing, moved))
            length = (moved.end - moved.start).total_seconds() // 60
            return await self._admin_move(
                interaction, words, meant.id, Wish(moved.start, int(length)), reason
            )

        await self.answer_organizer(interaction, work, pick="session")

    @app_commands.command(name=text("command-cancel"), description=text("command-cancel-about"))
    @app_commands.rename(session=text("option-session"), reason=text("option-reason"))
    @app_commands.describe(session=text("option-session-about"), reason=text("option-admin-reason-about"))
    async def cancel(
        self, interaction: discord.Interaction, session: str, reason: Reason | None = None
    ) -> None:
        """Ask before a session is called off."""
        await self._ask_admin(interaction, session, State.CANCELLED, reason)

    @app_commands.command(name=text("command-end"), description=text("command-end-about"))
    @app_commands.rename(session=text("option-session"), reason=text("option-reason"))
    @app_commands.describe(session=text("option-session-about"), reason=text("option-admin-reason-about"))
    async def end(self, interaction: discord.Interaction, session: str, reason: Reason | None = None) -> None:
        """Ask before an open session is ended."""
        await self._ask_admin(interaction, session, State.ENDED, reason)

    @move.autocomplete("session")
    async def _admin_to_move(
        self, interaction: discord.Interaction, typed: str
    ) -> list[app_commands.Choice[str]]:
        return await self.own_sessions(interaction, typed, State.BOOKED, State.OPEN)

    @move.autocomplete("when")
    async def _move_when(
        self, interaction: discord.Interaction, typed: str
    ) -> list[app_commands.Choice[str]]:
        return await self.other_times(interaction, typed)

    @cancel.autocomplete("session")
    async def _admin_to_cancel(
        self, interaction: discord.Interaction, typed: str
    ) -> list[app_commands.Choice[str]]:
        return await self.own_sessions(interaction, typed, State.BOOKED)

    @end.autocomplete("session")
    async def _admin_to_end(
        self, interaction: discord.Interaction, typed: str
    ) -> list[app_commands.Choice[str]]:
        return await self.own_sessions(interaction, typed, State.OPEN)

    # ------------------------------------------------------------------ buttons

    async def move_now(
        self, interaction: discord.Interaction, session: str, start: str, minutes: str, draft: str = ""
    ) -> None:
        """The click on Move it, on another time that fits (R6), and on Move it back."""

        async def work(words: Words) -> Reply:
            reason = await self.kept_reason(interaction, draft)
            return await self._admin_move(interaction, words, int(session), _wish(start, minutes), reason)

        await self.answer_organizer(interaction, work, in_place(interaction))

    async def move_why(
        self, interaction: discord.Interaction, session: str, start: str, minutes: str
    ) -> None:
        """The click that opens the form for a reason."""
        await self._ask_why(interaction, moderating.MOVE_FORM, session, start, minutes)

    async def ask_cancel(self, interaction: discord.Interaction, session: str) -> None:
        """The click on Cancel, under what organizers are shown."""
        await self._ask_admin(interaction, session, State.CANCELLED)

    async def ask_end(self, interaction: discord.Interaction, session: str) -> None:
        """The click on End, under what organizers are shown."""
        await self._ask_admin(interaction, session, State.ENDED)

    async def cancel_now(self, interaction: discord.Interaction, session: str, draft: str = "") -> None:
        """The click on Yes, cancel it."""
        await self._close_pressed(interaction, session, State.CANCELLED, draft)

    async def end_now(self, interaction: discord.Interaction, session: str, draft: str = "") -> None:
        """The click on End it now."""
        await self._close_pressed(interaction, session, State.ENDED, draft)

    async def cancel_why(self, interaction: discord.Interaction, session: str) -> None:
        """The click that opens the form for a reason."""
        await self._ask_why(interaction, moderating.CANCEL_FORM, session)

    async def end_why(self, interaction: discord.Interaction, session: str) -> None:
        """The click that opens the form for a reason."""
        await self._ask_why(interaction, moderating.END_FORM, session)

    async def rebook(self, interaction: discord.Interaction, session: str) -> None:
        """The click on Book it again: a slip is undone."""

        async def work(words: Words) -> Reply:
            who, service = person(interaction), self.bot.service
            again = await service.restoring.rebook(guild_id(interaction), int(session), who)
            return Reply(moderating.rebooked(words, again))

        await self.answer_organizer(interaction, work)

    @commands.Cog.listener("on_interaction")
    async def _admin_reason_sent(self, interaction: discord.Interaction) -> None:
        """A reason has been given."""
        moves = submitted(interaction, moderating.MOVE_FORM)
        cancels = submitted(interaction, moderating.CANCEL_FORM)
        ends = submitted(interaction, moderating.END_FORM)
        if not (moves or cancels or ends):
            return

        async def work(words: Words) -> Reply:
            reason = read_reason(interaction.data)
            if moves:
                session_id, start, minutes = moves
                return await self._admin_move(interaction, words, session_id, _wish(start, minutes), reason)
            state = State.CANCELLED if cancels else State.ENDED
            return await self._admin_close(interaction, words, (cancels or ends or [0])[0], state, reason)

        await self.answer_organizer(interaction, work, in_place(interaction))

    # --------------------------------------------------------------------- work

    async def _ask_admin(
        self, interaction: discord.Interaction, session: str, state: State, reason: str | None = None
    ) -> None:
        async def work(words: Words) -> Reply:
            meant = await self.session(interaction, session)
            showing = await self._admin_closable(interaction, meant.id, state)
            draft = await self.keep_reason(interaction, reason)
            return Reply(*moderating.ask_close(words, showing, reason or "", draft))

        pick = "admincancel" if state is State.CANCELLED else "adminend"
        await self.answer_organizer(interaction, work, pick=pick)

    async def _ask_why(self, interaction: discord.Interaction, name: str, *about: str) -> None:
        async def work(words: Words) -> discord.ui.Modal:
            return moderating.why_form(words, name, *about)

        await self.answer_organizer(interaction, work, Ack.FORM)

    async def _close_pressed(
        self, interaction: discord.Interaction, session: str, state: State, draft: str
    ) -> None:
        async def work(words: Words) -> Reply:
            reason = await self.kept_reason(interaction, draft)
            return await self._admin_close(interaction, words, int(session), state, reason)

        await self.answer_organizer(interaction, work, in_place(interaction))

    async def _admin_closable(
        self, interaction: discord.Interaction, session_id: int, state: State
    ) -> Showing:
        here, who = guild_id(interaction), person(interaction)
        showing = (await self.bot.service.details.to_change(here, session_id, who)).showing
        check_closing(showing.session, state, organizer=True)
        return showing

    async def _admin_move(
        self, interaction: discord.Interaction, words: Words, session_id: int, wish: Wish, reason: str
    ) -> Reply:
        here, who, service = guild_id(interaction), person(interaction), self.bot.service
        try:
            change = await service.edits.edit(
                here, session_id, who, start=wish.start, minutes=wish.minutes, reason=reason
            )
        except Refusal as refusal:
            return await self._other_times(interaction, words, refusal, session_id, reason)
        return Reply(*moderating.moved(words, change))

    async def _admin_close(
        self, interaction: discord.Interaction, words: Words, session_id: int, state: State, reason: str
    ) -> Reply:
        here, who, service = guild_id(interaction), person(interaction), self.bot.service
        close = service.changes.cancel if state is State.CANCELLED else service.changes.end
        return Reply(*moderating.closed(words, await close(here, session_id, who, reason)))

    async def _other_times(
        self,
        interaction: discord.Interaction,
        words: Words,
        refusal: Refusal,
        session_id: int,
        reason: str | None,
    ) -> Reply:
        """Return why a move is refused, with the times that fit, one click each, the reason kept (R6)."""
        if not refusal.offers:
            raise refusal
        draft = await self.keep_reason(interaction, reason)
        known = refusal.completed(session=session_id)
        presses = moderating.other_times(words, known, session_id, draft)
        return Reply(refused(words, known).text, row(*presses))


def _wish(start: str | int, minutes: str | int) -> Wish:
    return Wish(datetime.fromtimestamp(int(start), UTC), int(minutes))
