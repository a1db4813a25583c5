"""What Discord refuses about its own events and simcord lets through, and the other way round.

Sources: https://docs.discord.com/developers/resources/guild-scheduled-event and its change log of 2026-02-23
(Create Events is needed, Manage Events is not enough); simcord wants Manage Events for everything.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

from simcord.backend import Backend

EVENT_ROUTES: dict[tuple[str, str], set[str]] = {
    ("POST", "/guilds/#/scheduled-events"): {"create_events"},
    ("GET", "/guilds/#/scheduled-events"): set(),
    ("GET", "/guilds/#/scheduled-events/#/users"): set(),
    ("PATCH", "/guilds/#/scheduled-events/#"): {"create_events"},
    ("DELETE", "/guilds/#/scheduled-events/#"): {"create_events"},
}
"""Every request about events that the keeper may make, and what it needs; they are all about our own."""

SCHEDULED, ACTIVE, COMPLETED, CANCELED = 1, 2, 3, 4
TRANSITIONS = {(SCHEDULED, ACTIVE), (ACTIVE, COMPLETED), (SCHEDULED, CANCELED)}
EXTERNAL, GUILD_ONLY = 3, 2
MOST = 100
ROOM = {"name": 100, "description": 1000, "location": 100}

Refuse = Callable[..., Exception]


def ids(path: str) -> tuple[int, int]:
    """The guild and the event that a request is about; 0 for none."""
    found = [int(number) for number in re.findall(r"\d+", path)]
    return found[0], found[1] if len(found) > 1 else 0


def alive(backend: Backend, guild_id: int) -> list[Any]:
    """The events that are to come or on."""
    events = backend.get_guild(guild_id).scheduled_events.values()
    return [event for event in events if event.status in {SCHEDULED, ACTIVE}]


def judge(backend: Backend, call: Any, refuse: Refuse, fault: Callable[[str], None]) -> None:
    """Raise what Discord would; tell `fault` what no bot should ever ask."""
    guild_id, event_id = ids(call.path)
    event = backend.get_guild(guild_id).scheduled_events.get(event_id)
    body = call.json or {}
    if event_id and event is None:
        raise refuse(404, 10070)
    if call.method == "POST":
        if len(alive(backend, guild_id)) >= MOST:
            raise refuse(400, 30038)
        if (body.get("entity_type"), body.get("privacy_level")) != (EXTERNAL, GUILD_ONLY):
            fault("does not say which kind of event")
    if call.method == "PATCH":
        _status(event, body, refuse, fault)
    _words(body, fault)
    _times(backend, event, body, fault)


def _status(event: Any, body: dict[str, Any], refuse: Refuse, fault: Callable[[str], None]) -> None:
    if event.status not in {SCHEDULED, ACTIVE}:
        raise refuse(400, 180000)
    if "status" in body and (event.status, body["status"]) not in TRANSITIONS:
        raise refuse(400, 50035, status="Invalid transition")
    if "scheduled_start_time" in body and event.status == ACTIVE:
        fault("moves the start of an event that has begun")


def _words(body: dict[str, Any], fault: Callable[[str], None]) -> None:
    texts = {name: body[name] for name in ROOM if name in body}
    if "entity_metadata" in body:
        texts["location"] = body["entity_metadata"]["location"]
    for name, text in texts.items():
        if not 1 <= len(text) <= ROOM[name]:
            fault(f"{name} of {len(text)} characters")


def _times(backend: Backend, event: Any, body: dict[str, Any], fault: Callable[[str], None]) -> None:
    start = body.get("scheduled_start_time")
    end = body.get("scheduled_end_time")
    if start and datetime.fromisoformat(start) <= backend.clock.now():
        fault("starts in the past")
    if end:
        begins = datetime.fromisoformat(start or event.scheduled_start_time)
        if datetime.fromisoformat(end) <= max(begins, backend.clock.now()):
            fault("ends before it starts, or in the past")


def paged(answer: Any, params: dict[str, Any]) -> Any:
    """The page of users that Discord answers: simcord answers all of them, in any order."""
    users = sorted(answer, key=lambda entry: int(entry["user"]["id"]))
    after, before = int(params.get("after") or 0), int(params.get("before") or 2**63)
    return [entry for entry in users if after < int(entry["user"]["id"]) < before][: params["limit"]]
