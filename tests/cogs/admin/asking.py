"""How organizers go on from an answer: by button, by menu, by form; and those who try to from elsewhere."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from simcord.actors import MemberActor
from simcord.results import InteractionResult

from tests.cogs.conftest import press, read, told
from tests.conftest import World, buttons
from tests.ui.samples import walk


async def pressed(who: MemberActor, shown: InteractionResult, label: str) -> InteractionResult:
    """A click on the button with this label, or the one whose label begins so."""
    [custom_id] = [each for name, each in buttons(told(shown)).items() if name.startswith(label)]
    result = await who.click(told(shown), custom_id=custom_id)
    assert result.acknowledged
    return result


def menus(shown: InteractionResult) -> list[dict[str, Any]]:
    """The menus of an answer, from top to bottom."""
    return [part for part in walk(list(told(shown).components)) if part.get("type") == 3]


def options(menu: dict[str, Any]) -> list[str]:
    """What a menu offers."""
    return [option["label"] for option in menu["options"]]


def chosen(menu: dict[str, Any]) -> list[str]:
    """What a menu shows as chosen."""
    return [option["label"] for option in menu["options"] if option.get("default")]


async def choose(who: MemberActor, shown: InteractionResult, number: int, label: str) -> InteractionResult:
    """Choose what begins so in one of the menus."""
    menu = menus(shown)[number]
    value = next(option["value"] for option in menu["options"] if option["label"].startswith(label))
    result = await who.select(told(shown), [value], custom_id=menu["custom_id"])
    assert result.acknowledged
    return result


async def forged(world: World, name: str, shown: InteractionResult, custom_id: str) -> str:
    """What somebody is answered who presses another's button, or one of a guessed id."""
    stored = world.env.backend.get_message(told(shown).channel_id, told(shown).id)
    rows = [part for part in walk(stored.components) if part.get("type") == 2]
    rows[0]["custom_id"] = custom_id
    before = len(world.answers())
    press(world, name, told(shown), custom_id)
    await world.env.settle()
    [said] = world.answers()[before:]
    return said


async def another_server(world: World) -> World:
    """Another server with the bot in it, whose people guess the ids of this one."""
    guild = world.env.create_guild("Elsewhere")
    lobby = guild.create_text_channel("lobby")
    await world.env.settle()
    return replace(world, guild=guild, lobby=lobby, people={})


async def admin(world: World, who: MemberActor, command: str, **given: Any) -> InteractionResult:
    """`/openspace-admin <command>` by this person."""
    return await who.slash(world.lobby, f"openspace-admin {command}", **given)


async def said(world: World, who: MemberActor, command: str, **given: Any) -> str:
    """What this person reads after `/openspace-admin <command>`."""
    return read(await admin(world, who, command, **given))
