"""The console command, in processes of its own, against a small Discord on 127.0.0.1."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import sqlite3
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit

import discord
import pytest
from aiohttp import WSCloseCode, web
from aiohttp.test_utils import TestServer, unused_port
from typer.testing import CliRunner, Result

from bot import cli, running, troubles
from bot.app import OpenSpaceBot
from bot.config import Config
from bot.permissions import INVITE
from bot.store.errors import APPLICATION_ID, StoreError, clearly
from tests.conftest import write_config
from tests.test_config import EXAMPLE
from tests.test_log import fresh_logging

__all__ = ["fresh_logging"]

TOKEN = "MTIzNDU2Nzg5MDEyMzQ1Njc4.GZx1aB.an-invented_token-that-nobody-must-see"  # noqa: S105
APPLICATION, GUILD = "123456789012345678", "223456789012345678"
COMMAND = str(Path(sys.executable).with_name("openspace"))
ANY_TIME = 60
"""Seconds after which a test has failed, on the slowest machine."""
UNHURRIED = {"CLOSING": 50, "LEAVING": 55}
"""What bot.running keeps short, so that no slow machine cuts off what a test looks at."""

DRIVER = """
import json, sys
import discord.gateway, discord.http, yarl
from bot import cli, running

rest, gateway, settings, extra = sys.argv[1:5]
del sys.argv[1:5]
discord.http.Route.BASE = rest + "/api/v10"
discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(gateway + "/gateway")
vars(running).update(json.loads(settings))
exec(extra)
cli.main()
"""
"""Points discord.py at the small Discord and starts the command line; `settings` are names of bot.running."""

USER = {"id": APPLICATION, "username": "Open Space", "discriminator": "0", "avatar": None, "bot": True}
APP = {
    "id": APPLICATION,
    "name": "Open Space",
    "description": "",
    "icon": None,
    "bot_public": True,
    "bot_require_code_grant": False,
    "verify_key": "",
    "flags": 0,
    "owner": USER | {"bot": False},
    "team": None,
}
SERVER = {
    "id": GUILD,
    "name": "PyCon Loopback",
    "owner_id": "323456789012345678",
    "unavailable": False,
    "roles": [{"id": GUILD, "name": "@everyone", "permissions": "0", "position": 0}],
    "members": [{"user": USER, "roles": [], "joined_at": "2026-01-01T00:00:00+00:00", "flags": 0}],
    "member_count": 1,
    **{key: [] for key in ("emojis", "stickers", "features", "channels", "threads", "voice_states")},
    **{key: [] for key in ("presences", "stage_instances", "guild_scheduled_events", "soundboard_sounds")},
}

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]
Socket = web.WebSocketResponse


async def stay(socket: Socket) -> None:
    """Listen until the bot leaves."""
    async for message in socket:
        if message.json()["op"] == 1:
            await socket.send_json({"op": 11})


def reply(body: object, status: int = 200, **headers: str) -> web.Response:
    """An answer with the very content type that discord.py looks for."""
    content = {"Content-Type": "application/json"}
    return web.Response(body=json.dumps(body).encode(), status=status, headers=headers | content)


def leave(code: int) -> Callable[[Socket], Awaitable[None]]:
    """Close with this code."""

    async def close(socket: Socket) -> None:
        await socket.close(code=code)

    return close


@dataclass
class SmallDiscord:
    """Login, commands and one server: what a start needs, and faults on demand."""

    me: Answer | None = None
    app: dict[str, Any] = field(default_factory=lambda: dict(APP))
    after_identify: Callable[[Socket], Awaitable[None]] | None = None
    after_ready: Callable[[Socket], Awaitable[None]] = stay
    date: dict[str, str] = field(default_factory=dict)
    connections: int = 0
    connections_allowed: int = 1000
    over: asyncio.Event = field(default_factory=asyncio.Event)
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    commands: list[Any] = field(default_factory=list)
    guilds: list[dict[str, Any]] = field(default_factory=list)
    """What a look at the bot's servers finds."""
    gateway_url: str = ""
    tokens: set[str] = field(default_factory=set)
    farewells: list[int | None] = field(default_factory=list)

    @asynccontextmanager
    async def serve(self) -> AsyncIterator[str]:
        """Answer on a free port; gives the address."""
        app = web.Application()
        api = "/api/v10"
        app.router.add_get(f"{api}/users/@me", self._me)
        app.router.add_get(f"{api}/oauth2/applications/@me", self._app)
        app.router.add_route("*", f"{api}/applications/{APPLICATION}/commands", self._commands)
        app.router.add_get(f"{api}/gateway/bot", self._where)
        app.router.add_get(f"{api}/users/@me/guilds", self._guilds)
        app.router.add_get(f"{api}/guilds/{{guild}}", self._guild)
        app.router.add_get(f"{api}/guilds/{{guild}}/members/{APPLICATION}", self._member)
        app.router.add_get("/gateway", self._gateway)
        app.router.add_route("*", "/{rest:.*}", self._refuse)
        server = TestServer(app, host="127.0.0.1")
        await server.start_server()
        try:
            yield str(server.make_url("")).rstrip("/")
        finally:
            self.over.set()
            await server.close()

    async def hang(self, _request: object) -> web.Response:
        """Take the question and never answer."""
        self.asked.set()
        await self.over.wait()
        return web.Response()

    async def _me(self, request: web.Request) -> web.StreamResponse:
        self.tokens.add(request.headers["Authorization"])
        return await self.me(request) if self.me else reply(USER, 200, **self.date)

    async def _app(self, _request: web.Request) -> web.Response:
        return reply(self.app, 200, **self.date)

    async def _commands(self, request: web.Request) -> web.Response:
        if request.method == "PUT":
            known = {"application_id": APPLICATION, "version": "1", "default_member_permissions": None}
            told = await request.json()
            known["description"] = ""  # also of what stands in a menu, which has none
            self.commands = [known | command | {"id": str(n + 1)} for n, command in enumerate(told)]
        return reply(self.commands)

    async def _guilds(self, _request: web.Request) -> web.Response:
        return reply(
            [{"id": each["id"], "name": each["name"], "features": []} for each in self.guilds],
            200,
            **self.date,
        )

    async def _guild(self, request: web.Request) -> web.Response:
        [found] = [each for each in self.guilds if each["id"] == request.match_info["guild"]]
        return reply({key: value for key, value in found.items() if key != "me"})

    async def _member(self, request: web.Request) -> web.Response:
        [found] = [each for each in self.guilds if each["id"] == request.match_info["guild"]]
        return reply(found["me"])

    async def _where(self, request: web.Request) -> web.Response:
        url = self.gateway_url or f"ws://127.0.0.1:{request.url.port}/gateway"
        starts = {"total": 1000, "remaining": 999, "reset_after": 0, "max_concurrency": 1}
        return reply({"url": url, "shards": 1, "session_start_limit": starts})

    async def _refuse(self, _request: web.Request) -> web.Response:
        return reply({"code": 50013, "message": "Missing Permissions"}, 403)

    async def _gateway(self, request: web.Request) -> web.StreamResponse:
        self.connections += 1
        if self.connections > self.connections_allowed:
            return web.Response(status=503)
        socket = Socket()
        await socket.prepare(request)
        await socket.send_json({"op": 10, "d": {"heartbeat_interval": 40_000}})
        async for message in socket:
            if message.json()["op"] == 2:
                await (self.after_identify or self._ready)(socket)
        self.farewells.append(socket.close_code)
        return socket

    async def _ready(self, socket: Socket) -> None:
        address = f"ws://127.0.0.1:{socket._req.url.port}/gateway" if socket._req else ""
        ready = {
            "v": 10,
            "user": USER,
            "guilds": [{"id": GUILD, "unavailable": True}],
            "session_id": "s",
            "shard": [0, 1],
            "resume_gateway_url": address,
            "application": {"id": APPLICATION, "flags": 0},
        }
        await socket.send_json({"op": 0, "s": 1, "t": "READY", "d": ready})
        await socket.send_json({"op": 0, "s": 2, "t": "GUILD_CREATE", "d": SERVER})
        await self.after_ready(socket)


