"""What a board shows at one instant: pure, and without words of ours. Every page is drawn from this."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import discord

from bot.config_web import Page
from bot.domain.lanes import lanes_of, rows_of
from bot.domain.life import as_of
from bot.domain.models import Highlight, Period, Session, State, Window
from bot.domain.openings import Chance, Opening, opening
from bot.domain.programme import Programme
from bot.domain.records import Kind
from bot.service import Board, Posted, Showing
from bot.service.board import Wanted
from bot.ui.board import next_change
from bot.ui.veil import Veil, digest

NEXT = 8
"""Sessions that come next, with all about them; all others stand in their day."""
IDEAS = 12
DAYS = 10
"""Days that are shown at most, from yesterday on where there are more."""
_TIME = re.compile(r"<t:(-?\d{1,12})(?::[a-zA-Z])?>", re.ASCII)
_LINK = re.compile(r"\[([^\]\n]+)\]\(<?(https?://[^\s)>]+)>?\)")
_MENTION = re.compile(r"<(?:@[!&]?|#|a?:\w{1,32}:)\d{1,20}>", re.ASCII)
CHANNEL = "https://discord.com/channels/{}/{}"


@dataclass(frozen=True, slots=True)
class Entry:
    """A session as a page shows it; `host` is empty where hosts are not named. `link` leads into Discord."""

    id: int
    topic: str
    description: str
    host: str
    start: datetime
    end: datetime
    state: State
    desk: int | None
    people: int
    seats: int | None
    link: str

    @property
    def over(self) -> bool:
        """Whether nobody can take part any more."""
        return self.state not in {State.BOOKED, State.OPEN}

    @property
    def on(self) -> bool:
        """Whether it is on."""
        return self.state is State.OPEN


@dataclass(frozen=True, slots=True)
class Cell:
    """A place in a grid: a session over some rows, or nothing in one."""

    entry: Entry | None = None
    rows: int = 1


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a grid; `named` where its time is written, `free` desks where that is of use."""

    span: Period
    named: bool
    cells: tuple[Cell, ...]
    free: int | None

    @property
    def tens(self) -> int:
        """How high it is: one for each ten minutes."""
        return max(1, min(12, -(-(self.span.end - self.span.start) // timedelta(minutes=10))))


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the conference: its windows, its highlights, and its sessions as a grid."""

    date: date
    number: int
    today: bool
    past: bool
    windows: tuple[Window, ...]
    entries: tuple[Entry, ...]
    lanes: int
    rows: tuple[Row, ...]

    @property
    def highlights(self) -> list[Highlight]:
        """All highlights of the day, in order of time."""
        return [highlight for window in self.windows for highlight in window.highlights]


@dataclass(frozen=True, slots=True)
class Face:
    """All that a page may show. `since`: from when on it may have missed something; None: it is current.

    `start` is when the next session begins. `pause` is why new ones are paused, perhaps ''; `news` is what
    organizers tell everybody. `place` leads to the board in Discord.
    """

    name: str
    programme: Programme
    today: date
    on: tuple[Entry, ...]
    next: tuple[Entry, ...]
    start: datetime | None
    wanted: tuple[Wanted, ...]
    days: tuple[Day, ...]
    entries: dict[int, Entry]
    opening: Opening
    highlight: Highlight | None
    highlight_on: bool
    over: bool
    pause: str | None
    news: str
    place: str
    since: datetime | None

    @property
    def inviting(self) -> bool:
        """Whether somebody could start a session now."""
        return self.pause is None and self.opening.chance is Chance.NOW


def face_of(board: Board, page: Page, veil: Veil, now: datetime, since: datetime | None = None) -> Face:
    """Return what a board shows; `veil` hides words that Discord refuses (R16)."""
    programme = board.programme
    place = CHANNEL.format(board.guild_id, board.place) if board.place else ""
    entries = [_entry(posted, page, veil, place, now) for posted in board.sessions]
    seen = [entry for entry in entries if entry.state is not State.CANCELLED]
    active = [entry for entry in seen if not entry.over]
    on = sorted((entry for entry in active if entry.on), key=lambda e: (e.desk or len(active) + 1, e.start))
    later = [entry for entry in active if not entry.on]
    today = programme.day_of(now)
    coming = [e for e in later if programme.day_of(e.start) == programme.day_of(later[0].start)]
    highlight = next((h for w in programme.windows for h in w.highlights if h.end > now), None)
    return Face(
        name=programme.name,
        programme=programme,
        today=today,
        on=tuple(on),
        next=tuple(coming[:NEXT]),
        start=later[0].start if later else None,
        wanted=tuple(w for w in board.wanted if digest(w.topic) not in board.refused)[:IDEAS],
        days=tuple(_days(programme, seen, today, now)),
        entries={entry.id: entry for entry in entries},
        opening=opening(programme, active, now),
        highlight=highlight,
        highlight_on=highlight is not None and highlight.start <= now,
        over=not active and all(window.end <= now for window in programme.windows),
        pause=None if board.pause is None else plain(veil.said(board.pause), programme),
        news=plain(veil.said(board.news), programme),
        place=place,
        since=since,
    )


def changes_after(board: Board, now: datetime) -> datetime | None:
    """Return the next instant at which time alone changes what a board shows."""
    change = next_change([Showing(posted.session) for posted in board.sessions], board.programme, now)
    news = board.news_until if board.news_until and board.news_until > now else None
    return min(filter(None, (change, news)), default=None)


def plain(text: str, programme: Programme) -> str:
    """Return organizers' words without marks that only Discord draws; times by the conference's clock."""

    def local(found: re.Match[str]) -> str:
        try:
            return f"{programme.local(datetime.fromtimestamp(int(found[1]), UTC)):%H:%M}"
        except (ValueError, OverflowError, OSError):  # a year that no clock shows
            return ""

    text = _TIME.sub(local, _LINK.sub(r"\1 (\2)", text))
    return discord.utils.remove_markdown(_MENTION.sub("…", text)).strip()


def _entry(posted: Posted, page: Page, veil: Veil, place: str, now: datetime) -> Entry:
    session = veil.session(as_of(posted.session, now))
    channel = posted.channels.get(Kind.VOICE) or posted.channels.get(Kind.TEXT)
    return Entry(
        id=session.id,
        topic=session.topic,
        description=session.description,
        host=session.host_name if page.host_names else "",
        start=session.start,
        end=_end(session),
        state=session.state,
        desk=session.desk,
        people=posted.people,
        seats=session.seats,
        link=CHANNEL.format(session.guild_id, channel) if channel else place,
    )


def _end(session: Session) -> datetime:
    """Return when it was really over; a minute at least, so that a grid has room for it."""
    if session.closed is None:
        return session.end
    return min(session.end, max(session.closed, session.start + timedelta(minutes=1)))


def _days(programme: Programme, entries: Sequence[Entry], today: date, now: datetime) -> Iterable[Day]:
    of_day: dict[date, list[Entry]] = {day: [] for day in programme.days()}
    for entry in entries:
        of_day.setdefault(programme.day_of(entry.start), []).append(entry)
    dates = sorted(of_day)
    if len(dates) > DAYS:
        dates = ([day for day in dates if day >= today - timedelta(days=1)] or dates[-DAYS:])[:DAYS]
    numbers = {day: number for number, day in enumerate(programme.days(), start=1)}
    for day in dates:
        lanes, rows = _grid(programme, of_day[day], day, now)
        windows = tuple(programme.windows_of(day))
        yield Day(
            day,
            numbers.get(day, 0),
            today=day == today,
            past=day < today,
            windows=windows,
            entries=tuple(of_day[day]),
            lanes=lanes,
            rows=rows,
        )


def _grid(
    programme: Programme, entries: Sequence[Entry], day: date, now: datetime
) -> tuple[int, tuple[Row, ...]]:
    """Return how many lanes a day's grid has, and its rows."""
    if not entries:
        return 0, ()
    lanes = lanes_of(entries)
    whole = Period(min(e.start for e in entries), max(e.end for e in entries))
    midnight = datetime.combine(day, time(), programme.zone).astimezone(UTC)
    spans = rows_of(entries, whole, midnight)
    starts = {entry.start for entry in entries}
    rows = []
    for span in spans:
        cells = [cell for lane in lanes if (cell := _cell(lane, span, spans))]
        local = programme.local(span.start)
        rows.append(
            Row(
                span,
                span.start in starts or local.minute == local.second == 0,
                tuple(cells),
                _free(programme, entries, span, now),
            )
        )
    return len(lanes), tuple(rows)


def _cell(lane: Sequence[Entry], span: Period, spans: Sequence[Period]) -> Cell | None:
    """Return what a row has in a lane; None where a session that began before reaches into it."""
    entry = next((e for e in lane if e.start <= span.start < e.end), None)
    if entry is None:
        return Cell()
    if entry.start != span.start:
        return None
    return Cell(entry, sum(entry.start <= other.start < entry.end for other in spans))


def _free(programme: Programme, entries: Sequence[Entry], span: Period, now: datetime) -> int | None:
    """Return how many desks are free in a row that is to come, inside a window."""
    if span.end <= now or programme.window_at(span.start) is None:
        return None
    taken = sum(not e.over and e.start <= span.start < e.end for e in entries)
    return max(0, programme.limits.parallel_limit - taken)
