"""Plain scenes of one guild: what its book says, what Discord shows, and what is planned for it.

It is noon of a conference's day. Things of ours have the id 1000 + their record's number, a message 7000 +.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.desks.converge import converge
from bot.desks.scene import Learnt, Scene, View
from bot.desks.steps import Step, key_of
from bot.desks.wishes import Wish, Wishes
from bot.domain.access import Bits
from bot.domain.models import Session, Settings, State
from bot.domain.programme import Programme
from bot.domain.records import CATEGORIES, MESSAGES, Face, Kind, Record, Seen
from bot.service.deskbook import Book, Note
from bot.service.people import Showing
from bot.store.book import Rows
from bot.ui.event_face import face_digest, mark
from tests.ui.samples import programme

GUILD = 5
NOW = datetime(2026, 1, 1, 4, 0, tzinfo=UTC)
"""12:00 in Taipei."""
NAMES = {
    Kind.AREA: "Open Space",
    Kind.ARCHIVE: "Open Space archive",
    Kind.BOARD: "open-space-board",
    Kind.NEWS: "open-space-news",
}
BITS: Bits = ((GUILD, True, 0, 0), (99, False, 1024, 0))
"""The first area's overwrites."""
NUMBERS = {Kind.AREA: 1, Kind.ARCHIVE: 2, Kind.VOICE: 3, Kind.TEXT: 4, Kind.BOARD: 5, Kind.NEWS: 6}
NUMBERS |= {Kind.BOARD_MESSAGE: 7, Kind.CARD: 8, Kind.EVENT: 9, Kind.TOMORROW: 10}
TYPES = {Kind.AREA: "category", Kind.ARCHIVE: "category", Kind.VOICE: "voice", Kind.EVENT: "event"}


def at(minutes: float) -> datetime:
    return NOW + timedelta(minutes=minutes)


def session(
    number: int = 7,
    state: State = State.OPEN,
    start: float = -4,
    minutes: float = 60,
    closed: float | None = None,
    **more: Any,
) -> Session:
    """A session, on a desk once it has opened; where it is open, nobody has come yet (R11)."""
    made = Session(
        number,
        GUILD,
        100 + number,
        "ana",
        f"Topic {number}",
        "",
        at(start),
        at(start + minutes),
        state,
        desk=None if state in {State.BOOKED, State.CANCELLED} else number,
        closed=None if closed is None else at(closed),
        quiet=at(start) if state is State.OPEN else None,
    )
    return replace(made, **more)


def record(kind: Kind, of: Session | None = None, number: int | None = None, **more: Any) -> Record:
    """A record of a thing that was asked for, and told what it is, five minutes ago."""
    number = number or NUMBERS[kind]
    marks = {Kind.VOICE: of.topic if of else "", Kind.TEXT: f"#{of.id}" if of else "", **NAMES}
    marks |= {Kind.BOARD: "#board", Kind.NEWS: "#news", Kind.EVENT: mark(of.id) if of else ""}
    parents = {Kind.CARD: 1004, Kind.BOARD_MESSAGE: 1005, Kind.TOMORROW: 1005}
    made = Record(
        number,
        GUILD,
        of.id if of else None,
        kind,
        marks.get(kind, ""),
        (7000 if kind in MESSAGES else 1000) + number,
        0 if kind in {*CATEGORIES, Kind.EVENT} else parents.get(kind, 1001),
        900,
        {},
        "",
        doubt=False,
        surplus=False,
        wrote=False,
        asked_at=at(-5),
        told_at=at(-5),
    )
    return replace(made, **more)


def seen(of: Record, **more: Any) -> Seen:
    """A thing of ours as Discord shows it."""
    kind = TYPES.get(of.kind, "text")
    topic = f"about · {of.mark}" if kind == "text" else ""
    name = of.mark if kind in {"voice", "category"} else NAMES.get(of.kind, "a-name")
    face = more.get("face") or (Face("x", of.mark, "x", NOW, NOW) if kind == "event" else None)
    made = Seen(of.discord_id or 0, kind, of.parent_id or None, name, topic, face=face)
    return replace(made, topic=face.description if face else topic, **more) if more or face else made


AREA, ARCHIVE = record(Kind.AREA), record(Kind.ARCHIVE)
BOARD, NEWS = record(Kind.BOARD), record(Kind.NEWS)
BOARD_MESSAGE = record(Kind.BOARD_MESSAGE)
HOME = [AREA, ARCHIVE, BOARD, NEWS, BOARD_MESSAGE]


def all_seen(records: Iterable[Record]) -> list[Seen]:
    """Everything recorded is there, but for messages, which no cache shows."""
    return [seen(each) for each in records if each.discord_id and each.kind not in MESSAGES]


def face(of: Session) -> Face:
    return Face(of.topic, f"{of.description}\n{mark(of.id)}", f"desk {of.desk}", of.start, of.end)


def settings(**more: Any) -> Settings:
    known = Settings(NAMES[Kind.AREA], NAMES[Kind.ARCHIVE], archive=True)
    return replace(known, **more)


