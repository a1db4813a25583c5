"""R9, R13, R14, R17 as tables: what is made and where, and what is put away."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.desks.converge import CATEGORY_CHANNELS
from bot.desks.scene import Learnt
from bot.desks.steps import Change, Make, Remove, key_of
from bot.domain.fair_use import GUILD_CHANNELS
from bot.domain.models import State
from bot.domain.records import Aspect, Kind, Seen
from tests.desks.scenes import (
    ARCHIVE,
    AREA,
    BARE,
    BOARD,
    BOARD_MESSAGE,
    DESK,
    HOME,
    NEWS,
    OPEN,
    OURS,
    TEXT,
    VOICE,
    all_seen,
    asked,
    changed,
    noted,
    of_channels,
    others,
    plan_of,
    record,
    scene_of,
    session,
    settings,
    unseen,
    without,
)

# -------------------------------------------------------------------------------- make


def test_an_empty_server_gets_its_area_first_and_then_the_rest_in_it() -> None:
    assert asked(scene_of([], [])) == ["make area Open Space"]
    rest = ["make archive Open Space archive", "make board #board", "make news #news"]
    assert asked(scene_of([], [AREA])) == rest
    steps = plan_of(scene_of([], [AREA]))[1]
    assert [step.parent_id for step in steps if isinstance(step, Make)] == [0, 1001, 1001]
    assert asked(scene_of([], BARE[:4])) == ["make board-message "]
    assert asked(scene_of([], BARE)) == []


def test_where_nothing_is_archived_no_archive_is_made() -> None:
    like = settings(archive=False)
    assert asked(scene_of([], [AREA], like=like)) == ["make board #board", "make news #news"]


def test_a_desk_that_is_all_there_needs_nothing() -> None:
    scene = scene_of([OPEN], DESK)
    assert (asked(scene), noted(scene)) == ([], [])


def test_r14_voice_comes_before_text_and_the_earlier_session_before_the_later() -> None:
    later = session(6, State.BOOKED, start=4)
    channels = [key for key in asked(scene_of([OPEN, later], HOME)) if key.startswith("make")]
    assert channels == ["make voice 7", "make text 7", "make voice 6", "make text 6"]


def test_what_is_asked_for_knows_what_was_there_before_it() -> None:
    [make, *_] = [s for s in plan_of(scene_of([OPEN], HOME))[1] if isinstance(s, Make)]
    assert (make.since_id, make.parent_id) == (1006, 1001)


def test_r13_what_discords_own_list_has_was_there_before_it_too() -> None:
    """The cache may be behind: a clone that it does not show yet is no answer to what is asked for now."""
    of = scene_of([OPEN], HOME, learnt=Learnt(newest=1500))
    [make, *_] = [s for s in plan_of(of)[1] if isinstance(s, Make)]
    assert make.since_id == 1500


def test_a_card_is_sent_where_its_channel_is_seen() -> None:
    records = without(DESK, Kind.CARD)
    assert asked(scene_of([OPEN], records)) == ["make card 7"]
    assert asked(scene_of([OPEN], records, unseen(records, Kind.TEXT))) == ["find channels"]


def test_a_plan_never_makes_beside_an_area_that_is_unknown() -> None:
    pending = changed(BARE, Kind.AREA, discord_id=None, doubt=True)
    assert of_channels(scene_of([OPEN], pending, all_seen(pending))) == ["find channels"]
    assert of_channels(scene_of([OPEN], BARE, unseen(BARE, Kind.AREA))) == ["find channels"]


# ------------------------------------------------------------------------ places


def moved(kind: Kind, parent: int | None, *others: Seen) -> Any:
    shown = [
        replace(each, parent_id=parent) if each.id == 1000 + NUMBER[kind] else each for each in all_seen(DESK)
    ]
    return scene_of([OPEN], DESK, [*shown, *others])


NUMBER = {Kind.VOICE: 3, Kind.TEXT: 4, Kind.BOARD: 5, Kind.NEWS: 6}


@pytest.mark.parametrize("kind", [Kind.VOICE, Kind.TEXT, Kind.BOARD, Kind.NEWS])
def test_what_was_moved_stays_and_what_lost_its_category_comes_back(kind: Kind) -> None:
    theirs = Seen(4001, "category", None, "Stage")
    assert asked(moved(kind, 4001, theirs)) == []
    for lost in (4444, None):
        [step] = plan_of(moved(kind, lost))[1]
        assert isinstance(step, Change)
        assert (step.record.kind, step.aspects, step.parent_id) == (kind, (Aspect.PLACE,), 1001)


def test_r17_a_full_server_is_asked_for_nothing_and_a_desk_is_made_whole_or_not_at_all() -> None:
    for room in (0, 1, 2, 3):
        scene = scene_of([OPEN], OURS, unknown=others(GUILD_CHANNELS - 4 - room))
        made = [key for key in asked(scene) if key.startswith("make")]
        assert made == (["make voice 7", "make text 7"] if room >= 2 else [])
        assert ("guild-full" in scene.problems) is (room < 2)
    two = [OPEN, session(8)]
    scene = scene_of(two, OURS, unknown=others(GUILD_CHANNELS - 4 - 3))
    assert len([key for key in asked(scene) if key.startswith("make")]) == 2


@pytest.mark.parametrize("learnt", [False, True])
def test_a_full_category_is_passed_over(*, learnt: bool) -> None:
    inside = others(CATEGORY_CHANNELS - 2 - learnt, 1001)
    knows = Learnt(full=frozenset({1001} if learnt else ()))
    scene = scene_of([OPEN], OURS, unknown=inside, learnt=knows)
    assert [key for key in asked(scene) if "make" in key] == ["make area Open Space 2"]
    second = record(Kind.AREA, None, 40, mark="Open Space 2", told=ARCHIVE_TOLD)
    scene = scene_of([OPEN], [*OURS, second], unknown=inside, learnt=knows)
    parents = [step.parent_id for step in plan_of(scene)[1] if isinstance(step, Make)]
    assert parents == [1040, 1040]
    gone = scene_of([OPEN], [*OURS, second], all_seen(OURS), unknown=inside, learnt=knows)
    assert of_channels(gone) == ["find channels"]  # not a third one beside one that is unknown


ARCHIVE_TOLD = next(each.told for each in DESK if each.kind is Kind.ARCHIVE)


def test_a_category_with_one_seat_left_takes_one_and_the_next_goes_elsewhere() -> None:
    second = record(Kind.AREA, None, 40, mark="Open Space 2", told=ARCHIVE_TOLD)
    scene = scene_of([OPEN], [*OURS, second], unknown=others(CATEGORY_CHANNELS - 3, 1001))
    assert [s.parent_id for s in plan_of(scene)[1] if isinstance(s, Make)] == [1001, 1040]


# ---------------------------------------------------------------------- put away (R9)

ENDED = session(7, State.ENDED, start=-100, closed=-20)


def test_r9_the_voice_channel_goes_and_the_text_channel_if_nobody_wrote_there() -> None:
    removes = [step for step in plan_of(scene_of([ENDED], DESK))[1] if isinstance(step, Remove)]
    assert removes == [Remove(VOICE), Remove(TEXT, look=True)]


def test_r9_a_text_channel_where_people_wrote_is_archived() -> None:
    wrote = replace(TEXT, wrote=True)
    [change] = [
        s
        for s in plan_of(scene_of([ENDED], [*OURS, wrote]))[1]
        if isinstance(s, Change) and s.record == wrote
    ]
    assert (change.aspects, change.parent_id) == ((Aspect.PLACE,), 1002)
    gone = plan_of(scene_of([ENDED], [*OURS, wrote], like=settings(archive=False)))[1]
    assert Remove(wrote) in gone  # as the organizers' setting says


def test_r9_where_no_archive_can_be_made_the_text_stays_in_place_read_only() -> None:
    wrote = replace(TEXT, wrote=True)
    full = others(GUILD_CHANNELS - 4)
    [change] = [
        s
        for s in plan_of(scene_of([ENDED], [*without(OURS, Kind.ARCHIVE), wrote], unknown=full))[1]
        if isinstance(s, Change) and s.record == wrote
    ]
    assert (change.aspects, change.parent_id) == ((Aspect.PLACE,), 0)
    some = scene_of([ENDED], [*without(OURS, Kind.ARCHIVE), wrote])
    assert "make archive Open Space archive" in asked(some)
    assert not [s for s in plan_of(some)[1] if isinstance(s, Change) and s.record == wrote]  # it waits for it


def test_r9_a_voice_channel_with_people_stays_for_the_overrun() -> None:
    shown = [replace(each, people=(8,)) if each.id == 1003 else each for each in all_seen(DESK)]
    assert Remove(VOICE) not in plan_of(scene_of([ENDED], DESK, shown))[1]
    late = session(7, State.ENDED, start=-100, closed=-30)
    assert Remove(VOICE) in plan_of(scene_of([late], DESK, shown))[1]


def test_k5_r8_a_move_keeps_the_channels_that_are_there() -> None:
    moved_on = session(7, State.BOOKED, start=200)
    scene = scene_of([moved_on], DESK)
    assert [key for key in asked(scene) if not key.startswith("change")] == []
    assert not [key for key in asked(scene_of([moved_on], OURS)) if "voice" in key or "text" in key]


# --------------------------------------------------------------- permissions, keys


@pytest.mark.parametrize("name", ["manage_channels", "read_messages"])
def test_without_the_permission_no_channel_is_touched(name: str) -> None:
    view = {"missing": (name,)}
    assert asked(scene_of([OPEN], [], view=view)) == []
    late = scene_of([replace(ENDED, topic="New")], DESK, view=view)
    assert {key.split()[1] for key in asked(late)} <= {"board-message", "card"}
    lesser = scene_of([], [], view={"missing": ("manage_roles",)})
    assert asked(lesser) == ["make area Open Space"]


def test_every_step_has_a_key_of_its_own() -> None:
    several = [OPEN, session(8, State.BOOKED, start=3), replace(ENDED, id=9)]
    more = [record(Kind.VOICE, several[2], 50), record(Kind.TEXT, several[2], 51, wrote=True)]
    scene = scene_of(several, [AREA, ARCHIVE, BOARD, NEWS, BOARD_MESSAGE, *more])
    keys = [key_of(step) for step in plan_of(scene)[1]]
    assert len(keys) == len(set(keys)) > 6
