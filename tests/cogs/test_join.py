"""`/openspace join` and `/openspace leave`: by id, by words, by button."""

from __future__ import annotations

import pytest

from tests.cogs.conftest import Speak, click, first, read, slash, told
from tests.conftest import World, buttons
from tests.desks.acts import pings


async def test_join_an_open_desk_gives_the_links_and_greets_the_host(world: World) -> None:
    await world.host("ana", "Git")
    text = await world.join("bo", "git")
    voice, chat = world.channel("Git"), world.channel("git")
    assert text.splitlines() == [
        "✅ You're in: **Git**, hosted by ana.",
        f"🔊 <#{voice.id}> · 💬 <#{chat.id}>",
        "Leave",
    ]
    ana, bo = world.person("ana"), world.person("bo")
    assert world.said("git")[-1] == f"👋 {bo.mention} just joined. {ana.mention}, say hello!"
    assert {user.id for user in chat.history()[-1].mentions} == {ana.id, bo.id}


async def test_join_ahead_says_when_and_mentions_at_the_opening(world: World) -> None:
    await world.host("ana", "Git", "10:30")
    text = await world.join("bo", "Git")
    assert "It starts <t:1767234600:f>, <t:1767234600:R>; you'll be mentioned when it opens." in text
    await world.until("10:30")
    (opening,) = world.said("git")
    assert "Desk 1 is open" in opening
    assert pings(world, "git", "bo") == pings(world, "git", "ana") == 1


@pytest.mark.parametrize("meant", ["1", " 1 ", "Git for beginners", "GIT FOR beginners", "beginn", "ana"])
async def test_words_or_a_number_that_mean_one_session(world: World, meant: str) -> None:
    await world.host("ana", "Git for beginners", "10:30")
    await world.host("bo", "Rust", "10:30")
    assert "You're in: **Git for beginners**" in await world.join("cy", meant)


async def test_joining_twice_is_said_and_greets_once(world: World) -> None:
    await world.host("ana", "Git")
    await world.join("bo", "Git")
    assert "✅ You're already in: **Git**" in await world.join("bo", "Git")
    assert sum("👋" in text for text in world.said("git")) == 1


async def test_ones_own_session_needs_no_joining(world: World) -> None:
    await world.host("ana", "*Git*")
    assert await world.join("ana", "Git") == "You host **\\*Git\\***, so you're already in."


@pytest.mark.parametrize(
    "meant", ["nothing", "99", "0", "-1", "9" * 40, "٣", "'; DROP TABLE session; --", " "]
)
@pytest.mark.parametrize("command", ["join", "leave"])
async def test_what_matches_nothing_is_said(world: World, command: str, meant: str) -> None:
    await world.host("ana", "Git")
    text = await slash(world, "bo", command, session=meant)
    assert text.startswith("No session here matches")
    assert "See `/openspace list`." in text


async def test_words_that_mean_several_sessions_are_settled_by_a_click(world: World) -> None:
    await world.host("ana", "Git", "10:30")
    await world.host("bo", "Git", "11:30")
    cy = world.person("cy")
    asked = await cy.slash(world.lobby, "openspace join", session="git")
    assert read(asked).splitlines()[:4] == [
        "“git” matches more than one session.",
        "Which one?",
        "`1` **Git** · ana · <t:1767234600:f>",
        "`2` **Git** · bo · <t:1767238200:f>",
    ]
    assert "You're in: **Git**, hosted by bo." in read(await click(cy, told(asked), "2 · Git"))


async def test_leaving_one_of_several_leaves(world: World) -> None:
    await world.host("ana", "Git", "10:30")
    await world.host("bo", "Git", "11:30")
    cy = world.person("cy")
    await world.join("cy", "1")
    asked = await cy.slash(world.lobby, "openspace leave", session="git")
    assert first(await click(cy, told(asked), "1 · Git")) == "You left **Git**. No more notices."


