"""What one look of the keeper costs, and that the past costs it nothing: `python -m bench.keeper`.

CPU times, so that what else the machine does counts little.
"""

from __future__ import annotations

import asyncio
import cProfile
import json
import pstats
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count
from pathlib import Path
from zoneinfo import ZoneInfo

from bench.figures import Figure
from bot.desks.converge import converge
from bot.desks.notices import plan_words
from bot.desks.scene import Learnt, Scene, View
from bot.desks.wishes import Wishes
from bot.domain.models import Limits, Settings, Window
from bot.domain.programme import Programme
from bot.domain.records import CHANNELS, Face, Kind, Seen
from bot.service.deskbook import Book
from bot.service.people import showings_of
from bot.store.book import Memo, Question, read
from bot.store.database import Database
from bot.ui.event_face import event_face, face_digest
from bot.ui.words import words_for

GUILD, OPEN, BOOKED, EVENTS = 1, 25, 500, 100
"""The busiest server that is thought of: desks open at once, sessions to come, Discord's limit of events."""
PAST, GUILDS = 100_000, 2_500
"""Sessions of one server that are over, and servers that share a million rows."""
TIMES = 100
WORDS = words_for("en-US")
NOW = datetime.now(UTC).replace(microsecond=0)
PROGRAMME = Programme(
    "Bench",
    ZoneInfo("Asia/Taipei"),
    (Window("Days", NOW - timedelta(hours=2), NOW + timedelta(hours=100)),),
    Limits(parallel_limit=25),
)
SETTINGS = Settings(
    "Open Space", "Open Space archive", archive=True, event=partial(event_face, WORDS, "open-space-board")
)
BITS = ((GUILD, True, 0, 0), (99, False, 1024, 0))


