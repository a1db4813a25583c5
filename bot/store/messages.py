"""Messages that the bot keeps current: the board, tomorrow's board and the desks' cards."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.store.database import Reader, Tx
from bot.store.instants import instant, stamp


class MessageKind(StrEnum):
    """What a message shows."""

    BOARD = "board"
    TOMORROW = "tomorrow"
    CARD = "card"


@dataclass(frozen=True, slots=True)
class Message:
    """One message of ours. `id` is None until Discord's answer is known (R14), `digest` what it shows."""

    row: int
    guild_id: int
    kind: MessageKind
    session_id: int | None
    channel_id: int
    id: int | None
    digest: str
    asked_at: datetime
    edited_at: datetime
    checked_at: datetime
    pinned: bool


@dataclass(frozen=True, slots=True)
class NewMessage:
    """A message as it is about to be sent."""

    kind: MessageKind
    session_id: int | None
    channel_id: int


def _message(row: sqlite3.Row) -> Message:
    return Message(
        row=row["id"],
        guild_id=row["guild_id"],
        kind=MessageKind(row["kind"]),
        session_id=row["session_id"],
        channel_id=row["channel_id"],
        id=row["message_id"],
        digest=row["digest"],
        asked_at=instant(row["asked_at"]),
        edited_at=instant(row["edited_at"]),
        checked_at=instant(row["checked_at"]),
        pinned=bool(row["pinned"]),
    )


async def present(db: Reader, guild_id: int) -> list[Message]:
    """Return the messages that are not gone, but for cards of desks that were put away."""
    sql = (
        "SELECT * FROM message WHERE guild_id = ? AND gone_at IS NULL AND (session_id IS NULL"
        " OR channel_id IN (SELECT channel_id FROM channel WHERE gone_at IS NULL AND archived_at IS NULL))"
        " ORDER BY id"
    )
    return [_message(row) for row in await db.all(sql, guild_id)]


async def intend(tx: Tx, guild_id: int, new: NewMessage, at: datetime) -> Message:
    """Record that a message is about to be sent."""
    sql = (
        "INSERT INTO message (guild_id, kind, session_id, channel_id, asked_at, edited_at, checked_at)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?5, ?5) RETURNING *"
    )
    row = await tx.one(sql, guild_id, new.kind, new.session_id, new.channel_id, stamp(at))
    assert row  # noqa: S101 - an insert that returns nothing has raised
    return _message(row)


async def forget(tx: Tx, message: Message) -> None:
    """Drop an intent that came to nothing."""
    await tx.execute("DELETE FROM message WHERE id = ? AND message_id IS NULL", message.row)


async def editing(tx: Tx, message: Message, at: datetime) -> None:
    """Record that an edit is on its way: until it is answered nobody knows what the message shows."""
    await tx.execute("UPDATE message SET digest = '', edited_at = ? WHERE id = ?", stamp(at), message.row)


async def shown(tx: Tx, message: Message, message_id: int, digest: str, at: datetime) -> None:
    """Record what a message shows since it was sent, found or edited."""
    await tx.execute(
        "UPDATE message SET message_id = ?1, digest = ?2, edited_at = ?3, checked_at = ?3 WHERE id = ?4",
        message_id,
        digest,
        stamp(at),
        message.row,
    )


async def checked(tx: Tx, message: Message, at: datetime) -> None:
    """Record that a message was seen to be there."""
    await tx.execute("UPDATE message SET checked_at = ? WHERE id = ?", stamp(at), message.row)


async def pinned(tx: Tx, message: Message) -> None:
    """Record that a message is pinned."""
    await tx.execute("UPDATE message SET pinned = 1 WHERE id = ?", message.row)


async def gone(tx: Tx, message: Message, at: datetime) -> None:
    """Record that a message exists no more."""
    await tx.execute("UPDATE message SET gone_at = ? WHERE id = ?", stamp(at), message.row)


async def gone_with(tx: Tx, channel_id: int, at: datetime) -> None:
    """Record that a channel took its messages along."""
    await tx.execute(
        "UPDATE message SET gone_at = ? WHERE channel_id = ? AND gone_at IS NULL", stamp(at), channel_id
    )
