"""The database file: nothing half, nothing lost, and every trouble told in one clear line."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import subprocess
import sys
import tempfile
import types
from collections.abc import AsyncIterator, Callable, Coroutine, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import aiosqlite
import pytest

from bot import paths
from bot.store import database
from bot.store.database import Database
from bot.store.errors import APPLICATION_ID, StoreError

ROOT = Path(__file__).parents[2]
FIRST = "CREATE TABLE note (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE) STRICT;\n"
SECOND = (
    "CREATE TABLE reply (id INTEGER PRIMARY KEY, note_id INTEGER NOT NULL REFERENCES note (id)) STRICT;\n"
)


@pytest.fixture
def scripts(tmp_path: Path) -> Path:
    return write_scripts(tmp_path / "migrations", FIRST, SECOND)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "bot.db"


@pytest.fixture
async def db(path: Path, scripts: Path) -> AsyncIterator[Database]:
    async with Database(path, scripts) as opened:
        yield opened


@pytest.fixture
def bare_folder() -> Iterator[Path]:
    """A folder whose permissions count, even where root runs the tests."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o777)
        yield folder


@pytest.fixture
def nobody() -> Iterator[None]:
    """Permissions do not hold back root, so be somebody else for a while."""
    if os.geteuid():
        yield
        return
    try:
        os.seteuid(65534)
    except OSError:
        pytest.skip("this root cannot become somebody else")
    yield
    os.seteuid(0)


