"""K7, K8, R21: one trouble, one place; a hung request, a flood or a bug in a drawing delays nobody else."""

from __future__ import annotations

import asyncio
import re
from typing import Any
from unittest.mock import patch

import pytest

from bot.ui import board, card, desk_messages
from tests.conftest import BOARD, NEWS, MakeWorld, World
from tests.desks.acts import act, board_text, burst, card_text, pings
from tests.desks.conftest import (
    Wire,
    desk,
    hears,
    makes_category,
    makes_text,
    makes_voice,
    posts,
    says,
    shows,
    states,
    told,
    up_to_date,
    wait,
)
from tests.desks.strict import Call


async def hangs(_call: Call, _go: Any) -> Any:
    """No answer ever comes."""
    await asyncio.sleep(86_400)


def opened(world: World, text: str) -> bool:
    return any("is open until" in said for said in world.said(text))


HUNG = {
    "board": lambda call: call.method == "PATCH" and call.message != 0,
    "voice": lambda call: makes_voice(call) and call.json["name"] == "Topic 0",
    "text": lambda call: makes_text(call) and call.json["name"] == "topic-0",
    "card": lambda call: posts(call) and re.search(r"openspace:extend:1\b", str(call.json)) is not None,
    "pin": lambda call: call.method == "PUT",
}


@pytest.mark.parametrize("what", HUNG)
async def test_k7_r21_ten_desks_open_together_while_one_request_hangs(
    world: World, wire: Wire, what: str
) -> None:
    for n in range(10):
        await world.host(f"host{n}", f"Topic {n}", "10:00")
    await world.until("09:54")
    wire.on(HUNG[what], hangs)
    await world.until("09:55")
    await world.env.advance_time(5)
    names = [f"topic-{n}" for n in range(1, 10)]
    assert set(names) <= set(world.names("text"))
    assert {f"Topic {n}" for n in range(1, 10)} <= set(world.names("voice"))
    await world.until("10:00")
    await world.env.advance_time(5)
    assert states(world) == ["open"] * 10
    assert all(opened(world, name) for name in names)
    assert all(world.layouts(name) for name in names)


async def test_k7_r21_every_request_has_a_limit_and_is_asked_again(world: World, wire: Wire) -> None:
    wire.on(makes_voice, hangs)
    await world.host("ana", "Async testing", minutes=120)
    await world.env.advance_time(25)
    assert len([call for call in wire.calls if makes_voice(call)]) == 1
    wire.calm()
    await world.env.advance_time(60)
    assert shows(world, *desk("Async testing", "async-testing"))


@pytest.mark.parametrize("kind", ["voice", "text", "category"])
async def test_k7_k12_r14_a_hung_request_that_was_done_all_the_same_leaves_one_channel(
    world: World, wire: Wire, kind: str
) -> None:
    async def done_and_hangs(call: Call, go: Any) -> Any:
        await go()
        return await hangs(call, go)

    which = {"voice": makes_voice, "text": makes_text, "category": makes_category}[kind]
    wire.on(which, done_and_hangs)
    await world.host("ana", "Async testing", minutes=120)
    await wait(world, 1)
    wire.calm()
    await wait(world, 2)
    assert shows(world, *desk("Async testing", "async-testing"))


async def test_k7_r17_r21_sixty_join_an_open_desk_and_another_opens_on_time(world: World, wire: Wire) -> None:
    await world.host("ana", "Async testing", minutes=120)
    await world.host("bob", "Board games", "08:10")
    await world.until("08:09")

    async def slowly(_call: Call, go: Any) -> Any:
        await asyncio.sleep(1)
        return await go()

    wire.on(says, slowly)
    await burst(world, [f"guest {n}" for n in range(60)])
    await world.until("08:10")
    await world.env.advance_time(5)
    assert opened(world, "board-games")
    await wait(world, 1)
    assert {pings(world, "async-testing", f"guest {n}") for n in range(60)} == {1}


