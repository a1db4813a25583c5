"""`/openspace-admin report`: the figures and their picture for organizers, public after a second click."""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any

import discord
import pytest

from tests.cogs.admin.conftest import ONLY, Askers, asked
from tests.cogs.conftest import Speak, click, press, read, told
from tests.cogs.test_buttons import relabel
from tests.conftest import World, all_text, buttons
from tests.desks.conftest import rows, write

COMMAND = "openspace-admin report"


async def morning(world: World) -> None:
    """Ana's session is over and left no takeaway; bo's goes on."""
    await world.host("ana", "Git", minutes=30)
    await write(world, "git")
    await world.join("bo", "Git")
    await world.until("08:40")
    await world.host("bo", "Rust", minutes=60)


async def forged(world: World, name: str, custom_id: str) -> None:
    """A click on a button that this person was never shown, on a message of theirs."""
    shown = await world.person(name).slash(world.lobby, "openspace help")
    relabel(world, shown, custom_id)
    press(world, name, told(shown), custom_id)
    await world.env.settle()


def picture(message: Any) -> Any:
    [file] = message.attachments
    assert (file.filename, file.content_type) == ("openspace-report.png", "image/png")
    return file


async def posted(world: World) -> list[discord.Message]:
    """What the bot has posted in the lobby."""
    return [m for m in world.lobby.history() if m.author.bot and m.attachments]


@pytest.mark.parametrize("who", ["boss", "crew"])
async def test_organizers_get_figures_and_picture(world: World, askers: Askers, who: str) -> None:
    await morning(world)
    result = await askers[who].slash(world.lobby, COMMAND)
    said = read(result).splitlines()
    assert said[0] == "## PyCon Sim: Open Spaces"
    assert said[2] == (
        "**2** sessions held · **0.5** hours · **2** people hosting · **1** joined · **1** at the desks"
        " · at most **1** of 10 side by side"
    )
    assert "-# 1 on now" in said
    assert "- **Git** · ana" in said
    data = await picture(told(result)).read()
    assert struct.unpack(">II", data[16:24])[0] == 1080
    assert await posted(world) == []


async def test_before_anything_has_happened(world: World, askers: Askers) -> None:
    assert "**0** sessions held" in await asked(world, askers["boss"], "report")


async def test_the_picture_speaks_the_language_of_who_asks(
    world: World, askers: Askers, speak: Speak
) -> None:
    await morning(world)
    english = await picture(told(await askers["boss"].slash(world.lobby, COMMAND))).read()
    speak("zh-TW")
    result = await askers["boss"].slash(world.lobby, COMMAND)
    assert "舉行 **2** 場" in read(result)
    assert await picture(told(result)).read() != english


async def test_it_is_public_after_a_second_click_in_the_servers_language_and_once(
    world: World, askers: Askers, speak: Speak
) -> None:
    await morning(world)
    speak("zh-TW")
    boss = askers["boss"]
    shown = told(await boss.slash(world.lobby, COMMAND))
    question = told(await click(boss, shown, "貼到這裡…"))
    assert f"<#{world.lobby.id}>" in all_text(question)
    assert await posted(world) == []
    await click(boss, question, "貼出去")
    [message] = await posted(world)
    assert "**2** sessions held" in message.content
    assert "No takeaway" not in message.content
    assert " ana" not in message.content
    assert picture(message)
    assert rows(world, "SELECT actor_id FROM audit WHERE action = 'report-posted'") == [(boss.id,)]


async def test_where_the_bot_may_not_post_it_says_what_it_needs(world: World, askers: Askers) -> None:
    await morning(world)
    mute = discord.PermissionOverwrite(send_messages=False)
    everyone = next(role for role in world.bot.get_guild(world.guild.id).roles if role.is_default())  # type: ignore[union-attr]
    quiet = world.guild.create_text_channel("quiet", overwrites={everyone: mute})
    await world.env.settle()
    boss = askers["boss"]
    shown = told(await boss.slash(quiet, COMMAND))
    said = read(await click(boss, shown, "Post it here…"))
    assert "I can't post in #quiet" in said
    assert "Attach Files" in said


async def test_others_get_nothing_whatever_they_click(
    world: World, askers: Askers, attempts: Callable[[], list[str]]
) -> None:
    await morning(world)
    result = await askers["eve"].slash(world.lobby, COMMAND)
    assert ONLY in read(result)
    assert told(result).attachments == []
    for action in ("reportask", f"reportpost:{world.lobby.id}"):
        before = len(world.answers())
        await forged(world, "eve", f"openspace:{action}")
        assert [ONLY in answer for answer in world.answers()[before + 1 :]] == [True]
    assert await posted(world) == []
    assert attempts() == ["openspace-admin report"]  # one trace a minute


async def test_another_servers_channel_is_none_of_this_servers(world: World, askers: Askers) -> None:
    await morning(world)
    other = world.env.create_guild("Elsewhere")
    room = other.create_text_channel("room")
    await world.env.settle()
    await forged(world, "boss", f"openspace:reportpost:{room.id}")
    assert "that channel is gone" in world.answers()[-1]
    assert [m for m in room.history() if m.attachments] == []
    role = other.create_role("Staff", permissions=discord.Permissions(manage_guild=True))
    theirs = other.add_member(world.env.create_user("chief"), roles=[role])
    result = await theirs.slash(room, COMMAND)
    assert "**0** sessions held" in read(result)


async def test_the_buttons_work_after_a_restart(world: World, askers: Askers) -> None:
    await morning(world)
    shown = told(await askers["boss"].slash(world.lobby, COMMAND))
    assert list(buttons(shown)) == ["Post it here…"]
    await world.restart()
    question = told(await click(askers["boss"], shown, "Post it here…"))
    await click(askers["boss"], question, "Post it")
    assert len(await posted(world)) == 1
