"""What all who carry out steps share."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import discord

REPEATED_AFTER = 1.0
"""Seconds that discord.py waits at least before it repeats a request by itself."""
QUIET = discord.AllowedMentions.none()

Handlers = dict[type, Callable[[Any, discord.Guild], Awaitable[None]]]
"""Who carries out which step."""


class StillThere(Exception):  # noqa: N818 - not an error: the world is not yet as it should be
    """The step did its work and the world has not changed by it; look again later."""


def no_means_no(error: discord.RateLimited | discord.HTTPException, asked: float) -> bool:
    """Whether Discord surely made nothing, so that nothing needs to be looked for.

    It was asked once, at `asked` on the loop's clock, and said no. discord.py repeats a request after a
    second, and the first may have gone through.
    """
    no = isinstance(error, discord.RateLimited) or 400 <= error.status < 500
    return no and asyncio.get_running_loop().time() - asked < REPEATED_AFTER
