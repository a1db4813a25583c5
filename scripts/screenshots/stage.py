"""A server on the simulated Discord, and a browser as narrow as a phone to look at it."""

from __future__ import annotations

import io
import os
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import discord
from PIL import Image, ImageChops
from playwright.async_api import Page
from simcord.actors import MemberActor
from simcord.builders import ChannelHandle, GuildHandle, RoleHandle
from simcord.env import Env
from simcord.results import InteractionResult, ResponseMessage

from bot.app import OpenSpaceBot, build_bot
from bot.config import load_config
from bot.config_web import Page as WebPage
from bot.config_web import Web
from bot.demo.timers import virtual_timers
from bot.demo.tongues import speaking
from bot.domain.programme import Programme
from bot.domain.records import Kind
from bot.service import Person
from scripts.screenshots.cast import ORGANIZERS, PEOPLE, READERS

ROOT = Path(__file__).parents[2]
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
WIDTH, SCALE = 390, 2
"""Of a phone, and how many of its dots make a pixel of CSS."""
COLOURS = 256
WANTED = tuple(sys.argv[1:])
TOOLBAR = 112 * SCALE
"""Height of the preview's own toolbar, in dots."""
EDGE = 20 * SCALE
"""Width of its edges, in dots."""
SHADE = 12
"""How much lighter than the background, of 255, its shading may be."""
LOCALES = {"en": "en-US", "zh-TW": "zh-TW"}
PAGE = WebPage(on=True, slug="pycon-tw-2021", host_names=True)
WEB = Web(public_url="https://openspace.example.org", port=0)
DAY_ONE = datetime(2021, 10, 2, 3, 7, tzinfo=UTC)


@dataclass
class Stage:
    """A guild on the simulated Discord, and a browser page to look at it."""

    env: Env
    guild: GuildHandle
    lobby: ChannelHandle
    page: Page
    language: str
    tongues: dict[int, str]
    people: dict[str, MemberActor] = field(default_factory=dict)

    @property
    def reader(self) -> MemberActor:
        """Return whose screen most pictures show."""
        return self.member(READERS[self.language])

    @property
    def cast(self) -> list[MemberActor]:
        """Return the people who host and join, always the same."""
        return [self.member(name) for name in PEOPLE[self.language]]

    @property
    def bot(self) -> OpenSpaceBot:
        """Return the bot on this stage."""
        return cast(OpenSpaceBot, self.env.bot)

    @property
    def programme(self) -> Programme:
        """Return the programme of the conference."""
        return self.bot.service.programme(self.guild.id)

    def member(self, name: str, *roles: RoleHandle) -> MemberActor:
        """Return the member of this name, who may have just come, with these roles."""
        if name not in self.people:
            self.people[name] = self.guild.add_member(self.env.create_user(name), roles=roles)
            self.tongues[self.people[name].id] = LOCALES[self.language]
        return self.people[name]

    async def shot(
        self, name: str, viewer: MemberActor, channel: ChannelHandle, shown: Any = None, *, tall: bool = False
    ) -> None:
        """Draw what this member sees in a channel, or of one answer in it."""
        if not name.startswith(WANTED or ("",)):
            return
        preview = self.env.preview(
            channel,
            viewers=[viewer],
            layout="message" if shown is not None else "channel",
            locale=LOCALES[self.language],
            timezone="Asia/Taipei",
        )
        async with preview:
            if shown is not None:
                await preview.show(shown)
            height = 3600 if tall else 1100 if shown is not None else 520
            await self.page.set_viewport_size({"width": WIDTH, "height": height})
            await self.page.goto("about:blank")
            await self.page.goto(preview.url)
            await self.page.wait_for_timeout(1500)
            self.keep(name, cropped(await self.page.screenshot()))

    def keep(self, name: str, png: bytes) -> None:
        """Keep a picture."""
        path = IMAGES / f"{name}-{self.language}.png"
        path.write_bytes(png)
        print(path.relative_to(ROOT))


