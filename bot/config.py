"""The settings: config.toml, read once and checked whole. config.example.toml says what each one does."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from datetime import datetime
from itertools import combinations
from pathlib import Path
from typing import Annotated, Any, Literal, Self, TypeVar
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PrivateAttr,
    ValidationError,
    model_validator,
)

from bot.config_faults import (
    ConfigError,
    Fault,
    faults_of,
    instant,
    local_time,
    nearest,
    notes_link,
    refuse,
    shown,
    window_faults,
    without,
)
from bot.config_kinds import Kind, What
from bot.domain.models import Highlight, Limits, Window
from bot.domain.names import clean_line, text_channel_name
from bot.domain.programme import Programme
from bot.domain.zones import known_zones

__all__ = ["Config", "ConfigError", "Fault", "Server", "load_config", "parse_config", "parse_server"]

_NO_SECONDS = re.compile(r"=\s*\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(?![:\d])", re.ASCII)
_MOST_WINDOWS = 100


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


def _whole(low: int, high: int, what: str = "a whole number") -> Any:
    return Field(strict=True, ge=low, le=high, description=f"{what} from {low} to {high}")


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


def _counted(least: int) -> BeforeValidator:
    # Before, because pydantic calls a list too short whose entries are all faulty.
    def count(value: object) -> object:
        if isinstance(value, list | tuple) and not least <= len(value) <= _MOST_WINDOWS:
            raise refuse(f"has {len(value)} entries", code="entries" if value else "no-entries")
        return value

    return BeforeValidator(count)


_Name = Annotated[
    str, Kind(What.TEXT, 1, 100), _cleaned(100), Field(description="text of 1 to 100 characters")
]
_OtherName = Annotated[
    str, Kind(What.TEXT, 0, 100), _cleaned(100, 0), Field(description="text of 0 to 100 characters")
]
_Contact = Annotated[
    str, Kind(What.TEXT, 0, 200), _cleaned(200, 0), Field(description="text of 0 to 200 characters")
]
_ChannelName = Annotated[
    str, Kind(What.TEXT, 1, 90), _channel_name(), Field(description="a channel's name of 1 to 90 characters")
]
_CategoryName = Annotated[
    str, Kind(What.TEXT, 1, 90), _cleaned(90), Field(description="text of 1 to 90 characters")
]
_File = Annotated[str, Field(max_length=1000, description="the path of a file"), AfterValidator(_file_name)]
_NotesLink = Annotated[
    str,
    Kind(What.TEXT, 0, 200),
    Field(description="empty, or an https address of up to 200 characters with {id}, {topic} or {day} in it"),
    AfterValidator(notes_link),
]
_Zone = Annotated[
    str, Kind(What.ZONE), Field(description="an IANA name such as Asia/Taipei"), AfterValidator(_known_zone)
]
_LocalTime = Annotated[
    datetime,
    Field(description="a local date and time such as 2021-10-02T08:55:00"),
    BeforeValidator(local_time),
]
_Switch = Annotated[bool, Field(strict=True, description="true or false")]
_Limit = Annotated[int, _whole(1, 25)]
_Length = Annotated[int, _whole(1, 1440)]
_Wait = Annotated[int, _whole(0, 1440)]
_ChannelId = Annotated[int, Kind(What.CHANNEL), _whole(0, 2**63 - 1, "a channel's id, a whole number")]
_Folder = Annotated[
    str, Field(max_length=1000, description="the path of a folder"), AfterValidator(_file_name)
]
_Topics = Annotated[
    tuple[_Name, ...],
    Kind(What.TEXTS, 0, 100),
    Field(max_length=100, description="a list of 0 to 100 topics"),
]
_RoleIds = Annotated[
    tuple[Annotated[int, _whole(1, 2**63 - 1, "a role's id, a whole number")], ...],
    Kind(What.ROLES, 0, 100),
    Field(max_length=100, description="a list of 0 to 100 ids of roles"),
]


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class HighlightSettings(_Table):
    """One entry of a window's `highlights`; times as the clocks at the conference show them."""

    name: _Name
    name_zh: _OtherName = ""
    opens: _LocalTime
    closes: _LocalTime


_Highlights = Annotated[
    tuple[HighlightSettings, ...],
    _counted(0),
    Field(description="a list of 0 to 100 highlights, each with name, opens and closes"),
]


class WindowSettings(_Table):
    """`[[conference.windows]]`; times as the clocks at the conference show them."""

    name: _Name
    name_zh: _OtherName = ""
    opens: _LocalTime
    closes: _LocalTime
    highlights: _Highlights = ()


