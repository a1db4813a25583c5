"""Draw docs/images: the bot's messages as people see them, from the running bot on a simulated Discord.

Needs Debian's chromium (or CHROMIUM=/path/to/chromium). Run it with `make screenshots`.
"""

from __future__ import annotations

import asyncio
import io
import os
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import simcord.interactions
from PIL import Image, ImageChops
from playwright.async_api import Page, async_playwright
from simcord.actors import MemberActor
from simcord.builders import ChannelHandle, GuildHandle
from simcord.env import Env

from bot.app import build_bot
from bot.config import load_config

ROOT = Path(__file__).parents[1]
IMAGES = ROOT / "docs" / "images"
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
WIDE, NARROW = 760, 390
TOOLBAR = 112
"""Height of the preview's own toolbar, in pixels."""
EDGE = 20
"""Width of its edges, in pixels."""
SHADE = 12
"""How much lighter than the background, of 255, its shading may be."""
DAY_ONE = datetime(2021, 10, 2, 3, 7, tzinfo=UTC)

TOPICS = {
    "en": [
        ("Mei", "Async testing without tears", None, "Bring your flakiest test."),
        ("Tomás", "Raspberry Pi show and tell", None, ""),
        ("Yuki", "Django Girls organizers meet", "14:00", ""),
        ("Ana", "How to avoid burnout", "14:30", "A calm hour; no slides."),
        ("Ben", "Board games", "15:00", ""),
    ],
    "zh-TW": [
        ("小美", "不掉淚的非同步測試", None, "帶你最不穩定的測試來。"),
        ("阿凱", "樹莓派作品分享", None, ""),
        ("雅婷", "Django Girls 主辦人交流", "14:00", ""),
        ("小安", "如何避免過勞", "14:30", "安靜的一小時，沒有投影片。"),
        ("阿本", "一起玩桌遊", "15:00", ""),
    ],
}


@dataclass
class Stage:
    """A guild on the simulated Discord, and a browser page to look at it."""

    env: Env
    guild: GuildHandle
    lobby: ChannelHandle
    page: Page
    language: str

    def member(self, name: str) -> MemberActor:
        """Return a new member of the guild."""
        return self.guild.add_member(self.env.create_user(name))

    async def shot(self, name: str, viewer: MemberActor, channel: ChannelHandle, shown: Any = None) -> None:
        """Draw what this member sees in a channel, wide and as narrow as a phone."""
        preview = self.env.preview(
            channel,
            viewers=[viewer],
            layout="message" if shown is not None else "channel",
            locale={"en": "en-US"}.get(self.language, self.language),
            timezone="Asia/Taipei",
        )
        async with preview:
            if shown is not None:
                await preview.show(shown)
            for width, suffix in ((WIDE, ""), (NARROW, "-narrow")):
                await self.page.set_viewport_size(
                    {"width": width, "height": 900 if shown is not None else 520}
                )
                await self.page.goto("about:blank")
                await self.page.goto(preview.url)
                await self.page.wait_for_timeout(1500)
                path = IMAGES / f"{name}-{self.language}{suffix}.png"
                path.write_bytes(cropped(await self.page.screenshot()))
                print(path.relative_to(ROOT))


def cropped(png: bytes) -> bytes:
    """Cut the preview's own toolbar off the top and empty rows off the bottom; return a small PNG."""
    image = Image.open(io.BytesIO(png)).convert("RGB")
    inside = image.crop((EDGE, TOOLBAR, image.width - EDGE, image.height - EDGE))
    background = inside.getpixel((inside.width - 1, inside.height // 2))
    difference = ImageChops.difference(inside, Image.new("RGB", inside.size, background)).convert("L")
    box = difference.point([0] * SHADE + [255] * (256 - SHADE)).getbbox()
    bottom = TOOLBAR + (box[3] if box else inside.height) + EDGE
    out = io.BytesIO()
    image.crop((0, TOOLBAR, image.width, bottom)).quantize(128).save(out, "PNG", optimize=True)
    return out.getvalue()


@asynccontextmanager
async def stage(page: Page, language: str) -> AsyncIterator[Stage]:
    """Run the bot on day 1 of PyCon Taiwan 2021, with people who speak one language."""
    example = (ROOT / "config.example.toml").read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "config.toml"
        config.write_text(example.replace('language = "en"', f'language = "{language}"'), encoding="utf-8")
        bot = build_bot(load_config(config))
        env = Env(bot)
        env.backend.advance_clock((DAY_ONE - env.now()).total_seconds())
        real = simcord.interactions.base_payload

        def spoken(*args: Any, **kwargs: Any) -> Any:
            record, payload = real(*args, **kwargs)
            payload["locale"] = language
            return record, payload

        simcord.interactions.base_payload = spoken
        await env.start()
        try:
            guild = env.create_guild("PyCon Taiwan 2021")
            lobby = guild.create_text_channel("lobby")
            await env.settle()
            yield Stage(env, guild, lobby, page, language)
        finally:
            simcord.interactions.base_payload = real
            await env.shutdown()
            await bot.close()


async def draw(scene: Stage) -> None:
    """Play the scenes of the README and draw each."""
    reader = scene.member("Kai")
    empty = await reader.slash(scene.lobby, "openspace list")
    await scene.shot("list-empty", reader, scene.lobby, empty)
    form = await reader.slash(scene.lobby, "openspace host")
    await scene.shot("form", reader, scene.lobby, form)
    hosts = []
    for name, topic, when, about in TOPICS[scene.language]:
        host = scene.member(name)
        hosts.append(host)
        options = {"topic": topic, "description": about} | ({"when": when} if when else {})
        result = await host.slash(scene.lobby, "openspace host", **options)
    await scene.shot("hosted", hosts[-1], scene.lobby, result)
    joined = await reader.slash(scene.lobby, "openspace join", session=TOPICS[scene.language][0][1])
    await scene.shot("joined", reader, scene.lobby, joined)
    short = await reader.slash(scene.lobby, "openspace list")
    await scene.shot("list-short", reader, scene.lobby, short)
    desk = next(c for c in scene.guild.channels.values() if c.last_message and c.id != scene.lobby.id)
    await scene.shot("desk", reader, desk)
    for number in range(8):
        await scene.member(f"Host {number}").slash(
            scene.lobby, "openspace host", topic=f"Open table {number + 1}"
        )
    full = await reader.slash(scene.lobby, "openspace list")
    await scene.shot("list-full", reader, scene.lobby, full)
    refused = await reader.slash(
        scene.lobby, "openspace host", topic=TOPICS[scene.language][4][1], minutes=30
    )
    await scene.shot("refusal", reader, scene.lobby, refused)
    helped = await reader.slash(scene.lobby, "openspace help")
    await scene.shot("help", reader, scene.lobby, helped)


async def main() -> int:
    """Draw every image in both languages."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = await browser.new_page(device_scale_factor=1)
        for language in TOPICS:
            async with stage(page, language) as scene:
                await draw(scene)
        await browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
