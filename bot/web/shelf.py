"""The boards that somebody looks at: read once per change, drawn once per change and language, for everyone.

What nobody has looked at since its last change is put away. A board is read again when something has changed
in its server, and when time alone changes it; however many readers there are, nobody polls.
"""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from typing import Any, TypeVar

import structlog

from bot.service import Board, Service
from bot.web.assets import Body
from bot.web.drawing import Drawer, Drawn, Place, Variant, board_of, event
from bot.web.streams import GONE, Streams
from bot.web.view import Face, changes_after

log = structlog.get_logger("web")
K = TypeVar("K")
V = TypeVar("V")

AGAIN = 30.0
"""Seconds after which a board that could not be read is tried again."""
LONGEST = 900.0
"""The longest wait for what time alone changes: it bounds how late a jump of the clock is noticed."""
SESSIONS = 500
"""Sessions' pages that are kept drawn."""


@dataclass(slots=True)
class Published:
    """A board as it was read last, and what was drawn of it since then.

    `since`: from when on it may have missed something.
    """

    guild_id: int
    board: Board
    place: Place
    read_at: datetime
    since: datetime | None
    faces: dict[str, Face] = field(default_factory=dict)
    parts: dict[Variant, Drawn] = field(default_factory=dict)
    wholes: dict[Variant, bytes] = field(default_factory=dict)
    pages: dict[Variant, Body] = field(default_factory=dict)
    sessions: dict[tuple[Variant, int], Body | None] = field(default_factory=dict)
    feeds: dict[tuple[str, str, date | None], Body] = field(default_factory=dict)
    drawing: asyncio.Lock = field(default_factory=asyncio.Lock)


@dataclass(slots=True)
class _Watched:
    """One server's board on the shelf: when it was read, when it is again, whether somebody asked since."""

    read: float
    published: Published
    asked: bool = True
    reading: asyncio.Task[None] | None = None
    changed: bool = False
    next: tuple[float, asyncio.Handle] | None = None


