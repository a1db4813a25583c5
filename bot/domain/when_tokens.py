"""R1: what a person typed becomes tokens: numbers, words that are known, and what is not."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from unicodedata import normalize

from bot.domain import when_words as words


@dataclass(frozen=True, slots=True)
class Token:
    """A number or a word; `apart` where white space stands before it, `spelled` for an English numeral.

    `start` and `end` are where it stands in the text.
    """

    text: str
    number: int | None = None
    apart: bool = False
    spelled: bool = False
    start: int = 0
    end: int = 0


class Tokens(tuple[Token, ...]):
    """The tokens of a text. A question about one that is not there is answered with no."""

    __slots__ = ()

    def word(self, at: int) -> str:
        """Return the word, or the number as it was typed."""
        return self[at].text if 0 <= at < len(self) else ""

    def number(self, at: int) -> int | None:
        """Return the number, in digits or in words."""
        return self[at].number if 0 <= at < len(self) else None

    def digits(self, at: int, *lengths: int) -> int | None:
        """Return the number that is written in digits, so many of them."""
        text = self.word(at)
        return int(text) if text.isdecimal() and text.isascii() and len(text) in lengths else None

    def says(self, at: int, *texts: str) -> bool:
        """Whether it is one of these words."""
        return self.word(at) in texts

    def among(self, at: int, known: Container[str]) -> bool:
        """Whether it is a word that is known here."""
        return self.word(at) in known

    def apart(self, at: int) -> bool:
        """Whether white space stands before it, or nothing at all is there."""
        return at >= len(self) or self[at].apart


_SAME = str.maketrans(
    "点钟鍾后两时周现个礼号马间这为头约开东准历续长过︰∶‐–−—―〜～‘’",
    "點鐘鐘後兩時週現個禮號馬間這為頭約開東準歷續長過::-----~~''",
)
_DIGITS = str.maketrans("零〇一二兩三四五六七八九", "001223456789")
_FRACTION = re.compile(r"(?<=\d)(?=[¼-¾⅐-⅞])")
_NUMERAL = re.compile(
    r"[一二三四五六七八九]?十[一二三四五六七八九]?|廿[一二三四五六七八九]?|[零〇]?[一二兩三四五六七八九]|[零〇]"
)
_ENGLISH = re.compile(r"[a-z][a-z' ]*")


def _whole(names: Iterable[str]) -> str:
    """Return a pattern for any of these words, the longest first; one in Latin letters stands alone."""
    return "|".join(
        rf"(?<![a-z]){re.escape(name)}(?![a-z])" if _ENGLISH.match(name) else re.escape(name)
        for name in sorted(names, key=len, reverse=True)
    )


@cache
def _pattern() -> re.Pattern[str]:
    cities = (name for name in words.zone_names() if "/" not in name and _ENGLISH.fullmatch(name))
    kinds = {
        "digits": r"[0-9]+",
        "compound": rf"\b(?:{'|'.join(words.TENS)})[ -](?:{'|'.join(words.ONES)})(?![a-z])",
        "zone": r"(?<![a-z])[a-z_]+(?:/[a-z0-9_+-]+)+",
        "year": r"[一二][零〇一二三四五六七八九]{3}(?=年)",
        "chinese": "[零〇一二兩三四五六七八九十廿]+",
        "word": _whole(words.vocabulary()),
        "city": _whole(cities),
        "unknown": r"[a-z]+",
        "other": r"\S",
    }
    return re.compile("|".join(f"(?P<{kind}>{pattern})" for kind, pattern in kinds.items()))


@cache
def _long_words() -> list[str]:
    known = {*words.AHEAD, *words.WEEKDAYS, *words.MONTHS, *words.HOURS, *words.MINUTES, *words.PARTS}
    return [word for word in known if len(word) > 5 and word.isascii() and " " not in word]


def plain(text: str) -> str:
    """Return the text in lower case, ASCII digits, single spaces and the characters used in Taiwan."""
    text = normalize("NFKC", _FRACTION.sub(" ", text.translate(_SAME))).casefold().translate(_SAME)
    text = re.sub(r"(?<=[0-9]);(?=[0-9])", ":", " ".join(text.split()))
    return re.sub(r"\b([ap])\. ?m\b\.?", r"\1m", text)


def flat(text: str) -> str:
    """Return the text as `plain` has its characters, each where it stood: names are cut out by that."""
    made = (normalize("NFKC", char).casefold().translate(_SAME) for char in text.translate(_SAME))
    return "".join(new if len(new) == 1 else old for new, old in zip(made, text, strict=True))


def tokens(text: str) -> Tokens:
    """Return the tokens of a plain text. What is not known is a token that no rule of the grammar takes."""
    found = []
    for match in _pattern().finditer(text):
        word, kind = match[0], match.lastgroup
        apart = match.start() > 0 and text[match.start() - 1].isspace()
        number, spelled = None, False
        if kind == "digits" and len(word) <= 12:
            number = int(word)
        elif kind == "compound":
            tens, one = re.split("[ -]", word)
            number, spelled = words.TENS[tens] + words.ONES[one], True
        elif kind in {"chinese", "year"}:
            number = _chinese(word, year=kind == "year")
        elif word in words.NUMERALS:
            number, spelled = words.NUMERALS[word], True
        elif kind == "unknown" and len(word) > 5:
            meant = get_close_matches(word, _long_words(), n=2, cutoff=0.86)
            word = meant[0] if len(meant) == 1 else word
        found.append(Token(word, number, apart, spelled, *match.span()))
    return Tokens(found)


def _chinese(run: str, *, year: bool) -> int | None:
    """Return a number; None for two numerals side by side, such as 兩三, which are a guess."""
    if year:
        return int(run.translate(_DIGITS))
    if not _NUMERAL.fullmatch(run):
        return None
    tens, ten, ones = run.replace("廿", "二十").rpartition("十")
    if not ten:
        return int(run.translate(_DIGITS))
    return 10 * int((tens or "一").translate(_DIGITS)) + int((ones or "零").translate(_DIGITS))
