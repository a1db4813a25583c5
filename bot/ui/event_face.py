"""What a session shows among the server's own events, in the guild's language, and who is interested."""

from __future__ import annotations

import hashlib
from dataclasses import astuple
from functools import lru_cache
from typing import Any

import discord

from bot.domain.models import Session
from bot.domain.names import NAME_LENGTH, clean_line, clean_text, escape
from bot.domain.records import Face
from bot.service.people import Person
from bot.ui.words import Words

DESCRIPTION_LENGTH = 1000
"""Code points in an event's description: https://docs.discord.com/developers/resources/guild-scheduled-event."""
PAGE = 100
"""People in one answer."""


def mark(session_id: int) -> str:
    """Return the end of the description of a session's event, by which it is recognised (R14)."""
    return f"#{session_id}"


def event_face(words: Words, board: str, session: Session) -> Face:
    """Return what a session's event shows; `board` is the name of the board's channel.

    Only the description is drawn as markdown. It ends in the mark by which the event is recognised (R14).
    """
    tail = words("event-about", host=escape(session.host_name)) + "\n" + mark(session.id)
    room = DESCRIPTION_LENGTH - len(tail) - 2
    about = escape(session.description)
    if len(about) > room:
        about = escape(clean_text(session.description, room // 2))
    place = words("event-desk", desk=session.desk, board=board) if session.desk else f"#{board}"
    return Face(
        name=session.topic,
        description=f"{about}\n\n{tail}" if about else tail,
        location=clean_line(place, NAME_LENGTH),
        start=session.start,
        end=session.end,
    )


@lru_cache(maxsize=4096)
def face_digest(face: Face) -> str:
    """Return a short name of all that an event shows, so that a change shows."""
    return hashlib.sha256(repr(astuple(face)).encode()).hexdigest()[:16]


def face_of(event: discord.ScheduledEvent) -> Face:
    """Return what an event shows."""
    return Face(
        name=event.name,
        description=event.description or "",
        location=event.location or "",
        start=event.start_time,
        end=event.end_time or event.start_time,
        on=event.status is discord.EventStatus.active,
    )


def options_of(face: Face) -> dict[str, Any]:
    """Return how discord.py is told what an event is to show, but for its start, whether new or changed."""
    told = {"name": face.name, "description": face.description, "location": face.location}
    return {**told, "entity_type": discord.EntityType.external, "end_time": face.end}


async def interested(event: discord.ScheduledEvent, people: list[Person]) -> None:
    """Add everyone who is interested, page by page: discord.py's own paging asks for the same page again."""
    last, full = 0, True
    while full:
        page = [user async for user in event.users(limit=PAGE, after=discord.Object(last))]
        people += [Person(user.id, user.display_name) for user in page if not user.bot]
        newest = max((user.id for user in page), default=last)
        last, full = newest, len(page) == PAGE and newest > last
