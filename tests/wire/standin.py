"""The stand-in itself: Discord's REST API over HTTP, answered by simcord's world."""

from __future__ import annotations

import asyncio
import io
import json
import re
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from aiohttp import web
from simcord._clock import Clock
from simcord.backend import Backend, serializers
from simcord.backend.errors import BackendError
from simcord.backend.models import Interaction
from simcord.http import router

from tests.wire.faults import Fault, Faults, Loss
from tests.wire.gateway import Gateway
from tests.wire.limits import Limits, Wait
from tests.wire.rules import as_discord_takes_it, old_permissions

_CALLBACK = re.compile(r"/interactions/(\d+)/[^/]+/callback")
_WEBHOOK = re.compile(r"/webhooks/\d+/([^/?]+)")


class RealClock(Clock):
    """The world's clock is this machine's: the bot is a process of its own."""

    def now(self) -> datetime:
        """Return this instant."""
        return datetime.now(UTC)


@dataclass
class Request:
    """A request of the bot's, for tests to look at."""

    method: str
    path: str
    body: Any
    files: list[_File]
    query: dict[str, str]
    reason: str | None
    at: float = field(default_factory=time.perf_counter)
    status: int = 0
    """What was answered; 0: nothing yet, or never."""


class _File:
    """An upload, as simcord takes it from discord.py."""

    def __init__(self, filename: str, data: bytes) -> None:
        self.filename, self.fp, self.description = filename, io.BytesIO(data), None


class Pending:
    """An interaction on its way: when it was acknowledged and answered, by `time.perf_counter`."""

    def __init__(self, record: Interaction) -> None:
        loop = asyncio.get_running_loop()
        self.record = record
        self.acknowledged: asyncio.Future[float] = loop.create_future()
        self.answered: asyncio.Future[float] = loop.create_future()

    def note(self, *, answered: bool) -> None:
        """Note that the bot has just acknowledged, or answered."""
        for future in [self.acknowledged, *[self.answered] * answered]:
            if not future.done():
                future.set_result(time.perf_counter())


