"""Which language a reader gets: the one they chose, or the one their browser asks for."""

from __future__ import annotations

import re

from bot.ui.words import LANGUAGES, Words, words_for

_RANGE = re.compile(r"([A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*|\*)\s*(?:;\s*q=([01](?:\.\d{0,3})?))?", re.ASCII)
_LONGEST = 500
"""Characters of a header that are looked at."""


def chosen(asked: str) -> Words | None:
    """Return the words of the language that an address names, None where it names none of ours."""
    return words_for(asked) if asked in LANGUAGES else None


def accepted(header: str, otherwise: str) -> Words:
    """Return the words for the Accept-Language of a browser; `otherwise` where it asks for none.

    All Chinese is answered in ours, and what we do not speak in English.
    """
    found = filter(None, (_RANGE.fullmatch(part.strip()) for part in header[:_LONGEST].split(",")))
    ranges = [(-float(each[2] or 1), each[1].lower()) for each in found if float(each[2] or 1) > 0]
    for _, name in sorted(ranges, key=lambda each: each[0]):
        if name.startswith("zh"):
            return words_for("zh-TW")
        if name.startswith("en"):
            return words_for("en")
        if name == "*":
            return words_for(otherwise)
    return words_for("en" if ranges else otherwise)
