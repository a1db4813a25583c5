"""The list: which sessions, in which order, on which page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

import pytest

from bot.domain.models import State, Window
from bot.service import Asked, Card, Page, Show
from bot.service.lists import current_day
from bot.ui.listing import PAGE, entry, layout
from bot.ui.words import Words
from tests.ui.samples import (
    BOTH,
    CHINESE,
    DESCRIPTION,
    ENGLISH,
    HOST,
    NAME,
    NOON,
    TOPIC,
    at,
    both,
    card,
    ids,
    labels,
    parts,
    programme,
    session,
    texts,
)

OVER = card(session(1, at(9), state=State.ENDED))
RELEASED = card(session(2, at(10), state=State.RELEASED))
ON = card(session(3, at(11.5), state=State.OPEN, desk=1), here=True)
LATE = card(session(4, at(11.75)))  # its time has come and the keeper has not been there yet
SOON = card(session(5, at(13)), joined=True)
MINE = card(session(6, at(14)), mine=True)
TOMORROW = card(session(7, at(11, 2)))
ALL = (OVER, RELEASED, ON, LATE, SOON, MINE, TOMORROW)


def paged(cards: Sequence[Card], number: int = 0) -> Page:
    """A page of these as it is read; tests/service/test_lists.py has which ones that are."""
    shown = cards[number * PAGE : (number + 1) * PAGE]
    return Page(shown, number, max(1, -(-len(cards) // PAGE)), len(cards))


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (at(0, -3), date(2026, 1, 1)),
        (at(7), date(2026, 1, 1)),
        (at(23.9), date(2026, 1, 1)),
        (at(0, 2), date(2026, 1, 2)),
        (at(1, 9), date(2026, 1, 2)),
    ],
)
def test_the_day_meant_is_today_the_next_or_the_last(now: datetime, expected: date) -> None:
    assert current_day(programme(), now) == expected


def many(count: int) -> list[Card]:
    return [card(session(n, at(13 + n / 1000))) for n in range(1, count + 1)]


@pytest.mark.parametrize(
    ("count", "page", "first", "shown", "turns"),
    [
        (0, 0, None, 0, []),
        (1, 0, 1, 1, []),
        (6, 0, 1, 6, []),
        (7, 0, 1, 6, [("Back", True), ("More", False)]),
        (7, 1, 7, 1, [("Back", False), ("More", True)]),
        (500, 0, 1, 6, [("Back", True), ("More", False)]),
        (500, 40, 241, 6, [("Back", False), ("More", False)]),
        (500, 83, 499, 2, [("Back", False), ("More", True)]),
    ],
)
async def test_pages(
    count: int, page: int, first: int | None, shown: int, turns: list[tuple[str, bool]]
) -> None:
    view = layout(ENGLISH, paged(many(count), page), Asked(Show.ALL, page=page), programme(), NOON)
    joins = [i for i in ids(view) if i.startswith("openspace:join:")]
    assert len(joins) == shown <= PAGE
    assert joins[:1] == ([f"openspace:join:{first}:all::{page}"] if first else [])
    pressed = [p for p in parts(view) if p["type"] == 2 and p["custom_id"].startswith("openspace:list:")]
    assert [(p["label"], p["disabled"]) for p in pressed] == turns


async def test_the_turns_of_a_page_keep_what_was_asked() -> None:
    asked = Asked(Show.DAY, date(2026, 1, 1), page=1)
    view = layout(ENGLISH, paged(many(20), 1), asked, programme(), NOON)
    assert ids(view)[-3:] == [
        "openspace:host",
        "openspace:list:day:2026-01-01:0",
        "openspace:list:day:2026-01-01:2",
    ]


@pytest.mark.parametrize("words", BOTH, ids=both)
@pytest.mark.parametrize("show", Show)
async def test_an_empty_list_says_so_and_invites_to_host(words: Words, show: Show) -> None:
    view = layout(words, Page(), Asked(show), programme(), NOON)
    assert texts(view)[1] == words(f"list-empty-{show}")
    assert labels(view) == [words("button-host")]


async def test_a_button_for_what_one_may_do() -> None:
    view = layout(ENGLISH, paged(ALL), Asked(Show.ALL), programme(), NOON)
    assert [i for i in ids(view) if "report" not in i][:4] == [
        "openspace:join:3:all::0",
        "openspace:join:4:all::0",
        "openspace:leave:5:all::0",
        "openspace:session:6",
    ]
    assert [i for i in ids(view) if "report" in i] == [f"openspace:report:{n}" for n in range(1, 7)]
    view = layout(ENGLISH, paged(ALL, 1), Asked(Show.ALL, page=1), programme(), NOON)
    assert ids(view)[0] == "openspace:join:7:all::1"


async def test_the_heading_counts() -> None:
    now = layout(ENGLISH, paged([ON]), Asked(Show.NOW), programme(), NOON)
    assert texts(now)[0] == "## On now · 1 session"
    coming = paged(many(500), 40)
    assert texts(layout(CHINESE, coming, Asked(Show.NEXT), programme(), NOON))[0] == "## 接下來 · 500 場"
    day = layout(ENGLISH, paged([TOMORROW]), Asked(Show.DAY, date(2026, 1, 2)), programme(), NOON)
    assert texts(day)[0] == "## Fri, Jan 2 · 1 session"
    assert texts(layout(CHINESE, paged(ALL), Asked(Show.DAY), programme(), NOON))[0].startswith("## 1月1日")


@pytest.mark.parametrize("show", Show)
async def test_the_highlight_shows_where_it_is_on(show: Show) -> None:
    heading = texts(layout(ENGLISH, Page(), Asked(show), programme(highlight="*No* talks"), at(14.5, 2)))[0]
    assert (r"✨ **\*No\* talks** until <t:1767338400:t>" in heading) is (show in {Show.NOW, Show.BOARD})
    over = texts(layout(ENGLISH, Page(), Asked(show), programme(), at(15 + 1 / 3, 2)))[0]
    assert "✨" not in over


def test_an_entry_says_what_when_who_and_where() -> None:
    held = session(1, at(13), topic="*bold* @everyone", host_name="_ana_", description="come\n`in`")
    said = entry(ENGLISH, card(held, people=2, here=True), programme(), NOON)
    assert said.splitlines() == [
        r"**\*bold\* @" + "\u200beveryone**",
        r"-# come \`in\`",
        rf"<t:1767243600:t>–<t:1767247200:t> · <t:1767243600:R> · with \_ana\_ · 2 joined · <#{2**63 - 1}>",
    ]


def test_an_entry_of_another_day_has_its_date() -> None:
    said = entry(ENGLISH, card(session(1, at(11, 2))), programme(), NOON)
    assert said.splitlines() == ["**Topic 1**", "<t:1767322800:f>–<t:1767326400:t> · with ana"]


@pytest.mark.parametrize(
    ("state", "now", "facts"),
    [
        (State.ENDED, NOON, ["over"]),
        (State.RELEASED, NOON, ["didn't take place"]),
        (State.OPEN, at(13), [f"<#{2**63 - 1}>", "over"]),  # the keeper has not been there yet
        (State.OPEN, NOON, [f"<#{2**63 - 1}>"]),
    ],
)
def test_an_entry_says_what_became_of_it(state: State, now: datetime, facts: list[str]) -> None:
    said = entry(ENGLISH, card(session(1, state=state, desk=1), here=True), programme(), now)
    assert said.split(" · ")[2:] == facts


async def test_each_session_links_to_its_notes() -> None:
    linked = replace(programme(), notes_link="https://pad.example.org/p/{id}-{topic}")
    cards = [card(session(n, at(13), notes_topic="Git")) for n in (1, 2)]
    said = texts(layout(ENGLISH, paged(cards), Asked(Show.ALL), linked, NOON))[1:]
    assert [line.split(" · ")[-1] for line in said] == [
        f"[notes](<https://pad.example.org/p/{n}-git>)" for n in (1, 2)
    ]


async def test_r16_links_are_left_out_where_there_is_no_room_for_them() -> None:
    linked = replace(programme(), notes_link="https://" + "x" * 170 + ".org/{id}-{topic}")
    longest = {"topic": TOPIC, "host_name": HOST, "description": DESCRIPTION, "notes_topic": "桌" * 100}
    cards = [card(session(10**18 + n, at(14.5, 2), 120, **longest), 10**6, here=True) for n in range(6)]
    view = layout(CHINESE, paged(cards), Asked(Show.BOARD), linked, at(14.75, 2))
    assert sum(map(len, texts(view))) <= 4000
    assert "https" in texts(view)[1]
    assert "https" not in texts(view)[-1]


@pytest.mark.parametrize("words", BOTH, ids=both)
async def test_r16_the_fullest_page_fits(words: Words) -> None:
    longest = {"topic": TOPIC, "host_name": HOST, "description": DESCRIPTION}
    cards = [card(session(10**18 + n, at(14.5, 2), 120, **longest), 10**6, here=True) for n in range(20)]
    asked = Asked(Show.BOARD, page=1)
    view = layout(words, paged(cards, 1), asked, programme(highlight=NAME), at(14.75, 2))
    assert len(texts(view)) == 1 + PAGE
    assert sum(map(len, texts(view))) <= 4000
    assert len(parts(view)) <= 40
    assert max(map(len, labels(view))) <= 80
    assert max(map(len, ids(view))) <= 100


def test_c4_r2_a_day_goes_on_after_midnight() -> None:
    late = Window("night", at(21), at(28))
    nights = replace(programme(), windows=(late, Window("day", at(34), at(40))))
    after = card(session(1, at(24.5)))
    assert current_day(nights, at(24.2)) == date(2026, 1, 1)
    assert "<t:1767285000:t>" in entry(ENGLISH, after, nights, at(12))  # today: a clock time is enough
