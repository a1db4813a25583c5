"""What a board shows at one instant, whatever its conference is like."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.config_web import Page
from bot.domain.models import Highlight, Limits, Session, State, Window
from bot.domain.openings import Chance
from bot.domain.programme import Programme
from bot.service import Board, Posted
from bot.service.board import Wanted
from bot.ui.veil import Veil, digest
from bot.ui.words import words_for
from bot.web.render import clock, offset
from bot.web.view import DAYS, NEXT, Face, changes_after, face_of, plain
from tests.service.support import MINUTE, at, programme

VEIL = Veil.of(words_for("en"), frozenset())


def session(
    number: int,
    start: datetime,
    minutes: int = 60,
    state: State = State.BOOKED,
    *,
    desk: int | None = None,
    closed: datetime | None = None,
) -> Session:
    end = start + minutes * MINUTE
    return Session(
        number, 1, 5, "Ana", f"Topic {number}", "", start, end, state, desk=desk, closed=closed, seats=None
    )


def board(*sessions: Session, rules: Programme | None = None, wanted: tuple[Wanted, ...] = ()) -> Board:
    posted = tuple(Posted(each, 0, {}) for each in sorted(sessions, key=lambda s: s.start))
    return Board(1, rules or programme(), posted, wanted, 7, 8, frozenset())


def face(*sessions: Session, now: datetime, rules: Programme | None = None) -> Face:
    return face_of(board(*sessions, rules=rules), Page(), VEIL, now)


def topics(entries: tuple[object, ...]) -> list[int]:
    return [entry.id for entry in entries]  # type: ignore[attr-defined]


def test_what_is_on_stands_by_desk_and_what_comes_by_time_of_one_day() -> None:
    seen = face(
        session(1, at("10:00"), state=State.OPEN, desk=2),
        session(2, at("10:10"), state=State.OPEN, desk=1),
        session(3, at("12:00")),
        session(4, at("11:00")),
        session(5, at("11:00", 3)),
        session(6, at("09:00"), state=State.ENDED, desk=1, closed=at("10:00")),
        session(7, at("13:00"), state=State.CANCELLED, closed=at("10:00")),
        now=at("10:30"),
    )
    assert topics(seen.on) == [2, 1]
    assert topics(seen.next) == [4, 3]
    assert seen.start == at("11:00")
    assert [topics(day.entries) for day in seen.days] == [[6, 1, 2, 4, 3], [5]]
    assert 7 in seen.entries
    assert seen.place == "https://discord.com/channels/1/7"


def test_what_time_has_opened_and_ended_is_shown_so_before_it_is_written() -> None:
    seen = face(session(1, at("10:00"), 30, State.OPEN, desk=1), session(2, at("10:30")), now=at("10:30"))
    assert topics(seen.on) == [2]
    assert seen.entries[1].state is State.ENDED


def test_only_so_many_come_next_and_all_stand_in_their_day() -> None:
    seen = face(*(session(n, at("11:00") + n * MINUTE) for n in range(20)), now=at("10:00"))
    assert len(seen.next) == NEXT
    assert len(seen.days[0].entries) == 20


@pytest.mark.parametrize(
    ("sessions", "now", "chance", "free"),
    [
        ((), at("10:00"), Chance.NOW, 1),
        (((at("10:00"), 60),), at("10:30"), Chance.LATER, 0),
        (((at("12:00"), 60),), at("11:30"), Chance.NOW, 1),
        (((at("12:00"), 60),), at("11:50"), Chance.LATER, 1),
        ((), at("17:00"), Chance.OPENS, 0),
        ((), at("17:00", 3), Chance.OVER, 0),
        (((at("10:30", 3), 370),), at("15:00", 3), Chance.FULL, 0),
    ],
)
def test_a_board_says_when_somebody_could_start(
    sessions: tuple[tuple[datetime, int], ...], now: datetime, chance: Chance, free: int
) -> None:
    made = [session(n, start, minutes) for n, (start, minutes) in enumerate(sessions, 1)]
    seen = face(*made, now=now, rules=programme(parallel_limit=1))
    assert seen.opening.chance is chance
    assert seen.over == (chance is Chance.OVER)
    assert seen.opening.free == free


def test_a_grid_has_each_session_once_as_high_as_it_is_long_and_counts_what_is_free() -> None:
    seen = face(
        session(1, at("10:00"), 90, State.OPEN, desk=3),
        session(2, at("10:30"), 60),
        session(3, at("12:15"), 15),
        now=at("10:10"),
        rules=programme(parallel_limit=3),
    )
    day = seen.days[0]
    assert day.lanes == 2
    local = ZoneInfo("Asia/Taipei")
    assert [f"{row.span.start.astimezone(local):%H:%M}" for row in day.rows] == [
        "10:00", "10:30", "11:00", "11:30", "12:00", "12:15",
    ]  # fmt: skip
    assert [row.named for row in day.rows] == [True, True, True, False, True, True]
    assert [row.free for row in day.rows] == [2, 1, 1, 3, 3, 2]
    placed = [(c.entry.id, c.rows) for row in day.rows for c in row.cells if c.entry]
    assert sorted(placed) == [(1, 3), (2, 2), (3, 1)]
    for number in range(len(day.rows)):
        covering = sum(c.rows for r in day.rows[: number + 1] for c in r.cells) - number * day.lanes
        assert covering >= day.lanes, "every place of every row is filled"


def test_a_session_that_ended_early_gives_its_place_to_the_next_one_in_the_grid() -> None:
    seen = face(
        session(1, at("10:00"), 60, State.ENDED, desk=1, closed=at("10:20")),
        session(2, at("10:25"), 60, State.OPEN, desk=1),
        now=at("10:30"),
    )
    assert seen.entries[1].end == at("10:20")
    assert seen.days[0].lanes == 1
    at_once = session(3, at("10:00"), 60, State.RELEASED, desk=1, closed=at("10:00"))
    assert face(at_once, now=at("10:30")).entries[3].end == at("10:01")


def test_r2_a_session_after_midnight_stands_in_the_day_on_which_its_window_opened() -> None:
    night = Window("Night", at("20:00"), at("02:00", 3))
    rules = Programme("Night", ZoneInfo("Asia/Taipei"), (night,), Limits())
    seen = face(session(1, at("01:00", 3)), now=at("23:00"), rules=rules)
    assert [day.date for day in seen.days] == [date(2021, 10, 2)]
    assert topics(seen.days[0].entries) == [1]


def test_of_many_days_those_from_yesterday_on_are_shown() -> None:
    start = at("10:00")
    windows = tuple(
        Window(f"Day {n}", start + timedelta(days=n), start + timedelta(days=n, hours=8)) for n in range(40)
    )
    rules = Programme("Long", ZoneInfo("Asia/Taipei"), windows, Limits())
    days = face(now=start + timedelta(days=20), rules=rules).days
    assert len(days) == DAYS
    assert [day.number for day in days[:3]] == [20, 21, 22]
    assert [day.today for day in days[:3]] == [False, True, False]
    assert len(face(now=start + timedelta(days=400), rules=rules).days) == DAYS


def test_a_server_without_a_conference_and_r12_sessions_outside_of_all_windows_are_shown() -> None:
    nothing = Programme("", ZoneInfo("UTC"), (), Limits())
    assert face(now=at("10:00"), rules=nothing).days == ()
    seen = face(session(1, at("20:00")), now=at("10:00"))
    assert topics(seen.days[0].entries) == [1]
    assert [row.free for row in seen.days[0].rows] == [None]
    assert [day.number for day in face(session(1, at("10:00", 5)), now=at("10:00")).days] == [1, 2, 0]


def test_a_highlight_is_shown_until_it_is_over() -> None:
    before, during, after = (face(now=at(clock, 3)) for clock in ("14:00", "14:30", "15:20"))
    assert isinstance(before.highlight, Highlight)
    assert [before.highlight_on, during.highlight_on, after.highlight_on] == [False, True, False]
    assert after.highlight is None


def test_r16_hidden_words_are_hidden() -> None:
    made = board(session(1, at("11:00")), wanted=(Wanted("Topic 1", 1), Wanted("Fine", 1)))
    hidden = frozenset({digest("Topic 1")})
    made = Board(1, made.programme, made.sessions, made.wanted, 7, 8, hidden)
    seen = face_of(made, Page(), Veil.of(words_for("en"), hidden), at("10:00"))
    assert seen.entries[1].topic != "Topic 1"
    assert [wanted.topic for wanted in seen.wanted] == ["Fine"]


def test_a_board_knows_when_time_changes_it() -> None:
    made = board(session(1, at("11:00"), 30))
    assert changes_after(made, at("10:00")) == at("10:50")  # the last start of the shortest session
    assert changes_after(made, at("10:50")) == at("11:00")
    assert changes_after(made, at("17:00", 4)) is None
    told = replace(made, news="Lunch", news_until=at("10:20"))
    assert changes_after(told, at("10:00")) == at("10:20")
    assert changes_after(told, at("10:20")) == at("10:50")


def test_organizers_words_lose_only_what_discord_alone_draws() -> None:
    rules = programme()
    assert plain("**Now** <t:1633141800> [map](https://x.example/a_b) <@123456789012345>", rules) == (
        "Now 10:30 map (https://x.example/a_b) …"
    )
    assert plain("<t:999999999999> 2 < 3, <#x>", rules) == "2 < 3, <#x>"


def test_r1_times_are_the_conferences_and_say_how_far_that_is_from_utc() -> None:
    taipei, india = ZoneInfo("Asia/Taipei"), ZoneInfo("Asia/Kolkata")
    assert clock(at("10:30"), taipei) == '<time datetime="2021-10-02T02:30:00Z">10:30</time>'
    local = datetime(2021, 10, 2, 10, 30, tzinfo=taipei)
    assert clock(local, taipei) == clock(local.astimezone(UTC), taipei)
    day = date(2026, 7, 1)
    assert [offset(zone, day) for zone in (taipei, india, ZoneInfo("UTC"))] == ["UTC+8", "UTC+5:30", "UTC"]
    assert offset(ZoneInfo("America/St_Johns"), day) == "UTC−2:30"


def test_hours_are_hours_also_when_the_clocks_change() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    start = datetime(2026, 10, 25, 0, 30, tzinfo=berlin).astimezone(UTC)
    rules = Programme("Long night", berlin, (Window("Night", start, start + timedelta(hours=6)),), Limits())
    rows = face(session(1, start, 240), now=start, rules=rules).days[0].rows
    assert [(row.span.end - row.span.start) // MINUTE for row in rows] == [30, 60, 60, 60, 30]
    assert "UTC+0100" in clock(rows[3].span.start, berlin), "an hour that comes twice says which it is"
