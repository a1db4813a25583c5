"""R13, R14 as tables: which steps a plan is made of, and in which order."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import get_args

import discord
import pytest

from bot.desks.apply import Applier
from bot.desks.plan import GUILD_CHANNELS, PATIENCE, Plan, make_plan, matches
from bot.desks.scene import Scene, Seen, View
from bot.desks.steps import Adopt, Archive, Check, Delete, Drop, Find, Make, Move, Say, Step, Surplus, Tell
from bot.domain.models import Session, State
from bot.service.deskbook import Book
from bot.store.channels import Kind, Record
from bot.store.ledger import Problem
from bot.store.notices import Notice, NoticeKind
from tests.desks.model import LIMITS, NOW, PLACE, at, channel, record, session

AREA, ARCHIVE = record(1, Kind.AREA), record(2, Kind.ARCHIVE)
HOME = [channel(1001, "category"), channel(1002, "category", name="Open Space archive")]
OPEN = session(7, State.OPEN)
VOICE, TEXT = record(3, Kind.VOICE, OPEN), record(4, Kind.TEXT, OPEN)
VOICE_SEEN, TEXT_SEEN = channel(1003, "voice", OPEN), channel(1004, "text", OPEN)


def plan_of(
    sessions: list[Session],
    records: list[Record],
    channels: list[Seen],
    *,
    notices: list[Notice] | None = None,
    problems: list[Problem] | None = None,
    view: View | None = None,
    now: datetime = NOW,
) -> Plan:
    book = Book(sessions, records, notices or [], problems or [])
    seen = {each.id: each for each in channels}
    return make_plan(Scene(book, replace(view or View({}), channels=seen), LIMITS, now), PLACE)


def kinds(plan: Plan) -> list[type[Step]]:
    return [type(step) for step in plan.steps]


def notice(kind: NoticeKind, number: int = 1, of: Session = OPEN, user_id: int | None = None) -> Notice:
    return Notice(number, 5, of.id, kind, user_id, NOW, tried=False, parts_sent=0)


def test_an_empty_server_gets_its_two_categories() -> None:
    plan = plan_of([], [], [])
    assert [(step.kind, step.name) for step in plan.steps if isinstance(step, Make)] == [
        (Kind.AREA, "Open Space"),
        (Kind.ARCHIVE, "Open Space archive"),
    ]


def test_a_desk_that_is_all_there_needs_nothing() -> None:
    assert plan_of([OPEN], [AREA, ARCHIVE, VOICE, TEXT], [*HOME, VOICE_SEEN, TEXT_SEEN]).steps == []


def test_r14_voice_comes_before_text_and_the_earlier_session_before_the_later() -> None:
    later = session(6, State.BOOKED, start=4)
    steps = plan_of([later, OPEN], [AREA, ARCHIVE], HOME).steps
    assert [step.key for step in steps] == ["make voice 7", "make text 7", "make voice 6", "make text 6"]


def test_a_plan_never_makes_beside_an_area_that_is_unknown() -> None:
    pending = replace(AREA, channel_id=None)
    assert kinds(plan_of([OPEN], [pending, ARCHIVE], HOME[1:])) == [Find]
    assert kinds(plan_of([OPEN], [AREA, ARCHIVE], HOME[1:])) == [Check]


def test_r14_an_answer_that_is_missing_is_waited_for() -> None:
    pending = replace(VOICE, channel_id=None, asked_at=NOW - PATIENCE + timedelta(seconds=1))
    plan = plan_of([OPEN], [AREA, ARCHIVE, pending, TEXT], [*HOME, TEXT_SEEN])
    assert plan.steps == []
    assert plan.next_due == NOW + timedelta(seconds=1)
    made = replace(VOICE_SEEN, created=NOW)
    shown = plan_of([OPEN], [AREA, ARCHIVE, pending, TEXT], [*HOME, TEXT_SEEN, made])
    assert shown.steps == [Adopt(pending, 1003)]
    later = plan_of([OPEN], [AREA, ARCHIVE, pending, TEXT], [*HOME, TEXT_SEEN], now=NOW + PATIENCE)
    assert later.steps == [Find(pending)]


def test_r14_the_youngest_of_several_is_adopted_and_the_older_go() -> None:
    pending = replace(VOICE, channel_id=None)
    twins = [VOICE_SEEN, replace(VOICE_SEEN, id=1013), replace(VOICE_SEEN, id=1009)]
    plan = plan_of([OPEN], [AREA, ARCHIVE, pending, TEXT], [*HOME, TEXT_SEEN, *twins])
    assert plan.steps == [Adopt(pending, 1013)]
    known = replace(VOICE, channel_id=1013)
    plan = plan_of([OPEN], [AREA, ARCHIVE, known, TEXT], [*HOME, TEXT_SEEN, *twins])
    assert plan.steps == [Surplus(known, 1003), Surplus(known, 1009)]


@pytest.mark.parametrize(
    ("changes", "taken"),
    [
        ({}, True),
        ({"marked": False}, False),
        ({"kind": "stage_voice"}, False),
        ({"name": "topic 7"}, False),
        ({"created": at(-3) - timedelta(seconds=61)}, False),
        ({"created": at(-3) - timedelta(seconds=59)}, True),
    ],
)
def test_r13_only_what_was_asked_for_is_ours(changes: dict[str, object], *, taken: bool) -> None:
    seen = replace(VOICE_SEEN, **{"created": NOW, **changes})  # type: ignore[arg-type]
    assert matches(replace(VOICE, channel_id=None, asked_at=at(-3)), seen) is taken


@pytest.mark.parametrize(
    ("topic", "taken"), [("about · #7", True), ("#7", True), ("about · #17", False), ("#7 about", False)]
)
def test_r13_a_text_channel_is_known_by_the_end_of_its_topic(topic: str, *, taken: bool) -> None:
    assert matches(TEXT, replace(TEXT_SEEN, topic=topic, name="renamed")) is taken


@pytest.mark.parametrize(
    ("seconds", "surplus"), [(-30, True), (0, True), (10, True), (11, False), (3600, False)]
)
def test_r13_what_is_younger_than_ours_was_cloned(seconds: int, *, surplus: bool) -> None:
    other = replace(VOICE_SEEN, id=1010, created=VOICE_SEEN.created + timedelta(seconds=seconds))
    old = replace(VOICE, asked_at=VOICE.asked_at - timedelta(seconds=30))
    plan = plan_of([OPEN], [AREA, ARCHIVE, old, TEXT], [*HOME, VOICE_SEEN, TEXT_SEEN, other])
    assert plan.steps == ([Surplus(old, 1010)] if surplus else [])


def test_r14_a_surplus_with_people_or_channels_in_it_waits() -> None:
    people = replace(VOICE_SEEN, id=1010, people=1)
    area = replace(HOME[0], id=1011)
    inside = replace(TEXT_SEEN, id=1012, parent_id=1011, marked=False)
    seen = [*HOME, VOICE_SEEN, TEXT_SEEN, people, area, inside]
    records = [AREA, ARCHIVE, VOICE, TEXT]
    assert plan_of([OPEN], records, seen).steps == []
    records += [replace(VOICE, id=8, channel_id=1010, surplus=True)]
    records += [replace(AREA, id=9, channel_id=1011, surplus=True)]
    assert plan_of([OPEN], records, seen).steps == []
    empty = [*HOME, VOICE_SEEN, TEXT_SEEN, replace(people, people=0), area]
    assert plan_of([OPEN], records, empty).steps == [Delete(records[-2]), Delete(records[-1])]


def test_r14_no_desk_goes_into_a_surplus_category() -> None:
    surplus = replace(AREA, id=9, channel_id=1011, surplus=True)
    steps = plan_of([OPEN], [surplus, AREA, ARCHIVE], [*HOME, replace(HOME[0], id=1011)]).steps
    assert {step.parent_id for step in steps if isinstance(step, Make)} == {1001}


def test_what_was_moved_stays_and_what_lost_its_category_comes_back() -> None:
    theirs = channel(1020, "category", name="Stage")
    moved, orphan = replace(VOICE_SEEN, parent_id=1020), replace(TEXT_SEEN, parent_id=None)
    plan = plan_of([OPEN], [AREA, ARCHIVE, VOICE, TEXT], [*HOME, theirs, moved, orphan])
    assert plan.steps == [Move(TEXT, 1001)]


def test_a_full_server_is_asked_for_nothing() -> None:
    others = [channel(n, "text", marked=False) for n in range(1, GUILD_CHANNELS - 1)]
    plan = plan_of([OPEN], [AREA, ARCHIVE], [*HOME, *others])
    assert plan.steps == []
    assert plan.problems == {"guild-full": "500"}
    assert kinds(plan_of([OPEN], [AREA, ARCHIVE], [*HOME, *others[1:]])) == [Make, Make]


@pytest.mark.parametrize("learnt", [False, True])
def test_a_full_category_is_passed_over(*, learnt: bool) -> None:
    inside = [channel(n, "text", marked=False, parent_id=1001) for n in range(1, 50 if learnt else 51)]
    view = View({}, full=frozenset({1001} if learnt else ()))
    plan = plan_of([OPEN], [AREA, ARCHIVE], [*HOME, *inside], view=view)
    assert [step.key for step in plan.steps] == ["make area Open Space 2"] * 2
    second = replace(AREA, id=9, channel_id=1030, mark="Open Space 2")
    plan = plan_of(
        [OPEN],
        [AREA, ARCHIVE, second],
        [*HOME, *inside, channel(1030, "category", name="Open Space 2")],
        view=view,
    )
    assert {step.parent_id for step in plan.steps if isinstance(step, Make)} == {1030}


def test_r9_where_no_archive_can_be_made_the_text_stays_in_place() -> None:
    ended = session(7, State.ENDED, start=-100, closed=-20)
    others = [channel(n, "text", marked=False) for n in range(1, GUILD_CHANNELS - 1)]
    plan = plan_of([ended], [AREA, TEXT], [HOME[0], TEXT_SEEN, *others])
    assert plan.steps == [Archive(TEXT, None)]
    assert plan.problems == {"guild-full": "500"}


def test_without_the_permission_people_are_still_told() -> None:
    view = View({}, missing=("manage_channels",), trouble={"refused": "make"})
    said = notice(NoticeKind.OPENING)
    problem = Problem("permissions", "manage_channels", told=False)
    solved = Problem("guild-full", "500", told=False)
    plan = plan_of([OPEN], [TEXT], [TEXT_SEEN], notices=[said], problems=[solved, problem], view=view)
    assert plan.steps == [Say(said, OPEN, 1004), Tell("permissions", "manage_channels")]
    assert plan.problems == {"permissions": "manage_channels"}
    lesser = plan_of([OPEN], [TEXT], [TEXT_SEEN], view=View({}, missing=("mute_members",)))
    assert Make in kinds(lesser)


@pytest.mark.parametrize("name", ["manage_channels", "view_channel"])
def test_the_names_of_permissions_are_those_of_discordpy(name: str) -> None:
    [listed] = [n for n, on in discord.Permissions(**{name: True}) if on]
    plan = plan_of([OPEN], [], [], view=View({}, missing=(listed,)))
    assert plan.steps == []


def test_r8_the_opening_comes_before_the_greetings() -> None:
    both = [notice(NoticeKind.OPENING), notice(NoticeKind.GREETING, 2, user_id=9)]
    here = ([OPEN], [AREA, ARCHIVE, VOICE, TEXT], [*HOME, VOICE_SEEN, TEXT_SEEN])
    assert plan_of(*here, notices=both).steps == [Say(both[0], OPEN, 1004)]
    assert plan_of(*here, notices=both[1:]).steps == [Say(both[1], OPEN, 1004)]


@pytest.mark.parametrize("kind", list(NoticeKind))
@pytest.mark.parametrize("state", list(State))
def test_notices_are_said_in_their_time_and_dropped_after_it(kind: NoticeKind, state: State) -> None:
    closed = None if state in {State.BOOKED, State.OPEN} else -1
    of = session(7, state, closed=closed)
    said = notice(kind, of=of)
    plan = plan_of([of], [AREA, ARCHIVE, VOICE, TEXT], [*HOME, VOICE_SEEN, TEXT_SEEN], notices=[said])
    in_time = state is State.OPEN if kind is not NoticeKind.OVERRUN else closed is not None
    where = 1003 if kind is NoticeKind.OVERRUN else 1004
    assert plan.steps == [Say(said, of, where) if in_time else Drop(said)]
    assert plan_of([], [], [], notices=[said]).steps[2:] == [Drop(said)]
    absent = plan_of([of], [AREA, ARCHIVE], HOME, notices=[said])
    assert Say not in kinds(absent)


def test_every_kind_of_step_can_be_carried_out() -> None:
    registry = Applier.__dict__["apply"].dispatcher.registry
    assert set(get_args(Step)) == set(registry) - {object}


def test_every_step_has_a_key_of_its_own() -> None:
    plan = plan_of(
        [OPEN, session(8, State.BOOKED)],
        [AREA, replace(ARCHIVE, channel_id=None), VOICE],
        HOME[:1],
        notices=[notice(NoticeKind.OVERRUN)],
    )
    keys = [step.key for step in plan.steps]
    assert len(keys) == len(set(keys)) > 4
