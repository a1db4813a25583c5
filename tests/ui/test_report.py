"""The report in words and as a picture: the figures, in both languages, whatever strangers wrote."""

from __future__ import annotations

import asyncio
import struct
import tomllib
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from bot import paths
from bot.domain.models import Limits, Session, State, Window
from bot.domain.report import Attendance, Report, report_of
from bot.ui import fonts
from bot.ui.lettering import width
from bot.ui.report import ask_to_post, asked_to_post, for_everyone, for_organizers, hours
from bot.ui.report_picture import MARGIN, WIDTH, picture, svg
from bot.ui.words import Words
from tests.ui.samples import (
    BOTH,
    CHINESE,
    ENGLISH,
    HOST,
    NAME,
    PUBLIC,
    TOPIC,
    at,
    both,
    ids,
    programme,
    session,
)

RULES = programme()
NOW = at(18, 2)
ROOT = Path(__file__).parents[2]
SVG = "{http://www.w3.org/2000/svg}"
NASTY = [
    "<script>alert(1)</script>",
    "</text><rect/>",
    "&amp; ]]> \"'",
    "W" * 100,
    "👩‍🚀" * 33,
    "한국어 עברית",
]


def held(number: int, start: float, day: int = 1, **fields: Any) -> Session:
    begins = at(start, day)
    ends = begins + timedelta(hours=1)
    known: dict[str, Any] = {"state": State.ENDED, "closed": ends, "desk": 1}
    return session(number, begins, **(known | fields))


def told(*sessions: Session, joins: int = 3, **fields: Any) -> Report:
    came = [Attendance(s.id, user) for s in sessions for user in range(1, joins + 1)]
    return replace(report_of(RULES, NOW, sessions, came, came[:2]), **fields)


BUSY = told(
    held(1, 10, topic="Git", takeaway="Use uv"),
    held(2, 10.5, topic="資料科學", host_name="bo", host_id=8),
    held(3, 11, 2, state=State.RELEASED),
)
MANY = told(
    *(
        held(n, 8 + n % 9, 1 + n % 2, topic=TOPIC, host_name=HOST, takeaway="|" * 300 if n % 2 else "")
        for n in range(1, 200)
    ),
    name=NAME,
)
ODD = told(
    *(held(n, 9 + n, topic=topic, takeaway=topic) for n, topic in enumerate(NASTY)), name="<b>&" + "桌" * 90
)


def parsed(drawing: str) -> ET.Element:
    return ET.fromstring(drawing)  # noqa: S314 - our own drawing


def lines(words: Words, report: Report) -> list[str]:
    """What is written in the picture, from top to bottom."""
    root = parsed(svg(words, report, RULES))
    return [element.text or "" for element in root.iter(f"{SVG}text")]


# -------------------------------------------------------------------------------------------------- words


def test_the_figures_in_words() -> None:
    assert for_organizers(ENGLISH, BUSY, RULES).splitlines() == [
        "## PyCon Sim: Open Spaces",
        "Until <t:1767348000:f>",
        "**2** sessions held · **2** hours · **2** people hosting · **3** joined · **2** at the desks"
        " · at most **2** of 10 side by side",
        "-# 1 where nobody came",
        "🔥 Busiest hours (Taipei time): Thu, Jan 1 10:00 (2 at once) · Thu, Jan 1 11:00 (1 at once)",
        "🙋 Most joined: **Git** (3) · **資料科學** (3)",
        "💡 1 session left a takeaway",
        "📭 No takeaway yet from 1 of 2:",
        "- **資料科學** · bo",
    ]


def test_what_is_public_names_nobody() -> None:
    public = for_everyone(ENGLISH, BUSY, RULES)
    assert "Git" in public
    assert "bo" not in public.split()
    assert "No takeaway" not in public


def test_days_have_a_line_each_where_there_are_several() -> None:
    text = for_everyone(CHINESE, told(held(1, 10), held(2, 11, 2)), RULES)
    assert "- 1月1日 週四：1 場，1 小時，最多同時 1 桌" in text
    assert "- 1月2日 週五：1 場，1 小時，最多同時 1 桌" in text


def test_who_had_themselves_forgotten_is_not_named() -> None:
    text = for_organizers(ENGLISH, told(held(1, 10, topic="Git", host_name="", host_id=0)), RULES)
    assert text.endswith(f"- **Git** · {ENGLISH('hidden-name')}")


@pytest.mark.parametrize("words", BOTH, ids=both)
@pytest.mark.parametrize("report", [MANY, ODD, told()], ids=["many", "odd", "none"])
def test_r16_whatever_happened_it_fits_a_message(words: Words, report: Report) -> None:
    texts = [for_organizers(words, report, RULES), *(for_everyone(each, report, RULES) for each in PUBLIC)]
    assert max(map(len, texts)) <= 2000
    assert "@everyone" not in for_organizers(words, told(held(1, 10, topic="@everyone")), RULES)


async def test_posting_is_asked_first() -> None:
    assert ids(ask_to_post(ENGLISH)) == ["openspace:reportask"]
    text, view = asked_to_post(ENGLISH, 2**63 - 1)
    assert f"<#{2**63 - 1}>" in text
    assert ids(view) == [f"openspace:reportpost:{2**63 - 1}"]


@pytest.mark.parametrize(
    ("minutes", "shown"), [(0, "0"), (60, "1"), (90, "1.5"), (125, "2.1"), (6000, "100")]
)
def test_hours_have_one_decimal_at_most(minutes: int, shown: str) -> None:
    assert hours(timedelta(minutes=minutes)) == shown


# ------------------------------------------------------------------------------------------------ picture


