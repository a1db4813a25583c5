"""One step at a time against Discord: each is safe to repeat, and what it did is written down at once."""

from __future__ import annotations

import discord

from bot.desks.apply_channels import ChannelSteps
from bot.desks.apply_events import EventSteps
from bot.desks.apply_notices import NoticeSteps
from bot.desks.apply_shown import ShownSteps
from bot.desks.step import Handlers
from bot.desks.steps import Step
from bot.service import DeskBook, Service
from bot.ui.words import Words


class Applier:
    """Carries out steps. Raises what discord.py raises; the keeper decides what follows."""

    def __init__(
        self,
        client: discord.Client,
        service: Service,
        book: DeskBook,
        words: Words,
        organizers_channel: int = 0,
    ) -> None:
        parts = (
            ChannelSteps(book, words),
            NoticeSteps(client, service, book, words, organizers_channel),
            ShownSteps(book, words),
            EventSteps(book.events, words),
        )
        self._handlers: Handlers = {kind: how for part in parts for kind, how in part.handlers().items()}

    async def apply(self, step: Step, guild: discord.Guild) -> None:
        """Carry out one step in the guild, which is the cache's newest."""
        await self._handlers[type(step)](step, guild)
