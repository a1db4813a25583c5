"""The running bot makes backups by itself, and nothing that goes wrong with them hurts it."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from structlog.testing import capture_logs

from bot.service import backups
from bot.store.backup import is_backup
from cogs.backup import AGAIN, FIRST
from tests.conftest import START, MakeWorld, World

HOUR = 3600
MINUTE = 60


def made(world: World) -> list[str]:
    folder = world.folder / "backups"
    return sorted(each.name for each in folder.iterdir()) if folder.is_dir() else []


def stamp(seconds: float) -> str:
    """The name of a backup so many seconds after the start."""
    at = datetime.fromtimestamp(START.timestamp() + seconds, UTC)
    return f"openspace-{at:%Y%m%d-%H%M%S}Z.sqlite3"


async def by_hand(world: World) -> str:
    """What `openspace backup` makes at the bot's time; returns its name."""
    with world.env.time_context():
        return (await world.bot.backups.make()).name


def sessions_in(path: Path) -> int:
    with closing(sqlite3.connect(path)) as file:
        [(count,)] = file.execute("SELECT count(*) FROM session")
    return int(count)


@pytest.fixture
async def world(make_world: MakeWorld) -> World:
    """A bot that makes a backup every six hours, and keeps two."""
    there = await make_world(backup={"every_hours": 6, "keep": 2})
    assert isinstance(there, World)
    return there


async def test_the_first_is_made_a_minute_after_the_start_and_one_every_six_hours(world: World) -> None:
    await world.host("ana", "Async", "10:30")
    await world.env.advance_time(FIRST.total_seconds() - 5)
    assert made(world) == []
    await world.env.advance_time(10)
    [first] = made(world)
    assert is_backup(world.folder / "backups" / first)
    assert sessions_in(world.folder / "backups" / first) == 1
    await world.env.advance_time(6 * HOUR - 20)
    assert made(world) == [first]
    await world.env.advance_time(2 * MINUTE)
    assert made(world)[0] == first
    assert len(made(world)) == 2
    await world.env.advance_time(12 * HOUR)
    assert first not in made(world)
    assert len(made(world)) == 2  # so many are kept


async def test_after_a_restart_the_next_is_made_when_it_would_have_been(world: World) -> None:
    await world.env.advance_time(2 * MINUTE)
    await world.env.advance_time(5 * HOUR)
    await world.restart()
    await world.env.advance_time(30 * MINUTE)
    assert len(made(world)) == 1
    await world.env.advance_time(35 * MINUTE)
    assert len(made(world)) == 2


async def test_a_backup_that_an_operator_made_meanwhile_counts(world: World) -> None:
    await world.env.advance_time(2 * MINUTE)
    await world.env.advance_time(3 * HOUR)
    mine = await by_hand(world)
    assert len(made(world)) == 2
    await world.env.advance_time(5 * HOUR + 50 * MINUTE)
    assert made(world)[-1] == mine
    await world.env.advance_time(20 * MINUTE)
    assert made(world)[0] == mine
    assert len(made(world)) == 2


async def test_one_that_is_dated_in_the_future_holds_up_none(world: World) -> None:
    folder = world.folder / "backups"
    (folder / await by_hand(world)).rename(folder / stamp(1000 * HOUR))
    with world.env.time_context():
        assert await world.bot.backups.newest() is None
    await world.env.advance_time(2 * MINUTE)
    assert len(made(world)) == 2


async def test_zero_hours_are_never(make_world: MakeWorld) -> None:
    world = await make_world(backup={"every_hours": 0})
    await world.env.advance_time(24 * HOUR)
    assert made(world) == []
    assert await world.bot.backups.due() is None


class Usage(NamedTuple):
    free: int


def told(logs: list[Any]) -> list[dict[str, Any]]:
    return [dict(line) for line in logs if "no backup" in line["event"]]


async def test_one_that_fails_is_told_and_tried_again_and_people_notice_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(backups.ROOM))
    with capture_logs() as logs:
        await world.env.advance_time(2 * MINUTE)
    [line] = told(logs)
    assert line["log_level"] == "error"
    assert not line["exc_info"]
    assert line["reason"].endswith("are free; free some space, keep fewer or choose another folder")
    assert "Async" in await world.host("ana", "Async", "10:30")
    assert made(world) == []
    monkeypatch.undo()
    await world.env.advance_time(AGAIN.total_seconds())
    assert len(made(world)) == 1


async def test_a_fault_of_ours_is_told_with_its_traceback_and_tried_again_too(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise KeyError("oops")

    monkeypatch.setattr(backups, "back_up", broken)
    with capture_logs() as logs:
        await world.env.advance_time(AGAIN.total_seconds() + 2 * MINUTE)
    assert [line["exc_info"] for line in told(logs)] == [True, True]
    monkeypatch.undo()
    await world.env.advance_time(AGAIN.total_seconds())
    assert len(made(world)) == 1


async def test_while_one_is_made_commands_are_answered(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, may_end = threading.Event(), threading.Event()
    real = vars(backups)["back_up"]

    def slow(*arguments: Any) -> None:
        begun.set()
        assert may_end.wait(60)
        real(*arguments)

    monkeypatch.setattr(backups, "back_up", slow)
    making = asyncio.create_task(world.bot.backups.make())
    await asyncio.to_thread(begun.wait, 60)
    async with world.bot.database.transaction() as tx:
        await tx.execute("INSERT INTO bot_state VALUES ('said', 'meanwhile')")
    may_end.set()
    assert is_backup(await making)


async def test_the_bot_stops_in_good_order_while_one_is_made(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = threading.Event()
    real = vars(backups)["back_up"]

    def slow(database: Path, place: Path, stop: Callable[[], bool]) -> None:
        def look() -> bool:
            begun.set()
            while not stop():
                pass
            return True

        real(database, place, look)

    monkeypatch.setattr(backups, "back_up", slow)
    cog: Any = world.bot.get_cog("Backup")
    cog._keeping.cancel()
    cog._keeping = asyncio.create_task(cog._look())
    await asyncio.to_thread(begun.wait, 60)
    await world.bot.unload_extension("cogs.backup")  # as a stop does, before the database is closed
    assert cog._keeping.cancelled()
    assert made(world) == []
