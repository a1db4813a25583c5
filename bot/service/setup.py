"""The guided set-up: each step is saved at once, none over what somebody else has saved meanwhile."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import Any

from bot.config import WindowSettings
from bot.domain.hours import Opening, Span
from bot.domain.refusal import Refusal
from bot.service.people import Person
from bot.service.revisions import Revision, Revisions
from bot.service.rulebook import Rules
from bot.service.settings import Setting, Settings, Source, check_organizer
from bot.service.usecases import Needs
from bot.store import drafts, ledger, settings
from bot.store.database import Tx
from bot.store.drafts import Draft
from bot.store.instants import stamp


class Step(IntEnum):
    """The steps, by the number under which people see them."""

    PLACE = 1
    HOURS = 2
    DESKS = 3
    PEOPLE = 4
    TURN_TO = 5


KEYS: Mapping[Step, tuple[str, ...]] = {
    Step.PLACE: ("conference.name", "conference.timezone"),
    Step.HOURS: ("conference.windows",),
    Step.DESKS: ("conference.parallel_limit", "conference.language"),
    Step.PEOPLE: ("organizers.roles", "channels.audience"),
    Step.TURN_TO: ("channels.organizers_channel", "conference.conduct", "notes.link"),
}
"""What each step is about."""
LONGEST_TEXT = 4000
"""Code points of what is typed into one field: Discord's limit."""


@dataclass(frozen=True, slots=True)
class Stand:
    """How far the set-up of a server is: its rules, and every setting with where it comes from."""

    rules: Rules
    settings: Mapping[str, Setting]

    def value(self, key: str) -> object:
        """Return a setting's value; None where it is not set yet, or where there is no such setting."""
        return self.settings[key].value if key in self.settings else None

    def from_file(self, step: Step) -> bool:
        """Whether all that a step is about comes from the file, so far as it is set at all."""
        sources = {self.settings[key].source for key in KEYS[step] if key in self.settings}
        return Source.FILE in sources and Source.SERVER not in sources

    @property
    def ready(self) -> bool:
        """Whether there is all that a conference must have."""
        return self.rules.server.conference is not None

    @property
    def openings(self) -> tuple[Opening, ...]:
        """The windows in local times, in order."""
        found: object = self.value("conference.windows") or ()
        read = [WindowSettings.model_validate(each) for each in found]  # type: ignore[attr-defined]
        made = (
            Opening(
                window.name,
                window.opens,
                window.closes,
                tuple(Span(each.name, each.opens, each.closes) for each in window.highlights),
            )
            for window in read
        )
        return tuple(sorted(made, key=lambda opening: opening.opens))

    def entries(
        self, openings: Iterable[Opening], chinese: Mapping[str, str] | None = None
    ) -> list[dict[str, object]]:
        """Return windows as the settings have them; what else stood in one of that name is kept.

        A new one with a usual name such as 'Day 1' gets its name in Chinese from `chinese`.
        """
        found: object = self.value("conference.windows") or ()
        before = [WindowSettings.model_validate(each).model_dump(mode="json") for each in found]  # type: ignore[attr-defined]
        names = {each["name"] for each in before}
        usual = {name: other for name, other in (chinese or {}).items() if name not in names}
        inner = [highlight for each in before for highlight in each["highlights"]]
        made = []
        for entry in (_kept(each.entry(), before) for each in openings):
            if entry["name"] in usual:
                entry["name_zh"] = usual[entry["name"]]
            if "highlights" in entry:
                entry["highlights"] = [_kept(each, inner) for each in entry["highlights"]]
            made.append(entry)
        return made

    def mark(self, step: Step | None = None) -> int:
        """Return a number that changes with what a step is about, or with anything where none is named."""
        steps = [step] if step else list(Step)
        values = {key: self.value(key) for each in steps for key in KEYS[each]}
        return zlib.crc32(json.dumps(values, default=str).encode())


