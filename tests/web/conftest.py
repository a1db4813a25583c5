"""A small conference whose board is on the web: the real server on a free port, simcord's world beneath."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest

from bot.web import site as web_site
from bot.web.shelf import Shelf
from bot.web.site import Site
from tests.cogs import conftest as commands
from tests.cogs.conftest import told
from tests.conftest import PATIENCE, MakeWorld, World, buttons
from tests.web import browser
from tests.web.browser import Window

SLUG = "pycon-sim"
speak = commands.speak
GATHER, APART = Shelf.gather, Shelf.apart
PAGE = {"on": True, "slug": SLUG, "host_names": True}


@dataclass
class Reader:
    """Somebody on the web."""

    world: World
    http: aiohttp.ClientSession

    @property
    def site(self) -> Site:
        site = self.world.bot.web
        assert site
        return site

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.site.port}"

    @property
    def board(self) -> str:
        return f"{self.address}/{SLUG}"

    async def get(self, path: str = "", *, status: int = 200, **headers: str) -> str:
        """What stands at a path below the board, such as '/screen'."""
        return (await self.answer(f"/{SLUG}{path}", status=status, **headers))[0]

    async def answer(self, path: str, *, status: int = 200, **headers: str) -> tuple[str, Any]:
        """What stands at any path, and the headers of the answer."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        async with self.http.get(self.address + path, headers=named) as response:
            assert response.status == status, await response.text()
            return await response.text(), response.headers

    async def closes(self, name: str, how: str, session: int = 1) -> None:
        """This host ends ('end') or calls off ('cancel') a session of theirs."""
        asked = await self.world.person(name).slash(
            self.world.lobby, f"openspace {how}", session=str(session)
        )
        custom_id = f"openspace:{how}now:{session}"
        [press] = [found for found in buttons(told(asked)).values() if found.startswith(custom_id)]
        await self.world.person(name).click(told(asked), custom_id=press)

    @asynccontextmanager
    async def stream(self, query: str = "", **headers: str) -> AsyncIterator[Events]:
        """The events of the board, for as long as this lasts."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        async with self.http.get(f"{self.board}/events{query}", headers=named) as response:
            assert response.status == 200
            yield Events(response)


@dataclass
class Events:
    """A stream of server-sent events."""

    response: aiohttp.ClientResponse

    async def next(self, name: str = "board") -> tuple[str, dict[str, Any]]:
        """The id and the data of the next event of this name."""
        found: dict[str, str] = {}
        while True:
            async with asyncio.timeout(PATIENCE):
                line = (await self.response.content.readline()).decode()
            assert line, "the stream has ended"
            if line.strip():
                key, _, value = line.rstrip("\n").partition(":")
                found[key] = value.strip()
            elif found.get("event") == name:
                return found.get("id", ""), json.loads(found["data"] or "{}")
            else:
                found = {}

    async def ended(self) -> None:
        """Read to the end."""
        async with asyncio.timeout(PATIENCE):
            await self.response.content.read()


@pytest.fixture(autouse=True)
def _no_beats(monkeypatch: pytest.MonkeyPatch) -> None:
    """A sign of life, which carries the bot's time, comes when a test asks for it."""
    monkeypatch.setattr(web_site, "BEAT", 3600.0)


MakeReader = Callable[..., Awaitable[Reader]]


@pytest.fixture
async def make_reader(make_world: MakeWorld) -> AsyncIterator[MakeReader]:
    """Makes a conference on the web: `await make_reader(page={...}, limit=2)`."""
    async with aiohttp.ClientSession() as http:

        async def make(page: dict[str, Any] | None = None, **sections: Any) -> Reader:
            web = {"public_url": "https://openspace.example.org", "port": 0} | sections.pop("web", {})
            world = await make_world(page=PAGE if page is None else page, web=web, **sections)
            return Reader(world, http)

        yield make


@pytest.fixture
async def reader(make_reader: MakeReader) -> Reader:
    """A reader of the usual conference."""
    return await make_reader()


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One Chromium for all tests of a process."""
    with browser.started(tmp_path_factory.mktemp("chromium")) as address:
        yield address


@pytest.fixture
async def window(running: str) -> AsyncIterator[Window]:
    """Somebody's browser."""
    async with browser.reached(running) as opened:
        yield opened
