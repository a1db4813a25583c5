"""`openspace run --health`: for who cannot or will not write it into the file, as a container."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot import cli, running
from bot import log as logs
from bot.app import OpenSpaceBot
from bot.config_web import Health
from tests.conftest import write_config


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[Health | None]:
    """What each bot that was started has as its `[health]`; none of them goes online."""
    found: list[Health | None] = []

    async def serve(bot: OpenSpaceBot, _: str) -> int:
        found.append(bot.config.health)
        return 0

    monkeypatch.setattr(running, "serve", serve)
    monkeypatch.setattr(logs, "configure", lambda *_: None)
    monkeypatch.setenv("DISCORD_TOKEN", "an-invented-token")
    monkeypatch.chdir(tmp_path)
    return found


@pytest.mark.parametrize(
    ("place", "address", "port"), [("127.0.0.1:9000", "127.0.0.1", 9000), ("[::1]:9464", "::1", 9464)]
)
def test_the_environment_says_where_health_is_told(
    ran: list[Health | None], tmp_path: Path, place: str, address: str, port: int
) -> None:
    write_config(tmp_path)
    assert CliRunner().invoke(cli.app, ["run"], env={"OPENSPACE_HEALTH": place}).exit_code == 0
    assert CliRunner().invoke(cli.app, ["run", "--health", place]).exit_code == 0
    assert ran == [Health(address=address, port=port)] * 2


def test_what_the_file_says_goes_first(ran: list[Health | None], tmp_path: Path) -> None:
    write_config(tmp_path, health={"port": 1234})
    CliRunner().invoke(cli.app, ["run"], env={"OPENSPACE_HEALTH": "0.0.0.0:1"})
    assert ran == [Health(port=1234)]


def test_unasked_there_is_none(ran: list[Health | None], tmp_path: Path) -> None:
    write_config(tmp_path)
    CliRunner().invoke(cli.app, ["run"], env={"OPENSPACE_HEALTH": ""})
    assert ran == [None]


@pytest.mark.parametrize("place", ["9464", "localhost:9464", "127.0.0.1:", "127.0.0.1:65536"])
def test_what_is_no_address_and_port_is_told(ran: list[Health | None], tmp_path: Path, place: str) -> None:
    write_config(tmp_path)
    result = CliRunner().invoke(cli.app, ["run", "--health", place])
    assert (result.exit_code, ran) == (2, [])
    assert "an address and a port, as 127.0.0.1:9464" in result.output
