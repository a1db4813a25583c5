"""A host's changes, by command, form and button: who may, what is said, and that two clicks are one."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from typing import Any

import discord
import pytest
from simcord.actors import MemberActor
from simcord.results import InteractionResult, ResponseMessage

from bot.service import Person
from tests.cogs.conftest import (
    Speak,
    click,
    cohosted,
    fields,
    first,
    press,
    press_anew,
    read,
    says,
    slash,
    told,
)
from tests.conftest import NEWS, MakeWorld, World, all_text, buttons
from tests.desks.acts import pings

DAY = 24 * 3600
ON = "What's on"
EDITED = {"minutes": ["same"], "seats": "", "description": ""}


async def manage(world: World, name: str) -> tuple[MemberActor, ResponseMessage]:
    """The panel that a host opens from their own list."""
    who = world.person(name)
    mine = told(await who.slash(world.lobby, "openspace list", show="mine"))
    return who, told(await click(who, mine, "Manage"))


def said_beside(result: InteractionResult) -> str:
    """What a click is answered with, in its message's place or beside it."""
    return all_text(result.followups[-1]) if result.followups else read(result)


def audit(world: World) -> list[str]:
    """What people did, in order."""
    with closing(sqlite3.connect(world.folder / "openspace.sqlite3")) as db:
        return [
            action
            for (action,) in db.execute("SELECT action FROM audit WHERE actor_id IS NOT NULL ORDER BY id")
        ]


# Who may


REFUSED: list[tuple[str, dict[str, Any]]] = [
    ("edit", {"topic": "New"}),
    ("extend", {"minutes": 10}),
    ("extend", {}),
    ("end", {}),
    ("cancel", {}),
]


async def test_strangers_are_told_kindly_whose_it_is(world: World, subtests: pytest.Subtests) -> None:
    await world.host("ana", "Git", "10:30")
    for command, options in REFUSED:
        with subtests.test(command, **options):
            said = await slash(world, "bo", command, session="1", **options)
            assert said == "Only ana, the co-hosts and the organizers can change **Git**."
    for action in (
        "edit:1",
        "extend:1",
        "until:1:1767240000",
        "end:1",
        "endnow:1",
        "cancel:1",
        "cancelnow:1",
    ):
        with subtests.test(action):
            said = said_beside(await press_anew(world, "bo", f"openspace:{action}"))
            assert said == "Only ana, the co-hosts and the organizers can change **Git**."
    for action in ("cancelwhy:1", "cohosts:1", "handover:1", "move:1:1767240000:60"):
        with subtests.test(action):
            said = said_beside(await press_anew(world, "bo", f"openspace:{action}"))
            assert said == "Only ana, the co-hosts and the organizers can change **Git**."
    assert audit(world) == ["host"]


async def test_organizers_may_by_permission(world: World) -> None:
    await world.host("ana", "Git", "10:30")
    role = world.guild.create_role("Staff", permissions=discord.Permissions(manage_guild=True))
    world.people["org"] = world.guild.add_member(world.env.create_user("org"), roles=[role])
    assert "is updated" in await slash(world, "org", "edit", session="git", topic="Rust")
    choices = await world.person("org").autocomplete(world.lobby, "openspace cancel", "session", "")
    assert [choice["value"] for choice in choices] == ["1"]


async def test_organizers_may_by_a_role_of_the_settings(world: World) -> None:
    await world.host("ana", "Git", "10:30")
    role = world.guild.create_role("Crew")
    world.people["org"] = world.guild.add_member(world.env.create_user("org"), roles=[role])
    assert "Only ana" in await slash(world, "org", "cancel", session="1")
    boss = Person(world.person("boss").id, "boss", organizer=True)
    with world.env._bot_scope():
        await world.bot.service.settings.set(world.guild.id, boss, {"organizers.roles": [role.id]})
    assert (await slash(world, "org", "cancel", session="1")).startswith(
        "🗑️ **Git** is cancelled.\nana will be told."
    )


async def test_without_a_session_of_ones_own_it_says_so(world: World) -> None:
    for command in ("edit", "extend", "end", "cancel"):
        said = await slash(world, "bo", command)
        assert said == "You host no session that is on or to come. `/openspace host` starts one."


