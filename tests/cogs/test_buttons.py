"""Buttons on old messages, after a restart, and of another version."""

from __future__ import annotations

from typing import Any

import pytest

from bot.service import Person
from tests.cogs.conftest import Speak, click, press, press_anew, read, told
from tests.conftest import MakeWorld, World, buttons

DAY = 24 * 3600


async def test_buttons_work_after_a_restart(world: World) -> None:
    await world.host("ana", "Git", "10:30")
    bo = world.person("bo")
    page = told(await bo.slash(world.lobby, "openspace list"))
    refused = told(await bo.slash(world.lobby, "openspace host", topic="Rust", when="day 2 09:00"))
    await world.restart()
    assert "You're in: **Git**" in read(await click(bo, page, "Join"))
    assert (await click(bo, page, "Host one")).modal  # the page is still there
    assert (await click(bo, refused, "Change…")).modal
    taken = next(label for label in buttons(refused) if label.startswith("Fri, Jan 2 10:30"))
    assert "📌 **Booked: Rust**" in read(await click(bo, refused, taken))


async def test_buttons_work_on_messages_a_day_old(world: World) -> None:
    await world.host("ana", "Git", "day 2 14:30")
    bo = world.person("bo")
    page = told(await bo.slash(world.lobby, "openspace list"))
    refused = told(await bo.slash(world.lobby, "openspace host", topic="Rust", when="2026-01-03 09:00"))
    await world.env.advance_time(DAY)
    assert "You're in: **Git**" in read(await click(bo, page, "Join"))
    assert "📌 **Booked: Rust**" in read(await click(bo, refused, next(iter(buttons(refused)))))


@pytest.mark.parametrize("restart", [False, True])
async def test_links_come_even_where_the_bot_restarts_between(world: World, *, restart: bool) -> None:
    await world.host("ana", "Git")
    if restart:
        await world.restart()
    assert "🔊 <#" in await world.join("bo", "Git")


@pytest.mark.parametrize(("language", "said"), [("en-US", "from another version"), ("zh-TW", "來自其他版本")])
async def test_a_button_of_another_version_says_so(
    world: World, speak: Speak, subtests: pytest.Subtests, language: str, said: str
) -> None:
    speak(language)
    ana = world.person("ana")
    for action in ("dance", "dance:1:2", "join", "take:1", "list:board:::1"):
        with subtests.test(action):
            shown = await ana.slash(world.lobby, "openspace help")
            relabel(world, shown, f"openspace:{action}")
            assert said in read(await ana.click(told(shown), custom_id=f"openspace:{action}"))


def relabel(world: World, shown: Any, custom_id: str) -> None:
    """Make the first button of an answer one of another version."""
    message = world.env.backend.get_message(told(shown).channel_id, told(shown).id)
    message.components[0]["components"][0]["custom_id"] = custom_id


async def test_a_click_on_the_same_button_by_many_at_once(world: World) -> None:
    await world.host("ana", "Git")
    pages = {}
    for name in ("bo", "cy", "dee"):
        pages[name] = told(await world.person(name).slash(world.lobby, "openspace list"))
    for name, page in pages.items():
        press(world, name, page, "openspace:join:1:board::0")
        press(world, name, page, "openspace:join:1:board::0")
    await world.env.settle()
    await world.env.advance_time(6)
    greeted = "".join(text for text in world.said("git") if "👋" in text)
    assert [greeted.count(f"<@{world.person(name).id}>") for name in pages] == [1, 1, 1]


async def test_cancelled_and_released_sessions_are_refused_kindly(world: World) -> None:
    await world.host("ana", "Git", "10:30")
    await world.host("cy", "Rust", minutes=30)
    bo = world.person("bo")
    page = told(await bo.slash(world.lobby, "openspace list"))
    with world.env.time_context():
        await world.bot.service.changes.cancel(world.guild.id, 1, Person(bo.id, "bo", organizer=True), "no")
    await world.env.settle()
    await world.until("09:00")
    over = await bo.click(page, custom_id="openspace:join:2:board::0")
    assert "**Rust** is over. See `/openspace list` for more." in read(over)
    assert "Join" not in buttons(page)  # the page shows what is so now
    cancelled = await press_anew(world, "bo", "openspace:join:1")
    assert read(cancelled) == "**Git** was cancelled. See `/openspace list` for more."


async def test_a_full_house_offers_to_everyone_who_is_refused(make_world: MakeWorld) -> None:
    world = await make_world(limit=2)
    for name in ("ana", "bo"):
        await world.host(name, f"By {name}")
    text = await world.host("cy", "By cy")
    assert text.startswith("No desk is free right now.\nThese fit (Taipei time):")
    assert "Thu, Jan 1 09:00–10:00" in text
