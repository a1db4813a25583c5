"""`openspace export`: the files that organizers take along, from the database file, whoever has it open."""

from __future__ import annotations

import csv
import json
import stat
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from shutil import copyfile

import pytest
from icalendar import Calendar
from typer.testing import Result

from bot.config import load_config
from bot.paths import data_folder
from bot.service import Draft, Needs, Person, Rulebook, Service, rules_of
from bot.store.database import Database
from tests.conftest import START, write_config
from tests.store.test_takeover import OLD
from tests.test_cli import invoke
from tests.test_log import fresh_logging

__all__ = ["fresh_logging", "invoke"]

NEWEST = len(list((data_folder() / "migrations").glob("*.sql")))
HERE, ELSEWHERE = 11, 12


async def conference(folder: Path, database: Database, *servers: int) -> None:
    """Each of these servers has one session, hosted by Ana."""
    config = load_config(write_config(folder))
    service = Service(Needs(database, Rulebook(rules_of(config), database), lambda: START, _nothing))
    for server in servers:
        await service.hosting.host(server, Person(7, "Ana"), Draft(7, "=Git", "", "10:30", 60))


def _nothing(guild_id: int, *, soon: bool = False) -> None:
    """No keeper is there to wake."""


def digests(folder: Path) -> dict[str, bytes]:
    """What is in each file of a folder, but in the database's shared memory, which every reader marks."""
    files = (path for path in folder.iterdir() if path.is_file() and not path.name.endswith("-shm"))
    return {path.name: sha256(path.read_bytes()).digest() for path in files}


def names(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


async def test_export_writes_tables_and_calendar(invoke: Callable[..., Result], tmp_path: Path) -> None:
    async with Database(tmp_path / "openspace.sqlite3") as database:
        await conference(tmp_path, database, HERE)
    result = invoke("export", str(tmp_path / "out"))
    assert result.exit_code == 0, result.stderr
    out = tmp_path / "out"
    assert names(out) == [
        "openspace-calendar.ics",
        "openspace-joins.csv",
        "openspace-sessions.csv",
        "openspace-takeaways.csv",
        "openspace-visits.csv",
    ]
    assert sorted(result.stdout.split()) == [str(out / name) for name in names(out)]
    with (out / "openspace-sessions.csv").open(encoding="utf-8-sig", newline="") as file:
        [row] = csv.DictReader(file)
    assert (row["topic"], row["host"], row["start"]) == ("'=Git", "Ana", "2026-01-01 10:30:00")
    [event] = Calendar.from_ical((out / "openspace-calendar.ics").read_bytes()).walk("VEVENT")
    assert event["summary"] == "=Git"
    for path in out.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


async def test_export_while_the_bot_runs_changes_nothing(
    invoke: Callable[..., Result], tmp_path: Path
) -> None:
    path = tmp_path / "openspace.sqlite3"
    async with Database(path) as database:
        await conference(tmp_path, database, HERE)
        before = digests(tmp_path)
        result = invoke("export", "out", "--format", "json")
        assert result.exit_code == 0, result.stderr
        assert digests(tmp_path) == before
    whole = json.loads((tmp_path / "out" / "openspace-all.json").read_text(encoding="utf-8"))
    assert [session["topic"] for session in whole["sessions"]] == ["=Git"]


async def test_each_server_has_its_own_folder_and_its_own_sessions(
    invoke: Callable[..., Result], tmp_path: Path
) -> None:
    async with Database(tmp_path / "openspace.sqlite3") as database:
        await conference(tmp_path, database, HERE, ELSEWHERE)
    assert invoke("export", "out", "--format", "csv").exit_code == 0
    assert {name.split("/")[0] for name in names(tmp_path / "out")} == {"11", "12"}
    assert invoke("export", "one", "--server", "12", "--format", "ics").exit_code == 0
    assert names(tmp_path / "one") == ["openspace-calendar.ics"]
    [event] = Calendar.from_ical((tmp_path / "one" / "openspace-calendar.ics").read_bytes()).walk("VEVENT")
    assert event["uid"] == "session-2@openspace-bot.12"


async def test_a_servers_own_settings_hold_in_its_export(
    invoke: Callable[..., Result], tmp_path: Path
) -> None:
    async with Database(tmp_path / "openspace.sqlite3") as database:
        await conference(tmp_path, database, HERE)
        config = load_config(tmp_path / "config.toml")
        service = Service(Needs(database, Rulebook(rules_of(config), database), lambda: START, _nothing))
        values = {"conference.language": "zh-TW", "conference.timezone": "Europe/Prague"}
        await service.settings.set(HERE, Person(1, "Boss", organizer=True), values)
    assert invoke("export", "out").exit_code == 0
    text = (tmp_path / "out" / "openspace-calendar.ics").read_text(encoding="utf-8")
    assert "主持人：Ana" in text
    assert "TZID=Europe/Prague:20260101T033000" in text


@pytest.mark.parametrize("where", ["missing", "empty", "older", "elsewhere", "format", "folder"])
async def test_what_cannot_be_exported_is_told_in_one_line(
    invoke: Callable[..., Result], tmp_path: Path, where: str
) -> None:
    path = tmp_path / "openspace.sqlite3"
    write_config(tmp_path)
    arguments, said = (
        ["out"],
        {
            "missing": f"openspace: there is no database at {path}; name its configuration by --config",
            "empty": f"openspace: {path}: no session yet; nothing was written",
            "older": f"openspace: {path}: it is of version 2; "
            f"start the bot once, which brings it to version {NEWEST}",
            "elsewhere": f"openspace: {path}: no session in server 99; nothing was written",
            "format": "openspace: --format is csv, json or ics",
            "folder": "openspace: config.toml cannot be written (File exists); choose another folder",
        }[where],
    )
    if where == "older":
        copyfile(OLD, path)
    elif where != "missing":
        async with Database(path) as database:
            await conference(tmp_path, database, *([HERE] if where != "empty" else []))
    arguments += {"elsewhere": ["--server", "99"], "format": ["--format", "xml"]}.get(where, [])
    result = invoke("export", *(["config.toml"] if where == "folder" else arguments))
    assert (result.exit_code, result.stderr.strip()) == (2, said)
    assert not (tmp_path / "out").exists()
