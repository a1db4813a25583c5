"""R8, R9, R11, R17 as tables: where each notice is said, in which order, and who is noted to be at a desk."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.desks.notices import CARD_COMES, plan_words
from bot.desks.scene import Learnt, Scene
from bot.desks.steps import Absent, Count, Say, Step
from bot.domain.models import Limits, Session, State
from bot.domain.notices import Notice, NoticeKind
from bot.domain.records import Aspect, Kind, Record
from bot.service.deskbook import Fact, Note
from bot.service.people import Person
from bot.ui.veil import digest
from tests.desks.scenes import DESK, NOW, all_seen, at, record, scene_of, session
from tests.ui.samples import programme

BOOKED, OPEN = session(7, State.BOOKED, start=4), session(7, State.OPEN)
"""From 12:04, and since 11:56: an hour each. It is 12:00."""
ENDED = session(7, State.ENDED, start=-40, closed=-1)
RELEASED = session(7, State.RELEASED, closed=-1)
CANCELLED = session(7, State.CANCELLED, start=4, closed=-1)
NO_CARD = [each for each in DESK if each.kind is not Kind.CARD]
VOICE, TEXT, NEWS, PRIVATE = 1003, 1004, 1006, None
GUEST = 9


def notice(kind: NoticeKind, created: float = 0, number: int = 1, **more: Any) -> Notice:
    """A notice of this minute."""
    made = Notice(number, 5, 7, kind, GUEST, at(created), tried=False, parts_sent=0, about=OPEN.host_id)
    return replace(made, **more)


def scene(
    of: Session | list[Session], *notices: Notice, here: tuple[int, ...] = (), gone: int = 0, **more: Any
) -> Scene:
    """A desk with all its channels but the one that is `gone`; `here` are in its voice channel."""
    shown = [replace(s, people=here) if s.id == VOICE else s for s in all_seen(DESK) if s.id != gone]
    sessions = of if isinstance(of, list) else [of]
    if limits := more.pop("limits", None):
        more["rules"] = replace(programme(), limits=limits)
    return scene_of(sessions, DESK, shown, notices=notices, **more)


def says(of: Session | list[Session], *notices: Notice, **more: Any) -> list[tuple[list[int], int | None]]:
    """Which notices go where; who is at the desks is no matter here."""
    steps = plan_words(scene(of, *notices, **more))[1]
    return [([n.id for n in step.batch], step.channel_id) for step in steps if isinstance(step, Say)]


def stale(of: Session, *notices: Notice, **more: Any) -> list[int]:
    notes = plan_words(scene(of, *notices, **more))[0]
    return [note.notice.id for note in notes if note.fact is Fact.STALE and note.notice]


# What becomes of a notice of this very minute: it is said there, goes 'stale', or 'wait's.
TABLE = {
    NoticeKind.OPENING: ("stale", TEXT, "stale", "stale", "stale"),
    NoticeKind.GREETING: ("stale", TEXT, "stale", "stale", "stale"),
    NoticeKind.CAME: ("stale", "wait", "stale", "stale", "stale"),
    NoticeKind.WARNING: ("stale", "wait", "stale", "stale", "stale"),
    NoticeKind.QUIET: ("stale", TEXT, "stale", "stale", "stale"),
    NoticeKind.OVERRUN: ("stale", "stale", VOICE, VOICE, VOICE),
    NoticeKind.CHANGED: (NEWS, TEXT, "stale", "stale", "stale"),
    NoticeKind.CANCELLED: (NEWS, NEWS, NEWS, NEWS, NEWS),
    NoticeKind.ENDED: ("stale", "stale", TEXT, TEXT, TEXT),
    NoticeKind.RESTORED: (NEWS, "stale", "stale", "stale", "stale"),
    NoticeKind.ANNOUNCEMENT: ("stale", TEXT, "stale", "stale", "stale"),
    NoticeKind.OFFER: (NEWS, TEXT, "stale", "stale", "stale"),
    NoticeKind.COHOST: (NEWS, TEXT, "stale", "stale", "stale"),
    NoticeKind.HANDED: (NEWS, TEXT, "stale", "stale", "stale"),
    NoticeKind.SEAT: (NEWS, TEXT, "stale", "stale", "stale"),
    NoticeKind.WAITING: (NEWS, TEXT, "stale", "stale", "stale"),
    NoticeKind.FOUND: (NEWS, NEWS, "stale", "stale", "stale"),
    NoticeKind.REMINDER: (PRIVATE, "stale", "stale", "stale", "stale"),
    NoticeKind.TAKEAWAY: ("stale", "stale", TEXT, "stale", "stale"),
}
ROWS = [
    (kind, of, what)
    for kind, row in TABLE.items()
    for of, what in zip((BOOKED, OPEN, ENDED, RELEASED, CANCELLED), row, strict=True)
]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row[0]}-{row[1].state}")
def test_r8_r9_r11_what_becomes_of_a_notice(row: tuple[NoticeKind, Session, int | str | None]) -> None:
    kind, of, what = row
    said = notice(kind)
    assert says(of, said) == ([] if isinstance(what, str) else [([1], what)])
    assert stale(of, said) == ([1] if what == "stale" else [])
    if isinstance(what, int):
        # It waits for its channel; who is about to lose a desk hears of it in whatever channel there is.
        other = {NoticeKind.QUIET: [([1], VOICE)], NoticeKind.ENDED: [([1], NEWS)]}
        assert says(of, said, gone=what) == other.get(kind, [])
        assert stale(of, said, gone=what) == []


def test_a_notice_of_a_session_that_is_not_there_is_stale() -> None:
    [note] = plan_words(scene([], notice(NoticeKind.CANCELLED)))[0]
    assert note.fact is Fact.STALE


def test_the_table_has_every_kind_and_every_state() -> None:
    assert {(kind, of.state) for kind, of, _ in ROWS} == {(k, s) for k in NoticeKind for s in State}


def test_r9_the_warning_is_said_in_its_minute_and_asked_for_until_then() -> None:
    said, second = notice(NoticeKind.WARNING, -4), timedelta(seconds=1)
    early = scene(OPEN, said, now=at(51) - second)
    assert not [step for step in plan_words(early)[1] if isinstance(step, Say)]
    assert at(51) in early.due
    assert says(OPEN, said, now=at(51)) == [([1], TEXT)]
    longer = replace(OPEN, end=at(80))
    assert says(longer, said, now=at(51)) == []  # the host has extended it meanwhile


def test_r9_no_warning_where_it_is_turned_off() -> None:
    said, off = notice(NoticeKind.WARNING, -4), Limits(warn_minutes=0)
    assert says(OPEN, said, now=at(55), limits=off) == []
    assert stale(OPEN, said, now=at(56), limits=off) == [1]


def test_a_reminder_goes_to_the_person_and_to_the_news_where_they_are_closed_to_it() -> None:
    far = replace(BOOKED, start=at(30), end=at(60))
    said = notice(NoticeKind.REMINDER)
    early = scene(far, said)
    assert plan_words(early)[1] == []
    assert early.due == [at(20)]
    assert says(far, said, now=at(20)) == [([1], None)]
    assert says(far, replace(said, closed=True), now=at(20)) == [([1], NEWS)]


def test_r14_what_may_stand_at_a_desk_that_is_put_away_is_not_said_again_among_the_news() -> None:
    ended = replace(ENDED, closed=at(-11))  # its text channel goes ten minutes after
    assert says(ended, notice(NoticeKind.ENDED)) == [([1], NEWS)]
    given_up = plan_words(scene(ended, notice(NoticeKind.ENDED, tried=True)))
    assert [note.fact for note in given_up[0] if note.notice] == [Fact.GIVEN_UP]
    assert not [step for step in given_up[1] if isinstance(step, Say)]
    assert says(ENDED, notice(NoticeKind.ENDED, tried=True)) == [([1], TEXT)]
    assert says(ENDED, notice(NoticeKind.ENDED, tried=True), gone=TEXT) == []


@pytest.mark.parametrize("guilty", [False, True])
def test_r16_an_announcement_waits_while_its_words_are_suspected_and_goes_where_they_are_refused(
    *, guilty: bool
) -> None:
    said, words = notice(NoticeKind.ANNOUNCEMENT, words="Lunch!"), frozenset({digest("Lunch!")})
    of = scene(OPEN, said, learnt=Learnt(hidden=words), refused=words if guilty else frozenset())
    notes, steps = plan_words(of)
    assert not [step for step in steps if isinstance(step, Say)]
    assert [note.fact for note in notes if note.notice] == ([Fact.GIVEN_UP] if guilty else [])
    [say] = [s for s in plan_words(scene(OPEN, said))[1] if isinstance(s, Say)]
    assert say.words == words


@pytest.mark.parametrize("kind", list(NoticeKind))
def test_r8_at_the_desk_the_opening_comes_first(kind: NoticeKind) -> None:
    opening, other = notice(NoticeKind.OPENING, number=1), notice(kind, number=2)
    now = at(52) if kind is NoticeKind.WARNING else NOW
    alone = says(OPEN, other, now=now)
    waits = kind in {NoticeKind.GREETING, NoticeKind.WARNING, NoticeKind.QUIET, NoticeKind.ANNOUNCEMENT}
    for both in ((opening, other), (other, opening)):
        found = says(OPEN, *both, now=now)
        assert ([1], TEXT) in found
        assert [each for each in found if each != ([1], TEXT)] == ([] if waits else alone)


def test_r8_the_opening_of_one_desk_holds_up_no_other() -> None:
    opening = replace(notice(NoticeKind.OPENING, number=2), session_id=8)
    assert says([OPEN, session(8)], notice(NoticeKind.GREETING), opening) == [([1], TEXT)]


def test_k7_openings_go_before_all_other_words() -> None:
    """A crowd that joins one desk holds up no other desk's opening."""
    other = session(8)
    more = [record(Kind.VOICE, other, 30), record(Kind.TEXT, other, 31)]
    notices = [notice(NoticeKind.CANCELLED, number=n) for n in range(1, 9)]
    notices += [replace(notice(NoticeKind.OPENING, -1, number=9), session_id=8)]  # no card has come
    steps = plan_words(scene_of([OPEN, other], [*DESK, *more], notices=notices))[1]
    [first, *_] = [step for step in steps if isinstance(step, Say)]
    assert first.batch[0].id == 9


