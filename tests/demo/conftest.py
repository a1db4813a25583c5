"""A visitor of the demo's page: a browser without eyes, or a real one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import pytest

from bot.demo.morning import BEGINS, play_morning
from bot.demo.page import Page
from bot.demo.world import World, open_world
from tests.web import conftest as web

running, window = web.running, web.window


class Visitor:
    """A browser without eyes: what the page's script and simcord's preview send."""

    def __init__(self, page: Page, http: aiohttp.ClientSession) -> None:
        self.page = page
        self.world: World = page.world
        self.http = http
        self.origin = page.address.rstrip("/")
        self._sequence = 0
        self.shown: dict[str, Any] = {}

    async def state(self) -> dict[str, Any]:
        async with self.http.get(self.page.address + "state") as response:
            assert response.status == 200
            found: dict[str, Any] = await response.json()
            return found

    async def post(self, path: str, **fields: str) -> aiohttp.ClientResponse:
        url = self.page.address + path
        headers = {"Origin": self.origin}
        async with self.http.post(url, data=fields, headers=headers, allow_redirects=False) as response:
            await response.read()
            return response

    async def open(self, name: str, channel: int) -> str:
        """Click a channel as a member; return the preview's address."""
        member = str(self.world.people[name].actor.id)
        response = await self.post("open", member=member, channel=str(channel))
        assert response.status == 303
        return response.headers["Location"]

    async def look(self, url: str) -> dict[str, Any]:
        """Load the preview in a new tab."""
        self._sequence = 0
        self.shown = await self.preview(url, "POST", "/api/pages", {})
        return self.shown

    async def act(self, url: str, kind: str, **fields: Any) -> dict[str, Any]:
        """Do something in the preview with what this tab saw last."""
        self._sequence += 1
        body = {
            "protocol_version": 3,
            "sequence": self._sequence,
            "request_id": f"visitor-{self._sequence}",
            "generation": self.shown["context"]["generation"],
            "bot_generation": self.shown["botGeneration"],
            "published_revision": self.shown["publishedRevision"],
            "kind": kind,
        }
        return await self.preview(url, "POST", "/api/action", {**body, **fields})

    async def run(self, url: str, invocation: str) -> dict[str, Any]:
        """Send a command without options."""
        catalogue = await self.preview(url, "GET", "/api/commands", None)
        leaf = next(entry for entry in catalogue["entries"] if entry["invocation"] == invocation)
        wanted = {"command_id": leaf["commandId"], "path": leaf["path"]}
        schema = leaf["schemaFingerprint"]
        return await self.act(url, "run_command", **wanted, options={}, schema_fingerprint=schema)

    async def again(self, url: str) -> dict[str, Any]:
        """Let the tab ask what there is now."""
        self.shown = await self.preview(url, "GET", "/api/state", None)
        return self.shown

    async def until(self, wanted: Callable[[dict[str, Any]], bool], url: str = "") -> None:
        """Look at the page, or at the preview at `url`, until it shows what is wanted."""
        for _ in range(200):
            if wanted(await (self.again(url) if url else self.state())):
                return
            await asyncio.sleep(0.05)
        raise AssertionError("it never came")

    async def preview(self, url: str, method: str, path: str, body: Any) -> dict[str, Any]:
        place = urlsplit(url)
        headers = {"X-Simcord-Capability": place.fragment}
        if self.shown and path != "/api/pages":
            headers["X-Simcord-Context"] = self.shown["context"]["id"]
        address = f"http://{place.netloc}{path}"
        async with self.http.request(method, address, json=body, headers=headers) as response:
            assert response.status == 200, await response.text()
            found: dict[str, Any] = await response.json()
            return found


@asynccontextmanager
async def visiting(clock: str, *, played: bool) -> AsyncIterator[Visitor]:
    async with open_world(clock) as world, aiohttp.ClientSession() as http:
        if played:
            await play_morning(world)
        page = Page(world, 1.0)
        await page.start(0)
        try:
            yield Visitor(page, http)
        finally:
            await page.stop()


@pytest.fixture
async def visitor() -> AsyncIterator[Visitor]:
    """Somebody at a conference where nothing has happened."""
    async with visiting("11:07", played=False) as found:
        yield found


@pytest.fixture
async def late() -> AsyncIterator[Visitor]:
    """Somebody who comes after a morning of Open Spaces, as the demo begins."""
    async with visiting(BEGINS, played=True) as found:
        yield found
