"""The board in a real Chromium: live, in two languages, on a phone, by keyboard, with a screen reader."""

from __future__ import annotations

import re
import time

import pytest
from axe_playwright_python.async_playwright import Axe  # type: ignore[import-untyped]
from playwright.async_api import Page, expect

from bot.service import Person
from bot.web import site as web_site
from bot.web.shelf import Shelf
from bot.web.site import Site
from tests.web.browser import Window, needs_chromium
from tests.web.conftest import APART, GATHER, MakeReader, Reader

pytestmark = needs_chromium
TOPIC = "Your first patch to CPython"
LONG = "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichenherstellermeisterprüfung"


@pytest.fixture
async def full(make_reader: MakeReader) -> Reader:
    """A board with something of everything, at 08:47 of the first day."""
    reader = await make_reader(sessions={"starts_per_hour": 0})
    world = reader.world
    await world.host("Ana", TOPIC, minutes=120, description="Bring a laptop.\nWe find an issue together.")
    await world.host("美玲", "用 Python 寫家庭自動化：從樹莓派到 Home Assistant", minutes=60)
    await world.host("Ben", "Board games", "10:30", minutes=30)
    await world.host("Cat", LONG, "10:30", minutes=45)
    await world.host("Dan", "Ask a core developer", "Jan 2 14:30", minutes=60)
    await world.join("Eve", "Board games")
    with world.env._bot_scope():
        await world.bot.service.ideas.put_up(world.guild.id, Person(9, "x"), "A walk through asyncio")
    await world.until("08:47")
    return reader


async def wide(page: Page) -> int:
    found: int = await page.evaluate("document.documentElement.scrollWidth - innerWidth")
    return found


async def test_a_board_that_is_open_shows_a_command_within_two_seconds(
    full: Reader, window: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Shelf, "gather", GATHER)
    monkeypatch.setattr(Shelf, "apart", APART)
    page = await window.open(full.board)
    await expect(page.get_by_role("heading", name=TOPIC)).to_be_visible()
    taken = []
    for number in range(3):  # the least of three: what else this machine does can only add to it
        topic = f"Brand new {number}"
        await full.world.host(f"Fay {number}", topic, minutes=30)
        began = time.monotonic()
        await full.world.env.advance_time(APART)  # the bot's own time stands still in tests
        await expect(page.locator("[data-part=on]").get_by_role("heading", name=topic)).to_be_visible()
        taken.append(APART + time.monotonic() - began)
    assert min(taken) < 2
    await expect(page.locator("#said")).to_have_text("5 sessions are on now. The next begins at 10:30.")
    await full.closes("Fay 0", "end", 6)
    await full.world.env.advance_time(APART)
    await expect(page.locator("[data-part=on]").get_by_role("heading", name="Brand new 0")).to_have_count(0)


async def test_a_sessions_page_and_the_screen_are_live_too(full: Reader, window: Window) -> None:
    session = await window.open(f"{full.board}/s/3")
    screen = await window.open(f"{full.board}/screen", size=(1920, 1080))
    await full.world.join("Fay", "Board games")
    await expect(session.get_by_text("2 joined")).to_be_visible()
    await full.world.host("Gil", "Rust for Pythonistas", minutes=30)
    await expect(screen.get_by_role("heading", name="Rust for Pythonistas")).to_be_visible()
    await full.world.until("10:30")
    await expect(session.get_by_text("on now")).to_be_visible()


async def test_r19_a_topic_that_has_changed_or_gone_is_not_in_the_title_either(
    full: Reader, window: Window
) -> None:
    page = await window.open(f"{full.board}/s/3")
    assert "Board games" in await page.title()
    world = full.world
    await world.person("Ben").slash(world.lobby, "openspace edit", session="3", topic="Card games")
    await expect(page).to_have_title(re.compile("Card games"))
    await world.set(page__on=False)  # and it is gone before the page has asked again, 2 to 6 s later
    await expect(page.get_by_text("Card games")).to_have_count(0, timeout=1500)
    assert "Card games" not in await page.title()
    await expect(page).to_have_title("There is nothing here", timeout=15_000)
    window.complaints.clear()  # the answer 404, which Chromium shows in red


