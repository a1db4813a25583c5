"""A conference that the version before ran is taken over as it stands: nothing is made, named or sent anew.

`tests/store/conference.sqlite3` was written by that version's own keeper on a simulated Discord, and
`conference.json` beside it is what its server showed then: one desk on (renamed, with seats), one of which a
request's answer was lost, one within its grace, one archived, two booked sessions with events, two boards.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path
from shutil import copyfile
from typing import Any

import pytest

from bot.desks.converge import converge
from bot.desks.notices import plan_words
from bot.desks.scene import Learnt, Scene, View
from bot.desks.steps import Step, key_of
from bot.desks.wishes import Wishes
from bot.domain.models import Settings
from bot.domain.records import Face, Kind, Seen
from bot.service import DeskBook
from bot.service.deskbook import Book, Note
from bot.store.database import Database
from bot.ui.event_face import event_face
from tests.service.support import ruled
from tests.ui.samples import ENGLISH, programme

FOLDER = Path(__file__).parents[1] / "store"
THERE: dict[str, Any] = json.loads((FOLDER / "conference.json").read_text(encoding="utf-8"))
NOW = datetime.fromisoformat(THERE["now"])
RULES = programme(no_show_minutes=0, idle_minutes=0)
SETTINGS = Settings(
    "Open Space",
    "Open Space archive",
    archive=True,
    event=partial(event_face, ENGLISH, "open-space-board"),
    tomorrow=True,
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    copyfile(FOLDER / "conference.sqlite3", tmp_path / "bot.sqlite3")
    return tmp_path / "bot.sqlite3"


async def opened(path: Path) -> Book:
    """The book, after today's code has taken the file over."""
    async with Database(path) as db:
        return await DeskBook(db, lambda: NOW, ruled(RULES.limits)).read(THERE["guild"])


def before(table: str) -> list[dict[str, Any]]:
    with closing(sqlite3.connect(FOLDER / "conference.sqlite3")) as old:
        old.row_factory = sqlite3.Row
        return [dict(row) for row in old.execute(f"SELECT * FROM {table} ORDER BY id")]


def after(path: Path) -> list[dict[str, Any]]:
    with closing(sqlite3.connect(path)) as new:
        new.row_factory = sqlite3.Row
        return [dict(row) for row in new.execute("SELECT * FROM record ORDER BY id")]


def server() -> list[Seen]:
    """What the server shows."""
    shown = [
        Seen(c["id"], c["type"], c["parent"], c["name"], c["topic"], tuple(c["people"]))
        for c in THERE["channels"]
    ]
    for event in THERE["events"]:
        start, end = (datetime.fromisoformat(event[name]) for name in ("start", "end"))
        on = event["status"] == "active"
        face = Face(event["name"], event["description"], event["location"], start, end, on)
        shown.append(Seen(event["id"], "event", topic=face.description, face=face, ours=event["ours"]))
    return shown


def plan(book: Book, shown: list[Seen]) -> tuple[list[Note], list[Step]]:
    """What the keeper writes down and asks at its first look."""
    ids = {record.discord_id for record in book.rows.records}
    channels = [each for each in shown if each.kind != "event"]
    area = next(channel for channel in THERE["channels"] if channel["name"] == "Open Space")
    view = View(
        {each.id: each for each in shown if each.id in ids},
        tuple(each for each in shown if each.id not in ids),
        frozenset(each.id for each in channels if each.kind == "category"),
        Counter(each.parent_id for each in channels),
        len(channels),
        max(each.id for each in channels),
        tuple((whose, of == 0, allow, deny) for whose, of, allow, deny in area["overwrites"]),
        len(THERE["events"]),
    )
    scene = Scene(book, view, RULES, SETTINGS, Learnt())
    notes, steps = converge(scene, Wishes().of(scene))
    more, words = plan_words(scene)
    return notes + more, steps + words


async def test_every_channel_message_and_event_is_carried_over(path: Path) -> None:
    await opened(path)
    found = after(path)
    same = ("guild_id", "session_id", "surplus", "asked_at")
    channels, messages, events = before("channel"), before("message"), before("event")
    assert len(found) == len(channels) + len(messages) + len(events)
    for old in channels:
        [new] = [row for row in found if (row["kind"], row["session_id"]) == (old["kind"], old["session_id"])]
        kept = ("mark", "renamed_at", "renamed_before", "archived_at", "gone_at", *same)
        assert {name: new[name] for name in kept} == {name: old[name] for name in kept}
        assert (new["discord_id"], new["doubt"]) == (old["channel_id"], old["channel_id"] is None)
        assert json.loads(new["told"]).get("name") == old["label"]
    for old in messages:
        [new] = [row for row in found if row["discord_id"] == old["message_id"]]
        assert new["kind"] == {"board": "board-message"}.get(old["kind"], old["kind"])
        assert (new["parent_id"], new["told_at"]) == (old["channel_id"], old["edited_at"])
        told = json.loads(new["told"])
        assert (told["picture"], "pinned" in told) == (old["digest"], bool(old["pinned"]))
    for old in events:
        [new] = [row for row in found if row["discord_id"] == old["event_id"]]
        assert (json.loads(new["told"]), new["shown"]) == ({"face": old["wanted"]}, old["shown"])
        assert {name: new[name] for name in (*same, "told_at", "gone_at")} == {
            name: old[name] for name in (*same, "told_at", "gone_at")
        }
    card = next(row for row in found if row["kind"] == "card" and row["session_id"] == 1)
    assert card["archived_at"]  # with its channel: nothing looks after it any more


async def test_r14_the_keeper_asks_for_nothing_but_what_is_new(path: Path) -> None:
    """No rename, no second channel, no message: who may see what, and the cards' new buttons, once."""
    book = await opened(path)
    notes, steps = plan(book, server())
    assert [(note.fact.name, note.record and note.record.kind) for note in notes] == [("ADOPTED", Kind.VOICE)]
    assert [key_of(step).rsplit(" ", 2)[0] for step in steps] == [
        "change archive",
        "change board",
        "change news",
        "change card",
        "change card",
    ]
    assert [key_of(step).rsplit(" ", 1)[1] for step in steps] == ["access"] * 3 + ["picture"] * 2


async def test_r14_a_request_whose_answer_was_lost_before_the_change_is_adopted_after_it(path: Path) -> None:
    book = await opened(path)
    [pending] = [record for record in book.rows.records if record.discord_id is None]
    [made] = [each for each in server() if each.name == "In doubt"]
    [note] = plan(book, server())[0]
    assert (note.record, note.discord_id) == (pending, made.id)


async def test_r13_what_was_there_before_the_request_is_not_taken_for_its_answer(path: Path) -> None:
    """Somebody's own voice channel of the same name, of a minute and more before."""
    book = await opened(path)
    [pending] = [record for record in book.rows.records if record.discord_id is None]
    shown = [each for each in server() if each.name != "In doubt"]
    asked = int(pending.asked_at.timestamp() * 1000) - 1_420_070_400_000
    for seconds, taken in ((-3600, False), (-61, False), (-59, True), (5, True)):
        theirs = Seen((asked + seconds * 1000 << 22) + 5, "voice", 4444, "In doubt")
        notes = plan(book, [*shown, theirs])[0]
        assert ([note.discord_id for note in notes] == [theirs.id]) is taken


async def test_a_second_opening_of_the_file_changes_nothing(path: Path) -> None:
    first = await opened(path)
    again = await opened(path)
    assert again.rows == first.rows
    assert replace(again, rows=first.rows) == first
