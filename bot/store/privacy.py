"""What is stored on people in one server: counted, and forgotten when they ask.

In each statement ?1 is the server, ?2 the person. What stays, and for how long, docs/privacy.md says.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from datetime import datetime

from bot.domain.forgetting import scrubbed
from bot.store import posted
from bot.store.database import Reader, Tx, listed
from bot.store.instants import stamp
from bot.store.sessions import session_of

PLACES: Mapping[str, tuple[str, ...]] = {
    "announcement": ("made_by",),
    "audit": ("actor_id", "reason", "detail"),
    "audit_person": ("user_id",),
    "block": ("user_id", "user_name", "blocked_by", "reason"),
    "calendar_link": ("user_id",),
    "cohost": ("user_id", "user_name"),
    "draft": ("user_id", "topic", "description", "typed_when"),
    "idea": ("author_id", "author_name"),
    "idea_supporter": ("user_id", "user_name"),
    "joined": ("user_id", "user_name"),
    "kept": ("kept_by",),
    "notice": ("user_id", "about", "words", "asker_id"),
    "problem": ("detail",),
    "record": ("told",),
    "report": ("reporter_id", "reporter_name", "words", "link", "author_id"),
    "report_present": ("user_id",),
    "report_act": ("actor_id", "words"),
    "revision": ("made_by",),
    "report_case": ("about_id", "about_name"),
    "sent_out": ("user_id", "user_name", "sent_by", "reason", "undone_by"),
    "session": ("host_id", "host_name", "description", "close_reason"),
    "setting": ("set_by",),
    "start": ("user_id",),
    "visit": ("user_id",),
}
"""Where somebody may be named, by table: every column with a person's id, name, or own words."""

_HERE = "EXISTS (SELECT 1 FROM session WHERE id = session_id AND guild_id = ?1)"
_CASES = "case_id IN (SELECT id FROM report_case WHERE guild_id = ?1)"
_IDEAS = "idea_id IN (SELECT id FROM idea WHERE guild_id = ?1)"
_COUNTED: Mapping[str, str] = {
    "hosted": "session WHERE guild_id = ?1 AND host_id = ?2",
    "cohosted": f"cohost WHERE user_id = ?2 AND {_HERE}",
    "joined": f"joined WHERE user_id = ?2 AND {_HERE}",
    "visited": f"visit WHERE user_id = ?2 AND {_HERE}",
    "ideas": f"idea_supporter WHERE user_id = ?2 AND {_IDEAS}",
    "calendars": "calendar_link WHERE guild_id = ?1 AND user_id = ?2",
    "drafts": "draft WHERE guild_id = ?1 AND user_id = ?2",
    "reports": f"report WHERE reporter_id = ?2 AND {_CASES}",
    "cases": "report_case WHERE guild_id = ?1 AND about_id = ?2",
    "blocks": "block WHERE guild_id = ?1 AND user_id = ?2",
    "sent": f"sent_out WHERE user_id = ?2 AND {_HERE}",
    "announcements": "announcement WHERE guild_id = ?1 AND made_by = ?2",
    "settings": "setting WHERE guild_id = ?1 AND set_by = ?2",
    "lines": "audit_person WHERE guild_id = ?1 AND user_id = ?2",
}
KINDS = tuple(_COUNTED)
"""What is counted, in the order in which people read it."""

