from __future__ import annotations

import copy
import errno
import os
import re
import tomllib
import traceback
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from bot.config import (
    Backup,
    Channels,
    Conference,
    Config,
    ConfigError,
    Events,
    Fault,
    HighlightSettings,
    Ideas,
    Log,
    Notes,
    Organizers,
    Privacy,
    Reports,
    Sessions,
    Storage,
    WindowSettings,
    load_config,
    parse_config,
)
from bot.config_faults import shown
from bot.config_web import Health, Page, Web
from bot.credentials import read_token
from bot.domain.models import Highlight, Limits, Window

EXAMPLE = Path(__file__).parent.parent / "config.example.toml"
SECTIONS: dict[str, type[BaseModel]] = {
    "conference": Conference,
    "conference.windows": WindowSettings,
    "sessions": Sessions,
    "channels": Channels,
    "events": Events,
    "ideas": Ideas,
    "notes": Notes,
    "organizers": Organizers,
    "reports": Reports,
    "privacy": Privacy,
    "page": Page,
    "storage": Storage,
    "backup": Backup,
    "log": Log,
    "web": Web,
    "health": Health,
}
GONE = object()


def example_text() -> str:
    """The example with the sections that nobody gets who only copies it."""
    return re.sub(r"^#(?=\[|\w+ = )", "", EXAMPLE.read_text(encoding="utf-8"), flags=re.MULTILINE)


def example_data() -> dict[str, Any]:
    return tomllib.loads(example_text())


def change(data: Any, path: str, value: object) -> None:
    """Set or, with GONE, delete what stands at a path such as `conference.windows.1.opens`."""
    *way, last = path.split(".")
    for part in way:
        data = data[int(part) if part.isdecimal() else part]
    if value is GONE:
        del data[last]
    else:
        data[int(last) if last.isdecimal() else last] = value


def changed(**changes: object) -> dict[str, Any]:
    data = example_data()
    for path, value in changes.items():
        change(data, path, value)
    return data


def parsed(**changes: object) -> Config:
    return parse_config(changed(**changes), Path("/srv/bot"))


def faults(**changes: object) -> list[Fault]:
    with pytest.raises(ConfigError) as caught:
        parsed(**changes)
    return caught.value.faults


def window(name: str, opens: str, closes: str, *highlights: dict[str, Any]) -> dict[str, Any]:
    table: dict[str, Any] = {"name": name, "opens": opens, "closes": closes}
    return {**table, "highlights": list(highlights)} if highlights else table


def conference_of(config: Config) -> Conference:
    assert config.conference
    return config.conference


def load_faults(path: Path) -> list[Fault]:
    with pytest.raises(ConfigError) as caught:
        load_config(path)
    return caught.value.faults


# --- the example


def test_example_loads_as_it_is() -> None:
    config = load_config(EXAMPLE)
    assert conference_of(config).name == "PyCon Taiwan 2021"
    assert config.database == EXAMPLE.parent / "data" / "openspace.sqlite3"


def test_r1_example_becomes_the_programme_in_utc() -> None:
    programme = load_config(EXAMPLE).programme()
    assert programme.zone.key == "Asia/Taipei"
    assert programme.windows == (
        Window(
            "Day 1",
            datetime(2021, 10, 2, 0, 55, tzinfo=UTC),
            datetime(2021, 10, 2, 8, 15, tzinfo=UTC),
            name_zh="第一天",
        ),
        Window(
            "Day 2",
            datetime(2021, 10, 3, 2, 30, tzinfo=UTC),
            datetime(2021, 10, 3, 8, 40, tzinfo=UTC),
            (
                Highlight(
                    "No talks now",
                    datetime(2021, 10, 3, 6, 30, tzinfo=UTC),
                    datetime(2021, 10, 3, 7, 20, tzinfo=UTC),
                    "此時段沒有議程",
                ),
            ),
            "第二天",
        ),
    )
    assert programme.limits == Limits()


def test_example_holds_every_setting_with_its_default() -> None:
    data = example_data()
    assert list(data) == list(Config.model_fields)
    for path, model in SECTIONS.items():
        table = data["conference"]["windows"][0] if model is WindowSettings else data[path]
        assert list(table) == list(model.model_fields), path
        for name, field in model.model_fields.items():
            if not field.is_required() and name != "name_zh":  # a name, as `name` is one
                default = list(field.default) if isinstance(field.default, tuple) else field.default
                assert table[name] == default, f"{path}.{name}"
    assert set(data["conference"]["windows"][1]["highlights"][0]) == set(HighlightSettings.model_fields)


def test_example_says_what_every_setting_does() -> None:
    said: set[str] = set()
    section = ""
    for line in example_text().splitlines():
        assert len(line) <= 110, line
        if header := re.fullmatch(r"\[+([\w.]+)\]+", line):
            section = header[1]
        elif setting := re.fullmatch(r"(\w+) = \S.*?\s+# (\S.{15,})", line):
            said.add(f"{section}.{setting[1]}")
    settings = {f"{path}.{name}" for path, model in SECTIONS.items() for name in model.model_fields}
    assert said == settings - {"conference.windows"}  # said above its first table


