"""The live board, and the board of tomorrow: what everyone in the server reads, in the guild's language.

Both are pure functions of what is booked and of `now`, and change as time passes only at the instants that
`next_change` names: each change costs an edit.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import partial
from itertools import takewhile
from typing import Any

import discord

from bot.domain.models import Highlight, Period, Session, Window, name_in
from bot.domain.names import escaped
from bot.domain.openings import Chance, Opening, opening
from bot.domain.programme import Programme
from bot.domain.records import Kind
from bot.service import Showing
from bot.ui.guests import seats, some_names
from bot.ui.menus import OPTIONS, Menu, session_options
from bot.ui.presses import Press, host_press, join_press
from bot.ui.tidings import NONE, Tidings, announced, paused
from bot.ui.words import Words, clock, moment, relative

TEXT_LENGTH = 4000
"""Code points of all texts of a message: https://docs.discord.com/developers/components/reference."""
ROOMY = 10
"""Sessions with a button each: 3 components apiece, 10 for all else, 40 in Discord's message."""
BUSY = 6
"""Sessions on now that still leave room for a button each, beside those that come next."""
LATER = 8
"""Sessions to come, in one line each, that can still be read at a glance."""
NAME_LENGTH = 120
"""Code points that the escaped name of the conference, of a window or of a highlight takes at most."""
MORE_LENGTH = 60
"""Code points of the line that counts the sessions not shown, at most."""
SPANS = 3
"""Windows, and highlights, of tomorrow that are named at most."""
GREEN, GOLD, BLUE, GREY = 0x23A55A, 0xF0B232, 0x5865F2, 0x4E5058


@dataclass(frozen=True, slots=True)
class _Fit:
    """How many code points the escaped topic and the host's name take, and how many guests are named."""

    topic: int = 200
    host: int = 64
    names: int = 3


@dataclass(frozen=True, slots=True)
class _Group:
    """Sessions under one heading; `total` with those that get no room, `lines` how many may have one."""

    name: str
    heading: str
    showings: Sequence[Showing]
    total: int
    lines: int
    colour: int


FEW = (_Fit(), _Fit(names=0), _Fit(80, 32, 0))
MANY = (_Fit(60, 32, 0), _Fit(40, 16, 0), _Fit(24, 12, 0))
"""From roomy to tight; the first one with which everything fits is taken."""


def layout(
    words: Words,
    showings: Sequence[Showing],
    programme: Programme,
    now: datetime,
    ideas: int,
    *,
    tidings: Tidings = NONE,
) -> discord.ui.LayoutView:
    """Return the board; `ideas` is how many of people's own are up."""
    return _Board(words, programme, now, tidings).today(_active(showings, now), ideas)


def tomorrow(
    words: Words,
    showings: Sequence[Showing],
    programme: Programme,
    now: datetime,
    tidings: Tidings = NONE,
) -> discord.ui.LayoutView | None:
    """Return the board of tomorrow, or None where tomorrow is no day of the conference."""
    day = programme.day_of(now) + timedelta(days=1)
    if day not in programme.days():
        return None
    chosen = [s for s in _active(showings, now) if programme.day_of(s.session.start) == day]
    return _Board(words, programme, now, Tidings(pause=tidings.pause)).tomorrow(chosen)


def next_change(showings: Sequence[Showing], programme: Programme, now: datetime) -> datetime | None:
    """Return the next instant at which time alone may change either board, or None where none comes.

    Besides starts, ends and local midnight, these are the last instants at which the shortest session (R4)
    can still start before everything is booked or the window closes.
    """
    shortest = programme.limits.shortest
    instants: list[datetime] = []
    for showing in _active(showings, now):
        start, end = showing.session.start, showing.session.end
        instants += (start, end, start - shortest)
        if start - shortest > now:
            break  # all others begin later
    for window in programme.windows:
        instants += (window.start, window.end, window.end - shortest)
        for highlight in window.highlights:
            instants += (highlight.start, highlight.end)
    coming = [instant for instant in instants if instant > now]
    if not coming:
        return None
    day = programme.local(now).date() + timedelta(days=1)
    return min(*coming, datetime.combine(day, time(), programme.zone).astimezone(now.tzinfo))


