"""A drawn message as Discord gets it: what tells it from another drawing, and whose words it shows (R16)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import discord

from bot.service.people import Showing
from bot.ui.veil import digest, words_of

SHORTEST = 4
"""Code points of a word of which no drawing shows less, however much of it is cut."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A layout, the digest of all that is in it, and those of strangers' words that it really shows."""

    view: discord.ui.LayoutView
    picture: str
    words: frozenset[str]


def drawn(
    view: discord.ui.LayoutView,
    about: Iterable[Showing],
    hidden: Container[str],
    said: Iterable[str] = (),
) -> Drawn:
    """Return a layout that shows these sessions without the words that are hidden, by their digests.

    `said` is what organizers say in it, which is shown whole.
    """
    view.stop()  # what its buttons do stands in their custom_ids: discord.py need not keep it
    components: Any = view.to_components()  # type: ignore[no-untyped-call]
    whole = json.dumps(components, sort_keys=True, ensure_ascii=False)
    text = _bare("\n".join(_texts(components)))
    words = {digest(word) for showing in about for word in _shown(showing, text, hidden)}
    words |= {digest(word) for word in said if word}
    return Drawn(view, hashlib.sha256(whole.encode()).hexdigest(), frozenset(words))


def _texts(components: Any) -> Iterator[str]:
    if isinstance(components, str):
        yield components
    elif isinstance(components, dict | list):
        for each in components.values() if isinstance(components, dict) else components:
            yield from _texts(each)


def _shown(showing: Showing, text: str, hidden: Container[str]) -> Iterator[str]:
    """Yield a session's words that a text shows: nothing of one whose topic it does not show, if it may."""
    topic, *others = words_of(showing)
    if digest(topic) not in hidden:
        if not _shows(text, _bare(topic)):
            return
        yield topic
    yield from (word for word in others if digest(word) not in hidden and _shows(text, _bare(word)))


def _shows(text: str, word: str) -> bool:
    """Whether a text shows a word, or a beginning of it with '…' behind."""
    if word in text:
        return True
    if word[:SHORTEST] not in text:
        return False
    cut = text.split("…")[:-1]
    return any(before.endswith(word[:n]) for before in cut for n in range(SHORTEST, len(word)))


def _bare(text: str) -> str:
    """Return a text without what `escape` adds."""
    return text.replace("\\", "").replace("\u200b", "")
