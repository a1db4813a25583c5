"""K11: a desk is made whole or not at all; organizers hear before a server is full."""

from __future__ import annotations

import pytest

from tests.conftest import MakeWorld, World
from tests.desks.conftest import Wire, delete, desk, enter, fill, hears, makes_text, shows, states, told, wait
from tests.desks.strict import http_error

OURS = 6
"""The lobby, two categories, the board's channel, the news', and in `fill` none of them."""


@pytest.mark.parametrize("left", [0, 1])
async def test_k11_r17_with_one_channel_left_a_desk_is_not_made_by_half(
    world: World, wire: Wire, left: int
) -> None:
    hears(world)
    await fill(world, 495 - left)
    text = await world.host("ana", "Async testing", minutes=120)
    assert "can't be made just now" in text
    await wait(world, 30)
    assert shows(world)
    assert "so no desk can open" in told(world)[-1]
    await delete(world, "x0", *(["x1"] if left == 0 else []))
    assert shows(world, *desk("Async testing", "async-testing"))
    assert any("is open until" in said for said in world.said("async-testing"))


async def test_k11_r17_a_desk_that_was_half_there_is_made_whole_with_one_channel(world: World) -> None:
    await world.host("ana", "Async testing", minutes=120)
    await delete(world, "async-testing")
    assert shows(world, *desk("Async testing", "async-testing"))
    await fill(world, 493)
    await delete(world, "x0")
    await delete(world, "async-testing")
    await wait(world, 2)
    assert shows(world, *desk("Async testing", "async-testing"))


async def test_k11_organizers_hear_at_450_what_to_do_once(world: World) -> None:
    hears(world)
    await fill(world, 444)
    await wait(world, 1)
    assert told(world) == []
    await fill_more(world, 2)
    await wait(world, 1)
    [word] = told(world)
    assert "450" in word
    await world.host("ana", "Async testing")
    await world.restart()
    await wait(world, 60)
    assert told(world) == [word]
    assert "async-testing" in world.names() or states(world) == ["ended"]


async def fill_more(world: World, number: int) -> None:
    for n in range(number):
        world.guild.create_text_channel(f"x-more-{n}")
    await world.env.settle()


async def test_k11_empty_sessions_leave_no_channel_behind(make_world: MakeWorld) -> None:
    world = await make_world(sessions={"starts_per_hour": 100})
    before = len(world.guild._guild.channel_ids)
    for n in range(12):
        await world.host(f"host{n}", f"Topic {n}", minutes=10)
        await wait(world, 21)
    assert len(world.guild._guild.channel_ids) == before


@pytest.mark.parametrize("kind", ["voice", "text"])
async def test_k11_r11_presence_works_with_whatever_channel_there_is(
    make_world: MakeWorld, wire: Wire, kind: str
) -> None:
    world = await make_world(sessions={"no_show_minutes": 16, "idle_minutes": 20})

    async def never(_call: object, _go: object) -> None:
        raise http_error(503)

    missing = makes_text if kind == "voice" else (lambda call: call.makes and call.json["type"] == 2)
    wire.on(missing, never)
    await world.host("ana", "Async testing", minutes=60)
    await world.host("bob", "Board games", minutes=60)
    await wait(world, 3)
    if kind == "voice":
        await enter(world, "eve", "Async testing")
    else:
        await world.person("eve").send(world.channel("async-testing"), "we meet here")
    await wait(world, 15)
    assert states(world)[0] == "open"
    await wait(world, 8)
    assert states(world)[1] == "released"
