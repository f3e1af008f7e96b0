"""Lines to a syslog, on this machine or elsewhere (RFC 3164, local socket or UDP): sent, and not waited for."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

LOCAL: Final = "/dev/log"
PORT: Final = 514
_NOTICE_OF_AUTHPRIV: Final = 10 * 8 + 5
"""Facility "security", severity "notice" (RFC 3164, 4.1.1): what goes out here is for whoever watches over us."""
_LONGEST: Final = 60_000  # a datagram's 65,507 bytes, less a head


def send_line(address: str, line: str) -> None:
    """Send one line.

    Args:
        address: A path such as ``/dev/log``, or ``syslog://host`` or ``syslog://host:port``.
        line: Without line ends; what is too long for a datagram is cut off.

    Raises:
        OSError: There is no such socket, or no such host.
    """
    content = f"<{_NOTICE_OF_AUTHPRIV}>hinomi: {line}".encode()[:_LONGEST]
    if address.startswith("/"):
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as out:
            out.connect(address)
            out.send(content)
        return
    place = urlsplit(address if "//" in address else f"syslog://{address}")
    host, port = place.hostname or "", place.port or PORT
    kind, _, _, _, target = socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM)[0]
    with socket.socket(kind, socket.SOCK_DGRAM) as out:
        out.sendto(content, target)


def has_local_syslog() -> bool:
    """Whether this machine has a syslog that takes lines."""
    return Path(LOCAL).is_socket()
