"""A backup put back: all at once, with the database before kept, and never under a bot at work."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from shutil import copyfile

import pytest

from bot.store import restoring
from bot.store.backup import back_up, is_backup
from bot.store.errors import NotDoneError, StoreError
from bot.store.restoring import restore
from bot.store.users import in_use
from tests.store.test_backup import (
    TRANSFER,
    another_program,
    damage,
    emptied,
    fill,
    garbage,
    lines_of,
    names,
    of_a_newer_version,
    of_theirs,
)
from tests.store.test_processes import ROOT, child, go, heard

NOW = datetime(2026, 11, 23, 10, 15, tzinfo=UTC)
KEPT = "openspace-replaced-20261123-101500Z.sqlite3"


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """A database with five lines, and in `backup` the three of before."""
    path = fill(tmp_path / "openspace.sqlite3", 3)
    back_up(path, tmp_path / "backup")
    return fill(path, 2)


def test_what_the_backup_holds_is_back_and_the_database_before_is_kept(database: Path) -> None:
    backup = database.with_name("backup")
    good, inode = backup.read_bytes(), database.stat().st_ino
    done = restore(backup, database, NOW)
    assert done.kept == database.with_name(KEPT)
    assert done.content.rows["audit"] == lines_of(database) == 3
    assert lines_of(done.kept) == 5
    assert is_backup(done.kept)
    assert done.kept.stat().st_mode & 0o777 == 0o600
    assert names(database.parent) == ["backup", KEPT, "openspace.sqlite3"]
    assert backup.read_bytes() == good
    assert database.stat().st_ino == inode  # whoever waits to open it opens no file that is gone
    fill(database, 1)
    assert lines_of(database) == 4


def test_one_can_go_back_to_the_database_before_as_often_as_one_likes(database: Path) -> None:
    first = restore(database.with_name("backup"), database, NOW).kept
    assert first
    second = restore(first, database, NOW).kept  # within the same second
    assert lines_of(database) == 5
    assert second == database.with_name(KEPT.replace("Z.", "Z-2."))
    assert lines_of(second) == 3


def test_a_database_that_is_not_there_is_made_private_folder_and_all(tmp_path: Path) -> None:
    backup = tmp_path / "backup"
    back_up(fill(tmp_path / "openspace.sqlite3"), backup)
    there = tmp_path / "a" / "b" / "new.sqlite3"
    assert restore(backup, there, NOW).kept is None
    assert lines_of(there) == 3
    assert there.stat().st_mode & 0o777 == 0o600
    assert names(there.parent) == ["new.sqlite3"]


def test_a_file_with_nothing_in_it_is_not_kept(database: Path) -> None:
    emptied(database)
    assert restore(database.with_name("backup"), database, NOW).kept is None
    with closing(sqlite3.connect(database)) as file:
        file.execute("PRAGMA journal_mode = WAL")  # a bot that was killed before it made its first table
    assert lines_of(database) == 3


def begun(path: Path) -> None:
    path.unlink()
    with closing(sqlite3.connect(path)) as file:
        file.execute("PRAGMA journal_mode = WAL")


def test_a_database_that_a_bot_had_only_begun_is_not_kept(database: Path) -> None:
    begun(database)
    assert restore(database.with_name("backup"), database, NOW).kept is None
    assert lines_of(database) == 3


@pytest.mark.parametrize("size", [1024, 8192])
def test_pages_of_another_size_are_no_trouble(database: Path, size: int) -> None:
    backup = database.with_name("backup")
    with closing(sqlite3.connect(backup, isolation_level=None)) as file:
        file.execute(f"PRAGMA page_size = {size}")
        file.execute("VACUUM")
        assert file.execute("PRAGMA page_size").fetchone() == (size,)
    assert restore(backup, database, NOW).kept == database.with_name(KEPT)
    assert lines_of(database) == 3
    with closing(sqlite3.connect(database)) as file:
        assert file.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert file.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    fill(database, 1)


def test_a_database_of_a_newer_program_can_be_gone_back_from(database: Path) -> None:
    of_a_newer_version(database)
    kept = restore(database.with_name("backup"), database, NOW).kept
    assert lines_of(database) == 3
    assert kept
    with closing(sqlite3.connect(kept)) as file:
        assert file.execute("PRAGMA user_version").fetchone() == (999,)


def test_a_copy_of_the_files_can_be_restored_with_what_stands_in_its_log(tmp_path: Path) -> None:
    with child(tmp_path, "10:00", TRANSFER) as bot:
        assert heard(bot) == {"ready": True}
        go(bot)
        assert heard(bot) == {"started": True}
        written = heard(bot)["written"]
        bot.kill()
        bot.wait()
    for ending in ("", "-wal"):
        copyfile(tmp_path / f"openspace.sqlite3{ending}", tmp_path / f"copied{ending}")
    assert restore(tmp_path / "copied", tmp_path / "new", NOW).content.rows["audit"] >= written


# ----------------------------------------------------------------------------------- what is refused


def missing(path: Path) -> None:
    path.unlink()


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (missing, "there is no such file"),
        (emptied, "there is nothing in it"),
        (garbage, "this is not a database"),
        (of_theirs, "another program's database"),
        (damage, "the database is damaged"),
        (of_a_newer_version, "made by a newer openspace-bot"),
        (lambda path: os.truncate(path, path.stat().st_size - 5000), "the database is damaged"),
    ],
)
def test_what_does_not_work_is_not_restored_and_all_stays_as_it_is(
    database: Path, spoil: Callable[[Path], None], told: str
) -> None:
    backup = database.with_name("backup")
    spoil(backup)
    before, there = database.read_bytes(), names(database.parent)
    with pytest.raises(StoreError, match=f"backup: .*{told}"):
        restore(backup, database, NOW)
    assert database.read_bytes() == before
    assert names(database.parent) == there


def test_the_database_itself_is_no_backup_of_its_own(database: Path) -> None:
    database.with_name("link").hardlink_to(database)
    with pytest.raises(StoreError, match="this is the database itself"):
        restore(database.with_name("link"), database, NOW)


def test_another_programs_database_is_not_written_over(database: Path) -> None:
    theirs = database.with_name("theirs")
    another_program(theirs)
    before = theirs.read_bytes()
    with pytest.raises(StoreError, match="theirs: this is another program's database"):
        restore(database.with_name("backup"), theirs, NOW)
    assert theirs.read_bytes() == before
    assert names(database.parent) == ["backup", "openspace.sqlite3", "theirs"]


IDLE = """
    sys.stdin.readline()
