"""How it works here, in eight lines at most."""

from __future__ import annotations

from datetime import datetime

from bot.domain.models import Highlight, Window, name_in
from bot.domain.names import clean_line, escape
from bot.domain.programme import Programme
from bot.ui.conduct import contact
from bot.ui.tidings import paused
from bot.ui.words import Words, clock, moment

SPANS = 3
"""Windows, and the next highlight among them, that are named at most: with these there are eight lines.

Where whom to ask for help is set, that is a line, and there is one window less.
"""
NAME_LENGTH = 60


def help_text(words: Words, programme: Programme, now: datetime, board: str, pause: str | None = None) -> str:
    """Return the conference's windows, limit, board and how to begin; what is over is left out.

    `board` names the board's channel, best by a link; `pause` is why no new sessions are taken.
    """
    limits, spans = programme.limits, SPANS - bool(programme.conduct)
    lines = [words("help-title", conference=escape(programme.name))]
    coming = [w for w in programme.windows if w.end > now][:spans]
    highlight = next((h for w in coming[: spans - 1] for h in w.highlights if h.end > now), None)
    for window in coming[: spans - 1] if highlight else coming:
        lines.append(
            words("help-window", name=_name(words, window), start=moment(window.start), end=clock(window.end))
        )
        if highlight in window.highlights:
            times = {"start": clock(highlight.start), "end": clock(highlight.end)}
            lines.append(words("help-highlight", name=_name(words, highlight), **times))
    if not coming:
        lines.append(words("help-over"))
    lines.append(
        words("help-limit", limit=limits.parallel_limit, least=limits.min_minutes, most=limits.max_minutes)
    )
    lines += [
        words("help-board", board=board),
        *(paused(words, pause) or [words("help-host", clock=words.clock_of(programme.zone))]),
        words("help-join"),
    ]
    if programme.conduct:
        lines.append(words("help-conduct", contact=contact(programme.conduct)))
    return "\n".join(lines)


def _name(words: Words, span: Window | Highlight) -> str:
    return escape(clean_line(name_in(words.language, span), NAME_LENGTH))
