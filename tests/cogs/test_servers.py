"""Three servers with programmes, zones, languages, limits of their own on one bot: nothing crosses over."""

from __future__ import annotations

import inspect
import itertools
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import discord
import pytest
import simcord
from discord import app_commands
from simcord.actors import MemberActor
from simcord.backend import serializers
from simcord.enums import InteractionType
from structlog.testing import capture_logs

from bot.domain.models import Session
from bot.service import Asked, Draft, Person, Show
from bot.ui.edit_form import CANCEL_FORM, COHOSTS_FORM, EDIT_FORM, HANDOVER_FORM
from bot.ui.forms import HOST_FORM
from cogs.storage import HOURS
from tests.cogs.conftest import EPHEMERAL, read, slash, told
from tests.conftest import BOARD, NEWS, MakeWorld, World
from tests.desks.acts import board_text

HIDDEN = "Verborgen"
"""In every word of the first server's people."""


@dataclass
class Servers:
    """One bot's three servers; the first one has things that the others must not see or touch."""

    taipei: World
    prague: World
    boston: World
    session: Session
    idea: int
    draft: int

    def __iter__(self) -> Any:
        return iter((self.taipei, self.prague, self.boston))


def another(world: World, name: str) -> World:
    guild = world.env.create_guild(name)
    return replace(world, guild=guild, lobby=guild.create_text_channel("lobby"), people={})


async def set_up(world: World, name: str, zone: str, hours: tuple[str, str], **own: object) -> None:
    opens, closes = (f"2026-01-01T{clock}:00" for clock in hours)
    window = {"name": f"Day of {name}", "opens": opens, "closes": closes}
    await world.set(conference__name=name, conference__timezone=zone, conference__windows=[window])
    await world.set(**{f"conference__{key}": value for key, value in own.items()})
    who = Person(world.organizer().id, "boss", organizer=True)
    with world.env._bot_scope():
        await world.bot.service.settings.go_live(world.guild.id, who)
    await world.env.settle()


@pytest.fixture
async def servers(make_world: MakeWorld) -> Servers:
    """It is 00:00 UTC of 1 January 2026: 08:00 in Taipei, 01:00 in Prague, in Boston the evening before."""
    taipei: World = await make_world(bare=True, sessions={"no_show_minutes": 0})
    prague, boston = another(taipei, "Prague"), another(taipei, "Boston")
    await taipei.env.settle()
    await set_up(
        taipei, "PyCon Taipei", "Asia/Taipei", ("08:00", "16:00"), parallel_limit=1, language="zh-TW"
    )
    await set_up(prague, "PyCon Praha", "Europe/Prague", ("01:00", "17:00"), parallel_limit=2)
    await set_up(boston, "PyCon Boston", "America/New_York", ("09:00", "18:00"), parallel_limit=3)
    await taipei.host("ana", f"{HIDDEN} talk", "14:30")
    await taipei.join("bo", HIDDEN)
    service, here, ana = taipei.bot.service, taipei.guild.id, taipei.person("ana")
    with taipei.env._bot_scope():
        idea = await service.ideas.put_up(here, Person(ana.id, f"{HIDDEN}a"), f"{HIDDEN} idea")
        draft = await service.drafts.keep(here, Draft(ana.id, f"{HIDDEN} draft", "", "25:00", None))
        page = await service.lists.look(here, ana.id, Asked(Show.ALL), 9)
    await taipei.env.settle()
    return Servers(taipei, prague, boston, page.cards[0].session, idea.idea_id, draft)


def rows(world: World) -> dict[str, list[Any]]:
    """All that the database holds of a server, by table, but for what the keeper alone writes."""
    children = {
        "joined": "session_id IN (SELECT id FROM session WHERE guild_id = ?)",
        "cohost": "session_id IN (SELECT id FROM session WHERE guild_id = ?)",
        "visit": "session_id IN (SELECT id FROM session WHERE guild_id = ?)",
        "sent_out": "session_id IN (SELECT id FROM session WHERE guild_id = ?)",
        "idea_supporter": "idea_id IN (SELECT id FROM idea WHERE guild_id = ?)",
        "report": "case_id IN (SELECT id FROM report_case WHERE guild_id = ?)",
    }
    with closing(sqlite3.connect(world.folder / "openspace.sqlite3")) as db:
        tables = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        owned = {
            table: "guild_id = ?"
            for table in tables
            if "guild_id" in {name for _, name, *_ in db.execute(f"PRAGMA table_info({table})")}
        }
        return {
            table: db.execute(f"SELECT * FROM {table} WHERE {where}", (world.guild.id,)).fetchall()
            for table, where in (owned | children).items()
            if table not in {"record", "problem"}
        }


