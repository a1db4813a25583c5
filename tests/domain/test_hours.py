"""R2: the days and hours of a conference as people write them: what is read, what is refused and why."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.hours import MOST, Opening, Span, Timetable, read_hours, write_hours
from bot.domain.hours_grammar import Order
from bot.domain.names import clean_line

TAIPEI, PRAGUE = ZoneInfo("Asia/Taipei"), ZoneInfo("Europe/Prague")
NOW = datetime(2026, 6, 1, 4, tzinfo=UTC)  # noon of a Monday in Taipei


def named(number: int) -> str:
    return f"<{number}>"


def read(text: str, zone: ZoneInfo = TAIPEI, now: datetime = NOW, order: Order | None = None) -> Timetable:
    return read_hours(text, now, zone, named, order=order)


def windows(text: str, zone: ZoneInfo = TAIPEI) -> list[str]:
    """The windows of a text that is read whole: 'name 09-05 09:00-17:30'."""
    table = read(text, zone)
    assert not table.faults, table.faults
    return [shown(window) for window in table.windows]


def shown(window: Span) -> str:
    last = window.closes.date() - window.opens.date()
    return f"{window.name} {window.opens:%y-%m-%d %H:%M}-{window.closes:%H:%M}" + f"+{last.days}" * bool(
        last.days
    )


ONE = "<1> 26-09-05 09:00-17:30"
ONE_LINE = [
    "Sat 5 Sep 09:00-17:30",
    "Saturday, September 5, 2026, 9:00 am – 5:30 pm",
    "Saturday, September 5, 2026, 9:00 a.m. – 5:30 p.m.",
    "2026-09-05 09:00-17:30",
    "2026-09-05, 9am - 5:30pm",
    "2026/09/05 09:00 ～ 17:30",
    "20260905 0900-1730",
    "5 Sep: 9-17:30",
    "5 Sep 0900-1730",
    "Sep 5th, 9h-17h30",
    "5. September 2026 9.00-17.30 Uhr",
    "from 9am to 5:30pm on Saturday 5 September 2026",
    "9am-5:30pm, Sat 5 Sep",
    "- Sat 5 Sep 09:00-17:30",
    "• Sat 5 Sep 09:00-17:30",
    "* Sat 5 Sep 09:00-17:30",
    "1. Sat 5 Sep 09:00-17:30",
    "1\tSat 5 Sep\t09:00-17:30",
    "| Sat 5 Sep | 09:00 – 17:30 |",
    "5 Sep, 9am–5:30pm (UTC+8)",
    "5 Sep, 9am–5:30pm Taipei time",
    "9月5日(六) 09:00-17:30",
    "9月5日（星期六）09：00～17：30",
    "2026年9月5日 上午9點到下午5點半",
    "九月五日 上午九點到下午五點半",
    "9/5(六) 09:00~17:30",
]


@pytest.mark.parametrize("text", ONE_LINE)
def test_r2_one_window_as_people_write_it(text: str) -> None:
    assert windows(text) == [ONE]


MORE = [
    ("Day 1: Sat 5 Sep 09:00-17:30", ["Day 1 26-09-05 09:00-17:30"]),
    ("Day 1 Sat 5 Sep 09:00-17:30", ["Day 1 26-09-05 09:00-17:30"]),
    ("**Day 1** — Sat, Sep 5 — 9:00 AM to 5:30 PM", ["Day 1 26-09-05 09:00-17:30"]),
    ("第一天：9/5（六）08:55-16:15", ["第一天 26-09-05 08:55-16:15"]),
    ("Fri 4 Sep 2026 Workshops 09:00-17:00", ["Workshops 26-09-04 09:00-17:00"]),
    ("Talks: 5 Sep 2026 09:00–17:30, Room 101", ["Talks · Room 101 26-09-05 09:00-17:30"]),
    ("2026-09-05 09:00-17:30 Main (big) hall", ["Main (big) hall 26-09-05 09:00-17:30"]),
    ("Sat-Sun 5-6 Sep 09:00-17:30", [ONE, "<2> 26-09-06 09:00-17:30"]),
    ("5 Sep - 6 Sep 09:00-17:30", [ONE, "<2> 26-09-06 09:00-17:30"]),
    ("Sep 5-6, 2026 09:00-17:30", [ONE, "<2> 26-09-06 09:00-17:30"]),
    ("September 5 and 6: 9am to 5:30pm", [ONE, "<2> 26-09-06 09:00-17:30"]),
    ("9月5日(六)、6日(日) 09:00-17:30", [ONE, "<2> 26-09-06 09:00-17:30"]),
    ("9/15-9/16 每天 09:00-17:30 攤位區", ["攤位區 26-09-15 09:00-17:30", "攤位區 26-09-16 09:00-17:30"]),
    ("9/15-16 9:00-17:00", ["<1> 26-09-15 09:00-17:00", "<2> 26-09-16 09:00-17:00"]),
    ("Sept 30 - Oct 1, 9:00-17:00", ["<1> 26-09-30 09:00-17:00", "<2> 26-10-01 09:00-17:00"]),
    ("31 Dec - 1 Jan 20:00-22:00", ["<1> 26-12-31 20:00-22:00", "<2> 27-01-01 20:00-22:00"]),
    ("Sat 5 Sep 09:00 - Sun 6 Sep 17:30", ["<1> 26-09-05 09:00-17:30+1"]),
    ("5 Sep 09:00-12:00, 13:00-17:30", ["<1> 26-09-05 09:00-12:00", "<1> 26-09-05 13:00-17:30"]),
    ("5 Sep 20:00-02:00", ["<1> 26-09-05 20:00-02:00+1"]),
    ("5 Sep 10pm-2am", ["<1> 26-09-05 22:00-02:00+1"]),
    ("9/25 晚上8點到凌晨2點", ["<1> 26-09-25 20:00-02:00+1"]),
    ("5 Sep 09:00-24:00", ["<1> 26-09-05 09:00-00:00+1"]),
    ("5 Sep 9-5pm", ["<1> 26-09-05 09:00-17:00"]),
    ("5 Sep 9am-5", ["<1> 26-09-05 09:00-17:00"]),
    ("5 Sep 11-1pm", ["<1> 26-09-05 11:00-13:00"]),
    ("Sat 09:00-17:30", ["<1> 26-06-06 09:00-17:30"]),
    ("Mon 09:00-17:30", ["<1> 26-06-01 09:00-17:30"]),
    ("Sat & Sun 10:00-16:00", ["<1> 26-06-06 10:00-16:00", "<2> 26-06-07 10:00-16:00"]),
    ("週六 9:00~17:00", ["<1> 26-06-06 09:00-17:00"]),
    ("明天 9:00-17:00", ["<1> 26-06-02 09:00-17:00"]),
    ("29 Feb 9:00-17:00", ["<1> 28-02-29 09:00-17:00"]),
    ("1 Jun 09:00-17:30", ["<1> 26-06-01 09:00-17:30"]),  # today, and not over
]


@pytest.mark.parametrize(("text", "expected"), MORE)
def test_r2_names_days_and_hours_of_one_line(text: str, expected: list[str]) -> None:
    assert windows(text) == expected


PASTED = """\
| Day   | Date       | Hours         |
|-------|------------|---------------|
| Day 1 | Sat 5 Sep  | 09:00 – 17:30 |
| Day 2 | Sun 6 Sep  | 10:30 – 16:40 |

