"""R8, R9, R10: every word reaches those whom it concerns, once, in one place."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.conftest import BOARD, NEWS, START, MakeWorld, World, all_text
from tests.desks.acts import MINUTE, act, burst, person, pings
from tests.desks.conftest import (
    Wire,
    delete,
    die,
    enter,
    failing,
    first,
    lost,
    rows,
    says,
    states,
    wait,
    write,
)
from tests.desks.strict import Call, http_error

TEXT = "async-testing"
CLOSES = "this session ends"
SILENT = 1 << 12
"""SUPPRESS_NOTIFICATIONS: https://docs.discord.com/developers/resources/message."""


def news(world: World) -> list[str]:
    return world.said(NEWS)


def direct(world: World, name: str) -> list[str]:
    """What the bot wrote to somebody alone."""
    return [m.content for m in world.person(name).user.dm_channel.history()]


def at_desk(world: World, words: str, channel: str = TEXT) -> list[str]:
    return [text for text in world.said(channel) if words in text]


def posted(wire: Wire, words: str) -> list[Call]:
    return [c for c in wire.done if says(c) and words in (c.json.get("content") or "")]


def waiting(world: World) -> int:
    [(number,)] = rows(world, "SELECT count(*) FROM notice WHERE done_at IS NULL")
    return int(number)


def at(clock: str) -> datetime:
    hours, minutes = map(int, clock.split(":"))
    return START + timedelta(hours=hours - 8, minutes=minutes)


# ----------------------------------------------------------------------- warning


async def test_r9_the_desk_is_warned_before_the_end_with_one_click_to_go_on(world: World, wire: Wire) -> None:
    await world.host("ana", "Async testing")
    await wait(world, 54.9)
    assert at_desk(world, CLOSES) == []
    await wait(world, 0.1)
    [word] = at_desk(world, CLOSES)
    assert f"<t:{int((START + 60 * MINUTE).timestamp())}:t>" in word
    assert pings(world, TEXT, "ana") == 2  # at the opening, and now
    [call] = posted(wire, CLOSES)
    ids = [button["custom_id"] for row in call.json["components"] for button in row["components"]]
    ends = [int((START + minutes * MINUTE).timestamp()) for minutes in (75, 90)]
    assert ids == [*(f"openspace:until:1:{end}" for end in ends), "openspace:end:1"]
    await wait(world, 5)
    assert len(at_desk(world, CLOSES)) == 1


@pytest.mark.parametrize("minute", [30, 57])
async def test_r9_an_extended_desk_is_warned_before_its_new_end(world: World, minute: int) -> None:
    await world.host("ana", "Async testing")
    await wait(world, minute)
    await act(world, "ana", "changes.extend", 30)
    before = len(at_desk(world, CLOSES))
    assert before == (1 if minute == 57 else 0)
    await wait(world, 84.9 - minute)
    assert len(at_desk(world, CLOSES)) == before
    await wait(world, 0.1)
    assert len(at_desk(world, CLOSES)) == before + 1
    assert f"<t:{int((START + 90 * MINUTE).timestamp())}:t>" in at_desk(world, CLOSES)[-1]


async def test_r9_extended_while_the_warning_is_on_its_way_it_is_warned_again(
    world: World, wire: Wire
) -> None:
    await world.host("ana", "Async testing")

    async def meanwhile(_call: Call, go: Any) -> Any:
        who = person(world, "ana")
        await world.bot.service.changes.extend(world.guild.id, 1, who, 30)
        return await go()

    wire.on(first(lambda c: says(c) and CLOSES in (c.json.get("content") or "")), meanwhile)
    await wait(world, 85)
    assert len(at_desk(world, CLOSES)) == 2


async def test_r9_a_shortened_desk_is_warned_in_time(world: World) -> None:
    await world.host("ana", "Async testing")
    await wait(world, 10)
    await act(world, "ana", "edits.edit", minutes=30)
    await wait(world, 14.9)
    assert at_desk(world, CLOSES) == []
    await wait(world, 0.1)
    assert len(at_desk(world, CLOSES)) == 1


