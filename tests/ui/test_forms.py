"""The form, its menus, and what autocomplete offers for `when`."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bot.domain.capacity import FreeStarts
from bot.domain.models import Period
from bot.service import Draft
from bot.ui.choices import CHOICE_LENGTH, OPTIONS, slot_label
from bot.ui.forms import (
    HOST_FORM,
    LENGTHS,
    host_form,
    minutes_options,
    read_form,
    when_options,
)
from bot.ui.words import Words
from tests.ui.samples import (
    BOTH,
    ENGLISH,
    NAME,
    NOON,
    at,
    both,
    free_starts,
    no_starts,
    parts,
    programme,
    slot,
)

PROGRAMME = programme()
STARTS = free_starts()
HIGHLIGHT = "Fri, Jan 2 14:30–14:40 · 10 desks free · No talks now"
EMPTY = Draft(7, "", "", "", None)


def test_r16_a_long_highlight_is_cut_between_letters() -> None:
    label = slot_label(ENGLISH, slot(NOON, 1, "👩‍🚀" * 33))
    assert label.startswith("Thu, Jan 1 12:00–13:00 · 1 desk free · 👩‍🚀👩‍🚀")
    assert label.endswith("👩‍🚀…")
    assert len(label) <= CHOICE_LENGTH


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [("", "now"), ("now", "now"), ("<t:1767335400>", "<t:1767335400>"), ("14:37", "now")],
)
def test_the_menu_of_times_keeps_what_was_chosen(chosen: str, expected: str) -> None:
    options = when_options(ENGLISH, STARTS, chosen, is_open=True)
    assert len(options) == OPTIONS
    assert options[0].label == "Now"
    assert options[1].label.startswith("Thu, Jan 1")  # today's before tomorrow's highlight (U7)
    assert HIGHLIGHT in [o.label for o in options]
    assert [o.value for o in options if o.default] == [expected]


def test_the_menu_has_no_now_outside_the_windows_while_other_times_are_left() -> None:
    options = when_options(ENGLISH, STARTS, "", is_open=False)
    assert [o.value for o in options if o.default] == [options[0].value]
    assert options[0].label.startswith("Thu, Jan 1")
    assert [o.value for o in when_options(ENGLISH, no_starts(), "", is_open=False)] == ["now"]


def test_u7_where_no_desk_is_free_the_next_free_time_is_selected_not_now() -> None:
    taken = [Period(NOON, at(12.5))] * 10
    full = FreeStarts(programme(), taken, (), timedelta(minutes=10), NOON)
    options = when_options(ENGLISH, full, "", is_open=True)
    assert options[0].label == "Now"
    assert [o.value for o in options if o.default] == [options[1].value]


@pytest.mark.parametrize(
    ("least", "most", "chosen", "selected"),
    [
        (10, 120, None, "default"),
        (10, 120, 60, "60"),
        (10, 120, 37, "37"),
        (10, 120, 121, "default"),
        (10, 120, 0, "default"),
        (10, 120, -(2**53), "default"),
        (1, 1440, 1440, "1440"),
        (60, 60, 60, "60"),
    ],
)
def test_the_menu_of_lengths_holds_what_r4_allows(
    least: int, most: int, chosen: int | None, selected: str
) -> None:
    limits = programme(min_minutes=least, max_minutes=most).limits
    options = minutes_options(ENGLISH, limits, chosen)
    assert options[0].label == "60 minutes (default)"
    assert [o.value for o in options if o.default] == [selected]
    lengths = [int(o.value) for o in options[1:]]
    assert lengths == sorted(set(lengths))
    assert set(lengths) <= {*range(least, most + 1)}
    # The usual length stands there once, unless it was asked for in so many words.
    assert {m for m in (*LENGTHS, least, most) if least <= m <= most} - {60} <= set(lengths)
    assert (60 in lengths) is (chosen == 60)
    assert len(options) <= OPTIONS


def fields(words: Words, draft: Draft) -> dict[str, dict[str, Any]]:
    form = host_form(words, STARTS, PROGRAMME, draft, NOON)
    return {part["custom_id"]: part for part in parts(form) if "custom_id" in part}


@pytest.mark.parametrize("words", BOTH, ids=both)
async def test_the_form_has_the_fields_of_the_command_and_fits(words: Words) -> None:
    form = host_form(
        words,
        free_starts(120, highlight=NAME),
        PROGRAMME,
        EMPTY,
        NOON,
    )
    assert form.custom_id == HOST_FORM
    assert 1 <= len(form.title) <= 45
    names = [part["component"]["custom_id"] for part in parts(form) if part["type"] == 18]
    assert names == ["topic", "when", "other", "minutes", "description"]
    for part in parts(form):
        assert len(part.get("label") or "") <= 45
        assert len(part.get("placeholder") or "") <= 100
        assert len(part.get("options", [])) <= OPTIONS
        for option in part.get("options", []):
            assert 1 <= len(option["label"]) <= 100
    required = [part["custom_id"] for part in parts(form) if part.get("required")]
    assert required == ["topic", "when", "minutes"]


async def test_the_form_is_empty_at_first() -> None:
    shown = fields(ENGLISH, EMPTY)
    assert [shown[name].get("value") for name in ("topic", "other", "description")] == [None, None, None]


async def test_the_form_shows_what_was_typed() -> None:
    shown = fields(ENGLISH, Draft(7, "Git", "Bring\nyours", "around tea", 45))
    assert [shown[name]["value"] for name in ("topic", "other", "description")] == [
        "Git",
        "around tea",
        "Bring\nyours",
    ]
    assert [o["value"] for o in shown["minutes"]["options"] if o["default"]] == ["45"]


@pytest.mark.parametrize(
    ("when", "other", "menu"),
    [
        ("<t:1767335400>", None, "<t:1767335400>"),  # on the menu
        ("<t:1767333600>", "2026-01-02 14:00", "now"),  # taken since, or too far down for the menu
        ("<t:9999999999>", "2286-11-21 01:46", "now"),
        ("<t:999999999999>", "<t:999999999999>", "now"),
        ("現在", "現在", "now"),
    ],
)
async def test_a_time_from_a_menu_is_shown_as_people_write_it(
    when: str, other: str | None, menu: str
) -> None:
    shown = fields(ENGLISH, Draft(7, "Git", "", when, None))
    assert shown["other"].get("value") == other
    assert [o["value"] for o in shown["when"]["options"] if o["default"]] == [menu]


async def test_r16_too_long_words_are_cut_to_what_the_form_takes() -> None:
    shown = fields(ENGLISH, Draft(7, "長" * 4000, "d\n" * 3000, "w" * 6000, 10**15))
    for name in ("topic", "other", "description"):
        assert 0 < len(shown[name]["value"]) <= shown[name]["max_length"]
    assert (shown["topic"]["max_length"], shown["description"]["max_length"]) == (100, 1000)


def sent(other: str, minutes: str) -> dict[str, Any]:
    values: dict[str, dict[str, Any]] = {
        "topic": {"value": "Git"},
        "when": {"values": ["<t:1767335400>"]},
        "other": {"value": other},
        "minutes": {"values": [minutes]},
        "description": {"value": "d"},
    }
    return {"components": [{"type": 18, "component": {"custom_id": n, **v}} for n, v in values.items()]}


@pytest.mark.parametrize(
    ("other", "minutes", "expected"),
    [
        ("", "default", Draft(7, "Git", "d", "<t:1767335400>", None)),
        ("  ", "30", Draft(7, "Git", "d", "<t:1767335400>", 30)),
        (" 14:37 ", "30", Draft(7, "Git", "d", "14:37", 30)),
    ],
)
def test_a_typed_time_goes_before_the_menu(other: str, minutes: str, expected: Draft) -> None:
    assert read_form(7, sent(other, minutes)) == expected


async def test_forms_leave_nothing_behind_in_memory() -> None:
    assert host_form(ENGLISH, STARTS, PROGRAMME, EMPTY, NOON).is_finished()
