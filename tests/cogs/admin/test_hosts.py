"""A session whose host has left: organizers hear of it once, and give it to somebody who wants it."""

from __future__ import annotations

from typing import Any

import pytest
from simcord.results import ResponseMessage

from tests.cogs.admin.conftest import ONLY, Askers, asked, elsewhere, forge
from tests.cogs.conftest import Speak, click, cohosted, read, told
from tests.conftest import NEWS, MakeWorld, World, all_text
from tests.desks.acts import card_text, ids_of, pings
from tests.desks.conftest import rows, states

LEFT = "has left this server and hosts"


@pytest.fixture
async def world(make_world: MakeWorld) -> World:
    """Organizers read Discord's own updates in the lobby, and so what the bot has to tell them."""
    made = await make_world()
    assert isinstance(made, World)
    made.env.backend.edit_guild(made.guild.id, {"public_updates_channel_id": made.lobby.id})
    return made


def heard(world: World) -> list[str]:
    return [text for text in world.said(world.lobby) if LEFT in text]


def message(world: World) -> Any:
    [found] = [m for m in world.lobby.history() if LEFT in m.content]
    return found


async def leaves(world: World, name: str) -> None:
    world.guild.remove_member(world.person(name))
    await world.env.settle()


def looked(world: World) -> int:
    return len([p for p in world.requests("GET", "/members/") if p.startswith("/guilds/")])


async def gone(world: World, *cohosts: str) -> None:
    """Ana has booked a session, and leaves; it is found out an hour before it starts."""
    await world.host("ana", "Git", "12:00")
    for name in cohosts:
        await cohosted(world, "ana", name, session="git")
    await world.join("eve", "Git")
    await leaves(world, "ana")
    await world.until("11:01")


# ----------------------------------------------------------------------- found out


async def test_organizers_hear_once_an_hour_before_and_nobody_else_is_told(
    world: World, askers: Askers
) -> None:
    await world.host("ana", "Git", "12:00")
    await leaves(world, "ana")
    await world.until("10:59")
    assert (heard(world), looked(world)) == ([], 0)
    await world.until("11:01")
    [word] = heard(world)
    assert "**Git**" in word
    assert "ana (<@" in word
    assert pings(world, "lobby", "ana") == 0
    await world.restart()
    await world.until("12:20")
    assert heard(world) == [word]
    assert world.said(NEWS) == []
    assert states(world) == ["open"]
    assert rows(world, "SELECT count(*) FROM audit WHERE action = 'host-gone'") == [(1,)]


async def test_who_stays_is_looked_for_three_times_and_no_more(world: World, askers: Askers) -> None:
    await world.host("ana", "Git", "12:00")
    for clock, times in (("10:59", 0), ("11:05", 1), ("11:49", 1), ("11:55", 2), ("12:05", 3), ("12:59", 3)):
        await world.until(clock)
        assert looked(world) == times, clock
    assert heard(world) == []


async def test_who_starts_now_was_there_a_moment_ago(world: World, askers: Askers) -> None:
    await world.host("ana", "Git")
    await world.host("bo", "Rust", "08:05")
    await world.env.advance_time(1800)
    assert looked(world) == 1  # bo, as it opened


async def test_r21_a_request_that_fails_is_not_repeated_and_hurts_nothing(
    world: World, askers: Askers
) -> None:
    await world.host("ana", "Git", "12:00")
    await leaves(world, "ana")
    ana = world.person("ana").id
    world.env.inject_error("GET", f"/guilds/{world.guild.id}/members/{ana}", status=503, times=1)
    await world.until("11:30")
    assert (looked(world), heard(world)) == (1, [])
    await world.until("11:52")
    assert looked(world) == 2
    assert len(heard(world)) == 1