_Windows = Annotated[
    tuple[WindowSettings, ...],
    Kind(What.WINDOWS, 1, 100),
    _counted(1),
    Field(description="a list of 1 to 100 windows, each with name, opens and closes"),
]


class Conference(_Table):
    """`[conference]`; without it each server is set up in Discord."""

    name: _Name
    timezone: _Zone
    parallel_limit: _Limit = 10
    language: Annotated[Literal["en", "zh-TW", "both"], Field(description="en, zh-TW or both")] = "en"
    conduct: _Contact = ""
    windows: _Windows


class Sessions(_Table):
    """`[sessions]`: minutes, except where the name says otherwise."""

    min_minutes: _Length = 10
    default_minutes: _Length = 60
    max_minutes: _Length = 120
    max_upcoming_per_host: _Limit = 3
    lead_minutes: _Wait = 5
    warn_minutes: _Wait = 5
    grace_minutes: _Wait = 10
    max_overrun_minutes: _Wait = 30
    no_show_minutes: _Wait = 15
    idle_minutes: _Wait = 20
    remind_minutes: _Wait = 10
    starts_per_hour: Annotated[int, _whole(0, 100)] = 4
    offers_per_hour: Annotated[int, _whole(0, 100)] = 6


class Channels(_Table):
    """`[channels]`: what the bot makes in the server, and where it tells organizers of problems."""

    area: _CategoryName = "Open Space"
    board: _ChannelName = "open-space-board"
    tomorrow: _Switch = False
    news: _ChannelName = "open-space-news"
    archive: _Switch = True
    archive_area: _CategoryName = "Open Space archive"
    organizers_channel: _ChannelId = 0
    log_channel: _ChannelId = 0
    audience: _RoleIds = ()


class Events(_Table):
    """`[events]`: Discord's own events, one for each session that is booked ahead."""

    enabled: _Switch = True


class Ideas(_Table):
    """`[ideas]`: topics to start from, and how long people's own ideas stay up."""

    topics: _Topics = ()
    fade_hours: Annotated[int, _whole(1, 1000)] = 48


class Notes(_Table):
    """`[notes]`: what stays of a session."""

    link: _NotesLink = ""
    ask_takeaway: _Switch = True


class Organizers(_Table):
    """`[organizers]`: who may change everyone's sessions, besides those who may manage the server."""

    roles: _RoleIds = ()


class Reports(_Table):
    """`[reports]`: what people report to the organizers."""

    per_hour: Annotated[int, _whole(0, 100)] = 3


class Privacy(_Table):
    """`[privacy]`: how long people are remembered after the conference; 0: for good."""

    delete_after_days: Annotated[int, _whole(0, 3650)] = 180


class Storage(_Table):
    """`[storage]`: where the data are, as written; `Config.database` is the place."""

    database: _File = "data/openspace.sqlite3"
    keep_left_days: Annotated[int, _whole(0, 3650)] = 30


class Backup(_Table):
    """`[backup]`: the copies that the running bot makes by itself; `Config.backups` is the place."""

    folder: _Folder = "backups"
    every_hours: Annotated[int, _whole(0, 720)] = 6
    keep: Annotated[int, _whole(1, 1000)] = 28


class Log(_Table):
    """`[log]`: how much the bot says about itself, and how."""

    format: Annotated[Literal["text", "json"], Field(description="text or json")] = "text"
    level: Annotated[
        Literal["debug", "info", "warning", "error"], Field(description="debug, info, warning or error")
    ] = "info"


class Server(_Table):
    """The settings that each server may have of its own; the file's hold where it has none."""

    conference: Conference | None = None
    sessions: Sessions = Sessions()
    channels: Channels = Channels()
    events: Events = Events()
    ideas: Ideas = Ideas()
    organizers: Organizers = Organizers()
    notes: Notes = Notes()
    reports: Reports = Reports()
    privacy: Privacy = Privacy()

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        faults = _disagreements(self.model_dump(exclude_unset=True))
        if faults:
            raise ConfigError(*faults)
        return self

    @property
    def language(self) -> str:
        """The language of what everyone in the server sees."""
        return self.conference.language if self.conference else "en"

    def programme(self) -> Programme:
        """Return the conference as the rules want it: instants in UTC, in order of time (R1).

        Without a conference there is no window.
        """
        conference, notes = self.conference, self.notes
        numbers = self.sessions.model_dump() | {"ask_takeaway": notes.ask_takeaway}
        if conference is None:
            return Programme("", ZoneInfo("UTC"), (), Limits(**numbers), notes.link)
        zone = ZoneInfo(conference.timezone)
        windows = [
            Window(
                window.name,
                instant(window.opens, zone),
                instant(window.closes, zone),
                tuple(sorted((_highlight(each, zone) for each in window.highlights), key=_start)),
                window.name_zh,
            )
            for window in conference.windows
        ]
        windows.sort(key=_start)
        limits = Limits(parallel_limit=conference.parallel_limit, **numbers)
        return Programme(conference.name, zone, tuple(windows), limits, notes.link, conference.conduct)


