"""Wires it all: `build_bot(load_config(path))` gives the bot, not yet started, needing no token."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import aiohttp
import discord
import structlog
from discord.ext import commands

from bot import clock
from bot.cases.desk import CaseDesk
from bot.cases.door import Door
from bot.config import Config
from bot.desks.keeper import Keeper
from bot.domain.models import Settings
from bot.permissions import audience
from bot.service import Backups, DeskBook, Needs, Rulebook, Service, rules_of
from bot.service.vitals import Vitals
from bot.store.database import Database
from bot.sync import sync_commands
from bot.ui.command_links import CommandLinks
from bot.ui.event_face import event_face
from bot.ui.gate import Gate, GatedTree
from bot.ui.known_names import KnownNames
from bot.ui.menus import Menu
from bot.ui.place import Draw, Redraw
from bot.ui.presses import Handler, Press
from bot.ui.words import Words, words_for

if TYPE_CHECKING:
    from bot.health.monitor import Monitor
    from bot.web.site import Site

log = structlog.get_logger("app")

COGS = (
    *("cogs.openspace", "cogs.admin", "cogs.desks", "cogs.cases", "cogs.hosts", "cogs.storage"),
    *("cogs.backup", "cogs.log_channel"),
)
LONGEST_WAIT = 30.0
"""Seconds that discord.py may sleep on a rate limit before it raises: its own minimum."""


EXCHANGE = aiohttp.ClientTimeout(total=4.0)
"""Seconds that Discord may take to answer one request. discord.py itself would wait for five minutes, and all
other requests of the kind with it, where it knows no rate limit yet (R21)."""


INTENTS = discord.Intents(
    guilds=True,
    voice_states=True,
    guild_scheduled_events=True,
    guild_messages=True,  # that one was sent or deleted, never what it says
)
"""What the bot hears of; none of it needs Discord's leave."""


class OpenSpaceBot(commands.AutoShardedBot):
    """The bot of one process, for any number of guilds."""

    def __init__(self, config: Config) -> None:
        self.monitor = _monitor(config)
        trace: Any = self.monitor.meters.trace() if self.monitor else None
        super().__init__(
            command_prefix=commands.when_mentioned,
            help_command=None,
            tree_cls=GatedTree,
            intents=INTENTS,
            allowed_mentions=discord.AllowedMentions.none(),
            shard_count=1,  # for a simulated Discord; `running.serve` asks the real one how many it wants
            max_messages=None,
            max_ratelimit_timeout=LONGEST_WAIT,
            member_cache_flags=discord.MemberCacheFlags.from_intents(INTENTS),
            http_trace=trace,
        )
        self.config = config
        self.database = Database(config.database)
        self.rulebook = Rulebook(rules_of(config), self.database)
        self.service = Service(Needs(self.database, self.rulebook, clock.now, self._changed))
        every = timedelta(hours=config.backup.every_hours)
        self.backups = Backups(config.database, config.backups, every, config.backup.keep, clock.now)
        self.gate = Gate(self.service)
        self.known_names = KnownNames(self.service)
        self.book = DeskBook(self.database, clock.now, self.rulebook.of)
        self.keeper = Keeper(self, self.service, self.book, self.words_in, self._settings)
        self.cases = CaseDesk(self, self.service, self.words_in)
        self.door = Door(self, self.service, self.words_in)
        self.presses: dict[str, Handler] = {}
        self.command_links = CommandLinks()
        self.questions: dict[str, Redraw] = {}
        self.draw_panel: Draw | None = None
        self.web: Site | None = None
        self.heard: list[Callable[[int], None]] = []
        self.keeper.looked = self._heard
        self.vitals = Vitals(self.database, clock.now)
        self.answered: Callable[[discord.Interaction, str, float], None] | None = None

    def words_in(self, guild_id: int) -> Words:
        """Return the words of what everyone in a server sees."""
        return words_for(self.rulebook.of(guild_id).server.language)

    def _changed(self, guild_id: int, *, soon: bool = False) -> None:
        # Looked up with each change: the keeper is made after the service, which it needs.
        self.keeper.wake(guild_id, soon=soon)
        self.cases.changed(guild_id)
        self._heard(guild_id)

    def _heard(self, guild_id: int) -> None:
        """Tell those who listen that the audit trail of a server may have grown."""
        for hear in self.heard:
            hear(guild_id)

    def _settings(self, guild_id: int) -> Settings:
        rules = self.rulebook.of(guild_id)
        server = rules.server
        channels, words = server.channels, self.words_in(guild_id)
        return Settings(
            channels.area,
            channels.archive_area,
            channels.archive,
            channels.board,
            channels.news,
            partial(event_face, words, channels.board) if server.events.enabled else None,
            channels.tomorrow,
            audience(self.get_guild(guild_id), server.organizers.roles, channels.audience),
            pause=rules.pause,
        )

    async def setup_hook(self) -> None:
        """Open the database, read the rules, load the cogs, and tell Discord of changed commands."""
        if self.monitor:  # before all else, since it tells what the start waits for
            self.monitor.watch(self, self, clock.now)
            await self.monitor.start()
        await self.database.open()
        await self.rulebook.load()
        self.add_dynamic_items(Press, Menu)
        for cog in COGS:
            await self.load_extension(cog)
        await sync_commands(self, self.service, self.command_links)
        await self._serve_pages()
        _bound_requests(self.http)

    async def _serve_pages(self) -> None:
        """Start the web server, where there is to be one; where not, nothing of it is even imported."""
        if self.config.web:
            from bot.web.site import Site  # noqa: PLC0415

            self.web = Site(self, self.service, self.rulebook, self.config.web)
            self.heard.append(self.web.changed)
            self.web.listen(self.add_listener)
            await self.web.start()

    async def close(self) -> None:
        """Stop the keeper, leave Discord, close the database; in this order, so that nothing is half done."""
        if self.web:
            await self.web.close()
        await self.keeper.close()
        await self.cases.close()
        await self.door.close()
        # discord.py 2.7.1 makes this queue only at login, and trips over its absence.
        vars(self).setdefault("_AutoShardedClient__queue", asyncio.PriorityQueue())
        await super().close()
        await self.database.close()
        if self.monitor:
            await self.monitor.close()


def _monitor(config: Config) -> Monitor | None:
    """Return what measures the bot, where it is to be; where not, nothing of it is even imported."""
    if config.health is None:
        return None
    from bot.health.monitor import Monitor  # noqa: PLC0415

    return Monitor(config.health)


def _bound_requests(http: Any) -> None:
    """Let no request hang: discord.py has no way to say so, and holds others of its kind until it ends."""
    session = vars(http).get("_HTTPClient__session")
    if isinstance(session, aiohttp.ClientSession):
        session._timeout = EXCHANGE


def build_bot(config: Config) -> OpenSpaceBot:
    """Return the bot for a configuration, not yet started; opening the database comes with the start."""
    return OpenSpaceBot(config)
