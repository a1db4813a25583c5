"""K6, K9, K15, R19: who may not see the area sees nothing of it; organizers are told where they are."""

from __future__ import annotations

import discord
import pytest
from simcord.backend.errors import BackendError
from simcord.backend.models import Overwrite
from simcord.enums import OverwriteType

from tests.conftest import BOARD, NEWS, MakeWorld, World, all_text
from tests.desks.conftest import (
    Wire,
    delete,
    desk,
    enter,
    failing,
    fill,
    give,
    hears,
    overwrites,
    protect,
    says,
    server,
    shows,
    told,
    wait,
    without,
    write,
)
from tests.desks.strict import http_error

VIEW = discord.Permissions(view_channel=True).value


def hide(world: World) -> list[Overwrite]:
    """Attendees see the area, with Ana among them; strangers do not."""
    role = world.guild.create_role("Attendee")
    world.people["ana"] = world.guild.add_member(world.env.create_user("ana"), roles=[role])
    return [
        Overwrite(world.guild.id, OverwriteType.ROLE, 0, VIEW),
        Overwrite(role.id, OverwriteType.ROLE, VIEW, 0),
    ]


def sees(world: World, name: str, channel: str) -> bool:
    """Whether somebody sees a channel, as Discord computes it."""
    who, where = world.person(name).id, world.channel(channel).id
    return bool(world.env.backend.compute_permissions(world.guild.id, who, where) & VIEW)


def everything(world: World) -> list[str]:
    return [name for _, name, _ in server(world)]


async def test_r19_a_desk_whose_hidden_area_was_deleted_follows_the_new_one(world: World) -> None:
    await protect(world, "Open Space", hide(world))
    await world.host("ana", "Async testing")
    await wait(world, 1)
    assert not sees(world, "eve", "async-testing")
    await delete(world, "Open Space")
    await wait(world, 2)
    assert shows(world, *desk("Async testing", "async-testing"))
    assert all(sees(world, "eve", name) for name in ("Open Space", "Async testing", "async-testing"))


async def test_k6_r19_hidden_before_anything_is_made_all_is_hidden(world: World) -> None:
    await protect(world, "Open Space", hide(world))
    await fill(world, 47, world.channel("Open Space"))
    await world.host("ana", "Async testing")
    await world.host("ana", "Board games", "10:30")
    await wait(world, 1)
    assert "Open Space 2" in everything(world)
    for name in everything(world):
        assert not sees(world, "stranger", name), name
        assert sees(world, "ana", name), name


async def test_k6_r19_hidden_later_everything_follows_and_shown_again_too(world: World, wire: Wire) -> None:
    await fill(world, 47, world.channel("Open Space"))
    await world.host("ana2", "Async testing")
    await write(world, "async-testing", "ana2")
    await wait(world, 1)
    before = {name: overwrites(world, name) for name in (BOARD, NEWS, "Open Space 2", "Open Space archive")}
    await protect(world, "Open Space", hide(world))
    await wait(world, 1)
    for name in everything(world):
        assert not sees(world, "stranger", name), name
        assert sees(world, "ana", name), name
    await wait(world, 75)
    assert not sees(world, "stranger", "async-testing")
    area = world.channel("Open Space")
    bot = world.env.backend.bot_user.id
    own = [o for o in area._channel.overwrites if o.target_id == bot]
    world.env.backend.edit_channel(area.id, {}, overwrites=own)
    await world.env.settle()
    await wait(world, 1)
    for name, known in before.items():
        assert sees(world, "stranger", name), name
        writing = {who: deny.send_messages for who, (_, deny) in known.items()}
        now = {who: deny.send_messages for who, (_, deny) in overwrites(world, name).items()}
        assert {who: now.get(who, False) for who in writing} == writing, name
    wire.calm()
    await wait(world, 60)
    assert wire.calls == []


async def test_k6_r19_board_and_news_stay_the_bots_to_write(world: World) -> None:
    await protect(world, "Open Space", hide(world))
    await wait(world, 1)
    for name in (BOARD, NEWS):
        with pytest.raises(BackendError, match="Missing Permissions"):
            await world.person("ana").send(world.channel(name), "hello")
    await world.host("ana", "Async testing")
    await wait(world, 1)
    assert world.layouts(BOARD)


