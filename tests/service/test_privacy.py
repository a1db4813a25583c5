"""Privacy: who asks is forgotten in their server, everywhere; others and other servers keep theirs."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from bot.domain.forgetting import scrubbed
from bot.domain.models import State
from bot.domain.records import Aspect, Kind
from bot.domain.starts import HOUR
from bot.service import Draft, Person
from bot.service.deskbook import Fact, Note
from bot.store import records
from bot.store.aging import STEP
from bot.store.privacy import PLACES
from tests.service.support import ANA, BEN, CAT, ELSEWHERE, GUILD, ORGANIZER, Place, at, handed, shared

EVE = Person(100_000_000_000_000_007, "Evangeline Q")
NUMBER = str(EVE.id)
DAY = timedelta(days=1)
PERSONAL = re.compile(r"^(\w+_by|\w+_name|(user|host|author|actor|reporter|about)_id)$")


async def life(place: Place, guild: int = GUILD) -> None:
    """Eve does a little of everything, and others name her."""
    service = place.service

    async def host(who: Person, topic: str, when: str, about: str = "") -> int:
        hosted = await service.hosting.host(guild, who, Draft(who.id, topic, about, when, None))
        return hosted.session.id

    over, others = await host(EVE, "Rust", "now", "Write to me, Evangeline"), await host(BEN, "Go", "now")
    await service.edits.edit(guild, over, EVE, description="Ask for Evangeline Q")
    await service.edits.edit(guild, over, Person(99, "Org", organizer=True), description="Words, tidied")
    await service.guests.join(guild, over, BEN)
    await service.guests.join(guild, others, EVE)
    await shared(service, guild, others, BEN, EVE)
    await place.book.note(guild, [Note(Fact.CAME, session_id=others, people=(EVE.id, CAT.id))])
    done = await host(CAT, "Done", "now")
    await service.changes.end(guild, done, CAT, "")
    later = await host(CAT, "Zig", "15:00")
    await service.guests.remind(guild, later, EVE)
    idea = await service.ideas.put_up(guild, EVE, "Board games")
    await service.ideas.me_too(guild, idea.idea_id, BEN)
    wish = await service.ideas.put_up(guild, BEN, "Chess")
    await service.ideas.me_too(guild, wish.idea_id, EVE)
    await service.drafts.keep(guild, Draft(EVE.id, "My secret", "mine", "25:00", None))
    await service.organizing.turned_away(guild, EVE, "openspace-admin pause")
    given = await host(EVE, "Given away", "13:00")
    await handed(service, guild, given, EVE, ANA)
    await service.cohosts.choose(guild, given, ANA, [])
    async with place.db.transaction() as tx:
        record = await records.intend(
            tx, guild, Kind.TEXT, place.clock(), session_id=over, told={Aspect.NAME: "Rust\nEvangeline Q\nx"}
        )
        await records.write(tx, record.id, discord_id=guild * 1000)
        who, then = EVE.id, int(place.clock().timestamp())
        for sql, params in (
            ("INSERT INTO setting VALUES (?, 'ideas.topics', '[]', ?, ?)", (guild, who, then)),
            (
                "INSERT INTO sent_out (session_id, user_id, user_name, sent_by, sent_at)"
                " VALUES (?, ?, 'Evangeline Q', 2, ?)",
                (done, who, then),
            ),
            (
                "INSERT INTO notice (guild_id, session_id, kind, user_id, created_at, done_at)"
                " VALUES (?, ?, 'reminder', ?, ?, ?)",
                (guild, done, who, then, then),
            ),
            (
                "INSERT INTO notice (guild_id, session_id, kind, created_at, done_at, words)"
                " VALUES (?, ?, 'changed', ?, ?, 'Evangeline wants it so')",
                (guild, over, then, then),
            ),
            (
                "INSERT INTO report_case (id, guild_id, about_id, about_name, opened_at, closed_at)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                (guild * 10 + 2, guild, who, EVE.name, then, then),
            ),
            ("INSERT INTO calendar_link VALUES (?, ?, 'digest of ' || ?1, ?)", (guild, who, then)),
            ("INSERT INTO revision VALUES (NULL, ?, ?, ?, '{}', '{}', '{}', ?)", (guild, who, then, then)),
            ("INSERT INTO kept VALUES (?, ?, ?)", (others, who, then)),
            ("INSERT INTO announcement VALUES (NULL, ?, 'Lunch', ?, ?, ?)", (guild, who, then, then)),
            (
                "INSERT INTO block VALUES (?, ?, 'host', 'Evangeline Q', 'spam', NULL, 99, ?)",
                (guild, who, then),
            ),
            ("INSERT INTO block VALUES (?, 3, 'host', 'Cat', 'spam', NULL, ?, ?)", (guild, who, then)),
            (
                "INSERT INTO sent_out (session_id, user_id, user_name, sent_by, sent_at)"
                " VALUES (?, ?, 'Evangeline Q', 2, ?)",
                (others, who, then),
            ),
            (
                "INSERT INTO sent_out (session_id, user_id, user_name, sent_by, sent_at, undone_by)"
                f" VALUES (?, 4, 'Dan', ?, ?, {who})",
                (over, who, then),
            ),
            (
                "INSERT INTO report_case (id, guild_id, about_id, about_name, opened_at)"
                " VALUES (?, ?, ?, ?, ?)",
                (guild * 10, guild, who, EVE.name, then),
            ),
            (
                "INSERT INTO report_case (id, guild_id, session_id, opened_at, closed_at)"
                " VALUES (?, ?, ?, ?, ?)",
                (guild * 10 + 1, guild, over, then, then),
            ),
            (
                "INSERT INTO report_act (case_id, what, actor_id, at) VALUES (?, 'dismissed', ?, ?)",
                (guild * 10 + 1, who, then),
            ),
            ("INSERT INTO report_present VALUES (?, ?, 1)", (guild * 10 + 1, who)),
            ("INSERT INTO report_present VALUES (?, 2, 1)", (guild * 10 + 1,)),
            (
                "INSERT INTO report (case_id, reporter_id, reporter_name, words, author_id, made_at)"
                " VALUES (?, ?, ?, 'They shouted', ?, ?)",
                (guild * 10 + 1, who, EVE.name, who, then),
            ),
        ):
            await tx.execute(sql, *params)


def naming(place: Place) -> list[str]:
    """The tables of the whole database that still say who Eve is: by her id, her name or her words."""
    found = [line for line in place.other.iterdump() if NUMBER in line or "Evangeline" in line]
    return [line.split('"')[1] for line in found]


async def forget(place: Place) -> None:
    sessions = (await place.service.privacy.look(GUILD, EVE)).sessions
    await place.service.privacy.forget(GUILD, EVE, len(sessions))


async def test_what_is_stored_is_counted_by_kind(place: Place) -> None:
    await life(place)
    found = await place.service.privacy.look(GUILD, EVE)
    assert [session.topic for session in found.sessions] == ["Rust"]
    assert found.counts == {
        "hosted": 1,
        "cohosted": 1,
        "joined": 2,
        "visited": 1,
        "ideas": 2,
        "calendars": 1,
        "drafts": 1,
        "reports": 1,
        "cases": 2,
        "blocks": 1,
        "sent": 2,
        "announcements": 1,
        "settings": 1,
        "lines": found.counts["lines"],
    }
    assert found.counts["lines"] > 10
    assert (await place.service.privacy.look(GUILD, Person(5, "Nobody"))).counts == {}


async def test_nothing_says_any_more_who_a_person_was_but_for_what_must_stay(place: Place) -> None:
    await life(place)
    assert {"session", "joined", "audit", "record", "report"} <= set(naming(place))
    await forget(place)
    # Kept by id alone: the block, the report about her that is open, that she may not come back to an open
    # desk; and for an hour, that she started a session (R17).
    assert sorted(naming(place)) == ["block", "report_case", "sent_out", "start"]
    assert place.ask("SELECT count(*) FROM notice WHERE user_id = 0 AND done_at IS NULL") == [(0,)]
    assert not [line for line in place.other.iterdump() if "Evangeline" in line]
    place.clock.time += HOUR + timedelta(seconds=1)
    await place.service.tidying.tidy()
    assert "start" not in naming(place)


async def test_what_stayed_for_a_reason_goes_with_the_reason(place: Place) -> None:
    await life(place)
    await forget(place)
    place.other.execute("UPDATE report_case SET closed_at = 1")
    place.other.execute("UPDATE block SET until_at = ?", (int(place.clock().timestamp()) + 60,))
    place.clock.time += HOUR + timedelta(seconds=1)
    await place.service.clockwork.advance(GUILD)
    await place.service.tidying.tidy()
    assert naming(place) == []


async def test_the_file_itself_holds_nothing_of_it(place: Place) -> None:
    await life(place)
    await forget(place)
    place.ask("PRAGMA wal_checkpoint(TRUNCATE)")
    assert b"Evangeline" not in place.db.path.read_bytes()


async def test_sessions_keep_their_topic_and_others_what_is_theirs(place: Place) -> None:
    await life(place)
    await forget(place)
    assert place.ask("SELECT topic, host_id, host_name, description FROM session ORDER BY id") == [
        ("Rust", 0, "", ""),
        ("Go", BEN.id, "Ben", ""),
        ("Done", CAT.id, "Cat", ""),
        ("Zig", CAT.id, "Cat", ""),
        ("Given away", ANA.id, "Ana", ""),
    ]
    assert place.ask("SELECT user_name FROM joined") == [("Ben",)]
    assert place.ask("SELECT user_id FROM visit") == [(CAT.id,)]
    assert place.ask("SELECT topic, author_name FROM idea WHERE gone_at IS NULL") == [("Chess", "Ben")]
    assert place.ask("SELECT user_name FROM idea_supporter") == [("Ben",)]
    assert place.ask("SELECT words, reporter_name FROM report") == [("They shouted", "")]
    assert place.ask("SELECT user_id FROM report_present") == [(2,)]
    booked = next(e for e in await place.audit() if e.action == "host" and e.detail["topic"] == "Rust")
    assert booked.actor_id == 0
    came = next(e for e in await place.audit() if e.action == "came")
    assert came.detail == {"people": [0, CAT.id]}
    assert (await place.actions())[-1] == "forgotten"


async def test_another_server_keeps_what_the_person_did_there(place: Place) -> None:
    await life(place)
    await life(place, ELSEWHERE)
    elsewhere = await place.service.privacy.look(ELSEWHERE, EVE)
    await forget(place)
    assert await place.service.privacy.look(ELSEWHERE, EVE) == elsewhere


async def test_sessions_to_come_are_called_off_only_as_the_person_was_told(place: Place) -> None:
    await place.host(EVE, "Soon", "11:00")
    booked = (await place.host(EVE, "Later", "13:00")).session
    await place.service.guests.join(GUILD, booked.id, BEN)
    refusal = await place.refused(place.service.privacy.forget(GUILD, EVE, 1))
    assert (refusal.code, refusal.fields["count"]) == ("forget-changed", 2)
    assert await place.service.privacy.forget(GUILD, EVE, 2) == 2
    assert (await place.session(booked.id)).state is State.CANCELLED
    assert place.ask("SELECT kind FROM notice") == [("cancelled",)]  # whoever joined hears of it
    assert place.woken[-1] == GUILD


async def test_forgetting_twice_and_nobody_changes_nothing_else(place: Place) -> None:
    await life(place)
    await forget(place)
    before = [line for line in place.dump() if "forgotten" not in line]
    await forget(place)
    assert [line for line in place.dump() if "forgotten" not in line and "sqlite_sequence" not in line] == [
        line for line in before if "sqlite_sequence" not in line
    ]


async def test_organizers_cannot_read_what_was_forgotten(place: Place) -> None:
    from bot.service.trail import Lines

    await life(place)
    await forget(place)
    assert (await place.service.trail.look(GUILD, ORGANIZER, Lines(member=EVE.id), 50)).lines == ()
    page = await place.service.trail.look(GUILD, ORGANIZER, Lines(), 200)
    assert NUMBER not in str(page)
    assert "Evangeline" not in str(page)


def test_every_column_that_may_name_somebody_is_known(place: Place) -> None:
    """A new table that names people has to be forgotten too: it fails here until it is."""
    tables = [name for (name,) in place.ask("SELECT name FROM sqlite_master WHERE type = 'table'")]
    named = {
        (table, column)
        for table in tables
        for (column,) in place.ask("SELECT name FROM pragma_table_info(?)", table)
        if PERSONAL.match(column)
    }
    known = {(table, column) for table, columns in PLACES.items() for column in columns}
    assert named - known == set()


@pytest.mark.parametrize("own", [True, False])
def test_what_is_scrubbed(own: bool) -> None:
    detail = {"people": [7, 8], "name": "Eve", "topic": ["a", "b"], "flag": True, "x": {"who": "7", "y": 1}}
    done = {"people": [0, 8], "topic": ["a", "b"], "flag": True, "x": {"who": "", "y": 1}}
    assert scrubbed(detail, 7, {"Eve"}, own=own) == (done if own else done | {"name": ""})
    assert scrubbed({"text": f"<@{NUMBER}> said"}, EVE.id, set(), own=False) == {"text": "<@0> said"}
    assert scrubbed(True, 1, set(), own=True) is True


# ------------------------------------------------------------------ after the conference


async def test_people_are_forgotten_so_many_days_after_the_last_window(place: Place) -> None:
    await life(place)
    place.clock.to("17:00", 3)
    await place.service.clockwork.advance(GUILD)
    place.clock.time = at("16:40", 3) + 180 * DAY - timedelta(seconds=1)
    await place.service.tidying.tidy()
    assert "session" in naming(place)
    place.clock.time += timedelta(hours=6)
    await place.service.tidying.tidy()
    assert naming(place) == ["block"]  # one without an end, by id alone
    assert place.ask("SELECT DISTINCT host_id, host_name FROM session") == [(0, "")]
    assert {topic for (topic,) in place.ask("SELECT topic FROM session")} == {
        "Rust",
        "Go",
        "Done",
        "Zig",
        "Given away",
    }
    for table in (
        "joined",
        "cohost",
        "visit",
        "sent_out",
        "report",
        "report_case",
        "audit_person",
        "notice",
        "kept",
    ):
        assert place.ask(f"SELECT count(*) FROM {table}") == [(0,)], table
    assert place.ask("SELECT DISTINCT actor_id, reason, detail FROM audit WHERE actor_id IS NOT NULL") == [
        (0, "", "{}")
    ]
    actions = await place.actions()
    assert "join" in actions
    assert "host" in actions
    before = place.dump()
    await place.service.tidying.tidy()
    assert place.dump() == before


async def test_ageing_goes_in_small_steps_and_from_where_it_was(place: Place) -> None:
    start = int(at("10:00").timestamp())
    row = (GUILD, 1, "Ana", "Old", start, start + 600, "ended", 1, start + 600, start)
    place.other.executemany(
        "INSERT INTO session (guild_id, host_id, host_name, topic, starts_at, ends_at, state, desk,"
        " closed_at, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [row] * (2 * STEP + 1),
    )
    place.other.executemany(
        "INSERT INTO audit (guild_id, at, actor_id, action) VALUES (?, ?, 1, 'join')",
        [(GUILD, start)] * (2 * STEP + 1),
    )
    place.clock.time = at("16:40", 3) + 181 * DAY
    await place.service.tidying.tidy()
    assert place.ask("SELECT count(*) FROM session WHERE host_id <> 0 OR aged_at IS NULL") == [(0,)]
    assert place.ask("SELECT count(*) FROM audit WHERE actor_id <> 0") == [(0,)]


async def test_an_earlier_conference_in_the_same_server_is_forgotten_though_another_one_comes(
    place: Place,
) -> None:
    start = int((at("10:00") - 300 * DAY).timestamp())
    sql = (
        "INSERT INTO session (guild_id, host_id, host_name, topic, starts_at, ends_at, state, desk,"
        " closed_at, created_at) VALUES (?, 1, 'Ana', 'Old', ?, ?, 'ended', 1, ?, ?)"
    )
    place.other.execute(sql, (GUILD, start, start + 600, start + 600, start))
    await life(place)
    await place.service.tidying.tidy()
    assert place.ask("SELECT host_name FROM session WHERE topic = 'Old'") == [("",)]
    assert "session" in naming(place)


# --------------------------------------------------------------------- servers that go


async def test_a_server_that_was_left_goes_whole_and_no_other(place: Place) -> None:
    await life(place)
    await life(place, ELSEWHERE)
    await place.service.organizing.pause(GUILD, ORGANIZER, "later")
    await place.service.servers.left(GUILD)
    await place.service.servers.left(GUILD)
    assert (await place.actions()).count("bot-left") == 1
    place.clock.time += 30 * DAY - timedelta(seconds=1)
    await place.service.tidying.drop_left(set(), 30)
    assert place.ask("SELECT count(*) FROM session WHERE guild_id = ?", GUILD) != [(0,)]
    place.clock.time += timedelta(seconds=1)
    await place.service.tidying.drop_left({GUILD}, 30)  # it is still there, whatever is written
    assert place.ask("SELECT count(*) FROM session WHERE guild_id = ?", GUILD) != [(0,)]
    await place.service.tidying.drop_left(set(), 30)
    left = rows_of(place, GUILD)
    assert left == {}
    assert place.service.rules(GUILD).paused is None
    assert rows_of(place, ELSEWHERE)["session"] == 5
    assert place.ask("SELECT count(*) FROM joined") == [(3,)]
    assert place.ask("PRAGMA foreign_key_check") == []


def rows_of(place: Place, guild: int) -> dict[str, int]:
    """How many rows a server has, by table; what belongs to no server at all is none's."""
    tables = [name for (name,) in place.ask("SELECT name FROM sqlite_master WHERE type = 'table'")]
    found = {}
    for table in tables:
        columns = [name for (name,) in place.ask("SELECT name FROM pragma_table_info(?)", table)]
        if "guild_id" in columns:
            [(found[table],)] = place.ask(f"SELECT count(*) FROM {table} WHERE guild_id = ?", guild)
    return {table: number for table, number in found.items() if number}


async def test_a_server_that_the_bot_is_in_again_stays(place: Place) -> None:
    await life(place)
    await place.service.servers.left(GUILD)
    await place.service.servers.came(GUILD)
    assert (await place.actions())[-2:] == ["bot-left", "bot-back"]
    place.clock.time += 100 * DAY
    await place.service.tidying.drop_left(set(), 30)
    assert rows_of(place, GUILD)["session"] == 5
    await place.service.servers.came(ELSEWHERE)
    assert rows_of(place, ELSEWHERE) == {}


async def test_what_changed_while_the_bot_was_away_is_seen_at_its_start(place: Place) -> None:
    await life(place)
    await life(place, ELSEWHERE)
    await place.service.servers.left(ELSEWHERE)
    await place.service.servers.seen({ELSEWHERE})
    assert place.ask("SELECT guild_id FROM server WHERE left_at IS NOT NULL") == [(GUILD,)]
    await place.service.servers.seen({GUILD, ELSEWHERE})
    assert place.ask("SELECT guild_id FROM server WHERE left_at IS NOT NULL") == []
