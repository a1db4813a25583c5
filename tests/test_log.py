"""What the bot says about itself: one renderer, no secrets, no forged lines."""

from __future__ import annotations

import json
import logging
import warnings
from collections.abc import Iterator

import pytest
import structlog

from bot.config import Log
from bot.log import configure

SECRET = "MTIz.abc.a-token"  # noqa: S105


@pytest.fixture
def fresh_logging() -> Iterator[None]:
    """Undoes what `configure` does to the whole process."""
    names = [None, "discord", "aiosqlite"]
    before = [(logging.getLogger(name), logging.getLogger(name).level) for name in names]
    handlers, settings = logging.getLogger().handlers[:], structlog.get_config()
    yield
    logging.captureWarnings(False)
    for logger, level in before:
        logger.setLevel(level)
    logging.getLogger().handlers[:] = handlers
    structlog.configure(**settings)


pytestmark = pytest.mark.usefixtures("fresh_logging")
log = structlog.get_logger("ours")
Capture = pytest.CaptureFixture[str]


def test_text_is_a_line_with_what_a_person_needs(capsys: Capture) -> None:
    configure(Log())
    log.info("serving", guilds={"1": "PyCon"})
    out, err = capsys.readouterr()
    assert out.count("\n") == 1
    assert "[info     ] serving" in out
    assert "[ours] guilds={'1': 'PyCon'}" in out
    assert "\x1b" not in out
    assert err == ""


def test_json_is_an_object_a_line(capsys: Capture) -> None:
    configure(Log(format="json"))
    log.warning("slow", topic="台灣\nforged")
    logging.getLogger("asyncio").error("lost %s", "it")
    ours, theirs = map(json.loads, capsys.readouterr().out.splitlines())
    assert ours.pop("timestamp").endswith("Z")
    assert ours == {"event": "slow", "topic": "台灣\nforged", "level": "warning", "logger": "ours"}
    assert (theirs["event"], theirs["level"], theirs["logger"]) == ("lost it", "error", "asyncio")


def test_the_level_holds_for_everything(capsys: Capture) -> None:
    configure(Log(level="warning"))
    log.info("no")
    logging.getLogger("discord.client").info("no")
    log.warning("yes")
    assert capsys.readouterr().out.count("\n") == 1


def test_debug_leaves_out_what_people_wrote(capsys: Capture) -> None:
    configure(Log(level="debug"))
    log.debug("ours")
    for name in ("discord.gateway", "aiosqlite"):
        logging.getLogger(name).debug("everything that anyone wrote")
    logging.getLogger("asyncio").debug("a detail")
    out = capsys.readouterr().out
    assert "ours" in out
    assert "a detail" in out
    assert "anyone" not in out


@pytest.mark.parametrize("style", ["text", "json"])
def test_the_secret_is_never_shown(capsys: Capture, style: str) -> None:
    configure(Log.model_validate({"format": style}), SECRET)
    log.info(f"hello {SECRET}", token=SECRET, nested={"deep": [SECRET]})
    try:
        hidden = SECRET
        raise ValueError(hidden)
    except ValueError:
        log.exception("oops")
    logging.getLogger("aiohttp").error("header %s", SECRET)
    out = capsys.readouterr().out
    assert SECRET not in out
    assert out.count("[token]") >= 5
    assert "ValueError: [token]" in out


@pytest.mark.parametrize("style", ["text", "json"])
def test_a_traceback_shows_no_local_variables(capsys: Capture, style: str) -> None:
    configure(Log.model_validate({"format": style}))
    try:
        unseen = "x" * 3 + "treasure"
        raise KeyError(len(unseen))
    except KeyError:
        log.exception("oops", guild=1)
    out = capsys.readouterr().out
    assert "Traceback (most recent call last)" in out
    assert "KeyError: 11" in out
    assert "xxxtreasure" not in out


def test_strangers_cannot_forge_a_line_or_speak_to_the_terminal(capsys: Capture) -> None:
    configure(Log())
    evil = "a\n2026-01-01T00:00:00Z [info     ] all is well\x1b[2J"
    log.info("one", name=evil, guilds={"1": evil})
    logging.getLogger("discord.client").warning("two %s", evil)
    try:
        raise ValueError(evil)
    except ValueError:
        log.exception("three")
    lines = capsys.readouterr().out.splitlines()
    assert not [line for line in lines if line.startswith("2026-01-01")]
    assert not [line for line in lines if "\x1b" in line]
    assert "台" not in "".join(lines)


def test_scripts_of_all_kinds_stay_readable(capsys: Capture) -> None:
    configure(Log())
    log.info("serving", guilds={"1": "台灣 Django 使用者"})
    assert "台灣 Django 使用者" in capsys.readouterr().out


@pytest.mark.parametrize("style", ["text", "json"])
def test_a_lost_connection_is_one_line_without_traceback(capsys: Capture, style: str) -> None:
    configure(Log.model_validate({"format": style}))
    try:
        raise ConnectionError("gone away")
    except ConnectionError:
        logging.getLogger("discord.client").exception("Attempting a reconnect in %.2fs", 1.5)
    out = capsys.readouterr().out
    assert out.count("\n") == 1
    assert "ConnectionError: gone away" in out
    assert "exc_info" not in out


def test_warnings_are_logged_as_well(capsys: Capture) -> None:
    configure(Log())
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(True)
        warnings.warn("mind the step", stacklevel=1)
    assert "mind the step" in capsys.readouterr().out


def test_configuring_again_replaces_the_settings(capsys: Capture) -> None:
    configure(Log(level="error"))
    configure(Log(format="json"))
    log.info("once")
    assert json.loads(capsys.readouterr().out)["event"] == "once"
