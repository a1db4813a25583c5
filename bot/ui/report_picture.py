"""The report as a picture that is read on a phone: drawn as SVG, turned into PNG by resvg."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from xml.etree import ElementTree as ET

from bot.domain.models import Session
from bot.domain.programme import Programme
from bot.domain.report import Hour, Popular, Report
from bot.ui.lettering import cut, width, wrap
from bot.ui.report import hours, others
from bot.ui.sheet import BLUE, FAINT, GOLD, GREY, INK, PALE, Sheet
from bot.ui.words import Words

WIDTH = 1080
"""Pixels: a phone shows it whole at a third of that, on which the sizes of the letters are chosen."""
MARGIN = 56
ROOM = WIDTH - 2 * MARGIN
DAYS = 4
"""Days whose hours are drawn at most."""
TAKEAWAYS = 5
"""Takeaways that are quoted at most."""
BARS = 150
"""Pixels of the highest bar."""


async def picture(words: Words, report: Report, programme: Programme) -> bytes:
    """Return the report as a PNG, in the words of one language."""
    return await asyncio.to_thread(_drawn, words, report, programme)


def _drawn(words: Words, report: Report, programme: Programme) -> bytes:
    return _filled(words, report, programme).png()


def svg(words: Words, report: Report, programme: Programme) -> str:
    """Return the picture as SVG; strangers' words are text in it, never markup (R16)."""
    return _filled(words, report, programme).svg()


def _filled(words: Words, report: Report, programme: Programme) -> _Page:
    page = _Page()
    _head(page, words, report, programme)
    _tiles(page, words, report)
    _hours(page, words, report, programme)
    _popular(page, words, report.popular)
    _takeaways(page, words, report)
    page.end()
    return page


class _Page(Sheet):
    """A sheet that is filled from above; `y` is where it goes on."""

    def __init__(self) -> None:
        super().__init__(WIDTH, 0)
        self.y = float(MARGIN)

    def end(self) -> None:
        """Cut the sheet where it is filled to."""
        height = str(round(self.y + MARGIN))
        self.root.set("height", height)
        self.paper.set("height", height)

    def lines(
        self, lines: Sequence[str], size: float, fill: str = INK, *, x: float = MARGIN, strong: bool = False
    ) -> None:
        """Write lines below each other and go on below them."""
        for line in lines:
            self.y += size
            self.write(x, self.y, line, size, fill, strong=strong)
            self.y += size * 0.38

    def line(self, y: float, fill: str, dashes: str = "") -> None:
        """Draw a line across."""
        how = {"x1": str(MARGIN), "x2": str(WIDTH - MARGIN), "y1": f"{y:.1f}", "y2": f"{y:.1f}"}
        how |= {"stroke": fill, "stroke-width": "3"} | ({"stroke-dasharray": dashes} if dashes else {})
        ET.SubElement(self.root, "line", how)

    def heading(self, words: str) -> None:
        """Begin a part."""
        self.y += 34
        self.lines(wrap(words, ROOM, 46, 2), 46, strong=True)
        self.y += 10


def _head(page: _Page, words: Words, report: Report, programme: Programme) -> None:
    page.lines(wrap(report.name, ROOM, 64, 3), 64, strong=True)
    when = words(
        "report-as-of", start=words.start(programme.local(report.now)), clock=words.clock_of(programme.zone)
    )
    page.lines(wrap(words("report-title"), ROOM, 42, 1), 42, BLUE, strong=True)
    page.lines(wrap(when, ROOM, 32, 2), 32, GREY)
    page.y += 18


