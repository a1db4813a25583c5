"""What the keeper writes down: each note in one transaction, checked as it is written, and audited."""

from __future__ import annotations

import pytest

from bot.domain.models import State
from bot.domain.notices import Notice, NoticeKind
from bot.domain.records import IN_DOUBT, Aspect, Kind, Record
from bot.service.deskbook import Book, CalledError, Fact, Note
from bot.store.ledger import Entry, Problem
from tests.service.support import ANA, BEN, CAT, ELSEWHERE, GUILD, Place, at, person


async def last(place: Place) -> Entry:
    return (await place.audit())[-1]


async def read(place: Place, guild_id: int = GUILD) -> Book:
    return await place.book.read(guild_id)


async def records(place: Place) -> list[Record]:
    return [record for record in (await read(place)).rows.records if not record.over]


async def note(place: Place, fact: Fact, record: Record | None = None, **about: object) -> None:
    await place.book.note(GUILD, [Note(fact, record, **about)])  # type: ignore[arg-type]


async def made(place: Place, kind: Kind, session_id: int | None = None, number: int = 71) -> Record:
    """A record whose thing is there."""
    record = await place.book.intend(GUILD, kind, session_id)
    await place.book.made(record, number, "", clear=True)
    return next(each for each in await records(place) if each.id == record.id)


NAMES = {Kind.VOICE: "channel", Kind.CARD: "message", Kind.EVENT: "event"}


@pytest.mark.parametrize("kind", NAMES)
async def test_r13_r14_the_life_of_a_thing_is_written_down(place: Place, kind: Kind) -> None:
    session = (await place.host(ANA, "Async", "14:30")).session
    thing = NAMES[kind]
    intended = await place.book.intend(GUILD, kind, session.id, mark="Async", told={"face": "f"})
    assert await records(place) == [intended]
    assert (intended.discord_id, intended.asked_at, intended.doubt) == (None, at("10:00"), True)
    place.clock.on(1)
    await note(place, Fact.ADOPTED, intended, discord_id=71)
    [record] = await records(place)
    assert (record.discord_id, record.told_at, record.doubt) == (71, at("10:01"), True)
    detail = {"kind": kind, "discord": 71}
    assert await last(place) == Entry(at("10:01"), session.id, None, f"{thing}-adopted", "", detail)
    await note(place, Fact.SURPLUS, record, discord_id=72)
    assert [(r.discord_id, r.surplus) for r in await records(place)] == [(71, False), (72, True)]
    assert (await last(place)).action == f"{thing}-surplus"
    await note(place, Fact.CLEARED, record)
    assert [r.doubt for r in await records(place)] == [False, False]
    for fact, left in ((Fact.DELETED, [72]), (Fact.MISSING, [])):
        await note(place, fact, (await records(place))[0])
        assert [r.discord_id for r in await records(place)] == left
        assert (await last(place)).action == f"{thing}-{fact.name.lower()}"


@pytest.mark.parametrize("clear", [True, False])
async def test_r14_an_answer_is_written_down_and_whether_it_was_the_only_one(
    place: Place, *, clear: bool
) -> None:
    record = await place.book.intend(GUILD, Kind.AREA, None, mark="Open Space")
    place.clock.on(1)
    await place.book.made(record, 71, "shown", clear=clear)
    [known] = await records(place)
    assert (known.discord_id, known.shown, known.doubt) == (71, "shown", not clear)
    assert (known.asked_at, known.told_at) == (at("10:00"), at("10:01"))
    assert (await last(place)).action == "channel-made"


async def test_r14_an_intent_that_discord_refused_is_forgotten(place: Place) -> None:
    record = await place.book.intend(GUILD, Kind.AREA, None)
    await place.book.refused(record)
    assert (await read(place)).rows.records == []


async def test_r14_an_intent_that_was_not_found_may_still_come(place: Place) -> None:
    record = await place.book.intend(GUILD, Kind.BOARD, None, mark="#board")
    await note(place, Fact.CLEARED, record)
    [ghost] = (await read(place)).rows.records
    assert (ghost.id, ghost.over, ghost.doubt) == (record.id, True, True)
    await place.book.intend(GUILD, Kind.BOARD, None)  # another may be asked for
    place.clock.on(16)
    assert [r.over for r in (await read(place)).rows.records] == [False]