def write_scripts(folder: Path, *texts: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for number, text in enumerate(texts, 1):
        (folder / f"{number:04}_step.sql").write_text(text, encoding="utf-8")
    return folder


def ask(path: Path, sql: str, *params: object) -> list[Any]:
    """What any other SQLite program makes of the file."""
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        return connection.execute(sql, params).fetchall()
    finally:
        connection.close()


def content(path: Path) -> bytes:
    return path.read_bytes()


def write(path: Path, data: bytes) -> None:
    path.write_bytes(data)


def files(path: Path) -> list[str]:
    """The database file and what SQLite keeps beside it."""
    return sorted(file.name for file in path.parent.glob(f"{path.name}*"))


async def make(path: Path, scripts: Path, notes: int = 0) -> None:
    async with Database(path, scripts) as db:
        await add(db, *(f"{number} " + "x" * 500 for number in range(notes)))


async def refusal(path: Path, scripts: Path) -> str:
    """The one line with which the file is refused."""
    db = Database(path, scripts)
    with pytest.raises(StoreError) as caught:
        await db.open()
    with pytest.raises(RuntimeError, match="not open"):
        _ = db.read
    line = str(caught.value)
    assert line.startswith(f"{path}: ")
    assert ";" in line  # what is wrong; what to do
    assert "\n" not in line
    return line


async def notes(db: Database) -> list[str]:
    return [row["text"] for row in await db.read.all("SELECT text FROM note ORDER BY id")]


async def add(db: Database, *texts: str) -> None:
    async with db.transaction() as tx:
        for text in texts:
            await tx.insert("INSERT INTO note (text) VALUES (?)", text)


# Reading and writing


async def test_helpers_return_rows_ids_and_counts(db: Database) -> None:
    async with db.transaction() as tx:
        assert await tx.insert("INSERT INTO note (text) VALUES (?)", "a") == 1
        assert await tx.insert("INSERT INTO note (text) VALUES (?)", "b") == 2
        assert await tx.execute("UPDATE note SET text = text || ?", "!") == 2
        row = await tx.one("INSERT INTO note (text) VALUES (?) RETURNING id, text", "c")
        assert row is not None
        assert dict(row) == {"id": 3, "text": "c"}
        assert await tx.execute("DELETE FROM note WHERE id = ?", 9) == 0
    assert [tuple(r) for r in await db.read.all("SELECT * FROM note")] == [(1, "a!"), (2, "b!"), (3, "c")]
    assert await db.read.one("SELECT * FROM note WHERE id = ?", 9) is None


async def test_read_does_not_wait_for_the_writer_and_sees_only_what_is_committed(db: Database) -> None:
    async with db.transaction() as tx:
        await tx.insert("INSERT INTO note (text) VALUES ('a')")
        assert await notes(db) == []
    assert await notes(db) == ["a"]


def count(connection: sqlite3.Connection) -> int:
    [(number,)] = connection.execute("SELECT count(*) FROM note")
    return int(number)


async def test_a_trip_reads_everything_in_one_snapshot(db: Database, path: Path) -> None:
    await add(db, "a")

    def twice(connection: sqlite3.Connection) -> tuple[int, int, str]:
        before = count(connection)
        ask(path, "INSERT INTO note (text) VALUES ('theirs')")
        [row] = connection.execute("SELECT text FROM note").fetchall()
        return before, count(connection), row["text"]

    assert await db.read.trip(twice) == (1, 1, "a")
    assert await notes(db) == ["a", "theirs"]
    assert await db.read.trip(count) == 2


async def test_a_trip_that_fails_ends_its_snapshot_and_says_why(db: Database) -> None:
    def fail(connection: sqlite3.Connection) -> int:
        return count(connection) // 0

    with pytest.raises(ZeroDivisionError):
        await db.read.trip(fail)
    with pytest.raises(StoreError, match="cannot be written"):
        await db.read.trip(lambda connection: connection.execute("DELETE FROM note").fetchall())
    await add(db, "a")
    assert await db.read.trip(count) == 1


async def test_a_cancelled_trip_leaves_no_snapshot_behind(db: Database) -> None:
    task = asyncio.create_task(db.read.trip(count))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await add(db, "a")
    assert await notes(db) == ["a"]
    assert await db.read.trip(count) == 1


async def test_a_trip_inside_a_transaction_is_part_of_it(db: Database) -> None:
    async with db.transaction() as tx:
        await tx.insert("INSERT INTO note (text) VALUES ('a')")
        assert await tx.trip(count) == 1
        assert await db.read.trip(count) == 0
        await tx.trip(lambda connection: connection.execute("INSERT INTO note (text) VALUES ('b')").rowcount)
    assert await notes(db) == ["a", "b"]
    with pytest.raises(RuntimeError, match="over"):
        await tx.trip(count)


async def test_read_cannot_write(db: Database) -> None:
    with pytest.raises(StoreError, match="cannot be written"):
        await db.read.all("INSERT INTO note (text) VALUES ('a') RETURNING id")


async def test_connections_are_set_up_for_safety(db: Database) -> None:
    async with db.transaction() as tx:
        for name, value in {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}.items():
            row = await tx.one(f"PRAGMA {name}")
            assert row is not None
            assert row[0] == value


async def test_foreign_keys_hold(db: Database) -> None:
    with pytest.raises(sqlite3.IntegrityError):
        async with db.transaction() as tx:
            await tx.insert("INSERT INTO reply (note_id) VALUES (9)")


async def test_mistake_in_sql_is_not_dressed_up_as_the_users_trouble(db: Database) -> None:
    with pytest.raises(sqlite3.OperationalError, match="no such table"):
        await db.read.all("SELECT * FROM nowhere")


# Transactions


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, asyncio.CancelledError])
async def test_exception_rolls_back_and_passes(db: Database, error: type[BaseException]) -> None:
    async def fail() -> None:
        async with db.transaction() as tx:
            await tx.insert("INSERT INTO note (text) VALUES ('half')")
            raise error

    with pytest.raises(error):
        await fail()
    await add(db, "next")
    assert await notes(db) == ["next"]


async def test_caught_violation_leaves_the_transaction_usable(db: Database) -> None:
    async with db.transaction() as tx:
        await tx.insert("INSERT INTO note (text) VALUES ('a')")
        with pytest.raises(sqlite3.IntegrityError):
            await tx.insert("INSERT INTO note (text) VALUES ('a')")
        await tx.insert("INSERT INTO note (text) VALUES ('b')")
    assert await notes(db) == ["a", "b"]


async def test_r3_two_tasks_do_not_commit_each_others_halves(db: Database) -> None:
    async def fail() -> None:
        async with db.transaction() as tx:
            await tx.insert("INSERT INTO note (text) VALUES ('half')")
            other = asyncio.create_task(add(db, "whole"))
            for _ in range(20):
                await tx.one("SELECT 1")
            assert not other.done()
            others.append(other)
            raise ValueError("second thoughts")

    others: list[asyncio.Task[None]] = []
    with pytest.raises(ValueError, match="second thoughts"):
        await fail()
    await others[0]
    assert await notes(db) == ["whole"]


