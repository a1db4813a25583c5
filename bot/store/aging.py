"""Nobody is named any more once a conference is long over: sessions keep their topics. In small steps."""

from __future__ import annotations

from datetime import datetime

from bot.store import posted
from bot.store.database import Reader, Tx, listed
from bot.store.instants import stamp
from bot.store.privacy import unname
from bot.store.settings import set_standing

STEP = 200
"""Rows that one transaction changes at most of those of which there are many."""
_AMONG = "IN (SELECT value FROM json_each(?))"
_OVER = (
    "SELECT id FROM session WHERE guild_id = ?1 AND aged_at IS NULL AND ends_at < ?2"
    " AND state NOT IN ('booked', 'open') LIMIT ?3"
)
_LINES = (
    "SELECT id, at FROM audit WHERE guild_id = ?1 AND at >= ?2 AND at < ?3 AND (at, id) > (?4, ?5)"
    " ORDER BY at, id LIMIT ?6"
)
_CASES = "SELECT id FROM report_case WHERE guild_id = ?1 AND opened_at < ?2"
_REST = (
    f"DELETE FROM report WHERE case_id IN ({_CASES})",
    f"DELETE FROM report_present WHERE case_id IN ({_CASES})",
    f"DELETE FROM report_act WHERE case_id IN ({_CASES})",
    "DELETE FROM report_case WHERE guild_id = ?1 AND opened_at < ?2",
    "DELETE FROM block WHERE guild_id = ?1 AND until_at < ?2",
    "UPDATE block SET user_name = '', blocked_by = 0 WHERE guild_id = ?1 AND blocked_at < ?2",
    "DELETE FROM calendar_link WHERE guild_id = ?1 AND made_at < ?2",
    "UPDATE announcement SET made_by = 0 WHERE guild_id = ?1 AND made_at < ?2",
    "UPDATE setting SET set_by = 0 WHERE guild_id = ?1 AND set_at < ?2",
    "DELETE FROM idea_supporter WHERE added_at < ?2 AND idea_id IN (SELECT id FROM idea WHERE guild_id = ?1)",
    "UPDATE idea SET author_id = 0, author_name = '' WHERE guild_id = ?1 AND created_at < ?2",
)
Line = tuple[int, int]
"""When a line of the audit trail was written, and its number."""
FIRST: Line = (-1, 0)


async def aged_until(db: Reader, guild_id: int) -> int:
    """Return before when the audit trail names nobody any more."""
    row = await db.one("SELECT aged_at FROM server WHERE guild_id = ?", guild_id)
    return row["aged_at"] if row else 0


async def is_due(db: Reader, guild_id: int, before: datetime) -> bool:
    """Whether anybody is still named of before an instant."""
    until = stamp(before)
    since = await aged_until(db, guild_id)
    return bool(
        await db.all(_OVER, guild_id, until, 1) or await db.all(_LINES, guild_id, since, until, *FIRST, 1)
    )


async def age_sessions(tx: Tx, guild_id: int, before: datetime, now: datetime) -> bool:
    """Take the people out of some sessions that were over then; False where none is left."""
    found = [number for (number,) in await tx.all(_OVER, guild_id, stamp(before), STEP)]
    ids = listed(found)
    await posted.anew(tx, posted.OUT, f"SELECT id FROM sent_out WHERE session_id {_AMONG}", ids)
    for table in ("joined", "cohost", "visit", "sent_out", "notice", "start", "kept"):
        await tx.execute(f"DELETE FROM {table} WHERE session_id {_AMONG}", ids)
    await unname(tx, found)
    sql = "UPDATE session SET host_id = 0, host_name = '', description = '', close_reason = '', aged_at = ?"
    await tx.execute(f"{sql} WHERE id {_AMONG}", stamp(now), ids)
    return len(found) == STEP


async def age_lines(tx: Tx, guild_id: int, before: datetime, after: Line) -> Line | None:
    """Take the people out of some lines of the audit trail of before then; None where none is left.

    They keep when, what and which session. `after` is the last line of the step before.
    """
    since = await aged_until(tx, guild_id)
    found = await tx.all(_LINES, guild_id, since, stamp(before), *after, STEP)
    ids = listed(row["id"] for row in found)
    await tx.execute(f"DELETE FROM audit_person WHERE audit_id {_AMONG}", ids)
    sql = "UPDATE audit SET actor_id = actor_id * 0, reason = '', detail = '{}' WHERE id"
    await tx.execute(f"{sql} {_AMONG}", ids)
    return (found[-1]["at"], found[-1]["id"]) if len(found) == STEP else None


async def age_rest(tx: Tx, guild_id: int, before: datetime) -> None:
    """Take the people out of all else of before then, and write down that the audit trail is done."""
    await posted.anew(tx, posted.CASE, _CASES, guild_id, stamp(before))
    for sql in _REST:
        await tx.execute(sql, guild_id, stamp(before))
    await set_standing(tx, guild_id, aged_at=stamp(before))