See you there!
"""
HEADED = """\
Saturday, September 5
• 09:00 – 12:00
• 13:00 – 17:30 Workshops
Day 2: Sunday, September 6
10:00 – 16:00
"""


def test_r2_a_pasted_table_is_read_and_what_has_no_hours_is_said_to_be_skipped() -> None:
    table = read(PASTED)
    assert [shown(each) for each in table.windows] == [
        "Day 1 26-09-05 09:00-17:30",
        "Day 2 26-09-06 10:30-16:40",
    ]
    assert table.skipped == ("Day | Date | Hours", "See you there!")


def test_r2_a_date_above_is_the_date_of_the_hours_below_and_not_skipped() -> None:
    table = read(HEADED)
    assert [shown(each) for each in table.windows] == [
        "<1> 26-09-05 09:00-12:00",
        "Workshops 26-09-05 13:00-17:30",
        "Day 2 26-09-06 10:00-16:00",
    ]
    assert not table.skipped


REFUSED = [
    ("Fri 5 Sep 9:00-17:00", "hours-weekday", {"day": date(2026, 9, 5)}),
    ("9月5日(五) 9:00-17:00", "hours-weekday", {"day": date(2026, 9, 5)}),
    ("Sat-Sun 6-7 Sep 9:00-17:00", "hours-weekday", {"day": date(2026, 9, 7)}),
    ("9/5 09:00~17:30", "hours-either-date", {"first": date(2026, 9, 5), "second": date(2027, 5, 9)}),
    ("05.09.2026 9:00-17:00", "hours-either-date", {"first": date(2026, 5, 9), "second": date(2026, 9, 5)}),
    ("5 Sep 9-5", "hours-either-end", {"first": "17:00", "second": "05:00"}),
    ("5 Sep 9:00-5:30", "hours-either-end", {"first": "17:30", "second": "05:30"}),
    ("5 Sep 14:00-12", "hours-either-end", {"first": "00:00", "second": "12:00"}),
    ("5 Sep 2-5", "hours-either-start", {"first": "02:00", "second": "14:00"}),
    ("5 Sep 9:00", "hours-no-end", {}),
    ("9:00-17:30", "hours-no-day", {}),
    ("5th 9:00-17:30", "hours-no-month", {}),
    ("Sat 5th 9:00-17:30", "hours-no-month", {}),
    ("31 Sep 9:00-17:30", "hours-no-date", {}),
    ("2026-02-30 9:00-17:30", "hours-no-date", {}),
    ("2026-01-05 09:00-17:30", "hours-past", {"day": date(2026, 1, 5)}),
    ("30 May 09:00-17:30", "hours-past", {"day": date(2026, 5, 30)}),
    ("1 Jun 09:00-11:00", "hours-past", {"day": date(2026, 6, 1)}),
    ("2206-09-05 09:00-17:30", "hours-far", {"day": date(2206, 9, 5)}),
    ("1 Sep 09:00 - 20 Sep 17:00", "hours-long", {"days": 7, "latest": "2026-09-08 09:00"}),
    ("2026-09-06 09:00 - 2026-09-05 17:00", "hours-backwards", {}),
    ("5 Sep 09:00-09:00", "hours-backwards", {}),
    ("5 Sep, 09:00–17:30 CEST", "hours-zone", {}),
    ("5 Sep 25:00-26:00", "hours-unclear", {}),
    ("5 Sep 09:00-17:75", "hours-unclear", {}),
    ("Doors 8:30, talks 09:00-17:00 on 5 Sep", "hours-unclear", {}),
    ("5 Sep 9:00-17:30 - 2026-09-25", "hours-unclear", {}),
    ("5, 6 Sep 9:00-17:30", "hours-unclear", {}),
]


@pytest.mark.parametrize(("text", "code", "fields"), REFUSED)
def test_r2_what_can_mean_two_things_or_cannot_be_is_refused(
    text: str, code: str, fields: dict[str, object]
) -> None:
    table = read(text)
    (fault,) = table.faults
    assert (fault.text, fault.why.code) == (text, code)
    assert fields.items() <= fault.why.fields.items()
    assert not read(str(fault.why.fields["example"])).faults, "the example is read"
    assert not table.windows


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("2026-10-25 02:30-12:00", "hours-twice"),
        ("2027-03-28 02:30-12:00", "hours-skipped"),
    ],
)
def test_r1_a_time_that_the_clocks_show_twice_or_not_at_all_is_refused(text: str, code: str) -> None:
    (fault,) = read(text, PRAGUE).faults
    assert fault.why.code == code


def test_r2_all_refused_lines_are_named_at_once_and_the_others_are_read() -> None:
    table = read("Fri 5 Sep 9:00-17:00\nSun 6 Sep 10:00-16:00\n5 Sep 9:00\n7 Sep")
    assert [(fault.text, fault.why.code) for fault in table.faults] == [
        ("Fri 5 Sep 9:00-17:00", "hours-weekday"),
        ("5 Sep 9:00", "hours-no-end"),
    ]
    assert [shown(each) for each in table.windows] == ["<1> 26-09-06 10:00-16:00"]
    assert table.skipped == ("7 Sep",)


def test_r2_windows_that_overlap_are_refused_and_touching_ones_are_not() -> None:
    table = read("5 Sep 09:00-17:30\n5 Sep 17:30-18:00\nParty: 5 Sep 17:00-20:00\n5 Sep 19:00-21:00")
    assert [(fault.text, fault.why.fields["other"]) for fault in table.faults] == [
        ("Party: 5 Sep 17:00-20:00", "5 Sep 09:00-17:30"),
    ]


@pytest.mark.parametrize("text", ["", "\n \n", "Hello", "Sat 5 Sep", "| - | - |"])
def test_r2_a_text_without_hours_is_refused(text: str) -> None:
    assert [fault.why.code for fault in read(text).faults] == ["hours-none"]


def test_r2_a_day_above_12_or_a_weekday_decides_how_the_other_lines_are_read() -> None:
    assert windows("9/12 9:00-17:00\n9/13 9:00-17:00") == [
        "<1> 26-09-12 09:00-17:00",
        "<2> 26-09-13 09:00-17:00",
    ]
    assert windows("12.9. 9:00-17:00\n13.9. 9:00-17:00")[0] == "<1> 26-09-12 09:00-17:00"
    assert windows("Wed 12/8/2026 9:00-17:00") == ["<1> 26-08-12 09:00-17:00"]  # 8 December is a Tuesday
    assert read("9/12 9:00-17:00\n13/9 9:00-17:00\n9/14 9:00-17:00").faults[0].why.code == "hours-either-date"


def test_r2_who_reads_chinese_writes_the_month_first() -> None:
    table = read("9/5 09:00-17:30", order=Order.MONTH_FIRST)
    assert [shown(each) for each in table.windows] == [ONE]


HIGHLIGHTS = """\
Day 2: 6 Sep 10:30-16:40
  * 14:30-15:20 No talks now