async def test_r9_none_after_an_early_end_and_none_where_the_setting_says_so(make_world: MakeWorld) -> None:
    world = await make_world(sessions={"warn_minutes": 0})
    await world.host("ana", "Async testing")
    await world.host("bob", "Board games", minutes=30)
    await write(world, "board-games", "bob")
    await act(world, "bob", "changes.end", "", session=2)
    await wait(world, 29)
    assert at_desk(world, CLOSES, "board-games") == []
    await wait(world, 35)
    assert at_desk(world, CLOSES) == []
    assert waiting(world) == 0


async def test_r9_a_short_session_is_warned_half_way_at_the_earliest(make_world: MakeWorld) -> None:
    world = await make_world(sessions={"warn_minutes": 30})
    await world.host("ana", "Async testing", minutes=20)
    await wait(world, 9.9)
    assert at_desk(world, CLOSES) == []
    await wait(world, 0.1)
    assert len(at_desk(world, CLOSES)) == 1


# ------------------------------------------------------------ changed and cancelled


async def booked(world: World, *guests: str) -> None:
    await world.host("ana", "Async testing", "10:00")
    for name in guests:
        await world.join(name, "Async testing")
    await wait(world, 1)


async def test_r10_a_move_is_told_to_all_who_joined_once_among_the_news(world: World) -> None:
    await booked(world, "eve", "bob")
    await act(world, "ana", "edits.edit", start=at("11:00"))
    [word] = news(world)
    assert f"<t:{int(at('11:00').timestamp())}" in word
    assert (pings(world, NEWS, "eve"), pings(world, NEWS, "bob"), pings(world, NEWS, "ana")) == (1, 1, 0)
    await wait(world, 30)
    await world.restart()
    assert news(world) == [word]


async def test_k14_r17_twenty_moves_are_two_words_the_last_says_where_it_stands(world: World) -> None:
    await booked(world, "eve")
    await act(world, "ana", "edits.edit", start=at("11:00"))
    assert len(news(world)) == 1
    for minute in range(19):
        await act(world, "ana", "edits.edit", start=at("12:00") + minute * timedelta(minutes=5))
        await world.env.advance_time(10)
    assert len(news(world)) == 1
    await wait(world, 5)
    assert len(news(world)) == 2
    assert f"<t:{int(at('13:30').timestamp())}" in news(world)[-1]
    assert pings(world, NEWS, "eve") == 2
    await wait(world, 60)
    assert len(news(world)) == 2


async def test_k14_r17_moved_and_moved_back_within_the_pause_is_said_as_it_stands(world: World) -> None:
    await booked(world, "eve")
    await act(world, "ana", "edits.edit", start=at("11:00"))
    await act(world, "ana", "edits.edit", start=at("12:00"))
    await act(world, "ana", "edits.edit", start=at("11:00"))
    await wait(world, 10)
    assert f"<t:{int(at('11:00').timestamp())}" in news(world)[-1]
    assert f"<t:{int(at('12:00').timestamp())}" not in news(world)[-1].split("**", 2)[-1].split("t:", 2)[1]


@pytest.mark.parametrize("act_", [lost, failing])
async def test_r14_what_was_said_before_in_the_same_words_is_not_taken_for_what_is_on_its_way(
    world: World, wire: Wire, act_: Any
) -> None:
    """Told of 12:00 in place of 11:00, and again of that, of which the first try fails."""
    await booked(world, "eve")
    for clock in ("11:00", "12:00", "11:00"):
        await act(world, "ana", "edits.edit", start=at(clock))
        await wait(world, 6)
    wire.on(first(says), act_(http_error(503)))
    await act(world, "ana", "edits.edit", start=at("12:00"))
    await wait(world, 1)
    told = news(world)
    assert len(told) == 4
    assert told[1] == told[3]
    assert waiting(world) == 0


