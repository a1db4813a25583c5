"""The forms of the guided set-up, one a step: filled with what holds, or with what was typed before.

What a form was opened upon stands in its custom_id, so that it never writes over what is newer.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any
from zoneinfo import ZoneInfo

import discord

from bot.domain.hours import write_hours
from bot.domain.names import clean_line
from bot.domain.refusal import Refusal
from bot.service import Draft, Stand, Step
from bot.service.setup import LONGEST_TEXT
from bot.ui.forms import LABEL_LENGTH, components
from bot.ui.words import Words

SETUP_FORM = "openspace-setup"
NAME_LENGTH, CITY_LENGTH, CONTACT_LENGTH = 100, 60, 200
MOST = 25
"""Options of a menu, and the most that can be chosen in one."""
MOST_DESKS = 25
LANGUAGES = ("en", "zh-TW", "both")
PARTS = {"id": "{id}", "topic": "{topic}"}
"""What stands in a link to notes as it is typed."""
Field = tuple[str, discord.ui.Item[Any]]


def step_form(
    words: Words, guild: discord.Guild, stand: Stand, step: Step, typed: Draft | None = None
) -> discord.ui.Modal:
    """Return the form of a step; raises `Refusal` where it cannot be filled in here."""
    makers: dict[Step, Callable[[], list[Field]]] = {
        Step.PLACE: lambda: _place(words, stand, typed),
        Step.HOURS: lambda: _hours(words, stand, typed),
        Step.DESKS: lambda: _desks(words, stand),
        Step.PEOPLE: lambda: _people(guild, stand),
        Step.TURN_TO: lambda: _turn_to(words, guild, stand),
    }
    fields = makers[step]()
    modal = discord.ui.Modal(
        title=words(f"setup-form-{step.name.lower()}"),
        custom_id=f"{SETUP_FORM}:{int(step)}:{stand.mark(step)}",
    )
    zone = stand.value("conference.timezone")
    clock = words.clock_of(ZoneInfo(str(zone))) if zone else ""
    for name, field in fields:
        text = clean_line(words(f"setup-field-{name}", clock=clock), LABEL_LENGTH)
        about = words(f"setup-field-{name}-about", **PARTS)
        modal.add_item(discord.ui.Label(text=text, description=about, component=field))
    modal.stop()  # see `forms.form`
    return modal


def _text(
    name: str, default: str, longest: int, example: str, *, required: bool = False, long: bool = False
) -> Field:
    style = discord.TextStyle.paragraph if long else discord.TextStyle.short
    return name, discord.ui.TextInput(
        custom_id=name,
        required=required,
        style=style,
        max_length=longest,
        default=default or None,
        placeholder=example,
    )


def _place(words: Words, stand: Stand, typed: Draft | None) -> list[Field]:
    name = typed.topic if typed else str(stand.value("conference.name") or "")
    city = typed.description if typed else _city(words, stand)
    return [
        _text("name", name[:NAME_LENGTH], NAME_LENGTH, words("setup-field-name-example"), required=True),
        _text("city", city[:CITY_LENGTH], CITY_LENGTH, words("setup-field-city-example"), required=True),
    ]


def _city(words: Words, stand: Stand) -> str:
    zone = stand.value("conference.timezone")
    return words.city(ZoneInfo(str(zone))) if zone else ""


def _hours(words: Words, stand: Stand, typed: Draft | None) -> list[Field]:
    if stand.value("conference.timezone") is None:
        raise Refusal("setup-zone-first")
    text = typed.description if typed else write_hours(stand.openings)
    if len(text) > LONGEST_TEXT:
        raise Refusal("setup-many-windows")
    return [_text("hours", text, LONGEST_TEXT, words("setup-field-hours-example"), required=True, long=True)]


def _desks(words: Words, stand: Stand) -> list[Field]:
    limit, language = (stand.value(f"conference.{key}") for key in ("parallel_limit", "language"))
    limits = [
        discord.SelectOption(label=words.count("setup-desk-count", n), value=str(n), default=n == limit)
        for n in range(1, MOST_DESKS + 1)
    ]
    languages = [
        discord.SelectOption(label=words(f"value-{each}"), value=each, default=each == language)
        for each in LANGUAGES
    ]
    return [
        ("limit", discord.ui.Select(custom_id="limit", required=True, options=limits)),
        ("language", discord.ui.Select(custom_id="language", required=True, options=languages)),
    ]


def _people(guild: discord.Guild, stand: Stand) -> list[Field]:
    """Roles: more than a menu holds stay. Once the area is there, its own permissions say who takes part."""
    found = [("organizers", "organizers.roles")]
    if not stand.rules.live:
        found.append(("audience", "channels.audience"))
    fields: list[Field] = []
    for name, key in found:
        chosen = _numbers(stand.value(key))
        if len(chosen) <= MOST:
            kind = discord.SelectDefaultValueType.role
            known = [discord.SelectDefaultValue(id=n, type=kind) for n in chosen if guild.get_role(n)]
            menu: discord.ui.RoleSelect[Any] = discord.ui.RoleSelect(
                custom_id=name, required=False, min_values=0, max_values=MOST, default_values=known
            )
            fields.append((name, menu))
    if not fields:
        raise Refusal("setup-many-roles")
    return fields


def _turn_to(words: Words, guild: discord.Guild, stand: Stand) -> list[Field]:
    number = stand.value("channels.organizers_channel")
    kind = discord.SelectDefaultValueType.channel
    there = isinstance(number, int) and guild.get_channel(number)
    known = [discord.SelectDefaultValue(id=int(str(number)), type=kind)] if there else []
    menu: discord.ui.ChannelSelect[Any] = discord.ui.ChannelSelect(
        custom_id="told",
        required=False,
        min_values=0,
        max_values=1,
        channel_types=[discord.ChannelType.text],
        default_values=known,
    )
    contact = str(stand.value("conference.conduct") or "")
    fields: list[Field] = [
        ("told", menu),
        _text("conduct", contact, CONTACT_LENGTH, words("setup-field-conduct-example")),
    ]
    if "notes.link" in stand.settings:
        link = str(stand.value("notes.link") or "")
        fields.append(_text("notes", link, CONTACT_LENGTH, words("setup-field-notes-example", **PARTS)))
    return fields


def _numbers(value: object) -> list[int]:
    return [int(each) for each in value] if isinstance(value, list | tuple) else []


def read_place(data: Any) -> tuple[str, str]:
    """Return the name and the city that a person typed."""
    fields = components(data)
    return tuple(" ".join(fields[name]["value"].split()) for name in ("name", "city"))  # type: ignore[return-value]


def read_hours_typed(data: Any) -> str:
    """Return the days and hours as they were typed."""
    return str(components(data)["hours"]["value"])


def read_values(step: Step, data: Any, guild_id: int) -> dict[str, object]:
    """Return the values of a step that is chosen rather than typed; raises `Refusal` for everyone's role."""
    fields = components(data)
    if step is Step.DESKS:
        return {
            "conference.parallel_limit": int(fields["limit"]["values"][0]),
            "conference.language": fields["language"]["values"][0],
        }
    if step is Step.PEOPLE:
        return _read_people(fields, guild_id)
    values: dict[str, object] = {
        "channels.organizers_channel": int(next(iter(_chosen(fields["told"])), 0)),
        "conference.conduct": " ".join(fields["conduct"]["value"].split()),
    }
    if "notes" in fields:
        values["notes.link"] = fields["notes"]["value"].strip()
    return values


def _read_people(fields: dict[str, Any], guild_id: int) -> dict[str, object]:
    values: dict[str, object] = {}
    if "organizers" in fields:
        roles = [int(each) for each in _chosen(fields["organizers"])]
        if guild_id in roles:
            raise Refusal("setup-everyone-organizes")
        values["organizers.roles"] = roles
    if "audience" in fields:
        roles = [int(each) for each in _chosen(fields["audience"])]
        values["channels.audience"] = [] if guild_id in roles else roles
    return values


def _chosen(field: Any) -> Collection[Any]:
    return list(field.get("values") or ())
