"""What the bot asks Discord for: nothing that its invite link does not grant or that it does not hold."""

from __future__ import annotations

import asyncio
from typing import Any

import discord
import pytest
from simcord.backend.models import Overwrite
from simcord.enums import OverwriteType

from bot.permissions import CARRIED, INVITE, NEEDED, WANTED
from tests.conftest import BOARD, NEWS, MakeWorld, World
from tests.desks.acts import act, person, send_out
from tests.desks.conftest import (
    EDIT,
    INVITED,
    POST,
    Wire,
    another_guild,
    archived,
    delete,
    desk,
    failing,
    fill,
    first,
    give,
    hears,
    layouts,
    lost,
    makes_text,
    makes_voice,
    nth,
    overwrites,
    protect,
    rows,
    says,
    shows,
    told,
    up_to_date,
    wait,
    without,
    write,
)
from tests.desks.strict import ROUTES, http_error

DESK = desk("Async testing", "async-testing")


def names(permissions: discord.Permissions) -> set[str]:
    return {"view_channel" if name == "read_messages" else name for name, on in permissions if on}


def bits(*found: str) -> int:
    return discord.Permissions(**dict.fromkeys(found, True)).value


def asked_bits(world: World) -> int:
    """Every bit that any permission overwrite of the bot's ever named."""
    found = 0
    for request in world.env.http_requests:
        body = request.json if isinstance(request.json, dict) else {}
        for overwrite in body.get("permission_overwrites", []):
            found |= int(overwrite["allow"]) | int(overwrite["deny"])
    return found


async def whole_day(world: World, wire: Wire) -> None:
    """All that the keeper ever does, at least once."""
    await world.host("ana", "Async testing", "09:00", minutes=30)
    await world.host("bob", "Board games", "09:00", minutes=60)
    await world.join("eve", "Async testing")
    wire.on(first(makes_voice), lost(http_error(503)))
    await world.until("09:01")
    await world.join("joe", "Async testing")
    wire.on(first(makes_text), twice)
    await world.host("joe", "Cooking", "09:05")
    await world.until("09:05")
    wire.calm()
    voice, ana = world.channel("Async testing").id, world.person("ana").id
    world.env.backend.set_voice_state(world.guild.id, ana, voice)
    await write(world, "async-testing")
    await write(world, "board-games", "eve")
    eve = world.person("eve").id
    world.env.backend.set_voice_state(world.guild.id, eve, voice)
    await world.env.settle()
    await send_out(world, "ana", "eve", "async-testing", "Shouting")
    await delete(world, "Open Space")
    await delete(world, "Cooking")
    wire.on(nth(0, says), lost(http_error(502)))
    await world.join("ana", "Cooking")
    wire.calm()
    await world.until("09:50")
    await delete(world, "Open Space archive")
    wire.on(makes_voice, never_answered)
    await world.host("zoe", "Dancing", "10:00", minutes=30)
    await world.until("09:56")
    wire.calm()
    await world.until("11:00")
    await world.until("00:01", day=2)  # there is no tomorrow for the board to show


async def twice(_call: Any, go: Any) -> Any:
    await go()
    await asyncio.sleep(1)
    return await go()


async def never_answered(_call: Any, _go: Any) -> Any:
    raise TimeoutError


async def test_a_whole_day_needs_nothing_that_the_invite_link_does_not_grant(
    make_world: MakeWorld, wire: Wire
) -> None:
    """The bot has what the link gives, and everyone else's permissions give it nothing."""
    world = await make_world(channels={"tomorrow": True})
    invited = another_guild(world, "Strict", INVITED)
    await world.env.settle()
    await fill(invited, 1)
    await whole_day(invited, wire)
    assert shows(invited, ("text", "async-testing", None), archived("board-games"))
    assert asked_bits(world) & ~INVITE.value == 0
    assert asked_bits(world) & discord.Permissions.manage_roles.flag == 0
    assert told(invited) == []
    assert wire.routes == set(ROUTES)
    assert await up_to_date(invited)


