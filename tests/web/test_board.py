"""What the board says to whoever opens it: the page, one session, the screen."""

from __future__ import annotations

import asyncio
import re

import pytest

from bot.config_web import Page
from bot.service import Person
from bot.store import refused
from bot.ui.veil import digest
from bot.web.drawing import Drawer
from tests.cogs.conftest import told
from tests.cogs.test_gate import hide
from tests.conftest import all_text, buttons
from tests.web.conftest import PAGE, SLUG, MakeReader, Reader

EVIL = "<script>alert(1)</script> \"'&"
RTL = "\u202egnidrawkcab\u202c"


def part(page: str, name: str) -> str:
    """One part of the page, as text with single spaces and without tags."""
    found = re.search(rf'<(\w+)[^>]*data-part="{name}".*?</\1>', page, re.DOTALL)
    assert found, name
    return " ".join(re.sub(r"<[^>]*>", " ", found[0]).split())


async def test_the_board_says_what_is_on_what_comes_and_how_many_desks_are_free(reader: Reader) -> None:
    world = reader.world
    await world.host("Ana", "Git for beginners", minutes=60, description="Bring a laptop.")
    await world.host("Ben", "Board games", "10:30", minutes=30)
    await world.join("Cat", "Git")
    page = await reader.get()
    assert "9 of 10 desks are free Start one now: Open Spaces run until 16:15 ." in part(page, "status")
    on = part(page, "on")
    assert "Desk 1 Git for beginners until 09:00 with Ana 1 joined Bring a laptop." in on
    assert "10:30 Board games until 11:00 with Ben" in part(page, "next")
    assert "08:00 – 09:00 Desk 1 with Ana on now 9 09:00" in part(page, "day-2026-01-01")
    assert "Nothing is booked yet: 10 of 10 desks are free." in part(page, "day-2026-01-02")
    assert "No talks now 14:30 – 15:20" in part(page, "day-2026-01-02")


async def test_links_lead_into_discord_and_each_session_has_its_own_address(reader: Reader) -> None:
    world = reader.world
    await world.host("Ana", "Git", minutes=60, description="First line.\nSecond line.")
    page = await reader.get()
    voice = world.channel("Git").id
    assert f'href="https://discord.com/channels/{world.guild.id}/{voice}"' in page
    assert (
        f'href="https://discord.com/channels/{world.guild.id}/{world.channel("open-space-board").id}"' in page
    )
    assert f'href="/{SLUG}/s/1"' in page
    session = await reader.get("/s/1")
    assert "<h1><bdi>Git</bdi></h1>" in session
    assert "<p><bdi>First line.</bdi></p><p><bdi>Second line.</bdi></p>" in session
    assert f'href="https://discord.com/channels/{world.guild.id}/{voice}"' in session
    await world.until("09:01")
    session = await reader.get("/s/1")
    assert ">over<" in session
    assert f"/{voice}" not in session, "nobody can take part any more"
    await reader.get("/s/2", status=404)


async def test_a_session_that_was_called_off_says_so_at_its_address_and_stands_nowhere_else(
    reader: Reader,
) -> None:
    world = reader.world
    await world.host("Ana", "Git", "10:30")
    await reader.closes("Ana", "cancel")
    await world.admin("pause")
    page = await reader.get()
    assert "Git" not in page
    assert "The organizers have paused new sessions" in page
    assert "called off" in await reader.get("/s/1")


@pytest.mark.parametrize("named", [True, False])
async def test_hosts_are_named_where_organizers_say_so_and_guests_never(
    make_reader: MakeReader, named: bool
) -> None:
    reader = await make_reader({"on": True, "slug": SLUG} | ({"host_names": True} if named else {}))
    world = reader.world
    await world.host("Anastasia", "Git", minutes=60)
    await world.host("Berthold", "Rust", "10:30")
    await world.join("Cathleen", "Git")
    await world.join("Cathleen", "Rust")
    with world.env._bot_scope():
        await world.bot.service.ideas.put_up(world.guild.id, Person(9, "Dorothea"), "Zig")
    for path in ("", "/screen", "/s/1", "/s/2"):
        page = await reader.get(path)
        assert ("Anastasia" in page or "Berthold" in page) is named, path
        assert "Cathleen" not in page
        assert "Dorothea" not in page
    assert "Zig" in await reader.get()


