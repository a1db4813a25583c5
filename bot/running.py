"""Running the bot as a process: connected with an end to it, stopped by a signal, closed in good order."""

from __future__ import annotations

import asyncio
import ctypes
import gc
import os
import signal
import threading
from collections.abc import Coroutine
from contextlib import suppress
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import structlog

from bot.app import OpenSpaceBot
from bot.troubles import FAILED, FINE, PlainError

if TYPE_CHECKING:
    from bot.health.systemd import Notifier

log = structlog.get_logger("running")

LOGIN = 120.0
"""Seconds for logging in and for opening everything; discord.py's own retries take up to 25 a request."""

PATIENCE = 600.0
"""Seconds without Discord's gateway after which the bot ends, so that it can be started afresh."""

CLOSING = 4.0
"""Seconds for closing in good order."""

LEAVING = 4.7
"""Seconds after a signal until the process is gone, whatever hangs. The database survives this (R15)."""

_SIGNALS = (signal.SIGTERM, signal.SIGINT)


async def until_told(work: Coroutine[Any, Any, int]) -> int:
    """Do the work until it ends, or until a signal cancels it; a second signal kills the process."""
    loop, task = asyncio.get_running_loop(), asyncio.ensure_future(work)
    told = False

    def stop() -> None:
        nonlocal told
        told = True
        for each in _SIGNALS:
            loop.remove_signal_handler(each)
            signal.signal(each, signal.SIG_DFL)
        task.cancel()
        # Not even a thread that waits for a name server may hold up whoever stops us.
        late = threading.Timer(LEAVING, os._exit, (FINE,))
        late.daemon = True
        late.start()

    for each in _SIGNALS:
        with suppress(NotImplementedError):  # Windows, where only Ctrl+C is known
            loop.add_signal_handler(each, stop)
    try:
        return await task
    except asyncio.CancelledError:
        if not told:
            raise
        return FINE


async def serve(bot: OpenSpaceBot, token: str) -> int:
    """Log in, stay connected until told to stop, close in good order; return the exit code."""
    bot.shard_count = None  # type: ignore[assignment] # Discord says how many connections share its guilds
    log.info("starting", version=version("openspace-bot"), database=str(bot.database.path))
    notifier = _notifier(bot)
    try:
        async with asyncio.timeout(LOGIN):
            await bot.login(token)
        tidy()
        await stay(bot)
    finally:
        if notifier:
            notifier.end()
        await close(bot)
    return FINE


def _notifier(bot: OpenSpaceBot) -> Notifier | None:
    """Return what tells systemd of the bot, where systemd has started it and wants to know."""
    if not os.environ.get("NOTIFY_SOCKET"):
        return None
    from bot.health.systemd import Notifier  # noqa: PLC0415 - others do without

    notifier = Notifier(bot)
    notifier.begin()
    return notifier


def tidy() -> None:
    """Give back the memory that only starting needed, 3 MB, and never again look for garbage in what stays.

    Looking through all modules holds up everybody for some 50 ms. glibc gives nothing back unasked; other C
    libraries have no such function.
    """
    gc.freeze()
    with suppress(AttributeError, OSError, TypeError):
        ctypes.CDLL(None).malloc_trim(0)


async def stay(bot: OpenSpaceBot) -> None:
    """Stay connected, with an end to it: discord.py may try a dead address for ever (its issue 10511)."""
    loop = asyncio.get_running_loop()
    over = suppress(RuntimeError)  # the wait is, but an event was still on its way
    try:
        async with asyncio.timeout(PATIENCE) as away:

            async def lost() -> None:
                with over:
                    away.reschedule(away.when() or loop.time() + PATIENCE)

            async def back() -> None:
                with over:
                    away.reschedule(None)

            bot.add_listener(lost, "on_disconnect")
            bot.add_listener(back, "on_ready")
            bot.add_listener(back, "on_resumed")
            await bot.connect()
    except TimeoutError:
        if not away.expired():
            raise
        text = f"no connection to Discord for {PATIENCE / 60:g} minutes; start the bot again"
        log.error(text)
        raise PlainError(text, FAILED) from None


async def close(bot: OpenSpaceBot) -> None:
    """Close in bounded time: what is half done then is mended at the next start (R14)."""
    try:
        async with asyncio.timeout(CLOSING):
            await bot.close()
    except TimeoutError:
        log.warning("closing took too long; what is half done is mended at the next start")
    else:
        log.info("stopped")