async def test_who_comes_back_is_no_problem_any_more(world: World, askers: Askers) -> None:
    await gone(world)
    assert len(heard(world)) == 1
    world.guild.add_member(world.person("ana").user)
    await world.until("11:52")
    with world.env._bot_scope():
        assert await world.bot.service.hosts.gone(world.guild.id) == []
    assert rows(world, "SELECT count(*) FROM audit WHERE action = 'host-back'") == [(1,)]
    assert rows(world, "SELECT count(*) FROM problem WHERE code LIKE 'host-gone%'") == [(0,)]


async def test_status_can_ask_who_has_left(world: World, askers: Askers) -> None:
    await gone(world)
    with world.env._bot_scope():
        [session] = await world.bot.service.hosts.gone(world.guild.id)
        assert await world.bot.service.hosts.gone(1) == []
    assert session.topic == "Git"


async def test_r21_many_hosts_are_looked_for_a_few_at_a_time(world: World, askers: Askers) -> None:
    for number in range(9):
        await world.host(f"host {number}", f"Topic {number}", "12:00")
    await world.until("11:00")
    await world.env.advance_time(2)
    assert looked(world) == 5
    await world.env.advance_time(120)
    assert looked(world) == 9


# ------------------------------------------------------------------ what can be done


async def test_it_can_be_cancelled_or_left(world: World, askers: Askers) -> None:
    await gone(world)
    found = message(world)
    assert list(ids_of(world, found)) == ["Give to…", "Cancel it", "Leave it"]
    said = read(await askers["crew"].click(found, label="Leave it"))
    assert "**Git** stays as it is" in said
    assert states(world) == ["booked"]
    ask = told(await askers["boss"].click(found, label="Cancel it"))
    assert "Cancel **Git** by ana" in all_text(ask)
    await click(askers["boss"], ask, "Yes, cancel it")
    assert states(world) == ["cancelled"]
    assert pings(world, NEWS, "eve") == 1
    await world.env.advance_time(5)
    assert rows(world, "SELECT count(*) FROM problem WHERE code LIKE 'host-gone%'") == [(0,)]


async def test_r18_it_is_given_only_to_who_takes_it(world: World, askers: Askers) -> None:
    await gone(world)
    bo, boss = world.person("bo"), askers["boss"]
    form = await boss.click(message(world), label="Give to…")
    asked_for = await boss.submit_modal(form, {"handover": [bo]})
    assert "bo has been asked to host **Git**. Nothing changes until they accept." in read(asked_for)
    assert rows(world, "SELECT host_name FROM session") == [("ana",)]
    [word] = world.said(NEWS)
    assert "the organizers ask you to host **Git**" in word
    assert [pings(world, NEWS, name) for name in ("bo", "eve", "ana")] == [1, 0, 0]
    [offer] = [m for m in world.channel(NEWS).history() if m.content]
    for other in (world.person("eve"), boss):
        said = await other.click(offer, label="Take it over")
        assert "only they can answer" in read(said)
    assert rows(world, "SELECT host_name FROM session") == [("ana",)]
    await bo.click(offer, label="Take it over")
    assert world.said(NEWS) == [f"🎤 <@{bo.id}> hosts **Git** now."]
    assert rows(world, "SELECT host_name, host_id FROM session") == [("bo", bo.id)]
    assert rows(world, "SELECT count(*) FROM cohost") == [(0,)]  # who has left is no co-host
    assert rows(world, "SELECT count(*) FROM audit WHERE action = 'take-over'") == [(1,)]
    await world.env.advance_time(5)
    assert rows(world, "SELECT count(*) FROM problem WHERE code LIKE 'host-gone%'") == [(0,)]
    await world.until("12:01")
    assert f"<@{bo.id}>" in card_text(world, "git")
    assert len(heard(world)) == 1


