"""C19, R15: what is quick is answered by one request; what is slow is acknowledged beside it, done once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from simcord.results import InteractionResult
from structlog.testing import capture_logs

from bot.store.database import Tx
from bot.ui.exchange import CROWD, QUICK
from tests.cogs.conftest import click, clicked, press, read, submit, told
from tests.cogs.test_host import sessions
from tests.conftest import World, all_text, buttons

Act = Callable[[World], Awaitable[InteractionResult]]
MESSAGE, DEFERRED, DEFERRED_UPDATE, UPDATED = 4, 5, 6, 7
"""Discord's numbers of an interaction's first responses."""


def first_responses(world: World) -> list[int]:
    """The kinds of the first responses so far."""
    return [r.json["type"] for r in world.env.http_requests if r.path.endswith("/callback") and r.json]


def later_requests(world: World) -> list[str]:
    """What followed first responses."""
    return [f"{r.method} {r.path}" for r in world.env.http_requests if r.path.startswith("/webhooks/")]


def is_acknowledged(result: InteractionResult) -> bool:
    """Whether Discord has had a first response by now."""
    return result.acknowledged


class Door:
    """The way to the database's writer, some seconds of the simulated clock long."""

    def __init__(self, world: World, monkeypatch: pytest.MonkeyPatch, seconds: float = 10.0) -> None:
        self.world, self.seconds, self.entered = world, seconds, 0
        real = world.bot.database.transaction

        @asynccontextmanager
        async def transaction() -> AsyncIterator[Tx]:
            await asyncio.sleep(seconds)
            async with real() as tx:
                self.entered += 1
                yield tx

        monkeypatch.setattr(world.bot.database, "transaction", transaction)

    async def passed(self) -> None:
        """Let everybody through who is on it."""
        await self.world.env.advance_time(self.seconds)


# ----------------------------------------------------------------------- quick


async def book(world: World) -> InteractionResult:
    return await world.person("bo").slash(world.lobby, "openspace host", topic="Rust", when="11:30")


async def refused(world: World) -> InteractionResult:
    return await world.person("bo").slash(world.lobby, "openspace host", topic="Rust", when="day 2 09:00")


async def join(world: World) -> InteractionResult:
    return await world.person("bo").slash(world.lobby, "openspace join", session="Git")


async def look(world: World) -> InteractionResult:
    return await world.person("bo").slash(world.lobby, "openspace list")


async def ideas(world: World) -> InteractionResult:
    return await world.person("bo").slash(world.lobby, "openspace ideas")


async def send_the_form(world: World) -> InteractionResult:
    shown = await world.person("bo").slash(world.lobby, "openspace host")
    return await submit(world, "bo", shown, topic="Rust", other="11:30")


async def press_join(world: World) -> InteractionResult:
    return await click(world.person("bo"), told(await look(world)), "Join")


async def turn_the_page(world: World) -> InteractionResult:
    return await click(world.person("bo"), told(await ideas(world)), "More")


async def take_a_time(world: World) -> InteractionResult:
    offered = told(await refused(world))
    return await click(world.person("bo"), offered, next(iter(buttons(offered))))


QUICK_ACTS: dict[Act, int] = {
    book: MESSAGE,
    refused: MESSAGE,
    join: MESSAGE,
    look: MESSAGE,
    send_the_form: MESSAGE,
    press_join: UPDATED,
    turn_the_page: UPDATED,
    take_a_time: UPDATED,
}


@pytest.mark.parametrize("act", QUICK_ACTS, ids=lambda act: act.__name__)
async def test_c19_what_is_quick_is_answered_by_one_request(world: World, act: Act) -> None:
    await world.host("ana", "Git", "10:30")
    result = await act(world)
    assert result.acknowledged
    assert all_text(result.response)
    assert first_responses(world)[-1] == QUICK_ACTS[act]
    assert later_requests(world) == []


async def test_c19_u5_a_refused_click_is_one_request_too_and_takes_the_messages_place(world: World) -> None:
    offered = told(await refused(world))
    before = all_text(offered)
    await world.until("16:45", day=2)
    result = await click(world.person("bo"), offered, next(iter(buttons(offered))))
    assert told(result).id == offered.id
    assert all_text(offered) != before
    assert later_requests(world) == []


# ------------------------------------------------------------------------ slow


@pytest.mark.parametrize(("act", "kind"), [(book, DEFERRED), (join, DEFERRED), (send_the_form, DEFERRED)])
async def test_c19_what_is_slow_is_acknowledged_in_time_and_done_once(
    world: World, monkeypatch: pytest.MonkeyPatch, act: Act, kind: int
) -> None:
    await world.host("ana", "Git", "10:30")
    door = Door(world, monkeypatch)
    result = await act(world)
    await world.env.advance_time(QUICK - 0.01)
    assert not is_acknowledged(result)
    await world.env.advance_time(0.02)
    assert is_acknowledged(result)
    assert first_responses(world)[-1] == kind
    assert all_text(result.response) == ""
    await door.passed()
    assert "Rust" in read(result) or "You're in: **Git**" in read(result)
    assert door.entered == 1
    assert len(later_requests(world)) == 1


