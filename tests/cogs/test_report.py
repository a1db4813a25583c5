"""People report to the organizers: from lists, cards, messages and members; they stay unnamed to hosts."""

from __future__ import annotations

from typing import Any

import discord
import pytest
from simcord.results import InteractionResult

from tests.cogs.conftest import Speak, click, press, press_anew, read, told
from tests.cogs.reporting import (
    MENU,
    act,
    audit,
    case_text,
    cases,
    crew_room,
    dump,
    forge,
    press_report,
    report,
    rows,
)
from tests.conftest import MakeWorld, World, all_text
from tests.desks.acts import card, ids_of


async def menu(world: World, name: str, target: Any, channel: Any = None) -> InteractionResult:
    """Somebody chooses Report in the menu of a message or a member."""
    return await world.person(name).context_menu(channel or world.lobby, MENU, target)


async def send(world: World, name: str, shown: InteractionResult, words: str = "") -> str:
    assert shown.modal, read(shown)
    return read(await world.person(name).submit_modal(shown, {"report": words}))


def direct(world: World, name: str) -> list[str]:
    """What the bot told somebody in direct messages."""
    backend = world.env.backend
    found = [c for c in backend.channels.values() if world.person(name).id in getattr(c, "recipient_ids", [])]
    return [m.content for c in found for m in backend.messages.get(c.id, {}).values()]


async def test_a_report_reaches_organizers_with_who_what_and_where(world: World) -> None:
    room = await crew_room(world)
    await world.host("ana", "*Git*")
    await world.person("bo").join_voice(world.channel("*Git*"))
    said = await report(world, "eve", words="They *shout* @everyone")
    assert "Thank you" in read(said)
    assert "the host won't be told" in read(said)
    await world.env.advance_time(1)
    shown = case_text(room)
    for part in (
        "#1 \\*Git\\*",
        f"ana (<@{world.person('ana').id}>)",
        "on now",
        f"In the voice channel: <@{world.person('bo').id}>",
        "1 report",
        f"eve (<@{world.person('eve').id}>)",
        "They \\*shout\\* @\u200beveryone",
    ):
        assert part in shown


async def test_all_reports_on_one_session_join_one_case(world: World) -> None:
    room = await crew_room(world)
    await world.host("ana", "Git")
    await world.host("bo", "Rust")
    for name in ("eve", "cy", "dee"):
        await report(world, name)
    await report(world, "eve", session=2)
    await world.env.advance_time(6)
    assert len(cases(room)) == 2
    assert "3 reports" in case_text(room)
    assert "1 report\n" in case_text(room, 1)


async def test_the_same_twice_is_one_report_and_costs_no_right(world: World) -> None:
    await world.host("ana", "Git")
    shown = [await press_report(world, "eve") for _ in range(5)]
    for each, said in zip(shown, ("Thank you", *["have this report of yours already"] * 4), strict=True):
        assert said in await send(world, "eve", each, "loud")
    assert rows(world, "SELECT count(*) FROM report") == [(1,)]


async def test_every_card_has_the_button_also_when_it_is_over(world: World) -> None:
    await world.host("ana", "Git")
    eve, message = world.person("eve"), card(world, "git")
    shown = await eve.click(message, custom_id=ids_of(world, message)["Report"])
    assert "Thank you" in await send(world, "eve", shown, "loud")
    await world.person("ana").send(world.channel("git"), "hello")
    await world.person("ana").slash(world.lobby, "openspace end")
    await world.env.advance_time(6)
    message = card(world, "git")
    shown = await eve.click(message, custom_id=ids_of(world, message)["Report"])
    assert "Thank you" in await send(world, "eve", shown, "and then some more")
    assert rows(world, "SELECT count(DISTINCT case_id), count(*) FROM report") == [(1, 2)]


