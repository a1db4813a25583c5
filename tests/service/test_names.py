"""C7, R20: names of now: taken from each act of a person, everywhere they stand."""

from __future__ import annotations

from bot.service import Show
from bot.store.drafts import Draft
from tests.service.support import ANA, BEN, CAT, ELSEWHERE, GUILD, Place, person, shared

RENAMED = person(ANA.id, "Ana, at the bar")


def newest() -> bool:
    return True


async def everywhere(place: Place) -> None:
    """Ana hosts, has joined, co-hosts, has put up an idea and would come to another."""
    for guild in (GUILD, ELSEWHERE):
        await place.service.hosting.host(guild, ANA, Draft(ANA.id, "Async", "", "14:30", 30))
        other = (await place.service.hosting.host(guild, BEN, Draft(BEN.id, "Rust", "", "15:30", 30))).session
        await place.service.guests.join(guild, other.id, ANA)
        await shared(place.service, guild, other.id, BEN, ANA)
        await place.service.ideas.put_up(guild, ANA, "Snakes")
        idea = await place.service.ideas.put_up(guild, CAT, "Cats")
        await place.service.ideas.me_too(guild, idea.idea_id, ANA)


PLACES = (
    ("host_name", "session", "host_id"),
    ("user_name", "joined JOIN session ON id = session_id", "user_id"),
    ("user_name", "cohost JOIN session ON id = session_id", "user_id"),
    ("author_name", "idea", "author_id"),
    ("user_name", "idea_supporter JOIN idea ON id = idea_id", "user_id"),
)


def names(place: Place, guild: int) -> set[str]:
    """All names that stand for Ana in a guild."""
    found: list[tuple[str]] = []
    for column, table, whose in PLACES:
        found += place.ask(f"SELECT {column} FROM {table} WHERE {whose} = 1 AND guild_id = ?", guild)
    assert len(found) == 6
    return {name for (name,) in found}


async def test_r20_a_new_name_stands_everywhere_in_its_server_by_one_row_of_the_audit(place: Place) -> None:
    await everywhere(place)
    before = len(await place.audit())
    await place.service.names.take_name(GUILD, RENAMED, newest)
    assert (names(place, GUILD), names(place, ELSEWHERE)) == ({"Ana, at the bar"}, {"Ana"})
    [line] = (await place.audit())[before:]
    assert (line.action, line.actor_id, line.detail) == ("renamed", ANA.id, {"rows": 6})  # no name is hoarded
    assert (await place.service.finding.find(GUILD, "at the bar")).topic == "Async"
    assert [c.session.host_name for c in (await place.look(CAT.id, Show.ALL)).cards] == [
        "Ana, at the bar",
        "Ben",
    ]


async def test_r20_nothing_is_written_and_nobody_woken_where_no_name_has_changed(place: Place) -> None:
    await everywhere(place)
    woken = place.woken
    woken.clear()
    before = place.dump()
    await place.service.names.take_name(GUILD, ANA, newest)
    await place.service.names.take_name(GUILD, person(77, "Stranger"), newest)
    await place.service.names.take_name(GUILD, RENAMED, lambda: False)  # a later act has another name
    assert (place.dump(), woken) == (before, [])
    await place.service.names.take_name(GUILD, RENAMED, newest)
    assert woken == [GUILD]


async def test_r20_a_name_of_which_nothing_is_visible_is_the_persons_number(place: Place) -> None:
    await everywhere(place)
    await place.service.names.take_name(GUILD, person(ANA.id, "\u200b"), newest)
    assert names(place, GUILD) == {"1"}
