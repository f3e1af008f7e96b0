"""Free ports, and waiting for a server to be there."""

from __future__ import annotations

import os
import socket
import time
from contextlib import suppress
from itertools import count
from typing import Final

FIRST: Final = 20_000
"""Below the ports that a system gives to whoever asks for any one: nothing takes what was found before it is used."""
EACH: Final = 1_000
WORKERS: Final = 10
"""Of pytest-xdist, each with ports of its own."""
_numbers = count(int.from_bytes(os.urandom(2)))
_worker = int(os.environ.get("PYTEST_XDIST_WORKER", "").removeprefix("gw") or os.getpid()) % WORKERS


def free_port() -> int:
    """A TCP port of 127.0.0.1 that nothing listens on, and that no other worker's test is given."""
    first = FIRST + _worker * EACH
    for _ in range(EACH):
        port = first + next(_numbers) % EACH
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise OSError(f"no free port from {first} on")


def wait_for_port(port: int, *, timeout_s: float = 200, is_alive: object = None, host: str = "127.0.0.1") -> None:
    """Return as soon as something accepts connections on the port.

    Args:
        port: Of the host.
        timeout_s: After that long the wait has failed.
        is_alive: A ``Popen``; when its process has ended, waiting is in vain.
        host: An address of this machine.

    Raises:
        TimeoutError: Nothing listens after ``timeout_s``, or the process ended.
    """
    poll = getattr(is_alive, "poll", lambda: None)
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        if poll() is not None:
            raise TimeoutError(f"the server for port {port} ended with {poll()} before it listened")
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
            probe.settimeout(1)
            if probe.connect_ex((host, port)) == 0:
                return
        time.sleep(0.05)
    raise TimeoutError(f"nothing listens on port {port} after {timeout_s} s")
