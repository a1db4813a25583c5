"""R16, R17, R21: what follows from a failure for the step and for others, and what organizers hear."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import discord
import pytest

from bot.desks.scene import Learnt
from bot.desks.steps import Change, Find, Make, Remove, Say, Step, Tell
from bot.desks.troubles import BACKOFF, LONG, Troubles
from bot.desks.wishes import Wish
from bot.desks.work import UnseenError
from bot.domain.life import Need
from bot.domain.models import Limits
from bot.domain.notices import Notice, NoticeKind
from bot.domain.records import Aspect, Kind
from bot.service import DeskBook
from bot.store.database import Database
from bot.store.ledger import Problem
from tests.desks.scenes import BOARD_MESSAGE, DESK, GUILD, NOW, OPEN, TEXT, VOICE, scene_of, settings
from tests.desks.test_verdicts import http
from tests.service.support import ruled

WORDS = frozenset({"words:topic"})
VOICE_WISH = Wish(Kind.VOICE, Need.LIVE, OPEN, {Aspect.NAME: "Topic 7"}, words=frozenset({"channel:name"}))
BOARD_WISH = Wish(Kind.BOARD_MESSAGE, Need.LIVE, None, {Aspect.PICTURE: "one"}, words=WORDS)
MAKE = Make(VOICE_WISH, 1001)
OTHER = Make(replace(VOICE_WISH, session=replace(OPEN, id=8)), 1001)
EDIT = Change(BOARD_MESSAGE, BOARD_WISH, (Aspect.PICTURE,))
PLAIN = Change(BOARD_MESSAGE, replace(BOARD_WISH, words=frozenset()), (Aspect.PICTURE,))
SAY = Say((Notice(1, GUILD, 7, NoticeKind.OPENING, None, NOW, tried=False, parts_sent=0),), OPEN, 1004)
NOBODY: Any = SimpleNamespace(get_channel=lambda _id: None, me=None)


@dataclass
class Trial:
    """The troubles of one guild, and the loop's clock."""

    troubles: Troubles
    learnt: Learnt
    book: DeskBook
    time: float = 1000.0

    async def fail(self, step: Step, error: Exception) -> None:
        await self.troubles.failed(step, error, NOBODY)

    def rest(self, step: Step) -> float:
        """For how many seconds a step waits."""
        began, seconds = self.time, 0.0
        while self.troubles.waits(step) and seconds < 100_000:
            self.time += max(1.0, min(self.troubles.next_wait(), 100_000.0))
            seconds = self.time - began
        self.time = began
        return seconds

    def problems(self, **view: Any) -> dict[str, str]:
        return self.troubles.problems(scene_of([OPEN], DESK, view=view))


@pytest.fixture
async def trial(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Trial]:
    async with Database(tmp_path / "bot.sqlite3") as db:
        book, learnt = DeskBook(db, lambda: NOW, ruled(Limits())), Learnt()
        made = Trial(Troubles(GUILD, book, learnt), learnt, book)
        monkeypatch.setattr(asyncio.get_running_loop(), "time", lambda: made.time)
        yield made
        monkeypatch.undo()


# ------------------------------------------------------------------- ever more slowly


@pytest.mark.parametrize(
    "error", [TimeoutError(), http(503), http(500), ConnectionResetError(), UnseenError()], ids=repr
)
async def test_r21_what_fails_is_tried_ever_more_slowly_alone(trial: Trial, error: Exception) -> None:
    for pause in (*BACKOFF, BACKOFF[-1]):
        await trial.fail(MAKE, error)
        assert trial.rest(MAKE) == pause
        assert not trial.troubles.waits(OTHER)
        assert not trial.troubles.waits(EDIT)
        trial.time += pause
    assert trial.problems() == {}
    trial.troubles.succeeded(MAKE)
    await trial.fail(MAKE, error)
    assert trial.rest(MAKE) == BACKOFF[0]


async def test_k8_r21_a_fault_of_ours_is_told_and_costs_that_step(trial: Trial) -> None:
    await trial.fail(MAKE, ZeroDivisionError())
    assert trial.rest(MAKE) == BACKOFF[0]
    assert list(trial.problems()) == ["fault:make voice 7"]
    assert not trial.troubles.waits(OTHER)
    trial.time += BACKOFF[0]
    assert trial.problems() == {}


