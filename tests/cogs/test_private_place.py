"""One private place per person: what answers a press on a private message stands in that message's place."""

from __future__ import annotations

from typing import Any

import pytest
from simcord.results import ResponseMessage

from tests.cogs.conftest import Speak, click, first, read, told
from tests.cogs.test_promises import SLOW, slow_channels
from tests.conftest import START, MakeWorld, World, all_text, buttons


def stored(world: World, message: ResponseMessage) -> Any:
    """A message as its reader sees it now."""
    return world.env.backend.get_message(message.channel_id, message.id)


async def listed(world: World, name: str, show: str = "all") -> ResponseMessage:
    """The list that somebody asks for."""
    return told(await world.person(name).slash(world.lobby, "openspace list", show=show))


async def panel_of(world: World, name: str) -> ResponseMessage:
    """The panel that a host opens from their own list."""
    mine = await listed(world, name, "mine")
    opened = told(await click(world.person(name), mine, "Manage"))
    assert opened.id == mine.id
    return opened


# ------------------------------------------------------- an answer takes its message's place


async def test_u5_joining_from_a_list_leaves_the_list_with_what_is_so_now(world: World) -> None:
    await world.host("ana", "Git", "10:30")
    await world.host("cy", "Rust", "11:30")
    bo, page = world.person("bo"), await listed(world, "bo")
    joined = await bo.click(page, custom_id="openspace:join:1:all::0")
    assert told(joined).id == page.id
    assert first(joined) == "✅ You're in: **Git**, hosted by ana."
    assert list(buttons(told(joined))) == ["Leave", "Report", "Join", "Host one"]
    left = await click(bo, told(joined), "Leave")
    assert first(left) == "You left **Git**. No more notices."
    assert "**Rust**" in read(left)


async def test_u5_a_refusal_takes_the_place_too_and_shows_what_is_so_now(world: World) -> None:
    await world.host("ana", "Git", minutes=30)
    bo, page = world.person("bo"), await listed(world, "bo")
    await world.until("09:00")
    refused = await click(bo, page, "Join")
    assert told(refused).id == page.id
    assert first(refused) == "**Git** is over. See `/openspace list` for more."
    assert "Join" not in buttons(told(refused))


async def test_u5_what_others_see_is_answered_by_a_new_private_message(world: World) -> None:
    await world.host("ana", "Git")
    card = world.channel("git").pinned_messages()[0]
    before = all_text(card)
    result = await world.person("bo").click(card, label="Report")
    assert result.modal
    asked = told(await world.person("ana").click(card, label="End"))
    assert asked.id != card.id
    kept = await click(world.person("ana"), asked, "Keep it")
    assert told(kept).id == asked.id
    assert all_text(world.channel("git").pinned_messages()[0]) == before


