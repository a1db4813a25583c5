"""Host, join, leave, look, and what time does: on a real database, with a clock that the tests move."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.domain.models import Session, State
from bot.domain.names import clean_line, fold
from bot.domain.notices import NoticeKind
from bot.domain.records import Kind
from bot.domain.refusal import Refusal
from bot.service import Hosted, Page, Person, Service, Show
from bot.store import ledger, notices, sessions
from bot.store.drafts import DRAFT_LIFE, Draft
from tests.service.support import (
    ANA,
    BEN,
    CAT,
    ELSEWHERE,
    GUILD,
    MINUTE,
    ORGANIZER,
    Place,
    at,
    examples,
    needs,
    open_place,
    person,
)

SECOND = timedelta(seconds=1)


# Host


async def test_r4_start_now_opens_the_lowest_desk_at_once(place: Place) -> None:
    result = await place.host(ANA, "Async", description="Loops and tasks")
    session = result.session
    assert (session.state, session.desk, session.start, session.end) == (
        State.OPEN,
        1,
        at("10:00"),
        at("11:00"),
    )
    assert (session.topic, session.description) == ("Async", "Loops and tasks")
    assert (session.host_id, session.host_name, session.guild_id) == (ANA.id, "Ana", GUILD)
    assert (result.cut, result.again, result.shortened) == (None, False, False)
    assert await place.session(session.id) == session


async def test_r2_booked_ahead_waits_without_a_desk(place: Place) -> None:
    session = (await place.host(ANA, "Async", "14:30", 45)).session
    assert (session.state, session.desk) == (State.BOOKED, None)
    assert (session.start, session.end) == (at("14:30"), at("15:15"))
    assert await place.session(session.id) == session
    assert (await place.book.read(GUILD)).rows.notices == []


async def test_r4_the_host_is_told_why_the_end_is_cut(place: Place) -> None:
    place.clock.to("15:50")
    result = await place.host(ANA, "Late")
    assert (result.cut, result.session.end) == ("window", at("16:15"))


async def test_r7_every_change_has_one_line_that_says_who_when_what_and_why(place: Place) -> None:
    session = (await place.host(ANA, "Async", "11:00", 30)).session
    place.clock.on(5)
    await place.service.guests.join(GUILD, session.id, BEN)
    place.clock.on(5)
    await place.service.guests.leave(GUILD, session.id, BEN)
    place.clock.to("11:00")
    await place.service.clockwork.advance(GUILD)
    place.clock.to("11:31")
    await place.service.clockwork.advance(GUILD)
    await place.service.clockwork.advance(GUILD)
    lines = [(e.action, e.actor_id, e.at, e.reason) for e in await place.audit()]
    assert lines == [
        ("host", ANA.id, at("10:00"), ""),
        ("join", BEN.id, at("10:05"), ""),
        ("leave", BEN.id, at("10:10"), ""),
        ("open", None, at("11:00"), "time"),
        ("ended", None, at("11:31"), "time"),
    ]
    assert {e.session_id for e in await place.audit()} == {session.id}
    first, *_ = await place.audit()
    assert first.detail == {"topic": "Async", "start": str(at("11:00")), "end": str(at("11:30"))}


async def test_r7_a_start_now_was_opened_by_its_host(place: Place) -> None:
    session = (await place.host(ANA, "Async")).session
    lines = [(e.action, e.actor_id, e.at, e.reason) for e in await place.audit(session.id)]
    assert lines == [("host", ANA.id, at("10:00"), ""), ("open", ANA.id, at("10:00"), "host")]


async def test_changes_wake_the_keeper_and_nothing_else_does(place: Place) -> None:
    woken = place.woken
    woken.clear()
    session = (await place.host(ANA, "Async")).session
    assert woken == [GUILD]
    await place.host(ANA, "Async")
    await place.refused(place.host(ANA, "Other"))
    assert woken == [GUILD]
    await place.service.guests.join(GUILD, session.id, BEN)
    await place.service.guests.join(GUILD, session.id, BEN)
    assert woken == [GUILD] * 2
    await place.service.guests.leave(GUILD, session.id, BEN)
    await place.service.guests.leave(GUILD, session.id, BEN)
    assert woken == [GUILD] * 3


async def test_r4_time_spent_waiting_is_not_taken_off_the_session(place: Place) -> None:
    async with place.db.transaction():
        waiting = asyncio.create_task(place.host(ANA, "Async", minutes=10))
        ahead = asyncio.create_task(place.host(BEN, "Later", "in 20 minutes", 10))
        await asyncio.sleep(0)
        place.clock.on(2)
    session = (await waiting).session
    assert (session.start, session.end) == (at("10:02"), at("10:12"))
    assert (await ahead).session.start == at("10:22")


@pytest.mark.parametrize("when", ["", "now", "14:30", "day 2 14:30"])
async def test_r5_the_same_command_twice_makes_one_session(place: Place, when: str) -> None:
    first = await place.host(ANA, "Async", when)
    place.clock.on(0.5)
    second = await place.host(ANA, "  Async ", when)
    assert (first.again, second.again) == (False, True)
    assert second.session == first.session
    assert place.ask("SELECT count(*) FROM session") == [(1,)]
    assert (await place.actions()).count("host") == 1


@pytest.mark.parametrize("when", ["", "14:30"])
async def test_r5_twenty_identical_commands_at_once_make_one_session(place: Place, when: str) -> None:
    results = await asyncio.gather(*(place.host(ANA, "Async", when) for _ in range(20)))
    assert [r.again for r in results].count(False) == 1
    assert len({r.session.id for r in results}) == 1
    assert place.ask("SELECT count(*) FROM session") == [(1,)]
    assert (await place.actions()).count("host") == 1


async def test_r5_the_same_words_are_the_same_wish_even_where_it_would_not_fit_again(place: Place) -> None:
    taken = [await place.host(person(n), f"T{n}", "14:30") for n in range(10)]
    assert (await place.host(person(3), "T3", "14:30", 9999)).session == taken[3].session


async def test_r5_before_the_keeper_has_opened_it_a_session_is_on_by_the_clock(place: Place) -> None:
    session = (await place.host(ANA, "Async", "10:30")).session
    place.clock.to("10:30:05")
    again = await place.host(ANA, "Async")
    assert (again.again, again.session.id) == (True, session.id)


async def test_r5_another_person_topic_or_time_is_another_wish(place: Place) -> None:
    first = await place.host(ANA, "Async")
    assert (await place.refused(place.host(ANA, "Other"))).code == "own"
    assert not (await place.host(BEN, "Async")).again
    assert not (await place.host(ANA, "Async", "11:00")).again
    place.clock.to("11:30")
    await place.service.clockwork.advance(GUILD)
    second = await place.host(BEN, "Async")
    assert not second.again
    assert second.session.id != first.session.id


async def test_r3_guilds_share_the_file_and_nothing_else(place: Place) -> None:
    for number in range(10):
        await place.host(person(number), "Async")
    assert (await place.refused(place.host(person(10), "Async"))).code == "full-now"
    there = await place.service.hosting.host(ELSEWHERE, person(0), Draft(0, "Async", "", "", None))
    assert (there.session.desk, there.again) == (1, False)
    assert await place.service.details.get(GUILD, there.session.id) is None
    assert len(await place.service.finding.active(GUILD)) == 10


@pytest.mark.parametrize(
    ("topic", "when", "minutes", "code"),
    [
        ("", "", None, "no-topic"),
        (" \t\n ", "", None, "no-topic"),
        ("\u200b\u2060", "", None, "no-topic"),
        ("Async", "soon", None, "when-unclear"),
        ("Async", "09:00", None, "when-past"),
        ("Async", "03:00", None, "when-no-window"),
        ("Async", "tomorrow 03:00", None, "closed"),
        ("Async", "tomorrow 17:00", None, "over"),
        ("Async", "", 0, "length"),
        ("Async", "", -5, "length"),
        ("Async", "", 2**53, "length"),
        ("Async", "16:00", 60, "less-window"),
    ],
)
async def test_r6_what_is_refused_is_kept_so_that_one_click_goes_on(
    place: Place, topic: str, when: str, minutes: int | None, code: str
) -> None:
    if code == "when-past":
        when = "2021-10-02 09:00"
    refusal = await place.refused(place.host(ANA, topic, when, minutes, "Words"))
    assert refusal.code == code
    assert refusal.draft is not None
    draft = await place.service.drafts.find(GUILD, ANA, refusal.draft)
    assert draft == Draft(ANA.id, clean_line(topic, 100), "Words", when, minutes)


# Drafts


async def full_house(place: Place, count: int = 10) -> list[Session]:
    return [(await place.host(person(100 + n), f"Full {n}", "14:30")).session for n in range(count)]


async def refused_draft(place: Place, **options: object) -> Refusal:
    await full_house(place)
    refusal = await place.refused(
        place.host(ANA, "Async", "14:30", 30, "Bring a laptop" if not options else str(options))
    )
    assert refusal.draft is not None
    return refusal


@pytest.mark.parametrize("minutes", [None, 30, 9999])
@pytest.mark.parametrize("when", ["someday", "yesterday 10:00", "tomorrow", "day 9 10:00"])
async def test_r6_a_time_that_cannot_be_is_answered_with_times_that_can(
    place: Place, when: str, minutes: int | None
) -> None:
    refusal = await place.refused(place.host(ANA, "Async", when, minutes))
    assert refusal.code.startswith("when-")
    assert len(refusal.offers) == 3
    for offer in refusal.offers:
        assert offer.end - offer.start == (30 if minutes == 30 else 60) * MINUTE


async def test_r6_one_click_books_an_offered_time_with_all_that_was_typed(place: Place) -> None:
    refusal = await refused_draft(place)
    assert refusal.code == "full"
    for number, offer in enumerate(refusal.offers):
        assert refusal.draft is not None
        minutes = (offer.end - offer.start) // MINUTE
        result = await place.service.hosting.host_draft(GUILD, ANA, refusal.draft, offer.start, minutes)
        assert (result.session.start, result.session.end) == (offer.start, offer.end)
        assert (result.session.topic, result.session.description) == ("Async", "Bring a laptop")
        again = await place.service.hosting.host_draft(GUILD, ANA, refusal.draft, offer.start, minutes)
        assert (again.again, again.session.id) == (True, result.session.id)
        await place.service.changes.cancel(GUILD, result.session.id, ANA, f"try {number}")


async def test_r6_a_click_that_comes_a_little_late_keeps_the_end_on_the_button(place: Place) -> None:
    place.clock.to("16:00")
    refusal = await place.refused(place.host(ANA, "Async", minutes=60))
    offer = refusal.offers[0]
    assert (refusal.code, offer.end) == ("less-window", at("16:15"))
    place.clock.to("16:00:20")
    assert refusal.draft is not None
    wish = (GUILD, ANA, refusal.draft, offer.start, 15)
    first, second = await asyncio.gather(*(place.service.hosting.host_draft(*wish) for _ in range(2)))
    assert (first.session.state, first.session.end) == (State.OPEN, at("16:15"))
    assert (second.again, second.session.id) == (True, first.session.id)


async def test_r6_a_click_that_comes_too_late_is_refused_and_keeps_the_draft(place: Place) -> None:
    refusal = await refused_draft(place)
    offer, draft = refusal.offers[0], refusal.draft
    assert draft is not None
    for number in range(10):
        await place.host(person(200 + number), "Faster", f"<t:{int(offer.start.timestamp())}>", 30)
    full = await place.refused(place.service.hosting.host_draft(GUILD, ANA, draft, offer.start, 30))
    assert (full.code, full.draft) == ("full", draft)
    place.clock.to("15:45")
    past = await place.refused(place.service.hosting.host_draft(GUILD, ANA, draft, offer.start, 30))
    assert (past.code, past.draft) == ("past", draft)


async def test_r6_a_draft_is_for_the_person_who_typed_it(place: Place) -> None:
    draft = (await refused_draft(place)).draft
    assert draft is not None
    assert (await place.refused(place.service.drafts.find(GUILD, BEN, draft))).code == "draft-gone"
    assert (await place.refused(place.service.drafts.find(ELSEWHERE, ANA, draft))).code == "draft-gone"
    gone = await place.refused(place.service.hosting.host_draft(GUILD, BEN, draft, at("12:00"), 30))
    assert gone.code == "draft-gone"


async def test_r6_drafts_survive_two_days_and_no_longer(place: Place) -> None:
    draft = (await refused_draft(place)).draft
    assert draft is not None
    place.clock.time += DRAFT_LIFE
    assert (await place.service.drafts.find(GUILD, ANA, draft)).topic == "Async"
    place.clock.time += SECOND
    assert (await place.refused(place.service.drafts.find(GUILD, ANA, draft))).code == "draft-gone"
    assert place.ask("SELECT count(*) FROM draft") == [(1,)]
    await place.refused(place.host(BEN, ""))
    await place.service.tidying.tidy()
    assert place.ask("SELECT user_id FROM draft") == [(BEN.id,)]


async def test_r15_drafts_survive_a_restart(place: Place) -> None:
    draft = (await refused_draft(place)).draft
    assert draft is not None
    await place.db.close()
    await place.db.open()
    assert (await place.service.drafts.find(GUILD, ANA, draft)).description == "Bring a laptop"


# Join and leave


async def test_joining_a_booked_session_greets_nobody_yet(place: Place) -> None:
    session = (await place.host(ANA, "Async", "14:30")).session
    result = await place.service.guests.join(GUILD, session.id, BEN)
    assert (result.session, result.changed) == (session, True)
    assert await place.service.guests.joined(session.id) == [BEN.id]
    assert (await place.book.read(GUILD)).rows.notices == []


async def test_joining_an_open_desk_greets_the_host_once(place: Place) -> None:
    session = (await place.host(ANA, "Async")).session
    first = await place.service.guests.join(GUILD, session.id, BEN)
    second = await place.service.guests.join(GUILD, session.id, BEN)
    assert (first.changed, second.changed) == (True, False)
    greetings = [n for n in (await place.book.read(GUILD)).rows.notices if n.kind is NoticeKind.GREETING]
    assert [(n.session_id, n.user_id, n.created) for n in greetings] == [(session.id, BEN.id, at("10:00"))]
    assert (await place.actions()).count("join") == 1


async def test_twenty_clicks_on_join_at_once_are_one(place: Place) -> None:
    session = (await place.host(ANA, "Async")).session
    results = await asyncio.gather(*(place.service.guests.join(GUILD, session.id, BEN) for _ in range(20)))
    assert [r.changed for r in results].count(True) == 1
    assert (await place.actions()).count("join") == 1
    assert len((await place.book.read(GUILD)).rows.notices) == 3  # the opening, the warning and one greeting


async def test_those_who_joined_are_told_in_the_order_in_which_they_came(place: Place) -> None:
    session = (await place.host(ANA, "Async", "14:30")).session
    for who in (CAT, BEN):
        place.clock.on(1)
        await place.service.guests.join(GUILD, session.id, who)
    assert await place.service.guests.joined(session.id) == [CAT.id, BEN.id]


async def test_the_host_is_in_already(place: Place) -> None:
    session = (await place.host(ANA, "Async")).session
    refusal = await place.refused(place.service.guests.join(GUILD, session.id, ANA))
    assert (refusal.code, refusal.fields) == ("own-session", {"topic": "Async"})


async def test_what_does_not_exist_or_is_elsewhere_cannot_be_joined_or_left(place: Place) -> None:
    session = (await place.host(ANA, "Async")).session
    for guild, number in ((GUILD, session.id + 1), (ELSEWHERE, session.id)):
        assert (await place.refused(place.service.guests.join(guild, number, BEN))).code == "no-session"
        assert (await place.refused(place.service.guests.leave(guild, number, BEN))).code == "no-session"


async def test_what_is_over_cannot_be_joined_though_nobody_has_noticed_yet(place: Place) -> None:
    session = (await place.host(ANA, "Async")).session
    place.clock.to("10:59:59")
    assert (await place.service.guests.join(GUILD, session.id, BEN)).changed
    place.clock.to("11:00")
    refusal = await place.refused(place.service.guests.join(GUILD, session.id, CAT))
    assert (refusal.code, refusal.fields) == ("session-ended", {"topic": "Async"})
    await place.service.clockwork.advance(GUILD)
    assert (await place.refused(place.service.guests.join(GUILD, session.id, CAT))).code == "session-ended"


async def test_what_is_cancelled_cannot_be_joined_but_left(place: Place) -> None:
    session = (await place.host(ANA, "Async", "14:30")).session
    await place.service.guests.join(GUILD, session.id, BEN)
    await place.service.changes.cancel(GUILD, session.id, ANA, "ill")
    assert (
        await place.refused(place.service.guests.join(GUILD, session.id, CAT))
    ).code == "session-cancelled"
    assert (await place.service.guests.leave(GUILD, session.id, BEN)).changed


async def test_leaving_stops_the_notices_and_twice_is_once(place: Place) -> None:
    session = (await place.host(ANA, "Async", "14:30")).session
    assert not (await place.service.guests.leave(GUILD, session.id, BEN)).changed
    await place.service.guests.join(GUILD, session.id, BEN)
    assert (await place.service.guests.leave(GUILD, session.id, BEN)).changed
    assert not (await place.service.guests.leave(GUILD, session.id, BEN)).changed
    assert await place.service.guests.joined(session.id) == []
    assert await place.actions() == ["host", "join", "leave"]


# One transaction


async def fail(*_: object, **__: object) -> None:
    raise RuntimeError("no power")


USE_CASES = {
    "host now": lambda s, on, off: s.hosting.host(GUILD, CAT, Draft(CAT.id, "New", "", "", None)),
    "host ahead": lambda s, on, off: s.hosting.host(GUILD, CAT, Draft(CAT.id, "New", "", "15:00", None)),
    "join": lambda s, on, off: s.guests.join(GUILD, on, CAT),
    "leave": lambda s, on, off: s.guests.leave(GUILD, on, BEN),
    "cancel": lambda s, on, off: s.changes.cancel(GUILD, off, ANA, "why"),
    "end": lambda s, on, off: s.changes.end(GUILD, on, ANA, "why"),
    "extend": lambda s, on, off: s.changes.extend(GUILD, on, ANA, 10),
    "edit": lambda s, on, off: s.edits.edit(GUILD, off, ANA, topic="New", start=at("15:00")),
    "until": lambda s, on, off: s.changes.until(GUILD, on, ANA, at("11:10")),
    "hand over": lambda s, on, off: s.edits.edit(GUILD, off, ANA, host=CAT),
    "cohost": lambda s, on, off: s.cohosts.cohost(GUILD, on, ANA, CAT),
    "remind": lambda s, on, off: s.guests.remind(GUILD, off, CAT),
}


@pytest.mark.parametrize("name", USE_CASES)
async def test_r7_r15_a_change_whose_audit_line_fails_has_not_happened(
    place: Place, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    on = (await place.host(ANA, "On")).session.id
    off = (await place.host(ANA, "Off", "14:30")).session.id
    await place.service.guests.join(GUILD, on, BEN)
    woken = place.woken
    woken.clear()
    before = place.dump()

    with monkeypatch.context() as broken:
        broken.setattr(ledger, "record", fail)
        with pytest.raises(RuntimeError, match="no power"):
            await USE_CASES[name](place.service, on, off)
    assert place.dump() == before
    assert woken == []
    await USE_CASES[name](place.service, on, off)
    assert place.dump() != before
    assert woken == [GUILD]


async def test_r8_a_session_whose_opening_notice_fails_has_not_opened(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = (await place.host(ANA, "Async", "10:30")).session
    place.clock.to("10:30")
    before = place.dump()

    with monkeypatch.context() as broken:
        broken.setattr(notices, "add", fail)
        with pytest.raises(RuntimeError, match="no power"):
            await place.service.clockwork.advance(GUILD)
    assert place.dump() == before
    await place.service.clockwork.advance(GUILD)
    [notice, _warning] = (await place.book.read(GUILD)).rows.notices
    assert (notice.kind, notice.session_id, notice.created) == (NoticeKind.OPENING, session.id, at("10:30"))


# Find


async def test_find_by_id_as_text(place: Place) -> None:
    first = (await place.host(ANA, "Async")).session
    second = (await place.host(BEN, "Board games", "14:30")).session
    for session in (first, second):
        assert await place.service.finding.find(GUILD, f" {session.id} ") == session


@pytest.mark.parametrize(
    "text",
    ["Async IO", "async io", "ASYNC  IO", "ａｓｙｎｃ", "sync", "io für", "FÜR", "fu\u0308r", "ÜR ALLE"],
)
async def test_find_by_words_of_the_topic_in_any_case_and_width(place: Place, text: str) -> None:
    session = (await place.host(ANA, "Async IO für alle")).session
    await place.host(BEN, "Board games")
    assert await place.service.finding.find(GUILD, text) == session


async def test_find_by_host(place: Place) -> None:
    session = (await place.host(person(7, "王小明"), "Async")).session
    await place.host(BEN, "Board games")
    assert await place.service.finding.find(GUILD, "小明") == session


async def test_find_takes_the_whole_topic_before_a_part_of_another(place: Place) -> None:
    await place.host(ANA, "Git for beginners")
    exact = (await place.host(BEN, "Git")).session
    assert await place.service.finding.find(GUILD, "git") == exact


async def test_find_asks_which_one_where_several_match(place: Place) -> None:
    made = [(await place.host(person(n), f"Python {n}")).session for n in range(7)]
    refusal = await place.refused(place.service.finding.find(GUILD, " python "))
    assert (refusal.code, refusal.fields) == ("which-session", {"text": "python"})
    assert refusal.choices == tuple(made[:5])


@pytest.mark.parametrize("text", ["", "  ", "\u200b", "Rust", "99", "9" * 40, "-1", "0", "@everyone"])
async def test_find_says_where_nothing_matches(place: Place, text: str) -> None:
    await place.host(ANA, "Async")
    refusal = await place.refused(place.service.finding.find(GUILD, text))
    assert (refusal.code, refusal.fields) == ("no-such-session", {"text": clean_line(text, 100)})


async def test_find_takes_a_number_for_the_topic_where_no_running_session_has_that_id(place: Place) -> None:
    ended = (await place.host(ANA, "Async")).session
    place.clock.to("11:00")
    await place.service.clockwork.advance(GUILD)
    assert (await place.service.finding.find(GUILD, str(ended.id))).state is State.ENDED
    named = (await place.host(BEN, str(ended.id))).session
    assert await place.service.finding.find(GUILD, str(ended.id)) == named
    assert await place.service.finding.find(GUILD, str(named.id)) == named
    await place.host(ANA, str(named.id))
    assert await place.service.finding.find(GUILD, str(named.id)) == named
    year = (await place.host(CAT, "2021")).session
    assert await place.service.finding.find(GUILD, "２０２１") == year


async def test_find_never_takes_another_session_for_one_that_has_just_ended(place: Place) -> None:
    ended = (await place.host(ANA, "Async")).session
    await place.host(BEN, f"Section {ended.id}", "14:30")
    place.clock.to("11:00")
    assert (await place.service.finding.find(GUILD, str(ended.id))).id == ended.id


async def test_find_looks_at_running_sessions_of_this_guild_only(place: Place) -> None:
    session = (await place.host(ANA, "Async")).session
    for text in ("Async", str(session.id)):
        assert (await place.refused(place.service.finding.find(ELSEWHERE, text))).code == "no-such-session"
    place.clock.to("11:00")
    assert (await place.refused(place.service.finding.find(GUILD, "Async"))).code == "no-such-session"


# Look


async def test_lists_show_every_session_to_each_reader_but_others_cancelled_ones(place: Place) -> None:
    over = (await place.host(BEN, "Over", minutes=10)).session
    on = (await place.host(ANA, "On")).session
    ahead = (await place.host(BEN, "Ahead", "14:30")).session
    off = (await place.host(CAT, "Off", "14:30")).session
    await place.service.changes.cancel(GUILD, off.id, CAT, "")
    for who in (ANA, CAT):
        await place.service.guests.join(GUILD, ahead.id, who)
    await place.made(on, Kind.TEXT, 77)
    place.clock.to("10:10")
    await place.service.clockwork.advance(GUILD)

    page = await place.look(ANA.id, Show.ALL)
    seen = [(c.session.id, c.people, c.channels, c.mine, c.joined) for c in page.cards]
    assert seen == [
        (over.id, 0, {}, False, False),
        (on.id, 0, {Kind.TEXT: 77}, True, False),
        (ahead.id, 2, {}, False, True),
    ]
    assert [c.joined for c in (await place.look(BEN.id, Show.ALL)).cards] == [False, False, False]
    mine = (await place.look(CAT.id, Show.MINE)).cards
    assert [(c.session.id, c.mine) for c in mine] == [(ahead.id, False), (off.id, True)]
    assert await place.look(ANA.id, Show.ALL, guild=ELSEWHERE) == Page()
    assert (await place.service.details.look(GUILD, on.id, CAT)).showing.channels == {Kind.TEXT: 77}


async def test_lists_show_what_lies_outside_the_windows_by_now(place: Place) -> None:
    """R12: windows that changed hide nobody's own sessions, nor what is still to come."""
    early = Session(0, GUILD, ANA.id, "Ana", "Early", "", at("07:00"), at("08:00"), State.BOOKED)
    async with place.db.transaction() as tx:
        first = await sessions.add(tx, early, at("06:00"))
        await sessions.set_closed(tx, first, State.CANCELLED, at("06:30"))
        second = await sessions.add(tx, early, at("06:00"))
        await sessions.set_open(tx, second, 1, at("06:00"))
        await sessions.set_closed(tx, second, State.ENDED, at("08:00"))
    late = Session(0, GUILD, BEN.id, "Ben", "Late", "", at("20:00"), at("21:00"), State.BOOKED)
    async with place.db.transaction() as tx:
        third = await sessions.add(tx, late, at("06:00"))
    assert [c.session.id for c in (await place.look(ANA.id, Show.MINE)).cards] == [first, second]
    assert [c.session.id for c in (await place.look(CAT.id, Show.ALL)).cards] == [third]