class Setup:
    """The use cases of the set-up; all raise `organizers-only` to others, and `StoreError`."""

    def __init__(self, needs: Needs, settings: Settings) -> None:
        self._needs = needs
        self._settings = settings
        self._revisions = Revisions(needs)

    def stand(self, guild_id: int) -> Stand:
        """Return how far the set-up of a server is."""
        shown = {each.key: each for each in self._settings.shown(guild_id)}
        return Stand(self._needs.rulebook.of(guild_id), shown)

    async def save(
        self, guild_id: int, who: Person, step: Step, values: Mapping[str, object], *, seen: int
    ) -> Revision | None:
        """Save what a step is about; None where it is so already. It waits where sessions do not fit (R12).

        `seen` is the mark of what the person had before them: raises `setup-stale` where that has changed.
        """
        check_organizer(who)
        stand, rules = self.stand(guild_id), self._needs.rulebook.of(guild_id)
        changed = {key: value for key, value in values.items() if not _same(stand.value(key), value)}
        if not changed:
            return None
        own = {key: rules.own.get(key, rules.dropped.get(key)) for key in changed}
        try:
            if stand.mark(step) == seen:
                return await self._revisions.wish(guild_id, who, changed, seen=own)
        except Refusal as refusal:
            if refusal.code != "revision-stale":
                raise
        raise Refusal("setup-stale")

    async def go_live(self, guild_id: int, who: Person, *, seen: int) -> Stand:
        """Make the Open Spaces public; raises `setup-stale` where what the person saw has changed since."""
        check_organizer(who)
        if self.stand(guild_id).mark() != seen:
            raise Refusal("setup-stale")
        await self._settings.go_live(guild_id, who)
        return self.stand(guild_id)

    async def keep(self, guild_id: int, who: Person, typed: str, name: str = "") -> int:
        """Keep what an organizer typed into a form, and return the number under which it is found."""
        check_organizer(who)
        async with self._needs.database.transaction() as tx:
            draft = Draft(who.id, name, typed[:LONGEST_TEXT], "", None)
            return await drafts.save(tx, guild_id, draft, self._needs.now())

    async def typed(self, guild_id: int, draft_id: int) -> Draft | None:
        """Return what was typed before, by whichever organizer; None where it is no longer kept."""
        return await drafts.get(self._needs.database.read, guild_id, draft_id, self._needs.now())

    async def ask(self, guild_id: int) -> bool:
        """Write down that organizers are being shown the way to the set-up; False where they were already.

        It comes before the message: one whose answer is lost is not sent again.
        """
        async with self._needs.database.transaction() as tx:
            standing = (await settings.standings(tx, guild_id)).get(guild_id)
            if self._needs.rulebook.of(guild_id).live or (standing and standing.asked):
                return False
            await self._asked(tx, guild_id, self._needs.now(), "setup-offered")
            return True

    async def not_asked(self, guild_id: int) -> None:
        """Write down that they are yet to be shown it: Discord refused the message, or the bot left."""
        async with self._needs.database.transaction() as tx:
            await self._asked(tx, guild_id, None, "setup-not-offered")

    async def _asked(self, tx: Tx, guild_id: int, at: datetime | None, action: str) -> None:
        await settings.set_standing(tx, guild_id, asked_at=stamp(at) if at else None)
        await ledger.record(tx, guild_id, action, self._needs.now())


def _kept(entry: dict[str, Any], before: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return an entry with what only one of the same name had, such as its name in another language."""
    named = [each for each in before if each["name"] == entry["name"]]
    twin = next((each for each in named if each["opens"] == entry["opens"]), named[0] if named else {})
    return {key: value for key, value in twin.items() if key != "highlights" and value} | entry


def _same(one: object, other: object) -> bool:
    """Whether two values are the same setting: the file's are tuples, and nothing is as good as empty."""
    return (_plain(one) or None) == (_plain(other) or None)


def _plain(value: object) -> object:
    if isinstance(value, tuple | list):
        tables = (WindowSettings, Mapping)
        return [WindowSettings.model_validate(each) if isinstance(each, tables) else each for each in value]
    return value
