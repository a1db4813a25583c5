"""Discord's limits: channels in a server and in a category, names, and its rate limits."""

from __future__ import annotations

import asyncio
from typing import Any

import discord
import pytest

from tests.conftest import MakeWorld, World
from tests.desks.conftest import (
    ARCHIVE,
    AREA,
    EDIT,
    MAKE,
    PLACES,
    POST,
    Wire,
    another_guild,
    archived,
    change_session,
    delete,
    desk,
    failing,
    fill,
    give,
    hears,
    makes_category,
    makes_text,
    makes_voice,
    overwrites,
    rows,
    says,
    server,
    shows,
    told,
    up_to_date,
    wait,
    without,
    write,
)
from tests.desks.strict import Call, http_error

DESK = desk("Async testing", "async-testing")
KEPT = archived("async-testing")
FULL = 495
"""With the lobby, the two categories, the board's channel and the news' these channels make 500."""


async def test_a_full_server_is_not_asked_for_more_and_organizers_hear_of_it_once(
    world: World, wire: Wire
) -> None:
    await fill(world, FULL)
    hears(world)
    await world.env.settle()
    wire.calm()
    before = told(world)
    text = await world.host("ana", "Async testing", minutes=120)
    assert "is yours" in text
    assert "The channels can't be made just now" in text
    assert [call for call in wire.calls if call.makes] == []
    await wait(world, 5)
    await world.restart()
    await wait(world, 60)
    *known, word = told(world)
    assert known == before
    assert "500 channels" in word
    assert wire.rest == wire.words
    assert set(wire.shown) == {EDIT}
    await delete(world, "x1")
    assert world.names("voice") == world.names("text")[:0]  # a desk is made whole or not at all
    await delete(world, "x2")
    assert shows(world, *DESK)
    assert "Desk 1 is open" in world.said("async-testing")[0]
    assert [text for text in told(world) if "so no desk can open" in text] == [word]
    await delete(world, *[f"x{n}" for n in range(3, 60)])
    assert rows(world, "SELECT count(*) FROM problem") == [(0,)]


async def test_the_limit_of_the_server_is_learnt_where_the_cache_does_not_show_it(
    world: World, wire: Wire
) -> None:
    hears(world)
    wire.on(lambda call: call.makes, failing(http_error(400, 30013)))
    await world.host("ana", "Async testing")
    await wait(world, 5)
    [word] = told(world)
    assert "500 channels" in word
    asked = len([call for call in wire.calls if makes_voice(call) or makes_text(call)])
    assert asked <= 2 * 5
    wire.calm()
    await fill(world, 1)
    await delete(world, "x0")
    assert shows(world, *DESK)
    assert len(told(world)) == 1


async def test_one_problem_more_after_a_restart_does_not_tell_the_others_again(
    world: World, wire: Wire
) -> None:
    hears(world)
    wire.on(lambda call: call.makes, failing(http_error(400, 30013)))
    await world.host("ana", "Async testing", minutes=120)
    assert len(told(world)) == 1
    await world.bot.keeper.close()
    await give(world, without("manage_roles"))
    await world.restart()
    await wait(world, 20)
    words = told(world)
    assert len(words) == 2
    assert "500 channels" in words[0]
    assert "Manage Roles" in words[1] or "Manage Permissions" in words[1]


async def test_a_full_server_can_still_put_its_desks_away(world: World) -> None:
    await world.host("ana", "Async testing")
    await world.host("bob", "Board games", minutes=120)
    await write(world, "async-testing")
    await fill(world, FULL - 4)
    world.env.backend.delete_channel(world.channel("Open Space archive").id)
    await fill(world, 1)
    assert ARCHIVE not in server(world)
    await wait(world, 70)
    assert shows(world, KEPT, *desk("Board games", "board-games"))


async def test_a_full_server_without_an_archive_keeps_the_text_in_place_and_read_only(world: World) -> None:
    await world.host("ana", "Async testing")
    await write(world, "async-testing")
    await fill(world, FULL - 2)
    await wait(world, 61)
    await delete(world, "Async testing")
    world.env.backend.delete_channel(world.channel("Open Space archive").id)
    await fill(world, 2)
    await wait(world, 10)
    assert server(world) == [AREA, *PLACES, ("text", "async-testing", "Open Space")]
    assert overwrites(world, "async-testing")[world.guild.id][1].send_messages


