"""Reports, cases and who is sent out, on a database: what joins what, what counts, what is done twice."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from pathlib import Path

import pytest

from bot.domain.models import Session
from bot.domain.records import Kind
from bot.domain.refusal import Refusal
from bot.domain.reports import Deed
from bot.service.people import Person
from bot.service.reports import About, Reported
from tests.service.support import (
    ANA,
    BEN,
    CAT,
    ELSEWHERE,
    GUILD,
    ORGANIZER,
    Place,
    handed,
    open_place,
    person,
    shared,
)

VOICE = 501


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Place]:
    async with open_place(tmp_path) as made:
        yield made


@pytest.fixture
async def desk(place: Place) -> Session:
    """Ana's desk is open, with its voice channel."""
    session = (await place.host(ANA, "Git")).session
    await place.made(session, Kind.VOICE, VOICE)
    return session


async def report(
    place: Place, who: Person, about: About, words: str = "", *, there: Iterable[int] = (), guild: int = GUILD
) -> Reported:
    return await place.service.reports.report(
        guild, who, about, words, people_in=lambda channel_id: there, language="en"
    )


async def test_reports_on_a_session_and_on_a_member_at_it_are_two_cases(place: Place, desk: Session) -> None:
    on_session = await report(place, BEN, About(session_id=desk.id))
    on_host = await report(place, BEN, About(member=ANA))
    assert on_session.case_id != on_host.case_id
    again = await report(place, CAT, About(member=ANA, voice_id=VOICE))
    assert again.case_id == on_host.case_id
    assert place.ask("SELECT session_id, about_id FROM report_case") == [(desk.id, None), (desk.id, ANA.id)]


async def test_a_members_case_learns_of_the_session_later(place: Place, desk: Session) -> None:
    first = await report(place, BEN, About(member=CAT))
    assert place.ask("SELECT session_id FROM report_case") == [(None,)]
    assert (await report(place, BEN, About(member=CAT, voice_id=VOICE), "there")).case_id == first.case_id
    assert place.ask("SELECT session_id FROM report_case") == [(desk.id,)]


async def test_who_was_there_is_noted_once_and_in_the_voice_channel_counts(
    place: Place, desk: Session
) -> None:
    async with place.db.transaction() as tx:
        from bot.store import visits

        await visits.add(tx, desk.id, 70, place.clock())
        await visits.add(tx, desk.id, 71, place.clock())
    await report(place, BEN, About(session_id=desk.id), "1", there=[71, 72])
    await report(place, CAT, About(session_id=desk.id), "2", there=[70])
    found = place.ask("SELECT user_id, voice FROM report_present ORDER BY user_id")
    assert found == [(70, 1), (71, 1), (72, 1)]


async def test_r17_the_hour_is_counted_in_each_server_by_itself(place: Place, desk: Session) -> None:
    for n in range(3):
        await report(place, BEN, About(member=CAT), str(n), guild=ELSEWHERE)
    assert (await report(place, BEN, About(session_id=desk.id))).again is False
    refusal = await place.refused(report(place, BEN, About(member=ANA), "4", guild=ELSEWHERE))
    assert (refusal.code, refusal.fields["most"]) == ("report-often", 3)
    place.clock.on(59.9)
    await place.refused(report(place, BEN, About(member=ANA), "4", guild=ELSEWHERE))
    place.clock.on(0.2)
    await report(place, BEN, About(member=ANA), "4", guild=ELSEWHERE)


