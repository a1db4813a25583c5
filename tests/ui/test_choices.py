"""What autocomplete offers, and that every name it shows can be typed in place of what it stands for (C1)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import islice, product
from zoneinfo import ZoneInfo

import pytest
from discord import app_commands
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.booking import Agenda
from bot.domain.days import read_day
from bot.domain.models import Highlight, Limits, Session, Window
from bot.domain.names import clean_line
from bot.domain.programme import Programme
from bot.domain.when import read_when
from bot.ui.choices import (
    CHOICE_LENGTH,
    OPTIONS,
    SHOWN,
    day_choices,
    named_sessions,
    named_when,
    read_show,
    session_choices,
    session_label,
    slot_label,
    sought,
    when_choices,
    when_value,
)
from bot.ui.words import Words
from tests.ui.samples import BOTH, CHINESE, ENGLISH, NAME, NOON, at, both, free_starts, programme, session

PROGRAMME = programme()
STARTS = free_starts()
HIGHLIGHT = "Fri, Jan 2 14:30–14:40 · Taipei time · 10 desks free · No talks now"


def offered(typed: str, words: Words = ENGLISH) -> list[tuple[str, str]]:
    """What autocomplete offers for what was typed: what one reads, and what Discord sends."""
    choices = when_choices(words, STARTS, typed, PROGRAMME, NOON)
    assert len(choices) <= OPTIONS
    assert all(1 <= len(c.name) <= CHOICE_LENGTH and 1 <= len(str(c.value)) <= CHOICE_LENGTH for c in choices)
    return [(choice.name, str(choice.value)) for choice in choices]


# ----------------------------------------------------------------------- times


def test_nothing_typed_offers_now_then_the_highlight_then_what_is_next() -> None:
    names = [name for name, _ in offered("")]
    assert len(names) == OPTIONS
    assert names[:2] == ["Now", HIGHLIGHT]
    assert names[5] == "Thu, Jan 1 12:00–12:10 · Taipei time · 10 desks free"
    assert [name for name, _ in offered("", CHINESE)][:2] == [
        "現在",
        "1月2日 週五 14:30–14:40 · 台北時間 · 剩 10 桌 · No talks now",
    ]


@pytest.mark.parametrize("typed", ["now", "現在", "12:00"])
def test_now_is_offered_where_it_is_meant(typed: str) -> None:
    assert offered(typed)[0] == ("Now", "now")


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("14:37", ("Thu, Jan 1 14:37 · Taipei time", "14:37")),
        ("2:37", ("Thu, Jan 1 14:37 · Taipei time", "2:37")),
        ("  in  20   minutes ", ("Thu, Jan 1 12:20 · Taipei time", "in 20 minutes")),
        ("14:37-15:07", ("Thu, Jan 1 14:37–15:07 · Taipei time", "14:37-15:07")),
        ("14:30", ("Thu, Jan 1 14:30–14:40 · Taipei time · 10 desks free", "<t:1767249000>")),
        ("day 2 14:30", (HIGHLIGHT, "<t:1767335400>")),
        ("第二天 14:30", (HIGHLIGHT, "<t:1767335400>")),
        ("2026-01-02 18:00", ("Fri, Jan 2 16:30–16:40 · Taipei time · 10 desks free", "<t:1767342600>")),
        ("2026-01-01 18:07", ("Thu, Jan 1 16:00–16:10 · Taipei time · 10 desks free", "<t:1767254400>")),
        ("tomorrow", ("Fri, Jan 2 10:30–10:40 · Taipei time · 10 desks free", "<t:1767321000>")),
        ("明天下午", ("Fri, Jan 2 12:00–12:10 · Taipei time · 10 desks free", "<t:1767326400>")),
    ],
)
def test_a_time_that_is_understood_leads_to_itself_and_the_free_starts_near_it(
    typed: str, first: tuple[str, str]
) -> None:
    choices = offered(typed)
    assert choices[0] == first
    assert len(choices) == OPTIONS


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("talks", 4),
        ("TALKS", 4),
        ("ｔálks", 4),
        ("14:", 8),
        ("nonsense", 0),
        ("x" * 6000, 0),
        ("'; DROP TABLE session; --", 0),
    ],
)
def test_u11_anything_else_searches_the_labels_whatever_the_accents(typed: str, expected: int) -> None:
    assert len(offered(typed)) == expected


@pytest.mark.parametrize("words", BOTH, ids=both)
def test_every_offered_start_is_read_back_as_that_start(words: Words) -> None:
    for free in STARTS:
        assert read_when(when_value(free), NOON, PROGRAMME).start == free.start
        assert len(slot_label(words, free)) <= CHOICE_LENGTH


def test_nothing_typed_outside_the_windows_offers_no_now() -> None:
    night = NOON + timedelta(hours=10)
    assert when_choices(ENGLISH, STARTS, "", PROGRAMME, night)[0].name == HIGHLIGHT


WHENS = ["", "14:37", "in 20 minutes", "2:37", "14:37-15:07", "現在", "tomorrow", "day 2 14:30", "下午三點"]


@pytest.mark.parametrize("words", BOTH, ids=both)
@pytest.mark.parametrize("typed", WHENS)
def test_c1_every_name_of_a_time_is_read_as_its_value(words: Words, typed: str) -> None:
    for name, value in offered(typed, words):
        again = read_when(named_when(name, PROGRAMME), NOON, PROGRAMME)
        assert again == read_when(value, NOON, PROGRAMME), name


ZONES = st.sampled_from(
    ["Europe/Berlin", "America/New_York", "Asia/Taipei", "Asia/Kathmandu", "UTC", "Australia/Lord_Howe"]
)


HIGHLIGHTS = st.text(max_size=120).map(lambda text: clean_line(f"x{text}", 100))


@given(ZONES, st.sampled_from(BOTH), st.integers(0, 14 * 96), st.integers(1, 7 * 24), HIGHLIGHTS)
def test_c1_in_any_zone_also_while_the_clocks_change(
    zone: str, words: Words, quarter: int, hours: int, highlight: str
) -> None:
    opens = datetime(2026, 10, 20, tzinfo=UTC) + quarter * timedelta(minutes=15)
    marked = (Highlight(highlight, opens, opens + timedelta(minutes=45)),)
    window = Window("w", opens, opens + timedelta(hours=hours), marked)
    where = Programme("P", ZoneInfo(zone), (window,), Limits())
    now = opens - timedelta(hours=1)
    starts = Agenda(where, now, [], []).free_starts(timedelta(minutes=10))
    for choice in when_choices(words, starts, "", where, now):
        meant = read_when(named_when(choice.name, where), now, where)
        assert meant == read_when(choice.value, now, where), choice.name


def test_c12_a_letter_costs_no_more_in_a_long_programme(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = 0

    def counted(self: Words, *fields: object) -> str:
        nonlocal drawn
        drawn += 1
        return "label"

    monkeypatch.setattr(Words, "span", counted)
    weeks = tuple(
        Window(f"{n}", NOON + timedelta(days=7 * n), NOON + timedelta(days=7 * n + 7)) for n in range(100)
    )
    where = Programme("P", PROGRAMME.zone, weeks, Limits())
    starts = Agenda(where, NOON, [], []).free_starts(timedelta(minutes=10))
    for typed in ("", "zzz", "14:30", "tomorrow"):
        drawn = 0
        when_choices(ENGLISH, starts, typed, where, NOON)
        assert drawn <= 125


def test_c6_a_typed_time_is_shown_with_whose_clock_it_is() -> None:
    berlin = Programme("P", ZoneInfo("Europe/Berlin"), PROGRAMME.windows, Limits())
    starts = Agenda(berlin, NOON, [], []).free_starts(timedelta(minutes=10))
    for typed in ("", "06:37", "nonsense"):
        choices = when_choices(ENGLISH, starts, typed, berlin, NOON)
        assert all("Berlin time" in choice.name for choice in choices if choice.value != "now")


# -------------------------------------------------------------------- sessions


@pytest.mark.parametrize("words", BOTH, ids=both)
def test_r16_c6_a_choice_fits_and_tells_the_day_and_whose_clock(words: Words) -> None:
    long = session(1, at(11, 2), topic="長" * 100, host_name="👩‍🚀" * 10)
    label = session_label(words, long, PROGRAMME, NOON)
    assert len(label) <= CHOICE_LENGTH
    assert label.startswith("長" * 40)
    clock = words.clock_of(PROGRAMME.zone)
    assert "11:00" in label
    assert clock in label
    plain = session(2, at(13), topic="Git", host_name="bo")
    assert session_label(ENGLISH, plain, PROGRAMME, NOON) == "Git — bo · 13:00 (Taipei time)"
    assert session_label(CHINESE, plain, PROGRAMME, NOON) == "Git — bo · 13:00（台北時間）"
    tomorrow = session(2, at(13, 2), topic="Git", host_name="bo")
    assert session_label(ENGLISH, tomorrow, PROGRAMME, NOON) == "Git — bo · Fri, Jan 2 13:00 (Taipei time)"


TRICKY = ["Git", "Git", "Git — bo · 13:00", "長" * 100, "a — b — c · d", "…", "Go #5", "*" * 100, "👩‍🚀" * 40]
HOSTS = ["bo", "a — b · c", "長" * 32, "Bo"]
SESSIONS = [
    session(n, at(13 + n % 3, 1 + n % 2), topic=topic, host_name=host)
    for n, (topic, host) in enumerate(product(TRICKY, HOSTS), 1)
]


def found_by(words: Words, sessions: list[Session], typed: str) -> list[app_commands.Choice[str]]:
    """What is offered of these sessions; tests/service/test_offered.py has how they are found."""
    what = sought(typed, PROGRAMME)
    found = [s for s in sessions if what.fits is None or what.fits(f"{s.topic} {s.host_name}")]
    if not found and what.name:
        found = list(what.named(what.name, sessions))
    return session_choices(words, found, PROGRAMME, NOON)


@pytest.mark.parametrize("words", BOTH, ids=both)
def test_c1_every_name_of_a_session_means_that_session(words: Words) -> None:
    for each in range(0, len(SESSIONS), OPTIONS):
        group = SESSIONS[each : each + OPTIONS]
        choices = found_by(words, group, "")
        assert len({choice.name for choice in choices}) == len(choices) == len(group)
        for choice in choices:
            assert len(choice.name) <= CHOICE_LENGTH
            ids = [str(s.id) for s in named_sessions(choice.name, group, PROGRAMME)]
            assert choice.value in ids
            assert ids == [choice.value] or [c.name for c in choices].count(choice.name) == 1
            typed = found_by(words, group, choice.name)
            assert choice.value in {each.value for each in typed}


def test_c1_the_name_holds_after_the_session_has_moved_and_on_another_day() -> None:
    before = session(3, at(13), topic="Git", host_name="bo")
    others: list[Session] = [session(4, at(13), topic="Go", host_name="bo")]
    for words in BOTH:
        name = session_label(words, before, PROGRAMME, NOON)
        moved = session(3, at(11, 2), topic="Git", host_name="bo")
        assert named_sessions(name, [*others, moved], PROGRAMME) == [moved]
        yesterday = session_label(words, moved, PROGRAMME, NOON)
        assert named_sessions(yesterday, [*others, moved], PROGRAMME) == [moved]
    assert named_sessions("Git", [before], PROGRAMME) == []


def test_u11_a_session_is_found_whatever_the_accents_and_the_width() -> None:
    lucia = session(1, at(13), topic="Åsa's naïve Bayes", host_name="Lucía")
    for typed in ("lucia", "LUCÍA", "ｌｕｃｉａ", "asa", "naive"):
        assert [c.value for c in found_by(ENGLISH, [lucia], typed)] == ["1"]
    assert found_by(ENGLISH, [lucia], "luzia") == []


# -------------------------------------------------------------- days and lists


@pytest.mark.parametrize("words", BOTH, ids=both)
def test_c1_every_name_of_a_day_and_of_a_list_is_read(words: Words) -> None:
    choices = day_choices(words, "", PROGRAMME, NOON)
    assert len(choices) == 2
    for choice in choices:
        assert read_day(choice.name, NOON, PROGRAMME) == read_day(choice.value, NOON, PROGRAMME)
    for show in SHOWN:
        assert read_show(words(f"show-{show}")) is read_show(show.value) is show


@pytest.mark.parametrize(
    ("typed", "days"), [("tomorrow", 1), ("明天", 1), ("day 2", 1), ("day", 2), ("x", 0)]
)
def test_c10_days_are_offered_as_they_are_typed(typed: str, days: int) -> None:
    assert len(day_choices(ENGLISH, typed, PROGRAMME, NOON)) == days


def test_a_long_name_of_a_highlight_is_cut() -> None:
    starts = free_starts(highlight=NAME)
    for choice in islice(when_choices(ENGLISH, starts, "", PROGRAMME, NOON), 5):
        assert len(choice.name) <= CHOICE_LENGTH


def test_r21_what_is_longer_than_any_choice_is_no_name_and_not_tried_in_all_its_parts() -> None:
    """One member's 4000 code points of dashes took seconds of everybody's."""
    label = session_label(ENGLISH, session(1), programme(), NOON)
    assert named_sessions(label, [session(1)], programme()) == [session(1)]
    longer = label.replace(" · ", " · " + "1" * CHOICE_LENGTH)
    assert named_sessions(longer, [session(1)], programme()) == []