async def test_c19_a_slow_click_changes_its_message_when_it_is_done(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    offered = told(await refused(world))
    before = all_text(offered)
    door = Door(world, monkeypatch)
    press(world, "bo", offered, next(iter(buttons(offered).values())))
    await world.env.advance_time(QUICK + 0.01)
    assert first_responses(world)[-1] == 6
    assert all_text(offered) == before
    await door.passed()
    assert "📌 **Booked: Rust**" in all_text(told_again(world, offered))


def told_again(world: World, message: Any) -> Any:
    """The message as it is now."""
    return world.env.backend.get_message(message.channel_id, message.id)


async def test_r15_a_form_that_cannot_open_in_time_says_so(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = world.bot.service.hosting.to_host

    async def slow(*args: Any) -> Any:
        await asyncio.sleep(5)
        return await real(*args)

    monkeypatch.setattr(world.bot.service.hosting, "to_host", slow)
    result = await world.person("bo").slash(world.lobby, "openspace host")
    assert not is_acknowledged(result)
    await world.env.advance_time(2.5)
    assert is_acknowledged(result)
    await world.env.advance_time(5)
    assert read(result) == "Opening the form took too long. Please try again in a moment."


# ----------------------------------------------------------------------- crowds


async def test_r15_a_crowd_is_acknowledged_before_its_work(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.host("ana", "Git", "10:30")
    page = told(await look(world))
    door = Door(world, monkeypatch)
    before = len(first_responses(world))
    for _ in range(CROWD + 3):
        press(world, "bo", page, "openspace:join:1:board::0")
    await world.env.settle()
    assert first_responses(world)[before:] == [DEFERRED_UPDATE] * 3
    await world.env.advance_time(QUICK + 0.01)
    assert first_responses(world)[before:] == [DEFERRED_UPDATE] * (CROWD + 3)
    await door.passed()
    assert len(later_requests(world)) == CROWD + 3
    assert len(told_by(world, "You're in: **Git**")) == 1
    after = len(first_responses(world))
    await look(world)
    assert first_responses(world)[after:] == [MESSAGE]  # nobody is under way any more


def told_by(world: World, text: str) -> list[str]:
    return [answer for answer in world.answers() if text in answer]


async def pressed_before(world: World, custom_id: str, seconds: float) -> None:
    """A click that reaches the bot so many seconds late."""
    late = clicked(world, "bo", told(await look(world)), custom_id)
    await world.env.advance_time(seconds)
    world.env.backend.emit("INTERACTION_CREATE", late)
    await world.env.settle()


async def test_r15_what_comes_late_is_acknowledged_before_its_work(world: World) -> None:
    await world.host("ana", "Git", "10:30")
    await pressed_before(world, "openspace:join:1:board::0", 1.5)
    assert first_responses(world)[-1] == DEFERRED_UPDATE
    assert told_by(world, "You're in: **Git**")


async def test_r15_what_comes_too_late_does_nothing(world: World) -> None:
    await world.host("ana", "Git", "10:30")
    with capture_logs() as logs:
        await pressed_before(world, "openspace:join:1:board::0", 3.5)
    assert [entry["code"] for entry in logs if entry["event"] == "too late to answer"] == [10062]
    assert not told_by(world, "You're in: **Git**")
    assert await world.bot.service.guests.joined(1) == []


# ----------------------------------------------------------------- lost answers


@pytest.mark.parametrize("status", [500, 503])
async def test_r15_a_lost_acknowledgement_loses_no_work_and_no_answer(
    world: World, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    door = Door(world, monkeypatch, 1)
    world.env.inject_error("POST", "/interactions/*/callback", status=status)
    result = await book(world)
    await world.env.advance_time(QUICK + 0.01)
    assert not result.acknowledged
    await door.passed()
    assert "📌 **Booked: Rust**" in read(result)
    assert door.entered == 1


async def test_r15_an_acknowledgement_whose_answer_is_lost_is_gone_on_from(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    door = Door(world, monkeypatch, 1)
    lose_answers(world, monkeypatch, times=1)
    result = await book(world)
    await world.env.advance_time(QUICK + 0.01)
    assert result.deferred  # on Discord, but the bot does not know
    await door.passed()
    assert "📌 **Booked: Rust**" in read(result)
    assert door.entered == 1


async def test_r15_an_answer_that_is_lost_on_its_way_back_is_not_told_as_undone(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    lose_answers(world, monkeypatch, times=1)
    with capture_logs() as logs:
        result = await book(world)
    assert [e["event"] for e in logs if e["log_level"] in {"error", "warning"}] == ["incident-unshown"]
    assert read(result).startswith("That worked, but showing the answer went wrong.")


def lose_answers(world: World, monkeypatch: pytest.MonkeyPatch, times: int) -> None:
    """Discord hears the bot's first responses, but its answers to so many of them get lost."""
    from simcord.http import FakeWebhookAdapter

    real, left = FakeWebhookAdapter.request, times

    async def request(self: Any, route: Any, *args: Any, **options: Any) -> Any:
        nonlocal left
        answer = await real(self, route, *args, **options)
        if left and "callback" in route.url:
            left -= 1
            raise aiohttp.ServerDisconnectedError
        return answer

    monkeypatch.setattr(FakeWebhookAdapter, "request", request)


@pytest.mark.parametrize("code", [10062, 40060])
async def test_r15_what_was_quick_and_is_too_late_all_the_same_was_done_and_crashes_nothing(
    world: World, code: int
) -> None:
    world.env.inject_error("POST", "/interactions/*/callback", status=404, code=code)
    with capture_logs() as logs:
        result = await book(world)
    assert not result.acknowledged
    events = [entry["event"] for entry in logs if entry["log_level"] != "info"]
    assert events == ["too late to answer"]
    assert [session.topic for session in await sessions(world)] == ["Rust"]
