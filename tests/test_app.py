"""The bot as a whole: built without a token, started and closed cleanly."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import discord
import pytest

from bot.app import OpenSpaceBot, build_bot
from bot.config import load_config
from bot.store.errors import StoreError
from tests.conftest import PatientEnv, World, write_config

INTENTS = 66177
"""Guilds, voice states and scheduled events: nothing privileged."""


def build(folder: Path) -> OpenSpaceBot:
    folder.mkdir(exist_ok=True)
    return build_bot(load_config(write_config(folder)))


def inside(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_building_needs_no_token_no_loop_and_writes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DISCORD_TOKEN", raising=False)
    monkeypatch.delenv("DISCORD_TOKEN_FILE", raising=False)
    build(tmp_path)
    assert inside(tmp_path) == ["config.toml"]


def test_it_asks_for_no_privileged_intent(tmp_path: Path) -> None:
    bot = build(tmp_path)
    assert bot.intents.value == INTENTS
    privileged = discord.Intents(members=True, presences=True, message_content=True)
    assert bot.intents.value & privileged.value == 0


def test_it_pings_nobody_unless_told_to_and_never_sleeps_long_on_a_rate_limit(tmp_path: Path) -> None:
    bot = build(tmp_path)
    assert bot.allowed_mentions
    assert json.dumps(bot.allowed_mentions.to_dict()) == '{"parse": []}'
    assert bot.http.max_ratelimit_timeout == 30


async def test_it_starts_and_stops(tmp_path: Path) -> None:
    bot = build(tmp_path)
    env = PatientEnv(bot)
    await env.start()
    assert {cog.lower() for cog in bot.cogs} >= {"openspace", "desks"}
    assert set(bot.presses) >= {"host", "form", "take", "join", "leave", "list", "unknown"}
    await env.shutdown()
    await bot.close()
    await bot.close()
    assert inside(tmp_path) == ["config.toml", "openspace.sqlite3"]  # the WAL is folded in


async def test_two_bots_live_in_one_process(tmp_path: Path) -> None:
    first, second = build(tmp_path / "one"), build(tmp_path / "two")
    env = PatientEnv(first)
    await env.start()
    await second.database.open()
    assert first.database.path != second.database.path
    assert first.service is not second.service
    await second.close()
    assert await first.service.memory.recall("nothing") is None  # still open
    await env.shutdown()
    await first.close()


async def test_a_bot_that_never_started_closes(tmp_path: Path) -> None:
    bot = build(tmp_path)
    await bot.close()
    await bot.close()


@pytest.mark.parametrize("trouble", ["not a database", "too new", "a folder"])
async def test_a_database_that_cannot_be_used_stops_the_start_in_one_line(
    tmp_path: Path, trouble: str
) -> None:
    bot = build(tmp_path)
    file = tmp_path / "openspace.sqlite3"
    if trouble == "a folder":
        file.mkdir()
    elif trouble == "not a database":
        file.write_bytes(b"nonsense " * 1000)
    else:
        await bot.database.open()
        await bot.database.close()
        with closing(sqlite3.connect(file)) as database:
            database.execute("PRAGMA user_version = 9999")
    env = PatientEnv(bot)
    with pytest.raises(StoreError) as error:
        await env.start()
    assert str(error.value).startswith(str(file))
    assert "\n" not in str(error.value)
    await bot.close()


async def test_what_was_booked_outlives_the_process(world: World) -> None:
    await world.host("ana", "Git", "10:30")
    await world.restart()
    assert "You're in: **Git**" in await world.join("bo", "Git")
    await world.until("10:30")
    assert world.names("voice") == ["Git"]