async def test_r14_a_change_is_in_doubt_until_it_is_answered(place: Place) -> None:
    session = (await place.host(ANA, "Async", "14:30")).session
    voice = await made(place, Kind.VOICE, session.id)
    before = await place.audit()
    await place.book.changing(voice, (Aspect.NAME, Aspect.SEATS))
    [record] = await records(place)
    assert record.told == {"name": IN_DOUBT, "seats": IN_DOUBT}
    assert record.renames == (at("10:00"),)  # it counts, whatever comes of it
    assert await place.audit() == before
    place.clock.on(1)
    await place.book.changed(voice, {"name": "Tea", "seats": "5"}, "shown")
    [record] = await records(place)
    assert (record.told, record.shown, record.told_at) == (
        {"name": "Tea", "seats": "5"},
        "shown",
        at("10:01"),
    )
    assert (await last(place)).action == "channel-changed"
    assert (await last(place)).detail["aspects"] == "name, seats"
    await place.book.changing(record, (Aspect.SEATS,))
    assert (await records(place))[0].renames == (at("10:00"),)


async def test_an_edit_of_a_board_leaves_no_line_in_the_audit_trail(place: Place) -> None:
    """There are thousands of them."""
    board = await made(place, Kind.BOARD_MESSAGE)
    before = await place.audit()
    await place.book.changing(board, (Aspect.PICTURE,))
    await place.book.changed(board, {"picture": "new"})
    assert await place.audit() == before


async def test_r9_what_moved_to_the_archive_is_looked_after_no_more(place: Place) -> None:
    session = (await place.host(ANA, "Async")).session
    text, card = await made(place, Kind.TEXT, session.id), None
    card = await place.book.intend(GUILD, Kind.CARD, session.id, parent_id=71)
    await place.book.made(card, 72, "", clear=True)
    await place.book.changed(text, {"place": "area"})
    assert len(await records(place)) == 2
    await place.book.changed(text, {"place": "archive"})
    assert await records(place) == []
    found = await place.service.details.look(GUILD, session.id, ANA)
    assert found.showing.channels == {Kind.TEXT: 71}  # people still find it


async def test_r9_a_closed_session_is_read_until_its_channels_are_put_away(place: Place) -> None:
    session = (await place.host(ANA, "Async")).session
    voice = await place.book.intend(GUILD, Kind.VOICE, session.id)
    text = await made(place, Kind.TEXT, session.id)
    ended = (await place.service.changes.end(GUILD, session.id, ANA, "")).session
    for put_away in (note(place, Fact.MISSING, voice), place.book.changed(text, {"place": "archive"})):
        assert (await read(place)).sessions == [ended]
        await put_away
    for waiting in (await read(place)).rows.notices:
        assert (await read(place)).sessions == [ended]
        await note(place, Fact.STALE, notice=waiting)
    assert (await read(place)).sessions == []


async def test_a_book_holds_one_guild_and_each_session_once(place: Place) -> None:
    on = (await place.host(ANA, "On")).session
    ahead = (await place.host(BEN, "Ahead", "14:30")).session
    for session in (on, ahead):
        await made(place, Kind.TEXT, session.id, session.id)
    assert [s.id for s in (await read(place)).sessions] == [on.id, ahead.id]
    empty = (await read(place, ELSEWHERE)).rows
    assert (empty.sessions, empty.records, empty.notices, empty.problems) == ([], [], [], [])


async def test_r9_people_who_wrote_are_noted_and_were_at_the_desk_then(place: Place) -> None:
    session = (await place.host(ANA, "Async")).session
    text = await made(place, Kind.TEXT, session.id)
    place.clock.on(5)
    await note(place, Fact.WROTE, text)  # a program: nobody was there
    assert (await records(place))[0].wrote
    assert (await place.session(session.id)).quiet == at("10:00")
    await note(place, Fact.WROTE, text, people=(BEN.id,), at=at("10:04"))
    assert (await place.session(session.id)).quiet == at("10:04")


# ------------------------------------------------------------------------------ notices


async def opening(place: Place) -> Notice:
    [notice, _warning] = (await read(place)).rows.notices
    return notice


async def test_r8_a_notice_is_ticked_off_part_by_part(place: Place) -> None:
    session = (await place.host(ANA, "Async")).session
    assert await place.book.sending([await opening(place)])
    assert (await opening(place)).tried
    await place.book.sent([await opening(place)], 1, last=False)
    assert ((await opening(place)).tried, (await opening(place)).parts_sent) == (False, 1)
    assert (await last(place)).action == "open"
    one = await opening(place)
    await place.book.sent([one], 2, last=True, pinged=True)
    found = (await read(place)).rows
    assert [n.kind for n in found.notices] == [NoticeKind.WARNING]
    assert (found.said[session.id, NoticeKind.OPENING], found.pinged) == (
        at("10:00"),
        {session.id: at("10:00")},
    )
    line = await last(place)
    assert (line.action, line.session_id) == ("notice-opening", session.id)
    assert not await place.book.sending([one])  # it waits no more


