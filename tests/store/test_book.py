"""K17, K18: what the keeper reads, in one snapshot; it does not grow with what is over."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.domain.models import Limits, State
from bot.domain.notices import NoticeKind
from bot.domain.records import Kind
from bot.service import DeskBook
from bot.store import cohosts, guests, ideas, ledger, notices, records, refused, sessions, visits
from bot.store.book import DAY, DOUBT, FRESH, Memo, Question, Rows, read
from bot.store.database import Database
from bot.store.instants import stamp
from tests.service.support import ELSEWHERE, GUILD, MINUTE, ruled
from tests.store.support import ASYNC, NOW, add, ended

GROWING = ("session", "record", "notice", "audit", "joined", "visit", "cohost", "idea", "idea_supporter")
UNDONE = ("record_present", "notice_waiting", "idea_by_guild")
"""Indexes that hold only what is not done yet."""


def question(guild_id: int = GUILD, now: datetime = NOW, many: int = 400) -> Question:
    return Question(guild_id, now, now - timedelta(hours=48), many, 5)


async def rows(db: Database, **how: Any) -> Rows:
    """What somebody reads who remembers nothing."""
    return await db.read.trip(lambda connection: read(connection, question(**how), Memo()))


async def record(
    db: Database, kind: Kind, of: int | None = None, at: datetime = NOW, **columns: object
) -> int:
    async with db.transaction() as tx:
        one = await records.intend(tx, GUILD, kind, at, session_id=of)
        await records.write(tx, one.id, **columns) if columns else None
    return one.id


async def test_sessions_are_the_active_ones_and_closed_ones_with_something_left_to_do(db: Database) -> None:
    late = replace(ASYNC, start=ASYNC.start + MINUTE)
    booked, none, both, text, archived, gone, told, pending, elsewhere = await add(
        db, late, *[ended(ASYNC)] * 7, ended(replace(ASYNC, guild_id=ELSEWHERE))
    )
    for number in (both, text, archived, gone):
        left: dict[str, Any] = {archived: {"archived_at": 1}, gone: {"gone_at": 1}}.get(number, {})
        await record(db, Kind.TEXT, number, discord_id=100 + number, doubt=False, **left)
    await record(db, Kind.VOICE, both, discord_id=99, archived_at=1)
    await record(db, Kind.EVENT, pending)
    async with db.transaction() as tx:
        await notices.add(tx, GUILD, told, NoticeKind.CANCELLED, NOW)
    found = await rows(db)
    assert [s.id for s in found.sessions] == [both, text, told, pending, booked]
    assert (await rows(db, guild_id=ELSEWHERE)).sessions == []
    assert (none, elsewhere) == (2, 9)


async def test_k17_a_session_elsewhere_is_never_read_though_a_row_of_ours_names_it(db: Database) -> None:
    [elsewhere] = await add(db, ended(replace(ASYNC, guild_id=ELSEWHERE)))
    async with db.transaction() as tx:
        await notices.add(tx, GUILD, elsewhere, NoticeKind.CANCELLED, NOW)
    assert (await rows(db)).sessions == []


async def test_records_are_those_that_are_there_and_ghosts_for_a_quarter_of_an_hour(db: Database) -> None:
    [number] = await add(db, ASYNC)
    there = await record(db, Kind.AREA, discord_id=1, doubt=False)
    pending = await record(db, Kind.VOICE, number)
    await record(db, Kind.NEWS, discord_id=2, doubt=False, gone_at=1)
    await record(db, Kind.BOARD, discord_id=3, doubt=False, archived_at=1)
    ghost = await record(db, Kind.TEXT, number, gone_at=stamp(NOW))
    found = (await rows(db)).records
    assert [(r.id, r.over) for r in found] == [(there, False), (pending, False), (ghost, True)]
    later = (await rows(db, now=NOW + DOUBT)).records
    assert [r.id for r in later] == [there, pending]


async def test_people_are_those_of_the_sessions_that_are_read_first_come_first(db: Database) -> None:
    over, left, on = await add(db, ended(ASYNC), ended(ASYNC), replace(ASYNC, desk=1))
    await record(db, Kind.TEXT, left, discord_id=1)
    async with db.transaction() as tx:
        for session_id in (on, over, left):
            for user_id in (9, 8, 7):
                await guests.add(tx, session_id, user_id, f"G{user_id}", NOW)
            await cohosts.add(tx, session_id, 6, "C", NOW)
            await visits.add(tx, session_id, 5, NOW)
    found = await rows(db)
    expected = [(9, "G9"), (8, "G8"), (7, "G7")]
    assert found.guests == {on: expected, left: expected}
    assert found.cohosts == {on: [(6, "C")], left: [(6, "C")]}
    assert found.visitors == {on: frozenset({5})}
    assert over not in found.guests


async def test_what_was_said_and_whom_it_pinged(db: Database) -> None:
    [on] = await add(db, replace(ASYNC, desk=1))
    async with db.transaction() as tx:
        for kind in (NoticeKind.GREETING, NoticeKind.GREETING, NoticeKind.QUIET, NoticeKind.OPENING):
            await notices.add(tx, GUILD, on, kind, NOW)
        await notices.part_sent(tx, 1, 1, NOW + MINUTE, pinged=True)
        await notices.part_sent(tx, 2, 1, NOW + 2 * MINUTE, pinged=False)
        await notices.drop(tx, 3, NOW + 3 * MINUTE)
    found = await rows(db)
    assert found.said == {
        (on, NoticeKind.GREETING): NOW + 2 * MINUTE,
        (on, NoticeKind.QUIET): None,
        (on, NoticeKind.OPENING): None,
    }
    assert found.pinged == {on: NOW + MINUTE}
    assert [n.kind for n in found.notices] == [NoticeKind.OPENING]


async def test_r17_channels_of_a_day_and_losses_of_a_day_are_counted(db: Database) -> None:
    [number] = await add(db, ASYNC)
    day = NOW - DAY
    for kind, at in ((Kind.AREA, day), (Kind.ARCHIVE, day + MINUTE), (Kind.BOARD, NOW)):
        await record(db, kind, None, at)
    await record(db, Kind.BOARD_MESSAGE, discord_id=5)  # no channel
    for minutes in (1, 2, 3):
        gone = stamp(day + minutes * MINUTE)
        await record(db, Kind.VOICE, number, NOW, gone_at=gone, lost=minutes != 2, doubt=False)
    await record(db, Kind.NEWS, None, day, gone_at=stamp(day), lost=True, doubt=False)
    found = await rows(db)
    assert found.made == 5
    assert found.lost == {(Kind.VOICE, number): (2, day + 3 * MINUTE)}
    assert (await rows(db, guild_id=ELSEWHERE)).made == 0


async def test_r17_who_began_at_once_is_named_where_many_channels_are_made(
    db: Database,
) -> None:
    lead = timedelta(minutes=5)
    _, hasty = await add(
        db,
        replace(ASYNC, start=NOW + lead + timedelta(seconds=1)),
        replace(ASYNC, start=NOW + lead),
    )
    assert (await rows(db)).hasty == frozenset()
    assert (await rows(db, many=0)).hasty == {hasty}


async def test_problems_words_and_ideas_of_the_guild_are_read(db: Database) -> None:
    async with db.transaction() as tx:
        await ledger.add_problem(tx, GUILD, "pins", "", NOW)
        await refused.add(tx, GUILD, "words:abc", NOW)
        await refused.add(tx, ELSEWHERE, "words:def", NOW)
        for at in (NOW, NOW - timedelta(hours=48)):
            await ideas.add(tx, GUILD, "Tea", at, author_id=1, author="Ana")
    found = await rows(db)
    assert [(p.code, p.told) for p in found.problems] == [("pins", False)]
    assert (found.refused, found.ideas) == (frozenset({"words:abc"}), 1)


# -------------------------------------------------------------------- what is remembered


@pytest.fixture
def reader(db: Database) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(db.path, isolation_level=None)) as connection:
        connection.row_factory = sqlite3.Row
        yield connection


async def test_k18_what_nobody_has_written_is_not_read_again(
    db: Database, reader: sqlite3.Connection
) -> None:
    await add(db, ASYNC)
    memo, said = Memo(), list[str]()
    first = read(reader, question(), memo)
    reader.set_trace_callback(said.append)
    assert read(reader, question(now=NOW + FRESH - timedelta(seconds=1)), memo) is first
    assert len(said) == 1
    assert read(reader, question(now=NOW + FRESH), memo) == first  # time passes for what counts a day
    assert len(said) > 10
    assert read(reader, question(now=NOW - MINUTE), memo) is not first  # the clock was set back


async def test_k17_every_write_is_seen_at_once_and_what_it_did_not_touch_is_the_same(
    db: Database, reader: sqlite3.Connection
) -> None:
    one, two = await add(db, ASYNC, ASYNC)
    memo = Memo()
    before = read(reader, question(), memo).sessions
    async with db.transaction() as tx:
        await sessions.set_details(tx, replace(before[1], topic="New"))
    after = read(reader, question(), memo).sessions
    assert [s.id for s in after] == [one, two]
    assert after[0] is before[0]
    assert after[1].topic == "New"
    async with db.transaction() as tx:
        await sessions.set_closed(tx, one, State.CANCELLED, NOW)
    assert [s.id for s in read(reader, question(), memo).sessions] == [two]
    assert len([key for key in memo.objects if key[0] == "session_of"]) == 1  # nothing past is remembered


async def test_k17_all_is_read_in_one_snapshot(db: Database) -> None:
    """A session that is added while the book is read is in it with all that it has, or not at all."""

    def slowly(connection: sqlite3.Connection) -> Rows:
        added = False

        def meanwhile(statement: str) -> None:
            nonlocal added
            if not added and "FROM session" in statement:
                added = True
                with closing(sqlite3.connect(db.path, isolation_level=None)) as other:
                    other.execute("UPDATE session SET topic = 'New' WHERE id = 1")
                    other.execute("INSERT INTO joined VALUES (1, 9, 'G', 1, 1)")

        connection.set_trace_callback(meanwhile)
        try:
            return read(connection, question(), Memo())
        finally:
            connection.set_trace_callback(None)

    await add(db, ASYNC)
    found = await db.read.trip(slowly)
    assert ([s.topic for s in found.sessions], found.guests) == (["Async"], {})
    found = await rows(db)
    assert ([s.topic for s in found.sessions], found.guests) == (["New"], {1: [(9, "G")]})


# ------------------------------------------------------------------------- plans (K18)


def goes_through(step: str) -> bool:
    """Whether a step of a query plan reads a whole table, or all that a guild ever had."""
    tables = "|".join(GROWING)
    whole = re.search(rf"SCAN ({tables})\b", step)
    of_guild = re.search(rf"SEARCH ({tables}) USING (COVERING )?INDEX \w+ \(guild_id=\?\)$", step)
    return bool(whole or of_guild) and not any(name in step for name in UNDONE)


async def test_k18_no_statement_of_the_book_goes_through_the_past(
    db: Database, reader: sqlite3.Connection
) -> None:
    """So it costs the same with a hundred thousand past sessions of a guild, and a million rows of others."""
    [number] = await add(db, replace(ASYNC, desk=1))
    await record(db, Kind.VOICE, number)
    said: list[str] = []
    reader.set_trace_callback(said.append)
    read(reader, question(many=0), Memo())
    reader.set_trace_callback(None)
    statements = [each for each in said if each.startswith("SELECT")]
    assert len(statements) == 15
    slow = {}
    for statement in statements:
        steps = [row[3] for row in reader.execute(f"EXPLAIN QUERY PLAN {statement}")]
        assert steps
        if any(map(goes_through, steps)):
            slow[statement] = steps
    assert slow == {}


@pytest.mark.parametrize(
    ("sql", "slow"),
    [
        ("SELECT * FROM session WHERE guild_id = 1", True),
        ("SELECT * FROM joined", True),
        ("SELECT * FROM record WHERE guild_id = 1", True),
        ("SELECT * FROM session WHERE guild_id = 1 AND id IN (SELECT value FROM json_each('[]'))", True),
        ("SELECT * FROM session WHERE +guild_id = 1 AND id IN (SELECT value FROM json_each('[]'))", False),
        ("SELECT * FROM notice WHERE guild_id = 1 AND done_at IS NULL", False),
    ],
)
async def test_a_slow_plan_is_known_as_one(reader: sqlite3.Connection, sql: str, *, slow: bool) -> None:
    steps = [row[3] for row in reader.execute(f"EXPLAIN QUERY PLAN {sql}")]
    assert any(map(goes_through, steps)) is slow


async def test_k18_the_past_is_neither_read_nor_remembered(db: Database, reader: sqlite3.Connection) -> None:
    """With a thousand past sessions as few steps of SQLite's machine as with none."""

    async def steps() -> int:
        count = 0

        def step() -> int:
            nonlocal count
            count += 1
            return 0

        reader.set_progress_handler(step, 10)
        read(reader, question(), Memo())
        reader.set_progress_handler(None, 0)
        return count

    [number] = await add(db, ASYNC)
    await record(db, Kind.VOICE, number)
    before = await steps()
    with closing(sqlite3.connect(db.path, isolation_level=None)) as other:
        _age(other, 1000)
    assert await steps() <= before + 2


