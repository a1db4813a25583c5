"""Cases, the reports in them, and what organizers did: rows in, objects out."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from bot.domain.reports import Act, Case, Deed, Report, Untold
from bot.store import blocks, cohosts, sessions
from bot.store.blocks import Barred
from bot.store.database import Reader, Tx, listed
from bot.store.instants import instant, maybe_instant, stamp

_OPEN = "SELECT id FROM report_case WHERE guild_id = ? AND closed_at IS NULL"


async def open_case(db: Reader, guild_id: int, session_id: int | None, about_id: int | None) -> int | None:
    """Return the open case on a member, else on a session, else on neither."""
    if about_id is not None:
        row = await db.one(_OPEN + " AND about_id = ?", guild_id, about_id)
    else:
        row = await db.one(_OPEN + " AND about_id IS NULL AND session_id IS ?", guild_id, session_id)
    return row["id"] if row else None


async def add_case(
    tx: Tx, guild_id: int, session_id: int | None, about: tuple[int, str] | None, at: datetime
) -> int:
    """Open a case, to be shown to organizers."""
    about_id, name = about or (None, "")
    sql = (
        "INSERT INTO report_case (guild_id, session_id, about_id, about_name, opened_at)"
        " VALUES (?, ?, ?, ?, ?)"
    )
    return await tx.insert(sql, guild_id, session_id, about_id, name, stamp(at))


async def link_session(tx: Tx, case_id: int, session_id: int) -> None:
    """Note at which session the member is whom a case is about, where that is not known yet."""
    sql = "UPDATE report_case SET session_id = ? WHERE id = ? AND session_id IS NULL"
    await tx.execute(sql, session_id, case_id)


async def add(tx: Tx, case_id: int, report: Report, language: str) -> None:
    """Add a report to a case."""
    await tx.insert(
        "INSERT INTO report (case_id, reporter_id, reporter_name, language, words, link, author_id, made_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        case_id,
        report.reporter_id,
        report.reporter_name,
        language,
        report.words,
        report.link,
        report.author_id,
        stamp(report.at),
    )


async def has(db: Reader, case_id: int, report: Report) -> bool:
    """Whether the same person has reported the same in this case."""
    sql = "SELECT 1 FROM report WHERE case_id = ? AND reporter_id = ? AND words = ? AND link = ?"
    return await db.one(sql, case_id, report.reporter_id, report.words, report.link) is not None


async def was_present(tx: Tx, case_id: int, user_ids: Iterable[int], *, voice: bool) -> None:
    """Note who was at the desk when something was reported; in the voice channel is what counts."""
    sql = (
        "INSERT INTO report_present VALUES (?, ?, ?)"
        " ON CONFLICT DO UPDATE SET voice = max(voice, excluded.voice)"
    )
    for user_id in user_ids:
        await tx.execute(sql, case_id, user_id, int(voice))


async def made_since(
    db: Reader, guild_id: int, reporter_id: int, since: datetime, most: int
) -> list[datetime]:
    """Return when a person reported something after an instant, the newest first, `most` at most."""
    sql = (
        "SELECT made_at FROM report JOIN report_case ON report_case.id = case_id"
        " WHERE reporter_id = ? AND made_at > ? AND guild_id = ? ORDER BY made_at DESC LIMIT ?"
    )
    rows = await db.all(sql, reporter_id, stamp(since), guild_id, most)
    return [instant(row["made_at"]) for row in rows]


async def act(tx: Tx, case_id: int, what: Act) -> None:
    """Note what an organizer did; the first such act closes the case, and its reporters are to hear of it."""
    sql = "INSERT INTO report_act (case_id, what, actor_id, words, at) VALUES (?, ?, ?, ?, ?)"
    await tx.insert(sql, case_id, what.what, what.by, what.words, stamp(what.at))
    if what.what is Deed.REOPENED:
        await tx.execute("UPDATE report_case SET closed_at = NULL WHERE id = ?", case_id)
        await tx.execute("UPDATE report SET untold = 0 WHERE case_id = ?", case_id)
    else:
        sql = "UPDATE report_case SET closed_at = ifnull(closed_at, ?) WHERE id = ?"
        await tx.execute(sql, stamp(what.at), case_id)
        await tx.execute("UPDATE report SET untold = 1 WHERE case_id = ?", case_id)


async def get(
    db: Reader, guild_id: int, case_id: int, *, reports: int, skip: int = 0, now: datetime
) -> Case | None:
    """Return a case of this guild with some of its reports, the newest first."""
    row = await db.one("SELECT * FROM report_case WHERE guild_id = ? AND id = ?", guild_id, case_id)
    return await _case(db, row, reports, skip, now) if row else None


async def _case(db: Reader, row: sqlite3.Row, most: int, skip: int, now: datetime) -> Case:
    guild_id, case_id, about = row["guild_id"], row["id"], row["about_id"]
    session = None
    if row["session_id"] is not None:
        session = await sessions.get(db, guild_id, row["session_id"])
    [(count,)] = await db.all("SELECT count(*) FROM report WHERE case_id = ?", case_id)
    sql = "SELECT * FROM report WHERE case_id = ? ORDER BY id DESC LIMIT ? OFFSET ?"
    reports = [_report(each) for each in await db.all(sql, case_id, most, skip)]
    acts = await db.all("SELECT * FROM report_act WHERE case_id = ? ORDER BY id", case_id)
    sql = "SELECT user_id, voice FROM report_present WHERE case_id = ? ORDER BY voice DESC, user_id"
    present = await db.all(sql, case_id)
    others = await cohosts.of_session(db, session.id) if session else []
    subject = about if about is not None else session.host_id if session else None
    blocked = subject is not None and await blocks.of_person(db, guild_id, subject, Barred.HOST, now)
    return Case(
        case_id,
        guild_id,
        session,
        about,
        row["about_name"],
        instant(row["opened_at"]),
        maybe_instant(row["closed_at"]),
        count,
        tuple(reports),
        tuple(_act(each) for each in acts),
        tuple((each["user_id"], bool(each["voice"])) for each in present),
        tuple(user_id for user_id, _ in others),
        bool(blocked),
    )


def _report(row: sqlite3.Row) -> Report:
    same = ("id", "reporter_id", "reporter_name", "words", "link", "author_id")
    return Report(**{name: row[name] for name in same}, at=instant(row["made_at"]))


def _act(row: sqlite3.Row) -> Act:
    return Act(Deed(row["what"]), row["actor_id"], row["words"], instant(row["at"]))


async def numbers(db: Reader, guild_id: int, most: int, page: int) -> tuple[list[int], int, int]:
    """Return one page of a guild's cases, its number from 0, and their count: the open ones first."""
    [(total,)] = await db.all("SELECT count(*) FROM report_case WHERE guild_id = ?", guild_id)
    page = max(0, min(page, (total - 1) // most))
    sql = (
        "SELECT id FROM report_case WHERE guild_id = ? ORDER BY closed_at IS NOT NULL, opened_at DESC,"
        " id DESC LIMIT ? OFFSET ?"
    )
    rows = await db.all(sql, guild_id, most, page * most)
    return [row["id"] for row in rows], page, total


async def count_open(db: Reader, guild_id: int) -> int:
    """Return how many cases are open."""
    sql = "SELECT count(*) FROM report_case WHERE guild_id = ? AND closed_at IS NULL"
    [(count,)] = await db.all(sql, guild_id)
    return int(count)


async def reporters(db: Reader, case_id: int, most: int) -> list[tuple[int, str]]:
    """Return who reported something in a case, each once, the first of them first."""
    sql = (
        "SELECT reporter_id, max(reporter_name) AS name FROM report WHERE case_id = ?"
        " AND reporter_id <> 0 GROUP BY 1 ORDER BY min(id) LIMIT ?"
    )
    return [(row["reporter_id"], row["name"]) for row in await db.all(sql, case_id, most)]


async def name_of(db: Reader, case_id: int, reporter_id: int) -> str | None:
    """Return the name of one who has reported something in this case; None where they have not."""
    sql = "SELECT reporter_name FROM report WHERE case_id = ? AND reporter_id = ? ORDER BY id DESC LIMIT 1"
    row = await db.one(sql, case_id, reporter_id)
    return row["reporter_name"] if row else None


async def untold(db: Reader, guild_id: int) -> list[Untold]:
    """Return the reporters of a guild who have not heard of the last act, each once a case."""
    sql = (
        "SELECT case_id, reporter_id, max(language) AS language, min(direct) AS direct FROM report"
        " JOIN report_case ON report_case.id = case_id WHERE untold = 1 AND +guild_id = ?"
        " GROUP BY 1, 2 ORDER BY min(report.id)"
    )
    return [
        Untold(row["case_id"], row["reporter_id"], row["language"], bool(row["direct"]))
        for row in await db.all(sql, guild_id)
    ]


async def told(tx: Tx, case_id: int, reporter_id: int) -> bool:
    """Note that a reporter has heard of the last act; False where they had."""
    sql = "UPDATE report SET untold = 0 WHERE case_id = ? AND reporter_id = ? AND untold = 1"
    return await tx.execute(sql, case_id, reporter_id) > 0


async def no_direct(tx: Tx, case_id: int, reporter_ids: Collection[int]) -> None:
    """Note that no direct message tells these reporters: their next command does."""
    sql = "UPDATE report SET direct = 0 WHERE case_id = ? AND reporter_id IN (SELECT value FROM json_each(?))"
    await tx.execute(sql, case_id, listed(reporter_ids))


async def cases(db: Reader, guild_id: int, ids: Sequence[int], *, reports: int, now: datetime) -> list[Case]:
    """Return these cases of a guild, each with some of its reports."""
    found = [await get(db, guild_id, case_id, reports=reports, now=now) for case_id in ids]
    return [case for case in found if case]
