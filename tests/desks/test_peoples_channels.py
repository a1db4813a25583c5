"""K4, K12, R13, R14: a person's channel is never deleted; one wish has one channel, whatever clocks say."""

from __future__ import annotations

import asyncio
import copy
from typing import Any

import aiohttp
import pytest
from simcord.backend import Backend

from tests.conftest import BOARD, NEWS, MakeWorld, World
from tests.desks.conftest import (
    Wire,
    _clear_up,
    delete,
    desk,
    enter,
    failing,
    lost,
    makes_category,
    makes_text,
    makes_voice,
    rows,
    shows,
    wait,
    write,
)
from tests.desks.strict import Call, http_error, made_by_bot

TOPIC, TEXT = "Async testing", "async-testing"
NAMES = [TOPIC, TEXT, "Open Space", "Open Space archive", BOARD, NEWS]


async def clone(world: World, name: str) -> int:
    """An organizer clones a channel: same name, topic, category and overwrites."""
    of = world.channel(name)._channel
    fields: dict[str, Any] = {
        "type": of.type,
        "parent_id": of.parent_id,
        "topic": of.topic,
        "user_limit": of.user_limit,
    }
    made = world.env.backend.create_channel(
        world.guild.id, of.name, overwrites=copy.deepcopy(of.overwrites), **fields
    )
    await world.env.settle()
    return made.id


def deleted(world: World, wire: Wire) -> set[int]:
    return {call.target for call in wire.done if call.method == "DELETE" and not call.message}


async def remove(world: World, channel_id: int) -> None:
    channel = world.env.backend.channels[channel_id]
    world.env.backend.delete_channel(channel_id)
    _clear_up(world.env.backend, channel)
    await world.env.settle()


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("restart", [False, True])
async def test_k4_r13_the_clone_of_a_channel_stays_where_the_original_is_deleted(
    world: World, wire: Wire, name: str, *, restart: bool
) -> None:
    await world.host("ana", TOPIC, minutes=60)
    await wait(world, 5)
    original = world.channel(name).id
    theirs = await clone(world, name)
    await remove(world, original)
    if restart:
        await world.restart()
    await wait(world, 200)
    assert theirs in world.env.backend.channels
    assert theirs not in deleted(world, wire)
    kept = [i for i in made_by_bot(world.env.backend, world.guild.id) if _named(world, i, name)]
    assert len(kept) == (name not in {TOPIC, TEXT})  # the session is over


def _named(world: World, channel_id: int, name: str) -> bool:
    return world.env.backend.channels[channel_id].name == name


@pytest.mark.parametrize("name", NAMES)
async def test_k4_r13_a_clone_that_stands_beside_the_original_stays(
    world: World, wire: Wire, name: str
) -> None:
    await world.host("ana", TOPIC, minutes=60)
    theirs = await clone(world, name)
    await wait(world, 200)
    await world.restart()
    await wait(world, 20)
    assert theirs in world.env.backend.channels
    assert theirs not in deleted(world, wire)


@pytest.mark.parametrize("name", [TOPIC, TEXT])
async def test_k4_r13_a_clone_made_while_another_desk_is_in_doubt_stays(
    world: World, wire: Wire, name: str
) -> None:
    await world.host("ana", TOPIC, minutes=120)
    wire.on(lambda call: makes_voice(call) or makes_text(call), lost(TimeoutError()))
    await world.host("bob", "Board games", minutes=120)
    theirs = await clone(world, name)
    wire.calm()
    await wait(world, 30)
    assert theirs in world.env.backend.channels
    assert {"Board games", "board-games"} <= set(world.names())


async def test_k4_r13_a_second_channel_in_which_somebody_wrote_is_never_deleted(
    world: World, wire: Wire
) -> None:
    async def twice(_call: Call, go: Any) -> Any:
        await go()
        await asyncio.sleep(1)
        await go()
        raise http_error(502)

    eve = world.person("eve").id
    wire.on(makes_text, twice)
    await world.host("ana", TOPIC, minutes=60)
    texts = [i for i in made_by_bot(world.env.backend, world.guild.id) if _named(world, i, TEXT)]
    for channel_id in texts:
        world.env.backend.create_message(channel_id, eve, "my slides")
    await world.env.advance_time(3)
    wire.calm()
    texts = [i for i in made_by_bot(world.env.backend, world.guild.id) if _named(world, i, TEXT)]
    spoken = [i for i in texts if any(m.author_id == eve for m in world.env.backend.messages[i].values())]
    await wait(world, 100)
    assert set(spoken) <= set(world.env.backend.channels)


# ------------------------------------------------------------------- one wish, one channel (K12)


LOST = [aiohttp.ServerDisconnectedError(), TimeoutError(), http_error(503)]