async def test_which_of_several_is_asked_and_what_was_typed_is_kept(world: World) -> None:
    await world.host("ana", "Git", "10:30")
    await world.host("ana", "Rust", "12:00")
    ana = world.person("ana")
    asked = told(await ana.slash(world.lobby, "openspace edit", topic="New"))
    form = await click(ana, asked, "2 · Rust")
    assert fields(form)["topic"]["value"] == "New"
    said = first(await ana.submit_modal(form, {"topic": "New", "when": "2026-01-01 12:00"} | EDITED))
    assert said == "✏️ **New** is updated."
    asked = told(await ana.slash(world.lobby, "openspace cancel"))
    assert "Cancel **Git**" in read(await click(ana, asked, "1 · Git"))


async def test_ones_own_sessions_are_offered_and_organizers_are_offered_all(world: World) -> None:
    await world.host("ana", "Git", "10:30")
    await world.host("bo", "Rust")

    async def offered(name: str, command: str) -> list[str]:
        choices = await world.person(name).autocomplete(world.lobby, f"openspace {command}", "session", "")
        return [choice["value"] for choice in choices]

    assert [await offered("ana", c) for c in ("edit", "extend", "end", "cancel", "cohost")] == [
        ["1"],
        ["1"],
        [],
        ["1"],
        ["1"],
    ]
    assert await offered("bo", "end") == ["2"]
    assert await offered("cy", "edit") == []


# Edit


async def test_edit_by_options(world: World) -> None:
    await world.host("ana", "Git", "10:30")
    said = await slash(
        world, "ana", "edit", topic="Rust", description="*Bring* a laptop", when="11:00", minutes=30, seats=8
    )
    assert said.splitlines() == [
        "✏️ **Rust** is updated.",
        "🕘 <t:1767236400:f> to <t:1767238200:t>, <t:1767236400:R>",
        r"📝 \*Bring\* a laptop",
        "🪑 8 seats",
    ]
    assert await slash(world, "ana", "edit", minutes=30) == "**Rust** is as it was: nothing was changed."


async def test_the_form_shows_what_is_and_changes_what_is_typed(world: World) -> None:
    await world.host("ana", "Git", "10:30", minutes=45, description="Words")
    ana = world.person("ana")
    form = await ana.slash(world.lobby, "openspace edit")
    shown = fields(form)
    assert {name: field["value"] for name, field in shown.items() if "value" in field} == {
        "topic": "Git",
        "when": "2026-01-01 10:30",
        "description": "Words",
    }
    assert [o["label"] for o in shown["minutes"]["options"] if o.get("default")] == ["45 minutes (unchanged)"]
    await world.restart()
    typed = {"topic": "Git!", "when": "11:00", "minutes": ["30"], "seats": "５", "description": ""}
    said = read(await ana.submit_modal(form, typed))
    assert said.splitlines() == [
        "✏️ **Git!** is updated.",
        "🕘 <t:1767236400:f> to <t:1767238200:t>, <t:1767236400:R>",
        "📝 No description any more.",
        "🪑 5 seats",
    ]


async def test_a_form_that_is_sent_as_it_stood_changes_nothing(world: World) -> None:
    await world.host("ana", "Git", "in 20 minutes")  # it starts at odd seconds, perhaps
    ana = world.person("ana")
    form = await ana.slash(world.lobby, "openspace edit")
    as_it_stood = {"topic": "Git", "when": fields(form)["when"]["value"]} | EDITED
    assert "nothing was changed" in read(await ana.submit_modal(form, as_it_stood))
    assert audit(world) == ["host"]


async def test_the_form_of_an_open_desk_has_no_time(world: World) -> None:
    await world.host("ana", "Git")
    form = await world.person("ana").slash(world.lobby, "openspace edit")
    assert list(fields(form)) == ["topic", "minutes", "seats", "description"]


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("when", "around tea", "I can't read “around tea” as a time."),
        ("seats", "x", "Seats are a number from 1 to 98"),
        ("seats", "-1", "Seats are a number"),
    ],
)
async def test_what_cannot_be_read_is_refused_and_the_form_comes_back(
    world: World, field: str, value: str, said: str
) -> None:
    await world.host("ana", "Git", "10:30")
    ana = world.person("ana")
    form = await ana.slash(world.lobby, "openspace edit")
    typed: dict[str, Any] = {"topic": "New", "when": "11:00"} | EDITED | {field: value}
    refused = await ana.submit_modal(form, typed)
    assert said in read(refused)
    assert audit(world) == ["host"]
    again = await click(ana, told(refused), "Change…")
    assert fields(again)["topic"]["value"] == "New"
    assert fields(again)["when"]["value"] == typed["when"]


