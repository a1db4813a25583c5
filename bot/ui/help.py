"""How it works here, in eight lines."""

from __future__ import annotations

from datetime import datetime

from bot.domain.names import escape
from bot.domain.programme import Programme
from bot.ui.words import Words, clock, moment

WINDOWS_SHOWN = 4


def help_text(words: Words, programme: Programme, now: datetime) -> str:
    """Return the conference's windows, limit and the three commands; what is over is left out."""
    limits = programme.limits
    lines = [words("help-title", conference=escape(programme.name))]
    coming = [w for w in programme.windows if w.end > now][:WINDOWS_SHOWN]
    for window in coming:
        lines.append(
            words("help-window", name=escape(window.name), start=moment(window.start), end=clock(window.end))
        )
        lines += [
            words("help-highlight", name=escape(h.name), start=clock(h.start), end=clock(h.end))
            for h in window.highlights
        ]
    if not coming:
        lines.append(words("help-over"))
    lines.append(
        words("help-limit", limit=limits.parallel_limit, least=limits.min_minutes, most=limits.max_minutes)
    )
    lines += [words(f"help-{name}") for name in ("host", "list", "join")]
    return "\n".join(lines)
