"""Is the bot well? What `/healthz` and `/readyz` say on a real port, and that it costs nothing unasked."""

from __future__ import annotations

import asyncio
import socket
import sqlite3
import subprocess
import sys
from unittest.mock import patch

import aiohttp
import pytest

from bot.config import load_config
from bot.desks.keeper import Keeper
from tests.conftest import MakeWorld
from tests.health.conftest import HEALTH, MakeWatcher, Watcher

LOADED = """
import sys
from bot.app import build_bot
from bot.config import load_config
from bot import running
bot = build_bot(load_config(sys.argv[1]))
print([name for name in sys.modules if name.split(".")[0] in {"prometheus_client", "sdnotify"}
       or name.startswith("bot.health") or name == "aiohttp.web"])
"""


async def test_switched_off_nothing_is_imported_measured_or_open(make_world: MakeWorld) -> None:
    world = await make_world()
    assert world.bot.monitor is None
    assert "Desk 1 is yours" in await world.host("Ana", "Git", minutes=60)
    assert world.bot.answered is None
    assert world.bot.database.committed is None
    command = [sys.executable, "-c", LOADED, str(world.folder / "config.toml")]
    found = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


async def test_a_bot_that_is_well_says_so(watcher: Watcher) -> None:
    await watcher.world.host("Ana", "Git", minutes=60)
    assert await watcher.ask("/healthz") == (200, "ok\n")
    assert await watcher.ask("/readyz") == (200, "ready\ngateway: fine\ndatabase: fine\nkeeper: fine\n")
    status, _ = await watcher.ask("/")
    assert status == 404


async def test_without_the_gateway_it_is_alive_but_not_ready(watcher: Watcher) -> None:
    watcher.hear("shard_disconnect")
    await watcher.world.env.advance_time(7)
    status, text = await watcher.ask("/readyz")
    assert status == 503
    assert "gateway: the connection to Discord is gone for 7 s" in text
    assert (await watcher.ask("/healthz"))[0] == 200
    found = await watcher.metrics()
    assert found.of("ready", part="gateway") == 0
    assert found.of("ready", part="database") == 1
    watcher.hear("shard_disconnect")  # a try to come back that failed
    watcher.hear("shard_resumed")
    await watcher.world.env.settle()
    assert (await watcher.ask("/readyz"))[0] == 200
    assert (await watcher.metrics()).of("gateway_losses_total") == 1


async def test_before_discord_has_told_of_the_servers_it_is_not_ready(watcher: Watcher) -> None:
    with patch.object(watcher.world.bot, "is_ready", return_value=False):
        status, text = await watcher.ask("/readyz")
    assert status == 503
    assert "gateway: Discord has not yet told of all servers" in text


async def test_a_database_that_cannot_be_read_is_told(watcher: Watcher) -> None:
    with sqlite3.connect(watcher.world.bot.database.path) as connection:
        connection.execute("ALTER TABLE session RENAME TO gone")
    connection.close()
    status, text = await watcher.ask("/readyz")
    assert status == 503
    assert "database: " in text
    assert "database: fine" not in text
    found = await watcher.metrics()  # what else is measured is still told
    assert found.of("ready", part="database") == 0
    with sqlite3.connect(watcher.world.bot.database.path) as connection:
        connection.execute("ALTER TABLE gone RENAME TO session")
    connection.close()


async def test_a_database_that_is_closed_is_told(watcher: Watcher) -> None:
    await watcher.world.bot.database.close()
    status, text = await watcher.ask("/readyz")
    assert (status, "database: it is not open" in text) == (503, True)


async def test_a_keeper_that_is_stuck_is_told(watcher: Watcher) -> None:
    async def slow(*_: object) -> float:
        await asyncio.sleep(200)
        return 60.0

    with patch.object(Keeper, "_look", slow):
        with watcher.world.env._bot_scope():
            watcher.world.bot.keeper.wake(watcher.world.guild.id, soon=True)
        await watcher.world.env.advance_time(119)
        assert (await watcher.ask("/readyz"))[0] == 200
        await watcher.world.env.advance_time(2)
        status, text = await watcher.ask("/readyz")
        assert status == 503
        assert "keeper: a look that was due is 12" in text
        await watcher.world.env.advance_time(80)
    assert (await watcher.ask("/readyz"))[0] == 200


async def test_a_keeper_with_nothing_to_do_is_well(watcher: Watcher) -> None:
    await watcher.world.env.advance_time(14 * 60)
    assert (await watcher.ask("/readyz"))[0] == 200
    assert (await watcher.metrics()).of("keeper_last_look_age_seconds") <= 15 * 60


async def test_where_the_port_is_taken_the_bot_works_all_the_same_and_tries_again(
    make_watcher: MakeWatcher, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        watcher = await make_watcher(health=HEALTH | {"port": port})
        assert watcher.monitor.server.port == 0
        assert "Desk 1 is yours" in await watcher.world.host("Ana", "Git", minutes=60)
    said = [line for line in capsys.readouterr().out.splitlines() if "port for health cannot" in line]
    assert len(said) == 1
    assert f"127.0.0.1:{port}" in said[0]
    await watcher.world.env.advance_time(16)
    assert (await watcher.ask("/healthz"))[0] == 200


async def test_closing_gives_the_port_back(watcher: Watcher) -> None:
    port = watcher.monitor.server.port
    await watcher.world.bot.close()
    with pytest.raises(aiohttp.ClientConnectionError):
        await watcher.http.get(f"http://127.0.0.1:{port}/healthz")


async def test_it_listens_where_the_settings_say(watcher: Watcher) -> None:
    settings = load_config(watcher.world.folder / "config.toml").health
    assert settings
    assert settings.address == "127.0.0.1"
    runner = watcher.monitor.server._runner
    assert runner
    assert {address[0] for address in runner.addresses} == {"127.0.0.1"}
