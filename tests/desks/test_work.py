"""R13, R14: single steps. Each may come too late, is safe to repeat, and asks nothing that it need not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, get_args

import discord
import pytest

from bot.desks.scene import Learnt
from bot.desks.speech import Speech
from bot.desks.steps import Change, Find, Make, Remove, Say, Step
from bot.desks.wishes import Wish
from bot.desks.work import UnseenError, Work
from bot.domain.life import Need
from bot.domain.models import Session
from bot.domain.notices import NoticeKind
from bot.domain.records import IN_DOUBT, Aspect, Kind, Record
from bot.service.deskbook import Fact, Note
from bot.ui.desk_channels import Channel
from tests.conftest import BOARD, MakeWorld, World
from tests.desks.conftest import (
    Wire,
    desk,
    failing,
    first,
    lost,
    makes_voice,
    rows,
    shows,
    states,
    wait,
    write,
)
from tests.desks.strict import Call, http_error

DESK = desk("Async testing", "async-testing")
VOICE, TEXT = "Async testing", "async-testing"


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


async def records(world: World, kind: Kind) -> list[Record]:
    book = await world.bot.book.read(world.guild.id)
    return [record for record in book.rows.records if record.kind is kind and not record.over]


async def record_of(world: World, kind: Kind) -> Record:
    [record] = await records(world, kind)
    return record


async def session_of(world: World) -> Session:
    return (await world.bot.book.read(world.guild.id)).sessions[0]


def handlers(world: World) -> dict[type[Step], Any]:
    bot = world.bot
    speech = Speech(bot, bot.service, bot.book, bot.words_in)
    return {**Work(bot.book, bot.words_in).handlers, **speech.handlers}


async def apply(world: World, step: Step, learnt: Learnt | None = None) -> None:
    with world.env._bot_scope():
        await handlers(world)[type(step)](step, guild_of(world), learnt or Learnt())


def unheard(world: World, made: list[Any]) -> Any:
    """Discord makes it; neither its answer nor any word of it reaches the bot."""

    async def act(_call: Call, go: Any) -> Any:
        subscribers, world.env.backend.subscribers = world.env.backend.subscribers, []
        made.append(await go())
        world.env.backend.subscribers = subscribers
        raise http_error(503)

    return act


# ---------------------------------------------------------------- what the cache does not show


async def test_r14_a_channel_that_our_cache_has_lost_is_not_made_again(world: World, wire: Wire) -> None:
    await world.host("ana", "Async testing", minutes=120)
    wire.calm()
    voice = unsee(world, VOICE)
    with world.env._bot_scope():
        world.bot.keeper.wake(world.guild.id)
    await wait(world, 30)
    calls = about_channels(wire)
    assert {call.route for call in calls} == {("GET", "/guilds/#/channels")}
    assert 3 <= len(calls) <= 8  # ever less often
    lost_one = await record_of(world, Kind.VOICE)
    with pytest.raises(UnseenError):
        await apply(world, Find((lost_one,)))
    guild_of(world)._channels[voice.id] = voice
    wire.calm()
    await wait(world, 30)
    assert about_channels(wire) == []
    assert shows(world, *DESK)


async def test_r14_a_lost_answer_whose_channel_the_cache_does_not_show_is_found_in_discords_list(
    world: World, wire: Wire
) -> None:
    made: list[Any] = []
    wire.on(first(makes_voice), unheard(world, made))
    await world.host("ana", "Async testing", minutes=120)
    await wait(world, 1)
    [voice] = made
    assert (await record_of(world, Kind.VOICE)).discord_id == int(voice["id"])
    assert ("channel-adopted",) in rows(world, "SELECT action FROM audit")
    world.env.backend.emit("CHANNEL_CREATE", voice)
    await wait(world, 30)
    assert shows(world, *DESK)
    assert len([call for call in wire.calls if makes_voice(call)]) == 1


async def test_r14_a_lost_answer_whose_channel_shows_late_is_adopted_then(world: World, wire: Wire) -> None:
    """Discord's list is closed to the bot for once; that is forgotten when it is not needed any more."""
    made: list[Any] = []
    lose = unheard(world, made)

    async def act(call: Call, go: Any) -> Any:
        if call.method == "GET":
            raise http_error(403, 50013)
        return await lose(call, go)

    wire.on(lambda call: makes_voice(call) or call.method == "GET", act)
    await world.host("ana", "Async testing", minutes=120)
    await world.env.advance_time(25)
    assert [code.partition(":")[0] for (code,) in rows(world, "SELECT code FROM problem")] == ["denied"]
    wire.calm()
    world.env.backend.emit("CHANNEL_CREATE", made[0])
    await world.env.settle()
    assert shows(world, *DESK)
    assert [call for call in about_channels(wire) if call.method != "GET"] == []
    await wait(world, 20)
    assert rows(world, "SELECT code FROM problem") == []


