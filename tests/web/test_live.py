"""A page that is open: what changes is told at once, by one event for all, and never more than it must be."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import pytest

from bot.service.board import Board, Boards
from bot.web import streams
from tests.cogs.test_gate import hide
from tests.conftest import World
from tests.web.conftest import SLUG, MakeReader, Reader


async def until(condition: Any) -> None:
    """Wait for what another task does by itself."""
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110 - it rings no bell
            await asyncio.sleep(0.01)


async def test_a_change_is_told_with_the_parts_that_changed_and_no_others(reader: Reader) -> None:
    async with reader.stream() as events:
        first, whole = await events.next()
        assert set(whole["parts"]) == {"status", "on", "next", "ideas", "day-2026-01-01", "day-2026-01-02"}
        await reader.world.host("Ana", "Git", minutes=60)
        second, told = await events.next()
        assert second != first
        assert set(told["parts"]) == {"status", "on", "day-2026-01-01"}
        assert "Git" in told["parts"]["on"]
        assert told["said"] == "1 session is on now."
        assert f'data-version="{second}"' in await reader.get() or (await events.next())[0]


async def test_the_way_into_discord_is_told_as_soon_as_it_is_there(reader: Reader) -> None:
    async with reader.stream() as events:
        await events.next()
        await reader.world.host("Ana", "Git", minutes=60)
        voice = str(reader.world.channel("Git").id)
        while voice not in str((await events.next())[1]):
            pass


async def test_who_comes_back_is_told_only_what_they_missed(reader: Reader) -> None:
    page = await reader.get()
    async with reader.stream() as events:
        version, _ = await events.next()
    assert f'data-version="{version}"' in page
    for query, headers in ((f"?v={version}", {}), ("", {"Last_Event_ID": version})):
        async with reader.stream(query, **headers) as events:
            await events.next("beat")
    await reader.world.host("Ana", "Git", minutes=60)
    async with reader.stream("?v=old", Last_Event_ID=version) as events:
        again, told = await events.next()
        assert again != version
        assert "Git" in told["parts"]["on"]
    await reader.world.restart()
    async with reader.stream(Last_Event_ID=again) as events:
        await events.next("beat")  # nothing has changed by a restart


async def test_time_alone_is_told_too(reader: Reader) -> None:
    world = reader.world
    await world.host("Ana", "Git", "10:30", minutes=30)
    async with reader.stream() as events:
        await events.next()
        await world.until("10:30")
        _, told = await events.next()
        while "Git" not in told["parts"].get("on", ""):
            _, told = await events.next()
        assert "10 of 10" not in told["parts"].get("status", "")
        await world.until("11:00")
        while "Git" in told["parts"].get("on", "Git"):
            _, told = await events.next()


async def test_r21_time_alone_is_told_also_where_the_keeper_is_held_up(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = reader.world
    await world.host("Ana", "Git", "10:30", minutes=30)
    async with reader.stream() as events:
        await events.next()
        monkeypatch.setattr(world.bot.keeper, "looked", lambda guild_id: None)
        await world.until("10:30")
        _, told = await events.next()
        while "Git" not in told["parts"].get("on", ""):
            _, told = await events.next()


async def test_a_language_and_the_screen_have_events_of_their_own(reader: Reader) -> None:
    await reader.world.host("Ana", "Git", minutes=60)
    async with reader.stream("?lang=zh-TW&of=screen") as events:
        _, told = await events.next()
        assert set(told["parts"]) == {"screen"}
        assert "正在進行" in told["parts"]["screen"]
    async with reader.stream("?of=nonsense") as events:
        _, told = await events.next()
        assert "on" in told["parts"]


async def test_a_screen_comes_back_in_the_language_that_its_server_speaks_now(
    reader: Reader,
) -> None:
    async with reader.stream("?of=screen") as events:
        version, told = await events.next()
        await reader.world.set(conference__language="zh-TW")
        await events.ended()
    async with reader.stream("?of=screen", Last_Event_ID=version) as events:
        _, again = await events.next()
    assert told["edition"] != again["edition"], "by which it knows to load itself anew"
    assert "正在進行" in again["parts"]["screen"]


async def test_a_sessions_page_hears_which_sessions_have_changed(reader: Reader) -> None:
    world = reader.world
    await world.host("Ana", "Git", "10:30", minutes=30)
    await world.host("Ben", "Rust", "12:00", minutes=30)
    async with reader.stream("?of=session") as events:
        _, told = await events.next()
        assert told["sessions"] is None
        assert "parts" not in told
        await world.join("Cat", "Rust")
        assert (await events.next())[1]["sessions"] == [2]
        await world.until("10:30")
        assert 1 in (await events.next())[1]["sessions"]


async def test_a_day_more_lets_pages_load_anew(reader: Reader) -> None:
    world = reader.world
    async with reader.stream() as events:
        await events.next()
        windows = [{"name": "One", "opens": "2026-01-01T08:00:00", "closes": "2026-01-01T16:15:00"}]
        await world.set(conference__windows=windows)
        assert (await events.next())[1]["parts"] is None


async def test_r19_a_board_that_is_hidden_ends_its_streams(reader: Reader) -> None:
    async with reader.stream() as events:
        await events.next()
        await hide(reader.world)
        await events.next("gone")
        await events.ended()
    await until(lambda: not len(reader.site.streams))


async def hidden_by_role(world: World) -> None:
    """@everyone may see no channels any more."""
    world.env.backend.edit_role(world.guild.id, world.guild.id, {"permissions": "0"})
    await world.env.settle()


@pytest.mark.parametrize("hiding", [hide, hidden_by_role])
async def test_r19_a_hidden_board_leaves_open_pages_also_where_the_keeper_is_held_up(
    reader: Reader, monkeypatch: pytest.MonkeyPatch, hiding: Callable[[World], Awaitable[None]]
) -> None:
    world = reader.world
    async with reader.stream() as events:
        await events.next()
        monkeypatch.setattr(world.bot.keeper, "looked", lambda guild_id: None)
        await hiding(world)
        await events.ended()
    await until(lambda: not len(reader.site.streams))


async def test_r19_a_server_that_puts_the_bot_out_leaves_open_pages(reader: Reader) -> None:
    world = reader.world
    guild = world.bot.get_guild(world.guild.id)
    assert guild
    async with reader.stream() as events:
        await events.next()
        with world.env._bot_scope():
            world.bot._connection._remove_guild(guild)
            world.bot.dispatch("guild_remove", guild)
        await world.env.settle()
        await events.ended()
    await reader.get(status=404)


async def test_a_reader_who_leaves_is_forgotten_at_once(reader: Reader) -> None:
    async with reader.stream() as events:
        await events.next()
        assert len(reader.site.streams) == 1
    await until(lambda: not len(reader.site.streams))


async def test_signs_of_life_come_where_nothing_changes_and_nothing_stays_open_for_ever(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with reader.stream() as events:
        await events.next()
        await reader.site.beat()
        await events.next("beat")
        monkeypatch.setattr(streams, "LONGEST", -1.0)
        await reader.site.beat()
        await events.ended()


async def test_streams_are_bounded_in_all_and_for_one_address(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader.site.streams, "most", 3)
    monkeypatch.setattr(reader.site.streams, "from_one", 2)
    other = {"X_Forwarded_For": "192.0.2.7"}
    async with reader.stream(), reader.stream():
        _, headers = await reader.answer(f"/{SLUG}/events", status=503)
        assert headers["Retry-After"]
        async with reader.stream(**other):
            await reader.answer(f"/{SLUG}/events", status=503, X_Forwarded_For="192.0.2.8")
            await reader.get()  # the page itself is there for everyone
    await until(lambda: not len(reader.site.streams))
    async with reader.stream():
        pass


async def test_who_takes_nothing_is_let_go_and_holds_up_nobody(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    world, site = reader.world, reader.site
    await world.host("Ana", "Git", minutes=60, description="x" * 900)
    address = f"/{SLUG}/events?lang=en"
    lazy, writer = await asyncio.open_connection("127.0.0.1", site.port, limit=1024)
    writer.write(f"GET {address} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    await until(lambda: len(site.streams) == 1)
    [variant] = site.streams.of(world.guild.id)
    async with reader.stream("?lang=en") as events:
        await events.next()
        big = (b": " + b"1" * 1000 + b"\n") * 2000 + b"event: board\ndata: {}\n\n"
        for _ in range(6):
            await site.streams.tell(world.guild.id, variant, big, big)
            await events.next()
        monkeypatch.setattr(streams, "STUCK", 0.0)
        await site.beat()
        await until(lambda: len(site.streams) == 1)
        await site.beat()
        await events.next("beat")
    writer.close()
    del lazy


def test_a_reader_who_is_behind_is_sent_the_last_state_whole() -> None:
    stream = streams.Stream(0.0, lambda: None)
    stream.tell(b"some 1", b"whole 1")
    assert stream._next == b"whole 1", "they have nothing yet that it could differ from"
    stream.begin(b"whole 0")
    assert stream._next == b"whole 1", "what came meanwhile is newer"
    stream.beat(b"alive")
    assert stream._next == b"whole 1"
    stream.tell(b"some 2", b"whole 2")
    assert stream._next == b"whole 2"
    up_to_date = streams.Stream(0.0, lambda: None)
    up_to_date.begin(b"")
    up_to_date.beat(b"alive")
    assert up_to_date._next == b"alive"
    up_to_date.tell(b"some", b"whole")
    assert up_to_date._next == b"some"
    up_to_date.end(streams.GONE)
    up_to_date.tell(b"more", b"whole")
    assert up_to_date._next == streams.GONE, "nothing comes after the last word"


async def test_while_discord_is_out_of_reach_the_page_says_since_when(reader: Reader) -> None:
    world, pulse = reader.world, reader.site.pulse
    async with reader.stream() as events:
        await events.next()
        with world.env._bot_scope():
            pulse.lost(0)
        await world.env.advance_time(20)
        assert "Not up to date" not in await reader.get(), "it happens several times a day"
        await world.env.advance_time(15)
        _, told = await events.next()
        assert "Not up to date since <time" in told["parts"]["status"]
        assert "08:00" in told["parts"]["status"]
        assert "Not up to date" in await reader.get("/screen")
        with world.env._bot_scope():
            pulse.back(0)
        await world.env.settle()
        _, told = await events.next()
        assert "Not up to date" not in told["parts"]["status"]


async def test_a_server_that_discord_has_lost_says_so(reader: Reader) -> None:
    world = reader.world
    await reader.get()
    guild = world.bot.get_guild(world.guild.id)
    with world.env._bot_scope():
        world.bot.dispatch("guild_unavailable", guild)
    await world.env.settle()
    assert "Not up to date" in await reader.get()
    with world.env._bot_scope():
        world.bot.dispatch("guild_available", guild)
    await world.env.settle()
    assert "Not up to date" not in await reader.get()


async def test_a_board_that_cannot_be_read_stays_and_says_since_when(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = reader.world
    await world.host("Ana", "Git", minutes=60)
    await reader.get()
    real = Boards.read

    async def failing(self: Boards, guild_id: int) -> Board:
        raise OSError("the disk is gone")

    async with reader.stream() as events:
        await events.next()
        monkeypatch.setattr(Boards, "read", failing)
        await world.host("Ben", "Rust", minutes=60)
        _, told = await events.next()
        assert "Not up to date" in told["parts"]["status"]
        assert "Git" in await reader.get()
        monkeypatch.setattr(Boards, "read", real)
        await world.env.advance_time(31)
        _, told = await events.next()
        assert "Not up to date" not in told["parts"]["status"]
        assert "Rust" in await reader.get()


async def test_before_the_bot_is_ready_a_page_says_come_again_and_not_that_it_is_gone(
    make_reader: MakeReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = await make_reader()
    monkeypatch.setattr(type(reader.world.bot), "is_ready", lambda self: False)
    await reader.get(status=503)
    await reader.get("/events", status=503)


async def test_what_nobody_looks_at_is_put_away(reader: Reader) -> None:
    shelf = reader.site.shelf
    await reader.get()
    assert list(shelf._boards) == [reader.world.guild.id]
    async with reader.stream() as events:
        await events.next()
        await reader.world.host("Ana", "Git", minutes=60)
        assert shelf._boards, "somebody still looks"
    await until(lambda: not len(reader.site.streams))
    await reader.world.host("Ben", "Rust", minutes=60)
    assert not shelf._boards


async def test_a_stream_ends_with_the_bot(reader: Reader) -> None:
    async with reader.stream() as events:
        await events.next()
        await reader.world.restart()
        await events.ended()


async def test_head_of_a_stream_ends(reader: Reader) -> None:
    async with aiohttp.ClientSession() as http, http.head(f"{reader.board}/events") as response:
        assert response.status == 200
        assert response.content_type == "text/event-stream"
    assert not len(reader.site.streams)
