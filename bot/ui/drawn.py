"""A drawn message as Discord gets it: what tells it from another drawing, and whose words it shows (R16)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
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


def drawn(view: discord.ui.LayoutView, about: Iterable[Showing]) -> Drawn:
    """Return a layout that shows these sessions."""
    view.stop()  # what its buttons do stands in their custom_ids: discord.py need not keep it
    components: Any = view.to_components()  # type: ignore[no-untyped-call]
    whole = json.dumps(components, sort_keys=True, ensure_ascii=False)
    text = _bare("\n".join(_texts(components)))
    cut = text.split("…")[:-1]
    words = {word for showing in about for word in words_of(showing) if _shows(text, cut, _bare(word))}
    return Drawn(view, hashlib.sha256(whole.encode()).hexdigest(), frozenset(map(digest, words)))


def _texts(components: Any) -> Iterator[str]:
    if isinstance(components, str):
        yield components
    elif isinstance(components, dict | list):
        for each in components.values() if isinstance(components, dict) else components:
            yield from _texts(each)


def _shows(text: str, cut: list[str], word: str) -> bool:
    """Whether a text shows a word, or a beginning of it; `cut` is what stands before each '…'."""
    if word in text:
        return True
    heads = range(SHORTEST, len(word)) if word[:SHORTEST] in text else ()
    return any(before.endswith(word[:n]) for before in cut for n in heads)


def _bare(text: str) -> str:
    """Return a text without what `escape` adds."""
    return text.replace("\\", "").replace("\u200b", "")