async def test_active_are_those_that_are_on_or_to_come_by_the_clock(place: Place) -> None:
    on = (await place.host(ANA, "On", minutes=30)).session
    ahead = (await place.host(BEN, "Ahead", "14:30")).session
    assert await place.service.finding.active(GUILD) == [on, ahead]
    place.clock.to("10:30")
    assert await place.service.finding.active(GUILD) == [ahead]


async def test_free_starts_are_those_that_this_person_can_have(place: Place) -> None:
    await full_house(place)
    starts = [slot.start for slot in await place.service.hosting.free_starts(GUILD, ANA, 60)]
    assert at("13:30") in starts
    assert at("13:45") not in starts
    assert starts == [s.start for s in await place.service.hosting.free_starts(GUILD, ANA, None)]
    assert at("15:30") in [s.start for s in await place.service.hosting.free_starts(GUILD, ANA, 45)]
    await place.host(ANA, "Own", "12:00", 30)
    own = [slot.start for slot in await place.service.hosting.free_starts(GUILD, ANA, 60)]
    assert own == [s for s in starts if not at("11:00") < s < at("12:30")]
    assert len(own) == len(starts) - 5
    assert [
        slot.start for slot in await place.service.hosting.free_starts(GUILD, ANA, 5)
    ] == own  # none is so short


