"""What the keeper writes down: each note in one transaction, the channels' with a line in the audit trail."""

from __future__ import annotations

from bot.domain.models import State
from bot.domain.notices import Notice, NoticeKind
from bot.store.ledger import Entry, Problem
from bot.store.records import Kind
from tests.service.support import ANA, BEN, ELSEWHERE, GUILD, Place, at


async def last(place: Place) -> Entry:
    return (await place.audit())[-1]


async def test_r13_r14_the_life_of_a_channel_is_written_down(place: Place) -> None:
    session = (await place.host(ANA, "Async")).session
    voice = await place.book.intend(GUILD, NewChannel(Kind.VOICE, "Async", session.id))
    assert (await place.book.read(GUILD)).records == [voice]
    assert (voice.channel_id, voice.asked_at) == (None, at("10:00"))
    place.clock.on(1)
    await place.book.found(voice, 71, "adopted")
    [record] = (await place.book.read(GUILD)).records
    assert record.channel_id == 71
    assert await last(place) == Entry(
        at("10:01"), session.id, None, "channel-adopted", "", {"kind": "voice", "channel": 71}
    )
    await place.book.surplus(record, 72)
    assert [(r.channel_id, r.surplus) for r in (await place.book.read(GUILD)).records] == [
        (71, False),
        (72, True),
    ]
    assert (await last(place)).action == "channel-surplus"
    await place.book.gone(record, "deleted")
    assert [r.channel_id for r in (await place.book.read(GUILD)).records] == [72]
    assert (await last(place)).action == "channel-deleted"


async def test_r14_an_intent_that_discord_refused_is_forgotten(place: Place) -> None:
    area = await place.book.intend(GUILD, NewChannel(Kind.AREA, "Open Space"))
    await place.book.refused(area.id)
    assert (await place.book.read(GUILD)).records == []


async def test_r9_a_closed_session_is_read_until_its_channels_are_put_away(place: Place) -> None:
    session = (await place.host(ANA, "Async")).session
    voice = await place.book.intend(GUILD, NewChannel(Kind.VOICE, "Async", session.id))
    text = await place.book.intend(GUILD, NewChannel(Kind.TEXT, f"#{session.id}", session.id))
    await place.book.found(text, 72, "made")
    ended = (await place.service.end(GUILD, session.id, ANA, "")).session
    for record in (voice, text):
        assert (await place.book.read(GUILD)).sessions == [ended]
        if record is voice:
            await place.book.gone(voice, "missing")
        else:
            await place.book.archived(text)
            assert (await last(place)).action == "channel-archived"
    for notice in (await place.book.read(GUILD)).rows.notices:
        assert (await place.book.read(GUILD)).sessions == [ended]
        await place.book.dropped(notice)
    book = await place.book.read(GUILD)
    assert book.sessions == []
    assert [r.archived for r in book.records] == [True]


async def test_a_book_holds_one_guild_and_each_session_once(place: Place) -> None:
    on = (await place.host(ANA, "On")).session
    ahead = (await place.host(BEN, "Ahead", "14:30")).session
    for session in (on, ahead):
        record = await place.book.intend(GUILD, NewChannel(Kind.TEXT, f"#{session.id}", session.id))
        await place.book.found(record, session.id, "made")
    assert [s.id for s in (await place.book.read(GUILD)).sessions] == [on.id, ahead.id]
    empty = await place.book.read(ELSEWHERE)
    assert (empty.sessions, empty.records, empty.notices, empty.problems) == ([], [], [], [])


async def opening(place: Place) -> Notice:
    [notice, _warning] = (await place.book.read(GUILD)).rows.notices
    return notice


async def test_r8_a_notice_is_ticked_off_part_by_part(place: Place) -> None:
    session = (await place.host(ANA, "Async")).session
    await place.book.sending(await opening(place))
    assert (await opening(place)).tried
    await place.book.sent(await opening(place), 1, last=False)
    assert ((await opening(place)).tried, (await opening(place)).parts_sent) == (False, 1)
    assert (await last(place)).action == "open"
    await place.book.sent(await opening(place), 2, last=True)
    assert [n.kind for n in (await place.book.read(GUILD)).rows.notices] == [NoticeKind.WARNING]
    line = await last(place)
    assert (line.action, line.session_id) == ("notice-opening", session.id)


async def test_a_stale_notice_is_dropped_and_that_is_written_down(place: Place) -> None:
    await place.host(ANA, "Async")
    await place.book.dropped(await opening(place))
    assert [n.kind for n in (await place.book.read(GUILD)).rows.notices] == [NoticeKind.WARNING]
    assert (await last(place)).action == "notice-dropped"


async def test_r9_the_last_word_is_written_once(place: Place) -> None:
    session = (await place.host(ANA, "Async")).session
    assert (await place.book.read(GUILD)).warned == frozenset()
    for _ in range(2):
        await place.book.overrun(session)
    book = await place.book.read(GUILD)
    assert [n.kind for n in book.notices] == [NoticeKind.OPENING, NoticeKind.WARNING, NoticeKind.OVERRUN]
    assert book.warned == {session.id}


async def test_who_joined_is_known_to_the_book(place: Place) -> None:
    session = (await place.host(ANA, "Async", "14:30")).session
    await place.service.join(GUILD, session.id, BEN)
    assert await place.book.joined(session.id) == [BEN.id]


async def test_problems_are_written_once_changed_and_forgotten(place: Place) -> None:
    await place.book.problems(GUILD, {"permissions": "connect", "guild-full": "500"})
    await place.book.problem_told(GUILD, "permissions")
    before = place.dump()
    await place.book.problems(GUILD, {"guild-full": "500", "permissions": "connect"})
    assert place.dump() == before
    await place.book.problems(GUILD, {"permissions": "connect", "guild-full": "499"})
    assert (await place.book.read(GUILD)).problems == [
        Problem("guild-full", "499", told=False),
        Problem("permissions", "connect", told=True),
    ]
    await place.book.problems(GUILD, {})
    assert (await place.book.read(GUILD)).problems == []
    assert await place.actions() == ["problem"] * 3 + ["problem-solved"] * 2
    assert (await place.audit())[2].detail == {"code": "guild-full", "problem": "499"}


async def test_the_bots_own_state_is_kept(place: Place) -> None:
    assert await place.book.state("commands") is None
    await place.book.set_state("commands", "hash")
    assert await place.book.state("commands") == "hash"


async def test_r9_time_and_book_agree_on_what_is_over(place: Place) -> None:
    session = (await place.host(ANA, "Async", minutes=30)).session
    await place.book.intend(GUILD, NewChannel(Kind.VOICE, "Async", session.id))
    place.clock.to("10:30")
    await place.service.advance(GUILD)
    [closed] = (await place.book.read(GUILD)).sessions
    assert (closed.state, closed.closed) == (State.ENDED, at("10:30"))


async def test_the_boards_channel_is_known_while_it_is_there(place: Place) -> None:
    assert await place.service.board_channel(GUILD) is None
    board = await place.book.intend(GUILD, NewChannel(Kind.BOARD, "#board"))
    assert await place.service.board_channel(GUILD) is None
    await place.book.found(board, 71, "made")
    assert await place.service.board_channel(GUILD) == 71
    assert await place.service.board_channel(ELSEWHERE) is None
    await place.book.gone(board, "missing")
    assert await place.service.board_channel(GUILD) is None
