"""The values of settings as people type them: words of any language, mentions, names, ids.

Whatever `setting_values` shows can be typed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

import discord

from bot import clock
from bot.config import Fault
from bot.config_kinds import What
from bot.domain.names import fold
from bot.domain.refusal import Refusal
from bot.ui.choices import every_language
from bot.ui.setting_values import (
    MENTION,
    NUMBER,
    kind_of_key,
    number_label,
    places,
    role_named,
    told_apart,
    typed_number,
)
from bot.ui.zones import atlas

SEVERAL = 3
"""Zones that a refusal names, where a place can be in several."""


def read_value(key: str, typed: str, guild: discord.Guild) -> object:
    """Return what was typed as the settings take it; raises `Refusal` with what is allowed instead.

    Whether it fits the other settings is for them to say.
    """
    kind, text = kind_of_key(key), " ".join(unicodedata.normalize("NFKC", typed).split())
    if kind.what in _READERS:
        return _READERS[kind.what](key, text, guild)
    if kind.what is What.TEXTS:
        parts = [each.strip() for each in re.split("[;；\n]", typed)]
        return [] if _is_none(text) else [each for each in parts if each]
    return "" if not kind.low and _is_none(text) else typed.strip()


def refused(key: str, code: str, value: str) -> Refusal:
    """Return why a value is not taken."""
    return Refusal("setting-refused", faults=(Fault(key, "", code=code, fields={"value": value}),))


def _switch(key: str, text: str, _: discord.Guild) -> bool:
    for words in every_language():
        for value, own in ((True, words("value-on")), (False, words("value-off"))):
            more = words("value-on-words" if value else "value-off-words").split()
            if fold(text) in map(fold, (own, *more)):
                return value
    raise refused(key, "not-allowed", text)


def _choice(key: str, text: str, _: discord.Guild) -> str:
    for choice in kind_of_key(key).choices:
        names = [choice, *(words(f"value-{choice}") for words in every_language())]
        if fold(text) in map(fold, names):
            return choice
    raise refused(key, "not-allowed", text)


def _whole(key: str, text: str, _: discord.Guild) -> int:
    number = typed_number(text)
    if number is None:
        raise refused(key, "not-allowed", text)
    names = (number_label(words, key, number) for words in every_language())
    if not NUMBER.fullmatch(text) and fold(text) not in map(fold, names):
        raise refused(key, "not-allowed", text)  # 1.5, 2 hours
    return number


def _zone(key: str, text: str, _: discord.Guild) -> str:
    """Return the zone that is meant; what is not known is for the settings to refuse."""
    named = [zone for zone, names in places().items() if fold(text) in names]
    if len(named) == 1:
        return named[0]
    found = atlas().find(text, clock.now())
    if found.zones and not found.sure:
        meant = {"value": text, "meant": found.zones[0], "several": ", ".join(found.zones[:SEVERAL])}
        code = "zone-meant" if len(found.zones) == 1 else "zone-several"
        raise Refusal("setting-refused", faults=(Fault(key, "", code=code, fields=meant),))
    return found.zones[0] if found.zones else text


def _is_none(text: str) -> bool:
    return any(
        fold(text) in map(fold, (words("value-none"), *words("value-none-words").split()))
        for words in every_language()
    )


def _channel_id(key: str, text: str, guild: discord.Guild) -> int:
    if _is_none(text):
        return 0
    meant = MENTION.fullmatch(text)
    name = meant[1] if meant else text
    found = [
        each
        for each in guild.text_channels
        if name == str(each.id)
        or fold(name) in {fold(told_apart(each, guild.text_channels)), fold(each.name), f"#{fold(each.name)}"}
    ]
    if not found:
        raise refused(key, "no-channel", text)
    channel = found[0]
    can = channel.permissions_for(guild.me)
    if not (can.view_channel and can.send_messages):
        raise refused(key, "silent-channel", f"#{channel.name}")
    return channel.id


def _role_ids(key: str, text: str, guild: discord.Guild) -> list[int]:
    if _is_none(text):
        return []
    parts = [*(match[0] for match in MENTION.finditer(text)), *re.split("[,、]", MENTION.sub(",", text))]
    if role_named(text, guild):
        parts = [text]  # its name may have a comma in it
    found = []
    for part in filter(None, map(str.strip, parts)):
        role = role_named(part, guild)
        if role is None:
            raise refused(key, "no-role", part)
        if role.is_default():
            raise refused(key, "everyone", part)
        found.append(role.id)
    return list(dict.fromkeys(found))


_READERS: dict[What, Callable[[str, str, discord.Guild], object]] = {
    What.SWITCH: _switch,
    What.CHOICE: _choice,
    What.NUMBER: _whole,
    What.ZONE: _zone,
    What.CHANNEL: _channel_id,
    What.ROLES: _role_ids,
}