def test_r8_words_open_a_desk_where_its_card_does_not_come() -> None:
    said, waited = notice(NoticeKind.OPENING), NOW + CARD_COMES
    early = scene_of([OPEN], NO_CARD, notices=[said])
    assert not plan_words(early)[1]
    assert waited in early.due
    later = scene_of([OPEN], NO_CARD, notices=[said], now=waited)
    assert [type(step) for step in plan_words(later)[1]] == [Say]


def card(**more: Any) -> Record:
    return record(Kind.CARD, OPEN, 50, told={Aspect.CALLED: "2"}, **more)


def test_r8_while_a_card_that_calls_people_is_on_its_way_no_words_do() -> None:
    """It may have called them: an answer that was lost is looked for first."""
    said, waited = notice(NoticeKind.OPENING, -10), NOW + CARD_COMES
    asked = scene_of([OPEN], [*NO_CARD, card(discord_id=None)], notices=[said], now=waited)
    assert not [step for step in plan_words(asked)[1] if isinstance(step, Say)]
    plain = scene_of([OPEN], DESK, notices=[said])
    assert [type(step) for step in plan_words(plain)[1]] == [Say]


def test_r8_who_is_interested_is_asked_for_before_people_are_called() -> None:
    said = notice(NoticeKind.OPENING, -10)
    event = record(Kind.EVENT, OPEN, 60)
    early = scene_of([OPEN], [*NO_CARD, event], notices=[said])
    assert plan_words(early)[1] == [Count(OPEN)]


