"""A reading that is made of several is one trip and one snapshot."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.domain.refusal import Refusal
from bot.store.database import Database, Reader


@pytest.fixture
async def db(tmp_path: Path) -> AsyncIterator[Database]:
    async with Database(tmp_path / "bot.sqlite3") as opened:
        yield opened


async def value(db: Reader, key: str) -> str | None:
    row = await db.one("SELECT value FROM bot_state WHERE key = ?", key)
    return row["value"] if row else None


async def put(db: Database, key: str, text: str) -> None:
    async with db.transaction() as tx:
        await tx.execute("INSERT OR REPLACE INTO bot_state VALUES (?, ?)", key, text)


async def test_it_sees_what_was_committed_before_it_and_nothing_after(db: Database) -> None:
    await put(db, "a", "old")
    writing: list[asyncio.Future[None]] = []
    loop = asyncio.get_running_loop()

    async def reading(inside: Reader) -> tuple[str | None, str | None]:
        first = await value(inside, "a")
        if not writing:  # on the connection's thread: the loop is free to write meanwhile
            writing.append(asyncio.run_coroutine_threadsafe(put(db, "a", "new"), loop))  # type: ignore[arg-type]
            writing[0].result()
        return first, await value(inside, "a")

    assert await db.read.together(reading) == ("old", "old")
    assert await db.read.together(reading) == ("new", "new")


async def test_it_is_one_trip_to_the_connections_thread(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    trips = 0
    real = Reader.trip

    async def counted(self: Reader, work: object) -> object:
        nonlocal trips
        trips += 1
        return await real(self, work)  # type: ignore[arg-type]

    monkeypatch.setattr(Reader, "trip", counted)

    async def reading(inside: Reader) -> list[str | None]:
        return [await value(inside, key) for key in "abcdef"]

    assert await db.read.together(reading) == [None] * 6
    assert trips == 1


async def test_what_it_raises_comes_out_and_the_next_one_reads_on(db: Database) -> None:
    async def refusing(inside: Reader) -> None:
        await value(inside, "a")
        raise Refusal("no-session")

    async def nonsense(inside: Reader) -> None:
        await inside.all("SELECT * FROM nowhere")

    with pytest.raises(Refusal, match="no-session"):
        await db.read.together(refusing)
    with pytest.raises(sqlite3.OperationalError, match="nowhere"):
        await db.read.together(nonsense)
    assert await db.read.together(lambda inside: value(inside, "a")) is None


async def test_it_waits_for_nothing_but_its_reader(db: Database) -> None:
    async def waiting(_: Reader) -> None:
        await asyncio.sleep(0)

    with pytest.raises(RuntimeError, match="waits for nothing but its reader"):
        await db.read.together(waiting)