def organizer(world: World) -> MemberActor:
    return world.organizer()


# ------------------------------------------------------------------------- what each has of its own


async def test_each_has_its_own_programme_zone_language_and_board(servers: Servers) -> None:
    await servers.taipei.env.advance_time(10)
    boards = [board_text(world) for world in servers]
    for text, name in zip(boards, ("PyCon Taipei", "PyCon Praha", "PyCon Boston"), strict=True):
        assert name in text
        assert sum(other in text for other in ("Taipei", "Praha", "Boston")) == 1
    assert "如何" in boards[0] or "主持" in boards[0]
    assert HIDDEN in boards[0]
    assert HIDDEN not in boards[1] + boards[2]


@pytest.mark.parametrize(("number", "when", "utc"), [(0, "10:00", 2), (1, "14:00", 13), (2, "14:00", 19)])
async def test_a_typed_time_is_read_by_the_clock_of_its_server(
    servers: Servers, number: int, when: str, utc: int
) -> None:
    world = list(servers)[number]
    await world.host("zoe", "Clock", when)
    with world.env._bot_scope():
        page = await world.bot.service.lists.look(world.guild.id, 0, Asked(Show.ALL), 9)
    [session] = [card.session for card in page.cards if card.session.topic == "Clock"]
    assert session.start == datetime(2026, 1, 1, utc, tzinfo=UTC)


async def test_r3_each_has_its_own_limit(servers: Servers) -> None:
    for world, free in zip(servers, (0, 2, 3), strict=True):
        when = "14:30"
        said = [await world.host(f"host{n}", f"Topic {n}", when) for n in range(4)]
        assert sum("<t:" in text and f"Topic {n}" in text for n, text in enumerate(said)) == free, said


async def test_pause_settings_and_the_trail_are_each_servers_own(servers: Servers) -> None:
    taipei, prague, _ = servers
    assert await taipei.admin("pause", reason=f"{HIDDEN} fire")
    assert "Praha" in await prague.host("zoe", "Praha", "14:30")
    await taipei.set(sessions__max_minutes=90)
    assert prague.bot.service.programme(prague.guild.id).limits.max_minutes == 120
    said = await prague.admin("audit")
    assert HIDDEN not in said
    assert "Praha" in said
    for kind in ("people", "organizers", "technical"):
        assert HIDDEN not in await prague.admin("audit", kind=kind)
    trail = await prague.admin("audit", session=str(servers.session.id))
    assert HIDDEN not in trail


async def test_news_and_the_log_stay_where_it_happened(servers: Servers) -> None:
    taipei, prague, boston = servers
    for world in servers:
        log = world.guild.create_text_channel("log")
        await world.env.settle()
        await world.set(channels__log_channel=log.id)
    await taipei.env.advance_time(10)
    await slash(taipei, "ana", "cancel", session=str(servers.session.id))
    await taipei.env.advance_time(30)
    assert any(HIDDEN in text for text in taipei.said(NEWS))
    assert any(HIDDEN in text for text in taipei.said("log"))
    for world in (prague, boston):
        assert world.said(NEWS) == []
        assert HIDDEN not in str(world.said("log"))


# --------------------------------------------------------------------- by another server's numbers


def filled(parameter: app_commands.transformers.CommandParameter | Any, world: World) -> Any:
    """Something that an option takes."""
    kind = discord.AppCommandOptionType
    if parameter.choices:
        return parameter.choices[0].value
    if parameter.type is kind.user:
        return world.person("mia")
    if parameter.type is kind.integer:
        return parameter.min_value or 10
    if parameter.type is kind.boolean:
        return True
    return "now" if parameter.name == "when" else "something"


