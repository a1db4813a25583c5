"""What organizers set in their server: checked as in the file, in force at once, kept in the database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from bot.config import ConfigError, Server
from bot.domain.refusal import Refusal
from bot.service.people import Person
from bot.service.rulebook import Rules, combined, rules_of
from bot.service.usecases import Needs
from bot.store import ledger, settings
from bot.store.database import Reader, Tx
from bot.store.instants import stamp
from bot.store.settings import Standing


class Source(StrEnum):
    """Where a value comes from, the weakest first."""

    DEFAULT = "default"
    FILE = "file"
    SERVER = "server"


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting as it holds in a server; `value` is None where there is none yet.

    `by` set it `at` that time, where it is the server's own and that was looked up.
    """

    key: str
    value: object
    source: Source
    by: int | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Planned:
    """A change of settings before it is written: what holds before and after it, and what it changes.

    `changes` are by key what the server had of its own and is to have; None: nothing.
    """

    before: Rules
    after: Rules
    changes: Mapping[str, tuple[object, object]]


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
        return [Setting(key, value_of(rules, key), _source(rules, base, key)) for key in every_setting()]

    async def look(self, guild_id: int) -> list[Setting]:
        """Return every setting as `shown`, with who set it when."""
        known = await settings.setters(self._needs.database.read, guild_id)
        return [
            replace(each, by=known[each.key][0], at=known[each.key][1])
            if each.source is Source.SERVER and each.key in known
            else each
            for each in self.shown(guild_id)
        ]

    def falls_back_to(self, key: str) -> tuple[object, Source]:
        """Return what a setting is where a server has none of its own, and where that comes from."""
        base = self._needs.rulebook.base
        rules = rules_of(base)
        return value_of(rules, key), _source(rules, base, key)

    async def set(self, guild_id: int, who: Person, values: Mapping[str, object]) -> Rules:
        """Set values by key, all or none; None takes the server's own value away."""
        check_organizer(who)
        async with self._needs.database.transaction() as tx:
            planned = await plan_change(tx, self._needs, guild_id, values)
            if planned.changes:
                await write_change(tx, self._needs, guild_id, who, planned, now=self._needs.now())
        if planned.changes:
            self._needs.changed(guild_id)
        return self._needs.rulebook.of(guild_id)

    async def go_live(self, guild_id: int, who: Person) -> Rules:
        """Make a server's Open Spaces public; once they are, nothing changes."""
        check_organizer(who)
        rules = self._needs.rulebook.of(guild_id)
        if rules.server.conference is None:
            raise Refusal("setting-needed")
        if not rules.live:
            async with self._needs.database.transaction() as tx:
                now = self._needs.now()
                await settings.set_standing(tx, guild_id, live_at=stamp(now), closed_at=None, closing="")
                await ledger.record(tx, guild_id, "live", now, actor_id=who.id)
                await self._needs.rulebook.reread(tx, guild_id)
            self._needs.changed(guild_id)
        return self._needs.rulebook.of(guild_id)


def check_organizer(who: Person) -> None:
    """Raise `Refusal` for those who are no organizers."""
    if not who.organizer:
        raise Refusal("organizers-only")


@cache
def every_setting() -> Mapping[str, FieldInfo]:
    """Return every setting that a server may have of its own, by key such as 'sessions.min_minutes'."""
    return {
        f"{section}.{name}": field
        for section in Server.model_fields
        for name, field in _table(section).model_fields.items()
    }


async def plan_change(db: Reader, needs: Needs, guild_id: int, values: Mapping[str, object]) -> Planned:
    """Return what setting values by key would change; raises `Refusal` where the file would not take it."""
    standing = (await settings.standings(db, guild_id)).get(guild_id, Standing())
    before = needs.rulebook.ruled(standing)
    own = {key: value for key, value in {**before.own, **values}.items() if value is not None}
    try:
        server = combined(needs.rulebook.base, own)
    except ConfigError as error:
        raise Refusal("setting-refused", faults=tuple(error.faults)) from error
    if before.live and server.conference is None:
        raise Refusal("setting-needed")
    after = replace(before, server=server, programme=server.programme(), own=own)
    await _check_slug(db, needs, guild_id, values.get("page.slug"))
    changes = {key: (standing.own.get(key), value) for key, value in values.items()}
    return Planned(before, after, {key: pair for key, pair in changes.items() if pair[0] != pair[1]})


async def _check_slug(db: Reader, needs: Needs, guild_id: int, slug: object) -> None:
    """Raise `Refusal` where another server has this slug, or the file: it is the operator's to give."""
    file = needs.rulebook.base.page.slug
    if slug and (slug == file or await settings.taken(db, "page.slug", slug, guild_id)):
        raise Refusal("slug-taken", slug=slug)


async def write_change(
    tx: Tx, needs: Needs, guild_id: int, who: Person, planned: Planned, *, now: datetime
) -> None:
    """Write a change of settings, with its line in the audit trail; it holds once that is committed."""
    values = {key: value for key, (_, value) in planned.changes.items()}
    await settings.set_own(tx, guild_id, values, now, by=who.id)
    await ledger.record(tx, guild_id, "settings", now, actor_id=who.id, changed=planned.changes)
    await needs.rulebook.reread(tx, guild_id)


def value_of(rules: Rules, key: str) -> object:
    """Return a setting's value in a server, None where it has none yet."""
    section, _, name = key.partition(".")
    table = getattr(rules.server, section)
    if table is not None:
        return getattr(table, name)
    field = every_setting()[key]
    return rules.own.get(key, None if field.is_required() else field.default)


def _source(rules: Rules, base: Server, key: str) -> Source:
    section, _, name = key.partition(".")
    if key in rules.own:
        return Source.SERVER
    table = getattr(base, section)
    return Source.FILE if table is not None and name in table.model_fields_set else Source.DEFAULT


def _table(section: str) -> type[BaseModel]:
    field = Server.model_fields[section]
    kinds = (field.annotation, *get_args(field.annotation))
    return next(kind for kind in kinds if isinstance(kind, type) and issubclass(kind, BaseModel))
