"""R1: which time zone somebody means who types a city, a country, an abbreviation or an offset from UTC.

An offset is not a zone: it offers the places that have it. `Etc/GMT+8` is eight hours behind UTC, so it is
never offered to anyone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from difflib import get_close_matches
from functools import cache
from importlib import resources
from zoneinfo import ZoneInfo

from bot.domain.names import searchable

_OFFSET = re.compile(r"(?:(?:utc|gmt) ?)?([+-]) ?(\d{1,2})(?::?([0-5]\d))?", re.ASCII)
_PARTS = re.compile(r"[,;/·()]+")
_CHINESE = re.compile("[\u4e00-\u9fff]{2}")
_LIKENESS = 0.75
_LONGEST = 60
"""Code points that are looked at."""

_LARGE = """
    Asia/Taipei Europe/London America/New_York Europe/Berlin Europe/Paris Asia/Tokyo America/Los_Angeles
    Asia/Shanghai Asia/Hong_Kong Asia/Singapore Asia/Kolkata Europe/Prague America/Chicago Australia/Sydney
    America/Sao_Paulo Europe/Madrid Europe/Rome Asia/Seoul Asia/Bangkok Asia/Manila Asia/Jakarta Africa/Lagos
    Africa/Nairobi Africa/Johannesburg Africa/Cairo Asia/Dubai America/Toronto America/Denver
    America/Mexico_City America/Bogota America/Argentina/Buenos_Aires Pacific/Auckland Europe/Istanbul
