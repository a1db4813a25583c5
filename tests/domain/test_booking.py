"""R2 to R6 and R10: what a wish becomes, why not, and that whatever is offered instead really fits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from bot.domain.booking import Agenda, Booking, Wish, decide, extended, resized
from bot.domain.capacity import Slot
from bot.domain.models import Limits, Period, Session, Span, State, Window
from bot.domain.programme import Programme
from bot.domain.refusal import Refusal
from tests.service.support import MINUTE, TAIPEI, at, examples, programme

SECOND = timedelta(seconds=1)
ME, OTHER = 1, 2


DAY_1, DAY_2 = programme().windows
(QUIET,) = DAY_2.highlights


def session(
    start: str,
    end: str,
    host: int = OTHER,
    *,
    day: int = 2,
    topic: str = "Other",
    state: State = State.BOOKED,
) -> Session:
    desk = 1 if state is State.OPEN else None
    return Session(0, 0, host, "Host", topic, "", at(start, day), at(end, day), state, desk)


def mine(start: str, end: str, *, day: int = 2, state: State = State.BOOKED) -> Session:
    return session(start, end, ME, day=day, topic="Mine", state=state)


def agenda(now: datetime, *taken: Session, limit: int = 10, **limits: int) -> Agenda:
    rules = programme(parallel_limit=limit, **limits)
    return Agenda(rules, now, taken, [s for s in taken if s.host_id == ME])


def refused(wish: Wish, where: Agenda) -> Refusal:
    with pytest.raises(Refusal) as caught:
        decide(wish, where)
    for offer in caught.value.offers:
        take(offer, where)
    return caught.value


def minutes_of(slot: Slot) -> int:
    assert not (slot.end - slot.start) % MINUTE  # a button can only carry whole minutes
    return (slot.end - slot.start) // MINUTE


def take(offer: Slot, where: Agenda) -> Booking:
    """What a click on an offer brings: exactly the span that the button shows."""
    booking = decide(Wish(offer.start, minutes_of(offer)), where)
    assert (booking.start, booking.end, booking.cut) == (offer.start, offer.end, None)
    assert booking.start.tzinfo is booking.end.tzinfo is UTC
    assert offer.free > 0
    return booking


def spans(refusal: Refusal) -> list[str]:
    return [f"{o.start:%d %H:%M}-{o.end:%H:%M}" for o in refusal.offers]


# Start now


def test_r4_start_now_takes_the_default_length() -> None:
    assert decide(Wish(at("10:00")), agenda(at("10:00"))) == Booking(at("10:00"), at("11:00"), now=True)


def test_r4_start_now_takes_a_length_in_so_many_words() -> None:
    assert decide(Wish(at("10:00"), 25), agenda(at("10:00"))) == Booking(at("10:00"), at("10:25"), now=True)


def test_r4_start_now_is_cut_at_the_windows_end_and_says_so() -> None:
    booking = decide(Wish(at("15:45")), agenda(at("15:45")))
    assert booking == Booking(at("15:45"), at("16:15"), now=True, cut="window")


def test_r4_start_now_is_cut_where_all_desks_are_booked_and_says_so() -> None:
    taken = [session("10:30", "11:00"), session("10:40", "11:00")]
    booking = decide(Wish(at("10:00")), agenda(at("10:00"), *taken, limit=2))
    assert booking == Booking(at("10:00"), at("10:40"), now=True, cut="full")


def test_r4_start_now_is_cut_at_the_hosts_own_next_session_and_says_so() -> None:
    booking = decide(Wish(at("10:00")), agenda(at("10:00"), mine("10:30", "11:00")))
    assert booking == Booking(at("10:00"), at("10:30"), now=True, cut="own")


def test_r4_start_now_is_cut_at_whatever_comes_first() -> None:
    taken = [mine("16:05", "16:15"), session("15:55", "16:15")]
    booking = decide(Wish(at("15:40")), agenda(at("15:40"), *taken, limit=1))
    assert booking == Booking(at("15:40"), at("15:55"), now=True, cut="full")


def test_r4_what_fits_exactly_is_not_called_cut() -> None:
    taken = [mine("11:00", "12:00")]
    booking = decide(Wish(at("10:00")), agenda(at("10:00"), *taken, limit=1))
    assert booking == Booking(at("10:00"), at("11:00"), now=True)
    assert decide(Wish(at("15:15")), agenda(at("15:15"))).cut is None


def test_r4_start_now_takes_the_shortest_but_nothing_below() -> None:
    assert decide(Wish(at("16:05")), agenda(at("16:05"))).end == at("16:15")
    refusal = refused(Wish(at("16:05:01")), agenda(at("16:05:01")))
    assert (refusal.code, refusal.fields["until"]) == ("window", at("16:15"))
    assert spans(refusal) == ["03 10:30-11:30", "03 10:45-11:45", "03 11:00-12:00"]


def test_r3_start_now_in_a_full_house_names_the_limit_and_offers_the_nearest() -> None:
    taken = [session("09:30", "10:30"), session("10:00", "10:40")]
    refusal = refused(Wish(at("10:05")), agenda(at("10:05"), *taken, limit=2))
    assert (refusal.code, refusal.fields["limit"]) == ("full-now", 2)
    assert spans(refusal) == ["02 10:30-11:30", "02 10:40-11:40", "02 10:45-11:45"]


def test_r3_too_little_before_the_house_is_full_is_full() -> None:
    refusal = refused(Wish(at("10:00")), agenda(at("10:00"), session("10:09", "10:30"), limit=1))
    assert refusal.code == "full-now"


def test_r5_start_now_beside_the_hosts_own_session_names_it() -> None:
    own = mine("09:30", "10:30", state=State.OPEN)
    refusal = refused(Wish(at("10:00")), agenda(at("10:00"), own))
    assert refusal.code == "own"
    assert refusal.fields == {"topic": "Mine", "start": own.start, "end": own.end}
    assert spans(refusal) == ["02 10:30-11:30", "02 10:45-11:45", "02 11:00-12:00"]


def test_r5_too_little_before_the_hosts_next_session_names_that_one() -> None:
    taken = [mine("12:00", "13:00"), replace(mine("10:05", "11:00"), topic="Next")]
    refusal = refused(Wish(at("10:00")), agenda(at("10:00"), *taken))
    assert (refusal.code, refusal.fields["topic"]) == ("own", "Next")


# A length in so many words


@pytest.mark.parametrize(
    ("taken", "code"),
    [([], "window"), ([session("16:00", "16:15")], "full"), ([mine("16:00", "16:15")], "own")],
)
@pytest.mark.parametrize("now", ["15:45", "15:00"], ids=["now", "ahead"])
def test_r4_a_length_in_so_many_words_is_never_cut(now: str, taken: list[Session], code: str) -> None:
    refusal = refused(Wish(at("15:45"), 45), agenda(at(now), *taken, limit=1))
    assert refusal.code == f"less-{code}"
    fits = at("16:00") if taken else at("16:15")
    assert refusal.fields == {"minutes": (fits - at("15:45")) // MINUTE, "until": fits}
    assert (refusal.offers[0].start, refusal.offers[0].end) == (at("15:45"), fits)
    assert len(refusal.offers) == 3


def test_r4_what_is_offered_shorter_is_whole_minutes() -> None:
    refusal = refused(Wish(at("16:00:20"), 60), agenda(at("16:00:20")))
    assert refusal.fields == {"minutes": 14, "until": at("16:15")}
    assert refusal.offers[0].end == at("16:14:20")


def test_r4_booked_ahead_beyond_the_windows_end_is_refused_even_without_a_length() -> None:
    refusal = refused(Wish(at("15:45")), agenda(at("10:00")))
    assert (refusal.code, refusal.fields["minutes"]) == ("less-window", 30)
    assert spans(refusal) == ["02 15:45-16:15", "02 15:15-16:15", "02 15:00-16:00"]


@pytest.mark.parametrize("minutes", [-(10**18), -1, 0, 9, 121, 2**53, 10**30])
@pytest.mark.parametrize("start", ["10:00", "12:00", "03:00"])
def test_r4_lengths_out_of_bounds_are_refused_with_the_bounds(minutes: int, start: str) -> None:
    refusal = refused(Wish(at(start), minutes), agenda(at("10:00")))
    assert refusal.code == "length"
    assert refusal.fields == {"minutes": minutes, "least": 10, "most": 120}


@pytest.mark.parametrize("minutes", [10, 120])
def test_r4_both_bounds_are_allowed(minutes: int) -> None:
    booking = decide(Wish(at("12:00"), minutes), agenda(at("10:00")))
    assert booking == Booking(at("12:00"), at("12:00") + minutes * MINUTE, now=False)


# Windows


def test_r2_a_session_may_fill_its_window() -> None:
    whole = agenda(at("08:00"), max_minutes=440)
    assert decide(Wish(DAY_1.start, 440), whole) == Booking(DAY_1.start, DAY_1.end, now=False)


@pytest.mark.parametrize(
    ("now", "start", "opens", "nearest"),
    [
        (at("08:00"), at("08:00"), DAY_1, "02 08:55-09:55"),
        (at("08:00"), at("08:54"), DAY_1, "02 08:55-09:55"),
        (at("12:00", 1), at("12:00", 1), DAY_1, "02 08:55-09:55"),
        (at("10:00"), at("16:15"), DAY_2, "02 15:15-16:15"),
        (at("16:15"), at("16:15"), DAY_2, "03 10:30-11:30"),
        (at("10:00"), at("03:00", 3), DAY_2, "03 10:30-11:30"),
    ],
    ids=["before, now", "before", "the day before", "closing", "closed, now", "between the days"],
)
def test_r2_outside_the_windows_says_when_the_next_one_opens(
    now: datetime, start: datetime, opens: Window, nearest: str
) -> None:
    refusal = refused(Wish(start), agenda(now))
    assert refusal.code == "closed"
    assert refusal.fields == {"opens": opens.start, "window": opens}
    assert spans(refusal)[0] == nearest


def test_r2_after_the_last_window_is_over() -> None:
    refusal = refused(Wish(at("17:00", 3)), agenda(at("10:00")))
    assert (refusal.code, refusal.fields) == ("over", {})
    assert spans(refusal) == ["03 15:30-16:30", "03 15:15-16:15", "03 15:00-16:00"]


def test_r6_where_nothing_is_left_nothing_is_offered() -> None:
    assert refused(Wish(at("17:00", 3)), agenda(at("17:00", 3))).offers == ()
    assert refused(Wish(at("16:20", 3), 60), agenda(at("16:20", 3))).code == "less-window"


def test_r6_where_no_start_on_the_grid_is_left_now_is_offered_if_it_fits() -> None:
    refusal = refused(Wish(at("16:00", 3), 45), agenda(at("15:53", 3)))
    assert spans(refusal) == ["03 16:00-16:40", "03 15:53-16:38"]


def test_r6_offers_carry_the_conferences_clock_free_desks_and_the_highlight() -> None:
    taken = [session("14:15", "14:45", day=3), session("14:00", "14:30", day=3)]
    refusal = refused(Wish(at("14:15", 3)), agenda(at("10:00", 3), *taken, limit=2))
    assert [(f"{o.start:%H:%M}", o.free, o.highlight) for o in refusal.offers] == [
        ("14:30", 1, QUIET),
        ("14:45", 2, QUIET),
        ("15:00", 2, None),  # most of it is after the highlight
    ]
    assert {o.start.tzinfo for o in refusal.offers} == {TAIPEI}


# Ahead


def test_r5_a_host_may_have_so_many_booked_and_no_more() -> None:
    booked = [mine("11:00", "11:30"), mine("12:00", "12:30"), mine("13:00", "13:30")]
    assert decide(Wish(at("14:00")), agenda(at("10:00"), *booked[:2])).start == at("14:00")
    refusal = refused(Wish(at("14:00")), agenda(at("10:00"), *booked))
    assert (refusal.code, refusal.fields) == ("too-many", {"most": 3})
    assert spans(refusal) == ["02 10:00-11:00"]


def test_r5_with_so_many_booked_now_is_offered_only_where_it_fits() -> None:
    full = [mine("10:30", "11:30"), mine("12:00", "12:30"), mine("13:00", "13:30")]
    assert refused(Wish(at("14:00")), agenda(at("10:00"), *full)).offers == ()
    assert refused(Wish(at("14:00")), agenda(at("08:00"), *full)).offers == ()
    busy = [mine("12:00", "12:30"), session("10:20", "10:40")]
    where = agenda(at("10:00"), *busy, limit=1, max_upcoming_per_host=1)
    assert refused(Wish(at("14:00")), where).offers == ()


def test_r5_with_so_many_booked_nothing_ahead_is_offered_for_a_start_now() -> None:
    booked = [mine("11:00", "11:30"), session("09:30", "10:30")]
    refusal = refused(Wish(at("10:00")), agenda(at("10:00"), *booked, limit=1, max_upcoming_per_host=1))
    assert (refusal.code, refusal.offers) == ("full-now", ())


def test_r5_only_booked_ones_to_come_count() -> None:
    own = [
        mine("09:00", "09:30", state=State.OPEN),  # over, though nobody has noticed yet
        mine("09:30", "10:00", state=State.OPEN),
        mine("10:00", "10:30"),  # opens in this second
        mine("10:30", "11:00"),
    ]
    where = agenda(at("10:00"), *own, max_upcoming_per_host=2)
    assert decide(Wish(at("14:00")), where).start == at("14:00")
    assert len(list(where.free_starts(60 * MINUTE))) > 3


def test_r5_start_now_does_not_count_as_booked() -> None:
    where = agenda(at("10:00"), mine("12:00", "12:30"), max_upcoming_per_host=1)
    assert decide(Wish(at("10:00")), where).now
    assert list(where.free_starts(60 * MINUTE)) == []


def test_c5_r6_a_time_that_may_be_either_of_two_offers_each_start_once() -> None:
    where = agenda(at("10:00"), session("10:00", "12:00"), session("13:00", "16:15"), limit=1)
    either = Refusal("when-either", near=at("11:00"), second=at("13:00"))
    assert [f"{o.start:%d %H:%M}" for o in where.offers_instead(either, 60 * MINUTE)] == [
        "02 12:00",
        "03 10:30",
        "03 10:45",
    ]


def test_r5_ahead_beside_the_hosts_own_session_names_it() -> None:
    refusal = refused(Wish(at("12:15"), 30), agenda(at("10:00"), mine("12:00", "13:00")))
    assert (refusal.code, refusal.fields["topic"]) == ("own", "Mine")


def test_r3_back_to_back_needs_one_desk_and_one_host() -> None:
    taken = [mine("10:00", "11:00"), mine("12:00", "13:00")]
    assert decide(Wish(at("11:00")), agenda(at("09:00"), *taken, limit=1)).end == at("12:00")


def test_r12_a_limit_below_what_is_booked_refuses_and_cancels_nothing() -> None:
    taken = [session("11:00", "12:00") for _ in range(5)]
    lowered = agenda(at("10:00"), *taken, limit=3)
    assert refused(Wish(at("11:30")), lowered).code == "full"
    assert decide(Wish(at("10:00")), lowered).end == at("11:00")
    assert decide(Wish(at("12:00")), lowered).start == at("12:00")


# Instants


def test_r4_a_wish_in_the_current_second_is_now_and_in_the_next_one_ahead() -> None:
    where = agenda(at("10:00"))
    assert decide(Wish(at("10:00")), where).now
    assert not decide(Wish(at("10:00:01")), where).now
    assert decide(Wish(at("09:59:59")), where) == Booking(at("10:00"), at("11:00"), now=True)


def test_r3_starting_exactly_when_another_ends() -> None:
    taken = [session("09:00", "10:00", state=State.OPEN)]
    assert decide(Wish(at("10:00")), agenda(at("10:00"), *taken, limit=1)).end == at("11:00")
    early = agenda(at("09:59:59"), *taken, limit=1)
    assert refused(Wish(at("09:59:59")), early).code == "full-now"
    assert decide(Wish(at("10:00")), early).start == at("10:00")


def test_r6_a_button_pressed_a_little_late_keeps_the_end_that_it_shows() -> None:
    offer = refused(Wish(at("16:00"), 60), agenda(at("16:00"))).offers[0]
    late = agenda(at("16:00:20"))
    booking = decide(Wish(offer.start, minutes_of(offer)), late)
    assert booking == Booking(at("16:00:20"), at("16:15"), now=True)


def test_r4_of_a_span_that_has_begun_the_shortest_is_left_at_least() -> None:
    assert decide(Wish(at("10:00"), 30), agenda(at("10:25"))) == Booking(at("10:25"), at("10:35"), now=True)


@pytest.mark.parametrize("now", ["10:30", "12:00"])
def test_r6_a_span_that_is_over_is_refused_with_what_comes(now: str) -> None:
    refusal = refused(Wish(at("10:00"), 30), agenda(at(now)))
    assert refusal.code == "past"
    assert refusal.fields == {"start": at("10:00"), "end": at("10:30")}
    assert refusal.offers[0].start == at(now)


# Any agenda, any wish: counted second by second where it matters


ANY_OPENING = at("08:00")


def when(minutes: float) -> datetime:
    return ANY_OPENING + round(minutes * 60) * SECOND


def times(first: int, last: int) -> st.SearchStrategy[float]:
    """Minutes after the opening, sometimes with seconds in them."""
    quarters = st.integers(first // 15, last // 15).map(lambda n: n * 15.0)
    return (
        quarters
        | st.integers(first, last).map(float)
        | st.integers(first * 60, last * 60).map(lambda s: s / 60)
    )


lengths = st.sampled_from([10.0, 30.0, 60.0, 90.0]) | st.integers(1, 120 * 60).map(lambda s: s / 60)


@st.composite
def programmes(draw: st.DrawFn) -> Programme:
    """One to four windows in seven hours, some of which touch."""
    breaks = draw(st.lists(st.integers(1, 27), max_size=3, unique=True))
    edges = [0, *sorted(15 * b for b in breaks), 420]
    gap = draw(st.sampled_from([0, 0, 20]))
    windows = [
        Window(f"w{n}", when(a + gap), when(b)) for n, (a, b) in enumerate(pairwise(edges)) if a + gap < b
    ]
    limits = Limits(
        parallel_limit=draw(st.integers(1, 3)),
        min_minutes=draw(st.sampled_from([1, 10, 25])),
        default_minutes=draw(st.sampled_from([25, 60])),
        max_minutes=draw(st.sampled_from([60, 90, 240])),
        max_upcoming_per_host=draw(st.sampled_from([1, 3, 3])),
    )
    return Programme("Any", TAIPEI, tuple(windows), limits)


@st.composite
def any_sessions(draw: st.DrawFn) -> list[Session]:
    """Any sessions at all: more than the limit and a host's own at once too, as R12 may leave them."""
    found = []
    for number in range(draw(st.integers(0, 10))):
        start, length = draw(times(-30, 420)), draw(lengths)
        state = draw(st.sampled_from([State.BOOKED, State.OPEN]))
        host = draw(st.sampled_from([ME, OTHER, OTHER, OTHER]))
        end = when(start + length)
        found.append(Session(number, 0, host, "Host", f"T{number}", "", when(start), end, state))
    return found


