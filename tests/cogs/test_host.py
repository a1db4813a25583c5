"""`/openspace host`: by options, by the form, and by the clicks under a refusal."""

from __future__ import annotations

from typing import Any

import pytest
import simcord

from bot.domain.models import Session, State
from bot.domain.refusal import Refusal
from bot.service import Person
from tests.cogs.conftest import Speak, click, fields, press, read, slash, submit, told
from tests.conftest import MakeWorld, World, buttons


async def sessions(world: World) -> list[Session]:
    with world.env.time_context():
        return await world.bot.service.finding.active(world.guild.id)


async def the_session(world: World) -> Session:
    (one,) = await sessions(world)
    return one


# ------------------------------------------------------------------- by options


async def test_host_now_opens_a_desk_with_links(world: World) -> None:
    text = await world.host("ana", "Async *testing*")
    assert text.startswith("🟢 **Desk 1 is yours: Async \\*testing\\*** — until <t:1767229200:t>")
    voice, chat = world.channel("Async *testing*"), world.channel("async-testing")
    assert text.splitlines()[1:] == [f"🔊 <#{voice.id}> · 💬 <#{chat.id}>", "Extend", "End"]
    assert (await the_session(world)).state is State.OPEN


async def test_host_ahead_books(world: World) -> None:
    text = await world.host("ana", "Git", "day 2 10:30")
    assert text.splitlines() == [
        "📌 **Booked: Git** — <t:1767321000:f> to <t:1767324600:t>, <t:1767321000:R>",
        "Its channels appear 5 minutes before the start.",
        "Edit",
        "Cancel it",
    ]
    assert world.names("voice") == []


async def test_every_option_counts(world: World) -> None:
    text = await world.host("ana", "Git", "10:30", minutes=45, description="Bring *yours*")
    session = await the_session(world)
    assert (session.end - session.start).total_seconds() == 45 * 60
    assert "<t:1767234600:f> to <t:1767237300:t>" in text
    await world.until("10:30")
    assert "Bring \\*yours\\*" in world.said("git")[0]


async def test_a_booking_inside_the_lead_shows_its_links_at_once(world: World) -> None:
    text = await world.host("ana", "Git", "in 3 minutes")
    assert "📌 **Booked: Git**" in text
    assert f"💬 <#{world.channel('git').id}>" in text


async def test_no_lead_says_that_channels_come_with_the_start(make_world: MakeWorld) -> None:
    world = await make_world(sessions={"lead_minutes": 0})
    assert "Its channels appear when it starts." in await world.host("ana", "Git", "09:00")


async def test_r5_the_same_command_twice_makes_one_session(world: World) -> None:
    await world.host("ana", "Git", "10:30")
    assert "You have this one already" in await world.host("ana", "Git", "10:30")
    assert len(await sessions(world)) == 1


async def test_r4_a_cut_end_is_said(world: World) -> None:
    await world.until("15:45")
    text = await world.host("ana", "Git")
    assert "It ends at <t:1767255300:t>, when Open Spaces close." in text


# --------------------------------------------------------------------- refusals


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (
            {"topic": "Git", "when": "day 2 09:00"},
            "Open Spaces are closed then. Day 2 opens <t:1767321000:f> (<t:1767321000:R>).",
        ),
        ({"topic": "Git", "when": "2026-01-03 09:00"}, "after the last Open Space"),
        ({"topic": "Git", "when": "around tea"}, "I can't read “around tea” as a time. Try `08:00`."),
        ({"topic": "Git", "when": "day 3 10:00"}, "There is no day 3: the days are 1 to 2."),
        (
            {"topic": "Git", "when": "2025-12-31 10:00"},
            "“2025-12-31 10:00” is <t:1767146400:f>, which has passed.",
        ),
        (
            {"topic": "Git", "when": "<t:1767139200>"},
            "“<t:1767139200>” is <t:1767139200:f>, which has passed.",
        ),
        ({"topic": "Git", "minutes": 5}, "A session lasts 10 to 120 minutes here, not 5."),
        ({"topic": "Git", "minutes": -(2**53 - 1)}, "A session lasts 10 to 120 minutes here"),
        ({"topic": "Git", "minutes": 2**53 - 1}, "A session lasts 10 to 120 minutes here"),
        ({"topic": " \u200b "}, "at least one visible character"),
    ],
)
async def test_a_refusal_says_why_and_lets_one_change_it(
    world: World, options: dict[str, Any], said: str
) -> None:
    result = await world.person("ana").slash(world.lobby, "openspace host", **options)
    assert said in read(result)
    assert "Change…" in buttons(told(result))
    assert await sessions(world) == []


