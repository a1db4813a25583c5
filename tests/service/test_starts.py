"""R17: nobody's acts have more channels made than `starts_per_hour` allows, however they go about it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bot.domain.booking import Wish
from bot.domain.models import Session
from bot.domain.refusal import Refusal
from bot.service import Person
from bot.store.drafts import Draft
from tests.service.support import (
    ANA,
    BEN,
    ELSEWHERE,
    GUILD,
    MINUTE,
    ORGANIZER,
    Place,
    at,
    open_place,
    shared,
)

NOW_AND_SOON = pytest.mark.parametrize("when", ["", "in 3 minutes"], ids=["now", "soon"])


async def start_and_end(place: Place, who: Person, number: int, when: str = "") -> Session:
    """Start a session, now or so soon that its channels come at once, and stop it again."""
    session = (await place.host(who, f"Topic {number}", when)).session
    close = place.service.changes.cancel if when else place.service.changes.end
    return (await close(GUILD, session.id, who, "")).session


async def four(place: Place, who: Person = ANA, when: str = "") -> None:
    """Start as often as one may, at 10:00, 10:01, 10:02 and 10:03; the clock stays at 10:04."""
    for number in range(4):
        await start_and_end(place, who, number, when)
        place.clock.on(1)


async def start(place: Place, who: Person = ANA) -> None:
    await place.host(who, "One more")


@NOW_AND_SOON
async def test_r17_starting_and_ending_again_and_again_comes_to_an_end(place: Place, when: str) -> None:
    await four(place, when=when)
    refusal = await place.refused(start(place))
    assert (refusal.code, refusal.fields) == ("starts", {"most": 4, "start": at("11:00")})
    assert [slot.start for slot in refusal.offers] == [at("11:00"), at("11:15"), at("11:30")]
    place.clock.to("10:59:59")
    await place.refused(start(place))
    place.clock.to("11:00")
    await start(place)
    await place.service.changes.end(GUILD, 5, ANA, "")
    refusal = await place.refused(start(place))
    assert refusal.fields["start"] == at("11:01")


async def test_r17_what_is_offered_is_booked_by_one_click(place: Place) -> None:
    await four(place)
    refusal = await place.refused(start(place))
    assert refusal.draft
    (then, *_) = refusal.offers
    booked = await place.service.hosting.host_draft(GUILD, ANA, refusal.draft, then.start, 60)
    assert (booked.session.start, booked.session.topic) == (at("11:00"), "One more")


async def test_r17_others_other_servers_and_organizers_are_not_held_back(place: Place) -> None:
    await four(place)
    await start(place, BEN)
    await place.service.hosting.host(ELSEWHERE, ANA, Draft(ANA.id, "There", "", "", None))
    for number in range(6):
        await start_and_end(place, ORGANIZER, number)


async def test_r17_a_session_that_is_still_on_and_has_another_topic_counts(place: Place) -> None:
    for number in range(3):
        await start_and_end(place, ANA, number)
    last = (await place.host(ANA, "Fourth", minutes=10)).session
    await place.service.edits.edit(GUILD, last.id, ANA, topic="Another")
    place.clock.to("10:15")
    assert (await place.refused(start(place))).code == "starts"


async def test_r17_booking_ahead_and_moving_it_to_now_counts(place: Place) -> None:
    for _ in range(4):
        session = (await place.host(ANA, "Later", "14:00")).session
        await place.service.edits.edit(GUILD, session.id, ANA, start=place.clock.time)
        await place.service.changes.end(GUILD, session.id, ANA, "")
        place.clock.on(1)
    session = (await place.host(ANA, "Later", "14:00")).session
    refusal = await place.refused(place.service.edits.edit(GUILD, session.id, ANA, start=place.clock.time))
    assert (refusal.code, refusal.fields["start"], refusal.session) == ("starts", at("11:00"), session.id)
    moved = refusal.offers[0]
    await place.service.edits.move(GUILD, session.id, ANA, Wish(moved.start, 60))
    assert (await place.session(session.id)).start == at("11:00")


async def test_r17_moving_a_session_away_and_back_counts_each_time(place: Place) -> None:
    session = (await place.host(ANA, "Soon", "in 3 minutes")).session
    for _ in range(3):
        await place.service.edits.edit(GUILD, session.id, ANA, start=at("14:00"))
        await place.service.edits.edit(GUILD, session.id, ANA, start=place.clock.time + 3 * MINUTE)
    await place.service.edits.edit(GUILD, session.id, ANA, start=at("14:00"))
    back = place.service.edits.edit(GUILD, session.id, ANA, start=place.clock.time + 3 * MINUTE)
    assert (await place.refused(back)).code == "starts"


async def test_r17_by_whomever_it_is_moved_it_counts_for_them(place: Place) -> None:
    """A co-host, too, has four; the host's own are not used up by it."""
    await four(place, BEN)
    session = (await place.host(ANA, "Later", "14:00")).session
    await shared(place.service, GUILD, session.id, ANA, BEN)
    moved = place.service.edits.edit(GUILD, session.id, BEN, start=place.clock.time)
    assert (await place.refused(moved)).code == "starts"
    await place.service.edits.edit(GUILD, session.id, ANA, start=place.clock.time)


