"""R8: the desk is there before the start, and everyone who joined hears of it once."""

from __future__ import annotations

import asyncio
import math
from typing import Any

import pytest

from tests.conftest import MakeWorld, World
from tests.desks.conftest import (
    EMPTY,
    POST,
    Wire,
    desk,
    failing,
    first,
    layouts,
    lost,
    mentions,
    posts,
    server,
    shows,
    states,
    up_to_date,
    wait,
    waiting,
)
from tests.desks.strict import Call, http_error


def posts_card(call: Call) -> bool:
    """Asks for a desk's card."""
    return posts(call) and "openspace:leave:" in str(call.json)


STRANGE = [
    "🎉 Emoji & more 👩🏽‍💻",
    "開放空間：來聊聊 Python 吧",
    "مساحة مفتوحة للجميع",
    "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢L̠ͨͧͩ͘G̴̻͈͍͔̹̑͗̎̅͛́Ǫ̵̹̻̝̳͂̌̌͘!͖̬̰̙̗̿̋ͥͥ̂ͣ̐́́͜͞",
    "zero\u200bwidth\u202eand\x07control",
    "z" * 100,
    "y" * 4000,
    "@everyone <@&1> <@1>",
    "**bold** `code` ||spoiler||",
    "```py\nprint()\n```",
    "Robert'); DROP TABLE session;--",
    "../../etc/passwd",
    "#1",
    "···",
    "!!!",
]


async def test_r8_the_area_is_there_before_anyone_hosts(world: World, wire: Wire) -> None:
    assert shows(world)
    assert [call.route for call in wire.calls] == [("POST", "/guilds/#/channels")] * 4 + [POST]
    assert await up_to_date(world)


async def test_r8_the_channels_come_lead_minutes_before_the_start(world: World) -> None:
    await world.host("ana", "Async testing", "10:00")
    await world.until("09:54")
    assert shows(world)
    await world.until("09:55")
    assert shows(world, *desk("Async testing", "async-testing"))
    assert states(world) == ["booked"]
    assert world.said("async-testing") == []


@pytest.mark.parametrize("lead", [0, 1, 30])
async def test_r8_the_lead_is_a_setting(make_world: MakeWorld, lead: int) -> None:
    world = await make_world(sessions={"lead_minutes": lead})
    await world.host("ana", "Async testing", "10:00")
    await wait(world, 120 - lead - 1)
    assert shows(world)
    await wait(world, 1)
    assert shows(world, *desk("Async testing", "async-testing"))


async def test_r8_at_the_start_the_session_is_open_and_everyone_who_joined_is_mentioned_once(
    world: World,
) -> None:
    await world.host("ana", "Async testing", "10:00")
    guests = ["bob", "eve", "joe"]
    for name in guests:
        await world.join(name, "Async testing")
    await world.until("10:00")
    assert states(world) == ["open"]
    [text] = world.said("async-testing")
    assert "Desk 1 is open" in text
    assert f"<#{world.channel('Async testing').id}>" in text
    named = [str(world.person(name).id) for name in ["ana", *guests]]
    assert mentions(world, "async-testing") == named
    await world.restart()
    await wait(world, 20)
    assert len(world.said("async-testing")) == 1


async def test_u10_r8_one_message_opens_a_desk_calls_its_people_and_stays_as_its_card(
    world: World, wire: Wire
) -> None:
    await world.host("ana", "Async testing", "10:00")
    for name in ("bob", "eve"):
        await world.join(name, "Async testing")
    await world.until("09:59")
    wire.calm()
    await world.until("10:01")
    [opening] = [call for call in wire.calls if call.route == POST]
    everyone = {world.person(name).id for name in ("ana", "bob", "eve")}
    assert set(opening.json["allowed_mentions"]["users"]) == everyone
    [card] = world.layouts("async-testing")
    assert [m.id for m in world.channel("async-testing").pinned_messages()] == [card.id]
    await world.person("eve").slash(world.lobby, "openspace leave", session="Async testing")
    await wait(world, 1)
    [text] = world.said("async-testing")  # the same message, which names people now and pings nobody
    assert "🙋 bob" in text
    assert "eve" not in text
    assert sorted(mentions(world, "async-testing")) == sorted(map(str, everyone))


@pytest.mark.parametrize("error", [http_error(503), http_error(400, 50035)])
async def test_u10_r8_r21_where_no_card_comes_words_open_the_desk(
    world: World, wire: Wire, error: Exception
) -> None:
    await world.host("ana", "Async testing", "10:00")
    await world.join("bob", "Async testing")
    wire.on(posts_card, failing(error))
    await world.until("10:00")
    await world.env.advance_time(15)
    assert world.said("async-testing") == []
    await world.env.advance_time(60)
    [text] = world.said("async-testing")
    assert f"<@{world.person('bob').id}>" in text
    wire.calm()
    await world.join("eve", "Async testing")
    await wait(world, 20)
    assert len(world.layouts("async-testing")) == 1  # it comes at last, and calls nobody again
    assert mentions(world, "async-testing").count(str(world.person("bob").id)) == 1


