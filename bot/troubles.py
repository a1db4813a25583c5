"""What may go wrong around the bot, as one line on stderr that says what to do, and an exit code."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import aiohttp
import discord
import structlog
import typer

from bot.config import Config, ConfigError, load_config
from bot.store.errors import NotDoneError, StoreError

log = structlog.get_logger("troubles")

FINE, FAILED, MISUSED = 0, 1, 2
"""The exit codes."""

PORTAL = "https://discord.com/developers/applications"


class PlainError(Exception):
    """What a person should read on stderr, and the exit code that goes with it."""

    def __init__(self, text: str, code: int) -> None:
        super().__init__(text)
        self.code = code


def read_settings(path: Path) -> Config:
    """Return the configuration; what is wrong is told with the file's name."""
    try:
        return load_config(path)
    except ConfigError as error:
        named = [str(f) if f.key == str(path) else f"{path}: {f}" for f in error.faults]
        raise PlainError("\n".join(named), MISUSED) from None


_KNOWN: tuple[tuple[tuple[type[Exception], ...], int, str], ...] = (
    ((NotDoneError,), FAILED, "{error}"),
    ((ConfigError, StoreError), MISUSED, "{error}"),
    (
        (discord.LoginFailure,),
        MISUSED,
        f"Discord refuses the token; copy it anew from {PORTAL} (Bot, Reset Token)",
    ),
    (
        (discord.PrivilegedIntentsRequired,),
        MISUSED,
        f"Discord refuses the intents; switch them on at {PORTAL} (Bot, Privileged Gateway Intents)",
    ),
    (
        (discord.ConnectionClosed,),
        FAILED,
        "Discord ended the connection for good (code {error.code}); start the bot again",
    ),
    (
        (discord.RateLimited,),
        FAILED,
        "Discord asks to wait; start the bot again in {error.retry_after:.0f} seconds",
    ),
    (
        (discord.GatewayNotFound, discord.DiscordServerError),
        FAILED,
        "Discord itself is in trouble; look at https://discordstatus.com and try again later",
    ),
    ((discord.HTTPException,), FAILED, "Discord refuses a request ({reason}); try again later"),
    (
        (aiohttp.ClientError, ConnectionError, TimeoutError),
        FAILED,  # it may come back: who starts us afresh is to try again
        "Discord cannot be reached ({reason}); check the network and the firewall, then try again",
    ),
)
"""What may go wrong without a fault of ours: the exit code and what to do; the first that fits counts."""


def explained(error: Exception) -> tuple[int, str] | None:
    """Return the exit code and what to do; None where only a developer can do something."""
    if isinstance(error, PlainError):
        return error.code, str(error)
    if _refuses_token(error):
        error = discord.LoginFailure()
    reason = short(str(error) or type(error).__name__)
    for kinds, code, text in _KNOWN:
        if isinstance(error, kinds):
            return code, text.format(error=error, reason=reason)
    return None


def _refuses_token(error: Exception) -> bool:
    """Say whether the token was taken back after it had been accepted."""
    if isinstance(error, discord.HTTPException):
        return error.status == 401
    return isinstance(error, discord.ConnectionClosed) and error.code == 4004


def _bug(error: Exception) -> str:
    return f"stopped by a fault of the program ({type(error).__name__}); please report what the log says"


@contextmanager
def plainly() -> Iterator[None]:
    """End with a line on stderr for each trouble, and with its exit code."""
    try:
        yield
    except BrokenPipeError:
        raise  # whoever read our words has gone; typer ends quietly
    except Exception as error:
        known = explained(error)
        if known is None:
            log.exception("a fault of the program")
        code, text = known or (FAILED, _bug(error))
        for line in text.splitlines():
            typer.echo(f"openspace: {line}", err=True)
        raise typer.Exit(code) from None


def short(text: str) -> str:
    """Return a text of others as one short line."""
    line = " ".join(text.split())
    return line if len(line) <= 200 else f"{line[:199]}…"
