"""K1, K13, R16: what Discord refuses is shown without those words, once; nothing else waits for it."""

from __future__ import annotations

from typing import Any

import pytest

from bot.service import Person
from tests.conftest import BOARD, MakeWorld, World
from tests.desks.acts import act, board, board_text, burst, card_text, delete_message
from tests.desks.conftest import (
    Wire,
    desk,
    failing,
    first,
    hears,
    lost,
    posts,
    says,
    shows,
    told,
    up_to_date,
    wait,
)
from tests.desks.strict import Call, http_error
from tests.desks.strict_events import alive

BAD = "forbidden"
HIDDEN = "this topic can't be shown"


@pytest.fixture
async def strict_world(world: World, wire: Wire) -> World:
    """A server where Discord refuses one word, and organizers read what the bot has to say."""
    hears(world)
    wire.strict.forbidden = BAD
    await wait(world, 1)
    return world


async def test_k1_r16_r21_the_board_and_all_other_desks_go_on_without_the_words(
    strict_world: World, wire: Wire
) -> None:
    world = strict_world
    await world.host("ana", "Async testing", "10:00")
    await world.host("bob", "Forbidden fruit", "10:00")
    await world.host("eve", "Board games", "10:00")
    await wait(world, 1)
    assert HIDDEN in board_text(world).replace("\\", "")
    assert BAD not in board_text(world).lower()
    for topic in ("Async testing", "Board games"):
        assert topic in board_text(world)
    await world.until("10:00")
    await world.env.advance_time(12)
    for text in ("async-testing", "board-games"):
        assert any("is open until" in said for said in world.said(text))
        assert card_text(world, text)


async def test_k1_r16_the_desk_itself_opens_is_warned_and_closes_with_plainer_words(
    strict_world: World, wire: Wire
) -> None:
    world = strict_world
    await world.host("bob", "Forbidden fruit", "10:00", minutes=30)
    await world.join("eve", "Forbidden fruit")
    await world.until("10:01")
    assert shows(world, *desk("open-space-1", "open-space-1"))
    [opening] = world.said("open-space-1")
    assert HIDDEN in opening.replace("\\", "")
    assert f"<@{world.person('eve').id}>" in opening
    assert card_text(world, "open-space-1")
    await world.until("10:26")
    assert any("this session ends" in text for text in world.said("open-space-1"))
    await world.until("10:41")
    assert shows(world)


async def test_k1_r16_organizers_hear_once_and_discord_is_not_asked_again_and_again(
    strict_world: World, wire: Wire
) -> None:
    world = strict_world
    await world.host("bob", "Forbidden fruit", "10:00", minutes=60)
    await world.until("10:05")
    refused = [call for call in wire.calls if BAD in str(call.json).lower()]
    assert len(refused) <= 8  # the board, two channels, the opening and the card; a few again on trial
    wire.calm()
    await world.restart()
    await world.until("10:50")
    assert [call for call in wire.calls if BAD in str(call.json).lower()] == []
    [word] = told(world)
    assert f"<@{world.person('bob').id}>" in word
    assert BAD not in word.lower()


@pytest.mark.parametrize("many", [1, 30])
async def test_k1_r16_innocent_words_are_shown_again_within_a_minute(
    strict_world: World, wire: Wire, many: int
) -> None:
    """Booked in the same moment; whoever joined has done nothing wrong either."""
    world = strict_world
    await world.host("ana", "Async testing", "10:00")
    with world.env._bot_scope():
        world.bot.keeper.pace = 5.0  # all of it comes to one look
    await world.host("bob", "Forbidden fruit", "10:00")
    for number in range(many):
        await act(world, f"guest {number}", "guests.join", session=2)
    await world.host("eve", "Board games", "11:00")
    with world.env._bot_scope():
        world.bot.keeper.pace = 0.0
    await wait(world, 1.2)
    shown = board_text(world)
    for words in ("Async testing", "Board games", "bob", "eve", "guest 0"):
        assert words in shown, shown
    assert BAD not in shown.lower()


async def test_r16_a_suspect_that_no_message_shows_any_more_keeps_no_others_hidden(
    strict_world: World, wire: Wire
) -> None:
    """The opening might have linked to notes named after the topic at booking; the names come after that."""
    world = strict_world
    await world.host("bob", "開放空間", "08:15")
    wire.on(lambda call: call.method == "PATCH" and call.shows, failing(http_error(503)))
    await act(world, "bob", "edits.edit", topic="Forbidden fruit")
    await burst(world, [f"guest {number}" for number in range(30)])
    await world.until("08:09")
    wire.calm()
    await world.until("08:25")
    shown = card_text(world, "open-space-1").replace("\\", "")
    assert [number for number in range(20) if f"guest {number}" not in shown] == []


