"""Pictures are drawn apart: resvg holds Python's lock, and so everybody, for as long as it draws."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from bot.ui import sheet
from bot.ui.sheet import Sheet

DRAWS = """
import sys
from bot.ui.sheet import Sheet
page = Sheet(60, 30)
page.write(2, 20, "Tea & 茶", 12)
assert page.png().startswith(b"\\x89PNG")
print("resvg_py" in sys.modules)
"""


def test_r21_a_picture_is_drawn_in_a_process_of_its_own() -> None:
    done = subprocess.run([sys.executable, "-c", DRAWS], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def runs(monkeypatch: pytest.MonkeyPatch, folder: Path, program: str) -> None:
    """What draws is this program."""
    (folder / "draw.py").write_text(program, encoding="utf-8")
    monkeypatch.setattr(sheet, "_APART", folder / "draw.py")


def test_what_draws_does_not_know_the_token(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", "secret")
    runs(monkeypatch, tmp_path, "import os; print(os.environ.get('DISCORD_TOKEN'), end='')")
    assert Sheet(10, 10).png() == b"None"


def test_r21_a_drawing_that_does_not_end_is_given_up(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    runs(monkeypatch, tmp_path, "import time; time.sleep(60)")
    monkeypatch.setattr(sheet, "_MOST_TIME", 0.01)
    with pytest.raises(subprocess.TimeoutExpired):
        Sheet(10, 10).png()
