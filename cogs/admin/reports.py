"""`/openspace-admin reports`, and the buttons of a case: what organizers do about what people report."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import discord
from discord import app_commands
from discord.ext import commands

from bot.domain.life import refused_as
from bot.domain.models import Session, State
from bot.domain.names import escape
from bot.domain.refusal import Refusal
from bot.domain.reports import Case, Deed
from bot.service.cases import Done
from bot.ui import case_forms, cases
from bot.ui.answer import Ack, Reply
from bot.ui.edit_form import read_reason
from bot.ui.names import text
from bot.ui.presses import Press, row
from bot.ui.words import Words
from cogs.admin.base import OrganizerCommand
from cogs.base import guild_id, in_page, person, submitted


class ReportsCommand(OrganizerCommand):
    """Cases. Each button asks who clicks, is safe to press twice, and says how to take it back."""

    @app_commands.command(name=text("command-reports"), description=text("command-reports-about"))
    async def reports(self, interaction: discord.Interaction) -> None:
        """What people reported, the open cases first; also where no channel is private."""
        await self._case_list(interaction, 0)

    async def cases_page(self, interaction: discord.Interaction, page: str) -> None:
        """The click on another page."""
        await self._case_list(interaction, int(page))

    async def _case_list(self, interaction: discord.Interaction, page: int) -> None:
        async def work(words: Words) -> Reply:
            here, service = guild_id(interaction), self.bot.service
            found = await service.cases.page(here, person(interaction), page, cases.CASES)
            return Reply(view=cases.listing(words, found, service.now()))

        await self.answer_organizer(interaction, work, in_page(interaction))

    async def show_case(self, interaction: discord.Interaction, case: str) -> None:
        """The click on Show: the case as the organizers' channel has it."""

        async def work(words: Words) -> Reply:
            found = await self._case_of(interaction, case)
            named = interaction.user.id not in found.involved
            return Reply(view=cases.layout(words, found, self.bot.service.now(), named=named))

        await self.answer_organizer(interaction, work)

    async def who_reported(self, interaction: discord.Interaction, case: str, page: str) -> None:
        """The click on All reports: in full, and by whom, but for those whom the case is about."""

        async def work(words: Words) -> Reply:
            here, who = guild_id(interaction), person(interaction)
            found = await self.bot.service.cases.whole(here, int(case), who, int(page), cases.WHOLE)
            return Reply(view=cases.whole(words, found, named=who.id not in found.case.involved))

        own = not _is_case(interaction)
        await self.answer_organizer(interaction, work, in_page(interaction) if own else Ack.THINK)

    async def ask_end_case(self, interaction: discord.Interaction, case: str) -> None:
        """The click on End session, or on Cancel session: a form asks why."""

        async def work(words: Words) -> discord.ui.Modal:
            found = await self._case_of(interaction, case)
            return case_forms.end_form(words, found.id, self._active_of(found))

        await self.answer_organizer(interaction, work, Ack.FORM)

    async def ask_block_case(self, interaction: discord.Interaction, case: str) -> None:
        """The click on Block: a form asks why and for how long."""

        async def work(words: Words) -> discord.ui.Modal:
            return case_forms.block_form(words, (await self._case_of(interaction, case)).id)

        await self.answer_organizer(interaction, work, Ack.FORM)

    async def ask_answer_case(self, interaction: discord.Interaction, case: str) -> None:
        """The click on Answer: a form for words to those who reported."""

        async def work(words: Words) -> discord.ui.Modal:
            return case_forms.answer_form(words, (await self._case_of(interaction, case)).id)

        await self.answer_organizer(interaction, work, Ack.FORM)

    async def dismiss_case(self, interaction: discord.Interaction, case: str) -> None:
        """The click on Dismiss."""
        await self._note_case(interaction, int(case), Deed.DISMISSED)

    async def reopen_case(self, interaction: discord.Interaction, case: str) -> None:
        """The click on Reopen."""
        await self._note_case(interaction, int(case), Deed.REOPENED)

    async def unblock_case(self, interaction: discord.Interaction, case: str) -> None:
        """The click that lets whom a case is about host again."""

        async def work(words: Words) -> Reply:
            here, who = guild_id(interaction), person(interaction)
            done = await self.bot.service.cases.unblock(here, int(case), who)
            self.bot.cases.wake(here)
            name = escape(done.case.subject[1]) if done.case.subject else ""
            return Reply(words("case-unblocked" if done.changed else "case-not-blocked", name=name))

        await self.answer_organizer(interaction, work)

    async def silence(self, interaction: discord.Interaction, chosen: str) -> None:
        """The choice of somebody who may not report any more."""

        async def work(words: Words) -> Reply:
            case, _, user = chosen.partition("-")
            here, who = guild_id(interaction), person(interaction)
            name = await self.bot.service.cases.silence(here, int(case), int(user), who)
            back = Press("letreport", int(user), label=words("button-letreport"))
            return Reply(words("silenced", name=escape(name)), row(back))

        await self.answer_organizer(interaction, work)

    async def let_report(self, interaction: discord.Interaction, user: str) -> None:
        """The click, or the choice, that gives the right to report back."""

        async def work(words: Words) -> Reply:
            changed = await self.bot.service.cases.let_report(
                guild_id(interaction), int(user), person(interaction)
            )
            return Reply(words("may-report" if changed else "may-report-already", name=f"<@{int(user)}>"))

        await self.answer_organizer(interaction, work)

    @commands.Cog.listener("on_interaction")
    async def _case_form_sent(self, interaction: discord.Interaction) -> None:
        """A form about a case was sent."""
        sent: dict[str, Callable[[discord.Interaction, int], Awaitable[None]]] = {
            case_forms.END_FORM: self._end_case,
            case_forms.BLOCK_FORM: self._block_case,
            case_forms.ANSWER_FORM: self._answer_case,
        }
        for form, handler in sent.items():
            if about := submitted(interaction, form):
                await handler(interaction, about[0])

    async def _end_case(self, interaction: discord.Interaction, case_id: int) -> None:
        async def work(words: Words) -> Reply:
            here, who, changes = guild_id(interaction), person(interaction), self.bot.service.changes
            session = self._active_of(await self._case_of(interaction, str(case_id)))
            reason = read_reason(interaction.data)
            is_open = session.state is State.OPEN
            close = changes.end if is_open else changes.cancel
            await close(here, session.id, who, reason)
            deed = Deed.ENDED if is_open else Deed.CANCELLED
            done = await self.bot.service.cases.note(here, case_id, who, deed, reason)
            return self._done_case(words, done, deed)

        await self.answer_organizer(interaction, work)

    async def _block_case(self, interaction: discord.Interaction, case_id: int) -> None:
        async def work(words: Words) -> Reply:
            why, hours = case_forms.read_block(interaction.data)
            here, who, service = guild_id(interaction), person(interaction), self.bot.service.cases
            about = (await service.look(here, case_id, who)).subject
            organizer = about is not None and await self._case_is_on_organizer(interaction, about[0])
            done = await service.block(here, case_id, who, why, hours, organizer=organizer)
            return self._done_case(words, done, Deed.BLOCKED)

        await self.answer_organizer(interaction, work)

    async def _case_is_on_organizer(self, interaction: discord.Interaction, user_id: int) -> bool:
        """Whether somebody organizes: it would not keep them from hosting."""
        guild = interaction.guild
        member = guild.get_member(user_id) if guild else None
        if guild and member is None:
            try:
                member = await guild.fetch_member(user_id)
            except discord.NotFound:
                return False
        return member is not None and self.bot.gate.organizes(member)

    async def _answer_case(self, interaction: discord.Interaction, case_id: int) -> None:
        await self._note_case(interaction, case_id, Deed.ANSWERED, case_forms.read_answer(interaction.data))

    async def _note_case(
        self, interaction: discord.Interaction, case_id: int, deed: Deed, said: str = ""
    ) -> None:
        async def work(words: Words) -> Reply:
            here, who = guild_id(interaction), person(interaction)
            done = await self.bot.service.cases.note(here, case_id, who, deed, said)
            return self._done_case(words, done, deed)

        await self.answer_organizer(interaction, work)

    def _done_case(self, words: Words, done: Done, deed: Deed) -> Reply:
        self.bot.cases.wake(done.case.guild_id)
        return Reply(*cases.done(words, done.case, deed, changed=done.changed))

    async def _case_of(self, interaction: discord.Interaction, case: str) -> Case:
        return await self.bot.service.cases.look(guild_id(interaction), int(case), person(interaction))

    def _active_of(self, case: Case) -> Session:
        """Return a case's session, which is not over; raises `Refusal` where it is, or there is none."""
        if case.session is None:
            raise Refusal("case-nobody")
        if not case.session.active or case.session.end <= self.bot.service.now():
            state = State.ENDED if case.session.active else case.session.state
            raise refused_as(state, case.session)
        return case.session


def _is_case(interaction: discord.Interaction) -> bool:
    """Whether a click comes from a case itself, which stays, and not from a page of its reports."""
    rows = interaction.message.components if interaction.message else []
    return any(row.type is discord.ComponentType.container for row in rows)
