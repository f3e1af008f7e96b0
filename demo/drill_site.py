"""The page a drill plants its canary on: a paste site of one paste on loopback, in a child process.

``python -m demo.drill_site SOCKET PATH`` takes the paste's text from standard input and serves it at ``/PATH`` on a
socket that it inherited, until its parent is gone.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

from demo.ports import inherited

if TYPE_CHECKING:
    import socket

POLL_S = 0.5


def serve(listens: socket.socket, path: str, text: bytes) -> None:
    """Serve a list page and the paste until the parent process is gone."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    entry = (
        f'<li><a href="/{path}">drill</a> <span class="author">drill</span> <time datetime="{now}">{now}</time></li>'
    )
    pages = {
        "/": ("text/html; charset=utf-8", f'<!doctype html><ul class="pastes">{entry}</ul>'.encode()),
        f"/{path}": ("text/plain; charset=utf-8", text),
        "/robots.txt": ("text/plain", b"User-agent: *\nAllow: /\n"),
    }

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            media_type, body = pages.get(self.path, ("text/plain", b""))
            self.send_response(200 if self.path in pages else 404)
            self.send_header("content-type", media_type)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(listens.getsockname(), Page, bind_and_activate=False)
    server.socket.close()
    server.socket = listens
    threading.Thread(target=server.serve_forever, daemon=True).start()
    parent = os.getppid()
    while os.getppid() == parent:
        time.sleep(POLL_S)
    server.shutdown()


if __name__ == "__main__":
    serve(inherited(sys.argv[1]), sys.argv[2], sys.stdin.buffer.read())
