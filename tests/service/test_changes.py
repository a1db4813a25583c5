"""Cancel, end, extend, edit (R10): by R7's ways only, within R2 to R5, each one transaction and one line."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import pytest

from bot.domain.booking import Wish
from bot.domain.models import Session, State
from bot.domain.refusal import Refusal
from bot.service import Draft, Service
from bot.service.finding import nameless
from bot.store import sessions
from tests.service.support import ANA, BEN, CAT, ELSEWHERE, GUILD, MINUTE, ORGANIZER, Place, at, needs, person

CHANGES = {
    "cancel": lambda s, n, guild=GUILD: s.changes.cancel(guild, n, ORGANIZER, "why"),
    "end": lambda s, n, guild=GUILD: s.changes.end(guild, n, ORGANIZER, "why"),
    "extend": lambda s, n, guild=GUILD: s.changes.extend(guild, n, ORGANIZER, 10),
    "edit": lambda s, n, guild=GUILD: s.edits.edit(guild, n, ORGANIZER, topic="New"),
}
change = pytest.mark.parametrize("name", CHANGES)


# All four


@change
async def test_what_does_not_exist_or_is_elsewhere_cannot_change(place: Place, name: str) -> None:
    session = (await place.host(ANA, "Async", "14:30")).session
    for number, guild in ((session.id + 1, GUILD), (session.id, ELSEWHERE)):
        refusal = await place.refused(CHANGES[name](place.service, number, guild))
        assert refusal.code == "no-session"


@change
@pytest.mark.parametrize("state", [State.ENDED, State.CANCELLED, State.RELEASED])
async def test_r7_what_is_closed_changes_no_more(place: Place, name: str, state: State) -> None:
    session = (await place.host(ANA, "Async", "14:30")).session
    async with place.db.transaction() as tx:
        await sessions.set_closed(tx, session.id, state, place.clock())
    refusal = await place.refused(CHANGES[name](place.service, session.id))
    assert (refusal.code, refusal.fields) == (f"session-{state}", {"topic": "Async"})


@change
async def test_r7_what_is_over_by_the_clock_changes_no_more_though_nobody_has_noticed(
    place: Place, name: str
) -> None:
    on = (await place.host(ANA, "On", minutes=30)).session
    missed = (await place.host(BEN, "Missed", "11:00", 30)).session
    place.clock.to("11:30")
    for session in (on, missed):
        refusal = await place.refused(CHANGES[name](place.service, session.id))
        assert refusal.code == "session-ended"


@change
async def test_changes_wake_the_keeper_and_refusals_do_not(place: Place, name: str) -> None:
    session = (await place.host(ANA, "Async", "14:30" if name == "cancel" else "")).session
    woken = place.woken
    woken.clear()
    await CHANGES[name](place.service, session.id)
    assert woken == [GUILD]
    await place.refused(CHANGES[name](place.service, session.id + 1))
    assert woken == [GUILD]


# Cancel and end


async def test_r7_cancel_frees_the_place_and_records_who_when_and_why(place: Place) -> None:
    made = [(await place.host(person(n), f"T{n}", "14:30")).session for n in range(10)]
    place.clock.to("11:00")
    why = "  The speaker\nis ill \u202e"
    session = (await place.service.changes.cancel(GUILD, made[4].id, ORGANIZER, why)).session
    assert (session.state, session.closed) == (State.CANCELLED, at("11:00"))
    assert await place.session(session.id) == session
    line = (await place.audit(session.id))[-1]
    assert (line.action, line.actor_id, line.at, line.reason) == (
        "cancelled",
        99,
        at("11:00"),
        "The speaker is ill",
    )
    assert (await place.host(person(50), "Instead", "14:30")).session.start == at("14:30")


async def test_r7_end_frees_the_desk_at_once_and_records_who_when_and_why(place: Place) -> None:
    made = [(await place.host(person(n), f"T{n}")).session for n in range(10)]
    place.clock.to("10:20")
    session = (await place.service.changes.end(GUILD, made[4].id, ORGANIZER, "x" * 4000)).session
    assert (session.state, session.closed, session.desk) == (State.ENDED, at("10:20"), 5)
    assert await place.session(session.id) == session
    line = (await place.audit(session.id))[-1]
    assert (line.action, line.actor_id, line.at) == ("ended", 99, at("10:20"))
    assert line.reason == "x" * 499 + "…"
    assert (await place.host(person(50), "Next")).session.desk == 5


async def test_r7_an_open_session_is_not_cancelled_and_a_booked_one_not_ended(place: Place) -> None:
    on = (await place.host(ANA, "On")).session
    ahead = (await place.host(BEN, "Ahead", "14:30")).session
    assert (
        await place.refused(place.service.changes.cancel(GUILD, on.id, ORGANIZER, ""))
    ).code == "open-not-cancel"
    assert (
        await place.refused(place.service.changes.end(GUILD, ahead.id, ORGANIZER, ""))
    ).code == "booked-not-end"


async def test_r7_what_opens_in_this_second_is_open_though_nobody_has_noticed(place: Place) -> None:
    session = (await place.host(ANA, "Async", "10:30")).session
    place.clock.to("10:30")
    assert (
        await place.refused(place.service.changes.cancel(GUILD, session.id, ORGANIZER, ""))
    ).code == "open-not-cancel"
    ended = (await place.service.changes.end(GUILD, session.id, ANA, "")).session
    assert (ended.state, ended.desk) == (State.ENDED, 1)
    assert await place.actions(session.id) == ["host", "open", "ended"]


async def test_r7_twenty_clicks_at_once_end_a_session_once(place: Place) -> None:
    session = (await place.host(ANA, "Async")).session

    async def end() -> str:
        try:
            return (await place.service.changes.end(GUILD, session.id, ANA, "")).session.state
        except Refusal as refusal:
            return refusal.code

    answers = await asyncio.gather(*(end() for _ in range(20)))
    assert sorted(answers) == ["ended"] + ["session-ended"] * 19
    assert await place.actions() == ["host", "open", "ended"]


# Extend


@pytest.mark.parametrize("when", ["", "14:30"])
async def test_r10_extend_ends_later(place: Place, when: str) -> None:
    session = (await place.host(ANA, "Async", when)).session
    place.clock.on(1)
    result = await place.service.changes.extend(GUILD, session.id, ORGANIZER, 15)
    assert (result.before, result.changed) == (session, True)
    assert result.session.end == session.end + 15 * MINUTE
    assert await place.session(session.id) == result.session
    [line] = [e for e in await place.audit() if e.action == "extend"]
    assert (line.actor_id, line.at, line.session_id) == (99, place.clock(), session.id)
    assert line.detail == {"end": [str(session.end), str(result.session.end)]}


async def test_r3_an_extension_stops_where_all_desks_are_booked(place: Place) -> None:
    session = (await place.host(ANA, "Async")).session
    for number in range(10, 19):
        await place.host(person(number), f"T{number}", "11:00")
    await place.host(person(20), "Last", "11:20")
    refusal = await place.refused(place.service.changes.extend(GUILD, session.id, ANA, 30))
    assert (refusal.code, refusal.fields["minutes"], refusal.fields["until"]) == (
        "more-full",
        20,
        at("11:20"),
    )
    [offer] = refusal.offers
    longer = (offer.end - session.end) // MINUTE
    assert (await place.service.changes.extend(GUILD, session.id, ANA, longer)).session.end == at("11:20")
    assert (
        await place.refused(place.service.changes.extend(GUILD, session.id, ANA, 1))
    ).code == "no-more-full"


@pytest.mark.parametrize("minutes", [0, -1, -(10**30)])
async def test_r4_an_extension_has_at_least_one_minute(place: Place, minutes: int) -> None:
    session = (await place.host(ANA, "Async")).session
    refusal = await place.refused(place.service.changes.extend(GUILD, session.id, ANA, minutes))
    assert (refusal.code, refusal.fields) == ("length", {"minutes": minutes, "least": 1, "most": 120})


@pytest.mark.parametrize("minutes", [61, 120, 121, 10**30])
async def test_r4_a_session_never_gets_longer_than_the_longest(place: Place, minutes: int) -> None:
    session = (await place.host(ANA, "Async")).session
    refusal = await place.refused(place.service.changes.extend(GUILD, session.id, ANA, minutes))
    assert (refusal.code, refusal.fields["minutes"], refusal.fields["most"]) == ("more-most", 60, 120)
    assert (await place.service.changes.extend(GUILD, session.id, ANA, 60)).session.end == at("12:00")
    assert (
        await place.refused(place.service.changes.extend(GUILD, session.id, ANA, 1))
    ).code == "no-more-most"


async def test_r2_r5_an_extension_stops_at_the_windows_end_and_at_the_hosts_next_session(
    place: Place,
) -> None:
    late = (await place.host(ANA, "Late", "15:00", 60)).session
    early = (await place.host(ANA, "Early", "13:45", 60)).session
    assert (
        await place.refused(place.service.changes.extend(GUILD, late.id, ORGANIZER, 16))
    ).code == "more-window"
    refusal = await place.refused(place.service.changes.extend(GUILD, early.id, ORGANIZER, 16))
    assert (refusal.code, refusal.fields["topic"]) == ("host-more-own", "Late")
    assert (await place.service.changes.extend(GUILD, early.id, ORGANIZER, 15)).session.end == late.start


async def test_r3_two_extensions_at_once_get_one_free_desk(place: Place) -> None:
    made = [(await place.host(person(n), f"T{n}")).session for n in range(10)]
    for number in range(20, 29):
        await place.host(person(number), f"T{number}", "11:00")

    async def extend(session: Session) -> str:
        try:
            await place.service.changes.extend(GUILD, session.id, person(session.host_id), 30)
        except Refusal as refusal:
            return refusal.code
        return "extended"

    answers = await asyncio.gather(*(extend(session) for session in made))
    assert sorted(answers) == ["extended"] + ["no-more-full"] * 9


# Edit


async def test_r10_edit_changes_what_is_given_and_nothing_else(place: Place) -> None:
    session = (await place.host(ANA, "Async", "14:30", 45, "Words")).session
    topic = await place.service.edits.edit(GUILD, session.id, ORGANIZER, topic=" New  topic ")
    assert topic.session.topic == "New topic"
    words = await place.service.edits.edit(GUILD, session.id, ORGANIZER, description="Other\nwords")
    assert (words.session.topic, words.session.description) == ("New topic", "Other\nwords")
    none = await place.service.edits.edit(GUILD, session.id, ORGANIZER, description="")
    assert none.session.description == ""
    assert (none.session.start, none.session.end) == (session.start, session.end)
    assert await place.session(session.id) == none.session
    lines = [(e.action, e.actor_id, e.detail) for e in (await place.audit())[1:]]
    assert lines == [
        ("edit", 99, {"topic": ["Async", "New topic"]}),
        ("edit", 99, {"description": ["Words", "Other\nwords"]}),
        ("edit", 99, {"description": ["Other\nwords", ""]}),
    ]


async def test_an_edit_that_changes_nothing_leaves_no_line_and_wakes_nobody(place: Place) -> None:
    session = (await place.host(ANA, "Async", "14:30", 45, "Words")).session
    woken = place.woken
    woken.clear()
    before = place.dump()
    same = await place.service.edits.edit(
        GUILD, session.id, ORGANIZER, topic="Async", description="Words", start=session.start, minutes=45
    )
    nothing = await place.service.edits.edit(GUILD, session.id, ORGANIZER)
    assert (same.changed, nothing.changed, same.session) == (False, False, session)
    assert place.dump() == before
    assert woken == []


async def test_r16_edited_words_are_cleaned_and_cut_as_hosted_ones_are(place: Place) -> None:
    session = (await place.host(ANA, "Async", "14:30")).session
    long = await place.service.edits.edit(GUILD, session.id, ORGANIZER, topic="word " * 100)
    assert long.shortened
    assert len(long.session.topic) <= 100
    assert long.session.description == ("word " * 100).strip()
    refusal = await place.refused(place.service.edits.edit(GUILD, session.id, ORGANIZER, topic="\u200b"))
    assert refusal.code == "no-topic"


async def test_r10_a_booked_session_moves_with_its_length(place: Place) -> None:
    session = (await place.host(ANA, "Async", "14:30", 45)).session
    moved = (await place.service.edits.edit(GUILD, session.id, ORGANIZER, start=at("12:00"))).session
    assert (moved.start, moved.end, moved.state) == (at("12:00"), at("12:45"), State.BOOKED)
    both = (
        await place.service.edits.edit(GUILD, session.id, ORGANIZER, start=at("10:30", 3), minutes=30)
    ).session
    assert (both.start, both.end) == (at("10:30", 3), at("11:00", 3))
    assert await place.session(session.id) == both


async def test_r3_r5_a_move_does_not_count_itself(place: Place) -> None:
    made = [(await place.host(person(n), f"T{n}", "14:30")).session for n in range(10)]
    moved = (await place.service.edits.edit(GUILD, made[3].id, ORGANIZER, start=at("14:45"))).session
    assert (moved.start, moved.end) == (at("14:45"), at("15:45"))
    for hour in ("11:00", "12:00"):
        await place.host(person(3), hour, hour, 30)
    again = (await place.service.edits.edit(GUILD, made[3].id, ORGANIZER, start=at("14:50"))).session
    assert again.start == at("14:50")


@pytest.mark.parametrize(
    ("start", "minutes", "code"),
    [
        ("14:30", None, "full"),
        ("14:00", None, "less-full"),
        ("11:15", None, "own"),
        ("15:45", None, "less-window"),
        ("08:00", None, "past"),
        ("16:30", None, "closed"),
        ("12:00", 5, "length"),
        ("12:00", 121, "length"),
    ],
)
async def test_r10_a_move_that_does_not_fit_is_refused_with_what_does(
    place: Place, start: str, minutes: int | None, code: str
) -> None:
    for number in range(10, 20):
        await place.host(person(number), f"T{number}", "14:30")
    await place.host(ANA, "Own", "11:00", 30)
    session = (await place.host(ANA, "Async", "12:00", 45)).session
    wish = place.service.edits.edit(GUILD, session.id, ANA, start=at(start), minutes=minutes)
    refusal = await place.refused(wish)
    assert refusal.code == code
    assert len(refusal.offers) == (0 if code == "length" else 3)
    for offer in reversed(refusal.offers):  # now, which opens it for good, is the nearest
        length = (offer.end - offer.start) // MINUTE
        change = await place.service.edits.edit(GUILD, session.id, ANA, start=offer.start, minutes=length)
        assert (change.session.start, change.session.end) == (offer.start, offer.end)


async def test_r12_a_lowered_limit_still_lets_a_host_move_or_shorten_what_is_booked(place: Place) -> None:
    made = [(await place.host(ANA, hour, hour, 60)).session for hour in ("11:00", "12:00", "13:00")]
    await place.host(BEN, "Other", "11:00")
    lowered = place.changed_limits(parallel_limit=1, max_upcoming_per_host=1)
    change = await lowered.edits.edit(GUILD, made[0].id, ANA, minutes=30)
    assert change.session.end == at("11:30")
    change = await lowered.edits.edit(GUILD, made[1].id, ANA, start=at("14:00"))
    assert change.session.start == at("14:00")


@pytest.mark.parametrize(("minutes", "limits"), [(120, {"max_minutes": 60}), (15, {"min_minutes": 30})])
async def test_c15_r4_a_booked_session_keeps_its_length_though_the_limits_have_changed(
    place: Place, minutes: int, limits: dict[str, int]
) -> None:
    session = (await place.host(ANA, "Async", "11:00", minutes)).session
    changed = place.changed_limits(**limits, parallel_limit=1)
    await place.host(BEN, "Other", "14:00", 60)
    moved = (await changed.edits.edit(GUILD, session.id, ANA, start=at("12:00"))).session
    assert moved.end - moved.start == minutes * MINUTE
    starts = list(await changed.hosting.other_starts(GUILD, ANA, None, str(moved.id), nameless))
    again = (await changed.edits.move(GUILD, session.id, ANA, Wish(starts[3].start, minutes))).session
    assert (again.start, again.end) == (starts[3].start, starts[3].end)
    same = await changed.edits.edit(GUILD, session.id, ANA, topic="New", minutes=minutes)
    assert same.session.end == again.end


@pytest.mark.parametrize("start", ["12:30", "13:50", "14:00", "14:30", "15:00", "15:50", "17:00"])
@pytest.mark.parametrize("most", [60, 100, 120])
async def test_c15_every_time_that_is_offered_for_it_is_accepted(place: Place, start: str, most: int) -> None:
    session = (await place.host(ANA, "Async", "11:00", 120)).session
    await place.host(BEN, "Other", "14:00", 60)
    changed = place.changed_limits(max_minutes=most, default_minutes=30, parallel_limit=1)
    refusal = await place.refused(changed.edits.edit(GUILD, session.id, ANA, start=at(start)))
    assert refusal.offers
    for offer in refusal.offers:
        wish = Wish(offer.start, (offer.end - offer.start) // MINUTE)
        change = await changed.edits.move(GUILD, session.id, ANA, wish)
        assert (change.session.start, change.session.end) == (offer.start, offer.end)
        await place.service.edits.move(GUILD, session.id, ANA, Wish(session.start, 120))  # as before


@pytest.mark.parametrize("start", ["10:20", "10:19:30"])
async def test_r10_a_move_to_now_opens_at_once(place: Place, start: str) -> None:
    session = (await place.host(ANA, "Async", "14:30", 45)).session
    place.clock.to("10:20")
    change = await place.service.edits.edit(GUILD, session.id, ORGANIZER, start=at(start))
    assert (change.session.state, change.session.desk, change.session.start) == (State.OPEN, 1, at("10:20"))
    assert change.session.end == at(start) + timedelta(minutes=45)
    assert await place.session(session.id) == change.session
    lines = [(e.action, e.actor_id, e.reason) for e in (await place.audit())[1:]]
    assert lines == [("edit", 99, ""), ("open", 99, "edit")]
    assert [n.session_id for n in (await place.book.read(GUILD)).rows.notices] == [session.id] * 2


class Ticking:
    """A clock that has moved on by three seconds whenever it is asked: the database is busy."""

    def __init__(self, start: datetime) -> None:
        self.time = start

    def __call__(self) -> datetime:
        self.time += timedelta(seconds=3)
        return self.time


async def test_c16_a_session_that_is_typed_to_start_now_opens_now_with_its_whole_length(place: Place) -> None:
    session = (await place.host(ANA, "Async", "14:30", 45)).session
    busy = Service(needs(place.db, place.service.programme(GUILD), Ticking(at("10:20"))))
    moved = await busy.edits.edit_typed(GUILD, session.id, ANA, Draft(ANA.id, "Async", "", "now", 60))
    assert (moved.session.state, moved.session.desk) == (State.OPEN, 1)
    assert moved.session.end - moved.session.start == timedelta(minutes=60)
    hosted = await busy.hosting.host(GUILD, BEN, Draft(BEN.id, "Now", "", "now", 60))
    assert hosted.session.state is State.OPEN
    assert hosted.session.end - hosted.session.start == timedelta(minutes=60)


async def test_c16_a_move_to_this_very_moment_opens_though_the_clock_goes_on(place: Place) -> None:
    session = (await place.host(ANA, "Async", "14:30", 45)).session
    busy = Service(needs(place.db, place.service.programme(GUILD), Ticking(at("10:20"))))
    moved = await busy.edits.edit(GUILD, session.id, ANA, start=at("10:20"))
    assert moved.session.state is State.OPEN


async def test_r7_an_open_session_keeps_its_start_but_may_change_words_and_length(place: Place) -> None:
    session = (await place.host(ANA, "Async", "10:30")).session
    place.clock.to("10:45")
    move = place.service.edits.edit(GUILD, session.id, ANA, start=at("12:00"))
    assert (await place.refused(move)).code == "session-open"
    change = await place.service.edits.edit(
        GUILD, session.id, ANA, topic="New", start=at("10:30"), minutes=90
    )
    assert (change.session.state, change.session.topic, change.session.end) == (
        State.OPEN,
        "New",
        at("12:00"),
    )
    assert change.before.state is State.OPEN
    assert await place.actions(session.id) == ["host", "open", "edit"]
    shorter = await place.service.edits.edit(GUILD, session.id, ANA, minutes=16)
    assert shorter.session.end == at("10:46")
    over = await place.refused(place.service.edits.edit(GUILD, session.id, ANA, minutes=15))
    assert (over.code, over.fields) == ("length", {"minutes": 15, "least": 16, "most": 120})


async def test_r10_all_of_an_edit_or_nothing(place: Place) -> None:
    session = (await place.host(ANA, "Async", "14:30")).session
    refusal = await place.refused(
        place.service.edits.edit(GUILD, session.id, ANA, topic="New", description="New", start=at("03:00", 3))
    )
    assert refusal.code == "closed"
    assert await place.session(session.id) == session


async def test_r3_two_processes_services_cannot_move_into_one_place(place: Place) -> None:
    made = [(await place.host(person(n), f"T{n}", "12:00")).session for n in range(5)]
    for number in range(20, 29):
        await place.host(person(number), f"T{number}", "14:30")
    services = [Service(needs(place.db, place.service.programme(GUILD), place.clock)) for _ in range(5)]

    async def move(service: Service, session: Session) -> str:
        try:
            await service.edits.edit(GUILD, session.id, person(session.host_id), start=at("14:30"))
        except Refusal as refusal:
            return refusal.code
        return "moved"

    answers = await asyncio.gather(*(move(s, session) for s, session in zip(services, made, strict=True)))
    assert sorted(answers) == ["full"] * 4 + ["moved"]


# C16: one reading of the clock


async def test_c16_now_on_a_busy_database_is_as_long_as_was_asked_for(place: Place) -> None:
    """The time spent waiting for the writer is not taken off the session."""
    async with place.db.transaction():
        waiting = [
            asyncio.create_task(place.host(who, "Async", when, 60)) for who, when in ((ANA, ""), (BEN, "now"))
        ]
        await asyncio.sleep(0)
        place.clock.on(3 / 60)
    for each in waiting:
        session = (await each).session
        assert (session.state, session.start) == (State.OPEN, place.clock())
        assert session.end - session.start == 60 * MINUTE


@pytest.mark.parametrize("when", ["now", "10:03"])
async def test_c16_a_move_to_now_opens_however_long_the_database_kept_it_waiting(
    place: Place, when: str
) -> None:
    session = (await place.host(ANA, "Async", "14:30", 30)).session
    place.clock.to("10:02:59")
    async with place.db.transaction():
        typed = Draft(ANA.id, "Async", "", when, None)
        moving = asyncio.create_task(place.service.edits.edit_typed(GUILD, session.id, ANA, typed))
        await asyncio.sleep(0)
        place.clock.to("10:03")
    moved = (await moving).session
    assert (moved.state, moved.start) == (State.OPEN, place.clock())
    assert moved.end - moved.start == 30 * MINUTE


async def test_c16_every_use_case_asks_the_clock_once(place: Place) -> None:
    """What is decided and what is written have one time: two could contradict each other."""
    session = (await place.host(ANA, "Async", "14:30", 30)).session
    ticking = Ticking(place.clock())
    service = Service(needs(place.db, place.service.programme(GUILD), ticking))
    acts = (
        lambda: service.guests.join(GUILD, session.id, CAT),
        lambda: service.guests.remind(GUILD, session.id, CAT),
        lambda: service.edits.edit(GUILD, session.id, ANA, topic="New"),
        lambda: service.edits.move(GUILD, session.id, ANA, Wish(ticking.time, 30)),
        lambda: service.changes.extend(GUILD, session.id, ANA, 10),
        lambda: service.changes.until(GUILD, session.id, ANA, at("11:00")),
        lambda: service.cohosts.cohost(GUILD, session.id, ANA, BEN),
        lambda: service.details.to_change(GUILD, session.id, ANA),
        lambda: service.details.later_ends(GUILD, session.id, ANA),
        lambda: service.guests.leave(GUILD, session.id, CAT),
        lambda: service.changes.end(GUILD, session.id, ANA, ""),
        lambda: service.ideas.put_up(GUILD, CAT, "Snakes"),
        lambda: service.hosting.host(GUILD, BEN, Draft(BEN.id, "Rust", "", "", None)),
    )
    for act in acts:
        before = ticking.time
        await act()
        assert ticking.time - before == timedelta(seconds=3), act