async def test_links_that_come_later_do_not_overwrite_what_the_reader_went_on_to(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow_channels(world, monkeypatch)
    await world.host("ana", "Git")
    shown = {}
    for name in ("bo", "cy"):
        joined = await click(world.person(name), await listed(world, name), "Join")
        assert "the links appear here" in read(joined)
        shown[name] = told(joined)
    left = told(await click(world.person("bo"), shown["bo"], "Leave"))
    assert left.id == shown["bo"].id
    await world.env.advance_time(2 * SLOW + 1)
    stays = str(stored(world, shown["cy"]).components)
    assert f"<#{world.channel('git').id}>" in stays
    assert "## The whole conference · 1 session" in stays  # above the list on which it was pressed
    assert "You left **Git**" in str(stored(world, left).components)


# ------------------------------------------------------- a panel shows what is so now


async def test_u6_the_panel_is_drawn_anew_after_each_change(world: World) -> None:
    await world.host("ana", "Git", "10:30")
    ana, panel = world.person("ana"), await panel_of(world, "ana")
    form = await click(ana, panel, "Edit")
    edited = await ana.submit_modal(
        form,
        {"topic": "Rust", "when": "2026-01-01 11:00", "minutes": ["same"], "seats": "3", "description": ""},
    )
    assert told(edited).id == panel.id
    said = read(edited)
    assert said.startswith("✏️ **Rust** is updated.")
    assert "## Rust" in said
    assert "3 seats" in said or "0 of 3" in said
    asked = await click(ana, told(edited), "Cancel it")
    assert told(asked).id == panel.id
    gone = read(await click(ana, told(asked), "Yes, cancel it"))
    assert gone.startswith("🗑️ **Rust** is cancelled.")
    assert "🗑️ Cancelled" in gone


async def test_u6_an_old_panel_says_what_is_so_when_pressed(world: World) -> None:
    await world.host("ana", "Git", "10:30")
    ana, panel = world.person("ana"), await panel_of(world, "ana")
    question = told(await ana.slash(world.lobby, "openspace cancel"))
    await click(ana, question, "Yes, cancel it")
    late = await click(ana, panel, "Edit")
    assert told(late).id == panel.id
    assert first(late) == "**Git** was cancelled. See `/openspace list` for more."
    assert "🗑️ Cancelled" in read(late)
    assert list(buttons(told(late))) == ["Report", "What's on"]
    assert first(await click(ana, told(late), "What's on")) == "## Open Spaces"


async def warned(world: World) -> Any:
    """The public warning before the end of ana's session."""
    await world.host("ana", "Git", minutes=60)
    await world.until("08:55")
    [message] = [m for m in world.channel("git").history() if m.content.startswith("⏳")]
    return message


async def test_u6_the_warning_says_the_new_end_with_buttons_that_still_do_something(world: World) -> None:
    message = await warned(world)
    old = buttons_of(message)
    await world.person("ana").click(message, label="+15 minutes")
    [now] = [m for m in world.channel("git").history() if m.id == message.id]
    end = int(START.timestamp()) + 75 * 60
    assert f"<t:{end}:t>" in now.content
    assert buttons_of(now) == [
        f"openspace:until:1:{end + 15 * 60}",
        f"openspace:until:1:{end + 30 * 60}",
        "openspace:end:1",
    ]
    assert old != buttons_of(now)


async def test_u6_the_warning_of_a_session_that_is_over_says_so(world: World) -> None:
    message = await warned(world)
    ana = world.person("ana")
    asked = told(await ana.click(message, label="End"))
    await click(ana, asked, "End it now")
    await ana.click(message, label="+15 minutes")
    [now] = [m for m in world.channel("git").history() if m.id == message.id]
    assert now.content == "🏁 **Git** is over."
    assert buttons_of(now) == []


def buttons_of(message: Any) -> list[str]:
    """What the buttons of a public message do."""
    return [part.custom_id for line in message.components for part in line.children]


# ------------------------------------------------------- every step has a way back


@pytest.mark.parametrize(
    ("language", "labels", "said"),
    [
        ("en-US", ("Join again", "Keep it"), "👍 Nothing was changed."),
        ("zh-TW", ("重新參加", "先不要"), "👍 好，一切照舊。"),
    ],
)
async def test_u9_leaving_is_undone_and_questions_are_taken_away(
    world: World, speak: Speak, language: str, labels: tuple[str, str], said: str
) -> None:
    again, kept = labels
    await world.host("ana", "Git", "10:30")
    await world.join("bo", "Git")
    speak(language)
    bo, ana = world.person("bo"), world.person("ana")
    left = told(await bo.slash(world.lobby, "openspace leave", session="Git"))
    back = await click(bo, left, again)
    assert told(back).id == left.id
    assert "**Git**" in first(back)
    asked = told(await ana.slash(world.lobby, "openspace cancel", reason="Ill"))
    assert "Ill" in asked.content
    answer = await click(ana, asked, kept)
    assert told(answer).id == asked.id
    assert first(answer) == said
    assert "bo" in read(answer)  # who joined, again


async def test_r11_im_here_counts_as_presence_once(make_world: MakeWorld) -> None:
    world = await make_world(sessions={"no_show_minutes": 16, "idle_minutes": 20})
    await world.host("ana", "Git", minutes=60)
    await world.join("bo", "Git")
    await world.until("08:09")
    [message] = [m for m in world.channel("git").history() if m.content.startswith("👀")]
    [noted] = (await world.person("bo").click(message, label="I'm here")).followups
    assert noted.ephemeral
    assert noted.content.startswith("👋 Noted")
    [now] = [m for m in world.channel("git").history() if m.id == message.id]
    assert now.content == "👍 Somebody is here: **Git** keeps its desk."
    assert buttons_of(now) == []
    await world.until("08:17")
    card = world.channel("git").pinned_messages()[0]
    assert "Extend" in str(card.components)


# ------------------------------------------------------- end and cancel know which can be meant


async def test_u8_end_and_cancel_offer_what_can_be_meant(world: World) -> None:
    await world.host("ana", "Git")
    await world.host("ana", "Rust", "10:30")
    ana = world.person("ana")
    assert "End **Git** now?" in read(await ana.slash(world.lobby, "openspace end"))
    assert "Cancel **Rust**" in read(await ana.slash(world.lobby, "openspace cancel"))
    await world.host("ana", "Go", "12:30")
    asked = told(await ana.slash(world.lobby, "openspace cancel"))
    assert list(buttons(asked)) == ["1 · Rust", "2 · Go"]
    for command, ids in (("end", ["1"]), ("cancel", ["2", "3"])):
        offered = await ana.autocomplete(world.lobby, f"openspace {command}", "session", "")
        assert [choice["value"] for choice in offered] == ids
        assert await world.person("bo").autocomplete(world.lobby, f"openspace {command}", "session", "") == []


async def test_u8_nothing_of_ones_own_can_be_ended(world: World) -> None:
    await world.host("ana", "Git", "10:30")
    await world.host("ana", "Rust", "12:30")
    said = read(await world.person("ana").slash(world.lobby, "openspace end"))
    assert said.startswith("None of your sessions is open now")
