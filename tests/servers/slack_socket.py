"""The fake Slack with Socket Mode: sends envelopes over a WebSocket and writes down in which order what happened.

``POST /press`` takes ``{"envelope": ...}`` and sends it down the newest socket; ``POST /cut`` closes every socket;
``POST /mark`` takes ``{"name": ...}``. ``GET /order`` gives all of that and each acknowledgement as they came in, so
that a test compares orders, never clocks.
"""

from __future__ import annotations

import base64
import hashlib
import json
import sys
import threading
from http.server import ThreadingHTTPServer
from typing import Any

from tests.alerts import fake_slack

GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455, 1.3
TEXT, CLOSE, PING, PONG = 1, 8, 9, 10
order: list[list[str]] = []
sockets: list[SocketSlack] = []
changed = threading.Condition()


def note(what: str, about: str) -> None:
    """One thing that happened."""
    with changed:
        order.append([what, about])
        changed.notify_all()


class SocketSlack(fake_slack.Slack):
    """The same Web API, and sockets."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:  # noqa: N802  # http.server names it
        """A socket is opened, or a test asks."""
        if self.path.startswith("/link"):
            self._serve_socket()
        elif self.path == "/order":
            with changed:
                self._answer(200, {"order": order})
        else:
            super().do_GET()

    def do_POST(self) -> None:  # noqa: N802  # http.server names it
        """A wish of a test, or the Web API."""
        if self.path not in {"/press", "/cut", "/mark"}:
            super().do_POST()
            return
        given = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)) or "{}")
        with changed:
            if self.path == "/press":
                changed.wait_for(lambda: bool(sockets), 20)
                sockets[-1].send_frame(TEXT, json.dumps(given["envelope"]).encode())
            elif self.path == "/cut":
                for socket in list(sockets):
                    socket.send_frame(CLOSE, b"\x03\xe8")
                    sockets.remove(socket)
        note(self.path[1:], given.get("name") or given.get("envelope", {}).get("envelope_id", ""))
        self._answer(200, {"ok": True})

    def _serve_socket(self) -> None:
        digest = hashlib.sha1((self.headers["Sec-WebSocket-Key"] + GUID).encode(), usedforsecurity=False).digest()
        self.send_response(101)
        accepted = base64.b64encode(digest).decode()
        for name, value in {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Accept": accepted}.items():
            self.send_header(name, value)
        self.end_headers()
        self.send_frame(TEXT, json.dumps({"type": "hello", "num_connections": 1, "connection_info": {}}).encode())
        with changed:
            sockets.append(self)
        note("connected", "")
        try:
            while (frame := self._read_frame()) is not None and frame[0] != CLOSE:
                if frame[0] == PING:
                    self.send_frame(PONG, frame[1])
                elif frame[0] == TEXT:
                    note("ack", json.loads(frame[1]).get("envelope_id", ""))
        except OSError:
            pass
        with changed:
            if self in sockets:
                sockets.remove(self)
        self.close_connection = True

    def send_frame(self, code: int, data: bytes) -> None:
        """One whole frame, unmasked as servers send them."""
        size = bytes([len(data)]) if len(data) < 126 else b"\x7e" + len(data).to_bytes(2)
        self.wfile.write(bytes([0x80 | code]) + size + data)
        self.wfile.flush()

    def _read_frame(self) -> tuple[int, bytes] | None:
        head = self.rfile.read(2)
        if len(head) < 2:
            return None
        size = head[1] & 0x7F
        if size >= 126:
            size = int.from_bytes(self.rfile.read(2 if size == 126 else 8))
        mask = self.rfile.read(4) if head[1] & 0x80 else bytes(4)
        data = bytes(byte ^ mask[at % 4] for at, byte in enumerate(self.rfile.read(size)))
        return head[0] & 0x0F, data


def open_connection(given: dict[str, Any]) -> dict[str, Any]:
    """apps.connections.open."""
    del given
    return {"ok": True, "url": f"ws://127.0.0.1:{sys.argv[1]}/link"}


def tell_one(given: dict[str, Any]) -> dict[str, Any]:
    """chat.postEphemeral: only one person sees it."""
    note("told", f"{given['user']}: {given['text']}")
    return {"ok": True, "message_ts": "1.0"}


def open_view(given: dict[str, Any]) -> dict[str, Any]:
    """views.open: a trigger is good once, and not for long."""
    if given["trigger_id"] == "expired":
        return {"ok": False, "error": "expired_trigger_id"}
    view = given["view"]
    note("view", view if isinstance(view, str) else json.dumps(view))
    return {"ok": True, "view": {"id": "V1"}}


fake_slack.METHODS |= {
    "apps.connections.open": open_connection,
    "chat.postEphemeral": tell_one,
    "views.open": open_view,
}
if __name__ == "__main__":
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), SocketSlack).serve_forever()