async def full(world: World, at: str = "09:00") -> None:
    """Another person holds the only desk from here for an hour."""
    await world.host("zoe", "Taken", at)


async def test_r6_one_click_books_a_time_that_fits(make_world: MakeWorld) -> None:
    world = await make_world(limit=1)
    await full(world)
    result = await world.person("ana").slash(world.lobby, "openspace host", topic="Git", when="09:00")
    assert read(result).startswith("All desks are taken at that time.\nThese fit (Taipei time):")
    offers = list(buttons(told(result)))
    assert offers == [
        "Thu, Jan 1 10:00–11:00",
        "Thu, Jan 1 08:00–09:00",
        "Thu, Jan 1 10:15–11:15",
        "Change…",
    ]
    clicked = await click(world.person("ana"), told(result), "Thu, Jan 1 10:00–11:00")
    assert "📌 **Booked: Git** — <t:1767232800:f> to <t:1767236400:t>, <t:1767232800:R>" in read(clicked)
    assert list(buttons(told(clicked))) == ["Edit", "Cancel it"]  # in place of the refusal
    assert told(clicked).id == told(result).id
    assert [s.topic for s in await sessions(world)] == ["Taken", "Git"]


async def test_r5_a_double_click_books_once(make_world: MakeWorld) -> None:
    world = await make_world(limit=1)
    await full(world)
    ana = world.person("ana")
    result = await ana.slash(world.lobby, "openspace host", topic="Git", when="09:00")
    message, taken = told(result), buttons(told(result))["Thu, Jan 1 10:00–11:00"]
    press(world, "ana", message, taken)
    press(world, "ana", message, taken)
    await world.env.settle()
    assert "You have this one already" in read(result)
    assert [s.topic for s in await sessions(world)] == ["Taken", "Git"]


async def test_r3_of_two_people_who_click_the_last_desk_one_gets_it(make_world: MakeWorld) -> None:
    world = await make_world(limit=1)
    await full(world)
    results = {}
    for name in ("ana", "bo"):
        person = world.person(name)
        results[name] = await person.slash(world.lobby, "openspace host", topic=f"By {name}", when="09:00")
    for name, result in results.items():
        taken = buttons(told(result))["Thu, Jan 1 10:00–11:00"]
        press(world, name, told(result), taken)
    before = len(world.answers())
    await world.env.settle()
    assert "📌 **Booked: By ana**" in read(results["ana"])
    assert read(results["bo"]).startswith("All desks are taken at that time.")  # the first refusal stays
    assert [s.topic for s in await sessions(world)] == ["Taken", "By ana"]
    fresh = [m for m in world.answers()[before:] if "All desks are taken at that time." in m]
    assert len(fresh) == 1
    assert "Thu, Jan 1 11:00–12:00" in fresh[0]


async def test_u5_a_refused_click_offers_anew_in_place_of_the_old_message(make_world: MakeWorld) -> None:
    world = await make_world(limit=1)
    await full(world)
    bo = world.person("bo")
    result = await bo.slash(world.lobby, "openspace host", topic="Git", when="09:00")
    await full_again(world)
    clicked = await click(bo, told(result), "Thu, Jan 1 10:00–11:00")
    fresh = told(clicked)
    assert fresh.id == told(result).id
    again = await click(bo, fresh, "Thu, Jan 1 11:00–12:00")
    assert "📌 **Booked: Git** — <t:1767236400:f>" in read(again)


async def full_again(world: World) -> None:
    await world.host("zoe", "Taken too", "10:00")


async def test_a_click_on_a_time_that_has_passed_is_not_taken_for_now(make_world: MakeWorld) -> None:
    world = await make_world(limit=1)
    await full(world)
    bo = world.person("bo")
    result = await bo.slash(world.lobby, "openspace host", topic="Git", when="09:00")
    await world.until("11:30")
    clicked = await click(bo, told(result), "Thu, Jan 1 10:00–11:00")
    fresh = told(clicked)
    assert fresh.content.startswith(
        "The time you picked, <t:1767232800:f>, is over.\nThese fit (Taipei time):"
    )
    assert await sessions(world) == []


