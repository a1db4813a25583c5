"""What is seen beyond Discord: everything, but never who takes part."""

from __future__ import annotations

from bot.domain.models import State
from bot.domain.records import Kind
from bot.store import refused
from tests.service.support import ANA, BEN, CAT, ELSEWHERE, GUILD, ORGANIZER, Place


async def test_a_board_has_every_session_in_order_of_time_and_how_many_take_part(place: Place) -> None:
    late = (await place.host(ANA, "Late", "11:00", 60)).session
    now = (await place.host(BEN, "Now", minutes=60)).session
    off = (await place.host(CAT, "Called off", "14:00", 60)).session
    await place.service.changes.cancel(GUILD, off.id, CAT, "")
    await place.service.guests.join(GUILD, late.id, BEN)
    await place.service.guests.join(GUILD, late.id, CAT)
    await place.made(now, Kind.VOICE, 77)
    board = await place.service.boards.read(GUILD)
    assert [(p.session.topic, p.session.state, p.people) for p in board.sessions] == [
        ("Now", State.OPEN, 0),
        ("Late", State.BOOKED, 2),
        ("Called off", State.CANCELLED, 0),
    ]
    assert board.sessions[0].channels == {Kind.VOICE: 77}
    assert not (await place.service.boards.read(ELSEWHERE)).sessions


async def test_nobody_who_takes_part_is_named(place: Place) -> None:
    session = (await place.host(ANA, "Git", "11:00")).session
    await place.service.guests.join(GUILD, session.id, BEN)
    idea = await place.service.ideas.put_up(GUILD, CAT, "Rust")
    await place.service.ideas.me_too(GUILD, idea.idea_id, BEN)
    board = await place.service.boards.read(GUILD)
    assert [(w.topic, w.people) for w in board.wanted] == [("Rust", 2)]
    assert "Ben" not in repr(board)
    assert "Cat" not in repr(board)


async def test_a_board_is_the_same_until_something_that_it_shows_changes(place: Place) -> None:
    await place.host(ANA, "Git", "11:00")
    first = await place.service.boards.read(GUILD)
    place.clock.on(1)
    assert await place.service.boards.read(GUILD) == first
    await place.service.ideas.put_up(GUILD, CAT, "Rust")
    assert await place.service.boards.read(GUILD) != first


async def test_a_board_says_what_discord_refuses_and_that_nothing_is_taken(place: Place) -> None:
    async with place.db.transaction() as tx:
        await refused.add(tx, GUILD, "words:abc", place.clock())
    await place.service.organizing.pause(GUILD, ORGANIZER, "")
    board = await place.service.boards.read(GUILD)
    assert board.refused == {"words:abc"}
    assert board.pause == ""
    other = await place.service.boards.read(ELSEWHERE)
    assert not other.refused
    assert other.pause is None