def test_example_begins_with_how_to_use_it() -> None:
    header = EXAMPLE.read_text(encoding="utf-8").split("\n[conference]")[0]
    assert all(line.startswith("#") for line in header.splitlines() if line)
    assert "config.toml" in header
    assert "DISCORD_TOKEN_FILE" in header


# --- what is allowed


@pytest.mark.parametrize(
    ("path", "value", "problem"),
    [
        ("page.embed_origins", "https://a.example; script-src *", "is not where a site is"),
        ("page.embed_origins", "https://*.example", "is not where a site is"),
        ("page.embed_origins", "https://a.example/b", "is not where a site is"),
        ("web.trusted_proxies", "caddy", "is neither an IP address nor a network"),
    ],
)
def test_each_of_a_list_is_checked(path: str, value: str, problem: str) -> None:
    [fault] = faults(**{path: [value]})
    assert fault.key == f"{path}[0]"
    assert problem in fault.problem
    assert " such as " in fault.allowed


def test_conference_alone_is_enough() -> None:
    conference = example_data()["conference"]
    for name in ("parallel_limit", "language"):
        del conference[name]
    config = parse_config({"conference": conference}, Path("/srv/bot"))
    assert config == parse_config(tomllib.loads(EXAMPLE.read_text(encoding="utf-8")), Path("/srv/bot"))
    assert config.web is None, "no port is opened for who did not ask for one"
    assert config.health is None
    assert config.database == Path("/srv/bot/data/openspace.sqlite3").resolve()


def test_database_counts_from_the_folder_of_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "there").mkdir()
    text = EXAMPLE.read_text(encoding="utf-8").replace('"data/openspace.sqlite3"', '"../elsewhere/é.db"')
    (tmp_path / "there" / "config.toml").write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    config = load_config("there/config.toml")
    assert config.database == tmp_path.resolve() / "elsewhere" / "é.db"
    assert config.storage.database == "../elsewhere/é.db"


def test_database_may_be_absolute(tmp_path: Path) -> None:
    assert parsed(**{"storage.database": str(tmp_path / "x.db")}).database == (tmp_path / "x.db").resolve()


def test_backups_count_from_the_folder_of_the_file_too(tmp_path: Path) -> None:
    assert parse_config(example_data(), tmp_path).backups == (tmp_path / "backups").resolve()
    assert parsed(**{"backup.folder": str(tmp_path / "away")}).backups == (tmp_path / "away").resolve()


def test_config_is_frozen() -> None:
    config = load_config(EXAMPLE)
    with pytest.raises(ValidationError):
        config.sessions.min_minutes = 5  # type: ignore[misc]


def test_defaults_are_those_of_the_rules() -> None:
    limits = Limits()
    assert Sessions().model_dump() == {name: getattr(limits, name) for name in Sessions.model_fields}
    assert Conference.model_fields["parallel_limit"].default == limits.parallel_limit


def test_limits_reach_the_programme() -> None:
    changes: dict[str, Any] = {
        f"sessions.{name}": 20 + index for index, name in enumerate(Sessions.model_fields)
    }
    changes |= {"sessions.max_upcoming_per_host": 25, "conference.parallel_limit": 7}
    limits = parsed(**changes).programme().limits
    assert limits == Limits(
        parallel_limit=7, **{path[9:]: value for path, value in changes.items() if path.startswith("sess")}
    )


def test_r4_smallest_numbers_are_allowed() -> None:
    changes: dict[str, object] = {f"sessions.{name}": 0 for name in list(Sessions.model_fields)[4:]}
    changes |= {f"sessions.{name}": 1 for name in list(Sessions.model_fields)[:4]}
    sessions = parsed(**changes).sessions
    assert (sessions.min_minutes, sessions.max_upcoming_per_host, sessions.no_show_minutes) == (1, 1, 0)


def test_r1_times_may_be_iso_text() -> None:
    config = parsed(
        **{"conference.windows": [window("Day", "2021-10-02T08:55", "2021-10-02 16:15:30")]},
    )
    [only] = conference_of(config).windows
    assert only.opens == datetime(2021, 10, 2, 8, 55)  # noqa: DTZ001 - local by design
    assert only.closes == datetime(2021, 10, 2, 16, 15, 30)  # noqa: DTZ001


def test_r2_windows_and_highlights_come_in_order_of_time() -> None:
    programme = parsed(
        **{
            "conference.windows": [
                window(
                    "Later",
                    "2021-10-03 10:00",
                    "2021-10-03 16:00",
                    window("c", "2021-10-03 12:00", "2021-10-03 16:00"),
                    window("b", "2021-10-03 10:00", "2021-10-03 12:00"),
                ),
                window("Touching", "2021-10-02 12:00", "2021-10-03 10:00"),
                window("Night", "2021-10-01 20:00", "2021-10-02 04:00"),
            ]
        }
    ).programme()
    assert [each.name for each in programme.windows] == ["Night", "Touching", "Later"]
    assert [each.name for each in programme.windows[-1].highlights] == ["b", "c"]


