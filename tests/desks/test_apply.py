"""Single steps: each may come too late, and is safe to repeat."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, get_args

import discord
import pytest
from bot.desks.apply import Applier
from bot.desks.step import StillThere
from bot.store.messages import MessageKind

from bot.desks.steps import Archive, Check, Delete, Find, Move, Recall, Say, Step
from bot.domain.records import Kind, Record
from bot.service import Person
from tests.conftest import BOARD, MakeWorld, World
from tests.desks.conftest import Wire, desk, failing, first, lost, makes_voice, rows, shows, states, wait
from tests.desks.strict import Call, http_error

DESK = desk("Async testing", "async-testing")


def guild_of(world: World) -> discord.Guild:
    guild = world.bot.get_guild(world.guild.id)
    assert guild
    return guild


def unsee(world: World, channel: str) -> Any:
    """Let the bot's cache lose a channel."""
    return guild_of(world)._channels.pop(world.channel(channel).id)


def about_channels(wire: Wire) -> list[Call]:
    """What was asked of Discord but for the board and the cards, which are kept current all the while."""
    return [call for call in wire.calls if "/messages" not in call.path]


async def record_of(world: World, kind: Kind) -> Record:
    book = await world.bot.book.read(world.guild.id)
    return next(record for record in book.records if record.kind is kind)


async def apply(world: World, step: Step) -> None:
    applier = Applier(world.bot, world.bot.service, world.bot.book, world.bot.words)
    with world.env._bot_scope():
        await applier.apply(step, guild_of(world))


async def test_r14_a_channel_that_our_cache_has_lost_is_not_made_again(world: World, wire: Wire) -> None:
    await world.host("ana", "Async testing", minutes=120)
    wire.calm()
    voice = unsee(world, "Async testing")
    with world.env._bot_scope():
        world.bot.keeper.wake(world.guild.id)
    await wait(world, 30)
    calls = about_channels(wire)
    assert {call.route for call in calls} == {("GET", "/channels/#")}
    assert 3 <= len(calls) <= 8
    with pytest.raises(StillThere):
        await apply(world, Check(await record_of(world, Kind.VOICE)))
    guild_of(world)._channels[voice.id] = voice
    assert shows(world, *DESK)


async def test_r14_a_lost_answer_whose_channel_the_cache_does_not_show_is_found_in_discords_list(
    world: World, wire: Wire
) -> None:
    async def unheard(call: Any, go: Any) -> Any:
        subscribers, world.env.backend.subscribers = world.env.backend.subscribers, []
        await go()
        world.env.backend.subscribers = subscribers
        raise http_error(503)

    wire.on(first(makes_voice), unheard)
    await world.host("ana", "Async testing")
    await wait(world, 1)
    assert shows(world, *DESK)
    assert wire.count("GET", "/guilds/#/channels") == 1
    assert len([call for call in wire.calls if makes_voice(call)]) == 1
    assert ("channel-adopted",) in rows(world, "SELECT action FROM audit")


async def test_r14_a_lost_answer_whose_channel_shows_late_is_adopted_then(world: World, wire: Wire) -> None:
    """Discord's list is closed to the bot for once; that is forgotten when it is not needed any more."""
    backend, made = world.env.backend, []

    async def unheard(call: Any, go: Any) -> Any:
        if call.method == "GET":
            raise http_error(403, 50013)
        subscribers, backend.subscribers = backend.subscribers, []
        made.append(await go())
        backend.subscribers = subscribers
        raise http_error(503)

    wire.on(lambda call: makes_voice(call) or call.method == "GET", unheard)
    await world.host("ana", "Async testing", minutes=120)
    await world.env.advance_time(25)
    assert rows(world, "SELECT code FROM problem") == [("refused",)]
    wire.calm()
    backend.emit("CHANNEL_CREATE", made[0])
    await world.env.settle()
    assert shows(world, *DESK)
    assert about_channels(wire) == []
    await wait(world, 2)
    assert rows(world, "SELECT code FROM problem") == []