def answers(status: int, body: object = None, **headers: str) -> Answer:
    """An answer that is always the same."""

    async def answer(_request: web.Request) -> web.Response:
        return reply(body or {"message": "no", "code": 0}, status, **headers)

    return answer


# ------------------------------------------------------------------------------------------- processes


@dataclass
class Done:
    """How a process ended."""

    code: int
    out: str
    err: str

    @property
    def line(self) -> str:
        """The one line on stderr."""
        lines = self.err.splitlines()
        assert len(lines) == 1, self
        assert lines[0].startswith("openspace: ")
        return lines[0].removeprefix("openspace: ")


class Process:
    """A running `openspace`, which never shows its token."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._said = ""

    async def says(self, text: str) -> str:
        """Wait for a line on stdout with this text."""
        assert self._process.stdout
        async with asyncio.timeout(ANY_TIME):
            while True:
                line = (await self._process.stdout.readline()).decode()
                assert line, f"over without saying {text!r}: {self._said}{await self.done()}"
                self._said += line
                if text in line:
                    return line

    async def done(self) -> Done:
        """Wait for the end."""
        async with asyncio.timeout(ANY_TIME):
            out, err = await self._process.communicate()
        assert self._process.returncode is not None
        done = Done(self._process.returncode, self._said + out.decode(), err.decode())
        assert TOKEN not in done.out + done.err
        assert "Traceback" not in done.err
        return done

    def tell(self, number: int) -> None:
        self._process.send_signal(number)

    async def stop(self, number: int = signal.SIGTERM) -> Done:
        """Send a signal; return the end."""
        self.tell(number)
        return await self.done()

    def kill(self) -> None:
        if self._process.returncode is None:
            self._process.kill()


@asynccontextmanager
async def started(*command: str, folder: Path, **variables: str) -> AsyncIterator[Process]:
    ours = ("DISCORD_TOKEN", "DISCORD_TOKEN_FILE", "OPENSPACE_CONFIG")
    environment = {name: value for name, value in os.environ.items() if name not in ours}
    process = Process(
        await asyncio.create_subprocess_exec(
            *command,
            cwd=folder,
            env=environment | variables,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
    )
    try:
        yield process
    finally:
        process.kill()


async def openspace(folder: Path, *arguments: str, **variables: str) -> Done:
    """The very command that people run, to its end."""
    async with started(COMMAND, *arguments, folder=folder, **variables) as process:
        return await process.done()


@asynccontextmanager
async def at_work(
    folder: Path,
    *arguments: str,
    rest: str,
    gateway: str = "",
    settings: Mapping[str, object] | None = None,
    extra: str = "",
) -> AsyncIterator[Process]:
    """The command line on the small Discord, in no hurry to close but where `settings` say so."""
    if not (folder / "config.toml").exists():
        write_config(folder)
    gateway = gateway or rest.replace("http", "ws", 1)
    driver = (sys.executable, "-W", "always::ResourceWarning", "-c", DRIVER)
    vary = json.dumps(UNHURRIED | dict(settings or {}))
    command = (*driver, rest, gateway, vary, extra, *(arguments or ("run",)))
    async with started(*command, folder=folder, DISCORD_TOKEN=TOKEN) as process:
        yield process


@asynccontextmanager
async def serving(folder: Path, discord: SmallDiscord, **options: Any) -> AsyncIterator[Process]:
    """The bot on the small Discord, ready."""
    async with discord.serve() as rest, at_work(folder, rest=rest, **options) as process:
        await process.says("serving")
        yield process


async def ends(folder: Path, discord: SmallDiscord, *arguments: str, **options: Any) -> Done:
    """The command line on the small Discord, to its end."""
    async with discord.serve() as rest, at_work(folder, *arguments, rest=rest, **options) as process:
        return await process.done()


# --------------------------------------------------------------------------------- what people can mend


async def test_run_without_a_configuration_says_how_to_get_one(tmp_path: Path) -> None:
    done = await openspace(tmp_path, "run")
    assert (done.code, done.out) == (2, "")
    assert done.line == "config.toml: no such file; `openspace config config.toml` writes one"


async def test_run_tells_every_fault_of_the_configuration_in_a_line(tmp_path: Path) -> None:
    write_config(tmp_path, limit=99, sessions={"max_minutes": 0})
    done = await openspace(tmp_path, "run", DISCORD_TOKEN=TOKEN)
    assert (done.code, done.out) == (2, "")
    assert len(done.err.splitlines()) >= 2
    for line in done.err.splitlines():
        assert line.startswith("openspace: config.toml: ")
    assert "conference.parallel_limit" in done.err
    assert "sessions.max_minutes" in done.err


async def test_run_without_a_token_says_where_it_belongs(tmp_path: Path) -> None:
    write_config(tmp_path)
    done = await openspace(tmp_path, "run")
    assert (done.code, done.out) == (2, "")
    assert "DISCORD_TOKEN" in done.line


async def test_run_with_a_wrong_token_says_where_to_get_the_right_one(tmp_path: Path) -> None:
    done = await ends(tmp_path, SmallDiscord(me=answers(401, {"message": "401: Unauthorized", "code": 0})))
    assert done.code == 2
    assert done.line.startswith("Discord refuses the token; copy it anew from https://discord.com/developers")


async def test_run_with_no_discord_to_be_reached_says_so(tmp_path: Path) -> None:
    async with at_work(tmp_path, rest=f"http://127.0.0.1:{unused_port()}") as process:
        done = await process.done()
    assert done.code == 1, "systemd would not try again after 2: a network that comes late is no setting"
    assert done.line.startswith("Discord cannot be reached (Cannot connect to host 127.0.0.1")


async def test_run_with_no_gateway_to_be_reached_says_so(tmp_path: Path) -> None:
    dead = SmallDiscord(gateway_url=f"ws://127.0.0.1:{unused_port()}/gateway")
    done = await ends(tmp_path, dead, settings={"PATIENCE": 1})
    assert done.code == 1
    assert done.line.startswith("no connection to Discord for")
    assert "Traceback" not in done.out


async def test_run_with_a_discord_that_never_answers_gives_up(tmp_path: Path) -> None:
    silent = SmallDiscord()
    silent.me = silent.hang
    done = await ends(tmp_path, silent, settings={"LOGIN": 0.5})
    assert done.code == 1
    assert done.line.startswith("Discord cannot be reached (TimeoutError)")


async def test_run_with_a_newer_database_leaves_it_alone(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "openspace.sqlite3")) as database:
        database.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        database.execute("PRAGMA user_version = 999")
    before = (tmp_path / "openspace.sqlite3").read_bytes()
    done = await ends(tmp_path, SmallDiscord())
    assert done.code == 2
    assert "openspace.sqlite3: made by a newer openspace-bot (its version 999" in done.line
    assert (tmp_path / "openspace.sqlite3").read_bytes() == before


async def test_run_with_refused_intents_says_where_to_switch_them_on(tmp_path: Path) -> None:
    done = await ends(tmp_path, SmallDiscord(after_identify=leave(4014)))
    assert done.code == 2
    assert done.line.startswith("Discord refuses the intents; switch them on at https://discord.com/dev")


async def test_run_that_the_gateway_sends_away_later_ends_in_one_line(tmp_path: Path) -> None:
    done = await ends(tmp_path, SmallDiscord(after_ready=leave(4012)))
    assert done.code == 1
    assert done.line == "Discord ended the connection for good (code 4012); start the bot again"
    assert "Traceback" not in done.out


async def test_run_with_a_discord_in_trouble_fails_in_one_line(tmp_path: Path) -> None:
    done = await ends(tmp_path, SmallDiscord(me=answers(503)))
    assert done.code == 1
    assert done.line.startswith("Discord itself is in trouble; look at https://discordstatus.com")


@pytest.mark.parametrize(
    ("what", "code"),
    [
        (sqlite3.SQLITE_BUSY, 1),
        (sqlite3.SQLITE_FULL, 1),
        (sqlite3.SQLITE_IOERR, 1),
        (sqlite3.SQLITE_CANTOPEN, 2),
        (sqlite3.SQLITE_CORRUPT, 2),
    ],
)
def test_a_database_that_may_be_fine_again_by_itself_is_worth_another_start(what: int, code: int) -> None:
    error = sqlite3.OperationalError("because")
    error.sqlite_errorcode = what
    with pytest.raises(StoreError) as caught, clearly(Path("openspace.sqlite3")):
        raise error
    explained = troubles.explained(caught.value)
    assert explained
    assert explained[0] == code


def refusal(status: int, text: str = "no") -> discord.HTTPException:
    response = SimpleNamespace(status=status, reason="Because")
    return discord.HTTPException(cast(Any, response), {"code": 7, "message": text})


def closed(code: int) -> discord.ConnectionClosed:
    return discord.ConnectionClosed(cast(Any, None), shard_id=None, code=code)


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (refusal(401), 2, "Discord refuses the token"),
        (closed(4004), 2, "Discord refuses the token"),
        (closed(4012), 1, "Discord ended the connection for good (code 4012); start the bot again"),
        (
            refusal(403, "no\nentry"),
            1,
            "Discord refuses a request (403 Because (error code: 7): no entry); try",
        ),
        (
            refusal(429, "<html>" * 99),
            1,
            "Discord refuses a request (429 Because (error code: 7): <html><html>",
        ),
        (discord.RateLimited(70.2), 1, "Discord asks to wait; start the bot again in 70 seconds"),
        (ConnectionResetError(), 1, "Discord cannot be reached (ConnectionResetError); check the network"),
        (TimeoutError(), 1, "Discord cannot be reached (TimeoutError); check the network"),
    ],
)
def test_what_discord_and_the_network_do_is_told_in_one_short_line(
    error: Exception, code: int, said: str
) -> None:
    explained = troubles.explained(error)
    assert explained
    assert explained[0] == code
    assert explained[1].startswith(said)
    assert "\n" not in explained[1]
    assert len(explained[1]) < 300


@pytest.mark.parametrize("error", [KeyError("x"), FileNotFoundError("x"), discord.ClientException("x")])
def test_faults_of_ours_are_not_explained_away(error: Exception) -> None:
    assert troubles.explained(error) is None


def test_a_reader_who_has_gone_is_no_trouble_of_discord() -> None:
    with pytest.raises(BrokenPipeError), troubles.plainly():
        raise BrokenPipeError


async def test_a_fault_of_ours_goes_to_the_log_with_its_traceback_but_without_the_token(
    tmp_path: Path,
) -> None:
    extra = "async def broken(bot, token): raise KeyError(f'<{token}>')\nrunning.serve = broken"
    done = await ends(tmp_path, SmallDiscord(), extra=extra)
    assert done.code == 1
    assert done.line == "stopped by a fault of the program (KeyError); please report what the log says"
    assert "KeyError: '<[token]>'" in done.out


# ------------------------------------------------------------------------------------ running, stopping


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_run_serves_until_a_signal_stops_it_in_good_order(tmp_path: Path, number: int) -> None:
    discord = SmallDiscord()
    async with discord.serve() as rest, at_work(tmp_path, rest=rest) as process:
        assert "guilds=1" in await process.says("serving")
        done = await process.stop(number)
    assert (done.code, done.err) == (0, "")
    assert "stopped" in done.out.splitlines()[-1]
    assert "ResourceWarning" not in done.out
    assert discord.tokens == {f"Bot {TOKEN}"}
    assert [command["name"] for command in discord.commands][:1] == ["openspace"]
    assert discord.farewells == [WSCloseCode.OK]
    assert not (tmp_path / "openspace.sqlite3-wal").exists()


async def test_json_logs_are_one_object_a_line_those_of_the_libraries_too(tmp_path: Path) -> None:
    write_config(tmp_path, log={"format": "json", "level": "debug"})
    async with serving(tmp_path, SmallDiscord()) as process:
        done = await process.stop()
    lines = [json.loads(line) for line in done.out.splitlines()]
    assert {"timestamp", "level", "logger", "event"} <= set.intersection(*(set(line) for line in lines))
    assert {"running", "desks", "discord.client", "asyncio"} <= {line["logger"] for line in lines}
    [ready] = [line for line in lines if line["event"] == "serving"]
    assert ready["guilds"] == 1
    assert not [line for line in lines if line["logger"].startswith("discord") and line["level"] == "debug"]


async def test_a_signal_during_the_login_stops_it_as_well(tmp_path: Path) -> None:
    silent = SmallDiscord()
    silent.me = silent.hang
    async with silent.serve() as rest, at_work(tmp_path, rest=rest) as process:
        async with asyncio.timeout(ANY_TIME):
            await silent.asked.wait()
        done = await process.stop()
    assert (done.code, done.err) == (0, "")


def test_whoever_stops_it_waits_less_than_five_seconds() -> None:
    assert running.CLOSING < running.LEAVING < 5


async def test_a_slow_goodbye_does_not_hold_up_the_stop(tmp_path: Path) -> None:
    extra = "import asyncio\nasync def slow(bot): await asyncio.sleep(600)\nrunning.OpenSpaceBot.close = slow"
    async with serving(tmp_path, SmallDiscord(), settings={"CLOSING": 0.2}, extra=extra) as process:
        done = await process.stop()
    assert (done.code, done.err) == (0, "")
    assert "closing took too long" in done.out


async def test_nothing_that_hangs_holds_up_the_stop(tmp_path: Path) -> None:
    extra = "import time\nasync def hang(bot): time.sleep(600)\nrunning.close = hang"
    async with serving(tmp_path, SmallDiscord(), settings={"LEAVING": 0.5}, extra=extra) as process:
        done = await process.stop()
    assert (done.code, done.err) == (0, "")


async def test_a_second_signal_ends_it_at_once(tmp_path: Path) -> None:
    extra = (
        "import asyncio\nasync def hang(bot):\n  running.log.warning('hanging')\n  await asyncio.sleep(600)\n"
    )
    options = {"settings": {"LEAVING": 600}, "extra": extra + "running.close = hang"}
    async with serving(tmp_path, SmallDiscord(), **options) as process:
        process.tell(signal.SIGTERM)
        await process.says("hanging")
        done = await process.stop()
    assert done.code == -signal.SIGTERM


async def test_a_gateway_that_stays_away_ends_the_bot_so_that_it_can_be_started_afresh(
    tmp_path: Path,
) -> None:
    """https://github.com/Rapptz/discord.py/issues/10511: the address to resume at answers 503 for ever."""
    dying = SmallDiscord(after_ready=leave(WSCloseCode.GOING_AWAY), connections_allowed=1)
    done = await ends(tmp_path, dying, settings={"PATIENCE": 1})
    assert done.code == 1
    assert done.line.startswith("no connection to Discord for")
    assert "no connection to Discord for" in done.out
    assert "Attempting a reconnect" in done.out
    assert "Traceback" not in done.out