def cropped(png: bytes) -> bytes:
    """Cut the preview's own toolbar off the top and empty rows off the bottom; return a small PNG."""
    image = Image.open(io.BytesIO(png)).convert("RGB")
    inside = image.crop((EDGE, TOOLBAR, image.width - EDGE, image.height - EDGE))
    background = inside.getpixel((inside.width - 1, inside.height // 2))
    difference = ImageChops.difference(inside, Image.new("RGB", inside.size, background)).convert("L")
    box = difference.point([0] * SHADE + [255] * (256 - SHADE)).getbbox()
    bottom = TOOLBAR + (box[3] if box else inside.height) + EDGE
    return small(image.crop((0, TOOLBAR, image.width, bottom)))


def small(image: Image.Image) -> bytes:
    """Return a small PNG of a picture."""
    out = io.BytesIO()
    image.convert("RGB").quantize(COLOURS).save(out, "PNG", optimize=True)
    return out.getvalue()


@asynccontextmanager
async def stage(page: Page, language: str, *, web: bool = False) -> AsyncIterator[Stage]:
    """Run the bot on day 1 of PyCon Taiwan 2021, who speak one language; `web`: on the web too."""
    example = (ROOT / "config.example.toml").read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as folder, virtual_timers():
        config = Path(folder) / "config.toml"
        config.write_text(example.replace('language = "en"', f'language = "{language}"'), encoding="utf-8")
        settings = load_config(config)
        bot = build_bot(settings.model_copy(update={"page": PAGE, "web": WEB}) if web else settings)
        env = Env(bot)
        env.backend.edit_bot_profile("Open Space")
        env.backend.advance_clock((DAY_ONE - env.now()).total_seconds())
        tongues: dict[int, str] = {}
        with speaking(env, tongues):
            await env.start()
            try:
                guild = env.create_guild("PyCon Taiwan 2021")
                lobby = guild.create_text_channel("lobby")
                await env.settle()
                yield Stage(env, guild, lobby, page, language, tongues)
            finally:
                await env.shutdown()
                await bot.close()


def shown(result: InteractionResult) -> ResponseMessage:
    """Return the message that answered a command or a click."""
    if result.response is None:
        raise RuntimeError("there was no answer")
    return result.response


def organizer(scene: Stage) -> MemberActor:
    """Return a member who may manage the server."""
    staff = scene.guild.create_role("Staff", permissions=discord.Permissions(manage_guild=True))
    return scene.member(ORGANIZERS[scene.language], staff)


async def organizers(scene: Stage, contact: str) -> tuple[MemberActor, ChannelHandle]:
    """Return an organizer, and the channel that only they and the bot see."""
    boss = organizer(scene)
    guild = cast(discord.Guild, scene.bot.get_guild(scene.guild.id))
    hidden = discord.PermissionOverwrite(view_channel=False)
    seen = discord.PermissionOverwrite(view_channel=True, send_messages=True, read_message_history=True)
    room = scene.guild.create_text_channel(
        "organizers", overwrites={guild.default_role: hidden, guild.me: seen, boss: seen}
    )
    await scene.env.settle()
    with scene.env.time_context():
        values: dict[str, object] = {"channels.organizers_channel": room.id, "conference.conduct": contact}
        await scene.bot.service.settings.set(
            guild.id, Person(boss.id, boss.user.name, organizer=True), values
        )
    return boss, room


async def desk_of(scene: Stage, topic: str) -> dict[Kind, ChannelHandle]:
    """Return the channels of a session's desk."""
    with scene.env.time_context():
        service = scene.bot.service
        session = await service.finding.find(scene.guild.id, topic)
        places = (await service.details.look(scene.guild.id, session.id, Person(0, ""))).showing.channels
    found = {kind: scene.env.backend.channels[number] for kind, number in places.items()}
    return {kind: ChannelHandle(scene.env, scene.guild, channel) for kind, channel in found.items()}