async def test_host_draft_refuses_a_time_that_the_conference_does_not_know(place: Place) -> None:
    draft = (await refused_draft(place)).draft
    assert draft is not None
    refusal = await place.refused(place.service.hosting.host_draft(GUILD, ANA, draft, at("05:00", 9), 30))
    assert (refusal.code, refusal.draft) == ("over", draft)


# Time


async def test_r8_advance_opens_at_the_start_and_not_before(place: Place) -> None:
    session = (await place.host(ANA, "Async", "10:30")).session
    place.clock.to("10:29:59")
    before = place.dump()
    await place.service.clockwork.advance(GUILD)
    assert place.dump() == before
    place.clock.to("10:30")
    await place.service.clockwork.advance(GUILD)
    now = await place.session(session.id)
    assert (now.state, now.desk) == (State.OPEN, 1)
    assert [n.kind for n in (await place.book.read(GUILD)).rows.notices] == [
        NoticeKind.OPENING,
        NoticeKind.WARNING,
    ]


async def test_r9_advance_ends_at_the_end_and_closing_counts_from_there(place: Place) -> None:
    session = (await place.host(ANA, "Async", minutes=30)).session
    place.clock.to("10:29:59")
    await place.service.clockwork.advance(GUILD)
    assert (await place.session(session.id)).state is State.OPEN
    place.clock.to("10:47")
    await place.service.clockwork.advance(GUILD)
    now = await place.session(session.id)
    assert (now.state, now.closed) == (State.ENDED, at("10:30"))


