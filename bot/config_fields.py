"""What the sections of the settings are made of."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from bot.config_faults import local_time, nearest, notes_link, refuse, shown
from bot.config_kinds import Kind, What
from bot.domain.names import clean_line, text_channel_name
from bot.domain.zones import known_zones

MOST_WINDOWS = 100


def whole(low: int, high: int, what: str = "a whole number") -> Any:
    """Return what a whole number within limits is described by."""
    return Field(strict=True, ge=low, le=high, description=f"{what} from {low} to {high}")


Switch = Annotated[bool, Field(strict=True, description="true or false")]


class Table(BaseModel):
    """A section: it never changes, and knows all of its settings."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def _known_zone(name: str) -> str:
    if name in known_zones():
        return name
    # Etc/GMT+8 is eight hours behind UTC, so never propose it to who writes GMT+8.
    places = {zone for zone in known_zones() if "/" in zone and not zone.startswith("Etc/")}
    cities = {zone.rpartition("/")[2]: zone for zone in sorted(places)}
    found = nearest(name.replace(" ", "_"), {*cities, *places}, likeness=0.68)
    zone = cities.get(found, found) if found else ""
    meant, code = (f"did you mean `{zone}`?", "zone-meant") if zone else ("", "zone")
    raise refuse(f"{shown(name)} is not a known time zone", meant, code, meant=zone)


def _file_name(text: str) -> str:
    if not text.strip() or not text.isprintable():
        raise refuse(f"{shown(text)} is not a file name")
    return text


def _cleaned(longest: int, least: int = 1) -> AfterValidator:
    def clean(text: str) -> str:
        # Room for three times as much, because composing can lengthen a text and what is cut goes unseen.
        line = clean_line(text, 3 * len(text))
        if len(line) < least:
            raise refuse("is empty", code="empty")
        if len(line) > longest:
            raise refuse(f"{shown(text)} is too long", code="too-long")
        return line

    return AfterValidator(clean)


def _channel_name() -> AfterValidator:
    def name(text: str) -> str:
        made = text_channel_name(clean_line(text, 90), "")
        if not made:
            raise refuse(f"{shown(text)} cannot name a channel", code="channel-name")
        return made

    return AfterValidator(name)


def counted(least: int) -> BeforeValidator:
    """Return what refuses a list with too few or too many windows or highlights in it."""

    # Before, because pydantic calls a list too short whose entries are all faulty.
    def count(value: object) -> object:
        if isinstance(value, list | tuple) and not least <= len(value) <= MOST_WINDOWS:
            raise refuse(f"has {len(value)} entries", code="entries" if value else "no-entries")
        return value

    return BeforeValidator(count)


Name = Annotated[
    str, Kind(What.TEXT, 1, 100), _cleaned(100), Field(description="text of 1 to 100 characters")
]
OtherName = Annotated[
    str, Kind(What.TEXT, 0, 100), _cleaned(100, 0), Field(description="text of 0 to 100 characters")
]
Contact = Annotated[
    str, Kind(What.TEXT, 0, 200), _cleaned(200, 0), Field(description="text of 0 to 200 characters")
]
ChannelName = Annotated[
    str, Kind(What.TEXT, 1, 90), _channel_name(), Field(description="a channel's name of 1 to 90 characters")
]
CategoryName = Annotated[
    str, Kind(What.TEXT, 1, 90), _cleaned(90), Field(description="text of 1 to 90 characters")
]
File = Annotated[str, Field(max_length=1000, description="the path of a file"), AfterValidator(_file_name)]
NotesLink = Annotated[
    str,
    Kind(What.TEXT, 0, 200),
    Field(description="empty, or an https address of up to 200 characters with {id}, {topic} or {day} in it"),
    AfterValidator(notes_link),
]
Zone = Annotated[
    str, Kind(What.ZONE), Field(description="an IANA name such as Asia/Taipei"), AfterValidator(_known_zone)
]
LocalTime = Annotated[
    datetime,
    Field(description="a local date and time such as 2021-10-02T08:55:00"),
    BeforeValidator(local_time),
]
Limit = Annotated[int, whole(1, 25)]
Length = Annotated[int, whole(1, 1440)]
Wait = Annotated[int, whole(0, 1440)]
ChannelId = Annotated[int, Kind(What.CHANNEL), whole(0, 2**63 - 1, "a channel's id, a whole number")]
Folder = Annotated[
    str, Field(max_length=1000, description="the path of a folder"), AfterValidator(_file_name)
]
Topics = Annotated[
    tuple[Name, ...],
    Kind(What.TEXTS, 0, 100),
    Field(max_length=100, description="a list of 0 to 100 topics"),
]
RoleIds = Annotated[
    tuple[Annotated[int, whole(1, 2**63 - 1, "a role's id, a whole number")], ...],
    Kind(What.ROLES, 0, 100),
    Field(max_length=100, description="a list of 0 to 100 ids of roles"),
]
