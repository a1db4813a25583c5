"""Which sessions an autocomplete offers: the first page of those that fit, whatever the past."""

from __future__ import annotations

from collections.abc import Awaitable

from bot.domain.models import Session, State
from bot.service.finding import Sought
from tests.service.support import ANA, BEN, CAT, GUILD, ORGANIZER, Place, at, person, shared


async def booked(place: Place, host: int, topic: str, when: str) -> int:
    return (await place.host(person(host, f"Host {host}"), topic, when, 10)).session.id


async def test_one_page_in_order_of_time_of_what_holds_the_words(place: Place) -> None:
    numbers = [await booked(place, 10 + n, f"Tópic {n}", f"{11 + n // 6}:{n % 6}0") for n in range(30)]
    service = place.service

    async def offered(most: int, words: str = "") -> list[int]:
        return [s.id for s in await service.finding.to_join(GUILD, CAT.id, Sought(most, words), joined=False)]

    assert await offered(25) == numbers[:25]
    assert await offered(25, "topic 2") == [numbers[2], *numbers[20:30]]
    assert await offered(3, "TOPIC 2") == [numbers[2], *numbers[20:22]]
    assert await offered(25, "host 15") == [numbers[5]]
    assert await offered(25, "nothing like it") == []


async def test_each_command_offers_what_it_can_do(place: Place) -> None:
    service, anything = place.service, Sought(25)
    on = (await place.host(ANA, "On")).session.id
    own, other = await booked(place, ANA.id, "Own", "11:00"), await booked(place, BEN.id, "Other", "12:00")
    await shared(service, GUILD, other, BEN, ANA)
    await service.guests.join(GUILD, other, CAT)
    await service.changes.cancel(GUILD, await booked(place, BEN.id, "Off", "13:00"), BEN, "")

    async def ids(found: Awaitable[list[Session]]) -> list[int]:
        return [session.id for session in await found]

    assert await ids(service.finding.to_join(GUILD, CAT.id, anything, joined=True)) == [other]
    assert await ids(service.finding.to_join(GUILD, CAT.id, anything, joined=False)) == [on, own]
    assert await ids(service.finding.to_join(GUILD, ANA.id, anything, joined=False)) == [other]
    assert await ids(service.finding.to_manage(GUILD, ANA, anything)) == [on, own, other]
    assert await ids(service.finding.to_manage(GUILD, ANA, anything, State.BOOKED)) == [own, other]
    assert await ids(service.finding.to_manage(GUILD, ORGANIZER, anything, State.OPEN)) == [on]
    assert await ids(service.finding.to_manage(GUILD, CAT, anything)) == []
    place.clock.time = at("11:00")
    assert await ids(service.finding.to_join(GUILD, CAT.id, anything, joined=False)) == [
        own
    ]  # the other is over


async def test_a_shown_name_is_looked_for_where_no_words_fit(place: Place) -> None:
    number = await booked(place, ANA.id, "Async", "11:00")
    named = Sought(
        25, "x", "Async, at eleven", lambda name, among: [s for s in among if name.startswith(s.topic)]
    )
    assert [s.id for s in await place.service.finding.to_join(GUILD, CAT.id, named, joined=False)] == [number]