async def test_k6_r13_what_organizers_set_on_the_board_besides_stays(world: World) -> None:
    speaker = world.guild.create_role("Speaker")
    talk = discord.Permissions(send_messages=True, attach_files=True, mention_everyone=True).value
    await protect(world, BOARD, [Overwrite(speaker.id, OverwriteType.ROLE, talk, 0)])
    await protect(world, "Open Space", hide(world))
    await wait(world, 1)
    assert overwrites(world, BOARD)[speaker.id][0].value & talk == talk
    assert not sees(world, "stranger", BOARD)


async def test_k6_r19_who_may_not_see_the_area_can_neither_host_nor_join_nor_list(world: World) -> None:
    await protect(world, "Open Space", hide(world))
    await world.host("ana", "Secret meeting")
    for text in (
        await world.host("stranger", "Mine"),
        await world.join("stranger", "1"),
    ):
        assert "Secret" not in text
        assert "is yours" not in text
        assert "You're in" not in text
    result = await world.person("stranger").slash(world.lobby, "openspace list")
    assert result.response
    assert "Secret" not in all_text(result.response)
    assert shows(world, *desk("Secret meeting", "secret-meeting"))


async def test_k9_r19_a_member_whose_role_denies_it_gets_in_by_no_way(world: World) -> None:
    muted = world.guild.create_role("Banned from open spaces")
    world.people["eve"] = world.guild.add_member(world.env.create_user("eve"), roles=[muted])
    denied = discord.Permissions(view_channel=True, connect=True).value
    await protect(world, "Open Space", [Overwrite(muted.id, OverwriteType.ROLE, 0, denied)])
    await world.host("eve", "Mine")
    await world.host("ana", "Async testing")
    assert world.names("voice") == ["Async testing"]
    with pytest.raises(BackendError):
        await enter(world, "eve", "Async testing")


# ---------------------------------------------------------------- where organizers are told (K15)


async def test_k15_organizers_are_told_nowhere_by_chance(world: World) -> None:
    """No channel is set, the server has no place for moderators and no system channel: it is in the log."""
    await give(world, without("manage_channels"))
    await wait(world, 30)
    for channel in (c for c in world.guild.channels.values() if c._channel.type == 0):
        assert not [text for text in world.said(channel) if "⚠" in text]


async def test_k15_the_set_channel_comes_before_the_moderators(make_world: MakeWorld) -> None:
    world = await make_world()
    staff = world.guild.create_text_channel("x-staff")
    path = world.folder / "config.toml"
    text = path.read_text("utf-8") + f"\n[channels]\norganizers_channel = {staff.id}\n"
    path.write_text(text, "utf-8")
    hears(world)
    await world.restart()
    await give(world, without("manage_channels"))
    await wait(world, 1)
    assert len(world.said(staff)) == 1
    assert told(world) == []


async def test_k15_the_system_channel_where_there_is_nothing_better(world: World) -> None:
    world.env.backend.edit_guild(world.guild.id, {"system_channel_id": world.lobby.id})
    await give(world, without("manage_channels"))
    await wait(world, 1)
    assert len(told(world)) == 1


async def test_k15_the_advice_names_the_channel_and_the_permission(world: World) -> None:
    hears(world)
    await world.host("ana", "Async testing", minutes=120)
    bot = world.env.backend.bot_user.id
    send = discord.Permissions(send_messages=True).value
    await protect(world, "async-testing", [Overwrite(bot, OverwriteType.MEMBER, VIEW, send)])
    await world.join("eve", "Async testing")
    await wait(world, 5)
    [word] = told(world)
    assert f"<#{world.channel('async-testing').id}>" in word
    assert "Send Messages" in word
    await world.host("bob", "Board games", minutes=60)
    assert any("is open until" in text for text in world.said("board-games"))


async def test_k15_a_denial_that_is_lifted_is_no_problem_any_more(world: World, wire: Wire) -> None:
    hears(world)
    await world.host("ana", "Async testing", minutes=120)
    wire.on(
        lambda call: says(call) and "just joined" in call.json["content"], failing(http_error(403, 50013))
    )
    await world.join("eve", "Async testing")
    await wait(world, 5)
    assert len(told(world)) == 1
    wire.calm()
    await wait(world, 11)
    assert any("just joined" in text for text in world.said("async-testing"))
    assert await world.bot.database.read.all("SELECT code FROM problem") == []
