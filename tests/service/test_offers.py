"""R18: nobody hosts or shares a session before they say yes; what becomes of offers, and who hears of it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.domain.notices import NoticeKind
from bot.service import Person
from bot.service.offers import COHOSTS
from tests.service.support import ANA, BEN, CAT, GUILD, ORGANIZER, Place, at, handed, person, shared

DEE = person(4, "Dee")


async def kinds(place: Place) -> list[NoticeKind]:
    """The kinds of the notices that wait, but the opening."""
    waiting = (await place.book.read(GUILD)).rows.notices
    return [n.kind for n in waiting if n.kind not in {NoticeKind.OPENING, NoticeKind.WARNING}]


async def test_r18_c11_nobody_is_a_host_or_cohost_before_they_say_so(place: Place) -> None:
    session = (await place.host(ANA, "Async", "14:30")).session
    await place.service.offers.host(GUILD, session.id, ANA, BEN)
    await place.service.cohosts.cohost(GUILD, session.id, ANA, CAT)
    before = await place.service.details.look(GUILD, session.id, ANA)
    assert (before.showing.session.host_id, before.showing.cohosts) == (1, ())
    assert [(kind, who) for kind, who, _ in before.offers] == [(NoticeKind.OFFER, 2), (NoticeKind.COHOST, 3)]
    for who in (BEN, CAT):  # nor may they do anything yet, nor does it count for them
        assert (await place.refused(place.service.changes.cancel(GUILD, session.id, who, ""))).code == (
            "not-yours"
        )
    for n in range(3):
        await place.host(BEN, f"Own {n}", ("11:00", "12:00", "13:00")[n], 30)
    refusal = await place.refused(place.service.offers.take_over(GUILD, session.id, BEN))
    assert refusal.code == "too-many"  # R5 counts at the moment in which they take it


async def test_r18_who_says_no_is_not_asked_again_and_the_asker_sees_it(place: Place) -> None:
    session = (await place.host(ANA, "Async", "14:30")).session
    for kind, ask in (
        (NoticeKind.OFFER, place.service.offers.host),
        (NoticeKind.COHOST, place.service.cohosts.cohost),
    ):
        await ask(GUILD, session.id, ANA, BEN)
        for _ in range(2):
            await place.service.offers.decline(GUILD, session.id, BEN, kind)
        refusal = await place.refused(ask(GUILD, session.id, ANA, BEN))
        assert (refusal.code, refusal.fields["host"]) == ("offer-declined", "Ben")
        assert (kind, 2, "no") in (await place.service.details.look(GUILD, session.id, ANA)).offers
    assert (await place.refused(place.service.offers.share(GUILD, session.id, BEN))).code == "no-cohost-offer"
    actions = [action for action in await place.actions(session.id) if action.endswith("declined")]
    assert actions == ["offer-declined", "offer-cohost-declined"]


async def test_r18_an_offer_ends_with_the_session_with_its_host_and_when_it_is_taken_back(
    place: Place,
) -> None:
    session = (await place.host(ANA, "Async", "14:30")).session
    await place.service.cohosts.cohost(GUILD, session.id, ANA, CAT)
    await place.service.cohosts.cohost(GUILD, session.id, ANA, CAT, remove=True)
    assert (await place.refused(place.service.offers.share(GUILD, session.id, CAT))).code == "no-cohost-offer"
    await place.service.cohosts.cohost(GUILD, session.id, ANA, CAT)
    await handed(place.service, GUILD, session.id, ANA, BEN)
    assert (await place.refused(place.service.offers.share(GUILD, session.id, CAT))).code == "offer-past"
    await place.service.offers.host(GUILD, session.id, BEN, CAT)
    await place.service.changes.cancel(GUILD, session.id, BEN, "")
    refusal = await place.refused(place.service.offers.take_over(GUILD, session.id, CAT))
    assert refusal.code == "session-cancelled"


async def test_r18_the_offers_of_a_cohost_end_with_their_powers(place: Place) -> None:
    session = (await place.host(ANA, "Async", "14:30")).session
    await shared(place.service, GUILD, session.id, ANA, BEN)
    await place.service.offers.host(GUILD, session.id, BEN, CAT)
    await place.service.cohosts.cohost(GUILD, session.id, BEN, DEE)
    await place.service.cohosts.cohost(GUILD, session.id, ANA, BEN, remove=True)
    assert (await place.service.details.look(GUILD, session.id, ANA)).offers == []
    assert (await place.refused(place.service.offers.take_over(GUILD, session.id, CAT))).code == "no-offer"
    assert (await place.refused(place.service.offers.share(GUILD, session.id, DEE))).code == "no-cohost-offer"
    assert await kinds(place) == []  # nor are they asked


async def send_all(place: Place) -> list[tuple[NoticeKind, int | None]]:
    """All that waits is sent."""
    waiting = [n for n in (await place.book.read(GUILD)).rows.notices if n.kind is not NoticeKind.OPENING]
    for notice in waiting:
        assert await place.book.sending([notice])
        await place.book.sent([notice], 1, last=True)
    return [(notice.kind, notice.user_id) for notice in waiting]


async def test_r17_an_offer_that_is_taken_back_and_made_again_asks_nobody_twice(place: Place) -> None:
    session = (await place.host(ANA, "Async", "14:30")).session
    asked = []
    for _ in range(3):
        await place.service.cohosts.cohost(GUILD, session.id, ANA, BEN)
        asked += await send_all(place)
        await place.service.cohosts.cohost(GUILD, session.id, ANA, BEN, remove=True)
    refusal = await place.refused(place.service.offers.share(GUILD, session.id, BEN))
    assert (asked, refusal.code) == ([(NoticeKind.COHOST, 2)], "no-cohost-offer")
    await place.service.cohosts.cohost(GUILD, session.id, ANA, BEN)
    await place.service.offers.share(GUILD, session.id, BEN)  # by the message that is there already
    assert await send_all(place) == []
    assert (await place.service.details.look(GUILD, session.id, BEN)).manages


async def test_r18_who_has_answered_is_not_asked_any_more(place: Place) -> None:
    session = (await place.host(ANA, "Async", "14:30")).session
    await place.service.offers.host(GUILD, session.id, ANA, BEN)
    await place.service.offers.decline(GUILD, session.id, BEN, NoticeKind.OFFER)
    assert await kinds(place) == []
    assert (await place.refused(place.service.offers.host(GUILD, session.id, ANA, BEN))).code == (
        "offer-declined"
    )


async def test_c11_who_hands_out_desks_to_strangers_keeps_them_for_themselves(place: Place) -> None:
    """One member books all that they may, and asks strangers to have it: that frees nothing for more."""
    starts = ("11:00", "12:00", "13:00")
    booked = [(await place.host(ANA, f"Mine {n}", start)).session for n, start in enumerate(starts)]
    strangers = [person(number) for number in range(10, 13)]
    for session, stranger in zip(booked, strangers, strict=True):
        await place.service.offers.host(GUILD, session.id, ANA, stranger)
        await place.service.cohosts.cohost(GUILD, session.id, ANA, stranger)
    for start in ("11:00", "14:00"):  # neither at the same time nor one more
        code = (await place.refused(place.host(ANA, "More", start))).code
        assert code in {"own", "too-many"}
    for number, stranger in enumerate(strangers):  # and the strangers host what they like
        assert (await place.host(stranger, f"Own {number}", "11:00")).session.host_id == stranger.id
    assert {(await place.session(session.id)).host_id for session in booked} == {ANA.id}
    code = (await place.refused(place.service.offers.take_over(GUILD, booked[0].id, strangers[0]))).code
    assert code == "own"  # what they host themselves comes first


@pytest.mark.parametrize(
    ("asker", "told"), [(ANA, []), (CAT, [(NoticeKind.HANDED, 1)]), (ORGANIZER, [(NoticeKind.HANDED, 1)])]
)
async def test_c8_whose_session_others_gave_away_hears_of_it_once(
    place: Place, asker: Person, told: list[tuple[NoticeKind, int]]
) -> None:
    session = (await place.host(ANA, "Async", "14:30")).session
    await shared(place.service, GUILD, session.id, ANA, CAT)
    await place.service.offers.host(GUILD, session.id, asker, BEN)
    for _ in range(2):
        await place.service.offers.take_over(GUILD, session.id, BEN)
    waiting = (await place.book.read(GUILD)).rows.notices
    assert [(n.kind, n.user_id) for n in waiting if n.kind is NoticeKind.HANDED] == told


async def test_c8_a_host_who_has_left_the_server_is_told_nothing(place: Place) -> None:
    session = (await place.host(ANA, "Async", "14:30")).session
    await place.service.hosts.seen(session, there=False)
    await handed(place.service, GUILD, session.id, ORGANIZER, BEN)
    assert NoticeKind.HANDED not in await kinds(place)


async def test_handing_over_needs_room_for_the_old_host(place: Place) -> None:
    session = (await place.host(ANA, "Async")).session
    for number in range(10, 10 + COHOSTS):
        await place.service.cohosts.cohost(GUILD, session.id, ORGANIZER, person(number))
        await place.service.offers.share(GUILD, session.id, person(number))
    refusal = await place.refused(place.service.offers.host(GUILD, session.id, ANA, BEN))
    assert refusal.code == "cohosts-full"


async def test_r17_nobody_asks_more_people_in_an_hour_than_the_setting_says(place: Place) -> None:
    session = (await place.host(ANA, "Async", "14:30")).session
    for number in range(10, 15):
        await place.service.offers.host(GUILD, session.id, ANA, person(number))
    await place.service.cohosts.cohost(GUILD, session.id, ANA, BEN)
    for ask in (place.service.offers.host, place.service.cohosts.cohost):
        refusal = await place.refused(ask(GUILD, session.id, ANA, CAT))
        assert (refusal.code, refusal.fields["most"]) == ("offers-many", 6)
        assert refusal.fields["start"] == place.clock() + timedelta(hours=1)
    await place.service.offers.host(GUILD, session.id, ORGANIZER, CAT)  # it spares organizers
    place.clock.time += timedelta(hours=1, seconds=1)
    await place.service.cohosts.cohost(GUILD, session.id, ANA, CAT)


async def test_a_new_host_gets_the_session_and_the_old_one_stays_as_cohost(place: Place) -> None:
    session = (await place.host(ANA, "Async", "14:30")).session
    await place.service.guests.join(GUILD, session.id, BEN)
    await shared(place.service, GUILD, session.id, ANA, BEN)
    change = await place.service.edits.edit(GUILD, session.id, ANA, host=BEN)
    assert (change.changed, change.offered and change.offered.new) == (False, True)
    taken = await place.service.offers.take_over(GUILD, session.id, BEN)
    assert (taken.host_id, taken.host_name) == (2, "Ben")
    details = await place.service.details.look(GUILD, session.id, ANA)
    assert (details.showing.cohosts, details.showing.guests, details.manages) == ((ANA,), (), True)
    line = (await place.audit(session.id))[-1]
    assert (line.action, line.actor_id, line.detail) == ("take-over", 2, {"host_id": [1, 2]})
    again = await place.refused(place.service.edits.edit(GUILD, session.id, ANA, host=BEN))
    assert again.code == "offer-host"


async def test_r5_a_new_host_is_in_one_place_too(place: Place) -> None:
    session = (await place.host(ANA, "Async", "14:30")).session
    await place.host(BEN, "Rust", "15:00")
    refusal = await place.refused(place.service.edits.edit(GUILD, session.id, ANA, host=BEN))
    assert (refusal.code, refusal.fields["topic"], refusal.fields["host"]) == ("host-own", "Rust", "Ben")
    await place.service.edits.edit(GUILD, session.id, ANA, start=at("13:00"), host=BEN)
    taken = await place.service.offers.take_over(GUILD, session.id, BEN)
    assert (taken.host_id, taken.start) == (2, at("13:00"))


async def test_r5_a_new_host_has_no_more_booked_than_allowed(place: Place) -> None:
    session = (await place.host(ANA, "Async", "14:30")).session
    on = (await place.host(CAT, "On")).session
    for clock in ("11:30", "12:30", "13:30"):
        await place.host(BEN, clock, clock)
    refusal = await place.refused(place.service.edits.edit(GUILD, session.id, ANA, host=BEN))
    assert (refusal.code, refusal.fields["most"]) == ("host-too-many", 3)
    await handed(place.service, GUILD, on.id, CAT, BEN)
    assert (await place.session(on.id)).host_id == 2  # it is on already


async def test_r5_an_organizer_who_takes_over_is_told_of_their_own(place: Place) -> None:
    session = (await place.host(ANA, "Async", "14:30")).session
    await place.host(ORGANIZER, "Mine", "14:30")
    refusal = await place.refused(place.service.edits.edit(GUILD, session.id, ORGANIZER, host=ORGANIZER))
    assert (refusal.code, refusal.fields["topic"]) == ("own", "Mine")


async def test_r5_a_cohost_who_takes_over_makes_room_for_the_old_host(place: Place) -> None:
    session = (await place.host(ANA, "Async")).session
    for number in range(10, 10 + COHOSTS):
        await shared(place.service, GUILD, session.id, ANA, person(number))
    await handed(place.service, GUILD, session.id, ORGANIZER, person(10))
    look = await place.service.details.look(GUILD, session.id, ANA)
    assert sorted(p.id for p in look.showing.cohosts) == [1, 11, 12, 13, 14]
