"""R17: a member starts at most so many sessions now within any hour; what is booked for later is no start."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.booking import Agenda, Wish, decide
from bot.domain.models import Session
from bot.domain.refusal import Refusal
from bot.domain.starts import HOUR, next_start
from tests.domain.test_booking import mine, refused, session, spans
from tests.service.support import MINUTE, at, programme

NOW, THEN = at("10:40"), at("11:02")


def agenda(
    *taken: Session, then: datetime | None = THEN, held: datetime | None = None, **limits: int
) -> Agenda:
    """At 10:40, of one who has started as often as one may, and may again at 11:02."""
    rules = programme(**limits)
    own = [s for s in taken if s.host_id == 1]
    return Agenda(rules, NOW, taken, own, adds=held is None, next_start=then, held=held)


@given(st.lists(st.integers(0, 59), max_size=8), st.integers(1, 5))
def test_r17_within_any_hour_there_are_at_most_so_many_starts(minutes: list[int], most: int) -> None:
    starts = sorted((NOW - n * MINUTE for n in minutes), reverse=True)[:most]
    then = next_start(starts, most)
    if then is None:
        assert len(starts) < most
    else:
        assert sum(then - HOUR < start for start in starts) < most
        just_before = then - timedelta.resolution
        assert sum(just_before - HOUR < start for start in starts) >= most


def test_r17_zero_turns_it_off() -> None:
    assert next_start([], 0) is None


def test_r17_one_more_start_now_is_refused_until_an_hour_is_over() -> None:
    refusal = refused(Wish(NOW), agenda(starts_per_hour=4))
    assert (refusal.code, refusal.fields) == ("starts", {"most": 4, "start": at("11:02")})
    assert decide(Wish(NOW), agenda(then=NOW)).now
    assert decide(Wish(NOW), agenda(then=None)).now


def test_r17_the_refusal_offers_the_time_from_which_one_may_again() -> None:
    assert spans(refused(Wish(NOW), agenda())) == ["02 11:02-12:02", "02 11:15-12:15", "02 11:30-12:30"]


def test_r17_the_time_is_said_and_offered_in_whole_minutes() -> None:
    refusal = refused(Wish(NOW), agenda(then=at("11:01:07")))
    assert refusal.fields["start"] == at("11:02")
    assert spans(refusal)[0] == "02 11:02-12:02"


def test_r17_what_is_offered_fits_every_other_rule_too() -> None:
    full = session("11:00", "12:00")
    assert spans(refused(Wish(NOW), agenda(full, parallel_limit=1)))[0] == "02 12:00-13:00"
    own = mine("11:10", "12:00")
    assert spans(refused(Wish(NOW), agenda(own)))[0] == "02 12:00-13:00"
    booked = [mine("13:00", "13:30"), mine("14:00", "14:30")]
    assert refused(Wish(NOW), agenda(*booked, max_upcoming_per_host=2)).offers == ()


def test_r17_a_session_whose_channels_come_at_once_is_a_start_too() -> None:
    assert refused(Wish(NOW + 3 * MINUTE), agenda()).code == "starts"
    assert refused(Wish(NOW + 5 * MINUTE), agenda()).code == "starts"


def test_r17_nor_may_it_be_booked_for_before_then_and_be_waited_for() -> None:
    assert refused(Wish(at("10:50")), agenda()).code == "starts"
    assert not decide(Wish(at("11:02")), agenda()).now
    assert not decide(Wish(at("15:00")), agenda()).now


def test_r17_shortly_before_then_what_is_booked_must_not_come_at_once() -> None:
    soon = agenda(then=at("10:42"))
    assert refused(Wish(at("10:44")), soon).code == "starts"
    assert spans(refused(Wish(NOW), soon))[0] == "02 11:00-12:00"
    assert not decide(Wish(at("10:46")), soon).now


def test_r17_a_booked_session_that_is_moved_to_now_is_a_start() -> None:
    assert refused(Wish(NOW), agenda(held=at("13:00"))).code == "starts"
    assert refused(Wish(at("10:50")), agenda(held=at("13:00"))).code == "starts"
    assert decide(Wish(at("12:00")), agenda(held=at("13:00")))


def test_r17_what_is_put_off_or_has_its_channels_is_no_start() -> None:
    assert decide(Wish(at("10:55")), agenda(held=at("10:50")))
    assert decide(Wish(NOW), agenda(held=NOW + 3 * MINUTE)).now


def test_r17_where_no_window_is_open_that_is_said_first() -> None:
    with pytest.raises(Refusal) as caught:
        decide(Wish(at("16:30")), agenda())
    assert caught.value.code == "closed"


def test_r17_free_starts_are_those_that_one_may_have() -> None:
    starts = [slot.start for slot in agenda().free_starts(60 * MINUTE)]
    assert min(starts) == at("11:15")
    menu = agenda().free_starts(60 * MINUTE).by_interest(25)
    assert min(slot.start for slot in menu) == at("11:15")
    assert min(slot.start for slot in agenda(then=None).free_starts(60 * MINUTE)) == at("10:45")
