"""A Slack Web API of ours, run as a child process: strict about blocks, stateful, and misbehaving on request.

``GET /state`` gives everything it accepted; ``POST /misbehave`` takes ``{"method": ..., "how": ..., "times": n}``:

* ``429``: refuses with ``Retry-After: 1``            * ``429-long``: the same, with 3600
* ``500``: fails before it accepts                    * ``500-accepted``: accepts, then fails
* ``drop``: closes the connection before accepting    * ``drop-accepted``: accepts, then closes it without an answer
* ``hold``: accepts, then keeps silent                * any other word: refuses with that error code
"""

from __future__ import annotations

import json
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

CHANNEL = "C0123456789"
HOLD_S = 60
lock = threading.Lock()
messages: list[dict[str, Any]] = []
calls: list[str] = []
faults: list[dict[str, Any]] = []


class DroppedError(Exception):
    """The connection is to be closed without an answer."""


class Slack(BaseHTTPRequestHandler):
    """The methods that Hinomi calls."""

    def log_message(self, *args: object) -> None:
        """Keep quiet."""

    def do_GET(self) -> None:
        """Tests ask for the state."""
        with lock:
            self._answer(200, {"messages": messages, "calls": calls})

    def do_POST(self) -> None:
        """A method of the Web API, or a wish of a test."""
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        if self.path == "/misbehave":
            with lock:
                wish = json.loads(raw)
                faults.extend([wish] * wish.get("times", 1))
            self._answer(200, {"ok": True})
            return
        is_json = "json" in self.headers.get("Content-Type", "")
        given = json.loads(raw or "{}") if is_json else {name: value[-1] for name, value in parse_qs(raw).items()}
        method = self.path.rsplit("/", 1)[-1]
        with lock:
            calls.append(method)
            fault = next((wish for wish in faults if wish["method"] == method), None)
            if fault:
                faults.remove(fault)
        try:
            self._serve(method, given, fault["how"] if fault else "")
        except DroppedError:
            self.close_connection = True

    def _serve(self, method: str, given: dict[str, Any], how: str) -> None:
        if how.startswith("429"):
            self._answer(429, {"ok": False, "error": "ratelimited"}, {"Retry-After": "3600" if "long" in how else "1"})
        elif how == "500":
            self._answer(500, {"ok": False, "error": "internal_error"})
        elif how == "drop":
            raise DroppedError
        elif how and not how.endswith("-accepted") and how != "hold":
            self._answer(200, {"ok": False, "error": how})
        else:
            with lock:
                answer = METHODS[method](given) if self._is_known() else {"ok": False, "error": "invalid_auth"}
            if how == "500-accepted":
                self._answer(500, {"ok": False, "error": "internal_error"})
            elif how == "drop-accepted":
                raise DroppedError
            else:
                time.sleep(HOLD_S if how == "hold" else 0)
                self._answer(200, answer)

    def _is_known(self) -> bool:
        return self.headers.get("Authorization") in {"Bearer xoxb-made-up", "Bearer xapp-made-up"}

    def _answer(self, status: int, body: dict[str, Any], headers: dict[str, str] | None = None) -> None:
        data = json.dumps(body).encode()
        try:
            self.send_response(status)
            for name, value in {"Content-Type": "application/json", "Content-Length": str(len(data))}.items():
                self.send_header(name, value)
            for name, value in (headers or {}).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(data)
        except ConnectionError:
            self.close_connection = True


def post_message(given: dict[str, Any]) -> dict[str, Any]:
    """chat.postMessage."""
    problem = blocks_problem(given)
    if given.get("channel") != CHANNEL:
        return {"ok": False, "error": "channel_not_found"}
    if problem:
        return {"ok": False, "error": "invalid_blocks", "response_metadata": {"messages": [problem]}}
    if given.get("thread_ts") and find(given["thread_ts"]) is None:
        return {"ok": False, "error": "thread_not_found"}
    ts = f"{time.time():.6f}"
    while find(ts):
        ts = f"{float(ts) + 1e-6:.6f}"
    kept = ("text", "blocks", "metadata", "thread_ts")
    messages.append({"ts": ts, "edits": 0} | {key: given[key] for key in kept if given.get(key)})
    return {"ok": True, "channel": CHANNEL, "ts": ts}


