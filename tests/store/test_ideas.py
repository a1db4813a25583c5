"""Ideas as rows: what is up, who would come, what is gone."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.domain.models import Session, State
from bot.store import drafts, ideas, sessions
from bot.store.database import Database
from bot.store.drafts import Draft
from bot.store.ideas import Idea
from tests.service.support import ELSEWHERE, GUILD, at

NOW = at("10:00")
SECOND = timedelta(seconds=1)
EVER = NOW - SECOND


@pytest.fixture
async def db(tmp_path: Path) -> AsyncIterator[Database]:
    async with Database(tmp_path / "ideas.sqlite3") as opened:
        yield opened


async def put_up(db: Database, topic: str = "Rust", author: int = 5, when: datetime = NOW) -> int:
    async with db.transaction() as tx:
        return await ideas.add(tx, GUILD, topic, when, author_id=author, author=f"Name {author}")


async def test_an_idea_comes_back_with_its_author_as_the_first_who_would_come(db: Database) -> None:
    number = await put_up(db)
    assert await ideas.up(db.read, GUILD, EVER) == [Idea(number, 5, "Name 5", "Rust", ((5, "Name 5"),))]
    assert await ideas.up(db.read, ELSEWHERE, EVER) == []


async def test_each_would_come_once_the_author_first_then_in_their_order(db: Database) -> None:
    number = await put_up(db, author=5)
    async with db.transaction() as tx:
        assert await ideas.support(tx, number, 9, "Nine", NOW)
        assert await ideas.support(tx, number, 3, "Three", NOW + SECOND)
        assert not await ideas.support(tx, number, 9, "Other name", NOW + SECOND)
    [idea] = await ideas.up(db.read, GUILD, EVER)
    assert idea.supporters == ((5, "Name 5"), (9, "Nine"), (3, "Three"))
    assert [idea.supported_by(user) for user in (5, 9, 3, 4)] == [True, True, True, False]
    async with db.transaction() as tx:
        await ideas.unsupport(tx, number, 9)
        await ideas.unsupport(tx, number, 4)
    [idea] = await ideas.up(db.read, GUILD, EVER)
    assert idea.supporters == ((5, "Name 5"), (3, "Three"))


async def test_what_was_last_supported_too_long_ago_is_not_up(db: Database) -> None:
    old, kept = await put_up(db, "Old"), await put_up(db, "Kept")
    async with db.transaction() as tx:
        await ideas.support(tx, kept, 9, "Nine", NOW + SECOND)
    assert [idea.id for idea in await ideas.up(db.read, GUILD, EVER)] == [old, kept]
    assert [idea.id for idea in await ideas.up(db.read, GUILD, NOW)] == [kept]
    assert await ideas.up(db.read, GUILD, NOW + SECOND) == []


async def test_what_is_gone_is_not_up_and_tells_what_became_of_it(db: Database) -> None:
    dropped, hosted = await put_up(db, "Dropped"), await put_up(db, "Hosted")
    held = Session(0, GUILD, 1, "Ana", "Hosted", "", at("11:00"), at("12:00"), State.BOOKED)
    async with db.transaction() as tx:
        await ideas.take_down(tx, dropped, NOW)
        await ideas.take_down(tx, hosted, NOW, await sessions.add(tx, held, NOW))
    assert await ideas.up(db.read, GUILD, EVER) == []
    assert await ideas.hosted_topic(db.read, GUILD, hosted) == "Hosted"
    assert await ideas.hosted_topic(db.read, GUILD, dropped) is None
    assert await ideas.hosted_topic(db.read, ELSEWHERE, hosted) is None


@pytest.mark.parametrize("topic", ["", "x" * 101])
async def test_r16_the_table_takes_no_topic_that_does_not_fit(db: Database, topic: str) -> None:
    with pytest.raises(sqlite3.IntegrityError):
        await put_up(db, topic)


async def test_a_draft_keeps_its_idea(db: Database) -> None:
    typed = Draft(1, "Rust", "", "at noon", None, idea_id=7)
    async with db.transaction() as tx:
        number = await drafts.save(tx, GUILD, typed, NOW)
    assert await drafts.get(db.read, GUILD, number, NOW) == typed
