"""`openspace backup`, `restore`, `drill` and `status`, as who runs the bot types them: also while it runs."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from shutil import copytree

import pytest
from typer.testing import Result

from bot import clock, measures, operate
from bot.config import load_config
from bot.paths import data_folder
from bot.store.database import Database
from bot.store.instants import stamp
from bot.store.shelf import Shelf
from tests.conftest import write_config
from tests.store.test_backup import damage, garbage, names, of_a_newer_version
from tests.test_cli import SmallDiscord, ends, invoke, openspace, serving
from tests.test_doctor import seen
from tests.test_log import fresh_logging

__all__ = ["fresh_logging", "invoke"]

NOW = datetime.now(UTC).replace(microsecond=0)
HOUR = timedelta(hours=1)
NEWEST = len(list((data_folder() / "migrations").glob("*.sql")))


def session(guild: int, starts: timedelta, state: str = "booked") -> tuple[object, ...]:
    """A row of a session, as databases of every version take it."""
    start, end = stamp(NOW + starts), stamp(NOW + starts + HOUR)
    return guild, start, end, state, 1 if state != "booked" else None, end if state == "ended" else None


SESSION = (
    "INSERT INTO session (guild_id, host_id, host_name, topic, created_at, starts_at, ends_at, state, desk,"
    " closed_at) VALUES (?1, 1, 'Ana', 'Topic', 0, ?2, ?3, ?4, ?5, ?6)"
)
PROBLEM = "INSERT INTO problem (guild_id, code, detail, found_at) VALUES (?, ?, ?, ?)"


def conference(folder: Path, migrations: Path | None = None) -> Path:
    """Two servers with sessions and a problem that nobody has solved."""
    path = write_config(folder, backup={"every_hours": 6}).with_name("openspace.sqlite3")

    async def work() -> None:
        async with Database(path, migrations) as db, db.transaction() as tx:
            for row in (
                session(11, -HOUR / 2, "open"),
                session(11, timedelta(minutes=25, seconds=30)),
                session(11, 3 * HOUR),
                session(22, -5 * HOUR, "ended"),
            ):
                await tx.execute(SESSION, *row)
            await tx.execute("INSERT INTO joined VALUES (2, 7, 'Ben', 0, 0)")
            then = stamp(NOW - 2 * HOUR)
            await tx.execute(PROBLEM, 22, "permissions", "manage_roles\x1b[31m", then)
            await tx.execute("INSERT INTO audit (guild_id, at, action) VALUES (22, ?, 'problem')", then)

    asyncio.run(work())
    return path


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The conference, at the instant by which it was made."""
    monkeypatch.setattr(clock, "now", lambda: NOW)
    return conference(tmp_path)


# -------------------------------------------------------------------------------------------- status


def test_status_is_one_screen_of_what_an_operator_asks(invoke: Callable[..., Result], database: Path) -> None:
    result = invoke("status")
    assert (result.exit_code, result.stderr) == (0, "")
    lines = result.stdout.splitlines()
    kilobytes = database.stat().st_size // 1024
    utc = "%Y-%m-%d %H:%M UTC"
    assert lines == [
        "openspace   0.1.0",
        f"database    {database}, {kilobytes} KB, its log (WAL) 0 KB",
        f"            version {NEWEST}, not in use",
        f"last change 2 hours ago ({NOW - 2 * HOUR:{utc}}): problem in server 22",
        f"backup      none in {database.parent / 'backups'}; make one: openspace backup",
        "next backup due; a running bot makes it within the hour",
        "servers     2",
        f"  11: 1 open, 2 booked, next in 25 minutes ({NOW + timedelta(minutes=25, seconds=30):{utc}})",
        "  22: 0 open, 0 booked",
        "problems    1",
        "  22: permissions (manage_roles [31m), 2 hours ago",
    ]


def test_status_tells_of_the_last_backup_and_the_next(invoke: Callable[..., Result], database: Path) -> None:
    shelf = Shelf(database.parent / "backups", database)
    assert invoke("backup").exit_code == 0
    [made] = shelf.backups()
    old = shelf.place(made.at - 2 * HOUR - timedelta(seconds=30))
    made.path.rename(old)
    told = invoke("status").stdout
    assert f"backup      2 hours ago, {old}, {made.size // 1024} KB; 1 in all\n" in told
    assert "next backup in 3 hours 59 minutes, by the running bot\n" in told
    ahead = shelf.place(made.at + 2 * HOUR)
    old.rename(ahead)
    told = invoke("status").stdout
    assert "backup      none in" in told
    assert "next backup due" in told