async def test_it_speaks_the_readers_language_until_they_choose_another(full: Reader, window: Window) -> None:
    page = await window.open(full.board, language="zh-TW")
    await expect(page.get_by_role("heading", name="正在進行")).to_be_visible()
    await page.get_by_role("link", name="English").click()
    await expect(page.get_by_role("heading", name="On now")).to_be_visible()
    await page.get_by_role("link", name=TOPIC).first.click()
    assert page.url.endswith("/s/1?lang=en")
    await expect(page.get_by_text("When", exact=True)).to_be_visible()
    await page.get_by_role("link", name="中文").click()
    await expect(page.get_by_text("主持人", exact=True)).to_be_visible()


async def test_r1_the_readers_own_times_stand_beside_the_conferences(full: Reader, window: Window) -> None:
    home = await window.open(full.board)
    await expect(home.locator(".yours")).to_have_count(0)
    away = await window.open(full.board, zone="Europe/London")
    first = away.locator("[data-part=next] .at").first
    await expect(first).to_have_text("10:30your time 02:30")
    await expect(away.locator(".zones")).to_have_text(
        "Times are Taipei’s (UTC+8) and, beside them, yours (London)"
    )
    await expect(away.locator("[data-part=day-2026-01-02] .hours")).to_have_text(
        "10:30–16:40your time 02:30–08:40"
    )
    west = await window.open(full.board, zone="America/New_York")
    await expect(west.locator("[data-part=next] .at").first).to_have_text("10:30your time Wed 21:30")
    await full.world.host("Fay", "Brand new", "09:30", minutes=30)
    await expect(away.locator("[data-part=next] .at").first).to_have_text("09:30your time 01:30")


@pytest.mark.parametrize("unknown", ["Asia/Taipei", "Europe/London"])
async def test_r1_a_zone_that_a_browser_does_not_know_leaves_the_page_live(
    full: Reader, window: Window, unknown: str
) -> None:
    """Zones get new names, and some systems have none: Chromium then calls its own Etc/Unknown."""
    page = await window.open("about:blank", zone="Europe/London")
    await page.context.add_init_script(f"""
        Intl.DateTimeFormat = new Proxy(Intl.DateTimeFormat, {{construct: (real, [lang, how]) => {{
            if (how?.timeZone === {unknown!r}) throw new RangeError("Invalid time zone");
            return new real(lang, how);
        }}}});
    """)
    await page.goto(full.board)
    await expect(page.get_by_role("heading", name=TOPIC)).to_be_visible()
    await full.world.host("Fay", "Brand new", minutes=30)
    await expect(page.locator("[data-part=on]").get_by_role("heading", name="Brand new")).to_be_visible()


@pytest.mark.parametrize("language", ["en-GB", "zh-TW"])
async def test_it_fits_the_narrowest_phone(full: Reader, window: Window, language: str) -> None:
    page = await window.open(full.board, size=(320, 640), language=language, zone="America/New_York")
    assert await page.locator("thead").first.is_hidden(), "the grid is a list here"
    await expect(page.locator("td.is").get_by_role("link", name="Board games")).to_be_visible()
    for path in ("/s/1", "/s/4", ""):
        await page.goto(full.board + path)
        await expect(page.locator("h1")).to_be_visible()
        assert await wide(page) <= 0, path


async def test_everything_can_be_reached_and_used_by_keyboard(full: Reader, window: Window) -> None:
    page = await window.open(full.board)

    async def focused() -> str:
        found: str = await page.evaluate("document.activeElement.textContent.trim()")
        return found

    await page.keyboard.press("Tab")
    assert await focused() == "Skip to the board"
    await page.keyboard.press("Enter")
    assert await page.evaluate("document.activeElement.id") == "main"
    reached = []
    while True:
        await page.keyboard.press("Tab")
        if await page.evaluate("document.activeElement === document.body"):
            break
        reached.append(await focused())
        outline = await page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline != "none", reached[-1]
    assert reached[:3] == ["Host one in Discord", TOPIC, f"Enter in Discord: {TOPIC}"]
    assert "Board games" in reached
    summary = page.locator("#day-2026-01-02 summary")
    await summary.focus()
    await page.keyboard.press("Enter")
    await expect(page.locator("#day-2026-01-02")).not_to_have_attribute("open", "")
    await page.locator("#as-grid").focus()
    await page.keyboard.press("ArrowRight")
    await expect(page.locator("thead").first).to_be_hidden()


