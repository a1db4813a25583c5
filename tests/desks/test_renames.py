"""R10: an open desk's channels follow what its host changes, within Discord's two renames in ten minutes."""

from __future__ import annotations

from typing import Any

import discord
import pytest
from simcord.backend.models import Overwrite
from simcord.enums import OverwriteType

from tests.conftest import World
from tests.desks.acts import MINUTE, act, board_text, card_text, person
from tests.desks.conftest import Wire, change, desk, die, overwrites, protect, rows, shows, wait
from tests.desks.strict import Call, http_error

HOST_BITS = ("view_channel", "connect", "mute_members", "move_members")


def renames(wire: Wire) -> list[str]:
    """The names that the bot asked for since all is calm."""
    return [c.json["name"] for c in wire.calls if c.method == "PATCH" and "name" in (c.json or {})]


async def topic(world: World, text: str, **options: Any) -> Any:
    return await act(world, "ana", "edit", topic=text, **options)


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


async def test_where_even_the_neutral_name_is_refused_there_is_no_end_of_trying(
    world: World, wire: Wire
) -> None:
    await world.host("ana", "Async testing")
    wire.calm()
    refuse(wire, "", 50035)
    await topic(world, "Bad words")
    assert len(renames(wire)) == 4
    await wait(world, 10)
    assert len(renames(wire)) < 20
    wire.calm()
    await wait(world, 11)
    assert shows(world, *desk("open-space-1", "open-space-1"))


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


def powerful(world: World, *names: str) -> bool:
    """Whether just these people have a host's powers in the voice channel."""
    found = overwrites(world, "Async testing")
    held = {who for who, (allow, _) in found.items() if allow.mute_members}
    return held == {world.person(name).id for name in names}


async def test_seats_are_the_voice_channels_limit_with_room_for_the_hosts(world: World, wire: Wire) -> None:
    await world.host("ana", "Async testing")
    assert seats(world) == 0
    await act(world, "ana", "edit", seats=4)
    assert seats(world) == 5
    await act(world, "ana", "cohost", person(world, "bob"))
    assert seats(world) == 6
    await act(world, "ana", "edit", seats=98)
    assert seats(world) == 99
    await act(world, "ana", "edit", seats=0)
    assert seats(world) == 0
    wire.calm()
    await wait(world, 10)
    await world.restart()
    assert wire.count("PATCH", "/channels/#") == 0


async def test_cohosts_have_a_hosts_powers_as_long_as_they_are_cohosts(world: World) -> None:
    await world.host("ana", "Async testing")
    assert powerful(world, "ana")
    await act(world, "ana", "cohost", person(world, "bob"))
    assert powerful(world, "ana", "bob")
    found = overwrites(world, "Async testing")[world.person("bob").id][0]
    assert found == discord.Permissions(**dict.fromkeys(HOST_BITS, True))
    await act(world, "ana", "cohost", person(world, "bob"), remove=True)
    assert powerful(world, "ana")
    assert world.person("bob").id not in overwrites(world, "Async testing")


async def test_a_session_handed_over_gives_the_powers_to_its_new_host(world: World) -> None:
    await world.host("ana", "Async testing")
    await act(world, "ana", "edit", host=person(world, "bob"))
    assert powerful(world, "ana", "bob")
    await act(world, "bob", "cohost", person(world, "ana"), remove=True)
    assert powerful(world, "bob")


async def test_r13_what_organizers_set_on_a_desk_stays(world: World) -> None:
    """On whoever was a co-host as well; where only seats change, even bits that the bot is never given."""
    await world.host("ana", "Async testing")
    await act(world, "ana", "cohost", person(world, "bob"))
    mods = world.guild.create_role("Mods")
    theirs = discord.Permissions(manage_messages=True, priority_speaker=True, speak=True).value
    bob = discord.Permissions(stream=True).value
    hosts = discord.Permissions(**dict.fromkeys(HOST_BITS, True)).value
    await protect(
        world,
        "Async testing",
        [
            Overwrite(mods.id, OverwriteType.ROLE, theirs, 0),
            Overwrite(world.person("bob").id, OverwriteType.MEMBER, hosts | bob, 0),
            Overwrite(world.person("eve").id, OverwriteType.MEMBER, 0, discord.Permissions(speak=True).value),
        ],
    )
    await act(world, "ana", "edit", seats=4)
    assert overwrites(world, "Async testing")[mods.id][0].value == theirs
    await act(world, "ana", "cohost", person(world, "carl"))
    await act(world, "ana", "cohost", person(world, "bob"), remove=True)
    assert powerful(world, "ana", "carl")
    found = overwrites(world, "Async testing")
    assert found[mods.id][0].speak
    assert found[world.person("eve").id][1].speak
    assert found[world.person("bob").id][0].value == bob


async def test_a_limit_that_organizers_set_by_hand_is_theirs(world: World, wire: Wire) -> None:
    await world.host("ana", "Async testing")
    await change(world, "Async testing", user_limit=3)
    await wait(world, 10)
    assert seats(world) == 3
    assert rows(world, "SELECT count(*) FROM audit WHERE action = 'channel-refitted'") == [(0,)]
