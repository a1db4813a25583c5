"""Topics that people would like someone else to host, and who would come: rows in, ideas out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.store.database import Reader, Tx
from bot.store.instants import instant, stamp

COUNT_UP = (
    "SELECT count(*) FROM idea WHERE guild_id = ? AND gone_at IS NULL"
    " AND (SELECT max(added_at) FROM idea_supporter WHERE idea_id = idea.id) > ?"
)
"""How many are up in a guild, as `up` says; the keeper reads it with all else that the board shows."""


@dataclass(frozen=True, slots=True)
class Idea:
    """An idea that is up; `supporters` are the ids and names of those who would come, its author first."""

    id: int
    author_id: int
    author: str
    topic: str
    supporters: tuple[tuple[int, str], ...]

    def supported_by(self, user_id: int) -> bool:
        """Whether this person would come."""
        return any(supporter == user_id for supporter, _ in self.supporters)


@dataclass(frozen=True, slots=True)
class Faded:
    """An idea that nobody has supported for long."""

    id: int
    guild_id: int
    topic: str
    since: datetime


async def up(db: Reader, guild_id: int, since: datetime) -> list[Idea]:
    """Return the ideas that are up, oldest first: those that somebody has supported after `since`."""
    sql = (
        "SELECT id, author_id, author_name, topic, user_id, user_name"
        " FROM idea JOIN idea_supporter ON idea_id = idea.id WHERE guild_id = ? AND gone_at IS NULL"
        " AND (SELECT max(added_at) FROM idea_supporter AS those WHERE those.idea_id = idea.id) > ?"
        " ORDER BY id, user_id <> author_id, added_at, user_id"
    )
    ideas: dict[int, Idea] = {}
    supporters: dict[int, list[tuple[int, str]]] = {}
    for row in await db.all(sql, guild_id, stamp(since)):
        ideas[row["id"]] = Idea(row["id"], row["author_id"], row["author_name"], row["topic"], ())
        supporters.setdefault(row["id"], []).append((row["user_id"], row["user_name"]))
    return [
        Idea(i.id, i.author_id, i.author, i.topic, supporters=tuple(supporters[i.id])) for i in ideas.values()
    ]


async def faded(db: Reader, since: datetime) -> list[Faded]:
    """Return the ideas of all guilds that are not gone, but that nobody has supported after `since`."""
    sql = (
        "SELECT id, guild_id, topic,"
        " ifnull((SELECT max(added_at) FROM idea_supporter WHERE idea_id = idea.id), 0) AS since"
        " FROM idea WHERE gone_at IS NULL AND since <= ?"
    )
    return [
        Faded(row["id"], row["guild_id"], row["topic"], instant(row["since"]))
        for row in await db.all(sql, stamp(since))
    ]


async def hosted_topic(db: Reader, guild_id: int, idea_id: int) -> str | None:
    """Return the topic of an idea that became a session; None of one that did not."""
    sql = "SELECT topic FROM idea WHERE guild_id = ? AND id = ? AND session_id IS NOT NULL"
    row = await db.one(sql, guild_id, idea_id)
    return row["topic"] if row else None


async def add(tx: Tx, guild_id: int, topic: str, at: datetime, *, author_id: int, author: str) -> int:
    """Put an idea up, its author as the first who would come, and return its id."""
    idea_id = await tx.insert(
        "INSERT INTO idea (guild_id, author_id, author_name, topic, created_at) VALUES (?, ?, ?, ?, ?)",
        guild_id,
        author_id,
        author,
        topic,
        stamp(at),
    )
    await support(tx, idea_id, author_id, author, at)
    return idea_id


async def support(tx: Tx, idea_id: int, user_id: int, name: str, at: datetime) -> bool:
    """Note that a person would come; False where that is known."""
    sql = "INSERT INTO idea_supporter VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING"
    return await tx.execute(sql, idea_id, user_id, name, stamp(at)) == 1


async def unsupport(tx: Tx, idea_id: int, user_id: int) -> None:
    """Note that a person would not come after all."""
    await tx.execute("DELETE FROM idea_supporter WHERE idea_id = ? AND user_id = ?", idea_id, user_id)


async def take_down(tx: Tx, idea_id: int, at: datetime, session_id: int | None = None) -> None:
    """Note that an idea is gone, with the session that it became, if it did; whose it was is forgotten."""
    sql = "UPDATE idea SET gone_at = ?, session_id = ?, author_id = 0, author_name = '' WHERE id = ?"
    await tx.execute(sql, stamp(at), session_id, idea_id)
    await tx.execute("DELETE FROM idea_supporter WHERE idea_id = ?", idea_id)
