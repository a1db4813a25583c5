"""What the keeper writes down of Discord's own events: each note in one transaction, with its audit line."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from bot.store.events import EventRecord

from tests.service.support import ANA, BEN, CAT, ELSEWHERE, GUILD, Place, at, person


async def intent(place: Place) -> EventRecord:
    session = (await place.host(ANA, "Async", "14:30")).session
    return await place.book.events.intend(session, "wanted")


async def records(place: Place, guild_id: int = GUILD) -> Sequence[EventRecord]:
    return (await place.book.read(guild_id)).events


async def test_r13_r14_the_life_of_an_event_is_written_down(place: Place) -> None:
    event = await intent(place)
    events = place.book.events
    assert await records(place) == [event]
    assert await records(place, ELSEWHERE) == []
    assert (event.event_id, event.asked_at, event.mark) == (None, at("10:00"), f"#{event.session_id}")
    assert await events.of_session(event.session_id) is None
    place.clock.on(1)
    await events.found(event, 71, "shown", "made")
    [known] = await records(place)
    assert (known.event_id, known.wanted, known.shown) == (71, "wanted", "shown")
    assert (known.asked_at, known.told_at) == (at("10:00"), at("10:01"))
    assert await events.of_session(event.session_id) == 71
    place.clock.on(1)
    await events.told(known, "other", "seen")
    [known] = await records(place)
    assert (known.wanted, known.shown, known.told_at) == ("other", "seen", at("10:02"))
    await events.surplus(known, 72)
    assert [(r.event_id, r.surplus) for r in await records(place)] == [(71, False), (72, True)]
    assert await events.known(GUILD) == {71, 72}
    assert await events.of_session(event.session_id) == 71
    for record in await records(place):
        await events.gone(record, "ended")
    assert await records(place) == []
    actions = await place.actions(event.session_id)
    assert actions[1:] == ["event-made", "event-edited", "event-surplus", "event-ended", "event-ended"]
    assert (await place.audit())[-1].detail == {"event": 72}


async def test_r14_an_intent_that_discord_refused_is_forgotten(place: Place) -> None:
    event = await intent(place)
    await place.book.events.refused(event.id)
    assert await records(place) == []


async def test_r8_who_is_interested_has_joined_but_not_the_host_nor_who_left(place: Place) -> None:
    session = (await place.host(ANA, "Async", "14:30")).session
    for who in (BEN, CAT):
        await place.service.join(GUILD, session.id, who)
    await place.service.leave(GUILD, session.id, CAT)
    dan = person(4, "Dan")
    for _ in range(2):
        await place.book.events.interested(session, [ANA, BEN, CAT, dan])
    assert await place.book.joined(session.id) == [BEN.id, dan.id]
    lines = [(e.action, e.actor_id) for e in await place.audit(session.id) if e.action == "interested"]
    assert lines == [("interested", dan.id)]


@pytest.mark.parametrize("name", ["", "x" * 500, "\u200b"])
async def test_r16_whatever_they_are_called(place: Place, name: str) -> None:
    session = (await place.host(ANA, "Async", "14:30")).session
    await place.book.events.interested(session, [person(9, name)])
    [(stored,)] = place.ask("SELECT user_name FROM joined")
    assert 1 <= len(stored) <= 100
