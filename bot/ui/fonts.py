"""The font that pictures are drawn with; data/fonts/README.md says where it comes from."""

from __future__ import annotations

import os
from pathlib import Path

from bot.paths import data_folder

FAMILY = "OpenspaceSansTC"
"""What the font calls itself: no other is taken for it."""
FILES = ("OpenspaceSansTC-Regular.otf",)


def font_files() -> list[str]:
    """Return the files of the font, as resvg takes them."""
    return [str(path) for path in _paths()]


def missing_fonts() -> list[str]:
    """Return those of the font's files that are not there or cannot be read: without them words are blank."""
    return [str(path) for path in _paths() if not (path.is_file() and os.access(path, os.R_OK))]


def _paths() -> list[Path]:
    return [data_folder() / "fonts" / name for name in FILES]
