"""`/openspace-admin picture`: the board as a picture, for who asks, and for all after a second click."""

from __future__ import annotations

import struct
from typing import Any

import discord
import pytest

from tests.cogs.admin.asking import another_server
from tests.cogs.admin.conftest import ONLY, Askers, asked
from tests.cogs.admin.test_report import forged, posted
from tests.cogs.conftest import Speak, click, read, told
from tests.conftest import World
from tests.desks.conftest import rows
from tests.web.conftest import MakeReader, make_reader

__all__ = ["make_reader"]
COMMAND = "openspace-admin picture"


async def pixels(message: Any) -> tuple[int, int]:
    [file] = message.attachments
    assert (file.filename, file.content_type) == ("open-spaces.png", "image/png")
    width, height = struct.unpack(">II", (await file.read())[16:24])
    return width, height


@pytest.mark.parametrize("who", ["boss", "crew"])
async def test_organizers_see_it_and_nobody_else_does(world: World, askers: Askers, who: str) -> None:
    await world.host("ana", "Git", minutes=60)
    shown = await askers[who].slash(world.lobby, COMMAND)
    assert "Only you see this" in read(shown)
    assert "https://" not in read(shown)
    assert await pixels(told(shown)) == (1200, 630)
    assert await posted(world) == []


async def test_a_click_posts_it_once_and_says_how_to_take_it_back(
    world: World, askers: Askers, speak: Speak
) -> None:
    speak("zh-TW")
    boss = askers["boss"]
    shown = told(await boss.slash(world.lobby, COMMAND))
    said = read(await click(boss, shown, "貼在這裡"))
    assert "請刪除那則訊息" in said
    [message] = await posted(world)
    assert await pixels(message) == (1200, 630)
    assert (
        message.attachments[0].description == "The Open Spaces of PyCon Sim: what is on and what comes next"
    )
    assert rows(world, "SELECT actor_id FROM audit WHERE action = 'picture-posted'") == [(boss.id,)]
    assert "貼出了看板圖片" in await asked(world, boss, "audit")


async def test_others_are_told_kindly_and_nothing_is_posted(world: World, askers: Askers) -> None:
    assert ONLY in await asked(world, askers["eve"], "picture")
    await forged(world, "eve", f"openspace:picturepost:{world.lobby.id}")
    assert ONLY in world.answers()[-1]
    assert await posted(world) == []


async def test_a_channel_of_another_server_is_refused(world: World, askers: Askers) -> None:
    other = await another_server(world)
    shown = told(await askers["boss"].slash(world.lobby, COMMAND))
    await forged(world, "boss", f"openspace:picturepost:{other.lobby.id}")
    assert "that channel is gone" in world.answers()[-1]
    assert shown
    assert await posted(world) == await posted(other) == []


async def test_where_the_bot_may_not_post_it_shows_the_picture_and_says_what_it_needs(
    world: World, askers: Askers
) -> None:
    mute = discord.PermissionOverwrite(send_messages=False)
    everyone = next(role for role in world.bot.get_guild(world.guild.id).roles if role.is_default())  # type: ignore[union-attr]
    quiet = world.guild.create_text_channel("quiet", overwrites={everyone: mute})
    await world.env.settle()
    shown = told(await askers["boss"].slash(quiet, COMMAND))
    assert await pixels(shown) == (1200, 630)
    assert "I can't post in #quiet" in read(await click(askers["boss"], shown, "Post it here"))


async def test_where_there_is_a_page_it_says_where_the_picture_keeps_itself_up_to_date(
    make_reader: MakeReader,
) -> None:
    world = (await make_reader()).world
    said = await world.admin("picture")
    assert "<https://openspace.example.org/pycon-sim/board.png>" in said
