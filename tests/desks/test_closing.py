"""R9: the desk closes: grace, archive, voices that still talk."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import discord
import pytest
from simcord.backend.errors import BackendError
from simcord.backend.models import Overwrite
from simcord.enums import OverwriteType

from tests.conftest import MakeWorld, World
from tests.desks.conftest import (
    AREA,
    PLACES,
    Wire,
    archived,
    change_session,
    desk,
    enter,
    overwrites,
    protect,
    rows,
    server,
    shows,
    states,
    wait,
    waiting,
    write,
)

DESK = desk("Async testing", "async-testing")
VOICE, TEXT = DESK
HOUR = timedelta(hours=1)
KEPT = archived("async-testing")


async def open_desk(world: World, minutes: int = 60) -> None:
    await world.host("ana", "Async testing", minutes=minutes)
    assert shows(world, *DESK)
    await write(world, "async-testing")


async def test_r9_at_the_end_the_capacity_is_free_and_the_channels_stay_for_the_grace(
    make_world: MakeWorld,
) -> None:
    world = await make_world(limit=1)
    await open_desk(world)
    await wait(world, 60)
    assert states(world) == ["ended"]
    assert shows(world, *DESK)
    assert "Desk 1 is yours" in await world.host("bob", "Next")
    await wait(world, 10)
    assert shows(world, KEPT, *desk("Next", "next"))


async def test_r9_after_the_grace_the_text_is_read_only_in_the_archive_and_the_voice_is_gone(
    world: World,
) -> None:
    await open_desk(world)
    await wait(world, 69)
    assert shows(world, *DESK)
    assert world.person("bob")
    await wait(world, 1)
    assert shows(world, KEPT)
    text = world.channel("async-testing")
    assert "a link worth keeping" in world.said("async-testing")
    everyone = overwrites(world, "async-testing")[world.guild.id][1]
    for name in ("send_messages", "send_messages_in_threads", "create_public_threads", "add_reactions"):
        assert getattr(everyone, name), name
    assert not everyone.view_channel
    with pytest.raises(BackendError, match="Missing Permissions"):
        await world.person("ana").send(text, "one more thing")


async def test_r9_where_the_setting_says_so_the_text_goes_too(make_world: MakeWorld, wire: Wire) -> None:
    world = await make_world(channels={"archive": False})
    assert server(world) == [AREA, *PLACES]
    await open_desk_without_archive(world)
    await wait(world, 70)
    assert server(world) == [AREA, *PLACES]
    assert not any(call.route == ("PATCH", "/channels/#") for call in wire.calls)


async def open_desk_without_archive(world: World) -> None:
    await world.host("ana", "Async testing")
    assert server(world) == [AREA, *PLACES, *DESK]


async def test_r9_without_grace_the_desk_closes_at_the_end(make_world: MakeWorld) -> None:
    world = await make_world(sessions={"grace_minutes": 0})
    await open_desk(world)
    await wait(world, 59)
    assert shows(world, *DESK)
    await wait(world, 1)
    assert shows(world, KEPT)


async def test_r9_people_still_talking_keep_the_voice_until_it_is_empty(world: World) -> None:
    await open_desk(world)
    await enter(world, "ana", "Async testing")
    await enter(world, "bob", "Async testing")
    await wait(world, 75)
    assert shows(world, VOICE, KEPT)
    await world.person("ana").leave_voice()
    assert shows(world, VOICE, KEPT)
    await world.person("bob").leave_voice()
    assert shows(world, KEPT)


async def test_r9_moving_to_another_channel_empties_a_room(world: World) -> None:
    world.guild.create_voice_channel("x-lounge")
    await open_desk(world)
    await enter(world, "ana", "Async testing")
    await wait(world, 75)
    assert shows(world, VOICE, KEPT)
    await enter(world, "ana", "x-lounge")
    assert shows(world, KEPT)


async def test_r9_the_voice_goes_after_the_overrun_with_one_word_before(world: World) -> None:
    await open_desk(world)
    await enter(world, "ana", "Async testing")
    await wait(world, 84)
    assert world.said("Async testing") == []
    await wait(world, 1)
    [word] = world.said("Async testing")
    assert "closes in a few minutes" in word
    await world.restart()
    await wait(world, 4)
    assert world.said("Async testing") == [word]
    assert shows(world, VOICE, KEPT)
    await wait(world, 1)
    assert shows(world, KEPT)


async def test_r9_no_word_into_an_empty_room(world: World, wire: Wire) -> None:
    await open_desk(world)
    await wait(world, 59)  # the warning before the end is said
    wire.calm()
    await wait(world, 61)
    [question] = wire.words  # what stays of it; whoever is still there is told nothing else
    assert "What should others take away from it?" in question.json["content"]


OVERRUNS = [
    # grace, overrun, warn; then when, in minutes after the end, the word is said and the voice goes
    (10, 30, 5, 25, 30),
    (0, 30, 5, 25, 30),
    (10, 10, 5, 5, 10),
    (10, 0, 5, 5, 10),
    (0, 3, 5, 0, 3),
    (10, 30, 0, None, 30),
    (0, 0, 5, None, 0),
]


@pytest.mark.parametrize("case", OVERRUNS)
async def test_r9_word_and_end_for_every_setting(
    make_world: MakeWorld, case: tuple[int, int, int, int | None, int]
) -> None:
    grace, overrun, warn, word, gone = case
    settings = {"grace_minutes": grace, "max_overrun_minutes": overrun, "warn_minutes": warn}
    world = await make_world(sessions=settings)
    await open_desk(world)
    await enter(world, "ana", "Async testing")
    await wait(world, 60)
    heard = None
    for minute in range(gone + 1):
        names = [name for kind, name, _ in server(world) if kind == "voice"]
        assert names == ([] if minute == gone else ["Async testing"]), minute
        if names and world.said("Async testing") and heard is None:
            heard = minute
        await wait(world, 1)
    assert heard == word
    assert shows(world, KEPT)


async def test_r9_a_session_ended_early_closes_from_then_on(world: World) -> None:
    await open_desk(world)
    await change_session(world, "changes.end", reason="")
    await wait(world, 9)
    assert shows(world, *DESK)
    await wait(world, 1)
    assert shows(world, KEPT)


async def test_r9_one_that_was_called_off_after_its_desk_had_come_closes_like_any_other(world: World) -> None:
    await world.host("ana", "Async testing", "10:00")
    await world.until("09:57")
    assert shows(world, *DESK)
    await write(world, "async-testing")
    await change_session(world, "changes.cancel", reason="")
    await wait(world, 10)
    assert shows(world, KEPT)


async def test_r9_an_extended_session_keeps_its_desk(world: World) -> None:
    await open_desk(world)
    await change_session(world, "changes.extend", minutes=30)
    await wait(world, 75)
    assert states(world) == ["open"]
    assert shows(world, *DESK)
    await wait(world, 25)
    assert shows(world, KEPT)


@pytest.mark.parametrize("talking", [False, True])
@pytest.mark.parametrize("later", [timedelta(minutes=11), timedelta(hours=4)], ids=str)
async def test_k5_r8_a_session_that_moves_keeps_the_channels_that_it_has(
    world: World, wire: Wire, later: timedelta, *, talking: bool
) -> None:
    await world.host("ana", "Async testing", "10:00")
    await world.until("09:57")
    await world.person("eve").send(world.channel("async-testing"), "my slides")
    if talking:
        await enter(world, "ana", "Async testing")
    text = world.channel("async-testing").id
    await change_session(world, "edits.edit", start=world.env.now().replace(minute=0) + HOUR + later)
    await wait(world, 5)
    if talking:
        await world.person("ana").leave_voice()
    assert shows(world, *DESK)
    await world.env.advance_time(later.total_seconds())
    assert shows(world, *DESK)
    assert rows(world, "SELECT state FROM session") == [("open",)]
    assert world.channel("async-testing").id == text
    assert "my slides" in world.said("async-testing")
    assert len([call for call in wire.calls if call.makes]) == 4 + 2


async def test_k5_r9_one_that_moved_and_was_cancelled_then_puts_its_channels_away(world: World) -> None:
    await world.host("ana", "Async testing", "10:00")
    await world.until("09:57")
    await world.person("eve").send(world.channel("async-testing"), "my slides")
    await change_session(world, "edits.edit", start=world.env.now().replace(minute=0) + 4 * HOUR)
    await change_session(world, "changes.cancel", reason="")
    await wait(world, 9)
    assert shows(world, *DESK)
    await wait(world, 2)
    assert shows(world, KEPT)


async def test_r9_down_at_the_end_it_closes_when_it_is_back(world: World, wire: Wire) -> None:
    await open_desk(world)
    await world.bot.keeper.close()
    await enter(world, "ana", "Async testing")
    await wait(world, 300)
    assert shows(world, *DESK)
    wire.calm()
    await world.restart()
    assert shows(world, KEPT)
    assert wire.count("POST", "/channels/#/messages") == 0
    assert waiting(world) == []


def member_of(world: World, name: str) -> Any:
    """A role, and Ana with it."""
    role = world.guild.create_role(name)
    world.people["ana"] = world.guild.add_member(world.env.create_user("ana"), roles=[role])
    return role


async def test_r9_what_not_everyone_could_read_stays_so_in_the_archive(world: World) -> None:
    attendee = member_of(world, "Attendee")
    view = discord.Permissions(view_channel=True).value
    hide = [
        Overwrite(world.guild.id, OverwriteType.ROLE, 0, view),
        Overwrite(attendee.id, OverwriteType.ROLE, view, 0),
    ]
    await protect(world, "Open Space", hide)
    await open_desk(world)
    await wait(world, 70)
    assert shows(world, KEPT)
    found = overwrites(world, "async-testing")
    assert found[world.guild.id][1].view_channel
    assert found[attendee.id][0].view_channel
    with pytest.raises(BackendError, match="Missing Permissions"):
        await world.person("ana").send(world.channel("async-testing"), "one more thing")


@pytest.mark.parametrize("area_too", [False, True])
async def test_r9_an_archive_with_rules_of_its_own_keeps_them(world: World, *, area_too: bool) -> None:
    organizer = member_of(world, "Organizer")
    view = discord.Permissions(view_channel=True).value
    hide = [
        Overwrite(world.guild.id, OverwriteType.ROLE, 0, view),
        Overwrite(organizer.id, OverwriteType.ROLE, view, 0),
    ]
    await protect(world, "Open Space archive", hide)
    if area_too:
        await protect(world, "Open Space", hide)
    await open_desk(world)
    await wait(world, 70)
    found = overwrites(world, "async-testing")
    assert found[world.guild.id][1].view_channel
    assert found[organizer.id][0].view_channel


async def test_r9_one_archive_that_fails_holds_up_no_other(world: World, wire: Wire) -> None:
    await world.host("ana", "First")
    await world.host("bob", "Second")
    await write(world, "first")
    await write(world, "second")
    first = world.channel("first").id

    async def never(_call: Any, _go: Any) -> Any:
        raise TimeoutError

    wire.on(lambda call: call.method == "PATCH" and call.target == first, never)
    await wait(world, 80)
    assert shows(world, ("text", "first", "Open Space"), archived("second"))
    wire.calm()
    await wait(world, 11)
    assert shows(world, archived("first"), archived("second"))


@pytest.mark.parametrize("restart", [False, True])
async def test_k11_r9_a_text_channel_where_nobody_wrote_goes_after_one_look(
    world: World, wire: Wire, *, restart: bool
) -> None:
    await world.host("ana", "Async testing")
    text = world.channel("async-testing").id
    if restart:
        await world.restart()
    await wait(world, 69)
    assert shows(world, *DESK)
    wire.calm()
    await wait(world, 1)
    assert shows(world)
    read = [call for call in wire.calls if call.route == ("GET", "/channels/#/messages")]
    assert [call.target for call in read] == [text]


async def test_r9_what_was_written_while_the_bot_was_away_is_kept(world: World) -> None:
    await world.host("ana", "Async testing")
    await world.bot.keeper.close()
    await write(world, "async-testing", "eve")
    await wait(world, 30)
    await world.restart()
    await wait(world, 41)
    assert shows(world, KEPT)
    assert "a link worth keeping" in world.said("async-testing")


async def test_r9_words_of_another_bot_alone_are_kept_too(world: World) -> None:
    """Whose words they are, a person's or a bot's, is not the bot's to judge."""
    await world.host("ana", "Async testing")
    helper = world.guild.add_member(world.env.create_user("notes", bot=True))
    await helper.send(world.channel("async-testing"), "the notes of this session")
    await wait(world, 71)
    assert shows(world, KEPT)