@pytest.mark.parametrize("ahead", [-7200, -120, 120, 7200])
@pytest.mark.parametrize("error", LOST, ids=repr)
@pytest.mark.parametrize("kind", ["voice", "text", "category"])
async def test_k12_r14_however_wrong_our_clock_is_a_lost_answer_leaves_one_channel(
    make_world: MakeWorld,
    wire: Wire,
    monkeypatch: pytest.MonkeyPatch,
    *,
    ahead: int,
    error: Exception,
    kind: str,
) -> None:
    """Discord's ids tell its own time; our clock is `ahead` of it by so many seconds."""
    snowflake = Backend.snowflake
    monkeypatch.setattr(Backend, "snowflake", lambda backend: snowflake(backend) - (ahead * 1000 << 22))
    world = await make_world()
    which = {"voice": makes_voice, "text": makes_text, "category": makes_category}[kind]
    if kind == "category":
        await delete(world, "Open Space archive")
        await wait(world, 1)
    wire.on(which, lost(error))
    if kind == "category":
        await delete(world, "Open Space archive")
    await world.host("ana", TOPIC, minutes=120)
    await wait(world, 1)
    wire.calm()
    await wait(world, 3)
    assert shows(world, *desk(TOPIC, TEXT))


@pytest.mark.parametrize("error", LOST, ids=repr)
@pytest.mark.parametrize(
    "shown",
    [
        lambda name: name.replace(" ", "\u00a0"),
        lambda name: name.replace(" ", "  "),
        lambda name: name.replace("!", "！").strip(),
        lambda name: name.replace("\U0001f389", ""),
    ],
    ids=["no-break space", "two spaces", "wide sign", "no emoji"],
)
async def test_k12_r14_however_discord_changes_a_voice_channels_name_there_is_one(
    world: World, wire: Wire, monkeypatch: pytest.MonkeyPatch, error: Exception, shown: Any
) -> None:
    create = Backend.create_channel

    def renamed(backend: Backend, guild_id: Any, name: Any, **fields: Any) -> Any:
        return create(backend, guild_id, shown(name), **fields)

    monkeypatch.setattr(Backend, "create_channel", renamed)
    wire.on(lambda call: makes_voice(call) or makes_category(call), lost(error))
    await world.host("ana", "Party time \U0001f389 now!", minutes=120)
    await wait(world, 1)
    wire.calm()
    await wait(world, 3)
    voices = [c for c in world.env.backend.channels.values() if c.guild_id == world.guild.id and c.type == 2]
    assert len(voices) == 1
    await wait(world, 140)
    voices = [c for c in world.env.backend.channels.values() if c.guild_id == world.guild.id and c.type == 2]
    assert voices == []


async def test_k12_r14_an_answer_that_comes_minutes_late_leaves_one_channel(world: World, wire: Wire) -> None:
    """Discord makes it four minutes after the bot has given up waiting."""
    waiting: list[Any] = []

    async def late(_call: Call, go: Any) -> Any:
        waiting.append(go)
        raise TimeoutError

    wire.on(makes_voice, late)
    await world.host("ana", TOPIC, minutes=120)
    wire.calm()
    await wait(world, 4)
    assert world.names("voice") == [TOPIC]
    await waiting[0]()
    await wait(world, 2)
    assert world.names("voice") == [TOPIC]
    assert shows(world, *desk(TOPIC, TEXT))


async def test_k12_r13_the_bot_marks_nothing_with_an_overwrite_of_its_own(world: World) -> None:
    await world.host("ana", TOPIC)
    asked = [r for r in world.env.http_requests if r.method == "POST" and r.path.endswith("/channels")]
    sent = [request.json for request in asked if isinstance(request.json, dict)]
    desks = [body for body in sent if body["name"] in {TOPIC, TEXT}]
    assert len(desks) == 2
    assert all(not body.get("permission_overwrites") for body in desks)


@pytest.mark.parametrize("kind", [makes_voice, makes_text], ids=["voice", "text"])
async def test_r13_r14_a_channel_that_was_never_made_is_made_again(
    world: World, wire: Wire, kind: Any
) -> None:
    wire.on(kind, failing(TimeoutError()))
    await world.host("ana", TOPIC, minutes=120)
    wire.calm()
    await wait(world, 1)
    assert shows(world, *desk(TOPIC, TEXT))


async def test_r13_people_in_a_second_voice_channel_keep_it_until_they_leave(
    world: World, wire: Wire
) -> None:
    async def twice(_call: Call, go: Any) -> Any:
        await go()
        await asyncio.sleep(1)
        return await go()

    wire.on(makes_voice, twice)
    await world.host("ana", TOPIC)
    await enter(world, "ana", TOPIC)
    await write(world, TEXT)
    await world.env.advance_time(30)
    wire.calm()
    inside = [s.channel_id for s in world.guild._guild.voice_states.values()]
    assert inside
    assert inside[0] in world.env.backend.channels
    await world.person("ana").leave_voice()
    await wait(world, 1)
    assert shows(world, *desk(TOPIC, TEXT))
    assert rows(world, "SELECT count(*) FROM record WHERE kind = 'voice' AND gone_at IS NULL") == [(1,)]
