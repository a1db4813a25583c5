"""Which sessions a list shows, in which order, on which page; and how it is read."""

from __future__ import annotations

from datetime import date

import pytest

from bot.domain.models import Session, State, Window
from bot.domain.programme import Programme
from bot.service import Asked, Service, Show
from bot.store import sessions
from tests.service.support import ANA, BEN, CAT, GUILD, MINUTE, Place, at, needs, shared


async def add(place: Place, topic: str, start: str, state: State, day: int = 2) -> int:
    """Write a session in this state; a desk of its own where it is open."""
    begins = at(start, day)
    one = Session(0, GUILD, BEN.id, "Ben", topic, "", begins, begins + 60 * MINUTE, State.BOOKED)
    async with place.db.transaction() as tx:
        number = await sessions.add(tx, one, begins)
        if state is not State.BOOKED:
            await sessions.set_open(tx, number, number, begins)
        if state not in {State.BOOKED, State.OPEN}:
            await sessions.set_closed(tx, number, state, begins)
    return number


@pytest.fixture
async def day(place: Place) -> Place:
    """Noon of day 1, with something in every state."""
    await add(place, "over", "09:00", State.ENDED)
    await add(place, "released", "10:00", State.RELEASED)
    await add(place, "called off", "10:30", State.CANCELLED)
    await add(place, "ends now", "11:00", State.OPEN)
    await add(place, "on", "11:30", State.OPEN)
    await add(place, "late", "11:45", State.BOOKED)  # its time has come and the keeper has not been there yet
    await add(place, "starts now", "12:00", State.BOOKED)
    await add(place, "soon", "13:00", State.BOOKED)
    await add(place, "tomorrow", "11:00", State.BOOKED, 3)
    place.clock.to("12:00")
    return place


RUNNING, COMING = ["on", "late", "starts now"], ["soon", "tomorrow"]
TODAY = ["over", "released", "ends now", *RUNNING, "soon"]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (Asked(Show.NOW), RUNNING),
        (Asked(Show.NEXT), COMING),
        (Asked(Show.BOARD), RUNNING + COMING),
        (Asked(Show.ALL), [*TODAY, "tomorrow"]),
        (Asked(Show.DAY), TODAY),
        (Asked(Show.DAY, date(2021, 10, 3)), ["tomorrow"]),
        (Asked(Show.DAY, date(2021, 10, 4)), []),
        (Asked(Show.MINE), []),
    ],
)
async def test_a_list_shows_what_it_says(day: Place, asked: Asked, expected: list[str]) -> None:
    page = await day.service.lists.look(GUILD, CAT.id, asked, 100)
    assert [card.session.topic for card in page.cards] == expected
    assert page.total == len(expected)


async def test_ones_own_come_first_what_is_to_come_then_what_was_the_newest_first(day: Place) -> None:
    page = await day.look(BEN.id, Show.MINE)
    order = [*RUNNING, *COMING, "ends now", "called off", "released", "over"]
    assert [card.session.topic for card in page.cards] == order
    assert all(card.mine for card in page.cards)
    await day.service.guests.join(GUILD, 8, CAT)
    await shared(day.service, GUILD, 9, BEN, CAT)
    page = await day.look(CAT.id, Show.MINE)
    assert [(c.session.topic, c.joined, c.cohost) for c in page.cards] == [
        ("soon", True, False),
        ("tomorrow", False, True),
    ]


@pytest.mark.parametrize(
    ("page", "number", "topics"),
    [
        (0, 0, ["over", "released", "ends now"]),
        (1, 1, ["on", "late", "starts now"]),
        (2, 2, ["soon", "tomorrow"]),
        (10_000, 2, ["soon", "tomorrow"]),
        (-3, 0, ["over", "released", "ends now"]),
    ],
)
async def test_pages(day: Place, page: int, number: int, topics: list[str]) -> None:
    found = await day.look(ANA.id, Show.ALL, page, 3)
    assert (found.number, found.pages, found.total) == (number, 3, 8)
    assert [card.session.topic for card in found.cards] == topics


async def test_r12_all_reaches_to_what_is_still_to_come(day: Place) -> None:
    await add(day, "after the conference", "11:00", State.BOOKED, 9)
    page = await day.look(CAT.id, Show.ALL)
    assert page.cards[-1].session.topic == "after the conference"


async def test_c4_r2_a_days_list_goes_on_after_midnight(place: Place) -> None:
    known = place.service.programme(GUILD)
    windows = Window("night", at("21:00"), at("04:00", 3)), Window("day", at("10:00", 3), at("16:00", 3))
    nights = Programme(known.name, known.zone, windows, known.limits)
    place.service = Service(needs(place.db, nights, place.clock))
    await add(place, "before", "22:00", State.BOOKED)
    await add(place, "after", "00:30", State.BOOKED, 3)
    await add(place, "next day", "11:00", State.BOOKED, 3)
    for clock, of in (("12:00", 2), ("00:15", 3)):  # at noon, and a quarter past midnight
        place.clock.to(clock, of)
        assert [c.session.topic for c in (await place.look(CAT.id, Show.DAY)).cards] == ["before", "after"]
    page = await place.service.lists.look(GUILD, CAT.id, Asked(Show.DAY, date(2021, 10, 3)), 6)
    assert [card.session.topic for card in page.cards] == ["next day"]
