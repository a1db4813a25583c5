"""The bot as a process on the real wire: what people read, what a crash or a lost answer leaves behind."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing

import pytest

from tests.wire.faults import Fault, Loss
from tests.wire.people import TEXT, VOICE, Server
from tests.wire.process import BotProcess, until
from tests.wire.standin import StandIn

MAKE_CHANNEL, SEND, CALLBACK = r"/channels$", r"^/channels/\d+/messages$", r"/callback$"


def desks(server: Server) -> list[str]:
    """The channels that belong to sessions about knitting: their kinds, sorted."""
    kinds = {TEXT: "text", VOICE: "voice"}
    return sorted(kinds[each.type] for each in server.channels() if "knitting" in (each.name or ""))


def at_the_desk(server: Server) -> list[str]:
    """What is said in the first text channel about knitting."""
    texts = [each for each in server.channels(TEXT) if "knitting" in (each.name or "")]
    return server.said(texts[0]) if texts else []


def linked_on_the_board(server: Server) -> bool:
    """Whether the board links the desk's voice channel: the bot then knows it as its own."""
    voices = [each for each in server.channels(VOICE) if "knitting" in (each.name or "")]
    boards = [each for each in server.channels(TEXT) if each.name == "open-space-board"]
    return any(
        f"<#{voice.id}>" in text for voice in voices for board in boards for text in server.said(board)
    )


async def settled(standin: StandIn, server: Server) -> None:
    """Wait until the desk has all that it gets: both channels, a pinned card, a place on the board."""
    await until(lambda: standin.made("PUT", r".*/pins/\d+"), "the pinned card")
    await until(lambda: linked_on_the_board(server), "the session on the board, with its channel")


async def test_people_host_list_and_join(standin: StandIn, server: Server, bot: BotProcess) -> None:
    ana, ben = server.person("ana"), server.person("ben")
    form = await server.slash(ana, "openspace host")
    hosted = await server.submit(ana, form, topic="Quantum knitting")
    assert "Quantum knitting" in hosted.text
    assert all(message.is_ephemeral for message in hosted.messages)
    await settled(standin, server)
    assert desks(server) == ["text", "voice"]

    listed = await server.slash(ben, "openspace list", locale="zh-TW")
    assert "Quantum knitting" in listed.text
    assert "ana" in listed.text
    [value, *_] = await server.complete(ben, "openspace join", "session", "QUANT")
    joined = await server.slash(ben, "openspace join", session=value)
    assert "Quantum knitting" in joined.text
    await until(lambda: any(f"<@{ben}>" in said for said in at_the_desk(server)), "the greeting")

    [page] = listed.messages
    [button] = [each for each in custom_ids(page.components) if each.startswith("openspace:join:")]
    pressed = await server.click(server.person("cid"), page, button)
    assert "Quantum knitting" in pressed.text


def custom_ids(components: object) -> list[str]:
    if isinstance(components, dict):
        own = [components["custom_id"]] if "custom_id" in components else []
        return own + [each for value in components.values() for each in custom_ids(value)]
    return (
        [each for value in components for each in custom_ids(value)] if isinstance(components, list) else []
    )


@pytest.mark.parametrize(
    ("path", "loss"),
    [(MAKE_CHANNEL, Loss.HUNG), (SEND, Loss.HUNG)],
    ids=["a channel made, not known", "a message sent, not known"],
)
async def test_r14_a_power_cut_leaves_nothing_twice(
    standin: StandIn, server: Server, bot: BotProcess, path: str, loss: Loss
) -> None:
    contains = "knitting" if path == MAKE_CHANNEL else None
    struck = standin.faults.add(Fault("POST", path, loss, contains=contains))
    ana, ben = server.person("ana"), server.person("ben")
    hosted = await server.slash(ana, "openspace host", topic="Quantum knitting")
    assert "Quantum knitting" in hosted.text
    await until(lambda: struck.struck, "the request in whose middle the power fails")
    await bot.kill()

    await bot.online()
    listed = await server.slash(ben, "openspace list")
    assert listed.text.count("Quantum knitting") == 1  # said means done (R15)
    await settled(standin, server)
    assert await bot.stop() == 0
    assert desks(server) == ["text", "voice"]
    said = at_the_desk(server)
    assert len(said) == len(set(said)), said


async def test_r14_lost_answers_leave_nothing_twice(
    standin: StandIn, server: Server, bot: BotProcess
) -> None:
    for fault in (
        Fault("POST", MAKE_CHANNEL, Loss.CUT, contains="knitting", times=2),
        Fault("POST", SEND, Loss.CUT),
    ):
        standin.faults.add(fault)
    await server.slash(server.person("ana"), "openspace host", topic="Quantum knitting")
    await settled(standin, server)
    assert all(fault.struck for fault in standin.faults.planned)
    assert desks(server) == ["text", "voice"]
    said = at_the_desk(server)
    assert len(said) == len(set(said)), said


async def test_r5_who_got_no_answer_and_asks_again_has_one_session(
    standin: StandIn, server: Server, bot: BotProcess
) -> None:
    standin.faults.add(Fault("POST", CALLBACK, Loss.CUT))
    ana = server.person("ana")
    first = asyncio.create_task(server.slash(ana, "openspace host", topic="Quantum knitting"))
    await until(lambda: standin.faults.planned[0].struck, "the answer that is lost")
    second = await server.slash(ana, "openspace host", topic="Quantum knitting")
    assert "Quantum knitting" in second.text
    first.cancel()
    await settled(standin, server)
    listed = await server.slash(ana, "openspace list")
    assert listed.text.count("Quantum knitting") == 1
    assert desks(server) == ["text", "voice"]


async def test_a_connection_that_drops_loses_no_command(
    standin: StandIn, server: Server, bot: BotProcess
) -> None:
    ana = server.person("ana")
    await standin.gateway.drop()
    hosted = await server.slash(ana, "openspace host", topic="Quantum knitting")  # said while nobody listens
    assert "Quantum knitting" in hosted.text
    assert (standin.gateway.identified, standin.gateway.resumed) == (1, 1)


async def test_sigterm_stops_it_in_good_order(standin: StandIn, server: Server, bot: BotProcess) -> None:
    people = [server.person(f"person {number}") for number in range(8)]
    topics = [server.slash(each, "openspace host", topic=f"Knitting {each}") for each in people]
    for hosted in await asyncio.gather(*topics):
        assert "Knitting" in hosted.text
    assert await bot.stop() == 0
    assert "Traceback" not in bot.output()
    assert sorted(file.name for file in bot.folder.glob("*.sqlite3*")) == ["openspace.sqlite3"]
    with closing(sqlite3.connect(bot.folder / "openspace.sqlite3")) as file:
        assert file.execute("SELECT count(*) FROM session WHERE state = 'open'").fetchone() == (8,)
