"""The board's page beside the demo's: live, by the demo's clock; and a tour that notices broken feeds."""

from __future__ import annotations

import re
import socket
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from aiohttp import web as aioweb
from playwright.async_api import expect

from bot.demo import world as demo_world
from bot.demo.look import look
from bot.demo.scenes import web as scene
from bot.demo.scenes.morning import early_bird, first_desk
from bot.demo.scenes.organizers import set_up
from bot.demo.story import Story, Wrong
from bot.demo.tour import tour
from bot.demo.world import open_world
from bot.service.calendars import Calendars
from bot.web import feeds, outlets, view
from bot.web import site as web_site
from bot.web.picture import NAMED
from bot.web.shelf import Shelf
from bot.web.site import Site
from tests.demo.conftest import Visitor
from tests.web.browser import Window, needs_chromium

Patch = pytest.MonkeyPatch


@needs_chromium
async def test_the_page_stands_beside_the_demo_and_follows_it(
    late: Visitor, window: Window, monkeypatch: Patch
) -> None:
    monkeypatch.setattr(web_site, "COME_BACK", (100, 200))
    tab = await window.open(late.page.address, size=(1400, 900))
    section = tab.locator("#web")
    await expect(section.get_by_role("link")).to_have_count(8)
    drawn = "image => image.decode().then(() => [image.naturalWidth, image.naturalHeight])"
    assert await section.get_by_role("img").evaluate(drawn) == [1200, 630]
    opened = {}
    for name in ("Page", "中文網頁", "Hallway screen"):
        async with tab.context.expect_page() as found:
            await section.get_by_role("link", name=name).click()
        opened[name] = await found.value
    page, chinese, screen = opened.values()
    await expect(page.locator("[data-part=on]")).to_contain_text("How do you test async code?")
    await expect(chinese.locator("[data-part=on]")).to_contain_text("正在進行")
    await expect(screen.locator("[data-clock]")).to_have_text("11:07")
    await expect(screen.locator("[data-left]")).to_have_text(re.compile("3[78]:[0-5][0-9]"))
    await tab.get_by_role("button", name="+30 min").click()
    await expect(screen.locator("[data-clock]")).to_have_text("11:37")
    await expect(page.locator("[data-part=on]")).not_to_contain_text("How do you test async code?")
    async with late.page.turn:
        await late.world.people["Ben"].actor.slash(late.world.lobby, "openspace host", topic="Brand new")
    for each in opened.values():
        await expect(each.get_by_text("Brand new").first).to_be_visible()
    await tab.get_by_label("Board in").select_option("zh-TW")
    await expect(screen.locator(".wall")).to_contain_text("正在進行")


@needs_chromium
async def test_what_leads_into_discord_leads_back_to_the_demo(late: Visitor, window: Window) -> None:
    page = await window.open((await late.state())["web"])
    await page.locator(".on li", has_text="Data visualisation clinic").locator(".enter").click()
    await expect(page.locator(".channel.voice", has_text="Data visualisation clinic")).to_be_focused()
    assert page.url.startswith(late.page.address)


async def test_links_of_the_page_are_discords_again_once_the_demo_is_over(visitor: Visitor) -> None:
    assert view.CHANNEL.startswith(visitor.page.address)
    await visitor.page.stop()
    assert view.CHANNEL.startswith("https://discord.com/")


async def test_a_port_that_is_taken_costs_the_page_on_the_web_and_nothing_else(monkeypatch: Patch) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        monkeypatch.setattr(demo_world, "_free_port", lambda: taken.getsockname()[1])
        async with open_world("10:00") as world:
            assert await world.people["Ana"].actor.slash(world.lobby, "openspace host", topic="Git")
            shown = await look(world)
            assert shown["web"] == ""
            assert "the web's port cannot be used" in str(shown["faults"])


async def _no_such_page(*_: object) -> None:
    raise aioweb.HTTPNotFound


async def _nothing(*_: object) -> None:
    return None


def _no_sessions(real: Callable[..., Any]) -> Callable[..., Any]:
    async def none(*given: Any) -> Any:
        return replace(await real(*given), sessions=())

    return none


@pytest.mark.parametrize(
    ("owner", "name", "broken", "verdict"),
    [
        (Site, "session", _no_such_page, "/pycon-tw-2021/s/1 is there, and no 404"),
        (view, "plain", lambda *_: 1 / 0, "/pycon-tw-2021?lang=en is there, and no 500"),
        (Shelf, "_tell", _nothing, "open pages hear that 美玲 joined “Git”"),
        (outlets, "PNG", "image/gif", "/pycon-tw-2021/board.png is image/png, not image/gif"),
        (outlets, "NAMED", {"1200x630": NAMED["1920x1080"]}, "the picture is 1200 × 630, not (1920, 1080)"),
        (feeds, "ics", lambda *_, **__: b"BEGIN:VCALENDAR", "programs can read /calendar.ics"),
        (Calendars, "everyone", _no_sessions(Calendars.everyone), "/calendar.ics has “Git”, at its time"),
        (Calendars, "by_link", _nothing, "mine/….ics?lang=zh-TW is there, and no 404"),
        (feeds, "sessions", lambda *_: {"sessions": []}, "sessions.json names its schema"),
        (feeds, "schedule", lambda *_: {}, "schedule.json has what takes place"),
        (feeds, "oembed", lambda *_: {}, "sites learn how to embed it"),
    ],
)
async def test_a_feed_that_is_broken_ends_the_tour(
    owner: object, name: str, broken: object, verdict: str, monkeypatch: Patch
) -> None:
    monkeypatch.setattr(scene, "PROMPT", 0.5)
    monkeypatch.setattr(owner, name, broken)
    async with open_world("10:00") as world:
        await world.people["Ana"].actor.slash(world.lobby, "openspace host", topic="Git")
        with pytest.raises(Wrong, match=re.escape(verdict)):
            await scene.on_the_web(Story(world))


async def test_the_tour_says_so_in_one_line(monkeypatch: Patch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("bot.demo.tour.SCENES", (set_up, early_bird, first_desk, scene.on_the_web))
    monkeypatch.setattr(feeds, "schedule", lambda *_: {})
    assert await tour() == 1
    errors = capsys.readouterr().err
    assert errors == "✗ At 08:55 this should be so, but is not: schedule.json has what takes place\n"