async def test_what_is_replaced_keeps_the_focus_and_what_is_folded_stays_so(
    full: Reader, window: Window
) -> None:
    page = await window.open(full.board)
    await page.locator("#day-2026-01-01 summary").click()
    await page.locator("#next-3").focus()
    await full.world.host("Fay", "Brand new", "09:30", minutes=30)
    await expect(page.locator("[data-part=next]").get_by_role("link", name="Brand new")).to_be_visible()
    assert await page.evaluate("document.activeElement.id") == "next-3"
    await expect(page.locator("#day-2026-01-01")).not_to_have_attribute("open", "")


@pytest.mark.parametrize(
    ("scheme", "language", "views"),
    [
        ("light", "en-GB", [("", 1280), ("/s/1", 1280), ("/screen", 1920)]),
        ("dark", "zh-TW", [("", 360), ("/screen", 1280)]),
    ],
)
async def test_axe_finds_nothing(
    full: Reader, window: Window, scheme: str, language: str, views: list[tuple[str, int]]
) -> None:
    await full.world.host("Fay", "Over soon", minutes=10)
    await full.world.until("08:58")
    page = await window.open(full.board, language=language, zone="Europe/London", color_scheme=scheme)
    for path, width in views:
        await page.set_viewport_size({"width": width, "height": 900})
        if path:
            await page.goto(full.board + path)
        await expect(page.locator("h1")).to_be_visible()
        found = await Axe().run(page)
        problems = [(v["id"], v["impact"], v["nodes"][0]["html"]) for v in found.response["violations"]]
        assert problems == [], path


async def test_without_scripts_it_is_all_there_and_reloads(full: Reader, window: Window) -> None:
    page = await window.open(full.board, java_script_enabled=False, zone="Europe/London")
    await expect(page.get_by_role("heading", name=TOPIC)).to_be_visible()
    await expect(page.locator('meta[http-equiv="refresh"]')).to_have_count(1)
    assert await page.locator("footer noscript").inner_html() == "This page renews itself every minute."
    await expect(page.locator("footer noscript")).to_be_visible()
    await expect(page.get_by_text("This page keeps itself up to date.")).to_be_hidden()


async def test_while_the_bot_is_away_the_page_says_since_when_and_goes_on_by_itself(
    full: Reader, window: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web_site, "COME_BACK", (100, 200))
    world, old = full.world, full.site
    page = await window.open(full.board)
    await expect(page.get_by_role("heading", name=TOPIC)).to_be_visible()
    lost = page.locator("#lost")
    port = old.port
    await old.close()
    await page.clock.run_for(9000)
    await expect(lost).to_be_visible()
    await expect(lost).to_contain_text("Not live since 08:47")
    with world.env._bot_scope():
        settings = old._settings.model_copy(update={"port": port})
        world.bot.web = Site(world.bot, world.bot.service, world.bot.rulebook, settings)
        world.bot.heard.append(world.bot.web.changed)
        await world.bot.web.start()
    await page.clock.run_for(15_000)
    await expect(lost).to_be_hidden()
    await world.host("Fay", "Brand new", minutes=30)
    await expect(page.locator("[data-part=on]").get_by_role("heading", name="Brand new")).to_be_visible()
    window.complaints.clear()  # Chromium says that it could not connect, as it should


async def test_a_page_that_is_withdrawn_is_emptied_and_filled_again(
    full: Reader, window: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web_site, "COME_BACK", (100, 200))
    page = await window.open(full.board)
    await expect(page.get_by_role("heading", name=TOPIC)).to_be_visible()
    await full.world.set(page__on=False)
    topic = page.get_by_role("heading", name=TOPIC)
    await expect(topic).to_have_count(0)
    await full.world.set(page__on=None)
    for _ in range(30):
        await page.clock.run_for(10_000)
        if await topic.count():
            break
    await expect(topic).to_be_visible()
    window.complaints.clear()  # the answer 404, which Chromium shows in red
