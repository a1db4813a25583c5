# /// script
# requires-python = ">=3.11"
# dependencies = ["fonttools==4.68.0"]
# ///
"""Remakes the font of data/fonts/ from Noto Sans CJK: `uv run --script scripts/fonts.py FILE.ttc`.

data/fonts/README.md says where that file comes from and what is taken of it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from fontTools import subset  # type: ignore[import-not-found] # only this script needs it
from fontTools.ttLib import TTFont  # type: ignore[import-not-found]

FAMILY = "OpenspaceSansTC"
MADE = Path(__file__).parent.parent / "data" / "fonts" / "OpenspaceSansTC-Regular.otf"
TAIWANESE = 3
"""Which font of the collection has the shapes that Taiwan writes."""

BLOCKS = (
    (0x0020, 0x007E),  # Latin
    (0x00A0, 0x036F),  # Latin with accents, phonetic signs, marks
    (0x0370, 0x052F),  # Greek, Cyrillic
    (0x1E00, 0x1EFF),  # Vietnamese and more Latin
    (0x2000, 0x27BF),  # punctuation, currencies, arrows, mathematics, boxes, dingbats
    (0x3000, 0x312F),  # CJK punctuation, kana, bopomofo
    (0x31A0, 0x31BF),  # bopomofo of Taiwanese and Hakka
    (0x3200, 0x33FF),  # enclosed and squared signs
    (0xFE30, 0xFE4F),  # vertical forms
    (0xFF00, 0xFF9F),  # full and half width
    (0xFFE0, 0xFFEF),
)
CODECS = ("cp950", "big5hkscs", "gb2312", "cp932")
"""Taiwan's characters, Hong Kong's (many of them stand in names), and those of China and Japan."""
LEFT_OUT = ["BASE", "VORG", "vhea", "vmtx"]
"""Tables for vertical text."""
NAMES = {1: FAMILY, 3: f"openspace-bot: {FAMILY}", 4: FAMILY, 6: MADE.stem}
KEPT = (0, 2, 5, 13, 14)
"""The names that stay: copyright, weight, version, licence."""


def main(source: str) -> None:
    """Write the font."""
    options = subset.Options(
        hinting=False, layout_features=["kern", "mark", "mkmk", "ccmp"], name_IDs=[*KEPT, *NAMES]
    )
    options.drop_tables += LEFT_OUT
    font = TTFont(source, fontNumber=TAIWANESE, lazy=True, recalcTimestamp=False)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=characters())
    cutter.subset(font)
    _rename(font)
    font.save(MADE)
    print(f"{MADE}: {len(font.getBestCmap())} characters, {MADE.stat().st_size / 1e6:.1f} MB")


def characters() -> set[int]:
    """Return the code points that the font is to have, where the source has them."""
    found = {point for first, last in BLOCKS for point in range(first, last + 1)}
    for codec in CODECS:
        found |= set(_of_codec(codec))
    return {point for point in found if not 0xE000 <= point < 0xF900}  # no private ones


def _of_codec(codec: str) -> Iterable[int]:
    for high in range(0x81, 0xFF):
        for low in range(0x40, 0xFF):
            try:
                yield from map(ord, bytes([high, low]).decode(codec))
            except UnicodeDecodeError:
                continue


def _rename(font: Any) -> None:
    """Give it a name of its own: a changed font is not to pass for Noto, nor be taken for one installed."""
    for record in font["name"].names:
        if record.nameID in NAMES:
            record.string = NAMES[record.nameID]
    cff = font["CFF "].cff
    cff.fontNames = [MADE.stem]
    top = cff[0]
    top.FullName = top.FamilyName = FAMILY


if __name__ == "__main__":
    main(*sys.argv[1:])
