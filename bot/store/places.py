"""Where the desks and the board are, as commands ask for it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

from bot.domain.records import Kind
from bot.store.database import Reader
from bot.store.instants import stamp
from bot.store.records import record_of

_THERE = "gone_at IS NULL AND surplus = 0 AND discord_id IS NOT NULL"
_DESK = f"{_THERE} AND kind IN ('voice', 'text')"


async def of_session(db: Reader, session_id: int) -> dict[Kind, int]:
    """Return the ids of a session's voice and text channel that exist as far as we know."""
    sql = f"SELECT kind, discord_id FROM record WHERE session_id = ? AND {_DESK}"
    return {Kind(kind): discord_id for kind, discord_id in await db.all(sql, session_id)}


async def of_sessions(db: Reader, session_ids: Sequence[int]) -> dict[int, dict[Kind, int]]:
    """Return the channels of these sessions that exist, in the archive too, by session."""
    among = "session_id IN (SELECT value FROM json_each(?)) AND "
    rows = await db.all(
        "SELECT session_id, kind, discord_id FROM record WHERE " + among + _DESK,
        json.dumps(list(session_ids)),
    )
    found: dict[int, dict[Kind, int]] = {}
    for session_id, kind, discord_id in rows:
        found.setdefault(session_id, {})[Kind(kind)] = discord_id
    return found


async def session_of(db: Reader, kind: Kind, discord_id: int) -> int | None:
    """Return the id of the session whose thing of this kind this is."""
    row = await db.one("SELECT session_id FROM record WHERE discord_id = ? AND kind = ?", discord_id, kind)
    return row["session_id"] if row else None


async def place(db: Reader, guild_id: int, kind: Kind) -> int | None:
    """Return the id of the guild's channel of a kind such as the board's, the first that is there."""
    sql = (
        "SELECT discord_id FROM record WHERE guild_id = ? AND kind = ? AND archived_at IS NULL AND " + _THERE
    )
    row = await db.one(sql + " ORDER BY id LIMIT 1", guild_id, kind)
    return row["discord_id"] if row else None


async def categories(db: Reader, guild_id: int) -> list[int]:
    """Return the ids of the guild's categories of ours, the first area first."""
    sql = f"SELECT discord_id FROM record WHERE guild_id = ? AND kind IN ('area', 'archive') AND {_THERE}"
    return [row["discord_id"] for row in await db.all(sql + " ORDER BY kind DESC, id", guild_id)]


async def channels_made(db: Reader, guild_id: int, since: datetime) -> int:
    """Return how many channels were asked for since then (R17)."""
    sql = (
        "SELECT count(*) AS made FROM record WHERE guild_id = ? AND asked_at > ?"
        " AND kind IN ('area', 'archive', 'board', 'news', 'voice', 'text')"
    )
    [row] = await db.all(sql, guild_id, stamp(since))
    return int(row["made"])


async def renames(db: Reader, session_id: int) -> list[tuple[datetime, ...]]:
    """Return when each channel that a session has was renamed lately."""
    sql = "SELECT * FROM record WHERE session_id = ? AND archived_at IS NULL AND " + _DESK
    return [record_of(row).renames for row in await db.all(sql, session_id)]


async def desk_of(db: Reader, guild_id: int, channel_id: int) -> int | None:
    """Return the id of the session whose voice or text channel this is, in the archive too."""
    sql = (
        "SELECT session_id FROM record WHERE discord_id = ? AND guild_id = ? AND kind IN ('voice', 'text')"
        " LIMIT 1"
    )
    row = await db.one(sql, channel_id, guild_id)
    return row["session_id"] if row else None