async def test_failures_of_long_ago_are_forgotten_but_for_what_is_still_planned(trial: Trial) -> None:
    await trial.fail(MAKE, TimeoutError())
    await trial.fail(OTHER, TimeoutError())
    trial.time += 3 * BACKOFF[-1]
    trial.troubles.keep([MAKE])
    for step, pause in ((MAKE, BACKOFF[1]), (OTHER, BACKOFF[0])):
        await trial.fail(step, TimeoutError())
        assert trial.rest(step) == pause


# ------------------------------------------------------------------ waits of Discord's


async def test_k3_r17_a_wait_of_discords_own_is_never_shortened(trial: Trial) -> None:
    await trial.fail(EDIT, http(429, headers={"Retry-After": "40.5"}))
    trial.troubles.forgive()
    trial.troubles.found_room()
    assert trial.rest(EDIT) == 40.5
    await trial.fail(PLAIN, discord.RateLimited(500))
    assert trial.rest(EDIT) == 500  # a message's long wait is its own
    assert trial.troubles.halted() == 0


async def test_k3_r17_a_long_wait_for_one_channel_is_the_days_limit_for_all(trial: Trial) -> None:
    await trial.fail(MAKE, discord.RateLimited(LONG))
    assert trial.troubles.halted() == 0
    assert trial.rest(MAKE) == LONG
    await trial.fail(OTHER, discord.RateLimited(40_000))
    assert trial.troubles.halted() == 40_000
    trial.troubles.forgive()
    trial.time += 39_999
    assert trial.troubles.halted() == 1
    trial.time += 1
    assert trial.troubles.halted() == 0


# ------------------------------------------------------------------------- no room


async def test_r17_a_full_category_or_guild_is_learnt_until_something_makes_room(trial: Trial) -> None:
    full = http(400, 50035)
    full.text = "In parent_id: Maximum number of channels in category reached"
    await trial.fail(MAKE, full)
    event = Make(replace(VOICE_WISH, kind=Kind.EVENT))
    await trial.fail(event, http(400, 30038))
    assert trial.learnt.full == {1001, GUILD}
    await trial.fail(OTHER, http(400, 30013))
    assert trial.problems() == {"guild-full": "500"}
    assert trial.troubles.waits(OTHER)
    trial.troubles.found_room()
    assert trial.learnt.full == frozenset()
    assert not trial.troubles.waits(OTHER)
    assert trial.problems() == {}


# ---------------------------------------------------------------------- words (R16)


async def test_k1_r16_a_refused_message_goes_at_once_without_the_words(trial: Trial) -> None:
    await trial.fail(EDIT, http(400, 240000))
    assert not trial.troubles.waits(EDIT)
    assert trial.troubles.suspicions.hidden(lambda: WORDS) | trial.troubles.suspicions.guilty == WORDS
    assert trial.problems() == {}


async def test_k1_r16_refused_without_anybodys_words_it_is_given_up_and_told(trial: Trial) -> None:
    new = replace(PLAIN, wish=replace(PLAIN.wish, aspects={Aspect.PICTURE: "two"}))
    for pause in BACKOFF[:3]:
        await trial.fail(PLAIN, http(400, 50035, "Invalid Form Body"))
        trial.time += pause - 1
        assert trial.troubles.waits(new)  # whatever it asks for: a fault of ours may refuse all
        assert trial.troubles.next_wait() == 1
        trial.time += 1
        assert not trial.troubles.waits(new)
    trial.time += 100_000
    assert trial.troubles.waits(PLAIN)
    [(code, detail)] = trial.problems().items()
    assert code == "given-up:change board-message 7 picture"
    assert "Invalid Form Body" in detail
    trial.troubles.forgive()
    assert trial.troubles.waits(PLAIN)  # not again for just that
    assert not trial.troubles.waits(new)


