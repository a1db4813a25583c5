"""The demo's page as a browser uses it: state, preview, voice, the clock, and nothing for other sites."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import socket
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import pytest

from bot.demo import page as demo_page
from bot.demo.page import sane_speed, serve
from bot.demo.world import STAFF_ROOM, World
from bot.domain.models import State
from bot.domain.records import Kind
from bot.store.errors import StoreError
from bot.troubles import PlainError
from tests.demo.conftest import Visitor

ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+/")


def _channels(state: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {channel["name"]: channel for group in state["categories"] for channel in group["channels"]}


async def test_the_page_and_its_files_need_nothing_from_elsewhere(visitor: Visitor) -> None:
    for path, kind in (("", "text/html"), ("page.css", "text/css"), ("page.js", "text/javascript")):
        async with visitor.http.get(visitor.page.address + path) as response:
            assert response.status == 200
            assert response.content_type == kind
            assert "default-src 'none'" in response.headers["Content-Security-Policy"]
            text = await response.text()
            assert "https:" not in text
            assert "//" not in text.replace("// ", "")


async def test_the_state_has_channels_people_and_a_running_clock(visitor: Visitor) -> None:
    first = await visitor.state()
    ours = {"open-space-board", "open-space-news", STAFF_ROOM}
    assert set(_channels(first)) == {"lobby", "introductions", "Coffee corner"} | ours
    assert {person["part"] for person in first["people"]} == {"host", "attendee", "organizer"}
    assert first["speed"] == 1
    assert first["zone"] == "Asia/Taipei"
    await visitor.until(lambda state: state["now"] > first["now"])
    assert (await visitor.state())["now"] - first["now"] < 10


async def test_a_member_enters_and_leaves_voice(visitor: Visitor) -> None:
    corner = _channels(await visitor.state())["Coffee corner"]["id"]
    ana = str(visitor.world.people["Ana"].actor.id)
    response = await visitor.post("voice", member=ana, channel=corner)
    assert [p["name"] for p in (await response.json())["people"] if p["voice"] == corner] == ["Ana"]
    response = await visitor.post("voice", member=ana, channel="")
    assert not [p for p in (await response.json())["people"] if p["voice"]]
    lobby = str(visitor.world.lobby.id)
    assert (await visitor.post("voice", member=ana, channel=lobby)).status == 409
    assert (await visitor.post("voice", member="nobody", channel=corner)).status == 409


async def test_the_clock_steps_and_changes_its_speed(visitor: Visitor) -> None:
    now = (await visitor.state())["now"]
    later = await (await visitor.post("step", to="30")).json()
    assert 1800 <= later["now"] - now < 1810
    coming = later["coming"][0]
    then = await (await visitor.post("step", to="next")).json()
    assert 0 < then["now"] - coming["at"] < 10
    same = await (await visitor.post("step", to="backwards")).json()
    assert same["now"] - then["now"] < 10
    assert (await (await visitor.post("speed", speed="600")).json())["speed"] == 600
    assert (await (await visitor.post("speed", speed="0")).json())["speed"] == 1
    assert (await (await visitor.post("speed", speed="fast")).json())["speed"] == 1
    for _ in range(10):
        end = await (await visitor.post("step", to="next")).json()
    assert not end["coming"], "after the last event there is nothing to step to"


def test_a_speed_is_never_slower_than_simcords_own_timers() -> None:
    assert sane_speed(0.5) == 1
    assert sane_speed(60) == 60
    assert sane_speed(1e9) == 3600
    assert sane_speed(float("nan")) == 1


async def test_other_sites_are_kept_out(visitor: Visitor) -> None:
    step = visitor.page.address + "step"
    evil: dict[str, str]
    for evil in ({}, {"Origin": "https://example.com"}, {"Origin": "null"}):
        async with visitor.http.post(step, data={"to": "30"}, headers=evil) as response:
            assert response.status == 403
    rebound = {"Host": f"example.com:{visitor.page.port}"}
    async with visitor.http.get(visitor.page.address + "state", headers=rebound) as response:
        assert response.status == 403
    name = f"localhost:{visitor.page.port}"
    async with visitor.http.post(
        step, data={"to": "5"}, headers={"Host": name, "Origin": f"http://{name}"}
    ) as response:
        assert response.status == 200
    async with visitor.http.get(visitor.page.address + "step") as response:
        assert response.status == 405


async def test_a_channel_opens_in_the_preview_as_the_chosen_member(visitor: Visitor) -> None:
    lobby = visitor.world.lobby.id
    url = await visitor.open("美玲", lobby)
    shown = await visitor.look(url)
    mei = visitor.world.people["美玲"]
    assert shown["viewerId"] == str(mei.actor.id)
    assert shown["channel"]["name"] == "lobby"
    assert (await visitor.state())["shown"] == str(lobby)
    # As somebody else, in another tab: the first one stays.
    other = await visitor.open("Ben", lobby)
    assert other == url
    assert (await visitor.look(other))["viewerId"] == str(visitor.world.people["Ben"].actor.id)
    # Another channel: only one preview at a time.
    introductions = int(_channels(await visitor.state())["introductions"]["id"])
    third = await visitor.open("Ben", introductions)
    assert third != url
    assert urlsplit(third).port == urlsplit(url).port, "the old tab hears that it is over"
    assert (await visitor.look(third))["channel"]["name"] == "introductions"
    with pytest.raises(AssertionError):
        await visitor.again(url)


async def test_a_gone_channel_and_a_closed_preview_are_explained(visitor: Visitor) -> None:
    ben = str(visitor.world.people["Ben"].actor.id)
    assert (await visitor.post("open", member=ben, channel="1")).status == 409
    assert (await visitor.post("open", member=ben, channel="")).status == 409
    url = await visitor.open("Ben", visitor.world.lobby.id)
    await visitor.look(url)
    await visitor.act(url, "close")
    await visitor.until(lambda state: not state["shown"])
    again = await visitor.open("Ben", visitor.world.lobby.id)
    assert (await visitor.look(again))["channel"]["name"] == "lobby"


async def test_a_port_taken_meanwhile_is_explained(visitor: Visitor) -> None:
    url = await visitor.open("Ben", visitor.world.lobby.id)
    assert visitor.page.screen.preview
    await visitor.page.screen.preview.close()
    ben = str(visitor.world.people["Ben"].actor.id)
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(("127.0.0.1", urlsplit(url).port))
        taken.listen()
        response = await visitor.post("open", member=ben, channel=str(visitor.world.lobby.id))
        assert response.status == 409
        assert await visitor.open("Ben", visitor.world.lobby.id) != url, "the next try takes another port"


async def test_commands_and_buttons_work_while_the_clock_runs(visitor: Visitor) -> None:
    await visitor.post("speed", speed="600")
    url = await visitor.open("Ben", visitor.world.lobby.id)
    await visitor.look(url)
    assert (await visitor.run(url, "openspace help"))["settlement"] == "settled"
    shown = await visitor.again(url)
    message = shown["messages"][shown["timeline"][-1]]
    look = re.findall(r"message:\d+:component:[^\"']+", str(message))[0]  # Host one: a form
    for number in range(12):
        await asyncio.sleep(0.25)  # the clock publishes meanwhile, and this tab does not look
        if number % 3 == 0:
            async with visitor.page.turn:
                await visitor.world.people["Ana"].actor.send(visitor.world.lobby, "Hi!")
        pressed = await visitor.act(url, "click", control_key=look, target_id=look.split(":")[1])
        assert pressed["settlement"] == "settled", pressed
        assert pressed["acknowledgement"] in {"acknowledged", "deferred"}
    assert not visitor.world.faults
    assert not visitor.world.env.errors


async def test_a_command_just_before_something_is_due_neither_waits_nor_fails(visitor: Visitor) -> None:
    world = visitor.world
    url = await visitor.open("Ben", world.lobby.id)
    await visitor.look(url)
    async with visitor.page.turn:
        await world.people["Ana"].actor.slash(world.lobby, "openspace host", topic="Near", minutes=10)
        await world.advance((world.at("11:17") - world.env.now()).total_seconds() - 5.5)
        # Now the keeper's timer is set anew: 5.5 seconds ahead, in real time too.
        await world.people["Sofia"].actor.slash(world.lobby, "openspace join", session="Near")
    await asyncio.sleep(0.6)
    before = asyncio.get_running_loop().time()
    ran = await visitor.run(url, "openspace list")
    assert asyncio.get_running_loop().time() - before < 4  # of the 4.9 until then
    assert ran["settlement"] == "settled"
    await visitor.post("step", to="5")
    assert (await world.cards())[0].session.state is State.ENDED


async def test_the_preview_follows_what_happens_in_its_channel(visitor: Visitor) -> None:
    world = visitor.world
    async with visitor.page.turn:
        await world.people["Ana"].actor.slash(world.lobby, "openspace host", topic="Follow me")
        desk = await world.desk("Follow me")
    url = await visitor.open("Ben", desk[Kind.TEXT].id)
    before = (await visitor.look(url))["publishedRevision"]
    await asyncio.sleep(1.2)
    quiet = (await visitor.again(url))["publishedRevision"]
    assert quiet <= before + 1, "where nothing happens nothing is published"
    async with visitor.page.turn:
        await world.people["Sofia"].actor.slash(world.lobby, "openspace join", session="follow")
    await visitor.until(lambda shown: "just joined" in str(shown["messages"]), url)
    await visitor.post("step", to="30")
    await visitor.post("step", to="30")
    await visitor.post("step", to="30")
    assert not (await visitor.again(url))["channel"]["canSendMessages"], "the archive is read-only"


async def test_what_simcord_refuses_now_is_tried_again(visitor: Visitor) -> None:
    visitor.world.env._begin_operation("something else")
    start = visitor.world.env.now()
    await asyncio.sleep(1.2)
    assert visitor.world.env.now() == start
    member = str(visitor.world.people["Ana"].actor.id)
    assert (await visitor.post("voice", member=member, channel="")).status == 409
    visitor.world.env._end_operation()
    await visitor.until(lambda state: state["now"] - start.timestamp() >= 1.2)  # no time is lost


async def test_a_bot_that_hangs_is_reported_and_time_goes_on(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def hang(self: World, seconds: float) -> None:
        raise TimeoutError("bot did not settle\nat all")

    monkeypatch.setattr(World, "advance", hang)
    for _ in range(2):
        await visitor.post("step", to="5")
    assert (await visitor.state())["faults"] == ["bot did not settle"], "said once"
    monkeypatch.undo()
    start = (await visitor.state())["now"]
    await visitor.until(lambda state: state["now"] > start)


async def _running(coroutine: Any, capsys: pytest.CaptureFixture[str]) -> tuple[asyncio.Task[int], str]:
    task = asyncio.create_task(coroutine)
    said = ""
    while not ADDRESS.search(said):
        await asyncio.sleep(0.05)
        assert not task.done(), task.exception() or task.result()
        said += capsys.readouterr().out
    return task, said


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_serve_ends_cleanly_in_process(
    number: signal.Signals, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = {each: signal.getsignal(each) for each in demo_page.SIGNALS}
    database = tmp_path / "kept.sqlite3"
    for words in ("60 times as fast as real time.\n", "It goes on where it ended."):
        task, said = await _running(serve(60.0, database, 0), capsys)
        assert "It is Saturday, 2 October 2021, 11:0" in said
        assert words in said
        os.kill(os.getpid(), number)
        assert await asyncio.wait_for(task, 10) == 0
        assert capsys.readouterr().out.endswith("The demo has ended.\n")
        assert signal.getsignal(number) is signal.SIG_DFL, "a second signal kills"
    for each, handler in before.items():
        signal.signal(each, handler)


async def test_serve_says_in_one_line_what_a_person_can_mend(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def nothing(_: World) -> None:
        return None

    monkeypatch.setattr(demo_page, "play_morning", nothing)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(PlainError, match=rf"^port {port} cannot be used \(.+\); choose another") as found:
            await serve(1.0, None, port)
    assert found.value.code == 2
    with pytest.raises(StoreError, match="cannot be opened"):
        await serve(1.0, tmp_path, 0)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_serve_ends_cleanly_as_a_program(number: signal.Signals) -> None:
    program = (
        "import asyncio, sys; from bot.demo.page import serve; sys.exit(asyncio.run(serve(300.0, None, 0)))"
    )
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", program, stdout=pipe, stderr=pipe)
    assert process.stdout
    line = b""
    while not ADDRESS.search(line.decode()):
        line = await asyncio.wait_for(process.stdout.readline(), 30)
        assert line, "it ended before it told its address"
    address = line.decode().strip()
    async with aiohttp.ClientSession() as http:
        async with http.get(address) as response:
            assert "Open Spaces" in await response.text()
        async with http.get(address + "state") as response:
            state = await response.json()
        assert "your-first-patch-to-cpython" in _channels(state)
        form = {
            "member": state["people"][0]["id"],
            "channel": _channels(state)["lobby"]["id"],
        }
        async with http.post(
            address + "open", data=form, headers={"Origin": address.rstrip("/")}, allow_redirects=False
        ) as response:
            assert response.status == 303
        async with http.get(response.headers["Location"]) as preview:
            assert "SimCord Preview" in await preview.text()
        process.send_signal(number)
        _, errors = await asyncio.wait_for(process.communicate(), 5)
    assert process.returncode == 0
    assert errors == b""
