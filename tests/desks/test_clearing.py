"""R13, R14: in a server that its organizers have closed, all goes that the bot made, and nothing else."""

from __future__ import annotations

import asyncio
from typing import Any

import discord
import pytest
from discord import Permissions

from bot.service import Person
from bot.service.trail import Lines
from tests.conftest import BOARD, MakeWorld, World
from tests.desks.conftest import (
    DELETE,
    Go,
    Wire,
    change,
    die,
    enter,
    failing,
    fill,
    first,
    give,
    hears,
    lost,
    nth,
    server,
    told,
    wait,
    without,
    write,
)
from tests.desks.strict import Call
from tests.desks.test_verdicts import http


async def event(world: World) -> None:
    """Three desks are over: people wrote at one of them, nobody at the others."""
    for name in ("git", "rust", "zig"):
        await world.host(name, name.title(), "now", minutes=20)
    await write(world, "git")
    await world.until("09:00")
    assert ("text", "git", "Open Space archive") in server(world)
    assert world.names("voice") == []


async def begin(world: World, *, words: bool) -> None:
    boss = Person(world.organizer().id, "boss", organizer=True)
    with world.env._bot_scope():
        await world.bot.service.cleanup.begin(world.guild.id, boss, words=words)
    await world.env.settle()


async def close(world: World, *, words: bool) -> None:
    await begin(world, words=words)
    await wait(world, 1)


async def call_off(world: World, what: str) -> None:
    """Ana ends or cancels the first session."""
    ana = Person(world.person("ana").id, "ana")
    with world.env._bot_scope():
        await getattr(world.bot.service.changes, what)(world.guild.id, 1, ana, "")


async def test_r13_all_goes_that_the_bot_made_and_nothing_of_others(world: World, wire: Wire) -> None:
    await event(world)
    theirs = world.guild.create_text_channel("git")  # a name is no reason
    await world.env.settle()
    await close(world, words=True)
    assert server(world) == [("text", "git", None)]
    assert theirs.id in world.guild._guild.channel_ids
    deleted = [call.target for call in wire.done if call.route == DELETE]
    assert len(deleted) == len(set(deleted))
    assert world.bot.service.rules(world.guild.id).closing == ""
    wire.calm()
    await wait(world, 60)
    assert wire.calls == []  # nothing is made again


async def test_r13_where_people_wrote_stays_unless_their_words_are_to_go(world: World, wire: Wire) -> None:
    await event(world)
    await close(world, words=False)
    assert server(world) == [("category", "Open Space archive", None), ("text", "git", "Open Space archive")]
    assert world.bot.service.rules(world.guild.id).closing == ""
    await close(world, words=True)
    assert server(world) == []


async def test_r13_a_desk_that_is_not_put_away_yet_stays_where_people_wrote(world: World, wire: Wire) -> None:
    await world.host("ana", "Git", "now", minutes=20)
    await world.host("bo", "Rust", "now", minutes=20)
    await write(world, "git")
    await world.until("08:21")
    await close(world, words=False)
    assert server(world) == [("category", "Open Space", None), ("text", "git", "Open Space")]


async def test_r13_a_category_in_which_others_have_a_channel_stays(world: World, wire: Wire) -> None:
    await event(world)
    await fill(world, 1, world.channel("Open Space"))
    await close(world, words=True)
    assert server(world) == [("category", "Open Space", None)]
    assert world.bot.service.rules(world.guild.id).closing == ""


async def test_people_who_still_talk_keep_their_voice_channel_for_the_overrun(
    world: World, wire: Wire
) -> None:
    await world.host("ana", "Git", "now", minutes=20)
    await world.env.settle()
    await enter(world, "bo", "Git")
    await world.until("08:21")
    await close(world, words=True)
    assert [name for kind, name, _ in server(world) if kind == "voice"] == ["Git"]
    assert world.bot.service.rules(world.guild.id).closing == "all"
    await world.until("08:51")
    assert server(world) == []


