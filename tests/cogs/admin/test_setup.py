"""`/openspace-admin setup`: from a server without a programme to the first open desk, in Discord alone."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from types import SimpleNamespace
from typing import Any, cast

import discord
import pytest
from simcord.builders import ChannelHandle, RoleHandle

from tests.cogs.admin.conftest import ONLY, show_to
from tests.cogs.admin.hand import HOURS, Hand, custom_ids, nodes
from tests.cogs.conftest import Speak, fields, press, read, slash, told
from tests.conftest import BOARD, MakeWorld, World, all_text


@pytest.fixture
def boss(bare: World) -> Hand:
    return Hand(bare, bare.organizer())


def audit(world: World) -> list[tuple[str, dict[str, Any]]]:
    """The audit trail: actions with their details."""
    with closing(sqlite3.connect(world.folder / "openspace.sqlite3")) as db:
        rows = db.execute("SELECT action, detail FROM audit ORDER BY id").fetchall()
    return [(action, json.loads(detail)) for action, detail in rows]


def board_text(world: World) -> str:
    """What everyone reads on the board."""
    (board,) = world.layouts(BOARD)
    return all_text(SimpleNamespace(content="", components=[each.to_dict() for each in board.components]))


async def test_from_nothing_to_the_first_open_desk_in_at_most_12_clicks(bare: World, boss: Hand) -> None:
    boss.clicks = 2  # 'Add to server': the server, and 'Authorize'
    assert "⬜ Not yet" in await boss.opens()
    assert "PyMini" in await boss.step(1, name="PyMini", city="Taipei")
    said = await boss.step(2, hours=HOURS)
    assert "🕘 **Day 1** Thu, Jan 1, 2026 08:00–16:15" in said
    assert "**Day 2** Fri, Jan 2, 2026 10:30–16:40" in said
    assert "✨ No talks now 14:30–15:20" in said
    days = bare.bot.service.rules(bare.guild.id).own["conference.windows"]
    assert [(each["name"], each["name_zh"]) for each in cast(Any, days)] == [
        ("Day 1", "第 1 天"),
        ("Day 2", "第 2 天"),
    ]
    assert "-# for you <t:1767225600:f> to <t:1767255300:t>" in said
    assert bare.names() == []
    assert "Your Open Spaces are live" in await boss.live()
    form = await boss.click(bare.layouts(BOARD)[0], label="Host one")
    boss.clicks += 1
    await boss.who.submit_modal(form, {"topic": "Git", "when": ["now"], "minutes": ["default"]})
    assert {"git", "Git"} <= set(bare.names())
    assert boss.clicks <= 12


async def test_each_step_is_saved_at_once_and_nothing_is_public_before_going_live(
    bare: World, boss: Hand
) -> None:
    await boss.opens()
    assert boss.disabled("openspace:setupstep:2")  # the hours are read by a clock
    assert boss.disabled("openspace:setuplive")
    await boss.step(1, name="PyMini", city="台北")
    assert not boss.disabled("openspace:setupstep:2")
    assert boss.disabled("openspace:setuppreview")
    await bare.restart()
    other = Hand(bare, bare.with_role(bare.guild.roles["Staff"], "Kim"))
    assert "PyMini" in await other.opens()
    await other.step(2, hours=HOURS)
    await other.step(3, limit=["2"], language=["both"])
    crew, channel = bare.guild.create_role("Crew"), bare.guild.create_text_channel("staff")
    await other.step(4, organizers=[crew])
    link = "https://hackmd.io/@me/{id}-{topic}"
    said = await other.step(5, told=[channel], conduct="the crew in purple", notes=link)
    for value in (
        "📝 Notes: https:",
        "Up to 2 side by side · English and Chinese",
        f"<@&{crew.id}>",
        f"<#{channel.id}>",
        "in purple",
    ):
        assert value in said
    await bare.env.advance_time(3600)
    assert bare.names() == ["staff"]
    assert "not set up" in await slash(bare, "ana", "help")
    assert [action for action, _ in audit(bare) if action == "settings"] == ["settings"] * 5
    await other.live()
    assert "現在還沒有人開場" in board_text(bare)
    assert "Nobody is at a desk" in board_text(bare)
    assert set(bare.names("category")) == {"Open Space", "Open Space archive"}
    rules = bare.bot.service.rules(bare.guild.id)
    assert rules.programme.limits.parallel_limit == 2
    assert rules.server.organizers.roles == (crew.id,)
    assert rules.server.channels.organizers_channel == channel.id
    assert rules.server.notes.link == link
    assert rules.server.conference
    assert rules.server.conference.conduct == "the crew in purple"


async def test_a_channel_for_problems_in_which_the_bot_may_no_longer_write_is_shown_as_that(
    bare: World, boss: Hand
) -> None:
    await boss.fill()
    staff, other = bare.guild.create_text_channel("staff"), bare.guild.create_text_channel("mods")
    bare.env.backend.edit_guild(bare.guild.id, {"public_updates_channel_id": other.id})
    assert f"I report problems in <#{staff.id}>" in await boss.step(5, told=[staff])
    guild = bare.bot.get_guild(bare.guild.id)
    assert guild
    await guild.get_channel(staff.id).set_permissions(guild.me, send_messages=False)  # type: ignore[union-attr]
    await bare.env.settle()
    said = await boss.opens()
    assert f"I report problems in <#{other.id}>" in said
    assert f"can't write in <#{staff.id}>" in said


async def test_after_going_live_the_panel_links_to_the_board_and_says_what_next(
    bare: World, boss: Hand
) -> None:
    await boss.fill()
    assert "makes the category **Open Space** with **#open-space-board** and **#open-space-news**" in (
        await boss.opens()
    )
    await boss.live()
    board = bare.channel(BOARD)
    assert f"Open <#{board.id}>" in bare.answers()[-1]  # added as soon as it is there
    said = await boss.opens()
    assert "🟢 **Live.** Changes take effect at once." in said
    assert f"Open <#{board.id}> and press *Host one*" in said
    assert not [each for each in custom_ids(boss.panel) if "live" in each]
    await boss.step(1, name="PyMaxi")
    await bare.env.advance_time(6)
    assert "PyMaxi" in board_text(bare)


async def test_the_preview_is_the_board_as_it_will_look(bare: World, boss: Hand) -> None:
    await boss.fill()
    shown = await boss.click(boss.panel, label="Preview")
    said = read(shown)
    assert "# Open Spaces · PyMini" in said
    assert "🪑 **10 of 10 desks free now**" in said
    assert "how the board will look" in said
    await boss.live()
    live = board_text(bare)
    assert "Nobody is at a desk" in live
    assert [line for line in live.splitlines() if line not in said] == []


async def test_several_places_are_offered_and_one_is_chosen(bare: World, boss: Hand) -> None:
    await boss.opens()
    assert "Which of these places" in await boss.step(1, name="PyMini", city="UTC+8")
    assert "Taipei, Taiwan · UTC+8 · now 08:00" in await boss.choose("Asia/Taipei")
    assert bare.bot.service.setup.stand(bare.guild.id).value("conference.timezone") == "Asia/Taipei"


async def test_a_place_that_is_only_like_what_was_typed_is_asked_about(bare: World, boss: Hand) -> None:
    await boss.opens()
    said = await boss.step(1, name="PyMini", city="Prgue")
    assert "Which of these places" in said
    assert "No time zone yet" in said
    assert "Prague, Czechia" in await boss.choose("Europe/Prague")


async def test_an_unknown_place_is_said_and_what_was_typed_is_kept(bare: World, boss: Hand) -> None:
    await boss.opens()
    assert "I don't know the place “Qwertyuiop\\*”" in await boss.step(1, name="PyMini", city="Qwertyuiop*")
    assert boss.label("openspace:setupstep:1") == "Mend"
    form = await boss.form(1)
    assert [fields(form)[name]["value"] for name in ("name", "city")] == ["PyMini", "Qwertyuiop*"]
    assert "Prague" in await boss.send(form, city="Praha")


async def test_lines_that_are_refused_are_named_and_nothing_typed_is_lost(bare: World, boss: Hand) -> None:
    await boss.opens()
    await boss.step(1, name="PyMini", city="Taipei")
    typed = "Our days\nFri 1 Jan 08:00-16:15\n2026-01-02 10:30\n3 Jan 9-5 *party*"
    said = await boss.step(2, hours=typed)
    assert "Nothing is saved yet" in said
    assert "“Fri 1 Jan 08\\:00-16:15” — Jan 1, 2026 is a Thursday." in said
    assert "It says no end" in said
    assert "It can end at 17:00 or at 05:00" in said
    assert "so left out: “Our days”" in said
    assert "⬜ Not yet" in said
    form = await boss.form(2)
    assert fields(form)["hours"]["value"] == typed
    said = await boss.send(form, hours="Our days\nThu 1 Jan 08:00-16:15\n2026-01-02 10:30-12:00")
    assert "✅ 2 days" in said
    assert "so left out: “Our days”" in said
    written = fields(await boss.form(2))["hours"]["value"]
    assert written == "2026-01-01 08:00-16:15 Day 1\n2026-01-02 10:30-12:00 Day 2"


async def test_a_stale_form_never_overwrites_what_is_newer(bare: World, boss: Hand) -> None:
    await boss.fill()
    other = Hand(bare, bare.with_role(bare.guild.roles["Staff"], "Kim"))
    await other.opens()
    mine, theirs = await boss.form(2), await other.form(2)
    await other.send(theirs, hours="2026-01-01 08:00-12:00")
    said = await boss.send(mine, hours="2026-01-01 08:00-13:00")
    assert "Somebody else changed this meanwhile" in said
    assert "08:00–12:00" in said
    again = await boss.form(2)
    assert fields(again)["hours"]["value"] == "2026-01-01 08:00-13:00"
    assert "08:00–13:00" in await boss.send(again)
    limits = await boss.form(3)
    await other.opens()
    await other.step(3, limit=["4"])
    assert "Up to 4" in await boss.send(limits, limit=["5"])
    assert "Up to 4" in await other.opens()


async def test_who_goes_live_has_seen_what_goes_live(bare: World, boss: Hand) -> None:
    await boss.fill()
    other = Hand(bare, bare.with_role(bare.guild.roles["Staff"], "Kim"))
    await other.opens()
    await other.step(3, limit=["4"])
    assert "Somebody else changed this" in await boss.live()
    assert BOARD not in bare.guild.channels
    assert "are live" in await boss.live()
    assert "Changes take effect at once" in await other.live()  # twice is once
    assert [action for action, _ in audit(bare)].count("live") == 1


async def test_hours_that_leave_a_session_outside_are_asked_about(bare: World, boss: Hand) -> None:
    await boss.fill()
    await boss.live()
    await bare.host("ana", "*Git*", "15:00")
    said = await boss.step(2, hours="2026-01-01 08:00-12:00 Day 1")
    assert "Nothing has changed yet" in said
    assert "\\*Git\\*" in said
    assert "16:15" in await boss.opens()  # as they are
    await boss.step(2, hours="2026-01-01 08:00-12:00 Day 1")
    await boss.click(boss.panel, label="Change it, keep all sessions")
    assert "08:00–12:00" in await boss.opens()
    assert "Git" in await slash(bare, "ana", "list", show="mine")  # R12: nothing is cancelled


async def test_r19_the_area_is_made_for_those_who_may_take_part(bare: World, boss: Hand) -> None:
    crew, guests = bare.guild.create_role("Crew"), bare.guild.create_role("Guests")
    await boss.fill()
    await boss.step(4, organizers=[crew], audience=[guests])
    await boss.live()
    await bare.env.settle()
    guild = bare.bot.get_guild(bare.guild.id)
    assert guild
    area = next(c for c in guild.categories if c.name == "Open Space")
    board = guild.get_channel(bare.channel(BOARD).id)
    staff = bare.guild.roles["Staff"]
    for channel in (area, board):
        assert isinstance(channel, discord.abc.GuildChannel)
        assert not channel.permissions_for(guild.default_role).view_channel
        for role in (crew, guests, staff):
            known = guild.get_role(role.id)
            assert known
            assert channel.overwrites_for(known).view_channel is True
        assert channel.permissions_for(guild.me).view_channel
    assert "can't see the Open Space board" in await slash(bare, "ana", "help")
    bare.with_role(guests, "guy")
    assert "Git" in await bare.host("guy", "Git")
    said = await boss.opens()
    assert "Who sees **Open Space** takes part" in said
    assert "audience" not in fields(await boss.form(4))


async def test_everybody_is_no_organizer_and_everyones_role_means_everyone(bare: World, boss: Hand) -> None:
    await boss.opens()
    everyone = bare.guild.default_role
    form = await boss.form(4)
    result = await boss.who.submit_modal(form, {"organizers": [everyone], "audience": []})
    assert "Not everybody can be an organizer" in read(result)
    assert "Take part: everyone" in await boss.send(await boss.form(4), organizers=[], audience=[everyone])
    assert bare.bot.service.rules(bare.guild.id).server.channels.audience == ()


async def test_what_the_bot_lacks_is_said_with_what_to_click(bare: World, boss: Hand) -> None:
    said = await boss.opens()
    assert "I lack" not in said
    me = bare.guild.me
    assert me
    guild = bare.bot.get_guild(bare.guild.id)
    assert guild
    assert True
    for role in bare.env.backend.guilds[bare.guild.id].roles.values():
        role.permissions = discord.Permissions(
            view_channel=True, send_messages=True, use_application_commands=True
        ).value
    await bare.restart()
    boss.who = bare.with_role(
        bare.guild.create_role("Admins", permissions=discord.Permissions(manage_guild=True)), "Jo"
    )
    said = await boss.opens()
    assert "I lack **Manage Channels**" in said
    assert "Server Settings → Roles → " in said
    assert "Without **Pin Messages**" in said


NAMES = ["**Py** @everyone <@1> # x", "a" * 100, "研討會 [x](https://x.y)", "~~||`_*"]


@pytest.mark.parametrize("name", NAMES)
async def test_r16_names_are_shown_as_they_are_and_ping_nobody(bare: World, boss: Hand, name: str) -> None:
    await boss.opens()
    said = await boss.step(1, name=name, city="Taipei")
    assert "<@1>" not in said.replace("\\<@\u200b1>", "")
    assert "@everyone" not in said.replace("@\u200beveryone", "")
    said = await boss.step(2, hours=f"2026-01-01 08:00-16:15 {name}")
    assert "**Py**" not in said
    assert fields(await boss.form(2))["hours"]["value"].startswith("2026-01-01 08:00-16:15 ")
    assert "are live" in await boss.live()


async def test_everyone_else_is_refused_everything_and_leaves_a_trace(bare: World, boss: Hand) -> None:
    """Whatever Discord lets through: the command, each button, each form, the menu."""
    await boss.fill()
    places = await boss.step(1, city="UTC+8")
    assert "Which of these" in places
    shown = await boss.who.slash(bare.lobby, "openspace-admin setup")
    eve = bare.person("eve")
    show_to(bare, eve)
    assert ONLY in read(await eve.slash(bare.lobby, "openspace-admin setup"))
    ids = [each for each in custom_ids(boss.panel) if not each.startswith("openspace-menu")]
    forged = [*ids, "openspace:setup", "openspace:setupstep:2:1"]
    assert len(forged) >= 9
    for custom_id in forged:
        await bare.env.advance_time(61)
        stored = bare.env.backend.get_message(told(shown).channel_id, told(shown).id)
        next(node for node in nodes(stored.components) if node.get("custom_id"))["custom_id"] = custom_id
        press(bare, "eve", told(shown), custom_id)
        await bare.env.settle()
        assert ONLY in bare.answers()[-1], custom_id
    tried = [detail["tried"] for action, detail in audit(bare) if action == "turned-away"]
    assert tried == ["openspace-admin setup", *forged]
    assert "PyMini" in await boss.opens()


async def test_a_role_of_the_settings_may_do_all_of_it(bare: World, boss: Hand) -> None:
    role = bare.guild.create_role("Crew")
    await boss.opens()
    await boss.step(4, organizers=[role])
    crew = Hand(bare, bare.with_role(role, "crew"))
    show_to(bare, crew.who)
    await crew.fill()
    assert "are live" in await crew.live()


async def test_two_servers_are_set_up_at_once_and_nothing_crosses_over(bare: World, boss: Hand) -> None:
    other_guild = bare.env.create_guild("Elsewhere")
    lobby = other_guild.create_text_channel("lobby")
    await bare.env.settle()
    role = other_guild.create_role("Staff", permissions=discord.Permissions(manage_guild=True))
    there = World(bare.env, bare.folder, other_guild, lobby)
    kim = Hand(there, other_guild.add_member(bare.env.create_user("kim"), roles=[role]))
    await boss.opens()
    await kim.opens()
    await boss.step(1, name="PyHere", city="Taipei")
    await kim.step(1, name="PyThere", city="Prague")
    await boss.step(2, hours="nothing here")  # kept under a number
    draft = boss.button("openspace:setupstep:2").rpartition(":")[2]
    await boss.step(2, hours="2026-01-01 08:00-16:15")
    await kim.step(2, hours="2026-01-01 00:30-12:00")
    press(there, "kim2", kim.panel, f"openspace:setupstep:2:{draft}")  # by guess
    form = await kim.form(2)
    assert "nothing here" not in json.dumps(form.modal)
    await kim.live()
    assert BOARD not in bare.guild.channels
    assert BOARD in other_guild.channels
    await boss.live()
    here, elsewhere = (bare.bot.service.programme(guild.id) for guild in (bare.guild, other_guild))
    assert (here.name, str(here.zone)) == ("PyHere", "Asia/Taipei")
    assert (elsewhere.name, str(elsewhere.zone)) == ("PyThere", "Europe/Prague")


async def test_what_the_file_has_is_shown_and_one_change_makes_it_the_servers_own(world: World) -> None:
    boss = Hand(world, world.organizer())
    said = await boss.opens()
    assert "**1 · Name and time zone** (from the file)\nPyCon Sim" in said
    assert "**2 · Days and hours** (from the file)" in said
    assert "🟢 **Live.**" in said
    said = await boss.step(1, name="PyOther")
    assert "**1 · Name and time zone**\nPyOther" in said
    assert "**2 · Days and hours** (from the file)" in said
    await boss.step(2)  # as it is: nothing of the server's own
    assert dict(world.bot.service.rules(world.guild.id).own) == {"conference.name": "PyOther"}
    await boss.step(2, hours="Day 1: 2026-01-01 08:00-17:00")
    assert "conference.windows" in world.bot.service.rules(world.guild.id).own
    other = world.env.create_guild("Elsewhere")
    await world.env.settle()
    assert world.bot.service.programme(other.id).name == "PyCon Sim"


async def test_in_chinese_all_of_it(bare: World, boss: Hand, speak: Speak) -> None:
    speak("zh-TW")
    assert "設定 Open Space" in await boss.opens()
    said = await boss.step(1, name="小聚", city="台北")
    assert "中文（台灣）" in said  # who sets it up in Chinese has a board in Chinese
    said = await boss.step(2, hours="第一天 1/1 08:00-16:15\n* 12:00-13:00 午餐\n1/2 10:30-16:40")
    assert "🕘 **第一天** 2026年1月1日 週四 08:00–16:15" in said
    assert "✨ 午餐 12:00–13:00" in said
    assert "🕘 **第 2 天** 2026年1月2日 週五" in said
    assert "Open Space 上線了" in await boss.live()
    assert "我來開一場" in board_text(bare)


# ---- The word to organizers


async def staff_channel(world: World, *seen_by: RoleHandle) -> ChannelHandle:
    """A channel that Discord uses for moderators, seen by the bot and these roles."""
    me, allowed = world.guild.me, discord.PermissionOverwrite(view_channel=True, send_messages=True)
    assert me
    channel = world.guild.create_text_channel(
        "staff",
        overwrites={
            world.guild.default_role: discord.PermissionOverwrite(view_channel=False),
            me: allowed,
            **dict.fromkeys(seen_by, allowed),
        },
    )
    world.env.backend.edit_guild(world.guild.id, {"public_updates_channel_id": channel.id})
    return channel


async def test_organizers_are_shown_the_way_once_for_good(bare: World, boss: Hand) -> None:
    readers = bare.guild.create_role("Readers")
    channel = await staff_channel(bare, readers, bare.guild.roles["Staff"])
    assert bare.said(channel) == []
    await bare.restart()
    (said,) = bare.said(channel)
    assert "Open Spaces are not set up in this server yet" in said
    assert bare.said(bare.lobby) == []
    await bare.restart()
    assert len(bare.said(channel)) == 1
    panel = await boss.click(channel.last_message, label="Set up Open Spaces")
    assert told(panel).ephemeral
    assert "⬜ Not yet" in read(panel)
    eve, message = bare.with_role(readers, "eve"), channel.last_message
    assert message
    assert ONLY in read(await eve.click(message, label="Set up Open Spaces"))


async def test_nobody_is_shown_the_way_where_everyone_would_see_it(bare: World) -> None:
    bare.env.backend.edit_guild(bare.guild.id, {"system_channel_id": bare.lobby.id})
    await bare.restart()
    assert bare.said(bare.lobby) == []
    channel = await staff_channel(bare)
    await bare.restart()
    assert len(bare.said(channel)) == 1


async def test_a_message_whose_answer_is_lost_is_not_sent_again_but_a_refused_one_is(bare: World) -> None:
    channel = await staff_channel(bare)
    bare.env.inject_error("POST", f"/channels/{channel.id}/messages", status=403, code=50013)
    await bare.restart()
    assert bare.said(channel) == []
    await bare.restart()
    assert len(bare.said(channel)) == 1
    assert [action for action, _ in audit(bare)] == ["setup-offered", "setup-not-offered", "setup-offered"]


async def test_where_a_programme_is_nobody_is_asked(make_world: MakeWorld) -> None:
    world = await make_world()
    channel = await staff_channel(world)
    await world.restart()
    assert bool([said for said in world.said(channel) if "set up" in said]) is False
