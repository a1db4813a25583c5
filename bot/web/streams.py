"""Server-sent events: who looks at which page now. Everyone is sent the same bytes, some readers at a time.

A reader who cannot keep up is sent only the last state; who takes nothing at all for a while is let go, and
comes back by themselves.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

from bot.web.drawing import Variant

BATCH = 20
"""Readers that are written to before others have a turn: half a millisecond."""
BEAT = 15.0
"""Seconds between two signs of life."""
STUCK = 20.0
"""Seconds after which a reader who takes nothing is let go."""
LONGEST = 3600.0
"""Seconds after which a stream ends, and its reader comes back: nothing stays open for ever."""
GONE = b"event: gone\ndata:\n\n"
"""The board is no longer public: a page shows nothing of it any more (R19)."""


class Sink(Protocol):
    """Where a stream's bytes go."""

    async def write(self, data: bytes) -> None: ...  # noqa: D102


class Stream:
    """One reader's. `since` is since when a writing is under way; `abort` cuts the connection."""

    __slots__ = ("_event", "_next", "_waiter", "abort", "begun", "ended", "opened", "since")

    def __init__(self, now: float, abort: Callable[[], None]) -> None:
        self.opened = now
        self.abort = abort
        self.since: float | None = None
        self.begun = self.ended = False
        self._next = b""
        self._event = False
        self._waiter: asyncio.Future[None] | None = None

    def begin(self, whole: bytes) -> None:
        """Send all that there is, or nothing where the reader has it; what came meanwhile is newer."""
        self.begun = True
        if whole and not self._event:
            self._put(whole, event=True)

    def tell(self, some: bytes, whole: bytes) -> None:
        """Send what is different now; all of it to a reader who has not had what it differs from."""
        behind = self._event or not self.begun
        self._put(whole if behind else some, event=True)

    def beat(self, alive: bytes) -> None:
        """Send a sign of life, where nothing else is on its way."""
        if self.begun and not self._next:
            self._put(alive, event=False)

    def end(self, last: bytes = b"") -> None:
        """Send nothing more but this."""
        self.ended, self._next = True, last
        self._wake()

    def _put(self, data: bytes, *, event: bool) -> None:
        if self.ended:
            return
        self._next, self._event = data, event
        self._wake()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    async def carry(self, sink: Sink) -> None:
        """Write what is to be sent until the stream ends."""
        loop = asyncio.get_running_loop()
        while self._next or not self.ended:
            if not self._next:
                self._waiter = loop.create_future()
                await self._waiter
                continue
            data, self._next, self._event = self._next, b"", False
            self.since = loop.time()
            await sink.write(data)
            del data  # which all readers share, for as long as anybody holds it
            self.since = None


class FullError(Exception):
    """There is no room for one more stream."""


class Streams:
    """All streams, by server and page. `most` there may be at once, and `from_one` from one address.

    A conference sits behind one address, so that one gets half of the room.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self.from_one = max(1, most // 2)
        self._all: dict[int, dict[Variant, dict[Stream, None]]] = {}
        self._addresses: Counter[str] = Counter()

    def __len__(self) -> int:
        return self._addresses.total()

    def of(self, guild_id: int) -> list[Variant]:
        """Return the pages of a server that somebody looks at."""
        return list(self._all.get(guild_id, ()))

    def open(self, guild_id: int, variant: Variant, address: str, abort: Callable[[], None]) -> Stream:
        """Return a new stream, to be given back with `close`; raises `FullError`."""
        if len(self) >= self.most or self._addresses[address] >= self.from_one:
            raise FullError
        stream = Stream(asyncio.get_running_loop().time(), abort)
        self._addresses[address] += 1
        self._all.setdefault(guild_id, {}).setdefault(variant, {})[stream] = None
        return stream

    def close(self, guild_id: int, variant: Variant, address: str, stream: Stream) -> None:
        """Forget a stream that is over."""
        self._addresses[address] -= 1
        if not self._addresses[address]:
            del self._addresses[address]
        readers = self._all[guild_id][variant]
        del readers[stream]
        if not readers:
            del self._all[guild_id][variant]
        if not self._all[guild_id]:
            del self._all[guild_id]

    async def tell(self, guild_id: int, variant: Variant, some: bytes, whole: bytes) -> None:
        """Send an event to all who look at a page."""
        for some_of_them in _batches(list(self._all.get(guild_id, {}).get(variant, ()))):
            for stream in some_of_them:
                stream.tell(some, whole)
            await asyncio.sleep(0)

    async def beat(self, alive: bytes) -> None:
        """Send a sign of life to all, and let those go who take nothing, or who have been here for long."""
        now = asyncio.get_running_loop().time()
        for some_of_them in _batches(self._every()):
            for stream in some_of_them:
                if stream.since is not None and now - stream.since > STUCK:
                    stream.abort()  # they are gone without a word, or read nothing
                elif now - stream.opened > LONGEST:
                    stream.end()
                else:
                    stream.beat(alive)
            await asyncio.sleep(0)

    def end(self, guild_id: int | None = None, last: bytes = b"") -> None:
        """End the streams of a server, or all; `last` is what each of them still gets."""
        for stream in self._every(guild_id):
            stream.end(last)

    def _every(self, guild_id: int | None = None) -> list[Stream]:
        servers = self._all.values() if guild_id is None else [self._all.get(guild_id, {})]
        return [stream for pages in servers for readers in pages.values() for stream in readers]


def _batches(streams: Sequence[Stream]) -> Iterator[Sequence[Stream]]:
    return (streams[first : first + BATCH] for first in range(0, len(streams), BATCH))
