"""Whether the bot still hears of a server: where not, a page says since when it may miss something."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from datetime import datetime
from typing import Any

import discord

Listen = Callable[[Callable[..., Coroutine[Any, Any, None]], str], None]
"""A bot's `add_listener`."""
PATIENCE = 30.0
"""Seconds without Discord that nobody needs to hear of: it happens several times a day."""


class Pulse:
    """Listens to the connections of a bot."""

    def __init__(self, client: discord.Client, now: Callable[[], datetime]) -> None:
        self._client = client
        self._now = now
        self._changed: Callable[[], None] = lambda: None
        self._away: dict[int, tuple[datetime, asyncio.TimerHandle]] = {}
        self._told: dict[int, datetime] = {}
        self._out: dict[int, datetime] = {}

    def tells(self, changed: Callable[[], None]) -> None:
        """Call this when what `since` says has changed."""
        self._changed = changed

    def listen(self, listen: Listen) -> None:
        """Take part in what the bot hears, by its `add_listener`."""

        async def lost(shard: int) -> None:
            self.lost(shard)

        async def back(shard: int) -> None:
            self.back(shard)

        async def out(guild: discord.Guild) -> None:
            self._out[guild.id] = self._now()
            self._changed()

        async def there(guild: discord.Guild) -> None:
            if self._out.pop(guild.id, None):
                self._changed()

        listen(lost, "on_shard_disconnect")
        listen(back, "on_shard_resumed")
        listen(back, "on_shard_ready")
        listen(out, "on_guild_unavailable")
        listen(there, "on_guild_available")

    def lost(self, shard: int) -> None:
        """A connection is gone; it is said where it does not come back soon."""
        if shard not in self._away:
            timer = asyncio.get_running_loop().call_later(PATIENCE, self._say, shard)
            self._away[shard] = self._now(), timer

    def back(self, shard: int) -> None:
        """A connection is there again."""
        if found := self._away.pop(shard, None):
            found[1].cancel()
        if self._told.pop(shard, None):
            self._changed()

    def _say(self, shard: int) -> None:
        self._told[shard] = self._away[shard][0]
        self._changed()

    def since(self, guild_id: int) -> datetime | None:
        """Return since when nothing was heard of a server; None where all is."""
        guild = self._client.get_guild(guild_id)
        known = self._out.get(guild_id), self._told.get(guild.shard_id) if guild else None
        return min(filter(None, known), default=None)


def hear_of_sight(listen: Listen, changed: Callable[[int], None]) -> None:
    """Call `changed` with a server's id when what everyone sees there may have changed (R19).

    The keeper hears of it too, but may be held up: a board that is hidden, or of a server that the bot is in
    no more, leaves open pages at once.
    """

    async def channel(before: discord.abc.GuildChannel, after: discord.abc.GuildChannel) -> None:
        if (before.overwrites, before.category_id) != (after.overwrites, after.category_id):
            changed(after.guild.id)

    async def gone(channel: discord.abc.GuildChannel) -> None:
        changed(channel.guild.id)

    async def role(before: discord.Role, after: discord.Role) -> None:
        if before.permissions != after.permissions and after.is_default():
            changed(after.guild.id)

    async def left(guild: discord.Guild) -> None:
        changed(guild.id)

    listen(channel, "on_guild_channel_update")
    listen(gone, "on_guild_channel_delete")
    listen(role, "on_guild_role_update")
    listen(left, "on_guild_remove")
