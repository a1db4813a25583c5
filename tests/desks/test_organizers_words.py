"""R14: what organizers tell reaches each place once, whatever dies or is lost in between."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from bot.service import Person
from tests.conftest import BOARD, NEWS, START, World
from tests.desks.acts import act, board_text, person, pings
from tests.desks.conftest import Wire, die, first, lost, rows, says, wait, write
from tests.desks.strict import Call, http_error

TEXT = "async-testing"
LUNCH = "Lunch is served"


BOSS = Person(99, "boss", organizer=True)


async def by_boss(world: World, what: Callable[..., Awaitable[Any]], *args: Any, **more: Any) -> Any:
    """An organizer does this, by the service: the commands are tested elsewhere."""
    with world.env._bot_scope():
        done = await what(world.guild.id, *args, BOSS, **more)
    await world.env.settle()
    return done


async def opened(world: World) -> None:
    await world.host("ana", "Async testing")
    await world.join("eve", "Async testing")
    await write(world, TEXT, "ana")
    await wait(world, 1)


async def booked(world: World) -> None:
    await world.host("ana", "Async testing", "10:00")
    await world.join("eve", "Async testing")
    await wait(world, 1)


async def announced(world: World) -> None:
    await opened(world)
    service, here = world.bot.service.announcing, world.guild.id
    with world.env._bot_scope():
        told = await service.preview(here, BOSS, LUNCH)
        await service.send(here, BOSS, told.id)
    await world.env.settle()


async def ended(world: World) -> None:
    await opened(world)
    await by_boss(world, world.bot.service.changes.end, 1, reason="Fire")


async def cancelled(world: World) -> None:
    await booked(world)
    await by_boss(world, world.bot.service.changes.cancel, 1, reason="Fire")


async def moved(world: World) -> None:
    await booked(world)
    edit, start = world.bot.service.edits.edit, START + timedelta(hours=3)
    await by_boss(world, edit, 1, start=start, reason="Fire")


async def restored(world: World) -> None:
    await cancelled(world)
    await by_boss(world, world.bot.service.restoring.rebook, 1)


async def offered(world: World) -> None:
    await booked(world)
    here, bob = world.guild.id, person(world, "bob")
    with world.env._bot_scope():
        await world.bot.service.offers.host(here, 1, BOSS, bob)
    await world.env.settle()


# What organizers do, what is said then, where, and to whom.
SAID: dict[str, tuple[Callable[[World], Awaitable[None]], str, str, tuple[str, ...]]] = {
    "announced": (announced, LUNCH, TEXT, ()),
    "ended": (ended, "have ended", TEXT, ("ana", "eve")),
    "cancelled": (cancelled, "have cancelled", NEWS, ("ana", "eve")),
    "moved": (moved, "have moved", NEWS, ("ana", "eve")),
    "restored": (restored, "takes place after all", NEWS, ("ana", "eve")),
    "offered": (offered, "ask you to host", NEWS, ("bob",)),
}


def heard(world: World, words: str) -> int:
    """How often it stands in any channel but on the board."""
    found = (text for name in (TEXT, NEWS) if name in world.guild.channels for text in world.said(name))
    return sum(words in text for text in found)


def mentioned(world: World, words: str) -> dict[str, int]:
    """Whom the messages with these words mention that Discord has, and how often."""
    sent = [text for name in (TEXT, NEWS) if name in world.guild.channels for text in world.said(name)]
    return {
        name: sum(f"<@{world.person(name).id}>" in text for text in sent if words in text)
        for name in ("ana", "eve", "bob")
    }


@pytest.mark.parametrize("kind", SAID)
async def test_r14_it_is_said_once_to_whom_it_concerns(world: World, wire: Wire, kind: str) -> None:
    cause, words, where, whom = SAID[kind]
    await cause(world)
    assert heard(world, words) == 1
    assert sum(words in text for text in world.said(where)) == 1
    assert mentioned(world, words) == {name: int(name in whom) for name in ("ana", "eve", "bob")}
    calls = [c.json for c in wire.done if says(c) and words in (c.json.get("content") or "")]
    [allowed] = [body["allowed_mentions"] for body in calls]
    assert sorted(allowed.get("users", [])) == sorted(world.person(name).id for name in whom)
    await world.restart()
    await wait(world, 3)
    assert heard(world, words) == 1


@pytest.mark.parametrize("done", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("kind", SAID)
async def test_r14_a_crash_neither_loses_nor_repeats_it(
    world: World, wire: Wire, kind: str, *, done: bool
) -> None:
    cause, words, _, _ = SAID[kind]

    async def crash(_call: Call, go: Any) -> Any:
        if done:
            await go()
        await die(world.bot)

    wire.on(first(lambda c: says(c) and words in (c.json.get("content") or "")), crash)
    await cause(world)
    wire.calm()
    await world.restart()
    await wait(world, 0.2)
    assert heard(world, words) == 1
    await world.restart()
    await wait(world, 15)
    assert heard(world, words) == 1
    assert rows(world, "SELECT count(*) FROM notice WHERE done_at IS NULL AND kind <> 'warning'") == [(0,)]


@pytest.mark.parametrize("kind", SAID)
async def test_r14_a_lost_answer_neither_loses_nor_repeats_it(world: World, wire: Wire, kind: str) -> None:
    cause, words, _, _ = SAID[kind]
    wire.on(first(lambda c: says(c) and words in (c.json.get("content") or "")), lost(http_error(500)))
    await cause(world)
    await wait(world, 1)
    assert heard(world, words) == 1


async def test_r14_what_is_told_at_a_desk_that_is_put_away_is_not_told_again_among_the_news(
    world: World, wire: Wire
) -> None:
    async def crash(_call: Call, go: Any) -> Any:
        await go()
        await die(world.bot)

    wire.on(first(lambda c: says(c) and "have ended" in (c.json.get("content") or "")), crash)
    await ended(world)
    assert heard(world, "have ended") == 1
    wire.calm()
    await wait(world, 11)  # the text channel is due to go to the archive
    await world.restart()
    await wait(world, 6)
    assert world.said(NEWS) == []


async def test_r17_cancelled_and_booked_again_before_anybody_read_it_is_no_news(
    world: World, wire: Wire
) -> None:
    await booked(world)
    await world.bot.keeper.close()
    await by_boss(world, world.bot.service.changes.cancel, 1, reason="a slip")
    await by_boss(world, world.bot.service.restoring.rebook, 1)
    await world.restart()
    await wait(world, 1)
    assert world.said(NEWS) == []
    assert "Async testing" in board_text(world)


async def test_r14_an_organizers_word_is_added_to_one_that_is_just_being_sent(
    world: World, wire: Wire
) -> None:
    """The organizer moves it while the word of the host's own move is about to go: none is lost."""
    await booked(world)
    seen: list[str] = []
    sending = world.bot.book.sending

    async def meanwhile(batch: Any, since: int = 0) -> bool:
        if not seen:
            seen.append("once")
            start = START + timedelta(hours=4)
            edit = world.bot.service.edits.edit
            await edit(world.guild.id, 1, BOSS, start=start, reason="Fire")
        return await sending(batch, since)

    world.bot.book.sending = meanwhile  # type: ignore[method-assign]
    await act(world, "ana", "edits.edit", start=START + timedelta(hours=3))
    await wait(world, 6)
    [word] = world.said(NEWS)
    assert "The organizers have moved" in word
    assert "> Fire" in word
    assert pings(world, NEWS, "ana") == 1


async def test_a_board_that_comes_back_has_the_announcement(world: World, wire: Wire) -> None:
    await announced(world)
    await wait(world, 1)
    world.env.backend.delete_channel(world.channel(BOARD).id)
    await wait(world, 2)
    assert LUNCH in board_text(world)


async def test_r17_an_extended_desk_is_told_once_with_the_host(world: World, wire: Wire) -> None:
    await opened(world)
    before = pings(world, TEXT, "ana")
    await by_boss(world, lambda g, s, w: world.bot.service.changes.extend(g, s, w, 30), 1)
    assert len([text for text in world.said(TEXT) if "have changed when" in text]) == 1
    assert pings(world, TEXT, "ana") == before + 1
    assert world.said(NEWS) == []
