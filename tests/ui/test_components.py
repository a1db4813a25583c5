"""C23, C20: whatever state a session is in, Discord takes every form, menu and layout that is made of it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import cycle
from types import SimpleNamespace
from typing import Any

import discord
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.config import Server
from bot.domain.booking import Agenda, later_ends
from bot.domain.misfits import Misfit, Why
from bot.domain.models import Highlight, Session, State
from bot.domain.programme import Programme
from bot.domain.refusal import Refusal
from bot.service import Asked, Card, Details, Draft, IdeaShown, Page, Person, Rules, Show, Showing
from bot.service.leftovers import PAGE as PER_PAGE
from bot.service.leftovers import Decision, Left, Leftover, Settled, What
from bot.service.revisions import Revision
from bot.ui import board, card, managing
from bot.ui.answer import refused
from bot.ui.edit_form import cancel_form, cohosts_form, edit_form, handover_form
from bot.ui.forms import host_form
from bot.ui.ideas import Starter, idea_form, ideas_layout
from bot.ui.listing import PAGE, layout
from bot.ui.misfits import done, leftover_page, misfit_form, pending
from bot.ui.panel import panel
from bot.ui.setting_values import settable
from bot.ui.window_texts import spans
from bot.ui.windows import window_form, windows_page
from bot.ui.words import Words
from tests.service.support import examples
from tests.ui.samples import BOTH, CHANNELS, NOON, at, parts, programme, session, walk

ROW, BUTTON, SELECT, TEXT_INPUT, TEXT = 1, 2, 3, 4, 10
SELECTS = {SELECT, 5, 6, 7, 8}
Shown = discord.ui.View | discord.ui.LayoutView | discord.ui.Modal

seconds = st.integers(-40_000, 40_000)
words_of_people = st.text(max_size=120) | st.sampled_from(["*" * 100, "長" * 100, "👩‍🚀" * 50, "@everyone"])
typed = st.none() | st.builds(
    Draft,
    user_id=st.just(7),
    topic=words_of_people,
    description=words_of_people,
    when=words_of_people | st.sampled_from(["now", "<t:1767240000>", "2026-01-01 13:00"]),
    minutes=st.none() | st.integers(-5, 300) | st.sampled_from([10, 59, 60, 61, 120]),
    seats=st.none() | st.integers(-1, 999),
)


@st.composite
def conferences(draw: st.DrawFn) -> Programme:
    least = draw(st.integers(1, 60))
    usual = draw(st.integers(least, 120))
    most = draw(st.integers(usual, 1440))
    return programme(min_minutes=least, default_minutes=usual, max_minutes=most)


@st.composite
def held(draw: st.DrawFn) -> Session:
    """A session in any state, at odd seconds too, and as long as R4 of yesterday may have let it be."""
    start = NOON + timedelta(seconds=draw(seconds))
    length = draw(st.integers(1, 90_000) | st.sampled_from([3597, 3600, 3603, 59, 60]))
    state = draw(st.sampled_from(State))
    return Session(
        id=draw(st.integers(1, 2**63 - 1)),
        guild_id=1,
        host_id=draw(st.sampled_from([7, 8])),
        host_name=draw(st.text(min_size=1, max_size=32)),
        topic=draw(words_of_people.filter(bool))[:100],
        description=draw(words_of_people),
        start=start,
        end=start + timedelta(seconds=length),
        state=state,
        desk=None if state is State.BOOKED else 1,
        seats=draw(st.none() | st.integers(1, 98)),
    )


def forms(
    words: Words, one: Session, where: Programme, draft: Draft | None, now: datetime
) -> Iterator[Shown]:
    """Every form."""
    people = [Person(n, f"Person {n}") for n in range(1, 6)]
    starts = Agenda(where, now, [one] if one.active else [], []).free_starts(
        timedelta(minutes=where.limits.default_minutes)
    )
    yield host_form(words, starts, where, draft or Draft(7, "", "", "", None), now)
    yield edit_form(words, one, where, draft)
    yield from (cohosts_form(words, one, people), handover_form(words, one), cancel_form(words, one))
    yield idea_form(words)


def of_organizers(words: Words, some: list[Session], where: Programme, now: datetime) -> Iterator[Shown]:
    """What organizers read of settings, of windows and of what no longer fits."""
    slots = Agenda(where, now, [], []).free_starts(timedelta(minutes=30)).near(now)
    found = tuple(
        Left(Misfit(each, why), n, slots, Decision(What.CLOSE, reason="*" * 500) if n % 2 else None)
        for n, (each, why) in enumerate(zip(some[:PER_PAGE], cycle(Why), strict=False))
    )
    left = Leftover(found, 1, 9, 50, 2, dict.fromkeys(What, 3))
    yield leftover_page(words, left, where, "x" * 400)
    before, after = (Rules(Server(), each, live=True) for each in (where, replace(where, windows=())))
    made = Revision(2**53, before, after, ("conference.windows", *settable()), done=False, left=left)
    guild = SimpleNamespace(get_role=lambda _: None, get_channel=lambda _: None)
    yield pending(words, made, guild)  # type: ignore[arg-type]
    settled = [Settled(each, Decision(What.MOVE), Refusal("full", limit=3, until=now)) for each in some]
    yield done(words, replace(made, done=True, settled=settled), guild)  # type: ignore[arg-type]
    yield windows_page(words, where, {}, now, news="x" * 400)
    yield misfit_form(words, 2**53, some[0].id, 9)
    for span in (None, *spans(where)):
        yield window_form(words, where, span, highlight=isinstance(span, Highlight))


def messages(words: Words, some: list[Session], where: Programme, now: datetime) -> Iterator[Shown]:
    """Every kind of message with buttons or menus."""
    one = some[0]
    people = tuple(Person(n, f"Person {n}") for n in range(30))
    showings = [Showing(each, people, people[:5], CHANNELS) for each in some]
    for mine, joined, reminded in ((True, False, False), (False, True, True), (False, False, False)):
        yield panel(words, Details(showings[0], mine, mine, joined, 3, reminded), now)
        cards = [Card(each, 30, dict(CHANNELS), mine, joined) for each in some[:PAGE]]
        for show in Show:
            yield layout(words, Page(cards, 1, 3, 14), Asked(show, page=1), where, now)
    yield from of_organizers(words, some, where, now)
    yield board.layout(words, showings, where, now, 3)
    if that := board.tomorrow(words, showings, where, now):
        yield that
    yield card.layout(words, showings[0], where, now)
    ideas = [
        IdeaShown(n, each.topic, each.host_name, n, n % 2 == 0, n % 3 == 0) for n, each in enumerate(some)
    ]
    yield ideas_layout(words, ideas, [Starter("git", "Git")], 0, organizer=True)
    yield from (managing.ask_end(words, one)[1], managing.ask_cancel(words, one, 3)[1])
    agenda = Agenda(where, now, some[1:], [], adds=False)
    try:
        yield managing.ask_extend(words, one, later_ends(one, agenda), where)[1]
    except Refusal as refusal:
        fields: dict[str, Any] = dict(refusal.fields)
        asked = Refusal(refusal.code, offers=refusal.offers, choices=some[:5], session=one.id, **fields)
        if view := refused(words, asked).view:
            yield view


def check(shown: Shown) -> None:
    """Discord's limits: https://docs.discord.com/developers/components/reference."""
    top: list[dict[str, Any]] = shown.to_components()
    every = list(walk(top))
    assert 1 <= len(every) <= 40
    if not isinstance(shown, discord.ui.LayoutView):  # a layout has as many rows as fit 40 components
        assert len(top) <= 5
    ids = [part["custom_id"] for part in every if "custom_id" in part]
    assert len(set(ids)) == len(ids), ids
    assert all(1 <= len(each) <= 100 for each in ids)
    assert sum(len(part["content"]) for part in every if part["type"] == TEXT) <= 4000
    for part in every:
        check_part(part)
    if isinstance(shown, discord.ui.Modal):
        assert 1 <= len(shown.title) <= 45
        assert len(top) <= 5
        assert all(1 <= len(part["label"]) <= 45 for part in top)