async def test_r16_strangers_words_are_shown_as_they_are_and_do_nothing(reader: Reader) -> None:
    world = reader.world
    await world.host("Ana", f"{EVIL}{RTL}", minutes=60, description=EVIL)
    await world.host("<b>Ben</b>", "😀" * 100, "10:30")
    await world.host("Cat", "مرحبا: (hello)", "10:30")
    with world.env._bot_scope():
        await world.bot.service.ideas.put_up(world.guild.id, Person(9, "x"), f"idea {EVIL}")
    for path in ("", "/s/1", "/s/2", "/screen"):
        page = await reader.get(path)
        assert "<script>alert" not in page
        assert "<b>Ben" not in page
        assert "\u202e" not in page
        assert not re.search(r"<[a-z][^>]*\son\w+\s*=", page)
    page = await reader.get()
    assert "<bdi>&lt;script&gt;alert(1)&lt;/script&gt; &#34;&#39;&amp;gnidrawkcab</bdi>" in page
    assert f"<bdi>{'😀' * 100}</bdi>" in page
    assert "<bdi>مرحبا: (hello)</bdi>" in page
    async with reader.stream() as events:
        _, told = await events.next()
        assert "<script>alert" not in str(told)


async def test_r16_words_that_discord_refuses_are_shown_nowhere(reader: Reader) -> None:
    world = reader.world
    await world.host("Ana", "Badword", minutes=60)
    with world.env._bot_scope():
        await world.bot.service.ideas.put_up(world.guild.id, Person(9, "x"), "Badword too")
        async with world.bot.database.transaction() as tx:
            for words in ("Badword", "Badword too"):
                await refused.add(tx, world.guild.id, digest(words), world.bot.service.now())
    await world.host("Ben", "Fine", "10:30")
    for path in ("", "/screen", "/s/1"):
        assert "Badword" not in await reader.get(path)


async def test_r19_a_board_that_is_hidden_in_discord_is_not_public(make_reader: MakeReader) -> None:
    reader = await make_reader()
    world = reader.world
    await world.host("Ana", "Git", minutes=60)
    await reader.get()
    attendee = world.guild.create_role("Attendee")
    await hide(world, attendee)
    for path in ("", "/screen", "/s/1", "/events"):
        await reader.get(path, status=404)
    await world.set(page__public_though_hidden=True)
    assert "Git" in await reader.get()
    await world.set(page__public_though_hidden=None)
    await reader.get(status=404)


async def test_r19_without_a_board_the_server_itself_decides(make_reader: MakeReader) -> None:
    reader = await make_reader()
    world = reader.world
    guild = world.bot.get_guild(world.guild.id)
    assert guild
    for name in ("open-space-board", "open-space-news", "Open Space", "Open Space archive"):
        guild._channels.pop(world.channel(name).id)
    await reader.get()
    guild.default_role._permissions &= ~(1 << 10)
    await reader.get(status=404)


async def test_what_organizers_tell_everybody_stands_on_top_until_it_is_over(reader: Reader) -> None:
    world = reader.world
    boss = world.organizer()
    text = "**Lunch** at <t:1767236400:t>: [menu](https://example.com/menu) <b> @everyone <#123456789012345>"
    shown = told(await boss.slash(world.lobby, "openspace-admin announce", text=text, hours=1))
    assert "https://openspace.example.org/pycon-sim" in all_text(shown)
    assert "Lunch" not in await reader.get()
    [send] = [each for each in buttons(shown).values() if "announcesend" in each]
    await boss.click(shown, custom_id=send)
    expected = "Lunch at 11:00: menu (https://example.com/menu) &lt;b&gt; @everyone …"
    for path in ("", "/screen"):
        assert f'<p class="news"><bdi>{expected}</bdi></p>' in await reader.get(path)
    async with reader.stream() as events:
        await events.next()
        await world.until("09:01")
        while "Lunch" in (await events.next())[1]["parts"].get("status", "Lunch"):
            pass
    assert "Lunch" not in await reader.get()


async def test_once_all_is_over_nobody_is_asked_to_host(reader: Reader) -> None:
    world = reader.world
    with world.env._bot_scope():
        await world.bot.service.ideas.put_up(world.guild.id, Person(9, "x"), "A walk through asyncio")
    assert "A walk through asyncio" in await reader.get()
    await world.until("18:00", day=2)
    for path in ("", "/screen", "/board.svg"):
        assert "A walk through asyncio" not in await reader.get(path)