@pytest.mark.parametrize("failure", [http_error(502), TimeoutError()])
async def test_u10_r8_r14_a_card_whose_answer_was_lost_has_called_people(
    world: World, wire: Wire, failure: Exception
) -> None:
    await world.host("ana", "Async testing", "10:00")
    await world.join("bob", "Async testing")
    wire.on(first(posts_card), lost(failure))
    await world.until("10:05")
    assert len(world.said("async-testing")) == 1
    assert sorted(mentions(world, "async-testing")) == sorted(
        str(world.person(name).id) for name in ("ana", "bob")
    )


async def test_r8_a_hundred_and_fifty_are_mentioned_in_as_few_messages_as_fit(
    world: World, wire: Wire
) -> None:
    await world.host("ana", "Async testing", "10:00")
    guests = [f"guest{n}" for n in range(150)]
    for name in guests:
        await world.join(name, "Async testing")
    await world.until("10:00")
    said = world.said("async-testing")
    everyone = [str(world.person(name).id) for name in ["ana", *guests]]
    assert sorted(mentions(world, "async-testing")) == sorted(everyone)
    mention = len(f"<@{everyone[0]}> ")
    assert len(said) == math.ceil(sum(map(len, said)) / 2000) == math.ceil((151 * mention + 100) / 2000)
    assert len(wire.words) == len(said)


async def test_r8_who_left_again_is_not_mentioned(world: World) -> None:
    await world.host("ana", "Async testing", "10:00")
    await world.join("bob", "Async testing")
    await world.person("bob").slash(world.lobby, "openspace leave", session="Async testing")
    await world.until("10:00")
    assert mentions(world, "async-testing") == [str(world.person("ana").id)]


async def test_r8_who_joins_an_open_desk_is_greeted_there_once(world: World) -> None:
    await world.host("ana", "Async testing")
    await world.join("bob", "Async testing")
    await world.join("bob", "Async testing")
    bob, ana = world.person("bob").id, world.person("ana").id
    assert len(world.said("async-testing")) == 2
    assert f"<@{bob}> just joined. <@{ana}>" in world.said("async-testing")[1]
    # The opening has pinged the host just now: once a minute is enough.
    assert mentions(world, "async-testing") == [str(ana), str(bob)]
    await wait(world, 1)
    await world.join("eve", "Async testing")
    assert len(world.said("async-testing")) == 3
    assert mentions(world, "async-testing")[2:] == [str(world.person("eve").id), str(ana)]


async def test_r8_who_joins_while_the_desk_is_being_made_is_mentioned_once(world: World, wire: Wire) -> None:
    async def slow(call: Any, go: Any) -> Any:
        await world.env.external_wait(go_on.wait(), reason="the test lets it go on")
        return await go()

    go_on = asyncio.Event()
    wire.on(lambda call: call.makes, slow)
    await world.host("ana", "Async testing")
    await world.join("bob", "Async testing")
    await world.join("eve", "Async testing")
    await world.person("eve").slash(world.lobby, "openspace leave", session="Async testing")
    go_on.set()
    await world.env.settle()
    named = mentions(world, "async-testing")
    assert named.count(str(world.person("bob").id)) == 1
    assert str(world.person("eve").id) not in named
    assert "Desk 1 is open" in world.said("async-testing")[0]
    assert waiting(world) == ["warning"]


async def test_r8_a_desk_that_comes_late_still_tells_everyone(world: World, wire: Wire) -> None:
    await world.host("ana", "Async testing", "10:00", minutes=60)
    await world.join("bob", "Async testing")

    async def nothing_works(_call: Any, _go: Any) -> Any:
        raise TimeoutError

    wire.on(lambda call: call.makes, nothing_works)
    await world.until("10:05")
    await world.join("eve", "Async testing")
    await world.until("10:30")
    wire.calm()
    await wait(world, 11)
    assert shows(world, *desk("Async testing", "async-testing"))
    named = mentions(world, "async-testing")
    for name in ("bob", "eve"):
        assert named.count(str(world.person(name).id)) == 1
    assert "Desk 1 is open" in world.said("async-testing")[0]


@pytest.mark.parametrize("topic", STRANGE)
async def test_r16_any_topic_opens_a_desk_in_channels_that_discord_takes(
    world: World, wire: Wire, topic: str
) -> None:
    await world.host("ana", topic, description=topic * 2)
    assert len(server(world)) == len(EMPTY) + 2
    assert len(wire.words) == 1
    assert len(layouts(world)) == 2
    assert all(1 <= len(name) <= 100 for _, name, _ in server(world))
    await world.restart()
    await wait(world, 1)
    assert len(server(world)) == len(EMPTY) + 2
    assert len(wire.words) == 1
    assert len(layouts(world)) == 2
    assert await up_to_date(world)