"""


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for those who will not go."""
    monkeypatch.setattr(restoring, "WAIT", 0.1)


@pytest.mark.usefixtures("soon")
@pytest.mark.parametrize("spoil", [None, garbage, emptied, missing, damage])
def test_nothing_is_restored_under_a_bot_at_work_whatever_was_done_to_its_file(
    database: Path, spoil: Callable[[Path], None] | None
) -> None:
    with child(database.parent, "10:00", IDLE) as bot:
        assert heard(bot) == {"ready": True}  # it has it open, and does nothing
        if spoil:
            spoil(database)
        before = {name: (database.parent / name).read_bytes() for name in names(database.parent)}
        assert in_use(database)
        with pytest.raises(NotDoneError, match=r"openspace.sqlite3: it is in use; stop the bot"):
            restore(database.with_name("backup"), database, NOW)
        after = {name: (database.parent / name).read_bytes() for name in names(database.parent)}
        assert after == before
        bot.kill()
        bot.wait()
    assert not in_use(database)
    restore(database.with_name("backup"), database, NOW)
    assert lines_of(database) == 3


@pytest.mark.usefixtures("soon")
def test_who_has_a_broken_file_open_without_a_log_is_in_the_way_as_well(database: Path) -> None:
    with closing(sqlite3.connect(database)) as file:
        file.execute("PRAGMA journal_mode = DELETE")
    script = "import sqlite3, sys\nfile = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
    script += "file.execute('BEGIN EXCLUSIVE')\nprint(flush=True)\nsys.stdin.readline()"
    command = [sys.executable, "-c", script, str(database)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout
        other.stdout.readline()
        with database.open("r+b") as opened:
            opened.write(b"once upon a time")
        with pytest.raises(NotDoneError, match="it is in use"):
            restore(database.with_name("backup"), database, NOW)
        other.kill()
    restore(database.with_name("backup"), database, NOW)


def test_after_a_bot_died_all_that_it_had_written_is_kept(tmp_path: Path) -> None:
    database = fill(tmp_path / "openspace.sqlite3", 1)
    back_up(database, tmp_path / "backup")
    with child(tmp_path, "10:00", TRANSFER) as bot:
        assert heard(bot) == {"ready": True}
        go(bot)
        assert heard(bot) == {"started": True}
        written = heard(bot)["written"]
        bot.kill()
        bot.wait()
    kept = restore(tmp_path / "backup", database, NOW).kept
    assert kept
    assert lines_of(kept) >= written
    assert lines_of(database) == 1
    assert names(tmp_path) == ["backup", KEPT, "openspace.sqlite3"]


# ------------------------------------------------------------------------- databases that are damaged


def cut(path: Path) -> None:
    os.truncate(path, path.stat().st_size - 5000)


def without_its_tables(path: Path) -> None:
    with path.open("r+b") as file:
        file.seek(100)
        file.write(b"\xa5" * 3000)


def with_tables_that_make_no_sense(path: Path) -> None:
    with closing(sqlite3.connect(path)) as file, file:
        file.execute("PRAGMA writable_schema = ON")
        file.execute("UPDATE sqlite_master SET sql = 'CREATE nonsense' WHERE name = 'visit'")


@pytest.mark.parametrize("spoil", [garbage, cut, without_its_tables, with_tables_that_make_no_sense])
def test_what_sqlite_cannot_read_is_kept_byte_by_byte(database: Path, spoil: Callable[[Path], None]) -> None:
    spoil(database)
    database.chmod(0o600)
    before = database.read_bytes()
    database.with_name("openspace.sqlite3-wal").write_bytes(b"a log that fits nothing else" * 200)
    kept = restore(database.with_name("backup"), database, NOW).kept
    assert kept == database.with_name(KEPT)
    assert kept.read_bytes() == before
    assert kept.with_name(f"{KEPT}-wal").read_bytes().startswith(b"a log")
    assert not is_backup(kept)
    assert names(database.parent) == ["backup", KEPT, f"{KEPT}-wal", "openspace.sqlite3"]
    assert lines_of(database) == 3
    fill(database, 1)


def test_a_damaged_page_is_kept_with_all_others(database: Path) -> None:
    damage(database)
    kept = restore(database.with_name("backup"), database, NOW).kept
    assert kept
    assert lines_of(kept) == 5
    with closing(sqlite3.connect(kept)) as file, pytest.raises(sqlite3.DatabaseError, match="malformed"):
        file.execute("SELECT * FROM visit").fetchall()
    assert lines_of(database) == 3


def test_a_log_without_its_database_is_kept_and_spoils_nothing(database: Path) -> None:
    database.unlink()
    database.with_name("openspace.sqlite3-wal").write_bytes(b"what somebody left")
    kept = restore(database.with_name("backup"), database, NOW).kept
    assert kept == database.with_name(KEPT)
    assert kept.with_name(f"{KEPT}-wal").read_bytes() == b"what somebody left"
    assert lines_of(database) == 3


# ------------------------------------------------------------------------------ what fails in between

IN_A_PROCESS = """
import resource, sys
from datetime import UTC, datetime
from pathlib import Path
from bot.store.errors import NotDoneError
from bot.store.restoring import restore

backup, database, most = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
try:
    restore(backup, database, datetime(2026, 11, 23, 10, 15, tzinfo=UTC))
except NotDoneError as error:
    print(error)
"""


@pytest.mark.parametrize("spoil", [None, cut])
@pytest.mark.parametrize("large", ["backup", "openspace.sqlite3"])
def test_a_full_disk_changes_nothing(
    database: Path, spoil: Callable[[Path], None] | None, large: str
) -> None:
    """Where there is no room for what is to be kept, or for what is to come."""
    big = fill(database.with_name("big"), 500)
    if large == "backup":
        back_up(big, database.with_name("backup"))
        most = database.stat().st_size + 50_000
    else:
        big.replace(database)
        most = database.stat().st_size - 50_000
    if spoil:
        spoil(database)
    before = database.read_bytes()
    command = [
        sys.executable,
        "-c",
        IN_A_PROCESS,
        str(database.with_name("backup")),
        str(database),
        str(most),
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "the disk" in done.stdout
    assert done.stdout.count("\n") == 1
    assert database.read_bytes() == before
    assert not [name for name in names(database.parent) if ".part" in name or name.endswith("-wal")]


KILLED = """
import os, shutil, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from bot.store import copying, restoring
from bot.store.restoring import restore
from tests.store.test_backup import lines_of, names
from tests.store.test_restoring import cut

folder, spoilt, mode = Path(sys.argv[1]), sys.argv[2] == "cut", sys.argv[3]
copying.PAGES = restoring.PAGES = 20
now = datetime(2026, 11, 23, 10, 15, tzinfo=UTC)
backup, database, work = folder / "backup", folder / "openspace.sqlite3", folder / "work"
if spoilt:
    cut(database)
old = database.read_bytes()

def step_by_step(number):
    left = number
    def count(frame, event, argument):
        nonlocal left
        if event == "c_call" and frame.f_code.co_filename.startswith(os.path.dirname(copying.__file__)):
            left -= 1
            if not left:
                os.kill(os.getpid(), signal.SIGKILL)
    sys.setprofile(count)

def by_the_clock(number):
    signal.setitimer(signal.ITIMER_REAL, 0.0002 * number)

begin = step_by_step if mode == "steps" else by_the_clock
number, old_seen, new_seen, done = 0, 0, 0, False
while not done:
    number += 1
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir()
    here = work / database.name
    shutil.copyfile(database, here)
    if not (process := os.fork()):
        begin(number)
        restore(backup, here, now)
        sys.setprofile(None)
        os._exit(0)
    done = os.waitpid(process, 0)[1] == 0
    kept = [each for each in work.iterdir() if each.name.startswith("openspace-replaced")]
    try:
        is_old = counted(here) == 400
    except Exception:
        is_old = here.read_bytes() == old
        assert spoilt, number
    if not is_old:
        assert counted(here) == 300, number
        assert [k for k in kept if (k.read_bytes() == old if spoilt else lines_of(k) == 400)], number
    old_seen, new_seen = old_seen + is_old, new_seen + (not is_old)
    restore(backup, here, now)
    assert lines_of(here) == 300, number
assert new_seen and old_seen
print(number)
"""

COUNTED = """
import sqlite3
from contextlib import closing

def counted(path):
    '''As a bot would open it: with its log, and whatever an end in the middle left.'''
    with closing(sqlite3.connect(path)) as file:
        [(count,)] = file.execute("SELECT count(*) FROM audit")
        assert file.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    return count
"""


@pytest.mark.parametrize("mode", ["steps", "clock"])
@pytest.mark.parametrize("state", ["whole", "cut"])
def test_killed_at_any_moment_nothing_is_lost(tmp_path: Path, state: str, mode: str) -> None:
    """Killed at each call of the system and of SQLite, and at each moment within them.

    The database is then either as it was, or as the backup with the one before beside it; the next try works.
    """
    database = fill(tmp_path / "openspace.sqlite3", 300)
    back_up(database, tmp_path / "backup")
    fill(database, 100)
    command = [sys.executable, "-c", COUNTED + KILLED, str(tmp_path), state, mode]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert int(done.stdout) > (20 if mode == "steps" else 5)
