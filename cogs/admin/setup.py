"""`/openspace-admin setup`: one panel with all steps; and the one word to organizers that it is there."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import discord
import structlog
from discord import app_commands
from discord.ext import commands

from bot.app import OpenSpaceBot
from bot.domain.hours import Timetable, read_hours
from bot.domain.hours_grammar import Order
from bot.domain.names import escape
from bot.domain.refusal import Refusal
from bot.domain.zones import Found
from bot.permissions import is_private, organizers_channels
from bot.service import Stand, Step
from bot.ui import setup
from bot.ui.answer import Ack, Reply, refused
from bot.ui.exchange import QUIET
from bot.ui.hours import day_name, days_in_chinese, faults_text, skipped_text
from bot.ui.names import text
from bot.ui.setup import Aside
from bot.ui.setup_forms import SETUP_FORM, read_hours_typed, read_place, read_values, step_form
from bot.ui.words import Words, words_for
from bot.ui.zones import atlas
from cogs.admin.fitting import FittingCommands
from cogs.base import guild_id, in_page, person, submitted

log = structlog.get_logger("setup")

BOARD_WAIT = 20.0
"""Seconds that the panel waits for the board, to link to it."""


class SetupCommand(FittingCommands):
    """Setting up a server, and showing organizers the way to it once."""

    def __init__(self, bot: OpenSpaceBot) -> None:
        super().__init__(bot)
        self._linking: set[asyncio.Task[None]] = set()
        self._asked: set[int] = set()
        """Servers that need not be looked at again in this run; the database knows it for good."""

    async def cog_unload(self) -> None:
        """Wait for no board any more."""
        for task in self._linking:
            task.cancel()

    @app_commands.command(name=text("command-setup"), description=text("command-setup-about"))
    async def setup(self, interaction: discord.Interaction) -> None:
        """All steps with what is set so far."""
        await self.show_setup(interaction)

    async def show_setup(self, interaction: discord.Interaction) -> None:
        """The command, and the button that organizers are shown; the panel is for whoever asks alone."""

        async def work(words: Words) -> Reply:
            return await self._panel(interaction, words)

        await self.answer_organizer(interaction, work, in_page(interaction))

    async def setup_step(self, interaction: discord.Interaction, step: str, typed: str | None = None) -> None:
        """The click that opens the form of a step, with what was typed before."""

        async def work(words: Words) -> discord.ui.Modal:
            here, service = guild_id(interaction), self.bot.service.setup
            draft = await service.typed(here, int(typed)) if typed else None
            return step_form(words, _guild(interaction), service.stand(here), Step(int(step)), draft)

        await self.answer_organizer(interaction, work, Ack.FORM)

    @commands.Cog.listener("on_interaction")
    async def _setup_sent(self, interaction: discord.Interaction) -> None:
        """The form of a step has been filled in and sent."""
        about = submitted(interaction, SETUP_FORM)
        if about is None:
            return
        step, seen = Step(about[0]), about[1]

        async def work(words: Words) -> Reply:
            match step:
                case Step.PLACE:
                    return await self._place(interaction, words, seen)
                case Step.HOURS:
                    return await self._hours(interaction, words, read_hours_typed(interaction.data), seen)
            values = read_values(step, interaction.data, guild_id(interaction))
            return await self._save(interaction, words, step, values, seen)

        await self.answer_organizer(interaction, work, in_page(interaction))

    async def _place(self, interaction: discord.Interaction, words: Words, seen: int) -> Reply:
        """Save the name, and the zone where the place names just one; else offer those that it may be."""
        here, service = guild_id(interaction), self.bot.service.setup
        stand, (name, city) = service.stand(here), read_place(interaction.data)
        values: dict[str, object] = {"conference.name": name}
        zone = stand.value("conference.timezone")
        same = zone and city == words.city(ZoneInfo(str(zone)))
        found = Found((str(zone),), sure=True) if same else await _found(city, self.bot.service.now())
        if found.sure:
            values["conference.timezone"] = found.zones[0]
        if stand.value("conference.language") == "en" and not stand.value("conference.name"):
            chinese = (
                words_for(interaction.guild_locale or "").language == "zh-TW" or words.language == "zh-TW"
            )
            values |= {"conference.language": "zh-TW"} if chinese else {}
        try:
            made = await service.save(here, person(interaction), Step.PLACE, values, seen=seen)
        except Refusal as refusal:
            return await self._refused(interaction, words, Step.PLACE, refusal, typed=city, name=name)
        if made and not made.done:
            return self.outcome(words, made, _guild(interaction))
        if not found.zones:
            draft = await service.keep(here, person(interaction), city, name)
            notice = words("setup-no-place", text=escape(city))
            return await self._panel(interaction, words, Aside(notice, typed={Step.PLACE: draft}))
        if not found.sure:
            return await self._panel(interaction, words, Aside(words("setup-places"), found.zones))
        return await self._panel(interaction, words)

    async def setup_zone(self, interaction: discord.Interaction, chosen: str) -> None:
        """The choice of one of several zones."""

        async def work(words: Words) -> Reply:
            zone, _, seen = chosen.partition("|")
            return await self._save(interaction, words, Step.PLACE, {"conference.timezone": zone}, int(seen))

        await self.answer_organizer(interaction, work, in_page(interaction))

    async def _hours(self, interaction: discord.Interaction, words: Words, typed: str, seen: int) -> Reply:
        """Save the windows, where every line is understood; nothing that was typed is lost."""
        here, who, service = guild_id(interaction), person(interaction), self.bot.service.setup
        stand = service.stand(here)
        table = self._read(words, stand, typed)
        skipped = "\n" + skipped_text(words, table.skipped) if table.skipped else ""
        if table.faults:
            notice = words("setup-hours-refused") + "\n" + faults_text(words, table.faults) + skipped
            draft = await service.keep(here, who, typed)
            return await self._panel(interaction, words, Aside(notice, typed={Step.HOURS: draft}))
        try:
            usual = days_in_chinese(len(table.windows))
            values = {"conference.windows": stand.entries(table.windows, usual)}
            made = await service.save(here, who, Step.HOURS, values, seen=seen)
        except Refusal as refusal:
            return await self._refused(interaction, words, Step.HOURS, refusal, typed=typed)
        if made and not made.done:
            return self.outcome(words, made, _guild(interaction))
        notice = words.count("setup-hours-saved", len(table.windows)) + skipped
        return await self._panel(interaction, words, Aside(notice))

    def _read(self, words: Words, stand: Stand, typed: str) -> Timetable:
        zone = ZoneInfo(str(stand.value("conference.timezone") or "UTC"))
        return read_hours(
            typed,
            self.bot.service.now(),
            zone,
            partial(day_name, words_for(str(stand.value("conference.language")))),
            kept=[(each.opens, each.closes) for each in stand.openings],
            order=Order.MONTH_FIRST if words.language == "zh-TW" else None,
        )

    async def _save(
        self,
        interaction: discord.Interaction,
        words: Words,
        step: Step,
        values: dict[str, object],
        seen: int,
    ) -> Reply:
        service = self.bot.service.setup
        try:
            made = await service.save(guild_id(interaction), person(interaction), step, values, seen=seen)
        except Refusal as refusal:
            return await self._refused(interaction, words, step, refusal)
        if made and not made.done:
            return self.outcome(words, made, _guild(interaction))
        return await self._panel(interaction, words)

    async def _refused(
        self,
        interaction: discord.Interaction,
        words: Words,
        step: Step,
        refusal: Refusal,
        *,
        typed: str = "",
        name: str = "",
    ) -> Reply:
        """Return the panel as things are now, with why nothing was saved and what was typed kept."""
        service, here = self.bot.service.setup, guild_id(interaction)
        draft = await service.keep(here, person(interaction), typed, name) if typed else None
        notice = str(refused(words, refusal).text)
        return await self._panel(interaction, words, Aside(notice, typed={step: draft} if draft else {}))

    async def setup_preview(self, interaction: discord.Interaction) -> None:
        """The click that shows the board as it will look."""

        async def work(words: Words) -> Reply:
            service, here = self.bot.service, guild_id(interaction)
            stand = service.setup.stand(here)
            if not stand.ready:
                raise Refusal("setting-needed")
            return Reply(view=setup.preview(words, self.bot.words_in(here), stand, service.now()))

        await self.answer_organizer(interaction, work)

    async def setup_live(self, interaction: discord.Interaction, seen: str) -> None:
        """The click that makes all of it public."""

        async def work(words: Words) -> Reply:
            here, service = guild_id(interaction), self.bot.service.setup
            name = service.stand(here).rules.server.channels.board
            made = asyncio.create_task(
                self.bot.wait_for(
                    "guild_channel_create",
                    check=lambda channel: channel.guild.id == here and channel.name == name,
                    timeout=BOARD_WAIT,
                )
            )
            await asyncio.sleep(0)  # it listens before anything is made
            try:
                await service.go_live(here, person(interaction), seen=int(seen))
            except Refusal as refusal:
                made.cancel()
                if refusal.code != "setup-stale":
                    raise
                return await self._refused(interaction, words, Step.PLACE, refusal)
            reply = await self._panel(interaction, words, Aside(words("setup-is-live")))
            reply.then = partial(self._link_later, interaction, words, made)
            return reply

        await self.answer_organizer(interaction, work, in_page(interaction))

    def _link_later(self, interaction: discord.Interaction, words: Words, made: asyncio.Task[Any]) -> None:
        """Add the link to the board, once that is made (R15)."""

        async def link() -> None:
            try:
                channel = await made
                aside = Aside(words("setup-is-live"), board=channel.id)
                view = self._drawn(_guild(interaction), words, aside)
                await interaction.edit_original_response(view=view, allowed_mentions=QUIET)
            except (TimeoutError, discord.HTTPException) as error:
                log.warning(
                    "the panel has no link to the board", guild=interaction.guild_id, error=str(error)
                )

        task = asyncio.create_task(link())
        self._linking.add(task)
        task.add_done_callback(self._linking.discard)

    async def _panel(
        self, interaction: discord.Interaction, words: Words, aside: Aside | None = None
    ) -> Reply:
        here, shown = guild_id(interaction), aside or Aside()
        board = await self.bot.service.landmarks.board_channel(here)
        whole = Aside(shown.notice, shown.zones, shown.typed, board)
        return Reply(view=self._drawn(_guild(interaction), words, whole))

    def _drawn(self, guild: discord.Guild, words: Words, aside: Aside) -> discord.ui.LayoutView:
        service = self.bot.service
        return setup.panel(words, guild, service.setup.stand(guild.id), service.now(), aside)

    # ---- The word to organizers

    @commands.Cog.listener("on_ready")
    async def _ask_all(self) -> None:
        """Show organizers the way in every server that has no programme, once for good."""
        await self._ask(self.bot.guilds)

    @commands.Cog.listener("on_guild_join")
    async def _ask_new(self, guild: discord.Guild) -> None:
        """Show organizers of a new server the way."""
        await self._ask([guild])

    @commands.Cog.listener("on_guild_available")
    async def _ask_late(self, guild: discord.Guild) -> None:
        """The server may have been away when the others were asked."""
        await self._ask([guild])

    @commands.Cog.listener("on_guild_remove")
    async def _ask_again(self, guild: discord.Guild) -> None:
        """Who invites the bot again is shown the way again."""
        self._asked.discard(guild.id)
        if not self.bot.service.rules(guild.id).live:
            await self.bot.service.setup.not_asked(guild.id)

    async def _ask(self, guilds: Iterable[discord.Guild]) -> None:
        for guild in guilds:
            if guild.unavailable or guild.id in self._asked or self.bot.service.rules(guild.id).live:
                continue
            channel = self._organizers_place(guild)
            try:
                if channel and await self.bot.service.setup.ask(guild.id):
                    await self._send(channel)
            except Exception:
                # The server's own boundary (R21): the others are asked, and this one at the next start.
                log.exception("the way to the set-up was not shown", guild=guild.id)
            else:
                self._asked |= {guild.id} if channel else set()

    async def _send(self, channel: discord.TextChannel) -> None:
        """Send the message; where Discord surely refused it, it is as if it had not been tried."""
        content, view = setup.asked(words_for(channel.guild.preferred_locale))
        try:
            await channel.send(content, view=view, allowed_mentions=QUIET, nonce=f"os-{channel.guild.id}")
        except discord.HTTPException as error:
            log.warning("the way to the set-up was not shown", guild=channel.guild.id, error=str(error))
            if error.status < 500:
                await self.bot.service.setup.not_asked(channel.guild.id)

    def _organizers_place(self, guild: discord.Guild) -> discord.TextChannel | None:
        """Return where organizers are: no channel that everyone sees."""
        chosen = self.bot.service.rules(guild.id).server.channels.organizers_channel
        for channel in organizers_channels(guild, chosen):
            if channel.id == chosen or is_private(channel):
                return channel
        return None


async def _found(city: str, now: datetime) -> Found:
    """Return the zones that a place may be in; the first search reads all names, which takes a moment."""
    return await asyncio.to_thread(lambda: atlas().find(city, now))


def _guild(interaction: discord.Interaction) -> discord.Guild:
    """Return the server; raises `Refusal` outside of one."""
    if interaction.guild is None:
        raise Refusal("no-server")
    return interaction.guild