async def test_a_message_at_a_desk_joins_its_session_and_is_linked_not_copied(world: World) -> None:
    room = await crew_room(world)
    await world.host("ana", "Git")
    rude = await world.person("bo").send(world.channel("git"), "SECRET words")
    shown = await menu(world, "eve", rude, world.channel("git"))
    assert "Thank you" in await send(world, "eve", shown, "see there")
    await world.env.advance_time(1)
    text = case_text(room)
    assert "#1 Git" in text
    assert f"https://discord.com/channels/{world.guild.id}/{world.channel('git').id}/{rude.id}" in text
    assert f"<@{world.person('bo').id}>" in text
    assert "SECRET" not in dump(world)


async def test_a_message_elsewhere_is_a_case_on_its_author(world: World) -> None:
    room = await crew_room(world)
    rude = await world.person("bo").send(world.lobby, "boo")
    await send(world, "eve", await menu(world, "eve", rude))
    await send(world, "cy", await menu(world, "cy", world.person("bo")))
    await world.env.advance_time(6)
    assert len(cases(room)) == 1
    assert f"#1 bo (<@{world.person('bo').id}>)" in case_text(room)
    assert "2 reports" in case_text(room)


async def test_the_bots_own_messages_are_about_their_session_or_about_nobody(world: World) -> None:
    room = await crew_room(world)
    await world.host("ana", "Git")
    opening = next(m for m in world.channel("git").history() if m.content)
    await send(world, "eve", await menu(world, "eve", opening, world.channel("git")))
    board = world.layouts("open-space-board")[0]
    await send(world, "eve", await menu(world, "eve", board, world.channel("open-space-board")))
    await world.env.advance_time(1)
    assert "#1 Git" in case_text(room)
    assert "#2 something in this server" in case_text(room, 1)
    assert "Block" not in case_text(room, 1)


async def test_a_member_at_a_desk_is_reported_with_the_desk(world: World) -> None:
    room = await crew_room(world)
    await world.host("ana", "Git")
    await world.host("dee", "Rust")
    await world.person("bo").join_voice(world.channel("Git"))
    await send(world, "eve", await menu(world, "eve", world.person("bo")), "follows me")
    await send(world, "eve", await menu(world, "eve", world.person("dee")))
    await send(world, "eve", await menu(world, "eve", world.person("cy")))
    await world.env.advance_time(1)
    assert "📍 **Git**" in case_text(room)
    assert "📍 **Rust**" in case_text(room, 1)
    assert "📍" not in case_text(room, 2)
    assert "**Git**" not in case_text(room, 2)


async def test_nobody_reports_themselves_and_a_host_may_ask_for_help(world: World) -> None:
    await world.host("ana", "Git")
    assert "That is yourself" in read(await menu(world, "ana", world.person("ana")))
    own = await world.person("ana").send(world.channel("git"), "hi")
    assert "That is yourself" in read(await menu(world, "ana", own, world.channel("git")))
    assert "Thank you" in read(await report(world, "ana", words="help"))


async def test_a_person_makes_three_reports_an_hour_and_organizers_any_number(world: World) -> None:
    await world.host("ana", "Git")
    for n in range(3):
        await report(world, "eve", words=str(n))
    said = read(await press_report(world, "eve"))
    assert "3 reports within an hour" in said
    assert "<t:" in said
    world.organizer("eva")
    for n in range(5):
        await report(world, "eva", words=str(n))
    await world.env.advance_time(3601)
    assert "Thank you" in read(await report(world, "eve", words="again"))


async def test_a_form_that_was_open_when_the_limit_came_is_refused(world: World) -> None:
    await world.host("ana", "Git")
    shown = [await press_report(world, "eve") for _ in range(4)]
    for n in range(3):
        await send(world, "eve", shown[n], str(n))
    assert "3 reports within an hour" in await send(world, "eve", shown[3], "more")


async def test_the_limit_is_a_setting_and_zero_means_none(make_world: MakeWorld) -> None:
    world = await make_world(reports={"per_hour": 0})
    await world.host("ana", "Git")
    for n in range(6):
        assert "Thank you" in read(await report(world, "eve", words=str(n)))


