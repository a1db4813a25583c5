"""`/openspace-admin export`: the files are there for organizers, and for nobody else."""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Callable

import discord
import pytest
from icalendar import Calendar

from bot.ui import exchange
from tests.cogs.admin.conftest import ONLY, Askers, asked
from tests.cogs.conftest import Speak, read, told
from tests.conftest import World


async def exported(world: World, askers: Askers, who: str = "boss", **options: str) -> dict[str, bytes]:
    """The files that this person gets, by name."""
    result = await askers[who].slash(world.lobby, "openspace-admin export", **options)
    return {file.filename: await file.read() for file in told(result).attachments}


@pytest.mark.parametrize("who", ["boss", "crew"])
async def test_organizers_get_tables_and_calendar(world: World, askers: Askers, who: str) -> None:
    await world.host("ana", "=Git", "10:30")
    await world.join("bo", "=Git")
    files = await exported(world, askers, who)
    assert list(files) == [
        "openspace-sessions.csv",
        "openspace-joins.csv",
        "openspace-visits.csv",
        "openspace-takeaways.csv",
        "openspace-calendar.ics",
    ]
    [row] = csv.DictReader(io.StringIO(files["openspace-sessions.csv"].decode("utf-8-sig"), newline=""))
    assert (row["topic"], row["host"], row["joined"], row["start"]) == (
        "'=Git",
        "ana",
        "1",
        "2026-01-01 10:30:00",
    )
    [event] = Calendar.from_ical(files["openspace-calendar.ics"]).walk("VEVENT")
    assert event["summary"] == "=Git"
    assert event["uid"] == f"session-1@openspace-bot.{world.guild.id}"


async def test_what_is_said_with_them(world: World, askers: Askers, speak: Speak) -> None:
    await world.host("ana", "Git", "10:30")
    result = await askers["boss"].slash(world.lobby, "openspace-admin export", what="joins")
    assert read(result) == (
        "📦 1 session: `openspace-joins.csv`. Only you see this; nothing was changed.\n"
        "People's names are in the files: pass them on with care."
    )
    speak("zh-TW")
    assert "什麼都沒有更動" in await asked(world, askers["boss"], "export", what="joins")


async def test_one_kind_one_form_and_one_day(world: World, askers: Askers) -> None:
    await world.host("ana", "Git", "10:30")
    await world.host("bo", "Rust", "day 2 11:00")
    files = await exported(world, askers, what="sessions", format="json", day="2")
    [(name, data)] = files.items()
    assert name == "openspace-sessions-2026-01-02.json"
    assert [session["topic"] for session in json.loads(data)["sessions"]] == ["Rust"]
    [calendar] = (await exported(world, askers, what="calendar", day="day 1")).values()
    assert [str(e["summary"]) for e in Calendar.from_ical(calendar).walk("VEVENT")] == ["Git"]


async def test_where_there_is_nothing_it_says_so(world: World, askers: Askers) -> None:
    assert "no session to export yet" in await asked(world, askers["boss"], "export")
    await world.host("ana", "Git", "10:30")
    assert "no session to export yet" in await asked(world, askers["boss"], "export", day="2")
    assert "isn't a day of this conference" in await asked(world, askers["boss"], "export", day="31")


async def test_what_discord_cannot_carry_is_packed_or_refused(
    world: World, askers: Askers, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.host("ana", "Git", "10:30", description="word " * 150)
    command = sys.modules["cogs.admin.export"]  # each bot loads it anew
    monkeypatch.setattr(command, "FILE_LIMIT", 2**11)
    monkeypatch.setattr(command, "FILES_LIMIT", 2**10)
    assert list(await exported(world, askers)) == ["openspace-export.zip"]
    monkeypatch.setattr(command, "FILE_LIMIT", 100)
    said = await asked(world, askers["boss"], "export")
    assert "more than Discord takes" in said
    assert "openspace export" in said
    assert exchange.FILE_LIMIT <= 10 * 2**20


async def test_others_are_told_kindly_and_leave_a_trace(
    world: World, askers: Askers, attempts: Callable[[], list[str]]
) -> None:
    await world.host("ana", "Git", "10:30")
    result = await askers["eve"].slash(world.lobby, "openspace-admin export")
    assert ONLY in read(result)
    assert told(result).attachments == []
    assert attempts() == ["openspace-admin export"]


async def test_another_servers_organizers_get_their_own_only(world: World, askers: Askers) -> None:
    await world.host("ana", "Git", "10:30")
    other = world.env.create_guild("Elsewhere")
    room = other.create_text_channel("room")
    role = other.create_role("Staff", permissions=discord.Permissions(manage_guild=True))
    theirs = other.add_member(world.env.create_user("chief"), roles=[role])
    await world.env.settle()
    said = read(await theirs.slash(room, "openspace-admin export"))
    assert "no session to export yet" in said


async def test_days_are_offered_to_organizers(world: World, askers: Askers) -> None:
    shown = await askers["boss"].autocomplete(world.lobby, "openspace-admin export", "day", "2")
    assert [choice["value"] for choice in shown] == ["2026-01-02"]
    assert await askers["eve"].autocomplete(world.lobby, "openspace-admin export", "day", "2") == []
