"""What programs read of a board: calendars, sessions as JSON, and the schedule that conference apps take.

Nothing here waits. Each feed is the same file again while nothing changes, so that readers need not take it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from hashlib import sha256
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from bot.config_web import Page
from bot.domain.lanes import numbers_of
from bot.domain.models import Highlight, Session, State, Window
from bot.domain.programme import Programme
from bot.service.exports import Dated
from bot.ui.ics import calendar
from bot.ui.veil import Veil
from bot.ui.words import BOTH, ENGLISH, Words
from bot.web.drawing import Place
from bot.web.shelf import Published
from bot.web.view import Entry, Face

Draw = Callable[[Words, Face, Published], dict[str, Any]]
"""Makes a feed of a board in a language."""
SESSIONS = "sessions-1.json"
"""The schema of our own, by its file's name; a change that breaks readers is another number."""
TAKES_PLACE = {State.BOOKED, State.OPEN, State.ENDED}
SLOT = "00:05"
"""The grid of times that conference apps are told of: hours and minutes."""
COLOUR = "#4453d6"


def ics(
    words: Words, dated: Dated, place: Place, veil: Veil, programme: Programme, *, own: bool = False
) -> bytes:
    """Return sessions as a calendar, with what a page may show of them (R16); `own`: those of one person."""
    sessions = [_public(session, place.page, veil) for session in dated.sessions]
    return calendar(words, dated, programme, sessions, lambda s: f"{place.address}/s/{s.id}", own=own)


def of_day(dated: Dated, programme: Programme, day: date) -> Dated:
    """Return the sessions of one day of the conference (R2)."""
    return replace(dated, sessions=tuple(s for s in dated.sessions if programme.day_of(s.start) == day))


def _public(session: Session, page: Page, veil: Veil) -> Session:
    shown = veil.session(session)
    return replace(shown, host_name=shown.host_name if page.host_names else "", takeaway="")


# ------------------------------------------------------------------------------------------------- sessions


def sessions(face: Face, place: Place) -> dict[str, Any]:
    """Return a board as JSON, by a schema of our own: data/web/schemas/sessions-1.json."""
    programme = face.programme
    return {
        "$schema": f"{place.url}/-/schemas/{SESSIONS}",
        "conference": {
            "name": face.name,
            "time_zone": programme.zone.key,
            "desks": programme.limits.parallel_limit,
            "windows": [_window(window) for window in programme.windows],
        },
        "url": place.address,
        "stale_since": _utc(face.since) if face.since else None,
        "paused": face.pause is not None,
        "sessions": [_session(entry, face, place) for entry in _in_order(face.entries.values())],
        "wanted": [{"topic": wanted.topic, "people": wanted.people} for wanted in face.wanted],
    }


def _session(entry: Entry, face: Face, place: Place) -> dict[str, Any]:
    return {
        "id": entry.id,
        "url": f"{place.address}/s/{entry.id}",
        "topic": entry.topic,
        "description": entry.description,
        "host": entry.host or None,
        "day": face.programme.day_of(entry.start).isoformat(),
        "starts": _utc(entry.start),
        "ends": _utc(entry.end),
        "state": str(entry.state),
        "desk": entry.desk,
        "joined": entry.people,
        "seats": entry.seats,
        "discord": entry.link or None,
    }


def _window(window: Window) -> dict[str, Any]:
    return {**_span(window), "highlights": [_span(highlight) for highlight in window.highlights]}


def _span(span: Window | Highlight) -> dict[str, str]:
    return {"name": span.name, "opens": _utc(span.start), "closes": _utc(span.end)}


def _utc(instant: datetime) -> str:
    return f"{instant:%Y-%m-%dT%H:%M:%SZ}"


def _in_order(entries: Iterable[Entry]) -> list[Entry]:
    return sorted(entries, key=lambda entry: (entry.start, entry.id))


# ------------------------------------------------------------------------------------------------- schedule


def schedule(words: Words, face: Face, place: Place, guild_id: int) -> dict[str, Any]:
    """Return what takes place as frab and pretalx give it, which conference apps take beside the talks.

    The form is described at https://c3voc.de/wiki/schedule. Desks are rooms; a session that has no desk yet
    stands where one is free.
    """
    conference = _Schedule(words, face, place, guild_id).conference()
    version = sha256(json.dumps(conference, sort_keys=True).encode()).hexdigest()[:12]
    return {
        "$schema": "https://c3voc.de/schedule/schema.json",
        "generator": {"name": "openspace-bot"},
        "schedule": {"version": version, "base_url": f"{place.address}/", "conference": conference},
    }


