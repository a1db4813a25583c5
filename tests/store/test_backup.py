"""Backups: of one instant while others write, checked, in their place all at once or not at all."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from shutil import copyfile, copytree

import pytest

from bot.paths import data_folder
from bot.store import backup, ledger
from bot.store.backup import back_up, is_backup
from bot.store.copying import Stopped
from bot.store.database import Database
from bot.store.errors import APPLICATION_ID, NotDoneError, StoreError
from tests.store.test_processes import ROOT, ask, child, go, heard

THEN = datetime(2026, 1, 1, tzinfo=UTC)
LINE = "INSERT INTO audit (guild_id, at, action, reason) VALUES (1, 1767225600, 'test', ?)"
"""As databases of every version take it."""


def fill(path: Path, lines: int = 3, migrations: Path | None = None) -> Path:
    """A database of ours in which something happened, closed in good order."""

    async def work() -> None:
        async with Database(path, migrations) as db, db.transaction() as tx:
            for _ in range(lines):
                await tx.execute(LINE, "x" * 1000)

    asyncio.run(work())
    return path


def lines_of(path: Path) -> int:
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)) as file:
        [(count,)] = file.execute("SELECT count(*) FROM audit")
    return int(count)


def names(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.iterdir())


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return fill(tmp_path / "openspace.sqlite3")


def test_a_backup_is_one_private_file_that_needs_nothing_beside_it(database: Path) -> None:
    before = database.read_bytes()
    content = back_up(database, database.with_name("copy"))
    assert content.rows["audit"] == 3
    assert content.version == len(list((data_folder() / "migrations").glob("*.sql")))
    assert names(database.parent) == ["copy", "openspace.sqlite3"]
    assert database.read_bytes() == before
    copy = database.with_name("copy")
    assert copy.stat().st_mode & 0o777 == 0o600
    assert is_backup(copy)
    assert not is_backup(database)
    copy.chmod(0o400)
    assert lines_of(copy) == 3
    with closing(sqlite3.connect(copy)) as file:
        assert file.execute("PRAGMA journal_mode").fetchone() == ("delete",)


def test_a_later_backup_takes_the_place_of_an_earlier_one(database: Path) -> None:
    copy = database.with_name("copy")
    back_up(database, copy)
    fill(database, 2)
    assert back_up(database, copy).rows["audit"] == 5
    assert lines_of(copy) == 5


# ------------------------------------------------------------------------- while others are at work

TRANSFER = """
    from bot.store import ledger

    tell(started=True)
    number = 0
    while True:
        async with place.db.transaction() as tx:
            number += 1
            # Always as many of the one as of the other, in one transaction.
            await ledger.record(tx, 1, "one", place.clock(), words="x" * 900)
            await tx.execute("INSERT INTO bot_state VALUES (?, ?)", f"{number:09}", "y" * 900)
        if number % 50 == 0:
            tell(written=number)