@st.composite
def agendas(draw: st.DrawFn) -> Agenda:
    taken = draw(any_sessions())
    now = when(draw(times(-30, 430)))
    often = draw(st.none() | st.none() | times(-10, 60).map(lambda m: now + m * MINUTE))
    own = [s for s in taken if s.host_id == ME]
    return Agenda(draw(programmes()), now, taken, own, next_start=often)


@st.composite
def wishes(draw: st.DrawFn) -> tuple[Wish, Agenda]:
    """A wish that has a chance: most start now or soon, or where something else begins or ends."""
    where = draw(agendas())
    marks = [where.now, where.now, *(t.end for t in where.taken), *(w.start for w in where.programme.windows)]
    anywhere = times(-60, 480).map(when)
    start = draw(st.sampled_from(marks) | times(-2, 60).map(lambda m: where.now + m * MINUTE) | anywhere)
    minutes = st.sampled_from([None, None, 25, 30, 40, 60]) | st.integers(25, 60) | st.integers(-5, 10**9)
    return Wish(start, draw(minutes)), where


def busiest(taken: Sequence[Span], span: Span) -> int:
    """The most that overlap within the span: the count can only rise where one of them starts."""
    instants = [span.start, *(t.start for t in taken if span.start < t.start < span.end)]
    return max(sum(t.start <= i < t.end for t in taken) for i in instants)