class StubBot:
    """A connection that is lost, comes back and ends, as told."""

    def __init__(self, story: Callable[[StubBot], Awaitable[None]]) -> None:
        self.listeners: dict[str, Callable[[], Awaitable[None]]] = {}
        self.ws: object = None
        self.connect = lambda: story(self)

    def add_listener(self, listener: Callable[[], Awaitable[None]], name: str) -> None:
        self.listeners[name] = listener


async def stayed(story: Callable[[StubBot], Awaitable[None]]) -> None:
    async with asyncio.timeout(ANY_TIME):
        await running.stay(cast(OpenSpaceBot, StubBot(story)))


@pytest.mark.parametrize("back", ["on_ready", "on_resumed"])
async def test_a_connection_that_comes_back_in_time_is_none_to_end_for(
    monkeypatch: pytest.MonkeyPatch, back: str
) -> None:
    monkeypatch.setattr(running, "PATIENCE", 10.0)
    loop = asyncio.get_running_loop()
    real, gone = loop.time, 0.0
    monkeypatch.setattr(loop, "time", lambda: real() + gone)

    async def story(bot: StubBot) -> None:
        nonlocal gone
        await bot.listeners["on_ready"]()
        for _ in range(4):
            await bot.listeners["on_disconnect"]()
            gone += 6.0
            for _ in range(3):  # rounds of the loop, in which what is due would happen
                await asyncio.sleep(0)
            await bot.listeners[back]()

    await stayed(story)


