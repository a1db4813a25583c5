"""What tests of reports share: a channel that only organizers see, and what is in it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import Any

import discord
import simcord.interactions
from simcord.actors import MemberActor
from simcord.backend import serializers
from simcord.builders import ChannelHandle
from simcord.enums import InteractionType
from simcord.results import InteractionResult

from tests.cogs.conftest import read
from tests.conftest import World, all_text, buttons

MENU = "Report to the organizers"


async def crew_room(world: World, name: str = "crew", *, public: bool = False) -> ChannelHandle:
    """A channel that only organizers and the bot see, set as theirs; `public`: everybody sees it."""
    hidden = discord.PermissionOverwrite(view_channel=public)
    seen = discord.PermissionOverwrite(view_channel=True, send_messages=True, read_message_history=True)
    guild = world.bot.get_guild(world.guild.id)
    assert guild
    boss = world.organizer()
    room = world.guild.create_text_channel(
        name, overwrites={guild.default_role: hidden, guild.me: seen, boss: seen}
    )
    await world.env.settle()
    await world.set(channels__organizers_channel=room.id)
    await world.env.advance_time(1)
    return room


async def show_everyone(world: World, room: ChannelHandle, *, seen: bool) -> None:
    """Change who sees a channel, as an organizer's slip of the hand does."""
    overwrites = list(room._channel.overwrites)
    everyone = next(o for o in overwrites if o.target_id == world.guild.id)
    bit = discord.Permissions.view_channel.flag
    everyone.allow, everyone.deny = (bit, 0) if seen else (0, bit)
    world.env.backend.edit_channel(room.id, {}, overwrites=overwrites)
    await world.env.settle()
    await world.env.advance_time(1)


async def report(world: World, name: str, session: int = 1, words: str = "") -> InteractionResult:
    """Somebody presses Report on a list or card and sends the form."""
    shown = await press_report(world, name, session)
    assert shown.modal, read(shown)
    return await world.person(name).submit_modal(shown, {"report": words})


async def press_report(world: World, name: str, session: int = 1) -> InteractionResult:
    """Somebody presses Report of a session in a list of theirs."""
    person = world.person(name)
    page = (await person.slash(world.lobby, "openspace list", show="all")).response
    assert page
    return await person.click(page, custom_id=f"openspace:report:{session}")


def cases(room: ChannelHandle) -> list[Any]:
    """The layouts in the organizers' channel, oldest first."""
    return [m for m in room.history() if not m.content]


def case_text(room: ChannelHandle, number: int = 0) -> str:
    """What one of them says."""
    return all_text(Stored(cases(room)[number]))


def case_buttons(room: ChannelHandle, number: int = 0) -> dict[str, str]:
    """Its buttons: custom_id by label."""
    return buttons(Stored(cases(room)[number]))


class Stored:
    """A message of the history, with its components as Discord has them."""

    def __init__(self, message: discord.Message) -> None:
        self.id = message.id
        self.content = message.content
        self.components = [component.to_dict() for component in message.components]


async def act(
    world: World, who: MemberActor, room: ChannelHandle, label: str, number: int = 0
) -> InteractionResult:
    """A click on a button of a case."""
    message = cases(room)[number]
    return await who.click(message, custom_id=case_buttons(room, number)[label])


def rows(world: World, sql: str, *params: object) -> list[tuple[Any, ...]]:
    """What the database says."""
    with closing(sqlite3.connect(world.folder / "openspace.sqlite3")) as db:
        return db.execute(sql, params).fetchall()


def dump(world: World) -> str:
    """Everything in the database."""
    with closing(sqlite3.connect(world.folder / "openspace.sqlite3")) as db:
        return "\n".join(db.iterdump())


def audit(world: World) -> list[tuple[Any, ...]]:
    """The audit trail, as text."""
    return rows(world, "SELECT action, actor_id, session_id, reason, detail FROM audit ORDER BY id")


def forge(world: World, who: MemberActor, message: Any, custom_id: str) -> None:
    """A click on a button that this person was never shown, as a program of theirs may send it."""
    backend = world.env.backend
    stored = backend.get_message(message.channel_id, message.id)
    record, payload = simcord.interactions.base_payload(
        backend,
        type=InteractionType.MESSAGE_COMPONENT,
        channel_id=message.channel_id,
        guild_id=who.guild.id,
        user_id=who.id,
        data={"custom_id": custom_id, "component_type": 2},
    )
    record.source_message_id = message.id
    button = {"type": 2, "style": 2, "label": "forged", "custom_id": custom_id}
    shown = dict(serializers.message_payload(backend, stored))
    shown["components"] = [{"type": 1, "components": [button]}]
    backend.emit("INTERACTION_CREATE", payload | {"message": shown})
