"""Which session a person means, and which ones they are offered. Each answer is read in one trip."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from bot.domain.life import as_of
from bot.domain.models import Session, State
from bot.domain.names import clean_line, fold, searchable
from bot.domain.refusal import Refusal
from bot.service.people import Person
from bot.service.usecases import Needs
from bot.service.wording import TOPIC_LENGTH
from bot.store import cohosts, lists, sessions
from bot.store.database import Reader
from bot.store.lists import Those

Named = Callable[[str, Sequence[Session]], Sequence[Session]]
"""Finds the sessions that were offered under a name; it knows what is shown, in each language."""


def nameless(_text: str, _among: Sequence[Session]) -> Sequence[Session]:
    """Return none: nothing was offered."""
    return ()


@dataclass(frozen=True, slots=True)
class Sought:
    """What somebody types where sessions are offered: `words`, or a shown `name`; `most` are offered."""

    most: int
    words: str = ""
    name: str = ""
    named: Named = nameless

    @property
    def fits(self) -> Callable[[str], bool] | None:
        """Whether a session's topic and host hold the words; None where there are none."""
        words = searchable(self.words)
        return (lambda text: words in _searchable(text)) if words else None


@lru_cache(maxsize=4096)  # the same sessions are searched with every letter
def _searchable(text: str) -> str:
    return searchable(text)


class Finding:
    """Sessions that are on or to come, by words or by whose they are.

    `find` and `find_own` raise `Refusal` where not one session is meant; all raise `StoreError` where the
    database fails.
    """

    def __init__(self, needs: Needs) -> None:
        self._needs = needs

    async def active(self, guild_id: int) -> list[Session]:
        """Return the sessions that are on or to come, in order of their start."""
        return await sessions.present(self._needs.database.read, guild_id, self._needs.now())

    async def to_join(self, guild_id: int, user_id: int, sought: Sought, *, joined: bool) -> list[Session]:
        """Return others' sessions, on or to come, that this person has `joined`, or has not."""
        return await self._offered(
            lists.of_others(guild_id, user_id, self._needs.now(), joined=joined), sought
        )

    async def to_manage(self, guild_id: int, who: Person, sought: Sought, *states: State) -> list[Session]:
        """Return the sessions, on or to come, that this person may change: all, for an organizer."""
        now = self._needs.now()
        if who.organizer:
            return await self._offered(lists.running_and_coming(guild_id, now), sought, *states)
        return await self._offered(lists.of_hosts(guild_id, who.id, now), sought, *states)

    async def _offered(self, those: Those, sought: Sought, *states: State) -> list[Session]:
        if states:
            those = those.only(states)

        async def reading(db: Reader) -> list[Session]:
            found = await lists.searched(db, those, sought.fits, sought.most)
            if found or not sought.name:
                return found
            return list(sought.named(sought.name, await lists.every(db, those)))

        return await self._needs.database.read.together(reading)

    async def of_all(self, guild_id: int, sought: Sought) -> list[Session]:
        """Return sessions of all times, those that end last first."""
        return await self._offered(lists.of_all(guild_id), sought)

    async def find_any(self, guild_id: int, text: str, named: Named = nameless) -> Session:
        """Return the session of any time that a person means, as `find` does."""

        async def reading(db: Reader) -> Session:
            by_id = await _by_id(db, guild_id, text)
            if by_id:
                return by_id
            everyone = await lists.every(db, lists.of_all(guild_id))
            return _of_names(text, everyone, named) or _find(text, everyone, None)

        return await self._needs.database.read.together(reading)

    async def find(self, guild_id: int, text: str, named: Named = nameless) -> Session:
        """Return the session that a person means: by id as text, shown name, or words of topic or host."""
        now = self._needs.now()

        async def reading(db: Reader) -> Session:
            by_id = await _by_id(db, guild_id, text)
            if by_id and _is_present(by_id, now):
                return by_id
            everyone = await sessions.present(db, guild_id, now)
            return _of_names(text, everyone, named) or _find(text, everyone, by_id)

        return await self._needs.database.read.together(reading)

    async def find_own(
        self, guild_id: int, who: Person, text: str | None, named: Named = nameless, *states: State
    ) -> Session:
        """Return the session that a person means to change: as `find` does, or the only one they host.

        Words mean theirs before those of others, which still say whose they are; where any of theirs is in
        one of `states`, only those are meant.
        """
        now = self._needs.now()
        return await self._needs.database.read.together(
            lambda db: find_own(db, guild_id, who, text, named, states, now=now)
        )


async def find_own(  # noqa: PLR0917 - what was typed, by whom, and of what
    db: Reader,
    guild_id: int,
    who: Person,
    text: str | None,
    named: Named,
    states: Sequence[State] = (),
    *,
    now: datetime,
) -> Session:
    """Return the session that a person means to change, as a part of a reading."""
    by_id = await _by_id(db, guild_id, text) if text else None
    if by_id and _is_present(by_id, now):
        return by_id
    everyone = await sessions.present(db, guild_id, now)
    own = await _own(db, everyone, who)
    can = [session for session in own if as_of(session, now).state in states]
    if text is None:
        if states and not can and len(own) > 1:
            raise Refusal("none-open" if State.OPEN in states else "none-booked")
        return _only(can or own)
    if one := _of_names(text, everyone, named):
        return one
    try:
        return _find(text, can or own, by_id)
    except Refusal as refusal:
        if refusal.choices:
            raise
        return _find(text, everyone, by_id)


def _only(own: list[Session]) -> Session:
    if not own:
        raise Refusal("none-yours")
    if len(own) > 1:
        raise Refusal("which-yours", choices=tuple(own[:5]))
    return own[0]


async def _own(db: Reader, everyone: list[Session], who: Person) -> list[Session]:
    cohosted = await cohosts.cohosted_by(db, who.id, [s.id for s in everyone])
    return [s for s in everyone if s.host_id == who.id or s.id in cohosted]


def _of_names(text: str, everyone: list[Session], named: Named) -> Session | None:
    """Return the session whose shown name was sent in place of its id."""
    found = named(text, everyone)
    if len(found) > 1:
        raise Refusal("which-session", text=text, choices=tuple(found[:5]))
    return found[0] if found else None


async def _by_id(db: Reader, guild_id: int, text: str) -> Session | None:
    typed = clean_line(text, TOPIC_LENGTH)
    return await sessions.get(db, guild_id, int(typed)) if re.fullmatch(r"[0-9]{1,18}", typed) else None


def _is_present(session: Session, now: datetime) -> bool:
    return session.active and session.end > now


def _find(text: str, among: list[Session], by_id: Session | None) -> Session:
    """Return the session that words mean; `by_id` has them as its id, though it is over."""
    typed = clean_line(text, TOPIC_LENGTH)
    hits = [s for s in among if fold(typed) == fold(s.topic)]
    if by_id and not hits:
        return by_id  # over by now: to be said, rather than to take another for it
    sought = searchable(typed)
    hits = hits or [s for s in among if sought and sought in searchable(f"{s.topic} {s.host_name}")]
    if len(hits) == 1:
        return hits[0]
    if hits:
        raise Refusal("which-session", text=typed, choices=tuple(hits[:5]))
    raise Refusal("no-such-session", text=typed)
