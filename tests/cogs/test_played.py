"""What was found by pressing every button of the demo, as host, guest and organizer (issue 10)."""

from __future__ import annotations

import pytest

from tests.cogs.conftest import Speak, click, read, told
from tests.conftest import World, buttons


@pytest.mark.parametrize(
    ("language", "command", "right"),
    [
        ("en-US", "cancel", "`/openspace end`"),
        ("en-US", "end", "`/openspace cancel`"),
        ("zh-TW", "cancel", "`/openspace end`"),
        ("zh-TW", "end", "`/openspace cancel`"),
    ],
)
async def test_u8_the_wrong_one_of_end_and_cancel_names_the_right_one(
    world: World, speak: Speak, language: str, command: str, right: str
) -> None:
    await world.host("ana", "Git", "now" if command == "cancel" else "10:30")
    speak(language)
    ana = world.person("ana")
    for options in ({}, {"reason": "ill"}, {"session": "Git"}):
        answer = read(await ana.slash(world.lobby, f"openspace {command}", **options))
        assert "**Git**" in answer
        assert right in answer


@pytest.mark.parametrize(
    ("command", "when", "right"),
    [("cancel", "now", "`/openspace-admin end`"), ("end", "10:30", "`/openspace-admin cancel`")],
)
async def test_u8_organizers_are_sent_to_their_own_command(
    world: World, command: str, when: str, right: str
) -> None:
    await world.host("ana", "Git", when)
    boss = world.organizer()
    assert right in read(await boss.slash(world.lobby, f"openspace-admin {command}", session="Git"))


async def test_u9_who_never_joined_does_not_join_again(world: World) -> None:
    await world.host("ana", "Git", "10:30")
    bo = world.person("bo")
    answer = told(await bo.slash(world.lobby, "openspace leave", session="Git"))
    assert answer.content == "You hadn't joined **Git**."
    assert list(buttons(answer)) == ["Join"]


async def test_u6_what_ended_early_is_shown_with_the_end_that_it_had(world: World) -> None:
    await world.host("ana", "Git", minutes=60)
    ana = world.person("ana")
    await world.env.advance_time(10 * 60)
    asked = told(await ana.slash(world.lobby, "openspace end"))
    over = await click(ana, asked, "End it now")
    end = int(world.env.now().timestamp())
    listed = await ana.slash(world.lobby, "openspace list", show="mine")
    for shown in (read(over), read(await click(ana, told(listed), "Details")), read(listed)):
        assert any(f"<t:{stamp}:t>" in shown for stamp in (end - 1, end))
        assert ":R>" not in shown  # how long ago it began says nothing any more


async def test_u6_what_is_called_off_does_not_come_in_an_hour(world: World) -> None:
    await world.host("ana", "Git", "10:30")
    ana = world.person("ana")
    asked = told(await ana.slash(world.lobby, "openspace cancel"))
    assert ":R>" not in read(await click(ana, asked, "Yes, cancel it"))


async def test_r6_no_form_is_offered_where_none_can_help(world: World) -> None:
    """What is over cannot be changed; who said no is in no form; blocked and paused is not for the host."""
    await world.host("ana", "Git", "10:30")
    ana, bo = world.person("ana"), world.person("bo")
    await ana.slash(world.lobby, "openspace edit", host=bo)
    [offer] = [m for m in world.channel("open-space-news").history() if m.components]
    await bo.click(offer, label="No, thanks")
    declined = told(await ana.slash(world.lobby, "openspace edit", host=bo))
    assert "said no" in declined.content
    await click(ana, told(await ana.slash(world.lobby, "openspace cancel")), "Yes, cancel it")
    over = told(await ana.slash(world.lobby, "openspace edit", session="1", topic="Go"))
    assert "was cancelled" in over.content
    assert list(buttons(declined)) == list(buttons(over)) == []


