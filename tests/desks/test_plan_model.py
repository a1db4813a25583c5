"""R13, R14 on a little model world: whatever is in it, plans lead to just what should be there."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from bot.desks.desired import Want, want
from bot.desks.plan import fit
from bot.desks.plan_notices import due, late
from bot.desks.plan_shown import GLANCE_EVERY
from bot.store.messages import MessageKind
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.desks import plan as plan_module
from bot.desks.steps import Archive, Delete, Edit, Make, Move, Pin, Refit, Rename, Surplus, Unpost
from bot.domain.models import Session, State
from bot.domain.notices import Notice, NoticeKind
from bot.domain.records import Kind, Record, Seen
from bot.domain.renames import rename_allowed_at
from tests.desks.model import (
    LIMITS,
    NOW,
    PLACES,
    Model,
    Posted,
    at,
    channel,
    label,
    message,
    record,
    session,
)

ACTIVE = {State.BOOKED, State.OPEN}
SITUATIONS = [
    "none",
    "there",
    "gone",
    "asked",
    "asked and made",
    "asked and made twice",
    "twin",
    "clone",
    "archived",
]
PARENTS = [1001, 1002, 4001, 4444, None]
"""Our area, our archive, somebody's category, one that is gone, and none."""
SENT = ["none", "there", "deleted", "asked", "asked and sent"]
"""What may have become of a message of ours."""
RENAMES = [(), (at(-1),), (at(-9), at(-1)), (at(-30), at(-1))]
GUEST, SHY = 9, 10
"""Somebody who joined, and somebody who takes no direct messages."""


@st.composite
def sessions(draw: st.DrawFn) -> list[Session]:
    found = []
    for number in range(1, 1 + draw(st.integers(0, 4))):
        state = draw(st.sampled_from(State))
        start, minutes = draw(st.integers(-180, 30) | st.integers(-5, 15)), draw(st.integers(10, 120))
        closed = None if state in ACTIVE else min(0, draw(st.integers(start, start + minutes)))
        made = session(number, state, start, minutes, closed)
        found.append(replace(made, quiet=draw(st.sampled_from([made.quiet, None]))))
    return found


@st.composite
def worlds(draw: st.DrawFn) -> tuple[Model, dict[int, Any]]:
    """A world in any state of disorder, and the channels in it that are not the bot's business."""
    model = Model(draw(sessions()), archives=draw(st.booleans()), closed_to_direct={SHY})
    model.tomorrow, model.watch = draw(st.booleans()), draw(st.booleans())
    numbers = iter(range(1, 1000))
    model.channels[4001] = channel(4001, "category", name="Open Space", marked=False)
    for kind in (Kind.AREA, Kind.ARCHIVE, *PLACES):
        _arrange(draw, model, numbers, kind, None)
    for each in model.sessions:
        for kind in (Kind.VOICE, Kind.TEXT):
            _arrange(draw, model, numbers, kind, each)
        for notice in draw(st.lists(st.sampled_from(NoticeKind), max_size=3)):
            number, who = next(model.ids), draw(st.sampled_from([GUEST, SHY]))
            then = at(-draw(st.integers(0, 30)))
            model.notices[number] = Notice(number, 5, each.id, notice, who, then, tried=False, parts_sent=0)
        if draw(st.booleans()):
            model.absent[each.id] = at(-draw(st.integers(0, 30)))
    _arrange_messages(draw, model)
    theirs = {number: seen for number, seen in model.channels.items() if 3000 <= number < 5000}
    return model, theirs


def _arrange(draw: st.DrawFn, model: Model, numbers: Any, kind: Kind, of: Session | None) -> None:
    number, situation = next(numbers), draw(st.sampled_from(SITUATIONS))
    ours = _record(draw, number, kind, of)
    seen = _seen(draw, ours, of)
    if kind is Kind.TEXT and draw(st.booleans()):
        model.wrote[seen.id] = at(-draw(st.integers(0, 30)))
    if draw(st.booleans()):  # somebody's channel of the same name and topic
        model.channels[3000 + number] = replace(seen, id=3000 + number, marked=False)
    if situation == "none":
        return
    if situation == "archived":
        if kind is not Kind.TEXT or of is None or of.active:
            return
        ours = replace(ours, archived=True)
    if situation.startswith("asked"):
        ours = replace(ours, channel_id=None)
    model.records[number] = ours
    if situation not in {"gone", "asked"}:
        model.channels[seen.id] = seen
    _multiply(model, seen, number, situation)


