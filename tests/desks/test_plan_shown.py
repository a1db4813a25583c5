"""R14 as tables: how the board, tomorrow's board and the cards are sent, kept current and taken away."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from bot.desks.plan_shown import EDIT_PAUSE, GLANCE_EVERY, shown_steps
from bot.desks.shown import Shown, Wanted
from bot.store.messages import Message, MessageKind

from bot.desks.scene import PATIENCE, Scene, View
from bot.desks.steps import Edit, Glance, Pin, Post, Recall, Step, Unpost
from bot.domain.models import State
from bot.service.deskbook import Book
from bot.store.records import Kind
from tests.desks.model import LIMITS, NOW, at, channel, message, record, session

OPEN = session(7, State.OPEN)
BOARD, TEXT = 1005, 1004
SECOND = timedelta(seconds=1)
BOARD_WANTED = Shown(MessageKind.BOARD, None, "new")
TOMORROW_WANTED = Shown(MessageKind.TOMORROW, None, "new")
CARD_WANTED = Shown(MessageKind.CARD, 7, "new")
BOARD_SENT = message(1, MessageKind.BOARD, BOARD, digest="new")
TOMORROW_SENT = message(2, MessageKind.TOMORROW, BOARD, digest="new")
CARD_SENT = message(3, MessageKind.CARD, TEXT, OPEN, digest="new", pinned=True)
HOME = {BOARD_WANTED: BOARD, TOMORROW_WANTED: BOARD, CARD_WANTED: TEXT}
SENT = {BOARD_WANTED: BOARD_SENT, TOMORROW_WANTED: TOMORROW_SENT, CARD_WANTED: CARD_SENT}
ALL = pytest.mark.parametrize("shown", list(HOME), ids=lambda shown: shown.kind)


def scene_of(
    *messages: Message, now: datetime = NOW, without: int = 0, wanting: tuple[str, ...] = ()
) -> Scene:
    channels = {BOARD: channel(BOARD, "text", place=Kind.BOARD), TEXT: channel(TEXT, "text", OPEN)}
    channels.pop(without, None)
    records = [record(5, Kind.BOARD), record(4, Kind.TEXT, OPEN)]
    book = Book([OPEN], records, [], [], messages=messages)
    return Scene(book, View(channels, wanting=wanting), LIMITS, now)


def steps_of(shown: Shown, *messages: Message, watch: bool = False, **options: Any) -> list[Step]:
    return list(shown_steps(scene_of(*messages, **options), Wanted((shown,), watch=watch)))


@ALL
def test_what_is_not_there_is_sent(shown: Shown) -> None:
    assert steps_of(shown) == [Post(shown, HOME[shown])]
    assert steps_of(shown, SENT[shown]) == []


@ALL
def test_nothing_is_sent_or_changed_where_the_channel_is_not_seen(shown: Shown) -> None:
    old = replace(SENT[shown], digest="old", pinned=False)
    assert steps_of(shown, without=HOME[shown]) == []
    assert steps_of(shown, old, without=HOME[shown], watch=True) == []
    assert steps_of(shown, replace(old, id=None), without=HOME[shown]) == []  # it may come back, with it


@ALL
def test_an_edit_comes_every_five_seconds_at_most(shown: Shown) -> None:
    old = replace(SENT[shown], digest="old", edited_at=NOW)
    early = scene_of(old, now=NOW + EDIT_PAUSE - SECOND)
    assert list(shown_steps(early, Wanted((shown,)))) == []
    assert early.due == [NOW + timedelta(seconds=5)]
    assert steps_of(shown, old, now=NOW + EDIT_PAUSE) == [Edit(old, shown)]


def test_what_shows_what_is_true_is_let_be() -> None:
    scene = scene_of(replace(BOARD_SENT, edited_at=NOW))
    assert list(shown_steps(scene, Wanted((BOARD_WANTED,)))) == []
    assert scene.due == []


@ALL
def test_r14_what_was_not_answered_is_looked_for_and_not_sent_again(shown: Shown) -> None:
    asked = replace(SENT[shown], id=None, digest="", asked_at=NOW)
    early = scene_of(asked, now=NOW + PATIENCE - SECOND)
    assert list(shown_steps(early, Wanted((shown,)))) == []
    assert early.due == [NOW + timedelta(seconds=10)]
    assert steps_of(shown, asked, now=NOW + PATIENCE) == [Recall(asked)]


@pytest.mark.parametrize("sent", [BOARD_SENT, TOMORROW_SENT], ids=["board", "tomorrow"])
def test_the_board_is_looked_for_only_while_open_spaces_are_open(sent: Message) -> None:
    shown = Shown(sent.kind, None, "new")
    seen = replace(sent, checked_at=NOW)
    early = scene_of(seen, now=NOW + GLANCE_EVERY - SECOND)
    assert list(shown_steps(early, Wanted((shown,), watch=True))) == []
    assert early.due == [NOW + timedelta(minutes=5)]
    assert steps_of(shown, seen, now=NOW + GLANCE_EVERY, watch=True) == [Glance(seen)]
    night = scene_of(seen, now=at(600))
    assert list(shown_steps(night, Wanted((shown,), watch=False))) == []
    assert night.due == []


@pytest.mark.parametrize(
    ("pinned", "over", "wanting", "steps"),
    [
        (False, False, (), "pin"),
        (True, False, (), ""),
        (False, True, (), ""),
        (False, False, ("pin_messages",), ""),
        (False, False, ("something_else",), "pin"),
    ],
)
def test_a_card_is_pinned_once_where_the_bot_may(
    *, pinned: bool, over: bool, wanting: tuple[str, ...], steps: str
) -> None:
    card, shown = replace(CARD_SENT, pinned=pinned), replace(CARD_WANTED, over=over)
    assert steps_of(shown, card, wanting=wanting, watch=True) == ([Pin(card)] if steps else [])
    assert steps_of(BOARD_WANTED, BOARD_SENT) == []  # the board has its channel for itself


def test_a_card_whose_session_is_over_is_corrected_and_not_sent_anew() -> None:
    over, old = replace(CARD_WANTED, over=True), replace(CARD_SENT, digest="old")
    assert steps_of(over) == []
    assert steps_of(over, old) == [Edit(old, over)]
    asked = replace(old, id=None)
    assert steps_of(over, asked) == [Recall(asked)]


def test_tomorrows_board_goes_when_it_is_not_wanted_any_more() -> None:
    assert steps_of(BOARD_WANTED, BOARD_SENT, TOMORROW_SENT) == [Unpost(TOMORROW_SENT)]
    wanted = Wanted((BOARD_WANTED, TOMORROW_WANTED))
    assert list(shown_steps(scene_of(BOARD_SENT, TOMORROW_SENT), wanted)) == []


def test_r14_tomorrows_board_that_was_not_answered_is_looked_for_though_not_wanted_any_more() -> None:
    asked = replace(TOMORROW_SENT, id=None, asked_at=NOW)
    early = scene_of(BOARD_SENT, asked, now=NOW + PATIENCE - SECOND)
    assert list(shown_steps(early, Wanted((BOARD_WANTED,)))) == []
    assert early.due == [NOW + PATIENCE]
    assert steps_of(BOARD_WANTED, BOARD_SENT, asked, now=NOW + PATIENCE) == [Recall(asked)]


def test_a_card_that_is_not_wanted_any_more_goes_with_its_channel() -> None:
    assert list(shown_steps(scene_of(CARD_SENT), Wanted())) == []
