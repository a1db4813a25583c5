"""C13: what people wait for is found by an index, however long the past is."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from bot.domain.models import State
from bot.domain.records import Kind
from bot.domain.refusal import Refusal
from bot.domain.reports import Deed
from bot.domain.trail import About
from bot.service import Asked, Draft, Show
from bot.service.deskbook import Fact, Note
from bot.service.finding import Sought
from bot.service.reports import About as Reported
from bot.service.trail import Lines
from tests.service.support import ANA, BEN, CAT, GUILD, ORGANIZER, Place, at, open_place, person

GROWING = (
    *("session", "joined", "cohost", "visit", "notice", "audit", "draft", "idea", "idea_supporter"),
    *("report", "report_case", "report_present", "report_act", "sent_out", "posted", "audit_person"),
)
"""The tables that grow with every conference. Channels, messages and events are the keeper's."""

WHOLE = re.compile(
    rf"SCAN ({'|'.join(GROWING)})\b(?! USING (COVERING )?INDEX \w*(waiting|idea_by_guild|report_untold))"
)
"""A step of a plan that goes through a whole table."""

GUILDS_PAST = re.compile(rf"SEARCH ({'|'.join(GROWING)}) USING (COVERING )?INDEX \w+ \(guild_id=\?\)$")
"""A step that goes through all of a guild's rows; partial indexes hold only what is not done."""

UNDONE = ("notice_waiting", "idea_by_guild", "posted_undone", "posted_by_guild")


@pytest.fixture
async def heard(said: list[str], tmp_path: Path) -> AsyncIterator[Place]:
    async with open_place(tmp_path) as place:
        yield place


async def refused(place: Place, text: str) -> None:
    with pytest.raises(Refusal):
        await place.service.finding.find_own(GUILD, ANA, text)


async def life(place: Place) -> None:
    """A little of everything that people and time do."""
    service, booked = place.service, (await place.host(ANA, "Async", "11:00")).session
    now = (await place.host(BEN, "Now")).session
    await service.guests.join(GUILD, booked.id, CAT)
    await service.guests.remind(GUILD, booked.id, CAT)
    await service.guests.forget_reminder(GUILD, booked.id, CAT)
    await service.guests.leave(GUILD, booked.id, CAT)
    await service.guests.join(GUILD, now.id, CAT)
    await service.cohosts.cohost(GUILD, booked.id, ANA, CAT)
    await service.offers.share(GUILD, booked.id, CAT)
    await service.edits.edit(GUILD, booked.id, ANA, topic="Async, again", start=at("11:30"))
    await service.changes.extend(GUILD, booked.id, ANA, 10)
    await service.details.later_ends(GUILD, booked.id, ANA)
    await service.names.take_name(GUILD, person(BEN.id, "Ben, as of now"), lambda: True)
    seen = (Note(Fact.CAME, session_id=now.id, people=(CAT.id,)), Note(Fact.LEFT, session_id=now.id))
    await place.book.note(GUILD, seen)
    await service.presence.warn_host(GUILD, now.id)
    await service.hosting.free_starts(GUILD, ANA, 30)
    idea = await service.ideas.put_up(GUILD, CAT, "Rust for snakes")
    await service.ideas.me_too(GUILD, idea.idea_id, BEN)
    await service.ideas.not_me(GUILD, idea.idea_id, BEN)
    await service.ideas.look(GUILD, BEN.id)
    called_off = (await place.host(CAT, "Called off", "15:00")).session
    await service.guests.join(GUILD, called_off.id, BEN)
    await service.changes.cancel(GUILD, called_off.id, CAT, "why")
    await place.service.tidying.tidy()
    await service.hosting.host(GUILD, ORGANIZER, Draft(ORGANIZER.id, "Rust", "", "13:00", 30, idea.idea_id))
    with pytest.raises(Refusal) as caught:
        await place.host(CAT, "Late", "23:00")
    assert caught.value.draft is not None
    await service.drafts.find(GUILD, CAT, caught.value.draft)
    place.clock.to("11:30")
    await service.clockwork.advance(GUILD)
    await service.changes.end(GUILD, booked.id, ANA, "")


