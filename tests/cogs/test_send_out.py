"""A host sends somebody out of their desk, who is kept out and told why; it can be undone."""

from __future__ import annotations

import discord
import pytest
from simcord.results import InteractionResult

from tests.cogs.admin.conftest import turned_away
from tests.cogs.conftest import Speak, click, cohosted, press_anew, read, told
from tests.cogs.reporting import act, case_buttons, case_text, cases, crew_room, forge, rows
from tests.cogs.test_report import direct
from tests.conftest import World, all_text, buttons
from tests.desks import acts
from tests.desks.acts import card, card_text, ids_of

TOPIC, TEXT = "Git", "git"


@pytest.fixture
async def desk(world: World) -> World:
    """ana's desk is open; she, bo and cy are in its voice channel."""
    await world.host("ana", TOPIC)
    for name in ("ana", "bo", "cy"):
        await world.person(name).join_voice(world.channel(TOPIC))
    return world


def inside(world: World) -> set[str]:
    """Who is in the desk's voice channel."""
    states = world.env.backend.get_guild(world.guild.id).voice_states
    there = {user for user, state in states.items() if state.channel_id == world.channel(TOPIC).id}
    return {name for name, person in world.people.items() if person.id in there}


async def press_send_out(world: World, name: str) -> InteractionResult:
    message = card(world, TEXT)
    return await world.person(name).click(message, custom_id=ids_of(world, message)["Send out"])


async def send_out(world: World, who: str, name: str, reason: str = "") -> InteractionResult:
    """Somebody sends somebody out by the card."""
    found: InteractionResult = await acts.send_out(world, who, name, TEXT, reason)
    return found


def offered(shown: InteractionResult) -> list[str]:
    assert shown.modal
    return [o["label"] for o in shown.modal["components"][0]["component"]["options"]]


async def test_the_host_sends_somebody_out_who_hears_why(desk: World) -> None:
    room = await crew_room(desk)
    await desk.join("bo", TOPIC)
    said = read(await send_out(desk, "ana", "bo", "Shouting *again*"))
    assert "bo is sent out of **Git**" in said
    assert inside(desk) == {"ana", "cy"}
    [word] = direct(desk, "bo")
    assert "you were asked to leave **Git**" in word
    assert "Shouting \\*again\\*" in word
    assert "ana" not in word
    assert "1 joined" not in card_text(desk, TEXT)
    await desk.env.advance_time(2)
    shown = case_text(room)
    assert "bo (<@" in shown
    assert f"by <@{desk.person('ana').id}>" in shown
    assert "Shouting \\*again\\*" in shown


async def test_r19_no_permission_is_changed(desk: World) -> None:
    before = {c.id: list(c.overwrites) for c in desk.env.backend.channels.values()}
    await send_out(desk, "ana", "bo")
    after = {c.id: list(c.overwrites) for c in desk.env.backend.channels.values() if c.id in before}
    assert after == before
    assert desk.requests("PUT", "/permissions/") == []


async def test_who_comes_back_is_out_again_and_a_loop_costs_little(desk: World) -> None:
    await send_out(desk, "ana", "bo")
    for _ in range(3):
        await desk.person("bo").join_voice(desk.channel(TOPIC))
        await desk.env.settle()
        assert "bo" not in inside(desk)
    before = len(desk.requests("PATCH", "/members/"))
    for _ in range(40):
        await desk.person("bo").join_voice(desk.channel(TOPIC))
        await desk.env.advance_time(0.5)
    assert len(desk.requests("PATCH", "/members/")) - before <= 5
    await desk.env.advance_time(6)
    assert "bo" not in inside(desk)
    assert len(direct(desk, "bo")) == 1  # told once


async def test_it_is_for_this_session_only(desk: World) -> None:
    await send_out(desk, "ana", "bo")
    await desk.host("dee", "Rust")
    await desk.person("bo").join_voice(desk.channel("Rust"))
    await desk.env.advance_time(6)
    states = desk.env.backend.get_guild(desk.guild.id).voice_states
    assert states[desk.person("bo").id].channel_id == desk.channel("Rust").id


async def test_who_was_sent_out_cannot_join_nor_be_reminded(desk: World) -> None:
    await send_out(desk, "ana", "bo", "Shouting")
    assert "cannot come back while it lasts: Shouting" in await desk.join("bo", TOPIC)
    assert rows(desk, "SELECT count(*) FROM joined") == [(0,)]