def check_rules(span: Span, where: Agenda) -> None:
    """R2, R3, R5 and R17 by brute force."""
    limits = where.programme.limits
    assert sum(w.start <= span.start and span.end <= w.end for w in where.programme.windows) == 1
    assert busiest(where.taken, span) < limits.parallel_limit
    assert not any(s.start < span.end and span.start < s.end for s in where.own)
    if where.next_start and where.next_start > where.now:
        assert span.start >= where.next_start
        assert span.start - limits.lead_minutes * MINUTE > where.now


@given(wishes())
@settings(deadline=None, max_examples=examples(250))
def test_r2_r3_r4_r5_r6_any_wish_is_booked_by_the_rules_or_refused_with_what_fits(
    asked: tuple[Wish, Agenda],
) -> None:
    wish, where = asked
    limits, now = where.programme.limits, where.now
    try:
        booking = decide(wish, where)
    except Refusal as refusal:
        event(refusal.code)
        check_refusal(refusal, wish, where)
        return
    event(f"booked, now {booking.now}, cut {booking.cut}")
    check_rules(booking, where)
    assert limits.shortest <= booking.end - booking.start <= limits.longest
    assert booking.now == (wish.start <= now)
    assert booking.start == max(wish.start, now)
    length = (limits.default_minutes if wish.minutes is None else wish.minutes) * MINUTE
    if not booking.now:
        assert (
            sum(s.state is State.BOOKED and s.start > now for s in where.own) < limits.max_upcoming_per_host
        )
    if booking.cut:
        assert booking.now
        assert wish.minutes is None
        assert booking.end < booking.start + length
        reasons = {
            "window": any(w.end == booking.end for w in where.programme.windows),
            "own": any(s.start == booking.end for s in where.own),
            "full": busiest(where.taken, Period(booking.end, booking.end + SECOND)) >= limits.parallel_limit,
        }
        assert reasons[booking.cut]
    elif wish.minutes is not None and booking.now:
        assert booking.end == max(wish.start + length, now + limits.shortest)
    else:
        assert booking.end == booking.start + length


