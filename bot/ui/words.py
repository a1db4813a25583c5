"""All words that people read, from the gettext catalogues under data/locale/."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, tzinfo
from functools import cache

import discord
from dateutil.tz import datetime_ambiguous

from bot.domain.capacity import Slot
from bot.domain.models import Span
from bot.ui.catalogue import CITY, COUNTRY, read_catalogue

ENGLISH = "en"
LANGUAGES = {ENGLISH: "en", "zh-TW": "zh_TW"}
"""Discord's names of the languages that we speak, with the names of their catalogues."""
CHINESE = {"zh-TW", "zh-CN"}
"""Readers of Chinese get our Chinese rather than English."""
BOTH = "both"
"""What everyone in a server sees, in English and in Chinese at once."""
_SHORT = 28
"""Code points of a line up to which both languages stand side by side, else one below the other."""
_MARK = re.compile(r"(?:(?:#{1,3}|-#|>) )?(?:[^\w\s*{}<>`\"'(（+-]+ )?")
"""What a line of Discord's markdown begins with: its kind, and a picture."""


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

    def form(self, key: str, n: int | None = None) -> str:
        """Return the text named `key`, in the form that fits `n`, its fields not filled in."""
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

    def country(self, code: str) -> str:
        """Return a country's name by its ISO 3166 code; the code where there is none."""
        key = COUNTRY.format(code)
        name = self._catalogue.gettext(key)
        return name if name != key else code

    def span(self, slot: Slot) -> str:
        """Return a slot for a button or a menu, where no timestamp is drawn: in the conference's own zone."""
        return self("span", start=self.start(slot.start), end=wall_clock(slot.end))

    def start(self, local: datetime) -> str:
        """Return a date and time of the conference's clock, where no timestamp is drawn."""
        return self("start", day=self.day(local.date()), clock=wall_clock(local))

    def clock_of(self, zone: tzinfo) -> str:
        """Return whose clock a time is read by, where no timestamp is drawn: 'Taipei time' (R1)."""
        return self("clock-of", city=self.city(zone))


class BothWords(Words):
    """English and Chinese in one text: short ones side by side, long ones below each other.

    What reads better as one text for both stands in a catalogue of its own, under the same key.
    """

    def __init__(self) -> None:
        self.language = BOTH
        self._catalogue = read_catalogue(BOTH)
        self._each = [words_for(language) for language in LANGUAGES]

    def __call__(self, key: str, /, **fields: object) -> str:
        """Return the text named `key` in both languages with its fields filled in; KeyError for none."""
        return self._filled(key, self.form(key), fields)

    def count(self, key: str, n: int, /, **fields: object) -> str:
        """Return the text named `key` in the forms that fit the number `n`."""
        return self._filled(key, self.form(key, n), {"n": n, **fields})

    def form(self, key: str, n: int | None = None) -> str:
        """Return the text named `key` in both languages, its fields not filled in; KeyError for none."""
        text = self._catalogue.gettext(key) if n is None else self._catalogue.ngettext(key, key, n)
        return _joined(*(words.form(key, n) for words in self._each)) if text == key else text

    def forms(self, key: str) -> set[str]:
        """Return the text named `key` in all its forms in both languages."""
        return {form for words in self._each for form in words.forms(key)}

    def city(self, zone: tzinfo) -> str:
        """Return the names of a zone's city."""
        return " ".join(dict.fromkeys(words.city(zone) for words in self._each))

    def country(self, code: str) -> str:
        """Return the names of a country."""
        return " ".join(dict.fromkeys(words.country(code) for words in self._each))


def _joined(one: str, two: str) -> str:
    """Return two texts as one, line by line where they have as many."""
    if one == two:
        return one
    first, second = one.split("\n"), two.split("\n")
    if len(first) != len(second):
        return f"{one}\n{two}"
    return "\n".join(map(_line, first, second))


def _line(one: str, two: str) -> str:
    if one == two:
        return one
    mark = _mark_of(one) if _mark_of(one) == _mark_of(two) else ""
    one, two = one[len(mark) :], two[len(mark) :]
    if max(len(one), len(two)) <= _SHORT or mark.startswith("#"):
        return f"{mark}{one} · {two}"
    kind = mark.split(" ")[0] + " " if mark.startswith(("-#", ">")) else ""
    return f"{mark}{one}\n{kind}{two}"


def _mark_of(line: str) -> str:
    match = _MARK.match(line)
    return match[0] if match else ""


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
    """Return the words for a person's Discord language, or of a server; English where we do not speak it."""
    name = str(locale)
    if name == BOTH:
        return _both()
    return _words("zh-TW" if name in CHINESE else ENGLISH)


@cache
def _words(language: str) -> Words:
    return Words(language)


@cache
def _both() -> Words:
    return BothWords()
