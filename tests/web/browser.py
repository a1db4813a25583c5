"""A real Chromium on the board, with ears for everything that it complains about."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.async_api import Browser, ConsoleMessage, Page, async_playwright

CHROMIUM = os.environ.get("CHROMIUM") or next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
needs_chromium = pytest.mark.skipif(
    CHROMIUM is None,
    reason="there is no Chromium here: apt-get install chromium, or set CHROMIUM to its path",
)
NOW = "2026-01-01T00:47:10Z"
"""When most of what is opened here is opened: 08:47 in Taipei."""


@dataclass
class Window:
    """A browser of one person; `complaints` are errors of pages, and what their consoles show in red."""

    browser: Browser
    complaints: list[str] = field(default_factory=list)

    async def open(
        self,
        address: str,
        *,
        size: tuple[int, int] = (1280, 900),
        language: str = "en-GB",
        zone: str = "Asia/Taipei",
        now: str = NOW,
        **how: Any,
    ) -> Page:
        """A page in a fresh profile; its clock starts at `now` and goes on by itself."""
        context = await self.browser.new_context(
            viewport={"width": size[0], "height": size[1]}, locale=language, timezone_id=zone, **how
        )
        page = await context.new_page()
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        await page.clock.install(time=now)
        await page.goto(address)
        return page

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(message.text)


@asynccontextmanager
async def chromium() -> AsyncIterator[Window]:
    """Start it, and end it; a page that has complained is a failure."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        window = Window(browser)
        try:
            yield window
        finally:
            await browser.close()
    assert window.complaints == []
