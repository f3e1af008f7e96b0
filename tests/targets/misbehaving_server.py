"""A web server that misbehaves on purpose: one resource for each way. ``misbehaving_server.py PORT PORT PORT PORT``.

``/WAY/list`` is a paste list with three entries ``/WAY/1`` to ``/WAY/3``; in most ways the second one is bad. The first
port has no robots.txt; the others have one that forbids, one that fails, and one that asks for a pause.
"""

import gzip
import socket
import struct
import sys
import threading
import time
import zlib
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

GOOD = "読める。架空 花子"
ROBOTS = ["", "User-agent: *\nDisallow: /", "", "User-agent: *\nCrawl-delay: 1\nDisallow: /calm/3"]
asked: Counter[str] = Counter()


class Handler(BaseHTTPRequestHandler):
    """Answers by the first part of the path."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:  # http.server's name
        """Find the way to misbehave."""
        asked[self.path] += 1
        number = PORTS.index(self.connection.getsockname()[1])
        if self.path == "/robots.txt":
            self.send("Disallow nothing", 500) if number == 2 else self.send(ROBOTS[number], 200 if number else 404)
            return
        _, way, item = self.path.split("?")[0].split("/")
        if item == "list":
            LISTS.get(way, Handler.good_list)(self)
        elif item == "2":
            ITEMS.get(way, Handler.good)(self)
        else:
            self.good()

    def send(self, body: str | bytes, status: int = 200, **headers: str) -> None:
        """A whole answer."""
        data = body.encode() if isinstance(body, str) else body
        self.begin(status, {"Content_Length": str(len(data)), **headers})
        self.wfile.write(data)

    def begin(self, status: int = 200, headers: dict[str, str] | None = None) -> None:
        """Status and headers."""
        self.send_response(status)
        for name, value in {"Content_Type": "text/plain; charset=utf-8", **(headers or {})}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.flush()

    def good(self) -> None:
        """A paste like any other."""
        self.send(f"{GOOD} {self.path}")

    def good_list(self, extra: str = "", encoding: str = "utf-8", said: str = "utf-8") -> None:
        """Three entries."""
        rows = "".join(f'<li><a href="{n}">題名 {n}</a> <time>2026-11-22 12:0{n}</time></li>' for n in (1, 2, 3))
        self.send(f"<ul>{rows}</ul>{extra}".encode(encoding), Content_Type=f"text/html; charset={said}")

    def endless_list(self) -> None:
        """Always a next page, always with something new: a calendar."""
        page = int(self.path.partition("=")[2] or 1)
        self.send(
            f'<ul><li><a href="p{page}">{page}</a></li></ul><a class="next" href="list?page={page + 1}">next</a>',
            Content_Type="text/html",
        )

    def busy(self, retry_after: str, times: int) -> None:
        """Busy for the first so many requests."""
        if asked[self.path] <= times:
            self.send("busy", 503, **({"Retry_After": retry_after} if retry_after else {}))
        elif self.path.endswith("list"):
            self.good_list()
        else:
            self.good()

    def hang(self) -> None:
        """Say nothing, ever."""
        time.sleep(600)

    def drip(self) -> None:
        """A byte now and then, for ever."""
        self.begin(headers={"Content_Length": "1000000"})
        while True:
            self.wfile.write(b"x")
            time.sleep(0.3)

    def endless(self) -> None:
        """A body without end."""
        self.close_connection = True
        self.begin(headers={"Connection": "close"})
        while True:
            self.wfile.write(GOOD.encode() * 1000)

    def short(self, body: bytes, said: int, **headers: str) -> None:
        """Say one length, send another, hang up."""
        self.close_connection = True
        self.begin(headers={"Content_Length": str(said), **headers})
        self.wfile.write(body)

    def bomb(self) -> None:
        """A hundred kilobytes that unpack to a hundred megabytes."""
        packer = zlib.compressobj(9, zlib.DEFLATED, 31)
        packed = b"".join(packer.compress(bytes(1 << 20)) for _ in range(100)) + packer.flush()
        self.send(packed, Content_Encoding="gzip")

    def reset(self) -> None:
        """Cut the line without a word."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
        self.rfile.close()  # it holds the socket open
        self.connection.close()

    def raw(self, data: bytes) -> None:
        """Something that is no HTTP."""
        self.close_connection = True
        self.wfile.write(data)