def test_r2_hundred_windows_are_allowed() -> None:
    windows = [window(f"{day}", f"2021-01-01 {day:02}:00", f"2021-01-01 {day:02}:30") for day in range(24)]
    windows += [
        window(f"{day}", f"{2000 + day}-01-01 00:00", f"{2000 + day}-01-01 01:00") for day in range(21)
    ]
    windows += [
        window(f"{day}", f"{2100 + day}-01-01 00:00", f"{2100 + day}-01-01 01:00") for day in range(55)
    ]
    assert len(parsed(**{"conference.windows": windows}).programme().windows) == 100
    [fault] = faults(
        **{"conference.windows": [*windows, window("x", "2030-01-01 00:00", "2030-01-01 01:00")]}
    )
    assert str(fault).startswith("conference.windows: has 101 entries; a list of 1 to 100 windows")


def test_r1_window_over_a_change_of_clocks_has_its_true_length() -> None:
    [night] = (
        parsed(
            **{
                "conference.timezone": "Europe/Prague",
                "conference.windows": [window("Night", "2021-10-30 22:00", "2021-10-31 06:00")],
            }
        )
        .programme()
        .windows
    )
    assert night.end - night.start == timedelta(hours=9)


def test_the_notes_link_and_the_takeaway_reach_the_programme() -> None:
    link = "https://pad.example.org/p/{id}-{topic}"
    programme = parsed(**{"notes.link": link, "notes.ask_takeaway": False}).programme()
    assert (programme.notes_link, programme.limits.ask_takeaway) == (link, False)
    assert (parsed().programme().notes_link, parsed().programme().limits.ask_takeaway) == ("", True)


def test_names_are_cleaned() -> None:
    config = parsed(**{"conference.name": "  Py\tCon\n\u202e2021 ", "channels.area": "👩\u200d💻 開放空間"})
    assert conference_of(config).name == "Py Con 2021"
    assert config.channels.area == "👩\u200d💻 開放空間"
    assert conference_of(parsed(**{"conference.name": "x" * 100 + " "})).name == "x" * 100


# --- what is not

