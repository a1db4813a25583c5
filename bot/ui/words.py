"""All words that people read, from the gettext catalogues under data/locale/."""

from __future__ import annotations

import gettext
import io
from datetime import date, datetime, time, tzinfo
from functools import cache, lru_cache

import discord
from babel import Locale
from babel.dates import format_skeleton, get_timezone_location
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from dateutil.tz import datetime_ambiguous

from bot.domain.capacity import Slot
from bot.domain.models import Span
from bot.paths import data_folder

ENGLISH = "en"
LANGUAGES = {ENGLISH: "en", "zh-TW": "zh_TW"}
"""Discord's names of the languages that we speak, with the names of their catalogues."""
CHINESE = {"zh-TW", "zh-CN"}
"""Readers of Chinese get our Chinese rather than English."""


class Words:
    """The words of one language. Translate first, then fill: `words("booked", topic=...)`."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._locale = Locale.parse(LANGUAGES[language])
        self._catalogue = _catalogue(language)

    def __call__(self, key: str, /, **fields: object) -> str:
        """Return the text named `key` with its fields filled in; raises KeyError where there is none."""
        return self._filled(key, self._catalogue.gettext(key), fields)

    def count(self, key: str, n: int, /, **fields: object) -> str:
        """Return the text named `key` in the form that fits the number `n`."""
        return self._filled(key, self._catalogue.ngettext(key, key, n), {"n": n, **fields})

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
        return _day(day, self._locale)

    def span(self, slot: Slot) -> str:
        """Return a slot for a button or a menu, where no timestamp is drawn: in the conference's own zone."""
        return self("span", start=self.start(slot.start), end=_clock(slot.end))

    def start(self, local: datetime) -> str:
        """Return a date and time of the conference's clock, where no timestamp is drawn."""
        return self("start", day=self.day(local.date()), clock=_clock(local))

    def clock_of(self, zone: tzinfo) -> str:
        """Return whose clock a time is read by, where no timestamp is drawn: 'Taipei time' (R1)."""
        return self("clock-of", city=_city(zone, self._locale))


@lru_cache(maxsize=1024)  # a menu names the same days again and again
def _day(day: date, locale: Locale) -> str:
    return format_skeleton("MMMEd", datetime.combine(day, time()), locale=locale)


@lru_cache(maxsize=256)
def _city(zone: tzinfo, locale: Locale) -> str:
    name = get_timezone_location(zone, locale=locale, return_city=True)
    return name.rpartition("/")[2]


def _clock(local: datetime) -> str:
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


@cache
def _catalogue(language: str) -> gettext.NullTranslations:
    path = data_folder() / "locale" / LANGUAGES[language] / "LC_MESSAGES" / "openspace.po"
    compiled = io.BytesIO()
    with path.open("rb") as source:
        write_mo(compiled, read_po(source))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)
