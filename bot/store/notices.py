"""Messages to send: written with the change that causes them, ticked off when Discord has them."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Sequence
from datetime import datetime

from bot.domain.notices import Notice, NoticeKind
from bot.store.database import Reader, Tx
from bot.store.instants import instant, stamp


async def add(
    tx: Tx,
    guild_id: int,
    session_id: int,
    kind: NoticeKind,
    at: datetime,
    *,
    user_id: int | None = None,
    about: int | None = None,
    words: str = "",
    asker_id: int | None = None,
) -> None:
    """Write a notice in the transaction of the change that causes it; `asker_id`: whose offer it is."""
    await tx.insert(
        "INSERT INTO notice (guild_id, session_id, kind, user_id, created_at, about, words, asker_id)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        guild_id,
        session_id,
        kind,
        user_id,
        stamp(at),
        about,
        words,
        asker_id,
    )


async def add_or_join(
    tx: Tx,
    guild_id: int,
    session_id: int,
    kind: NoticeKind,
    at: datetime,
    *,
    user_id: int | None = None,
    words: str = "",
    was: int | None = None,
) -> None:
    """Write a notice; where one of its kind waits that is not on its way, that one says both, once.

    `was` is what holds until then: of two changes, what people were last told.
    """
    joined = await tx.execute(
        "UPDATE notice SET user_id = ifnull(?1, user_id), words = CASE ?2 WHEN '' THEN words ELSE ?2 END"
        " WHERE session_id = ?3 AND kind = ?4 AND done_at IS NULL AND tried_at IS NULL AND parts_sent = 0",
        user_id,
        words,
        session_id,
        kind,
    )
    if not joined:
        await add(tx, guild_id, session_id, kind, at, user_id=user_id, words=words, about=was)


async def call_as_before(tx: Tx, session_id: int) -> None:
    """Write down, in the news of a session that waits, what it was called when people were last told (U2).

    A new topic alone is no news; the next one of another time says what people knew it as.
    """
    first = (
        "SELECT detail -> 'topic' ->> 0 AS topic FROM audit WHERE session_id = ?1"
        " AND detail -> 'topic' ->> 0 IS NOT NULL AND at > (SELECT coalesce(max(done_at), 0) FROM notice"
        " WHERE session_id = ?1 AND kind = ?2 AND NOT dropped) ORDER BY id LIMIT 1"
    )
    if row := await tx.one(first, session_id, NoticeKind.CHANGED):
        await tx.execute(
            "UPDATE notice SET topic = ?3 WHERE session_id = ?1 AND kind = ?2 AND topic = ''"
            " AND done_at IS NULL AND tried_at IS NULL AND parts_sent = 0",
            session_id,
            NoticeKind.CHANGED,
            row["topic"],
        )


async def add_once(
    tx: Tx,
    guild_id: int,
    session_id: int,
    kind: NoticeKind,
    at: datetime,
    *,
    user_id: int | None = None,
) -> bool:
    """Write a notice where none of its kind waits for this session and person; False where one does."""
    waiting = await tx.one(
        "SELECT 1 FROM notice WHERE session_id = ? AND kind = ? AND user_id IS ? AND done_at IS NULL",
        session_id,
        kind,
        user_id,
    )
    if waiting:
        return False
    await add(tx, guild_id, session_id, kind, at, user_id=user_id)
    return True


async def remove_waiting(tx: Tx, session_id: int, kind: NoticeKind, user_id: int) -> bool:
    """Take back what this person has asked for and not got yet; False where nothing waits."""
    sql = "DELETE FROM notice WHERE session_id = ? AND kind = ? AND user_id = ? AND done_at IS NULL"
    return await tx.execute(sql, session_id, kind, user_id) > 0


async def take_back(tx: Tx, session_id: int, kind: NoticeKind, user_id: int | None = None) -> bool:
    """Take back what waits (for one person) and is not on its way; False: none, or it may have been read."""
    sql = (
        "DELETE FROM notice WHERE session_id = ?1 AND kind = ?2 AND (?3 IS NULL OR user_id = ?3)"
        " AND done_at IS NULL AND tried_at IS NULL AND parts_sent = 0"
    )
    return await tx.execute(sql, session_id, kind, user_id) > 0


async def remove_about(tx: Tx, guild_id: int, kind: NoticeKind, about: int) -> None:
    """Take back what waits of one announcement and is not on its way."""
    sql = (
        "DELETE FROM notice WHERE guild_id = ? AND done_at IS NULL AND kind = ? AND about = ?"
        " AND tried_at IS NULL"
    )
    await tx.execute(sql, guild_id, kind, about)


async def answered(db: Reader, session_id: int, kind: NoticeKind, user_id: int, host_id: int) -> str | None:
    """Return what this person said to the last such offer by this host: '', 'yes', 'no'; None: not asked."""
    row = await db.one(
        "SELECT answer FROM notice WHERE session_id = ? AND kind = ? AND user_id = ? AND about = ?"
        " AND NOT dropped ORDER BY id DESC",
        session_id,
        kind,
        user_id,
        host_id,
    )
    return row["answer"] if row else None


async def asker(db: Reader, session_id: int, kind: NoticeKind, user_id: int) -> int | None:
    """Return who made the last such offer to this person."""
    sql = (
        "SELECT asker_id FROM notice WHERE session_id = ? AND kind = ? AND user_id = ? AND NOT dropped"
        " ORDER BY id DESC"
    )
    row = await db.one(sql, session_id, kind, user_id)
    return row["asker_id"] if row else None


async def answer(tx: Tx, session_id: int, kind: NoticeKind, user_id: int, *, said: str, at: datetime) -> None:
    """Record what a person says to the offers of this kind that they have not answered; none is sent now."""
    sql = (
        "UPDATE notice SET answer = ?, done_at = ifnull(done_at, iif(tried_at IS NULL, ?, NULL))"
        " WHERE session_id = ? AND kind = ? AND user_id = ? AND answer = ''"
    )
    await tx.execute(sql, said, stamp(at), session_id, kind, user_id)


async def withdraw(tx: Tx, session_id: int, kind: NoticeKind, user_id: int, at: datetime) -> bool:
    """Take an unanswered offer back; False where there is none."""
    sql = (
        "UPDATE notice SET dropped = 1, done_at = ifnull(done_at, ?)"
        " WHERE session_id = ? AND kind = ? AND user_id = ? AND answer = '' AND NOT dropped"
    )
    return await tx.execute(sql, stamp(at), session_id, kind, user_id) > 0


async def renew(
    tx: Tx, session_id: int, kind: NoticeKind, user_id: int, *, host_id: int, asker_id: int
) -> bool:
    """Let an offer that was taken back stand again where it is; False where none was sent."""
    sql = (
        "UPDATE notice SET dropped = 0, asker_id = ? WHERE session_id = ? AND kind = ? AND user_id = ?"
        " AND about = ? AND answer = '' AND dropped AND parts_sent > 0"
    )
    return await tx.execute(sql, asker_id, session_id, kind, user_id, host_id) > 0


async def withdraw_all(tx: Tx, session_id: int, asker_id: int, at: datetime) -> None:
    """Take back what this person has offered of a session and nobody has answered."""
    sql = (
        "UPDATE notice SET dropped = 1, done_at = ifnull(done_at, ?)"
        " WHERE session_id = ? AND asker_id = ? AND answer = '' AND NOT dropped"
    )
    await tx.execute(sql, stamp(at), session_id, asker_id)


async def asked_since(db: Reader, guild_id: int, asker_id: int, since: datetime) -> list[datetime]:
    """Return when this person made offers in a server, oldest first."""
    sql = (
        "SELECT created_at FROM notice WHERE asker_id = ? AND created_at > ? AND guild_id = ?"
        " ORDER BY created_at"
    )
    return [instant(row["created_at"]) for row in await db.all(sql, asker_id, stamp(since), guild_id)]


async def offers(db: Reader, session_id: int, host_id: int) -> list[tuple[NoticeKind, int, str]]:
    """Return whom this host's session was offered, as what, and what they said, but who said yes."""
    sql = (
        "SELECT kind, user_id, answer, max(id) AS id FROM notice WHERE session_id = ? AND kind IN (?, ?)"
        " AND about = ? AND NOT dropped GROUP BY kind, user_id ORDER BY id"
    )
    rows = await db.all(sql, session_id, NoticeKind.OFFER, NoticeKind.COHOST, host_id)
    return [(NoticeKind(r["kind"]), r["user_id"], r["answer"]) for r in rows if r["answer"] != "yes"]


