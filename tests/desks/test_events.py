"""Discord's own events: one for each session that is booked ahead, for as long as it is booked and on."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Any

import aiohttp
import discord
import pytest
from simcord.backend.models import ScheduledEvent

from bot.domain.fair_use import GUILD_EVENTS
from bot.permissions import WANTED
from tests.conftest import START, MakeWorld, World
from tests.desks.conftest import (
    INVITED,
    Act,
    Wire,
    another_guild,
    asks,
    change_session,
    desk,
    die,
    failing,
    first,
    give,
    hears,
    lost,
    mentions,
    rows,
    says,
    shows,
    told,
    wait,
    without,
)
from tests.desks.strict import Call, http_error
from tests.desks.strict_events import ACTIVE, CANCELED, COMPLETED, EVENT_ROUTES, SCHEDULED, alive

TEXT = "async-testing"
POST, PATCH, DELETE = asks("POST"), asks("PATCH"), asks("DELETE")


@pytest.fixture
async def world(make_world: MakeWorld) -> World:
    """A guild in which Discord leaves beginning and ending of events to the bot."""
    made = await make_world(events={"enabled": True})
    assert isinstance(made, World)
    made.env.backend.activate_due_scheduled_events = lambda: None  # type: ignore[method-assign]
    made.env.backend.next_scheduled_event_deadline = lambda: None  # type: ignore[method-assign]
    return made


def events(world: World) -> list[ScheduledEvent]:
    """Every event that there ever was and that was not deleted."""
    return list(world.env.backend.get_guild(world.guild.id).scheduled_events.values())


def living(world: World) -> list[ScheduledEvent]:
    return alive(world.env.backend, world.guild.id)


def only(world: World) -> ScheduledEvent:
    [event] = living(world)
    return event


def asked(wire: Wire) -> list[str]:
    """The methods of the requests about events."""
    return [call.method for call in wire.calls if call.is_event]


def local(iso: str | None) -> str:
    """A time of day on the conference's clock."""
    assert iso
    return f"{datetime.fromisoformat(iso) - START:}".removesuffix(":00").zfill(5)


def settled(world: World) -> bool:
    """Whether nothing is left of any event, here and in the books."""
    assert living(world) == []
    assert rows(world, "SELECT * FROM record WHERE kind = 'event' AND gone_at IS NULL") == []
    return True


async def by_hand(world: World, **changes: Any) -> None:
    """An organizer changes the event."""
    world.env.backend.edit_scheduled_event(world.guild.id, only(world).id, changes)
    await world.env.settle()


async def deleted(world: World) -> None:
    """An organizer deletes the event."""
    world.env.backend.delete_scheduled_event(world.guild.id, only(world).id)
    await world.env.settle()


async def wake(world: World) -> None:
    with world.env._bot_scope():
        world.bot.keeper.wake(world.guild.id)
    await world.env.settle()


# ------------------------------------------------------------------------- its life


async def test_what_is_booked_shows_among_the_servers_events(world: World, wire: Wire) -> None:
    await world.host("ana", "Async *testing*", "10:00", minutes=30, description="Bring _tests_.")
    event = only(world)
    assert (event.name, event.entity_type, event.status) == ("Async *testing*", 3, SCHEDULED)
    assert (local(event.scheduled_start_time), local(event.scheduled_end_time)) == ("02:00", "02:30")
    assert event.entity_metadata == {"location": "#open-space-board"}
    assert event.description
    assert event.description.startswith("Bring \\_tests\\_.\n\nHosted by ana.")
    assert event.description.endswith("\n#1")
    assert asked(wire) == ["POST"]