@pytest.mark.parametrize("kind", [Kind.VOICE, Kind.TEXT])
async def test_what_is_gone_from_the_cache_is_left_to_the_next_look(
    world: World, wire: Wire, kind: Kind
) -> None:
    await world.host("ana", "Async testing")
    await world.join("bob", "Async testing")
    await write(world, TEXT)
    await wait(world, 1)
    record, session = await record_of(world, kind), await session_of(world)
    unsee(world, VOICE if kind is Kind.VOICE else TEXT)
    archive = await record_of(world, Kind.ARCHIVE)
    wish = Wish(kind, Need.KEEP, session, {Aspect.PLACE: Kind.ARCHIVE})
    [warning] = [
        notice
        for notice in (await world.bot.book.read(world.guild.id)).rows.notices
        if notice.kind is NoticeKind.WARNING
    ]
    wire.calm()
    for step in (
        Change(record, wish, (Aspect.PLACE,), archive.discord_id or 0),
        Remove(record),
        Remove(record, look=True),
        Say((warning,), session, record.discord_id),
    ):
        with pytest.raises(UnseenError):
            await apply(world, step)
    assert wire.calls == []
    after = await record_of(world, kind)
    assert (after.discord_id, after.over) == (record.discord_id, False)
    assert (await world.bot.book.read(world.guild.id)).rows.notices == [warning]


async def test_what_is_sent_where_nothing_shows_is_not_even_intended(world: World, wire: Wire) -> None:
    await world.host("ana", "Async testing")
    session, text = await session_of(world), await record_of(world, Kind.TEXT)
    before = rows(world, "SELECT count(*) FROM record")
    unsee(world, TEXT)
    wire.calm()
    with pytest.raises(UnseenError):
        await apply(world, Make(Wish(Kind.CARD, Need.LIVE, session), text.discord_id or 0))
    assert wire.calls == []
    assert rows(world, "SELECT count(*) FROM record") == before


async def test_r14_a_message_is_not_forgotten_while_its_channel_is_not_seen(world: World, wire: Wire) -> None:
    await world.host("ana", "Async testing")
    shown = await record_of(world, Kind.BOARD_MESSAGE)
    async with world.bot.database.transaction() as tx:
        await tx.execute("UPDATE record SET discord_id = NULL, doubt = 1 WHERE id = ?", shown.id)
    unanswered = await record_of(world, Kind.BOARD_MESSAGE)
    unsee(world, BOARD)
    wire.calm()
    with pytest.raises(UnseenError):
        await apply(world, Find((unanswered,)))
    assert wire.calls == []
    assert await record_of(world, Kind.BOARD_MESSAGE) == unanswered


# -------------------------------------------------------------------------- safe to repeat


async def test_r13_what_was_asked_for_twice_is_found_once(world: World, wire: Wire) -> None:
    wire.on(makes_voice, lost(http_error(503)))
    await world.host("ana", "Async testing")
    wire.calm()
    record = await record_of(world, Kind.VOICE)
    assert record.discord_id == world.channel(VOICE).id
    learnt = Learnt()
    await apply(world, Find((replace(record, doubt=True),)), learnt)
    assert learnt.newest == max(channel.id for channel in guild_of(world).channels)
    found = await record_of(world, Kind.VOICE)
    assert found == replace(record, doubt=False)
    for _ in range(2):
        with pytest.raises(UnseenError):  # it is there: whoever asks does not see it yet
            await apply(world, Find((found,)))
    assert await record_of(world, Kind.VOICE) == found
    assert {call.route for call in wire.calls} == {("GET", "/guilds/#/channels")}
    assert shows(world, *DESK)


@pytest.mark.parametrize("kind", [Kind.VOICE, Kind.CARD])
async def test_r14_what_is_gone_already_is_written_down_and_nobody_is_troubled(
    world: World, wire: Wire, kind: Kind
) -> None:
    """Whatever the step wanted of it."""
    await world.host("ana", "Async testing")
    session, record = await session_of(world), await record_of(world, kind)
    gone = failing(http_error(404, 10003 if kind is Kind.VOICE else 10008))
    wire.on(lambda call: call.method in {"PATCH", "DELETE"}, gone)
    aspect = Aspect.NAME if kind is Kind.VOICE else Aspect.PICTURE
    how = Channel("Sync testing") if kind is Kind.VOICE else None
    await world.bot.keeper.close()
    await apply(world, Change(record, Wish(kind, Need.LIVE, session, {aspect: "new"}, how), (aspect,)))
    assert await records(world, kind) == []
    await apply(world, Remove(record))  # too late
    assert await records(world, kind) == []
    thing = "channel" if kind is Kind.VOICE else "message"
    assert rows(world, "SELECT count(*) FROM audit WHERE action = ?", f"{thing}-missing") == [(1,)]