# ---------------------------------------------------------------------- fair use (R17)


def greetings(*more: dict[str, Any]) -> list[Notice]:
    return [
        notice(NoticeKind.GREETING, number=n, user_id=100 + n, **how) for n, how in enumerate(more, start=1)
    ]


def test_k7_r17_greetings_of_one_desk_are_one_message() -> None:
    assert says(OPEN, *greetings(*[{}] * 60)) == [(list(range(1, 61)), TEXT)]


def test_r17_the_next_greetings_wait_five_seconds_together() -> None:
    waiting = greetings({}, {}, {})
    said = {(7, NoticeKind.GREETING): NOW - timedelta(seconds=3)}
    early = scene(OPEN, *waiting, said=said)
    assert not [step for step in plan_words(early)[1] if isinstance(step, Say)]
    assert NOW + timedelta(seconds=2) in early.due
    assert says(OPEN, *waiting, said=said, now=NOW + timedelta(seconds=2)) == [([1, 2, 3], TEXT)]


def test_r14_greetings_that_may_be_on_their_way_go_alone_so_that_they_are_found() -> None:
    one, two, three, four = greetings({}, {"tried": True, "batch": 2}, {"tried": True, "batch": 2}, {})
    assert says(OPEN, one, two, three, four) == [([2, 3], TEXT)]
    other = replace(four, tried=True, batch=4)
    assert says(OPEN, one, two, three, other) == [([2, 3], TEXT)]


