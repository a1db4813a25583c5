"""What only organizers see: one message a case, kept current, never twice, never where all can see it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from simcord.builders import ChannelHandle

from bot.domain.reports import Deed
from bot.service import Person
from bot.service.reports import About
from tests.cogs.conftest import read, told
from tests.cogs.reporting import (
    act,
    case_buttons,
    case_text,
    cases,
    crew_room,
    report,
    rows,
    show_everyone,
)
from tests.conftest import World
from tests.desks.conftest import Wire, failing, first, lost
from tests.desks.strict import Call, http_error

POST, EDIT = ("POST", "/channels/#/messages"), ("PATCH", "/channels/#/messages/#")


@pytest.fixture
async def room(world: World) -> ChannelHandle:
    """ana's desk is open, and organizers have a channel."""
    made = await crew_room(world)
    await world.host("ana", "Git", minutes=120)
    return made


def posts(room: ChannelHandle) -> Any:
    """Whether a request posts a message in the organizers' channel."""
    return lambda call: call.route == POST and call.target == room.id


async def reported(world: World, number: int, words: str = "", session: int = 1) -> None:
    """Somebody reports a session, however fast."""
    with world.env._bot_scope():
        await world.bot.service.reports.report(
            world.guild.id,
            Person(number, f"Guest {number}"),
            About(session_id=session),
            words,
            people_in=lambda channel_id: (),
            language="en",
        )
        world.bot.cases.wake(world.guild.id)


async def dismissed(world: World, number: int = 1) -> None:
    with world.env._bot_scope():
        boss = Person(world.organizer().id, "boss", organizer=True)
        await world.bot.service.cases.note(world.guild.id, number, boss, Deed.DISMISSED)
        world.bot.cases.wake(world.guild.id)
    await world.env.settle()


async def test_a_flood_by_many_is_one_message_edited_once_in_five_seconds(
    world: World, room: ChannelHandle, wire: Wire
) -> None:
    wire.calm()
    for n in range(1, 201):
        await reported(world, n, f"word {n}")
        if n % 10 == 0:
            await world.env.advance_time(1)
    await world.env.advance_time(6)
    edits = [call for call in wire.calls if call.route == EDIT and call.target == room.id]
    assert 1 <= len(edits) <= 6
    assert len(cases(room)) == 1
    text = case_text(room)
    assert "200 reports" in text
    assert "word 200" in text
    assert "and 195 more" in text
    assert len([call for call in wire.calls if posts(room)(call)]) == 1  # no word of them yet


async def test_new_reports_are_told_without_a_ping_once_in_five_minutes(
    world: World, room: ChannelHandle, wire: Wire
) -> None:
    await reported(world, 1)
    await world.env.advance_time(2)
    assert world.said(room) == []
    for n in range(2, 60):
        await reported(world, n)
        await world.env.advance_time(10)
    await world.env.advance_time(10)
    words = world.said(room)
    assert 1 <= len(words) <= 2
    assert "has new reports" in words[0]
    assert f"https://discord.com/channels/{world.guild.id}/{room.id}/{cases(room)[0].id}" in words[0]
    assert all(not m.mentions for m in room.history() if m.content)


async def test_it_is_current_after_a_restart_in_between_and_never_twice(
    world: World, room: ChannelHandle
) -> None:
    await reported(world, 1, "one")
    await world.restart()
    await world.env.advance_time(2)
    assert len(cases(room)) == 1
    await reported(world, 2, "two")
    await world.restart()
    await world.env.advance_time(8)
    assert len(cases(room)) == 1
    assert "2 reports" in case_text(room)
    await world.env.advance_time(600)
    assert len(cases(room)) == 1


@pytest.mark.parametrize("error", [http_error(502), TimeoutError()], ids=repr)
@pytest.mark.parametrize("later", [2, 400])
async def test_r14_a_message_whose_answer_was_lost_is_found_again(
    world: World, room: ChannelHandle, wire: Wire, error: Exception, later: int
) -> None:
    wire.on(first(posts(room)), lost(error))
    await reported(world, 1, "one")
    await world.env.advance_time(1)
    if later > 2:
        await world.restart()
    await world.env.advance_time(later + 15)
    assert len(cases(room)) == 1
    assert rows(world, "SELECT message_id FROM posted") == [(cases(room)[0].id,)]
    await reported(world, 2)
    await world.env.advance_time(10)
    assert "2 reports" in case_text(room)


@pytest.mark.parametrize("away", [1, 400], ids=["at once", "longer than Discord knows a nonce"])
async def test_r14_a_bot_that_died_as_it_posted_makes_no_second_message(
    world: World, room: ChannelHandle, wire: Wire, away: int
) -> None:
    async def dying(_call: Call, go: Any) -> Any:
        await go()
        closing = asyncio.get_running_loop().create_task(world.bot.cases.close())
        await asyncio.Event().wait()
        return closing

    wire.on(first(posts(room)), dying)
    await reported(world, 1, "one")
    await world.env.advance_time(away)
    await world.restart()
    wire.calm()
    await world.env.advance_time(300)
    assert len(cases(room)) == 1
    assert rows(world, "SELECT message_id FROM posted") == [(cases(room)[0].id,)]


async def test_r16_words_that_discord_refuses_are_left_out_once_and_organizers_hear(
    world: World, room: ChannelHandle, wire: Wire
) -> None:
    wire.strict.forbidden = "evil"
    wire.calm()
    await reported(world, 1, "an Evil link")
    await world.env.advance_time(15)
    text = case_text(room)
    assert "Discord refuses some words" in text
    assert f"<@{1}>" in text
    asked = [call for call in wire.calls if posts(room)(call) and "evil" in str(call.json).casefold()]
    assert len(asked) == 1
    await reported(world, 2, "harmless")
    await world.env.advance_time(10)
    assert "2 reports" in case_text(room)
    assert "harmless" not in case_text(room)


