"""The port for who watches the bot: not for the public, and open only where the operator says so."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import structlog
from aiohttp import web

from bot.config_web import Health

log = structlog.get_logger("health")

RETRY = 15.0
"""Seconds between two tries to open the port, where another program has it."""
CLOSING = 0.5
"""Seconds that requests have to end when the server does."""
HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Server": ""}

Handler = Callable[[web.Request], Awaitable[web.Response]]


class Server:
    """Answers on one address; `routes` say what, by path."""

    def __init__(self, settings: Health, routes: dict[str, Handler]) -> None:
        self._settings = settings
        self._routes = routes
        self._runner: web.AppRunner | None = None
        self._opening: asyncio.Task[None] | None = None

    @property
    def port(self) -> int:
        """The port that is open; 0 where none is."""
        return self._runner.addresses[0][1] if self._runner and self._runner.addresses else 0

    async def start(self) -> None:
        """Open the port. Where that cannot be, the bot works all the same, and it is tried again."""
        app = web.Application(client_max_size=1024)
        app.add_routes([web.get(path, handler) for path, handler in self._routes.items()])
        app.on_response_prepare.append(_dressed)
        self._runner = runner = web.AppRunner(app, access_log=None, shutdown_timeout=CLOSING)
        await runner.setup()
        if not await self._open(runner):
            self._opening = asyncio.create_task(self._open_later(runner), name="health")

    async def _open(self, runner: web.AppRunner) -> bool:
        site = web.TCPSite(runner, self._settings.address, self._settings.port)
        place = f"{self._settings.address}:{self._settings.port}"
        try:
            await site.start()
        except OSError as error:
            await site.stop()
            log.error(
                "the port for health cannot be used; it is tried again", place=place, error=error.strerror
            )
            return False
        log.info("telling of health", address=self._settings.address, port=self.port)
        return True

    async def _open_later(self, runner: web.AppRunner) -> None:
        opened = False
        while not opened:
            await asyncio.sleep(RETRY)
            opened = await self._open(runner)

    async def close(self) -> None:
        """Close the port; closing twice is fine."""
        if self._opening:
            self._opening.cancel()
            await asyncio.gather(self._opening, return_exceptions=True)
        if self._runner:
            await self._runner.cleanup()


async def _dressed(_: web.Request, response: web.StreamResponse) -> None:
    response.headers.update(HEADERS)
    response.headers.pop("Server", None)
