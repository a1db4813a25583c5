"""When a channel may be renamed: twice in ten minutes, as Discord allows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.renames import rename_allowed_at

NOW = datetime(2021, 10, 2, 2, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("minutes_ago", "allowed_in"),
    [
        ((), 0),
        ((1,), 0),
        ((9, 1), 1),
        ((1, 9), 1),
        ((10, 1), 0),  # ten minutes have passed
        ((0, 0), 10),
        ((9, 8, 3), 2),
        ((60, 50), 0),
        ((-60, -59), 0),  # the clock was set back (K19)
        ((-60, 9, 1), 1),
    ],
)
def test_a_third_rename_waits_until_the_first_is_ten_minutes_old(
    minutes_ago: tuple[int, ...], allowed_in: int
) -> None:
    renames = [NOW - timedelta(minutes=m) for m in minutes_ago]
    assert rename_allowed_at(renames, NOW) == NOW + timedelta(minutes=allowed_in)
