"""K17-K20, K22: what nobody notices costs nothing, a burst is one look, a wrong clock stops nothing."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import discord
import pytest

from bot import clock
from tests.conftest import World, all_text
from tests.desks.acts import act, board_text, burst, card, delete_message
from tests.desks.conftest import (
    Wire,
    delete,
    desk,
    failing,
    fill,
    makes_voice,
    shows,
    states,
    up_to_date,
    wait,
    waiting,
)
from tests.desks.strict import Call


@pytest.fixture
def looks(world: World, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """One entry for each time the keeper reads the book to look at the server."""
    seen: list[int] = []
    real = world.bot.book.read

    async def read(guild_id: int, **options: Any) -> Any:
        seen.append(guild_id)
        return await real(guild_id, **options)

    monkeypatch.setattr(world.bot.book, "read", read)
    return seen


async def test_k18_voice_moves_in_a_channel_that_is_no_desk_cause_no_look(
    world: World, looks: list[int]
) -> None:
    await world.host("ana", "Async testing", minutes=120)
    lounge = world.guild.create_voice_channel("x-lounge")
    await wait(world, 1)
    looks.clear()
    for n in range(60):
        await world.person(f"guest {n}").join_voice(lounge)
        await world.person(f"guest {n}").leave_voice()
    assert looks == []


async def test_k18_words_in_other_channels_cause_no_look(world: World, looks: list[int]) -> None:
    await world.host("ana", "Async testing", minutes=120)
    await wait(world, 1)
    looks.clear()
    for n in range(30):
        await world.person("eve").send(world.lobby, f"hello {n}")
    for message in world.lobby.history():
        world.env.backend.delete_message(world.lobby.id, message.id)
    await world.env.settle()
    assert looks == []
    for n in range(30):
        await world.person("eve").send(world.channel("async-testing"), f"hello {n}")
    assert len(looks) <= 2


async def test_k18_a_burst_of_changes_is_one_look(
    world: World, looks: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.host("ana", "Async testing", "15:00")
    await wait(world, 1)
    monkeypatch.setattr(world.bot.keeper, "pace", 0.05)
    looks.clear()
    await burst(world, [f"guest {n}" for n in range(100)])
    await world.env.advance_time(0.3)
    assert 1 <= len(looks) <= 3
    await world.env.advance_time(6)
    assert "+97" in board_text(world)


async def test_k18_a_desk_opens_with_few_looks(
    world: World, wire: Wire, looks: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(10):
        await world.host(f"host{n}", f"Topic {n}", "10:00")
    await world.until("09:54")
    monkeypatch.setattr(world.bot.keeper, "pace", 0.05)

    async def slow(_call: Call, go: Any) -> Any:
        await asyncio.sleep(0.2)
        return await go()

    wire.calm()
    wire.on(lambda call: True, slow)
    looks.clear()
    await world.until("10:01")
    assert states(world) == ["open"] * 10
    assert len(wire.calls) >= 43
    assert len(looks) <= 40


async def test_k17_r8_ten_who_host_now_in_one_moment_have_opening_warning_and_links(world: World) -> None:
    people = [world.person(f"host{n}") for n in range(10)]
    results = [
        await who.slash(world.lobby, "openspace host", topic=f"Topic {n}") for n, who in enumerate(people)
    ]
    await wait(world, 1)
    for n, result in enumerate(results):
        assert any("is open until" in said for said in world.said(f"topic-{n}"))
        assert f"<#{world.channel(f'topic-{n}').id}>" in all_text(result.response)
    assert waiting(world) == ["warning"] * 10
    dropped = await world.bot.database.read.all("SELECT 1 FROM notice WHERE dropped")
    assert dropped == []


# ------------------------------------------------------------------------- the clock (K19)


@pytest.mark.parametrize("back", [timedelta(hours=1), timedelta(minutes=3)], ids=str)
async def test_k19_a_clock_that_is_set_back_stops_neither_the_board_nor_the_cards(
    world: World, monkeypatch: pytest.MonkeyPatch, back: timedelta
) -> None:
    await world.until("10:00")
    await world.host("ana", "Async testing", minutes=120)
    await wait(world, 1)
    shift: list[timedelta] = [timedelta(0)]
    real = discord.utils.utcnow
    monkeypatch.setattr(discord.utils, "utcnow", lambda: real() - shift[0])
    shift[0] = back
    assert isinstance(clock.now(), datetime)
    await act(world, "ana", "edits.edit", topic="Sync testing")
    await act(world, "eve", "guests.join")
    await wait(world, 1)
    assert "Sync testing" in board_text(world)
    assert "eve" in board_text(world)
    assert any("just joined" in text for text in world.said("sync-testing"))
    await delete(world, "sync-testing")
    await wait(world, 1)
    assert shows(world, *desk("Sync testing", "sync-testing"))
    assert await up_to_date(world)


# ------------------------------------------------------------------------- small ones (K20)


async def test_k20_nonces_stay_within_discords_25_characters_at_row_a_trillion(
    world: World, wire: Wire
) -> None:
    for table in ("record", "notice"):
        sql = "INSERT INTO sqlite_sequence (name, seq) SELECT ?1, 0 WHERE NOT EXISTS"
        sql += " (SELECT 1 FROM sqlite_sequence WHERE name = ?1)"
        async with world.bot.database.transaction() as tx:
            await tx.execute(sql, table)
            await tx.execute("UPDATE sqlite_sequence SET seq = ? WHERE name = ?", 10**12, table)
    await world.host("ana", "Async testing", "08:10")
    for n in range(110):
        await act(world, f"guest {n}", "guests.join")
    await world.until("08:11")
    assert len(wire.words) >= 2  # Strict judges the nonces
    assert card(world, "async-testing")


async def test_k20_a_429_with_retry_after_alone_is_waited_for_as_long_as_it_says(
    world: World, wire: Wire
) -> None:
    response: Any = SimpleNamespace(status=429, reason="Too Many", headers={"Retry-After": "1800"})
    limit = discord.HTTPException(response, {"code": 0, "message": "You are being blocked"})
    wire.on(makes_voice, failing(limit))
    await world.host("ana", "Async testing", minutes=120)
    theirs = await fill(world, 3)
    for channel in theirs:
        world.env.backend.delete_channel(channel.id)
        await world.env.advance_time(300)
    await wait(world, 14)
    assert len([call for call in wire.calls if makes_voice(call)]) == 1
    wire.calm()
    await wait(world, 3)
    assert shows(world, *desk("Async testing", "async-testing"))


# ------------------------------------------------------------------------- idle servers (K22)


async def test_k22_a_desk_where_people_talk_costs_no_request_for_an_hour(world: World, wire: Wire) -> None:
    await world.host("ana", "Async testing", minutes=120)
    await world.person("ana").join_voice(world.channel("Async testing"))
    await wait(world, 2)
    wire.calm()
    await wait(world, 60)
    assert wire.calls == []


async def test_k22_r17_a_deleted_card_is_back_at_once_and_who_deletes_it_again_waits(
    world: World, wire: Wire
) -> None:
    await world.host("ana", "Async testing", minutes=120)
    await wait(world, 1)
    old = card(world, "async-testing")
    await delete_message(world, old)
    assert card(world, "async-testing").id != old.id
    wire.calm()
    for _ in range(60):
        for message in world.layouts("async-testing"):
            await delete_message(world, message)
        await world.env.advance_time(5)
    assert len([call for call in wire.calls if call.method == "POST"]) <= 6
