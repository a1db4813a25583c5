"""Organizers put their board on the web, from Discord: where it is, and if it is not there, why."""

from __future__ import annotations

import pytest

from tests.cogs.admin.asking import another_server
from tests.cogs.conftest import Speak
from tests.cogs.test_gate import hide
from tests.conftest import MakeWorld
from tests.web.conftest import MakeReader, Reader

SITE = "https://openspace.example.org"


async def put(reader: Reader, key: str, value: str) -> str:
    """What an organizer reads who sets one of the page's settings."""
    return await reader.world.admin("settings set", key=f"page.{key}", value=value)


async def test_an_organizer_switches_the_page_on_names_it_and_reads_where_it_is(
    make_reader: MakeReader,
) -> None:
    reader = await make_reader({})
    number = reader.world.guild.id
    assert SITE not in await reader.world.admin("status")
    told = await put(reader, "on", "on")
    assert "**Page on the web:** off → **on**" in told
    assert f"On the web: <{SITE}/{number}>" in told
    await reader.answer(f"/{number}")
    assert f"<{SITE}/my-con>" in await put(reader, "slug", "my-con")
    assert f"<{SITE}/my-con>" in await reader.world.admin("settings show", key="Page on the web")
    assert f"<{SITE}/my-con>" in await reader.world.admin("status")
    await reader.answer("/my-con")
    assert "Ana" not in (await reader.answer("/my-con"))[0]
    await reader.world.host("Ana", "Git", minutes=60)
    assert "Ana" not in (await reader.answer("/my-con"))[0]
    await put(reader, "host_names", "on")
    assert "Ana" in (await reader.answer("/my-con"))[0]
    assert SITE not in await put(reader, "on", "off")
    await reader.answer("/my-con", status=404)


async def test_a_name_that_another_page_has_is_refused(make_reader: MakeReader, speak: Speak) -> None:
    reader = await make_reader({})
    await put(reader, "slug", "my-con")
    other = await another_server(reader.world)
    told = await other.admin("settings set", key="page.slug", value="my-con")
    assert "Another server's page has the name my-con already, so nothing was changed." in told
    assert other.bot.service.rules(other.guild.id).own == {}
    speak("zh-TW")
    assert "my-con 已經是別的伺服器的網址了" in await other.admin(
        "settings set", key="page.slug", value="my-con"
    )
    assert "本來就是這樣" in await put(reader, "slug", "my-con")
    assert reader.site.place(reader.world.guild.id).slug == "my-con"


@pytest.mark.parametrize(
    ("key", "typed", "english", "chinese"),
    [
        ("slug", "My Con", "“My Con” can't stand in an address", "不能放在網址裡"),
        ("slug", "123456", "not digits alone", "不能只有數字"),
        ("invite", "https://evil.example/abc", "is no invite to a server", "不是伺服器邀請連結"),
        ("embed_origins", "https://a.example; b.example/x", "is not where a site is", "不是網站位址"),
    ],
)
async def test_what_cannot_be_is_refused_with_what_can_in_both_languages(  # noqa: PLR0917
    make_reader: MakeReader, speak: Speak, key: str, typed: str, english: str, chinese: str
) -> None:
    reader = await make_reader({})
    assert english in (await put(reader, key, typed)).replace("\\", "")
    speak("zh-TW")
    assert chinese in await put(reader, key, typed)
    assert reader.world.bot.service.rules(reader.world.guild.id).own == {}


async def test_r19_a_hidden_board_is_shown_only_where_organizers_say_so_in_so_many_words(
    make_reader: MakeReader,
) -> None:
    reader = await make_reader({})
    await hide(reader.world)
    told = await put(reader, "on", "on")
    assert "The web page shows nothing, because not everyone in this server may see the board." in told
    assert "turn on **On the web though hidden here**" in told
    number = reader.world.guild.id
    await reader.answer(f"/{number}", status=404)
    assert SITE in await put(reader, "public_though_hidden", "on")
    await reader.answer(f"/{number}")


async def test_where_the_operator_serves_no_pages_organizers_hear_so(make_world: MakeWorld) -> None:
    world = await make_world()
    told = await world.admin("settings set", key="page.on", value="on")
    assert "this bot serves none: its operator has to set up its web server" in told