def _tiles(page: _Page, words: Words, report: Report) -> None:
    """The numbers, two beside each other, and in one line what did not take place or is still to."""
    total, gap, high = report.total, 24, 190
    tiles = [
        (str(total.held), "held"),
        (hours(total.time), "hours"),
        (str(total.hosts), "hosts"),
        (str(total.joiners), "joiners"),
        (str(total.visitors), "visitors"),
        (words("report-of", n=total.peak, most=report.limit), "peak"),
    ]
    wide = (ROOM - gap) / 2
    for number, (value, name) in enumerate(tiles):
        x, y = MARGIN + (number % 2) * (wide + gap), page.y + (number // 2) * (high + gap)
        page.box(x, y, wide, high, fill=PALE, corner=22)
        page.write(x + 30, y + 100, cut(value, wide - 60, 86), 86, BLUE, strong=True)
        page.write(x + 30, y + 156, cut(words(f"report-{name}"), wide - 50, 34), 34, GREY)
    page.y += 3 * (high + gap)
    if asides := others(words, total):
        page.lines(wrap(" · ".join(asides), ROOM, 34, 2), 34, GREY)


def _hours(page: _Page, words: Words, report: Report, programme: Programme) -> None:
    days = [(day, figures) for day, figures in report.days if figures.held]
    if not days:
        return
    page.heading(words("report-in-use"))
    top = max(report.limit, report.total.peak)
    for day, figures in days[:DAYS]:
        page.lines([words.day(day)], 36, GREY)
        _bars(page, words, figures.hours, programme, top=top, limit=report.limit)
    if len(days) > DAYS:
        page.lines([words.count("report-more-days", len(days) - DAYS)], 32, GREY)


def _bars(
    page: _Page, words: Words, hours: Sequence[Hour], programme: Programme, *, top: int, limit: int
) -> None:
    """One day: a bar for each hour, as high as desks were in use at once, and a line at the limit."""
    base = page.y + 40 + BARS
    step = ROOM / len(hours)
    level = base - BARS * limit / top
    page.write(WIDTH - MARGIN, level - 10, words("report-limit", limit=limit), 28, GREY, at="end")
    page.line(level, GOLD, "10 8")
    every = -(-len(hours) // 9)
    for number, hour in enumerate(hours):
        x = MARGIN + number * step
        if hour.most:
            high = BARS * hour.most / top
            page.box(x + step * 0.14, base - high, step * 0.72, high, fill=BLUE, corner=6)
            page.write(x + step / 2, base - high - 8, str(hour.most), 28, INK, at="middle")
        if number % every == 0:
            page.write(x + step / 2, base + 36, f"{programme.local(hour.start):%H}", 28, GREY, at="middle")
    page.line(base, FAINT)
    page.y = base + 58


def _popular(page: _Page, words: Words, popular: Sequence[Popular]) -> None:
    if not popular:
        return
    page.heading(words("report-popular"))
    for each in popular:
        count = str(each.joined)
        left = MARGIN + max(70, width(count, 44) + 24)
        page.write(MARGIN, page.y + 40, count, 44, BLUE, strong=True)
        page.lines(wrap(each.session.topic, WIDTH - MARGIN - left, 38, 2), 38, x=left)
        page.y += 12


def _takeaways(page: _Page, words: Words, report: Report) -> None:
    told, over = report.takeaways, len(report.takeaways) + len(report.without)
    if not over:
        return
    page.heading(words("report-takeaways"))
    for session in told[:TAKEAWAYS]:
        _quote(page, session)
    if len(told) > TAKEAWAYS:
        page.lines([words.count("report-more-takeaways", len(told) - TAKEAWAYS)], 32, GREY)
    if report.without:
        text = words.count("report-without", len(report.without), most=over)
        page.lines(wrap(text, ROOM, 32, 2), 32, GREY)


def _quote(page: _Page, session: Session) -> None:
    top, left = page.y, MARGIN + 32
    page.lines(wrap(session.takeaway, WIDTH - MARGIN - left, 38, 3), 38, x=left)
    page.lines(wrap(session.topic, WIDTH - MARGIN - left, 30, 1), 30, GREY, x=left)
    page.box(MARGIN, top + 4, 8, page.y - top - 6, fill=GOLD, corner=4)
    page.y += 22
