"""Several servers, and what comes and goes: READY again, a new server, one that is left, an outage."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

import pytest
from simcord.backend import serializers

from bot.service import DeskBook
from bot.service.deskbook import Book, Note
from tests.conftest import World
from tests.desks.conftest import (
    EDIT,
    EMPTY,
    INVITED,
    Wire,
    another_guild,
    archived,
    delete,
    desk,
    enter,
    failing,
    give,
    guild_of,
    rows,
    server,
    shows,
    states,
    wait,
    without,
    write,
)
from tests.desks.strict import http_error

DESK = desk("Async testing", "async-testing")


@pytest.mark.parametrize("error", [TimeoutError(), http_error(403, 50013), RuntimeError("a bug")], ids=repr)
async def test_one_server_that_always_fails_holds_up_no_other(
    world: World, wire: Wire, error: Exception
) -> None:
    second = another_guild(world, "Another")
    await world.env.settle()
    for each in (world, second):
        await each.host("ana", "Async testing", "10:00")
    wire.on(lambda call: call.target == world.guild.id, failing(error))
    await second.until("09:55")
    assert shows(second, *DESK)
    await second.until("10:00")
    assert "Desk 1 is open" in second.said("async-testing")[0]
    await write(second, "async-testing")
    await second.until("11:10")
    assert shows(second, archived("async-testing"))
    assert server(world) == EMPTY
    assert states(world) == states(second) == ["ended"]


@pytest.mark.parametrize("error", [TimeoutError(), http_error(403, 50013), RuntimeError("a bug")], ids=repr)
async def test_one_step_that_fails_stops_no_other_of_the_same_server(
    world: World, wire: Wire, error: Exception
) -> None:
    wire.on(lambda call: call.makes and call.json["name"] == "Async testing", failing(error))
    await world.host("ana", "Async testing", "10:00")
    await world.host("bob", "Board games", "10:00")
    await world.env.advance_time(2 * 3600 - 5 * 60)
    expected = [*EMPTY, DESK[1], *desk("Board games", "board-games")]
    assert sorted(server(world), key=str) == sorted(expected, key=str)


async def test_one_server_that_is_slow_holds_up_no_other(world: World, wire: Wire) -> None:
    second = another_guild(world, "Another")
    await world.env.settle()
    for each in (world, second):
        await each.host("ana", "Async testing", "10:00")

    async def slow(_call: Any, go: Any) -> Any:
        await asyncio.sleep(600)
        return await go()

    wire.on(lambda call: call.target == world.guild.id, slow)
    await second.until("10:00")
    assert shows(second, *DESK)
    assert world.names("voice") == []
    assert states(world) == states(second) == ["open"]


async def test_a_database_that_fails_for_a_while_is_no_end(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.host("ana", "Async testing", "10:00")
    book, real = world.bot.book, world.bot.book.read

    async def broken(_guild_id: int) -> Any:
        raise OSError("the disk is full")

    monkeypatch.setattr(book, "read", broken)
    await world.until("09:58")
    assert shows(world)
    monkeypatch.setattr(book, "read", real)
    await wait(world, 1)
    assert shows(world, *DESK)


async def test_r9_what_was_heard_is_not_lost_where_it_cannot_be_written_down(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.host("ana", "Async testing")
    await wait(world, 1)
    real, refused = DeskBook.note, []

    async def broken(book: DeskBook, guild_id: int, notes: Iterable[Note]) -> None:
        refused.append(notes)
        raise OSError("the disk is full")

    monkeypatch.setattr(DeskBook, "note", broken)
    await write(world, "async-testing")
    await wait(world, 1)
    assert refused
    monkeypatch.setattr(DeskBook, "note", real)
    await wait(world, 1)
    assert rows(world, "SELECT wrote FROM record WHERE kind = 'text'") == [(1,)]


async def test_r15_sessions_open_on_time_after_a_database_trouble_in_a_slow_pass(
    world: World, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.host("ana", "Async testing", "10:00")
    await world.host("bob", "Board games", "10:02")

    async def slow(_call: Any, go: Any) -> Any:
        await asyncio.sleep(3600)
        return await go()

    wire.on(lambda call: call.makes, slow)
    await world.until("09:59")
    clockwork, real = world.bot.service.clockwork, world.bot.service.clockwork.advance

    async def broken(_guild_id: int) -> Any:
        raise OSError("the disk is full")

    monkeypatch.setattr(clockwork, "advance", broken)
    await world.until("10:01")
    assert states(world) == ["booked", "booked"]
    monkeypatch.setattr(clockwork, "advance", real)
    await world.until("10:02")
    assert states(world) == ["open", "open"]


async def test_ready_twice_does_nothing_twice(world: World, wire: Wire) -> None:
    await world.host("ana", "Async testing")
    wire.calm()
    for _ in range(2):
        with world.env._bot_scope():
            world.bot.dispatch("ready")
        await world.env.settle()
    assert wire.calls == []
    assert shows(world, *DESK)


async def test_ready_twice_while_desks_are_being_made(world: World, wire: Wire) -> None:
    async def ready(_call: Any, go: Any) -> Any:
        world.bot.dispatch("ready")
        world.bot.dispatch("ready")
        await asyncio.sleep(0)
        return await go()

    wire.on(lambda call: call.makes, ready)
    await world.host("ana", "Async testing")
    assert shows(world, *DESK)
    assert len(world.said("async-testing")) == 1


async def test_a_server_that_the_bot_joins_while_running_gets_its_area_and_desks(world: World) -> None:
    await world.host("ana", "Async testing")
    second = another_guild(world, "Another", INVITED)
    await world.env.settle()
    assert shows(second)
    await second.host("ana", "Async testing")
    assert shows(second, *DESK)
    assert shows(world, *DESK)


@pytest.mark.parametrize("number", range(12))
async def test_being_removed_in_the_middle_of_a_pass(world: World, wire: Wire, number: int) -> None:
    second = another_guild(world, "Another")
    await world.env.settle()
    await second.host("ana", "Async testing", "10:00")
    await world.host("ana", "Async testing", "10:00")
    seen, removed = iter(range(1000)), list[int]()

    async def remove(call: Any, go: Any) -> Any:
        if call.method == "GET" or guild_of(world, call) != second.guild.id or next(seen) != number:
            return await go()
        removed.append(number)
        world.env.backend.remove_guild(second.guild.id)
        await asyncio.sleep(0)
        return await go()

    wire.act = remove
    await world.until("10:01")
    await write(world, "async-testing")
    if not removed:
        await write(second, "async-testing")
    await world.until("11:10")
    assert removed == [number]
    assert shows(world, archived("async-testing"))
    await wait(world, 1)
    wire.calm()
    await wait(world, 120)
    await world.restart()
    await wait(world, 120)
    assert wire.calls == []


async def test_being_removed_while_a_slow_pass_is_overtaken_by_time(
    world: World, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.host("ana", "Async testing", "10:00")

    async def slow(_call: Any, go: Any) -> Any:
        await asyncio.sleep(3600)
        return await go()

    wire.on(lambda call: call.makes, slow)
    await world.until("09:59")
    clockwork, real = world.bot.service.clockwork, world.bot.service.clockwork.advance

    async def removed(guild_id: int) -> None:
        await real(guild_id)
        world.env.backend.emit("GUILD_DELETE", {"id": str(guild_id)})
        await asyncio.sleep(0)

    monkeypatch.setattr(clockwork, "advance", removed)
    await world.until("10:00")
    before = len(wire.calls)
    await wait(world, 200)
    assert len(wire.calls) == before
    assert states(world) == ["open"]


async def test_removed_and_invited_again_it_finds_its_channels(world: World, wire: Wire) -> None:
    await world.host("ana", "Async testing", minutes=120)
    backend, guild = world.env.backend, world.guild._guild
    backend.emit("GUILD_DELETE", {"id": str(guild.id)})
    await world.env.settle()
    await wait(world, 5)
    await delete_unseen(world, "Async testing")
    wire.calm()
    backend.emit("GUILD_CREATE", serializers.guild_create_payload(backend, guild))
    await world.env.settle()
    assert shows(world, *DESK)
    looked, made = wire.rest
    assert looked.method == "GET"
    assert made.route == ("POST", "/guilds/#/channels")
    assert wire.shown == [EDIT] * 2  # the card and the board say where it is now


async def delete_unseen(world: World, name: str) -> None:
    """Deleted while the bot cannot see the server."""
    subscribers, world.env.backend.subscribers = world.env.backend.subscribers, []
    await delete(world, name)
    world.env.backend.subscribers = subscribers


async def test_an_outage_is_not_an_empty_server(world: World, wire: Wire) -> None:
    await world.host("ana", "Async testing", "10:00")
    backend, guild = world.env.backend, world.guild._guild
    backend.emit("GUILD_DELETE", {"id": str(guild.id), "unavailable": True})
    await world.env.settle()
    wire.calm()
    await world.until("10:05")
    assert wire.calls == []
    assert states(world) == ["open"]
    back = dict(serializers.guild_create_payload(backend, guild)) | {"unavailable": False}
    backend.emit("GUILD_CREATE", back)
    await world.env.settle()
    assert shows(world, *DESK)
    assert "Desk 1 is open" in world.said("async-testing")[0]


async def test_a_server_in_an_outage_at_the_start_is_left_alone(world: World, wire: Wire) -> None:
    await world.host("ana", "Async testing", minutes=120)
    backend, guild = world.env.backend, world.guild._guild
    held, backend.guilds = backend.guilds, {}
    wire.calm()
    await world.restart()
    await wait(world, 30)
    assert wire.calls == []
    backend.guilds = held
    backend.emit("GUILD_CREATE", serializers.guild_create_payload(backend, guild))
    await world.env.settle()
    assert shows(world, *DESK)
    assert wire.rest == []
    assert wire.shown == [EDIT]  # the board had no time yet to say that it is on


async def test_k21_a_start_with_many_servers_that_are_well_is_gentle(
    world: World, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    others = [another_guild(world, f"Another {number}") for number in range(12)]
    await world.env.settle()
    for each in (world, *others):
        await each.host("ana", "Async testing")
    await wait(world, 1)
    real, looking, most = DeskBook.read, 0, 0

    async def watched(book: DeskBook, guild_id: int) -> Book:
        nonlocal looking, most
        looking += 1
        most = max(most, looking)
        try:
            for _ in range(20):  # whoever may come in now does
                await asyncio.sleep(0)
            return await real(book, guild_id)
        finally:
            looking -= 1

    monkeypatch.setattr(DeskBook, "read", watched)
    wire.calm()
    before = len(wire.log)
    await world.restart()
    await wait(world, 1)
    assert wire.calls == []
    assert 0 < most <= 2  # so that commands come through
    said = [line for line in wire.log[before:] if line["log_level"] != "debug"]
    assert len(said) < len(others)  # no line for each server, and none that lists them
    assert max(len(str(line)) for line in said) < 300


async def test_a_role_that_the_bot_is_given_wakes_the_keeper(world: World) -> None:
    """Manage Channels comes with another role than the bot's own.

    Discord tells a bot of changes to itself without the members intent; simcord does not.
    """
    await give(world, without("manage_channels"))
    await world.host("ana", "Async testing")
    assert shows(world)
    helper = world.guild.create_role("Helper", permissions=INVITED)
    await world.env.settle()
    assert shows(world)
    backend, guild = world.env.backend, world.guild._guild
    member = guild.members[backend.bot_user.id]
    member.role_ids.append(helper.id)
    payload = dict(serializers.member_payload(backend, guild, member)) | {"guild_id": str(guild.id)}
    with world.env._bot_scope():
        world.bot._connection.parsers["GUILD_MEMBER_UPDATE"](payload)
    await world.env.settle()
    assert shows(world, *DESK)
    assert rows(world, "SELECT count(*) FROM problem") == [(0,)]


async def test_people_and_roles_that_do_not_matter_are_no_trouble(world: World, wire: Wire) -> None:
    await world.host("ana", "Async testing")
    wire.calm()
    await enter(world, "ana", "Async testing")
    await world.person("ana").set_voice(self_mute=True)
    role = world.guild.create_role("Speakers")
    world.env.backend.edit_role(world.guild.id, role.id, {"name": "Speaker"})
    member = world.guild.me
    ana = world.bot.get_guild(world.guild.id)
    assert member
    assert ana
    with world.env._bot_scope():
        voice = ana.get_member(world.person("ana").id)
        world.bot.dispatch("member_update", voice, voice)
    await world.env.settle()
    assert wire.calls == []
    assert shows(world, *DESK)


async def test_nothing_is_done_after_the_end(world: World, wire: Wire) -> None:
    await world.host("ana", "Async testing", "10:00")
    await world.bot.keeper.close()
    world.bot.keeper.wake(world.guild.id)
    world.bot.keeper.forget(world.guild.id)
    world.bot.keeper.forget(12345)
    wire.calm()
    await world.until("10:30")
    assert wire.calls == []
    assert server(world) == EMPTY
