"""R9, R11: who is at the desks, and what becomes of a desk where nobody is."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import BOARD, MakeWorld, World
from tests.desks.acts import act, actions, card_text, pings
from tests.desks.conftest import Wire, archived, desk, die, enter, rows, shows, states, wait, write
from tests.desks.strict import http_error

TEXT = "async-testing"
NOBODY = "nobody is here yet"
LEFT = "everybody has left"
R11 = {"no_show_minutes": 16, "idle_minutes": 20}


async def opened(make_world: MakeWorld, limit: int = 10, **sessions: int) -> World:
    """A desk that has just opened, where nobody is."""
    world = await make_world(limit=limit, sessions=R11 | sessions)
    await world.host("ana", "Async testing")
    assert isinstance(world, World)
    return world


def visitors(world: World, session: int = 1) -> list[str]:
    found = {who for (who,) in rows(world, "SELECT user_id FROM visit WHERE session_id = ?", session)}
    return sorted(name for name, member in world.people.items() if member.id in found)


def warnings(world: World, what: str = NOBODY) -> int:
    return sum(what in text for text in world.said(TEXT))


# ----------------------------------------------------------------- coming and going


async def test_entering_and_leaving_are_noticed(make_world: MakeWorld) -> None:
    world = await opened(make_world)
    await enter(world, "ana", "Async testing")
    await enter(world, "bob", "Async testing")
    await world.person("ana").leave_voice()
    assert "quiet" not in actions(world)
    await world.person("bob").leave_voice()
    assert visitors(world) == ["ana", "bob"]
    assert [a for a in actions(world) if a in {"came", "quiet"}] == ["came", "came", "quiet"]


async def test_moving_from_desk_to_desk_is_leaving_one_and_entering_the_other(
    make_world: MakeWorld,
) -> None:
    world = await opened(make_world)
    await world.host("bob", "Board games")
    await enter(world, "eve", "Async testing")
    await wait(world, 9)
    await enter(world, "eve", "Board games")
    assert (visitors(world, 1), visitors(world, 2)) == (["eve"], ["eve"])
    assert [a for a in actions(world, 1) if a in {"came", "quiet"}] == ["came", "quiet"]
    assert "quiet" not in actions(world, 2)


async def test_a_visit_of_a_moment_is_a_visit(make_world: MakeWorld) -> None:
    world = await opened(make_world)
    backend, eve = world.env.backend, world.person("eve")
    backend.set_voice_state(world.guild.id, eve.id, world.channel("Async testing").id)
    backend.set_voice_state(world.guild.id, eve.id, None)
    await world.env.settle()
    assert visitors(world) == ["eve"]
    assert states(world) == ["open"]


async def test_who_waited_before_the_start_was_there(make_world: MakeWorld) -> None:
    world = await make_world(sessions=R11)
    await world.host("ana", "Async testing", "10:00")
    await world.until("09:57")
    await enter(world, "eve", "Async testing")
    assert visitors(world) == []
    await world.until("10:00")
    assert visitors(world) == ["eve"]
    await world.until("10:20")
    assert warnings(world) == 0


async def test_muting_or_entering_another_channel_changes_nothing(make_world: MakeWorld, wire: Wire) -> None:
    world = await opened(make_world)
    world.guild.create_voice_channel("x-lounge")
    await enter(world, "ana", "Async testing")
    before = actions(world)
    await world.person("ana").set_voice(self_mute=True)
    await enter(world, "eve", "x-lounge")
    assert actions(world) == before
    assert visitors(world) == ["ana"]


async def test_who_came_and_left_while_the_bot_was_away_is_seen_at_its_return(
    make_world: MakeWorld,
) -> None:
    world = await opened(make_world)
    await enter(world, "ana", "Async testing")
    await world.bot.keeper.close()
    await enter(world, "eve", "Async testing")
    await world.person("ana").leave_voice()
    await world.restart()
    assert visitors(world) == ["ana", "eve"]
    assert "quiet" not in actions(world)


async def test_r9_a_desk_with_people_talking_stays_until_the_overrun_is_over(make_world: MakeWorld) -> None:
    world = await opened(make_world, max_overrun_minutes=30, grace_minutes=10)
    await enter(world, "ana", "Async testing")
    await write(world, TEXT)
    await wait(world, 89)
    assert states(world) == ["ended"]
    assert shows(world, desk("Async testing", TEXT)[0], archived(TEXT))
    await wait(world, 1)
    assert shows(world, archived(TEXT))


# ------------------------------------------------------------------------- no show


async def test_r11_the_host_is_warned_half_way_and_the_desk_given_away_at_the_deadline(
    make_world: MakeWorld,
) -> None:
    world = await opened(make_world, limit=1)
    await wait(world, 7.9)
    assert warnings(world) == 0
    await wait(world, 0.1)
    assert warnings(world) == 1
    assert pings(world, TEXT, "ana") == 2  # at the opening, and now
    await wait(world, 7.9)
    assert states(world) == ["open"]
    await wait(world, 0.1)
    assert states(world) == ["released"]
    assert "Desk 1 is yours" in await world.host("bob", "Next")
    await wait(world, 0.1)
    assert "Async testing" not in "".join(t for t in world.said(BOARD))
    assert "never" in card_text(world, TEXT) or "nobody" in card_text(world, TEXT).lower()
    await wait(world, 10)
    assert shows(world, *desk("Next", "next"))


async def test_r11_the_word_names_the_instant_at_which_the_desk_goes(make_world: MakeWorld) -> None:
    world = await opened(make_world)
    await wait(world, 8)
    [word] = [text for text in world.said(TEXT) if NOBODY in text]
    at = int(world.env.now().timestamp()) + 8 * 60
    assert f"<t:{at}:t>" in word


@pytest.mark.parametrize("who", ["ana", "eve"])
@pytest.mark.parametrize("minute", [2, 10])
async def test_r11_somebody_who_writes_is_there(make_world: MakeWorld, who: str, minute: int) -> None:
    world = await opened(make_world)
    await wait(world, minute)
    await world.person(who).send(world.channel(TEXT), "on my way")
    await wait(world, 17 - minute)
    assert states(world) == ["open"]
    assert visitors(world) == [who]
    assert warnings(world) == (1 if minute == 10 else 0)


async def test_k22_r11_words_are_heard_not_read_and_the_desk_goes_when_it_stays_quiet(
    make_world: MakeWorld, wire: Wire
) -> None:
    world = await opened(make_world)
    await wait(world, 4)
    await world.env.advance_time(0.6)  # Discord dates messages to the millisecond
    await world.person("eve").send(world.channel(TEXT), "hello?")
    wire.calm()
    await wait(world, 9)
    await wait(world, 2)
    assert warnings(world, LEFT) == 1  # ten minutes after the words
    await wait(world, 10)
    assert states(world) == ["ended"]
    assert wire.count("GET", "/channels/#/messages") == 0


async def test_r11_words_that_were_written_while_nobody_listened_are_read_once(
    make_world: MakeWorld, wire: Wire
) -> None:
    world = await opened(make_world)
    await world.bot.keeper.close()
    await wait(world, 4)
    await world.person("eve").send(world.channel(TEXT), "hello?")
    await world.restart()
    wire.calm()
    await wait(world, 9)
    assert (warnings(world), visitors(world)) == (0, ["eve"])
    assert wire.count("GET", "/channels/#/messages") == 1


async def test_r11_what_the_bot_itself_writes_is_nobodys_word(make_world: MakeWorld) -> None:
    world = await opened(make_world)
    await world.join("eve", "Async testing")
    await act(world, "ana", "edits.edit", topic="Trio")
    await wait(world, 17)
    assert states(world) == ["released"]


@pytest.mark.parametrize("stays", [False, True])
async def test_r11_who_comes_in_after_the_warning_keeps_the_desk(
    make_world: MakeWorld, *, stays: bool
) -> None:
    world = await opened(make_world)
    await wait(world, 10)
    assert warnings(world) == 1
    await enter(world, "ana", "Async testing")
    if not stays:
        await world.person("ana").leave_voice()
    await wait(world, 9)
    assert states(world) == ["open"]
    await wait(world, 12)
    assert states(world) == ["open" if stays else "ended"]


async def test_r11_bots_are_nobody(make_world: MakeWorld) -> None:
    world = await opened(make_world)
    world.people["music"] = world.guild.add_member(world.env.create_user("music", bot=True))
    await enter(world, "music", "Async testing")
    await wait(world, 8)
    assert (visitors(world), warnings(world)) == ([], 1)
    await wait(world, 8)
    assert states(world) == ["released"]


@pytest.mark.parametrize("which", ["no_show_minutes", "idle_minutes"])
async def test_r11_zero_turns_it_off(make_world: MakeWorld, wire: Wire, which: str) -> None:
    world = await opened(make_world, **{which: 0})
    if which == "idle_minutes":
        await enter(world, "ana", "Async testing")
        await world.person("ana").leave_voice()
    wire.calm()
    await wait(world, 54)
    assert states(world) == ["open"]
    assert (warnings(world), warnings(world, LEFT)) == (0, 0)
    assert wire.count("GET", "/channels/#/messages") == 0


async def test_r11_an_idle_desk_is_warned_and_then_ended(make_world: MakeWorld) -> None:
    world = await opened(make_world)
    await enter(world, "ana", "Async testing")
    await wait(world, 20)
    await world.person("ana").leave_voice()
    await wait(world, 10)
    assert (warnings(world), warnings(world, LEFT)) == (0, 1)
    await wait(world, 9.9)
    assert states(world) == ["open"]
    await wait(world, 0.1)
    assert states(world) == ["ended"]


async def test_r11_every_quiet_spell_has_a_warning_of_its_own(make_world: MakeWorld) -> None:
    world = await opened(make_world)
    for spell in range(1, 4):
        await enter(world, "ana", "Async testing")
        await world.person("ana").leave_voice()
        await wait(world, 11)
        assert warnings(world, LEFT) == spell
    assert states(world) == ["open"]


async def test_r11_a_warning_that_is_the_end_anyway_is_the_end(make_world: MakeWorld) -> None:
    world = await make_world(sessions=R11)
    await world.host("ana", "Async testing", minutes=10)
    await wait(world, 10)
    assert states(world) == ["ended"]


# ------------------------------------------------------------------- the bot is away


@pytest.mark.parametrize("away", [7, 15, 30])
async def test_r11_nobody_loses_a_desk_without_a_warning(make_world: MakeWorld, away: int) -> None:
    world = await opened(make_world)
    await wait(world, 5)
    await world.bot.keeper.close()
    await wait(world, away)
    assert states(world) == ["open"]
    await world.restart()
    assert (warnings(world), states(world)) == (1, ["open"])
    await wait(world, 7.9)
    assert states(world) == ["open"]
    await wait(world, 0.1)
    assert (warnings(world), states(world)) == (1, ["released"])


async def test_r11_after_a_warning_and_an_outage_the_desk_goes(make_world: MakeWorld) -> None:
    world = await opened(make_world)
    await wait(world, 9)
    await world.bot.keeper.close()
    await wait(world, 30)
    await world.restart()
    assert (warnings(world), states(world)) == (1, ["released"])


async def test_r11_a_warning_that_could_not_be_said_in_time_is_said_anew(
    make_world: MakeWorld, wire: Wire
) -> None:
    world = await opened(make_world)

    async def down(_call: Any, _go: Any) -> Any:
        raise http_error(503)

    wire.on(lambda c: c.route == ("POST", "/channels/#/messages"), down)
    await wait(world, 25)
    assert (warnings(world), states(world)) == (0, ["open"])
    wire.calm()
    await wait(world, 11)
    [word] = [text for text in world.said(TEXT) if NOBODY in text]
    [(told,)] = rows(world, "SELECT max(done_at) FROM notice WHERE kind = 'quiet' AND NOT dropped")
    until = int(word.split("<t:")[1].split(":")[0])
    assert told < until <= told + 8 * 60


@pytest.mark.parametrize("done", [False, True], ids=["before", "after"])
async def test_r11_r14_a_crash_while_warning(make_world: MakeWorld, wire: Wire, *, done: bool) -> None:
    world = await opened(make_world)

    async def crash(_call: Any, go: Any) -> Any:
        if done:
            await go()
        await die(world.bot)

    wire.on(lambda c: NOBODY in ((c.json or {}).get("content") or ""), crash)
    await wait(world, 9)
    wire.calm()
    await wait(world, 4)
    await world.restart()
    assert (warnings(world), states(world)) == (1, ["open"])
    await wait(world, 9)
    assert (warnings(world), states(world)) == (1, ["released"])


@pytest.mark.parametrize("with_people", [False, True])
async def test_k16_r9_a_music_bot_does_not_keep_a_desk_nor_has_the_last_word(
    make_world: MakeWorld, wire: Wire, *, with_people: bool
) -> None:
    world = await opened(make_world, grace_minutes=10, max_overrun_minutes=30)
    world.people["music"] = world.guild.add_member(world.env.create_user("music", bot=True))
    await enter(world, "music", "Async testing")
    if with_people:
        await enter(world, "ana", "Async testing")
    else:
        await world.person("ana").send(world.channel(TEXT), "we sit in the garden")
    await act(world, "ana", "changes.end", "")
    await wait(world, 9.9)
    assert world.names("voice") == ["Async testing"]
    if with_people:
        await world.person("ana").leave_voice()
        await enter(world, "ana", "Async testing")
    wire.calm()
    await wait(world, 16)
    assert world.names("voice") == (["Async testing"] if with_people else [])
    assert len(wire.words) == with_people
