"""The values of settings: as people read them, as autocomplete offers them, and as people type them.

Whatever is offered can be typed again, in each language: Discord's clients send a choice's name at times.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import islice
from zoneinfo import ZoneInfo

import discord
from discord import app_commands

from bot import clock
from bot.config_kinds import Kind, What, kind_of
from bot.domain.names import clean_line, escape, fold, searchable
from bot.domain.refusal import Refusal
from bot.domain.zones import known_zones
from bot.service.settings import every_setting
from bot.ui.choices import CHOICE_LENGTH, OPTIONS, Choices, every_language
from bot.ui.faults import setting_name
from bot.ui.words import Words
from bot.ui.zones import atlas, offset

WINDOWS = "conference.windows"
"""The one setting with commands of its own."""
TEXT_SHOWN = 100
LISTED = 5
"""Entries of a list that are shown at most."""
LADDER = (
    0,
    1,
    2,
    3,
    4,
    5,
    8,
    10,
    12,
    15,
    20,
    25,
    30,
    45,
    60,
    75,
    90,
    120,
    150,
    180,
    240,
    365,
    480,
    720,
    1440,
)
"""Numbers that people are likely to choose."""
UNITS = ("minutes", "hours", "days")
MENTION = re.compile(r"<(?:#|@&)(\d{1,20})>", re.ASCII)
NUMBER = re.compile(r"[-+]?[0-9]{1,18}", re.ASCII)


def kind_of_key(key: str) -> Kind:
    """Return what kind of setting this is."""
    return kind_of(every_setting()[key])


# ------------------------------------------------------------------------ keys


def key_label(words: Words, key: str) -> str:
    """Return a setting for a menu: its group and its name."""
    section = key.partition(".")[0]
    return words("setting-choice", group=words(f"settings-{section}"), name=setting_name(words, key))


def key_choices(words: Words, typed: str) -> Choices:
    """Return the settings whose name, in any language, or key holds the text."""
    wanted = searchable(typed)
    return [
        app_commands.Choice(name=key_label(words, key), value=key)
        for key in settable()
        if wanted in searchable(f"{key} {' '.join(_names(key))}")
    ][:OPTIONS]


def read_key(typed: str) -> str:
    """Return the setting that is meant, by its key or its name in any language; raises `Refusal` for none."""
    found = [key for key in settable() if fold(typed) in {fold(each) for each in (key, *_names(key))}]
    wanted = searchable(typed)
    found = found or [key for key in settable() if wanted in searchable(f"{key} {' '.join(_names(key))}")]
    if len(found) != 1 or not typed.strip():
        raise Refusal("no-setting", text=typed)
    return found[0]


def settable() -> list[str]:
    """Return the keys of all settings that one command sets."""
    return [key for key in every_setting() if key != WINDOWS]


def _names(key: str) -> list[str]:
    return [name for words in every_language() for name in (key_label(words, key), setting_name(words, key))]


# --------------------------------------------------------------------- reading


def value_text(words: Words, key: str, value: object, guild: discord.Guild) -> str:
    """Return a value for a message, with channels and roles as mentions."""
    kind = kind_of_key(key)
    if kind.what is What.CHANNEL and value:
        channel = guild.get_channel(int(str(value)))
        return channel.mention if channel else words("value-gone", id=value)
    if kind.what is What.ROLES and isinstance(value, Sequence) and value:
        known = ((id_, guild.get_role(id_)) for id_ in value[:LISTED])
        shown = " ".join(role.mention if role else words("value-gone", id=id_) for id_, role in known)
        more = len(value) - LISTED
        return words("value-more", values=shown, n=more) if more > 0 else shown
    return escape(value_label(words, key, value, guild))


def value_label(words: Words, key: str, value: object, guild: discord.Guild) -> str:
    """Return a value for a menu, where nothing is drawn."""
    kind = kind_of_key(key)
    if value is None or value in ("", (), []) or (kind.what is What.CHANNEL and not value):
        return words("value-none")
    plain = {
        What.SWITCH: lambda: words("value-on" if value else "value-off"),
        What.CHOICE: lambda: words(f"value-{value}"),
        What.NUMBER: lambda: number_label(words, key, int(str(value))),
        What.ZONE: lambda: zone_label(words, str(value)),
        What.CHANNEL: lambda: _channel(words, int(str(value)), guild),
    }
    if kind.what in plain:
        return plain[kind.what]()
    if isinstance(value, Sequence) and not isinstance(value, str):
        return _listed(words, kind, value, guild)
    return clean_line(str(value), TEXT_SHOWN)


def _channel(words: Words, channel_id: int, guild: discord.Guild) -> str:
    channel = guild.get_channel(channel_id)
    return f"#{channel.name}" if channel else words("value-gone", id=channel_id)


def _listed(words: Words, kind: Kind, value: Sequence[object], guild: discord.Guild) -> str:
    if kind.what is What.WINDOWS:
        return words.count("value-windows", len(value))
    if kind.what is What.TEXTS:
        return clean_line("; ".join(map(str, value)), TEXT_SHOWN)
    names = [role.name for id_ in value if (role := guild.get_role(int(str(id_))))]
    return clean_line(", ".join(names) or words("value-gone", id=value[0]), TEXT_SHOWN)


def number_label(words: Words, key: str, number: int) -> str:
    """Return a number with its unit, which the end of the setting's name says."""
    unit = next((unit for unit in UNITS if key.endswith(f"_{unit}")), None)
    return words.count(f"unit-{unit}", number) if unit else str(number)


