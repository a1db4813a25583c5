"""Who may change a session, who shares its host's powers, and who hears of a change."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from bot.domain.booking import Wish
from bot.domain.models import State
from bot.domain.notices import NoticeKind
from bot.domain.records import Kind
from bot.domain.refusal import Refusal
from bot.service import Person
from bot.service.finding import Sought
from bot.service.offers import COHOSTS
from bot.store.drafts import Draft
from tests.service.support import ANA, BEN, CAT, GUILD, MINUTE, ORGANIZER, Place, at, person, shared

DEE = person(4, "Dee")

BOOKED: dict[str, Any] = {
    "cancel": lambda s, n, who: s.changes.cancel(GUILD, n, who, "why"),
    "edit": lambda s, n, who: s.edits.edit(GUILD, n, who, topic="New"),
    "move": lambda s, n, who: s.edits.move(GUILD, n, who, Wish(at("15:00"), 30)),
    "extend": lambda s, n, who: s.changes.extend(GUILD, n, who, 5),
    "until": lambda s, n, who: s.changes.until(GUILD, n, who, at("15:45")),
    "later ends": lambda s, n, who: s.details.later_ends(GUILD, n, who),
    "seats": lambda s, n, who: s.edits.edit(GUILD, n, who, seats=8),
    "hand over": lambda s, n, who: s.edits.edit(GUILD, n, who, host=DEE),
    "cohost": lambda s, n, who: s.cohosts.cohost(GUILD, n, who, DEE),
    "cohosts": lambda s, n, who: s.cohosts.choose(GUILD, n, who, [BEN, DEE]),
}


async def kinds(place: Place) -> list[NoticeKind]:
    """The kinds of the notices that wait, but the opening."""
    waiting = (await place.book.read(GUILD)).rows.notices
    return [n.kind for n in waiting if n.kind not in {NoticeKind.OPENING, NoticeKind.GREETING}]


# Who may


@pytest.mark.parametrize("name", BOOKED)
@pytest.mark.parametrize("who", [ANA, BEN, ORGANIZER], ids=["host", "co-host", "organizer"])
async def test_host_cohosts_and_organizers_may_change_a_session(place: Place, name: str, who: Person) -> None:
    session = (await place.host(ANA, "Async", "14:30")).session
    await shared(place.service, GUILD, session.id, ANA, BEN)
    await BOOKED[name](place.service, session.id, who)


@pytest.mark.parametrize("name", BOOKED)
async def test_guests_and_strangers_may_change_nothing(place: Place, name: str) -> None:
    session = (await place.host(ANA, "Async", "14:30")).session
    await place.service.guests.join(GUILD, session.id, CAT)
    for who in (CAT, DEE):
        refusal = await place.refused(BOOKED[name](place.service, session.id, who))
        assert (refusal.code, refusal.fields) == ("not-yours", {"topic": "Async", "host": "Ana"})
        assert refusal.draft is None


async def test_who_is_no_longer_cohost_may_change_nothing(place: Place) -> None:
    session = (await place.host(ANA, "Async")).session
    await shared(place.service, GUILD, session.id, ANA, BEN)
    await place.service.cohosts.cohost(GUILD, session.id, BEN, BEN, remove=True)  # one may step down
    assert (await place.refused(place.service.changes.end(GUILD, session.id, BEN, ""))).code == "not-yours"


# Until


async def test_r10_until_is_the_end_that_was_asked_for_however_often(place: Place) -> None:
    session = (await place.host(ANA, "Async")).session
    wish = at("11:15")
    answers = await asyncio.gather(
        *(place.service.changes.until(GUILD, session.id, who, wish) for who in (ANA, ORGANIZER) * 5)
    )
    assert sorted(a.changed for a in answers) == [False] * 9 + [True]
    assert {a.session.end for a in answers} == {wish}
    assert await place.actions() == ["host", "open", "extend"]


async def test_r10_until_never_makes_it_shorter(place: Place) -> None:
    session = (await place.host(ANA, "Async")).session
    before = place.dump()
    change = await place.service.changes.until(GUILD, session.id, ANA, at("10:30"))
    assert (change.changed, change.session.end) == (False, at("11:00"))
    assert place.dump() == before


async def test_r3_until_stops_where_all_desks_are_booked_and_offers_what_fits(place: Place) -> None:
    session = (await place.host(ANA, "Async")).session
    for number in range(10, 20):
        await place.host(person(number), f"T{number}", "11:20")
    refusal = await place.refused(place.service.changes.until(GUILD, session.id, ANA, at("11:30")))
    assert (refusal.code, refusal.session, refusal.draft) == ("more-full", session.id, None)
    [offer] = refusal.offers
    assert (await place.service.changes.until(GUILD, session.id, ANA, offer.end)).session.end == at("11:20")


# Which lengths fit


async def later(place: Place, session_id: int) -> list[int]:
    session, ends = await place.service.details.later_ends(GUILD, session_id, ANA)
    return [(end - session.end) // MINUTE for end in ends]


async def test_r10_the_usual_steps_and_the_most_are_offered(place: Place) -> None:
    session = (await place.host(ANA, "Async", minutes=30)).session
    assert await later(place, session.id) == [15, 30, 45, 60, 90]
    await place.host(ANA, "Next", "11:20")
    assert await later(place, session.id) == [15, 30, 45, 50]
    for number in range(10, 20):
        await place.host(person(number), f"T{number}", "10:37", 30)
    assert await later(place, session.id) == [7]


async def test_each_offered_end_fits(place: Place) -> None:
    session = (await place.host(ANA, "Async", minutes=30)).session
    _, ends = await place.service.details.later_ends(GUILD, session.id, ANA)
    for end in ends:
        assert (await place.service.changes.until(GUILD, session.id, ANA, end)).session.end == end


async def test_where_no_longer_end_fits_the_refusal_says_why(place: Place) -> None:
    session = (await place.host(ANA, "Async", minutes=120)).session
    refusal = await place.refused(place.service.details.later_ends(GUILD, session.id, ANA))
    assert refusal.code == "no-more-most"
    last = (await place.host(BEN, "Last", "15:15")).session
    refusal = await place.refused(place.service.details.later_ends(GUILD, last.id, BEN))
    assert refusal.code == "no-more-window"


# Seats


async def test_seats_are_kept_and_taken_away(place: Place) -> None:
    session = (await place.host(ANA, "Async", "14:30")).session
    assert (await place.service.edits.edit(GUILD, session.id, ANA, seats=8)).session.seats == 8
    assert (await place.service.edits.edit(GUILD, session.id, ANA, topic="New")).session.seats == 8
    assert (await place.service.edits.edit(GUILD, session.id, ANA, seats=0)).session.seats is None
    line = (await place.audit(session.id))[-1]
    assert line.detail == {"seats": [8, None]}
    for seats in (-1, 99, 10**30):
        assert (
            await place.refused(place.service.edits.edit(GUILD, session.id, ANA, seats=seats))
        ).code == "seats"
    assert await kinds(place) == []


async def test_who_comes_after_the_seats_waits_in_order_and_moves_up(place: Place) -> None:
    session = (await place.host(ANA, "Async", "14:30")).session
    await place.service.edits.edit(GUILD, session.id, ANA, seats=2)
    order = [person(n) for n in (9, 5, 7, 6)]  # all in one second: who came first counts, not who is older
    assert [(await place.service.guests.join(GUILD, session.id, p)).waiting for p in order] == [0, 0, 1, 2]
    assert (await place.service.guests.join(GUILD, session.id, order[3])).waiting == 2
    await place.service.guests.leave(GUILD, session.id, order[1])
    assert (await place.service.guests.join(GUILD, session.id, order[3])).waiting == 1
    assert (await place.service.details.look(GUILD, session.id, order[2])).waiting == 0


# Co-hosts


async def test_cohosts_are_added_and_removed_once_each_with_one_line(place: Place) -> None:
    session = (await place.host(ANA, "Async")).session
    for asked, waiting in (((BEN,), ()), ((), (BEN,))):
        result = await place.service.cohosts.cohost(GUILD, session.id, ANA, BEN)
        assert (result.changed, result.people) == (False, ())
        assert (result.asked, result.waiting) == (asked, waiting)
    for _ in range(2):
        await place.service.offers.share(GUILD, session.id, BEN)
    await shared(place.service, GUILD, session.id, BEN, CAT)
    for expected in (True, False):
        result = await place.service.cohosts.cohost(GUILD, session.id, ANA, BEN, remove=True)
        assert (result.changed, result.people) == (expected, (CAT,))
    lines = [e for e in await place.audit() if e.action == "cohosts"]
    assert [(e.actor_id, e.detail) for e in lines] == [
        (2, {"before": [], "after": [2]}),
        (3, {"before": [2], "after": [2, 3]}),
        (1, {"before": [2, 3], "after": [3]}),
    ]
    # Who was a co-host and is no longer cannot come back by the old button.
    assert (await place.refused(place.service.offers.share(GUILD, session.id, BEN))).code == "no-cohost-offer"
    await shared(place.service, GUILD, session.id, ANA, BEN)


async def test_only_those_chosen_are_cohosts_and_the_others_are_asked(place: Place) -> None:
    session = (await place.host(ANA, "Async")).session
    await place.shared(session.id, ANA, BEN, CAT)
    result = await place.service.cohosts.choose(GUILD, session.id, ANA, [DEE, CAT])
    assert (result.people, result.asked) == ((CAT,), (DEE,))
    await place.service.offers.share(GUILD, session.id, DEE)
    again = await place.service.cohosts.choose(GUILD, session.id, ANA, [CAT, DEE])
    assert (again.changed, again.people, again.asked) == (False, (CAT, DEE), ())
    assert (await place.service.cohosts.choose(GUILD, session.id, ANA, [])).people == ()


async def test_the_host_is_no_cohost_and_there_are_not_too_many(place: Place) -> None:
    session = (await place.host(ANA, "Async")).session
    assert (
        await place.refused(place.service.cohosts.cohost(GUILD, session.id, ANA, ANA))
    ).code == "cohost-host"
    await place.service.cohosts.cohost(GUILD, session.id, ANA, DEE)
    for number in range(10, 10 + COHOSTS):
        await shared(place.service, GUILD, session.id, ANA, person(number))
    for wish in (
        place.service.cohosts.cohost(GUILD, session.id, ANA, BEN),
        place.service.offers.share(GUILD, session.id, DEE),
    ):
        refusal = await place.refused(wish)
        assert (refusal.code, refusal.fields) == ("cohosts-full", {"most": COHOSTS})


async def test_r5_does_not_bind_cohosts(place: Place) -> None:
    session = (await place.host(ANA, "Async")).session
    await place.host(BEN, "Rust")
    await place.shared(session.id, ANA, BEN)
    assert (await place.service.details.look(GUILD, session.id, BEN)).manages


# Who hears of it


async def test_who_joined_hears_once_of_new_times(place: Place) -> None:
    session = (await place.host(ANA, "Async", "14:30")).session
    await place.service.edits.edit(GUILD, session.id, ANA, start=at("14:45"))
    assert await kinds(place) == []  # nobody to tell
    await place.service.guests.join(GUILD, session.id, BEN)
    await place.service.edits.edit(GUILD, session.id, ANA, topic="Words only", seats=3)
    assert await kinds(place) == []
    for _ in range(2):
        await place.service.edits.edit(GUILD, session.id, ANA, start=at("15:00"), minutes=30)
        await place.service.changes.until(GUILD, session.id, ANA, at("16:00"))
    assert await kinds(place) == [NoticeKind.CHANGED]


async def test_news_that_is_on_its_way_does_not_swallow_newer_news(place: Place) -> None:
    session = (await place.host(ANA, "Async", "14:30")).session
    await place.service.guests.join(GUILD, session.id, BEN)
    await place.service.edits.edit(GUILD, session.id, ANA, start=at("14:45"))
    [waiting] = (await place.book.read(GUILD)).rows.notices
    await place.book.sending([waiting])
    await place.service.edits.edit(GUILD, session.id, ANA, start=at("15:00"))
    assert await kinds(place) == [NoticeKind.CHANGED] * 2


async def test_an_open_desks_new_end_is_told_and_warned_of_once(place: Place) -> None:
    session = (await place.host(ANA, "Async")).session
    await place.service.guests.join(GUILD, session.id, BEN)
    await place.service.changes.until(GUILD, session.id, ANA, at("11:15"))
    await place.service.edits.edit(GUILD, session.id, ANA, minutes=90)
    await place.service.edits.edit(GUILD, session.id, ANA, topic="New")
    assert await kinds(place) == [NoticeKind.WARNING, NoticeKind.CHANGED]


async def test_what_opens_right_now_is_told_by_its_opening(place: Place) -> None:
    session = (await place.host(ANA, "Async", "14:30")).session
    await place.service.guests.join(GUILD, session.id, BEN)
    moved = await place.service.edits.edit(GUILD, session.id, ANA, start=place.clock())
    assert moved.session.state is State.OPEN
    assert [n.kind for n in (await place.book.read(GUILD)).rows.notices] == [
        NoticeKind.OPENING,
        NoticeKind.WARNING,
    ]


@pytest.mark.parametrize("guests", [0, 1, 2])
async def test_a_cancellation_is_told_where_anybody_joined(place: Place, guests: int) -> None:
    session = (await place.host(ANA, "Async", "14:30")).session
    for number in range(guests):
        await place.service.guests.join(GUILD, session.id, person(10 + number))
    await place.service.changes.cancel(GUILD, session.id, ANA, "ill")
    assert await kinds(place) == [NoticeKind.CANCELLED][:guests]
    assert (await place.session(session.id)).why == "ill"


# Reminders


async def test_a_reminder_waits_once_and_joins(place: Place) -> None:
    session = (await place.host(ANA, "Async", "14:30")).session
    first = await place.service.guests.remind(GUILD, session.id, BEN)
    again = await place.service.guests.remind(GUILD, session.id, BEN)
    assert [(r.changed, r.joined) for r in (first, again)] == [(True, True), (False, False)]
    host = await place.service.guests.remind(GUILD, session.id, ANA)
    assert (host.changed, host.joined) == (True, False)
    waiting = [(n.kind, n.user_id) for n in (await place.book.read(GUILD)).rows.notices]
    assert waiting == [(NoticeKind.REMINDER, 2), (NoticeKind.REMINDER, 1)]
    assert await place.service.guests.joined(session.id) == [2]
    assert await place.actions() == ["host", "join", "remind", "remind"]
    assert (await place.service.details.look(GUILD, session.id, BEN)).reminded


async def test_a_reminder_is_taken_back_alone_and_goes_with_leaving(place: Place) -> None:
    session = (await place.host(ANA, "Async", "14:30")).session
    await place.service.guests.remind(GUILD, session.id, BEN)
    assert (await place.service.guests.forget_reminder(GUILD, session.id, BEN)).changed
    assert not (await place.service.guests.forget_reminder(GUILD, session.id, BEN)).changed
    assert await place.service.guests.joined(session.id) == [2]
    await place.service.guests.remind(GUILD, session.id, BEN)
    await place.service.guests.remind(GUILD, session.id, CAT)
    await place.service.guests.leave(GUILD, session.id, BEN)
    assert [n.user_id for n in (await place.book.read(GUILD)).rows.notices] == [3]


async def test_what_is_open_over_or_gone_is_not_reminded_of(place: Place) -> None:
    on = (await place.host(ANA, "On")).session
    ahead = (await place.host(BEN, "Ahead", "14:30")).session
    for number, code in ((on.id, "session-open"), (99, "no-session")):
        assert (await place.refused(place.service.guests.remind(GUILD, number, CAT))).code == code
    place.clock.to("14:30")  # and nobody has noticed yet
    assert (await place.refused(place.service.guests.remind(GUILD, ahead.id, CAT))).code == "session-open"
    place.clock.to("15:30")
    assert (await place.refused(place.service.guests.remind(GUILD, ahead.id, CAT))).code == "session-ended"


# New names of channels


async def test_a_new_topic_says_when_the_channels_follow(place: Place) -> None:
    session = (await place.host(ANA, "Async")).session
    change = await place.service.edits.edit(GUILD, session.id, ANA, topic="No channels yet")
    assert change.renamed is None
    await place.made(session, Kind.TEXT, 77)
    change = await place.service.edits.edit(GUILD, session.id, ANA, topic="Now")
    assert change.renamed == place.clock()
    stamps = [int((place.clock() - ago * MINUTE).timestamp()) for ago in (7, 2)]
    place.ask("UPDATE record SET renamed_before = ?, renamed_at = ?", *stamps)
    change = await place.service.edits.edit(GUILD, session.id, ANA, topic="Later")
    assert change.renamed == at("10:03")
    assert (await place.service.edits.edit(GUILD, session.id, ANA, minutes=70)).renamed is None


# What was typed


def typed(when: str = "", topic: str = "New", minutes: int | None = None, seats: int | None = None) -> Draft:
    return Draft(ANA.id, topic, "Words", when, minutes, seats=seats)


async def test_a_refused_edit_is_kept_and_one_click_makes_it(place: Place) -> None:
    for number in range(10, 20):
        await place.host(person(number), f"T{number}", "14:30")
    session = (await place.host(ANA, "Async", "12:00", 30)).session
    refusal = await place.refused(
        place.service.edits.edit_typed(GUILD, session.id, ANA, typed("14:30", seats=4))
    )
    assert (refusal.code, refusal.session) == ("full", session.id)
    offer, draft = refusal.offers[0], refusal.draft
    assert draft
    wish = Wish(offer.start, (offer.end - offer.start) // MINUTE)
    change = await place.service.edits.move(GUILD, session.id, ANA, wish, draft)
    assert (change.session.start, change.session.topic, change.session.seats) == (offer.start, "New", 4)
    assert not (await place.service.edits.move(GUILD, session.id, ANA, wish, draft)).changed


@pytest.mark.parametrize(
    ("draft", "code"),
    [
        (typed("around tea"), "when-unclear"),
        (typed(topic=" "), "no-topic"),
        (typed(minutes=5), "length"),
        (typed(seats=99), "seats"),
    ],
)
async def test_what_cannot_be_read_changes_nothing_and_is_kept(place: Place, draft: Draft, code: str) -> None:
    session = (await place.host(ANA, "Async", "14:30")).session
    refusal = await place.refused(place.service.edits.edit_typed(GUILD, session.id, ANA, draft))
    assert (refusal.code, refusal.session) == (code, session.id)
    assert refusal.draft
    kept = await place.service.drafts.find(GUILD, ANA, refusal.draft)
    assert (kept.when, kept.minutes, kept.seats) == (draft.when, draft.minutes, draft.seats)
    with pytest.raises(Refusal, match="draft-gone"):
        await place.service.drafts.find(GUILD, BEN, refusal.draft)


async def test_r6_a_time_that_cannot_be_read_is_answered_with_times_that_fit(place: Place) -> None:
    session = (await place.host(ANA, "Async", "14:30", 30)).session
    refusal = await place.refused(place.service.edits.edit_typed(GUILD, session.id, ANA, typed("around tea")))
    assert [offer.start for offer in refusal.offers] == [at("10:00"), at("10:15"), at("10:30")]
    assert {offer.end - offer.start for offer in refusal.offers} == {30 * MINUTE}
    now = (await place.host(BEN, "Now")).session
    assert not (await place.refused(place.service.edits.edit_typed(GUILD, now.id, BEN, typed("tea")))).offers


# Which one is meant


async def test_without_words_it_is_the_only_one_of_ones_own(place: Place) -> None:
    async def meant(who: Person, text: str | None = None) -> str:
        try:
            return (await place.service.finding.find_own(GUILD, who, text)).topic
        except Refusal as refusal:
            return refusal.code

    git = (await place.host(ANA, "Git", "14:30")).session
    await place.host(BEN, "Git", "14:30")
    assert await meant(ANA) == "Git"
    assert await meant(CAT) == "none-yours"
    assert await meant(ORGANIZER) == "none-yours"
    await shared(place.service, GUILD, git.id, ANA, CAT)
    assert await meant(CAT) == "Git"
    assert (await place.service.finding.find_own(GUILD, CAT, "git")).id == git.id  # one's own before others'
    assert await meant(ORGANIZER, "git") == "which-session"
    assert await meant(CAT, "ben") == "Git"  # another's: the change itself will say whose
    await place.host(ANA, "Rust", "12:00")
    assert await meant(ANA) == "which-yours"
    anything = Sought(25)
    assert [s.topic for s in await place.service.finding.to_manage(GUILD, ANA, anything)] == ["Rust", "Git"]
    assert len(await place.service.finding.to_manage(GUILD, ORGANIZER, anything)) == 3
    assert await place.service.finding.to_manage(GUILD, DEE, anything) == []