async def test_it_begins_and_ends_with_the_session_in_one_request_each(world: World, wire: Wire) -> None:
    await world.host("ana", "Async testing", "10:00", minutes=30)
    await world.until("09:59")
    assert only(world).status == SCHEDULED
    wire.calm()
    await world.until("10:00")
    event = only(world)
    assert (event.status, event.entity_metadata) == (ACTIVE, {"location": "Desk 1 · #open-space-board"})
    assert asked(wire) == ["GET", "PATCH"]
    await world.until("10:10")
    await change_session(world, "changes.end", reason="")
    assert event.status == COMPLETED
    assert settled(world)
    wire.calm()
    await world.restart()
    await world.until("11:00")
    assert asked(wire) == []


async def test_the_life_of_an_event_is_four_requests_and_nothing_else_costs_any(
    world: World, wire: Wire
) -> None:
    await world.host("ana", "Async testing", "10:00", minutes=30)
    await world.until("12:00")
    assert asked(wire) == ["POST", "GET", "PATCH", "PATCH"]
    assert settled(world)


async def test_where_discord_begins_and_ends_it_by_itself_the_end_costs_no_request(
    make_world: MakeWorld, wire: Wire
) -> None:
    world = await make_world(events={"enabled": True})
    await world.host("ana", "Async testing", "10:00", minutes=30)
    await world.until("10:05")
    assert only(world).status == ACTIVE
    await world.until("12:00")
    assert asked(wire) == ["POST", "GET", "PATCH"]  # the PATCH says at which desk
    assert settled(world)
    assert [event.status for event in events(world)] == [COMPLETED]


async def test_what_starts_now_has_none(world: World, wire: Wire) -> None:
    await world.host("ana", "Async testing", minutes=30)
    await world.until("09:00")
    assert asked(wire) == []
    assert events(world) == []


async def test_a_change_of_the_session_shows_at_once_in_one_request(world: World, wire: Wire) -> None:
    await world.host("ana", "Async testing", "10:00", minutes=30)
    wire.calm()
    start = START.replace(hour=3)
    await change_session(
        world, "edits.edit", topic="Sync testing", description="New", start=start, minutes=45
    )
    event = only(world)
    assert event.name == "Sync testing"
    assert (event.description or "").startswith("New\n\n")
    assert (local(event.scheduled_start_time), local(event.scheduled_end_time)) == ("03:00", "03:45")
    assert asked(wire) == ["PATCH"]
    await world.until("11:10")
    wire.calm()
    await change_session(world, "changes.extend", minutes=15)
    assert local(only(world).scheduled_end_time) == "04:00"
    assert asked(wire) == ["PATCH"]
    await world.until("12:30")
    assert settled(world)


async def test_a_cancelled_session_has_none_any_more(world: World, wire: Wire) -> None:
    await world.host("ana", "Async testing", "10:00")
    wire.calm()
    await change_session(world, "changes.cancel", reason="")
    assert asked(wire) == ["DELETE"]
    assert settled(world)
    await world.restart()
    await wait(world, 200)
    assert asked(wire) == ["DELETE"]


async def test_a_session_that_is_moved_to_now_begins_early(world: World, wire: Wire) -> None:
    """Its start cannot be in the past, nor its end before its start: the status says what counts."""
    await world.host("ana", "Async testing", "10:00", minutes=30)
    await world.until("08:30")
    wire.calm()
    await change_session(world, "edits.edit", start=world.env.now())
    assert only(world).status == ACTIVE
    await world.until("10:10")
    assert sorted(asked(wire)) == ["GET", "PATCH", "PATCH"]  # who is interested is asked meanwhile
    assert settled(world)


async def test_a_released_session_ends_its_event(make_world: MakeWorld) -> None:
    world = await make_world(events={"enabled": True})
    await world.host("ana", "Async testing", "10:00")
    await world.until("10:10")
    assert only(world).status == ACTIVE
    sql = "UPDATE session SET state = 'released', closed_at = ? WHERE id = 1"
    with world.env._bot_scope():
        async with world.bot.database.transaction() as tx:
            await tx.execute(sql, int(world.env.now().timestamp()))
    await wake(world)
    assert settled(world)