def check_refusal(refusal: Refusal, wish: Wish, where: Agenda) -> None:
    assert len(refusal.offers) <= 3
    assert len({offer.start for offer in refusal.offers}) == len(refusal.offers)
    for offer in refusal.offers:
        assert offer.start >= where.now
        assert take(offer, where).now == (offer.start == where.now)
        check_rules(offer, where)
        assert offer.free == where.programme.limits.parallel_limit - busiest(where.taken, offer)
        late = replace(where, now=offer.start + 20 * SECOND)
        if offer.end - late.now >= where.programme.limits.shortest:
            pressed = decide(Wish(offer.start, minutes_of(offer)), late)
            assert (pressed.start, pressed.end) == (late.now, offer.end)
    if refusal.code.startswith("less-"):
        shorter, fits = refusal.offers[0], refusal.fields["until"]
        assert shorter.start == max(wish.start, where.now)
        assert isinstance(fits, datetime)
        assert timedelta(0) <= fits - shorter.end < MINUTE
        assert refusal.fields["minutes"] == minutes_of(shorter)
    elif refusal.code != "length" and not refusal.offers:
        assert not list(where.free_starts(where.length(wish.minutes)))
    if refusal.code == "starts":
        assert where.next_start
        assert timedelta(0) <= refusal.fields["start"] - where.next_start < MINUTE  # type: ignore[operator]


