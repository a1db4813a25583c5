"""Whom people turn to when something is wrong: the organizers' own words."""

from __future__ import annotations

import re

from bot.domain.names import escape

_CLICKABLE = re.compile(r"(https?://[^\s<>()\[\]|]+|<(?:@[&!]?|#)\d{1,20}>)")
"""What stays as it was written: a link, a mention of a person, a role or a channel (none of which pings)."""


def contact(text: str) -> str:
    """Return the conduct contact for a message: links and mentions work, all else is shown literally."""
    parts = _CLICKABLE.split(text)
    return "".join(part if number % 2 else escape(part) for number, part in enumerate(parts))
