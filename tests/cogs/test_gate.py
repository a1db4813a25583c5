"""R19: who may not see the board's channel takes no part, whatever they type, press or send."""

from __future__ import annotations

import inspect
from typing import Any

import discord
import pytest
from discord import app_commands
from simcord.backend.models import Overwrite
from simcord.builders import RoleHandle
from simcord.enums import OverwriteType
from simcord.results import InteractionResult

from bot.ui.menus import Menu
from bot.ui.presses import Press, row
from tests.cogs.conftest import Speak, click, read, told
from tests.cogs.test_buttons import relabel
from tests.cogs.test_changes import EDITED
from tests.cogs.test_menu import post
from tests.conftest import BOARD, World
from tests.desks.conftest import delete, give, without

AREA = "Open Space"
VIEW = discord.Permissions(view_channel=True).value
REFUSED = {
    "en-US": "You can't see the Open Space board in this server, so you can't take part here yet.",
    "zh-TW": "你在這個伺服器看不到 Open Space 看板，所以還不能參加。",
}
NEEDED: dict[str, dict[str, Any]] = {"join": {"session": "1"}, "leave": {"session": "1"}}
"""The options without which Discord sends no command; `cohost` needs a member too."""


async def hide(world: World, *allowed: RoleHandle, places: tuple[str, ...] = (AREA, BOARD)) -> None:
    """Organizers hide the area from everyone but these roles."""
    backend = world.env.backend
    rules = [Overwrite(world.guild.id, OverwriteType.ROLE, 0, VIEW)]
    rules += [Overwrite(role.id, OverwriteType.ROLE, VIEW, 0) for role in allowed]
    rules += [Overwrite(backend.bot_user.id, OverwriteType.MEMBER, VIEW, 0)]
    for place in places:
        handle = world.channel(place)
        theirs = {rule.target_id for rule in rules}
        kept = [rule for rule in handle._channel.overwrites if rule.target_id not in theirs]
        backend.edit_channel(handle.id, {}, overwrites=kept + rules)
    await world.env.settle()


async def written(world: World) -> list[Any]:
    """What people have done so far."""
    tables = ("session", "joined", "cohost", "idea", "idea_supporter", "notice", "draft", "audit")
    read = world.bot.database.read
    return [[tuple(row) for row in await read.all(f"SELECT * FROM {table}")] for table in tables]


def commands_of(world: World) -> dict[str, app_commands.Command[Any, ..., Any]]:
    """Every command for everyone, by its name."""
    group = world.bot.tree.get_command("openspace")
    assert isinstance(group, app_commands.Group)
    return {c.name: c for c in group.commands if isinstance(c, app_commands.Command)}


@pytest.mark.parametrize("language", REFUSED)
async def test_r19_who_may_not_see_the_board_is_refused_by_every_command(
    world: World, speak: Speak, subtests: pytest.Subtests, language: str
) -> None:
    await world.host("ana", "Git", "10:30")
    eve, ana = world.person("eve"), world.person("ana")
    await hide(world)
    speak(language)
    before = await written(world)
    for name in commands_of(world).keys() - {"forget-me"}:  # nobody is kept from being forgotten
        with subtests.test(name):
            options = {"member": ana} if name == "cohost" else NEEDED.get(name, {})
            shown = await eve.slash(world.lobby, f"openspace {name}", **options)
            assert not shown.modal
            assert REFUSED[language] in read(shown)
    assert REFUSED[language] in read(await eve.slash(world.lobby, "openspace host", topic="Rust"))
    assert await written(world) == before


async def test_r19_who_may_not_see_the_board_is_refused_by_every_button(
    world: World, subtests: pytest.Subtests
) -> None:
    await world.host("ana", "Git", "10:30")
    eve = world.person("eve")
    pages = [await eve.slash(world.lobby, "openspace help") for _ in world.bot.presses]
    await hide(world)
    before = await written(world)
    for (action, handler), page in zip(world.bot.presses.items(), pages, strict=True):
        if of_organizers(handler) or action in {"erase", "erasenow", "keepit"}:
            continue  # theirs is another question: tests/cogs/admin
        with subtests.test(action):
            needed = [
                parameter
                for parameter in list(inspect.signature(handler).parameters.values())[1:]
                if parameter.default is parameter.empty and parameter.kind is parameter.POSITIONAL_OR_KEYWORD
            ]
            custom_id = ":".join(["openspace", action, *("1" for _ in needed)])
            relabel(world, page, custom_id)
            alone(world, page)
            shown = await eve.click(told(page), custom_id=custom_id)
            assert not shown.modal
            assert REFUSED["en-US"] in read(shown)
    assert await written(world) == before


def of_organizers(handler: object) -> bool:
    """Whether a button is an organizers' one."""
    return type(getattr(handler, "__self__", None)).__module__.startswith("cogs.admin")


def alone(world: World, shown: InteractionResult) -> None:
    """Leave only the first button of an answer."""
    del world.env.backend.get_message(told(shown).channel_id, told(shown).id).components[0]["components"][1:]


