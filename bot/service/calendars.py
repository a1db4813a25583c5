"""Sessions for calendars: all of a server's, or one person's, by a private link that only they know."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime

from bot.service.board import MOST, seen_since
from bot.service.people import Person
from bot.service.usecases import Needs
from bot.store import calendars, exports, ledger, lists
from bot.store.database import Reader, Tx
from bot.store.exports import Dated

__all__ = ["Calendars", "Dated", "Link"]

SECRET = 24
"""Random octets in a link: nobody guesses it."""


@dataclass(frozen=True, slots=True)
class Link:
    """A person's private link: its secret where it was made just now, since it is kept nowhere; and when."""

    secret: str | None
    made: datetime


class Calendars:
    """Reads, and makes links. All raise `StoreError` where the database fails."""

    def __init__(self, needs: Needs) -> None:
        self._needs = needs

    async def everyone(self, guild_id: int) -> Dated:
        """Return the sessions that a server's board shows, with what has changed."""
        since = seen_since(self._needs.programme(guild_id), self._needs.now())
        those = lists.of_latest(guild_id, since, MOST)
        return await self._needs.database.read.together(lambda db: exports.dated(db, guild_id, those))

    async def own(self, guild_id: int, user_id: int) -> Dated:
        """Return what a person hosts, co-hosts or has joined."""
        return await self._needs.database.read.together(lambda db: self._own(db, guild_id, user_id))

    async def by_link(self, guild_id: int, secret: str) -> Dated | None:
        """Return the same for whom a private link belongs to; None where it is nobody's."""

        async def reading(db: Reader) -> Dated | None:
            user_id = await calendars.owner(db, guild_id, _digest(secret))
            return await self._own(db, guild_id, user_id) if user_id else None

        return await self._needs.database.read.together(reading)

    async def _own(self, db: Reader, guild_id: int, user_id: int) -> Dated:
        those = lists.of_person(guild_id, user_id, self._needs.now())
        return await exports.dated(db, guild_id, those)

    async def link(self, guild_id: int, who: Person) -> Link:
        """Return a person's link, made where they have none yet."""
        async with self._needs.database.transaction() as tx:
            made = await calendars.made_at(tx, guild_id, who.id)
            return Link(None, made) if made else await self._make(tx, guild_id, who)

    async def renew(self, guild_id: int, who: Person) -> Link:
        """Give a person a new link; the one that they had stops working at once."""
        async with self._needs.database.transaction() as tx:
            return await self._make(tx, guild_id, who)

    async def _make(self, tx: Tx, guild_id: int, who: Person) -> Link:
        secret, now = secrets.token_urlsafe(SECRET), self._needs.now()
        await calendars.write(tx, guild_id, who.id, _digest(secret), now)
        await ledger.record(tx, guild_id, "calendar-link", now, actor_id=who.id)
        return Link(secret, now)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
