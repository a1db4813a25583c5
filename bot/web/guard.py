"""Who asks, and whether they have asked too much: limits for each address, and for all together."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from aiolimiter import AsyncLimiter

PERIOD = 10.0
"""Seconds over which requests are counted."""
FROM_ONE = 600
"""Requests of one address in that time: a conference sits behind one, and scans a QR code all at once."""
FROM_ALL = 3000
"""Requests of all together in that time, so that pages never slow commands."""
KNOWN = 5000
"""Addresses that are remembered."""
HOPS = 10
"""Proxies that a request may have come through."""

Address = str
"""An address as it is counted: of IPv6 the network, of which everyone has 2**64 addresses."""


class Proxies:
    """The proxies whose word is taken for whom they ask; nobody else's is."""

    def __init__(self, networks: Iterable[str]) -> None:
        self._networks = [ip_network(each) for each in networks]

    def trusts(self, address: str) -> bool:
        """Whether an address is one of them."""
        try:
            found = _plain(address)
        except ValueError:
            return False
        return any(found.version == network.version and found in network for network in self._networks)

    def asker(self, peer: str, forwarded: Sequence[str]) -> Address:
        """Return the address that asks: the last in X-Forwarded-For that is no proxy of ours.

        `forwarded` are all lines of that header: some proxies add to the line that a reader sent, others add
        a line below it.
        """
        if not self.trusts(peer):
            return counted(peer) if peer else peer
        for hop in reversed(",".join(forwarded).split(",")[-HOPS:]):
            try:
                counted(hop.strip())
            except ValueError:
                break  # whatever was written before was not written by a proxy of ours
            if not self.trusts(peer := hop.strip()):
                break
        return counted(peer)


class Rates:
    """Counts requests."""

    def __init__(self) -> None:
        self._all = AsyncLimiter(FROM_ALL, PERIOD)
        self._known: OrderedDict[Address, AsyncLimiter] = OrderedDict()

    async def admits(self, address: Address) -> bool:
        """Count a request; False where there were too many, which are not counted."""
        limiter = self._known.get(address)
        if limiter is None:
            limiter = self._known[address] = AsyncLimiter(FROM_ONE, PERIOD)
            if len(self._known) > KNOWN:
                self._known.popitem(last=False)
        self._known.move_to_end(address)
        if not (limiter.has_capacity() and self._all.has_capacity()):
            return False
        await limiter.acquire()
        await self._all.acquire()
        return True


def counted(address: str) -> Address:
    """Return an address as it is counted; raises ValueError where it is none."""
    found = _plain(address)
    if isinstance(found, IPv6Address):
        return str(ip_network((int(found) >> 64 << 64, 64)))
    return str(found)


def _plain(address: str) -> IPv4Address | IPv6Address:
    found = ip_address(address.partition("%")[0])
    return found.ipv4_mapped or found if isinstance(found, IPv6Address) else found
