"""`/openspace edit`: a session's words, times, seats and host, by options or by a form; and its buttons."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import discord
from discord import app_commands
from discord.ext import commands

from bot.domain.booking import Wish
from bot.domain.models import Session, State
from bot.domain.refusal import Refusal
from bot.service import Draft
from bot.ui import managing
from bot.ui.answer import Ack, Reply, answer
from bot.ui.edit_form import EDIT_FORM, edit_form, read_edit_form
from bot.ui.names import text
from bot.ui.words import Words
from cogs.base import Command, guild_id, member, person, submitted


class EditCommand(Command):
    """Changing."""

    @app_commands.command(name=text("command-edit"), description=text("command-edit-about"))
    @app_commands.rename(
        session=text("option-session"),
        topic=text("option-topic"),
        description=text("option-description"),
        when=text("option-when"),
        minutes=text("option-minutes"),
        seats=text("option-seats"),
        host=text("option-host"),
    )
    @app_commands.describe(
        session=text("option-own-about"),
        topic=text("option-new-topic-about"),
        description=text("option-description-about"),
        when=text("option-new-when-about"),
        minutes=text("option-minutes-about"),
        seats=text("option-seats-about"),
        host=text("option-host-about"),
    )
    async def edit(  # noqa: PLR0917 - the options of the command
        self,
        interaction: discord.Interaction,
        session: str | None = None,
        topic: str | None = None,
        description: str | None = None,
        when: str | None = None,
        minutes: int | None = None,
        seats: int | None = None,
        host: discord.User | None = None,
    ) -> None:
        """With anything to change: change it. Without: open the form."""
        when = self.time_named(interaction, when)
        given = Draft(interaction.user.id, topic or "", description or "", when, minutes, seats=seats)
        if all(each is None for each in (topic, description, when or None, minutes, seats)):
            if host:
                await self._ask_host(interaction, session, host)
                return

            async def ask(words: Words) -> discord.ui.Modal:
                meant = await self._meant(interaction, session)
                return await self._form(interaction, words, meant.id)

            await answer(interaction, ask, Ack.FORM, pick="edit")
            return

        async def work(words: Words) -> Reply:
            meant = await self._meant(interaction, session, given)
            typed = replace(
                given,
                topic=meant.topic if topic is None else topic,
                description=meant.description if description is None else description,
            )
            new_host = member(host) if host else None
            here, who, service = guild_id(interaction), person(interaction), self.bot.service
            change = await service.edits.edit_typed(here, meant.id, who, typed, new_host)
            return Reply(managing.changed(words, change, service.now()), about=change.session.id)

        await answer(interaction, work, pick="edit")

    async def _ask_host(
        self, interaction: discord.Interaction, session: str | None, host: discord.User
    ) -> None:
        """Ask somebody to host it, and change nothing else: the form of other changes has no part in that."""

        async def work(words: Words) -> Reply:
            meant = await self._meant(interaction, session)
            here, who = guild_id(interaction), person(interaction)
            asked = await self.bot.service.offers.host(here, meant.id, who, member(host))
            return Reply(managing.offered(words, asked), about=meant.id)

        await answer(interaction, work, pick="handover")

    async def _meant(
        self, interaction: discord.Interaction, session: str | None, given: Draft | None = None
    ) -> Session:
        """Return the session that is meant; where it must be asked for, what was typed is kept."""
        here, service = guild_id(interaction), self.bot.service
        try:
            return await self.own_session(interaction, session)
        except Refusal as refusal:
            if not (refusal.choices and given):
                raise
            draft_id = await service.drafts.keep(here, given)
            raise refusal.completed(draft=draft_id) from refusal

    @edit.autocomplete("session")
    async def _to_edit(self, interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
        return await self.own_sessions(interaction, typed, State.OPEN, State.BOOKED)

    @edit.autocomplete("when")
    async def _other_when(
        self, interaction: discord.Interaction, typed: str
    ) -> list[app_commands.Choice[str]]:
        """Real free starts, where the session is known."""
        return await self.other_times(interaction, typed)

    async def edit_session(
        self, interaction: discord.Interaction, session: str, draft: str | None = None
    ) -> None:
        """The click that opens the form, with what was typed before."""

        async def work(words: Words) -> discord.ui.Modal:
            return await self._form(interaction, words, int(session), int(draft) if draft else None)

        await answer(interaction, work, Ack.FORM)

    async def _form(
        self, interaction: discord.Interaction, words: Words, session_id: int, draft: int | None = None
    ) -> discord.ui.Modal:
        here, service = guild_id(interaction), self.bot.service
        found = await service.details.to_change(here, session_id, person(interaction), draft)
        return edit_form(words, found.showing.session, service.programme(here), found.draft)

    @commands.Cog.listener("on_interaction")
    async def _edit_sent(self, interaction: discord.Interaction) -> None:
        """The form has been filled in and sent."""
        about = submitted(interaction, EDIT_FORM)
        if about is None:
            return
        session_id, start = about

        async def work(words: Words) -> Reply:
            here, who, service = guild_id(interaction), person(interaction), self.bot.service
            typed = read_edit_form(who.id, start, interaction.data, service.programme(here))
            change = await service.edits.edit_typed(here, session_id, who, typed)
            return Reply(managing.changed(words, change, service.now()), about=change.session.id)

        await answer(interaction, work)

    async def move(
        self,
        interaction: discord.Interaction,
        session: str,
        start: str,
        minutes: str,
        draft: str | None = None,
    ) -> None:
        """The click on another time that fits (R6)."""

        async def work(words: Words) -> Reply:
            here, who, service = guild_id(interaction), person(interaction), self.bot.service
            wish = Wish(datetime.fromtimestamp(int(start), UTC), int(minutes))
            change = await service.edits.move(here, int(session), who, wish, int(draft) if draft else None)
            return Reply(managing.changed(words, change, service.now()), about=change.session.id)

        await answer(interaction, work)
