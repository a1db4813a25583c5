"""Any sequence of what people do with sessions and of time keeps R2, R3, R4, R5 and R7.

After every step the file is read as another program reads it, and the rules are counted by brute force.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections import Counter
from collections.abc import Awaitable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, event, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from bot.domain.capacity import Slot
from bot.domain.models import TRANSITIONS, Session, State
from bot.domain.refusal import Refusal
from bot.service import Changed, Hosted, Person, Service
from bot.store.instants import instant
from tests.service.support import GUILD, MINUTE, ORGANIZER, at, examples, open_place, person

LIMITS = {"min_minutes": 10, "default_minutes": 60, "max_minutes": 90, "max_upcoming_per_host": 2}

people = st.integers(1, 6).map(person)
picks = st.integers(0, 50)
minutes = st.none() | st.sampled_from([10, 30, 60, 90]) | st.integers(-1, 95)
quarters = st.integers(0, 12).map(lambda n: n * 15)
presses = st.none() | st.integers(0, 2)
"""Which of a refusal's offers is taken, if any."""


@dataclass(frozen=True)
class Row:
    """A session as the file has it."""

    id: int
    host: int
    start: datetime
    end: datetime
    state: State
    desk: int | None

    @property
    def active(self) -> bool:
        return self.state in {State.BOOKED, State.OPEN}


