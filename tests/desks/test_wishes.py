"""What should exist and how: R8, R9 as tables; told apart by what is shown, not drawn again without need."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import discord
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.desks import wishes
from bot.desks.scene import PATIENCE, Learnt, Scene
from bot.desks.steps import Lane, Make, lane_of
from bot.desks.wishes import AHEAD, BOARD_SESSIONS, Wish, Wishes
from bot.domain.life import Need
from bot.domain.models import Session, State
from bot.domain.notices import Notice, NoticeKind
from bot.domain.records import CATEGORIES, MESSAGES, Aspect, Face, Kind, Record
from bot.service import Person
from bot.ui import board, card
from bot.ui.event_face import face_digest
from tests.desks.scenes import (
    BARE,
    BITS,
    DESK,
    GUILD,
    HOME,
    NOW,
    OPEN,
    all_seen,
    at,
    changed,
    face,
    record,
    scene_of,
    seen,
    session,
    settings,
)
from tests.ui.samples import CHINESE, programme

LATER = session(8, State.BOOKED, start=120)
MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)
EVENTS = settings(event=face)
Picture = tuple[Kind, int | None]


def scene(*sessions: Session, tomorrow: bool = False, records: Iterable[Record] = DESK, **more: Any) -> Scene:
    return scene_of(sessions, records, like=settings(tomorrow=tomorrow), **more)


def wished(of: Scene, kind: Kind, known: Wishes | None = None) -> list[Wish]:
    return [wish for wish in (known or Wishes()).of(of) if wish.kind is kind]


def pictures(of: Scene, known: Wishes | None = None) -> dict[Picture, Wish]:
    """The messages that are wanted, by what they are for."""
    return {wish.key: wish for wish in (known or Wishes()).of(of) if wish.kind in MESSAGES}


def needs(of: Scene, *kinds: Kind) -> list[tuple[Kind, Need]]:
    """What is wanted of a desk's things."""
    return [(wish.kind, wish.need) for wish in Wishes().of(of) if wish.kind in kinds]


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often each of the drawings was made."""
    counted: Counter[str] = Counter()

    def counting(name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def draw(*args: Any, **options: Any) -> Any:
            counted[name] += 1
            return real(*args, **options)

        return draw

    for module, name in ((board, "layout"), (board, "tomorrow"), (card, "layout"), (wishes, "desk_channel")):
        short = f"{module.__name__.rpartition('.')[2]}.{name}"
        monkeypatch.setattr(module, name, counting(short, getattr(module, name)))
    return counted


# ------------------------------------------------------------------------------ which


def test_the_home_is_always_wanted_whatever_is_on() -> None:
    for of in (scene(records=()), scene(OPEN), scene(LATER, now=at(10 * 24 * 60))):
        found = [wish.kind for wish in Wishes().of(of) if wish.need is Need.LIVE]
        assert [kind for kind in found if kind in {*CATEGORIES, Kind.BOARD, Kind.NEWS}] == [
            Kind.AREA,
            Kind.ARCHIVE,
            Kind.BOARD,
            Kind.NEWS,
        ]
    bare = scene_of(like=settings(archive=False))
    assert Kind.ARCHIVE not in {wish.kind for wish in Wishes().of(bare)}


def test_k6_r19_board_news_and_archive_follow_the_area_once_it_is_seen() -> None:
    of = {wish.kind: wish.aspects for wish in Wishes().of(scene())}
    assert len({of[kind][Aspect.ACCESS] for kind in (Kind.ARCHIVE, Kind.BOARD, Kind.NEWS)}) == 1
    assert Aspect.ACCESS not in of[Kind.AREA]  # it is the organizers' own
    other = Wishes().of(scene(view={"area": (*BITS, (7, True, 0, 1024))}))
    assert {w.kind: w.aspects for w in other}[Kind.BOARD] != of[Kind.BOARD]
    unseen = Wishes().of(scene(view={"area": ()}))
    assert all(Aspect.ACCESS not in wish.aspects for wish in unseen)


def test_the_board_is_always_wanted() -> None:
    for of in (scene(records=()), scene(LATER, now=at(10 * 24 * 60))):
        assert [(*key, wish.need) for key, wish in pictures(of).items()] == [
            (Kind.BOARD_MESSAGE, None, Need.LIVE)
        ]


def test_tomorrows_board_is_wanted_on_the_eve_of_a_day_where_it_is_set_so() -> None:
    eve = (Kind.TOMORROW, None)
    assert pictures(scene(tomorrow=True))[eve].need is Need.LIVE
    assert eve not in pictures(scene(tomorrow=False))
    assert eve not in pictures(scene(tomorrow=True, now=at(24 * 60)))  # day 2 is the last


@pytest.mark.parametrize(
    ("state", "channels", "expected"),
    [
        (State.BOOKED, [Kind.VOICE, Kind.TEXT], None),  # it opens with the session
        (State.OPEN, [Kind.VOICE, Kind.TEXT], Need.LIVE),
        (State.OPEN, [], Need.LIVE),
        (State.ENDED, [Kind.VOICE, Kind.TEXT], Need.KEEP),
        (State.RELEASED, [Kind.VOICE, Kind.TEXT], Need.KEEP),
        (State.ENDED, [Kind.VOICE], None),  # its text channel is gone
        (State.CANCELLED, [Kind.VOICE, Kind.TEXT], None),  # it never had one
    ],
)
def test_cards_are_for_sessions_that_are_open_or_just_over(
    state: State, channels: list[Kind], expected: Need | None
) -> None:
    closed = None if state in {State.BOOKED, State.OPEN} else 0
    one = session(3, state, start=-60, minutes=120, closed=closed)
    desk = [record(kind, one) for kind in channels]
    found = wished(scene(one, records=[*HOME, *desk]), Kind.CARD)
    assert [(wish.need, wish.key) for wish in found] == ([(expected, (Kind.CARD, 3))] if expected else [])


def test_a_card_is_pinned_while_it_is_on_and_where_the_bot_may() -> None:
    [live] = wished(scene(OPEN), Kind.CARD)
    assert Aspect.PINNED in live.aspects
    [over] = wished(scene(session(7, State.ENDED, closed=0)), Kind.CARD)
    [denied] = wished(scene(OPEN, view={"wanting": ("pin_messages",)}), Kind.CARD)
    assert set(over.aspects) == set(denied.aspects) == {Aspect.PICTURE}


def calls(*more: Record, gone: bool = False, now: datetime = NOW, **about: Any) -> Wish:
    """The card of a desk that has just opened, to whose people nothing was said yet."""
    opening = Notice(1, GUILD, OPEN.id, NoticeKind.OPENING, None, NOW, tried=False, parts_sent=0)
    unmade = {Kind.CARD, Kind.VOICE} if gone else {Kind.CARD}
    desk = [*(each for each in DESK if each.kind not in unmade), *more]
    people = {OPEN.id: {"guests": (Person(5, "bo"), Person(6, "cy")), "cohosts": (Person(4, "eve"),)}}
    of = scene_of([OPEN], desk, now=now, people=people, notices=[opening], **about)
    [wish] = wished(of, Kind.CARD)
    return wish


def test_u10_r8_the_card_that_opens_a_desk_calls_its_people_once() -> None:
    wish = calls()
    assert (wish.need, wish.calls, wish.aspects[Aspect.CALLED]) == (Need.LIVE, (OPEN.host_id, 4, 5, 6), "2")
    assert lane_of(Make(wish, 1004)) is Lane.WORDS  # it waits for no board
    again = calls(record(Kind.CARD, OPEN, told={Aspect.CALLED: "2"}))
    assert (again.calls, Aspect.CALLED in again.aspects) == (None, False)


def test_u10_r8_it_waits_for_who_is_interested_and_a_little_for_its_voice_channel() -> None:
    event = record(Kind.EVENT, OPEN)
    assert calls(event).need is Need.KEEP
    assert calls(event, learnt=Learnt(counted=frozenset({OPEN.id}))).need is Need.LIVE
    assert calls(gone=True).need is Need.KEEP
    assert calls(gone=True, now=NOW + PATIENCE).need is Need.LIVE


def test_when_time_alone_changes_it_is_looked_at() -> None:
    of = scene(OPEN, LATER)
    Wishes().of(of)
    change = board.next_change(list(of.book.showings.values()), programme(), NOW)
    assert of.due == [change]


# ------------------------------------------------------------------- channels: R8, R9

SPAN = {"start": -60, "minutes": 60}


@pytest.mark.parametrize(
    ("one", "there", "people", "voice", "text"),
    [
        (session(7, State.BOOKED, start=6), False, (), None, None),  # lead_minutes is 5
        (session(7, State.BOOKED, start=5), False, (), Need.LIVE, Need.LIVE),
        (session(7, State.BOOKED, start=60), True, (), Need.KEEP, Need.KEEP),  # it was moved
        (OPEN, False, (), Need.LIVE, Need.LIVE),
        (session(7, State.ENDED, closed=-4, **SPAN), True, (), Need.KEEP, Need.KEEP),  # the grace
        (session(7, State.ENDED, closed=-4, **SPAN), False, (), None, None),  # nothing is made then
        (session(7, State.ENDED, closed=-5, **SPAN), True, (), Need.AWAY, Need.AWAY),
        (session(7, State.CANCELLED, closed=-5, **SPAN), True, (), Need.AWAY, Need.AWAY),
        (session(7, State.RELEASED, closed=-5, **SPAN), True, (), Need.AWAY, Need.AWAY),
        (session(7, State.ENDED, closed=-5, **SPAN), True, (77,), Need.KEEP, Need.AWAY),
        (session(7, State.ENDED, closed=-29, **SPAN), True, (77,), Need.KEEP, Need.AWAY),
        (session(7, State.ENDED, closed=-30, **SPAN), True, (77,), Need.AWAY, Need.AWAY),
    ],
)
def test_r8_r9_what_is_wanted_of_a_desks_channels(
    one: Session, there: bool, people: tuple[int, ...], voice: Need | None, text: Need | None
) -> None:
    rules = programme(lead_minutes=5, grace_minutes=5, max_overrun_minutes=30)
    desk = [record(Kind.VOICE, one), record(Kind.TEXT, one)] if there else []
    shown = all_seen([*HOME, *desk[1:]])
    shown += [replace(seen(each), people=people) for each in desk[:1]]
    of = scene_of([one], [*HOME, *desk], shown, rules=rules)
    expected = [(Kind.VOICE, voice), (Kind.TEXT, text)]
    assert needs(of, Kind.VOICE, Kind.TEXT) == [each for each in expected if each[1]]


def test_r8_a_desks_channels_are_named_after_the_topic_and_stand_in_the_area() -> None:
    one = replace(OPEN, topic="Async Testing", seats=3, description="Bring a snake")
    people = {7: {"cohosts": (Person(9, "cyd"),)}}
    voice, text = (wished(scene(one, people=people), kind)[0] for kind in (Kind.VOICE, Kind.TEXT))
    assert {**voice.aspects} == {
        Aspect.NAME: "Async Testing",
        Aspect.PLACE: Kind.AREA,
        Aspect.SEATS: "5",  # the host and a co-host besides
    }
    assert set(text.aspects) == {Aspect.NAME, Aspect.PLACE}
    for part in ("async-testing", "ana", "Bring a snake"):  # what the name and the topic are made of
        assert part in text.aspects[Aspect.NAME]
    assert (voice.mark, text.mark) == ("Async Testing", "#7")
    assert voice.how
    assert text.how
    assert (voice.how.name, voice.how.seats) == ("Async Testing", 5)  # type: ignore[union-attr]
    assert text.how.name == "async-testing"  # type: ignore[union-attr]
    assert text.how.topic.endswith("#7")  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("wrote", "archive", "goes"), [(True, True, False), (True, False, True), (False, True, True)]
)
def test_r9_a_text_channel_where_people_wrote_moves_to_the_archive_where_there_is_one(
    *, wrote: bool, archive: bool, goes: bool
) -> None:
    over = session(7, State.ENDED, start=-90, closed=-30)
    records = changed(DESK, Kind.TEXT, wrote=wrote)
    [text] = wished(scene_of([over], records, like=settings(archive=archive)), Kind.TEXT)
    assert text.need is (Need.AWAY if goes else Need.KEEP)
    assert text.aspects == ({} if goes else {Aspect.PLACE: Kind.ARCHIVE})


def test_r9_in_its_grace_a_desk_is_left_as_it_is() -> None:
    for kind in (Kind.VOICE, Kind.TEXT):
        [wish] = wished(scene(session(7, State.ENDED, closed=0)), kind)
        assert (wish.need, wish.aspects, wish.how) == (Need.KEEP, {}, None)


# ------------------------------------------------------------------------------ events


def event(one: Session, *records: Record, shown: Face | None = None) -> list[Wish]:
    things = [seen(each, face=shown) for each in records] if shown else []
    of = scene_of([one], [*BARE, *records], [*all_seen(BARE), *things], like=EVENTS)
    return wished(of, Kind.EVENT)


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        (session(7, State.BOOKED, start=60), Need.LIVE),
        (session(7, State.BOOKED, start=1), Need.LIVE),
        (session(7, State.BOOKED, start=0.9), Need.KEEP),  # it would begin before people see it
        (session(7, State.BOOKED, start=-1), Need.KEEP),
        (OPEN, Need.KEEP),
        (session(7, State.ENDED, closed=0), None),
        (session(7, State.RELEASED, closed=0), None),
        (session(7, State.CANCELLED, start=60, closed=0), None),
    ],
)
def test_r8_events_are_for_what_was_booked_ahead_and_stay_until_its_end(
    one: Session, expected: Need | None
) -> None:
    assert [wish.need for wish in event(one)] == ([expected] if expected else [])
    assert wished(scene(one), Kind.EVENT) == []  # where organizers want none


def test_an_event_shows_what_the_session_is_and_is_known_by_its_mark() -> None:
    one = session(7, State.BOOKED, start=60)
    [wish] = event(one)
    assert (wish.how, wish.mark) == (face(one), "#7")
    assert wish.aspects == {Aspect.FACE: face_digest(face(one))}


def test_what_began_begins_keeps_its_start_and_shows_a_minute_at_least() -> None:
    known, was = record(Kind.EVENT, OPEN), replace(face(OPEN), start=at(-10))
    [begun] = event(OPEN, known, shown=was)
    assert begun.how == replace(face(OPEN), on=True, start=at(-10))
    booked = session(7, State.BOOKED, start=60)
    [early] = event(booked, known, shown=replace(was, on=True))
    assert early.how == replace(face(booked), on=True, start=at(-10))  # it never goes back
    short = replace(OPEN, end=at(-10))
    [least] = event(short, known, shown=was)
    assert least.how == replace(face(short), on=True, start=at(-10), end=at(-10) + AHEAD)
    [waits] = event(booked, known, shown=was)
    assert waits.how == face(booked)


# ---------------------------------------------------------------------------- digests


def rendered(wish: Wish) -> Any:
    assert isinstance(wish.how, discord.ui.LayoutView)
    return wish.how.to_components()  # type: ignore[no-untyped-call]


PEOPLE = st.lists(st.sampled_from([Person(8, "bob"), Person(9, "cyd")]), unique=True, max_size=2)
HELD = st.tuples(
    st.builds(
        lambda topic, start, seats, quiet: replace(
            OPEN, topic=topic, start=at(start), seats=seats, quiet=quiet, came=quiet
        ),
        st.sampled_from(["Tea", "Cake"]),
        st.sampled_from([-30, 15]),
        st.sampled_from([None, 4]),
        st.sampled_from([None, at(-24)]),
    ),
    PEOPLE,
)
Held = tuple[Session, list[Person]]


def of_held(held: Held, minutes: int) -> Scene:
    one, guests = held
    people = {7: {"guests": tuple(guests)}}
    return scene(one, LATER, tomorrow=True, now=NOW + minutes * MINUTE, people=people)


@given(HELD, HELD, st.integers(0, 50), st.integers(0, 50))
def test_digests_are_equal_where_what_is_shown_is_and_only_there(
    one: Held, other: Held, early: int, late: int
) -> None:
    first, second = pictures(of_held(one, early)), pictures(of_held(other, late))
    assert list(first) == list(second) == [(Kind.BOARD_MESSAGE, None), (Kind.TOMORROW, None), (Kind.CARD, 7)]
    for key, mine in first.items():
        same = mine.aspects[Aspect.PICTURE] == second[key].aspects[Aspect.PICTURE]
        assert same is (rendered(mine) == rendered(second[key]))


def test_another_language_is_another_message() -> None:
    of, known = scene(OPEN, tomorrow=True), Wishes()
    english, chinese = pictures(of, known), pictures(replace(of, words=CHINESE), known)
    assert len(english) == 3
    for key, mine in english.items():
        assert mine.aspects[Aspect.PICTURE] != chinese[key].aspects[Aspect.PICTURE]


@given(st.lists(st.tuples(st.integers(0, 50), HELD), min_size=2, max_size=6))
def test_what_is_remembered_is_what_would_be_drawn(steps: list[tuple[int, Held]]) -> None:
    """However much was drawn before, and whatever time has passed since."""
    old, minutes = Wishes(), 0
    for more, held in steps:
        minutes += more
        assert old.of(of_held(held, minutes)) == Wishes().of(of_held(held, minutes))


# ----------------------------------------------------------------- not drawn without need


def test_nothing_is_drawn_again_where_nothing_changed(drawn: Counter[str]) -> None:
    known, of = Wishes(), scene(OPEN, LATER, tomorrow=True)
    first = known.of(of)
    assert drawn == {"board.layout": 1, "board.tomorrow": 1, "card.layout": 1, "wishes.desk_channel": 2}
    for second in range(1, 50):
        again = known.of(scene(OPEN, LATER, tomorrow=True, now=NOW + second * SECOND))
        assert [a.how for a in again if a.kind in MESSAGES] == [f.how for f in first if f.kind in MESSAGES]
    assert drawn.total() == 5


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"ideas": 1}, {"board.layout": 1, "board.tomorrow": 1}),
        (
            {"people": {7: {"guests": (Person(8, "bob"),)}}},
            {"board.layout": 1, "board.tomorrow": 1, "card.layout": 1},
        ),
        (
            {"people": {7: {"cohosts": (Person(8, "bob"),)}}},
            {"board.layout": 1, "board.tomorrow": 1, "card.layout": 1, "wishes.desk_channel": 2},
        ),
        ({"people": {8: {"guests": (Person(8, "bob"),)}}}, {"board.layout": 1, "board.tomorrow": 1}),
        ({"made": 7}, {}),
    ],
)
def test_only_what_a_change_may_touch_is_drawn_again(
    drawn: Counter[str], change: dict[str, Any], expected: dict[str, int]
) -> None:
    known = Wishes()
    known.of(scene(OPEN, LATER, tomorrow=True))
    drawn.clear()
    known.of(scene(OPEN, LATER, tomorrow=True, **change))
    assert drawn == expected


def test_a_card_of_what_is_over_is_drawn_for_its_own_changes_only(drawn: Counter[str]) -> None:
    known, over = Wishes(), session(7, State.ENDED, closed=0)
    known.of(scene(over, LATER))
    drawn.clear()
    known.of(scene(over, replace(LATER, topic="Tea"), now=at(1)))
    assert drawn == {"board.layout": 1}


def test_all_is_drawn_again_when_the_time_comes(drawn: Counter[str]) -> None:
    known, of = Wishes(), scene(OPEN, LATER, tomorrow=True)
    known.of(of)
    [change] = of.due
    drawn.clear()
    known.of(scene(OPEN, LATER, tomorrow=True, now=change - SECOND))
    assert drawn.total() == 0
    known.of(scene(OPEN, LATER, tomorrow=True, now=change))
    assert drawn == {"board.layout": 1, "board.tomorrow": 1, "card.layout": 1}


def in_guild(of: Scene, guild_id: int) -> Scene:
    return replace(of, book=replace(of.book, guild_id=guild_id))


def test_two_servers_do_not_draw_over_each_other(drawn: Counter[str]) -> None:
    known = Wishes()
    boards = [known.of(in_guild(scene(OPEN, LATER), guild)) for guild in (GUILD, 6, GUILD, 6)]
    assert drawn["board.layout"] == 2
    assert all(one == other for one, other in pairwise(boards))


def test_a_server_that_is_let_go_of_is_forgotten_alone(drawn: Counter[str]) -> None:
    known = Wishes()
    for guild in (GUILD, 6):
        known.of(in_guild(scene(OPEN), guild))
    known.forget(6)
    known.forget(6)
    drawn.clear()
    for guild in (GUILD, 6):
        known.of(in_guild(scene(OPEN), guild))
    assert drawn["board.layout"] == 1


def test_what_is_over_is_forgotten(drawn: Counter[str]) -> None:
    """A conference leaves nothing behind in memory."""
    known = Wishes()
    known.of(scene(OPEN))
    known.of(scene(records=BARE))
    drawn.clear()
    known.of(scene(OPEN))
    assert (drawn["card.layout"], drawn["wishes.desk_channel"]) == (1, 2)


# ------------------------------------------------------------------ drawings that raise


@pytest.mark.parametrize(
    ("module", "name", "kind", "of"),
    [
        (board, "layout", Kind.BOARD_MESSAGE, None),
        (board, "tomorrow", Kind.TOMORROW, None),
        (card, "layout", Kind.CARD, 7),
        (wishes, "desk_channel", Kind.VOICE, 7),
        (wishes, "face_digest", Kind.EVENT, 7),
    ],
)
def test_k8_r21_a_drawing_that_raises_costs_that_one_which_stays_as_it_is(
    monkeypatch: pytest.MonkeyPatch, module: Any, name: str, kind: Kind, of: int | None
) -> None:
    other = session(9, State.OPEN)
    records = [*DESK, *(record(each, other, 20 + n) for n, each in enumerate((Kind.VOICE, Kind.TEXT)))]
    like = settings(tomorrow=True, event=face)
    well = {wish.key: wish for wish in Wishes().of(scene_of([OPEN, other], records, like=like))}
    real = getattr(module, name)

    def raises(*args: Any, **options: Any) -> Any:
        if of and OPEN.topic not in repr((args[1:] or args, options)):
            return real(*args, **options)
        if name == "desk_channel" and not options["is_voice"]:
            return real(*args, **options)
        raise RuntimeError("said by the test")

    monkeypatch.setattr(module, name, raises)
    now = scene_of([OPEN, other], records, like=like)
    found = {wish.key: wish for wish in Wishes().of(now)}
    broken = found.pop((kind, of))
    assert (broken.need, broken.aspects, broken.how) == (Need.KEEP, {}, None)
    del well[kind, of]
    assert found == well
    assert f"fault:{kind}:{of or ''}" in now.problems  # organizers hear of it


def test_k8_r21_what_failed_is_drawn_at_the_next_look(monkeypatch: pytest.MonkeyPatch) -> None:
    known = Wishes()
    with monkeypatch.context() as broken:
        broken.setattr(board, "layout", lambda: None)  # it takes no such words
        assert pictures(scene(OPEN), known)[Kind.BOARD_MESSAGE, None].aspects == {}
    of = scene(OPEN)
    assert Aspect.PICTURE in pictures(of, known)[Kind.BOARD_MESSAGE, None].aspects
    assert of.problems == {}


# --------------------------------------------------------------------------- words: R16


def test_r16_hidden_words_are_left_out_everywhere_and_organizers_hear_of_refused_ones() -> None:
    plain = {w.key: w for w in Wishes().of(scene_of([OPEN], DESK, like=EVENTS))}
    worded = [Kind.BOARD_MESSAGE, Kind.CARD, Kind.VOICE, Kind.TEXT, Kind.EVENT]
    keys = [(kind, None if kind is Kind.BOARD_MESSAGE else 7) for kind in worded]
    hidden = frozenset().union(*(plain[key].words for key in keys))
    assert all(plain[key].words for key in keys)
    suspected = scene_of([OPEN], DESK, like=EVENTS, learnt=Learnt(hidden=hidden))
    veiled = {w.key: w for w in Wishes().of(suspected)}
    for key in keys:
        assert veiled[key].words == frozenset()
        assert veiled[key].need is plain[key].need
        assert OPEN.topic not in said(veiled[key])
        assert OPEN.topic.lower().replace(" ", "-") not in said(veiled[key])
    refused = scene_of([OPEN], DESK, like=settings(), learnt=Learnt(hidden=hidden), refused=hidden)
    Wishes().of(refused)
    assert refused.problems == {"words:7": str(OPEN.host_id)}


def said(wish: Wish) -> str:
    """All that Discord would be told."""
    return str(rendered(wish)) if isinstance(wish.how, discord.ui.LayoutView) else repr(wish.how)


def test_the_board_answers_for_the_words_of_those_it_may_show() -> None:
    """However many are booked."""
    many = [session(n, State.BOOKED, start=20 + n, minutes=10) for n in range(10, 10 + BOARD_SESSIONS + 20)]
    [found] = wished(scene(*many, records=BARE), Kind.BOARD_MESSAGE)
    assert 0 < len(found.words) <= BOARD_SESSIONS + 1  # topics, and the one host's name
