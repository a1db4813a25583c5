"""Two small conferences, and short ways to ask what a text means there."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.domain.models import Highlight, Limits, Window
from bot.domain.programme import Programme
from bot.domain.refusal import Refusal
from bot.domain.when import read_when

ROOT = Path(__file__).parents[2]


def utc(local: str, zone: str = "Asia/Taipei") -> datetime:
    return datetime.fromisoformat(local).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def programme(zone: str, *windows: tuple[str, str], highlights: tuple[Highlight, ...] = ()) -> Programme:
    made = tuple(
        Window(f"day {number}", utc(opens, zone), utc(closes, zone), highlights)
        for number, (opens, closes) in enumerate(windows, 1)
    )
    return Programme("a conference", ZoneInfo(zone), made, Limits())


TAIPEI = programme(
    "Asia/Taipei",
    ("2021-10-02T08:55", "2021-10-02T16:15"),
    ("2021-10-03T10:30", "2021-10-03T16:40"),
    highlights=(Highlight("no talks", utc("2021-10-03T14:30"), utc("2021-10-03T15:20")),),
)
NOW = utc("2021-10-02T11:07")
IS_NOW = "2021-10-02T11:07"

DUBLIN = programme(
    "Europe/Dublin", ("2022-03-27T00:30", "2022-03-27T18:00"), ("2022-10-30T00:30", "2022-10-30T18:00")
)


def answer(text: str | None, now: datetime, where: Programme) -> str:
    """What the table holds: the local time, or the code of the refusal."""
    try:
        instant = read_when(text, now, where).start
    except Refusal as refusal:
        return refusal.code
    assert instant.tzinfo is UTC
    local = where.local(instant)
    return local.strftime("%Y-%m-%dT%H:%M:%S" if local.second else "%Y-%m-%dT%H:%M")


def refused(text: str, now: datetime = NOW, where: Programme = TAIPEI) -> Refusal:
    with pytest.raises(Refusal) as caught:
        read_when(text, now, where)
    return caught.value


def outcome(text: str, now: datetime, where: Programme) -> datetime | Refusal:
    try:
        return read_when(text, now, where).start
    except Refusal as refusal:
        return refusal