async def test_leave_stops_the_notices(world: World) -> None:
    await world.host("ana", "Git", "10:30")
    await world.join("bo", "Git")
    left = told(await world.person("bo").slash(world.lobby, "openspace leave", session="Git"))
    assert left.content == "You left **Git**. No more notices."
    assert "You're in: **Git**" in read(await click(world.person("bo"), left, "Join again"))
    await click(world.person("bo"), left, "Leave")
    assert "hadn't joined **Git**" in await slash(world, "bo", "leave", session="Git")
    await world.until("10:30")
    assert world.person("bo").mention not in world.said("git")[0]


@pytest.mark.parametrize("meant", ["1", "Git"])
async def test_an_ended_session_cannot_be_joined(world: World, meant: str) -> None:
    await world.host("ana", "Git", minutes=30)
    await world.until("09:00")
    text = await world.join("bo", meant)
    assert text in {
        "**Git** is over. See `/openspace list` for more.",
        "No session here matches “Git”. See `/openspace list`.",
    }


async def test_a_session_of_another_server_is_not_found(world: World) -> None:
    await world.host("ana", "Secret", "10:30")
    other = world.env.create_guild("Other")
    lobby = other.create_text_channel("lobby")
    await world.env.settle()
    stranger = other.add_member(world.env.create_user("eve"))
    for meant in ("1", "Secret"):
        result = await stranger.slash(lobby, "openspace join", session=meant)
        assert read(result).startswith("No session here matches")
    assert await stranger.autocomplete(lobby, "openspace join", "session", "") == []
    assert "Nothing yet." in read(await stranger.slash(lobby, "openspace list", show="all"))


async def offered(world: World, name: str, command: str, typed: str) -> list[tuple[str, str]]:
    choices = await world.person(name).autocomplete(world.lobby, f"openspace {command}", "session", typed)
    return [(choice["name"], choice["value"]) for choice in choices]


async def test_sessions_are_offered_by_topic_and_host(world: World) -> None:
    await world.host("ana", "Git", "10:30")
    await world.host("bo", "Rust", "day 2 11:00")
    await world.host("cy", "Over", minutes=10)
    await world.until("08:20")
    git, rust = ("Git — ana · 10:30 (Taipei time)", "1"), ("Rust — bo · Fri, Jan 2 11:00 (Taipei time)", "2")
    assert await offered(world, "dee", "join", "") == [git, rust]
    assert await offered(world, "dee", "join", "ＧＩＴ") == [git]
    assert await offered(world, "dee", "join", "BO") == [rust]
    assert await offered(world, "dee", "join", "nonsense") == []
    assert await offered(world, "ana", "join", "") == [rust]  # not one's own
    assert await offered(world, "dee", "leave", "") == []


async def test_what_one_has_joined_is_offered_to_leave(world: World, speak: Speak) -> None:
    await world.host("ana", "Git", "10:30")
    await world.join("bo", "1")
    assert await offered(world, "bo", "join", "") == []
    speak("zh-TW")
    assert await offered(world, "bo", "leave", "g") == [("Git — ana · 10:30（台北時間）", "1")]
    assert await slash(world, "bo", "leave", session="1") == "已退出 **Git**，不會再收到通知。\n重新參加"


async def test_at_most_25_sessions_are_offered(world: World) -> None:
    for n in range(26):
        await world.host(f"host{n}", f"Topic {n}", f"{9 + n // 5}:{n % 5 * 10:02}", minutes=10)
    assert len(await offered(world, "zoe", "join", "")) == 25


async def test_joining_by_button_on_an_ended_session_says_so(world: World) -> None:
    await world.host("ana", "Git", minutes=30)
    bo = world.person("bo")
    page = told(await bo.slash(world.lobby, "openspace list"))
    assert "Join" in buttons(page)
    await world.until("09:00")
    said = read(await click(bo, page, "Join"))
    assert "**Git** is over. See `/openspace list` for more." in said
