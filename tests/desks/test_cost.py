"""What it costs Discord, request by request: docs/architecture.md names these numbers."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.conftest import World
from tests.desks.conftest import (
    ARCHIVING,
    DELETE,
    EDIT,
    MAKE,
    PIN,
    POST,
    Wire,
    another_guild,
    desk,
    enter,
    posts,
    says,
    shows,
    states,
    up_to_date,
    wait,
    write,
)

READ = ("GET", "/channels/#/messages")


def asked(wire: Wire) -> Counter[tuple[str, str]]:
    """What the keeper asked since it was calm, by route."""
    return Counter(call.route for call in wire.calls)


async def test_a_new_server_costs_five_requests(world: World, wire: Wire) -> None:
    """Area, archive, the board's channel and the news', and the board."""
    assert [call.route for call in wire.calls] == [MAKE] * 4 + [POST]
    await world.restart()
    assert len(wire.calls) == 5


@pytest.mark.parametrize("written", [False, True])
async def test_r8_r9_a_whole_session_costs_fourteen_requests_and_a_look(
    world: World, wire: Wire, *, written: bool
) -> None:
    await wait(world, 1)
    wire.calm()
    await world.host("ana", "Async testing", "10:00")
    assert asked(wire) == {EDIT: 1}  # the board names it
    await world.join("bob", "Async testing")
    await wait(world, 1)
    assert asked(wire) == {EDIT: 2}  # and its guest
    await world.until("09:56")
    assert asked(wire) == {EDIT: 3, MAKE: 2}  # and its voice channel
    wire.calm()
    await world.until("10:01")
    assert asked(wire) == {POST: 1, PIN: 1, EDIT: 1}  # the card, by which it opens; the board: it is on
    await enter(world, "bob", "Async testing")
    await world.until("10:54")
    assert asked(wire) == {POST: 1, PIN: 1, EDIT: 1}
    await world.until("10:56")
    assert asked(wire) == {POST: 2, PIN: 1, EDIT: 1}  # the warning
    wire.calm()
    await world.person("bob").leave_voice()
    if written:
        await write(world, "async-testing")
    await world.until("16:00")
    # It is over, on the board and the card, and asked for its takeaway; the voice channel goes, and the text,
    # where no words are found.
    looked = {READ: 1, DELETE: 2}
    assert asked(wire) == {POST: 1, EDIT: 2} | ({DELETE: 1, ARCHIVING: 1} if written else looked)
    assert await up_to_date(world)


async def test_r8_a_late_guest_costs_three_requests(world: World, wire: Wire) -> None:
    await world.host("ana", "Async testing")
    await wait(world, 1)
    wire.calm()
    await world.join("bob", "Async testing")
    await wait(world, 1)
    assert asked(wire) == {POST: 1, EDIT: 2}  # the greeting; card and board


async def test_a_burst_of_changes_costs_one_edit_in_five_seconds(world: World, wire: Wire) -> None:
    await world.host("ana", "Async testing", "15:00")
    await wait(world, 1)
    wire.calm()
    for second in range(60):
        await world.join(f"guest{second}", "Async testing")
        await world.env.advance_time(1)
    await wait(world, 1)
    assert 11 <= asked(wire)[EDIT] <= 13
    assert len(asked(wire)) == 1
    assert await up_to_date(world)


async def test_r8_ten_desks_in_one_minute_cost_forty_three_requests(world: World, wire: Wire) -> None:
    for n in range(10):
        await world.host(f"host{n}", f"Topic {n}", "10:00")
        await world.join("bob" if n else "eve", f"Topic {n}")
    await world.until("09:54")
    wire.calm()
    await world.until("10:01")
    assert states(world) == ["open"] * 10
    assert sum(map(says, wire.calls)) == sum(map(posts, wire.calls)) == 10  # all called by the cards
    assert asked(wire) == {
        MAKE: 20,
        POST: 10,
        PIN: 10,
        EDIT: 3,
    }  # the board: some are there, all are there, all are on
    assert shows(world, *(channel for n in range(10) for channel in desk(f"Topic {n}", f"topic-{n}")))
    assert await up_to_date(world)


async def test_k22_a_server_where_nothing_happens_costs_nothing_in_a_window_either(
    world: World, wire: Wire
) -> None:
    wire.calm()
    await world.until("16:00")
    assert wire.calls == []


async def test_outside_windows_a_server_costs_no_request_but_an_edit_at_midnight(
    world: World, wire: Wire
) -> None:
    second = another_guild(world, "Another")
    await world.env.settle()
    await world.host("ana", "Async testing")
    await world.until("12:00")
    await world.until("16:16")
    wire.calm()
    await world.until("10:29", day=2)
    assert [call.route for call in wire.calls] == [EDIT] * 2  # 'tomorrow' has become 'today'
    await world.until("13:30", day=2)
    await world.until("16:41", day=2)
    before = len(world.env.http_requests)
    wire.calm()
    for _day in range(7):
        await world.env.advance_time(86400)
    assert wire.calls == []
    assert len(world.env.http_requests) == before
    assert shows(second)
    assert await up_to_date(second)
