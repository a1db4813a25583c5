"""The lists that one reader sees, a page at a time: which sessions, and the reader's part in each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum

from bot.domain.models import Session
from bot.domain.programme import Programme
from bot.domain.records import Kind
from bot.service.usecases import Needs
from bot.store import cohosts, guests, lists, places
from bot.store.database import Reader
from bot.store.lists import Those


class Show(StrEnum):
    """What a list may show."""

    NOW = "now"
    NEXT = "next"
    DAY = "day"
    ALL = "all"
    MINE = "mine"
    BOARD = "board"


@dataclass(frozen=True, slots=True)
class Asked:
    """What the reader asked for; `page` counts from 0."""

    show: Show
    day: date | None = None
    page: int = 0


@dataclass(frozen=True, slots=True)
class Card:
    """A session as one reader sees it: how many joined, where it is, and the reader's part in it."""

    session: Session
    people: int
    channels: dict[Kind, int]
    mine: bool
    joined: bool
    cohost: bool = False

    @property
    def manages(self) -> bool:
        """Whether the reader hosts or co-hosts it."""
        return self.mine or self.cohost


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list: its cards, its number from 0, how many pages there are, and how many sessions."""

    cards: Sequence[Card] = ()
    number: int = 0
    pages: int = 1
    total: int = 0


class Lists:
    """What people look through, each read in one trip; raises `StoreError` where the database fails."""

    def __init__(self, needs: Needs) -> None:
        self._needs = needs

    async def look(self, guild_id: int, user_id: int, asked: Asked, size: int) -> Page:
        """Return a page of `size` sessions of what this reader asked for; the last for one beyond.

        Called-off sessions stand only among one's own; those come before what is over, the newest first.
        """
        now, programme = self._needs.now(), self._needs.programme(guild_id)

        async def reading(db: Reader) -> Page:
            those = await _those(db, guild_id, user_id, asked, programme=programme, now=now)
            found, number, total = await lists.page(db, those, size, asked.page)
            cards = await _cards(db, guild_id, user_id, found)
            return Page(tuple(cards), number, max(1, -(-total // size)), total)

        return await self._needs.database.read.together(reading)


async def _those(
    db: Reader, guild_id: int, user_id: int, asked: Asked, *, programme: Programme, now: datetime
) -> Those:
    match asked.show:
        case Show.NOW:
            return lists.running(guild_id, now)
        case Show.NEXT:
            return lists.coming(guild_id, now)
        case Show.BOARD:
            return lists.running_and_coming(guild_id, now)
        case Show.MINE:
            return lists.of_person(guild_id, user_id, now)
        case Show.ALL:
            windows = programme.windows
            return lists.of_conference(guild_id, windows[0].start, windows[-1].end)
        case Show.DAY:
            day = asked.day or current_day(programme, now)
            midnight = datetime.combine(day, time(), programme.zone)
            return await lists.of_day(db, guild_id, midnight, lambda start: programme.day_of(start) == day)


async def _cards(db: Reader, guild_id: int, user_id: int, found: Sequence[Session]) -> list[Card]:
    ids = [session.id for session in found]
    people = await guests.counts(db, ids)
    joined = await guests.joined_by(db, user_id, ids)
    cohosted = await cohosts.cohosted_by(db, user_id, ids)
    where = await places.of_sessions(db, ids)
    return [
        Card(
            session,
            people.get(session.id, 0),
            where.get(session.id, {}),
            mine=session.host_id == user_id,
            joined=session.id in joined,
            cohost=session.id in cohosted,
        )
        for session in found
    ]


def current_day(programme: Programme, now: datetime) -> date:
    """Return today where it is a day of the conference, else the next one, else the last."""
    today, days = programme.day_of(now), programme.days()
    return next((day for day in days if day >= today), days[-1])