async def test_guessed_ids_of_another_server_are_refused(world: World) -> None:
    await world.host("ana", "Git")
    await report(world, "eve", words="loud")
    other = world.env.create_guild("Elsewhere")
    lobby = other.create_text_channel("lobby")
    await world.env.settle()
    mallory = other.add_member(world.env.create_user("mallory"))
    page = told(await mallory.slash(lobby, "openspace help"))
    for custom_id in ("openspace:report:1", "openspace:howgoes:1", "openspace:letin:1"):
        before = len(world.answers())
        forge(world, mallory, page, custom_id)
        await world.env.settle()
        answer = world.answers()[before:][-1]
        assert "does not exist any more" in answer or "no such case" in answer
    assert rows(world, "SELECT count(*) FROM report") == [(1,)]


async def test_r19_who_may_not_see_the_area_reports_nothing(world: World) -> None:
    await world.host("ana", "Git")
    shown = await press_report(world, "eve")
    hidden = discord.Permissions.view_channel.flag
    board = world.channel("open-space-board")
    from simcord.backend.models import Overwrite
    from simcord.enums import OverwriteType

    world.env.backend.edit_channel(
        board.id, {}, overwrites=[Overwrite(world.person("eve").id, OverwriteType.MEMBER, 0, hidden)]
    )
    await world.env.settle()
    assert "Thank you" not in await send(world, "eve", shown, "loud")
    assert "Thank you" not in read(await menu(world, "eve", world.person("ana")))


async def test_the_reporter_stays_unnamed_to_the_host_everywhere(world: World) -> None:
    """Nothing that anybody but organizers can read, nor the audit trail, names who reported."""
    room = await crew_room(world)
    await world.host("ana", "Git", minutes=60)
    await report(world, "eve", words="loud")
    await world.env.advance_time(1)
    boss, eve = world.organizer(), world.person("eve")
    shown = await act(world, boss, room, "End session")
    await boss.submit_modal(shown, {"reason": "Be kind"})
    await world.env.advance_time(40)
    public = [world.channel(name) for name in ("git", "open-space-board", "open-space-news")]
    seen = [all_text(m) + m.content for channel in [*public, world.lobby] for m in channel.history()]
    seen += direct(world, "ana")
    for text in (*seen, *map(str, audit(world))):
        assert str(eve.id) not in text
        assert "eve" not in text
        assert "loud" not in text
    assert [line[:3] for line in audit(world) if line[0] == "report"] == [("report", None, None)]


async def test_the_outcome_is_told_directly_once_and_the_button_tells_it_too(world: World) -> None:
    room = await crew_room(world)
    await world.host("ana", "Git")
    thanks = told(await report(world, "eve", words="loud"))
    assert "They have not decided yet" in read(await click(world.person("eve"), thanks, "How did it go?"))
    await world.env.advance_time(1)
    boss = world.organizer()
    shown = await act(world, boss, room, "Answer")
    assert shown.modal
    assert "answered and closed" in read(await boss.submit_modal(shown, {"answer": "*Thanks*!\nWe talked."}))
    await world.env.advance_time(19)
    assert direct(world, "eve") == []
    await world.env.advance_time(30)
    [said] = direct(world, "eve")
    assert "PyCon Sim" in said
    assert "> \\*Thanks\\*!\n> We talked." in said
    await world.restart()
    await world.env.advance_time(60)
    assert len(direct(world, "eve")) == 1
    assert "We talked." in read(await press_anew(world, "eve", "openspace:howgoes:1"))
    forge(world, world.person("bo"), thanks, "openspace:howgoes:1")  # he does not see it
    await world.env.settle()
    assert "no such case" in world.answers()[-1]


async def test_what_is_undone_within_its_time_is_told_to_nobody(world: World) -> None:
    room = await crew_room(world)
    await world.host("ana", "Git")
    await report(world, "eve")
    await world.env.advance_time(1)
    boss = world.organizer()
    done = await act(world, boss, room, "Dismiss")
    await world.env.advance_time(10)
    assert "open again" in read(await click(boss, told(done), "Reopen"))
    await world.env.advance_time(60)
    assert direct(world, "eve") == []
    assert "#1 Git" in case_text(room)