# Going on, or less long (R10)


OPEN = mine("10:00", "11:00", state=State.OPEN)


def extension(session: Session, minutes: int, where: Agenda) -> datetime | Refusal:
    try:
        return extended(session, minutes, where)
    except Refusal as refusal:
        return refusal


def checked(session: Session, minutes: int, where: Agenda) -> datetime | Refusal:
    """The end; or a refusal whose offer brings what it shows, and not a minute less than would fit."""
    answer = extension(session, minutes, where)
    if isinstance(answer, Refusal):
        assert answer.code.startswith("more-") == bool(answer.offers)
        for offer in answer.offers:
            fits = answer.fields["minutes"]
            assert isinstance(fits, int)
            assert (offer.start, offer.end) == (session.start, session.end + fits * MINUTE)
            assert extension(session, fits, where) == offer.end
            assert isinstance(extension(session, fits + 1, where), Refusal)
    return answer


def goes_on(session: Session, minutes: int, where: Agenda) -> Refusal:
    refusal = checked(session, minutes, where)
    assert isinstance(refusal, Refusal)
    return refusal


def test_r10_a_session_goes_on_where_nothing_is_in_the_way() -> None:
    where = agenda(at("10:50"), session("10:00", "11:00"), session("11:30", "12:00"), mine("11:30", "12:00"))
    assert extension(OPEN, 30, where) == at("11:30")
    assert extension(OPEN, 1, where) == at("11:01")