OPENS = "conference.windows.0.opens"
CLOSES = "conference.windows.0.closes"
HIGHLIGHT = "conference.windows.1.highlights.0"
BAD: list[tuple[str, object, str]] = [
    # missing and unknown
    ("conference.name", GONE, "is missing; text of 1 to 100 characters"),
    ("conference.timezone", GONE, "is missing; an IANA name such as Asia/Taipei"),
    ("conference.windows", GONE, "is missing; a list of 1 to 100 windows, each with name, opens and closes"),
    (OPENS, GONE, "is missing; a local date and time such as 2021-10-02T08:55:00"),
    (f"{HIGHLIGHT}.name", GONE, "is missing; text of 1 to 100 characters"),
    ("sessions.led_minutes", 5, "is not a known setting; did you mean `lead_minutes`?"),
    ("sessions.MIN_MINUTES", 5, "is not a known setting; did you mean `min_minutes`?"),
    ("sessions.parallel_limit", 5, "is not a known setting; did you mean `conference.parallel_limit`?"),
    ("conference.windows.0.language", "en", "is not a known setting; did you mean `conference.language`?"),
    ("conference.windows.1.open", 1, "is not a known setting; did you mean `opens`?"),
    (f"{HIGHLIGHT}.nam", "x", "is not a known setting; did you mean `name`?"),
    ("log.xyzzy", 1, "is not a known setting; one of format, level"),
    ("sesions", {}, "is not a known section; did you mean `sessions`?"),
    (
        "xyzzy",
        {},
        "is not a known section; one of conference, sessions, channels, events, ideas, organizers, notes",
    ),
    ("page.slug", "Ab", '"Ab" cannot be part of an address; 3 to 40 small letters, digits and hyphens'),
    ("page.slug", "123", '"123" cannot be part of an address; 3 to 40 small'),
    ("page.slug", "-ab", '"-ab" cannot be part of an address; 3 to 40 small'),
    (
        "page.invite",
        "https://discord.gg.evil.example/abc",
        "is no invite; an invite such as https://discord.gg",
    ),
    ("web.public_url", "openspace.example.org", "is not an address of a site; an address such as"),
    ("web.public_url", "https://example.org/?a", "is not an address of a site; an address such as"),
    ("web.address", "localhost", '"localhost" is not an IP address; an IP address such as'),
    ("web.port", 65536, "65536 is too large; a whole number from 0 to 65535"),
    ("health.address", "localhost", '"localhost" is not an IP address; an IP address such as'),
    ("health.port", -1, "-1 is too small; a whole number from 0 to 65535"),
    ("min_minutes", 5, "is not a known setting; did you mean `sessions.min_minutes`?"),
    ("database", "x", "is not a known setting; did you mean `storage.database`?"),
    ("_folder", "/", "is not a known setting; did you mean `backup.folder`?"),
    # types
    (
        "conference",
        5,
        "5 is not allowed; a table with name, timezone, parallel_limit, language, conduct, windows",
    ),
    ("log", [], "a list is not allowed; a table with format, level"),
    ("conference.name", 5, "5 is not allowed; text of 1 to 100 characters"),
    ("conference.timezone", 8, "8 is not allowed; an IANA name such as Asia/Taipei"),
    ("conference.parallel_limit", "10", '"10" is not allowed; a whole number from 1 to 25'),
    ("conference.parallel_limit", True, "true is not allowed; a whole number from 1 to 25"),
    ("sessions.lead_minutes", False, "false is not allowed; a whole number from 0 to 1440"),
    ("sessions.lead_minutes", 5.0, "5.0 is not allowed; a whole number from 0 to 1440"),
    ("sessions.lead_minutes", float("nan"), "nan is not allowed; a whole number from 0 to 1440"),
    ("sessions.lead_minutes", {}, "a table is not allowed; a whole number from 0 to 1440"),
    ("channels.archive", 1, "1 is not allowed; true or false"),
    ("channels.archive", "yes", '"yes" is not allowed; true or false'),
    ("conference.language", "fr", '"fr" is not allowed; en, zh-TW or both'),
    ("log.format", "xml", '"xml" is not allowed; text or json'),
    ("log.level", "INFO", '"INFO" is not allowed; debug, info, warning or error'),
    (
        "conference.windows",
        {},
        "a table is not allowed; a list of 1 to 100 windows, each with name, opens and",
    ),
    ("conference.windows.0", 5, "5 is not allowed; a table with name, name_zh, opens, closes, highlights"),
    ("conference.windows.0.highlights", 1, "1 is not allowed; a list of 0 to 100 highlights, each with"),
    (HIGHLIGHT, 1, "1 is not allowed; a table with name, name_zh, opens, closes"),
    # sizes
    ("conference.name", "", "is empty; text of 1 to 100 characters"),
    ("conference.name", " \u200b\n", "is empty; text of 1 to 100 characters"),
    ("conference.name", "é" * 101, "é… is too long; text of 1 to 100 characters"),
    ("conference.conduct", "é" * 201, "é… is too long; text of 0 to 200 characters"),
    ("reports.per_hour", 101, "101 is too large; a whole number from 0 to 100"),
    ("conference.windows", [], "has 0 entries; a list of 1 to 100 windows"),
    ("conference.windows.0.name", "", "is empty; text of 1 to 100 characters"),
    ("channels.area", "x" * 91, "x… is too long; text of 1 to 90 characters"),
    ("channels.archive_area", "", "is empty; text of 1 to 90 characters"),
    (
        "notes.link",
        "https://x.org/ {id}",
        '"https://x.org/ {id}" has a sign that a link cannot have; empty, or an',
    ),
    ("notes.link", "http://x.org/{id}", '"http://x.org/{id}" is not an https address; empty, or an https'),
    ("notes.link", "https://x.org/{host}", '"https://x.org/{host}" has braces around something else; empty'),
    (
        "notes.link",
        "https://x.org/" + "x" * 200,
        "has 214 characters; empty, or an https address of up to 200",
    ),
    ("channels.organizers_channel", -1, "-1 is too small; a channel's id, a whole number from 0 to"),
    (
        "channels.organizers_channel",
        2**63,
        "9223372036854775808 is too large; a channel's id, a whole number",
    ),
    ("storage.database", "", '"" is not a file name; the path of a file'),
    ("storage.database", "a\0b", '"a\\u0000b" is not a file name; the path of a file'),
    ("storage.database", "x" * 1001, "x… is too long; the path of a file"),
    ("backup.folder", " ", '" " is not a file name; the path of a folder'),
    ("backup.every_hours", -1, "-1 is too small; a whole number from 0 to 720"),
    ("backup.keep", 0, "0 is too small; a whole number from 1 to 1000"),
    # R3, R4: numbers
    ("conference.parallel_limit", 0, "0 is too small; a whole number from 1 to 25"),
    ("conference.parallel_limit", 26, "26 is too large; a whole number from 1 to 25"),
    ("conference.parallel_limit", 16**5000, "a number beyond 64 bits is too large; a whole number from 1"),
    ("sessions.max_upcoming_per_host", 0, "0 is too small; a whole number from 1 to 25"),
    ("sessions.max_upcoming_per_host", 26, "26 is too large; a whole number from 1 to 25"),
    ("sessions.min_minutes", 0, "0 is too small; a whole number from 1 to 1440"),
    ("sessions.max_minutes", 1441, "1441 is too large; a whole number from 1 to 1440"),
    ("sessions.warn_minutes", -1, "-1 is too small; a whole number from 0 to 1440"),
    ("sessions.no_show_minutes", 1441, "1441 is too large; a whole number from 0 to 1440"),
    (
        "sessions.min_minutes",
        61,
        "61 is more than default_minutes (60); min_minutes <= default_minutes <= max",
    ),
    (
        "sessions.default_minutes",
        121,
        "121 is more than max_minutes (120); min_minutes <= default_minutes <=",
    ),
    # R1: zone and clock
    (
        "conference.timezone",
        "Asia/Taipeh",
        '"Asia/Taipeh" is not a known time zone; did you mean `Asia/Taipei`?',
    ),
    ("conference.timezone", "asia/taipei", "is not a known time zone; did you mean `Asia/Taipei`?"),
    ("conference.timezone", "New York", "is not a known time zone; did you mean `America/New_York`?"),
    ("conference.timezone", "GMT+8", "is not a known time zone; an IANA name such as Asia/Taipei"),
    ("conference.timezone", "localtime", "is not a known time zone; an IANA name such as Asia/Taipei"),
    ("conference.timezone", "../../etc/passwd", "is not a known time zone; an IANA name such as Asia/Taipei"),
    (OPENS, 855, "855 is not a date and a time; a local date and time such as 2021-10-02T08:55:00"),
    (OPENS, "soon", '"soon" is not a date and a time; a local date and time such as'),
    (OPENS, "2021-10-02", '"2021-10-02" is not a date and a time; a local date and time such as'),
    (OPENS, "20211002T0855", '"20211002T0855" is not a date and a time; a local date and time such as'),
    (OPENS, "2021-10-02T25:00", '"2021-10-02T25:00" is not a date and a time; a local date and time such as'),
    (OPENS, date(2021, 10, 2), "2021-10-02 is not a date and a time; a local date and time such as"),
    (OPENS, time(8, 55), "08:55:00 is not a date and a time; a local date and time such as"),
    (OPENS, "2021-10-02T08:55Z", '"2021-10-02T08:55Z" has an offset from UTC; a local date and time such as'),
    (OPENS, datetime(2021, 10, 2, tzinfo=UTC), "2021-10-02T00:00:00+00:00 has an offset from UTC; a local"),
    (OPENS, "2021-10-02T08:55:00.5", '"2021-10-02T08:55:00.5" has a fraction of a second; a local date and'),
    (OPENS, "0001-01-01 00:00", '"0001-01-01 00:00" is too far away; a year from 1970 to 2999'),
    (CLOSES, "9999-12-31 23:59", '"9999-12-31 23:59" is too far away; a year from 1970 to 2999'),
    # R2: windows and highlights
    (CLOSES, "2021-10-02T08:55", '"Day 1" closes at 2021-10-02T08:55:00, not after it opens; a time after'),
    (CLOSES, "2021-10-02T08:00", "not after it opens; a time after 2021-10-02T08:55:00"),
    (HIGHLIGHT, window("x", "2021-10-03 10:29", "2021-10-03 11:00"), '"x" is not inside "Day 2"; times from'),
    (
        HIGHLIGHT,
        window("x", "2021-10-03 16:30", "2021-10-03 16:41"),
        "2021-10-03T10:30:00 to 2021-10-03T16:40",
    ),
    (f"{HIGHLIGHT}.closes", "2021-10-03T14:30", '"No talks now" closes at 2021-10-03T14:30:00, not after it'),
]