def test_status_says_that_none_comes_by_itself(invoke: Callable[..., Result], tmp_path: Path) -> None:
    conference(tmp_path)
    write_config(tmp_path, backup={"every_hours": 0})
    assert "next backup none by itself ([backup] every_hours is 0)\n" in invoke("status").stdout


def test_status_stays_one_screen_however_many_servers_there_are(
    invoke: Callable[..., Result], database: Path
) -> None:
    with closing(sqlite3.connect(database)) as file, file:
        for number in range(30):
            file.execute(SESSION, session(100 + number, HOUR))
            file.execute(PROBLEM, (100 + number, "pins", "", stamp(NOW)))
    lines = invoke("status").stdout.splitlines()
    assert len(lines) <= 30
    assert "servers     32" in lines
    assert "  and 22 more: 0 open, 21 booked" in lines
    assert "problems    31" in lines
    assert "  and 21 more" in lines


async def test_status_while_the_bot_runs_and_after_it_died_changes_nothing(tmp_path: Path) -> None:
    async with serving(tmp_path, SmallDiscord()) as bot:
        before = seen(tmp_path)
        done = await openspace(tmp_path, "status")
        assert (done.code, done.err) == (0, "")
        assert ", in use by a running bot\n" in done.out
        assert "its log (WAL) 0 KB" not in done.out
        assert seen(tmp_path) == before
        bot.kill()
        await bot.done()
    assert "left by a bot that died; the next start mends that" in (await openspace(tmp_path, "status")).out
    assert seen(tmp_path) == before


def test_status_reads_a_database_that_the_next_start_brings_up_to_date(
    invoke: Callable[..., Result], tmp_path: Path
) -> None:
    old = tmp_path / "migrations"
    copytree(data_folder() / "migrations", old)
    for late in sorted(old.iterdir())[3:]:
        late.unlink()
    conference(tmp_path, old)
    result = invoke("status")
    assert result.exit_code == 0
    assert f"version 3, the next start brings it to {NEWEST}, not in use" in result.stdout


@pytest.mark.parametrize(
    ("spoil", "code", "told"),
    [
        (Path.unlink, 1, "there is no database yet; the bot makes it when it first runs"),
        (lambda path: path.write_bytes(b""), 1, "there is nothing in it yet; the bot fills it"),
        (garbage, 2, "this is not a database; restore a backup"),
        (of_a_newer_version, 2, "made by a newer openspace-bot"),
    ],
)
def test_status_of_a_database_that_does_not_work_is_one_line(
    invoke: Callable[..., Result], database: Path, spoil: Callable[[Path], object], code: int, told: str
) -> None:
    spoil(database)
    result = invoke("status")
    assert (result.exit_code, result.stdout) == (code, "")
    assert result.stderr.startswith(f"openspace: {database}: ")
    assert told in result.stderr
    assert result.stderr.count("\n") == 1


# ----------------------------------------------------------------------------------- backup, restore


def test_a_backup_goes_where_one_says(invoke: Callable[..., Result], database: Path) -> None:
    folder = database.parent
    (folder / "elsewhere").mkdir()
    by_itself = invoke("backup")
    into_a_folder, to_a_file = invoke("backup", "elsewhere"), invoke("backup", "mine.sqlite3")
    assert [each.exit_code for each in (by_itself, into_a_folder, to_a_file)] == [0, 0, 0]
    [made] = Shelf(folder / "backups", database).backups()
    [other] = Shelf(folder / "elsewhere", database).backups()
    places = (made.path, other.path, folder / "mine.sqlite3")
    for result, path in zip((by_itself, into_a_folder, to_a_file), places, strict=True):
        assert result.stdout.startswith(f"backed up to {path}, and checked: 4 sessions, 1 join, ")
        assert path.stat().st_mode & 0o777 == 0o600
    assert (folder / "backups").stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize(
    ("place", "told"),
    [
        ("config.toml", "config.toml: something else is there, no backup of ours; choose another path"),
        ("openspace.sqlite3", "openspace.sqlite3: this is the database itself; choose another path"),
        ("link", "openspace.sqlite3: this is the database itself; choose another path"),
        ("nowhere/copy", "copy: there is no folder "),
    ],
)
def test_a_backup_that_would_go_over_something_is_refused_in_one_line(
    invoke: Callable[..., Result], database: Path, place: str, told: str
) -> None:
    database.with_name("link").symlink_to(database)
    before = seen(database.parent)
    result = invoke("backup", place)
    assert (result.exit_code, result.stdout) == (2, "")
    assert told in result.stderr
    assert result.stderr.count("\n") == 1
    assert seen(database.parent) == before


