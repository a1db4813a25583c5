"""Steps that keep the board and the desks' cards current."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Any

import discord

from bot.desks.scene import CLOCK_SKEW
from bot.desks.step import QUIET, Handlers, no_means_no
from bot.desks.steps import Edit, Glance, Pin, Post, Recall, Unpost
from bot.service.deskbook import DeskBook
from bot.store.messages import Message, MessageKind, NewMessage
from bot.ui.words import Words

HISTORY = 100
"""How many messages, from when it was sent, are searched for one whose sending was not answered."""


class ShownSteps:
    """Carries them out and writes down what became of them."""

    def __init__(self, book: DeskBook, words: Words) -> None:
        self._book = book
        self._words = words

    def handlers(self) -> Handlers:
        """Return who carries out which step."""
        return {
            Post: self.post,
            Edit: self.edit,
            Recall: self.recall,
            Glance: self.glance,
            Pin: self.pin,
            Unpost: self.unpost,
        }

    async def post(self, step: Post, guild: discord.Guild) -> None:
        """Write down that it is on its way, send it, write down where it is."""
        channel, shown = guild.get_channel(step.channel_id), step.shown
        if not isinstance(channel, discord.TextChannel) or shown.view is None:
            return  # the next look sees it missing and checks
        message = await self._book.intend_message(
            guild.id, NewMessage(shown.kind, shown.session_id, step.channel_id)
        )
        asked = asyncio.get_running_loop().time()
        try:
            nonce = f"openspace-{shown.kind}-{message.row}"
            sent = await channel.send(view=shown.view, allowed_mentions=QUIET, nonce=nonce)
        except (discord.RateLimited, discord.HTTPException) as error:
            if no_means_no(error, asked):
                await self._book.message_refused(message)
            raise
        await self._book.message_shown(message, sent.id, shown.digest, "sent")

    async def edit(self, step: Edit, guild: discord.Guild) -> None:
        """Show what is true now."""
        message = _message(guild, step.message)
        if message:
            await self._book.editing(step.message)
            if await self._found(step.message, message.edit(view=step.shown.view, allowed_mentions=QUIET)):
                await self._book.message_shown(step.message, message.id, step.shown.digest, "edited")

    async def recall(self, step: Recall, guild: discord.Guild) -> None:
        """Look for it among the messages of its channel since then, however much was written after it."""
        channel = guild.get_channel(step.message.channel_id)
        if not isinstance(channel, discord.TextChannel):
            return  # the next look sees it missing and checks
        known = {message.id for message in (await self._book.read(guild.id)).messages}
        since = step.message.asked_at - CLOCK_SKEW
        async for message in channel.history(limit=HISTORY, after=since, oldest_first=True):
            ours = message.author.id == guild.me.id and message.id not in known
            if ours and _shows(message, step.message.kind):
                await self._book.message_shown(step.message, message.id, "", "found")
                return
        await self._book.message_refused(step.message)

    async def glance(self, step: Glance, guild: discord.Guild) -> None:
        """Ask Discord for it."""
        message = _message(guild, step.message)
        if message and await self._found(step.message, message.fetch()):
            await self._book.message_checked(step.message)

    async def pin(self, step: Pin, guild: discord.Guild) -> None:
        """Pin it, so that it is found however much is written below."""
        message = _message(guild, step.message)
        if message and await self._found(step.message, message.pin(reason=self._words("audit-reason"))):
            await self._book.message_pinned(step.message)

    async def unpost(self, step: Unpost, guild: discord.Guild) -> None:
        """Delete it."""
        message = _message(guild, step.message)
        if message and await self._found(step.message, message.delete()):
            await self._book.message_gone(step.message, "deleted")

    async def _found(self, message: Message, request: Awaitable[object]) -> bool:
        """Carry out a request about a message; where Discord has none such, write that down."""
        try:
            await request
        except discord.NotFound:
            await self._book.message_gone(message, "missing")
            return False
        return True


def _message(guild: discord.Guild, message: Message) -> discord.PartialMessage | None:
    channel = guild.get_channel(message.channel_id)
    if not isinstance(channel, discord.TextChannel) or message.id is None:
        return None  # the next look sees the channel missing and checks
    return channel.get_partial_message(message.id)


def _shows(message: discord.Message, kind: MessageKind) -> bool:
    """Whether a message of ours is of this kind: of all that the bot writes only these are layouts."""
    if not message.flags.components_v2 or kind is MessageKind.CARD:
        return message.flags.components_v2
    custom_ids = _custom_ids([component.to_dict() for component in message.components])
    actions = {each.split(":")[1] for each in custom_ids if each.startswith("openspace:")}
    is_tomorrow = "host" in actions and "ideas" not in actions
    return is_tomorrow is (kind is MessageKind.TOMORROW)


def _custom_ids(node: Any) -> list[str]:
    if isinstance(node, list):
        return [found for each in node for found in _custom_ids(each)]
    if not isinstance(node, dict):
        return []
    own = [node["custom_id"]] if node.get("custom_id") else []
    return own + [found for value in node.values() for found in _custom_ids(value)]
