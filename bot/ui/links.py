"""The links to a session's channels, added to an answer as soon as both exist (R15)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping

import structlog

from bot.domain.records import DESK, Kind
from bot.service.people import Showing

log = structlog.get_logger("links")

BLOCKING = {"permissions", "guild-full", "no-channels", "many-channels", "denied"}
"""Problems that may keep a desk from opening."""
Tell = Callable[[dict[Kind, int]], Awaitable[None]]
"""Told of a session's channels; of none where organizers must mend something first."""


class Links:
    """The answers of one guild that wait for channels, by session; all of it may be lost at any time."""

    def __init__(self) -> None:
        self._waiting: dict[int, list[Tell]] = {}
        self._stuck: set[int] = set()
        self.telling: set[asyncio.Task[None]] = set()

    def wait(self, session_id: int, tell: Tell) -> None:
        """Let `tell` be called once the channels exist."""
        self._waiting.setdefault(session_id, []).append(tell)

    def announce(self, showings: Mapping[int, Showing], problems: Iterable[str], *, making: bool) -> None:
        """Tell those who wait what is there, or once, where nothing is on its way, that nothing can be."""
        stuck = not making and any(code.partition(":")[0] in BLOCKING for code in problems)
        for session_id, waiting in list(self._waiting.items()):
            showing = showings.get(session_id)
            channels = dict(showing.channels) if showing and showing.session.active else None
            if channels is None or len(channels) == len(DESK):
                del self._waiting[session_id]
            elif stuck and session_id not in self._stuck:
                self._stuck.add(session_id)
                channels = {}
            else:
                continue
            if channels is not None:
                for tell in waiting:
                    task = asyncio.create_task(_tell(tell, channels))
                    self.telling.add(task)
                    task.add_done_callback(self.telling.discard)


async def _tell(tell: Tell, channels: dict[Kind, int]) -> None:
    try:
        await tell(channels)
    except Exception as error:  # noqa: BLE001 - the answer is there: nobody is left to be told but the log
        log.warning("the links could not be added to an answer", error=str(error))