async def test_r17_what_goes_out_in_one_message_is_known_as_that(place: Place) -> None:
    session = (await place.host(ANA, "Async")).session
    for who in (BEN, CAT):
        await place.service.guests.join(GUILD, session.id, who)
    batch = [n for n in (await read(place)).rows.notices if n.kind is NoticeKind.GREETING]
    assert await place.book.sending(batch)
    tried = [n for n in (await read(place)).rows.notices if n.tried]
    assert [n.batch for n in tried] == [batch[0].id] * 2
    await place.service.guests.leave(GUILD, session.id, CAT)
    await place.book.sent(tried, 1, last=True)
    assert not [n for n in (await read(place)).rows.notices if n.kind is NoticeKind.GREETING]


async def test_k17_a_notice_is_given_up_as_stale_only_if_it_still_is_when_that_is_written(
    place: Place,
) -> None:
    """The keeper read the book before the session was in it."""
    await place.host(ANA, "Async")
    waiting, before = await opening(place), place.dump()
    await note(place, Fact.STALE, notice=waiting)
    assert place.dump() == before
    await note(place, Fact.GIVEN_UP, notice=waiting)  # that is no question of time
    assert [n.kind for n in (await read(place)).rows.notices] == [NoticeKind.WARNING]
    assert (await last(place)).action == "notice-dropped"
    after = place.dump()
    await note(place, Fact.GIVEN_UP, notice=waiting)
    assert place.dump() == after


async def test_a_stale_notice_is_dropped_and_that_is_written_down(place: Place) -> None:
    session = (await place.host(ANA, "Async")).session
    waiting = await opening(place)
    await place.service.changes.end(GUILD, session.id, ANA, "")
    await note(place, Fact.STALE, notice=waiting)
    assert waiting.id not in {n.id for n in (await read(place)).rows.notices}
    assert (await last(place)).action == "notice-dropped"


async def test_r9_the_last_word_is_written_once(place: Place) -> None:
    session = (await place.host(ANA, "Async")).session
    for _ in range(2):
        await note(place, Fact.LAST_WORD, session_id=session.id)
    found = (await read(place)).rows
    assert [n.kind for n in found.notices] == [NoticeKind.OPENING, NoticeKind.WARNING, NoticeKind.OVERRUN]
    assert found.said[session.id, NoticeKind.OVERRUN] is None


async def test_who_joined_is_known_to_the_book(place: Place) -> None:
    session = (await place.host(ANA, "Async", "14:30")).session
    await place.service.guests.join(GUILD, session.id, BEN)
    assert await place.service.guests.joined(session.id) == [BEN.id]


async def test_r8_who_is_interested_has_joined_but_not_the_host_nor_who_left(place: Place) -> None:
    session = (await place.host(ANA, "Async", "10:30")).session
    for who in (BEN, CAT):
        await place.service.guests.join(GUILD, session.id, who)
    await place.service.guests.leave(GUILD, session.id, CAT)
    place.clock.to("10:30")
    await place.service.clockwork.advance(GUILD)
    dan = person(4, "Dan")
    for _ in range(2):
        await place.service.guests.interested(GUILD, session.id, [ANA, BEN, CAT, dan])
    assert await place.service.guests.joined(session.id) == [BEN.id, dan.id]
    lines = [(e.action, e.actor_id) for e in await place.audit(session.id) if e.action == "interested"]
    assert lines == [("interested", dan.id)]


async def test_c17_who_is_interested_is_decided_by_the_session_as_it_is_now(place: Place) -> None:
    """It has a new host by now, or was cancelled."""
    session = (await place.host(ANA, "Async")).session
    other = (await place.host(BEN, "Called off", "14:30")).session
    await place.service.changes.cancel(GUILD, other.id, BEN, "")
    place.other.execute("UPDATE session SET host_id = 4 WHERE id = ?", (session.id,))
    dan = person(4, "Dan")
    for number in (session.id, other.id, 99):
        await place.service.guests.interested(GUILD, number, [dan])
    await place.service.guests.interested(ELSEWHERE, session.id, [CAT])
    assert place.ask("SELECT * FROM joined") == []


@pytest.mark.parametrize("name", ["", "x" * 500, "\u200b"])
async def test_r16_whatever_they_are_called(place: Place, name: str) -> None:
    session = (await place.host(ANA, "Async")).session
    await place.service.guests.interested(GUILD, session.id, [person(9, name)])
    [(stored,)] = place.ask("SELECT user_name FROM joined")
    assert 1 <= len(stored) <= 100


# ----------------------------------------------------------------------------- problems


async def problems(place: Place, found: dict[str, str]) -> None:
    known = {problem.code: problem.detail for problem in (await read(place)).rows.problems}
    await place.book.problems(GUILD, known, found)


