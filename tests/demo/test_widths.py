"""The demo's page in a real Chromium: from the width of a phone to that of a desk."""

from __future__ import annotations

import pytest
from playwright.async_api import Page as Tab
from playwright.async_api import expect

from tests.demo.conftest import Visitor
from tests.web.browser import Window, needs_chromium

pytestmark = needs_chromium
NARROWEST = """() => [...document.querySelectorAll('.story .name, .channels .name, .try li')]
  .filter((node) => node.offsetParent && node.textContent)
  .map((node) => {
    const range = document.createRange();
    range.selectNodeContents(node);
    const lines = new Set([...range.getClientRects()].map((box) => Math.round(box.top))).size;
    return [lines > 1 ? [...node.textContent].length / lines : 99, node.textContent];
  })
  .sort((a, b) => a[0] - b[0])[0]"""
"""How many letters of a text that is broken stand on a line, where that is fewest."""
LONG = "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichenherstellermeisterprüfung"


async def _sound(tab: Tab) -> None:
    assert await tab.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    letters, text = await tab.evaluate(NARROWEST)
    assert letters >= 7, text


@pytest.mark.parametrize("width", [360, 700, 1000, 1050, 1100, 1400])
async def test_the_page_reads_well_at_every_width(late: Visitor, window: Window, width: int) -> None:
    async with late.page.turn:
        world = late.world
        await world.people["Wei"].actor.slash(world.lobby, "openspace host", topic=LONG, when="15:00")
    tab = await window.open(late.page.address, size=(width, 900))
    await expect(tab.locator("#events .name", has_text=LONG)).to_be_visible()
    await _sound(tab)
    await tab.get_by_label("Board in").select_option("zh-TW")
    await expect(tab.get_by_label("Board in")).to_have_value("zh-TW")
    await tab.get_by_role("radio", name="志豪").check()
    await expect(tab.locator("#private")).to_be_visible()
    await _sound(tab)


async def test_a_private_message_opens_in_a_tab_of_its_own(late: Visitor, window: Window) -> None:
    tab = await window.open(late.page.address)
    await expect(tab.locator("#silent")).to_be_visible()
    await tab.get_by_role("radio", name="Sofia").check()
    await expect(tab.locator("#private .tag")).to_have_text("1 message")
    async with tab.context.expect_page() as opened:
        await tab.locator("#private").click()
    private = await opened.value
    await expect(private.get_by_text("Your first patch to CPython").first).to_be_visible()