@pytest.mark.parametrize("local", ["08:20", "10:10"])
async def test_with_the_setting_off_there_are_none_and_none_stay(world: World, local: str) -> None:
    await world.host("ana", "Async testing", "10:00")
    await world.until(local)
    path = world.folder / "config.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("enabled = true", "enabled = false"))
    await world.restart()
    assert settled(world)
    await world.host("bob", "Board games", "11:00")
    assert settled(world)


@pytest.mark.parametrize("letter", ["*", "字", "x"])
async def test_r16_the_longest_words_fit(world: World, letter: str) -> None:
    await world.host("ana", letter * 100, "10:00", description=f"{letter}\n" * 500)
    assert only(world).name == letter * 100
    await world.until("10:10")
    assert only(world).status == ACTIVE


# ------------------------------------------------------------------------ by hand


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "Mine"},
        {"description": "Nothing"},
        {
            "scheduled_start_time": "2026-01-01T05:00:00+00:00",
            "scheduled_end_time": "2026-01-01T06:00:00+00:00",
        },
        {"entity_metadata": {"location": "Bar"}},
        {"entity_type": 2, "entity_metadata": None, "scheduled_end_time": None},
    ],
)
@pytest.mark.parametrize("at", ["09:00", "10:10"])
async def test_what_was_edited_by_hand_is_put_right(
    world: World, wire: Wire, at: str, changes: dict[str, Any]
) -> None:
    await world.host("ana", "Async testing", "10:00", minutes=30)
    await world.until(at)
    event = only(world)
    if event.status == ACTIVE:
        changes = {name: value for name, value in changes.items() if name != "scheduled_start_time"}
    before = {name: getattr(event, name) for name in changes}
    wire.calm()
    await by_hand(world, **changes)
    assert {name: getattr(event, name) for name in before} == before
    assert asked(wire) == ["PATCH"]
    await wait(world, 10)
    assert asked(wire) == ["PATCH"]


async def test_a_text_that_discord_changes_is_not_put_right_for_ever(world: World, wire: Wire) -> None:
    async def trimmed(call: Call, go: Any) -> Any:
        answer = await go()
        event = world.env.backend.get_scheduled_event(world.guild.id, int(answer["id"]))
        event.name = event.name.strip("!").upper()
        world.env.backend.edit_scheduled_event(world.guild.id, event.id, {})
        return answer | {"name": event.name}

    wire.on(lambda call: POST(call) or PATCH(call), trimmed)
    await world.host("ana", "Async testing!", "10:00", minutes=30)
    await wait(world, 30)
    assert asked(wire) == ["POST"]
    await by_hand(world, name="Mine")
    await wait(world, 30)
    assert asked(wire) == ["POST", "PATCH"]
    await world.restart()
    await wait(world, 10)
    assert asked(wire) == ["POST", "PATCH"]
    assert only(world).name == "ASYNC TESTING"


@pytest.mark.parametrize("how", ["deleted", "cancelled", "while the bot is away"])
async def test_what_was_deleted_by_hand_comes_back_while_booked(world: World, wire: Wire, how: str) -> None:
    await world.host("ana", "Async testing", "10:00")
    await world.until("08:30")
    wire.calm()
    if how == "cancelled":
        await by_hand(world, status=CANCELED)
    elif how == "deleted":
        await deleted(world)
    else:
        await world.bot.keeper.close()
        await deleted(world)
        await world.restart()
    assert only(world).status == SCHEDULED
    assert asked(wire) == (["POST"] if how == "cancelled" else ["GET", "POST"])


@pytest.mark.parametrize("how", ["deleted", "ended"])
async def test_what_was_deleted_or_ended_by_hand_while_open_stays_so(
    world: World, wire: Wire, how: str
) -> None:
    await world.host("ana", "Async testing", "10:00")
    await world.until("10:10")
    wire.calm()
    await (by_hand(world, status=COMPLETED) if how == "ended" else deleted(world))
    await world.until("12:00")
    assert asked(wire) == []
    assert settled(world)


