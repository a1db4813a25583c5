"""R2: reads the days and hours of a conference as people write them, and writes them so that they are read.

A line a day, typed or pasted from a page: `Sat 5 Sep 09:00-17:30`, `Day 1: 2026-09-05 9am - 5:30pm`,
`9月5日(六) 09:00-17:30`. A highlight stands below its day: `* 14:30-15:20 No talks now`. What was not said is
never filled in: a line that can mean two things is refused with both named, and all such lines at once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bot.domain.hours_days import Here, check, dates_of, example, on_day, order_of
from bot.domain.hours_grammar import Line, Order, read_line
from bot.domain.models import Window
from bot.domain.names import NAME_LENGTH, clean_line
from bot.domain.programme import ONE_DAY, first_overlap
from bot.domain.refusal import Refusal

MOST = 100
"""Windows of a conference at most, and highlights of a window."""
SHOWN = 80
"""Code points of a line that a refusal repeats."""
_LONGEST_LINE = 300
_FARTHEST = timedelta(days=3660)
"""What is further ahead is a slip of the pen."""

_STAR = re.compile(r"([*＊✨]|highlight\b|亮點|推薦時段)[ :：]+", re.IGNORECASE)
_MAYBE = frozenset("*＊")
"""What may as well be the mark of a list."""
_CLOCK = r"(\d\d:\d\d(?::\d\d)?)"
_QUOTED = re.compile(
    rf'(\* )?(?:(\d{{4}}-\d\d-\d\d) )?{_CLOCK}(?:-| - (\d{{4}}-\d\d-\d\d) ){_CLOCK} "(.+)"', re.ASCII
)


@dataclass(frozen=True, slots=True)
class Span:
    """A highlight, in local times: as the clocks at the conference show them."""

    name: str
    opens: datetime
    closes: datetime

    def holds(self, opens: datetime, closes: datetime) -> bool:
        """Whether all of another span lies in it."""
        return self.opens <= opens and closes <= self.closes


@dataclass(frozen=True, slots=True)
class Opening(Span):
    """A window with its highlights, in local times: an entry of the settings' `conference.windows`."""

    highlights: tuple[Span, ...] = ()

    def entry(self) -> dict[str, Any]:
        """Return it as the settings have it, ready for JSON."""
        highlights = [_entry(each) for each in self.highlights]
        return _entry(self) | ({"highlights": highlights} if highlights else {})


@dataclass(frozen=True, slots=True)
class Fault:
    """A line that is not taken, and why."""

    text: str
    why: Refusal


@dataclass(frozen=True, slots=True)
class Timetable:
    """What was read: the windows in order of time, the lines without hours, and those that are refused."""

    windows: tuple[Opening, ...] = ()
    skipped: tuple[str, ...] = ()
    faults: tuple[Fault, ...] = ()


def read_hours(
    text: str,
    now: datetime,
    zone: ZoneInfo,
    named: Callable[[int], str],
    *,
    kept: Collection[tuple[datetime, datetime]] = (),
    order: Order | None = None,
) -> Timetable:
    """Return the windows that a text means (R2), in local times of the zone; it never raises.

    `named` gives the name of a window on the n-th day that has none of its own. `kept` are the windows that
    stood before: these may be over, no others. `order` is how 9/5 is read where nothing else says it. Of the
    lines that are refused each is named with why; those without hours are named too.
    """
    lines = [line for raw in text.splitlines() if (line := _cleaned(raw))]
    at = Here(now.astimezone(zone).replace(tzinfo=None), zone)
    known = {order_of(read_line(_STAR.sub("", line, count=1)), at) for line in lines} - {None}
    reader = _Reader(replace(at, order=known.pop() if len(known) == 1 else order), frozenset(kept))
    for line in lines:
        reader.read(line)
    reader.settle()
    ordered = sorted((opening for _, opening in reader.found), key=lambda opening: opening.opens)
    days = sorted({opening.opens.date() for opening in ordered})
    windows = (
        opening if opening.name else replace(opening, name=named(days.index(opening.opens.date()) + 1))
        for opening in ordered
    )
    return Timetable(tuple(windows), tuple(reader.skipped), tuple(reader.faults))