async def test_r7_after_a_long_outage_what_passed_is_opened_and_ended_but_not_announced(place: Place) -> None:
    passed = (await place.host(ANA, "Passed", "10:30", 30)).session
    halfway = (await place.host(BEN, "Half way", "11:00", 60)).session
    ahead = (await place.host(CAT, "Ahead", "14:30")).session
    place.clock.to("11:20")
    await place.service.clockwork.advance(GUILD)
    states = [(await place.session(s.id)).state for s in (passed, halfway, ahead)]
    assert states == [State.ENDED, State.OPEN, State.BOOKED]
    assert (await place.session(passed.id)).closed == at("11:00")
    assert await place.actions(passed.id) == ["host", "open", "ended"]
    assert [n.session_id for n in (await place.book.read(GUILD)).rows.notices] == [halfway.id] * 2


async def test_r3_the_ended_go_first_so_that_their_desks_are_free_for_the_opened(place: Place) -> None:
    async def two_full_houses() -> list[Session]:
        first = [(await place.host(person(n), f"First {n}", minutes=30)).session for n in range(10)]
        second = [(await place.host(person(50 + n), f"Second {n}", "10:30")).session for n in range(10)]
        return first + second

    made = await two_full_houses()
    place.clock.to("10:30")
    await place.service.clockwork.advance(GUILD)
    now = [await place.session(s.id) for s in made]
    assert [s.state for s in now] == [State.ENDED] * 10 + [State.OPEN] * 10
    assert [s.desk for s in now[10:]] == list(range(1, 11))
    assert (await place.actions())[-20:] == ["ended"] * 10 + ["open"] * 10


