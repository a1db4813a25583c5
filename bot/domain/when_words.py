"""R1: the words of `when` in English and in Chinese as written in Taiwan, and what each of them means."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta, timezone, tzinfo
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from dateutil.parser import parserinfo


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the day: the hours it may mean, end excluded; from 24 on they are those after midnight."""

    first: int
    end: int
    half: bool = False
    """Whether it is half a clock face, which goes with the hours 1 to 12 only."""

    def holds(self, hour: int) -> bool:
        """Whether an hour lies in it."""
        return self.first <= (hour % 24 if self.half else hour) < self.end


# 晚上12點 is in none of them: nobody agrees on its date.
PARTS = {
    **dict.fromkeys(("am", "a"), Part(0, 12, half=True)),
    **dict.fromkeys(("pm", "p"), Part(12, 24, half=True)),
    **dict.fromkeys(("morning", "in the morning", "早上", "早晨", "早"), Part(4, 12)),
    **dict.fromkeys(("afternoon", "in the afternoon", "下午", "午後"), Part(12, 24)),
    **dict.fromkeys(("evening", "in the evening", "傍晚"), Part(16, 22)),
    **dict.fromkeys(("night", "at night", "晚上", "晚間", "晚"), Part(17, 29)),
    **dict.fromkeys(("noon", "midday", "中午"), Part(11, 14)),
    "凌晨": Part(0, 6),
    "清晨": Part(4, 8),
    "上午": Part(1, 12),
}

NOW = frozenset(
    [
        "now",
        "right now",
        "asap",
        "immediately",
        "right away",
        "straight away",
        "at once",
        "現在",
        "馬上",
        "立刻",
        "立即",
        "即刻",
    ]
)
TODAY = {"today": 0, "今天": 0, "今日": 0}
AHEAD = {
    **TODAY,
    **dict.fromkeys(("tomorrow", "tmr", "tmrw", "tomorow", "明天", "明日", "隔天", "隔日", "翌日"), 1),
    **dict.fromkeys(("day after tomorrow", "the day after tomorrow", "overmorrow", "後天", "後日"), 2),
    **dict.fromkeys(("yesterday", "昨天", "昨日"), -1),
    "大後天": 3,
}
"""Days from today."""
NIGHT, MORNING, AFTERNOON, EVENING = PARTS["night"], PARTS["morning"], PARTS["afternoon"], PARTS["evening"]
DAY_PARTS = {
    **dict.fromkeys(("tonight", "今晚", "今夜"), (0, NIGHT)),
    **dict.fromkeys(("明晚",), (1, NIGHT)),
    **dict.fromkeys(("今早", "this morning"), (0, MORNING)),
    **dict.fromkeys(("明早",), (1, MORNING)),
    "this afternoon": (0, AFTERNOON),
    "this evening": (0, EVENING),
    "昨晚": (-1, NIGHT),
}
"""A day and a part of it in one word."""

_PARSER = parserinfo()
WEEKDAYS = {word: n for n, names in enumerate(_PARSER.WEEKDAYS) for word in map(str.casefold, names)}
WEEKDAYS |= {"tues": 1, "weds": 2, "thur": 3, "thurs": 3}
CHINESE_WEEKDAYS = {day: n for n, day in enumerate("一二三四五六日")} | {"天": 6}
WEEKDAYS |= {
    prefix + day: n
    for prefix in ("週", "星期", "禮拜")
    for day, n in CHINESE_WEEKDAYS.items()
    if prefix + day != "週天"
}
MONTHS = {word: n for n, names in enumerate(_PARSER.MONTHS, 1) for word in map(str.casefold, names)}
ORDINALS = {
    word: n
    for n, word in enumerate(
        ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"], 1
    )
}

ONES = {
    w: n for n, w in enumerate(["one", "two", "three", "four", "five", "six", "seven", "eight", "nine"], 1)
}
_TEENS = "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
TENS = {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50}
NUMERALS = {**ONES, **{w: n for n, w in enumerate(_TEENS.split(), 10)}, **TENS}