async def test_an_event_that_comes_too_late_is_no_fault() -> None:
    bots: list[StubBot] = []

    async def story(bot: StubBot) -> None:
        bots.append(bot)

    await stayed(story)
    for listener in bots[0].listeners.values():
        await listener()


async def test_tries_that_fail_again_and_again_gain_no_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "PATIENCE", 0.1)

    async def story(bot: StubBot) -> None:
        await bot.listeners["on_ready"]()
        while True:
            await bot.listeners["on_disconnect"]()
            await asyncio.sleep(0.01)

    with pytest.raises(troubles.PlainError, match="no connection to Discord"):
        await stayed(story)


async def test_other_faults_of_a_connection_stay_what_they_are() -> None:
    async def slow(_bot: StubBot) -> None:
        raise TimeoutError("of another kind")

    async def faulty(_bot: StubBot) -> None:
        raise AttributeError("ours")

    with pytest.raises(TimeoutError, match="of another kind"):
        await stayed(slow)
    with pytest.raises(AttributeError, match="ours"):
        await stayed(faulty)


async def test_work_that_is_cancelled_by_itself_is_no_stop() -> None:
    async def work() -> int:
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await running.until_told(work())


async def test_run_loads_nothing_that_only_others_need(tmp_path: Path) -> None:
    heavy = {"babel", "rich", "pydantic_settings", "simcord", "bot.doctor", "bot.demo", "bot.operate"}
    heavy |= {"bot.health", "prometheus_client", "sdnotify", "aiohttp.web"}
    script = f"import sys; from bot import cli; print(*sorted({heavy} & set(sys.modules)))"
    async with started(sys.executable, "-c", script, folder=tmp_path) as process:
        done = await process.done()
    assert (done.code, done.out.split()) == (0, [])