async def test_u2_news_of_another_time_says_what_was(world: World) -> None:
    await booked(world, "eve")
    for clock in ("11:00", "12:00"):
        await act(world, "ana", "edits.edit", start=at(clock))
    await wait(world, 6)
    first, last = news(world)
    was = [re.findall(r"<t:(\d+)", text) for text in (first, last)]
    assert "is now" in first
    assert f" (was <t:{was[0][2]}:t>).\n" in first
    assert was[1][2] == was[0][0]  # of what they were told last


async def test_u2_news_of_another_time_names_the_topic_that_people_know(world: World) -> None:
    await booked(world, "eve")
    for topic in ("Trio", "AnyIO"):
        await act(world, "ana", "edits.edit", topic=topic)
    await act(world, "ana", "edits.edit", start=at("11:00"))
    await wait(world, 6)
    await act(world, "ana", "edits.edit", start=at("12:00"))
    await wait(world, 6)
    await act(world, "ana", "edits.edit", topic="Curio", start=at("13:00"))
    await wait(world, 6)
    first, second, last = news(world)
    assert "**AnyIO** is now" in first
    assert "-# Its old topic: **Async testing**" in first
    assert "called" not in second  # they know by now
    assert "-# Its old topic: **AnyIO**" in last


async def test_u2_news_leads_to_the_session(world: World) -> None:
    await booked(world, "eve")
    await act(world, "ana", "edits.edit", start=at("11:00"))
    await wait(world, 1)
    [message] = world.channel(NEWS).history()
    panel = await world.person("eve").click(message, label="Details")
    assert panel.response
    assert panel.response.ephemeral
    assert "Async testing" in all_text(panel.response)


async def test_u4_r17_r18_who_walks_in_is_named_once_and_nobody_is_pinged(world: World, wire: Wire) -> None:
    await world.host("ana", "Async testing", minutes=60)
    await world.join("bob", "Async testing")
    await wait(world, 1)
    for name in ("ana", "bob", "eve", "joe"):
        await enter(world, name, "Async testing")
    await wait(world, 0.2)
    eve, joe = (world.person(name).id for name in ("eve", "joe"))
    assert at_desk(world, "walked in") == [f"👋 Just walked in: <@{eve}> <@{joe}>"]
    assert pings(world, TEXT, "eve") == pings(world, TEXT, "joe") == 0
    await world.person("eve").leave_voice()
    await enter(world, "eve", "Async testing")
    await world.join("joe", "Async testing")
    await wait(world, 5)
    assert len(at_desk(world, "walked in")) == len(at_desk(world, "just joined")) == 1  # bob's
    await enter(world, "kai", "Async testing")
    await wait(world, 2)
    assert len(at_desk(world, "walked in")) == 2


async def test_k14_r17_a_cancellation_does_not_wait_for_the_pause(world: World) -> None:
    await booked(world, "eve")
    await act(world, "ana", "edits.edit", start=at("11:00"))
    await act(world, "ana", "edits.edit", start=at("12:00"))
    await act(world, "ana", "changes.cancel", "")
    await wait(world, 0.1)
    assert len(news(world)) == 2
    await wait(world, 10)
    assert len(news(world)) == 2  # a change of what is called off is of no use


@pytest.mark.parametrize("change", [{"topic": "Trio"}, {"description": "x"}, {"seats": 5}])
async def test_other_words_are_no_news(world: World, change: dict[str, Any]) -> None:
    await booked(world, "eve")
    await act(world, "ana", "edits.edit", **change)
    await wait(world, 1)
    assert news(world) == []


async def test_what_nobody_joined_is_no_news(world: World) -> None:
    await booked(world)
    await act(world, "ana", "edits.edit", start=at("11:00"))
    await act(world, "ana", "changes.cancel", "")
    await wait(world, 1)
    assert news(world) == []
    assert waiting(world) == 0


