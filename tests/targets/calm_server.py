"""A paste list that answers well and writes down when it was asked: ``calm_server.py HOST PORT [CERTIFICATE]``.

``/WAY/list`` shows three entries, ``/WAY/1`` to ``/WAY/3``. A line of its log is ``SECONDS METHOD PATH``, by the clock
that all processes of a machine share. ``/busy/2`` says once that it is busy, for two seconds. With a certificate (and
its key in the same file) it speaks TLS.
"""

import socket
import ssl
import sys
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

asked: Counter[str] = Counter()


class Handler(BaseHTTPRequestHandler):
    """Answers by the path."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:  # http.server's name
        """A list, an entry, or no robots.txt."""
        print(f"{time.monotonic()} GET {self.path} HTTP/1.1\n", end="", flush=True)  # noqa: T201  # its log, a line in one write
        asked[self.path] += 1
        if self.path == "/robots.txt":
            self.send("", 404)
        elif self.path == "/busy/2" and asked[self.path] == 1:
            self.send("busy", 503, Retry_After="2")
        elif self.path.endswith("/list"):
            rows = "".join(f'<li><a href="{n}">題名 {n}</a></li>' for n in (1, 2, 3))
            self.send(f"<ul>{rows}</ul>", Content_Type="text/html; charset=utf-8")
        else:
            self.send(f"読める。架空 花子 {self.path}")

    def send(self, text: str, status: int = 200, **headers: str) -> None:
        """A whole answer."""
        data = text.encode()
        self.send_response(status)
        for name, value in {"Content_Type": "text/plain; charset=utf-8", **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *arguments: object) -> None:
        """Nothing beside our own lines."""


class Server(ThreadingHTTPServer):
    """Of either family."""

    daemon_threads = True
    address_family = socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET


if __name__ == "__main__":
    server = Server((sys.argv[1], int(sys.argv[2])), Handler)
    if len(sys.argv) > 3:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(sys.argv[3])
        server.socket = context.wrap_socket(server.socket, server_side=True)
    server.serve_forever()
