"""Where programs and other sites read a board: pictures, calendars, JSON, and what another site embeds."""

from __future__ import annotations

import asyncio
import re
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from aiohttp import web

from bot.service import Service
from bot.service.calendars import Dated
from bot.ui.veil import Veil
from bot.web import feeds
from bot.web.assets import Body
from bot.web.drawing import Drawer, Kind, Variant
from bot.web.picture import NAMED, Size, board_picture
from bot.web.server import framed_by
from bot.web.shelf import Published, Shelf

if TYPE_CHECKING:
    from bot.web.site import Site

APART = 15.0
"""Seconds between two drawings of one picture: each holds up the loop for a tenth of a second."""
PICTURES = 48
"""Pictures that are kept."""
WIDTH, HEIGHT = (300, 800, 1600), (300, 600, 1200)
"""How wide and high an embedded board is: at least, usually, and at most."""
PNG, SVG, ICS, JSON = "image/png", "image/svg+xml", "text/calendar", "application/json"
SCHEMA = "application/schema+json"


@dataclass(slots=True)
class _Picture:
    """A picture as it was drawn last, of which board and when, and since when it looks so."""

    body: Body
    published: Published
    drawn: float
    since: datetime


class Pictures:
    """Draws each picture at most once per change and `APART` seconds, one at a time."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self._kept: OrderedDict[tuple[int, str, Size, str], _Picture] = OrderedDict()
        self._drawing = asyncio.Lock()

    async def of(self, published: Published, variant: Variant, size: Size, kind: str) -> _Picture:
        """Return the picture of a board in a language."""
        key = published.guild_id, variant.language, size, kind
        if self._is_current(self._kept.get(key), published):
            return self._kept[key]
        async with self._drawing:
            old = self._kept.get(key)
            if old and self._is_current(old, published):
                return old
            body = await asyncio.to_thread(self._draw, published, variant, size, kind)
            same = old is not None and old.body.tag == body.tag
            since = old.since if old and same else published.read_at
            new = _Picture(body, published, asyncio.get_running_loop().time(), since)
            self._kept[key] = new
            self._kept.move_to_end(key)
            if len(self._kept) > PICTURES:
                self._kept.popitem(last=False)
            return new

    def _is_current(self, kept: _Picture | None, published: Published) -> bool:
        if kept is None:
            return False
        if kept.published.place.page != published.place.page or kept.published.board.refused != (
            published.board.refused
        ):
            return False  # what is not to be shown any more goes at once
        return kept.published is published or asyncio.get_running_loop().time() - kept.drawn < APART

    def _draw(self, published: Published, variant: Variant, size: Size, kind: str) -> Body:
        face = self._shelf.face(published, variant)
        sheet = board_picture(variant.words, face, published.read_at, published.place.address, size)
        return Body.of(SVG, sheet.svg().encode()) if kind == SVG else Body.as_it_is(PNG, sheet.png())


class Outlets:
    """Answers requests. What the site does not publish is not here either (R19)."""

    def __init__(self, site: Site, service: Service, shelf: Shelf, drawer: Drawer, folder: Path) -> None:
        self._site = site
        self._drawer = drawer
        self._service = service
        self._shelf = shelf
        self._pictures = Pictures(shelf)
        self._schemas = {
            path.name: Body.of(SCHEMA, path.read_bytes()) for path in sorted(folder.glob("*.json"))
        }

    def picture(self, kind: str) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        """Return what answers with the board as a picture; other sites may show it."""

        async def answer(request: web.Request) -> web.StreamResponse:
            published = await self._site.published(request)
            size = NAMED.get(request.query.get("size", "1200x630"))
            if size is None:
                raise web.HTTPNotFound
            found = await self._pictures.of(published, self._variant(request, published), size, kind)
            response = self._site.send(request, found.body, since=found.since)
            response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
            return response

        return answer

    async def calendar(self, request: web.Request) -> web.StreamResponse:
        """Answer with the sessions of all days, or of one, as a calendar."""
        published = await self._site.published(request)
        variant, programme = self._variant(request, published), published.board.programme
        day = _day(request.match_info.get("day"))
        if day and day not in {
            *programme.days(),
            *(programme.day_of(each.session.start) for each in published.board.sessions),
        }:
            raise web.HTTPNotFound

        async def make() -> Body:
            dated = await self._service.calendars.everyone(published.guild_id)
            dated = feeds.of_day(dated, programme, day) if day else dated
            return await self._drawn(published, variant, dated)

        body = await self._shelf.feed(published, ("calendar", variant.language, day), make)
        return self._shared(request, published, body)

    async def own(self, request: web.Request) -> web.StreamResponse:
        """Answer with the sessions of the one who has this private link."""
        published = await self._site.published(request)
        dated = await self._service.calendars.by_link(published.guild_id, request.match_info["secret"])
        if dated is None:
            raise web.HTTPNotFound
        body = await self._drawn(published, self._variant(request, published), dated, own=True)
        return self._site.send(request, body, cache="private, no-cache")

    async def _drawn(
        self, published: Published, variant: Variant, dated: Dated, *, own: bool = False
    ) -> Body:
        veil = Veil.of(variant.words, published.board.refused)
        programme = published.board.programme
        make = partial(feeds.ics, variant.words, dated, published.place, veil, programme, own=own)
        return await asyncio.to_thread(lambda: Body.of(ICS, make()))

    async def sessions(self, request: web.Request) -> web.StreamResponse:
        """Answer with the board as JSON, by our own schema."""
        return await self._json(
            request, "sessions", lambda _, face, published: feeds.sessions(face, published.place)
        )

    async def schedule(self, request: web.Request) -> web.StreamResponse:
        """Answer with what takes place, as frab and pretalx give it."""
        return await self._json(
            request,
            "schedule",
            lambda words, face, published: feeds.schedule(words, face, published.place, published.guild_id),
        )

    async def _json(self, request: web.Request, name: str, draw: feeds.Draw) -> web.StreamResponse:
        published = await self._site.published(request)
        variant = self._variant(request, published)

        async def make() -> Body:
            def drawn() -> Body:
                face = self._shelf.face(published, variant)
                return Body.of(JSON, feeds.as_json(draw(variant.words, face, published)))

            return await asyncio.to_thread(drawn)

        body = await self._shelf.feed(published, (name, variant.language, None), make)
        return self._shared(request, published, body)

    async def schema(self, request: web.Request) -> web.StreamResponse:
        """Answer with one of the schemas that are published."""
        body = self._schemas.get(request.match_info["name"])
        if body is None:
            raise web.HTTPNotFound
        response = self._site.send(request, body)
        response.headers["Access-Control-Allow-Origin"] = "*"
        return response

    async def embed(self, request: web.Request) -> web.StreamResponse:
        """Answer with the board for other sites: those that organizers name may show it inside of theirs."""
        published = await self._embeddable(request, request.match_info["slug"])
        variant = self._site.variant(request, Kind.EMBED, published.guild_id)
        response = self._site.send(request, await self._shelf.page(published, variant))
        response.headers["Content-Security-Policy"] = framed_by(published.place.page.embed_origins)
        return response

    async def oembed(self, request: web.Request) -> web.StreamResponse:
        """Say how a board is embedded, for sites that ask so (https://oembed.com)."""
        found = re.match(re.escape(self._site.url) + r"/([\w-]+)(?:[/?#]|$)", request.query.get("url", ""))
        if found is None or request.query.get("format", "json") != "json":
            raise web.HTTPNotFound
        published = await self._embeddable(request, found[1])
        variant = self._variant(request, published)
        width, height = _side(request, "maxwidth", WIDTH), _side(request, "maxheight", HEIGHT)

        def draw() -> Body:
            face, place = self._shelf.face(published, variant), published.place
            frame = self._drawer.frame(face, place, variant, width, height)
            return Body.of(
                JSON, feeds.as_json(feeds.oembed(variant.words, face, place, frame, (width, height)))
            )

        return self._shared(request, published, await asyncio.to_thread(draw))

    async def _embeddable(self, request: web.Request, slug: str) -> Published:
        published = await self._site.published(request, slug)
        if not published.place.page.embed_origins:
            raise web.HTTPNotFound
        return published

    def _variant(self, request: web.Request, published: Published) -> Variant:
        """Return the language that is asked for, or the server's: programs speak none of their own."""
        return self._site.variant(request, Kind.SCREEN, published.guild_id)

    def _shared(self, request: web.Request, published: Published, body: Body) -> web.StreamResponse:
        """Answer so that pages of the sites that organizers name can read it too."""
        response = self._site.send(request, body)
        response.headers["Vary"] = "Accept-Encoding, Origin"
        origin = request.headers.get("Origin", "")
        if origin in published.place.page.embed_origins:
            response.headers["Access-Control-Allow-Origin"] = origin
        return response


def _day(text: str | None) -> date | None:
    """Return the day that an address names; one that no calendar has is as if it were not there."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise web.HTTPNotFound from None


def _side(request: web.Request, name: str, sides: tuple[int, int, int]) -> int:
    """Return how long a side may be that a site asks for."""
    least, usual, most = sides
    asked = request.query.get(name, "")
    return max(least, min(int(asked), most)) if re.fullmatch(r"\d{1,5}", asked, re.ASCII) else usual