async def test_guessed_ids_are_refused_and_write_nothing(place: Place, desk: Session) -> None:
    made = await report(place, BEN, About(session_id=desk.id))
    cases, number = place.service.cases, made.case_id
    wishes = [
        report(place, BEN, About(session_id=desk.id), guild=ELSEWHERE),
        report(place, BEN, About(session_id=99)),
        place.service.reports.mine(ELSEWHERE, number, BEN.id),
        place.service.reports.mine(GUILD, number, CAT.id),
        cases.look(ELSEWHERE, number, ORGANIZER),
        cases.whole(ELSEWHERE, number, ORGANIZER, 0, 2),
        cases.note(ELSEWHERE, number, ORGANIZER, Deed.DISMISSED),
        cases.block(ELSEWHERE, number, ORGANIZER, "", None, organizer=False),
        cases.unblock(ELSEWHERE, number, ORGANIZER),
        cases.silence(ELSEWHERE, number, BEN.id, ORGANIZER),
        cases.silence(GUILD, number, CAT.id, ORGANIZER),
    ]
    for wish in wishes:
        assert (await place.refused(wish)).code in {"no-session", "no-case"}
    page = await cases.page(ELSEWHERE, ORGANIZER, 0, 5)
    assert (page.cases, page.outs, page.silenced) == ([], [], [])


async def test_only_organizers_look_and_act(place: Place, desk: Session) -> None:
    number = (await report(place, BEN, About(session_id=desk.id))).case_id
    cases = place.service.cases
    wishes = [
        cases.look(GUILD, number, ANA),
        cases.whole(GUILD, number, ANA, 0, 2),
        cases.page(GUILD, ANA, 0, 5),
        cases.note(GUILD, number, ANA, Deed.DISMISSED),
        cases.block(GUILD, number, ANA, "", None, organizer=False),
        cases.unblock(GUILD, number, ANA),
        cases.silence(GUILD, number, BEN.id, ANA),
        cases.let_report(GUILD, BEN.id, ANA),
    ]
    for wish in wishes:
        assert (await place.refused(wish)).code == "organizers-only"


@pytest.mark.parametrize("deed", [d for d in Deed if d is not Deed.REOPENED])
async def test_an_act_closes_a_case_once_and_reopening_it_opens_it(
    place: Place, desk: Session, deed: Deed
) -> None:
    number = (await report(place, BEN, About(session_id=desk.id))).case_id

    async def do(what: Deed) -> bool:
        return (await place.service.cases.note(GUILD, number, ORGANIZER, what, "words")).changed

    assert [await do(deed), await do(deed)] == [True, False]
    assert [await do(Deed.REOPENED), await do(Deed.REOPENED)] == [True, False]
    assert await do(deed)
    case = await place.service.cases.look(GUILD, number, ORGANIZER)
    assert [act.what for act in case.acts] == [deed, Deed.REOPENED, deed]
    assert case.outcome
    lines = [entry for entry in await place.audit() if entry.action.startswith("case-")]
    assert [entry.detail for entry in lines] == [{"case": number}] * 3  # its number, and nothing of it
    assert {entry.reason for entry in lines} == {""}


async def test_an_answer_may_follow_another_act(place: Place, desk: Session) -> None:
    number = (await report(place, BEN, About(session_id=desk.id))).case_id
    note = place.service.cases.note
    await note(GUILD, number, ORGANIZER, Deed.DISMISSED)
    await place.service.reports.told(number, BEN.id)
    assert await place.service.reports.untold(GUILD) == []
    assert (await note(GUILD, number, ORGANIZER, Deed.ANSWERED, "one")).changed
    assert [each.reporter_id for each in await place.service.reports.untold(GUILD)] == [BEN.id]
    assert (await note(GUILD, number, ORGANIZER, Deed.ANSWERED, "two")).changed
    assert not (await note(GUILD, number, ORGANIZER, Deed.ANSWERED, "two")).changed
    assert not (await note(GUILD, number, ORGANIZER, Deed.DISMISSED)).changed


async def test_a_case_about_nobody_has_nobody_to_block(place: Place) -> None:
    number = (await report(place, BEN, About())).case_id
    assert (await report(place, CAT, About())).case_id == number
    refusal = await place.refused(
        place.service.cases.block(GUILD, number, ORGANIZER, "", None, organizer=False)
    )
    assert refusal.code == "case-nobody"


async def test_r20_names_of_now_stand_in_cases_too(place: Place, desk: Session) -> None:
    await report(place, BEN, About(member=CAT))
    for each in (BEN, CAT):
        await place.service.names.take_name(GUILD, person(each.id, "New"), lambda: True)
    assert place.ask("SELECT reporter_name, about_name FROM report, report_case") == [("New", "New")]