async def test_r16_a_refused_topic_too(world: World, wire: Wire) -> None:
    room = await crew_room(world)
    await world.host("ana", "Evil talk", minutes=120)
    wire.strict.forbidden = "evil"
    await reported(world, 1)
    await world.env.advance_time(15)
    assert "(this topic can't be shown)" in case_text(room)


@pytest.mark.parametrize("error", [http_error(500), http_error(403, 50013), TimeoutError()], ids=repr)
async def test_r21_one_case_that_fails_delays_no_other(
    world: World, room: ChannelHandle, wire: Wire, error: Exception
) -> None:
    await world.host("bo", "Rust", minutes=120)

    def of_git(call: Call) -> bool:
        return posts(room)(call) and "Git" in str(call.json)

    wire.on(of_git, failing(error))
    await reported(world, 1)
    await reported(world, 2, session=2)
    await world.env.advance_time(2)
    assert "#2 Rust" in case_text(room)
    wire.calm()
    await world.env.advance_time(700)
    assert len(cases(room)) == 2


async def test_a_message_that_was_deleted_comes_back_with_the_next_report_only(
    world: World, room: ChannelHandle
) -> None:
    await reported(world, 1)
    await world.env.advance_time(2)
    world.env.backend.delete_message(room.id, cases(room)[0].id)
    await world.env.advance_time(60)
    assert cases(room) == []
    await reported(world, 2)
    await world.env.advance_time(10)
    assert "2 reports" in case_text(room)


async def test_it_shows_when_the_session_ends_by_itself(world: World, room: ChannelHandle) -> None:
    await reported(world, 1)
    await world.env.advance_time(2)
    assert "on now" in case_text(room)
    await world.until("10:01")
    assert "· over" in case_text(room)
    assert "End session" not in case_buttons(room)


async def test_a_closed_case_shows_its_outcome_and_costs_nothing_any_more(
    world: World, room: ChannelHandle, wire: Wire
) -> None:
    await reported(world, 1)
    await world.env.advance_time(6)
    await dismissed(world)
    await world.env.advance_time(60)
    assert "dismissed it" in case_text(room)
    wire.calm()
    await world.restart()
    await world.env.advance_time(1000)
    assert [call for call in wire.calls if call.target == room.id] == []
    assert rows(world, "SELECT done FROM posted") == [(1,)]


# ---------------------------------------------------------------- never in public


async def test_confidential_where_everyone_can_see_the_channel_nothing_is_shown(world: World) -> None:
    room = await crew_room(world, public=True)
    world.env.backend.edit_guild(world.guild.id, {"public_updates_channel_id": world.lobby.id})
    await world.host("ana", "Git")
    await report(world, "eve")
    await world.env.advance_time(10)
    assert room.history() == []
    assert world.said(world.lobby) == []
    await show_everyone(world, room, seen=False)
    await world.env.advance_time(2)
    assert "#1 Git" in case_text(room)


async def test_confidential_a_channel_that_becomes_public_loses_its_cases(
    world: World, room: ChannelHandle
) -> None:
    await report(world, "eve", words="one")
    await world.env.advance_time(6)
    await dismissed(world)
    await world.env.advance_time(30)
    await report(world, "cy", words="two")
    await world.env.advance_time(2)
    assert len(cases(room)) == 2
    await show_everyone(world, room, seen=True)
    await world.env.advance_time(2)
    assert cases(room) == []
    assert world.bot.cases.homeless(world.guild.id) == 1
    await show_everyone(world, room, seen=False)
    await world.env.advance_time(2)
    [shown] = cases(room)
    assert "two" in case_text(room)
    assert shown


async def test_confidential_a_deleted_channel_leaves_the_case_for_the_next(
    world: World, room: ChannelHandle
) -> None:
    await report(world, "eve")
    await world.env.advance_time(6)
    world.env.backend.delete_channel(room.id)
    await world.env.settle()
    await world.env.advance_time(10)
    assert world.bot.cases.homeless(world.guild.id) == 1
    said = read(await world.organizer().slash(world.lobby, "openspace-admin pause"))
    assert "1 case waits for you" in said
    other = await crew_room(world, "other")
    assert "#1 Git" in case_text(other)
    assert world.bot.cases.homeless(world.guild.id) == 0


async def test_confidential_the_moderators_channel_serves_where_it_is_private(world: World) -> None:
    room = await crew_room(world)
    await world.set(channels__organizers_channel=None)
    world.env.backend.edit_guild(world.guild.id, {"public_updates_channel_id": room.id})
    await world.host("ana", "Git")
    await report(world, "eve")
    await world.env.advance_time(2)
    assert "#1 Git" in case_text(room)


async def test_several_servers_have_their_own(world: World, room: ChannelHandle) -> None:
    other = world.env.create_guild("Elsewhere")
    await world.env.settle()
    await report(world, "eve")
    await world.env.advance_time(2)
    assert [c.id for c in cases(room)]
    for channel in other.channels.values():
        assert "Git" not in str([m.content for m in channel.history()])


async def test_an_act_in_the_channel_is_shown_there(world: World, room: ChannelHandle) -> None:
    await report(world, "eve")
    await world.env.advance_time(6)
    assert told(await act(world, world.organizer(), room, "Dismiss"))
    await world.env.advance_time(2)
    assert "✅ #1 Git" in case_text(room)
