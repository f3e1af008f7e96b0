"""Free ports, and waiting for a server to be there."""

from __future__ import annotations

import socket
import time


def free_port() -> int:
    """A TCP port of 127.0.0.1 that nothing listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


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