"""


def test_backups_while_another_process_writes_are_each_of_one_instant_and_hold_up_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.store.copying.PAGES", 1)  # a step a page: the writer comes in between
    database, seen = tmp_path / "openspace.sqlite3", []
    with child(tmp_path, "10:00", TRANSFER) as writer:
        assert heard(writer) == {"ready": True}
        go(writer)
        assert heard(writer) == {"started": True}
        for number in range(3):
            rows = back_up(database, tmp_path / f"copy {number}").rows
            assert rows["audit"] == rows["bot_state"]
            seen.append(rows["audit"])
            while heard(writer)["written"] <= seen[-1]:  # it goes on, whatever we do
                pass
    assert seen == sorted(set(seen))
    assert not [name for name in names(tmp_path) if ".part" in name]
    for number, count in enumerate(seen):
        assert lines_of(tmp_path / f"copy {number}") == count


def test_a_backup_holds_what_a_dead_process_had_committed_and_leaves_its_files_alone(tmp_path: Path) -> None:
    database = tmp_path / "openspace.sqlite3"
    with child(tmp_path, "10:00", TRANSFER) as writer:
        assert heard(writer) == {"ready": True}
        go(writer)
        assert heard(writer) == {"started": True}
        written = heard(writer)["written"]
        writer.kill()
        writer.wait()
    before = {name: (tmp_path / name).read_bytes() for name in names(tmp_path)}
    assert {"openspace.sqlite3-wal", "openspace.sqlite3-shm"} <= set(before)
    assert back_up(database, tmp_path / "copy").rows["audit"] >= written
    after = {name: (tmp_path / name).read_bytes() for name in names(tmp_path) if name != "copy"}
    assert after == before


def test_a_backup_of_files_that_somebody_copied_holds_what_stands_in_the_log(tmp_path: Path) -> None:
    async def work() -> None:
        async with Database(tmp_path / "live") as db:
            async with db.transaction() as tx:
                await ledger.record(tx, 1, "in the log", THEN)
            for ending in ("", "-wal"):
                copyfile(tmp_path / f"live{ending}", tmp_path / f"copied{ending}")

    asyncio.run(work())
    assert back_up(tmp_path / "copied", tmp_path / "backup").rows["audit"] == 1


def test_a_bot_that_stops_while_a_backup_begins_is_no_trouble(
    database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for ending in ("-wal", "-shm"):
        database.with_name(database.name + ending).touch()
    real = vars(backup)["connected"]

    def closing_first(path: Path, how: str) -> object:
        for ending in ("-wal", "-shm"):
            path.with_name(path.name + ending).unlink(missing_ok=True)
        return real(path, how)

    database.parent.chmod(0o700)
    monkeypatch.setattr(backup, "connected", closing_first)
    assert back_up(database, database.with_name("copy")).rows["audit"] == 3


# ----------------------------------------------------------------------------------- what is refused


def link(path: Path) -> Path:
    path.with_name("link").hardlink_to(path)
    return path.with_name("link")


@pytest.mark.parametrize(
    ("place", "told"),
    [
        (lambda path: path, "this is the database itself"),
        (link, "this is the database itself"),
        (lambda path: path.with_name(f"{path.name}-wal"), "this is the database itself"),
        (lambda path: path.with_name(f"{path.name}-journal"), "this is the database itself"),
        (lambda path: path.with_name("nowhere") / "copy", "there is no folder"),
        (lambda path: Path(__file__), "something else is there"),
        (lambda path: path.parent, "something else is there"),
    ],
)
def test_a_backup_goes_over_nothing_else(database: Path, place: Callable[[Path], Path], told: str) -> None:
    before, there = database.read_bytes(), names(database.parent)
    with pytest.raises(StoreError, match=told):
        back_up(database, place(database))
    assert database.read_bytes() == before
    assert set(names(database.parent)) - {"link"} == set(there)


def another_program(path: Path) -> None:
    with closing(sqlite3.connect(path)) as file:
        file.execute("CREATE TABLE theirs (x)")


def of_another_bot(path: Path) -> None:
    fill(path)


def a_pipe(path: Path) -> None:
    os.mkfifo(path)


def a_dead_link(path: Path) -> None:
    path.symlink_to("nowhere")


def empty(path: Path) -> None:
    path.touch()


def kept(place: Path) -> tuple[int, ...]:
    """What tells one file from another and what was written to it, but not when it was read."""
    found = place.lstat()
    return found.st_ino, found.st_mode, found.st_size, found.st_mtime_ns


@pytest.mark.parametrize("make", [another_program, of_another_bot, a_pipe, a_dead_link, empty])
def test_only_a_backup_of_ours_is_written_over(database: Path, make: Callable[[Path], None]) -> None:
    place = database.with_name("theirs")
    make(place)
    before = kept(place)
    with pytest.raises(StoreError, match="something else is there, no backup of ours"):
        back_up(database, place)
    assert kept(place) == before


def damage(path: Path) -> None:
    with closing(sqlite3.connect(path)) as file:
        [(page,)] = file.execute("SELECT rootpage FROM sqlite_master WHERE name = 'visit'")
    with path.open("r+b") as opened:
        opened.seek((page - 1) * 4096)
        opened.write(b"\xa5" * 64)


def of_a_newer_version(path: Path) -> None:
    with closing(sqlite3.connect(path)) as file:
        file.execute("PRAGMA user_version = 999")


def garbage(path: Path) -> None:
    path.write_bytes(b"once upon a time " * 1000)


def of_theirs(path: Path) -> None:
    path.unlink()
    another_program(path)


def emptied(path: Path) -> None:
    path.write_bytes(b"")


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (damage, "the database is damaged"),
        (of_a_newer_version, "made by a newer openspace-bot"),
        (garbage, "this is not a database"),
        (of_theirs, "another program's database"),
        (emptied, "there is nothing in it"),
        (Path.unlink, "there is no database yet"),
    ],
)
def test_of_a_database_that_does_not_work_no_backup_is_made_and_the_last_one_stays(
    database: Path, spoil: Callable[[Path], None], told: str
) -> None:
    place = database.with_name("copy")
    back_up(database, place)
    good = place.read_bytes()
    spoil(database)
    with pytest.raises(StoreError, match=told):
        back_up(database, place)
    assert place.read_bytes() == good
    assert not [name for name in names(database.parent) if ".part" in name]


def test_a_copy_that_is_not_what_the_database_was_is_no_backup(
    database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = vars(backup)["copy_pages"]

    def wrong(source: sqlite3.Connection, part: Path, stop: Callable[[], bool]) -> None:
        real(source, part, stop)
        with closing(sqlite3.connect(part)) as file, file:
            file.execute("DELETE FROM audit WHERE id = 1")

    monkeypatch.setattr(backup, "copy_pages", wrong)
    with pytest.raises(NotDoneError, match="the copy is not what the database was"):
        back_up(database, database.with_name("copy"))
    assert names(database.parent) == ["openspace.sqlite3"]


def test_a_database_of_an_older_version_is_backed_up_as_it_is(tmp_path: Path) -> None:
    old = tmp_path / "migrations"
    copytree(data_folder() / "migrations", old)
    for late in sorted(old.iterdir())[3:]:
        late.unlink()
    database = fill(tmp_path / "openspace.sqlite3", migrations=old)
    assert back_up(database, tmp_path / "copy").version == 3


# ------------------------------------------------------------------------------ what fails in between


def test_a_backup_that_is_stopped_leaves_nothing(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.store.copying.PAGES", 1)
    fill(database, 100)
    asked = 0

    def stop() -> bool:
        nonlocal asked
        asked += 1
        return asked > 20

    with pytest.raises(Stopped):
        back_up(database, database.with_name("copy"), stop)
    assert 20 < asked < 30
    assert names(database.parent) == ["openspace.sqlite3"]


def test_a_stop_is_heard_also_while_sqlite_looks_through_the_file(
    database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(database, 20_000)
    stop = threading.Event()
    real = backup.check_whole

    def check(path: Path, connection: sqlite3.Connection) -> None:
        stop.set()
        real(path, connection)

    monkeypatch.setattr(backup, "check_whole", check)
    with pytest.raises(Stopped):
        back_up(database, database.with_name("copy"), stop.is_set)
    assert names(database.parent) == ["openspace.sqlite3"]


IN_A_PROCESS = """
import resource, sys
from pathlib import Path
from bot.store.backup import back_up
from bot.store.errors import NotDoneError