async def test_what_was_begun_by_hand_stays_begun_and_ends_with_the_session(world: World, wire: Wire) -> None:
    await world.host("ana", "Async testing", "10:00", minutes=30)
    await world.until("09:00")
    wire.calm()
    await by_hand(world, status=ACTIVE)
    await world.until("10:10")
    assert only(world).status == ACTIVE
    await world.until("12:00")
    assert sorted(asked(wire)) == ["GET", "PATCH", "PATCH"]  # who is interested is asked meanwhile
    assert settled(world)


async def test_r13_other_peoples_events_are_left_alone(world: World, wire: Wire) -> None:
    """Whatever they are called, and if they end in a mark."""
    await world.host("ana", "Async testing", "10:00", minutes=30)
    ours = only(world)
    twin = theirs(world, ours.name, ours.description)
    await world.env.settle()
    await world.restart()
    await change_session(world, "changes.cancel", reason="")
    await wait(world, 60)
    assert living(world) == [twin]
    assert asked(wire) == ["POST", "DELETE"]


def theirs(world: World, name: str, description: str | None = None, hours: int = 5) -> ScheduledEvent:
    """Another person's event."""
    return world.env.backend.create_scheduled_event(
        world.guild.id,
        name=name,
        entity_type=3,
        scheduled_start_time=START.replace(hour=hours).isoformat(),
        scheduled_end_time=START.replace(hour=hours + 1).isoformat(),
        creator_id=world.person("organizer").id,
        description=description,
        entity_metadata={"location": "Hall"},
    )


# ---------------------------------------------------------------- Discord's limit


async def test_never_over_discords_limit_and_the_soonest_first(make_world: MakeWorld, wire: Wire) -> None:
    world = await make_world(events={"enabled": True})
    others = [theirs(world, f"Talk {n}") for n in range(GUILD_EVENTS - 2)]
    await world.env.settle()
    await world.bot.keeper.close()
    await world.host("cho", "Third", "12:00", minutes=30)
    await world.host("ana", "First", "10:00", minutes=30)
    await world.host("bob", "Second", "11:00", minutes=30)
    await world.restart()
    assert {event.name for event in living(world)} - {event.name for event in others} == {"First", "Second"}
    assert asked(wire) == ["POST", "POST"]
    await wait(world, 30)
    assert asked(wire) == ["POST", "POST"]
    world.env.backend.delete_scheduled_event(world.guild.id, others[0].id)
    await world.env.settle()
    assert "Third" in {event.name for event in living(world)}


async def test_a_server_that_discord_says_is_full_is_asked_once(world: World, wire: Wire) -> None:
    """Others' events that the bot does not see count too."""
    wire.on(POST, failing(http_error(400, 30038)))
    for n in range(3):
        await world.host(f"host{n}", f"Topic {n}", f"1{n}:00", minutes=30)
    await wait(world, 30)
    assert asked(wire) == ["POST"]
    wire.calm()
    other = theirs(world, "Talk")
    await world.env.settle()
    world.env.backend.delete_scheduled_event(world.guild.id, other.id)
    await world.env.settle()
    assert len(living(world)) == 3
    assert told(world) == []


# -------------------------------------------------------------------- permissions


async def test_without_the_permission_organizers_hear_it_once_and_nothing_else_is_lost(
    world: World, wire: Wire
) -> None:
    poor = another_guild(world, "Poor", without("create_events"))
    hears(poor)
    await world.env.settle()
    wire.calm()
    await poor.host("ana", "Async testing", "10:00", minutes=30)
    await world.until("10:00")
    assert shows(poor, *desk("Async testing", TEXT))
    await world.restart()
    await world.until("12:00")
    assert asked(wire) == []
    [word] = told(poor)
    assert "Create Events" in word
    assert "TestBot" in word
    await poor.host("ana", "Async testing", "14:00", minutes=30)
    await give(poor, INVITED)
    assert only(poor).name == "Async testing"
    assert rows(world, "SELECT code FROM problem") == []