@pytest.mark.parametrize(("path", "value", "text"), BAD, ids=[f"{path}-{text[:40]}" for path, _, text in BAD])
def test_one_fault_is_named_with_its_key(path: str, value: object, text: str) -> None:
    [fault] = faults(**{path: value})
    assert fault.key == re.sub(r"\.(\d+)", r"[\1]", path)
    assert text in f"{fault.problem}; {fault.allowed}"
    assert str(fault) == f"{fault.key}: {fault.problem}; {fault.allowed}"


def test_key_that_breaks_the_line_is_quoted() -> None:
    [fault] = faults(**{"log.a b\n": 1})
    assert fault.key == 'log."a b\\n"'


@pytest.mark.parametrize(
    ("zone", "opens", "closes", "side", "text"),
    [
        (
            "America/New_York",
            "2021-03-14 02:10",
            "2021-03-14 09:00",
            "opens",
            "2021-03-14T02:10:00 does not exist in America/New_York, because the clocks change; "
            "another time, such as 2021-03-14T03:00:00",
        ),
        (
            "America/New_York",
            "2021-11-06 20:00",
            "2021-11-07 01:30",
            "closes",
            "2021-11-07T01:30:00 exists twice in America/New_York, because the clocks change; "
            "another time, such as 2021-11-07T02:00:00",
        ),
        (
            "Pacific/Apia",  # which left out a whole day
            "2011-12-30 12:00",
            "2011-12-31 12:00",
            "opens",
            "2011-12-30T12:00:00 does not exist in Pacific/Apia, because the clocks change; "
            "another time, such as 2011-12-31T00:00:00",
        ),
    ],
)
def test_r1_time_that_the_clocks_skip_or_show_twice(
    zone: str, opens: str, closes: str, side: str, text: str
) -> None:
    [fault] = faults(**{"conference.timezone": zone, "conference.windows": [window("W", opens, closes)]})
    assert str(fault) == f"conference.windows[0].{side}: {text}"


@pytest.mark.parametrize("closes", ["2021-10-09T08:56:00", "2022-10-02T16:15:00", "2926-10-02T16:15:00"])
def test_c12_r2_a_window_lasts_seven_days_at_most(closes: str) -> None:
    assert parsed(**{"conference.windows": [window("Day 1", "2021-10-02 08:55", "2021-10-09 08:55")]})
    [fault] = faults(**{"conference.windows": [window("Day 1", "2021-10-02 08:55", closes)]})
    assert str(fault) == (
        f'conference.windows[0].closes: "Day 1" lasts until {closes}, more than 7 days; '
        "a time up to 2021-10-09T08:55:00: write one window for each day"
    )


