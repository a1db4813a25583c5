"""What organizers read of their server's settings, and the forms in which they set one."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

import discord

from bot.config_kinds import What
from bot.domain.names import clean_line, escape
from bot.service.revisions import Revision
from bot.service.settings import Setting, Source, every_setting
from bot.ui.faults import allowed_text, setting_about, setting_name
from bot.ui.forms import LABEL_LENGTH, components
from bot.ui.guests import mention
from bot.ui.layouts import layout
from bot.ui.presses import Press
from bot.ui.setting_values import WINDOWS, kind_of_key, value_label, value_text
from bot.ui.window_texts import window_changes
from bot.ui.words import Words, relative

PAGE = 14
"""Settings on a page; a group stays together."""
FORM = "openspace-setting"
ABOUT_LENGTH = 100
"""Code points of a label's description: https://docs.discord.com/developers/components/reference."""
MOST_ROLES = 25
LATER = {
    "conference.parallel_limit",
    "sessions.min_minutes",
    "sessions.default_minutes",
    "sessions.max_minutes",
    "sessions.max_upcoming_per_host",
    "sessions.starts_per_hour",
    "sessions.offers_per_hour",
}
"""What counts for sessions that are booked or started from now on."""
MADE = {"channels.area", "channels.board", "channels.news", "channels.archive_area"}
"""Names under which channels are made; one that is there keeps its own."""
ZONE = "conference.timezone"
NEEDED = {"conference.name", ZONE, WINDOWS}
"""What a conference must have."""


def settings_page(
    words: Words, found: Sequence[Setting], guild: discord.Guild, number: int
) -> discord.ui.LayoutView:
    """Return one page of all settings: the value of each and where it comes from."""
    pages = _pages(found)
    number = max(0, min(number, len(pages) - 1))
    lines = [words("settings-title", number=number + 1, pages=len(pages))]
    for section, settings in groupby(pages[number], key=_section):
        lines.append("**" + words(f"settings-{section}") + "**")
        lines += [_line(words, each, guild) for each in settings]
    back = Press("settings", number - 1, label=words("button-back"), disabled=number == 0)
    more = Press("settings", number + 1, label=words("button-more"), disabled=number == len(pages) - 1)
    return layout("\n".join(lines), (back, more))


def fresh_page(
    words: Words, found: Mapping[str, Setting], keys: Sequence[str], guild: discord.Guild, news: str
) -> discord.ui.LayoutView:
    """Return how these settings are now, below what has to be said."""
    lines = [_line(words, found[key], guild) for key in keys if key in found]
    return layout("\n".join([news, *lines]), [Press("settings", 0, label=words("button-settings"))])


def _pages(found: Sequence[Setting]) -> list[list[Setting]]:
    pages: list[list[Setting]] = [[]]
    for _, group in groupby(found, key=_section):
        settings = list(group)
        if pages[-1] and len(pages[-1]) + len(settings) > PAGE:
            pages.append([])
        pages[-1] += settings
    return pages


def _section(setting: Setting) -> str:
    return setting.key.partition(".")[0]


def _line(words: Words, setting: Setting, guild: discord.Guild) -> str:
    return words(
        "settings-line",
        name=setting_name(words, setting.key),
        value=value_text(words, setting.key, setting.value, guild),
        source=source_text(words, setting),
    )


def source_text(words: Words, setting: Setting) -> str:
    """Return where a value comes from: the default, the file, or who set it when."""
    if setting.source is Source.SERVER and setting.by and setting.at:
        return words("source-person", who=mention(words, setting.by), at=relative(setting.at))
    return words(f"source-{setting.source}")


def one_setting(
    words: Words,
    setting: Setting,
    usual: tuple[object, Source],
    guild: discord.Guild,
    more: Sequence[str] = (),
) -> discord.ui.LayoutView:
    """Return one setting: what it is for, `more` to say, what it may be, and the buttons that change it."""
    key = setting.key
    lines = [
        words("setting-title", name=setting_name(words, key)),
        _line(words, setting, guild),
        setting_about(words, key),
        *more,
        "-# " + allowed_text(words, kind_of_key(key)),
    ]
    presses = [Press("settingform", number_of(key), label=words("button-change"))]
    if setting.source is Source.SERVER:
        value, source = usual
        lines.append("-# " + words(f"falls-back-{source}", value=value_text(words, key, value, guild)))
        presses.append(Press("settingreset", number_of(key), label=words("button-reset")))
    return layout("\n".join(lines), presses)


