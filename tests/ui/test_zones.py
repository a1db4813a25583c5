"""R1: a time zone is found by what people call the place."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.domain.zones import Found
from bot.ui.words import words_for
from bot.ui.zones import atlas, offset, zone_label

NOW = datetime(2026, 6, 1, 4, tzinfo=UTC)


def found(typed: str) -> list[str]:
    return list(atlas().find(typed, NOW).zones)


@pytest.mark.parametrize(
    ("typed", "zone"),
    [
        *dict.fromkeys(
            ["台北", "臺北", "台北市", "Taipei", "taipei", "TAIWAN", "台灣", "臺灣", "tw", "Asia/Taipei"],
            "Asia/Taipei",
        ).items(),
        *dict.fromkeys(
            ["Taipei, Taiwan", "台北（台灣）", "asia/taipei", "高雄", "Kaohsiung"], "Asia/Taipei"
        ).items(),
        *dict.fromkeys(
            ["Prague", "Praha", "Brno", "布拉格", "Czechia", "Czech Republic"], "Europe/Prague"
        ).items(),
        *dict.fromkeys(["New York", "new york", "NEW_YORK", "紐約"], "America/New_York").items(),
        *dict.fromkeys(["berlin germany", "Munich", "柏林"], "Europe/Berlin").items(),
        *dict.fromkeys(["uk", "England", "London", "倫敦"], "Europe/London").items(),
        *dict.fromkeys(["Zürich", "zurich"], "Europe/Zurich").items(),
        ("Sao Paulo", "America/Sao_Paulo"),
        ("Japan", "Asia/Tokyo"),
    ],
)
def test_r1_one_place_is_one_zone(typed: str, zone: str) -> None:
    assert atlas().find(typed, NOW) == Found((zone,), sure=True)


@pytest.mark.parametrize(
    ("typed", "zone"),
    [("Prgue", "Europe/Prague"), ("Atlantis", "America/New_York"), ("Lond", "Europe/London")],
)
def test_r1_what_is_only_like_a_place_is_a_guess(typed: str, zone: str) -> None:
    guess = atlas().find(typed, NOW)
    assert zone in guess.zones
    assert not guess.sure


def test_r1_an_offset_offers_the_places_that_have_it_and_never_the_sign_trap() -> None:
    for typed in ("UTC+8", "gmt+8", "+08:00", "utc +8"):
        assert found(typed)[:4] == ["Asia/Taipei", "Asia/Shanghai", "Asia/Hong_Kong", "Asia/Singapore"]
    assert found("+5:30") == ["Asia/Kolkata", "Asia/Colombo"]
    assert found("UTC-4")[0] == "America/New_York"  # in summer
    assert found("UTC")[0] == "UTC"
    for typed in ("UTC+8", "Etc/GMT+8", "GMT+8", "UTC-8", "+0", "GMT"):
        assert not any(zone.startswith("Etc/") for zone in found(typed))


def test_r1_an_abbreviation_that_means_several_zones_offers_them_all() -> None:
    assert {"Asia/Taipei", "Asia/Shanghai", "America/Chicago"} <= set(found("CST"))
    assert found("IST") == ["Asia/Kolkata", "Europe/Dublin", "Asia/Jerusalem"]
    assert "Europe/Prague" in found("CEST")


def test_r1_a_country_with_several_zones_offers_the_largest_first() -> None:
    assert found("USA")[:3] == ["America/New_York", "America/Los_Angeles", "America/Chicago"]
    assert found("澳洲")[0] == "Australia/Sydney"
    assert len(found("Argentina")) <= 25


@pytest.mark.parametrize("typed", ["", "  ", "x", "??", "Atlantis-on-Sea", "a" * 5000, "🙂"])
def test_r1_what_is_no_place_finds_nothing(typed: str) -> None:
    assert found(typed) == []


def test_r1_a_zone_says_where_it_is_and_what_its_clocks_show() -> None:
    assert zone_label(words_for("en"), "Asia/Taipei", NOW) == "Taipei, Taiwan · UTC+8 · now 12:00"
    assert zone_label(words_for("zh-TW"), "Europe/Prague", NOW) == "布拉格，捷克 · UTC+2 · 現在 06:00"
    assert zone_label(words_for("en"), "Asia/Singapore", NOW) == "Singapore · UTC+8 · now 12:00"
    assert offset(NOW.astimezone(ZoneInfo("Asia/Kolkata"))) == "UTC+5:30"
    assert offset(NOW.astimezone(ZoneInfo("America/New_York"))) == "UTC-4"
