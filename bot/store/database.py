"""One SQLite file: one writer behind a lock, one reader, numbered migrations, troubles told in one line."""

from __future__ import annotations

import asyncio
import json
import random
import sqlite3
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from time import monotonic
from typing import Any, Self, TypeVar

import aiosqlite

from bot.paths import data_folder
from bot.store.errors import APPLICATION_ID, StoreError, check_ours, clearly, code_of, damaged
from bot.store.files import left_in_use, make_private
from bot.store.migrations import scripts_in, statements

T = TypeVar("T")

READ_WAIT = 30.0
"""Seconds for which a read waits where another process recovers the file after a crash."""

WRITE_WAIT = 1.0
"""Seconds for which one try to begin a transaction waits; short, since a cancelled task waits for it too."""

WRITE_TRIES = 30
"""How often a transaction tries to begin while other processes write, before a person is told."""


def listed(ids: Iterable[int]) -> str:
    """Return ids as one parameter, for `IN (SELECT value FROM json_each(?))`, however many they are."""
    return json.dumps(list(ids))


async def _patiently(connection: aiosqlite.Connection, sql: str) -> list[sqlite3.Row]:
    """Run one statement outside a transaction, again and again while other processes hold the file."""
    tries = 1
    while True:
        try:
            return list(await connection.execute_fetchall(sql))
        except sqlite3.OperationalError as error:
            if code_of(error) != sqlite3.SQLITE_BUSY or tries >= WRITE_TRIES:
                raise
        tries += 1
        await asyncio.sleep(random.uniform(0.005, 0.05))  # noqa: S311 - keeps processes out of step


async def _damage(connection: aiosqlite.Connection) -> str | None:
    """Look through the whole file: return the first damage in one line, None where there is none."""
    found = " ".join(str(await _value(connection, "PRAGMA quick_check(1)")).split())
    return None if found == "ok" else found


async def _value(connection: aiosqlite.Connection, sql: str) -> Any:
    return (await _patiently(connection, sql))[0][0]


@asynccontextmanager
async def _immediate(
    connection: aiosqlite.Connection, committed: Callable[[float], None] | None = None
) -> AsyncIterator[None]:
    """BEGIN IMMEDIATE, then COMMIT, or ROLLBACK on any exception; `committed` hears how long that took."""
    try:
        await _patiently(connection, "BEGIN IMMEDIATE")
        yield
        began = monotonic()
        await connection.execute_fetchall("COMMIT")
        if committed:
            committed(monotonic() - began)
    except BaseException:
        # No shield: what is queued runs in its turn, even if this wait is cancelled; no harm after COMMIT.
        await connection.rollback()
        raise


async def _migrate(connection: aiosqlite.Connection, scripts: list[str]) -> None:
    """Apply what is missing, each script in one transaction with its number; others may be doing the same."""
    version = -1
    while version < len(scripts):
        async with _immediate(connection):
            version = await _value(connection, "PRAGMA user_version")
            missing = scripts[version : version + 1]
            for script in missing:
                for statement in statements(script):
                    await connection.execute_fetchall(statement)
                if await connection.execute_fetchall("PRAGMA foreign_key_check"):
                    raise RuntimeError(f"migration {version + 1} leaves references to missing rows")
                await connection.execute_fetchall(f"PRAGMA application_id = {APPLICATION_ID}")
            # Written even where nothing is missing: a file that cannot be written must show now, not later.
            await connection.execute_fetchall(f"PRAGMA user_version = {version + len(missing)}")


async def _on_its_thread(connection: aiosqlite.Connection, work: Callable[[sqlite3.Connection], T]) -> T:
    aio: Any = connection  # aiosqlite has no public way to run a function of ours on its thread
    found: T = await aio._execute(lambda: work(aio._conn))
    return found


