"""Rows in, domain objects out; and what the tables themselves never take, whoever writes."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from bot.store.events import EventRecord

from bot.domain.models import Session, State
from bot.domain.notices import NoticeKind
from bot.store import channels, drafts, events, guests, ledger, notices, sessions
from bot.store.database import Database
from bot.store.drafts import DRAFT_LIFE, Draft
from bot.store.instants import instant, stamp
from bot.store.ledger import Entry, Problem
from bot.store.records import Kind, Record
from tests.service.support import ELSEWHERE, GUILD, MINUTE, TAIPEI, at

NOW = at("10:00")
SECOND = timedelta(seconds=1)
ASYNC = Session(0, GUILD, 1, "Ana", "Async", "Words", at("11:00"), at("12:00"), State.BOOKED)


@pytest.fixture
async def db(tmp_path: Path) -> AsyncIterator[Database]:
    async with Database(tmp_path / "rows.sqlite3") as opened:
        yield opened


async def add(db: Database, *new: Session) -> list[int]:
    """Write sessions in whatever state they are."""
    made = []
    async with db.transaction() as tx:
        for session in new:
            number = await sessions.add(tx, replace(session, state=State.BOOKED), NOW)
            if session.desk:
                await sessions.set_open(tx, number, session.desk, session.quiet or NOW)
            if session.closed:
                await sessions.set_closed(tx, number, session.state, session.closed)
            made.append(number)
    return made


def ended(session: Session) -> Session:
    return replace(session, state=State.ENDED, desk=1, closed=session.end, quiet=NOW)


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


async def test_between_is_half_open_and_knows_closed_ones(db: Database) -> None:
    number, over = await add(db, ASYNC, ended(ASYNC))

    async def found(start: datetime, end: datetime) -> list[int]:
        return [s.id for s in await sessions.between(db.read, GUILD, start, end)]

    assert await found(at("11:00"), at("12:00")) == [number, over]
    assert await found(at("11:59:59"), at("13:00")) == [number, over]
    assert await found(at("12:00"), at("13:00")) == []
    assert await found(at("10:00"), at("11:00")) == []
    assert await found(at("10:00"), at("11:00:01")) == [number, over]
    assert await sessions.between(db.read, ELSEWHERE, at("00:00"), at("23:00")) == []


async def test_a_persons_sessions_are_those_they_host_or_have_joined(db: Database) -> None:
    own, joined, other, elsewhere = await add(
        db,
        ended(replace(ASYNC, start=at("11:30"))),
        replace(ASYNC, host_id=2),
        replace(ASYNC, host_id=2),
        replace(ASYNC, guild_id=ELSEWHERE),
    )
    async with db.transaction() as tx:
        await guests.add(tx, joined, 1, "Ana", NOW)
        await guests.add(tx, own, 1, "Ana", NOW)
    assert [s.id for s in await sessions.of_person(db.read, GUILD, 1)] == [joined, own]
    assert [s.id for s in await sessions.of_person(db.read, GUILD, 2)] == [joined, other]
    assert [s.id for s in await sessions.of_person(db.read, ELSEWHERE, 1)] == [elsewhere]


async def test_desks_are_active_sessions_and_closed_ones_with_channels_to_put_away(db: Database) -> None:
    booked, none, both, text, archived, gone, elsewhere = await add(
        db, ASYNC, *[ended(ASYNC)] * 5, ended(replace(ASYNC, guild_id=ELSEWHERE))
    )
    async with db.transaction() as tx:
        for number, guild in [(n, GUILD) for n in (both, text, archived, gone)] + [(elsewhere, ELSEWHERE)]:
            record = await channels.intend(tx, guild, NewChannel(Kind.TEXT, "#", number), NOW)
            await channels.found(tx, record.id, 100 + number)
            if number in {both, archived}:
                await channels.archived(tx, record.id, NOW)
            if number == gone:
                await channels.gone(tx, record.id, NOW)
        await channels.intend(tx, GUILD, NewChannel(Kind.VOICE, "v", both), NOW)
    assert [s.id for s in await sessions.with_desks(db.read, GUILD)] == [booked, both, text]
    assert [s.id for s in await sessions.with_desks(db.read, ELSEWHERE)] == [elsewhere]
    assert none


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


# Channels


async def test_r14_an_intent_waits_for_its_channel(db: Database) -> None:
    [number] = await add(db, ASYNC)
    async with db.transaction() as tx:
        voice = await channels.intend(tx, GUILD, NewChannel(Kind.VOICE, "Async", number), NOW)
        area = await channels.intend(tx, GUILD, NewChannel(Kind.AREA, "Open Space"), NOW)
    assert voice == Record(voice.id, GUILD, number, Kind.VOICE, None, "Async", NOW, False, False)
    assert await channels.present(db.read, GUILD) == [voice, area]
    assert await channels.present(db.read, ELSEWHERE) == []
    assert await channels.of_session(db.read, number) == {}
    assert await channels.of_guild(db.read, GUILD) == {}
    async with db.transaction() as tx:
        await channels.found(tx, voice.id, 71)
        await channels.found(tx, area.id, 72)
    assert await channels.of_session(db.read, number) == {Kind.VOICE: 71}
    assert await channels.of_guild(db.read, GUILD) == {number: {Kind.VOICE: 71}}
    assert [r.channel_id for r in await channels.present(db.read, GUILD)] == [71, 72]


async def test_r14_only_an_intent_without_a_channel_is_forgotten(db: Database) -> None:
    [number] = await add(db, ASYNC)
    async with db.transaction() as tx:
        voice = await channels.intend(tx, GUILD, NewChannel(Kind.VOICE, "v", number), NOW)
        text = await channels.intend(tx, GUILD, NewChannel(Kind.TEXT, "t", number), NOW)
        await channels.found(tx, voice.id, 71)
        await channels.forget(tx, voice.id)
        await channels.forget(tx, text.id)
    assert [r.id for r in await channels.present(db.read, GUILD)] == [voice.id]


async def test_r13_what_is_archived_stays_known_and_what_is_gone_does_not(db: Database) -> None:
    [number] = await add(db, ASYNC)
    async with db.transaction() as tx:
        text = await channels.intend(tx, GUILD, NewChannel(Kind.TEXT, "t", number), NOW)
        await channels.found(tx, text.id, 71)
        await channels.archived(tx, text.id, NOW)
    [record] = await channels.present(db.read, GUILD)
    assert (record.archived, record.channel_id) == (True, 71)
    assert await channels.of_session(db.read, number) == {Kind.TEXT: 71}
    async with db.transaction() as tx:
        await channels.gone(tx, text.id, NOW)
        again = await channels.intend(tx, GUILD, NewChannel(Kind.TEXT, "t", number), NOW)
    assert [r.id for r in await channels.present(db.read, GUILD)] == [again.id]


async def test_r14_one_voice_and_one_text_channel_per_session_and_the_rest_is_surplus(db: Database) -> None:
    [number] = await add(db, ASYNC)
    async with db.transaction() as tx:
        voice = await channels.intend(tx, GUILD, NewChannel(Kind.VOICE, "v", number), NOW)
        await channels.found(tx, voice.id, 71)
    with pytest.raises(sqlite3.IntegrityError, match="UNIQUE"):
        async with db.transaction() as tx:
            await channels.intend(tx, GUILD, NewChannel(Kind.VOICE, "v", number), NOW)
    async with db.transaction() as tx:
        await channels.add_surplus(tx, voice, 72, NOW)
    surplus = (await channels.present(db.read, GUILD))[1]
    assert (surplus.surplus, surplus.channel_id, surplus.mark) == (True, 72, "v")
    assert await channels.of_session(db.read, number) == {Kind.VOICE: 71}
    assert await channels.of_guild(db.read, GUILD) == {number: {Kind.VOICE: 71}}


@pytest.mark.parametrize("kind", Kind)
async def test_r13_desks_channels_belong_to_a_session_and_areas_to_none(db: Database, kind: Kind) -> None:
    [number] = await add(db, ASYNC)
    wrong = number if kind not in {Kind.VOICE, Kind.TEXT} else None
    with pytest.raises(sqlite3.IntegrityError, match="CHECK"):
        async with db.transaction() as tx:
            await channels.intend(tx, GUILD, NewChannel(kind, "m", wrong), NOW)


async def test_r14_one_channel_is_recorded_once(db: Database) -> None:
    first, second = await add(db, ASYNC, ASYNC)
    async with db.transaction() as tx:
        one = await channels.intend(tx, GUILD, NewChannel(Kind.VOICE, "v", first), NOW)
        two = await channels.intend(tx, GUILD, NewChannel(Kind.VOICE, "v", second), NOW)
        await channels.found(tx, one.id, 71)
    with pytest.raises(sqlite3.IntegrityError, match="UNIQUE"):
        async with db.transaction() as tx:
            await channels.found(tx, two.id, 71)


# Events


async def test_r14_one_event_per_session_the_rest_is_surplus_and_what_is_gone_makes_room(
    db: Database,
) -> None:
    [number] = await add(db, ASYNC)
    async with db.transaction() as tx:
        first = await events.intend(tx, GUILD, number, "w", NOW)
        await events.found(tx, first.id, 71, "s", NOW + SECOND)
        await events.forget(tx, first.id)
    [known] = await events.present(db.read, GUILD)
    assert known == EventRecord(first.id, GUILD, number, 71, "w", "s", False, NOW, NOW + SECOND)
    assert await events.present(db.read, ELSEWHERE) == []
    with pytest.raises(sqlite3.IntegrityError, match="UNIQUE"):
        async with db.transaction() as tx:
            await events.intend(tx, GUILD, number, "w", NOW)
    async with db.transaction() as tx:
        await events.add_surplus(tx, known, 72, NOW)
    with pytest.raises(sqlite3.IntegrityError, match="UNIQUE"):
        async with db.transaction() as tx:
            await events.add_surplus(tx, known, 71, NOW)
    async with db.transaction() as tx:
        await events.gone(tx, first.id, NOW)
        again = await events.intend(tx, GUILD, number, "w", NOW)
        await events.told(tx, again.id, "x", "y", NOW + SECOND)
    assert await events.of_session(db.read, number) is None
    shown = [(r.event_id, r.wanted, r.shown, r.surplus) for r in await events.present(db.read, GUILD)]
    assert shown == [(72, "", "", True), (None, "x", "y", False)]
    async with db.transaction() as tx:
        await events.forget(tx, again.id)
    assert [r.event_id for r in await events.present(db.read, GUILD)] == [72]


async def test_who_left_is_known_by_the_audit_trail(db: Database) -> None:
    number, other = await add(db, ASYNC, ASYNC)
    async with db.transaction() as tx:
        for session_id, who, action in ((number, 8, "join"), (number, 8, "leave"), (other, 9, "leave")):
            await ledger.record(tx, GUILD, action, NOW, session_id=session_id, actor_id=who)
    assert await guests.left(db.read, number) == {8}


# Notices


async def test_notices_wait_in_order_until_their_last_part_is_sent(db: Database) -> None:
    first, second = await add(db, ASYNC, ASYNC)
    async with db.transaction() as tx:
        await notices.add(tx, GUILD, second, NoticeKind.OPENING, NOW)
        await notices.add(tx, GUILD, first, NoticeKind.GREETING, NOW + MINUTE, user_id=7)
    opening, greeting = await notices.waiting(db.read, GUILD)
    assert (opening.kind, opening.session_id, opening.user_id, opening.created) == (
        "opening",
        second,
        None,
        NOW,
    )
    assert (greeting.kind, greeting.session_id, greeting.user_id) == ("greeting", first, 7)
    assert (opening.tried, opening.parts_sent) == (False, 0)
    assert await notices.waiting(db.read, ELSEWHERE) == []

    async with db.transaction() as tx:
        await notices.trying(tx, opening.id, NOW)
    assert (await notices.waiting(db.read, GUILD))[0].tried
    async with db.transaction() as tx:
        await notices.part_sent(tx, opening.id, 1, None, pinged=False)
    now = (await notices.waiting(db.read, GUILD))[0]
    assert (now.id, now.tried, now.parts_sent) == (opening.id, False, 1)
    async with db.transaction() as tx:
        await notices.part_sent(tx, opening.id, 2, NOW, pinged=False)
        await notices.drop(tx, greeting.id, NOW)
    assert await notices.waiting(db.read, GUILD) == []


async def test_what_was_ever_said_is_remembered(db: Database) -> None:
    [number] = await add(db, ASYNC)
    async with db.transaction() as tx:
        await notices.add(tx, GUILD, number, NoticeKind.OVERRUN, NOW)
        await notices.drop(tx, 1, NOW)
    assert await notices.sessions_with(db.read, GUILD, NoticeKind.OVERRUN) == {number}
    assert await notices.sessions_with(db.read, GUILD, NoticeKind.OPENING) == frozenset()
    assert await notices.sessions_with(db.read, ELSEWHERE, NoticeKind.OVERRUN) == frozenset()


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
