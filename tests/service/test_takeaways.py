"""The line that stays of a session: who writes it, when it is asked for, and that its link never changes."""

from __future__ import annotations

import pytest

from bot.domain.models import Session, State
from bot.service import presence
from bot.store import sessions
from tests.service.support import ANA, BEN, CAT, ELSEWHERE, GUILD, ORGANIZER, Place, at, shared


async def held(place: Place, *, came: bool = True) -> Session:
    """Ana's session from 10:00 to 11:00, at which somebody was; it is 11:01, and time has ended it."""
    session = (await place.host(ANA, "Async", minutes=60)).session
    if came:
        async with place.db.transaction() as tx:
            await presence.came(tx, GUILD, session.id, [CAT.id], place.clock())
    place.clock.to("11:01")
    await place.service.clockwork.advance(GUILD)
    return await place.session(session.id)


async def asked(place: Place) -> list[str]:
    return [n.kind for n in (await place.book.read(GUILD)).rows.notices if n.kind == "takeaway"]


async def test_host_cohosts_and_organizers_write_it_and_each_change_is_recorded(place: Place) -> None:
    session = (await place.host(ANA, "Async", minutes=60)).session
    await shared(place.service, GUILD, session.id, ANA, BEN)
    place.clock.to("11:01")
    write = place.service.takeaways.write
    for who, text in ((ANA, "  Use\nuv "), (BEN, "Use pixi"), (ORGANIZER, "")):
        taken = await write(GUILD, session.id, who, text)
        assert taken.session.takeaway == " ".join(text.split())
    assert (await place.session(session.id)).takeaway == ""
    entries = [e for e in await place.audit(session.id) if e.action == "takeaway"]
    assert [(e.actor_id, e.detail["takeaway"]) for e in entries] == [
        (ANA.id, ["", "Use uv"]),
        (BEN.id, ["Use uv", "Use pixi"]),
        (ORGANIZER.id, ["Use pixi", ""]),
    ]


async def test_the_same_line_again_changes_nothing(place: Place) -> None:
    session = await held(place)
    await place.service.takeaways.write(GUILD, session.id, ANA, "Use uv")
    before = place.dump()
    assert (await place.service.takeaways.write(GUILD, session.id, ANA, "Use uv ")).before == "Use uv"
    assert place.dump() == before


async def test_others_write_none(place: Place) -> None:
    session = await held(place)
    for wish in (place.service.takeaways.write(GUILD, session.id, CAT, "x"),):
        assert (await place.refused(wish)).code == "not-yours"
    refusal = await place.refused(place.service.takeaways.to_write(GUILD, session.id, CAT))
    assert refusal.code == "not-yours"
    for number, guild in ((session.id + 1, GUILD), (session.id, ELSEWHERE)):
        refusal = await place.refused(place.service.takeaways.write(guild, number, ORGANIZER, "x"))
        assert refusal.code == "no-session"


async def test_it_is_written_when_the_session_is_over_and_not_before(place: Place) -> None:
    session = (await place.host(ANA, "Async", minutes=60)).session
    refusal = await place.refused(place.service.takeaways.write(GUILD, session.id, ANA, "x"))
    assert (refusal.code, refusal.fields["until"]) == ("takeaway-early", at("11:00"))
    place.clock.to("11:00")  # nobody has written down yet that it is over
    assert (await place.service.takeaways.to_write(GUILD, session.id, ANA)).state is State.ENDED
    taken = await place.service.takeaways.write(GUILD, session.id, ANA, "Use uv")
    assert (taken.session.state, taken.session.takeaway) == (State.ENDED, "Use uv")


@pytest.mark.parametrize("state", [State.CANCELLED, State.RELEASED])
async def test_what_did_not_take_place_has_none(place: Place, state: State) -> None:
    session = (await place.host(ANA, "Async", "14:30")).session
    async with place.db.transaction() as tx:
        await sessions.set_closed(tx, session.id, state, place.clock())
    refusal = await place.refused(place.service.takeaways.write(GUILD, session.id, ANA, "x"))
    assert refusal.code == f"session-{state}"


async def test_r16_what_is_too_long_is_cut_and_said_so(place: Place) -> None:
    session = await held(place)
    taken = await place.service.takeaways.write(GUILD, session.id, ANA, "桌" * 400)
    assert (taken.shortened, len(taken.session.takeaway)) == (True, 300)
    assert not (await place.service.takeaways.write(GUILD, session.id, ANA, " a \n b ")).shortened


async def test_a_desk_where_somebody_was_is_asked_once(place: Place) -> None:
    session = await held(place)
    assert await asked(place) == ["takeaway"]
    await place.service.clockwork.advance(GUILD)
    assert place.ask("SELECT count(*) FROM notice WHERE kind = 'takeaway'") == [(1,)]
    assert session.came


async def test_a_desk_where_nobody_ever_was_is_not_asked(place: Place) -> None:
    await held(place, came=False)
    assert await asked(place) == []


async def test_what_is_ended_early_or_left_alone_is_asked_and_what_is_cancelled_is_not(place: Place) -> None:
    session = (await place.host(ANA, "Async", minutes=60)).session
    async with place.db.transaction() as tx:
        await presence.came(tx, GUILD, session.id, [CAT.id], place.clock())
    await place.service.changes.end(GUILD, session.id, ANA, "")
    assert await asked(place) == ["takeaway"]
    other = (await place.host(BEN, "Other", "14:30")).session
    await place.service.changes.cancel(GUILD, other.id, BEN, "")
    assert await asked(place) == ["takeaway"]


async def test_what_was_ended_for_a_reason_is_not_asked(place: Place) -> None:
    session = (await place.host(ANA, "Async", minutes=60)).session
    async with place.db.transaction() as tx:
        await presence.came(tx, GUILD, session.id, [CAT.id], place.clock())
    await place.service.changes.end(GUILD, session.id, ORGANIZER, "Code of conduct")
    assert await asked(place) == []


async def test_the_link_to_the_notes_keeps_topic_and_day_of_the_booking(place: Place) -> None:
    session = (await place.host(ANA, "Async", "14:30")).session
    assert (session.notes_topic, session.notes_day) == ("Async", "2021-10-02")
    change = await place.service.edits.edit(GUILD, session.id, ANA, topic="Trio", start=at("11:00", 3))
    assert (change.session.notes_topic, change.session.notes_day) == ("Async", "2021-10-02")
    assert (await place.session(session.id)) == change.session