async def test_a_cancellation_is_told_once_with_its_reason(world: World) -> None:
    await booked(world, "eve", "bob")
    await act(world, "ana", "changes.cancel", "ill, *sorry* <@1>")
    [word] = news(world)
    assert "ill" in word
    assert "<@1>" not in word
    assert (pings(world, NEWS, "eve"), pings(world, NEWS, "bob")) == (1, 1)
    await wait(world, 90)
    assert news(world) == [word]


async def test_who_left_hears_nothing(world: World) -> None:
    await booked(world, "eve", "bob")
    await act(world, "eve", "guests.leave")
    await act(world, "ana", "changes.cancel", "")
    assert (pings(world, NEWS, "eve"), pings(world, NEWS, "bob")) == (0, 1)


async def test_r10_of_an_open_desk_it_is_told_at_the_desk_and_silently(world: World, wire: Wire) -> None:
    await world.host("ana", "Async testing")
    await world.join("eve", "Async testing")
    await act(world, "ana", "changes.extend", 30)
    assert news(world) == []
    assert len(at_desk(world, "now ends at")) == 1
    [call] = posted(wire, "now ends at")
    assert call.json["flags"] & SILENT
    assert f"<@{world.person('eve').id}>" in call.json["content"]
    assert not any((c.json.get("flags") or 0) & SILENT for c in wire.done if says(c) and c is not call)


async def test_r10_moved_to_now_the_opening_tells_all(world: World) -> None:
    await booked(world, "eve")
    await act(world, "ana", "edits.edit", start=world.env.now())
    assert states(world) == ["open"]
    assert news(world) == []
    assert pings(world, TEXT, "eve") == 1


async def test_more_than_a_hundred_are_told_in_as_few_messages_as_fit(world: World, wire: Wire) -> None:
    await booked(world)
    who = [person(world, f"guest {n}") for n in range(130)]
    with world.env._bot_scope():
        for each in who:
            await world.bot.service.guests.join(world.guild.id, 1, each)
    await act(world, "ana", "changes.cancel", "")
    assert len(news(world)) == 2
    assert {pings(world, NEWS, f"guest {n}") for n in range(130)} == {1}


async def test_the_news_channel_deleted_by_hand_comes_back_with_the_word(world: World, wire: Wire) -> None:
    await booked(world, "eve")
    wire.on(lambda c: c.makes and c.json["name"] == NEWS, lost_first(world))
    await delete(world, NEWS)
    await act(world, "ana", "changes.cancel", "")
    await wait(world, 2)
    assert len(news(world)) == 1


def lost_first(world: World) -> Any:
    seen: list[int] = []

    async def act_once(_call: Call, go: Any) -> Any:
        seen.append(1)
        if len(seen) == 1:
            raise TimeoutError
        return await go()

    return act_once


# ---------------------------------------------------------------------- greeting


async def test_greetings_name_the_host_always_and_ping_once_a_minute(world: World) -> None:
    await world.host("ana", "Async testing")
    await wait(world, 2)
    before = pings(world, TEXT, "ana")
    for n in range(4):
        await world.join(f"guest {n}", "Async testing")
        await world.env.advance_time(6)
    assert pings(world, TEXT, "ana") == before + 1
    await wait(world, 1)
    await world.join("guest 4", "Async testing")
    assert pings(world, TEXT, "ana") == before + 2
    greetings = at_desk(world, "just joined")
    assert len(greetings) == 5
    assert all(f"<@{world.person('ana').id}>" in text for text in greetings)
    assert {pings(world, TEXT, f"guest {n}") for n in range(5)} == {1}


async def test_k7_r17_sixty_who_join_in_a_moment_are_greeted_in_two_messages_at_most(
    world: World, wire: Wire
) -> None:
    await world.host("ana", "Async testing")
    await wait(world, 2)
    wire.calm()
    await burst(world, [f"guest {n}" for n in range(60)])
    await wait(world, 1)
    assert len(wire.words) <= 2
    assert {pings(world, TEXT, f"guest {n}") for n in range(60)} == {1}