async def test_r3_days_of_outage_with_every_desk_taken_again_and_again(place: Place) -> None:
    """Opened only to be ended, they pass through the ten desks without ever sharing one."""
    made = []
    for hour in ("10:30", "11:30", "12:30"):
        made += [(await place.host(person(n), f"{hour} {n}", hour)).session for n in range(10)]
    place.clock.to("12:00", day=9)
    await place.service.clockwork.advance(GUILD)
    assert {(await place.session(s.id)).state for s in made} == {State.ENDED}
    assert {(await place.session(s.id)).desk for s in made} <= set(range(1, 11))
    assert (await place.book.read(GUILD)).rows.notices == []
    for session in made:
        assert await place.actions(session.id) == ["host", "open", "ended"]


async def test_r3_desks_are_the_lowest_free_and_nobody_shares_one(place: Place) -> None:
    made = [(await place.host(person(n), f"T{n}")).session for n in range(5)]
    assert [s.desk for s in made] == [1, 2, 3, 4, 5]
    for number in (1, 3):
        await place.service.changes.end(GUILD, made[number].id, ORGANIZER, "")
    later = [(await place.host(person(20 + n), f"U{n}")).session.desk for n in range(3)]
    assert later == [2, 4, 6]


async def test_r3_a_desk_whose_time_is_over_is_taken_over_by_who_starts_now(place: Place) -> None:
    """Though the keeper has not been here yet: capacity is free at the very second of the end (R9)."""
    made = [(await place.host(person(n), f"T{n}", minutes=30)).session for n in range(10)]
    place.clock.to("10:30")
    late = (await place.host(ANA, "Next")).session
    assert (late.desk, late.state) == (1, State.OPEN)
    assert (await place.session(made[0].id)).state is State.ENDED
    assert await place.actions(made[0].id) == ["host", "open", "ended"]
    opened = (await place.audit(late.id))[-1]
    assert (opened.action, opened.detail) == ("open", {"desk": 1, "replaces": made[0].id})