async def test_the_invite_link_asks_for_no_more_than_what_is_used(make_world: MakeWorld, wire: Wire) -> None:
    world = await make_world(channels={"tomorrow": True})
    await whole_day(world, wire)
    by_routes = {name for needed in ROUTES.values() for name in needed}
    needed = by_routes | {"connect", "manage_roles"}  # for voice channels and overwrites: see strict.py
    wanted = {"pin_messages", "move_members"}
    assert names(NEEDED) == needed - wanted
    assert names(WANTED) == wanted | {"create_events"}  # the latter is in test_events.py
    read_only = {"send_messages", "send_messages_in_threads", "create_public_threads", "add_reactions"}
    assert (
        names(discord.Permissions(asked_bits(world)))
        == needed - {"manage_channels", "manage_roles", *wanted} | read_only
    )
    text = {
        "add_reactions",
        "attach_files",
        "create_public_threads",
        "embed_links",
        "send_messages_in_threads",
    }
    assert names(CARRIED) == text | {"speak", "stream", "use_voice_activation"}
    assert not INVITE.administrator
    assert not INVITE.mention_everyone
    assert not INVITE.manage_guild


@pytest.mark.parametrize("name", sorted(names(INVITE)))
async def test_whatever_permission_is_missing_no_overwrite_names_what_the_bot_does_not_hold(
    world: World, wire: Wire, name: str
) -> None:
    """The wire refuses, and remembers, any overwrite with a bit that the bot does not hold."""
    wire.calm()
    poor = another_guild(world, "Poor", without(name))
    hears(poor)
    await world.env.settle()
    await poor.host("ana", "Async testing")
    if "async-testing" in poor.guild.channels:
        await write(poor, "async-testing")
    await wait(world, 70)
    if name == "send_messages":
        assert told(poor) == []  # there is no way
    elif name in names(NEEDED):
        [word] = told(poor)
        assert "I lack" in word
    elif name == "pin_messages":
        [word] = told(poor)
        assert "so the desks' cards are not pinned; everything else works." in word
        assert not any(message.pinned for message in layouts(poor).values())
    elif name == "move_members":
        [word] = told(poor)
        assert "so hosts cannot send anybody out of their desks; everything else works." in word
    else:
        assert told(poor) == []
    if name in {"view_channel", "manage_channels"}:
        assert [call.route for call in wire.calls] == [POST]
    elif name not in {"manage_roles", "connect"}:
        assert shows(poor, archived("async-testing"))
        if name not in {"send_messages", "pin_messages"}:
            assert await up_to_date(poor)


async def test_without_manage_channels_organizers_hear_what_to_do_once_and_with_it_desks_appear(
    world: World, wire: Wire
) -> None:
    hears(world)
    wire.calm()
    await give(world, without("manage_channels"))
    text = await world.host("ana", "Async testing", minutes=120)
    assert "The channels can't be made just now" in text
    await wait(world, 30)
    await world.restart()
    await wait(world, 20)
    [word] = told(world)
    assert "Manage Channels" in word
    assert "TestBot" in word
    assert [call.route for call in wire.rest] == [POST]
    assert set(wire.shown) == {EDIT}  # the board is kept current all the same
    await give(world, INVITED)
    assert shows(world, *DESK)
    assert "Desk 1 is open" in world.said("async-testing")[0]
    assert len(told(world)) == 1
    await give(world, without("manage_channels", "manage_roles"))
    await wait(world, 1)
    assert len(told(world)) == 2
    assert "Manage Roles" in told(world)[1] or "Manage Permissions" in told(world)[1]


async def test_without_pin_messages_organizers_hear_once_and_with_it_the_card_is_pinned(
    world: World,
) -> None:
    hears(world)
    await give(world, without("pin_messages"))
    assert told(world) == []
    await world.host("ana", "Async testing", minutes=120)
    await wait(world, 20)
    await world.restart()
    assert len(told(world)) == 1
    await give(world, INVITED)
    assert await up_to_date(world)
    assert rows(world, "SELECT count(*) FROM problem") == [(0,)]


