"""R13, R14: what people do to channels by hand is respected, and what they break is mended."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from tests.conftest import BOARD, NEWS, World
from tests.desks.conftest import (
    ARCHIVE,
    AREA,
    EDIT,
    MAKE,
    PIN,
    PLACES,
    POST,
    Wire,
    archived,
    change,
    change_session,
    delete,
    desk,
    enter,
    failing,
    fill,
    lost,
    makes_text,
    makes_voice,
    posts,
    server,
    shows,
    up_to_date,
    wait,
    write,
)
from tests.desks.strict import http_error

DESK = desk("Async testing", "async-testing")
VOICE, TEXT = DESK
KEPT = archived("async-testing")


async def clone(world: World, name: str) -> int:
    """An organizer clones a channel: same name, topic, category and overwrites."""
    of = world.channel(name)._channel
    made = world.env.backend.create_channel(
        world.guild.id,
        of.name,
        type=of.type,
        overwrites=copy.deepcopy(of.overwrites),
        parent_id=of.parent_id,
        topic=of.topic,
    )
    await world.env.settle()
    return made.id


@pytest.mark.parametrize(
    "names",
    [
        ["Async testing"],
        ["async-testing"],
        ["Async testing", "async-testing"],
        ["Open Space"],
        ["Open Space archive"],
        ["Open Space", "Open Space archive"],
        ["Async testing", "async-testing", "Open Space", "Open Space archive"],
        ["Open Space archive", "Open Space", "async-testing", "Async testing"],
    ],
    ids=" ".join,
)
async def test_r14_what_is_deleted_by_hand_is_made_again(world: World, wire: Wire, names: list[str]) -> None:
    await world.host("ana", "Async testing")
    wire.calm()
    await delete(world, *names)
    assert shows(world, *DESK)
    assert wire.count("POST", "/guilds/#/channels") == len(names)
    assert 1 <= len([call for call in wire.calls if call.method == "GET"]) <= len(names)
    assert wire.words == []
    # Only with the text channel goes what was in it.
    assert [posts(call) for call in wire.calls if call.route == POST] == [True] * ("async-testing" in names)
    await wait(world, 1)
    assert await up_to_date(world)
    await write(world, "async-testing")
    await wait(world, 69)
    assert shows(world, KEPT)


@pytest.mark.parametrize("names", [[BOARD], [NEWS], [BOARD, NEWS]], ids=" ".join)
async def test_r14_the_boards_channel_and_the_news_come_back(
    world: World, wire: Wire, names: list[str]
) -> None:
    await world.host("ana", "Async testing", "10:00")
    await world.join("bob", "Async testing")
    wire.calm()
    await delete(world, *names)
    assert shows(world)
    assert wire.count(*MAKE) == len(names)
    assert 1 <= len([call for call in wire.calls if call.method == "GET"]) <= len(names)
    assert wire.count(*POST) == (BOARD in names)
    await wait(world, 1)
    assert await up_to_date(world)
    await change_session(world, "changes.cancel", reason="")
    assert len(world.said(NEWS)) == 1


async def throw_away(world: World, channel: str) -> None:
    """An organizer deletes the board or a card while the bot hears nothing: its connection was lost."""
    [message] = world.layouts(channel)
    del world.env.backend.messages[world.channel(channel).id][message.id]


async def test_r14_a_board_that_is_deleted_comes_back_with_the_next_change(world: World, wire: Wire) -> None:
    await wait(world, 1)
    await throw_away(world, BOARD)
    wire.calm()
    await world.host("ana", "Async testing", "10:00")
    assert wire.shown == [EDIT, POST]
    assert shows(world)
    assert await up_to_date(world)


async def test_r14_a_card_that_is_deleted_comes_back_pinned_with_the_next_change(
    world: World, wire: Wire
) -> None:
    await world.host("ana", "Async testing")
    await wait(world, 1)
    await throw_away(world, "async-testing")
    wire.calm()
    await world.join("bob", "Async testing")
    await wait(world, 1)
    assert sorted(wire.shown) == sorted([EDIT, EDIT, POST, PIN])  # one of the edits is the board's
    assert shows(world, *DESK)
    assert await up_to_date(world)


async def test_r14_deleted_while_the_bot_was_down(world: World) -> None:
    await world.host("ana", "Async testing")
    await world.bot.keeper.close()
    await delete(world, "Async testing", "Open Space")
    await world.restart()
    await world.env.advance_time(11)
    assert shows(world, *DESK)


async def test_r14_an_archived_channel_that_is_deleted_is_not_made_again(world: World, wire: Wire) -> None:
    await world.host("ana", "Async testing")
    await write(world, "async-testing")
    await wait(world, 70)
    assert shows(world, KEPT)
    await delete(world, "async-testing")
    await wait(world, 1)
    assert sorted(server(world), key=str) == sorted([AREA, ARCHIVE, *PLACES], key=str)
    wire.calm()
    await world.restart()
    await wait(world, 60)
    assert wire.calls == []


async def test_r14_a_desk_deleted_in_its_grace_is_not_made_again(world: World) -> None:
    await world.host("ana", "Async testing")
    await wait(world, 61)
    await delete(world, "Async testing", "async-testing")
    assert shows(world)
    await wait(world, 60)
    assert shows(world)


async def test_r14_archived_channels_outlive_their_category(world: World) -> None:
    await world.host("ana", "Async testing")
    await write(world, "async-testing")
    await wait(world, 70)
    await delete(world, "Open Space archive")
    assert shows(world, ("text", "async-testing", None))


async def test_r14_deleted_at_the_moment_when_it_would_be_put_away(world: World, wire: Wire) -> None:
    await world.host("ana", "Async testing")

    async def too_late(call: Any, go: Any) -> Any:
        world.env.backend.delete_channel(call.target)
        return await go()

    wire.on(lambda call: call.method in {"DELETE", "PATCH"}, too_late)
    await wait(world, 80)
    assert shows(world)


async def test_r13_a_channel_that_was_moved_on_purpose_stays_where_it_is(world: World, wire: Wire) -> None:
    world.guild.create_category("x-main stage")
    await world.host("ana", "Async testing")
    wire.calm()
    stage = world.channel("x-main stage").id
    await change(world, "Async testing", parent_id=stage)
    await change(world, "async-testing", parent_id=stage)
    await write(world, "async-testing")
    await world.restart()
    moved = desk("Async testing", "async-testing", "x-main stage")
    assert shows(world, *moved)
    assert wire.calls == []
    await wait(world, 70)
    assert shows(world, KEPT)


async def test_r13_a_renamed_channel_is_still_ours_and_keeps_its_name(world: World, wire: Wire) -> None:
    await world.host("ana", "Async testing")
    wire.calm()
    await change(world, "Async testing", name="Renamed")
    await change(world, "Open Space", name="Unconference")
    await change(world, "async-testing", name="renamed", topic="no mark")
    await write(world, "renamed")
    await world.restart()
    assert wire.calls == []
    await wait(world, 70)
    assert server(world) == [
        ("category", "Unconference", None),
        ("category", "Open Space archive", None),
        *((kind, name, "Unconference") for kind, name, _ in PLACES),
        archived("renamed"),
    ]


async def test_r13_channels_of_others_that_look_like_ours_are_never_touched(world: World, wire: Wire) -> None:
    """Same name, same place, same topic; but without the bot's own overwrite."""
    area, ours = world.channel("Open Space"), set(world.guild._guild.channel_ids) - {world.lobby.id}
    world.guild.create_voice_channel("Async testing", category=area)
    world.guild.create_text_channel("async-testing", category=area, topic="Open Space hosted by ana · #1")
    world.guild.create_text_channel(BOARD, category=area, topic="What is on · #board")
    world.guild.create_text_channel(NEWS, category=area, topic="What changes · #news")
    world.guild.create_category("Open Space")
    world.guild.create_category("Open Space 2")
    theirs = set(world.guild._guild.channel_ids) - ours
    wire.on(lambda call: makes_voice(call) or makes_text(call), failing(http_error(503)))
    await world.host("ana", "Async testing", "08:30")
    await wait(world, 28)
    wire.calm()
    await world.restart()
    await wait(world, 120)
    assert theirs <= set(world.guild._guild.channel_ids)
    assert {call.target for call in wire.calls if call.method in {"PATCH", "DELETE"}}.isdisjoint(theirs)


