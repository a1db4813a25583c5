"""A real Chromium on the board, with ears for everything that it complains about."""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, async_playwright

CHROMIUM = os.environ.get("CHROMIUM") or next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
needs_chromium = pytest.mark.skipif(
    CHROMIUM is None and "OPENSPACE_BROWSER" not in os.environ,  # where that is set, none is a failure
    reason="there is no Chromium here: apt-get install chromium, or set CHROMIUM to its path",
)
NOW = "2026-01-01T00:47:10Z"
"""When most of what is opened here is opened: 08:47 in Taipei."""


@dataclass
class Window:
    """A browser of one person; `complaints` are errors of pages, and what their consoles show in red."""

    browser: Browser
    complaints: list[str] = field(default_factory=list)
    profiles: list[BrowserContext] = field(default_factory=list)

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
        self.profiles.append(context)
        page = await context.new_page()
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        await page.clock.install(time=now)
        await page.goto(address)
        return page

    async def close(self) -> None:
        """Close all that was opened."""
        for profile in self.profiles:
            await profile.close()

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(message.text)


@contextmanager
def started(folder: Path) -> Iterator[str]:
    """Start a Chromium for many tests, which costs more than all that one of them does; where to reach it."""
    command = [str(CHROMIUM), "--headless=new", "--no-sandbox", "--no-first-run", "--disable-dev-shm-usage"]
    # As Playwright itself would start it: what cannot be seen works on, and bars take no room.
    command += ["--disable-background-timer-throttling", "--disable-backgrounding-occluded-windows"]
    command += ["--disable-renderer-backgrounding", "--hide-scrollbars", "--force-color-profile=srgb"]
    command += ["--remote-debugging-port=0", f"--user-data-dir={folder}", "about:blank"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, errors="replace") as process:
        assert process.stderr
        try:
            said = next((line for line in process.stderr if "DevTools listening on" in line), "")
            assert said, "Chromium ended before it was there"
            # What else it says must not fill the pipe.
            threading.Thread(target=process.stderr.read, daemon=True).start()
            yield said.rpartition(" ")[2].strip()
        finally:
            process.terminate()


@asynccontextmanager
async def reached(address: str) -> AsyncIterator[Window]:
    """Somebody's browser; a page of theirs that has complained is a failure."""
    async with async_playwright() as playwright:
        window = Window(await playwright.chromium.connect_over_cdp(address))
        try:
            yield window
        finally:
            await window.close()
    assert window.complaints == []
