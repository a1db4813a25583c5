"""A host sends somebody out of their desk, and lets them in again."""

from __future__ import annotations

import discord
from discord.ext import commands

from bot.cases.door import Went
from bot.domain.life import refused_as
from bot.domain.models import State
from bot.domain.names import escape
from bot.domain.records import Kind
from bot.domain.refusal import Refusal
from bot.service import Details
from bot.service.people import Person
from bot.ui.answer import Ack, Reply, answer
from bot.ui.case_forms import SEND_OUT_FORM, read_send_out, send_out_form
from bot.ui.presses import Press, row
from bot.ui.words import Words
from cogs.base import Command, guild_id, person, submitted


class SendOut(Command):
    """The bot does it for the host, who is given no permission for it (R19)."""

    async def choose_out(self, interaction: discord.Interaction, session: str) -> None:
        """The click on Send out: whom, of those who are in the voice channel now."""

        async def work(words: Words) -> discord.ui.Modal:
            details = await self._open_desk(interaction, int(session))
            people = self._who_may_leave(interaction, details)
            if not people:
                raise Refusal("send-out-nobody")
            return send_out_form(words, int(session), people)

        await answer(interaction, work, Ack.FORM)

    @commands.Cog.listener("on_interaction")
    async def _out_sent(self, interaction: discord.Interaction) -> None:
        """Somebody has been chosen."""
        about = submitted(interaction, SEND_OUT_FORM)
        if about is None:
            return

        async def work(words: Words) -> Reply:
            here, service = guild_id(interaction), self.bot.service
            user_id, reason = read_send_out(interaction.data)
            details = await self._open_desk(interaction, about[0])
            member, there = await self._chosen_to_leave(interaction, user_id, details)
            sent = await service.outs.send_out(
                here, about[0], person(interaction), member, reason, there=there
            )
            went = await self.bot.door.put_out(sent.out, sent.voice_id)
            self.bot.cases.wake(here)
            fields = {"name": escape(sent.out.user_name), "topic": escape(sent.out.session.topic)}
            lines = [words("sent-out" if sent.changed else "sent-out-already", **fields)]
            if went in {Went.DENIED, Went.FAILED}:
                lines.append(words("sent-out-denied" if went is Went.DENIED else "sent-out-failed"))
            return Reply("\n".join(lines), row(Press("letin", sent.out.id, label=words("button-letin"))))

        await answer(interaction, work)

    async def let_in(self, interaction: discord.Interaction, out: str) -> None:
        """The click on Let back in, by the host or an organizer; the attempts of others leave a trace."""

        async def work(words: Words) -> Reply:
            here, who, service = guild_id(interaction), person(interaction), self.bot.service
            try:
                sent = await service.outs.let_in(here, int(out), who)
            except Refusal as refusal:
                if refusal.code == "not-yours":
                    await service.organizing.turned_away(here, who, f"openspace:letin:{int(out)}")
                raise
            self.bot.cases.wake(here)
            fields = {"name": escape(sent.out.user_name), "topic": escape(sent.out.session.topic)}
            return Reply(words("let-in" if sent.changed else "let-in-already", **fields))

        await answer(interaction, work)

    async def _open_desk(self, interaction: discord.Interaction, session_id: int) -> Details:
        """Return an open session that this person may change."""
        details = await self.bot.service.details.to_change(
            guild_id(interaction), session_id, person(interaction)
        )
        session = details.showing.session
        if session.state is not State.OPEN:
            raise refused_as(session.state, session)
        return details

    def _who_may_leave(self, interaction: discord.Interaction, details: Details) -> list[Person]:
        """Return whom the host may send out of those who are there now."""
        showing = details.showing
        hosts = {showing.session.host_id, interaction.user.id, *(each.id for each in showing.cohosts)}
        return [
            Person(member.id, member.display_name)
            for member in self._who_is_inside(interaction, details)
            if not (member.bot or member.id in hosts or self.bot.gate.organizes(member))
        ]

    @staticmethod
    def _who_is_inside(interaction: discord.Interaction, details: Details) -> list[discord.Member]:
        guild, voice_id = interaction.guild, details.showing.channels.get(Kind.VOICE)
        channel = guild.get_channel(voice_id) if guild and voice_id else None
        return channel.members if isinstance(channel, discord.VoiceChannel) else []

    async def _chosen_to_leave(
        self, interaction: discord.Interaction, user_id: int, details: Details
    ) -> tuple[Person, bool]:
        """Return who was chosen, whether they organize, and whether they are there now."""
        inside = {member.id: member for member in self._who_is_inside(interaction, details)}
        guild = interaction.guild
        member = inside.get(user_id) or (guild.get_member(user_id) if guild else None)
        if member is None and guild:
            try:
                member = await guild.fetch_member(user_id)
            except discord.NotFound:
                member = None
        if member is None:
            raise Refusal("send-out-absent", name=str(user_id))
        if member.bot:
            raise Refusal("bot", host=member.display_name)
        organizes = self.bot.gate.organizes(member)
        return Person(member.id, member.display_name, organizes), user_id in inside
