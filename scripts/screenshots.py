"""Draw docs/images: the bot's messages as people see them, from the running bot on a simulated Discord.

Needs Debian's chromium (or CHROMIUM=/path/to/chromium). Run it with `make screenshots`; words after the
script's name are the beginnings of the images that are wanted: `scripts/screenshots.py board card`.
"""

from __future__ import annotations

import asyncio
import io
import os
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import discord
import simcord.interactions
from PIL import Image, ImageChops
from playwright.async_api import Page, async_playwright
from simcord.actors import MemberActor
from simcord.builders import ChannelHandle, GuildHandle
from simcord.env import Env
from simcord.results import InteractionResult, ResponseMessage

from bot.app import OpenSpaceBot, build_bot
from bot.config import load_config
from bot.demo.timers import virtual_timers
from bot.domain.models import Session, State
from bot.domain.programme import Programme
from bot.domain.records import Kind
from bot.service import Person, Showing
from bot.ui import board, card
from bot.ui.words import words_for

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
WANTED = tuple(sys.argv[1:])
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

IDEAS = {
    "en": [("Rust for Python people", 4), ("Which keyboard do you type on?", 1)],
    "zh-TW": [("給 Python 人的 Rust 入門", 4), ("大家都用什麼鍵盤？", 1)],
}
"""What people wish someone would host, and how many would come."""


