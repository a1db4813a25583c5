"""The board inside of another site: of those that organizers name, and of no other."""

from __future__ import annotations

import json

from tests.web.conftest import PAGE, SLUG, MakeReader, Reader
from tests.web.test_safety import ALWAYS

ORIGINS = ["https://tw.pycon.org", "http://localhost:8000"]
BOARD = f"https://openspace.example.org/{SLUG}"


async def asked(reader: Reader, url: str, more: str = "", *, status: int = 200, **headers: str) -> str:
    return (await reader.answer(f"/-/oembed?url={url}{more}", status=status, **headers))[0]


async def test_only_the_sites_that_organizers_name_may_frame_it(make_reader: MakeReader) -> None:
    reader = await make_reader(PAGE | {"embed_origins": ORIGINS})
    await reader.world.host("ana", "Git", minutes=60)
    text, headers = await reader.answer(f"/{SLUG}/embed")
    policy = headers["Content-Security-Policy"]
    assert policy.endswith("frame-ancestors https://tw.pycon.org http://localhost:8000")
    assert policy.startswith("default-src 'none'; script-src 'self'")
    assert ">Git<" in text
    assert '<base target="_blank">' in text  # nothing else of ours may be framed
    for path in ("", "/screen", "/s/1"):
        _, headers = await reader.answer(f"/{SLUG}{path}")
        assert headers["Content-Security-Policy"] == ALWAYS["Content-Security-Policy"]
    await reader.world.set(page__embed_origins=["https://other.example"])
    _, headers = await reader.answer(f"/{SLUG}/embed")
    assert headers["Content-Security-Policy"].endswith("frame-ancestors https://other.example")


async def test_it_is_live_as_the_page_is(make_reader: MakeReader) -> None:
    reader = await make_reader(PAGE | {"embed_origins": ORIGINS})
    async with reader.stream("?of=embed") as stream:
        await stream.next()
        await reader.world.host("ana", "Git", minutes=60)
        _, told = await stream.next()
        assert "Git" in told["parts"]["on"]


async def test_where_organizers_name_none_there_is_nothing_to_embed(reader: Reader) -> None:
    await reader.get("/embed", status=404)
    await asked(reader, BOARD, status=404)
    assert "oembed" not in await reader.get()


async def test_sites_find_out_how_by_oembed(make_reader: MakeReader) -> None:
    reader = await make_reader(PAGE | {"embed_origins": ORIGINS})
    page = await reader.get()
    assert (
        f'type="application/json+oembed" href="/-/oembed?url=https%3A//openspace.example.org/{SLUG}"' in page
    )
    text, headers = await reader.answer(f"/-/oembed?url={BOARD}", Origin=ORIGINS[0])
    assert headers["Content-Type"].startswith("application/json")
    assert headers["Access-Control-Allow-Origin"] == ORIGINS[0]
    found = json.loads(text)
    assert (found["version"], found["type"], found["title"]) == ("1.0", "rich", "Open Spaces · PyCon Sim")
    assert (found["width"], found["height"]) == (800, 600)
    assert (
        f'<iframe src="{BOARD}/embed" width="800" height="600" title="Open Spaces · PyCon Sim"'
        in found["html"]
    )
    assert found["thumbnail_url"] == f"{BOARD}/board.png"
    small = json.loads(await asked(reader, f"{BOARD}/s/1", "&maxwidth=400&maxheight=9999999&format=json"))
    assert (small["width"], small["height"]) == (400, 600)
    least = json.loads(await asked(reader, BOARD, "&maxwidth=0&maxheight=-5"))
    assert (least["width"], least["height"]) == (300, 600)


async def test_what_is_no_address_of_ours_is_not_there(make_reader: MakeReader) -> None:
    reader = await make_reader(PAGE | {"embed_origins": ORIGINS})
    urls = ("", "x", "https://evil.example/pycon-sim", "https://openspace.example.org", BOARD + "x")
    for url in (*urls, "https://openspace.example.org/", "https://openspace.example.org/%00", "//", "[::"):
        await asked(reader, url, status=404)
    await asked(reader, BOARD, "&format=xml", status=404)
    await reader.answer("/-/oembed", status=404)