def check_part(part: dict[str, Any]) -> None:
    if part["type"] == ROW:
        inside = [each["type"] for each in part["components"]]
        assert inside in ([SELECT], [BUTTON] * len(inside))
        assert 1 <= len(inside) <= 5
    if part["type"] == BUTTON:
        assert 1 <= len(part["label"]) <= 80
    if part["type"] == TEXT:
        assert part["content"]
    if part["type"] == TEXT_INPUT:
        assert len(part.get("value") or "") <= part["max_length"] <= 4000
    if part["type"] in SELECTS or part["type"] == TEXT_INPUT:
        assert len(part.get("placeholder") or "") <= (150 if part["type"] in SELECTS else 100)
    if part["type"] == SELECT:
        check_options(part["options"], part.get("max_values", 1))


def check_options(options: list[dict[str, Any]], most: int) -> None:
    assert 1 <= len(options) <= 25
    for key in ("value", "label"):
        found = [option[key] for option in options]
        assert len(set(found)) == len(found), found
        assert all(1 <= len(each) <= 100 for each in found), found
    assert all(len(option.get("description") or "") <= 100 for option in options)
    assert sum(bool(option.get("default")) for option in options) <= most


def checked(made: Iterator[Shown]) -> None:
    async def all_of_them() -> None:
        for shown in made:
            check(shown)

    asyncio.run(all_of_them())  # views want a loop


