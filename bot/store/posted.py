"""The messages that only organizers see: which there are, and what each showed when it was last sent."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection
from datetime import datetime

from bot.domain.reports import Posted
from bot.store.database import Reader, Tx, listed
from bot.store.instants import maybe_instant, stamp

CASE, OUT = "case", "out"


def _posted(row: sqlite3.Row) -> Posted:
    return Posted(
        row["kind"],
        row["about"],
        row["channel_id"],
        row["message_id"],
        row["picture"],
        maybe_instant(row["asked_at"]),
        maybe_instant(row["edited_at"]),
        row["news"],
        maybe_instant(row["news_at"]),
        bool(row["plain"]),
        row["turn"],
    )


async def wanted(tx: Tx, kind: str, about: int, guild_id: int) -> None:
    """Let a message about this be sent, or kept current again."""
    sql = "INSERT INTO posted (kind, about, guild_id) VALUES (?, ?, ?)"
    sql += " ON CONFLICT DO UPDATE SET done = 0, turn = turn + 1"
    await tx.execute(sql, kind, about, guild_id)


async def anew(tx: Tx, kind: str, those: str, *params: object) -> None:
    """Let the messages be drawn anew, or taken away, that are about what a statement `those` finds by id."""
    sql = "UPDATE posted SET done = 0, turn = turn + 1 WHERE message_id IS NOT NULL"
    await tx.execute(f"{sql} AND kind = '{kind}' AND about IN ({those})", *params)


async def undone(db: Reader, guild_id: int) -> list[Posted]:
    """Return the messages of a guild that are to be sent or kept current."""
    sql = "SELECT * FROM posted WHERE guild_id = ? AND done = 0 ORDER BY kind, about"
    return [_posted(row) for row in await db.all(sql, guild_id)]


async def in_channels(db: Reader, guild_id: int, channel_ids: Collection[int]) -> list[Posted]:
    """Return the messages of a guild that are in these channels."""
    sql = (
        "SELECT * FROM posted WHERE guild_id = ? AND message_id IS NOT NULL"
        " AND channel_id IN (SELECT value FROM json_each(?)) ORDER BY kind, about"
    )
    return [_posted(row) for row in await db.all(sql, guild_id, listed(channel_ids))]


async def channels(db: Reader, guild_id: int) -> set[int]:
    """Return the ids of the channels that hold such messages."""
    sql = "SELECT DISTINCT channel_id FROM posted WHERE guild_id = ? AND message_id IS NOT NULL"
    return {row["channel_id"] for row in await db.all(sql, guild_id) if row["channel_id"]}


async def places(db: Reader, guild_id: int) -> list[int]:
    """Return the id of each such message's channel, in which more than one may be."""
    sql = "SELECT channel_id FROM posted WHERE guild_id = ? AND message_id IS NOT NULL"
    return [row["channel_id"] for row in await db.all(sql, guild_id)]


async def asking(tx: Tx, posted: Posted, channel_id: int, at: datetime) -> None:
    """Record that a message is about to be sent."""
    sql = "UPDATE posted SET channel_id = ?, asked_at = ? WHERE kind = ? AND about = ?"
    await tx.execute(sql, channel_id, stamp(at), posted.kind, posted.about)


async def shown(tx: Tx, posted: Posted, message_id: int, picture: str, at: datetime) -> None:
    """Record what a message shows now."""
    sql = (
        "UPDATE posted SET message_id = ?, picture = ?, edited_at = ?, asked_at = NULL"
        " WHERE kind = ? AND about = ?"
    )
    await tx.execute(sql, message_id, picture, stamp(at), posted.kind, posted.about)


async def noticed(tx: Tx, posted: Posted, news: int, at: datetime) -> None:
    """Record of how many reports organizers have been told."""
    sql = "UPDATE posted SET news = ?, news_at = ? WHERE kind = ? AND about = ?"
    await tx.execute(sql, news, stamp(at), posted.kind, posted.about)


async def gone(tx: Tx, posted: Posted) -> None:
    """Record that a message is no longer there."""
    sql = (
        "UPDATE posted SET channel_id = NULL, message_id = NULL, picture = '', asked_at = NULL, edited_at = 0"
        " WHERE kind = ? AND about = ?"
    )
    await tx.execute(sql, posted.kind, posted.about)


async def plainer(tx: Tx, posted: Posted) -> None:
    """Record that Discord refuses strangers' words in a message (R16)."""
    sql = "UPDATE posted SET plain = 1 WHERE kind = ? AND about = ?"
    await tx.execute(sql, posted.kind, posted.about)


async def done(tx: Tx, posted: Posted) -> None:
    """Record that a message has shown the last of it, and is left as it is, unless it is wanted anew."""
    sql = "UPDATE posted SET done = 1 WHERE kind = ? AND about = ? AND turn = ?"
    await tx.execute(sql, posted.kind, posted.about, posted.turn)