async def test_the_opening_pings_the_host_so_a_guest_right_after_it_does_not(world: World) -> None:
    await world.host("ana", "Async testing")
    await world.join("eve", "Async testing")
    assert pings(world, TEXT, "ana") == 1
    await world.restart()
    await world.join("bob", "Async testing")
    assert pings(world, TEXT, "ana") == 1


@pytest.mark.parametrize("pause", [0, 5])
async def test_who_leaves_and_joins_again_is_greeted_once(world: World, pause: int) -> None:
    await world.host("ana", "Async testing")
    who = person(world, "eve")
    for what in ("join", "leave", "join", "leave", "join"):
        with world.env._bot_scope():
            await getattr(world.bot.service.guests, what)(world.guild.id, 1, who)
        if pause:
            await wait(world, pause)
    await world.env.settle()
    assert len(at_desk(world, "just joined")) == 1


# ---------------------------------------------------------------------- reminder


async def test_a_reminder_is_a_direct_message_ten_minutes_before(world: World, wire: Wire) -> None:
    await booked(world)
    await act(world, "eve", "guests.remind")
    await world.until("09:49")
    assert direct(world, "eve") == []
    await world.until("09:50")
    [word] = direct(world, "eve")
    assert "Async testing" in word
    assert f"<t:{int(at('10:00').timestamp())}:t>" in word
    assert f"<#{world.channel(BOARD).id}>" in word  # there is the way in
    await world.until("10:30")
    assert direct(world, "eve") == [word]
    assert news(world) == []


async def test_a_reminder_follows_the_session_and_goes_with_it(world: World) -> None:
    await booked(world)
    await act(world, "eve", "guests.remind")
    await act(world, "bob", "guests.remind")
    await act(world, "bob", "guests.forget_reminder")
    await act(world, "ana", "edits.edit", start=at("11:00"))
    await world.until("10:49")
    assert direct(world, "eve") == []
    await world.until("10:51")
    assert (len(direct(world, "eve")), direct(world, "bob")) == (1, [])
    await world.host("carl", "Board games", "14:00")
    await act(world, "eve", "guests.remind", session=2)
    await act(world, "carl", "changes.cancel", "", session=2)
    await world.until("14:01")
    assert len(direct(world, "eve")) == 1
    assert waiting(world) == 0


@pytest.mark.parametrize("code", [50007, 50278])
async def test_where_direct_messages_are_closed_the_reminder_is_a_mention_among_the_news(
    world: World, code: int
) -> None:
    await booked(world)
    await act(world, "eve", "guests.remind")
    await act(world, "bob", "guests.remind")
    dm = world.person("eve").user.dm_channel.id
    world.env.inject_error("POST", f"/channels/{dm}/messages", status=403, code=code, times=None)
    await world.until("09:51")
    assert direct(world, "eve") == []
    assert len(direct(world, "bob")) == 1
    [word] = news(world)
    assert "**Async testing** starts" in word
    assert (pings(world, NEWS, "eve"), pings(world, NEWS, "bob")) == (1, 0)
    await world.restart()
    await world.until("10:05")
    assert news(world) == [word]


async def test_a_direct_message_that_fails_for_now_is_tried_again(world: World) -> None:
    await booked(world)
    await act(world, "eve", "guests.remind")
    dm = world.person("eve").user.dm_channel.id
    world.env.inject_error("POST", f"/channels/{dm}/messages", status=503, times=2)
    await world.until("09:55")
    assert len(direct(world, "eve")) == 1
    assert news(world) == []


# ------------------------------------------------------------------ after an outage


