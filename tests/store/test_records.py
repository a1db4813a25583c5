"""R13, R14: what the bot made on Discord, as rows, and what the table itself never takes, whoever writes."""

from __future__ import annotations

import sqlite3
from datetime import timedelta
from typing import Any

import pytest

from bot.domain.records import IN_DOUBT, Aspect, Kind, Record
from bot.store import places, records, refused
from bot.store.database import Database
from bot.store.records import record_of
from tests.service.support import ELSEWHERE, GUILD, MINUTE
from tests.store.support import ASYNC, NOW, add

SECOND = timedelta(seconds=1)
OF_A_SESSION = {Kind.VOICE, Kind.TEXT, Kind.CARD, Kind.EVENT}


async def present(db: Database, guild_id: int = GUILD) -> list[Record]:
    """What is there or asked for, archived things too."""
    sql = "SELECT * FROM record WHERE guild_id = ? AND gone_at IS NULL ORDER BY id"
    return [record_of(row) for row in await db.read.all(sql, guild_id)]


async def made(
    db: Database, kind: Kind, session_id: int | None = None, number: int | None = 71, **more: Any
) -> Record:
    """A record whose thing is there."""
    async with db.transaction() as tx:
        one = await records.intend(tx, GUILD, kind, NOW, session_id=session_id, **more)
        await records.write(tx, one.id, discord_id=number, doubt=False)
    return next(record for record in await present(db) if record.id == one.id)


async def test_r14_an_intent_waits_for_its_answer_and_is_in_doubt(db: Database) -> None:
    [number] = await add(db, ASYNC)
    told = {"name": "名字", "seats": "5"}
    async with db.transaction() as tx:
        about: Any = {"mark": "Async", "parent_id": 8, "since_id": 2**60, "told": told}
        voice = await records.intend(tx, GUILD, Kind.VOICE, NOW, session_id=number, **about)
        area = await records.intend(tx, GUILD, Kind.AREA, NOW)
    expected = Record(
        voice.id, GUILD, number, Kind.VOICE, "Async", None, 8, 2**60, told, "",
        doubt=True, surplus=False, wrote=False, asked_at=NOW, told_at=NOW,
    )  # fmt: skip
    assert voice == expected
    assert await present(db) == [voice, area]
    assert await present(db, ELSEWHERE) == []
    assert await places.of_session(db.read, number) == {}
    assert await places.of_sessions(db.read, [number]) == {}
    assert await places.place(db.read, GUILD, Kind.AREA) is None
    async with db.transaction() as tx:
        await records.write(tx, voice.id, discord_id=71, doubt=False)
        await records.write(tx, area.id, discord_id=72)
    assert await places.of_session(db.read, number) == {Kind.VOICE: 71}
    assert await places.of_sessions(db.read, [number]) == {number: {Kind.VOICE: 71}}
    assert await places.place(db.read, GUILD, Kind.AREA) == 72
    assert await places.place(db.read, ELSEWHERE, Kind.AREA) is None
    assert await places.session_of(db.read, Kind.VOICE, 71) == number
    assert await places.session_of(db.read, Kind.TEXT, 71) is None


async def test_r14_only_an_intent_without_an_answer_is_forgotten(db: Database) -> None:
    [number] = await add(db, ASYNC)
    voice = await made(db, Kind.VOICE, number)
    async with db.transaction() as tx:
        text = await records.intend(tx, GUILD, Kind.TEXT, NOW, session_id=number)
        await records.forget(tx, voice.id)
        await records.forget(tx, text.id)
    assert await present(db) == [voice]


@pytest.mark.parametrize("kind", Kind)
async def test_r14_one_of_a_kind_and_the_rest_is_surplus(db: Database, kind: Kind) -> None:
    """But for categories, of which there may be many."""
    [number] = await add(db, ASYNC)
    of = number if kind in OF_A_SESSION else None
    first = await made(db, kind, of, mark="m")
    again = records.intend
    if kind in {Kind.AREA, Kind.ARCHIVE}:
        assert (await made(db, kind, None, 73)).discord_id == 73
        return
    with pytest.raises(sqlite3.IntegrityError, match="UNIQUE"):
        async with db.transaction() as tx:
            await again(tx, GUILD, kind, NOW, session_id=of)
    async with db.transaction() as tx:
        await again(tx, ELSEWHERE, kind, NOW, session_id=of)  # another server's
        await records.add_surplus(tx, first, 72, NOW)
        await records.add_surplus(tx, first, 72, NOW)  # written once
    surplus = (await present(db))[1:]
    assert [(r.surplus, r.discord_id, r.mark, r.doubt) for r in surplus] == [(True, 72, "m", False)]
    async with db.transaction() as tx:
        await records.put_away(tx, first, "gone", NOW)
        await again(tx, GUILD, kind, NOW, session_id=of)