class Lives(RuleBasedStateMachine):
    """One guild with few desks and few people, so that everything is soon in the way of something."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.stack = AsyncExitStack()
        folder = Path(self.stack.enter_context(tempfile.TemporaryDirectory()))
        self.place = self.runner.run(self.stack.enter_async_context(open_place(folder)))
        self.limit = self.highest = 10
        self.before: list[Row] = []

    @initialize(
        limit=st.integers(1, 4),
        clock=st.sampled_from(["08:00", "10:00", "14:45"]),
        booked=st.lists(st.tuples(people, quarters, minutes), min_size=2, max_size=9),
    )
    def begin(self, limit: int, clock: str, booked: list[tuple[Person, int, int | None]]) -> None:
        self.limit = self.highest = limit
        self.place.service = self.under(limit)
        self.place.clock.to(clock)
        for who, ahead, length in booked:
            self.host_ahead(who, "A", ahead, length, None)

    def teardown(self) -> None:
        self.runner.run(self.stack.aclose())
        self.runner.close()

    def under(self, limit: int) -> Service:
        return self.place.changed_limits(parallel_limit=limit, **LIMITS)

    def try_(self, wish: Awaitable[Any]) -> Any:
        """What comes of a wish; a refusal has written nothing."""

        async def attempt() -> Any:
            return await wish

        before = self.rows(), self.audit()
        try:
            answer = self.runner.run(attempt())
        except Refusal as refusal:
            event(refusal.code)
            assert (self.rows(), self.audit()) == before
            return refusal
        event(type(answer).__name__)
        return answer

    def rows(self) -> list[Row]:
        sql = "SELECT id, host_id, starts_at, ends_at, state, desk FROM session ORDER BY id"
        return [
            Row(number, host, instant(start), instant(end), State(state), desk)
            for number, host, start, end, state, desk in self.place.ask(sql)
        ]

    def audit(self) -> list[Any]:
        return self.place.ask("SELECT session_id, at, actor_id, action, reason FROM audit ORDER BY id")

    def picked(self, pick: int) -> int:
        """The id of some session, an active one mostly; 0 of none."""
        rows = self.rows()
        likely = [row for row in rows if row.active] if pick % 4 else rows
        return likely[pick % len(likely)].id if pick and likely else 0

    # What people do

    @rule(who=people, topic=st.sampled_from("AB"), length=minutes, press=presses)
    def host_now(self, who: Person, topic: str, length: int | None, press: int | None) -> None:
        self.host(who, topic, "now", length, press)

    @rule(who=people, topic=st.sampled_from("AB"), ahead=quarters, length=minutes, press=presses)
    def host_ahead(self, who: Person, topic: str, ahead: int, length: int | None, press: int | None) -> None:
        start = self.place.clock() + ahead * MINUTE
        self.host(who, topic, f"<t:{int(start.timestamp())}>", length, press)

    @rule(who=st.none() | people, pick=picks, length=minutes, press=presses)
    def host_after(self, who: Person | None, pick: int, length: int | None, press: int | None) -> None:
        """Right after another session, where a fault of one second shows; by its own host, too."""
        rows = [row for row in self.rows() if row.end >= self.place.clock()]
        if rows:
            row = rows[pick % len(rows)]
            self.host(who or person(row.host), "C", f"<t:{int(row.end.timestamp())}>", length, press)

    def host(self, who: Person, topic: str, when: str, length: int | None, press: int | None) -> None:
        answer = self.try_(self.place.host(who, topic, when, length))
        if isinstance(answer, Refusal) and press is not None and answer.offers:
            offer = answer.offers[press % len(answer.offers)]
            assert answer.draft is not None
            taken = self.place.service.hosting.host_draft(GUILD, who, answer.draft, offer.start, whole(offer))
            answer = self.try_(taken)
            assert isinstance(answer, Hosted)
            assert answer.again or (answer.session.start, answer.session.end) == (offer.start, offer.end)
        if isinstance(answer, Hosted):
            again = self.try_(self.place.host(who, topic, when if answer.cut is None else "now", length))
            assert isinstance(again, Refusal) or again.again

    @rule(who=people, pick=picks)
    def join(self, who: Person, pick: int) -> None:
        self.try_(self.place.service.guests.join(GUILD, self.picked(pick), who))

    @rule(who=people, pick=picks)
    def leave(self, who: Person, pick: int) -> None:
        self.try_(self.place.service.guests.leave(GUILD, self.picked(pick), who))

    @rule(who=people, pick=picks, member=people, remove=st.booleans(), says=st.booleans())
    def cohost(self, who: Person, pick: int, member: Person, *, remove: bool, says: bool) -> None:
        number = self.picked(pick)
        self.try_(self.place.service.cohosts.cohost(GUILD, number, who, member, remove=remove))
        if says:
            self.try_(self.place.service.offers.share(GUILD, number, member))

    @rule(who=people | st.just(ORGANIZER), pick=picks, member=people)
    def offer(self, who: Person, pick: int, member: Person) -> None:
        number = self.picked(pick)
        host = self.place.ask("SELECT host_id FROM session WHERE id = ?", number)
        self.try_(self.place.service.offers.host(GUILD, number, who, member))
        assert self.place.ask("SELECT host_id FROM session WHERE id = ?", number) == host  # R18

    @rule(pick=picks, member=people)
    def hand_over(self, pick: int, member: Person) -> None:
        number = self.picked(pick)
        answer = self.try_(self.place.service.offers.take_over(GUILD, number, member))
        if isinstance(answer, Session):
            assert answer.host_id == member.id
            assert not self.place.ask(
                "SELECT 1 FROM cohost WHERE session_id = ?1 AND user_id = ?2"
                " UNION SELECT 1 FROM joined WHERE session_id = ?1 AND user_id = ?2",
                number,
                member.id,
            )

    @rule(who=people, pick=picks)
    def try_to_cancel(self, who: Person, pick: int) -> None:
        """By its host, a co-host, or somebody who may not."""
        number = self.picked(pick)
        may = {row.host for row in self.rows() if row.id == number}
        may |= {n for (n,) in self.place.ask("SELECT user_id FROM cohost WHERE session_id = ?", number)}
        answer = self.try_(self.place.service.changes.cancel(GUILD, number, who, "why"))
        assert isinstance(answer, Refusal) or who.id in may

    @rule(pick=picks)
    def cancel(self, pick: int) -> None:
        self.try_(self.place.service.changes.cancel(GUILD, self.picked(pick), ORGANIZER, "why"))

    @rule(pick=picks)
    def end(self, pick: int) -> None:
        self.try_(self.place.service.changes.end(GUILD, self.picked(pick), ORGANIZER, "why"))

    @rule(pick=picks, more=st.integers(-1, 95), press=st.booleans())
    def extend(self, pick: int, more: int, press: bool) -> None:
        self.extend_one(self.picked(pick), more, press)

    @rule(pick=picks, press=st.booleans())
    def extend_into_the_hosts_next(self, pick: int, press: bool) -> None:
        rows = sorted((row for row in self.rows() if row.active), key=lambda row: row.start)
        pairs = [(a, b) for a in rows for b in rows if a.host == b.host and a.end <= b.start]
        if pairs:
            first, later = pairs[pick % len(pairs)]
            self.extend_one(first.id, (later.start - first.end) // MINUTE + 1, press)

    def extend_one(self, number: int, more: int, press: bool) -> None:
        answer = self.try_(self.place.service.changes.extend(GUILD, number, ORGANIZER, more))
        if isinstance(answer, Refusal) and answer.offers and press:
            [offer] = answer.offers
            changed = self.try_(self.place.service.changes.until(GUILD, number, ORGANIZER, offer.end))
            assert isinstance(changed, Changed)
            assert changed.session.end == offer.end

    @rule(pick=picks, ahead=quarters, take=picks)
    def go_on_until(self, pick: int, ahead: int, take: int) -> None:
        """To any instant, and to each of those that are offered."""
        number, service = self.picked(pick), self.place.service
        self.try_(service.changes.until(GUILD, number, ORGANIZER, self.place.clock() + ahead * MINUTE))
        offered = self.try_(service.details.later_ends(GUILD, number, ORGANIZER))
        if not isinstance(offered, Refusal):
            _, ends = offered
            end = ends[take % len(ends)]
            for _ in range(2):
                assert self.try_(service.changes.until(GUILD, number, ORGANIZER, end)).session.end == end

    @rule(
        pick=picks,
        topic=st.none() | st.sampled_from("ABC"),
        length=minutes,
        ahead=st.none() | quarters,
        press=presses,
    )
    def edit(
        self, pick: int, topic: str | None, length: int | None, ahead: int | None, press: int | None
    ) -> None:
        number, service = self.picked(pick), self.place.service
        start = None if ahead is None else self.place.clock() + ahead * MINUTE
        wish = service.edits.edit(GUILD, number, ORGANIZER, topic=topic, start=start, minutes=length)
        answer = self.try_(wish)
        if isinstance(answer, Refusal) and press is not None and answer.offers:
            offer = answer.offers[press % len(answer.offers)]
            moved = self.try_(
                service.edits.edit(GUILD, number, ORGANIZER, start=offer.start, minutes=whole(offer))
            )
            assert isinstance(moved, Changed)
            assert (moved.session.start, moved.session.end) == (offer.start, offer.end)

    # What happens to them

    @rule(passed=st.sampled_from([1 / 60, 1, 5, 14.5, 15, 30, 60, 61]), noticed=st.booleans())
    def time_passes(self, passed: float, noticed: bool) -> None:
        self.place.clock.on(passed)
        if noticed:
            self.keeper_looks()

    @precondition(lambda self: self.place.clock() < at("16:15"))
    @rule(clock=st.sampled_from(["16:00", "09:00"]))
    def long_outage(self, clock: str) -> None:
        self.place.clock.time = max(self.place.clock(), at(clock, 2 if clock == "16:00" else 3))
        self.keeper_looks()

    def keeper_looks(self) -> None:
        self.runner.run(self.place.service.clockwork.advance(GUILD))
        now = self.place.clock()
        for row in self.rows():
            assert (row.state is State.OPEN) == (row.active and row.start <= now < row.end)

    @rule(limit=st.integers(1, 4))
    def limit_changes(self, limit: int) -> None:
        """R12."""
        self.limit, self.highest = limit, max(limit, self.highest)
        self.place.service = self.under(limit)

    # What holds after every step

    @invariant()
    def r3_no_step_puts_more_than_the_limit_side_by_side(self) -> None:
        rows = [row for row in self.rows() if row.active]
        for instant_ in {row.start for row in rows}:
            now, before = overlapping(rows, instant_), overlapping(self.before, instant_)
            assert now <= max(self.limit, before)  # more only where a lower limit left it (R12)
        self.before = rows

    @invariant()
    def r3_no_two_share_a_desk(self) -> None:
        desks = Counter(row.desk for row in self.rows() if row.state is State.OPEN)
        assert set(desks.values()) <= {1}
        assert set(desks) <= set(range(1, self.highest + 1))

    @invariant()
    def r2_r4_each_lies_in_one_window_and_has_a_length_that_is_allowed(self) -> None:
        windows = self.place.service.programme(GUILD).windows
        for row in self.rows():
            assert sum(w.start <= row.start and row.end <= w.end for w in windows) == 1
            assert 10 * MINUTE <= row.end - row.start <= 90 * MINUTE

    @invariant()
    def r5_a_host_is_in_one_place_and_has_no_more_booked_than_allowed(self) -> None:
        by_host: dict[int, list[Row]] = {}
        for row in sorted(self.rows(), key=lambda row: row.start):
            if row.active:
                by_host.setdefault(row.host, []).append(row)
        for own in by_host.values():
            assert all(earlier.end <= later.start for earlier, later in pairwise(own))
            booked = [row for row in own if row.state is State.BOOKED and row.start > self.place.clock()]
            assert len(booked) <= LIMITS["max_upcoming_per_host"]

    @invariant()
    def r7_the_audit_trail_tells_each_life_by_its_only_ways(self) -> None:
        lines = self.audit()
        assert [at_ for _, at_, *_ in lines] == sorted(at_ for _, at_, *_ in lines)
        paths: dict[int, list[State]] = {}
        for number, _, actor, action, reason in lines:
            if action == "host":
                paths[number] = [State.BOOKED]
            elif action in {"open", *State}:
                paths[number].append(State(action))
            assert (actor is None) == (reason == "time")
        for path in paths.values():
            assert all(after in TRANSITIONS[before] for before, after in pairwise(path))
        assert {number: path[-1] for number, path in paths.items()} == {r.id: r.state for r in self.rows()}


def overlapping(rows: Sequence[Row], when: datetime) -> int:
    return sum(row.start <= when < row.end for row in rows)


def whole(offer: Slot) -> int:
    assert not (offer.end - offer.start) % MINUTE
    return (offer.end - offer.start) // MINUTE


TestLives = Lives.TestCase
TestLives.settings = settings(
    deadline=None,
    max_examples=examples(50),
    stateful_step_count=40,
    suppress_health_check=[HealthCheck.too_slow],
)