def test_a_restored_backup_is_told_with_the_way_back(invoke: Callable[..., Result], database: Path) -> None:
    assert invoke("backup", "mine.sqlite3").exit_code == 0
    with closing(sqlite3.connect(database)) as file, file:
        file.execute("DELETE FROM joined")
    result = invoke("restore", "mine.sqlite3")
    assert (result.exit_code, result.stderr) == (0, "")
    first, back, last = result.stdout.splitlines()
    mine = database.with_name("mine.sqlite3")
    assert first.startswith(f"restored {database} from {mine}: 4 sessions, 1 join,")
    assert last == "now start the bot again"
    way = back.removeprefix("the database before is kept; to go back: openspace ").split()
    gone_back = invoke(*way).stdout.splitlines()[0]
    assert gone_back.endswith(f"{Path(way[1]).name}: 4 sessions, 0 joins, version {NEWEST}")


def test_a_file_that_could_not_be_read_is_kept_and_told(
    invoke: Callable[..., Result], database: Path
) -> None:
    invoke("backup", "mine.sqlite3")
    garbage(database)
    spoilt = database.read_bytes()
    result = invoke("restore", "mine.sqlite3")
    assert result.exit_code == 0
    [line] = [line for line in result.stdout.splitlines() if "could not be read" in line]
    assert Path(line.rpartition(" ")[2]).read_bytes() == spoilt


def test_a_backup_of_an_older_version_is_told(invoke: Callable[..., Result], tmp_path: Path) -> None:
    old = tmp_path / "migrations"
    copytree(data_folder() / "migrations", old)
    for late in sorted(old.iterdir())[3:]:
        late.unlink()
    conference(tmp_path, old)
    invoke("backup", "mine.sqlite3")
    result = invoke("restore", "mine.sqlite3")
    assert f"of an older version; the next start brings it up to version {NEWEST}\n" in result.stdout


@pytest.mark.parametrize(
    ("backup", "told"),
    [
        ("nowhere", "nowhere: there is no such file; name a backup"),
        ("config.toml", "config.toml: this is not a database; restore a backup or choose another file"),
        ("openspace.sqlite3", "openspace.sqlite3: this is the database itself; name a backup"),
        ("backups", "backups is a folder, name a file: the newest in it is "),
        (".", " is a folder, name a file: there is no backup in it"),
    ],
)
def test_what_is_no_backup_is_refused_in_one_line(
    invoke: Callable[..., Result], database: Path, backup: str, told: str
) -> None:
    invoke("backup")
    before = seen(database.parent)
    result = invoke("restore", backup)
    assert (result.exit_code, result.stdout) == (2, "")
    assert told in result.stderr
    assert result.stderr.count("\n") == 1
    assert seen(database.parent) == before


