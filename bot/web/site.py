"""The site: which page is where, for whom, and how it is sent. `ROUTES` has every address there is."""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from email.utils import format_datetime
from random import uniform
from urllib.parse import urlsplit

import discord
import structlog
from aiohttp import web

from bot.config_web import Web
from bot.paths import data_folder
from bot.service import Board, Rulebook, Service
from bot.ui.gate import everyone_sees
from bot.ui.words import BOTH, ENGLISH, LANGUAGES, words_for
from bot.web.assets import Body
from bot.web.drawing import Drawer, Kind, Place, Variant
from bot.web.guard import PERIOD, Proxies, Rates
from bot.web.languages import accepted, chosen
from bot.web.outlets import PNG, SVG, Outlets
from bot.web.pulse import Listen, Pulse, hear_of_sight
from bot.web.server import Runner, dressed, has_it, peer_of, room
from bot.web.shelf import Published, Shelf
from bot.web.streams import BEAT, FullError, Streams

log = structlog.get_logger("web")

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
ADDRESS = web.RequestKey("address", str)
AGAIN = 15
"""Seconds after which a browser asks again for a page that cannot be shown now."""
RETRY = 15.0
"""Seconds between two tries to open the port, where another program has it."""
COME_BACK = (2000, 6000)
"""Milliseconds after which a reader's browser comes back: not all of them in the same instant."""
STREAM = {
    "Content-Type": "text/event-stream; charset=utf-8",
    "Cache-Control": "no-store",
    "X-Accel-Buffering": "no",  # nginx would hold back what is to be there at once
}