@dataclass(frozen=True, slots=True)
class _Schedule:
    """What a schedule is made of."""

    words: Words
    face: Face
    place: Place
    guild_id: int

    def conference(self) -> dict[str, Any]:
        """Return all of it."""
        face, words, days = self.face, self.words, self._days()
        numbers = {each: number for _, entries in days for each, number in numbers_of(entries).items()}
        rooms = [words("feed-room", number=n) for n in range(1, max(numbers.values(), default=0) + 1)]
        dates = [day for day, _ in days] or [face.today]
        return {
            "acronym": self._acronym(),
            "title": words("web-title", conference=face.name),
            "start": dates[0].isoformat(),
            "end": dates[-1].isoformat(),
            "daysCount": len(days),
            "timeslot_duration": SLOT,
            "time_zone_name": face.programme.zone.key,
            "url": self.place.address,
            "tracks": [{"name": words("web-kicker"), "color": COLOUR}],
            "rooms": [{"name": room, "guid": self._guid("room", room)} for room in rooms],
            "days": [self._day(index, *each, rooms, numbers) for index, each in enumerate(days, start=1)],
        }

    def _days(self) -> list[tuple[date, list[Entry]]]:
        """Return each day with its sessions."""
        programme = self.face.programme
        by_day: dict[date, list[Entry]] = {day: [] for day in programme.days()}
        for entry in _in_order(self.face.entries.values()):
            if entry.state in TAKES_PLACE:
                by_day.setdefault(programme.day_of(entry.start), []).append(entry)
        return sorted(by_day.items())

    def _day(
        self, index: int, day: date, entries: list[Entry], rooms: list[str], numbers: Mapping[int, int]
    ) -> dict[str, Any]:
        spans: list[Window | Entry] = [*self.face.programme.windows_of(day), *entries]
        return {
            "index": index,
            "date": day.isoformat(),
            "day_start": self._local(min(span.start for span in spans)),
            "day_end": self._local(max(span.end for span in spans)),
            "rooms": {
                room: [self._talk(entry, room) for entry in entries if numbers[entry.id] == number]
                for number, room in enumerate(rooms, start=1)
            },
        }

    def _talk(self, entry: Entry, room: str) -> dict[str, Any]:
        kind, language, host = self.words("web-kicker"), self.words.language, entry.host
        minutes = round((entry.end - entry.start).total_seconds() / 60)
        person = {"guid": self._guid("host", host), "name": host, "public_name": host}
        return {
            "id": entry.id,
            "guid": self._guid("session", str(entry.id)),
            "date": self._local(entry.start),
            "start": f"{self.face.programme.local(entry.start):%H:%M}",
            "duration": f"{minutes // 60:02}:{minutes % 60:02}",
            "room": room,
            "slug": f"{self._acronym()}-{entry.id}",
            "url": f"{self.place.address}/s/{entry.id}",
            "title": entry.topic,
            "subtitle": "",
            "track": kind,
            "type": kind,
            "language": ENGLISH if language == BOTH else language,
            "abstract": entry.description,
            "description": "",
            "recording_license": "",
            "do_not_record": True,
            "persons": [person] if host else [],
            "links": [{"type": "web", "title": "Discord", "url": entry.link}] if entry.link else [],
            "attachments": [],
        }

    def _acronym(self) -> str:
        """Return a name that the form takes: it knows no hyphens."""
        return "openspace_" + self.place.slug.replace("-", "_")

    def _guid(self, kind: str, name: str) -> str:
        """Return an identity that stays for ever."""
        return str(uuid5(NAMESPACE_URL, f"openspace-bot:{self.guild_id}:{kind}:{name}"))

    def _local(self, instant: datetime) -> str:
        return self.face.programme.local(instant).isoformat(timespec="seconds")


# ------------------------------------------------------------------------------------------------- embedding


def oembed(words: Words, face: Face, place: Place, frame: str, size: tuple[int, int]) -> dict[str, Any]:
    """Return how a site that organizers name shows the board inside of its own (https://oembed.com)."""
    return {
        "version": "1.0",
        "type": "rich",
        "title": words("web-title", conference=face.name),
        "provider_name": face.name,
        "provider_url": place.address,
        "cache_age": 3600,
        "html": frame,
        "width": size[0],
        "height": size[1],
        "thumbnail_url": f"{place.address}/board.png",
        "thumbnail_width": 1200,
        "thumbnail_height": 630,
    }


def as_json(value: object) -> bytes:
    """Return what a program reads, which people can read too."""
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode()