@dataclass(slots=True)
class _Reader:
    """One reading of a text: what was found so far, and the date that stood above."""

    at: Here
    kept: frozenset[tuple[datetime, datetime]]
    found: list[tuple[str, Opening]] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    above: Line | None = None
    """A line with a date and no hours: the lines below may have the hours."""
    fresh: bool = False
    """Whether nothing stood below it yet."""
    latest: int = 0
    """Where the windows of the latest line begin among those found: a highlight below belongs to one."""

    def read(self, text: str) -> None:
        """Read one line; why it is refused is kept."""
        before = len(self.found)
        try:
            self._read(text)
        except Refusal as why:
            plain = Refusal("hours-unclear") if why.code == "when-unclear" else why
            self._refuse(text, plain.completed(example=example(self.at)))
            del self.found[before:]
        except (ValueError, OverflowError):  # 30 February, the year 10000
            self._refuse(text, Refusal("hours-no-date", example=example(self.at)))
            del self.found[before:]

    def _refuse(self, text: str, why: Refusal) -> None:
        self.faults.append(Fault(clean_line(text, SHOWN), why))

    def _read(self, text: str) -> None:
        if quoted := _QUOTED.fullmatch(text):
            self._read_quoted(text, quoted)
            return
        star = _STAR.match(text)
        line = read_line(text[star.end() :] if star else text)
        if not line.hours:
            self._read_heading(text, line)
        elif line.loose:
            raise Refusal("hours-unclear")
        elif not (star and self._highlight(line, sure=star[1] not in _MAYBE)):
            self._windows(text, line)

    def _read_quoted(self, text: str, match: re.Match[str]) -> None:
        """Read a line that `write_hours` made of a name that looks like hours."""
        star, day, start, last, end, name = match.groups()
        line = read_line(f"{day or ''} {start} - {last or ''} {end}")
        line.name = clean_line(name, NAME_LENGTH)
        if not (star and self._highlight(line, sure=True)):
            self._windows(text, line)

    def _read_heading(self, text: str, line: Line) -> None:
        """A date may be for the lines below; a clock time without an end is refused."""
        if line.alone and (line.dated or line.loose):
            raise Refusal("hours-no-end")
        if line.dated and line.loose:
            raise Refusal("hours-unclear")
        if line.dated:
            self.above, self.fresh = line, True
        self.skipped.append(clean_line(text, SHOWN))

    def _windows(self, text: str, line: Line) -> None:
        name, dated = line.name, line
        if not line.dated:
            if self.above is None:
                raise Refusal("hours-no-day")
            dated, name = self.above, name or self.above.name
        spans = [on_day(hours, day, self.at) for day in dates_of(dated, self.at) for hours in line.hours]
        for opens, closes in spans:
            self._check(opens, closes, line)
        if len(self.found) + len(spans) > MOST:
            raise Refusal("hours-many", most=MOST)
        self.latest = len(self.found)
        name = clean_line(name, NAME_LENGTH)
        self.found += [(text, Opening(name, opens, closes)) for opens, closes in spans]
        if dated is self.above and self.fresh:
            self.skipped.pop()  # it was of use
        self.fresh = False
        if line.dated:
            self.above = None

    def _check(self, opens: datetime, closes: datetime, line: Line) -> None:
        check(opens, closes, self.at, over=(opens, closes) in self.kept)
        if (
            line.zone
            and opens.replace(tzinfo=line.zone).utcoffset() != opens.replace(tzinfo=self.at.zone).utcoffset()
        ):
            raise Refusal("hours-zone")
        if opens - self.at.now > _FARTHEST and (opens, closes) not in self.kept:
            raise Refusal("hours-far", day=opens.date())

    def _highlight(self, line: Line, *, sure: bool) -> bool:
        """Take a line as a highlight of a window above; return False where it is rather a window itself."""
        if self.latest >= len(self.found) or (self.fresh and not line.dated and not sure):
            if sure:
                raise Refusal("hours-highlight-outside")
            return False
        places = [
            (number, opens, closes)
            for number in range(self.latest, len(self.found))
            for opens, closes in self._times(line, self.found[number][1])
            if self.found[number][1].holds(opens, closes)
        ]
        if not places and not sure and (line.dated or self.above):
            return False
        if not places:
            raise Refusal("hours-highlight-outside")
        if len(places) > 1:
            raise Refusal("hours-highlight-day")
        if not line.name:
            raise Refusal("hours-highlight-name")
        number, opens, closes = places[0]
        check(opens, closes, self.at, over=True)
        text, window = self.found[number]
        span = Span(clean_line(line.name, NAME_LENGTH), opens, closes)
        spans = (*window.highlights, span)
        if other := _overlapping(spans, self.at.zone):
            raise Refusal("hours-overlap", other=spans[other[0]].name)
        spans = tuple(sorted(spans, key=lambda each: each.opens))
        self.found[number] = text, replace(window, highlights=spans)
        return True

    def _times(self, line: Line, window: Opening) -> Iterator[tuple[datetime, datetime]]:
        """Yield when a highlight may be: on its date, else on each date of the window."""
        if line.dated:
            days = dates_of(line, self.at)
        else:
            length = (window.closes.date() - window.opens.date()).days
            days = [window.opens.date() + timedelta(days=ahead) for ahead in range(length + 1)]
        return (on_day(line.hours[0], day, self.at) for day in days)

    def settle(self) -> None:
        """Refuse windows that overlap earlier ones (R2), and a text in which no hours are."""
        while pair := _overlapping([opening for _, opening in self.found], self.at.zone):
            first, second = pair
            why = Refusal("hours-overlap", other=clean_line(self.found[first][0], SHOWN))
            self._refuse(self.found.pop(second)[0], why)
        if not (self.found or self.faults):
            self._refuse("", Refusal("hours-none", example=example(self.at)))


