"""The board beyond Discord: pages, pictures, calendars and JSON, fetched and read as people do."""

from __future__ import annotations

import asyncio
import html
import json
import re
import struct
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import aiohttp
from icalendar import Calendar

from bot.demo.look import web
from bot.demo.reading import read
from bot.demo.story import Story
from bot.domain.models import Session, State
from bot.ui.words import words_for

READER = "美玲"
TAKES_PLACE = {State.BOOKED, State.OPEN, State.ENDED}
SIZES = {"": (1200, 630), "?size=1920x1080": (1920, 1080)}
TALK = {"guid", "date", "start", "duration", "room", "title", "url", "persons"}
"""Some of what conference apps need of a session."""
PROMPT = 20.0
"""Seconds that a loaded machine has for one event of the stream."""
MINE = re.compile(r"http://\S+/mine/[\w-]+\.ics\?lang=[\w-]+")


class _Reader:
    """Who has the board's address."""

    def __init__(
        self, story: Story, http: aiohttp.ClientSession, board: str, sessions: list[Session]
    ) -> None:
        self.story = story
        self.http = http
        self.board = board
        self.sessions = sessions

    async def get(self, path: str, kind: str) -> bytes:
        """Fetch what is at a path below the board, or at a whole address; show how much that is."""
        url = path if path.startswith("http") else self.board + path
        async with self.http.get(url) as response:
            body = await response.read()
        name = url.removeprefix(self.board.rpartition("/")[0])
        name = re.sub(r"[\w-]{32}", "…", name)
        self.story.expect(response.status == 200, f"{name} is there, and no {response.status}")
        found = response.content_type
        self.story.expect(found == kind, f"{name} is {kind}, not {found}")
        self.story.line(f"{len(body) / 1000:6.1f} kB  {kind:<23}  {name}")
        return body

    async def page(self, path: str, language: str, words: list[str]) -> None:
        """Fetch a page; it has these words, in this language."""
        text = html.unescape((await self.get(path, "text/html")).decode())
        self.story.expect(f'<html lang="{language}">' in text, f"the page {path} speaks {language}")
        missing = next((each for each in words if each not in text), None)
        self.story.expect(missing is None, f"the page {path} says “{missing}”")

    async def parsed(self, path: str, kind: str, parse: Callable[[bytes], Any]) -> Any:
        """Fetch something for programs, which they can read."""
        body = await self.get(path, kind)
        try:
            found = parse(body)
        except ValueError:
            found = None
        return self.story.need(found, f"programs can read {path}")

    async def calendar(self, path: str, wanted: list[Session]) -> None:
        """Fetch a calendar; it holds these sessions, each at its time."""
        found = await self.parsed(path, "text/calendar", Calendar.from_ical)
        events = {str(event["uid"]): event for event in found.walk("VEVENT")}
        for each in wanted:
            event = events.get(f"session-{each.id}@openspace-bot.{each.guild_id}", {"dtstart": None})
            start = getattr(event["dtstart"], "dt", None)
            self.story.expect(start == each.start, f"{path} has “{each.topic}”, at its time")
        self.story.expect(found.walk("VTIMEZONE"), f"{path} describes the conference's zone")


async def on_the_web(story: Story) -> None:
    """R16, R19: what all may see in Discord is on the web too: live, as a picture, in calendars, in apps."""
    board = await web(story.world)
    story.expect(board, "the board is on the web")
    sessions = [c.session for c in await story.world.cards() if c.session.state in TAKES_PLACE]
    async with aiohttp.ClientSession() as http:
        reader = _Reader(story, http, board, sessions)
        await _browser(reader)
        await _live(reader)
        await _pictures(reader)
        await _calendars(reader)
        await _programs(reader)


async def _browser(reader: _Reader) -> None:
    reader.story.tell("The same board is on the web, for whoever is not in Discord. What browsers are given:")
    on = [each for each in reader.sessions if each.state is State.OPEN]
    for language in ("en", "zh-TW"):
        words = words_for(language)
        await reader.page(f"?lang={language}", language, [words("web-on"), *(each.topic for each in on)])
    await reader.page(f"/s/{on[0].id}", "en", [on[0].topic])
    await reader.page("/screen", "en", [each.topic for each in on])


