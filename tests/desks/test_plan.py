"""R13, R14 as tables: which steps a plan is made of, and in which order."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import discord
import pytest
from bot.desks.plan import GUILD_CHANNELS, Plan, fit, make_plan, matches
from bot.desks.shown import Shown, Wanted
from bot.store.messages import MessageKind

from bot.desks.scene import PATIENCE, Scene, Seen, View
from bot.desks.steps import (
    Adopt,
    Archive,
    Check,
    Delete,
    Find,
    Make,
    Move,
    Refit,
    Rename,
    Say,
    Step,
    Surplus,
    Tell,
)
from bot.domain.models import Session, State
from bot.domain.notices import Notice, NoticeKind
from bot.service import Person, Showing
from bot.service.deskbook import Book
from bot.store.ledger import Problem
from bot.store.records import Kind, Record
from tests.desks.model import LIMITS, NOW, PLACE, at, channel, record, session

AREA, ARCHIVE = record(1, Kind.AREA), record(2, Kind.ARCHIVE)
BOARD, NEWS = record(5, Kind.BOARD), record(6, Kind.NEWS)
OURS = [AREA, ARCHIVE, BOARD, NEWS]
PLACES_SEEN = [channel(1005, "text", place=Kind.BOARD), channel(1006, "text", place=Kind.NEWS)]
HOME = [
    channel(1001, "category"),
    channel(1002, "category", name="Open Space archive"),
    *PLACES_SEEN,
]
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
    showings: list[Showing] | None = None,
    wanted: Wanted | None = None,
) -> Plan:
    book = Book(sessions, records, notices or [], problems or [], showings=showings or ())
    seen = {each.id: each for each in channels}
    return make_plan(Scene(book, replace(view or View({}), channels=seen), LIMITS, now), PLACE, wanted)


def kinds(plan: Plan) -> list[type[Step]]:
    return [type(step) for step in plan.steps]


def notice(kind: NoticeKind, number: int = 1, of: Session = OPEN, user_id: int | None = None) -> Notice:
    return Notice(number, 5, of.id, kind, user_id, NOW, tried=False, parts_sent=0)


def test_an_empty_server_gets_its_two_categories() -> None:
    plan = plan_of([], [], [])
    assert [(step.kind, step.name) for step in plan.steps if isinstance(step, Make)][:2] == [
        (Kind.AREA, "Open Space"),
        (Kind.ARCHIVE, "Open Space archive"),
    ]
    assert all(isinstance(step, Make) and step.parent_id is None for step in plan.steps)


def test_the_board_and_the_news_each_get_a_channel_in_the_area() -> None:
    plan = plan_of([], [AREA, ARCHIVE], HOME[:2])
    assert plan.steps == [
        Make(Kind.BOARD, "#board", "open-space-board", None, 1001),
        Make(Kind.NEWS, "#news", "open-space-news", None, 1001),
    ]
    assert plan_of([], OURS, HOME).steps == []


def test_r14_a_channel_of_the_boards_that_may_be_under_way_is_not_asked_for_again() -> None:
    pending = replace(BOARD, channel_id=None)
    assert plan_of([], [AREA, ARCHIVE, pending, NEWS], [*HOME[:2], HOME[3]]).steps == [Find(pending)]
    assert plan_of([], [AREA, ARCHIVE, pending, NEWS], HOME).steps == [Adopt(pending, 1005)]
    assert plan_of([], OURS, [*HOME[:2], HOME[3]]).steps == [Check(BOARD)]


def test_r14_the_board_is_not_taken_for_the_news() -> None:
    pending = replace(NEWS, channel_id=None, asked_at=at(-5))
    assert not matches(pending, HOME[2])
    assert matches(pending, HOME[3])
    assert not matches(pending, replace(HOME[3], marked=False))


def test_the_boards_channel_comes_back_where_its_category_was_deleted() -> None:
    orphan = replace(HOME[2], parent_id=4444)
    assert plan_of([], OURS, [*HOME[:2], orphan, HOME[3]]).steps == [Move(BOARD, 1001)]
    theirs = channel(1020, "category", name="Information")
    moved = replace(HOME[2], parent_id=1020)
    assert plan_of([], OURS, [*HOME[:2], theirs, moved, HOME[3]]).steps == []


def test_a_desk_that_is_all_there_needs_nothing() -> None:
    assert plan_of([OPEN], [*OURS, VOICE, TEXT], [*HOME, VOICE_SEEN, TEXT_SEEN]).steps == []


def test_r14_voice_comes_before_text_and_the_earlier_session_before_the_later() -> None:
    later = session(6, State.BOOKED, start=4)
    steps = plan_of([later, OPEN], [*OURS], HOME).steps
    assert [step.key for step in steps] == ["make voice 7", "make text 7", "make voice 6", "make text 6"]


def test_a_plan_never_makes_beside_an_area_that_is_unknown() -> None:
    pending, archive = replace(AREA, channel_id=None), HOME[1:2]
    assert kinds(plan_of([OPEN], [pending, ARCHIVE], archive)) == [Find]
    assert kinds(plan_of([OPEN], [AREA, ARCHIVE], archive)) == [Check]


def test_r14_an_answer_that_is_missing_is_waited_for() -> None:
    pending = replace(VOICE, channel_id=None, asked_at=NOW - PATIENCE + timedelta(seconds=1))
    plan = plan_of([OPEN], [*OURS, pending, TEXT], [*HOME, TEXT_SEEN])
    assert plan.steps == []
    assert plan.next_due == NOW + timedelta(seconds=1)
    made = replace(VOICE_SEEN, created=NOW)
    shown = plan_of([OPEN], [*OURS, pending, TEXT], [*HOME, TEXT_SEEN, made])
    assert shown.steps == [Adopt(pending, 1003)]
    later = plan_of([OPEN], [*OURS, pending, TEXT], [*HOME, TEXT_SEEN], now=NOW + PATIENCE)
    assert later.steps == [Find(pending)]


def test_r14_the_youngest_of_several_is_adopted_and_the_older_go() -> None:
    pending = replace(VOICE, channel_id=None)
    twins = [VOICE_SEEN, replace(VOICE_SEEN, id=1013), replace(VOICE_SEEN, id=1009)]
    plan = plan_of([OPEN], [*OURS, pending, TEXT], [*HOME, TEXT_SEEN, *twins])
    assert plan.steps == [Adopt(pending, 1013)]
    known = replace(VOICE, channel_id=1013)
    plan = plan_of([OPEN], [*OURS, known, TEXT], [*HOME, TEXT_SEEN, *twins])
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
    plan = plan_of([OPEN], [*OURS, old, TEXT], [*HOME, VOICE_SEEN, TEXT_SEEN, other])
    assert plan.steps == ([Surplus(old, 1010)] if surplus else [])


def test_r14_a_surplus_with_people_or_channels_in_it_waits() -> None:
    people = replace(VOICE_SEEN, id=1010, people=1)
    area = replace(HOME[0], id=1011)
    inside = replace(TEXT_SEEN, id=1012, parent_id=1011, marked=False)
    seen = [*HOME, VOICE_SEEN, TEXT_SEEN, people, area, inside]
    records = [*OURS, VOICE, TEXT]
    assert plan_of([OPEN], records, seen).steps == []
    records += [replace(VOICE, id=8, channel_id=1010, surplus=True)]
    records += [replace(AREA, id=9, channel_id=1011, surplus=True)]
    assert plan_of([OPEN], records, seen).steps == []
    empty = [*HOME, VOICE_SEEN, TEXT_SEEN, replace(people, people=0), area]
    assert plan_of([OPEN], records, empty).steps == [Delete(records[-2]), Delete(records[-1])]


def test_r14_no_desk_goes_into_a_surplus_category() -> None:
    surplus = replace(AREA, id=9, channel_id=1011, surplus=True)
    steps = plan_of([OPEN], [surplus, *OURS], [*HOME, replace(HOME[0], id=1011)]).steps
    assert {step.parent_id for step in steps if isinstance(step, Make)} == {1001}


def test_what_was_moved_stays_and_what_lost_its_category_comes_back() -> None:
    theirs = channel(1020, "category", name="Stage")
    moved, orphan = replace(VOICE_SEEN, parent_id=1020), replace(TEXT_SEEN, parent_id=None)
    plan = plan_of([OPEN], [*OURS, VOICE, TEXT], [*HOME, theirs, moved, orphan])
    assert plan.steps == [Move(TEXT, 1001)]


def test_a_full_server_is_asked_for_nothing() -> None:
    others = [channel(n, "text", marked=False) for n in range(1, GUILD_CHANNELS - len(HOME) + 1)]
    plan = plan_of([OPEN], [*OURS], [*HOME, *others])
    assert plan.steps == []
    assert plan.problems == {"guild-full": "500"}
    assert kinds(plan_of([OPEN], [*OURS], [*HOME, *others[1:]])) == [Make, Make]


@pytest.mark.parametrize("learnt", [False, True])
def test_a_full_category_is_passed_over(*, learnt: bool) -> None:
    inside = [channel(n, "text", marked=False, parent_id=1001) for n in range(1, 48 if learnt else 49)]
    view = View({}, full=frozenset({1001} if learnt else ()))
    plan = plan_of([OPEN], [*OURS], [*HOME, *inside], view=view)
    assert [step.key for step in plan.steps] == ["make area Open Space 2"] * 2
    second = replace(AREA, id=9, channel_id=1030, mark="Open Space 2")
    plan = plan_of(
        [OPEN],
        [*OURS, second],
        [*HOME, *inside, channel(1030, "category", name="Open Space 2")],
        view=view,
    )
    assert {step.parent_id for step in plan.steps if isinstance(step, Make)} == {1030}


def test_r9_where_no_archive_can_be_made_the_text_stays_in_place() -> None:
    ended = session(7, State.ENDED, start=-100, closed=-20)
    others = [channel(n, "text", marked=False) for n in range(1, GUILD_CHANNELS - 1)]
    plan = plan_of([ended], [AREA, BOARD, NEWS, TEXT], [HOME[0], *PLACES_SEEN, TEXT_SEEN, *others[2:]])
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


def test_every_step_has_a_key_of_its_own() -> None:
    plan = plan_of(
        [OPEN, session(8, State.BOOKED)],
        [AREA, replace(ARCHIVE, channel_id=None), VOICE],
        HOME[:1],
        notices=[notice(NoticeKind.OVERRUN)],
    )
    keys = [step.key for step in plan.steps]
    assert len(keys) == len(set(keys)) > 4


# ------------------------------------------------------------- what the host has changed (R10)


def desk_plan(
    of: Session, voice: Record = VOICE, text: Record = TEXT, now: datetime = NOW, **fields: Any
) -> Plan:
    """The plan for a desk whose two channels are there, made for `OPEN`."""
    return plan_of([of], [*OURS, voice, text], [*HOME, VOICE_SEEN, TEXT_SEEN], now=now, **fields)


@pytest.mark.parametrize(
    ("changes", "which"),
    [
        ({}, ""),
        ({"topic": "Tea"}, "voice text"),
        ({"description": "Bring cups"}, "text"),
        ({"host_name": "bob"}, "text"),
        ({"end": at(90)}, ""),
    ],
    ids=str,
)
def test_r10_a_channel_follows_the_words_it_is_made_of(changes: dict[str, Any], which: str) -> None:
    changed = replace(OPEN, **changes)
    steps = desk_plan(changed).steps
    assert all(isinstance(step, Rename) and step.session == changed for step in steps)
    assert " ".join(step.record.kind for step in steps if isinstance(step, Rename)) == which


def test_r10_a_new_name_is_the_one_that_a_new_channel_would_have() -> None:
    changed = replace(OPEN, topic="Tea & Cake", description="Bring cups")
    label = "tea-cake\nana\nBring cups"
    assert desk_plan(changed).steps == [
        Rename(VOICE, changed, "Tea & Cake", "Tea & Cake"),
        Rename(TEXT, changed, "tea-cake", label),
    ]
    made = plan_of([changed], [*OURS], HOME).steps
    assert [(m.name, m.label) for m in made if isinstance(m, Make)] == [
        ("Tea & Cake", "Tea & Cake"),
        ("tea-cake", label),
    ]


def test_a_channel_of_which_we_do_not_know_what_it_was_named_after_keeps_its_name() -> None:
    unknown = replace(VOICE, label=None, fit=None)
    changed = replace(OPEN, topic="Tea", seats=4)
    assert desk_plan(changed, unknown, replace(TEXT, label=None)).steps == []


@pytest.mark.parametrize(
    ("renamed", "wait"),
    [((), 0), ((1,), 0), ((10, 1), 0), ((11, 10), 0), ((9, 1), 1), ((9, 8), 1), ((0, 0), 10)],
    ids=str,
)
def test_a_third_name_in_ten_minutes_waits_for_its_time(renamed: tuple[int, ...], wait: int) -> None:
    voice = replace(VOICE, renames=tuple(at(-minutes) for minutes in renamed))
    text, changed = replace(TEXT, label=None), replace(OPEN, topic="Tea", quiet=NOW)
    plan = desk_plan(changed, voice, text)
    assert kinds(plan) == ([] if wait else [Rename])
    if wait:
        assert plan.next_due == at(min(wait, 7.5))
        assert kinds(desk_plan(changed, voice, text, now=at(wait)))[0] is Rename


@pytest.mark.parametrize("code", [VOICE, TEXT], ids=["voice", "text"])
def test_r16_a_name_that_discord_refuses_is_a_plain_one(code: Record) -> None:
    of = replace(OPEN, topic="Rude")
    refused = {Kind.VOICE: "Rude", Kind.TEXT: f"rude\n{of.host_name}\n{of.description}"}[code.kind]
    plain = View({}, plain=frozenset({(7, code.kind, refused)}))
    made = [m for m in plan_of([of], [*OURS], HOME, view=plain).steps if isinstance(m, Make)]
    assert {m.kind: (m.name == "open-space-7", m.plain) for m in made} == {
        kind: (kind is code.kind, kind is code.kind) for kind in (Kind.VOICE, Kind.TEXT)
    }
    [stands_for] = [m.label for m in made if m.kind is code.kind]
    assert stands_for == refused  # remembered, so that no restart asks for them again
    renamed = {s.record.kind: s for s in desk_plan(of, view=plain).steps if isinstance(s, Rename)}
    neutral = renamed[code.kind]
    assert (neutral.name, neutral.label, neutral.plain) == ("open-space-7", refused, True)
    voice, text = (replace(r, label=refused) if r.kind is code.kind else r for r in (VOICE, TEXT))
    again = [s.record.kind for s in desk_plan(of, voice, text, view=plain).steps if isinstance(s, Rename)]
    assert again == [kind for kind in (Kind.VOICE, Kind.TEXT) if kind is not code.kind]


@pytest.mark.parametrize(
    ("changes", "cohosts", "refit"),
    [
        ({}, [], False),
        ({"seats": 4}, [], True),
        ({"host_id": 200}, [], True),
        ({}, [200], True),
        ({"host_id": 200}, [107], True),
    ],
    ids=str,
)
def test_r10_a_voice_channel_fits_the_seats_and_the_hosts(
    changes: dict[str, Any], cohosts: list[int], *, refit: bool
) -> None:
    changed = replace(OPEN, **changes)
    showing = Showing(changed, cohosts=tuple(Person(number, "x") for number in cohosts))
    steps = desk_plan(changed, showings=[showing]).steps
    hosts = (changed.host_id, *cohosts)
    assert steps == ([Refit(VOICE, changed, hosts)] if refit else [])
    after = replace(VOICE, fit=fit(changed, hosts))
    assert desk_plan(changed, after, showings=[showing]).steps == []
    made = plan_of([changed], [*OURS], HOME, showings=[showing]).steps
    assert {step.hosts for step in made if isinstance(step, Make)} == {hosts}


def test_who_has_a_hosts_powers_is_no_question_of_order() -> None:
    assert fit(OPEN, (1, 2)) == fit(OPEN, (2, 1)) != fit(OPEN, (1,))
    assert fit(OPEN, (1,)) != fit(replace(OPEN, seats=1), (1,))
    assert fit(OPEN, (12,)) != fit(OPEN, (1, 2))


def test_only_a_desk_that_must_be_there_is_brought_up_to_date() -> None:
    over = replace(session(7, State.ENDED, start=-60, closed=-1), topic="Tea", seats=4)
    assert desk_plan(over).steps == []
    early = replace(session(7, State.BOOKED, start=4), topic="Tea", seats=4)
    assert kinds(desk_plan(early)) == [Rename, Refit, Rename]


# ------------------------------------------------------------------ what organizers have to mend


@pytest.mark.parametrize(
    ("wanting", "over", "known", "problem"),
    [
        (True, False, False, True),
        (True, True, False, False),  # a card of a desk that is over need not be pinned
        (True, None, False, False),
        (True, None, True, True),  # told once, not anew with every next card
        (False, False, True, False),
    ],
)
def test_organizers_hear_once_that_cards_cannot_be_pinned(
    *, wanting: bool, over: bool | None, known: bool, problem: bool
) -> None:
    cards = () if over is None else (Shown(MessageKind.CARD, 7, "x", over=over),)
    plan = desk_plan(
        OPEN,
        view=View({}, wanting=("pin_messages",) if wanting else ()),
        problems=[Problem("pins", "", told=True)] if known else [],
        wanted=Wanted((Shown(MessageKind.BOARD, None, "x"), *cards)),
    )
    assert ("pins" in plan.problems) is problem
    assert Tell not in kinds(plan)
