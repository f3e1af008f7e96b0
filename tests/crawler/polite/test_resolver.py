"""Twisted is given no address that a crawler must not connect to, whatever name it was asked for."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from scrapy.exceptions import CannotResolveHostError
from twisted.internet.interfaces import IHostnameResolver
from zope.interface.verify import verifyObject

from crawler.polite.resolver import OpenResolver, PrivateAddressError

if TYPE_CHECKING:
    from twisted.internet.interfaces import IAddress

LONG_LABEL = "a" * 64 + ".example"


class Receiver:
    """What Twisted connects to."""

    def __init__(self) -> None:
        self.addresses: list[IAddress] = []
        self.complete = asyncio.Event()

    def resolutionBegan(self, resolution: object) -> None:  # noqa: N802  # Twisted's name
        """It began."""

    def addressResolved(self, address: IAddress) -> None:  # noqa: N802  # Twisted's name
        """One more."""
        self.addresses.append(address)

    def resolutionComplete(self) -> None:  # noqa: N802  # Twisted's name
        """That was all."""
        self.complete.set()


def resolver(*, allows_private: bool = False) -> OpenResolver:
    return OpenResolver(None, allows_private=allows_private, timeout_s=10)


def given_to_twisted(made: OpenResolver, host: str) -> list[str]:
    async def ask() -> list[str]:
        receiver = Receiver()
        made.resolveHostName(receiver, host, 80)
        await asyncio.wait_for(receiver.complete.wait(), 20)
        assert {getattr(address, "port", 80) for address in receiver.addresses} <= {80}
        return [str(getattr(address, "host", "")) for address in receiver.addresses]

    return asyncio.run(ask())


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST", "127.0.0.1", "127.1", "0x7f000001", "::1", "[::1]", "10.0.0.1"]
)
def test_a_private_host_has_no_address_unless_the_source_may_be_there(host: str) -> None:
    assert given_to_twisted(resolver(), host) == []
    assert given_to_twisted(resolver(allows_private=True), host)
    with pytest.raises(PrivateAddressError, match="is on a private network"):
        asyncio.run(resolver().addresses(host))


def test_a_proxy_is_where_its_owner_put_it_and_nothing_else_is_with_it() -> None:
    made = resolver()
    made.allow_proxy("localhost")
    assert given_to_twisted(made, "localhost")
    assert given_to_twisted(made, "127.0.0.1") == []


@pytest.mark.parametrize("host", ["nowhere.invalid", LONG_LABEL, "", "a..b"])
def test_a_name_that_nobody_can_look_up_ends_the_waiting(host: str) -> None:
    assert given_to_twisted(resolver(), host) == []
    with pytest.raises(CannotResolveHostError):
        asyncio.run(resolver().addresses(host))


def test_public_addresses_of_both_versions_are_given_as_they_are() -> None:
    assert given_to_twisted(resolver(), "192.88.98.1") == ["192.88.98.1"]
    assert given_to_twisted(resolver(), "2606:4700::1111") == ["2606:4700::1111"]


def test_it_is_what_twisted_takes_for_a_resolver() -> None:
    assert verifyObject(IHostnameResolver, resolver())
