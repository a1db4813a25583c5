"""What the demo's page shows, as plain data: clock, people, channels, events, what comes and what was."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import discord
from simcord import ChannelHandle

from bot.demo.diary import happened
from bot.demo.reading import read
from bot.demo.world import Person, World
from bot.domain.life import absence, grace_over, overrun_over
from bot.domain.models import Limits, Session, State
from bot.domain.notices import Notice, NoticeKind, due
from bot.service.deskbook import Book
from bot.store import ledger
from cogs.admin.pages import page_url

COMING = 6
HAPPENED = 24

UPCOMING = {
    NoticeKind.WARNING: "the desk of “{topic}” hears that it ends soon",
    NoticeKind.REMINDER: "who asked for it is reminded of “{topic}”",
}
"""Notices that wait for their time."""
SCHEDULED = discord.EventStatus.scheduled.value


async def look(world: World) -> dict[str, Any]:
    """Return all that the page shows but the clock's speed."""
    entries = await ledger.entries(world.bot.database.read, world.guild.id)
    with world.env.time_context():
        ideas = await world.bot.service.ideas.look(world.guild.id, 0)
    return {
        "now": world.env.now().timestamp(),
        "zone": world.zone.key,
        "conference": world.programme.name or world.guild.name,
        "status": _status(world),
        "people": [
            {
                "id": str(person.actor.id),
                "name": person.name,
                "part": person.part,
                "language": person.language,
                "voice": str(world.voice_of(person) or ""),
                "private": private(world, person),
            }
            for person in world.people.values()
        ],
        "language": world.language,
        "board": world.config.channels.board,
        "web": await web(world),
        "programme": bool(world.programme.windows),
        "categories": categories(world),
        "coming": [
            {"at": at.timestamp(), "clock": world.clock(at), "what": what}
            for at, what in (await coming(world))[:COMING]
        ],
        "happened": [
            {"clock": world.clock(at), "what": what}
            for at, what in list(happened(world, entries))[: -HAPPENED - 1 : -1]
        ],
        "events": events(world),
        "ideas": [{"id": str(idea.id), "topic": idea.topic, "people": idea.supporters} for idea in ideas],
        "faults": [*world.faults, *map(repr, world.env.errors)][-3:],
    }


async def web(world: World) -> str:
    """Return where the board is on the web; '' where it is not public yet, or its port was not free."""
    site, guild = world.bot.web, world.bot.get_guild(world.guild.id)
    return await page_url(world.bot, guild) if guild and site and site.port else ""


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
                "seen": [
                    str(each.actor.id)
                    for each in world.seen_by(ChannelHandle(world.env, world.guild, channel))
                ],
            }
            for channel in known
            if channel.parent_id == group.id
        ]
        for group in groups
    }
    return [{"id": str(g.id), "name": g.name, "channels": inside[g.id]} for g in groups]


def private(world: World, person: Person) -> dict[str, Any]:
    """Return where the bot writes to a member alone, how often it has, and how the last one begins."""
    channel = world.private(person)
    said = [message for message in channel.history() if message.author.bot] if channel else []
    lines = read(world, said[-1], person.language) if said else []
    return {"id": str(channel.id if channel else ""), "messages": len(said), "last": "".join(lines[:1])}


def events(world: World) -> list[dict[str, Any]]:
    """Return Discord's own events that are on or to come, soonest first, with who is interested."""
    return [
        {
            "id": str(event.id),
            "name": event.name,
            "clock": world.clock(datetime.fromisoformat(event.scheduled_start_time)),
            "on": event.status != SCHEDULED,
            "interested": [str(user_id) for user_id in sorted(event.user_ids)],
        }
        for event in world.events()
    ]


async def coming(world: World) -> list[tuple[datetime, str]]:
    """Return what time alone will bring, in order of time: what wakes the keeper, and the programme."""
    book = await world.bot.book.read(world.guild.id)
    limits = world.programme.limits
    found = [event for session in book.sessions for event in _of_session(world, session, limits)]
    found += [event for session in book.sessions for event in _of_absence(book, session, limits)]
    found += [event for notice in book.rows.notices for event in _of_notice(book, notice, limits)]
    found += list(_of_programme(world))
    return sorted(event for event in found if event[0] > world.env.now())


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


def _of_absence(book: Book, session: Session, limits: Limits) -> Iterator[tuple[datetime, str]]:
    """What becomes of a desk where nobody is (R11)."""
    found = absence(session, book.rows.said.get((session.id, NoticeKind.QUIET)), limits)
    if found:
        if not found.warned:
            yield found.warn_at, f"nobody is at “{session.topic}”: its host is warned"
        yield found.release_at, f"“{session.topic}” is given away, unless somebody comes"


def _of_notice(book: Book, notice: Notice, limits: Limits) -> Iterator[tuple[datetime, str]]:
    session = next((s for s in book.sessions if s.id == notice.session_id), None)
    if session and notice.kind in UPCOMING:
        yield (
            due(notice, session, limits, book.rows.said, book.now),
            UPCOMING[notice.kind].format(topic=session.topic),
        )


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
        return f"✨ {highlight.name} until {world.clock(highlight.end)}"
    if window:
        return f"{window.name}: Open Spaces until {world.clock(window.end)}"
    coming_window = world.programme.next_window(now)
    if coming_window:
        return f"Closed. {coming_window.name} opens {world.clock(coming_window.start)}"
    return "The Open Spaces are over" if world.programme.windows else "No programme yet"
