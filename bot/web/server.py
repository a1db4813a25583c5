"""The server under the pages: aiohttp's, kept quiet, without a name, and with room for the bot's own work."""

from __future__ import annotations

import asyncio
import socket
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any, cast

import structlog
from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from bot.web.guard import Proxies

log = structlog.get_logger("web")

IDLE = 75.0
"""Seconds for which a connection may be idle, or take for one request's head."""
CLOSING = 0.5
"""Seconds that requests have to end when the server does."""
OURS = 256
"""Files that the bot itself may have open: its database, its connections to Discord."""
CONNECTIONS = 6000
"""Connections at once, where the system lets a process have so many."""
GONE = 60_000
"""Milliseconds after which what a reader never confirmed ends the connection."""

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""What a browser does for a page: nothing from elsewhere, no script in it, and in nobody's frame."""
FRAMES = "frame-ancestors 'none'"
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "X-Robots-Tag": "noindex",
}
"""What goes with every answer; a handler that sets one of them has its way."""


def room() -> int:
    """Return how many connections fit beside the bot's own files; asks the system for more where it may."""
    try:
        import resource  # noqa: PLC0415 - not on Windows
    except ImportError:
        return CONNECTIONS // 10
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = CONNECTIONS + OURS
    if soft != resource.RLIM_INFINITY and soft < wanted:
        more = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (more, hard))
            soft = more
    return CONNECTIONS if soft == resource.RLIM_INFINITY else max(16, min(CONNECTIONS, soft - OURS))


class _Connection(web.RequestHandler):
    """One connection. What cannot be read is answered in two words, and said nowhere."""

    __slots__ = ("_peer", "_server")

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take a connection in, where there is room for one more."""
        self._server, self._peer = cast("_Server", self._manager), peer_of(transport)
        super().connection_made(transport)
        if not self._server.takes(self._peer):
            self.force_close()
        elif (sock := transport.get_extra_info("socket")) and hasattr(socket, "TCP_USER_TIMEOUT"):
            with suppress(OSError):
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, GONE)

    def connection_lost(self, exc: BaseException | None) -> None:
        """Make room for others."""
        if self._manager is not None:
            self._server.gone(self._peer)
        super().connection_lost(exc)

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """Answer what aiohttp itself could not read or serve."""
        if isinstance(exc, ConnectionError):
            raise exc  # the reader has gone: there is nobody to answer
        if exc is not None and not isinstance(exc, HttpProcessingError):
            log.error("a request failed", error=type(exc).__name__)
        if request.writer.output_size > 0:
            raise ConnectionError("something was sent already")
        response = web.Response(status=status, headers={**HEADERS, "Server": ""})
        response.force_close()
        return response


class _Server(web.Server):
    """Counts connections: all, and those of one peer, who may have half unless it is a proxy of ours."""

    def __init__(self, most: int, proxies: Proxies, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._most = most
        self._proxies = proxies
        self._peers: Counter[str] = Counter()

    def __call__(self) -> web.RequestHandler:
        return _Connection(self, loop=self._loop, **self._kwargs)

    def takes(self, peer: str) -> bool:
        """Count a connection in; whether there is room for it."""
        self._peers[peer] += 1
        most = self._most if self._proxies.trusts(peer) else self._most // 2
        return self._peers.total() <= self._most and self._peers[peer] <= most

    def gone(self, peer: str) -> None:
        """Count a connection out."""
        self._peers[peer] -= 1
        if not self._peers[peer]:
            del self._peers[peer]


class Runner(web.AppRunner):
    """Runs an application on such a server."""

    def __init__(self, app: web.Application, most: int, proxies: Proxies) -> None:
        super().__init__(
            app,
            access_log=None,
            keepalive_timeout=IDLE,
            lingering_time=0.0,
            handler_cancellation=True,
            shutdown_timeout=CLOSING,
        )
        self._most = most
        self._proxies = proxies

    async def _make_server(self) -> web.Server:
        made = await super()._make_server()
        return _Server(
            self._most,
            self._proxies,
            made.request_handler,
            request_factory=made.request_factory,
            handler_cancellation=made.handler_cancellation,
            **made._kwargs,
        )


def peer_of(transport: asyncio.BaseTransport | None) -> str:
    """Return the address at the other end of a connection."""
    peer = transport.get_extra_info("peername") if transport else None
    return str(peer[0]) if isinstance(peer, tuple) else ""


async def dressed(_: web.Request, response: web.StreamResponse) -> None:
    """Give every answer the headers that it goes with, and no name of a server."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers.pop("Server", None)


def framed_by(origins: Sequence[str]) -> str:
    """Return the policy of a page that some other sites may show inside of theirs."""
    return POLICY.replace(FRAMES, " ".join(["frame-ancestors", *origins]))


def has_it(request: web.Request, tag: str, since: datetime | None) -> bool:
    """Return whether a reader has just this already: by its name, or where they give none, by its time."""
    known = request.headers.get("If-None-Match")
    if known is not None:
        return f'"{tag}"' in known or known.strip() == "*"
    try:
        had = request.if_modified_since
    except OverflowError:  # aiohttp's own reading knows years that no date has
        return False
    return since is not None and had is not None and since.replace(microsecond=0) <= had
