"""What organizers do about reports: by the buttons of a case, and by `/openspace-admin reports`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from simcord.actors import MemberActor
from simcord.builders import ChannelHandle
from simcord.results import InteractionResult

from tests.cogs.admin.conftest import ONLY, Askers, asked, show_to
from tests.cogs.conftest import Speak, click, read, told
from tests.cogs.reporting import act, audit, case_buttons, case_text, cases, crew_room, forge, report, rows
from tests.conftest import World, all_text, buttons

DEEDS = ("caseend", "caseblock", "caseunblock", "caseanswer", "casedismiss", "casereopen", "case", "casewho")


@pytest.fixture
async def reported(world: World, askers: Askers) -> ChannelHandle:
    """ana's desk is open and eve has reported it; boss and crew see the case in their channel."""
    room = await crew_room(world)
    await world.host("ana", "Git", minutes=60)
    await report(world, "eve", words="loud")
    await world.env.advance_time(1)
    return room


async def form(
    world: World, who: MemberActor, room: ChannelHandle, label: str, **values: Any
) -> InteractionResult:
    shown = await act(world, who, room, label)
    assert shown.modal, read(shown)
    return await who.submit_modal(shown, values)


async def opened(world: World, who: MemberActor, number: int = 1) -> InteractionResult:
    """The case as `/openspace-admin reports` shows it."""
    listed = told(await who.slash(world.lobby, "openspace-admin reports"))
    return await who.click(listed, custom_id=f"openspace:case:{number}")


async def test_end_ends_the_session_with_a_reason_and_closes_the_case(
    world: World, askers: Askers, reported: ChannelHandle
) -> None:
    said = read(await form(world, askers["boss"], reported, "End session", reason="Be *kind*"))
    assert "The session is ended, and case 1 closed" in said
    assert rows(world, "SELECT state, close_reason FROM session") == [("ended", "Be *kind*")]
    await world.env.advance_time(6)
    text = case_text(reported)
    assert "✅ #1 Git" in text
    assert f"<@{askers['boss'].id}> ended the session" in text
    assert "Be \\*kind\\*" in text
    assert list(case_buttons(reported)) == ["Block", "Answer", "Reopen", "All reports"]
    assert [line[:3] for line in audit(world) if line[0] == "case-ended"] == [
        ("case-ended", askers["boss"].id, None)
    ]


async def test_a_session_that_is_still_to_come_is_cancelled(world: World, askers: Askers) -> None:
    room = await crew_room(world)
    await world.host("ana", "Git", "12:00")
    await report(world, "eve")
    await world.env.advance_time(1)
    assert "session is cancelled" in read(
        await form(world, askers["boss"], room, "Cancel session", reason="")
    )
    assert rows(world, "SELECT state FROM session") == [("cancelled",)]


async def test_two_organizers_at_once_end_it_once(
    world: World, askers: Askers, reported: ChannelHandle
) -> None:
    boss, other = askers["boss"], world.organizer("other")
    shown = [await act(world, who, reported, "End session") for who in (boss, boss)]
    await boss.submit_modal(shown[0], {"reason": "one"})
    assert "is over" in read(await boss.submit_modal(shown[1], {"reason": "two"})).lower()
    assert other
    assert rows(world, "SELECT what, words FROM report_act") == [("ended", "one")]


async def test_block_takes_hosting_from_the_host_for_as_long_as_chosen_and_gives_it_back(
    world: World, askers: Askers, reported: ChannelHandle
) -> None:
    boss, ana = askers["boss"], world.person("ana")
    late = await act(world, boss, reported, "Block")
    said = await form(world, boss, reported, "Block", why="Be *kind*", hours=["4"])
    assert "can't host any more" in read(said)
    [row] = rows(world, "SELECT user_id, what, reason, until_at - blocked_at, blocked_by FROM block")
    assert row == (ana.id, "host", "Be *kind*", 4 * 3600, boss.id)
    await world.env.advance_time(6)
    assert "May not host now" in case_text(reported)
    assert "Unblock" in case_buttons(reported)
    assert "Nothing to do" in read(await boss.submit_modal(late, {"why": "", "hours": ["0"]}))
    assert rows(world, "SELECT count(*) FROM block") == [(1,)]
    assert "ana can host again" in read(await click(boss, told(said), "Unblock"))
    assert "wasn't blocked" in read(await click(boss, told(said), "Unblock"))
    assert rows(world, "SELECT count(*) FROM block") == [(0,)]
    assert {"block", "unblock"} <= {line[0] for line in audit(world)}


async def test_an_organizer_is_not_blocked(world: World, askers: Askers) -> None:
    room = await crew_room(world)
    await world.host("crew", "Mine")
    await report(world, "eve")
    await world.env.advance_time(1)
    said = read(await form(world, askers["boss"], room, "Block", why="", hours=["0"]))
    assert "crew is an organizer" in said
    assert rows(world, "SELECT count(*) FROM block") == [(0,)]


