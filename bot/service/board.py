"""What is seen beyond Discord: one read model for pages, pictures and feeds. It never says who takes part."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.models import Session
from bot.domain.programme import Programme
from bot.domain.records import Kind
from bot.service.usecases import Needs
from bot.store import announcements, guests, ideas, lists, places, refused
from bot.store.database import Reader

MOST = 1000
"""Sessions at most, the latest: as many as forty desks fill in a day."""
BEFORE = timedelta(days=1)
"""How long before the first window what was there still counts, as where a window was moved (R12)."""


@dataclass(frozen=True, slots=True)
class Posted:
    """A session as everybody may see it: how many take part, and where it is in Discord."""

    session: Session
    people: int
    channels: Mapping[Kind, int]


@dataclass(frozen=True, slots=True)
class Wanted:
    """A topic that people would like somebody to host, and how many would come."""

    topic: str
    people: int


@dataclass(frozen=True, slots=True)
class Board:
    """One server's Open Spaces at one instant, in order of time; those that were called off are among them.

    `pause` is why new sessions are paused, perhaps ''; None: they are not. `news` is what organizers tell
    everybody, until `news_until`. `place` is the board's channel in Discord, `area` the category around it.
    `refused` are the digests of words that Discord refuses and that are to be shown nowhere (R16). Two boards
    that are equal show the same at one instant.
    """

    guild_id: int
    programme: Programme
    sessions: tuple[Posted, ...]
    wanted: tuple[Wanted, ...]
    place: int | None
    area: int | None
    refused: frozenset[str]
    pause: str | None = None
    news: str = ""
    news_until: datetime | None = None


class Boards:
    """Reads what is seen beyond Discord, each time in one trip; `StoreError` where the database fails."""

    def __init__(self, needs: Needs) -> None:
        self._needs = needs

    async def read(self, guild_id: int) -> Board:
        """Return a server's board as it is now."""
        rules, now = self._needs.rulebook.of(guild_id), self._needs.now()
        since = seen_since(rules.programme, now)

        async def reading(db: Reader) -> Board:
            found = await lists.every(db, lists.of_latest(guild_id, since, MOST))
            ids = [session.id for session in found]
            people, channels = await guests.counts(db, ids), await places.of_sessions(db, ids)
            news = await announcements.newest(db, guild_id, now)
            up = await ideas.up(db, guild_id, now - rules.fade)
            return Board(
                guild_id,
                rules.programme,
                tuple(Posted(s, people.get(s.id, 0), channels.get(s.id, {})) for s in found),
                tuple(
                    Wanted(idea.topic, len(idea.supporters))
                    for idea in sorted(up, key=lambda idea: (-len(idea.supporters), idea.id))
                ),
                await places.place(db, guild_id, Kind.BOARD),
                await places.place(db, guild_id, Kind.AREA),
                await refused.words(db, guild_id),
                rules.pause,
                news.words if news else "",
                news.until if news else None,
            )

        return await self._needs.database.read.together(reading)


def seen_since(programme: Programme, now: datetime) -> datetime:
    """Return since when sessions are shown: what is before belongs to another conference."""
    return min([now, *(window.start for window in programme.windows[:1])]) - BEFORE
