"""Changes of settings: asked about where sessions would no longer fit (R12), confirmed, undone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.config import parse_server
from bot.domain.misfits import misfits
from bot.domain.models import State
from bot.service import Needs, Rulebook, Service, rules_of
from bot.service.leftovers import PAGE, Decision, What
from bot.service.revisions import Revision
from bot.service.windows import Typed, Which
from bot.store.revisions import LIFE
from tests.service.support import (
    ANA,
    BEN,
    ELSEWHERE,
    GUILD,
    ORGANIZER,
    Place,
    at,
    noting,
    open_place,
    person,
)

CONFERENCE: dict[str, Any] = {
    "name": "PyMini",
    "timezone": "Asia/Taipei",
    "windows": [
        {"name": "Day 1", "opens": "2021-10-02T08:55:00", "closes": "2021-10-02T16:15:00"},
        {
            "name": "Day 2",
            "opens": "2021-10-03T10:30:00",
            "closes": "2021-10-03T16:40:00",
            "highlights": [
                {"name": "Quiet", "opens": "2021-10-03T14:30:00", "closes": "2021-10-03T15:20:00"}
            ],
        },
    ],
}
LIMIT, MOST, WINDOWS = "conference.parallel_limit", "sessions.max_minutes", "conference.windows"
DAY_1 = Which(datetime(2021, 10, 2, 8, 55))  # noqa: DTZ001 - local by design
QUIET = Which(datetime(2021, 10, 3, 14, 30), highlight=True)  # noqa: DTZ001


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Place]:
    async with open_place(tmp_path) as made:
        rulebook = Rulebook(rules_of(parse_server({"conference": CONFERENCE})), made.db)
        made.service = Service(Needs(made.db, rulebook, made.clock, noting(made.woken)))
        yield made


async def three(place: Place) -> list[int]:
    """Three at once, booked by different people."""
    return [(await place.host(person(n), f"Topic {n}", "15:00")).session.id for n in (1, 2, 3)]


async def wish(place: Place, **values: object) -> Revision:
    named = {key.replace("__", "."): value for key, value in values.items()}
    return await place.service.revisions.wish(GUILD, ORGANIZER, named)


def limit(place: Place) -> int:
    return place.service.programme(GUILD).limits.parallel_limit


async def test_what_leaves_nothing_over_is_in_force_at_once_and_undone_by_its_number(place: Place) -> None:
    made = await wish(place, sessions__max_minutes=90)
    assert (made.done, made.old(MOST), made.new(MOST)) == (True, 120, 90)
    assert place.service.programme(GUILD).limits.max_minutes == 90
    back = await place.service.revisions.undo(GUILD, ORGANIZER, made.id)
    assert (back.done, back.old(MOST), back.new(MOST)) == (True, 90, 120)
    assert place.service.rules(GUILD).own == {}
    again = await place.service.revisions.undo(GUILD, ORGANIZER, back.id)
    assert again.new(MOST) == 90
    assert await place.actions() == ["settings"] * 3


async def test_what_is_so_already_changes_nothing(place: Place) -> None:
    await wish(place, sessions__max_minutes=90)
    before = place.dump()
    assert (await wish(place, sessions__max_minutes=90)).keys == ()
    assert place.dump() == before


async def test_r12_a_lower_limit_waits_and_cancels_nothing(place: Place) -> None:
    ids = await three(place)
    made = await wish(place, conference__parallel_limit=1)
    assert not made.done
    assert [each.misfit.session.id for each in made.left.shown] == ids[1:]
    assert all(slot.start >= at("16:00") or slot.end <= at("15:00") for slot in made.left.shown[0].offers)
    assert limit(place) == 10
    done = await place.service.revisions.confirm(GUILD, ORGANIZER, made.id)
    assert done.done
    assert limit(place) == 1
    assert {(await place.session(i)).state for i in ids} == {State.BOOKED}
    kept = [entry.session_id for entry in await place.audit() if entry.action == "kept"]
    assert kept == ids[1:]


async def test_r12_each_is_kept_moved_or_called_off_as_decided(place: Place) -> None:
    ids = await three(place)
    fourth = (await place.host(person(4), "Topic 4", "15:00")).session.id
    await place.service.guests.join(GUILD, ids[2], person(9))
    made = await wish(place, conference__parallel_limit=1)
    revisions = place.service.revisions
    start = made.left.shown[0].offers[0].start
    await revisions.decide(GUILD, ORGANIZER, made.id, Decision(What.MOVE, start), session_id=ids[1])
    close = Decision(What.CLOSE, reason="  Too *full*, sorry ")
    made = await revisions.decide(GUILD, ORGANIZER, made.id, close, session_id=ids[2])
    assert made.left.decided == {What.KEEP: 0, What.MOVE: 1, What.CLOSE: 1}
    assert {(await place.session(i)).start for i in ids} == {at("15:00")}  # not yet
    done = await revisions.confirm(GUILD, ORGANIZER, made.id)
    assert [each.refusal for each in done.settled] == [None, None]
    first, moved, gone, last = [await place.session(i) for i in (*ids, fourth)]
    assert (first.start, first.state) == (at("15:00"), State.BOOKED)
    assert moved.start == start
    assert (gone.state, gone.why) == (State.CANCELLED, "Too *full*, sorry")
    assert (last.start, last.state) == (at("15:00"), State.BOOKED)
    assert place.ask("SELECT count(*) FROM notice WHERE kind = 'cancelled'") == [(1,)]
    assert place.ask("SELECT decisions FROM revision WHERE id = ?", made.id) == [("{}",)]
    left = await place.service.leftovers.look(GUILD, ORGANIZER, 0)
    assert [(each.misfit.session.id, each.kept) for each in left.shown] == [(fourth, True)]


async def test_r12_keeping_all_forgets_what_was_decided(place: Place) -> None:
    ids = await three(place)
    made = await wish(place, conference__parallel_limit=1)
    revisions = place.service.revisions
    await revisions.decide(GUILD, ORGANIZER, made.id, Decision(What.CLOSE, reason="no"))
    done = await revisions.confirm(GUILD, ORGANIZER, made.id, keep_all=True)
    assert done.settled == []
    assert {(await place.session(i)).state for i in ids} == {State.BOOKED}


async def test_r12_all_about_which_nothing_was_decided_are_called_off_with_one_word(place: Place) -> None:
    ids = await three(place)
    made = await wish(place, conference__parallel_limit=1)
    revisions = place.service.revisions
    await revisions.decide(GUILD, ORGANIZER, made.id, Decision(What.KEEP), session_id=ids[1])
    await revisions.decide(GUILD, ORGANIZER, made.id, Decision(What.CLOSE, reason="full"))
    await revisions.confirm(GUILD, ORGANIZER, made.id)
    assert [(await place.session(i)).state for i in ids] == [State.BOOKED, State.BOOKED, State.CANCELLED]


async def test_r12_a_running_session_can_only_be_kept_or_ended(place: Place) -> None:
    running = (await place.host(ANA, "Git")).session
    made = await place.service.windows.edit(GUILD, ORGANIZER, DAY_1, Typed(closes="10:30"))
    [left] = made.left.shown
    assert left.offers == ()
    end = Decision(What.CLOSE, reason="Storm")
    await place.service.revisions.decide(GUILD, ORGANIZER, made.id, end, session_id=running.id)
    await place.service.revisions.confirm(GUILD, ORGANIZER, made.id)
    assert ((await place.session(running.id)).state, (await place.session(running.id)).why) == (
        State.ENDED,
        "Storm",
    )


async def test_r12_what_can_no_longer_be_moved_stays_and_says_why(place: Place) -> None:
    ids = await three(place)
    made = await wish(place, conference__parallel_limit=1)
    start = made.left.shown[0].offers[0].start
    for number in ids[1:]:  # both to one time
        move = Decision(What.MOVE, start)
        await place.service.revisions.decide(GUILD, ORGANIZER, made.id, move, session_id=number)
    done = await place.service.revisions.confirm(GUILD, ORGANIZER, made.id)
    assert [each.refusal and each.refusal.code for each in done.settled] == [None, "full"]
    assert (await place.session(ids[2])).start == at("15:00")
    left = await place.service.leftovers.look(GUILD, ORGANIZER, 0)
    assert [(each.misfit.session.id, each.kept) for each in left.shown] == [(ids[2], False)]


async def test_r12_what_no_longer_fits_is_settled_later_too(place: Place) -> None:
    ids = await three(place)
    await place.service.settings.set(GUILD, ORGANIZER, {LIMIT: 1})
    leftovers = place.service.leftovers
    left = await leftovers.look(GUILD, ORGANIZER, 0)
    assert [each.misfit.session.id for each in left.shown] == ids[1:]
    offer = left.shown[0].offers[0].start
    await leftovers.settle(GUILD, ORGANIZER, ids[1], Decision(What.MOVE, offer))
    await leftovers.settle(GUILD, ORGANIZER, ids[2], Decision(What.KEEP))
    await leftovers.settle(GUILD, ORGANIZER, ids[2], Decision(What.KEEP))
    assert (await place.session(ids[1])).start == offer
    left = await leftovers.look(GUILD, ORGANIZER, 0)
    assert (left.total, left.kept) == (1, 1)
    assert [e.action for e in await place.audit(ids[2])] == ["host", "kept"]
    await leftovers.settle(GUILD, ORGANIZER, ids[2], Decision(What.CLOSE, reason="full"))
    assert (await leftovers.look(GUILD, ORGANIZER, 0)).total == 0


async def test_fifty_are_shown_by_page(place: Place) -> None:
    await place.service.settings.set(GUILD, ORGANIZER, {LIMIT: 25})
    for number in range(50):
        when = "15:00" if number < 25 else "13:00"
        await place.host(person(number + 1), f"Topic {number}", when)
    made = await wish(place, conference__parallel_limit=1)
    assert (made.left.total, len(made.left.shown), made.left.pages) == (48, PAGE, 8)
    last = await place.service.revisions.look(GUILD, ORGANIZER, made.id, 99)
    assert (last.left.number, last.left.total) == (7, 48)


async def test_a_stale_question_is_refused_and_so_is_a_stale_undo(place: Place) -> None:
    await three(place)
    made = await wish(place, conference__parallel_limit=1)
    other = await wish(place, conference__parallel_limit=5)
    revisions = place.service.revisions
    for late in (
        revisions.confirm(GUILD, ORGANIZER, made.id),
        revisions.look(GUILD, ORGANIZER, made.id),
        revisions.decide(GUILD, ORGANIZER, made.id, Decision(What.KEEP)),
    ):
        refusal = await place.refused(late)
        assert (refusal.code, refusal.fields["keys"]) == ("revision-stale", (LIMIT,))
    await wish(place, conference__parallel_limit=6)
    assert (await place.refused(revisions.undo(GUILD, ORGANIZER, other.id))).code == "revision-stale"
    assert limit(place) == 6


async def test_a_question_is_answered_once_and_grows_old(place: Place) -> None:
    await three(place)
    revisions = place.service.revisions
    made = await wish(place, conference__parallel_limit=1)
    await revisions.confirm(GUILD, ORGANIZER, made.id)
    assert (await place.refused(revisions.confirm(GUILD, ORGANIZER, made.id))).code == "revision-done"
    place.clock.time += LIFE + timedelta(seconds=1)
    assert (await place.refused(revisions.undo(GUILD, ORGANIZER, made.id))).code == "revision-gone"
    await place.service.tidying.tidy()
    assert place.ask("SELECT count(*) FROM revision") == [(0,)]


async def test_what_is_asked_about_waits_though_everything_fits(place: Place) -> None:
    await wish(place, sessions__max_minutes=90)
    made = await place.service.revisions.wish(GUILD, ORGANIZER, {MOST: None}, ask=True)
    assert not made.done
    assert place.service.programme(GUILD).limits.max_minutes == 90
    await place.service.revisions.confirm(GUILD, ORGANIZER, made.id)
    assert place.service.programme(GUILD).limits.max_minutes == 120


async def test_two_changes_at_once_are_checked_against_each_other(place: Place) -> None:
    """Each fits what was there before; both together do not."""
    wishes = (wish(place, sessions__min_minutes=55), wish(place, sessions__default_minutes=50))
    results = await asyncio.gather(*wishes, return_exceptions=True)
    assert sum(isinstance(each, Revision) for each in results) == 1
    assert place.service.rules(GUILD).dropped == {}


async def test_only_organizers_and_only_of_that_server(place: Place) -> None:
    ids = await three(place)
    made = await wish(place, conference__parallel_limit=1)
    service, keep = place.service, Decision(What.KEEP)
    for late in (
        service.revisions.wish(GUILD, ANA, {LIMIT: 1}),
        service.revisions.look(GUILD, ANA, made.id),
        service.revisions.decide(GUILD, ANA, made.id, keep),
        service.revisions.confirm(GUILD, ANA, made.id),
        service.revisions.undo(GUILD, ANA, made.id),
        service.leftovers.look(GUILD, ANA, 0),
        service.leftovers.settle(GUILD, ANA, ids[0], keep),
        service.windows.edit(GUILD, BEN, DAY_1, Typed(closes="12:00")),
        service.windows.remove(GUILD, BEN, DAY_1),
        service.statuses.look(GUILD, BEN),
    ):
        assert (await place.refused(late)).code == "organizers-only"
    for code, late in (  # guessed from another server
        ("revision-gone", service.revisions.look(ELSEWHERE, ORGANIZER, made.id)),
        ("revision-gone", service.revisions.decide(ELSEWHERE, ORGANIZER, made.id, keep)),
        ("revision-gone", service.revisions.confirm(ELSEWHERE, ORGANIZER, made.id)),
        ("revision-gone", service.revisions.undo(ELSEWHERE, ORGANIZER, made.id)),
        ("no-session", service.leftovers.settle(ELSEWHERE, ORGANIZER, ids[0], keep)),
        ("no-session", service.leftovers.settle(ELSEWHERE, ORGANIZER, ids[0], Decision(What.CLOSE))),
    ):
        assert (await place.refused(late)).code == code
    assert (await service.statuses.look(ELSEWHERE, ORGANIZER)).coming == []
    await service.revisions.confirm(GUILD, ORGANIZER, made.id)
    assert service.programme(ELSEWHERE).limits.parallel_limit == 10


async def test_settings_that_fit_no_more_are_remembered_and_can_be_cleared(place: Place) -> None:
    place.other.execute("INSERT INTO setting VALUES (?, 'sessions.gone', '5', 1, 1)", (GUILD,))
    service, rulebook = place.service, Rulebook(rules_of(parse_server({"conference": CONFERENCE})), place.db)
    service = Service(Needs(place.db, rulebook, place.clock, noting([])))
    await rulebook.load()
    assert (await service.statuses.look(GUILD, ORGANIZER)).rules.dropped == {"sessions.gone": 5}
    made = await service.revisions.wish(GUILD, ORGANIZER, {"sessions.gone": None})
    assert made.done
    assert service.rules(GUILD).dropped == {}


# ------------------------------------------------------------------------ windows


def windows(place: Place) -> list[str]:
    local = place.service.programme(GUILD).local
    return [
        f"{w.name} {local(w.start):%d %H:%M}-{local(w.end):%d %H:%M}"
        + "".join(f" *{h.name} {local(h.start):%H:%M}-{local(h.end):%H:%M}" for h in w.highlights)
        for w in place.service.programme(GUILD).windows
    ]


def named(day: object) -> tuple[str, str]:
    return f"On {day}", "那天"


ONE, TWO = "Day 1 02 08:55-02 16:15", "Day 2 03 10:30-03 16:40 *Quiet 14:30-15:20"


async def test_r2_windows_and_highlights_are_added_in_order(place: Place) -> None:
    service = place.service.windows
    typed = Typed("10/4 9:00-12:00", name=" Sprints ", name_zh="衝刺")
    await service.add(GUILD, ORGANIZER, typed, named, highlight=False)
    await service.add(GUILD, ORGANIZER, Typed("10/5 20:00", "2:00"), named, highlight=False)
    await service.add(GUILD, ORGANIZER, Typed("10/4 10:00-10:30"), named, highlight=True)
    assert windows(place) == [
        ONE,
        TWO,
        "Sprints 04 09:00-04 12:00 *On 2021-10-04 10:00-10:30",
        "On 2021-10-05 05 20:00-06 02:00",
    ]
    found = place.service.programme(GUILD).windows
    assert [w.name_zh for w in found] == ["", "", "衝刺", "那天"]


async def test_r2_a_window_moves_with_its_highlights_and_cuts_them(place: Place) -> None:
    service, day_2 = place.service.windows, Which(datetime(2021, 10, 3, 10, 30))  # noqa: DTZ001
    await service.edit(GUILD, ORGANIZER, day_2, Typed(opens="10/4 11:00", name="Day 3"))
    assert windows(place) == [ONE, "Day 3 04 11:00-04 16:40 *Quiet 14:30-15:20"]
    day_3 = Which(datetime(2021, 10, 4, 11, 0))  # noqa: DTZ001
    await service.edit(GUILD, ORGANIZER, day_3, Typed(closes="15:00", name_zh="第三天"))
    assert windows(place) == [ONE, "Day 3 04 11:00-04 15:00 *Quiet 14:30-15:00"]
    made = await service.edit(GUILD, ORGANIZER, day_3, Typed(closes="14:00", name_zh="-"))
    assert windows(place) == [ONE, "Day 3 04 11:00-04 14:00"]
    assert place.service.programme(GUILD).windows[1].name_zh == ""
    await place.service.revisions.undo(GUILD, ORGANIZER, made.id)
    assert windows(place) == [ONE, "Day 3 04 11:00-04 15:00 *Quiet 14:30-15:00"]


async def test_r2_windows_and_highlights_are_removed(place: Place) -> None:
    service = place.service.windows
    await service.remove(GUILD, ORGANIZER, QUIET)
    assert windows(place) == [ONE, "Day 2 03 10:30-03 16:40"]
    await service.edit(GUILD, ORGANIZER, DAY_1, Typed(name="Saturday"))
    await service.remove(GUILD, ORGANIZER, Which(datetime(2021, 10, 3, 10, 30)))  # noqa: DTZ001
    assert windows(place) == ["Saturday 02 08:55-02 16:15"]
    refusal = await place.refused(service.remove(GUILD, ORGANIZER, DAY_1))
    assert faults(refusal) == ["no-entries"]


def faults(refusal: object) -> list[str]:
    found = refusal.fields.get("faults", ())  # type: ignore[attr-defined]
    return [fault.code for fault in found]


@pytest.mark.parametrize(
    ("opens", "closes", "code"),
    [
        ("10/2 16:00", "17:00", "overlap"),
        ("10/5 9:00", "10/13 9:00", "window-long"),
        ("10/5 9:00", "10/4 9:00", "closes-first"),
    ],
)
async def test_r2_windows_that_cannot_be_are_refused(
    place: Place, opens: str, closes: str, code: str
) -> None:
    typed = Typed(opens, closes)
    wish = place.service.windows.add(GUILD, ORGANIZER, typed, named, highlight=False)
    assert faults(await place.refused(wish)) == [code]


async def test_r2_hours_that_the_clocks_skip_or_show_twice_are_refused(place: Place) -> None:
    await place.service.settings.set(GUILD, ORGANIZER, {"conference.timezone": "Europe/Prague"})
    for day, code in (("2022-03-27", "clock-skips"), ("2021-10-31", "clock-twice")):
        typed = Typed(f"{day} 02:30", "09:00")
        wish = place.service.windows.add(GUILD, ORGANIZER, typed, named, highlight=False)
        assert faults(await place.refused(wish)) == [code]


async def test_r2_highlights_outside_and_windows_that_are_past_are_refused(place: Place) -> None:
    service = place.service.windows
    outside = service.add(GUILD, ORGANIZER, Typed("10/2 17:00-18:00"), named, highlight=True)
    assert (await place.refused(outside)).code == "highlight-outside"
    longer = service.add(GUILD, ORGANIZER, Typed("10/2 16:00-18:00"), named, highlight=True)
    assert faults(await place.refused(longer)) == ["outside"]
    past = service.edit(GUILD, ORGANIZER, DAY_1, Typed(closes="9:30"))
    assert (await place.refused(past)).code == "window-past"
    over = service.add(GUILD, ORGANIZER, Typed("10/2 07:00-08:00"), named, highlight=False)
    assert (await place.refused(over)).code == "window-past"
    gone = service.remove(GUILD, ORGANIZER, Which(datetime(2021, 10, 2, 9, 0)))  # noqa: DTZ001
    assert (await place.refused(gone)).code == "no-window"
    await service.edit(GUILD, ORGANIZER, DAY_1, Typed(closes="now"))
    assert windows(place)[0] == "Day 1 02 08:55-02 10:00"


async def test_two_who_change_windows_at_once_lose_nothing(place: Place) -> None:
    service = place.service.windows
    added = service.add(GUILD, ORGANIZER, Typed("10/4 9:00-12:00", name="A"), named, highlight=False)
    other = service.add(GUILD, ORGANIZER, Typed("10/5 9:00-12:00", name="B"), named, highlight=False)
    results = await asyncio.gather(added, other, return_exceptions=True)
    codes = [getattr(each, "code", "made") for each in results]
    assert sorted(codes) == ["made", "revision-stale"]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=10)
@given(
    starts=st.lists(st.integers(0, 6), min_size=1, max_size=12),
    most=st.integers(1, 3),
    closes=st.integers(12, 16),
    acts=st.lists(st.sampled_from(What), max_size=12),
)
async def test_r12_whatever_is_decided_what_is_not_kept_fits(
    tmp_path_factory: pytest.TempPathFactory, starts: list[int], most: int, closes: int, acts: list[What]
) -> None:
    """Random days, random new rules, random decisions: nothing is lost, and what remains over was kept."""
    async with open_place(tmp_path_factory.mktemp("random")) as place:
        rulebook = Rulebook(rules_of(parse_server({"conference": CONFERENCE})), place.db)
        place.service = Service(Needs(place.db, rulebook, place.clock, noting([])))
        for number, start in enumerate(starts, start=1):
            await place.host(
                person(number), f"Topic {number}", f"{10 + start // 2}:{30 * (start % 2) or '00'}"
            )
        before = await place.service.finding.active(GUILD)
        shorter = [
            {**CONFERENCE["windows"][0], "closes": f"2021-10-02T{closes}:00:00"},
            CONFERENCE["windows"][1],
        ]
        made = await place.service.revisions.wish(GUILD, ORGANIZER, {LIMIT: most, WINDOWS: shorter})
        kept = set()
        found = misfits(made.after.programme, before)
        assert made.left.total == len(found)
        for each, act in zip(found, acts, strict=False):
            offers = [e.offers for e in made.left.shown if e.misfit == each and e.offers]
            move = Decision(What.MOVE, offers[0][0].start) if offers else Decision(What.KEEP)
            decision = move if act is What.MOVE else Decision(act, reason="word")
            await place.service.revisions.decide(
                GUILD, ORGANIZER, made.id, decision, session_id=each.session.id
            )
            kept |= {each.session.id} if decision.what is What.KEEP else set()
        kept |= {each.session.id for each in found[len(acts) :]}
        done = made if made.done else await place.service.revisions.confirm(GUILD, ORGANIZER, made.id)
        stuck = {each.session.id for each in done.settled if each.refusal}
        after = await place.service.finding.active(GUILD)
        closed = {e.session.id for e in done.settled if e.decision.what is What.CLOSE and not e.refusal}
        assert {each.id for each in after} == {each.id for each in before} - closed
        left = {each.session.id for each in misfits(place.service.programme(GUILD), after)}
        assert left <= kept | stuck


async def test_r3_a_lower_limit_holds_for_whoever_comes_right_after_it(place: Place) -> None:
    """However busy the database is: what is read of the rules afterwards comes too late."""
    await place.host(ANA, "Git", "now")
    busy = asyncio.create_task(place.busy())
    await asyncio.sleep(0)
    changing = asyncio.create_task(wish(place, conference__parallel_limit=1))
    await asyncio.sleep(0)
    [refused] = await asyncio.gather(place.host(BEN, "Rust", "now"), return_exceptions=True)
    await asyncio.gather(busy, changing)
    assert getattr(refused, "code", "") == "full-now"