def zone_label(words: Words, zone: str) -> str:
    """Return a zone by its city, with the name that is the same everywhere."""
    return words("value-zone", city=words.city(ZoneInfo(zone)), zone=zone) if "/" in zone else zone


# --------------------------------------------------------------------- choices


def value_choices(
    words: Words, key: str, typed: str, guild: discord.Guild, *, now: object, usual: object
) -> Choices:
    """Return what autocomplete offers for a setting that is `now` so, and is `usual` by default."""
    kind = kind_of_key(key)
    offered = dict(_offered(words, key, kind, typed, now=now, usual=usual, guild=guild))
    return [app_commands.Choice(name=name, value=value) for name, value in islice(offered.items(), OPTIONS)]


def _offered(
    words: Words, key: str, kind: Kind, typed: str, *, now: object, usual: object, guild: discord.Guild
) -> Iterator[tuple[str, str]]:
    wanted = searchable(typed)
    every: Iterable[tuple[str, str]]
    match kind.what:
        case What.SWITCH:
            every = [(words("value-on"), "on"), (words("value-off"), "off")]
        case What.CHOICE:
            every = [(words(f"value-{each}"), each) for each in kind.choices]
        case What.NUMBER:
            yield from _numbers(words, key, kind, typed, (now, usual))
            return
        case What.ZONE:
            every = list(islice(_places_like(words, typed, now), OPTIONS))
            wanted = ""
        case What.CHANNEL:
            every = [(told_apart(each, guild.text_channels), str(each.id)) for each in guild.text_channels]
            every = [*every, (words("value-none"), "0")]
        case What.ROLES:
            yield from _roles(words, typed, guild)
            return
        case _:
            every = [] if now in {None, ""} or not isinstance(now, str) else [(now, now)]
    for name, value in every:
        if wanted in searchable(name) and len(value) <= CHOICE_LENGTH:
            yield clean_line(name, CHOICE_LENGTH), value


def _numbers(
    words: Words, key: str, kind: Kind, typed: str, first: Sequence[object]
) -> Iterator[tuple[str, str]]:
    """Yield what was typed if it is a number, else the current one, the default and likely ones."""
    number = typed_number(typed)
    known = [each for each in first if isinstance(each, int)]
    numbers = [number] if number is not None else []
    numbers += [each for each in (*known, *LADDER) if number is None or str(each).startswith(str(number))]
    for each in dict.fromkeys(numbers):
        if kind.low <= each <= kind.high:
            yield number_label(words, key, each), str(each)


@cache
def places() -> dict[str, tuple[str, ...]]:
    """Return the zones after which places are named, each with all its names."""
    found = {}
    for zone in sorted(known_zones()):
        if "/" in zone and not zone.startswith("Etc/"):
            cities = (words.city(ZoneInfo(zone)) for words in every_language())
            labels = (zone_label(words, zone) for words in every_language())
            found[zone] = tuple(map(fold, (zone, *cities, *labels)))
    return found


def _places_like(words: Words, typed: str, now: object) -> Iterator[tuple[str, str]]:
    """Yield the zones that a place's name means; where nothing is typed, this one and others like it."""
    instant = clock.now()
    known = [now] if isinstance(now, str) and now in known_zones() and not typed.strip() else []
    wanted = typed if typed.strip() else offset(instant.astimezone(ZoneInfo(known[0] if known else "UTC")))
    for zone in dict.fromkeys([*known, *atlas().find(wanted, instant).zones]):
        yield zone_label(words, zone), zone


def _roles(words: Words, typed: str, guild: discord.Guild) -> Iterator[tuple[str, str]]:
    """Yield the roles to add to those that were typed already, before the last comma."""
    before, _, last = typed.rpartition(",")
    known = [role for part in before.split(",") if (role := role_named(part, guild))]
    for role in guild.roles[:0:-1]:  # the highest first, without everyone's
        if searchable(last) in searchable(role.name) and role not in known:
            chosen = [*known, role]
            value = ",".join(str(each.id) for each in chosen)
            name = ", ".join(told_apart(each, guild.roles) for each in chosen)
            if len(value) <= CHOICE_LENGTH and len(name) <= CHOICE_LENGTH:
                yield name, value
    if not typed.strip():
        yield words("value-none"), "0"


def told_apart(
    one: discord.Role | discord.TextChannel, among: Sequence[discord.Role | discord.TextChannel]
) -> str:
    """Return the name of a channel or role for a menu, with its id where another has the same."""
    sign = "" if isinstance(one, discord.Role) else "#"
    twins = sum(fold(each.name) == fold(one.name) for each in among) > 1
    return f"{sign}{clean_line(one.name, TEXT_SHOWN // 2)} ({one.id})" if twins else f"{sign}{one.name}"


def typed_number(text: str) -> int | None:
    """Return the number that a text begins with, where nothing but words follows."""
    found = NUMBER.match(unicodedata.normalize("NFKC", text).strip())
    return int(found[0]) if found else None


def role_named(text: str, guild: discord.Guild) -> discord.Role | None:
    """Return a role of this server by mention, id or name."""
    meant = MENTION.fullmatch(text.strip())
    name = meant[1] if meant else text.strip()
    told = re.search(r"\((\d{1,20})\)$", name, re.ASCII)
    number = (
        told[1] if told and any(fold(told_apart(r, guild.roles)) == fold(name) for r in guild.roles) else name
    )
    by_id = guild.get_role(int(number)) if re.fullmatch(r"\d{1,20}", number, re.ASCII) else None
    return by_id or next(
        (r for r in guild.roles if fold(r.name) in {fold(name), fold(name.lstrip("@"))}), None
    )
