"""R13, R14, R20 as tables: Discord's own events are made, kept as they should be, ended."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.desks.scene import PATIENCE, Learnt, Scene
from bot.desks.steps import Change, Find, Make, Remove, Step
from bot.desks.wishes import AHEAD
from bot.domain.fair_use import GUILD_EVENTS
from bot.domain.models import Session, State
from bot.domain.records import IN_DOUBT, Aspect, Face, Kind, Record, Seen, recognises
from bot.ui.event_face import face_digest
from tests.desks.scenes import (
    BARE,
    NOW,
    all_seen,
    at,
    face,
    noted,
    plan_of,
    record,
    scene_of,
    session,
    settings,
)
from tests.desks.scenes import seen as seen_of

AHEAD_OF = session(7, State.BOOKED, start=30)
ON = session(7, State.OPEN, start=-5)
SECOND = timedelta(seconds=1)


def now_shown(of: Session) -> Face:
    """What an event shows when all is well."""
    return replace(face(of), on=of.state is State.OPEN)


def known(of: Session, **how: Any) -> Record:
    digest = face_digest(now_shown(of))
    return replace(record(Kind.EVENT, of, told={Aspect.FACE: digest}, shown=digest), **how)


def shown(of: Session, number: int = 1009, **how: Any) -> Seen:
    return replace(seen_of(replace(known(of), discord_id=number), face=now_shown(of)), **how)


def scene(sessions: list[Session], *records: Record, events: list[Seen] | None = None, **more: Any) -> Scene:
    """Nothing but events is of interest: all else is as it should be."""
    unknown = [each for each in events or [] if each.id not in {r.discord_id for r in records}]
    visible = [*all_seen(BARE), *(each for each in events or [] if each not in unknown)]
    like = more.pop("like", settings(event=face))
    return scene_of(sessions, [*BARE, *records], visible, unknown=unknown, like=like, **more)


def steps(sessions: list[Session], *records: Record, **more: Any) -> list[Step]:
    """What is asked of Discord about events."""
    return [step for step in plan_of(scene(sessions, *records, **more))[1] if _kind(step) is Kind.EVENT]


def _kind(step: Step) -> Kind | None:
    match step:
        case Make(wish):
            return wish.kind
        case Change(one) | Remove(one) | Find((one, *_)):
            return one.kind
    return None


def faces(found: list[Step]) -> list[Any]:
    return [step.wish.how for step in found if isinstance(step, Make | Change)]


def test_what_is_booked_ahead_has_an_event_and_what_is_about_to_open_or_on_has_none() -> None:
    soon = replace(AHEAD_OF, id=8, start=NOW + AHEAD)
    sooner = replace(AHEAD_OF, id=9, start=NOW + AHEAD - SECOND)
    asked = steps([replace(ON, id=10), sooner, soon, AHEAD_OF])
    assert [type(step) for step in asked] == [Make, Make]
    assert faces(asked) == [face(soon), face(AHEAD_OF)]
    assert steps([AHEAD_OF], like=settings()) == []


@pytest.mark.parametrize("of", [AHEAD_OF, ON])
def test_an_event_that_is_as_it_should_be_needs_nothing(of: Session) -> None:
    assert steps([of], known(of), events=[shown(of)]) == []


def test_what_changed_is_told_and_what_began_begins_without_moving_its_start() -> None:
    moved = replace(AHEAD_OF, start=at(40), end=at(70))
    assert faces(steps([moved], known(AHEAD_OF), events=[shown(AHEAD_OF)])) == [face(moved)]
    now_on = replace(AHEAD_OF, state=State.OPEN, start=NOW, end=at(20))
    [told] = faces(steps([now_on], known(AHEAD_OF), events=[shown(AHEAD_OF)]))
    assert (told.on, told.start, told.end) == (True, at(30), at(31))


def test_r14_one_that_was_there_before_is_not_taken_for_the_new_one() -> None:
    [make] = steps([AHEAD_OF], view={"newest": 5000})
    assert isinstance(make, Make)
    assert make.since_id == 5000


def test_what_is_about_to_open_or_to_end_is_left_to_that() -> None:
    opening = replace(AHEAD_OF, topic="New", start=NOW)
    assert steps([opening], known(AHEAD_OF), events=[shown(AHEAD_OF)]) == []
    ending = replace(ON, topic="New", end=NOW)
    assert steps([ending], known(ON), events=[shown(ON)]) == []


def test_what_began_early_never_goes_back() -> None:
    early = shown(AHEAD_OF, face=replace(face(AHEAD_OF), on=True))
    [told] = faces(steps([AHEAD_OF], known(AHEAD_OF), events=[early]))
    assert told == early.face  # which is only written down


def test_r20_an_edit_by_hand_is_put_right_and_a_text_that_discord_changed_is_not() -> None:
    hand = shown(AHEAD_OF, face=replace(face(AHEAD_OF), name="Mine"))
    assert faces(steps([AHEAD_OF], known(AHEAD_OF), events=[hand])) == [face(AHEAD_OF)]
    assert hand.face
    trimmed = known(AHEAD_OF, shown=face_digest(hand.face))
    assert steps([AHEAD_OF], trimmed, events=[hand]) == []


def test_r14_what_was_not_answered_is_told_again() -> None:
    doubtful = known(AHEAD_OF, told={Aspect.FACE: IN_DOUBT})
    assert faces(steps([AHEAD_OF], doubtful, events=[shown(AHEAD_OF)])) == [face(AHEAD_OF)]


def test_a_cache_that_is_behind_an_answer_is_given_time() -> None:
    fresh = known(AHEAD_OF, told_at=at(-0.1))
    hand = shown(AHEAD_OF, face=replace(face(AHEAD_OF), name="Before"))
    for events in ([hand], []):
        waiting = scene([AHEAD_OF], fresh, events=events)
        found = [step for step in plan_of(waiting)[1] if _kind(step) is Kind.EVENT]
        assert found == []
        assert fresh.told_at + PATIENCE in waiting.due


@pytest.mark.parametrize("on", [False, True])
@pytest.mark.parametrize("how", ["gone", "ended", "cancelled", "off"])
def test_what_is_over_here_is_ended_there(how: str, *, on: bool) -> None:
    event = shown(AHEAD_OF, face=replace(face(AHEAD_OF), on=on))
    over = {"ended": State.ENDED, "cancelled": State.CANCELLED}.get(how, State.BOOKED)
    sessions = [] if how == "gone" else [replace(AHEAD_OF, state=over, closed=NOW)]
    more = {"like": settings()} if how == "off" else {}
    assert steps(sessions, known(AHEAD_OF), events=[event], **more) == [Remove(known(AHEAD_OF), begun=on)]


@pytest.mark.parametrize("of", [AHEAD_OF, ON, None])
def test_what_is_over_there_is_forgotten_without_a_request(of: Session | None) -> None:
    was = known(of or ON)
    found = scene([of] if of else [], was, events=[shown(of or ON, over=True)])
    assert ("ENDED", was.id) in noted(found)
    assert [step for step in plan_of(found)[1] if _kind(step) is Kind.EVENT] == []


def test_what_is_not_seen_is_looked_for_only_where_it_could_be_made_again() -> None:
    was = known(AHEAD_OF)
    assert steps([AHEAD_OF], was) == [Find((was,))]
    for found in (
        scene([AHEAD_OF], was, like=settings()),
        scene([ON], known(ON)),
        scene([], was),
        scene(
            [AHEAD_OF],
            known(AHEAD_OF, surplus=True),
            known(AHEAD_OF, id=90, discord_id=1010),
            events=[shown(AHEAD_OF, 1010)],
        ),
    ):
        assert [fact for fact, number in noted(found)] == ["MISSING"]
        assert [step for step in plan_of(found)[1] if _kind(step) is Kind.EVENT] == []


def test_r14_what_was_asked_for_is_adopted_the_youngest_or_asked_about() -> None:
    pending = known(AHEAD_OF, discord_id=None, doubt=True)
    found = scene([AHEAD_OF], pending, events=[shown(AHEAD_OF, 2001), shown(AHEAD_OF, 2002)])
    assert noted(found) == [("ADOPTED", 9, 2002), ("SURPLUS", 9, 2001)]
    assert steps([AHEAD_OF], pending) == [Find((pending,))]
    young = replace(pending, asked_at=at(-0.1))
    waiting = scene([AHEAD_OF], young)
    assert [step for step in plan_of(waiting)[1] if _kind(step) is Kind.EVENT] == []
    assert young.asked_at + PATIENCE in waiting.due


def test_r14_a_second_one_goes_even_after_it_began_and_only_where_an_answer_was_in_doubt() -> None:
    twin = shown(AHEAD_OF, 2002)
    both = [shown(AHEAD_OF), twin]
    assert noted(scene([AHEAD_OF], known(AHEAD_OF, doubt=True), events=both)) == [("SURPLUS", 9, 2002)]
    assert noted(scene([AHEAD_OF], known(AHEAD_OF), events=both)) == []
    surplus = known(AHEAD_OF, id=90, discord_id=2002, surplus=True)
    assert twin.face
    for on in (False, True):
        begun = replace(twin, face=replace(twin.face, on=on))
        [remove] = steps([AHEAD_OF], known(AHEAD_OF), surplus, events=[shown(AHEAD_OF), begun])
        assert isinstance(remove, Remove)
        assert remove.record == surplus


@pytest.mark.parametrize(
    ("how", "taken"),
    [
        ({}, True),
        ({"ours": False}, False),
        ({"over": True}, False),
        ({"topic": "about\n#17"}, False),
        ({"topic": "#7 about"}, False),
        ({"id": 900}, False),
        ({"kind": "text"}, False),
    ],
)
def test_r13_only_what_was_asked_for_is_ours(how: dict[str, Any], *, taken: bool) -> None:
    pending = known(AHEAD_OF, discord_id=None, doubt=True)
    event = replace(shown(AHEAD_OF, 2001), **how)
    assert recognises(pending, event) is taken
    facts = [fact for fact, *_ in noted(scene([AHEAD_OF], pending, events=[event]))]
    assert facts == (["ADOPTED"] if taken else [])


def theirs(number: int, *, over: bool = False) -> list[Seen]:
    return [shown(session(1, State.BOOKED), 5000 + n, ours=False, over=over) for n in range(number)]


def test_never_over_discords_limit_and_the_soonest_first() -> None:
    ahead = sorted(
        (replace(AHEAD_OF, id=n, start=at(100 - n), end=at(160)) for n in range(10, 20)),
        key=lambda s: s.start,
    )
    asked = steps(ahead, events=theirs(GUILD_EVENTS - 3))
    assert [step.wish.session.id for step in asked if isinstance(step, Make) and step.wish.session] == [
        19,
        18,
        17,
    ]
    assert len(steps(ahead, events=theirs(GUILD_EVENTS, over=True))) == 10
    pending = known(AHEAD_OF, discord_id=None, doubt=True, asked_at=NOW)
    assert len(steps([AHEAD_OF, *ahead], pending, events=theirs(GUILD_EVENTS - 3))) == 2


def test_a_server_that_discord_calls_full_is_asked_for_none() -> None:
    assert steps([AHEAD_OF], learnt=Learnt(full=frozenset({5}))) == []


def test_without_the_permission_the_truth_is_still_learnt() -> None:
    bare = {"wanting": ("create_events",)}
    over = scene([AHEAD_OF], known(AHEAD_OF), events=[shown(AHEAD_OF, over=True)], view=bare)
    assert ("ENDED", 9) in noted(over)
    new = replace(AHEAD_OF, topic="New")
    assert steps([new], known(AHEAD_OF), events=[shown(AHEAD_OF)], view=bare) == []
    assert steps([AHEAD_OF], view=bare) == []
