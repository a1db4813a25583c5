"""R2: when a window opens and closes, as people type it; what was not said is not filled in."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.edges import Known, read_edges
from bot.domain.models import Limits, Window
from bot.domain.programme import Programme
from bot.domain.refusal import Refusal

TAIPEI = ZoneInfo("Asia/Taipei")


def instant(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=TAIPEI).astimezone(UTC)


PYCON = Programme(
    "PyCon",
    TAIPEI,
    (
        Window("Day 1", instant("09-05T09:00"), instant("09-05T17:30")),
        Window("Day 2", instant("09-06T10:00"), instant("09-06T16:00")),
    ),
    Limits(),
)
NOW = instant("08-20T12:00")
NEW = Known(NOW, PYCON)
OLD = Known(NOW, PYCON, (datetime(2026, 9, 5, 9), datetime(2026, 9, 5, 17, 30)))  # noqa: DTZ001 - local by design
INSIDE = Known(NOW, PYCON, days=PYCON.days())


def read(opens: str, closes: str, known: Known) -> str:
    start, end = read_edges(opens, closes, known)
    return f"{start:%m-%d %H:%M} {end:%m-%d %H:%M}"


@pytest.mark.parametrize(
    ("opens", "closes", "expected"),
    [
        ("Sat 5 Sep 09:00", "17:30", "09-05 09:00 09-05 17:30"),
        ("2026-09-05 09:00", "2026-09-05 17:30", "09-05 09:00 09-05 17:30"),
        ("2026-09-05T09:00", "2026-09-05T17:30", "09-05 09:00 09-05 17:30"),
        ("9/5 9:00", "17:30", "09-05 09:00 09-05 17:30"),
        ("5/9 9:00", "17:30", "09-05 09:00 09-05 17:30"),  # 9 May is far from the conference
        ("9/7 9:00-17:30", "", "09-07 09:00 09-07 17:30"),
        ("9月7日 9:00-17:30", "", "09-07 09:00 09-07 17:30"),
        ("9/7 9:00 for 2 hours", "", "09-07 09:00 09-07 11:00"),
        ("day 2 10:30", "16:40", "09-06 10:30 09-06 16:40"),
        ("週六 9:00", "17:30", "09-05 09:00 09-05 17:30"),
        ("明天 上午9點", "下午5點", "08-21 09:00 08-21 17:00"),
        ("tomorrow 9am", "5pm", "08-21 09:00 08-21 17:00"),
        ("2-5pm 7 Sep", "", "09-07 14:00 09-07 17:00"),
        ("9/7 9:00", "4:30", "09-07 09:00 09-07 16:30"),  # the first after the start
        ("9/7 20:00", "2:00", "09-07 20:00 09-08 02:00"),
        ("9/7 9:00 UTC", "10:00 UTC", "09-07 17:00 09-07 18:00"),
        ("now", "in 2 hours", "08-20 12:00 08-20 14:00"),
    ],
)
def test_r2_a_new_window_as_people_type_it(opens: str, closes: str, expected: str) -> None:
    assert read(opens, closes, NEW) == expected


@pytest.mark.parametrize(
    ("opens", "closes", "expected"),
    [
        ("9:30", "", "09-05 09:30 09-05 17:30"),
        ("", "16:00", "09-05 09:00 09-05 16:00"),
        ("", "4:30", "09-05 09:00 09-05 16:30"),
        ("6 Sep 9:00", "", "09-06 09:00 09-06 17:30"),  # the end goes along
        ("10:00-12:00", "", "09-05 10:00 09-05 12:00"),
    ],
)
def test_r2_of_a_window_that_is_there_only_what_is_typed_changes(
    opens: str, closes: str, expected: str
) -> None:
    assert read(opens, closes, OLD) == expected


def test_r2_a_highlight_is_on_the_one_day_on_which_it_can_be() -> None:
    assert read("9:30", "9:50", INSIDE) == "09-05 09:30 09-05 09:50"
    with pytest.raises(Refusal) as caught:
        read("14:30-15:20", "", INSIDE)  # on either
    assert caught.value.code == "edge-no-day"


@pytest.mark.parametrize(
    ("opens", "closes", "code"),
    [
        ("9:00", "17:30", "edge-no-day"),
        ("Sep 7", "17:00", "edge-no-clock"),
        ("soon", "17:00", "edge-unclear"),
        ("9/7 9:00", "late", "edge-unclear"),
        ("9/7 2:30", "4:30", "edge-half"),
        ("9/7 at 9", "17:00", "edge-half"),
        ("9/7 9:00", "", "edge-no-end"),
        ("31 Feb 9:00", "10:00", "edge-unclear"),
        ("day 9 9:00", "10:00", "edge-unclear"),
        ("x" * 300, "10:00", "edge-unclear"),
        ("", "10:00", "edge-unclear"),
    ],
)
def test_r2_what_is_not_clear_is_refused_with_an_example(opens: str, closes: str, code: str) -> None:
    with pytest.raises(Refusal) as caught:
        read(opens, closes, NEW)
    assert caught.value.code == code
    assert len(str(caught.value.fields["text"])) <= 60
    example = str(caught.value.fields["example"])
    assert read(example, "23:00", NEW).startswith(example[5:])  # which is understood


@given(st.text(max_size=30), st.text(max_size=30), st.sampled_from([NEW, OLD, INSIDE]))
def test_r2_any_text_is_two_times_or_a_refusal(opens: str, closes: str, known: Known) -> None:
    try:
        start, end = read_edges(opens, closes, known)
    except Refusal:
        return
    assert start.tzinfo is None
    assert end.tzinfo is None
