"""C1: the shown name of every choice that any option of any command offers can be sent in place of its value.

Discord's clients do that at times (https://github.com/discord/discord-api-docs/issues/7206).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import pytest
from discord import app_commands
from simcord.enums import AppCommandType, InteractionType

from bot.domain.days import read_day
from bot.domain.models import Session, State
from bot.domain.trail import About
from bot.domain.when import read_when
from bot.service import Asked, Block, Show
from bot.ui.exports import Form, What
from bot.ui.setting_typed import read_value
from bot.ui.setting_values import settable
from bot.ui.settings import number_of
from bot.ui.trail import read_kind
from bot.ui.words import words_for
from tests.cogs.conftest import Speak, read, slash, told
from tests.conftest import World

Offered = list[tuple[str, str]]
LANGUAGES = ("en-US", "zh-TW")
TOPIC = "Läger — mit Strich · 11:30 " + "長" * 90


async def stage(world: World) -> None:
    """One session open and one booked by ana, two by bo that ana has joined, and one that she has not."""
    for name, topic, when in (
        ("ana", TOPIC, "now"),
        ("ana", "Go", "day 2 10:45"),
        ("bo", TOPIC, "now"),
        ("bo", "Go", "day 2 10:45"),
        ("zoe", "Git", "14:00"),
    ):
        said = await world.host(name, topic, when)
        assert topic[:2] in said, said
    for session in await active(world, "bo"):
        await world.join("ana", str(session.id))


async def offered(world: World, command: str, option: str, **filled: Any) -> Offered:
    choices = await world.person("ana").autocomplete(
        world.lobby, f"openspace {command}", option, "", **filled
    )
    assert choices
    assert len({choice["name"] for choice in choices}) == len(choices)
    return [(choice["name"], choice["value"]) for choice in choices]


async def active(world: World, name: str) -> list[Session]:
    """The sessions of this host that are on or to come."""
    who = world.person(name).id
    page = await world.bot.service.lists.look(world.guild.id, who, Asked(Show.ALL), 1000)
    return [card.session for card in page.cards if card.session.host_id == who and card.session.active]


async def session_of(world: World, number: str) -> Session:
    found = await world.bot.service.details.get(world.guild.id, int(number))
    assert found
    return found


# One for each option that offers anything: feed a name back, and look whether it did what its value does.


async def host_when(world: World) -> None:
    service, here = world.bot.service, world.guild.id
    for number, (name, value) in enumerate(await offered(world, "host", "when")):
        guest = f"guest{number}"
        said = await world.host(guest, "By name", name)
        (session,) = await active(world, guest)
        start = read_when(value, world.env.now(), service.programme(here)).start
        assert abs((session.start - start).total_seconds()) < 5, (name, said)
        assert session.end - session.start <= world.bot.service.programme(here).limits.longest
        await slash(world, guest, "end" if value == "now" else "cancel")


async def edit_when(world: World) -> None:
    service, here = world.bot.service, world.guild.id
    (own,) = await active(world, "zoe")
    choices = await world.person("zoe").autocomplete(
        world.lobby, "openspace edit", "when", "", session=str(own.id)
    )
    assert len(choices) > 10
    for choice in choices:
        meant = read_when(choice["value"], world.env.now(), service.programme(here)).start
        if meant <= world.env.now():
            continue  # which opens it for good
        said = await slash(world, "zoe", "edit", session=str(own.id), when=choice["name"])
        moved = await session_of(world, str(own.id))
        assert moved.start == meant, (choice["name"], said)
        assert moved.end - moved.start == own.end - own.start


async def join_session(world: World) -> None:
    for name, value in await offered(world, "join", "session"):
        await slash(world, "ana", "join", session=name)
        assert world.person("ana").id in await joined(world, value), name
        await slash(world, "ana", "leave", session=value)


async def leave_session(world: World) -> None:
    for name, value in await offered(world, "leave", "session"):
        await slash(world, "ana", "leave", session=name)
        assert world.person("ana").id not in await joined(world, value), name
        await slash(world, "ana", "join", session=value)


async def joined(world: World, number: str) -> list[int]:
    return await world.bot.service.guests.joined(int(number))


async def edit_session(world: World) -> None:
    for name, value in await offered(world, "edit", "session"):
        await slash(world, "ana", "edit", session=name, description=f"about {value}")
        assert (await session_of(world, value)).description == f"about {value}", name


async def extend_session(world: World) -> None:
    for name, value in await offered(world, "extend", "session"):
        before = await session_of(world, value)
        await slash(world, "ana", "extend", session=name, minutes=1)
        assert (await session_of(world, value)).end > before.end, name


async def cohost_session(world: World) -> None:
    for name, value in await offered(world, "cohost", "session"):
        said = await slash(world, "ana", "cohost", member=world.person("bo"), session=name)
        assert "find" not in said
        assert (await session_of(world, value)).topic[:2] in said, name


async def end_session(world: World) -> None:
    ((name, value),) = await offered(world, "end", "session")
    await slash(world, "ana", "end", session=name)
    assert not (await session_of(world, value)).active
    await world.host("ana", TOPIC, "now")


async def cancel_session(world: World) -> None:
    ((name, value),) = await offered(world, "cancel", "session")
    await slash(world, "ana", "cancel", session=name)
    assert not (await session_of(world, value)).active
    await world.host("ana", "Go", "day 2 10:45")


async def list_day(world: World) -> None:
    service, here = world.bot.service, world.guild.id
    for name, value in await offered(world, "list", "day"):
        assert await slash(world, "ana", "list", day=name) == await slash(world, "ana", "list", day=value)
        assert read_day(value, world.env.now(), service.programme(here)).isoformat() == value


async def list_show(world: World) -> None:
    command = world.bot.tree.get_command("openspace")
    assert isinstance(command, app_commands.Group)
    listing = command.get_command("list")
    assert isinstance(listing, app_commands.Command)
    parameter = next(p for p in listing.parameters if p.choices)
    for choice in parameter.choices:
        by_value = await slash(world, "ana", "list", show=choice.value)
        for language in LANGUAGES:
            assert await list_as_sent(world, words_for(language)(f"show-{choice.value}")) == by_value


async def list_as_sent(world: World, show: str) -> str:
    """`/openspace list show:` with what the simulated client would not let a person send."""
    ana = world.person("ana")
    root = ana._resolve_root("openspace", AppCommandType.CHAT_INPUT, world.lobby.id)
    option = {"type": 3, "name": "show", "value": show}
    data = {
        "id": root["id"],
        "name": root["name"],
        "type": AppCommandType.CHAT_INPUT,
        "options": [{"type": 1, "name": "list", "options": [option]}],
    }
    return read(await ana._dispatch_interaction(InteractionType.APPLICATION_COMMAND, world.lobby, data))


async def by_organizer(world: World, command: str, option: str, **filled: Any) -> Offered:
    """What an organizer is offered."""
    choices = await world.organizer().autocomplete(
        world.lobby, f"openspace-admin {command}", option, "", **filled
    )
    assert choices
    assert len({choice["name"] for choice in choices}) == len(choices)
    return [(choice["name"], choice["value"]) for choice in choices]


async def move_session(world: World) -> None:
    for name, value in await by_organizer(world, "move", "session"):
        session = await session_of(world, value)
        if session.state is State.BOOKED:
            said = await world.admin("move", session=name, when="day 2 11:50", minutes=15)
            assert session.host_name in said, name
            assert f"<t:{int(session.start.timestamp())}" in said


async def move_when(world: World) -> None:
    (own,) = await active(world, "zoe")
    for name, value in await by_organizer(world, "move", "when", session=str(own.id)):
        meant = read_when(value, world.env.now(), world.bot.service.programme(world.guild.id)).start
        if meant > world.env.now():
            said = await world.admin("move", session=str(own.id), when=name)
            assert f"<t:{int(meant.timestamp())}" in said, (name, said)


async def cancel_anybodys(world: World) -> None:
    for name, value in await by_organizer(world, "cancel", "session"):
        session = await session_of(world, value)
        said = await world.admin("cancel", session=name)
        assert session.topic[:2] in said, name
        assert session.host_name in said, name


async def end_anybodys(world: World) -> None:
    for name, value in await by_organizer(world, "end", "session"):
        session = await session_of(world, value)
        assert session.host_name in await world.admin("end", session=name), name


async def unblock_member(world: World) -> None:
    await world.admin("block", member=world.person("bo"), until="day 2 12:00")
    await world.admin("block", member=world.person("zoe"))
    for name, value in await by_organizer(world, "unblock", "member"):
        await world.admin("unblock", member=name)
        assert int(value) not in {block.user_id for block in await blocked(world)}, name


async def blocked(world: World) -> Sequence[Block]:
    return await world.bot.service.blocking.blocked(world.guild.id)


async def audit_session(world: World) -> None:
    boss = world.organizer()
    choices = await boss.autocomplete(world.lobby, "openspace-admin audit", "session", "")
    assert len(choices) == 5
    for choice in choices:
        by_value = await world.admin("audit", session=choice["value"])
        assert f"#{choice['value']}" in by_value
        assert await world.admin("audit", session=choice["name"]) == by_value


async def audit_kind(world: World) -> None:
    for about in About:
        for language in LANGUAGES:
            assert read_kind(words_for(language)(f"trail-about-{about}")) == about == read_kind(about.value)


async def export_as_sent(world: World, **options: str) -> list[str]:
    """The files that `/openspace-admin export` gives for what the simulated client would not send."""
    boss = world.organizer()
    root = boss._resolve_root("openspace-admin", AppCommandType.CHAT_INPUT, world.lobby.id)
    given = [{"type": 3, "name": name, "value": value} for name, value in options.items()]
    data = {
        "id": root["id"],
        "name": root["name"],
        "type": AppCommandType.CHAT_INPUT,
        "options": [{"type": 1, "name": "export", "options": given}],
    }
    sent = await boss._dispatch_interaction(InteractionType.APPLICATION_COMMAND, world.lobby, data)
    return [file.filename for file in told(sent).attachments]


async def export_what(world: World) -> None:
    for what in What:
        by_value = await export_as_sent(world, what=what)
        assert by_value
        for language in LANGUAGES:
            assert await export_as_sent(world, what=words_for(language)(f"export-{what}")) == by_value


async def export_form(world: World) -> None:
    for form in Form:
        by_value = await export_as_sent(world, format=form)
        assert by_value
        for language in LANGUAGES:
            assert await export_as_sent(world, format=words_for(language)(f"format-{form}")) == by_value


async def export_day(world: World) -> None:
    boss = world.organizer()
    choices = await boss.autocomplete(world.lobby, "openspace-admin export", "day", "")
    assert choices
    for choice in choices:
        by_value = await export_as_sent(world, day=choice["value"])
        assert choice["value"] in by_value[0]
        assert await export_as_sent(world, day=choice["name"]) == by_value


async def offered_settings(world: World, command: str, option: str, **filled: Any) -> Offered:
    boss = world.organizer()
    choices = await boss.autocomplete(world.lobby, f"openspace-admin {command}", option, "", **filled)
    assert len({choice["name"] for choice in choices}) == len(choices) <= 25
    return [(choice["name"], choice["value"]) for choice in choices]


async def show_key(world: World) -> None:
    found = await offered_settings(world, "settings show", "key")
    assert len(found) == 25
    for name, value in found:
        assert await world.admin("settings show", key=name) == await world.admin("settings show", key=value)


async def set_key(world: World) -> None:
    for name, value in await offered_settings(world, "settings set", "key"):
        form = await world.organizer().slash(world.lobby, "openspace-admin settings set", key=name)
        assert form.modal, value
        assert form.modal["custom_id"].endswith(f":{number_of(value)}")


async def set_value(world: World) -> None:
    for name in ("Crew, all", "Twins", "Twins"):
        world.guild.create_role(name)
    for name in ("orga", "twins", "twins"):
        world.guild.create_text_channel(name)
    guild = world.bot.get_guild(world.guild.id)
    assert guild
    for key in settable():
        for name, value in await offered_settings(world, "settings set", "value", key=key):
            assert read_value(key, name, guild) == read_value(key, value, guild), (key, name)


async def reset_key(world: World) -> None:
    for name, value in (await offered_settings(world, "settings reset", "key"))[4:8]:
        own = {setting.key: setting.value for setting in world.bot.service.settings.shown(world.guild.id)}
        await world.set(**{value.replace(".", "__"): own[value]})
        await world.admin("settings reset", key=name)
        assert value not in world.bot.service.rules(world.guild.id).own


async def edit_window(world: World) -> None:
    for name, value in await offered_settings(world, "window edit", "window"):
        form = await world.organizer().slash(world.lobby, "openspace-admin window edit", window=name)
        assert form.modal
        assert form.modal["custom_id"].endswith(value[1:])


async def remove_window(world: World) -> None:
    """Of a highlight first: removing a window with sessions in it is asked about."""
    for name, value in (await offered_settings(world, "window remove", "window"))[::-1]:
        said = await world.admin("window remove", window=name)
        assert f"➖ {name.partition(' · ')[0]}" in said, value
        if value.startswith("h"):
            assert (name, value) not in await offered_settings(world, "window remove", "window")


FEEDS: dict[tuple[str, str], Callable[[World], Awaitable[None]]] = {
    ("host", "when"): host_when,
    ("edit", "when"): edit_when,
    ("join", "session"): join_session,
    ("leave", "session"): leave_session,
    ("edit", "session"): edit_session,
    ("extend", "session"): extend_session,
    ("cohost", "session"): cohost_session,
    ("end", "session"): end_session,
    ("cancel", "session"): cancel_session,
    ("list", "day"): list_day,
    ("list", "show"): list_show,
    ("openspace-admin move", "session"): move_session,
    ("openspace-admin move", "when"): move_when,
    ("openspace-admin cancel", "session"): cancel_anybodys,
    ("openspace-admin end", "session"): end_anybodys,
    ("openspace-admin unblock", "member"): unblock_member,
    ("openspace-admin audit", "session"): audit_session,
    ("openspace-admin audit", "kind"): audit_kind,
    ("openspace-admin export", "what"): export_what,
    ("openspace-admin export", "form"): export_form,
    ("openspace-admin export", "day"): export_day,
    ("openspace-admin settings show", "key"): show_key,
    ("openspace-admin settings set", "key"): set_key,
    ("openspace-admin settings set", "value"): set_value,
    ("openspace-admin settings reset", "key"): reset_key,
    ("openspace-admin window edit", "window"): edit_window,
    ("openspace-admin window remove", "window"): remove_window,
}


async def test_c1_every_option_that_offers_something_is_fed_back_here(world: World) -> None:
    offering = {
        (command.qualified_name.removeprefix("openspace "), parameter.name)
        for command in world.bot.tree.walk_commands()
        if isinstance(command, app_commands.Command)
        for parameter in command.parameters
        if parameter.autocomplete or parameter.choices
    }
    assert offering == set(FEEDS)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("feed", FEEDS.values(), ids=lambda feed: feed.__name__)
async def test_c1_every_name_that_is_offered_can_be_sent(
    world: World, speak: Speak, feed: Callable[[World], Awaitable[None]], language: str
) -> None:
    await stage(world)
    speak(language)
    await feed(world)


async def test_c1_two_sessions_with_one_name_are_told_apart(world: World) -> None:
    twins = [world.guild.add_member(world.env.create_user(f"twin{n}"), nick="twin") for n in (1, 2)]
    for twin in twins:
        await twin.slash(world.lobby, "openspace host", topic="Same", when="14:00")
    choices = await offered(world, "join", "session")
    assert len(choices) == 2
    for name, value in choices:
        await slash(world, "ana", "join", session=name)
        assert world.person("ana").id in await joined(world, value)
        await slash(world, "ana", "leave", session=value)