async def test_r6_a_time_that_does_not_fit_is_answered_with_times_that_do_one_click_each(
    make_world: MakeWorld,
) -> None:
    world = await make_world(limit=1)
    await world.host("ana", "Git", "10:30")
    await world.host("bo", "Rust", "12:00")
    refused = await world.person("ana").slash(world.lobby, "openspace edit", when="12:15", topic="New")
    assert read(refused).startswith("All desks are taken at that time.\nThese fit (Taipei time):")
    offer = next(iter(buttons(told(refused))))
    custom_id = buttons(told(refused))[offer]
    press(world, "ana", told(refused), custom_id)
    press(world, "ana", told(refused), custom_id)
    await world.env.settle()
    assert "**New**" in await slash(world, "ana", "list", show="mine")
    assert audit(world).count("edit") == 1


async def test_r18_a_new_host_by_option_and_by_button_is_asked_and_says_yes_or_no(world: World) -> None:
    await world.host("ana", "Git", "10:30")
    bo, cy = world.person("bo"), world.person("cy")
    said = await slash(world, "ana", "edit", host=bo)
    assert said == "🙋 bo has been asked to host **Git**. Nothing changes until they accept."
    _, panel = await manage(world, "ana")
    assert f"🙋 <@{bo.id}> is asked to host it: no answer yet" in all_text(panel)
    form = await click(world.person("ana"), panel, "Hand over")
    read(await world.person("ana").submit_modal(form, {"handover": [cy]}))
    await world.env.advance_time(1)
    assert [pings(world, NEWS, name) for name in ("ana", "bo", "cy")] == [0, 1, 1]
    asked = [m for m in world.channel(NEWS).history() if m.content]
    for other in (world.person("ana"), cy):
        assert "only they can answer" in read(await other.click(asked[0], label="Take it over"))
    await says(world, "cy", "No, thanks")
    _, panel = await manage(world, "ana")
    assert f"🙅 <@{cy.id}> said no" in all_text(panel)
    assert "said no to **Git**" in await slash(world, "ana", "edit", host=cy)
    await says(world, "bo", "Take it over")
    assert f"🎤 <@{bo.id}> hosts **Git** now." in world.said(NEWS)  # in the question's place
    _, panel = await manage(world, "bo")
    assert "ana" in all_text(panel)
    assert [pings(world, NEWS, name) for name in ("ana", "bo", "cy")] == [0, 1, 1]


# Extend


async def test_extend_offers_what_fits_and_two_people_at_once_extend_once(world: World) -> None:
    await world.host("ana", "Git")
    await cohosted(world, "ana", "bo")
    asked = told(await world.person("ana").slash(world.lobby, "openspace extend"))
    assert list(buttons(asked)) == [
        "+15 min · 09:15",
        "+30 min · 09:30",
        "+45 min · 09:45",
        "+60 min · 10:00",
    ]
    quarter = buttons(asked)["+15 min · 09:15"]
    for _ in range(2):
        press(world, "ana", asked, quarter)
        press(world, "bo", asked, quarter)
    await world.env.settle()
    assert audit(world).count("extend") == 1
    said = await slash(world, "ana", "extend", minutes=10)
    assert said == "⏳ **Git** goes on until <t:1767230700:t>."


async def test_a_refused_extension_offers_what_fits(make_world: MakeWorld) -> None:
    world = await make_world(limit=1)
    await world.host("ana", "Git")
    await world.host("bo", "Rust", "09:10")
    ana = world.person("ana")
    refused = await ana.slash(world.lobby, "openspace extend", minutes=30)
    assert read(refused).splitlines()[:2] == [
        "Every desk is booked from <t:1767229800:f>: only 10 more minutes fit.",
        "These fit (Taipei time):",
    ]
    assert "goes on until <t:1767229800:t>" in read(await click(ana, told(refused), "Until 09:10"))
    assert "All 1 desks are booked" in await slash(world, "ana", "extend")


@pytest.mark.parametrize("later", ["restart", "a day"])
async def test_buttons_work_after_a_restart_and_a_day_later(world: World, later: str) -> None:
    await world.host("ana", "Git", "day 2 14:00")
    ana, panel = await manage(world, "ana")
    await (world.restart() if later == "restart" else world.env.advance_time(DAY))
    assert (await click(ana, panel, "Edit")).modal
    assert (await click(ana, panel, "Co-hosts")).modal
    question = await click(ana, panel, "Cancel it")
    assert "🗑️ **Git** is cancelled." in read(await click(ana, told(question), "Yes, cancel it"))


# End and cancel