async def reminded(db: Reader, session_id: int) -> list[int]:
    """Return who asked to be reminded of a session and was not, as it was called off before."""
    sql = (
        "SELECT DISTINCT user_id FROM notice WHERE session_id = ? AND kind = ? AND user_id IS NOT NULL"
        " AND (done_at IS NULL OR dropped)"
    )
    return [row["user_id"] for row in await db.all(sql, session_id, NoticeKind.REMINDER)]


async def untold(db: Reader, session_id: int, kind: NoticeKind) -> bool:
    """Whether something of this kind was to be told of a session, and was not, or is not known to be."""
    sql = "SELECT 1 FROM notice WHERE session_id = ? AND kind = ? AND (done_at IS NULL OR dropped)"
    return await db.one(sql, session_id, kind) is not None


async def carry(tx: Tx, session_id: int, to: int, kinds: Collection[NoticeKind]) -> None:
    """Let what people were not told of a session, as it was called off before, be told of another."""
    sql = (
        "UPDATE notice SET session_id = ?, done_at = NULL, dropped = 0 WHERE session_id = ? AND kind = ?"
        " AND (done_at IS NULL OR dropped)"
    )
    for kind in kinds:
        await tx.execute(sql, to, session_id, kind)


async def overtake(tx: Tx, session_id: int, kind: NoticeKind) -> None:
    """Forget what is on its way, with words that were chosen before this change."""
    sql = "DELETE FROM notice WHERE session_id = ? AND kind = ? AND tried_at IS NOT NULL AND done_at IS NULL"
    await tx.execute(sql, session_id, kind)


