"""`/openspace-admin settings set`: the link to notes, and whether desks are asked for takeaways."""

from __future__ import annotations

import pytest

from tests.cogs.admin.conftest import Askers, asked
from tests.cogs.conftest import Speak, read
from tests.conftest import World, all_text

LINK = "https://pad.example.org/p/{id}-{topic}"


async def set_link(world: World, askers: Askers, value: str) -> str:
    return await asked(world, askers["boss"], "settings set", key="notes.link", value=value)


async def test_a_link_set_in_discord_stands_in_lists_at_once(world: World, askers: Askers) -> None:
    await world.host("ana", "Git & you", "10:30")
    assert "Notes link" in await set_link(world, askers, LINK)
    page = read(await world.person("bo").slash(world.lobby, "openspace list"))
    assert "[notes](<https://pad.example.org/p/1-git-you>)" in page
    board = "\n".join(all_text(message) for message in world.layouts("open-space-board"))
    assert "pad.example.org" not in board


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (
            "http://pad.example.org/{id}",
            "“http://pad.example.org/{id}” is no address that begins with https://",
        ),
        (
            "https://pad.example.org/{host}",
            "has braces around something that I don't know. I fill in {id}, {topic}",
        ),
        ("https://pad.example.org/a b", "has a sign that an address can't have"),
        ("https://pad.example.org/" + "x" * 200, "that is too long"),
    ],
)
async def test_a_link_that_cannot_be_is_refused_with_what_to_mend(
    world: World, askers: Askers, value: str, said: str
) -> None:
    assert said in (await set_link(world, askers, value)).replace("\\", "")
    assert world.bot.service.rules(world.guild.id).server.notes.link == ""


async def test_in_chinese(world: World, askers: Askers, speak: Speak) -> None:
    speak("zh-TW")
    assert "大括號裡有我不認得的字" in await set_link(world, askers, "https://pad.example.org/{host}")
    assert "共筆連結" in await set_link(world, askers, LINK)