async def test_a_full_category_gets_a_second(world: World, wire: Wire) -> None:
    await fill(world, 47, world.channel("Open Space"))  # the board's channel and the news' are there, too
    wire.calm()
    await world.host("ana", "Async testing")
    second = ("category", "Open Space 2", None)
    voice, text = desk("Async testing", "async-testing")
    assert shows(world, voice, second, (*text[:2], "Open Space 2"))
    await world.host("bob", "Board games")
    more = desk("Board games", "board-games", "Open Space 2")
    assert shows(world, voice, second, (*text[:2], "Open Space 2"), *more)
    assert all(call.route != ("PATCH", "/channels/#") for call in wire.calls)
    await delete(world, "Open Space")
    await wait(world, 1)
    again = [("category", "Open Space 2", None), ARCHIVE, (*voice[:2], "Open Space 2"), *more]
    again += [(*text[:2], "Open Space 2"), *((kind, name, "Open Space 2") for kind, name, _ in PLACES)]
    assert sorted(server(world), key=str) == sorted(again, key=str)


async def test_a_full_archive_gets_a_second(world: World) -> None:
    await fill(world, 49, world.channel("Open Space archive"))
    await world.host("ana", "Async testing")
    await world.host("bob", "Board games")
    await write(world, "async-testing")
    await write(world, "board-games")
    await wait(world, 70)
    kept = [archived("async-testing"), archived("board-games", "Open Space archive 2")]
    assert shows(world, ("category", "Open Space archive 2", None), *kept)


@pytest.mark.parametrize("which", ["voice", "text", "archive", "move"])
async def test_a_category_that_is_full_against_our_cache(world: World, wire: Wire, which: str) -> None:
    """Discord says CHANNEL_PARENT_MAX_CHANNELS of our first area or archive; a second one is made."""
    refusals = {
        "voice": makes_voice,
        "text": makes_text,
        "archive": lambda call: call.method == "PATCH",
        "move": lambda call: call.method == "PATCH",
    }

    async def full(call: Call, go: Any) -> Any:
        parent = world.env.backend.channels[int(call.json["parent_id"])]
        if parent.name in {"Open Space", "Open Space archive"}:
            raise http_error(400, 50035, parent_id="Maximum number of channels in category reached (50)")
        return await go()

    wire.on(refusals[which], full)
    await world.host("ana", "Async testing")
    if which == "move":
        await delete(world, "Open Space")
    second = ("category", "Open Space 2", None)
    if which == "archive":
        await write(world, "async-testing")
        await wait(world, 71)
        second = ("category", "Open Space archive 2", None)
        assert shows(world, second, archived("async-testing", "Open Space archive 2"))
    elif which == "text":
        assert shows(world, second, DESK[0], ("text", "async-testing", "Open Space 2"))
    elif which == "voice":
        assert shows(world, second, ("voice", "Async testing", "Open Space 2"), DESK[1])
    else:
        moved = desk("Async testing", "async-testing", "Open Space 2")
        assert shows(world, second, *moved, places="Open Space 2")


@pytest.mark.parametrize("code", [50035, 20031])
@pytest.mark.parametrize("which", [makes_voice, makes_text], ids=["voice", "text"])
@pytest.mark.parametrize("slow", [False, True], ids=["at once", "after a repetition"])
async def test_r16_a_name_that_discord_refuses_becomes_a_neutral_one(
    world: World, wire: Wire, code: int, which: Any, *, slow: bool
) -> None:
    async def refuse(call: Call, go: Any) -> Any:
        if "rude" not in str(call.json).lower():
            return await go()
        if slow:
            await wait_for_it()
        raise http_error(400, code, name="Contains words not allowed for servers in Server Discovery.")

    async def wait_for_it() -> None:

        await asyncio.sleep(2)

    wire.on(which, refuse)
    await world.host("ana", "Rude words", "10:00", description="rude, too")
    await world.until("10:01")
    names = {"voice": "Rude words", "text": "rude-words"}
    names["voice" if which is makes_voice else "text"] = "open-space-1"
    assert shows(world, ("voice", names["voice"], "Open Space"), ("text", names["text"], "Open Space"))
    assert "Rude words" in world.said(names["text"])[0]
    asked = len([call for call in wire.calls if which(call)])
    assert asked <= 2 + slow
    await world.restart()
    await wait(world, 1)
    assert len([call for call in wire.calls if which(call)]) == asked