def test_r2_windows_that_overlap_are_both_named() -> None:
    [fault] = faults(**{CLOSES: "2021-10-03T10:31"})
    assert str(fault) == (
        'conference.windows[1]: "Day 2" overlaps "Day 1" (conference.windows[0]); '
        "one may begin when the other ends, not before"
    )


def test_r2_highlights_that_overlap_are_both_named() -> None:
    late = window("late", "2021-10-02 10:59", "2021-10-02 12:00")
    early = window("early", "2021-10-02 10:00", "2021-10-02 11:00")
    [fault] = faults(**{"conference.windows.0.highlights": [late, early]})
    assert fault.key == "conference.windows[0].highlights[0]"
    assert fault.problem == '"late" overlaps "early" (conference.windows[0].highlights[1])'


def test_text_of_a_fault_is_as_promised() -> None:
    with pytest.raises(ConfigError) as caught:
        parsed(**{"conference.parallel_limit": 0})
    assert str(caught.value) == "conference.parallel_limit: 0 is too small; a whole number from 1 to 25"


def test_every_fault_is_said_at_once() -> None:
    found = faults(
        **{
            "conference.name": 5,
            "conference.timezone": "Asia/Taipeh",
            "conference.windows.0.name": GONE,
            "conference.windows.0.closes": "2021-10-03T11:00",
            "conference.windows.1.highlights.0.name": "",
            "conference.windows.1.highlights.0.closes": "2021-10-03T17:00",
            "sessions.default_minutes": "60",
            "sessions.min_minutes": 30,
            "sessions.max_minutes": 20,
            "sessions.led_minutes": 1,
            "log": 5,
            "sesions": {},
        }
    )
    assert [fault.key for fault in found] == [
        "conference.name",
        "conference.timezone",
        "conference.windows[0].name",
        "conference.windows[1].highlights[0].name",
        "sessions.default_minutes",
        "sessions.led_minutes",
        "log",
        "sesions",
        "sessions.min_minutes",
        "conference.windows[1].highlights[0]",
        "conference.windows[1]",
    ]
    # Where the name itself is wrong, the key stands for it.
    assert found[-1].problem == '"Day 2" overlaps conference.windows[0] (conference.windows[0])'
    assert len(str(ConfigError(*found)).splitlines()) == len(found)


def test_r4_every_pair_of_lengths_in_the_wrong_order_is_named() -> None:
    found = faults(**{"sessions.min_minutes": 90, "sessions.max_minutes": 30})
    assert [str(fault) for fault in found] == [
        f"sessions.{problem}; min_minutes <= default_minutes <= max_minutes"
        for problem in (
            "min_minutes: 90 is more than default_minutes (60)",
            "min_minutes: 90 is more than max_minutes (30)",
            "default_minutes: 60 is more than max_minutes (30)",
        )
    ]


def test_r2_each_window_that_overlaps_an_earlier_one_is_named() -> None:
    found = faults(
        **{
            "conference.windows": [
                window("All day", "2021-10-02 08:00", "2021-10-02 20:00"),
                window("Noon", "2021-10-02 12:00", "2021-10-02 13:00"),
                window("Evening", "2021-10-02 19:00", "2021-10-02 22:00"),
                window("Night", "2021-10-02 21:00", "2021-10-02 23:00"),
                window("After", "2021-10-02 23:00", "2021-10-03 01:00"),
            ]
        }
    )
    assert [(fault.key, fault.problem) for fault in found] == [
        ("conference.windows[1]", '"Noon" overlaps "All day" (conference.windows[0])'),
        ("conference.windows[2]", '"Evening" overlaps "All day" (conference.windows[0])'),
        ("conference.windows[3]", '"Night" overlaps "Evening" (conference.windows[2])'),
    ]


def test_r1_unclear_time_gives_one_fault_and_no_others() -> None:
    found = faults(
        **{
            "conference.timezone": "America/New_York",
            "conference.windows": [
                window(
                    "Gap",
                    "2021-03-14 02:30",
                    "2021-03-14 03:10",
                    window("lunch", "2021-03-14 01:00", "2021-03-14 02:15"),
                )
            ],
        }
    )
    assert [fault.key for fault in found] == [
        "conference.windows[0].opens",
        "conference.windows[0].highlights[0].closes",
    ]


def test_r2_windows_in_a_wrong_zone_are_still_compared() -> None:
    found = faults(**{"conference.timezone": 8, "conference.windows.0.closes": "2021-10-03T12:00"})
    assert [fault.key for fault in found] == ["conference.timezone", "conference.windows[1]"]


def test_r2_config_made_without_a_file_is_checked_as_well() -> None:
    data = changed(**{"conference.windows.0.closes": "2021-10-03T11:00"})
    with pytest.raises(ConfigError, match="overlaps"):
        Config.model_validate(data)


def test_long_values_are_cut() -> None:
    [fault] = faults(**{"log.level": "x\n" * 100_000, "conference.parallel_limit": 1})
    assert len(str(fault)) < 200
    [fault] = faults(**{f"log.{'formats' * 10_000}": 1})
    assert len(str(fault)) < 200


# --- the file