class StandIn:
    """A Discord for one bot: `await start()`, then servers and people on it (`people.py`)."""

    def __init__(self) -> None:
        self.backend = Backend(clock=RealClock())
        self.gateway = Gateway(self.backend)
        self.limits = Limits()
        self.faults = Faults()
        self.latency = 0.0
        """Seconds that each request takes on its way here."""
        self.requests: list[Request] = []
        self.gaps: list[str] = []
        """What the stand-in itself could not do: no fault of the bot's."""
        self.pending: dict[int, Pending] = {}
        self.port = 0
        self._runner: web.AppRunner | None = None

    async def start(self) -> None:
        """Listen on a free port of the loopback."""
        app = web.Application(client_max_size=64 * 2**20)
        app.router.add_route("*", "/api/v10/{tail:.*}", self._serve)
        for path in ("/gateway/", "/gateway"):
            app.router.add_get(path, self.gateway.handle)
        self._runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.port = self._runner.addresses[0][1]
        self.gateway.url = f"ws://127.0.0.1:{self.port}/gateway"

    async def stop(self) -> None:
        """End all connections and listen no more."""
        await self.gateway.drop()
        if self._runner:
            await self._runner.cleanup()

    def made(self, method: str, path: str) -> list[Request]:
        """Return the bot's requests with this method whose whole path matches."""
        return [each for each in self.requests if each.method == method and re.fullmatch(path, each.path)]

    # ---------------------------------------------------------------------------------------------- a request

    async def _serve(self, http: web.Request) -> web.StreamResponse:
        body, files = await _content(http)
        reason = http.headers.get("X-Audit-Log-Reason")
        path = "/" + http.match_info["tail"]
        request = Request(http.method, path, body, files, dict(http.query), reason)
        self.requests.append(request)
        await asyncio.sleep(self.latency)
        if wait := self.limits.wait(request.method, request.path, body):
            request.status = 429
            return _wait(wait)
        fault = self.faults.of(request.method, request.path, body)
        if fault and fault.loss in {Loss.REFUSED, Loss.UNHEARD}:
            return await self._lose(http, request, fault)
        response = self._perform(request)
        return await self._lose(http, request, fault) if fault else response

    async def _lose(self, http: web.Request, request: Request, fault: Fault) -> web.Response:
        """Answer as the fault has it, or not at all."""
        if fault.loss in {Loss.HUNG, Loss.UNHEARD}:
            await asyncio.Event().wait()  # until the bot hangs up
        if fault.loss is Loss.CUT and http.transport:
            http.transport.abort()
        request.status = fault.status
        if fault.status >= 500:
            return web.Response(status=fault.status, text="upstream error")
        return _json({"code": fault.code, "message": "as the test has it"}, fault.status)

    def _perform(self, request: Request) -> web.Response:
        try:
            result = self._result(request)
        except BackendError as error:
            request.status = error.status
            if error.status == 501:
                self.gaps.append(str(error))
            return _json(error.to_json(), error.status)
        except Exception as error:
            self.gaps.append(f"{request.method} {request.path}: {error!r}")
            raise
        self._note(request.path)
        request.status = 200
        return _json(result) if result is not None else web.Response(status=204)

    def _result(self, request: Request) -> Any:
        backend, method, path = self.backend, request.method, request.path
        if path == "/gateway/bot":
            starts = {"total": 1000, "remaining": 999, "reset_after": 1, "max_concurrency": 1}
            return {"url": self.gateway.url, "shards": 1, "session_start_limit": starts}
        if path == "/users/@me" and method == "GET":
            return dict(serializers.user_payload(backend.bot_user))
        body = as_discord_takes_it(backend, method, path, request.body)
        with old_permissions(backend, path):
            return router.dispatch(
                backend,
                method,
                path,
                json=body,
                params=request.query,
                files=request.files,
                reason=request.reason,
            )

    def _note(self, path: str) -> None:
        """Note what a request that was performed did for an interaction."""
        if found := _CALLBACK.fullmatch(path):
            interaction = int(found[1])
        elif found := _WEBHOOK.match(path):
            interaction = self.backend.interaction_tokens.get(found[1], 0)
        else:
            return
        if pending := self.pending.get(interaction):
            edited = not _CALLBACK.fullmatch(path)
            pending.note(answered=edited or not pending.record.deferred)


async def _content(http: web.Request) -> tuple[Any, list[_File]]:
    """Return a request's body and its uploads."""
    if not http.content_type.startswith("multipart/"):
        raw = await http.read()
        return json.loads(raw) if raw else None, []
    form: list[dict[str, Any]] = []
    files: list[_File] = []
    async for part in await http.multipart():
        data = bytes(await part.read())  # type: ignore[union-attr]
        if part.filename:  # type: ignore[union-attr]
            files.append(_File(part.filename, data))  # type: ignore[union-attr]
        else:
            form.append({"name": part.name, "value": data.decode()})  # type: ignore[union-attr]
    return router.parse_form(form, [])[0], files


def _json(data: Any, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    """Answer with JSON; discord.py compares the content type as a whole, so no charset may follow it."""
    kind = {"Content-Type": "application/json"}
    return web.Response(body=json.dumps(data).encode(), status=status, headers={**(headers or {}), **kind})


def _wait(wait: Wait) -> web.Response:
    """Answer 429; discord.py believes only one that came through Discord's proxies."""
    headers = {
        "Retry-After": f"{wait.seconds:.3f}",
        "Via": "1.1 google",
        "X-RateLimit-Scope": "user",
    }
    body = {
        "message": "You are being rate limited.",
        "retry_after": wait.seconds,
        "global": wait.everywhere,
    }
    return _json(body, 429, headers)
