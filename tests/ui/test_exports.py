"""The exports: tables that spreadsheets and programs read back, and a calendar that calendars do."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from bot.domain.models import Session, State
from bot.domain.refusal import Refusal
from bot.service.exports import Presence, Records
from bot.ui.exchange import Attachment
from bot.ui.exports import BOM, COLUMNS, TABLES, Export, Form, What, files, fitting, read_form, read_what
from tests.ui.samples import CHINESE, ENGLISH, at, programme, session

LINKED = replace(programme(), notes_link="https://pad.example.org/p/{id}-{topic}")
NOW = at(17, 2)
OVER: dict[str, Any] = {"state": State.ENDED, "desk": 1, "notes_topic": "Git"}
HELD = session(
    1,
    at(10),
    closed=at(10.5),
    host_id=2**60 + 1,
    topic="Git",
    description='One, "two"\nthree',
    takeaway="Use uv",
    seats=3,
    **OVER,
)
OFF = session(2, at(11), state=State.CANCELLED, closed=at(9), why="Ill")
FORGOTTEN = session(3, at(11, 2), closed=at(12, 2), host_id=0, host_name="", **OVER)
RECORDS = Records(
    guild_id=1,
    sessions=(HELD, OFF, FORGOTTEN),
    created={1: at(8), 2: at(8), 3: at(8, 2)},
    changes={1: (4, at(10.5)), 2: (1, at(9))},
    cohosts={1: [(9, "dee"), (0, "")]},
    joins=(Presence(1, 8, "bo", at(9)), Presence(1, 0, "", at(9.5)), Presence(3, 8, "bo", at(10, 2))),
    visits=(Presence(1, 2**60 + 1, "ana", at(10)),),
)
ALL = Export(RECORDS, LINKED, NOW)


def made(what: What, form: Form | None = None, export: Export = ALL) -> dict[str, bytes]:
    return {file.name: file.data for file in files(ENGLISH, export, what, form)}


def rows(what: What, export: Export = ALL) -> list[dict[str, str]]:
    """A table as a spreadsheet reads it."""
    [data] = made(what, Form.CSV, export).values()
    text = data.decode("utf-8")
    assert text.startswith(BOM)
    return list(csv.DictReader(io.StringIO(text.removeprefix(BOM), newline="")))


def calendar_of(export: Export = ALL, words: Any = ENGLISH) -> Calendar:
    [file] = files(words, export, What.CALENDAR, None)
    found = Calendar.from_ical(file.data)
    assert isinstance(found, Calendar)
    return found


def events(export: Export = ALL) -> list[Any]:
    return list(calendar_of(export).walk("VEVENT"))


def test_a_session_is_a_row_with_all_that_is_known() -> None:
    first, second, third = rows(What.SESSIONS)
    assert first == {
        "session_id": "1",
        "day": "2026-01-01",
        "start": "2026-01-01 10:00:00",
        "end": "2026-01-01 11:00:00",
        "closed": "2026-01-01 10:30:00",
        "state": "ended",
        "desk": "1",
        "topic": "Git",
        "description": 'One, "two"\nthree',
        "host": "ana",
        "host_id": str(2**60 + 1),
        "cohosts": "dee",
        "seats": "3",
        "joined": "2",
        "visited": "1",
        "reason": "",
        "takeaway": "Use uv",
        "notes": "https://pad.example.org/p/1-git",
        "booked": "2026-01-01 08:00:00",
    }
    assert (second["state"], second["reason"], second["seats"]) == ("cancelled", "Ill", "")
    assert (third["host"], third["host_id"]) == ("", "")  # who had themselves forgotten


def test_people_stand_with_the_session_and_the_forgotten_without_name_and_id() -> None:
    joins = rows(What.JOINS)
    assert [(r["session_id"], r["person"], r["person_id"], r["joined"]) for r in joins] == [
        ("1", "bo", "8", "2026-01-01 09:00:00"),
        ("1", "", "", "2026-01-01 09:30:00"),
        ("3", "bo", "8", "2026-01-02 10:00:00"),
    ]
    [visit] = rows(What.VISITS)
    assert (visit["topic"], visit["person"], visit["came"]) == ("Git", "ana", "2026-01-01 10:00:00")


def test_takeaways_are_those_of_what_took_place_and_show_which_are_missing() -> None:
    assert [(r["session_id"], r["takeaway"]) for r in rows(What.TAKEAWAYS)] == [("1", "Use uv"), ("3", "")]


@pytest.mark.parametrize("what", TABLES)
def test_an_empty_table_still_names_its_columns(what: What) -> None:
    nothing = replace(RECORDS, sessions=(), joins=(), visits=())
    [data] = made(what, Form.CSV, replace(ALL, records=nothing)).values()
    assert data.decode("utf-8-sig").strip().split(",") == list(COLUMNS[what])


def test_one_day_is_that_day_alone() -> None:
    second = replace(ALL, day=date(2026, 1, 2))
    assert [r["session_id"] for r in rows(What.SESSIONS, second)] == ["3"]
    assert [r["session_id"] for r in rows(What.JOINS, second)] == ["3"]
    assert rows(What.VISITS, second) == []
    assert [e["uid"] for e in events(second)] == ["session-3@openspace-bot.1"]
    assert list(made(What.JOINS, Form.CSV, second)) == ["openspace-joins-2026-01-02.csv"]


@pytest.mark.parametrize("start", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "＝1", "＋1", "－1", "＠x"])
def test_r16_no_cell_is_a_formula(start: str) -> None:
    evil = replace(HELD, topic=start, host_name=start, description=start, why=start, takeaway=start)
    export = replace(ALL, records=replace(RECORDS, sessions=(evil,), cohosts={1: [(9, start)]}))
    [row] = rows(What.SESSIONS, export)
    for column in ("topic", "host", "description", "reason", "takeaway", "cohosts"):
        assert row[column] == "'" + start
    assert rows(What.TAKEAWAYS, export)[0]["takeaway"] == "'" + start
    people = replace(export, records=replace(export.records, joins=(Presence(1, 8, start, at(9)),)))
    assert rows(What.JOINS, people)[0]["person"] == "'" + start


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\0"), max_size=40))
def test_r16_whatever_is_in_a_topic_comes_back(topic: str) -> None:
    export = replace(ALL, records=replace(RECORDS, sessions=(replace(HELD, topic=topic or "x"),)))
    [row] = rows(What.SESSIONS, export)
    assert row["topic"].removeprefix("'") == (topic or "x").removeprefix("'")
    assert not row["topic"].startswith(("=", "+", "-", "@", "\t"))
    [data] = made(What.SESSIONS, Form.JSON, export).values()
    assert json.loads(data)["sessions"][0]["topic"] == (topic or "x")


def test_programs_read_the_same_with_types_and_offsets() -> None:
    [(name, data)] = made(What.ALL, Form.JSON).items()
    whole = json.loads(data)
    assert name == "openspace-all.json"
    assert (whole["conference"], whole["timezone"], whole["server_id"]) == ("PyCon Sim", "Asia/Taipei", "1")
    assert whole["exported"] == "2026-01-02T17:00:00+08:00"
    first = whole["sessions"][0]
    assert (first["start"], first["seats"], first["host_id"]) == (
        "2026-01-01T10:00:00+08:00",
        3,
        str(2**60 + 1),
    )
    assert datetime.fromisoformat(first["closed"]) == HELD.closed
    assert whole["sessions"][1]["seats"] is None
    assert [len(whole[what]) for what in TABLES] == [3, 3, 1, 2]


@pytest.mark.parametrize(
    ("what", "form", "names"),
    [
        (What.ALL, None, ["sessions.csv", "joins.csv", "visits.csv", "takeaways.csv", "calendar.ics"]),
        (What.ALL, Form.CSV, ["sessions.csv", "joins.csv", "visits.csv", "takeaways.csv"]),
        (What.ALL, Form.JSON, ["all.json"]),
        (What.ALL, Form.ICS, ["calendar.ics"]),
        (What.JOINS, None, ["joins.csv"]),
        (What.JOINS, Form.JSON, ["joins.json"]),
        (What.JOINS, Form.ICS, ["calendar.ics"]),
        (What.CALENDAR, None, ["calendar.ics"]),
        (What.CALENDAR, Form.CSV, ["calendar.ics"]),
    ],
)
def test_which_files_there_are(what: What, form: Form | None, names: list[str]) -> None:
    assert list(made(what, form)) == [f"openspace-{name}" for name in names]


@pytest.mark.parametrize(
    ("typed", "what"), [("joins", What.JOINS), ("Who joined", What.JOINS), ("行事曆", What.CALENDAR)]
)
def test_shown_names_do_as_well_as_values(typed: str, what: What) -> None:
    assert read_what(typed) is what
    assert (read_form("json"), read_form("csv，給試算表"), read_form("ICS, for calendars")) == (
        Form.JSON,
        Form.CSV,
        Form.ICS,
    )


# ----------------------------------------------------------------------------------------------- calendar


def test_the_calendar_is_read_back_with_times_of_the_conference() -> None:
    first, second, third = events()
    assert [e["uid"] for e in (first, second, third)] == [f"session-{n}@openspace-bot.1" for n in (1, 2, 3)]
    assert [e["status"] for e in (first, second, third)] == ["CONFIRMED", "CANCELLED", "CONFIRMED"]
    assert [e["sequence"] for e in (first, second, third)] == [4, 1, 0]
    assert first["dtstart"].dt == at(10).astimezone(ZoneInfo("Asia/Taipei"))
    assert first["dtend"].dt == at(10.5)  # it ended early
    assert first["dtstart"].params["TZID"] == "Asia/Taipei"
    assert first["dtstamp"].dt == at(10.5)  # not when it is asked for: unchanged, it is the same file
    assert first["last-modified"].dt == at(10.5)
    assert first["summary"] == "Git"
    assert first["description"] == 'One, "two"\nthree\n\nHost: ana\n\n💡 Use uv'
    assert first["location"] == "Discord, desk 1"
    assert first["url"] == "https://pad.example.org/p/1-git"
    assert "Host" not in third["description"]


def test_the_calendar_has_what_calendars_ask_for() -> None:
    """RFC 5545: each of these is looked for by Google's, Apple's and Outlook's import."""
    found = calendar_of()
    assert (found["version"], found["calscale"], found["method"]) == ("2.0", "GREGORIAN", "PUBLISH")
    assert found["prodid"]
    assert found["x-wr-calname"] == "PyCon Sim: Open Spaces"
    assert [zone["tzid"] for zone in found.walk("VTIMEZONE")] == ["Asia/Taipei"]
    [data] = made(What.CALENDAR).values()
    lines = data.split(b"\r\n")
    assert b"\n" not in data.replace(b"\r\n", b"")
    assert max(map(len, lines)) <= 75
    for event in events():
        assert {"UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "STATUS", "SEQUENCE"} <= set(event)
        assert event["dtend"].dt > event["dtstart"].dt
    assert calendar_of(words=CHINESE)["x-wr-calname"] == "PyCon Sim：Open Space"


def test_the_zone_of_the_calendar_knows_when_clocks_change() -> None:
    prague = replace(LINKED, zone=ZoneInfo("Europe/Prague"))
    spring = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)
    over = session(5, spring, 60, **OVER, closed=spring + timedelta(hours=1))
    export = Export(replace(RECORDS, sessions=(over,)), prague, NOW)
    [event] = events(export)
    assert event["dtstart"].dt.utctimetuple() == spring.utctimetuple()
    assert event["dtend"].dt.utctimetuple() == (spring + timedelta(hours=1)).utctimetuple()
    [zone] = calendar_of(export).walk("VTIMEZONE")
    assert {part.name for part in zone.subcomponents} == {"STANDARD", "DAYLIGHT"}


