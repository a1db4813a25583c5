"""`/openspace-admin move`, `cancel`, `end`: what organizer, host and guests read, and how it is undone."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest
from simcord.actors import MemberActor
from simcord.results import InteractionResult, ResponseMessage

from bot.service import Person
from tests.cogs.admin.conftest import ONLY, Askers, asked, elsewhere, forge
from tests.cogs.conftest import Speak, click, cohosted, press, read, slash, told
from tests.conftest import NEWS, World, all_text, buttons
from tests.desks.acts import card_text, pings

TEN, ELEVEN = 1767232800, 1767236400
"""10:00 and 11:00 of day 1 in Taipei."""


async def booked(world: World, *guests: str, when: str = "10:00") -> None:
    await world.host("ana", "Git", when)
    for name in guests:
        await world.join(name, "Git")


async def show(world: World, asker: MemberActor, command: str, **options: Any) -> ResponseMessage:
    return told(await asker.slash(world.lobby, f"openspace-admin {command}", **options))


def state(world: World, number: int = 1) -> str:
    return str(rows(world, "SELECT state FROM session WHERE id = ?", number)[0][0])


def rows(world: World, sql: str, *params: object) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(world.folder / "openspace.sqlite3")) as db:
        return db.execute(sql, params).fetchall()


def news(world: World) -> list[str]:
    return world.said(NEWS)


async def fill_in(
    world: World, asker: MemberActor, shown: InteractionResult, reason: str
) -> InteractionResult:
    return await asker.submit_modal(shown, {"reason": reason})


# ---------------------------------------------------------------------------- cancel


@pytest.mark.parametrize("who", ["boss", "crew"])
async def test_cancel_asks_first_and_tells_host_and_guests_once_with_the_reason(
    world: World, askers: Askers, who: str
) -> None:
    await booked(world, "eve", "bob")
    shown = await show(world, askers[who], "cancel", session="git", reason="the room is *flooded*")
    assert "Cancel **Git** by ana" in all_text(shown)
    assert "ana and 2 people who joined will be told" in all_text(shown)
    assert "flooded" in all_text(shown)
    assert state(world) == "booked"
    done = await click(askers[who], shown, "Yes, cancel it")
    assert "is cancelled" in read(done)
    assert "ana and everyone who joined will be told" in read(done)
    assert state(world) == "cancelled"
    [word] = news(world)
    assert "The organizers have cancelled **Git**" in word
    assert "the room is \\*flooded\\*" in word
    assert [pings(world, NEWS, name) for name in ("ana", "eve", "bob")] == [1, 1, 1]
    await world.until("10:30")
    await world.restart()
    assert news(world) == [word]
    [(reason, actor)] = rows(world, "SELECT reason, actor_id FROM audit WHERE action = 'cancelled'")
    assert (reason, actor) == ("the room is *flooded*", askers[who].id)


async def test_cancel_without_a_reason_offers_to_give_one(world: World, askers: Askers) -> None:
    await booked(world)
    shown = await show(world, askers["boss"], "cancel", session="1")
    assert "ana will be told; nobody has joined" in all_text(shown)
    assert list(buttons(shown)) == ["Yes, cancel it", "With a reason…", "Keep it"]
    form = await click(askers["boss"], shown, "With a reason…")
    assert "is cancelled" in read(await fill_in(world, askers["boss"], form, "Fire drill"))
    [word] = news(world)
    assert "> Fire drill" in word
    assert pings(world, NEWS, "ana") == 1


async def test_the_host_reads_the_reason_on_their_own_list_too(world: World, askers: Askers) -> None:
    await booked(world)
    shown = await show(world, askers["boss"], "cancel", session="1", reason="Fire drill")
    await click(askers["boss"], shown, "Yes, cancel it")
    mine = told(await world.person("ana").slash(world.lobby, "openspace list", show="mine"))
    assert "Fire drill" in read(await click(world.person("ana"), mine, "Details"))


async def test_two_clicks_are_one(world: World, askers: Askers) -> None:
    await booked(world, "eve")
    shown = await show(world, askers["boss"], "cancel", session="1", reason="x")
    for _ in range(2):
        press(world, "boss", shown, buttons(shown)["Yes, cancel it"])
    await world.env.settle()
    assert len(news(world)) == 1
    assert "was cancelled" in "".join(world.answers())


async def test_what_is_open_cannot_be_cancelled_nor_ended_what_is_booked(
    world: World, askers: Askers
) -> None:
    await world.host("ana", "Git")
    await world.host("bo", "Rust", "10:00")
    assert "is open already" in await asked(world, askers["boss"], "cancel", session="git")
    assert "hasn't opened yet" in await asked(world, askers["boss"], "end", session="rust")
    assert "No session here matches" in await asked(world, askers["boss"], "end", session="cobol")


# ------------------------------------------------------------------------------- end


@pytest.mark.parametrize("who", ["boss", "crew"])
async def test_end_is_told_at_the_desk_with_the_reason_and_stands_on_the_card(
    world: World, askers: Askers, who: str
) -> None:
    await world.host("ana", "Git")
    await world.join("eve", "Git")
    await world.env.advance_time(60)
    before = [pings(world, "git", name) for name in ("ana", "eve")]
    shown = await show(world, askers[who], "end", session="git", reason="We close the building")
    assert "End **Git** by ana now?" in all_text(shown)
    done = read(await click(askers[who], shown, "End it now"))
    assert "its desk is free" in done
    assert "can't be opened again" in done
    [word] = [text for text in world.said("git") if "have ended" in text]
    assert "> We close the building" in word
    assert [pings(world, "git", name) for name in ("ana", "eve")] == [n + 1 for n in before]
    await world.env.advance_time(10)
    assert "We close the building" in card_text(world, "git")
    assert news(world) == []
    await world.env.advance_time(15 * 60)
    await world.restart()
    assert news(world) == []


async def test_end_is_told_among_the_news_where_the_desk_has_no_text_channel(
    world: World, askers: Askers
) -> None:
    await world.host("ana", "Git")
    await world.env.advance_time(60)
    world.env.inject_error("POST", f"/guilds/{world.guild.id}/channels", status=500, times=None)
    world.env.backend.delete_channel(world.channel("git").id)
    await world.env.settle()
    shown = await show(world, askers["boss"], "end", session="git")
    await click(askers["boss"], shown, "End it now")
    [word] = news(world)
    assert "have ended **Git**" in word
    assert pings(world, NEWS, "ana") == 1


async def test_ones_own_session_is_ones_own_business(world: World, askers: Askers) -> None:
    await askers["boss"].slash(world.lobby, "openspace host", topic="Git", when="10:00")
    shown = await show(world, askers["boss"], "cancel", session="git")
    assert read(await click(askers["boss"], shown, "Yes, cancel it")) == "🗑️ **Git** is cancelled."
    assert news(world) == []


async def test_an_organizer_at_the_card_or_by_the_usual_commands_is_told_of_to_the_host_too(
    world: World, askers: Askers
) -> None:
    await booked(world)
    world.people["boss"] = askers["boss"]
    assert "ana will be told" in await slash(world, "boss", "cancel", session="git")
    assert pings(world, NEWS, "ana") == 1
    await world.host("bo", "Rust")
    assert "bo will be told" in await slash(world, "boss", "extend", session="rust", minutes=15)
    assert any("have changed when" in text for text in world.said("rust"))
    assert "Thank you for hosting" not in await slash(world, "boss", "end", session="rust")
    assert any("have ended" in text for text in world.said("rust"))


# ------------------------------------------------------------------------------ move


@pytest.mark.parametrize("who", ["boss", "crew"])
async def test_move_with_a_reason_moves_at_once_and_is_told_once(
    world: World, askers: Askers, who: str
) -> None:
    await booked(world, "eve")
    said = await asked(world, askers[who], "move", session="git", when="11:00", reason="Keynote runs late")
    assert f"<t:{ELEVEN}:f>" in said
    assert "ana and everyone who joined will be told" in said
    [word] = news(world)
    assert "The organizers have moved **Git**" in word
    assert f"<t:{ELEVEN}:f>" in word
    assert "> Keynote runs late" in word
    assert [pings(world, NEWS, name) for name in ("ana", "eve")] == [1, 1]
    [(reason,)] = rows(world, "SELECT reason FROM audit WHERE action = 'edit'")
    assert reason == "Keynote runs late"


async def test_move_without_a_reason_shows_first_what_it_does(world: World, askers: Askers) -> None:
    await booked(world, "eve")
    shown = await show(world, askers["boss"], "move", session="git", when="11:00", minutes=30)
    assert f"now at <t:{TEN}:f>" in all_text(shown)
    assert f"<t:{ELEVEN}:f> to <t:{ELEVEN + 1800}:t>" in all_text(shown)
    assert rows(world, "SELECT starts_at FROM session") == [(TEN,)]
    assert list(buttons(shown)) == ["Move it", "Move it with a reason…"]
    form = await click(askers["boss"], shown, "Move it with a reason…")
    assert "is moved" in read(await fill_in(world, askers["boss"], form, "Lunch"))
    assert rows(world, "SELECT starts_at, ends_at FROM session") == [(ELEVEN, ELEVEN + 1800)]
    [word] = news(world)
    assert "> Lunch" in word


async def test_r17_moved_and_moved_back_is_one_word_that_says_where_it_stands(
    world: World, askers: Askers
) -> None:
    await booked(world, "eve")
    shown = await show(world, askers["boss"], "move", session="git", when="11:00", reason="Lunch")
    assert len(news(world)) == 1
    again = await click(askers["boss"], shown, "Move it back")
    assert f"<t:{TEN}:f>" in read(again)
    assert len(news(world)) == 1  # changes are announced once in five minutes
    await world.env.advance_time(301)
    first, second = news(world)
    assert (f"<t:{ELEVEN}:f>" in first, f"<t:{TEN}:f>" in second) == (True, True)
    assert [pings(world, NEWS, name) for name in ("ana", "eve")] == [2, 2]


async def test_r17_a_hosts_move_and_an_organizers_right_after_are_told_in_one_message(
    world: World, askers: Askers
) -> None:
    await booked(world, "eve")
    await slash(world, "ana", "edit", session="git", when="11:00")
    await slash(world, "ana", "edit", session="git", when="12:00")  # waits for five minutes
    await asked(world, askers["boss"], "move", session="git", when="13:00", reason="Lunch")
    await world.env.advance_time(301)
    assert len(news(world)) == 2
    assert "The organizers have moved" in news(world)[-1]
    assert [pings(world, NEWS, name) for name in ("ana", "eve")] == [1, 2]
    await slash(world, "ana", "edit", session="git", when="14:00")
    await world.env.advance_time(400)
    assert "The organizers" not in news(world)[-1]


async def test_r6_a_time_that_does_not_fit_is_answered_with_those_that_do_and_the_reason_is_kept(
    world: World, askers: Askers
) -> None:
    await booked(world, "eve")
    await slash(world, "ana", "host", topic="Rust", when="11:00")
    shown = await show(world, askers["boss"], "move", session="git", when="11:00", reason="Lunch")
    assert "ana hosts **Rust**" in all_text(shown)
    label = next(iter(buttons(shown)))
    done = await askers["boss"].click(shown, label=label)
    assert "is moved" in read(done)
    [word] = news(world)
    assert "> Lunch" in word


async def test_an_open_session_is_not_moved_but_gets_another_length(world: World, askers: Askers) -> None:
    await world.host("ana", "Git")
    assert "is open already" in await asked(world, askers["boss"], "move", session="git", when="11:00")


async def test_moved_to_now_it_opens_and_the_opening_tells_all(world: World, askers: Askers) -> None:
    await booked(world, "eve")
    said = await asked(world, askers["boss"], "move", session="git", when="now", reason="Now is good")
    assert "opens now" in said
    assert news(world) == []
    assert pings(world, "git", "ana") == pings(world, "git", "eve") == 1


# ---------------------------------------------------------------------- booked again


async def cancelled(world: World, askers: Askers) -> ResponseMessage:
    shown = await show(world, askers["boss"], "cancel", session="git", reason="a slip")
    return told(await click(askers["boss"], shown, "Yes, cancel it"))


async def test_r18_a_slip_is_undone_within_ten_minutes_with_everybody_who_was_in(
    world: World, askers: Askers
) -> None:
    await world.host("ana", "Git", "10:00", description="Bring a laptop", minutes=45)
    await slash(world, "ana", "edit", session="git", seats=5)
    await cohosted(world, "ana", "kai", session="git")
    for name in ("eve", "bob"):
        await world.join(name, "Git")
    done = await cancelled(world, askers)
    assert "For 10 minutes it can be booked again" in all_text(done)
    await slash(world, "bob", "leave", session="1")  # by then bob has other plans
    said = read(await click(askers["boss"], done, "Book it again"))
    assert "is booked again" in said
    columns = "topic, description, starts_at, ends_at, seats, host_id, state"
    assert rows(world, f"SELECT {columns} FROM session WHERE id = 2") == [
        ("Git", "Bring a laptop", TEN, TEN + 2700, 5, world.person("ana").id, "booked")
    ]
    assert rows(world, "SELECT user_id FROM joined WHERE session_id = 2") == [(world.person("eve").id,)]
    assert rows(world, "SELECT user_id FROM cohost WHERE session_id = 2") == [(world.person("kai").id,)]
    [*_, second] = news(world)
    assert "takes place after all" in second
    assert [pings(world, NEWS, name) for name in ("ana", "eve", "bob")] == [2, 2, 1]
    assert state(world, 1) == "cancelled"  # R7: no way back for the old one
    trail = rows(world, "SELECT session_id, action, detail FROM audit WHERE action = 'rebook'")
    assert [(number, json.loads(detail)["again"]) for number, _, detail in trail] == [(1, 2)]
    # Once more is once: the same one is shown.
    assert "is booked again" in read(await click(askers["boss"], done, "Book it again"))
    assert len(rows(world, "SELECT 1 FROM session")) == 2
    assert len(news(world)) == 3
    await world.until("10:00")
    assert pings(world, "git", "eve") == 1


async def test_booked_again_keeps_who_asked_to_be_reminded(world: World, askers: Askers) -> None:
    await booked(world, "eve")
    with world.env._bot_scope():
        await world.bot.service.guests.remind(world.guild.id, 1, Person(world.person("eve").id, "eve"))
    done = await cancelled(world, askers)
    await world.env.advance_time(30)
    await click(askers["boss"], done, "Book it again")
    await world.until("09:51")
    assert [m.content for m in world.person("eve").user.dm_channel.history()]


async def test_a_slip_is_no_slip_after_ten_minutes(world: World, askers: Askers) -> None:
    await booked(world)
    done = await cancelled(world, askers)
    await world.env.advance_time(601)
    said = await askers["boss"].click(done, label="Book it again")
    assert "cancelled more than 10 minutes ago" in read(said)
    assert len(rows(world, "SELECT 1 FROM session")) == 1


async def test_r3_r5_booked_again_only_where_it_still_fits(world: World, askers: Askers) -> None:
    await booked(world)
    done = await cancelled(world, askers)
    await slash(world, "ana", "host", topic="Rust", when="10:15")
    said = read(await askers["boss"].click(done, label="Book it again"))
    assert "next session of ana" in said or "ana hosts **Rust**" in said
    assert len(rows(world, "SELECT 1 FROM session")) == 2


async def test_r18_what_its_host_has_cancelled_is_not_booked_again(world: World, askers: Askers) -> None:
    await booked(world)
    shown = await show(world, askers["boss"], "pause")
    await slash(world, "ana", "cancel", session="git")
    world.people["boss"] = askers["boss"]
    said = await forge(world, "boss", shown, "openspace:rebook:1")
    assert "organizers have not cancelled it" in said
    assert len(rows(world, "SELECT 1 FROM session")) == 1


# ------------------------------------------------------------------------- who may not


FORGED = (
    "adminmove:1:1767236400:60",
    "admincancel:1",
    "admincancelnow:1",
    "adminendnow:1",
    "adminmovewhy:1:1767236400:60",
    "admincancelwhy:1",
    "rebook:1",
)


async def test_others_are_told_kindly_and_leave_a_trace(
    world: World, askers: Askers, attempts: Callable[[], list[str]]
) -> None:
    await booked(world)
    assert ONLY in await asked(world, askers["eve"], "cancel", session="git")
    assert attempts() == ["openspace-admin cancel"]
    assert ONLY in await asked(world, askers["eve"], "end", session="git")
    assert ONLY in await asked(world, askers["eve"], "move", session="git", when="11:00")
    shown = await show(world, askers["boss"], "cancel", session="git")
    world.people["eve"] = askers["eve"]
    for custom_id in FORGED:
        assert ONLY in await forge(world, "eve", shown, f"openspace:{custom_id}"), custom_id
    assert state(world) == "booked"
    assert await askers["eve"].autocomplete(world.lobby, "openspace-admin cancel", "session", "") == []


async def test_organizers_of_another_server_reach_nothing_here(world: World, askers: Askers) -> None:
    await booked(world, "eve")
    other = await elsewhere(world)
    boss = other.organizer("their boss")
    for command, options in (
        ("cancel", {"session": "1"}),
        ("end", {"session": "1"}),
        ("move", {"session": "1", "when": "11:00"}),
    ):
        said = read(await boss.slash(other.lobby, f"openspace-admin {command}", **options))
        assert "No session here matches" in said
    shown = told(await boss.slash(other.lobby, "openspace-admin pause"))
    for custom_id in FORGED[:4]:
        said = await forge(other, "their boss", shown, f"openspace:{custom_id}")
        assert "does not exist" in said or "No session here" in said, custom_id
    assert state(world) == "booked"
    assert rows(world, "SELECT starts_at FROM session") == [(TEN,)]


async def test_in_chinese(world: World, askers: Askers, speak: Speak) -> None:
    await booked(world, "eve")
    speak("zh-TW")
    shown = await show(world, askers["boss"], "cancel", session="git", reason="消防演習")
    assert "要取消 ana" in all_text(shown)
    done = read(await click(askers["boss"], shown, "確定取消"))
    assert "會通知 ana 和所有參加的人" in done
    assert "10 分鐘內可以恢復" in done


@pytest.mark.parametrize("joins", [False, True])
async def test_c8_cohosts_hear_of_what_organizers_did_once(
    world: World, askers: Askers, *, joins: bool
) -> None:
    await world.host("ana", "Git", "10:30")
    await cohosted(world, "ana", "kai")
    await world.env.advance_time(5)
    if joins:
        await world.join("kai", "Git")
    before = pings(world, NEWS, "kai")  # they were asked
    shown = await show(world, askers["boss"], "cancel", session="git", reason="flooded")
    await click(askers["boss"], shown, "Yes, cancel it")
    await world.env.advance_time(60)
    assert (pings(world, NEWS, "ana"), pings(world, NEWS, "kai")) == (1, before + 1)
