"""The board: one message that always shows what is on, whatever people do to it."""

from __future__ import annotations

import re
from datetime import timedelta
from itertools import pairwise
from typing import Any

import aiohttp
import pytest
from simcord.backend.errors import BackendError

from tests.conftest import BOARD, START, MakeWorld, World
from tests.desks.acts import (
    MINUTE,
    a_session,
    act,
    board,
    board_text,
    book,
    burst,
    delete_message,
    edits,
    ids_of,
    now,
    text_of,
)
from tests.desks.conftest import (
    Wire,
    delete,
    die,
    failing,
    first,
    hears,
    lost,
    overwrites,
    states,
    told,
    wait,
)
from tests.desks.strict import Call, http_error


def posts_board(call: Call) -> bool:
    return call.route == ("POST", "/channels/#/messages") and call.shows


def sent(wire: Wire) -> int:
    """How often the board was sent since all is calm."""
    return sum(map(posts_board, wire.calls))


async def test_the_board_is_there_before_anything_is_booked_and_says_how_it_works(world: World) -> None:
    assert "PyCon Sim" in board_text(world)
    assert "Nobody is at a desk" in board_text(world)
    assert [i for i in ids_of(world, board(world)).values() if i.startswith("openspace:host")]


async def test_only_the_bot_writes_in_the_boards_channel(world: World) -> None:
    with pytest.raises(BackendError, match="Missing Permissions"):
        await world.person("eve").send(world.channel(BOARD), "hello")
    everyone = overwrites(world, BOARD)[world.guild.id]
    assert not everyone[1].view_channel
    assert everyone[1].create_public_threads
    assert everyone[1].add_reactions


async def test_it_shows_what_is_on_who_joined_and_the_way_in_until_it_is_over(world: World) -> None:
    await world.host("ana", "Async testing", minutes=30)
    await world.host("bob", "Board games", "10:00")
    await wait(world, 1)
    voice = world.channel("Async testing").id
    shown = board_text(world)
    assert "Async testing" in shown.split("Board games")[0]
    assert f"<#{voice}>" in shown
    assert "ana" in shown
    assert "eve" not in shown
    await world.join("eve", "Async testing")
    await wait(world, 1)
    assert "eve" in board_text(world)
    await act(world, "eve", "guests.leave")
    await wait(world, 1)
    assert "eve" not in board_text(world)
    await wait(world, 30)
    assert "Async testing" not in board_text(world)
    assert "Board games" in board_text(world)


@pytest.mark.parametrize(
    ("what", "options"), [("edits.edit", {"topic": "Trio"}), ("changes.cancel", {"reason": ""})]
)
async def test_it_shows_a_change_at_once(world: World, what: str, options: dict[str, Any]) -> None:
    await world.host("ana", "Async testing", "10:00")
    await wait(world, 1)
    assert "Async testing" in board_text(world)
    await act(world, "ana", what, **options)
    await wait(world, 0.1)
    assert "Async testing" not in board_text(world)
    assert ("Trio" in board_text(world)) is (what == "edits.edit")


async def test_twenty_joins_in_a_second_cost_two_edits_at_most(world: World, wire: Wire) -> None:
    await world.host("ana", "Async testing", "10:00")
    await wait(world, 5)
    wire.calm()
    for half in range(2):
        await burst(world, [f"guest {n}" for n in range(half * 10, half * 10 + 10)])
        await world.env.advance_time(0.5)
    assert edits(wire.calls, board(world)) <= 1
    await wait(world, 2)
    assert edits(wire.calls, board(world)) == 2
    assert "20" in board_text(world) or "+17" in board_text(world)


async def test_changes_all_the_time_are_shown_every_five_seconds(world: World, wire: Wire) -> None:
    await world.host("ana", "Async testing", "10:00")
    await wait(world, 5)
    wire.calm()
    at: list[float] = []

    async def edit(_call: Call, go: Any) -> Any:
        at.append(now(world).timestamp())
        return await go()

    wire.on(lambda call: call.method == "PATCH" and call.message != 0, edit)
    for n in range(30):
        await act(world, f"guest {n}", "guests.join")
        await world.env.advance_time(0.7)
    assert 3 <= len(at) <= 5
    assert min(b - a for a, b in pairwise(at)) > 4  # the bot's clock knows whole seconds


