"""Draw the pictures that are wanted, or all."""

from __future__ import annotations

import asyncio
import sys

from playwright.async_api import async_playwright

from scripts.screenshots.boards import draw_boards
from scripts.screenshots.cast import TOPICS
from scripts.screenshots.organizing import draw_organizing, draw_reports, draw_trail
from scripts.screenshots.pages import draw_pages
from scripts.screenshots.people import draw, draw_changes, draw_ideas, draw_told
from scripts.screenshots.stage import CHROMIUM, FLAGS, IMAGES, SCALE, stage

SCENES = (
    (draw, draw_boards),
    (draw_changes,),
    (draw_told,),
    (draw_ideas, draw_pages),
    (draw_trail,),
    (draw_reports,),
    (draw_organizing,),
)
"""What is drawn, the scenes of one group in one server."""


async def main() -> int:
    """Draw every image in both languages."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = await browser.new_page(device_scale_factor=SCALE)
        for language in TOPICS:
            for group in SCENES:
                async with stage(page, language, web=draw_pages in group) as scene:
                    for play in group:
                        await play(scene)
        await browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
