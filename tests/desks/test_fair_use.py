"""K2, K3, R17: nobody's acts use up what all share, and a limit of Discord's own is waited for and told."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import discord
import pytest

from tests.conftest import MakeWorld, World, all_text
from tests.desks.acts import act, delete_message
from tests.desks.conftest import (
    Wire,
    another_guild,
    change_session,
    delete,
    desk,
    failing,
    fill,
    hears,
    makes_text,
    makes_voice,
    says,
    server,
    shows,
    states,
    told,
    wait,
)
from tests.desks.strict import Call

LIMITED = failing(discord.RateLimited(7200))


def makes(call: Call) -> bool:
    return call.makes


def made(wire: Wire) -> int:
    """How many channels were asked for since all is calm."""
    return sum(map(makes, wire.calls))


# ------------------------------------------------------------------ what others delete (K2)


@pytest.mark.parametrize("name", ["async-testing", "Async testing"])
async def test_k2_r17_a_desk_that_another_bot_deletes_is_made_ever_more_slowly_and_told(
    world: World, wire: Wire, name: str
) -> None:
    hears(world)
    await world.host("ana", "Async testing", minutes=120)
    wire.calm()
    for _second in range(20 * 60):
        if name in world.guild.channels:
            await delete(world, name)
        await world.env.advance_time(1)
    assert 4 <= made(wire) <= 8
    [word] = told(world)
    assert "deleted" in word
    await wait(world, 31)
    assert shows(world, *desk("Async testing", "async-testing"))


async def test_k2_r17_the_first_and_second_loss_are_mended_at_once_and_not_told(world: World) -> None:
    hears(world)
    await world.host("ana", "Async testing", minutes=120)
    await delete(world, "async-testing")
    assert shows(world, *desk("Async testing", "async-testing"))
    await wait(world, 1)
    await delete(world, "async-testing")
    await wait(world, 1)
    assert shows(world, *desk("Async testing", "async-testing"))
    assert told(world) == []


async def test_k2_r17_the_pace_of_repair_survives_a_restart(world: World, wire: Wire) -> None:
    await world.host("ana", "Async testing", minutes=120)
    for _ in range(5):
        while "async-testing" not in world.guild.channels:
            await world.env.advance_time(5)
        await delete(world, "async-testing")
    await world.restart()
    wire.calm()
    await wait(world, 4)
    assert made(wire) == 0
    await wait(world, 7)
    assert made(wire) == 1


async def test_k2_r17_another_desk_is_not_slowed_down(world: World, wire: Wire) -> None:
    await world.host("ana", "Async testing", minutes=120)
    await world.host("bob", "Board games", minutes=120)
    for _ in range(4):
        while "async-testing" not in world.guild.channels:
            await world.env.advance_time(5)
        await delete(world, "async-testing")
    await delete(world, "board-games")
    assert "board-games" in world.names("text")


# --------------------------------------------------------------- the day's limit of channels (K3)


async def test_k3_r17_where_discord_says_no_more_nothing_is_asked_again_before_its_time(
    world: World, wire: Wire
) -> None:
    hears(world)
    theirs = await fill(world, 12)
    wire.calm()
    wire.on(makes, failing(discord.RateLimited(3600)))
    await world.host("ana", "Async testing", minutes=120)
    await world.host("bob", "Board games", minutes=120)
    asked = made(wire)
    assert asked <= 2  # both channels of the first desk go side by side
    await wait(world, 1)
    for channel in theirs[:10]:
        world.env.backend.delete_channel(channel.id)
        await world.env.advance_time(20)
    world.env.backend.edit_role(world.guild.id, world.guild.create_role("x").id, {"permissions": 0})
    await wait(world, 50)
    assert made(wire) == asked
    assert [call for call in wire.calls if call.method == "GET"] == []
    wire.calm()
    await wait(world, 10)
    assert made(wire) == 4


async def test_k3_r17_hosts_who_wait_and_organizers_are_told_once(world: World, wire: Wire) -> None:
    hears(world)
    wire.on(makes, LIMITED)
    until = int((world.env.now() + timedelta(seconds=7200)).timestamp())
    result = await world.person("ana").slash(
        world.lobby, "openspace host", topic="Async testing", minutes=120
    )
    await wait(world, 1)
    assert "can't be made just now" in all_text(result.response)
    [word] = told(world)
    assert abs(int(word.split("<t:")[1].split(":")[0]) - until) <= 5
    await world.host("bob", "Board games", minutes=60)
    await wait(world, 90)
    assert told(world) == [word]
    wire.calm()
    await world.host("eve", "Cooking", minutes=60)
    await wait(world, 31)
    assert ("voice", "Cooking", "Open Space") in server(world)


async def test_k3_r17_desks_that_are_open_go_on(world: World, wire: Wire) -> None:
    await world.host("bob", "Board games", minutes=60)
    wire.on(makes, LIMITED)
    await world.host("ana", "Async testing", minutes=120)
    wire.act = _all_but_channels
    await world.join("eve", "Board games")
    await wait(world, 1)
    assert any("just joined" in text for text in world.said("board-games"))
    await wait(world, 71)
    assert states(world) == ["ended", "open"]
    assert world.names("voice") == []


async def _all_but_channels(call: Call, go: Any) -> Any:
    if call.makes:
        raise discord.RateLimited(3600)
    return await go()


async def test_k3_r17_another_server_is_not_held_up(world: World, wire: Wire) -> None:
    second = another_guild(world, "Another")
    await world.env.settle()
    wire.on(lambda call: call.makes and call.target == world.guild.id, LIMITED)
    await world.host("ana", "Async testing", minutes=120)
    await second.host("ana", "Async testing", minutes=120)
    assert shows(second, *desk("Async testing", "async-testing"))


async def test_k3_r17_a_short_wait_is_no_trouble_of_organizers(world: World, wire: Wire) -> None:
    hears(world)
    wire.on(makes, failing(discord.RateLimited(35)))
    await world.host("ana", "Async testing", minutes=120)
    wire.calm()
    await world.env.advance_time(40)
    assert shows(world, *desk("Async testing", "async-testing"))
    assert told(world) == []


# ------------------------------------------------------------------- many channels in a day (K2)


async def use_up(world: World, number: int) -> None:
    """So many channels were made for the server in the last hours, and are gone."""
    sql = (
        "INSERT INTO record (guild_id, session_id, kind, mark, discord_id, asked_at, told_at, gone_at)"
        " VALUES (?1, ?2, 'text', '#0', ?3, ?4, ?4, ?4)"
    )
    [(session,)] = await world.bot.database.read.all("SELECT min(id) FROM session")
    at = int(world.env.now().timestamp()) - 3600
    async with world.bot.database.transaction() as tx:
        for each in range(number):
            await tx.execute(sql, world.guild.id, session, 1000 + each, at)
    with world.env._bot_scope():
        world.bot.keeper.wake(world.guild.id)
    await world.env.settle()


async def test_k2_r17_from_four_hundred_on_organizers_hear_and_booked_sessions_come_first(
    world: World, wire: Wire
) -> None:
    hears(world)
    await world.host("ana", "Booked", "10:00")
    await use_up(world, 390)
    assert told(world) == []
    await use_up_more(world, 100)
    [word] = told(world)
    assert "400" in word
    wire.calm()
    for n in range(3):
        await world.host(f"host{n}", f"Hasty {n}", minutes=120)
    await wait(world, 1)
    asked = made(wire)
    await world.until("09:56")
    names = world.names("voice")
    assert "Booked" in names
    assert asked + 4 + 490 <= 500
    assert told(world) == [word]


async def use_up_more(world: World, number: int) -> None:
    """As `use_up`, with other ids."""
    sql = (
        "INSERT INTO record (guild_id, session_id, kind, mark, discord_id, asked_at, told_at, gone_at)"
        " SELECT guild_id, session_id, kind, mark, discord_id + 5000, asked_at, told_at, gone_at FROM record"
        " WHERE mark = '#0' LIMIT ?"
    )
    async with world.bot.database.transaction() as tx:
        await tx.execute(sql, number)
    with world.env._bot_scope():
        world.bot.keeper.wake(world.guild.id)
    await world.env.settle()


async def test_k2_k5_r17_moving_to_and_fro_makes_no_channel(world: World, wire: Wire) -> None:
    await world.host("ana", "Async testing", "08:03")
    await wait(world, 0.1)
    assert shows(world, *desk("Async testing", "async-testing"))
    wire.calm()
    later = world.env.now().replace(second=0, microsecond=0) + timedelta(hours=2)
    for n in range(6):  # more are no fair use: see the limit of starts
        start = later + n * timedelta(minutes=5) if n % 2 == 0 else world.env.now() + timedelta(minutes=4)
        await change_session(world, "edits.edit", start=start)
        await world.env.advance_time(5)
    assert made(wire) == 0
    assert [call for call in wire.calls if call.method == "DELETE"] == []


async def test_k2_r17_a_member_who_hosts_and_ends_again_and_again_is_stopped_kindly(
    make_world: MakeWorld, wire: Wire
) -> None:
    world = await make_world()
    wire.calm()
    said = []
    for _ in range(12):
        said.append(await world.host("ana", "Async testing"))
        newest = len(states(world))
        if "is yours" in said[-1]:
            await act(world, "ana", "changes.end", "", session=newest)
        await world.env.advance_time(30)
    started = sum("is yours" in text for text in said)
    assert started == 4
    assert made(wire) <= 2 * started
    assert "is yours" in await world.host("bob", "Board games")  # nobody else is held up
    await world.env.advance_time(3600)
    assert "is yours" in await world.host("ana", "Async testing")


async def test_k2_r17_a_board_that_is_deleted_for_ever_costs_no_storm_of_words(
    world: World, wire: Wire
) -> None:
    hears(world)
    wire.calm()
    for _ in range(120):
        for message in world.channel("open-space-board").history():
            await delete_message(world, message)
        await world.env.advance_time(10)
    assert len(wire.calls) <= 30
    assert len([call for call in wire.calls if says(call)]) == 1


async def test_k3_r14_a_limit_between_the_two_channels_of_a_desk_makes_none_twice(
    world: World, wire: Wire
) -> None:
    wire.on(makes_text, LIMITED)
    await world.host("ana", "Async testing", minutes=120)
    await wait(world, 10)
    assert world.names("voice") == ["Async testing"]
    wire.calm()
    await wait(world, 112)
    assert len([call for call in wire.done if makes_voice(call)]) == 1