def _age(file: sqlite3.Connection, count: int) -> None:
    """Write sessions of last week that are over, with all that they left."""
    then = stamp(NOW) - 7 * 86400

    def put(table: str, **row: object) -> None:
        names, marks = ", ".join(row), ", ".join("?" * len(row))
        file.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", tuple(row.values()))

    file.execute("BEGIN")
    for n in range(1000, 1000 + count):
        times = {"starts_at": then, "ends_at": then + 1, "closed_at": then + 1, "created_at": then}
        put(
            "session",
            id=n,
            guild_id=GUILD,
            host_id=1,
            host_name="A",
            topic="T",
            state="ended",
            desk=1,
            **times,
        )
        put("joined", session_id=n, user_id=9, user_name="G", joined_at=then)
        put("visit", session_id=n, user_id=9, came_at=then)
        put("notice", guild_id=GUILD, session_id=n, kind="opening", created_at=then, done_at=then)
        put("audit", guild_id=GUILD, session_id=n, at=then, action="host")
        for number, kind in enumerate(("voice", "text", "card")):
            how = {"archived_at": then} if number else {"gone_at": then, "lost": 1}
            asked = {"asked_at": then, "told_at": then, "discord_id": 10 * n + number}
            put("record", guild_id=GUILD, session_id=n, kind=kind, **asked, **how)
    file.execute("COMMIT")


async def test_k18_the_desk_book_keeps_what_did_not_change(db: Database) -> None:
    """So that nothing is drawn again without need: showings are the same objects."""
    one, two = await add(db, ASYNC, ASYNC)
    now = NOW
    book = DeskBook(db, lambda: now, ruled(Limits()))
    first = await book.read(GUILD)
    assert (await book.read(GUILD)).showings is first.showings
    async with db.transaction() as tx:
        await guests.add(tx, two, 9, "G", NOW)
    second = await book.read(GUILD)
    assert second.showings[one] is first.showings[one]
    assert [p.id for p in second.showings[two].guests] == [9]
    book.forget(GUILD)
    assert (await book.read(GUILD)).showings[one] is not first.showings[one]