class Site:
    """The pages of all servers that show theirs."""

    def __init__(self, client: discord.Client, service: Service, rulebook: Rulebook, settings: Web) -> None:
        self._client = client
        self._rulebook = rulebook
        self._settings = settings
        self._base = urlsplit(settings.public_url).path
        self._drawer = Drawer(data_folder() / "web")
        self._most = room()
        home = contextvars.copy_context()
        self._now: Callable[[], datetime] = lambda: home.run(service.now)
        self.streams = Streams(self._most * 2 // 3)
        self.pulse = Pulse(client, service.now)
        self.shelf = Shelf(
            service,
            self._drawer,
            self.streams,
            place=self.place,
            away=self.pulse.since,
            shown=self.shows,
        )
        self.pulse.tells(self.shelf.all_changed)
        self._proxies = Proxies(settings.trusted_proxies)
        self._rates = Rates()
        self.outlets = Outlets(self, service, self.shelf, self._drawer, data_folder() / "web" / "schemas")
        self._nothing = {each: self._drawer.notice(self._base, each) for each in LANGUAGES}
        self._later = {each: self._drawer.notice(self._base, each, AGAIN) for each in LANGUAGES}
        self._runner: Runner | None = None
        self._work: list[asyncio.Task[None]] = []
        self._failed_at = float("-inf")

    # ------------------------------------------------------------------ begin and end

    @property
    def url(self) -> str:
        """What all addresses of pages begin with."""
        return self._settings.public_url

    @property
    def port(self) -> int:
        """The port that is open; 0 where none is."""
        return self._runner.addresses[0][1] if self._runner and self._runner.addresses else 0

    async def start(self) -> None:
        """Open the port. Where that cannot be, the bot works all the same, and tries again."""
        app = web.Application(middlewares=[self._guard], client_max_size=1024)
        app.add_routes([web.get(path, handler(self)) for path, handler in ROUTES])
        app.on_response_prepare.append(dressed)
        self._runner = runner = Runner(app, self._most, self._proxies)
        await self._apart(runner.setup())
        if not await self._apart(self._open(runner)):
            self._work.append(asyncio.create_task(self._open_later(runner), name="web"))
        # Readers' signs of life belong to no command either.
        loop = asyncio.get_running_loop()
        self._work.append(contextvars.Context().run(loop.create_task, self._beats()))

    async def _apart(self, work: Awaitable[bool | None]) -> bool | None:
        """Do some work in a context of its own: what is served is part of no command and no server's."""

        async def doing() -> bool | None:
            return await work

        loop = asyncio.get_running_loop()
        return await contextvars.Context().run(loop.create_task, doing())

    async def _open(self, runner: Runner) -> bool:
        site = web.TCPSite(runner, self._settings.address, self._settings.port, backlog=1024)
        try:
            await site.start()
        except OSError as error:
            await site.stop()
            place = f"{self._settings.address}:{self._settings.port}"
            log.error("the web's port cannot be used; it is tried again", place=place, error=error.strerror)
            return False
        log.info("serving pages", url=self._settings.public_url, port=self.port)
        return True

    async def _open_later(self, runner: Runner) -> None:
        opened = False
        while not opened:
            await asyncio.sleep(RETRY)
            opened = bool(await self._apart(self._open(runner)))

    async def _beats(self) -> None:
        while True:
            await asyncio.sleep(BEAT)
            await self.beat()

    async def beat(self) -> None:
        """Give all readers a sign of life."""
        await self.streams.beat(self._alive())

    def _alive(self) -> bytes:
        """Return a sign of life with the bot's time, by which screens count: a machine's own may be wrong."""
        return f"event: beat\ndata: {self._now().timestamp():.0f}\n\n".encode()

    async def close(self) -> None:
        """End all streams, then the server."""
        self.streams.end()
        for task in self._work:
            task.cancel()
        await asyncio.gather(*self._work, return_exceptions=True)
        await self.shelf.close()
        if self._runner:
            await self._runner.cleanup()

    def changed(self, guild_id: int) -> None:
        """Something may have changed in a server."""
        self.shelf.changed(guild_id)

    def listen(self, listen: Listen) -> None:
        """Take part in what the bot hears, by its `add_listener`."""
        self.pulse.listen(listen)
        hear_of_sight(listen, self.changed)

    # ------------------------------------------------------------------ who shows what

    def place(self, guild_id: int) -> Place:
        """Return where a server's page is."""
        server = self._rulebook.of(guild_id).server
        page = server.page
        slug = page.slug if self._named(page.slug) == guild_id else str(guild_id)
        return Place(self._settings.public_url, self._base, slug, page, server.language)

    def _named(self, slug: str) -> int | None:
        """Return the server whose page has this name; one from the file is that of the first server."""
        if not slug:
            return None
        found = self._rulebook.named(slug)
        if found is None and slug == self._rulebook.base.page.slug:
            theirs = (g.id for g in self._client.guilds if self._rulebook.of(g.id).server.page.slug == slug)
            return min(theirs, default=None)
        return found

    def _guild(self, slug: str) -> discord.Guild | None:
        """Return the server whose page this is, where it has one; costs a look into a table."""
        named = not (slug.isdecimal() and slug.isascii() and len(slug) < 20)
        number = self._named(slug.lower()) if named else int(slug)  # a poster may have it in capitals
        guild = self._client.get_guild(number) if number else None
        if guild is None:
            return None
        rules = self._rulebook.of(guild.id)
        return guild if rules.live and rules.server.page.on else None

    def shows(self, board: Board) -> bool:
        """Whether a board is public: everyone in the server sees it, or its organizers say so (R19)."""
        guild = self._client.get_guild(board.guild_id)
        if guild is None or guild.me is None:
            return False  # nothing is known of it
        return self.public(guild, board.place, board.area)

    def public(self, guild: discord.Guild, board: int | None, area: int | None) -> bool:
        """Whether a server's board is there for everyone, given its channels in Discord (R19)."""
        rules = self._rulebook.of(guild.id)
        if not (rules.live and rules.server.page.on):
            return False
        return rules.server.page.public_though_hidden or everyone_sees(guild, board, area)

    async def published(self, request: web.Request, slug: str | None = None) -> Published:
        """Return the board that a request asks for; what is not public is as if it were not there."""
        if not self._client.is_ready():
            raise web.HTTPServiceUnavailable  # a browser comes back; what is not there, it would let go
        guild = self._guild(request.match_info["slug"] if slug is None else slug)
        if guild is None:
            raise web.HTTPNotFound
        if guild.me is None:
            raise web.HTTPServiceUnavailable
        published = await self.shelf.of(guild.id)
        if not self.shows(published.board):
            raise web.HTTPNotFound
        return published

    # ------------------------------------------------------------------ requests

    @web.middleware
    async def _guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Let nobody ask too much or for what is not there, and tell nothing of what went wrong."""
        forwarded = request.headers.getall("X-Forwarded-For", [])
        address = self._proxies.asker(peer_of(request.transport), forwarded)
        if not await self._rates.admits(address):
            return self._notice(request, self._later, 429, PERIOD)
        request[ADDRESS] = address
        try:
            return await handler(request)
        except web.HTTPNotFound:
            return self._notice(request, self._nothing, 404)
        except web.HTTPServiceUnavailable:
            return self._notice(request, self._later, 503, AGAIN)
        except web.HTTPException as error:
            kept = {"Allow": error.headers["Allow"]} if "Allow" in error.headers else None
            return web.Response(status=error.status, headers=kept)
        except ConnectionError:
            raise  # the reader has gone
        except Exception:
            # Each at most once a minute: a page that fails is asked for again and again.
            now = asyncio.get_running_loop().time()
            if now - self._failed_at > 60:
                self._failed_at = now
                log.exception("a page failed")
            if request.writer.output_size:
                raise ConnectionError("something was sent already") from None
            return self._notice(request, self._later, 500)

    def _notice(
        self, request: web.Request, said: Mapping[str, Body], status: int, again: float = 0
    ) -> web.Response:
        """Answer with a page that says nothing of why."""
        body = said[accepted(request.headers.get("Accept-Language", ""), "en").language]
        response = self.send(request, body, status=status)
        if again:
            response.headers["Retry-After"] = f"{again:.0f}"
        return response

    def variant(self, request: web.Request, kind: Kind, guild_id: int) -> Variant:
        """Return the page that a reader gets: in the language that they chose, or their browser asks for.

        A screen speaks to everyone who passes, so it speaks the server's language.
        """
        if words := chosen(request.query.get("lang", "")):
            return Variant(kind, words.language, chosen=True)
        server = self._rulebook.of(guild_id).server.language
        if kind is Kind.SCREEN:
            return Variant(kind, words_for(server).language)
        otherwise = ENGLISH if server == BOTH else server
        return Variant(kind, accepted(request.headers.get("Accept-Language", ""), otherwise).language)

    def send(
        self,
        request: web.Request,
        body: Body,
        *,
        status: int = 200,
        cache: str = "no-cache",
        since: datetime | None = None,
    ) -> web.Response:
        """Return an answer: nothing where the browser has just this already, else compressed if it may be.

        `since`: it has been so since then.
        """
        headers = {
            "Cache-Control": cache,
            "ETag": f'"{body.tag}"',
            "Vary": "Accept-Language, Accept-Encoding",
        }
        if since:
            headers["Last-Modified"] = format_datetime(since, usegmt=True)
        if status == 200 and has_it(request, body.tag, since):
            return web.Response(status=304, headers=headers)
        packed = bool(body.packed) and "gzip" in request.headers.get("Accept-Encoding", "")
        if packed:
            headers["Content-Encoding"] = "gzip"
        headers["Content-Type"] = f"{body.kind}; charset=utf-8" if body.packed else body.kind
        return web.Response(status=status, headers=headers, body=body.packed if packed else body.plain)

    def page_of(self, kind: Kind) -> Handler:
        """Return what answers with the board, or with the screen."""

        async def page(request: web.Request) -> web.StreamResponse:
            published = await self.published(request)
            variant = self.variant(request, kind, published.guild_id)
            return self.send(request, await self.shelf.page(published, variant))

        return page

    async def session(self, request: web.Request) -> web.StreamResponse:
        """Answer with one session."""
        published = await self.published(request)
        variant = self.variant(request, Kind.SESSION, published.guild_id)
        body = await self.shelf.session(published, variant, int(request.match_info["number"]))
        if body is None:
            raise web.HTTPNotFound
        return self.send(request, body)

    async def asset(self, request: web.Request) -> web.StreamResponse:
        """Answer with a file that pages need; it never changes under its name."""
        body = self._drawer.assets.files.get(request.match_info["name"])
        if body is None:
            raise web.HTTPNotFound
        return self.send(request, body, cache="public, max-age=31536000, immutable")

    async def events(self, request: web.Request) -> web.StreamResponse:
        """Tell a reader of every change for as long as they stay."""
        published = await self.published(request)
        kind = request.query.get("of", "")
        kind = Kind(kind) if kind in {*Kind} else Kind.BOARD
        variant, guild_id = self.variant(request, kind, published.guild_id), published.guild_id
        response = web.StreamResponse(headers=STREAM)
        if request.method == "HEAD":
            return response
        transport = request.transport
        if transport is None:
            raise ConnectionError("the reader has gone")
        try:
            stream = self.streams.open(guild_id, variant, request[ADDRESS], transport.abort)
        except FullError:
            return web.Response(status=503, headers={"Retry-After": "60"})
        try:
            await response.prepare(request)
            retry = f"retry: {uniform(*COME_BACK):.0f}\n\n"  # noqa: S311 - no secret
            await response.write(retry.encode() + self._alive())
            # Read only now: what changes from here on is told.
            version, whole = await self.shelf.whole(await self.shelf.of(guild_id), variant)
            known = request.headers.get("Last-Event-ID") or request.query.get("v", "")
            stream.begin(b"" if known == version else whole)
            del whole
            await stream.carry(response)
        finally:
            self.streams.close(guild_id, variant, request[ADDRESS], stream)
        return response


ROUTES: list[tuple[str, Callable[[Site], Handler]]] = [
    ("/-/oembed", lambda site: site.outlets.oembed),
    ("/-/schemas/{name}", lambda site: site.outlets.schema),
    ("/-/{name}", lambda site: site.asset),
    ("/{slug}", lambda site: site.page_of(Kind.BOARD)),
    ("/{slug}/", lambda site: site.page_of(Kind.BOARD)),
    ("/{slug}/screen", lambda site: site.page_of(Kind.SCREEN)),
    ("/{slug}/embed", lambda site: site.outlets.embed),
    ("/{slug}/board.png", lambda site: site.outlets.picture(PNG)),
    ("/{slug}/board.svg", lambda site: site.outlets.picture(SVG)),
    ("/{slug}/calendar.ics", lambda site: site.outlets.calendar),
    (r"/{slug}/calendar/{day:\d{4}-\d\d-\d\d}.ics", lambda site: site.outlets.calendar),
    (r"/{slug}/mine/{secret:[\w-]{32}}.ics", lambda site: site.outlets.own),
    ("/{slug}/sessions.json", lambda site: site.outlets.sessions),
    ("/{slug}/schedule.json", lambda site: site.outlets.schedule),
    ("/{slug}/events", lambda site: site.events),
    (r"/{slug}/s/{number:\d{1,18}}", lambda site: site.session),
]
"""Every address, and what answers there. No slug is shorter than three signs, so `/-/` is ours."""
