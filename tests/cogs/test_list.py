"""`/openspace list`: each view of it, its pages and its buttons."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from simcord.components import walk_components

from tests.cogs.conftest import Speak, click, read, slash, told
from tests.conftest import World, buttons


@pytest.fixture
async def busy(world: World) -> World:
    """10:00 on day 1: one session over, one on, one to come today and one tomorrow."""
    await world.host("ana", "Over", minutes=30)
    await world.host("ana", "Now", "09:30")
    await world.host("bo", "Later", "11:00")
    await world.host("cy", "Tomorrow", "day 2 14:30")
    await world.join("dee", "Later")
    await world.until("10:00")
    return world


SHOWN: list[tuple[dict[str, Any], str, list[str]]] = [
    ({}, "## Open Spaces · 3 sessions", ["Now", "Later", "Tomorrow"]),
    ({"show": "now"}, "## On now · 1 session", ["Now"]),
    ({"show": "next"}, "## Coming next · 2 sessions", ["Later", "Tomorrow"]),
    ({"show": "day"}, "## Thu, Jan 1 · 3 sessions", ["Over", "Now", "Later"]),
    ({"show": "all"}, "## The whole conference · 4 sessions", ["Over", "Now", "Later", "Tomorrow"]),
    ({"show": "mine"}, "## My sessions · 1 session", ["Later"]),
    ({"day": "2"}, "## Fri, Jan 2 · 1 session", ["Tomorrow"]),
    ({"day": "第二天"}, "## Fri, Jan 2 · 1 session", ["Tomorrow"]),
    ({"show": "now", "day": "2026-01-01"}, "## Thu, Jan 1 · 3 sessions", ["Over", "Now", "Later"]),
]


async def test_what_to_show(busy: World, subtests: pytest.Subtests) -> None:
    for options, heading, topics in SHOWN:
        with subtests.test(**options):
            text = await slash(busy, "dee", "list", **options)
            assert heading in text
            lines = [line.removeprefix("🟢 ") for line in text.splitlines()]
            assert [line.strip("*") for line in lines if line.startswith("**")] == topics
            assert ("🟢 **Now**" in text) is ("Now" in topics)


async def test_an_empty_list_invites(world: World) -> None:
    assert "No desk is open right now. Start one!" in await slash(world, "ana", "list", show="now")


async def test_a_day_that_is_none_is_refused(world: World) -> None:
    for day in ("3", "someday", "x" * 6000, "2026-01-03"):
        text = await slash(world, "ana", "list", day=day)
        shown = day if len(day) < 60 else "x" * 59 + "…"
        assert text == f"“{shown}” isn't a day of this conference: the days are 1 to 2."


async def test_the_buttons_join_leave_and_host(busy: World) -> None:
    dee = busy.person("dee")
    page = told(await dee.slash(busy.lobby, "openspace list"))
    assert list(buttons(page)) == ["Join", "Report", "Leave", "Host one"]
    ids = [part["custom_id"] for part in walk_components(page.components) if part.get("custom_id")]
    assert [custom_id for custom_id in ids if "report" in custom_id] == [
        f"openspace:report:{n}" for n in (2, 3, 4)
    ]
    ids = [custom_id for custom_id in ids if "report" not in custom_id]
    assert ids == [
        "openspace:join:2:board::0",
        "openspace:leave:3:board::0",
        "openspace:join:4:board::0",
        "openspace:host",
    ]
    now, _, tomorrow, _ = ids
    assert "✅ You're in: **Now**, hosted by ana." in read(await dee.click(page, custom_id=now))
    assert "✅ You're in: **Tomorrow**" in read(await dee.click(page, custom_id=tomorrow))
    left = await dee.click(page, custom_id="openspace:leave:3:board::0")
    assert "You left **Later**" in read(left)
    assert told(left).id == page.id  # all of it in place (U5)
    assert (await click(dee, page, "Host one")).modal


async def test_pages_turn_in_place(world: World) -> None:
    for n in range(8):
        await world.host(f"host{n}", f"Topic {n}", f"day 2 {11 + n // 2}:{n % 2 * 30:02}")
    ana = world.person("ana")
    first = told(await ana.slash(world.lobby, "openspace list", show="all"))
    turned = await click(ana, first, "More")
    assert told(turned).id == first.id
    text = read(turned)
    assert "**Topic 6**" in text
    assert "**Topic 7**" in text
    assert "**Topic 0**" not in text
    back = await click(ana, told(turned), "Back")
    assert "**Topic 0**" in read(back)


async def test_a_page_that_is_gone_is_the_last_one(world: World) -> None:
    for n in range(7):
        await world.host(f"host{n}", f"Topic {n}", "08:30", minutes=10)
    ana = world.person("ana")
    first = told(await ana.slash(world.lobby, "openspace list"))
    await world.until("09:00")
    assert "Nothing is on or booked right now." in read(await click(ana, first, "More"))


async def test_days_are_offered_by_number_and_date(world: World, speak: Speak) -> None:
    ana = world.person("ana")
    choices = await ana.autocomplete(world.lobby, "openspace list", "day", "")
    assert [(c["name"], c["value"]) for c in choices] == [
        ("Day 1 · Thu, Jan 1", "2026-01-01"),
        ("Day 2 · Fri, Jan 2", "2026-01-02"),
    ]
    assert [c["value"] for c in await ana.autocomplete(world.lobby, "openspace list", "day", "FRI")] == [
        "2026-01-02"
    ]
    assert await ana.autocomplete(world.lobby, "openspace list", "day", "nonsense") == []
    speak("zh-TW")
    choices = await ana.autocomplete(world.lobby, "openspace list", "day", "")
    assert choices[1]["name"] == "第 2 天 · 1月2日 週五"


async def test_the_highlight_shows_while_it_is_on(world: World) -> None:
    await world.until("14:45", day=2)
    assert "✨ **No talks now** until <t:1767338400:t>" in await slash(world, "ana", "list")


async def test_an_answer_that_was_given_takes_no_more_memory(world: World) -> None:
    """What a button does stands in its custom_id: 2,000 people's lists need not be kept by discord.py."""
    await world.host("ana", "Async testing", "10:00")
    result = await world.person("bob").slash(world.lobby, "openspace list")
    kept = [task for task in asyncio.all_tasks() if "View" in task.get_coro().__qualname__]  # type: ignore[union-attr]
    assert kept == []  # discord.py has a task for each view that it keeps
    assert buttons(result.response)  # and yet they are there to be clicked
