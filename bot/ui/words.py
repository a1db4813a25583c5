"""All words that people read, from the gettext catalogues under data/locale/."""

from __future__ import annotations

from datetime import date, datetime, tzinfo
from functools import cache

import discord

from bot.domain.capacity import Slot
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
        return self(
            "span", day=self.day(slot.start.date()), start=f"{slot.start:%H:%M}", end=f"{slot.end:%H:%M}"
        )


def clock(instant: datetime) -> str:
    """Return an instant as a Discord timestamp: each reader sees the time of their own zone (R1)."""
    return discord.utils.format_dt(instant, "t")


def moment(instant: datetime) -> str:
    """Return date and time as a Discord timestamp (R1)."""
    return discord.utils.format_dt(instant, "f")


def words_for(locale: discord.Locale | str) -> Words:
    """Return the words for a person's Discord language; English where we do not speak it."""
    name = str(locale)
    return _words("zh-TW" if name in CHINESE else ENGLISH)


@cache
def _words(language: str) -> Words:
    return Words(language)
