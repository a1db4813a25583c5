"""R12: what no longer fits: the questions before a change of settings, and the screen of what was left."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

import discord
from discord.ext import commands

from bot.domain.refusal import Refusal
from bot.service.leftovers import Decision, What
from bot.service.revisions import Revision
from bot.ui import misfits
from bot.ui.answer import Ack, Reply, refused
from bot.ui.edit_form import read_reason
from bot.ui.layouts import layout
from bot.ui.presses import Press
from bot.ui.setting_values import WINDOWS
from bot.ui.settings import fresh_page
from bot.ui.windows import windows_page
from bot.ui.words import Words
from cogs.admin.base import OrganizerCommand
from cogs.base import guild_id, in_page, person, submitted


class FittingCommands(OrganizerCommand):
    """Deciding, confirming, undoing."""

    def outcome(self, words: Words, made: Revision, guild: discord.Guild, extra: Sequence[str] = ()) -> Reply:
        """Return what a wish came to: it is in force, with `extra` to say, or it waits for an answer."""
        if made.done:
            return Reply(view=misfits.done(words, made, guild, extra))
        return Reply(view=misfits.pending(words, made, guild))

    async def revision_page(self, interaction: discord.Interaction, revision: str, page: str) -> None:
        """The click on another page of what a change would leave over."""
        await self._revise(
            interaction,
            lambda here, number: self.bot.service.revisions.look(
                here, person(interaction), number, int(page)
            ),
            int(revision),
        )

    async def revision_apply(self, interaction: discord.Interaction, revision: str) -> None:
        """The click that puts a change in force, with what was decided."""
        await self._revise(
            interaction,
            lambda here, number: self.bot.service.revisions.confirm(here, person(interaction), number),
            int(revision),
        )

    async def revision_keep(self, interaction: discord.Interaction, revision: str) -> None:
        """The click that puts a change in force and keeps all sessions as they are."""
        await self._revise(
            interaction,
            lambda here, number: self.bot.service.revisions.confirm(
                here, person(interaction), number, keep_all=True
            ),
            int(revision),
        )

    async def revision_undo(self, interaction: discord.Interaction, revision: str) -> None:
        """The click that takes a change back."""
        await self._revise(
            interaction,
            lambda here, number: self.bot.service.revisions.undo(here, person(interaction), number),
            int(revision),
        )

    async def revision_drop(self, interaction: discord.Interaction) -> None:
        """The click that leaves everything as it is."""

        async def work(words: Words) -> Reply:
            return Reply(view=layout(words("revision-dropped")))

        await self.answer_organizer(interaction, work, in_page(interaction))

    async def revision_close(self, interaction: discord.Interaction, revision: str) -> None:
        """The click that opens the form to call off all about which nothing was decided."""

        async def work(words: Words) -> discord.ui.Modal:
            return misfits.misfit_form(words, int(revision), misfits.ALL, 0)

        await self.answer_organizer(interaction, work, Ack.FORM)

    async def misfit(self, interaction: discord.Interaction, chosen: str) -> None:
        """A choice of what becomes of one session: at once, or once the change is in force."""
        revision, session, page, what, start = chosen.split(":")
        about = int(revision), int(session), int(page)

        async def ask(words: Words) -> discord.ui.Modal:
            return misfits.misfit_form(words, *about)

        if What(what) is What.CLOSE:
            await self.answer_organizer(interaction, ask, Ack.FORM)
        else:
            await self._decide(interaction, about, Decision(What(what), misfits.start_of(start)))

    @commands.Cog.listener("on_interaction")
    async def _word_sent(self, interaction: discord.Interaction) -> None:
        """A word to people has been typed: what it is about is called off, or will be."""
        about = submitted(interaction, misfits.FORM)
        if about is not None:
            decision = Decision(What.CLOSE, reason=read_reason(interaction.data))
            await self._decide(interaction, (about[0], about[1], about[2]), decision)

    async def _decide(
        self, interaction: discord.Interaction, about: tuple[int, int, int], decision: Decision
    ) -> None:
        revision, session, page = about
        who, service = person(interaction), self.bot.service
        if revision:
            await self._revise(
                interaction,
                lambda here, number: service.revisions.decide(
                    here, who, number, decision, session_id=session or None, page=page
                ),
                revision,
            )
            return

        async def work(words: Words) -> Reply:
            here = guild_id(interaction)
            settled = await service.leftovers.settle(here, who, session, decision)
            return await self._left(interaction, words, page, misfits.settled_line(words, settled))

        await self.answer_organizer(interaction, work, in_page(interaction))

    async def misfits_page(self, interaction: discord.Interaction, page: str) -> None:
        """The click on what no longer fits."""

        async def work(words: Words) -> Reply:
            return await self._left(interaction, words, int(page))

        await self.answer_organizer(interaction, work, in_page(interaction))

    async def _left(self, interaction: discord.Interaction, words: Words, page: int, news: str = "") -> Reply:
        here, service = guild_id(interaction), self.bot.service
        left = await service.leftovers.look(here, person(interaction), page)
        return Reply(view=misfits.leftover_page(words, left, service.programme(here), news))

    async def _revise(
        self,
        interaction: discord.Interaction,
        change: Callable[[int, int], Awaitable[Revision]],
        revision: int,
    ) -> None:
        """Go on with a change; where others have changed the same meanwhile, show how it is now."""

        async def work(words: Words) -> Reply:
            guild = guild_of(interaction)
            try:
                return self.outcome(words, await change(guild.id, revision), guild)
            except Refusal as refusal:
                return await self.as_it_is(interaction, words, refusal)

        await self.answer_organizer(interaction, work, in_page(interaction))

    async def as_it_is(self, interaction: discord.Interaction, words: Words, refusal: Refusal) -> Reply:
        """Return why a change is not made because of what others did, with how it is now; raises others."""
        keys = refusal.fields.get("keys", ())
        if refusal.code not in {"revision-done", "revision-gone", "revision-stale"}:
            raise refusal
        news = refused(words, refusal).text or ""
        if not isinstance(keys, tuple) or not keys:
            presses = [
                Press(action, 0, label=words(f"button-{action}")) for action in ("windows", "settings")
            ]
            return Reply(view=layout(news, presses))
        guild, service = guild_of(interaction), self.bot.service
        if WINDOWS in keys:
            counts = await service.windows.counts(guild.id)
            programme = service.programme(guild.id)
            return Reply(view=windows_page(words, programme, counts, service.now(), news=news))
        found = {each.key: each for each in await service.settings.look(guild.id)}
        return Reply(view=fresh_page(words, found, keys, guild, news))


def guild_of(interaction: discord.Interaction) -> discord.Guild:
    """Return the server; raises `Refusal` outside of one."""
    if interaction.guild is None:
        raise Refusal("no-server")
    return interaction.guild