async def test_r3_check_and_write_hold_between_many_tasks(db: Database) -> None:
    async def book(name: str) -> bool:
        async with db.transaction() as tx:
            row = await tx.one("SELECT count(*) FROM note")
            if row is None or row[0] >= 10:
                return False
            await tx.insert("INSERT INTO note (text) VALUES (?)", name)
            return True

    booked = await asyncio.gather(*(book(f"{number}") for number in range(30)))
    assert sum(booked) == len(await notes(db)) == 10


async def test_nesting_in_one_task_fails_at_once(db: Database) -> None:
    async with db.transaction() as tx:
        for nested in (db.open, db.close, lambda: add(db, "inner")):
            with pytest.raises(RuntimeError, match="inside a transaction"):
                async with asyncio.timeout(20):
                    await nested()
        await tx.insert("INSERT INTO note (text) VALUES ('outer')")
    assert await notes(db) == ["outer"]


async def test_transaction_is_of_no_use_after_its_block(db: Database) -> None:
    async with db.transaction() as tx:
        pass
    with pytest.raises(RuntimeError, match="over"):
        await tx.insert("INSERT INTO note (text) VALUES ('late')")
    assert await notes(db) == []


@types.coroutine
def cancelled_at(work: Coroutine[Any, Any, None], stops: set[int]) -> Generator[Any, Any, int]:
    """Run work, cancel the task as it waits for the n-th time (n from 0), return how often it waited."""
    waits = 0
    step: Callable[[Any], Any] = work.send
    value: Any = None
    while True:
        try:
            future = step(value)
        except (StopIteration, asyncio.CancelledError):
            return waits
        task = asyncio.current_task()
        if task and waits in stops:
            task.cancel()
        waits += 1
        try:
            value, step = (yield future), work.send
        except asyncio.CancelledError as error:
            value, step = error, work.throw


@pytest.mark.parametrize("again", [(), (1,), (1, 2)], ids=["once", "twice", "thrice"])
async def test_r15_cancelled_at_any_wait_leaves_nothing_half(db: Database, again: tuple[int, ...]) -> None:
    async def attempt(stop: int) -> int:
        return await cancelled_at(add(db, f"{stop} a", f"{stop} b"), {stop, *(stop + more for more in again)})

    for stop in range(20):
        waits = await asyncio.create_task(attempt(stop))
        async with asyncio.timeout(20):
            await add(db, f"{stop} next")  # the lock is free, and no transaction is left open
        if waits <= stop:
            break
    else:
        pytest.fail("the transaction waits more often than this test stops it")
    kept = await notes(db)
    for number in range(stop + 1):
        mine = [text for text in kept if text.startswith(f"{number} ")]
        whole = [f"{number} a", f"{number} b", f"{number} next"]
        assert mine == (whole if number >= 3 else whole[2:])  # BEGIN, INSERT, INSERT undone; COMMIT asked for
    assert stop == 4


async def test_cancelled_while_another_process_writes_gives_up_its_turn(
    db: Database, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "WRITE_TRIES", 10**9)
    async with db.transaction() as tx:
        await tx.one("PRAGMA busy_timeout = 1")
    with writer_elsewhere(path) as rival:
        for _ in range(3):
            task = asyncio.create_task(add(db, "never"))
            await db.read.all("SELECT 1")
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
        rival.execute("INSERT INTO note (text) VALUES ('theirs')")
        rival.execute("COMMIT")
        await add(db, "ours")
    assert await notes(db) == ["theirs", "ours"]


async def test_waits_while_another_process_writes(db: Database, path: Path) -> None:
    async with db.transaction() as tx:
        await tx.one("PRAGMA busy_timeout = 1")
    with writer_elsewhere(path) as rival:
        task = asyncio.create_task(add(db, "ours"))
        for _ in range(20):
            await db.read.all("SELECT 1")
        rival.execute("INSERT INTO note (text) VALUES ('theirs')")
        assert not task.done()
        rival.execute("COMMIT")
        await task
    assert await notes(db) == ["theirs", "ours"]