@pytest.mark.parametrize(
    ("taken", "code", "until"),
    [
        ([session("11:10", "12:00")], "full", "11:10"),
        ([mine("11:15", "12:00")], "own", "11:15"),
        ([], "most", "12:00"),
        ([mine("11:25", "12:00"), session("11:20", "12:00")], "full", "11:20"),
    ],
)
@pytest.mark.parametrize("minutes", [61, 120, 10**30])
def test_r10_what_fits_of_an_extension_is_offered(
    taken: list[Session], code: str, until: str, minutes: int
) -> None:
    refusal = goes_on(OPEN, minutes, agenda(at("10:50"), *taken, limit=1))
    assert refusal.code == f"more-{code}"
    assert [offer.end for offer in refusal.offers] == [at(until)]
    expected = {"minutes": (at(until) - at("11:00")) // MINUTE, "until": at(until), "most": 120, "limit": 1}
    if code == "own":
        expected |= {"topic": "Mine", "start": at("11:15"), "end": at("12:00")}
    assert refusal.fields == expected


@pytest.mark.parametrize(
    ("open_now", "taken", "code"),
    [
        (OPEN, [session("11:00", "12:00")], "full"),
        (OPEN, [session("11:00:59", "12:00")], "full"),
        (OPEN, [mine("11:00", "12:00")], "own"),
        (mine("09:00", "11:00"), [], "most"),
        (mine("15:30", "16:15"), [], "window"),
        (mine("15:30", "16:14:30"), [], "window"),
        (mine("15:30", "16:20"), [], "window"),  # of a window that has been made shorter since
        (mine("18:00", "18:30"), [], "window"),  # of a window that is no more
    ],
)
def test_r10_where_no_minute_more_fits_it_says_why(
    open_now: Session, taken: list[Session], code: str
) -> None:
    refusal = goes_on(open_now, 30, agenda(at("10:50"), *taken, limit=1))
    assert refusal.code == f"no-more-{code}"
    assert refusal.offers == ()
    assert refusal.fields["minutes"] == 0


@pytest.mark.parametrize("minutes", [0, -1, -(10**30)])
def test_r10_an_extension_has_at_least_one_minute(minutes: int) -> None:
    refusal = goes_on(OPEN, minutes, agenda(at("10:50")))
    assert (refusal.code, refusal.fields) == ("length", {"minutes": minutes, "least": 1, "most": 120})


def test_r10_the_windows_end_is_the_last_minute_more() -> None:
    refusal = goes_on(mine("15:30", "16:00"), 30, agenda(at("15:50")))
    assert (refusal.code, refusal.fields["minutes"]) == ("more-window", 15)


def test_r12_a_lowered_limit_is_not_held_against_what_a_session_has_already() -> None:
    crowd = [session("10:00", "11:00") for _ in range(4)]
    assert extended(OPEN, 30, agenda(at("10:50"), *crowd, limit=2)) == at("11:30")
    assert resized(OPEN, 55, agenda(at("10:50"), *crowd, limit=2)) == at("10:55")


def test_r10_another_length_is_shorter_the_same_or_longer() -> None:
    where = agenda(at("10:20"), session("11:30", "12:00"), limit=1)
    assert resized(OPEN, 30, where) == at("10:30")
    assert resized(OPEN, 60, where) == at("11:00")
    assert resized(OPEN, 90, where) == at("11:30")
    with pytest.raises(Refusal, match="more-full"):
        resized(OPEN, 91, where)
    for minutes in (0, -10, 9, 121, 10**30):
        with pytest.raises(Refusal, match="length"):
            resized(OPEN, minutes, where)


def test_r10_of_another_length_whole_minutes_from_the_start_are_offered() -> None:
    odd = mine("15:30:20", "16:00")
    where = agenda(at("15:50"))
    with pytest.raises(Refusal) as caught:
        resized(odd, 60, where)
    [offer] = caught.value.offers
    assert (caught.value.code, caught.value.fields["minutes"]) == ("more-window", 14)
    assert offer.end == at("16:14:20")
    assert resized(odd, minutes_of(offer), where) == offer.end
    with pytest.raises(Refusal, match="no-more-window"):
        resized(mine("15:30:20", "16:14"), 60, where)


@pytest.mark.parametrize("now", ["10:20", "10:20:59"])
def test_r10_a_length_that_were_over_by_now_is_refused_with_the_least_that_is_not(now: str) -> None:
    with pytest.raises(Refusal) as caught:
        resized(OPEN, 20, agenda(at(now)))
    assert caught.value.code == "length"
    assert caught.value.fields == {"minutes": 20, "least": 21, "most": 120}
    assert resized(OPEN, 21, agenda(at(now))) == at("10:21")


def test_r5_moving_is_no_new_session_and_offers_times_ahead() -> None:
    own = [mine("12:00", "12:30"), mine("13:00", "13:30"), mine("14:00", "14:30")]
    moving = replace(agenda(at("10:00"), *own), adds=False)
    assert decide(Wish(at("15:00"), 60), moving).start == at("15:00")
    refusal = refused(Wish(at("12:15"), 30), moving)
    assert refusal.code == "own"
    assert len(refusal.offers) == 3


@given(agendas(), times(0, 300), lengths, st.integers(1, 120))
@settings(deadline=None, max_examples=examples(200))
def test_r10_any_extension_keeps_the_rules_or_is_refused_with_what_fits(
    where: Agenda, start: float, length: float, minutes: int
) -> None:
    open_now = Session(99, 0, ME, "Host", "T", "", when(start), when(start + length), State.OPEN, 1)
    own = [s for s in where.own if not (s.start < open_now.end and open_now.start < s.end)]
    where = replace(where, own=own, adds=False)
    end = checked(open_now, minutes, where)
    if isinstance(end, Refusal):
        event(end.code)
        return
    limits = where.programme.limits
    assert end == open_now.end + minutes * MINUTE
    assert busiest(where.taken, Period(open_now.end, end)) < limits.parallel_limit
    assert not any(s.start < end and open_now.end < s.end for s in own)
    assert end - open_now.start <= limits.longest
    assert where.programme.window_of(Period(open_now.start, end))
