"""Which addresses a crawler may connect to: those of the open internet, unless a source is on a private network.

A page that redirects to 169.254.169.254, or a name that means 10.0.0.5 the second time it is asked for, would have us
read what only this machine can reach. So it is the address connected to that is judged, after the name was resolved.
"""

from __future__ import annotations

import socket
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Final

Address = IPv4Address | IPv6Address
# Of IANA's IPv4 Special-Purpose Address Registry what is not globally reachable, and multicast (RFC 5771).
_CLOSED_V4_TEXT: Final = """
0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24 192.88.99.0/24
192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4
"""
_CLOSED_V4: Final = tuple(ip_network(network) for network in _CLOSED_V4_TEXT.split())
_OPEN_V6: Final = ip_network("2000::/3")
"""All that was ever given out for global use (RFC 4291, 2.4); of it the special ones are taken out again."""
_CLOSED_V6: Final = tuple(
    ip_network(network) for network in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "2620:4f:8000::/48")
)
_CARRYING: Final = (ip_network("::ffff:0:0/96"), ip_network("64:ff9b::/96"))
"""Of these the last four bytes are the IPv4 address that is reached: mapped ones, and those of NAT64 (RFC 6052)."""


def is_open(address: Address) -> bool:
    """Whether an address is one of the open internet."""
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _CLOSED_V4)
    if any(address in network for network in _CARRYING):
        return is_open(IPv4Address(int(address) & 0xFFFFFFFF))
    return address in _OPEN_V6 and not any(address in network for network in _CLOSED_V6)


def literal(host: str) -> Address | None:
    """The address that a host is written as, in any of the spellings that systems resolve; None for a name.

    ``127.1``, ``0x7f000001`` and ``2130706433`` are 127.0.0.1 as well (inet_aton).
    """
    bare = host.strip("[]").partition("%")[0]
    try:
        return ip_address(bare)
    except ValueError:
        pass
    try:
        return IPv4Address(socket.inet_aton(bare)) if bare.isascii() and bare[:1].isdigit() else None
    except OSError:
        return None


def is_private_host(host: str) -> bool:
    """Whether a host says by itself, without being looked up, that it is on a private network."""
    name = host.strip("[]").rstrip(".").lower()
    address = literal(name)
    if address is not None:
        return not is_open(address)
    return name == "localhost" or name.endswith((".localhost", ".internal", ".local"))
