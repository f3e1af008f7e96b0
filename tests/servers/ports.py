"""Free ports, and waiting for a server to be there."""

from __future__ import annotations

import socket
import time


def free_port() -> int:
    """A TCP port of 127.0.0.1 that nothing listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for_port(port: int, *, timeout_s: float = 200, is_alive: object = None) -> None:
    """Return as soon as something accepts connections on the port.

    Args:
        port: On 127.0.0.1.
        timeout_s: After that long the wait has failed.
        is_alive: A ``Popen``; when its process has ended, waiting is in vain.

    Raises:
        TimeoutError: Nothing listens after ``timeout_s``, or the process ended.
    """
    poll = getattr(is_alive, "poll", lambda: None)
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        if poll() is not None:
            raise TimeoutError(f"the server for port {port} ended with {poll()} before it listened")
        with socket.socket() as probe:
            probe.settimeout(1)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise TimeoutError(f"nothing listens on port {port} after {timeout_s} s")