def _overlapping(spans: Sequence[Span], zone: ZoneInfo) -> tuple[int, int] | None:
    """Return where the first two spans stand that overlap, the later one second."""
    pair = first_overlap(
        Window(str(number), _instant(span.opens, zone), _instant(span.closes, zone))
        for number, span in enumerate(spans)
    )
    return (int(pair[0]), int(pair[1])) if pair else None


def _instant(local: datetime, zone: ZoneInfo) -> datetime:
    return local.replace(tzinfo=zone).astimezone(UTC)


def _cleaned(raw: str) -> str:
    """Return a line without the frame of a table; nothing where only that is on it."""
    line = clean_line(raw.replace("→", "-").replace("\t", " | "), _LONGEST_LINE).strip("|│ ")
    return line if re.search(r"\w", line) else ""


def _entry(span: Span) -> dict[str, Any]:
    return {"name": span.name, "opens": span.opens.isoformat(), "closes": span.closes.isoformat()}


def write_hours(windows: Sequence[Opening]) -> str:
    """Return windows as a text that `read_hours` reads as just these: a line each, highlights below."""
    lines = []
    for window in windows:
        lines.append(_written(window, "", window.opens.date()))
        within = window.closes - window.opens <= ONE_DAY
        for highlight in window.highlights:
            day = None if within else highlight.opens.date()
            lines.append(_written(highlight, "* ", day))
    return "\n".join(lines)


def _written(span: Span, mark: str, day: date | None) -> str:
    """Return a line; a name that would not be read as just that stands in quotation marks."""
    # 20:00-02:00 is sure, 20:00-11:00 is not: the clock shows 11 twice before that.
    next_day = span.closes.date() != span.opens.date() and span.closes.hour in range(10, 13)
    long = next_day or span.closes - span.opens >= ONE_DAY
    when = f"{day or span.opens.date()} " if day or long else ""
    last = f" - {span.closes.date()} " if long else "-"
    hours = f"{when}{_clock(span.opens)}{last}{_clock(span.closes)}"
    plain = f"{hours} {span.name}"
    alone, line = read_line(hours), read_line(plain)
    alone.name, alone.chinese = span.name, line.chinese
    sound = line == alone and not _STAR.match(plain)
    return mark + (plain if sound else f'{hours} "{span.name}"')


def _clock(moment: datetime) -> str:
    return f"{moment:%H:%M:%S}" if moment.second else f"{moment:%H:%M}"
