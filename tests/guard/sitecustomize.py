"""Network off but for loopback, in every Python process of a test run: Python imports this module by itself.

The folder stands first in PYTHONPATH (see ``tests/conftest.py``), so child processes that the tests start are held to
it as well. It is an audit hook (PEP 578): libraries cannot go round it.
"""

from __future__ import annotations

import ipaddress
import sys

LOCAL_NAMES = {"", "localhost", "localhost.localdomain", "ip6-localhost"}


class NetworkOffError(OSError):
    """A test tried to reach something that is not on this machine."""


def is_local(host: object) -> bool:
    """Whether a host, as Python hands it to the operating system, is this machine itself."""
    if host is None:
        return True
    name = host.decode("ascii", "replace") if isinstance(host, bytes) else str(host)
    if name.lower() in LOCAL_NAMES:
        return True
    try:
        return ipaddress.ip_address(name.split("%", 1)[0]).is_loopback
    except ValueError:
        return False


def hold(event: str, args: tuple[object, ...]) -> None:
    """Refuse connections, datagrams and look-ups that leave the machine."""
    if event in {"socket.connect", "socket.sendto"}:
        address = args[1]
        if isinstance(address, tuple) and not is_local(address[0]):
            raise NetworkOffError(f"tests talk to loopback only, not to {address!r}")
    elif event == "socket.getaddrinfo" and not is_local(args[0]):
        raise NetworkOffError(f"tests look up no names, not {args[0]!r}")


sys.addaudithook(hold)
