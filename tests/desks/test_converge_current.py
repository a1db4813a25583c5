"""R10, R14, R19 as tables: how what is there is kept as it should be, each aspect in its time."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.desks.converge import EDIT_PAUSE
from bot.desks.scene import Learnt, Scene
from bot.desks.steps import Change, Make, Remove
from bot.domain.models import Session, State
from bot.domain.records import IN_DOUBT, Aspect, Kind, Record
from bot.service.people import Person
from bot.ui.desk_channels import Channel
from tests.desks.scenes import (
    BITS,
    DESK,
    NOW,
    OPEN,
    OURS,
    VOICE,
    all_seen,
    asked,
    at,
    changed,
    of_channels,
    others,
    plan_of,
    record,
    scene_of,
    session,
    settings,
    told,
    without,
)

SECOND = timedelta(seconds=1)


def changes(scene: Scene, *kinds: Kind) -> list[Change]:
    steps = [step for step in plan_of(scene)[1] if isinstance(step, Change)]
    return [step for step in steps if step.record.kind in kinds]


def names(of: Session, records: list[Record] = DESK, now: datetime = NOW, **more: Any) -> list[str]:
    """Whose name and topic, and whose seats, Discord is told of."""
    found = changes(scene_of([of], records, now=now, **more), Kind.VOICE, Kind.TEXT)
    return [f"{step.record.kind} {' '.join(step.aspects)}" for step in found]


# ------------------------------------------------------------- what the host has changed (R10)


@pytest.mark.parametrize(
    ("how", "which"),
    [
        ({}, []),
        ({"topic": "Tea"}, ["voice name", "text name"]),
        ({"description": "Bring cups"}, ["text name"]),
        ({"host_name": "bob"}, ["text name"]),
        ({"end": at(90)}, []),
        ({"seats": 4}, ["voice seats"]),
        ({"topic": "Tea", "seats": 4}, ["voice name seats", "text name"]),
    ],
    ids=str,
)
def test_r10_a_channel_follows_what_it_is_made_of(how: dict[str, Any], which: list[str]) -> None:
    assert names(replace(OPEN, **how)) == which


def test_r10_a_new_name_is_the_one_that_a_new_channel_would_have() -> None:
    of = replace(OPEN, topic="Tea & Cake", description="Bring cups", seats=4)
    channels = [step.wish.how for step in changes(scene_of([of], DESK), Kind.VOICE, Kind.TEXT)]
    made = [s.wish.how for s in plan_of(scene_of([of], OURS))[1] if isinstance(s, Make) and s.wish.session]
    assert channels == made[:2]
    voice, text = channels
    assert voice == Channel("Tea & Cake", "", 5)
    assert isinstance(text, Channel)
    assert text.name == "tea-cake"
    assert text.topic.endswith(" · #7")
    assert "Bring cups" in text.topic


@pytest.mark.parametrize(
    ("seats", "cohosts", "expected"),
    [(None, 0, "0"), (1, 0, "2"), (4, 0, "5"), (4, 2, "7"), (98, 0, "99"), (98, 5, "99"), (None, 3, "0")],
)
def test_r10_a_voice_channel_has_room_for_its_guests_and_hosts(
    seats: int | None, cohosts: int, expected: str
) -> None:
    of, people = replace(OPEN, seats=seats), tuple(Person(200 + n, "x") for n in range(cohosts))
    scene = scene_of([of], DESK, people={7: {"cohosts": people}})
    found = [step.wish.aspects[Aspect.SEATS] for step in changes(scene, Kind.VOICE)]
    assert found == ([] if expected == "0" else [expected])


def test_k10_r19_no_change_of_hosts_touches_a_channel_where_there_are_no_seats() -> None:
    for how in (OPEN, replace(OPEN, host_id=200)):
        people = {7: {"cohosts": (Person(201, "x"),)}}
        assert names(how, people=people) == []


def test_a_channel_of_which_we_do_not_know_what_it_was_named_after_keeps_its_name() -> None:
    of = replace(OPEN, topic="Tea", seats=4)
    assert names(of, [replace(each, told={}) if each.session_id else each for each in DESK]) == []


@pytest.mark.parametrize("aspect", [Aspect.NAME, Aspect.SEATS])
def test_r14_what_was_not_answered_is_told_again(aspect: Aspect) -> None:
    records = changed(DESK, Kind.VOICE, told={**VOICE.told, aspect: IN_DOUBT})
    assert names(OPEN, records) == [f"voice {aspect}"]


@pytest.mark.parametrize(
    ("renamed", "wait"),
    [((), 0), ((1,), 0), ((10, 1), 0), ((11, 10), 0), ((9, 1), 1), ((9, 8), 1), ((0, 0), 10)],
    ids=str,
)
def test_a_third_name_in_ten_minutes_waits_for_its_time(renamed: tuple[int, ...], wait: int) -> None:
    records = changed(DESK, Kind.VOICE, renames=tuple(at(-minutes) for minutes in renamed))
    of = replace(OPEN, topic="Tea", seats=4)
    scene = scene_of([of], records)
    [voice] = changes(scene, Kind.VOICE)
    assert (Aspect.NAME in voice.aspects) is (not wait)
    assert Aspect.SEATS in voice.aspects  # that is no name
    if wait:
        assert at(wait) in scene.due
        assert names(of, records, at(wait))[0] == "voice name seats"


def test_only_a_desk_that_is_on_or_to_come_is_brought_up_to_date() -> None:
    over = replace(session(7, State.ENDED, start=-60, closed=-1), topic="Tea", seats=4)
    assert names(over) == []
    for start in (4, 300):  # also where its start has been moved far away
        ahead = session(7, State.BOOKED, start=start, topic="Tea", seats=4)
        assert names(ahead) == ["voice name seats", "text name"]


# --------------------------------------------------------------- who may see it (R19)

ELSE = (*BITS[1:], (7, True, 0, 1024))


def test_k6_r19_board_news_and_archive_follow_the_area_and_desks_need_not() -> None:
    scene = scene_of([OPEN], DESK, view={"area": ELSE})
    assert of_channels(scene) == [
        f"change {kind} {n} access" for kind, n in (("archive", 2), ("board", 5), ("news", 6))
    ]
    assert all(step.area == ELSE for step in changes(scene, Kind.ARCHIVE, Kind.BOARD, Kind.NEWS))
    assert asked(scene_of([OPEN], told(scene), view={"area": ELSE})) == []
    assert asked(scene_of([OPEN], DESK, view={"area": ()})) == []  # not while it does not show


def test_k6_r19_a_further_area_follows_the_first_which_is_the_organizers_own() -> None:
    second = record(Kind.AREA, None, 40, mark="Open Space 2")
    scene = scene_of([OPEN], [*DESK, second])
    [change] = changes(scene, Kind.AREA)
    assert (change.record, change.aspects) == (second, (Aspect.ACCESS,))


def test_r19_what_is_made_takes_the_areas_permissions() -> None:
    made = [
        step
        for step in plan_of(scene_of([OPEN], [DESK[0]], view={"area": ELSE}))[1]
        if isinstance(step, Make)
    ]
    assert [step.wish.kind for step in made] == [Kind.ARCHIVE, Kind.BOARD, Kind.NEWS, Kind.VOICE, Kind.TEXT]
    assert {step.area for step in made} == {ELSE}
    full = scene_of([OPEN], OURS, unknown=others(49, 1001), view={"area": ELSE})
    assert [s.area for s in plan_of(full)[1] if isinstance(s, Make) and s.wish.kind is Kind.AREA] == [ELSE]


# ------------------------------------------------------------- the board, tomorrow's, cards

TOMORROW = record(Kind.TOMORROW)
EVE = [*DESK, TOMORROW]
KINDS = [Kind.BOARD_MESSAGE, Kind.TOMORROW, Kind.CARD]
PARENT = {Kind.BOARD_MESSAGE: Kind.BOARD, Kind.TOMORROW: Kind.BOARD, Kind.CARD: Kind.TEXT}


def shown(records: list[Record], **more: Any) -> Scene:
    """The scene on the eve of a day, so that tomorrow's board is wanted."""
    return scene_of([OPEN], records, like=settings(tomorrow=True), **more)


