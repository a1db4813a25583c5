"""What every command needs: the bot, who is asking where, and links that come when the channels do."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import discord
from discord import app_commands
from discord.ext import commands

from bot.app import OpenSpaceBot
from bot.domain.capacity import FreeStarts
from bot.domain.models import Session, State
from bot.domain.refusal import Refusal
from bot.service import Draft, Hosted, Joined, Person
from bot.service.finding import Named
from bot.ui.answer import placed
from bot.ui.choices import named_sessions, named_when, session_choices, sought, when_choices
from bot.ui.exchange import QUIET, Ack, Reply
from bot.ui.gate import gate_of
from bot.ui.hosting import Channels, channels_due
from bot.ui.place import went_on
from bot.ui.words import Words, words_for


class Command(commands.Cog):
    """A part of a cog: it has the bot."""

    def __init__(self, bot: OpenSpaceBot) -> None:
        self.bot = bot

    async def with_links(
        self,
        interaction: discord.Interaction,
        words: Words,
        result: Hosted | Joined,
        say: Callable[[Channels], str],
        draw: Callable[[str], Awaitable[Reply]],
    ) -> Reply:
        """Return a reply with the links to a session's channels, now or as soon as they exist (R15).

        `draw` makes a reply of what is said; a reader who has gone on in its message is not called back.
        """
        service, session, channels = self.bot.service, result.session, result.channels
        lead = service.programme(session.guild_id).limits.lead_minutes
        reply = await draw(say(channels))
        if len(channels) == 2 or not channels_due(session, lead, service.now()):
            return reply

        async def tell(made: Channels) -> None:
            text = say(made) if made else say({}) + "\n" + words("links-stuck")
            if not went_on(interaction):
                later = await placed(interaction, words, await draw(text))
                await interaction.edit_original_response(
                    content=later.text, view=later.view, allowed_mentions=QUIET
                )

        reply.then = lambda: self.bot.keeper.when_ready(session.guild_id, session.id, tell)
        return reply

    async def own_sessions(
        self, interaction: discord.Interaction, typed: str, *states: State
    ) -> list[app_commands.Choice[str]]:
        """Return the sessions that this person may change, by topic and host; the value is the id as text."""
        if interaction.guild_id is None:
            return []
        here, service = interaction.guild_id, self.bot.service
        programme = service.programme(here)
        found = await service.finding.to_manage(here, person(interaction), sought(typed, programme), *states)
        return session_choices(words_for(interaction.locale), found, programme, service.now())

    async def free_times(
        self, interaction: discord.Interaction, typed: str
    ) -> list[app_commands.Choice[str]]:
        """Return what `when` offers for a new session: real free starts, what was typed first."""
        if interaction.guild_id is None:
            return []
        here = interaction.guild_id
        if self.bot.service.rules(here).paused:
            return []
        starts = await self.bot.service.hosting.free_starts(
            here, person(interaction), minutes_so_far(interaction)
        )
        return self.times(interaction, here, starts, typed)

    async def other_times(
        self, interaction: discord.Interaction, typed: str
    ) -> list[app_commands.Choice[str]]:
        """Return free starts for the session that is meant so far, or for the asker's only one."""
        if interaction.guild_id is None:
            return []
        here, text = interaction.guild_id, getattr(interaction.namespace, "session", None)
        try:
            starts = await self.bot.service.hosting.other_starts(
                here,
                person(interaction),
                minutes_so_far(interaction),
                text if isinstance(text, str) else None,
                self.named(here),
            )
        except Refusal:
            return []  # which one is not known yet
        return self.times(interaction, here, starts, typed)

    def times(
        self, interaction: discord.Interaction, guild_id: int, starts: FreeStarts, typed: str
    ) -> list[app_commands.Choice[str]]:
        """Return free starts as choices."""
        service, words = self.bot.service, words_for(interaction.locale)
        return when_choices(words, starts, typed, service.programme(guild_id), service.now())

    def time_named(self, interaction: discord.Interaction, typed: str | None) -> str:
        """Return what was typed as a time, without what a choice's name shows beside it."""
        if not typed or interaction.guild_id is None:
            return typed or ""
        return named_when(typed, self.bot.service.programme(interaction.guild_id))

    def named(self, guild_id: int) -> Named:
        """Return what finds sessions by the name under which they were offered."""
        programme = self.bot.service.programme(guild_id)
        return lambda typed, sessions: named_sessions(typed, sessions, programme)

    async def session(self, interaction: discord.Interaction, typed: str) -> Session:
        """Return the session that a person means, by id, shown name or words."""
        here = guild_id(interaction)
        return await self.bot.service.finding.find(here, typed, self.named(here))

    async def own_session(
        self, interaction: discord.Interaction, typed: str | None, *states: State
    ) -> Session:
        """Return the session that a person means to change, by id, shown name or words, or their only one.

        Of several, those in these states are meant.
        """
        here, finding = guild_id(interaction), self.bot.service.finding
        return await finding.find_own(here, person(interaction), typed, self.named(here), *states)

    async def keep_reason(self, interaction: discord.Interaction, reason: str | None) -> int | None:
        """Keep a reason until the click that needs it; return its number."""
        if not reason:
            return None
        draft = Draft(interaction.user.id, "", reason, "", None)
        return await self.bot.service.drafts.keep(guild_id(interaction), draft)

    async def kept_reason(self, interaction: discord.Interaction, draft: str) -> str:
        """Return the reason that was kept, nothing where none was given."""
        if not draft:
            return ""
        here, who = guild_id(interaction), person(interaction)
        return (await self.bot.service.drafts.find(here, who, int(draft))).description


def guild_id(interaction: discord.Interaction) -> int:
    """Return the server's id; raises `Refusal` outside a server."""
    if interaction.guild_id is None:
        raise Refusal("no-server")
    return interaction.guild_id


def minutes_so_far(interaction: discord.Interaction) -> int | None:
    """Return the length beside what is being typed: other options come as they stand, perhaps half typed."""
    minutes = getattr(interaction.namespace, "minutes", None)
    return minutes if isinstance(minutes, int) else None


def person(interaction: discord.Interaction) -> Person:
    """Return who is asking, by the name that the server shows, and whether they are an organizer."""
    user = interaction.user
    return Person(user.id, user.display_name, gate_of(interaction).is_organizer(interaction))


def member(user: discord.User | discord.Member) -> Person:
    """Return the member whom an option names; raises `Refusal` for bots and for who is not in the server."""
    if user.bot:
        raise Refusal("bot", host=user.display_name)
    if not isinstance(user, discord.Member):
        raise Refusal("not-here", host=user.display_name)
    return Person(user.id, user.display_name)


def in_place(interaction: discord.Interaction) -> Ack:
    """Return how to answer a click: a question of ours becomes its answer; what others see stays."""
    layout = interaction.message is not None and interaction.message.flags.components_v2
    return Ack.THINK if layout else in_page(interaction)


def in_page(interaction: discord.Interaction) -> Ack:
    """Return how to turn a page: one that only the reader sees changes; what others see stays."""
    own = interaction.message is not None and interaction.message.flags.ephemeral
    return Ack.UPDATE if own else Ack.THINK


def submitted(interaction: discord.Interaction, form: str) -> list[int] | None:
    """Return what a form is about, where one of this kind has been sent: the numbers in its custom_id."""
    if interaction.type is not discord.InteractionType.modal_submit or not interaction.data:
        return None
    name, *numbers = str(interaction.data.get("custom_id")).split(":")
    return [int(number) for number in numbers] if name == form else None
