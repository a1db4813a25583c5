"""The site as a part of the bot: there where it is asked for, and in nobody's way."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys

import aiohttp
import pytest

from tests.conftest import MakeWorld
from tests.web.conftest import PAGE, SLUG, MakeReader, Reader
from tests.web.test_live import until

LOADED = """
import sys
from bot.app import build_bot
from bot.config import load_config
bot = build_bot(load_config(sys.argv[1]))
parts = ("bot.web", "jinja2", "segno", "aiolimiter", "aiohttp.web")
print([name for name in sys.modules if name in parts or name.startswith("bot.web.")])
"""


async def test_switched_off_nothing_is_imported_and_no_port_is_open(make_world: MakeWorld) -> None:
    world = await make_world(page=PAGE)
    assert world.bot.web is None
    await world.host("Ana", "Git", minutes=60)
    command = [sys.executable, "-c", LOADED, str(world.folder / "config.toml")]
    found = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


async def test_where_the_port_is_taken_the_bot_works_all_the_same_and_tries_again(
    make_reader: MakeReader, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        reader = await make_reader(web={"public_url": "https://x.example", "port": port})
        assert reader.site.port == 0
        assert "Desk 1 is yours" in await reader.world.host("Ana", "Git", minutes=60)
    said = [line for line in capsys.readouterr().out.splitlines() if "port cannot be used" in line]
    assert len(said) == 1
    assert f"127.0.0.1:{port}" in said[0]
    await reader.world.env.advance_time(16)
    await until(lambda: reader.site.port)
    assert "Git" in await reader.get()


async def test_closing_gives_the_port_back_and_ends_what_is_open(reader: Reader) -> None:
    port = reader.site.port
    async with reader.stream() as events:
        await events.next()
        await reader.site.close()
        await events.ended()
        with pytest.raises(aiohttp.ClientConnectionError):
            await reader.http.get(f"http://127.0.0.1:{port}/{SLUG}")
    await reader.site.close()


async def test_a_bot_that_never_served_closes(make_world: MakeWorld) -> None:
    world = await make_world(web={"public_url": "https://x.example", "port": 0})
    await world.bot.close()
    await world.bot.close()
