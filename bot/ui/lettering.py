"""How much room words take in a picture, near enough: nothing measures text before it is drawn."""

from __future__ import annotations

import re
import unicodedata

from bot.domain.names import graphemes

_KNOWN = dict.fromkeys("iIjl.,:;!|'` ", 0.32) | dict.fromkeys('()[]{}ftr-/\\"*°', 0.45)
_KNOWN |= dict.fromkeys("mwMW@%ŒœÆæ", 0.95)
_KINDS = {"W": 1.0, "F": 1.0, "A": 1.0}
"""By the width that Unicode gives; what it calls ambiguous is wide beside Chinese."""
_EMOJI = re.compile("[\u2600-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff]")
_FIRST_WIDE = "\u0530"
"""Latin, Greek and Cyrillic letters are before it."""
_JOINED = "\u200d"
_PIECE = re.compile(
    r"\s+|[\u2e80-\u9fff\uac00-\ud7ff\uf900-\ufaff\uff00-\uffef]|[^\s\u2e80-\u9fff]+?(?=[\s\u2e80-\u9fff]|$)"
)
"""A line may break at white space and around each character of Chinese, Japanese and Korean."""
_NOT_FIRST = frozenset("，。、；：？！）」』》〉…")


def width(text: str, size: float) -> float:
    """Return the width of a text in pixels; rather too much than too little."""
    return size * sum(map(_em, graphemes(text)))


def _em(grapheme: str) -> float:
    """Return the width of one grapheme in ems; what marks it takes no room of its own."""
    char = grapheme[0]
    if _JOINED in grapheme or _EMOJI.match(char):
        return 1.3
    if char.isalpha() and char < _FIRST_WIDE and char not in _KNOWN:
        return 0.68 if char.isupper() else 0.58 if char.isascii() else 0.63
    kind = unicodedata.east_asian_width(char)
    return _KNOWN.get(char) or _KINDS.get(kind, 0.56 if char.isdigit() else 0.75)


def cut(text: str, room: float, size: float) -> str:
    """Return a text on one line that takes `room` pixels at most; what is cut ends in '…'."""
    return wrap(text, room, size, 1)[0]


def wrap(text: str, room: float, size: float, most: int) -> list[str]:
    """Return a text on at most `most` lines of `room` pixels each; what is cut ends in '…'."""
    lines = [""]
    rest = _pieces(" ".join(text.split()), room, size)
    for number, piece in enumerate(rest):
        longer = lines[-1] + piece
        hangs = piece in _NOT_FIRST and width(lines[-1], size) + 0.5 * size <= room
        if not lines[-1] or hangs or width(longer.rstrip(), size) <= room:
            lines[-1] = longer if lines[-1] else piece.lstrip()
        elif len(lines) < most:
            lines.append(piece.lstrip())
        else:
            lines[-1] = _ended("".join([lines[-1], *rest[number:]]), room, size)
            break
    return [line.rstrip() for line in lines]


def _pieces(text: str, room: float, size: float) -> list[str]:
    """Return the parts between which a line may break; a word that is longer than a line is broken too."""
    found: list[str] = []
    for piece in _PIECE.findall(text):
        found += [piece] if width(piece, size) <= room else graphemes(piece)
    return found


def _ended(text: str, room: float, size: float) -> str:
    """Return as much of a text as fits with '…' behind it."""
    kept = graphemes(text)
    while kept and width("".join(kept).rstrip() + "…", size) > room:
        kept.pop()
    return "".join(kept).rstrip() + "…"