async def test_k7_r21_a_slow_list_of_interested_people_delays_no_opening_for_long(
    make_world: MakeWorld, wire: Wire
) -> None:
    world = await make_world(events={"enabled": True})
    for n in range(10):
        await world.host(f"host{n}", f"Topic {n}", "10:00")
    await world.until("09:59")
    wire.on(lambda call: call.is_event and call.path.endswith("/users"), hangs)
    await world.until("10:00")
    await world.env.advance_time(8)
    assert [n for n in range(10) if not opened(world, f"topic-{n}")] == []


async def test_k7_r21_a_server_whose_every_request_hangs_delays_no_news_of_another_topic(
    world: World, wire: Wire
) -> None:
    await world.host("ana", "Async testing", "10:00")
    await world.join("eve", "Async testing")
    wire.on(lambda call: call.shows, hangs)
    await world.host("bob", "Board games", "10:00")
    await act(world, "ana", "changes.cancel", "ill")
    await world.env.advance_time(5)
    assert len(world.said(NEWS)) == 1


# ------------------------------------------------------------------- drawings that fail

BROKEN = "Broken drawing"


def breaks(module: Any, name: str) -> Any:
    """Let a drawing raise whenever the broken topic is in it."""
    real = getattr(module, name)

    def drawn(*args: Any, **options: Any) -> Any:
        if BROKEN in repr((args[1:], options)):
            raise RuntimeError("said by the test")
        return real(*args, **options)

    return patch.object(module, name, drawn)


async def test_k8_r21_a_card_that_cannot_be_drawn_costs_that_card_only(world: World, wire: Wire) -> None:
    hears(world)
    with breaks(card, "layout"):
        await world.host("ana", BROKEN, "10:00")
        await world.host("bob", "Board games", "10:00")
        await world.until("10:01")
        assert shows(world, *desk(BROKEN, "broken-drawing"), *desk("Board games", "board-games"))
        assert opened(world, "broken-drawing")
        assert opened(world, "board-games")
        assert card_text(world, "board-games")
        assert world.layouts("broken-drawing") == []
        assert BROKEN in board_text(world)
        await wait(world, 30)
        assert len(told(world)) == 1
    await world.join("eve", BROKEN)
    await wait(world, 1)
    assert card_text(world, "broken-drawing")


async def test_k8_r21_a_board_that_cannot_be_drawn_costs_the_board_only(world: World, wire: Wire) -> None:
    hears(world)
    before = board_text(world)
    with breaks(board, "layout"):
        await world.host("ana", BROKEN)
        await wait(world, 30)
        assert shows(world, *desk(BROKEN, "broken-drawing"))
        assert opened(world, "broken-drawing")
        assert card_text(world, "broken-drawing")
        assert board_text(world) == before
        assert len(told(world)) == 1
        assert len(wire.log) < 500
    await wait(world, 16)
    assert BROKEN in board_text(world)


@pytest.mark.parametrize("name", ["channel_topic", "opening"])
async def test_k8_r21_a_desk_whose_words_cannot_be_drawn_costs_that_desk_only(
    world: World, wire: Wire, name: str
) -> None:
    with breaks(desk_messages, name):
        await world.host("ana", BROKEN, "10:00", minutes=120)
        await world.host("bob", "Board games", "10:00")
        await world.until("10:01")
        assert opened(world, "board-games")
        assert card_text(world, "board-games")
        assert "Board games" in board_text(world)
    await wait(world, 16)
    assert opened(world, "broken-drawing")
    assert await up_to_date(world)


async def test_k8_r21_one_drawing_that_fails_does_not_fill_the_log(world: World, wire: Wire) -> None:
    with breaks(card, "layout"):
        await world.host("ana", BROKEN, minutes=120)
        await wait(world, 100)
        assert len([entry for entry in wire.log if entry["log_level"] == "error"]) <= 20
    assert len(world.channel(BOARD).history()) == 1