async def test_an_operators_bad_day_with_a_running_bot(tmp_path: Path) -> None:
    """A backup while it runs, no restoring; after it died all is put back, and it runs again."""
    async with serving(tmp_path, SmallDiscord()) as bot:
        made = await openspace(tmp_path, "backup", "mine.sqlite3")
        assert (made.code, made.err) == (0, "")
        tried = await openspace(tmp_path, "restore", "mine.sqlite3")
        assert tried.code == 1
        assert tried.line.endswith("it is in use; stop the bot (and wait for any backup), then try again")
        bot.kill()
        await bot.done()
    garbage(tmp_path / "openspace.sqlite3")
    done = await openspace(tmp_path, "restore", "mine.sqlite3")
    assert (done.code, done.err) == (0, "")
    async with serving(tmp_path, SmallDiscord()) as bot:
        done = await bot.stop()
    assert done.code == 0
    assert "damaged" not in done.out


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_backup_that_is_stopped_says_so_and_leaves_nothing(
    invoke: Callable[..., Result], database: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    real = vars(operate)["back_up"]

    def stopped(path: Path, place: Path) -> object:
        def stop() -> bool:
            os.kill(os.getpid(), number)
            return False

        return real(path, place, stop)

    monkeypatch.setattr(operate, "back_up", stopped)
    before = names(database.parent)
    result = invoke("backup", "mine.sqlite3")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == "openspace: stopped; nothing is left of it\n"
    assert names(database.parent) == before
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


# -------------------------------------------------------------------------------------------- drill


def test_a_drill_says_what_the_newest_backup_would_bring_back(
    invoke: Callable[..., Result], database: Path
) -> None:
    invoke("backup")
    [made] = Shelf(database.parent / "backups", database).backups()
    old = made.path.rename(Shelf(database.parent / "backups", database).place(made.at - 26 * HOUR))
    before = seen(database.parent) | seen(old.parent)
    result = invoke("drill")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.splitlines() == [
        f"{old}, 1 day 2 hours ago, {made.size // 1024} KB",
        f"version     {NEWEST}, opened as version {NEWEST}",
        "servers     2",
        "sessions    4 (2 booked, 1 open, 1 ended)",
        "joins       1",
        f"last change 2 hours ago ({NOW - 2 * HOUR:%Y-%m-%d %H:%M} UTC)",
        "it works: openspace restore would bring this back",
    ]
    assert seen(database.parent) | seen(old.parent) == before


def test_a_drill_opens_an_older_backup_as_the_next_start_would(
    invoke: Callable[..., Result], tmp_path: Path
) -> None:
    old = tmp_path / "migrations"
    copytree(data_folder() / "migrations", old)
    for late in sorted(old.iterdir())[3:]:
        late.unlink()
    conference(tmp_path, old)
    invoke("backup")
    result = invoke("drill")
    assert result.exit_code == 0
    assert f"version     3, opened as version {NEWEST}\n" in result.stdout


def test_a_drill_without_a_backup_fails(invoke: Callable[..., Result], database: Path) -> None:
    result = invoke("drill")
    assert (result.exit_code, result.stdout) == (1, "")
    what = f"there is no backup in {database.parent / 'backups'}; make one: openspace backup"
    assert result.stderr == f"openspace: {what}\n"


def test_a_drill_with_a_damaged_backup_fails_and_names_the_one_before(
    invoke: Callable[..., Result], database: Path
) -> None:
    shelf = Shelf(database.parent / "backups", database)
    invoke("backup")
    [good] = shelf.backups()
    bad = shelf.place(good.at + HOUR)
    bad.write_bytes(good.path.read_bytes())
    damage(bad)
    result = invoke("drill")
    assert result.exit_code == 1
    assert result.stderr.startswith(f"openspace: this backup does not work: {bad}: the database is damaged")
    assert result.stderr.endswith(f"; the one before it is {good.path}\n")


def test_a_drill_whose_migration_breaks_the_file_fails(
    invoke: Callable[..., Result], database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(_self: Database) -> str:
        return "wrong # of entries in index x"

    invoke("backup")
    monkeypatch.setattr(Database, "check", broken)
    result = invoke("drill")
    assert result.exit_code == 1
    assert "it is damaged once it is brought up to date (wrong # of entries in index x)" in result.stderr


# -------------------------------------------------------------------------------------- all commands


@pytest.mark.parametrize("command", [("status",), ("backup",), ("restore", "x"), ("drill",)])
def test_without_a_configuration_each_says_how_to_get_one(
    invoke: Callable[..., Result], command: tuple[str, ...]
) -> None:
    result = invoke(*command)
    assert (result.exit_code, result.stdout) == (2, "")
    assert (
        result.stderr == "openspace: config.toml: no such file; `openspace config config.toml` writes one\n"
    )


@pytest.mark.parametrize("command", ["status", "backup", "drill"])
def test_each_takes_the_configuration_before_or_after_the_command(
    invoke: Callable[..., Result], tmp_path: Path, command: str
) -> None:
    (tmp_path / "mine").mkdir()
    database = conference(tmp_path / "mine")
    path = str(database.with_name("config.toml"))
    invoke("--config", path, "backup")
    told = [invoke("--config", path, command), invoke(command, "--config", path)]
    told.append(invoke(command, OPENSPACE_CONFIG=path))
    assert [result.exit_code for result in told] == [0, 0, 0]
    assert names(tmp_path) == ["mine"]


async def test_restoring_needs_no_token_and_no_discord(tmp_path: Path) -> None:
    await asyncio.to_thread(conference, tmp_path)
    nowhere = SmallDiscord()
    for command in (("backup", "mine.sqlite3"), ("restore", "mine.sqlite3"), ("status",)):
        assert (await ends(tmp_path, nowhere, *command)).code == 0
    assert nowhere.tokens == set()


def test_the_place_of_the_backups_is_beside_the_configuration(tmp_path: Path) -> None:
    assert load_config(write_config(tmp_path)).backups == tmp_path / "backups"


@pytest.mark.parametrize(
    ("minutes", "told"),
    [
        (0, "just now"),
        (1, "1 minute ago"),
        (60, "1 hour ago"),
        (61, "1 hour 1 minute ago"),
        (24 * 60, "1 day ago"),
        (49 * 60, "2 days 1 hour ago"),
        (-30, "30 minutes ahead of this machine's clock"),
    ],
)
def test_how_long_ago_is_told_as_people_say_it(minutes: int, told: str) -> None:
    assert measures.ago(timedelta(minutes=minutes)) == told


def test_sizes_are_told_in_units_that_people_know() -> None:
    assert [measures.size(count) for count in (0, 1, 2048, 3 * 2**20)] == ["0 KB", "1 KB", "2 KB", "3.0 MB"]