# ---------------------------------------------------------------------------------- invite, demo, words


@pytest.fixture
def invoke(fresh_logging: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Result]:
    """The command line in this process, with nothing in its environment."""
    monkeypatch.chdir(tmp_path)
    for name in ("DISCORD_TOKEN", "DISCORD_TOKEN_FILE", "OPENSPACE_CONFIG", "OPENSPACE_HEALTH"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(discord.VoiceClient, "warn_nacl", False)
    monkeypatch.setattr(discord.VoiceClient, "warn_dave", False)

    def run(*arguments: str, **variables: str) -> Result:
        return CliRunner().invoke(cli.app, arguments, env=variables)

    return run


async def test_the_console_command_says_its_version(tmp_path: Path) -> None:
    done = await openspace(tmp_path, "--version")
    assert (done.code, done.out, done.err) == (0, "openspace 0.1.0\n", "")


async def test_the_console_command_survives_a_terminal_without_our_signs(tmp_path: Path) -> None:
    done = await openspace(tmp_path, "doctor", "--offline", PYTHONIOENCODING="latin-1")
    assert done.code == 2
    assert "\\u2717 configuration" in done.out


def test_invite_asks_for_exactly_the_needed_permissions(invoke: Callable[..., Result]) -> None:
    result = invoke("invite", APPLICATION)
    assert result.exit_code == 0
    link = urlsplit(result.stdout.strip())
    asked = parse_qs(link.query)
    assert link._replace(query="").geturl() == "https://discord.com/oauth2/authorize"
    assert asked["client_id"] == [APPLICATION]
    assert asked["scope"] == ["bot applications.commands"]
    assert asked["permissions"] == [str(INVITE.value)]
    assert discord.Permissions(int(asked["permissions"][0])) == INVITE


@pytest.mark.parametrize(
    "wrong", ["me", "0", "12345678901234567a", "１２３４５６７８９０１２３４５６７８", "9" * 20, TOKEN]
)
def test_invite_refuses_what_is_no_id_and_never_quotes_it(invoke: Callable[..., Result], wrong: str) -> None:
    result = invoke("invite", wrong)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.startswith("openspace: this CLIENT_ID is none; copy the application id")
    assert result.stderr.count("\n") == 1
    assert len(wrong) < 5 or wrong not in result.stderr


@pytest.mark.parametrize(
    "arguments", [(), ("nonsense",), ("run", "--nonsense"), ("invite",), ("demo", "--port", "x")]
)
def test_bad_usage_is_exit_code_2(invoke: Callable[..., Result], arguments: tuple[str, ...]) -> None:
    assert invoke(*arguments).exit_code == 2


def test_help_names_every_command(invoke: Callable[..., Result]) -> None:
    result = invoke("--help")
    assert result.exit_code == 0
    commands = ("run", "doctor", "export", "status", "backup", "restore", "drill", "config", "invite", "demo")
    for command in commands:
        assert f"\n  {command}" in result.stdout
    assert "..." not in result.stdout.partition("Commands:")[2]


@pytest.fixture
def stub_demo(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """Stands for the demo's two ways in; records how they were called."""
    called: list[tuple[Any, ...]] = []

    async def serve(speed: float, database: Path | None, port: int, *, own: Config | None, bare: bool) -> int:
        called.append((speed, database, port, own.programme().name if own else None, bare))
        return 0

    async def tour() -> int:
        called.append(("tour",))
        return 1

    for name, work in {"page": serve, "tour": tour}.items():
        module = ModuleType(f"bot.demo.{name}")
        setattr(module, work.__name__, work)
        monkeypatch.setitem(sys.modules, f"bot.demo.{name}", module)
    return called


def test_demo_serves_its_page(invoke: Callable[..., Result], stub_demo: list[tuple[Any, ...]]) -> None:
    result = invoke("demo", "--speed", "2.5", "--database", "x.db", "--port", "0")
    assert (result.exit_code, result.stderr) == (0, "")
    assert stub_demo == [(2.5, Path("x.db"), 0, None, False)]
    invoke("demo", "--empty")
    assert stub_demo[1:] == [(1.0, None, 8000, None, True)]


def test_demo_previews_a_programme_of_ones_own(
    invoke: Callable[..., Result], stub_demo: list[tuple[Any, ...]], tmp_path: Path
) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(
        EXAMPLE.read_text(encoding="utf-8").replace("PyCon Taiwan 2021", "PyTiny"), encoding="utf-8"
    )
    assert invoke("demo", "--config", str(file)).exit_code == 0
    assert stub_demo == [(1.0, None, 8000, "PyTiny", False)]
    assert "left alone" in re.sub(r"\s+", " ", invoke("demo", "--help").stdout)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--config", "mine.toml", "--tour"), "--config is a programme of its own"),
        (("--config", "mine.toml", "--empty"), "--config is a programme of its own"),
        (("--config", "mine.toml", "--database", "data/openspace.sqlite3"), "the demo leaves data"),
        (("--config", "none.toml"), "none.toml: no such file"),
        (("--config", "bad.toml"), "bad.toml: not TOML"),
    ],
)
def test_demo_refuses_what_it_cannot_preview(
    invoke: Callable[..., Result],
    stub_demo: list[tuple[Any, ...]],
    arguments: tuple[str, ...],
    said: str,
) -> None:
    Path("mine.toml").write_text(EXAMPLE.read_text(encoding="utf-8"), encoding="utf-8")
    Path("bad.toml").write_text("[", encoding="utf-8")
    result = invoke("demo", *arguments)
    assert result.exit_code == 2
    assert said in result.stderr
    assert result.stderr.count("\n") == 1
    assert not stub_demo


