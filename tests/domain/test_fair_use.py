"""R17: who gets channels where Discord gives no more, and how patiently what others delete is made again."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.domain.fair_use import (
    DAY_CHANNELS,
    GUILD_CHANNELS,
    MANY_CHANNELS,
    NEARLY_FULL,
    Group,
    repair_pause,
    share,
)
from tests.ui.samples import at, session


def group(name: str, hour: float | None = None, *, hasty: bool = False) -> Group[str]:
    """The two channels of a session at an hour, or of all."""
    return Group([name, name], None if hour is None else session(start=at(hour)), hasty)


def granted(*groups: Group[str], made: int = 0, total: int = 0, coming: int = 0) -> str:
    found, _ = share(groups, made=made, total=total, coming=coming)
    assert found == [name for name in found[::2] for _ in "12"], "a desk is made whole or not at all"
    return "".join(found[::2])


HASTY, LATE, SOON, ALL = group("h", 12, hasty=True), group("l", 14), group("s", 13), group("a")


def test_what_is_for_all_goes_first_then_what_was_booked_then_what_began_at_once() -> None:
    assert granted(HASTY, LATE, SOON, ALL) == "aslh"
    assert granted(HASTY, LATE, SOON, ALL, made=DAY_CHANNELS - 5) == "as"
    assert granted(HASTY, LATE, SOON, ALL, total=GUILD_CHANNELS - 6) == "asl"


@pytest.mark.parametrize(("left", "expected"), [(1, ""), (2, "h"), (3, "h")])
def test_what_began_at_once_leaves_what_was_booked_ahead(left: int, expected: str) -> None:
    assert granted(HASTY, made=DAY_CHANNELS - left) == expected
    assert granted(HASTY, made=DAY_CHANNELS - left - 10, coming=10) == expected
    assert granted(SOON, made=DAY_CHANNELS - 2, coming=10) == "s"


def test_organizers_know_before_it_is_too_late() -> None:
    def problems(made: int, total: int) -> set[str]:
        return set(share([SOON], made=made, total=total, coming=0)[1])

    assert problems(MANY_CHANNELS - 1, NEARLY_FULL - 1) == set()
    assert problems(MANY_CHANNELS, NEARLY_FULL) == {"many-channels", "guild-nearly-full"}
    assert problems(0, GUILD_CHANNELS - 2) == {"guild-nearly-full"}
    assert problems(0, GUILD_CHANNELS - 1) == {"guild-full"}


def test_what_others_delete_is_made_again_ever_more_slowly() -> None:
    pauses = [repair_pause(times) for times in range(20)]
    assert pauses == sorted(pauses)
    assert pauses[:2] == [timedelta(0), timedelta(0)]
    assert pauses[-1] == timedelta(minutes=30)