@pytest.mark.parametrize("kind", Kind)
async def test_r13_a_desks_things_belong_to_a_session_and_no_others(db: Database, kind: Kind) -> None:
    [number] = await add(db, ASYNC)
    wrong = None if kind in OF_A_SESSION else number
    with pytest.raises(sqlite3.IntegrityError, match="CHECK"):
        async with db.transaction() as tx:
            await records.intend(tx, GUILD, kind, NOW, session_id=wrong)


@pytest.mark.parametrize(
    "wrong",
    [{"kind": "poll"}, {"doubt": 2}, {"told": "{"}, {"lost": 7}, {"asked_at": "soon"}, {"session_id": 99}],
)
async def test_what_is_no_record_is_not_even_stored(db: Database, wrong: dict[str, object]) -> None:
    [number] = await add(db, ASYNC)
    voice = await made(db, Kind.VOICE, number)
    with pytest.raises(sqlite3.IntegrityError):
        async with db.transaction() as tx:
            await records.write(tx, voice.id, **wrong)


async def test_r14_one_thing_is_recorded_once(db: Database) -> None:
    first, second = await add(db, ASYNC, ASYNC)
    await made(db, Kind.VOICE, first, 71)
    with pytest.raises(sqlite3.IntegrityError, match="UNIQUE"):
        await made(db, Kind.VOICE, second, 71)


async def test_what_was_told_is_merged_aspect_by_aspect(db: Database) -> None:
    board = await made(db, Kind.BOARD_MESSAGE, told={Aspect.PICTURE: "one"})
    async with db.transaction() as tx:
        await records.tell(tx, board.id, {Aspect.PICTURE: IN_DOUBT}, NOW + SECOND)
    [record] = await present(db)
    assert (record.told, record.shown, record.told_at) == ({Aspect.PICTURE: ""}, "", NOW + SECOND)
    async with db.transaction() as tx:
        await records.tell(tx, board.id, {Aspect.PINNED: "1"}, NOW + MINUTE, "shown")
    [record] = await present(db)
    assert record.told == {Aspect.PICTURE: "", Aspect.PINNED: "1"}
    assert (record.shown, record.told_at, record.asked_at) == ("shown", NOW + MINUTE, NOW)
    async with db.transaction() as tx:
        await records.tell(tx, board.id, {}, NOW + MINUTE)
    assert (await present(db))[0].shown == "shown"


async def test_the_last_two_renames_are_remembered(db: Database) -> None:
    [number] = await add(db, ASYNC)
    voice = await made(db, Kind.VOICE, number)
    assert await places.renames(db.read, number) == [()]
    for minutes in (1, 2, 3):
        async with db.transaction() as tx:
            await records.renaming(tx, voice.id, NOW + minutes * MINUTE)
    assert (await present(db))[0].renames == (NOW + 2 * MINUTE, NOW + 3 * MINUTE)
    assert await places.renames(db.read, number) == [(NOW + 2 * MINUTE, NOW + 3 * MINUTE)]


@pytest.mark.parametrize("how", ["archived", "gone"])
async def test_r13_what_is_put_away_takes_its_messages_along(db: Database, how: str) -> None:
    [number] = await add(db, ASYNC)
    text = await made(db, Kind.TEXT, number, 71)
    await made(db, Kind.CARD, number, 72, parent_id=71)
    board = await made(db, Kind.BOARD_MESSAGE, None, 73, parent_id=70)
    async with db.transaction() as tx:
        await records.put_away(tx, text, how, NOW + MINUTE)
    column = await db.read.all(f"SELECT id, {how}_at FROM record ORDER BY id")
    then = int((NOW + MINUTE).timestamp())
    assert [tuple(row) for row in column] == [(text.id, then), (text.id + 1, then), (board.id, None)]
    there = {Kind.TEXT: 71} if how == "archived" else {}
    assert await places.of_session(db.read, number) == there  # people may still read it
    assert await places.of_sessions(db.read, [number]) == ({number: there} if there else {})


async def test_r17_what_went_by_others_hands_is_marked_and_what_is_gone_stays_as_it_is(db: Database) -> None:
    board = await made(db, Kind.BOARD)
    async with db.transaction() as tx:
        await records.put_away(tx, board, "gone", NOW, lost=True)
        await records.put_away(tx, board, "gone", NOW + MINUTE)  # noted twice: the first counts
    [row] = await db.read.all("SELECT gone_at, lost FROM record")
    assert tuple(row) == (int(NOW.timestamp()), 1)


async def test_r16_words_that_discord_refuses_are_remembered_once(db: Database) -> None:
    for minutes in (0, 1):
        async with db.transaction() as tx:
            await refused.add(tx, GUILD, "words:abc", NOW + minutes * MINUTE)
    [row] = await db.read.all("SELECT * FROM refused")
    assert tuple(row) == (GUILD, "words:abc", int((NOW + MINUTE).timestamp()))
