"""Time zones as people search and choose them: by city or country, in every language that we speak."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from bot.domain.names import clean_line
from bot.domain.zones import Atlas, Place, countries
from bot.ui.menus import OPTION_LENGTH
from bot.ui.words import LANGUAGES, Words, words_for


@cache
def atlas() -> Atlas:
    """Return all places under their names in all languages; the first time it takes a moment."""
    spoken = [words_for(language) for language in LANGUAGES]
    return Atlas(
        [
            Place(
                zone,
                tuple(words.city(ZoneInfo(zone)) for words in spoken),
                tuple(words.country(code) for words in spoken),
            )
            for zone, code in countries().items()
        ]
    )


def zone_label(words: Words, zone: str, now: datetime) -> str:
    """Return a zone for a menu: its city and country, how far from UTC, and what its clocks show."""
    local = now.astimezone(ZoneInfo(zone))
    city = words.city(ZoneInfo(zone))
    country = words.country(countries()[zone]) if zone in countries() else ""
    place = city if not country or city in country else words("zone-place", city=city, country=country)
    return clean_line(
        words("zone-label", place=place, offset=offset(local), clock=f"{local:%H:%M}"), OPTION_LENGTH
    )


def offset(local: datetime) -> str:
    """Return how far a clock is from UTC: 'UTC+8', 'UTC+5:30'."""
    minutes = (local.utcoffset() or timedelta()) // timedelta(minutes=1)
    hours, rest = divmod(abs(minutes), 60)
    if not minutes:
        return "UTC"
    return f"UTC{'-' if minutes < 0 else '+'}{hours}" + (f":{rest:02}" if rest else "")
