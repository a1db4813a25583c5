"""The board as a picture: drawn once per change and 15 s, in both languages, whatever stands on it."""

from __future__ import annotations

import struct
from dataclasses import replace
from xml.etree import ElementTree as ET

import aiohttp
import pytest

from bot.config_web import Page
from bot.domain.models import State
from bot.service.board import Wanted
from bot.ui import sheet
from bot.ui.sheet import drawable
from bot.ui.veil import Veil
from bot.ui.words import LANGUAGES, words_for
from bot.web import outlets
from bot.web.picture import Size, board_picture
from bot.web.view import Face, face_of
from tests.service.support import MINUTE, at, programme
from tests.web.conftest import SLUG, MakeReader, Reader
from tests.web.test_view import board, session

NOW = at("10:30")
ADDRESS = "https://openspace.example.org/pycon-sim"


def face(on: int, coming: int, *, language: str = "en", topic: str = "", now: object = None) -> Face:
    some = [session(n, at("10:00"), 60, State.OPEN, desk=n) for n in range(1, on + 1)]
    some += [session(50 + n, at("11:30") + n * MINUTE, 45) for n in range(coming)]
    if topic:
        some = [replace(each, topic=topic, host_name=topic) for each in some]
    shown = board(*some, rules=programme(parallel_limit=max(on, 1)), wanted=(Wanted("Chess", 3),))
    return face_of(shown, Page(host_names=True), Veil.of(words_for(language), frozenset()), NOW)


def texts(drawn: sheet.Sheet) -> list[str]:
    return [text.text or "" for text in drawn.root.iter("text")]


def boxes(drawn: sheet.Sheet) -> list[tuple[float, float, float]]:
    """Where each line begins and about where it ends, as room is reckoned, and on which height."""
    from bot.ui.lettering import width

    found = []
    for text in drawn.root.iter("text"):
        x, size = float(text.attrib["x"]), float(text.attrib["font-size"])
        long = width(text.text or "", size)
        left = {"start": x, "end": x - long, "middle": x - long / 2}[text.attrib["text-anchor"]]
        found.append((left, left + long, float(text.attrib["y"])))
    return found


def size_of(png: bytes) -> tuple[int, int]:
    width, height = struct.unpack(">II", png[16:24])
    return width, height


def test_it_says_what_is_on_and_next_until_when_and_with_whom() -> None:
    said = texts(board_picture(words_for("en"), face(2, 1), NOW, ADDRESS))
    for expected in ("PyCon Taiwan 2021", "On now", "Next", "Topic 1", "Topic 50", "11:30", "1", "2"):
        assert expected in said
    assert "until 11:00 · with Ana" in said
    assert "openspace.example.org/pycon-sim" in said
    assert "Sat, Oct 2 10:30 · Taipei time" in said
    assert any(text.startswith("★ no talks Sun, Oct 3 14:30") for text in said)


@pytest.mark.parametrize("language", [*LANGUAGES, "both"])
@pytest.mark.parametrize("size", Size)
@pytest.mark.parametrize(
    "topic", ["", "W" * 100, "漢" * 100, "\u202eevil" * 20, "🎉" * 100, "<b>&\"'\x00\x0b"]
)
def test_all_fits_whatever_the_topics_are(language: str, size: Size, topic: str) -> None:
    drawn = board_picture(
        words_for(language), face(12, 12, language=language, topic=topic), NOW, ADDRESS, size
    )
    ET.fromstring(drawn.svg())  # noqa: S314 - our own
    wide, high = size.value[1]
    for left, right, y in boxes(drawn):
        assert left >= -1
        assert right <= wide + 1
        assert y <= high
    assert any("7" in text or "8" in text for text in texts(drawn))  # that more are on


def test_where_nothing_comes_next_wishes_are_shown() -> None:
    said = texts(board_picture(words_for("en"), face(1, 0), NOW, ADDRESS))
    assert "Chess" in said
    assert "Next" not in said


