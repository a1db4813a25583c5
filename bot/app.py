"""Wires it all: `build_bot(load_config(path))` gives the bot, not yet started, needing no token."""

from __future__ import annotations

from functools import partial

import discord
import structlog
from discord.ext import commands

from bot import clock
from bot.config import Config
from bot.desks.apply import Applier
from bot.desks.keeper import Keeper, Parts
from bot.desks.scene import Place
from bot.desks.shown import Display
from bot.service import DeskBook, Service
from bot.store.database import Database
from bot.sync import sync_commands
from bot.ui.event_face import event_face
from bot.ui.gate import Gate, GatedTree
from bot.ui.menus import Menu
from bot.ui.presses import Handler, Press
from bot.ui.words import Words, words_for

log = structlog.get_logger("app")

COGS = ("cogs.openspace", "cogs.desks")
LONGEST_WAIT = 30.0
"""Seconds that discord.py may sleep on a rate limit before it raises: its own minimum."""


class OpenSpaceBot(commands.Bot):
    """The bot of one process, for any number of guilds."""

    def __init__(self, config: Config) -> None:
        intents = discord.Intents(guilds=True, voice_states=True, guild_scheduled_events=True)
        super().__init__(
            command_prefix=commands.when_mentioned,
            help_command=None,
            tree_cls=GatedTree,
            intents=intents,
            allowed_mentions=discord.AllowedMentions.none(),
            max_ratelimit_timeout=LONGEST_WAIT,
            member_cache_flags=discord.MemberCacheFlags.from_intents(intents),
        )
        self.config = config
        self.words: Words = words_for(config.conference.language)
        self.database = Database(config.database)
        self.service = Service(self.database, config.programme(), clock.now)
        self.service.fade_hours = config.ideas.fade_hours
        self.gate = Gate(self.service)
        self.book = DeskBook(self.database, clock.now)
        channels = config.channels
        applier = Applier(self, self.service, self.book, self.words, channels.organizers_channel)
        event = partial(event_face, self.words, channels.board) if config.events.enabled else None
        place = Place(
            channels.area, channels.archive_area, channels.archive, channels.board, channels.news, event
        )
        display = Display(self.words, tomorrow=channels.tomorrow)
        self.keeper = Keeper(self, self.service, applier, Parts(self.book, place, display))
        self.service.on_change = self.keeper.wake
        self.presses: dict[str, Handler] = {}

    async def setup_hook(self) -> None:
        """Open the database, load the cogs, and tell Discord of changed commands."""
        await self.database.open()
        self.add_dynamic_items(Press, Menu)
        for cog in COGS:
            await self.load_extension(cog)
        await sync_commands(self, self.book)

    async def close(self) -> None:
        """Stop the keeper, leave Discord, close the database; in this order, so that nothing is half done."""
        await self.keeper.close()
        await super().close()
        await self.database.close()


def build_bot(config: Config) -> OpenSpaceBot:
    """Return the bot for a configuration, not yet started; opening the database comes with the start."""
    return OpenSpaceBot(config)
