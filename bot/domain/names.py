"""R16: words from strangers. What is stored is cleaned once; `escape` is for the moment it is shown."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

NAME_LENGTH = 100
"""Discord's limit for a channel's name, in code points."""
NAMES_KEPT = 1024
"""Channel names that are not worked out again: the keeper asks for them at every look."""

_ZWJ = "\u200d"
_JOINERS = _ZWJ + "\u200c\u180e"  # zero width joiner and non-joiner, Mongolian vowel separator

# Written out rather than asked of unicodedata, so that every Python version agrees.
_GONE = re.compile(
    "(\U0001f3f4[\U000e0061-\U000e007a]{5}\U000e007f)"  # kept: the flags of England, Scotland, Wales
    "|[\0-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ud800-\udfff"  # controls and lone surrogates
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f"
    "\u3164\ufdd0-\ufdef\ufeff\uffa0\ufff0-\ufffc\ufffe\uffff"
    "\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d159\U0001d173-\U0001d17a"
    "\U000e0000-\U000e00ff\U000e01f0-\U000e0fff]"
)
_SELECTOR = re.compile("[\u180b-\u180d\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_TAG = re.compile("[\U000e0020-\U000e007f]")
_FLAG_LETTER = re.compile("[\U0001f1e6-\U0001f1ff]")
_SKIN_TONE = re.compile("[\U0001f3fb-\U0001f3ff]")
_PICTURE = re.compile(  # without flag letters and skin tones
    "[\u2190-\u2bff\U0001f000-\U0001f1e5\U0001f200-\U0001f3fa\U0001f400-\U0001faff]"
)
_TAIL = re.compile("[\u0e33\u0eb3\u1161-\u11ff\ud7b0-\ud7ff]")  # Thai, Lao, Hangul: ends of a grapheme
_JOINING_SCRIPT = re.compile(  # Hebrew and Arabic to Myanmar, Khmer, Mongolian and their later blocks
    "[\u0590-\u109f\u1700-\u1cff\ua800-\uaaff\uabc0-\uabff\ufb1d-\ufdff\ufe70-\ufefc"
    "\U00010a00-\U00011fff\U0001e900-\U0001e95f]"
)

_INLINE = re.compile(r"[\\*_~|`\[\]()</]|:(?=[^\s:]+:)")  # the colon: shortcodes such as :smile:
_LINE_START = re.compile(r"^[^\S\n]*(?:[-+#>]+|[0-9]+\.)", re.MULTILINE)
_LINE_MARK = re.compile(r"[-+#>.]")
_MENTION = re.compile(r"@(?=everyone|here|\d|[^\w\s])")

_DROPPED = frozenset("!\"#$%&'()*+,./:;<=>?@[\\]^`{|}~")


def clean_line(text: str, limit: int) -> str:
    """Return a topic or a name as one clean line of at most `limit` code points (R16).

    NFC, no control or invisible characters but those that scripts and emoji need, white space collapsed,
    four marks on one letter at most. What is cut ends in '…' and never inside an emoji or a letter with
    its marks. Empty where nothing visible is left.
    """
    return _cut(_settle(text), limit)


def clean_text(text: str, limit: int) -> str:
    """Return a description, cleaned as `clean_line` does but with its lines (R16), one blank one in a row."""
    lines = "\n".join(_settle(line) for line in text.splitlines())
    return _cut(re.sub(r"\n{3,}", "\n\n", lines).strip("\n"), limit)


def escape(text: str) -> str:
    r"""Return clean text so that a Discord message shows it literally (R16). At most twice as long.

    Only for what Discord renders as markdown (content, embed descriptions, text displays), and only once:
    labels, options and channel names would show the backslashes.

    A backslash disarms everything that the client parses, `<` and the `/` of links and invites included,
    and the reader sees just what was typed. Pings are found by the server, so `@` gets a zero width space
    as well where a mention could follow; it is the one invisible character that Discord promises not to
    strip (https://github.com/discord/discord-api-docs/pull/1248). `allowed_mentions` stays the real lock.
    """
    text = _MENTION.sub("@\u200b", text)
    text = _INLINE.sub(r"\\\g<0>", text)
    return _LINE_START.sub(lambda start: _LINE_MARK.sub(r"\\\g<0>", start[0]), text)


@lru_cache(maxsize=8192)  # a board is drawn at every change, of the same topics and names
def escaped(text: str, room: int) -> str:
    """Return clean text on one line, escaped and cut so that it takes `room` code points at most (R16)."""
    whole = escape(text)
    if len(whole) <= room:
        return whole
    cut = escape(clean_line(text, room))
    return cut if len(cut) <= room else escape(clean_line(text, room // 2))


@lru_cache(maxsize=NAMES_KEPT)
def channel_name(topic: str, fallback: str) -> str:
    """Return a voice channel's name: the topic as typed, 1-100 code points (R16). Names never ping."""
    return clean_line(topic, NAME_LENGTH) or fallback


@lru_cache(maxsize=NAMES_KEPT)
def text_channel_name(topic: str, fallback: str) -> str:
    """Return what Discord would make of a text channel's name, so that a rename is not asked for twice.

    Lower case, dashes for white space, no ASCII punctuation but `-` and `_`. Discord documents none of
    this (https://github.com/discord/discord-api-docs/issues/1646), so what it returns has the last word.
    """
    kept = (c for c in _clusters(_settle(topic).lower()) if c[0] not in _DROPPED)
    dashed = re.sub("-+", "-", "".join("-" if c[0] in " -" else c for c in kept)).strip("-")
    return _settle(_head(dashed, NAME_LENGTH)).strip("-") or fallback


def fold(text: str) -> str:
    """Return text in the form in which typed words and topics are compared (R16: any script)."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return " ".join(folded.split())


def graphemes(text: str) -> list[str]:
    """Return clean text as what readers take for single letters, signs and emoji, near enough to UAX #29."""
    return _clusters(text)


def letters(text: str) -> str:
    """Return the letters and digits of a name: Discord changes spaces in it, and signs at times."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text).casefold())


_PLAIN_LETTERS = str.maketrans("øłđðħıŧœæ", "olddhitoa")
_ACCENT = re.compile("(?<=[a-z\u0370-\u03ff\u0400-\u04ff])[\u0300-\u036f]+")


def searchable(text: str) -> str:
    """Return text in the form in which words are searched: as `fold`, and without accents (R16).

    Only Latin, Greek and Cyrillic letters have accents that a keyboard may lack; elsewhere a mark is part
    of the letter.
    """
    apart = unicodedata.normalize("NFD", fold(text).translate(_PLAIN_LETTERS))
    return unicodedata.normalize("NFC", _ACCENT.sub("", apart))


def _settle(line: str) -> str:
    """Clean until nothing changes: a character that goes can leave two that now compose, or one alone."""
    while True:
        kept = "".join(_clusters(_GONE.sub(r"\1", unicodedata.normalize("NFC", line))))
        settled = " ".join(kept.replace("\u2800", " ").split())  # the blank braille pattern
        if settled == line:
            return line
        line = settled


def _cut(text: str, limit: int) -> str:
    if len(text) <= limit:
        return text
    return (_head(text, limit - 1).rstrip("\n " + _JOINERS) + "…")[:limit]


def _head(text: str, room: int) -> str:
    """Return as many whole graphemes as there is room for."""
    length = 0
    for cluster in _clusters(text):
        if length + len(cluster) > room:
            break
        length += len(cluster)
    return text[:length]


def _clusters(text: str) -> list[str]:
    """Split into graphemes, near enough to UAX #29, and leave out marks and joiners that belong to none."""
    clusters: list[str] = []
    for char, after in zip(text, text[1:] + " ", strict=False):
        last = clusters[-1] if clusters else " "
        if char in _JOINERS or unicodedata.category(char)[0] == "M":
            if not last.isspace() and _belongs(last, char, after):
                clusters[-1] += char
        elif _continues(last, char):
            clusters[-1] += char
        else:
            clusters.append(char)
    return clusters


def _belongs(last: str, char: str, after: str) -> bool:
    """Whether a joiner, a variation selector or a mark may follow the grapheme so far."""
    if char in _JOINERS:
        if char == _ZWJ and _PICTURE.match(last) and _PICTURE.match(after):
            return last.count(_ZWJ) < 3  # no emoji joins more than four pictures
        return _joins(last[-1]) and (char == _ZWJ or _joins(after))
    if _SELECTOR.match(char):
        base = last[-1]
        cased = base.isalpha() and base.upper() != base.lower()
        return not cased and unicodedata.category(base) not in {"Mn", "Mc", "Me", "Cf"}
    spacing = unicodedata.category(char) == "Mc"
    marks = [kind for kind in map(unicodedata.category, last) if kind[0] == "M"]
    return sum((kind == "Mc") == spacing for kind in marks) < 4


def _joins(char: str) -> bool:
    return bool(_JOINING_SCRIPT.match(char)) and unicodedata.category(char)[0] in "LM"


def _continues(last: str, char: str) -> bool:
    """Whether a character that could stand alone is part of the grapheme so far."""
    if _FLAG_LETTER.match(char):
        return bool(_FLAG_LETTER.fullmatch(last))
    if _SKIN_TONE.match(char):
        return bool(_PICTURE.match(last[-1]))
    if _TAIL.match(char):
        return last[0].isalpha() and len(last) < 8
    return bool(_TAG.match(char)) or (last[-1] == _ZWJ and bool(_PICTURE.match(char)))
