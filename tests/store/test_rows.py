"""Rows in, domain objects out; and what the tables themselves never take, whoever writes."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.models import Session, State
from bot.domain.notices import Notice, NoticeKind
from bot.store import cohosts, drafts, guests, ledger, lists, notices, sessions
from bot.store.database import Database
from bot.store.drafts import DRAFT_LIFE, Draft
from bot.store.instants import instant, stamp
from bot.store.ledger import Entry, Problem
from bot.store.lists import Those
from tests.service.support import ELSEWHERE, GUILD, MINUTE, TAIPEI, at
from tests.store.support import ASYNC, NOW, add, ended

SECOND = timedelta(seconds=1)


# Instants


def test_r1_instants_are_whole_seconds_in_utc() -> None:
    taipei = datetime(2021, 10, 2, 8, 55, 30, 999_999, tzinfo=TAIPEI)
    assert instant(stamp(taipei)) == datetime(2021, 10, 2, 0, 55, 30, tzinfo=UTC)
    assert instant(stamp(taipei)).tzinfo is UTC


# Sessions


async def test_a_session_comes_back_as_it_was_written(db: Database) -> None:
    [number] = await add(db, ASYNC)
    assert await sessions.get(db.read, GUILD, number) == replace(ASYNC, id=number)
    assert await sessions.get(db.read, ELSEWHERE, number) is None
    assert await sessions.get(db.read, GUILD, number + 1) is None


async def test_r7_states_desks_and_closing_times_come_back(db: Database) -> None:
    [number] = await add(db, ended(ASYNC))
    assert await sessions.get(db.read, GUILD, number) == replace(ended(ASYNC), id=number)


async def test_details_change_and_the_rest_stays(db: Database) -> None:
    first, second = await add(db, ASYNC, ASYNC)
    changed = Session(first, 99, 7, "X", "New", "", at("13:00"), at("13:30"), State.ENDED, 9)
    async with db.transaction() as tx:
        await sessions.set_details(tx, changed)
    expected = replace(ASYNC, id=first, host_id=7, host_name="X", topic="New", description="")
    expected = replace(expected, start=at("13:00"), end=at("13:30"))
    assert await sessions.get(db.read, GUILD, first) == expected
    assert await sessions.get(db.read, GUILD, second) == replace(ASYNC, id=second)


async def test_active_are_the_booked_and_open_ones_in_order_of_time(db: Database) -> None:
    late, closed, elsewhere, early, same = await add(
        db,
        replace(ASYNC, start=at("11:30")),
        ended(ASYNC),
        replace(ASYNC, guild_id=ELSEWHERE),
        replace(ASYNC, start=at("10:30"), desk=2),
        replace(ASYNC, start=at("11:30")),
    )
    assert [s.id for s in await sessions.active(db.read, GUILD)] == [early, late, same]
    assert [s.id for s in await sessions.active(db.read, ELSEWHERE)] == [elsewhere]
    assert closed


async def test_r5_sessions_overlap_half_open_and_only_those_that_are_on_or_to_come(db: Database) -> None:
    number, over, *elsewhere = await add(db, ASYNC, ended(ASYNC), replace(ASYNC, guild_id=ELSEWHERE))
    assert over
    assert elsewhere

    async def found(start: datetime, end: datetime, of: int = 0) -> list[int]:
        return [
            s.id for s in await sessions.overlapping(db.read, replace(ASYNC, id=of, start=start, end=end), 1)
        ]

    assert await found(at("11:00"), at("12:00")) == [number]
    assert await found(at("11:59:59"), at("13:00")) == [number]
    assert await found(at("12:00"), at("13:00")) == []
    assert await found(at("10:00"), at("11:00")) == []
    assert await found(at("10:00"), at("11:00:01")) == [number]
    assert await found(at("11:00"), at("12:00"), number) == []  # none overlaps itself


async def test_r5_whose_sessions_overlap_are_those_they_host_or_have_joined(db: Database) -> None:
    late, joined, other = await add(
        db,
        replace(ASYNC, start=at("11:30")),
        replace(ASYNC, host_id=2),
        replace(ASYNC, host_id=2),
    )
    async with db.transaction() as tx:
        await guests.add(tx, joined, 1, "Ana", NOW)
    assert [s.id for s in await sessions.overlapping(db.read, ASYNC, 1)] == [joined, late]
    assert [s.id for s in await sessions.overlapping(db.read, ASYNC, 2)] == [joined, other]
    assert await sessions.overlapping(db.read, replace(ASYNC, guild_id=ELSEWHERE), 1) == []


async def ids(db: Database, those: Those) -> list[int]:
    return [session.id for session in await lists.every(db.read, those)]


async def test_r2_a_day_and_a_conference_know_closed_ones_but_not_the_cancelled(db: Database) -> None:
    number, over, *others = await add(
        db,
        ASYNC,
        ended(ASYNC),
        replace(ASYNC, state=State.CANCELLED, closed=NOW),
        replace(ASYNC, guild_id=ELSEWHERE),
    )
    assert len(others) == 2

    async def of_day(since: datetime, guild_id: int = GUILD) -> list[int]:
        return await ids(
            db, await lists.of_day(db.read, guild_id, since, lambda start: start < at("11:00:01"))
        )

    assert await of_day(at("00:00")) == await of_day(at("11:00")) == [number, over]
    assert await of_day(at("11:00:01")) == []
    assert await of_day(at("11:00") - timedelta(days=2)) == []  # half-open
    assert await of_day(at("11:00:01") - timedelta(days=2)) == [number, over]
    assert await of_day(at("00:00"), 3) == []
    assert await ids(db, await lists.of_day(db.read, GUILD, at("00:00"), lambda _: False)) == []
    assert await ids(db, lists.of_conference(GUILD, at("08:00"), at("18:00"))) == [number, over]
    # As far as something is still on or to come, whatever the windows are now (R12).
    assert await ids(db, lists.of_conference(GUILD, at("12:00"), at("18:00"))) == [number, over]
    assert await ids(db, lists.of_conference(GUILD, at("08:00"), at("10:00"))) == [number, over]
    async with db.transaction() as tx:
        await sessions.set_closed(tx, number, State.ENDED, at("12:00"))
    assert await ids(db, lists.of_conference(GUILD, at("11:00"), at("11:00"))) == [number, over]
    assert await ids(db, lists.of_conference(GUILD, at("11:00:01"), at("18:00"))) == []
    assert await ids(db, lists.of_conference(GUILD, at("08:00"), at("10:59:59"))) == []
    assert await ids(db, lists.of_conference(3, at("08:00"), at("18:00"))) == []


async def test_what_is_on_and_what_comes_are_told_apart_half_open(db: Database) -> None:
    number, over, elsewhere = await add(db, ASYNC, ended(ASYNC), replace(ASYNC, guild_id=ELSEWHERE))
    assert over
    for clock, on, to_come in (
        ("10:59:59", [], [number]),
        ("11:00", [number], []),
        ("11:59:59", [number], []),
        ("12:00", [], []),
    ):
        now = at(clock)
        assert await ids(db, lists.running(GUILD, now)) == on
        assert await ids(db, lists.coming(GUILD, now)) == to_come
        assert await ids(db, lists.running_and_coming(GUILD, now)) == on + to_come
    assert await ids(db, lists.running(ELSEWHERE, at("11:00"))) == [elsewhere]


async def test_a_persons_sessions_are_those_they_host_cohost_or_have_joined(db: Database) -> None:
    own, joined, helped, other, elsewhere = await add(
        db,
        ended(replace(ASYNC, start=at("11:30"))),
        replace(ASYNC, host_id=2),
        replace(ASYNC, host_id=3, start=at("11:15")),
        replace(ASYNC, host_id=2),
        replace(ASYNC, guild_id=ELSEWHERE),
    )
    async with db.transaction() as tx:
        await guests.add(tx, joined, 1, "Ana", NOW)
        await guests.add(tx, own, 1, "Ana", NOW)
        await cohosts.add(tx, helped, 1, "Ana", NOW)

    async def of(user_id: int, guild_id: int = GUILD) -> list[int]:
        return await ids(db, lists.of_person(guild_id, user_id, NOW))

    assert await of(1) == [joined, helped, own]  # what was comes last
    assert await of(2) == [joined, other]
    assert await of(1, ELSEWHERE) == [elsewhere]
    assert await ids(db, lists.of_hosts(GUILD, 1, NOW)) == [helped]
    assert await ids(db, lists.of_others(GUILD, 1, NOW, joined=True)) == [joined]
    assert await ids(db, lists.of_others(GUILD, 1, NOW, joined=False)) == [other, helped]


async def test_a_persons_newest_are_shown_and_no_more_than_a_hundred_of_each_kind(db: Database) -> None:
    old = [replace(ended(ASYNC), start=at("08:00") - n * MINUTE) for n in range(lists.OF_PERSON + 5)]
    numbers = await add(db, *old)
    assert await ids(db, lists.of_person(GUILD, 1, NOW)) == numbers[: lists.OF_PERSON]


async def test_joining_twice_is_once_and_leaving_forgets(db: Database) -> None:
    first, second = await add(db, ASYNC, ASYNC)
    async with db.transaction() as tx:
        assert await guests.add(tx, first, 8, "Eight", NOW + SECOND)
        assert not await guests.add(tx, first, 8, "Other name", NOW)
        assert await guests.add(tx, first, 9, "Nine", NOW)
        assert await guests.add(tx, first, 7, "Seven", NOW)
        assert await guests.add(tx, second, 8, "Eight", NOW)
    assert await guests.ids(db.read, first) == [9, 7, 8]
    assert await guests.counts(db.read, [first, second]) == {first: 3, second: 1}
    assert await guests.joined_by(db.read, 8, [first, second]) == {first, second}
    assert await guests.joined_by(db.read, 8, [second]) == {second}
    assert await guests.counts(db.read, []) == {}
    async with db.transaction() as tx:
        assert await guests.remove(tx, first, 8)
        assert not await guests.remove(tx, first, 8)
    assert await guests.counts(db.read, [first, second]) == {first: 2, second: 1}


async def test_a_draft_comes_back_until_it_is_too_old(db: Database) -> None:
    typed = Draft(1, "Async", "Two\nlines", "at noon", None)
    async with db.transaction() as tx:
        number = await drafts.save(tx, GUILD, typed, NOW)
    last = NOW + DRAFT_LIFE
    assert await drafts.get(db.read, GUILD, number, last) == typed
    assert await drafts.get(db.read, GUILD, number, last + SECOND) is None
    assert await drafts.get(db.read, ELSEWHERE, number, NOW) is None
    async with db.transaction() as tx:
        newer = await drafts.save(tx, GUILD, replace(typed, minutes=30), last + SECOND)
        await drafts.forget(tx, last + SECOND)
    assert await drafts.get(db.read, GUILD, number, NOW) is None
    assert await drafts.get(db.read, GUILD, newer, last) == replace(typed, minutes=30)


@pytest.mark.parametrize(
    "session",
    [
        replace(ASYNC, topic=""),
        replace(ASYNC, topic="x" * 101),
        replace(ASYNC, description="x" * 1001),
        replace(ASYNC, end=ASYNC.start),
        replace(ASYNC, end=ASYNC.start - MINUTE),
        replace(ASYNC, desk=-1),
    ],
)
async def test_a_session_that_breaks_a_rule_is_not_even_stored(db: Database, session: Session) -> None:
    with pytest.raises(sqlite3.IntegrityError, match="CHECK"):
        await add(db, session)
    assert await sessions.active(db.read, GUILD) == []


async def test_limits_are_counted_in_code_points(db: Database) -> None:
    [number] = await add(db, replace(ASYNC, topic="🐍" * 100, description="界" * 1000))
    session = await sessions.get(db.read, GUILD, number)
    assert session
    assert (session.topic, session.description) == ("🐍" * 100, "界" * 1000)


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE session SET state = 'open'",  # without a desk
        "UPDATE session SET state = 'ended'",  # without a closing time
        "UPDATE session SET closed_at = 1",  # though it is booked
        "UPDATE session SET state = 'over'",
        "UPDATE session SET starts_at = 'soon'",
    ],
)
async def test_r7_half_a_change_of_state_is_not_stored(db: Database, sql: str) -> None:
    [number] = await add(db, ASYNC)
    with pytest.raises(sqlite3.IntegrityError):
        await execute(db, sql)
    assert await sessions.get(db.read, GUILD, number) == replace(ASYNC, id=number)


async def execute(db: Database, sql: str, *params: object) -> None:
    async with db.transaction() as tx:
        await tx.execute(sql, *params)


async def test_r3_two_open_sessions_never_share_a_desk(db: Database) -> None:
    await add(db, ended(ASYNC), replace(ASYNC, desk=1), replace(ASYNC, guild_id=ELSEWHERE, desk=1))
    with pytest.raises(sqlite3.IntegrityError, match="UNIQUE"):
        await add(db, replace(ASYNC, desk=1))


async def test_who_left_is_known_by_the_audit_trail(db: Database) -> None:
    number, other = await add(db, ASYNC, ASYNC)
    async with db.transaction() as tx:
        for session_id, who, action in ((number, 8, "join"), (number, 8, "leave"), (other, 9, "leave")):
            await ledger.record(tx, GUILD, action, NOW, session_id=session_id, actor_id=who)
    assert await guests.left(db.read, number) == {8}


# Notices


async def waiting(db: Database, guild_id: int = GUILD) -> list[Notice]:
    sql = "SELECT * FROM notice WHERE guild_id = ? AND done_at IS NULL ORDER BY id"
    return [notices.notice_of(row) for row in await db.read.all(sql, guild_id)]


async def test_notices_wait_in_order_until_their_last_part_is_sent(db: Database) -> None:
    first, second = await add(db, ASYNC, ASYNC)
    async with db.transaction() as tx:
        await notices.add(tx, GUILD, second, NoticeKind.OPENING, NOW)
        await notices.add(tx, GUILD, first, NoticeKind.GREETING, NOW + MINUTE, user_id=7)
    opening, greeting = await waiting(db)
    assert (opening.kind, opening.session_id, opening.user_id, opening.created) == (
        "opening",
        second,
        None,
        NOW,
    )
    assert (greeting.kind, greeting.session_id, greeting.user_id) == ("greeting", first, 7)
    assert (opening.tried, opening.parts_sent, opening.batch) == (False, 0, None)
    assert await waiting(db, ELSEWHERE) == []

    async with db.transaction() as tx:
        await notices.sending(tx, [opening.id, greeting.id], NOW)
    assert [(n.tried, n.batch) for n in await waiting(db)] == [(True, opening.id)] * 2
    async with db.transaction() as tx:
        await notices.part_sent(tx, opening.id, 1, None, pinged=False)
    now = (await waiting(db))[0]
    assert (now.id, now.tried, now.parts_sent) == (opening.id, False, 1)
    assert await notices.is_waiting(db.read, opening)
    async with db.transaction() as tx:
        await notices.part_sent(tx, opening.id, 2, NOW, pinged=False)
        await notices.drop(tx, greeting.id, NOW)
    assert await waiting(db) == []
    assert not await notices.is_waiting(db.read, opening)


async def test_what_was_ever_said_is_remembered(db: Database) -> None:
    [number] = await add(db, ASYNC)
    async with db.transaction() as tx:
        await notices.add(tx, GUILD, number, NoticeKind.OVERRUN, NOW)
        await notices.drop(tx, 1, NOW)
    assert await notices.ever(db.read, number, NoticeKind.OVERRUN)
    assert not await notices.ever(db.read, number, NoticeKind.OPENING)
    assert not await notices.ever(db.read, number + 1, NoticeKind.OVERRUN)


async def test_a_person_who_takes_no_direct_messages_is_remembered(db: Database) -> None:
    [number] = await add(db, ASYNC)
    async with db.transaction() as tx:
        await notices.add(tx, GUILD, number, NoticeKind.REMINDER, NOW, user_id=7)
        await notices.sending(tx, [1], NOW)
        await notices.closed(tx, 1)
    [reminder] = await waiting(db)
    assert (reminder.closed, reminder.tried) == (True, False)


async def test_nothing_is_noted_about_a_session_that_is_not_there(db: Database) -> None:
    with pytest.raises(sqlite3.IntegrityError, match="FOREIGN KEY"):
        async with db.transaction() as tx:
            await notices.add(tx, GUILD, 9, NoticeKind.OPENING, NOW)
    with pytest.raises(sqlite3.IntegrityError, match="FOREIGN KEY"):
        async with db.transaction() as tx:
            await ledger.record(tx, GUILD, "open", NOW, session_id=9)


# Audit trail, problems, state


async def test_r7_the_audit_trail_comes_back_in_order_with_who_when_what_and_why(db: Database) -> None:
    [number] = await add(db, ASYNC)
    async with db.transaction() as tx:
        await ledger.record(
            tx, GUILD, "host", NOW, session_id=number, actor_id=7, reason="為什麼", topic="🐍 '\"", start=NOW
        )
        await ledger.record(tx, GUILD, "problem", NOW - MINUTE)
        await ledger.record(tx, ELSEWHERE, "problem", NOW)
    assert await ledger.entries(db.read, GUILD) == [
        Entry(NOW, number, 7, "host", "為什麼", {"topic": "🐍 '\"", "start": "2021-10-02 02:00:00+00:00"}),
        Entry(NOW - MINUTE, None, None, "problem", "", {}),
    ]


async def test_problems_are_told_once_and_again_when_they_change(db: Database) -> None:
    async def note(code: str, detail: str) -> list[Problem]:
        async with db.transaction() as tx:
            await ledger.add_problem(tx, GUILD, code, detail, NOW)
        return await ledger.problems(db.read, GUILD)

    assert await note("permissions", "manage_channels") == [Problem("permissions", "manage_channels", False)]
    async with db.transaction() as tx:
        await ledger.problem_told(tx, GUILD, "permissions", NOW)
    assert await note("permissions", "manage_channels") == [Problem("permissions", "manage_channels", True)]
    assert await note("permissions", "connect") == [Problem("permissions", "connect", False)]
    assert [p.code for p in await note("guild-full", "500")] == ["guild-full", "permissions"]
    assert await ledger.problems(db.read, ELSEWHERE) == []
    async with db.transaction() as tx:
        await ledger.problem_solved(tx, GUILD, "permissions")
    assert [p.code for p in await ledger.problems(db.read, GUILD)] == ["guild-full"]


async def test_the_bots_own_state_is_one_value_for_each_key(db: Database) -> None:
    assert await ledger.get_state(db.read, "commands") is None
    for value in ("one", "two"):
        async with db.transaction() as tx:
            await ledger.set_state(tx, "commands", value)
    assert await ledger.get_state(db.read, "commands") == "two"


async def test_r7_ids_are_never_used_again(db: Database) -> None:
    [number] = await add(db, ASYNC)
    await execute(db, "DELETE FROM session")
    assert await add(db, ASYNC) == [number + 1]