async def test_without_manage_channels_an_ended_session_stays_until_it_is_back(world: World) -> None:
    await world.host("ana", "Async testing")
    await write(world, "async-testing")
    await give(world, without("manage_channels"))
    await wait(world, 90)
    assert shows(world, *DESK)
    await give(world, INVITED)
    assert shows(world, archived("async-testing"))


async def test_what_failed_for_a_missing_permission_is_done_as_soon_as_it_is_given(world: World) -> None:
    await give(world, without("manage_roles"))
    await world.host("ana", "Async testing")
    await write(world, "async-testing")
    await wait(world, 75)
    assert shows(world, DESK[1])
    await give(world, INVITED)
    assert shows(world, archived("async-testing"))


async def test_an_area_that_is_closed_to_the_bot_is_told_once(world: World, wire: Wire) -> None:
    hears(world)
    area, bot = world.channel("Open Space"), world.env.backend.bot_user.id
    closed = Overwrite(bot, OverwriteType.MEMBER, 0, bits("view_channel", "manage_channels"))
    await protect(world, "Open Space", [closed])
    assert area.id
    await world.host("ana", "Async testing", minutes=120)
    await wait(world, 40)
    await world.restart()
    await wait(world, 40)
    [word] = told(world)
    assert f"<#{area.id}>" in word or "Open Space" in word
    assert "View Channel" in word
    assert "TestBot" in word
    wire.calm()
    own = Overwrite(bot, OverwriteType.MEMBER, bits("view_channel", "manage_channels"))
    await protect(world, "Open Space", [own])
    assert shows(world, *DESK)
    assert len(told(world)) == 1


async def test_k10_r19_organizers_rules_on_the_area_hold_for_the_desks_also_those_that_the_bot_lacks(
    world: World,
) -> None:
    attendee, guest = world.guild.create_role("Attendee"), world.person("guest")
    world.people["ana"] = world.guild.add_member(world.env.create_user("ana"), roles=[attendee])
    denied = ("use_soundboard", "use_external_sounds", "use_embedded_activities", "create_private_threads")
    rules = [
        Overwrite(world.guild.id, OverwriteType.ROLE, 0, bits("view_channel", "stream", *denied)),
        Overwrite(attendee.id, OverwriteType.ROLE, bits("view_channel", "ban_members"), bits("manage_roles")),
        Overwrite(guest.id, OverwriteType.MEMBER, bits("view_channel"), bits("speak")),
    ]
    await protect(world, "Open Space", rules)
    await world.host("ana", "Async testing")
    for channel in ("Async testing", "async-testing"):
        assert overwrites(world, channel) == overwrites(world, "Open Space")
        types = {o.target_id: o.type for o in world.channel(channel)._channel.overwrites}
        roles = {target for target, kind in types.items() if kind is OverwriteType.ROLE}
        assert roles == {world.guild.id, attendee.id}


async def test_k9_r19_nobody_is_given_any_permission_in_discord(world: World) -> None:
    await world.host("ana", "Async testing", "10:00")
    await act(world, "ana", "edits.edit", seats=5)
    await world.until("10:01")
    for channel in ("Async testing", "async-testing"):
        assert overwrites(world, channel).keys() == {world.env.backend.bot_user.id}
    sent = [r.json for r in world.env.http_requests if isinstance(r.json, dict)]
    given = {int(o["id"]) for body in sent for o in body.get("permission_overwrites", [])}
    assert given <= {world.env.backend.bot_user.id, world.guild.id}


async def test_k10_r13_a_change_of_hosts_touches_no_permission(world: World) -> None:
    await world.host("ana", "Async testing")
    mods = world.guild.create_role("Mods")
    theirs = bits("manage_messages", "priority_speaker", "deafen_members")
    await protect(world, "Async testing", [Overwrite(mods.id, OverwriteType.ROLE, theirs, 0)])
    before = overwrites(world, "Async testing")
    await act(world, "ana", "edits.edit", seats=4)
    await act(world, "ana", "cohosts.cohost", person(world, "bob"))
    await act(world, "bob", "offers.share")
    await act(world, "ana", "cohosts.cohost", person(world, "bob"), remove=True)
    await wait(world, 20)
    assert overwrites(world, "Async testing") == before


