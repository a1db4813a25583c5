"""Who is at the desks: rows, audit trail and changes of state (R7, R9, R11)."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from bot.domain.notices import NoticeKind
from bot.domain.records import Kind
from bot.service import Person
from bot.service.deskbook import Fact, Note
from tests.service.support import ANA, BEN, CAT, ELSEWHERE, GUILD, Place, at

VOICE, TEXT = 501, 502


async def open_desk(place: Place, who: Person = ANA, topic: str = "Git") -> int:
    """A session that is open, with a voice channel."""
    session = (await place.host(who, topic)).session
    for kind, channel in ((Kind.VOICE, VOICE), (Kind.TEXT, TEXT)):
        record = await place.book.intend(GUILD, kind, session.id)
        await place.book.made(record, channel + 10 * session.id, "", clear=True)
    return session.id


async def came(place: Place, session: int, *people: int, guild: int = GUILD) -> None:
    """The keeper sees who is in a voice channel."""
    await place.book.note(guild, [Note(Fact.CAME, session_id=session, people=people)])


async def left(place: Place, session: int, guild: int = GUILD) -> None:
    """The keeper sees that nobody is in it any more."""
    await place.book.note(guild, [Note(Fact.LEFT, session_id=session)])


async def wrote(place: Place, session: int, who: int, when: datetime) -> None:
    """The keeper has heard, or read, that somebody wrote at a desk."""
    found = (await place.book.read(GUILD)).rows.records
    record = next(r for r in found if r.session_id == session and r.kind is Kind.TEXT)
    await place.book.note(GUILD, [Note(Fact.WROTE, record, people=(who,), at=when)])


def visits(place: Place, session: int = 1) -> list[tuple[int, int]]:
    return [
        tuple(row)
        for row in place.ask("SELECT user_id, came_at FROM visit WHERE session_id = ? ORDER BY 1", session)
    ]


def seconds(clock: str) -> int:
    return int(at(clock).timestamp())


async def test_r11_a_desk_is_quiet_from_its_opening_until_somebody_comes(place: Place) -> None:
    session = await open_desk(place)
    assert (await place.session(session)).quiet == at("10:00")
    assert (await place.session(session)).came is None
    place.clock.to("10:03")
    await came(place, session, BEN.id)
    found = await place.session(session)
    assert (found.quiet, found.came) == (None, at("10:03"))
    assert visits(place) == [(BEN.id, seconds("10:03"))]


async def test_walking_into_a_voice_channel_counts_where_it_is_a_desks(place: Place) -> None:
    session = await open_desk(place)
    for guild, channel in ((GUILD, 999), (ELSEWHERE, VOICE + 10), (GUILD, TEXT + 10)):
        await place.service.presence.entered(guild, channel, BEN.id)
    assert visits(place) == []
    await place.service.presence.entered(GUILD, VOICE + 10, BEN.id)
    assert visits(place) == [(BEN.id, seconds("10:00"))]
    assert (await place.session(session)).quiet is None


async def test_a_visit_is_written_once_a_person_with_when_they_first_came(place: Place) -> None:
    session = await open_desk(place)
    await came(place, session, BEN.id)
    place.clock.to("10:05")
    await came(place, session, BEN.id, CAT.id)
    await came(place, session, CAT.id, BEN.id)
    assert visits(place) == [(BEN.id, seconds("10:00")), (CAT.id, seconds("10:05"))]
    assert (await place.session(session)).came == at("10:00")
    assert (await place.actions(session)).count("came") == 2


async def test_everybody_gone_it_is_quiet_from_then_on(place: Place) -> None:
    session = await open_desk(place)
    await came(place, session, BEN.id)
    place.clock.to("10:20")
    await left(place, session)
    place.clock.to("10:25")
    await left(place, session)
    found = await place.session(session)
    assert (found.quiet, found.came) == (at("10:20"), at("10:00"))
    assert (await place.actions(session)).count("quiet") == 1


async def test_r11_who_wrote_was_there_then(place: Place) -> None:
    session = await open_desk(place)
    place.clock.to("10:07")
    await wrote(place, session, BEN.id, at("10:04"))
    found = await place.session(session)
    assert (found.quiet, found.came) == (at("10:04"), at("10:04"))
    assert visits(place) == [(BEN.id, seconds("10:04"))]


async def test_r11_words_within_the_same_second_are_read_once(place: Place) -> None:
    """Discord dates messages to the millisecond, the database keeps whole seconds."""
    session = await open_desk(place)
    place.clock.to("10:07")
    for _ in range(3):
        await wrote(place, session, BEN.id, at("10:04") + timedelta(milliseconds=700))
    assert (await place.actions(session)).count("wrote") == 1


@pytest.mark.parametrize("there", [False, True])
async def test_r7_r11_released_where_nobody_ever_came_ended_where_they_have_left(
    place: Place, *, there: bool
) -> None:
    session = await open_desk(place)
    if there:
        await came(place, session, BEN.id)
        await left(place, session)
    place.clock.to("10:15")
    await place.service.presence.release(GUILD, session)
    found = await place.session(session)
    assert (found.state, found.closed) == ("ended" if there else "released", at("10:15"))
    entry = (await place.audit(session))[-1]
    assert (entry.action, entry.actor_id, entry.reason) == (found.state, None, "idle" if there else "no-show")
    assert found.why == ""


async def test_r11_whoever_is_there_keeps_the_desk(place: Place) -> None:
    """The keeper looked before they came."""
    session = await open_desk(place)
    await came(place, session, BEN.id)
    before = place.dump()
    await place.service.presence.release(GUILD, session)
    await place.service.presence.warn_host(GUILD, session)
    assert place.dump() == before


async def test_r11_a_warning_is_a_row_written_with_its_cause(place: Place) -> None:
    session = await open_desk(place)
    place.clock.to("10:08")
    await place.service.presence.warn_host(GUILD, session)
    waiting = [n for n in (await place.book.read(GUILD)).rows.notices if n.kind is NoticeKind.QUIET]
    assert [(n.session_id, n.created) for n in waiting] == [(session, at("10:08"))]
    assert (await place.actions(session))[-1] == "warn-absent"


@pytest.mark.parametrize("state", ["ended", "booked", "gone"])
async def test_r7_nothing_happens_to_a_session_that_is_not_open(place: Place, state: str) -> None:
    session = 99
    if state == "booked":
        session = (await place.host(ANA, "Git", "12:00")).session.id
    elif state == "ended":
        session = await open_desk(place)
        await place.service.changes.end(GUILD, session, ANA, "")
    calls = place.woken
    calls.clear()
    before = place.dump()
    for elsewhere in (GUILD, ELSEWHERE):
        await came(place, session, BEN.id, guild=elsewhere)
        await left(place, session, guild=elsewhere)
        await place.service.presence.warn_host(elsewhere, session)
        await place.service.presence.release(elsewhere, session)
    assert place.dump() == before
    assert calls == []


async def test_r11_one_server_does_not_touch_anothers_desk(place: Place) -> None:
    session = await open_desk(place)
    before = place.dump()
    await came(place, session, BEN.id, guild=ELSEWHERE)
    await place.service.presence.release(ELSEWHERE, session)
    assert place.dump() == before


async def test_a_change_that_the_keeper_does_not_make_wakes_it_once(place: Place) -> None:
    """What it notes itself it looks at anyway."""
    session = await open_desk(place)
    calls = place.woken
    calls.clear()
    for _ in range(2):
        await place.service.presence.entered(GUILD, VOICE + 10, BEN.id)
    assert calls == [GUILD]
    await came(place, session, BEN.id)
    await left(place, session)
    assert calls == [GUILD]
    await place.service.presence.warn_host(GUILD, session)
    await place.service.presence.release(GUILD, session)
    await place.service.presence.release(GUILD, session)
    assert calls == [GUILD] * 3
