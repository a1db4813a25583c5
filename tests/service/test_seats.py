"""C8: who gets a seat, or has one no longer, hears of it, once; whose wish has a host, too."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.service import Person
from bot.store.drafts import Draft
from tests.service.support import ANA, BEN, CAT, GUILD, Place, examples, open_place, person

SHM = Path("/dev/shm")  # noqa: S108 - where it is, files cost no disk
MEMORY = SHM if SHM.is_dir() else None


def told(place: Place) -> list[tuple[str, int]]:
    """Who is still to be told what of their place."""
    sql = "SELECT kind, user_id FROM notice WHERE kind IN ('seat', 'waiting', 'found') AND done_at IS NULL"
    return [(kind, who) for kind, who in place.ask(f"{sql} ORDER BY id")]


async def full(place: Place, seats: int = 2) -> tuple[int, list[Person]]:
    """A session with seats, and two more people than that."""
    session = (await place.host(ANA, "Async", "14:30")).session
    await place.service.edits.edit(GUILD, session.id, ANA, seats=seats)
    people = [person(n) for n in range(10, 12 + seats)]
    for each in people:
        await place.service.guests.join(GUILD, session.id, each)
    return session.id, people


async def test_c8_the_first_who_waits_hears_that_a_seat_is_free(place: Place) -> None:
    number, people = await full(place)
    assert told(place) == []
    for _ in range(2):
        await place.service.guests.leave(GUILD, number, people[0])
    assert told(place) == [("seat", people[2].id)]
    await place.service.guests.leave(GUILD, number, people[3])  # who only waited frees nothing
    assert told(place) == [("seat", people[2].id)]


async def test_c8_fewer_seats_tell_who_waits_now_and_more_who_does_no_longer(place: Place) -> None:
    number, people = await full(place)
    await place.service.edits.edit(GUILD, number, ANA, seats=1)
    assert told(place) == [("waiting", people[1].id)]
    await place.service.edits.edit(GUILD, number, ANA, seats=3)
    assert told(place) == [("seat", people[2].id)]  # the other one need not hear of a slip
    await place.service.edits.edit(GUILD, number, ANA, seats=0)
    assert told(place) == [("seat", people[2].id), ("seat", people[3].id)]


async def test_c8_a_seat_of_who_takes_over_is_free(place: Place) -> None:
    number, people = await full(place)
    await place.service.offers.host(GUILD, number, ANA, people[1])
    await place.service.offers.take_over(GUILD, number, people[1])
    assert told(place) == [("seat", people[2].id)]


async def test_c8_those_whose_wish_is_booked_hear_of_it_and_of_what_starts_now_by_the_opening(
    place: Place,
) -> None:
    for topic, when, expected in (("Rust", "14:30", [("found", BEN.id), ("found", CAT.id)]), ("Go", "", [])):
        idea = await place.service.ideas.put_up(GUILD, BEN, topic)
        await place.service.ideas.me_too(GUILD, idea.idea_id, CAT)
        place.other.execute("DELETE FROM notice")
        place.other.commit()
        draft = Draft(ANA.id, topic, "", when, 30, idea_id=idea.idea_id)
        await place.service.hosting.host(GUILD, ANA, draft)
        assert told(place) == expected


@settings(max_examples=examples(60))
@given(
    st.integers(0, 3),
    st.lists(
        st.one_of(
            st.tuples(st.just("join"), st.integers(10, 15)),
            st.tuples(st.just("leave"), st.integers(10, 15)),
            st.tuples(st.just("seats"), st.integers(0, 4)),
            st.tuples(st.just("said"), st.just(0)),
        ),
        max_size=25,
    ),
)
def test_whatever_happens_each_hears_last_how_it_is_and_nothing_twice(seats: int, steps: list[Any]) -> None:
    async def play() -> None:
        with tempfile.TemporaryDirectory(dir=MEMORY) as folder:
            async with open_place(Path(folder)) as place:
                await _play(place, seats, steps)

    asyncio.run(play())


async def _play(place: Place, seats: int, steps: list[Any]) -> None:
    number = (await place.host(ANA, "Async", "14:30")).session.id
    await place.service.edits.edit(GUILD, number, ANA, seats=seats)
    knows: dict[int, bool] = {}
    for what, value in [*steps, ("said", 0)]:
        if what == "join":
            joined = await place.service.guests.join(GUILD, number, person(value))
            knows.setdefault(value, joined.waiting == 0)  # they read it in the answer
        elif what == "leave":
            await place.service.guests.leave(GUILD, number, person(value))
            knows.pop(value, None)
        elif what == "seats":
            await place.service.edits.edit(GUILD, number, ANA, seats=value)
        else:
            for kind, who in told(place):
                if who in knows:  # who has left is named by nothing
                    assert knows[who] is (kind == "waiting"), "nobody hears what they know"
                    knows[who] = kind == "seat"
            place.other.execute("UPDATE notice SET done_at = created_at WHERE kind IN ('seat', 'waiting')")
            place.other.commit()
            details = await place.service.details.look(GUILD, number, ANA)
            guests = [each.id for each in details.showing.guests]
            limit = details.showing.session.seats
            assert knows == {who: limit is None or n < limit for n, who in enumerate(guests)}


@pytest.mark.parametrize("seats", [1, 2])
async def test_c8_who_is_sent_out_frees_a_seat(place: Place, seats: int) -> None:
    session = (await place.host(ANA, "Async")).session
    await place.service.edits.edit(GUILD, session.id, ANA, seats=seats)
    people = [person(n) for n in range(10, 11 + seats)]
    for each in people:
        await place.service.guests.join(GUILD, session.id, each)
    await place.service.outs.send_out(GUILD, session.id, ANA, people[0], "", there=True)
    assert told(place) == [("seat", people[-1].id)]