def soon() -> str:
    """A moment two seconds from now, as HTTP writes it."""
    return format_datetime(datetime.now(UTC) + timedelta(seconds=2), usegmt=True)


def lines(size: int) -> bytes:
    """So many bytes of readable lines, each another one."""
    return b"".join(f"{GOOD} {number}\n".encode() for number in range(size // 30))[:size]


def bare_deflate(data: bytes) -> bytes:
    """Deflate without a head, as old servers send it."""
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


LONG = lines(3 << 20)
packed = gzip.compress((GOOD * 2000).encode() + bytes(range(256)) * 40)
LISTS: dict[str, Callable[[Handler], None]] = {
    "busy-seconds": lambda h: h.busy("1", 1),
    "busy-date": lambda h: h.busy(soon(), 1),
    "busy-long": lambda h: h.busy("3600", 9),
    "list-hangs": Handler.hang,
    "list-gone": lambda h: h.send("gone", 404),
    "list-fails": lambda h: h.send("error", 500),
    "list-moves": lambda h: h.send("", 302, Location="http://127.0.0.1:1/elsewhere"),
    "moves-on": lambda h: h.send("", 302, Location="http://moved.onion/calm/list"),
    "list-empty": lambda h: h.send("<p>nothing here</p>", Content_Type="text/html"),
    "calendar": Handler.endless_list,
    "circle": lambda h: h.good_list('<a class="next" href="list">next</a>'),
    "charset": lambda h: h.good_list(encoding="cp932", said="utf-8"),
}
ITEMS: dict[str, Callable[[Handler], None]] = {
    "item-busy": lambda h: h.busy("", 99),
    "item-busy-long": lambda h: h.busy("3600", 99),
    "hangs": Handler.hang,
    "drips": Handler.drip,
    "endless": Handler.endless,
    "loops": lambda h: h.send("", 302, Location="2?again" if "again" not in h.path else "2"),
    "moves": lambda h: h.send("", 302, Location="http://127.0.0.1:1/elsewhere"),
    "moves-inside": lambda h: h.send("", 302, Location="file:///etc/hostname"),
    "truncated": lambda h: h.short(GOOD.encode(), 5000),
    "truncated-gzip": lambda h: h.short(packed[: len(packed) // 2], len(packed), Content_Encoding="gzip"),
    "long-plain": lambda h: h.send(LONG),
    "long-gzip": lambda h: h.send(gzip.compress(LONG, 1), Content_Encoding="gzip"),
    "long-deflate": lambda h: h.send(zlib.compress(LONG, 1), Content_Encoding="deflate"),
    "long-bare-deflate": lambda h: h.send(bare_deflate(LONG), Content_Encoding="deflate"),
    "gzip-ends": lambda h: h.send(packed[: len(packed) // 2], Content_Encoding="gzip"),
    "strange": lambda h: h.send(GOOD, Content_Encoding="lzw"),
    "no-gzip": lambda h: h.send(GOOD, Content_Encoding="gzip"),
    "bomb": Handler.bomb,
    "fails": lambda h: h.send("error", 500),
    "says-less": lambda h: h.short(GOOD.encode() * 10, len(GOOD.encode())),
    "says-nonsense": lambda h: h.short(GOOD.encode(), -5),
    "resets": Handler.reset,
    "gone": lambda h: h.send("gone", 404),
    "no-http": lambda h: h.raw(b"\x00\x01\x02 hello\r\n\r\n"),
    "bad-chunks": lambda h: h.raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhello"),
}
PORTS = [int(port) for port in sys.argv[1:]]
if __name__ == "__main__":
    servers = [ThreadingHTTPServer(("127.0.0.1", port), Handler) for port in PORTS]
    for server in servers:
        server.daemon_threads = True
    for server in servers[1:]:
        threading.Thread(target=server.serve_forever, daemon=True).start()
    servers[0].serve_forever()