class Shelf:
    """Holds the boards. `place` says where a board's page is, `away` since when its server is out of reach.

    `shown` says of a board that was read whether it is public (R19).
    """

    gather = 0.1
    """Seconds for which changes are gathered: a command makes several."""
    apart = 1.0
    """Seconds between two readings of one board, so that a burst costs its readers little."""

    def __init__(
        self,
        service: Service,
        drawer: Drawer,
        streams: Streams,
        *,
        place: Callable[[int], Place],
        away: Callable[[int], datetime | None],
        shown: Callable[[Board], bool],
    ) -> None:
        self._service = service
        self._drawer = drawer
        self._streams = streams
        self._place = place
        self._away = away
        self._shown = shown
        self._boards: dict[int, _Watched] = {}
        self._opening: dict[int, asyncio.Task[Published]] = {}
        self._home = contextvars.copy_context()
        self._closed = False

    async def of(self, guild_id: int) -> Published:
        """Return a server's board; raises `StoreError` where it must be read and cannot be."""
        if watched := self._boards.get(guild_id):
            watched.asked = True
            return watched.published
        if guild_id not in self._opening:
            # The bot reads it, not the one who asks: others who ask meanwhile get it too.
            task = self._home.copy().run(asyncio.create_task, self._open(guild_id))
            task.add_done_callback(partial(self._opened, guild_id))
            self._opening[guild_id] = task
        return await asyncio.shield(self._opening[guild_id])

    def changed(self, guild_id: int) -> None:
        """Something may have changed in a server; where nobody looks at its board this costs nothing."""
        watched = self._boards.get(guild_id)
        if watched is None or self._closed:
            return
        if watched.reading:
            watched.changed = True
            return
        since = asyncio.get_running_loop().time() - watched.read
        self._plan(guild_id, watched, max(self.gather, self.apart - since))

    def all_changed(self) -> None:
        """Something may have changed in every server."""
        for guild_id in list(self._boards):
            self.changed(guild_id)

    async def close(self) -> None:
        """Stop reading."""
        self._closed = True
        reading = [watched.reading for watched in self._boards.values() if watched.reading]
        tasks: list[asyncio.Task[Any]] = [*reading, *self._opening.values()]
        for watched in self._boards.values():
            if watched.next:
                watched.next[1].cancel()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    # ------------------------------------------------------------------ what is drawn

    async def parts(self, published: Published, variant: Variant) -> Drawn:
        """Return the parts of a page, drawn once for all readers."""

        def draw() -> Drawn:
            return self._drawer.parts(self.face(published, variant), published.place, variant)

        return await _once(published, published.parts, variant, draw)

    async def whole(self, published: Published, variant: Variant) -> tuple[str, bytes]:
        """Return the version of a page, and the event that says all of it, the same bytes for all readers."""
        parts = await self.parts(published, board_of(variant))
        if variant not in published.wholes:
            published.wholes[variant] = event(parts, variant.kind, parts.parts, None)
        return parts.version, published.wholes[variant]

    async def page(self, published: Published, variant: Variant) -> Body:
        """Return a whole page, drawn once for all readers."""
        parts = await self.parts(published, variant)

        def draw() -> Body:
            return self._drawer.page(self.face(published, variant), published.place, variant, parts)

        return await _once(published, published.pages, variant, draw)

    async def session(self, published: Published, variant: Variant, number: int) -> Body | None:
        """Return the page of one session; None where there is none of this number."""
        if not any(posted.session.id == number for posted in published.board.sessions):
            return None
        version = (await self.parts(published, board_of(variant))).version
        if len(published.sessions) >= SESSIONS:
            published.sessions.clear()

        def draw() -> Body | None:
            face = self.face(published, variant)
            return self._drawer.session(face, published.place, variant, number, version)

        return await _once(published, published.sessions, (variant, number), draw)

    async def feed(
        self, published: Published, key: tuple[str, str, date | None], make: Callable[[], Awaitable[Body]]
    ) -> Body:
        """Return what programs read: its name, language and day, made once for all readers."""
        if key not in published.feeds:
            async with published.drawing:
                if key not in published.feeds:
                    published.feeds[key] = await make()
        return published.feeds[key]

    def face(self, published: Published, variant: Variant) -> Face:
        """Return what a board shows in a language."""
        face = published.faces.get(variant.language)
        if face is None:
            face = self._drawer.face(
                published.board, published.place, variant.words, published.read_at, published.since
            )
            published.faces[variant.language] = face
        return face

    # ------------------------------------------------------------------ what changes

    async def _open(self, guild_id: int) -> Published:
        now, board = asyncio.get_running_loop().time(), await self._service.boards.read(guild_id)
        self._boards[guild_id] = watched = _Watched(now, self._new(board))
        self._plan(guild_id, watched, self._seconds(watched.published))
        return watched.published

    def _opened(self, guild_id: int, task: asyncio.Task[Published]) -> None:
        self._opening.pop(guild_id, None)
        if not task.cancelled():
            task.exception()  # told to those who asked, if they are still there

    def _new(self, board: Board, since: datetime | None = None) -> Published:
        guild_id = board.guild_id
        since = since or self._away(guild_id)
        return Published(guild_id, board, self._place(guild_id), self._service.now(), since)

    def _plan(self, guild_id: int, watched: _Watched, seconds: float) -> None:
        """Read a board again after so many seconds, or sooner where that is planned already."""
        loop = asyncio.get_running_loop()
        at = loop.time() + seconds
        if self._closed or (watched.next and watched.next[0] <= at):
            return
        if watched.next:
            watched.next[1].cancel()
        begin = self._begin
        later = loop.call_later(seconds, begin, guild_id) if seconds > 0 else loop.call_soon(begin, guild_id)
        watched.next = at, later

    def _seconds(self, published: Published) -> float:
        """Return in how many seconds time alone changes a board."""
        now = self._service.now()
        due = changes_after(published.board, now)
        return max(0.0, min((due - now).total_seconds(), LONGEST)) if due else LONGEST

    def _begin(self, guild_id: int) -> None:
        watched = self._boards[guild_id]
        watched.next = None
        if not watched.reading and not watched.asked and not self._streams.of(guild_id):
            del self._boards[guild_id]
        elif not watched.reading:
            watched.asked = False
            again = self._again(guild_id, watched)
            watched.reading = asyncio.create_task(again, name=f"page of {guild_id}")

    async def _again(self, guild_id: int, watched: _Watched) -> None:
        """Read a board again, and tell its readers."""
        watched.changed, watched.read = False, asyncio.get_running_loop().time()
        seconds = AGAIN
        try:
            seconds = await self._renew(watched, watched.published)
        except Exception:
            # The board's own boundary: whatever it is, others go on and this one is tried again.
            log.exception("a board could not be drawn", guild=guild_id)
        watched.reading = None
        self._plan(guild_id, watched, seconds)
        if watched.changed:
            self.changed(guild_id)

    async def _renew(self, watched: _Watched, old: Published) -> float:
        """Return when to read again, in seconds; a board that cannot be read stays, and says since when."""
        try:
            new, seconds = self._new(await self._service.boards.read(old.guild_id)), None
        except Exception as error:  # noqa: BLE001 - whatever it is, what was read before is better than nothing
            log.error(
                "a board could not be read", guild=old.guild_id, error=f"{type(error).__name__}: {error}"
            )
            new, seconds = self._new(old.board, old.since or self._service.now()), AGAIN
        if not self._shown(new.board):
            self._streams.end(old.guild_id, GONE)
        elif new.place.language != old.place.language:
            self._streams.end(old.guild_id)  # who comes back hears in which language
        due = changes_after(old.board, old.read_at)
        same = (new.board, new.place, new.since) == (old.board, old.place, old.since)
        if not same or (due and due <= new.read_at):
            watched.published = new
            await self._tell(old, new)
        return self._seconds(new) if seconds is None else seconds

    async def _tell(self, old: Published, new: Published) -> None:
        """Send what is different to all who look at the board."""
        sessions = _different(old, new)
        for variant in self._streams.of(new.guild_id):
            before = old.parts.get(board_of(variant))
            parts = await self.parts(new, board_of(variant))
            if before is None or parts.version != before.version or sessions:
                _, whole = await self.whole(new, variant)
                some = event(parts, variant.kind, parts.since(before), sessions) if before else whole
                await self._streams.tell(new.guild_id, variant, some, whole)


async def _once(published: Published, kept: dict[K, V], key: K, draw: Callable[[], V]) -> V:
    """Return what is kept, drawn beside the loop where it is not; who asks meanwhile waits for that."""
    if key not in kept:
        async with published.drawing:
            if key not in kept:
                kept[key] = await asyncio.to_thread(draw)
    return kept[key]


def _different(old: Published, new: Published) -> list[int]:
    """Return the ids of the sessions whose pages show something else than before."""
    before = {posted.session.id: posted for posted in old.board.sessions}
    return [
        posted.session.id
        for posted in new.board.sessions
        if before.get(posted.session.id) != posted
        or any(old.read_at < at <= new.read_at for at in (posted.session.start, posted.session.end))
    ]
