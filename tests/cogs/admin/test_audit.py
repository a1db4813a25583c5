"""`/openspace-admin audit`: who did what and when, by page, and that nothing in the bot changes it."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest
from simcord.results import InteractionResult

from tests.cogs.admin.conftest import ONLY, Askers, asked
from tests.cogs.conftest import Speak, click, press, read, told
from tests.conftest import World, all_text, buttons


async def busy(world: World) -> None:
    """A little of everything."""
    await world.host("ana", "Git", "08:30")
    await world.join("bo", "Git")
    await world.person("ana").slash(world.lobby, "openspace edit", session="Git", topic="Git again")
    await world.person("bo").slash(world.lobby, "openspace leave", session="Git again")


@pytest.mark.parametrize("who", ["boss", "crew"])
async def test_organizers_read_who_did_what(world: World, askers: Askers, who: str) -> None:
    await busy(world)
    said = await asked(world, askers[who], "audit")
    ana, bo = world.person("ana").id, world.person("bo").id
    lines = said.splitlines()
    assert re.match(r"<t:\d+:d> <t:\d+:t> <@\d+> left \*\*Git again\*\*", lines[1])
    assert f"<@{bo}> joined **Git again**" in said
    assert f"<@{ana}> changed **Git again**: topic: Git again" in said
    assert f"<@{ana}> booked **Git again** for <t:" in said
    assert "made:" not in said


async def test_it_is_filtered_by_session_member_and_kind(world: World, askers: Askers) -> None:
    await busy(world)
    await world.host("cy", "Rust", "09:00")
    boss, bo = askers["boss"], world.person("bo")
    assert "Rust" not in await asked(world, boss, "audit", session="Git again")
    of_bo = await asked(world, boss, "audit", member=bo)
    assert "joined" in of_bo
    assert "booked" not in of_bo
    assert "Rust" in await asked(world, boss, "audit", kind="sessions")
    people = await asked(world, boss, "audit", kind="people")
    assert "joined" in people
    assert "booked" not in people
    assert "made: channel of the board <#" in await asked(world, boss, "audit", kind="technical")
    both = await asked(world, boss, "audit", session="Git again", member=bo, kind="people")
    assert both.count("<t:") == 2 * 2  # joined and left


async def test_a_page_has_buttons_for_the_older_and_the_newer_and_a_menu_of_kinds(
    world: World, askers: Askers
) -> None:
    for number in range(12):
        await world.host(f"p{number}", f"Topic {number}", f"{9 + number // 2}:00")
    boss = askers["boss"]
    first = told(await boss.slash(world.lobby, "openspace-admin audit", kind="sessions"))
    assert topics(first) == list(range(11, 3, -1))
    second = await click(boss, first, "Older")
    assert topics(told(second)) == list(range(3, -1, -1))
    back = await click(boss, told(second), "Newer")
    assert topics(told(back)) == list(range(11, 3, -1))
    chosen = await boss.select(told(back), ["__people"], custom_id="openspace-menu:trailabout")
    assert "Nothing yet" in read(chosen)


def topics(message: Any) -> list[int]:
    return [int(found) for found in re.findall(r"Topic (\d+)", all_text(message))]


async def test_others_are_turned_away_and_the_attempt_is_in_the_trail(
    world: World, askers: Askers, attempts: Callable[[], list[str]]
) -> None:
    for _ in range(3):
        await busy(world)
        await world.person("ana").slash(world.lobby, "openspace cancel", session="Git again")
    assert ONLY in await asked(world, askers["eve"], "audit")
    shown = told(await askers["boss"].slash(world.lobby, "openspace-admin audit"))
    press(world, "eve", shown, buttons(shown)["Older"])  # forged: she does not see it
    await world.env.settle()
    assert ONLY in world.answers()[-1]
    assert attempts() == ["openspace-admin audit"]
    eve = askers["eve"].id
    said = await asked(world, askers["boss"], "audit", kind="organizers")
    assert f"<@{eve}> was turned away: `openspace-admin audit`" in said


async def test_sessions_that_are_over_are_offered_too(world: World, askers: Askers) -> None:
    await world.host("ana", "Over", "now", minutes=10)
    await world.until("08:30")
    offered = await askers["boss"].autocomplete(world.lobby, "openspace-admin audit", "session", "ove")
    assert [choice["name"].split(" — ")[0] for choice in offered] == ["Over"]
    assert "ended **Over**" in await asked(world, askers["boss"], "audit", session=offered[0]["name"])
    assert await askers["eve"].autocomplete(world.lobby, "openspace-admin audit", "session", "") == []


async def test_another_server_is_not_read_by_its_numbers(world: World, askers: Askers) -> None:
    await world.host("ana", "Secret", "08:30")
    other = world.env.create_guild("Elsewhere")
    lobby = other.create_text_channel("lobby")
    await world.env.settle()
    import discord

    role = other.create_role("Staff", permissions=discord.Permissions(manage_guild=True))
    chief = other.add_member(world.env.create_user("chief"), roles=[role])
    result: InteractionResult = await chief.slash(lobby, "openspace-admin audit", session="1")
    assert "Secret" not in read(result)
    assert "Nothing yet" in read(await chief.slash(lobby, "openspace-admin audit"))
    assert await chief.autocomplete(lobby, "openspace-admin audit", "session", "") == []


async def test_in_chinese(world: World, askers: Askers, speak: Speak) -> None:
    await busy(world)
    speak("zh-TW")
    said = await asked(world, askers["boss"], "audit")
    assert "操作紀錄" in said
    assert "參加了 **Git again**" in said


async def test_reading_it_changes_nothing(world: World, askers: Askers) -> None:
    await busy(world)
    before = trail(world)
    await asked(world, askers["boss"], "audit", kind="technical")
    assert trail(world)[: len(before)] == before


def trail(world: World) -> list[Any]:
    with closing(sqlite3.connect(world.folder / "openspace.sqlite3")) as db:
        return db.execute("SELECT * FROM audit ORDER BY id").fetchall()
