"""A receiver of webhooks, run as a child process: keeps whatever it took, and misbehaves on request.

``GET /state`` gives the requests it took, each with path, headers and body; ``POST /misbehave`` takes
``{"how": ..., "times": n}``:

* a status like ``400``: answers it and takes nothing     * ``500-accepted``: takes it, then answers that
* ``429-long``, ``503-long``: the same, and asks for an hour
* ``drop``: closes the connection, taking nothing         * ``drop-accepted``: takes it, then closes without an answer
"""

from __future__ import annotations

import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

lock = threading.Lock()
taken: list[dict[str, Any]] = []
faults: list[str] = []


class Receiver(BaseHTTPRequestHandler):
    """Takes any POST."""

    def log_message(self, *args: object) -> None:
        """Keep quiet."""

    def do_GET(self) -> None:
        """Tests ask for the state; anybody who follows a redirection comes here too."""
        with lock:
            self._answer(200, json.dumps(taken).encode())

    def do_POST(self) -> None:
        """A message, or a wish of a test."""
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        if self.path == "/misbehave":
            wish = json.loads(raw)
            with lock:
                faults.extend([wish["how"]] * wish["times"])
            self._answer(200, b"")
            return
        with lock:
            how = faults.pop(0) if faults else "202-accepted"
            if how.endswith("-accepted"):
                taken.append({"path": self.path, "headers": dict(self.headers), "body": raw})
        if how.startswith("drop"):
            self.close_connection = True
        else:
            self._answer(int(how[:3]), b"a text of strangers", patience="3600" if how.endswith("-long") else "")

    def _answer(self, status: int, body: bytes, *, patience: str = "") -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        if patience:
            self.send_header("Retry-After", patience)
        if status == 302:
            self.send_header("Location", "/elsewhere")
        self.end_headers()
        self.wfile.write(body)


if __name__ == "__main__":
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Receiver).serve_forever()
