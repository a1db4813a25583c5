"""What organizers tell everybody, wherever people look: an announcement, and that new sessions are paused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bot.domain.names import escaped
from bot.ui.words import Words

REASON_LENGTH = 400
"""Code points of the escaped reason for a pause: the board has room for what is on beside it."""


@dataclass(frozen=True, slots=True)
class Tidings:
    """An announcement and until when it is shown, and why new sessions are paused.

    `pause` may be ''; None where they are taken.
    """

    announcement: str = ""
    until: datetime | None = None
    pause: str | None = None


NONE = Tidings()


def announced(words: Words, tidings: Tidings, when: Callable[[datetime], str]) -> list[str]:
    """Return the announcement in organizers' own words, whose links work; nothing where there is none."""
    if not tidings.announcement or tidings.until is None:
        return []
    return [words("board-announcement", words=tidings.announcement, until=when(tidings.until))]


def paused(words: Words, reason: str | None) -> list[str]:
    """Return the line that new sessions are paused and why; nothing where they are taken."""
    if reason is None:
        return []
    if not reason:
        return [words("board-paused")]
    return [words("board-paused-why", reason=escaped(reason, REASON_LENGTH))]