def update_message(given: dict[str, Any]) -> dict[str, Any]:
    """chat.update."""
    message = find(given.get("ts", ""))
    if message is None:
        return {"ok": False, "error": "message_not_found"}
    if blocks_problem(given):
        return {"ok": False, "error": "invalid_blocks"}
    message.update(text=given["text"], blocks=given["blocks"], edits=message["edits"] + 1)
    return {"ok": True, "channel": CHANNEL, "ts": message["ts"], "text": given["text"]}


def history(given: dict[str, Any]) -> dict[str, Any]:
    """conversations.history: newest first, without replies."""
    return page([message for message in reversed(messages) if "thread_ts" not in message], given)


def replies(given: dict[str, Any]) -> dict[str, Any]:
    """conversations.replies: the parent, then its replies, oldest first."""
    parent = find(given.get("ts", ""))
    if parent is None:
        return {"ok": False, "error": "thread_not_found"}
    return page([parent, *(message for message in messages if message.get("thread_ts") == given["ts"])], given)


def delete_message(given: dict[str, Any]) -> dict[str, Any]:
    """chat.delete: what a person in the channel may do."""
    message = find(given["ts"])
    if message:
        messages.remove(message)
    return {"ok": message is not None}


def page(found: list[dict[str, Any]], given: dict[str, Any]) -> dict[str, Any]:
    """Two at a time, whatever was asked for: paging has to work."""
    start = int(given.get("cursor") or 0)
    fitting = [message for message in found if float(message["ts"]) >= float(given.get("oldest", 0))]
    shown = [dict(message) for message in fitting[start : start + 2]]
    if given.get("include_all_metadata") not in {"1", "true", True}:
        for message in shown:
            message.pop("metadata", None)
    cursor = str(start + 2) if start + 2 < len(fitting) else ""
    return {"ok": True, "messages": shown, "response_metadata": {"next_cursor": cursor}}


def find(ts: str) -> dict[str, Any] | None:
    """The message of that time stamp."""
    return next((message for message in messages if message["ts"] == ts), None)


def blocks_problem(given: dict[str, Any]) -> str:
    """What is wrong with the message, after Slack's reference; written apart from what it checks."""
    blocks = given.get("blocks") or []
    if not given.get("text"):
        return "no text"
    if len(blocks) > 50:
        return "too many blocks"
    return next(filter(None, map(block_problem, blocks)), "")


def block_problem(block: dict[str, Any]) -> str:
    """What is wrong with one block."""
    kind, text, fields = block.get("type"), block.get("text", {}), block.get("fields", [])
    wrong = {
        "unknown type": kind not in {"header", "section", "context", "divider", "actions"},
        "header": kind == "header" and (text.get("type") != "plain_text" or not 0 < len(text["text"]) <= 150),
        "empty section": kind == "section" and not text and not fields,
        "section text": kind == "section" and bool(text) and not 0 < len(text["text"]) <= 3000,
        "fields": len(fields) > 10 or any(not 0 < len(field["text"]) <= 2000 for field in fields),
        "elements": kind == "context" and not 0 < len(block.get("elements", [])) <= 10,
        "buttons": kind == "actions" and not 0 < len(block.get("elements", [])) <= 25,
    }
    return ", ".join(name for name, is_wrong in wrong.items() if is_wrong)


METHODS = {
    "auth.test": lambda given: {"ok": True, "user_id": "U1", "team_id": "T1"} | dict.fromkeys(given, ""),
    "chat.postMessage": post_message,
    "chat.update": update_message,
    "chat.delete": delete_message,
    "conversations.history": history,
    "conversations.replies": replies,
}

if __name__ == "__main__":
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Slack).serve_forever()
