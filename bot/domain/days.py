"""Which day of the conference a person means."""

from __future__ import annotations

import re
import unicodedata
from datetime import date

from bot.domain.names import clean_line
from bot.domain.programme import Programme
from bot.domain.refusal import Refusal

_CHINESE = "零一二三四五六七八九十"
_SHOWN = 60
"""Code points of the person's text that a refusal repeats."""


def read_day(text: str, programme: Programme) -> date:
    """Return the day that `2`, `day 2`, `第二天` or a date means; raises `Refusal` for anything else."""
    days = programme.days()
    plain = unicodedata.normalize("NFKC", text).strip()
    if plain in {day.isoformat() for day in days}:
        return date.fromisoformat(plain)
    named = re.fullmatch(
        r"(?:day)?\s*(\d{1,2})|第\s*(\d{1,2}|[一二三四五六七八九十])\s*天", plain, re.IGNORECASE
    )
    if named:
        digits = named[1] or named[2]
        number = _CHINESE.index(digits) if digits in _CHINESE else int(digits)
        if 1 <= number <= len(days):
            return days[number - 1]
    raise Refusal("no-day", text=clean_line(text, _SHOWN), days=len(days))
