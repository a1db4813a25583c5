"""The hallway screen in a real Chromium: large, without scrollbars, turning its pages for a week."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Page, expect

from tests.cogs.conftest import told
from tests.conftest import buttons
from tests.web.browser import Window, needs_chromium
from tests.web.conftest import PAGE, MakeReader, Reader

pytestmark = needs_chromium
INVITE = PAGE | {"invite": "https://discord.gg/pyconsim"}
TURN = 12_500
"""Milliseconds after which the next sheet shows."""


@pytest.fixture
async def crowded(make_reader: MakeReader) -> Reader:
    """Ten desks are taken, and more comes than one screen holds."""
    reader = await make_reader(INVITE, sessions={"max_upcoming_per_host": 25, "starts_per_hour": 0})
    world = reader.world
    for number in range(10):
        await world.host(f"Host {number}", f"Topic {number} " + "with many words " * (number % 5), minutes=60)
    for number in range(8):
        await world.host(f"Next {number}", f"Later {number}", "10:30", minutes=30)
    await world.until("08:47")
    return reader


async def open_screen(
    window: Window, reader: Reader, size: tuple[int, int] = (1920, 1080), **how: str
) -> Page:
    page = await window.open(f"{reader.board}/screen", size=size, **how)
    await expect(page.locator("[data-clock]")).not_to_be_empty()
    return page


async def shown(page: Page) -> list[str]:
    """The topics that can be read now, each wholly inside of its place."""
    script = """() => {
        const stage = document.querySelector(".stage").getBoundingClientRect();
        const inside = (box) => box.top >= stage.top - 1 && box.bottom <= stage.bottom + 1;
        return [...document.querySelectorAll("[data-item]")].filter((item) => item.offsetHeight)
            .map((item) => [item.querySelector("h3").textContent, inside(item.getBoundingClientRect())])
            .map(([topic, whole]) => whole ? topic : "cut");
    }"""
    found: list[str] = await page.evaluate(script)
    return found


async def test_nothing_scrolls_and_every_topic_is_large_and_has_its_turn(
    crowded: Reader, window: Window
) -> None:
    page = await open_screen(window, crowded)
    for width, height in ((1920, 1080), (1280, 720), (3840, 2160), (1024, 768)):
        await page.set_viewport_size({"width": width, "height": height})
        await page.reload()
        await expect(page.locator("[data-clock]")).not_to_be_empty()
        assert await page.evaluate(
            "(page => [page.scrollWidth - innerWidth, page.scrollHeight - innerHeight])"
            "(document.documentElement)"
        ) == [0, 0]
        size = await page.evaluate(
            "parseFloat(getComputedStyle(document.querySelector('.wall h3')).fontSize)"
        )
        assert size >= min(height / 30, width / 54)
        seen: list[str] = []
        sheets = await page.locator(".pages i").count()
        assert sheets > 1
        for number in range(sheets):
            now = await shown(page)
            assert now
            assert "cut" not in now
            seen += now
            assert await page.locator(".pages i").nth(number).get_attribute("class") == "this"
            await page.clock.run_for(TURN)
        assert len(seen) == len(set(seen)) == 18
        assert (await shown(page))[0].startswith("Topic 0"), "and then from the beginning"


async def test_a_long_announcement_ends_with_a_whole_line(crowded: Reader, window: Window) -> None:
    world, boss = crowded.world, crowded.world.organizer()
    text = "重要公告 Lunch is late. " * 25
    asked = told(await boss.slash(world.lobby, "openspace-admin announce", text=text, hours=1))
    [send] = [each for each in buttons(asked).values() if "announcesend" in each]
    await boss.click(asked, custom_id=send)
    page = await open_screen(window, crowded)
    lines = """(news) => {
        const words = news.querySelector("bdi").getBoundingClientRect();
        const lines = words.height / parseFloat(getComputedStyle(news).lineHeight);
        return [Math.round(lines * 100) / 100, news.getBoundingClientRect().bottom - words.bottom];
    }"""
    high, below = await page.locator(".news").evaluate(lines)
    assert high == 3
    assert below > 10


async def test_codes_are_large_enough_for_phones_across_the_hallway(
    make_reader: MakeReader, window: Window
) -> None:
    page = await open_screen(window, await make_reader(INVITE))
    await expect(page.locator(".qr")).to_have_count(2)
    box = await page.locator(".qr").first.bounding_box()
    assert box
    assert box["width"] >= 160


async def test_the_next_start_is_counted_down(crowded: Reader, window: Window) -> None:
    """By the bot's clock: that of the machine behind a projector may be hours off."""
    page = await open_screen(window, crowded)
    timer = page.locator("[data-left]")
    await expect(timer).to_have_text(re.compile("1:4[23]:[0-5][0-9]"))
    await crowded.world.until("10:28")
    await crowded.site.beat()
    await expect(page.locator("[data-clock]")).to_have_text("10:28")
    await expect(timer).to_have_text(re.compile("1:[0-5][0-9]|2:00"))
    await page.clock.run_for(60_000)
    await expect(timer).to_have_text(re.compile("0:[0-5][0-9]|1:00"))
    await expect(page.locator("[data-clock]")).to_have_text("10:29")
    await crowded.world.until("10:30")
    await crowded.site.beat()
    await expect(page.locator("[data-clock]")).to_have_text("10:30")


async def test_it_dims_at_night_when_nothing_is_on(make_reader: MakeReader, window: Window) -> None:
    reader = await make_reader(INVITE)
    await reader.world.until("23:30")
    night = await open_screen(window, reader)
    await expect(night.locator("html")).to_have_class("night")
    await expect(night.locator("body")).to_have_css("background-color", "rgb(0, 0, 0)")
    await reader.world.until("06:30", day=2)
    await reader.site.beat()
    await expect(night.locator("html")).not_to_have_class("night")


async def test_it_survives_a_week_without_a_hand(crowded: Reader, window: Window) -> None:
    """What is shown is replaced: no element, no listener and no timer is left over."""
    page = await open_screen(window, crowded)
    count = "document.querySelectorAll('*').length"
    await page.evaluate("""() => {
        window.made = 0;
        for (const name of ["setInterval", "requestAnimationFrame"]) {
            const real = window[name].bind(window);
            window[name] = (...given) => { window.made += 1; return real(...given); };
        }
    }""")
    before = await page.evaluate(count)
    for number in range(30):
        await crowded.world.join(f"Guest {number}", "Later 0")
    await expect(page.get_by_text("30 joined")).to_have_count(1)
    assert abs(await page.evaluate(count) - before) <= 3
    assert await page.evaluate("window.made") == 0
    async with page.expect_event("load"):  # each night it is loaded anew
        await crowded.world.until("03:59", day=2)
        await crowded.site.beat()
        await page.clock.run_for(90_000)
    await expect(page.locator("[data-clock]")).not_to_be_empty()