async def test_undone_by_the_host_they_come_in_again(desk: World) -> None:
    said = told(await send_out(desk, "ana", "bo"))
    custom_id = buttons(said)["Let back in"]
    assert "bo can come back" in read(await click(desk.person("ana"), said, "Let back in"))
    assert "could come back" in read(await press_anew(desk, "ana", custom_id))
    await desk.person("bo").join_voice(desk.channel(TOPIC))
    await desk.env.advance_time(6)
    assert "bo" in inside(desk)
    assert "You're in" in await desk.join("bo", TOPIC)


async def test_organizers_undo_it_with_one_click_and_others_cannot(
    desk: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = await crew_room(desk)
    await send_out(desk, "ana", "bo")
    await desk.env.advance_time(2)
    [custom_id] = case_buttons(room).values()
    page = told(await desk.person("bo").slash(desk.lobby, "openspace help"))
    forge(desk, desk.person("bo"), page, custom_id)
    await desk.env.settle()
    assert "Only ana" in desk.answers()[-1] or "not yours" in desk.answers()[-1].lower(), desk.answers()[-1]
    assert turned_away(desk)() == ["openspace:letin:1"]
    assert "bo can come back" in read(await act(desk, desk.organizer(), room, "Let back in"))
    await desk.env.advance_time(6)
    assert "let them back in" in case_text(room)
    assert case_buttons(room) == {}
    await desk.person("bo").join_voice(desk.channel(TOPIC))
    await desk.env.settle()
    assert "bo" in inside(desk)


async def test_without_a_private_channel_organizers_see_it_in_their_list(desk: World) -> None:
    await send_out(desk, "ana", "bo", "Shouting")
    listed = told(await desk.organizer().slash(desk.lobby, "openspace-admin reports"))
    assert "bo (<@" in all_text(listed)
    assert "Shouting" in all_text(listed)
    assert "can come back" in read(await click(desk.organizer(), listed, "Let back in"))


async def test_who_is_offered_are_those_who_are_there_but_hosts_and_organizers(desk: World) -> None:
    boss = desk.organizer()
    await boss.join_voice(desk.channel(TOPIC))
    await cohosted(desk, "ana", "cy")
    assert offered(await press_send_out(desk, "ana")) == ["bo"]
    assert offered(await press_send_out(desk, "boss")) == ["bo"]
    assert offered(await press_send_out(desk, "cy")) == ["bo"]
    await desk.person("bo").leave_voice()
    assert "Nobody is in the voice channel" in read(await press_send_out(desk, "ana"))


async def test_others_may_not(desk: World) -> None:
    assert "Only" in read(await press_send_out(desk, "bo"))
    shown = await press_send_out(desk, "ana")
    assert shown.modal


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("ana", "hosts here"),
        ("cy", "hosts here"),
        ("boss", "is an organizer"),
        ("dee", "is not at this desk"),
    ],
)
async def test_a_forged_choice_is_refused(
    desk: World, monkeypatch: pytest.MonkeyPatch, name: str, said: str
) -> None:
    boss = desk.organizer()
    await boss.join_voice(desk.channel(TOPIC))
    await cohosted(desk, "ana", "cy")
    chosen = desk.person(name).id
    monkeypatch.setattr("cogs.sendout.read_send_out", lambda data: (chosen, ""))
    assert said in read(await send_out(desk, "ana", "bo"))
    assert inside(desk) >= {"ana", "bo", "cy", "boss"}


async def test_who_has_left_meanwhile_is_kept_out_all_the_same(desk: World) -> None:
    shown = await press_send_out(desk, "ana")
    await desk.person("bo").leave_voice()
    sent = {"person": [str(desk.person("bo").id)], "told": ""}
    assert "is sent out" in read(await desk.person("ana").submit_modal(shown, sent))
    await desk.person("bo").join_voice(desk.channel(TOPIC))
    await desk.env.settle()
    assert "bo" not in inside(desk)


async def test_twice_is_once(desk: World) -> None:
    shown = [await press_send_out(desk, "ana") for _ in range(2)]
    sent = {"person": [str(desk.person("bo").id)], "told": ""}
    assert "is sent out" in read(await desk.person("ana").submit_modal(shown[0], sent))
    assert "was sent out of **Git** before" in read(await desk.person("ana").submit_modal(shown[1], sent))
    assert rows(desk, "SELECT count(*) FROM sent_out") == [(1,)]


