"""The demo's own page on loopback: channels, people, the clock; a click opens a channel in simcord's preview.

simcord runs one operation at a time and refuses a second one. So the clock, the page's buttons and whatever a
visitor does in the preview take turns.
"""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from typing import Any
from unittest.mock import patch

import typer
from aiohttp import web
from simcord import BackendError, ChannelHandle, SetupError

from bot.config import Config
from bot.demo.look import coming, look
from bot.demo.morning import BEGINS, play_morning, play_opening
from bot.demo.screen import Screen
from bot.demo.world import HOST, STAFF_ROOM, Person, World, open_world
from bot.domain.refusal import Refusal
from bot.troubles import FINE, MISUSED, PlainError
from bot.web import view

STATIC = Path(__file__).parent / "static"
FILES = {
    "/": ("page.html", "text/html"),
    "/page.css": ("page.css", "text/css"),
    "/page.js": ("page.js", "text/javascript"),
}
TICK = 0.5
"""Real seconds between two steps of the clock."""
LONGEST_GAP = 5.0
"""Real seconds that the clock catches up on at most, so that a laptop's sleep does not end the conference."""
FASTEST = 3600.0
SIGNALS = (signal.SIGINT, signal.SIGTERM)
STEPS = {"5": 300.0, "30": 1800.0}
HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    # The preview, to which the form for a channel leads, has a port of its own, and the board's pages too.
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
        f"img-src data: http://{HOST}:*; form-action 'self' http://{HOST}:*; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
}

TAKE_PART = (
    "Choose who you are, open #{board}, and press Host one.",
    "Watch your desk appear on the page; enter its voice channel.",
    "As somebody else: Join on the board. In the desk's text channel: Extend, Edit, End.",
    "Step the clock to the next event: desks open, end, and go to the archive.",
)
"""What there is to try at a conference."""
SET_UP = (
    f"Be Olivia, an organizer. Open #{STAFF_ROOM}, and press Set up Open Spaces.",
    "Step 1 asks for a name and a city, step 2 for days and hours: Sat 2 Oct 09:00-17:30.",
    "Press Go live. Then open #{board} as anybody, and press Host one.",
)
"""What there is to try in a server without a programme."""

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Page:
    """The server of the page, the clock's ticker, and the one preview."""

    def __init__(self, world: World, speed: float) -> None:
        self.world = world
        self.speed = speed
        self.port = 0
        self.turn = asyncio.Lock()
        self.screen = Screen(world, self.turn)
        self._ticker: asyncio.Task[None] | None = None
        self._runner: web.AppRunner | None = None
        self._links: Any = None

    @property
    def address(self) -> str:
        """Where the page is."""
        return f"http://{HOST}:{self.port}/"

    async def start(self, port: int) -> None:
        """Serve the page on loopback and let time pass. Raises OSError where the port is taken."""
        app = web.Application(middlewares=[self._guard], client_max_size=4096)
        app.add_routes([web.get(path, self._file) for path in FILES])
        app.add_routes(
            [
                web.get("/state", self._state),
                web.post("/open", self._open),
                web.post("/voice", self._voice),
                web.post("/interest", self._interest),
                web.post("/language", self._language),
                web.post("/step", self._step),
                web.post("/speed", self._speed),
            ]
        )
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        await web.TCPSite(self._runner, HOST, port).start()
        self.port = self._runner.addresses[0][1]
        # What leads into Discord from the board's pages leads to our page: nothing leaves this computer.
        self._links = patch.object(view, "CHANNEL", self.address + "#{1}")
        self._links.start()
        self._ticker = asyncio.create_task(self._tick(), name="clock of the demo")

    async def stop(self) -> None:
        """Stop the clock, then the page, then the preview; in this order nothing waits for another's turn."""
        if self._ticker:
            self._ticker.cancel()
            await asyncio.wait([self._ticker])
        if self._links:
            self._links.stop()
        if self._runner:
            await self._runner.cleanup()
        await self.screen.close()

    # -------------------------------------------------------------------- clock

    async def _tick(self) -> None:
        last = time.monotonic()
        while True:
            await asyncio.sleep(TICK)
            gap = min(time.monotonic() - last, LONGEST_GAP)
            async with self.turn:
                if await self._pass(gap * self.speed):
                    last = time.monotonic()

    async def _pass(self, seconds: float) -> bool:
        """Let time pass; say whether it did. What simcord refuses now is tried again at the next tick."""
        try:
            await self.world.advance(seconds)
        except SetupError:
            return False
        except Exception as error:  # noqa: BLE001 - whatever it is, the clock goes on and the page tells
            fault = next(iter(str(error).splitlines()), repr(error))
            if fault not in self.world.faults:
                self.world.faults.append(fault)
        await self.screen.refresh()
        if self.world.bot.web:
            await self.world.bot.web.beat()  # pages go by this clock, which leaps
        return True

    # ------------------------------------------------------------------ requests

    @web.middleware
    async def _guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Serve only our own page: no other site may read or post here, by whatever name for loopback."""
        places = {f"{HOST}:{self.port}", f"localhost:{self.port}"}
        own = request.host in places
        if request.method == "POST":
            own = own and request.headers.get("Origin") in {f"http://{place}" for place in places}
        response = await handler(request) if own else web.Response(status=403, text="Not from here.")
        response.headers.update(HEADERS)
        return response

    async def _file(self, request: web.Request) -> web.StreamResponse:
        name, kind = FILES[request.path]
        return web.FileResponse(STATIC / name, headers={"Content-Type": f"{kind}; charset=utf-8"})

    async def _state(self, _: web.Request) -> web.Response:
        shown = await look(self.world)
        return web.json_response({**shown, "speed": self.speed, "shown": self.screen.channel})

    async def _open(self, request: web.Request) -> web.Response:
        """Lead to the preview of a channel, as a member."""
        person, channel = await self._asked(request)
        if person is None or channel is None:
            return _gone("This channel is gone. Close this tab and choose another one.")
        try:
            url = await self.screen.open(person, channel)
        except (SetupError, OSError) as error:
            return _gone(f"{error}. Close this tab and try again.")
        return web.Response(status=303, headers={"Location": url})

    async def _voice(self, request: web.Request) -> web.Response:
        """Let a member enter a voice channel, or leave where no channel is named."""
        person, channel = await self._asked(request)
        if person is None:
            return _gone("There is no such member.")
        try:
            async with self.turn:
                if channel is not None:
                    await person.actor.join_voice(channel)
                else:
                    await person.actor.leave_voice()
                await self.screen.refresh()
        except (BackendError, SetupError) as error:
            return _gone(str(error))
        return await self._state(request)

    async def _interest(self, request: web.Request) -> web.Response:
        """Let a member mark one of Discord's own events as interesting, or take that back."""
        person, _ = await self._asked(request)
        number = str((await request.post()).get("event", ""))
        async with self.turn:
            event = next((event for event in self.world.events() if str(event.id) == number), None)
            if person is None or event is None:
                return _gone("This event is over.")
            interested = person.actor.id in event.user_ids
            try:
                await (person.actor.unsubscribe_event if interested else person.actor.subscribe_event)(event)
            except (BackendError, SetupError) as error:
                return _gone(str(error))
        return await self._state(request)

    async def _language(self, request: web.Request) -> web.Response:
        """Change the language of what everybody sees, as an organizer does with a command."""
        language = str((await request.post()).get("language", ""))
        try:
            async with self.turn:
                await self.world.speak(language)
                await self._pass(0.0)
        except Refusal:
            return _gone("There is no such language.")
        return await self._state(request)

    async def _step(self, request: web.Request) -> web.Response:
        """Step the clock forward: some minutes, or to the next event."""
        to = str((await request.post()).get("to", ""))
        async with self.turn:
            if to == "next":
                events = await coming(self.world)
                wait = (events[0][0] - self.world.env.now()).total_seconds() + 1 if events else 0.0
            else:
                wait = STEPS.get(to, 0.0)
            await self._pass(wait)
        return await self._state(request)

    async def _speed(self, request: web.Request) -> web.Response:
        with suppress(ValueError):
            self.speed = sane_speed(float(str((await request.post()).get("speed", ""))))
        return await self._state(request)

    async def _asked(self, request: web.Request) -> tuple[Person | None, ChannelHandle | None]:
        """Return the member and the channel that a form names."""
        form = await request.post()
        member, channel = str(form.get("member", "")), str(form.get("channel", ""))
        people = {str(person.actor.id): person for person in self.world.people.values()}
        found = self.world.channel(int(channel)) if channel.isdecimal() else None
        return people.get(member), found