def test_missing_file(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    [fault] = load_faults(file)
    assert str(fault) == f"{file}: no such file; `openspace config {file}` writes one"


def test_directory_in_place_of_the_file(tmp_path: Path) -> None:
    [fault] = load_faults(tmp_path)
    assert str(fault) == f"{tmp_path}: cannot be read: {os.strerror(errno.EISDIR)}"


def test_file_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", refuse)
    [fault] = load_faults(tmp_path / "config.toml")
    assert str(fault) == f"{tmp_path}/config.toml: cannot be read: Permission denied"


def test_name_that_no_file_can_have() -> None:
    [fault] = load_faults(Path("a\0b"))
    assert "cannot be read" in fault.problem


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"[conference]\nname = \xff\n", "not UTF-8 text (at line 2); save it as UTF-8"),
        ("name = 1".encode("utf-16"), "not UTF-8 text (at line 1)"),
        (b"a = 1\nb = = 2\n", "not TOML: Invalid value (at line 2, column 5)"),
        (b"a = 1\na = 2\n", "not TOML: Cannot overwrite a value (at line 2, column 6)"),
        (b"a = " + b"[" * 100_000, "not TOML: "),
        (b"a = " + b"9" * 5_000, "not TOML: "),
        (b"a = 1\nopens = 2021-10-02T08:55\nb = = 3", "; a time needs seconds, as in 2021-10-02T08:55:00"),
    ],
)
def test_file_that_is_not_toml(tmp_path: Path, content: bytes, text: str) -> None:
    (tmp_path / "config.toml").write_bytes(content)
    [fault] = load_faults(tmp_path / "config.toml")
    assert fault.key == f"{tmp_path}/config.toml"
    assert text in str(fault)
    assert len(str(fault).splitlines()) == 1


