"""Organizers' commands: who may use them, and a server that no file knows."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from unittest.mock import patch

import pytest
from discord.http import Route
from simcord.actors import MemberActor
from simcord.http import FakeHTTPClient
from simcord.results import ResponseMessage

from tests.cogs.conftest import press, read
from tests.conftest import MakeWorld, World
from tests.desks.strict import http_error

ONLY = "Only organizers can do this."
WINDOW = {"name": "Day 1", "opens": "2026-01-01T08:00:00", "closes": "2026-01-01T16:15:00"}
Askers = dict[str, MemberActor]
"""Those who ask: 'boss' may manage the server, 'crew' has a role of its settings, 'eve' neither."""


@pytest.fixture
async def bare(make_world: MakeWorld) -> World:
    """A server without a programme, in no file."""
    world = await make_world(bare=True)
    assert isinstance(world, World)
    return world


@pytest.fixture
async def askers(world: World) -> Askers:
    """One of each kind in the server of the file."""
    role = world.guild.create_role("Crew")
    await world.set(organizers__roles=[role.id])
    found = {"boss": world.organizer(), "crew": world.with_role(role, "crew"), "eve": world.person("eve")}
    show_to(world, *found.values())
    return found


def show_to(world: World, *people: MemberActor) -> None:
    """A server's own settings show organizers' commands to these people, whoever they are."""
    [command_id] = (int(c["id"]) for c in known_commands(world) if c["name"] == "openspace-admin")
    world.guild.set_command_permissions(command_id, dict.fromkeys(people, True))


def known_commands(world: World) -> list[dict[str, Any]]:
    """The commands that Discord knows of."""
    return list(world.env.backend.commands[None].values())


async def asked(world: World, asker: MemberActor, command: str, **options: Any) -> str:
    """What this person reads after `/openspace-admin <command>`, whether or not Discord shows it to them."""
    return read(await asker.slash(world.lobby, f"openspace-admin {command}", **options))


def turned_away(world: World) -> Callable[[], list[str]]:
    """The attempts of those who are no organizers, as the audit trail has them."""

    def found() -> list[str]:
        import sqlite3
        from contextlib import closing

        with closing(sqlite3.connect(world.folder / "openspace.sqlite3")) as db:
            rows = db.execute("SELECT detail FROM audit WHERE action = 'turned-away' ORDER BY id")
            return [json.loads(detail)["tried"] for (detail,) in rows]

    return found


@pytest.fixture
def attempts(world: World) -> Callable[[], list[str]]:
    return turned_away(world)


async def elsewhere(world: World) -> World:
    """Another server with the bot in it, whose people know the ids of this one."""
    guild = world.env.create_guild("Elsewhere")
    lobby = guild.create_text_channel("lobby")
    await world.env.settle()
    return replace(world, guild=guild, lobby=lobby, people={})


async def forge(world: World, name: str, shown: ResponseMessage, custom_id: str) -> str:
    """What somebody is answered who presses a button of ours that another was shown, by a guessed id."""
    stored = world.env.backend.get_message(shown.channel_id, shown.id)
    stored.components[0]["components"][0]["custom_id"] = custom_id
    before = len(world.answers())
    press(world, name, shown, custom_id)
    await world.env.settle()
    [said] = world.answers()[before:]
    return said


@contextmanager
def refusing(world: World, word: str, *channels: int) -> Iterator[list[str]]:
    """Discord refuses messages with this word in these channels; yields what it refused."""
    real, seen = FakeHTTPClient.request, list[str]()

    async def request(http: FakeHTTPClient, route: Route, **options: Any) -> Any:
        body = json.dumps(options.get("json") or {})
        where = any(f"/channels/{channel}/messages" in route.url for channel in channels)
        if where and word in body and route.method in {"POST", "PATCH"}:
            seen.append(route.url)
            raise http_error(400, 240000)
        return await real(http, route, **options)

    with patch.object(FakeHTTPClient, "request", request):
        yield seen
