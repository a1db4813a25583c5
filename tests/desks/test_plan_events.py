"""R13, R14 as tables: which steps a plan for Discord's own events is made of."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import count

import pytest
from bot.desks.event_steps import (
    AdoptEvent,
    CheckEvent,
    EditEvent,
    EndEvent,
    EventStep,
    FindEvent,
    ForgetEvent,
    MakeEvent,
    SurplusEvent,
)
from bot.desks.plan import make_plan
from bot.desks.plan_events import (
    AHEAD,
    EVENTS,
    GUILD_EVENTS,
    PERMISSION,
    event_steps,
    is_for,
)
from bot.store.events import EventRecord, Face, mark
from hypothesis import given
from hypothesis import strategies as st

from bot.desks.scene import PATIENCE, Scene, SeenEvent, View
from bot.desks.steps import Make
from bot.domain.models import Session, State
from bot.service.deskbook import Book
from tests.desks.model import LIMITS, NOW, PLACE, at, session

AHEAD_OF = session(7, State.BOOKED, start=30)
ON = session(7, State.OPEN, start=-5)


def face_of(of: Session) -> Face:
    return Face(of.topic, f"about\n{mark(of.id)}", f"desk {of.desk}", of.start, of.end)


def shown(of: Session) -> Face:
    """What an event shows when all is well."""
    return replace(face_of(of), on=of.state is State.OPEN)


def record(of: Session, number: int = 1, event_id: int | None = 101) -> EventRecord:
    """A record of an event that was asked for and told of five minutes ago."""
    digest = shown(of).digest
    return EventRecord(
        number, 5, of.id, event_id, digest, digest, surplus=False, asked_at=at(-5), told_at=at(-5)
    )


def seen(of: Session, number: int = 101, **changes: object) -> SeenEvent:
    known = SeenEvent(number, shown(of), at(-5), ours=True)
    return replace(known, **changes)  # type: ignore[arg-type]


def book(sessions: list[Session], *records: EventRecord) -> Book:
    return Book(sessions, [], [], [], events=records, guild_id=5)


def scene(found: Book, *events: SeenEvent, view: View | None = None) -> Scene:
    seen_events = {event.id: event for event in events}
    return Scene(found, replace(view or View({}), events=seen_events), LIMITS, NOW)


def steps(found: Book, *events: SeenEvent, wanted: bool = True, view: View | None = None) -> list[EventStep]:
    return list(event_steps(scene(found, *events, view=view), face_of if wanted else None))


NOT_ALLOWED = View({}, wanting=(PERMISSION,))


def test_what_is_booked_ahead_has_an_event_and_what_is_about_to_open_or_on_has_none() -> None:
    soon = replace(AHEAD_OF, id=8, start=NOW + AHEAD)
    sooner = replace(AHEAD_OF, id=9, start=NOW + AHEAD - timedelta(seconds=1))
    asked = steps(book([AHEAD_OF, soon, sooner, replace(ON, id=10)]))
    assert asked == [MakeEvent(soon, face_of(soon)), MakeEvent(AHEAD_OF, face_of(AHEAD_OF))]


@pytest.mark.parametrize("of", [AHEAD_OF, ON])
def test_an_event_that_is_as_it_should_be_needs_nothing(of: Session) -> None:
    assert steps(book([of], record(of)), seen(of)) == []


def test_what_changed_is_told_and_what_began_begins_without_moving_its_start() -> None:
    was = record(AHEAD_OF)
    moved = replace(AHEAD_OF, start=at(40), end=at(70))
    assert steps(book([moved], was), seen(AHEAD_OF)) == [EditEvent(was, face_of(moved))]
    now_on = replace(AHEAD_OF, state=State.OPEN, start=NOW, end=at(20))
    [step] = steps(book([now_on], was), seen(AHEAD_OF))
    assert isinstance(step, EditEvent)
    assert (step.face.on, step.face.start, step.face.end) == (True, at(30), at(31))


def test_what_is_about_to_open_or_to_end_is_left_to_that() -> None:
    opening = replace(AHEAD_OF, topic="New", start=NOW)
    assert steps(book([opening], record(AHEAD_OF)), seen(AHEAD_OF)) == []
    ending = replace(ON, topic="New", end=NOW)
    assert steps(book([ending], record(ON)), seen(ON)) == []


def test_what_began_early_never_goes_back() -> None:
    early = seen(AHEAD_OF, face=replace(shown(AHEAD_OF), on=True))
    [step] = steps(book([AHEAD_OF], record(AHEAD_OF)), early)
    assert isinstance(step, EditEvent)
    assert step.face == early.face  # which is only written down


def test_an_edit_by_hand_is_put_right_and_a_text_that_discord_changed_is_not() -> None:
    ours = record(AHEAD_OF)
    hand = seen(AHEAD_OF, face=replace(shown(AHEAD_OF), name="Mine"))
    assert steps(book([AHEAD_OF], ours), hand) == [EditEvent(ours, face_of(AHEAD_OF))]
    trimmed = replace(ours, shown=hand.face.digest)
    assert steps(book([AHEAD_OF], trimmed), hand) == []


def test_a_cache_that_is_behind_an_answer_is_given_time() -> None:
    fresh = replace(record(AHEAD_OF), told_at=at(-0.1))
    hand = seen(AHEAD_OF, face=replace(shown(AHEAD_OF), name="Before"))
    for events in ([hand], []):
        waiting = scene(book([AHEAD_OF], fresh), *events)
        assert list(event_steps(waiting, face_of)) == []
        assert waiting.due == [fresh.told_at + PATIENCE]


@pytest.mark.parametrize("on", [False, True])
def test_what_is_over_here_is_ended_there(*, on: bool) -> None:
    was = record(AHEAD_OF)
    event = seen(AHEAD_OF, face=replace(shown(AHEAD_OF), on=on))
    ended = replace(AHEAD_OF, state=State.ENDED, closed=NOW)
    for sessions in ([], [ended]):
        assert steps(book(sessions, was), event) == [EndEvent(was, begun=on)]
    assert steps(book([AHEAD_OF], was), event, wanted=False) == [EndEvent(was, begun=on)]


@pytest.mark.parametrize("of", [AHEAD_OF, ON, None])
def test_what_is_over_there_is_forgotten_without_a_request(of: Session | None) -> None:
    was = record(of or ON)
    assert steps(book([of] if of else [], was), seen(of or ON, over=True)) == [ForgetEvent(was)]


def test_what_is_not_seen_is_looked_for_only_where_it_could_be_made_again() -> None:
    was = record(AHEAD_OF)
    assert steps(book([AHEAD_OF], was)) == [CheckEvent(was)]
    assert steps(book([AHEAD_OF], was), wanted=False) == [ForgetEvent(was)]
    assert steps(book([ON], record(ON))) == [ForgetEvent(record(ON))]
    assert steps(book([], was)) == [ForgetEvent(was)]


def test_r14_what_was_asked_for_is_adopted_the_youngest_or_asked_about() -> None:
    pending = replace(record(AHEAD_OF, event_id=None), shown="")
    one, two = seen(AHEAD_OF), seen(AHEAD_OF, 102)
    asked = steps(book([AHEAD_OF], pending), one, two)
    assert asked == [AdoptEvent(pending, 102)]
    assert steps(book([AHEAD_OF], pending)) == [FindEvent(pending)]
    young = replace(pending, asked_at=at(-0.1))
    waiting = scene(book([AHEAD_OF], young))
    assert list(event_steps(waiting, face_of)) == []
    assert waiting.due == [young.asked_at + PATIENCE]


def test_r14_a_second_one_is_surplus_and_goes_even_after_it_began() -> None:
    was, twin = record(AHEAD_OF), seen(AHEAD_OF, 102)
    assert steps(book([AHEAD_OF], was), seen(AHEAD_OF), twin) == [SurplusEvent(was, 102)]
    surplus = replace(was, id=2, event_id=102, surplus=True)
    begun = replace(twin, face=replace(twin.face, on=True))
    assert steps(book([AHEAD_OF], was, surplus), seen(AHEAD_OF), begun) == [EndEvent(surplus, begun=False)]
    assert steps(book([AHEAD_OF], was, surplus), seen(AHEAD_OF)) == [ForgetEvent(surplus)]


@pytest.mark.parametrize(
    ("changes", "taken"),
    [
        ({}, True),
        ({"ours": False}, False),
        ({"over": True}, False),
        ({"face": replace(shown(AHEAD_OF), description="about\n#17")}, False),
        ({"face": replace(shown(AHEAD_OF), description="#7 about")}, False),
        ({"created": at(-5) - timedelta(seconds=61)}, False),
        ({"created": at(-5) - timedelta(seconds=59)}, True),
    ],
)
def test_r13_only_what_was_asked_for_is_ours(changes: dict[str, object], *, taken: bool) -> None:
    event = replace(seen(AHEAD_OF), **changes)  # type: ignore[arg-type]
    assert is_for(record(AHEAD_OF, event_id=None), event) is taken
    [*_, step] = steps(book([AHEAD_OF], record(AHEAD_OF, event_id=None)), event)
    assert isinstance(step, AdoptEvent) is taken


def others(number: int, *, over: bool = False) -> list[SeenEvent]:
    talk = session(1, State.BOOKED)
    return [seen(talk, 500 + n, ours=False, over=over) for n in range(number)]


def test_never_over_discords_limit_and_the_soonest_first() -> None:
    ahead = [replace(AHEAD_OF, id=n, start=at(100 - n), end=at(160)) for n in range(10, 20)]
    asked = steps(book(ahead), *others(GUILD_EVENTS - 3), *others(5, over=True)[:0])
    assert [step.session.id for step in asked if isinstance(step, MakeEvent)] == [19, 18, 17]
    assert len(steps(book(ahead), *others(GUILD_EVENTS, over=True))) == 10
    pending = replace(record(AHEAD_OF, event_id=None), asked_at=NOW)
    assert len(steps(book([AHEAD_OF, *ahead], pending), *others(GUILD_EVENTS - 3))) == 2


def test_a_server_that_discord_calls_full_is_asked_for_none() -> None:
    assert steps(book([AHEAD_OF]), view=View({}, full=frozenset({5}))) == []


def test_without_the_permission_the_truth_is_still_learnt_and_organizers_hear_of_it() -> None:
    over = seen(AHEAD_OF, over=True)
    assert steps(book([AHEAD_OF], record(AHEAD_OF)), over, view=NOT_ALLOWED) == [
        ForgetEvent(record(AHEAD_OF))
    ]
    gone = replace(AHEAD_OF, topic="New")
    assert steps(book([gone], record(AHEAD_OF)), seen(AHEAD_OF), view=NOT_ALLOWED) == []
    for place, problems in ((replace(PLACE, event=face_of), {EVENTS: ""}), (PLACE, {})):
        assert make_plan(scene(book([]), view=NOT_ALLOWED), place).problems == problems


def test_what_discord_refused_is_not_asked_for_again_at_once() -> None:
    place = replace(PLACE, event=face_of)
    view = View({}, missing=("manage_channels",), trouble={EVENTS: ""})
    plan = make_plan(scene(book([AHEAD_OF]), view=view), place)
    assert plan.steps == []
    assert plan.problems.keys() == {EVENTS, "permissions"}


def test_events_come_after_everything_else_and_wake_the_keeper() -> None:
    young = replace(record(AHEAD_OF, event_id=None), asked_at=at(-0.1))
    place = replace(PLACE, event=face_of)
    later = replace(AHEAD_OF, id=8)
    plan = make_plan(scene(book([AHEAD_OF, later], young)), place)
    assert {type(step) for step in plan.steps[:-1]} == {Make}
    assert isinstance(plan.steps[-1], MakeEvent)
    assert plan.next_due == young.asked_at + PATIENCE


def test_every_step_has_a_key_of_its_own() -> None:
    was = record(AHEAD_OF)
    every: list[EventStep] = [
        MakeEvent(AHEAD_OF, face_of(AHEAD_OF)),
        AdoptEvent(was, 101),
        FindEvent(was),
        CheckEvent(was),
        EditEvent(was, face_of(AHEAD_OF)),
        EndEvent(was, begun=True),
        ForgetEvent(was),
        SurplusEvent(was, 101),
    ]
    assert len({step.key for step in every}) == len(every)


# ------------------------------------------------------------------------- a model


@dataclass
class Model:
    """What the database and Discord hold of events; each step does to both what the applier would."""

    sessions: list[Session]
    records: dict[int, EventRecord] = field(default_factory=dict)
    events: dict[int, SeenEvent] = field(default_factory=dict)
    ids: count[int] = field(default_factory=lambda: count(1000))
    asked: int = 0

    def converge(self) -> None:
        for _ in range(300):
            found = book(self.sessions, *self.records.values())
            step = next(event_steps(scene(found, *self.events.values()), face_of), None)
            if step is None:
                return
            self.carry_out(step)
        raise AssertionError("no end")

    def carry_out(self, step: EventStep) -> None:
        match step:
            case MakeEvent(of, face):
                self.asked += 1
                number = next(self.ids)
                self.events[number] = SeenEvent(number, face, NOW, ours=True)
                made = replace(record(of, number, number), wanted=face.digest, shown=face.digest)
                self.records[number] = made
            case AdoptEvent(of, event_id):
                self.records[of.id] = replace(of, event_id=event_id, shown=of.wanted)
            case EditEvent(of, face):
                assert of.event_id
                old = self.events[of.event_id]
                self.asked += old.face != face
                assert old.ours
                assert not old.over
                self.events[old.id] = replace(old, face=face)
                self.records[of.id] = replace(of, wanted=face.digest, shown=face.digest)
            case EndEvent(of, _begun):
                assert of.event_id
                self.asked += 1
                assert self.events[of.event_id].ours
                self.events[of.event_id] = replace(self.events[of.event_id], over=True)
                del self.records[of.id]
            case SurplusEvent(like, event_id):
                number = next(self.ids)
                self.records[number] = replace(like, id=number, event_id=event_id, surplus=True)
            case ForgetEvent(of) | CheckEvent(of) | FindEvent(of):
                del self.records[of.id]


@st.composite
def worlds(draw: st.DrawFn) -> Model:
    """Sessions in all states, and events of theirs and of others in any condition."""
    states = draw(st.lists(st.sampled_from(list(State)), max_size=8))
    sessions = [
        session(n, state, start=5 * n if state is State.BOOKED else -5, closed=None if n % 2 else -1)
        for n, state in enumerate(states, start=1)
    ]
    model = Model(sessions)
    for event in others(draw(st.integers(0, GUILD_EVENTS))):
        model.events[event.id] = event
    room = st.integers(0, 2)
    for of in sessions:
        for _ in range(draw(room)):
            number = next(model.ids)
            on, over = draw(st.booleans()), draw(st.booleans())
            words = draw(st.sampled_from([of.topic, "by hand"]))
            model.events[number] = seen(of, number, over=over, face=replace(face_of(of), on=on, name=words))
            if of.id not in {r.session_id for r in model.records.values() if not r.surplus}:
                known = draw(st.sampled_from([None, number, 999]))
                model.records[number] = replace(record(of), id=number, event_id=known)
    return model


@given(worlds())
def test_r13_r14_from_anywhere_it_comes_to_what_the_database_says(model: Model) -> None:
    foreign = [event for event in model.events.values() if not event.ours]
    before = sum(not event.over for event in model.events.values())
    model.converge()
    assert [event for event in model.events.values() if not event.ours] == foreign
    assert sum(not e.over for e in model.events.values()) <= max(before, GUILD_EVENTS)
    living = {r.event_id: r for r in model.records.values()}
    for event_id, known in living.items():
        event = model.events[event_id or 0]
        assert not event.over
        [of] = [s for s in model.sessions if s.id == known.session_id]
        assert of.active
        assert event.face.name == of.topic
        assert event.face.on or of.state is State.BOOKED
    of_ours = [r.session_id for r in living.values()]
    assert len(of_ours) == len(set(of_ours))
    if len(foreign) <= GUILD_EVENTS - len(model.sessions):
        assert {s.id for s in model.sessions if s.state is State.BOOKED} <= set(of_ours)
    calm = model.asked
    model.converge()
    assert model.asked == calm