async def _live(reader: _Reader) -> None:
    """Somebody joins while a browser looks: it is told."""
    story, topic = reader.story, _joined(reader)
    async with reader.http.get(f"{reader.board}/events?lang=en") as stream:
        await _told(stream)
        await story.slash(READER, "openspace join", session=topic, quoted=False)
        found = await _told(stream)
    story.expect(topic in str(found.get("parts")), f"open pages hear that {READER} joined “{topic}”")
    story.line("and pages that are open show it at once")


def _joined(reader: _Reader) -> str:
    """Return what the reader joins."""
    return next(each.topic for each in reversed(reader.sessions) if each.state is State.OPEN)


async def _told(stream: aiohttp.ClientResponse) -> dict[str, Any]:
    """Return what the next change of the board is told with; nothing where none is."""
    name = ""
    with suppress(TimeoutError):
        async with asyncio.timeout(PROMPT):
            while line := (await stream.content.readline()).decode():
                key, _, value = line.partition(":")
                name = value.strip() if key == "event" else name
                if key == "data" and name == "board":
                    return dict(json.loads(value))
    return {}


async def _pictures(reader: _Reader) -> None:
    reader.story.tell("As a picture, for previews of links and for slides:")
    for query, size in SIZES.items():
        data = await reader.get(f"/board.png{query}", "image/png")
        known = struct.unpack(">II", data[16:24]) if data.startswith(b"\x89PNG\r\n\x1a\n") else None
        reader.story.expect(known == size, f"the picture is {size[0]} × {size[1]}, not {known}")
    drawn = (await reader.get("/board.svg", "image/svg+xml")).decode()
    story = reader.story
    story.expect(drawn.startswith("<svg") and drawn.rstrip().endswith("</svg>"), "the drawing is whole")


async def _calendars(reader: _Reader) -> None:
    story, programme = reader.story, reader.story.world.programme
    story.tell("In calendars: all of it, today's, and what is one's own:")
    await reader.calendar("/calendar.ics", reader.sessions)
    today = programme.day_of(story.world.env.now())
    todays = [each for each in reader.sessions if programme.day_of(each.start) == today]
    await reader.calendar(f"/calendar/{today}.ics", todays)
    answer = await story.slash(READER, "openspace calendar", quoted=False)
    link = MINE.search("\n".join(read(story.world, answer, "zh-TW")))
    found = story.need(link, f"{READER} gets a private link")
    topic = _joined(reader)
    mine = [each for each in reader.sessions if topic == each.topic or each.host_name == READER]
    await reader.calendar(found[0], mine)


async def _programs(reader: _Reader) -> None:
    story, topics = reader.story, {each.topic for each in reader.sessions}
    story.tell("And for other programs, and the conference's own site:")
    found = await reader.parsed("/sessions.json", "application/json", json.loads)
    story.expect("$schema" in found, "sessions.json names its schema")
    schema = await reader.parsed(str(found["$schema"]), "application/schema+json", json.loads)
    story.expect(set(schema["required"]) <= found.keys(), "sessions.json has all that its schema wants")
    named = {str(each.get("topic")) for each in found["sessions"]}
    story.expect(topics <= named, f"sessions.json has every session, also {sorted(topics - named)}")
    found = await reader.parsed("/schedule.json", "application/json", json.loads)
    days = found.get("schedule", {}).get("conference", {}).get("days", [])
    talks = [talk for day in days for room in day["rooms"].values() for talk in room]
    story.expect(all(talk.keys() >= TALK for talk in talks), "apps find all that they need in schedule.json")
    story.expect({talk["title"] for talk in talks} == topics, "schedule.json has what takes place")
    await reader.page("/embed", "en", [])
    site = reader.board.rpartition("/")[0]
    found = await reader.parsed(f"{site}/-/oembed?url={reader.board}", "application/json", json.loads)
    story.expect(
        f'<iframe src="{reader.board}/embed"' in found.get("html", ""), "sites learn how to embed it"
    )
