"""What follows from what Discord answers: wait, another way, give up and tell, gone (R16, R21)."""

from __future__ import annotations

import asyncio
from enum import Enum

import aiohttp
import discord

TROUBLE = (discord.DiscordException, aiohttp.ClientError, OSError, TimeoutError)
"""What Discord and the network may raise; anything else is our own bug."""
REPEATED_AFTER = 1.0
"""Seconds that discord.py waits at least before it repeats a request by itself."""


class Verdict(Enum):
    """What to do about a request that failed."""

    WAIT = "as long as Discord says"
    AGAIN = "later, ever more slowly"
    PLAINER = "once more without strangers' words, then give up and tell"
    FULL = "there is no room there"
    DENIED = "a permission is missing: tell, and try again later"
    GONE = "it exists no more"
    CLOSED = "the person takes no direct messages"


CODES = {
    10003: Verdict.GONE,  # unknown channel
    10008: Verdict.GONE,  # unknown message
    10070: Verdict.GONE,  # unknown event
    180000: Verdict.GONE,  # the event is over
    20028: Verdict.WAIT,  # the channel's write limit
    20029: Verdict.WAIT,  # the server's write limit
    30013: Verdict.FULL,  # 500 channels
    30038: Verdict.FULL,  # 100 events
    50001: Verdict.DENIED,
    50013: Verdict.DENIED,
    50007: Verdict.CLOSED,
    50278: Verdict.CLOSED,  # no server in common
    130000: Verdict.AGAIN,  # overloaded
}
"""By Discord's code: https://docs.discord.com/developers/topics/opcodes-and-status-codes."""
STATUSES = {
    401: Verdict.AGAIN,
    403: Verdict.DENIED,
    404: Verdict.GONE,
    408: Verdict.AGAIN,
    429: Verdict.WAIT,
}
"""By the status, where the code is not known; any other 4xx may be about words."""
WORDS_REFUSED = 200000
"""Codes from here on are of Discord's filters and AutoMod's, at times with status 403."""


def verdict(error: BaseException) -> Verdict:
    """Return what follows."""
    if isinstance(error, discord.RateLimited):
        return Verdict.WAIT
    if not isinstance(error, discord.HTTPException) or error.status >= 500:
        return Verdict.AGAIN
    if error.code == 50035 and "parent_id" in error.text:
        return Verdict.FULL  # 50 channels in a category
    if error.code >= WORDS_REFUSED:
        return Verdict.PLAINER
    return CODES.get(error.code) or STATUSES.get(error.status, Verdict.PLAINER)


def wait_of(error: BaseException) -> float:
    """Return how many seconds Discord asks to wait; 0 where it does not say."""
    if isinstance(error, discord.RateLimited):
        return error.retry_after
    headers = getattr(getattr(error, "response", None), "headers", None) or {}
    said = str(headers.get("Retry-After", ""))
    return float(said) if said.replace(".", "", 1).isdecimal() else 0.0


def surely_not(error: BaseException, asked: float) -> bool:
    """Whether Discord surely did nothing: it was asked once, at `asked` on the loop's clock, and said no."""
    no = isinstance(error, discord.HTTPException) and 400 <= error.status < 500
    return (no or isinstance(error, discord.RateLimited)) and is_single(asked)


def is_single(asked: float) -> bool:
    """Whether discord.py cannot have repeated a request that was begun at `asked` on the loop's clock."""
    return asyncio.get_running_loop().time() - asked < REPEATED_AFTER
