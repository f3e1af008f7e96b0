"""How names become addresses: what is not of the open internet is left out, so that nothing connects to it.

Twisted connects to what this resolver gives it and to nothing else, so the address that was judged is the one connected
to, redirects and names that change their mind included. Scrapy's own resolver knows IPv4 alone.
"""

from __future__ import annotations

import asyncio
import socket
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any, Final, Literal

from scrapy.exceptions import CannotResolveHostError, IgnoreRequest
from twisted.internet.address import IPv4Address, IPv6Address
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IHostnameResolver, IHostResolution
from zope.interface import implementer

from crawler.polite.reach import is_open, literal

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Self

    from scrapy.crawler import Crawler

_FAMILIES: Final = {socket.AF_INET: IPv4Address, socket.AF_INET6: IPv6Address}


class PrivateAddressError(IgnoreRequest):
    """The host is on a private network, and the source does not say that it may be."""


@implementer(IHostResolution)
class _Resolution:
    def __init__(self, name: str) -> None:
        self.name = name

    def cancel(self) -> None:
        """Nothing to do: a look-up ends by its time limit."""


@implementer(IHostnameResolver)
class OpenResolver:
    """Looks a name up once a sweep, in time, and gives the addresses that may be connected to.

    Args:
        allows_private: Of the source: its hosts may be anywhere.
        timeout_s: For one look-up.
    """

    def __init__(self, reactor: Any, *, allows_private: bool, timeout_s: float) -> None:
        self._reactor = reactor
        self._allows_private = allows_private
        self._timeout_s = timeout_s
        self._known: dict[str, tuple[str, ...]] = {}
        self._proxies: set[str] = set()

    @classmethod
    def from_crawler(cls, crawler: Crawler, reactor: Any) -> Self:
        """Made by Scrapy."""
        settings = crawler.settings
        private = settings["HINOMI_SOURCE"].allows_private
        return cls(reactor, allows_private=private, timeout_s=settings.getfloat("DNS_TIMEOUT"))

    def install_on_reactor(self) -> None:
        """From now on every name is looked up here."""
        self._reactor.installNameResolver(self)

    def allow_proxy(self, host: str) -> None:
        """A proxy is where its owner put it."""
        self._proxies.add(host.lower())

    async def addresses(self, host: str) -> tuple[str, ...]:
        """The addresses of a host that may be connected to, one at least.

        Raises:
            CannotResolveHostError: It has no address, or nobody says so in time.
            PrivateAddressError: It has none of the open internet.
        """
        name = host.strip("[]").lower()
        if name not in self._known:
            self._known[name] = await self._look_up(name)
        if self._allows_private or name in self._proxies:
            return self._known[name]
        found = tuple(address for address in self._known[name] if is_open(ip_address(address.partition("%")[0])))
        if not found:
            raise PrivateAddressError(f"{name!r} is on a private network")
        return found

    async def _look_up(self, name: str) -> tuple[str, ...]:
        written = literal(name)
        if written is not None and "%" not in name:
            return (str(written),)
        looking = asyncio.get_running_loop().getaddrinfo(name, None, type=socket.SOCK_STREAM)
        try:
            found = await asyncio.wait_for(looking, self._timeout_s)
        except (OSError, UnicodeError, ValueError, TimeoutError) as error:
            raise CannotResolveHostError(f"{name!r} cannot be resolved: {type(error).__name__}") from error
        addresses = [str(where[0]) for family, _, _, _, where in found if family in _FAMILIES]
        if not addresses:
            raise CannotResolveHostError(f"{name!r} has no address")
        return tuple(dict.fromkeys(addresses))

    def resolveHostName(  # noqa: N802  # Twisted's name
        self,
        receiver: Any,
        hostName: str,  # noqa: N803  # Twisted's name
        portNumber: int = 0,  # noqa: N803  # Twisted's name
        addressTypes: Sequence[type] | None = None,  # noqa: N803  # Twisted's name
        transportSemantics: Literal["TCP", "UDP"] = "TCP",  # noqa: N803  # Twisted's name
    ) -> Any:
        """Tell a receiver the addresses; none when there is none that may be connected to."""
        resolution = _Resolution(hostName)
        receiver.resolutionBegan(resolution)

        async def tell() -> None:
            try:
                found = await self.addresses(hostName)
            except (CannotResolveHostError, PrivateAddressError):
                found = ()
            for address in found:
                family = IPv6Address if ":" in address else IPv4Address
                if addressTypes is None or family in addressTypes:
                    receiver.addressResolved(family(transportSemantics, address, portNumber))
            receiver.resolutionComplete()

        Deferred.fromFuture(asyncio.ensure_future(tell()))
        return resolution