async def test_k1_r16_notices_that_cannot_be_said_are_given_up(trial: Trial) -> None:
    async with trial.book._db.transaction() as tx:
        await tx.execute(
            "INSERT INTO session (id, guild_id, host_id, host_name, topic, starts_at, ends_at, state, desk,"
            " created_at) VALUES (7, ?, 1, 'A', 'T', 1, 2, 'open', 1, 1)",
            GUILD,
        )
        await tx.execute(
            "INSERT INTO notice (id, guild_id, session_id, kind, created_at) VALUES (1, ?, 7, 'opening', 1)",
            GUILD,
        )
    assert len((await trial.book.read(GUILD)).rows.notices) == 1
    await trial.fail(SAY, http(400, 50035))
    assert (await trial.book.read(GUILD)).rows.notices == []


async def test_r16_words_that_discord_was_never_told_are_not_taken_as_shown(trial: Trial) -> None:
    """Else a word that is guilty counts as innocent, and those beside it are convicted in its place."""
    trial.troubles.succeeded(EDIT, told=False)
    assert trial.troubles.suspicions.accepted == set()
    trial.troubles.succeeded(EDIT)
    assert trial.troubles.suspicions.accepted == WORDS


async def test_r16_what_is_proven_is_written_down_for_the_next_start(trial: Trial) -> None:
    trial.troubles.suspicions.accept(frozenset())
    for _ in range(3):
        await trial.fail(EDIT, http(400, 240000))
        trial.troubles.succeeded(PLAIN)
        trial.troubles.suspicions.hidden(lambda: WORDS)
    assert (await trial.book.read(GUILD)).rows.refused == WORDS


# ---------------------------------------------------------------------- permissions


async def test_k15_what_is_denied_is_told_once_and_waits_there_only(trial: Trial) -> None:
    denied = http(403, 50013)
    await trial.fail(SAY, denied)
    assert trial.troubles.waits(SAY)
    elsewhere = replace(SAY, channel_id=1006)
    assert not trial.troubles.waits(elsewhere)
    assert [code.partition(":")[0] for code in trial.problems()] == ["denied"]
    assert list(trial.problems(missing=("manage_channels",))) == ["permissions"]  # from which it follows
    trial.troubles.forgive()  # an organizer changed something
    assert not trial.troubles.waits(SAY)
    assert trial.problems() == {}


async def test_a_word_to_organizers_that_is_denied_is_no_problem_of_its_own(trial: Trial) -> None:
    await trial.fail(Tell("pins", ""), http(403, 50013))
    assert trial.problems() == {}


@pytest.mark.parametrize(
    "step", [Remove(VOICE), Find((TEXT,)), MAKE, SAY, EDIT], ids=lambda step: type(step).__name__
)
async def test_k15_r21_whatever_is_denied_nothing_raises_and_it_rests(trial: Trial, step: Step) -> None:
    for code in (50001, 50013, 0):
        await trial.fail(step, http(403, code))
    assert trial.troubles.waits(step)


# --------------------------------------------------------------- what must be mended


@pytest.mark.parametrize(
    ("wanting", "card", "known", "problem"),
    [
        (True, True, False, True),
        (True, False, False, False),
        (True, False, True, True),  # told once, not anew with every next card
        (False, True, True, False),
    ],
)
async def test_organizers_hear_once_that_cards_cannot_be_pinned(
    trial: Trial, *, wanting: bool, card: bool, known: bool, problem: bool
) -> None:
    records = DESK if card else [each for each in DESK if each.kind is not Kind.CARD]
    told = [Problem("pins", "", told=True)] if known else []
    view = {"wanting": ("pin_messages",) if wanting else ()}
    found = trial.troubles.problems(scene_of([OPEN], records, view=view, problems=told))
    assert ("pins" in found) is problem


async def test_events_that_may_not_be_made_are_a_problem_where_there_are_to_be_any(trial: Trial) -> None:
    view = {"wanting": ("create_events",)}
    assert trial.troubles.problems(scene_of([], view=view)) == {}
    like = settings(event=lambda _session: None)
    assert trial.troubles.problems(scene_of([], view=view, like=like)) == {"events": ""}


async def test_k2_r17_organizers_hear_of_what_others_delete_again_and_again(trial: Trial) -> None:
    for times, told in ((2, False), (3, True), (9, True)):
        scene = scene_of([OPEN], DESK, lost={(Kind.VOICE, 7): (times, NOW), (Kind.BOARD, None): (times, NOW)})
        expected = {"deleted:voice:7": "", "deleted:board:": ""} if told else {}
        assert trial.troubles.problems(scene) == expected