def rows(**more: Any) -> Rows:
    """What the database says; empty but for what is given."""
    many = dict.fromkeys(("sessions", "records", "notices", "problems"), ())
    maps = ("guests", "cohosts", "visitors", "said", "pinged", "lost")
    by_key: dict[str, Any] = {name: {} for name in maps}
    known: dict[str, Any] = {**many, **by_key, "made": 0, "hasty": frozenset(), "refused": frozenset()}
    return Rows(**{**known, "ideas": 0, **more})


def scene_of(
    sessions: Iterable[Session] = (),
    records: Iterable[Record] = HOME,
    shown: Iterable[Seen] | None = None,
    *,
    unknown: Iterable[Seen] = (),
    now: datetime = NOW,
    learnt: Learnt | None = None,
    people: dict[int, dict[str, Any]] | None = None,
    view: dict[str, Any] | None = None,
    like: Settings | None = None,
    rules: Programme | None = None,
    **of_rows: Any,
) -> Scene:
    """A scene; all that is recorded is seen where nothing else is said. `people`: a showing's, by session."""
    sessions, records = list(sessions), list(records)
    shown = list(all_seen(records) if shown is None else shown)
    ours, others = [each for each in shown if each.kind != "event"], list(unknown)
    channels = [*ours, *(each for each in others if each.kind != "event")]
    alive = [e for e in (*shown, *others) if e.kind == "event" and not e.over]
    inside: dict[int | None, int] = {}
    for each in channels:
        inside[each.parent_id] = inside.get(each.parent_id, 0) + 1
    known: dict[str, Any] = {
        "seen": {each.id: each for each in shown},
        "unknown": tuple(others),
        "categories": frozenset(each.id for each in channels if each.kind == "category"),
        "inside": inside,
        "total": len(channels),
        "newest": max((each.id for each in channels), default=0),
        "area": BITS if 1001 in {each.id for each in channels} else (),
        "events": len(alive),
    }
    desks: dict[int | None, dict[Kind, int]] = {}
    for known_of in records:
        if known_of.kind in {Kind.VOICE, Kind.TEXT} and known_of.discord_id and not known_of.surplus:
            desks.setdefault(known_of.session_id, {})[known_of.kind] = known_of.discord_id
    showings = {
        s.id: Showing(s, channels=desks.get(s.id, {}), **(people or {}).get(s.id, {})) for s in sessions
    }
    book = Book(GUILD, now, rows(sessions=sessions, records=records, **of_rows), showings)
    return Scene(
        book, View(**known | (view or {})), rules or programme(), like or settings(), learnt or Learnt()
    )


def wishes_of(scene: Scene) -> list[Wish]:
    return Wishes().of(scene)


def told(scene: Scene) -> list[Record]:
    """The records of a scene, each with what Discord should have been told by now."""
    wanted = {wish.key: wish for wish in wishes_of(scene)}
    after = []
    for each in scene.book.rows.records:
        wish = wanted.get((each.kind, each.session_id))
        known = {str(aspect): value for aspect, value in wish.aspects.items()} if wish else {}
        shown = face_digest(wish.how) if wish and isinstance(wish.how, Face) else each.shown
        after.append(replace(each, told=known, shown=shown))
    return after


def plan_of(scene: Scene) -> tuple[list[Note], list[Step]]:
    return converge(scene, wishes_of(scene))


def asked(scene: Scene) -> list[str]:
    """What Discord is asked for, by the steps' keys."""
    return [key_of(step) for step in plan_of(scene)[1]]


def noted(scene: Scene) -> list[tuple[Any, ...]]:
    """What is written down: the fact, the record's number and the id that it is about, if any."""
    found = []
    for note in plan_of(scene)[0]:
        about = (note.fact.name, note.record.id if note.record else note.session_id)
        found.append((*about, note.discord_id) if note.discord_id else about)
    return found


OPEN = session()
"""From 11:56 to 12:56."""
[*OURS, VOICE, TEXT, CARD] = told(
    scene_of([OPEN], [*HOME, record(Kind.VOICE, OPEN), record(Kind.TEXT, OPEN), record(Kind.CARD, OPEN)])
)
DESK = [*OURS, VOICE, TEXT, CARD]
"""All that is there while it is on, each as it should be."""
BARE = told(scene_of([], HOME))
"""All that is there while nothing is on."""


def without(records: Iterable[Record], *kinds: Kind) -> list[Record]:
    return [each for each in records if each.kind not in kinds]


def changed(records: Iterable[Record], kind: Kind, **how: Any) -> list[Record]:
    """These records, those of one kind changed."""
    return [replace(each, **how) if each.kind is kind else each for each in records]


def unseen(records: Iterable[Record], *kinds: Kind) -> list[Seen]:
    """All that is recorded shows, but for these kinds."""
    return all_seen(without(records, *kinds))


def others(number: int, parent: int | None = None) -> list[Seen]:
    """Other people's channels."""
    return [Seen(10_000 + n, "text", parent, "theirs") for n in range(number)]


def of_channels(scene: Scene) -> list[str]:
    """What Discord is asked for but to keep the board and cards current."""
    return [key for key in asked(scene) if not key.startswith(("change board-message", "change card"))]
