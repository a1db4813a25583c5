"""Whether one whom a case is about may read the channel in which organizers are shown it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

import discord

REMEMBERED = 60.0
"""Seconds for which it is not asked again whether somebody is in the server."""


class Readers:
    """Asks Discord for members that the bot does not know, seldom."""

    def __init__(self) -> None:
        self._members: dict[tuple[int, int], tuple[discord.Member | None, float]] = {}

    async def among(self, channel: discord.TextChannel, people: Iterable[int]) -> bool:
        """Whether one of these people, by id, may read a channel."""
        for user_id in people:
            member = await self._member(channel.guild, user_id)
            if member is not None and channel.permissions_for(member).view_channel:
                return True
        return False

    async def _member(self, guild: discord.Guild, user_id: int) -> discord.Member | None:
        """Return a member, None for who is not in the server; asked once in a while where not known."""
        key, now = (guild.id, user_id), asyncio.get_running_loop().time()
        if member := guild.get_member(user_id):
            return member
        known = self._members.get(key)
        if known and known[1] > now:
            return known[0]
        try:
            found: discord.Member | None = await guild.fetch_member(user_id)
        except discord.NotFound:
            found = None
        self._members = {k: v for k, v in self._members.items() if v[1] > now}
        self._members[key] = found, now + REMEMBERED
        return found