async def test_r19_who_may_not_see_the_board_is_refused_by_every_menu(world: World) -> None:
    await world.host("ana", "Git", "10:30")
    view = discord.ui.LayoutView(timeout=None)
    view.add_item(discord.ui.ActionRow(Menu("join", [discord.SelectOption(label="Git", value="1")])))
    message = await post(world, view)
    await hide(world)
    assert REFUSED["en-US"] in read(await world.person("eve").select(message, ["1"]))
    assert await joined(world, 1) == []


async def test_r19_who_may_not_see_the_board_is_refused_by_every_form(
    world: World, subtests: pytest.Subtests
) -> None:
    """Forms that were opened while they still could see it."""
    await world.host("eve", "Git", "10:30")
    eve, ana = world.person("eve"), world.person("ana")
    page = await eve.slash(world.lobby, "openspace help")
    forms: dict[str, dict[str, Any]] = {
        "host": {"topic": "Rust", "when": ["now"], "minutes": ["default"]},
        "newidea": {"topic": "Rust"},
        "edit:1": {"topic": "Rust"} | EDITED | {"when": "2026-01-01 12:00"},
        "cancelwhy:1": {"reason": "ill"},
        "cohosts:1": {"cohosts": [ana]},
        "handover:1": {"handover": [ana]},
    }
    opened = {}
    for action in forms:
        relabel(world, page, f"openspace:{action}")
        opened[action] = await eve.click(told(page), custom_id=f"openspace:{action}")
    await hide(world)
    before = await written(world)
    for action, values in forms.items():
        with subtests.test(action):
            assert opened[action].modal
            assert REFUSED["en-US"] in read(await eve.submit_modal(opened[action], values))
    assert await written(world) == before


async def test_r19_who_may_not_see_the_board_is_offered_nothing_while_typing(
    world: World, subtests: pytest.Subtests
) -> None:
    await world.host("eve", "Git", "10:30")
    await world.host("ana", "Rust", "12:00")
    await world.host("ana", "Zig")
    await world.join("eve", "Rust")
    asked = {name: c._params for name, c in commands_of(world).items()}
    options = [(n, p.name) for n, params in asked.items() for p in params.values() if p.autocomplete]
    assert len(options) == 10
    for hidden in (False, True):
        if hidden:
            await hide(world)
        for name, option in options:
            with subtests.test(name, option=option, hidden=hidden):
                who = world.person("ana" if name == "end" else "eve")
                found = await who.autocomplete(world.lobby, f"openspace {name}", option, "")
                assert bool(found) is not hidden


async def test_r19_the_role_that_may_see_it_opens_the_door_and_its_loss_closes_it(world: World) -> None:
    attendee, backend = world.guild.create_role("Attendee"), world.env.backend
    world.people["eve"] = world.guild.add_member(world.env.create_user("eve"), roles=[attendee])
    await hide(world, attendee)
    eve = world.person("eve")
    assert "Booked: Git" in await world.host("eve", "Git", "10:30")
    page = told(await eve.slash(world.lobby, "openspace list"))
    backend.remove_member_role(world.guild.id, eve.id, attendee.id)
    assert REFUSED["en-US"] in read(await click(eve, page, "Host one"))
    backend.add_member_role(world.guild.id, eve.id, attendee.id)
    assert "Git" in read(await click(eve, page, "What's on"))


@pytest.mark.parametrize("permission", ["manage_guild", "administrator"])
async def test_r19_organizers_are_never_kept_out(world: World, permission: str) -> None:
    role = world.guild.create_role("Crew", permissions=discord.Permissions(**{permission: True}))
    world.people["org"] = world.guild.add_member(world.env.create_user("org"), roles=[role])
    await hide(world)
    assert "Booked: Git" in await world.host("org", "Git", "10:30")


async def test_r19_while_the_board_is_missing_the_area_decides(world: World) -> None:
    await hide(world)
    assert REFUSED["en-US"] in await world.host("eve", "Git")
    await give(world, without("manage_channels"))
    await delete(world, BOARD)
    assert REFUSED["en-US"] in await world.host("eve", "Git")
    await delete(world, AREA)
    assert "Desk 1 is yours: Git" in await world.host("eve", "Git")


async def test_r19_a_board_that_is_made_anew_decides_at_once(world: World) -> None:
    assert "Booked: Git" in await world.host("eve", "Git", "10:30")
    await delete(world, BOARD)
    await world.env.advance_time(60)
    assert world.channel(BOARD)
    await hide(world)
    assert REFUSED["en-US"] in await world.host("eve", "Rust", "12:00")


async def test_r19_nothing_in_direct_messages_takes_part(world: World) -> None:
    """No button of ours is sent there; one that comes from there all the same changes nothing."""
    await world.host("eve", "Git", "10:30")
    user = world.env.create_user("dora")
    world.people["dora"] = world.guild.add_member(user)
    await world.join("dora", "Git")
    found = await world.bot.fetch_user(user.id)
    message = await found.send("Git starts soon", view=row(Press("leave", 1, label="Leave")))
    world.guild.remove_member(world.person("dora"))
    result = await user.click(message, label="Leave")
    assert "This works in a server" in read(result)
    assert await joined(world, 1) == [user.id]


async def joined(world: World, session_id: int) -> list[int]:
    """Who joined a session."""
    return await world.bot.service.guests.joined(session_id)
