"""R1: what `when` understands, what it refuses, and that it never does anything else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.programme import Programme
from bot.domain.refusal import Refusal
from bot.domain.when import read_when
from tests.domain.times import DUBLIN, IS_NOW, NOW, TAIPEI, answer, outcome, programme, refused, utc

NOW_ROWS: list[tuple[str | None, str]] = [
    (None, IS_NOW),
    ("", IS_NOW),
    ("   ", IS_NOW),
    ("\u3000\n\t", IS_NOW),
    ("now", IS_NOW),
    ("Now!", IS_NOW),
    ("  NOW  ", IS_NOW),
    ("right now", IS_NOW),
    ("ｎｏｗ", IS_NOW),
    ("現在", IS_NOW),
    ("现在", IS_NOW),
    ("馬上", IS_NOW),
    ("马上", IS_NOW),
    ("立刻！", IS_NOW),
]

CLOCKS: list[tuple[str, str]] = [
    ("14:30", "2021-10-02T14:30"),
    ("  14:30 ", "2021-10-02T14:30"),
    ("１４：３０", "2021-10-02T14:30"),
    ("at 14:30", "2021-10-02T14:30"),
    ("@14:30", "2021-10-02T14:30"),
    ("14:30.", "2021-10-02T14:30"),
    ("14:30:15", "2021-10-02T14:30:15"),
    ("1430", "2021-10-02T14:30"),
    ("at 1430", "2021-10-02T14:30"),
    ("2:30pm", "2021-10-02T14:30"),
    ("2:30 PM", "2021-10-02T14:30"),
    ("2:30 p.m.", "2021-10-02T14:30"),
    ("PM 2:30", "2021-10-02T14:30"),
    ("2pm", "2021-10-02T14:00"),
    ("2 pm", "2021-10-02T14:00"),
    ("2 o'clock", "2021-10-02T14:00"),
    ("12 o’clock", "2021-10-02T12:00"),
    ("12pm", "2021-10-02T12:00"),
    ("12:30pm", "2021-10-02T12:30"),
    ("noon", "2021-10-02T12:00"),
    ("12 noon", "2021-10-02T12:00"),
    ("12am", "when-no-window"),
    ("midnight", "when-no-window"),
    ("16:14", "2021-10-02T16:14"),
    ("16:15", "2021-10-03T16:15"),
    ("16:39", "2021-10-03T16:39"),
    ("16:40", "2021-10-02T16:40"),
    ("10:30", "2021-10-03T10:30"),
    ("10:29", "when-no-window"),
    ("08:55", "when-no-window"),
    ("11:07", IS_NOW),
    ("11:06", "2021-10-03T11:06"),
    ("11:08", "2021-10-02T11:08"),
    ("2021", "2021-10-02T20:21"),
    ("12.30", "2021-10-02T12:30"),
    ("02:00", "when-no-window"),
    ("²:³⁰ ㏘", "2021-10-02T14:30"),
    ("2021 UTC", "2021-10-03T04:21"),
    ("afternoon", "when-unclear"),
]

WAITS: list[tuple[str, str]] = [
    ("in 20 minutes", "2021-10-02T11:27"),
    ("in 20 min", "2021-10-02T11:27"),
    ("In 20m", "2021-10-02T11:27"),
    ("in 1 minute", "2021-10-02T11:08"),
    ("in 0 minutes", IS_NOW),
    ("in 1 hour", "2021-10-02T12:07"),
    ("in an hour", "2021-10-02T12:07"),
    ("in half an hour", "2021-10-02T11:37"),
    ("in a half hour", "2021-10-02T11:37"),
    ("in 1.5 hours", "2021-10-02T12:37"),
    ("in 1h30", "2021-10-02T12:37"),
    ("in 1h 30m", "2021-10-02T12:37"),
    ("in 1 hour and 30 minutes", "2021-10-02T12:37"),
    ("20 minutes from now", "2021-10-02T11:27"),
    ("in 48 hours", "2021-10-04T11:07"),
    ("20分鐘後", "2021-10-02T11:27"),
    ("20 分钟后", "2021-10-02T11:27"),
    ("二十分鐘之後", "2021-10-02T11:27"),
    ("半小時後", "2021-10-02T11:37"),
    ("半个小时后", "2021-10-02T11:37"),
    ("1小時後", "2021-10-02T12:07"),
    ("一個小時後", "2021-10-02T12:07"),
    ("一個半小時後", "2021-10-02T12:37"),
    ("1小時半後", "2021-10-02T12:37"),
    ("兩小時30分後", "2021-10-02T13:37"),
    ("in 20", "when-unclear"),
    ("20 minutes", "2021-10-02T11:27"),
    ("in 2 days", "when-unclear"),
    ("in -5 minutes", "when-unclear"),
    ("in 99999999999 hours", "when-unclear"),
    ("in 999999999 minutes", "when-unclear"),
    ("in " + "9" * 90 + " h", "when-unclear"),
    ("in " + "9" * 5000 + " hours", "when-unclear"),
]

DATES: list[tuple[str, str]] = [
    ("today 15:00", "2021-10-02T15:00"),
    ("tonight 7pm", "2021-10-02T19:00"),
    ("today 11:07", IS_NOW),
    ("today 11:06", "when-past"),
    ("today 10:00", "when-past"),
    ("yesterday 10:00", "when-past"),
    ("tomorrow 10:30", "2021-10-03T10:30"),
    ("TOMORROW at 10:30", "2021-10-03T10:30"),
    ("10:30 tomorrow", "2021-10-03T10:30"),
    ("tomorrow noon", "2021-10-03T12:00"),
    ("tomorrow 12am", "2021-10-03T00:00"),
    ("tomorrow 1430", "2021-10-03T14:30"),
    ("tomorrow 2021", "2021-10-03T20:21"),
    ("day after tomorrow 10:30", "2021-10-04T10:30"),
    ("day 2 10:30", "2021-10-03T10:30"),
    ("day2 10:30", "2021-10-03T10:30"),
    ("Day 2, 2:30 pm", "2021-10-03T14:30"),
    ("10:30 day 2", "2021-10-03T10:30"),
    ("day 1 15:00", "2021-10-02T15:00"),
    ("day 1 10:00", "when-past"),
    ("day 9 10:30", "when-no-day"),
    ("day 0 10:30", "when-no-day"),
    ("day 9", "when-no-day"),
    ("10/3 10:30", "2021-10-03T10:30"),
    ("10/3 1430", "2021-10-03T14:30"),
    ("10/3 pm 2:30", "2021-10-03T14:30"),
    ("10/03 10:30", "2021-10-03T10:30"),
    ("2pm 10/3", "2021-10-03T14:00"),
    ("3/10 10:30", "2021-10-03T10:30"),
    ("4/10 10:30", "2022-04-10T10:30"),
    ("13/2 10:30", "2022-02-13T10:30"),
    ("13/13 10:30", "when-unclear"),
    ("10/3/2021 10:30", "2021-10-03T10:30"),
    ("day two 10:30", "2021-10-03T10:30"),
    ("10/1 10:30", "2022-10-01T10:30"),
    ("10/2 10:30", "when-past"),
    ("2/29 10:30", "2024-02-29T10:30"),
    ("2/30 10:30", "when-unclear"),
    ("10/3 2021", "when-unclear"),
    ("3.10 14:30", "2021-10-03T14:30"),
    ("Oct 3 10:30", "2021-10-03T10:30"),
    ("Oct. 3 10:30", "2021-10-03T10:30"),
    ("oct3 10:30", "2021-10-03T10:30"),
    ("3 October 10:30", "2021-10-03T10:30"),
    ("October 3rd 10:30", "2021-10-03T10:30"),
    ("the 3rd of October at 10:30", "2021-10-03T10:30"),
    ("Oct 3, 2021 10:30", "2021-10-03T10:30"),
    ("3 Oct 2021 10:30", "2021-10-03T10:30"),
    ("Oct 3 1430", "2021-10-03T14:30"),
    ("Oct 3 2021 1430", "2021-10-03T14:30"),
    ("1430 Oct 3 2021", "2021-10-03T14:30"),
    ("Oct 3 2030", "when-no-time"),
    ("2 pm 3 October", "2021-10-03T14:00"),
    ("Oct 3 2020 10:30", "when-past"),
    ("Oct 3 2021", "when-no-time"),
    ("2021 Oct 3", "when-unclear"),
    ("Oct 3 10", "when-unclear"),
    ("Oct 3 pm 2", "when-unclear"),
    ("Oct 35 10:30", "when-unclear"),
    ("Feb 30 10:30", "when-unclear"),
    ("Smarch 3 10:30", "when-unclear"),
    ("2021-10-03 10:30", "2021-10-03T10:30"),
    ("2021–10–03 10:30", "2021-10-03T10:30"),
    ("2021/10/3 10:30", "2021-10-03T10:30"),
    ("10:30 2021-10-03", "2021-10-03T10:30"),
    ("2021-10-03 1030", "2021-10-03T10:30"),
    ("2021-10-03T10:30", "2021-10-03T10:30"),
    ("2020-10-03 10:30", "when-past"),
    ("2021-13-02 10:30", "when-unclear"),
    ("2021-10/03 10:30", "when-unclear"),
    ("0000-10-03 10:30", "when-unclear"),
    ("9999-12-31 23:59", "when-unclear"),
    ("99999-12-31 23:59", "when-unclear"),
    ("Sunday 10:30", "2021-10-03T10:30"),
    ("10:30 on sun.", "2021-10-03T10:30"),
    ("Saturday 15:00", "2021-10-02T15:00"),
    ("Saturday 10:00", "when-past"),
    ("Monday 10:30", "2021-10-04T10:30"),
    ("Sunday, Oct 3, 10:30", "2021-10-03T10:30"),
    ("Monday, Oct 3, 10:30", "when-unclear"),
    ("Tues 10:30", "2021-10-05T10:30"),
    ("Thurs. 10:30", "2021-10-07T10:30"),
    ("next Sunday 10:30", "when-unclear"),
    ("Oct 3", "when-no-time"),
    ("10/3", "when-no-time"),
    ("2021-10-03", "when-no-time"),
    ("tomorrow", "when-no-time"),
    ("day 2", "when-no-time"),
    ("Sunday", "when-no-time"),
]

CHINESE: list[tuple[str, str]] = [
    ("今天15:00", "2021-10-02T15:00"),
    ("今天", "when-no-time"),
    ("明天 10:30", "2021-10-03T10:30"),
    ("明天１０：３０", "2021-10-03T10:30"),
    ("明天的10:30", "2021-10-03T10:30"),
    ("在明天 10:30", "2021-10-03T10:30"),
    ("明早10點半", "2021-10-03T10:30"),
    ("今晚7點", "2021-10-02T19:00"),
    ("明晚7点", "2021-10-03T19:00"),
    ("今早10點", "when-past"),
    ("昨天 10:30", "when-past"),
    ("後天 10:30", "2021-10-04T10:30"),
    ("后天 10:30", "2021-10-04T10:30"),
    ("大後天 10:30", "2021-10-05T10:30"),
    ("下午2:30", "2021-10-02T14:30"),
    ("下午2點半", "2021-10-02T14:30"),
    ("下午２点半", "2021-10-02T14:30"),
    ("下午兩點", "2021-10-02T14:00"),
    ("下午两点", "2021-10-02T14:00"),
    ("下午兩點一刻", "2021-10-02T14:15"),
    ("下午兩點三刻", "2021-10-02T14:45"),
    ("下午14:30", "2021-10-02T14:30"),
    ("下午12點半", "2021-10-02T12:30"),
    ("下午兩點零五分", "2021-10-02T14:05"),
    ("下午2點5分", "2021-10-02T14:05"),
    ("上午10點30分", "2021-10-03T10:30"),
    ("上午十一點三十分", "2021-10-02T11:30"),
    ("早上11點整", "2021-10-03T11:00"),
    ("上午12點", "when-unclear"),
    ("上午14點", "when-unclear"),
    ("晚上7點", "2021-10-02T19:00"),
    ("早上九點", "when-no-window"),
    ("下午2:30pm", "2021-10-02T14:30"),
    ("3日 10:30", "2021-10-03T10:30"),
    ("明天晚上12點", "when-unclear"),
    ("明天凌晨12點", "2021-10-03T00:00"),
    ("中午12點", "2021-10-02T12:00"),
    ("中午1點", "2021-10-02T13:00"),
    ("中午", "2021-10-02T12:00"),
    ("午夜", "when-no-window"),
    ("十點半", "2021-10-03T10:30"),
    ("十二點鐘", "2021-10-02T12:00"),
    ("14時30分", "2021-10-02T14:30"),
    ("十十點", "when-unclear"),
    ("10月3日 10:30", "2021-10-03T10:30"),
    ("10月3號10點半", "2021-10-03T10:30"),
    ("十月三日上午十點三十分", "2021-10-03T10:30"),
    ("2021年10月3日10:30", "2021-10-03T10:30"),
    ("10/3(日) 10:30", "2021-10-03T10:30"),
    ("10/3（六）10:30", "when-unclear"),
    ("10/3下午2:30", "2021-10-03T14:30"),
    ("10月3日", "when-no-time"),
    ("十月", "when-unclear"),
    ("第二天 10:30", "2021-10-03T10:30"),
    ("第2天 10:30", "2021-10-03T10:30"),
    ("第二天下午兩點半", "2021-10-03T14:30"),
    ("第九天 10:30", "when-no-day"),
    ("週日 10:30", "2021-10-03T10:30"),
    ("周日 10:30", "2021-10-03T10:30"),
    ("星期日 10:30", "2021-10-03T10:30"),
    ("星期天下午兩點", "2021-10-03T14:00"),
    ("禮拜一 10:30", "2021-10-04T10:30"),
    ("下週日 10:30", "when-unclear"),
]

ZONES: list[tuple[str, str]] = [
    ("2021-10-03T10:30:00+08:00", "2021-10-03T10:30"),
    ("2021-10-03T02:30Z", "2021-10-03T10:30"),
    ("2021-10-03t02:30:00.25z", "2021-10-03T10:30"),
    ("2021-10-02T22:30-0400", "2021-10-03T10:30"),
    ("2021-10-02 22:30:00-04:00", "2021-10-03T10:30"),
    ("2021-10-03 02:30 UTC", "2021-10-03T10:30"),
    ("2021-10-03T02:30 UTC", "2021-10-03T10:30"),
    ("2021-10-03 10:30 +08:00", "2021-10-03T10:30"),
    ("2021-10-03 10:30+08", "2021-10-03T10:30"),
    ("2021-10-03 10:30+8", "when-unclear"),
    ("2021-10-03 10:30 UTC+8", "2021-10-03T10:30"),
    ("2021-10-03 10:30 (GMT+0800)", "2021-10-03T10:30"),
    ("2021-10-02 21:30 utc-5", "2021-10-03T10:30"),
    ("2021-10-03 03:30 Europe/Dublin", "2021-10-03T10:30"),
    ("03:30 europe/dublin tomorrow", "2021-10-03T10:30"),
    ("tomorrow 10:30 Asia/Taipei", "2021-10-03T10:30"),
    ("06:30Z", "2021-10-02T14:30"),
    ("0630 UTC", "2021-10-02T14:30"),
    ("2:30 am Etc/UTC", "2021-10-03T10:30"),
    ("23:30 America/Los_Angeles", "2021-10-02T14:30"),
    ("2021-10-02T01:00Z", "when-past"),
    ("2021-10-03T24:00Z", "when-unclear"),
    ("2021-10-03T25:00Z", "when-unclear"),
    ("2021-10-03T10:30+23:00", "when-unclear"),
    ("0001-01-01T00:00+14:00", "when-unclear"),
    ("9999-12-31T23:59-12:00", "when-unclear"),
    ("Sun, 03 Oct 2021 02:30:00 GMT", "2021-10-03T10:30"),
    ("10:30 CST", "when-unclear"),
    ("10:30 EST", "when-unclear"),
    ("2021-10-03 10:30 CST6CDT", "when-unclear"),
    ("10:30 UTC+25", "when-unclear"),
    ("10:30 +08:75", "when-unclear"),
    ("10:30 Mars/Olympus_Mons", "when-unclear"),
    ("10:30 ../../etc/passwd", "when-unclear"),
    ("10:30 /etc/passwd", "when-unclear"),
    ("10:30 etc/passwd", "when-unclear"),
    ("10:30 asia/../asia/taipei", "when-unclear"),
    ("<t:1633228200>", "2021-10-03T10:30"),
    ("<t:1633228200:F>", "2021-10-03T10:30"),
    ("<t:1633144020:R>", IS_NOW),
    ("<t:1633144019>", "when-past"),
    ("<t:0>", "when-past"),
    ("<t:-5:R>", "when-past"),
    ("<t:999999999999>", "when-unclear"),
    ("<t:99999999999999999999>", "when-unclear"),
]

NONSENSE: list[tuple[str, str]] = [
    (text, "when-unclear")
    for text in (
        *(
            "14",
            "3",
            "930",
            "October",
            "Oct",
            "am",
            "pm",
            ":",
            "...",
            "?",
            "-",
            "12.300",
            "1:2:3",
            "10:3",
            "10:300",
        ),
        *(
            "25:00",
            "24:00",
            "14:75",
            "10:30:75",
            "13pm",
            "0am",
            "0pm",
            "14:30pm",
            "下午2:30am",
            "2560",
            "110點",
        ),
        *(
            "14:30-15:20-16:00",
            "14:30 - 14:30",
            "14:30 to 15:20 tomorrow Sunday Monday",
            "10:00-11:00 later",
            "10:30 11:30",
            "1430 1530",
            "14:30?",
        ),
        *(
            "later",
            "soon",
            "lunch",
            "after lunch",
            "等一下",
            "下午",
            "點半",
            "後",
            "tomorrow 14",
        ),
        *(
            "14:30; DROP TABLE sessions",
            "\x00",
            "14:30\x00",
            "\u200b",
            "½",
            "🕝",
            "١٤:٣٠",
            "x" * 6000,
        ),
        *(
            "10/3/21 10:30",
            "day two three 10:30",
            "day -1 10:30",
            "Oct 10:30 3",
            "14:30 14:30",
            "10:30 nowhere",
        ),
    )
]


@pytest.mark.parametrize(
    ("text", "expected"), [*NOW_ROWS, *CLOCKS, *WAITS, *DATES, *CHINESE, *ZONES, *NONSENSE], ids=ascii
)
def test_r1_reads_or_refuses(text: str | None, expected: str) -> None:
    assert answer(text, NOW, TAIPEI) == expected


@pytest.mark.parametrize(
    ("text", "now", "expected"),
    [
        ("01:30", "2022-03-26T12:00", "when-skipped"),
        ("tomorrow 01:30", "2022-03-26T12:00", "when-skipped"),
        ("day 1 01:30", "2022-03-26T12:00", "when-skipped"),
        ("2022-03-27 01:00", "2022-03-26T12:00", "when-skipped"),
        ("2022-03-27 01:30 Europe/Dublin", "2022-03-26T12:00", "when-skipped"),
        ("00:59", "2022-03-26T12:00", "2022-03-27T00:59"),
        ("02:00", "2022-03-26T12:00", "2022-03-27T02:00"),
        ("2022-03-27 01:30 UTC", "2022-03-26T12:00", "2022-03-27T02:30"),
        ("2022-03-27T01:30Z", "2022-03-26T12:00", "2022-03-27T02:30"),
        ("in 1 hour", "2022-03-27T00:30", "2022-03-27T02:30"),
        ("01:30", "2022-03-27T12:00", "when-twice"),
        ("01:30", "2022-10-29T12:00", "when-twice"),
        ("1:30 am", "2022-10-29T12:00", "when-twice"),
        ("tomorrow 01:30", "2022-10-29T12:00", "when-twice"),
        ("Oct 30 01:00", "2022-10-29T12:00", "when-twice"),
        ("2022-10-30 01:30 Europe/Dublin", "2022-10-29T12:00", "when-twice"),
        ("00:59", "2022-10-29T12:00", "2022-10-30T00:59"),
        ("02:00", "2022-10-29T12:00", "2022-10-30T02:00"),
        ("in 2 hours", "2022-10-30T00:30", "2022-10-30T01:30"),
    ],
)
def test_r1_a_clock_that_jumps(text: str, now: str, expected: str) -> None:
    assert answer(text, utc(now, "Europe/Dublin"), DUBLIN) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2022-10-30 01:30 UTC+1", "2022-10-30T00:30Z"),
        ("2022-10-30 01:30 +01:00", "2022-10-30T00:30Z"),
        ("2022-10-30T01:30:00+01:00", "2022-10-30T00:30Z"),
        ("2022-10-30 01:30 UTC", "2022-10-30T01:30Z"),
        ("2022-10-30 01:30Z", "2022-10-30T01:30Z"),
        ("<t:1667089800>", "2022-10-30T00:30Z"),
        ("01:30 GMT", "2022-10-30T01:30Z"),
    ],
)
def test_r1_an_offset_says_which_of_the_two(text: str, expected: str) -> None:
    now = utc("2022-10-29T12:00", "Europe/Dublin")
    assert read_when(text, now, DUBLIN).start == datetime.fromisoformat(expected)


def test_r1_the_example_avoids_the_hour_that_comes_twice() -> None:
    assert refused("what", utc("2022-10-30T00:59", "Europe/Dublin"), DUBLIN).fields["example"] == "02:00"


def test_r1_now_is_the_instant_itself_in_whole_utc_seconds() -> None:
    now = NOW.replace(second=42, microsecond=999_999).astimezone(ZoneInfo("Asia/Taipei"))
    for text in ("now", None, "11:07", "today 11:07", "<t:1633144020>", "in 0 min"):
        instant = read_when(text, now, TAIPEI).start
        assert instant == NOW.replace(second=42)
        assert instant.tzinfo is UTC


def test_r1_the_current_minute_counts_only_inside_a_window() -> None:
    assert answer("16:15", utc("2021-10-02T16:15:30"), TAIPEI) == "2021-10-03T16:15"
    assert answer("08:55", utc("2021-10-02T08:55:30"), TAIPEI) == "2021-10-02T08:55:30"
    assert answer("16:39", utc("2021-10-03T16:40:30"), TAIPEI) == "when-no-window"


def test_r1_a_window_over_midnight_and_a_time_between_two_windows() -> None:
    late = programme(
        "Asia/Taipei", ("2021-10-02T20:00", "2021-10-03T02:00"), ("2021-10-03T09:00", "2021-10-03T12:00")
    )
    assert answer("20:21", NOW, late) == "2021-10-02T20:21"
    assert answer("00:30", NOW, late) == "2021-10-03T00:30"
    assert answer("12am", NOW, late) == "2021-10-03T00:00"
    assert answer("9:30", NOW, late) == "2021-10-03T09:30"
    assert answer("03:00", NOW, late) == "when-no-window"


def test_r1_a_date_without_a_year_is_the_conferences() -> None:
    before, after = utc("2020-12-01T12:00"), utc("2021-12-01T12:00")
    assert answer("10/3 10:30", before, TAIPEI) == "2021-10-03T10:30"
    assert answer("12/1 13:00", before, TAIPEI) == "2020-12-01T13:00"
    assert answer("10/3 10:30", after, TAIPEI) == "when-past"
    assert answer("Sunday 10:30", before, TAIPEI) == "2021-10-03T10:30"
    assert answer("Sunday 10:30", after, TAIPEI) == "2021-12-05T10:30"


@pytest.mark.parametrize(
    "word",
    [
        "1/2",
        "1/2/2021",
        "sunday",
        "10:30-",
        "pm",
        "1h",
        "day 2",
        "a",
        "2 -",
        "in",
        "3rd",
        "週日",
        "tonight",
        "1.",
    ],
)
def test_r1_words_that_can_be_read_in_many_ways_take_no_long_time(word: str) -> None:
    for text in (word * 100, f"{word} " * 50, f"10:30 {word} " * 10, f"2-{word} " * 20):
        outcome(text[:100], NOW, TAIPEI)


def test_r1_a_refusal_says_what_it_is_about() -> None:
    assert refused("day 9").fields == {
        "day": 9,
        "days": 2,
        "text": "day 9",
        "example": "2021-10-03 10:30",
    }
    assert refused("day 1", where=programme("Asia/Taipei")).fields["days"] == 0
    assert refused("  what \n ever ").fields["text"] == "what ever"
    assert refused("🕝" * 6000).fields["text"] == "🕝" * 60


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2021-09-01T12:00", "2021-10-02 08:55"),
        ("2021-10-02T07:00", "08:55"),
        ("2021-10-02T08:55", "09:00"),
        ("2021-10-02T11:07", "11:15"),
        ("2021-10-02T11:15", "11:15"),
        ("2021-10-02T11:15:01", "11:30"),
        ("2021-10-02T16:01", "2021-10-03 10:30"),
        ("2021-10-02T16:15", "2021-10-03 10:30"),
        ("2021-10-03T16:30", "16:30"),
        ("2021-10-03T16:31", "2021-10-04 16:45"),
    ],
)
def test_r1_the_example_is_the_next_start(now: str, expected: str) -> None:
    assert refused("what", utc(now)).fields["example"] == expected


# ----------------------------------------------------------------------- any text

INSTANTS = st.datetimes(datetime(2021, 9, 25), datetime(2021, 10, 6)).map(lambda d: d.replace(tzinfo=UTC))  # noqa: DTZ001
JUMPS = st.datetimes(datetime(2022, 10, 29, 12), datetime(2022, 11, 1)).map(lambda d: d.replace(tzinfo=UTC))  # noqa: DTZ001

WORDS = """
now in at on of the day day2 d9 today tomorrow sunday oct october 3 3rd 14 20 2021 2021-10-03 2021/10/3 10/3
13/2 2/29 2/30 9999-12-31 0000 10:30 10:30:15 1430 25:00 14:75 01:30 2pm 12am am pm p.m. noon midnight 1h30
0.5 99999999999 minutes hours z utc utc+8 +08:00 -08:00 +99 cst europe/dublin asia/taipei ../../etc t : /
- + . ( ) 第 天 第二天 今天 明天 後天 週日 (日) 10月3日 10月 年 月 日 號 上午 下午 中午 晚上 十 十點 兩點 點
半 一刻 分 分鐘 小時 半小時 後 <t:1633228200> <t: :f> \x00 １４：３０ ½ ㍘ ㏂
"""
FRAGMENTS = st.sampled_from(WORDS.split())
SEPARATORS = st.sampled_from(["", " ", "  ", ",", "-", "t", ":"])
GRAMMAR = st.lists(st.tuples(FRAGMENTS, SEPARATORS), max_size=6).map(
    lambda pairs: "".join(word + separator for word, separator in pairs)
)
PROGRAMMES = [(TAIPEI, INSTANTS), (DUBLIN, JUMPS)]


def check(text: str, now: datetime, where: Programme) -> None:
    found = outcome(text, now, where)
    if isinstance(found, Refusal):
        understood = read_when(str(found.fields["example"]), now, where).start
        assert where.window_at(understood) or now > where.windows[-1].end - timedelta(minutes=15)
        assert len(str(found.fields["text"])) <= 60
    else:
        assert found.tzinfo is UTC
        assert found.microsecond == 0
        assert found >= now.replace(microsecond=0)


@given(data=st.data(), text=st.text() | GRAMMAR)
def test_r1_any_text_is_a_time_or_a_refusal(data: st.DataObject, text: str) -> None:
    for where, instants in PROGRAMMES:
        check(text, data.draw(instants), where)


CLOCK_TEXTS = st.one_of(
    st.times().map(lambda t: t.strftime("%H:%M")),
    st.times().map(lambda t: t.strftime("%H%M")),
    st.times().map(lambda t: t.strftime("%I:%M %p")),
    st.times().map(lambda t: f"{t.hour}點{t.minute:02}分"),
    st.tuples(st.times(), st.integers(0, 14)).map(lambda said: f"{said[0]:%H:%M} UTC+{said[1]}"),
)


@given(data=st.data(), text=CLOCK_TEXTS)
def test_r1_a_clock_time_alone_lands_in_a_window(data: st.DataObject, text: str) -> None:
    for where, instants in PROGRAMMES:
        now = data.draw(instants)
        found = outcome(text, now, where)
        if isinstance(found, Refusal):
            assert found.code in {"when-no-window", "when-skipped", "when-twice", "when-either"}
        else:
            assert found >= now.replace(microsecond=0)
            inside = where.window_at(found)
            ahead = (found + timedelta(days=days) for days in range(10))
            assert inside or where is DUBLIN or not any(map(where.window_at, ahead)), "the next one inside"


@given(INSTANTS, st.datetimes(datetime(2021, 10, 2), datetime(2021, 10, 3, 23)))  # noqa: DTZ001
def test_r1_every_way_to_write_a_date_means_the_same(now: datetime, local: datetime) -> None:
    texts = (
        "%Y-%m-%d %H:%M",
        "%Y/%m/%d %I:%M%p",
        "%m/%d %H:%M",
        "%H:%M %d %B",
        "%b %d %Y %H:%M",
        "%A %b %d at %H:%M",
        "%Y年%m月%d日 %H點%M分",
        "%Y-%m-%dT%H:%M+08:00",
    )
    wish = local.replace(second=0, microsecond=0, tzinfo=TAIPEI.zone)
    expected = "when-past"
    if wish >= now.replace(second=0, microsecond=0):
        expected = max(wish, TAIPEI.local(now)).strftime("%Y-%m-%dT%H:%M")
    for text in texts:
        assert answer(local.strftime(text), now, TAIPEI)[:16] == expected[:16]
