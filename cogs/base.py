"""What every command needs: the bot, who is asking where, and links that come when the channels do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

import discord
from discord import app_commands
from discord.ext import commands

from bot.app import OpenSpaceBot
from bot.domain.models import Session, State
from bot.domain.names import fold
from bot.domain.programme import Programme
from bot.domain.refusal import Refusal
from bot.domain.when import read_when
from bot.service import Hosted, Joined, Person
from bot.ui.exchange import QUIET, Ack, Reply
from bot.ui.forms import OPTIONS, when_choices
from bot.ui.hosting import Channels, channels_due
from bot.ui.listing import choice_label
from bot.ui.presses import Press, row
from bot.ui.words import Words, words_for


class Command(commands.Cog):
    """A part of a cog: it has the bot."""

    def __init__(self, bot: OpenSpaceBot) -> None:
        self.bot = bot

    def with_links(
        self,
        interaction: discord.Interaction,
        words: Words,
        result: Hosted | Joined,
        say: Callable[[Channels], str],
        presses: Sequence[Press],
    ) -> Reply:
        """Return a reply with the links to a session's channels, now or as soon as they exist (R15)."""
        service = self.bot.service
        session, channels, view = result.session, result.channels, row(*presses)
        lead = service.programme(session.guild_id).limits.lead_minutes
        if len(channels) == 2 or not channels_due(session, lead, service.now()):
            return Reply(say(channels), view)

        async def tell(made: Channels) -> None:
            later = say(made) if made else say({}) + "\n" + words("links-stuck")
            await interaction.edit_original_response(content=later, allowed_mentions=QUIET)

        return Reply(
            say(channels), view, then=lambda: self.bot.keeper.when_ready(session.guild_id, session.id, tell)
        )

    async def own_sessions(
        self, interaction: discord.Interaction, typed: str, *states: State
    ) -> list[app_commands.Choice[str]]:
        """Return the sessions that this person may change, by topic and host; the value is the id as text."""
        if interaction.guild_id is None:
            return []
        here, service = interaction.guild_id, self.bot.service
        return session_choices(
            words_for(interaction.locale),
            [s for s in await service.changeable(here, person(interaction)) if s.state in states],
            typed,
            programme=service.programme(here),
            now=service.now(),
        )

    async def free_times(
        self, interaction: discord.Interaction, typed: str, session: Session | None = None
    ) -> list[app_commands.Choice[str]]:
        """Return what `when` offers: real free starts for a new session, or for one that is to be moved.

        What was typed leads the list where it is understood.
        """
        if interaction.guild_id is None:
            return []
        service, here = self.bot.service, interaction.guild_id
        programme, now = service.programme(here), service.now()
        minutes = getattr(interaction.namespace, "minutes", None)
        if not isinstance(minutes, int):
            minutes = None  # the other options come as they stand, perhaps half typed
        try:
            wish = read_when(typed, now, programme)
        except Refusal:
            wish = None
        try:
            slots = await service.free_starts(here, person(interaction), minutes, session)
        except Refusal:  # no session has this length; the answer will say so
            slots = await service.free_starts(here, person(interaction), None, session)
        return when_choices(words_for(interaction.locale), slots, typed, wish, now=now, programme=programme)


def session_choices(
    words: Words, sessions: Sequence[Session], typed: str, *, programme: Programme, now: datetime
) -> list[app_commands.Choice[str]]:
    """Return those sessions whose topic or host holds what was typed."""
    return [
        app_commands.Choice(name=choice_label(words, session, programme, now), value=str(session.id))
        for session in sessions
        if fold(typed) in fold(f"{session.topic} {session.host_name}")
    ][:OPTIONS]


def guild_id(interaction: discord.Interaction) -> int:
    """Return the server's id; raises `Refusal` outside a server."""
    if interaction.guild_id is None:
        raise Refusal("no-server")
    return interaction.guild_id


def person(interaction: discord.Interaction) -> Person:
    """Return who is asking, by the name that the server shows, and whether they are an organizer."""
    user, permissions = interaction.user, interaction.permissions
    organizer = permissions.manage_guild or permissions.administrator
    if isinstance(user, discord.Member) and isinstance(interaction.client, OpenSpaceBot):
        chosen = interaction.client.config.organizers.roles
        organizer = organizer or any(role.id in chosen for role in user.roles)
    return Person(user.id, user.display_name, organizer)


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