async def test_manage_events_is_not_what_discord_wants(world: World, wire: Wire) -> None:
    permissions = without("create_events")
    permissions.update(manage_events=True)
    poor = another_guild(world, "Poor", permissions)
    hears(poor)
    await poor.host("ana", "Async testing", "10:00", minutes=30)
    assert asked(wire) == []
    assert len(told(poor)) == 1


async def test_the_invite_link_is_enough(world: World) -> None:
    invited = another_guild(world, "Invited", INVITED)
    await world.env.settle()
    await invited.host("ana", "Async testing", "10:00", minutes=30)
    await world.until("10:10")
    assert only(invited).status == ACTIVE
    await world.until("11:00")
    assert settled(invited)
    assert told(invited) == []


async def test_all_that_is_ever_asked_about_events_is_in_the_table_and_the_link_grants_it(
    world: World, wire: Wire
) -> None:
    invited = another_guild(world, "Strict", INVITED)
    await world.env.settle()
    wire.on(first(POST), failing(TimeoutError()))
    await invited.host("ana", "Async testing", "10:00", minutes=30)
    await wait(world, 1)
    await deleted(invited)
    await invited.host("bob", "Board games", "10:00", minutes=30)
    await change_session(invited, "changes.cancel", reason="")
    await world.until("11:00")
    assert settled(invited)
    assert {route for route in wire.routes if route in EVENT_ROUTES} == set(EVENT_ROUTES)
    needed = {name for names in EVENT_ROUTES.values() for name in names}
    assert needed <= {name for name, on in WANTED if on}


async def test_a_no_without_a_reason_that_we_see_is_no_storm(world: World, wire: Wire) -> None:
    hears(world)
    wire.on(POST, failing(http_error(403, 50013)))
    for n in range(5):
        await world.host(f"host{n}", f"Topic {n}", "12:00", minutes=30)
    await world.until("09:00")
    assert 3 <= len(asked(wire)) <= 10
    assert len(told(world)) == 1
    wire.calm()
    await world.until("09:15")
    assert len(living(world)) == 5


async def test_hosts_are_not_frightened_by_it(world: World, wire: Wire) -> None:
    await give(world, without("create_events"))
    wire.on(lambda call: call.makes, failing(http_error(503)))
    await world.host("ana", "Async testing", minutes=120)
    await wait(world, 1)
    answers = world.answers()
    assert answers
    assert not any("can't be made" in text for text in answers)


# ------------------------------------------------------------- people who are interested


async def interested(world: World, *names: str) -> None:
    for name in names:
        await world.person(name).subscribe_event(only(world).id)


async def test_r8_who_is_interested_is_mentioned_like_those_who_joined(world: World, wire: Wire) -> None:
    await world.host("ana", "Async testing", "10:00", minutes=30)
    await world.join("bob", "Async testing")
    await world.join("cho", "Async testing")
    await interested(world, "ana", "bob", "eve")
    world.env.backend.set_scheduled_event_subscription(
        world.guild.id, only(world).id, world.env.backend.bot_user.id, True
    )
    await world.person("cho").slash(world.lobby, "openspace leave", session="Async testing")
    await interested(world, "cho")
    await world.until("10:00")
    assert sorted(mentions(world, TEXT)) == sorted(str(world.person(n).id) for n in ("ana", "bob", "eve"))
    people = {user for (user,) in rows(world, "SELECT user_id FROM joined")}
    assert people == {world.person("bob").id, world.person("eve").id}
    assert rows(world, "SELECT actor_id FROM audit WHERE action = 'interested'") == [
        (world.person("eve").id,)
    ]