async def test_file_locked_for_ever_is_told_in_one_line(
    db: Database, path: Path, scripts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "WRITE_TRIES", 2)
    monkeypatch.setattr(database, "WRITE_WAIT", 0.01)
    async with db.transaction() as tx:
        await tx.one("PRAGMA busy_timeout = 1")
    with writer_elsewhere(path):
        with pytest.raises(StoreError, match="keeps it locked") as caught:
            await add(db, "never")
        assert str(caught.value).startswith(f"{path}: ")
        assert "keeps it locked" in await refusal(path, scripts)
    await add(db, "next")
    assert await notes(db) == ["next"]


@contextmanager
def writer_elsewhere(path: Path) -> Iterator[sqlite3.Connection]:
    """Another program in the middle of a transaction."""
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        connection.execute("BEGIN IMMEDIATE")
        yield connection
    finally:
        connection.close()


# Opening and closing


async def test_open_makes_the_file_its_folders_and_its_tables(tmp_path: Path, scripts: Path) -> None:
    path = tmp_path / "new" / "deep" / "bot.db"
    async with Database(path, scripts) as db:
        await add(db, "a")
    assert ask(path, "PRAGMA application_id") == [(APPLICATION_ID,)]
    assert ask(path, "PRAGMA user_version") == [(2,)]
    assert ask(path, "SELECT text FROM note") == [("a",)]


