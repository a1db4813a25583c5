"""The log channel: what happens is told there in batches, once, to nobody's disturbance."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from typing import Any

import discord
import pytest
from simcord.backend.models import Overwrite
from simcord.builders import ChannelHandle
from simcord.enums import OverwriteType

from bot.store.settings import logged
from cogs.log_channel import APART, MANY
from tests.cogs.conftest import slash
from tests.conftest import World

BEGINS = "From here on"


@pytest.fixture
async def channel(world: World) -> ChannelHandle:
    """The log channel of the server, which has begun."""
    made = world.guild.create_text_channel("log")
    await world.env.settle()
    await world.set(channels__log_channel=made.id)
    await world.env.advance_time(10)
    assert len(world.said(made)) == 1
    assert BEGINS in world.said(made)[0]
    return made


def lines(world: World, channel: ChannelHandle) -> list[str]:
    """What the log has said, line by line, since it began."""
    said = [text for text in world.said(channel) if BEGINS not in text]
    return [line.split(" ", 2)[2] for text in said for line in text.splitlines()]


async def test_what_people_and_time_do_is_told_in_one_message_that_pings_nobody(
    world: World, channel: ChannelHandle
) -> None:
    await world.host("ana", "Git", "08:30")
    await world.join("bo", "Git")
    await slash(world, "bo", "leave", session="Git")
    await world.env.advance_time(10)
    ana, bo = world.person("ana").id, world.person("bo").id
    told = lines(world, channel)
    assert [line.split(" for ")[0] for line in told] == [
        f"<@{ana}> booked **Git**",
        f"<@{bo}> joined **Git**",
        f"<@{bo}> left **Git**",
    ]
    assert len(world.said(channel)) == 2
    sent = [
        r.json for r in world.env.http_requests if r.path == f"/channels/{channel.id}/messages" and r.json
    ]
    assert all(each["allowed_mentions"] == {"parse": []} for each in sent)
    await world.until("08:31")
    assert "🤖 opened **Git** at desk 1" in lines(world, channel)  # by time, which no command told of
    assert not any("channel" in line for line in lines(world, channel))


async def test_there_is_one_message_in_six_seconds_at_most(world: World, channel: ChannelHandle) -> None:
    for number in range(12):
        await world.join("bo", "Git") if number else await world.host("ana", "Git", "08:30")
        await slash(world, "bo", "leave", session="Git")
        await world.env.advance_time(2)
    assert len(world.said(channel)) - 1 <= 24 / APART + 1
    await world.env.advance_time(10)
    assert len(lines(world, channel)) == 1 + 11 + 11


async def test_it_is_in_the_servers_language(world: World, channel: ChannelHandle) -> None:
    await world.set(conference__language="zh-TW")
    await world.join("bo", "x")
    await world.host("ana", "Git", "08:30")
    await world.env.advance_time(10)
    assert any("開了 **Git**" in line for line in lines(world, channel))


async def test_after_a_restart_it_goes_on_and_tells_nothing_twice(
    world: World, channel: ChannelHandle
) -> None:
    await world.host("ana", "Git", "08:30")
    await world.env.advance_time(10)
    await world.join("bo", "Git")  # not told yet
    await world.restart()
    await world.env.advance_time(10)
    assert [line.split(" ")[1] for line in lines(world, channel)] == ["booked", "joined"]
    await world.restart()
    await world.env.advance_time(30)
    assert len(lines(world, channel)) == 2


async def test_a_crash_between_telling_and_noting_tells_nothing_twice(
    world: World, channel: ChannelHandle, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def never(_guild_id: int, _until: int) -> None:
        raise RuntimeError("the process died")

    monkeypatch.setattr(world.bot.service.trail, "logged", never)
    await world.host("ana", "Git", "08:30")
    await world.env.advance_time(5)
    assert len(lines(world, channel)) == 1
    await world.join("bo", "Git")
    await world.restart()
    await world.env.advance_time(20)
    assert [line.split(" ")[1] for line in lines(world, channel)] == ["booked", "joined"]


async def test_what_was_not_sent_before_a_crash_is_sent_after_it(
    world: World, channel: ChannelHandle, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.env.inject_error("POST", f"/channels/{channel.id}/messages", status=500, times=1)
    await world.host("ana", "Git", "08:30")
    await world.env.advance_time(5)
    assert lines(world, channel) == []
    await world.restart()
    await world.env.advance_time(20)
    assert len(lines(world, channel)) == 1


async def test_a_flood_is_one_line(world: World, channel: ChannelHandle) -> None:
    insert(world, 10_000)
    await world.host("ana", "Git", "08:30")
    await world.env.advance_time(30)
    [text] = [text for text in world.said(channel) if BEGINS not in text]
    assert "10001 more lines" in text
    await world.join("bo", "Git")
    await world.env.advance_time(10)
    assert "joined" in lines(world, channel)[-1]


async def test_what_is_less_than_a_flood_is_told_in_several_messages(
    world: World, channel: ChannelHandle
) -> None:
    insert(world, MANY - 1)
    await world.host("ana", "Git", "08:30")
    await world.env.advance_time(300)
    assert len(lines(world, channel)) == MANY
    assert all(len(text) <= 2000 for text in world.said(channel))


def insert(world: World, count: int) -> None:
    with closing(sqlite3.connect(world.folder / "openspace.sqlite3")) as db:
        row = (world.guild.id, 1767225600, 7, "join", "people", "{}")
        sql = "INSERT INTO audit (guild_id, at, actor_id, action, about, detail) VALUES (?, ?, ?, ?, ?, ?)"
        db.executemany(sql, [row] * count)
        db.commit()


async def test_a_channel_that_is_forbidden_is_told_once_and_goes_on_without_the_past(
    world: World, channel: ChannelHandle
) -> None:
    world.env.backend.edit_guild(world.guild.id, {"public_updates_channel_id": world.lobby.id})
    await forbid(world, channel)
    before = len(world.requests("POST", f"/channels/{channel.id}/"))
    for number in range(3):
        await world.host(f"p{number}", f"Topic {number}", "09:00")
        await world.env.advance_time(60)
    await world.restart()
    await world.env.advance_time(60)
    assert len(world.requests("POST", f"/channels/{channel.id}/")) == before
    assert [text for text in world.said(world.lobby) if "log channel" in text] == [
        text for text in world.said(world.lobby) if f"<#{channel.id}>" in text
    ]
    assert sum("log channel" in text for text in world.said(world.lobby)) == 1
    world.env.backend.edit_channel(channel.id, {}, overwrites=[])
    await world.env.settle()
    await world.host("ana", "Git", "08:30")
    await world.env.advance_time(20)
    assert lines(world, channel) == []  # it has begun anew
    assert sum(BEGINS in text for text in world.said(channel)) == 2
    await world.join("bo", "Git")
    await world.env.advance_time(20)
    assert [line.split(" ")[1] for line in lines(world, channel)] == ["joined"]


async def forbid(world: World, channel: ChannelHandle) -> None:
    role = next(role for role in world.guild._guild.roles.values() if role.managed)
    role.permissions = discord.Permissions.all().value & ~discord.Permissions(administrator=True).value
    deny = discord.Permissions(send_messages=True).value
    overwrite = Overwrite(role.id, OverwriteType.ROLE, 0, deny)
    world.env.backend.edit_channel(channel.id, {}, overwrites=[overwrite])
    await world.env.settle()


async def test_a_deleted_channel_costs_nothing_and_another_one_begins_anew(
    world: World, channel: ChannelHandle
) -> None:
    world.env.backend.delete_channel(channel.id)
    await world.env.settle()
    await world.host("ana", "Git", "08:30")
    await world.env.advance_time(60)
    other = world.guild.create_text_channel("other")
    await world.env.settle()
    await world.set(channels__log_channel=other.id)
    await world.env.advance_time(20)
    assert len(world.said(other)) == 1
    assert BEGINS in world.said(other)[0]
    await world.set(channels__log_channel=None)
    await world.join("bo", "Git")
    await world.env.advance_time(20)
    assert len(world.said(other)) <= 2
    assert (await logged(world.bot.database.read, world.guild.id))[0] == 0


async def test_words_that_discord_refuses_hold_up_nothing(world: World, channel: ChannelHandle) -> None:
    path = f"/channels/{channel.id}/messages"
    world.env.inject_error("POST", path, status=400, code=240000, times=1)
    await world.host("ana", "harmful link", "08:30")
    await world.env.advance_time(10)
    assert "1 more line" in world.said(channel)[-1]
    await world.join("bo", "harmful")
    await world.env.advance_time(10)
    assert "joined" in lines(world, channel)[-1]


async def test_another_servers_lines_stay_there(world: World, channel: ChannelHandle) -> None:
    other = world.env.create_guild("Elsewhere")
    lobby = other.create_text_channel("lobby")
    await world.env.settle()
    eve = other.add_member(world.env.create_user("eve"))
    await eve.slash(lobby, "openspace host", topic="Secret", when="08:30")
    await world.host("ana", "Git", "08:30")
    await world.env.advance_time(20)
    said = json.dumps(world.said(channel))
    assert "Git" in said
    assert "Secret" not in said


async def test_without_a_log_channel_nothing_is_read_or_written(world: World) -> None:
    await world.host("ana", "Git", "08:30")
    await world.env.advance_time(20)
    cog: Any = world.bot.get_cog("LogChannel")
    assert cog._logs == {}
    with closing(sqlite3.connect(world.folder / "openspace.sqlite3")) as db:
        assert db.execute("SELECT count(*) FROM server").fetchone() == (0,)