async def test_r17_booking_for_soon_waiting_for_channels_and_calling_off_counts(place: Place) -> None:
    for number in range(4):
        session = (await place.host(ANA, f"Topic {number}", "in 6 minutes")).session
        place.clock.on(2)
        await place.service.changes.cancel(GUILD, session.id, ANA, "")
    assert (await place.refused(place.host(ANA, "Again", "in 6 minutes"))).code == "starts"
    assert (await place.refused(start(place))).code == "starts"
    await place.host(ANA, "In the afternoon", "14:00")


async def test_r17_what_is_called_off_before_it_has_channels_is_no_start(place: Place) -> None:
    for number in range(6):
        session = (await place.host(ANA, f"Topic {number}", "14:00")).session
        await place.service.changes.cancel(GUILD, session.id, ANA, "")
    await start(place)


async def test_r17_sessions_that_were_booked_and_take_place_are_no_starts(place: Place) -> None:
    for when in ("10:10", "10:20", "10:30"):
        await place.host(ANA, f"At {when}", when, 10)
    place.clock.to("10:41")
    await place.service.clockwork.advance(GUILD)
    for number in range(4):
        await start_and_end(place, ANA, number)


async def test_r17_a_long_session_that_ends_early_is_no_start(place: Place) -> None:
    await place.host(ANA, "Long", "10:10", 120)
    place.clock.to("11:15")
    await place.service.clockwork.advance(GUILD)
    await place.service.changes.end(GUILD, 1, ANA, "")
    for number in range(4):
        await start_and_end(place, ANA, number)


async def test_r17_the_same_command_sent_twice_counts_once(place: Place) -> None:
    for number in range(4):
        await asyncio.gather(*(place.host(ANA, f"Topic {number}") for _ in range(2)))
        await place.service.changes.end(GUILD, number + 1, ANA, "")
    assert (await place.refused(start(place))).code == "starts"


async def test_r17_of_many_that_come_at_once_no_more_than_allowed_are_made(tmp_path: Path) -> None:
    """The count and the write are one transaction; these have their channels from the moment of booking."""
    async with open_place(tmp_path, lead_minutes=300, max_upcoming_per_host=9) as place:
        hours = [f"{hour}:{minute}" for hour in range(11, 15) for minute in ("00", "30")][:7]
        wishes = [place.host(ANA, f"Topic {when}", when, 20) for when in hours]
        made = await asyncio.gather(*wishes, return_exceptions=True)
        refusals = [refusal for refusal in made if isinstance(refusal, Refusal)]
        assert [refusal.code for refusal in refusals] == ["starts"] * 3
        assert place.ask("SELECT count(*) FROM session") == [(4,)]


async def test_r17_a_restart_forgets_nothing(tmp_path: Path) -> None:
    async with open_place(tmp_path) as place:
        await four(place)
    async with open_place(tmp_path, "10:05") as place:
        assert (await place.refused(start(place))).code == "starts"


@pytest.mark.parametrize(("most", "times"), [(1, 1), (0, 9)])
async def test_r17_how_many_is_a_setting_and_zero_is_no_limit(tmp_path: Path, most: int, times: int) -> None:
    async with open_place(tmp_path, starts_per_hour=most) as place:
        for number in range(times):
            await start_and_end(place, ANA, number)
        if most:
            assert (await place.refused(start(place))).fields["most"] == 1
        else:
            await start(place)


async def test_r17_free_starts_are_those_that_one_may_have(place: Place) -> None:
    await four(place)
    mine = [slot.start for slot in await place.service.hosting.free_starts(GUILD, ANA, 60)]
    theirs = [slot.start for slot in await place.service.hosting.free_starts(GUILD, BEN, 60)]
    assert (min(mine), min(theirs)) == (at("11:00"), at("10:15"))


async def test_r17_a_time_that_is_no_time_is_answered_with_those_that_one_may_have(place: Place) -> None:
    await four(place)
    refusal = await place.refused(place.host(ANA, "One more", "around tea"))
    assert [slot.start for slot in refusal.offers] == [at("11:00"), at("11:15"), at("11:30")]
    session = (await place.host(ANA, "Booked", "12:00")).session
    typed = Draft(ANA.id, "Booked", "", "10:15 or so", None)
    refusal = await place.refused(place.service.edits.edit_typed(GUILD, session.id, ANA, typed))
    assert [slot.start for slot in refusal.offers] == [at("11:00"), at("11:15"), at("11:30")]


async def test_r17_the_count_does_not_grow_slow_with_history(place: Place) -> None:
    """Every look at the starts is by an index, and what no longer counts goes."""
    await four(place)
    assert place.ask("SELECT count(*) FROM start") == [(4,)]
    place.clock.to("12:00")
    asked: list[str] = []
    assert place.db._writer
    await place.db._writer.set_trace_callback(asked.append)
    await start(place)
    await place.service.changes.end(GUILD, 5, ANA, "")
    looks = [sql for sql in asked if "FROM start " in sql]
    assert len(looks) == 3
    for sql in looks:
        (step,) = place.ask(f"EXPLAIN QUERY PLAN {sql}")
        assert "SEARCH start USING" in step[3]
    assert place.ask("SELECT user_id FROM start") == [(ANA.id,)]


async def test_r17_a_clock_that_was_ahead_holds_nobody_back(place: Place) -> None:
    place.clock.to("13:00")
    await four(place)
    place.clock.to("10:00")
    await start(place)
