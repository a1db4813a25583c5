"""R10: an open desk's channels follow what its host changes, within Discord's two renames in ten minutes."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import World
from tests.desks.acts import MINUTE, act, board_text, card_text, person
from tests.desks.conftest import Wire, change, desk, die, hears, rows, shows, told, wait
from tests.desks.strict import Call, http_error


def renames(wire: Wire) -> list[str]:
    """The names that the bot asked for since all is calm."""
    return [c.json["name"] for c in wire.calls if c.method == "PATCH" and "name" in (c.json or {})]


async def topic(world: World, text: str, **options: Any) -> Any:
    return await act(world, "ana", "edits.edit", topic=text, **options)


async def test_r10_a_new_topic_is_at_once_the_channels_name(world: World, wire: Wire) -> None:
    await world.host("ana", "Async testing")
    wire.calm()
    await topic(world, "Sync testing", description="all of it")
    assert shows(world, *desk("Sync testing", "sync-testing"))
    assert sorted(renames(wire)) == ["Sync testing", "sync-testing"]
    about = world.channel("sync-testing")._channel.topic
    assert about
    assert "all of it" in about
    await wait(world, 0.1)
    assert "Sync testing" in board_text(world)
    assert "Sync testing" in card_text(world, "sync-testing")


async def test_r10_the_third_name_in_ten_minutes_waits_and_is_the_last_one_only(
    world: World, wire: Wire
) -> None:
    await world.host("ana", "Zero")
    await topic(world, "One")
    await wait(world, 1)
    await topic(world, "Two")
    assert shows(world, *desk("Two", "two"))
    wire.calm()
    change = await topic(world, "Three")
    assert change.renamed == world.env.now().replace(microsecond=0) + 9 * MINUTE
    await topic(world, "Four")
    await wait(world, 0.1)
    assert "Four" in board_text(world)
    assert "Four" in card_text(world, "two")
    await wait(world, 8)
    assert renames(wire) == []
    await wait(world, 1)
    assert sorted(renames(wire)) == ["Four", "four"]
    assert shows(world, *desk("Four", "four"))


async def test_r10_the_renames_are_counted_across_a_restart(world: World, wire: Wire) -> None:
    await world.host("ana", "Zero")
    await topic(world, "One")
    await topic(world, "Two")
    await world.restart()
    wire.calm()
    await topic(world, "Three")
    await wait(world, 9)
    assert renames(wire) == []  # Strict would find the third
    await wait(world, 1.1)
    assert shows(world, *desk("Three", "three"))


async def test_r10_a_topic_taken_back_in_time_renames_nothing(world: World, wire: Wire) -> None:
    await world.host("ana", "Zero")
    await topic(world, "One")
    await topic(world, "Two")
    await topic(world, "Three")
    await topic(world, "Two")
    wire.calm()
    await wait(world, 20)
    assert renames(wire) == []


@pytest.mark.parametrize("code", [50035, 20031])
async def test_words_that_discord_refuses_become_a_neutral_name_once(
    world: World, wire: Wire, code: int
) -> None:
    await world.host("ana", "Async testing")
    wire.calm()
    refuse(wire, "bad", code)
    await topic(world, "Bad words")
    await wait(world, 30)
    assert shows(world, *desk("open-space-1", "open-space-1"))
    assert sorted(renames(wire)) == ["Bad words", "bad-words", "open-space-1", "open-space-1"]


async def test_other_words_than_the_refused_ones_are_tried_again(world: World, wire: Wire) -> None:
    await world.host("ana", "Async testing")
    refuse(wire, "bad", 50035)
    await topic(world, "Bad words")
    assert shows(world, *desk("open-space-1", "open-space-1"))
    await wait(world, 11)
    await topic(world, "Good words")
    assert shows(world, *desk("Good words", "good-words"))


async def test_k1_r16_where_even_the_neutral_name_is_refused_it_is_given_up_and_told(
    world: World, wire: Wire
) -> None:
    hears(world)
    await world.host("ana", "Async testing", minutes=120)
    wire.calm()
    refuse(wire, "", 50035)
    await topic(world, "Bad words")
    assert len(renames(wire)) == 4
    await wait(world, 60)
    assert len(renames(wire)) == 4
    assert shows(world, *desk("Async testing", "async-testing"))
    assert told(world)
    wire.calm()
    await topic(world, "Kind words")
    assert shows(world, *desk("Kind words", "kind-words"))


def refuse(wire: Wire, part: str, code: int) -> None:
    async def no(_call: Call, _go: Any) -> Any:
        raise http_error(400, code, name="Contains words not allowed for servers in Server Discovery.")

    wire.on(lambda c: c.method == "PATCH" and part in (c.json or {}).get("name", "-").lower(), no)


@pytest.mark.parametrize("done", [False, True], ids=["before", "after"])
async def test_r14_a_crash_while_renaming(world: World, wire: Wire, *, done: bool) -> None:
    await world.host("ana", "Async testing")

    async def crash(_call: Call, go: Any) -> Any:
        if done:
            await go()
        await die(world.bot)

    wire.on(lambda c: c.method == "PATCH" and "name" in (c.json or {}), crash)
    await topic(world, "Sync testing")
    wire.calm()
    await world.restart()
    assert shows(world, *desk("Sync testing", "sync-testing"))


# ------------------------------------------------------------------------- refit


def seats(world: World) -> int:
    return int(world.channel("Async testing")._channel.user_limit or 0)


async def test_seats_are_the_voice_channels_limit_with_room_for_the_hosts(world: World, wire: Wire) -> None:
    await world.host("ana", "Async testing")
    assert seats(world) == 0
    await act(world, "ana", "edits.edit", seats=4)
    assert seats(world) == 5
    await act(world, "ana", "cohosts.cohost", person(world, "bob"))
    await act(world, "bob", "offers.share")
    assert seats(world) == 6
    await act(world, "ana", "edits.edit", seats=98)
    assert seats(world) == 99
    await act(world, "ana", "edits.edit", seats=0)
    assert seats(world) == 0
    wire.calm()
    await wait(world, 10)
    await world.restart()
    assert wire.count("PATCH", "/channels/#") == 0


async def test_a_limit_that_organizers_set_by_hand_is_theirs(world: World, wire: Wire) -> None:
    await world.host("ana", "Async testing")
    await change(world, "Async testing", user_limit=3)
    await wait(world, 10)
    assert seats(world) == 3
    assert rows(world, "SELECT count(*) FROM audit WHERE action = 'channel-refitted'") == [(0,)]