async def test_nothing_changed_nothing_is_edited(world: World, wire: Wire) -> None:
    await world.host("ana", "Async testing", "10:00")
    await world.join("eve", "Async testing")
    await wait(world, 1)
    wire.calm()
    await world.join("eve", "Async testing")
    with world.env._bot_scope():
        world.bot.keeper.wake(world.guild.id, fresh=True)
    await wait(world, 30)
    await world.restart()
    await wait(world, 1)
    assert edits(wire.calls, board(world)) == 0
    assert sent(wire) == 0


@pytest.mark.parametrize("clock", ["08:01", "17:00"])
async def test_k22_the_board_costs_nothing_where_nothing_happens(
    world: World, wire: Wire, clock: str
) -> None:
    await world.until(clock)
    wire.calm()
    await wait(world, 6 * 60)
    assert wire.calls == []


@pytest.mark.parametrize("clock", ["08:01", "17:00"])
@pytest.mark.parametrize("in_bulk", [False, True])
async def test_k22_r17_deleted_by_hand_it_is_back_at_once_and_once(
    world: World, wire: Wire, clock: str, *, in_bulk: bool
) -> None:
    await world.until(clock)
    old = board(world)
    wire.calm()
    if in_bulk:
        world.env.backend.bulk_delete_messages(old.channel.id, [old.id])
        await world.env.settle()
    else:
        await delete_message(world, old)
    assert board(world).id != old.id
    await wait(world, 60)
    assert sent(wire) == 1
    assert len(wire.calls) <= 2  # it may ask whether it is gone


async def test_a_deletion_whose_look_failed_is_not_forgotten_by_a_restart(world: World, wire: Wire) -> None:
    """Nothing changes afterwards, and nobody hears of the deletion a second time."""
    old = board(world)
    wire.on(lambda call: call.method == "GET", failing(http_error(503)))
    await delete_message(world, old)
    wire.calm()
    await world.restart()
    await wait(world, 1)
    assert board(world).id != old.id
    assert sent(wire) == 1


async def test_k2_r17_deleted_again_and_again_it_comes_back_ever_more_slowly(
    world: World, wire: Wire
) -> None:
    hears(world)
    await wait(world, 1)
    for _second in range(30 * 60):
        for message in world.channel(BOARD).history():
            await delete_message(world, message)
        await world.env.advance_time(1)
    assert 4 <= sent(wire) <= 8
    [word] = told(world)
    assert "deleted" in word
    await wait(world, 31)
    assert board(world)
    assert len(told(world)) == 1


async def test_it_is_found_again_after_a_restart(world: World, wire: Wire) -> None:
    old = board(world)
    wire.calm()
    for _ in range(3):
        await world.restart()
    await world.host("ana", "Async testing", "10:00")
    await wait(world, 1)
    assert board(world).id == old.id
    assert "Async testing" in board_text(world)
    assert sent(wire) == 0


@pytest.mark.parametrize("clock", ["08:01", "17:00", "conference over"])
@pytest.mark.parametrize("how", ["lost", "500", "crash before", "crash after"])
async def test_r14_a_lost_answer_to_its_posting_makes_no_second_board(
    world: World, wire: Wire, clock: str, how: str
) -> None:
    world.env.settle_timeout = 60
    if clock == "conference over":
        await world.until("20:00", day=2)
    else:
        await world.until(clock)

    async def crash(_call: Call, go: Any) -> Any:
        if how == "crash after":
            await go()
        await die(world.bot)

    errors = {"lost": aiohttp.ServerDisconnectedError(), "500": http_error(500)}
    wire.on(first(posts_board), lost(errors[how]) if how in errors else crash)
    await delete(world, BOARD)
    await wait(world, 0.5)
    if how not in errors:
        await world.restart()
    await wait(world, 10)
    assert board(world)
    assert sum(map(posts_board, wire.done)) == 2  # the first one went with its channel
    if clock != "conference over":
        await world.host("ana", "Async testing", "day 2 11:00")
        await wait(world, 0.1)
        assert "Async testing" in board_text(world)


