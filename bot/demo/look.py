"""What the demo's page shows, as plain data: clock, channels, people, what comes and what has happened."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

import discord

from bot.demo.world import World
from bot.desks.desired import grace_over, overrun_over
from bot.domain.models import Limits, Session, State
from bot.store import ledger
from bot.store.channels import Kind
from bot.store.ledger import Entry

COMING = 6
HAPPENED = 12

_WORDS = {
    "host": "{who} hosts “{topic}”{ahead}",
    "join": "{who} joins “{topic}”",
    "leave": "{who} leaves “{topic}”",
    "open": "“{topic}” opens at desk {desk}",
    "ended": "“{topic}” is over",
    "released": "“{topic}” is given away: its host never came",
    "cancelled": "“{topic}” is cancelled",
    "channel-archived": "the text channel of “{topic}” goes to the archive",
}
"""What of the audit trail a visitor may like to read."""


async def look(world: World) -> dict[str, Any]:
    """Return all that the page shows but the clock's speed."""
    entries = await ledger.entries(world.bot.database.read, world.guild.id)
    return {
        "now": world.env.now().timestamp(),
        "zone": world.programme.zone.key,
        "conference": world.programme.name,
        "status": _status(world),
        "people": [
            {
                "id": str(person.actor.id),
                "name": person.name,
                "part": person.part,
                "language": person.language,
                "voice": str(world.voice_of(person) or ""),
            }
            for person in world.people.values()
        ],
        "categories": categories(world),
        "coming": [
            {"at": at.timestamp(), "clock": _clock(world, at), "what": what}
            for at, what in (await coming(world))[:COMING]
        ],
        "happened": list(_happened(world, entries))[-HAPPENED:][::-1],
        "faults": [*world.faults, *map(repr, world.env.errors)][-3:],
    }


def categories(world: World) -> list[dict[str, Any]]:
    """Return the server's channels under their categories, in the order in which Discord draws them."""
    backend = world.env.backend
    known = [backend.channels[i] for i in backend.get_guild(world.guild.id).channel_ids]
    groups = [c for c in known if c.type == discord.ChannelType.category.value]
    inside = {
        group.id: [
            {
                "id": str(channel.id),
                "name": channel.name,
                "kind": discord.ChannelType(channel.type).name,
                "topic": channel.topic or "",
            }
            for channel in known
            if channel.parent_id == group.id
        ]
        for group in groups
    }
    return [{"id": str(g.id), "name": g.name, "channels": inside[g.id]} for g in groups]


async def coming(world: World) -> list[tuple[datetime, str]]:
    """Return what time alone will bring, in order of time: exactly what wakes the desks' keeper."""
    sessions = (await world.bot.book.read(world.guild.id)).sessions
    limits = world.programme.limits
    events = [event for session in sessions for event in _of_session(world, session, limits)]
    events += list(_of_programme(world))
    return sorted(event for event in events if event[0] > world.env.now())


def _of_session(world: World, session: Session, limits: Limits) -> Iterator[tuple[datetime, str]]:
    topic = f"“{session.topic}”"
    if session.state is State.BOOKED:
        yield session.start - timedelta(minutes=limits.lead_minutes), f"channels for {topic} appear"
        yield session.start, f"{topic} opens"
    elif session.state is State.OPEN:
        yield session.end, f"{topic} ends"
    else:
        yield grace_over(session, limits), f"the channels of {topic} are put away"
        if any(world.voice_of(person) for person in world.people.values()):
            yield overrun_over(session, limits), f"the voice channel of {topic} goes at the latest"


def _of_programme(world: World) -> Iterator[tuple[datetime, str]]:
    for window in world.programme.windows:
        yield window.start, f"{window.name}: Open Spaces open"
        yield window.end, f"{window.name}: Open Spaces close"
        for highlight in window.highlights:
            yield highlight.start, f"✨ {highlight.name}"


def _status(world: World) -> str:
    now = world.env.now()
    highlight, window = world.programme.highlight_at(now), world.programme.window_at(now)
    if highlight:
        return f"✨ {highlight.name} until {_clock(world, highlight.end)}"
    if window:
        return f"{window.name}: Open Spaces until {_clock(world, window.end)}"
    coming_window = world.programme.next_window(now)
    if coming_window:
        return f"Closed. {coming_window.name} opens {_clock(world, coming_window.start)}"
    return "The Open Spaces are over"


def _happened(world: World, entries: list[Entry]) -> Iterator[dict[str, str]]:
    names = {person.actor.id: person.name for person in world.people.values()}
    topics: Mapping[int | None, object] = {
        e.session_id: e.detail["topic"] for e in entries if e.detail.get("topic")
    }
    for entry in entries:
        words = _WORDS.get(entry.action)
        if words and entry.session_id in topics and entry.detail.get("kind") in {None, Kind.TEXT}:
            what = words.format(
                who=names.get(entry.actor_id or 0, "somebody"),
                topic=topics[entry.session_id],
                desk=entry.detail.get("desk"),
                ahead=_ahead(world, entry),
            )
            yield {"clock": _clock(world, entry.at), "what": what}


def _ahead(world: World, entry: Entry) -> str:
    start = datetime.fromisoformat(str(entry.detail.get("start", entry.at)))
    return f", {_clock(world, start)}" if start > entry.at else ""


def _clock(world: World, instant: datetime) -> str:
    local = world.programme.local(instant)
    return f"{local:%H:%M}" if local.date() == world.now().date() else f"{local:%a %H:%M}"
