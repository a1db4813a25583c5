"""A file that the version before left is taken over without a loss.

`version_2.sqlite3` was written by that version's own code: one morning with a session of every state, guests,
co-hosts, visits, channels, a board, an event, ideas, a problem, a setting, and a booking in another server.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from shutil import copyfile
from typing import Any

import pytest

from bot.domain.models import State
from bot.service import Show
from bot.store.database import Database
from tests.service.support import ANA, BEN, CAT, ELSEWHERE, GUILD, Place, at, open_place, person

OLD = Path(__file__).with_name("version_2.sqlite3")
KEPT = ("session", "joined", "cohost", "visit", "draft", "notice", "audit", "setting", "problem", "bot_state")
"""The tables whose rows stay as they are; channels, messages and events are the keeper's."""


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Place]:
    """The service on a copy of the old file, at 09:50 of that morning."""
    copyfile(OLD, tmp_path / "openspace.sqlite3")
    async with open_place(tmp_path, "09:50") as opened:
        yield opened


def rows(path: Path, table: str, columns: str = "*") -> list[Any]:
    with closing(sqlite3.connect(path)) as connection:
        found = connection.execute(f"SELECT {columns} FROM {table} ORDER BY 1, 2")
        return [dict(zip([c[0] for c in found.description], row, strict=True)) for row in found]


def copied(tmp_path: Path) -> Path:
    path = tmp_path / "bot.sqlite3"
    copyfile(OLD, path)
    return path


async def opened_and_closed(path: Path) -> None:
    async with Database(path):
        pass


def test_the_old_file_is_one_of_version_2_with_something_in_every_table(tmp_path: Path) -> None:
    path = copied(tmp_path)
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA user_version").fetchall() == [(2,)]
    for table in (*KEPT, "idea", "idea_supporter", "channel", "message", "event"):
        assert rows(path, table), table
    assert {row["state"] for row in rows(path, "session")} == set(State)


def test_every_row_is_taken_over(tmp_path: Path) -> None:
    path = copied(tmp_path)
    before = {table: rows(path, table) for table in KEPT}
    asyncio.run(opened_and_closed(path))
    for table, old in before.items():
        new = [{name: row[name] for name in old[0]} for row in rows(path, table)]
        assert new == old, table


def test_c21_of_ideas_only_those_that_are_up_keep_their_people(tmp_path: Path) -> None:
    path = copied(tmp_path)
    before = rows(path, "idea", "id, guild_id, topic, created_at, session_id, gone_at")
    asyncio.run(opened_and_closed(path))
    assert rows(path, "idea", "id, guild_id, topic, created_at, session_id, gone_at") == before
    up = {row["id"] for row in before if row["gone_at"] is None}
    assert len(up) == 1
    assert {row["idea_id"] for row in rows(path, "idea_supporter")} == up
    assert {row["id"] for row in rows(path, "idea") if row["author_name"]} == up


async def test_the_day_goes_on_where_it_was(place: Place) -> None:
    service = place.service
    seen = [*(await place.look(ANA.id, Show.ALL)).cards, *(await place.look(ANA.id, Show.MINE)).cards]
    cards = {c.session.topic: c for c in seen}
    assert {topic: (c.session.state, c.people, c.mine, c.joined) for topic, c in cards.items()} == {
        "Async for all 🐍": (State.ENDED, 2, True, False),
        "Nobody came": (State.RELEASED, 0, False, False),
        "Called off": (State.CANCELLED, 2, False, True),
        "On now": (State.OPEN, 0, True, False),
        "A manicure party": (State.BOOKED, 2, False, True),
        "開放空間怎麼玩？": (State.BOOKED, 2, False, True),
    }
    over = cards["開放空間怎麼玩？"].session
    assert (over.start, over.seats, over.host_name) == (at("14:00"), 1, "丹")
    details = await service.details.look(GUILD, over.id, BEN)
    assert ([p.name for p in details.showing.guests], details.waiting) == (["Ana", "Ben"], 1)
    typed = await service.drafts.find(GUILD, BEN, 1)
    assert (typed.topic, typed.when) == ("Too late", "23:00")
    [idea] = await service.ideas.look(GUILD, CAT.id)
    assert (idea.topic, idea.supporters) == ("Rust for snakes", 2)
    assert [s.topic for s in await service.finding.active(ELSEWHERE)] == ["Another server's"]
    trail = await place.audit(cards["Async for all 🐍"].session.id)
    assert [entry.action for entry in trail][:5] == ["host", "join", "join", "join", "leave"]

    await service.guests.join(GUILD, over.id, person(9))
    place.clock.to("10:50")
    await service.clockwork.advance(GUILD)
    assert (await place.session(cards["On now"].session.id)).state is State.ENDED
    assert (await place.host(BEN, "New", "15:00")).session.id > max(c.session.id for c in cards.values())
