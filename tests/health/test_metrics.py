"""What is measured, read from `/metrics` on a real port while people use the bot."""

from __future__ import annotations

import asyncio
import inspect
import re
from types import SimpleNamespace
from typing import Any, cast
from unittest.mock import patch

import aiohttp
import discord
import discord.http
import discord.webhook.async_
import pytest
from aiohttp import web

from bot.desks.keeper import Keeper
from bot.desks.steps import Absent, Tell
from bot.desks.work import UnseenError
from bot.health.meters import Meters, name_of, outcome_of
from bot.health.names import name_of as asked
from bot.health.routes import route_of
from bot.service import Backups
from bot.service.vitals import Vitals
from tests.conftest import PATIENCE, buttons
from tests.health.conftest import MakeWatcher, Watcher
from tests.web.test_live import until


async def test_commands_are_counted_by_name_and_outcome(watcher: Watcher) -> None:
    world = watcher.world
    result = await world.person("Ana").slash(world.lobby, "openspace host", topic="Git", minutes=60)
    assert result.response
    await world.host("Ana", "Late", "03:00")
    await world.admin("status", name="boss")
    [end] = [button for label, button in buttons(result.response).items() if ":end:" in button]
    await world.person("Ana").click(result.response, custom_id=end)
    found = await watcher.metrics()
    assert found.of("commands_total", command="openspace host", outcome="done") == 1
    assert found.of("commands_total", command="openspace host", outcome="refused") == 1
    assert found.of("commands_total", command="openspace-admin status", outcome="done") == 1
    assert found.of("commands_total", command="button end", outcome="done") == 1
    assert found.of("command_seconds_count", command="openspace host") == 2


async def test_a_command_that_fails_is_counted_as_failed(watcher: Watcher) -> None:
    world = watcher.world
    with (
        patch.object(type(world.bot.service.lists), "upcoming", side_effect=ZeroDivisionError, create=True),
        patch.object(type(world.bot.service.hosting), "host", side_effect=ZeroDivisionError),
    ):
        await world.host("Ana", "Git")
    found = await watcher.metrics()
    assert found.of("commands_total", command="openspace host", outcome="failed") == 1


async def test_the_keeper_and_what_it_makes_are_counted(watcher: Watcher) -> None:
    world = watcher.world
    await world.host("Ana", "Git", minutes=60)
    found = await watcher.metrics()
    assert found.of("keeper_looks_total", outcome="done") > 0
    assert found.of("keeper_look_seconds_count") == found.of("keeper_looks_total", outcome="done")
    assert found.of("keeper_steps_total", step="make voice", outcome="done") == 1
    assert found.of("keeper_steps_total", step="make text", outcome="done") == 1
    assert found.of("channels_made_today") == 6  # two categories, the board's, the news', the desk's two
    assert found.of("sessions", state="open") == 1
    assert found.of("sessions", state="booked") == 0
    assert found.labels("sessions", "state") >= {"booked", "open", "ended", "cancelled", "released"}
    assert found.of("servers") == 1
    assert not any(re.search(r"\d{3,}", step) for step in found.labels("keeper_steps_total", "step"))
    await world.env.advance_time(25 * 3600)
    assert (await watcher.metrics()).of("channels_made_today") < 6


async def test_failing_looks_and_steps_are_counted(watcher: Watcher) -> None:
    world = watcher.world
    with patch.object(Keeper, "_look", side_effect=ZeroDivisionError):
        with world.env._bot_scope():
            world.bot.keeper.wake(world.guild.id, soon=True)
        await world.env.settle()
    assert (await watcher.metrics()).of("keeper_looks_total", outcome="failed") == 1


async def test_what_discord_refuses_the_keeper_is_counted(watcher: Watcher) -> None:
    world = watcher.world
    response = cast(Any, SimpleNamespace(status=403, reason="Forbidden"))
    denied = discord.Forbidden(response, {"code": 50013, "message": "Missing Permissions"})

    async def refused(*_: object) -> None:
        raise denied

    world.bot.keeper._handlers = dict.fromkeys(world.bot.keeper._handlers, refused)
    await world.host("Ana", "Git", minutes=60)
    assert (await watcher.metrics()).of("keeper_steps_total", step="make text", outcome="denied") > 0


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (None, "done"),
        (UnseenError(), "unseen"),
        (ZeroDivisionError(), "fault"),
        (TimeoutError(), "again"),
        (discord.RateLimited(5.0), "wait"),
    ],
)
def test_a_step_has_one_of_few_outcomes(error: Exception | None, outcome: str) -> None:
    assert outcome_of(error) == outcome


def test_a_step_is_named_without_an_id() -> None:
    session = cast(Any, SimpleNamespace(id=4711))
    assert name_of(Tell("denied:223456789012345678", "")) == "tell"
    assert name_of(Absent(session, 1, release=True, look=False)) == "release"


async def test_the_database_and_its_backups_are_measured(make_watcher: MakeWatcher) -> None:
    watcher = await make_watcher(backup={"every_hours": 6})
    world = watcher.world
    before = await watcher.metrics()
    assert before.of("backup_age_seconds") == float("inf")
    assert before.of("backup_interval_seconds") == 6 * 3600
    await world.host("Ana", "Git", minutes=60)
    with patch.object(
        Backups, "_make", lambda self, at, _: self._shelf.make() or self._shelf.place(at).touch()
    ):
        pass
    with world.env._bot_scope():  # by its clock
        await world.bot.backups.make()
    await world.env.advance_time(30)
    found = await watcher.metrics()
    assert 30 <= found.of("backup_age_seconds") < 60
    assert found.of("database_commit_seconds_count") > before.of("database_commit_seconds_count")
    there = [world.folder / f"openspace.sqlite3{ending}" for ending in ("", "-wal")]
    assert found.of("database_bytes") == sum(path.stat().st_size for path in there)