async def test_no_command_reaches_another_servers_session_by_its_number(servers: Servers) -> None:
    before, said, tried = rows(servers.taipei), [], 0
    for world in (servers.prague, servers.boston):
        for command in world.bot.tree.walk_commands():
            if not isinstance(command, app_commands.Command) or command.parent is None:
                continue
            for parameter in command.parameters:
                if parameter.name not in {"session", "idea", "case", "announcement"}:
                    continue
                needed = {str(p.display_name): filled(p, world) for p in command.parameters if p.required}
                for who in (organizer(world), world.person("eve")):
                    if command.qualified_name.startswith("openspace-admin") and who is not organizer(world):
                        continue  # Discord does not offer it to them
                    number = str(servers.session.id)
                    result = await who.slash(
                        world.lobby, command.qualified_name, **needed | {parameter.name: number}
                    )
                    said.append(read(result) if result.response else json.dumps(result.modal))
                    tried += 1
    assert tried >= 2 * 2 * 7
    assert rows(servers.taipei) == before
    assert HIDDEN not in "\n".join(said)


async def test_no_choice_of_another_server_is_offered(servers: Servers) -> None:
    asked = 0
    for world in (servers.prague, servers.boston):
        for command in world.bot.tree.walk_commands():
            if not isinstance(command, app_commands.Command):
                continue
            for parameter in command.parameters:
                if parameter.autocomplete:
                    for typed in ("", HIDDEN):
                        choices = await organizer(world).autocomplete(
                            world.lobby, command.qualified_name, parameter.name, typed
                        )
                        assert HIDDEN not in str(choices), command.qualified_name
                        asked += 1
    assert asked > 20


@pytest.fixture
def log() -> Iterator[list[Any]]:
    """What the bot logs, which is long where it is about faults."""
    with capture_logs() as found:
        yield found


async def forged(world: World, who: MemberActor, kind: InteractionType, data: dict[str, Any]) -> None:
    """An interaction with guessed ids, as Discord would hand it on: on a message with just that button."""
    on = told(await who.slash(world.lobby, "openspace help"))
    record, payload = simcord.interactions.base_payload(
        world.env.backend,
        type=kind,
        channel_id=world.lobby.id,
        guild_id=world.guild.id,
        user_id=who.id,
        data=data,
    )
    button = {"type": 2, "style": 1, "label": "x", "custom_id": data["custom_id"]}
    menu = {"type": 3, "custom_id": data["custom_id"], "options": []}
    thing = menu if data.get("component_type") == 3 else button
    stored = world.env.backend.get_message(on.channel_id, on.id)
    record.source_message_id = on.id
    message = dict(serializers.message_payload(world.env.backend, stored))
    message |= {"components": [{"type": 1, "components": [thing]}], "flags": EPHEMERAL}
    world.env.backend.emit("INTERACTION_CREATE", payload | {"message": message})


async def test_no_button_or_menu_reaches_another_server_by_guessed_numbers(
    servers: Servers, log: list[Any]
) -> None:
    before, answers = rows(servers.taipei), len(servers.taipei.answers())
    numbers = (servers.session.id, servers.idea, servers.draft)
    world = servers.prague
    for action, handler in world.bot.presses.items():
        log.clear()  # what makes no sense is an incident
        wanted = len(inspect.signature(handler).parameters) - 1
        for number in numbers:
            pressed = ":".join(["openspace", action, *[str(number)] * wanted])
            data: dict[str, Any] = {"custom_id": pressed, "component_type": 2}
            for who in (organizer(world), world.person("eve")):
                await forged(world, who, InteractionType.MESSAGE_COMPONENT, data)
            data = {"custom_id": f"openspace-menu:{action}", "component_type": 3, "values": [str(number)]}
            await forged(world, organizer(world), InteractionType.MESSAGE_COMPONENT, data)
        await world.env.settle()
    said = servers.taipei.answers()[answers:]
    assert sum("does not exist any more" in text for text in said) > 20
    assert HIDDEN not in "\n".join(said)
    assert rows(servers.taipei) == before


