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
from bot.store.database import Database, Tx
from bot.store.settings import Standing

log = structlog.get_logger("rulebook")


@dataclass(frozen=True, slots=True)
class Rules:
    """What holds in one server. `own` is what its organizers set, by key such as 'sessions.max_minutes'.

    `live`: its Open Spaces are public. `paused`: since when nobody may book or start, with the reason.
    `closed`: since when its organizers have closed it; `closing`: what is being removed of what the bot made.
    `dropped` is what they set that fits no longer, so that it does not hold.
    """

    server: Server
    programme: Programme
    live: bool
    own: Mapping[str, object] = field(default_factory=dict)
    paused: datetime | None = None
    pause_reason: str = ""
    closed: datetime | None = None
    closing: str = ""
    dropped: Mapping[str, object] = field(default_factory=dict)

    @property
    def pause(self) -> str | None:
        """Why new sessions are paused, perhaps ''; None where they are taken."""
        return None if self.paused is None else self.pause_reason

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
    """The rules of every server, at hand; each change of them is read again by what writes it."""

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

    async def load(self) -> None:
        """Read what organizers set in all servers; raises `StoreError`."""
        self.take(await self._database.read.together(settings.standings))

    async def reread(self, tx: Tx, guild_id: int) -> None:
        """Let what a transaction has written of a server hold from its end on, whatever comes next (R3)."""
        found = await settings.standings(tx, guild_id)

        def hold() -> None:
            self._rules.pop(guild_id, None)
            self.take(found)

        tx.written = hold

    def take(self, found: Mapping[int, Standing]) -> None:
        """Let what was read of servers hold from now on."""
        for number, standing in found.items():
            rules = self.ruled(standing)
            if rules.dropped:  # the file or the program has changed since these were set
                log.error("settings of a server do not fit", guild=number, dropped=list(rules.dropped))
            self._rules[number] = rules
        self._slugs = {str(r.own["page.slug"]): i for i, r in self._rules.items() if "page.slug" in r.own}

    def ruled(self, standing: Standing) -> Rules:
        """Return what holds where a server stands so; what no longer fits is left out."""
        own, dropped = standing.own, dict[str, object]()
        try:
            server = combined(self.base, own)
        except ConfigError:
            own, server, dropped = self._fitting(own)
        if server == self.base:
            server = self.base
        live = server.conference is not None and (bool(standing.live) or self._default.live)
        live = live and standing.closed is None
        programme = self._default.programme if server is self.base else server.programme()
        return Rules(
            server,
            programme,
            live,
            own,
            paused=standing.paused,
            pause_reason=standing.pause_reason,
            dropped=dropped,
            closed=standing.closed,
            closing=standing.closing,
        )

    def _fitting(self, own: Mapping[str, object]) -> tuple[dict[str, object], Server, dict[str, object]]:
        kept: dict[str, object] = {}
        dropped: dict[str, object] = {}
        server = self.base
        for key, value in own.items():
            try:
                server = combined(self.base, {**kept, key: value})
            except ConfigError:
                dropped[key] = value
            else:
                kept[key] = value
        return kept, server, dropped