def _gone(text: str) -> web.Response:
    return web.Response(status=409, text=text)


def sane_speed(speed: float) -> float:
    """Return a speed that the demo can run at: simcord's timers never run slower than real time."""
    return min(speed, FASTEST) if speed >= 1 else 1.0


async def serve(
    speed: float, database: Path | None, port: int, *, own: Config | None = None, bare: bool = False
) -> int:
    """Run the demo until Ctrl-C or SIGTERM; return the exit code. Raises what `bot.troubles` can explain.

    `own`: somebody's own configuration. `bare`: its server has no programme, and whoever tries it sets that
    up in Discord.
    """
    stop = asyncio.Event()
    async with AsyncExitStack() as stack:
        stack.callback(_on_signal(stop.set))
        opened = open_world(BEGINS, database, own=own, aloud=True, bare=bare)
        world = await stack.enter_async_context(opened)
        if world.programme.windows and not world.again:
            await (play_opening if own else play_morning)(world)
        page = Page(world, sane_speed(speed))
        stack.push_async_callback(page.stop)
        try:
            await page.start(port)
        except OSError as error:
            reason = os.strerror(error.errno or 0).lower()
            text = f"port {port} cannot be used ({reason}); choose another with --port"
            raise PlainError(text, MISUSED) from None
        typer.echo(_welcome(page))
        await stop.wait()
        typer.echo("The demo has ended.")
    return FINE


def _on_signal(stop: Callable[[], None]) -> Callable[[], None]:
    """Call `stop` at the first signal; a second one kills. Return what undoes this."""
    loop = asyncio.get_running_loop()

    def undo() -> None:
        for number in SIGNALS:
            if loop.remove_signal_handler(number):
                signal.signal(number, signal.SIG_DFL)

    def told() -> None:
        undo()
        stop()

    for number in SIGNALS:
        with suppress(NotImplementedError):  # Windows: asyncio's own Ctrl-C ends us
            loop.add_signal_handler(number, told)
    return undo


def _welcome(page: Page) -> str:
    world = page.world
    pace = "in real time" if page.speed == 1 else f"{page.speed:g} times as fast as real time"
    again = " It goes on where it ended." if world.again else ""
    tries = enumerate(TAKE_PART if world.programme.windows else SET_UP, start=1)
    board = world.config.channels.board
    steps = "\n".join(f"  {number}. {what.format(board=board)}" for number, what in tries)
    return f"""
Open Spaces at {world.guild.name}, on a simulated Discord. Nothing leaves this computer.

    {page.address}

It is {world.now():%A, %-d %B %Y, %H:%M} in {world.zone.key}, and the clock runs {pace}.{again}
Try this:
{steps}
Ctrl-C ends it.
"""