def _multiply(model: Model, seen: Seen, number: int, situation: str) -> None:
    """Let there be two channels where one was asked for."""
    if situation in {"twin", "asked and made twice"}:
        if situation != "twin":
            model.channels[seen.id] = replace(seen, people=0, here=())
        model.channels[2000 + number] = replace(seen, id=2000 + number, people=0, here=())
    if situation == "clone":
        later = seen.created + timedelta(minutes=2)
        model.channels[3500 + number] = replace(seen, id=3500 + number, created=later, people=0, here=())


def _record(draw: st.DrawFn, number: int, kind: Kind, of: Session | None) -> Record:
    """A record, of a desk's channel perhaps with another name or other seats than it should have."""
    ours = record(number, kind, of)
    if of is None:
        return ours
    return replace(
        ours,
        label=draw(st.sampled_from([ours.label, "Old", None])),
        fit=draw(st.sampled_from([ours.fit, "0 4", None])) if kind is Kind.VOICE else None,
        renames=draw(st.sampled_from(RENAMES)),
    )


def _seen(draw: st.DrawFn, ours: Record, of: Session | None) -> Seen:
    """The channel of a record, somewhere in the server, a voice channel perhaps with a bot or a person."""
    place = ours.kind if ours.kind in PLACES else None
    what = str(ours.kind) if of else "text" if place else "category"
    seen = channel(ours.channel_id or 0, what, of, name=ours.mark, place=place)
    if of or place:
        seen = replace(seen, parent_id=draw(st.sampled_from(PARENTS)))
    if ours.kind is Kind.VOICE and draw(st.booleans()):
        seen = replace(seen, people=1, here=draw(st.sampled_from([(), (77,)])))
    return seen


def _arrange_messages(draw: st.DrawFn, model: Model) -> None:
    by_id = {each.id: each for each in model.sessions}
    for ours in list(model.records.values()):
        if ours.channel_id is None or ours.kind not in {Kind.BOARD, Kind.TEXT}:
            continue
        of = by_id.get(ours.session_id or 0)
        kinds = [MessageKind.CARD] if of else [MessageKind.BOARD, MessageKind.TOMORROW]
        for kind in kinds if of is None or of.desk else []:
            _arrange_message(draw, model, kind, ours.channel_id, of)


def _arrange_message(
    draw: st.DrawFn, model: Model, kind: MessageKind, channel_id: int, of: Session | None
) -> None:
    row, situation = next(model.ids), draw(st.sampled_from(SENT))
    ours = message(row, kind, channel_id, of, pinned=draw(st.booleans()))
    if draw(st.booleans()):  # somebody else's bot wrote one that looks just so
        model.posts[3000 + row] = Posted(channel_id, kind, "theirs", ours=False)
    if situation == "none":
        return
    model.messages[row] = replace(ours, id=None) if situation.startswith("asked") else ours
    if situation in {"there", "asked and sent"} and channel_id in model.channels:
        model.posts[7000 + row] = Posted(channel_id, kind, "old")


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(worlds())
def test_r13_r14_plans_lead_to_just_what_should_be_there(drawn: tuple[Model, dict[int, Any]]) -> None:
    model, theirs = drawn
    posts = {number: post for number, post in model.posts.items() if not post.ours}
    model.converge()
    assert model.plan().steps == []
    _exactly_what_is_wanted(model, theirs)
    _shown_as_it_should_be(model)
    _everyone_is_noted(model)
    _only_ours_were_touched(model, theirs)
    left = {number: post for number, post in posts.items() if post.channel_id in model.channels}
    assert left.items() <= model.posts.items()
    made = Counter((s.kind, s.session.id if s.session else None) for s in model.steps if isinstance(s, Make))
    assert not made or max(made.values()) == 1
    assert len({n.id for n in model.said}) == len(model.said)
    _nothing_is_left_unsaid(model)


def _nothing_is_left_unsaid(model: Model) -> None:
    """What waits has its time still to come, or is for people whose voice channel is gone."""
    by_id = {each.id: each for each in model.sessions}
    for notice in model.notices.values():
        of = by_id[notice.session_id]
        assert not late(notice, of, LIMITS, model.now)
        if notice.kind is NoticeKind.OVERRUN:
            assert want(of, Kind.VOICE, model.now, LIMITS, people=1) is Want.KEEP
        else:
            assert due(notice, of, LIMITS) > model.now