@pytest.mark.parametrize("kind", [Kind.VOICE, Kind.TEXT])
async def test_what_is_gone_from_the_cache_is_left_to_the_next_look(
    world: World, wire: Wire, kind: Kind
) -> None:
    await world.host("ana", "Async testing")
    await world.join("bob", "Async testing")
    record = await record_of(world, kind)
    book = await world.bot.book.read(world.guild.id)
    unsee(world, "Async testing" if kind is Kind.VOICE else "async-testing")
    wire.calm()
    area = world.channel("Open Space").id
    notice: Any = None
    say = Say(notice, book.sessions[0], record.channel_id or 0)
    for step in (Move(record, area), Archive(record, area), Delete(record), say):
        await apply(world, step)
    assert wire.calls == []
    assert await record_of(world, kind) == record


async def test_r13_what_was_asked_for_twice_is_found_once(world: World, wire: Wire) -> None:
    wire.on(makes_voice, lost(http_error(503)))
    await world.host("ana", "Async testing")
    record = await record_of(world, Kind.VOICE)
    assert record.channel_id == world.channel("Async testing").id
    await apply(world, Find(record))
    assert await record_of(world, Kind.VOICE) == record


async def test_every_kind_of_step_can_be_carried_out(world: World) -> None:
    applier = Applier(world.bot, world.bot.service, world.bot.book, world.bot.words)
    assert set(get_args(Step)) == set(applier._handlers)


async def test_only_steps_can_be_carried_out(world: World) -> None:
    nonsense: Any = "make tea"
    with pytest.raises(KeyError):
        await apply(world, nonsense)


@pytest.mark.parametrize("seconds", [0.5, 60.5])
async def test_r11_words_keep_a_desk_for_their_time_and_not_for_ever(
    make_world: MakeWorld, seconds: float
) -> None:
    """The book knows whole seconds and Discord thousandths: the same words are not news each time."""
    world = await make_world(sessions={"no_show_minutes": 4, "idle_minutes": 4})
    await world.host("ana", "Async testing")
    await world.env.advance_time(seconds)
    await world.person("ana").send(world.channel("async-testing"), "Who is there?")
    await wait(world, 2.9)
    assert states(world) == ["open"]
    await wait(world, 2.1)
    assert states(world) == ["released" if seconds < 1 else "ended"]
    assert len(rows(world, "SELECT 1 FROM audit WHERE action = 'wrote'")) == (seconds > 1)
    assert len(rows(world, "SELECT 1 FROM audit WHERE action = 'notice-quiet'")) == 1


async def test_r16_a_plain_name_that_discord_refuses_too_is_tried_less_often(
    world: World, wire: Wire
) -> None:
    await world.host("ana", "Async testing")
    ana = Person(world.person("ana").id, "ana")

    def renames(call: Call) -> bool:
        return call.method == "PATCH" and "name" in (call.json or {})

    wire.on(renames, failing(http_error(400, 50035)))
    with world.env._bot_scope():
        await world.bot.service.edits.edit(world.guild.id, 1, ana, topic="Rude words")
    await world.env.settle()
    names = [call.json["name"] for call in wire.calls if renames(call)]
    assert sorted(names) == ["Rude words", "open-space-1", "open-space-1", "rude-words"]
    await wait(world, 1)
    assert len([call for call in wire.calls if renames(call)]) <= 8
    wire.calm()
    await wait(world, 10)
    assert shows(world, *desk("open-space-1", "open-space-1"))


async def test_r14_a_message_is_not_forgotten_while_its_channel_is_not_seen(world: World, wire: Wire) -> None:
    await world.host("ana", "Async testing")
    book = await world.bot.book.read(world.guild.id)
    board = next(message for message in book.messages if message.kind is MessageKind.BOARD)
    async with world.bot.book._db.transaction() as tx:
        await tx.execute("UPDATE message SET message_id = NULL WHERE id = ?", board.row)
    unsee(world, BOARD)
    wire.calm()
    unanswered = replace(board, id=None)
    await apply(world, Recall(unanswered))
    assert wire.calls == []
    assert unanswered in (await world.bot.book.read(world.guild.id)).messages
