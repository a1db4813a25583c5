"""Discord's rate limits, as far as they are known; the interactions' own endpoints have none."""

from __future__ import annotations

import re
import time
from collections import deque
from typing import Any, NamedTuple

DAY = 86400.0
GLOBAL = 50
"""Requests a second and bot (https://docs.discord.com/developers/topics/rate-limits)."""


class Wait(NamedTuple):
    """What a 429 says: seconds to wait, and whether for all requests."""

    seconds: float
    everywhere: bool


class Bucket:
    """Counts the hits of the last `per` seconds."""

    def __init__(self) -> None:
        self._hits: deque[float] = deque()

    def take(self, now: float, limit: int, per: float) -> float:
        """Return the seconds to wait; 0.0 where there is room, which this hit takes."""
        while self._hits and self._hits[0] <= now - per:
            self._hits.popleft()
        if len(self._hits) < limit:
            self._hits.append(now)
            return 0.0
        return self._hits[0] + per - now if self._hits else per


class Limits:
    """Says of each request whether Discord would have it wait."""

    def __init__(self) -> None:
        self.on = True
        self.channels_a_day = 500
        """Channels that a server may get in a day; Discord has said so nowhere, many have met it."""
        self._buckets: dict[str, Bucket] = {}

    def wait(self, method: str, path: str, body: Any) -> Wait | None:
        """Count a request; return what its 429 says, None where it may pass."""
        if not self.on or path.startswith(("/interactions/", "/webhooks/", "/gateway")):
            return None
        rules = [("all", GLOBAL, 1.0), *self._rules(method, path, body)]
        now = time.monotonic()
        for key, limit, per in rules:
            bucket = self._buckets.setdefault(key, Bucket())
            if seconds := bucket.take(now, limit, per):
                return Wait(seconds, key == "all")
        return None

    def _rules(self, method: str, path: str, body: Any) -> list[tuple[str, int, float]]:
        """Return what counts this request: key, hits, seconds."""
        if found := re.fullmatch(r"/channels/(\d+)", path):
            rules = [(f"{method} {path}", 5, 5.0)]
            if method == "PATCH" and body and {"name", "topic"} & set(body):
                rules.insert(0, (f"rename {found[1]}", 2, 600.0))
            return rules
        if found := re.fullmatch(r"/channels/(\d+)/messages(/\d+)?", path):
            return [(f"{method} messages {found[1]}", 5, 5.0)]
        if method == "POST" and re.fullmatch(r"/guilds/\d+/channels", path):
            return [(f"make {path}", 10, 10.0), (f"day {path}", self.channels_a_day, DAY)]
        if method != "GET" and (found := re.match(r"/guilds/(\d+)/scheduled-events", path)):
            return [(f"events {found[1]}", 5, 10.0)]
        if path == "/users/@me/channels":
            return [("direct", 10, 600.0)]
        return []