async def test_end_asks_and_ends_once(world: World) -> None:
    await world.host("ana", "Git")
    ana, panel = await manage(world, "ana")
    asked = await click(ana, panel, "End")
    assert read(asked).strip().startswith("🏁 End **Git** now?")
    assert audit(world)[-1] == "open"
    said = read(await click(ana, told(asked), "End it now"))
    assert said.strip().startswith("🏁 **Git** is over. Thank you for hosting!")
    for action in ("end:1", "endnow:1", "extend:1", "edit:1", "cohosts:1"):
        said = said_beside(await press_anew(world, "ana", f"openspace:{action}"))
        assert said == "**Git** is over. See `/openspace list` for more."


async def test_cancel_asks_says_who_hears_of_it_and_takes_a_reason(world: World) -> None:
    await world.host("ana", "Git", "10:30")
    await world.join("bo", "Git")
    ana, panel = await manage(world, "ana")
    asked = await click(ana, panel, "Cancel it")
    assert "1 person joined and will be told." in read(asked)
    form = await click(ana, told(asked), "Cancel with a reason…")
    said = read(await ana.submit_modal(form, {"reason": "I'm *ill*"}))
    assert said.split("\n")[:2] == ["🗑️ **Git** is cancelled.", "Everyone who joined will be told."]
    panel_of_bo = read(await press_anew(world, "bo", "openspace:session:1"))
    assert r"🗑️ Cancelled (I'm \*ill\*)" in panel_of_bo
    said = await slash(world, "ana", "cancel", session="1")
    assert said == "**Git** was cancelled. See `/openspace list` for more."


async def test_end_and_cancel_by_command(world: World) -> None:
    await world.host("ana", "Git", "10:30")
    assert (await slash(world, "ana", "end")).startswith("**Git** hasn't opened yet")
    assert (await slash(world, "ana", "cancel", reason="ill")).startswith("🗑️ **Git** is cancelled.\n")
    await world.host("ana", "Rust")
    assert (await slash(world, "ana", "cancel")).startswith("**Rust** is open already")
    assert (await slash(world, "ana", "end")).startswith("🏁 **Rust** is over.")


# Co-hosts


async def test_cohosts_by_command_and_by_form(world: World) -> None:
    await world.host("ana", "Git", "10:30")
    bo, cy = world.person("bo"), world.person("cy")
    assert await slash(world, "ana", "cohost", member=bo) == (
        "🤝 bo: asked to co-host **Git**. Nothing changes until they accept."
    )
    assert "Only ana" in await slash(world, "bo", "edit", session="1", topic="New")
    await world.env.advance_time(1)
    assert f"<@{world.person('ana').id}> asks you to co-host **Git**" in world.said(NEWS)[-1]
    assert pings(world, NEWS, "bo") == 1
    await says(world, "bo", "Yes, I'll co-host")
    assert f"🤝 <@{bo.id}> co-hosts **Git** now." == world.said(NEWS)[-1]
    assert "is updated" in await slash(world, "bo", "edit", topic="New")
    _, panel = await manage(world, "bo")
    form = await click(bo, panel, "Co-hosts")
    assert [d["id"] for d in fields(form)["cohosts"]["default_values"]] == [bo.id]
    assert "🤝 cy: asked to co-host **New**" in read(await bo.submit_modal(form, {"cohosts": [cy]}))
    await world.env.advance_time(1)
    await says(world, "cy", "Yes, I'll co-host")
    assert await slash(world, "ana", "cohost", member=cy, remove=True) == "🤝 **New** has no co-hosts."
    assert "Only ana" in await slash(world, "cy", "edit", session="1", topic="Mine")
    assert "needs no other powers" in await slash(world, "ana", "cohost", member=world.person("ana"))


# The panel, reminders, seats, my sessions


async def test_the_panel_has_the_buttons_that_its_reader_may_use(world: World) -> None:
    await world.host("ana", "Git", "10:30")
    await world.host("bo", "Rust")

    async def seen(name: str, number: int) -> list[str]:
        return list(buttons(told(await press_anew(world, name, f"openspace:session:{number}"))))

    assert await seen("ana", 1) == ["Edit", "Cancel it", "Co-hosts", "Hand over", "Remind me", "Report", ON]
    assert await seen("bo", 1) == ["Join", "Remind me", "Report", ON]
    assert await seen("bo", 2) == ["Extend", "End", "Edit", "Co-hosts", "Hand over", "Report", ON]
    assert await seen("ana", 2) == ["Join", "Report", ON]
    await world.join("cy", "Git")
    assert await seen("cy", 1) == ["Remind me", "Leave", "Report", ON]
    await slash(world, "ana", "cancel")
    assert await seen("ana", 1) == ["Report", ON]