def test_k14_r17_a_change_is_announced_once_in_five_minutes() -> None:
    changed = notice(NoticeKind.CHANGED)
    said = {(7, NoticeKind.CHANGED): at(-1)}
    early = scene(BOOKED, changed, said=said)
    assert plan_words(early)[1] == []
    assert at(4) in early.due
    later = replace(BOOKED, start=at(60), end=at(120))
    assert says(later, changed, said=said, now=at(4)) == [([1], NEWS)]
    other = replace(changed, session_id=8)
    assert says([BOOKED, replace(BOOKED, id=8)], other, said=said) == [([1], NEWS)]


def test_r16_a_message_knows_whose_words_it_may_show() -> None:
    of = replace(OPEN, description="Cups", why="no")
    people = {7: {"guests": (Person(9, "Gus"),), "cohosts": (Person(10, "Cor"),)}}

    def words(kind: NoticeKind, about: Session = of, hidden: str = "") -> list[frozenset[str]]:
        learnt = Learnt(hidden=frozenset({digest(hidden)}))
        found = plan_words(scene(about, notice(kind), people=people, learnt=learnt))[1]
        return [step.words for step in found if isinstance(step, Say)]

    topic, about, why = map(digest, ("Topic 7", "Cups", "no"))
    assert words(NoticeKind.OPENING) == [{topic, about}]
    assert words(NoticeKind.OPENING, hidden="Cups") == [{topic}]
    assert words(NoticeKind.OPENING, replace(of, description="")) == [{topic}]
    assert words(NoticeKind.CHANGED) == [{topic}]
    called_off = replace(of, state=State.CANCELLED, start=at(10), closed=at(0))
    assert words(NoticeKind.CANCELLED, called_off) == [{topic, why}]
    # People are mentioned, not named: whoever is under suspicion is not shown by these.
    assert words(NoticeKind.GREETING) == [frozenset()]


# ------------------------------------------------------------------ who is there (R9, R11)

QUIET = session(7, State.OPEN, start=0)
"""Open since 12:00; nobody has come yet."""
THERE = replace(QUIET, quiet=None, came=at(1))
ANA, BOB = 107, 9


def presence(
    of: Session, *here: int, known: tuple[int, ...] = (), **more: Any
) -> tuple[list[Note], list[Step]]:
    """What is written down of people, and which host is warned or loses the desk."""
    visitors = {7: frozenset(known)} if known else {}
    notes, steps = plan_words(scene(of, here=here, visitors=visitors, **more))
    return notes, [step for step in steps if isinstance(step, Absent)]


CAME, LEFT = Fact.CAME, Fact.LEFT


@pytest.mark.parametrize(
    ("of", "here", "known", "fact"),
    [
        (QUIET, (ANA,), (), CAME),
        (QUIET, (ANA,), (ANA,), CAME),  # she has come back
        (THERE, (ANA,), (ANA,), None),
        (THERE, (ANA, BOB), (ANA,), CAME),
        (THERE, (BOB,), (ANA, BOB), None),
        (THERE, (), (ANA,), LEFT),
        (QUIET, (), (), None),
        (QUIET, (), (ANA,), None),
    ],
)
def test_r11_people_come_and_go(
    of: Session, here: tuple[int, ...], known: tuple[int, ...], fact: Fact | None
) -> None:
    people = here if fact is CAME else ()
    expected = [Note(fact, session_id=7, people=people)] if fact else []
    assert presence(of, *here, known=known) == (expected, [])


def absent(of: Session, *, release: bool, look: bool = True, channel: int = TEXT) -> list[Step]:
    return [Absent(of, channel, release=release, look=look)]