async def test_its_channel_deleted_by_hand_comes_back_with_the_board(world: World, wire: Wire) -> None:
    await world.host("ana", "Async testing", "10:00")
    await wait(world, 1)
    wire.calm()
    await delete(world, BOARD)
    await wait(world, 1)
    assert "Async testing" in board_text(world)
    assert (wire.count("POST", "/guilds/#/channels"), sent(wire)) == (1, 1)


# ------------------------------------------------------------------ tomorrow


async def test_tomorrows_board_shows_tomorrow_and_goes_before_the_last_day(make_world: MakeWorld) -> None:
    world = await make_world(channels={"tomorrow": True})
    world.env.settle_timeout = 60
    today, tomorrow = world.channel(BOARD).history()
    await world.host("ana", "Async testing", "day 2 11:00")
    await world.host("bob", "Board games", "10:00")
    await wait(world, 1)
    assert "Async testing" in text_of(world, tomorrow)
    assert "Board games" not in text_of(world, tomorrow)
    assert "Board games" in text_of(world, today)
    await world.until("23:59")
    assert len(world.channel(BOARD).history()) == 2
    await world.until("00:01", day=2)
    assert [m.id for m in world.channel(BOARD).history()] == [today.id]
    await world.until("00:01", day=3)
    assert [m.id for m in world.channel(BOARD).history()] == [today.id]


async def test_tomorrows_board_deleted_by_hand_comes_back_once(make_world: MakeWorld, wire: Wire) -> None:
    world = await make_world(channels={"tomorrow": True})
    _, tomorrow = world.channel(BOARD).history()
    await delete_message(world, tomorrow)
    await wait(world, 30)
    assert len(world.channel(BOARD).history()) == 2
    assert sum(map(posts_board, wire.done)) == 3


async def test_r14_an_answer_lost_just_before_midnight_leaves_no_board_of_tomorrow(
    make_world: MakeWorld, wire: Wire
) -> None:
    world = await make_world(channels={"tomorrow": True})
    await world.until("23:50")
    _, tomorrow = world.channel(BOARD).history()
    await delete_message(world, tomorrow)
    wire.on(first(posts_board), lost(TimeoutError()))
    await world.env.advance_time(9 * 60 + 55)
    await world.host("ana", "Async testing", "day 2 11:00")
    await wait(world, 1)
    assert len(world.channel(BOARD).history()) == 1
    assert "Async testing" in board_text(world)


# -------------------------------------------------------------------- limits

LONGEST = ("*" * 100, "🧑🏽" * 50, "開" * 100, "<@1>" * 25)


@pytest.mark.parametrize("language", ["en", "zh-TW"])
async def test_25_desks_and_500_sessions_in_the_longest_names_stay_within_discords_limits(
    make_world: MakeWorld, wire: Wire, language: str
) -> None:
    world = await make_world(limit=25, channels={"tomorrow": True})
    await speak(world, language)
    world.env.settle_timeout = 60  # seconds of real time, on a busy machine
    many = [
        a_session(world, day + row * 20 * MINUTE, 20, LONGEST[desk % 4], host_id=desk, host_name="_" * 64)
        for day in (START + 10 * MINUTE, START + timedelta(hours=27))
        for row in range(10)
        for desk in range(1, 26)
    ]
    assert len(many) == 500
    wire.calm()
    await book(world, many)
    await world.env.advance_time(6)
    assert [call.method for call in wire.calls] == ["PATCH", "PATCH"]  # Strict has judged both
    await wait(world, 12)
    assert states(world).count("open") == 25
    await burst(world, ["`" * 32, *("|" * 29 + str(n) for n in range(9))])
    await world.env.advance_time(6)
    today, tomorrow = (text_of(world, message) for message in world.channel(BOARD).history())
    for number in range(1, 26):
        assert re.search(rf"\b{number}\b", today)
    assert re.search(r"\b4\d\d\b", today)  # so many more are in the full list
    assert len(tomorrow) > 1500


async def speak(world: World, language: str) -> None:
    path = world.folder / "config.toml"
    text = path.read_text("utf-8")
    path.write_text(text.replace("[conference]", f'[conference]\nlanguage = "{language}"'), "utf-8")
    await world.restart()
    await world.env.advance_time(6)