async def test_desks_that_are_free_for_too_short_a_time_are_not_called_taken(reader: Reader) -> None:
    await reader.world.until("16:35", day=2)
    for path in ("", "/screen", "/board.svg"):
        page = await reader.get(path)
        assert "No new session fits any more" in page
        assert "Everything is booked" not in page
    assert "剩下的時間不夠再開一場" in await reader.get("?lang=zh-TW")


async def test_a_pause_is_said_with_its_reason_and_nobody_is_led_to_host(reader: Reader) -> None:
    page = await reader.get()
    assert "Host one in Discord" in page
    assert "Nobody has begun yet. Be the first" in page
    await reader.world.admin("pause", reason="A fire drill & <b>more</b>")
    page = await reader.get()
    said = "The organizers have paused new sessions A fire drill &amp; &lt;b&gt;more&lt;/b&gt;"
    assert said in part(page, "status")
    assert "Host one in Discord" not in page
    assert part(page, "on") == "On now Nothing is on at the moment."
    assert "The organizers have paused new sessions" in await reader.get("/screen")


async def test_a_page_is_there_where_organizers_want_it_and_only_there(make_reader: MakeReader) -> None:
    reader = await make_reader({})
    world = reader.world
    number = world.guild.id
    for path in (f"/{number}", f"/{SLUG}"):
        await reader.answer(path, status=404)
    await world.set(page__on=True)
    await reader.answer(f"/{number}")
    await world.set(page__slug="my-con")
    await reader.answer("/my-con")
    page, _ = await reader.answer(f"/{number}")
    assert 'href="/my-con"' in page
    await world.set(page__slug="your-con")
    await reader.answer("/my-con", status=404)
    await reader.answer("/your-con")
    assert 'href="/your-con"' in (await reader.answer("/Your-CON"))[0], "as a poster may have it"
    await world.set(page__on=False)
    await reader.answer("/your-con", status=404)
    await reader.answer(f"/{number}", status=404)


async def test_a_name_in_the_file_is_the_first_servers(make_reader: MakeReader) -> None:
    reader = await make_reader()
    world = reader.world
    other = world.env.create_guild("Elsewhere")
    await world.env.settle()
    first, second = sorted((world.guild.id, other.id))
    site = reader.site
    assert site.place(first).slug == SLUG
    assert site.place(second).slug == str(second)
    assert f"https://openspace.example.org/{SLUG}" in await reader.get()


async def test_a_page_below_a_path_of_the_sites_keeps_it_in_its_links(make_reader: MakeReader) -> None:
    reader = await make_reader(web={"public_url": "https://example.org/open/space/", "port": 0})
    page = await reader.get()
    assert f'data-events="/open/space/{SLUG}/events' in page
    assert 'href="/open/space/-/board.' in page
    assert f'content="https://example.org/open/space/{SLUG}"' in page


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("zh-TW,zh;q=0.9,en;q=0.8", "zh-TW"),
        ("zh-Hant-HK", "zh-TW"),
        ("en;q=0.5, zh;q=0.7", "zh-TW"),
        ("ja, de;q=0.4", "en"),
        ("zh;q=0, de", "en"),
        ("", "en"),
        ("*", "en"),
        ("q=" * 2000, "en"),
        (";;,;q=zh,,zh-TW;q=1.5555", "en"),
    ],
)
async def test_a_page_speaks_the_language_of_its_reader(reader: Reader, accepted: str, language: str) -> None:
    page = await reader.get(Accept_Language=accepted) if accepted else await reader.get()
    assert f'<html lang="{language}">' in page


async def test_a_reader_chooses_a_language_and_keeps_it(reader: Reader) -> None:
    await reader.world.host("Ana", "Git", minutes=60)
    page = await reader.get("?lang=zh-TW", Accept_Language="en")
    assert '<html lang="zh-TW">' in page
    assert "空桌 9/10" in page
    assert "時間是台北時間（UTC+8）" in page
    assert f'href="/{SLUG}/s/1?lang=zh-TW"' in page
    assert f'data-events="/{SLUG}/events?lang=zh-TW&amp;of=board"' in page
    assert 'href="?lang=en" hreflang="en" lang="en">English<' in page
    assert '<html lang="en">' in await reader.get("?lang=xx", Accept_Language="en")


async def test_a_screen_speaks_the_servers_language(make_reader: MakeReader) -> None:
    reader = await make_reader()
    assert '<html lang="en">' in await reader.get("/screen", Accept_Language="zh-TW")
    await reader.world.set(conference__language="zh-TW")
    assert '<html lang="zh-TW">' in await reader.get("/screen", Accept_Language="en")
    assert '<html lang="en">' in await reader.get("/screen?lang=en")
    assert '<html lang="en">' in await reader.get(Accept_Language="en")


