"""The tour plays a whole day, tells it, and notices a bot that is broken."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import discord
import pytest
import structlog
import typer

from bot.app import OpenSpaceBot
from bot.demo.scenes import SCENES
from bot.demo.tour import tour
from bot.desks.keeper import Keeper
from bot.domain import booking
from bot.service.guests import Guests
from bot.ui import card, guests


async def test_the_tour_tells_a_day_and_ends_well(capsys: pytest.CaptureFixture[str]) -> None:
    before = structlog.get_config()
    assert await tour() == 0
    story, errors = capsys.readouterr()
    assert errors == ""
    assert structlog.get_config() == before
    for line in (
        "PyCon Taiwan 2021: a day of Open Spaces, Saturday 2 October.",
        "08:55  Open Spaces are open.",
        "Ana: /openspace host topic:How do you test async code?",
        "志豪 presses [參加]",
        "Ten desks, all booked. Zoe is the eleventh.",
        "10:30  Ten desks open: 20 channels, 10 messages.",
        "10:50  The bot's computer restarts in the middle of it all.",
        "10:45  Jonas does not come, and the board has a desk for somebody else:",
        "12:00  It is gone, as it had said.",
        "❌ Retro games, round two, Sat, Oct 2 13:30, is cancelled.",
        "🙋 2 people who wanted this have joined already.",
        "│ Open Spaces close Sat, Oct 2 16:15: only 15 more minutes fit.",
        "08:10  Olivia adds the bot to the server.",
        "│ 👋 Thanks for adding me! Open Spaces are not set up in this server yet.",
        "Olivia presses [Send to 9 desks]",
        "│ ✏️ Day 1 · Sat, Oct 2 08:55–16:00 → Day 1 · Sat, Oct 2 08:55–16:15",
        "│ 💬 Yuki (@Yuki), 1 second ago: He sells his course, and will not stop.",
        "│ 🏁 The organizers have ended My path to success. Please wrap up, @Jonas.",
        "│ openspace-report.png, 1080 × ",
        "kB  text/html                /pycon-tw-2021?lang=zh-TW",
        "│ and pages that are open show it at once",
        "kB  image/png                /pycon-tw-2021/board.png",
        "kB  text/calendar            /pycon-tw-2021/calendar/2021-10-02.ics",
        "kB  application/json         /pycon-tw-2021/schedule.json",
        "16 sessions took place.",
        "✓ All is as it should be.",
    ):
        assert line in story
    assert "<t:" not in story
    assert "<@" not in story
    assert "</" not in story, "commands read as they are typed"
    assert "\x1b" not in story, "no colours where no terminal reads them"


def _an_eleventh_desk(patch: pytest.MonkeyPatch) -> None:
    def end(taken: object, start: datetime, end: datetime, limit: int) -> datetime:
        return end

    patch.setattr(booking, "full_from", end)


def _no_mentions(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(card, "some_mentions", guests.some_names)


def _deaf_keeper(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Keeper, "wake", lambda *_, **__: None)


def _nothing_deleted(patch: pytest.MonkeyPatch) -> None:
    async def nothing(*_: object, **__: object) -> None:
        return None

    patch.setattr(discord.abc.GuildChannel, "delete", nothing)


def _failing_join(patch: pytest.MonkeyPatch) -> None:
    async def fail(*_: object) -> None:
        raise RuntimeError("no joining today")

    patch.setattr(Guests, "join", fail)


def _no_start(patch: pytest.MonkeyPatch) -> None:
    async def fail(_: object) -> None:
        raise RuntimeError("the cogs are\non strike")

    patch.setattr(OpenSpaceBot, "setup_hook", fail)


@pytest.mark.parametrize(
    ("sabotage", "verdict"),
    [
        (_an_eleventh_desk, "✗ At 10:15 this should be so, but is not: Zoe has a button openspace:take:"),
        (_no_mentions, "✗ At 08:55 this should be so, but is not: Sofia, who is to come, is mentioned once"),
        (_deaf_keeper, "✗ At 08:40 this should be so, but is not: there is a board"),
        (_nothing_deleted, "✗ At 1"),
        (
            _failing_join,
            "✗ At 08:40 this should be so, but is not: the bot reports no fault (the bot itself reports: ",
        ),
        (_no_start, "✗ The tour broke off: RuntimeError: the cogs are on strike"),
    ],
)
async def test_the_tour_fails_at_the_first_thing_that_is_wrong(
    sabotage: Callable[[pytest.MonkeyPatch], None],
    verdict: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    sabotage(monkeypatch)
    assert await tour() == 1
    errors = capsys.readouterr().err
    assert errors.startswith(verdict)
    assert errors.count("\n") == 1, "one clear line"


async def test_silence_is_wrong_too(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def never(*_: object) -> None:
        return None

    monkeypatch.setattr("cogs.host.answer", never)
    assert await tour() == 1
    assert "Ben is answered within 3 seconds" in capsys.readouterr().err


async def test_nobody_listens_any_more(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*_: object, **__: object) -> None:
        raise BrokenPipeError

    monkeypatch.setattr(typer, "echo", gone)
    with pytest.raises(BrokenPipeError):
        await tour()


def test_every_scene_says_what_it_shows() -> None:
    assert all(scene.__doc__ and scene.__doc__.startswith("R") for scene in SCENES)
