"""The commands are told to Discord when their definition has changed, and only then."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import Any

import discord
import pytest
from simcord.env import Env
from structlog.testing import capture_logs

from bot.app import OpenSpaceBot, build_bot
from bot.config import load_config
from bot.sync import sync_commands
from tests.conftest import MakeWorld, World, write_config

COMMANDS = "/applications/*/commands"


def syncs(env: Env) -> int:
    return sum(r.method == "PUT" and r.path.endswith("/commands") for r in env.http_requests)


async def test_the_first_start_syncs_once(world: World) -> None:
    assert syncs(world.env) == 1
    assert "openspace host" in world.person("ana").available_commands(world.lobby)


async def test_a_restart_with_the_same_definition_asks_and_leaves_it(world: World) -> None:
    await world.restart()
    assert syncs(world.env) == 1
    assert world.requests("GET", "/commands") != []


async def test_ready_again_does_not_sync(world: World) -> None:
    before = len(world.env.http_requests)
    with world.env._bot_scope():
        world.bot.dispatch("ready")
        world.bot.dispatch("ready")
    await world.env.settle()
    assert world.env.http_requests[before:] == []


async def sync_again(world: World) -> bool:
    with world.env.time_context():
        return await sync_commands(world.bot, world.bot.service, world.bot.command_links)


async def test_a_changed_definition_is_told(world: World) -> None:
    assert not await sync_again(world)
    host: Any = world.bot.tree.get_command("openspace").get_command("host")  # type: ignore[union-attr]
    host.description = "Something else"
    assert await sync_again(world)
    assert not await sync_again(world)
    assert syncs(world.env) == 2


async def test_a_changed_translation_is_told(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from bot.ui.names import CommandNames

    async def translate(*_: object) -> str:
        return "other"

    monkeypatch.setattr(CommandNames, "translate", translate)
    assert await sync_again(world)


async def test_commands_that_somebody_wiped_come_back(world: World) -> None:
    world.env.backend.commands.clear()
    assert await sync_again(world)
    assert "openspace help" in world.person("ana").available_commands(world.lobby)


async def test_another_application_is_told_too(world: World) -> None:
    database = world.folder / "openspace.sqlite3"
    with closing(sqlite3.connect(database)) as connection, connection:
        (key,) = connection.execute("SELECT key FROM bot_state WHERE key LIKE 'commands %'").fetchone()
        assert key == f"commands {world.bot.application_id}"
        connection.execute("UPDATE bot_state SET key = 'commands 1' WHERE key = ?", (key,))
    assert await sync_again(world)


@pytest.mark.parametrize("status", [500, 503, 429])
@pytest.mark.parametrize("method", ["PUT", "GET"])
async def test_discord_in_trouble_does_not_keep_the_bot_from_serving(
    world: World, method: str, status: int
) -> None:
    if method == "PUT":
        world.env.backend.commands.clear()
    world.env.inject_error(method, COMMANDS, status=status)
    with capture_logs() as logs:
        assert not await sync_again(world)
    assert [entry["event"] for entry in logs] == ["commands not synced"]
    assert await sync_again(world) is (method == "PUT")  # what failed is made up for


async def test_a_long_rate_limit_does_not_either(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    async def limited() -> None:
        raise discord.RateLimited(60)

    monkeypatch.setattr(world.bot.tree, "fetch_commands", limited)
    assert not await sync_again(world)


@pytest.mark.parametrize("status", [400, 401, 403])
async def test_what_is_our_own_fault_stops_the_start(world: World, status: int) -> None:
    world.env.inject_error("GET", COMMANDS, status=status)
    with pytest.raises(discord.HTTPException):
        await sync_again(world)


async def test_commands_of_a_new_version_reach_a_running_database(make_world: MakeWorld) -> None:
    world = await make_world()
    await world.host("ana", "Git", "10:30")
    with closing(sqlite3.connect(world.folder / "openspace.sqlite3")) as connection, connection:
        connection.execute("UPDATE bot_state SET value = 'of an older version' WHERE key LIKE 'commands %'")
    await world.restart()
    assert syncs(world.env) == 2
    assert isinstance(world.bot, OpenSpaceBot)
    assert build_bot(load_config(write_config(world.folder))).application_id is None