_OVER = "EXISTS (SELECT 1 FROM session WHERE id = session_id AND guild_id = ?1 AND closed_at IS NOT NULL)"
_FORGOTTEN = (
    f"DELETE FROM cohost WHERE user_id = ?2 AND {_HERE}",
    f"DELETE FROM joined WHERE user_id = ?2 AND {_HERE}",
    f"DELETE FROM visit WHERE user_id = ?2 AND {_HERE}",
    # Who was sent out of a desk that is still open stays out of it.
    "UPDATE sent_out SET user_id = 0, user_name = '', reason = '', undone_at = ifnull(undone_at, ?3)"
    f" WHERE user_id = ?2 AND {_OVER}",
    f"UPDATE sent_out SET user_name = '' WHERE user_id = ?2 AND {_HERE}",
    f"UPDATE sent_out SET sent_by = 0 WHERE sent_by = ?2 AND {_HERE}",
    f"UPDATE sent_out SET undone_by = 0 WHERE undone_by = ?2 AND {_HERE}",
    "UPDATE idea SET gone_at = ?3, author_id = 0, author_name = '' WHERE guild_id = ?1 AND author_id = ?2",
    f"DELETE FROM idea_supporter WHERE user_id = ?2 AND {_IDEAS}",
    "DELETE FROM idea_supporter WHERE idea_id IN (SELECT id FROM idea WHERE guild_id = ?1 AND gone_at = ?3)",
    "DELETE FROM draft WHERE guild_id = ?1 AND user_id = ?2",
    "DELETE FROM calendar_link WHERE guild_id = ?1 AND user_id = ?2",
    # What was to tell others of a change still does.
    "DELETE FROM notice WHERE guild_id = ?1 AND user_id = ?2 AND done_at IS NULL"
    " AND kind NOT IN ('changed', 'cancelled')",
    "UPDATE notice SET user_id = 0 WHERE guild_id = ?1 AND user_id = ?2",
    "UPDATE notice SET about = 0 WHERE guild_id = ?1 AND about = ?2 AND kind IN ('offer', 'cohost')",
    "UPDATE notice SET asker_id = 0 WHERE guild_id = ?1 AND asker_id = ?2",
    f"UPDATE report SET reporter_id = 0, reporter_name = '', untold = 0 WHERE reporter_id = ?2 AND {_CASES}",
    # Who is reported stays known until the case is closed, who is blocked until that ends: by id alone.
    "UPDATE report_case SET about_name = '' WHERE guild_id = ?1 AND about_id = ?2",
    "UPDATE report_case SET about_id = 0 WHERE guild_id = ?1 AND about_id = ?2 AND closed_at IS NOT NULL",
    f"UPDATE report SET author_id = 0 WHERE author_id = ?2 AND {_CASES}",
    f"DELETE FROM report_present WHERE user_id = ?2 AND {_CASES}",
    f"UPDATE report_act SET actor_id = 0 WHERE actor_id = ?2 AND {_CASES}",
    "UPDATE block SET user_name = '' WHERE guild_id = ?1 AND user_id = ?2",
    "UPDATE block SET blocked_by = 0 WHERE guild_id = ?1 AND blocked_by = ?2",
    "UPDATE announcement SET made_by = 0 WHERE guild_id = ?1 AND made_by = ?2",
    "UPDATE setting SET set_by = 0 WHERE guild_id = ?1 AND set_by = ?2",
    "UPDATE revision SET made_by = 0 WHERE guild_id = ?1 AND made_by = ?2",
    f"UPDATE kept SET kept_by = 0 WHERE kept_by = ?2 AND {_HERE}",
    "UPDATE notice SET words = '' WHERE done_at IS NOT NULL AND words <> ''"
    " AND session_id IN (SELECT id FROM session WHERE guild_id = ?1 AND host_id = ?2)",
    "UPDATE session SET host_id = 0, host_name = '', description = '', close_reason = ''"
    " WHERE guild_id = ?1 AND host_id = ?2",
)
_OUTS = f"SELECT id FROM sent_out WHERE (user_id = ?2 OR sent_by = ?2 OR undone_by = ?2) AND {_HERE}"
_CASES_OF = (
    "SELECT id FROM report_case WHERE guild_id = ?1 AND (about_id = ?2"
    " OR session_id IN (SELECT id FROM session WHERE guild_id = ?1 AND host_id = ?2))"
    f" UNION SELECT case_id FROM report WHERE (reporter_id = ?2 OR author_id = ?2) AND {_CASES}"
    f" UNION SELECT case_id FROM report_present WHERE user_id = ?2 AND {_CASES}"
    f" UNION SELECT case_id FROM report_act WHERE actor_id = ?2 AND {_CASES}"
)
_NAMES = (
    "SELECT host_name FROM session WHERE guild_id = ?1 AND host_id = ?2",
    f"SELECT user_name FROM cohost WHERE user_id = ?2 AND {_HERE}",
    f"SELECT user_name FROM joined WHERE user_id = ?2 AND {_HERE}",
    f"SELECT user_name FROM sent_out WHERE user_id = ?2 AND {_HERE}",
    f"SELECT user_name FROM idea_supporter WHERE user_id = ?2 AND {_IDEAS}",
    f"SELECT reporter_name FROM report WHERE reporter_id = ?2 AND {_CASES}",
    "SELECT about_name FROM report_case WHERE guild_id = ?1 AND about_id = ?2",
    "SELECT user_name FROM block WHERE guild_id = ?1 AND user_id = ?2",
    "SELECT json_extract(detail, '$.name') FROM audit WHERE guild_id = ?1 AND actor_id = ?2"
    " AND action = 'turned-away'",
)
_AMONG = "session_id IN (SELECT value FROM json_each(?))"


async def counts(db: Reader, guild_id: int, user_id: int) -> dict[str, int]:
    """Return how much of each kind is stored on a person; what there is none of is left out."""
    columns = ", ".join(f"(SELECT count(*) FROM {rows})" for rows in _COUNTED.values())
    [row] = await db.all(f"SELECT {columns}", guild_id, user_id)
    return {kind: number for kind, number in zip(KINDS, row, strict=True) if number}