# ---------------------------------------------------------------- sent out


async def test_who_is_kept_out_and_who_is_not(place: Place, desk: Session) -> None:
    outs = place.service.outs
    sent = await outs.send_out(GUILD, desk.id, ANA, BEN, "why", there=True)
    assert (sent.changed, sent.voice_id) == (True, VOICE)
    assert await outs.kept_out(GUILD, VOICE, BEN.id)
    assert await outs.kept_out(GUILD, VOICE, CAT.id) is None
    assert await outs.kept_out(ELSEWHERE, VOICE, BEN.id) is None
    assert await outs.kept_out(GUILD, 77, BEN.id) is None
    assert [voice for _, voice in await outs.current(GUILD)] == [VOICE]
    assert (await outs.send_out(GUILD, desk.id, ANA, BEN, "again", there=True)).changed is False
    await outs.let_in(GUILD, sent.out.id, ANA)
    assert await outs.kept_out(GUILD, VOICE, BEN.id) is None
    assert (await outs.let_in(GUILD, sent.out.id, ANA)).changed is False
    assert (await outs.send_out(GUILD, desk.id, ANA, BEN, "", there=True)).changed
    await handed(place.service, GUILD, desk.id, ORGANIZER, BEN)
    assert await outs.kept_out(GUILD, VOICE, BEN.id) is None


async def test_r7_it_is_in_the_trail_with_who_whom_and_why(place: Place, desk: Session) -> None:
    sent = await place.service.outs.send_out(GUILD, desk.id, ANA, BEN, "why", there=True)
    await place.service.outs.let_in(GUILD, sent.out.id, ORGANIZER)
    lines = [e for e in await place.audit(desk.id) if e.action in {"send-out", "let-in"}]
    assert [(e.action, e.actor_id, e.reason, e.detail) for e in lines] == [
        ("send-out", ANA.id, "why", {"user": BEN.id}),
        ("let-in", ORGANIZER.id, "", {"user": BEN.id}),
    ]


async def test_who_may_not_is_refused(place: Place, desk: Session) -> None:
    outs = place.service.outs
    await shared(place.service, GUILD, desk.id, ANA, CAT)
    later = (await place.host(CAT, "Rust", "12:00")).session
    wishes = [
        (outs.send_out(GUILD, desk.id, BEN, CAT, "", there=True), "not-yours"),
        (outs.send_out(GUILD, desk.id, CAT, ANA, "", there=True), "send-out-host"),
        (outs.send_out(GUILD, desk.id, ANA, CAT, "", there=True), "send-out-host"),
        (outs.send_out(GUILD, desk.id, ANA, ORGANIZER, "", there=True), "send-out-host"),
        (outs.send_out(GUILD, desk.id, ANA, BEN, "", there=False), "send-out-absent"),
        (outs.send_out(GUILD, later.id, CAT, BEN, "", there=True), "session-booked"),
        (outs.send_out(ELSEWHERE, desk.id, ANA, BEN, "", there=True), "no-session"),
        (outs.let_in(GUILD, 99, ANA), "no-session"),
    ]
    for wish, code in wishes:
        assert (await place.refused(wish)).code == code
    sent = await outs.send_out(GUILD, desk.id, ANA, BEN, "", there=True)
    for who, guild, code in ((BEN, GUILD, "not-yours"), (ANA, ELSEWHERE, "no-session")):
        assert (await place.refused(outs.let_in(guild, sent.out.id, who))).code == code


async def test_who_was_sent_out_takes_no_part_nor_a_reminder(place: Place, desk: Session) -> None:
    await place.service.guests.join(GUILD, desk.id, BEN)
    await place.service.outs.send_out(GUILD, desk.id, ANA, BEN, "", there=True)
    assert await place.service.guests.joined(desk.id) == []
    with pytest.raises(Refusal, match="sent-out"):
        await place.service.guests.join(GUILD, desk.id, BEN)