async def organizers(place: Place) -> None:
    """A little of everything that organizers do to sessions and people."""
    service, session = place.service, (await place.host(ANA, "Slip", "13:00")).session
    await service.edits.edit(GUILD, session.id, ORGANIZER, start=at("13:30"), reason="Lunch")
    await service.edits.moved(GUILD, session.id, ORGANIZER, "14:00", None)
    await service.guests.join(GUILD, session.id, CAT)
    await service.changes.cancel(GUILD, session.id, ORGANIZER, "a slip")
    again = await service.restoring.rebook(GUILD, session.id, ORGANIZER)
    await service.restoring.rebook(GUILD, session.id, ORGANIZER)
    await service.hosts.to_see()
    await service.hosts.seen(again, there=False)
    await service.hosts.gone(GUILD)
    await service.offers.host(GUILD, again.id, ORGANIZER, BEN)
    await service.offers.take_over(GUILD, again.id, BEN)
    await service.hosts.leave(GUILD, again.id, ORGANIZER)
    await service.blocking.block(GUILD, ORGANIZER, ANA, "spam", "2 hours")
    with pytest.raises(Refusal):
        await place.host(ANA, "Again", "14:00")
    await service.blocking.blocked(GUILD)
    await service.blocking.cancel_all(GUILD, ORGANIZER, BEN.id, "")
    await service.blocking.unblock(GUILD, ORGANIZER, ANA.id)
    told = await service.announcing.preview(GUILD, ORGANIZER, "Lunch!")
    sent = await service.announcing.send(GUILD, ORGANIZER, told.id)
    await place.book.read(GUILD)
    await service.announcing.take_down(GUILD, ORGANIZER, sent.id)
    await service.tidying.tidy()


async def troubles(place: Place) -> None:
    """What people report, what organizers do about it, who is sent out."""
    service, now = place.service, (await place.host(BEN, "Now")).session
    await place.made(now, Kind.VOICE, 501)
    for about in (Reported(session_id=now.id), Reported(member=BEN, voice_id=501), Reported(channel_id=501)):
        await service.reports.check(GUILD, CAT, about)
        made = await service.reports.report(
            GUILD, CAT, about, "words", people_in=lambda channel_id: [CAT.id], language="en"
        )
    await service.cases.note(GUILD, made.case_id, ORGANIZER, Deed.DISMISSED)
    await service.cases.note(GUILD, made.case_id, ORGANIZER, Deed.REOPENED)
    await service.cases.block(GUILD, made.case_id, ORGANIZER, "", 1, organizer=False)
    await service.cases.unblock(GUILD, made.case_id, ORGANIZER)
    await service.cases.silence(GUILD, made.case_id, CAT.id, ORGANIZER)
    await service.cases.let_report(GUILD, CAT.id, ORGANIZER)
    await service.reports.mine(GUILD, made.case_id, CAT.id)
    await service.reports.told(made.case_id, CAT.id)
    await service.reports.no_direct(made.case_id, [CAT.id])
    await service.cases.whole(GUILD, made.case_id, ORGANIZER, 0, 2)
    sent = await service.outs.send_out(GUILD, now.id, BEN, CAT, "why", there=True)
    await service.outs.kept_out(GUILD, 501, CAT.id)
    await service.outs.telling(sent.out.id)
    found = await service.bulletins.read(GUILD, 5)
    for each in found.all:
        await service.bulletins.asking(each.posted, 9, place.clock())
        await service.bulletins.shown(each.posted, 10 + each.posted.about, "picture", 1)
        await service.bulletins.plainer(each.posted)
        await service.bulletins.done(each.posted)
    await service.bulletins.in_channels(GUILD, [9])
    await service.bulletins.gone(found.all[0].posted)
    await service.outs.let_in(GUILD, sent.out.id, BEN)