async def test_dismiss_closes_it_and_reopen_opens_it_again(
    world: World, askers: Askers, reported: ChannelHandle
) -> None:
    boss = askers["boss"]
    done = await act(world, boss, reported, "Dismiss")
    assert "Case 1 is closed: dismissed" in read(done)
    await world.env.advance_time(6)
    assert "dismissed it" in case_text(reported)
    assert "Case 1 is open again" in read(await click(boss, told(done), "Reopen"))
    await world.env.advance_time(6)
    assert "#1 Git" in case_text(reported)
    assert "opened it again" in case_text(reported)
    assert [line[0] for line in audit(world) if line[0].startswith("case-")] == [
        "case-dismissed",
        "case-reopened",
    ]


async def test_what_is_done_already_says_who_did_it(
    world: World, askers: Askers, reported: ChannelHandle
) -> None:
    boss, other = askers["boss"], world.organizer("other")
    listed = told(await boss.slash(world.lobby, "openspace-admin reports"))
    assert listed
    show_to(world, other)
    mine = [told(await opened(world, who)) for who in (boss, other)]
    await boss.click(mine[0], custom_id="openspace:casedismiss:1")
    said = read(await other.click(mine[1], custom_id="openspace:casedismiss:1"))
    assert "Nothing to do: case 1 is closed" in said
    assert f"<@{boss.id}> dismissed it" in said
    assert rows(world, "SELECT count(*) FROM report_act") == [(1,)]


async def test_new_reports_after_it_was_closed_are_a_new_case_and_the_old_one_stays_closed(
    world: World, askers: Askers, reported: ChannelHandle
) -> None:
    boss = askers["boss"]
    done = await act(world, boss, reported, "Dismiss")
    await report(world, "cy")
    await world.env.advance_time(6)
    assert len(cases(reported)) == 2
    assert "Newer reports on the same are in case 2" in read(await click(boss, told(done), "Reopen"))


async def test_an_empty_answer_tells_nobody(world: World, askers: Askers, reported: ChannelHandle) -> None:
    said = read(await form(world, askers["boss"], reported, "Answer", answer="\u200b"))
    assert "nobody was told" in said
    assert rows(world, "SELECT count(*) FROM report_act") == [(0,)]


@pytest.mark.parametrize("deed", DEEDS)
async def test_r_who_is_no_organizer_can_do_nothing_and_leaves_a_trace(
    world: World, askers: Askers, reported: ChannelHandle, attempts: Callable[[], list[str]], deed: str
) -> None:
    before = rows(world, "SELECT * FROM report_case"), rows(world, "SELECT * FROM report_act")
    custom_id = f"openspace:{deed}:1" + (":0" if deed == "casewho" else "")
    page = told(await askers["eve"].slash(world.lobby, "openspace help"))
    forge(world, askers["eve"], page, custom_id)
    await world.env.settle()
    assert ONLY in world.answers()[-1]
    assert attempts() == [custom_id]
    assert (rows(world, "SELECT * FROM report_case"), rows(world, "SELECT * FROM report_act")) == before


async def test_a_form_sent_by_who_is_no_organizer_any_more_does_nothing(
    world: World, askers: Askers, reported: ChannelHandle
) -> None:
    crew = askers["crew"]
    shown = await opened(world, crew)
    answer = await crew.click(told(shown), custom_id="openspace:caseanswer:1")
    await world.set(organizers__roles=[])
    assert ONLY in read(await crew.submit_modal(answer, {"answer": "hello"}))
    assert rows(world, "SELECT count(*) FROM report_act") == [(0,)]


@pytest.mark.parametrize("deed", DEEDS)
async def test_guessed_numbers_of_another_servers_cases_are_refused(
    world: World, askers: Askers, reported: ChannelHandle, deed: str
) -> None:
    import discord

    other = world.env.create_guild("Elsewhere")
    lobby = other.create_text_channel("lobby")
    staff = other.create_role("Staff", permissions=discord.Permissions(manage_guild=True))
    await world.env.settle()
    chief = other.add_member(world.env.create_user("chief"), roles=[staff])
    assert "Nobody has reported anything" in read(await chief.slash(lobby, "openspace-admin reports"))
    page = told(await chief.slash(lobby, "openspace help"))
    forge(world, chief, page, f"openspace:{deed}:1" + (":0" if deed == "casewho" else ""))
    await world.env.settle()
    assert "no such case" in world.answers()[-1]
    assert rows(world, "SELECT count(*) FROM report_act") == [(0,)]


# ---------------------------------------------------------------- the command


@pytest.mark.parametrize("who", ["boss", "crew"])
async def test_organizers_list_open_cases_with_the_same_buttons(
    world: World, askers: Askers, reported: ChannelHandle, who: str
) -> None:
    said = await asked(world, askers[who], "reports")
    assert "**Case 1**: Git" in said
    shown = told(await opened(world, askers[who]))
    assert list(buttons(shown)) == list(case_buttons(reported))
    assert "loud" in all_text(shown)
    assert "dismissed" in read(await askers[who].click(shown, custom_id="openspace:casedismiss:1"))


