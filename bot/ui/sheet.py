"""What pictures are drawn on: SVG with strangers' words as text only (R16), turned into PNG by resvg."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any
from xml.etree import ElementTree as ET

from bot.ui.fonts import FAMILY, font_files

INK, GREY, FAINT, PALE, WHITE = "#1b1f2a", "#5b6472", "#cfd4de", "#f1f3f8", "#ffffff"
BLUE, GOLD = "#4453d6", "#e0a100"
_OURS = re.compile(
    r"[\x20-\u024f\u0370-\u03ff\u0410-\u044f\u2010-\u2027\u3000-\u30ff\u4e00-\u9fff\uff01-\uff5e]"
)
"""What the font that ships with the program has, or what is rare enough to be looked for in vain."""
_JOINS = re.compile("\u200d.|[\ufe00-\ufe0f\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]", re.DOTALL)
"""What makes one picture of several emoji: resvg takes another font only sign by sign."""
_APART = Path(__file__).with_name("draw_apart.py")
"""What a process of its own runs: resvg holds Python's lock for as long as it draws, in a thread too."""
_DRAWING = Lock()
_MOST_TIME = 20
"""Seconds for one picture."""
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML has no way to say."""


class Sheet:
    """A sheet of paper; `size` is in pixels where that is not the size of what is drawn."""

    def __init__(
        self, wide: float, high: float, size: tuple[int, int] | None = None, *, paper: str = WHITE
    ) -> None:
        width, height = size or (wide, high)
        self.root = ET.Element(
            "svg", xmlns="http://www.w3.org/2000/svg", width=f"{width:g}", height=f"{height:g}"
        )
        if size:
            self.root.set("viewBox", f"0 0 {wide:g} {high:g}")
        self.root.set("font-family", f"{FAMILY}, sans-serif")
        self.paper = ET.SubElement(self.root, "rect", width=f"{wide:g}", height=f"{high:g}", fill=paper)

    def write(
        self,
        x: float,
        y: float,
        words: str,
        size: float,
        fill: str = INK,
        *,
        strong: bool = False,
        at: str = "start",
    ) -> None:
        """Write a line on `y`; the font has one weight, so what is strong is drawn with a rim."""
        how = {"x": f"{x:.1f}", "y": f"{y:.1f}", "font-size": f"{size:g}", "fill": fill, "text-anchor": at}
        if strong:
            how |= {"stroke": fill, "stroke-width": f"{size * 0.035:.2f}", "stroke-linejoin": "round"}
        ET.SubElement(self.root, "text", how).text = _FORBIDDEN.sub("", words)

    def box(self, x: float, y: float, wide: float, high: float, *, fill: str, corner: float = 0) -> None:
        """Fill a rectangle."""
        how = {
            "x": f"{x:.1f}",
            "y": f"{y:.1f}",
            "width": f"{wide:.1f}",
            "height": f"{high:.1f}",
            "fill": fill,
        }
        ET.SubElement(self.root, "rect", how | ({"rx": f"{corner:g}"} if corner else {}))

    def svg(self) -> str:
        """Return it as a file."""
        return ET.tostring(self.root, encoding="unicode")

    def png(self) -> bytes:
        """Return it as a picture, with the machine's fonts for what ours has no sign for; takes a moment.

        Call it in a thread: it waits for a process that draws. Raises subprocess's errors where that fails.
        """
        for text in self.root.iter("text"):
            text.text = drawable(text.text or "")
        return _drawn_apart(self.svg())


def drawable(text: str) -> str:
    """Return a text without what no font has: resvg would leave out all that follows it."""
    return "".join(char for char in _JOINS.sub("", text) if _OURS.match(char) or has_font(char))


@lru_cache(maxsize=4096)
def has_font(char: str) -> bool:
    """Whether a sign can be drawn, with the fonts of this machine too; white space cannot."""
    sheet = Sheet(30, 30)
    sheet.write(2, 24, char, 20)
    return char.isspace() or _png(sheet.svg()) != _blank()


@lru_cache(maxsize=1)
def _blank() -> bytes:
    return _png(Sheet(30, 30).svg())


def _drawn_apart(svg: str) -> bytes:
    """Draw while everybody else is answered; one picture at a time, so that the bot keeps a core."""
    draw = [sys.executable, "-P", str(_APART), FAMILY, *font_files()]
    env = {name: value for name, value in os.environ.items() if name != "DISCORD_TOKEN"}
    how: dict[str, Any] = {"input": svg.encode(), "capture_output": True, "timeout": _MOST_TIME, "env": env}
    with _DRAWING:
        return bytes(subprocess.run(draw, check=True, **how).stdout)  # noqa: S603 - our own words


def _png(svg: str) -> bytes:
    """Draw at once, here: for a single sign."""
    from resvg_py import svg_to_bytes  # noqa: PLC0415 - 10 MB that most runs do without

    return bytes(svg_to_bytes(svg_string=svg, font_files=font_files(), sans_serif_family=FAMILY))
