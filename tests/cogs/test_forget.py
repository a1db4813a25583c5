"""`/openspace forget-me`: seen, asked once more, done; what Discord shows follows."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import discord
import pytest
from simcord.backend.models import Overwrite
from simcord.enums import OverwriteType

from tests.cogs.conftest import Speak, click, press, read, told
from tests.cogs.reporting import act, case_text, cases, crew_room, report
from tests.conftest import BOARD, MakeWorld, World
from tests.desks.acts import board_text, text_of


async def shown(world: World, name: str) -> str:
    return read(await world.person(name).slash(world.lobby, "openspace forget-me"))


async def forgotten(world: World, name: str) -> str:
    """Forget this person, by both clicks; returns what they read last."""
    person = world.person(name)
    first = told(await person.slash(world.lobby, "openspace forget-me"))
    second = await click(person, first, "Delete all of it…")
    return read(await click(person, told(second), "Yes, delete it for good"))


def naming(world: World, name: str) -> list[str]:
    number = str(world.person(name).id)
    with closing(sqlite3.connect(world.folder / "openspace.sqlite3")) as db:
        return [line for line in db.iterdump() if number in line or f"'{name}'" in line]


def card(world: World) -> str:
    """What people read on the card of the desk about Rust."""
    return "\n".join(text_of(world, message) for message in world.layouts("rust"))


async def write(world: World, channel: str, name: str) -> None:
    world.env.backend.create_message(world.channel(channel).id, world.person(name).id, "a link")
    await world.env.settle()


async def test_it_shows_what_is_stored_and_two_clicks_delete_it(world: World) -> None:
    assert "Nothing is stored" in await shown(world, "ana")
    await world.host("bo", "Go", "08:30")
    await world.join("ana", "Go")
    said = await shown(world, "ana")
    assert "- 1 session that you joined\n- 1 line of the audit trail" in said
    assert naming(world, "ana")
    assert "Done" in await forgotten(world, "ana")
    assert naming(world, "ana") == []
    assert "Nothing is stored" in await shown(world, "ana")
    assert "somebody forgotten joined **Go**" in await world.admin("audit")


async def test_sessions_that_are_on_or_to_come_are_called_off_with_it(world: World) -> None:
    await world.host("ana", "Rust", "now")
    await world.host("ana", "Later", "13:00")
    await world.join("bo", "Later")
    assert "You host 2 sessions that are on or to come" in await shown(world, "ana")
    assert "2 sessions of yours were called off" in await forgotten(world, "ana")
    await world.env.advance_time(60)
    assert "Later" in world.said("open-space-news")[-1]
    assert "Rust" not in board_text(world)
    await world.env.advance_time(3600)
    assert world.names("voice") == []


async def test_a_session_that_was_booked_meanwhile_is_not_called_off_unseen(world: World) -> None:
    await world.host("ana", "Rust", "13:00")
    ana = world.person("ana")
    first = told(await ana.slash(world.lobby, "openspace forget-me"))
    second = told(await click(ana, first, "Delete all of it…"))
    await world.host("ana", "Go", "15:00")
    assert "You now host 2 sessions" in read(await click(ana, second, "Yes, delete it for good"))
    assert naming(world, "ana")


async def test_cards_and_channels_in_the_archive_show_the_person_no_more(world: World) -> None:
    await world.host("ana", "Rust", "now", minutes=10)
    await world.join("bo", "Rust")
    await write(world, "rust", "bo")
    await world.until("09:00")
    rust = world.channel("rust")
    assert f"<@{world.person('ana').id}>" in card(world)
    assert "ana" in (rust._channel.topic or "")
    await forgotten(world, "bo")
    await world.env.advance_time(20)
    assert "bo" not in card(world)
    await forgotten(world, "ana")
    await world.env.advance_time(20)
    assert "somebody forgotten" in card(world)
    assert f"<@{world.person('ana').id}>" not in card(world)
    assert "ana" not in (rust._channel.topic or "")
    assert (rust._channel.topic or "").endswith("#1")
    assert naming(world, "ana") == [
        line for line in naming(world, "ana") if line.startswith('INSERT INTO "start"')
    ]
    requests = len(world.env.http_requests)
    await world.env.advance_time(600)
    assert len(world.env.http_requests) == requests  # once is enough


@pytest.mark.parametrize("closed", [False, True])
async def test_what_organizers_see_of_a_case_names_a_forgotten_reporter_no_more(
    world: World, *, closed: bool
) -> None:
    room = await crew_room(world)
    await world.host("ana", "Rust", "13:00")
    await report(world, "eve", words="Rude words")
    await world.env.advance_time(6)
    eve = f"<@{world.person('eve').id}>"
    assert eve in case_text(room)
    if closed:
        await act(world, world.organizer(), room, "Dismiss")
        await world.env.advance_time(60)
        assert eve in case_text(room)
    await forgotten(world, "eve")
    await world.env.advance_time(20)
    assert eve not in case_text(room)
    assert "eve" not in case_text(room)
    assert "somebody forgotten" in case_text(room)
    requests = len(world.env.http_requests)
    await world.env.advance_time(300)
    assert len(world.env.http_requests) == requests  # once is enough


async def test_a_case_is_taken_from_the_organizers_channel_when_people_are_forgotten(
    make_world: MakeWorld,
) -> None:
    world = await make_world(privacy={"delete_after_days": 1})
    room = await crew_room(world)
    await world.host("ana", "Rust", "13:00")
    await report(world, "eve")
    await world.env.advance_time(6)
    await act(world, world.organizer(), room, "Dismiss")
    await world.until("16:00", day=3)
    assert "eve" in case_text(room)
    await world.until("08:00", day=5)
    assert cases(room) == []


async def test_a_restart_goes_on_with_what_still_shows_somebody(world: World) -> None:
    await world.host("ana", "Rust", "now", minutes=10)
    await write(world, "rust", "ana")
    await world.until("09:00")
    world.env.inject_error("PATCH", f"/channels/{world.channel('rust').id}/messages/*", status=500, times=1)
    await forgotten(world, "ana")
    await world.env.advance_time(20)
    await world.restart()
    await world.env.advance_time(20)
    assert "somebody forgotten" in card(world)


async def test_who_may_not_take_part_and_where_nothing_is_set_up_may_still_be_forgotten(world: World) -> None:
    await world.host("ana", "Rust", "13:00")
    await world.admin("pause")
    deny = discord.Permissions(view_channel=True).value
    hidden = [Overwrite(world.guild.id, OverwriteType.ROLE, 0, deny)]
    world.env.backend.edit_channel(world.channel(BOARD).id, {}, overwrites=hidden)
    await world.env.settle()
    assert "can't see the Open Space board" in await world.join("ana", "Rust")
    assert "1 session that you hosted" in await shown(world, "ana")
    assert "Done" in await forgotten(world, "ana")


async def test_it_forgets_in_this_server_only_and_whoever_clicks(world: World) -> None:
    other = world.env.create_guild("Elsewhere")
    lobby = other.create_text_channel("lobby")
    await world.env.settle()
    user = world.env.create_user("eve")
    here, there = world.guild.add_member(user), other.add_member(user)
    await here.slash(world.lobby, "openspace host", topic="Here", when="13:00")
    await there.slash(lobby, "openspace host", topic="There", when="13:00")
    first = told(await here.slash(world.lobby, "openspace forget-me"))
    second = await click(here, first, "Delete all of it…")
    press(world, "ana", told(second), "openspace:erasenow:1")  # forged: it forgets who clicks
    await world.env.settle()
    with closing(sqlite3.connect(world.folder / "openspace.sqlite3")) as db:
        assert db.execute("SELECT host_name FROM session ORDER BY id").fetchall() == [("eve",), ("eve",)]
    await click(here, told(second), "Yes, delete it for good")
    with closing(sqlite3.connect(world.folder / "openspace.sqlite3")) as db:
        assert db.execute("SELECT host_name FROM session ORDER BY id").fetchall() == [("",), ("eve",)]
    assert "1 session that you hosted" in read(await there.slash(lobby, "openspace forget-me"))


@pytest.mark.parametrize("command", ["list", "ideas"])
async def test_lists_and_panels_cope_with_a_host_who_is_forgotten(world: World, command: str) -> None:
    await world.host("ana", "Rust", "now", minutes=10)
    await world.join("bo", "Rust")
    await world.until("08:20")
    await forgotten(world, "ana")
    bo = world.person("bo")
    listed = await bo.slash(
        world.lobby, f"openspace {command}", **({"show": "mine"} if command == "list" else {})
    )
    if command == "list":
        assert "somebody forgotten" in read(listed)
        assert "somebody forgotten" in read(await click(bo, told(listed), "Details"))
    offered = await world.organizer().autocomplete(world.lobby, "openspace-admin audit", "session", "")
    assert "somebody forgotten" in offered[0]["name"]


async def test_in_chinese(world: World, speak: Speak) -> None:
    speak("zh-TW")
    await world.host("ana", "Rust", "13:00")
    said = await shown(world, "ana")
    assert "你主持過的場次：1 場" in said
    assert "會一併取消" in said
