"""A service on a real database file, with a clock that tests move, and what the file says afterwards."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.config import Ideas, Server
from bot.domain.models import Highlight, Limits, Session, Window
from bot.domain.programme import Programme
from bot.domain.records import Kind
from bot.domain.refusal import Refusal
from bot.service import Asked, DeskBook, Hosted, Needs, Page, Person, Rulebook, Rules, Service, Show
from bot.service.usecases import Changed
from bot.store import ledger, records
from bot.store.database import Database
from bot.store.drafts import Draft
from bot.store.ledger import Entry

GUILD, ELSEWHERE = 11, 12
MINUTE = timedelta(minutes=1)
TAIPEI = ZoneInfo("Asia/Taipei")


def examples(count: int) -> int:
    """How many examples hypothesis tries; OPENSPACE_EXAMPLES=20 tries twenty times as many."""
    return count * int(os.environ.get("OPENSPACE_EXAMPLES", "1"))


def at(clock: str, day: int = 2) -> datetime:
    """A time of 2 October 2021, the first day, or of another day, as the clocks in Taipei show it."""
    time = datetime.fromisoformat(f"2021-10-{day:02}T{clock}")
    return time.replace(tzinfo=TAIPEI).astimezone(UTC)


def programme(**limits: Any) -> Programme:
    """PyCon Taiwan 2021."""
    quiet = Highlight("no talks", at("14:30", 3), at("15:20", 3))
    windows = (
        Window("day 1", at("08:55"), at("16:15")),
        Window("day 2", at("10:30", 3), at("16:40", 3), (quiet,)),
    )
    return Programme("PyCon Taiwan 2021", TAIPEI, windows, Limits(**limits))


@dataclass
class Clock:
    """The time, until a test moves it."""

    time: datetime

    def __call__(self) -> datetime:
        return self.time

    def to(self, clock: str, day: int = 2) -> None:
        """Move to a time in Taipei, as `at` reads it."""
        self.time = at(clock, day)

    def on(self, minutes: float) -> None:
        """Move on by minutes."""
        self.time += minutes * MINUTE


def person(number: int, name: str = "") -> Person:
    return Person(number, name or f"Person {number}")


ANA, BEN, CAT = person(1, "Ana"), person(2, "Ben"), person(3, "Cat")
ORGANIZER = Person(99, "Org", organizer=True)


async def shared(service: Service, guild: int, session_id: int, host: Person, *members: Person) -> None:
    """Members are asked to be co-hosts of a session, and say yes."""
    for member in members:
        await service.cohosts.cohost(guild, session_id, host, member)
        await service.offers.share(guild, session_id, member)


async def handed(service: Service, guild: int, session_id: int, host: Person, member: Person) -> None:
    """A member is asked to host a session, and takes it over."""
    await service.offers.host(guild, session_id, host, member)
    await service.offers.take_over(guild, session_id, member)


@dataclass
class Place:
    """One guild's service, its desk book, its clock and its database."""

    service: Service
    book: DeskBook
    clock: Clock
    db: Database
    other: sqlite3.Connection
    woken: list[int]
    """The guilds that changes by `service` have woken."""

    async def host(
        self, who: Person, topic: str, when: str = "", minutes: int | None = None, description: str = ""
    ) -> Hosted:
        """What `/openspace host` asks for."""
        return await self.service.hosting.host(GUILD, who, Draft(who.id, topic, description, when, minutes))

    async def shared(self, session_id: int, host: Person, *members: Person) -> None:
        """Members are asked to be co-hosts, and say yes."""
        await shared(self.service, GUILD, session_id, host, *members)

    async def refused(self, wish: Awaitable[object]) -> Refusal:
        """The refusal of a wish; nothing but a draft is written."""
        before = self.dump()
        with pytest.raises(Refusal) as caught:
            await wish
        assert self.dump() == before
        return caught.value

    async def busy(self) -> None:
        """Keep whoever reads outside of a transaction waiting for a moment."""
        await self.db.read.all(
            "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 100000)"
            " SELECT sum(x) FROM n"
        )

    async def session(self, session_id: int) -> Session:
        """A session as it is now."""
        found = await self.service.details.get(GUILD, session_id)
        assert found is not None
        return found

    async def look(self, who: int, show: Show, page: int = 0, size: int = 1000, guild: int = GUILD) -> Page:
        """What `/openspace list` reads."""
        return await self.service.lists.look(guild, who, Asked(show, page=page), size)

    async def made(self, session: Session, kind: Kind, discord_id: int) -> None:
        """The session's channel is there."""
        async with self.db.transaction() as tx:
            record = await records.intend(tx, GUILD, kind, self.clock(), session_id=session.id)
            await records.write(tx, record.id, discord_id=discord_id, doubt=False)

    async def audit(self, session_id: int | None = None) -> list[Entry]:
        """The audit trail, of one session or of all."""
        entries = await ledger.entries(self.db.read, GUILD)
        return [e for e in entries if session_id in {None, e.session_id}]

    async def actions(self, session_id: int | None = None) -> list[str]:
        """What was done, in order."""
        return [entry.action for entry in await self.audit(session_id)]

    def ask(self, sql: str, *params: object) -> list[Any]:
        """What any other SQLite program reads in the file."""
        return self.other.execute(sql, params).fetchall()

    def dump(self) -> list[str]:
        """Everything in the file but drafts."""
        return [line for line in self.other.iterdump() if "draft" not in line]

    def changed_limits(self, **limits: int) -> Service:
        """A service on the same file under other rules (R12)."""
        return Service(needs(self.db, programme(**limits), self.clock))

    def fade_after(self, hours: int) -> None:
        """From now on ideas fade after so many hours."""
        rules = self.service.programme(GUILD)
        fade = timedelta(hours=hours)
        self.service = Service(needs(self.db, rules, self.clock, changed=noting(self.woken), fade=fade))


def noting(woken: list[int]) -> Changed:
    """Note the guilds in which something has changed."""

    def changed(guild_id: int, *, soon: bool = False) -> None:
        woken.append(guild_id)

    return changed


def needs(
    db: Database,
    rules: Programme,
    now: Callable[[], datetime],
    *,
    changed: Changed | None = None,
    fade: timedelta = timedelta(hours=48),
) -> Needs:
    """What use cases are given: the same programme for every guild."""
    server = Server(ideas=Ideas(fade_hours=fade // timedelta(hours=1)))
    return Needs(db, Rulebook(Rules(server, rules, live=True), db), now, changed or noting([]))


def ruled(limits: Limits) -> Callable[[int], Rules]:
    """What a desk book is given: these limits in every guild, at no time and in no window."""
    rules = Rules(Server(), Programme("", TAIPEI, (), limits), live=True)
    return lambda guild_id: rules


@asynccontextmanager
async def open_place(folder: Path, clock: str = "10:00", **limits: int) -> AsyncIterator[Place]:
    """A service on a database file in this folder; the clock stands still on day 1."""
    moved = Clock(at(clock))
    path = folder / "openspace.sqlite3"
    async with Database(path) as db:
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            rules = programme(**limits)
            woken: list[int] = []
            service = Service(needs(db, rules, moved, changed=noting(woken)))
            yield Place(service, DeskBook(db, moved, ruled(rules.limits)), moved, db, other, woken)
