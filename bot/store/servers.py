"""The servers that the database knows, and forgetting one that the bot has left."""

from __future__ import annotations

from collections.abc import Sequence

from bot.store.database import Reader, Tx, listed

STEP = 100
"""Rows that one transaction deletes at most of those of which there are many."""
_TABLES = ("session", "audit", "setting", "server", "record")
"""A server that is in none of these is in no table."""
OF_SESSION = ("joined", "cohost", "visit", "sent_out", "notice", "start", "kept")
OF_SERVER = (
    *("draft", "revision", "block", "announcement", "setting", "problem", "refused", "posted"),
    "calendar_link",
)
OF_PARENT = {
    "report_case": (("report", "case_id"), ("report_present", "case_id"), ("report_act", "case_id")),
    "idea": (("idea_supporter", "idea_id"),),
    "audit": (("audit_person", "audit_id"),),
    "record": (),
    "session": (),
}
"""What is deleted by its number, the rows that belong to it first; sessions last: others name them."""


async def known(db: Reader) -> list[int]:
    """Return the ids of all servers of which anything is stored; found by indexes, however much there is."""
    found: set[int] = set()
    for table in _TABLES:
        sql = (
            f"WITH RECURSIVE each (id) AS (SELECT min(guild_id) FROM {table} UNION ALL SELECT"
            f" (SELECT min(guild_id) FROM {table} WHERE guild_id > each.id) FROM each WHERE each.id NOT NULL)"
            " SELECT id FROM each WHERE id NOT NULL"
        )
        found |= {number for (number,) in await db.all(sql)}
    return sorted(found)


async def drop_some(tx: Tx, guild_id: int) -> bool:
    """Delete some of a server's rows; False where none is left."""
    for table, children in OF_PARENT.items():
        rows = await tx.all(f"SELECT id FROM {table} WHERE guild_id = ? LIMIT {STEP}", guild_id)
        if rows:
            await _drop(tx, table, children, [row["id"] for row in rows])
            return True
    for table in OF_SERVER:
        await tx.execute(f"DELETE FROM {table} WHERE guild_id = ?", guild_id)
    await tx.execute("DELETE FROM server WHERE guild_id = ?", guild_id)
    return False


async def _drop(tx: Tx, table: str, children: Sequence[tuple[str, str]], ids: Sequence[int]) -> None:
    among = "IN (SELECT value FROM json_each(?))"
    for child, column in children:
        await tx.execute(f"DELETE FROM {child} WHERE {column} {among}", listed(ids))
    for child in OF_SESSION if table == "session" else ():
        await tx.execute(f"DELETE FROM {child} WHERE session_id {among}", listed(ids))
    await tx.execute(f"DELETE FROM {table} WHERE id {among}", listed(ids))
