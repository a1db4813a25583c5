"""R1: real phrases, and every way to write an instant; what is a guess is refused."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.config import load_config
from bot.domain.booking import Wish
from bot.domain.programme import Programme
from bot.domain.refusal import Refusal
from bot.domain.when import read_when
from tests.domain.times import NOW, ROOT, TAIPEI, outcome, programme, refused, utc

# ------------------------------------------------------- real phrases (C2, C3, C5)

EXAMPLE = load_config(ROOT / "config.example.toml").programme()
MORNING = utc("2021-10-02T10:50")
PHRASES = [
    tuple(line.split("\t"))
    for line in Path(__file__).with_name("when-phrases.tsv").read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
]


@pytest.mark.parametrize(("text", "meant"), PHRASES, ids=ascii)
def test_r1_real_phrases_are_read_as_they_are_meant(text: str, meant: str) -> None:
    found = outcome(text, MORNING, EXAMPLE)
    assert ("-" if isinstance(found, Refusal) else f"{EXAMPLE.local(found):%m-%d %H:%M}") == meant


def understood(text: str, now: datetime = MORNING, where: Programme = EXAMPLE) -> str:
    """A start and its length, or a refusal."""
    try:
        wish = read_when(text, now, where)
    except Refusal as refusal:
        return refusal.code
    return f"{where.local(wish.start):%m-%d %H:%M}" + (f" +{wish.minutes}" if wish.minutes else "")


@pytest.mark.parametrize(
    "text",
    [
        *(
            "兩三分鐘後",
            "兩 三 分鐘後",
            "二、三分鐘後",
            "2、3分鐘後",
            "2-3分鐘後",
            "in 2-3 minutes",
            "兩到三分鐘後",
        ),
        *(
            "下午一兩點",
            "下午一、兩點",
            "十二三點",
            "三五分鐘後",
            "三十五六分",
            "十幾分鐘後",
            "幾分鐘後",
            "2 or 3 minutes",
        ),
        *("2 3 分鐘後", "three four pm", "a couple of minutes", "下午兩三點到四點", "七八點", "二三十分鐘後"),
    ],
)
def test_c2_two_numerals_side_by_side_are_a_guess(text: str) -> None:
    assert understood(text) == "when-unclear"


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("tonight 11:00", "10-02 23:00"),
        ("tonight 12:00", "when-unclear"),
        ("tonight 1:00", "10-03 01:00"),
        ("this afternoon 2:30", "10-02 14:30"),
        ("this morning 11", "10-02 11:00"),
        ("今晚十一點", "10-02 23:00"),
        ("08:30+1", "when-unclear"),
        ("08:30 +1", "when-unclear"),
        ("14:30+1d", "when-unclear"),
        ("14:30-1", "when-unclear"),
        ("14:30-0800", "when-unclear"),
        ("14:30+08:00", "10-02 14:30"),
        ("2:30pm Taiwan time", "10-02 14:30"),
        ("東京時間 15:30", "10-02 14:30"),
        ("14:30 Davis", "when-unclear"),
        ("1h", "when-either"),
        ("2h30", "when-either"),
    ],
)
def test_c3_no_part_of_the_meaning_is_dropped(text: str, meant: str) -> None:
    assert understood(text) == meant


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("14:30-15:30", "10-02 14:30 +60"),
        ("14:30 – 15:30", "10-02 14:30 +60"),
        ("14:30～15:20", "10-02 14:30 +50"),
        ("14:30至15:20", "10-02 14:30 +50"),
        ("1430-1530", "10-02 14:30 +60"),
        ("from 14:30 to 15:30", "10-02 14:30 +60"),
        ("2:30-3:30pm", "10-02 14:30 +60"),
        ("2-3pm", "10-02 14:00 +60"),
        ("11-1pm", "10-02 11:00 +120"),
        ("10am-2 tomorrow", "10-03 10:00 +240"),
        ("from 2 to 3", "10-02 14:00 +60"),
        ("下午兩點到三點", "10-02 14:00 +60"),
        ("兩到三點", "10-02 14:00 +60"),
        ("上午11點到下午1點", "10-02 11:00 +120"),
        ("明天下午兩點半～三點一刻", "10-03 14:30 +45"),
        ("day 2 14:30 to 15:20", "10-03 14:30 +50"),
        ("14:30-15:30 tomorrow", "10-03 14:30 +60"),
        ("14:30 - tomorrow 10:30", "10-02 14:30 +1200"),
        ("22:00-01:00", "10-02 22:00 +180"),
        ("tomorrow 2pm to 3pm JST", "10-03 13:00 +60"),
        ("now until 12:00", "10-02 10:50 +70"),
        ("現在到十二點", "10-02 10:50 +70"),
        ("14:30 for 45 minutes", "10-02 14:30 +45"),
        ("for an hour at 2:30", "10-02 14:30 +60"),
        ("14:30 (30分鐘)", "10-02 14:30 +30"),
        ("下午兩點半 45分鐘", "10-02 14:30 +45"),
        ("in an hour for 30 min", "10-02 11:50 +30"),
        ("now for half an hour", "10-02 10:50 +30"),
        ("14:30", "10-02 14:30"),
        ("14-15", "when-unclear"),
        ("14:30-14:30", "when-unclear"),
        ("14:30-15:30-16:30", "when-unclear"),
        ("14:30-15:30 for 30 min", "when-unclear"),
        ("14:30 for 0 minutes", "when-unclear"),
        ("20 min 30 min", "when-unclear"),
        ("until 15:30", "when-unclear"),
        ("14:30-", "when-unclear"),
    ],
)
def test_r1_a_range_gives_start_and_length(text: str, meant: str) -> None:
    assert understood(text) == meant


@pytest.mark.parametrize(
    ("text", "code", "near"),
    [
        ("tomorrow", "when-no-time", "10-03 10:30"),
        ("明天下午", "when-no-time", "10-03 12:00"),
        ("this afternoon", "when-no-time", "10-02 12:00"),
        ("Oct 3", "when-no-time", "10-03 10:30"),
        ("Monday", "when-no-time", "10-04 12:00"),
        ("day 9", "when-no-day", "10-03 10:30"),
        ("day 9 14:00", "when-no-day", "10-03 10:30"),
        ("7:00", "when-no-window", "10-03 07:00"),
        ("1h", "when-either", "10-02 11:50"),
        ("Oct 3 2020 10:30", "when-past", "10-02 10:50"),
    ],
)
def test_c5_a_refusal_says_near_which_time_to_offer_others(text: str, code: str, near: str) -> None:
    refusal = refused(text, MORNING, EXAMPLE)
    assert refusal.near
    assert (refusal.code, f"{EXAMPLE.local(refusal.near):%m-%d %H:%M}") == (code, near)
    example = read_when(str(refusal.fields["example"]), MORNING, EXAMPLE).start
    assert example >= refusal.near or refusal.near > EXAMPLE.windows[-1].end


# ------------------------------------------------------------ days are windows' days (C4)

NIGHTS = programme(
    "Asia/Taipei",
    ("2021-10-01T21:00", "2021-10-02T04:00"),
    ("2021-10-02T10:00", "2021-10-02T16:00"),
    ("2021-10-02T21:00", "2021-10-03T04:00"),
)
WEEKEND = programme("Asia/Taipei", ("2021-10-01T18:00", "2021-10-03T18:00"))


@pytest.mark.parametrize(
    ("text", "now", "meant"),
    [
        ("day 1 00:30", "2021-10-01T22:00", "10-02 00:30"),
        ("day 1 00:30", "2021-10-02T00:10", "10-02 00:30"),
        ("day 2 00:30", "2021-10-01T22:00", "10-03 00:30"),
        ("day 2 11:00", "2021-10-01T22:00", "10-02 11:00"),
        ("tonight 00:30", "2021-10-01T22:00", "10-02 00:30"),
        ("tonight 1:00", "2021-10-02T00:15", "10-02 01:00"),
        ("tonight 11:00", "2021-10-02T00:15", "10-02 23:00"),
        ("today 00:30", "2021-10-01T22:00", "10-02 00:30"),
        ("today 01:00", "2021-10-02T00:15", "10-02 01:00"),
        ("今天 15:00", "2021-10-02T00:15", "10-02 15:00"),
        ("tomorrow 10:30", "2021-10-02T00:15", "10-02 10:30"),
        ("tomorrow 00:30", "2021-10-01T22:00", "when-either"),
        ("Friday 1:00", "2021-10-01T22:00", "10-02 01:00"),
        ("Oct 2 00:30", "2021-10-01T22:00", "10-02 00:30"),
        ("Oct 2 01:00", "2021-10-02T12:00", "when-past"),
        ("00:30", "2021-10-02T12:00", "10-03 00:30"),
        ("23:30-00:30", "2021-10-01T22:00", "10-01 23:30 +60"),
        ("day 3 10:00", "2021-10-01T22:00", "when-no-day"),
        ("三點", "2021-10-02T09:00", "when-either"),
        ("3:00", "2021-10-02T09:00", "10-03 03:00"),
    ],
)
def test_c4_r2_a_window_belongs_to_the_day_on_which_it_opens_also_after_midnight(
    text: str, now: str, meant: str
) -> None:
    assert understood(text, utc(now), NIGHTS) == meant


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("day 1 20:00", "10-01 20:00"),
        ("day 2 20:00", "10-02 20:00"),
        ("day 3 14:30", "10-03 14:30"),
        ("last day 14:30", "10-03 14:30"),
        ("day 4 14:30", "when-no-day"),
    ],
)
def test_c4_r2_a_longer_window_has_each_of_its_dates(text: str, meant: str) -> None:
    assert understood(text, utc("2021-10-01T10:00"), WEEKEND) == meant


# ------------------------------------------------------- every way to write an instant

EVERY_MINUTE = st.sampled_from(TAIPEI.windows).flatmap(
    lambda window: st.integers(0, (window.end - window.start) // timedelta(minutes=1) - 1).map(
        lambda minute: TAIPEI.local(window.start + timedelta(minutes=minute))
    )
)


def chinese(number: int) -> str:
    """A number from 1 to 59 as it is said."""
    ones = "零一二三四五六七八九"[number % 10] if number % 10 or number < 10 else ""
    tens = number // 10
    return (chinese(tens) if tens > 1 else "") + ("十" if tens else "") + ones


def written(local: datetime) -> list[str]:
    """The clock time in each form that leaves no doubt."""
    part, hour = ("上午" if local.hour < 12 else "下午"), local.hour % 12 or 12
    part = "中午" if hour == 12 else part
    said = "兩" if hour == 2 else chinese(hour)
    minute = f"零{chinese(local.minute)}" if 0 < local.minute < 10 else chinese(local.minute)
    zone = local.astimezone(ZoneInfo("UTC"))
    return [
        f"{local:%H:%M}",
        f"{local:%I:%M %p}",
        f"{hour}:{local:%M}{local:%p}".lower(),
        f"{hour}.{local:%M} {local:%p}",
        f"{part}{hour}:{local:%M}",
        f"{part}{hour}點{local:%M}分",
        f"{part}{said}點" + (f"{minute}分" if local.minute else ""),
        f"{part}{said}點{'半' if local.minute == 30 else minute + '分' if local.minute else '整'}",
        f"{local:%H：%M}",
        f"{local:%H:%M} Taipei time",
        f"{local:%H:%M} UTC+8",
        f"{local:%H:%M}+08:00",
        f"台北時間{local:%H:%M}",
        f"（{local:%H:%M}）",
        f"at {local:%H:%M}!",
        f"約{local:%H:%M}",
        *([f"{zone:%H:%M}Z"] if zone.date() == local.date() else []),
    ]


@given(EVERY_MINUTE, st.integers(1, 240), st.data())
def test_r1_any_instant_in_a_window_is_read_back_from_each_way_to_write_it(
    local: datetime, minutes: int, data: st.DataObject
) -> None:
    day = TAIPEI.windows.index(next(w for w in TAIPEI.windows if w.start <= local < w.end)) + 1
    dates = [
        f"{local:%Y-%m-%d}",
        f"{local:%Y/%m/%d}",
        f"{local:%m/%d}",
        f"{local:%d %B}",
        f"{local:%b %d, %Y}",
        f"{local:%A}",
        f"{local:%a, %b %d}",
        f"{local:%Y年%m月%d日}",
        f"{local.month}月{local.day}號",
        f"{local:%m/%d}(" + "一二三四五六日"[local.weekday()] + ")",
        "週" + "一二三四五六日"[local.weekday()],
        f"day {day}",
        f"第{chinese(day)}天",
    ]
    now = data.draw(st.sampled_from([utc("2021-10-01T12:00"), utc("2021-10-02T00:00")]))
    said, clock = data.draw(st.sampled_from(dates)), data.draw(st.sampled_from(written(local)))
    for text in (f"{said} {clock}", f"{clock} {said}"):
        assert read_when(text, now, TAIPEI) == Wish(local), text
    end = local + timedelta(minutes=minutes)
    if end.date() == local.date():
        for mark in ("-", " – ", "~", "到", " to ", "至"):
            ranged = f"{said} {local:%H:%M}{mark}{end:%H:%M}"
            assert read_when(ranged, now, TAIPEI) == Wish(local, minutes), ranged
    for length in (f" for {minutes} minutes", f"，{minutes}分鐘", f" ({minutes} min)"):
        assert read_when(f"{said} {local:%H:%M}{length}", now, TAIPEI) == Wish(local, minutes)


@given(EVERY_MINUTE, st.text("abcdefgxyz幾誰哪嗎?%&;", min_size=1, max_size=8).filter(lambda w: w.strip(";")))
def test_r1_a_word_left_over_always_refuses(local: datetime, word: str) -> None:
    now = utc("2021-10-01T12:00")
    known = {"a", "d", "am", "z", "g"}
    if word in known or any(part in known for part in word.split()):
        return
    for text in (f"{word} {local:%Y-%m-%d %H:%M}", f"{local:%Y-%m-%d %H:%M} {word}"):
        assert isinstance(outcome(text, now, TAIPEI), Refusal), text


@given(
    st.integers(1, 600),
    st.sampled_from(["in {} minutes", "{} min", "+{}m", "{}分鐘後", "再{}分鐘", "{} mins from now"]),
)
def test_r1_a_wait_is_counted_from_now(minutes: int, form: str) -> None:
    assert read_when(form.format(minutes), NOW, TAIPEI) == Wish(NOW + timedelta(minutes=minutes))