async def test_r12_a_lowered_limit_still_gives_every_booked_session_a_desk(place: Place) -> None:
    made = [(await place.host(person(n), f"T{n}", "10:30")).session for n in range(5)]
    lowered = place.changed_limits(parallel_limit=2)
    place.clock.to("10:30")
    await lowered.clockwork.advance(GUILD)
    assert [(await place.session(s.id)).desk for s in made] == [1, 2, 3, 4, 5]
    with pytest.raises(Refusal, match="full"):
        await lowered.hosting.host(GUILD, person(50), Draft(50, "More", "", "", None))


async def test_advance_twice_or_at_once_changes_nothing_more(place: Place) -> None:
    for number in range(10):
        await place.host(person(number), f"T{number}", "10:30", 30)
    place.clock.to("10:30")
    await asyncio.gather(*(place.service.clockwork.advance(GUILD) for _ in range(5)))
    assert (await place.actions()).count("open") == 10
    place.clock.to("11:00")
    await asyncio.gather(*(place.service.clockwork.advance(GUILD) for _ in range(5)))
    assert (await place.actions()).count("ended") == 10
    assert len(await place.audit()) == 30


async def test_advance_leaves_other_guilds_alone(place: Place) -> None:
    session = (await place.host(ANA, "Async", "10:30")).session
    place.clock.to("10:30")
    await place.service.clockwork.advance(ELSEWHERE)
    assert (await place.session(session.id)).state is State.BOOKED