HOURS = frozenset(["h", "hr", "hrs", "hour", "hours", "小時", "鐘頭"])
MINUTES = frozenset(["m", "min", "mins", "minute", "minutes", "分鐘"])
OCLOCK = frozenset(["點", "時"])
THIS = frozenset(["this", "這", "這個", "本"])
ABOUT = frozenset(["about", "around", "approximately", "roughly", "約", "大約", "大概", "差不多"])
LATER = frozenset(["later", "from now", "後", "之後", "以後"])
IN = frozenset(["in", "+", "after", "再", "再過", "過"])
UNTIL = frozenset(["-", "~", "to", "until", "till", "til", "到", "至"])
FOR = frozenset(["for", "持續", "為時", "歷時", "共", "長"])
AT = frozenset(["at", "@", "from"])
_CLOSING = frozenset(["!", "。", "吧", "左右", "開始", "起", "onwards", "onward", "sharp", "準時"])
FILLERS = (
    _CLOSING
    | ABOUT
    | AT
    | frozenset(
        [",", "、", "·", "(", ")", "[", "]", "on", "the", "of", "的", "在", "start", "starting", "please"]
    )
)
"""What changes no meaning, wherever it stands between two parts."""
HERE = frozenset(["local", "conference", "當地", "大會"])
"""With 'time' after it: the conference's own zone."""
NOON = {"noon": 12, "midday": 12, "正午": 12, "中午": 12, "midnight": 0, "午夜": 0}

_OTHERS = (
    "an half quarter quarters past and o'clock day d st nd rd th t utc gmt z time last half-hour "
    "半 個 刻 鐘 分 整 差 第 天 日 年 月 號 最後 時間"
)

# Names of zones that mean one offset everywhere; CST, EST, IST and the like do not.
_ABBREVIATIONS = {
    "wet": 0,
    "west": 1,
    "cet": 1,
    "cest": 2,
    "eet": 2,
    "eest": 3,
    "hkt": 8,
    "sgt": 8,
    "jst": 9,
    "kst": 9,
    "aest": 10,
    "aedt": 11,
    "nzst": 12,
    "nzdt": 13,
    "edt": -4,
    "mdt": -6,
    "pdt": -7,
}
_NO_PLACES = frozenset(["Antarctica", "Etc", "US", "Canada", "Mexico", "Brazil", "Chile"])
_PLACES = {
    **dict.fromkeys(("台北", "臺北", "台灣", "臺灣", "taiwan"), "Asia/Taipei"),
    **dict.fromkeys(("東京", "日本", "japan"), "Asia/Tokyo"),
    **dict.fromkeys(("首爾", "韓國", "korea"), "Asia/Seoul"),
    **dict.fromkeys(("北京", "上海", "china"), "Asia/Shanghai"),
    "香港": "Asia/Hong_Kong",
    "新加坡": "Asia/Singapore",
    "倫敦": "Europe/London",
    "紐約": "America/New_York",
}


@cache
def zone_names() -> dict[str, str]:
    """Return the IANA names of zones by what a person may call them, in lower case: that name, or a city."""
    names = [name for name in available_timezones() if "/" in name]  # without CST6CDT and the like
    places = sorted(
        name for name in names if name.count("/") == 1 and name.partition("/")[0] not in _NO_PLACES
    )
    cities = {place.rpartition("/")[2].casefold().replace("_", " "): place for place in places}
    return {name.casefold(): name for name in names} | cities | _PLACES


def is_place(word: str) -> bool:
    """Whether a word is the name of a city, which only with 'time' after it means a zone."""
    return "/" not in word and word not in _ABBREVIATIONS


def zone(word: str) -> tzinfo | None:
    """Return the zone that a word names, if it does."""
    if word in _ABBREVIATIONS:
        return timezone(timedelta(hours=_ABBREVIATIONS[word]))
    name = zone_names().get(word)
    return ZoneInfo(name) if name else None


def vocabulary() -> set[str]:
    """Return all words that some rule of the grammar knows."""
    sets = (NOW, HOURS, MINUTES, OCLOCK, THIS, ABOUT, LATER, IN, UNTIL, FOR, FILLERS, HERE)
    tables = (PARTS, AHEAD, DAY_PARTS, WEEKDAYS, MONTHS, ORDINALS, NUMERALS, NOON)
    known = {*_OTHERS.split(), *_ABBREVIATIONS, *_PLACES}.union(*sets, *tables)
    return {word for word in known if word[0].isalpha()}