def test_signs_without_a_font_take_no_others_with_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheet, "has_font", lambda sign: sign not in "🎉👩💻")
    assert drawable("Git 🎉 한국어 👩\u200d💻!") == "Git  한국어 !"
    monkeypatch.setattr(sheet, "has_font", lambda sign: True)
    assert drawable("👩\u200d💻👍🏽☀\ufe0f") == "👩👍☀"


def test_what_no_font_has_is_found_out() -> None:
    assert sheet.has_font("開")
    assert not sheet.has_font("\ue123")


async def get(reader: Reader, path: str, **headers: str) -> tuple[bytes, aiohttp.ClientResponse]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    async with reader.http.get(f"{reader.board}{path}", headers=named) as response:
        return await response.read(), response


async def test_it_is_at_a_fixed_address_in_two_sizes_and_other_sites_may_show_it(reader: Reader) -> None:
    await reader.world.host("ana", "Git", minutes=60)
    png, response = await get(reader, "/board.png")
    assert size_of(png) == (1200, 630)
    assert response.headers["Content-Type"] == "image/png"
    assert response.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert "Content-Encoding" not in response.headers
    slide, _ = await get(reader, "/board.png?size=1920x1080")
    assert size_of(slide) == (1920, 1080)
    svg, response = await get(reader, "/board.svg")
    assert response.headers["Content-Type"] == "image/svg+xml; charset=utf-8"
    assert b">Git<" in svg
    chinese, _ = await get(reader, "/board.png?lang=zh-TW")
    assert chinese != png
    page = await reader.get()
    assert f'<meta property="og:image" content="https://openspace.example.org/{SLUG}/board.png">' in page


async def test_who_has_it_is_told_so_by_name_or_by_time(reader: Reader) -> None:
    _, first = await get(reader, "/board.png")
    tag, since = first.headers["ETag"], first.headers["Last-Modified"]
    assert since == "Thu, 01 Jan 2026 00:00:00 GMT"
    for known in ({"If_None_Match": tag}, {"If_Modified_Since": since}, {"If_None_Match": f'"x", W/{tag}'}):
        body, response = await get(reader, "/board.png", **known)
        assert (response.status, body) == (304, b"")
        assert response.headers["ETag"] == tag
    for other in (
        {"If_None_Match": '"other"', "If_Modified_Since": since},
        {"If_Modified_Since": "Wed, 31 Dec 2025 23:59:59 GMT"},
        {"If_Modified_Since": "nonsense"},
    ):
        assert (await get(reader, "/board.png", **other))[1].status == 200


async def test_it_is_drawn_once_per_change_and_not_more_than_once_in_a_while(
    make_reader: MakeReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[Size] = []

    def counting(*how: object) -> sheet.Sheet:
        drawn.append(how[4])  # type: ignore[arg-type]
        return board_picture(*how)  # type: ignore[arg-type]

    monkeypatch.setattr(outlets, "board_picture", counting)
    reader = await make_reader()
    world = reader.world
    first, _ = await get(reader, "/board.svg")
    assert (await get(reader, "/board.svg"))[0] == first
    assert len(drawn) == 1
    await world.host("ana", "Git", minutes=60)
    assert (await get(reader, "/board.svg"))[0] == first  # so soon after the last one
    monkeypatch.setattr(outlets, "APART", 0.0)
    await world.until("08:10")
    later, response = await get(reader, "/board.svg")
    assert b">Git<" in later
    assert response.headers["Last-Modified"] > "Thu, 01 Jan 2026 00:00:00 GMT"
    assert len(drawn) == 2


async def test_names_that_are_to_go_are_gone_at_once(reader: Reader) -> None:
    await reader.world.host("quentin", "Git", minutes=60)
    assert b"quentin" in (await get(reader, "/board.svg"))[0]
    await reader.world.set(page__host_names=False)
    assert b"quentin" not in (await get(reader, "/board.svg"))[0]