"""
"""Well-known zones, which come first where many fit."""

_CITIES = {
    "Asia/Taipei": "taichung tainan kaohsiung hsinchu 台中 台南 高雄 新竹 台北市 新北 桃園 roc",
    "Asia/Shanghai": "beijing shenzhen guangzhou hangzhou chengdu prc 北京 深圳 廣州 杭州",
    "Asia/Tokyo": "osaka kyoto nagoya hiroshima fukuoka sapporo 大阪 京都 名古屋 廣島 福岡 札幌",
    "Asia/Seoul": "busan incheon 釜山 仁川",
    "Asia/Kolkata": "mumbai delhi new_delhi bangalore bengaluru hyderabad chennai pune 孟買 德里 加爾各答",
    "Asia/Ho_Chi_Minh": "saigon hanoi 胡志明市 河內 西貢",
    "Europe/Prague": "brno praha plzen ostrava",
    "Europe/Berlin": "munich münchen hamburg frankfurt cologne köln leipzig karlsruhe 慕尼黑 漢堡 法蘭克福",
    "Europe/London": "edinburgh manchester cambridge cardiff glasgow bristol birmingham 愛丁堡 曼徹斯特 劍橋",
    "Europe/Paris": "lyon toulouse strasbourg marseille 里昂",
    "Europe/Rome": "milan milano florence firenze bologna 米蘭 佛羅倫斯",
    "Europe/Madrid": "barcelona valencia seville bilbao 巴塞隆納",
    "Europe/Zurich": "geneva basel bern rapperswil 日內瓦 巴塞爾",
    "Europe/Warsaw": "krakow wroclaw gdansk katowice",
    "Europe/Kyiv": "kiev kharkiv lviv 基輔",
    "America/New_York": "boston washington pittsburgh philadelphia atlanta miami cleveland 波士頓 華盛頓",
    "America/Chicago": "austin dallas houston minneapolis 休士頓 奧斯汀",
    "America/Denver": "salt_lake_city boulder",
    "America/Los_Angeles": "san_francisco seattle portland san_diego long_beach 舊金山 西雅圖 波特蘭",
    "America/Toronto": "montreal ottawa waterloo 蒙特婁",
    "America/Sao_Paulo": "rio rio_de_janeiro curitiba florianopolis 里約熱內盧",
    "Australia/Sydney": "canberra newcastle",
}
"""Cities of conferences that name no zone, in small letters, '_' for a space."""
_COUNTRIES = {
    "usa": "US",
    "america": "US",
    "uk": "GB",
    "england": "GB",
    "scotland": "GB",
    "great britain": "GB",
    "czech republic": "CZ",
    "holland": "NL",
    "korea": "KR",
    "韓國": "KR",
    "大陸": "CN",
}


@dataclass(frozen=True, slots=True)
class Place:
    """A zone with the names of its city and its country, in every language that is searched."""

    zone: str
    cities: tuple[str, ...]
    countries: tuple[str, ...]


@cache
def known_zones() -> frozenset[str]:
    """Return the IANA names of all zones.

    Not `available_timezones`: it opens hundreds of files, and knows the machine's own zone, which says
    nothing about the conference's.
    """
    names = resources.files("tzdata").joinpath("zones").read_text("ascii").split()
    return frozenset(names) - {"Factory"}


@cache
def countries() -> dict[str, str]:
    """Return the zones in which people live, with the codes of their countries, as tzdata lists them."""
    table = resources.files("tzdata").joinpath("zoneinfo", "zone.tab").read_text("ascii")
    rows = (line.split("\t") for line in table.splitlines() if line and not line.startswith("#"))
    return {row[2]: row[0] for row in rows if row[0] != "AQ"}


@dataclass(frozen=True, slots=True)
class Found:
    """The IANA names of zones, the likeliest first; `sure`: just the one that was named."""

    zones: tuple[str, ...] = ()
    sure: bool = False


class Atlas:
    """The places to search in, ready to be asked."""

    def __init__(self, places: Sequence[Place]) -> None:
        codes = countries()
        self._places = [
            (
                place.zone,
                [*map(_plain, place.cities), *_more_cities(place.zone)],
                [*map(_plain, place.countries), codes.get(place.zone, "").casefold()],
            )
            for place in sorted(places, key=_size)
        ]
        self._abbreviations: dict[str, set[str]] = {}
        self._year = 0

    def find(self, typed: str, now: datetime, most: int = 25) -> Found:
        """Return the zones that are meant; none where nobody can tell."""
        text = _plain(typed[:_LONGEST])
        name = text.replace(" ", "_")
        exact = next((zone for zone in known_zones() if "/" in zone and zone.casefold() == name), None)
        if exact and not exact.startswith("Etc/"):
            return Found((exact,), sure=True)
        if text in {"utc", "gmt", "z"}:
            return Found(("UTC", *self._at_offset(timedelta(), now))[:most])
        if offset := _OFFSET.fullmatch(text):
            sign, hours, minutes = offset.groups(default="0")
            length = timedelta(hours=int(hours), minutes=int(minutes))
            return Found(tuple(self._at_offset(-length if sign == "-" else length, now)[:most]))
        found = [self._named(part, now) for each in _PARTS.split(text) if (part := each.strip())]
        if not any(zones for zones, _ in found) and " " in text:
            found = [self._named(word, now) for word in text.split()]
        every = list(dict.fromkeys(zone for zones, _ in found for zone in zones))
        both = [zone for zone in every if all(zone in zones for zones, _ in found)]
        meant = (both or every)[:most]
        return Found(tuple(meant), sure=len(meant) == 1 and all(sure for _, sure in found))

    def _named(self, text: str, now: datetime) -> tuple[list[str], bool]:
        """Return the zones whose place, country or abbreviation a text is, else the most similar ones.

        Besides whether it is that.
        """
        if now.year != self._year:
            self._abbreviations, self._year = self._abbreviated(now.year), now.year
        meant = self._abbreviations.get(text, set())
        ranked = {}
        for zone, cities, states in self._places:
            rank = _rank(text, cities, states)
            if zone in meant:
                rank = min(rank, _SURE)
            if rank < _NOTHING:
                ranked[zone] = rank
        if not ranked and len(text) > 3:
            known = {name: zone for zone, cities, states in self._places for name in (*states, *cities)}
            close = get_close_matches(text, known, n=3, cutoff=_LIKENESS)
            return list(dict.fromkeys(known[name] for name in close)), False
        ordered = sorted(ranked, key=ranked.__getitem__)
        sure = [zone for zone in ordered if ranked[zone] <= _SURE]
        return sure or ordered, bool(sure)

    def _at_offset(self, offset: timedelta, now: datetime) -> list[str]:
        return [zone for zone, *_ in self._places if now.astimezone(ZoneInfo(zone)).utcoffset() == offset]

    def _abbreviated(self, year: int) -> dict[str, set[str]]:
        """Return the zones by what their clocks are called in winter and in summer: 'cst', 'cest'."""
        found: dict[str, set[str]] = {}
        for zone, *_ in self._places:
            for month in (1, 7):
                name = datetime(year, month, 1, tzinfo=ZoneInfo(zone)).tzname() or ""
                if name.isalpha():
                    found.setdefault(name.casefold(), set()).add(zone)
        return found


_SURE = 2
"""Up to this rank a text is the name itself: what only begins like it is not offered beside."""
_NOTHING = 9


def _rank(text: str, cities: Sequence[str], states: Sequence[str]) -> int:
    """Return how well a text names one of these places: 0 is just its name."""
    short = len(text) < 3 and text.isascii()
    checks: tuple[Callable[[], bool], ...] = (
        lambda: text in cities,
        lambda: text in states or _COUNTRIES.get(text, "").casefold() in states[-1:],
        lambda: bool(_CHINESE.match(text)) and any(len(c) > 1 and text.startswith(c) for c in cities),
        lambda: not short and any(city.startswith(text) for city in cities),
        lambda: not short and any(state.startswith(text) for state in states),
        lambda: not short and any(f" {text}" in name for name in (*cities, *states)),
        lambda: len(text) > 3 and text.isascii() and any(text in name for name in (*cities, *states)),
    )
    return next((rank for rank, holds in enumerate(checks) if holds()), _NOTHING)


def _plain(text: str) -> str:
    return searchable(text).replace("臺", "台").replace("−", "-").replace("_", " ")


def _more_cities(zone: str) -> Iterator[str]:
    yield _plain(zone.rpartition("/")[2])
    yield from map(_plain, _CITIES.get(zone, "").split())


def _size(place: Place) -> int:
    large = _LARGE.split()
    return large.index(place.zone) if place.zone in large else len(large)
