"""Windows and highlights in words: by the conference's clock, and as Discord draws times for each reader."""

from __future__ import annotations

from collections.abc import Iterable

from bot.domain.models import Highlight, Window, name_in
from bot.domain.names import clean_line, escape
from bot.domain.programme import Programme
from bot.ui.words import Words

NAME_LENGTH = 60
"""Code points of a name."""
Span = Window | Highlight


def span_label(words: Words, span: Span, programme: Programme, *, drawn: bool = False) -> str:
    """Return a window or highlight: its name, and its times by the conference's clock.

    `drawn`: for a message, where markdown is drawn, not for a menu.
    """
    start, end = programme.local(span.start), programme.local(span.end)
    last = f"{end:%H:%M}" if start.date() == end.date() else words.start(end)
    key = "highlight-label" if isinstance(span, Highlight) else "window-label"
    times = words("span", start=words.start(start), end=last)
    name = clean_line(name_in(words.language, span), NAME_LENGTH)
    return words(key, name=escape(name) if drawn else name, times=times)


def window_changes(words: Words, before: Programme, after: Programme) -> list[str]:
    """Return what is other in a programme's windows and highlights, one a line, by the conference's clock."""
    old, new = _labelled(words, before), _labelled(words, after)
    gone = [label for label in old if label not in new]
    come = [label for label in new if label not in old]
    if len(gone) == len(come):
        return [words("window-changed", old=one, new=other) for one, other in zip(gone, come, strict=True)]
    return [words("window-gone", span=each) for each in gone] + [
        words("window-come", span=each) for each in come
    ]


def _labelled(words: Words, programme: Programme) -> list[str]:
    return [span_label(words, span, programme, drawn=True) for span in spans(programme)]


def spans(programme: Programme) -> Iterable[Span]:
    """Yield all windows, each followed by its highlights."""
    for window in programme.windows:
        yield window
        yield from window.highlights
