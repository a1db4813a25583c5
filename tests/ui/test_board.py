"""The live board: what it says, that it always fits, that time alone seldom changes it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import discord
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.domain.models import State, Window
from bot.domain.programme import Programme
from bot.domain.records import Kind
from bot.service import Person, Showing
from bot.ui import board
from bot.ui.tidings import Tidings
from bot.ui.words import Words, clock, moment, relative
from tests.service.support import examples
from tests.ui.samples import (
    CHANNELS,
    CHINESE,
    ENGLISH,
    HOST,
    NAME,
    NOON,
    PUBLIC,
    TOPIC,
    at,
    both,
    ids,
    labels,
    parts,
    programme,
    session,
    texts,
)

MINUTE = timedelta(minutes=1)
GOLD = 0xF0B232


def guests(*names: str) -> tuple[Person, ...]:
    return tuple(Person(number, name) for number, name in enumerate(names, start=100))


def on(number: int, topic: str = "", minutes: int = 60, who: Sequence[str] = (), **fields: Any) -> Showing:
    """A session that opened at 11:45."""
    held = session(number, at(11.75), minutes, state=State.OPEN, desk=number, **fields)
    return Showing(replace(held, topic=topic or held.topic), guests(*who), channels=dict(CHANNELS))


def ahead(number: int, start: datetime, who: Sequence[str] = (), **fields: Any) -> Showing:
    return Showing(session(number, start, **fields), guests(*who))


def drawn(
    *showings: Showing,
    now: datetime = NOON,
    words: Words = ENGLISH,
    ideas: int = 0,
    at_conference: Programme | None = None,
) -> discord.ui.LayoutView:
    return board.layout(words, showings, at_conference or programme(), now, ideas)


def read(view: discord.ui.LayoutView) -> str:
    return "\n".join(texts(view))


def menus(view: discord.ui.LayoutView) -> list[dict[str, Any]]:
    return [part for part in parts(view) if part["type"] == 3]


def joins(view: discord.ui.LayoutView) -> list[str]:
    """The ids of the sessions that can be joined from the board."""
    chosen = [i.removeprefix("openspace:join:") for i in ids(view) if i.startswith("openspace:join:")]
    return chosen + [option["value"] for menu in menus(view) for option in menu["options"]]


@pytest.mark.parametrize("words", PUBLIC, ids=both)
def test_an_empty_board_explains_itself_and_invites(words: Words) -> None:
    view = drawn(words=words)
    assert words("board-how") in read(view)
    assert words("board-on-none") in read(view)
    assert labels(view) == [words(f"button-{name}") for name in ("host", "ideas", "mine", "full")]
    assert ids(view) == [
        "openspace:host",
        "openspace:ideas",
        "openspace:show:mine::0",
        "openspace:show:board::0",
    ]


def test_what_is_on_says_where_what_who_and_until_when() -> None:
    held = on(3, "Git", host_name="ana", seats=8, who=["bo", "cy", "dee", "eve", "flo"])
    assert texts(drawn(held))[2].splitlines() == [
        "`3` **Git**",
        f"until {clock(at(12.75))} · with ana · <#{CHANNELS[Kind.VOICE]}>",
        "-# 🙋 bo, cy, dee +2 · 5 of 8 seats",
    ]


def test_what_comes_says_when_with_its_date_if_not_today() -> None:
    today, later = ahead(1, at(13), who=["bo"]), ahead(2, at(11, 2))
    assert texts(drawn(today))[-1].splitlines() == [
        "**Topic 1**",
        f"{clock(at(13))}–{clock(at(14))} · {relative(at(13))} · with ana",
        "-# 🙋 bo",
    ]
    assert moment(at(11, 2)) in texts(drawn(later))[-1]


def test_first_what_is_on_by_desk_then_what_comes_by_time() -> None:
    late = Showing(session(9, at(11.9)))  # its time has come and the keeper has not been there yet
    view = drawn(ahead(6, at(14)), ahead(5, at(13)), late, on(2), on(1))
    assert joins(view) == ["1", "2", "9", "5", "6"]


def test_what_is_over_is_not_on_the_board() -> None:
    done = [Showing(session(n, at(11), state=state)) for n, state in enumerate(State) if n > 1]
    stale = Showing(session(9, at(10), state=State.OPEN, desk=1))  # the keeper has not been there yet
    assert joins(drawn(*done, stale)) == []


def test_after_the_last_session_of_today_the_next_day_comes() -> None:
    view = drawn(ahead(1, at(13)), ahead(2, at(11, 2)), ahead(3, at(12, 2)))
    assert joins(view) == ["1"]
    assert "… and 2 more" in read(view)
    assert joins(drawn(ahead(2, at(11, 2)), ahead(3, at(12, 2)))) == ["2", "3"]


@pytest.mark.parametrize(
    ("limit", "showings", "now", "said"),
    [
        (10, [], NOON, f"**10 of 10 desks free now** · Open Spaces until {clock(at(16.25))}"),
        (3, [on(1)], NOON, f"**2 of 3 desks free now** · Open Spaces until {clock(at(16.25))}"),
        (
            2,
            [on(1), ahead(2, at(12.5))],
            NOON,
            f"**1 of 2 desks free now** · all booked from {clock(at(12.5))}",
        ),
        (1, [on(1)], NOON, f"**No desk free now** · next one {relative(at(12.75))}, at {clock(at(12.75))}"),
        (
            1,
            [on(1), ahead(2, at(12.75))],
            NOON,
            f"**No desk free now** · next one {relative(at(13.75))}, at {clock(at(13.75))}",
        ),
        (
            1,
            [on(1), ahead(2, at(12.85))],
            NOON,
            f"**No desk free now** · next one {relative(at(13.85))}, at {clock(at(13.85))}",
        ),
        (
            1,
            [ahead(2, at(12.1))],
            NOON,
            f"**No new session fits right now** · the next can start {relative(at(13.1))},",
        ),
        (9, [], at(16.25) - 11 * MINUTE, "**9 of 9 desks free now**"),
        (
            9,
            [],
            at(16.25) - 10 * MINUTE,
            f"**No new session fits right now** · the next can start {relative(at(10.5, 2))},",
        ),
        (9, [], at(16.6, 2), "**No new session fits any more:**"),
        (1, [on(1, minutes=5000)], at(16.6, 2), "**Every desk is booked until the end**"),
        (9, [], at(7), f"**Closed now** · Day 1 opens {clock(at(8))} ({relative(at(8))})"),
        (9, [], at(20), f"**Closed now** · Day 2 opens {moment(at(10.5, 2))} ({relative(at(10.5, 2))})"),
        (9, [on(1, minutes=3000)], at(18, 2), "**Open Spaces are closing:**"),
    ],
)
def test_r3_the_board_says_how_many_desks_are_free_and_when_the_next_is(
    limit: int, showings: list[Showing], now: datetime, said: str
) -> None:
    assert said in texts(drawn(*showings, now=now, at_conference=programme(parallel_limit=limit)))[0]


def test_once_all_is_over_nobody_is_invited_to_host() -> None:
    view = drawn(now=at(17, 2))
    assert ENGLISH("board-over") in read(view)
    assert ids(view) == ["openspace:show:mine::0", "openspace:show:all::0"]


def test_the_highlight_is_named_before_and_while_it_is_on() -> None:
    before, during = drawn(now=at(12, 2)), drawn(now=at(14.5, 2))
    assert f"✨ **No talks now** {clock(at(14.5, 2))}–" in read(before)
    assert f"✨ **No talks now** until {clock(at(15 + 1 / 3, 2))}" in read(during)
    assert moment(at(14.5, 2)) in read(drawn())
    assert "✨" not in read(drawn(now=at(15.4, 2)))
    colours = [[p.get("accent_color") for p in parts(v) if p["type"] == 17] for v in (before, during)]
    assert GOLD not in colours[0]
    assert GOLD in colours[1]


def test_outside_the_windows_only_what_comes_is_shown() -> None:
    view = drawn(ahead(1, at(13)), now=at(7))
    assert "at a desk" not in read(view)
    assert joins(view) == ["1"]


def test_people_see_how_many_ideas_are_up() -> None:
    assert "Ideas (3)" in labels(drawn(ideas=3))
    assert "點子（3）" in labels(drawn(words=CHINESE, ideas=3))


@pytest.mark.parametrize(
    ("running", "coming", "buttons", "menus_of", "more"),
    [
        (0, 10, 10, [], 0),
        (5, 5, 10, [], 0),
        (10, 0, 10, [], 0),
        (5, 6, 9, [], 2),
        (6, 50, 9, [], 47),
        (0, 50, 9, [], 41),
        (7, 4, 0, [7, 4], 0),
        (11, 0, 0, [11], 0),
        (25, 50, 0, [25, 8], 42),
    ],
)
def test_every_session_shown_can_be_joined_and_the_rest_is_counted(
    running: int, coming: int, buttons: int, menus_of: list[int], more: int
) -> None:
    now = [on(n) for n in range(1, running + 1)]
    view = drawn(*now, *[ahead(100 + n, at(13)) for n in range(coming)])
    assert len([i for i in ids(view) if i.startswith("openspace:join:")]) == buttons
    assert [len(menu["options"]) for menu in menus(view)] == menus_of
    assert (f"… and {more} more" in read(view)) is bool(more)
    assert len(parts(view)) <= 40


def test_two_menus_of_one_board_can_be_told_apart() -> None:
    view = drawn(*[on(n) for n in range(1, 12)], ahead(50, at(13), topic="*Git*", host_name="bo"))
    assert [menu["custom_id"] for menu in menus(view)] == [
        "openspace-menu:join:now",
        "openspace-menu:join:next",
    ]
    assert menus(view)[1]["options"][0] | {"default": False} == {
        "label": "*Git*",
        "description": "Thu, Jan 1 13:00–14:00 · bo",
        "value": "50",
        "default": False,
    }


def test_r16_strangers_words_are_escaped_and_name_nobody() -> None:
    held = on(1, "# *x* <@7>", host_name="_ana_", who=["@everyone", "[b](c)"])
    said = read(drawn(held))
    for word in (r"\*x\*", "\\<@\u200b7>", r"\_ana\_", "@\u200beveryone", r"\[b\]\(c\)"):
        assert word in said
    assert said.count("<@") == said.count(r"\<@") == 1


WORDS = st.sampled_from([TOPIC, "👩‍🚀" * 33, "e\u0301" * 50, "長" * 100, "[](a) " * 16, "Git"])
HOSTS = st.sampled_from([HOST, "👩‍🚀" * 10, "阿" * 32, "bo"])


@dataclass(frozen=True)
class Case:
    """What may make a board long."""

    running: int
    coming: int
    people: int
    topic: str
    host: str
    name: str
    seats: int | None
    now: datetime


CASES = st.builds(
    Case,
    running=st.integers(0, 25),
    coming=st.sampled_from([0, 1, 4, 8, 30, 475]),
    people=st.sampled_from([0, 1, 3, 150]),
    topic=WORDS,
    host=HOSTS,
    name=st.sampled_from([NAME, "Py"]),
    seats=st.sampled_from([None, 99]),
    now=st.sampled_from([at(12), at(12, 2), at(14.75, 2), at(20)]),
)


@settings(max_examples=examples(100))
@given(CASES, st.sampled_from(PUBLIC))
@example(Case(25, 475, 150, TOPIC, HOST, NAME, 99, at(12)), ENGLISH)
@example(Case(25, 475, 150, TOPIC, HOST, NAME, 99, at(14.75, 2)), ENGLISH)
@example(Case(25, 475, 150, TOPIC, HOST, NAME, None, at(14.75, 2)), CHINESE)
def test_r16_in_the_longest_words_the_board_fits(case: Case, words: Words) -> None:
    running, coming, now, name = case.running, case.coming, case.now, case.name
    longest: dict[str, Any] = {"topic": case.topic, "host_name": case.host, "seats": case.seats}
    who = guests(*[case.host] * case.people)
    showings = [
        Showing(
            session(10**18 + n, now - MINUTE, state=State.OPEN, desk=n, **longest),
            who,
            channels=dict(CHANNELS),
        )
        for n in range(1, running + 1)
    ]
    later = at(15, 2) if now > at(0, 2) else at(11, 2)
    showings += [Showing(session(2 * 10**18 + n, later, **longest), who) for n in range(coming)]
    conference = programme(name=name, highlight=name, parallel_limit=25)
    windows = tuple(replace(window, name=name) for window in conference.windows)
    conference = replace(conference, windows=windows)
    views = [board.layout(words, showings, conference, now, 10**6)]
    views += filter(None, [board.tomorrow(words, showings, conference, now)])
    for view in views:
        check_fits(view)
    found = len(joins(views[0]))
    if found < running + coming:
        assert words("button-full") in labels(views[0])
        assert words.count("board-more", running + coming - found) in read(views[0])
    assert found >= min(running + coming, 9)
    assert {f"`{n}` " in read(views[0]) for n in range(1, running + 1)} <= {True}  # no desk is left out


def crowd(number: int, **longest: Any) -> list[Showing]:
    """So many open desks, each with its channels and twenty guests."""
    return [
        Showing(
            session(10**18 + n, NOON - MINUTE, state=State.OPEN, desk=n, **longest),
            guests(*[HOST] * 20),
            channels=dict(CHANNELS),
        )
        for n in range(1, number + 1)
    ]


LOUD = Tidings("長" * 600, NOON, "*" * 300)
"""The longest that organizers can tell everybody."""


@pytest.mark.parametrize("words", PUBLIC, ids=both)
@pytest.mark.parametrize("number", [0, 1, 8, 9, 10, 11, 20, 25])
def test_an_announcement_stands_above_all_and_leaves_room_for_the_desks(number: int, words: Words) -> None:
    long = programme(name=NAME, highlight=NAME, parallel_limit=25)
    view = board.layout(
        words, crowd(number, topic=TOPIC, host_name=HOST, seats=99), long, NOON, 10**6, tidings=LOUD
    )
    check_fits(view)
    assert texts(view)[0].splitlines()[1] == LOUD.announcement
    assert len(joins(view)) >= min(number, 15)
    assert r"\*" in texts(view)[1]
    without = board.layout(words, crowd(number), programme(), NOON, 3)
    assert "📣" not in read(without)
    assert "⏸️" not in read(without)


def test_an_announcements_links_and_bold_words_are_the_organizers_own() -> None:
    words = "**Lunch:** https://example.com/menu_of_today"
    assert words in read(board.layout(ENGLISH, [], programme(), NOON, 0, tidings=Tidings(words, at(14))))


@pytest.mark.parametrize(("reason", "said"), [("", "have paused new sessions.**"), ("*Fire*", r"\*Fire\*")])
def test_a_pause_is_said_in_place_of_the_free_desks(reason: str, said: str) -> None:
    view = board.layout(ENGLISH, [on(1)], programme(), NOON, 0, tidings=Tidings(pause=reason))
    assert said in read(view)
    assert "desks free" not in read(view)
    later = board.tomorrow(ENGLISH, [], programme(), NOON, Tidings(LOUD.announcement, NOON, reason))
    assert later
    assert said in read(later)
    assert LOUD.announcement not in read(later)


def check_fits(view: discord.ui.LayoutView) -> None:
    assert len(parts(view)) <= 40
    assert sum(map(len, texts(view))) <= 4000
    assert all(texts(view))
    assert all(1 <= len(label) <= 80 for label in labels(view))
    keys = [part["custom_id"] for part in parts(view) if "custom_id" in part]
    assert len(set(keys)) == len(keys)
    assert max(map(len, keys)) <= 100
    for menu in menus(view):
        assert 1 <= len(menu["options"]) <= 25
        assert len({option["value"] for option in menu["options"]}) == len(menu["options"])
        for option in menu["options"]:
            assert 1 <= len(option["label"]) <= 100
            assert 1 <= len(option["description"]) <= 100


def test_the_more_room_the_more_is_said() -> None:
    few, many = on(1, TOPIC, who=["bo"]), [on(n, TOPIC, who=["bo"]) for n in range(1, 26)]
    assert r"\*" * 100 in read(drawn(few))
    assert r"\*" * 100 not in read(drawn(*many))
    plain = [on(n, f"Topic {n}", who=["bo"]) for n in range(1, 26)]
    assert all(f"**Topic {n}**" in read(drawn(*plain)) for n in range(1, 26))


@st.composite
def days(draw: st.DrawFn) -> list[Showing]:
    """Sessions at odd times around both days, some of them late or over."""
    found = []
    for number in range(1, draw(st.integers(1, 8))):
        start = at(draw(st.sampled_from([7.5, 11, 12, 15.9, 23.5, 34.5, 36.25, 38.5, 40.3])))
        start += draw(st.integers(0, 40)) * MINUTE
        state = draw(st.sampled_from([State.BOOKED, State.OPEN, State.OPEN, State.ENDED]))
        desk = number if state is State.OPEN else None
        held = session(number, start, draw(st.integers(10, 120)), state=state, desk=desk)
        found.append(Showing(held, channels=dict(CHANNELS) if desk else {}))
    return found


@settings(max_examples=examples(100))
@given(days(), st.integers(0, 60 * 60), st.floats(0, 1), st.integers(1, 3))
def test_time_alone_changes_the_board_only_at_the_instants_it_names(
    showings: list[Showing], minute: int, part: float, limit: int
) -> None:
    now, conference = at(0) + minute * MINUTE, programme(parallel_limit=limit)
    change = board.next_change(showings, conference, now)
    last = (change or now + timedelta(days=9)) - timedelta.resolution
    then = min(last, now + (last - now) * part)
    for words in PUBLIC:
        first, second = [
            (board.layout(words, showings, conference, i, 1), board.tomorrow(words, showings, conference, i))
            for i in (now, then)
        ]
        assert [view and parts(view) for view in first] == [view and parts(view) for view in second]
    assert change is None or change > now


def test_the_next_change_is_the_next_thing_that_happens() -> None:
    conference, late = programme(), Showing(session(1, at(13), 40))
    expected = {
        at(7): at(8),  # the window opens
        at(8): at(12 + 5 / 6),  # ten minutes before the start: the last chance to start before it
        at(12.9): at(13),
        at(13): at(13 + 2 / 3),
        at(14): at(16 + 1 / 12),
        at(16.1): at(16.25),
        at(16.25): at(24),  # midnight in Taipei
        at(24): at(34.5),
        at(34.5): at(38.5),  # the highlight
        at(38.5): at(39 + 1 / 3),
        at(39.5): at(40.5),
        at(40.5): at(40 + 2 / 3),
    }
    for now, change in expected.items():
        assert board.next_change([late], conference, now) == change
    assert board.next_change([late], conference, at(40 + 2 / 3)) is None


def tomorrow(*showings: Showing, now: datetime = NOON, words: Words = ENGLISH) -> discord.ui.LayoutView:
    view = board.tomorrow(words, showings, programme(), now)
    assert view
    return view


def test_tomorrow_has_its_windows_highlights_and_sessions() -> None:
    view = tomorrow(ahead(1, at(13)), ahead(2, at(14.5, 2)))
    assert texts(view)[0].splitlines() == [
        "# Tomorrow · Fri, Jan 2",
        f"🕘 **Day 2**: {moment(at(10.5, 2))} to {clock(at(16 + 2 / 3, 2))}",
        f"✨ **No talks now** {moment(at(14.5, 2))}–{clock(at(15 + 1 / 3, 2))}"
        " — the best time to host or join.",
    ]
    assert joins(view) == ["2"]
    assert ids(view)[-2:] == ["openspace:host", "openspace:show:day:2026-01-02:0"]
    assert "Nothing booked yet" in read(tomorrow())


@pytest.mark.parametrize(("count", "buttons", "menu"), [(10, 10, 0), (11, 0, 11), (25, 0, 25), (60, 0, 25)])
def test_tomorrow_shows_as_many_as_can_be_joined(count: int, buttons: int, menu: int) -> None:
    view = tomorrow(*[ahead(n, at(11, 2)) for n in range(count)])
    assert len([i for i in ids(view) if "join" in i]) == buttons
    assert sum(len(m["options"]) for m in menus(view)) == menu
    assert len(parts(view)) <= 40


@pytest.mark.parametrize("now", [at(12, 2), at(12, 0), at(12, -3), at(12, 9)])
def test_there_is_no_board_of_a_tomorrow_without_open_spaces(now: datetime) -> None:
    found = board.tomorrow(ENGLISH, [ahead(1, at(13))], programme(), now)
    assert (found is None) is (now != at(12, 0))


def test_midnight_is_the_conferences_even_where_clocks_change() -> None:
    from zoneinfo import ZoneInfo

    conference = replace(programme(), zone=ZoneInfo("America/Sao_Paulo"))  # 2018-11-04 has no 00:00
    before = datetime.fromisoformat("2018-11-03T20:00:00-03:00").astimezone(NOON.tzinfo)
    change = board.next_change([], conference, before)
    assert change == datetime.fromisoformat("2018-11-04T03:00:00+00:00")


def test_c4_r2_the_boards_today_goes_on_after_midnight() -> None:
    nights = replace(programme(), windows=(Window("night", at(21), at(28)), Window("day", at(34), at(40))))
    late, next_day = ahead(1, at(24.5)), ahead(2, at(35))
    for now in (at(20), at(22), at(24.2)):
        shown = read(drawn(late, next_day, now=now, at_conference=nights))
        assert "Topic 1" in shown
        assert "Topic 2" not in shown
        assert "<t:1767285000:t>" in shown
        tomorrow = board.tomorrow(ENGLISH, [late, next_day], nights, now)
        assert tomorrow
        assert "Topic 2" in read(tomorrow)
        assert "Topic 1" not in read(tomorrow)
    assert board.tomorrow(ENGLISH, [late, next_day], nights, at(29)) is None


def test_c6_the_menu_of_the_board_says_whose_clock_it_is() -> None:
    view = drawn(*(on(n) for n in range(1, 12)), *(ahead(n, at(13)) for n in range(12, 20)))
    assert [menu["placeholder"] for menu in menus(view)] == [
        "Join a session on now… (Taipei time)",
        "Join an upcoming one… (Taipei time)",
    ]
