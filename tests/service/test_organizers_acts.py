"""What organizers do to sessions and people: organizers only, one line in the trail each, safe to repeat."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from bot.domain.models import State
from bot.domain.notices import NoticeKind
from bot.domain.refusal import Refusal
from bot.service import Person
from tests.service.support import ANA, BEN, CAT, ELSEWHERE, GUILD, MINUTE, ORGANIZER, Place, at, shared

ASKS: dict[str, Callable[[Any, int, Person], Awaitable[object]]] = {
    "block": lambda s, g, who: s.blocking.block(g, who, BEN),
    "unblock": lambda s, g, who: s.blocking.unblock(g, who, BEN.id),
    "cancel all": lambda s, g, who: s.blocking.cancel_all(g, who, ANA.id, ""),
    "preview": lambda s, g, who: s.announcing.preview(g, who, "Lunch"),
    "send": lambda s, g, who: s.announcing.send(g, who, 1),
    "take down": lambda s, g, who: s.announcing.take_down(g, who, 1),
    "rebook": lambda s, g, who: s.restoring.rebook(g, 1, who),
    "leave": lambda s, g, who: s.hosts.leave(g, 1, who),
    "pause": lambda s, g, who: s.organizing.pause(g, who, ""),
}


@pytest.mark.parametrize("ask", ASKS)
async def test_only_organizers_may(place: Place, ask: str) -> None:
    await place.host(ANA, "Git", "12:00")
    refusal = await place.refused(ASKS[ask](place.service, GUILD, CAT))
    assert refusal.code == "organizers-only"


ASKS_ONE: dict[str, Callable[[Any, int, Person], Awaitable[object]]] = {
    "offer": lambda s, g, who: s.offers.host(g, 1, who, BEN),
    "cohost": lambda s, g, who: s.cohosts.cohost(g, 1, who, BEN),
    "take over": lambda s, g, who: s.offers.take_over(g, 1, who),
    "share": lambda s, g, who: s.offers.share(g, 1, who),
    "decline": lambda s, g, who: s.offers.decline(g, 1, who, NoticeKind.OFFER),
    **{name: ASKS[name] for name in ("rebook", "leave")},
}


@pytest.mark.parametrize("ask", ASKS_ONE)
async def test_nothing_is_reached_by_a_guessed_id_from_another_server(place: Place, ask: str) -> None:
    await place.host(ANA, "Git", "12:00")
    assert (await place.refused(ASKS_ONE[ask](place.service, ELSEWHERE, ORGANIZER))).code == "no-session"


async def test_r3_r18_two_who_undo_a_slip_at_once_make_one_session(place: Place) -> None:
    session = (await place.host(ANA, "Git", "12:00")).session
    await place.service.changes.cancel(GUILD, session.id, ORGANIZER, "a slip")
    undone = [place.service.restoring.rebook(GUILD, session.id, ORGANIZER) for _ in range(5)]
    assert {s.id for s in await asyncio.gather(*undone)} == {session.id + 1}
    assert place.ask("SELECT count(*) FROM session WHERE state = 'booked'") == [(1,)]


async def test_r3_a_slip_is_not_undone_where_another_has_the_desk(place: Place) -> None:
    for number in range(10):
        who = Person(100 + number, f"Host {number}")
        session = (await place.host(who, f"Topic {number}", "12:00")).session
    await place.service.changes.cancel(GUILD, session.id, ORGANIZER, "a slip")
    await place.host(ANA, "Git", "12:00")
    refusal = await place.refused(place.service.restoring.rebook(GUILD, session.id, ORGANIZER))
    assert refusal.code == "full"
    assert refusal.offers == ()


async def test_r4_r12_it_keeps_its_length_though_the_limits_have_changed_since(place: Place) -> None:
    session = (await place.host(ANA, "Git", "12:00", 120)).session
    await place.service.changes.cancel(GUILD, session.id, ORGANIZER, "a slip")
    again = await place.changed_limits(max_minutes=30, default_minutes=30).restoring.rebook(
        GUILD, session.id, ORGANIZER
    )
    assert again.end - again.start == timedelta(hours=2)


async def test_r5_the_hosts_own_sessions_never_overlap_by_it(place: Place) -> None:
    session = (await place.host(ANA, "Git", "12:00")).session
    await place.service.changes.cancel(GUILD, session.id, ORGANIZER, "a slip")
    await place.host(ANA, "Rust", "12:00")
    assert (
        await place.refused(place.service.restoring.rebook(GUILD, session.id, ORGANIZER))
    ).code == "host-own"


async def test_what_should_have_begun_meanwhile_opens_at_once(place: Place) -> None:
    session = (await place.host(ANA, "Git", "10:05")).session
    await place.service.changes.cancel(GUILD, session.id, ORGANIZER, "a slip")
    place.clock.to("10:08")
    again = await place.service.restoring.rebook(GUILD, session.id, ORGANIZER)
    assert (again.state, again.end) == (State.OPEN, at("11:05"))


async def test_r18_r7_what_is_undone_stands_in_the_trail_of_both(place: Place) -> None:
    session = (await place.host(ANA, "Git", "12:00")).session
    await place.service.changes.cancel(GUILD, session.id, ORGANIZER, "a slip")
    again = await place.service.restoring.rebook(GUILD, session.id, ORGANIZER)
    assert await place.actions(session.id) == ["host", "cancelled", "rebook"]
    [made] = await place.audit(again.id)
    assert (made.action, made.actor_id, made.detail["again_of"]) == ("host", ORGANIZER.id, session.id)


@pytest.mark.parametrize("who", [ANA, BEN])
async def test_r18_only_an_organizers_cancellation_is_a_slip_of_theirs(place: Place, who: Person) -> None:
    session = (await place.host(ANA, "Git", "12:00")).session
    await shared(place.service, GUILD, session.id, ANA, BEN)
    await place.service.changes.cancel(GUILD, session.id, who, "")
    refusal = await place.refused(place.service.restoring.rebook(GUILD, session.id, ORGANIZER))
    assert refusal.code == "rebook-not"


async def test_hosts_are_looked_for_at_their_times_and_those_who_asked_just_now_are_not(
    place: Place,
) -> None:
    async def due(clock: str) -> list[str]:
        place.clock.to(clock)
        checks, _ = await place.service.hosts.to_see()
        for check in checks:
            await place.service.hosts.seen(check.session, there=True)
        return [check.session.topic for check in checks]

    await place.host(ANA, "Git", "12:00")
    assert await due("10:59") == []
    assert await due("11:00") == ["Git"]
    assert await due("11:20") == []
    await place.host(BEN, "Rust", "12:00")  # within the hour: Ben is here
    assert await due("11:49") == []
    assert await due("11:50") == ["Git", "Rust"]
    assert await due("12:00") == ["Git", "Rust"]
    assert await due("12:30") == []
    place.clock.to("10:00")


async def test_the_next_look_is_when_the_next_check_is_due(place: Place) -> None:
    await place.host(ANA, "Git", "11:10")
    _, again = await place.service.hosts.to_see()
    assert again == at("10:10")
    place.clock.to("10:10")
    _, again = await place.service.hosts.to_see()
    assert again == at("10:25")  # others may be booked meanwhile
    place.clock.to("13:00")
    _, again = await place.service.hosts.to_see()
    assert again == at("13:00") + 15 * MINUTE


async def test_r18_a_host_who_is_there_becomes_a_co_host_of_who_takes_over(place: Place) -> None:
    session = (await place.host(ANA, "Git", "12:00")).session
    await place.service.guests.join(GUILD, session.id, BEN)
    await place.service.offers.host(GUILD, session.id, ORGANIZER, BEN)
    assert (await place.session(session.id)).host_id == ANA.id
    await place.service.offers.take_over(GUILD, session.id, BEN)
    assert (await place.session(session.id)).host_id == BEN.id
    assert place.ask("SELECT user_id FROM cohost") == [(ANA.id,)]
    assert place.ask("SELECT user_id FROM joined") == []


async def test_r18_nobody_takes_what_was_not_offered_to_them(place: Place) -> None:
    session = (await place.host(ANA, "Git", "12:00")).session
    await place.service.offers.host(GUILD, session.id, ORGANIZER, BEN)
    assert (await place.refused(place.service.offers.take_over(GUILD, session.id, CAT))).code == "no-offer"
    await place.service.changes.cancel(GUILD, session.id, ANA, "")
    over = await place.refused(place.service.offers.take_over(GUILD, session.id, BEN))
    assert over.code == "session-cancelled"


async def test_blocks_that_have_ended_are_forgotten(place: Place) -> None:
    await place.service.blocking.block(GUILD, ORGANIZER, BEN, "spam", "2 hours")
    await place.service.blocking.block(GUILD, ORGANIZER, CAT, "spam")
    place.clock.to("12:01")
    assert [block.user_id for block in await place.service.blocking.blocked(GUILD)] == [CAT.id]
    await place.service.tidying.tidy()
    assert place.ask("SELECT user_id FROM block") == [(CAT.id,)]


async def test_a_refused_reading_keeps_a_pause_and_a_block_first(place: Place) -> None:
    await place.service.organizing.pause(GUILD, ORGANIZER, "Fire")
    with pytest.raises(Refusal) as caught:
        await place.host(ANA, "Git", "gibberish")
    assert (caught.value.code, caught.value.offers) == ("paused-why", ())
    free = await place.service.hosting.free_starts(GUILD, ANA, 30)
    assert list(free) == []


async def test_a_pause_holds_for_whoever_comes_right_after_it(place: Place) -> None:
    """However busy the database is: what is read of the rules afterwards comes too late."""
    busy = asyncio.create_task(place.busy())
    await asyncio.sleep(0)
    pausing = asyncio.create_task(place.service.organizing.pause(GUILD, ORGANIZER, "Lunch"))
    await asyncio.sleep(0)
    refused = await asyncio.gather(place.host(ANA, "Git", "now"), return_exceptions=True)
    await asyncio.gather(busy, pausing)
    assert [getattr(each, "code", "") for each in refused] == ["paused-why"]
    assert await place.actions() == ["pause"]