highlight 11:00-11:30 Coffee
✨ 午餐 12:00-13:00
"""


def test_r2_highlights_stand_below_their_day() -> None:
    table = read(HIGHLIGHTS)
    assert not table.faults
    (window,) = table.windows
    assert [shown(each) for each in window.highlights] == [
        "Coffee 26-09-06 11:00-11:30",
        "午餐 26-09-06 12:00-13:00",
        "No talks now 26-09-06 14:30-15:20",
    ]
    assert window.entry() == {
        "name": "Day 2",
        "opens": "2026-09-06T10:30:00",
        "closes": "2026-09-06T16:40:00",
        "highlights": [
            {"name": "Coffee", "opens": "2026-09-06T11:00:00", "closes": "2026-09-06T11:30:00"},
            {"name": "午餐", "opens": "2026-09-06T12:00:00", "closes": "2026-09-06T13:00:00"},
            {"name": "No talks now", "opens": "2026-09-06T14:30:00", "closes": "2026-09-06T15:20:00"},
        ],
    }


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("6 Sep 10:30-16:40\n* 18:00-19:00 Party", "hours-highlight-outside"),
        ("* 14:30-15:20 No talks now", "hours-no-day"),
        ("✨ 14:30-15:20 No talks now", "hours-highlight-outside"),
        ("6 Sep 10:30-16:40\n* 14:30-15:20", "hours-highlight-name"),
        ("5-6 Sep 10:30-16:40\n* 14:30-15:20 No talks now", "hours-highlight-day"),
        ("6 Sep 10:30-16:40\n* 14:00-15:00 One\n* 14:30-15:20 Two", "hours-overlap"),
    ],
)
def test_r2_a_highlight_that_is_in_no_window_or_in_two_is_refused(text: str, code: str) -> None:
    assert [fault.why.code for fault in read(text).faults] == [code]


def test_r2_a_highlight_of_one_of_two_days_names_its_day() -> None:
    first, second = read("5-6 Sep 10:30-16:40\n* 6 Sep 14:30-15:20 No talks now").windows
    assert not first.highlights
    assert [shown(each) for each in second.highlights] == ["No talks now 26-09-06 14:30-15:20"]


def test_r2_a_window_that_is_over_stays_when_the_others_are_changed() -> None:
    text = "Day 1: 2026-05-30 09:00-17:30\nDay 2: 2026-06-02 09:00-18:00"
    kept = {(datetime(2026, 5, 30, 9), datetime(2026, 5, 30, 17, 30))}  # noqa: DTZ001 - local times
    assert not read_hours(text, NOW, TAIPEI, named, kept=kept).faults
    changed = read_hours(text.replace("17:30", "18:30"), NOW, TAIPEI, named, kept=kept)
    assert [fault.why.code for fault in changed.faults] == ["hours-past"]


def test_r2_more_windows_than_a_conference_may_have_are_refused() -> None:
    first = date(2026, 9, 1)
    text = "\n".join(f"{first + timedelta(days=n)} 09:00-17:30" for n in range(MOST + 1))
    assert [fault.why.code for fault in read(text).faults] == ["hours-many"]


@given(st.text(alphabet="0123456789 :-/.,年月日點 SatSepamp*\n天第六|", max_size=80))
def test_r2_any_text_is_read_or_refused_and_never_fails(text: str) -> None:
    table = read(text)
    assert table.windows or table.faults


NAMES = st.text(max_size=40).map(lambda text: clean_line(text, 100)).filter(bool) | st.sampled_from(
    [
        "Day 1",
        "9/5",
        "13:00-14:00",
        "* 10:00-11:00",
        "highlight 9",
        '"quoted"',
        "5 Sep 09:00-17:30",
        "2026",
        "CEST",
    ]
)
MINUTES = st.integers(min_value=0, max_value=7 * 24 * 60)


@st.composite
def openings(draw: st.DrawFn) -> list[Opening]:
    """Windows one after the other, up to a week long, with highlights."""
    made: list[Opening] = []
    at = datetime(2026, 7, 1, 8)  # noqa: DTZ001 - local times
    for _ in range(draw(st.integers(1, 4))):
        opens = at + timedelta(minutes=draw(MINUTES))
        closes = opens + timedelta(minutes=draw(st.integers(1, 7 * 24 * 60)))
        cuts = sorted(draw(st.sets(st.integers(0, (closes - opens) // timedelta(minutes=1)), max_size=4)))
        spans = [opens + timedelta(minutes=minutes) for minutes in cuts]
        highlights = [Span(draw(NAMES), *pair) for pair in zip(spans[::2], spans[1::2], strict=False)]
        made.append(Opening(draw(NAMES), opens, closes, tuple(highlights)))
        at = closes
    return made


@given(openings())
def test_r2_what_is_written_is_read_back_as_just_that(made: list[Opening]) -> None:
    table = read(write_hours(made))
    assert not table.faults, (write_hours(made), table.faults)
    assert list(table.windows) == made, write_hours(made)
