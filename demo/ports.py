"""Free ports of 127.0.0.1."""

from __future__ import annotations

import socket
import time


def free_port(wanted: int = 0, patience_s: float = 0.0) -> int:
    """The wanted port when nothing listens on it, or soon does no more; else any free one."""
    until = time.monotonic() + patience_s
    while wanted and time.monotonic() < until and not _is_free(wanted):
        time.sleep(0.2)
    for port in (wanted, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise OSError("no free port on 127.0.0.1")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True