async def test_r16_words_that_discord_refuses_are_tried_once_and_other_words_have_their_chance(
    world: World, wire: Wire
) -> None:
    async def refuse(call: Call, go: Any) -> Any:
        if "rude" in str(call.json).lower():
            raise http_error(400, 20031)
        return await go()

    def names(call: Call) -> bool:
        return call.makes or call.route == ("PATCH", "/channels/#")

    wire.on(names, refuse)
    await world.host("ana", "Async testing")
    await change_session(world, "edits.edit", topic="Rude words")
    assert shows(world, *desk("open-space-1", "open-space-1"))
    await world.restart()
    await wait(world, 15)
    assert len([call for call in wire.calls if call.route == ("PATCH", "/channels/#")]) == 2 * 2
    await change_session(world, "edits.edit", topic="Kind words")
    assert shows(world, *desk("Kind words", "kind-words"))
    assert await up_to_date(world)


async def test_r14_a_neutral_name_whose_answer_is_lost_is_adopted(world: World, wire: Wire) -> None:
    async def refuse(call: Call, go: Any) -> Any:
        if call.json["name"] != "open-space-1":
            raise http_error(400, 20031)
        await go()
        raise http_error(503)

    wire.on(lambda call: makes_voice(call) or makes_text(call), refuse)
    await world.host("ana", "Rude words")
    wire.calm()
    await wait(world, 1)
    assert shows(world, *desk("open-space-1", "open-space-1"))


async def test_r14_a_neutral_name_that_is_never_answered_is_asked_for_again(world: World, wire: Wire) -> None:
    async def refuse(call: Call, _go: Any) -> Any:
        raise http_error(400, 20031) if call.json["name"] != "open-space-1" else http_error(503)

    wire.on(lambda call: makes_voice(call) or makes_text(call), refuse)
    await world.host("ana", "Rude words")
    await wait(world, 5)
    wire.on(lambda call: call.makes and call.json["name"] != "open-space-1", refuse)
    await world.restart()
    await wait(world, 5)
    assert shows(world, *desk("open-space-1", "open-space-1"))


async def test_k1_r16_any_other_refusal_of_a_channel_is_tried_plainer_once_then_given_up_and_told(
    world: World, wire: Wire
) -> None:
    hears(world)
    wire.on(makes_voice, failing(http_error(400, 50035, bitrate="odd")))
    await world.host("ana", "Async testing", minutes=120)
    await wait(world, 60)
    assert shows(world, DESK[1])
    assert "Desk 1 is open" in world.said("async-testing")[0]
    assert [call.json["name"] for call in wire.calls if makes_voice(call)] == [
        "Async testing",
        "open-space-1",
    ]
    assert told(world)
    wire.calm()
    await world.restart()
    await wait(world, 1)
    assert shows(world, ("voice", "open-space-1", "Open Space"), DESK[1])


@pytest.mark.parametrize("which", [makes_voice, lambda call: True], ids=["one request", "every request"])
@pytest.mark.parametrize("error", [TimeoutError(), http_error(403, 50013)], ids=["no answer", "refused"])
async def test_what_fails_is_tried_again_less_and_less_often(
    world: World, wire: Wire, which: Any, error: Exception
) -> None:
    await world.host("ana", "Async testing", "10:00", minutes=120)
    await world.until("09:54")
    wire.calm()
    wire.on(which, failing(error))
    await world.until("11:55")
    # The desk's channels, the list of channels where they might be, the opening; then board and card.
    assert 15 <= len(wire.rest) <= 60
    assert len([route for route in wire.shown if route == EDIT]) <= 20


@pytest.mark.parametrize(
    "limit", [discord.RateLimited(120), http_error(429)], ids=["told how long", "banned"]
)
async def test_a_rate_limit_is_waited_for(world: World, wire: Wire, limit: Exception) -> None:
    wire.on(lambda call: call.makes, failing(limit))
    await world.host("ana", "Async testing")
    await wait(world, 1)
    if isinstance(limit, discord.RateLimited):
        assert [call.route for call in wire.calls] == [MAKE] * 4 + [POST] + [MAKE] * 2 + [EDIT]
    wire.calm()
    await wait(world, 1.1)
    assert shows(world, *DESK)
    assert told(world) == []


async def test_a_second_archive_is_not_made_where_there_is_none(make_world: MakeWorld, wire: Wire) -> None:
    world = await make_world(channels={"archive": False})
    second = another_guild(world, "Another")
    await world.env.settle()
    await second.host("ana", "Async testing")
    await wait(world, 70)
    assert [call.json["name"] for call in wire.calls if makes_category(call)] == ["Open Space"] * 2


async def test_r10_ended_before_it_could_open_nothing_is_made(world: World, wire: Wire) -> None:
    wire.on(lambda call: call.makes, failing(http_error(503)))
    await world.host("ana", "Async testing")
    await change_session(world, "changes.end", reason="")
    wire.calm()
    await wait(world, 60)
    assert shows(world)
    assert [call for call in wire.calls if call.makes or says(call)] == []
