"""Reporting something to the organizers: from a card, a list, a message or a member."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.ext import commands

from bot.app import OpenSpaceBot
from bot.service.people import Person
from bot.service.reports import About, PeopleIn
from bot.ui import reports
from bot.ui.answer import Ack, Reply, answer
from bot.ui.names import text
from bot.ui.words import Words
from cogs.base import Command, guild_id, person, submitted


class ReportCommands(Command):
    """For everyone; who reports stays unnamed to hosts."""

    def __init__(self, bot: OpenSpaceBot) -> None:
        super().__init__(bot)
        self._report_menus = [
            app_commands.ContextMenu(name=text("menu-report"), callback=self.report_message),
            app_commands.ContextMenu(name=text("menu-report"), callback=self.report_member),
        ]
        for menu in self._report_menus:
            menu.guild_only = True

    def add_menus(self) -> None:
        """Add what stands in the menus of messages and members."""
        for menu in self._report_menus:
            self.bot.tree.add_command(menu)

    async def report_message(self, interaction: discord.Interaction, message: discord.Message) -> None:
        """The menu of a message. What it says is not read: organizers follow the link."""
        about = About(channel_id=message.channel.id, author=self._written_by(message.author))
        own = (message.channel.id, message.id, message.author.id)
        await self._open_report(interaction, about, reports.MESSAGE_FORM, *own)

    async def report_member(self, interaction: discord.Interaction, member: discord.Member) -> None:
        """The menu of a member."""
        await self._open_report(interaction, self._about_member(member), reports.MEMBER_FORM, member.id)

    async def report_session(self, interaction: discord.Interaction, session: str, *_: str) -> None:
        """The click on Report, on a card, a list or a panel."""
        await self._open_report(
            interaction, About(session_id=int(session)), reports.SESSION_FORM, int(session)
        )

    async def _open_report(
        self, interaction: discord.Interaction, about: About, form: str, *own: int
    ) -> None:
        async def work(words: Words) -> discord.ui.Modal:
            await self.bot.service.reports.check(guild_id(interaction), person(interaction), about)
            return reports.report_form(words, form, *own)

        await answer(interaction, work, Ack.FORM)

    @commands.Cog.listener("on_interaction")
    async def _report_sent(self, interaction: discord.Interaction) -> None:
        """A report has been written."""
        for form in (reports.SESSION_FORM, reports.MEMBER_FORM, reports.MESSAGE_FORM):
            if own := submitted(interaction, form):
                await self._take_report(interaction, form, own)

    async def _take_report(self, interaction: discord.Interaction, form: str, own: list[int]) -> None:
        async def work(words: Words) -> Reply:
            here, service = guild_id(interaction), self.bot.service
            about, said = (
                await self._about_form(interaction, form, own),
                reports.read_report(interaction.data),
            )
            result = await service.reports.report(
                here,
                person(interaction),
                about,
                said,
                people_in=self._people_there(interaction),
                language=words.language,
            )
            self.bot.cases.wake(here)
            conduct = service.programme(here).conduct
            return Reply(*reports.thanks(words, result.case_id, conduct, again=result.again))

        await answer(interaction, work)

    async def _about_form(self, interaction: discord.Interaction, form: str, own: list[int]) -> About:
        if form == reports.SESSION_FORM:
            return About(session_id=own[0])
        if form == reports.MEMBER_FORM:
            return await self._about_id(interaction, own[0])
        channel_id, message_id, author_id = own
        link = f"https://discord.com/channels/{interaction.guild_id}/{channel_id}/{message_id}"
        member = await self._about_id(interaction, author_id)
        author = member.member if not (self.bot.user and author_id == self.bot.user.id) else None
        return About(channel_id=channel_id, author=author, voice_id=member.voice_id, link=link)

    async def _about_id(self, interaction: discord.Interaction, user_id: int) -> About:
        """Return a member by their id, by name where Discord tells it."""
        guild = interaction.guild
        member = guild.get_member(user_id) if guild else None
        if guild and member is None:
            try:
                member = await guild.fetch_member(user_id)
            except discord.DiscordException:  # gone from the server, or Discord is slow: the id is enough
                return About(member=Person(user_id, ""))
        return self._about_member(member) if member else About(member=Person(user_id, ""))

    @staticmethod
    def _about_member(member: discord.Member) -> About:
        voice = member.voice.channel.id if member.voice and member.voice.channel else None
        return About(member=Person(member.id, member.display_name), voice_id=voice)

    def _written_by(self, author: discord.User | discord.Member) -> Person | None:
        """Return who wrote a message; None for the bot itself, whose words are those of many."""
        if self.bot.user and author.id == self.bot.user.id:
            return None
        return Person(author.id, author.display_name)

    @staticmethod
    def _people_there(interaction: discord.Interaction) -> PeopleIn:
        guild = interaction.guild

        def people_in(channel_id: int) -> list[int]:
            channel = guild.get_channel(channel_id) if guild else None
            inside = channel.voice_states if isinstance(channel, discord.VoiceChannel) else ()
            members = ((user_id, guild.get_member(user_id) if guild else None) for user_id in inside)
            return [user_id for user_id, member in members if member is None or not member.bot]

        return people_in

    async def how_it_goes(self, interaction: discord.Interaction, case: str) -> None:
        """The click on How did it go?"""

        async def work(words: Words) -> Reply:
            service = self.bot.service
            found = await service.reports.mine(guild_id(interaction), int(case), interaction.user.id)
            if found.outcome:
                await service.reports.told(found.id, interaction.user.id)
                self.bot.cases.wake(found.guild_id)
            return Reply(reports.state(words, found))

        await answer(interaction, work)
