"""Ideas: put up, me too, not me, taken back, faded, and hosted with those who asked for them."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Awaitable
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, event, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from bot.domain.models import State
from bot.domain.names import fold
from bot.domain.refusal import Refusal
from bot.service import Hosted, IdeaShown, Person
from bot.service.ideas import MOST_IDEAS
from bot.store import guests
from bot.store.drafts import Draft
from tests.service.support import (
    ANA,
    BEN,
    CAT,
    ELSEWHERE,
    GUILD,
    Place,
    examples,
    open_place,
    person,
)

HOUR = timedelta(hours=1)
DAN = person(4, "Dan")


async def put_up(place: Place, who: Person = ANA, topic: str = "Rust") -> int:
    return (await place.service.ideas.put_up(GUILD, who, topic)).idea_id


async def topics(place: Place) -> list[tuple[str, int]]:
    """The topics that are up with how many would come, in the order in which they are shown."""
    shown = await place.service.ideas.look(GUILD, 0)
    assert await place.service.ideas.count(GUILD) == len(shown)
    return [(idea.topic, idea.supporters) for idea in shown]


async def host(place: Place, who: Person, idea_id: int | None, when: str = "", topic: str = "Rust") -> Hosted:
    return await place.service.hosting.host(GUILD, who, Draft(who.id, topic, "", when, None, idea_id))


async def joined(place: Place, result: Hosted) -> list[int]:
    return await guests.ids(place.db.read, result.session.id)


def woken(place: Place) -> list[int]:
    """The guilds that changes wake from now on."""
    place.woken.clear()
    return place.woken


# Put up


async def test_an_idea_is_up_and_its_author_would_come(place: Place) -> None:
    told = woken(place)
    result = await place.service.ideas.put_up(GUILD, ANA, "  Rust \u200b for\nPythonistas ")
    assert (result.topic, result.changed) == ("Rust for Pythonistas", True)
    shown = IdeaShown(result.idea_id, "Rust for Pythonistas", "Ana", 1, mine=True, me_too=True)
    assert await place.service.ideas.look(GUILD, ANA.id) == [shown]
    assert await place.service.ideas.look(GUILD, BEN.id) == [replace(shown, mine=False, me_too=False)]
    assert await place.service.ideas.look(ELSEWHERE, ANA.id) == []
    wish = Draft(ANA.id, "", "", "", None, idea_id=result.idea_id)
    _, typed = await place.service.hosting.to_host(GUILD, ANA, wish)
    assert typed.topic == "Rust for Pythonistas"
    assert told == [GUILD]
    [line] = await place.audit()
    assert (line.action, line.actor_id, line.detail) == (
        "idea",
        ANA.id,
        {"idea": result.idea_id, "topic": "Rust for Pythonistas"},
    )


async def test_r16_an_idea_is_cleaned_and_cut(place: Place) -> None:
    result = await place.service.ideas.put_up(GUILD, replace(ANA, name="\u202e"), "長" * 4000)
    assert result.topic == "長" * 99 + "…"
    [shown] = await place.service.ideas.look(GUILD, BEN.id)
    assert (shown.topic, shown.author) == (result.topic, str(ANA.id))


@pytest.mark.parametrize("blank", ["", " \u3000", "\u200b\u2060"])
async def test_an_idea_needs_a_topic(place: Place, blank: str) -> None:
    assert (await place.refused(place.service.ideas.put_up(GUILD, ANA, blank))).code == "no-topic"


async def test_the_same_topic_again_is_a_me_too(place: Place) -> None:
    first = await place.service.ideas.put_up(GUILD, ANA, "Rust")
    second = await place.service.ideas.put_up(GUILD, BEN, "ＲＵＳＴ")
    assert (second.idea_id, second.topic, second.changed) == (first.idea_id, "Rust", True)
    assert not (await place.service.ideas.put_up(GUILD, ANA, "rust")).changed
    assert await topics(place) == [("Rust", 2)]
    assert await place.actions() == ["idea", "me-too"]


async def test_the_same_form_sent_twice_at_once_puts_up_one_idea(place: Place) -> None:
    both = await asyncio.gather(*(place.service.ideas.put_up(GUILD, ANA, "Rust") for _ in range(2)))
    assert [result.changed for result in both] == [True, False]
    assert await topics(place) == [("Rust", 1)]


async def test_one_person_has_a_few_ideas_up_at_a_time(place: Place) -> None:
    first, *_ = [await put_up(place, ANA, f"Idea {number}") for number in range(MOST_IDEAS)]
    refusal = await place.refused(place.service.ideas.put_up(GUILD, ANA, "One more"))
    assert (refusal.code, refusal.fields) == ("ideas-full", {"most": MOST_IDEAS})
    await put_up(place, BEN, "One more")
    assert (
        await place.service.ideas.put_up(GUILD, ANA, "One more")
    ).changed  # a me too is no idea of one's own
    await place.service.ideas.drop(GUILD, first, ANA)
    await put_up(place, ANA, "Now it fits")


# Me too, not me


async def test_me_too_counts_once(place: Place) -> None:
    number = await put_up(place)
    told = woken(place)
    first, second = await asyncio.gather(*(place.service.ideas.me_too(GUILD, number, BEN) for _ in range(2)))
    assert (first.changed, second.changed) == (True, False)
    assert not (
        await place.service.ideas.me_too(GUILD, number, ANA)
    ).changed  # who put it up would come anyway
    assert await topics(place) == [("Rust", 2)]
    [shown] = await place.service.ideas.look(GUILD, BEN.id)
    assert (shown.mine, shown.me_too) == (False, True)
    assert told == [GUILD]
    assert await place.actions() == ["idea", "me-too"]


async def test_not_me_takes_it_back_once(place: Place) -> None:
    number = await put_up(place)
    await place.service.ideas.me_too(GUILD, number, BEN)
    told = woken(place)
    first, second = await asyncio.gather(*(place.service.ideas.not_me(GUILD, number, BEN) for _ in range(2)))
    assert (first.changed, second.changed) == (True, False)
    assert await topics(place) == [("Rust", 1)]
    assert told == [GUILD]
    assert await place.actions() == ["idea", "me-too", "not-me"]


async def test_its_author_stays_one_of_those_who_would_come(place: Place) -> None:
    number = await put_up(place)
    assert not (await place.service.ideas.not_me(GUILD, number, ANA)).changed
    assert await topics(place) == [("Rust", 1)]


async def test_those_that_most_would_come_to_are_shown_first(place: Place) -> None:
    for topic in ("First", "Second", "Third"):
        await put_up(place, ANA, topic)
    third = (await place.service.ideas.look(GUILD, ANA.id))[-1]
    await place.service.ideas.me_too(GUILD, third.id, BEN)
    assert await topics(place) == [("Third", 2), ("First", 1), ("Second", 1)]


# Taken back, faded


async def test_an_idea_is_taken_back_by_its_author_or_an_organizer(place: Place) -> None:
    mine, other = await put_up(place, ANA, "Mine"), await put_up(place, ANA, "Other")
    refusal = await place.refused(place.service.ideas.drop(GUILD, mine, BEN))
    assert (refusal.code, refusal.fields) == ("not-your-idea", {"topic": "Mine", "author": "Ana"})
    told = woken(place)
    await place.service.ideas.drop(GUILD, mine, ANA)
    await place.service.ideas.drop(GUILD, other, replace(BEN, organizer=True))
    assert await topics(place) == []
    assert told == [GUILD, GUILD]
    last = (await place.audit())[-1]
    assert (last.action, last.actor_id, last.detail["idea"]) == ("idea-dropped", BEN.id, other)
    assert (await place.refused(place.service.ideas.drop(GUILD, mine, ANA))).code == "idea-gone"


async def test_an_idea_fades_after_the_last_me_too(place: Place) -> None:
    place.fade_after(2)
    number = await put_up(place)
    place.clock.on(119)
    await place.service.ideas.me_too(GUILD, number, BEN)
    place.clock.on(119)
    assert await topics(place) == [("Rust", 2)]
    place.clock.on(1)
    assert await topics(place) == []


@pytest.mark.parametrize("how", ["dropped", "faded", "hosted", "elsewhere", "unknown"])
async def test_what_is_gone_is_refused_kindly(place: Place, how: str) -> None:
    number, where = await put_up(place), GUILD
    if how == "dropped":
        await place.service.ideas.drop(GUILD, number, ANA)
    elif how == "faded":
        place.clock.on(48 * 60)
    elif how == "hosted":
        await host(place, BEN, number)
    elif how == "elsewhere":
        where = ELSEWHERE
    else:
        number = 999
    service = place.service
    for wish in (service.ideas.me_too, service.ideas.not_me, service.ideas.drop):
        refusal = await place.refused(wish(where, number, ANA))
        assert refusal.code == ("idea-hosted" if how == "hosted" else "idea-gone")
    refusal = await place.refused(service.ideas.me_too(where, number, ANA))
    assert refusal.fields == ({"topic": "Rust"} if how == "hosted" else {})


# Hosted


@pytest.mark.parametrize("when", ["", "14:30"])
async def test_whoever_hosts_an_idea_brings_those_along_who_asked_for_it(place: Place, when: str) -> None:
    number = await put_up(place, ANA)
    await place.service.ideas.me_too(GUILD, number, BEN)
    await place.service.ideas.me_too(GUILD, number, CAT)
    result = await host(place, BEN, number, when, "Rust, gently")
    assert result.brought == 2
    assert sorted(await joined(place, result)) == [ANA.id, CAT.id]
    assert await topics(place) == []
    [line] = [line for line in await place.audit() if line.action == "host"]
    assert (line.session_id, line.detail["idea"], line.detail["brought"]) == (
        result.session.id,
        number,
        [ANA.id, CAT.id],
    )
    assert place.ask("SELECT session_id FROM idea") == [(result.session.id,)]


async def test_an_author_may_host_their_own_idea(place: Place) -> None:
    number = await put_up(place, ANA)
    await place.service.ideas.me_too(GUILD, number, BEN)
    result = await host(place, ANA, number)
    assert await joined(place, result) == [BEN.id]


async def test_of_two_who_host_the_same_idea_one_brings_people_along(place: Place) -> None:
    number = await put_up(place, ANA)
    await place.service.ideas.me_too(GUILD, number, DAN)
    first, second = await asyncio.gather(host(place, BEN, number), host(place, CAT, number))
    assert sorted([first.brought, second.brought]) == [0, 2]
    assert {s.host_id for s in await place.service.finding.active(GUILD)} == {BEN.id, CAT.id}
    assert len(await joined(place, first)) + len(await joined(place, second)) == 2


async def test_r5_the_same_form_sent_twice_brings_people_along_once(place: Place) -> None:
    number = await put_up(place, ANA)
    first, second = await asyncio.gather(*(host(place, BEN, number) for _ in range(2)))
    assert (first.again, second.again, second.session.id) == (False, True, first.session.id)
    assert await joined(place, first) == [ANA.id]


async def test_r6_an_idea_stays_with_what_was_typed_until_it_fits(place: Place) -> None:
    number = await put_up(place, ANA)
    refusal = await place.refused(host(place, BEN, number, "around tea"))
    assert await topics(place) == [("Rust", 1)]  # still up: nobody hosts it yet
    assert refusal.draft is not None
    assert (await place.service.drafts.find(GUILD, BEN, refusal.draft)).idea_id == number
    offer = refusal.offers[0]
    result = await place.service.hosting.host_draft(GUILD, BEN, refusal.draft, offer.start, 60)
    assert await joined(place, result) == [ANA.id]


@pytest.mark.parametrize("how", ["dropped", "faded", "elsewhere"])
async def test_an_idea_that_went_while_the_form_was_open_is_just_hosted(place: Place, how: str) -> None:
    number = await put_up(place, ANA)
    if how == "dropped":
        await place.service.ideas.drop(GUILD, number, ANA)
    elif how == "faded":
        place.fade_after(1)
        place.clock.on(60)
    else:
        number = (await place.service.ideas.put_up(ELSEWHERE, ANA, "Rust")).idea_id
    result = await host(place, BEN, number)
    assert (result.brought, await joined(place, result)) == (0, [])


async def test_hosting_without_an_idea_takes_none_down(place: Place) -> None:
    await put_up(place, ANA, "Rust")
    await place.host(BEN, "Rust")
    assert await topics(place) == [("Rust", 1)]


# Any sequence of it all


@dataclass
class Wish:
    """What the test remembers of an idea: when each said that they would come."""

    author: int
    topic: str
    said: dict[int, datetime]
    gone: bool = False


class Wishes(RuleBasedStateMachine):
    """A few people with a few topics; the file is held against what the test remembers."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.stack = AsyncExitStack()
        folder = Path(self.stack.enter_context(tempfile.TemporaryDirectory()))
        self.place = self.runner.run(self.stack.enter_async_context(open_place(folder)))
        self.place.fade_after(2)
        self.wishes: dict[int, Wish] = {}
        self.brought: dict[int, tuple[int, set[int]]] = {}

    def teardown(self) -> None:
        self.runner.run(self.stack.aclose())
        self.runner.close()

    def try_(self, wish: Awaitable[Any]) -> Any:
        async def attempt() -> Any:
            return await wish

        try:
            return self.runner.run(attempt())
        except Refusal as refusal:
            event(refusal.code)
            return refusal

    def up(self) -> dict[int, Wish]:
        now = self.place.clock()
        return {n: w for n, w in self.wishes.items() if not w.gone and max(w.said.values()) > now - 2 * HOUR}

    people = st.integers(1, 5).map(person)
    numbers = st.integers(1, 8)

    @rule(who=people, topic=st.sampled_from(["A", "b", "B", "C", "D"]))
    def put_up(self, who: Person, topic: str) -> None:
        answer = self.try_(self.place.service.ideas.put_up(GUILD, who, topic))
        up = self.up()
        same = [wish for wish in up.values() if fold(wish.topic) == fold(topic)]
        if same:
            assert answer.changed == (who.id not in same[0].said)
            same[0].said.setdefault(who.id, self.place.clock())
        elif sum(wish.author == who.id for wish in up.values()) >= MOST_IDEAS:
            assert answer.code == "ideas-full"
        else:
            self.wishes[answer.idea_id] = Wish(who.id, topic, {who.id: self.place.clock()})

    @rule(who=people, number=numbers)
    def me_too(self, who: Person, number: int) -> None:
        answer = self.try_(self.place.service.ideas.me_too(GUILD, number, who))
        wish = self.up().get(number)
        assert isinstance(answer, Refusal) == (wish is None)
        if wish:
            assert answer.changed == (who.id not in wish.said)
            wish.said.setdefault(who.id, self.place.clock())

    @rule(who=people, number=numbers)
    def not_me(self, who: Person, number: int) -> None:
        answer = self.try_(self.place.service.ideas.not_me(GUILD, number, who))
        wish = self.up().get(number)
        assert isinstance(answer, Refusal) == (wish is None)
        if wish and wish.author != who.id:
            assert answer.changed == (wish.said.pop(who.id, None) is not None)

    @rule(who=people, number=numbers, organizer=st.booleans())
    def drop(self, who: Person, number: int, organizer: bool) -> None:
        answer = self.try_(self.place.service.ideas.drop(GUILD, number, replace(who, organizer=organizer)))
        wish = self.up().get(number)
        may = wish is not None and (organizer or wish.author == who.id)
        assert isinstance(answer, Refusal) != may
        if wish and may:
            wish.gone = True

    @rule(hosts=st.lists(people, min_size=1, max_size=3), number=numbers)
    def host(self, hosts: list[Person], number: int) -> None:
        """One after another from the same idea, which only the first finds up; then called off again."""
        for who in hosts:
            answer = self.try_(host(self.place, who, number, "2021-10-03 14:30", f"Topic {number}"))
            wish = self.up().get(number)
            expected = set(wish.said) - {who.id} if wish else set()
            assert isinstance(answer, Hosted)
            assert answer.brought == (0 if answer.again else len(expected))
            if not answer.again:
                self.brought[answer.session.id] = who.id, expected
            if wish:
                wish.gone = True
        for session in self.runner.run(self.place.service.finding.active(GUILD)):
            if session.state is State.BOOKED:
                self.runner.run(
                    self.place.service.changes.cancel(GUILD, session.id, person(session.host_id), "")
                )

    @rule(hours=st.sampled_from([0.5, 1, 2]))
    def time_passes(self, hours: float) -> None:
        if self.place.clock() + hours * HOUR < datetime.fromisoformat("2021-10-03T12:00+08:00"):
            self.place.clock.on(hours * 60)

    @invariant()
    def people_see_what_is_up_with_the_right_counts(self) -> None:
        up = self.up()
        order = sorted(up, key=lambda n: (-len(up[n].said), n))
        for reader in (1, 2):
            shown = self.runner.run(self.place.service.ideas.look(GUILD, reader))
            assert [(i.id, i.topic, i.supporters, i.mine, i.me_too) for i in shown] == [
                (n, up[n].topic, len(up[n].said), up[n].author == reader, reader in up[n].said) for n in order
            ]
        assert self.runner.run(self.place.service.ideas.count(GUILD)) == len(up)

    @invariant()
    def each_is_brought_along_once_and_never_to_their_own_session(self) -> None:
        rows = self.place.ask("SELECT session_id, user_id FROM joined")
        assert len(rows) == len(set(rows))
        hosts = dict(self.place.ask("SELECT id, host_id FROM session"))
        assert all(hosts[session] != user for session, user in rows)
        for session, (host_id, expected) in self.brought.items():
            assert hosts[session] == host_id
            assert {user for held, user in rows if held == session} == expected
        became = [number for (number,) in self.place.ask("SELECT session_id FROM idea WHERE session_id > 0")]
        assert len(became) == len(set(became))


TestWishes = Wishes.TestCase
TestWishes.settings = settings(
    deadline=None,
    max_examples=examples(40),
    stateful_step_count=30,
    suppress_health_check=[HealthCheck.too_slow],
)
