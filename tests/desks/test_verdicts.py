"""R16, R21: what follows from each answer of Discord's, as one table."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import aiohttp
import discord
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.desks.verdicts import CODES, REPEATED_AFTER, TROUBLE, Verdict, surely_not, verdict, wait_of


def http(
    status: int, code: int = 0, text: str = "no", headers: dict[str, str] | None = None
) -> discord.HTTPException:
    """What discord.py raises for an answer of Discord's."""
    response: Any = SimpleNamespace(status=status, reason="Because", headers=headers or {})
    kinds = {403: discord.Forbidden, 404: discord.NotFound}
    kind = discord.DiscordServerError if status >= 500 else kinds.get(status, discord.HTTPException)
    return kind(response, {"code": code, "message": text})


TABLE = [
    # status, code: what follows
    (400, 0, Verdict.PLAINER),
    (400, 50035, Verdict.PLAINER),  # a form of words that it does not take
    (400, 240000, Verdict.PLAINER),  # a harmful link (K1)
    (400, 200000, Verdict.PLAINER),  # AutoMod
    (403, 200000, Verdict.PLAINER),
    (403, 200001, Verdict.PLAINER),
    (403, 240000, Verdict.PLAINER),
    (400, 20031, Verdict.PLAINER),  # a forbidden name
    (400, 99999, Verdict.PLAINER),  # whatever it may be
    (402, 0, Verdict.PLAINER),
    (409, 0, Verdict.PLAINER),
    (413, 0, Verdict.PLAINER),
    (422, 0, Verdict.PLAINER),
    (451, 0, Verdict.PLAINER),
    (499, 1, Verdict.PLAINER),
    (401, 0, Verdict.AGAIN),
    (408, 0, Verdict.AGAIN),
    (400, 130000, Verdict.AGAIN),
    (403, 0, Verdict.DENIED),
    (403, 50013, Verdict.DENIED),
    (403, 50001, Verdict.DENIED),
    (400, 50013, Verdict.DENIED),
    (403, 50007, Verdict.CLOSED),
    (403, 50278, Verdict.CLOSED),
    (404, 0, Verdict.GONE),
    (404, 10003, Verdict.GONE),
    (404, 10008, Verdict.GONE),
    (404, 10070, Verdict.GONE),
    (400, 180000, Verdict.GONE),
    (429, 0, Verdict.WAIT),
    (429, 20028, Verdict.WAIT),
    (403, 20029, Verdict.WAIT),
    (400, 30013, Verdict.FULL),
    (400, 30038, Verdict.FULL),
    (500, 0, Verdict.AGAIN),
    (502, 240000, Verdict.AGAIN),
    (503, 50013, Verdict.AGAIN),
    (520, 0, Verdict.AGAIN),
]


@pytest.mark.parametrize(("status", "code", "follows"), TABLE)
def test_r21_what_follows(status: int, code: int, follows: Verdict) -> None:
    assert verdict(http(status, code)) is follows


def test_the_table_has_every_code_that_is_known() -> None:
    assert CODES.keys() <= {code for _, code, _ in TABLE}
    assert set(CODES.values()) | {Verdict.PLAINER} == set(Verdict)


@given(st.integers(400, 499), st.integers(0, 300_000))
def test_k1_every_4xx_that_is_not_known_may_be_about_words(status: int, code: int) -> None:
    """Nothing that Discord says is asked for again and again just as it was."""
    if status not in {401, 403, 404, 408, 429} and code not in CODES:
        assert verdict(http(status, code)) is Verdict.PLAINER
    assert verdict(http(status, code)) in Verdict


def test_a_full_category_is_told_by_the_field_that_it_is_about() -> None:
    full = {"parent_id": {"_errors": [{"code": "CHANNEL_PARENT_MAX_CHANNELS", "message": "Maximum"}]}}
    response: Any = SimpleNamespace(status=400, reason="Bad Request", headers={})
    error = discord.HTTPException(response, {"code": 50035, "message": "Invalid Form Body", "errors": full})
    assert verdict(error) is Verdict.FULL
    name = {"name": {"_errors": [{"code": "CONTAINS_BAD_WORDS", "message": "No"}]}}
    error = discord.HTTPException(response, {"code": 50035, "message": "Invalid Form Body", "errors": name})
    assert verdict(error) is Verdict.PLAINER


@pytest.mark.parametrize(
    "error",
    [
        TimeoutError(),
        ConnectionResetError(),
        OSError(104, "reset"),
        aiohttp.ServerDisconnectedError(),
        aiohttp.ClientConnectionError(),
    ],
    ids=lambda error: type(error).__name__,
)
def test_r14_what_the_network_does_is_tried_again(error: Exception) -> None:
    assert isinstance(error, TROUBLE)
    assert verdict(error) is Verdict.AGAIN


def test_k3_a_wait_that_discord_asks_for_is_known() -> None:
    assert verdict(discord.RateLimited(3600.5)) is Verdict.WAIT
    assert wait_of(discord.RateLimited(3600.5)) == 3600.5
    for said, seconds in (
        ("7", 7.0),
        ("0.35", 0.35),
        ("65000", 65000.0),
        ("", 0.0),
        ("soon", 0.0),
        ("1.2.3", 0.0),
    ):
        assert (
            wait_of(http(429, headers={"Retry-After": said})) == seconds
        )  # K20: with no Via, discord.py raises
    assert wait_of(http(429)) == 0.0
    assert wait_of(TimeoutError()) == 0.0


async def test_r14_a_clear_no_is_one_that_answers_the_only_time_that_it_was_asked() -> None:
    now = asyncio.get_running_loop().time()
    repeated = now - REPEATED_AFTER
    for no in (http(400), http(403), http(404), http(429), discord.RateLimited(60)):
        assert surely_not(no, now)
        assert not surely_not(no, repeated)  # the first try of discord.py's may have made it
    for doubt in (http(500), http(503), TimeoutError(), ConnectionResetError()):
        assert not surely_not(doubt, now)
