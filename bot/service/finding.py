"""Which session a person means, and which ones they are offered. Each answer is read in one trip."""

from __future__ import annotations

import re
from datetime import datetime

from bot.domain.models import Session
from bot.domain.names import clean_line, fold
from bot.domain.refusal import Refusal
from bot.service.people import Person
from bot.service.usecases import UseCases
from bot.service.wording import TOPIC_LENGTH
from bot.store import cohosts, guests, sessions
from bot.store.database import Reader


class Finding(UseCases):
    """Sessions that are on or to come, by words or by whose they are."""

    async def active(self, guild_id: int) -> list[Session]:
        """Return the sessions that are on or to come, in order of their start."""
        return await sessions.present(self._db.read, guild_id, self.now())

    async def of_others(self, guild_id: int, user_id: int, *, joined: bool) -> list[Session]:
        """Return others' sessions, on or to come, that this person has `joined`, or has not."""
        now = self.now()

        async def reading(db: Reader) -> list[Session]:
            others = [s for s in await sessions.present(db, guild_id, now) if s.host_id != user_id]
            theirs = await guests.joined_by(db, user_id, [s.id for s in others])
            return [s for s in others if (s.id in theirs) is joined]

        return await self._db.read.together(reading)

    async def changeable(self, guild_id: int, who: Person) -> list[Session]:
        """Return the sessions, on or to come, that this person may change: all, for an organizer."""
        now = self.now()

        async def reading(db: Reader) -> list[Session]:
            everyone = await sessions.present(db, guild_id, now)
            return everyone if who.organizer else await _own(db, everyone, who)

        return await self._db.read.together(reading)

    async def find(self, guild_id: int, text: str) -> Session:
        """Return the session that a person means: by id as text, or by words of its topic or host."""
        now = self.now()

        async def reading(db: Reader) -> Session:
            named = await _by_id(db, guild_id, text)
            if named and _is_present(named, now):
                return named
            return _find(text, await sessions.present(db, guild_id, now), named)

        return await self._db.read.together(reading)

    async def find_own(self, guild_id: int, who: Person, text: str | None) -> Session:
        """Return the session that a person means to change: by id, by words, or the only one they host.

        Words mean theirs before those of others, which still say whose they are.
        """
        now = self.now()

        async def reading(db: Reader) -> Session:
            named = await _by_id(db, guild_id, text) if text else None
            if named and _is_present(named, now):
                return named
            everyone = await sessions.present(db, guild_id, now)
            own = await _own(db, everyone, who)
            if text is None:
                return _only(own)
            try:
                return _find(text, own, named)
            except Refusal as refusal:
                if refusal.choices:
                    raise
                return _find(text, everyone, named)

        return await self._db.read.together(reading)


def _only(own: list[Session]) -> Session:
    if not own:
        raise Refusal("none-yours")
    if len(own) > 1:
        raise Refusal("which-yours", choices=tuple(own[:5]))
    return own[0]


async def _own(db: Reader, everyone: list[Session], who: Person) -> list[Session]:
    cohosted = await cohosts.cohosted_by(db, who.id, [s.id for s in everyone])
    return [s for s in everyone if s.host_id == who.id or s.id in cohosted]


async def _by_id(db: Reader, guild_id: int, text: str) -> Session | None:
    typed = clean_line(text, TOPIC_LENGTH)
    return await sessions.get(db, guild_id, int(typed)) if re.fullmatch(r"[0-9]{1,18}", typed) else None


def _is_present(session: Session, now: datetime) -> bool:
    return session.active and session.end > now


def _find(text: str, among: list[Session], named: Session | None) -> Session:
    """Return the session that words mean; `named` has them as its id, though it is over."""
    typed = clean_line(text, TOPIC_LENGTH)
    words = fold(typed)
    hits = [s for s in among if words == fold(s.topic)]
    if named and not hits:
        return named  # over by now: to be said, rather than to take another for it
    hits = hits or [s for s in among if words and words in fold(f"{s.topic} {s.host_name}")]
    if len(hits) == 1:
        return hits[0]
    if hits:
        raise Refusal("which-session", text=typed, choices=tuple(hits[:5]))
    raise Refusal("no-such-session", text=typed)
