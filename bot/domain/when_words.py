"""R1: the words of `when`. English and zh-TW become one plain form that `when.py` can match."""

from __future__ import annotations

import re
from collections.abc import Iterable
from unicodedata import normalize

NOW = frozenset({"now", "right now", "現在", "馬上", "立刻", "立即"})

DAYS = {"yesterday": -1, "today": 0, "tomorrow": 1, "tmr": 1, "overmorrow": 2}
"""Days from today."""

PERIODS = {
    "am": (0, 12),
    "pm": (12, 24),
    "凌晨": (0, 6),
    "清晨": (4, 8),
    "早上": (4, 12),
    "上午": (1, 12),
    "中午": (11, 14),
    "下午": (12, 24),
    "傍晚": (16, 20),
    "晚上": (17, 24),
}
"""The hours, end excluded, a part of the day can mean; not 晚上12點, whose date nobody agrees on."""

_SAME = str.maketrans("点钟后两时周现个礼号马间‐–−‘’", "點鐘後兩時週現個禮號馬間---''")
_DIGITS = str.maketrans("零〇一二兩三四五六七八九", "001223456789")
_WEEKDAYS = {
    "一": "monday",
    "二": "tuesday",
    "三": "wednesday",
    "四": "thursday",
    "五": "friday",
    "六": "saturday",
    "日": "sunday",
    "天": "sunday",
}

_Rules = Iterable[tuple[str, str]]

_ENGLISH: _Rules = (
    (r"\b([ap])\.m\b\.?", r"\1m"),
    (r"(?:\b12(?::00)? ?)?\bnoon\b", " 12:00 "),
    (r"(?:\b12(?::00)? ?)?\bmidnight\b", " 00:00 "),
    (r"(\d) ?o'clock\b", r"\1:00"),
    (r"\bday after tomorrow\b", " overmorrow "),
    (r"\btonight\b", " today "),
    (r"\btues\b", "tue"),
    (r"\bthurs?\b", "thu"),
    (r"^(.+) (?:from now|later)$", r"in \1"),
    (r"^in (?:a )?half (?:an )?hour\b", "in 0.5 hour"),
    (r"^in (?:an?|one) ", "in 1 "),
)

_LENGTHS: _Rules = (
    (r"^(.+?) ?(?:之|以)?後$", r"in \1"),
    (r"(\d+) ?個半 ?(?:小時|鐘頭)|(\d+) ?個? ?(?:小時|鐘頭)半", r" \1\2.5 h "),
    (r"半 ?個? ?(?:小時|鐘頭)", " 0.5 h "),
    (r"(\d) ?個? ?(?:小時|鐘頭)", r"\1 h "),
    (r"(\d) ?分鐘?", r"\1 min "),
)

_DATES_AND_CLOCKS: _Rules = (
    (r"今晚", " today 晚上"),
    (r"明晚", " tomorrow 晚上"),
    (r"今早", " today 早上"),
    (r"明早", " tomorrow 早上"),
    (r"今[天日]", " today "),
    (r"明[天日]", " tomorrow "),
    (r"昨[天日]", " yesterday "),
    (r"(?<!大)後[天日]", " overmorrow "),
    (r"第 ?(\d+) ?[天日]", r" day \1 "),
    (r"(\d{4}) ?年 ?(\d{1,2}) ?月 ?(\d{1,2}) ?[日號]?", r" \1-\2-\3 "),
    (r"(\d{1,2}) ?月 ?(\d{1,2}) ?[日號]?", r" \1/\2 "),
    (r"(\d) ?[點時] ?半", r"\1:30"),
    (r"(\d) ?[點時] ?1刻", r"\1:15"),
    (r"(\d) ?[點時] ?3刻", r"\1:45"),
    (r"(\d) ?[點時] ?(\d\d) ?分?", r"\1:\2"),
    (r"(\d) ?[點時] ?(\d) ?分", r"\1:0\2"),
    (r"(\d) ?[點時][鐘整]?", r"\1:00"),
    (r"正午|中午(?! ?\d)", " 12:00 "),
    (r"午夜", " 00:00 "),
)

_FILLERS = r"\b(?:at|on|the|of)\b|[@,、()的]|(?<!現)在"


def _apply(rules: _Rules, text: str) -> str:
    for pattern, plain_form in rules:
        text = re.sub(pattern, plain_form, text, flags=re.ASCII)
    return text


def _weekday(found: re.Match[str]) -> str:
    return f" {_WEEKDAYS[found[1] or found[2]]} "


def _number(found: re.Match[str]) -> str:
    run = found[0].translate(_DIGITS)
    tens = re.fullmatch(r"(\d?)十(\d?)", run)
    if tens:
        return f"{tens[1] or 1}{tens[2] or 0}"
    return found[0] if "十" in run else run


def plain(text: str) -> str:
    """Return the text in lower case, ASCII digits and single spaces, with zh-TW words replaced (R1).

    What it does not know stays as it is, for the caller to refuse.
    """
    text = normalize("NFKC", text).casefold().translate(_SAME)
    text = " ".join(text.split()).strip(" !.。")
    text = re.sub(r"(?:週|星期|禮拜)([一二三四五六日天])|\(([一二三四五六日])\)", _weekday, text)
    text = re.sub("[零〇一二兩三四五六七八九十]+", _number, text)
    text = _apply(_LENGTHS if text.endswith("後") else _DATES_AND_CLOCKS, text)
    text = _apply(_ENGLISH, re.sub(_FILLERS, " ", text, flags=re.ASCII))
    return " ".join(text.split())