@pytest.mark.parametrize("number", range(4))
async def test_r14_a_crash_at_any_step_is_gone_on_from(world: World, wire: Wire, number: int) -> None:
    await event(world)
    died = []

    async def crash(_call: Call, go: Go) -> Any:
        if number % 2:
            await go()
        died.append(number)
        await die(world.bot)

    wire.on(nth(number, lambda call: call.method == "DELETE"), crash)
    await begin(world, words=True)
    await world.env.advance_time(5)
    assert died == [number]
    wire.calm()
    await world.restart()
    await wait(world, 2)
    assert server(world) == []
    assert world.bot.service.rules(world.guild.id).closing == ""


async def test_r14_a_channel_whose_answer_was_lost_goes_too(world: World, wire: Wire) -> None:
    wire.on(first(lambda call: call.makes and call.json["name"] == "Git"), lost(TimeoutError()))
    await world.host("ana", "Git", "now", minutes=10)
    await call_off(world, "end")
    await close(world, words=True)
    await wait(world, 1)
    assert server(world) == []


async def test_what_discord_refuses_is_told_and_tried_again_when_it_is_mended(
    world: World, wire: Wire
) -> None:
    hears(world)
    await event(world)
    await give(world, without("manage_channels"))
    await close(world, words=True)
    assert ("text", BOARD, "Open Space") in server(world)
    assert any("Manage Channels" in text for text in told(world))
    assert world.bot.service.rules(world.guild.id).closing == "all"
    await give(world, Permissions.all())
    await wait(world, 1)
    assert server(world) == []


async def test_r21_one_that_fails_holds_up_no_other(world: World, wire: Wire) -> None:
    await event(world)
    board = world.channel(BOARD).id
    wire.on(lambda call: call.route == DELETE and call.target == board, failing(http(500)))
    await close(world, words=True)
    assert [name for _, name, _ in server(world)] == ["Open Space", BOARD]
    wire.calm()
    await wait(world, 15)
    assert server(world) == []


async def test_a_channel_that_others_deleted_before_is_no_trouble(world: World, wire: Wire) -> None:
    await event(world)
    world.env.backend.delete_channel(world.channel("git").id)
    await world.env.settle()
    await close(world, words=True)
    assert server(world) == []


async def test_it_goes_two_at_a_time(world: World, wire: Wire) -> None:
    under_way = most = 0

    async def counting(_call: Call, go: Go) -> Any:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(1)
        under_way -= 1
        return await go()

    await event(world)
    wire.on(lambda call: call.method == "DELETE", counting)
    await close(world, words=True)
    assert server(world) == []
    assert most == 2


async def test_events_go_too(make_world: MakeWorld, wire: Wire) -> None:
    world: World = await make_world(events={"enabled": True})
    await world.host("ana", "Git", "14:00")
    await world.env.advance_time(20)
    guild = world.bot.get_guild(world.guild.id)
    assert guild
    assert len(guild.scheduled_events) == 1
    await change(world, BOARD, topic="edited by hand")  # what is recorded is known by its id
    await call_off(world, "cancel")
    await close(world, words=True)
    assert list(guild.scheduled_events) == []
    assert server(world) == []


async def test_it_can_be_opened_again_and_the_trail_says_what_happened(world: World, wire: Wire) -> None:
    await event(world)
    await close(world, words=True)
    boss = Person(world.organizer().id, "boss", organizer=True)
    trail = await world.bot.service.trail.look(world.guild.id, boss, Lines(), 2)
    assert [line.action for line in trail.lines] == ["cleaned", "cleanup"]
    assert trail.lines[0].detail == {"number": 2 + 2 + 1 + 1 + 1}  # categories, places, board, desk and card
    with world.env._bot_scope():
        await world.bot.service.settings.go_live(world.guild.id, boss)
    await world.env.settle()
    await wait(world, 1)
    assert ("text", BOARD, "Open Space") in server(world)
    assert isinstance(world.bot.get_channel(world.channel(BOARD).id), discord.TextChannel)