def test_empty_file(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_bytes(b"")
    config = load_config(tmp_path / "config.toml")  # each server is set up in Discord
    assert config.conference is None
    assert config.programme().windows == ()


def test_byte_order_mark_and_windows_line_ends_are_fine(tmp_path: Path) -> None:
    content = EXAMPLE.read_bytes().replace(b"\n", b"\r\n")
    (tmp_path / "config.toml").write_bytes(b"\xef\xbb\xbf" + content)
    assert load_config(tmp_path / "config.toml").conference == load_config(EXAMPLE).conference


# --- nothing else, whatever the file holds

KEYS = st.sampled_from(
    sorted({name for model in SECTIONS.values() for name in model.model_fields} | set(Config.model_fields))
) | st.text(max_size=8)
SCALARS = (
    st.booleans()
    | st.integers()
    | st.integers(-1, 30)
    | st.floats()
    | st.text(max_size=12)
    | st.sampled_from(["en", "Asia/Taipei", "Europe/Prague", "2021-10-02 10:00", "2021-10-31T02:30:00"])
    | st.datetimes(timezones=st.none() | st.just(UTC))
    | st.datetimes(datetime(2021, 10, 2), datetime(2021, 10, 4)).map(lambda at: at.replace(microsecond=0))  # noqa: DTZ001
    | st.dates()
    | st.times()
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=8,
)


def places(value: Any) -> list[tuple[Any, Any]]:
    """Every container in the data with each of its keys."""
    if not isinstance(value, dict | list):
        return []
    keys = list(value) if isinstance(value, dict) else range(len(value))
    return [place for key in keys for place in ((value, key), *places(value[key]))]


@st.composite
def mutations(draw: st.DrawFn) -> dict[str, Any]:
    data = copy.deepcopy(example_data())
    for _ in range(draw(st.integers(1, 6))):
        there = places(data)
        if not there:
            break
        container, key = draw(st.sampled_from(there))
        match draw(st.sampled_from(["set", "delete", "add"])):
            case "set":
                container[key] = draw(VALUES)
            case "delete":
                del container[key]
            case _ if isinstance(container, dict):
                container[draw(KEYS)] = draw(VALUES)
            case _:
                container.append(draw(VALUES))
    return data


def check(read: Callable[[], Config]) -> None:
    """Either a configuration that keeps its promises, or one readable line a fault."""
    try:
        config = read()
    except ConfigError as caught:
        error = caught
    else:
        keeps_promises(config)
        return
    assert error.faults
    assert len(str(error).splitlines()) == len(error.faults)
    assert all(fault.key and fault.problem for fault in error.faults)


def keeps_promises(config: Config) -> None:
    windows = config.programme().windows
    assert all(a.end <= b.start for a, b in pairwise(windows))
    for each in windows:
        assert each.start < each.end
        assert all(each.start <= inner.start < inner.end <= each.end for inner in each.highlights)
    assert config.database.is_absolute()


@given(mutations())
def test_any_mutation_of_the_example_is_a_config_or_a_config_error(data: dict[str, Any]) -> None:
    check(lambda: parse_config(data, Path("/srv/bot")))


@given(st.dictionaries(KEYS, VALUES, max_size=5))
def test_any_toml_is_a_config_or_a_config_error(data: dict[str, Any]) -> None:
    check(lambda: parse_config(data, Path("/srv/bot")))


@given(st.integers(0, 4000), st.integers(0, 20), st.binary(max_size=6))
@example(0, 0, b"\xff")
def test_any_damage_to_the_file_is_a_config_or_a_config_error(
    tmp_path_factory: pytest.TempPathFactory, at: int, length: int, junk: bytes
) -> None:
    file = tmp_path_factory.getbasetemp() / "damaged.toml"
    content = EXAMPLE.read_bytes()
    file.write_bytes(content[:at] + junk + content[at + length :])
    check(lambda: load_config(file))


@given(
    st.sampled_from(
        ["Asia/Taipei", "Europe/Prague", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia"]
    ),
    st.datetimes(datetime(1970, 1, 2), datetime(2999, 1, 1)).map(lambda at: at.replace(microsecond=0)),  # noqa: DTZ001
    st.integers(-60, 60 * 72),
)
def test_r1_a_local_time_means_one_instant_or_is_refused(zone: str, opens: datetime, minutes: int) -> None:
    closes = opens + timedelta(minutes=minutes)
    table = {"name": "W", "opens": opens, "closes": closes}
    data = {"conference": {"name": "C", "timezone": zone, "windows": [table]}}
    try:
        programme = parse_config(data, Path("/srv/bot")).programme()
    except ConfigError:
        return
    [only] = programme.windows
    assert minutes > 0
    assert programme.local(only.start).replace(tzinfo=None) == opens
    assert programme.local(only.end).replace(tzinfo=None) == closes
    assert programme.local(only.start).utcoffset() == opens.replace(tzinfo=programme.zone, fold=1).utcoffset()


def test_values_that_no_file_holds_are_shown_as_well() -> None:
    assert shown(None) == "None"


# --- the token

TOKEN = "MTk4.not-a.real_token"  # noqa: S105


@pytest.fixture
def env(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in ("DISCORD_TOKEN", "DISCORD_TOKEN_FILE", "TOKEN", "token", "token_file"):
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


def token_fault() -> str:
    with pytest.raises(ConfigError) as caught:
        read_token()
    [fault] = caught.value.faults
    assert TOKEN not in "".join(traceback.format_exception_only(caught.value))
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None or caught.value.__suppress_context__
    return str(fault)


def test_token_from_the_environment(env: pytest.MonkeyPatch) -> None:
    env.setenv("DISCORD_TOKEN", f" {TOKEN}\n")
    env.setenv("DISCORD_TOKEN_FILE", "")
    assert read_token() == TOKEN


def test_token_from_a_file(env: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "token").write_bytes(b"\xef\xbb\xbf" + TOKEN.encode() + b"\r\n")
    env.setenv("DISCORD_TOKEN", "")
    env.setenv("DISCORD_TOKEN_FILE", str(tmp_path / "token"))
    assert read_token() == TOKEN


def test_token_comes_from_nowhere_else(env: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(f"DISCORD_TOKEN={TOKEN}", encoding="utf-8")
    env.chdir(tmp_path)
    env.setenv("TOKEN", TOKEN)
    assert token_fault() == "DISCORD_TOKEN: is not set; set it, or set DISCORD_TOKEN_FILE"


def test_token_twice(env: pytest.MonkeyPatch) -> None:
    env.setenv("DISCORD_TOKEN", TOKEN)
    env.setenv("DISCORD_TOKEN_FILE", TOKEN)
    assert token_fault() == "DISCORD_TOKEN: DISCORD_TOKEN_FILE is set as well; set one of them"


def test_token_in_place_of_the_file_is_not_quoted(env: pytest.MonkeyPatch) -> None:
    env.setenv("DISCORD_TOKEN_FILE", TOKEN)
    assert token_fault() == "DISCORD_TOKEN_FILE: there is no such file; the path of a file"


def test_token_file_that_cannot_be_read(env: pytest.MonkeyPatch, tmp_path: Path) -> None:
    env.setenv("DISCORD_TOKEN_FILE", str(tmp_path))
    assert token_fault() == f"DISCORD_TOKEN_FILE: the file cannot be read: {os.strerror(errno.EISDIR)}"


@pytest.mark.parametrize("blank", ["", " \n"])
def test_token_file_that_is_empty(env: pytest.MonkeyPatch, tmp_path: Path, blank: str) -> None:
    (tmp_path / "token").write_text(blank, encoding="utf-8")
    env.setenv("DISCORD_TOKEN_FILE", str(tmp_path / "token"))
    assert token_fault() == "DISCORD_TOKEN_FILE: is empty; the token from Discord's developer portal"


@pytest.mark.parametrize(
    "content",
    [f"DISCORD_TOKEN = {TOKEN}".encode(), TOKEN.encode("utf-16"), f"{TOKEN}\nx".encode(), b"x" * 9999],
)
def test_token_file_with_something_else(env: pytest.MonkeyPatch, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "token").write_bytes(content)
    env.setenv("DISCORD_TOKEN_FILE", str(tmp_path / "token"))
    assert "holds something else than a token" in token_fault()


def test_token_of_strange_bytes(env: pytest.MonkeyPatch) -> None:
    env.setenv("DISCORD_TOKEN", f"{TOKEN}\udcff")
    assert "DISCORD_TOKEN: holds something else than a token" in token_fault()
