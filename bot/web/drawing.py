"""From a board to what is sent: pages, and the parts of them that change, in one reader's language."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import partial
from hashlib import sha256
from pathlib import Path

from markupsafe import Markup

from bot.config_web import Page
from bot.service import Board
from bot.ui.veil import Veil
from bot.ui.words import ENGLISH, LANGUAGES, Words, words_for
from bot.web.assets import Assets, Body
from bot.web.render import Said, clock, drawn, environment, spoken
from bot.web.view import Face, face_of

HTML = "text/html"


class Kind(StrEnum):
    """The pages that keep themselves current."""

    BOARD = "board"
    SCREEN = "screen"
    SESSION = "session"
    EMBED = "embed"


PARTS = {
    Kind.BOARD: ("status", "on", "next", "ideas"),
    Kind.SCREEN: ("screen",),
    Kind.EMBED: ("status", "on", "next"),
}
"""The parts that pages always have; a board has one for each day besides."""


@dataclass(frozen=True, slots=True)
class Variant:
    """A page in a language; `chosen`: the reader chose it, so that links on the page keep it."""

    kind: Kind
    language: str
    chosen: bool = False

    @property
    def words(self) -> Words:
        """The words of its language."""
        return words_for(self.language)

    @property
    def query(self) -> str:
        """What links end with."""
        return f"?lang={self.language}" if self.chosen else ""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page is: the site's address, the path before all of ours, and the board's own name.

    `language` is what everyone in its server sees, and screens speak.
    """

    url: str
    base: str
    slug: str
    page: Page
    language: str = ENGLISH

    @property
    def path(self) -> str:
        """The path of the board."""
        return f"{self.base}/{self.slug}"

    @property
    def address(self) -> str:
        """The whole address of the board."""
        return f"{self.url}/{self.slug}"


@dataclass(frozen=True, slots=True)
class Drawn:
    """The parts of a page by name, and a name for just this content, which browsers give back.

    `said` is what a screen reader says of it, `edition` which files the page needs, and its language.
    """

    parts: Mapping[str, Markup]
    version: str
    said: str
    edition: str

    def since(self, before: Drawn) -> dict[str, str] | None:
        """Return the parts that are different now; None where the page as a whole is."""
        if self.parts.keys() != before.parts.keys():
            return None
        return {name: part for name, part in self.parts.items() if part != before.parts[name]}


class Drawer:
    """Draws boards. Nothing here waits, so it may work in a thread beside the loop."""

    def __init__(self, folder: Path) -> None:
        self.assets = Assets.read(folder / "static")
        self._env = environment(folder / "templates")

    def face(self, board: Board, place: Place, words: Words, now: datetime, since: datetime | None) -> Face:
        """Return what a board shows in a language."""
        return face_of(board, place.page, Veil.of(words, board.refused), now, since)

    def parts(self, face: Face, place: Place, variant: Variant) -> Drawn:
        """Return the parts of a page."""
        values = self._values(face, place, variant)
        parts = {name: drawn(self._env, f"parts/{name}.html", values) for name in PARTS[variant.kind]}
        if variant.kind is Kind.BOARD:
            for each in face.days:
                values["this"] = each
                parts[f"day-{each.date}"] = drawn(self._env, "parts/day.html", values)
        edition = self._edition(variant)
        text = "".join((edition, place.path, variant.query, *parts, *parts.values()))
        said = drawn(self._env, "parts/said.txt", values).unescape().strip()
        return Drawn(parts, sha256(text.encode()).hexdigest()[:16], said, edition)

    def _edition(self, variant: Variant) -> str:
        return f"{self.assets.edition}-{variant.language}"

    def page(self, face: Face, place: Place, variant: Variant, parts: Drawn) -> Body:
        """Return a whole page."""
        values = self._values(face, place, variant) | {"parts": parts.parts, "version": parts.version}
        return Body.of(HTML, drawn(self._env, f"{variant.kind}.html", values).encode())

    def session(self, face: Face, place: Place, variant: Variant, number: int, version: str) -> Body | None:
        """Return the page of one session; None where there is none of this number."""
        entry = face.entries.get(number)
        if entry is None:
            return None
        values = self._values(face, place, variant) | {"entry": entry, "version": version}
        return Body.of(HTML, drawn(self._env, "session.html", values).encode())

    def frame(self, face: Face, place: Place, variant: Variant, width: int, height: int) -> Markup:
        """Return what another site puts into a page of its own to embed the board."""
        values = self._values(face, place, variant) | {"width": width, "height": height}
        return drawn(self._env, "frame.html", values).strip()

    def notice(self, base: str, language: str, again: int = 0) -> Body:
        """Return the page that stands where nothing is; with `again`, where nothing can be shown for now: it
        is loaded again after so many seconds, also where a browser runs no scripts.
        """
        values = self._common(base) | {"t": Said(words_for(language)), "lang": language, "again": again}
        return Body.of(HTML, drawn(self._env, "notice.html", values).encode())

    def _common(self, base: str) -> dict[str, object]:
        return {"base": base, "asset": lambda name: f"{base}/-/{self.assets.names[name]}"}

    def _values(self, face: Face, place: Place, variant: Variant) -> dict[str, object]:
        words = variant.words
        return {
            **self._common(place.base),
            **spoken(words, face.programme.zone),
            "face": face,
            "path": place.path,
            "query": variant.query,
            "url": place.address,
            "invite": place.page.invite,
            "embeds": bool(place.page.embed_origins),
            "kind": variant.kind,
            "others": _others(variant.language),
            "when": partial(_when, words, face),
            "to": lambda entry: f"{place.path}/s/{entry.id}{variant.query}",
            "more": "&" if variant.query else "?",
            "edition": self._edition(variant),
            "limit": face.programme.limits.parallel_limit,
        }


def _others(language: str) -> list[tuple[str, str]]:
    """Return the other languages, each with its name in itself."""
    known = [(name, words_for(name)) for name in LANGUAGES if name != language]
    return [(name, words("web-language-name")) for name, words in known]


def _when(words: Words, face: Face, instant: datetime) -> Markup:
    """Return a time; a clock's alone is enough today, another day needs its date."""
    programme, time = face.programme, clock(instant, face.programme.zone)
    if programme.day_of(instant) == face.today:
        return time
    return Markup("{} {}").format(words.day(programme.local(instant).date()), time)


def event(drawn_now: Drawn, kind: Kind, parts: Mapping[str, str] | None, sessions: list[int] | None) -> bytes:
    """Return one event of the stream: the parts that are new (None: load the page anew), and what to say."""
    told: dict[str, object] = {"edition": drawn_now.edition}
    if kind is Kind.SESSION:
        told["sessions"] = sessions
    else:
        told |= {"parts": parts, "said": drawn_now.said}
    data = json.dumps(told, ensure_ascii=False)
    return f"id: {drawn_now.version}\nevent: board\ndata: {data}\n\n".encode()


def board_of(variant: Variant) -> Variant:
    """Return whose parts tell whether a page has changed: the board's, but for the screen."""
    if variant.kind is Kind.SESSION:
        return Variant(Kind.BOARD, variant.language, variant.chosen)
    return variant
