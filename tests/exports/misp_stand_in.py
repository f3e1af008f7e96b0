"""A stand-in for a MISP server that checks what a real one does: the key, UUIDs, types, categories, templates.

What is checked is taken from MISP's own controllers: an event of a known UUID cannot be added again (HTTP 403 there,
with "Event already exists"), one of another cannot be edited, nor one that is not newer than what is there, an
attribute's category has to fit its type. A report or an attribute that is not newer stays as it was, without a word.
"""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from uuid import UUID

import pymisp

KEY = "k" * 40
TYPES = json.loads((Path(pymisp.__file__).parent / "data" / "describeTypes.json").read_text("utf-8"))
TEMPLATES = Path(pymisp.__file__).parent / "data" / "misp-objects" / "objects"


class MispStandIn:
    """Events by their UUID; `url` is where it listens."""

    def __init__(self) -> None:
        self.events: dict[str, dict[str, Any]] = {}
        self.asked: list[str] = []
        self.refuses = False
        self.takes = 1 << 30
        stand_in = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._answer(*stand_in.read(self.path, self.headers.get("Authorization", "")))

            def do_HEAD(self) -> None:
                self._answer(*stand_in.read(self.path, self.headers.get("Authorization", "")), with_body=False)

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                self._answer(*stand_in.write(self.path, body, self.headers.get("Authorization", "")))

            def log_message(self, *_given: object) -> None:
                """Quiet."""

            def _answer(self, status: int, told: Any, *, with_body: bool = True) -> None:
                body = json.dumps(told).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body) if with_body else 0))
                self.end_headers()
                if with_body:
                    self.wfile.write(body)

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def read(self, path: str, key: str) -> tuple[int, Any]:
        """What it says to who asks."""
        self.asked.append(path)
        if key != KEY:
            return 403, {"name": "Authentication failed.", "message": "Authentication failed.", "url": path}
        if path.startswith("/servers/getVersion"):
            return 200, {"version": "2.5.30", "pymisp_recommended_version": "2.5.34", "perm_sync": True}
        if path.startswith("/users/view/me"):
            role = {"id": "3", "name": "User", "perm_add": True}
            return 200, {"User": {"id": "7", "email": "csirt@carrier.example", "org_id": "1"}, "Role": role,
                         "UserSetting": {}}  # fmt: skip
        if path.startswith("/attributes/describeTypes"):
            return 200, TYPES
        if path.startswith("/events/view/"):
            uuid = path.rpartition("/")[2]
            return (200, {"Event": self.events[uuid]}) if uuid in self.events else (404, {"message": "Invalid event"})
        return 404, {"message": "not here"}

    def write(self, path: str, body: dict[str, Any], key: str) -> tuple[int, Any]:
        """What it does with what is sent."""
        self.asked.append(path)
        if key != KEY:
            return 403, {"message": "Authentication failed."}
        event = body.get("Event", body)
        if self.refuses or self.takes <= 0:
            return 403, {"message": f"You do not have permission to use this functionality. {event['info']}"}
        uuid = event["uuid"]
        if path.startswith("/events/add") and uuid in self.events:
            return 403, {"message": "Event already exists, if you would like to edit it, use the url in the location"}
        if not path.startswith("/events/add") and not (path.endswith(uuid) and uuid in self.events):
            return 404, {"message": "Invalid event"}
        wrong = faults(event) or self._older(uuid, event)
        if wrong:
            return 403, {"message": "Could not add Event", "errors": wrong}
        self.takes -= 1
        self.events[uuid] = event
        return 200, {"Event": event}

    def _older(self, uuid: str, event: dict[str, Any]) -> list[str]:
        """What is wrong where it is not newer than what is there; its parts that are not stay as they were."""
        known = self.events.get(uuid)
        if known is None:
            return []
        for part in ("EventReport", "Attribute"):
            there = {one["uuid"]: one for one in known.get(part, [])}
            event[part] = [
                one if one["uuid"] not in there or _is_newer(one, there[one["uuid"]]) else there[one["uuid"]]
                for one in event.get(part, [])
            ]
        is_newer = _is_newer(event, known)
        return [] if is_newer else ["Event could not be saved: Event in the request not newer than the local copy."]


def _is_newer(one: dict[str, Any], there: dict[str, Any]) -> bool:
    """Whether the server takes it: what has no time stamp is as new as it can be."""
    return "timestamp" not in one or int(one["timestamp"]) > int(there.get("timestamp", 0))


def faults(event: dict[str, Any]) -> list[str]:
    """What a real server would not take."""
    wrong = [] if event.get("info") else ["no info"]
    uuids = [event["uuid"]]
    made = event.get("Object", [])
    for one in [*event.get("Attribute", []), *(attribute for each in made for attribute in each["Attribute"])]:
        uuids.append(one["uuid"])
        if one["type"] not in TYPES["result"]["category_type_mappings"].get(one["category"], ()):
            wrong.append(f"{one['category']} cannot be of type {one['type']}")
        if not str(one["value"]).strip():
            wrong.append("an empty value")
    for each in made:
        uuids.append(each["uuid"])
        template = json.loads((TEMPLATES / each["name"] / "definition.json").read_text("utf-8"))
        relations = {one["object_relation"] for one in each["Attribute"]}
        if not relations <= set(template["attributes"]):
            wrong.append(f"{each['name']} knows no {relations - set(template['attributes'])}")
        if not relations & set(template.get("requiredOneOf", relations)):
            wrong.append(f"{each['name']} lacks what it requires")
    for uuid in uuids:
        UUID(uuid)
    return wrong if len(uuids) == len(set(uuids)) else [*wrong, "one UUID twice"]