def _shown_as_it_should_be(model: Model) -> None:
    book, scene = model.book(), model.scene()
    wanted = {(s.kind, s.session_id): s for s in model.wanted(book).messages}
    known = {(m.kind, m.session_id): m for m in book.messages if m.channel_id in model.channels}
    for key, shown in wanted.items():
        of = scene.sessions.get(shown.session_id or 0)
        home = scene.desk(of, Kind.TEXT) if of else scene.place(Kind.BOARD)
        if key in known:
            post = model.posts[known[key].id or 0]
            assert post == Posted(known[key].channel_id, shown.kind, shown.digest)
            assert shown.over or known[key].pinned or shown.kind is not MessageKind.CARD
        else:
            assert shown.over or home is None, shown
    assert (MessageKind.TOMORROW, None) in wanted or (MessageKind.TOMORROW, None) not in known
    ours = Counter((post.kind, post.channel_id) for post in model.posts.values() if post.ours)
    assert not ours or max(ours.values()) == 1


def _everyone_is_noted(model: Model) -> None:
    """R11: who is at an open desk, and that nobody is; and the channels bear what their hosts want."""
    scene = model.scene()
    for each in model.sessions:
        voice, text = scene.desk(each, Kind.VOICE), scene.desk(each, Kind.TEXT)
        if each.state is State.OPEN and voice and text:
            assert (each.quiet is None) is bool(voice.here)
            assert set(voice.here) <= model.visitors.get(each.id, frozenset())
            assert each.came or not voice.here
        for kind in (Kind.VOICE, Kind.TEXT):
            ours = scene.desks.get((each.id, kind))
            if ours and want(each, kind, model.now, LIMITS, 0) is Want.LIVE:
                waits = rename_allowed_at(ours.renames, model.now) > model.now
                assert ours.label in {None, label(kind, each)} or waits
                assert ours.fit in {None, fit(each, (each.host_id,))}


def _exactly_what_is_wanted(model: Model, theirs: dict[int, Any]) -> None:
    records = list(model.records.values())
    for each in model.sessions:
        voice = [r for r in records if (r.session_id, r.kind) == (each.id, Kind.VOICE)]
        people = max((model.channels[r.channel_id or 0].people for r in voice), default=0)
        for kind in (Kind.VOICE, Kind.TEXT):
            ours = [r for r in records if (r.session_id, r.kind) == (each.id, kind) and not r.archived]
            wanted = want(each, kind, model.now, LIMITS, people)
            least = 1 if wanted is Want.LIVE else 0
            most = 1 if wanted in {Want.LIVE, Want.KEEP} or (wanted is Want.NOTHING and people) else 0
            assert least <= len(ours) <= most, (each, kind, wanted, ours)
            if wanted is Want.LIVE:
                assert model.channels[ours[0].channel_id or 0].parent_id in model.channels
    for kind in (Kind.AREA, Kind.ARCHIVE, *PLACES) if model.archives else (Kind.AREA, *PLACES):
        assert len([r for r in records if r.kind is kind]) == 1
    for kind in PLACES:
        place = next(model.channels[r.channel_id or 0] for r in records if r.kind is kind)
        assert place.parent_id in model.channels
    recorded = {r.channel_id for r in records}
    assert recorded <= set(model.channels)
    parents = {c.parent_id for c in model.channels.values()}
    idle = {c.id for c in model.channels.values() if c.marked and not c.people and c.id not in parents}
    assert idle - recorded <= set(theirs)


def _only_ours_were_touched(model: Model, theirs: dict[int, Any]) -> None:
    assert {number: model.channels.get(number) for number in theirs} == theirs
    for step in model.steps:
        if isinstance(step, Delete | Move | Archive | Rename | Refit):
            assert step.record.channel_id not in theirs
        if isinstance(step, Edit | Pin | Unpost):
            assert step.message.channel_id not in theirs
        if isinstance(step, Surplus):
            assert step.channel_id not in theirs


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(worlds(), st.integers(3, 12), st.integers(2, 4))
def test_limits_are_kept_whatever_is_wanted(drawn: tuple[Model, Any], most: int, inside: int) -> None:
    model, _ = drawn
    before = len(model.channels)
    parents = Counter(c.parent_id for c in model.channels.values())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plan_module, "GUILD_CHANNELS", most)
        patch.setattr(plan_module, "CATEGORY_CHANNELS", inside)
        model.converge()
        assert len(model.channels) <= max(before, most)
        after = Counter(c.parent_id for c in model.channels.values() if c.parent_id)
        assert all(number <= max(inside, parents[parent]) for parent, number in after.items())
        full = model.plan().problems.get("guild-full")
        live = [s for s in model.sessions if want(s, Kind.TEXT, model.now, LIMITS, 0) is Want.LIVE]
        desks = [r for r in model.records.values() if r.session_id in {s.id for s in live}]
        assert full or len(desks) >= 2 * len(live)


