"""What has happened at the conference, from the audit trail, in words for a visitor of the demo's page."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from bot.demo.world import World
from bot.domain.records import Kind
from bot.service.presence import IDLE
from bot.store.ledger import Entry

WORDS = {
    "host": "{who} hosts “{topic}”{ahead}",
    "host-idea": "{who} hosts “{topic}”{ahead}: an idea that {brought} joined at once",
    "idea": "{who} wishes for “{topic}”",
    "me-too": "{who} would come to “{topic}” too",
    "not-me": "{who} would not come to “{topic}” after all",
    "idea-dropped": "{who} takes down the idea “{topic}”",
    "join": "{who} joins “{topic}”",
    "leave": "{who} leaves “{topic}”",
    "interested": "{who} is interested in the event “{topic}”, and so joins",
    "remind": "{who} asks to be reminded of “{topic}”",
    "extend": "{who} extends “{topic}” to {end}",
    "edit": "{who} edits “{topic}”",
    "edit-start": "{who} moves “{topic}” to {start}",
    "edit-end": "{who} changes the end of “{topic}” to {end}",
    "edit-topic": "{who} renames “{old}” to “{topic}”",
    "cohosts": "the co-hosts of “{topic}” are now: {people}",
    "offer": "{who} asks {member} to host “{topic}”",
    "offer-cohost": "{who} asks {member} to share “{topic}”",
    "take-over": "{who} takes over “{topic}”",
    "open": "“{topic}” opens at desk {desk}",
    "notice-warning": "the desk of “{topic}” hears that it ends soon",
    "notice-changed": "those who joined “{topic}” hear of its new time",
    "notice-cancelled": "those who joined “{topic}” hear that it is cancelled",
    "notice-quiet": "nobody is at “{topic}”: its host hears that the desk will be given away",
    "ended": "“{topic}” is over",
    "ended-early": "{who} ends “{topic}”",
    "ended-idle": "“{topic}” is over: everybody had left, and the desk is free for others",
    "released": "the desk of “{topic}” is given away: nobody came",
    "cancelled": "{who} cancels “{topic}”",
    "channel-archived": "the text channel of “{topic}” goes to the archive",
}
"""What of the audit trail a visitor may like to read."""


def happened(world: World, entries: list[Entry]) -> Iterator[tuple[datetime, str]]:
    """Yield when something happened and what, in order; topics as they were then."""
    topics: dict[int | None, object] = {}
    for entry in entries:
        topic = entry.detail.get("topic", topics.get(entry.session_id))
        old, topic = topic if isinstance(topic, list) else (None, topic)
        if entry.session_id is not None and topic:
            topics[entry.session_id] = topic
        words = WORDS.get(_key(entry))
        if words and topic and entry.detail.get("kind") in {None, Kind.TEXT}:
            yield entry.at, words.format(topic=topic, old=old, **_fields(world, entry))


def _key(entry: Entry) -> str:
    """Return which words tell of an entry."""
    match entry.action:
        case "host" if entry.detail.get("brought"):
            return "host-idea"
        case "edit":
            changed = ("start", "topic", "end")
            what = next((name for name in changed if name in entry.detail), None)
            return f"edit-{what}" if what else "edit"
        case "ended" if entry.actor_id is not None:
            return "ended-early"
        case "ended" if entry.reason == IDLE:
            return "ended-idle"
    return entry.action


def _fields(world: World, entry: Entry) -> dict[str, object]:
    known = {person.actor.id: person.name for person in world.people.values()}
    detail = {name: _last(value) for name, value in entry.detail.items()}
    people: Any = entry.detail.get("after") or entry.detail.get("brought") or []

    def name(user_id: object) -> str:
        return known.get(user_id, "somebody") if isinstance(user_id, int) else "somebody"

    listed = ", ".join(map(name, people)) or "nobody"
    return {
        "who": name(entry.actor_id),
        "host": name(detail.get("host_id")),
        "member": name(detail.get("member")),
        "people": listed,
        "brought": listed,
        "desk": detail.get("desk"),
        "start": _clock(world, detail.get("start")),
        "end": _clock(world, detail.get("end")),
        "ahead": _ahead(world, entry.at, detail.get("start")),
    }


def _last(value: object) -> object:
    """Return what a detail has become; of a list without anything, nothing."""
    return next(reversed(value), None) if isinstance(value, list) else value


def _ahead(world: World, at: datetime, start: object) -> str:
    return f", {_clock(world, start)}" if start and datetime.fromisoformat(str(start)) > at else ""


def _clock(world: World, instant: object) -> str:
    return world.clock(datetime.fromisoformat(str(instant))) if instant else ""