async def test_where_a_server_speaks_both_languages_its_screen_does_and_a_page_its_readers(
    make_reader: MakeReader,
) -> None:
    reader = await make_reader()
    await reader.world.host("Ana", "Git", minutes=60)
    await reader.world.set(conference__language="both")
    screen = await reader.get("/screen", Accept_Language="zh-TW")
    assert '<html lang="en">' in screen
    for text in ("On now · 正在進行", "Free desks · 空桌 9/10", "Desk 桌"):
        assert text in screen
    assert "On now<" not in await reader.get(Accept_Language="zh-TW")
    page, headers = await reader.answer(f"/{SLUG}")
    assert "正在進行" not in page
    assert "中文" in page
    assert "Accept-Language" in headers["Vary"]


async def test_a_highlight_has_the_name_that_it_has_in_the_readers_language(make_reader: MakeReader) -> None:
    reader = await make_reader()
    hours = {"opens": "2026-01-01T14:30:00", "closes": "2026-01-01T15:20:00"}
    day = {"name": "One", "opens": "2026-01-01T08:00:00", "closes": "2026-01-01T16:15:00"}
    highlight = {"name": "No talks now", "name_zh": "此時段沒有議程"} | hours
    await reader.world.set(conference__windows=[day | {"highlights": [highlight]}])
    english, chinese = await reader.get(), await reader.get(Accept_Language="zh-TW")
    assert english.count("No talks now") == chinese.count("此時段沒有議程") == 2
    assert "此時段沒有議程" not in english
    assert "No talks now" not in chinese


async def test_a_screen_leads_to_the_page_and_the_server_by_qr_code(make_reader: MakeReader) -> None:
    reader = await make_reader()
    assert (await reader.get("/screen")).count('class="qr"') == 1
    await reader.world.set(page__invite="https://discord.gg/pyconsim")
    assert (await reader.get("/screen")).count('class="qr"') == 2


async def test_a_page_works_without_scripts_and_then_reloads(reader: Reader) -> None:
    page = await reader.get()
    assert '<noscript><meta http-equiv="refresh" content="60"></noscript>' in page
    assert not re.search(r"<script(?! src=)", page)
    assert "style=" not in page
    assert "<style" not in page


async def test_pages_are_drawn_once_for_all_who_read_them(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[str] = []
    for name in ("page", "parts"):
        real = getattr(Drawer, name)

        def counting(self: Drawer, *args: object, real: object = real, name: str = name) -> object:
            drawn.append(name)
            return real(self, *args)  # type: ignore[operator]

        monkeypatch.setattr(Drawer, name, counting)
    await asyncio.gather(*(reader.get() for _ in range(20)))
    assert drawn == ["parts", "page"]
    await reader.world.host("Ana", "Git", minutes=60)
    assert drawn == ["parts", "page"], "nobody looks: nothing is drawn"
    assert "Git" in await reader.get()
    assert drawn == ["parts", "page"] * 2


async def test_a_browser_that_has_a_page_already_is_sent_nothing(reader: Reader) -> None:
    page, headers = await reader.answer(f"/{SLUG}")
    assert headers["Content-Encoding"] == "gzip"
    assert headers["Cache-Control"] == "no-cache"
    assert headers["Vary"] == "Accept-Language, Accept-Encoding"
    again, _ = await reader.answer(f"/{SLUG}", status=304, If_None_Match=headers["ETag"])
    assert not again
    plain, headers = await reader.answer(f"/{SLUG}", Accept_Encoding="identity")
    assert "Content-Encoding" not in headers
    assert plain == page
    await reader.world.host("Ana", "Git", minutes=60)
    await reader.answer(f"/{SLUG}", If_None_Match=headers["ETag"])


async def test_files_are_named_after_what_is_in_them_and_never_change(reader: Reader) -> None:
    page = await reader.get()
    for path in re.findall(r'(?:href|src)="(/-/[^"]+)"', page):
        text, headers = await reader.answer(path)
        assert headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)", text), "nothing comes from elsewhere"
    await reader.answer("/-/board.css", status=404)


def test_who_asks_for_no_names_gets_none() -> None:
    assert Page() == Page(on=False, slug="", host_names=False, public_though_hidden=False)
    assert PAGE["host_names"]