async def test_r8_all_of_many_who_are_interested_are_mentioned_once(world: World, wire: Wire) -> None:
    await world.host("ana", "Async testing", "10:00", minutes=30)
    names = [f"guest{n}" for n in range(205)]
    people = [world.person(name).id for name in names]
    for user_id in people:
        world.env.backend.set_scheduled_event_subscription(world.guild.id, only(world).id, user_id, True)
    await world.until("10:00")
    found = mentions(world, TEXT)
    assert sorted(found) == sorted([str(world.person("ana").id), *map(str, people)])
    assert len([call for call in wire.calls if asks("GET", "/users")(call)]) == 3


@pytest.mark.parametrize(
    "failure", [http_error(500), http_error(403, 50013), discord.RateLimited(600), aiohttp.ClientError()]
)
async def test_r8_the_opening_comes_though_they_cannot_be_learnt(
    world: World, wire: Wire, failure: Exception
) -> None:
    await world.host("ana", "Async testing", "10:00", minutes=30)
    await world.join("bob", "Async testing")
    wire.on(asks("GET", "/users"), failing(failure))
    await world.until("10:00")
    assert sorted(mentions(world, TEXT)) == sorted(str(world.person(n).id) for n in ("ana", "bob"))
    assert only(world).status == ACTIVE


async def test_r8_the_opening_does_not_wait_long_for_them(world: World, wire: Wire) -> None:
    async def never(_call: Call, _go: Any) -> Any:
        await asyncio.sleep(3600)

    await world.host("ana", "Async testing", "10:00", minutes=30)
    wire.on(asks("GET", "/users"), never)
    await world.until("10:01")
    assert "Desk 1 is open" in world.said(TEXT)[0]


async def test_r8_a_crash_between_learning_and_opening_mentions_them_once(world: World, wire: Wire) -> None:
    async def crash(_call: Call, go: Any) -> Any:
        await go()
        return await die(world.bot)

    await world.host("ana", "Async testing", "10:00", minutes=30)
    await interested(world, "eve")
    wire.on(asks("GET", "/users"), crash)
    await world.until("10:01")
    wire.calm()
    await world.restart()
    assert mentions(world, TEXT).count(str(world.person("eve").id)) == 1


async def test_r8_an_opening_whose_answer_was_lost_asks_for_them_no_second_time(
    world: World, wire: Wire
) -> None:
    await world.host("ana", "Async testing", "10:00", minutes=30)
    wire.on(first(says), lost(http_error(503)))
    await world.until("10:02")
    assert asked(wire) == ["POST", "GET", "PATCH"]


# --------------------------------------------------------------------- what goes wrong

LIFE = 5
"""Requests about an event that is edited once: made, edited, who is interested, begun, ended."""

FAILURES: dict[str, Act] = {
    "429 and how long": failing(discord.RateLimited(45)),
    "500": failing(http_error(500)),
    "503": failing(http_error(503)),
    "500 but done": lost(http_error(500)),
    "done, then disconnected": lost(aiohttp.ServerDisconnectedError()),
}


async def live(world: World, after: Any) -> None:
    """A session from 08:30 to 08:50 that is edited at 08:10; `after` is called after each step."""
    await world.host("ana", "Async testing", "08:30", minutes=30)
    await after()
    if living(world):
        await interested(world, "eve")
    await world.until("08:10")
    await change_session(world, "edits.edit", topic="Sync testing")
    await after()
    await world.until("08:40")
    await after()
    assert only(world).status == ACTIVE
    assert only(world).name == "Sync testing"
    await change_session(world, "changes.end", reason="")
    await after()
    await world.until("09:20")
    assert settled(world)
    assert [event.status for event in events(world)] == [COMPLETED]


@pytest.mark.parametrize("number", range(LIFE))
@pytest.mark.parametrize("failure", FAILURES.values(), ids=FAILURES)
async def test_r14_any_request_about_an_event_may_fail(
    world: World, wire: Wire, failure: Act, number: int
) -> None:
    failed = strikes(wire, number, failure)
    await live(world, lambda: wait(world, 1))
    assert len(failed) == 1
    assert rows(world, "SELECT count(*) FROM record WHERE kind = 'event' AND discord_id IS NOT NULL") == [
        (1,)
    ]


