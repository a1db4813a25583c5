"""R8, R9, R16, R21: what should exist and how, drawn only where it changed, each with its own boundary."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.desks.scene import Learnt, Scene
from bot.desks.wishes import Wish, Wishes
from bot.domain.life import Need
from bot.domain.models import Session, State
from bot.domain.records import Aspect, Face, Kind, Record
from bot.service.people import Person
from bot.ui import board, card
from bot.ui.desk_channels import Channel
from bot.ui.veil import digest
from tests.desks.scenes import (
    DESK,
    HOME,
    NOW,
    OPEN,
    asked,
    at,
    face,
    record,
    scene_of,
    session,
    settings,
    wishes_of,
)
from tests.ui.samples import CHINESE, ENGLISH

LATER = session(9, State.BOOKED, start=120)
MESSAGES = {Kind.BOARD_MESSAGE, Kind.TOMORROW, Kind.CARD}


def of(kind: Kind, found: list[Wish]) -> list[Wish]:
    return [wish for wish in found if wish.kind is kind]


def one(kind: Kind, scene: Scene) -> Wish:
    [wish] = of(kind, wishes_of(scene))
    return wish


# ------------------------------------------------------------------------------ which


def test_area_archive_board_news_and_the_boards_message_are_always_wanted() -> None:
    always = [Kind.AREA, Kind.ARCHIVE, Kind.BOARD, Kind.NEWS, Kind.BOARD_MESSAGE]
    for now in (NOW, at(10 * 1440), at(-3000)):
        found = wishes_of(scene_of([], [], now=now))
        assert [wish.kind for wish in found] == always
        assert {wish.need for wish in found} == {Need.LIVE}


def test_tomorrows_board_is_wanted_on_the_eve_of_a_day_where_it_is_set_so() -> None:
    like = settings(tomorrow=True)
    assert of(Kind.TOMORROW, wishes_of(scene_of([], like=like)))
    assert not of(Kind.TOMORROW, wishes_of(scene_of([])))
    assert not of(Kind.TOMORROW, wishes_of(scene_of([], like=like, now=at(1440))))


@pytest.mark.parametrize(
    ("state", "desk", "records", "expected"),
    [
        (State.BOOKED, None, DESK, None),  # its desk opens with the session
        (State.OPEN, 1, DESK, Need.LIVE),
        (State.OPEN, 1, HOME, Need.LIVE),
        (State.ENDED, 1, DESK, Need.KEEP),
        (State.RELEASED, 1, DESK, Need.KEEP),
        (State.ENDED, 1, [each for each in DESK if each.kind is not Kind.TEXT], None),
        (State.CANCELLED, None, DESK, None),  # it never had a card
    ],
)
def test_cards_are_for_sessions_that_are_open_or_just_over(
    state: State, desk: int | None, records: list[Record], expected: Need | None
) -> None:
    closed = None if state in {State.BOOKED, State.OPEN} else NOW
    shown = replace(OPEN, state=state, desk=desk, closed=closed)
    cards = of(Kind.CARD, wishes_of(scene_of([shown], records)))
    assert [wish.need for wish in cards] == ([expected] if expected else [])


def test_r8_a_desk_has_both_channels_from_the_lead_time_on() -> None:
    soon, far = session(8, State.BOOKED, start=5), session(9, State.BOOKED, start=6)
    desks = [wish for wish in wishes_of(scene_of([soon, far])) if wish.kind in {Kind.VOICE, Kind.TEXT}]
    assert [(wish.kind, wish.need, wish.key[1]) for wish in desks] == [
        (Kind.VOICE, Need.LIVE, 8),
        (Kind.TEXT, Need.LIVE, 8),
    ]
    there = [*HOME, record(Kind.VOICE, far, 50)]
    [kept] = of(Kind.VOICE, wishes_of(scene_of([far], there)))
    assert kept.need is Need.KEEP


def test_when_time_alone_changes_it_is_looked_at_then() -> None:
    scene = scene_of([OPEN, LATER])
    wishes_of(scene)
    showings = list(scene.book.showings.values())
    assert board.next_change(showings, scene.programme, NOW) in scene.due


def test_hundreds_of_sessions_far_away_are_wished_no_more_events_than_discord_takes() -> None:
    many = [session(n, State.BOOKED, start=60 + n) for n in range(10, 510)]
    found = of(Kind.EVENT, wishes_of(scene_of(many, like=settings(event=face))))
    assert [wish.key[1] for wish in found] == list(range(10, 110))
    told = [*HOME, record(Kind.EVENT, many[300], 50)]
    found = of(Kind.EVENT, wishes_of(scene_of(many, told, like=settings(event=face))))
    assert many[300].id in [wish.key[1] for wish in found]


# ------------------------------------------------------------------------------ digests


def rendered(wish: Wish) -> Any:
    view: Any = wish.how
    return view.to_components()


SESSIONS = st.builds(
    lambda topic, start, seats, quiet: replace(
        OPEN, topic=topic, start=at(start), seats=seats, quiet=quiet and at(quiet), came=quiet and at(quiet)
    ),
    st.sampled_from(["Tea", "Cake"]),
    st.sampled_from([-30, -4]),
    st.sampled_from([None, 4]),
    st.sampled_from([None, -3]),
)
GUESTS = st.lists(st.sampled_from([Person(8, "bob"), Person(9, "cyd")]), unique=True, max_size=2)


def shown(of: Session, guests: list[Person], minutes: int) -> Scene:
    people = {of.id: {"guests": tuple(guests)}}
    return scene_of([of, LATER], DESK, now=at(minutes), people=people, like=settings(tomorrow=True))


SCENES = st.builds(shown, SESSIONS, GUESTS, st.integers(0, 50))


@given(SCENES, SCENES)
def test_pictures_are_equal_where_what_is_shown_is_and_only_there(one: Scene, other: Scene) -> None:
    first = [wish for wish in wishes_of(one) if wish.kind in MESSAGES]
    second = [wish for wish in wishes_of(other) if wish.kind in MESSAGES]
    assert [wish.kind for wish in first] == [wish.kind for wish in second]
    for mine, yours in zip(first, second, strict=True):
        same = mine.aspects[Aspect.PICTURE] == yours.aspects[Aspect.PICTURE]
        assert same is (rendered(mine) == rendered(yours))


def test_another_language_is_another_message() -> None:
    scene = scene_of([OPEN], DESK)
    for mine, theirs in zip(Wishes(ENGLISH).of(scene), Wishes(CHINESE).of(scene), strict=True):
        if mine.kind in MESSAGES:
            assert mine.aspects[Aspect.PICTURE] != theirs.aspects[Aspect.PICTURE]


@given(st.lists(st.tuples(st.integers(0, 60), SESSIONS, GUESTS), min_size=2, max_size=6))
def test_what_is_remembered_is_what_would_be_drawn(
    steps: list[tuple[int, Session, list[Person]]],
) -> None:
    """However much was drawn before, and whatever time has passed since."""
    old, now = Wishes(ENGLISH), 0
    for minutes, changed, guests in steps:
        now += minutes
        scene = shown(changed, guests, now)
        assert old.of(scene) == wishes_of(scene)


# ----------------------------------------------------------------- not drawn without need


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often each of the drawings was made."""
    counted: Counter[str] = Counter()

    def counting(name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def draw(*args: Any) -> Any:
            counted[name] += 1
            return real(*args)

        return draw

    for module, name in ((board, "layout"), (board, "tomorrow"), (card, "layout")):
        short = f"{module.__name__.rpartition('.')[2]}.{name}"
        monkeypatch.setattr(module, name, counting(short, getattr(module, name)))
    return counted


def look(at_: datetime = NOW, *sessions: Session, **more: Any) -> Scene:
    return scene_of(sessions or [OPEN, LATER], DESK, now=at_, like=settings(tomorrow=True), **more)


def test_nothing_is_drawn_again_where_nothing_changed(drawn: Counter[str]) -> None:
    known = Wishes(ENGLISH)
    first = known.of(look())
    assert drawn == {"board.layout": 1, "board.tomorrow": 1, "card.layout": 1}
    for second in range(1, 50):
        again = known.of(look(NOW + timedelta(seconds=second)))
        assert [wish.how for wish in again] == [wish.how for wish in first]
    assert drawn.total() == 3


def test_only_what_a_change_may_touch_is_drawn_again(drawn: Counter[str]) -> None:
    known = Wishes(ENGLISH)
    known.of(look())
    drawn.clear()
    known.of(look(ideas=1))
    assert drawn == {"board.layout": 1, "board.tomorrow": 1}
    drawn.clear()
    known.of(look(NOW, OPEN, replace(LATER, topic="New"), ideas=1))
    assert drawn == {"board.layout": 1, "board.tomorrow": 1}


def test_all_is_drawn_again_when_the_time_comes(drawn: Counter[str]) -> None:
    known, scene = Wishes(ENGLISH), look()
    known.of(scene)
    change = min(scene.due)
    drawn.clear()
    known.of(look(change - timedelta(seconds=1)))
    assert drawn.total() == 0
    known.of(look(change))
    assert drawn["board.layout"] == 1


def test_k20_what_is_over_is_forgotten(drawn: Counter[str]) -> None:
    known = Wishes(ENGLISH)
    known.of(look())
    [kept] = known._drawn.values()
    many = len(kept)
    for n in range(20):
        known.of(look(NOW, session(100 + n)))
    [kept] = known._drawn.values()
    assert len(kept) <= many
    known.forget(5)
    assert known._drawn == {}


# ------------------------------------------------------------------------ words (R16)


@pytest.mark.parametrize("kind", [Kind.VOICE, Kind.TEXT])
def test_r16_a_name_that_discord_refuses_is_a_plain_one(kind: Kind) -> None:
    of = replace(OPEN, topic="Rude", description="Words")
    [word] = one(kind, scene_of([of])).words
    hidden = frozenset({word})
    scene = scene_of([of], learnt=Learnt(hidden=hidden), refused=hidden)
    plain, other = one(kind, scene), one(Kind.TEXT if kind is Kind.VOICE else Kind.VOICE, scene)
    assert isinstance(plain.how, Channel)
    assert (plain.how.name, plain.words) == ("open-space-7", frozenset())
    assert plain.how.topic == ("#7" if kind is Kind.TEXT else "")
    assert plain.mark == ("#7" if kind is Kind.TEXT else "open-space-7")
    # What it stands for is remembered, so that no restart asks for them again.
    assert plain.aspects[Aspect.NAME] == one(kind, scene_of([of])).aspects[Aspect.NAME]
    assert isinstance(other.how, Channel)
    assert other.how.name.casefold() == "rude"
    assert scene.problems["words:7"] == "107"


def test_r16_an_event_whose_words_are_refused_names_neither_topic_nor_host() -> None:
    of = replace(LATER, topic="Rude", description="Words", host_name="Bad")
    like = settings(event=lambda s: replace(face(s), description=f"{s.host_name} {s.description}"))
    [word] = one(Kind.EVENT, scene_of([of], like=like)).words
    scene = scene_of([of], like=like, learnt=Learnt(hidden=frozenset({word})))
    wish = one(Kind.EVENT, scene)
    assert isinstance(wish.how, Face)
    assert not {"Rude", "Words", "Bad"} & set(f"{wish.how.name} {wish.how.description}".split())
    assert wish.words == frozenset()
    assert "words:9" in scene.problems


@pytest.mark.parametrize("kind", [Kind.BOARD_MESSAGE, Kind.CARD])
def test_k1_r16_a_message_without_the_refused_words_keeps_all_others(kind: Kind) -> None:
    of, people = replace(OPEN, topic="Rude"), {7: {"guests": (Person(9, "Gus"),)}}
    full = one(kind, scene_of([of, LATER], DESK, people=people))
    names = {digest("Rude"), digest("ana" if kind is Kind.BOARD_MESSAGE else "Gus")}
    assert names <= full.words
    hidden = frozenset({digest("Rude")})
    scene = scene_of([of, LATER], DESK, people=people, learnt=Learnt(hidden=hidden), refused=hidden)
    plain = one(kind, scene)
    assert plain.words == full.words - hidden
    text = str(rendered(plain))
    assert "Rude" not in text
    assert ("ana" if kind is Kind.BOARD_MESSAGE else "Gus") in text
    assert ENGLISH("hidden-topic")[1:-1] in text
    assert scene.problems["words:7"] == "107"
    suspected = scene_of([of, LATER], DESK, people=people, learnt=Learnt(hidden=hidden))
    assert one(kind, suspected) == plain
    assert "words:7" not in suspected.problems  # nobody is accused while it is not proven


# --------------------------------------------------------------------- boundaries (R21)


@pytest.mark.parametrize("broken", ["board.layout", "card.layout", "event"])
def test_k8_r21_a_drawing_that_raises_costs_that_one(monkeypatch: pytest.MonkeyPatch, broken: str) -> None:
    def fail(*_: Any) -> Any:
        raise ZeroDivisionError

    like = settings(event=fail if broken == "event" else face)
    if broken != "event":
        module, name = {"board": board, "card": card}[broken.split(".", maxsplit=1)[0]], "layout"
        monkeypatch.setattr(module, name, fail)
    scene = scene_of([OPEN, LATER], DESK, like=like)
    found = wishes_of(scene)
    kinds = {"board.layout": Kind.BOARD_MESSAGE, "card.layout": Kind.CARD, "event": Kind.EVENT}
    for wish in found:
        assert (wish.need is Need.KEEP and not wish.aspects) is (wish.kind is kinds[broken]), wish
    others = {Kind.AREA, Kind.ARCHIVE, Kind.BOARD, Kind.NEWS, Kind.VOICE, Kind.TEXT, Kind.EVENT}
    assert {wish.kind for wish in found} == MESSAGES - {Kind.TOMORROW} | others
    assert any(code.startswith(f"fault:{kinds[broken]}:") for code in scene.problems)


def test_k8_what_exists_stays_as_it_is_where_its_drawing_raises(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> Any:
        raise ZeroDivisionError

    monkeypatch.setattr(card, "layout", fail)
    assert asked(scene_of([OPEN], DESK)) == []