def change_lines(words: Words, made: Revision, guild: discord.Guild) -> list[str]:
    """Return what a change of settings changes, old and new values, one a line."""
    lines = []
    for key in made.keys:
        if key not in every_setting():  # of another version
            lines.append(words("setting-unknown", name=escape(key)))
            continue
        if key == WINDOWS:
            lines += window_changes(words, made.before.programme, made.after.programme)
            continue
        old, new = (value_text(words, key, value, guild) for value in (made.old(key), made.new(key)))
        name = setting_name(words, key)
        if old == new:
            lines.append(words("setting-same", name=name, value=new))
        else:
            lines.append(words("setting-changed", name=name, old=old, new=new))
        if key == ZONE and old != new and made.before.programme.windows:
            lines.append(words("zone-changed"))
    return lines


def counts_line(words: Words, keys: Sequence[str]) -> str:
    """Return from when a change of these settings counts."""
    if set(keys) & LATER:
        return words("counts-later")
    return words("counts-made") if set(keys) <= MADE else words("counts-now")


def reset_to(words: Words, key: str, usual: tuple[object, Source], guild: discord.Guild) -> str:
    """Return what a setting is from now on that a server has no longer of its own."""
    value, source = usual
    fields = {"name": setting_name(words, key), "value": value_text(words, key, value, guild)}
    return words(f"reset-{source}", **fields)


# ----------------------------------------------------------------------- forms


def number_of(key: str) -> int:
    """Return a number that stands for a setting in a custom_id, also in later versions."""
    return zlib.crc32(key.encode())


def key_of(number: int) -> str | None:
    """Return the setting that a number stands for."""
    return next((key for key in every_setting() if number_of(key) == number), None)


def setting_form(words: Words, setting: Setting, guild: discord.Guild) -> discord.ui.Modal:
    """Return the form for one setting: a menu where there is a choice, else a field."""
    key, modal = setting.key, None
    name = setting_name(words, key)
    modal = discord.ui.Modal(title=clean_line(name, LABEL_LENGTH), custom_id=f"{FORM}:{number_of(key)}")
    about = clean_line(setting_about(words, key), ABOUT_LENGTH)
    field = _field(words, setting, guild)
    modal.add_item(discord.ui.Label(text=clean_line(name, LABEL_LENGTH), description=about, component=field))
    modal.stop()  # recognised by its custom_id: see `forms.form`
    return modal


def _field(words: Words, setting: Setting, guild: discord.Guild) -> discord.ui.Item[Any]:
    key, value, kind = setting.key, setting.value, kind_of_key(setting.key)
    match kind.what:
        case What.SWITCH | What.CHOICE:
            values: Sequence[object] = kind.choices or (True, False)
            options = [
                discord.SelectOption(
                    label=value_label(words, key, each, guild),
                    value=each if isinstance(each, str) else ("on" if each else "off"),
                    default=each == value,
                )
                for each in values
            ]
            return discord.ui.Select(custom_id="value", required=True, options=options)
        case What.CHANNEL:
            known = [guild.get_channel(int(str(value or 0)))]
            return discord.ui.ChannelSelect(
                custom_id="value",
                channel_types=[discord.ChannelType.text],
                required=False,
                min_values=0,
                max_values=1,
                default_values=[each for each in known if each],
            )
        case What.ROLES:
            roles = [guild.get_role(id_) for id_ in value] if isinstance(value, tuple | list) else []
            return discord.ui.RoleSelect(
                custom_id="value",
                required=False,
                min_values=0,
                max_values=MOST_ROLES,
                default_values=[each for each in roles if each][:MOST_ROLES],
            )
    many = kind.what is What.TEXTS
    text = "\n".join(map(str, value)) if many and isinstance(value, tuple | list) else str(value or "")
    if kind.what is What.NUMBER:
        text = str(value)
    return discord.ui.TextInput(
        custom_id="value",
        required=kind.low > 0 or kind.what in {What.NUMBER, What.ZONE},
        style=discord.TextStyle.paragraph if many else discord.TextStyle.short,
        max_length=4000 if many else 200,
        default=text or None,
    )


def read_setting_form(data: Any) -> str:
    """Return what was sent by the form, as it could have been typed."""
    field: Mapping[str, Any] = components(data)["value"]
    if "values" in field:
        return ",".join(field["values"] or ()) or "0"
    return str(field.get("value") or "")