async def test_r16_innocent_words_are_shown_again_though_the_plainer_message_was_only_found(
    strict_world: World, wire: Wire
) -> None:
    """The answer to what was sent without them is lost: nothing is sent again, yet they are tried."""
    world, service = strict_world, strict_world.bot.service
    boss = Person(world.organizer().id, "boss", organizer=True)
    wire.on(first(lambda call: posts(call) and BAD not in str(call.json).lower()), lost(http_error(500)))
    with world.env._bot_scope():
        world.bot.keeper.pace = 5.0
        await service.organizing.pause(world.guild.id, boss, "Lunch break")
        shown = await service.announcing.preview(world.guild.id, boss, "Forbidden fruit", 1)
        await service.announcing.send(world.guild.id, boss, shown.id)
    await delete_message(world, board(world))
    with world.env._bot_scope():
        world.bot.keeper.pace = 0.0
    await wait(world, 2)
    assert "Lunch break" in board_text(world)


async def test_k1_r16_words_that_were_shown_before_are_never_hidden(strict_world: World, wire: Wire) -> None:
    world = strict_world
    for name, topic in (("ana", "Async testing"), ("eve", "Board games")):
        await world.host(name, topic, "10:00")
        await world.env.advance_time(6)
    seen: list[str] = []

    async def look(call: Call, go: Any) -> Any:
        answer = await go()
        seen.append(str(call.json))
        return answer

    wire.on(lambda call: call.shows and call.method == "PATCH", look)
    await world.host("bob", "Forbidden fruit", "10:00")
    await wait(world, 2)
    assert seen
    assert all("Async testing" in body and "Board games" in body for body in seen)


async def test_k1_r16_another_topic_is_shown_at_once(strict_world: World, wire: Wire) -> None:
    world = strict_world
    await world.host("bob", "Forbidden fruit")
    await wait(world, 1)
    await act(world, "bob", "edits.edit", topic="Kind words")
    await wait(world, 1)
    assert shows(world, *desk("Kind words", "kind-words"))
    assert "Kind words" in board_text(world)
    assert await up_to_date(world)
    await wait(world, 1)
    assert len(told(world)) == 1


@pytest.mark.parametrize("code", [240000, 200000, 50035, 50006])
async def test_k1_r16_a_message_refused_without_anybodys_words_is_given_up_and_told(
    strict_world: World, wire: Wire, code: int
) -> None:
    world = strict_world
    wire.on(says_opening, failing(http_error(400, code)))
    await world.host("ana", "Async testing", minutes=120)
    await wait(world, 100)
    assert len([call for call in wire.calls if says_opening(call)]) <= 6  # its card, and words in its place
    assert len(told(world)) >= 1
    assert card_text(world, "async-testing")
    assert "Async testing" in board_text(world)
    await world.host("eve", "Board games")
    assert shows(world, *desk("Async testing", "async-testing"), *desk("Board games", "board-games"))


def says_opening(call: Call) -> bool:
    return says(call) and "is open until" in str(call.json)


async def test_k1_r16_automod_that_refuses_with_403_is_no_lack_of_permission(
    strict_world: World, wire: Wire
) -> None:
    world = strict_world

    async def refuse(call: Call, go: Any) -> Any:
        if "sneaky" in str(call.json).lower():
            raise http_error(403, 200000)
        return await go()

    wire.on(lambda call: call.method in {"POST", "PATCH"}, refuse)
    await world.host("ana", "Sneaky link")
    await wait(world, 1)
    assert HIDDEN in board_text(world).replace("\\", "")
    assert not any("doesn't let me work" in text for text in told(world))


async def test_k13_r16_a_refused_event_is_made_without_the_words(make_world: MakeWorld, wire: Wire) -> None:
    world = await make_world(events={"enabled": True})
    hears(world)
    wire.strict.forbidden = BAD
    await world.host("bob", "Forbidden fruit", "12:00")
    await world.host("ana", "Async testing", "12:00")
    await wait(world, 1)
    names = sorted(event.name for event in alive(world.env.backend, world.guild.id))
    assert names == [f"({HIDDEN})", "Async testing"]
    asked = len([c for c in wire.calls if c.is_event and BAD in str(c.json).lower()])
    await world.until("11:50")
    assert len([c for c in wire.calls if c.is_event and BAD in str(c.json).lower()]) == asked <= 2
    assert len([text for text in told(world) if "refuses words" in text]) == 1


async def test_k1_r16_a_refused_board_alone_holds_up_no_desk(strict_world: World, wire: Wire) -> None:
    world = strict_world
    board = world.channel(BOARD).id
    wire.on(lambda call: call.target == board and call.method == "PATCH", failing(http_error(400, 240000)))
    await world.host("ana", "Async testing", minutes=120)
    await wait(world, 90)
    assert shows(world, *desk("Async testing", "async-testing"))
    assert any("is open until" in said for said in world.said("async-testing"))
    assert len([call for call in wire.calls if call.target == board and call.method == "PATCH"]) <= 20
    assert told(world)
    assert len([call for call in wire.calls if posts(call) and call.target == board]) == 1