async def test_more_rules_than_one_request_may_carry(world: World, wire: Wire) -> None:
    """Those that matter are kept: the bot's, the host's, everyone's, and those that hide the channel."""
    everyone = Overwrite(world.guild.id, OverwriteType.ROLE, 0, bits("view_channel"))
    roles = [world.guild.create_role(f"Role {n}") for n in range(110)]
    rules = [Overwrite(role.id, OverwriteType.ROLE, bits("speak"), 0) for role in roles[:-1]]
    hidden = Overwrite(roles[-1].id, OverwriteType.ROLE, 0, bits("view_channel"))
    world.people["ana"] = world.guild.add_member(world.env.create_user("ana"), roles=[roles[0]])
    seer = Overwrite(roles[0].id, OverwriteType.ROLE, bits("view_channel"), 0)
    await protect(world, "Open Space", [everyone, *rules[1:], seer, hidden])
    await world.host("ana", "Async testing")
    for channel in ("Async testing", "async-testing"):
        assert overwrites(world, channel) == overwrites(world, "Open Space")
    await write(world, "async-testing")
    await wait(world, 70)
    assert shows(world, archived("async-testing"))
    for channel in ("async-testing", BOARD, NEWS):
        found = overwrites(world, channel)
        assert len(found) <= 100
        assert found[world.env.backend.bot_user.id][0].view_channel
        assert found[world.guild.id][1].view_channel
        assert found[roles[-1].id][1].view_channel


async def test_an_administrator_bot_asks_for_no_more(make_world: MakeWorld, wire: Wire) -> None:
    world = await make_world(channels={"tomorrow": True})
    await give(world, discord.Permissions.all())
    await whole_day(world, wire)
    assert asked_bits(world) & ~INVITE.value == 0
    assert told(world) == []


async def test_organizers_are_told_in_the_channel_that_was_set(make_world: MakeWorld) -> None:
    world = await make_world()
    staff = world.guild.create_text_channel("x-staff")
    await world.env.settle()
    world.env.backend.edit_guild(world.guild.id, {"public_updates_channel_id": staff.id})
    await give(world, without("manage_channels"))
    assert "Manage Channels" in world.said(staff)[0]
    assert told(world) == []


async def test_organizers_who_cannot_be_told_are_told_when_they_can(world: World, wire: Wire) -> None:
    hears(world)
    closed = Overwrite(world.guild.id, OverwriteType.ROLE, 0, bits("send_messages"))
    bot = Overwrite(world.env.backend.bot_user.id, OverwriteType.MEMBER, 0, bits("send_messages"))
    await protect(world, "lobby", [closed, bot])
    wire.calm()
    await give(world, without("manage_channels"))
    await wait(world, 30)
    assert told(world) == []
    assert wire.words == wire.rest == []
    world.env.backend.edit_channel(world.lobby.id, {}, overwrites=[])
    await world.env.settle()
    assert "Manage Channels" in told(world)[0]


async def test_a_lost_answer_does_not_tell_organizers_twice(world: World, wire: Wire) -> None:
    hears(world)
    wire.on(first(says), lost(http_error(503)))
    await give(world, without("manage_channels"))
    await wait(world, 5)
    assert len(told(world)) == 1
    assert len([call for call in wire.calls if says(call)]) == 2


async def test_a_word_that_discord_refuses_is_no_problem_of_its_own(world: World, wire: Wire) -> None:
    await fill(world, 495)
    hears(world)
    await world.env.settle()
    before = len(told(world))
    wire.on(says, failing(http_error(403, 50013)))
    await world.host("ana", "Async testing", minutes=120)
    await wait(world, 30)
    assert rows(world, "SELECT code, told_at FROM problem") == [("guild-full", None)]
    wire.calm()
    await wait(world, 11)
    assert len(told(world)) == before + 1
