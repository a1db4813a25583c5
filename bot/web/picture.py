"""The board as a picture for previews, slides and chats. Nothing here waits, so it is drawn in a thread."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from xml.etree import ElementTree as ET

from bot.domain.models import name_in
from bot.domain.openings import Chance
from bot.ui.lettering import cut, width, wrap
from bot.ui.sheet import Sheet
from bot.ui.words import Words, wall_clock
from bot.web.view import Entry, Face

PAPER, SHADE, INK, SOFT, LINE = "#f6f5f1", "#eae7df", "#17191c", "#575b62", "#dedbd3"
GREEN, PALE, GOLD, GOLD_PALE, RED = "#0b5d4b", "#e2f0ea", "#6f4a00", "#faefd3", "#8c1d18"
"""The colours of the page, in data/web/static/board.css."""
MARGIN, GAP = 48, 40
HEAD, FOOT, TITLE, MORE = 164, 54, 46, 34
ROW = 66
"""The height of a session in a list."""
BADGE = 84
"""The room of its desk or time."""
QR = 112


class Size(Enum):
    """How large a picture is, in pixels, and in what it is drawn: a slide has room for more."""

    PREVIEW = (1200, 630), (1200, 630)
    SLIDE = (1920, 1080), (1440, 810)


NAMED = {f"{pixels[0]}x{pixels[1]}": size for size in Size for pixels in (size.value[0],)}
"""The sizes by their name in an address."""


def board_picture(words: Words, face: Face, now: datetime, address: str, size: Size = Size.PREVIEW) -> Sheet:
    """Return the picture as it is at `now`; `address` is that of the board's page, '' where it has none."""
    return _Picture(words, face, now, address, size).drawn()


@dataclass(frozen=True, slots=True)
class _Column:
    """One of the two lists: where it stands, and how many sessions it has room for."""

    x: float
    wide: float
    rows: int


