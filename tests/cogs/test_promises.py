"""R15: acknowledged before slow work, done once it is said, and said where it failed."""

from __future__ import annotations

import asyncio
import re
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, closing
from typing import Any

import aiohttp
import pytest
from simcord.results import InteractionResult
from structlog.testing import capture_logs

from bot.store.database import Tx
from tests.cogs.conftest import Speak, click, read, submit, told
from tests.conftest import MakeWorld, World, all_text, buttons

SLOW = 10.0
"""Seconds on the simulated clock, which stands still until a test moves it: 3 are allowed."""
CALLBACK = re.compile(r"/interactions/\d+/[^/]+/callback")
FIRST, LATER = ("POST", "/interactions/*/callback"), ("PATCH", "/webhooks/*/messages/@original")
"""The request of a quick answer, and that of one which was acknowledged first."""
SOON = 0.5
"""Seconds in which what is slow is acknowledged."""


def slow_channels(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every request to make a channel takes ten seconds."""
    real = world.bot.http.request

    async def request(route: Any, **options: Any) -> Any:
        if route.method == "POST" and route.path == "/guilds/{guild_id}/channels":
            await asyncio.sleep(SLOW)
        return await real(route, **options)

    monkeypatch.setattr(world.bot.http, "request", request)


def slow_database(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another process holds the database for ten seconds whenever the bot wants to write."""
    real = world.bot.database.transaction

    @asynccontextmanager
    async def transaction() -> AsyncIterator[Tx]:
        await asyncio.sleep(SLOW)
        async with real() as tx:
            yield tx

    monkeypatch.setattr(world.bot.database, "transaction", transaction)


async def test_links_follow_where_channels_take_their_time(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow_channels(world, monkeypatch)
    start, before = world.env.now(), len(world.env.http_requests)
    result = await world.person("ana").slash(world.lobby, "openspace host", topic="Git")
    assert CALLBACK.fullmatch(world.env.http_requests[before].path)
    assert world.env.now() == start
    assert read(result).splitlines() == [
        "🟢 **Desk 1 is yours: Git** — until <t:1767229200:t> (<t:1767229200:R>)",
        "Its channels are being made; the links appear here.",
        "Extend",
        "End",
    ]
    joined = await world.person("bo").slash(world.lobby, "openspace join", session="Git")
    assert "Its channels are being made; the links appear here." in read(joined)
    await world.env.advance_time(2 * SLOW + 1)
    for answer in (result, joined):
        links = f"🔊 <#{world.channel('Git').id}> · 💬 <#{world.channel('git').id}>"
        assert told(answer).content.endswith(links)
    assert list(buttons(told(result))) == ["Extend", "End"]  # the links leave the buttons where they are
    assert list(buttons(told(joined))) == ["Leave"]


Act = Callable[[World], Awaitable[InteractionResult]]


async def host(world: World) -> InteractionResult:
    return await world.person("bo").slash(world.lobby, "openspace host", topic="Rust")


async def refused_host(world: World) -> InteractionResult:
    return await world.person("bo").slash(world.lobby, "openspace host", topic="Rust", when="around tea")


async def join(world: World) -> InteractionResult:
    return await world.person("bo").slash(world.lobby, "openspace join", session="Git")


async def leave(world: World) -> InteractionResult:
    return await world.person("bo").slash(world.lobby, "openspace leave", session="Git")


async def send_the_form(world: World) -> InteractionResult:
    shown = await world.person("bo").slash(world.lobby, "openspace host")
    return await submit(world, "bo", shown, topic="Rust")


async def press_join(world: World) -> InteractionResult:
    bo = world.person("bo")
    return await bo.click(told(await bo.slash(world.lobby, "openspace list")), label="Join")


SLOW_ACTS: list[tuple[Act, str]] = [
    (host, "Desk 1 is yours: Rust"),
    (refused_host, "I can't read"),
    (join, "You're in: **Git**"),
    (leave, "You hadn't joined **Git**"),
    (send_the_form, "Desk 1 is yours: Rust"),
    (press_join, "You're in: **Git**"),
]


@pytest.mark.parametrize(("act", "said"), SLOW_ACTS, ids=[act.__name__ for act, _ in SLOW_ACTS])
async def test_a_locked_database_delays_the_answer_and_not_the_acknowledgement(
    world: World, monkeypatch: pytest.MonkeyPatch, act: Act, said: str
) -> None:
    await world.host("ana", "Git", "10:30")
    slow_database(world, monkeypatch)
    result = await act(world)
    await world.env.advance_time(SOON)
    assert result.acknowledged
    assert result.deferred
    assert act is press_join or all_text(result.response) == ""  # 'thinking'; a page stays till then
    await world.env.advance_time(3 * SLOW)
    assert said in read(result)


async def test_a_click_on_a_time_is_acknowledged_at_once_too(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    bo = world.person("bo")
    refused = told(await bo.slash(world.lobby, "openspace host", topic="Rust", when="day 2 09:00"))
    slow_database(world, monkeypatch)
    result = await bo.click(refused, label=next(iter(buttons(refused))))
    await world.env.advance_time(SOON)
    assert result.acknowledged
    assert "Open Spaces are closed then." in read(result)
    await world.env.advance_time(SLOW)
    assert "📌 **Booked: Rust**" in read(result)


async def test_what_only_reads_never_waits(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    slow_database(world, monkeypatch)
    ana = world.person("ana")
    assert "Nothing is on or booked" in read(await ana.slash(world.lobby, "openspace list"))
    assert "Open Spaces at" in read(await ana.slash(world.lobby, "openspace help"))
    assert (await ana.slash(world.lobby, "openspace host")).modal
    assert len(await ana.autocomplete(world.lobby, "openspace host", "when", "")) == 25
    assert await ana.autocomplete(world.lobby, "openspace join", "session", "") == []


# --------------------------------------------------------------------- incidents


def break_table(world: World, table: str) -> None:
    with closing(sqlite3.connect(world.folder / "openspace.sqlite3")) as database, database:
        database.execute(f"DROP TABLE {table}")


def count(world: World, table: str) -> int:
    with closing(sqlite3.connect(world.folder / "openspace.sqlite3")) as database:
        return int(database.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


@pytest.mark.parametrize(
    ("language", "said"),
    [("en-US", "Something went wrong on our side and nothing was changed."), ("zh-TW", "什麼都沒有更動")],
)
async def test_what_goes_wrong_has_a_number_that_the_log_has_too(
    world: World, speak: Speak, language: str, said: str
) -> None:
    speak(language)
    break_table(world, "audit")
    with capture_logs() as logs:
        text = await world.host("ana", "Git")
    assert said in text
    (incident,) = (entry for entry in logs if entry["event"] == "incident")
    assert re.findall("`([0-9a-f]{8})`", text) == [incident["number"]]
    assert incident["log_level"] == "error"
    assert incident["exc_info"]
    assert count(world, "session") == 0
    assert world.names("voice") == []


@pytest.mark.parametrize("act", [act for act, _ in SLOW_ACTS], ids=[act.__name__ for act, _ in SLOW_ACTS])
async def test_no_way_in_leaves_people_without_an_answer(world: World, act: Act) -> None:
    await world.host("ana", "Git", "10:30")
    bo = world.person("bo")
    page = told(await bo.slash(world.lobby, "openspace list"))
    shown = await bo.slash(world.lobby, "openspace host")
    await world.bot.database.close()
    with capture_logs() as logs:
        if act is press_join:
            result = await click(bo, page, "Join")
        elif act is send_the_form:
            result = await submit(world, "bo", shown, topic="Rust")
        else:
            result = await act(world)
    (incident,) = (entry for entry in logs if entry["event"] == "incident")
    assert incident["number"] in read(result)


async def test_incidents_of_forms_and_pages_are_said_too(world: World) -> None:
    ana = world.person("ana")
    help_page = told(await ana.slash(world.lobby, "openspace help"))
    refused = told(await ana.slash(world.lobby, "openspace host", topic="Git", when="around tea"))
    await world.bot.database.close()
    for result in (
        await ana.slash(world.lobby, "openspace host"),
        await click(ana, help_page, "Host one"),
        await click(ana, refused, "Change…"),
    ):
        assert "Something went wrong on our side" in read(result)
    beside = told(await click(ana, help_page, "What's on"))
    assert "Something went wrong on our side" in beside.content
    assert help_page.content.startswith("## Open Spaces at")  # never in place of the message
    assert await ana.autocomplete(world.lobby, "openspace host", "when", "") == []


# --------------------------------------------------- answers that do not arrive


@pytest.mark.parametrize(("status", "code"), [(401, 50027), (404, 10015)])
async def test_an_expired_token_undoes_nothing_and_crashes_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch, status: int, code: int
) -> None:
    slow_database(world, monkeypatch)
    world.env.inject_error(*LATER, status=status, code=code, times=None)
    with capture_logs() as logs:
        await world.person("ana").slash(world.lobby, "openspace host", topic="Git", when="10:30")
        await world.env.advance_time(SLOW)
    assert [entry["event"] for entry in logs if entry["log_level"] != "info"] == ["too late to answer"]
    assert count(world, "session") == 1


async def test_links_that_come_after_the_token_has_expired_crash_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.cogs.test_promises.SLOW", 500.0)
    slow_channels(world, monkeypatch)
    result = await world.person("ana").slash(world.lobby, "openspace host", topic="Git")
    await world.env.advance_time(1001)
    monkeypatch.setattr("tests.cogs.test_promises.SLOW", 0.0)
    await world.env.advance_time(660)
    assert told(result).content.endswith("Its channels are being made; the links appear here.")
    assert world.names("voice") == ["Git"]


@pytest.mark.parametrize("slow", [False, True])
async def test_what_is_done_and_not_shown_does_not_read_as_undone(
    world: World, monkeypatch: pytest.MonkeyPatch, slow: bool
) -> None:
    if slow:
        slow_database(world, monkeypatch)
    world.env.inject_error(*(LATER if slow else FIRST), status=500)
    with capture_logs() as logs:
        result = await world.person("ana").slash(world.lobby, "openspace host", topic="Git", when="10:30")
        await world.env.advance_time(2 * SLOW)
    text = read(result)
    assert text.startswith("That worked, but showing the answer went wrong.")
    (incident,) = (entry for entry in logs if entry["event"] == "incident-unshown")
    assert incident["number"] in text
    assert count(world, "session") == 1


async def test_links_heal_an_answer_that_was_not_shown(world: World) -> None:
    world.env.inject_error(*FIRST, status=500)
    text = await world.host("ana", "Git")
    assert text.startswith("🟢 **Desk 1 is yours: Git**")
    assert f"💬 <#{world.channel('git').id}>" in text


async def test_a_click_whose_answer_is_not_shown_is_told_beside_it(world: World) -> None:
    bo = world.person("bo")
    refused = told(await bo.slash(world.lobby, "openspace host", topic="Rust", when="day 2 09:00"))
    world.env.inject_error(*FIRST, status=500)
    beside = told(await click(bo, refused, next(iter(buttons(refused)))))
    assert beside.id != refused.id
    assert beside.content.startswith("That worked, but showing the answer went wrong.")


async def test_where_nothing_can_be_shown_the_log_has_it(world: World) -> None:
    world.env.inject_error(*FIRST, status=500, times=None)
    with capture_logs() as logs:
        await world.person("ana").slash(world.lobby, "openspace help")
    assert "an answer did not arrive" in [entry["event"] for entry in logs]


async def test_a_lost_connection_crashes_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    async def lost(*_: object, **__: object) -> None:
        raise aiohttp.ClientConnectionError("gone")

    monkeypatch.setattr("simcord.http.FakeWebhookAdapter.request", lost)
    with capture_logs() as logs:
        result = await world.person("ana").slash(world.lobby, "openspace host", topic="Git", when="10:30")
    assert not result.acknowledged
    events = [entry["event"] for entry in logs if entry["log_level"] != "info"]
    assert events == ["incident-unshown", "an answer did not arrive"]
    assert count(world, "session") == 1


async def test_channels_that_cannot_be_made_are_told_and_the_links_follow_when_they_can(
    make_world: MakeWorld,
) -> None:
    world = await make_world()
    world.env.inject_error("POST", "/guilds/*/channels", status=403, code=50013, times=None)
    result = await world.person("ana").slash(world.lobby, "openspace host", topic="Git")
    await world.env.advance_time(30)
    assert "The channels can't be made just now." in read(result)
    world.env.backend.faults.clear()
    await world.env.advance_time(600)
    assert told(result).content.endswith(f"💬 <#{world.channel('git').id}>")
