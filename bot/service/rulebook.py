"""What holds in each server: built-in default < config.toml < what its organizers set with a command."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import structlog

from bot.config import ConfigError, Server, parse_server
from bot.domain.programme import Programme
from bot.store import settings
from bot.store.database import Database
from bot.store.settings import Standing

log = structlog.get_logger("rulebook")


@dataclass(frozen=True, slots=True)
class Rules:
    """What holds in one server. `own` is what its organizers set, by key such as 'sessions.max_minutes'.

    `live`: its Open Spaces are public. `paused`: since when nobody may book or start, with the reason.
    """

    server: Server
    programme: Programme
    live: bool
    own: Mapping[str, object] = field(default_factory=dict)
    paused: datetime | None = None
    pause_reason: str = ""

    @property
    def fade(self) -> timedelta:
        """How long an idea stays up after the last 'me too'."""
        return timedelta(hours=self.server.ideas.fade_hours)


def rules_of(server: Server) -> Rules:
    """Return what holds where organizers set nothing; live where the file has a conference."""
    return Rules(server, server.programme(), live=server.conference is not None)


def combined(base: Server, own: Mapping[str, object]) -> Server:
    """Return the file's settings with a server's own over them; raises `ConfigError` with every fault."""
    data: dict[str, Any] = base.model_dump(exclude_unset=True, include=set(Server.model_fields))
    if data.get("conference") is None:
        data.pop("conference", None)
    for key, value in own.items():
        section, _, name = key.partition(".")
        data.setdefault(section, {})[name] = value
    return parse_server(data)


class Rulebook:
    """The rules of every server, at hand; after each change of them they are read again."""

    def __init__(self, default: Rules, database: Database) -> None:
        self._default = default
        self._database = database
        self._rules: dict[int, Rules] = {}
        self._slugs: dict[str, int] = {}

    def of(self, guild_id: int) -> Rules:
        """Return what holds in a server."""
        return self._rules.get(guild_id, self._default)

    @property
    def base(self) -> Server:
        """The file's settings."""
        return self._default.server

    def named(self, slug: str) -> int | None:
        """Return the id of the server that gave its page this name."""
        return self._slugs.get(slug)

    async def load(self, guild_id: int | None = None) -> None:
        """Read what organizers set, in one server or in all; raises `StoreError`."""
        found = await self._database.read.together(lambda db: settings.standings(db, guild_id))
        if guild_id is not None:
            self._rules.pop(guild_id, None)
        for number, standing in found.items():
            self._rules[number] = self._ruled(number, standing)
        self._slugs = {str(r.own["page.slug"]): i for i, r in self._rules.items() if "page.slug" in r.own}

    def _ruled(self, guild_id: int, standing: Standing) -> Rules:
        own = standing.own
        try:
            server = combined(self.base, own)
        except ConfigError as error:
            # The file or the program has changed since these were set: what no longer fits is left out.
            log.error("settings of a server do not fit", guild=guild_id, faults=str(error))
            own, server = self._fitting(own)
        if server == self.base:
            server = self.base
        live = server.conference is not None and (bool(standing.live) or self._default.live)
        programme = self._default.programme if server is self.base else server.programme()
        return Rules(server, programme, live, own, standing.paused, standing.pause_reason)

    def _fitting(self, own: Mapping[str, object]) -> tuple[dict[str, object], Server]:
        kept: dict[str, object] = {}
        server = self.base
        for key, value in own.items():
            try:
                server = combined(self.base, {**kept, key: value})
            except ConfigError:
                continue  # logged as a whole before
            kept[key] = value
        return kept, server
