"""Buttons and menus on messages that everybody sees: they outlive a restart and answer only who used them."""

from __future__ import annotations

from copy import deepcopy
from typing import Any, cast

import discord
import pytest

from bot.domain.models import State
from bot.service import Showing
from bot.ui import board, card
from bot.ui.menus import Menu
from tests.cogs.conftest import Speak, read
from tests.conftest import World
from tests.ui.samples import ENGLISH, ids, walk

DAY = 24 * 3600


async def post(world: World, view: discord.ui.LayoutView) -> Any:
    """Let the bot send a message to everyone."""
    channel = cast(discord.TextChannel, world.bot.get_channel(world.lobby.id))
    with world.env.time_context():
        await channel.send(view=view)
    await world.env.settle()
    return world.lobby.last_message


async def showings(world: World) -> list[Showing]:
    """The sessions as the board shows them."""
    with world.env.time_context():
        return [Showing(session) for session in await world.bot.service.finding.active(world.guild.id)]


async def post_board(world: World) -> Any:
    found = await showings(world)
    programme = world.bot.service.programme(world.guild.id)
    return await post(world, board.layout(ENGLISH, found, programme, world.env.now(), 0))


def components(world: World, message: Any) -> list[dict[str, Any]]:
    """What Discord has of the public message."""
    stored = world.env.backend.get_message(world.lobby.id, message.id)
    return stored.components


def edits(world: World) -> list[str]:
    """The requests that changed the public message."""
    return world.requests("PATCH", f"/channels/{world.lobby.id}/messages")


@pytest.mark.parametrize("restart", [False, True])
async def test_a_session_chosen_from_the_boards_menu_is_joined(world: World, *, restart: bool) -> None:
    for n in range(10):
        await world.host(f"host {n}", f"Topic {n}")
    await world.host("ana", "Git", "14:00")
    message = await post_board(world)
    shown = deepcopy(components(world, message))
    if restart:
        await world.restart()
    bo, cy = world.person("bo"), world.person("cy")
    first = await bo.select(message, ["3"], custom_id="openspace-menu:join:now")
    assert "You're in: **Topic 2**" in read(first)
    later = await cy.select(message, ["11"], custom_id="openspace-menu:join:next")
    assert "You're in: **Git**" in read(later)
    assert "already in: **Git**" in read(
        await cy.select(message, ["11"], custom_id="openspace-menu:join:next")
    )
    assert edits(world) == []
    assert components(world, message) == shown
    with world.env.time_context():
        joined = [await world.bot.service.guests.joined(number) for number in (3, 11)]
    assert joined == [[bo.id], [cy.id]]


async def test_a_menu_of_a_day_ago_says_that_the_session_is_over(world: World, speak: Speak) -> None:
    await world.host("ana", "Git")
    options = [discord.SelectOption(label="Git", value="1"), discord.SelectOption(label="Gone", value="99")]
    view = discord.ui.LayoutView(timeout=None)
    view.add_item(discord.ui.ActionRow(Menu("join", options)))
    message = await post(world, view)
    await world.env.advance_time(DAY)
    bo = world.person("bo")
    assert "**Git** is over" in read(await bo.select(message, ["1"]))
    speak("zh-TW")
    assert "找不到" in read(await bo.select(message, ["99"]))


@pytest.mark.parametrize("action", ["dance", "list"])
async def test_a_menu_of_another_version_says_so(world: World, action: str) -> None:
    view = discord.ui.LayoutView(timeout=None)
    view.add_item(discord.ui.ActionRow(Menu(action, [discord.SelectOption(label="x", value="1")])))
    message = await post(world, view)
    assert read(await world.person("bo").select(message, ["1"])) == ENGLISH("button-unknown")


@pytest.mark.parametrize("restart", [False, True])
async def test_a_button_beside_a_session_answers_only_who_clicked(world: World, *, restart: bool) -> None:
    await world.host("ana", "Git", "14:00")
    message = await post_board(world)
    if restart:
        await world.restart()
    for name in ("bo", "cy"):
        assert "You're in: **Git**" in read(
            await world.person(name).click(message, custom_id="openspace:join:1")
        )
    form = await world.person("bo").click(message, label="Host one")
    assert form.modal
    assert edits(world) == []


async def test_the_buttons_of_the_card_outlive_a_restart(world: World) -> None:
    await world.host("ana", "Git")
    showing = (await showings(world))[0]
    assert showing.session.state is State.OPEN
    programme = world.bot.service.programme(world.guild.id)
    view = card.layout(ENGLISH, showing, programme, world.env.now())
    message = await post(world, view)
    await world.restart()
    bo = world.person("bo")
    assert "You're in: **Git**" in read(await bo.click(message, label="Join"))
    assert "You left **Git**" in read(await bo.click(message, label="Leave"))
    assert [p["custom_id"] for p in walk(components(world, message)) if p["type"] == 2] == ids(view)
    assert edits(world) == []


def test_what_is_not_a_menu_of_ours_is_left_alone() -> None:
    pattern = Menu.__discord_ui_compiled_template__
    for custom_id in (
        "openspace:join:1",
        "openspace-menu",
        "openspace-menu:",
        "openspace-menu:join:1 2",
        "x",
    ):
        assert pattern.fullmatch(custom_id) is None
    match = pattern.fullmatch("openspace-menu:join:next")
    assert match
    assert (match["action"], match["part"]) == ("join", "next")
