"""`/openspace calendar`: one's own sessions by a private link, kept as a digest only, or as a file."""

from __future__ import annotations

import re
from typing import Any

import pytest
from icalendar import Calendar

from tests.cogs.conftest import Speak, click, press, read, told
from tests.cogs.test_buttons import relabel
from tests.cogs.test_gate import hide
from tests.conftest import MakeWorld, World
from tests.desks.conftest import rows
from tests.web.conftest import MakeReader, Reader
from tests.web.test_feeds import events

LINK = re.compile(r"https://openspace\.example\.org(/\d+/mine/([\w-]{32})\.ics\?lang=(\S+))")
COMMAND = "openspace calendar"


async def given(reader: Reader, name: str) -> str:
    """The path of the link that somebody gets."""
    found = LINK.search(read(await reader.world.person(name).slash(reader.world.lobby, COMMAND)))
    assert found
    return found[1]


async def renewed(reader: Reader, name: str) -> str:
    """The path of another link for who has one."""
    world = reader.world
    shown = told(await world.person(name).slash(world.lobby, COMMAND))
    found = LINK.search(read(await click(world.person(name), shown, "Get a new link")))
    assert found
    return found[1]


async def mine(reader: Reader, path: str) -> set[str]:
    return set(events((await reader.answer(path))[0]))


async def some(world: World) -> None:
    await world.host("ana", "Git", "10:00")
    await world.host("bo", "Rust", "11:00")
    await world.host("cy", "Zig", "12:00")
    await world.join("ana", "Rust")


async def test_a_link_holds_what_one_hosts_and_joins_and_stays_up_to_date(reader: Reader) -> None:
    await some(reader.world)
    path = await given(reader, "ana")
    text, headers = await reader.answer(path)
    assert headers["Cache-Control"] == "private, no-cache"
    assert set(events(text)) == {"Git", "Rust"}
    assert Calendar.from_ical(text)["x-wr-calname"] == "PyCon Sim: my Open Spaces"
    assert "bo" in str(events(text)["Rust"]["description"])
    assert not (await reader.answer(path, status=304, If_None_Match=headers["ETag"]))[0]
    await reader.world.join("ana", "Zig")
    await reader.closes("bo", "cancel", 2)
    text, _ = await reader.answer(path)
    assert {name: str(event["status"]) for name, event in events(text).items()} == {
        "Git": "CONFIRMED",
        "Rust": "CANCELLED",
        "Zig": "CONFIRMED",
    }
    await reader.world.set(page__slug="another")
    assert await mine(reader, path) == {"Git", "Rust", "Zig"}
    await reader.world.restart()
    assert await mine(reader, path) == {"Git", "Rust", "Zig"}


async def test_only_a_digest_of_it_is_kept_so_it_cannot_be_shown_again(reader: Reader) -> None:
    await some(reader.world)
    path = await given(reader, "ana")
    found = LINK.search("https://openspace.example.org" + path)
    assert found
    [[digest]] = rows(reader.world, "SELECT digest FROM calendar_link")
    assert found[2] not in digest
    database = b"".join(each.read_bytes() for each in reader.world.folder.glob("openspace.sqlite3*"))
    assert found[2].encode() not in database
    again = read(await reader.world.person("ana").slash(reader.world.lobby, COMMAND))
    assert "it still works" in again
    assert not LINK.search(again)
    assert await mine(reader, path) == {"Git", "Rust"}


async def test_a_new_link_kills_the_old_one(reader: Reader) -> None:
    await some(reader.world)
    old, others = await given(reader, "ana"), await given(reader, "bo")
    new = await renewed(reader, "ana")
    await reader.answer(old, status=404)
    assert await mine(reader, new) == {"Git", "Rust"}
    assert await mine(reader, others) == {"Rust"}
    assert "got a private link to their calendar" in await reader.world.admin("audit")


async def test_who_is_forgotten_has_no_link_any_more(reader: Reader) -> None:
    world = reader.world
    await world.host("bo", "Rust", "11:00")
    await world.join("ana", "Rust")
    path, others = await given(reader, "ana"), await given(reader, "bo")
    shown = told(await world.person("ana").slash(world.lobby, "openspace forget-me"))
    assert "1 private link to your calendar" in read_message(shown)
    asked = await click(world.person("ana"), shown, "Delete all of it…")
    await click(world.person("ana"), told(asked), "Yes, delete it for good")
    await reader.answer(path, status=404)
    assert await mine(reader, others) == {"Rust"}
    assert len(rows(world, "SELECT * FROM calendar_link")) == 1


def read_message(message: Any) -> str:
    return str(message.content)


async def test_nobody_finds_anothers_by_guessing(reader: Reader) -> None:
    await some(reader.world)
    path = await given(reader, "ana")
    guild = reader.world.guild.id
    for guess in ("x" * 32, "-" * 32, "é" * 32, "x" * 31, "..%2f" * 6, path.rpartition("/")[2][:31]):
        await reader.answer(f"/{guild}/mine/{guess}.ics", status=404)
    other = reader.world.env.create_guild("Elsewhere").id
    await reader.world.env.settle()
    await reader.answer(path.replace(str(guild), str(other)), status=404)


async def test_r19_where_the_board_is_hidden_links_show_nothing(reader: Reader) -> None:
    await some(reader.world)
    path = await given(reader, "ana")
    await hide(reader.world)
    await reader.answer(path, status=404)


@pytest.mark.parametrize("language", ["en-US", "zh-TW"])
async def test_where_there_are_no_pages_it_is_a_file(
    make_world: MakeWorld, speak: Speak, language: str
) -> None:
    world = await make_world()
    await some(world)
    speak(language)
    shown = await world.person("ana").slash(world.lobby, COMMAND)
    assert ("take your Open Spaces along as a file" if language == "en-US" else "用檔案帶走") in read(shown)
    [file] = told(shown).attachments
    assert file.filename == "my-openspaces.ics"
    assert set(events((await file.read()).decode())) == {"Git", "Rust"}
    nothing = read(await world.person("dan").slash(world.lobby, COMMAND))
    assert ("nothing to put in a calendar" if language == "en-US" else "沒有東西可以放進行事曆") in nothing
    assert rows(world, "SELECT * FROM calendar_link") == []


async def test_where_the_page_is_off_it_is_a_file_too_and_an_old_button_says_so(
    make_reader: MakeReader,
) -> None:
    reader = await make_reader()
    world = reader.world
    await some(world)
    path = await given(reader, "ana")
    shown = await world.person("ana").slash(world.lobby, COMMAND)
    await world.set(page__on=False)
    assert "as a file" in read(await click(world.person("ana"), told(shown), "Get a new link"))
    assert "as a file" in read(await world.person("ana").slash(world.lobby, COMMAND))
    await reader.answer(path, status=404)


async def test_each_gets_their_own_whoever_was_shown_the_button(reader: Reader) -> None:
    world = reader.world
    await some(world)
    path = await given(reader, "ana")
    shown = await world.person("dan").slash(world.lobby, "openspace help")
    relabel(world, shown, "openspace:calendarnew")
    press(world, "dan", told(shown), "openspace:calendarnew")
    await world.env.settle()
    assert len(rows(world, "SELECT * FROM calendar_link")) == 2
    assert await mine(reader, path) == {"Git", "Rust"}
