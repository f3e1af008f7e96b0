"""An HTTP proxy that fails by chance: it answers 503, or hangs up before it asks, after, or in an answer."""

from __future__ import annotations

import http.client
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator

FAULTS: Final = ("busy", "refused", "lost", "half")
_BUSY: Final = b"<?xml version='1.0'?><Error><Code>SlowDown</Code><Message>Too many requests.</Message></Error>"
_OF_A_LINE: Final = frozenset({"connection", "expect"})
_OF_AN_ANSWER: Final = frozenset({"connection", "transfer-encoding", "content-length"})


class FailingServer(ThreadingHTTPServer):
    """Passes requests on to ``address``; so many in a hundred fail, as ``chance`` says."""

    daemon_threads = True

    def __init__(self, address: str, chance: random.Random) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.there = urlsplit(address).netloc
        self.percent = 0
        self.failed: dict[str, int] = dict.fromkeys(FAULTS, 0)
        self._chance = chance
        self._lock = threading.Lock()

    @property
    def url(self) -> str:
        """Where it is asked."""
        return f"http://127.0.0.1:{self.server_port}"

    def fault(self) -> str:
        """What goes wrong with the next request; nothing as a rule."""
        with self._lock:
            if self._chance.randrange(100) >= self.percent:
                return ""
            fault = self._chance.choice(FAULTS)
            self.failed[fault] += 1
            return fault

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hung up is no news."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: FailingServer

    def _pass_on(self) -> None:
        size = int(self.headers.get("Content-Length") or 0)
        if self.headers.get("Expect", "").lower() == "100-continue":
            self.send_response_only(100)
            self.end_headers()
        body = self._chunks() if "chunked" in self.headers.get("Transfer-Encoding", "") else self.rfile.read(size)
        fault = self.server.fault()
        if fault == "busy":
            self._answer(503, [("Content-Type", "application/xml")], _BUSY, len(_BUSY))
        elif fault != "refused":
            status, headers, answer, length = self._ask(body)
            if fault != "lost":
                cut = len(answer) // 2 if fault == "half" else len(answer)
                self._answer(status, headers, answer[:cut], length)
        self.close_connection = bool(fault and fault != "busy")

    do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = _pass_on  # noqa: N815  # as the library names them

    def _chunks(self) -> bytes:
        """A body in chunks, as it came: its signature is over them."""
        said = bytearray()
        while True:
            line = self.rfile.readline()
            said += line
            size = int(line.partition(b";")[0], 16)
            said += self.rfile.read(size + 2)
            if not size:
                return bytes(said)

    def _ask(self, body: bytes) -> tuple[int, list[tuple[str, str]], bytes, str]:
        asked = http.client.HTTPConnection(self.server.there, timeout=30)
        try:
            asked.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
            for name, value in self.headers.items():
                if name.lower() not in _OF_A_LINE:
                    asked.putheader(name, value)
            asked.endheaders(body)
            answer = asked.getresponse()
            content = answer.read()
            kept = [(name, value) for name, value in answer.getheaders() if name.lower() not in _OF_AN_ANSWER]
            return answer.status, kept, content, answer.getheader("Content-Length") or str(len(content))
        finally:
            asked.close()

    def _answer(self, status: int, headers: list[tuple[str, str]], content: bytes, length: int | str) -> None:
        self.send_response_only(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(length))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Nothing."""


@contextmanager
def failing_proxy(address: str, chance: random.Random) -> Iterator[FailingServer]:
    """A proxy on a free port of this machine; nothing fails until `percent` says so."""
    with FailingServer(address, chance) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
