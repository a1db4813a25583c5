"""All words that people read, from the gettext catalogues under data/locale/."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, tzinfo
from functools import cache

import discord
from dateutil.tz import datetime_ambiguous

from bot.domain.capacity import Slot
from bot.domain.models import Span
from bot.ui.catalogue import CITY, read_catalogue

ENGLISH = "en"
LANGUAGES = {ENGLISH: "en", "zh-TW": "zh_TW"}
"""Discord's names of the languages that we speak, with the names of their catalogues."""
CHINESE = {"zh-TW", "zh-CN"}
"""Readers of Chinese get our Chinese rather than English."""


class Words:
    """The words of one language. Translate first, then fill: `words("booked", topic=...)`."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._catalogue = read_catalogue(LANGUAGES[language])

    def __call__(self, key: str, /, **fields: object) -> str:
        """Return the text named `key` with its fields filled in; raises KeyError where there is none."""
        return self._filled(key, self._catalogue.gettext(key), fields)

    def count(self, key: str, n: int, /, **fields: object) -> str:
        """Return the text named `key` in the form that fits the number `n`."""
        return self._filled(key, self._catalogue.ngettext(key, key, n), {"n": n, **fields})

    def pattern(self, key: str, n: int | None = None) -> str:
        """Return the text named `key`, in the form that fits `n`, for who fills its fields in."""
        text = self._catalogue.gettext(key) if n is None else self._catalogue.ngettext(key, key, n)
        return self._filled(key, text, {})

    def forms(self, key: str) -> set[str]:
        """Return the text named `key` in all its forms, its fields not filled in."""
        return {self._catalogue.gettext(key), *(self._catalogue.ngettext(key, key, n) for n in (1, 2))} - {
            key
        }

    @staticmethod
    def _filled(key: str, text: str, fields: dict[str, object]) -> str:
        if text == key:
            raise KeyError(key)
        return text.format_map(fields) if fields else text

    def day(self, day: date) -> str:
        """Return a date as people of this language write it, with its weekday: 'Sat, Oct 2'."""
        weekday, month = self("weekdays").split()[day.weekday()], self("months").split()[day.month - 1]
        return self("date", weekday=weekday, month=month, day=day.day)

    def city(self, zone: tzinfo) -> str:
        """Return the city after which a zone is named, such as Taipei; the zone's name where it has none."""
        key = CITY.format(zone)
        city = self._catalogue.gettext(key)
        return city if city != key else str(zone)

    def span(self, slot: Slot) -> str:
        """Return a slot for a button or a menu, where no timestamp is drawn: in the conference's own zone."""
        return self("span", start=self.start(slot.start), end=wall_clock(slot.end))

    def start(self, local: datetime) -> str:
        """Return a date and time of the conference's clock, where no timestamp is drawn."""
        return self("start", day=self.day(local.date()), clock=wall_clock(local))

    def clock_of(self, zone: tzinfo) -> str:
        """Return whose clock a time is read by, where no timestamp is drawn: 'Taipei time' (R1)."""
        return self("clock-of", city=self.city(zone))


WordsIn = Callable[[int], Words]
"""Returns the words of what everyone in a server sees, by its id."""


def wall_clock(local: datetime) -> str:
    """Return a clock time; where the clock shows it twice that day, with its offset from UTC."""
    text = f"{local:%H:%M}"
    return f"{text} UTC{local:%z}" if datetime_ambiguous(local) else text


def relative(instant: datetime) -> str:
    """Return an instant as Discord counts to it: 'in 12 minutes'."""
    return discord.utils.format_dt(instant, "R")


def clock(instant: datetime) -> str:
    """Return an instant as a Discord timestamp: each reader sees the time of their own zone (R1)."""
    return discord.utils.format_dt(instant, "t")


def moment(instant: datetime) -> str:
    """Return date and time as a Discord timestamp (R1)."""
    return discord.utils.format_dt(instant, "f")


def span_fields(span: Span) -> dict[str, object]:
    """Return start and end as Discord timestamps, and how far ahead the start is, for a text's fields."""
    return {"start": moment(span.start), "end": clock(span.end), "ahead": relative(span.start)}


def words_for(locale: discord.Locale | str) -> Words:
    """Return the words for a person's Discord language; English where we do not speak it."""
    name = str(locale)
    return _words("zh-TW" if name in CHINESE else ENGLISH)


@cache
def _words(language: str) -> Words:
    return Words(language)