async def test_advance_copes_with_a_session_that_somebody_else_closes_meanwhile(place: Place) -> None:
    session = (await place.host(ANA, "Async", minutes=30)).session
    place.clock.to("10:30")
    async with place.db.transaction() as tx:
        await sessions.set_closed(tx, session.id, State.RELEASED, place.clock())
        waiting = asyncio.create_task(place.service.clockwork.advance(GUILD))
        # A read that is over shows that the task's own read, asked for before, has seen the session open.
        await asyncio.sleep(0)
        assert (await place.session(session.id)).state is State.OPEN
    await waiting
    assert (await place.session(session.id)).state is State.RELEASED


# R16: words from strangers


STRANGERS = {
    "emoji": "🐍👩‍💻 パイソン 🏴󠁧󠁢󠁥󠁮󠁧󠁿",
    "chinese": "如何避免倦怠：開源維護者的心得",
    "arabic": "برمجة بايثون للمبتدئين",
    "combining": "Z̸̢a̵l̶g̵o̷ e\u0301\u0301\u0301\u0301\u0301\u0301\u0301",
    "zero-width": "a\u200bsyn\u200dc\u2060\ufeff",
    "bidi": "abc\u202edef\u2066ghi",
    "control": "a\0b\x07c\x1b[31md\r\ne\x85f",
    "surrogate": "a\ud800b",
    "100": "x" * 100,
    "101": "y" * 101,
    "4000": "word " * 800,
    "4000 clusters": "👩‍👩‍👧‍👦" * 571,
    "everyone": "@everyone @here",
    "role": "<@&1> <@1> <#1> </ban:1> <t:0>",
    "markdown": "**b** __u__ ~~s~~ ||sp|| [a](http://b) # h\n> q",
    "fences": "```py\nprint()\n``` `x`",
    "sql": "'; DROP TABLE session; -- \" ) ? ?1 :x @y $z",
    "path": "../../etc/passwd C:\\con\\nul /dev/null",
    "format": "{topic} %s {0.__class__} %(x)s",
    "number": "42",
    "one": "·",
}


@pytest.mark.parametrize("name", STRANGERS)
async def test_r16_words_from_strangers_are_stored_safely(place: Place, name: str) -> None:
    words = STRANGERS[name]
    who = person(5, words)
    result = await place.host(who, words, description=words)
    session = result.session
    assert session.topic == clean_line(words, 100)
    assert 0 < len(session.topic) <= 100
    assert 0 < len(session.description) <= 1000
    assert 0 < len(session.host_name) <= 32
    assert session.topic.isprintable() or "\u200d" in session.topic or "\U000e0067" in session.topic
    assert "\n" not in session.topic
    assert await place.session(session.id) == session
    assert result.shortened == (name in {"101", "4000", "4000 clusters"})
    assert (await place.audit())[0].detail["topic"] == session.topic
    assert place.ask("SELECT count(*) FROM session") == [(1,)]
    assert await place.service.finding.find(GUILD, words) == session
    assert (await place.host(who, words, description=words)).again
    await place.service.guests.join(GUILD, session.id, person(6, words))
    assert place.ask("SELECT user_name FROM joined") == [(session.host_name,)]


async def test_r16_a_topic_that_is_too_long_keeps_its_words_in_the_description(place: Place) -> None:
    words = " ".join(f"word{n}" for n in range(500))[:4000]
    result = await place.host(ANA, words)
    assert result.shortened
    assert result.session.topic == words[:99].rstrip() + "…"
    assert result.session.description == clean_line(words, 1000)
    assert result.session.description.startswith(words[:900])
    own = await place.host(BEN, words, description="My own words")
    assert (own.session.description, own.shortened) == ("My own words", True)


async def test_r16_a_description_that_is_too_long_is_cut_and_the_host_is_told(place: Place) -> None:
    exact = await place.host(ANA, "Async", description="x" * 1000)
    assert (exact.session.description, exact.shortened) == ("x" * 1000, False)
    long = await place.host(BEN, "Async", description="x" * 1001)
    assert (long.session.description, long.shortened) == ("x" * 999 + "…", True)


async def test_r16_a_person_without_a_visible_name_goes_by_their_id(place: Place) -> None:
    assert (await place.host(person(5, "\u200b\u200b"), "Async")).session.host_name == "5"