async def test_problems_are_written_once_changed_and_forgotten(place: Place) -> None:
    await problems(place, {"permissions": "connect", "guild-full": "500"})
    await place.book.problem_told(GUILD, "permissions")
    before = place.dump()
    await problems(place, {"guild-full": "500", "permissions": "connect"})
    assert place.dump() == before
    await problems(place, {"permissions": "connect", "guild-full": "499"})
    assert (await read(place)).rows.problems == [
        Problem("guild-full", "499", told=False),
        Problem("permissions", "connect", told=True),
    ]
    await problems(place, {})
    assert (await read(place)).rows.problems == []
    assert await place.actions() == ["problem"] * 3 + ["problem-solved"] * 2
    assert (await place.audit())[2].detail == {"code": "guild-full", "problem": "499"}


async def test_r16_refused_words_outlive_a_restart(place: Place) -> None:
    await place.book.refuse_words(GUILD, "words:abc")
    assert (await read(place)).rows.refused == {"words:abc"}
    assert (await read(place, ELSEWHERE)).rows.refused == frozenset()
    assert (await last(place)).action == "words-refused"


async def test_the_bots_own_state_is_kept(place: Place) -> None:
    assert await place.service.memory.recall("commands") is None
    await place.service.memory.keep("commands", "hash")
    assert await place.service.memory.recall("commands") == "hash"


async def test_r9_time_and_book_agree_on_what_is_over(place: Place) -> None:
    session = (await place.host(ANA, "Async", minutes=30)).session
    await place.book.intend(GUILD, Kind.VOICE, session.id)
    place.clock.to("10:30")
    await place.service.clockwork.advance(GUILD)
    [closed] = (await read(place)).sessions
    assert (closed.state, closed.closed) == (State.ENDED, at("10:30"))


async def test_the_boards_channel_is_known_while_it_is_there(place: Place) -> None:
    assert await place.service.landmarks.board_channel(GUILD) is None
    board = await place.book.intend(GUILD, Kind.BOARD, None)
    assert await place.service.landmarks.board_channel(GUILD) is None
    await place.book.made(board, 71, "", clear=True)
    assert await place.service.landmarks.board_channel(GUILD) == 71
    assert await place.service.landmarks.board_channel(ELSEWHERE) is None
    await note(place, Fact.MISSING, (await records(place))[0])
    assert await place.service.landmarks.board_channel(GUILD) is None


async def test_r14_what_was_learnt_of_a_thing_is_not_noted_of_what_became_of_it(place: Place) -> None:
    """The keeper read a list that did not show it yet; its answer came meanwhile."""
    board = await place.book.intend(GUILD, Kind.BOARD, None)
    await place.book.made(board, 71, "", clear=True)
    before = place.dump()
    for fact in (Fact.CLEARED, Fact.MISSING, Fact.DELETED):
        await note(place, fact, board)
    await note(place, Fact.ADOPTED, board, discord_id=72)
    assert place.dump() == before


async def test_k17_what_is_noted_together_is_written_together(place: Place) -> None:
    session = (await place.host(ANA, "Async")).session
    voice = await made(place, Kind.VOICE, session.id)
    wrong = Note(Fact.LAST_WORD, session_id=99)  # there is no such session
    before = place.dump()
    with pytest.raises(Exception, match="FOREIGN KEY"):
        await place.book.note(GUILD, [Note(Fact.DELETED, voice), wrong])
    assert place.dump() == before


async def calling(place: Place, session_id: int, called: str = "2") -> Record:
    """A card that calls this many of who joined is about to be asked for."""
    return await place.book.intend(GUILD, Kind.CARD, session_id, told={"picture": "p", "called": called})


@pytest.fixture
async def opened(place: Place) -> Notice:
    """The word that a desk is open, which waits to be said."""
    await place.host(ANA, "Async", "now")
    return await opening(place)


@pytest.mark.parametrize(("called", "left"), [("2", []), ("98+", [1])])
async def test_u10_r8_what_a_card_says_is_not_said_again(
    place: Place, opened: Notice, called: str, left: list[int]
) -> None:
    record = await calling(place, opened.session_id, called)
    assert not await place.book.sending([opened], 0)  # it is on its way
    await place.book.made(record, 71, "", clear=True)
    waits = [n for n in (await read(place)).rows.notices if n.kind is NoticeKind.OPENING]
    assert [n.parts_sent for n in waits] == left
    assert ("notice-opening" in [line.action for line in await place.audit()]) is (not left)


async def test_u10_r8_whom_words_have_called_no_card_calls(place: Place, opened: Notice) -> None:
    assert await place.book.sending([opened], 0)
    with pytest.raises(CalledError):
        await calling(place, opened.session_id)
    assert await records(place) == []
    await place.book.sent([opened], 1, last=True, pinged=True)
    with pytest.raises(CalledError):
        await calling(place, opened.session_id)


async def test_u10_r8_a_card_that_discord_refused_has_called_nobody(place: Place, opened: Notice) -> None:
    await place.book.refused(await calling(place, opened.session_id))
    assert await place.book.sending([opened], 0)