async def test_c8_a_seat_at_an_open_desk_is_one_to_walk_in_to(world: World) -> None:
    await world.host("ana", "Git", minutes=60)
    await world.person("ana").slash(world.lobby, "openspace edit", seats=1)
    await world.join("bo", "Git")
    await world.env.advance_time(10)
    await world.join("cat", "Git")
    await world.env.advance_time(10)
    await world.person("bo").slash(world.lobby, "openspace leave", session="Git")
    await world.env.advance_time(10)
    [seat] = [m.content for m in world.channel("git").history() if "🪑" in m.content]
    assert seat.startswith("🪑 A seat is free: you're in **Git**. Come on in!")
    assert "<t:" not in seat  # that it began some minutes ago is no news


async def test_r18_of_several_sessions_the_one_for_a_new_host_is_asked_for_first(world: World) -> None:
    await world.host("ana", "Git", "10:30")
    await world.host("ana", "Rust", "12:30")
    ana, bo = world.person("ana"), world.person("bo")
    which = told(await ana.slash(world.lobby, "openspace edit", host=bo))
    form = await click(ana, which, "2 · Rust")
    assert form.modal
    assert form.modal["title"] == "Who hosts it from now on?"  # not a form that has no host in it


async def test_the_audit_trail_names_settings_as_organizers_know_them(world: World) -> None:
    boss = world.organizer()
    for key, value in (("sessions.min_minutes", "15"), ("channels.archive", "off")):
        await boss.slash(world.lobby, "openspace-admin settings set", key=key, value=value)
    await boss.slash(world.lobby, "openspace-admin window add", opens="2030-10-02 18:00", closes="20:00")
    trail = read(await boss.slash(world.lobby, "openspace-admin audit"))
    assert "Shortest session: default → 15" in trail
    assert "Keep text channels: default → off" in trail
    assert "Windows: default → 3 windows" in trail
    assert "null" not in trail
    assert "sessions." not in trail


async def test_the_reports_picture_is_told_in_plain_words_to_who_cannot_see_it(world: World) -> None:
    await world.host("ana", "Git", minutes=60)
    answer = told(await world.organizer().slash(world.lobby, "openspace-admin report"))
    [picture] = answer.attachments
    assert picture.description
    assert not {"*", "#", "<", "\\"} & set(picture.description)
    assert "session held" in picture.description


async def test_u6_what_was_done_is_not_said_again_in_the_panel_below_it(world: World) -> None:
    await world.host("ana", "Git", "10:30")
    bo = world.person("bo")
    page = told(await bo.slash(world.lobby, "openspace join", session="Git"))
    for label, signs in (("Remind me", "✅⏰"), ("Leave", ""), ("Join", "✅"), ("Leave", "")):
        shown = read(await click(bo, page, label))
        assert "## Git" in shown
        assert [sign for sign in "✅⏰" if shown.count(sign) == 1] == list(signs)
        assert not [sign for sign in "✅⏰" if shown.count(sign) > 1]
    await click(bo, page, "Join")
    await world.until("10:30")
    listed = told(await bo.slash(world.lobby, "openspace list", show="mine"))
    assert listed
    joined = told(await bo.slash(world.lobby, "openspace join", session="Git"))
    await click(bo, joined, "Leave")
    shown = read(await click(bo, joined, "Join"))
    assert shown.count("🔊") == shown.count("✅") == 1


async def test_u6_a_question_that_has_waited_until_the_start_names_the_right_command(world: World) -> None:
    await world.host("ana", "Git", "10:30")
    ana = world.person("ana")
    asked = told(await ana.slash(world.lobby, "openspace cancel"))
    await world.until("10:30")
    assert "`/openspace end` ends it" in read(await click(ana, asked, "Yes, cancel it"))


async def test_u9_an_open_session_that_is_changed_says_when_it_ends(world: World) -> None:
    await world.host("ana", "Git", minutes=60)
    ana = world.person("ana")
    changed = read(await ana.slash(world.lobby, "openspace edit", minutes=30))
    assert "; it ends <t:" in changed  # not how long ago it began
