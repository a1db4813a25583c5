"""What systemd hears of the bot: as a process beside a Discord on the wire, and of its parts."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import aiohttp
import pytest

from bot.health.systemd import Notifier, watchdog
from tests.wire.people import Server
from tests.wire.process import BotProcess, until, write_config
from tests.wire.standin import StandIn

pytestmark = pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="systemd is on Linux only")


class Systemd:
    """A socket as systemd gives it to a service."""

    def __init__(self, path: Path) -> None:
        self.path = str(path)
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(self.path)
        self._socket.setblocking(False)
        self.heard: list[str] = []

    def hear(self) -> list[str]:
        """All lines that were said so far."""
        while True:
            try:
                self.heard += self._socket.recv(4096).decode().splitlines()
            except BlockingIOError:
                return self.heard

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
def systemd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Systemd]:
    made = Systemd(tmp_path / "notify")
    monkeypatch.setenv("NOTIFY_SOCKET", made.path)
    monkeypatch.delenv("WATCHDOG_PID", raising=False)
    yield made
    made.close()


async def test_a_service_says_that_it_is_ready_that_it_lives_and_that_it_stops(
    systemd: Systemd, standin: StandIn, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WATCHDOG_USEC", "200000")
    write_config(tmp_path, more="\n[health]\nport = 0\n")
    bot = BotProcess(standin, tmp_path)
    try:
        await bot.online()
        await until(lambda: "READY=1" in systemd.hear(), "READY=1")
        before = systemd.heard.count("WATCHDOG=1")
        await until(lambda: systemd.hear().count("WATCHDOG=1") > before + 2, "signs of life")
        assert "STOPPING=1" not in systemd.heard
        await until(lambda: "telling of health" in bot.output(), "the port")
        await measured(server, bot)
        assert await bot.stop() == 0
        assert systemd.hear()[-1] == "STOPPING=1"
    finally:
        await bot.kill()


async def measured(server: Server, bot: BotProcess) -> None:
    """What the real discord.py asks of the real wire is counted: by route, without an id."""
    line = next(line for line in bot.output().splitlines() if "telling of health" in line)
    port = line.split("port=")[1].split()[0]
    form = await server.slash(server.person("ana"), "openspace host")
    await server.submit(server.person("ana"), form, topic="Quantum knitting")
    async with aiohttp.ClientSession() as http:
        async with http.get(f"http://127.0.0.1:{port}/readyz") as response:
            assert response.status == 200, await response.text()
        async with http.get(f"http://127.0.0.1:{port}/metrics") as response:
            text = await response.text()
    requests = [line for line in text.splitlines() if line.startswith("openspace_discord_requests_total")]
    assert any('method="POST",route="/interactions/{}/{}/callback"' in line for line in requests), requests
    assert any('route="/guilds/{}/channels"' in line for line in requests), requests
    assert 'openspace_commands_total{command="openspace host",outcome="done"} 1.0' in text
    assert "openspace_gateway_latency_seconds" in text


class Bot:
    """As much of a bot as is watched."""

    def __init__(self, *, late: float = 0.0, trouble: str | None = None) -> None:
        self.keeper = self.vitals = self
        self.late, self.why = late, trouble
        self.listeners: dict[str, Any] = {}

    def behind(self) -> float:
        return self.late

    async def trouble(self) -> str | None:
        return self.why

    def add_listener(self, listener: Any, name: str) -> None:
        self.listeners[name] = listener


async def test_a_keeper_that_is_stuck_gives_no_sign_of_life(
    systemd: Systemd, capsys: pytest.CaptureFixture[str]
) -> None:
    bot = Bot()
    notifier = Notifier(cast(Any, bot))
    notifier._live(3600.0)
    assert systemd.hear() == ["WATCHDOG=1"]
    bot.late = 121.0
    for _ in range(2):
        notifier._live(3600.0)
    assert systemd.hear() == ["WATCHDOG=1"]
    assert capsys.readouterr().out.count("the keeper is stuck") == 1
    bot.late = 0.0
    notifier._live(3600.0)
    assert systemd.hear() == ["WATCHDOG=1"] * 2
    notifier.end()


async def test_without_its_database_a_bot_is_not_ready(systemd: Systemd) -> None:
    bot = Bot(trouble="disk I/O\nerror")
    notifier = Notifier(cast(Any, bot))
    notifier.begin()
    await bot.listeners["on_ready"]()
    assert systemd.hear() == ["STATUS=starting", "STATUS=the database: disk I/O error"]
    bot.why = None
    for _ in range(2):  # Discord says so again after each new connection
        await bot.listeners["on_ready"]()
    assert systemd.hear().count("READY=1") == 1
    notifier.end()


@pytest.mark.parametrize(
    ("variables", "seconds"),
    [
        ({}, 0.0),
        ({"WATCHDOG_USEC": "60000000"}, 30.0),
        ({"WATCHDOG_USEC": "60000000", "WATCHDOG_PID": str(os.getpid())}, 30.0),
        ({"WATCHDOG_USEC": "60000000", "WATCHDOG_PID": "1"}, 0.0),
        ({"WATCHDOG_USEC": "soon"}, 0.0),
    ],
)
def test_signs_of_life_come_twice_as_often_as_systemd_waits(
    variables: dict[str, str], seconds: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("WATCHDOG_USEC", "WATCHDOG_PID"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert watchdog() == seconds