async def test_with_closed_direct_messages_the_next_command_tells(world: World, speak: Speak) -> None:
    room = await crew_room(world)
    await world.host("ana", "Git")
    await report(world, "eve", words="loud")
    await world.env.advance_time(1)
    await act(world, world.organizer(), room, "Dismiss")
    world.env.inject_error("POST", "/channels/*/messages", status=403, code=50007)
    await world.env.advance_time(40)
    assert direct(world, "eve") == []
    await world.restart()
    await world.env.advance_time(1)
    await world.person("bo").slash(world.lobby, "openspace help")
    speak("zh-TW")
    before = len(world.answers())
    await world.person("eve").slash(world.lobby, "openspace help")
    await world.env.settle()
    _, later = world.answers()[before:]
    assert "工作人員了解過了" in later
    before = len(world.answers())
    await world.person("eve").slash(world.lobby, "openspace help")
    await world.env.settle()
    assert len(world.answers()[before:]) == 1  # once


async def test_many_reporters_are_not_all_written_to(world: World) -> None:
    room = await crew_room(world)
    await world.host("ana", "Git")
    names = [f"guest{n}" for n in range(13)]
    for name in names:
        await report(world, name)
    await world.env.advance_time(6)
    await act(world, world.organizer(), room, "Dismiss")
    await world.env.advance_time(60)
    assert sum(bool(direct(world, name)) for name in names) == 10
    assert rows(world, "SELECT count(*) FROM report WHERE untold = 1") == [(3,)]
    before = len(world.answers())
    await world.person(names[-1]).slash(world.lobby, "openspace help")
    await world.env.settle()
    assert "looked into it" in world.answers()[before:][-1]


async def test_the_conduct_contact_stands_in_help_and_in_the_thanks(world: World, speak: Speak) -> None:
    await world.set(conference__conduct="Mia, mia@example.org")
    await world.host("ana", "Git")
    assert "Mia, mia@example.org" in read(await report(world, "eve"))
    said = read(await world.person("eve").slash(world.lobby, "openspace help"))
    assert "Something wrong? Mia, mia@example.org" in said
    assert len(said.split("\nHost one")[0].splitlines()) <= 8
    speak("zh-TW")
    assert "有狀況找 Mia" in read(await world.person("eve").slash(world.lobby, "openspace help"))


async def test_in_chinese(world: World, speak: Speak) -> None:
    await world.host("ana", "Git")
    speak("zh-TW")
    shown = await press_report(world, "eve")
    assert shown.modal
    assert shown.modal["title"] == "向工作人員檢舉"
    assert "謝謝你" in await send(world, "eve", shown)
    assert "還在處理中" in read(
        await click(world.person("eve"), told(await report(world, "eve", words="2")), "後來怎麼了？")
    )


@pytest.mark.parametrize(
    "words", ["@everyone <@&1> [x](https://e.example) **b** `c`\n# d", "👩‍🚀" * 330, "長" * 1000, "\u200b"]
)
async def test_r16_any_words_arrive_harmless(world: World, words: str) -> None:
    room = await crew_room(world)
    await world.host("ana", "Git")
    assert "Thank you" in read(await report(world, "eve", words=words))
    await world.env.advance_time(1)
    text = case_text(room)
    assert len(text) < 4000
    assert "@everyone" not in text
    shown = read(await act(world, world.organizer(), room, "All reports"))
    assert "@everyone" not in shown
    for request in world.env.http_requests:
        if request.path == f"/channels/{room.id}/messages" and request.json:
            assert request.json["allowed_mentions"]["parse"] == []


async def test_two_clicks_at_once_are_one_report(world: World) -> None:
    await world.host("ana", "Git")
    page = told(await world.person("eve").slash(world.lobby, "openspace list"))
    press(world, "eve", page, "openspace:report:1")
    press(world, "eve", page, "openspace:report:1")
    await world.env.settle()
    assert rows(world, "SELECT count(*) FROM report") == [(0,)]