PEOPLE = {
    "en": ["Mei", "Tomás", "Yuki", "Ana", "Ben", "Kai", "Noor", "Li Wei", "Sofia", "Jonas"],
    "zh-TW": ["小美", "阿凱", "雅婷", "小安", "阿本", "志明", "怡君", "Tomás", "佳蓉", "Kai"],
}
MORE_TOPICS = {
    "en": [
        "Packaging in 2021: what is left to hate?",
        "Type hints: how far do you go?",
        "Meet the PyLadies",
        "Home automation without the cloud",
        "From Jupyter to production",
        "Mentoring for first contributions: bring an issue that you would like to solve together",
        "Teaching kids to program",
        "AcroYoga for absolute beginners",
    ],
    "zh-TW": [
        "2021 年的套件管理：還有什麼好抱怨的？",
        "型別註記要做到什麼程度？",
        "PyLadies 見面會",
        "不靠雲端的智慧家庭",
        "從 Jupyter 到正式環境",
        "第一次貢獻開源就上手：帶一個你想一起解決的 issue 來，我們陪你從 fork 到 pull request",
        "教小朋友寫程式",
        "零基礎雙人瑜伽",
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
    people: list[MemberActor] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.reader = self.member("Kai")

    @property
    def bot(self) -> OpenSpaceBot:
        """Return the bot on this stage."""
        return cast(OpenSpaceBot, self.env.bot)

    @property
    def programme(self) -> Programme:
        """Return the programme of the conference."""
        return self.bot.service.programme(self.guild.id)

    def member(self, name: str) -> MemberActor:
        """Return a new member of the guild."""
        self.people.append(self.guild.add_member(self.env.create_user(name)))
        return self.people[-1]

    async def shot(
        self, name: str, viewer: MemberActor, channel: ChannelHandle, shown: Any = None, *, tall: bool = False
    ) -> None:
        """Draw what this member sees in a channel, wide and as narrow as a phone."""
        if not name.startswith(WANTED or ("",)):
            return
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
                    {"width": width, "height": 3600 if tall else 1100 if shown is not None else 520}
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
    with tempfile.TemporaryDirectory() as folder, virtual_timers():
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
    reader = scene.reader
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
    others = {scene.lobby.name, "open-space-board", "open-space-news"}
    desk = next(c for c in scene.guild.channels.values() if c.last_message and c.name not in others)
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


async def draw_changes(scene: Stage) -> None:
    """Draw what a host changes: the panel, the form, how much longer, the question before the end."""
    host, guest = scene.member(PEOPLE[scene.language][2]), scene.member(PEOPLE[scene.language][3])
    (_, first, _, about), (_, second, *_) = TOPICS[scene.language][:2]
    # Longer than half the longest, so that the lengths that fit are few enough to read at a glance.
    options = {"topic": first, "description": about, "minutes": 75}
    await host.slash(scene.lobby, "openspace host", **options)
    await host.slash(scene.lobby, "openspace host", topic=second, when="15:00")
    await guest.slash(scene.lobby, "openspace join", session=first)
    await host.slash(scene.lobby, "openspace edit", session=first, seats=8)
    await scene.shot(
        "edit-form", host, scene.lobby, await host.slash(scene.lobby, "openspace edit", session=second)
    )
    changed = await host.slash(scene.lobby, "openspace edit", session=second, when="14:45", seats=6)
    await scene.shot("edited", host, scene.lobby, changed)
    longer = await host.slash(scene.lobby, "openspace extend", session=first)
    await scene.shot("extend", host, scene.lobby, longer)
    mine = await host.slash(scene.lobby, "openspace list", show="mine")
    await scene.shot("mine", host, scene.lobby, mine)
    with scene.env.time_context():
        number = (await scene.bot.service.finding.find(scene.guild.id, first)).id
    panel = await host.click(shown(mine), custom_id=f"openspace:session:{number}")
    await scene.shot("panel", host, scene.lobby, panel)
    asked = await host.click(shown(panel), custom_id=f"openspace:end:{number}")
    await scene.shot("end", host, scene.lobby, asked)


def shown(result: InteractionResult) -> ResponseMessage:
    """Return the message that answered a command or a click."""
    if result.response is None:
        raise RuntimeError("there was no answer")
    return result.response


def showings(scene: Stage, on: int, coming: int, now: datetime) -> list[Showing]:
    """Return sessions on now, with voice channels of their own, and sessions to come every quarter."""
    names = PEOPLE[scene.language]
    topics = [topic for _, topic, _, _ in TOPICS[scene.language]] + MORE_TOPICS[scene.language]
    made = []
    for n in range(on + coming):
        start = now - timedelta(minutes=7 + 5 * (n % 3)) if n < on else now + timedelta(minutes=23)
        start += timedelta(minutes=15 * ((n - on) // 3 if n >= on else 0))
        topic = topics[n % len(topics)]
        session = Session(
            id=n + 1,
            guild_id=scene.guild.id,
            host_id=scene.reader.id,
            host_name=names[n % len(names)],
            topic=topic,
            description=TOPICS[scene.language][n % 5][3],
            start=start,
            end=start + timedelta(minutes=60 if n % 2 else 45),
            state=State.OPEN if n < on else State.BOOKED,
            desk=n + 1 if n < on else None,
            seats=8 if n % 4 == 1 else None,
        )
        guests = [Person(i, name) for i, name in enumerate(names * 2, 1) if i % 10 != n % 10][: 5 * n % 11]
        voice = {Kind.VOICE: scene.guild.create_voice_channel(topic).id} if n < on else {}
        made.append(Showing(session, tuple(guests), channels=voice))
    return made


async def draw_boards(scene: Stage) -> None:
    """Draw the board and the desk's card, as their layouts, sent by the bot."""
    words, programme = words_for(scene.language), scene.programme
    noon, quiet = DAY_ONE, DAY_ONE - timedelta(hours=3)
    peace = datetime(2021, 10, 3, 6, 37, tzinfo=UTC)
    busy, full = showings(scene, 5, 5, noon), showings(scene, 10, 20, noon)
    limits = replace(programme.limits, parallel_limit=25)
    large = replace(programme, limits=limits)
    boards = {
        "board-empty": board.layout(words, [], programme, noon, 0),
        "board-busy": board.layout(words, busy, programme, noon, 3),
        "board-ten": board.layout(words, full, programme, noon, 3),
        "board-full": board.layout(words, showings(scene, 25, 40, noon), large, noon, 12),
        "board-closed": board.layout(words, showings(scene, 0, 3, peace), programme, quiet, 1),
        "board-highlight": board.layout(words, showings(scene, 3, 2, peace), programme, peace, 3),
        "board-over": board.layout(words, [], programme, peace + timedelta(days=1), 3),
        "board-tomorrow": board.tomorrow(words, showings(scene, 0, 5, peace), programme, noon),
    }
    on = busy[1]
    cohosts = (Person(1, PEOPLE[scene.language][5]),)
    over = replace(on, session=replace(on.session, state=State.ENDED, closed=on.session.end))
    cards = {
        "card": card.layout(words, replace(busy[0], guests=()), programme, noon),
        "card-seats": card.layout(words, replace(on, cohosts=cohosts), programme, noon),
        "card-over": card.layout(words, over, programme, noon),
    }
    for name, view in (boards | cards).items():
        handle = scene.guild.create_text_channel(name)
        channel = cast(discord.TextChannel, scene.bot.get_channel(handle.id))
        with scene.env.time_context():
            await channel.send(view=cast(discord.ui.LayoutView, view))
        await scene.shot(name, scene.reader, handle, handle.last_message, tall=True)


async def draw_told(scene: Stage) -> None:
    """Draw what those who joined hear of changes, and the word at a desk before its end."""
    hosts = [scene.member(name) for name in PEOPLE[scene.language][:5]]
    for host, (_, topic, when, _) in zip(hosts, TOPICS[scene.language], strict=True):
        await host.slash(scene.lobby, "openspace host", topic=topic, **({"when": when} if when else {}))
        await scene.reader.slash(scene.lobby, "openspace join", session=topic)
    first, _, moved, called_off, _ = (topic for _, topic, _, _ in TOPICS[scene.language])
    await hosts[2].slash(scene.lobby, "openspace edit", session=moved, when="14:15")
    reason = {"en": "I caught a cold, sorry!", "zh-TW": "我感冒了，抱歉！"}[scene.language]
    asked = await hosts[3].slash(scene.lobby, "openspace cancel", session=called_off, reason=reason)
    yes = {"en": "Yes, cancel it", "zh-TW": "確定取消"}[scene.language]
    await hosts[3].click(shown(asked), label=yes)
    await scene.shot("news", scene.reader, scene.guild.channels["open-space-news"])
    with scene.env.time_context():
        service = scene.bot.service
        session = await service.finding.find(scene.guild.id, first)
        nobody = Person(0, "")
        desk = (await service.details.look(scene.guild.id, session.id, nobody)).showing.channels
    voice, text = (
        ChannelHandle(scene.env, scene.guild, scene.env.backend.channels[desk[kind]])
        for kind in (Kind.VOICE, Kind.TEXT)
    )
    await hosts[0].join_voice(voice)  # or the desk is given away before its end (R11)
    await scene.env.advance_time(56 * 60)
    await scene.shot("warning", hosts[0], text, text.last_message)


async def draw_ideas(scene: Stage) -> None:
    """Put ideas up, and draw the page for somebody who would come to one of them."""
    author = scene.member("Lin")
    for number, (topic, supporters) in enumerate(IDEAS[scene.language], start=1):
        form = await author.click(await opened(scene, author), custom_id="openspace:newidea")
        await author.submit_modal(form, {"topic": topic})
        for other in range(1, supporters):
            fan = scene.member(f"Fan {other}")
            await fan.click(await opened(scene, fan), custom_id=f"openspace:metoo:{number}")
    reader = scene.member("Robin")
    page = await opened(scene, reader)
    await reader.click(page, custom_id="openspace:metoo:1")
    await scene.shot("ideas", reader, scene.lobby, page)


REPORTS = {
    "en": (
        "Mia, @Crew at the front desk, coc@example.org",
        "He talks over everyone and will not stop.",
        "Be kind",
    ),
    "zh-TW": ("櫃台的小米，coc@example.org", "有人一直打斷別人，請他停也不聽。", "請尊重彼此"),
}
"""Whom to ask for help, what somebody reports, and why somebody has to leave."""


async def draw_reports(scene: Stage) -> None:
    """Draw a report from its form to its end, and somebody who is sent out of a desk."""
    contact, said, why = REPORTS[scene.language]
    boss, room = await organizers(scene, contact)
    host, guest, other = (scene.member(name) for name in PEOPLE[scene.language][:3])
    topic = TOPICS[scene.language][0][1]
    await host.slash(scene.lobby, "openspace host", topic=topic, minutes=90)
    text, voice = (await desk_of(scene, topic))[Kind.TEXT], (await desk_of(scene, topic))[Kind.VOICE]
    for person in (host, guest, other):
        await person.join_voice(voice)
    await scene.env.advance_time(10)
    await scene.shot("card-conduct", host, text, text.pinned_messages()[0], tall=True)
    await scene.shot("list-reports", guest, scene.lobby, await guest.slash(scene.lobby, "openspace list"))
    for person, words in ((other, said), (guest, "")):
        listed = shown(await person.slash(scene.lobby, "openspace list"))
        form = await person.click(listed, custom_id="openspace:report:1")
        if person is other:
            await scene.shot("report-form", person, scene.lobby, form)
        thanks = await person.submit_modal(form, {"report": words})
    await scene.shot("report-thanks", guest, scene.lobby, thanks)
    card_message = text.pinned_messages()[0]
    form = await host.click(card_message, custom_id="openspace:sendout:1")
    await scene.shot("sendout-form", host, text, form)
    sent = await host.submit_modal(form, {"person": [str(guest.id)], "told": why})
    await scene.shot("sendout", host, text, sent)
    await scene.env.advance_time(10)
    await scene.shot("case", boss, room)
    found = await boss.slash(scene.lobby, "openspace-admin reports")
    await scene.shot("cases", boss, scene.lobby, found)
    case = shown(await boss.click(shown(found), custom_id="openspace:case:1"))
    whole = await boss.click(case, custom_id="openspace:casewho:1:0")
    await scene.shot("case-reports", boss, scene.lobby, whole)
    form = await boss.click(case, custom_id="openspace:caseend:1")
    await scene.shot("case-end", boss, scene.lobby, await boss.submit_modal(form, {"reason": why}))
    await scene.env.advance_time(10)
    await scene.shot("case-closed", boss, room)


async def organizers(scene: Stage, contact: str) -> tuple[MemberActor, ChannelHandle]:
    """Return an organizer, and the channel that only they and the bot see."""
    staff = scene.guild.create_role("Staff", permissions=discord.Permissions(manage_guild=True))
    boss = scene.guild.add_member(scene.env.create_user("Robin"), roles=[staff])
    guild = cast(discord.Guild, scene.bot.get_guild(scene.guild.id))
    hidden = discord.PermissionOverwrite(view_channel=False)
    seen = discord.PermissionOverwrite(view_channel=True, send_messages=True, read_message_history=True)
    room = scene.guild.create_text_channel(
        "crew", overwrites={guild.default_role: hidden, guild.me: seen, boss: seen}
    )
    await scene.env.settle()
    with scene.env.time_context():
        values: dict[str, object] = {"channels.organizers_channel": room.id, "conference.conduct": contact}
        await scene.bot.service.settings.set(guild.id, Person(boss.id, "Robin", organizer=True), values)
    return boss, room


async def desk_of(scene: Stage, topic: str) -> dict[Kind, ChannelHandle]:
    """Return the channels of a session's desk."""
    with scene.env.time_context():
        service = scene.bot.service
        session = await service.finding.find(scene.guild.id, topic)
        places = (await service.details.look(scene.guild.id, session.id, Person(0, ""))).showing.channels
    found = {kind: scene.env.backend.channels[number] for kind, number in places.items()}
    return {kind: ChannelHandle(scene.env, scene.guild, channel) for kind, channel in found.items()}


async def opened(scene: Stage, reader: MemberActor) -> ResponseMessage:
    """Return the page of ideas as this member has opened it."""
    page = (await reader.slash(scene.lobby, "openspace ideas")).response
    assert page  # noqa: S101
    return page


async def draw_trail(scene: Stage) -> None:
    """Draw the audit trail, the log channel, what is stored on a person, and cleaning up."""
    staff = scene.guild.create_role("Staff", permissions=discord.Permissions(manage_guild=True))
    boss = scene.guild.add_member(scene.env.create_user(PEOPLE[scene.language][6]), roles=[staff])
    log = scene.guild.create_text_channel("open-space-log")
    await scene.env.settle()
    with scene.env._bot_scope():
        who = Person(boss.id, "boss", organizer=True)
        await scene.bot.service.settings.set(scene.guild.id, who, {"channels.log_channel": log.id})
    await scene.env.advance_time(10)
    await draw_told(scene)
    host = next(m for m in scene.people if m.user.name == PEOPLE[scene.language][0])
    await boss.slash(scene.lobby, "openspace-admin pause", reason="🔥")
    await boss.slash(scene.lobby, "openspace-admin resume")
    await scene.env.advance_time(10)
    await scene.shot("log", boss, log)
    trail = await boss.slash(scene.lobby, "openspace-admin audit")
    await scene.shot("audit", boss, scene.lobby, trail, tall=True)
    technical = await boss.slash(scene.lobby, "openspace-admin audit", kind="technical")
    await scene.shot("audit-technical", boss, scene.lobby, technical, tall=True)
    await scene.env.advance_time(30 * 3600 + 6 * 3600)
    stored = await host.slash(scene.lobby, "openspace forget-me")
    await scene.shot("forget-me", host, scene.lobby, stored)
    asked = await host.click(shown(stored), custom_id="openspace:erase")
    await scene.shot("forget-ask", host, scene.lobby, asked)
    page = await boss.slash(scene.lobby, "openspace-admin cleanup")
    await scene.shot("cleanup", boss, scene.lobby, page, tall=True)
    form = await boss.click(shown(page), custom_id="openspace:cleanask:0")
    await scene.shot("cleanup-form", boss, scene.lobby, form)


async def draw_organizing(scene: Stage) -> None:
    """Draw what organizers see while they set up and run the day."""
    boss, _ = await organizers(scene, "coc@example.org")
    await draw_told(scene)
    commands: dict[str, dict[str, Any]] = {
        "setup": {},
        "status": {},
        "window list": {},
        "settings show": {},
        "move": {"session": "3", "when": "15:00", "reason": "👋"},
        "announce": {"text": "🍱 12:00"},
        "pause": {"reason": "🍱"},
        "report": {},
    }
    for command, options in commands.items():
        answer = await boss.slash(scene.lobby, f"openspace-admin {command}", **options)
        await scene.shot(command.replace(" ", "-"), boss, scene.lobby, answer, tall=True)


async def main() -> int:
    """Draw every image in both languages."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = await browser.new_page(device_scale_factor=1)
        for language in TOPICS:
            async with stage(page, language) as scene:
                await draw(scene)
                await draw_boards(scene)
            async with stage(page, language) as scene:
                await draw_changes(scene)
            async with stage(page, language) as scene:
                await draw_told(scene)
            async with stage(page, language) as scene:
                await draw_ideas(scene)
            async with stage(page, language) as scene:
                await draw_trail(scene)
            async with stage(page, language) as scene:
                await draw_reports(scene)
            async with stage(page, language) as scene:
                await draw_organizing(scene)
        await browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