EVE = told(shown(EVE))


def of(kind: Kind) -> Record:
    return next(each for each in EVE if each.kind is kind)


def key(kind: Kind) -> str:
    return f"change {kind} {of(kind).id} picture"


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_not_there_is_sent_and_what_is_as_it_should_be_is_let_be(kind: Kind) -> None:
    assert asked(shown(EVE)) == []
    [step] = plan_of(shown(without(EVE, kind)))[1]
    assert isinstance(step, Make)
    assert (step.wish.kind, step.parent_id) == (kind, of(kind).parent_id)


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_sent_or_changed_where_the_channel_is_not_seen(kind: Kind) -> None:
    old = changed(EVE, kind, told={Aspect.PICTURE: "old"})
    here = all_seen(without(EVE, PARENT[kind]))
    assert asked(shown(without(EVE, kind), shown=here)) == ["find channels"]
    assert asked(shown(old, shown=here)) == ["find channels"]


@pytest.mark.parametrize("kind", KINDS)
def test_an_edit_comes_every_five_seconds_at_most(kind: Kind) -> None:
    old = changed(EVE, kind, told={**of(kind).told, Aspect.PICTURE: "old"}, told_at=NOW)
    early = shown(old, now=NOW + EDIT_PAUSE - SECOND)
    assert asked(early) == []
    assert NOW + timedelta(seconds=5) in early.due
    assert asked(shown(old, now=NOW + EDIT_PAUSE)) == [key(kind)]
    assert NOW + EDIT_PAUSE not in shown(changed(EVE, kind, told_at=NOW)).due


