"""R19: who may not see the board's channel takes no part. The one place that asks Discord's permissions.

`answer` asks before each command, button, menu and form; the command tree before it offers choices.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import discord
from discord import app_commands
from discord.ext import commands

from bot.domain.refusal import Refusal
from bot.service import Service

ORGANIZERS = "openspace-admin"
"""The group of organizers' commands."""
REMEMBERED = timedelta(minutes=1)
"""How long the database is not asked again which channel is the board's, while Discord still has that one."""


class Gate:
    """Lets those in who may see the board's channel, as Discord computes it from their roles of now.

    Where that channel is not there, the area's category decides; where neither is there, all may come in.
    Nothing of ours works in direct messages: there is no channel by which to decide.
    """

    def __init__(self, service: Service) -> None:
        self._service = service
        self._boards: dict[int, tuple[int | None, datetime]] = {}

    async def check(self, interaction: discord.Interaction) -> None:
        """Raise `Refusal` where this person may not see the board; organizers always may."""
        guild, member = interaction.guild, interaction.user
        if guild is None or not isinstance(member, discord.Member):
            return
        rules = self._service.rules(guild.id)
        if not rules.live:
            raise Refusal("server-closed" if rules.closed else "not-set-up")
        if interaction.permissions.manage_guild or interaction.permissions.administrator:
            return
        place = await self._place(guild)
        if place and not place.permissions_for(member).view_channel:
            raise Refusal("no-view")

    def is_organizer(self, interaction: discord.Interaction) -> bool:
        """Whether somebody may manage the server, or has a role that its settings name.

        A server can hand organizers' commands to anyone, so the bot checks itself.
        """
        if interaction.permissions.manage_guild or interaction.permissions.administrator:
            return True
        if interaction.guild_id is None or not isinstance(interaction.user, discord.Member):
            return False
        return self._has_role(interaction.user)

    def organizes(self, member: discord.Member) -> bool:
        """Whether a member who asks for nothing now is an organizer."""
        can = member.guild_permissions
        return can.manage_guild or can.administrator or self._has_role(member)

    def _has_role(self, member: discord.Member) -> bool:
        chosen = self._service.rules(member.guild.id).server.organizers.roles
        return any(role.id in chosen for role in member.roles)

    async def _place(self, guild: discord.Guild) -> discord.abc.GuildChannel | None:
        """Return the channel that decides, from discord.py's cache."""
        now = self._service.now()
        board, read_at = self._boards.get(guild.id, (None, now))
        if not (board and guild.get_channel(board) and read_at <= now < read_at + REMEMBERED):
            board = await self._service.landmarks.board_channel(guild.id)
            self._boards[guild.id] = board, now
        if board and (channel := guild.get_channel(board)):
            return channel
        area = await self._service.landmarks.area_channel(guild.id)
        return guild.get_channel(area) if area else None


def everyone_sees(guild: discord.Guild, *places: int | None) -> bool:
    """Whether everyone in a server may see the first of these channels that is there; none: its channels.

    From discord.py's cache, so it may be asked each time.
    """
    everyone = guild.default_role
    for place in places:
        if place and (channel := guild.get_channel(place)):
            return channel.permissions_for(everyone).view_channel
    return everyone.permissions.view_channel or everyone.permissions.administrator


def gate_of(interaction: discord.Interaction) -> Gate:
    """Return the gate of the bot that was asked."""
    gate: Gate = interaction.client.gate  # type: ignore[attr-defined]
    return gate


class GatedTree(app_commands.CommandTree[commands.Bot]):
    """The commands. Who may not take part is offered no choices; what they send, `answer` refuses."""

    async def interaction_check(self, interaction: discord.Interaction[commands.Bot], /) -> bool:
        """Return whether to go on; called by discord.py before each command and each offer of choices."""
        if interaction.type is not discord.InteractionType.autocomplete:
            return True
        gate, command = gate_of(interaction), interaction.command
        group = command.root_parent if isinstance(command, app_commands.Command) else None
        try:
            if group is None or group.name != ORGANIZERS:
                await gate.check(interaction)
            elif not gate.is_organizer(interaction):
                raise Refusal("organizers-only")
        except Refusal:
            await interaction.response.autocomplete([])
            return False
        return True
