"""How it works here, in eight lines."""

from __future__ import annotations

from datetime import datetime

from bot.domain.models import Highlight, Window
from bot.domain.names import clean_line, escape
from bot.domain.programme import Programme
from bot.ui.words import Words, clock, moment

SHOWN = 3
"""Windows, and highlights, that are named at most; with their longest names the text fits a message."""
NAME_LENGTH = 60


def help_text(words: Words, programme: Programme, now: datetime) -> str:
    """Return the conference's windows, limit and the three commands; what is over is left out."""
    limits = programme.limits
    lines = [words("help-title", conference=escape(programme.name))]
    coming = [w for w in programme.windows if w.end > now][:SHOWN]
    worth = [h for w in coming for h in w.highlights if h.end > now][:SHOWN]
    for window in coming:
        lines.append(
            words("help-window", name=_name(window), start=moment(window.start), end=clock(window.end))
        )
        lines += [
            words("help-highlight", name=_name(h), start=clock(h.start), end=clock(h.end))
            for h in window.highlights
            if h in worth
        ]
    if not coming:
        lines.append(words("help-over"))
    lines.append(
        words("help-limit", limit=limits.parallel_limit, least=limits.min_minutes, most=limits.max_minutes)
    )
    lines += [words("help-host"), words("help-list"), words("help-join")]
    return "\n".join(lines)


def _name(span: Window | Highlight) -> str:
    return escape(clean_line(span.name, NAME_LENGTH))