def test_the_picture_has_the_figures_hours_best_sessions_and_takeaways() -> None:
    said = lines(ENGLISH, BUSY)
    for text in ("PyCon Sim", "As of Fri, Jan 2 18:00, Taipei time", "Sessions held", "2 of 10", "limit 10"):
        assert text in said
    assert said[said.index("Hours of talk") - 1] == "2"
    assert said[said.index("People at the desks") - 1] == "2"
    assert "1 where nobody came" in said
    assert said[said.index("Most joined") + 1 :][:2] == ["3", "Git"]
    assert said[said.index("Takeaways") + 1 :] == ["Use uv", "Git", "1 of 2 has no takeaway yet"]
    assert "Fri, Jan 2" not in said  # nothing was held on that day


def test_the_picture_speaks_chinese() -> None:
    said = lines(CHINESE, BUSY)
    assert {
        "舉行的場次",
        "總時數",
        "2 / 10",
        "上限 10",
        "留下的收穫",
        "統計至 1月2日 週五 18:00（台北時間）",
    } <= set(said)
    assert "資料科學" in said


@pytest.mark.parametrize("words", PUBLIC, ids=both)
@pytest.mark.parametrize("report", [BUSY, MANY, ODD, told()], ids=["busy", "many", "odd", "none"])
def test_r16_strangers_words_are_text_and_stay_on_the_page(words: Words, report: Report) -> None:
    root = parsed(svg(words, report, RULES))
    assert {element.tag for element in root.iter()} <= {f"{SVG}{t}" for t in ("svg", "rect", "text", "line")}
    high = float(root.get("height", "0"))
    for element in root.iter(f"{SVG}text"):
        x, y, size = (float(element.get(name, "0")) for name in ("x", "y", "font-size"))
        if element.get("text-anchor") == "start":
            assert x + width(element.text or "", size) <= WIDTH - MARGIN + size / 2, element.text
        assert 0 < y < high
    assert 800 <= high <= 4000


def test_in_both_languages_no_label_is_cut_and_no_figure_stands_twice() -> None:
    words = PUBLIC[-1]
    said = lines(words, BUSY)
    assert {"Sessions · 場次", "At desks · 到場的人", "2 / 10"} <= set(said)
    assert not [line for line in said if line.endswith("…")]
    text = for_everyone(words, BUSY, RULES)
    assert text.count("Git") == 1
    assert "**2** sessions 場 · **2** hours 小時" in text


def test_many_days_are_drawn_four_at_most() -> None:
    windows = tuple(Window(f"{n}", at(10, n), at(12, n)) for n in range(1, 8))
    rules = replace(RULES, windows=windows)
    report = report_of(rules, at(1, 9), [held(n, 10, n) for n in range(1, 8)], (), ())
    root = parsed(svg(ENGLISH, report, rules))
    said = [element.text for element in root.iter(f"{SVG}text")]
    assert said.count("limit 10") == 4
    assert "and 3 more days" in said


def test_a_limit_that_was_lowered_leaves_the_bars_on_the_page() -> None:
    rules = replace(RULES, limits=Limits(parallel_limit=1))
    report = report_of(rules, NOW, [held(n, 10) for n in range(1, 6)], (), ())
    root = parsed(svg(ENGLISH, report, rules))
    tall = [float(e.get("height", "0")) for e in root.iter(f"{SVG}rect") if e.get("rx") == "6"]
    assert max(tall) == 150


@pytest.mark.parametrize("words", BOTH, ids=both)
@pytest.mark.parametrize("report", [BUSY, ODD, told()], ids=["busy", "odd", "none"])
async def test_the_picture_is_a_png_that_a_phone_can_show(words: Words, report: Report) -> None:
    data = await picture(words, report, RULES)
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    wide, high = struct.unpack(">II", data[16:24])
    assert wide == 1080
    assert 800 <= high <= 4000
    assert len(data) < 2**20


async def test_chinese_is_drawn_by_the_font_that_is_shipped(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """On a machine without fonts too: taken away, the letters are gone from the picture."""
    import resvg_py

    drawing = '<svg xmlns="http://www.w3.org/2000/svg" width="200" height="50"><text y="40" font-size="40"'
    drawing += f' font-family="{fonts.FAMILY}">臺灣喆堃Äß</text></svg>'

    def drawn(files: list[str]) -> bytes:
        return resvg_py.svg_to_bytes(svg_string=drawing, font_files=files, skip_system_fonts=True)

    assert await asyncio.to_thread(drawn, fonts.font_files()) != await asyncio.to_thread(drawn, [])
    assert fonts.missing_fonts() == []
    monkeypatch.setattr(fonts, "data_folder", lambda: tmp_path)
    assert fonts.missing_fonts() == [str(tmp_path / "fonts" / "OpenspaceSansTC-Regular.otf")]


def test_the_font_has_its_licence_beside_it() -> None:
    folder = paths.data_folder() / "fonts"
    assert "SIL OPEN FONT LICENSE Version 1.1" in (folder / "OFL.txt").read_text(encoding="utf-8")
    assert "scripts/fonts.py" in (folder / "README.md").read_text(encoding="utf-8")
    assert sum(path.stat().st_size for path in folder.iterdir()) <= 6 * 10**6


def test_the_font_ships_with_the_package() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    build = project["tool"]["hatch"]["build"]
    assert build["targets"]["wheel"]["force-include"]["data/fonts"] == "bot/_data/fonts"
    assert "data/fonts" in build["targets"]["sdist"]["include"]
    assert "data/fonts/OFL.txt" in project["project"]["license-files"]