async def test_a_reminder_joins_once_and_is_taken_back(world: World) -> None:
    await world.host("ana", "Git", "10:30")
    await world.host("cy", "Rust")
    for _ in range(2):
        said = await press_anew(world, "bo", "openspace:remind:1")
        assert read(said).startswith("⏰ You'll be reminded of **Git** <t:1767234000:f>")
    assert audit(world).count("remind") == audit(world).count("join") == 1
    bo = world.person("bo")
    assert first(await click(bo, told(said), "Don't remind me")) == "You won't be reminded of **Git**."
    assert read(await press_anew(world, "bo", "openspace:remind:2")) == "**Rust** is open already."


async def test_who_comes_after_the_seats_is_told_their_number(world: World) -> None:
    await world.host("ana", "Git", "10:30")
    await slash(world, "ana", "edit", seats=1)
    assert "waiting list" not in await world.join("bo", "Git")
    assert "🪑 You're number 1 on the waiting list for **Git**, hosted by ana." in await world.join(
        "cy", "Git"
    )
    assert "1 of 1 seats · 1 waiting" in await slash(world, "dee", "list")


async def test_my_sessions_each_with_its_button_the_coming_ones_first(world: World) -> None:
    await world.host("ana", "Over", minutes=10)
    await world.host("bo", "Joined", "10:30")
    await world.host("cy", "Shared", "11:30")
    await world.join("ana", "Joined")
    await cohosted(world, "cy", "ana")
    await world.host("ana", "Mine", "12:30")
    await slash(world, "ana", "end", session="Over")
    shown = await press_anew(world, "ana", "openspace:show:mine::0")
    topics = [line.strip("*") for line in read(shown).splitlines() if line.startswith("**")]
    assert topics == ["Joined", "Shared", "Mine", "Over"]
    ids = [button["custom_id"] for button in walk_buttons(told(shown))]
    assert [i for i in ids if "report" not in i][:4] == [
        "openspace:leave:2:mine::0",
        "openspace:session:3",
        "openspace:session:4",
        "openspace:session:1",
    ]


def walk_buttons(message: ResponseMessage) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []

    def walk(node: Any) -> None:
        if isinstance(node, dict):
            if node.get("type") == 2:
                found.append(node)
            for value in node.values():
                walk(value)
        elif isinstance(node, list):
            for value in node:
                walk(value)

    walk(json.loads(json.dumps(message.components)))
    return found


async def test_a_reader_of_chinese_reads_chinese(world: World, speak: Speak) -> None:
    await world.host("ana", "Git")
    speak("zh-TW")
    ana = world.person("ana")
    asked = told(await ana.slash(world.lobby, "openspace extend"))
    assert "要延長多久？" in asked.content
    assert "延長到" in read(await click(ana, asked, "+15 分鐘 · 09:15"))
    form = await ana.slash(world.lobby, "openspace edit")
    assert form.modal
    assert form.modal["title"] == "編輯場次"
    assert "只有主持人 ana" in await slash(world, "bo", "end", session="1")
    assert (await slash(world, "ana", "end")).startswith("🏁 **Git** 結束了")


async def test_edit_offers_times_for_the_session_that_is_meant(make_world: MakeWorld) -> None:
    world = await make_world(limit=1)
    await world.host("ana", "Git", "day 2 14:30", minutes=30)
    await world.host("bo", "Django", "day 2 15:00", minutes=30)
    ana = world.person("ana")

    async def offered(**filled: Any) -> list[str]:
        choices = await ana.autocomplete(world.lobby, "openspace edit", "when", "", **filled)
        return [choice["name"] for choice in choices]

    own = await offered()
    assert (
        own[1] == "Fri, Jan 2 14:30–15:00 · Taipei time · 1 desk free · No talks now"
    )  # its own time is free for it
    assert await offered(session="1") == own
    assert await offered(session="nothing") == []


async def test_what_one_joined_and_was_cancelled_stays_among_my_sessions(world: World) -> None:
    await world.host("ana", "Git", "10:30")
    await world.join("bo", "Git")
    await slash(world, "ana", "cancel", session="1", reason="Ill, sorry")
    for name, shown in (("bo", True), ("ana", True), ("eve", False)):
        mine = told(await world.person(name).slash(world.lobby, "openspace list", show="mine"))
        everything = told(await world.person(name).slash(world.lobby, "openspace list", show="all"))
        assert ("cancelled" in all_text(mine)) == shown
        assert "Git" not in all_text(everything)