@pytest.mark.parametrize("place", ["data/migrations", "bot/_data/migrations"], ids=["checkout", "wheel"])
async def test_migrations_are_found_where_they_ship(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    monkeypatch.setattr(paths, "__file__", str(tmp_path / "bot" / "paths.py"))
    write_scripts(tmp_path / place, FIRST)
    async with Database(path) as db:
        await add(db, "a")


async def test_close_leaves_everything_in_the_one_file(path: Path, scripts: Path) -> None:
    async with Database(path, scripts) as db:
        await add(db, "a")
        assert path.with_name("bot.db-wal").exists()
    assert files(path) == ["bot.db"]
    copy = path.with_name("copy.db")
    write(copy, content(path))
    assert ask(copy, "SELECT text FROM note") == [("a",)]


async def test_close_may_be_repeated_and_open_again(path: Path, scripts: Path) -> None:
    db = Database(path, scripts)
    await db.close()
    for text in ("a", "b"):
        await db.open()
        with pytest.raises(RuntimeError, match="open already"):
            await db.open()
        await add(db, text)
        await db.close()
        await db.close()
    assert ask(path, "SELECT text FROM note") == [("a",), ("b",)]


async def test_close_waits_for_the_running_transaction_and_ends_those_that_wait(
    path: Path, scripts: Path
) -> None:
    db = Database(path, scripts)
    await db.open()
    async with db.transaction() as tx:
        close = asyncio.create_task(db.close())
        await asyncio.sleep(0)
        late = asyncio.create_task(add(db, "late"))
        await tx.insert("INSERT INTO note (text) VALUES ('a')")
        await tx.insert("INSERT INTO note (text) VALUES ('b')")
    await close
    with pytest.raises(RuntimeError, match="not open"):
        await late
    with pytest.raises(RuntimeError, match="not open"):
        _ = db.read
    assert ask(path, "SELECT text FROM note") == [("a",), ("b",)]


async def test_many_may_open_a_new_file_at_the_same_moment(tmp_path: Path, scripts: Path) -> None:
    for number in range(5):
        path = tmp_path / f"{number}.db"
        many = [Database(path, scripts) for _ in range(6)]
        await asyncio.gather(*(db.open() for db in many))
        await asyncio.gather(*(add(db, f"{place}") for place, db in enumerate(many)))
        assert len(await notes(many[0])) == 6
        await asyncio.gather(*(db.close() for db in many))


async def test_file_made_by_another_process_while_it_is_looked_at_is_ours(
    path: Path, scripts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def meddled(connection: aiosqlite.Connection, sql: str) -> list[sqlite3.Row]:
        rows = await patiently(connection, sql)
        if "application_id" in sql:
            monkeypatch.undo()
            await make(path, scripts, 1)
        return rows

    patiently = database._patiently
    monkeypatch.setattr(database, "_patiently", meddled)
    async with Database(path, scripts) as db:
        assert len(await notes(db)) == 1


# Migrations


async def test_migrations_apply_what_is_missing_and_keep_the_rows(path: Path, tmp_path: Path) -> None:
    async with Database(path, write_scripts(tmp_path / "old", FIRST)) as db:
        await add(db, "a")
    third = "ALTER TABLE note ADD COLUMN mood TEXT; UPDATE note SET mood = 'glad'"
    for _ in range(2):
        async with Database(path, write_scripts(tmp_path / "new", FIRST, SECOND, third)) as db:
            assert [tuple(row) for row in await db.read.all("SELECT text, mood FROM note")] == [("a", "glad")]
    assert ask(path, "PRAGMA user_version") == [(3,)]


async def test_migration_may_hold_triggers_comments_and_quoted_semicolons(path: Path, tmp_path: Path) -> None:
    script = (
        FIRST
        + """
        -- a comment; with a semicolon, and 'half a quote
        INSERT INTO note (text) VALUES ('a;b'); INSERT INTO note (text) VALUES ('it''s;');
        /* another;
           one */
        CREATE TRIGGER shout AFTER INSERT ON note WHEN new.text = 'c;' BEGIN
            UPDATE note SET text = upper(text) WHERE id = new.id;
            UPDATE note SET text = text || '!;' WHERE id = new.id;
        END;
        INSERT INTO note (text) VALUES ('c;') -- no semicolon at the end; only here"""
    )
    async with Database(path, write_scripts(tmp_path / "m", script)) as db:
        assert await notes(db) == ["a;b", "it's;", "C;!;"]


async def test_failed_migration_changes_nothing(path: Path, scripts: Path, tmp_path: Path) -> None:
    async with Database(path, scripts) as db:
        await add(db, "a")
    before = content(path)
    wrong = "DELETE FROM note; CREATE TABLE more (id); INSERT INTO nowhere VALUES (1);"
    with pytest.raises(sqlite3.OperationalError, match="nowhere"):
        await Database(path, write_scripts(tmp_path / "m", FIRST, SECOND, wrong)).open()
    assert content(path) == before
    async with Database(path, scripts) as db:
        assert await notes(db) == ["a"]


async def test_migration_may_rebuild_a_table_that_others_refer_to(
    path: Path, scripts: Path, tmp_path: Path
) -> None:
    async with Database(path, scripts) as db, db.transaction() as tx:
        note = await tx.insert("INSERT INTO note (text) VALUES ('a')")
        await tx.insert("INSERT INTO reply (note_id) VALUES (?)", note)
    rebuild = (
        "CREATE TABLE new_note (id INTEGER PRIMARY KEY, text TEXT) STRICT;"
        "INSERT INTO new_note SELECT * FROM note; DROP TABLE note; ALTER TABLE new_note RENAME TO note;"
    )
    async with Database(path, write_scripts(tmp_path / "m", FIRST, SECOND, rebuild)) as db:
        assert len(await db.read.all("SELECT * FROM reply JOIN note ON note.id = note_id")) == 1


async def test_migration_that_breaks_references_is_refused(path: Path, scripts: Path, tmp_path: Path) -> None:
    async with Database(path, scripts) as db, db.transaction() as tx:
        note = await tx.insert("INSERT INTO note (text) VALUES ('a')")
        await tx.insert("INSERT INTO reply (note_id) VALUES (?)", note)
    wrong = write_scripts(tmp_path / "m", FIRST, SECOND, "DELETE FROM note;")
    with pytest.raises(RuntimeError, match="migration 3"):
        await Database(path, wrong).open()
    assert ask(path, "SELECT text FROM note") == [("a",)]
    assert ask(path, "PRAGMA user_version") == [(2,)]


@pytest.mark.parametrize(
    "names",
    [
        [],
        ["0002_second.sql"],
        ["0001_first.sql", "0003_third.sql"],
        ["0001_first.sql", "0001_other.sql"],
        ["0001_first.sql", "second.sql"],
        ["0001_first.sql", "0002.sql"],
    ],
)
async def test_gaps_doubles_and_odd_names_are_a_programmers_error(
    path: Path, tmp_path: Path, names: list[str]
) -> None:
    folder = write_scripts(tmp_path / "m")
    for name in names:
        (folder / name).write_text("SELECT 1;", encoding="utf-8")
    with pytest.raises(RuntimeError, match="without gaps"):
        await Database(path, folder).open()
    assert files(path) == []


# Files that cannot be used


@pytest.mark.parametrize("mode", ["wal", "delete"])
async def test_newer_database_is_refused_untouched(path: Path, scripts: Path, mode: str) -> None:
    await make(path, scripts)
    ask(path, "PRAGMA user_version = 3")
    ask(path, f"PRAGMA journal_mode = {mode}")
    before = content(path)
    line = await refusal(path, scripts)
    assert "newer openspace-bot" in line
    assert "install that version or choose another file" in line
    assert content(path) == before
    assert files(path) == ["bot.db"]


@pytest.mark.parametrize(
    "sql", ["CREATE TABLE theirs (id)", "PRAGMA application_id = 7", "PRAGMA user_version = 1"]
)
async def test_another_programs_database_is_refused_untouched(path: Path, scripts: Path, sql: str) -> None:
    ask(path, sql)
    before = content(path)
    assert "another program's" in await refusal(path, scripts)
    assert content(path) == before
    assert files(path) == ["bot.db"]


@pytest.mark.parametrize("junk", [b"hello", b"# Notes\n" * 1000, bytes(range(256)) * 64])
async def test_file_that_is_no_database_is_refused_untouched(path: Path, scripts: Path, junk: bytes) -> None:
    write(path, junk)
    assert "not a database" in await refusal(path, scripts)
    assert content(path) == junk


async def test_empty_file_is_a_new_database(path: Path, scripts: Path) -> None:
    write(path, b"")
    async with Database(path, scripts) as db:
        await add(db, "a")
        assert await notes(db) == ["a"]


def damage(path: Path, harm: str) -> bytes:
    """Harm a file in its middle, and return what it holds then."""
    damaged = bytearray(content(path))
    middle = len(damaged) // 8192 * 4096
    if harm == "cut":
        del damaged[middle:]
    else:
        length = 4096 if harm == "overwritten" else 64
        damaged[middle : middle + length] = b"\xa5" * length
    write(path, bytes(damaged))
    return bytes(damaged)


HARMS = ["cut", "overwritten", "overwritten a little"]


@pytest.mark.parametrize("harm", HARMS)
async def test_c22_damaged_database_is_not_brought_up_to_date(
    path: Path, scripts: Path, tmp_path: Path, harm: str
) -> None:
    await make(path, scripts, 100)
    damaged = damage(path, harm)
    newer = write_scripts(tmp_path / "newer", FIRST, SECOND, "CREATE TABLE more (id INTEGER) STRICT;")
    assert "damaged; restore a backup" in await refusal(path, newer)
    assert content(path) == damaged


async def test_c22_database_that_was_cut_is_refused_untouched(path: Path, scripts: Path) -> None:
    await make(path, scripts, 100)
    damaged = damage(path, "cut")
    assert "damaged; restore a backup" in await refusal(path, scripts)
    assert content(path) == damaged


@pytest.mark.parametrize("harm", HARMS[1:])
async def test_c22_damage_inside_is_found_beside_the_work_and_made_no_worse(
    path: Path, scripts: Path, harm: str
) -> None:
    await make(path, scripts, 100)
    damaged = damage(path, harm)
    async with Database(path, scripts) as db:
        finding = await db.check()
        assert finding
        assert "\n" not in finding
    assert content(path)[4096:] == damaged[4096:]  # the first page counts the starts


async def test_c13_no_start_looks_through_the_whole_file(path: Path, scripts: Path, said: list[str]) -> None:
    await make(path, scripts, 1)
    said.clear()
    async with Database(path, scripts) as db:
        assert not [sql for sql in said if "check" in sql]
        assert await db.check() is None
        assert [sql for sql in said if "check" in sql]


async def test_c13_a_check_that_is_cancelled_ends_and_leaves_the_work_alone(db: Database) -> None:
    await add(db, *(f"{number}" for number in range(2000)))
    for waits in range(6):
        check = asyncio.create_task(db.check())
        for _ in range(waits):
            await asyncio.sleep(0)
        check.cancel()
        with pytest.raises(asyncio.CancelledError):
            await check
    await add(db, "next")
    assert await db.check() is None


async def test_c13_a_file_in_use_when_it_is_opened_was_not_closed_in_good_order(
    path: Path, scripts: Path
) -> None:
    async with Database(path, scripts) as first:
        assert not first.unclean
        await add(first, "a")
        async with Database(path, scripts) as second:
            assert second.unclean
    async with Database(path, scripts) as third:
        assert not third.unclean


# Who may read it


def mode(path: Path) -> str:
    return f"{path.stat().st_mode & 0o777:o}"


async def test_c21_what_the_bot_makes_only_its_own_user_may_read(path: Path, scripts: Path) -> None:
    before = os.umask(0o022)
    try:
        async with Database(path, scripts) as db:
            await add(db, "a")
            modes = {name: mode(path.with_name(name)) for name in files(path)}
            assert modes == {"bot.db": "600", "bot.db-shm": "600", "bot.db-wal": "600"}
    finally:
        os.umask(before)


@pytest.mark.parametrize(("was", "becomes"), [(0o644, "600"), (0o666, "600"), (0o640, "640"), (0o600, "600")])
async def test_c21_a_file_that_everybody_may_read_is_closed_to_them_at_the_start(
    path: Path, scripts: Path, was: int, becomes: str
) -> None:
    async with Database(path, scripts) as left_open:
        await add(left_open, "a")
        for name in files(path):
            path.with_name(name).chmod(was)
        async with Database(path, scripts) as db:
            assert {mode(path.with_name(name)) for name in files(path)} == {becomes}
            assert await notes(db) == ["a"]


async def test_folder_in_place_of_the_file_is_refused(scripts: Path) -> None:
    assert "cannot be opened" in await refusal(scripts, scripts)


async def test_file_in_place_of_the_folder_is_refused(tmp_path: Path, scripts: Path) -> None:
    (tmp_path / "file").write_text("text", encoding="utf-8")
    assert "folder cannot be made" in await refusal(tmp_path / "file" / "bot.db", scripts)


async def test_place_without_write_ahead_log_is_refused(scripts: Path) -> None:
    assert "write-ahead" in await refusal(Path(":memory:"), scripts)
    assert files(Path(":memory:")) == []


async def test_unreadable_file_is_refused(bare_folder: Path, nobody: None) -> None:
    scripts = write_scripts(bare_folder / "m", FIRST)
    path = bare_folder / "bot.db"
    path.touch(mode=0o000)
    assert "cannot be opened" in await refusal(path, scripts)


async def test_read_only_folder_is_refused(bare_folder: Path, nobody: None) -> None:
    scripts = write_scripts(bare_folder / "m", FIRST)
    folder = bare_folder / "locked"
    folder.mkdir()
    folder.chmod(0o555)
    assert "cannot be opened" in await refusal(folder / "bot.db", scripts)
    assert "folder cannot be made" in await refusal(folder / "deeper" / "bot.db", scripts)
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("mode", [0o444, 0o555], ids=["file", "folder"])
async def test_database_that_cannot_be_written_is_refused_untouched(
    bare_folder: Path, nobody: None, mode: int
) -> None:
    scripts = write_scripts(bare_folder / "m", FIRST)
    path = bare_folder / "folder" / "bot.db"
    await make(path, scripts)
    before = content(path)
    (path if mode == 0o444 else path.parent).chmod(mode)
    assert "cannot be" in await refusal(path, scripts)
    assert content(path) == before
    path.parent.chmod(0o755)


# A full disk


async def test_full_disk_rolls_the_transaction_back_and_says_so(db: Database, path: Path) -> None:
    await add(db, "before")
    async with db.transaction() as tx:
        await tx.one("PRAGMA max_page_count = 1")  # as few as there are now
    with pytest.raises(StoreError, match="disk is full; free some space") as caught:
        await add(db, "half", "x" * 100_000)
    assert str(caught.value).startswith(f"{path}: ")
    assert await notes(db) == ["before"]
    async with db.transaction() as tx:
        await tx.one("PRAGMA max_page_count = 1000")
    await add(db, "after")
    assert await notes(db) == ["before", "after"]


async def test_full_disk_that_was_swallowed_commits_nothing(db: Database) -> None:
    async def carry_on() -> None:
        async with db.transaction() as tx:
            await tx.one("PRAGMA max_page_count = 1")
            await tx.insert("INSERT INTO note (text) VALUES ('before')")
            for text in ("x" * 100_000, "after"):
                with pytest.raises(StoreError, match="disk is full"):
                    await tx.insert("INSERT INTO note (text) VALUES (?)", text)

    with pytest.raises(StoreError, match="disk is full"):
        await carry_on()
    assert await notes(db) == []


# Other processes


CHILD = """
import asyncio, resource, sys
from pathlib import Path
from bot.store.database import Database
from bot.store.errors import StoreError

def disk(room):
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, resource.RLIM_INFINITY))

async def add(db, text):
    async with db.transaction() as tx:
        await tx.insert("INSERT INTO note (text) VALUES (?)", text)

db = Database(Path(sys.argv[1]), Path(sys.argv[2]))
"""


def start(path: Path, scripts: Path, code: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", CHILD + code, str(path), str(scripts)]
    return subprocess.Popen(
        command, cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL
    )


def finish(child: subprocess.Popen[str]) -> str:
    try:
        out, err = child.communicate(timeout=60)
    except subprocess.TimeoutExpired:
        child.kill()
        child.communicate()
        raise
    assert (child.returncode, err) == (0, "")
    return out


def test_r3_two_processes_lose_no_count_and_see_no_lock(path: Path, scripts: Path) -> None:
    code = """
async def main():
    async with db:
        for _ in range(300):
            async with db.transaction() as tx:
                row = await tx.one("SELECT text FROM note WHERE id = 1")
                count = int(row["text"]) + 1 if row else 1
                await tx.execute("INSERT OR REPLACE INTO note VALUES (1, ?)", str(count))
asyncio.run(main())
"""
    for child in [start(path, scripts, code), start(path, scripts, code)]:
        finish(child)
    assert ask(path, "SELECT text FROM note") == [("600",)]


def test_r15_killed_in_the_middle_leaves_nothing_half_and_loses_nothing_said(
    path: Path, scripts: Path
) -> None:
    code = """
async def main():
    await db.open()
    await add(db, "said")
    async with db.transaction() as tx:
        await tx.execute("PRAGMA cache_spill = 1")
        for number in range(500):
            await tx.insert("INSERT INTO note (text) VALUES (?)", str(number) + "x" * 10_000)
        print("in the middle", flush=True)
        await asyncio.sleep(600)
asyncio.run(main())
"""
    child = start(path, scripts, code)
    assert child.stdout is not None
    assert child.stdout.readline() == "in the middle\n"
    child.kill()
    child.communicate()
    assert path.with_name("bot.db-wal").stat().st_size > 1_000_000  # the half did reach the disk

    async def survivors() -> list[str]:
        async with Database(path, scripts) as db:
            await add(db, "next")
            return await notes(db)

    assert asyncio.run(survivors()) == ["said", "next"]


def test_process_exits_though_never_closed(path: Path, scripts: Path) -> None:
    code = """
async def main():
    await db.open()
    await add(db, "said")
asyncio.run(main())
print("end")
"""
    assert finish(start(path, scripts, code)) == "end\n"
    assert ask(path, "SELECT text FROM note") == [("said",)]


def test_r15_really_full_disk_in_a_transaction_changes_nothing(path: Path, scripts: Path) -> None:
    code = """
async def main():
    async with db:
        await add(db, "before")
        disk(Path(sys.argv[1] + "-wal").stat().st_size + 9000)
        for length in (20_000, 50_000_000):
            try:
                await add(db, "x" * length)
            except StoreError as error:
                print(error)
        disk(resource.RLIM_INFINITY)
        await add(db, "after")
        print([row["text"] for row in await db.read.all("SELECT text FROM note")])
asyncio.run(main())
"""
    lines = finish(start(path, scripts, code)).splitlines()
    assert len(lines) == 3
    assert all(line.startswith(f"{path}: the disk ") for line in lines[:2])
    assert lines[2] == "['before', 'after']"


@pytest.mark.parametrize("new", [True, False], ids=["new file", "old file"])
def test_really_full_disk_at_open_is_told_and_changes_nothing(path: Path, scripts: Path, new: bool) -> None:
    if not new:
        asyncio.run(make(path, scripts, 3))
        before = content(path)
    code = """
async def main():
    disk(5000)
    try:
        await db.open()
    except StoreError as error:
        print(error)
    disk(resource.RLIM_INFINITY)
asyncio.run(main())
"""
    line = finish(start(path, scripts, code))
    assert line.startswith(f"{path}: the disk ")
    assert line.count("\n") == 1
    if new:
        asyncio.run(make(path, scripts))
    else:
        assert content(path) == before
