"""What an export reads: all of one server's sessions and people, in one snapshot, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable

import pytest

from bot.domain.models import State
from bot.service import presence
from bot.service.exports import Records
from tests.service.support import ANA, BEN, CAT, ELSEWHERE, GUILD, ORGANIZER, Place, at


async def busy(place: Place) -> None:
    """Ana's session with Ben, at which Cat was; another server has one too."""
    session = (await place.host(ANA, "Async", minutes=60)).session
    await place.service.guests.join(GUILD, session.id, BEN)
    async with place.db.transaction() as tx:
        await presence.came(tx, GUILD, session.id, [CAT.id, BEN.id], place.clock())
    place.ask(
        "INSERT INTO session (guild_id, host_id, host_name, topic, starts_at, ends_at, state, created_at)"
        " SELECT 12, host_id, host_name, 'Elsewhere', starts_at, ends_at, 'booked', created_at FROM session"
    )
    place.ask("INSERT INTO joined VALUES (2, 5, 'Eve', 0, 1)")
    place.ask("INSERT INTO visit VALUES (2, 5, 0)")


async def taken(place: Place, guild: int = GUILD) -> Records:
    return await place.service.exports.take(guild, ORGANIZER, "all")


async def test_all_of_this_server_and_nothing_of_another(place: Place) -> None:
    await busy(place)
    found = await taken(place)
    assert [s.topic for s in found.sessions] == ["Async"]
    assert [(j.user_id, j.name) for j in found.joins] == [(BEN.id, "Ben")]
    assert [(v.user_id, v.name) for v in found.visits] == [(BEN.id, "Ben"), (CAT.id, "")]
    assert found.created[1] == at("10:00")
    other = await taken(place, ELSEWHERE)
    assert [s.topic for s in other.sessions] == ["Elsewhere"]
    assert [j.name for j in other.joins] == ["Eve"]


async def test_changes_are_counted_and_comings_and_goings_are_not(place: Place) -> None:
    session = (await place.host(ANA, "Async", "14:30")).session
    assert (await taken(place)).changes[session.id][0] == 0
    place.clock.to("10:20")
    await place.service.guests.join(GUILD, session.id, BEN)
    assert (await taken(place)).changes[session.id] == (0, at("10:00"))
    await place.service.edits.edit(GUILD, session.id, ANA, topic="Trio")
    assert (await taken(place)).changes[session.id] == (1, at("10:20"))
    await place.service.changes.cancel(GUILD, session.id, ANA, "ill")
    assert (await taken(place)).changes[session.id][0] == 2


async def test_an_export_leaves_a_trace_and_changes_nothing_else(place: Place) -> None:
    await busy(place)
    before = place.dump()
    await place.service.exports.take(GUILD, ORGANIZER, "joins")
    new = [line for line in place.dump() if line not in before]
    assert len(new) == 3  # its line in the trail, whom that names, and the trail's counter
    entry = (await place.audit())[-1]
    assert (entry.action, entry.actor_id, entry.detail) == ("export", ORGANIZER.id, {"what": "joins"})


async def test_what_was_forgotten_has_no_name(place: Place) -> None:
    await busy(place)
    place.ask("UPDATE session SET host_id = 0, host_name = ''")
    place.ask("UPDATE joined SET user_id = 0, user_name = ''")
    found = await taken(place)
    assert [(s.host_id, s.host_name) for s in found.sessions] == [(0, "")]
    assert [(j.user_id, j.name) for j in found.joins] == [(0, "")]


@pytest.mark.parametrize("secret", ["reports", "blocks", "drafts"])
async def test_reports_blocks_and_drafts_are_not_taken(place: Place, secret: str) -> None:
    await busy(place)
    place.ask(
        {
            "reports": "INSERT INTO report_case (guild_id, about_name, opened_at) VALUES (11, 'sekrit', 0)",
            "blocks": "INSERT INTO block VALUES (11, 5, 'host', 'sekrit', 'sekrit', NULL, 1, 0)",
            "drafts": "INSERT INTO draft (guild_id, user_id, topic, description, typed_when, created_at)"
            " VALUES (11, 5, 'sekrit', '', '', 0)",
        }[secret]
    )
    assert "sekrit" not in repr(await taken(place))


@pytest.mark.parametrize("method", ["take", "report", "posted"])
async def test_others_take_nothing_along(place: Place, method: str) -> None:
    exports = place.service.exports
    wish: dict[str, Callable[[], Awaitable[object]]] = {
        "take": lambda: exports.take(GUILD, ANA, "all"),
        "report": lambda: exports.report(GUILD, ANA),
        "posted": lambda: exports.posted(GUILD, ANA, 5),
    }
    assert (await place.refused(wish[method]())).code == "organizers-only"


async def test_the_report_counts_what_is_there(place: Place) -> None:
    await busy(place)
    report = await place.service.exports.report(GUILD, ORGANIZER)
    total = report.total
    assert (total.held, total.running, total.joiners, total.visitors, total.hosts) == (1, 1, 1, 2, 1)
    place.clock.to("11:30")
    report = await place.service.exports.report(GUILD, ORGANIZER)
    assert [s.state for s in report.without] == [State.ENDED]
    assert (await place.service.exports.report(ELSEWHERE, ORGANIZER)).total.joiners == 1


async def test_that_a_report_was_posted_is_recorded(place: Place) -> None:
    await place.service.exports.posted(GUILD, ORGANIZER, 55)
    [(action, detail)] = place.ask("SELECT action, detail FROM audit")
    assert (action, json.loads(detail)) == ("report-posted", {"channel": 55})
