"""Strangers: what they send does nothing, costs little and is answered without a word too many."""

from __future__ import annotations

import asyncio
import logging
import random
import re
from typing import Any

import pytest
from aiolimiter import AsyncLimiter

from bot.service.board import Board, Boards
from bot.web import guard, server
from bot.web.guard import Proxies, counted
from bot.web.shelf import Shelf
from tests.conftest import PATIENCE
from tests.web.conftest import SLUG, MakeReader, Reader
from tests.web.test_live import until

ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex",
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
}
AGAIN = '<meta http-equiv="refresh" content="15">'
LINE = "GET {} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
DATED = "GET /{} HTTP/1.1\r\nHost: x\r\nIf-Modified-Since: {}\r\nConnection: close\r\n\r\n"


async def raw(reader: Reader, data: bytes, *, patience: float = 5.0) -> bytes:
    """What comes back when these bytes are sent, until the server closes or nothing more comes."""
    there, back = await asyncio.open_connection("127.0.0.1", reader.site.port)
    try:
        back.write(data)
        async with asyncio.timeout(patience):
            return await there.read(200_000)
    except (TimeoutError, ConnectionError):
        return b""
    finally:
        back.close()


def malformed() -> list[bytes]:
    """A hundred and more requests of every kind that no browser sends."""
    random.seed(11)
    paths = [
        "/%ff", "/%00", "/%2e%2e/%2e%2e/etc/passwd", "/../../etc/passwd", "//", "//evil.example/", "/-/",
        "/-", "/-/../app.py", "/-/board.css%00", "/%c0%af", "/%u0000", "/a" * 3000, "/;/", "/?", "/?%", "/%",
        "/%zz", f"/{SLUG}/", f"/{SLUG}//", f"/{SLUG}/s/", f"/{SLUG}/s/-1", f"/{SLUG}/s/999999999999999999",
        f"/{SLUG}/s/9999999999999999999999", f"/{SLUG}/s/1e3", f"/{SLUG}/s/٣", f"/{SLUG}/s/%D9%A3",
        f"/{SLUG}/s/1'--", f"/{SLUG}?lang={'x' * 4000}", f"/{SLUG}?lang=%ff&lang=en&lang",
        f"/{SLUG}?lang[]=en",
        f"/{SLUG}/events?of=%00", f"/{SLUG}/events?v={'%0a' * 500}&of=board&x=", f"/{SLUG}/screen/more",
        "/" + "0" * 25, "/١٢٣٤٥٦٧٨٩٠", "/99999999999999999999", "/18446744073709551616", "/-1", "/None",
        "/{slug}", "/${jndi:ldap://x}", "/wp-login.php", "/.env", "/.git/config", "/favicon.ico",
        "/robots.txt",
        f"/{SLUG}/board.png?size=%00", f"/{SLUG}/board.svg?size[]=1&lang=%ff", f"/{SLUG}/board.png/",
        f"/{SLUG}/calendar/9999-99-99.ics", f"/{SLUG}/calendar/٢٠٢٦-٠١-٠١.ics", f"/{SLUG}/calendar/.ics",
        f"/{SLUG}/mine/{'x' * 32}.ics", f"/{SLUG}/mine/{'é' * 32}.ics", f"/{SLUG}/mine/%00.ics",
        f"/{SLUG}/sessions.json?callback=x", f"/{SLUG}/schedule.json%00", f"/{SLUG}/embed?url=//x",
        "/-/oembed", "/-/oembed?url=%ff", "/-/oembed?url=http://[::&maxwidth=1e9", "/-/oembed?url&url",
        f"/-/oembed?url=https://openspace.example.org/{SLUG}/../x&maxwidth=-1&maxheight=٣",
        "/-/schemas/..%2f..%2fboard.css", "/-/schemas/", "/-/schemas/%ff.json",
        "/\u202e", "/<script>", "/%3Cscript%3E", "http://evil.example/", "*", "", "/ HTTP/1.1\r\nGET /",
    ]  # fmt: skip
    found = [LINE.format(path).encode("utf-8", "surrogatepass") for path in paths]
    heads = [
        b"GET / HTTP/9.9\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n", b"GET /\r\n\r\n", b"\r\n\r\n",
        b"\0" * 50, b"GET",
        b"GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", b"GET / HTTP/1.1\r\n: empty\r\n\r\n",
        b"GET / HTTP/1.1\r\nA\r\n\r\n", b"GET / HTTP/1.1\r\nA: " + b"x" * 20000 + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 300 + b"\r\n", b"GET / HTTP/1.1\r\nA: \xff\xfe\r\n\r\n",
        b"GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", b"GET / HTTP/1.1\r\nContent-Length: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"GET / HTTP/1.1\r\nTransfer-Encoding: nonsense\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET / HTTP/1.1\r\nHost: x\r\nExpect: the-unexpected\r\nConnection: close\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nRange: bytes=5-1,x\r\nConnection: close\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nAccept-Encoding: \x7f;q=zzz\r\nConnection: close\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: ';--, 999.1.1.1, ::::\r\nConnection: close\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nLast-Event-ID: \xe2\x80\xae\r\nConnection: close\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nIf-None-Match: *, \"\", W/\"x\r\nConnection: close\r\n\r\n",
        DATED.format(SLUG, "Sun, 06 Nov 99999999999999999999 08:49:37 GMT").encode(),
        DATED.format(f"{SLUG}/board.png", "Sun, 06 Nov -5 08:49:37 +9999999999").encode(),
        b"CONNECT x:443 HTTP/1.1\r\nHost: x:443\r\n\r\n",
        b"OPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        b"GET / HTTP/1.1\nHost: x\n\n", b"get / http/1.1\r\n\r\n", b"G\xc3\x89T / HTTP/1.1\r\n\r\n",
    ]  # fmt: skip
    found += heads
    for method in ("POST", "PUT", "DELETE", "PATCH", "TRACE", "PROPFIND", "X" * 200):
        body = "a=b" * 1000
        head = f"{method} /{SLUG} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\nConnection: close"
        found.append(f"{head}\r\n\r\n{body}".encode())
    found += [
        bytes(random.randrange(256) for _ in range(random.randrange(1, 400))) + b"\r\n\r\n" for _ in range(30)
    ]
    return found