async def test_others_do_not(world: World, askers: Askers, attempts: Callable[[], list[str]]) -> None:
    assert ONLY in await asked(world, askers["eve"], "reports")
    assert attempts() == ["openspace-admin reports"]


async def test_pages_with_the_open_ones_first(world: World, askers: Askers) -> None:
    boss = askers["boss"]
    for n in range(6):
        await world.host(f"host{n}", f"Topic {n}", f"day 2 1{n}:30", minutes=30)
        await report(world, f"guest{n}", n + 1)
    await boss.click(told(await opened(world, boss, 6)), custom_id="openspace:casedismiss:6")
    first = await boss.slash(world.lobby, "openspace-admin reports")
    text = read(first)
    assert "Case 6" not in text
    assert text.index("Case 5") < text.index("Case 4")
    turned = await click(boss, told(first), "More")
    assert "✅ Case 6: Topic 5" in read(turned)
    assert "Case 1" in read(await click(boss, told(turned), "Back"))


async def test_nothing_is_lost_where_no_channel_is_private(world: World, askers: Askers) -> None:
    room = await crew_room(world, public=True)
    await world.host("ana", "Git")
    await report(world, "eve", words="loud")
    await world.env.advance_time(10)
    assert room.history() == []
    boss = askers["boss"]
    assert "1 case waits for you" in await asked(world, boss, "pause")
    assert "Case 1" in await asked(world, boss, "reports")
    await boss.click(told(await opened(world, boss)), custom_id="openspace:casedismiss:1")
    await world.env.advance_time(10)
    assert "waits for you" not in await asked(world, boss, "resume")


# ---------------------------------------------------------------- who reports


async def test_all_reports_are_shown_in_full_with_who_made_them(
    world: World, askers: Askers, reported: ChannelHandle
) -> None:
    words = "first line\nhttps://evil.example/x " + "x" * 500
    await report(world, "cy", words=words)
    boss = askers["boss"]
    shown = read(await act(world, boss, reported, "All reports"))
    assert "**eve (<@" in shown
    assert "> first line" in shown
    assert "x" * 500 in shown
    assert "https://" not in shown


async def test_their_pages_turn(world: World, askers: Askers, reported: ChannelHandle) -> None:
    for n in range(5):
        await report(world, f"guest{n}", words=f"word {n}")
    boss = askers["boss"]
    first = await act(world, boss, reported, "All reports")
    assert "word 4" in read(first)
    assert "word 1" not in read(first)
    assert "word 1" in read(turned := await click(boss, told(first), "More"))
    assert told(turned).id == told(first).id
    assert "word 4" in read(await click(boss, told(turned), "Back"))


async def test_the_right_to_report_can_be_taken_and_given_back(
    world: World, askers: Askers, reported: ChannelHandle
) -> None:
    boss, eve = askers["boss"], world.person("eve")
    shown = told(await act(world, boss, reported, "All reports"))
    taken = await boss.select(shown, [f"1-{eve.id}"], custom_id="openspace-menu:silence")
    assert "eve can't report any more" in read(taken)
    page = told(await eve.slash(world.lobby, "openspace list"))
    assert "take no more reports from you" in read(await click(eve, page, "Report"))
    assert "eve can report again" in read(await click(boss, told(taken), "Let them report again")).replace(
        f"<@{eve.id}>", "eve"
    )
    page = told(await eve.slash(world.lobby, "openspace list"))
    assert (await click(eve, page, "Report")).modal
    await boss.select(shown, [f"1-{eve.id}"], custom_id="openspace-menu:silence")
    listed = told(await boss.slash(world.lobby, "openspace-admin reports"))
    said = read(await boss.select(listed, [str(eve.id)], custom_id="openspace-menu:letreport"))
    assert "can report again" in said
    assert rows(world, "SELECT count(*) FROM block") == [(0,)]
    for line in audit(world):
        assert str(eve.id) not in str(line[4]), line


async def test_who_reported_is_kept_from_an_organizer_whom_it_is_about(world: World, askers: Askers) -> None:
    """boss hosts the session: neither the channel that they read, nor a command, names who reported it."""
    room = await crew_room(world)
    await world.host("boss", "Mine")
    await report(world, "eve", words="loud")
    await world.env.advance_time(1)
    boss, eve = askers["boss"], world.person("eve")
    assert "eve" not in case_text(room)
    assert str(eve.id) not in case_text(room)
    assert "Somebody" in case_text(room)
    whole = await act(world, boss, room, "All reports")
    assert "eve" not in read(whole)
    assert str(eve.id) not in read(whole)
    assert "eve" not in read(await opened(world, boss))
    crew = askers["crew"]
    seen = told(await opened(world, crew))
    assert f"eve (<@{eve.id}>)" in read(await crew.click(seen, custom_id="openspace:casewho:1:0"))


async def test_in_chinese(world: World, askers: Askers, reported: ChannelHandle, speak: Speak) -> None:
    speak("zh-TW")
    assert "大家的檢舉" in await asked(world, askers["boss"], "reports")
    assert "案件 1 結案：不處理" in read(await act(world, askers["boss"], reported, "Dismiss"))
