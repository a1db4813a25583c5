"""The commands as Discord gets them: names, descriptions and numbers within its limits, in each language."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import discord
import pytest

from tests.conftest import World

SUBCOMMANDS = {1, 2}
LOCALES = {"en-US", "en-GB", "zh-TW", "zh-CN"}


REPORT = "Report to the organizers"
MENUS = {2, 3}
"""Commands that stand in the menu of a member, and of a message."""


def is_menu(thing: dict[str, Any]) -> bool:
    """Whether it is a command of such a menu, and so has no description."""
    return "description" not in thing and thing.get("type") in MENUS


async def test_members_and_messages_can_be_reported_from_their_menus(defined: list[dict[str, Any]]) -> None:
    assert sorted(command["type"] for command in defined if is_menu(command)) == sorted(MENUS)


@pytest.fixture
async def defined(world: World) -> list[dict[str, Any]]:
    """What the bot has told Discord of its commands."""
    (put,) = [r.json for r in world.env.http_requests if r.method == "PUT" and r.path.endswith("/commands")]
    assert isinstance(put, list)
    return put


def named(command: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The command, its subcommands and their options."""
    yield command
    for option in command.get("options") or []:
        yield from named(option)


def in_each(thing: dict[str, Any], key: str) -> dict[str, str]:
    """A name or description in its own and in each further language."""
    return {"": thing[key]} | (thing.get(f"{key}_localizations") or {})


def allowed(char: str) -> bool:
    r"""Whether Discord takes it in a name: `[-_'\p{L}\p{N}\p{sc=Deva}\p{sc=Thai}]`."""
    script = unicodedata.name(char, "").split(" ")[0]
    return char in "-_'" or unicodedata.category(char)[0] in "LN" or script in {"DEVANAGARI", "THAI"}


async def test_names_and_descriptions_are_what_discord_takes(defined: list[dict[str, Any]]) -> None:
    things = [thing for command in defined if not is_menu(command) for thing in named(command)]
    assert len(things) > 1 + 11 + 4 + 2 + 1 + 1 + 7 + 2 + 2 + 2 + 3
    for thing in things:
        for name in in_each(thing, "name").values():
            assert 1 <= len(name) <= 32, name
            assert all(allowed(char) for char in name), name
            assert name == name.lower(), name
        for about in in_each(thing, "description").values():
            assert 1 <= len(about) <= 100, about


async def test_every_language_is_named(defined: list[dict[str, Any]]) -> None:
    for thing in (thing for command in defined for thing in named(command)):
        if is_menu(thing):
            assert in_each(thing, "name") == {"": REPORT, **dict.fromkeys(("en-US", "en-GB"), REPORT)} | {
                "zh-TW": "向工作人員檢舉",
                "zh-CN": "向工作人員檢舉",
            }
            continue
        assert in_each(thing, "name").keys() - {""} == LOCALES
        assert in_each(thing, "description").keys() - {""} == LOCALES
        assert in_each(thing, "name")["en-US"] == thing["name"]
        chinese = in_each(thing, "description")["zh-TW"]
        assert any("\u4e00" <= char <= "\u9fff" for char in chinese), chinese


async def test_the_names_are_those_that_were_promised(defined: list[dict[str, Any]]) -> None:
    root = next(command for command in defined if command["name"] == "openspace")
    assert {c["name"]: [o["name"] for o in c.get("options", [])] for c in root["options"]} == {
        "host": ["topic", "when", "minutes", "description"],
        "list": ["show", "day"],
        "join": ["session"],
        "leave": ["session"],
        "edit": ["session", "topic", "description", "when", "minutes", "seats", "host"],
        "extend": ["session", "minutes"],
        "end": ["session", "reason"],
        "cancel": ["session", "reason"],
        "cohost": ["member", "session", "remove"],
        "ideas": [],
        "help": [],
        "forget-me": [],
        "calendar": [],
    }
    assert {c["name"]: c["name_localizations"]["zh-TW"] for c in root["options"]} == {
        "host": "主持",
        "list": "列表",
        "join": "參加",
        "leave": "退出",
        "edit": "編輯",
        "extend": "延長",
        "end": "結束",
        "cancel": "取消",
        "cohost": "共同主持",
        "ideas": "點子",
        "help": "說明",
        "forget-me": "忘記我",
        "calendar": "行事曆",
    }


async def test_every_command_that_the_documents_speak_of_is_there(defined: list[dict[str, Any]]) -> None:
    known = {
        f"{command['name']} {each['name']}" for command in defined for each in command.get("options") or []
    }
    for path in [*Path(__file__).parents[2].glob("docs/*.md"), Path(__file__).parents[2] / "README.md"]:
        told = re.findall(r"`/(openspace(?:-admin)? [a-z-]+)", path.read_text("utf-8"))
        assert set(told) <= known, path.name


async def test_names_beside_each_other_differ_in_every_language(defined: list[dict[str, Any]]) -> None:
    commands = [command for command in defined if not is_menu(command)]
    for parent in ({"options": commands}, *(thing for command in defined for thing in named(command))):
        children = parent.get("options") or []
        assert len(children) <= 25
        for locale in ("", *LOCALES):
            names = [in_each(child, "name")[locale] for child in children]
            assert len(set(names)) == len(names)


async def test_required_options_come_first(defined: list[dict[str, Any]]) -> None:
    for thing in (thing for command in defined for thing in named(command)):
        required = [
            bool(o.get("required")) for o in thing.get("options") or [] if o["type"] not in SUBCOMMANDS
        ]
        assert required == sorted(required, reverse=True)


async def test_choices_fit_in_every_language(defined: list[dict[str, Any]]) -> None:
    choices = [t["choices"] for command in defined for t in named(command) if t.get("choices")]
    assert [choice["value"] for choice in choices[0]] == ["now", "next", "day", "all", "mine"]
    for offered in choices:
        assert len(offered) <= 25
        for choice in offered:
            assert in_each(choice, "name").keys() - {""} == LOCALES
            assert all(1 <= len(name) <= 100 for name in in_each(choice, "name").values())
            assert len(choice["value"]) <= 100


async def test_a_whole_command_stays_within_8000_characters(defined: list[dict[str, Any]]) -> None:
    """Discord counts names, descriptions and values, each in its longest language."""
    for command in defined:
        total = 0
        for thing in named(command):
            for part in (thing, *thing.get("choices", [])):
                total += max(map(len, in_each(part, "name").values()))
                total += max(map(len, in_each(part, "description").values())) if "description" in part else 0
                total += len(str(part.get("value", "")))
        assert 0 < total <= 8000


async def test_it_is_there_in_servers_and_in_direct_messages(defined: list[dict[str, Any]]) -> None:
    for command in defined:
        if is_menu(command):
            assert command["contexts"] == [0] or command["dm_permission"] is False
            assert command.get("default_member_permissions") is None
            continue
        if command["name"] == "openspace-admin":
            assert command["contexts"] == [0]
            assert command["default_member_permissions"] == discord.Permissions(manage_guild=True).value
            continue
        assert command.get("contexts") in (None, [0, 1])  # outside a server it says so itself
        assert command.get("dm_permission") is not False
        assert command.get("default_member_permissions") is None
        assert command.get("default_member_permissions") is None