def strikes(wire: Wire, number: int, failure: Act) -> list[Call]:
    """Let the n-th request about an event fail."""
    failed: list[Call] = []
    numbers = iter(range(1000))

    async def act(call: Call, go: Any) -> Any:
        if failed or next(numbers) != number:
            return await go()
        failed.append(call)
        return await failure(call, go)

    wire.on(lambda call: call.is_event, act)
    return failed


@pytest.mark.parametrize("number", range(LIFE))
@pytest.mark.parametrize("done", [False, True], ids=["before", "after"])
async def test_r14_a_crash_at_any_request_about_an_event(
    world: World, wire: Wire, number: int, *, done: bool
) -> None:
    async def crash(_call: Call, go: Any) -> Any:
        if done:
            await go()
        return await die(world.bot)

    async def again() -> None:
        if died and wire.calls:
            wire.calm()
            await world.restart()
            await wait(world, 1)
            died.clear()

    died = strikes(wire, number, crash)
    await live(world, again)
    assert not died
    assert rows(world, "SELECT count(*) FROM record WHERE kind = 'event' AND discord_id IS NOT NULL") == [
        (1,)
    ]


async def test_r14_a_request_that_discordpy_repeated_leaves_one_event(world: World, wire: Wire) -> None:
    async def repeated(_call: Call, go: Any) -> Any:
        for _ in range(2):
            await go()
            await asyncio.sleep(1)
        return await go()

    wire.on(first(POST), repeated)
    await world.host("ana", "Async testing", "10:00")
    await world.env.advance_time(3)
    assert len(events(world)) == 1
    assert asked(wire) == ["POST", "DELETE", "DELETE"]
    await world.until("12:00")
    assert settled(world)


async def test_r14_what_our_cache_never_heard_of_is_found_in_discords_list(world: World, wire: Wire) -> None:
    async def unheard(_call: Call, go: Any) -> Any:
        subscribers, world.env.backend.subscribers = world.env.backend.subscribers, []
        await go()
        world.env.backend.subscribers = subscribers
        raise http_error(503)

    wire.on(POST, unheard)
    await world.host("ana", "Async testing", "10:00")
    await world.env.advance_time(15)
    assert asked(wire) == ["POST", "GET"]
    assert rows(world, "SELECT discord_id FROM record WHERE kind = 'event'") == [(only(world).id,)]
    wire.calm()
    await wait(world, 30)
    assert set(asked(wire)) == {"GET"}  # it is there, so it is not made again
    assert len(asked(wire)) <= 8
    await world.restart()
    await change_session(world, "changes.cancel", reason="")
    assert settled(world)


async def test_r14_what_ended_while_the_bot_was_away_is_put_in_order(world: World, wire: Wire) -> None:
    await world.host("ana", "Async testing", "10:00", minutes=30)
    await world.host("bob", "Board games", "10:00", minutes=30)
    await world.bot.keeper.close()
    await world.until("11:30")
    await world.restart()
    assert settled(world)
    assert told(world) == []


async def test_r14_a_finished_event_that_our_cache_believes_in_is_forgotten(world: World, wire: Wire) -> None:
    await world.host("ana", "Async testing", "10:00", minutes=30)
    await world.until("10:10")
    only(world).status = COMPLETED
    await change_session(world, "changes.extend", minutes=15)
    assert settled(world)
    await world.until("12:00")
    assert settled(world)


async def test_r14_an_event_that_is_gone_though_our_cache_believes_in_it_comes_back(
    world: World, wire: Wire
) -> None:
    await world.host("ana", "Async testing", "10:00", minutes=30)
    del world.env.backend.get_guild(world.guild.id).scheduled_events[only(world).id]
    wire.calm()
    await change_session(world, "edits.edit", topic="Sync testing")
    assert only(world).name == "Sync testing"
    assert asked(wire) == ["PATCH", "POST"]
