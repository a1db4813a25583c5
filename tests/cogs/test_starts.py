"""R17 as people meet it: how many sessions one starts now within an hour, and what is offered instead."""

from __future__ import annotations

import discord

from tests.cogs.conftest import Speak, click, fields, read, slash, submit, told
from tests.conftest import World, all_text, buttons


async def four(world: World, name: str) -> None:
    """Host now, end, host now, and so on, from 08:00 to 08:03."""
    for number in range(4):
        await world.host(name, f"Topic {number}")
        assert "is over" in await slash(world, name, "end")
        await world.env.advance_time(60)


async def test_r17_host_now_and_end_again_and_again_makes_no_more_channels(world: World) -> None:
    """K2: one member made 1,800 channels an hour."""
    await four(world, "eve")
    made = len(world.requests("POST", "/channels"))
    for _ in range(5):
        said = await world.host("eve", "One more")
        assert "You've started 4 sessions within an hour, the most one person may" in said
        assert "You can start the next one <t:1767229200:R>, or book ahead now." in said
    assert len(world.requests("POST", "/channels")) == made
    assert "Desk 1 is yours: Git" in await world.host("ana", "Git")


async def test_r17_the_next_possible_time_is_one_click_away(world: World, speak: Speak) -> None:
    await four(world, "eve")
    speak("zh-TW")
    eve = world.person("eve")
    refused = told(await eve.slash(world.lobby, "openspace host", topic="One more"))
    assert "你一小時內已經開了 4 場" in all_text(refused)
    assert "<t:1767229200:R>" in all_text(refused)
    first = next(label for label in buttons(refused) if "09:00" in label)
    speak("en-US")
    assert "Booked: One more" in read(await click(eve, refused, first))


async def test_r17_organizers_are_not_held_back(world: World) -> None:
    role = world.guild.create_role("Crew", permissions=discord.Permissions(manage_guild=True))
    world.people["org"] = world.guild.add_member(world.env.create_user("org"), roles=[role])
    await four(world, "org")
    assert "Desk 1 is yours" in await world.host("org", "One more")


async def test_r17_menus_and_choices_offer_what_one_may_have(world: World) -> None:
    await four(world, "eve")
    eve = world.person("eve")
    offered = await eve.autocomplete(world.lobby, "openspace host", "when", "")
    assert not any(" 08:" in choice["name"] for choice in offered)
    assert any(" 09:00" in choice["name"] for choice in offered)
    form = await eve.slash(world.lobby, "openspace host")
    labels = [option["label"] for option in fields(form)["when"]["options"]]
    assert not any(" 08:" in label for label in labels)
    assert any(" 09:00" in label for label in labels)
    refused = await submit(world, "eve", form, topic="One more", other="8:30")
    assert "You can start the next one" in read(refused)
