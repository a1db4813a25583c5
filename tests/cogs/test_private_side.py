"""U5, U6, U8, U9: one private message a person: answers take its place, slips are asked about or undone."""

from __future__ import annotations

import pytest

from tests.cogs.conftest import Speak, click, first, read, submit, told
from tests.conftest import MakeWorld, World, buttons
from tests.desks.acts import ids_of
from tests.desks.conftest import rows, states


async def test_u5_ten_wrong_times_leave_one_message_with_one_stack_of_buttons(world: World) -> None:
    ana = world.person("ana")
    shown = told(await ana.slash(world.lobby, "openspace host", topic="Git", when="around tea"))
    for time in [*["tea"] * 10, "10:30"]:
        form = await click(ana, shown, "Change…")
        sent = await submit(world, "ana", form, topic="Git", other=time)
        assert told(sent).id == shown.id
        assert ("Booked: Git" if time == "10:30" else "I can't read") in read(sent)


async def test_u5_join_remind_and_leave_stay_in_one_message(world: World) -> None:
    await world.host("ana", "Git", "10:30")
    bo = world.person("bo")
    page = told(await bo.slash(world.lobby, "openspace list"))
    for label, said in (("Join", "You're in: **Git**"), ("Leave", "You left **Git**")):
        result = await click(bo, page, label)
        assert told(result).id == page.id
        assert said in read(result)
        assert "## " in read(result)  # the list is still there, as it is now
    joined = told(await bo.slash(world.lobby, "openspace join", session="Git"))
    for label in ("Remind me", "Don't remind me"):
        assert told(await click(bo, joined, label)).id == joined.id


async def test_u9_leaving_is_undone_with_one_click(world: World, speak: Speak) -> None:
    await world.host("ana", "Git", "10:30")
    await world.join("bo", "Git")
    speak("zh-TW")
    bo = world.person("bo")
    left = told(await bo.slash(world.lobby, "openspace leave", session="Git"))
    assert list(buttons(left)) == ["重新參加"]
    assert "已參加：**Git**" in read(await click(bo, left, "重新參加"))


@pytest.mark.parametrize(
    ("when", "command", "sure"), [("now", "end", "End it now"), ("10:30", "cancel", "Yes, cancel it")]
)
async def test_u8_a_reason_given_at_once_is_asked_about_and_kept(
    world: World, when: str, command: str, sure: str
) -> None:
    await world.host("ana", "Git", when)
    await world.join("bo", "Git")
    ana, before = world.person("ana"), states(world)
    for keep in (True, False):
        asked = told(await ana.slash(world.lobby, f"openspace {command}", reason="I'm *ill*"))
        assert r"I'm \*ill\*" in asked.content
        assert list(buttons(asked)) == [sure, "Keep it"]
        assert states(world) == before
        if keep:
            assert first(await click(ana, asked, "Keep it")) == "👍 Nothing was changed."
            assert states(world) == before
    await click(ana, asked, sure)
    assert states(world) != before
    assert rows(world, "SELECT close_reason FROM session") == [("I'm *ill*",)]


async def test_u8_of_several_only_what_can_be_ended_or_cancelled_is_meant(world: World) -> None:
    await world.host("ana", "On", minutes=60)
    await world.host("ana", "First", "10:30")
    await world.host("ana", "Second", "11:30")
    ana = world.person("ana")
    assert "End **On** now?" in read(await ana.slash(world.lobby, "openspace end"))
    which = told(await ana.slash(world.lobby, "openspace cancel", reason="ill"))
    assert [label[4:] for label in buttons(which)] == ["First", "Second"]
    asked = told(await click(ana, which, "2 · Second"))
    assert "Cancel **Second**" in asked.content
    assert "ill" in asked.content
    assert asked.id == which.id


async def test_r11_who_says_i_am_here_keeps_the_desk(make_world: MakeWorld) -> None:
    world = await make_world(sessions={"no_show_minutes": 16, "idle_minutes": 16})
    await world.host("ana", "Git", minutes=60)
    await world.env.advance_time(9 * 60)
    [warning] = [m for m in world.channel("git").history() if "👀" in m.content]
    assert list(ids_of(world, warning)) == ["I'm here"]
    answer = await world.person("ana").click(warning, label="I'm here")
    assert "stays open until" in answer.followups[-1].content
    await world.env.advance_time(10 * 60)
    assert states(world) == ["open"]
    await world.env.advance_time(30 * 60)
    assert states(world) == ["ended"]  # a click is a word, not a day of being there