async def forget(tx: Tx, guild_id: int, user_id: int, name: str, at: datetime) -> None:
    """Forget a person whose sessions are all over; nothing says who they were, but for what must stay."""
    rows = await tx.all(" UNION ".join(_NAMES), guild_id, user_id)
    names = {name, *(found for (found,) in rows if found)} - {""}
    hosted = await _ids(tx, "SELECT id FROM session WHERE guild_id = ?1 AND host_id = ?2", guild_id, user_id)
    seen = f"SELECT session_id FROM joined WHERE user_id = ?2 AND {_HERE}"
    seen += f" UNION SELECT session_id FROM cohost WHERE user_id = ?2 AND {_HERE}"
    await _undraw(tx, hosted, await _ids(tx, seen, guild_id, user_id))
    await _scrub_lines(tx, guild_id, user_id, names, hosted)
    await posted.anew(tx, posted.OUT, _OUTS, guild_id, user_id)
    await posted.anew(tx, posted.CASE, _CASES_OF, guild_id, user_id)
    for sql in _FORGOTTEN:
        await tx.execute(sql, guild_id, user_id, *([stamp(at)] if "?3" in sql else []))
    await tx.execute("DELETE FROM problem WHERE guild_id = ? AND detail = ?", guild_id, str(user_id))
    session_of.cache_clear()


async def let_go(tx: Tx, now: datetime) -> None:
    """Forget who stayed for a reason that is over: a block, an open report, an open session."""
    await tx.execute("DELETE FROM block WHERE until_at <= ?", stamp(now))
    over = "EXISTS (SELECT 1 FROM session WHERE id = session_id AND closed_at IS NOT NULL)"
    outs = f"user_name = '' AND user_id <> 0 AND {over}"
    await posted.anew(tx, posted.OUT, f"SELECT id FROM sent_out WHERE {outs}")
    changed = "user_id = 0, reason = '', undone_at = ifnull(undone_at, ?)"
    await tx.execute(f"UPDATE sent_out SET {changed} WHERE {outs}", stamp(now))
    cases = "about_name = '' AND about_id <> 0 AND closed_at IS NOT NULL"
    await posted.anew(tx, posted.CASE, f"SELECT id FROM report_case WHERE {cases}")
    await tx.execute(f"UPDATE report_case SET about_id = 0 WHERE {cases}")


async def _ids(db: Reader, sql: str, *params: object) -> list[int]:
    return [number for (number,) in await db.all(sql, *params)]


async def _undraw(tx: Tx, hosted: Collection[int], seen: Collection[int]) -> None:
    """Note what Discord still shows of them that the keeper looks after no more; forget what it was told."""
    cards = "kind = 'card' AND archived_at IS NOT NULL"
    there = "gone_at IS NULL AND discord_id IS NOT NULL"
    sql = f"UPDATE record SET undrawn = 1 WHERE {_AMONG} AND {cards} AND {there}"
    await tx.execute(sql, listed({*hosted, *seen}))
    sql = f"UPDATE record SET undrawn = 1 WHERE {_AMONG} AND kind = 'text' AND {there}"
    await tx.execute(sql, listed(hosted))
    await unname(tx, hosted)


async def unname(tx: Tx, session_ids: Collection[int]) -> None:
    """Forget which words made the names of sessions' text channels: their hosts' names are among them."""
    sql = "UPDATE record SET told = json_set(told, '$.name', '')"
    sql += f" WHERE {_AMONG} AND kind = 'text' AND json_extract(told, '$.name') IS NOT NULL"
    await tx.execute(sql, listed(session_ids))


async def _scrub_lines(
    tx: Tx, guild_id: int, user_id: int, names: Collection[str], hosted: Collection[int]
) -> None:
    """Take a person out of the audit trail: out of all lines that name them, wherever they do."""
    known = "id IN (SELECT audit_id FROM audit_person WHERE guild_id = ?1 AND user_id = ?2)"
    among = (
        "session_id IN (SELECT value FROM json_each(?3)) AND json_extract(detail, '$.description') NOTNULL"
    )
    told = " OR ".join(["instr(detail, ?2)", *(f"instr(detail, ?{n + 4})" for n in range(len(names)))])
    sql = "SELECT id, session_id, actor_id, reason, detail FROM audit"
    sql += f" WHERE guild_id = ?1 AND ({known} OR {among} OR {told})"
    written = [json.dumps(name, ensure_ascii=False) for name in sorted(names)]
    for line in await tx.all(sql, guild_id, user_id, listed(hosted), *written):
        own, theirs = line["actor_id"] == user_id, line["session_id"] in hosted
        detail = scrubbed(json.loads(line["detail"]), user_id, names, own=own)
        if theirs and isinstance(detail, dict):
            detail.pop("description", None)
        await tx.execute(
            "UPDATE audit SET actor_id = ?, reason = ?, detail = ? WHERE id = ?",
            0 if own else line["actor_id"],
            "" if own or line["reason"] in names else line["reason"],
            json.dumps(detail, ensure_ascii=False),
            line["id"],
        )
    await tx.execute("DELETE FROM audit_person WHERE guild_id = ? AND user_id = ?", guild_id, user_id)