class NextChange:
    """When time alone changes the boards, worked out once for the same sessions."""

    def __init__(self, active: Sequence[Showing], programme: Programme) -> None:
        self._ask = partial(next_change, active, programme)
        self._known: tuple[datetime, datetime | None] | None = None

    def after(self, now: datetime) -> datetime | None:
        """Return the next such instant after `now`."""
        known = self._known
        if known is None or now < known[0] or (known[1] is not None and known[1] <= now):
            self._known = known = (now, self._ask(now))
        return known[1]


def _active(showings: Sequence[Showing], now: datetime) -> list[Showing]:
    active = [s for s in showings if s.session.active and s.session.end > now]
    return sorted(active, key=lambda s: (s.session.start, s.session.id))


class _Board:
    """One drawing of a board."""

    def __init__(self, words: Words, programme: Programme, now: datetime, tidings: Tidings) -> None:
        self.words = words
        self.tidings = tidings
        self.programme = programme
        self.now = now
        self.today_is = programme.day_of(now)

    def today(self, active: Sequence[Showing], ideas: int) -> discord.ui.LayoutView:
        """Return the board of what is on and comes next."""
        words = self.words
        on = [s for s in active if s.session.start <= self.now]
        on.sort(key=lambda s: s.session.desk or len(active) + 1)
        later = [s for s in active if s.session.start > self.now]
        coming = list(
            takewhile(lambda s: self._day(s.session.start) == self._day(later[0].session.start), later)
        )
        highlight = self.programme.highlight_at(self.now)
        is_over = not active and all(w.end <= self.now for w in self.programme.windows)
        head = self._head(active, is_over)
        groups = []
        if on or self.programme.window_at(self.now) or not (coming or is_over):
            heading = words("board-on" if on else "board-on-none")
            groups.append(_Group("now", heading, on, len(on), OPTIONS, GOLD if highlight else GREEN))
        if coming:
            groups.append(_Group("next", words("board-next"), coming, len(later), LATER, BLUE))
        return self._drawn(head, groups, _buttons(words, ideas, is_over=is_over))

    def tomorrow(self, chosen: Sequence[Showing]) -> discord.ui.LayoutView:
        """Return the board of one day that has not begun."""
        words = self.words
        day = self.today_is + timedelta(days=1)
        lines = [words("board-tomorrow", day=words.day(day))]
        windows = self.programme.windows_of(day)
        for window in windows[:SPANS]:
            fields = {"start": moment(window.start), "end": clock(window.end)}
            lines.append(words("help-window", name=_name(words, window), **fields))
        lines += [self._highlight(h) for w in windows for h in w.highlights][:SPANS]
        lines += paused(words, self.tidings.pause)
        heading = words("board-booked" if chosen else "board-booked-none")
        group = _Group("tomorrow", heading, chosen, len(chosen), OPTIONS, BLUE)
        full = Press("show", "day", day.isoformat(), 0, label=words("button-full"))
        return self._drawn("\n".join(lines), [group], [host_press(words), full])

    def _day(self, instant: datetime) -> object:
        return self.programme.day_of(instant)

    def _when(self, instant: datetime) -> str:
        """A clock time alone is enough today; another day needs its date."""
        return clock(instant) if self._day(instant) == self.today_is else moment(instant)

    def _head(self, active: Sequence[Showing], is_over: bool) -> str:
        words = self.words
        lines = [words("board-title", conference=escaped(self.programme.name, NAME_LENGTH))]
        if is_over:
            return "\n".join([*lines, words("board-over")])
        lines += [words("board-how"), *(paused(words, self.tidings.pause) or [self._desks(active)])]
        highlights = [h for w in self.programme.windows for h in w.highlights if h.end > self.now]
        if highlights:
            lines.append(self._highlight(highlights[0]))
        return "\n".join(lines)

    def _highlight(self, highlight: Highlight) -> str:
        name = _name(self.words, highlight)
        if highlight.start <= self.now:
            return self.words("list-highlight", name=name, until=clock(highlight.end))
        return self.words(
            "board-highlight", name=name, start=self._when(highlight.start), end=clock(highlight.end)
        )

    def _desks(self, active: Sequence[Showing]) -> str:
        """Return how many desks are free, or when the next one is."""
        words, limit = self.words, self.programme.limits.parallel_limit
        match opening(self.programme, [s.session for s in active], self.now):
            case Opening(Chance.OPENS, window=Window() as coming):
                return words(
                    "board-opens",
                    name=_name(words, coming),
                    start=self._when(coming.start),
                    ahead=relative(coming.start),
                )
            case Opening(Chance.LATER, span=Period() as span) as later:
                fields = {"start": self._when(span.start), "ahead": relative(span.start)}
                return words("board-later" if later.free > 0 else "board-free-later", **fields)
            case Opening(Chance.NOW, span=Period() as span) as now:
                key = "board-free" if now.all_day else "board-free-until"
                return words(key, free=now.free, limit=limit, until=self._when(span.end))
            case Opening(Chance.FULL, free=free):
                return words("board-late" if free > 0 else "board-full")
        return words("board-closed")

    def _drawn(self, head: str, groups: Sequence[_Group], presses: Sequence[Press]) -> discord.ui.LayoutView:
        """Return the message, with as much of each session as fits."""
        told = announced(self.words, self.tidings, self._when)
        counts = _roomy(groups, ROOMY - len(told))
        entry = self._few if counts else self._many
        for fit in FEW if counts else MANY:
            entries = [
                [entry(showing, fit) for showing in group.showings[:count]]
                for group, count in zip(groups, counts or [g.lines for g in groups], strict=True)
            ]
            if _length(head, groups, entries) + sum(map(len, told)) <= TEXT_LENGTH:
                break
        while _length(head, groups, entries) + sum(map(len, told)) > TEXT_LENGTH:
            next(shown for shown in reversed(entries) if shown).pop()
        view = discord.ui.LayoutView(timeout=None)
        for text in told:
            view.add_item(discord.ui.Container(discord.ui.TextDisplay(text), accent_colour=GOLD))
        view.add_item(discord.ui.TextDisplay(head))
        for group, shown in zip(groups, entries, strict=True):
            view.add_item(self._sections(group, shown) if counts else self._list(group, shown))
        view.add_item(discord.ui.ActionRow(*presses))
        return view

    def _sections(self, group: _Group, entries: Sequence[str]) -> discord.ui.Container[Any]:
        """Return a group with a button beside each session."""
        container: discord.ui.Container[Any] = discord.ui.Container(accent_colour=group.colour)
        container.add_item(discord.ui.TextDisplay(group.heading))
        for text, showing in zip(entries, group.showings, strict=False):
            press = join_press(self.words, showing.session)
            container.add_item(discord.ui.Section(text, accessory=press))
        if group.total > len(entries):
            container.add_item(discord.ui.TextDisplay(self._more(group.total - len(entries))))
        return container

    def _list(self, group: _Group, entries: Sequence[str]) -> discord.ui.Container[Any]:
        """Return a group as lines, with one menu for all of its sessions."""
        lines = [group.heading, *entries]
        if group.total > len(entries):
            lines.append(self._more(group.total - len(entries)))
        container: discord.ui.Container[Any] = discord.ui.Container(accent_colour=group.colour)
        container.add_item(discord.ui.TextDisplay("\n".join(lines)))
        if entries:
            chosen = [s.session for s in group.showings[: len(entries)]]
            options = session_options(self.words, chosen, self.programme)
            key = "menu-join-now" if group.name == "now" else "menu-join"
            placeholder = self.words(key, clock=self.words.clock_of(self.programme.zone))
            menu = Menu("join", options, placeholder=placeholder, part=group.name)
            container.add_item(discord.ui.ActionRow(menu))
        return container

    def _more(self, count: int) -> str:
        return self.words.count("board-more", count)

    def _few(self, showing: Showing, fit: _Fit) -> str:
        """Return a session in two or three lines."""
        facts = self._facts(showing, fit) + self._way_in(showing)
        lines = [self._title(showing.session, fit), " · ".join(facts)]
        people = self._count(showing)
        if showing.guests and fit.names:
            names = some_names(self.words, showing.seated, fit.names)
            people = [
                self.words("board-guests", names=names),
                *self._seats(showing),
            ]
        if people:
            lines.append("-# " + " · ".join(people))
        return "\n".join(lines)

    def _many(self, showing: Showing, fit: _Fit) -> str:
        """Return a session in as few words as there are."""
        facts = self._facts(showing, fit) + self._count(showing) + self._way_in(showing)
        return self._title(showing.session, fit) + "\n-# " + " · ".join(facts)

    def _title(self, session: Session, fit: _Fit) -> str:
        topic = escaped(session.topic, fit.topic)
        if session.desk and session.start <= self.now:
            return self.words("board-desk", desk=session.desk, topic=topic)
        return self.words("entry-topic", topic=topic)

    def _facts(self, showing: Showing, fit: _Fit) -> list[str]:
        """When, and with whom."""
        words, session = self.words, showing.session
        host = words("entry-host", host=escaped(session.host_name, fit.host))
        if session.start > self.now:
            time = words("entry-time", start=self._when(session.start), end=clock(session.end))
            # Each reader's client counts down by itself: that costs no edit.
            return [time, relative(session.start), host] if self._soon(session) else [time, host]
        return [words("board-until", until=self._when(session.end)), host]

    def _soon(self, session: Session) -> bool:
        return self._day(session.start) == self.today_is

    def _way_in(self, showing: Showing) -> list[str]:
        voice = showing.channels.get(Kind.VOICE)
        return [f"<#{voice}>"] if voice else []

    def _seats(self, showing: Showing) -> list[str]:
        return seats(self.words, showing.session, len(showing.guests))

    def _count(self, showing: Showing) -> list[str]:
        taken = self._seats(showing)
        if taken or not showing.guests:
            return taken
        return [self.words.count("entry-people", len(showing.guests))]


