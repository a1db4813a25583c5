"""What programs read of a board: calendars that calendars take, and JSON that is what its schema says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import ics  # type: ignore[import-untyped]  # it ships no types
import pytest
from icalendar import Calendar
from jsonschema import Draft202012Validator

from bot.config_web import Page
from bot.domain.models import State
from bot.service.calendars import Dated
from bot.store import refused
from bot.ui.veil import digest
from bot.ui.words import words_for
from bot.web import feeds
from bot.web.drawing import Place
from bot.web.view import face_of
from tests.cogs.test_gate import hide
from tests.service.support import at
from tests.web.conftest import PAGE, SLUG, MakeReader, Reader
from tests.web.test_view import VEIL, board, session

SITE = "https://openspace.example.org"
SCHEMAS = Path(__file__).parents[2] / "data" / "web" / "schemas"
ENGLISH = words_for("en")
PLACE = Place(SITE, "", SLUG, Page())
EVIL = '</script><b>\r\nEND:VCALENDAR\u202e🎉,;\\"'


def events(text: str) -> dict[str, Any]:
    """The events of a calendar by their title, as icalendar reads them."""
    return {str(event["summary"]): event for event in Calendar.from_ical(text).walk("VEVENT")}


def others(text: str) -> dict[str, ics.Event]:
    """The same as another program reads them."""
    return {str(event.name): event for event in ics.Calendar(text).events}


def problems(schema: Any, value: Any) -> list[str]:
    Draft202012Validator.check_schema(schema)
    checked = Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)
    return [f"{error.json_path}: {error.message}" for error in checked.iter_errors(value)]


def schema(name: str) -> Any:
    return json.loads((SCHEMAS / name).read_text(encoding="utf-8"))


FRAB = json.loads((Path(__file__).parent / "schedule.schema.json").read_text(encoding="utf-8"))


async def morning(reader: Reader) -> None:
    """One session is on, one is booked, one was called off, one is over."""
    world = reader.world
    await world.host("quentin", "Git", minutes=60, description="Bring, your; repository")
    await world.host("bo", "Rust", "11:00", minutes=60)
    await world.host("cy", "Zig", "12:00")
    await reader.closes("cy", "cancel", 3)
    await world.host("dan", "Go", minutes=30)
    await world.join("xaver", "Git")
    await world.until("08:31")


# ----------------------------------------------------------------------------------------------- calendars


async def test_a_calendar_is_read_back_by_two_programs(reader: Reader) -> None:
    await morning(reader)
    text, headers = await reader.answer(f"/{SLUG}/calendar.ics")
    assert headers["Content-Type"] == "text/calendar; charset=utf-8"
    found, other = events(text), others(text)
    assert found.keys() == other.keys() == {"Git", "Rust", "Zig", "Go"}
    guild = reader.world.guild.id
    assert [str(found[name]["uid"]) for name in ("Git", "Rust", "Zig")] == [
        f"session-{number}@openspace-bot.{guild}" for number in (1, 2, 3)
    ]
    assert {name: str(event["status"]) for name, event in found.items()} == {
        "Git": "CONFIRMED",
        "Rust": "CONFIRMED",
        "Zig": "CANCELLED",
        "Go": "CONFIRMED",
    }
    begins = datetime(2026, 1, 1, 3, tzinfo=UTC)
    assert found["Rust"]["dtstart"].dt == other["Rust"].begin.datetime == begins
    assert found["Rust"]["dtstart"].params["TZID"] == "Asia/Taipei"
    assert other["Rust"].end.datetime == begins + timedelta(hours=1)
    assert other["Zig"].status == "CANCELLED"
    assert other["Git"].uid == str(found["Git"]["uid"])
    assert other["Git"].url == str(found["Git"]["url"]) == f"{SITE}/{SLUG}/s/1"
    assert found["Git"]["location"] == "Discord, desk 1"
    assert "Bring, your; repository" in found["Git"]["description"]


async def test_a_change_has_the_next_number_and_what_is_unchanged_is_not_sent_again(reader: Reader) -> None:
    await morning(reader)
    text, headers = await reader.answer(f"/{SLUG}/calendar.ics")
    known = {"If_None_Match": headers["ETag"]}
    empty, _ = await reader.answer(f"/{SLUG}/calendar.ics", status=304, **known)
    assert not empty
    world = reader.world
    await world.until("08:33")
    assert (await reader.answer(f"/{SLUG}/calendar.ics"))[0] == text
    await world.person("bo").slash(world.lobby, "openspace edit", session="Rust", when="13:00")
    later, headers = await reader.answer(f"/{SLUG}/calendar.ics", **known)
    before, after = events(text), events(later)
    assert headers["ETag"] != known["If_None_Match"]
    assert after["Rust"]["uid"] == before["Rust"]["uid"]
    assert after["Rust"]["sequence"] > before["Rust"]["sequence"]
    assert after["Rust"]["dtstart"].dt - before["Rust"]["dtstart"].dt == timedelta(hours=2)
    assert after["Git"]["sequence"] == before["Git"]["sequence"]


async def test_a_calendar_has_what_google_apple_and_outlook_go_by(reader: Reader) -> None:
    await morning(reader)
    text = await reader.get("/calendar.ics")
    found: Any = Calendar.from_ical(text)
    assert found["method"] == "PUBLISH"
    assert found["x-wr-calname"] == found["name"] == "PyCon Sim: Open Spaces"
    assert found["x-published-ttl"] == "PT15M"
    assert found["refresh-interval"].dt == timedelta(minutes=15)
    assert [zone["tzid"] for zone in found.walk("VTIMEZONE")] == ["Asia/Taipei"]
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    chinese = await reader.get("/calendar.ics?lang=zh-TW", Accept_Language="en")
    assert Calendar.from_ical(chinese)["x-wr-calname"] == "PyCon Sim：Open Space"


async def test_one_day_is_that_day_alone_and_another_is_not_there(reader: Reader) -> None:
    await morning(reader)
    await reader.world.host("fay", "Tomorrow", "day 2 11:00")
    assert events(await reader.get("/calendar/2026-01-01.ics")).keys() == {"Git", "Rust", "Zig", "Go"}
    assert events(await reader.get("/calendar/2026-01-02.ics")).keys() == {"Tomorrow"}
    for day in ("2026-01-03", "2026-02-30", "0000-00-00", "١٢٣٤-٠١-٠١", "x"):
        await reader.get(f"/calendar/{day}.ics", status=404)


async def test_hosts_are_named_only_where_organizers_say_so_and_guests_never(make_reader: MakeReader) -> None:
    reader = await make_reader(PAGE | {"host_names": False})
    await morning(reader)
    paths = ("/calendar.ics", "/sessions.json", "/schedule.json", "/board.svg")
    shown = [(await reader.get(path)).lower() for path in paths]
    assert not any(name in text for text in shown for name in ("quentin", "xaver"))
    await reader.world.set(page__host_names=True)
    shown = [(await reader.get(path)).lower() for path in paths]
    assert all("quentin" in text for text in shown)
    assert not any("xaver" in text for text in shown)


async def test_r19_what_is_hidden_in_discord_is_in_no_feed(reader: Reader) -> None:
    await morning(reader)
    paths = ("/calendar.ics", "/calendar/2026-01-01.ics", "/sessions.json", "/schedule.json", "/board.svg")
    for path in paths:
        await reader.get(path)
    await hide(reader.world)
    for path in (*paths, "/board.png", "/embed"):
        await reader.get(path, status=404)


# ----------------------------------------------------------------------------------------------------- JSON


async def test_sessions_are_what_the_published_schema_says(reader: Reader) -> None:
    await morning(reader)
    found = json.loads(await reader.get("/sessions.json"))
    assert found["$schema"] == f"{SITE}/-/schemas/sessions-1.json"
    published, headers = await reader.answer("/-/schemas/sessions-1.json")
    assert headers["Content-Type"].startswith("application/schema+json")
    assert headers["Access-Control-Allow-Origin"] == "*"
    assert problems(json.loads(published), found) == []
    assert {each["topic"]: each["state"] for each in found["sessions"]} == {
        "Git": "open",
        "Rust": "booked",
        "Zig": "cancelled",
        "Go": "ended",
    }
    git = next(each for each in found["sessions"] if each["topic"] == "Git")
    assert git == {
        "id": 1,
        "url": f"{SITE}/{SLUG}/s/1",
        "topic": "Git",
        "description": "Bring, your; repository",
        "host": "quentin",
        "day": "2026-01-01",
        "starts": "2026-01-01T00:00:00Z",
        "ends": "2026-01-01T01:00:00Z",
        "state": "open",
        "desk": 1,
        "joined": 1,
        "seats": None,
        "discord": git["discord"],
    }
    assert git["discord"].startswith("https://discord.com/channels/")
    await reader.answer("/-/schemas/../../secrets.json", status=404)
    await reader.answer("/-/schemas/nothing.json", status=404)


def keys(schema: Any, root: Any) -> Iterator[tuple[str, set[str], set[str]]]:
    """Each object of a schema: its name, what it has, and what it must have."""
    for name, part in ({"": root} | root["$defs"]).items():
        if "properties" in part:
            yield name, set(part["properties"]), set(part["required"])


def test_nothing_is_given_that_the_schema_does_not_speak_of() -> None:
    own = schema("sessions-1.json")
    assert all(has == needs for _, has, needs in keys(own, own))
    strict = json.loads(
        json.dumps(own).replace('"type": "object"', '"type": "object", "additionalProperties": false')
    )
    shown = board(session(1, at("10:00"), state=State.OPEN, desk=1), session(2, at("12:00")))
    found = feeds.sessions(face_of(shown, Page(host_names=True), VEIL, at("10:30")), PLACE)
    assert problems(strict, json.loads(feeds.as_json(found))) == []
    del found["sessions"][0]["topic"]
    assert problems(own, found)


async def test_the_schedule_is_what_conference_apps_take(reader: Reader) -> None:
    await morning(reader)
    found = json.loads(await reader.get("/schedule.json"))
    assert problems(FRAB, found) == []
    conference = found["schedule"]["conference"]
    assert (conference["start"], conference["end"], conference["daysCount"]) == (
        "2026-01-01",
        "2026-01-02",
        2,
    )
    first, second = conference["days"]
    assert (first["day_start"], first["day_end"]) == (
        "2026-01-01T08:00:00+08:00",
        "2026-01-01T16:15:00+08:00",
    )
    talks = [talk for talks in first["rooms"].values() for talk in talks]
    assert {talk["title"] for talk in talks} == {"Git", "Rust", "Go"}  # what was called off is no talk
    assert not any(second["rooms"].values())
    rust = next(talk for talk in talks if talk["title"] == "Rust")
    assert (rust["date"], rust["start"], rust["duration"]) == ("2026-01-01T11:00:00+08:00", "11:00", "01:00")
    assert [person["name"] for person in rust["persons"]] == ["bo"]
    assert rust["room"] in {room["name"] for room in conference["rooms"]}
    again = json.loads(await reader.get("/schedule.json"))
    assert again == found
    await reader.world.host("gus", "Nim", "15:00")
    later = json.loads(await reader.get("/schedule.json"))
    assert later["schedule"]["version"] != found["schedule"]["version"]
    [guid] = {
        t["guid"]
        for ts in later["schedule"]["conference"]["days"][0]["rooms"].values()
        for t in ts
        if t["id"] == 2
    }
    assert guid == rust["guid"]


def test_sessions_side_by_side_are_in_rooms_of_their_own() -> None:
    shown = board(*(session(n, at("12:00"), 60) for n in range(1, 5)), session(9, at("13:00")))
    found = feeds.schedule(ENGLISH, face_of(shown, Page(), VEIL, at("10:00")), PLACE, 1)
    rooms = found["schedule"]["conference"]["days"][0]["rooms"]
    assert [len(talks) for talks in rooms.values()] == [2, 1, 1, 1]
    assert problems(FRAB, json.loads(feeds.as_json(found))) == []


def test_a_conference_without_sessions_is_one_too() -> None:
    face = face_of(board(), Page(), VEIL, at("10:00"))
    assert problems(FRAB, feeds.schedule(ENGLISH, face, PLACE, 1)) == []
    assert problems(schema("sessions-1.json"), feeds.sessions(face, PLACE)) == []


async def test_r16_strangers_words_break_no_feed_and_refused_ones_are_in_none(reader: Reader) -> None:
    world = reader.world
    await world.host("ana", EVIL, minutes=60, description=EVIL)
    topic = json.loads(await reader.get("/sessions.json"))["sessions"][0]["topic"]
    text = await reader.get("/calendar.ics")
    assert list(events(text)) == [topic]
    assert len(others(text)) == 1
    assert problems(FRAB, json.loads(await reader.get("/schedule.json"))) == []
    assert "<b>" not in await reader.get("/board.svg")
    async with world.bot.database.transaction() as tx:
        await refused.add(tx, world.guild.id, digest(topic), world.env.now())
    await world.host("bo", "Git")
    assert list(events(await reader.get("/calendar.ics"))) == ["(this topic can't be shown)", "Git"]
    for path, key in (("/sessions.json", "topic"), ("/schedule.json", "title")):
        assert f'"{key}": {json.dumps(topic, ensure_ascii=False)}' not in await reader.get(path)


async def test_pages_of_the_sites_that_organizers_name_may_read_feeds(make_reader: MakeReader) -> None:
    reader = await make_reader(PAGE | {"embed_origins": ["https://tw.pycon.org"]})
    for path in ("/sessions.json", "/schedule.json", "/calendar.ics"):
        _, mine = await reader.answer(f"/{SLUG}{path}", Origin="https://tw.pycon.org")
        assert mine["Access-Control-Allow-Origin"] == "https://tw.pycon.org"
        assert "Origin" in mine["Vary"]
        _, theirs = await reader.answer(f"/{SLUG}{path}", Origin="https://evil.example")
        assert "Access-Control-Allow-Origin" not in theirs


def test_what_a_calendar_says_is_what_a_page_may_show() -> None:
    said = replace(session(1, at("10:00")), takeaway="Secret plan")
    dated = Dated(1, (said,), {1: at("09:00")}, {})
    text = feeds.ics(ENGLISH, dated, PLACE, VEIL, board().programme).decode()
    assert "Topic 1" in text
    assert "Ana" not in text
    assert "Secret" not in text


@pytest.mark.parametrize(
    ("zone", "evening"),
    [
        ("Europe/Berlin", "2026-10-24T20:00"),
        ("America/New_York", "2026-03-07T23:00"),
        ("UTC", "2026-01-01T12:00"),
    ],
)
def test_r1_a_calendar_has_the_right_instants_also_in_the_night_in_which_the_clocks_change(
    zone: str, evening: str
) -> None:
    rules = replace(board().programme, zone=ZoneInfo(zone))
    begin = datetime.fromisoformat(evening).replace(tzinfo=UTC)
    sessions = tuple(session(number, begin + timedelta(hours=number), 60) for number in range(12))
    dated = Dated(1, sessions, {}, {})
    text = feeds.ics(ENGLISH, dated, PLACE, VEIL, rules).decode()
    expected = {f"Topic {each.id}": (each.start, each.end) for each in sessions}
    mine = {name: (event["dtstart"].dt, event["dtend"].dt) for name, event in events(text).items()}
    theirs = {name: (event.begin.datetime, event.end.datetime) for name, event in others(text).items()}
    for found in (mine, theirs):
        assert {
            name: tuple(each.astimezone(UTC) for each in span) for name, span in found.items()
        } == expected


@pytest.mark.parametrize(
    "path", ["/board.png?size=9x9", "/board.gif", "/calendar.ics/", "/mine/x.ics", "/embed"]
)
async def test_what_nobody_offers_is_not_there(reader: Reader, path: str) -> None:
    await reader.get(path, status=404)