AS_MANY = settings(max_examples=examples(40), deadline=None, suppress_health_check=[HealthCheck.too_slow])


@AS_MANY
@given(one=held(), where=conferences(), draft=typed, after=seconds, words=st.sampled_from(BOTH))
def test_c23_discord_takes_every_form_of_every_session(
    one: Session, where: Programme, draft: Draft | None, after: int, words: Words
) -> None:
    checked(forms(words, one, where, draft, NOON + timedelta(seconds=after)))


@AS_MANY
@given(
    some=st.lists(held(), min_size=1, max_size=40, unique_by=lambda each: each.id),
    where=conferences(),
    after=seconds,
    words=st.sampled_from(BOTH),
)
def test_c23_discord_takes_every_message_of_every_session(
    some: list[Session], where: Programme, after: int, words: Words
) -> None:
    checked(messages(words, some, where, NOON + timedelta(seconds=after)))


@pytest.mark.parametrize("topic", ["Git", "長" * 100, "👩‍🚀" * 25])
async def test_c23_sessions_of_one_topic_are_told_apart_in_the_boards_menus(topic: str) -> None:
    some = [session(n, at(11.75 if n % 2 else 13), topic=topic) for n in range(1, 60)]
    shown = board.layout(BOTH[0], [Showing(one) for one in some], programme(), NOON, 0)
    assert len([part for part in parts(shown) if part["type"] == SELECT]) == 2
    check(shown)


@pytest.mark.parametrize("words", BOTH, ids=lambda words: words.language)
async def test_c23_a_length_that_was_typed_and_is_the_usual_one_stands_there_once(words: Words) -> None:
    """A session of 59:57, whose form is opened again with the 60 minutes that were asked for."""
    start = NOON + timedelta(seconds=3)
    one = replace(
        Session(1, 1, 7, "ana", "Git", "", start, start, State.OPEN, 1), end=NOON + timedelta(hours=1)
    )
    form = edit_form(words, one, programme(), Draft(7, "Git", "", "", 60))
    [lengths] = [part["options"] for part in parts(form) if part.get("custom_id") == "minutes"]
    check_options(lengths, 1)
