"""One message of the bot's in a channel: what it says, whom it pings, how it is sent and known again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import discord

ARRIVED = 20
"""How many messages are searched for one that may have arrived before a crash."""
QUIET = discord.AllowedMentions.none()


@dataclass(frozen=True, slots=True)
class Part:
    """One message: its text, the ids of those whom it may ping, aloud or silently, and buttons."""

    text: str
    mentions: tuple[int, ...] = ()
    view: discord.ui.View | None = None
    silent: bool = False


async def arrived(channel: discord.abc.Messageable, part: Part, me: int, since: int = 0) -> bool:
    """Whether a part that was on its way when the bot died is already there: nobody is pinged twice.

    Up to `since` the same words were said for another reason.
    """
    async for message in channel.history(limit=ARRIVED):
        if message.id > since and message.author.id == me and message.content == part.text:
            return True
    return False


def only(user_ids: Sequence[int]) -> discord.AllowedMentions:
    """Return whom a message may ping: these people, and no one else."""
    people = [discord.Object(user_id) for user_id in user_ids]
    return discord.AllowedMentions(everyone=False, roles=False, users=people or False)


async def send(channel: discord.abc.Messageable, part: Part, nonce: str) -> None:
    """Send a part, which pings whom it may and no one else; by the nonce Discord itself sees a repeat."""
    view: Any = part.view or discord.utils.MISSING
    mentions = only(part.mentions)
    await channel.send(part.text, allowed_mentions=mentions, nonce=nonce, silent=part.silent, view=view)
