"""R13, R14 as tables: what is taken for ours, looked for, found to be one too many, and never touched."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.desks.converge import resolve
from bot.desks.scene import PATIENCE, Learnt
from bot.desks.steps import Change, Find, Make, Remove
from bot.domain.records import Kind, Record, Seen, recognises
from bot.service.deskbook import Fact
from tests.desks.scenes import (
    AREA,
    BARE,
    BOARD,
    CARD,
    DESK,
    NEWS,
    NOW,
    OPEN,
    TEXT,
    VOICE,
    all_seen,
    asked,
    at,
    changed,
    noted,
    of_channels,
    plan_of,
    record,
    scene_of,
    seen,
    session,
    unseen,
    without,
)

ALL = [Kind.AREA, Kind.ARCHIVE, Kind.BOARD, Kind.NEWS, Kind.VOICE, Kind.TEXT]


# ------------------------------------------------------------------- adopt, look for


@pytest.mark.parametrize("kind", ALL)
def test_r14_an_answer_that_is_missing_is_waited_for_then_looked_for(kind: Kind) -> None:
    early = NOW - PATIENCE + timedelta(seconds=1)
    records = changed(DESK, kind, discord_id=None, doubt=True, asked_at=early)
    scene = scene_of([OPEN], records)
    assert (of_channels(scene), noted(scene)) == ([], [])
    assert NOW + timedelta(seconds=1) in scene.due
    later = scene_of([OPEN], records, now=NOW + timedelta(seconds=1))
    assert of_channels(later) == ["find channels"]
    [find] = [step for step in plan_of(later)[1] if isinstance(step, Find)]
    assert [each.kind for each in find.records] == [kind]


@pytest.mark.parametrize("kind", [Kind.BOARD_MESSAGE, Kind.CARD])
def test_r14_a_message_that_may_be_under_way_is_looked_for_in_its_channel(kind: Kind) -> None:
    records = changed(DESK, kind, discord_id=None, doubt=True, asked_at=NOW)
    scene = scene_of([OPEN], records)
    assert asked(scene) == []
    assert NOW + PATIENCE in scene.due
    channel = 1004 if kind is Kind.CARD else 1005
    assert asked(scene_of([OPEN], records, now=NOW + PATIENCE)) == [f"find messages {channel}"]
    # Where its channel does not show it may come back, with it.
    shown = unseen(records, Kind.TEXT, Kind.BOARD)
    assert asked(scene_of([OPEN], records, shown, now=NOW + PATIENCE)) == ["find channels"]


def test_a_message_in_a_channel_that_is_gone_is_gone_with_it() -> None:
    records = changed(without(DESK, Kind.TEXT), Kind.CARD, discord_id=None, doubt=True)
    assert ("DELETED", CARD.id) in noted(scene_of([OPEN], records))


@pytest.mark.parametrize("kind", ALL)
def test_r14_what_was_asked_for_and_shows_is_adopted_not_made_again(kind: Kind) -> None:
    known = next(each for each in DESK if each.kind is kind)
    records = changed(DESK, kind, discord_id=None, doubt=True, asked_at=NOW)
    scene = scene_of([OPEN], records, unknown=[seen(known)])
    assert noted(scene) == [("ADOPTED", known.id, known.discord_id)]
    assert of_channels(scene) == []


def test_r14_the_youngest_of_several_is_adopted_and_the_older_are_surplus() -> None:
    records = changed(DESK, Kind.VOICE, discord_id=None, doubt=True)
    twins = [replace(seen(VOICE), id=number) for number in (2001, 2003, 2002)]
    scene = scene_of([OPEN], records, unknown=twins)
    facts = [("ADOPTED", 3, 2003), ("SURPLUS", 3, 2001), ("SURPLUS", 3, 2002)]
    assert noted(scene) == facts


def test_r14_one_thing_is_adopted_for_one_record_only() -> None:
    """Two sessions of one name wait for their voice channels, and one of them shows."""
    other = session(8, topic=OPEN.topic)
    records = changed(DESK, Kind.VOICE, discord_id=None, doubt=True, asked_at=NOW)
    records += [record(Kind.VOICE, other, 30, discord_id=None, doubt=True, asked_at=NOW)]
    records += [record(Kind.TEXT, other, 31)]
    scene = scene_of([OPEN, other], records, unknown=[replace(seen(VOICE), id=2001)])
    assert noted(scene) == [("ADOPTED", 3, 2001)]


@pytest.mark.parametrize(
    ("changes", "taken"),
    [
        ({}, True),
        ({"id": 900}, False),  # it was there before the wish
        ({"id": 901}, True),
        ({"kind": "stage_voice"}, False),
        ({"parent_id": 1002}, False),  # not where it was asked for
        ({"parent_id": None}, False),
        ({"name": "Topic 8"}, False),
        ({"name": "topic 7"}, True),
        ({"name": "Topic\u00a07"}, True),  # K12: Discord changes spaces
        ({"name": "Topic-7 🎉"}, True),
        ({"name": "Ｔｏｐｉｃ　７"}, True),
    ],
)
def test_k12_r13_only_what_was_asked_for_is_ours(changes: dict[str, Any], *, taken: bool) -> None:
    """By kind, place, letters and digits, and by Discord's own ids: no clock is asked."""
    pending = replace(VOICE, discord_id=None, since_id=900, asked_at=at(600))
    assert recognises(pending, replace(seen(VOICE), **{"id": 2001, **changes})) is taken