async def test_r14_a_change_that_is_not_answered_leaves_what_discord_shows_in_doubt(
    world: World, wire: Wire
) -> None:
    await world.host("ana", "Async testing")
    session, record = await session_of(world), await record_of(world, Kind.VOICE)
    wish = Wish(Kind.VOICE, Need.LIVE, session, {Aspect.SEATS: "5"}, Channel(VOICE, seats=5))
    change = Change(record, wish, (Aspect.SEATS,))
    await world.bot.keeper.close()
    for act in (failing, lost):
        wire.on(lambda call: call.method == "PATCH", act(http_error(503)))
        with pytest.raises(discord.HTTPException):
            await apply(world, change)
        assert (await record_of(world, Kind.VOICE)).told == {**record.told, Aspect.SEATS: IN_DOUBT}
    wire.calm()
    for _ in range(2):
        await apply(world, change)
        assert (await record_of(world, Kind.VOICE)).told == {**record.told, Aspect.SEATS: "5"}
    assert world.channel(VOICE)._channel.user_limit == 5


async def test_r9_r13_what_somebody_wrote_in_is_not_taken_away(world: World, wire: Wire) -> None:
    await world.host("ana", "Async testing")
    record = await record_of(world, Kind.TEXT)
    await world.bot.keeper.close()
    wire.calm()
    heard = Learnt(wrote={record.discord_id or 0: Note(Fact.WROTE, record)})
    await apply(world, Remove(record, look=True), heard)  # what the bot has heard and not written down yet
    assert (await record_of(world, Kind.TEXT)).wrote
    await write(world, TEXT)
    await apply(world, Remove(record, look=True))
    assert {call.method for call in wire.calls} == {"GET"}
    assert world.names("text").count(TEXT) == 1
    await apply(world, Remove(record))  # an organizer has said so
    assert TEXT not in world.names("text")
    assert await records(world, Kind.TEXT) == []


async def test_every_kind_of_step_can_be_carried_out(world: World) -> None:
    assert set(get_args(Step)) == set(handlers(world))


@pytest.mark.parametrize("seconds", [0.5, 60.5])
async def test_r11_words_keep_a_desk_for_their_time_and_not_for_ever(
    make_world: MakeWorld, wire: Wire, seconds: float
) -> None:
    """The book knows whole seconds and Discord thousandths: the same words are not news each time."""
    world = await make_world(sessions={"no_show_minutes": 4, "idle_minutes": 4})
    await world.host("ana", "Async testing")
    await world.bot.keeper.close()  # nobody hears them: they are read
    await world.env.advance_time(seconds)
    await world.person("ana").send(world.channel(TEXT), "Who is there?")
    await world.restart()
    await wait(world, 3.8 - seconds / 60)
    assert states(world) == ["open"]
    await wait(world, 1.3)
    assert states(world) == ["released" if seconds < 1 else "ended"]
    assert len(rows(world, "SELECT 1 FROM audit WHERE action = 'wrote'")) == (seconds > 1)
    assert len(rows(world, "SELECT 1 FROM audit WHERE action = 'notice-quiet'")) == 1


async def test_r16_a_word_that_is_not_sent_or_has_others_by_now_shows_nothing(world: World) -> None:
    await world.host("ana", "Async testing")
    session, text = await session_of(world), await record_of(world, Kind.TEXT)
    [warning] = [
        notice
        for notice in (await world.bot.book.read(world.guild.id)).rows.notices
        if notice.kind is NoticeKind.WARNING
    ]
    moved = replace(warning, kind=NoticeKind.CHANGED)
    say, other = handlers(world)[Say], replace(session, topic="Board games")
    with world.env._bot_scope():
        with pytest.raises(UnseenError):  # the topic is another one
            await say(Say((moved,), other, text.discord_id), guild_of(world), Learnt())
        hidden = Learnt(hidden=frozenset({"words:1"}))
        step = Say((warning,), session, text.discord_id, frozenset({"words:1"}))
        with pytest.raises(UnseenError):  # it is hidden by now
            await say(step, guild_of(world), hidden)
        assert await say(Say((warning,), session, text.discord_id), guild_of(world), Learnt()) is True
        done = replace(warning, parts_sent=1)
        assert await say(Say((done,), session, text.discord_id), guild_of(world), Learnt()) is False