async def test_a_hundred_malformed_requests_of_every_kind_are_answered_without_a_fault(
    reader: Reader, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    requests = malformed()
    assert len(requests) > 110
    await reader.get()
    capsys.readouterr()
    caplog.set_level(logging.INFO)
    answers = await asyncio.gather(*(raw(reader, request, patience=2.0) for request in requests))
    seen = set()
    for request, answer in zip(requests, answers, strict=True):
        if not answer:
            continue  # it waits for the rest of a head that never comes
        status = int(answer.split()[1])
        seen.add(status)
        assert status < 500, (request[:80], answer[:80])
        head = answer.partition(b"\r\n\r\n")[0].lower()
        assert b"aiohttp" not in head
        assert b"python" not in head
        assert b"x-content-type-options: nosniff" in head
    assert seen >= {200, 400, 404, 405}
    assert sum(map(bool, answers)) > 90
    assert not caplog.records
    assert not capsys.readouterr().out
    await reader.get()
    await until(lambda: not len(reader.site.streams))


async def test_every_answer_goes_with_the_same_guards_and_no_name_of_a_server(reader: Reader) -> None:
    answers = [
        await reader.answer(path, status=status)
        for path, status in ((f"/{SLUG}", 200), ("/nothing-there", 404), ("/a/b/c/d", 404))
    ]
    async with reader.http.post(f"{reader.address}/{SLUG}", data={"a": "b"}) as response:
        assert response.status == 405
        answers.append(("", response.headers))
    async with reader.http.get(f"{reader.board}/events") as response:
        answers.append(("", response.headers))
    async with reader.http.head(reader.board) as response:
        assert response.status == 200
        assert not await response.read()
        answers.append(("", response.headers))
    for _, headers in answers:
        assert {name: headers.get(name) for name in ALWAYS} == ALWAYS
        assert "Server" not in headers
        assert "Set-Cookie" not in headers


async def test_what_is_not_there_costs_nothing_and_looks_all_the_same(
    make_reader: MakeReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = await make_reader({"slug": SLUG})
    read: list[int] = []
    real = Boards.read

    async def counting(self: Boards, guild_id: int) -> Board:
        read.append(guild_id)
        return await real(self, guild_id)

    monkeypatch.setattr(Boards, "read", counting)
    other = reader.world.env.create_guild("Not on the web").id
    await reader.world.env.settle()
    paths = ("/nobody", f"/{SLUG}", f"/{other}", "/a/screen", f"/{SLUG}/s/1", "/x/events", "/", "/-/x")
    nothing = [(await reader.answer(path, status=404))[0] for path in paths]
    assert len(set(nothing)) == 1
    assert "There is nothing here" in nothing[0]
    assert not read
    chinese, _ = await reader.answer("/nobody", status=404, Accept_Language="zh-TW")
    assert "這裡沒有東西" in chinese


async def test_an_error_tells_nothing_and_is_logged_once(
    reader: Reader, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def failing(self: Boards, guild_id: int) -> Board:
        raise RuntimeError("the secret of the database")

    monkeypatch.setattr(Boards, "read", failing)
    for _ in range(5):
        text, headers = await reader.answer(f"/{SLUG}", status=500)
        assert "secret" not in text
        assert "secret" not in str(headers)
    said = capsys.readouterr().out
    assert said.count("a page failed") == 1


async def test_r21_a_page_that_cannot_be_shown_now_comes_again_by_itself_without_scripts(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a screen that is switched on before the bot, or a page that reloads meanwhile, stays empty."""
    nothing = await reader.answer("/nothing-there", status=404)
    assert "refresh" not in nothing[0]
    monkeypatch.setattr(type(reader.world.bot), "is_ready", lambda self: False)
    text, headers = await reader.answer(f"/{SLUG}/screen", status=503, Accept_Language="zh-TW")
    assert AGAIN in text
    assert "請稍候" in text
    assert headers["Retry-After"] == "15"


async def test_a_stream_that_fails_midway_ends_without_another_answer_in_it(
    reader: Reader, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def failing(*_: object) -> tuple[str, bytes]:
        raise RuntimeError("the secret of the templates")

    monkeypatch.setattr(Shelf, "whole", failing)
    answer = await raw(reader, LINE.format(f"/{SLUG}/events").encode())
    while more := answer.partition(b"retry:")[2]:
        answer = more
    assert b"HTTP/1.1" not in answer
    assert b"secret" not in answer
    assert not caplog.records
    await until(lambda: not len(reader.site.streams))


async def test_one_address_may_ask_often_and_not_more_and_others_are_not_held_up(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guard, "FROM_ONE", 5)
    mine: dict[str, Any] = {"X_Forwarded_For": "192.0.2.1"}
    for _ in range(5):
        await reader.get(**mine)
    text, headers = await reader.answer(f"/{SLUG}", status=429, **mine)
    assert headers["Retry-After"] == "10"
    assert AGAIN in text
    await reader.answer("/nothing", status=429, **mine)
    await reader.get(X_Forwarded_For="192.0.2.2")
    await reader.get(X_Forwarded_For="192.0.2.1, 192.0.2.3")  # what stands before is anybody's word
    await reader.get(X_Forwarded_For="192.0.2.3, 192.0.2.1", status=429)


async def test_all_together_may_ask_so_much_that_commands_have_room(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader.site._rates, "_all", AsyncLimiter(3, 10))
    for number in range(3):
        await reader.get(X_Forwarded_For=f"192.0.2.{number}")
    await reader.get(X_Forwarded_For="192.0.2.9", status=429)


async def test_nobody_is_believed_but_the_proxies_that_are_named(make_reader: MakeReader) -> None:
    reader = await make_reader(
        web={"public_url": "https://x.example", "port": 0, "trusted_proxies": ["10.0.0.0/8"]}
    )
    seen = []
    real = reader.site._rates.admits

    async def admits(address: str) -> bool:
        seen.append(address)
        return await real(address)

    reader.site._rates.admits = admits  # type: ignore[method-assign]
    await reader.get(X_Forwarded_For="192.0.2.1")
    assert seen == ["127.0.0.1"]


@pytest.mark.parametrize(
    ("peer", "forwarded", "asker"),
    [
        ("192.0.2.9", "203.0.113.1", "192.0.2.9"),
        ("127.0.0.1", "203.0.113.1", "203.0.113.1"),
        ("127.0.0.1", "198.51.100.1, 203.0.113.1", "203.0.113.1"),
        ("127.0.0.1", "203.0.113.1, 10.1.2.3", "203.0.113.1"),
        ("127.0.0.1", "10.9.9.9, 10.1.2.3", "10.9.9.9"),
        ("127.0.0.1", "", "127.0.0.1"),
        ("127.0.0.1", "nonsense", "127.0.0.1"),
        ("127.0.0.1", "203.0.113.1, nonsense, 10.1.2.3", "10.1.2.3"),
        ("::ffff:127.0.0.1", "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::1", "::ffff:203.0.113.1", "203.0.113.1"),
        ("fe80::1%eth0", "", "fe80::/64"),
        ("", "203.0.113.1", ""),
    ],
)
def test_who_asks_is_the_last_address_that_no_proxy_of_ours_has(
    peer: str, forwarded: str, asker: str
) -> None:
    proxies = Proxies(["127.0.0.1/32", "::1/128", "10.0.0.0/8"])
    assert proxies.asker(peer, [forwarded] if forwarded else []) == asker


async def test_what_a_reader_writes_above_the_line_of_the_proxy_is_not_believed(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    """HAProxy adds a line of its own below the one that came, nginx and Caddy add to that."""
    monkeypatch.setattr(guard, "FROM_ONE", 5)
    answers = []
    for number in range(6):
        lines = [("X-Forwarded-For", f"203.0.113.{number}"), ("X-Forwarded-For", "192.0.2.1")]
        async with reader.http.get(reader.board, headers=lines) as response:
            answers.append(response.status)
    assert answers == [200] * 5 + [429]


def test_ipv6_is_counted_by_network() -> None:
    assert counted("2001:db8::1") == counted("2001:db8::ffff:ffff") == "2001:db8::/64"
    assert counted("2001:db8:0:1::1") != counted("2001:db8::1")


async def test_addresses_are_forgotten_so_that_none_fills_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "KNOWN", 10)
    rates = guard.Rates()
    for number in range(100):
        assert await rates.admits(str(number))
    assert len(rates._known) == 10


async def test_connections_are_bounded(make_reader: MakeReader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "CONNECTIONS", 20)
    reader = await make_reader()
    runner: Any = reader.site._runner
    known = runner.server._peers.total
    idle = [await asyncio.open_connection("127.0.0.1", reader.site.port) for _ in range(20)]
    await until(lambda: known() == 20)
    assert await raw(reader, LINE.format("/").encode()) == b""
    for _, writer in idle:
        writer.close()
    await until(lambda: not known())
    assert b"404" in await raw(reader, LINE.format("/").encode())


async def test_who_never_says_what_they_want_is_let_go(
    make_reader: MakeReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "IDLE", 0.05)
    reader = await make_reader()
    for half in (b"", b"GET / HT", b"GET / HTTP/1.1\r\nHost: x\r\n"):
        there, back = await asyncio.open_connection("127.0.0.1", reader.site.port)
        back.write(half)
        async with asyncio.timeout(PATIENCE):
            assert await there.read() == b""
        back.close()


def test_connections_leave_room_for_the_bots_own_files() -> None:
    assert 16 <= server.room() <= server.CONNECTIONS


def test_no_page_asks_for_anything_from_elsewhere() -> None:
    assert not re.search(r"https?:|data:|unsafe", server.POLICY)