async def test_cohosts_are_proposed_first_and_at_an_open_desk_it_is_asked_there(
    world: World, askers: Askers
) -> None:
    await world.host("ana", "Git", "12:00")
    await cohosted(world, "ana", "kai", session="git")
    await world.until("11:52")
    await leaves(world, "ana")
    await world.until("12:01")
    found = message(world)
    assert list(ids_of(world, found)) == ["Give to kai", "Give to…", "End", "Leave it"]
    assert f"<@{world.person('kai').id}>" in found.content
    assert "kai has been asked" in read(await askers["boss"].click(found, label="Give to kai"))
    assert "kai has been asked already" in read(await askers["crew"].click(found, label="Give to kai"))
    [offer] = [m for m in world.channel("git").history() if "ask you to host" in m.content]
    await world.person("kai").click(offer, label="Take it over")
    assert rows(world, "SELECT host_name FROM session") == [("kai",)]
    assert rows(world, "SELECT count(*) FROM cohost") == [(0,)]


async def test_r18_an_offer_ends_when_another_has_taken_it(world: World, askers: Askers) -> None:
    await gone(world)
    boss = askers["boss"]
    for name in ("bo", "cy"):
        form = await boss.click(message(world), label="Give to…")
        await boss.submit_modal(form, {"handover": [world.person(name)]})
    first, second = [m for m in world.channel(NEWS).history() if m.content]
    await world.person("cy").click(second, label="Take it over")
    await world.person("bo").click(first, label="Take it over")
    bo, cy = world.person("bo"), world.person("cy")
    assert world.said(NEWS) == [  # nothing is left to press
        f"⌛ <@{bo.id}>, **Git** is no longer offered to you.",
        f"🎤 <@{cy.id}> hosts **Git** now.",
    ]
    assert rows(world, "SELECT host_name FROM session") == [("cy",)]


async def test_r5_it_is_not_offered_to_who_cannot_have_it(world: World, askers: Askers) -> None:
    await gone(world)
    await world.host("bo", "Rust", "12:15")
    boss = askers["boss"]
    form = await boss.click(message(world), label="Give to…")
    assert "bo hosts **Rust**" in read(await boss.submit_modal(form, {"handover": [world.person("bo")]}))
    await asked(world, boss, "block", member=world.person("cy"))
    form = await boss.click(message(world), label="Give to…")
    assert "cy can't host here" in read(await boss.submit_modal(form, {"handover": [world.person("cy")]}))
    assert world.said(NEWS) == []


async def test_r14_a_crash_neither_loses_nor_repeats_what_organizers_hear(
    world: World, askers: Askers
) -> None:
    await world.host("ana", "Git", "12:00")
    await leaves(world, "ana")
    await world.until("10:59")
    await world.bot.keeper.close()  # from now on nothing is told
    await world.until("11:05")
    assert heard(world) == []
    await world.restart()
    await world.env.advance_time(5)
    assert len(heard(world)) == 1


# ------------------------------------------------------------------------ who may not


async def test_others_and_other_servers_reach_nothing(world: World, askers: Askers) -> None:
    await gone(world)
    world.people["eve"] = askers["eve"]
    shown = told(await askers["boss"].slash(world.lobby, "openspace-admin pause"))
    bo = world.person("bo")
    for custom_id in ("give:1", f"offer:1:{bo.id}", "hostless:1"):
        assert ONLY in await forge(world, "eve", shown, f"openspace:{custom_id}")
    never = await forge(world, "bo", shown, f"openspace:takeover:1:{bo.id}")
    assert "no longer offered to you" in never  # nobody has asked them
    other = await elsewhere(world)
    theirs: ResponseMessage = told(
        await other.organizer("their boss").slash(other.lobby, "openspace-admin pause")
    )
    for custom_id in (
        "give:1",
        f"offer:1:{bo.id}",
        "hostless:1",
        f"takeover:1:{other.people['their boss'].id}",
    ):
        assert "does not exist" in await forge(other, "their boss", theirs, f"openspace:{custom_id}")
    assert rows(world, "SELECT host_name FROM session") == [("ana",)]


async def test_in_chinese(make_world: MakeWorld, speak: Speak) -> None:
    world = await make_world()
    await world.set(conference__language="zh-TW")
    world.env.backend.edit_guild(world.guild.id, {"public_updates_channel_id": world.lobby.id})
    await gone(world)
    [word] = [text for text in world.said(world.lobby) if "⚠" in text]
    assert "已經離開這個伺服器" in word
