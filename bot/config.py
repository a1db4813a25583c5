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

from pydantic import Field, PrivateAttr, ValidationError, model_validator

from bot.config_faults import (
    ConfigError,
    Fault,
    faults_of,
    instant,
    window_faults,
    without,
)
from bot.config_fields import (
    CategoryName,
    ChannelId,
    ChannelName,
    Contact,
    File,
    Folder,
    Length,
    Limit,
    LocalTime,
    Name,
    NotesLink,
    OtherName,
    RoleIds,
    Switch,
    Table,
    Topics,
    Wait,
    Zone,
    counted,
    whole,
)
from bot.config_kinds import Kind, What
from bot.config_web import Health, Page, Web
from bot.domain.models import Highlight, Limits, Window
from bot.domain.programme import Programme

__all__ = ["Config", "ConfigError", "Fault", "Server", "load_config", "parse_config", "parse_server"]

_NO_SECONDS = re.compile(r"=\s*\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(?![:\d])", re.ASCII)


class HighlightSettings(Table):
    """One entry of a window's `highlights`; times as the clocks at the conference show them."""

    name: Name
    name_zh: OtherName = ""
    opens: LocalTime
    closes: LocalTime


_Highlights = Annotated[
    tuple[HighlightSettings, ...],
    counted(0),
    Field(description="a list of 0 to 100 highlights, each with name, opens and closes"),
]


class WindowSettings(Table):
    """`[[conference.windows]]`; times as the clocks at the conference show them."""

    name: Name
    name_zh: OtherName = ""
    opens: LocalTime
    closes: LocalTime
    highlights: _Highlights = ()


_Windows = Annotated[
    tuple[WindowSettings, ...],
    Kind(What.WINDOWS, 1, 100),
    counted(1),
    Field(description="a list of 1 to 100 windows, each with name, opens and closes"),
]


class Conference(Table):
    """`[conference]`; without it each server is set up in Discord."""

    name: Name
    timezone: Zone
    parallel_limit: Limit = 10
    language: Annotated[Literal["en", "zh-TW", "both"], Field(description="en, zh-TW or both")] = "en"
    conduct: Contact = ""
    windows: _Windows


class Sessions(Table):
    """`[sessions]`: minutes, except where the name says otherwise."""

    min_minutes: Length = 10
    default_minutes: Length = 60
    max_minutes: Length = 120
    max_upcoming_per_host: Limit = 3
    lead_minutes: Wait = 5
    warn_minutes: Wait = 5
    grace_minutes: Wait = 10
    max_overrun_minutes: Wait = 30
    no_show_minutes: Wait = 15
    idle_minutes: Wait = 20
    remind_minutes: Wait = 10
    starts_per_hour: Annotated[int, whole(0, 100)] = 4
    offers_per_hour: Annotated[int, whole(0, 100)] = 6


class Channels(Table):
    """`[channels]`: what the bot makes in the server, and where it tells organizers of problems."""

    area: CategoryName = "Open Space"
    board: ChannelName = "open-space-board"
    tomorrow: Switch = False
    news: ChannelName = "open-space-news"
    archive: Switch = True
    archive_area: CategoryName = "Open Space archive"
    organizers_channel: ChannelId = 0
    log_channel: ChannelId = 0
    audience: RoleIds = ()


class Events(Table):
    """`[events]`: Discord's own events, one for each session that is booked ahead."""

    enabled: Switch = True


class Ideas(Table):
    """`[ideas]`: topics to start from, and how long people's own ideas stay up."""

    topics: Topics = ()
    fade_hours: Annotated[int, whole(1, 1000)] = 48


class Notes(Table):
    """`[notes]`: what stays of a session."""

    link: NotesLink = ""
    ask_takeaway: Switch = True


class Organizers(Table):
    """`[organizers]`: who may change everyone's sessions, besides those who may manage the server."""

    roles: RoleIds = ()


class Reports(Table):
    """`[reports]`: what people report to the organizers."""

    per_hour: Annotated[int, whole(0, 100)] = 3


class Privacy(Table):
    """`[privacy]`: how long people are remembered after the conference; 0: for good."""

    delete_after_days: Annotated[int, whole(0, 3650)] = 180


class Storage(Table):
    """`[storage]`: where the data are, as written; `Config.database` is the place."""

    database: File = "data/openspace.sqlite3"
    keep_left_days: Annotated[int, whole(0, 3650)] = 30


class Backup(Table):
    """`[backup]`: the copies that the running bot makes by itself; `Config.backups` is the place."""

    folder: Folder = "backups"
    every_hours: Annotated[int, whole(0, 720)] = 6
    keep: Annotated[int, whole(1, 1000)] = 28


class Log(Table):
    """`[log]`: how much the bot says about itself, and how."""

    format: Annotated[Literal["text", "json"], Field(description="text or json")] = "text"
    level: Annotated[
        Literal["debug", "info", "warning", "error"], Field(description="debug, info, warning or error")
    ] = "info"


class Server(Table):
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
    page: Page = Page()

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
    web: Web | None = None
    health: Health | None = None
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
        hint = f"`openspace config {file}` writes one"
        raise ConfigError(Fault(str(file), "no such file", hint)) from None
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