EVENTS = ["nothing", "come", "go", "write", "retitle", "tomorrow", "unpost"]


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    worlds(),
    st.lists(st.tuples(st.integers(1, 60), st.sampled_from(EVENTS)), min_size=1, max_size=6),
)
def test_r14_as_time_goes_by_every_desk_comes_and_goes(
    drawn: tuple[Model, Any], happens: list[tuple[int, str]]
) -> None:
    model, theirs = drawn
    for minutes, event in happens:
        model.converge()
        _happen(model, event)
        model.now += max(timedelta(minutes=minutes), GLANCE_EVERY if event == "unpost" else timedelta())
        _advance(model)
        model.converge()
        _exactly_what_is_wanted(model, theirs)
        _shown_as_it_should_be(model)
        _everyone_is_noted(model)
        _nothing_is_left_unsaid(model)
    _only_ours_were_touched(model, theirs)


def _happen(model: Model, event: str) -> None:
    scene = model.scene()
    for each in model.sessions:
        voice, text = scene.desk(each, Kind.VOICE), scene.desk(each, Kind.TEXT)
        if voice and event in {"come", "go"}:
            here = (GUEST, SHY) if event == "come" else ()
            model.channels[voice.id] = replace(voice, here=here, people=len(here))
        if text and event == "write":
            model.wrote[text.id] = model.now
        if each.active and event == "retitle":
            model.change(each.id, topic=f"{each.topic} again")
    if event == "tomorrow":
        model.tomorrow = not model.tomorrow
    if event == "unpost" and model.watch:
        model.posts = {n: p for n, p in model.posts.items() if p.kind is not MessageKind.BOARD or not p.ours}


def _advance(model: Model) -> None:
    for each in model.sessions:
        if each.active and each.end <= model.now:
            model.change(each.id, state=State.ENDED, closed=each.end, desk=each.desk or each.id)
        elif each.state is State.BOOKED and each.start <= model.now:
            model.change(each.id, state=State.OPEN, desk=each.id, quiet=model.now)
            model.add(NoticeKind.OPENING, each.id)
            model.add(NoticeKind.WARNING, each.id)


def test_the_model_knows_a_wrong_end_when_it_sees_one() -> None:
    """The tests above can fail: a channel that is missing, one too many, and one of somebody else's gone."""
    model = Model([session(1, State.OPEN)])
    model.converge()
    _exactly_what_is_wanted(model, {})
    text = next(r for r in model.records.values() if r.kind is Kind.TEXT)
    for wrong in (
        lambda: model.records.pop(text.id),
        lambda: model.records.__setitem__(9, replace(text, id=9)),
        lambda: model.channels.pop(text.channel_id or 0),
        lambda: model.channels.__setitem__(77, channel(77, "text", model.sessions[0])),
    ):
        records, channels = dict(model.records), dict(model.channels)
        wrong()
        with pytest.raises((AssertionError, KeyError)):
            _exactly_what_is_wanted(model, {})
        model.records, model.channels = records, channels
    board = next(number for number, post in model.posts.items() if post.kind is MessageKind.BOARD)
    posts = model.posts
    for wrong_posts in (
        {number: post for number, post in posts.items() if number != board},
        {**posts, board: replace(posts[board], digest="old")},
        {**posts, 78: posts[board]},
    ):
        model.posts = wrong_posts
        with pytest.raises((AssertionError, KeyError)):
            _shown_as_it_should_be(model)
    model.change(1, quiet=None)
    with pytest.raises(AssertionError):
        _everyone_is_noted(model)
    with pytest.raises(AssertionError):
        _only_ours_were_touched(model, {3001: channel(3001, "text", marked=False)})
    assert at(0) == NOW