async def test_who_becomes_co_host_may_come_in(desk: World) -> None:
    await send_out(desk, "ana", "bo")
    await cohosted(desk, "ana", "bo")
    await desk.person("bo").join_voice(desk.channel(TOPIC))
    await desk.env.advance_time(6)
    assert "bo" in inside(desk)


async def test_where_the_bot_may_not_move_members_it_says_so(desk: World) -> None:
    deny_moving(desk)
    said = read(await send_out(desk, "ana", "bo"))
    assert "give me **Move Members**" in said
    assert "bo" in inside(desk)
    assert desk.requests("PATCH", "/members/") == []


def deny_moving(world: World) -> None:
    from simcord.backend.models import Overwrite
    from simcord.enums import OverwriteType

    bit = discord.Permissions.move_members.flag
    own = Overwrite(world.env.backend.bot_user.id, OverwriteType.MEMBER, 0, bit)
    world.env.backend.edit_channel(world.channel(TOPIC).id, {}, overwrites=[own])


async def test_what_discord_does_not_do_at_once_is_tried_again(desk: World) -> None:
    desk.env.inject_error("PATCH", "/guilds/*/members/*", status=500)
    assert "keep trying" in read(await send_out(desk, "ana", "bo"))
    await desk.env.advance_time(10)
    assert "bo" not in inside(desk)


async def test_it_outlives_a_restart_and_whoever_came_in_meanwhile_goes(desk: World) -> None:
    await send_out(desk, "ana", "bo")
    desk.env.backend.set_voice_state(desk.guild.id, desk.person("bo").id, None)
    await desk.bot.close()
    desk.env.backend.set_voice_state(desk.guild.id, desk.person("bo").id, desk.channel(TOPIC).id)
    await desk.restart()
    await desk.env.advance_time(2)
    assert "bo" not in inside(desk)
    assert len(direct(desk, "bo")) == 1


async def test_closed_direct_messages_hold_up_nothing(desk: World) -> None:
    desk.env.inject_error("POST", "/users/@me/channels", status=403, code=50007)
    assert "is sent out" in read(await send_out(desk, "ana", "bo"))
    assert inside(desk) == {"ana", "cy"}


async def test_more_people_than_a_menu_holds_are_searched(desk: World) -> None:
    for n in range(26):
        await desk.person(f"guest{n}").join_voice(desk.channel(TOPIC))
    shown = await press_send_out(desk, "ana")
    assert shown.modal
    assert shown.modal["components"][0]["component"]["type"] == 5  # Discord's own search for members
    chosen = desk.person("guest25")
    said = read(await desk.person("ana").submit_modal(shown, {"person": [chosen], "told": ""}))
    assert "guest25 is sent out" in said
    assert "guest25" not in inside(desk)


async def test_bots_are_left_alone(desk: World) -> None:
    bot = desk.guild.add_member(desk.env.create_user("music", bot=True))
    desk.env.backend.set_voice_state(desk.guild.id, bot.id, desk.channel(TOPIC).id)
    await desk.env.settle()
    assert offered(await press_send_out(desk, "ana")) == ["bo", "cy"]


async def test_only_an_open_desk_has_it(world: World) -> None:
    await world.host("ana", TOPIC, "08:30")
    page = told(await world.person("ana").slash(world.lobby, "openspace list"))
    before = len(world.answers())
    forge(world, world.person("ana"), page, "openspace:sendout:1")
    await world.env.settle()
    [said] = world.answers()[before:]
    assert "has not opened yet" in said


async def test_in_chinese(desk: World, speak: Speak) -> None:
    speak("zh-TW")
    shown = await press_send_out(desk, "ana")
    assert shown.modal
    assert shown.modal["title"] == "請人離開"
    sent = {"person": [str(desk.person("bo").id)], "told": ""}
    assert "已請 bo 離開 **Git**" in read(await desk.person("ana").submit_modal(shown, sent))
    assert "你被請離 **Git**" in await desk.join("bo", TOPIC)


async def test_the_message_about_it_is_left_once_the_session_is_over(desk: World) -> None:
    room = await crew_room(desk)
    await send_out(desk, "ana", "bo")
    await desk.env.advance_time(2)
    assert list(case_buttons(room)) == ["Let back in"]
    await desk.until("09:05")
    assert case_buttons(room) == {}
    assert rows(desk, "SELECT done FROM posted") == [(1,)]
    assert len(cases(room)) == 1