database, place, most = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
try:
    back_up(database, place)
except NotDoneError as error:
    print(error)
"""


def test_a_full_disk_leaves_the_backup_before_as_it_is(database: Path) -> None:
    place = database.with_name("copy")
    back_up(database, place)
    good = place.read_bytes()
    fill(database, 500)
    command = [sys.executable, "-c", IN_A_PROCESS, str(database), str(place), str(len(good))]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"{place}: the disk")
    assert done.stdout.count("\n") == 1
    assert place.read_bytes() == good
    assert names(database.parent) == ["copy", "openspace.sqlite3"]


@contextmanager
def closed(folder: Path) -> Iterator[None]:
    """A folder in which nobody can make files; not even root, for whom the system says no itself."""
    real = os.open

    def refuse(path: str | Path, flags: int, *args: int, **options: int) -> int:
        if flags & os.O_CREAT and Path(path).parent == folder:
            raise PermissionError(13, "Permission denied", str(path))
        return real(path, flags, *args, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "open", refuse)
        yield


def test_a_folder_that_cannot_be_written_is_told(database: Path) -> None:
    (database.parent / "closed").mkdir()
    with (
        closed(database.parent / "closed"),
        pytest.raises(NotDoneError, match="it cannot be written; let the bot write"),
    ):
        back_up(database, database.parent / "closed" / "copy")


def test_killed_at_any_moment_there_is_the_old_backup_or_the_new_one(tmp_path: Path) -> None:
    """Each backup is killed a little later than the one before."""
    database, place = fill(tmp_path / "openspace.sqlite3", 2000), tmp_path / "copy"
    back_up(database, place)
    script = f"""
import os, signal, sqlite3, sys
from pathlib import Path
from bot.store.backup import back_up
from tests.store.test_backup import fill, lines_of

database, place = Path({str(database)!r}), Path({str(place)!r})
sys.setswitchinterval(1)
late = killed = 0
while killed < 5 or not late:
    before = lines_of(place)
    fill(database, 1)
    if not (child := os.fork()):
        signal.setitimer(signal.ITIMER_REAL, 0.001 + 0.0015 * killed)
        back_up(database, place)
        os._exit(0)
    late = os.waitpid(child, 0)[1] == 0
    killed += not late
    with sqlite3.connect(place) as file:
        assert file.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert lines_of(place) in ({{lines_of(database)}} if late else {{before, lines_of(database)}})
print(killed)
"""
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert int(done.stdout) >= 5
    left = [name for name in names(tmp_path) if name not in {"copy", "openspace.sqlite3"}]
    assert all(name.startswith(".copy.") and ".part" in name for name in left)


@pytest.mark.parametrize("header", [b"", b"SQLite format 3\0", b"\0" * 200])
def test_what_only_begins_like_a_backup_is_none(tmp_path: Path, header: bytes) -> None:
    (tmp_path / "file").write_bytes(header)
    assert not is_backup(tmp_path / "file")
    assert not is_backup(tmp_path / "nowhere")


def test_a_backup_bears_our_mark_where_sqlite_keeps_it(database: Path) -> None:
    back_up(database, database.with_name("copy"))
    assert ask(database.parent, "PRAGMA application_id") == [(APPLICATION_ID,)]
    assert database.with_name("copy").read_bytes()[68:72] == APPLICATION_ID.to_bytes(4, "big")