@given(st.text(max_size=300), st.text(max_size=300))
@settings(
    deadline=None,
    max_examples=examples(60),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_r16_any_text_makes_a_session_that_its_own_words_find_or_no_topic(
    tmp_path_factory: pytest.TempPathFactory, topic: str, description: str
) -> None:
    async def host() -> None:
        async with open_place(tmp_path_factory.mktemp("any")) as place:
            if not clean_line(topic, 100):
                assert (await place.refused(place.host(ANA, topic))).code == "no-topic"
                return
            session = (await place.host(ANA, topic, description=description)).session
            assert await place.session(session.id) == session
            assert fold(session.topic)
            assert await place.service.finding.find(GUILD, topic) == session

    asyncio.run(host())


# R3 at once


async def test_r3_two_hundred_at_once_want_ten_desks_and_ten_get_one(place: Place) -> None:
    async def want(number: int) -> Hosted | Refusal:
        try:
            return await place.host(person(number), f"Topic {number}", "14:30", 60)
        except Refusal as refusal:
            return refusal

    answers = await asyncio.gather(*(want(number) for number in range(200)))
    hosted = [a for a in answers if isinstance(a, Hosted)]
    refused = [a for a in answers if isinstance(a, Refusal)]
    assert (len(hosted), len(refused)) == (10, 190)
    assert len({h.session.id for h in hosted}) == 10
    assert {r.code for r in refused} == {"full"}
    assert {len(r.offers) for r in refused} == {3}
    assert len({r.draft for r in refused}) == 190
    assert place.ask("SELECT count(*), min(starts_at), max(ends_at) FROM session") == [
        (10, int(at("14:30").timestamp()), int(at("15:30").timestamp()))
    ]
    assert await place.actions() == ["host"] * 10
    place.clock.to("14:30")
    await place.service.clockwork.advance(GUILD)
    desks = [s.desk for s in await place.service.finding.active(GUILD)]
    assert sorted(d for d in desks if d) == list(range(1, 11))


async def test_r3_two_hundred_at_once_start_now_on_ten_desks(place: Place) -> None:
    services = [Service(needs(place.db, place.service.programme(GUILD), place.clock)) for _ in range(2)]

    async def want(number: int) -> Hosted | Refusal:
        try:
            draft = Draft(number, f"Topic {number}", "", "now", None)
            return await services[number % 2].hosting.host(GUILD, person(number), draft)
        except Refusal as refusal:
            return refusal

    answers = await asyncio.gather(*(want(number) for number in range(200)))
    desks = sorted(a.session.desk or 0 for a in answers if isinstance(a, Hosted))
    assert desks == list(range(1, 11))
    assert all(later > earlier for earlier, later in pairwise(desks))
    assert {a.code for a in answers if isinstance(a, Refusal)} == {"full-now"}


@pytest.mark.parametrize(
    ("text", "code", "offered"),
    [
        ("tomorrow", "when-no-time", ["3 10:30", "3 10:45", "3 11:00"]),
        ("明天下午", "when-no-time", ["3 12:00", "3 12:15", "3 11:45"]),
        ("day 9", "when-no-day", ["3 10:30", "3 10:45", "3 11:00"]),
        ("17:00", "closed", ["2 15:15", "2 15:00", "2 14:45"]),
        ("7:00", "when-no-window", ["3 10:30", "3 10:45", "3 11:00"]),
        ("day 2 18:00", "over", ["3 15:30", "3 15:15", "3 15:00"]),
        ("1h", "when-either", ["2 11:00", "2 13:00", "2 13:15"]),
        ("around tea", "when-unclear", ["2 10:00", "2 10:15", "2 10:30"]),
    ],
)
async def test_c5_r6_what_was_understood_decides_which_times_are_offered(
    place: Place, text: str, code: str, offered: list[str]
) -> None:
    refusal = await place.refused(place.host(ANA, "Async", text))
    assert (refusal.code, [f"{o.start:%-d %H:%M}" for o in refusal.offers]) == (code, offered)
    session = (await place.host(ANA, "Booked", "12:00")).session
    typed = Draft(ANA.id, "Booked", "", text, None)
    moving = await place.refused(place.service.edits.edit_typed(GUILD, session.id, ANA, typed))
    assert (moving.code, [f"{o.start:%-d %H:%M}" for o in moving.offers]) == (code, offered)


async def test_r1_a_range_is_booked_from_its_start_to_its_end(place: Place) -> None:
    session = (await place.host(ANA, "Async", "14:30-15:15")).session
    assert (session.start, session.end) == (at("14:30"), at("15:15"))
    typed = Draft(ANA.id, "Async", "", "下午一點到兩點半", None)
    moved = (await place.service.edits.edit_typed(GUILD, session.id, ANA, typed)).session
    assert (moved.start, moved.end) == (at("13:00"), at("14:30"))
    refusal = await place.refused(place.host(BEN, "Two", "14:30-15:15", 60))
    assert (refusal.code, refusal.fields) == ("two-lengths", {"minutes": 60, "other": 45})
    assert f"{refusal.offers[0].start:%H:%M}" == "14:30"
    assert (await place.host(BEN, "Two", "14:30-15:15", 45)).session.end == at("15:15")


async def test_u11_a_session_is_found_whatever_the_accents(place: Place) -> None:
    session = (await place.host(person(7, "Lucía"), "Åsa's naïve Bayes", "14:30")).session
    for typed in ("lucia", "ＬＵＣÍＡ", "asa's naive", "BAYES"):
        assert (await place.service.finding.find(GUILD, typed)).id == session.id


# C9, R5: what overlaps is told


async def test_c9_r5_who_joins_is_told_what_else_they_have_then_and_is_not_stopped(place: Place) -> None:
    async def ahead(who: Person, topic: str, start: str, minutes: int = 60) -> int:
        return (await place.host(who, topic, start, minutes)).session.id

    own = await ahead(CAT, "Own", "11:00")
    await ahead(ANA, "Not joined", "11:00")
    joined = await ahead(BEN, "Joined", "11:30", 30)
    touching = await ahead(person(7), "Touching", "12:30")
    other = await ahead(person(8), "Other", "11:30")
    off = await ahead(person(9), "Called off", "11:30")
    for number in (joined, off, touching):
        await place.service.guests.join(GUILD, number, CAT)
    await place.service.changes.cancel(GUILD, off, person(9), "")
    result = await place.service.guests.join(GUILD, other, CAT)
    assert result.changed
    assert [s.id for s in result.overlaps] == [own, joined]
    assert (await place.service.guests.join(GUILD, touching, CAT)).overlaps == ()
    assert [s.id for s in (await place.service.guests.join(GUILD, other, CAT)).overlaps] == [own, joined]


async def test_c9_r5_a_reminder_by_which_one_joins_tells_it_too(place: Place) -> None:
    first = (await place.host(ANA, "First", "11:00")).session
    second = (await place.host(BEN, "Second", "11:30")).session
    assert (await place.service.guests.remind(GUILD, first.id, CAT)).overlaps == ()
    assert (await place.service.guests.remind(GUILD, second.id, CAT)).overlaps == (first,)
    assert (await place.service.guests.remind(GUILD, second.id, CAT)).overlaps == ()