def test_k12_a_category_is_known_by_its_letters_wherever_it_stands() -> None:
    pending = replace(AREA, discord_id=None)
    assert recognises(pending, Seen(2001, "category", None, "open space"))
    assert not recognises(pending, Seen(2001, "category", None, "Open Space archive"))
    assert not recognises(pending, Seen(2001, "text", None, "Open Space"))


@pytest.mark.parametrize(
    ("topic", "taken"),
    [("about · #7", True), ("#7", True), ("about · #17", False), ("#7 about", False), ("", False)],
)
def test_r13_a_text_channel_is_known_by_the_end_of_its_topic(topic: str, *, taken: bool) -> None:
    shown = replace(seen(TEXT), topic=topic, name="renamed", parent_id=4444)
    assert recognises(replace(TEXT, discord_id=None), shown) is taken


def test_r14_the_board_is_not_taken_for_the_news() -> None:
    assert not recognises(replace(NEWS, discord_id=None), seen(BOARD))
    assert recognises(replace(NEWS, discord_id=None), seen(NEWS))


def test_r13_what_has_no_mark_is_recognised_by_nothing() -> None:
    for kind in (Kind.TEXT, Kind.EVENT, Kind.BOARD):
        unmarked = replace(record(kind, OPEN if kind is not Kind.BOARD else None), mark="")
        assert not recognises(unmarked, replace(seen(TEXT), kind="event" if kind is Kind.EVENT else "text"))


# ------------------------------------------------------------------ what Discord's list says


def said(*records: Record, listed: list[Seen], known: tuple[int, ...] = ()) -> list[tuple[Any, ...]]:
    notes = resolve(records, listed, known)
    return [(note.fact, note.record.id if note.record else 0, note.discord_id) for note in notes]


def test_r14_what_the_list_says_is_written_down() -> None:
    pending, doubtful = replace(VOICE, discord_id=None, doubt=True), replace(VOICE, doubt=True)
    own, twin = seen(VOICE), replace(seen(VOICE), id=2001)
    assert said(pending, listed=[]) == [(Fact.CLEARED, 3, 0)]
    assert said(pending, listed=[own, twin]) == [
        (Fact.ADOPTED, 3, 2001),
        (Fact.SURPLUS, 3, 1003),
        (Fact.CLEARED, 3, 0),
    ]
    assert said(doubtful, listed=[own, twin], known=(1003,)) == [
        (Fact.SURPLUS, 3, 2001),
        (Fact.CLEARED, 3, 0),
    ]
    assert said(VOICE, listed=[], known=(1003,)) == [(Fact.MISSING, 3, 0)]
    assert said(VOICE, listed=[own], known=(1003,)) == []
    assert said(VOICE, listed=[own, twin], known=(1003,)) == []  # K4: somebody's clone
    assert said(pending, listed=[own], known=(1003,)) == [(Fact.CLEARED, 3, 0)]


def test_r14_of_two_that_wait_each_thing_is_given_to_one() -> None:
    one, two = (replace(VOICE, id=n, discord_id=None, doubt=True) for n in (3, 30))
    assert said(one, two, listed=[seen(VOICE)]) == [
        (Fact.ADOPTED, 3, 1003),
        (Fact.CLEARED, 3, 0),
        (Fact.CLEARED, 30, 0),
    ]


@pytest.mark.parametrize("kind", [*ALL, Kind.CARD, Kind.BOARD_MESSAGE])
def test_r14_what_is_not_seen_is_asked_about_and_not_made_again(kind: Kind) -> None:
    known = next(each for each in DESK if each.kind is kind)
    gone = Learnt(gone=frozenset({known.discord_id or 0}))
    scene = scene_of([OPEN], DESK, learnt=gone)
    [step] = plan_of(scene)[1]
    assert isinstance(step, Find)
    assert step.records == (known,)