def test_demo_tour_fails_as_the_tour_fails(
    invoke: Callable[..., Result], stub_demo: list[tuple[Any, ...]]
) -> None:
    assert invoke("demo", "--tour").exit_code == 1
    assert stub_demo == [("tour",)]


@pytest.fixture
def missing(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Makes an import of the demo fail for want of a module."""
    for name in [name for name in sys.modules if name.startswith("bot.demo")]:
        monkeypatch.delitem(sys.modules, name)
    return lambda name: monkeypatch.setitem(sys.modules, name, cast(ModuleType, None))


@pytest.mark.parametrize("arguments", [("demo",), ("demo", "--tour")])
def test_demo_without_simcord_says_how_to_get_it(
    invoke: Callable[..., Result], missing: Callable[[str], None], arguments: tuple[str, ...]
) -> None:
    missing("simcord")
    result = invoke(*arguments)
    assert result.exit_code == 2
    need = "the demo needs simcord, which is not installed"
    assert result.stderr == f"openspace: {need}; run: pip install 'openspace-bot[demo]'\n"


def test_demo_with_a_missing_module_of_ours_is_a_fault_of_ours(
    invoke: Callable[..., Result], missing: Callable[[str], None]
) -> None:
    missing("bot.demo.page")
    result = invoke("demo")
    assert result.exit_code == 1
    assert "a fault of the program (ModuleNotFoundError)" in result.stderr