class _Picture:
    """A picture that is being drawn."""

    def __init__(self, words: Words, face: Face, now: datetime, address: str, size: Size) -> None:
        pixels, (self.wide, self.high) = size.value
        self.words, self.face, self.now, self.address = words, face, now, address
        self.sheet = Sheet(self.wide, self.high, pixels, paper=PAPER)
        self.zone = face.programme.zone

    def drawn(self) -> Sheet:
        """Draw all of it."""
        self._head()
        half = (self.wide - 2 * MARGIN - GAP) / 2
        rows = int((self.high - HEAD - TITLE - MORE - FOOT) // ROW)
        self._on(_Column(MARGIN, half, rows))
        self._next(_Column(MARGIN + half + GAP, half, rows))
        self._foot()
        return self.sheet

    def _head(self) -> None:
        face, words, sheet = self.face, self.words, self.sheet
        sheet.box(0, 0, self.wide, 10, fill=GREEN)
        room = self.wide - 2 * MARGIN - (QR + 24 if self.address else 0)
        kicker = words("web-kicker")
        sheet.write(MARGIN, 56, cut(kicker, room, 24), 24, GREEN, strong=True)
        clock = f"{words.start(self._local(self.now))} · {words.clock_of(self.zone)}"
        beside = width(kicker, 24) + 24
        sheet.write(MARGIN + beside, 56, cut(clock, room - beside, 22), 22, SOFT)
        sheet.write(MARGIN, 106, cut(face.name, room, 44), 44, strong=True)
        status, colour = self._status()
        if face.since:
            status, colour = words("web-stale", time=self._when(face.since)), RED
        sheet.write(MARGIN, 148, cut(status, room, 26), 26, colour, strong=True)
        if self.address:
            _code(sheet, self.address, self.wide - MARGIN - QR, 34)

    def _status(self) -> tuple[str, str]:
        """Return how one stands with hosting now, as the page says it."""
        face, words, opening = self.face, self.words, self.face.opening
        found = words("web-closed"), SOFT
        if face.over:
            found = words("web-over"), SOFT
        elif face.pause is not None:
            found = words("web-paused"), RED
        elif opening.chance is Chance.NOW:
            limit = face.programme.limits.parallel_limit
            found = words.count("web-free", opening.free, limit=limit), GREEN
        elif opening.chance is Chance.FULL:
            found = words("web-late" if opening.free > 0 else "web-full"), SOFT
        elif opening.chance is Chance.LATER and opening.span:
            found = words("web-free-later", start=self._when(opening.span.start)), SOFT
        elif opening.chance is Chance.OPENS and opening.window:
            found = words("web-opens", start=self._when(opening.window.start)), SOFT
        return found

    def _on(self, column: _Column) -> None:
        face, words = self.face, self.words
        self._title(column, words("web-on"), len(face.on))
        none = "web-over-none" if face.over else "web-screen-none" if face.inviting else "web-on-closed"
        badges = [(f"{entry.desk}" if entry.desk else "", entry) for entry in face.on]
        until = [words("web-until", until=self._when(entry.end)) for entry in face.on]
        self._list(column, badges, until, words(none), GREEN)

    def _next(self, column: _Column) -> None:
        """Draw what comes next; where nothing does, what people would like somebody to host."""
        face, words = self.face, self.words
        if face.wanted and not face.next and not face.over:
            self._wanted(column)
            return
        title = words("web-next")
        if face.next and (day := face.programme.day_of(face.next[0].start)) != face.today:
            title += " · " + words.day(day)
        self._title(column, title, 0)
        badges = [(self._clock(entry.start), entry) for entry in face.next]
        until = [words("web-until", until=self._clock(entry.end)) for entry in face.next]
        self._list(column, badges, until, "" if face.over else words("picture-nothing"), SOFT)

    def _wanted(self, column: _Column) -> None:
        self._title(column, self.words("web-ideas"), 0)
        for number, idea in enumerate(self.face.wanted[: column.rows]):
            y = HEAD + TITLE + ROW * number
            self._badge(column, y, f"+{idea.people}", GOLD)
            room = column.wide - BADGE
            self.sheet.write(column.x + BADGE, y + 42, cut(idea.topic, room, 26), 26, strong=True)

    def _title(self, column: _Column, title: str, count: int) -> None:
        y = HEAD + 26
        self.sheet.write(column.x, y, cut(title, column.wide - 60, 26), 26, strong=True)
        if count:
            self.sheet.write(column.x + column.wide, y, str(count), 26, GREEN, strong=True, at="end")
        self.sheet.box(column.x, HEAD + 37, column.wide, 2, fill=LINE)

    def _list(
        self,
        column: _Column,
        badges: Sequence[tuple[str, Entry]],
        until: Sequence[str],
        none: str,
        colour: str,
    ) -> None:
        """Draw sessions below each other; where not all fit, the last line says how many more there are."""
        y: float = HEAD + TITLE
        for (badge, entry), ends in zip(badges[: column.rows], until, strict=False):
            self._badge(column, y, badge, colour)
            self._row(column, y, entry, ends)
            y += ROW
        if more := max(0, len(badges) - column.rows):
            said = self.words.count("picture-more", more)
            self.sheet.write(column.x + BADGE, y + 24, cut(said, column.wide - BADGE, 20), 20, SOFT)
        for number, line in enumerate(wrap(none, column.wide, 24, 4) if not badges else ()):
            self.sheet.write(column.x, y + 36 + 34 * number, line, 24, SOFT)

    def _badge(self, column: _Column, y: float, badge: str, colour: str) -> None:
        if badge:
            pale = {GREEN: PALE, GOLD: GOLD_PALE}.get(colour, SHADE)
            wide, size = BADGE - 14, 34 if len(badge) < 4 else 24
            self.sheet.box(column.x, y + 7, wide, ROW - 14, fill=pale, corner=10)
            x, base = column.x + wide / 2, y + ROW / 2 + size * 0.36
            self.sheet.write(x, base, cut(badge, wide, size), size, colour, strong=True, at="middle")

    def _row(self, column: _Column, y: float, entry: Entry, until: str) -> None:
        sheet, x, room = self.sheet, column.x + BADGE, column.wide - BADGE
        sheet.write(x, y + 31, cut(entry.topic, room, 26), 26, strong=True)
        facts = [until]
        if entry.host:
            facts.append(self.words("web-with", host=entry.host))
        if entry.seats is not None:
            taken = min(entry.people, entry.seats)
            facts.append(self.words("web-seats", taken=taken, seats=entry.seats))
        elif entry.people:
            facts.append(self.words.count("web-joined", entry.people))
        sheet.write(x, y + 57, cut(" · ".join(facts), room, 20), 20, SOFT)

    def _foot(self) -> None:
        sheet, highlight, y = self.sheet, self.face.highlight, self.high - 18
        sheet.box(0, self.high - FOOT, self.wide, FOOT, fill=SHADE)
        where = cut(self.address.partition("://")[2], 620, 24)
        sheet.write(self.wide - MARGIN, y, where, 24, GREEN, strong=True, at="end")
        if highlight and not self.face.over:
            span = f"{self._when(highlight.start)}–{self._clock(highlight.end)}"
            said = f"★ {name_in(self.words.language, highlight)} {span}"
            room = self.wide - 2 * MARGIN - width(where, 24) - GAP
            sheet.write(MARGIN, y, cut(said, room, 24), 24, GOLD, strong=True)

    def _local(self, instant: datetime) -> datetime:
        return instant.astimezone(self.zone)

    def _clock(self, instant: datetime) -> str:
        return wall_clock(self._local(instant))

    def _when(self, instant: datetime) -> str:
        """Return a time; a clock's alone is enough today, another day needs its date."""
        if self.face.programme.day_of(instant) == self.face.today:
            return self._clock(instant)
        return self.words.start(self._local(instant))


def _code(sheet: Sheet, text: str, x: float, y: float) -> None:
    """Draw a QR code, black on white."""
    import segno  # noqa: PLC0415 - only what has an address needs it

    squares = list(segno.make(text, error="m", micro=False).matrix_iter(border=2))
    step = QR / len(squares)
    path = "".join(
        f"M{column},{row}h1v1h-1z"
        for row, line in enumerate(squares)
        for column, dark in enumerate(line)
        if dark
    )
    how = {"d": path, "fill": INK, "transform": f"translate({x:.1f} {y:.1f}) scale({step:.4f})"}
    ET.SubElement(sheet.root, "path", how | {"shape-rendering": "crispEdges"})
