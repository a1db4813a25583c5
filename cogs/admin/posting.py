"""Where an organizer lets the bot post a picture: here, if it may."""

from __future__ import annotations

import discord

from bot.domain.refusal import Refusal

NEEDED = discord.Permissions(view_channel=True, send_messages=True, attach_files=True)
"""What the bot must be allowed where a picture is posted."""


def place_to_post(
    interaction: discord.Interaction, channel_id: int | None
) -> discord.TextChannel | discord.VoiceChannel | discord.StageChannel | discord.Thread:
    """Return the channel of this server to post in; raises `Refusal` where the bot cannot."""
    guild = interaction.guild
    channel = guild.get_channel_or_thread(channel_id or 0) if guild else None
    if guild is None or not isinstance(
        channel, discord.TextChannel | discord.VoiceChannel | discord.StageChannel | discord.Thread
    ):
        raise Refusal("report-no-channel")
    if not channel.permissions_for(guild.me).is_superset(NEEDED):
        raise Refusal("report-not-posted", channel=channel.name)
    return channel