# --------------------------------------------------------------------- the form


async def test_a_bare_host_opens_the_form(world: World) -> None:
    shown = await world.person("ana").slash(world.lobby, "openspace host")
    assert shown.modal
    assert shown.modal["title"] == "Host an Open Space"
    labels = [(part["label"], part["component"]["custom_id"]) for part in shown.modal["components"]]
    assert labels == [
        ("Topic", "topic"),
        ("When (Taipei time)", "when"),
        ("Or type one (Taipei time)", "other"),
        ("How long", "minutes"),
        ("A line or two about it", "description"),
    ]


async def test_the_form_hosts(world: World) -> None:
    shown = await world.person("ana").slash(world.lobby, "openspace host")
    result = await submit(world, "ana", shown, topic="Git", minutes=["30"], description="Bring yours")
    assert "Desk 1 is yours: Git" in read(result)
    assert "Bring yours" in world.said("git")[0]
    session = await the_session(world)
    assert (session.end - session.start).total_seconds() == 30 * 60


async def test_a_time_from_the_menu_books_and_a_typed_one_goes_before_it(world: World) -> None:
    for name, other, start in (("ana", "", "1767335400"), ("bo", "day 2 11:11", "1767323460")):
        shown = await world.person(name).slash(world.lobby, "openspace host")
        result = await submit(world, name, shown, topic="Git", when=["<t:1767335400>"], other=other)
        assert f"📌 **Booked: Git** — <t:{start}:f>" in read(result)


async def test_options_without_a_topic_fill_the_form(world: World) -> None:
    shown = await world.person("ana").slash(
        world.lobby, "openspace host", when="day 2 14:30", minutes=45, description="d" * 6000
    )
    typed = fields(shown)
    assert typed["other"]["value"] == "day 2 14:30"
    assert len(typed["description"]["value"]) == 1000
    assert [o["value"] for o in typed["minutes"]["options"] if o.get("default")] == ["45"]


async def test_two_people_fill_in_the_form_at_once(world: World) -> None:
    ana = await world.person("ana").slash(world.lobby, "openspace host")
    bo = await world.person("bo").slash(world.lobby, "openspace host")
    assert "Desk 1 is yours: By ana" in read(await submit(world, "ana", ana, topic="By ana"))
    assert "Desk 2 is yours: By bo" in read(await submit(world, "bo", bo, topic="By bo"))
    hosts = {s.topic: s.host_name for s in await sessions(world)}
    assert hosts == {"By ana": "ana", "By bo": "bo"}


async def test_a_form_that_was_open_over_a_restart_still_hosts(world: World) -> None:
    shown = await world.person("ana").slash(world.lobby, "openspace host")
    await world.restart()
    assert "Desk 1 is yours: Git" in read(await submit(world, "ana", shown, topic="Git"))


async def test_a_refused_form_can_be_changed_and_holds_what_was_typed(world: World) -> None:
    ana = world.person("ana")
    shown = await ana.slash(world.lobby, "openspace host")
    values = {"topic": "Git", "other": "around tea", "minutes": ["45"], "description": "Bring\nyours"}
    refused = await submit(world, "ana", shown, **values)
    assert "I can't read “around tea”" in read(refused)
    again = await click(ana, told(refused), "Change…")
    typed = fields(again)
    assert [typed[n]["value"] for n in ("topic", "other", "description")] == [
        "Git",
        "around tea",
        "Bring\nyours",
    ]
    assert [o["value"] for o in typed["minutes"]["options"] if o.get("default")] == ["45"]
    result = await submit(world, "ana", again, topic="Git", other="10:30", minutes=["45"])
    assert "📌 **Booked: Git** — <t:1767234600:f> to <t:1767237300:t>, <t:1767234600:R>" in read(result)


async def test_a_form_of_another_version_is_answered(world: World) -> None:
    ana = world.person("ana")
    shown = await ana.slash(world.lobby, "openspace host")
    assert shown._interaction.modal
    del shown._interaction.modal["components"][3]
    text = read(await ana.submit_modal(shown, {"topic": "Git", "when": ["now"]}))
    assert "Something went wrong on our side and nothing was changed." in text