@pytest.mark.parametrize("state", [state for state in State if state is not State.OPEN])
def test_r11_only_open_desks_are_watched(state: State) -> None:
    of = replace(QUIET, state=state)
    assert presence(of, now=at(30)) == ([], [])
    assert presence(of, ANA) == ([], [])


@pytest.mark.parametrize(
    ("minute", "warned", "release", "due"),
    [
        (7.4, None, None, 7.5),
        (7.5, None, False, None),
        (100, None, False, None),  # never without a word
        (7.6, 7.5, None, 15),
        (14.9, 7.5, None, 15),
        (15, 7.5, True, None),
        (100, 99, None, 106.5),  # half the time at least, however late the word came
        (106.5, 99, True, None),
        (7.4, -3, None, 7.5),  # that word was about another absence
        (7.5, -3, False, None),
    ],
)
def test_r11_the_host_is_warned_half_way_and_the_desk_given_away_after_that(
    minute: float, warned: float | None, release: bool | None, due: float | None
) -> None:
    said = {} if warned is None else {(7, NoticeKind.QUIET): at(warned)}
    found = scene(QUIET, said=said, now=at(minute))
    steps = [step for step in plan_words(found)[1] if isinstance(step, Absent)]
    assert steps == ([] if release is None else absent(QUIET, release=release))
    assert found.due == ([] if due is None else [at(due)])


def test_k11_r11_a_desk_with_one_channel_is_watched_and_one_with_none_is_not() -> None:
    for of in (QUIET, replace(QUIET, came=at(1), quiet=at(2))):
        half = absent(of, release=False, look=False, channel=0)
        assert presence(of, now=at(30), gone=TEXT) == ([], half)
        assert presence(of, now=at(30), gone=VOICE) == ([], absent(of, release=False))
    bare = [each for each in DESK if each.kind not in {Kind.VOICE, Kind.TEXT, Kind.CARD}]
    assert plan_words(scene_of([QUIET], bare, now=at(30))) == ([], [])


def test_r11_what_was_written_while_nobody_listened_is_looked_for() -> None:
    for listens, look in ((None, True), (at(1), True), (at(-1), False)):
        found = presence(QUIET, now=at(8), learnt=Learnt(listens=listens))
        assert found == ([], absent(QUIET, release=False, look=look))


def test_r11_a_word_that_is_not_said_yet_is_waited_for() -> None:
    for minute in (8, 14):
        telling = notice(NoticeKind.QUIET, minute)
        steps = plan_words(scene(QUIET, telling, now=at(minute)))[1]
        assert not [step for step in steps if isinstance(step, Absent)]
    [note] = [n for n in plan_words(scene(QUIET, notice(NoticeKind.QUIET), here=(ANA,)))[0] if n.fact is CAME]
    assert note.people == (ANA,)


def test_r11_nothing_is_given_away_where_it_is_turned_off() -> None:
    never, said = Limits(no_show_minutes=0), {(7, NoticeKind.QUIET): at(1)}
    assert presence(QUIET, now=at(100), limits=never, said=said) == ([], [])
    left = replace(QUIET, came=at(1), quiet=at(2))
    assert presence(left, now=at(100), limits=Limits(idle_minutes=0)) == ([], [])
    assert presence(left, now=at(12), limits=never) == ([], absent(left, release=False))


OVER = session(7, State.ENDED, start=-100, closed=-26)
"""Its voice channel goes at 12:04; at 11:59 those inside are told."""


@pytest.mark.parametrize(
    ("people", "said", "written"),
    [((8,), {}, True), ((), {}, False), ((8,), {(7, NoticeKind.OVERRUN): None}, False)],
)
def test_r9_people_who_still_talk_are_told_once_that_the_channel_goes(
    people: tuple[int, ...], said: dict[Any, Any], *, written: bool
) -> None:
    notes = plan_words(scene(OVER, here=people, said=said))[0]
    assert notes == ([Note(Fact.LAST_WORD, session_id=7)] if written else [])


def test_without_a_permission_people_are_still_told() -> None:
    view = {"missing": ("manage_channels",)}
    assert says(OPEN, notice(NoticeKind.OPENING), view=view) == [([1], TEXT)]