def test_a_cache_that_is_behind_an_answer_is_given_time() -> None:
    records = changed(DESK, Kind.VOICE, told_at=NOW)
    shown = unseen(records, Kind.VOICE)
    scene = scene_of([OPEN], records, shown)
    assert asked(scene) == []
    assert NOW + PATIENCE in scene.due
    assert asked(scene_of([OPEN], records, shown, now=NOW + PATIENCE)) == ["find channels"]


@pytest.mark.parametrize("kind", ALL)
def test_k19_an_instant_in_the_future_is_no_reason_to_wait(kind: Kind) -> None:
    """It was written by a clock that was wrong."""
    records = changed(DESK, kind, asked_at=at(60), told_at=at(60))
    assert asked(scene_of([OPEN], records, unseen(records, kind))) == ["find channels"]


def test_one_list_answers_for_all_that_is_missing() -> None:
    [find] = plan_of(scene_of([OPEN], DESK, []))[1]
    assert isinstance(find, Find)
    assert [each.kind for each in find.records] == ALL


# --------------------------------------------------------------------- ghosts, surplus


def test_r14_a_ghost_that_comes_late_is_surplus() -> None:
    """Its answer was lost, Discord's list did not show it, another was made; then it came after all."""
    ghost = replace(VOICE, id=30, discord_id=None, doubt=True, over=True)
    late = replace(seen(VOICE), id=2001)
    assert noted(scene_of([OPEN], [*DESK, ghost], unknown=[late])) == [("SURPLUS", 30, 2001)]
    foreign = replace(late, name="Somebody's")
    assert noted(scene_of([OPEN], [*DESK, ghost], unknown=[foreign])) == []


@pytest.mark.parametrize("kind", ALL)
def test_k4_r13_without_a_doubt_nothing_that_looks_like_ours_is_ours(kind: Kind) -> None:
    known = next(each for each in DESK if each.kind is kind)
    clones = [replace(seen(known), id=2000 + number) for number in range(3)]
    scene = scene_of([OPEN], DESK, unknown=clones)
    assert (noted(scene), asked(scene)) == ([], [])
    # Nor where the original was deleted after it was cloned: then ours is made anew.
    shown = unseen(DESK, kind)
    assert noted(scene_of([OPEN], DESK, shown, unknown=clones)) == []


def test_r14_an_answer_in_doubt_is_cleared_by_discords_list() -> None:
    scene = scene_of([OPEN], changed(DESK, Kind.VOICE, doubt=True))
    assert asked(scene) == ["find channels"]
    twin = replace(seen(VOICE), id=2001)
    doubtful = scene_of([OPEN], changed(DESK, Kind.VOICE, doubt=True), unknown=[twin])
    assert noted(doubtful) == [("SURPLUS", 3, 2001)]


def extra(of: Record, number: int = 30) -> Record:
    return replace(of, id=number, discord_id=1000 + number, surplus=True, told={})


def test_r13_a_surplus_goes_only_where_nobody_is_or_has_written() -> None:
    for known in (VOICE, TEXT, AREA, BOARD):
        one = extra(known)
        [remove] = plan_of(scene_of([OPEN], [*DESK, one]))[1]
        assert remove == Remove(one, look=known.kind in {Kind.TEXT, Kind.BOARD})
    voice, text, area = extra(VOICE), extra(TEXT), extra(AREA)
    shown = [*all_seen(DESK), replace(seen(voice), people=(77,))]
    assert asked(scene_of([OPEN], [*DESK, voice], shown)) == []
    assert asked(scene_of([OPEN], [*DESK, replace(text, wrote=True)])) == []
    inside = Seen(4001, "text", area.discord_id, "theirs")
    assert asked(scene_of([OPEN], [*DESK, area], unknown=[inside])) == []


def test_r14_no_desk_goes_into_a_surplus_category() -> None:
    steps = plan_of(scene_of([OPEN], [extra(AREA), *BARE]))[1]
    made = [step for step in steps if isinstance(step, Make)]
    assert {step.parent_id for step in made} == {1001}
    assert len(made) == 2


def test_r13_a_surplus_is_kept_as_it_is() -> None:
    one = extra(VOICE)
    scene = scene_of([replace(OPEN, topic="New")], [*DESK, one])
    assert not [s for s in plan_of(scene)[1] if isinstance(s, Change) and s.record == one]