async def look(place: Place) -> None:
    """What `/openspace list`, My sessions, the autocompletes and the panels read."""
    service = place.service
    for show in Show:
        await service.lists.look(GUILD, CAT.id, Asked(show), 6)
    for joined in (True, False):
        await service.finding.to_join(GUILD, CAT.id, Sought(25), joined=joined)
    for who in (CAT, ORGANIZER):
        await service.finding.to_manage(GUILD, who, Sought(25))
        await service.finding.to_manage(GUILD, who, Sought(25, "rust"), State.OPEN)
    await service.finding.find(GUILD, "Rust")
    await refused(place, "nothing")
    await service.details.look(GUILD, 1, CAT)
    await service.details.to_change(GUILD, (await service.finding.active(GUILD))[0].id, ORGANIZER)
    await service.hosting.to_host(GUILD, CAT, Draft(CAT.id, "", "", "", None))
    await service.landmarks.board_channel(GUILD)
    for session, member, about in product((None, 1), (None, CAT.id), (None, *About)):
        lines = Lines(session, member, about)
        for where in ({}, {"before": 9}, {"after": 1}):
            await service.trail.look(GUILD, ORGANIZER, lines, 8, **where)
    await service.finding.of_all(GUILD, Sought(25))
    await service.finding.find_any(GUILD, "Rust")


@pytest.mark.parametrize("act", [life, look, organizers, troubles], ids=lambda act: act.__name__)
async def test_c13_no_statement_goes_through_the_past(
    heard: Place, said: list[str], act: Callable[[Place], Any]
) -> None:
    if act is look:
        await life(heard)
    said.clear()
    await act(heard)
    statements = {re.sub(r"\s+", " ", each) for each in said}
    statements = {s for s in statements if re.match(r"SELECT|INSERT|UPDATE|DELETE|WITH", s)}
    assert len(statements) > 8
    slow = {}
    for statement in statements:
        plan = [row[3] for row in heard.ask(f"EXPLAIN QUERY PLAN {statement}")]
        steps = [step for step in plan if goes_through(step)]
        if steps:
            slow[statement] = steps
    assert slow == {}


def goes_through(step: str) -> bool:
    return bool(WHOLE.search(step) or (GUILDS_PAST.search(step) and not any(u in step for u in UNDONE)))


async def test_c13_what_one_reader_sees_counts_only_what_is_shown(heard: Place, said: list[str]) -> None:
    """Sessions of other conferences are neither read nor counted; a person's own are, the newest of them."""
    past(heard, 500, host=BEN.id, guest=CAT.id)
    booked = (await heard.host(ANA, "Async", "11:00")).session
    await heard.service.guests.join(GUILD, booked.id, CAT)
    page = await heard.look(ANA.id, Show.ALL, size=6)
    assert (page.total, [(c.session.id, c.people) for c in page.cards]) == (1, [(booked.id, 1)])
    page = await heard.look(CAT.id, Show.MINE, size=6)
    assert (page.total, page.pages) == (100, 17)  # the newest hundred
    assert [(c.session.topic, c.joined) for c in page.cards[:2]] == [("Async", True), ("Past 500", True)]
    page = await heard.look(BEN.id, Show.MINE, 16, size=6)
    assert (page.total, page.number, [c.session.topic for c in page.cards][-1]) == (100, 16, "Past 401")


def past(place: Place, count: int, *, host: int, guest: int) -> None:
    """Sessions of a year ago, which one person hosted and another joined."""
    with closing(sqlite3.connect(place.db.path, isolation_level=None)) as connection:
        connection.execute("BEGIN")
        for number in range(1, count + 1):
            start = int(at("10:00").timestamp()) - 365 * 86400 + number * 600
            row = (GUILD, host, "H", f"Past {number}", start, start + 600, "ended", 1, start + 600, start)
            connection.execute(
                "INSERT INTO session (guild_id, host_id, host_name, topic, starts_at, ends_at, state, desk,"
                " closed_at, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                row,
            )
            connection.execute(
                "INSERT INTO joined (session_id, user_id, user_name, joined_at)"
                " VALUES (last_insert_rowid(), ?, 'G', ?)",
                (guest, start),
            )
        connection.execute("COMMIT")
