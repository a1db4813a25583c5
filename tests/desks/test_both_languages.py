"""A server whose language is 'both': what everyone sees is in English and in Chinese at once."""

from __future__ import annotations

import re

from tests.cogs.conftest import slash
from tests.conftest import BOARD, NEWS, MakeWorld, World


async def both(make_world: MakeWorld, **sections: dict[str, object]) -> World:
    world = await make_world(**sections)
    assert isinstance(world, World)
    await world.set(conference__language="both")
    return world


async def test_a_day_of_a_server_in_both_languages(make_world: MakeWorld) -> None:
    world = await both(make_world, sessions={"no_show_minutes": 0}, events={"enabled": True})
    assert "🟢 **Desk 1 is yours" in await world.host("ana", "Git", minutes=30)  # an answer is the reader's
    await world.host("bo", "Rust", "10:30")
    await world.join("cy", "Rust")
    await world.join("cy", "Git")
    await world.env.advance_time(10)
    (opening, greeting) = world.said("git")
    host, guest = (world.person(name).id for name in ("ana", "cy"))
    assert "Desk 第 1 桌 · open until 開到" in opening
    assert re.findall(r"<@(\d+)>", opening) == [str(host)]
    assert "just joined · 參加了" in greeting
    assert re.findall(r"<@(\d+)>", greeting) == [str(guest), str(host)]
    topic = world.bot.get_channel(world.channel("git").id)
    assert getattr(topic, "topic", "").startswith("Open Space · Host · 主持人: ana")
    assert world.names("voice") == ["Git"]  # a channel's name is one
    await slash(world, "bo", "cancel", session="Rust", reason="a cold")
    await world.env.advance_time(10)
    (news,) = world.said(NEWS)
    assert "is cancelled · 取消了" in news
    assert news.count("<@") == 1
    board = str([each.to_dict() for each in world.layouts(BOARD)[0].components])
    for text in ("On now · 正在進行", "Host one · 我來開一場", "Join · 參加"):
        assert text in board
    card = str([each.to_dict() for each in world.layouts("git")[0].components])
    assert "Host · 主持人" in card
    guild = world.bot.get_guild(world.guild.id)
    assert guild
    assert len({channel.name for channel in guild.channels if "open-space" in channel.name}) == 2
    await world.until("08:26")
    assert "this session ends" in world.said("git")[-1]
    assert "結束" in world.said("git")[-1]


async def test_the_language_changes_at_once_for_what_everyone_sees(make_world: MakeWorld) -> None:
    world = await both(make_world)
    await world.env.advance_time(10)
    assert "Host one · 我來開一場" in str([each.to_dict() for each in world.layouts(BOARD)[0].components])
    await world.set(conference__language="zh-TW")
    await world.env.advance_time(10)
    board = str([each.to_dict() for each in world.layouts(BOARD)[0].components])
    assert "我來開一場" in board
    assert "Host one" not in board
