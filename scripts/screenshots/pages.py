"""What everyone sees on the web: the page on a phone, the hallway screen, the picture."""

from __future__ import annotations

import io
from typing import Literal

from PIL import Image
from playwright.async_api import FloatRect, Page

from scripts.screenshots.cast import MORE_TOPICS, TOPICS
from scripts.screenshots.stage import PAGE, SCALE, WANTED, WIDTH, Stage, small

SCREEN, SHOWN = (1920, 1080), (1280, 720)
"""Of a projector, and how large its picture is kept."""
COLOURS: dict[str, Literal["light", "dark"]] = {"web": "light", "web-dark": "dark"}
LETTERS = '"Liberation Sans", "Noto Sans CJK TC"'
"""No machine that draws pictures has the letters of a phone; these come near."""


async def draw_pages(scene: Stage) -> None:
    """Draw the board on the web, with what is on and what comes, in light and in the dark."""
    topics, hosts = TOPICS[scene.language], scene.cast
    for host, (_, topic, when, about) in zip(hosts, topics, strict=False):
        options = {"topic": topic, "description": about} | ({"when": when} if when else {})
        await host.slash(scene.lobby, "openspace host", **options)
    await hosts[5].slash(scene.lobby, "openspace host", topic=MORE_TOPICS[scene.language][0], minutes=45)
    for guest, (_, topic, *_) in zip(hosts[2:], topics[:4] * 2, strict=True):
        await guest.slash(scene.lobby, "openspace join", session=topic)
    if not any(name.startswith(WANTED or ("",)) for name in ("web", "screen", "picture")):
        return
    site, browser = scene.bot.web, scene.page.context.browser
    assert site  # noqa: S101
    assert browser  # noqa: S101
    path = f"http://127.0.0.1:{site.port}/{PAGE.slug}"
    # Of somebody who is there; past the page's own rules, so that its letters may be ours.
    page = await browser.new_page(device_scale_factor=SCALE, timezone_id="Asia/Taipei", bypass_csp=True)
    for name, scheme in COLOURS.items():
        await page.emulate_media(color_scheme=scheme)
        await page.set_viewport_size({"width": WIDTH, "height": 844})
        await _open(page, f"{path}?lang={scene.language}")
        days = await page.locator(".days").bounding_box()
        assert days  # noqa: S101
        part = FloatRect(x=0, y=0, width=WIDTH, height=days["y"])
        scene.keep(name, small(_image(await page.screenshot(full_page=True, clip=part))))
    await page.set_viewport_size({"width": SCREEN[0], "height": SCREEN[1]})
    await page.emulate_media(color_scheme="light")
    await _open(page, f"{path}/screen")
    await page.locator(".counts").wait_for()
    scene.keep("screen", small(_image(await page.screenshot()).resize(SHOWN, Image.Resampling.LANCZOS)))
    answer = await page.request.get(f"{path}/board.png")
    scene.keep("picture", small(_image(await answer.body())))
    await page.close()


async def _open(page: Page, address: str) -> None:
    """Open a page, in letters like those of a phone."""
    await page.goto(address)
    await page.add_style_tag(content=f"body {{ font-family: {LETTERS} }}")
    await page.evaluate("dispatchEvent(new Event('resize'))")


def _image(png: bytes) -> Image.Image:
    return Image.open(io.BytesIO(png)).convert("RGB")