def test_a_calendar_of_nothing_is_one_too() -> None:
    assert events(replace(ALL, day=date(2030, 1, 1))) == []


def test_what_is_over_by_the_clock_ends_when_it_was_to() -> None:
    late: Session = session(4, at(10, 2), state=State.OPEN, desk=2)
    export = replace(ALL, records=replace(RECORDS, sessions=(late,)))
    assert rows(What.SESSIONS, export)[0]["state"] == "ended"
    assert events(export)[0]["dtend"].dt == at(11, 2)


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=100))
def test_r16_whatever_a_topic_is_the_calendar_can_be_read(topic: str) -> None:
    export = replace(ALL, records=replace(RECORDS, sessions=(replace(HELD, topic=topic, description=topic),)))
    [event] = events(export)
    assert str(event["summary"]) == topic
    assert str(event["description"]).startswith(topic)


# ------------------------------------------------------------------------------------------------ by mail


def test_what_a_message_cannot_carry_is_packed_and_then_refused() -> None:
    small = [Attachment("a.csv", b"a" * 10), Attachment("b.csv", b"b" * 10)]
    assert fitting(small, 10, 20) == small
    large = [Attachment(file.name, file.data * 100) for file in small]
    for each, together in ((900, 9000), (1000, 1900)):
        [packed] = fitting(large, each, together)
        with zipfile.ZipFile(io.BytesIO(packed.data)) as archive:
            assert archive.namelist() == ["a.csv", "b.csv"]
            assert archive.read("b.csv") == b"b" * 1000
    with pytest.raises(Refusal) as caught:
        fitting(small, 9, 20)
    assert caught.value.code == "export-too-large"
