"""R1: reads until when something holds, as organizers type it: a time, a day, or how long from now."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from bot.domain.programme import Programme
from bot.domain.refusal import Refusal
from bot.domain.when import read_when
from bot.domain.when_tokens import plain, tokens

_FROM_NOW = ("{}", "in {}", "{}後")
"""A length alone, such as `2 hours` or `兩小時`, is read as one from now on."""
EXAMPLE = "2 hours"
"""What is understood at any time."""
_DAYS = re.compile(
    r"(?:for |in )?(?P<number>an?|[a-z]+|[0-9]{1,3}|[一二兩三四五六七八九十]+) ?"
    r"(?:(?P<days>days?|天)|weeks?|週|個?(?:星期|禮拜))後?"
)
_MOST = timedelta(days=366)
"""Longer ahead is a slip of the pen."""


def read_until(text: str, now: datetime, programme: Programme) -> datetime:
    """Return the instant that is meant; a day alone means when its Open Spaces begin.

    Raises the `Refusal` of `read_when` for anything else, and for what is not to come.
    """
    ahead = _days(text)
    if ahead:
        return now.replace(microsecond=0) + ahead
    refusals: list[Refusal] = []
    for form in _FROM_NOW:
        try:
            return _instant(form.format(text), now, programme)
        except Refusal as refusal:
            refusals.append(refusal)
    raise refusals[0].completed(example=EXAMPLE)


def _days(text: str) -> timedelta | None:
    """Return how long 'a week', '3 days' or 三天 is; None for anything else."""
    said = _DAYS.fullmatch(plain(text))
    if said is None:
        return None
    number = 1 if said["number"] in {"a", "an"} else tokens(said["number"])[0].number
    ahead = timedelta(days=(number or 0) * (1 if said["days"] else 7))
    return ahead if timedelta() < ahead <= _MOST else None


def _instant(text: str, now: datetime, programme: Programme) -> datetime:
    try:
        until = read_when(text, now, programme).start
    except Refusal as refusal:
        if refusal.code != "when-no-time" or refusal.near is None or refusal.near <= now:
            raise
        until = refusal.near
    if until <= now:
        raise Refusal("when-past", text=text, start=until, example=EXAMPLE)
    return until