def _highlight(table: HighlightSettings, zone: ZoneInfo) -> Highlight:
    return Highlight(table.name, instant(table.opens, zone), instant(table.closes, zone), table.name_zh)


def _start(span: Window | Highlight) -> datetime:
    return span.start


class Config(Server):
    """All settings of config.toml, checked."""

    storage: Storage = Storage()
    backup: Backup = Backup()
    log: Log = Log()
    _folder: Path = PrivateAttr(default_factory=Path.cwd)

    @property
    def database(self) -> Path:
        """The database file; a relative name counts from the folder of the configuration."""
        return (self._folder / self.storage.database).resolve()

    @property
    def backups(self) -> Path:
        """The folder of the backups; a relative name counts from the folder of the configuration."""
        return (self._folder / self.backup.folder).resolve()


def load_config(path: str | Path) -> Config:
    """Read the configuration file, or raise `ConfigError` with every fault in it."""
    file = Path(path)
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise ConfigError(Fault(str(file), "no such file", "copy config.example.toml to start")) from None
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise ConfigError(Fault(str(file), f"not UTF-8 text (at line {line})", "save it as UTF-8")) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ConfigError(Fault(str(file), f"cannot be read: {reason}")) from None
    try:
        data = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        hint = "a time needs seconds, as in 2021-10-02T08:55:00" if _NO_SECONDS.search(text) else ""
        raise ConfigError(Fault(str(file), f"not TOML: {error}", hint)) from None
    return parse_config(data, file.absolute().parent)


def parse_config(data: Mapping[str, Any], folder: Path) -> Config:
    """Check settings that have been read from a file in this folder; raise `ConfigError` as `load_config`."""
    config = _checked(Config, data)
    config._folder = folder
    return config


def parse_server(data: Mapping[str, Any]) -> Server:
    """Check one server's settings, by section and name; raise `ConfigError` as `load_config`.

    Where the conference lacks what it must have, what is there is checked, and there is no conference yet.
    """
    given = data.get("conference") or {}
    if given.keys() >= _ESSENTIAL.keys():
        return _checked(Server, data)
    server = _checked(Server, {**data, "conference": {**_ESSENTIAL, **given}})
    return server.model_copy(update={"conference": None})


_ESSENTIAL: Mapping[str, Any] = {
    "name": "-",
    "timezone": "UTC",
    "windows": [{"name": "-", "opens": "2000-01-01T00:00:00", "closes": "2000-01-01T01:00:00"}],
}
"""What a conference must have, with values that let the others be checked."""
S = TypeVar("S", bound=Server)


def _checked(model: type[S], data: Mapping[str, Any]) -> S:
    try:
        return model.model_validate(data)
    except ValidationError as error:
        sound = without(data, {found["loc"] for found in error.errors()})
        raise ConfigError(*faults_of(model, error), *_disagreements(sound)) from None


def _disagreements(settings: Mapping[str, Any]) -> list[Fault]:
    """Return what is wrong between settings: a missing one is its default, one that is None is not known."""
    return [*_length_faults(settings.get("sessions", {})), *window_faults(settings.get("conference"))]


def _length_faults(sessions: Mapping[str, Any] | None) -> list[Fault]:
    if sessions is None:
        return []
    names = ("min_minutes", "default_minutes", "max_minutes")
    minutes = {name: sessions.get(name, Sessions.model_fields[name].default) for name in names}
    return [
        Fault(
            f"sessions.{low}",
            f"{minutes[low]} is more than {high} ({minutes[high]})",
            "min_minutes <= default_minutes <= max_minutes",
            "more-than",
            {"value": minutes[low], "other": f"sessions.{high}", "most": minutes[high]},
        )
        for low, high in combinations([name for name in names if minutes[name] is not None], 2)
        if minutes[low] > minutes[high]
    ]
