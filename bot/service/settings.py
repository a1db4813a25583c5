"""What organizers set in their server: checked as in the file, in force at once, kept in the database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from bot.config import ConfigError, Server
from bot.domain.refusal import Refusal
from bot.service.people import Person
from bot.service.rulebook import Rules, combined
from bot.service.usecases import Needs
from bot.store import ledger, settings
from bot.store.database import Tx
from bot.store.instants import stamp


class Source(StrEnum):
    """Where a value comes from, the weakest first."""

    DEFAULT = "default"
    FILE = "file"
    SERVER = "server"


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting as it holds in a server; `value` is None where there is none yet."""

    key: str
    value: object
    source: Source


class Settings:
    """Show, set and take back a server's own settings; `organizers-only` to those who may not.

    All raise `Refusal` where a rule says no, 'setting-refused' with the `faults` of `bot.config`, and
    `StoreError` where the database fails.
    """

    def __init__(self, needs: Needs) -> None:
        self._needs = needs

    def shown(self, guild_id: int) -> list[Setting]:
        """Return every setting of a server by its section and name, with where its value comes from."""
        rules, base = self._needs.rulebook.of(guild_id), self._needs.rulebook.base
        return [
            Setting(key, _value(rules, key), _source(rules, base, key))
            for section, field in Server.model_fields.items()
            for key in _keys(section, field.annotation)
        ]

    async def set(self, guild_id: int, who: Person, values: Mapping[str, object]) -> Rules:
        """Set values by key, all or none; None takes the server's own value away."""
        check_organizer(who)
        rules = self._needs.rulebook.of(guild_id)
        own = {key: value for key, value in {**rules.own, **values}.items() if value is not None}
        try:
            server = combined(self._needs.rulebook.base, own)
        except ConfigError as error:
            raise Refusal("setting-refused", faults=tuple(error.faults)) from error
        if rules.live and server.conference is None:
            raise Refusal("setting-needed")
        changed = {key: value for key, value in values.items() if rules.own.get(key) != value}
        if changed:
            async with self._needs.database.transaction() as tx:
                now = self._needs.now()
                await self._check_slug(tx, guild_id, changed.get("page.slug"))
                await settings.set_own(tx, guild_id, changed, now, by=who.id)
                detail = {key: (rules.own.get(key), value) for key, value in changed.items()}
                await ledger.record(tx, guild_id, "settings", now, actor_id=who.id, changed=detail)
            await self._needs.rulebook.load(guild_id)
            self._needs.changed(guild_id)
        return self._needs.rulebook.of(guild_id)

    async def _check_slug(self, tx: Tx, guild_id: int, slug: object) -> None:
        """Raise `Refusal` where another server has this slug, or the file: it is the operator's to give."""
        if slug and (
            slug == self._needs.rulebook.base.page.slug
            or await settings.taken(tx, "page.slug", slug, guild_id)
        ):
            raise Refusal("slug-taken", slug=slug)

    async def go_live(self, guild_id: int, who: Person) -> Rules:
        """Make a server's Open Spaces public; once they are, nothing changes."""
        check_organizer(who)
        rules = self._needs.rulebook.of(guild_id)
        if rules.server.conference is None:
            raise Refusal("setting-needed")
        if not rules.live:
            async with self._needs.database.transaction() as tx:
                now = self._needs.now()
                await settings.set_standing(tx, guild_id, live_at=stamp(now))
                await ledger.record(tx, guild_id, "live", now, actor_id=who.id)
            await self._needs.rulebook.load(guild_id)
            self._needs.changed(guild_id)
        return self._needs.rulebook.of(guild_id)


def check_organizer(who: Person) -> None:
    """Raise `Refusal` for those who are no organizers."""
    if not who.organizer:
        raise Refusal("organizers-only")


def _keys(section: str, table: object) -> list[str]:
    kinds = getattr(table, "__args__", (table,))
    model = next(kind for kind in kinds if hasattr(kind, "model_fields"))
    return [f"{section}.{name}" for name in model.model_fields]


def _value(rules: Rules, key: str) -> object:
    section, _, name = key.partition(".")
    if key in rules.own:
        return rules.own[key]
    table = getattr(rules.server, section)
    if table is not None:
        return getattr(table, name)
    model = next(k for k in Server.model_fields[section].annotation.__args__ if k is not type(None))  # type: ignore[union-attr]
    return None if model.model_fields[name].is_required() else model.model_fields[name].default


def _source(rules: Rules, base: Server, key: str) -> Source:
    section, _, name = key.partition(".")
    if key in rules.own:
        return Source.SERVER
    table = getattr(base, section)
    return Source.FILE if table is not None and name in table.model_fields_set else Source.DEFAULT