def _name(words: Words, span: Window | Highlight) -> str:
    return escaped(name_in(words.language, span), NAME_LENGTH)


def _roomy(groups: Sequence[_Group], room: int) -> list[int] | None:
    """Return how many of each group get a button of their own, or None where a menu does better."""
    sizes = [len(group.showings) for group in groups]
    hidden = any(group.total > len(group.showings) for group in groups)
    if sum(sizes) + hidden <= room:
        return sizes
    on = sum(sizes[:-1])
    if groups[-1].name == "next" and on <= BUSY:
        return [*sizes[:-1], room - 1 - on]  # one less, for the line that counts the others
    return None


def _length(head: str, groups: Sequence[_Group], entries: Sequence[Sequence[str]]) -> int:
    """Return the code points of all texts, at most."""
    length = len(head)
    for group, shown in zip(groups, entries, strict=True):
        length += len(group.heading) + MORE_LENGTH + sum(len(text) + 1 for text in shown)
    return length


def _buttons(words: Words, ideas: int, *, is_over: bool) -> list[Press]:
    label = words("button-ideas-count", n=ideas) if ideas else words("button-ideas")
    mine = Press("show", "mine", "", 0, label=words("button-mine"))
    if is_over:
        return [mine, Press("show", "all", "", 0, label=words("button-full"))]
    full = Press("show", "board", "", 0, label=words("button-full"))
    return [host_press(words), Press("ideas", label=label), mine, full]


def is_tomorrows(components: Iterable[Any]) -> bool:
    """Whether the components of a board are those of tomorrow's."""
    actions = {each.split(":")[1] for each in _custom_ids(list(components)) if each.startswith("openspace:")}
    return "host" in actions and "ideas" not in actions


def _custom_ids(node: Any) -> list[str]:
    if isinstance(node, list):
        return [found for each in node for found in _custom_ids(each)]
    if not isinstance(node, dict):
        return []
    own = [node["custom_id"]] if node.get("custom_id") else []
    return own + [found for value in node.values() for found in _custom_ids(value)]