async def test_a_modal_of_something_else_is_not_ours(world: World) -> None:
    shown = await world.person("ana").slash(world.lobby, "openspace host")
    assert shown._interaction.modal
    shown._interaction.modal["custom_id"] = "somebody-elses"
    result = await submit(world, "ana", shown, topic="Git")
    assert not result.acknowledged
    assert await sessions(world) == []


async def test_what_was_typed_belongs_to_who_typed_it(world: World) -> None:
    result = await world.person("ana").slash(world.lobby, "openspace host", topic="Git", when="around tea")
    custom_id = buttons(told(result))["Change…"]
    draft = int(custom_id.rsplit(":", 1)[1])
    bo = world.person("bo")
    with pytest.raises(Refusal, match="draft-gone"):
        await world.bot.service.drafts.find(world.guild.id, Person(bo.id, "bo"), draft)


async def test_what_was_typed_long_ago_is_gone_and_that_is_said(world: World) -> None:
    ana = world.person("ana")
    result = await ana.slash(world.lobby, "openspace host", topic="Git", when="around tea")
    await world.env.advance_time(3 * 24 * 3600)
    again = await click(ana, told(result), "Change…")
    assert "no longer kept" in read(again)


# ----------------------------------------------------------------- autocomplete


async def offered(world: World, typed: str, **filled: Any) -> list[tuple[str, str]]:
    choices = await world.person("ana").autocomplete(world.lobby, "openspace host", "when", typed, **filled)
    assert len(choices) <= 25
    return [(choice["name"], choice["value"]) for choice in choices]


async def test_when_offers_now_the_highlight_and_free_starts(world: World) -> None:
    choices = await offered(world, "")
    assert len(choices) == 25
    assert choices[0] == ("Now", "now")
    assert choices[1] == (
        "Fri, Jan 2 14:30–15:30 · Taipei time · 10 desks free · No talks now",
        "<t:1767335400>",
    )
    booked = await world.host("ana", "Git", choices[1][1])
    assert "📌 **Booked: Git** — <t:1767335400:f>" in booked


async def test_when_counts_the_free_desks_and_leaves_out_ones_own_time(make_world: MakeWorld) -> None:
    world = await make_world(limit=2)
    await world.host("zoe", "Taken", "day 2 14:30")
    assert (await offered(world, ""))[1][
        0
    ] == "Fri, Jan 2 14:30–15:30 · Taipei time · 1 desk free · No talks now"
    await world.host("ana", "Mine", "day 2 14:30")
    assert "No talks now" not in (await offered(world, ""))[1][0]


async def test_when_takes_the_length_that_is_filled_in(world: World) -> None:
    assert (await offered(world, "14:30", minutes=15))[0][0].startswith("Thu, Jan 1 14:30–14:45")
    assert (await offered(world, "16:00", minutes=120))[0][0].startswith("Thu, Jan 1 14:15–16:15")
    assert (await offered(world, "", minutes=100_000))[0] == ("Now", "now")


@pytest.mark.parametrize(
    ("typed", "first"), [("14:37", "Thu, Jan 1 14:37 · Taipei time"), ("talks", "Fri, Jan 2 14:30")]
)
async def test_when_understands_what_is_typed(world: World, typed: str, first: str) -> None:
    assert (await offered(world, typed))[0][0].startswith(first)


async def test_when_does_not_mind_a_length_that_is_half_typed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = simcord.interactions.base_payload

    def half_typed(*args: Any, data: dict[str, Any], **options: Any) -> Any:
        data["options"][0]["options"].append({"name": "minutes", "type": 4, "value": "4x"})
        return real(*args, data=data, **options)

    monkeypatch.setattr(simcord.interactions, "base_payload", half_typed)
    assert len(await offered(world, "")) == 25


async def test_when_offers_nothing_for_nonsense(world: World) -> None:
    assert await offered(world, "nonsense") == []


async def test_when_speaks_the_readers_language(world: World, speak: Speak) -> None:
    speak("zh-TW")
    choices = await offered(world, "第二天 14:30")
    assert choices[0] == ("1月2日 週五 14:30–15:30 · 台北時間 · 剩 10 桌 · No talks now", "<t:1767335400>")
    assert "預約好了" in await slash(world, "ana", "host", topic="Git", when=choices[0][1])