async def test_the_loop_is_measured_by_how_late_it_comes(watcher: Watcher) -> None:
    before, monitor = await watcher.metrics(), watcher.monitor
    assert monitor._timer
    monitor._timer.cancel()
    monitor._tick(asyncio.get_running_loop().time() - 0.3)
    found = await watcher.metrics()
    assert found.of("loop_delay_seconds_count") == before.of("loop_delay_seconds_count") + 1
    assert found.of("loop_delay_seconds_sum") >= before.of("loop_delay_seconds_sum") + 0.3
    assert 0 < monitor._timer.when() - asyncio.get_running_loop().time() <= 1, "it goes on"


async def test_counting_in_the_database_is_not_done_at_each_scrape(watcher: Watcher) -> None:
    with patch.object(type(watcher.world.bot.vitals), "counts", return_value=None) as counts:
        watcher.monitor._counted = float("-inf")
        for _ in range(3):
            await watcher.ask("/metrics")
    assert counts.await_count == 1


async def test_a_disk_that_hangs_does_not_hold_up_what_else_is_told(
    watcher: Watcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, world = [], watcher.world

    async def hanging(self: Vitals) -> int:
        begun.append(self)
        await asyncio.sleep(60)
        return 1

    monkeypatch.setattr(Vitals, "size", hanging)
    asking = asyncio.create_task(watcher.metrics())
    await until(lambda: begun)
    await world.env.advance_time(5)
    found = await asyncio.wait_for(asking, PATIENCE)
    assert found.of("ready", part="gateway") == 1
    await watcher.metrics()
    assert len(begun) == 1, "one that waits is enough"
    monkeypatch.undo()
    await world.env.advance_time(60)
    assert (await watcher.metrics()).of("database_bytes") > 1


async def test_openmetrics_is_spoken_to_who_asks_for_it(watcher: Watcher) -> None:
    _, text = await watcher.ask("/metrics", Accept="application/openmetrics-text; version=1.0.0")
    assert text.endswith("# EOF\n")


# ------------------------------------------------------------------------------- requests to Discord


async def test_requests_are_counted_by_route_and_429_by_itself() -> None:
    answers = iter([200, 429])

    async def answer(_: web.Request) -> web.Response:
        return web.Response(status=next(answers))

    app, meters = web.Application(), Meters()
    app.router.add_route("*", "/{any:.*}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    base = f"http://127.0.0.1:{runner.addresses[0][1]}"
    async with aiohttp.ClientSession(trace_configs=[meters.trace()]) as http:
        for channel in (223456789012345678, 323456789012345678):
            await http.post(f"{base}/api/v10/channels/{channel}/messages")
        await runner.cleanup()
        with pytest.raises(aiohttp.ClientConnectionError):
            await http.get(f"{base}/api/v10/gateway/bot")
    route = {"method": "POST", "route": "/channels/{}/messages"}
    value = meters.registry.get_sample_value
    assert value("openspace_discord_requests_total", route | {"status": "200"}) == 1
    assert value("openspace_discord_requests_total", route | {"status": "429"}) == 1
    lost = {"method": "GET", "route": "/gateway/bot", "status": "none"}
    assert value("openspace_discord_requests_total", lost) == 1
    assert value("openspace_discord_request_seconds_count") == 3


def all_routes() -> list[str]:
    sources = [inspect.getsource(module) for module in (discord.http, discord.webhook.async_)]
    found = {path for source in sources for path in re.findall(r"'(/[\w@{}/.-]+)'", source)}
    assert len(found) > 100
    return sorted(found)


@pytest.mark.parametrize("path", all_routes())
def test_every_route_of_discord_py_keeps_its_form_and_loses_what_is_in_it(path: str) -> None:
    form = re.sub(r"{\w+}", "{}", path).rstrip("/")
    assert route_of("/api/v10" + re.sub(r"{\w+}", "aWebhook-Token_223456789012345678", path)) == form


@pytest.mark.parametrize("path", ["/", "/api/v10", "/channels" * 9, "/223456789012345678/x", "/secret/token"])
def test_addresses_that_nobody_knows_are_one(path: str) -> None:
    assert route_of(path) == "other"


# ------------------------------------------------------------------------------- names


@pytest.mark.parametrize(
    ("kind", "custom_id", "name"),
    [
        (discord.InteractionType.component, "openspace:join:12", "button join"),
        (discord.InteractionType.component, "openspace:joiner:12", "button unknown"),
        (discord.InteractionType.component, "openspace-menu:join:part", "menu join"),
        (discord.InteractionType.component, "223456789012345678", "button unknown"),
        (discord.InteractionType.modal_submit, "edit:12:3", "form edit"),
        (discord.InteractionType.modal_submit, "A stranger's words", "form unknown"),
    ],
)
def test_names_are_those_of_the_bot(kind: discord.InteractionType, custom_id: str, name: str) -> None:
    interaction = SimpleNamespace(command=None, type=kind, data={"custom_id": custom_id})
    assert asked(cast(Any, interaction), {"join"}) == name
