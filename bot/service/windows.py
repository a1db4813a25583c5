"""R2: windows and highlights, added, changed and removed by organizers, in the conference's own zone."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from bot.config import Conference
from bot.config_faults import instant
from bot.domain.edges import Edges, Known, read_edges
from bot.domain.models import Window
from bot.domain.names import clean_line
from bot.domain.programme import Programme
from bot.domain.refusal import Refusal
from bot.service.people import Person
from bot.service.revisions import Revision, Revisions
from bot.service.rulebook import Rules
from bot.service.settings import check_organizer
from bot.service.usecases import Needs
from bot.store import sessions

KEY = "conference.windows"
NAME_LENGTH = 100
_SLACK = timedelta(minutes=1)
"""Whoever closes a window 'now' means the minute that has begun."""

Table = dict[str, Any]
"""A window or a highlight as the settings have it: its names, opens, closes, and a window's highlights."""


Named = Callable[[date], tuple[str, str]]
"""Returns the names, in English and in Chinese, of what opens on a day and has none."""


@dataclass(frozen=True, slots=True)
class Which:
    """A window or a highlight, by when it opens on the conference's clock: no two of a kind do at once."""

    opens: datetime
    highlight: bool = False


@dataclass(frozen=True, slots=True)
class Typed:
    """What an organizer typed; what is None or empty stays as it is. `name_zh` of '-' takes that away."""

    opens: str = ""
    closes: str = ""
    name: str | None = None
    name_zh: str | None = None


class Windows:
    """Each change is a revision of the setting 'conference.windows'; all raise what revisions raise.

    They raise `Refusal` 'window-past' where a window would be over already, 'no-window' where what is meant
    is not there any more.
    """

    def __init__(self, needs: Needs) -> None:
        self._needs = needs
        self._revisions = Revisions(needs)

    async def counts(self, guild_id: int) -> Mapping[Window, int]:
        """Return how many sessions are on or to come in each window."""
        programme = self._needs.programme(guild_id)
        found = await sessions.present(self._needs.database.read, guild_id, self._needs.now())
        of = [programme.window_of(each) for each in found]
        return {window: of.count(window) for window in programme.windows}

    def edges(self, guild_id: int, which: Which) -> Edges:
        """Return the ends of a window or a highlight as the conference's clocks show them."""
        table = _find(_tables(self._conference(guild_id)), which)
        return _edges(table)

    async def add(
        self, guild_id: int, who: Person, typed: Typed, named: Named, *, highlight: bool
    ) -> Revision:
        """Add a window, or a highlight to the window in which it lies; `named` says what has no name."""
        rules, tables = self._begin(guild_id, who)
        known = Known(self._needs.now(), rules.programme, days=rules.programme.days() if highlight else ())
        opens, closes = read_edges(typed.opens, typed.closes, known)
        self._check_coming(closes, rules.programme)
        name, (usual, usual_zh) = clean_line(typed.name or "", NAME_LENGTH), named(opens.date())
        table: Table = {
            "name": name or usual,
            "name_zh": clean_line(typed.name_zh or "", NAME_LENGTH) or ("" if name else usual_zh),
            "opens": opens.isoformat(),
            "closes": closes.isoformat(),
        }
        if highlight:
            window = next((each for each in tables if _holds(each, opens)), None)
            if window is None:
                raise Refusal("highlight-outside")
            window["highlights"].append(table)
        else:
            tables.append({**table, "highlights": []})
        return await self._wish(guild_id, who, rules, tables)

    async def edit(self, guild_id: int, who: Person, which: Which, typed: Typed) -> Revision:
        """Change what is typed of a window or a highlight.

        A window takes its highlights along to another day; what of one is no longer inside goes.
        """
        rules, tables = self._begin(guild_id, who)
        table = _find(tables, which)
        was = _edges(table)
        if typed.opens.strip() or typed.closes.strip():
            opens, closes = read_edges(
                typed.opens, typed.closes, Known(self._needs.now(), rules.programme, was)
            )
            if (opens, closes) != was:
                self._check_coming(closes, rules.programme)
            table |= {"opens": opens.isoformat(), "closes": closes.isoformat()}
            if not which.highlight:
                table["highlights"] = _carried(table, timedelta(days=(opens.date() - was[0].date()).days))
        if typed.name:
            table["name"] = clean_line(typed.name, NAME_LENGTH) or table["name"]
        if typed.name_zh is not None:
            other = clean_line(typed.name_zh, NAME_LENGTH)
            table["name_zh"] = "" if other == "-" else other
        return await self._wish(guild_id, who, rules, tables)

    async def remove(self, guild_id: int, who: Person, which: Which) -> Revision:
        """Remove a window with its highlights, or a highlight."""
        rules, tables = self._begin(guild_id, who)
        table = _find(tables, which)
        for owner in (tables, *(each["highlights"] for each in tables)):
            owner[:] = [each for each in owner if each is not table]
        return await self._wish(guild_id, who, rules, tables)

    def _begin(self, guild_id: int, who: Person) -> tuple[Rules, list[Table]]:
        check_organizer(who)
        return self._needs.rulebook.of(guild_id), _tables(self._conference(guild_id))

    def _conference(self, guild_id: int) -> Conference:
        conference = self._needs.rulebook.of(guild_id).server.conference
        if conference is None:
            raise Refusal("not-set-up")
        return conference

    def _check_coming(self, closes: datetime, programme: Programme) -> None:
        if instant(closes, programme.zone) < self._needs.now() - _SLACK:
            raise Refusal("window-past", closes=instant(closes, programme.zone))

    async def _wish(self, guild_id: int, who: Person, rules: Rules, tables: Sequence[Table]) -> Revision:
        ordered = sorted(tables, key=lambda table: str(table["opens"]))
        seen = {KEY: rules.own.get(KEY, rules.dropped.get(KEY))}
        return await self._revisions.wish(guild_id, who, {KEY: ordered}, seen=seen)


def _tables(conference: Conference) -> list[Table]:
    return [window.model_dump(mode="json") for window in conference.windows]


def _find(tables: Sequence[Table], which: Which) -> Table:
    among = [each for table in tables for each in table["highlights"]] if which.highlight else tables
    found = next((each for each in among if datetime.fromisoformat(each["opens"]) == which.opens), None)
    if found is None:
        raise Refusal("no-window")
    return found


def _edges(table: Table) -> Edges:
    return datetime.fromisoformat(table["opens"]), datetime.fromisoformat(table["closes"])


def _holds(table: Table, moment: datetime) -> bool:
    opens, closes = _edges(table)
    return opens <= moment < closes


def _carried(window: Table, moved: timedelta) -> list[Table]:
    """Return the highlights of a window that has other ends, cut to what is inside of it."""
    opens, closes = _edges(window)
    found = []
    for highlight in window["highlights"]:
        start, end = (edge + moved for edge in _edges(highlight))
        if max(start, opens) < min(end, closes):
            inside = {"opens": max(start, opens).isoformat(), "closes": min(end, closes).isoformat()}
            found.append(highlight | inside)
    return found