async def test_r9_words_under_more_than_a_hundred_of_the_bots_own_are_found(world: World) -> None:
    await world.host("ana", "Async testing")
    await world.bot.keeper.close()
    await write(world, "async-testing", "eve")
    backend = world.env.backend
    for number in range(250):
        backend.create_message(world.channel("async-testing").id, backend.bot_user.id, f"greeting {number}")
    await world.restart()
    await wait(world, 75)
    assert shows(world, KEPT)


async def test_r9_what_is_written_in_the_moment_of_the_look_is_kept(world: World, wire: Wire) -> None:
    await world.host("ana", "Async testing")
    eve, text = world.person("eve"), world.channel("async-testing")

    async def late(_call: Any, go: Any) -> Any:
        answer = await go()
        world.env.backend.create_message(text.id, eve.id, "wait, my slides!")
        await asyncio.sleep(0.1)  # Discord tells of the words before its answer has travelled
        return answer

    wire.on(lambda call: call.route == ("GET", "/channels/#/messages"), late)
    await wait(world, 71)
    assert shows(world, KEPT)


async def test_r9_the_archived_channel_is_synced_with_the_archive_and_read_only(world: World) -> None:
    organizer = world.guild.create_role("Organizer")
    await open_desk(world)
    talk = discord.Permissions(send_messages=True).value
    await protect(world, "async-testing", [Overwrite(organizer.id, OverwriteType.ROLE, talk, 0)])
    await wait(world, 70)
    assert shows(world, KEPT)
    assert overwrites(world, "async-testing") == overwrites(world, "Open Space archive")
    assert overwrites(world, "async-testing")[world.guild.id][1].send_messages
