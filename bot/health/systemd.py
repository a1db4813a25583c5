"""What systemd hears of the bot: that it is ready, that it lives, that it stops (`Type=notify`)."""

from __future__ import annotations

import asyncio
import os

import sdnotify  # type: ignore[import-untyped]
import structlog

from bot.health.signs import Signs, Watched

log = structlog.get_logger("health")


class Notifier:
    """Tells systemd of one bot; where nothing listens, nothing happens."""

    def __init__(self, bot: Watched) -> None:
        self._bot = bot
        self._signs = Signs(bot)
        self._systemd = sdnotify.SystemdNotifier()
        self._ready = False
        self._timer: asyncio.TimerHandle | None = None
        self._quiet = False

    def begin(self) -> None:
        """Say so when the bot is ready, and from now on that it lives."""
        self._bot.add_listener(self._on_ready, "on_ready")
        self._systemd.notify("STATUS=starting")
        if every := watchdog():
            self._live(every)

    def end(self) -> None:
        """Say that it stops."""
        if self._timer:
            self._timer.cancel()
        self._systemd.notify("STOPPING=1")
        if self._systemd.socket:
            self._systemd.socket.close()

    async def _on_ready(self) -> None:
        """Discord has told of all servers: ready, where the database answers too."""
        if self._ready:
            return
        if wrong := await self._signs.database():
            plain = " ".join(wrong.split()).encode("ascii", "replace").decode()
            self._systemd.notify(f"STATUS=the database: {plain}")
            return
        self._ready = True
        self._systemd.notify("READY=1\nSTATUS=runs the Open Spaces")

    def _live(self, every: float) -> None:
        """Say that the bot lives, as long as its keeper does: systemd starts afresh what says nothing."""
        if self._signs.alive():
            self._systemd.notify("WATCHDOG=1")
            self._quiet = False
        elif not self._quiet:
            self._quiet = True
            log.error("the keeper is stuck; systemd is told nothing, and starts the bot afresh")
        self._timer = asyncio.get_running_loop().call_later(every, self._live, every)


def watchdog() -> float:
    """Return how many seconds between two signs of life: half of what systemd waits; 0: it awaits none."""
    meant, within = os.environ.get("WATCHDOG_PID"), os.environ.get("WATCHDOG_USEC", "")
    if (meant and meant != str(os.getpid())) or not within.isdecimal():
        return 0.0
    return int(within) / 2_000_000