@pytest.mark.parametrize("after", [1, 180])
async def test_r13_a_clone_of_ours_is_never_touched(world: World, after: int) -> None:
    await world.host("ana", "Async testing", minutes=120)
    await write(world, "async-testing")
    await wait(world, after)
    name = "async-testing"
    clones = [await clone(world, name)]
    if after == 1:
        clones.append(await clone(world, "Async testing"))
    clones += [await clone(world, "Open Space"), await clone(world, "Open Space archive")]
    await world.restart()
    await wait(world, 200)
    await world.restart()
    assert set(clones) <= set(world.guild._guild.channel_ids)


async def test_r13_a_clone_of_an_older_desk_is_not_taken_for_a_lost_answer(world: World, wire: Wire) -> None:
    await world.host("ana", "Async testing", minutes=30)
    await wait(world, 5)
    clones = [await clone(world, "Async testing"), await clone(world, "Open Space")]
    await wait(world, 60)
    wire.on(lambda call: makes_voice(call) or makes_text(call), failing(http_error(503)))
    await world.host("ana", "Async testing", minutes=30)
    wire.calm()
    await wait(world, 5)
    assert len([name for name in world.names("voice") if name == "Async testing"]) == 2
    await wait(world, 60)
    assert set(clones) <= set(world.guild._guild.channel_ids)
    assert [c for c in world.guild._guild.channel_ids if c in clones] == clones


async def test_r13_a_lost_answer_is_not_looked_for_among_desks_that_are_known(
    world: World, wire: Wire
) -> None:
    await world.host("ana", "Python")
    wire.on(makes_voice, lost(http_error(503)))
    await world.host("bob", "Python")
    wire.calm()
    await wait(world, 1)
    assert shows(world, *desk("Python", "python"), *desk("Python", "python"))


async def test_r14_an_area_with_other_channels_in_it_is_left_alone(world: World) -> None:
    await fill(world, 3, world.channel("Open Space"))
    await world.host("ana", "Async testing")
    await enter(world, "ana", "Async testing")
    assert shows(world, *DESK)