async def test_after_a_long_outage_nothing_stale_is_poured_out(world: World, wire: Wire) -> None:
    await world.host("ana", "Async testing")
    await world.host("bob", "Board games", "09:00")
    await world.host("carl", "Cooking", "08:30", minutes=30)
    await act(world, "eve", "guests.join", session=2)
    await act(world, "eve", "guests.remind", session=2)
    await act(world, "eve", "guests.remind", session=3)
    await world.bot.keeper.close()
    await act(
        world, "eve", "guests.join"
    )  # a greeting, half a warning, two reminders, three openings, a cancellation
    await act(world, "bob", "changes.cancel", "", session=2)
    await wait(world, 90)
    wire.calm()
    await world.restart()
    await wait(world, 1)
    assert [c.json["content"] for c in wire.calls if says(c) and c.json.get("content")] == []
    assert direct(world, "eve") == []
    assert waiting(world) == 0
    assert states(world) == ["ended", "cancelled", "ended"]


async def test_after_a_short_outage_what_is_still_of_use_is_said(world: World) -> None:
    await world.host("ana", "Async testing")
    await world.host("bob", "Board games", "09:00")
    await act(world, "eve", "guests.join", session=2)
    await world.bot.keeper.close()
    await act(world, "eve", "guests.join")
    await act(world, "bob", "changes.cancel", "", session=2)
    await wait(world, 10)
    await world.restart()
    assert len(at_desk(world, "just joined")) == 1
    assert len(news(world)) == 1


# -------------------------------------------------------------------------- crashes

WORDS = {
    "warning": CLOSES,
    "greeting": "just joined",
    "cancelled": "is cancelled",
    "changed": "is now",
    "reminder": "** starts <t:",
}


async def cause(world: World, kind: str) -> None:
    """Do what makes the bot say this word."""
    if kind in {"warning", "greeting"}:
        await world.host("ana", "Async testing", minutes=30)
        if kind == "greeting":
            await act(world, "eve", "guests.join")
        await wait(world, 26)
        return
    await booked(world, "eve")
    if kind == "cancelled":
        await act(world, "ana", "changes.cancel", "")
    elif kind == "changed":
        await act(world, "ana", "edits.edit", start=at("11:00"))
    else:
        await act(world, "eve", "guests.remind")
        await world.until("09:51")


def heard(world: World, kind: str) -> int:
    everything = [*news(world), *direct(world, "eve")]
    if TEXT in world.guild.channels:
        everything += world.said(TEXT)
    return sum(WORDS[kind] in text for text in everything)


@pytest.mark.parametrize("pause", [0, 4], ids=["at once", "minutes later"])
@pytest.mark.parametrize("done", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("kind", WORDS)
async def test_r14_a_crash_neither_loses_nor_repeats_a_word(
    world: World, wire: Wire, kind: str, *, done: bool, pause: int
) -> None:
    async def crash(_call: Call, go: Any) -> Any:
        if done:
            await go()
        await die(world.bot)

    wire.on(first(lambda c: says(c) and WORDS[kind] in (c.json.get("content") or "")), crash)
    if kind == "greeting":
        pause = 0  # the time has passed in `cause`
    await cause(world, kind)
    wire.calm()
    await wait(world, min(pause, 3) if kind == "warning" else pause)
    await world.restart()
    await wait(world, 0.2)
    expected = 0 if kind == "greeting" and not done else 1
    assert heard(world, kind) == expected
    await world.restart()
    assert heard(world, kind) == expected
    assert rows(world, "SELECT count(*) FROM notice WHERE done_at IS NULL") == [(0,)]


@pytest.mark.parametrize("kind", WORDS)
async def test_r14_a_lost_answer_neither_loses_nor_repeats_a_word(
    world: World, wire: Wire, kind: str
) -> None:
    wire.on(first(lambda c: says(c) and WORDS[kind] in (c.json.get("content") or "")), lost(http_error(500)))
    await cause(world, kind)
    await wait(world, 1)
    assert heard(world, kind) == 1