class Reader:
    """Reads. Each call is one trip to the connection's thread and sees what was committed before it."""

    def __init__(self, connection: aiosqlite.Connection, path: Path) -> None:
        self._connection = connection
        self.path = path

    @contextmanager
    def _using(self) -> Iterator[aiosqlite.Connection]:
        with clearly(self.path):
            yield self._connection

    async def all(self, sql: str, *params: object) -> list[sqlite3.Row]:
        """Return all rows."""
        with self._using() as connection:
            return list(await connection.execute_fetchall(sql, params))

    async def one(self, sql: str, *params: object) -> sqlite3.Row | None:
        """Return the first row, or None."""
        rows = await self.all(sql, *params)
        return rows[0] if rows else None

    async def trip(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Run all reads of `work` in one trip and one snapshot, and return what it returns.

        It runs on the connection's thread, so it touches nothing else of the bot's, and it returns finished
        values, no cursor. It sees what was committed before its first read, and nothing after.
        """
        with self._using() as connection:
            return await _on_its_thread(connection, self._as_one(work))

    async def together(self, reading: Callable[[Reader], Coroutine[Any, Any, T]]) -> T:
        """Run a reading that is made of several in one trip and one snapshot.

        It may await what it asks of the reader that it is given, and nothing else: not the clock either,
        which another thread does not hear of when a test moves it.
        """
        return await self.trip(lambda connection: _at_once(reading(_Snapshot(connection, self.path))))

    def _as_one(self, work: Callable[[sqlite3.Connection], T]) -> Callable[[sqlite3.Connection], T]:
        def in_one_snapshot(connection: sqlite3.Connection) -> T:
            connection.execute("BEGIN")
            try:
                return work(connection)
            finally:
                connection.rollback()  # it only read: there is nothing to commit

        return in_one_snapshot


class _Snapshot(Reader):
    """Reads inside a trip: each is answered at once, on the connection's own thread."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._at_hand = connection
        self.path = path

    async def all(self, sql: str, *params: object) -> list[sqlite3.Row]:
        """Return all rows."""
        return self._at_hand.execute(sql, params).fetchall()


def _at_once(reading: Coroutine[Any, Any, T]) -> T:
    """Run to its end what never has to wait."""
    try:
        reading.send(None)
    except StopIteration as done:
        found: T = done.value
        return found
    reading.close()
    raise RuntimeError("a reading in one trip waits for nothing but its reader")


def read_at_once(
    connection: sqlite3.Connection, path: Path, reading: Callable[[Reader], Coroutine[Any, Any, T]]
) -> T:
    """Run a reading on a connection of its own, in one snapshot; as `Reader.together` for who has no bot."""
    connection.row_factory = sqlite3.Row
    connection.execute("BEGIN")
    return _at_once(reading(_Snapshot(connection, path)))


class Tx(Reader):
    """Reads and writes inside one transaction; of no use after it. For RETURNING use `one` or `all`.

    `trip` here is part of the transaction: it sees what that wrote, and may write more.
    """

    over: Exception | None = None
    written: Callable[[], object] | None = None
    """Called once all is committed, before any other transaction begins."""

    def _as_one(self, work: Callable[[sqlite3.Connection], T]) -> Callable[[sqlite3.Connection], T]:
        return work

    @contextmanager
    def _using(self) -> Iterator[aiosqlite.Connection]:
        if self.over:
            raise self.over
        try:
            with super()._using() as connection:
                yield connection
        except StoreError as error:
            self.over = error  # SQLite may have rolled back by itself: what follows would commit row by row
            raise

    async def execute(self, sql: str, *params: object) -> int:
        """Run a statement and return how many rows it changed."""
        with self._using() as connection:
            return (await connection.execute(sql, params)).rowcount

    async def insert(self, sql: str, *params: object) -> int:
        """Insert one row and return its id; without meaning where the statement may insert none."""
        with self._using() as connection:
            return (await connection.execute(sql, params)).lastrowid or 0

    async def at_once(self, work: Callable[[Tx], Coroutine[Any, Any, T]]) -> T:
        """Run work that is made of several statements in one trip, as part of this transaction.

        It may await what it asks of the transaction that it is given, and nothing else; see `together`.
        """
        return await self.trip(lambda connection: _at_once(work(_AtHand(connection, self.path))))


class _AtHand(_Snapshot, Tx):
    """A transaction inside a trip: each statement is carried out at once, on the connection's own thread."""

    async def execute(self, sql: str, *params: object) -> int:
        """Run a statement and return how many rows it changed."""
        return self._at_hand.execute(sql, params).rowcount

    async def insert(self, sql: str, *params: object) -> int:
        """Insert one row and return its id."""
        return self._at_hand.execute(sql, params).lastrowid or 0


def _opened(connection: aiosqlite.Connection | None) -> aiosqlite.Connection:
    if connection is None:
        raise RuntimeError("the database is not open")
    return connection


class Database:
    """The bot's database file. `async with Database(path) as db:` opens and closes it."""

    unclean = False
    """Whether it was in use when it was opened: by a process that died, or by one that still runs."""
    committed: Callable[[float], None] | None = None
    """Hears how many seconds each commit of a transaction took."""

    def __init__(self, path: Path, migrations: Path | None = None) -> None:
        self.path = path
        self._migrations = migrations or data_folder() / "migrations"
        self._writer: aiosqlite.Connection | None = None
        self._reader: aiosqlite.Connection | None = None
        self._connections = AsyncExitStack()
        self._lock = asyncio.Lock()
        self._owner: asyncio.Task[Any] | None = None

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def open(self) -> None:
        """Open the file, made where missing, and bring it up to date; StoreError where it cannot be used."""
        scripts = scripts_in(self._migrations)
        async with self._alone():
            if self._writer:
                raise RuntimeError("the database is open already")
            self._make_folder()
            make_private(self.path)
            self.unclean = left_in_use(self.path)
            async with AsyncExitStack() as connections:
                with clearly(self.path):
                    writer = await self._connect(connections, WRITE_WAIT)
                    await self._check(writer, len(scripts))
                    await _patiently(writer, "PRAGMA secure_delete = ON")  # deleted is gone from the file too
                    await _migrate(writer, scripts)
                    await _patiently(writer, "PRAGMA foreign_keys = ON")  # earlier, it spoils table rebuilds
                    reader = await self._connect(connections, READ_WAIT)
                    await _patiently(reader, "PRAGMA query_only = ON")
                self._connections = connections.pop_all()
                self._writer, self._reader = writer, reader

    async def close(self) -> None:
        """Close after the running transaction, which folds the WAL into the file; closing twice is fine."""
        async with self._alone():
            self._writer = self._reader = None
            await self._connections.aclose()

    async def check(self) -> str | None:
        """Look through the whole file beside the work: return its first damage in one line, None for none.

        It takes seconds where there are many rows, and holds up nobody; cancelling it ends it at once.
        """
        async with AsyncExitStack() as connections:
            with clearly(self.path):
                connection = await self._connect(connections, READ_WAIT)
                await _patiently(connection, "PRAGMA query_only = ON")
            try:
                return await _damage(connection)
            except sqlite3.DatabaseError as error:
                if code_of(error) not in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}:
                    raise
                return str(error)
            except asyncio.CancelledError:
                await connection.interrupt()
                raise

    @property
    def read(self) -> Reader:
        """Reads outside any transaction, which never wait for the writer."""
        return Reader(_opened(self._reader), self.path)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Tx]:
        """Do all that is in the block or, on any exception, nothing (R3, R15); one block at a time."""
        async with self._alone():
            writer = _opened(self._writer)
            tx = Tx(writer, self.path)
            try:
                with clearly(self.path):
                    async with _immediate(writer, self.committed):
                        yield tx
                        if tx.over:
                            raise tx.over
                if tx.written:
                    tx.written()
            finally:
                tx.over = RuntimeError("the transaction is over")

    @asynccontextmanager
    async def _alone(self) -> AsyncIterator[None]:
        if self._owner is asyncio.current_task():
            raise RuntimeError("inside a transaction: this would wait for itself for ever")
        async with self._lock:  # two tasks that share a connection would commit each other's halves
            self._owner = asyncio.current_task()
            try:
                yield
            finally:
                self._owner = None

    def _make_folder(self) -> None:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            trouble = f"its folder cannot be made ({error.strerror}); choose another path"
            raise StoreError(self.path, trouble) from error

    async def _connect(self, connections: AsyncExitStack, wait: float) -> aiosqlite.Connection:
        connection = aiosqlite.connect(self.path, isolation_level=None, timeout=wait)
        connection._thread.daemon = True  # no public way; a bot that died without close() would never exit
        try:
            await connection
        except sqlite3.Error:
            connection._thread.join()  # it is ending, and would complain to stderr about a closed event loop
            raise
        connections.push_async_callback(connection.close)
        connection.row_factory = sqlite3.Row
        await _patiently(connection, "PRAGMA synchronous = FULL")  # R15: a commit outlives a power cut
        return connection

    async def _check(self, writer: aiosqlite.Connection, newest: int) -> None:
        """Refuse what is not ours, too new or seen to be damaged, before the first write: turning on the WAL.

        The whole file is looked through only before a migration: with a million sessions that takes seconds.
        """
        sql = "SELECT application_id, user_version, (SELECT count(*) FROM sqlite_master)"
        sql += " FROM pragma_application_id, pragma_user_version"  # at once: others may be writing
        [(mark, version, filled)] = await _patiently(writer, sql)
        check_ours(self.path, mark, version, filled, newest)
        if 0 < version < newest:  # a migration writes the file anew in part, which must not bury any damage
            finding = await _damage(writer)
            if finding:
                raise damaged(self.path, finding)
        if await _value(writer, "PRAGMA journal_mode = WAL") != "wal":
            raise StoreError(self.path, "no write-ahead log works here; choose a file on a local disk")
