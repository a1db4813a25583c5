"""A small conference as plain objects, and the longest words that may come from strangers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import discord

from bot.domain.booking import Agenda
from bot.domain.capacity import FreeStarts, Slot
from bot.domain.models import Highlight, Limits, Session, State, Window
from bot.domain.programme import Programme
from bot.domain.records import Kind
from bot.service import Card
from bot.ui.words import Words, words_for

ENGLISH, CHINESE = words_for("en-US"), words_for("zh-TW")
BOTH = (ENGLISH, CHINESE)
"""The languages of answers."""
PUBLIC = (*BOTH, words_for("both"))
"""The languages of what everyone in a server sees."""

NOON = datetime(2026, 1, 1, 4, 0, tzinfo=UTC)
"""12:00 of day 1 in Taipei."""

# Asterisks: each needs a backslash, so no text of this length grows more.
TOPIC = "*" * 100
HOST = "_" * 32
DESCRIPTION = "|" * 1000
NAME = "~" * 100

CHANNELS = {Kind.VOICE: 2**63 - 1, Kind.TEXT: 2**63 - 2}


def at(hours: float, day: int = 1) -> datetime:
    """An instant by the hours on the conference's clock."""
    return NOON + timedelta(days=day - 1, hours=hours - 12)


def programme(name: str = "PyCon Sim", highlight: str = "No talks now", **limits: Any) -> Programme:
    """Two days, 8:00-16:15 and 10:30-16:40 in Taipei; a highlight on the second."""
    windows = (
        Window("Day 1", at(8), at(16.25)),
        Window(
            "Day 2", at(10.5, 2), at(16 + 2 / 3, 2), (Highlight(highlight, at(14.5, 2), at(15 + 1 / 3, 2)),)
        ),
    )
    return Programme(name, ZoneInfo("Asia/Taipei"), windows, Limits(**limits))


def session(number: int = 1, start: datetime = NOON, minutes: int = 60, **fields: Any) -> Session:
    """A booked session; `fields` are those of the class."""
    known: dict[str, Any] = {
        "guild_id": 1,
        "host_id": 7,
        "host_name": "ana",
        "topic": f"Topic {number}",
        "description": "",
        "state": State.BOOKED,
    }
    return Session(id=number, start=start, end=start + timedelta(minutes=minutes), **(known | fields))


def card(
    held: Session, people: int = 0, *, mine: bool = False, joined: bool = False, here: bool = False
) -> Card:
    """A session as one reader sees it; `here`: its channels exist."""
    return Card(held, people, dict(CHANNELS) if here else {}, mine, joined)


def slot(start: datetime, free: int = 10, highlight: str | None = None, minutes: int = 60) -> Slot:
    """A free time on the conference's clock."""
    local = start.astimezone(ZoneInfo("Asia/Taipei"))
    known = Highlight(highlight, start, start + timedelta(hours=1)) if highlight else None
    return Slot(local, local + timedelta(minutes=minutes), free, known)


def free_starts(minutes: int = 10, now: datetime = NOON, highlight: str = "No talks now") -> FreeStarts:
    """The free starts of the conference with no session booked."""
    return Agenda(programme(highlight=highlight), now, [], []).free_starts(timedelta(minutes=minutes))


def no_starts() -> FreeStarts:
    """The free starts when the conference is over."""
    return free_starts(now=at(12, 9))


def walk(components: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Every component of a message or a form, nested ones too."""
    for component in components:
        yield component
        inner = [component[key] for key in ("accessory", "component") if component.get(key)]
        yield from walk([*component.get("components", []), *inner])


def parts(view: discord.ui.View | discord.ui.LayoutView | discord.ui.Modal) -> list[dict[str, Any]]:
    """Every component of what is shown."""
    return list(walk(view.to_components()))


def texts(view: discord.ui.LayoutView) -> list[str]:
    """What a layout says, from top to bottom."""
    return [part["content"] for part in parts(view) if "content" in part]


def labels(view: discord.ui.View | discord.ui.LayoutView | None) -> list[str]:
    """The labels of the buttons, in their order."""
    return [part["label"] for part in parts(view) if part["type"] == 2] if view else []


def ids(view: discord.ui.View | discord.ui.LayoutView | None) -> list[str]:
    """What the buttons do, in their order."""
    return [part["custom_id"] for part in parts(view) if part["type"] == 2] if view else []


def both(words: Words) -> str:
    """The name of a language, for the names of tests."""
    return words.language
