"""The database beside the work: what has had its time goes by itself, damage after a crash is told."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from structlog.testing import capture_logs

from bot.app import build_bot
from bot.config import load_config
from bot.service import Draft
from bot.store.drafts import DRAFT_LIFE
from bot.store.instants import stamp
from cogs.storage import HOURS
from tests.conftest import START, World

PAUSE = HOURS * 3600


def drafts(world: World) -> int:
    with closing(sqlite3.connect(world.bot.database.path)) as other:
        [(count,)] = other.execute("SELECT count(*) FROM draft").fetchall()
    return int(count)


async def typed_long_ago(world: World) -> None:
    """Somebody typed something that becomes too old before the next time of tidying."""
    await world.bot.service.drafts.keep(world.guild.id, Draft(1, "My secret", "", "25:00", None))
    async with world.bot.database.transaction() as tx:
        await tx.execute("UPDATE draft SET created_at = ?", stamp(START - DRAFT_LIFE) + PAUSE // 2)


async def test_c21_what_was_typed_is_gone_soon_after_two_days(world: World) -> None:
    await typed_long_ago(world)
    await world.env.advance_time(PAUSE - 60)
    assert drafts(world) == 1
    await world.env.advance_time(120)
    assert drafts(world) == 0


async def test_tidying_that_fails_is_told_and_tried_again(world: World) -> None:
    await typed_long_ago(world)
    async with world.bot.database.transaction() as tx:
        await tx.execute(
            "CREATE TRIGGER full BEFORE DELETE ON draft BEGIN INSERT INTO bot_state SELECT"
            " value, hex(zeroblob(5000)) FROM json_each('[1,2,3,4,5,6,7,8]'); END"
        )
        await tx.one("PRAGMA max_page_count = 1")
    with capture_logs() as logs:
        await world.env.advance_time(PAUSE + 60)
    assert any("tidying failed" in line["event"] and "disk is full" in line["reason"] for line in logs)
    async with world.bot.database.transaction() as tx:
        await tx.one("PRAGMA max_page_count = 100000")
        await tx.execute("DROP TRIGGER full")
    await world.env.advance_time(PAUSE + 60)
    assert drafts(world) == 0


async def storage_says(world: World) -> list[dict[str, Any]]:
    """What a fresh bot on the same file says of it."""
    with capture_logs() as logs:
        old = world.bot
        await world.env.restart_bot(build_bot(load_config(world.folder / "config.toml")))
        cog: Any = world.bot.get_cog("Storage")
        if cog.checking:
            await cog.checking
        await old.close()
    return [dict(line) for line in logs if "database" in line["event"] and line["log_level"] != "debug"]


async def test_c13_after_a_good_end_nothing_is_looked_through(world: World) -> None:
    await world.bot.database.close()
    assert await storage_says(world) == []


async def test_c13_after_an_unclean_stop_the_file_is_looked_through_beside_the_work(world: World) -> None:
    looked, well = await storage_says(world)  # the old bot still has it open, as a dead one would
    assert "looked through beside the work" in looked["event"]
    assert well["event"] == "the database is well"


async def test_c22_damage_after_an_unclean_stop_is_told_with_what_to_do(world: World) -> None:
    await world.host("ana", "Async", "10:30")
    with closing(sqlite3.connect(world.bot.database.path)) as other:
        other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        [(page,)] = other.execute("SELECT rootpage FROM sqlite_master WHERE name = 'visit'").fetchall()
    await world.bot.service.drafts.keep(world.guild.id, Draft(1, "in the WAL", "", "25:00", None))
    overwrite(world.bot.database.path, (page - 1) * 4096)
    damage = (await storage_says(world))[-1]
    assert damage["log_level"] == "error"
    assert "restore a backup" in damage["event"]
    assert damage["path"] == str(world.bot.database.path)
    assert damage["finding"]
    assert "Ben's" in await world.host("bo", "Ben's", "11:30")  # people's sessions go on


def overwrite(path: Path, offset: int) -> None:
    with path.open("r+b") as file:
        file.seek(offset)
        file.write(b"\xa5" * 64)
        os.fsync(file.fileno())


async def test_a_check_in_the_middle_does_not_hold_up_the_end(world: World) -> None:
    async def endless() -> str | None:
        await asyncio.Event().wait()
        return None

    bot = build_bot(load_config(world.folder / "config.toml"))
    old = world.bot
    await world.env.restart_bot(bot)
    await old.close()
    cog: Any = bot.get_cog("Storage")
    if cog.checking:
        await cog.checking
    bot.database.check = endless  # type: ignore[method-assign]
    bot.database.unclean = True
    await bot.reload_extension("cogs.storage")
    cog = bot.get_cog("Storage")
    assert cog.checking
    await bot.close()
    assert cog.checking.done()
