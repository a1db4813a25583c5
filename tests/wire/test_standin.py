"""The stand-in itself: it refuses what Discord refuses, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest
from aiohttp import ClientSession
from discord import Permissions
from simcord.backend.errors import BackendError

from tests.wire.faults import Fault, Faults
from tests.wire.limits import Limits
from tests.wire.people import TEXT, Server
from tests.wire.rules import as_discord_takes_it
from tests.wire.standin import StandIn

CATEGORY = 4


def make(server: Server, **body: Any) -> Any:
    """What Discord makes of the bot's wish for a channel."""
    path = f"/guilds/{server.guild.id}/channels"
    return as_discord_takes_it(server.standin.backend, "POST", path, {"type": TEXT, **body})


@pytest.mark.parametrize(
    ("method", "path", "body", "allowed"),
    [
        ("POST", "/guilds/1/channels", {}, 10),
        ("PATCH", "/channels/2", {"name": "new"}, 2),
        ("PATCH", "/channels/2", {"user_limit": 3}, 5),
        ("POST", "/channels/2/messages", {}, 5),
        ("GET", "/users/@me", None, 50),
    ],
)
def test_who_asks_too_much_has_to_wait(method: str, path: str, body: Any, allowed: int) -> None:
    limits = Limits()
    assert [limits.wait(method, path, body) for _ in range(allowed)] == [None] * allowed
    wait = limits.wait(method, path, body)
    assert wait is not None
    assert wait.seconds > 0
    assert wait.everywhere == (path == "/users/@me")
    limits.on = False
    assert limits.wait(method, path, body) is None


def test_interactions_have_no_limit() -> None:
    limits = Limits()
    assert not any(limits.wait("POST", "/interactions/1/token/callback", {}) for _ in range(200))


def test_a_day_has_only_so_many_channels() -> None:
    limits = Limits()
    limits.channels_a_day = 1
    assert limits.wait("POST", "/guilds/1/channels", {}) is None
    wait = limits.wait("POST", "/guilds/1/channels", {})
    assert wait is not None
    assert wait.seconds > 80_000
    assert limits.wait("POST", "/guilds/2/channels", {}) is None


async def test_names_of_text_channels_become_discords(server: Server) -> None:
    assert make(server, name="Let's Knit, Together!")["name"] == "lets-knit-together"
    with pytest.raises(BackendError, match="name"):
        make(server, name="!!!")


async def test_a_category_holds_fifty_channels(server: Server) -> None:
    backend = server.standin.backend
    category = backend.create_channel(server.guild.id, "area", type=CATEGORY)
    for number in range(50):
        assert make(server, name=f"desk {number}", parent_id=str(category.id))
        backend.create_channel(server.guild.id, f"desk-{number}", type=TEXT, parent_id=category.id)
    with pytest.raises(BackendError, match="parent_id"):
        make(server, name="one more", parent_id=str(category.id))


async def test_the_bot_gives_no_permission_that_it_lacks(server: Server) -> None:
    server.permit_bot(Permissions(manage_channels=True, view_channel=True).value)
    lent = [{"id": "1", "type": 1, "allow": str(Permissions(view_channel=True).value), "deny": "0"}]
    assert make(server, name="desk", permission_overwrites=lent)
    lent[0]["deny"] = str(Permissions(mute_members=True).value)
    with pytest.raises(BackendError, match="Missing Permissions"):
        make(server, name="desk", permission_overwrites=lent)


def test_a_fault_strikes_as_often_as_it_should() -> None:
    faults = Faults()
    fault = faults.add(Fault("POST", "/channels$", times=2, contains="knitting"))
    assert faults.of("POST", "/guilds/1/channels", {"name": "chess"}) is None
    assert [faults.of("POST", "/guilds/1/channels", {"name": "knitting"}) for _ in range(3)] == [
        fault,
        fault,
        None,
    ]
    assert fault.struck == 2


async def test_what_simcord_does_not_know_is_told(standin: StandIn) -> None:
    url = f"http://127.0.0.1:{standin.port}/api/v10/no/such/path"
    async with ClientSession() as http, http.get(url) as response:
        assert response.status == 501
    assert [request.status for request in standin.made("GET", "/no/such/path")] == [501]
    assert "/no/such/path" in standin.gaps.pop()