FORMS = (HOST_FORM, EDIT_FORM, COHOSTS_FORM, HANDOVER_FORM, CANCEL_FORM)
FIELDS: dict[str, dict[str, Any]] = {
    "topic": {"value": "Taken over"},
    "when": {"values": ["now"], "value": ""},
    "other": {"value": ""},
    "minutes": {"values": ["60"]},
    "seats": {"value": ""},
    "description": {"value": ""},
    "reason": {"value": "mine now"},
    "cohosts": {"values": []},
    "handover": {"values": ["7"]},
}


async def test_no_form_reaches_another_server_by_guessed_numbers(servers: Servers) -> None:
    before, answers = rows(servers.taipei), len(servers.taipei.answers())
    parts = [{"type": 18, "component": {"type": 4, "custom_id": n, **f}} for n, f in FIELDS.items()]
    people = {"users": {"7": {"username": "mia"}}, "members": {"7": {"nick": "Mia"}}}
    about = dict.fromkeys(FORMS, str(servers.session.id)) | {HOST_FORM: str(servers.idea)}
    about[EDIT_FORM] += f":{int(servers.session.start.timestamp())}"
    for world, form in itertools.product((servers.prague, servers.boston), FORMS):
        data: dict[str, Any] = {"custom_id": f"{form}:{about[form]}", "components": parts, "resolved": people}
        await forged(world, organizer(world), InteractionType.MODAL_SUBMIT, data)
        await world.env.settle()
    said = servers.taipei.answers()[answers:]
    assert sum("does not exist any more" in text for text in said) == 2 * (len(FORMS) - 1)
    assert HIDDEN not in "\n".join(said)
    assert rows(servers.taipei) == before


async def test_who_is_forgotten_in_one_server_stays_in_the_others(servers: Servers) -> None:
    taipei, prague, _ = servers
    user = taipei.env.create_user("both")
    for world in (taipei, prague):
        world.people["both"] = world.guild.add_member(user)
        await world.host("both", "Of both", "15:30")
    ours = rows(prague)
    with taipei.env._bot_scope():
        who = Person(user.id, "both")
        coming = len((await taipei.bot.service.privacy.look(taipei.guild.id, who)).sessions)
        await taipei.bot.service.privacy.forget(taipei.guild.id, who, coming)
    assert rows(prague) == ours


# ---------------------------------------------------------------------------- leaving and coming back


async def test_a_server_that_leaves_keeps_its_data_for_a_while_and_the_others_for_good(
    servers: Servers,
) -> None:
    taipei, prague, _ = servers
    await prague.host("zoe", "Praha", "14:30")
    backend, guild_id = taipei.env.backend, taipei.guild.id
    backend.emit("GUILD_DELETE", {"id": str(guild_id)})
    await taipei.env.settle()
    assert taipei.bot.get_guild(guild_id) is None
    assert away(taipei) == [guild_id]
    await later(taipei, days=29)
    assert rows(taipei)["session"]
    await later(taipei, days=2)
    assert {table: found for table, found in rows(taipei).items() if found} == {}
    assert rows(prague)["session"]
    assert BOARD in prague.guild.channels


async def test_one_that_comes_back_in_time_has_all_of_it_again(servers: Servers) -> None:
    taipei = servers.taipei
    backend = taipei.env.backend
    backend.emit("GUILD_DELETE", {"id": str(taipei.guild.id)})
    await taipei.env.settle()
    await later(taipei, days=29)
    await taipei.restart()  # it is among the servers that the bot is in
    assert away(taipei) == []
    await later(taipei, days=60)
    assert rows(taipei)["session"]
    assert taipei.bot.service.programme(taipei.guild.id).name == "PyCon Taipei"


def away(world: World) -> list[int]:
    """The servers that the bot has left, as far as is written down."""
    with closing(sqlite3.connect(world.folder / "openspace.sqlite3")) as db:
        return [number for (number,) in db.execute("SELECT guild_id FROM server WHERE left_at NOTNULL")]


async def later(world: World, *, days: int) -> None:
    """The bot left so many days earlier than it did, and tidies."""
    with closing(sqlite3.connect(world.folder / "openspace.sqlite3")) as db:
        db.execute("UPDATE server SET left_at = left_at - ?", (days * 86400,))
        db.commit()
    await world.env.advance_time(HOURS * 3600 + 60)