def fill(path: Path) -> None:
    """Write a server on its busiest day: its sessions, guests, co-hosts, channels, messages and events."""
    now = int(NOW.timestamp())
    with closing(sqlite3.connect(path)) as file, file:
        add = partial(_add, file)
        for number, kind in enumerate(("area", "archive", "board", "news", "board-message"), start=1):
            parent = {"board-message": 13}.get(kind, 0 if number < 3 else 11)
            then = {"asked_at": now, "told_at": now}
            add("record", guild_id=GUILD, kind=kind, discord_id=10 + number, parent_id=parent, **then)
        for n in range(1, OPEN + BOOKED + 1):
            on = n <= OPEN
            start = now - 600 if on else now + 600 * (n // 2)
            about = {"state": "open", "desk": n, "quiet_at": None} if on else {"state": "booked"}
            add(
                "session", id=n, guild_id=GUILD, host_id=1000 + n, host_name=f"Host {n}", topic=f"Topic {n}",
                description="What it is about, in a line or two.", starts_at=start, ends_at=start + 3600,
                created_at=now - 9000, **about,
            )  # fmt: skip
            for guest in range(6 if on else 2):
                add(
                    "joined",
                    session_id=n,
                    user_id=5000 + 7 * n + guest,
                    user_name=f"Guest {guest}",
                    joined_at=now,
                )
            kinds = ["voice", "text", "card"] if on else []
            kinds += ["event"] if n <= EVENTS else []
            for number, kind in enumerate(kinds, start=1):
                parent = {"card": 100 * n + 2, "event": 0}.get(kind, 11)
                add(
                    "record", guild_id=GUILD, session_id=n, kind=kind, discord_id=100 * n + number,
                    parent_id=parent, mark=f"#{n}", asked_at=now - 900, told_at=now - 900,
                )  # fmt: skip
            for kind in ("opening", "greeting", "warning") if on else ():
                done = None if kind == "warning" else now - 500
                add("notice", guild_id=GUILD, session_id=n, kind=kind, created_at=now - 600, done_at=done)
            if on:
                add("visit", session_id=n, user_id=1000 + n, came_at=now)


def _add(file: sqlite3.Connection, table: str, **row: object) -> None:
    names, marks = ", ".join(row), ", ".join("?" * len(row))
    file.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", tuple(row.values()))  # noqa: S608


def age(path: Path, sessions: int, guilds: int) -> int:
    """Add sessions that are over, of as many servers in turn, with all that they left; return the rows."""
    now, before = int(NOW.timestamp()), 0
    with closing(sqlite3.connect(path)) as file, file:
        file.execute("PRAGMA synchronous = OFF")
        before = file.total_changes

        def each() -> Iterator[tuple[int, int, int]]:
            for n in range(10_000, 10_000 + sessions):
                yield n, n % guilds + GUILD, now - 8 * 86400 - (n - 10_000) * 60

        many = file.executemany
        many(
            "INSERT INTO session (id, guild_id, host_id, host_name, topic, starts_at, ends_at, state, desk,"
            " closed_at, created_at) VALUES (?, ?, 1, 'Ana', 'Past', ?, ?, 'ended', 1, ?, ?)",
            ((n, guild, at, at + 3600, at + 3600, at) for n, guild, at in each()),
        )
        many(
            "INSERT INTO joined (session_id, user_id, user_name, joined_at) VALUES (?, ?, 'Guest', ?)",
            ((n, guest, at) for n, _, at in each() for guest in (1, 2)),
        )
        many("INSERT INTO visit VALUES (?, 1, ?)", ((n, at) for n, _, at in each()))
        many(
            "INSERT INTO audit (guild_id, session_id, at, action) VALUES (?, ?, ?, 'host')",
            ((guild, n, at) for n, guild, at in each()),
        )
        many(
            "INSERT INTO notice (guild_id, session_id, kind, created_at, done_at) VALUES (?, ?, ?, ?, ?)",
            ((guild, n, kind, at, at) for n, guild, at in each() for kind in ("opening", "warning")),
        )
        many(
            "INSERT INTO record (guild_id, session_id, kind, discord_id, parent_id, asked_at, told_at, lost,"
            " archived_at, gone_at) VALUES (?, ?, ?, ?, 11, ?, ?, ?, ?, ?)",
            (
                (
                    guild,
                    n,
                    kind,
                    10_000_000 + 10 * n + number,
                    at,
                    at,
                    n % 50 == 0,
                    archived and at,
                    None if archived else at,
                )
                for n, guild, at in each()
                for number, (kind, archived) in enumerate((("voice", None), ("text", 1), ("card", 1)))
            ),
        )
        return file.total_changes - before


def reading(path: Path, guild: int = GUILD) -> float:
    """Return the CPU seconds of reading one guild's book."""
    ask = Question(guild, NOW, NOW - timedelta(days=2), 400, 5)
    with closing(sqlite3.connect(path, isolation_level=None)) as file:
        file.row_factory = sqlite3.Row
        memo = Memo()
        return cpu(lambda: read(file, ask, _stale(memo)))


def _stale(memo: Memo) -> Memo:
    """Somebody has written something."""
    memo.version = -1
    return memo


def cpu(work: Callable[[], object], times: int = TIMES) -> float:
    """Return the least CPU seconds that some work takes: whatever else goes on can only add to it."""
    taken = []
    for _ in range(times):
        began = time.thread_time()
        work()
        taken.append(time.thread_time() - began)
    return min(taken)


class Look:
    """One guild's looks, from the file to the steps, but for what asks discord.py's cache."""

    def __init__(self, path: Path) -> None:
        self.file, self.writer = (sqlite3.connect(path, isolation_level=None) for _ in range(2))
        self.file.row_factory = sqlite3.Row
        self.memo = Memo()
        self.before: Book | None = None
        self.wishes = Wishes()
        self.learnt = Learnt(listens=NOW - timedelta(hours=1))
        self.view = View()
        self.now = NOW

    def scene(self) -> Scene:
        """Read the file and return what the plan is made from."""
        ask = Question(GUILD, self.now, self.now - timedelta(days=2), 400, 5)
        rows = read(self.file, ask, self.memo)
        was = (self.before.rows, self.before.showings) if self.before else None
        self.before = Book(GUILD, self.now, rows, showings_of(rows, was))
        return Scene(self.before, self.view, PROGRAMME, SETTINGS, self.learnt)

    def __call__(self) -> int:
        """Look once, and return how much there is to be done."""
        scene = self.scene()
        notes, steps = converge(scene, self.wishes.of(scene))
        more_notes, more_steps = plan_words(scene)
        return len(notes) + len(steps) + len(more_notes) + len(more_steps)

    def settle(self) -> None:
        """Let all be as it should be, in the file and in what is seen."""
        self.view = _view(self.scene())
        scene = self.scene()
        for wish in self.wishes.of(scene):
            for record in (each for each in scene.records if (each.kind, each.session_id) == wish.key):
                shown = face_digest(wish.how) if isinstance(wish.how, Face) else ""
                told = json.dumps(dict(wish.aspects))
                self.writer.execute(
                    "UPDATE record SET told = ?, shown = ? WHERE id = ?", (told, shown, record.id)
                )
        self.view = _view(self.scene())


def _view(scene: Scene) -> View:
    seen = {}
    for record in scene.records:
        number = record.discord_id or 0
        if record.kind in CHANNELS:
            kind = {"area": "category", "archive": "category", "voice": "voice"}.get(record.kind, "text")
            people = (1000 + (record.session_id or 0),) if record.kind is Kind.VOICE else ()
            seen[number] = Seen(number, kind, record.parent_id or None, people=people)
        elif record.kind is Kind.EVENT and SETTINGS.event:
            session = scene.sessions[record.session_id]
            face = replace(SETTINGS.event(session), on=session.desk is not None)
            seen[number] = Seen(number, "event", face=face, topic=face.description)
    held: dict[int | None, int] = {11: 40}
    return View(
        seen, categories=frozenset({11, 12}), inside=held, total=60, newest=99, area=BITS, events=EVENTS
    )


def main() -> int:
    """Measure, print, and return 1 where a figure is missed."""
    with tempfile.TemporaryDirectory() as folder:
        figures = _figures(Path(folder))
    print(*figures, sep="\n")
    return any(figure.missed for figure in figures)


async def _make(path: Path) -> None:
    async with Database(path):
        pass


def _figures(folder: Path) -> list[Figure]:
    figures: list[Figure] = []
    for name, sessions, guilds in (
        ("none", 0, 1),
        ("one server's", PAST, 1),
        ("2,500 servers'", PAST, GUILDS),
    ):
        path = folder / f"{guilds}-{sessions}.sqlite3"
        asyncio.run(_make(path))
        fill(path)
        rows = age(path, sessions, guilds) if sessions else 0
        taken = reading(path) * 1000
        least = figures[0].value if figures else None
        figures.append(Figure(f"reading, with {rows:,} old rows ({name})", taken, "ms", least and least + 1))
    look = Look(folder / "1-0.sqlite3")
    look.settle()
    done = look()
    if done:
        print(done, "things are still to be done", file=sys.stderr)
    figures.append(Figure("a look where nothing changed", cpu(look) * 1000, "ms", 3))
    changed = count(OPEN + 1)

    def change() -> float:
        number = next(changed)
        look.writer.execute("UPDATE session SET topic = ? WHERE id = ?", (f"Changed {number}", number))
        return cpu(look, 1)

    least = min(change() for _ in range(TIMES))
    figures.append(Figure("a look where one thing changed", least * 1000, "ms", 3))
    if "--profile" in sys.argv:
        for what in ("nothing", "one"):
            profile = cProfile.Profile()
            for n in range(30):
                if what == "one":
                    look.writer.execute(
                        "UPDATE session SET topic = ? WHERE id = ?", (f"Again {n}", OPEN + 1 + n)
                    )
                profile.runcall(look)
            print(what)
            pstats.Stats(profile).sort_stats("tottime").print_stats(22)
    return figures


if __name__ == "__main__":
    raise SystemExit(main())