async def waits(db: Reader, session_id: int, kind: NoticeKind, user_id: int) -> bool:
    """Whether a notice of this kind waits for this session and person."""
    sql = "SELECT 1 FROM notice WHERE session_id = ? AND kind = ? AND user_id = ? AND done_at IS NULL"
    return await db.one(sql, session_id, kind, user_id) is not None


async def had(db: Reader, session_id: int, kind: NoticeKind, user_id: int) -> bool:
    """Whether a notice of this kind waits for this session and person or has reached them."""
    sql = "SELECT 1 FROM notice WHERE session_id = ? AND kind = ? AND user_id = ? AND NOT dropped"
    return await db.one(sql, session_id, kind, user_id) is not None


def notice_of(row: sqlite3.Row) -> Notice:
    """Return a row of the table as an object."""
    return Notice(
        id=row["id"],
        guild_id=row["guild_id"],
        session_id=row["session_id"],
        kind=NoticeKind(row["kind"]),
        user_id=row["user_id"],
        created=instant(row["created_at"]),
        tried=row["tried_at"] is not None,
        parts_sent=row["parts_sent"],
        closed=bool(row["closed"]),
        batch=row["batch"],
        about=row["about"],
        words=row["words"],
        asker=row["asker_id"],
        since=row["since_id"],
        topic=row["topic"],
    )


async def is_waiting(db: Reader, notice: Notice) -> bool:
    """Whether a notice is still to be sent, with the same words to the same person."""
    sql = "SELECT 1 FROM notice WHERE id = ? AND done_at IS NULL AND user_id IS ? AND words = ?"
    return await db.one(sql, notice.id, notice.user_id, notice.words) is not None


async def sending(tx: Tx, notice_ids: Sequence[int], at: datetime, *, since: int = 0) -> None:
    """Record that the next part of these is about to go out in one message, named by the first of them.

    `since` is the newest message before it.
    """
    sql = (
        "UPDATE notice SET since_id = CASE WHEN tried_at IS NULL THEN ? ELSE since_id END, tried_at = ?,"
        " batch = ? WHERE id = ?"
    )
    for notice_id in notice_ids:
        await tx.execute(sql, since, stamp(at), notice_ids[0], notice_id)


async def part_sent(tx: Tx, notice_id: int, parts: int, done_at: datetime | None, *, pinged: bool) -> None:
    """Record that one more part has arrived, whether it was the last, and whether it pinged the host."""
    await tx.execute(
        "UPDATE notice SET parts_sent = ?, tried_at = NULL, done_at = ?, pinged = pinged OR ? WHERE id = ?",
        parts,
        stamp(done_at) if done_at else None,
        pinged,
        notice_id,
    )


async def closed(tx: Tx, notice_id: int) -> None:
    """Record that the person takes no direct messages."""
    await tx.execute("UPDATE notice SET closed = 1, tried_at = NULL WHERE id = ?", notice_id)


async def drop(tx: Tx, notice_id: int, at: datetime) -> bool:
    """Give up a notice that has grown stale: it is never sent late; False where it waits no more."""
    sql = "UPDATE notice SET dropped = 1, done_at = ? WHERE id = ? AND done_at IS NULL"
    return await tx.execute(sql, stamp(at), notice_id) == 1


async def untouched(db: Reader, session_id: int, kind: NoticeKind) -> bool:
    """Whether a notice of this kind waits for a session, and none of it is on its way."""
    sql = (
        "SELECT 1 FROM notice WHERE session_id = ? AND kind = ? AND done_at IS NULL AND tried_at IS NULL"
        " AND parts_sent = 0"
    )
    return await db.one(sql, session_id, kind) is not None


async def called(tx: Tx, session_id: int, done_at: datetime | None) -> bool:
    """Record that a card has called a session's people, the first part of its opening; False for no news."""
    sql = (
        "UPDATE notice SET parts_sent = 1, done_at = ?, pinged = 1 WHERE session_id = ? AND kind = ?"
        " AND done_at IS NULL AND parts_sent = 0"
    )
    at = stamp(done_at) if done_at else None
    return await tx.execute(sql, at, session_id, NoticeKind.OPENING) > 0


async def ever(db: Reader, session_id: int, kind: NoticeKind) -> bool:
    """Whether a notice of this kind was ever written for a session."""
    sql = "SELECT 1 FROM notice WHERE session_id = ? AND kind = ?"
    return await db.one(sql, session_id, kind) is not None