@pytest.mark.parametrize("kind", KINDS)
def test_k19_an_edit_in_the_future_is_no_reason_to_wait(kind: Kind) -> None:
    old = changed(EVE, kind, told={**of(kind).told, Aspect.PICTURE: "old"}, told_at=at(60))
    assert asked(shown(old)) == [key(kind)]


@pytest.mark.parametrize("kind", KINDS)
def test_r14_an_edit_that_was_not_answered_is_made_again(kind: Kind) -> None:
    doubtful = changed(EVE, kind, told={**of(kind).told, Aspect.PICTURE: IN_DOUBT})
    assert asked(shown(doubtful)) == [key(kind)]


@pytest.mark.parametrize("kind", KINDS)
def test_k22_what_was_heard_to_be_deleted_is_looked_for_and_nothing_else_ever_is(kind: Kind) -> None:
    for minutes in (1, 60, 240):  # inside windows and outside
        assert "find" not in " ".join(asked(shown(EVE, now=at(minutes))))
    gone = Learnt(gone=frozenset({of(kind).discord_id or 0}))
    assert asked(shown(EVE, learnt=gone)) == [f"find messages {of(kind).parent_id}"]


@pytest.mark.parametrize(
    ("pinned", "over", "wanting", "pins"),
    [
        (False, False, (), True),
        (True, False, (), False),
        (False, True, (), False),
        (False, False, ("pin_messages",), False),
        (False, False, ("something_else",), True),
    ],
)
def test_a_card_is_pinned_once_where_the_bot_may(
    *, pinned: bool, over: bool, wanting: tuple[str, ...], pins: bool
) -> None:
    card = of(Kind.CARD)
    about = card.told if pinned else {Aspect.PICTURE: card.told[Aspect.PICTURE]}
    now = session(7, State.ENDED, start=-60, closed=-1) if over else OPEN
    scene = scene_of([now], changed(DESK, Kind.CARD, told=about), view={"wanting": wanting})
    assert ("change card 8 pinned" in asked(scene)) is pins
    assert "change board-message 7 pinned" not in asked(scene)  # it has its channel for itself


def test_a_card_whose_session_is_over_is_corrected_and_not_sent_anew() -> None:
    over = session(7, State.ENDED, start=-60, closed=-1)
    assert "change card 8 picture" in asked(scene_of([over], DESK))
    assert not [s for s in plan_of(scene_of([over], without(DESK, Kind.CARD)))[1] if isinstance(s, Make)]


def test_tomorrows_board_goes_when_it_is_not_wanted_any_more() -> None:
    steps = plan_of(scene_of([OPEN], EVE))[1]
    assert steps == [Remove(of(Kind.TOMORROW))]


def test_r14_tomorrows_board_that_was_not_answered_is_looked_for_though_not_wanted_any_more() -> None:
    pending = changed(EVE, Kind.TOMORROW, discord_id=None, doubt=True, asked_at=NOW)
    scene = scene_of([OPEN], pending)
    assert asked(scene) == []
    assert at(10 / 60) in scene.due
    assert asked(scene_of([OPEN], pending, now=at(10 / 60))) == ["find messages 1005"]


def test_a_card_that_is_not_wanted_any_more_goes_with_its_channel() -> None:
    later = session(7, State.ENDED, start=-100, closed=-30)
    steps = plan_of(scene_of([later], DESK))[1]
    assert Remove(VOICE) in steps
    assert not [s for s in steps if isinstance(s, Remove) and s.record.kind is Kind.CARD]


def test_a_picture_and_a_pin_go_separately() -> None:
    """One that is refused holds up the other not at all."""
    scene = scene_of([OPEN], changed(DESK, Kind.CARD, told={}))
    assert [key for key in asked(scene) if "card" in key] == ["change card 8 picture", "change card 8 pinned"]
